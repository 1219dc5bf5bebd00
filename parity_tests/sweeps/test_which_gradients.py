"""Every operation of the database, each of its outputs alone: which inputs get a gradient, which get zeros, and which get none."""

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

DIFFERENCES = accepted("which_gradients")


def outputs(value: Any, package: Any) -> list:
    if isinstance(value, package.Tensor):
        return [value]
    return [t for v in value for t in outputs(v, package)] if isinstance(value, (tuple, list)) else []


def told(package: Any, program: Any, leaves: dict) -> list[str] | Exception:
    """For each output: whether it requires grad, and what each leaf gets of its gradient."""
    result = outputs(program(package), package)
    found = []
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
                    theirs = told(torch, program, leaves)
                    mine = told(minitorch_pt, program, leaves)
            except OutOfScope as reason:
                counts[f"skipped: {reason}"] += 1
                continue
            counts["values"] += len(theirs)
            alike = len(mine) == len(theirs) and all(map(same, mine, theirs))
            if not alike and not any(fnmatch.fnmatchcase(name, pattern) for pattern in DIFFERENCES):
                differ[name] = f"({place}) {mine}, torch {theirs}"
    compared("which_gradients", counts)
    assert counts["values"] > 800, counts
    assert not differ, f"{counts}, {len(differ)} differ:\n" + "\n".join(f"{k}: {v[:250]}" for k, v in differ.items())


def test_which_gradients() -> None:
    """Two inputs of each operation."""
    sweep(2)


@pytest.mark.long
def test_which_gradients_whole() -> None:
    sweep(None)
