"""Joining tensors to one, and splitting one into several: each is the other's gradient."""

from __future__ import annotations

import itertools
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

import numpy as np

from ..arrays import dtypes
from ..arrays.storage import sliced
from ..autograd.contract import composed
from ..autograd.rule import array, differentiable
from ..names.titles import alias
from .axes import from_front, sizes
from .shape import reshape, unsqueeze
from .slicing import narrow

if TYPE_CHECKING:
    from ..autograd.contract import Array, CastOut, Dim, Pulled, Shape, Size, Tensor, Tensors


__all__ = [
    "atleast_1d", "atleast_2d", "atleast_3d", "cat", "chunk", "column_stack", "concat", "concatenate", "dsplit", "dstack", "hsplit",
    "hstack", "row_stack", "split", "split_with_sizes", "stack", "tensor_split", "unbind", "vsplit", "vstack",
]  # fmt: skip


# ---------------------------------------------------------------------------------------------------------------------
# Joining
# ---------------------------------------------------------------------------------------------------------------------
@differentiable(linear=True, promote="type", name="CatBackward0", joint=True)
def _cat(*tensors: Array, dim: int) -> Pulled:
    sizes = [x.shape[dim] for x in tensors]

    def pull(g: Array) -> tuple:
        before, ends = (slice(None),) * dim, [*itertools.accumulate(sizes)]
        return tuple(g[*before, start:end] for start, end in zip([0, *ends], ends, strict=False))

    try:
        return np.concatenate(tensors, dim), pull
    except ValueError:
        raise _mismatch([x.shape for x in tensors], dim) from None


def _mismatch(shapes: list[tuple[int, ...]], dim: int) -> RuntimeError:
    """What to say where shapes cannot be joined along an axis."""
    first = shapes[0]
    for i, shape in enumerate(shapes):
        if len(shape) != len(first):
            return RuntimeError(
                f"Tensors must have same number of dimensions: got {len(first)} and {len(shape)}; unsqueeze() adds an axis"
            )
        for d, (n, m) in enumerate(zip(first, shape, strict=True)):
            if n != m and d != dim:
                return RuntimeError(
                    f"Sizes of tensors must match except in dimension {dim}. Expected size {n} but got size {m} for tensor number {i} in the list.{_along(first, shape)}"
                )
    raise AssertionError(f"these shapes can be joined: {shapes}")


def _along(one: tuple[int, ...], other: tuple[int, ...]) -> str:
    """What to do about shapes that differ along another axis than the one that was asked for."""
    apart = [d for d, (n, m) in enumerate(zip(one, other, strict=True)) if n != m]
    return f" dim={apart[0]} joins {list(one)} and {list(other)}." if len(apart) == 1 else ""


def _listed(tensors: Array, name: str) -> tuple[list, list[tuple[int, ...]]]:
    """The tensors as a list, and their shapes."""
    try:
        if isinstance(tensors, (list, tuple)):
            return list(tensors), [array(x).shape for x in tensors]
    except AttributeError:
        pass
    raise TypeError(
        f"{name}(): argument 'tensors' (position 1) must be tuple of Tensors, not {type(tensors).__name__}; write {name}([a, b])"
    )


@composed
def cat(tensors: Tensors, dim: Dim = 0, *, out: CastOut | None = None) -> Tensor:
    """Tensors joined along an axis; their other sizes are equal. Empty 1-D tensors are passed over.

    Raises:
        ValueError: no tensors. RuntimeError: sizes differ. IndexError: no such axis.

    >>> torch.cat([torch.zeros(2, 1), torch.ones(2, 2)], dim=1)
    tensor([[0., 1., 1.],
            [0., 1., 1.]])
    """
    given, shapes = _listed(tensors, "cat")
    if not given:
        raise ValueError("torch.cat(): expected a non-empty list of Tensors")
    kept = given
    if (0,) in shapes:
        kept = [x for x in given if array(x).shape != (0,)] or given[:1]
        shapes = [array(x).shape for x in kept]
    if () in shapes:
        raise RuntimeError(
            f"zero-dimensional tensor (at position {[x.ndim for x in given].index(0)}) cannot be concatenated; use stack"
        )
    dim = from_front(dim, len(shapes[0]))
    if len(kept) < len(given):  # the type of what is passed over counts, and it gets a gradient
        kept[0] = kept[0].to(dtypes.of(dtypes.result_type_of([x._data for x in given])))
        none = [*kept[0].shape[:dim], 0, *kept[0].shape[dim + 1 :]]
        kept += [reshape(x, none) for x in given if tuple(x.shape) == (0,) and x.requires_grad and x is not kept[0]]
    return _cat(*kept, dim=dim)


