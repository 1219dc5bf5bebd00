"""Making tensors: from lists and arrays, of one value, of a range, of a grid."""

from __future__ import annotations

import builtins
import functools
import itertools
import math
from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Any

import numpy as np

from .. import ops
from ..arrays import dtypes, formats, layouts
from ..arrays.notices import hush, warn
from ..arrays.storage import inferring, note_inference
from ..autograd.contract import composed, into, read
from ..ops.saving import saving
from ..stream.generator import fma32, fma64
from .device import on_cpu
from .tensor import Tensor, wrap

if TYPE_CHECKING:
    from ..autograd.contract import DType, Layout, MemoryFormat, Number, Pin, Size, Tensors

__all__ = [
    "arange", "as_tensor", "asarray", "cartesian_prod", "combinations", "empty", "empty_like", "empty_permuted", "empty_strided", "eye", "from_numpy", "frombuffer", "full", "full_like", "is_floating_point",
    "is_tensor", "linspace", "logspace", "meshgrid", "numel", "one_hot", "ones", "ones_like", "range", "scalar_tensor", "tensor", "tril_indices",
    "triu_indices", "typename", "zeros", "zeros_like",
]  # fmt: skip

# The C library (glibc) hands the memory of large arrays back when they are freed, and to get it again costs more than to compute with
# it. Once a block just below 32 MB was freed it keeps them: a training step of a GPT takes 23 ms in place of 42, sigmoid of 1e6
# numbers with its gradient a fifth. The block itself is never touched, so it costs no memory.
np.empty((32 << 20) - (1 << 16), np.uint8)


_MOST = 1 << 47  # elements: NumPy cannot count many more, and no machine has the memory


def _made(data: np.ndarray, requires_grad: builtins.bool, device: Any = None) -> Tensor:
    """The array as a leaf tensor, after the checks that all makers share."""
    if device is not None:
        on_cpu(device)
    made = wrap(data)
    if inferring:
        note_inference(data)
    if requires_grad is not False:
        if not isinstance(requires_grad, builtins.bool):
            raise TypeError(f"argument 'requires_grad' must be bool, not {type(requires_grad).__name__}")
        made.requires_grad = True
    return made


def _numpy(dtype: dtypes.dtype | type | None, default: np.dtype) -> np.dtype:
    if dtype is None:
        return default
    return dtypes.given(dtype).dtype


def _float() -> np.dtype:
    return dtypes.get_default_dtype().dtype


def _infer(data: Any) -> np.dtype:
    """The type of a tensor made of Python numbers: the default floating point type, int64, or bool."""
    return {"f": _float(), "b": np.dtype(bool)}.get(data.dtype.kind, np.dtype(np.int64))


def _from_data(data: Any, dtype: dtypes.dtype | None) -> np.ndarray:
    """A new array of nested lists, numbers, arrays or tensors."""
    if isinstance(data, (np.ndarray, np.generic)):
        dtypes.of(data.dtype)
        _no_silent_rounding(data, dtype)
        return np.array(data, _numpy(dtype, data.dtype))
    if isinstance(data, (list, tuple)) and data and isinstance(data[0], np.ndarray):
        warn("Creating a tensor from a list of numpy.ndarrays is extremely slow. Please consider converting the list to a single numpy.ndarray with "
                      "numpy.array() before converting to a tensor.")  # fmt: skip
    plain, inner = _unwrapped(data)
    try:
        found = np.asarray(plain)
    except ValueError:
        raise (TypeError if _uneven(plain) else ValueError)(
            f"expected sequences of equal length in every axis, and the nested lists are ragged: {str(data)[:60]}"
        ) from None
    if found.dtype.kind not in "fib":
        if found.dtype.kind in "Ou" and all(isinstance(x, (int, builtins.float)) for x in found.reshape(-1).tolist()):
            if dtype is None or dtype.dtype.kind in "iu":
                raise ValueError(
                    f"Overflow when unpacking long long: a number is too large for int64: {str(data)[:60]}"
                )
            return found.astype(dtype.dtype)
        kind = type(found.reshape(-1)[0] if found.dtype.kind != "U" else "").__name__ if found.size else "object"
        first = data
        while isinstance(first, (list, tuple)) and first:
            first = first[0]
        nested = first is not data and isinstance(first, str)
        raise (
            (ValueError if nested else TypeError) if kind == "str" else RuntimeError if dtype is None else TypeError
        )(f"new(): invalid data type '{kind}': a tensor is made of numbers, nested lists of numbers, arrays or tensors")
    default = _infer(found) if inner is None else inner
    if found.size == 0 and inner is None and isinstance(data, (list, tuple)):
        default = _float()
    made = _numpy(dtype, default)
    if made.kind != "f" and found.dtype.kind == "f":
        _no_silent_rounding(data, dtype)
    if made.kind in "iu" and found.dtype.kind in "if" and found.size:
        for extreme in (found.min(), found.max()):
            dtypes.checked(extreme.item(), made, lenient=True)
    hush()
    return found.astype(made)


