"""Every operation of the database, given gradients that hold nan, inf and 0: where they go, where an element that does not count gets 0,
and that a gradient of 0 still is one, through which a second one flows."""

from __future__ import annotations

from collections import Counter
from typing import Any

import numpy as np
import pytest
import torch

import minitorch_pt
from parity_tests.databases.operations import ARBITRARY_SIGNS, program_of
from parity_tests.databases.table import OutOfScope, table
from parity_tests.oracle import builtin_type
from parity_tests.sweeps import judge, quiet
from parity_tests.sweeps.inputs import samples, tensors

# what arrives: nan everywhere, and nan, inf or a number here and there
PATTERNS = {"nan": [np.nan], "some nan": [1.0, np.nan, 0.0], "some inf": [2.0, 0.0, -np.inf, 1.0], "zeros": [0.0]}


def gradients(package: Any, out: Any, leaves: list, pattern: list[float]) -> list[np.ndarray] | Exception:
    seeds = package.tensor(np.resize(pattern, tuple(out.shape)), dtype=out.dtype)
    try:
        found = package.autograd.grad(out, leaves, seeds, retain_graph=True, allow_unused=True)
    except Exception as error:
        return error
    return [
        np.zeros(tuple(leaf.shape)) if g is None else (g + 0).numpy() for leaf, g in zip(leaves, found, strict=True)
    ]


def through_zeros(package: Any, outs: list, leaves: list) -> list[np.ndarray] | Exception:
    """What comes back to gradients of 0 from what they became at the leaves."""
    seeds = [package.zeros(tuple(out.shape), dtype=out.dtype, requires_grad=True) for out in outs]
    try:
        found = package.autograd.grad(outs, leaves, seeds, create_graph=True, allow_unused=True)
        flows = [g for g in found if g is not None and g.requires_grad]
        back = [package.cos(package.arange(g.numel(), dtype=g.dtype)).reshape(g.shape) for g in flows]
        second = package.autograd.grad(flows, seeds, back, allow_unused=True) if flows else [None] * len(seeds)
    except Exception as error:
        return error
    return [
        np.zeros(tuple(s.shape)) if g is None else (g + 0).detach().numpy() for s, g in zip(seeds, second, strict=True)
    ]


def difference(ours: Any, theirs: Any) -> str:
    if isinstance(theirs, Exception) or isinstance(ours, Exception):
        same = isinstance(theirs, Exception) and isinstance(ours, builtin_type(theirs))
        return "" if same else f"{ours!r}, torch {theirs!r}"
    for place, (mine, other) in enumerate(zip(ours, theirs, strict=True)):
        # which elements get nan, inf, 0 or a number: how near the numbers are, the databases judge
        if not np.allclose(mine, other, 1e-5, 1e-9, equal_nan=True):
            return f"input {place}: {mine.reshape(-1)[:8]}, torch {other.reshape(-1)[:8]}"
    return ""


def sweep(limit: int | None) -> None:
    counts: Counter = Counter()
    differ: dict[str, str] = {}

    def compare(key: str, where: str, ours: Any, theirs: Any) -> None:
        counts["values"] += 1
        text = difference(ours, theirs)
        if text:
            differ.setdefault(key, f"({where}) {text}")

    for name, theirs, ours, place, sample in samples(limit, True):
        leaves: dict = {}
        program = program_of(theirs, ours, sample, leaves)
        try:
            with quiet():
                results = [tensors(program(package), package) for package in (minitorch_pt, torch)]
                both = [
                    i for i, pair in enumerate(zip(*results, strict=True)) if all(out.requires_grad for out in pair)
                ]
                mine, others = ([result[i] for i in both] for result in results)
                for number, (one, other) in enumerate(zip(mine, others, strict=True)):
                    for pattern, numbers in PATTERNS.items():
                        compare(
                            f"{name}, {pattern}",
                            f"{place}, output {number}",
                            gradients(minitorch_pt, one, leaves[minitorch_pt], numbers),
                            gradients(torch, other, leaves[torch], numbers),
                        )
                open_signs = name in table().unstable or name in ARBITRARY_SIGNS
                second = through_zeros(torch, others, leaves[torch]) if both and not open_signs else None
                if isinstance(second, Exception):
                    counts["skipped: torch has no second gradient"] += 1
                elif second is not None:
                    ours_too = through_zeros(minitorch_pt, mine, leaves[minitorch_pt])
                    compare(f"{name}, through zeros", str(place), ours_too, second)
        except OutOfScope as reason:
            counts[f"skipped: {reason}"] += 1
    judge("upstream", counts, differ, 2000)


def test_upstream() -> None:
    """One input of each operation."""
    sweep(1)


@pytest.mark.long
def test_upstream_whole() -> None:
    sweep(None)
