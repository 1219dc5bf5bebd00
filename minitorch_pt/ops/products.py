"""Products of vectors, matrices and batches of matrices; `linear`, the product of a layer.

For C = A @ B the gradients are dA = dC @ Bᵀ and dB = Aᵀ @ dC: each factor's gradient is a product with the other one.
"""

from __future__ import annotations

import math
import string
from typing import TYPE_CHECKING, Any, NoReturn

import numpy as np

from ..arrays import layouts
from ..arrays.dtypes import checked, promote_types
from ..arrays.rows import ones
from ..arrays.sums import plain_add, summed, total
from ..autograd.contract import composed
from ..autograd.rule import array, differentiable
from .elementwise.pointwise import mul, whole_alpha
from .halves import in_single, is_half
from .shape import _axis, diagonal, permute, select

if TYPE_CHECKING:
    from ..autograd.contract import Number, Tensor


__all__ = [
    "addbmm", "addmm", "addmv", "addr", "baddbmm", "bilinear", "bmm", "dot", "einsum", "ger", "inner", "linear",
    "matmul", "mm", "mv", "outer", "tensordot", "vdot",
]  # fmt: skip


def _need(ok: bool, message: str) -> None:
    if not ok:
        raise RuntimeError(message)


_BOOL = np.dtype(bool)


def _same_dtype(name: str, *operands: Any) -> None:
    """torch's products do not promote, and take no bools."""
    kinds = {a.dtype for a in operands}
    if {kind.name for kind in kinds} == {"bool"}:
        raise NotImplementedError(f"{name}() is not implemented for bool; convert with .int()")
    _need(len(kinds) == 1, f"expected m1 and m2 to have the same dtype, but got: {' != '.join(d.name for d in (a.dtype for a in operands))}"
                           f" in {name}(); convert one with .to()")  # fmt: skip


def _matmul_name(input: Any, other: Any) -> str:
    """torch's name depends on which of its kernels the ranks lead to."""
    a, b = input.ndim, other.ndim
    if a == 1 and b == 1:
        return "DotBackward0"
    if a == 2 and b == 1:
        return "MvBackward0"
    if a == 1 and b == 2:
        return "SqueezeBackward4"
    if a == 2 and b == 2:
        return "MmBackward0"
    return "UnsafeViewBackward0"


@differentiable(name=_matmul_name)
def matmul(input: Tensor, other: Tensor, *, out: Tensor | None = None) -> Any:
    """Matrix product of the last two axes, broadcast over the others; 1-D operands are a row (left) and a column (right).

    Shapes: (..., n, k) @ (..., k, m) -> (..., n, m); (k) @ (k) -> ().

    Raises:
        RuntimeError: an operand has no axis, the inner sizes differ, or the dtypes do.
    """
    _need(
        input.ndim > 0 and other.ndim > 0,
        f"both arguments to matmul need to be at least 1D, but they are {input.ndim}D and {other.ndim}D",
    )
    inner = other.shape[-2 if other.ndim > 1 else 0]
    if input.shape[-1] != inner:
        raise RuntimeError(
            f"mat1 and mat2 shapes cannot be multiplied ({_mat(input)} and {_mat(other)}): the last axis of the first must equal the "
            f"{'last but one' if other.ndim > 1 else 'only'} axis of the second, and {input.shape[-1]} != {inner}. Transpose one of them?"
        )
    if input.dtype is not other.dtype or input.dtype is _BOOL:
        _same_dtype("matmul", input, other)

    m, n = input.ndim, other.ndim
    left = input
    if n == 2 and m > 2:  # the gradient is one product over all samples instead of one each and a sum
        left = input.reshape((math.prod(input.shape[:-1]), inner))  # not -1: an axis may be empty

    def pull_input(g: Any) -> Any:
        if n == 1:
            return np.expand_dims(g, -1) * other
        if m == 1:
            return (other @ np.expand_dims(g, -1))[..., 0]
        return g @ other.swapaxes(-1, -2)

    def pull_other(g: Any) -> Any:
        if m == 1:
            return g * left if n == 1 else np.expand_dims(left, -1) * np.expand_dims(g, -2)
        if n == 1:
            return (left.swapaxes(-1, -2) @ np.expand_dims(g, -1))[..., 0]
        if n == 2 and m > 2:
            return left.T @ g.reshape((left.shape[0], g.shape[-1]))
        return left.swapaxes(-1, -2) @ g

    return input @ other, pull_input, pull_other


