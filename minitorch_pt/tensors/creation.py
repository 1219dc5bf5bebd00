"""Making tensors: from lists and arrays, empty, of one value; `ranges.py` and `grids.py` have the others."""

from __future__ import annotations

import builtins
import math
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

import numpy as np

from .. import ops
from ..arrays import dtypes, formats, layouts
from ..arrays.notices import warn
from ..autograd.contract import composed
from ..autograd.out import into
from ..autograd.readers import read
from ..names.titles import titled
from .elements import default_type, forward, from_data, inferred, numpy_type, shape_of
from .options import as_made_of, new_leaf, size_given, stored, typed_as
from .tensor import Tensor, wrap

if TYPE_CHECKING:
    from ..autograd.contract import DType, Layout, MemoryFormat, Number, Pin, QuietOut, Shape, TypedOut

__all__ = [
    "as_tensor", "asarray", "empty", "empty_like", "empty_permuted", "empty_strided", "eye", "from_numpy", "frombuffer",
    "full", "full_like", "ones", "ones_like", "scalar_tensor", "tensor", "zeros", "zeros_like",
]  # fmt: skip


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
        kind = numpy_type(dtype, data._data.dtype)
        return new_leaf(layouts.clone(data._data).astype(kind, copy=False), requires_grad, device)
    return new_leaf(from_data(data, dtype), requires_grad, device)


def as_tensor(data: Any, dtype: Any = None, device: object = None) -> Tensor:
    """`data` as a tensor, sharing memory with an array or tensor of the right type.

    >>> torch.as_tensor([1.0, 2.0])
    tensor([1., 2.])
    """
    if isinstance(data, Tensor):
        return data.to(device=device, dtype=dtype)
    if isinstance(data, np.ndarray) and dtypes.of(data.dtype).dtype == numpy_type(dtype, data.dtype):
        forward(data)
        if not data.flags.writeable:
            _warn_of_shared("NumPy array")
        return new_leaf(data, False, device)
    return new_leaf(from_data(data, dtype), False, device)


