"""nn/modules/lazy.py, and the lazy normalisation layers, against torch."""

from __future__ import annotations

import copy
import pickle

import pytest
import torch

import minitorch_pt
from minitorch_pt.nn.modules.lazy import LazyModuleMixin, UninitializedBuffer, UninitializedParameter, is_lazy
from parity_tests.oracle import rand, same_program

SHAPES = {1: (4, 3, 5), 2: (4, 3, 5, 2), 3: (2, 3, 2, 3, 2)}


@pytest.mark.filterwarnings("ignore:input's size at dim")  # of layers without any parameter, which stay at 0 channels
@pytest.mark.parametrize(
    "options",
    [
        {},
        {"affine": False},
        {"bias": False},
        {"track_running_stats": False},
        {"affine": False, "track_running_stats": False},
        {"eps": 0.1, "momentum": 0.5},
    ],
)
@pytest.mark.parametrize(
    "name",
    [
        "LazyBatchNorm1d",
        "LazyBatchNorm2d",
        "LazyBatchNorm3d",
        "LazyInstanceNorm1d",
        "LazyInstanceNorm2d",
        "LazyInstanceNorm3d",
    ],
)
def test_becomes_an_ordinary_layer(name, options):
    def program(t):
        module = getattr(t.nn, name)(**options)
        before = [repr(module), list(module.state_dict()), [n for n, _ in module.named_parameters()]]
        x = t.tensor(rand(*SHAPES[int(name[-2])]).tolist())
        first = module(x).detach()
        second = module(x * 2).detach()
        return [before, first, second, repr(module), type(module).__name__, dict(module.state_dict())]

    same_program(program)


def test_dtype():
    same_program(lambda t: t.nn.LazyBatchNorm1d(dtype=t.float64)(t.ones(2, 3, dtype=t.float64)).detach())


def test_loads_the_state_of_an_initialised_layer():
    def program(t):
        full = t.nn.LazyBatchNorm1d()
        full(t.tensor(rand(4, 3).tolist()))
        lazy = t.nn.LazyBatchNorm1d()
        lazy.load_state_dict(full.state_dict())
        lazy.eval()
        return [lazy(t.tensor(rand(4, 3).tolist())).detach(), type(lazy).__name__]

    same_program(program)


def test_without_shape():
    def program(t):
        return t.nn.LazyBatchNorm1d().weight.shape

    same_program(program)
    same_program(lambda t: repr(t.nn.LazyBatchNorm1d().state_dict()["running_mean"]))
    same_program(lambda t: repr(t.nn.LazyBatchNorm1d().weight))


def test_copy_stays_lazy():
    def program(t):
        module = t.nn.LazyBatchNorm1d()
        twin = copy.deepcopy(module)
        first = [module.has_uninitialized_params(), twin.has_uninitialized_params()]
        twin(t.ones(2, 3))
        return [first, module.has_uninitialized_params(), type(twin).__name__]

    assert program(minitorch_pt) == [[True, True], True, "BatchNorm1d"]
    module = minitorch_pt.nn.LazyBatchNorm1d()
    assert is_lazy(copy.deepcopy(module.weight)) and copy.deepcopy(module.weight) is not module.weight


def lazy_modules(t):
    """Two lazy modules that do not do their part."""
    mixin, parameter = (
        (LazyModuleMixin, UninitializedParameter)
        if t is minitorch_pt
        else (torch.nn.modules.lazy.LazyModuleMixin, torch.nn.UninitializedParameter)
    )

    class Without(mixin, t.nn.Module):
        def forward(self, x):
            return x

    class Forgetful(Without):
        def __init__(self):
            super().__init__()
            self.weight = parameter()

        def initialize_parameters(self, x):
            pass

    class Sized(Forgetful):
        def initialize_parameters(self, x):
            if self.has_uninitialized_params():
                self.weight.materialize(x.shape, dtype=t.float64)

    return Without, Forgetful, Sized


@pytest.mark.parametrize("which", [0, 1, 2])
def test_own_lazy_modules(which):
    def program(t):
        module = lazy_modules(t)[which]()
        x = t.ones(2, 3)
        return [module(x), module(x), module.weight.dtype, tuple(module.weight.shape), type(module).__name__]

    same_program(program)


