"""Memory that tensors share, small programs under both packages: overlap, read-only arrays, inference mode, copies, chains of views.

Each line is a program of its own; what it leaves in `r` is compared, or the type of its error.
"""

from __future__ import annotations

import copy
import pickle
import warnings

import numpy as np
import pytest
import torch

import minitorch_pt

WRITES = """
    z = torch.ones(3, 1).expand(3, 4); z[1] = 5; z[:, 2] = torch.arange(3.); r = z
    z = torch.ones(3, 1).expand(3, 4); z[:, 2] += 1; r = z
    z = torch.ones(2).expand(3, 2); z.zero_(); r = z
    z = torch.ones(2).expand(3, 2); z.fill_(2); r = z
    z = torch.ones(2).expand(3, 2); z.fill_(torch.tensor(2.))
    z = torch.ones(2).expand(3, 2); z.add_(1)
    z = torch.ones(2).expand(3, 2); z.normal_()
    z = torch.ones(2).expand(3, 2); z.copy_(torch.ones(3, 2))
    z = torch.ones(2).expand(3, 2); z.copy_(z.view(3, 2)); r = z
    z = torch.arange(2.).expand(3, 2); z.masked_fill_(torch.tensor([[True, False], [False, False], [False, False]]), 3); r = z
    z = torch.arange(2.).expand(3, 2); z.index_fill_(0, torch.tensor([1]), 4.); r = z
    z = torch.arange(2.).expand(3, 2); z[torch.tensor([0])] = 9; r = z
    z = torch.ones(2).expand(3, 2); z.tril_(); r = z
    z = torch.ones(4); z[1:].copy_(z[:-1])
    z = torch.ones(4); z[1:] += z[:-1]
    z = torch.arange(4.); z[::2] += z[1::2]; r = z
    z = torch.arange(4.).view(2, 2); z.copy_(z.t())
    z = torch.arange(4.).view(2, 2); z.add_(z.t())
    z = torch.arange(4.).view(2, 2); z.mul_(z[0])
    z = torch.arange(4.).view(2, 2); z += z.view(2, 2); r = z
    z = torch.arange(4.).view(2, 2); z.mul_(z.detach()); r = z
    z = torch.arange(4.); z.fill_(z[2]); r = z
    z = torch.arange(4.); z.sub_(z[2:3])
    z = torch.from_numpy(fixed(np.ones(3))).add_(1); r = z
    z = torch.from_numpy(np.broadcast_to(np.ones(2), (3, 2))); z[0] = 3; r = z
    z = torch.from_numpy(np.broadcast_to(np.ones(2), (3, 2))); z.add_(1)
    z = torch.ones(5, 2); z.fill_diagonal_(7, wrap=True); r = z
    z = torch.ones(2, 7).t(); z.fill_diagonal_(7, wrap=True); r = z
    z = torch.ones(2, 2, requires_grad=True); y = z * 1; y.fill_diagonal_(3); y.sum().backward(); r = z.grad, fn(y)
    z = torch.arange(4.); v = z[1:3]; v.resize_(3); r = z, v, v._version
    z = torch.arange(4.); v = z[1:3]; v.resize_(2, 1); r = v.stride(), v.storage_offset(), v
    z = torch.arange(4.); r = z.resize_(2, 3).shape, z[0]
    z = torch.arange(4.); r = z.resize_as_(torch.ones(2, 2))
    x.resize_(2)
    z = torch.empty(0); z.set_(torch.arange(3.)); r = z, z._is_view()
    z = torch.arange(4.); z.set_(); r = z
    z = torch.ones(2); z.set_(torch.ones(2, dtype=torch.float64))
    z = torch.arange(4.); r = z.is_set_to(z.view(4)), z.is_set_to(z[:2]), z[1:].is_set_to(z[1:]), z.is_set_to(z.clone())
    z = torch.ones(3); z.data.add_(1); v = z._version; z.detach().add_(1); r = v, z._version, z.data._version
    y = (x + 1).sqrt(); y.data.mul_(2); y.sum().backward(); r = x.grad
    y = (x + 1).sqrt(); y.detach().mul_(2); y.sum().backward()
    r = x.data.storage_offset(), x[1:].data.storage_offset(), x[1:].data.data_ptr() == x[1:].data_ptr()
    with torch.no_grad(): r = x.numpy(), np.asarray(x)
    x.numpy()
"""