concat, concatenate = alias(cat, "concat"), alias(cat, "concatenate")


@differentiable(linear=True, promote="type", name="StackBackward0", joint=True)
def _stack(*tensors: Array, dim: int) -> Pulled:
    before, n = (slice(None),) * dim, len(tensors)

    def pull(g: Array) -> tuple:
        return tuple(g[*before, i] for i in range(n))

    index = (*before, None)  # np.stack does the same, and more beside
    return np.concatenate([x[index] for x in tensors], dim), pull


@composed
def stack(tensors: Tensors, dim: Dim = 0, *, out: CastOut | None = None) -> Tensor:
    """Tensors of one shape joined along a new axis.

    Raises:
        RuntimeError: no tensors, or shapes differ. IndexError: no such axis.

    >>> torch.stack([torch.tensor([1, 2]), torch.tensor([3, 4])])
    tensor([[1, 2],
            [3, 4]])
    >>> torch.stack([torch.tensor([1, 2]), torch.tensor([3, 4])], dim=1)
    tensor([[1, 3],
            [2, 4]])
    """
    given, shapes = _listed(tensors, "stack")
    if not given:
        raise RuntimeError("stack expects a non-empty TensorList")
    if len(set(shapes)) > 1:
        i = next(i for i, shape in enumerate(shapes) if shape != shapes[0])
        raise RuntimeError(
            f"stack expects each tensor to be equal size, but got {list(shapes[0])} at entry 0 and {list(shapes[i])} at entry {i}; "
            "torch.nn.utils.rnn.pad_sequence fills sequences up to one length"
        )
    return _stack(*given, dim=from_front(dim, len(shapes[0]) + 1))


def _several(function: Callable, tensors: tuple) -> Any:
    """The function of each tensor: of one as it is, of several or a list as a tuple."""
    if len(tensors) == 1 and not isinstance(tensors[0], (list, tuple)):
        return function(tensors[0])
    return tuple(function(x) for x in (tensors[0] if len(tensors) == 1 else tensors))


@composed
def atleast_1d(*tensors: Tensor | Tensors) -> Any:
    """A number becomes a vector of one element.

    >>> torch.atleast_1d(torch.tensor(3))
    tensor([3])
    """
    return _several(lambda x: reshape(x, (1,)) if x.ndim == 0 else x, tensors)


@composed
def atleast_2d(*tensors: Tensor | Tensors) -> Any:
    """With axes of size 1 in front until there are two.

    >>> torch.atleast_2d(torch.tensor([1, 2]))
    tensor([[1, 2]])
    """
    return _several(lambda x: x if x.ndim > 1 else unsqueeze(x, 0) if x.ndim else reshape(x, (1, 1)), tensors)


@composed
def atleast_3d(*tensors: Tensor | Tensors) -> Any:
    """With axes of size 1 around until there are three: (n) becomes (1, n, 1), (n, m) becomes (n, m, 1).

    >>> torch.atleast_3d(torch.tensor([1, 2])).shape
    torch.Size([1, 2, 1])
    """

    def three(x: Array) -> Array:
        if x.ndim == 0:
            return reshape(x, (1, 1, 1))
        if x.ndim < 3:
            x = unsqueeze(unsqueeze(x, 0) if x.ndim == 1 else x, -1)
        return x

    return _several(three, tensors)


@composed
def hstack(tensors: Tensors, *, out: CastOut | None = None) -> Tensor:
    """Side by side: joined along the second axis (vectors along their only one).

    >>> torch.hstack((torch.tensor([1, 2]), torch.tensor([3])))
    tensor([1, 2, 3])
    """
    if not tensors:
        raise RuntimeError("hstack expects a non-empty TensorList")
    given = atleast_1d(_listed(tensors, "hstack")[0])
    return cat(given, 0 if given[0].ndim == 1 else 1)


@composed
def vstack(tensors: Tensors, *, out: CastOut | None = None) -> Tensor:
    """On top of each other: joined along the first axis; vectors are rows.

    >>> torch.vstack((torch.tensor([1, 2]), torch.tensor([3, 4])))
    tensor([[1, 2],
            [3, 4]])
    """
    if not tensors:
        raise RuntimeError("vstack expects a non-empty TensorList")
    return cat(atleast_2d(_listed(tensors, "vstack")[0]))


row_stack = alias(vstack, "row_stack")


