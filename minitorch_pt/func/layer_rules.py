"""Batching rules of layers, losses and random draws; see `rules.py`."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

from .. import ops
from ..tensors.tensor import Tensor, wrap
from .batched import batched, bottom, lifted, raised
from .randomness import at_once
from .rules import Call, axes_of, elementwise, leading

__all__ = [
    "alike", "attended", "batch_normalized", "code_then_reduce", "convolution", "drawn", "embedded", "labelled",
    "normalized", "over_images", "probable",
]  # fmt: skip


# ---------------------------------------------------------------------------------------------------------------------
# Layers
# ---------------------------------------------------------------------------------------------------------------------
def convolution(call: Call, input: Any, weight: Any, bias: Any, *options: Any) -> Any:
    """One weight for all samples: they are more images. One for each: the samples are groups of channels."""
    size = call.level.size
    if not call.has(weight) and not call.has(bias):
        merged = call.operation(ops.flatten(input.value, 0, 1), weight, bias, *options)
        return ops.unflatten(merged, 0, (size, input.shape[0]))
    channels = ops.flatten(ops.movedim(call.all(input), 0, 1), 1, 2)
    bias = None if bias is None else ops.flatten(call.all(bias), 0, 1)
    whole = call.operation(channels, ops.flatten(call.all(weight), 0, 1), bias, *options[:-1], options[-1] * size)
    return ops.movedim(ops.unflatten(whole, 1, (size, whole.shape[1] // size)), 1, 0)


def over_images(call: Call, input: Any, *args: Any, **kwargs: Any) -> Any:
    """On (N, C, ...): the samples are more images."""
    if any(call.has(a) for a in args) or not call.has(input):
        return NotImplemented
    result = call.operation(ops.flatten(input.value, 0, 1), *args, **kwargs)
    several = result if isinstance(result, tuple) else (result,)
    split = [ops.unflatten(r, 0, (call.level.size, input.shape[0])) for r in several]
    return tuple(split) if isinstance(result, tuple) else split[0]


def normalized(shape: Callable) -> Callable:
    """Normalised without weight and bias, which come after where the samples differ in them. shape: of these beside a sample."""

    def norm(call: Call, input: Any, weight: Any, bias: Any, *options: Any) -> Any:
        rule = over_images if call.operation.__name__ == "_group_norm" else leading
        if not call.has(weight) and not call.has(bias):
            return rule(call, input, weight, bias, *options)
        plain: Any = batched(rule(call, lifted(input, [call.level]), None, None, *options), call.level)
        for parameter, combine in ((weight, ops.mul), (bias, ops.add)):
            if parameter is not None:
                plain = combine(plain, ops.reshape(parameter, shape(parameter, plain)))  # type: ignore[assignment]
        return call.all(plain)

    return norm


def attended(call: Call, query: Any, key: Any, value: Any, *options: Any) -> Any:
    """Attention: heads and samples alike are leading axes."""
    mask, noise = options[:2]
    if noise is not None or call.has(mask):
        return NotImplemented
    ndim = max(axes_of((query, key, value)), 0 if mask is None else mask.ndim)
    return call.operation(*(raised(call.all(x), ndim) for x in (query, key, value)), *options)


def batch_normalized(
    call: Call, input: Any, weight: Any, bias: Any, running_mean: Any, running_var: Any, training: bool, *options: Any
) -> Any:
    """One set of parameters and statistics: the samples are more images. In training each sample is normalised by itself: as channels of its own."""
    running = (running_mean, running_var)
    if input.ndim < 2:
        return NotImplemented
    if training and running_mean is not None and not (call.has(running_mean) and call.has(running_var)):
        raise RuntimeError(
            "Batch norm got a batched tensor as input while the running_mean or running_var, which will be updated in place, were not "
            "batched.\nIf you are using a module and do not need eval mode, please set `track_running_stats` to be False.\nIf you are using a "
            "prebuilt module and do not need eval mode, please see the functorch website for resources on how to patch your module to "
            "work with vmap"
        )
    if not training and not any(map(call.has, (weight, bias, *running))):
        return over_images(call, input, weight, bias, *running, training, *options)
    channels = ops.flatten(ops.movedim(call.all(input), 0, 1), 1, 2)
    flat = [p if p is None else ops.flatten(call.all(p), 0, 1) for p in (weight, bias, *running)]
    whole = call.operation(channels, *flat, training, *options)
    return ops.movedim(ops.unflatten(whole, 1, (call.level.size, input.shape[1])), 1, 0)


def drawn(call: Call, *args: Any, **kwargs: Any) -> Any:
    """Random numbers of their own for each sample: drawn for all at once."""
    if call.level.randomness != "different" or any(isinstance(a, Tensor) for a in args[1:]):
        return NotImplemented
    with at_once([call.level]):
        return call.operation(call.all(args[0]), *args[1:], **kwargs)


def alike(call: Call, input: Any, *args: Any, **kwargs: Any) -> Any:
    """A new tensor of the shape of each sample."""
    return call.operation(call.all(input), *args, **kwargs)


def embedded(call: Call, weight: Any, indices: Any, padding_idx: int = -1, *options: Any) -> Any:
    """One table for all samples as it is; of one for each, all rows below each other."""
    if not call.has(weight):
        return call.operation(weight, indices.value, padding_idx, *options)
    rows = bottom(indices)._data
    if padding_idx >= 0 or any(options) or not rows.size or rows.min() < 0 or rows.max() >= weight.shape[0]:
        return NotImplemented
    start = ops.reshape(wrap(np.arange(call.level.size)) * weight.shape[0], (-1, *(1,) * indices.ndim))
    return call.operation(ops.flatten(call.all(weight), 0, 1), call.all(indices) + start)


def labelled(
    call: Call,
    input: Any,
    target: Any,
    weight: Any = None,
    size_average: Any = None,
    ignore_index: int = -100,
    reduce: Any = None,
    reduction: str = "mean",
    *options: Any,
) -> Any:
    """The losses of all rows at once, then each sample's sum or mean over those that are not ignored."""
    if (
        weight is not None
        or size_average is not None
        or reduce is not None
        or target.dtype.is_floating_point
        or target.ndim != max(input.ndim - 1, 0)
    ):
        return NotImplemented
    x, t = call.all(input), call.all(target)
    if input.ndim > 1:
        x, t = ops.flatten(x, 0, 1), ops.flatten(t, 0, 1)
    loss = call.operation(x, t, None, None, ignore_index, None, "none", *options)
    loss = ops.reshape(loss, (call.level.size, *target.shape))
    if reduction == "none" or reduction not in ("mean", "sum"):
        return loss if reduction == "none" else NotImplemented
    flat = ops.reshape(loss, (call.level.size, -1))
    total = ops.sum(flat, 1)
    if reduction == "sum":
        return total
    counted = ops.reshape(call.all(target), (call.level.size, -1)) != ignore_index
    return total / ops.sum(counted, 1)


