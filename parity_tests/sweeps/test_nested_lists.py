"""torch.tensor of all lists of one or two things, and of lists of these: numbers, and tensors of few elements."""

from __future__ import annotations

import itertools
import warnings
from collections import Counter
from typing import Any

import numpy as np
import torch

import minitorch_pt
from parity_tests.oracle import builtin_type
from parity_tests.sweeps import compared

THINGS = [
    lambda t: 2,
    lambda t: 2.5,
    lambda t: True,
    lambda t: t.tensor(3),
    lambda t: t.tensor([1.0]),
    lambda t: t.tensor([[7]], dtype=t.int8),
    lambda t: t.ones(2),
    lambda t: t.ones(0),
    lambda t: np.float32(6),
]


def made(package: Any, make: str, shape: Any, choice: tuple) -> Any:
    def build(part: Any) -> Any:
        return THINGS[choice[part]](package) if isinstance(part, int) else [build(p) for p in part]

    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            found = getattr(package, make)(build(shape))
        return str(found.dtype).rpartition(".")[2], tuple(found.shape), found.tolist()
    except Exception as error:
        return error


def test_nested_lists():
    counts: Counter = Counter()
    differ = []
    for make, shape in itertools.product(("tensor", "as_tensor"), ([0], [0, 1], [[0], [1]], [[0, 1]], [[0], 1])):
        places = 1 + str(shape).count("1")
        for choice in itertools.product(range(len(THINGS)), repeat=places):
            ours, theirs = made(minitorch_pt, make, shape, choice), made(torch, make, shape, choice)
            refused = isinstance(theirs, Exception)
            counts["errors" if refused else "values"] += 1
            alike = isinstance(ours, builtin_type(theirs)) if refused else ours == theirs
            if not alike:
                differ.append(f"{make} {shape} {choice}: {ours!r}, torch {theirs!r}"[:200])
    compared("nested_lists", counts)
    assert counts["values"] > 300 and counts["errors"] > 100, counts
    assert not differ, f"{len(differ)} differ:\n" + "\n".join(differ)
