"""A second backward pass through each operation: refused where torch's node has let go of what it saved, right where it has not."""

from __future__ import annotations

import collections
import itertools
import warnings
from collections.abc import Callable, Iterable
from fnmatch import fnmatchcase
from typing import Any

import numpy as np
import pytest
import torch

import minitorch_pt
from parity_tests.databases.table import OutOfScope
from parity_tests.sweeps import accepted, compared
from parity_tests.sweeps.test_inplace_changes import OPERATIONS, operation_calls

DIFFERENCES = accepted("twice")


def twice(package: Any, call: Callable) -> str:
    """What comes of two backward passes: "right", "refused", or "no gradient"."""
    _, outputs, leaves = call(package)
    outputs = [t for t in outputs if t.requires_grad and t.is_floating_point()]
    if not outputs:
        return "no gradient"

    def gradients() -> list:
        found = package.autograd.grad(sum(t.sum() for t in outputs), leaves, allow_unused=True)
        return [None if g is None else (g + 0).numpy() for g in found]

    first = gradients()
    try:
        second = gradients()
    except RuntimeError as error:
        assert "second time" in str(error)
        return "refused"
    for one, other in zip(first, second, strict=True):
        np.testing.assert_array_equal(one, other)
    return "right"


def sweep(names: Iterable[str]) -> None:
    counts: collections.Counter = collections.Counter()
    failures: dict[str, str] = {}
    for name in names:
        for label, call, _ in itertools.islice(operation_calls(OPERATIONS[name], 2), 6):
            with warnings.catch_warnings(), np.errstate(all="ignore"):
                warnings.simplefilter("ignore")
                try:
                    theirs, ours = twice(torch, call), twice(minitorch_pt, call)
                except OutOfScope as reason:
                    counts[f"skipped: {reason}"] += 1
                    continue
            counts[theirs] += 1
            if ours != theirs and not any(fnmatchcase(f"{name}: {ours}, torch: {theirs}", d) for d in DIFFERENCES):
                failures[f"{name} {label}"] = f"{ours}, torch: {theirs}"
    compared("twice", counts)
    assert not failures, "\n".join(f"{label}: {how}" for label, how in failures.items())
    assert min(counts["right"], counts["refused"]) > 0.1 * counts.total()


def test_some() -> None:
    sweep([*OPERATIONS][::6])


@pytest.mark.long
def test_all() -> None:
    sweep(OPERATIONS)
