"""ops/elementwise/exponentials.py against torch."""

from __future__ import annotations

import pytest

from parity_tests.ops.elementwise import forms
from parity_tests.ops.elementwise.forms import EDGES, POSITIVE, UNIT, X, Y, label, rows
from parity_tests.oracle import check, same_program

ONE = rows({"exp exp2 expm1 square": X, "log1p": UNIT, "log log2 log10 rsqrt sqrt": POSITIVE})
TWO = ["logaddexp", "logaddexp2"]


@pytest.mark.filterwarnings("ignore")
@pytest.mark.parametrize(("name", "array"), ONE)
def test_one_argument(name, array):
    forms.one_argument(name, array)


@pytest.mark.parametrize("name", [name for name, _ in ONE])
def test_special_values_of_one_argument(name):
    forms.special_values(name)


@pytest.mark.parametrize("name", TWO)
def test_two_arguments(name):
    forms.two_arguments(name, inplace=False)


@pytest.mark.parametrize("name", TWO)
def test_special_values_of_two_arguments(name):
    forms.special_pairs(name)


CALLS = [
    ("pow", POSITIVE, 1.5), ("pow", X, 3), ("pow", 2, X), ("pow", POSITIVE, Y), ("float_power", POSITIVE, 2), ("logit", POSITIVE / 4), ("logit", UNIT, 0.1), ("logit", EDGES[2:]),
    ("logit", EDGES, 0.1),
]  # fmt: skip


@pytest.mark.parametrize("call", CALLS, ids=label)
def test_values_and_gradients(call):
    check(*call, grad_fn=False)


def test_whole_powers():
    base, exponent = [-2, -1, 0, 1, 2, 3], [[-3], [-2], [-1], [0], [3]]
    same_program(
        lambda p: [
            p.pow(p.tensor(base), p.tensor(exponent)),
            2 ** p.tensor([-1, 3]),
            p.tensor([2], dtype=p.int8) ** p.tensor([-1], dtype=p.int8),
        ]
    )
    same_program(lambda p: p.tensor(base) ** -1)
    for name in ("int8", "int16", "int32", "int64"):  # the least number has no negative

        def of_the_least(p, name=name):
            least = p.tensor(
                [p.iinfo(getattr(p, name)).min, p.iinfo(getattr(p, name)).min + 1, -3, 0], dtype=getattr(p, name)
            )
            return [p.tensor(base, dtype=getattr(p, name))[:, None] ** least, *(n**least for n in base)]

        same_program(of_the_least)


POWERS = [-3, -2.5, -2, -1, -1.0, -0.5, 0, 0.5, 1, 1.0, 1.5, 2, 2.0, 3, 3.0, 4]


@pytest.mark.parametrize("kind", ["float64", "float32", "int64", "uint8", "bool"])
@pytest.mark.parametrize("power", POWERS)
def test_every_power(power, kind):
    """x**n by a number and by a tensor, and n**x: values, first and second gradients, where some powers have a way of their own."""

    def program(t):
        results = []
        x = t.tensor([0.25, 0.5, 1.0, 2.0, 3.0, 7.0]).to(getattr(t, kind))
        x = x.requires_grad_() if kind[0] == "f" else x
        for form in (
            lambda: x**power,
            lambda: t.pow(x, t.tensor(power)),
            lambda: power**x,
            lambda: x.clone().pow_(power),
        ):
            try:
                y = form()
            except RuntimeError as error:
                results.append(type(error).__name__)
                continue
            results.append(y.detach())
            if y.requires_grad:
                (slope,) = t.autograd.grad(
                    y, x, t.tensor([1.0, -0.5, 2.0, 3.0, 0.5, 1.0]).to(x.dtype), create_graph=True
                )
                results.append(slope.detach())
                if slope.requires_grad and power:  # the second of 0**x is nan in torch, 0 here
                    results.extend(t.autograd.grad(slope.sum(), x, allow_unused=True))
        return results

    same_program(program, rtol=1e-12 if kind == "float64" else 1e-5)
