"""Products against torch: values, gradients, second order, names, errors."""

import random

import pytest

from parity_tests.oracle import check, check_error, rand, randint, same_program

A, B, V, W = rand(3, 4), rand(4, 5), rand(4), rand(3)
CASES = [
    ("matmul", (A, B), {}),
    ("matmul", (V, V), {}),
    ("matmul", (A, V), {}),
    ("matmul", (W, A), {}),
    ("matmul", (rand(2, 3, 4), rand(2, 4, 5)), {}),
    ("matmul", (rand(2, 3, 4), B), {}),
    ("matmul", (rand(6, 1, 3, 4), rand(2, 4, 5)), {}),
    ("matmul", (rand(2, 3, 4), V), {}),
    ("matmul", (W, rand(2, 3, 4)), {}),
    ("matmul", (rand(0, 4), B), {}),
    ("matmul", (rand(3, 0), rand(0, 2)), {}),
    ("Tensor.matmul", (A, B), {}),
    ("Tensor.__matmul__", (A, B), {}),
    ("mm", (A, B), {}),
    ("bmm", (rand(2, 3, 4), rand(2, 4, 5)), {}),
    ("mv", (A, V), {}),
    ("dot", (V, rand(4, seed=1)), {}),
    ("vdot", (V, rand(4, seed=1)), {}),
    ("matmul", (rand(5, 5, 0), rand(0, 5)), {}),
    ("outer", (W, V), {}),
    ("ger", (W, V), {}),
    ("inner", (V, rand(4, seed=1)), {}),
    ("inner", (A, rand(2, 5, 4)), {}),
    ("inner", (A, rand()), {}),
    ("addmm", (rand(3, 5), A, B), {}),
    ("addmm", (rand(5), A, B), {"beta": 0.5, "alpha": 2.0}),
    ("addmm", (rand(3, 5), A, B), {"beta": 0}),
    ("baddbmm", (rand(2, 3, 5), rand(2, 3, 4), rand(2, 4, 5)), {"beta": 0.5, "alpha": 2.0}),
    ("addbmm", (rand(3, 5), rand(2, 3, 4), rand(2, 4, 5)), {"beta": 0.5, "alpha": 2.0}),
    ("addmv", (W, A, V), {"beta": 0.5, "alpha": 2.0}),
    ("addr", (rand(3, 4), W, V), {"beta": 0.5, "alpha": 2.0}),
    ("nn.functional.linear", (rand(2, 4), rand(3, 4), W), {}),
    ("nn.functional.linear", (rand(2, 4), rand(3, 4)), {}),
    ("nn.functional.linear", (rand(2, 5, 4), rand(3, 4), W), {}),
    ("nn.functional.linear", (rand(2, 5, 4), rand(3, 4)), {}),
    ("nn.functional.linear", (V, rand(3, 4), W), {}),
    ("nn.functional.linear", (V, rand(3, 4)), {}),
    ("nn.functional.linear", (rand(0, 4), rand(3, 4), W), {}),
    ("nn.functional.linear", (rand(2, 0, 4), rand(3, 4), W), {}),
    ("nn.functional.linear", (rand(2, 5, 4), V), {}),
    ("nn.functional.linear", (rand(2, 5, 4), V, rand()), {}),
    ("nn.functional.linear", (A, V), {}),
    ("nn.functional.linear", (V, V), {}),
    *(
        ("nn.functional.linear", (rand(2, 4), rand(3, 4), rand(*shape)), {})
        for shape in [(), (1,), (1, 3), (2, 1), (2, 3)]
    ),
    ("nn.functional.linear", (rand(2, 5, 4), rand(3, 4), rand(1)), {}),
    ("nn.functional.bilinear", (rand(2, 4), rand(2, 3), rand(5, 4, 3), rand(5)), {}),
    ("nn.functional.bilinear", (rand(2, 6, 4), rand(2, 6, 3), rand(5, 4, 3)), {}),
    ("tensordot", (rand(2, 3, 4), rand(3, 4, 5)), {}),
    ("tensordot", (rand(2, 3, 4), rand(4, 5)), {"dims": 1}),
    ("tensordot", (rand(2, 3), rand(4)), {"dims": 0}),
    ("tensordot", (rand(2, 3, 4), rand(4, 2, 5)), {"dims": ([2, 0], [0, 1])}),
    ("einsum", ("ij,jk->ik", A, B), {}),
    ("einsum", ("ij,jk", A, B), {}),
    ("einsum", ("ba,ca", rand(2, 3), rand(4, 3)), {}),
    ("einsum", ("bij,bjk->bik", rand(2, 3, 4), rand(2, 4, 5)), {}),
    ("einsum", ("...ij,...jk->...ik", rand(2, 3, 4), B), {}),
    ("einsum", ("...i,...i", rand(2, 3, 4), rand(4)), {}),
    ("einsum", ("ii", rand(3, 3)), {}),
    ("einsum", ("ii->i", rand(3, 3)), {}),
    ("einsum", ("iij->j", rand(3, 3, 2)), {}),
    ("einsum", ("ij->", A), {}),
    ("einsum", ("ij->ji", A), {}),
    ("einsum", ("i,j,k->kij", rand(2), rand(3), rand(4)), {}),
    ("einsum", ("ij,kl->il", rand(2, 3), rand(4, 5)), {}),
    ("einsum", ("ij,ij->i", rand(2, 3), rand(2, 1)), {}),
    ("einsum", (" i j , j k -> i k ", A, B), {}),
    ("einsum", ("ij,jk->ik", [A, B]), {}),
]


