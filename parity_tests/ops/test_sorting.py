"""Sorting, picking by size, different values, counts: as torch's."""

from __future__ import annotations

import math

import numpy as np
import pytest
import torch
from hypothesis import given, settings, strategies as st

import minitorch_pt
from minitorch_pt.arrays import selection
from parity_tests.oracle import assert_same, check, check_error, rand, randint

NAN, INF = math.nan, math.inf
X = rand(3, 4)
CUBE = rand(2, 3, 4)
TIES = np.array([[1.0, 3.0, 3.0, 2.0], [3.0, 0.0, 3.0, 3.0], [-1.0, -1.0, -1.0, -1.0]])
HOLES = np.array([[1.0, NAN, 3.0, INF], [2.0, 5.0, -1.0, -INF], [NAN, NAN, 0.5, NAN], [NAN, NAN, NAN, NAN]])
REPEATS = randint(0, 4, (4, 6))
NONE = np.zeros((0, 3))
DTYPES = ("int64", "int32", "int16", "int8", "uint8", "bool")
AXES = [{}, {"dim": 0}, {"dim": 1}, {"dim": -3}]


# -- order -------------------------------------------------------------------------------------------------------------
@pytest.mark.parametrize("kwargs", AXES, ids=str)
@pytest.mark.parametrize("descending", (False, True))
@pytest.mark.parametrize("name", ("sort", "argsort", "Tensor.sort", "Tensor.argsort"))
def test_sort(name, descending, kwargs):
    check(name, CUBE, second=True, descending=descending, **kwargs)
    check(name, np.round(CUBE), descending=descending, stable=True, **kwargs)


@pytest.mark.parametrize("descending", (False, True))
@pytest.mark.parametrize("stable", (None, False, True))
@pytest.mark.parametrize("name", ("sort", "argsort"))
def test_sort_ties_and_nan(name, descending, stable):
    kwargs = {} if stable is None else {"stable": stable}
    for array in (TIES, HOLES, REPEATS, np.array(2.0), NONE):
        check(name, array, descending=descending, **kwargs)
    for dtype in DTYPES:
        check(name, REPEATS.astype(dtype), dim=0, descending=descending, grad=False, **kwargs)


@pytest.mark.parametrize(
    "name", ("sort", "argsort", "topk", "kthvalue", "median", "nanmedian", "mode", "unique", "histc")
)
def test_float16(name):
    check(
        name,
        X,
        *((2,) if name in ("topk", "kthvalue") else ()),
        dtypes=("float16",),
        grad=name not in ("unique", "histc"),
    )


@pytest.mark.parametrize("array", [X, CUBE, HOLES, np.array(1.0), REPEATS], ids=lambda a: str(a.shape))
@pytest.mark.parametrize("name", ("msort", "Tensor.msort"))
def test_msort(name, array):
    check(name, array)


@pytest.mark.parametrize(
    "kwargs",
    [{"k": 2}, {"k": 1, "dim": 0}, {"k": 0}, {"k": 3, "largest": False}, {"k": 4}, {"k": 2, "dim": -2}],
    ids=str,
)
@pytest.mark.parametrize("name", ("topk", "Tensor.topk"))
def test_topk(name, kwargs):
    check(name, X, second=True, **kwargs)
    check(name, randint(0, 1000, (3, 4)), **kwargs)
    check(name, rand(300, 4), **kwargs)


