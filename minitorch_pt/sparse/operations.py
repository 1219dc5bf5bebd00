"""What operations do with sparse tensors. They work on the values, which are an ordinary tensor: the rules for those give the gradients."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

from .. import ops
from ..arrays import dtypes
from ..autograd.changes import changed
from ..autograd.modes import recording
from ..autograd.rule import differentiable, named
from ..names.titles import alias
from ..tensors.tensor import Tensor, wrap
from .places import added, flat_places, put_into
from .tensor import OPERATIONS, SparseTensor, made, on_sparse

__all__ = ["addmm", "axis_of", "dsmm", "product", "softmax", "spmm", "sum_of"]

spmm, dsmm = alias(ops.mm, "spmm"), alias(ops.mm, "dsmm")  # old names


def axis_of(dim: int, count: int) -> int:
    """The number of an axis from the first on.

    Raises:
        IndexError: there is none.
    """
    if not -count <= dim < count:
        raise IndexError(f"Dimension out of range (expected to be in range of [{-count}, {count - 1}], but got {dim})")
    return dim % count


def _refuse(name: str, *operands: Any) -> None:
    """Say that an operation has no form for these operands.

    Raises:
        NotImplementedError: always.
    """
    given = ", ".join(
        "sparse" if isinstance(x, SparseTensor) else "dense" if isinstance(x, Tensor) else "number" for x in operands
    )
    raise NotImplementedError(f"{name} is not offered for ({given}): write x.to_dense() for the sparse one")


# ---------------------------------------------------------------------------------------------------------------------
# Products
# ---------------------------------------------------------------------------------------------------------------------
def _check_matrices(left: Tensor, right: Tensor) -> None:
    for matrix in (left, right):
        if matrix.ndim != 2 or (isinstance(matrix, SparseTensor) and matrix.dense_dim()):
            raise RuntimeError(
                f"products of sparse tensors are of matrices, and this one has shape {list(matrix.shape)}"
            )
    if left.shape[1] != right.shape[0]:
        raise RuntimeError(
            f"addmm: Argument #3 (dense): Expected dim 0 size {left.shape[1]}, got {right.shape[0]}: shapes {list(left.shape)} and "
            f"{list(right.shape)} cannot be multiplied"
        )
    if left.dtype is not right.dtype:
        left_name, right_name = (dtypes.TITLES[x.dtype.name] for x in (left, right))
        raise RuntimeError(f"expected scalar type {left_name} but found {right_name}; convert one with .to()")


def product(left: Tensor, right: Tensor, name: str = "MmBackward0") -> Tensor:
    """The product of two matrices, one or both sparse: sparse only if both are.

    Row i is the sum of the rows of `right` at the columns that row i of `left` has, each times its value.
    """
    _check_matrices(left, right)
    if isinstance(left, SparseTensor) and isinstance(right, SparseTensor):
        return _sparse_product(left.coalesce(), right.coalesce(), name)
    if isinstance(right, SparseTensor):
        return named(product(right.t(), left.t()).t(), name)
    rows, columns = left._indices_array  # type: ignore[attr-defined]
    return named(_times(left._values_tensor, right, rows, columns, left.shape[0]), name)  # type: ignore[attr-defined]


@differentiable(saves="values matrix")
def _times(values: Any, matrix: Any, rows: np.ndarray, columns: np.ndarray, count: int) -> Any:
    def weighted(lines: Any, places: np.ndarray) -> Any:
        return values.reshape((-1, 1)) * ops.index_select.rule(lines, 0, places)

    return (
        added.rule(weighted(matrix, columns), rows, count),
        lambda g: (ops.index_select.rule(g, 0, rows) * ops.index_select.rule(matrix, 0, columns)).sum(1),
        lambda g: added.rule(weighted(g, rows), columns, len(matrix)),
    )


def _sparse_product(left: SparseTensor, right: SparseTensor, name: str) -> SparseTensor:
    """Each element (i, k) of `left` meets all elements (k, j) of `right`, which stand in a row there."""
    (rows, inner), (meets, columns) = left._indices_array, right._indices_array
    first, last = np.searchsorted(meets, inner, "left"), np.searchsorted(meets, inner, "right")
    count = last - first
    ours = np.repeat(np.arange(len(inner)), count)
    theirs = np.arange(len(ours)) - np.repeat(np.cumsum(count) - count, count) + first[ours]
    values = left._values_tensor[wrap(ours)] * right._values_tensor[wrap(theirs)]
    size = left.shape[0], right.shape[1]
    both = SparseTensor(np.stack([rows[ours], columns[theirs]]), values, size, len(ours) < 2).coalesce()
    return made(both._indices_array, both._values_tensor, size, True, name)


@on_sparse("mm")
def _mm(input: Tensor, mat2: Tensor) -> Tensor:
    return product(input, mat2)


@on_sparse("mv")
def _mv(input: Tensor, vec: Tensor) -> Tensor:
    return named(product(input, ops.unsqueeze(vec, 1)).squeeze(1), "MvBackward0")


@on_sparse("matmul")
def _matmul(input: Tensor, other: Tensor) -> Tensor:
    if input.ndim == 2 and other.ndim == 1 and not other.is_sparse:
        return _mv(input, other)
    if input.ndim == 1 and other.ndim == 2 and not input.is_sparse:
        return named(_mv(other.t(), input), "SqueezeBackward4")
    return product(input, other)


@on_sparse("addmm")
def addmm(input: Tensor, mat1: Tensor, mat2: Tensor, *, beta: float = 1, alpha: float = 1) -> Tensor:
    """beta * input + alpha * (mat1 @ mat2) of a dense `input` and a product with a sparse matrix."""
    if input.is_sparse or (mat1.is_sparse and mat2.is_sparse):
        _refuse("addmm", input, mat1, mat2)
    return named(input * beta + product(mat1, mat2) * alpha, "AddmmBackward0")


@on_sparse("linear", "linear_otherwise")
def _linear(input: Tensor, weight: Tensor, bias: Tensor | None = None) -> Tensor:
    if bias is None:
        return product(input, weight.t())
    return addmm(bias, input, weight.t())


# ---------------------------------------------------------------------------------------------------------------------
# Elementwise
# ---------------------------------------------------------------------------------------------------------------------
# what gives 0 for 0, so that the elements that are not kept stay as they are
_ZERO_TO_ZERO = (
    "abs asin asinh atan atanh ceil deg2rad erf erfinv expm1 floor frac isinf isnan isneginf isposinf log1p nan_to_num rad2deg relu round sgn sign "
    "signbit sin sinh sqrt square tan tanh trunc"
)


def _elementwise(name: str) -> Callable:
    operation = getattr(ops, name)

    def on_values(input: SparseTensor, *args: Any, **kwargs: Any) -> SparseTensor:
        unique = input.coalesce()
        return unique._with(operation(unique._values_tensor, *args, **kwargs), f"{name.capitalize()}Backward0")

    return on_values


for _name in _ZERO_TO_ZERO.split():
    on_sparse(_name)(_elementwise(_name))


@on_sparse("neg")
def _neg(input: SparseTensor) -> SparseTensor:
    return input._with(-input._values_tensor, "NegBackward0")


@on_sparse("clone")
def _clone(input: SparseTensor, *, memory_format: Any = None) -> SparseTensor:
    return input._with(input._values_tensor.clone(), "CloneBackward0", input._indices_array.copy())


@on_sparse("pow")
def _pow(input: Any, exponent: Any) -> SparseTensor:
    if isinstance(exponent, Tensor) or exponent <= 0:  # 0 ** 0 is 1: nothing stays sparse
        _refuse("pow", input, exponent)
    unique = input.coalesce()
    return unique._with(unique._values_tensor**exponent, "PowBackward0")


def _is_number(x: Any) -> bool:
    return not isinstance(x, Tensor) or (not x.is_sparse and not x.ndim)


@on_sparse("mul")
def _mul(input: Any, other: Any) -> SparseTensor:
    if not isinstance(input, SparseTensor):
        input, other = other, input
    if _is_number(other):
        return input._with(input._values_tensor * other, "MulBackward0")
    if isinstance(other, SparseTensor):
        return _common(input, other)
    if np.broadcast_shapes(input.shape, other.shape) != tuple(input.shape):
        _refuse("mul", input, other)
    picked = other.expand(input.shape)[tuple(map(wrap, input._indices_array))]
    return input._with(input._values_tensor * picked, "MulBackward0")


def _common(one: SparseTensor, other: SparseTensor) -> SparseTensor:
    """The products of the elements that both have."""
    _check_same_shape("mul", one, other)
    a, b = one.coalesce(), other.coalesce()
    _, ours, theirs = np.intersect1d(flat_places(a), flat_places(b), assume_unique=True, return_indices=True)
    values = a._values_tensor[wrap(ours)] * b._values_tensor[wrap(theirs)]
    return made(a._indices_array[:, ours], values, a._size, one._unique and other._unique, "MulBackward0")


def _check_same_shape(name: str, one: SparseTensor, other: SparseTensor) -> None:
    if one.shape != other.shape or one.sparse_dim() != other.sparse_dim():
        raise RuntimeError(
            f"{name}: expected 'self' and 'other' to have same sizes, of as many sparse axes, and they are {list(one.shape)} ({one.sparse_dim()} "
            f"sparse) and {list(other.shape)} ({other.sparse_dim()} sparse)"
        )


@on_sparse("div", "true_divide")
def _div(input: Any, other: Any, *, rounding_mode: str | None = None) -> SparseTensor:
    if not isinstance(input, SparseTensor):
        _refuse("div", input, other)
    if not _is_number(other):
        raise RuntimeError(
            f"Sparse division requires a scalar or zero-dim dense tensor divisor (got shape {list(other.shape)} for divisor)"
        )
    unique = input.coalesce() if rounding_mode else input  # a rounded sum is no sum of rounded terms
    return unique._with(ops.div(unique._values_tensor, other, rounding_mode=rounding_mode), "DivBackward0")


@on_sparse("floor_divide")
def _floor_divide(input: Any, other: Any) -> SparseTensor:
    return _div(input, other, rounding_mode="floor")


@on_sparse("add")
def _add(input: Any, other: Any, *, alpha: Any = 1, name: str = "AddBackward0") -> Tensor:
    if not isinstance(input, SparseTensor):
        if _is_number(input):
            input, other = other, input
        else:
            return _dense_plus(input, other, alpha, name)
    if not isinstance(other, SparseTensor):
        raise RuntimeError("add(sparse, dense) is not supported. Use add(dense, sparse) instead.")
    _check_same_shape("add", input, other)
    dtype = dtypes.promote_types(input.dtype, other.dtype)
    one, two = input._values_tensor.to(dtype), other._values_tensor.to(dtype) * alpha
    unique = input._unique and other._unique
    if not other._nnz() or not input._nnz():  # torch's is unordered where that one is
        return (input if input._nnz() else other)._with(one if input._nnz() else two, name)
    in_a_row = input._values_tensor.is_contiguous() and other._values_tensor.is_contiguous()
    if in_a_row and np.array_equal(input._indices_array, other._indices_array):
        return made(input._indices_array, one + two, input._size, unique, name)
    if in_a_row and not unique:
        return _merged(input, other, one, two, name)
    indices = np.concatenate([input._indices_array, other._indices_array], axis=1)
    total = SparseTensor(indices, ops.cat([one, two]), input._size, False)
    if in_a_row or total._nnz() > total.numel():  # torch lets them grow until then
        total = total.coalesce()
    return made(total._indices_array, total._values_tensor, input._size, in_a_row and unique, name)


def _dense_plus(dense: Tensor, rows: SparseTensor, alpha: Any, name: str) -> Tensor:
    if recording.on and (dense.requires_grad or rows.requires_grad):
        return named(ops.add(dense, rows.to_dense(), alpha=alpha), name)
    dtype = dtypes.promote_types(dense.dtype, rows.dtype)
    return wrap(put_into(np.array(dense._data, dtype.dtype), rows.to(dtype), alpha))


def _merged(input: SparseTensor, other: SparseTensor, one: Tensor, two: Tensor, name: str) -> SparseTensor:
    """The elements of both in torch's order: of the two that are next the one whose indices come first, or both in one if they are equal."""
    ours, theirs = flat_places(input).tolist(), flat_places(other).tolist()
    i = j = 0
    pairs = []  # which of ours, and which of theirs, or -1
    while i < len(ours) or j < len(theirs):
        mine = j == len(theirs) or (i < len(ours) and ours[i] <= theirs[j])
        its = i == len(ours) or (j < len(theirs) and theirs[j] <= ours[i])
        pairs.append((i if mine else -1, j if its else -1))
        i, j = i + mine, j + its
    left, right = np.array(pairs, np.int64).reshape(-1, 2).T
    count, here, there = len(left), np.flatnonzero(left >= 0), np.flatnonzero(right >= 0)
    indices = np.empty((input.sparse_dim(), count), np.int64)
    indices[:, here], indices[:, there] = input._indices_array[:, left[here]], other._indices_array[:, right[there]]
    return made(indices, added(one, here, count) + added(two, there, count), input._size, False, name)