@composed
def dstack(tensors: Tensors, *, out: CastOut | None = None) -> Tensor:
    """Joined along the third axis.

    >>> torch.dstack((torch.tensor([1, 2]), torch.tensor([3, 4])))
    tensor([[[1, 3],
             [2, 4]]])
    """
    if not tensors:
        raise RuntimeError("dstack expects a non-empty TensorList")
    return cat(atleast_3d(_listed(tensors, "dstack")[0]), 2)


@composed
def column_stack(tensors: Tensors, *, out: CastOut | None = None) -> Tensor:
    """Side by side; vectors are columns.

    >>> torch.column_stack((torch.tensor([1, 2]), torch.tensor([3, 4])))
    tensor([[1, 3],
            [2, 4]])
    """
    return hstack([reshape(x, (-1, 1)) if x.ndim <= 1 else x for x in _listed(tensors, "column_stack")[0]])


# ---------------------------------------------------------------------------------------------------------------------
# Splitting
# ---------------------------------------------------------------------------------------------------------------------
@differentiable(linear=True, view=True, name="SplitWithSizesBackward0")
def _split_with_sizes(input: Array, ends: tuple[int, ...], dim: int) -> Pulled:
    starts = (0, *ends)[: len(ends)]
    head = (slice(None),) * dim
    cuts = [(*head, slice(a, b)) for a, b in zip(starts, ends, strict=True)]
    parts = tuple([input[c] if c[-1].start < c[-1].stop else sliced(input, c) for c in cuts])
    return parts, lambda *gs: np.concatenate(gs, dim)


_split = differentiable(_split_with_sizes.__wrapped__, linear=True, view=True, name="SplitBackward0")


@composed
def split(tensor: Tensor, split_size_or_sections: Size, dim: Dim = 0) -> tuple[Tensor, ...]:
    """Pieces along an axis, of one size (the last may be smaller) or of the sizes of a list.

    Raises:
        RuntimeError: the list does not sum to the axis's size, or a size is negative.

    >>> torch.split(torch.arange(5), 2)
    (tensor([0, 1]), tensor([2, 3]), tensor([4]))
    >>> torch.split(torch.arange(5), [1, 4])
    (tensor([0]), tensor([1, 2, 3, 4]))
    """
    if tensor.ndim == 0:
        raise RuntimeError("split expects at least a 1-dimensional tensor")
    dim = from_front(dim, tensor.ndim)
    n = tensor.shape[dim]
    if isinstance(split_size_or_sections, int):
        step = split_size_or_sections
        if step < 0 or (step == 0 and n):
            raise RuntimeError(
                f"split expects split_size be non-negative, but got split_size={step}"
                if step < 0
                else f"split_size can only be 0 if dimension size is 0, but got dimension size of {n}"
            )
        return _split(tensor, (*range(step, n, step), n) if step else (0,), dim)
    pieces = list(sizes(tuple(split_size_or_sections)))
    if sum(pieces) != n or min(pieces, default=0) < 0:
        raise RuntimeError(
            f"split_with_sizes expects split_sizes to sum exactly to {n} (input tensor's size at dimension {dim}), but got split_sizes={pieces}"
        )
    return _split_with_sizes(tensor, tuple(np.cumsum(pieces, dtype=int).tolist()), dim)


@composed
def split_with_sizes(input: Tensor, split_sizes: Shape, dim: Dim = 0) -> tuple:
    """Pieces of these sizes along an axis: `split` with a list.

    >>> torch.split_with_sizes(torch.arange(5), [1, 4])
    (tensor([0]), tensor([1, 2, 3, 4]))
    """
    return split(input, list(split_sizes), dim)