HISTORIES = """
    y = x * 1; y[0] = 5; r = fn(y)
    y = x * 1; y[:] = 0; r = fn(y)
    y = x * 1; y[...] = x; r = fn(y)
    y = x * 1; y[None] = 2; r = fn(y)
    y = x * 1; y[1:2] = x[:1]; y.sum().backward(); r = fn(y), x.grad
    y = torch.zeros(2, 4); y[1] = x; (y * y).sum().backward(); r = fn(y), x.grad
    y = x * 1; r = [fn(y.unsqueeze_(0)), fn(y.t_()), fn(y.transpose_(0, 1)), fn(y.squeeze_(0)), fn(y.as_strided_((2,), (1,))), y._version]
    y = (x * 1).view(2, 2, 1); v = y[0]; v.squeeze_(-1); v.mul_(2); y.sum().backward(); r = fn(v), x.grad
    r = [fn(getattr((x * 1), n)(2.)) for n in ("eq_", "ne_", "lt_", "le_", "gt_", "ge_")]
    r = [fn(getattr((x * 1), n)(x * 2)) for n in ("eq_", "ne_", "lt_", "le_", "gt_", "ge_")]
    r = [fn(getattr((x * 1), n)()) for n in ("normal_", "uniform_", "exponential_", "cauchy_", "log_normal_", "random_", "bernoulli_")]
    y = x * 1; y.gt_(2); (y * 5).sum().backward(); r = y, x.grad
    y = torch.ones(4); y.eq_(x); (y * y).sum().backward(); r = y, x.grad
    y = x * 1; y[1:].uniform_(); y.sum().backward(); r = x.grad
    x[1:].detach_()
    y = torch.ones(2); y[:1].detach_()
    w = torch.arange(9.).reshape(3, 3).requires_grad_(); w[0].mul_(2)
    w = torch.arange(9.).reshape(3, 3).requires_grad_(); w[0][0] = 1
    w = x.detach()[1:].requires_grad_(); w[0] = 1
    with torch.no_grad(): v = x[1:]; s = x.split(2)[0]; r = v.requires_grad, s.requires_grad, v.is_leaf, (v * 2).requires_grad
    with torch.no_grad(): v = x[1:]; r = (v * 2).requires_grad
    with torch.no_grad(): v = x[1:]
    y = x * 1; a, b = y.split(2); a.mul_(2)
    y = x * 1; a, b = y.split(2); y.mul_(2); a * 1
    y = x * 1; a, b = y.tensor_split(2); a.mul_(2); y.sum().backward(); r = x.grad
    y = torch.zeros(2); v = y[:1]; y.requires_grad_(); r = v.requires_grad, v.is_leaf
    r = chain(600)
    r = chain(3000)
    y = x * 1; v = y[:2]; o = Double.apply(v); (y * x.detach()).sum().backward(); r = fn(y), fn(v), o is v, v._version, x.grad
    y = x * 1; v = y[2:]; Double.apply(y); (v * 3).sum().backward(); r = fn(v), x.grad
    Double.apply(x[:2])
    Double.apply((x * 1).split(2)[0])
    Pair.apply((x * 1)[:2], x[2:] * 1)
    y = x * 1; o = Pair.apply(y, x * 2); r = fn(y), o[0] is y
    y = x * 1; v = Part.apply(y); v.mul_(2)
"""

COPIES = """
    a = torch.arange(4.); b = a[1:3]; c, d = copy.deepcopy((a, b)); c[1] = 9; r = d, a
    m = Shares(); k = copy.deepcopy(m); k.c[1] = 9; r = k.e, m.c, k.d is k.a, k.b
    m = copy.deepcopy(Shares().state_dict()); m["c"][2] = 7; r = m["a"], m["e"]
    z = torch.arange(6.).reshape(2, 3).T; k = copy.deepcopy(z[1:, 1:]); r = k, k.stride(), k.storage_offset()
    k = copy.deepcopy(torch.ones(2).expand(3, 2)); r = k, k.stride()
    k = copy.deepcopy(torch.zeros(0, 3)); r = k
    x.grad = torch.ones(4); k = copy.deepcopy(x); r = k.grad, k.requires_grad
    p = torch.nn.Parameter(x.detach()); p.grad = torch.ones(4); k = copy.deepcopy(p); r = k.grad, type(k).__name__, k
    with torch.no_grad(): v = x[1:]; k = copy.deepcopy(v); r = k.requires_grad, k._is_view(), pickle.loads(pickle.dumps(v)).requires_grad
"""

