"""Function: operations with a backward pass written by the user."""

from __future__ import annotations

import functools
import inspect
import warnings
import weakref
from collections.abc import Callable
from typing import Any

import numpy as np

from ..arrays import samples
from . import changes, graph
from .graph import Kind, Node, Output, record
from .inplace import check_inplace, rebase
from .modes import no_grad, recording, watchers
from .saved_tensors import through_hooks

__all__ = ["Function", "FunctionCtx", "InplaceFunction", "once_differentiable"]


class FunctionCtx:
    """Carries what `forward` keeps for `backward`; passed to both as `ctx`. Any attribute may be set on it."""

    def __init__(self, needs: tuple[bool, ...]) -> None:
        self.needs_input_grad = needs
        self._saved: tuple = ()
        self._times: tuple = ()
        self._dead: set[int] = set()
        self._dirty: set[int] = set()
        self._fills = True
        self._node: weakref.ref | None = None
        self._unpack: Callable | None = None

    def save_for_backward(self, *tensors: Any) -> None:
        """Keep tensors for `backward`, which finds them as `ctx.saved_tensors`; a later in-place change of one raises there.

        Raises:
            TypeError: something is neither a tensor nor None; set it as an attribute of ctx.
        """
        for i, tensor in enumerate(tensors):
            if not (tensor is None or isinstance(tensor, graph.Tensor)):
                raise TypeError(
                    f"save_for_backward can only save variables, but argument {i} is of type {type(tensor).__name__}: keep it as an attribute, ctx.name = value"
                )
        self._saved = tensors
        self._times = tuple(None if t is None else changes.version(t._data) for t in tensors)

    def save_for_forward(self, *tensors: Any) -> None:
        """Keep tensors for `jvp`, if `save_for_backward` keeps none."""
        if not self._saved:
            self.save_for_backward(*tensors)

    @property
    def saved_tensors(self) -> tuple:
        """What `save_for_backward` kept, once `forward` is done.

        Raises:
            RuntimeError: the graph was released by an earlier backward, or a tensor was changed in place since.
        """
        if self._node is None:
            return ()
        if self._saved and getattr(self._node(), "pulls", None) is None:  # weak: it holds on to this
            raise RuntimeError(
                "Trying to backward through the graph a second time (or directly access saved tensors after they have already been freed). Specify retain_graph=True in the first call."
            )
        if self._unpack is not None:
            return self._unpack()
        for tensor, then in zip(self._saved, self._times, strict=True):
            if tensor is not None and changes.version(tensor._data) != then:
                raise RuntimeError(
                    "one of the variables needed for gradient computation has been modified by an inplace operation: "
                    f"[{tensor._data.dtype.name} {list(tensor.shape)}], saved by save_for_backward. Save a clone() instead."
                )
        return self._saved

    def mark_non_differentiable(self, *args: Any) -> None:
        """Say in `forward` that these outputs have no gradient."""
        self._dead = {id(t) for t in args}

    def mark_dirty(self, *args: Any) -> None:
        """Say in `forward` that these inputs were changed in place; they must be returned."""
        self._dirty = {id(t) for t in args}

    def set_materialize_grads(self, value: bool) -> None:
        """Whether outputs without gradient hand zeros to `backward` (True, the default) or None."""
        self._fills = value


def _no_context(ctx: FunctionCtx, inputs: tuple, output: Any) -> None:
    """What `setup_context` is where a user has not written one."""


