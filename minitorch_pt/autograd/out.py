"""`out=`: the tensor that takes the result. What torch asks of it stands in the signature, as the annotation of `out`.

Tensor      of the result's type, and of its shape, or empty; another shape is taken with a warning
CastOut     of any type that can hold the result
QuietOut    of any shape, without a warning
RowOut      of any shape of so many elements
TruthOut    of bool or uint8, whichever of them the result has
TypedOut    the result is computed in its type
"""

from __future__ import annotations

from typing import Any

import numpy as np

from ..arrays import dtypes, layouts
from ..arrays.notices import warn
from ..arrays.storage import APART, looking, refuse_overlap, resize, writable
from . import changes, graph
from .modes import recording

__all__ = ["QUIET", "into"]

QUIET = frozenset({"QuietOut"})  # of functions that make tensors


def _check_type(value: np.ndarray, memory: np.ndarray, kinds: frozenset[str], promotes: bool) -> None:
    """Raise RuntimeError if memory of this type does not hold the result."""
    exact = not promotes and "CastOut" not in kinds
    if value.dtype == memory.dtype or (not exact and dtypes.castable(value.dtype, memory.dtype)):
        return
    if "TruthOut" in kinds and memory.dtype.name in ("bool", "uint8"):
        return
    made, given = (dtypes.TITLES[x.dtype.name] for x in (value, memory))
    text = f"result type {made} can't be cast to the desired output type {given}"
    if {"QuietOut", "TypedOut"} <= kinds:  # a maker
        text = f"dtype {made} does not match dtype of out parameter ({given})"
    elif exact:
        text = f"Expected out tensor to have dtype {made.lower()}, but got {given.lower()} instead: {text}"
    raise RuntimeError(f"{text}; give `out` the result's type")


def into(
    target: Any, result: Any, name: str, inputs: tuple, kinds: frozenset[str] = QUIET, promotes: bool = False
) -> Any:
    """Write a result, or each of several, into the tensor given as `out`, which takes its shape.

    inputs: the arguments of the call. kinds: what the annotation of `out` says of it. promotes: the operation brings its operands to a
    common type: it writes into any type that can hold that.

    Raises:
        TypeError: `out` is no Tensor, or not as many as there are results.
        RuntimeError: a gradient would be lost, the type cannot hold the result's, or `out` shares memory with an input or itself.
    """
    if isinstance(result, tuple):
        if not isinstance(target, (list, tuple)) or len(target) != len(result):
            raise TypeError(
                f"{name}(): argument 'out' must be tuple of {len(result)} Tensors, not {type(target).__name__}"
            )
        written = [into(t, r, name, inputs, kinds, promotes) for t, r in zip(target, result, strict=True)]
        return type(result)(written)
    if not isinstance(target, graph.Tensor):
        raise TypeError(f"{name}(): argument 'out' must be Tensor, not {type(target).__name__}")
    if recording.on and (target.requires_grad or result.requires_grad):
        raise RuntimeError(
            f"{name}(): functions with out=... arguments don't support automatic differentiation, but one of the arguments requires grad. Leave `out` out, or call it under torch.no_grad()."
        )
    value, memory = result._data, target._data
    _check_type(value, memory, kinds, promotes)
    if "RowOut" in kinds and memory.size == value.size:  # torch looks at the number of elements alone
        value = value.reshape(memory.shape)
    if memory.shape != value.shape:
        if memory.size and "QuietOut" not in kinds:
            warn(
                f"An output with one or more elements was resized since it had shape {list(memory.shape)}, which does not match the "
                f"required output shape {list(value.shape)}. This behavior is deprecated: give an `out` of that shape, or an empty one."
            )
        if memory.size and name == "arange":
            warn(
                f"The number of elements in the out tensor of shape {list(memory.shape)} is {memory.size} which does not match the computed "
                f"number of elements {value.size}. The out tensor will be resized to a tensor of shape ({value.size},)."
            )
        if promotes:  # elementwise operations look before
            refuse_overlap(memory, ())
        del memory
        resize(target, value.shape)
        memory = target._data
        if promotes:  # in the order of the operands
            steps = [step * memory.itemsize for step in layouts.strides(value)]
            target._data = memory = looking(memory, value.shape, steps)
    others = [
        x._data
        for part in inputs
        for x in (part if isinstance(part, (list, tuple)) else [part])
        if isinstance(x, graph.Tensor)
    ]
    refuse_overlap(memory, others, name in APART)
    np.copyto(writable(memory), value, casting="unsafe")
    changes.changed(memory)
    return target