@composed
def chunk(input: Tensor, chunks: int, dim: Dim = 0) -> tuple:
    """At most `chunks` pieces along an axis, of equal size but the last.

    Raises:
        RuntimeError: `chunks` is not positive.

    >>> torch.chunk(torch.arange(5), 2)
    (tensor([0, 1, 2]), tensor([3, 4]))
    """
    if chunks <= 0:
        raise RuntimeError(f"chunk expects `chunks` to be greater than 0, got: {chunks}")
    if input.ndim == 0:
        raise RuntimeError("chunk expects at least a 1-dimensional tensor")
    dim = from_front(dim, input.ndim)
    size = -(-input.shape[dim] // chunks)
    return split(input, size, dim) if size else split(input, [0] * chunks, dim)


@composed
def tensor_split(input: Tensor, indices_or_sections: Tensor | Size, dim: Dim = 0) -> tuple[Tensor, ...]:
    """Pieces along an axis: a number of nearly equal ones, or cut at the places of a list.

    Raises:
        RuntimeError: the number is not positive, or a tensor is no number and no vector of int64.

    >>> torch.tensor_split(torch.arange(5), 3)
    (tensor([0, 1]), tensor([2, 3]), tensor([4]))
    >>> torch.tensor_split(torch.arange(5), (1, 2))
    (tensor([0]), tensor([1]), tensor([2, 3, 4]))
    """
    if input.ndim == 0:
        raise RuntimeError("tensor_split expected at least a 1-dimensional tensor, but got a tensor with 0 dims")
    dim = from_front(dim, input.ndim)
    n = input.shape[dim]
    given = np.asarray(array(indices_or_sections), None if np.size(indices_or_sections) else np.int64)
    if given.dtype != np.int64:
        raise RuntimeError(
            f"tensor_split expected tensor_indices_or_sections to have dtype of long, but got {dtypes.TITLES[given.dtype.name]}"
        )
    if given.ndim > 1:
        raise RuntimeError(
            "tensor_split expected tensor_indices_or_sections to be a zero-dimensional or one-dimensional tensor, but got a tensor "
            f"with {given.ndim} dims"
        )
    indices_or_sections = given.tolist()
    if isinstance(indices_or_sections, int):
        count = indices_or_sections
        if count <= 0:
            raise RuntimeError(f"number of sections must be larger than 0, got {count}")
        ends = np.cumsum([n // count + (i < n % count) for i in range(count)]).tolist()
        starts = [0, *ends[:-1]]
    else:
        cuts = [int(i) for i in indices_or_sections]
        starts, ends = [0, *cuts], [*cuts, n]
    ranges = [range(n)[a:b] for a, b in zip(starts, ends, strict=True)]
    return tuple(narrow(input, dim, r.start, len(r)) for r in ranges)


def _split_along(name: str, least: int, axis: int, input: Array, indices_or_sections: Size) -> tuple:
    if input.ndim < least:
        raise RuntimeError(
            f"torch.{name} requires a tensor with at least {least} dimension, but got a tensor with {input.ndim} dimensions!"
        )
    if isinstance(indices_or_sections, str):
        raise TypeError(
            f"{name}(): argument 'indices_or_sections' must be int or a list of ints, not {indices_or_sections!r}"
        )
    if isinstance(indices_or_sections, int) and (indices_or_sections < 1 or input.shape[axis] % indices_or_sections):
        raise RuntimeError(
            f"torch.{name} attempted to split along dimension {axis}, but the size of the dimension {input.shape[axis]} is not divisible by the "
            f"split_size {indices_or_sections}!"
        )
    return tensor_split(input, indices_or_sections, axis)


@composed
def hsplit(input: Tensor, indices_or_sections: Size) -> tuple[Tensor, ...]:
    """`tensor_split` along the second axis (the only one of a vector).

    >>> torch.hsplit(torch.tensor([[1, 2], [3, 4]]), 2)
    (tensor([[1],
            [3]]), tensor([[2],
            [4]]))
    """
    return _split_along("hsplit", 1, 0 if input.ndim == 1 else 1, input, indices_or_sections)


@composed
def vsplit(input: Tensor, indices_or_sections: Size) -> tuple[Tensor, ...]:
    """`tensor_split` along the first axis.

    >>> torch.vsplit(torch.tensor([[1, 2], [3, 4]]), 2)
    (tensor([[1, 2]]), tensor([[3, 4]]))
    """
    return _split_along("vsplit", 2, 0, input, indices_or_sections)


@composed
def dsplit(input: Tensor, indices_or_sections: Size) -> tuple[Tensor, ...]:
    """`tensor_split` along the third axis.

    >>> [part.shape for part in torch.dsplit(torch.zeros(1, 2, 4), 2)]
    [torch.Size([1, 2, 2]), torch.Size([1, 2, 2])]
    """
    return _split_along("dsplit", 3, 2, input, indices_or_sections)


@differentiable(linear=True, view=True)
def unbind(input: Tensor, dim: Dim = 0) -> Pulled:
    """The slices along an axis, without it.

    Raises:
        IndexError: no such axis.

    >>> torch.unbind(torch.tensor([[1, 2], [3, 4]]))
    (tensor([1, 2]), tensor([3, 4]))
    """
    if input.ndim == 0:
        raise IndexError("Dimension specified as 0 but tensor has no dimensions")
    dim = from_front(dim, input.ndim)
    head = (slice(None),) * dim
    return tuple(input[(*head, i, ...)] for i in range(input.shape[dim])), lambda *gs: np.stack(gs, dim)
