"""ops/algebra/elimination.py against torch."""

import functools

import numpy as np
import pytest

import minitorch_pt
from parity_tests.oracle import check, check_error, rand, same_program

SINGULAR = np.array([[1.0, 2.0, 3.0], [2.0, 4.0, 6.0], [0.0, 1.0, 1.0]])
SHAPES = [
    rand(3, 3),
    rand(5, 3),
    rand(3, 5),
    rand(2, 1, 4, 4),
    rand(2, 4, 3),
    rand(1, 1),
    rand(0, 3),
    rand(3, 0),
    rand(0, 2, 2),
    rand(0, 0),
]


twice = functools.partial(check, second=True)


@pytest.mark.parametrize("x", SHAPES, ids=lambda x: str(x.shape))
@pytest.mark.parametrize("name", ("linalg.lu", "linalg.lu_factor", "linalg.lu_factor_ex"))
def test_lu(name, x):
    check(name, x, grad=False)
    if x.size:
        twice(name, x, grad_fn=False)


def test_a_zero_on_the_diagonal():
    stack = np.stack([SINGULAR, np.eye(3), np.zeros((3, 3)), np.diag([1.0, 0.0, 2.0])])
    check("linalg.lu_factor_ex", stack, grad=False)
    check("linalg.lu", stack, grad=False)
    check_error("linalg.lu_factor", stack)
    check_error("linalg.lu_factor_ex", stack, check_errors=True)
    with pytest.raises(minitorch_pt.linalg.LinAlgError, match=r"Batch element 0.*U\[3,3\] is zero"):
        minitorch_pt.linalg.lu_factor(minitorch_pt.from_numpy(stack))


def solved(left, adjoint, shape):
    def program(p):
        a, b = (p.tensor(rand(*s, seed=1).tolist(), dtype=p.float64, requires_grad=True) for s in ((2, 3, 3), shape))
        x = p.linalg.lu_solve(*p.linalg.lu_factor(a), b, left=left, adjoint=adjoint)
        grads = p.autograd.grad((x**2).sum(), [a, b], create_graph=True)
        return [x, *grads, *p.autograd.grad(sum((g**2).sum() for g in grads), [a, b])]

    return program


@pytest.mark.parametrize("adjoint", [False, True])
@pytest.mark.parametrize(
    "left, shape",
    [(True, (3, 2)), (True, (2, 3, 1)), (True, (4, 1, 3, 2)), (False, (2, 3)), (False, (2, 1, 3)), (True, (3, 0))],
)
def test_lu_solve(left, shape, adjoint):
    same_program(solved(left, adjoint, shape))


@pytest.mark.filterwarnings("ignore:torch.lu.* is deprecated")
def test_the_older_names():
    def program(p):
        a, b = p.tensor(rand(3, 3).tolist(), dtype=p.float64), p.tensor(rand(3, 2, seed=1).tolist(), dtype=p.float64)
        factors = p.linalg.lu_factor(a)
        older = [
            p.lu_solve(b, *factors),
            b.lu_solve(*factors),
            list(p.lu(a)),
            list(a.lu()),
            list(p.lu(a, get_infos=True)),
            p.lu_unpack(*factors),
        ]
        return [*older, p.lu_unpack(*factors, unpack_data=False), p.lu_unpack(*factors, unpack_pivots=False)]

    same_program(program)


@pytest.mark.parametrize("name", ("linalg.lu", "linalg.lu_factor", "linalg.lu_factor_ex"))
def test_text_of_the_results(name):
    same_program(lambda p: repr(getattr(p.linalg, name.split(".")[1])(p.eye(2))))


ERRORS = [
    ("linalg.lu", rand(3)),
    ("linalg.lu", np.eye(2, dtype=int)),
    ("linalg.lu_factor", rand(3)),
    ("linalg.lu_factor", np.eye(2, dtype=int)),
]


@pytest.mark.parametrize("call", ERRORS, ids=lambda call: f"{call[0]}{[a.shape for a in call[1:]]}")
def test_errors(call):
    check_error(*call)


def test_more_errors():
    check_error("linalg.lu_factor", rand(3, 3), pivot=False)
    check_error("linalg.lu_solve", rand(3, 3), np.array([1, 2, 3], np.int32), rand(2, 1))
    check_error("linalg.lu_solve", rand(3, 2), np.array([1, 2], np.int32), rand(3, 1))
