"""ops/elementwise/rounding.py against torch."""

from __future__ import annotations

import pytest

from parity_tests.ops.elementwise import forms
from parity_tests.ops.elementwise.forms import EDGES, WHOLE, X, Y, label, rows
from parity_tests.oracle import check, check_error, lookup, same_program

ONE = rows({"ceil fix floor frac round trunc nan_to_num": X})
TWO = ["copysign"]


@pytest.mark.filterwarnings("ignore")
@pytest.mark.parametrize(("name", "array"), ONE)
def test_one_argument(name, array):
    forms.one_argument(name, array)


@pytest.mark.parametrize("name", [name for name, _ in ONE])
def test_special_values_of_one_argument(name):
    forms.special_values(name)


@pytest.mark.parametrize("name", TWO)
def test_two_arguments(name):
    forms.two_arguments(name, second=False)


@pytest.mark.parametrize("name", TWO)
def test_special_values_of_two_arguments(name):
    forms.special_pairs(name)


CALLS = [("ldexp", X, WHOLE), ("nextafter", X, Y), ("round", X), ("nan_to_num", EDGES, 1.0, 2.0, 3.0)]


@pytest.mark.parametrize("call", CALLS, ids=label)
def test_values_and_gradients(call):
    check(*call, grad_fn=False)


@pytest.mark.parametrize("name", TWO)
def test_second_order_of_what_is_flat_in_pieces(name):
    check(name, X, Y, second=True)

    def program(p):
        x, y = (p.tensor(a, requires_grad=True) for a in (X, Y))
        return [g.requires_grad for g in p.autograd.grad(getattr(p, name)(x, y).sum(), (x, y), create_graph=True)]

    same_program(program)


@pytest.mark.parametrize("name", ["floor", "round"])
def test_the_gradient_of_what_is_flat_is_0_of_any_gradient(name):
    def program(t):
        x = t.tensor([0.5, -1.0, 0.0, 2.0], requires_grad=True)
        lookup(t, name)(x).backward(t.tensor([float("inf"), float("nan"), 1.0, -float("inf")]))
        return x.grad

    same_program(program)


def test_nodes_of_round():
    same_program(
        lambda p: [
            p.round(p.ones(2, requires_grad=True), **o).grad_fn.name() for o in ({}, {"decimals": 0}, {"decimals": 2})
        ]
    )
    check("round", X, decimals=1, grad_fn=False)


def test_ldexp_needs_a_tensor():
    check_error("ldexp", 2, WHOLE)
