"""What the sweeps over the gradients of the database's operations share: the inputs, the outputs, what is quiet, and the verdict."""

from __future__ import annotations

import fnmatch
import itertools
import warnings
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

import numpy as np
import torch
from torch.testing._internal.common_methods_invocations import op_db

from parity_tests.databases.operations import built, operation_name
from parity_tests.databases.outcomes import some
from parity_tests.databases.table import table
from parity_tests.databases.twins import twin
from parity_tests.sweeps import accepted, compared


def samples(limit: int | None, requires_grad: bool) -> Iterator[tuple[str, Callable, Callable, int, Any]]:
    """Name, torch's function and ours, place and input of each operation that has gradients; `limit` inputs of each, or 40."""
    for entry in op_db:
        name = operation_name(entry)
        if torch.float64 in entry.dtypes and entry.supports_autograd and not table().reason(name) and built(entry):
            ours = twin(entry.op, name.split("[")[0])
            drawn = itertools.islice(entry.sample_inputs("cpu", torch.float64, requires_grad=requires_grad), 40)
            for place, sample in some(drawn, limit, name):
                yield name, entry.op, ours, place, sample


def outputs(value: Any, package: Any) -> list:
    """The tensors of a result."""
    if isinstance(value, package.Tensor):
        return [value]
    return [t for v in value for t in outputs(v, package)] if isinstance(value, (tuple, list)) else []


@contextmanager
def quiet() -> Iterator[None]:
    """Without the warnings of either package."""
    with warnings.catch_warnings(), np.errstate(all="ignore"):
        warnings.simplefilter("ignore")
        yield


def judge(sweep: str, counts: Counter, differ: dict[str, str], least: int) -> None:
    """Tell what was compared, and fail where something differs that is not accepted; or if less was compared than `least` values."""
    compared(sweep, counts)
    assert counts["values"] > least, counts
    patterns = accepted(sweep)
    wrong = {key: text for key, text in differ.items() if not any(fnmatch.fnmatchcase(key, p) for p in patterns)}
    assert not wrong, f"{counts}, {len(wrong)} differ:\n" + "\n".join(f"{k}: {v[:300]}" for k, v in wrong.items())
