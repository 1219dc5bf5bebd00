"""ops/algebra/factorizations.py against torch. Signs of vectors are arbitrary: what does not depend on them is compared."""

import functools

import numpy as np
import pytest

import minitorch_pt
from parity_tests.databases.operations import signed
from parity_tests.oracle import check, check_error, rand, same_program

TALL, WIDE, SQUARE, BATCH = rand(4, 3), rand(3, 4), rand(3, 3), rand(2, 4, 3)
SHAPES = [TALL, WIDE, SQUARE, BATCH, rand(2, 1, 3, 5), rand(1, 1), rand(0, 3), rand(3, 0), rand(0, 2, 2)]


def symmetric(*batch, n=3, shift=0.0):
    x = rand(*batch, n, n)
    return (x + np.swapaxes(x, -1, -2)) / 2 + shift * np.eye(n)


twice = functools.partial(check, second=True)


@pytest.mark.parametrize("name", ("linalg.cholesky", "linalg.cholesky_ex"))
@pytest.mark.parametrize("upper", [False, True])
@pytest.mark.parametrize(
    "x",
    [symmetric(shift=5.0), symmetric(2, 2, shift=5.0), rand(3, 3) + 5 * np.eye(3), rand(0, 0), rand(0, 2, 2)],
    ids=lambda x: str(x.shape),
)
def test_cholesky(name, x, upper):
    twice(name, x, upper=upper)


def test_what_is_known_of_matrices_that_are_not_positive_definite():
    """torch leaves what LAPACK had computed so far in place of the factor; here it is nan. The numbers of the minors agree."""
    stack = np.stack(
        [
            np.eye(3),
            -np.eye(3),
            np.diag([1.0, 2.0, -1.0]),
            np.array([[1.0, 2, 0], [2, 1, 0], [0, 0, 1]]),
            np.full((3, 3), np.nan),
        ]
    )
    same_program(lambda p: p.linalg.cholesky_ex(p.tensor(stack.tolist())).info)
    L = minitorch_pt.linalg.cholesky_ex(minitorch_pt.from_numpy(stack)).L
    assert L[0].tolist() == np.eye(3).tolist()
    assert L[1:].isnan().all()
    with pytest.raises(minitorch_pt.linalg.LinAlgError, match="Batch element 1.*order 1 is not positive-definite"):
        minitorch_pt.linalg.cholesky(minitorch_pt.from_numpy(stack))
    check_error("linalg.cholesky", stack)
    check_error("linalg.cholesky", stack[4])
    check_error("linalg.cholesky_ex", stack, check_errors=True)
    infinite = np.array([[np.inf, 1.0, 2.0], [1.0, 3.0, 1.0], [2.0, 1.0, 4.0]])
    check("linalg.cholesky_ex", infinite, grad=False, dtypes=("float64",))


@pytest.mark.parametrize("mode", ["reduced", "complete"])
@pytest.mark.parametrize("x", SHAPES, ids=lambda x: str(x.shape))
def test_qr(x, mode):
    differentiable = mode == "reduced" or x.shape[-2] <= x.shape[-1]
    twice("linalg.qr", x, mode, grad=differentiable and x.size > 0)


def test_qr_without_Q():
    check("linalg.qr", TALL, "r", grad=False)
    check("linalg.qr", BATCH, mode="r", grad=False)

    def program(mode):
        def run(p):
            x = p.tensor(TALL.tolist(), requires_grad=True)
            p.linalg.qr(x, mode).R.sum().backward()

        return run

    same_program(program("r"))
    same_program(program("complete"))


@pytest.mark.parametrize(
    "shape, k", [((4, 3), 3), ((4, 3), 2), ((3, 3), 3), ((2, 5, 2), 2), ((3, 0), 0), ((2, 0, 0), 0)]
)
@pytest.mark.parametrize("name", ("linalg.householder_product", "orgqr", "Tensor.orgqr"))
def test_householder_product(name, shape, k):
    twice(name, rand(*shape), rand(*shape[:-2], k, seed=1), grad=0 not in shape, grad_fn=False)


@pytest.mark.parametrize("shape", [(4, 3), (3, 4), (3, 3), (2, 5, 2), (2, 0, 3), (3, 0)])
@pytest.mark.parametrize("name", ("geqrf", "Tensor.geqrf"))
def test_geqrf(name, shape):
    check(name, rand(*shape), grad=False)


def test_geqrf_has_no_gradient():
    def program(p):
        packed = p.geqrf(p.tensor(TALL.tolist(), requires_grad=True))
        assert packed.a.requires_grad
        packed.a.sum().backward()

    same_program(program)


@pytest.mark.parametrize("transpose", [False, True])
@pytest.mark.parametrize("left", [False, True])
@pytest.mark.parametrize("shape", [(4, 3), (3, 4), (3, 3), (2, 5, 2)])
def test_ormqr(shape, left, transpose):
    *batch, m, n = shape
    other = rand(*batch, *((m, 2) if left else (2, m)), seed=2)
    for name in ("ormqr", "Tensor.ormqr"):
        twice(name, rand(*shape), rand(*batch, min(m, n), seed=1), other, left, transpose, grad_fn=False)


@pytest.mark.parametrize("arrays", [
    (rand(3), rand(2), rand(3, 4)), (rand(3, 2), rand(2), rand(2, 4)), (rand(3, 2), rand(3), rand(3, 4)), (rand(3, 2), rand(1, 2), rand(3, 4)),
    (rand(2, 3, 2), rand(2, 2), rand(3, 3, 4)), (rand(3, 2), rand(2), rand(3, 4).astype("float32")), (rand(3, 2), rand(2), rand(3)),
    tuple(np.ones(shape, np.int64) for shape in ((3, 2), (2,), (3, 4))),
])  # fmt: skip
def test_errors_of_packed_forms(arrays):
    check_error("ormqr", *arrays)
    if arrays[0].ndim < 2 or arrays[0].dtype != np.float64:
        check_error("geqrf", arrays[0])


