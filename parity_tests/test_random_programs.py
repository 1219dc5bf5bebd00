"""Random programs: 10 to 30 operations on tensors of random shapes, with broadcasting, views and in-place steps.

Hypothesis draws a plan of numbers; `run` reads it with either package. Values and gradients must agree, and where torch refuses a
step or the backward pass (an array that was needed has been changed in place), so must we.
"""

from __future__ import annotations

import math
from typing import Any

import numpy as np
import pytest
import torch
from hypothesis import HealthCheck, given, settings, strategies as st

import minitorch_pt

# 30 operations in a row, some of which (exp, sums that cancel) magnify a last-digit difference: not an operation's own 1e-12
RTOL = 1e-8
LARGEST = 400  # elements; growing operations are left out beyond it

UNARY = ["sin", "tanh", "sigmoid", "abs", "relu", "neg", "cos", "exp", "square", "sign", "erf", "softplus"]
BINARY = ["add", "sub", "mul", "maximum", "minimum", "atan2", "where", "div", "matmul", "lerp"]
SHAPE = "transpose reshape unsqueeze squeeze flip take slice expand cat stack row roll chunk mask gather pad".split()
REDUCE = ["sum", "mean", "amax", "logsumexp", "cumsum", "var", "softmax", "sum_all", "prod", "norm", "sort", "max"]
INPLACE = "mul_ add_ tanh_ fill_slice assign_row sub_ masked_fill_ assign_mask exp_ zero_row".split()
KINDS = [UNARY, UNARY, BINARY, BINARY, SHAPE, SHAPE, REDUCE, INPLACE]

number = st.integers(0, 10_000)
step = st.tuples(number, number, number, number, number)
plans = st.lists(step, min_size=10, max_size=30)
shapes = st.lists(st.lists(st.integers(1, 4), max_size=3).map(tuple), min_size=2, max_size=3)


def bounded(x: Any) -> Any:
    """Keep numbers from growing without end."""
    return x.tanh() * 2


def unary(t: Any, name: str, x: Any, n: int) -> Any:
    if name in ("exp", "square"):
        x = bounded(x)
    return t.nn.functional.softplus(x) if name == "softplus" else getattr(t, name)(x)


def fits(x: Any, y: Any) -> bool:
    try:
        return math.prod(np.broadcast_shapes(tuple(x.shape), tuple(y.shape))) <= LARGEST
    except ValueError:
        return False


def binary(t: Any, name: str, x: Any, y: Any) -> Any:
    if name == "matmul":
        if x.ndim == 0 or y.ndim == 0:
            return x * y
        k = min(x.shape[-1], y.shape[-1])
        return bounded(x[..., :k] @ y[..., :k].transpose(-1, -2) if y.ndim == 2 else (x[..., :k] * y.reshape(-1)[:k]))
    if not fits(x, y):
        y = y.mean()
    if name == "where":
        return t.where(x > y, x, y)
    if name == "div":
        return x / (y * y + 1)
    if name == "lerp":
        return t.lerp(x, y, 0.25)
    return bounded(x) * y if name == "mul" else getattr(t, name)(x, y)


def shape(t: Any, name: str, x: Any, n: int, m: int) -> Any:
    if name == "unsqueeze":
        return x.unsqueeze(n % (x.ndim + 1)) if x.ndim < 5 else x
    if x.ndim == 0:
        return x.expand(3)
    d, e = n % x.ndim, m % x.ndim
    size = x.shape[d]
    if size == 0:
        return x
    if name in ("cat", "stack") and x.numel() > LARGEST // 2:
        return x
    if name == "transpose":
        return x.transpose(d, e)
    if name == "reshape":
        return x.reshape(-1) if m % 2 else x.reshape(-1, x.shape[-1] or 1)
    if name == "squeeze":
        return x.squeeze(d)
    if name == "flip":
        return x.flip(d)
    if name == "roll":
        return x.roll(m % 3, d)
    if name == "take":
        return x.index_select(d, t.tensor([m % size, 0, n % size]))
    if name == "slice":
        return x[(slice(None),) * d + (slice(m % size, None, 1 + n % 2),)]
    if name == "expand":
        return x.unsqueeze(0).expand(2, *x.shape) if x.numel() <= LARGEST // 2 and x.ndim < 5 else x
    if name == "cat":
        return t.cat([x, x * 0.5], d)
    if name == "stack":
        return t.stack([x, x.sin()], d) if x.ndim < 5 else x
    if name == "row":
        return x[m % x.shape[0]]
    if name == "chunk":
        return x.chunk(2, d)[0]
    if name == "mask":
        return x[x > 0]
    if name == "gather":
        return x.gather(d, t.zeros(tuple(x.shape), dtype=t.int64) + m % size)
    return x[None, ..., : 1 + m % x.shape[-1]]


def reduce(t: Any, name: str, x: Any, n: int, m: int) -> Any:
    if x.numel() == 0:
        return x.sum()
    if name == "sum_all" or x.ndim == 0:
        return x.sum()
    d, keep = n % x.ndim, bool(m % 2)
    if name in ("cumsum", "softmax"):
        return getattr(t, name)(x, d)
    if name == "norm":
        return (x * x + 1).sum(d, keepdim=keep).sqrt()
    if name == "var":
        return x.var(d, correction=0, keepdim=keep)
    if name == "prod":
        return bounded(x).prod(d, keepdim=keep)
    if name == "sort":
        return x.sort(dim=d, stable=True)[0]
    if name == "max":
        return x.max(d, keepdim=keep)[0]
    return getattr(x, name)(d, keepdim=keep)