def _mat(x: Any) -> str:
    return "x".join(str(n) for n in x.shape)


@differentiable(name="MmBackward0")
def mm(input: Tensor, mat2: Tensor, *, out: Tensor | None = None) -> Any:
    """Product of two matrices: (n, k) @ (k, m) -> (n, m).

    Raises:
        RuntimeError: an operand is no matrix, or the inner sizes or the dtypes differ.
    """
    _need(
        input.ndim == 2,
        f"self must be a matrix, got {input.ndim} axes of shape {list(input.shape)}; use matmul for other ranks",
    )
    _need(
        mat2.ndim == 2,
        f"mat2 must be a matrix, got {mat2.ndim} axes of shape {list(mat2.shape)}; use matmul for other ranks",
    )
    return matmul.rule(input, mat2), lambda g: g @ mat2.T, lambda g: input.T @ g


@differentiable(name="BmmBackward0")
def bmm(input: Tensor, mat2: Tensor, *, out: Tensor | None = None) -> Any:
    """Products of matrices in pairs: (b, n, k) @ (b, k, m) -> (b, n, m).

    Raises:
        RuntimeError: an operand has not three axes, or the sizes or the dtypes do not match.
    """
    _need(input.ndim == 3, f"batch1 must be a 3D tensor, got shape {list(input.shape)}; use matmul for other ranks")
    _need(mat2.ndim == 3, f"batch2 must be a 3D tensor, got shape {list(mat2.shape)}; use matmul for other ranks")
    expected = [input.shape[0], input.shape[2]]
    _need(
        list(mat2.shape[:2]) == expected,
        f"Expected size for first two dimensions of batch2 tensor to be: {expected} but got: {list(mat2.shape[:2])}.",
    )
    return matmul.rule(input, mat2), lambda g: g @ mat2.swapaxes(1, 2), lambda g: input.swapaxes(1, 2) @ g


@differentiable(name="MvBackward0")
def mv(input: Tensor, vec: Tensor, *, out: Tensor | None = None) -> Any:
    """Matrix times vector: (n, k) @ (k) -> (n).

    Raises:
        RuntimeError: not a matrix and a vector, or the sizes or dtypes differ.
    """
    _need(
        input.ndim == 2 and vec.ndim == 1,
        f"vector + matrix @ vector expected, got {input.ndim}, {vec.ndim} axes; use matmul for other ranks",
    )
    _need(input.shape[1] == vec.shape[0], f"size mismatch, got input ({input.shape[0]}), mat ({_mat(input)}), vec ({vec.shape[0]}): the matrix must have as "
                                          "many columns as the vector has elements")  # fmt: skip
    return matmul.rule(input, vec), lambda g: np.expand_dims(g, -1) * vec, lambda g: g @ input


@differentiable
def dot(input: Tensor, tensor: Tensor, *, out: Tensor | None = None) -> Any:
    """Sum of the products of the elements of two vectors: (n), (n) -> ().

    Raises:
        RuntimeError: an operand is no vector, or the sizes or dtypes differ.
    """
    _need(
        input.ndim == 1 and tensor.ndim == 1,
        f"1D tensors expected, but got {input.ndim}D and {tensor.ndim}D tensors; use matmul for matrices",
    )
    _need(input.shape == tensor.shape, f"inconsistent tensor size, expected tensor [{input.shape[0]}] and src [{tensor.shape[0]}] to have the same number of "
                                       f"elements, but got {input.shape[0]} and {tensor.shape[0]} elements respectively")  # fmt: skip
    if input.dtype is not tensor.dtype or input.dtype is _BOOL:
        _same_dtype("dot", input, tensor)
    return input @ tensor, lambda g: g * tensor, lambda g: g * input


@differentiable
def vdot(input: Tensor, other: Tensor, *, out: Tensor | None = None) -> Any:
    """The sum of the products of two vectors' elements, as `dot`: complex numbers, of which it conjugates the first, are not supported."""
    return dot.__wrapped__(input, other)


