"""What the sweeps over the inputs of the database's operations share."""

from __future__ import annotations

import itertools
from collections.abc import Callable, Iterator
from typing import Any

import torch
from torch.testing._internal.common_methods_invocations import op_db

from parity_tests.databases.operations import built, operation_name
from parity_tests.databases.outcomes import some
from parity_tests.databases.table import table
from parity_tests.databases.twins import twin
from parity_tests.oracle import builtin_type


def samples(
    limit: int | None, requires_grad: bool, derivable: bool = True
) -> Iterator[tuple[str, Callable, Callable, int, Any]]:
    """Name, torch's function and ours, place and input of each operation that has gradients; `limit` inputs of each, or 40.

    derivable: False for the operations without gradients: all their inputs in floating point require them.
    """
    for entry in op_db:
        name = operation_name(entry)
        if (
            torch.float64 in entry.dtypes
            and entry.supports_autograd == derivable
            and not table().reason(name)
            and built(entry)
        ):
            ours = twin(entry.op, name.split("[")[0])
            drawn = itertools.islice(entry.sample_inputs("cpu", torch.float64, requires_grad=requires_grad), 40)
            for place, sample in some(drawn, limit, name):
                yield name, entry.op, ours, place, sample if derivable else sample.transform(_watched)


def _watched(value: Any) -> Any:
    floating = isinstance(value, torch.Tensor) and value.is_floating_point()
    return value.detach().requires_grad_() if floating else value


def tensors(value: Any, package: Any) -> list:
    """The tensors in a value: a result, or arguments."""
    if isinstance(value, package.Tensor):
        return [value]
    if isinstance(value, dict):
        value = list(value.values())
    return [t for v in value for t in tensors(v, package)] if isinstance(value, (tuple, list)) else []


def exchanged(value: Any, package: Any, place: int, other: Any) -> Any:
    """The same with another tensor at one place of `tensors`."""
    places = itertools.count()

    def part(value: Any) -> Any:
        if isinstance(value, package.Tensor):
            return other if next(places) == place else value
        if isinstance(value, dict):
            return {key: part(v) for key, v in value.items()}
        return type(value)(map(part, value)) if type(value) in (list, tuple) else value

    return part(value)


def difference_of_errors(ours: Any, theirs: Any) -> str | None:
    """What differs if one of the two is an error, "" if both are of one type; None if neither is."""
    if not isinstance(ours, Exception) and not isinstance(theirs, Exception):
        return None
    same = isinstance(theirs, Exception) and isinstance(ours, builtin_type(theirs))
    shown = [x if isinstance(x, Exception) else [getattr(part, "shape", part) for part in x] for x in (ours, theirs)]
    return "" if same else " ".join("{!r}, torch {!r}".format(*shown).split())
