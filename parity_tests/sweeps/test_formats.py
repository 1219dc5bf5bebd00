"""Memory formats: what each function that takes `memory_format` gives for tensors of every order in memory, compared with torch."""

from __future__ import annotations

import collections
import itertools
import warnings
from typing import Any

import pytest
import torch

import minitorch_pt
from parity_tests.oracle import builtin_type
from parity_tests.sweeps import compared

FORMATS = ("contiguous_format", "preserve_format", "channels_last", "channels_last_3d", None, "text")

# the orders of a tensor's elements in memory: each makes one of a contiguous tensor `x`
ORDERS = {
    "contiguous": lambda x: x,
    "last two swapped": lambda x: x.transpose(-1, -2) if x.ndim > 1 else x,
    "reversed": lambda x: x.permute(tuple(range(x.ndim))[::-1]),
    "channels fastest": lambda x: x.movedim(-1, 1) if x.ndim > 2 else x,
    "expanded": lambda x: x[..., :1].expand(*x.shape) if x.ndim else x,
    "sliced": lambda x: x[..., ::2] if x.ndim else x,
    "one channel": lambda x: x[:, :1] if x.ndim > 1 else x,
    "one pixel": lambda x: x[..., :1, :1].movedim(1, -1).contiguous().movedim(-1, 1) if x.ndim > 3 else x,
    "empty": lambda x: x[:0] if x.ndim else x,
}
SHAPES = ((), (4,), (2, 3), (2, 3, 4), (2, 3, 4, 6), (2, 3, 2, 4, 6), (1, 2, 3, 1, 2, 4))

CALLS: dict[str, Any] = {
    "clone": lambda t, x, kw: x.clone(**kw),
    "torch.clone": lambda t, x, kw: t.clone(x, **kw),
    "contiguous": lambda t, x, kw: x.contiguous(**kw),
    "to": lambda t, x, kw: x.to(**kw),
    "to a type": lambda t, x, kw: x.to(t.float64, **kw),
    "to a copy": lambda t, x, kw: x.to(t.float32, copy=True, **kw),
    "double": lambda t, x, kw: x.double(**kw),
    "is_contiguous": lambda t, x, kw: x.is_contiguous(**kw),
    "zeros_like": lambda t, x, kw: t.zeros_like(x, **kw),
    "ones_like": lambda t, x, kw: t.ones_like(x, dtype=t.int64, **kw),
    "empty_like": lambda t, x, kw: t.empty_like(x, **kw).zero_(),
    "full_like": lambda t, x, kw: t.full_like(x, 3, **kw),
    "rand_like": lambda t, x, kw: t.rand_like(x, **kw),
    "randn_like": lambda t, x, kw: t.randn_like(x, **kw),
    "randint_like": lambda t, x, kw: t.randint_like(x, 9, **kw),
    "empty": lambda t, x, kw: t.empty(x.shape, **kw).zero_(),
    "resize_": lambda t, x, kw: x.detach().clone().zero_().resize_(x.shape, **kw),
    "resize_as_": lambda t, x, kw: t.zeros(x.numel()).resize_as_(x.detach(), **kw),
    "Module.to": lambda t, x, kw: _module(t, x).to(**kw).weight,
    "dim_order": lambda t, x, kw: x.dim_order(),
}


def _module(t: Any, x: Any) -> Any:
    module = t.nn.Module()
    module.weight = t.nn.Parameter(x.detach())
    return module


def _facts(value: Any) -> Any:
    """What is compared of a result: of tensors also the strides and the name of the node."""
    if not hasattr(value, "stride"):
        return value
    node = value.grad_fn.name() if value.grad_fn is not None else None
    return tuple(value.shape), _steps(value), str(value.dtype), node, value.detach().numpy().tolist()


def _steps(tensor: Any) -> tuple:
    """Its strides, where they tell where an element lies: of axes with more than one."""
    return tuple(
        step if n != 1 and tensor.numel() else None for step, n in zip(tensor.stride(), tensor.shape, strict=True)
    )


def _outcome(t: Any, call: Any, shape: tuple, order: str, form: str | None) -> tuple:
    """("value", facts) or ("error", its type) of a call, and whether the result is the input itself."""
    t.manual_seed(1)
    count = max(1, torch.Size(shape).numel())
    x = ORDERS[order](t.arange(float(count)).reshape(shape)).requires_grad_()
    given = {"memory_format": "text" if form == "text" else getattr(t, form)} if form else {}
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            value = call(t, x, given)
            gradient = None
            if getattr(value, "grad_fn", None) is not None:
                (value * value.detach()).sum().backward()
                gradient = _steps(x.grad), x.grad.tolist()
    except Exception as error:
        return "error", builtin_type(error)
    return "value", _facts(value), value is x, gradient


def _flat(outcome: Any) -> list:
    """The facts of an outcome, in a row."""
    row = [
        _flat(part) if isinstance(part, tuple) and not any(isinstance(n, int) for n in part) else [part]
        for part in outcome
    ]
    return [fact for part in row for fact in part]


def _sweep(step: int) -> collections.Counter:
    counts: collections.Counter = collections.Counter()
    wrong = []
    every = itertools.product(CALLS.items(), SHAPES, ORDERS, FORMATS)
    for (name, call), shape, order, form in itertools.islice(every, 0, None, step):
        expected, ours = (_outcome(t, call, shape, order, form) for t in (torch, minitorch_pt))
        counts[expected[0]] += 1
        same = issubclass(ours[1], expected[1]) if expected[0] == ours[0] == "error" else ours == expected
        if not same:
            pairs = itertools.zip_longest(_flat(ours), _flat(expected))
            differ = "; ".join(f"{a}, torch has {b}" for a, b in pairs if a != b)
            wrong.append(f"{name} of {shape}, {order}, {form}: {differ}")
    compared("formats", counts)
    assert not wrong, f"{len(wrong)} differ:\n" + "\n".join(wrong[:40])
    return counts


def test_formats():
    assert sum(_sweep(5).values()) > 1200


@pytest.mark.long
def test_all_formats():
    assert sum(_sweep(1).values()) > 6000
