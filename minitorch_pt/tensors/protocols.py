"""NumPy's functions on Tensors: as torch answers them to users, and as rules need them to record their gradients.

A user's Tensor is to NumPy what can be made an array (`__array__`): `np.exp(t)` works on that, and is refused where a gradient
would be lost. A rule that is run again for `create_graph` works on Traced tensors, on which the same `np.exp` is `ops.exp` and
builds a graph: so the gradients of any order need no second set of rules.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

from .. import ops
from ..autograd import graph
from .tensor import Tensor


class Traced(Tensor):
    """A Tensor inside a rule that records its own computation."""

    __slots__ = ()

    def __array_ufunc__(self, ufunc: Any, method: str, *inputs: Any, **kwargs: Any) -> Any:
        operation = _UFUNCS.get(ufunc)
        if method == "__call__" and operation is not None and not kwargs:
            return operation.rule(*inputs)
        return _as_numpy(getattr(ufunc, method), inputs, kwargs)

    def __array_function__(self, function: Any, types: Any, args: tuple, kwargs: dict) -> Any:
        operation = _FUNCTIONS.get(function)
        return _as_numpy(function, args, kwargs) if operation is None else operation(*args, **kwargs)


graph.Traced = Traced


def _as_numpy(function: Callable, args: tuple, kwargs: dict) -> Any:
    """A NumPy function that no rule differentiates, on the plain arrays; refused, by `numpy()`, for tensors that require grad."""

    def plain(value: Any) -> Any:
        if isinstance(value, Tensor):
            return value.numpy()
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
    if isinstance(ufunc, np.ufunc) and _UFUNC_NAMES.get(name, name) in vars(ops)
}
_FUNCTIONS: dict[Callable, Callable] = {
    np.where: ops.where.rule,  # type: ignore[attr-defined]
    np.sum: ops.sum.rule,  # type: ignore[attr-defined]
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
