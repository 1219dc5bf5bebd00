"""The table of methods: every operation of `ops/` as a method and an in-place method of Tensor.

A rule in `ops/` is written once; a line here makes it `x.exp()` and `x.exp_()`. Operators are in `operators.py`.
"""

from __future__ import annotations

import functools
import warnings
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

import numpy as np

from .. import ops
from ..autograd.contract import composed, method
from ..autograd.inplace import apply_inplace, inplace
from ..ops.elementwise.choosing import overwritten
from .operators import Operators
from .overwriting import Overwriting

if TYPE_CHECKING:
    from ..autograd.contract import Dim, Flag, Operand, Size
    from .tensor import Tensor


@functools.cache
def _compared(comparison: Callable) -> Callable:
    """The in-place form of a comparison: 1 where it holds and 0 elsewhere, through which no gradient flows."""
    name = f"{comparison.__name__.capitalize()}Backward"

    @functools.wraps(comparison)
    def numbers(input: Any, *args: Any, **kwargs: Any) -> Any:
        found = comparison(input, *args, **kwargs)._data
        (other,) = args or kwargs.values()
        return overwritten(input, other, found, f"{name}{int(isinstance(other, Methods))}")

    numbers.method = numbers  # type: ignore[attr-defined]  # not the comparison's
    return inplace(numbers)


