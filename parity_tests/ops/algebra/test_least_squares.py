"""ops/algebra/least_squares.py against torch."""

import numpy as np
import pytest

import minitorch_pt
from parity_tests.oracle import check, check_error, rand, same_program

TALL, WIDE, SQUARE, BATCH = rand(5, 3), rand(3, 5), rand(3, 3), rand(2, 4, 3)
FLAT = rand(5, 2) @ rand(2, 3, seed=1)  # of rank 2
SYMMETRIC = SQUARE + SQUARE.T


def both(name, *args, **kwargs):
    """float64, then float32, where the condition numbers, up to 30, cost a digit."""
    check(name, *args, dtypes=("float64",), second=True, **kwargs)
    check(name, *args, dtypes=("float32",), rtol=5e-6, **kwargs)


OPTIONS = [
    {},
    {"rtol": 0.5},
    {"atol": 1.5},
    {"atol": 0.1, "rtol": 0.2},
    {"atol": 0.0},
    {"hermitian": True},
    {"hermitian": True, "rtol": 0.6},
]


def of(x, **options):
    """Pseudo-inverse, rank, and the gradients, twice: the oracle has an rtol of its own."""

    def program(p):
        a = p.tensor(x.tolist(), dtype=p.float64).reshape(x.shape).requires_grad_()
        given = {
            k: p.tensor(v.tolist(), dtype=p.float64) if isinstance(v, np.ndarray) else v for k, v in options.items()
        }
        y = p.linalg.pinv(a, **given)
        weights = p.tensor(rand(*y.shape, seed=1).tolist(), dtype=p.float64).reshape(y.shape)
        (g,) = p.autograd.grad((y * weights).sum(), a, create_graph=True)
        return [y, p.linalg.matrix_rank(a, **given), g, *p.autograd.grad((g**2).sum(), a)]

    same_program(program)


@pytest.mark.parametrize("kwargs", OPTIONS, ids=str)
@pytest.mark.parametrize(
    "x", [TALL, WIDE, SYMMETRIC, BATCH, rand(0, 3), rand(3, 0), rand(0, 3, 2)], ids=lambda x: str(x.shape)
)
def test_pinv_and_rank(x, kwargs):
    if kwargs.get("hermitian") and x is not SYMMETRIC:
        x = np.stack([SYMMETRIC, 2 * SYMMETRIC]) if x.size else rand(0, 0)
    of(x, **kwargs)


def test_pinv_of_lower_rank():
    of(FLAT)
    of(BATCH, rtol=np.array(0.5))
    of(BATCH, atol=np.array([0.5, 3.0]))
    of(BATCH, atol=np.array([0.0, 1.0]), rtol=np.array(0.3))
    both("linalg.pinv", FLAT, 1e-5)
    both("pinverse", FLAT, 1e-5)
    both("pinverse", TALL)
    both("Tensor.pinverse", TALL)


def test_the_older_arguments_of_matrix_rank():
    check("linalg.matrix_rank", FLAT, grad=False)
    check("linalg.matrix_rank", FLAT, 1e-5, grad=False)
    check("linalg.matrix_rank", SYMMETRIC, 1e-5, True, grad=False)
    check("linalg.matrix_rank", SYMMETRIC, hermitian=True, grad=False)
    check("linalg.matrix_rank", SYMMETRIC, tol=2.0, grad=False)
    check("linalg.matrix_rank", np.zeros((2, 2)), grad=False)


@pytest.mark.parametrize("driver", [None, "gels", "gelsy", "gelsd", "gelss"])
@pytest.mark.parametrize(
    "a, b",
    [
        (TALL, rand(5, 2)),
        (WIDE, rand(3, 2)),
        (SQUARE, rand(3, 1)),
        (BATCH, rand(2, 4, 2)),
        (BATCH, rand(2, 4)),
        (rand(2, 1, 4, 3), rand(2, 5, 4, 2)),
    ],
    ids=lambda x: str(x.shape),
)
def test_lstsq(a, b, driver):
    both("linalg.lstsq", a, b, driver=driver)


@pytest.mark.parametrize("driver", ["gelsy", "gelsd", "gelss"])
def test_lstsq_of_lower_rank(driver):
    both("linalg.lstsq", FLAT, rand(5, 2), 1e-5, driver=driver)
    both("linalg.lstsq", np.stack([FLAT, TALL]), rand(2, 5, 1), rcond=1e-5, driver=driver)


ERRORS = [
    ("linalg.pinv", rand(3)), ("linalg.pinv", np.eye(2, dtype=int)), ("linalg.matrix_rank", rand(3)), ("linalg.matrix_rank", np.eye(2, dtype=int)),
    ("linalg.lstsq", TALL, rand(4, 1)), ("linalg.lstsq", rand(3), rand(3)), ("linalg.lstsq", TALL, rand(5, 1).astype("float32")), ("linalg.lstsq", TALL, np.array(1.0)),
]  # fmt: skip


@pytest.mark.parametrize("call", ERRORS, ids=lambda call: f"{call[0]}{[a.shape for a in call[1:]]}")
def test_errors(call):
    check_error(*call)


def test_more_errors():
    check_error("linalg.lstsq", TALL, rand(5, 1), driver="gel")
    check_error("linalg.pinv", TALL, hermitian=True)
    check_error("linalg.matrix_rank", TALL, hermitian=True)


def test_text_of_the_result():
    same_program(lambda p: repr(p.linalg.lstsq(p.eye(3)[:, :2], p.ones(3, 1), driver="gelsd")))
    assert minitorch_pt.linalg.lstsq(minitorch_pt.eye(2), minitorch_pt.ones(2, 1)).solution.tolist() == [[1.0], [1.0]]