INFERENCE = """
    r = [t.is_inference() for t in inferred()], torch.is_inference(inferred()[0]), torch.is_inference_mode_enabled()
    r = [t._is_view() for t in inferred()], [t.requires_grad for t in inferred()]
    i = inferred()[0]; i * x
    i = inferred()[0]; r = i + x, (i * 2).is_inference(), i.clone().is_inference(), (i.clone() * x)
    i = inferred()[0]; r = i[:1].is_inference(), i.detach().is_inference(), i.data.is_inference(), i[:1]._is_view()
    inferred()[0].add_(1)
    inferred()[0][0] = 1
    inferred()[0].normal_()
    inferred()[0].unsqueeze_(0)
    with torch.no_grad(): inferred()[3].t_()
    with torch.inference_mode(): r = inferred()[0].unsqueeze_(0)
    with torch.no_grad(): inferred()[0].add_(1)
    with torch.inference_mode(): r = inferred()[0].add_(1)
    inferred()[0].requires_grad_()
    r = inferred()[0].requires_grad_(False)
    inferred()[0]._version
    inferred()[2].add_(1)
    with torch.no_grad(): r = inferred()[2].add_(1)
    r = (x * 1).copy_(inferred()[0]), (x * 1).add_(inferred()[0]), torch.relu(inferred()[0] + x)
    (x * 1).mul_(inferred()[0])
    torch.nn.functional.linear(inferred()[0], x[None])
    with torch.no_grad(), torch.inference_mode(False): r = torch.is_grad_enabled(), torch.is_inference_mode_enabled()
    with torch.inference_mode(), torch.inference_mode(False): r = (x * 2).requires_grad, torch.ones(2).is_inference()
    r = torch.inference_mode()(lambda: (torch.ones(1).is_inference(), torch.is_inference_mode_enabled()))()
"""


def helpers(package) -> dict:
    """What the programs use."""

    class Double(package.autograd.Function):
        @staticmethod
        def forward(ctx, x):
            ctx.mark_dirty(x)
            return x.mul_(2)

        @staticmethod
        def backward(ctx, g):
            return g * 2

    class Pair(package.autograd.Function):
        @staticmethod
        def forward(ctx, x, y):
            ctx.mark_dirty(x)
            return x.mul_(y), y * 2

        @staticmethod
        def backward(ctx, g, h):
            return g, h

    class Part(package.autograd.Function):
        @staticmethod
        def forward(ctx, x):
            return x[:2]

        @staticmethod
        def backward(ctx, g):
            return package.cat([g, g])

    class Shares(package.nn.Module):
        def __init__(self):
            super().__init__()
            self.a = self.d = package.nn.Parameter(package.arange(4.0))
            self.b = package.nn.Parameter(self.a.detach()[1:3])
            self.register_buffer("c", package.arange(4.0))
            self.register_buffer("e", self.c[1:])

    def chain(length):
        x = package.arange(4.0, requires_grad=True)
        y = z = x * 1
        for _ in range(length // 2):
            z = z.view(2, 2).view(4)
        z.mul_(2)
        (y * x.detach()).sum().backward()
        return x.grad

    def inferred():
        x = package.ones(4, requires_grad=True)
        with package.inference_mode():
            made = package.ones(4)
            return made, x * 2, x[:2], x.detach(), made[:2], package.rand(2), x.split(2)[0], made.split(2)[0], x.clone()

    def fixed(array):
        array.flags.writeable = False
        return array

    def fn(tensor):
        return tensor.grad_fn.name().rpartition("::")[2]

    package.manual_seed(0)
    known = {**locals(), "torch": package, "np": np, "copy": copy, "pickle": pickle}
    return {**known, "x": package.arange(4.0, requires_grad=True)}


def plain(value):
    if hasattr(value, "detach"):
        return str(value.dtype).rpartition(".")[2], value.detach().clone().tolist()
    if isinstance(value, (tuple, list)):
        return [plain(v) for v in value]
    return value.tolist() if isinstance(value, np.ndarray) else value


def outcome(package, line: str):
    names = helpers(package)
    try:
        exec(line, names)
    except Exception as error:
        return type(error).__name__
    return plain(names.get("r"))


@pytest.mark.filterwarnings("ignore")
@pytest.mark.parametrize(
    "line", [s.strip() for s in (WRITES + HISTORIES + COPIES + INFERENCE).splitlines() if s.strip()]
)
def test_program(line):
    assert outcome(minitorch_pt, line) == outcome(torch, line)


def test_memory_that_is_not_numpys_own_is_not_written_to():
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        bytes_of_python = minitorch_pt.frombuffer(b"\0" * 8, dtype=minitorch_pt.float32)
    with pytest.raises(RuntimeError, match="read-only"):
        bytes_of_python.add_(1)


def test_a_loop_may_fill_a_tensor_element_by_element():
    x = minitorch_pt.ones(1, requires_grad=True)
    y = minitorch_pt.zeros(300)
    for i in range(300):
        y[i] = x[0] * i
    y.sum().backward()
    assert x.grad.item() == sum(range(300))
