"""ops/calculus.py against torch."""

import numpy as np
import pytest

import minitorch_pt
from parity_tests.oracle import check, check_error, rand, randint

X, CUBE = rand(3, 4), rand(2, 3, 4)
ids = str


DIFFERENCES = [{}, {"n": 2}, {"n": 0}, {"n": 9}, {"dim": 0}, {"dim": -2, "n": 2}]


@pytest.mark.parametrize("kwargs", DIFFERENCES, ids=ids)
def test_diff(kwargs):
    check("diff", X, grad_fn=False, second=True, **kwargs)
    check("Tensor.diff", randint(0, 9, (3, 4)), **kwargs)
    check("diff", randint(0, 2, (3, 4)).astype(bool), **kwargs)


def test_diff_between_ends():
    check("diff", X, 1, -1, rand(3, 1, seed=1), rand(3, 2, seed=2))
    check("diff", X, 2, 0, rand(1, 4, seed=1))
    check("diff", X, append=rand(3, 2), grad=False)


@pytest.mark.parametrize("kwargs", [{}, {"dx": 0.5}, {"dim": 0}, {"dim": 0, "dx": 2}], ids=ids)
@pytest.mark.parametrize("name", ("trapezoid", "trapz", "cumulative_trapezoid"))
def test_trapezoid(name, kwargs):
    check(name, X, grad_fn=False, **kwargs)


def test_trapezoid_at_places():
    check("trapezoid", X, rand(4), grad_fn=False)
    check("trapezoid", X, rand(3), dim=0, grad_fn=False)
    check("trapezoid", X, rand(3, 4, seed=5), grad_fn=False)
    check("trapezoid", CUBE, rand(3), dim=1, grad_fn=False)


@pytest.mark.parametrize("dtype", ("int8", "uint8", "int32", "int64"))
def test_trapezoid_of_whole_numbers(dtype):
    y = np.array([[100, 100, 7], [120, 1, 2]], dtype)
    check("trapezoid", y)
    check("trapezoid", y // 2, np.array([1, 2, 4], dtype))
    check("cumulative_trapezoid", y)  # sums of two int8 wrap around, in torch too


PLACES = np.array([0.0, 0.5, 2.0, 3.5])
SPACINGS = [
    {}, {"spacing": 2}, {"spacing": 0.5, "dim": 0}, {"spacing": 2.0, "dim": (0, 1)}, {"spacing": [0.5, 2.0]}, {"spacing": [0.5], "dim": 1},
    {"dim": (-1,)}, {"spacing": [PLACES[:3], PLACES]}, {"spacing": [PLACES], "dim": 1},
]  # fmt: skip


@pytest.mark.parametrize("edge_order", [1, 2])
@pytest.mark.parametrize("kwargs", SPACINGS, ids=ids)
def test_gradient(kwargs, edge_order):
    check("gradient", X, edge_order=edge_order, second=True, grad_fn=False, **kwargs)


@pytest.mark.parametrize("edge_order", [1, 2])
def test_gradient_beside_infinity(edge_order):
    x = np.array([[0.0, 1.0, np.inf, 2.0, 3.0, 5.0], [1.0, -np.inf, 1.0, np.nan, 0.0, 1e300]])
    check("gradient", x, dim=1, edge_order=edge_order, grad=False, dtypes=("float64",))


def test_gradient_of_whole_numbers():
    check("gradient", randint(0, 9, (5,)))
    check(
        "gradient",
        rand(2, 4),
        spacing=[np.array([0.0, 2.0]), np.array([0.0, 3.0, 5.0, 9.0])],
        second=True,
        grad_fn=False,
    )
    check("gradient", randint(0, 9, (5,)), spacing=2)


ERRORS = [
    ("diff", np.array(1.0)), ("diff", X, -1), ("diff", X, 1, 3), ("trapezoid", X, rand(3)), ("cumulative_trapezoid", X, rand(3)),
]  # fmt: skip


@pytest.mark.parametrize("call", ERRORS, ids=lambda call: f"{call[0]}{[getattr(a, 'shape', a) for a in call[1:]]}")
def test_errors(call):
    check_error(*call)


def test_more_errors():
    check_error("trapezoid", X, X, dx=1.0)
    check_error("cumulative_trapezoid", X, X, dx=1.0)
    check_error("cumulative_trapezoid", X, dim=2)
    check_error("gradient", X, edge_order=3)
    check_error("gradient", X, dim=2)
    check_error("gradient", X, spacing=[1.0, 2.0, 3.0])
    check_error("gradient", X, spacing=[X], dim=1)
    check_error("gradient", rand(1))
    check_error("gradient", randint(0, 9, (3, 4), dtype="uint8"))
    check_error("trapezoid", randint(0, 2, (3, 4)).astype(bool))
    check_error("cumulative_trapezoid", X, randint(0, 2, (4,)).astype(bool))
    check_error("gradient", rand(2), edge_order=2)
    with pytest.raises(RuntimeError, match="one coordinate for each of the 3 elements of dimension 0"):  # torch answers
        minitorch_pt.gradient(minitorch_pt.from_numpy(X), spacing=[minitorch_pt.from_numpy(PLACES)] * 2)