# ---------------------------------------------------------------------------------------------------------------------
# Losses
# ---------------------------------------------------------------------------------------------------------------------
def code_then_reduce(call: Call, *args: Any, **kwargs: Any) -> Any:
    """A loss of each element, reduced within each sample."""
    names = [*call.operation.desk.parameters]
    place = names.index("code")
    args = (*args[:place], 0, *args[place + 1 :]) if (code := args[place]) else args
    return _reduced(elementwise(call, *args, **kwargs), code)


def _reduced(loss: Any, code: int) -> Any:
    """The losses of all samples, each reduced to a number: its mean (1) or sum (2)."""
    if not code:
        return loss
    flat = ops.flatten(loss, 1) if loss.ndim > 1 else ops.unsqueeze(loss, 1)
    return ops.mean(flat, 1) if code == 1 else ops.sum(flat, 1)


def probable(
    call: Call,
    input: Any,
    target: Any,
    weight: Any = None,
    size_average: Any = None,
    reduce: Any = None,
    reduction: str = "mean",
) -> Any:
    """A loss that looks at the values of all samples at once, to refuse what is no probability."""
    if (
        size_average is not None
        or reduce is not None
        or input.shape != target.shape
        or reduction not in ("none", "mean", "sum")
    ):
        return NotImplemented
    loss = call.operation(call.all(input), call.all(target), call.aligned(weight, input.ndim), None, None, "none")
    return _reduced(loss, ("none", "mean", "sum").index(reduction))
