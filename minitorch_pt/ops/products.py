"""Products of vectors, matrices and batches of matrices.

For C = A @ B the gradients are dA = dC @ Bᵀ and dB = Aᵀ @ dC: each factor's gradient is a product with the other one.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import TYPE_CHECKING

import numpy as np

from ..arrays.dtypes import TITLES, checked
from ..arrays.sums import plain_add
from ..autograd.rule import differentiable
from ..names.titles import alias
from .broadcasting import broadcast_shapes, check_expansion
from .checks import BOOL, need, same_dtype
from .elementwise.arithmetic import mul, whole_alpha
from .halves import in_single, is_half

if TYPE_CHECKING:
    from ..autograd.contract import Array, CastOut, Number, Pulled, QuietOut, Tensor


__all__ = [
    "addbmm", "addmm", "addmv", "addr", "baddbmm", "bmm", "dot", "ger", "inner", "matmul", "mm", "mv", "outer", "vdot",
]  # fmt: skip


def _matmul_name(input: Array, other: Array) -> str:
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


def _mismatch(a: tuple, b: tuple) -> str:
    """What torch says of two shapes that cannot be multiplied: the words of the kernel that the ranks lead to."""
    rows = math.prod(a[:-1])
    if len(b) == 1:
        if len(a) == 1:
            return (
                f"inconsistent tensor size, expected tensor [{a[0]}] and src [{b[0]}] to have the same number of elements, "
                f"but got {a[0]} and {b[0]} elements respectively"
            )
        return f"size mismatch, got input ({rows}), mat ({rows}x{a[-1]}), vec ({b[0]})"
    if len(b) == 2:
        return f"mat1 and mat2 shapes cannot be multiplied ({rows}x{a[-1]} and {b[0]}x{b[1]})"
    count = math.prod(broadcast_shapes(a[:-2], b[:-2]))
    return (
        f"Expected size for first two dimensions of batch2 tensor to be: [{count}, {a[-1]}] but got: [{count}, {b[-2]}]"
    )


def _check_factors(input: Array, other: Array) -> None:
    """Raise RuntimeError unless the two can be multiplied as matrices."""
    need(
        input.ndim > 0 and other.ndim > 0,
        f"both arguments to matmul need to be at least 1D, but they are {input.ndim}D and {other.ndim}D",
    )
    inner = other.shape[-2 if other.ndim > 1 else 0]
    if input.shape[-1] != inner:
        raise RuntimeError(
            f"{_mismatch(input.shape, other.shape)}: the shapes are {list(input.shape)} and {list(other.shape)}, the last axis of the first must "
            f"equal the {'last but one' if other.ndim > 1 else 'only'} axis of the second, and {input.shape[-1]} != {inner}. Transpose one of them?"
        )
    if input.dtype is not other.dtype or input.dtype is BOOL:
        same_dtype("matmul", input, other)


@differentiable(name=_matmul_name)
def matmul(input: Tensor, other: Tensor, *, out: Tensor | None = None) -> Pulled:
    """Matrix product of the last two axes, broadcast over the others; 1-D operands are a row (left) and a column (right).

    Shapes: (..., n, k) @ (..., k, m) -> (..., n, m); (k) @ (k) -> ().

    Raises:
        RuntimeError: an operand has no axis, the inner sizes differ, or the dtypes do.

    >>> torch.matmul(torch.tensor([[1, 2], [3, 4]]), torch.tensor([1, 1]))
    tensor([3, 7])
    >>> torch.matmul(torch.ones(5, 2, 3), torch.ones(3, 4)).shape
    torch.Size([5, 2, 4])
    """
    _check_factors(input, other)
    m, n = input.ndim, other.ndim
    left = input
    if n == 2 and m > 2:  # the gradient is one product over all samples instead of one each and a sum
        left = input.reshape((math.prod(input.shape[:-1]), input.shape[-1]))  # not -1: an axis may be empty

    def pull_input(g: Array) -> Array:
        if n == 1:
            return np.expand_dims(g, -1) * other
        if m == 1:
            return (other @ np.expand_dims(g, -1))[..., 0]
        return g @ other.swapaxes(-1, -2)

    def pull_other(g: Array) -> Array:
        if m == 1:
            return g * left if n == 1 else np.expand_dims(left, -1) * np.expand_dims(g, -2)
        if n == 1:
            return (left.swapaxes(-1, -2) @ np.expand_dims(g, -1))[..., 0]
        if n == 2 and m > 2:
            return left.T @ g.reshape((left.shape[0], g.shape[-1]))
        return left.swapaxes(-1, -2) @ g

    return input @ other, pull_input, pull_other


def shape_text(x: Array) -> str:
    """A shape as torch's messages write it: 2x3."""
    return "x".join(str(n) for n in x.shape)