@differentiable(promote="type", name="MulBackward0")
def outer(input: Tensor, vec2: Tensor, *, out: Tensor | None = None) -> Any:
    """All products of an element of one vector with one of the other: (n), (m) -> (n, m).

    Raises:
        RuntimeError: an operand is no vector.
    """
    _need(input.ndim == 1, f"outer: Expected 1-D argument self, but got {input.ndim}-D; flatten() it")
    _need(vec2.ndim == 1, f"outer: Expected 1-D argument vec2, but got {vec2.ndim}-D; flatten() it")
    return np.expand_dims(input, -1) * vec2, lambda g: g @ vec2, lambda g: input @ g


ger = outer


@differentiable(
    name=lambda input, other: (
        "MulBackward0"
        if 0 in (input.ndim, other.ndim)
        else "DotBackward0"
        if input.ndim + other.ndim < 2
        else "ViewBackward0"
    ),
    saves=["other", "input"],
)
def inner(input: Tensor, other: Tensor, *, out: Tensor | None = None) -> Any:
    """Sums of products over the last axes: (..., k), (... , k) -> (..., ...).

    Raises:
        RuntimeError: the last axes differ.
    """
    if input.ndim == 0 or other.ndim == 0:
        return NotImplemented, mul
    _same_dtype("inner", input, other)
    _need(input.shape[-1] == other.shape[-1], f"inner() the last dimension must match on both input tensors but got shapes {list(input.shape)} and "
                                              f"{list(other.shape)}")  # fmt: skip
    k, head, tail = input.shape[-1], input.shape[:-1], other.shape[:-1]
    a, b = input.reshape((-1, k)), other.reshape((-1, k))

    def flat(g: Any) -> Any:
        return g.reshape((math.prod(head), math.prod(tail)))

    return (
        (a @ b.T).reshape(head + tail),
        lambda g: (flat(g) @ b).reshape(input.shape),
        lambda g: (flat(g).T @ a).reshape(other.shape),
    )


def _scaled_sum(input: Any, product: Any, beta: Any, alpha: Any) -> Any:
    """beta * input + alpha * product; with beta 0 the input's NaN does not count."""
    if isinstance(product, np.ndarray):
        if input.dtype != product.dtype:
            _same_dtype("addmm", input, product)
        alpha, beta = checked(alpha, product.dtype), checked(beta, product.dtype)
        if product.dtype.kind != "f":  # numbers do not change the type of whole numbers
            alpha, beta = (np.asarray(x).astype(product.dtype) for x in (alpha, beta))
    if alpha != 1:
        product = product * alpha
    if beta == 0:
        return product + np.zeros(input.shape, product.dtype)
    return (input if beta == 1 else input * beta) + product


@differentiable
def addmm(
    input: Tensor, mat1: Tensor, mat2: Tensor, *, beta: Number = 1, alpha: Number = 1, out: Tensor | None = None
) -> Any:
    """beta * input + alpha * (mat1 @ mat2); `input` is broadcast to (n, m).

    Raises:
        RuntimeError: shapes or dtypes do not match.
    """
    if all(map(is_half, (input, mat1, mat2))):
        return in_single(addmm, input, mat1, mat2, beta=beta, alpha=alpha)
    product = mm.rule(mat1, mat2)
    return (
        _scaled_sum(input, product, beta, alpha),
        lambda g: g * beta,
        lambda g: (g @ mat2.T) * alpha,
        lambda g: (mat1.T @ g) * alpha,
    )


@differentiable
def baddbmm(
    input: Tensor, batch1: Tensor, batch2: Tensor, *, beta: Number = 1, alpha: Number = 1, out: Tensor | None = None
) -> Any:
    """beta * input + alpha * (batch1 @ batch2); `input` is broadcast to (b, n, m).

    Raises:
        RuntimeError: shapes or dtypes do not match.
    """
    if all(map(is_half, (input, batch1, batch2))):
        return in_single(baddbmm, input, batch1, batch2, beta=beta, alpha=alpha)
    product = bmm.rule(batch1, batch2)
    return (
        _scaled_sum(input, product, beta, alpha),
        lambda g: g * beta,
        lambda g: (g @ batch2.swapaxes(1, 2)) * alpha,
        lambda g: (batch1.swapaxes(1, 2) @ g) * alpha,
    )