def _no_silent_rounding(data: Any, dtype: Any) -> None:
    """NumPy's floating point numbers do not become whole numbers (np.float64 is a Python float, which does)."""
    if isinstance(data, (list, tuple)):
        for x in data:
            _no_silent_rounding(x, dtype)
    elif (
        isinstance(data, np.floating)
        and not isinstance(data, builtins.float)
        and dtype is not None
        and not dtype.is_floating_point
    ):
        raise TypeError(f"'numpy.{data.dtype.name}' object cannot be interpreted as an integer: make it one with int()")


def _uneven(data: Any) -> builtins.bool:
    """Whether numbers stand beside lists."""
    if not isinstance(data, (list, tuple)):
        return False
    return len({isinstance(x, (list, tuple)) for x in data}) > 1 or any(_uneven(x) for x in data)


def _unwrapped(data: Any) -> tuple[Any, np.dtype | None]:
    """Nested lists with arrays in place of tensors, and the common type of what is in them; None of Python numbers alone."""
    if isinstance(data, Tensor):
        return data.detach()._data, data._data.dtype
    if isinstance(data, (np.ndarray, np.generic)):
        return data, data.dtype
    if isinstance(data, (list, tuple)):
        parts = [_unwrapped(x) for x in data]
        plain = [part for part, _ in parts]
        if all(t is None for _, t in parts):
            return plain, None
        types = (_infer(np.asarray(part)) if t is None else t for part, t in parts)
        return plain, functools.reduce(lambda s, t: dtypes.promote_types(dtypes.of(s), dtypes.of(t)).dtype, types)
    if (
        type(data) not in (int, builtins.float, builtins.bool)
        and hasattr(data, "__getitem__")
        and not isinstance(data, (str, bytes, Mapping))
    ):
        return _unwrapped(list(data))  # a deque, or another sequence
    return data, None


def tensor(
    data: Any,
    *,
    dtype: Any = None,
    device: object = None,
    requires_grad: builtins.bool = False,
    pin_memory: builtins.bool = False,
) -> Tensor:
    """A new tensor of nested lists or numbers: floats become the default type (float32), whole numbers int64.

    Raises:
        ValueError: lists of unequal length. TypeError, RuntimeError: something that is no number.

    >>> import minitorch_pt as torch
    >>> torch.tensor([[1, 2.5], [3, 4]])
    tensor([[1.0000, 2.5000],
            [3.0000, 4.0000]])
    """
    stored("tensor", None, pin_memory)
    if isinstance(data, Tensor):
        warn(
            "To copy construct from a tensor, it is recommended to use sourceTensor.detach().clone() or "
            "sourceTensor.detach().clone().requires_grad_(True), rather than torch.tensor(sourceTensor).",
            UserWarning,
        )
        return _made(np.array(data._data, _numpy(dtype, data._data.dtype)), requires_grad, device)
    return _made(_from_data(data, dtype), requires_grad, device)