@differentiable(name="MmBackward0")
def mm(input: Tensor, mat2: Tensor, *, out: Tensor | None = None) -> Pulled:
    """Product of two matrices: (n, k) @ (k, m) -> (n, m).

    Raises:
        RuntimeError: an operand is no matrix, or the inner sizes or the dtypes differ.

    >>> torch.mm(torch.tensor([[1, 2], [3, 4]]), torch.tensor([[1, 0], [0, 2]]))
    tensor([[1, 4],
            [3, 8]])
    """
    need(
        input.ndim == 2,
        f"self must be a matrix, got {input.ndim} axes of shape {list(input.shape)}; use matmul for other ranks",
    )
    need(
        mat2.ndim == 2,
        f"mat2 must be a matrix, got {mat2.ndim} axes of shape {list(mat2.shape)}; use matmul for other ranks",
    )
    return matmul.rule(input, mat2), lambda g: g @ mat2.T, lambda g: input.T @ g


@differentiable(name="BmmBackward0")
def bmm(input: Tensor, mat2: Tensor, *, out: Tensor | None = None) -> Pulled:
    """Products of matrices in pairs: (b, n, k) @ (b, k, m) -> (b, n, m).

    Raises:
        RuntimeError: an operand has not three axes, or the sizes or the dtypes do not match.

    >>> torch.bmm(torch.ones(5, 2, 3), torch.ones(5, 3, 4)).shape
    torch.Size([5, 2, 4])
    """
    need(input.ndim == 3, f"batch1 must be a 3D tensor, got shape {list(input.shape)}; use matmul for other ranks")
    need(mat2.ndim == 3, f"batch2 must be a 3D tensor, got shape {list(mat2.shape)}; use matmul for other ranks")
    expected = [input.shape[0], input.shape[2]]
    need(
        list(mat2.shape[:2]) == expected,
        f"Expected size for first two dimensions of batch2 tensor to be: {expected} but got: {list(mat2.shape[:2])}.",
    )
    return matmul.rule(input, mat2), lambda g: g @ mat2.swapaxes(1, 2), lambda g: input.swapaxes(1, 2) @ g


@differentiable(name="MvBackward0")
def mv(input: Tensor, vec: Tensor, *, out: Tensor | None = None) -> Pulled:
    """Matrix times vector: (n, k) @ (k) -> (n).

    Raises:
        RuntimeError: not a matrix and a vector, or the sizes or dtypes differ.

    >>> torch.mv(torch.tensor([[1, 2], [3, 4]]), torch.tensor([1, 1]))
    tensor([3, 7])
    """
    need(
        input.ndim == 2 and vec.ndim == 1,
        f"vector + matrix @ vector expected, got {input.ndim}, {vec.ndim} axes; use matmul for other ranks",
    )
    need(
        input.shape[1] == vec.shape[0],
        f"size mismatch, got input ({input.shape[0]}), mat ({shape_text(input)}), vec ({vec.shape[0]}): the matrix must have as many columns as the vector has elements",
    )
    return matmul.rule(input, vec), lambda g: np.expand_dims(g, -1) * vec, lambda g: g @ input