def test_buffer():
    buffer = UninitializedBuffer(dtype=minitorch_pt.float64)
    assert is_lazy(buffer) and not buffer.requires_grad
    buffer.materialize((2, 3))
    assert type(buffer) is minitorch_pt.Tensor and buffer.shape == (2, 3) and buffer.dtype is minitorch_pt.float64


def test_a_module_that_leaves_a_parameter_uninitialized_is_refused():
    def program(t):
        class Half(t.nn.modules.lazy.LazyModuleMixin, t.nn.Module):
            def __init__(self):
                super().__init__()
                self.weight, self.bias = t.nn.UninitializedParameter(), t.nn.UninitializedParameter()

            def initialize_parameters(self, x):
                self.weight.materialize(x.shape)

            def forward(self, x):
                return x * 2

        return Half()(t.ones(3))

    same_program(program)


ASKED = """
p.numel()
p.dim()
p.sum()
p + 1
2 * p
p @ p
p == p
p[0]
len(p)
p.zero_()
p.clone()
p.view(-1)
p.item()
p.numpy()
t.zeros_like(p)
t.nn.init.ones_(p)
sum(q.numel() for q in layer.parameters())
layer.requires_grad_(False)
t.nn.utils.parameters_to_vector(layer.parameters())
t.nn.LazyBatchNorm1d().running_mean + 1
p.grad, p.requires_grad, str(p.dtype), str(p.device), p.is_leaf, p.is_floating_point()
p.cpu() is p, p.to("cpu") is p, str(p.double().dtype), hash(p) == hash(p), t.is_tensor(p)
type(pickle.loads(pickle.dumps(layer)).weight).__name__, str(layer.double().weight.dtype)
layer(t.ones(2, 5)).shape, p.numel(), type(p).__name__
""".strip().splitlines()


@pytest.mark.parametrize("question", ASKED)
def test_a_parameter_without_a_shape_has_no_numbers(question):
    """A model's parameters counted before its first call: an error, and not 0."""

    def program(t):
        layer = t.nn.LazyLinear(3)
        names = {"t": t, "layer": layer, "p": layer.weight, "pickle": pickle}
        return eval(question, names)

    same_program(program)


USES = {
    "plus": lambda t, p: p + 1, "of a number": lambda t, p: 1 + p, "of a tensor": lambda t, p: t.ones(2) + p, "times": lambda t, p: p * p,
    "sum": lambda t, p: p.sum(), "function": lambda t, p: t.sum(p), "list": lambda t, p: t.cat([p, t.ones(2)]),
    "numel": lambda t, p: p.numel(), "len": lambda t, p: len(p), "clone": lambda t, p: p.clone(),
    "view": lambda t, p: p.view(-1), "index": lambda t, p: p[0], "equal": lambda t, p: p == 1, "bool": lambda t, p: bool(p),
    "stride": lambda t, p: p.stride(), "init": lambda t, p: t.nn.init.ones_(p), "zeros_like": lambda t, p: t.zeros_like(p),
    "tolist": lambda t, p: p.tolist(), "item": lambda t, p: p.item(), "iterate": lambda t, p: [*p], "shape": lambda t, p: p.shape,
    "requires_grad_": lambda t, p: p.requires_grad_(False), "dtype": lambda t, p: str(p.dtype).rpartition(".")[2],
    "device": lambda t, p: str(p.device), "grad": lambda t, p: p.grad, "double": lambda t, p: type(p.double()).__name__,
    "to": lambda t, p: str(p.to(t.float64).dtype).rpartition(".")[2], "floating": lambda t, p: p.is_floating_point(),
    "hash": lambda t, p: hash(p) == hash(p), "found": lambda t, p: {p: 1}[p], "text": lambda t, p: repr(p),
    "pickled": lambda t, p: type(pickle.loads(pickle.dumps(p))).__name__,
}  # fmt: skip


@pytest.mark.parametrize("name", USES)
@pytest.mark.parametrize("kind", ("UninitializedParameter", "UninitializedBuffer"))
def test_what_needs_numbers_is_refused(name, kind):
    found = []
    for library in (minitorch_pt, torch):
        try:
            found.append(USES[name](library, getattr(library.nn.parameter, kind)()))
        except Exception as error:
            found.append((type(error), str(error)[:40]))
    assert found[0] == found[1]