def inplace(t: Any, name: str, x: Any, y: Any, n: int) -> Any:
    if any(step == 0 and size > 1 for step, size in zip(x.stride(), x.shape, strict=True)):
        return x  # torch still writes into expanded memory here and there, and says that it will stop
    if name in ("tanh_", "exp_"):
        return getattr(x.tanh_(), name)()
    if name == "mul_":
        return x.mul_(0.5)
    if name == "masked_fill_":
        return x.masked_fill_(x.detach() > 0.5, 0.25)
    if name == "assign_mask":
        x[x.detach() > 0.5] = 0.125
        return x
    if name in ("fill_slice", "assign_row", "zero_row") and x.ndim and x.shape[0]:
        if name == "fill_slice":
            x[n % x.shape[0] :] = 0.5
        elif name == "zero_row":
            x[n % x.shape[0]].zero_()
        else:
            x[n % x.shape[0]] = y.mean() if y.numel() else 0.0
        return x
    if fits(x, y) and np.broadcast_shapes(tuple(x.shape), tuple(y.shape)) == tuple(x.shape):
        return x.sub_(y) if name == "sub_" else x.add_(y)
    return x.add_(1)


def forward(t: Any, plan: list, arrays: list[np.ndarray]) -> tuple[Any, list, list]:
    """(loss, all tensors, leaves) of a plan."""
    make = t.from_numpy
    leaves = [make(np.array(a)).requires_grad_() for a in arrays]
    pool = [leaf * 1.0 for leaf in leaves]
    for kind, which, a, b, c in plan:
        names = KINDS[kind % len(KINDS)]
        name, x, y = names[which % len(names)], pool[a % len(pool)], pool[b % len(pool)]
        if names is UNARY:
            pool.append(unary(t, name, x, c))
        elif names is BINARY:
            pool.append(binary(t, name, x, y))
        elif names is SHAPE:
            pool.append(shape(t, name, x, b, c))
        elif names is REDUCE:
            pool.append(reduce(t, name, x, b, c))
        else:
            inplace(t, name, x, y, c)
    return sum((p * make(weights(tuple(p.shape)))).sum() for p in pool), pool, leaves


def weights(size: tuple) -> np.ndarray:
    return np.asarray(np.cos(np.arange(math.prod(size), dtype=float)).reshape(size) + 0.1)


def run(t: Any, plan: list, arrays: list[np.ndarray]) -> Any:
    """The values and gradients of a plan, or the error that ended it."""
    try:
        loss, pool, leaves = forward(t, plan, arrays)
        loss.backward()
    except RuntimeError as error:
        return error
    gradients = [np.zeros(leaf.shape) if leaf.grad is None else leaf.grad.numpy() for leaf in leaves]
    return [p.detach().numpy() for p in pool], gradients


def slope(plan: list, arrays: list[np.ndarray], gradients: list[np.ndarray]) -> None:
    """Our gradient along one direction equals the difference quotient."""
    direction = [weights(a.shape) for a in arrays]
    eps = 1e-6
    up, down = (
        forward(minitorch_pt, plan, [a + s * eps * d for a, d in zip(arrays, direction, strict=True)])[0].item()
        for s in (1, -1)
    )
    expected = sum((g * d).sum() for g, d in zip(gradients, direction, strict=True))
    if np.isnan(up):  # the mean of an empty selection
        return
    assert abs((up - down) / (2 * eps) - expected) <= 1e-4 * (1 + abs(expected) + abs(up))


def compare(plan: list, sizes: list, seed: int) -> None:
    generator = np.random.Generator(np.random.PCG64(seed))
    arrays = [np.asarray(generator.uniform(-2, 2, s)) for s in sizes]
    ours, theirs = run(minitorch_pt, plan, arrays), run(torch, plan, arrays)
    if isinstance(theirs, RuntimeError):
        # torch also refuses what it could do: x.tanh_().exp_() overwrites what tanh_ keeps, where we keep a copy; and what it
        # reads while it writes, x.unsqueeze(0).add_(x), where we compute first
        if not isinstance(ours, RuntimeError):
            assert any(reason in str(theirs) for reason in ("inplace", "single memory location")), (
                f"torch refuses: {theirs}"
            )
            slope(plan, arrays, ours[1])
        return
    assert not isinstance(ours, RuntimeError), f"torch can do this, we say: {ours}"
    for mine, other in zip(ours[0] + ours[1], theirs[0] + theirs[1], strict=True):
        scale = np.abs(other[np.isfinite(other)]).max(initial=1.0)
        np.testing.assert_allclose(mine, other, rtol=RTOL, atol=RTOL * scale)


COMMON = {"deadline": None, "derandomize": True, "database": None, "suppress_health_check": list(HealthCheck)}


@settings(max_examples=200, **COMMON)
@given(plan=plans, sizes=shapes, seed=number)
def test_random_programs(plan, sizes, seed):
    compare(plan, sizes, seed)


@pytest.mark.long
@settings(max_examples=2000, **COMMON)
@given(plan=plans, sizes=shapes, seed=number)
def test_more_random_programs(plan, sizes, seed):
    compare(plan, sizes, seed)


def test_a_plan_uses_what_it_names():
    """Every kind of step runs, so that no typing mistake hides behind a chain of `if`s."""
    for k, names in enumerate(KINDS):
        for i in range(len(names)):
            compare([(k, i, 0, 1, 2), (k, i, 1, 0, 3)], [(2, 3), (2, 3)], seed=i)
