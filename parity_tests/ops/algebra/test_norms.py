"""ops/algebra/norms.py against torch."""

import functools
import math

import numpy as np
import pytest

import minitorch_pt
from parity_tests.oracle import check, check_error, rand, same_program

A, CUBE, INF = rand(3, 4), rand(2, 3, 4), math.inf
ORDERS = ["fro", "nuc", 2, -2, 1, -1, INF, -INF]


twice = functools.partial(check, second=True)


@pytest.mark.parametrize("keepdim", [False, True])
@pytest.mark.parametrize("order", ORDERS)
def test_matrix_norm(order, keepdim):
    twice("linalg.matrix_norm", CUBE, order, keepdim=keepdim, grad_fn=not keepdim)
    twice("linalg.matrix_norm", CUBE, order, (0, 2), keepdim, grad_fn=False)
    twice("linalg.matrix_norm", CUBE, order, (2, -2), keepdim, grad_fn=False)
    check("linalg.matrix_norm", A, order, dtype=minitorch_pt.float64, dtypes=("float32",))
    twice("linalg.norm", A, order)
    twice("linalg.norm", CUBE, order, (1, 2), keepdim, grad_fn=not keepdim)


@pytest.mark.parametrize("order", [2, 1, 0, 3, 0.5, INF, -INF, -1])
@pytest.mark.parametrize("kwargs", [{}, {"dim": 1}, {"dim": (0, 2), "keepdim": True}, {"keepdim": True}], ids=str)
def test_vector_norm(order, kwargs):
    check("linalg.vector_norm", CUBE, order, second=order != 0, **kwargs)
    check("linalg.norm", CUBE[0, 0], order)


def test_norm_chooses():
    twice("linalg.norm", CUBE)
    twice("linalg.norm", CUBE, None, 1, True)
    twice("linalg.norm", CUBE, 3, 1)
    twice("linalg.norm", CUBE, 3, (1,))
    check("linalg.norm", A, dtype=minitorch_pt.float64, dtypes=("float32",))
    check("linalg.vector_norm", rand(3), dtype=minitorch_pt.float64, dtypes=("float32",))
    check("linalg.matrix_norm", A, 1, dtypes=("float16",))


@pytest.mark.parametrize("order", ORDERS)
def test_matrix_norm_of_halves(order):
    """Refused where it takes singular values."""
    same_program(lambda p: p.linalg.matrix_norm(p.ones(2, 3, dtype=p.float16), order))


def test_norms_of_nothing():
    for order in ORDERS:
        same_program(lambda p, order=order: p.linalg.matrix_norm(p.zeros(0, 3), order))
        same_program(lambda p, order=order: p.linalg.matrix_norm(p.zeros(3, 0), order))
    check("linalg.vector_norm", rand(0, 3), 2, 0)


@pytest.mark.parametrize("p", [None, *ORDERS])
def test_cond(p):
    square = rand(2, 3, 3) + 3 * np.eye(3)
    check("linalg.cond", square, p, grad=False)
    if p != "nuc":  # of a singular matrix, there nan in torch, elsewhere inf
        check("linalg.cond", np.zeros((2, 2)), p, grad=False)

    def program(t):  # torch's cond changes in place what its gradient needs
        x = t.tensor(square.tolist(), dtype=t.float64, requires_grad=True)
        norm = t.linalg.matrix_norm
        result = (
            t.linalg.cond(x, p) if t is minitorch_pt or p in (None, 2, -2) else norm(x, p) * norm(t.linalg.inv(x), p)
        )
        (g,) = t.autograd.grad(result.sum(), x, create_graph=True)
        return [result, g, t.autograd.grad((g**2).sum(), x)[0]]

    same_program(program)
    check("linalg.cond", rand(0, 2, 2), p, grad=False)
    check("linalg.cond", rand(0, 0), p, grad=False)


@pytest.mark.parametrize("p", [None, 2, -2])
def test_cond_of_any_shape(p):
    twice("linalg.cond", CUBE, p, grad_fn=False)
    assert minitorch_pt.linalg.cond(minitorch_pt.zeros(2, 2), "nuc").item() == INF


ERRORS = [
    ("linalg.matrix_norm", rand(3)), ("linalg.matrix_norm", A, "abc"), ("linalg.matrix_norm", A, 3), ("linalg.matrix_norm", A, "fro", (0,)),
    ("linalg.matrix_norm", A, "fro", (0, 0)), ("linalg.matrix_norm", A, "fro", (0, 2)), ("linalg.matrix_norm", np.eye(2, dtype=int)),
    ("linalg.norm", CUBE, 1), ("linalg.norm", A, 1, (0, 1, 2)), ("linalg.norm", CUBE, None, (0, 1, 2)), ("linalg.norm", rand(3), "fro"), ("linalg.norm", CUBE, "nuc", 1), ("linalg.norm", A, "abc"),
    ("linalg.norm", np.eye(2, dtype=int)), ("linalg.vector_norm", np.arange(3)), ("linalg.vector_norm", rand(0), INF), ("linalg.vector_norm", A, 2, 2),
    ("linalg.cond", A, 1), ("linalg.cond", rand(3)), ("linalg.cond", np.eye(2), "abc"), ("linalg.cond", np.eye(2), 3), ("linalg.cond", np.eye(2, dtype=int)),
]  # fmt: skip


@pytest.mark.parametrize(
    "call", ERRORS, ids=lambda call: f"{call[0]}{[a.shape if isinstance(a, np.ndarray) else a for a in call[1:]]}"
)
def test_errors(call):
    check_error(*call)