@on_sparse("sub")
def _sub(input: Any, other: Any, *, alpha: Any = 1) -> Tensor:
    return _add(input, other, alpha=-alpha, name="SubBackward0")


# ---------------------------------------------------------------------------------------------------------------------
# Axes
# ---------------------------------------------------------------------------------------------------------------------
@on_sparse("permute")
def _permute(input: SparseTensor, *dims: Any, name: str = "PermuteBackward0") -> SparseTensor:
    order = [
        axis_of(d, input.ndim) for d in (dims[0] if len(dims) == 1 and isinstance(dims[0], (tuple, list)) else dims)
    ]
    axes = input.sparse_dim()
    if sorted(order) != [*range(input.ndim)]:
        raise RuntimeError(f"permute(sparse_coo): the order {order} must name each of the {input.ndim} axes once")
    if sorted(order[:axes]) != [*range(axes)]:
        _refuse("permute of sparse and dense axes", input)
    values = input._values_tensor
    if order[axes:] != [*range(axes, input.ndim)]:
        values = values.permute(0, *(d - axes + 1 for d in order[axes:]))
    kept = input._unique and order[:axes] == [*range(axes)]
    return made(input._indices_array[order[:axes]], values, tuple(input.shape[d] for d in order), kept, name)


@on_sparse("transpose")
def _transpose(input: SparseTensor, dim0: int, dim1: int, name: str = "TransposeBackward0") -> SparseTensor:
    order = [*range(input.ndim)]
    one, other = axis_of(dim0, input.ndim), axis_of(dim1, input.ndim)
    order[one], order[other] = order[other], order[one]
    return _permute(input, order, name=name)


