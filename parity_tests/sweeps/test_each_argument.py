"""Every operation of the database, each of its tensors in turn asking for a gradient, weights and statistics too: refused, given or none."""

from __future__ import annotations

import itertools
from collections import Counter
from typing import Any

import numpy as np
import pytest
import torch

import minitorch_pt
from parity_tests.databases.table import OutOfScope, table
from parity_tests.databases.twins import Converter
from parity_tests.sweeps import judge, quiet
from parity_tests.sweeps.inputs import difference_of_errors, exchanged, samples, tensors


def outcome(package: Any, function: Any, sample: Any, place: int) -> list | Exception:
    """For each output whether it requires grad, and the gradient that the tensor at this place gets of all."""
    convert = Converter(package)
    args, kwargs = [convert(sample.input), *convert(sample.args)], convert(sample.kwargs)
    asking = tensors([args, kwargs], package)[place].detach()
    asking.requires_grad_()
    args, kwargs = exchanged([args, kwargs], package, place, asking)
    package.manual_seed(0)
    try:
        outs = [out for out in tensors(function(*args, **kwargs), package) if out.is_floating_point()]
        flags: list = [out.requires_grad for out in outs]
        seeds = [package.ones_like(out) for out in outs if out.requires_grad]
        if seeds:
            wanted = [out for out in outs if out.requires_grad]
            (gradient,) = package.autograd.grad(wanted, [asking], seeds, allow_unused=True)
            flags.append(None if gradient is None else (gradient + 0).detach().numpy())
        return flags
    except OutOfScope:
        raise
    except Exception as error:
        return error


def difference(ours: Any, theirs: Any) -> str:
    text = difference_of_errors(ours, theirs)
    if text is not None:
        return text
    for mine, other in itertools.zip_longest(ours, theirs):
        if type(mine) is not type(other):
            return f"{mine!r}, torch {other!r}"
        if isinstance(other, np.ndarray):
            # whether a gradient comes at all: how near its numbers are, the databases judge
            if mine.shape != other.shape or not np.allclose(mine, other, 1e-6, 1e-9, equal_nan=True):
                return " ".join(f"gradient {mine}, torch {other}".split())
        elif mine != other:
            return f"requires_grad {mine}, torch {other}"
    return ""


def sweep(limit: int | None) -> None:
    counts: Counter = Counter()
    differ: dict[str, str] = {}
    for name, function, ours, number, sample in samples(limit, False):
        given = tensors([sample.input, list(sample.args), sample.kwargs], torch)
        floating = [place for place, t in enumerate(given) if t.is_floating_point() and name not in table().unstable]
        for number_of, place in enumerate(floating):
            try:
                with quiet():
                    theirs, mine = outcome(torch, function, sample, place), outcome(minitorch_pt, ours, sample, place)
            except OutOfScope as reason:
                counts[f"skipped: {reason}"] += 1
                continue
            counts["errors" if isinstance(theirs, Exception) else "values"] += 1
            text = difference(mine, theirs)
            if text:
                differ.setdefault(f"{name}, tensor {number_of}", f"({number}) {text}")
    judge("each_argument", counts, differ, 600)


def test_each_argument() -> None:
    """One input of each operation."""
    sweep(1)


@pytest.mark.long
def test_each_argument_whole() -> None:
    sweep(None)
