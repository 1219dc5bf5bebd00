"""torch.autograd.forward_ad: dual tensors, whose tangent says how they change; `unpack_dual` tells how what is computed of them does.

A dual tensor is one that records (so its `requires_grad` is True), and the level remembers its tangent: `unpack_dual` pulls the tangents
through what was recorded by the double-backward trick (see `transforms.py`). Within a level operations are recorded also under `no_grad`,
so parameters cannot be changed in place there (make modules before); `detach()` cuts a tangent off, which in PyTorch it does not.
"""

from __future__ import annotations

import threading
from typing import Any, NamedTuple

from . import graph
from .gradients import grad
from .modes import enable_grad, recording
from .transforms import Start

__all__ = ["UnpackedDualTensor", "dual_level", "enter_dual_level", "exit_dual_level", "make_dual", "unpack_dual"]


class _Level:
    def __init__(self) -> None:
        self.start = Start()
        self.duals: list = []  # what the graph starts from, and its tangent
        self.made: list = []  # dual tensors as they were made, their nodes and tangents


class _PerThread(threading.local):
    level: _Level | None = None


_state = _PerThread()


def enter_dual_level() -> int:
    """Open a level in which dual tensors can be made; its number, 0.

    Raises:
        RuntimeError: one is open already.
    """
    if _state.level is not None:
        raise RuntimeError("Nested forward mode AD is not supported at the moment")
    _state.level = _Level()
    _state.level.start.__enter__()
    recording.always = True
    return 0


def exit_dual_level(*, level: int | None = None) -> None:
    """Close the level, and forget its tangents.

    Raises:
        RuntimeError: another level than the one that is open.
    """
    if _state.level is None or level not in (None, 0):
        raise RuntimeError(
            "Trying to exit a forward AD level that was not the last one that was created. This is not supported."
        )
    recording.always = False
    _state.level.start.__exit__()
    _state.level = None


class dual_level:
    """Inside, tensors can carry tangents; also a decorator.

    >>> import minitorch_pt.autograd.forward_ad as fwAD
    >>> with fwAD.dual_level():
    ...     x = fwAD.make_dual(torch.tensor(3.0), torch.tensor(1.0))
    ...     fwAD.unpack_dual(x**2)
    UnpackedDualTensor(primal=tensor(9.), tangent=tensor(6.))
    """

    def __enter__(self) -> int:
        return enter_dual_level()

    def __exit__(self, *exc: object) -> None:
        exit_dual_level()

    def __call__(self, function: Any) -> Any:
        def within(*args: Any, **kwargs: Any) -> Any:
            with self:
                return function(*args, **kwargs)

        return within


def make_dual(tensor: Any, tangent: Any, *, level: int | None = None) -> Any:
    """A copy of a tensor that carries a tangent.

    Raises:
        RuntimeError: no level is open, or the tangent has another shape. ValueError: one of the two is not of floating point.
    """
    if _state.level is None:
        raise RuntimeError(
            "Trying to create a dual Tensor for forward AD but no level exists, make sure to enter_dual_level() first."
        )
    for name, value in (("primal", tensor), ("tangent", tangent)):
        if not value.is_floating_point():
            raise ValueError(f"Expected {name} to be floating point or complex, but got: {value.dtype}")
    if tangent.shape != tensor.shape:
        raise RuntimeError(
            f"Trying to set a forward gradient that has a different size than that of the original Tensor, this is not supported. Tensor is "
            f"of size {list(tensor.shape)} while the given forward gradient is of size {list(tangent.shape)}."
        )
    fresh = _state.level.start.fresh(tensor)
    _state.level.duals.append((fresh, tangent))
    dual = fresh.clone()
    if tangent.stride() == tensor.stride():  # of another layout, the tangent is a copy in torch
        _state.level.made.append((dual, dual.grad_fn, tangent))
    return dual


class UnpackedDualTensor(NamedTuple):
    """A tensor without its tangent, and the tangent, or None."""

    primal: Any
    tangent: Any


def unpack_dual(tensor: Any, *, level: int | None = None) -> UnpackedDualTensor:
    """The tensor without its tangent, and how it changes along the tangents of the dual tensors that it was computed from.

    None in place of a tangent if there was no dual tensor among these.
    """
    if _state.level is None or not _state.level.duals or not tensor.requires_grad:
        return UnpackedDualTensor(tensor, None)
    for dual, node, tangent in _state.level.made:
        if tensor is dual and tensor.grad_fn is node:  # not changed in place since
            return UnpackedDualTensor(_state.level.start.released(tensor), tangent)
    start, (begins, tangents) = _state.level.start, map(list, zip(*_state.level.duals, strict=True))
    with enable_grad():
        touched = grad(tensor, begins, graph.wrap(tensor._data), True, allow_unused=True)
    if all(t is None for t in touched):
        return UnpackedDualTensor(tensor, None)
    products, seeds = start.linearized([tensor], begins)
    (tangent,) = start.products(products, seeds, tangents)
    return UnpackedDualTensor(start.released(tensor), tangent)
