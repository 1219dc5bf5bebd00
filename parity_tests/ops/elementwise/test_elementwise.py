"""The families of ops/elementwise/ against torch: each function over its domain, its in-place form, mixed types, broadcasting, edges."""

from __future__ import annotations

import numpy as np
import pytest

import minitorch_pt
from parity_tests.oracle import check, check_error, lookup, rand, randint, same_program

X, Y, ROW = rand(3, 4), rand(3, 4, seed=1), rand(4, seed=2)
UNIT, POSITIVE, LARGE = rand(3, 4, low=-0.9, high=0.9), rand(3, 4, low=0.1, high=3), rand(3, 4, low=1.1, high=3)
WHOLE, OTHER, TRUTH = randint(1, 9, (3, 4)), randint(1, 4, (4,), seed=1), randint(0, 2, (3, 4), dtype="bool")
EDGES = np.array([0.0, -0.0, 1.0, -1.0, np.inf, -np.inf, np.nan])

DOMAINS = {
    "abs absolute atan arctan asinh arcsinh ceil cos cosh deg2rad erf erfc exp exp2 expm1 fix floor frac neg negative positive rad2deg round sgn sign sin sinc"
    " sinh square tan trunc nan_to_num": X,
    "acos arccos asin arcsin atanh arctanh erfinv log1p": UNIT,
    "log log2 log10 rsqrt sqrt reciprocal": POSITIVE,
    "acosh arccosh": LARGE,
}
ONE = [(name, array) for names, array in DOMAINS.items() for name in names.split()]
TESTS = ["isfinite", "isinf", "isnan", "isneginf", "isposinf", "isreal", "signbit", "logical_not"]
TWO = [
    "add",
    "sub",
    "subtract",
    "mul",
    "multiply",
    "div",
    "divide",
    "true_divide",
    "atan2",
    "arctan2",
    "copysign",
    "fmax",
    "fmin",
    "maximum",
    "minimum",
    "fmod",
    "remainder",
    "hypot",
    "logaddexp",
    "logaddexp2",
    "rsub",
]
OUT_OF_PLACE = ("rsub", "fmax", "fmin", "maximum", "minimum", "logaddexp", "logaddexp2")
COMPARE = [
    "eq",
    "ne",
    "lt",
    "le",
    "gt",
    "ge",
    "not_equal",
    "less",
    "less_equal",
    "greater",
    "greater_equal",
    "logical_and",
    "logical_or",
    "logical_xor",
    "isclose",
]
WHOLES = [
    "bitwise_and",
    "bitwise_or",
    "bitwise_xor",
    "bitwise_left_shift",
    "bitwise_right_shift",
    "gcd",
    "lcm",
    "floor_divide",
    "fmod",
    "remainder",
    "add",
    "mul",
]


@pytest.mark.filterwarnings("ignore")
@pytest.mark.parametrize(("name", "array"), ONE)
def test_one_argument(name, array):
    check(name, array, second=True, grad_fn=False)
    check(name, array.T, grad_fn=False)
    check(name, EDGES, grad=False, rtol=1e-6)
    if name != "positive":
        # torch has no gradient of some in-place forms
        check(
            f"Tensor.{name}_",
            array,
            grad=not name.startswith(("asinh", "acosh", "atanh", "arcsinh", "arccosh", "arctanh")),
            grad_fn=False,
        )
    (check_error if name == "frac" else lambda *args: check(*args, grad=False, rtol=1e-6))(name, WHOLE)


@pytest.mark.parametrize("name", TESTS)
def test_questions(name):
    for array in (EDGES, WHOLE):
        check(name, array, grad=False)


@pytest.mark.parametrize("name", TWO)
def test_two_arguments(name):
    check(name, X, Y, second=name not in ("copysign", "fmod", "remainder"), grad_fn=False)
    check(name, X, ROW, grad_fn=False)
    check(name, EDGES[:, None], EDGES, grad=False, rtol=1e-6)
    if name not in OUT_OF_PLACE:
        check(f"Tensor.{name}_", X, ROW, grad_fn=False)
    check_error(name, X, rand(3))


SPECIAL = np.array([0.0, -0.0, 0.5, -0.5, 1.0, -1.0, 2.0, 1e-200, np.inf, -np.inf, np.nan])


@pytest.mark.parametrize("name", [name for name, _ in ONE])
def test_special_values_of_one_argument(name):
    """Zeros of both signs, kinks, a number whose square underflows, infinities and nan."""
    check(name, SPECIAL, grad_fn=False)


@pytest.mark.parametrize("name", TWO)
def test_special_values_of_two_arguments(name):
    # torch's log2(1/2 + 1/2) is -4.8e-17, and 0 has no relative tolerance
    mended = {"atol": 1e-16, "dtypes": ("float64",)} if name == "logaddexp2" else {}
    check(name, SPECIAL[:, None], SPECIAL, grad_fn=False, **mended)


