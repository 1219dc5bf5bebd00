"""Views and in-place operations: which tensors share memory, and the history that a change in place gives them.

A view remembers its base, the tensor whose memory it shows and which is no view itself; not the views between, so that a chain
of a thousand costs what one does. Where it lies in the base is told by shape, strides and offset. A view that is changed gives
its base a new history (CopySlices); a view whose memory was changed behind it takes a new one from its base when it is used
next (AsStridedBackward0).
"""

from __future__ import annotations

import functools
from collections.abc import Callable
from typing import Any, ParamSpec, TypeVar

import numpy as np

from ..arrays import dtypes, samples
from ..arrays.samples import active
from ..arrays.storage import APART, Place, refuse_overlap, repeats, writable
from ..names.titles import titled
from . import changes, contract, graph
from .changes import changed
from .graph import record
from .modes import recording
from .rule import array, differentiable
from .takeovers import Elsewhere

__all__ = ["apply_inplace", "check_inplace", "inplace", "put", "rebase", "renew", "write"]


P = ParamSpec("P")
R = TypeVar("R")
F = TypeVar("F", bound=Callable)


@differentiable(linear=True, name="AsStridedBackward0")
def part(input: Any, place: Place) -> Any:
    """What a view that lies there shows of its base."""
    return place.region(array(input)), lambda g: put.rule(g, place)


@differentiable(linear=True)
def put(input: Any, place: Place) -> Any:
    """The transpose of `part`."""
    return place.put(array(input)), lambda h: part.rule(h, place)


@differentiable(linear=True)
def _outside(input: Any, place: Place) -> Any:
    """`input` with zeros where the view lies."""
    return place.outside(array(input)), lambda g: _outside.rule(g, place)


@differentiable(linear=True, name="torch::autograd::CopySlices")
def _copy_slices(base: Any, region: Any, place: Place) -> Any:
    """`base` after the view of it that lies there was changed in place to `region`."""
    return base, lambda g: _outside.rule(g, place), lambda g: part.rule(g, place)


_copy_slices.kind.frees = True  # as torch's node, which lets go of the change after backward


def _alias(tensor: Any, data: np.ndarray) -> Any:
    """A stand-in for `tensor` as it is now, that will not follow its later changes."""
    alias = graph.wrap(data)
    alias._node, alias._requires_grad = tensor._node, tensor._requires_grad
    return alias


def _of_base(view: Any) -> graph.Node:
    """A node that leads from a view to its base as it is now."""
    base, data = view._base, view._data
    place = Place(data, base._data)
    edge = base._node or (base if base._requires_grad else None)
    return record(part.kind, (data, lambda g: put.rule(g, place)), [edge], None, {}, data.shape, data.dtype)


def renew(view: Any) -> None:
    """Give a view the history of its base, if their memory was changed in place since the view looked last.

    Raises:
        RuntimeError: it was made under no_grad, or is one of several views made by one call.
    """
    if view._node is None and not view._base._requires_grad:
        return
    if changes.changed_since(view._data, view._seen):
        if view._origin is not None:
            raise RuntimeError(
                f"A view {view._origin}, and its base or another view of it has been modified inplace since while gradients were tracked. Use the out-of-place form, or clone()."
            )
        view._node, view._requires_grad = _of_base(view), True
        view._moved()
    view._seen = changes.last_change


def check_inplace(tensor: Any) -> None:
    """Raise if a change of `tensor` cannot be recorded.

    Raises:
        RuntimeError: it is a leaf that requires grad, a view of one, or a view that was not made while recording, by one call.
    """
    base = tensor._base
    if base is not None:
        if tensor._origin is not None:
            raise RuntimeError(
                f"{'A' if tensor._node is None else 'This'} view {tensor._origin} and is being modified inplace with grad mode enabled. Use the out-of-place form, or clone() it."
            )
        if tensor.requires_grad and base._node is None:
            raise RuntimeError(
                "a view of a leaf Variable that requires grad is being used in an in-place operation. Change it under torch.no_grad(), or take a clone() first."
            )
    if tensor.requires_grad and tensor.is_leaf:
        raise RuntimeError(
            "a leaf Variable that requires grad is being used in an in-place operation. Change it under torch.no_grad(), or use the out-of-place form."
        )


