"""What the sweeps over the gradients of the database's operations share: their inputs and outputs."""

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


def outputs(value: Any, package: Any) -> list:
    """The tensors of a result."""
    if isinstance(value, package.Tensor):
        return [value]
    return [t for v in value for t in outputs(v, package)] if isinstance(value, (tuple, list)) else []
