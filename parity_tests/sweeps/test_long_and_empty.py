"""Quick ways are chosen by size: each operation that has one, along long axes of tensors that hold nothing, or one row."""

from __future__ import annotations

import numpy as np
import pytest
import torch

import minitorch_pt
from parity_tests.sweeps import compared

SHAPES = [(0, 5000), (5000, 0), (1, 5000), (0, 300, 2), (2, 300, 0), (1, 40000)]
CALLS = {
    "sort": lambda t, x, d: t.sort(x, dim=d, stable=True),
    "argsort": lambda t, x, d: t.argsort(x, dim=d, stable=True),
    "topk": lambda t, x, d: t.topk(x, min(3, x.shape[d]), dim=d)[0],
    "kthvalue": lambda t, x, d: t.kthvalue(x, 1, dim=d)[0],
    "softmax": lambda t, x, d: t.softmax(x, d),
    "log_softmax": lambda t, x, d: t.log_softmax(x, d),
    "sum": lambda t, x, d: x.sum(d),
    "mean": lambda t, x, d: x.mean(d),
    "norm": lambda t, x, d: t.linalg.vector_norm(x, 2, d),
    "cumsum": lambda t, x, d: x.cumsum(d),
    "cumprod": lambda t, x, d: x.cumprod(d),
    "gather": lambda t, x, d: t.gather(x, d, t.zeros_like(x, dtype=t.int64)) if x.numel() else t.gather(x, d, t.zeros(x.shape, dtype=t.int64)),
    "scatter_add": lambda t, x, d: t.zeros_like(x).scatter_add(d, t.zeros(x.shape, dtype=t.int64), x),
    "index_select": lambda t, x, d: x.index_select(d, t.zeros(min(x.shape[d], 7), dtype=t.int64)),
    "x[index]": lambda t, x, d: x[t.zeros(min(x.shape[0], 7), dtype=t.int64)],
    "median": lambda t, x, d: t.median(x, d)[0],
    "quantile": lambda t, x, d: t.quantile(x, 0.5, dim=d),
    "unique": lambda t, x, d: t.unique(x.detach()),
    "layer_norm": lambda t, x, d: t.nn.functional.layer_norm(x, x.shape[-1:]),
    "rms_norm": lambda t, x, d: t.nn.functional.rms_norm(x, x.shape[-1:]),
    "group_norm": lambda t, x, d: t.nn.functional.group_norm(x, 1),
    "gelu": lambda t, x, d: t.nn.functional.gelu(x),
    "softplus": lambda t, x, d: t.nn.functional.softplus(x),
    "elu": lambda t, x, d: t.nn.functional.elu(x),
    "leaky_relu": lambda t, x, d: t.nn.functional.leaky_relu(x),
    "cat": lambda t, x, d: t.cat([x, x], d),
    "embedding": lambda t, x, d: t.nn.functional.embedding(t.zeros(x.shape[:1], dtype=t.int64), t.ones(3, 64)),
    "flip": lambda t, x, d: x.flip(d),
}  # fmt: skip


def result(package, call, shape, dim):
    x = package.from_numpy(np.cos(np.arange(np.prod(shape), dtype=np.float32)).reshape(shape)).requires_grad_()
    try:
        found = call(package, x, dim)
        first = found[0] if isinstance(found, tuple) else found
        if first.requires_grad:
            first.sum().backward()
    except (RuntimeError, IndexError, ValueError) as error:
        return type(error).__name__
    found = found if isinstance(found, tuple) else (found,)
    return [None if y is None else y.detach().numpy() for y in (*found, x.grad)]


@pytest.mark.parametrize("name", CALLS)
def test_long_and_empty(name):
    rounds = errors = 0
    for shape in SHAPES:
        for dim in range(len(shape)):
            ours, theirs = (result(package, CALLS[name], shape, dim) for package in (minitorch_pt, torch))
            where = f"{name} {shape} along {dim}"
            if isinstance(theirs, str) or isinstance(ours, str):
                assert isinstance(ours, str) and isinstance(theirs, str), (where, ours, theirs)
                errors += 1
                continue
            rounds += 1
            for mine, other in zip(ours, theirs, strict=True):
                assert (mine is None) == (other is None), where
                if other is not None:
                    assert mine.shape == other.shape and mine.dtype == other.dtype, where
                    # float32: running sums of 40,000 numbers, added in another order
                    np.testing.assert_allclose(mine, other, rtol=2e-4, atol=2e-4, err_msg=where)
    compared("long_and_empty", {"values": rounds, "errors": errors})
    assert rounds > 3