@on_sparse("t")
def _t(input: SparseTensor) -> SparseTensor:
    if input.ndim > 2:
        raise RuntimeError(f"t() expects a tensor with <= 2 sparse and 0 dense dimensions, but got {input.ndim} axes")
    return _transpose(input, 0, -1, "TBackward0")


@on_sparse("reversed_axes")
def _reversed_axes(input: SparseTensor) -> SparseTensor:
    return _permute(input, [*range(input.ndim)][::-1])


@on_sparse("matrix_transpose")
def _matrix_transpose(input: SparseTensor) -> SparseTensor:
    return _transpose(input, -2, -1)


def sum_of(input: SparseTensor, dim: Any, dtype: Any, name: str) -> Tensor:
    """The sum of all elements, a dense number; or along axes: sparse, unless no sparse axis is left."""
    values, axes = input._values_tensor, input.sparse_dim()
    if dtype is not None:
        values = values.to(dtype)
    if dim is None or dim in ((), []):
        return named(ops.sum(values), name)
    gone = {axis_of(d, input.ndim) for d in (dim if isinstance(dim, (tuple, list)) else (dim,))}
    inner = [d - axes + 1 for d in sorted(gone) if d >= axes]
    if inner:
        values = ops.sum(values, inner, dtype=values.dtype)
    kept = [d for d in range(axes) if d not in gone]
    if not kept:
        return named(ops.sum(values, 0), name)
    size = tuple(n for d, n in enumerate(input.shape) if d not in gone)
    total = SparseTensor(input._indices_array[kept], values, size, False).coalesce()
    return made(total._indices_array, total._values_tensor, size, True, name)


