"""arange, range, linspace and logspace of random ends, steps and types: torch's very bits, or its type of error."""

from __future__ import annotations

import random
import warnings
from typing import Any

import numpy as np
import pytest
import torch

import minitorch_pt
from parity_tests.oracle import builtin_type
from parity_tests.sweeps import compared

_TYPES = (None, "float32", "float64", "float16", "int64", "int32", "uint8", "int8")
_SPECIAL = (0, 1, -1, 1e10, -1e-10, 1e30, 3e38, 7e4, 2**40, 0.1, 1 / 3, float("inf"), float("nan"))


def _number(draw: random.Random) -> float:
    make = draw.choice((
        lambda: draw.randint(-20, 20),
        lambda: round(draw.uniform(-5, 5), 1),
        lambda: draw.uniform(-100, 100),
        lambda: draw.choice(_SPECIAL),
    ))  # fmt: skip
    return make()


def _call(draw: random.Random) -> tuple:
    """(name, arguments, dtype) of a range that is not too long to make."""
    name, dtype = draw.choice(("arange", "range", "linspace", "logspace")), draw.choice(_TYPES)
    a, b = _number(draw), _number(draw)
    if name == "logspace":
        a, b = a / 10, b / 10
    if name.endswith("space"):
        return name, (a, b, draw.randint(-1, 120)), dtype
    span = abs(b - a)
    step = draw.choice((1, 0, 0.1, 0.3, -1, -0.25, 2, 7, -3, span / draw.uniform(1, 200), -span / draw.randint(1, 100)))
    if "int" in str(dtype) and abs(step) < 1:  # torch divides by a step that it cut to 0
        step = 1 if b > a else -1
    if step and 5000 < span / abs(step) < float("inf"):
        step = (b - a) / 100
    return name, (a, b, step), dtype


def _result(package: Any, call: tuple) -> Any:
    name, args, dtype = call
    try:
        made = getattr(package, name)(*args, **({} if dtype is None else {"dtype": getattr(package, dtype)}))
    except Exception as error:
        return error
    return made.numpy()


def _sweep(count: int, seed: int) -> None:
    draw = random.Random(seed)
    wrong, values = [], 0
    for _ in range(count):
        call = _call(draw)
        ours, theirs = _result(minitorch_pt, call), _result(torch, call)
        if isinstance(theirs, Exception):
            same = isinstance(ours, builtin_type(theirs))
        else:
            values += 1
            same = (
                isinstance(ours, np.ndarray) and ours.dtype == theirs.dtype and np.array_equal(ours, theirs, equal_nan=ours.dtype.kind == "f")
            )  # fmt: skip
        if not same:
            wrong.append(f"{call}: {str(ours)[:100]}, torch has {str(theirs)[:100]}")
    compared("ranges", {"values": values, "errors": count - values})
    assert not wrong, f"{len(wrong)} of {count} ({values} values):\n" + "\n".join(wrong[:20])
    assert values > count / 3


@pytest.fixture(autouse=True)
def _quiet() -> Any:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # torch.range is deprecated
        yield


def test_ranges_are_torchs_to_the_bit() -> None:
    _sweep(3000, 0)


@pytest.mark.long
def test_many_ranges_are_torchs_to_the_bit() -> None:
    _sweep(60_000, 1)
