"""Tensors of places: the coordinates of a grid, combinations, the triangles of a matrix, one-hot rows."""

from __future__ import annotations

import builtins
import itertools
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

import numpy as np

from .. import ops
from ..arrays.dtypes import TITLES
from ..arrays.notices import warn
from ..autograd.contract import composed
from ..names.titles import titled
from ..ops.saving import saving
from .elements import numpy_type
from .options import as_made_of, new_leaf
from .tensor import Tensor, wrap

if TYPE_CHECKING:
    from ..autograd.contract import DType, Layout, Pin, Tensors

__all__ = ["cartesian_prod", "combinations", "meshgrid", "one_hot", "tril_indices", "triu_indices"]


@composed
def meshgrid(*tensors: Tensor | Tensors, indexing: str | None = None) -> tuple[Tensor, ...]:
    """Coordinates of a grid: for each vector a tensor of the grid's shape that repeats it along its axis.

    indexing: "ij" numbers axes as the vectors are given, "xy" swaps the first two.

    Raises:
        RuntimeError: another indexing, or tensors that are no vectors.

    >>> x, y = torch.meshgrid(torch.tensor([1, 2]), torch.tensor([3, 4, 5]), indexing="ij")
    >>> x
    tensor([[1, 1, 1],
            [2, 2, 2]])
    >>> y
    tensor([[3, 4, 5],
            [3, 4, 5]])
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

    >>> torch.cartesian_prod(torch.tensor([1, 2]), torch.tensor([3, 4]))
    tensor([[1, 3],
            [1, 4],
            [2, 3],
            [2, 4]])
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
    rows = np.zeros((*data.shape, n), np.int64)
    rows.reshape(-1)[np.arange(0, rows.size, n) + data.reshape(-1)] = 1
    return as_made_of(tensor, wrap(rows))


def _triangle(name: str, find: Any, which: str, shown: str) -> Callable[..., Tensor]:
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
        for what, size in (("row", row), ("col", col)):
            if size < 0:
                raise RuntimeError(f"{what} must be non-negative, got {size}")
        kind = numpy_type(dtype, np.dtype(np.int64))
        if kind.kind not in "iu":
            raise NotImplementedError(
                f"{name}() is not implemented for '{TITLES[kind.name]}': places are whole numbers"
            )
        return new_leaf(np.stack(find(row, offset, col)).astype(kind), False, device)

    example = f">>> torch.{name}(2, 2)\ntensor({shown})"
    return titled(indices, name, f"Rows and columns of the {which} triangle of a matrix, as two rows.\n\n{example}")


tril_indices = _triangle("tril_indices", np.tril_indices, "lower", "[[0, 1, 1],\n        [0, 0, 1]]")


triu_indices = _triangle("triu_indices", np.triu_indices, "upper", "[[0, 0, 1],\n        [0, 1, 1]]")
