"""Batching rules: how an operation on one sample is done on all samples at once.

A rule gets the call and the operation's own arguments, and gives values whose first axis counts the samples; NotImplemented where it does
not know a way, and then the operation runs for one sample after the other. Which operation has which rule stands in `TABLE`, by the file
in `ops/` and the name there; a test runs every operation of PyTorch's database both ways.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

from .. import ops
from ..arrays import dtypes
from ..autograd.contract import REQUIRED
from ..tensors.tensor import Tensor, wrap
from .batched import Batched, batched, bottom, lifted, raised
from .randomness import at_once

__all__ = ["TABLE", "Call", "of"]


class Call:
    """An operation that is done for all samples of a level."""

    def __init__(self, operation: Any, level: Any) -> None:
        self.operation, self.level = operation, level

    def has(self, value: Any) -> bool:
        """Whether the samples differ in this argument."""
        return isinstance(value, Batched) and value.level is self.level

    def all(self, value: Any) -> Any:
        """A tensor for all samples: shape (samples, *value.shape)."""
        return lifted(value, [self.level]).value if not self.has(value) else value.value

    def aligned(self, value: Any, ndim: int) -> Any:
        """A value that broadcasts with those of samples of `ndim` axes."""
        return raised(value.value, ndim) if self.has(value) else value


def _ndim(values: Any) -> int:
    """The most axes that a sample among the values has."""
    return max((v.ndim for v in values if isinstance(v, (Tensor, np.ndarray))), default=0)


# ---------------------------------------------------------------------------------------------------------------------
# Elementwise
# ---------------------------------------------------------------------------------------------------------------------
def elementwise(call: Call, *args: Any, **kwargs: Any) -> Any:
    """As it is: axes of size 1 bring the samples to one number of axes. What is a number in each sample counts as one for the type."""
    how, count = getattr(call.operation, "promote", (None, None))
    if how is not None:
        args = (*_of_one_type(args[:count]), *args[len(args[:count]) :])
    ndim = _ndim(args)
    return call.operation(*(call.aligned(a, ndim) for a in args), **kwargs)


def _of_one_type(operands: tuple) -> list:
    """Operands of different types in the type that they have in common within a sample."""
    if len({a.dtype for a in operands if isinstance(a, Tensor)}) < 2:
        return list(operands)
    forms = [np.empty((1,) * a.ndim, a._data.dtype) if isinstance(a, Tensor) else a for a in operands]
    target = dtypes.of(dtypes.result_type_of(forms))
    return [a.to(target) if isinstance(a, Tensor) else a for a in operands]


def _selected(call: Call, input: Any, mask: Any) -> Any:
    return _refused(call) if call.has(mask) else NotImplemented


def _chosen(call: Call, condition: Any, input: Any = None, other: Any = None) -> Any:
    """where: the condition takes no part in the type."""
    if input is None:
        return _refused(call)
    return elementwise(call, condition, *_of_one_type((input, other)))


def _filled(call: Call, input: Any, mask: Any, value: Any) -> Any:
    if not call.has(value):
        return elementwise(call, input, mask, value)
    return call.all(ops.where(mask, value.to(input.dtype), input)) if not value.ndim else NotImplemented


def _refused(call: Call, *args: Any, **kwargs: Any) -> Any:
    """How large a result is depends on the values."""
    raise RuntimeError(f"vmap: We do not support batching operators that can output dynamic shape. Attempted to vmap over "
                       f"aten::{call.operation.__name__.strip('_')}.")  # fmt: skip


def _code_then_reduce(call: Call, *args: Any, **kwargs: Any) -> Any:
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


def _probable(
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


# ---------------------------------------------------------------------------------------------------------------------
# Along axes
# ---------------------------------------------------------------------------------------------------------------------
_AXES = {"dim", "dims", "dim0", "dim1", "dim2", "dimension"}


def _behind(dim: Any, ndim: int) -> Any:
    """An axis of a sample as one of all samples: behind the first; negative ones count from the end already."""
    if isinstance(dim, (tuple, list)):
        return tuple(_behind(d, ndim) for d in dim)
    n = max(ndim, 1)
    if not -n <= dim < n:
        raise IndexError(f"Dimension out of range (expected to be in range of [{-n}, {n - 1}], but got {dim})")
    return dim % n + 1


def _along(call: Call, args: tuple, kwargs: dict, more: int = 0, every: bool = False) -> Any:
    """The operation on all samples, its axes counted behind the first. more: axes that it adds; every: None is all axes."""
    parameters = call.operation.desk.parameters
    bound = {**parameters, **dict(zip(parameters, args, strict=False))}
    if len(args) < len(parameters) and REQUIRED in [*parameters.values()][len(args) :]:
        return NotImplemented  # which says what is missing
    tensors = {name: value for name, value in bound.items() if isinstance(value, Tensor) and name != "start"}
    if call.has(bound.get("start")):
        return NotImplemented
    ndim = max(value.ndim for value in tensors.values())
    single = not ndim and not more
    for name in _AXES & {*bound}:
        dim = bound[name]
        if isinstance(dim, bool):
            return NotImplemented
        if dim is None or dim == ():
            if not every:
                return NotImplemented
            dim = tuple(range(ndim))
        bound[name] = (1,) if single and isinstance(dim, tuple) else _behind(dim, ndim + more)
    if single and (bound.get("keepdim") or not every):
        return NotImplemented
    for name, value in tensors.items():
        whole = call.all(value)
        bound[name] = ops.unsqueeze(whole, 1) if single else whole
    return call.operation(*bound.values(), **kwargs)


def along(call: Call, *args: Any, **kwargs: Any) -> Any:
    """With a Dim: it counts behind the axis of the samples."""
    return _along(call, args, kwargs)


def reduced(call: Call, *args: Any, **kwargs: Any) -> Any:
    """With Dims, None being all: all but the axis of the samples."""
    return _along(call, args, kwargs, every=True)


def _extreme(call: Call, input: Any, dim: Any = None, keepdim: bool = False, *, other: Any = None) -> Any:
    """max and min: of all, along an axis, or of two."""
    other = dim if isinstance(dim, Tensor) else other
    if other is not None:
        return elementwise(
            Call(ops.maximum if call.operation.__name__ == "max" else ops.minimum, call.level), input, other
        )
    if dim is None:
        return (ops.amax if call.operation.__name__ == "max" else ops.amin)(
            ops.reshape(input.value, (call.level.size, -1)), 1
        )
    return _along(call, (input, dim, keepdim), {})


def _with_new_axis(call: Call, *args: Any, **kwargs: Any) -> Any:
    return _along(call, args, kwargs, more=1)


def _joined(call: Call, *tensors: Any, dim: int) -> Any:
    return call.operation(*map(call.all, tensors), dim=dim + 1)


# ---------------------------------------------------------------------------------------------------------------------
# Shapes
# ---------------------------------------------------------------------------------------------------------------------
def leading(call: Call, input: Any, *args: Any, **kwargs: Any) -> Any:
    """On the last axes: those before, the samples' too, are a batch as they are."""
    if any(call.has(a) for a in args):
        return NotImplemented
    return call.operation(call.all(input), *args, **kwargs)