def as_tensor(data: Any, dtype: Any = None, device: object = None) -> Tensor:
    """`data` as a tensor, sharing memory with an array or tensor of the right type."""
    if isinstance(data, Tensor):
        return data.to(device=device, dtype=dtype)
    if isinstance(data, np.ndarray) and dtypes.of(data.dtype).dtype == _numpy(dtype, data.dtype):
        if not data.flags.writeable:
            _warn_of_shared("NumPy array")
        return _made(data, False, device)
    return _made(_from_data(data, dtype), False, device)


def from_numpy(ndarray: np.ndarray) -> Tensor:
    """The array as a tensor that shares its memory.

    Raises:
        TypeError: no ndarray, or of a type that torch does not have. ValueError: negative strides.
    """
    if not isinstance(ndarray, np.ndarray):
        raise TypeError(f"expected np.ndarray (got {type(ndarray).__name__}); use torch.tensor for lists and numbers")
    dtypes.of(ndarray.dtype)
    if not ndarray.flags.writeable:
        _warn_of_shared("NumPy array")
    if any(s < 0 for s in ndarray.strides):
        raise ValueError("At least one stride in the given numpy array is negative, and tensors with negative strides are not currently supported. "
                         "(You can probably work around this by making a copy of your array with array.copy().)")  # fmt: skip
    return wrap(ndarray)


def _warn_of_shared(what: str) -> None:
    warn(
        f"The given {what} is not writable, and PyTorch does not support non-writable tensors: writing to this tensor is undefined. "
        "Copy the data first, or do not write."
    )


def frombuffer(
    buffer: Any, *, dtype: Any, count: int = -1, offset: int = 0, requires_grad: builtins.bool = False
) -> Tensor:
    """The bytes of a buffer (bytearray, mmap, array) as a vector that shares their memory: `count` elements, or all, from byte `offset` on.

    Raises:
        ValueError: no buffer, an empty one, or one that does not hold so many elements.

    >>> import minitorch_pt as torch
    >>> torch.frombuffer(bytearray(b"abc"), dtype=torch.uint8)
    tensor([97, 98, 99], dtype=torch.uint8)
    """
    kind = _numpy(dtype, _float())
    try:
        view = memoryview(buffer)
    except TypeError:
        raise ValueError(f"object does not implement Python buffer protocol: {type(buffer).__name__}") from None
    if not view.nbytes or not count:
        raise ValueError(f"both buffer length ({view.nbytes}) and count ({count}) must not be 0")
    if not 0 <= offset < view.nbytes:
        raise ValueError(f"offset ({offset} bytes) must be non-negative and no greater than buffer length ({view.nbytes} bytes) minus 1")  # fmt: skip
    rest = view.nbytes - offset
    if count < 0 and rest % kind.itemsize:
        raise ValueError(f"buffer length ({view.nbytes} bytes) after offset ({offset} bytes) must be a multiple of element size ({kind.itemsize})")  # fmt: skip
    if count * kind.itemsize > rest:
        raise ValueError(f"requested buffer length ({count} * {kind.itemsize} bytes) after offset ({offset} bytes) must not be greater than actual buffer length ({view.nbytes} bytes)")  # fmt: skip
    if view.readonly:
        _warn_of_shared("buffer")
    return _made(np.frombuffer(buffer, kind, max(count, -1), offset), requires_grad)


def asarray(
    obj: Any,
    *,
    dtype: Any = None,
    device: object = None,
    copy: builtins.bool | None = None,
    requires_grad: builtins.bool = False,
) -> Tensor:
    """`obj` as a tensor; copied if `copy` is True, shared if False, as needed if None.

    Raises:
        ValueError: copy=False where a copy is needed.
    """
    if copy is False and not (
        isinstance(obj, (Tensor, np.ndarray)) and (dtype is None or dtype is as_tensor(obj).dtype)
    ):
        raise ValueError(
            "can't alias the given object without a copy: it is no tensor or array of this dtype; leave copy=False out"
        )
    made = as_tensor(obj, dtype, device)
    made = made.detach().clone() if copy and isinstance(obj, (Tensor, np.ndarray)) else made
    return made.requires_grad_() if requires_grad else made


