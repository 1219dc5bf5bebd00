"""Function: operations with a backward pass written by the user."""

from __future__ import annotations

import functools
from collections.abc import Callable
from typing import Any

import numpy as np

from . import graph
from .graph import Node, Output, Rule, record
from .modes import no_grad, recording

__all__ = ["Function", "once_differentiable"]


class Context:
    """Carries what `forward` keeps for `backward`; passed to both as `ctx`. Any attribute may be set on it."""

    def __init__(self, needs: tuple[bool, ...]) -> None:
        self.needs_input_grad = needs
        self._saved: tuple = ()
        self._times: tuple = ()
        self._dead: set[int] = set()
        self._dirty: set[int] = set()
        self._fills = True
        self._node: Node | None = None

    def save_for_backward(self, *tensors: Any) -> None:
        """Keep tensors for `backward`, which finds them as `ctx.saved_tensors`; a later in-place change of one raises there."""
        self._saved = tensors
        self._times = tuple(None if t is None else graph.version(t._data) for t in tensors)

    @property
    def saved_tensors(self) -> tuple:
        """What `save_for_backward` kept.

        Raises:
            RuntimeError: the graph was released by an earlier backward, or a tensor was changed in place since.
        """
        if self._node is not None and self._node.pulls is None:
            raise RuntimeError("Trying to backward through the graph a second time (or directly access saved tensors after they "
                               "have already been freed). Specify retain_graph=True in the first call.")  # fmt: skip
        for tensor, then in zip(self._saved, self._times, strict=True):
            if tensor is not None and graph.version(tensor._data) != then:
                raise RuntimeError(
                    "one of the variables needed for gradient computation has been modified by an inplace operation: "
                    f"[{tensor._data.dtype.name} {list(tensor.shape)}], saved by save_for_backward. Save a clone() instead."
                )
        return self._saved

    def mark_non_differentiable(self, *tensors: Any) -> None:
        """Say in `forward` that these outputs have no gradient."""
        self._dead = {id(t) for t in tensors}

    def mark_dirty(self, *tensors: Any) -> None:
        """Say in `forward` that these inputs were changed in place; they must be returned."""
        self._dirty = {id(t) for t in tensors}

    def set_materialize_grads(self, value: bool) -> None:
        """Whether outputs without gradient hand zeros to `backward` (True, the default) or None."""
        self._fills = value


def _no_context(ctx: Context, inputs: tuple, output: Any) -> None:
    """What `setup_context` is where a user has not written one."""