@on_sparse("sum")
def _sum(input: SparseTensor, dim: Any = None, keepdim: bool = False, *, dtype: Any = None) -> Tensor:
    if keepdim:
        _refuse("sum with keepdim=True", input)
    return sum_of(input, dim, dtype, "SumBackward0" if dim is None else "SumBackward1")


def softmax(input: SparseTensor, dim: int, dtype: Any, logarithm: bool) -> SparseTensor:
    """exp(x) / sum of exp(x) along an axis, or its logarithm, among the elements that are kept: the others count as -inf."""
    unique = input.coalesce()
    axes, dim = unique.sparse_dim(), axis_of(dim, unique.ndim)
    values = unique._values_tensor if dtype is None else unique._values_tensor.to(dtype)
    name = "SparseLogSoftmaxBackward0" if logarithm else "SparseSoftmaxBackward0"
    if dim >= axes:
        return unique._with((ops.log_softmax if logarithm else ops.softmax)(values, dim - axes + 1), name)
    others = [d for d in range(axes) if d != dim]
    _, rows = np.unique(unique._indices_array[others], axis=1, return_inverse=True)
    rows = rows.reshape(-1)
    count = int(rows.max(initial=-1)) + 1
    if not others:
        rows, count = np.zeros(unique._nnz(), np.int64), 1
    largest = np.full((count, *values.shape[1:]), -np.inf, values._data.dtype)
    np.maximum.at(largest, rows, values._data)
    shifted = values - wrap(largest[rows])
    powers = ops.exp(shifted)
    totals = ops.index_select(added(powers, rows, count), 0, wrap(rows))
    return unique._with(shifted - ops.log(totals) if logarithm else powers / totals, name)


