"""Two options of an operation at once, on each type of numbers: what torch makes of the pair, or the type of its error.

`test_arguments` changes one argument at a time; what two of them make together, as `unbiased` beside `correction`, is asked here.
"""

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
from torch.testing._internal.common_methods_invocations import op_db

import minitorch_pt
from parity_tests.databases.operations import ARBITRARY_PLACES, ARBITRARY_SIGNS, built, operation_name
from parity_tests.databases.table import OutOfScope, table
from parity_tests.databases.twins import Converter
from parity_tests.sweeps import accepted, compared
from parity_tests.sweeps.test_arguments import UNREAD, _exists, _parameters, difference

SAMPLE = 5  # calls of each operation in the default run
DTYPES = (torch.float32, torch.float64, torch.int64, torch.bool)
# beside what a sweep of its own reads: the old forms of `reduction`, and what the functions of torch in Python look at in an order of their own
LEFT = (*UNREAD, "pin_memory", "generator", "size_average", "reduce", "reduction", "weight", "antialias", "size")
VALUES: dict[str, tuple[Callable[[Any], Any], ...]] = {
    "dim": (lambda p: 0, lambda p: (0,), lambda p: -1, lambda p: ()),
    "keepdim": (lambda p: True,),  # False is the default, given or not
    "dtype": (lambda p: p.float64, lambda p: p.float32, lambda p: p.float16, lambda p: p.int64),
}
OTHERS: tuple[Callable[[Any], Any], ...] = (lambda p: True, lambda p: False, lambda p: 2, lambda p: 0.5, lambda p: 0)


def _samples(entry: Any, dtype: Any) -> list:
    try:
        return [*itertools.islice(entry.sample_inputs("cpu", dtype, requires_grad=False), 1)]
    except (RuntimeError, AttributeError, TypeError):  # it has none without a graphics card
        return []


def _inputs(entry: Any) -> Iterator[tuple[list, dict]]:
    """The first call of the database in each type that torch takes in the first of them, or that it refuses."""
    types = entry.supported_dtypes("cpu")
    first = torch.float32 if torch.float32 in types else next(iter(types), None)
    sample = next(iter(_samples(entry, first)), None)
    if sample is None or {"out", "sparse"} & sample.kwargs.keys():
        return
    args = [sample.input, *sample.args]
    own = args[0].dtype if isinstance(args[0], torch.Tensor) else None
    for dtype in DTYPES:
        yield [a.to(dtype) if isinstance(a, torch.Tensor) and a.dtype is own else a for a in args], dict(sample.kwargs)


def _calls(entry: Any) -> Iterator[tuple[str, str, Any]]:
    """(label, name, call): the first call with two more options."""
    for name in (entry.name, f"Tensor.{entry.name}"):
        if not (_exists(torch, name) and _exists(minitorch_pt, name)):
            continue
        names, later = _parameters(name)
        for args, kwargs in _inputs(entry):
            made = [(lambda p, a=a: Converter(p)(a)) for a in args]
            named = {k: (lambda p, v=v: Converter(p)(v)) for k, v in kwargs.items()}
            free = [n for n in (*names[len(args) :], *later) if n not in kwargs and n not in LEFT]
            for one, other in itertools.combinations(free, 2):
                values = itertools.product(VALUES.get(one, OTHERS), VALUES.get(other, OTHERS))
                for i, (a, b) in enumerate(values):
                    dtype = getattr(args[0], "dtype", None)
                    yield f"{name} {dtype} {one}, {other} {i}", name, (made, {**named, one: a, other: b})
            for one in free:
                for i, value in enumerate(VALUES.get(one, OTHERS)):
                    yield f"{name} {getattr(args[0], 'dtype', None)} {one} {i}", name, (made, {**named, one: value})


def _swept(entry: Any, limit: int | None) -> dict[str, str]:
    full, counts, failures = operation_name(entry), Counter(), {}
    values = not any(full in names for names in (table().unstable, ARBITRARY_SIGNS, ARBITRARY_PLACES))
    calls = list(_calls(entry))
    if limit is not None and len(calls) > limit:
        calls = random.Random(full).sample(calls, limit)
    reasons = accepted("pairs_of_options")
    for label, name, call in calls:
        with warnings.catch_warnings(), np.errstate(all="ignore"):
            warnings.simplefilter("ignore")
            try:
                found = difference(name, call, values)
            except OutOfScope as reason:
                counts[f"skipped: {reason}"] += 1
                continue
        counts["calls"] += 1
        if found is not None and name.removeprefix("Tensor.") not in reasons:
            failures[label] = found
    compared("pairs_of_options", counts)
    return failures


ENTRIES = {
    operation_name(e): e
    for e in op_db
    if built(e) and not table().reason(operation_name(e)) and "__" not in e.name and _exists(torch, e.name)
}


def _shown(failures: dict[str, str]) -> str:
    return "\n".join(f"{label}: {how}" for label, how in failures.items())


@pytest.mark.parametrize("name", ENTRIES)
def test_some_pairs_of_options(name: str) -> None:
    failures = _swept(ENTRIES[name], SAMPLE)
    assert not failures, _shown(failures)


@pytest.mark.long
@pytest.mark.parametrize("name", ENTRIES)
def test_all_pairs_of_options(name: str) -> None:
    failures = _swept(ENTRIES[name], None)
    assert not failures, _shown(failures)