class Function(FunctionCtx):
    """Base of user-written operations: static methods `forward(ctx, *inputs)` and `backward(ctx, *gradients)`.

    `forward` may also leave out ctx and have `setup_context(ctx, inputs, output)` beside it. Call with `apply`.

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
    generate_vmap_rule = (
        False  # whether vmap may run it for one sample after the other; else it needs `vmap(info, in_dims, *args)`
    )

    @staticmethod
    def forward(*args: Any, **kwargs: Any) -> Any:
        """The value: to be written by the user."""
        raise NotImplementedError("You must implement the forward function for custom autograd.Function.")

    @staticmethod
    def backward(ctx: Any, *grad_outputs: Any) -> Any:
        """The gradient of each input, None for those that have none: to be written by the user, under this name or as `vjp`."""
        raise NotImplementedError(
            "You must implement either the backward or vjp method for your custom autograd.Function to use it with backward mode AD, and here in forward mode, which is computed of it."
        )

    vjp = backward

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        warnings.warn(
            f"{type(self)} should not be instantiated. Methods on autograd functions are all static, so you should invoke them on the class itself.",
            DeprecationWarning,
            stacklevel=2,
        )

    def __call__(self, *args: Any, **kwargs: Any) -> Any:
        """Not possible: call `apply`.

        Raises:
            RuntimeError: always.
        """
        raise RuntimeError(
            f"Legacy autograd function with non-static forward method is deprecated: call {type(self).__name__}.apply(...)"
        )

    @classmethod
    def apply(cls, *args: Any, **kwargs: Any) -> Any:
        """Run `forward` unrecorded and record one node whose gradient is `backward`.

        Raises:
            TypeError: the arguments do not fit `forward`. RuntimeError: a leaf that requires grad was changed in place.
        """
        Tensor = graph.Tensor
        separate = cls.setup_context is not _no_context
        if kwargs or separate:
            args = cls._bound(args, kwargs, separate)
        if samples.active and samples.among(args):
            return samples.function(cls, args, separate)
        needs = tuple(isinstance(a, Tensor) and a.requires_grad for a in args)
        ctx = FunctionCtx(needs)
        edges = [graph.target(a) if needed else None for a, needed in zip(args, needs, strict=True)]
        before, recording.on = recording.on, False
        try:  # not `with`, whose end a Ctrl-C can skip
            result = cls.forward(*args) if separate else cls.forward(ctx, *args)
            if separate:
                cls.setup_context(ctx, args, result)
        finally:
            recording.on = before
        for a in args:
            if id(a) in ctx._dirty:
                changes.changed(a._data)
        if not (any(needs) and recording.on):
            return result
        single = not isinstance(result, tuple)
        outputs = [_own(out, args, ctx) for out in ((result,) if single else result)]
        if not ctx._dirty <= set(map(id, outputs)):
            raise RuntimeError(
                "Some elements marked as dirty during the forward method were not returned as output. The inputs that are modified inplace must all be outputs of the Function."
            )
        node = cls._record(ctx, args, edges, outputs)
        given = (result,) if single else result
        dead = {id(own) for own, out in zip(outputs, given, strict=True) if id(out) in ctx._dead}
        for place, out in enumerate(outputs):
            if isinstance(out, Tensor) and out._data.dtype.kind == "f" and id(out) not in dead:
                made = node if len(outputs) == 1 else Output(node, place, out._data.shape, out._data.dtype)
                if id(out) not in ctx._dirty:
                    out._node, out._requires_grad = made, True
                    continue
                check_inplace(out)
                if out._base is not None and len(outputs) > 1:
                    raise RuntimeError(
                        "If your Function modifies inplace an input that is a view of another Tensor, your Function cannot return more than one Tensor: change a clone() of the view"
                    )
                rebase(out, made)
        return outputs[0] if single else tuple(outputs)

    @classmethod
    def _bound(cls, args: tuple, kwargs: dict, separate: bool) -> tuple:
        """The arguments of `forward`, each in its place; for `setup_context` with the defaults of those left out."""
        signature = inspect.signature(cls.forward)
        bound = signature.bind(*args, **kwargs) if separate else signature.bind(None, *args, **kwargs)
        if separate:
            bound.apply_defaults()
        if bound.kwargs:
            raise TypeError(
                f"forward() got an unexpected keyword argument '{next(iter(bound.kwargs))}': those of a Function are positional"
            )
        return bound.args if separate else bound.args[1:]

    @classmethod
    def _record(cls, ctx: FunctionCtx, args: tuple, edges: list, outputs: list) -> Node:
        Tensor = graph.Tensor

        shapes = [a.shape if isinstance(a, Tensor) else None for a in args]

        def pull(*gradients: Any) -> tuple:
            user = cls.backward if cls.vjp is Function.vjp else cls.vjp
            result = user(ctx, *(graph.for_users(g) for g in gradients))
            result = _checked(
                result if isinstance(result, tuple) else (result,), shapes, ctx, f"{cls.__name__}Backward"
            )
            return result if recording.on else tuple(r._data if isinstance(r, Tensor) else r for r in result)

        # what saved no tensors can run again, as in torch
        kind = Kind(None, f"{cls.__name__}Backward", linear=not ctx._saved, joint=True, fills=ctx._fills)
        arrays = [out._data if isinstance(out, Tensor) else None for out in outputs]
        shape: Any = [None if a is None else a.shape for a in arrays]
        dtype: Any = [None if a is None else a.dtype for a in arrays]
        single = len(arrays) == 1
        value, shape, dtype = (arrays[0], shape[0], dtype[0]) if single else (arrays, shape, dtype)
        node = record(kind, (value, pull), edges, None, None, shape, dtype)
        ctx._node, node.ctx = weakref.ref(node), ctx  # type: ignore[attr-defined]
        if watchers and ctx._saved:
            ctx._unpack = through_hooks(ctx._saved)
            ctx._saved = ctx._saved if ctx._unpack is None else (None,)
        return node


def _own(out: Any, args: tuple, ctx: FunctionCtx) -> Any:
    """An input that `forward` returns as it came is not the operation's output: give out a view of it, which may not be changed in place."""
    if id(out) in ctx._dirty or not any(out is a for a in args if isinstance(a, graph.Tensor)):
        return out
    if id(out) in ctx._dead:
        return graph.wrap(out._data)
    return _view(out)