# ---------------------------------------------------------------------------------------------------------------------
# In place
# ---------------------------------------------------------------------------------------------------------------------
def _in_place(name: str) -> Callable:
    operation = OPERATIONS[name]

    def change(input: Any, *args: Any, **kwargs: Any) -> Any:
        if not isinstance(input, SparseTensor):
            _refuse(f"{name}_", input, *args)
        if name in _ZERO_TO_ZERO.split() and not input._unique:
            raise RuntimeError(f"{name}_ requires coalesced input; call .coalesce() first")
        result = operation(input, *args, **kwargs)
        if result.shape != input.shape or not dtypes.can_cast(result.dtype, input.dtype):
            raise RuntimeError(
                f"result of {result.dtype} and shape {list(result.shape)} can't be cast to {input.dtype} and shape {list(input.shape)}"
            )
        return input._put(result.to(input.dtype))

    return change


for _name in (*_ZERO_TO_ZERO.split(), "neg", "mul", "div", "true_divide", "floor_divide", "pow"):
    on_sparse(f"{_name}_")(_in_place(_name))


@on_sparse("add_")
def _add_(input: Any, other: Any, *, alpha: Any = 1) -> Any:
    if isinstance(input, SparseTensor):
        return _in_place("add")(input, other, alpha=alpha)
    if recording.on and (input.requires_grad or other.requires_grad):
        return input.copy_(_add(input, other, alpha=alpha))
    if input.shape != other.shape:
        raise RuntimeError(
            f"add: expected 'self' to be of the shape of the sparse tensor, and they are {list(input.shape)} and {list(other.shape)}"
        )
    put_into(input._data, other.to(input.dtype), alpha)
    changed(input._data)
    return input


@on_sparse("sub_")
def _sub_(input: Any, other: Any, *, alpha: Any = 1) -> Any:
    return _add_(input, other, alpha=-alpha)


@on_sparse("zero")  # in place: that is what zero_ and copy_ are made of
def _zero_(input: SparseTensor) -> SparseTensor:
    return input._put(_nothing(input))


@on_sparse("copy")
def _copy_(input: Any, src: Any, non_blocking: bool = False) -> SparseTensor:
    if not (isinstance(input, SparseTensor) and isinstance(src, SparseTensor)):
        raise RuntimeError(
            f"copy_() between dense and sparse Tensors is not implemented! Found self type = {input.type()} and src type = {src.type()}"
        )
    return input._put(_clone(src).to(input.dtype))


@on_sparse("zeros_like", "empty_like")
def _nothing(input: SparseTensor, *, dtype: Any = None, **options: Any) -> SparseTensor:
    """No elements, and the axes of `input`."""
    values = input._values()[:0].to(dtype or input.dtype)
    return SparseTensor(np.empty((input.sparse_dim(), 0), np.int64), values, input._size, True)


@on_sparse("vector_norm")
def _norm(x: SparseTensor, ord: Any = 2, dim: Any = None, keepdim: bool = False, *, dtype: Any = None) -> Tensor:
    if dim is not None or keepdim:
        _refuse("norm along axes", x)
    return named(ops.norm(x.coalesce()._values_tensor, ord, dtype=dtype), "NormBackward1")


@on_sparse("any")
def _any(input: SparseTensor, *axes: Any, **options: Any) -> Tensor:
    if axes or options:
        _refuse("any along axes", input)
    return ops.any(input.coalesce()._values_tensor)