def from_numpy(ndarray: np.ndarray) -> Tensor:
    """The array as a tensor that shares its memory.

    Raises:
        TypeError: no ndarray, or of a type that torch does not have. ValueError: negative strides.

    >>> import numpy as np
    >>> array = np.zeros(2)
    >>> x = torch.from_numpy(array)
    >>> array[0] = 5  # both see the same memory
    >>> x
    tensor([5., 0.], dtype=torch.float64)
    """
    if not isinstance(ndarray, np.ndarray):
        raise TypeError(f"expected np.ndarray (got {type(ndarray).__name__}); use torch.tensor for lists and numbers")
    dtypes.of(ndarray.dtype)
    if not ndarray.flags.writeable:
        _warn_of_shared("NumPy array")
    forward(ndarray)
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

    >>> torch.frombuffer(bytearray(b"abc"), dtype=torch.uint8)
    tensor([97, 98, 99], dtype=torch.uint8)
    """
    kind = dtypes.given(dtype).dtype
    try:
        view = memoryview(buffer)
    except TypeError:
        raise ValueError(f"object does not implement Python buffer protocol: {type(buffer).__name__}") from None
    if not view.nbytes or not count:
        raise ValueError(f"both buffer length ({view.nbytes}) and count ({count}) must not be 0")
    if not 0 <= offset < view.nbytes:
        raise ValueError(
            f"offset ({offset} bytes) must be non-negative and no greater than buffer length ({view.nbytes} bytes) minus 1"
        )
    rest = view.nbytes - offset
    if count < 0 and rest % kind.itemsize:
        raise ValueError(
            f"buffer length ({view.nbytes} bytes) after offset ({offset} bytes) must be a multiple of element size ({kind.itemsize})"
        )
    if count * kind.itemsize > rest:
        raise ValueError(
            f"requested buffer length ({count} * {kind.itemsize} bytes) after offset ({offset} bytes) must not be greater than actual buffer length ({view.nbytes} bytes)"
        )
    if view.readonly:
        _warn_of_shared("buffer")
    return new_leaf(np.frombuffer(buffer, kind, max(count, -1), offset), requires_grad)


def asarray(
    obj: Any,
    *,
    dtype: Any = None,
    device: object = None,
    copy: builtins.bool | None = None,
    requires_grad: builtins.bool | None = None,
) -> Tensor:
    """`obj` as a tensor; copied if `copy` is True, shared if False, as needed if None.

    requires_grad: False cuts the history; of a leaf that is returned as it is, it switches `requires_grad` off, as torch's does.

    Raises:
        ValueError: copy=False where a copy is needed.

    >>> torch.asarray([1, 2, 3])
    tensor([1, 2, 3])
    """
    if isinstance(obj, np.generic) and copy is not False:
        obj = np.asarray(obj)
    if isinstance(obj, (bytes, bytearray, memoryview)):  # whose bytes are the elements, as `frombuffer` reads them
        obj = frombuffer(obj, dtype=dtype or dtypes.get_default_dtype())
    if copy is False and not (
        isinstance(obj, (Tensor, np.ndarray)) and (dtype is None or dtype is as_tensor(obj).dtype)
    ):
        what = "arbitrary sequence into a tensor"
        if isinstance(obj, (Tensor, np.ndarray)):
            titles = (dtypes.TITLES[t.name.removeprefix("torch.")] for t in (as_tensor(obj).dtype, dtype))
            what = "tensor with dtype '{}' into dtype '{}'".format(*titles)
        raise ValueError(f"can't alias {what}. A copy is needed: leave copy=False out")
    made = as_tensor(obj, dtype, device)
    if copy and (made is obj or isinstance(obj, np.ndarray)):
        made = made.clone()
    if requires_grad is False and not made.is_leaf:
        return made.detach()
    return made if requires_grad in (None, made.requires_grad) else made.requires_grad_(requires_grad)


def _full_like(data: np.ndarray, value: Any, kind: np.dtype, order: object = None) -> np.ndarray:
    if data.flags.c_contiguous and order is None:
        return np.full(data.shape, value, kind)
    made = layouts.new(data.shape, kind, formats.steps_like(data, order))
    made.fill(value)
    return made


def _filled(name: str, value: Any, text: str) -> tuple[Callable[..., Tensor], Callable[..., Tensor]]:
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
        shape = shape_of(size if size and not named else size_given(name, size, named))
        empty = type(dtype) is dtypes.LeftOut and 0 in shape  # it has nothing that could be computed with
        kind = dtype.of_none if empty else numpy_type(typed_as(out, dtype), default_type())
        if layout is not None or pin_memory:
            stored(name, layout, pin_memory)
        data = np.full(shape, value, kind) if value else np.zeros(shape, kind)
        if order is not None:
            data = layouts.placed(data, formats.steps(shape, read("MemoryFormat", order, name, "memory_format")))
        made = new_leaf(data, requires_grad, device)
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
        data = _full_like(input._data, value, numpy_type(dtype, input._data.dtype), memory_format)
        return as_made_of(input, new_leaf(data, requires_grad, device))

    shown = "{}.shape\ntorch.Size([2])" if name == "empty" else f"{{}}\ntensor([{value}, {value}])"
    example = shown.format(f">>> torch.{name}_like(torch.tensor([5, 6]))")
    titled(like, f"{name}_like", f"{text} Of the shape and type of `input`.\n\n{example}")
    example = shown.format(f">>> torch.{name}(2, dtype=torch.int64)")
    return titled(make, name, f"{text}\n\n{example}"), composed(like)


zeros, zeros_like = _filled("zeros", 0, "A tensor of zeros.")


ones, ones_like = _filled("ones", 1, "A tensor of ones.")


empty, empty_like = _filled(
    "empty",
    0,
    "A tensor to be filled later; the values mean nothing (here they are zeros, so that no run differs from another).",
)


@composed
def empty_strided(
    size: Shape,
    stride: Shape,
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

    >>> torch.empty_strided((2, 3), (1, 2)).stride()
    (1, 2)
    """
    shape, steps = shape_of((size,)), ops.axes.sizes((stride,))
    if len(shape) != len(steps):
        raise RuntimeError(
            f"dimensionality of sizes ({len(shape)}) must match dimensionality of strides ({len(steps)})"
        )
    if any(s < 0 for s in steps):
        raise RuntimeError(f"empty_strided() takes no negative strides, and got {list(steps)}")
    made = layouts.new(shape, numpy_type(dtype, default_type()), steps)
    made[...] = 0
    return new_leaf(made, requires_grad, device)


