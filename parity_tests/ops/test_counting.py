"""ops/counting.py against torch."""

from __future__ import annotations

import math

import numpy as np
import pytest
import torch
from hypothesis import strategies as st

import minitorch_pt
from parity_tests.oracle import check, rand, randint, same_program

NAN, INF = math.nan, math.inf
X = rand(3, 4)
REPEATS = randint(0, 4, (4, 6))
NONE = np.zeros((0, 3))
# -- different values ------------------------------------------------------------------------------------------------------
FLAGS = [(False, False), (True, False), (False, True), (True, True)]


@pytest.mark.parametrize(("inverse", "counts"), FLAGS)
@pytest.mark.parametrize("dim", (None, 0, 1, -1))
@pytest.mark.parametrize("name", ("unique", "unique_consecutive", "Tensor.unique", "Tensor.unique_consecutive"))
def test_unique(name, dim, inverse, counts):
    kwargs = {"return_inverse": inverse, "return_counts": counts, "dim": dim}
    repeated = np.repeat(REPEATS[[0, 0, 1, 0]], 2, axis=1)
    for array in (REPEATS, repeated, repeated.astype("uint8"), repeated > 1):
        check(name, array, **kwargs)
    check(name, np.round(X), grad=False, **kwargs)
    check(name, NONE, grad=False, **{**kwargs, "dim": None if dim is None else 0})


@pytest.mark.parametrize("name", ("unique", "unique_consecutive"))
def test_unique_of_nan_and_numbers(name):
    check(name, np.array([1.0, NAN, NAN, 1.0]), grad=False, return_counts=True)
    check(name, np.array(3), return_inverse=True, return_counts=True)


@pytest.mark.parametrize("kwargs", [{}, {"dim": 0}], ids=str)
@pytest.mark.parametrize("name", ("unique", "unique_consecutive"))
def test_unique_has_no_gradient(name, kwargs):
    def program(p):
        x = p.ones(3, requires_grad=True)
        values = getattr(p, name)(x, **kwargs)
        assert repr(values).endswith("Backward0>)")
        values.sum().backward()

    same_program(program)
    check(name, X, grad=False, **kwargs)
    names = [getattr(p, name)(p.ones(3, requires_grad=True), **kwargs).grad_fn.name() for p in (minitorch_pt, torch)]
    assert names[0] == names[1]


# -- counts ----------------------------------------------------------------------------------------------------------------
@pytest.mark.parametrize("dtype", ("int64", "int32", "int16", "int8", "uint8"))
@pytest.mark.parametrize("name", ("bincount", "Tensor.bincount"))
def test_bincount(name, dtype):
    array = randint(0, 6, (20,), dtype=dtype)
    check(name, array)
    check(name, array, minlength=10)
    check(name, array, minlength=2)
    check(name, array, rand(20), grad=False)
    check(name, array, weights=rand(20), grad=False)
    check(name, array, randint(0, 3, (20,)), 9)
    check(name, array, rand(20), grad=False, dtypes=("float16",))
    check(name, array[:0])
    check(name, array[:0], minlength=3)


SEQUENCE = np.array([1, 3, 3, 5, 9])


@pytest.mark.parametrize("kwargs", [{}, {"right": True}, {"out_int32": True}], ids=str)
@pytest.mark.parametrize(
    "values", [np.array([0, 1, 3, 4, 10]), np.array([[2.5, 3.0], [9.0, NAN]]), 3, 3.5, np.array(5)], ids=str
)
def test_searchsorted_and_bucketize(values, kwargs):
    sequence = SEQUENCE.astype("float64") if isinstance(values, np.ndarray) and values.dtype.kind == "f" else SEQUENCE
    check("searchsorted", sequence, values, grad=False, **kwargs)
    check("bucketize", values, sequence, grad=False, **kwargs)


def test_searchsorted_in_rows():
    rows = np.sort(rand(2, 3, 7), axis=-1)
    values = rand(2, 3, 2, seed=8)
    for kwargs in (
        {},
        {"right": True},
        {"side": "left"},
        {"side": "right"},
        {"side": "right", "right": True},
        {"out_int32": True},
    ):
        check("searchsorted", rows, values, grad=False, **kwargs)
        check("searchsorted", rows[0, 0], values, grad=False, **kwargs)


def test_searchsorted_by_an_order():
    mixed = rand(2, 7)
    check("searchsorted", mixed[0], rand(5, seed=8), grad=False, sorter=np.argsort(mixed[0]))
    check("searchsorted", mixed, rand(2, 5, seed=8), grad=False, sorter=np.argsort(mixed))


@pytest.mark.parametrize(
    "kwargs",
    [{}, {"bins": 4}, {"bins": 5, "min": -1, "max": 1}, {"bins": 3, "min": 0, "max": 9}, {"min": 2, "max": 2}],
    ids=str,
)
@pytest.mark.parametrize(
    "array", [rand(50), rand(3, 4), np.ones(5), np.arange(10.0), np.zeros(0)], ids=lambda a: str(a.shape)
)
@pytest.mark.parametrize("name", ("histc", "Tensor.histc"))
def test_histc(name, array, kwargs):
    check(name, array, grad=False, **kwargs)


def test_histc_does_not_overflow():
    """torch's does, in float32."""
    x = np.array([[1e38, 3e38, 1e38], [1e-38, 0.0, 1e30]])
    check("histc", x, bins=4, grad=False, dtypes=("float64",))
    single = minitorch_pt.from_numpy(x.astype(np.float32))
    assert single.histc(4).tolist() == [3, 2, 0, 1]
    assert single.histc(4, -3e38, 3e38).tolist() == [0, 0, 5, 1]


@pytest.mark.parametrize("value", [1e8, -1e8, 8.5e30])
def test_histc_of_equal_numbers_so_large_that_one_more_is_the_same(value):
    for bins in (1, 4, 5):
        check("histc", np.full(3, value), bins=bins, grad=False, dtypes=("float32",))


def test_histc_passes_over_nan_between_given_limits():
    check("histc", np.array([0.5, NAN, 0.2]), bins=2, min=0, max=1, grad=False)


# -- any numbers -----------------------------------------------------------------------------------------------------------
values = st.lists(st.sampled_from([-2.0, -1.0, 0.0, 0.5, 1.0, 3.0, INF, -INF, NAN]), min_size=1, max_size=12)