@pytest.mark.parametrize("name", COMPARE)
def test_comparisons(name):
    for a, b in ((X, Y), (X, X), (WHOLE, OTHER), (EDGES[:, None], EDGES)):
        check(name, a, b, grad=False)


@pytest.mark.parametrize("name", WHOLES)
def test_whole_numbers(name):
    for dtype in ("int64", "int32", "uint8"):
        check(name, WHOLE.astype(dtype), OTHER.astype(dtype), grad=False)


CALLS = [
    ("clamp", X, -1, 1), ("clamp", X, 0.5), ("clip", X, None, 0.5), ("clamp_min", X, 0.1), ("clamp_max", X, 0.1), ("clamp", X, ROW, Y), ("clamp_min", X, Y), ("clamp_max", X, ROW), ("lerp", X, Y, 0.3), ("lerp", X, Y, ROW),
    ("addcmul", X, Y, ROW), ("addcdiv", X, Y, POSITIVE), ("pow", POSITIVE, 1.5), ("pow", X, 3), ("pow", 2, X), ("pow", POSITIVE, Y), ("float_power", POSITIVE, 2), ("where", TRUTH, X, ROW),
    ("xlogy", X, POSITIVE), ("logit", POSITIVE / 4), ("logit", UNIT, 0.1), ("logit", EDGES[2:]), ("logit", EDGES, 0.1), ("ldexp", X, WHOLE), ("heaviside", np.zeros(3), rand(3)), ("nextafter", X, Y), ("round", X), ("nan_to_num", EDGES, 1.0, 2.0, 3.0),
]  # fmt: skip


@pytest.mark.parametrize("call", CALLS, ids=lambda c: f"{c[0]}{[getattr(a, 'shape', a) for a in c[1:]]}")
def test_values_and_gradients(call):
    check(*call, grad=call[0] != "heaviside", grad_fn=False)


def test_options():
    for mode in (None, "trunc", "floor"):
        check("div", X, Y, rounding_mode=mode, grad_fn=False)
        check("div", WHOLE, OTHER, rounding_mode=mode)
    check("add", X, Y, alpha=2.5)
    check("sub", X, Y, alpha=2.5)
    check("addcmul", X, Y, ROW, value=0.5)
    check("addcdiv", X, Y, POSITIVE, value=0.5)
    check("round", X, decimals=1, grad_fn=False)
    check_error("div", X, Y, rounding_mode="up")
    check_error("clamp", X)
    check_error("add", WHOLE, WHOLE, alpha=1.5)


@pytest.mark.parametrize("name", ["copysign", "fmod", "remainder"])
def test_second_order_of_what_is_flat_in_pieces(name):
    check(name, X, Y, second=True)

    def program(p):
        x, y = (p.tensor(a, requires_grad=True) for a in (X, Y))
        return [g.requires_grad for g in p.autograd.grad(getattr(p, name)(x, y).sum(), (x, y), create_graph=True)]

    same_program(program)


@pytest.mark.parametrize("name", ["sign", "floor", "round"])
def test_the_gradient_of_what_is_flat_is_0_of_any_gradient(name):
    def program(t):
        x = t.tensor([0.5, -1.0, 0.0, 2.0], requires_grad=True)
        lookup(t, name)(x).backward(t.tensor([float("inf"), float("nan"), 1.0, -float("inf")]))
        return x.grad

    same_program(program)


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


def test_nodes_of_round():
    same_program(
        lambda p: [
            p.round(p.ones(2, requires_grad=True), **o).grad_fn.name() for o in ({}, {"decimals": 0}, {"decimals": 2})
        ]
    )


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
    check_error("ldexp", 2, WHOLE)


def test_whole_answers():
    same_program(
        lambda p: [
            p.equal(p.tensor(X), p.tensor(X)),
            p.equal(p.tensor(X), p.tensor(ROW)),
            p.allclose(p.tensor(X), p.tensor(X) + 1e-12),
        ]
    )
    same_program(lambda p: p.allclose(p.tensor([np.nan]), p.tensor([np.nan]), equal_nan=True))


def test_erf_of_many_numbers():
    """float32 is computed block by block; torch's own is good to one digit in the last place."""
    x = np.concatenate([rand(70_000, low=-5, high=5), [np.inf, -np.inf, np.nan, 0.0, -0.0, 1e-30, 3.92, -3.9]])
    check("erf", x, rtol=5e-7, dtypes=("float32",))
    assert abs(minitorch_pt.erf(minitorch_pt.from_numpy(x.astype("float32"))).numpy()[:-6]).max() == 1


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
