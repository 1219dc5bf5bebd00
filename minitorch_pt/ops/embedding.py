"""Rows of a table by number: embeddings."""

from __future__ import annotations

from typing import Any

import numpy as np

from ..autograd.graph import changed
from ..autograd.rule import _writable, array, differentiable
from .indexing import _add_at

__all__ = ["embedding"]


@differentiable(linear=True, name="EmbeddingBackward0")
def _lookup(weight: Any, rows: np.ndarray, padding_idx: int, scale_grad_by_freq: bool) -> Any:
    table = array(weight)
    return table[rows], lambda g: _summed(g, rows, table.shape[0], padding_idx, scale_grad_by_freq)


@differentiable(linear=True, name="EmbeddingDenseBackwardBackward0")
def _summed(g: Any, rows: np.ndarray, count: int, padding_idx: int, scale_grad_by_freq: bool) -> Any:
    """The gradient of the table: for each row the sum over the places that show it, or their mean if scaled by frequency."""
    g = array(g)
    share = np.ones(count, g.dtype)
    if scale_grad_by_freq:
        share /= np.maximum(np.bincount(rows.ravel(), minlength=count), 1).astype(g.dtype)
    if padding_idx >= 0:
        share[padding_idx : padding_idx + 1] = 0
    total = np.zeros((count, g.shape[-1]), g.dtype)
    _add_at(total, (rows,), g)
    if scale_grad_by_freq or padding_idx >= 0:
        total *= share[:, None]
    return total, lambda h: h[rows] * share[rows][..., None]


def _checked_rows(indices: Any, weight: Any, name: str) -> np.ndarray:
    rows = array(indices)
    if weight.ndim != 2:
        raise RuntimeError(
            f"'weight' must be 2-D, but {name}() got shape {list(weight.shape)}: (num_embeddings, embedding_dim)"
        )
    if not isinstance(rows, np.ndarray):
        raise TypeError(f"{name}(): argument 'indices' must be Tensor, not {type(indices).__name__}")
    if rows.dtype not in (np.dtype(np.int64), np.dtype(np.int32)):
        raise RuntimeError(
            f"Expected tensor for argument #1 'indices' to have one of the following scalar types: Long, Int; but got "
            f"{rows.dtype.name} in {name}(); convert with .long()"
        )
    if rows.size and (rows.min() < 0 or rows.max() >= weight.shape[0]):
        bad = int(rows.min()) if rows.min() < 0 else int(rows.max())
        raise IndexError(
            f"index out of range in self: {bad}, but the table has {weight.shape[0]} rows (0 to {weight.shape[0] - 1})"
        )
    return rows


def embedding(
    weight: Any, indices: Any, padding_idx: int = -1, scale_grad_by_freq: bool = False, sparse: bool = False
) -> Any:
    """weight[indices]: the row of the table for each number.

    padding_idx: this row gets no gradient. scale_grad_by_freq: a row's gradient is the mean, not the sum, over its places.

    Shapes: weight (V, E), indices (*) -> (*, E).

    Raises:
        IndexError: a number that is no row. RuntimeError: indices that are not int32 or int64, or the weight is no matrix.
        NotImplementedError: sparse=True; there are no sparse tensors here.

    >>> import minitorch_pt as torch
    >>> torch.embedding(torch.tensor([[1.0, 2.0], [3.0, 4.0]]), torch.tensor([1, 0, 1]))
    tensor([[3., 4.],
            [1., 2.],
            [3., 4.]])
    """
    refuse_sparse(sparse)
    return _lookup(weight, _checked_rows(indices, weight, "embedding"), padding_idx, scale_grad_by_freq)


def refuse_sparse(sparse: bool) -> None:
    """Raise if sparse gradients are asked for."""
    if sparse:
        raise NotImplementedError(
            "sparse=True: sparse gradients are not supported; the gradient with sparse=False has the same numbers"
        )


def renormalise_(weight: Any, indices: Any, max_norm: float, norm_type: float) -> None:
    """Scale the rows that `indices` names, and that are longer than `max_norm`, to that length, in place and without history."""
    rows = np.unique(_checked_rows(indices, weight, "embedding_renorm_"))
    table = _writable(array(weight))
    norms = np.linalg.norm(table[rows].astype(np.float64), norm_type, axis=1)
    long = norms > max_norm
    scale = max_norm / (norms[long] + 1e-7)
    table[rows[long]] *= scale[:, None].astype(table.dtype)
    changed(array(weight))
