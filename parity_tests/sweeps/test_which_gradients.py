"""Every operation of the database, each of its outputs alone: which inputs get a gradient, which get zeros, and which get none.

Of operations without gradients: which outputs require them, so that `backward` is refused.
"""

from __future__ import annotations

import itertools
from collections import Counter
from typing import Any

import pytest
import torch

import minitorch_pt
from parity_tests.databases.operations import program_of
from parity_tests.databases.table import OutOfScope
from parity_tests.oracle import builtin_type
from parity_tests.sweeps import judge, quiet
from parity_tests.sweeps.inputs import samples, tensors


def told(package: Any, program: Any, leaves: dict) -> list[str | Exception]:
    """For each output: whether it requires grad, and what each leaf gets of its gradient."""
    found: list = []
    try:
        result = tensors(program(package), package)
    except RuntimeError as error:  # draws into their input, which is a leaf
        return [error]
    for out in result:
        if not out.requires_grad:
            found.append("constant")
            continue
        try:
            seeds = package.ones(tuple(out.shape), dtype=out.dtype)
            gradients = package.autograd.grad(out, leaves[package], seeds, retain_graph=True, allow_unused=True)
        except Exception as error:
            found.append(error)
            continue
        found.append(" ".join("none" if g is None else "given" for g in gradients))
    return found


def same(ours: Any, theirs: Any) -> bool:
    if isinstance(theirs, Exception):
        return isinstance(ours, builtin_type(theirs))
    return not isinstance(ours, Exception) and ours == theirs


def sweep(limit: int | None) -> None:
    counts: Counter = Counter()
    differ: dict[str, str] = {}
    for name, theirs, ours, place, sample in itertools.chain(samples(limit, True), samples(limit, True, False)):
        leaves: dict = {}
        program = program_of(theirs, ours, sample, leaves)
        try:
            with quiet():
                expected, found = told(torch, program, leaves), told(minitorch_pt, program, leaves)
        except OutOfScope as reason:
            counts[f"skipped: {reason}"] += 1
            continue
        counts["values"] += len(expected)
        if len(found) != len(expected) or not all(map(same, found, expected)):
            differ[name] = f"({place}) {found}, torch {expected}"
    judge("which_gradients", counts, differ, 800)


def test_which_gradients() -> None:
    """Two inputs of each operation."""
    sweep(2)


@pytest.mark.long
def test_which_gradients_whole() -> None:
    sweep(None)
