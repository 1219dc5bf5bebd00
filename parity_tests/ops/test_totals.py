"""ops/totals.py against torch."""

from __future__ import annotations

import math

import numpy as np
import pytest

from parity_tests.oracle import (
    check,
    rand,
    randint,
)

NAN, INF = math.nan, math.inf
X = rand(3, 4)
TIES = np.array([[1.0, 3.0, 3.0, 2.0], [3.0, 0.0, 3.0, 3.0], [-1.0, -1.0, -1.0, -1.0]])
HOLES = np.array([[1.0, NAN, 3.0], [2.0, 5.0, -1.0], [NAN, NAN, 0.5]])
ZEROS = np.array([[2.0, 0.0, 3.0, 4.0], [0.0, 0.0, 5.0, 1.0], [1.0, 2.0, 3.0, -4.0]])
EXTREME = np.array([[1000.0, 1001.0, -5.0], [-1000.0, -1001.0, -1002.0], [INF, 1.0, 2.0]])
EMPTY = [(0,), (0, 3), (3, 0), (2, 0, 3)]


# -- running totals ----------------------------------------------------------------------------------------------------
@pytest.mark.parametrize("dim", (0, 1, -1, -2))
@pytest.mark.parametrize("name", ("cumsum", "cumprod", "cummax", "cummin", "logcumsumexp"))
def test_running(name, dim):
    for array in (X, rand(1, 1), rand(9, 3)):
        check(name, array, dim, second=True)
        check(f"Tensor.{name}", array, dim)


@pytest.mark.parametrize(
    "shape, dim",
    [
        ((9, 700), 0),
        ((3, 4, 900), 1),
        ((2, 3, 20, 30), 1),
        ((1, 600), 0),
        ((300, 5), 1),
        ((20, 30, 4), 2),
        ((20, 4, 30), 1),
    ],
)
@pytest.mark.parametrize("name", ("cumsum", "cumprod"))
def test_running_slice_by_slice(name, shape, dim):
    check(name, rand(*shape), dim, second=True)


@pytest.mark.parametrize("name", ("cumsum", "cumprod", "cummax", "cummin", "logcumsumexp"))
def test_running_at_the_edges(name):
    check(name, np.array(1.5), 0)
    check(name, np.array(1.5), -1)
    for shape in EMPTY:
        check(name, np.zeros(shape), 0)
    for array in (TIES, HOLES, EXTREME):
        check(name, array, 1, grad=False)
    if name.startswith("cumm"):
        check(name, TIES, 1)
        for dtype in ("int64", "uint8", "bool"):
            check(name, randint(0, 3, (4, 5)).astype(dtype), 0, grad=False)


@pytest.mark.parametrize(
    ("name", "x", "dtype"),
    [
        ("cumsum", np.ones(5000), "float16"),  # 2048 + 1 is 2048
        ("cumsum", rand(200_000, low=0), "float32"),
        ("logcumsumexp", rand(200_000), "float32"),
        ("cumprod", np.array([1e30, 1e30, 1e-30, 1e-30]), "float32"),  # inf does not come back
    ],
)
def test_running_totals_are_kept_in_a_wider_type(name, x, dtype):
    check(name, x, 0, grad=name == "cumsum", dtypes=(dtype,))


@pytest.mark.parametrize("dim", (0, 1))
def test_cumprod_with_zeros(dim):
    check("cumprod", ZEROS, dim, second=True)
    check("cumprod", np.zeros((3, 4)), dim, second=True)


def test_logcumsumexp_does_not_overflow():
    check("logcumsumexp", EXTREME[:2], 1, rtol=1e-5)  # torch's float32 gradient takes differences of numbers near 1000


@pytest.mark.parametrize("name", ("Tensor.cumsum_", "Tensor.cumprod_"))
def test_running_in_place(name):
    check(name, X, 0)
    check(name, randint(0, 9, (3, 4)), 1)
