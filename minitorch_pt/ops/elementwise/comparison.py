"""Comparison, logic, and bits."""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import TYPE_CHECKING

import numpy as np

from ...arrays.dtypes import TITLES
from ...autograd.contract import composed
from ...autograd.rule import array, nondifferentiable
from ...names.titles import alias, titled
from ..halves import HALF_MAX

if TYPE_CHECKING:
    from ...autograd.contract import CastOut, Operand, Pulled, Tensor


__all__ = [
    "allclose", "bitwise_and", "bitwise_left_shift", "bitwise_not", "bitwise_or", "bitwise_right_shift", "bitwise_xor", "eq", "equal", "ge",
    "greater", "greater_equal", "gt", "isclose", "isfinite", "isinf", "isnan", "isneginf", "isposinf", "isreal", "le", "less", "less_equal",
    "logical_and", "logical_not", "logical_or", "logical_xor", "lt", "ne", "not_equal", "signbit",
]  # fmt: skip


def _comparison(name: str, ufunc: np.ufunc, text: str, shown: str, other: str = "Operand") -> Callable[..., Tensor]:
    def compare(input: Tensor, other: Operand, *, out: Tensor | None = None) -> Pulled:
        return ufunc(input, other)

    compare.__annotations__["other"] = other
    example = f">>> torch.{name}(torch.tensor([0, 1, 2, 0]), torch.tensor([1, 1, 0, 0]))\ntensor([{shown}])"
    return nondifferentiable(titled(compare, name, f"{text}\n\n{example}"), promote="type")


eq = _comparison("eq", np.equal, "Where the two are equal.", "False,  True, False,  True")
ne = _comparison("ne", np.not_equal, "Where the two differ.", " True, False,  True, False")
lt = _comparison("lt", np.less, "Where input < other.", " True, False, False, False")
le = _comparison("le", np.less_equal, "Where input <= other.", " True,  True, False,  True")
gt = _comparison("gt", np.greater, "Where input > other.", "False, False,  True, False")
ge = _comparison("ge", np.greater_equal, "Where input >= other.", "False,  True,  True,  True")
not_equal, less, less_equal = alias(ne, "not_equal"), alias(lt, "less"), alias(le, "less_equal")
greater, greater_equal = alias(gt, "greater"), alias(ge, "greater_equal")
logical_and = _comparison(
    "logical_and", np.logical_and, "Where both are not 0.", "False,  True, False, False", "Tensor"
)
logical_or = _comparison(
    "logical_or", np.logical_or, "Where one of the two is not 0.", " True,  True,  True, False", "Tensor"
)
logical_xor = _comparison(
    "logical_xor", np.logical_xor, "Where exactly one of the two is not 0.", " True, False,  True, False", "Tensor"
)


@nondifferentiable
def logical_not(input: Tensor, *, out: CastOut | None = None) -> Pulled:
    """Where input is 0.

    >>> torch.logical_not(torch.tensor([0.0, 1.5]))
    tensor([ True, False])
    """
    return np.logical_not(input)


def _test(name: str, function: Callable, text: str, shown: str) -> Callable[..., Tensor]:
    def test(input: Tensor) -> Pulled:
        return function(input) if input.dtype.kind == "f" else np.full(input.shape, name in ("isfinite", "isreal"))

    example = f">>> torch.{name}(torch.tensor([1.0, torch.inf, torch.nan]))\ntensor([{shown}])"
    return nondifferentiable(titled(test, name, f"{text}\n\n{example}"))


isnan = _test("isnan", np.isnan, "Where the value is not a number.", "False, False,  True")
isinf = _test("isinf", np.isinf, "Where the value is infinite.", "False,  True, False")
isfinite = _test("isfinite", np.isfinite, "Where the value is neither infinite nor nan.", " True, False, False")
isreal = _test("isreal", np.isreal, "Where the value is a real number: everywhere.", "True, True, True")


@nondifferentiable
def isposinf(input: Tensor, *, out: Tensor | None = None) -> Pulled:
    """Where the value is +inf.

    >>> torch.isposinf(torch.tensor([-torch.inf, torch.inf, 0.0]))
    tensor([False,  True, False])
    """
    return input == math.inf


@nondifferentiable
def isneginf(input: Tensor, *, out: Tensor | None = None) -> Pulled:
    """Where the value is -inf.

    >>> torch.isneginf(torch.tensor([-torch.inf, torch.inf, 0.0]))
    tensor([ True, False, False])
    """
    return input == -math.inf


@nondifferentiable
def signbit(input: Tensor, *, out: Tensor | None = None) -> Pulled:
    """Where the sign is minus, also that of -0.0.

    >>> torch.signbit(torch.tensor([-1.0, -0.0, 0.0]))
    tensor([ True,  True, False])
    """
    return np.signbit(input) if input.dtype.kind == "f" else input < 0


