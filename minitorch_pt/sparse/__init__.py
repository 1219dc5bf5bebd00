"""torch.sparse: matrices of which only the elements that are not 0 are kept, as graph networks use them.

`torch.sparse_coo_tensor(indices, values, size)` and `x.to_sparse()` make them. Few operations know them, those in `operations.py`; all others
refuse them, and take `x.to_dense()`.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from ..arrays import dtypes
from ..autograd.contract import composed
from ..autograd.rule import named
from ..ops import mm as _mm
from ..tensors.legacy import tensortype
from ..tensors.tensor import Tensor
from . import operations as _operations, shapes as _shapes
from .tensor import SparseTensor, sparse_coo_tensor as _sparse_coo_tensor

if TYPE_CHECKING:
    from ..autograd.contract import Dim, Dims, DType

__all__ = [
    "addmm",
    "log_softmax",
    "mm",
    "softmax",
    "sum",
    *(f"{title}Tensor" for title in dtypes.TITLES.values() if title != "Bool"),
]


def _need(input: Tensor, function: str) -> SparseTensor:
    if not isinstance(input, SparseTensor):
        raise NotImplementedError(
            f"torch.sparse.{function}() takes a sparse tensor, and this one is dense: call torch.{function}()"
        )
    return input


@composed
def mm(mat1: Tensor, mat2: Tensor) -> Tensor:
    """The product of two matrices: sparse if both are, else dense. Gradients flow to both.

    Raises:
        RuntimeError: they are no matrices, or sizes or dtypes do not fit.

    >>> graph = torch.sparse_coo_tensor([[0, 1, 1], [1, 0, 1]], [1.0, 0.5, 0.5], (2, 2))
    >>> torch.sparse.mm(graph, torch.tensor([[1.0, 2.0], [3.0, 4.0]]))
    tensor([[3., 4.],
            [2., 3.]])
    """
    if not (mat1.is_sparse or mat2.is_sparse):
        return _mm(mat1, mat2)
    both = mat1.is_sparse and mat2.is_sparse
    return _operations.product(mat1, mat2, "SparseSparseMatmulBackward0" if both else "SparseAddmmBackward0")


@composed
def addmm(mat: Tensor, mat1: Tensor, mat2: Tensor, *, beta: float = 1.0, alpha: float = 1.0) -> Tensor:
    """beta * mat + alpha * (mat1 @ mat2), where `mat1` is sparse."""
    return named(_operations.addmm(mat, mat1, mat2, beta=beta, alpha=alpha), "SparseAddmmBackward0")


@composed
def sum(input: Tensor, dim: Dims | None = None, dtype: DType | None = None) -> Tensor:
    """The sum of all elements, a dense number; or along axes: sparse, unless no sparse axis is left.

    Raises:
        IndexError: no such axis.
    """
    return _operations.sum_of(_need(input, "sum"), dim, dtype, "SumBackward0" if dim is None else "SparseSumBackward0")


@composed
def softmax(input: Tensor, dim: Dim, *, dtype: DType | None = None) -> Tensor:
    """Softmax along an axis among the elements that are kept: the others count as -inf."""
    return _operations.softmax(_need(input, "softmax"), dim, dtype, False)


@composed
def log_softmax(input: Tensor, dim: Dim, *, dtype: DType | None = None) -> Tensor:
    """The logarithm of `softmax`."""
    return _operations.softmax(_need(input, "log_softmax"), dim, dtype, True)


class sparsetype(tensortype):
    """What torch.sparse.FloatTensor and its kin are: torch's old constructors, (indices, values, size) or (*sizes)."""

    home = "torch.sparse"
    text = "Makes sparse tensors of {dtype}, and tells whether a tensor is one.\n\n>>> torch.sparse.{name}(2, 3).dtype\n{dtype}"

    def __call__(self, *data: Any, device: Any = None) -> SparseTensor:
        if all(isinstance(n, int) for n in data):
            return _sparse_coo_tensor(size=data, device=device).to(self.dtype)
        return _sparse_coo_tensor(*data, device=device)

    def __instancecheck__(self, instance: object) -> bool:
        return isinstance(instance, SparseTensor) and instance.dtype is self.dtype


globals().update(
    {
        f"{title}Tensor": sparsetype(f"{title}Tensor", getattr(dtypes, name))
        for name, title in dtypes.TITLES.items()
        if title != "Bool"
    }
)
