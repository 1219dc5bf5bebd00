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
        self._grad = None
        self._node = None
        self._requires_grad = requires_grad
        self._base = None

    # -- what it is ----------------------------------------------------------------------------------------------------
    def _refresh(self) -> None:
        """If this is a view whose base was changed in place since, take over the new history."""
        base = self._base
        if base is not None and self._epoch != base._epoch and self._replay is not None:
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
            raise RuntimeError("cannot register a hook on a tensor that doesn't require gradient; call requires_grad_() first")
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

    def __repr__(self, *, tensor_contents: Any = None) -> str:
        from .printing import tensor_repr

        return tensor_repr(self)

    def __format__(self, spec: str) -> str:
        if self._data.ndim == 0:
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
        twin.__dict__.update({k: v for k, v in self.__dict__.items() if k not in Tensor.__dict__ and k != "_retains"})
        return twin

    def __reduce_ex__(self, protocol: Any) -> tuple:
        if not self.is_leaf:
            raise RuntimeError("only leaf tensors can be pickled, and this one has a history; use detach() first")
        return _rebuild, (type(self), self._data, self._requires_grad, dict(self.__dict__))

    # -- indexing ------------------------------------------------------------------------------------------------------
    def __setitem__(self, index: Any, value: Any) -> None:
        if not self.requires_grad and not (isinstance(value, Tensor) and value.requires_grad and state.recording):
            ops.assign(self._data, index, value._data if isinstance(value, Tensor) else value)
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

    # reductions and sorting (ops/reductions.py, ops/sorting.py)

    # shape (ops/shape.py)

    # indexing (ops/indexing.py)

    # products (ops/products.py)
    matmul, mm, bmm, mv, dot, outer, ger = ops.matmul, ops.mm, ops.bmm, ops.mv, ops.dot, ops.outer, ops.outer
    addmm, baddbmm, addmv, addr, vdot, inner = ops.addmm, ops.baddbmm, ops.addmv, ops.addr, ops.dot, ops.inner
    addmm_, baddbmm_ = inplace(ops.addmm), inplace(ops.baddbmm)

    def __matmul__(self, other: Any) -> Tensor:
        return ops.matmul(self, other) if isinstance(other, (Tensor, np.ndarray)) else NotImplemented

    def __rmatmul__(self, other: Any) -> Tensor:
        return ops.matmul(other, self)

    # activations (ops/activations.py)


@differentiable(linear=True, name="CopyBackwards")
def _copied(input: Any, src: Any) -> Any:
    value = np.broadcast_to(src, input.shape).astype(input.dtype)
    return value, lambda g: np.zeros(g.shape, g.dtype), lambda g: g


def _rebuild(cls: type, data: np.ndarray, requires_grad: bool, attributes: dict) -> Tensor:
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
