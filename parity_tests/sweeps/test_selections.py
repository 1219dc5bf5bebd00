"""What sorts, chooses, searches and counts, on random arrays full of nan, infinities, zeros of both signs and equal numbers: torch's values and places."""

from __future__ import annotations

import random
import warnings
from typing import Any

import numpy as np
import pytest
import torch

import minitorch_pt
from parity_tests.oracle import assert_same, builtin_type
from parity_tests.sweeps import compared

_POOLS = (
    [np.nan, np.inf, -np.inf, 0.0, -0.0, 1.0, 1.0, 2.0, -1.0],
    [0.0, 1.0, 2.0, np.nan, 1.0],
    [0.0, 1.0, 1.0, 2.0, 3.0],
)
# beyond 16 the order of equal ones is torch's sorting library's
_SHAPES = (
    (5,),
    (3, 4),
    (2, 3, 4),
    (1,),
    (),
    (16,),
    (3, 0),
)
# p: the package, x: the tensor, d: an axis, k: 1, 2 or 3
_CALLS = {
    name: eval("lambda p, x, d, k: " + name)
    for name in (
        "p.mode(x, d)", "p.kthvalue(x, k, d)", "p.median(x, d)", "p.median(x)", "p.nanmedian(x, d)", "p.nanmedian(x)",
        "p.sort(x, dim=d, stable=True)", "p.sort(x, dim=d, descending=True, stable=True)", "p.argsort(x, dim=d, stable=True)", "p.sort(x, d)[0]",
        "p.topk(x, k, d)", "p.topk(x, k, d, False)", "p.max(x, d)", "p.min(x, d)", "p.argmax(x, d)", "p.argmin(x, d)", "p.argmax(x)",
        "p.unique(x, return_inverse=True, return_counts=True)", "p.unique_consecutive(x, return_inverse=True, return_counts=True)",
        "p.cummax(x, d)", "p.cummin(x, d)", "p.amax(x, d)", "p.aminmax(x, dim=d)", "p.fmax(x, x.flip(d))", "p.maximum(x, x.flip(d))",
        "p.searchsorted(p.sort(x, -1)[0], x)", "p.searchsorted(p.sort(x, -1)[0], x, right=True)", "p.bucketize(x, p.sort(x.flatten())[0])",
        "p.bucketize(x, p.sort(x.flatten())[0], right=True)", "p.histc(x, 4, -2, 2)", "p.histc(x, 4)", "p.isin(x, x.flatten()[:2])", "p.msort(x)",
        "p.quantile(x, 0.3, d)", "p.nanquantile(x, p.tensor([0.1, 0.5], dtype=x.dtype), d)", "p.quantile(x, 0.7, d, interpolation='lower')",
    )
}  # fmt: skip


def _result(package: Any, call: Any, data: np.ndarray, d: int, k: int) -> Any:
    try:
        return call(package, package.from_numpy(data.copy()), d, k)
    except Exception as error:
        return error


def _sweep(count: int, seed: int) -> None:
    draw, wrong = random.Random(seed), []
    for _ in range(count):
        shape, pool = draw.choice(_SHAPES), draw.choice(_POOLS)
        data = np.array(
            [draw.choice(pool) for _ in range(int(np.prod(shape)))], draw.choice(("float32", "float64"))
        ).reshape(shape)
        if pool is _POOLS[2]:
            data = data.astype(np.int64)
        d, k = draw.randrange(-1, max(len(shape), 1)), draw.randint(1, 3)
        for name, call in _CALLS.items():
            ours, theirs = (_result(package, call, data, d, k) for package in (minitorch_pt, torch))
            try:
                if isinstance(theirs, Exception):
                    assert isinstance(ours, builtin_type(theirs)), f"{ours!r}, torch {theirs!r}"
                else:
                    assert_same(ours, theirs)
            except AssertionError as error:
                wrong.append(
                    f"{name}, d={d}, k={k}, x={data.dtype} {data.tolist()}: {' '.join(str(error).split())}"[:400]
                )
    compared("selections", {"calls": count * len(_CALLS)})
    assert not wrong, f"{len(wrong)} of {count * len(_CALLS)} differ:\n" + "\n".join(wrong[:20])


@pytest.fixture(autouse=True)
def _quiet() -> Any:
    with warnings.catch_warnings(), np.errstate(all="ignore"):
        warnings.simplefilter("ignore")
        yield


def test_topk_of_equal_numbers() -> None:
    """Long rows with few different numbers, for each of the ways that torch's selection goes, and the pruned places, which it decides."""
    draw = random.Random(0)
    for _ in range(300):
        n = draw.choice((1, 3, 8, 17, 40, 100, 300, 1000))
        k = min(draw.choice((1, 2, n // 2, n, draw.randint(0, n), n // 70)), n)
        data = np.array([[draw.randint(0, draw.choice((1, 3, 10, n))) for _ in range(n)] for _ in range(2)], np.float32)
        data[0, : draw.randint(0, 2)] = np.nan
        largest = draw.random() < 0.5
        assert_same(
            minitorch_pt.topk(minitorch_pt.from_numpy(data), k, largest=largest),
            torch.topk(torch.from_numpy(data), k, largest=largest),
        )


def test_selections() -> None:
    _sweep(150, 0)


@pytest.mark.long
def test_many_selections() -> None:
    _sweep(5000, 1)
