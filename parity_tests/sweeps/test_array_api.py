"""What the array API asks of: its functions for every dtype, for shapes without axes and without elements, along each axis, with special values."""

from __future__ import annotations

import itertools
import random
import warnings
from collections import Counter
from collections.abc import Callable, Iterator
from typing import Any

import numpy as np
import pytest
import torch

import minitorch_pt
from parity_tests.oracle import assert_same, builtin_type
from parity_tests.sweeps import judge

DTYPES = ["bool", "uint8", "int8", "int16", "int32", "int64", "float32", "float64"]
SHAPES: list[tuple[int, ...]] = [(), (0,), (1,), (5,), (2, 3), (0, 3), (2, 0), (3, 1, 2)]
AXES = [0, -1, 1, (0, 1), 7]
SPECIAL = [np.inf, -np.inf, np.nan, 0.0, 1.0, -1.0, 2.5, -3.5]

# each of a tensor and an axis
ALONG: dict[str, Callable[[Any, Any, Any], Any]] = {
    name: lambda p, x, axis, name=name: getattr(p, name)(x, dim=axis)
    for name in ("sum", "prod", "mean", "amax", "amin", "argmax", "argmin", "any", "all", "count_nonzero", "cumsum", "cumprod", "cummax", "sort", "diff", "squeeze",
                 "unsqueeze", "unbind", "median", "nanmedian", "logsumexp", "softmax", "kthvalue", "topk", "mode", "logcumsumexp", "aminmax", "unique_consecutive")
    if name not in ("kthvalue", "topk")
} | {
    "max": lambda p, x, axis: p.max(x, axis, True),
    "min": lambda p, x, axis: x.min(dim=axis, keepdim=True),
    "var": lambda p, x, axis: p.var(x, dim=axis, correction=0.5),
    "std": lambda p, x, axis: x.std(dim=axis, correction=0, keepdim=True),
    "kthvalue": lambda p, x, axis: p.kthvalue(x, 1, dim=axis).values,
    "topk": lambda p, x, axis: p.topk(x, 1, dim=axis).values,
    "argsort": lambda p, x, axis: p.argsort(x, dim=axis, stable=True),
    "sort down": lambda p, x, axis: p.sort(x, dim=axis, descending=True, stable=True),
    "diff with ends": lambda p, x, axis: p.diff(x, n=0, dim=axis, prepend=x),
    "roll": lambda p, x, axis: p.roll(x, 2, axis),
    "flip": lambda p, x, axis: x.flip(axis),
    "gather": lambda p, x, axis: x.gather(axis, p.zeros_like(x, dtype=p.int64)),
    "unique": lambda p, x, axis: p.unique(x, return_inverse=True, return_counts=True, dim=axis),
    "repeat_interleave": lambda p, x, axis: x.repeat_interleave(2, axis),
    "split": lambda p, x, axis: x.split(2, axis),
    "tensor_split": lambda p, x, axis: x.tensor_split(3, axis),
    "gradient": lambda p, x, axis: p.gradient(x, dim=axis),
    "norm": lambda p, x, axis: p.norm(x, dim=axis),
    "take_along_dim": lambda p, x, axis: p.take_along_dim(x, p.zeros_like(x, dtype=p.int64), axis),
}  # fmt: skip

# each of a tensor alone
ALONE: dict[str, Callable[[Any, Any], Any]] = {
    "x[True] = 3": lambda p, x: x.clone().__setitem__(True, p.tensor(3)) or x,
    "True written": lambda p, x: written(x.clone(), True, p.tensor(2.5)),
    "None written": lambda p, x: written(x.clone(), None, p.tensor([1], dtype=p.int64)),
    "complex": lambda p, x: complex(x),
    "searchsorted": lambda p, x: p.searchsorted(p.arange(3, dtype=x.dtype), x),
    "bucketize": lambda p, x: p.bucketize(x, p.arange(3, dtype=x.dtype), right=True),
    "inner": lambda p, x: p.inner(x, x),
    "trace": lambda p, x: p.trace(x),
    "diagonal": lambda p, x: p.einsum("ii->i", x),
    "dots": lambda p, x: p.einsum("......i->i", x),
    "asarray": lambda p, x: p.asarray(x, dtype=p.float32, copy=True),
    "asarray of a scalar": lambda p, x: p.asarray(x.numpy().reshape(-1)[0], dtype=p.float64),
    "asarray of bytes": lambda p, x: p.asarray(bytearray(x.numpy().tobytes()), dtype=p.uint8),
    "backwards": lambda p, x: p.as_tensor(x.numpy()[::-1]),
    "a copy backwards": lambda p, x: p.tensor(x.numpy()[::-1]),
    "from_dlpack": lambda p, x: p.from_dlpack(x.numpy()),
    "pad": lambda p, x: p.nn.functional.pad(x, (1, 0), mode="reflect"),
    "unfold": lambda p, x: x.unfold(0, 1, 1),
    "nonzero": lambda p, x: p.nonzero(x, as_tuple=True),
    "tolist": lambda p, x: x.tolist(),
    "clip": lambda p, x: p.clip(x, -1, 2),
    "tril": lambda p, x: p.tril(x, 1),
    "tensordot": lambda p, x: p.tensordot(x, x, dims=1),
    "meshgrid": lambda p, x: p.meshgrid(x, x, indexing="ij"),
    "mT": lambda p, x: x.mT,
}

