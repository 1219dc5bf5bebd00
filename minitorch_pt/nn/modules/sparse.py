"""Embedding: a table of vectors, looked up by number. EmbeddingBag: sums, means or maxima of them."""

from __future__ import annotations

from typing import Any

from ...ops.layers.embedding import row_number
from ...tensors import creation
from ...tensors.tensor import Tensor
from .. import functional as F, init
from ..parameter import Parameter
from .module import Module

__all__ = ["Embedding", "EmbeddingBag"]


def _table(given: Tensor | None, rows: int, columns: int, device: Any, dtype: Any) -> Parameter:
    """The matrix given, or one that is still to be filled.

    Raises:
        AssertionError: the given matrix has another shape.
    """
    if given is None:
        return Parameter(creation.empty(rows, columns, device=device, dtype=dtype))
    if list(given.shape) != [rows, columns]:
        raise AssertionError(
            f"Shape of weight does not match num_embeddings and embedding_dim: got {list(given.shape)}, expected {[rows, columns]}"
        )
    return Parameter(given)


def _draw(weight: Parameter, padding_idx: int | None) -> None:
    init.normal_(weight)
    if padding_idx is not None:
        weight.data[padding_idx] = 0


def _check_matrix(embeddings: Tensor) -> None:
    if embeddings.ndim != 2:
        raise AssertionError(
            f"Embeddings parameter is expected to be 2-dimensional, but has shape {list(embeddings.shape)}"
        )


def _shown(table: Embedding | EmbeddingBag, usual: dict[str, Any]) -> str:
    """The sizes, and the options that are not the usual ones."""
    options = {name: getattr(table, name) for name in usual}
    unusual = [f", {name}={value!r}" for name, value in options.items() if value != usual[name]]
    return f"{table.num_embeddings}, {table.embedding_dim}" + "".join(unusual)


class Embedding(Module):
    """A table with one vector for each of `num_embeddings` numbers (words, tokens, classes), which starts standard normal.

    padding_idx: this row starts as zeros and gets no gradient. max_norm: rows looked up that are longer, in the norm `norm_type`, are
    first scaled to that length, in place. scale_grad_by_freq: a row's gradient is the mean, not the sum, over its places.
    sparse: the gradient is a sparse tensor, of the rows that were looked up: SGD, Adagrad and SparseAdam change no others then.

    Shapes: (*) of int32 or int64 -> (*, embedding_dim); weight (num_embeddings, embedding_dim).

    Raises:
        AssertionError: padding_idx is no row, or _weight has another shape.
        IndexError: a number that is no row.

    >>> torch.nn.Embedding(10, 3)(torch.tensor([[1, 2], [4, 9]])).shape
    torch.Size([2, 2, 3])
    """

    def __init__(
        self,
        num_embeddings: int,
        embedding_dim: int,
        padding_idx: int | None = None,
        max_norm: float | None = None,
        norm_type: float = 2.0,
        scale_grad_by_freq: bool = False,
        sparse: bool = False,
        _weight: Tensor | None = None,
        _freeze: bool = False,
        device: Any = None,
        dtype: Any = None,
    ) -> None:
        super().__init__()
        self.num_embeddings, self.embedding_dim, self.sparse = num_embeddings, embedding_dim, sparse
        self.padding_idx = row_number(padding_idx, num_embeddings)
        self.max_norm, self.norm_type, self.scale_grad_by_freq = max_norm, norm_type, scale_grad_by_freq
        self.weight = _table(_weight, num_embeddings, embedding_dim, device, dtype)
        self.weight.requires_grad = not _freeze
        if _weight is None:
            self.reset_parameters()

    def reset_parameters(self) -> None:
        """Draw the table anew; the padding row becomes zeros."""
        _draw(self.weight, self.padding_idx)

    def forward(self, input: Tensor) -> Tensor:
        """(*) -> (*, embedding_dim)."""
        return F.embedding(
            input,
            self.weight,
            self.padding_idx,
            self.max_norm,
            self.norm_type,
            self.scale_grad_by_freq,
            self.sparse,
        )

    def extra_repr(self) -> str:
        usual = {"padding_idx": None, "max_norm": None, "norm_type": 2, "scale_grad_by_freq": False, "sparse": False}
        return _shown(self, usual)

    @classmethod
    def from_pretrained(
        cls,
        embeddings: Tensor,
        freeze: bool = True,
        padding_idx: int | None = None,
        max_norm: float | None = None,
        norm_type: float = 2.0,
        scale_grad_by_freq: bool = False,
        sparse: bool = False,
    ) -> Embedding:
        """An Embedding whose table is the matrix `embeddings`; freeze=False lets it learn.

        Raises:
            AssertionError: `embeddings` is no matrix.
        """
        _check_matrix(embeddings)
        rows, columns = embeddings.shape
        return cls(rows, columns, padding_idx, max_norm, norm_type, scale_grad_by_freq, sparse, embeddings, freeze)


