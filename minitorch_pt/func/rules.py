"""Batching rules: how an operation on one sample is done on all samples at once.

A rule gets the call and the operation's own arguments, and gives values whose first axis counts the samples; NotImplemented where it does
not know a way, and then the operation runs for one sample after the other. Which operation has which rule stands in `table.py`.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

from .. import ops
from ..arrays import dtypes
from ..autograd.contract import REQUIRED
from ..tensors.tensor import Tensor
from .batched import Batched, lifted, raised

__all__ = [
    "Call", "added", "along", "axes_of", "behind", "chosen", "composition", "elementwise", "expanded",
    "extreme", "filled", "indexed", "joined", "leading", "linear", "matmul", "of_one_type", "outer", "permuted",
    "picked", "product", "reduced", "refused", "repeated", "selected", "shaped", "squeezed", "strided", "summed", "turned",
    "viewed", "with_new_axis",
]  # fmt: skip


class Call:
    """An operation that is done for all samples of a level."""

    def __init__(self, operation: Any, level: Any) -> None:
        self.operation, self.level = operation, level

    def has(self, value: Any) -> bool:
        """Whether the samples differ in this argument."""
        return isinstance(value, Batched) and value.level is self.level

    def all(self, value: Any) -> Any:
        """A tensor for all samples: shape (samples, *value.shape)."""
        return lifted(value, [self.level]).value if not self.has(value) else value.value

    def aligned(self, value: Any, ndim: int) -> Any:
        """A value that broadcasts with those of samples of `ndim` axes."""
        return raised(value.value, ndim) if self.has(value) else value


def axes_of(values: Any) -> int:
    """The most axes that a sample among the values has."""
    return max((v.ndim for v in values if isinstance(v, (Tensor, np.ndarray))), default=0)


# ---------------------------------------------------------------------------------------------------------------------
# Elementwise
# ---------------------------------------------------------------------------------------------------------------------
def elementwise(call: Call, *args: Any, **kwargs: Any) -> Any:
    """As it is: axes of size 1 bring the samples to one number of axes. What is a number in each sample counts as one for the type."""
    how, count = getattr(call.operation, "promote", (None, None))
    if how is not None:
        args = (*of_one_type(args[:count]), *args[len(args[:count]) :])
    ndim = axes_of(args)
    return call.operation(*(call.aligned(a, ndim) for a in args), **kwargs)


def of_one_type(operands: tuple) -> list:
    """Operands of different types in the type that they have in common within a sample."""
    if len({a.dtype for a in operands if isinstance(a, Tensor)}) < 2:
        return list(operands)
    forms = [np.empty((1,) * a.ndim, a._data.dtype) if isinstance(a, Tensor) else a for a in operands]
    target = dtypes.of(dtypes.result_type_of(forms))
    return [a.to(target) if isinstance(a, Tensor) else a for a in operands]


def selected(call: Call, input: Any, mask: Any) -> Any:
    """What a mask that is the same for all samples selects."""
    return refused(call) if call.has(mask) else NotImplemented


def chosen(call: Call, condition: Any, input: Any = None, other: Any = None) -> Any:
    """where: the condition takes no part in the type."""
    if input is None:
        return refused(call)
    return elementwise(call, condition, *of_one_type((input, other)))


def filled(call: Call, input: Any, mask: Any, value: Any) -> Any:
    """masked_fill: a value that differs from sample to sample is chosen by the mask."""
    if not call.has(value):
        return elementwise(call, input, mask, value)
    return call.all(ops.where(mask, value.to(input.dtype), input)) if not value.ndim else NotImplemented


def refused(call: Call, *args: Any, **kwargs: Any) -> Any:
    """How large a result is depends on the values."""
    raise RuntimeError(
        f"vmap: We do not support batching operators that can output dynamic shape. Attempted to vmap over aten::{call.operation.__name__.strip('_')}."
    )


# ---------------------------------------------------------------------------------------------------------------------
# Along axes
# ---------------------------------------------------------------------------------------------------------------------
_AXES = {"dim", "dims", "dim0", "dim1", "dim2", "dimension"}


def behind(dim: Any, ndim: int) -> Any:
    """An axis of a sample as one of all samples: behind the first; negative ones count from the end already."""
    if isinstance(dim, (tuple, list)):
        return tuple(behind(d, ndim) for d in dim)
    n = max(ndim, 1)
    if not -n <= dim < n:
        raise IndexError(f"Dimension out of range (expected to be in range of [{-n}, {n - 1}], but got {dim})")
    return dim % n + 1


def _along(call: Call, args: tuple, kwargs: dict, more: int = 0, every: bool = False) -> Any:
    """The operation on all samples, its axes counted behind the first. more: axes that it adds; every: None is all axes."""
    parameters = call.operation.desk.parameters
    bound = {**parameters, **dict(zip(parameters, args, strict=False))}
    if len(args) < len(parameters) and REQUIRED in [*parameters.values()][len(args) :]:
        return NotImplemented  # which says what is missing
    tensors = {name: value for name, value in bound.items() if isinstance(value, Tensor) and name != "start"}
    if call.has(bound.get("start")):
        return NotImplemented
    ndim = max(value.ndim for value in tensors.values())
    single = not ndim and not more
    for name in _AXES & {*bound}:
        dim = bound[name]
        if isinstance(dim, bool):
            return NotImplemented
        if dim is None or dim == ():
            if not every:
                return NotImplemented
            dim = tuple(range(ndim))
        bound[name] = (1,) if single and isinstance(dim, tuple) else behind(dim, ndim + more)
    if single and (bound.get("keepdim") or not every):
        return NotImplemented
    for name, value in tensors.items():
        whole = call.all(value)
        bound[name] = ops.unsqueeze(whole, 1) if single else whole
    return call.operation(*bound.values(), **kwargs)


def along(call: Call, *args: Any, **kwargs: Any) -> Any:
    """With a Dim: it counts behind the axis of the samples."""
    return _along(call, args, kwargs)


def reduced(call: Call, *args: Any, **kwargs: Any) -> Any:
    """With Dims, None being all: all but the axis of the samples."""
    return _along(call, args, kwargs, every=True)


def extreme(call: Call, input: Any, dim: Any = None, keepdim: bool = False, *, other: Any = None) -> Any:
    """max and min: of all, along an axis, or of two."""
    other = dim if isinstance(dim, Tensor) else other
    if other is not None:
        return elementwise(
            Call(ops.maximum if call.operation.__name__ == "max" else ops.minimum, call.level), input, other
        )
    if dim is None:
        return (ops.amax if call.operation.__name__ == "max" else ops.amin)(
            ops.reshape(input.value, (call.level.size, -1)), 1
        )
    return _along(call, (input, dim, keepdim), {})


def with_new_axis(call: Call, *args: Any, **kwargs: Any) -> Any:
    """With a Dim that is to be made."""
    return _along(call, args, kwargs, more=1)


def joined(call: Call, *tensors: Any, dim: int) -> Any:
    """cat and stack: of tensors that all have the samples."""
    return call.operation(*map(call.all, tensors), dim=dim + 1)


# ---------------------------------------------------------------------------------------------------------------------
# Shapes
# ---------------------------------------------------------------------------------------------------------------------
def leading(call: Call, input: Any, *args: Any, **kwargs: Any) -> Any:
    """On the last axes: those before, the samples' too, are a batch as they are."""
    if any(call.has(a) for a in args):
        return NotImplemented
    return call.operation(call.all(input), *args, **kwargs)


