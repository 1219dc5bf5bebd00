"""Numbers at equal distances: arange, range, linspace, logspace; torch's very bits."""

from __future__ import annotations

import builtins
import math
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

import numpy as np

from ..arrays import dtypes
from ..arrays.notices import hush, warn
from ..autograd.contract import composed
from ..stream.generator import fma32, fma64
from .elements import default_type, numpy_type
from .options import new_leaf
from .tensor import Tensor

if TYPE_CHECKING:
    from ..autograd.contract import DType, Layout, Number, Pin, QuietOut, RowOut, TypedOut

__all__ = ["arange", "linspace", "logspace", "range"]


@composed
def arange(
    start: Number | None = None,
    end: Number | None = None,
    step: Number = 1,
    *,
    out: QuietOut | RowOut | TypedOut | None = None,
    dtype: DType | None = None,
    layout: Layout | None = None,
    device: object = None,
    pin_memory: Pin = False,
    requires_grad: builtins.bool = False,
) -> Tensor:
    """start, start + step, ... up to but without `end`: arange(end), arange(start, end) or arange(start, end, step).

    Raises:
        RuntimeError: step is 0 or leads away from `end`.

    >>> torch.arange(5)
    tensor([0, 1, 2, 3, 4])
    >>> torch.arange(1, 2, 0.25)
    tensor([1.0000, 1.2500, 1.5000, 1.7500])
    """
    given: Any = (start, end, step) if end is not None else (None, start, step)
    low, high, by = given
    if high is None:
        raise TypeError("arange() needs an end: arange(end), arange(start, end) or arange(start, end, step)")
    low = 0 if low is None else low
    _check_span(low, high, by)
    whole = not any(isinstance(x, float) for x in (low, high, by))
    kind = numpy_type(dtype, np.dtype(np.int64) if whole else default_type())
    if kind.kind == "b":
        raise NotImplementedError("arange() does not make torch.bool; compare or convert with .bool()")
    if kind is _LONG:
        if not (whole and low >= -(2**63) and high < 2**63):
            # torch cuts the numbers, not the results
            low, high, by = (dtypes.checked(x, kind) for x in (low, high, by))
        if by == 0:
            raise ValueError("step must be nonzero, and is cut to 0 in an int64 tensor")
        return new_leaf(low + np.arange(-((low - high) // by)) * by, requires_grad, device)
    return new_leaf(_ladder(low, by, _counted((high - low) / by, math.ceil), kind), requires_grad, device)


def _check_span(start: float, end: float, step: float) -> None:
    """Check the limits of a range.

    Raises:
        RuntimeError: step is 0 or leads away from the end, or a limit is not finite.
    """
    if not (step > 0 or step < 0):
        raise RuntimeError(f"step must be nonzero, got {step}")
    if not math.isfinite(start) or not math.isfinite(end):
        raise RuntimeError(f"unsupported range: {start} -> {end}")
    if start != end and (start < end) != (step > 0):
        raise RuntimeError(f"upper bound and lower bound inconsistent with step sign: from {start} to {end} by {step}")


def _counted(steps: float, rounded: Callable[[float], int]) -> int:
    """That number of steps, rounded up or down.

    Raises:
        RuntimeError: more than a tensor can have.
    """
    if not steps < 2**63:
        raise RuntimeError(f"invalid size, possible overflow? The range would have {steps} elements")
    return rounded(steps)


def _fused(a: Any, b: Any, c: Any, kind: np.dtype) -> np.ndarray:
    """a b + c in that type, rounded once, as the processor's instruction does; a and b are of that type, or of float64."""
    return (fma32 if kind.itemsize == 4 else fma64)(a, b, c).astype(kind)


_DOUBLE, _LONG = np.dtype(np.float64), np.dtype(np.int64)


def _ladder(start: float, step: float, count: int, kind: np.dtype) -> np.ndarray:
    """start + step * i, rounded as torch rounds: in vectors, as long as two of them fit, each from its first number; the rest one by one."""
    if kind.kind != "f":
        return (dtypes.checked(start, _LONG) + np.arange(count) * dtypes.checked(step, _LONG)).astype(kind)
    i = np.arange(count)
    if float(start).is_integer() and float(step).is_integer() and abs(start) + abs(step) * count < 2**24:
        return (start + i * step).astype(kind)  # nothing is rounded
    wide = np.dtype(np.float32) if kind.itemsize == 2 else _DOUBLE
    start, step = (wide.type(x).item() for x in (start, step))
    width = 32 // kind.itemsize
    place = i % width
    first = _fused(step, i - place, start, _DOUBLE).astype(kind).astype(_DOUBLE)
    vectors, single = _fused(step, place, first, _DOUBLE), _fused(step, i, start, _DOUBLE)
    return np.where(i < count - count % (2 * width), vectors, single).astype(wide).astype(kind)


@composed
def range(
    start: Number,
    end: Number,
    step: Number = 1,
    *,
    out: QuietOut | RowOut | TypedOut | None = None,
    dtype: DType | None = None,
    layout: Layout | None = None,
    device: object = None,
    pin_memory: Pin = False,
    requires_grad: builtins.bool = False,
) -> Tensor:
    """As `arange`, but with `end` included and floating point by default; torch deprecates it.

    Raises:
        RuntimeError: step is 0 or leads away from `end`.

    >>> import warnings; warnings.simplefilter("ignore")  # deprecated: see torch.arange
    >>> torch.range(1, 3)  # the end belongs to it
    tensor([1., 2., 3.])
    """
    warn("torch.range is deprecated, as its `end` is included unlike that of Python's range: use torch.arange")
    ends: list[Any] = [x.item() if isinstance(x, Tensor) else x for x in (start, end, step)]
    _check_span(*ends)
    kind = numpy_type(dtype, default_type())
    if kind.kind == "b":
        raise NotImplementedError("range() does not make torch.bool; compare or convert with .bool()")
    wide = _LONG if kind.kind != "f" else np.dtype(np.float32) if kind.itemsize == 2 else _DOUBLE
    numbers: Any = [wide.type(dtypes.checked(x, wide)) for x in ends]
    low, high, by = numbers
    if by == 0:
        raise RuntimeError(f"step must be nonzero, and is cut to 0 in a torch.{kind.name} tensor")
    i = np.arange(_counted((high - low) / by + 1, int))
    return new_leaf((low + by * i.astype(wide)).astype(kind), requires_grad, device)


@composed
def linspace(
    start: Tensor | Number,
    end: Tensor | Number,
    steps: int,
    *,
    out: QuietOut | RowOut | TypedOut | None = None,
    dtype: DType | None = None,
    layout: Layout | None = None,
    device: object = None,
    pin_memory: Pin = False,
    requires_grad: builtins.bool = False,
) -> Tensor:
    """`steps` numbers at equal distances from start to end, both included.

    Raises:
        RuntimeError: a negative number of steps, or an end that the type has not.

    >>> torch.linspace(0, 1, 5)
    tensor([0.0000, 0.2500, 0.5000, 0.7500, 1.0000])
    """
    kind = numpy_type(dtype, default_type())
    low, high = _ends("linspace", start, end, steps, kind)
    if steps < 2:
        return new_leaf(_repeated(low, steps, kind), requires_grad, device)
    real = kind if kind.kind == "f" else _DOUBLE
    low, high, number = (real.type(x) for x in (low, high, steps - 1))
    hush()
    step = (high - low) / number
    i = np.arange(steps).astype(real)
    # from the nearer end, so that the last number is exactly `end`
    if kind.itemsize == 2 and kind.kind == "f":
        up, down = low + step * i, high - step * i
    else:
        up, down = _fused(step, i, low, real), _fused(-step, i, high, real)
    return new_leaf(_meeting(up, down).astype(kind), requires_grad, device)


def _repeated(value: float, steps: int, kind: np.dtype) -> np.ndarray:
    """At most one number; too large a one is inf."""
    return np.full(steps, value if kind.kind == "f" or not steps else dtypes.checked(value, kind)).astype(kind)


def _meeting(up: np.ndarray, down: np.ndarray) -> np.ndarray:
    """The first half of what is counted up from one end, then what is counted down from the other."""
    half = len(up) // 2
    return np.concatenate([up[:half], down[: len(up) - half][::-1]])


def _ends(name: str, start: Any, end: Any, steps: int, kind: np.dtype) -> list:
    """Both ends as numbers of the type.

    Raises:
        RuntimeError: a negative number of steps, ends with axes, or that the type has not. TypeError, NotImplementedError: other types.
    """
    if not isinstance(steps, (int, np.integer)):
        raise TypeError(f"{name}(): argument 'steps' must be int, not {type(steps).__name__}: {steps}")
    for x in (start, end):
        if isinstance(x, Tensor) and x.ndim:
            raise RuntimeError(
                f"{name} only supports 0-dimensional start and end tensors, but got one of {x.ndim} dimension(s)"
            )
    if steps < 0:
        raise RuntimeError(f"number of steps must be non-negative, got {steps}")
    if kind.kind == "b":
        raise NotImplementedError(f"{name}() does not make torch.bool; compare or convert with .bool()")
    numbers = [x.item() if isinstance(x, Tensor) else x for x in (start, end)]
    # of one number alone torch rounds the result
    if steps < 2:
        return numbers
    given = [kind.type(dtypes.checked(x, kind)) for x in numbers]
    for x, number in zip(given, numbers, strict=True):
        if np.isinf(x) and not np.isinf(number):  # of a half
            raise RuntimeError(f"{name}(): value cannot be converted to type {kind.name} without overflow: {number}")
    return given


@composed
def logspace(
    start: Tensor | Number,
    end: Tensor | Number,
    steps: int,
    base: float = 10.0,
    *,
    out: QuietOut | RowOut | TypedOut | None = None,
    dtype: DType | None = None,
    layout: Layout | None = None,
    device: object = None,
    pin_memory: Pin = False,
    requires_grad: builtins.bool = False,
) -> Tensor:
    """base to the power of `steps` numbers at equal distances from start to end.

    Raises:
        RuntimeError: as `linspace`.

    >>> torch.logspace(0, 3, 4)
    tensor([   1.,   10.,  100., 1000.])
    """
    kind = numpy_type(dtype, default_type())
    low, high = _ends("logspace", start, end, steps, kind)
    number = np.float64(base.item() if isinstance(base, Tensor) else base)
    if steps < 2:
        return new_leaf(_repeated(float(number**low), steps, kind), requires_grad, device)
    step = np.float64(high - low if kind.kind == "f" else float(high) - float(low)) / (steps - 1)
    i = np.arange(steps)
    powers = _meeting(low + step * i, high - step * i)
    hush()  # they may be too large for the type
    # power by power: the C library's, which torch uses, rounds otherwise than NumPy's of whole arrays
    values = np.array([number**x for x in powers], _DOUBLE)
    return new_leaf(dtypes.converted(values, kind), requires_grad, device)
