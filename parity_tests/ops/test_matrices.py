"""ops/matrices.py against torch: the older names of linear algebra, which torch calls deprecated, and matrices made of others."""

import numpy as np
import pytest

import minitorch_pt
from parity_tests.oracle import check, check_error, rand, randint, same_program

A, TALL, BATCH = rand(3, 3), rand(4, 3), rand(2, 1, 3, 3)
POSITIVE = A @ A.T + np.eye(3)
pytestmark = pytest.mark.filterwarnings("ignore:.*deprecated", "ignore:Using torch.cross without specifying the dim")


def both(name, *args, **kwargs):
    """float64 to a few hundred units of the last place, then float32."""
    check(name, *args, dtypes=("float64",), rtol=1e-11, second=True, **kwargs)
    check(name, *args, dtypes=("float32",), rtol=1e-4, **kwargs)


@pytest.mark.parametrize("upper", [False, True])
@pytest.mark.parametrize("x", [POSITIVE, np.stack([POSITIVE, np.eye(3)]), rand(0, 0)], ids=lambda x: str(x.shape))
def test_cholesky(x, upper):
    both("cholesky", x, upper, grad_fn=False)
    both("Tensor.cholesky", x, upper=upper, grad_fn=False)


@pytest.mark.parametrize("upper", [False, True])
@pytest.mark.parametrize("factor", [A + 3 * np.eye(3), BATCH + 3 * np.eye(3)], ids=("one", "batch"))
def test_with_a_factor_of_cholesky(factor, upper):
    factor = np.triu(factor) if upper else np.tril(factor)
    both("cholesky_inverse", factor, upper)
    both("Tensor.cholesky_inverse", factor, upper=upper)
    both("cholesky_solve", rand(3, 2), factor, upper)
    both("Tensor.cholesky_solve", rand(2, 5, 3, 2), factor, upper=upper)


@pytest.mark.parametrize("upper", [False, True])
@pytest.mark.parametrize("transpose", [False, True])
@pytest.mark.parametrize("unitriangular", [False, True])
def test_triangular_solve(upper, transpose, unitriangular):
    for name in ("triangular_solve", "Tensor.triangular_solve"):
        both(name, rand(3, 2), A + 2 * np.eye(3), upper, transpose, unitriangular, grad_fn=False)
        both(name, rand(2, 1, 3, 2), A + 2 * np.eye(3), upper, transpose, unitriangular, grad_fn=False)


@pytest.mark.parametrize("some", [True, False])
@pytest.mark.parametrize("name", ("qr", "Tensor.qr"))
def test_qr(name, some):
    both(name, TALL, some, grad=some)
    both(name, TALL.T, some=some)


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
    both("norm", TALL, "nuc", dim, keepdim, grad_fn=False)
    both("Tensor.norm", TALL, "nuc", dim=dim, keepdim=keepdim, grad_fn=False)
    both("norm", rand(2, 3, 4), "nuc", (2, 0), keepdim, grad_fn=False)


def test_cross():
    for name in ("cross", "Tensor.cross"):
        both(name, rand(2, 3), rand(2, 3, seed=1), 1)
        both(name, rand(3, 2), rand(3, 2, seed=1), dim=0)
        both(name, rand(2, 3, 3), rand(2, 3, 3, seed=1))


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
    both(name, np.asarray(a), np.asarray(b), grad_fn=False)
    check("kron", randint(0, 5, shapes[0]), np.asarray(b), grad=False)


def test_block_diag():
    both("block_diag", rand(2, 3), rand(1, 2), rand(3), np.array(2.0), rand(0, 2))
    check("block_diag", rand(2, 3), randint(0, 5, (2, 2)))
    check("block_diag", rand(2))


@pytest.mark.parametrize("name", ("slogdet", "qr", "svd", "triangular_solve", "linalg.slogdet", "linalg.qr", "linalg.svd", "linalg.eigh", "linalg.inv_ex",
                                  "linalg.cholesky_ex", "linalg.solve_ex"))  # fmt: skip
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