def _shaped(call: Call, input: Any, shape: tuple) -> Any:
    return ops.reshape(call.all(input), (call.level.size, *shape))


def _expanded(call: Call, input: Any, shape: tuple) -> Any:
    return ops.expand(call.aligned(input, len(shape)), (call.level.size, *shape))


def _viewed(call: Call, input: Any, *size: Any, dtype: Any = None) -> Any:
    if dtype is not None or (len(size) == 1 and isinstance(size[0], dtypes.dtype)):
        return NotImplemented
    shape = size[0] if len(size) == 1 and isinstance(size[0], (tuple, list)) else size
    return ops.reshape(call.all(input), (call.level.size, *shape))


def _squeezed(call: Call, input: Any, dim: Any = None) -> Any:
    ones = tuple(i for i, n in enumerate(input.shape) if n == 1)
    return _along(call, (input, ones if dim is None else dim), {}) if input.ndim else input.value


def _strided(call: Call, input: Any, size: Any, stride: Any, storage_offset: Any = None) -> Any:
    """Strides within a sample, which are counted from where it begins."""
    whole = ops.clone(call.all(input))
    whole = ops.contiguous(whole)
    step = whole.numel() // call.level.size
    return ops.as_strided(whole, (call.level.size, *size), (step, *stride), storage_offset)


def _repeated(call: Call, input: Any, reps: tuple) -> Any:
    return call.operation(call.aligned(input, len(reps)), (1, *reps))


