"""The Tensor itself: what it tells of itself, conversions, Python's and NumPy's protocols, copies. Against torch."""

import copy
import pickle
import platform
import subprocess
import sys

import numpy as np
import pytest

import minitorch_pt
from minitorch_pt.autograd import graph
from parity_tests.oracle import assert_same, same_program

PROGRAMS = {}


def program(function):
    PROGRAMS[function.__name__] = function
    return function


def sample(torch):
    return torch.arange(6, dtype=torch.float32).reshape(2, 3)


@program
def what_it_is(torch):
    x = sample(torch)
    return (
        x.ndim,
        x.dim(),
        x.ndimension(),
        x.numel(),
        x.nelement(),
        x.element_size(),
        x.itemsize,
        x.nbytes,
        x.size(),
        x.size(1),
        x.size(-2),
        x.stride(),
        x.stride(0),
        x.t().stride(),
        x.t().is_contiguous(),
        x.is_contiguous(),
        x[1:].storage_offset(),
        x.storage_offset(),
        x.is_floating_point(),
        x.is_complex(),
        x.is_signed(),
        x.get_device(),
        str(x.device),
        repr(x.device),
        x.dtype,
        x.type(),
        len(x),
        x.data_ptr() == x.view(-1).data_ptr(),
        x.requires_grad,
        x.is_leaf,
        x.grad,
        x.output_nr,
    )


@program
def shape(torch):
    s = torch.zeros(2, 3, 4).shape
    return (
        s.numel(),
        repr(s),
        str(s),
        s[1:],
        repr(s[1:]),
        s[0],
        s == (2, 3, 4),
        repr(s + (5,)),
        repr(torch.Size([1])),
        list(s),
    )


@program
def device(torch):
    d = torch.device("cpu")
    return (
        d.type,
        d.index,
        str(d),
        repr(d),
        d == torch.device("cpu"),
        d == "cpu",
        repr(torch.device("cpu:0")),
        str(torch.device("cpu", 0)),
        torch.device("cpu:0").index,
        {d: 1}[torch.device("cpu")],
        str(torch.device(d)),
    )


@program
def conversions(torch):
    x = torch.tensor([-1.5, 0.0, 2.7])
    return (
        [getattr(x, n)() for n in ("double", "float", "half", "long", "int", "short", "char", "bool")],
        x.abs().byte(),
        x.to(torch.float64),
        x.to(torch.ones(1, dtype=torch.int64)),
        x.to("cpu"),
        x.to("cpu", torch.float64),
        x.to(dtype=torch.float16, copy=True),
        x.to(torch.device("cpu")) is x,
        x.to(torch.float32) is x,
        x.cpu() is x,
        x.type(torch.int64),
        x.type("torch.DoubleTensor"),
        x.type_as(torch.ones(1, dtype=torch.int32)),
        x.float() is x,
        x.to(torch.float32, copy=True) is x,
        x.to(torch.float32, False, True) is x,
        x.to("cpu", torch.float32, False) is x,
        x.to(None) is x,
        x.long().type(),
        x.bool().type(),
    )


@program
def cast_gradient(torch):
    x = torch.tensor([1.0, 2.0], requires_grad=True)
    y = x.double()
    (y * y).sum().backward()
    return x.grad, y.grad_fn.name()


@program
def python_numbers(torch):
    t = torch.tensor
    return (
        t(2.5).item(),
        t([3]).item(),
        t(True).item(),
        int(t(2.7)),
        float(t(2)),
        bool(t(0.0)),
        bool(t([1])),
        [10, 20][t(1)],
        t([[1, 2], [3, 4]]).tolist(),
        t(1.5).tolist(),
        f"{t(3.14159):.2f}",
        f"{t(7):03d}",
        f"{t([1.0])}",
        2.0 in t([1.0, 2.0]),
        np.int64(1) in t([1.0, 2.0]),
        5 in t([1.0]),
        round(float(t(2.0))),
    )


@program
def iteration(torch):
    return [row.sum() for row in sample(torch)], [*torch.tensor([1, 2])], len(torch.zeros(0, 3))


@program
def numpy_and_back(torch):
    x = sample(torch)
    a = x.numpy()
    a[0, 0] = 9
    b = torch.from_numpy(a)
    b[0, 1] = 8
    return (
        x,
        b,
        np.asarray(x).dtype.name,
        x.requires_grad_().numpy(force=True).tolist(),
    )


@program
def hash_is_identity(torch):
    x, y = torch.ones(1), torch.ones(1)
    return len({x, y, x}), x in {x}


@program
def deep_copies(torch):
    x = sample(torch).requires_grad_()
    (x * x).sum().backward()
    x.note = "mine"
    y, z = copy.deepcopy([x, x])
    y.data.add_(1)
    return y, y.grad, y is z, y.requires_grad, x, x.note


@program
def deep_copies_go_down(torch):
    x = sample(torch).requires_grad_()
    (x * x).sum().backward()
    x.parts, x.twin = [torch.ones(2)], x.grad
    y, gradient = copy.deepcopy([x, x.grad])
    gradient.add_(1)
    y.parts[0].add_(1)
    return y.grad, y.grad is gradient, y.twin is gradient, y.parts[0], x.parts[0], x.grad


@program
def parameters_deep_copied(torch):
    p = torch.nn.Parameter(sample(torch))
    q = copy.deepcopy(p)
    return q, isinstance(q, torch.nn.Parameter), q.requires_grad