def shaped(call: Call, input: Any, shape: tuple) -> Any:
    """The shape of a sample behind the first axis."""
    return ops.reshape(call.all(input), (call.level.size, *shape))


def expanded(call: Call, input: Any, shape: tuple) -> Any:
    """Expanded within each sample."""
    return ops.expand(call.aligned(input, len(shape)), (call.level.size, *shape))


def viewed(call: Call, input: Any, *size: Any, dtype: Any = None) -> Any:
    """view, whose sizes may be given one by one."""
    if dtype is not None or (len(size) == 1 and isinstance(size[0], dtypes.dtype)):
        return NotImplemented
    shape = size[0] if len(size) == 1 and isinstance(size[0], (tuple, list)) else size
    return ops.reshape(call.all(input), (call.level.size, *shape))


def squeezed(call: Call, input: Any, dim: Any = None) -> Any:
    """The axes of size 1 of a sample."""
    ones = tuple(i for i, n in enumerate(input.shape) if n == 1)
    return _along(call, (input, ones if dim is None else dim), {}) if input.ndim else input.value


def strided(call: Call, input: Any, size: Any, stride: Any, storage_offset: Any = None) -> Any:
    """Strides within a sample, which are counted from where it begins."""
    whole = ops.clone(call.all(input))
    whole = ops.contiguous(whole)
    step = whole.numel() // call.level.size
    return ops.as_strided(whole, (call.level.size, *size), (step, *stride), storage_offset)


