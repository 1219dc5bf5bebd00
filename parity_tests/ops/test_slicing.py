"""ops/slicing.py against torch."""

from __future__ import annotations

import numpy as np
import pytest

from parity_tests.oracle import check, check_error, rand, same_program

X, CUBE, ROW = rand(2, 3), rand(2, 3, 4), rand(4)
CALLS = [
    ("select", CUBE, 1, -1), ("narrow", CUBE, 2, 1, 2), ("narrow", CUBE, -1, -2, 1), ("Tensor.unfold", ROW, 0, 2, 1), ("Tensor.unfold", CUBE, 2, 3, 2),
    ("Tensor.unfold", np.array(1.0), 0, 1, 1), ("as_strided", rand(6), (2, 2), (2, 1)), ("as_strided", rand(6), (2, 3), (1, 1), 1),
]  # fmt: skip

# made of other operations than torch's: their nodes have other names
COMPOSED = ("as_strided",)


@pytest.mark.parametrize(
    "call", CALLS, ids=lambda c: f"{c[0]}{[getattr(a, 'shape', None) or str(a)[:20] for a in c[1:]]}"
)
def test_values_and_gradients(call):
    name, *args = call
    check(name, *args, second=True, grad_fn=name not in COMPOSED)


ERRORS = [
    ("select", X, 0, 2), ("select", np.array(1.0), 0, 0), ("narrow", X, 0, 1, 2), ("narrow", X, 0, 5, 0), ("narrow", X, 0, 0, -1), ("narrow", np.array(1.0), 0, 0, 1),
    ("Tensor.unfold", ROW, 0, 5, 1), ("Tensor.unfold", ROW, 0, 1, 0), ("Tensor.unfold", ROW, 0, -1, 1), ("as_strided", ROW, (5,), (1,)),
    ("as_strided", ROW, (2,), (1, 1)), ("as_strided", ROW, (2,), (-1,)),
]  # fmt: skip


@pytest.mark.parametrize(
    "call", ERRORS, ids=lambda c: f"{c[0]}{[getattr(a, 'shape', None) or str(a)[:20] for a in c[1:]]}"
)
def test_errors(call):
    check_error(*call)


PROGRAMS = {
    "strides of one memory": lambda p: p.as_strided(p.arange(6)[2:], (2,), (1,), 0),
}  # fmt: skip


@pytest.mark.parametrize("program", PROGRAMS.values(), ids=PROGRAMS)
def test_program(program):
    same_program(program)
