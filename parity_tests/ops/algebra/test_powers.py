"""ops/algebra/powers.py and vectors.py against torch."""

import functools

import numpy as np
import pytest

from parity_tests.oracle import check, check_error, rand, randint, same_program

A, BATCH = rand(3, 3), rand(2, 1, 3, 3)


twice = functools.partial(check, second=True)


@pytest.mark.parametrize("n", [0, 1, 2, 3, 7, 8, -1, -3])
@pytest.mark.parametrize("name", ("linalg.matrix_power", "matrix_power", "Tensor.matrix_power"))
def test_matrix_power(name, n):
    check(name, A, n, second=n > 1 or n < 0)
    check(name, BATCH, n)
    if n >= 0:
        check(name, randint(0, 3, (2, 2)), n)


@pytest.mark.parametrize("x", [
    A, BATCH, rand(0, 0), rand(0, 2, 2), A / 100, np.stack([30 * A, 10 * A, A, A * 0]), np.zeros((1, 1)),
], ids=lambda x: str(x.shape))  # fmt: skip
@pytest.mark.parametrize("name", ("linalg.matrix_exp", "matrix_exp", "Tensor.matrix_exp"))
def test_matrix_exp(name, x):
    # of small matrices torch takes so few terms that 11 digits are right
    twice(name, x, rtol=1e-11 if np.abs(x).max(initial=0) < 0.1 else None, dtypes=("float64",))
    check(name, x, dtypes=("float32",))


def test_matrix_exp_of_nan_is_nan():
    check("linalg.matrix_exp", np.full((2, 2), np.nan), grad=False)


CHAINS = [
    [(3, 4), (4, 5)],
    [(3, 4), (4, 5), (5, 2), (2, 6)],
    [(10, 1), (1, 10), (10, 1), (1, 10)],
    [(4,), (4, 5), (5, 2)],
    [(3, 4), (4, 5), (5,)],
    [(4,), (4, 4), (4,)],
    [(4,), (4,)],
    [(0, 2), (2, 0), (0, 3)],
]


@pytest.mark.filterwarnings("ignore:torch.chain_matmul is deprecated")
@pytest.mark.parametrize("shapes", CHAINS, ids=str)
def test_multi_dot(shapes):
    matrices = [rand(*shape, seed=i) for i, shape in enumerate(shapes)]
    twice("linalg.multi_dot", matrices, grad_fn=False)
    if all(len(shape) == 2 for shape in shapes):
        twice("chain_matmul", *matrices, grad_fn=False)


def test_matmul():
    twice("linalg.matmul", BATCH, A)


@pytest.mark.parametrize(
    "shapes, dim", [(((3,), (3,)), -1), (((2, 3), (2, 3)), 1), (((3, 4), (3, 1)), 0), (((1, 3), (5, 3)), -1)]
)
def test_cross(shapes, dim):
    a, b = (rand(*shape, seed=i) for i, shape in enumerate(shapes))
    twice("linalg.cross", a, b, dim=dim)
    check("linalg.cross", randint(0, 5, shapes[0]), randint(0, 5, shapes[1]), dim=dim)


@pytest.mark.parametrize("kwargs", [{}, {"offset": 1}, {"offset": -1, "dim1": 0, "dim2": 2}], ids=str)
def test_diagonal(kwargs):
    twice("linalg.diagonal", rand(2, 3, 4), **kwargs)


def test_vecdot():
    twice("linalg.vecdot", rand(2, 3), rand(2, 3))
    twice("linalg.vecdot", rand(2, 3), rand(3))
    twice("linalg.vecdot", rand(2, 3, 1), rand(3, 4), dim=1)


def test_vander():
    twice("linalg.vander", rand(3))
    twice("linalg.vander", rand(2, 3), N=5)
    twice("linalg.vander", rand(2, 0), N=2)
    check("linalg.vander", np.array(3.0), N=3)
    check("linalg.vander", randint(1, 4, (3,)))


ERRORS = [
    ("linalg.matrix_power", rand(2, 3), 2), ("linalg.matrix_power", rand(3), 2), ("linalg.matrix_power", np.zeros((2, 2)), -1), ("linalg.matrix_exp", rand(2, 3)),
    ("linalg.matrix_exp", np.eye(2, dtype=int)), ("linalg.multi_dot", [A]), ("linalg.multi_dot", []), ("linalg.multi_dot", [A, rand(2, 3, 3), A]),
    ("linalg.multi_dot", [A, rand(2, 2)]), ("linalg.multi_dot", [A, A.astype("float32")]), ("linalg.cross", A, rand(3)), ("linalg.cross", rand(2), rand(2)),
    ("linalg.cross", np.array(1.0), np.array(1.0)), ("linalg.vecdot", rand(3), rand(3).astype("float32")), ("linalg.vecdot", randint(0, 5, (3,)), randint(0, 5, (3,))), ("linalg.vander", rand(1)),
    ("linalg.vander", np.ones(3, bool)), ("linalg.diagonal", rand(3)),
]  # fmt: skip


@pytest.mark.parametrize("call", ERRORS, ids=lambda call: f"{call[0]}{[getattr(a, 'shape', a) for a in call[1:]]}")
def test_errors(call):
    check_error(*call)


def test_more_errors():
    check_error("linalg.cross", A, A, dim=2)
    check_error("linalg.vander", rand(3), N=1)
    check_error("linalg.diagonal", A, dim1=0, dim2=0)
    same_program(lambda p: p.linalg.vecdot(p.ones(2), p.ones(3)))
