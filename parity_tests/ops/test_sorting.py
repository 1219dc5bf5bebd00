"""Sorting, picking by size, different values, counts: as torch's."""

from __future__ import annotations

import math

import numpy as np
import pytest
import torch
from hypothesis import given, settings, strategies as st

import minitorch_pt
from parity_tests.oracle import assert_same, check, check_error, rand, randint, same_program

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


def test_topk_at_the_edges():
    check("topk", np.array(2.0), 1)
    check("topk", np.array(2.0), 0, grad=False)
    check("topk", np.array([1.0, NAN, 3.0]), 2)
    check("topk", np.array([1.0, NAN, 3.0]), 2, largest=False)
    check("topk", NONE, 2)


@pytest.mark.parametrize("sorted", (True, False))
@pytest.mark.parametrize("name", ("topk",))
def test_topk_picks_the_same_values_where_some_are_equal(name, sorted):
    # which of equal elements is picked torch leaves open
    ours = minitorch_pt.topk(minitorch_pt.from_numpy(REPEATS), 3, sorted=sorted).values
    theirs = torch.topk(torch.from_numpy(REPEATS), 3).values
    assert_same(ours, theirs)


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


# -- medians, quantiles, the most frequent ---------------------------------------------------------------------------------
MEDIANS = [{}, {"dim": 0}, {"dim": -1}, {"dim": 1, "keepdim": True}]


@pytest.mark.parametrize("kwargs", MEDIANS, ids=str)
@pytest.mark.parametrize("name", ("median", "nanmedian", "Tensor.median", "Tensor.nanmedian"))
def test_median(name, kwargs):
    for array in (X, rand(5, 3), rand(1, 1)):
        check(name, array, second=True, **kwargs)
    check(name, HOLES[:2], **kwargs)
    check(name, randint(0, 1000, (3, 5)), **kwargs)
    check(name, np.array(3.0), **({"dim": 0} if kwargs else {}))
    check(name, rand(2, 3, 4)[:, :0], **({"dim": 2} if kwargs else {}))


@pytest.mark.parametrize("name", ("median", "nanmedian"))
def test_median_of_ties_and_only_nan(name):
    check(name, TIES)
    check(name, HOLES[2:])
    check(name, np.full(3, NAN))
    check(name, HOLES[:3], 0)


@pytest.mark.parametrize("q", [0.5, 0.0, 1.0, 0.3, np.array([0.1, 0.5, 0.9]), np.array(0.25), np.array([0.7])], ids=str)
@pytest.mark.parametrize("kwargs", [*MEDIANS, {"keepdim": True}], ids=str)
@pytest.mark.parametrize("name", ("quantile", "nanquantile", "Tensor.quantile", "Tensor.nanquantile"))
def test_quantile(name, kwargs, q):
    # atol: the second gradient of one neighbour pair is 0
    check(name, X, q, second=True, **kwargs, atol=1e-12, dtypes=("float64",))
    check(name, X, q, **kwargs)
    check(name, HOLES[:2], q, constant=(1,), dtypes=("float64",), grad=False, **kwargs)


@pytest.mark.parametrize("interpolation", ("linear", "lower", "higher", "midpoint", "nearest"))
@pytest.mark.parametrize("name", ("quantile", "nanquantile"))
def test_quantile_between_two_elements(name, interpolation):
    for q in (0.4, np.array([0.0, 0.34, 0.5, 0.99])):
        check(name, X, q, 1, interpolation=interpolation)
        check(name, X, q, interpolation=interpolation)
        check(name, np.array(2.0), q, interpolation=interpolation)
        check(name, np.array([[1.0, NAN, 5.0], [2.0, 3.0, 4.0]]), q, 1, interpolation=interpolation)


@pytest.mark.parametrize("interpolation", ("linear", "lower", "higher", "midpoint", "nearest"))
def test_quantile_beside_infinity(interpolation):
    x = np.array([[INF, 1.0, INF, -INF], [-INF, -INF, 0.0, 1.0]])
    for q in (0.0, 0.3, 0.5, 0.9, 1.0):
        check("quantile", x, q, 1, interpolation=interpolation, grad=False)
        check("nanquantile", x, q, interpolation=interpolation, grad=False)


@pytest.mark.parametrize("kwargs", [{}, {"dim": 0}, {"dim": 0, "keepdim": True}, {"dim": -1}], ids=str)
@pytest.mark.parametrize("name", ("mode", "Tensor.mode"))
def test_mode(name, kwargs):
    for array in (X, TIES, REPEATS, REPEATS.astype("uint8"), rand(1, 5)):
        check(name, array, second=array is X, **kwargs)


def test_mode_at_the_edges():
    check("mode", np.array(2.0))
    check("mode", np.zeros((2, 0)), 0)


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


def test_histc_passes_over_nan_between_given_limits():
    check("histc", np.array([0.5, NAN, 0.2]), bins=2, min=0, max=1, grad=False)


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
    ("histc", I), ("histc", X, 0), ("histc", X, 5, 2, 1), ("histc", HOLES), ("histc", HOLES, 5, -INF, INF),
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
