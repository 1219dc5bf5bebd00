"""Products and powers of matrices: the best order of a chain, powers by squaring, the exponential."""

from __future__ import annotations

import functools
import itertools
import math
from typing import TYPE_CHECKING, Any

import numpy as np

from ...arrays.sums import plain_add
from ...autograd.contract import composed
from ...autograd.rule import array, differentiable
from ..picking import flat_slope
from ..products import matmul
from ..shape import clone
from .common import check_matrices, transposed
from .inverses import inv

if TYPE_CHECKING:
    from ...autograd.contract import Array, Pulled, Tensor, Tensors


__all__ = ["matmul", "matrix_exp", "matrix_power", "multi_dot"]


@composed
def multi_dot(tensors: Tensors, *, out: Tensor | None = None) -> Tensor:
    """The product of two or more matrices, multiplied in the order that needs the fewest multiplications.

    The first may be a vector (a row), and the last (a column).

    Raises:
        RuntimeError: less than two, not matrices, or sizes or dtypes that do not fit.
    Source: Cormen et al., Introduction to Algorithms, "Matrix-chain multiplication".

    >>> torch.linalg.multi_dot([torch.ones(2, 3), torch.ones(3, 4), torch.ones(4, 1)])
    tensor([[12.],
            [12.]])
    """
    matrices = list(tensors)
    if len(matrices) < 2:
        raise RuntimeError(f"multi_dot(): expected at least 2 tensors but got {len(matrices)}")
    row, column = matrices[0].ndim == 1, matrices[-1].ndim == 1
    if row:
        matrices[0] = matrices[0].reshape((1, -1))
    if column:
        matrices[-1] = matrices[-1].reshape((-1, 1))
    for i, matrix in enumerate(matrices):
        if matrix.ndim != 2:
            ends = {0: "the first tensor must be 1D or 2D", len(matrices) - 1: "the last tensor must be 1D or 2D"}
            raise RuntimeError(f"multi_dot(): {ends.get(i, f'tensor {i} must be 2D')} but got {tensors[i].ndim}D")
    for i, (left, right) in enumerate(itertools.pairwise(matrices)):
        if left.shape[1] != right.shape[0]:
            shapes = f"{list(tensors[i].shape)} and {list(tensors[i + 1].shape)}"
            raise RuntimeError(f"multi_dot(): tensors {i} and {i + 1} with shapes {shapes} cannot be multiplied")
    sizes = [m.shape[0] for m in matrices] + [matrices[-1].shape[1]]

    @functools.cache
    def best(i: int, j: int) -> tuple[int, int]:
        """The multiplications that matrices i to j need, and the last matrix of the left part."""
        if i == j:
            return 0, i
        costs = [(best(i, k)[0] + best(k + 1, j)[0] + sizes[i] * sizes[k + 1] * sizes[j + 1], k) for k in range(i, j)]
        # torch's of equal ones
        return min(costs, key=lambda cost: (cost[0], cost[1] if len(matrices) > 3 else -cost[1]))

    def product(i: int, j: int) -> Array:
        if i == j:
            return matrices[i]
        k = best(i, j)[1]
        return matmul(product(i, k), product(k + 1, j))

    result = product(0, len(matrices) - 1)
    return result.reshape(tuple(n for n, vector in zip(result.shape, (row, column), strict=True) if not vector))


@differentiable(linear=True, name="torch::autograd::CopyBackwards")
def _identity(A: Array) -> Pulled:
    value = np.broadcast_to(np.eye(A.shape[-1], dtype=A.dtype), A.shape)
    return np.array(value), flat_slope


@composed
def matrix_power(input: Tensor, n: int, *, out: Tensor | None = None) -> Tensor:
    """A multiplied n times with itself, by squaring: (*, m, m). n = 0 gives the identity, n < 0 powers of the inverse.

    Raises:
        RuntimeError: not square. LinAlgError: n < 0 and a singular matrix.

    >>> torch.matrix_power(torch.tensor([[1.0, 1.0], [0.0, 1.0]]), 3)
    tensor([[1., 3.],
            [0., 1.]])
    """
    if input.ndim < 2:
        raise RuntimeError(
            f"linalg.matrix_power: The input tensor A must have at least 2 dimensions, got shape {list(input.shape)}"
        )
    if input.shape[-1] != input.shape[-2]:
        raise RuntimeError(
            f"linalg.matrix_power: A must be batches of square matrices, but it has shape {list(input.shape)}"
        )
    if n == 0:
        return _identity(input)
    if n == 1:
        return clone(input)
    if n < 0:
        input, n = inv(input), -n
    result = None
    while n:
        if n % 2:
            result = input if result is None else result @ input
        n //= 2
        if n:
            input = input @ input
    return result


# numerator of the [13/13] Padé approximant of e^x, which up to the 1-norm 5.37 is exact to the last place of float64
_PADE = [
    math.factorial(26 - k) * math.factorial(13) / (math.factorial(26) * math.factorial(k) * math.factorial(13 - k))
    for k in range(14)
]


def _exponential(A: np.ndarray) -> np.ndarray:
    """e^A by scaling and squaring: e^A = (e^(A / 2^s))^(2^s)."""
    size = plain_add(np.abs(A), axis=-2).max(axis=-1, initial=0)
    steps = np.ceil(np.log2(np.maximum(size, 5.37) / 5.37))
    steps = np.where(np.isfinite(steps), steps, 0)
    x = (A * np.exp2(-steps)[..., None, None]).astype(A.dtype)
    even: Any = np.zeros_like(x)
    odd, power, square = even, np.broadcast_to(np.eye(A.shape[-1], dtype=A.dtype), A.shape), x @ x
    for k in range(0, 14, 2):
        even, odd = even + _PADE[k] * power, odd + _PADE[k + 1] * power
        power = power @ square
    odd = x @ odd
    value = np.linalg.solve(even - odd, even + odd)
    for k in range(int(steps.max(initial=0))):
        value = np.where((k < steps)[..., None, None], value @ value, value)
    return value


@differentiable(name="LinalgMatrixExpBackward0")
def matrix_exp(input: Tensor) -> Pulled:
    """The matrix exponential I + A + A²/2 + A³/6 + ... of each matrix: (*, n, n).

    Its gradient is the upper right block of the exponential of [[Aᵀ, g], [0, Aᵀ]].

    Raises:
        RuntimeError: not square, or not floating point.
    Source: Higham 2005, "The scaling and squaring method for the matrix exponential revisited"; for the gradient Mathias 1996,
    "A chain rule for matrix functions and applications".

    >>> torch.matrix_exp(torch.zeros(2, 2))
    tensor([[1., 0.],
            [0., 1.]])
    """
    check_matrices("linalg.matrix_exp", input, square=True)
    n = input.shape[-1]

    def pull(g: Array) -> Array:
        t = transposed(input)
        block = np.concatenate([np.concatenate([t, g], -1), np.concatenate([g * 0, t], -1)], -2)
        return matrix_exp.rule(block)[..., :n, n:]

    return _exponential(array(input)), pull
