"""ops/elementwise/arithmetic.py against torch."""

from __future__ import annotations

import numpy as np
import pytest

from parity_tests.ops.elementwise import forms
from parity_tests.ops.elementwise.forms import OTHER, POSITIVE, ROW, TRUTH, UNIT, WHOLE, X, Y, label, rows
from parity_tests.oracle import check, check_error, lookup, same_program

ONE = rows({"abs absolute neg negative positive sgn sign": X, "reciprocal": POSITIVE})
TWO = ["add", "sub", "subtract", "mul", "multiply", "div", "divide", "true_divide", "fmod", "remainder", "rsub"]
WHOLES = ["gcd", "lcm", "floor_divide", "fmod", "remainder", "add", "mul"]


@pytest.mark.filterwarnings("ignore")
@pytest.mark.parametrize(("name", "array"), ONE)
def test_one_argument(name, array):
    forms.one_argument(name, array)


@pytest.mark.parametrize("name", [name for name, _ in ONE])
def test_special_values_of_one_argument(name):
    forms.special_values(name)


@pytest.mark.parametrize("name", TWO)
def test_two_arguments(name):
    forms.two_arguments(name, name not in ("fmod", "remainder"), name != "rsub")


@pytest.mark.parametrize("name", TWO)
def test_special_values_of_two_arguments(name):
    forms.special_pairs(name)


@pytest.mark.parametrize("name", WHOLES)
def test_whole_numbers(name):
    forms.whole_numbers(name)


CALLS = [("lerp", X, Y, 0.3), ("lerp", X, Y, ROW), ("addcmul", X, Y, ROW), ("addcdiv", X, Y, POSITIVE)]


@pytest.mark.parametrize("call", CALLS, ids=label)
def test_values_and_gradients(call):
    check(*call, grad_fn=False)


def test_options():
    for mode in (None, "trunc", "floor"):
        check("div", X, Y, rounding_mode=mode, grad_fn=False)
        check("div", WHOLE, OTHER, rounding_mode=mode)
    check("add", X, Y, alpha=2.5)
    check("sub", X, Y, alpha=2.5)
    check("addcmul", X, Y, ROW, value=0.5)
    check("addcdiv", X, Y, POSITIVE, value=0.5)
    check_error("div", X, Y, rounding_mode="up")
    check_error("add", WHOLE, WHOLE, alpha=1.5)


@pytest.mark.parametrize("name", ["fmod", "remainder"])
def test_second_order_of_what_is_flat_in_pieces(name):
    check(name, X, Y, second=True)

    def program(p):
        x, y = (p.tensor(a, requires_grad=True) for a in (X, Y))
        return [g.requires_grad for g in p.autograd.grad(getattr(p, name)(x, y).sum(), (x, y), create_graph=True)]

    same_program(program)


@pytest.mark.parametrize("name", ["sign"])
def test_the_gradient_of_what_is_flat_is_0_of_any_gradient(name):
    def program(t):
        x = t.tensor([0.5, -1.0, 0.0, 2.0], requires_grad=True)
        lookup(t, name)(x).backward(t.tensor([float("inf"), float("nan"), 1.0, -float("inf")]))
        return x.grad

    same_program(program)


@pytest.mark.parametrize("arguments", [
    (WHOLE, WHOLE, 0.5), (X, WHOLE, 0.5), (X, X.astype("f4"), 0.5), (X, X, WHOLE), (X, 2.0, 0.5), (2.0, X, 0.5), (WHOLE, WHOLE, WHOLE), (X, X, TRUTH),
])  # fmt: skip
def test_lerp_refuses(arguments):
    check_error("lerp", *arguments)
    if isinstance(arguments[0], np.ndarray):
        check_error("Tensor.lerp_", *arguments)


def test_lerp():
    check("lerp", X, Y, 0.3)
    check("lerp", X, Y, UNIT, second=True)
    check("lerp", X, Y, np.array(1), grad=False)