@differentiable
def addbmm(
    input: Tensor, batch1: Tensor, batch2: Tensor, *, beta: Number = 1, alpha: Number = 1, out: Tensor | None = None
) -> Any:
    """beta * input + alpha * sum over b of (batch1[b] @ batch2[b]); `input` is broadcast to (n, m).

    Raises:
        RuntimeError: shapes or dtypes do not match.
    """
    if all(map(is_half, (input, batch1, batch2))):
        return in_single(addbmm, input, batch1, batch2, beta=beta, alpha=alpha)
    product = bmm.rule(batch1, batch2)
    product = (
        plain_add(product, axis=0, dtype=product.dtype) if isinstance(product, np.ndarray) else product.sum(axis=0)
    )
    return (
        _scaled_sum(input, product, beta, alpha),
        lambda g: g * beta,
        lambda g: (g @ batch2.swapaxes(1, 2)) * alpha,
        lambda g: (batch1.swapaxes(1, 2) @ g) * alpha,
    )


@differentiable
def addmv(
    input: Tensor, mat: Tensor, vec: Tensor, *, beta: Number = 1, alpha: Number = 1, out: Tensor | None = None
) -> Any:
    """beta * input + alpha * (mat @ vec); `input` is broadcast to (n).

    Raises:
        RuntimeError: shapes or dtypes do not match.
    """
    if all(map(is_half, (input, mat, vec))):
        checked(alpha, input.dtype), checked(beta, input.dtype)
        return in_single(addmv, input, mat, vec, beta=beta, alpha=alpha)
    product = mv.rule(mat, vec)
    return (
        _scaled_sum(input, product, beta, alpha),
        lambda g: g * beta,
        lambda g: np.expand_dims(g, -1) * vec * alpha,
        lambda g: (g @ mat) * alpha,
    )


@differentiable(promote="type")
def addr(
    input: Tensor, vec1: Tensor, vec2: Tensor, *, beta: Number = 1, alpha: Number = 1, out: Tensor | None = None
) -> Any:
    """beta * input + alpha * outer(vec1, vec2); `input` is broadcast to (n, m).

    Raises:
        RuntimeError: shapes do not match.
    """
    for factor in (alpha, beta):
        whole_alpha(input, factor)
    if all(map(is_half, (input, vec1, vec2))):
        return in_single(addr, input, vec1, vec2, beta=beta, alpha=alpha)
    product = outer.rule(vec1, vec2)
    return (
        _scaled_sum(input, product, beta, alpha),
        lambda g: g * beta,
        lambda g: (g @ vec2) * alpha,
        lambda g: (vec1 @ g) * alpha,
    )


def _linear_name(input: Any, weight: Any, bias: Any = None) -> str:
    """The name for weights in a matrix; others are handed on."""
    if input.ndim == 2:
        return "MmBackward0" if bias is None else "AddmmBackward0"
    if input.ndim == 1:
        return "SqueezeBackward4" if bias is None else "ViewBackward0"
    return "UnsafeViewBackward0" if bias is None else "ViewBackward0"


def _plain_linear(input: Any, weight: Any, bias: Any = None) -> Any:
    product = input @ (weight if weight.ndim == 1 else weight.T)
    if bias is None:
        return product
    value = product + bias
    _need(
        value.shape == product.shape,
        f"linear(): output with shape {list(product.shape)} doesn't match the broadcast shape {list(value.shape)}: "
        f"the bias has shape {list(bias.shape)}; give it as [{weight.shape[0]}], a number for each output",
    )
    return value