@program
def shallow_copy(torch):
    x = sample(torch)
    copy.copy(x)[0, 0] = 5
    return x


@program
def pickled(torch):
    x = sample(torch).requires_grad_()
    y = pickle.loads(pickle.dumps(x))
    return y, y.requires_grad


@program
def default_tensor_argument(torch):
    return (
        torch.is_tensor(torch.ones(1)),
        torch.is_tensor(np.ones(1)),
        torch.is_floating_point(torch.ones(1)),
        torch.numel(torch.ones(2, 3)),
    )


# -- what must fail ----------------------------------------------------------------------------------------------------
@program
def item_of_many(torch):
    sample(torch).item()


@program
def bool_of_many(torch):
    bool(sample(torch))


@program
def bool_of_none(torch):
    bool(torch.zeros(0))


@program
def float_index(torch):
    [1, 2][torch.tensor(1.0)]


@program
def len_of_scalar(torch):
    len(torch.tensor(1.0))


@program
def iterate_scalar(torch):
    list(torch.tensor(1.0))


@program
def size_out_of_range(torch):
    sample(torch).size(2)


@program
def copy_computed(torch):
    copy.deepcopy(sample(torch).requires_grad_() * 2)


@program
def its_own_gradient(torch):
    x = sample(torch)
    x.grad = x


@program
def unknown_type_name(torch):
    sample(torch).type("torch.WideTensor")


@program
def format_many(torch):
    return f"{sample(torch):.2f}"


@program
def to_nowhere(torch):
    sample(torch).to("nowhere")


@pytest.mark.parametrize("name", PROGRAMS)
def test_program(name):
    same_program(PROGRAMS[name])


def test_other_devices_are_refused():
    torch = minitorch_pt
    for attempt in (
        lambda: torch.ones(1).to("cuda:0"),
        lambda: torch.ones(1).cuda(),
        lambda: torch.ones(1, device="mps"),
    ):
        with pytest.raises(RuntimeError, match="runs on the CPU only"):
            attempt()


@program
def pickling_what_was_computed(torch):
    copied = pickle.loads(pickle.dumps(sample(torch).requires_grad_() * 2))
    return copied, copied.requires_grad, copied.is_leaf


@pytest.mark.parametrize(
    "wrong",
    [
        lambda t: t.ones(2).to(np.float32), lambda t: t.ones(2).type(complex), lambda t: t.ones(2).type("torch.Tensor2"), lambda t: int(t.ones(2)),
        lambda t: float(t.zeros(0)), lambda t: "a" in t.ones(2), lambda t: None in t.ones(2),
    ],
)  # fmt: skip
def test_conversions_that_are_refused(wrong):
    same_program(wrong)


def test_an_array_that_must_be_copied():
    with pytest.raises(ValueError, match="Unable to avoid copy"):
        np.array(minitorch_pt.ones(2), np.int8, copy=False)


def test_numpy_functions_on_traced_tensors():
    """What a rule calls when it is run on Tensors is differentiable; other NumPy functions work on the plain arrays."""
    torch = minitorch_pt
    leaf = torch.tensor([[1.0, 2.0], [3.0, 4.0]], dtype=torch.float64, requires_grad=True)
    x = graph.stand_in(leaf, graph.Traced)
    y = np.exp(x) + np.where(x > 2, x, 0.0) + np.multiply(2.0, x) + np.ones((2, 2)) * x + np.ones((2, 2)) @ x
    assert isinstance(y, graph.Traced) and y.requires_grad
    for z in (
        np.concatenate([x, x]),
        np.stack([x, x]),
        np.broadcast_to(x, (3, 2, 2)),
        np.expand_dims(x, 0),
        np.squeeze(x[:1], 0),
        np.swapaxes(x, 0, 1),
        np.moveaxis(x, 0, 1),
        np.transpose(x, (1, 0)),
        np.flip(x, 0),
        np.flip(x, (0, 1)),
        np.roll(x, 1, 0),
        np.clip(x, 2, 3),
        np.reshape(x, (4,)),
        np.outer(x[0], x[1]),
        np.tensordot(x, x, 1),
        np.cumsum(x, 0),
        np.sum(x),
    ):
        assert isinstance(z, graph.Traced) and z.requires_grad
        z.sum().backward()
    with pytest.raises(RuntimeError, match="requires grad"):
        np.median(x)


def test_attributes_travel_with_copies():
    torch = minitorch_pt
    x = torch.ones(2)
    x.note = "mine"
    assert copy.deepcopy(x).note == "mine"
    assert pickle.loads(pickle.dumps(x)).note == "mine"
    assert_same(x, __import__("torch").ones(2))


@pytest.mark.skipif(platform.libc_ver()[0] != "glibc", reason="about the C library's allocator")
def test_freed_arrays_are_used_again():
    # in a process of its own: torch and other tests change the allocator's thresholds too
    program = (
        "import resource, minitorch_pt as torch; x = torch.ones(1 << 21)\n"
        "def faults(): return resource.getrusage(resource.RUSAGE_SELF).ru_minflt\n"
        "x * 2; before = faults()\n"
        "for _ in range(10): x * 2\n"
        "assert faults() - before < 2048, faults() - before"  # 20480 if each of the 8 MB arrays were fetched anew
    )
    subprocess.run([sys.executable, "-c", program], check=True)
