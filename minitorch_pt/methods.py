"""The table of methods: every operation of ops/ as a method, an in-place method or an operator of Tensor.

A rule in ops/ is written once; a line here makes it `x.exp()` and `x.exp_()`. At the end: NumPy's own functions on Tensors.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, NoReturn

import numpy as np

from . import ops
from .autograd import graph
from .autograd.modes import recording
from .autograd.rule import apply_inplace, differentiable, inplace, write


@differentiable(linear=True, name="torch::autograd::CopyBackwards")
def _copied(input: Any, src: Any) -> Any:
    value = np.broadcast_to(src, input.shape).astype(input.dtype)
    return value, lambda g: np.zeros(g.shape, g.dtype), lambda g: g


def operator(operation: Callable) -> Callable:
    """An operation as a binary operator: leaves operands that it does not know to the other side."""

    def method(self: Any, other: Any) -> Any:
        if isinstance(other, (Methods, bool, int, float, np.ndarray, np.generic)):
            return operation(self, other)
        return NotImplemented

    return method


def reflected(operation: Callable, alone: Any = NotImplemented) -> Callable:
    """An operation as the operator of the right side: `1 - x`. `alone`: what a program gets that calls it by hand without a tensor."""

    def method(self: Any, other: Any) -> Any:
        if not isinstance(self, Methods):
            return alone(self) if callable(alone) else alone
        if isinstance(other, (Methods, bool, int, float, np.ndarray, np.generic)):
            return operation(self, other)
        return NotImplemented

    return method


def _no_tensor(self: Any) -> NoReturn:
    raise TypeError(f"an operator of Tensor was called on a {type(self).__name__}; its first operand must be a Tensor")


def swapped(operation: Callable) -> Callable:
    """The operation with the operands in the other order: 1 / x."""
    return lambda self, other: operation(other, self)


def _mapped(name: str, function: Callable, self: Any, *others: Any) -> Any:
    """Overwrite each element with what a Python function makes of it, and of those of the other tensors."""
    for other in others:
        if not isinstance(other, Methods):
            raise TypeError(f"{name}() needs Tensors beside the function, not {type(other).__name__}")
        if other._data.dtype != self._data.dtype:
            raise TypeError(
                f"{name}: expected {self._data.dtype.name} for the other tensor, as for the first (got {other._data.dtype.name})"
            )
    if any(x.requires_grad for x in (self, *others)):
        raise RuntimeError(f"Can't call {name}() on Variable that requires grad. Use var.detach().{name}() instead.")
    columns = [self._data, *(ops.expand(x, *self._data.shape)._data for x in others)]
    values = np.array([function(*row) for row in zip(*(c.ravel().tolist() for c in columns), strict=True)])
    if values.size and values.dtype.kind not in "biuf":
        raise TypeError(f"{name}(): the function must give a real number, and gave {values.dtype.name}")
    write(self, values.reshape(self._data.shape).astype(self._data.dtype))
    return self


class Methods:
    """The part of Tensor that is operations."""

    __slots__ = ()
    _data: np.ndarray
    _node: Any
    requires_grad: Any

    # pointwise (ops/pointwise.py, ops/special_functions.py)
    abs, abs_ = ops.abs, inplace(ops.abs)
    absolute, absolute_ = ops.absolute, inplace(ops.absolute)
    acos, acos_ = ops.acos, inplace(ops.acos)
    acosh, acosh_ = ops.acosh, inplace(ops.acosh)
    add, add_ = ops.add, inplace(ops.add)
    addcdiv, addcdiv_ = ops.addcdiv, inplace(ops.addcdiv)
    addcmul, addcmul_ = ops.addcmul, inplace(ops.addcmul)
    allclose = ops.allclose
    arccos, arccos_ = ops.arccos, inplace(ops.arccos)
    arccosh, arccosh_ = ops.arccosh, inplace(ops.arccosh)
    arcsin, arcsin_ = ops.arcsin, inplace(ops.arcsin)
    arcsinh, arcsinh_ = ops.arcsinh, inplace(ops.arcsinh)
    arctan, arctan_ = ops.arctan, inplace(ops.arctan)
    arctan2, arctan2_ = ops.arctan2, inplace(ops.arctan2)
    arctanh, arctanh_ = ops.arctanh, inplace(ops.arctanh)
    asin, asin_ = ops.asin, inplace(ops.asin)
    asinh, asinh_ = ops.asinh, inplace(ops.asinh)
    atan, atan_ = ops.atan, inplace(ops.atan)
    atan2, atan2_ = ops.atan2, inplace(ops.atan2)
    atanh, atanh_ = ops.atanh, inplace(ops.atanh)
    bitwise_and, bitwise_and_ = ops.bitwise_and, inplace(ops.bitwise_and)
    bitwise_left_shift, bitwise_left_shift_ = ops.bitwise_left_shift, inplace(ops.bitwise_left_shift)
    bitwise_not, bitwise_not_ = ops.bitwise_not, inplace(ops.bitwise_not)
    bitwise_or, bitwise_or_ = ops.bitwise_or, inplace(ops.bitwise_or)
    bitwise_right_shift, bitwise_right_shift_ = ops.bitwise_right_shift, inplace(ops.bitwise_right_shift)
    bitwise_xor, bitwise_xor_ = ops.bitwise_xor, inplace(ops.bitwise_xor)
    ceil, ceil_ = ops.ceil, inplace(ops.ceil)
    clamp, clamp_ = ops.clamp, inplace(ops.clamp)
    clamp_max, clamp_max_ = ops.clamp_max, inplace(ops.clamp_max)
    clamp_min, clamp_min_ = ops.clamp_min, inplace(ops.clamp_min)
    clip, clip_ = ops.clip, inplace(ops.clip)
    copysign, copysign_ = ops.copysign, inplace(ops.copysign)
    cos, cos_ = ops.cos, inplace(ops.cos)
    cosh, cosh_ = ops.cosh, inplace(ops.cosh)
    deg2rad, deg2rad_ = ops.deg2rad, inplace(ops.deg2rad)
    digamma, digamma_ = ops.digamma, inplace(ops.digamma)
    div, div_ = ops.div, inplace(ops.div)
    divide, divide_ = ops.div, inplace(ops.div)
    eq, eq_ = ops.eq, inplace(ops.eq)
    equal = ops.equal
    erf, erf_ = ops.erf, inplace(ops.erf)
    erfc, erfc_ = ops.erfc, inplace(ops.erfc)
    erfinv, erfinv_ = ops.erfinv, inplace(ops.erfinv)
    exp, exp_ = ops.exp, inplace(ops.exp)
    exp2, exp2_ = ops.exp2, inplace(ops.exp2)
    expm1, expm1_ = ops.expm1, inplace(ops.expm1)
    fix, fix_ = ops.fix, inplace(ops.fix)
    float_power = ops.float_power
    floor, floor_ = ops.floor, inplace(ops.floor)
    floor_divide, floor_divide_ = ops.floor_divide, inplace(ops.floor_divide)
    fmax = ops.fmax
    fmin = ops.fmin
    frexp = ops.frexp
    fmod, fmod_ = ops.fmod, inplace(ops.fmod)
    frac, frac_ = ops.frac, inplace(ops.frac)
    gcd, gcd_ = ops.gcd, inplace(ops.gcd)
    ge, ge_ = ops.ge, inplace(ops.ge)
    greater, greater_ = ops.greater, inplace(ops.greater)
    greater_equal, greater_equal_ = ops.greater_equal, inplace(ops.greater_equal)
    gt, gt_ = ops.gt, inplace(ops.gt)
    heaviside, heaviside_ = ops.heaviside, inplace(ops.heaviside)
    hypot, hypot_ = ops.hypot, inplace(ops.hypot)
    i0, i0_ = ops.i0, inplace(ops.i0)
    isclose = ops.isclose
    isfinite = ops.isfinite
    isinf = ops.isinf
    isnan = ops.isnan
    isneginf = ops.isneginf
    isposinf = ops.isposinf
    isreal = ops.isreal
    lcm, lcm_ = ops.lcm, inplace(ops.lcm)
    ldexp, ldexp_ = ops.ldexp, inplace(ops.ldexp)
    le, le_ = ops.le, inplace(ops.le)
    lerp, lerp_ = ops.lerp, inplace(ops.lerp)
    less, less_ = ops.less, inplace(ops.less)
    less_equal, less_equal_ = ops.less_equal, inplace(ops.less_equal)
    lgamma, lgamma_ = ops.lgamma, inplace(ops.lgamma)
    log, log_ = ops.log, inplace(ops.log)
    log10, log10_ = ops.log10, inplace(ops.log10)
    log1p, log1p_ = ops.log1p, inplace(ops.log1p)
    log2, log2_ = ops.log2, inplace(ops.log2)
    logaddexp = ops.logaddexp
    logaddexp2 = ops.logaddexp2
    logical_and, logical_and_ = ops.logical_and, inplace(ops.logical_and)
    logical_not, logical_not_ = ops.logical_not, inplace(ops.logical_not)
    logical_or, logical_or_ = ops.logical_or, inplace(ops.logical_or)
    logical_xor, logical_xor_ = ops.logical_xor, inplace(ops.logical_xor)
    logit, logit_ = ops.logit, inplace(ops.logit)
    lt, lt_ = ops.lt, inplace(ops.lt)
    maximum = ops.maximum
    minimum = ops.minimum
    mul, mul_ = ops.mul, inplace(ops.mul)
    multiply, multiply_ = ops.mul, inplace(ops.mul)
    igamma, igamma_ = ops.igamma, inplace(ops.igamma)
    igammac, igammac_ = ops.igammac, inplace(ops.igammac)
    mvlgamma, mvlgamma_ = ops.mvlgamma, inplace(ops.mvlgamma)
    nan_to_num, nan_to_num_ = ops.nan_to_num, inplace(ops.nan_to_num)
    ne, ne_ = ops.ne, inplace(ops.ne)
    neg, neg_ = ops.neg, inplace(ops.neg)
    negative, negative_ = ops.neg, inplace(ops.neg)
    nextafter, nextafter_ = ops.nextafter, inplace(ops.nextafter)
    not_equal, not_equal_ = ops.not_equal, inplace(ops.not_equal)
    positive = ops.positive
    pow, pow_ = ops.pow, inplace(ops.pow)
    rad2deg, rad2deg_ = ops.rad2deg, inplace(ops.rad2deg)
    reciprocal, reciprocal_ = ops.reciprocal, inplace(ops.reciprocal)
    remainder, remainder_ = ops.remainder, inplace(ops.remainder)
    round, round_ = ops.round, inplace(ops.round)
    rsqrt, rsqrt_ = ops.rsqrt, inplace(ops.rsqrt)
    sgn, sgn_ = ops.sgn, inplace(ops.sgn)
    sign, sign_ = ops.sign, inplace(ops.sign)
    signbit = ops.signbit
    sin, sin_ = ops.sin, inplace(ops.sin)
    sinc, sinc_ = ops.sinc, inplace(ops.sinc)
    sinh, sinh_ = ops.sinh, inplace(ops.sinh)
    sqrt, sqrt_ = ops.sqrt, inplace(ops.sqrt)
    square, square_ = ops.square, inplace(ops.square)
    sub, sub_ = ops.sub, inplace(ops.sub)
    subtract, subtract_ = ops.sub, inplace(ops.sub)
    tan, tan_ = ops.tan, inplace(ops.tan)
    true_divide, true_divide_ = ops.true_divide, inplace(ops.true_divide)
    trunc, trunc_ = ops.trunc, inplace(ops.trunc)
    xlogy, xlogy_ = ops.xlogy, inplace(ops.xlogy)
    __neg__, __pos__, __abs__ = ops.neg, ops.positive, ops.abs

    def __invert__(self) -> Any:
        if self._data.dtype.kind == "f":
            raise TypeError("~ (operator.invert) is only implemented on integer and Boolean-type tensors; for others there is logical_not()")  # fmt: skip
        return ops.bitwise_not(self)

    __add__, __radd__, __iadd__ = operator(ops.add), reflected(ops.add, _no_tensor), operator(inplace(ops.add))
    __sub__, __rsub__, __isub__ = operator(ops.sub), reflected(ops.rsub), operator(inplace(ops.sub))
    __mul__, __rmul__, __imul__ = operator(ops.mul), reflected(ops.mul, _no_tensor), operator(inplace(ops.mul))
    __truediv__, __rtruediv__, __itruediv__ = (
        operator(ops.true_divide),
        reflected(swapped(ops.true_divide)),
        operator(inplace(ops.true_divide)),
    )
    __floordiv__, __rfloordiv__, __ifloordiv__ = (
        operator(ops.floor_divide),
        reflected(swapped(ops.floor_divide)),
        operator(inplace(ops.floor_divide)),
    )
    __mod__, __rmod__, __imod__ = (
        operator(ops.remainder),
        reflected(swapped(ops.remainder)),
        operator(inplace(ops.remainder)),
    )
    __pow__, __rpow__, __ipow__ = operator(ops.pow), reflected(swapped(ops.pow)), operator(inplace(ops.pow))
    __and__, __rand__, __iand__ = (
        operator(ops.bitwise_and),
        reflected(ops.bitwise_and, _no_tensor),
        operator(inplace(ops.bitwise_and)),
    )
    __or__, __ror__, __ior__ = (
        operator(ops.bitwise_or),
        reflected(ops.bitwise_or, _no_tensor),
        operator(inplace(ops.bitwise_or)),
    )
    __xor__, __rxor__, __ixor__ = (
        operator(ops.bitwise_xor),
        reflected(ops.bitwise_xor, _no_tensor),
        operator(inplace(ops.bitwise_xor)),
    )
    __lshift__, __ilshift__ = operator(ops.bitwise_left_shift), operator(bitwise_left_shift_)
    __rshift__, __irshift__ = operator(ops.bitwise_right_shift), operator(bitwise_right_shift_)
    __eq__, __ne__, __lt__, __le__, __gt__, __ge__ = map(operator, (ops.eq, ops.ne, ops.lt, ops.le, ops.gt, ops.ge))

    def float_power_(self, exponent: Any) -> Any:
        """In-place form of `float_power`: for float64 alone, the type of its result."""
        if self._data.dtype != np.float64:
            raise RuntimeError(f"the base given to float_power_ has dtype {self._data.dtype.name} but the operation's result requires float64; "
                               "use the out-of-place form")  # fmt: skip
        return apply_inplace(self, ops.float_power, (exponent,), {})

    def polygamma(self, n: int) -> Any:
        """The n-th derivative of `digamma`."""
        return ops.polygamma(n, self)

    polygamma_ = inplace(polygamma)

    def where(self, condition: Any, other: Any) -> Any:
        """This tensor where the condition holds, else `other`."""
        return ops.where(condition, self, other)

    # reductions and sorting (ops/reductions.py, ops/sorting.py, ops/statistics.py)
    all = ops.all
    amax = ops.amax
    amin = ops.amin
    aminmax = ops.aminmax
    any = ops.any
    argmax = ops.argmax
    argmin = ops.argmin
    argsort = ops.argsort
    bincount = ops.bincount
    count_nonzero = ops.count_nonzero
    cummax = ops.cummax
    cummin = ops.cummin
    cumprod, cumprod_ = ops.cumprod, inplace(ops.cumprod)
    cumsum, cumsum_ = ops.cumsum, inplace(ops.cumsum)
    diff = ops.diff
    dist = ops.dist
    corrcoef = ops.corrcoef
    cov = ops.cov
    histc = ops.histc
    histogram = ops.histogram
    kthvalue = ops.kthvalue
    logcumsumexp = ops.logcumsumexp
    logsumexp = ops.logsumexp
    max = ops.max
    mean = ops.mean
    median = ops.median
    min = ops.min
    msort = ops.msort
    nanmean = ops.nanmean
    nanmedian = ops.nanmedian
    nansum = ops.nansum
    prod = ops.prod
    renorm, renorm_ = ops.renorm, inplace(ops.renorm)
    sort = ops.sort
    std = ops.std
    sum = ops.sum
    sum_to_size = ops.sum_to_size
    topk = ops.topk
    unique = ops.unique
    unique_consecutive = ops.unique_consecutive
    mode = ops.mode
    nanquantile = ops.nanquantile
    quantile = ops.quantile
    var = ops.var

    # shape (ops/shape.py, ops/diagonal.py)
    adjoint = ops.adjoint
    as_strided = ops.as_strided
    broadcast_to = ops.broadcast_to
    chunk = ops.chunk
    clone = ops.clone
    contiguous = ops.contiguous
    diagonal = ops.diagonal
    dsplit = ops.dsplit
    expand = ops.expand
    expand_as = ops.expand_as
    flatten = ops.flatten
    flip = ops.flip
    fliplr = ops.fliplr
    flipud = ops.flipud
    hsplit = ops.hsplit
    movedim = ops.movedim
    moveaxis = ops.moveaxis
    narrow = ops.narrow
    permute = ops.permute_dims
    ravel = ops.ravel
    repeat = ops.repeat
    repeat_interleave = ops.repeat_interleave
    reshape = ops.reshape
    reshape_as = ops.reshape_as
    roll = ops.roll
    rot90 = ops.rot90
    select = ops.select
    split = ops.split
    split_with_sizes = ops.split_with_sizes
    squeeze = ops.squeeze
    swapaxes = ops.swapaxes
    swapdims = ops.swapdims
    t = ops.t
    tensor_split = ops.tensor_split
    tile = ops.tile
    transpose = ops.transpose
    unbind = ops.unbind
    unflatten = ops.unflatten
    unfold = ops.unfold
    unsqueeze = ops.unsqueeze
    view = ops.view
    view_as = ops.view_as
    vsplit = ops.vsplit
    diag = ops.diag
    diag_embed = ops.diag_embed
    diagflat = ops.diagflat
    trace = ops.trace
    tril, tril_ = ops.tril, inplace(ops.tril)
    triu, triu_ = ops.triu, inplace(ops.triu)
    T, mT = property(ops.reversed_axes), property(ops.matrix_transpose)
    mH = mT

    @property
    def H(self) -> Any:
        """A matrix transposed; of no axes, itself."""
        ndim = self._data.ndim
        if ndim not in (0, 2):
            more = " For batches of matrices, consider using tensor.mH" if ndim > 2 else ""
            raise RuntimeError(f"tensor.H is only supported on matrices (2-D tensors). Got {ndim}-D tensor.{more}")
        return ops.transpose(self, 0, 1) if ndim else self

    def as_strided_(self, size: Any, stride: Any, storage_offset: int | None = None) -> Any:
        """In-place form of `as_strided`."""
        return self._reshaped(ops.as_strided, size, stride, storage_offset)

    def _reshaped(self: Any, operation: Callable, *args: Any) -> Any:
        """Become a view of what this tensor was."""
        if recording.on and self.is_leaf and self.requires_grad:
            raise RuntimeError("a leaf Variable that requires grad is being used in an in-place operation. "
                               "Use the out-of-place form, or change it under torch.no_grad().")  # fmt: skip
        was = graph.wrap(self._data, self._requires_grad)
        was._node, was._base, was._replay, was._epoch = self._node, self._base, self._replay, self._epoch
        view = operation(was, *args)
        self._data, self._node = view._data, view._node
        if view._requires_grad or self._base is not None:
            self._base, self._replay, self._epoch = view._base, view._replay, view._epoch
        return self

    def squeeze_(self, *args: Any) -> Any:
        """In-place form of `squeeze`."""
        return self._reshaped(ops.squeeze, *args)

    def unsqueeze_(self, dim: int) -> Any:
        """In-place form of `unsqueeze`."""
        return self._reshaped(ops.unsqueeze, dim)

    def transpose_(self, dim0: int, dim1: int) -> Any:
        """In-place form of `transpose`."""
        return self._reshaped(ops.transpose, dim0, dim1)

    swapaxes_ = swapdims_ = transpose_

    def t_(self) -> Any:
        """In-place form of `t`."""
        return self._reshaped(ops.t)

    # indexing (ops/indexing.py, ops/scatters.py)
    __getitem__ = ops.getitem

    def __setitem__(self, index: Any, value: Any) -> None:
        if not recording.on or not (self.requires_grad or (isinstance(value, Methods) and value.requires_grad)):
            ops.assign(self._data, index, value)
            graph.changed(self._data)
        else:
            ops.setitem(self, index, value)

    def apply_(self, callable: Callable) -> Any:
        """Overwrite each element with callable(element): slow, element by element in Python.

        Raises:
            RuntimeError: the tensor requires grad. TypeError: callable gives no number.
        """
        return _mapped("apply_", callable, self)

    def map_(self, tensor: Any, callable: Callable) -> Any:
        """Overwrite each element x with callable(x, y), y being the one of `tensor`, which is expanded to this shape.

        Raises:
            RuntimeError: a tensor requires grad, or has another shape. TypeError: another type, or callable gives no number.
        """
        return _mapped("map_", callable, self, tensor)

    def map2_(self, x: Any, y: Any, callable: Callable) -> Any:
        """`map_` of two other tensors."""
        return _mapped("map2_", callable, self, x, y)

    def copy_(self, src: Any, non_blocking: Any = False) -> Any:
        """Overwrite the elements with those of `src`, broadcast and converted."""
        return apply_inplace(self, _copied, (src,), {})

    argwhere = ops.argwhere
    as_strided_scatter = ops.as_strided_scatter
    diagonal_scatter = ops.diagonal_scatter
    gather = ops.gather
    index_add, index_add_ = ops.index_add, inplace(ops.index_add)
    index_copy, index_copy_ = ops.index_copy, inplace(ops.index_copy)
    index_fill, index_fill_ = ops.index_fill, inplace(ops.index_fill)
    index_put, index_put_ = ops.index_put, inplace(ops.index_put)
    index_reduce, index_reduce_ = ops.index_reduce, inplace(ops.index_reduce)
    index_select = ops.index_select
    masked_fill, masked_fill_ = ops.masked_fill, inplace(ops.masked_fill)
    masked_scatter, masked_scatter_ = ops.masked_scatter, inplace(ops.masked_scatter)
    masked_select = ops.masked_select
    nonzero = ops.nonzero
    nonzero_static = ops.nonzero_static
    put, put_ = ops.put, inplace(ops.put)
    scatter, scatter_ = ops.scatter, inplace(ops.scatter)
    scatter_add, scatter_add_ = ops.scatter_add, inplace(ops.scatter_add)
    scatter_reduce, scatter_reduce_ = ops.scatter_reduce, inplace(ops.scatter_reduce)
    select_scatter = ops.select_scatter
    slice_scatter = ops.slice_scatter
    take = ops.take
    take_along_dim = ops.take_along_dim

    def fill_(self, value: Any) -> Any:
        """Set every element to `value`."""
        return apply_inplace(self, ops.fill_inplace, (value,), {})

    def zero_(self) -> Any:
        """Set every element to 0."""
        return apply_inplace(self, ops.zeroed, (), {})

    def fill_diagonal_(self, fill_value: Any, wrap: bool = False) -> Any:
        """Set the elements with equal indices to `fill_value`; wrap: of a tall matrix again below each full square.

        Raises:
            RuntimeError: less than two axes, or more than two that are not all of one size.
        """
        shape = self._data.shape
        if len(shape) < 2:
            raise RuntimeError(f"dimensions must larger than 1, got shape {list(shape)}")
        if len(shape) > 2 and len(set(shape)) > 1:
            raise RuntimeError(f"all dimensions of input must be of equal length, got shape {list(shape)}")
        marks = np.zeros(shape, bool)
        np.fill_diagonal(marks, True, wrap)
        return apply_inplace(self, ops.masked_fill, (marks, fill_value), {})

    # products (ops/products.py)
    matmul = ops.matmul
    mm = ops.mm
    bmm = ops.bmm
    mv = ops.mv
    dot = ops.dot
    outer = ops.outer
    ger = ops.outer
    addmm, addmm_ = ops.addmm, inplace(ops.addmm)
    baddbmm, baddbmm_ = ops.baddbmm, inplace(ops.baddbmm)
    addbmm, addbmm_ = ops.addbmm, inplace(ops.addbmm)
    addmv, addmv_ = ops.addmv, inplace(ops.addmv)
    addr, addr_ = ops.addr, inplace(ops.addr)
    vdot = ops.dot
    inner = ops.inner

    def __matmul__(self, other: Any) -> Any:
        return ops.matmul(self, other) if isinstance(other, (Methods, np.ndarray)) else NotImplemented

    def __rmatmul__(self, other: Any) -> Any:
        return ops.matmul(other, self)

    # linear algebra (ops/matrices.py, ops/algebra/)
    cholesky = ops.cholesky
    cholesky_inverse = ops.cholesky_inverse
    cholesky_solve = ops.cholesky_solve
    cross = ops.cross
    det = ops.det
    inverse = ops.inverse
    kron = ops.kron
    logdet = ops.logdet
    lu_solve = ops.lu_solve
    matrix_exp = ops.matrix_exp
    matrix_power = ops.matrix_power
    norm = ops.norm
    geqrf = ops.geqrf
    orgqr = ops.orgqr
    ormqr = ops.ormqr
    pinverse = ops.pinverse
    qr = ops.qr
    slogdet = ops.slogdet
    svd = ops.svd
    triangular_solve = ops.triangular_solve

    def lu(self, pivot: bool = True, get_infos: bool = False) -> tuple:
        """`torch.lu`, always as a plain tuple."""
        return tuple(ops.lu(self, pivot, get_infos))

    # activations (ops/activations.py)
    relu, relu_ = ops.relu, ops.relu_
    sigmoid, sigmoid_ = ops.sigmoid, ops.sigmoid_
    tanh, tanh_ = ops.tanh, ops.tanh_
    softmax = ops.softmax
    log_softmax = ops.log_softmax
    hardshrink = ops.hardshrink
    prelu = ops.prelu

    # -- NumPy's protocols: a rule's code runs on Tensors too, which gives gradients of any order ------------------------
    def __array_ufunc__(self, ufunc: Any, method: str, *inputs: Any, **kwargs: Any) -> Any:
        operation = _UFUNCS.get(ufunc)
        if method == "__call__" and operation is not None and not kwargs:
            numbers = (np.ndarray, bool, int, float) if operation.tensors == 2 else np.ndarray
            return operation(*(graph.wrap(np.asarray(x)) if isinstance(x, numbers) else x for x in inputs))
        return _as_numpy(getattr(ufunc, method), inputs, kwargs)

    def __array_function__(self, function: Any, types: Any, args: tuple, kwargs: dict) -> Any:
        operation = _FUNCTIONS.get(function)
        return _as_numpy(function, args, kwargs) if operation is None else operation(*args, **kwargs)


def _as_numpy(function: Callable, args: tuple, kwargs: dict) -> Any:
    """A NumPy function that no rule uses, on the plain arrays; refused, by `numpy()`, for tensors that require grad."""

    def plain(value: Any) -> Any:
        if isinstance(value, Methods):
            return value.numpy()  # type: ignore[attr-defined]
        if isinstance(value, (list, tuple)):
            return type(value)(plain(v) for v in value)
        return value

    return function(*plain(args), **{k: plain(v) for k, v in kwargs.items()})


# what rules may call on Tensors
_UFUNC_NAMES = {
    "subtract": "sub", "multiply": "mul", "divide": "div", "negative": "neg", "power": "pow", "absolute": "abs",
    "arctan2": "atan2", "arcsin": "asin", "arccos": "acos", "arctan": "atan", "arcsinh": "asinh", "arccosh": "acosh",
    "arctanh": "atanh", "equal": "eq", "not_equal": "ne", "less": "lt", "less_equal": "le", "greater": "gt",
    "greater_equal": "ge", "invert": "bitwise_not", "left_shift": "bitwise_left_shift", "right_shift": "bitwise_right_shift",
}  # fmt: skip
_UFUNCS = {
    ufunc: getattr(ops, _UFUNC_NAMES.get(name, name))
    for name, ufunc in vars(np).items()
    if isinstance(ufunc, np.ufunc) and hasattr(ops, _UFUNC_NAMES.get(name, name))
}
_FUNCTIONS: dict[Callable, Callable] = {
    np.where: ops.where,
    np.sum: ops.sum,
    np.concatenate: lambda arrays, axis=0: ops.cat(arrays, axis),
    np.stack: lambda arrays, axis=0: ops.stack(arrays, axis),
    np.broadcast_to: lambda array, shape: ops.broadcast_to(array, shape),
    np.expand_dims: lambda a, axis: ops.unsqueeze(a, axis),
    np.squeeze: lambda a, axis: ops.squeeze(a, axis),
    np.swapaxes: ops.swapaxes,
    np.moveaxis: ops.movedim,
    np.transpose: lambda a, axes: ops.permute(a, tuple(axes)),
    np.flip: lambda m, axis: ops.flip(m, axis if isinstance(axis, tuple) else (axis,)),
    np.roll: lambda a, shift, axis=None: ops.roll(a, shift, axis),
    np.clip: ops.clamp,
    np.reshape: ops.reshape,
    np.outer: ops.outer,
    np.tensordot: lambda a, b, axes: ops.tensordot(a, b, axes),
    np.cumsum: lambda a, axis: ops.cumsum(a, axis),
}