@differentiable(name="AddmmBackward0", plain=_plain_linear, exact=True)
def linear(input: Tensor, weight: Tensor, bias: Tensor | None = None, *, out: Tensor | None = None) -> Any:
    """input @ weightᵀ + bias: each row of `weight` holds the weights of one output.

    Shapes: (..., in), (out, in), (out) -> (..., out).

    Raises:
        RuntimeError: the last axis of the input is not the weight's last axis, or the dtypes differ.

    >>> import minitorch_pt as torch
    >>> torch.nn.functional.linear(torch.tensor([1.0, 2.0]), torch.tensor([[3.0, 4.0]]), torch.tensor([5.0]))
    tensor([16.])
    """
    # not by shapes: each look at one makes a tuple, in all 0.7 us a step of two layers
    if bias is None or input.ndim != 2 or weight.ndim != 2 or bias.ndim != 1 or len(bias) != len(weight):
        return NotImplemented, _linear_otherwise
    try:
        value = input.dot(weight.T)  # of matrices, .dot is @ with 0.4 us less of preparation
    except ValueError:
        _refuse_features(input, weight)
    if not input.dtype is weight.dtype is bias.dtype:
        _same_dtype("linear", input, weight, bias)
    value += bias  # the product is still ours alone: no second array
    return value, lambda g: g.dot(weight), lambda g: g.T.dot(input), _sum_of_rows


@differentiable(name=_linear_name, plain=_plain_linear)
def _linear_otherwise(input: Any, weight: Any, bias: Any = None) -> Any:
    """`linear` for inputs that are no matrix, without bias, with one that broadcasts, or for weights of one output without an axis."""
    shape = input.shape
    if not input.ndim or not weight.ndim:
        raise RuntimeError(
            f"both arguments to linear need to be at least 1D, but they are {input.ndim}D and {weight.ndim}D"
        )
    if weight.ndim > 2:
        raise RuntimeError(
            f"linear(): t() expects a tensor with <= 2 dimensions, but the weight is {weight.ndim}D: give it as (out, in)"
        )
    _same_dtype("linear", input, weight, *(() if bias is None else (bias,)))
    joined = bias is not None and (input.ndim == 2 or _adds_within(input, bias))
    if joined and weight.ndim == 1:
        raise RuntimeError(
            f"linear(): mat2 must be a matrix, got 1-D tensor: weights of one output, {list(weight.shape)}, take no bias of shape "
            f"{list(bias.shape)}; give the weight as {[1, *weight.shape]}"
        )
    if weight.ndim == 1 or (bias is not None and not joined):
        return NotImplemented, _plain_linear
    # all samples as one matrix: its product takes 2/3 of the time of a product for each
    rows = input.reshape(math.prod(shape[:-1]), shape[-1])
    try:
        value = rows.dot(weight.T)
    except ValueError:
        _refuse_features(rows, weight)
    flat = value.shape
    pulls = [lambda g: g.reshape(flat).dot(weight).reshape(shape), lambda g: g.reshape(flat).T.dot(rows)]
    if bias is not None:
        value += bias
        one = bias.ndim == 1
        pulls.append(lambda g: _sum_of_rows(g.reshape(flat)) if one else g.reshape(flat))
    return value.reshape(*shape[:-1], flat[-1]), *pulls


def _adds_within(input: Any, bias: Any) -> bool:
    """Whether torch adds the bias within the product; if not, it is a node of its own, and may have any shape that broadcasts."""
    return input.flags.c_contiguous and bias.flags.c_contiguous and (bias.ndim == 1 or bias.squeeze().ndim == 1)


def _refuse_features(rows: Any, weight: Any) -> NoReturn:
    raise RuntimeError(
        f"mat1 and mat2 shapes cannot be multiplied ({_mat(rows)} and {_mat(weight.T)}): the last axis of the input must be "
        f"{weight.shape[-1]}, the layer's in_features, and is {rows.shape[-1]}"
    ) from None


def _sum_of_rows(g: np.ndarray) -> np.ndarray:
    n = len(g)
    return ones(n, g.dtype).dot(g) if n <= 1024 else total(g, (0,), False, g.dtype)  # a product of many loses digits