def _permuted(call: Call, input: Any, dims: Any) -> Any:
    return call.operation(input.value, (0, *_behind(tuple(dims), input.ndim)))


def _turned(call: Call, input: Any) -> Any:
    return ops.transpose(input.value, -2, -1) if input.ndim == 2 else input.value


def _indexed(call: Call, input: Any, index: tuple) -> Any:
    return call.operation(call.all(input), (slice(None), *index))


def _picked(call: Call, input: Any, index: tuple) -> Any:
    places = [i for i, part in enumerate(index) if isinstance(part, np.ndarray)]
    if places != [*range(places[0], places[-1] + 1)] or any(index[i].dtype == bool for i in places):
        return NotImplemented  # NumPy would put the axes of the places before that of the samples
    return call.operation(input.value, (slice(None), *index))


# ---------------------------------------------------------------------------------------------------------------------
# Products
# ---------------------------------------------------------------------------------------------------------------------
def _matmul(call: Call, input: Any, other: Any) -> Any:
    """With axes of size 1 where a vector or a smaller batch lacks some; a plain matrix or vector on the right needs none."""
    if not input.ndim or not other.ndim:
        raise RuntimeError(
            f"both arguments to matmul need to be at least 1D, but they are {input.ndim}D and {other.ndim}D"
        )
    if not call.has(other) and other.ndim <= 2:
        return ops.matmul(input.value, other)
    left, right = input.ndim == 1, other.ndim == 1
    a = ops.unsqueeze(call.all(input), 1) if left else call.all(input)
    b = ops.unsqueeze(call.all(other), -1) if right else call.all(other)
    ndim = max(a.ndim, b.ndim) - 1
    product = ops.matmul(raised(a, ndim), raised(b, ndim))
    if right:
        product = ops.squeeze(product, -1)
    return ops.squeeze(product, -1 if right else -2) if left else product


def _product(dims: tuple[int, int]) -> Callable:
    def product(call: Call, input: Any, other: Any) -> Any:
        if (input.ndim, other.ndim) != dims or input.shape[-1] != other.shape[max(other.ndim - 2, 0)]:
            return NotImplemented  # which says what is wrong
        return _matmul(call, input, other)

    return product


def _composition(function: Callable) -> Callable:
    """Composed of other operations on the samples."""
    return lambda call, *args, **kwargs: call.all(function(*args, **kwargs))


def _added(input: Any, first: Any, second: Any, *, beta: Any = 1, alpha: Any = 1) -> Any:
    product = ops.matmul(first, second)
    product = product if alpha == 1 else product * alpha
    return product + (input if beta == 1 else input * beta) if beta else product


def _outer(input: Any, vec2: Any) -> Any:
    return ops.unsqueeze(input, 1) * vec2


def _linear(call: Call, input: Any, weight: Any, bias: Any = None) -> Any:
    if not call.has(weight) and not call.has(bias):
        return call.operation(input.value, weight, bias)
    product = ops.matmul(input, ops.transpose(weight, 0, 1) if weight.ndim == 2 else weight)
    return call.all(product if bias is None else product + bias)