def _full_like(data: np.ndarray, value: Any, kind: np.dtype, order: object = None) -> np.ndarray:
    if data.flags.c_contiguous and order is None:
        return np.full(data.shape, value, kind)
    made = layouts.new(data.shape, kind, formats.steps_like(data, order))
    made.fill(value)
    return made


def _filled(name: str, value: Any, text: str) -> Any:
    def make(
        *size: Any,
        out: Tensor | None = None,
        dtype: Any = None,
        layout: object = None,
        device: object = None,
        pin_memory: builtins.bool = False,
        requires_grad: builtins.bool = False,
        **named: Any,
    ) -> Tensor:
        order = named.pop("memory_format", None) if name == "empty" and named else None
        shape = _shape(size if size and not named else size_given(name, size, named))
        kind = _numpy(typed_as(out, dtype), _float())
        if layout is not None or pin_memory:
            stored(name, layout, pin_memory)
        data = np.full(shape, value, kind) if value else np.zeros(shape, kind)
        if order is not None:
            data = layouts.placed(data, formats.steps(shape, read("MemoryFormat", order, name, "memory_format")))
        made = _made(data, requires_grad, device)
        return made if out is None else into(out, made, name, ())

    def like(
        input: Tensor,
        *,
        dtype: DType | None = None,
        layout: Layout | None = None,
        device: object = None,
        pin_memory: Pin = False,
        requires_grad: builtins.bool = False,
        memory_format: MemoryFormat | None = None,
    ) -> Tensor:
        return _made(
            _full_like(input._data, value, _numpy(dtype, input._data.dtype), memory_format), requires_grad, device
        )

    for function, suffix, words in ((make, "", text), (like, "_like", f"{text} Of the shape and type of `input`.")):
        function.__name__ = function.__qualname__ = name + suffix
        function.__doc__ = words
    return make, composed(like)


def stored(name: str, layout: object, pin_memory: object) -> None:
    """Check the keywords `layout` and `pin_memory`.

    Raises:
        TypeError: they are something else. RuntimeError: memory is to be pinned.
    """
    if layout is not None:
        read("Layout", layout, name, "layout")
    read("Pin", pin_memory, name, "pin_memory")


def typed_as(out: Any, dtype: Any) -> Any:
    """The dtype that is asked for, or else that of `out`."""
    return out.dtype if dtype is None and isinstance(out, Tensor) else dtype


def size_given(name: str, size: tuple, named: dict) -> tuple:
    """The sizes, given one by one or as the keyword `size`.

    Raises:
        TypeError: given twice or not at all, or a keyword that the function has not.
    """
    for key in named:
        if key != "size":
            raise TypeError(f"{name}() got an unexpected keyword argument '{key}'")
    if size and "size" in named:
        raise TypeError(f"{name}() got multiple values for argument 'size'")
    if not size and "size" not in named:
        raise TypeError(f'{name}() missing 1 required positional arguments: "size"; for a single number it is ()')
    return size or (named["size"],)


def _shape(size: tuple) -> tuple[int, ...]:
    """Sizes given as several arguments or as one sequence.

    Raises:
        RuntimeError: a negative size. TypeError: no whole number.
    """
    shape = ops.axes.sizes(size)
    if any(n < 0 for n in shape):
        raise RuntimeError(f"Trying to create tensor with negative dimension {builtins.min(shape)}: {list(shape)}")
    if math.prod(shape) > _MOST:
        raise RuntimeError(f"a tensor of shape {list(shape)} has more elements than any memory holds; check its sizes")
    return shape


zeros, zeros_like = _filled("zeros", 0, "A tensor of zeros.")
ones, ones_like = _filled("ones", 1, "A tensor of ones.")
empty, empty_like = _filled(
    "empty",
    0,
    "A tensor to be filled later; the values mean nothing (here they are zeros, so that no run differs from another).",
)