@no_grad()
def _view(tensor: Any) -> Any:
    return tensor.view_as(tensor)


def _checked(result: tuple, shapes: list, ctx: FunctionCtx, name: str) -> tuple:
    """What a `backward` returned.

    Raises:
        RuntimeError: too few or too many gradients, some of the wrong shape, or things that are no gradients.
    """
    if len(result) < len(shapes) or any(r is not None for r in result[len(shapes) :]):
        raise RuntimeError(
            f"function {name} returned an incorrect number of gradients (expected {len(shapes)}, got {len(result)}): return one for each argument of forward, None where there is none"
        )
    for i, (gradient, shape) in enumerate(zip(result, shapes, strict=False)):
        if gradient is None:
            continue
        if not isinstance(gradient, graph.Tensor):
            raise RuntimeError(f"expected Variable or None (got {type(gradient).__name__}) from {name}")
        if shape is None:
            raise RuntimeError(
                f"function {name} returned a gradient different than None at position {i + 1}, but the corresponding forward input was not a Variable"
            )
        if ctx.needs_input_grad[i] and not _fits(gradient, shape):
            raise RuntimeError(
                f"Function {name} returned an invalid gradient at index {i} - got {list(gradient.shape)} but expected shape compatible with {list(shape)}"
            )
    return result


def _fits(gradient: Any, shape: tuple) -> bool:
    """Whether the gradient can be summed down to the argument's shape."""
    try:
        return np.broadcast_shapes(gradient.shape, shape) == tuple(gradient.shape)
    except ValueError:
        return False


class InplaceFunction(Function):
    """A Function that was made with `inplace`: an older name."""

    def __init__(self, inplace: bool = False) -> None:
        super().__init__()
        self.inplace = inplace


def once_differentiable(function: Callable) -> Callable:
    """Decorator of a `backward` whose own gradient does not exist: asking for it is an error.

    Raises:
        RuntimeError: with create_graph=True, when the result is differentiated.
    """

    @functools.wraps(function)
    def once(ctx: Any, *gradients: Any) -> Any:
        quiet: Any = no_grad(function)
        result = quiet(ctx, *gradients)
        if recording.on and any(isinstance(g, graph.Tensor) and g.requires_grad for g in gradients):
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
