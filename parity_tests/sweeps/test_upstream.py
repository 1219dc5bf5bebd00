"""Every operation of the database, given gradients that hold nan and inf: where they go, and where an element that does not count gets 0."""

from __future__ import annotations

import fnmatch
import itertools
import warnings
from collections import Counter
from typing import Any

import numpy as np
import pytest
import torch
from torch.testing._internal.common_methods_invocations import op_db

import minitorch_pt
from parity_tests.databases.operations import built, operation_name, program_of
from parity_tests.databases.outcomes import some
from parity_tests.databases.table import OutOfScope, table
from parity_tests.databases.twins import twin
from parity_tests.oracle import builtin_type
from parity_tests.sweeps import accepted, compared

DIFFERENCES = accepted("upstream")
# what arrives: nan everywhere, and nan, inf or a number here and there
PATTERNS = {"nan": [np.nan], "some nan": [1.0, np.nan, 0.0], "some inf": [2.0, 0.0, -np.inf, 1.0], "zeros": [0.0]}


def outputs(value: Any, package: Any) -> list:
    if isinstance(value, package.Tensor):
        return [value]
    return [t for v in value for t in outputs(v, package)] if isinstance(value, (tuple, list)) else []


def gradients(package: Any, out: Any, leaves: list, pattern: list[float]) -> list[np.ndarray] | Exception:
    seeds = package.tensor(np.resize(pattern, tuple(out.shape)), dtype=out.dtype)
    try:
        found = package.autograd.grad(out, leaves, seeds, retain_graph=True, allow_unused=True)
    except Exception as error:
        return error
    return [
        np.zeros(tuple(leaf.shape)) if g is None else (g + 0).numpy() for leaf, g in zip(leaves, found, strict=True)
    ]


def difference(ours: Any, theirs: Any) -> str:
    if isinstance(theirs, Exception) or isinstance(ours, Exception):
        same = isinstance(theirs, Exception) and isinstance(ours, builtin_type(theirs))
        return "" if same else f"{ours!r}, torch {theirs!r}"
    for place, (mine, other) in enumerate(zip(ours, theirs, strict=True)):
        if not np.allclose(mine, other, 1e-6, 1e-9, equal_nan=True):
            return f"input {place}: {mine.reshape(-1)[:8]}, torch {other.reshape(-1)[:8]}"
    return ""


def sweep(limit: int | None) -> None:
    counts: Counter = Counter()
    differ: dict[str, str] = {}
    for entry in op_db:
        name = operation_name(entry)
        if torch.float64 not in entry.dtypes or not entry.supports_autograd or table().reason(name) or not built(entry):
            continue
        ours = twin(entry.op, name.split("[")[0])
        samples = itertools.islice(entry.sample_inputs("cpu", torch.float64, requires_grad=True), 40)
        for place, sample in some(samples, limit, name):
            leaves: dict = {}
            program = program_of(entry.op, ours, sample, leaves)
            try:
                with warnings.catch_warnings(), np.errstate(all="ignore"):
                    warnings.simplefilter("ignore")
                    pairs = [outputs(program(package), package) for package in (minitorch_pt, torch)]
                    for number, (mine, other) in enumerate(zip(*pairs, strict=True)):
                        if not other.requires_grad or not mine.requires_grad:
                            continue
                        for pattern, numbers in PATTERNS.items():
                            counts["values"] += 1
                            text = difference(
                                gradients(minitorch_pt, mine, leaves[minitorch_pt], numbers),
                                gradients(torch, other, leaves[torch], numbers),
                            )
                            key = f"{name}, {pattern}"
                            if text and not any(fnmatch.fnmatchcase(key, p) for p in DIFFERENCES):
                                differ.setdefault(key, f"({place}, output {number}) {text}")
            except OutOfScope as reason:
                counts[f"skipped: {reason}"] += 1
    compared("upstream", counts)
    assert counts["values"] > 2000, counts
    assert not differ, f"{counts}, {len(differ)} differ:\n" + "\n".join(f"{k}: {v[:300]}" for k, v in differ.items())


def test_upstream() -> None:
    """One input of each operation."""
    sweep(1)


@pytest.mark.long
def test_upstream_whole() -> None:
    sweep(None)