@composed
def empty_strided(
    size: Size,
    stride: Size,
    *,
    dtype: DType | None = None,
    layout: Layout | None = None,
    device: object = None,
    requires_grad: builtins.bool = False,
    pin_memory: Pin = False,
) -> Tensor:
    """A tensor to be filled later, with these strides, in elements.

    Raises:
        RuntimeError: not as many strides as sizes, or a negative one.
    """
    shape, steps = _shape((size,)), ops.axes.sizes((stride,))
    if len(shape) != len(steps):
        raise RuntimeError(
            f"dimensionality of sizes ({len(shape)}) must match dimensionality of strides ({len(steps)})"
        )
    if any(s < 0 for s in steps):
        raise RuntimeError(f"empty_strided() takes no negative strides, and got {list(steps)}")
    made = layouts.new(shape, _numpy(dtype, _float()), steps)
    made[...] = 0
    return _made(made, requires_grad, device)


@composed
def empty_permuted(
    size: Size,
    physical_layout: Size,
    *,
    dtype: DType | None = None,
    layout: Layout | None = None,
    device: object = None,
    requires_grad: builtins.bool = False,
    pin_memory: Pin = False,
) -> Tensor:
    """A tensor to be filled later, whose axes run in this order in memory, the slowest first.

    Raises:
        RuntimeError: not each axis once.
    """
    shape, order = _shape((size,)), ops.axes.sizes((physical_layout,))
    if sorted(order) != [*builtins.range(len(shape))]:
        raise RuntimeError(f"physical_layout must name each of the {len(shape)} axes once, and is {list(order)}")
    return empty_strided(
        shape, layouts.packed(shape, [*order][::-1]), dtype=dtype, device=device, requires_grad=requires_grad
    )


@composed
def full(
    size: Size,
    fill_value: Number,
    *,
    out: Tensor | None = None,
    dtype: DType | None = None,
    layout: Layout | None = None,
    device: object = None,
    pin_memory: Pin = False,
    requires_grad: builtins.bool = False,
) -> Tensor:
    """A tensor of one value; its type follows from the value.

    Raises:
        TypeError: `size` is a number.
    """
    if isinstance(size, int):
        raise TypeError(f"full(): argument 'size' must be tuple of ints, not int: write ({size},)")
    kind = _numpy(dtype, _infer(np.asarray(fill_value)))
    shape = _shape((size,))
    return _made(np.full(shape, dtypes.checked(fill_value, kind, math.prod(shape) == 1), kind), requires_grad, device)


@composed
def full_like(input: Tensor, fill_value: Number, *, dtype: DType | None = None, layout: Layout | None = None, device: object = None, pin_memory: Pin = False, requires_grad: builtins.bool = False,
              memory_format: MemoryFormat | None = None) -> Tensor:  # fmt: skip
    """A tensor of one value, of the shape and type of `input`."""
    kind = _numpy(dtype, input._data.dtype)
    number = dtypes.checked(fill_value, kind, input._data.size == 1)
    return _made(_full_like(input._data, number, kind, memory_format), requires_grad, device)


@composed
def scalar_tensor(
    s: Number,
    *,
    dtype: DType | None = None,
    layout: Layout | None = None,
    device: object = None,
    pin_memory: Pin = False,
    requires_grad: builtins.bool = False,
) -> Tensor:
    """A number as a tensor without axes, of the default floating point type."""
    return full((), s, dtype=dtype or dtypes.get_default_dtype(), device=device, requires_grad=requires_grad)