class Function:
    """Base of user-written operations: static methods `forward(ctx, *inputs)` and `backward(ctx, *gradients)`.

    `forward` may also leave out ctx and have `setup_context(ctx, inputs, output)` beside it. Call with `apply`.

    >>> import minitorch_pt as torch
    >>> class Double(torch.autograd.Function):
    ...     @staticmethod
    ...     def forward(ctx, x):
    ...         return x * 2
    ...
    ...     @staticmethod
    ...     def backward(ctx, g):
    ...         return g * 2
    >>> x = torch.tensor(3.0, requires_grad=True)
    >>> Double.apply(x).backward()
    >>> x.grad
    tensor(2.)
    """

    setup_context = staticmethod(_no_context)

    @staticmethod
    def forward(*args: Any, **kwargs: Any) -> Any:
        """The value: to be written by the user."""
        raise NotImplementedError("You must implement the forward function for custom autograd.Function.")

    @staticmethod
    def backward(ctx: Any, *grad_outputs: Any) -> Any:
        """The gradient of each input, None for those that have none: to be written by the user."""
        raise NotImplementedError("You must implement the backward function to use your custom autograd.Function with "
                                  "backward mode AD.")  # fmt: skip

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        raise RuntimeError(f"{type(self).__name__} should not be instantiated. Methods on autograd functions are static, so call "
                           f"{type(self).__name__}.apply(...) instead.")  # fmt: skip

    @classmethod
    def apply(cls, *args: Any) -> Any:
        """Run `forward` unrecorded and record one node whose gradient is `backward`."""
        Tensor = graph.Tensor
        needs = tuple(isinstance(a, Tensor) and a.requires_grad for a in args)
        ctx = Context(needs)
        edges = [graph._target(a) if needed else None for a, needed in zip(args, needs, strict=True)]
        with no_grad():
            if cls.setup_context is _no_context:
                result = cls.forward(ctx, *args)
            else:
                result = cls.forward(*args)
                cls.setup_context(ctx, args, result)
        if not (any(needs) and recording.on):
            return result
        single = not isinstance(result, tuple)
        outputs = [_own(out, args, ctx) for out in ((result,) if single else result)]
        node = cls._record(ctx, args, edges, outputs)
        for place, out in enumerate(outputs):
            if isinstance(out, Tensor) and out._data.dtype.kind == "f" and id(out) not in ctx._dead:
                if id(out) in ctx._dirty and out._node is None and out._requires_grad:
                    raise RuntimeError("a leaf Variable that requires grad is being used in an in-place operation.")
                out._node = node if len(outputs) == 1 else Output(node, place, out._data.shape, out._data.dtype)
                out._requires_grad = True
        return outputs[0] if single else tuple(outputs)

    @classmethod
    def _record(cls, ctx: Context, args: tuple, edges: list, outputs: list) -> Node:
        Tensor = graph.Tensor

        def pull(*gradients: Any) -> tuple:
            result = cls.backward(
                ctx,
                *(
                    graph.wrap(g) if isinstance(g, (np.ndarray, np.generic)) else graph.stand_in(g, Tensor)
                    for g in gradients
                ),
            )
            result = result if isinstance(result, tuple) else (result,)
            if len(result) < len(args) or any(r is not None for r in result[len(args) :]):
                raise RuntimeError(f"function {cls.__name__}Backward returned an incorrect number of gradients (expected {len(args)}, "
                                   f"got {len(result)}): return one for each argument of forward, None where there is none")  # fmt: skip
            for i, (gradient, arg, needed) in enumerate(zip(result, args, ctx.needs_input_grad, strict=False)):
                if needed and gradient is not None and not _fits(gradient, arg):
                    raise RuntimeError(f"Function {cls.__name__}Backward returned an invalid gradient at index {i} - got "
                                       f"{list(gradient.shape)} but expected shape compatible with {list(arg.shape)}")  # fmt: skip
            return result if recording.on else tuple(r._data if isinstance(r, Tensor) else r for r in result)

        rule = Rule(None, f"{cls.__name__}Backward", joint=True, fills=ctx._fills)
        arrays = [out._data if isinstance(out, Tensor) else np.empty(0, np.int64) for out in outputs]
        single = len(arrays) == 1
        shape: Any = arrays[0].shape if single else [a.shape for a in arrays]
        dtype: Any = arrays[0].dtype if single else [a.dtype for a in arrays]
        node = record(rule, (None, pull), edges, None, None, shape, dtype)
        ctx._node = node
        return node


def _own(out: Any, args: tuple, ctx: Context) -> Any:
    """An input that `forward` returns as it came is not the operation's output: give out another tensor on its memory."""
    if any(out is a for a in args) and id(out) not in ctx._dirty:
        return graph.wrap(out._data)
    return out


def _fits(gradient: Any, arg: Any) -> bool:
    """Whether the gradient can be summed down to the argument's shape."""
    try:
        return np.broadcast_shapes(gradient.shape, arg.shape) == tuple(gradient.shape)
    except ValueError:
        return False


def once_differentiable(function: Callable) -> Callable:
    """Decorator of a `backward` whose own gradient does not exist: asking for it is an error.

    Raises:
        RuntimeError: with create_graph=True, when the result is differentiated.
    """

    @functools.wraps(function)
    def once(ctx: Any, *gradients: Any) -> Any:
        recorded = recording.on
        with no_grad():
            result = function(ctx, *gradients)
        if recorded and any(isinstance(g, graph.Tensor) and g.requires_grad for g in gradients):
            result = result if isinstance(result, tuple) else (result,)
            return tuple(r if r is None else _Once.apply(r.detach().requires_grad_()) for r in result)
        return result

    return once


class _Once(Function):
    """Refuses to be differentiated."""

    @staticmethod
    def forward(ctx: Any, *args: Any) -> Any:
        return args[0]

    @staticmethod
    def backward(ctx: Any, *grad_outputs: Any) -> Any:
        raise RuntimeError("trying to differentiate twice a function that was marked with @once_differentiable")