# ---------------------------------------------------------------------------------------------------------------------
# Layers
# ---------------------------------------------------------------------------------------------------------------------
def _convolution(call: Call, input: Any, weight: Any, bias: Any, *options: Any) -> Any:
    """One weight for all samples: they are more images. One for each: the samples are groups of channels."""
    size = call.level.size
    if not call.has(weight) and not call.has(bias):
        merged = call.operation(ops.flatten(input.value, 0, 1), weight, bias, *options)
        return ops.unflatten(merged, 0, (size, input.shape[0]))
    channels = ops.flatten(ops.movedim(call.all(input), 0, 1), 1, 2)
    bias = None if bias is None else ops.flatten(call.all(bias), 0, 1)
    whole = call.operation(channels, ops.flatten(call.all(weight), 0, 1), bias, *options[:-1], options[-1] * size)
    return ops.movedim(ops.unflatten(whole, 1, (size, whole.shape[1] // size)), 1, 0)


def _over_images(call: Call, input: Any, *args: Any, **kwargs: Any) -> Any:
    """On (N, C, ...): the samples are more images."""
    if any(call.has(a) for a in args) or not call.has(input):
        return NotImplemented
    result = call.operation(ops.flatten(input.value, 0, 1), *args, **kwargs)
    several = result if isinstance(result, tuple) else (result,)
    split = [ops.unflatten(r, 0, (call.level.size, input.shape[0])) for r in several]
    return tuple(split) if isinstance(result, tuple) else split[0]


def _normalized(shape: Callable) -> Callable:
    """Normalised without weight and bias, which come after where the samples differ in them. shape: of these beside a sample."""

    def norm(call: Call, input: Any, weight: Any, bias: Any, *options: Any) -> Any:
        rule = _over_images if call.operation.__name__ == "_group_norm" else leading
        if not call.has(weight) and not call.has(bias):
            return rule(call, input, weight, bias, *options)
        plain = batched(rule(call, lifted(input, [call.level]), None, None, *options), call.level)
        for parameter, combine in ((weight, ops.mul), (bias, ops.add)):
            if parameter is not None:
                plain = combine(plain, ops.reshape(parameter, shape(parameter, plain)))
        return call.all(plain)

    return norm


def _attended(call: Call, query: Any, key: Any, value: Any, *options: Any) -> Any:
    mask, noise = options[:2]
    if noise is not None or call.has(mask):
        return NotImplemented
    ndim = max(_ndim((query, key, value)), 0 if mask is None else mask.ndim)
    return call.operation(*(raised(call.all(x), ndim) for x in (query, key, value)), *options)


def _batch_normalized(
    call: Call, input: Any, weight: Any, bias: Any, running_mean: Any, running_var: Any, training: bool, *options: Any
) -> Any:
    """One set of parameters and statistics: the samples are more images. In training each sample is normalised by itself: as channels of its own."""
    running = (running_mean, running_var)
    if input.ndim < 2:
        return NotImplemented
    if training and running_mean is not None and not (call.has(running_mean) and call.has(running_var)):
        raise RuntimeError("Batch norm got a batched tensor as input while the running_mean or running_var, which will be updated in place, were not "
                           "batched.\nIf you are using a module and do not need eval mode, please set `track_running_stats` to be False.\nIf you are using a "
                           "prebuilt module and do not need eval mode, please see the functorch website for resources on how to patch your module to "
                           "work with vmap")  # fmt: skip
    if not training and not any(map(call.has, (weight, bias, *running))):
        return _over_images(call, input, weight, bias, *running, training, *options)
    channels = ops.flatten(ops.movedim(call.all(input), 0, 1), 1, 2)
    flat = [p if p is None else ops.flatten(call.all(p), 0, 1) for p in (weight, bias, *running)]
    whole = call.operation(channels, *flat, training, *options)
    return ops.movedim(ops.unflatten(whole, 1, (call.level.size, input.shape[1])), 1, 0)


def _drawn(call: Call, *args: Any, **kwargs: Any) -> Any:
    """Random numbers of their own for each sample: drawn for all at once."""
    if call.level.randomness != "different" or any(isinstance(a, Tensor) for a in args[1:]):
        return NotImplemented
    with at_once([call.level]):
        return call.operation(call.all(args[0]), *args[1:], **kwargs)


def _alike(call: Call, input: Any, *args: Any, **kwargs: Any) -> Any:
    return call.operation(call.all(input), *args, **kwargs)


def _embedded(call: Call, weight: Any, indices: Any, padding_idx: int = -1, *options: Any) -> Any:
    """One table for all samples as it is; of one for each, all rows below each other."""
    if not call.has(weight):
        return call.operation(weight, indices.value, padding_idx, *options)
    rows = bottom(indices)._data
    if padding_idx >= 0 or any(options) or not rows.size or rows.min() < 0 or rows.max() >= weight.shape[0]:
        return NotImplemented
    start = ops.reshape(wrap(np.arange(call.level.size)) * weight.shape[0], (-1, *(1,) * indices.ndim))
    return call.operation(ops.flatten(call.all(weight), 0, 1), call.all(indices) + start)


def _labelled(call: Call, input: Any, target: Any, weight: Any = None, size_average: Any = None, ignore_index: int = -100, reduce: Any = None,
              reduction: str = "mean", *options: Any) -> Any:  # fmt: skip
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
# The table
# ---------------------------------------------------------------------------------------------------------------------
# in these files all operations are elementwise, but for those named below
_ELEMENTWISE = ("ops/elementwise/", "tensors/conversion", "ops/layers/dropouts")
_NAMES: dict[Callable, str] = {
    along: "activations.softmax activations.log_softmax activations._glu reductions._prod_along reductions.cumsum reductions.cumprod "
    "reductions.logcumsumexp reductions.cummax reductions.cummin reductions.argmax reductions.argmin sorting.sort sorting.argsort sorting.topk sorting.kthvalue sorting.mode sorting.median sorting.nanmedian "
    "indexing.gather indexing.scatter_add indexing.scatter_reduce shape.transpose shape.unbind shape._flip shape.roll shape.select shape.narrow "
    "shape.narrow_copy shape.diagonal shape._split_with_sizes shape.unfold vectors._cross",
    reduced: "reductions.sum reductions.mean reductions.nansum reductions.var reductions.std reductions.var_mean reductions.std_mean "
    "reductions.amax reductions.amin reductions.all reductions.any reductions.count_nonzero reductions.logsumexp reductions.vector_norm",
    _extreme: "reductions.max reductions.min",
    _with_new_axis: "shape.unsqueeze",
    _joined: "shape._cat shape._stack",
    leading: "shape.clone shape._compact diagonal.tril diagonal.triu determinants.det determinants.slogdet elimination._lu_factor_ex elimination._lu "
    "factorizations._cholesky_ex factorizations.qr factorizations.eigh factorizations.eigvalsh factorizations._svd factorizations._svdvals "
    "inverses._inv_ex powers.matrix_exp powers._identity padding.constant_pad_nd pooling._max_values pooling._max_with_places pooling._mean vision.pixel_shuffle "
    "vision.pixel_unshuffle saving.saving",
    _chosen: "pointwise.where",
    _filled: "indexing.masked_fill",
    _selected: "indexing.masked_select",
    _refused: "indexing.argwhere indexing.nonzero sorting.unique sorting.unique_consecutive sorting.bincount",
    _code_then_reduce: "common._mse_loss common._huber_loss common._smooth_l1_loss common._binary_cross_entropy "
    "common._binary_cross_entropy_with_logits margins._soft_margin_loss",
    _probable: "common.binary_cross_entropy",
    _shaped: "shape._view",
    _viewed: "shape.view",
    _squeezed: "shape.squeeze",
    _strided: "shape.as_strided",
    _expanded: "shape._expand",
    _repeated: "shape._repeat",
    _permuted: "shape.permute",
    _turned: "shape.t",
    _indexed: "indexing._view",
    _picked: "indexing._pick",
    _matmul: "products.matmul",
    _product((2, 2)): "products.mm",
    _product((3, 3)): "products.bmm",
    _product((2, 1)): "products.mv",
    _product((1, 1)): "products.dot products.vdot",
    _composition(_added): "products.addmm products.baddbmm products.addmv",
    _composition(_outer): "products.outer",
    _linear: "products.linear products._linear_otherwise",
    _convolution: "convolution._convolution",
    _normalized(lambda parameter, input: parameter.shape): "normalization._layer_norm normalization._rms_norm",
    _normalized(lambda parameter, input: (-1, *(1,) * (input.ndim - 2))): "normalization._group_norm",
    _over_images: "vision._resize vision.channel_shuffle convolution._unfold padding._border",
    _embedded: "embedding.embedding",
    _attended: "attention._attention",
    _batch_normalized: "normalization.batch_norm",
    _drawn: "activations.dropout dropouts.alpha_dropout dropouts.feature_dropout activations.rrelu random.rand_like random.randn_like "
    "random.randint_like random.bernoulli random.poisson random.normal_ random.uniform_ random.random_ random.bernoulli_ random.exponential_",
    _alike: "creation.zeros_like creation.ones_like creation.empty_like creation.full_like",
    _labelled: "common.cross_entropy common.nll_loss",
}  # fmt: skip
TABLE: dict[str, Callable] = {name: rule for rule, names in _NAMES.items() for name in names.split()}


def of(operation: Any) -> Callable | None:
    """The batching rule of an operation."""
    function = getattr(operation, "__wrapped__", operation)
    path = function.__code__.co_filename.replace("\\", "/").removesuffix(".py")
    rule = TABLE.get(f"{path.rpartition('/')[2]}.{function.__name__}")
    if rule is None and hasattr(operation, "promote") and any(place in path for place in _ELEMENTWISE):
        return elementwise
    return rule