# each of two tensors that broadcast, also to nothing
PAIRS = [
    "add", "sub", "mul", "div", "floor_divide", "remainder", "fmod", "pow", "atan2", "logaddexp", "bitwise_and", "bitwise_left_shift", "maximum", "fmin", "hypot",
    "copysign", "nextafter", "eq", "less", "logical_xor", "matmul", "gcd", "heaviside", "isclose", "dot", "outer", "kron", "cdist", "where",
]  # fmt: skip


def written(x: Any, index: Any, value: Any) -> Any:
    x[index] = value
    return x


def data(dtype: str, shape: tuple[int, ...], seed: int, special: bool = False) -> np.ndarray:
    generator = np.random.default_rng([seed, *shape])
    if dtype == "bool":
        return generator.integers(0, 2, shape).astype(bool)
    if special and dtype.startswith("float"):
        return generator.choice(SPECIAL, shape).astype(dtype)
    low = 0 if dtype == "uint8" else -6
    return np.asarray(generator.integers(low, 7, shape)).astype(dtype)


def calls() -> Iterator[tuple[str, Callable[[Any], Any]]]:
    for dtype, shape, special in itertools.product(DTYPES, SHAPES, (False, True)):
        if special and not dtype.startswith("float"):
            continue
        x = data(dtype, shape, 0, special)
        where = f"{dtype} {shape}{' special' if special else ''}"
        for name, along in ALONG.items():
            for axis in AXES:
                yield f"{name}: {where}, {axis}", lambda p, f=along, x=x, axis=axis: f(p, p.tensor(x), axis)
        for name, alone in ALONE.items():
            yield f"{name}: {where}", lambda p, f=alone, x=x: f(p, p.tensor(x))
    shapes = [((3,), (3,)), ((), (3,)), ((2, 1), (1, 3)), ((0, 1), (3,)), ((), ())]
    for name, first, second, (s, t) in itertools.product(PAIRS, DTYPES, DTYPES, shapes):
        a, b = data(first, s, 1), data(second, t, 2)
        if "shift" in name:
            b = abs(b)
        if name == "where":
            yield (
                f"{name}: {first} {s}, {second} {t}",
                lambda p, a=a, b=b: p.where(p.tensor(a) > 0, p.tensor(a), p.tensor(b)),
            )
        else:
            yield (
                f"{name}: {first} {s}, {second} {t}",
                lambda p, n=name, a=a, b=b: getattr(p, n)(p.tensor(a), p.tensor(b)),
            )


def outcome(package: Any, call: Callable[[Any], Any]) -> Any:
    try:
        with warnings.catch_warnings(), np.errstate(all="ignore"):
            warnings.simplefilter("ignore")
            return call(package)
    except Exception as error:
        return error


def difference(ours: Any, theirs: Any) -> str:
    if isinstance(theirs, Exception):
        if isinstance(ours, builtin_type(theirs)):
            return ""
        return f"{'another error' if isinstance(ours, Exception) else 'a value here'}: {ours!r}, torch {theirs!r}"
    if isinstance(ours, Exception):
        return f"refused here: {ours!r}, torch {theirs}"
    try:
        assert_same(ours, theirs, 2e-6)
    except AssertionError as error:
        return f"value: {error}"
    return ""


def sweep(part: float) -> None:
    counts: Counter = Counter()
    found: dict[str, str] = {}
    choose = random.Random(0)
    for key, call in calls():
        if choose.random() > part:
            continue
        theirs, mine = outcome(torch, call), outcome(minitorch_pt, call)
        counts["errors" if isinstance(theirs, Exception) else "values"] += 1
        text = " ".join(difference(mine, theirs).split())
        if text:
            found[f"{key}, {text.partition(':')[0]}"] = text
    judge("array_api", counts, found, 1500)
    assert counts["errors"] > 1000, counts


def test_array_api() -> None:
    """A fifth of all."""
    sweep(0.2)


@pytest.mark.long
def test_array_api_whole() -> None:
    sweep(1)
