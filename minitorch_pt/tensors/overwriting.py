"""Methods that overwrite a tensor, or show its memory in another form from now on, and are no operation of `ops/` themselves."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

import numpy as np

from .. import ops
from ..arrays import dtypes
from ..arrays.samples import active
from ..arrays.storage import refuse_inference, writable
from ..autograd import changes, graph
from ..autograd.contract import composed
from ..autograd.inplace import apply_inplace, check_inplace, write
from ..autograd.modes import recording
from ..autograd.rule import differentiable
from ..ops.broadcasting import check_sizes

if TYPE_CHECKING:
    from ..autograd.contract import Dim, Dims, Number, Operand, Size
    from .tensor import Tensor


@differentiable(linear=True, name="torch::autograd::CopyBackwards")
def _copied(input: Any, src: Any) -> Any:
    try:
        alike = type(src) is np.ndarray and src.shape == input.shape
        value = dtypes.converted(src if alike else np.broadcast_to(src, input.shape), input.dtype)
    except ValueError:
        check_sizes(input.shape, src.shape)
        raise RuntimeError(
            f"output with shape {list(input.shape)} doesn't match the broadcast shape {list(np.broadcast_shapes(input.shape, src.shape))}"
        ) from None
    return value, lambda g: np.zeros(g.shape, g.dtype), lambda g: g


def _again(operation: Callable, name: str | Callable) -> Callable:
    """An operation that gives a view, under the name that torch has for the node of its in-place form."""
    return differentiable(operation.__wrapped__, linear=True, name=name)  # type: ignore[attr-defined, call-overload]


_squeezed = _again(
    ops.squeeze, lambda _, dim=None: f"SqueezeBackward{3 if dim is None else 4 + isinstance(dim, tuple)}"
)
_unsqueezed, _transposed = _again(ops.unsqueeze, "UnsqueezeBackward1"), _again(ops.transpose, "TransposeBackward1")
_turned, _strided = _again(ops.t, "TBackward1"), _again(ops.as_strided, "AsStridedBackward1")


def _mapped(name: str, function: Callable, self: Any, *others: Any) -> Any:
    """Overwrite each element with what a Python function makes of it, and of those of the other tensors."""
    for other in others:
        if not isinstance(other, Overwriting):
            raise TypeError(f"{name}() needs Tensors beside the function, not {type(other).__name__}")
        if other._data.dtype != self._data.dtype:
            raise TypeError(
                f"{name}: expected {self._data.dtype.name} for the other tensor, as for the first (got {other._data.dtype.name})"
            )
    if any(x.requires_grad for x in (self, *others)):
        raise RuntimeError(f"Can't call {name}() on Variable that requires grad. Use var.detach().{name}() instead.")
    columns = [self._data, *(ops.expand(x, self._data.shape)._data for x in others)]
    values = np.array([function(*row) for row in zip(*(c.ravel().tolist() for c in columns), strict=True)])
    if values.size and values.dtype.kind not in "biuf":
        raise TypeError(f"{name}(): the function must give a real number, and gave {values.dtype.name}")
    write(self, dtypes.converted(values.reshape(self._data.shape), self._data.dtype))
    return self


class Overwriting:
    """The part of Tensor that is written in place."""

    __slots__ = ()
    _data: np.ndarray
    _node: Any
    requires_grad: Any

    @composed
    def as_strided_(self: Any, size: Size, stride: Size, storage_offset: int | None = None) -> Tensor:
        """In-place form of `as_strided`.

        >>> x = torch.arange(4)
        >>> torch.as_strided_(x, (2,), (2,))
        tensor([0, 2])
        """
        return self._reshaped(_strided, size, stride, storage_offset)

    def _reshaped(self: Any, operation: Callable, *args: Any) -> Any:
        """Show the same memory in another form from now on."""
        refuse_inference(self._data)
        if recording.on and self.requires_grad:
            check_inplace(self)
        was = graph.wrap(self._data, self._requires_grad)
        was._node = self._node
        now = operation(was, *args)
        self._data = now._data
        changes.changed(self._data)
        if now._requires_grad:
            self._node, self._seen = now._node, changes.last_change
        return self

    @composed
    def squeeze_(self: Any, dim: Dims | None = None) -> Tensor:
        """In-place form of `squeeze`."""
        return self._reshaped(_squeezed, dim)

    @composed
    def unsqueeze_(self: Any, dim: Dim) -> Tensor:
        """In-place form of `unsqueeze`."""
        return self._reshaped(_unsqueezed, dim)

    @composed
    def transpose_(self: Any, dim0: Dim, dim1: Dim) -> Tensor:
        """In-place form of `transpose`."""
        return self._reshaped(_transposed, dim0, dim1)

    swapdims_ = transpose_

    @composed
    def swapaxes_(self: Any, axis0: Dim, axis1: Dim) -> Tensor:
        """In-place form of `swapaxes`."""
        return self._reshaped(_transposed, axis0, axis1)

    def t_(self) -> Tensor:
        """In-place form of `t`."""
        return self._reshaped(_turned)

    def apply_(self, callable: Callable) -> Tensor:
        """Overwrite each element with callable(element): slow, element by element in Python.

        Raises:
            RuntimeError: the tensor requires grad. TypeError: callable gives no number.
        """
        return _mapped("apply_", callable, self)

    def map_(self, tensor: Any, callable: Callable) -> Tensor:
        """Overwrite each element x with callable(x, y), y being the one of `tensor`, which is expanded to this shape.

        Raises:
            RuntimeError: a tensor requires grad, or has another shape. TypeError: another type, or callable gives no number.
        """
        return _mapped("map_", callable, self, tensor)

    def map2_(self, x: Any, y: Any, callable: Callable) -> Tensor:
        """`map_` of two other tensors."""
        return _mapped("map2_", callable, self, x, y)

    @composed
    def copy_(self: Any, src: Tensor | Number, non_blocking: bool = False) -> Tensor:
        """Overwrite the elements with those of `src`, broadcast and converted.

        >>> torch.zeros(2).copy_(torch.tensor([1, 2]))
        tensor([1., 2.])
        """
        itself = 0 in self._data.strides and isinstance(src, Overwriting) and self.is_set_to(src)  # type: ignore[attr-defined]
        return apply_inplace(self, _copied, (src,), {}, overlap=itself)

    @composed
    def fill_(self: Any, value: Operand) -> Tensor:
        """Set every element to `value`.

        >>> x = torch.tensor([1, 2])
        >>> torch.fill_(x, 7)
        tensor([7, 7])
        """
        number = not isinstance(value, Overwriting)
        value = value if number else ops.clone(value)  # type: ignore[arg-type]  # it may be one of the elements
        return apply_inplace(self, ops.fill_inplace, (value,), {}, overlap=number)

    @composed
    def zero_(self: Any) -> Tensor:
        """Set every element to 0.

        >>> x = torch.tensor([1, 2])
        >>> torch.zero_(x)
        tensor([0, 0])
        """
        if active or (recording.on and self.requires_grad):
            return apply_inplace(self, ops.zeroed, (), {}, overlap=True)
        writable(self._data)[...] = 0  # as learners' loops do with each gradient: there is no history to write
        changes.changed(self._data)
        return self

    @composed
    def fill_diagonal_(self: Any, fill_value: Number, wrap: bool = False) -> Tensor:
        """Set the elements with equal indices to `fill_value`; wrap: of a tall matrix again below each full square.

        Raises:
            RuntimeError: less than two axes, or more than two that are not all of one size.
        """
        shape = self._data.shape
        if len(shape) < 2:
            raise RuntimeError(f"dimensions must larger than 1, got shape {list(shape)}")
        if len(shape) > 2 and len(set(shape)) > 1:
            raise RuntimeError(f"all dimensions of input must be of equal length, got shape {list(shape)}")
        size, step = min(shape), sum(self.stride())  # type: ignore[attr-defined]
        ops.as_strided(self, (size,), (step,)).fill_(fill_value)  # type: ignore[arg-type]
        below = shape[1] + 1  # a row is left out
        if wrap and len(shape) == 2 and shape[0] > below:
            ops.as_strided(self[below:], ((self._data.size - 1) // below + 1 - size,), (step,)).fill_(fill_value)
        return self