@composed
def bilinear(input1: Tensor, input2: Tensor, weight: Tensor, bias: Tensor | None = None) -> Tensor:
    """input1ᵀ W[o] input2 + bias[o] for each output o.

    Shapes: (..., in1), (..., in2), (out, in1, in2), (out) -> (..., out).

    Raises:
        RuntimeError: shapes do not match.
    """
    _need(
        0 not in (input1.ndim, input2.ndim) and weight.ndim == 3 and input1.shape[:-1] == input2.shape[:-1],
        f"bilinear(): input batch dimensions do not match: got {list(input1.shape)} and {list(input2.shape)}",
    )
    _need(bias is None or bias.ndim == 1, "bilinear(): the bias must be a vector")
    _need(input1.shape[-1] == weight.shape[1] and input2.shape[-1] == weight.shape[2],
          f"bilinear(): the weight expects inputs of {weight.shape[1]} and {weight.shape[2]} features, got {input1.shape[-1]} and {input2.shape[-1]}")  # fmt: skip
    _same_dtype("bilinear", *(x for x in (input1, input2, weight, bias) if x is not None))
    value = _bilinear(input1, input2, weight)
    return value if bias is None else value + bias


@differentiable(name="TrilinearBackward0", saves=["input2 weight", "input1 weight", "input1 input2"])
def _bilinear(input1: Any, input2: Any, weight: Any) -> Any:
    out, first, second = weight.shape
    a = np.expand_dims(input1.reshape((-1, first)), 2)
    b = np.expand_dims(input2.reshape((-1, second)), 1)
    pairs = (a * b).reshape((-1, first * second))
    flat = weight.reshape((out, first * second))

    def spread(g: Any) -> Any:
        return (g.reshape((-1, out)) @ flat).reshape((-1, first, second))

    return (
        (pairs @ flat.T).reshape((*input1.shape[:-1], out)),
        lambda g: summed(spread(g) * b, 2).reshape(input1.shape),
        lambda g: summed(spread(g) * a, 1).reshape(input2.shape),
        lambda g: (g.reshape((-1, out)).T @ pairs).reshape(weight.shape),
    )


@composed
def tensordot(a: Tensor, b: Tensor, dims: object = 2, *, out: Tensor | None = None) -> Tensor:
    """Sum of products over pairs of axes: the last `dims` of `a` with the first of `b`, or two lists of axes.

    Raises:
        RuntimeError: paired axes differ in size, or the lists in length. IndexError: no such axis.
    """
    if hasattr(dims, "_data") and dims.numel() == 1:  # type: ignore[attr-defined]
        dims = int(dims)  # type: ignore[call-overload]
    if not isinstance(dims, (int, list, tuple)) and not hasattr(dims, "_data"):
        raise RuntimeError(
            f"tensordot expects dims to be an int or two lists of axes, not {type(dims).__name__}: {dims!r}"
        )
    if isinstance(dims, int):
        _need(
            0 <= dims <= min(a.ndim, b.ndim),
            f"tensordot expects 0 <= dims <= {min(a.ndim, b.ndim)}, but got dims={dims}",
        )
        left, right = list(range(a.ndim - dims, a.ndim)), list(range(dims))
    else:
        left, right = (
            [_axis(d, t.ndim) for d in ([ds] if isinstance(ds, int) else ds)]
            for ds, t in zip(dims, (a, b), strict=True)
        )
    _need(len(left) == len(right), f"both dimension lists should have same length, got {left} and {right}")
    for i, j in zip(left, right, strict=True):  # an axis of size 1 goes with any other: the other is summed over
        if a.shape[i] == 1:
            b = b.sum(dim=j, keepdim=True)
        elif b.shape[j] == 1:
            a = a.sum(dim=i, keepdim=True)
        _need(a.shape[i] == b.shape[j], f"contracted dimensions need to match, but first has size {a.shape[i]} in dim {i} and second has size "
                                        f"{b.shape[j]} in dim {j}")  # fmt: skip
    rest_a = [d for d in range(a.ndim) if d not in left]
    rest_b = [d for d in range(b.ndim) if d not in right]
    inner_size = math.prod(a.shape[d] for d in left)
    shape_a, shape_b = tuple(a.shape[d] for d in rest_a), tuple(b.shape[d] for d in rest_b)
    rows = permute(a, (*rest_a, *left)).reshape((math.prod(shape_a), inner_size))
    columns = permute(b, (*right, *rest_b)).reshape((inner_size, math.prod(shape_b)))
    return mm(rows, columns).reshape(shape_a + shape_b)