@differentiable
def dot(input: Tensor, tensor: Tensor, *, out: Tensor | None = None) -> Pulled:
    """Sum of the products of the elements of two vectors: (n), (n) -> ().

    Raises:
        RuntimeError: an operand is no vector, or the sizes or dtypes differ.

    >>> torch.dot(torch.tensor([1, 2, 3]), torch.tensor([4, 5, 6]))
    tensor(32)
    """
    need(
        input.ndim == 1 and tensor.ndim == 1,
        f"1D tensors expected, but got {input.ndim}D and {tensor.ndim}D tensors; use matmul for matrices",
    )
    if input.dtype is not tensor.dtype:
        titles = f"{TITLES[input.dtype.name]} and {TITLES[tensor.dtype.name]}"
        raise RuntimeError(
            f"dot : expected both vectors to have same dtype, but found {titles}; convert one with .to()"
        )
    need(
        input.shape == tensor.shape,
        f"inconsistent tensor size, expected tensor [{input.shape[0]}] and src [{tensor.shape[0]}] to have the same number of "
        f"elements, but got {input.shape[0]} and {tensor.shape[0]} elements respectively",
    )
    if input.dtype is BOOL:
        same_dtype("dot", input, tensor)
    return input @ tensor, lambda g: g * tensor, lambda g: g * input


@differentiable
def vdot(input: Tensor, other: Tensor, *, out: Tensor | None = None) -> Pulled:
    """The sum of the products of two vectors' elements, as `dot`: complex numbers, of which it conjugates the first, are not supported.

    >>> torch.vdot(torch.tensor([1, 2, 3]), torch.tensor([4, 5, 6]))
    tensor(32)
    """
    return dot.__wrapped__(input, other)


@differentiable(promote="type", name="MulBackward0")
def outer(input: Tensor, vec2: Tensor, *, out: Tensor | None = None) -> Pulled:
    """All products of an element of one vector with one of the other: (n), (m) -> (n, m).

    Raises:
        RuntimeError: an operand is no vector.

    >>> torch.ger(torch.tensor([1, 2]), torch.tensor([3, 4]))
    tensor([[3, 4],
            [6, 8]])
    """
    need(input.ndim == 1, f"outer: Expected 1-D argument self, but got {input.ndim}-D; flatten() it")
    need(vec2.ndim == 1, f"outer: Expected 1-D argument vec2, but got {vec2.ndim}-D; flatten() it")
    return np.expand_dims(input, -1) * vec2, lambda g: g @ vec2, lambda g: input @ g


ger = alias(outer, "ger")


@differentiable(
    name=lambda input, other: (
        "MulBackward0"
        if 0 in (input.ndim, other.ndim)
        else "DotBackward0"
        if input.ndim + other.ndim < 2
        else "ViewBackward0"
    ),
    saves=["other", "input"],
    order="",
)
def inner(input: Tensor, other: Tensor, *, out: Tensor | None = None) -> Pulled:
    """Sums of products over the last axes: (..., k), (... , k) -> (..., ...).

    Raises:
        RuntimeError: the last axes differ.

    >>> torch.inner(torch.tensor([1, 2, 3]), torch.tensor([4, 5, 6]))
    tensor(32)
    """
    if input.ndim == 0 or other.ndim == 0:
        return NotImplemented, mul
    same_dtype("inner", input, other)
    need(
        input.shape[-1] == other.shape[-1],
        f"inner() the last dimension must match on both input tensors but got shapes {list(input.shape)} and {list(other.shape)}",
    )
    k, head, tail = input.shape[-1], input.shape[:-1], other.shape[:-1]
    a, b = input.reshape((math.prod(head), k)), other.reshape((math.prod(tail), k))

    def flat(g: Array) -> Array:
        return g.reshape((math.prod(head), math.prod(tail)))

    return (
        (a @ b.T).reshape(head + tail),
        lambda g: (flat(g) @ b).reshape(input.shape),
        lambda g: (flat(g).T @ a).reshape(other.shape),
    )