@composed
def empty_permuted(
    size: Shape,
    physical_layout: Shape,
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

    >>> torch.empty_permuted((2, 3), (1, 0)).stride()
    (1, 2)
    """
    shape, order = shape_of((size,)), ops.axes.sizes((physical_layout,))
    if len(order) != len(shape):
        raise RuntimeError(
            f"Number of dimensions in size does not match the length of the physical_layout: {len(shape)} and {len(order)}"
        )
    if not {*order} <= {*builtins.range(len(shape))}:
        raise RuntimeError(
            f"Dimension out of range: physical_layout names axes from 0 to {len(shape) - 1}, and is {list(order)}"
        )
    if len(set(order)) < len(order):
        raise RuntimeError(f"Duplicate dim not allowed in the physical_layout {list(order)}")
    return empty_strided(
        shape, layouts.packed(shape, [*order][::-1]), dtype=dtype, device=device, requires_grad=requires_grad
    )


@composed
def full(
    size: Shape,
    fill_value: Number,
    *,
    out: QuietOut | TypedOut | None = None,
    dtype: DType | None = None,
    layout: Layout | None = None,
    device: object = None,
    pin_memory: Pin = False,
    requires_grad: builtins.bool = False,
) -> Tensor:
    """A tensor of one value; its type follows from the value.

    Raises:
        TypeError: `size` is a number.

    >>> torch.full((2, 2), 7)
    tensor([[7, 7],
            [7, 7]])
    """
    if isinstance(size, int):
        raise TypeError(f"full(): argument 'size' must be tuple of ints, not int: write ({size},)")
    kind = numpy_type(dtype, inferred(np.asarray(fill_value)))
    shape = shape_of((size,))
    return new_leaf(
        np.full(shape, dtypes.checked(fill_value, kind, math.prod(shape) == 1), kind), requires_grad, device
    )


@composed
def full_like(
    input: Tensor,
    fill_value: Number,
    *,
    dtype: DType | None = None,
    layout: Layout | None = None,
    device: object = None,
    pin_memory: Pin = False,
    requires_grad: builtins.bool = False,
    memory_format: MemoryFormat | None = None,
) -> Tensor:
    """A tensor of one value, of the shape and type of `input`.

    >>> torch.full_like(torch.zeros(2), 7)
    tensor([7., 7.])
    """
    kind = numpy_type(dtype, input._data.dtype)
    number = dtypes.checked(fill_value, kind, input._data.size == 1)
    return as_made_of(input, new_leaf(_full_like(input._data, number, kind, memory_format), requires_grad, device))


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
    """A number as a tensor without axes, of the default floating point type.

    >>> torch.scalar_tensor(3)
    tensor(3.)
    """
    return full((), s, dtype=dtype or dtypes.get_default_dtype(), device=device, requires_grad=requires_grad)


@composed
def eye(
    n: int,
    m: int | None = None,
    *,
    out: QuietOut | TypedOut | None = None,
    dtype: DType | None = None,
    layout: Layout | None = None,
    device: object = None,
    pin_memory: Pin = False,
    requires_grad: builtins.bool = False,
) -> Tensor:
    """The identity matrix: ones on the diagonal of n rows and m (else n) columns.

    Raises:
        RuntimeError: a negative size.

    >>> torch.eye(2)
    tensor([[1., 0.],
            [0., 1.]])
    """
    for what, size in (("n", n), ("m", n if m is None else m)):
        if size < 0:
            raise RuntimeError(f"{what} must be greater or equal to 0, got {size}")
    return new_leaf(np.eye(n, m, dtype=numpy_type(dtype, default_type())), requires_grad, device)


# ---------------------------------------------------------------------------------------------------------------------
# The methods x.new_zeros(...): of the type of x
# ---------------------------------------------------------------------------------------------------------------------
def _new(make: Any) -> Any:
    def method(self: Tensor, *args: Any, dtype: Any = None, **kwargs: Any) -> Tensor:
        return as_made_of(self, make(*args, dtype=self.dtype if dtype is None else dtype, **kwargs))

    return titled(method, f"new_{make.__name__}", f"As `torch.{make.__name__}`, of the type of this tensor.")


for _make in (tensor, zeros, ones, full, empty, empty_strided):
    setattr(Tensor, f"new_{_make.__name__}", _new(_make))
