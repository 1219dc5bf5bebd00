"""Random fills with every kind of parameter, legal or not, of every type: torch's numbers or its type of error."""

from __future__ import annotations

import collections
import itertools
import math
import warnings
from typing import Any

import pytest
import torch

import minitorch_pt
from parity_tests.oracle import builtin_type
from parity_tests.sweeps import compared

_TYPES = ("float32", "float64", "float16", "int64", "int32", "uint8", "bool")
_ONE = (0, 1, -1, 0.5, 2, math.inf, -math.inf, math.nan, 1e39, "a")
_FIRST, _SECOND = (0, 1, -1, 0.5, math.inf, math.nan, -5), (0, 1, -1, 0.5, math.inf, math.nan, 300)
_FILLS = {
    "cauchy_": 2,
    "exponential_": 1,
    "geometric_": 1,
    "log_normal_": 2,
    "uniform_": 2,
    "normal_": 2,
    "bernoulli_": 1,
    "random_": 2,
}


def _filled(package: Any, name: str, dtype: str, args: tuple) -> Any:
    package.manual_seed(0)
    try:
        return str(getattr(package.zeros(3, dtype=getattr(package, dtype)), name)(*args).tolist())
    except Exception as error:
        return error


@pytest.mark.parametrize("name", _FILLS)
def test_fills(name: str) -> None:
    wrong, counts = [], collections.Counter()
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        for dtype in _TYPES:
            for args in itertools.product(_FIRST, _SECOND) if _FILLS[name] == 2 else ((x,) for x in _ONE):
                ours, theirs = (_filled(package, name, dtype, args) for package in (minitorch_pt, torch))
                counts["errors" if isinstance(theirs, Exception) else "values"] += 1
                if not (isinstance(ours, builtin_type(theirs)) if isinstance(theirs, Exception) else ours == theirs):
                    wrong.append(f"{dtype} {args}: {ours!r}, torch {theirs!r}"[:200])
    compared("fills", counts)
    assert not wrong, f"{len(wrong)} differ:\n" + "\n".join(wrong[:20])