@pytest.mark.parametrize("shape", [(4, 4), (3, 1, 2), (2, 3, 4), (4, 4, 4), (2, 4, 1, 20)])
def test_topk_of_equal_numbers_along_each_axis(shape):
    numbers = randint(0, 3, shape)
    for axis, n in enumerate(shape):
        for k in {1, n // 2, n}:
            for largest in (True, False):
                check("topk", numbers, k, dim=axis, largest=largest)


def test_topk_at_the_edges():
    check("topk", np.array(2.0), 1)
    check("topk", np.array(2.0), 0, grad=False)
    check("topk", np.array([1.0, NAN, 3.0]), 2)
    check("topk", np.array([1.0, NAN, 3.0]), 2, largest=False)
    check("topk", NONE, 2)


@pytest.mark.parametrize("largest", [True, False])
@pytest.mark.parametrize("k", [1, 2, 3, 4])
def test_topk_of_rows_that_hold_nan(k, largest):
    """As many infinities and nan as are asked for, or one more: nan is above all."""
    rows = np.tile(np.arange(20.0), (6, 1))
    for i, ends in enumerate(
        [(NAN, 3), (NAN, np.inf, np.inf), (NAN, NAN, np.inf), (np.inf, -np.inf, NAN, NAN, NAN), (NAN,) * 5, (np.inf,)]
    ):
        rows[i, i : i + len(ends)] = ends
        check("topk", rows[i], k, largest=largest, grad=False)
    check("topk", rows, k, largest=largest, grad=False)


@pytest.mark.parametrize("kind", ["float32", "float64", "int64", "uint8"])
@pytest.mark.parametrize("largest", [True, False])
@pytest.mark.parametrize("k", [1, 10, 60])
def test_which_of_equal_values_topk_finds(kind, largest, k):
    """Those of the selection of C++, with ties within and at the bound, and without."""
    numbers = randint(0, 200, (300,)).astype(kind)
    for row in (numbers, np.unique(numbers), np.append(numbers, NAN).astype(kind) if kind[0] == "f" else -numbers):
        check("topk", row, k, largest=largest, grad=False)


@pytest.mark.parametrize("sorted", (True, False))
def test_topk_of_an_array_with_equal_values(sorted):
    ours = minitorch_pt.topk(
        minitorch_pt.from_numpy(REPEATS), 3, sorted=sorted
    )  # always sorted: torch leaves the order open
    assert_same(ours, torch.topk(torch.from_numpy(REPEATS), 3))


@pytest.mark.parametrize(
    "kwargs",
    [{"k": 1}, {"k": 3}, {"k": 2, "dim": 0}, {"k": 2, "dim": 0, "keepdim": True}, {"k": 4, "dim": -1}],
    ids=str,
)
@pytest.mark.parametrize("name", ("kthvalue", "Tensor.kthvalue"))
def test_kthvalue(name, kwargs):
    check(name, X, second=True, **kwargs)
    check(name, randint(0, 1000, (3, 4)), **kwargs)


def test_which_of_equal_values_kthvalue_finds():
    """One of several: torch's, as its quick selection has moved them."""
    for k in (1, 4, 7, 11):
        check("kthvalue", randint(0, 3, (40, 11)), k)


def test_kthvalue_at_the_edges():
    check("kthvalue", np.array(2.0), 1)
    check("kthvalue", np.array([1.0, NAN, 3.0]), 3)
    check("kthvalue", np.zeros((3, 0)), 1, 0)


# -- errors ----------------------------------------------------------------------------------------------------------------
I = randint(1, 5, (3,))  # noqa: E741  as in "integers"
SORTED = np.sort(X)
ERRORS = [
    ("sort", X, 2), ("argsort", X, -3), ("topk", X, 5), ("topk", X, -1), ("topk", X, 1, 4), ("topk", np.array(1.0), 2), ("kthvalue", X, 0), ("kthvalue", X, 5),
    ("kthvalue", X, 1, 2), ("kthvalue", NONE, 1, 0), ("median", NONE, 0), ("median", X, 2), ("nanmedian", NONE, 0), ("mode", NONE, 0), ("mode", X, 2),
    ("quantile", X, 1.5), ("quantile", I, 0.5), ("quantile", X, X), ("quantile", NONE, 0.5), ("quantile", X, 0.5, 3), ("quantile", X, np.array([0.5], "float32")),
    ("nanquantile", X, -0.1), ("unique", X, True, False, False, 4), ("unique_consecutive", X, False, False, 4),
    ("unique", np.array(1), True, False, False, 0), ("unique", NONE, True, False, False, 1),
    ("bincount", X), ("bincount", X[0]), ("bincount", I - 9), ("bincount", REPEATS), ("bincount", I, rand(2)), ("bincount", I, None, -1),
    ("searchsorted", SORTED, 1.0), ("searchsorted", SORTED, rand(2, 2)), ("searchsorted", np.array(1.0), rand(2)), ("bucketize", rand(2), SORTED),
    ("topk", X > 0, 1), ("kthvalue", X > 0, 1), ("histc", I), ("histc", X, 0), ("histc", X, 5, 2, 1), ("histc", HOLES), ("histc", HOLES, 5, -INF, INF),
]  # fmt: skip


@pytest.mark.parametrize("call", ERRORS, ids=lambda call: f"{call[0]}{[getattr(a, 'shape', a) for a in call[1:]]}")
def test_errors(call):
    check_error(*call)


def test_more_errors():
    check_error("quantile", X, 0.5, interpolation="cubic")
    check_error("searchsorted", SORTED[0], rand(2), side="middle")
    check_error("searchsorted", SORTED[0], rand(2), side="left", right=True)


def test_what_an_error_says():
    with pytest.raises(RuntimeError, match="k=5 of an axis with 4 elements"):
        minitorch_pt.topk(minitorch_pt.from_numpy(X), 5)


# -- any numbers -----------------------------------------------------------------------------------------------------------
values = st.lists(st.sampled_from([-2.0, -1.0, 0.0, 0.5, 1.0, 3.0, INF, -INF, NAN]), min_size=1, max_size=12)


@settings(max_examples=100, deadline=None)
@given(values, st.booleans())
def test_any_order(numbers, descending):
    array = np.array(numbers)
    check("sort", array, dim=0, descending=descending, stable=True, dtypes=("float64",))
    check("nanmedian", array, dtypes=("float64",))
    check("median", array, dtypes=("float64",))
    check("unique", array, return_counts=True, return_inverse=True, grad=False, dtypes=("float64",))
    check("unique_consecutive", array, return_counts=True, return_inverse=True, grad=False, dtypes=("float64",))
    check("cummax", array, 0, dtypes=("float64",))
    check("argmin", array, dtypes=("float64",))
    check("quantile", array[np.isfinite(array)], 0.37, 0, dtypes=("float64",)) if np.isfinite(array).any() else None


class Foe:
    """A number that is chosen as late as it can be, so that a pivot is always among the smallest (McIlroy, A Killer Adversary for Quicksort)."""

    chosen = 0
    candidate = None

    def __init__(self):
        self.value = None

    def __lt__(self, other):
        if self.value is None and other.value is None:
            (self if self is Foe.candidate else other).choose()
        Foe.candidate = self if self.value is None else other if other.value is None else Foe.candidate
        return (np.inf if self.value is None else self.value) < (np.inf if other.value is None else other.value)

    def choose(self):
        self.value = Foe.chosen
        Foe.chosen += 1


@pytest.mark.parametrize("k", [100, 500, 990])
def test_topk_against_an_adversary(k):
    """Quick selection gives up after 2 log n bad pivots, and a heap goes on: places of equal numbers are torch's then too."""
    foes = [Foe() for _ in range(1000)]
    selection._nth_element([(foe, i) for i, foe in enumerate(foes)], k)
    row = np.array([1000 if foe.value is None else foe.value for foe in foes])
    for numbers in (row, row // 2, row // 50):
        check("topk", numbers, k, largest=False)
        check("topk", numbers, k + 1, largest=False)
        check("topk", -numbers, k)
