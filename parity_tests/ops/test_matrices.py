"""ops/matrices.py and built_matrices.py against torch: the older names of linear algebra, which torch calls deprecated, and matrices made of others."""

import functools

import numpy as np
import pytest

import minitorch_pt
from parity_tests.oracle import check, check_error, rand, randint, same_program

A, TALL, BATCH = rand(3, 3), rand(4, 3), rand(2, 1, 3, 3)
POSITIVE = A @ A.T + np.eye(3)
pytestmark = pytest.mark.filterwarnings("ignore:.*deprecated", "ignore:Using torch.cross without specifying the dim")


twice = functools.partial(check, second=True)


@pytest.mark.parametrize("upper", [False, True])
@pytest.mark.parametrize("x", [POSITIVE, np.stack([POSITIVE, np.eye(3)]), rand(0, 0)], ids=lambda x: str(x.shape))
def test_cholesky(x, upper):
    twice("cholesky", x, upper, grad_fn=False)
    twice("Tensor.cholesky", x, upper=upper, grad_fn=False)


@pytest.mark.parametrize("upper", [False, True])
@pytest.mark.parametrize("factor", [A + 3 * np.eye(3), BATCH + 3 * np.eye(3)], ids=("one", "batch"))
def test_with_a_factor_of_cholesky(factor, upper):
    factor = np.triu(factor) if upper else np.tril(factor)
    twice("cholesky_inverse", factor, upper)
    twice("Tensor.cholesky_inverse", factor, upper=upper)
    twice("cholesky_solve", rand(3, 2), factor, upper)
    twice("Tensor.cholesky_solve", rand(2, 5, 3, 2), factor, upper=upper)


def test_a_factor_with_a_zero_on_its_diagonal():
    check_error(
        "cholesky_inverse", np.stack([np.eye(3), np.diag([1.0, 0.0, 2.0])]), match="Batch element 1.*element 2 is zero"
    )


@pytest.mark.parametrize("upper", [False, True])
@pytest.mark.parametrize("transpose", [False, True])
@pytest.mark.parametrize("unitriangular", [False, True])
def test_triangular_solve(upper, transpose, unitriangular):
    for name in ("triangular_solve", "Tensor.triangular_solve"):
        twice(name, rand(3, 2), A + 2 * np.eye(3), upper, transpose, unitriangular, grad_fn=False)
        twice(name, rand(2, 1, 3, 2), A + 2 * np.eye(3), upper, transpose, unitriangular, grad_fn=False)


@pytest.mark.parametrize("some", [True, False])
@pytest.mark.parametrize("name", ("qr", "Tensor.qr"))
def test_qr(name, some):
    twice(name, TALL, some, grad=some)
    twice(name, TALL.T, some=some)


@pytest.mark.parametrize("some", [True, False])
@pytest.mark.parametrize("name", ("svd", "Tensor.svd"))
@pytest.mark.parametrize("x", [TALL, TALL.T, BATCH], ids=lambda x: str(x.shape))
def test_svd(name, x, some):
    U, S, V = minitorch_pt.svd(minitorch_pt.from_numpy(x), some)
    k = S.shape[-1]
    np.testing.assert_allclose(((U[..., :k] * S[..., None, :]) @ V[..., :k].mT).numpy(), x, atol=1e-14)
    same_program(
        lambda p: [
            p.svd(p.tensor(x.tolist(), dtype=p.float64)).S,
            *(tuple(y.shape) for y in p.svd(p.tensor(x.tolist()), some)),
        ]
    )
    check(name, x, some, False, grad=False)


@pytest.mark.parametrize("dim", [None, (0, 1), (1, 0), [0, 1]])
@pytest.mark.parametrize("keepdim", [False, True])
def test_the_nuclear_norm(dim, keepdim):
    twice("norm", TALL, "nuc", dim, keepdim, grad_fn=False)
    twice("Tensor.norm", TALL, "nuc", dim=dim, keepdim=keepdim, grad_fn=False)
    twice("norm", rand(2, 3, 4), "nuc", (2, 0), keepdim, grad_fn=False)


def test_cross():
    for name in ("cross", "Tensor.cross"):
        twice(name, rand(2, 3), rand(2, 3, seed=1), 1)
        twice(name, rand(3, 2), rand(3, 2, seed=1), dim=0)
        twice(name, rand(2, 3, 3), rand(2, 3, 3, seed=1))


@pytest.mark.parametrize("increasing", [False, True])
@pytest.mark.parametrize("N", [None, 0, 1, 2, 5])
@pytest.mark.parametrize(
    "x", [rand(3), randint(1, 4, (3,)), np.array([True, False]), rand(0)], ids=lambda x: f"{x.dtype}{x.shape}"
)
def test_vander(x, N, increasing):
    check("vander", x, N, increasing, grad=False)


def test_the_gradient_of_vander():
    """torch's vander changes in place what its gradient needs."""

    def program(p):
        x = p.tensor(rand(3).tolist(), dtype=p.float64, requires_grad=True)
        y = p.vander(x, 4) if p is minitorch_pt else p.linalg.vander(x, N=4).flip(1)
        (g,) = p.autograd.grad((y**2).sum(), x, create_graph=True)
        return [y, g, p.autograd.grad((g**2).sum(), x)[0]]

    same_program(program)


@pytest.mark.parametrize(
    "shapes", [((2, 3), (3, 2)), ((2,), (3, 2)), ((2, 3, 1), (2,)), ((), (2, 2)), ((0, 2), (2, 2))], ids=str
)
@pytest.mark.parametrize("name", ("kron", "Tensor.kron"))
def test_kron(name, shapes):
    a, b = (rand(*shape, seed=i) for i, shape in enumerate(shapes))
    twice(name, np.asarray(a), np.asarray(b), grad_fn=False)
    check("kron", randint(0, 5, shapes[0]), np.asarray(b), grad=False)


def test_block_diag():
    twice("block_diag", rand(2, 3), rand(1, 2), rand(3), np.array(2.0), rand(0, 2))
    check("block_diag", rand(2, 3), randint(0, 5, (2, 2)))
    check("block_diag", rand(2))
    check("block_diag")


@pytest.mark.parametrize("name", (
    "slogdet", "qr", "svd", "triangular_solve", "linalg.slogdet", "linalg.qr", "linalg.svd", "linalg.eigh",
    "linalg.inv_ex", "linalg.cholesky_ex", "linalg.solve_ex",
))  # fmt: skip
def test_text_of_the_results(name):
    two = name in ("triangular_solve", "linalg.solve_ex")

    def program(p):
        from parity_tests.oracle import lookup

        return repr(lookup(p, name)(*[p.eye(2)] * (2 if two else 1)))

    same_program(program)


ERRORS = [
    ("cholesky", TALL), ("cholesky", -np.eye(2)), ("cholesky_inverse", TALL), ("cholesky_solve", TALL, A), ("cholesky_solve", A, TALL), ("triangular_solve", TALL, A),
    ("triangular_solve", A, TALL), ("norm", rand(3), "nuc"), ("norm", A, "abc"), ("cross", rand(2), rand(2)), ("cross", A, A, 2), ("cross", TALL, TALL, 0),
    ("vander", A), ("vander", rand(3), -1), ("block_diag", rand(2, 2, 2)), ("pinverse", rand(3)), ("qr", rand(3)), ("svd", rand(3)), ("slogdet", TALL),
]  # fmt: skip


@pytest.mark.parametrize("call", ERRORS, ids=lambda call: f"{call[0]}{[getattr(a, 'shape', a) for a in call[1:]]}")
def test_errors(call):
    check_error(*call)