@composed
def einsum(equation: str | Tensor, *operands: object) -> Tensor:
    """Sum of products named by letters: "ij,jk->ik" is a matrix product. Letters left out of the result are summed over.

    Numbers in lists do as well: einsum(a, [0, 1], b, [1, 2], [0, 2]).

    Without "->" the result has the letters that occur once, in alphabetical order; "..." stands for further axes, broadcast.

    Raises:
        RuntimeError: the equation does not fit the operands, or factors that are summed over have two types.

    >>> import minitorch_pt as torch
    >>> torch.einsum("ij,ij->i", torch.ones(2, 3), torch.ones(2, 3))
    tensor([3., 3.])
    """
    if operands and not isinstance(equation, str):
        equation, operands = _lettered(equation, *operands)
    if len(operands) == 1 and isinstance(operands[0], (list, tuple)):
        operands = tuple(operands[0])
    if not isinstance(equation, str) or not operands:
        raise ValueError(
            "einsum(): must specify the equation string and at least one operand: einsum('ij,jk->ik', a, b)"
        )
    for i, operand in enumerate(operands):
        if not hasattr(operand, "ndim"):
            raise TypeError(f"einsum(): expected Tensor as element {i} in argument 1, but got {type(operand).__name__}")
    equation = equation.replace(" ", "")
    left, arrow, right = equation.partition("->")
    terms = left.split(",")
    _need(
        len(terms) == len(operands),
        f"einsum(): the equation {equation!r} has {len(terms)} operands, and {len(operands)} were given",
    )
    free = iter(sorted(set("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz") - set(equation)))
    extra = [
        t.ndim - len(term.replace("...", "")) if "..." in term else 0 for term, t in zip(terms, operands, strict=True)
    ]
    dots = "".join(next(free) for _ in range(max(extra)))
    terms = [term.replace("...", dots[len(dots) - n :]) for term, n in zip(terms, extra, strict=True)]
    joined = "".join(terms)
    result = (
        right.replace("...", dots)
        if arrow
        else dots + "".join(sorted(c for c in set(joined) - set(dots) if joined.count(c) == 1))
    )
    _need(len(set(result)) == len(result), f"einsum(): output subscripts {result!r} contain a letter twice")
    sizes: dict[str, int] = {}
    for term, t in zip(terms, operands, strict=True):
        _need(
            len(term) == t.ndim,
            f"einsum(): the number of subscripts in {term!r} does not match the number of dimensions ({t.ndim}) of its operand",
        )
        for letter, n in zip(term, t.shape, strict=True):
            _need(sizes.get(letter, 1) in (1, n) or n == 1, f"einsum(): subscript {letter!r} has size {n} for one operand, which does not broadcast with "
                                                            f"the size {sizes.get(letter)} seen before")  # fmt: skip
            sizes[letter] = max(sizes.get(letter, 1), n) if n else 0
    if not set(result) >= set(joined):
        _same_dtype("einsum", *operands)
    _need(
        set(result) <= set(joined),
        f"einsum(): output subscripts {result!r} contain a letter that no operand has: {equation!r}",
    )
    plain_terms, plain_operands = [], []
    for term, t in zip(terms, operands, strict=True):
        while len(set(term)) < len(term):  # a letter twice in one operand: its diagonal
            letter = next(c for c in term if term.count(c) > 1)
            i = term.index(letter)
            j = term.index(letter, i + 1)
            t = diagonal(t, 0, i, j)
            term = term[:i] + term[i + 1 : j] + term[j + 1 :] + letter
        for i in reversed(
            [i for i, c in enumerate(term) if t.shape[i] == 1 and sizes[c] != 1]
        ):  # stretched: leave the axis out
            t = select(t, i, 0)
            term = term[:i] + term[i + 1 :]
        plain_terms.append(term)
        plain_operands.append(t)
    _types_of_factors(plain_terms, plain_operands, result)
    return _einsum(*plain_operands, terms=plain_terms, result=result)


