"""Products against torch: values, gradients, second order, names, errors."""

import pytest
import torch

import minitorch_pt
from parity_tests.oracle import check, check_error, rand, randint

A, B, V, W = rand(3, 4), rand(4, 5), rand(4), rand(3)
CASES = [
    ("matmul", (A, B), {}), ("matmul", (V, V), {}), ("matmul", (A, V), {}), ("matmul", (W, A), {}), ("matmul", (rand(2, 3, 4), rand(2, 4, 5)), {}),
    ("matmul", (rand(2, 3, 4), B), {}), ("matmul", (rand(6, 1, 3, 4), rand(2, 4, 5)), {}), ("matmul", (rand(2, 3, 4), V), {}), ("matmul", (W, rand(2, 3, 4)), {}),
    ("matmul", (rand(0, 4), B), {}), ("matmul", (rand(3, 0), rand(0, 2)), {}), ("Tensor.matmul", (A, B), {}), ("Tensor.__matmul__", (A, B), {}), ("mm", (A, B), {}),
    ("bmm", (rand(2, 3, 4), rand(2, 4, 5)), {}), ("mv", (A, V), {}), ("dot", (V, rand(4, seed=1)), {}), ("vdot", (V, rand(4, seed=1)), {}),
    ("matmul", (rand(5, 5, 0), rand(0, 5)), {}), ("outer", (W, V), {}), ("ger", (W, V), {}), ("inner", (V, rand(4, seed=1)), {}), ("inner", (A, rand(2, 5, 4)), {}),
    ("inner", (A, rand()), {}), ("addmm", (rand(3, 5), A, B), {}), ("addmm", (rand(5), A, B), {"beta": 0.5, "alpha": 2.0}), ("addmm", (rand(3, 5), A, B), {"beta": 0}),
    ("baddbmm", (rand(2, 3, 5), rand(2, 3, 4), rand(2, 4, 5)), {"beta": 0.5, "alpha": 2.0}),
    ("addbmm", (rand(3, 5), rand(2, 3, 4), rand(2, 4, 5)), {"beta": 0.5, "alpha": 2.0}), ("addmv", (W, A, V), {"beta": 0.5, "alpha": 2.0}),
    ("addr", (rand(3, 4), W, V), {"beta": 0.5, "alpha": 2.0}),
]  # fmt: skip


@pytest.mark.parametrize(("name", "args", "kwargs"), CASES)
def test_product(name, args, kwargs):
    # grad_fn: torch composes these of several kernels whose names tell nothing of the operation
    check(name, *args, second=True, grad_fn=name != "inner", **kwargs)


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
    ("matmul", (A, A)), ("matmul", (V, W)), ("matmul", (A, W)), ("matmul", (rand(), A)), ("matmul", (A, B.astype("float32"))), ("matmul", (rand(2, 3, 4), rand(3, 4, 5))),
    ("mm", (A, V)), ("mm", (V, A)), ("mm", (A, A)), ("bmm", (A, rand(2, 4, 5))), ("bmm", (rand(2, 3, 4), B)), ("bmm", (rand(2, 3, 4), rand(2, 3, 4))), ("mv", (A, W)),
    ("mv", (A, B)), ("dot", (V, W)), ("dot", (A, A)), ("dot", (V, V.astype("float32"))), ("outer", (A, V)), ("outer", (V, A)), ("inner", (A, B)),
    ("addmm", (rand(3, 4), A, B)), ("mm", (3.0, A)),
]  # fmt: skip


@pytest.mark.parametrize(("name", "args"), ERRORS)
def test_error(name, args):
    check_error(name, *args)


def test_matrix_times_batch():
    # grad_fn: torch transposes first here, and names the last of its steps
    check("matmul", A, rand(2, 4, 5), second=True, grad_fn=False)


SIDES = [(3,), (2,), (2, 3), (3, 2), (2, 2, 3), (2, 3, 2), (3, 3, 2), (2, 1, 2, 3), (4, 2, 3, 2), ()]


@pytest.mark.parametrize("left", SIDES, ids=str)
def test_what_is_said_of_factors_that_do_not_fit(left):
    """torch's words, and which axes: those of the samples or those that are multiplied."""

    def outcome(p, right):
        try:
            return p.matmul(p.ones(left), p.ones(right)).shape
        except RuntimeError as error:
            return str(error)

    for right in SIDES:
        ours, theirs = outcome(minitorch_pt, right), outcome(torch, right)
        if "objects cannot be broadcast" in str(ours):  # neither fit: both are named
            assert theirs.startswith("The size of tensor a")
        else:
            assert ours == theirs or ours.startswith(theirs.rstrip(".")[:90]), right
