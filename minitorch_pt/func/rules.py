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
from ..tensors.tensor import Tensor, wrap
from .batched import Batched, batched, bottom, lifted, raised

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
    how, count = call.operation.promote
    operands = args[:count]
    tensors = [a for a in operands if isinstance(a, Tensor)]
    if how is not None and len({a.dtype for a in tensors}) > 1:
        forms = [np.empty((1,) * a.ndim, a._data.dtype) if isinstance(a, Tensor) else a for a in operands]
        target = dtypes.of(dtypes.result_type_of(forms))
        args = (*(a.to(target) if isinstance(a, Tensor) else a for a in operands), *args[len(operands) :])
    ndim = _ndim(args)
    return call.operation(*(call.aligned(a, ndim) for a in args), **kwargs)


def _code_then_reduce(call: Call, *args: Any, **kwargs: Any) -> Any:
    """A loss of each element, reduced within each sample."""
    names = [*call.operation.desk.parameters]
    place = names.index("code")
    args = (*args[:place], 0, *args[place + 1 :]) if (code := args[place]) else args
    loss = elementwise(call, *args, **kwargs)
    if not code:
        return loss
    flat = ops.flatten(loss, 1) if loss.ndim > 1 else ops.unsqueeze(loss, 1)
    return ops.mean(flat, 1) if code == 1 else ops.sum(flat, 1)


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
    bound = dict(zip(call.operation.desk.parameters, args, strict=False))
    for name, default in [*call.operation.desk.parameters.items()][len(args) :]:
        if name in _AXES and isinstance(default, int | None):
            bound[name] = default
    tensors = {name: value for name, value in bound.items() if isinstance(value, Tensor)}
    ndim = max(value.ndim for value in tensors.values())
    single = not ndim and not more
    for name in _AXES & {*bound}:
        dim = bound[name]
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
    rest = [*call.operation.desk.parameters][: len(bound)]
    if any(name not in bound for name in rest):
        return NotImplemented
    return call.operation(*(bound[name] for name in rest), **kwargs)


def along(call: Call, *args: Any, **kwargs: Any) -> Any:
    """With a Dim: it counts behind the axis of the samples."""
    return _along(call, args, kwargs)


def reduced(call: Call, *args: Any, **kwargs: Any) -> Any:
    """With Dims, None being all: all but the axis of the samples."""
    return _along(call, args, kwargs, every=True)


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
        rule = leading if call.operation.__name__ == "_layer_norm" else _over_images
        if not call.has(weight) and not call.has(bias):
            return rule(call, input, weight, bias, *options)
        plain = batched(rule(call, lifted(input, [call.level]), None, None, *options), call.level)
        for parameter, combine in ((weight, ops.mul), (bias, ops.add)):
            if parameter is not None:
                plain = combine(plain, ops.reshape(parameter, shape(parameter, plain)))
        return call.all(plain)

    return norm


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
    "reductions.logcumsumexp reductions.cummax reductions.cummin reductions.argmax reductions.argmin reductions._max_along reductions._min_along sorting.sort sorting.argsort sorting.topk sorting.kthvalue sorting.mode sorting.median sorting.nanmedian "
    "indexing.gather indexing.scatter_add shape.transpose shape.unbind shape._flip shape.roll shape.select shape.narrow "
    "shape.narrow_copy shape.diagonal shape._split_with_sizes shape.unfold shape.squeeze vectors._cross",
    reduced: "reductions.sum reductions.mean reductions.nansum reductions.var reductions.std reductions.var_mean reductions.std_mean "
    "reductions.amax reductions.amin reductions.all reductions.any reductions.count_nonzero reductions.logsumexp reductions.vector_norm",
    _with_new_axis: "shape.unsqueeze",
    _joined: "shape._cat shape._stack",
    leading: "shape.clone shape._compact diagonal.tril diagonal.triu determinants.det determinants.slogdet elimination._lu_factor_ex elimination._lu "
    "factorizations._cholesky_ex factorizations.qr factorizations.eigh factorizations.eigvalsh factorizations._svd factorizations._svdvals "
    "inverses._inv_ex powers.matrix_exp powers._identity padding.constant_pad_nd pooling._max_values pooling._max_with_places pooling._mean vision.pixel_shuffle "
    "vision.pixel_unshuffle saving.saving",
    elementwise: "indexing.masked_fill",
    _code_then_reduce: "common._mse_loss common._huber_loss common._smooth_l1_loss common._binary_cross_entropy "
    "common._binary_cross_entropy_with_logits margins._soft_margin_loss",
    _shaped: "shape._view shape._alias shape._copied_view",
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
    _normalized(lambda parameter, input: parameter.shape): "normalization._layer_norm",
    _normalized(lambda parameter, input: (-1, *(1,) * (input.ndim - 2))): "normalization._group_norm",
    _over_images: "vision._resize vision.channel_shuffle convolution._unfold padding._border",
    _embedded: "embedding.embedding",
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
