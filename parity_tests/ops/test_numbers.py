"""Python numbers beside tensors, of every type: the result's type, its values, and what is refused."""

from __future__ import annotations

import itertools

import pytest

from parity_tests.oracle import same_program

HUGE = [2**40, 1e300]
NUMBERS = [0, 1, 2, -3, 0.5, -1.5, True, False, 300, *HUGE, float("inf"), float("nan")]
TYPES = ["float32", "float64", "float16", "int64", "int32", "uint8", "bool"]
EITHER_SIDE = {
    "+": lambda t, a, b: a + b,
    "-": lambda t, a, b: a - b,
    "*": lambda t, a, b: a * b,
    "/": lambda t, a, b: a / b,
    "//": lambda t, a, b: a // b,
    "%": lambda t, a, b: a % b,
    "**": lambda t, a, b: a**b,
    ">": lambda t, a, b: a > b,
    "<=": lambda t, a, b: a <= b,
    "==": lambda t, a, b: a == b,
    "&": lambda t, a, b: a & b,
    "^": lambda t, a, b: a ^ b,
    "remainder": lambda t, a, b: t.remainder(a, b),
    "fmod": lambda t, a, b: t.fmod(a, b),
    "div trunc": lambda t, a, b: t.div(a, b, rounding_mode="trunc"),
    "div floor": lambda t, a, b: t.div(a, b, rounding_mode="floor"),
    "xlogy": lambda t, a, b: t.xlogy(a, b),
    "float_power": lambda t, a, b: t.float_power(a, b),
    "where": lambda t, a, b: t.where(t.tensor([True, False, True]), a, b),
    "special.xlog1py": lambda t, a, b: t.special.xlog1py(a, b),
}
TENSOR_FIRST = {
    "clamp min": lambda t, a, b: t.clamp(a, min=b),
    "clamp max": lambda t, a, b: t.clamp(a, max=b),
    "full_like": lambda t, a, b: t.full_like(a, b),
    "masked_fill": lambda t, a, b: a.masked_fill(t.tensor([True, False, True]), b),
    "fill_": lambda t, a, b: a.clone().fill_(b),
    "[0] =": lambda t, a, b: (lambda c: (c.__setitem__(0, b), c)[1])(a.clone()),
    "add_": lambda t, a, b: a.clone().add_(b),
    "mul_": lambda t, a, b: a.clone().mul_(b),
    "div_": lambda t, a, b: a.clone().div_(b),
    "remainder_": lambda t, a, b: a.clone().remainder_(b),
    "floor_divide_": lambda t, a, b: a.clone().floor_divide_(b),
    "addcmul": lambda t, a, b: t.addcmul(a, a, a, value=b),
    "bitwise_left_shift": lambda t, a, b: t.bitwise_left_shift(a, b),
}


def left_out(name: str, kind: str, number: float) -> bool:
    """Where torch goes ways of its own: its reasons are those of its kernels."""
    if kind == "float16" and number in HUGE:  # some compute in float32 first, some look at the number first
        return True
    if name in ("-", "**") and (kind == "bool" or isinstance(number, bool)):  # bools beside arithmetic
        return True
    return name == "addcmul" and (kind == "bool" or number == 1e300)


@pytest.mark.parametrize("name", [*EITHER_SIDE, *TENSOR_FIRST])
def test_number_beside_tensor(name):
    operation = (EITHER_SIDE | TENSOR_FIRST)[name]
    sides = (False, True) if name in EITHER_SIDE else (False,)
    for kind, number, swapped in itertools.product(TYPES, NUMBERS, sides):
        if left_out(name, kind, number):
            continue

        def program(t, kind=kind, number=number, swapped=swapped):
            tensor = t.tensor([-2.0, 0.0, 3.0]).to(getattr(t, kind))
            result = operation(t, number, tensor) if swapped else operation(t, tensor, number)
            signed = result.dtype.is_floating_point
            return result, t.signbit(result) & ~t.isnan(result) if signed else None  # -0 equals 0

        try:
            same_program(program)
        except (AssertionError, ValueError, TypeError, RuntimeError) as error:
            raise AssertionError(f"{name} of {kind} and {number}{', swapped' * swapped}: {error}") from error
