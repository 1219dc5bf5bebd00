"""The names of linear algebra that live in `torch` itself: older forms of those in `torch.linalg`, and matrices made of others."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any, NoReturn

import numpy as np

from .. import return_types
from ..arrays.notices import warn
from ..autograd.contract import composed
from ..autograd.out import into
from ..autograd.rule import array, differentiable, named
from ..names.titles import alias
from . import algebra
from .algebra import matrix_exp, matrix_power
from .algebra.common import check_info, check_matrices, check_pair, transposed, zero_pivot
from .algebra.elimination import unpack
from .algebra.factorizations import reflected
from .algebra.inverses import substitute
from .broadcasting import broadcast_to
from .checks import need
from .elementwise.choosing import where
from .norms import vector_norm
from .saving import saving, saving_result
from .shape import clone

if TYPE_CHECKING:
    from ..autograd.contract import Array, CastOut, Dim, Dims, DType, Flag, Number, Pulled, Tensor, Tensors


__all__ = [
    "chain_matmul", "cholesky", "cholesky_inverse", "cholesky_solve", "cross", "det", "geqrf", "inverse", "logdet", "lu", "lu_solve", "lu_unpack", "matrix_exp", "matrix_power", "norm", "orgqr", "ormqr", "pinverse", "qr", "slogdet", "svd", "triangular_solve",
]  # fmt: skip

orgqr = alias(algebra.householder_product, "orgqr")


def _deprecated(name: str, instead: str) -> None:
    warn(f"torch.{name} is deprecated in favor of {instead}; PyTorch will remove it")


@composed
def inverse(input: Tensor, *, out: Tensor | None = None) -> Tensor:
    """`torch.linalg.inv`: the inverse of each matrix.

    >>> torch.inverse(torch.tensor([[2.0, 0.0], [0.0, 4.0]]))
    tensor([[0.5000, 0.0000],
            [0.0000, 0.2500]])
    """
    return algebra.inv(input)


@composed
def det(input: Tensor, *, out: Tensor | None = None) -> Tensor:
    """`torch.linalg.det`: the determinant of each matrix.

    >>> torch.det(torch.tensor([[2.0, 0.0], [0.0, 3.0]]))
    tensor(6.)
    """
    return algebra.det(input)


@composed
def slogdet(input: Tensor, *, out: tuple[Tensor, ...] | None = None) -> Any:
    """`torch.linalg.slogdet`: the sign of each determinant and the logarithm of its size.

    >>> torch.slogdet(torch.tensor([[-1.0, 0.0], [0.0, 1.0]]))
    torch.return_types.slogdet(
    sign=tensor(-1.),
    logabsdet=tensor(0.))
    """
    return return_types.slogdet(algebra.slogdet(input))


@composed
def logdet(input: Tensor) -> Tensor:
    """The logarithm of each determinant: -inf for 0, nan for a negative one. (*, n, n) -> (*).

    >>> torch.logdet(torch.tensor([[2.0, 0.0], [0.0, 0.5]]))
    tensor(0.)
    """
    sign, logabsdet = algebra.slogdet(input)
    return where(sign == -1, math.nan, logabsdet)


@composed
def pinverse(input: Tensor, rcond: float = 1e-15) -> Tensor:
    """`torch.linalg.pinv` with another default: singular values up to rcond times the largest count as 0.

    >>> torch.pinverse(torch.tensor([[2.0, 0.0], [0.0, 4.0], [0.0, 0.0]]))
    tensor([[0.5000, 0.0000, 0.0000],
            [0.0000, 0.2500, 0.0000]])
    """
    return algebra.pinv(input, rcond)


@composed
def cholesky(input: Tensor, upper: bool = False, *, out: Tensor | None = None) -> Tensor:
    """`torch.linalg.cholesky`: input = L Lᵀ, or with `upper` input = Uᵀ U.

    >>> import warnings; warnings.simplefilter("ignore")  # deprecated: see torch.linalg.cholesky
    >>> torch.cholesky(torch.tensor([[4.0, 2.0], [2.0, 5.0]]))
    tensor([[2., 0.],
            [1., 2.]])
    """
    _deprecated("cholesky", "torch.linalg.cholesky")
    return named(algebra.cholesky(input, upper=upper), "CholeskyBackward0")


@differentiable(name="CholeskyInverseBackward0", saves="input result")
def cholesky_inverse(input: Tensor, upper: bool = False, *, out: CastOut | None = None) -> Pulled:
    """(L Lᵀ)⁻¹ of each lower triangular L, or with `upper` (Lᵀ L)⁻¹ of each upper triangular one: (*, n, n).

    Only that triangle is looked at; the gradient is that of the formula, for every element.

    Raises:
        RuntimeError: not square, or not floating point. LinAlgError: a zero on the diagonal.

    >>> torch.cholesky_inverse(torch.tensor([[2.0, 0.0], [2.0, 1.0]]))  # of [[4, 4], [4, 5]]
    tensor([[ 1.2500, -1.0000],
            [-1.0000,  1.0000]])
    """
    check_matrices("cholesky_inverse", input, square=True)
    check_info(
        "cholesky_inverse",
        zero_pivot(array(input)),
        "The diagonal element {} is zero, the inversion could not be completed because the input matrix is singular.",
    )
    low = array(transposed(input) if upper else input)
    half = substitute(low, np.broadcast_to(np.eye(low.shape[-1], dtype=low.dtype), low.shape), False, False)
    value = transposed(half) @ half

    def pull(g: Array) -> Array:
        y = value if isinstance(input, np.ndarray) else cholesky_inverse(input, upper)
        flow = y @ (g + transposed(g)) @ y
        return -(input @ flow if upper else flow @ input)

    return value, pull


@differentiable(name="CholeskySolveBackward0", saves="input input2 result")
def cholesky_solve(input: Tensor, input2: Tensor, upper: bool = False, *, out: CastOut | None = None) -> Pulled:
    """The X with L Lᵀ X = B of each lower triangular L, or with `upper` Lᵀ L X = B: (*, n, k), (*, n, n) -> (*, n, k).

    Only that triangle is looked at; the gradient is that of the formula, for every element.

    Raises:
        RuntimeError: sizes or dtypes do not fit.

    >>> torch.cholesky_solve(torch.tensor([[4.0], [16.0]]), torch.tensor([[2.0, 0.0], [0.0, 4.0]]))
    tensor([[1.],
            [1.]])
    """
    check_matrices("cholesky_solve", input2, square=True)
    check_pair("cholesky_solve", input2, input)
    low = array(transposed(input2) if upper else input2)
    value = substitute(transposed(low), substitute(low, array(input), False, False), True, False)

    def pull_L(g: Array) -> Array:
        x = (
            value
            if isinstance(input2, np.ndarray) and isinstance(input, np.ndarray)
            else cholesky_solve(input, input2, upper)
        )
        part = cholesky_solve.rule(g, input2, upper) @ transposed(x)
        both = part + transposed(part)
        return -(input2 @ both if upper else both @ input2)

    return value, lambda g: cholesky_solve.rule(g, input2, upper), pull_L


@composed
def triangular_solve(
    input: Tensor,
    A: Tensor,
    upper: bool = True,
    transpose: bool = False,
    unitriangular: bool = False,
    *,
    out: tuple[Tensor, ...] | None = None,
) -> Any:
    """`torch.linalg.solve_triangular`, with the sides in the other order, and A as it was used; transpose: for Aᵀ X = b.

    Raises:
        RuntimeError: sizes or dtypes do not fit.

    >>> b, A = torch.tensor([[2.0], [7.0]]), torch.tensor([[2.0, 0.0], [3.0, 4.0]])
    >>> import warnings; warnings.simplefilter("ignore")  # deprecated: see torch.linalg.solve_triangular
    >>> torch.triangular_solve(b, A, upper=False).solution
    tensor([[1.],
            [1.]])
    """
    _deprecated("triangular_solve", "torch.linalg.solve_triangular, whose arguments are swapped")
    check_matrices("triangular_solve", A, square=True)
    check_pair("triangular_solve", A, input)
    batch = np.broadcast_shapes(tuple(A.shape[:-2]), tuple(input.shape[:-2]))
    A, input = (broadcast_to(x, (*batch, *x.shape[-2:])) for x in (A, input))
    used = transposed(A) if transpose else A
    solution = algebra.solve_triangular(used, input, upper=upper != transpose, unitriangular=unitriangular)
    solution = saving.rule(solution, (input,), "TriangularSolveBackward0")
    return return_types.triangular_solve((solution, named(clone(A), "TriangularSolveBackward0")))


@composed
def lu(A: Tensor, pivot: bool = True, get_infos: Flag = False, *, out: tuple[Tensor, ...] | None = None) -> tuple:
    """`torch.linalg.lu_factor_ex`, without get_infos only L and U in one matrix and the exchanges of rows.

    Raises:
        RuntimeError: no matrices, or pivot=False.

    >>> import warnings; warnings.simplefilter("ignore")  # deprecated: see torch.linalg.lu_factor
    >>> factors, pivots = torch.lu(torch.tensor([[2.0, 1.0], [4.0, 4.0]]))
    >>> factors, pivots  # the rows were swapped
    (tensor([[ 4.0000,  4.0000],
            [ 0.5000, -1.0000]]), tensor([2, 2], dtype=torch.int32))
    """
    _deprecated("lu", "torch.linalg.lu_factor")
    result = algebra.lu_factor_ex(A, pivot=pivot)
    return return_types.lu_with_info(result) if get_infos else tuple(result[:2])


@composed
def lu_solve(input: Tensor, LU_data: Tensor, LU_pivots: Tensor, *, out: Tensor | None = None) -> Tensor:
    """`torch.linalg.lu_solve` with the right side first.

    >>> factors, pivots = torch.linalg.lu_factor(torch.tensor([[2.0, 0.0], [0.0, 4.0]]))
    >>> import warnings; warnings.simplefilter("ignore")  # deprecated: see torch.linalg.lu_solve
    >>> torch.lu_solve(torch.tensor([[2.0], [8.0]]), factors, pivots)
    tensor([[1.],
            [2.]])
    """
    _deprecated("lu_solve", "torch.linalg.lu_solve")
    return algebra.lu_solve(LU_data, LU_pivots, input)


@composed
def lu_unpack(
    LU_data: Tensor,
    LU_pivots: Tensor,
    unpack_data: bool = True,
    unpack_pivots: bool = True,
    *,
    out: tuple[Tensor, ...] | None = None,
) -> Any:
    """P, L and U of what `torch.linalg.lu_factor` gives; empty tensors for what is not asked for.

    >>> P, L, U = torch.lu_unpack(*torch.linalg.lu_factor(torch.tensor([[2.0, 1.0], [4.0, 4.0]])))
    >>> P @ L @ U
    tensor([[2., 1.],
            [4., 4.]])
    """
    if LU_data.ndim < 2 or not LU_pivots.ndim:
        raise RuntimeError(
            f"lu_unpack: expected a matrix and a vector of pivots, or batches of them, and got shapes {list(LU_data.shape)} and {list(LU_pivots.shape)}"
        )
    if array(LU_pivots).dtype != np.int32:
        raise RuntimeError(
            f"lu_unpack: LU_pivots is expected to be a tensor of torch.int32 dtype, as lu_factor() gives it, and is of {LU_pivots.dtype}"
        )
    P, L, U = unpack(LU_data, LU_pivots)
    empty = LU_data.new_zeros(0)
    if unpack_data:
        named((L, U), "LuUnpackBackward0")
    return return_types.lu_unpack((P if unpack_pivots else empty, *((L, U) if unpack_data else (empty, empty))))


@composed
def qr(input: Tensor, some: bool = True, *, out: tuple[Tensor, ...] | None = None) -> Any:
    """`torch.linalg.qr`, reduced, or with some=False complete.

    >>> import warnings; warnings.simplefilter("ignore")  # deprecated: see torch.linalg.qr
    >>> Q, R = torch.qr(torch.tensor([[3.0, 0.0], [4.0, 5.0]]))
    >>> torch.allclose(Q @ R, torch.tensor([[3.0, 0.0], [4.0, 5.0]]), atol=1e-6), Q.shape  # but for rounding
    (True, torch.Size([2, 2]))
    """
    _deprecated("qr", "torch.linalg.qr")
    return return_types.qr(algebra.qr(input, "reduced" if some else "complete"))


@differentiable(linear=True, returns=return_types.geqrf)
def geqrf(input: Tensor, *, out: tuple[CastOut, ...] | None = None) -> Pulled:
    """A = Q R in LAPACK's packed form: R in the upper triangle, below it the reflections whose product is Q, and their factors tau.

    `orgqr` makes Q of it, `ormqr` multiplies by Q. Shapes: (*, m, n) -> (*, m, n), (*, min(m, n)). It has no gradient; qr() has.

    Raises:
        RuntimeError: fewer than two axes. NotImplementedError: not float32 or float64.

    >>> a, tau = torch.geqrf(torch.tensor([[2.0, 0.0], [0.0, 3.0]]))
    >>> a.shape, tau.shape
    (torch.Size([2, 2]), torch.Size([2]))
    """
    check_matrices("geqrf", input)
    packed, tau = np.linalg.qr(input, "raw")

    def refuse(g: Array, g_tau: Array) -> NoReturn:
        raise NotImplementedError("the derivative for 'geqrf' is not implemented; use qr()")

    return (transposed(packed).astype(input.dtype), tau.astype(input.dtype)), refuse


@composed
def ormqr(
    input: Tensor, tau: Tensor, other: Tensor, left: bool = True, transpose: bool = False, *, out: Tensor | None = None
) -> Tensor:
    """Q x, Qᵀ x (`transpose`), x Q or x Qᵀ (not `left`) for x = `other`; input and tau are what `geqrf` made of Q R, Q being (m, m).

    Shapes: input (*, m, k), tau (*, k), other (*, m, n), or (*, n, m) if not `left` -> that of other.

    Raises:
        RuntimeError: shapes or dtypes do not fit. NotImplementedError: not float32 or float64.

    >>> a, tau = torch.geqrf(torch.tensor([[0.0, 1.0], [1.0, 0.0]]))
    >>> torch.ormqr(a, tau, torch.eye(2)).abs()  # Q itself
    tensor([[0., 1.],
            [1., 0.]])
    """
    need(input.ndim > 1, f"torch.ormqr: input must have at least 2 dimensions, got shape {list(input.shape)}")
    need(
        other.ndim == input.ndim,
        f"torch.ormqr: Expected other to have as many axes as input, but they are {list(other.shape)} and {list(input.shape)}",
    )
    m, axis = input.shape[-2], -2 if left else -1
    need(
        other.shape[axis] == m,
        f"torch.ormqr: other.shape[{axis}] must be equal to input.shape[-2], {m}, but is {other.shape[axis]}",
    )
    batch, k = input.shape[:-2], min(m, input.shape[-1])
    need(
        tau.shape[-1:] == (k,),
        f"torch.ormqr: tau.shape[-1] must be equal to min(other.shape[{axis}], input.shape[-1]), {k}: its shape is {list(tau.shape)}",
    )
    need(tuple(tau.shape) == (*batch, k), f"torch.ormqr: tau must have shape {[*batch, k]}, but has {list(tau.shape)}")
    need(
        other.shape[:-2] == batch,
        f"torch.ormqr: Expected batch dimensions of other to be {list(batch)}, but got {list(other.shape[:-2])}",
    )
    need(
        input.dtype == tau.dtype == other.dtype,
        f"torch.ormqr: Expected input, tau and other to have the same dtype, but they have {input.dtype}, {tau.dtype} and {other.dtype}",
    )
    check_matrices("ormqr", input)
    return saving_result.rule(reflected(input, tau, other, left, transpose), (input, tau, other), "OrmqrBackward0")


@composed
def svd(input: Tensor, some: bool = True, compute_uv: bool = True, *, out: tuple[Tensor, ...] | None = None) -> Any:
    """`torch.linalg.svd` with V in place of its transpose; some=False: full matrices; compute_uv=False: zeros for U and V.

    >>> U, S, V = torch.svd(torch.tensor([[3.0, 0.0], [0.0, 4.0]]))
    >>> S
    tensor([4., 3.])
    """
    if compute_uv:
        U, S, Vh = algebra.svd(input, not some)
        return return_types.svd((U, S, transposed(Vh)))
    S = algebra.svdvals(input)
    batch, (m, n) = tuple(input.shape[:-2]), tuple(input.shape[-2:])
    return return_types.svd((input.new_zeros((*batch, m, m)), S, input.new_zeros((*batch, n, n))))


@composed
def norm(
    input: Tensor,
    p: Number | str | None = "fro",
    dim: Dims | None = None,
    keepdim: bool = False,
    out: Tensor | None = None,
    dtype: DType | None = None,
) -> Tensor:
    """The p-norm (sum of |x|^p)^(1/p) of all elements, or along axes; "fro" is 2, inf the largest |x|, 0 the number of non-zeros.

    p "nuc" is a norm of matrices, the sum of the singular values.

    Raises:
        RuntimeError: whole numbers, a p that is not known, or the inf norm of nothing. IndexError: no such axis.
    Source: https://docs.pytorch.org/docs/stable/generated/torch.norm.html

    >>> torch.norm(torch.tensor([3.0, 4.0]))
    tensor(5.)
    >>> torch.norm(torch.tensor([3.0, -4.0]), p=1)
    tensor(7.)
    """
    dims = tuple(range(input.ndim)) if dim is None else (dim,) if isinstance(dim, int) else dim
    if p == "nuc" or (p == "fro" and dim is not None and len(dims) > 2):
        result = algebra.matrix_norm(input, p, dims, keepdim, dtype=dtype)
    elif isinstance(p, str) and p != "fro":
        raise RuntimeError(f"norm: only p='fro', p='nuc' or a number is supported, got {p!r}")
    else:
        result = vector_norm(input, 2 if p in ("fro", None) else p, dim, keepdim, dtype=dtype)
    return result if out is None else into(out, result, "norm", (input,), frozenset())


@composed
def cross(input: Tensor, other: Tensor, dim: Dim | None = None, *, out: Tensor | None = None) -> Tensor:
    """`torch.linalg.cross`, by default along the first axis of size 3.

    Raises:
        RuntimeError: there is none, or the shapes do not fit. IndexError: no such axis.

    >>> torch.cross(torch.tensor([1, 0, 0]), torch.tensor([0, 1, 0]), dim=0)
    tensor([0, 0, 1])
    """
    if dim is None:
        if 3 not in tuple(input.shape):
            raise RuntimeError(
                f"no dimension of size 3 in input: linalg.cross needs one, got shape {list(input.shape)}"
            )
        dim = tuple(input.shape).index(3)
        warn(
            "Using torch.cross without specifying the dim arg is deprecated: the first axis of size 3 is taken, linalg.cross takes the last one"
        )
    return algebra.cross(input, other, dim=dim)


@composed
def chain_matmul(*matrices: Tensor | Tensors, out: Tensor | None = None) -> Tensor:
    """`torch.linalg.multi_dot` of matrices given one by one.

    >>> import warnings; warnings.simplefilter("ignore")  # deprecated: see torch.linalg.multi_dot
    >>> torch.chain_matmul(torch.ones(2, 3), torch.ones(3, 4), torch.ones(4, 1))
    tensor([[12.],
            [12.]])
    """
    _deprecated("chain_matmul", "torch.linalg.multi_dot, which takes a list")
    if len(matrices) != 1:
        return algebra.multi_dot(matrices)
    need(matrices[0].ndim == 2, f"chain_matmul() needs matrices, and got a tensor of {matrices[0].ndim} dimensions")
    return clone(matrices[0])
