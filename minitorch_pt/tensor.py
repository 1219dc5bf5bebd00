"""Tensor: an array, its gradient, and the step that made it.

The class holds little: the operations are rules in `ops/`, and the table below makes them methods; `autograd/` records
them and carries gradients back. Start with `autograd/rule.py` to see how one operation works.
"""

from __future__ import annotations

import weakref
from collections.abc import Callable, Iterator
from typing import Any

import numpy as np

from . import dtypes, ops
from .autograd import graph
from .autograd.modes import enable_grad, state
from .autograd.rule import apply_inplace, differentiable, inplace
from .conversion import Conversions
from .device import CPU, device
from .size import Size

__all__ = ["Tensor"]


def operator(operation: Callable) -> Callable:
    """An operation as a binary operator: leaves operands that it does not know to the other side."""

    def method(self: Any, other: Any) -> Any:
        if isinstance(other, (Tensor, bool, int, float, np.ndarray, np.generic)):
            return operation(self, other)
        return NotImplemented

    return method


def swapped(operation: Callable) -> Callable:
    """The operation with the operands in the other order: 1 / x."""
    return lambda self, other: operation(other, self)


class Tensor(Conversions):
    """An n-dimensional array that remembers how it was made, so that gradients can flow back.

    Make one with `torch.tensor`, `torch.zeros`, ...: this constructor wraps an ndarray without copying it.

    >>> import minitorch_pt as torch
    >>> x = torch.tensor([2.0, 3.0], requires_grad=True)
    >>> (x**2).sum().backward()
    >>> x.grad
    tensor([4., 6.])
    """

    # _data: the array; _grad: the gradient; _node: the graph node that made it (None for a leaf);
    # _base: the tensor whose memory it looks into, if it is a view
    __slots__ = ("_data", "_grad", "_node", "_requires_grad", "_base", "__dict__", "__weakref__")

    # seldom set, so kept in the instance's __dict__ only then
    _replay: Callable | None = None  # makes the view anew from its base
    _epoch: int = 0  # of a base: how often its history changed; of a view: that number when it looked last
    _hooks: dict | None = None
    _after: dict | None = None

    def __init__(self, data: Any, requires_grad: bool = False) -> None:
        self._data = data
        self._grad: Any = None
        self._node: Any = None
        self._requires_grad = requires_grad
        self._base: Any = None

    # -- what it is ----------------------------------------------------------------------------------------------------
    def _refresh(self) -> None:
        """If this is a view whose base was changed in place since, take over the new history."""
        base = self._base
        if base is not None and self._epoch != base._epoch:
            if self._replay is None:
                raise RuntimeError(
                    "this view was made under no_grad, or is one of several made by one call (split, unbind), and its base "
                    "has been modified inplace since while gradients were tracked. Use the out-of-place form, or clone()."
                )
            with enable_grad():
                fresh = self._replay(base)
            self._node, self._requires_grad, self._epoch = fresh._node, fresh._requires_grad, base._epoch

    @property
    def shape(self) -> Size:
        """The size of each axis."""
        return Size(self._data.shape)

    @property
    def dtype(self) -> dtypes.dtype:
        """The type of the elements."""
        return dtypes.of(self._data.dtype)

    @property
    def device(self) -> device:
        """Always device(type='cpu')."""
        return CPU

    @property
    def ndim(self) -> int:
        """The number of axes."""
        return self._data.ndim

    @property
    def itemsize(self) -> int:
        """Bytes per element."""
        return self._data.itemsize

    @property
    def nbytes(self) -> int:
        """Bytes of all elements."""
        return self._data.nbytes

    def size(self, dim: int | None = None) -> Any:
        """The shape, or the size of one axis."""
        if dim is None:
            return self.shape
        if not -max(self.ndim, 1) <= dim < max(self.ndim, 1) or not self.ndim:
            n = max(self.ndim, 1)
            raise IndexError(f"Dimension out of range (expected to be in range of [{-n}, {n - 1}], but got {dim})")
        return self._data.shape[dim]

    def dim(self) -> int:
        """The number of axes."""
        return self._data.ndim

    def numel(self) -> int:
        """The number of elements."""
        return self._data.size

    ndimension, nelement = dim, numel

    def element_size(self) -> int:
        """Bytes per element."""
        return self._data.itemsize

    def stride(self, dim: int | None = None) -> Any:
        """How many elements apart neighbours along each axis lie."""
        # torch counts an axis of size 0 as 1, and so gives strides where NumPy gives 0
        steps = tuple(s // self._data.itemsize for s in self._data.strides)
        return steps if dim is None else steps[dim]

    def storage_offset(self) -> int:
        """How many elements after the start of its memory the tensor begins."""
        return (self.data_ptr() - graph.owner(self._data).__array_interface__["data"][0]) // self._data.itemsize

    def data_ptr(self) -> int:
        """The address of the first element."""
        return self._data.__array_interface__["data"][0]

    def is_contiguous(self) -> bool:
        """Whether elements lie in memory in the order of their indices."""
        return self._data.flags.c_contiguous

    def is_floating_point(self) -> bool:
        """Whether the elements are floating point numbers."""
        return self._data.dtype.kind == "f"

    def is_complex(self) -> bool:
        """Always False."""
        return False

    def is_signed(self) -> bool:
        """Whether the type has negative values."""
        return self.dtype.is_signed

    def get_device(self) -> int:
        """-1, torch's number for the CPU."""
        return -1

    # -- autograd ------------------------------------------------------------------------------------------------------
    @property
    def requires_grad(self) -> bool:
        """Whether gradients flow to or through this tensor. May be set on leaves."""
        if self._base is not None:
            self._refresh()
        return self._requires_grad

    @requires_grad.setter
    def requires_grad(self, mode: bool) -> None:
        if self._node is not None and not mode:
            raise RuntimeError("you can only change requires_grad flags of leaf variables. If you want to use a computed variable "
                               "in a subgraph that doesn't require differentiation use var_no_grad = var.detach().")  # fmt: skip
        if mode and self._data.dtype.kind != "f":
            raise RuntimeError(f"only Tensors of floating point dtype can require gradients, this one is {self.dtype}; convert it "
                               "with .float() first")  # fmt: skip
        self._requires_grad = bool(mode)

    def requires_grad_(self, requires_grad: bool = True) -> Tensor:
        """Set `requires_grad` and return the tensor."""
        self.requires_grad = requires_grad
        return self

    @property
    def grad(self) -> Tensor | None:
        """The gradient that `backward` has added up here, or None."""
        return self._grad

    @grad.setter
    def grad(self, value: Tensor | None) -> None:
        if value is not None:
            if not isinstance(value, Tensor):
                raise TypeError(f"assigned grad expected to be a Tensor or None but got {type(value).__name__}")
            if value.shape != self.shape:
                raise RuntimeError(f"assigned grad has data of a different size: grad has {list(value.shape)}, the tensor has "
                                   f"{list(self.shape)}; they must be equal")  # fmt: skip
            if value.dtype is not self.dtype:
                raise RuntimeError(f"assigned grad has data of a different type: {value.dtype}, the tensor has {self.dtype}; "
                                   "convert it with .to()")  # fmt: skip
        self._grad = value

    @grad.deleter
    def grad(self) -> None:
        self._grad = None

    @property
    def grad_fn(self) -> graph.Node | None:
        """The graph node that made this tensor; None for a leaf."""
        if self._base is not None:
            self._refresh()
        node = self._node
        return node.edges[0] if isinstance(node, graph.Output) else node

    @property
    def output_nr(self) -> int:
        """Which output of `grad_fn` this is."""
        return self._node.place if isinstance(self._node, graph.Output) else 0

    @property
    def is_leaf(self) -> bool:
        """True if no recorded operation made it: `backward` fills the `.grad` of such tensors."""
        return self.grad_fn is None

    @property
    def retains_grad(self) -> bool:
        """Whether `retain_grad` was called on this tensor, which is no leaf."""
        return "_retains" in self.__dict__

    @property
    def _version(self) -> int:
        return graph.version(self._data)

    @property
    def data(self) -> Tensor:
        """The same memory without history."""
        return Tensor(self._data)

    @data.setter
    def data(self, value: Tensor) -> None:
        self._data = value._data

    def backward(
        self,
        gradient: Tensor | None = None,
        retain_graph: bool | None = None,
        create_graph: bool = False,
        inputs: Any = None,
    ) -> None:
        """Add the gradients of this tensor with respect to the leaves of its graph to their `.grad`.

        gradient: that of the final value with respect to this tensor, of its shape; 1 for a scalar if left out.

        Raises:
            RuntimeError: no graph, not a scalar and no gradient, or the graph was released by an earlier call.
        """
        graph.backward(self, gradient, retain_graph, create_graph, inputs)

    def register_hook(self, hook: Callable) -> graph.Handle:
        """Call `hook(gradient)` when the gradient of this tensor is known; a tensor that it returns takes its place.

        Raises:
            RuntimeError: the tensor does not require grad.
        """
        if not self.requires_grad:
            raise RuntimeError(
                "cannot register a hook on a tensor that doesn't require gradient; call requires_grad_() first"
            )
        return graph.add_hook(self if self._node is None else self._node, hook)

    def register_post_accumulate_grad_hook(self, hook: Callable) -> graph.Handle:
        """Call `hook(tensor)` after the gradient of this leaf has been added to `.grad`."""
        if not self.requires_grad or not self.is_leaf:
            raise RuntimeError("post accumulate grad hooks can only be registered on leaf tensors that require grad")
        if self._after is None:
            self._after = {}
        handle = graph.Handle(self._after)
        self._after[handle.id] = hook
        return handle

    def retain_grad(self) -> None:
        """Fill `.grad` of this tensor too, though it is no leaf."""
        if not self.requires_grad:
            raise RuntimeError("can't retain_grad on Tensor that has requires_grad=False")
        if self._node is not None and not self.retains_grad:
            me = weakref.ref(self)  # the graph must not keep the tensor alive

            def keep(gradient: Tensor) -> None:
                tensor = me()
                if tensor is not None:
                    kept = gradient if state.recording else Tensor(gradient._data.copy())
                    tensor._grad = kept if tensor._grad is None else tensor._grad + kept

            self._retains = graph.add_hook(self._node, keep)

    def detach(self) -> Tensor:
        """The same memory as a leaf without history."""
        return Tensor(self._data)

    def detach_(self) -> Tensor:
        """Cut this tensor off its history, in place."""
        self._node, self._requires_grad = None, False
        return self

    # -- as a container and as text --------------------------------------------------------------------------------------
    def __len__(self) -> Any:
        if not self._data.ndim:
            raise TypeError("len() of a 0-d tensor")
        return len(self._data)

    def __iter__(self) -> Iterator[Tensor]:
        if not self._data.ndim:
            raise TypeError("iteration over a 0-d tensor")
        return iter(self.unbind(0))

    def __contains__(self, element: Any) -> Any:
        return bool((self == element)._data.any())

    def __hash__(self) -> Any:
        return id(self)

    def __repr__(self) -> str:
        from .printing import tensor_repr

        return tensor_repr(self)

    def __format__(self, spec: str) -> str:
        if self._data.ndim == 0 and type(self) is Tensor:
            return format(self.item(), spec)
        return object.__format__(self, spec)

    # -- copies and files ----------------------------------------------------------------------------------------------
    def __deepcopy__(self, memo: dict) -> Tensor:
        if not self.is_leaf:
            raise RuntimeError("Only Tensors created explicitly by the user (graph leaves) support the deepcopy protocol at the "
                               "moment. Use detach().clone() for a copy without history.")  # fmt: skip
        if id(self) not in memo:
            memo[id(self)] = copy = self._twin(self._data.copy())
            if self._grad is not None:
                copy._grad = Tensor(self._grad._data.copy())
        return memo[id(self)]

    def _twin(self, data: np.ndarray) -> Tensor:
        """Another tensor of this class around `data`."""
        twin = type(self).__new__(type(self))
        Tensor.__init__(twin, data, self._requires_grad)
        twin.__dict__.update(self._attributes())
        return twin

    def _attributes(self) -> dict:
        """What the user has set on this tensor: without the engine's own."""
        return {
            k: v for k, v in self.__dict__.items() if k not in ("_replay", "_epoch", "_hooks", "_after", "_retains")
        }

    def __reduce_ex__(self, protocol: Any) -> tuple:
        if not self.is_leaf:
            raise RuntimeError("only leaf tensors can be pickled, and this one has a history; use detach() first")
        return _rebuild, (type(self), self._data, self._requires_grad, self._attributes())

    # -- indexing ------------------------------------------------------------------------------------------------------
    def __setitem__(self, index: Any, value: Any) -> None:
        if not state.recording or not (self.requires_grad or (isinstance(value, Tensor) and value.requires_grad)):
            ops.assign(self._data, index, value)
            graph.changed(self._data)
        else:
            apply_inplace(self, ops.index_assign, (index, value), {})

    def copy_(self, src: Tensor, non_blocking: Any = False) -> Tensor:
        """Overwrite the elements with those of `src`, broadcast and converted."""
        return apply_inplace(self, _copied, (src,), {})

    def set_(self, source: Tensor) -> Tensor:
        """Take over the memory of `source`."""
        self._data = source._data
        return self

    # -- NumPy's protocols: a rule's code runs on Tensors too, which gives gradients of any order ------------------------
    def __array_ufunc__(self, ufunc: Any, method: str, *inputs: Any, **kwargs: Any) -> Any:
        operation = _UFUNCS.get(ufunc)
        if method == "__call__" and operation is not None and not kwargs:
            return operation(*(Tensor(x) if isinstance(x, np.ndarray) else x for x in inputs))
        return _as_numpy(getattr(ufunc, method), inputs, kwargs)

    def __array_function__(self, function: Any, types: Any, args: tuple, kwargs: dict) -> Any:
        operation = _FUNCTIONS.get(function)
        return _as_numpy(function, args, kwargs) if operation is None else operation(*args, **kwargs)

    # -- operations: each is a rule in ops/, where its value and gradient stand side by side -----------------------------
    # pointwise (ops/pointwise.py)
    abs, absolute, acos, acosh, add, addcdiv, addcmul = (
        ops.abs,
        ops.absolute,
        ops.acos,
        ops.acosh,
        ops.add,
        ops.addcdiv,
        ops.addcmul,
    )
    allclose, arccos, arccosh, arcsin, arcsinh, arctan, arctan2 = (
        ops.allclose,
        ops.arccos,
        ops.arccosh,
        ops.arcsin,
        ops.arcsinh,
        ops.arctan,
        ops.arctan2,
    )
    arctanh, asin, asinh, atan, atan2, atanh, bitwise_and = (
        ops.arctanh,
        ops.asin,
        ops.asinh,
        ops.atan,
        ops.atan2,
        ops.atanh,
        ops.bitwise_and,
    )
    bitwise_left_shift, bitwise_not, bitwise_or, bitwise_right_shift, bitwise_xor, ceil, clamp = (
        ops.bitwise_left_shift,
        ops.bitwise_not,
        ops.bitwise_or,
        ops.bitwise_right_shift,
        ops.bitwise_xor,
        ops.ceil,
        ops.clamp,
    )
    clamp_max, clamp_min, clip, copysign, cos, cosh, deg2rad = (
        ops.clamp_max,
        ops.clamp_min,
        ops.clip,
        ops.copysign,
        ops.cos,
        ops.cosh,
        ops.deg2rad,
    )
    div, divide, eq, equal, erf, erfc, erfinv = (
        ops.div,
        ops.true_divide,
        ops.eq,
        ops.equal,
        ops.erf,
        ops.erfc,
        ops.erfinv,
    )
    exp, exp2, expm1, fix, float_power, floor, floor_divide = (
        ops.exp,
        ops.exp2,
        ops.expm1,
        ops.fix,
        ops.float_power,
        ops.floor,
        ops.floor_divide,
    )
    fmax, fmin, fmod, frac, gcd, ge, greater = ops.fmax, ops.fmin, ops.fmod, ops.frac, ops.gcd, ops.ge, ops.greater
    greater_equal, gt, heaviside, hypot, isclose, isfinite, isinf = (
        ops.greater_equal,
        ops.gt,
        ops.heaviside,
        ops.hypot,
        ops.isclose,
        ops.isfinite,
        ops.isinf,
    )
    isnan, isneginf, isposinf, isreal, lcm, ldexp, le = (
        ops.isnan,
        ops.isneginf,
        ops.isposinf,
        ops.isreal,
        ops.lcm,
        ops.ldexp,
        ops.le,
    )
    lerp, less, less_equal, log, log10, log1p, log2 = (
        ops.lerp,
        ops.less,
        ops.less_equal,
        ops.log,
        ops.log10,
        ops.log1p,
        ops.log2,
    )
    logaddexp, logaddexp2, logical_and, logical_not, logical_or, logical_xor, logit = (
        ops.logaddexp,
        ops.logaddexp2,
        ops.logical_and,
        ops.logical_not,
        ops.logical_or,
        ops.logical_xor,
        ops.logit,
    )
    lt, maximum, minimum, mul, multiply, nan_to_num, ne = (
        ops.lt,
        ops.maximum,
        ops.minimum,
        ops.mul,
        ops.mul,
        ops.nan_to_num,
        ops.ne,
    )
    neg, negative, nextafter, not_equal, positive, pow, rad2deg = (
        ops.neg,
        ops.neg,
        ops.nextafter,
        ops.not_equal,
        ops.positive,
        ops.pow,
        ops.rad2deg,
    )
    reciprocal, remainder, round, rsqrt, sgn, sign, signbit = (
        ops.reciprocal,
        ops.remainder,
        ops.round,
        ops.rsqrt,
        ops.sgn,
        ops.sign,
        ops.signbit,
    )
    sin, sinc, sinh, sqrt, square, sub, subtract = ops.sin, ops.sinc, ops.sinh, ops.sqrt, ops.square, ops.sub, ops.sub
    tan, true_divide, trunc, xlogy = ops.tan, ops.true_divide, ops.trunc, ops.xlogy
    abs_, acos_, acosh_, add_ = inplace(ops.abs), inplace(ops.acos), inplace(ops.acosh), inplace(ops.add)
    addcdiv_, addcmul_, asin_, asinh_ = (
        inplace(ops.addcdiv),
        inplace(ops.addcmul),
        inplace(ops.asin),
        inplace(ops.asinh),
    )
    atan_, atan2_, atanh_, bitwise_and_ = (
        inplace(ops.atan),
        inplace(ops.atan2),
        inplace(ops.atanh),
        inplace(ops.bitwise_and),
    )
    bitwise_not_, bitwise_or_, bitwise_xor_, ceil_ = (
        inplace(ops.bitwise_not),
        inplace(ops.bitwise_or),
        inplace(ops.bitwise_xor),
        inplace(ops.ceil),
    )
    clamp_, clamp_max_, clamp_min_, clip_ = (
        inplace(ops.clamp),
        inplace(ops.clamp_max),
        inplace(ops.clamp_min),
        inplace(ops.clip),
    )
    copysign_, cos_, cosh_, deg2rad_ = inplace(ops.copysign), inplace(ops.cos), inplace(ops.cosh), inplace(ops.deg2rad)
    div_, divide_, eq_, erf_ = inplace(ops.div), inplace(ops.true_divide), inplace(ops.eq), inplace(ops.erf)
    erfc_, erfinv_, exp_, exp2_ = inplace(ops.erfc), inplace(ops.erfinv), inplace(ops.exp), inplace(ops.exp2)
    expm1_, fix_, float_power_, floor_ = (
        inplace(ops.expm1),
        inplace(ops.fix),
        inplace(ops.float_power),
        inplace(ops.floor),
    )
    floor_divide_, fmod_, frac_, ge_ = inplace(ops.floor_divide), inplace(ops.fmod), inplace(ops.frac), inplace(ops.ge)
    gt_, hypot_, ldexp_, le_ = inplace(ops.gt), inplace(ops.hypot), inplace(ops.ldexp), inplace(ops.le)
    lerp_, log_, log10_, log1p_ = inplace(ops.lerp), inplace(ops.log), inplace(ops.log10), inplace(ops.log1p)
    log2_, logical_and_, logical_not_, logical_or_ = (
        inplace(ops.log2),
        inplace(ops.logical_and),
        inplace(ops.logical_not),
        inplace(ops.logical_or),
    )
    logical_xor_, logit_, lt_, mul_ = inplace(ops.logical_xor), inplace(ops.logit), inplace(ops.lt), inplace(ops.mul)
    multiply_, nan_to_num_, ne_, neg_ = inplace(ops.mul), inplace(ops.nan_to_num), inplace(ops.ne), inplace(ops.neg)
    negative_, pow_, rad2deg_, reciprocal_ = (
        inplace(ops.neg),
        inplace(ops.pow),
        inplace(ops.rad2deg),
        inplace(ops.reciprocal),
    )
    remainder_, round_, rsqrt_, sgn_ = inplace(ops.remainder), inplace(ops.round), inplace(ops.rsqrt), inplace(ops.sgn)
    sign_, sin_, sinc_, sinh_ = inplace(ops.sign), inplace(ops.sin), inplace(ops.sinc), inplace(ops.sinh)
    sqrt_, square_, sub_, subtract_ = inplace(ops.sqrt), inplace(ops.square), inplace(ops.sub), inplace(ops.sub)
    tan_, true_divide_, trunc_, xlogy_ = (
        inplace(ops.tan),
        inplace(ops.true_divide),
        inplace(ops.trunc),
        inplace(ops.xlogy),
    )
    __neg__, __pos__, __abs__, __invert__ = ops.neg, ops.positive, ops.abs, ops.bitwise_not
    __add__, __radd__, __iadd__ = (operator(f) for f in (ops.add, ops.add, inplace(ops.add)))
    __sub__, __rsub__, __isub__ = (operator(f) for f in (ops.sub, ops.rsub, inplace(ops.sub)))
    __mul__, __rmul__, __imul__ = (operator(f) for f in (ops.mul, ops.mul, inplace(ops.mul)))
    __truediv__, __rtruediv__, __itruediv__ = (
        operator(f) for f in (ops.true_divide, swapped(ops.true_divide), inplace(ops.true_divide))
    )
    __floordiv__, __rfloordiv__, __ifloordiv__ = (
        operator(f) for f in (ops.floor_divide, swapped(ops.floor_divide), inplace(ops.floor_divide))
    )
    __mod__, __rmod__, __imod__ = (operator(f) for f in (ops.remainder, swapped(ops.remainder), inplace(ops.remainder)))
    __pow__, __rpow__, __ipow__ = (operator(f) for f in (ops.pow, swapped(ops.pow), inplace(ops.pow)))
    __and__, __rand__, __iand__ = (operator(f) for f in (ops.bitwise_and, ops.bitwise_and, inplace(ops.bitwise_and)))
    __or__, __ror__, __ior__ = (operator(f) for f in (ops.bitwise_or, ops.bitwise_or, inplace(ops.bitwise_or)))
    __xor__, __rxor__, __ixor__ = (operator(f) for f in (ops.bitwise_xor, ops.bitwise_xor, inplace(ops.bitwise_xor)))
    __lshift__, __rshift__ = operator(ops.bitwise_left_shift), operator(ops.bitwise_right_shift)
    __eq__, __ne__, __lt__, __le__, __gt__, __ge__ = map(operator, (ops.eq, ops.ne, ops.lt, ops.le, ops.gt, ops.ge))

    def where(self, condition: Any, other: Any) -> Tensor:
        """This tensor where the condition holds, else `other`."""
        return ops.where(condition, self, other)

    # reductions and sorting (ops/reductions.py, ops/sorting.py)
    all, amax, amin, aminmax, any, argmax, argmin = (
        ops.all,
        ops.amax,
        ops.amin,
        ops.aminmax,
        ops.any,
        ops.argmax,
        ops.argmin,
    )
    argsort, bincount, count_nonzero, cummax, cummin, cumprod, cumsum = (
        ops.argsort,
        ops.bincount,
        ops.count_nonzero,
        ops.cummax,
        ops.cummin,
        ops.cumprod,
        ops.cumsum,
    )
    diff, histc, kthvalue, logcumsumexp, logsumexp, max, mean = (
        ops.diff,
        ops.histc,
        ops.kthvalue,
        ops.logcumsumexp,
        ops.logsumexp,
        ops.max,
        ops.mean,
    )
    median, min, msort, nanmean, nanmedian, nansum, norm = (
        ops.median,
        ops.min,
        ops.msort,
        ops.nanmean,
        ops.nanmedian,
        ops.nansum,
        ops.norm,
    )
    prod, sort, std, sum, topk, unique, unique_consecutive = (
        ops.prod,
        ops.sort,
        ops.std,
        ops.sum,
        ops.topk,
        ops.unique,
        ops.unique_consecutive,
    )
    mode, nanquantile, quantile, var = ops.mode, ops.nanquantile, ops.quantile, ops.var
    cumsum_, cumprod_ = inplace(ops.cumsum), inplace(ops.cumprod)

    # shape (ops/shape.py, ops/diagonal.py)
    adjoint, as_strided, broadcast_to, chunk, clone, contiguous, diagonal = (
        ops.adjoint,
        ops.as_strided,
        ops.broadcast_to,
        ops.chunk,
        ops.clone,
        ops.contiguous,
        ops.diagonal,
    )
    dsplit, expand, expand_as, flatten, flip, fliplr, flipud = (
        ops.dsplit,
        ops.expand,
        ops.expand_as,
        ops.flatten,
        ops.flip,
        ops.fliplr,
        ops.flipud,
    )
    hsplit, movedim, moveaxis, narrow, permute, ravel, repeat = (
        ops.hsplit,
        ops.movedim,
        ops.moveaxis,
        ops.narrow,
        ops.permute_dims,
        ops.ravel,
        ops.repeat,
    )
    repeat_interleave, reshape, reshape_as, roll, rot90, select, split = (
        ops.repeat_interleave,
        ops.reshape,
        ops.reshape_as,
        ops.roll,
        ops.rot90,
        ops.select,
        ops.split,
    )
    squeeze, swapaxes, swapdims, t, tensor_split, tile, transpose = (
        ops.squeeze,
        ops.swapaxes,
        ops.swapdims,
        ops.t,
        ops.tensor_split,
        ops.tile,
        ops.transpose,
    )
    unbind, unflatten, unfold, unsqueeze, view, view_as, vsplit = (
        ops.unbind,
        ops.unflatten,
        ops.unfold,
        ops.unsqueeze,
        ops.view,
        ops.view_as,
        ops.vsplit,
    )
    diag, diag_embed, diagflat, trace, tril, triu = (
        ops.diag,
        ops.diag_embed,
        ops.diagflat,
        ops.trace,
        ops.tril,
        ops.triu,
    )
    tril_, triu_ = inplace(ops.tril), inplace(ops.triu)
    T, mT = property(ops.reversed_axes), property(ops.matrix_transpose)
    mH = mT

    def _reshaped(self, operation: Callable, *args: Any) -> Tensor:
        view = operation(self, *args)
        self._data, self._node = view._data, view._node
        return self

    def squeeze_(self, *args: Any) -> Tensor:
        """In-place form of `squeeze`."""
        return self._reshaped(ops.squeeze, *args)

    def unsqueeze_(self, dim: int) -> Tensor:
        """In-place form of `unsqueeze`."""
        return self._reshaped(ops.unsqueeze, dim)

    def transpose_(self, dim0: int, dim1: int) -> Tensor:
        """In-place form of `transpose`."""
        return self._reshaped(ops.transpose, dim0, dim1)

    def t_(self) -> Tensor:
        """In-place form of `t`."""
        return self._reshaped(ops.t)

    # indexing (ops/indexing.py)
    __getitem__ = ops.getitem
    argwhere, gather, index_add, index_copy, index_fill, index_put, index_select = (
        ops.argwhere,
        ops.gather,
        ops.index_add,
        ops.index_copy,
        ops.index_fill,
        ops.index_put,
        ops.index_select,
    )
    masked_fill, masked_scatter, masked_select, nonzero, put, scatter, scatter_add = (
        ops.masked_fill,
        ops.masked_scatter,
        ops.masked_select,
        ops.nonzero,
        ops.put,
        ops.scatter,
        ops.scatter_add,
    )
    scatter_reduce, take, take_along_dim = ops.scatter_reduce, ops.take, ops.take_along_dim
    index_add_, index_copy_, index_fill_, index_put_ = (
        inplace(ops.index_add),
        inplace(ops.index_copy),
        inplace(ops.index_fill),
        inplace(ops.index_put),
    )
    masked_fill_, masked_scatter_, put_, scatter_ = (
        inplace(ops.masked_fill),
        inplace(ops.masked_scatter),
        inplace(ops.put),
        inplace(ops.scatter),
    )
    scatter_add_, scatter_reduce_ = inplace(ops.scatter_add), inplace(ops.scatter_reduce)

    def fill_(self, value: Any) -> Tensor:
        """Set every element to `value`."""
        return apply_inplace(self, _filled, (value,), {})

    def zero_(self) -> Tensor:
        """Set every element to 0."""
        return self.fill_(0)

    # products (ops/products.py)
    matmul, mm, bmm, mv, dot, outer, ger = ops.matmul, ops.mm, ops.bmm, ops.mv, ops.dot, ops.outer, ops.outer
    addmm, baddbmm, addmv, addr, vdot, inner = ops.addmm, ops.baddbmm, ops.addmv, ops.addr, ops.dot, ops.inner
    addmm_, baddbmm_ = inplace(ops.addmm), inplace(ops.baddbmm)

    def __matmul__(self, other: Any) -> Tensor:
        return ops.matmul(self, other) if isinstance(other, (Tensor, np.ndarray)) else NotImplemented

    def __rmatmul__(self, other: Any) -> Tensor:
        return ops.matmul(other, self)

    # activations (ops/activations.py)
    relu, relu_, sigmoid, sigmoid_, tanh, tanh_ = ops.relu, ops.relu_, ops.sigmoid, ops.sigmoid_, ops.tanh, ops.tanh_
    softmax, log_softmax, prelu = ops.softmax, ops.log_softmax, ops.prelu


@differentiable(linear=True, name="FillBackward0")
def _filled(input: Any, value: Any) -> Any:
    return np.full(input.shape, value, input.dtype), lambda g: np.zeros(g.shape, g.dtype), lambda g: g


@differentiable(linear=True, name="torch::autograd::CopyBackwards")
def _copied(input: Any, src: Any) -> Any:
    value = np.broadcast_to(src, input.shape).astype(input.dtype)
    return value, lambda g: np.zeros(g.shape, g.dtype), lambda g: g


def _rebuild(cls: Any, data: np.ndarray, requires_grad: bool, attributes: dict) -> Tensor:
    """Unpickle."""
    tensor = cls.__new__(cls)
    Tensor.__init__(tensor, data, requires_grad)
    tensor.__dict__.update(attributes)
    return tensor


def _as_numpy(function: Callable, args: tuple, kwargs: dict) -> Any:
    """A NumPy function that no rule uses, on the plain arrays; refused, by `numpy()`, for tensors that require grad."""

    def plain(value: Any) -> Any:
        if isinstance(value, Tensor):
            return value.numpy()
        if isinstance(value, (list, tuple)):
            return type(value)(plain(v) for v in value)
        return value

    return function(*plain(args), **{k: plain(v) for k, v in kwargs.items()})


graph.Tensor = Tensor

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
