"""ops/algebra/inverses.py and determinants.py against torch."""

import functools

import numpy as np
import pytest

import minitorch_pt
from parity_tests.oracle import check, check_error, rand, same_program


def matrices(*batch, n=3, seed=0):
    """Well conditioned: the numbers of both packages agree to their last digits."""
    return rand(*batch, n, n, low=-1, seed=seed) / 2 + 2 * np.eye(n)


twice = functools.partial(check, second=True)


A, BATCH = matrices(), matrices(2, 1)
SINGULAR = np.array([[1.0, 2.0, 3.0], [2.0, 4.0, 6.0], [0.0, 1.0, 1.0]])
SQUARE = [
    A,
    BATCH,
    np.swapaxes(A, 0, 1),
    matrices(n=1),
    np.array([[0.0, 1.0], [1.0, 0.0]]),
    rand(0, 0),
    rand(2, 0, 0),
    rand(0, 3, 3),
]


@pytest.mark.parametrize("name", (
    "linalg.inv", "linalg.inv_ex", "inverse", "Tensor.inverse", "linalg.det", "det", "Tensor.det", "linalg.slogdet",
    "slogdet", "Tensor.slogdet", "logdet", "Tensor.logdet",
))  # fmt: skip
@pytest.mark.parametrize("x", SQUARE, ids=lambda x: str(x.shape))
def test_of_one_matrix(name, x):
    twice(name, x, grad=x.size > 0)


SYSTEMS = [
    ((3, 2), {}),
    ((3,), {}),
    ((2, 3), {"left": False}),
    ((2, 5, 3, 4), {}),
    ((2, 2, 4, 3), {"left": False}),
    ((3, 0), {}),
]


@pytest.mark.parametrize("name", ("linalg.solve", "linalg.solve_ex"))
@pytest.mark.parametrize("shape, kwargs", SYSTEMS, ids=str)
@pytest.mark.parametrize("a", [A, BATCH], ids=("one", "batch"))
def test_solve(name, a, shape, kwargs):
    twice(name, a, rand(*shape), **kwargs)


def test_solve_of_a_vector_for_each_matrix():
    twice("linalg.solve", matrices(2), rand(2, 3))
    twice("linalg.solve", matrices(2, 4), rand(2, 4, 3))


@pytest.mark.parametrize("unitriangular", [False, True])
@pytest.mark.parametrize("upper", [False, True])
@pytest.mark.parametrize("a", [A, BATCH], ids=("one", "batch"))
@pytest.mark.parametrize(
    "shape, left", [((3, 2), True), ((2, 3), False), ((2, 2, 3, 2), True), ((2, 1, 2, 3), False), ((3, 0), True)]
)
def test_solve_triangular(a, shape, left, upper, unitriangular):
    twice("linalg.solve_triangular", a, rand(*shape), upper=upper, left=left, unitriangular=unitriangular)


@pytest.mark.parametrize("upper", [False, True])
def test_large_triangular_systems(upper):
    a = rand(2, 150, 150) / 150 + np.eye(150)
    check("linalg.solve_triangular", a, rand(150, 3), upper=upper, dtypes=("float64",))
    check("linalg.solve_triangular", a[0], rand(2, 3, 150), upper=upper, left=False, dtypes=("float64",))


def test_nan_in_a_matrix_is_nan_in_all_of_its_inverse():
    spoiled = np.stack([A, np.where(np.eye(3) > 0, np.nan, A)])
    check("linalg.inv", spoiled, grad=False)
    check("linalg.solve", spoiled, rand(2, 3, 2), grad=False)
    check("linalg.solve", A, np.array([[1.0, 2.0], [np.nan, 0.0], [0.0, 1.0]]), grad=False)


@pytest.mark.parametrize("dtype", ("int64", "bool", "float16"))
@pytest.mark.parametrize(
    "name",
    ("inv", "det", "slogdet", "cholesky", "qr", "eigh", "eigvalsh", "svd", "lu", "lu_factor", "pinv", "matrix_rank"),
)
def test_types_that_are_refused(name, dtype):
    check_error(f"linalg.{name}", np.eye(2, dtype=dtype))


@pytest.mark.parametrize("upper", [False, True])
def test_a_triangular_system_without_solution_gives_inf(upper):
    check("linalg.solve_triangular", np.diag([1.0, 0.0]), np.ones((2, 1)), upper=upper, grad=False)
    check(
        "linalg.solve_triangular",
        np.diag([1.0, 2.0, 0.0]) + np.ones((2, 3, 3)) - np.eye(3),
        rand(3, 2),
        upper=upper,
        grad=False,
    )


