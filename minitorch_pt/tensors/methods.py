"""The table of methods: every operation of `ops/` as a method and an in-place method of Tensor.

A rule in `ops/` is written once; a line here makes it `x.exp()` and `x.exp_()`. Operators are in `operators.py`.
"""

from __future__ import annotations

import functools
import inspect
import warnings
from collections.abc import Callable
from typing import TYPE_CHECKING, Any, ParamSpec, TypeVar

import numpy as np

from .. import ops
from ..arrays import dtypes
from ..autograd.contract import composed, method
from ..autograd.inplace import apply_inplace, inplace
from ..names.titles import alias
from ..ops.elementwise.choosing import overwritten
from .operators import Operators
from .overwriting import Overwriting

if TYPE_CHECKING:
    from ..autograd.contract import Dim, Flag, Operand, Size
    from .tensor import Tensor

P = ParamSpec("P")
R = TypeVar("R")

_attribute: Any = property  # which type checkers take for what it reads


@functools.cache
def _compared(comparison: Callable) -> Callable[..., Tensor]:
    """The in-place form of a comparison: 1 where it holds and 0 elsewhere, through which no gradient flows."""
    name = f"{inspect.unwrap(comparison).__name__.capitalize()}Backward"

    @functools.wraps(comparison)
    def numbers(input: Any, *args: Any, **kwargs: Any) -> Any:
        found = comparison(input, *args, **kwargs)._data
        (other,) = args or kwargs.values()
        return overwritten(input, other, found, f"{name}{int(isinstance(other, Methods))}")

    numbers.method = numbers  # type: ignore[attr-defined]  # not the comparison's
    return inplace(numbers)


def _both(operation: Callable[P, R], **options: bool) -> tuple[Callable[P, R], Callable[P, R]]:
    """An operation as a method, and its in-place form."""
    return method(operation), inplace(operation, **options)


