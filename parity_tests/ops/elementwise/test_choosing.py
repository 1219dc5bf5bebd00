"""ops/elementwise/choosing.py against torch."""

from __future__ import annotations

import numpy as np
import pytest

from parity_tests.ops.elementwise import forms
from parity_tests.ops.elementwise.forms import ROW, TRUTH, X, Y, label
from parity_tests.oracle import check, check_error, rand, same_program

TWO = ["fmax", "fmin", "maximum", "minimum"]


@pytest.mark.parametrize("name", TWO)
def test_two_arguments(name):
    forms.two_arguments(name, inplace=False)


@pytest.mark.parametrize("name", TWO)
def test_special_values_of_two_arguments(name):
    forms.special_pairs(name)


CALLS = [
    ("clamp", X, -1, 1), ("clamp", X, 0.5), ("clip", X, None, 0.5), ("clamp_min", X, 0.1), ("clamp_max", X, 0.1), ("clamp", X, ROW, Y), ("clamp_min", X, Y), ("clamp_max", X, ROW),
    ("where", TRUTH, X, ROW), ("heaviside", np.zeros(3), rand(3)),
]  # fmt: skip


@pytest.mark.parametrize("call", CALLS, ids=label)
def test_values_and_gradients(call):
    check(*call, grad=call[0] != "heaviside", grad_fn=False)


@pytest.mark.parametrize("name, arguments", [
    ("clamp", (X, -1.0, 1.0)), ("clamp", (X, None, 0.5)), ("clamp", (X, Y, ROW)), ("clamp_min", (X, 0.0)), ("clamp_max", (X, 0.0)), ("maximum", (X, ROW)),
    ("minimum", (X, Y)), ("maximum", (X, X.copy())), ("fmax", (X, ROW)), ("fmin", (X, Y)),
])  # fmt: skip
def test_what_is_not_chosen_gets_no_infinite_gradient(name, arguments):
    """As of clamp(x, min=0).sqrt() where x is negative: 0, not 0 * inf."""

    def program(t):
        tensors = [t.tensor(a.tolist(), requires_grad=True) if isinstance(a, np.ndarray) else a for a in arguments]
        y = getattr(t, name)(*tensors)
        leaves = [a for a in tensors if isinstance(a, t.Tensor)]
        return t.autograd.grad(y, leaves, t.full_like(y, float("inf")))

    same_program(program)


def test_clamp_needs_a_bound():
    check_error("clamp", X)