@composed
def arange(start: Number | None = None, end: Number | None = None, step: Number = 1, *, out: Tensor | None = None, dtype: DType | None = None, layout: Layout | None = None, device: object = None, pin_memory: Pin = False,
           requires_grad: builtins.bool = False) -> Tensor:  # fmt: skip
    """start, start + step, ... up to but without `end`: arange(end), arange(start, end) or arange(start, end, step).

    Raises:
        RuntimeError: step is 0 or leads away from `end`.
    """
    given: Any = (start, end, step) if end is not None else (None, start, step)
    low, high, by = given
    if high is None:
        raise TypeError("arange() needs an end: arange(end), arange(start, end) or arange(start, end, step)")
    low = 0 if low is None else low
    _check_span(low, high, by)
    whole = not any(isinstance(x, float) for x in (low, high, by))
    kind = _numpy(dtype, np.dtype(np.int64) if whole else _float())
    if kind.kind == "b":
        raise NotImplementedError("arange() does not make torch.bool; compare or convert with .bool()")
    if kind is _LONG:
        if not (whole and low >= -(2**63) and high < 2**63):
            # torch cuts the numbers, not the results
            low, high, by = (dtypes.checked(x, kind) for x in (low, high, by))
        if by == 0:
            raise ValueError("step must be nonzero, and is cut to 0 in an int64 tensor")
        return _made(low + np.arange(-((low - high) // by)) * by, requires_grad, device)
    return _made(_ladder(low, by, _counted((high - low) / by, math.ceil), kind), requires_grad, device)


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
    out: Tensor | None = None,
    dtype: DType | None = None,
    layout: Layout | None = None,
    device: object = None,
    pin_memory: Pin = False,
    requires_grad: builtins.bool = False,
) -> Tensor:
    """As `arange`, but with `end` included and floating point by default; torch deprecates it.

    Raises:
        RuntimeError: step is 0 or leads away from `end`.
    """
    warn("torch.range is deprecated, as its `end` is included unlike that of Python's range: use torch.arange")  # fmt: skip
    ends: list[Any] = [x.item() if isinstance(x, Tensor) else x for x in (start, end, step)]
    _check_span(*ends)
    kind = _numpy(dtype, _float())
    wide = _LONG if kind.kind != "f" else np.dtype(np.float32) if kind.itemsize == 2 else _DOUBLE
    numbers: Any = [wide.type(dtypes.checked(x, wide)) for x in ends]
    low, high, by = numbers
    if by == 0:
        raise RuntimeError(f"step must be nonzero, and is cut to 0 in a torch.{kind.name} tensor")
    i = np.arange(_counted((high - low) / by + 1, int))
    return _made((low + by * i.astype(wide)).astype(kind), requires_grad, device)


@composed
def linspace(
    start: Tensor | Number,
    end: Tensor | Number,
    steps: int,
    *,
    out: Tensor | None = None,
    dtype: DType | None = None,
    layout: Layout | None = None,
    device: object = None,
    pin_memory: Pin = False,
    requires_grad: builtins.bool = False,
) -> Tensor:
    """`steps` numbers at equal distances from start to end, both included.

    Raises:
        RuntimeError: a negative number of steps, or an end that the type has not.
    """
    kind = _numpy(dtype, _float())
    low, high = _ends("linspace", start, end, steps, kind)
    if steps < 2:
        return _made(_repeated(low, steps, kind), requires_grad, device)
    real = kind if kind.kind == "f" else _DOUBLE
    low, high, number = (real.type(x) for x in (low, high, steps - 1))
    step = (high - low) / number
    i = np.arange(steps).astype(real)
    # from the nearer end, so that the last number is exactly `end`
    if kind.itemsize == 2 and kind.kind == "f":
        up, down = low + step * i, high - step * i
    else:
        up, down = _fused(step, i, low, real), _fused(-step, i, high, real)
    return _made(_meeting(up, down).astype(kind), requires_grad, device)


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
            raise RuntimeError(f"{name} only supports 0-dimensional start and end tensors, but got one of {x.ndim} dimension(s)")  # fmt: skip
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
    out: Tensor | None = None,
    dtype: DType | None = None,
    layout: Layout | None = None,
    device: object = None,
    pin_memory: Pin = False,
    requires_grad: builtins.bool = False,
) -> Tensor:
    """base to the power of `steps` numbers at equal distances from start to end.

    Raises:
        RuntimeError: as `linspace`.
    """
    kind = _numpy(dtype, _float())
    low, high = _ends("logspace", start, end, steps, kind)
    number = np.float64(base.item() if isinstance(base, Tensor) else base)
    if steps < 2:
        return _made(_repeated(float(number**low), steps, kind), requires_grad, device)
    step = np.float64(high - low if kind.kind == "f" else float(high) - float(low)) / (steps - 1)
    i = np.arange(steps)
    powers = _meeting(low + step * i, high - step * i)
    # power by power: the C library's, which torch uses, rounds otherwise than NumPy's of whole arrays
    values = np.array([number**x for x in powers], _DOUBLE)
    if kind.itemsize == 2 and kind.kind == "f":
        values = values.astype(np.float32)  # torch rounds float16 twice
    return _made(values.astype(kind), requires_grad, device)


@composed
def eye(
    n: int,
    m: int | None = None,
    *,
    out: Tensor | None = None,
    dtype: DType | None = None,
    layout: Layout | None = None,
    device: object = None,
    pin_memory: Pin = False,
    requires_grad: builtins.bool = False,
) -> Tensor:
    """The identity matrix: ones on the diagonal of n rows and m (else n) columns.

    Raises:
        RuntimeError: a negative size.
    """
    if n < 0 or (m is not None and m < 0):
        raise RuntimeError(f"n and m must be greater or equal to 0, got {n} and {m}")
    return _made(np.eye(n, m, dtype=_numpy(dtype, _float())), requires_grad, device)


@composed
def meshgrid(*tensors: Tensor | Tensors, indexing: str | None = None) -> tuple[Tensor, ...]:
    """Coordinates of a grid: for each vector a tensor of the grid's shape that repeats it along its axis.

    indexing: "ij" numbers axes as the vectors are given, "xy" swaps the first two.

    Raises:
        RuntimeError: another indexing, or tensors that are no vectors.
    """
    vectors: list[Any] = (
        list(tensors[0]) if len(tensors) == 1 and isinstance(tensors[0], (list, tuple)) else list(tensors)
    )
    if indexing is None:
        warn("torch.meshgrid: in an upcoming release, it will be required to pass the indexing argument.", UserWarning)
        indexing = "ij"
    if indexing not in ("ij", "xy"):
        raise RuntimeError(f'torch.meshgrid: indexing must be one of "xy" or "ij", but received: {indexing}')
    if not vectors:
        raise RuntimeError("meshgrid expects a non-empty TensorList")
    if any(v.ndim > 1 for v in vectors):
        raise RuntimeError(
            f"torch.meshgrid: Expected 0D or 1D tensor in the tensor list but got shapes {[list(v.shape) for v in vectors]}"
        )
    if len({v.dtype for v in vectors}) > 1:
        raise RuntimeError("torch.meshgrid expects all tensors to have the same dtype; convert with .to()")
    swap = indexing == "xy" and len(vectors) > 1
    if swap:
        vectors[0], vectors[1] = vectors[1], vectors[0]
    n = len(vectors)
    shape = tuple(v.numel() for v in vectors)
    grids = [
        ops.expand(v.reshape(*(-1 if d == i else 1 for d in builtins.range(n))), shape) for i, v in enumerate(vectors)
    ]
    if swap:
        grids[0], grids[1] = grids[1], grids[0]
    return tuple(grids)


@composed
def cartesian_prod(*tensors: Tensor) -> Tensor:
    """All combinations of one element of each vector, a row each.

    Raises:
        RuntimeError: a tensor with another number of axes.
    """
    for t in tensors:
        if t.ndim != 1:
            raise RuntimeError(f"Expect a 1D vector, but got shape {list(t.shape)}")
    if len(tensors) == 1:
        return tensors[0]
    return ops.stack([g.reshape(-1) for g in meshgrid(*tensors, indexing="ij")], 1)


@composed
def combinations(input: Tensor, r: int = 2, with_replacement: bool = False) -> Tensor:
    """All choices of r elements of a vector, in their order, a row each; with_replacement: an element may be chosen again.

    Raises:
        RuntimeError: not a vector, or r negative.

    >>> import minitorch_pt as torch
    >>> torch.combinations(torch.tensor([1, 2, 3]))
    tensor([[1, 2],
            [1, 3],
            [2, 3]])
    """
    if input.ndim != 1:
        raise RuntimeError(f"Expect a 1D vector, but got shape {list(input.shape)}")
    if r < 0:
        raise RuntimeError(f"Expect a non-negative number, but got {r}")
    if r == 0:
        return wrap(np.empty(0, input._data.dtype))
    choose = itertools.combinations_with_replacement if with_replacement else itertools.combinations
    places = np.array(list(choose(builtins.range(input.shape[0]), r)), np.int64).reshape(-1, r)
    return saving.rule(ops.stack([input[column] for column in places.T], 1), (input,), "StackBackward0")  # type: ignore[attr-defined]


@composed
def one_hot(tensor: Tensor, num_classes: int = -1) -> Tensor:
    """For each label a row of zeros with a one at its place: shape (*, num_classes), int64.

    Raises:
        TypeError: labels that are no tensor. RuntimeError: labels that are not int64, negative, or not below num_classes.

    >>> import minitorch_pt as torch
    >>> torch.nn.functional.one_hot(torch.tensor([0, 2]), 3)
    tensor([[1, 0, 0],
            [0, 0, 1]])
    """
    data = tensor._data
    if data.dtype != np.int64:
        raise RuntimeError(
            f"one_hot is only applicable to index tensor of type LongTensor, got {data.dtype.name}; convert with .long()"
        )
    if data.size == 0 and num_classes <= 0:
        raise RuntimeError("Can not infer total number of classes from empty tensor.")
    if data.size and data.min() < 0:
        raise RuntimeError(f"Class values must be non-negative, got {data.min()}")
    n = int(data.max()) + 1 if num_classes == -1 else num_classes
    if n < 1:
        raise RuntimeError(f"num_classes should be positive, got {num_classes}")
    if data.size and data.max() >= n:
        raise RuntimeError(f"Class values must be smaller than num_classes: label {data.max()}, num_classes {n}")
    return wrap((data[..., None] == np.arange(n)).astype(np.int64, "C"))


def _triangle(name: str, find: Any, which: str) -> Any:
    @composed
    def indices(
        row: int,
        col: int,
        offset: int = 0,
        *,
        dtype: DType | None = None,
        layout: Layout | None = None,
        device: object = None,
        pin_memory: Pin = False,
    ) -> Tensor:
        return _made(np.stack(find(row, offset, col)).astype(_numpy(dtype, np.dtype(np.int64))), False, device)

    indices.__name__ = indices.__qualname__ = name
    indices.__doc__ = f"Rows and columns of the {which} triangle of a matrix, as two rows."
    return indices


tril_indices = _triangle("tril_indices", np.tril_indices, "lower")
triu_indices = _triangle("triu_indices", np.triu_indices, "upper")


def is_tensor(obj: Any, /) -> builtins.bool:
    """Whether it is a Tensor."""
    return isinstance(obj, Tensor)


def typename(obj: Any, /) -> str:
    """What the type of an object is called: of a tensor "torch.FloatTensor".

    >>> import minitorch_pt as torch
    >>> torch.typename(torch.ones(1)), torch.typename(3)
    ('torch.FloatTensor', 'int')
    """
    if isinstance(obj, Tensor):
        return obj.type()
    named = obj if hasattr(obj, "__qualname__") or hasattr(obj, "__name__") else type(obj)
    name, home = getattr(named, "__qualname__", None) or named.__name__, getattr(named, "__module__", None) or ""
    return name if home in ("", "builtins") else f"{home}.{name}"


@composed
def is_floating_point(input: Tensor) -> builtins.bool:
    """Whether its elements are floating point numbers."""
    return input.is_floating_point()


@composed
def numel(input: Tensor) -> int:
    """The number of its elements."""
    return input.numel()


# ---------------------------------------------------------------------------------------------------------------------
# The methods x.new_zeros(...): of the type of x
# ---------------------------------------------------------------------------------------------------------------------
def _new(make: Any) -> Any:
    def method(self: Tensor, *args: Any, dtype: Any = None, **kwargs: Any) -> Tensor:
        return make(*args, dtype=self.dtype if dtype is None else dtype, **kwargs)

    method.__name__ = method.__qualname__ = f"new_{make.__name__}"
    method.__doc__ = f"As `torch.{make.__name__}`, of the type of this tensor."
    return method


for _make in (tensor, zeros, ones, full, empty, empty_strided):
    setattr(Tensor, f"new_{_make.__name__}", _new(_make))