def _scaled_sum(input: Array, product: Array, beta: float, alpha: float) -> Array:
    """beta * input + alpha * product, whose shape the input is expanded to; with beta 0 the input's NaN does not count."""
    if input.shape != product.shape:
        check_expansion(product.shape, input.shape, input.dtype)
    if isinstance(product, np.ndarray):
        if input.dtype != product.dtype:
            same_dtype("addmm", input, product)
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
) -> Pulled:
    """beta * input + alpha * (mat1 @ mat2); `input` is broadcast to (n, m).

    Raises:
        RuntimeError: shapes or dtypes do not match.

    >>> torch.addmm(torch.tensor([10.0, 20.0]), torch.tensor([[1.0, 2.0]]), torch.tensor([[1.0, 0.0], [0.0, 1.0]]))
    tensor([[11., 22.]])
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


def _pulls_of_batches(batch1: Array, batch2: Array, beta: float, alpha: float) -> tuple[Callable, ...]:
    """The gradient functions of beta * input + alpha * (batch1 @ batch2), summed over the batch or not."""
    return (
        lambda g: g * beta,
        lambda g: (g @ batch2.swapaxes(1, 2)) * alpha,
        lambda g: (batch1.swapaxes(1, 2) @ g) * alpha,
    )


@differentiable
def baddbmm(
    input: Tensor, batch1: Tensor, batch2: Tensor, *, beta: Number = 1, alpha: Number = 1, out: Tensor | None = None
) -> Pulled:
    """beta * input + alpha * (batch1 @ batch2); `input` is broadcast to (b, n, m).

    Raises:
        RuntimeError: shapes or dtypes do not match.

    >>> torch.baddbmm(torch.ones(2, 1, 1), torch.ones(2, 1, 3), torch.ones(2, 3, 1)).flatten()
    tensor([4., 4.])
    """
    if all(map(is_half, (input, batch1, batch2))):
        return in_single(baddbmm, input, batch1, batch2, beta=beta, alpha=alpha)
    product = bmm.rule(batch1, batch2)
    return _scaled_sum(input, product, beta, alpha), *_pulls_of_batches(batch1, batch2, beta, alpha)


@differentiable
def addbmm(
    input: Tensor, batch1: Tensor, batch2: Tensor, *, beta: Number = 1, alpha: Number = 1, out: QuietOut | None = None
) -> Pulled:
    """beta * input + alpha * sum over b of (batch1[b] @ batch2[b]); `input` is broadcast to (n, m).

    Raises:
        RuntimeError: shapes or dtypes do not match.

    >>> torch.addbmm(torch.zeros(1, 1), torch.ones(2, 1, 3), torch.ones(2, 3, 1))
    tensor([[6.]])
    """
    if all(map(is_half, (input, batch1, batch2))):
        return in_single(addbmm, input, batch1, batch2, beta=beta, alpha=alpha)
    product = bmm.rule(batch1, batch2)
    product = (
        plain_add(product, axis=0, dtype=product.dtype) if isinstance(product, np.ndarray) else product.sum(axis=0)
    )
    return _scaled_sum(input, product, beta, alpha), *_pulls_of_batches(batch1, batch2, beta, alpha)


@differentiable
def addmv(
    input: Tensor, mat: Tensor, vec: Tensor, *, beta: Number = 1, alpha: Number = 1, out: Tensor | None = None
) -> Pulled:
    """beta * input + alpha * (mat @ vec); `input` is broadcast to (n).

    Raises:
        RuntimeError: shapes or dtypes do not match.

    >>> torch.addmv(torch.tensor([10.0, 20.0]), torch.tensor([[1.0, 2.0], [3.0, 4.0]]), torch.tensor([1.0, 1.0]))
    tensor([13., 27.])
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
    input: Tensor, vec1: Tensor, vec2: Tensor, *, beta: Number = 1, alpha: Number = 1, out: CastOut | None = None
) -> Pulled:
    """beta * input + alpha * outer(vec1, vec2); `input` is broadcast to (n, m).

    Raises:
        RuntimeError: shapes do not match.

    >>> torch.addr(torch.zeros(2, 2), torch.tensor([1.0, 2.0]), torch.tensor([3.0, 4.0]))
    tensor([[3., 4.],
            [6., 8.]])
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