class EmbeddingBag(Module):
    """Sums, means or maxima (`mode`) of bags of vectors of a table: one vector for a whole text, whatever its length.

    The input has one bag a line; or it is one vector, and `offsets` say where in it each bag begins (include_last_offset: and where the
    last one ends). padding_idx: this row starts as zeros, counts in no bag and gets no gradient. per_sample_weights: what each row is
    multiplied with before it is added (mode "sum" only). max_norm, norm_type, scale_grad_by_freq, sparse: as in `Embedding`.

    Shapes: input (B, N), or (N) with offsets (B), of int32 or int64 -> (B, embedding_dim); weight (num_embeddings, embedding_dim).

    Raises:
        AssertionError: padding_idx is no row, or _weight has another shape.
        ValueError: shapes or mode do not fit. RuntimeError: a number that is no row, or offsets that are not in order.

    >>> torch.nn.EmbeddingBag(10, 3)(torch.tensor([1, 2, 4, 5, 4]), torch.tensor([0, 3])).shape
    torch.Size([2, 3])
    """

    def __init__(
        self,
        num_embeddings: int,
        embedding_dim: int,
        max_norm: float | None = None,
        norm_type: float = 2.0,
        scale_grad_by_freq: bool = False,
        mode: str = "mean",
        sparse: bool = False,
        _weight: Tensor | None = None,
        include_last_offset: bool = False,
        padding_idx: int | None = None,
        device: Any = None,
        dtype: Any = None,
    ) -> None:
        super().__init__()
        self.num_embeddings, self.embedding_dim, self.sparse = num_embeddings, embedding_dim, sparse
        self.max_norm, self.norm_type, self.scale_grad_by_freq = max_norm, norm_type, scale_grad_by_freq
        self.padding_idx = row_number(padding_idx, num_embeddings)
        self.mode, self.include_last_offset = mode, include_last_offset
        self.weight = _table(_weight, num_embeddings, embedding_dim, device, dtype)
        if _weight is None:
            self.reset_parameters()

    def reset_parameters(self) -> None:
        """Draw the table anew; the padding row becomes zeros."""
        _draw(self.weight, self.padding_idx)

    def forward(self, input: Tensor, offsets: Tensor | None = None, per_sample_weights: Tensor | None = None) -> Tensor:
        """(B, N), or (N) and offsets (B) -> (B, embedding_dim)."""
        return F.embedding_bag(
            input,
            self.weight,
            offsets,
            self.max_norm,
            self.norm_type,
            self.scale_grad_by_freq,
            self.mode,
            self.sparse,
            per_sample_weights,
            self.include_last_offset,
            self.padding_idx,
        )

    def extra_repr(self) -> str:
        return _shown(
            self, {"max_norm": None, "norm_type": 2, "scale_grad_by_freq": False, "mode": "", "padding_idx": None}
        )

    @classmethod
    def from_pretrained(
        cls,
        embeddings: Tensor,
        freeze: bool = True,
        max_norm: float | None = None,
        norm_type: float = 2.0,
        scale_grad_by_freq: bool = False,
        mode: str = "mean",
        sparse: bool = False,
        include_last_offset: bool = False,
        padding_idx: int | None = None,
    ) -> EmbeddingBag:
        """An EmbeddingBag whose table is the matrix `embeddings`; freeze=False lets it learn.

        Raises:
            AssertionError: `embeddings` is no matrix.
        """
        _check_matrix(embeddings)
        options = max_norm, norm_type, scale_grad_by_freq, mode, sparse, embeddings, include_last_offset, padding_idx
        rows, columns = embeddings.shape
        bag = cls(rows, columns, *options)
        bag.weight.requires_grad = not freeze
        return bag
