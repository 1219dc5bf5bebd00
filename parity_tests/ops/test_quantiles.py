"""ops/quantiles.py against torch."""

from __future__ import annotations

import math

import numpy as np
import pytest

from parity_tests.oracle import check, rand, randint

NAN, INF = math.nan, math.inf
X = rand(3, 4)
TIES = np.array([[1.0, 3.0, 3.0, 2.0], [3.0, 0.0, 3.0, 3.0], [-1.0, -1.0, -1.0, -1.0]])
HOLES = np.array([[1.0, NAN, 3.0, INF], [2.0, 5.0, -1.0, -INF], [NAN, NAN, 0.5, NAN], [NAN, NAN, NAN, NAN]])
REPEATS = randint(0, 4, (4, 6))
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