@pytest.mark.parametrize(("name", "args", "kwargs"), CASES)
def test_product(name, args, kwargs):
    # grad_fn: torch composes these of several kernels whose names tell nothing of the operation
    check(
        name,
        *args,
        second=True,
        grad_fn=name not in ("einsum", "tensordot", "inner", "nn.functional.bilinear"),
        **kwargs,
    )


@pytest.mark.parametrize("name", ["matmul", "mm", "mv", "dot", "outer", "bmm", "addmm"])
def test_integers(name):
    shapes = {
        "mv": [(3, 4), (4,)],
        "dot": [(4,), (4,)],
        "outer": [(3,), (4,)],
        "bmm": [(2, 3, 4), (2, 4, 5)],
        "addmm": [(5,), (3, 4), (4, 5)],
    }
    check(name, *(randint(-5, 5, s) for s in shapes.get(name, [(3, 4), (4, 5)])), grad=False)


ERRORS = [
    ("matmul", (A, A)),
    ("matmul", (V, W)),
    ("matmul", (A, W)),
    ("matmul", (rand(), A)),
    ("matmul", (A, B.astype("float32"))),
    ("matmul", (rand(2, 3, 4), rand(3, 4, 5))),
    ("mm", (A, V)),
    ("mm", (V, A)),
    ("mm", (A, A)),
    ("bmm", (A, rand(2, 4, 5))),
    ("bmm", (rand(2, 3, 4), B)),
    ("bmm", (rand(2, 3, 4), rand(2, 3, 4))),
    ("mv", (A, W)),
    ("mv", (A, B)),
    ("dot", (V, W)),
    ("dot", (A, A)),
    ("dot", (V, V.astype("float32"))),
    ("outer", (A, V)),
    ("outer", (V, A)),
    ("inner", (A, B)),
    ("addmm", (rand(3, 4), A, B)),
    ("nn.functional.linear", (rand(2, 3), rand(5, 4))),
    ("nn.functional.linear", (rand(2, 4), rand(5, 4).astype("float32"))),
    ("nn.functional.linear", (rand(2, 4), rand(5, 4), rand(5).astype("float32"))),
    ("nn.functional.linear", (rand(2, 4), rand(4), rand(1))),
    ("nn.functional.linear", (rand(2, 4), rand(4), rand())),
    ("nn.functional.linear", (rand(4), rand(4), rand(1))),
    ("nn.functional.linear", (rand(), rand(3, 4))),
    ("nn.functional.bilinear", (rand(2, 4), rand(3, 3), rand(5, 4, 3))),
    ("nn.functional.bilinear", (rand(2, 4), rand(2, 4), rand(5, 4, 3))),
    ("tensordot", (A, B)),
    ("tensordot", (A, A, 3)),
    ("tensordot", (A, B, ([0, 1], [0]))),
    ("einsum", ("ij,jk->ik", A)),
    ("einsum", ("ijk->ik", A)),
    ("einsum", ("ij,ij->i", A, B)),
    ("einsum", ("ij->iz", A)),
    ("mm", (3.0, A)),
]


@pytest.mark.parametrize(("name", "args"), ERRORS)
def test_error(name, args):
    check_error(name, *args)


def test_matrix_times_batch():
    # grad_fn: torch transposes first here, and names the last of its steps
    check("matmul", A, rand(2, 4, 5), second=True, grad_fn=False)


def test_random_einsum():
    """Letters twice and three times in an operand, in every place; sums, diagonals, products; values, gradients, or the type of error."""
    generator = random.Random(0)
    sizes = {"i": 2, "j": 3, "k": 1, "l": 3}
    for _ in range(300):
        terms = ["".join(generator.choices("ijkl", k=generator.randint(0, 3))) for _ in range(generator.randint(1, 3))]
        letters = sorted(set("".join(terms)))
        result = "".join(generator.sample(letters, generator.randint(0, len(letters))))
        equation = ",".join(terms) + generator.choice(["", f"->{result}"])
        operands = [rand(*(sizes[c] for c in term)) for term in terms]

        def program(t, equation=equation, operands=operands):
            tensors = [t.from_numpy(x).requires_grad_() for x in operands]
            y = t.einsum(equation, *tensors)
            return y.detach(), t.autograd.grad((y * y).sum(), tensors)

        same_program(program)
