"""ops/extremes.py against torch: the largest and smallest, where they are, all, any, counts."""

from __future__ import annotations

import math
import pickle

import numpy as np
import pytest
import torch

import minitorch_pt
from parity_tests.oracle import (
    assert_same,
    check,
    check_error,
    rand,
    randint,
    to_ours,
    to_theirs,
)

NAN, INF = math.nan, math.inf
X = rand(3, 4)
TIES = np.array([[1.0, 3.0, 3.0, 2.0], [3.0, 0.0, 3.0, 3.0], [-1.0, -1.0, -1.0, -1.0]])
HOLES = np.array([[1.0, NAN, 3.0], [2.0, 5.0, -1.0], [NAN, NAN, 0.5]])
AXES = [
    {}, {"dim": 0}, {"dim": -1}, {"dim": 1, "keepdim": True}, {"dim": (0, 2)}, {"dim": (-1, 0), "keepdim": True}, {"dim": (0, 1, 2)}, {"dim": ()}, {"dim": [1]},
]  # fmt: skip
EMPTY = [(0,), (0, 3), (3, 0), (2, 0, 3)]


def ids(value):
    return "-".join(f"{k}={v}" for k, v in value.items()) or "all" if isinstance(value, dict) else None


@pytest.mark.parametrize("kwargs", [{}, {"dim": 0}, {"dim": -1, "keepdim": True}], ids=ids)
def test_aminmax(kwargs):
    check("aminmax", X, second=True, **kwargs)
    check("aminmax", TIES, **kwargs)


# -- extremes ----------------------------------------------------------------------------------------------------------
@pytest.mark.parametrize("name", ("amax", "amin", "max", "min"))
def test_ties(name):
    check(name, TIES, second=True)
    check(name, TIES, dim=1, second=True)
    check(name, TIES, dim=0, keepdim=True)


@pytest.mark.parametrize("name", ("max", "min"))
@pytest.mark.parametrize("other", [rand(3, 4, seed=3), rand(4, seed=4), X, np.array(0.5)], ids=lambda a: str(a.shape))
def test_of_two_tensors(name, other):
    check(name, X, other)
    check(f"Tensor.{name}", X, other)


@pytest.mark.parametrize("name", ("max", "min"))
def test_of_two_tensors_by_keyword_and_type(name):
    check(name, X, other=rand(4), grad=False)
    check(name, X, randint(-2, 2, (3, 4)))
    check(name, randint(0, 9, (3,)), randint(0, 9, (3,), seed=1, dtype="int32"))


@pytest.mark.parametrize("dtype", ("int64", "int32", "int16", "int8", "uint8", "bool"))
@pytest.mark.parametrize("name", ("max", "min", "amax", "amin", "argmax", "argmin", "aminmax"))
def test_extremes_of_each_type(name, dtype):
    if dtype == "bool" and name.startswith("arg"):
        check_error(name, np.ones(2, bool), match="bool")
        return
    array = randint(0, 100, (3, 4)).astype(dtype)
    check(name, array, grad=False)
    check(name, array, dim=1, grad=False)


@pytest.mark.parametrize(
    "kwargs", [{}, {"dim": 0}, {"dim": -1}, {"dim": 1, "keepdim": True}, {"keepdim": True}], ids=ids
)
@pytest.mark.parametrize("array", [X, TIES, HOLES], ids=("plain", "ties", "nan"))
@pytest.mark.parametrize("name", ("argmax", "argmin", "Tensor.argmax", "Tensor.argmin"))
def test_where_the_extremes_are(name, array, kwargs):
    check(name, array, **kwargs)


@pytest.mark.parametrize("name", ("argmax", "argmin"))
def test_where_the_extreme_of_a_number_is(name):
    check(name, np.array(2.0))
    check(name, np.array(2.0), dim=0, keepdim=True)


@pytest.mark.parametrize("kwargs", AXES, ids=ids)
@pytest.mark.parametrize("name", ("all", "any", "Tensor.all", "Tensor.any"))
def test_truth(name, kwargs):
    for dtype in ("bool", "int64", "uint8", "float64"):
        check(name, randint(0, 2, (2, 3, 4)).astype(dtype), grad=False, **kwargs)
    check(name, np.array([[[NAN, 0.0]]]), grad=False, **kwargs)


@pytest.mark.parametrize("shape", EMPTY, ids=str)
@pytest.mark.parametrize("name", ("all", "any", "count_nonzero"))
def test_truth_of_nothing(name, shape):
    check(name, np.zeros(shape))
    check(name, np.zeros(shape), dim=0)


@pytest.mark.parametrize("kwargs", [{}, {"dim": 0}, {"dim": (0, 2)}, {"dim": (1, -1)}], ids=ids)
@pytest.mark.parametrize("name", ("count_nonzero", "Tensor.count_nonzero"))
def test_count_nonzero(name, kwargs):
    check(name, randint(0, 2, (2, 3, 4)), **kwargs)
    check(name, rand(2, 3, 4), **kwargs)


# -- named tuples --------------------------------------------------------------------------------------------------------
NAMED = {
    "max": {"dim": 1}, "min": {"dim": 1}, "median": {"dim": 1}, "nanmedian": {"dim": 1}, "mode": {"dim": 1}, "sort": {}, "topk": {"k": 2}, "kthvalue": {"k": 2},
    "cummax": {"dim": 0}, "cummin": {"dim": 0}, "aminmax": {},
}  # fmt: skip


@pytest.mark.parametrize("name", NAMED)
def test_named_tuples(name):
    ours = getattr(minitorch_pt, name)(to_ours(X), **NAMED[name])
    theirs = getattr(torch, name)(to_theirs(X), **NAMED[name])
    assert repr(ours) == repr(theirs)
    assert str(ours) == str(theirs)
    assert isinstance(ours, getattr(minitorch_pt.return_types, name))
    first, second = ours
    fields = ("min", "max") if name == "aminmax" else ("values", "indices")
    assert ours[0] is first is getattr(ours, fields[0]) and ours[1] is second is getattr(ours, fields[1])
    assert_same(pickle.loads(pickle.dumps(ours)), theirs)
