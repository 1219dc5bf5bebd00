"""Every place of an operation that takes a number, given numbers that half or single precision lacks: what is refused, and what is computed."""

from __future__ import annotations

import itertools
import warnings
from collections import Counter
from collections.abc import Iterator
from typing import Any

import numpy as np
import pytest
import torch
from torch.testing._internal.common_methods_invocations import op_db

import minitorch_pt
from minitorch_pt.autograd import readers
from parity_tests.databases.operations import built, operation_name
from parity_tests.databases.outcomes import some
from parity_tests.databases.table import OutOfScope, table
from parity_tests.databases.twins import Converter, twin
from parity_tests.oracle import assert_same, builtin_type
from parity_tests.sweeps import judge

NUMBERS = [70000.0, 65519.0, 65520.0, -1e6, 1e10, 1e39, 2**40, float("inf"), float("nan"), 0.1]
# numbers at which products, quotients and sums with huge ones are of every kind
EDGES = [1.5, 0.0, -2.0, 60000.0, -65504.0, 6e-8, 0.001, float("inf"), -0.0]
STEPS = ("arange", "linspace", "logspace")  # a huge number makes a huge tensor
READERS = {readers._number, readers._operand}


def places(function: Any) -> Iterator[tuple[int | None, str]]:
    """The parameters that take a number: position (None for keywords alone) and name."""
    desk = getattr(function, "desk", None)
    if desk is not None:
        for place, slot in enumerate(desk.slots):
            if place and READERS & {*slot.readers}:
                yield place, slot.name
        for name, slot in desk.keywords.items():
            if READERS & {*slot.readers}:
                yield None, name


def with_edges(sample: Any) -> Any:
    """The sample with the edges among the elements of its tensors."""

    def edged(value: Any) -> Any:
        if not isinstance(value, torch.Tensor) or not value.is_floating_point() or not value.is_contiguous():
            return value
        flat = value.detach().clone().reshape(-1)
        few = min(len(EDGES), flat.numel())
        flat[:few] = torch.tensor(EDGES[:few], dtype=flat.dtype)
        return flat.reshape(value.shape)

    return type(sample)(edged(sample.input), args=tuple(map(edged, sample.args)), kwargs=sample.kwargs)


def outcome(package: Any, function: Any, sample: Any, place: int | None, name: str, number: Any) -> Any:
    convert = Converter(package)
    args, kwargs = [convert(sample.input), *convert(sample.args)], convert(sample.kwargs)
    if place is not None and place < len(args):
        args[place] = number
    else:
        kwargs[name] = number
    try:
        with warnings.catch_warnings(), np.errstate(all="ignore"):
            warnings.simplefilter("ignore")
            return function(*args, **kwargs)
    except OutOfScope:
        raise
    except Exception as error:
        return error


def difference(ours: Any, theirs: Any, half: bool) -> str:
    if isinstance(theirs, Exception):
        if isinstance(ours, builtin_type(theirs)):
            return ""
        return f"{'another error' if isinstance(ours, Exception) else 'a value here'}: {ours!r}, torch {theirs!r}"
    if isinstance(ours, Exception):
        return f"refused here: {ours!r}, torch {theirs}"
    try:
        assert_same(ours, theirs, 2e-3 if half else 2e-5)
    except AssertionError as error:
        return "value: " + " ".join(str(error).split())
    return ""


def sweep(limit: int | None) -> None:
    counts: Counter = Counter()
    found: dict[str, str] = {}
    for entry, dtype in itertools.product(op_db, (torch.float16, torch.float32)):
        name = operation_name(entry)
        if (
            dtype not in entry.dtypes
            or table().reason(name)
            or not built(entry)
            or name in table().unstable
            or name in STEPS
        ):
            continue
        ours = twin(entry.op, name.split("[")[0])
        parameters = [*places(ours)]
        if not parameters:
            continue
        for _, sample in some(itertools.islice(entry.sample_inputs("cpu", dtype), 30), limit, name):
            for (place, parameter), number in itertools.product(parameters, NUMBERS):
                try:
                    sample = with_edges(sample)
                    theirs = outcome(torch, entry.op, sample, place, parameter, number)
                    if isinstance(theirs, TypeError):  # no such argument in torch's form of the call
                        counts["skipped: no call"] += 1
                        continue
                    mine = outcome(minitorch_pt, ours, sample, place, parameter, number)
                except OutOfScope as reason:
                    counts[f"skipped: {reason}"] += 1
                    continue
                counts["errors" if isinstance(theirs, Exception) else "values"] += 1
                text = difference(mine, theirs, dtype is torch.float16)
                key = f"{name}: {str(dtype)[6:]}, {parameter}={number}, {text.partition(':')[0]}"
                if text:
                    found[key] = text
    judge("huge_numbers", counts, found, 500)
    assert counts["errors"] > 200, counts


def test_huge_numbers() -> None:
    """One input of each operation."""
    sweep(1)


@pytest.mark.long
def test_huge_numbers_whole() -> None:
    sweep(None)