def test_the_gradient_of_the_determinant_of_singular_matrices():
    """Without create_graph torch gives zeros."""

    def program(x):
        def gradients(p):
            a = p.tensor(x.tolist(), dtype=p.float64, requires_grad=True)
            (g,) = p.autograd.grad(p.linalg.det(a).sum(), a, create_graph=True)
            return [g, p.autograd.grad((g**2).sum(), a)[0]]

        return gradients

    same_program(program(SINGULAR))
    same_program(program(np.stack([SINGULAR, A])))
    zeros = minitorch_pt.zeros(2, 2, requires_grad=True)
    assert minitorch_pt.autograd.grad(zeros.det(), zeros)[0].tolist() == [[0, 0], [0, 0]]


def test_determinants_of_special_matrices():
    check("linalg.slogdet", SINGULAR, grad=False)
    check("linalg.slogdet", np.full((2, 2), np.nan), grad=False)
    check("logdet", -np.eye(3), grad=False)
    check("logdet", SINGULAR, grad=False)
    check("linalg.slogdet", np.eye(3) * 1e200, grad=False, dtypes=("float64",))


@pytest.mark.parametrize("ind", [1, 2, 3])
def test_tensorinv(ind):
    shape = {1: (6, 2, 3), 2: (2, 3, 6), 3: (1, 2, 3, 6)}[ind]
    twice("linalg.tensorinv", matrices(n=6).reshape(shape), ind, grad_fn=False)


def test_tensorsolve():
    twice("linalg.tensorsolve", matrices(n=6).reshape(2, 3, 6), rand(2, 3))
    twice("linalg.tensorsolve", matrices(n=6).reshape(6, 3, 2), rand(3, 2), (0,), grad_fn=False)
    twice("linalg.tensorsolve", matrices(n=6).reshape(6, 2, 3), rand(6), dims=(1, 2), grad_fn=False)


def test_what_is_known_of_singular_matrices():
    """torch leaves what LAPACK had computed so far in place of the result; here it is nan. The numbers of the pivots agree."""
    stack = np.stack(
        [np.eye(3), np.zeros((3, 3)), np.diag([1.0, 2.0, 0.0]), np.diag([2.0, 0.0, 1.0]), np.full((3, 3), np.nan)]
    )
    same_program(
        lambda p: [
            p.linalg.inv_ex(p.tensor(stack.tolist())).info,
            p.linalg.solve_ex(p.tensor(stack.tolist()), p.ones(3, 1)).info,
        ]
    )
    result = minitorch_pt.linalg.inv_ex(minitorch_pt.from_numpy(stack)).inverse
    assert result[0].tolist() == np.eye(3).tolist()
    assert result[1:].isnan().all()
    assert (
        minitorch_pt.linalg.solve_ex(
            minitorch_pt.from_numpy(SINGULAR), minitorch_pt.ones(3, 1, dtype=minitorch_pt.float64)
        )
        .result.isnan()
        .all()
    )


ERRORS = [
    ("linalg.inv", SINGULAR), ("linalg.inv", np.stack([A, SINGULAR])), ("linalg.inv", rand(2, 3)), ("linalg.inv", rand(3)), ("linalg.inv", A.astype(int)),
    ("linalg.inv", A.astype("float16")), ("linalg.solve", SINGULAR, rand(3)), ("linalg.solve", A, rand(2)), ("linalg.solve", A, rand(4, 2)),
    ("linalg.solve", A, rand(3, 2).astype("float32")), ("linalg.solve", A, np.array(1.0)), ("linalg.solve", rand(2, 3), rand(2)),
    ("linalg.solve", matrices(2), rand(5, 3, 1)), ("linalg.det", rand(2, 3)), ("linalg.slogdet", rand(2, 3)), ("logdet", rand(3)),
    ("linalg.tensorinv", rand(2, 3, 6), 0), ("linalg.tensorinv", rand(2, 3, 5)), ("linalg.tensorsolve", rand(2, 3, 5), rand(2, 3)), ("inverse", SINGULAR),
]  # fmt: skip


@pytest.mark.parametrize(
    "call", ERRORS, ids=lambda call: f"{call[0]}{[a.shape if isinstance(a, np.ndarray) else a for a in call[1:]]}"
)
def test_errors(call):
    check_error(*call)


def test_more_errors():
    check_error("linalg.solve", A, rand(3), left=False)
    check_error("linalg.solve", A, rand(2, 4), left=False)
    check_error("linalg.solve_triangular", A, rand(3), upper=True)
    check_error("linalg.solve_triangular", A, rand(2, 2), upper=True)
    check_error("linalg.inv_ex", SINGULAR, check_errors=True)
    check_error("linalg.solve_ex", SINGULAR, rand(3), check_errors=True)


def test_the_error_of_a_singular_matrix_has_torchs_name():
    with pytest.raises(minitorch_pt.linalg.LinAlgError, match=r"Batch element 1.*singular"):
        minitorch_pt.linalg.inv(minitorch_pt.from_numpy(np.stack([A, SINGULAR])))
    with pytest.raises(minitorch_pt.linalg.LinAlgError, match=r"^linalg.solve: The solver failed"):
        minitorch_pt.linalg.solve(minitorch_pt.from_numpy(SINGULAR), minitorch_pt.from_numpy(rand(3)))