def repeated(call: Call, input: Any, reps: tuple) -> Any:
    """Repeated within each sample."""
    return call.operation(call.aligned(input, len(reps)), (1, *reps))


def permuted(call: Call, input: Any, dims: Any) -> Any:
    """The axes of a sample in another order; that of the samples stays in front."""
    return call.operation(input.value, (0, *behind(tuple(dims), input.ndim)))


def turned(call: Call, input: Any) -> Any:
    """Matrices transposed."""
    return ops.transpose(input.value, -2, -1) if input.ndim == 2 else input.value


def indexed(call: Call, input: Any, index: tuple) -> Any:
    """An index of numbers and slices, behind the first axis."""
    return call.operation(call.all(input), (slice(None), *index))


def picked(call: Call, input: Any, index: tuple) -> Any:
    """Index arrays that are the same for all samples, behind the first axis."""
    places = [i for i, part in enumerate(index) if isinstance(part, np.ndarray)]
    if places != [*range(places[0], places[-1] + 1)] or any(index[i].dtype == bool for i in places):
        return NotImplemented  # NumPy would put the axes of the places before that of the samples
    return call.operation(input.value, (slice(None), *index))


# ---------------------------------------------------------------------------------------------------------------------
# Products
# ---------------------------------------------------------------------------------------------------------------------
def matmul(call: Call, input: Any, other: Any) -> Any:
    """With axes of size 1 where a vector or a smaller batch lacks some; a plain matrix or vector on the right needs none."""
    if not input.ndim or not other.ndim:
        raise RuntimeError(
            f"both arguments to matmul need to be at least 1D, but they are {input.ndim}D and {other.ndim}D"
        )
    if not call.has(other) and other.ndim <= 2:
        return ops.matmul(input.value, other)
    left, right = input.ndim == 1, other.ndim == 1
    a = ops.unsqueeze(call.all(input), 1) if left else call.all(input)
    b = ops.unsqueeze(call.all(other), -1) if right else call.all(other)
    ndim = max(a.ndim, b.ndim) - 1
    product = ops.matmul(raised(a, ndim), raised(b, ndim))
    if right:
        product = ops.squeeze(product, -1)
    return ops.squeeze(product, -1 if right else -2) if left else product


def product(dims: tuple[int, int]) -> Callable:
    """A product of operands with so many axes, which matmul does too; other shapes are for the operation to refuse."""

    def product(call: Call, input: Any, other: Any) -> Any:
        if (input.ndim, other.ndim) != dims or input.shape[-1] != other.shape[max(other.ndim - 2, 0)]:
            return NotImplemented  # which says what is wrong
        return matmul(call, input, other)

    return product


def composition(function: Callable) -> Callable:
    """Composed of other operations on the samples."""
    return lambda call, *args, **kwargs: call.all(function(*args, **kwargs))


def added(input: Any, first: Any, second: Any, *, beta: Any = 1, alpha: Any = 1) -> Any:
    """addmm and its kin, composed."""
    product = ops.matmul(first, second)
    product = product if alpha == 1 else product * alpha
    return product + (input if beta == 1 else input * beta) if beta else product


def outer(input: Any, vec2: Any) -> Any:
    """The outer product, composed."""
    return ops.unsqueeze(input, 1) * vec2


def linear(call: Call, input: Any, weight: Any, bias: Any = None) -> Any:
    """A layer whose weight is the same for all samples, or composed."""
    if not call.has(weight) and not call.has(bias):
        return call.operation(input.value, weight, bias)
    product = ops.matmul(input, ops.transpose(weight, 0, 1) if weight.ndim == 2 else weight)
    return call.all(product if bias is None else product + bias)


def summed(call: Call, *operands: Any, terms: list, result: str) -> Any:
    """einsum: a letter of its own for the samples, where the operands have them."""
    letter = next(
        c for c in "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ" if all(c not in term for term in terms)
    )
    named = [letter + term if call.has(operand) else term for term, operand in zip(terms, operands, strict=True)]
    values = [operand.value if call.has(operand) else operand for operand in operands]
    return call.operation(*values, terms=named, result=letter + result)