class Methods(Operators, Overwriting):
    """The part of Tensor that is operations."""

    # a line for each: what stands in the class is what editors complete after `x.`, and what type checkers know
    __slots__ = ()
    _data: np.ndarray
    _node: Any
    requires_grad: Any
    if TYPE_CHECKING:  # added in creation.py, draws.py and fills.py, which need the class
        bernoulli: Callable[..., Tensor]
        bernoulli_: Callable[..., Tensor]
        cauchy_: Callable[..., Tensor]
        exponential_: Callable[..., Tensor]
        geometric_: Callable[..., Tensor]
        log_normal_: Callable[..., Tensor]
        multinomial: Callable[..., Tensor]
        new_empty: Callable[..., Tensor]
        new_empty_strided: Callable[..., Tensor]
        new_full: Callable[..., Tensor]
        new_ones: Callable[..., Tensor]
        new_tensor: Callable[..., Tensor]
        new_zeros: Callable[..., Tensor]
        normal_: Callable[..., Tensor]
        random_: Callable[..., Tensor]
        uniform_: Callable[..., Tensor]

    # element by element (ops/elementwise/)
    angle = method(ops.angle)
    conj, conj_physical, conj_physical_ = (
        method(ops.conj),
        method(ops.conj_physical),
        alias(ops.conj_physical, "conj_physical_"),
    )
    resolve_conj, resolve_neg = method(ops.resolve_conj), method(ops.resolve_neg)
    real: Tensor = _attribute(ops.real)
    imag: Tensor = _attribute(ops.imag)
    abs, abs_ = _both(ops.abs)
    absolute, absolute_ = _both(ops.absolute)
    acos, acos_ = _both(ops.acos)
    acosh, acosh_ = _both(ops.acosh)
    add, add_ = _both(ops.add)
    addcdiv, addcdiv_ = _both(ops.addcdiv)
    addcmul, addcmul_ = _both(ops.addcmul)
    allclose = method(ops.allclose)
    arccos, arccos_ = _both(ops.arccos)
    arccosh, arccosh_ = _both(ops.arccosh)
    arcsin, arcsin_ = _both(ops.arcsin)
    arcsinh, arcsinh_ = _both(ops.arcsinh)
    arctan, arctan_ = _both(ops.arctan)
    arctan2, arctan2_ = _both(ops.arctan2)
    arctanh, arctanh_ = _both(ops.arctanh)
    asin, asin_ = _both(ops.asin)
    asinh, asinh_ = _both(ops.asinh)
    atan, atan_ = _both(ops.atan)
    atan2, atan2_ = _both(ops.atan2)
    atanh, atanh_ = _both(ops.atanh)
    bitwise_and, bitwise_and_ = _both(ops.bitwise_and)
    bitwise_left_shift, bitwise_left_shift_ = _both(ops.bitwise_left_shift)
    bitwise_not, bitwise_not_ = _both(ops.bitwise_not)
    bitwise_or, bitwise_or_ = _both(ops.bitwise_or)
    bitwise_right_shift, bitwise_right_shift_ = _both(ops.bitwise_right_shift)
    bitwise_xor, bitwise_xor_ = _both(ops.bitwise_xor)
    ceil, ceil_ = _both(ops.ceil)
    clamp, clamp_ = _both(ops.clamp)
    clamp_max, clamp_max_ = _both(ops.clamp_max)
    clamp_min, clamp_min_ = _both(ops.clamp_min)
    clip, clip_ = _both(ops.clip)
    copysign, copysign_ = _both(ops.copysign)
    cos, cos_ = _both(ops.cos)
    cosh, cosh_ = _both(ops.cosh)
    deg2rad, deg2rad_ = _both(ops.deg2rad)
    digamma, digamma_ = _both(ops.digamma)
    div, div_ = _both(ops.div)
    divide, divide_ = _both(ops.divide)
    eq, eq_ = method(ops.eq), _compared(ops.eq)
    equal = method(ops.equal)
    erf, erf_ = _both(ops.erf)
    erfc, erfc_ = _both(ops.erfc)
    erfinv, erfinv_ = _both(ops.erfinv)
    exp, exp_ = _both(ops.exp)
    exp2, exp2_ = _both(ops.exp2)
    expm1, expm1_ = _both(ops.expm1)
    fix, fix_ = _both(ops.fix)
    float_power = method(ops.float_power)
    floor, floor_ = _both(ops.floor)
    floor_divide, floor_divide_ = _both(ops.floor_divide)
    fmax = method(ops.fmax)
    fmin = method(ops.fmin)
    frexp = method(ops.frexp)
    fmod, fmod_ = _both(ops.fmod)
    frac, frac_ = _both(ops.frac)
    gcd, gcd_ = _both(ops.gcd)
    ge, ge_ = method(ops.ge), _compared(ops.ge)
    greater, greater_ = method(ops.greater), _compared(ops.greater)
    greater_equal, greater_equal_ = method(ops.greater_equal), _compared(ops.greater_equal)
    gt, gt_ = method(ops.gt), _compared(ops.gt)
    heaviside, heaviside_ = _both(ops.heaviside)
    hypot, hypot_ = _both(ops.hypot)
    i0, i0_ = _both(ops.i0)
    isclose = method(ops.isclose)
    isfinite = method(ops.isfinite)
    isinf = method(ops.isinf)
    isnan = method(ops.isnan)
    isneginf = method(ops.isneginf)
    isposinf = method(ops.isposinf)
    isreal = method(ops.isreal)
    lcm, lcm_ = _both(ops.lcm)
    ldexp, ldexp_ = _both(ops.ldexp)
    le, le_ = method(ops.le), _compared(ops.le)
    lerp, lerp_ = _both(ops.lerp)
    less, less_ = method(ops.less), _compared(ops.less)
    less_equal, less_equal_ = method(ops.less_equal), _compared(ops.less_equal)
    lgamma, lgamma_ = _both(ops.lgamma)
    log, log_ = _both(ops.log)
    log10, log10_ = _both(ops.log10)
    log1p, log1p_ = _both(ops.log1p)
    log2, log2_ = _both(ops.log2)
    logaddexp = method(ops.logaddexp)
    logaddexp2 = method(ops.logaddexp2)
    logical_and, logical_and_ = _both(ops.logical_and)
    logical_not, logical_not_ = _both(ops.logical_not)
    logical_or, logical_or_ = _both(ops.logical_or)
    logical_xor, logical_xor_ = _both(ops.logical_xor)
    logit, logit_ = _both(ops.logit)
    lt, lt_ = method(ops.lt), _compared(ops.lt)
    maximum = method(ops.maximum)
    minimum = method(ops.minimum)
    mul, mul_ = _both(ops.mul)
    multiply, multiply_ = _both(ops.multiply)
    igamma, igamma_ = _both(ops.igamma)
    igammac, igammac_ = _both(ops.igammac)
    mvlgamma, mvlgamma_ = _both(ops.mvlgamma)
    nan_to_num, nan_to_num_ = _both(ops.nan_to_num)
    ne, ne_ = method(ops.ne), _compared(ops.ne)
    neg, neg_ = _both(ops.neg)
    negative, negative_ = _both(ops.negative)
    nextafter, nextafter_ = _both(ops.nextafter)
    not_equal, not_equal_ = method(ops.not_equal), _compared(ops.not_equal)
    positive = method(ops.positive)
    pow, pow_ = _both(ops.pow)
    rad2deg, rad2deg_ = _both(ops.rad2deg)
    reciprocal, reciprocal_ = _both(ops.reciprocal)
    remainder, remainder_ = _both(ops.remainder)
    round, round_ = _both(ops.round)
    rsqrt, rsqrt_ = _both(ops.rsqrt)
    sgn, sgn_ = _both(ops.sgn)
    sign, sign_ = _both(ops.sign)
    signbit = method(ops.signbit)
    sin, sin_ = _both(ops.sin)
    sinc, sinc_ = _both(ops.sinc)
    sinh, sinh_ = _both(ops.sinh)
    sqrt, sqrt_ = _both(ops.sqrt)
    square, square_ = _both(ops.square)
    sub, sub_ = _both(ops.sub)
    subtract, subtract_ = _both(ops.subtract)
    tan, tan_ = _both(ops.tan)
    true_divide, true_divide_ = _both(ops.true_divide)
    trunc, trunc_ = _both(ops.trunc)
    xlogy, xlogy_ = _both(ops.xlogy)

    @composed
    def float_power_(self: Any, exponent: Operand) -> Tensor:
        """In-place form of `float_power`: for float64 alone, the type of its result."""
        if self._data.dtype != np.float64:
            raise RuntimeError(
                f"the base given to float_power_ has dtype {dtypes.TITLES[self._data.dtype.name]} but the operation's result requires dtype Double; use the out-of-place form"
            )
        return apply_inplace(self, ops.float_power, (exponent,), {})

    @composed
    def polygamma(self: Any, n: int) -> Tensor:
        """The n-th derivative of `digamma`."""
        return ops.polygamma(n, self)

    polygamma_ = inplace(polygamma)

    @composed
    def where(self: Any, condition: Tensor, other: Operand) -> Tensor:
        """This tensor where the condition holds, else `other`."""
        return ops.where(condition, self, other)

    # reductions and sorting (ops/reductions.py, ops/norms.py, ops/extremes.py, ops/totals.py, ops/sorting.py, ops/quantiles.py, ops/counting.py, ops/statistics.py)
    all = method(ops.all)
    amax = method(ops.amax)
    amin = method(ops.amin)
    aminmax = method(ops.aminmax)
    any = method(ops.any)
    argmax = method(ops.argmax)
    argmin = method(ops.argmin)
    argsort = method(ops.argsort)
    bincount = method(ops.bincount)
    count_nonzero = method(ops.count_nonzero)
    cummax = method(ops.cummax)
    cummin = method(ops.cummin)
    cumprod, cumprod_ = _both(ops.cumprod)
    cumsum, cumsum_ = _both(ops.cumsum)
    diff = method(ops.diff)
    dist = method(ops.dist)
    corrcoef = method(ops.corrcoef)
    cov = method(ops.cov)
    histc = method(ops.histc)
    histogram = method(ops.histogram)
    kthvalue = method(ops.kthvalue)
    logcumsumexp = method(ops.logcumsumexp)
    logsumexp = method(ops.logsumexp)
    max = method(ops.max)
    mean = method(ops.mean)
    median = method(ops.median)
    min = method(ops.min)
    msort = method(ops.msort)
    nanmean = method(ops.nanmean)
    nanmedian = method(ops.nanmedian)
    nansum = method(ops.nansum)
    prod = method(ops.prod)
    renorm, renorm_ = _both(ops.renorm)
    sort = method(ops.sort)
    std = method(ops.std)
    sum = method(ops.sum)
    sum_to_size = method(ops.sum_to_size)
    topk = method(ops.topk)
    unique = method(ops.unique)
    unique_consecutive = method(ops.unique_consecutive)
    mode = method(ops.mode)
    nanquantile = method(ops.nanquantile)
    quantile = method(ops.quantile)
    var = method(ops.var)

    # shape (ops/shape.py, ops/broadcasting.py, ops/joins.py, ops/slicing.py, ops/reordering.py, ops/diagonal.py)
    adjoint = method(ops.adjoint)
    as_strided = method(ops.as_strided)
    broadcast_to = method(ops.broadcast_to)
    chunk = method(ops.chunk)
    clone = method(ops.clone)
    contiguous = method(ops.contiguous)
    diagonal = method(ops.diagonal)
    dsplit = method(ops.dsplit)
    expand = method(ops.expand)
    expand_as = method(ops.expand_as)
    flatten = method(ops.flatten)
    flip = method(ops.flip)
    fliplr = method(ops.fliplr)
    flipud = method(ops.flipud)
    hsplit = method(ops.hsplit)
    movedim = method(ops.movedim)
    moveaxis = method(ops.moveaxis)
    narrow = method(ops.narrow)
    narrow_copy = method(ops.narrow_copy)
    permute = alias(method(ops.permute_dims), "permute")
    ravel = method(ops.ravel)
    repeat = method(ops.repeat)
    repeat_interleave = method(ops.repeat_interleave)
    reshape = method(ops.reshape)
    reshape_as = method(ops.reshape_as)
    roll = method(ops.roll)
    rot90 = method(ops.rot90)
    select = method(ops.select)

    @composed
    def split(self: Any, split_size: Size, dim: Dim = 0) -> tuple[Tensor, ...]:
        """Pieces along an axis, of one size (the last may be smaller) or of the sizes of a list: see `torch.split`."""
        return ops.split(self, split_size, dim)

    split_with_sizes = method(ops.split_with_sizes)
    squeeze = method(ops.squeeze)
    swapaxes = method(ops.swapaxes)
    swapdims = method(ops.swapdims)
    t = method(ops.t)
    tensor_split = method(ops.tensor_split)
    tile = method(ops.tile)
    transpose = method(ops.transpose)
    unbind = method(ops.unbind)
    unflatten = method(ops.unflatten)
    unfold = method(ops.unfold)
    unsqueeze = method(ops.unsqueeze)
    view = method(ops.view)
    view_as = method(ops.view_as)
    vsplit = method(ops.vsplit)
    diag = method(ops.diag)
    diag_embed = method(ops.diag_embed)
    diagflat = method(ops.diagflat)
    trace = method(ops.trace)
    tril, tril_ = _both(ops.tril, overlap=True)
    triu, triu_ = _both(ops.triu, overlap=True)
    T: Tensor = _attribute(ops.reversed_axes)
    mT: Tensor = _attribute(ops.matrix_transpose)
    mH: Tensor = _attribute(ops.matrix_transpose)

    @property
    def H(self: Any) -> Tensor:
        """A matrix transposed; of no axes, itself, which torch deprecates."""
        ndim = self._data.ndim
        if not ndim:
            warnings.warn("Tensor.H is deprecated on 0-D tensors, of which it is the identity", stacklevel=2)
        if ndim not in (0, 2):
            more = " For batches of matrices, consider using tensor.mH" if ndim > 2 else ""
            raise RuntimeError(f"tensor.H is only supported on matrices (2-D tensors). Got {ndim}-D tensor.{more}")
        return ops.transpose(self, 0, 1) if ndim else self

    # indexing (ops/indexing.py, ops/gathering.py, ops/scatters.py, ops/writing.py)
    argwhere = method(ops.argwhere)
    as_strided_scatter = method(ops.as_strided_scatter)
    diagonal_scatter = method(ops.diagonal_scatter)
    gather = method(ops.gather)
    index_add, index_add_ = _both(ops.index_add)
    index_copy, index_copy_ = _both(ops.index_copy)
    index_fill, index_fill_ = _both(ops.index_fill, overlap=True)
    index_put, index_put_ = method(ops.index_put), method(ops.index_put_)
    index_reduce, index_reduce_ = _both(ops.index_reduce)
    index_select = method(ops.index_select)
    masked_fill, masked_fill_ = _both(ops.masked_fill, overlap=True)
    masked_scatter, masked_scatter_ = _both(ops.masked_scatter)
    masked_select = method(ops.masked_select)
    nonzero = method(ops.nonzero)
    nonzero_static = method(ops.nonzero_static)
    put, put_ = _both(ops.put)
    scatter, scatter_ = _both(ops.scatter)
    scatter_add, scatter_add_ = _both(ops.scatter_add)
    scatter_reduce, scatter_reduce_ = _both(ops.scatter_reduce)
    select_scatter = method(ops.select_scatter)
    slice_scatter = method(ops.slice_scatter)
    take = method(ops.take)
    take_along_dim = method(ops.take_along_dim)

    # products (ops/products.py)
    matmul = method(ops.matmul)
    mm = method(ops.mm)
    bmm = method(ops.bmm)
    mv = method(ops.mv)
    dot = method(ops.dot)
    outer = method(ops.outer)
    ger = method(ops.ger)
    addmm, addmm_ = _both(ops.addmm)
    baddbmm, baddbmm_ = _both(ops.baddbmm)
    addbmm, addbmm_ = _both(ops.addbmm)
    addmv, addmv_ = _both(ops.addmv)
    addr, addr_ = _both(ops.addr)
    vdot = method(ops.vdot)
    inner = method(ops.inner)

    # linear algebra (ops/matrices.py, ops/built_matrices.py, ops/algebra/)
    cholesky = method(ops.cholesky)
    cholesky_inverse = method(ops.cholesky_inverse)
    cholesky_solve = method(ops.cholesky_solve)
    cross = method(ops.cross)
    det = method(ops.det)
    inverse = method(ops.inverse)
    kron = method(ops.kron)
    logdet = method(ops.logdet)
    lu_solve = method(ops.lu_solve)
    matrix_exp = method(ops.matrix_exp)
    matrix_power = method(ops.matrix_power)
    norm = method(ops.norm)
    geqrf = method(ops.geqrf)
    orgqr = method(ops.orgqr)
    ormqr = method(ops.ormqr)
    pinverse = method(ops.pinverse)
    qr = method(ops.qr)
    slogdet = method(ops.slogdet)
    svd = method(ops.svd)
    triangular_solve = method(ops.triangular_solve)

    @composed
    def lu(self: Any, pivot: bool = True, get_infos: Flag = False) -> tuple[Tensor, ...]:
        """`torch.lu`, always as a plain tuple."""
        return tuple(ops.lu(self, pivot, get_infos))

    # activations (ops/elementwise/activations.py)
    relu, relu_ = method(ops.relu), method(ops.relu_)
    sigmoid, sigmoid_ = method(ops.sigmoid), method(ops.sigmoid_)
    tanh, tanh_ = method(ops.tanh), method(ops.tanh_)
    softmax = method(ops.softmax)
    log_softmax = method(ops.log_softmax)
    hardshrink = method(ops.hardshrink)
    prelu = method(ops.prelu)