class Methods(Operators, Overwriting):
    """The part of Tensor that is operations."""

    __slots__ = ()
    _data: np.ndarray
    _node: Any
    requires_grad: Any

    # element by element (ops/elementwise/)
    angle = method(ops.angle)
    conj, conj_physical, conj_physical_ = ops.conj, method(ops.conj_physical), method(ops.conj_physical)
    resolve_conj, resolve_neg = ops.resolve_conj, ops.resolve_neg
    real, imag = property(ops.real), property(ops.imag)
    abs, abs_ = method(ops.abs), inplace(ops.abs)
    absolute, absolute_ = method(ops.absolute), inplace(ops.absolute)
    acos, acos_ = method(ops.acos), inplace(ops.acos)
    acosh, acosh_ = method(ops.acosh), inplace(ops.acosh)
    add, add_ = method(ops.add), inplace(ops.add)
    addcdiv, addcdiv_ = method(ops.addcdiv), inplace(ops.addcdiv)
    addcmul, addcmul_ = method(ops.addcmul), inplace(ops.addcmul)
    allclose = method(ops.allclose)
    arccos, arccos_ = method(ops.arccos), inplace(ops.arccos)
    arccosh, arccosh_ = method(ops.arccosh), inplace(ops.arccosh)
    arcsin, arcsin_ = method(ops.arcsin), inplace(ops.arcsin)
    arcsinh, arcsinh_ = method(ops.arcsinh), inplace(ops.arcsinh)
    arctan, arctan_ = method(ops.arctan), inplace(ops.arctan)
    arctan2, arctan2_ = method(ops.arctan2), inplace(ops.arctan2)
    arctanh, arctanh_ = method(ops.arctanh), inplace(ops.arctanh)
    asin, asin_ = method(ops.asin), inplace(ops.asin)
    asinh, asinh_ = method(ops.asinh), inplace(ops.asinh)
    atan, atan_ = method(ops.atan), inplace(ops.atan)
    atan2, atan2_ = method(ops.atan2), inplace(ops.atan2)
    atanh, atanh_ = method(ops.atanh), inplace(ops.atanh)
    bitwise_and, bitwise_and_ = method(ops.bitwise_and), inplace(ops.bitwise_and)
    bitwise_left_shift, bitwise_left_shift_ = method(ops.bitwise_left_shift), inplace(ops.bitwise_left_shift)
    bitwise_not, bitwise_not_ = method(ops.bitwise_not), inplace(ops.bitwise_not)
    bitwise_or, bitwise_or_ = method(ops.bitwise_or), inplace(ops.bitwise_or)
    bitwise_right_shift, bitwise_right_shift_ = method(ops.bitwise_right_shift), inplace(ops.bitwise_right_shift)
    bitwise_xor, bitwise_xor_ = method(ops.bitwise_xor), inplace(ops.bitwise_xor)
    ceil, ceil_ = method(ops.ceil), inplace(ops.ceil)
    clamp, clamp_ = method(ops.clamp), inplace(ops.clamp)
    clamp_max, clamp_max_ = method(ops.clamp_max), inplace(ops.clamp_max)
    clamp_min, clamp_min_ = method(ops.clamp_min), inplace(ops.clamp_min)
    clip, clip_ = method(ops.clip), inplace(ops.clip)
    copysign, copysign_ = method(ops.copysign), inplace(ops.copysign)
    cos, cos_ = method(ops.cos), inplace(ops.cos)
    cosh, cosh_ = method(ops.cosh), inplace(ops.cosh)
    deg2rad, deg2rad_ = method(ops.deg2rad), inplace(ops.deg2rad)
    digamma, digamma_ = method(ops.digamma), inplace(ops.digamma)
    div, div_ = method(ops.div), inplace(ops.div)
    divide, divide_ = method(ops.div), inplace(ops.div)
    eq, eq_ = method(ops.eq), _compared(ops.eq)
    equal = method(ops.equal)
    erf, erf_ = method(ops.erf), inplace(ops.erf)
    erfc, erfc_ = method(ops.erfc), inplace(ops.erfc)
    erfinv, erfinv_ = method(ops.erfinv), inplace(ops.erfinv)
    exp, exp_ = method(ops.exp), inplace(ops.exp)
    exp2, exp2_ = method(ops.exp2), inplace(ops.exp2)
    expm1, expm1_ = method(ops.expm1), inplace(ops.expm1)
    fix, fix_ = method(ops.fix), inplace(ops.fix)
    float_power = method(ops.float_power)
    floor, floor_ = method(ops.floor), inplace(ops.floor)
    floor_divide, floor_divide_ = method(ops.floor_divide), inplace(ops.floor_divide)
    fmax = method(ops.fmax)
    fmin = method(ops.fmin)
    frexp = method(ops.frexp)
    fmod, fmod_ = method(ops.fmod), inplace(ops.fmod)
    frac, frac_ = method(ops.frac), inplace(ops.frac)
    gcd, gcd_ = method(ops.gcd), inplace(ops.gcd)
    ge, ge_ = method(ops.ge), _compared(ops.ge)
    greater, greater_ = method(ops.greater), _compared(ops.greater)
    greater_equal, greater_equal_ = method(ops.greater_equal), _compared(ops.greater_equal)
    gt, gt_ = method(ops.gt), _compared(ops.gt)
    heaviside, heaviside_ = method(ops.heaviside), inplace(ops.heaviside)
    hypot, hypot_ = method(ops.hypot), inplace(ops.hypot)
    i0, i0_ = method(ops.i0), inplace(ops.i0)
    isclose = method(ops.isclose)
    isfinite = method(ops.isfinite)
    isinf = method(ops.isinf)
    isnan = method(ops.isnan)
    isneginf = method(ops.isneginf)
    isposinf = method(ops.isposinf)
    isreal = method(ops.isreal)
    lcm, lcm_ = method(ops.lcm), inplace(ops.lcm)
    ldexp, ldexp_ = method(ops.ldexp), inplace(ops.ldexp)
    le, le_ = method(ops.le), _compared(ops.le)
    lerp, lerp_ = method(ops.lerp), inplace(ops.lerp)
    less, less_ = method(ops.less), _compared(ops.less)
    less_equal, less_equal_ = method(ops.less_equal), _compared(ops.less_equal)
    lgamma, lgamma_ = method(ops.lgamma), inplace(ops.lgamma)
    log, log_ = method(ops.log), inplace(ops.log)
    log10, log10_ = method(ops.log10), inplace(ops.log10)
    log1p, log1p_ = method(ops.log1p), inplace(ops.log1p)
    log2, log2_ = method(ops.log2), inplace(ops.log2)
    logaddexp = method(ops.logaddexp)
    logaddexp2 = method(ops.logaddexp2)
    logical_and, logical_and_ = method(ops.logical_and), inplace(ops.logical_and)
    logical_not, logical_not_ = method(ops.logical_not), inplace(ops.logical_not)
    logical_or, logical_or_ = method(ops.logical_or), inplace(ops.logical_or)
    logical_xor, logical_xor_ = method(ops.logical_xor), inplace(ops.logical_xor)
    logit, logit_ = method(ops.logit), inplace(ops.logit)
    lt, lt_ = method(ops.lt), _compared(ops.lt)
    maximum = method(ops.maximum)
    minimum = method(ops.minimum)
    mul, mul_ = method(ops.mul), inplace(ops.mul)
    multiply, multiply_ = method(ops.mul), inplace(ops.mul)
    igamma, igamma_ = method(ops.igamma), inplace(ops.igamma)
    igammac, igammac_ = method(ops.igammac), inplace(ops.igammac)
    mvlgamma, mvlgamma_ = method(ops.mvlgamma), inplace(ops.mvlgamma)
    nan_to_num, nan_to_num_ = method(ops.nan_to_num), inplace(ops.nan_to_num)
    ne, ne_ = method(ops.ne), _compared(ops.ne)
    neg, neg_ = method(ops.neg), inplace(ops.neg)
    negative, negative_ = method(ops.neg), inplace(ops.neg)
    nextafter, nextafter_ = method(ops.nextafter), inplace(ops.nextafter)
    not_equal, not_equal_ = method(ops.not_equal), _compared(ops.not_equal)
    positive = method(ops.positive)
    pow, pow_ = method(ops.pow), inplace(ops.pow)
    rad2deg, rad2deg_ = method(ops.rad2deg), inplace(ops.rad2deg)
    reciprocal, reciprocal_ = method(ops.reciprocal), inplace(ops.reciprocal)
    remainder, remainder_ = method(ops.remainder), inplace(ops.remainder)
    round, round_ = method(ops.round), inplace(ops.round)
    rsqrt, rsqrt_ = method(ops.rsqrt), inplace(ops.rsqrt)
    sgn, sgn_ = method(ops.sgn), inplace(ops.sgn)
    sign, sign_ = method(ops.sign), inplace(ops.sign)
    signbit = method(ops.signbit)
    sin, sin_ = method(ops.sin), inplace(ops.sin)
    sinc, sinc_ = method(ops.sinc), inplace(ops.sinc)
    sinh, sinh_ = method(ops.sinh), inplace(ops.sinh)
    sqrt, sqrt_ = method(ops.sqrt), inplace(ops.sqrt)
    square, square_ = method(ops.square), inplace(ops.square)
    sub, sub_ = method(ops.sub), inplace(ops.sub)
    subtract, subtract_ = method(ops.sub), inplace(ops.sub)
    tan, tan_ = method(ops.tan), inplace(ops.tan)
    true_divide, true_divide_ = method(ops.true_divide), inplace(ops.true_divide)
    trunc, trunc_ = method(ops.trunc), inplace(ops.trunc)
    xlogy, xlogy_ = method(ops.xlogy), inplace(ops.xlogy)

    @composed
    def float_power_(self: Any, exponent: Operand) -> Any:
        """In-place form of `float_power`: for float64 alone, the type of its result."""
        if self._data.dtype != np.float64:
            raise RuntimeError(
                f"the base given to float_power_ has dtype {self._data.dtype.name} but the operation's result requires float64; use the out-of-place form"
            )
        return apply_inplace(self, ops.float_power, (exponent,), {})

    @composed
    def polygamma(self: Any, n: int) -> Any:
        """The n-th derivative of `digamma`."""
        return ops.polygamma(n, self)

    polygamma_ = inplace(polygamma)

    @composed
    def where(self: Any, condition: Tensor, other: Operand) -> Any:
        """This tensor where the condition holds, else `other`."""
        return ops.where(condition, self, other)

    # reductions and sorting (ops/reductions.py, ops/extremes.py, ops/totals.py, ops/sorting.py, ops/quantiles.py, ops/counting.py, ops/statistics.py)
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
    cumprod, cumprod_ = method(ops.cumprod), inplace(ops.cumprod)
    cumsum, cumsum_ = method(ops.cumsum), inplace(ops.cumsum)
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
    renorm, renorm_ = method(ops.renorm), inplace(ops.renorm)
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

    # shape (ops/shape.py, ops/joins.py, ops/parts.py, ops/reordering.py, ops/diagonal.py)
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
    permute = method(ops.permute_dims)
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
    tril, tril_ = method(ops.tril), inplace(ops.tril, overlap=True)
    triu, triu_ = method(ops.triu), inplace(ops.triu, overlap=True)
    T, mT = property(ops.reversed_axes), property(ops.matrix_transpose)
    mH = mT

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
    index_add, index_add_ = method(ops.index_add), inplace(ops.index_add)
    index_copy, index_copy_ = method(ops.index_copy), inplace(ops.index_copy)
    index_fill, index_fill_ = method(ops.index_fill), inplace(ops.index_fill, overlap=True)
    index_put, index_put_ = method(ops.index_put), inplace(ops.index_put, overlap=True)
    index_reduce, index_reduce_ = method(ops.index_reduce), inplace(ops.index_reduce)
    index_select = method(ops.index_select)
    masked_fill, masked_fill_ = method(ops.masked_fill), inplace(ops.masked_fill, overlap=True)
    masked_scatter, masked_scatter_ = method(ops.masked_scatter), inplace(ops.masked_scatter)
    masked_select = method(ops.masked_select)
    nonzero = method(ops.nonzero)
    nonzero_static = method(ops.nonzero_static)
    put, put_ = method(ops.put), inplace(ops.put)
    scatter, scatter_ = method(ops.scatter), inplace(ops.scatter)
    scatter_add, scatter_add_ = method(ops.scatter_add), inplace(ops.scatter_add)
    scatter_reduce, scatter_reduce_ = method(ops.scatter_reduce), inplace(ops.scatter_reduce)
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
    ger = method(ops.outer)
    addmm, addmm_ = method(ops.addmm), inplace(ops.addmm)
    baddbmm, baddbmm_ = method(ops.baddbmm), inplace(ops.baddbmm)
    addbmm, addbmm_ = method(ops.addbmm), inplace(ops.addbmm)
    addmv, addmv_ = method(ops.addmv), inplace(ops.addmv)
    addr, addr_ = method(ops.addr), inplace(ops.addr)
    vdot = method(ops.vdot)
    inner = method(ops.inner)

    # linear algebra (ops/matrices.py, ops/algebra/)
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
    relu, relu_ = method(ops.relu), ops.relu_
    sigmoid, sigmoid_ = method(ops.sigmoid), ops.sigmoid_
    tanh, tanh_ = method(ops.tanh), ops.tanh_
    softmax = method(ops.softmax)
    log_softmax = method(ops.log_softmax)
    hardshrink = method(ops.hardshrink)
    prelu = method(ops.prelu)