def eigenvectors(UPLO):
    """Of a matrix with the largest element of each eigenvector positive; all gradients, twice."""

    def program(p):
        x = p.tensor(symmetric(2, n=4).tolist(), dtype=p.float64, requires_grad=True)
        values, vectors = signed(p.linalg.eigh)(x, UPLO)
        weights = p.tensor(rand(2, 4, 4, seed=3).tolist(), dtype=p.float64)
        (g,) = p.autograd.grad((values**2).sum() + (vectors * weights).sum(), x, create_graph=True)
        return [values, vectors, g, p.autograd.grad((g**2).sum(), x)[0]]

    return program


@pytest.mark.parametrize("UPLO", ["L", "U", "l", "u"])
def test_eigh(UPLO):
    same_program(eigenvectors(UPLO))
    twice("linalg.eigvalsh", symmetric(2), UPLO)


def test_equal_eigenvalues_do_no_harm_to_functions_of_eigenvalues():
    def program(p):
        x = p.eye(3, dtype=p.float64).requires_grad_()
        return [
            p.autograd.grad(p.linalg.eigh(x).eigenvalues.exp().sum(), x)[0],
            p.autograd.grad(p.linalg.eigvalsh(x).sum(), x)[0],
        ]

    same_program(program)
    check("linalg.eigvalsh", rand(0, 0))
    check("linalg.eigh", np.full((2, 2), np.nan), grad=False)
    for name in ("linalg.eigh", "linalg.eigvalsh"):
        check_error(name, np.full((3, 3), np.nan), match="failed to converge")


def singular_vectors(x, full_matrices):
    def program(p):
        a = p.tensor(x.tolist(), dtype=p.float64, requires_grad=True)
        parts = signed(p.linalg.svd)(a, full_matrices)
        weights = [p.tensor(rand(*part.shape, seed=i).tolist(), dtype=p.float64) for i, part in enumerate(parts)]
        loss = sum((part * w).sum() for part, w in zip(parts, weights, strict=True))
        (g,) = p.autograd.grad(loss, a, create_graph=True)
        return [*parts, g, p.autograd.grad((g**2).sum(), a)[0]]

    return program


@pytest.mark.parametrize("full_matrices", [False, True])
@pytest.mark.parametrize("x", [TALL, WIDE, SQUARE, BATCH], ids=lambda x: str(x.shape))
def test_svd(x, full_matrices):
    same_program(singular_vectors(x, full_matrices))


@pytest.mark.parametrize("full_matrices", [False, True])
@pytest.mark.parametrize("x", SHAPES, ids=lambda x: str(x.shape))
def test_the_product_of_the_factors(x, full_matrices):
    U, S, Vh = minitorch_pt.linalg.svd(minitorch_pt.from_numpy(x), full_matrices)
    k = S.shape[-1]
    np.testing.assert_allclose(((U[..., :k] * S[..., None, :]) @ Vh[..., :k, :]).numpy(), x, atol=1e-14)
    same_program(
        lambda p: [tuple(part.shape) for part in p.linalg.svd(p.tensor(x.tolist()).reshape(x.shape), full_matrices)]
    )


@pytest.mark.parametrize("x", SHAPES, ids=lambda x: str(x.shape))
def test_svdvals(x):
    twice("linalg.svdvals", x, grad=x.size > 0)


def test_equal_singular_values_do_no_harm_to_functions_of_singular_values():
    def program(p):
        x = p.eye(3, dtype=p.float64).requires_grad_()
        return p.autograd.grad(p.linalg.svd(x).S.exp().sum(), x)[0]

    same_program(program)


ERRORS = [
    ("linalg.cholesky", TALL), ("linalg.cholesky", rand(3)), ("linalg.cholesky", np.eye(2, dtype=int)), ("linalg.qr", TALL, "full"), ("linalg.qr", rand(3)),
    ("linalg.eigh", TALL), ("orgqr", WIDE, rand(3)), ("orgqr", TALL, rand(4)),
    ("orgqr", TALL, rand(2, 3)), ("orgqr", TALL, rand(3).astype("float32")), ("orgqr", BATCH, rand(3)), ("orgqr", rand(3), rand(3)), ("orgqr", TALL, np.array(1.0)),
    ("linalg.eigh", SQUARE, "A"), ("linalg.eigvalsh", TALL), ("linalg.eigvalsh", SQUARE, "A"), ("linalg.svd", rand(3)),
    ("linalg.svdvals", rand(3)), ("linalg.svd", np.eye(2, dtype=int)), ("linalg.svd", np.full((2, 2), np.nan)), ("linalg.svdvals", np.full((2, 2, 2), np.nan)),
]  # fmt: skip


@pytest.mark.parametrize(
    "call", ERRORS, ids=lambda call: f"{call[0]}{[a.shape if isinstance(a, np.ndarray) else a for a in call[1:]]}"
)
def test_errors(call):
    check_error(*call)


def test_more_errors():
    check_error("linalg.svd", TALL, driver="gesvd")
    check_error("linalg.svdvals", TALL, driver="gesvd")
    with pytest.raises(minitorch_pt.linalg.LinAlgError, match="non-finite"):  # on which LAPACK may not come to an end
        minitorch_pt.linalg.svd(minitorch_pt.from_numpy(np.array([[1.0, 0.0], [np.inf, 1.0]])))