def _as_torch_leaves_it(value: np.ndarray, arrays: list[np.ndarray], terms: list[str], result: str) -> np.ndarray:
    """A product of two that sums is a batch of matrix products, (shared, left, right), whose axes are then put in order; one that
    does not is elementwise."""
    if len(arrays) != 2:
        return value if len(arrays) == 1 and len(result) == len(terms[0]) else layouts.compact(value)
    left, right = ({*term} for term in terms)
    if (left & right).difference(result):
        own = [c in left for c in result if c in left ^ right]
        swapped = own == sorted(own) and len(own) == len(
            left ^ right
        )  # all of the second's come first, and none was summed alone
        first = right if swapped else left
        order = sorted(
            range(len(result)), key=lambda i: 0 if result[i] in left & right else 1 if result[i] in first else 2
        )
        return layouts.placed(value, layouts.packed(value.shape, order[::-1]))
    seen = []
    for term, x in zip(terms, arrays, strict=True):
        kept = "".join(c for c in result if c in term)
        x = np.einsum(f"{term}->{kept}", x)  # a view, or a sum
        x = x if len(kept) == len(term) else layouts.compact(x)
        seen.append(x[tuple(slice(None) if c in term else None for c in result)])
    return layouts.placed(value, layouts.elementwise(value.shape, seen))


def _lettered(*given: Any) -> tuple[str, tuple]:
    """The equation and the operands of einsum(a, [0, 1], b, [1, 2], [0, 2]).

    Raises:
        TypeError: something stands where a list belongs. RuntimeError: a number that is not between 0 and 51.
    """
    pairs = len(given) // 2
    terms, letters = [], string.ascii_uppercase + string.ascii_lowercase
    for axes in given[1 : 2 * pairs : 2] + given[2 * pairs :]:
        if not isinstance(axes, (list, tuple)):
            raise TypeError(f"einsum(): operands and lists of axes must take turns, and a {type(axes).__name__} stands where a list belongs")  # fmt: skip
        for axis in axes:
            _need(axis is ... or axis in range(52), f"einsum(): subscripts must be between 0 and 51, and one is {axis}")
        terms.append("".join("..." if axis is ... else letters[axis] for axis in axes))
    return ",".join(terms[:pairs]) + "".join(f"->{term}" for term in terms[pairs:]), given[: 2 * pairs : 2]


def _types_of_factors(terms: list[str], operands: list, result: str) -> None:
    """Factors are multiplied from the left, two by two: only where nothing is summed over they may have two types."""
    seen, kind = set(terms[0]), operands[0].dtype
    for i, (term, operand) in enumerate(zip(terms[1:], operands[1:], strict=True), 2):
        summed = (seen & set(term)) - set(result).union(*terms[i:])
        sizes = dict(zip(term, operand.shape, strict=True))
        if kind is not operand.dtype and any(sizes[letter] != 1 for letter in summed):
            raise RuntimeError(
                f"einsum(): expected scalar type {kind} but found {operand.dtype}: convert one with .to()"
            )
        seen, kind = (seen | set(term)) - summed, promote_types(kind, operand.dtype)


def _einsum_rule(*operands: Any, terms: list[str], result: str) -> Any:
    arrays = [*map(array, operands)]
    with np.errstate(
        all="ignore"
    ):  # it multiplies in NumPy's own Python code, whose notes the filter does not know as ours
        value = np.einsum(",".join(terms) + "->" + result, *arrays, optimize=len(operands) > 1)
    value = _as_torch_leaves_it(value, arrays, terms, result)
    sizes = {c: n for term, t in zip(terms, operands, strict=True) for c, n in zip(term, t.shape, strict=True)}

    def pull_of(k: int) -> Any:
        others = [(term, t) for i, (term, t) in enumerate(zip(terms, operands, strict=True)) if i != k]

        def pull(g: Any) -> Any:
            known = set(result).union(*(term for term, _ in others))
            term = "".join(c for c in terms[k] if c in known)
            flow = _einsum.rule(g, *(t for _, t in others), terms=[result, *(name for name, _ in others)], result=term)
            # a letter that only this operand has was summed over: its gradient is the same all along that axis
            shape = tuple(sizes[c] if c in known else 1 for c in terms[k])
            return np.broadcast_to(flow.reshape(shape), tuple(sizes[c] for c in terms[k]))

        return pull

    return value, *(pull_of(k) for k in range(len(operands)))


_einsum = differentiable(_einsum_rule, promote="type", name="ViewBackward0")