def _bitwise(name: str, ufunc: np.ufunc, text: str, shown: str) -> Callable[..., Tensor]:
    def combine(input: Operand, other: Operand, *, out: Tensor | None = None) -> Pulled:
        for x in map(np.asarray, (input, other)):
            if x.dtype.kind == "f":
                raise NotImplementedError(
                    f"\"{name}_cpu\" not implemented for '{TITLES[x.dtype.name]}'; convert with .int() or use a logical operation"
                )
        if "shift" in name and np.asarray(input).dtype == bool:
            raise NotImplementedError(f"\"{name}_cpu\" not implemented for 'Bool'; convert with .int()")
        return ufunc(input, other)

    example = f">>> torch.{name}(torch.tensor([6, 5]), torch.tensor([1, 3]))\ntensor([{shown}])"
    return nondifferentiable(titled(combine, name, f"{text}\n\n{example}"), promote="type")


bitwise_and = _bitwise("bitwise_and", np.bitwise_and, "The bits set in both; of bools, their and.", "0, 1")
bitwise_or = _bitwise("bitwise_or", np.bitwise_or, "The bits set in one of the two; of bools, their or.", "7, 7")
bitwise_xor = _bitwise(
    "bitwise_xor", np.bitwise_xor, "The bits set in exactly one; of bools, their exclusive or.", "7, 6"
)
bitwise_left_shift = _bitwise(
    "bitwise_left_shift", np.left_shift, "The bits moved to the left: input * 2**other.", "12, 40"
)
bitwise_right_shift = _bitwise(
    "bitwise_right_shift", np.right_shift, "The bits moved to the right: input / 2**other rounded down.", "3, 0"
)


@nondifferentiable
def bitwise_not(input: Tensor, *, out: Tensor | None = None) -> Pulled:
    """Every bit turned; of bools, their negation.

    >>> torch.bitwise_not(torch.tensor([0, 5, -1]))
    tensor([-1, -6,  0])
    """
    if input.dtype.kind == "f":
        raise NotImplementedError(
            f"\"bitwise_not_cpu\" not implemented for '{TITLES[input.dtype.name]}'; convert with .int() or use logical_not"
        )
    return np.invert(input)


@nondifferentiable
def isclose(input: Tensor, other: Tensor, rtol: float = 1e-5, atol: float = 1e-8, equal_nan: bool = False) -> Pulled:
    """Where |input - other| <= atol + rtol |other|.

    Raises:
        RuntimeError: the dtypes differ, or a tolerance is negative.

    >>> torch.isclose(torch.tensor([1.0, 2.0]), torch.tensor([1.0 + 1e-6, 2.1]))
    tensor([ True, False])
    """
    if input.dtype != other.dtype:
        raise RuntimeError(
            f"{input.dtype.name} did not match {other.dtype.name}: isclose needs tensors of one dtype; convert one with .to()"
        )
    for what, tolerance in (("rtol", rtol), ("atol", atol)):
        if not tolerance >= 0:
            raise RuntimeError(f"{what} must be greater than or equal to zero, but got {tolerance}")
    with np.errstate(all="ignore"):  # NumPy's own Python code
        near = np.isclose(input, other, rtol, atol, equal_nan)
    if rtol > HALF_MAX or atol > HALF_MAX:  # NumPy then calls all near to infinity
        near &= (input == other) | np.isfinite(input - other) | (np.isnan(input) & np.isnan(other))
    return near


@composed
def allclose(input: Tensor, other: Tensor, rtol: float = 1e-5, atol: float = 1e-8, equal_nan: bool = False) -> bool:
    """Whether `isclose` holds everywhere.

    >>> torch.allclose(torch.tensor([1.0, 2.0]), torch.tensor([1.0, 2.0 + 1e-6]))
    True
    >>> torch.allclose(torch.tensor([1.0]), torch.tensor([1.1]))
    False
    """
    return bool(array(isclose(input, other, rtol, atol, equal_nan)).all())


@composed
def equal(input: Tensor, other: Tensor) -> bool:
    """Whether shape and values are the same.

    Raises:
        TypeError: one is no tensor.

    >>> torch.equal(torch.tensor([1, 2]), torch.tensor([1, 2]))
    True
    >>> torch.equal(torch.tensor([1, 2]), torch.tensor([[1, 2]]))
    False
    """
    for name, value in (("input", input), ("other", other)):
        if not hasattr(value, "shape"):
            raise TypeError(f"equal(): argument '{name}' must be Tensor, not {type(value).__name__}")
    return bool(np.array_equal(array(input), array(other)))