def rebase(tensor: Any, node: graph.Node) -> None:
    """Give `tensor`, which the operation of `node` changed in place, its new history, and one to what it is a view of."""
    base = tensor._base
    if base is None:
        tensor._node, tensor._requires_grad = node, True
        tensor._moved()
        return
    after = graph.wrap(tensor._data, True)
    after._node = node
    whole = _copy_slices(_alias(base, base._data), after, Place(tensor._data, base._data))
    base._node, base._requires_grad = whole._node, True
    base._moved()
    renew(tensor)


def apply_inplace(tensor: Any, operation: Callable, args: tuple, kwargs: dict, overlap: bool = False) -> Any:
    """Run `operation(tensor, ...)`, write the value into `tensor` and give it, and what it views, the new history.

    overlap: an element that the tensor shows in several places (expand) may be written.

    Raises:
        RuntimeError: as `check_inplace`, `refuse_overlap` and `write`.
    """
    inputs = [tensor, *args, *kwargs.values()]
    if active and samples.among(inputs):
        return samples.change(tensor, operation, args, kwargs)
    tracked = recording.on and any([a.requires_grad for a in inputs if isinstance(a, graph.Tensor)])
    if tracked:
        check_inplace(tensor)
    if (apart := operation.__name__ in APART) or not overlap:
        read = [x for a in inputs[1:] for x in (a if type(a) is tuple else (a,))] if apart else inputs[1:]
        refuse_overlap(tensor._data, [a._data for a in read if isinstance(a, graph.Tensor)], apart, overlap)
    # what the gradient functions keep must be the values before the change
    linear = getattr(operation, "kind", None) is not None and operation.kind.linear  # type: ignore[attr-defined]
    before = _alias(tensor, tensor._data if linear or not tracked else tensor._data.copy())
    if tracked and tensor._base is not None and before._requires_grad:
        before._node = _of_base(tensor)  # not the view's own node, whose hooks are not asked: what it was is gone
    after = operation(before, *args, **kwargs)
    write(tensor, after._data)
    if tracked and after._requires_grad:
        node = after._node
        if getattr(node, "outputs", None):  # the output that the node saved is from now on the tensor
            node.outputs, node.seq = (tensor._data,), changes.last_change
        rebase(tensor, node)
    return tensor


def write(tensor: Any, value: np.ndarray) -> None:
    """Copy `value` into the tensor's memory.

    Raises:
        RuntimeError: the shape or type of the value does not fit.
    """
    data = tensor._data
    if not dtypes.castable(value.dtype, data.dtype):
        raise RuntimeError(
            f"result type {dtypes.TITLES[value.dtype.name]} can't be cast to the desired output type {dtypes.TITLES[data.dtype.name]}; "
            "use the out-of-place form, or convert the tensor first"
        )
    if value.shape != data.shape:
        raise RuntimeError(
            f"output with shape {list(data.shape)} doesn't match the broadcast shape {list(value.shape)}: an in-place operation "
            "cannot change the shape; use the out-of-place form"
        )
    target = writable(data)
    if repeats(data):  # what was not changed may be the same element as what was
        np.copyto(target, value, "unsafe", value != data)
    else:
        target[...] = value
    changed(data)


def _once(function: F) -> F:
    """functools.cache, in the types of the function."""
    return functools.cache(function)  # type: ignore[return-value]


@_once  # arccos_ is acos_, as arccos is acos
def inplace(operation: Callable[P, R], overlap: bool = False) -> Callable[P, R]:
    """The in-place form of an operation: `relu_ = inplace(relu)`."""
    operation = contract.method(operation)

    @functools.wraps(operation, updated=())
    def method(self: Any, *args: Any, **kwargs: Any) -> Any:
        try:
            return apply_inplace(self, operation, args, kwargs, overlap)
        except Elsewhere as found:
            return found.instead(method, (self, *args), kwargs)
        except AttributeError:
            if isinstance(self, graph.Tensor):
                raise
            raise TypeError(f"{method.__name__}() changes a Tensor, not {type(self).__name__}") from None

    text = f"In-place form of `{operation.__name__}`: changes the tensor itself and returns it."
    return titled(method, f"{operation.__name__}_", text)  # type: ignore[return-value]  # the first of P is what is changed
