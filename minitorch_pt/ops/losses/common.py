"""Losses: how far predictions are from their targets, as one number to make small.

Every loss takes reduction="mean", "sum" or "none" (one loss for each element). In the formulas x is the prediction, t
the target. size_average and reduce are what torch had before `reduction`; if one is given, they count in its place.
"""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any

import numpy as np

from ...arrays import dtypes
from ...arrays.notices import warn
from ...arrays.rows import largest, ones, starts
from ...arrays.sums import add, summed
from ...autograd.contract import composed
from ...autograd.rule import array, differentiable, named
from ..elementwise.activations import _floating, log_softmax, logsigmoid, sigmoid
from ..elementwise.pointwise import _depending, _pick, where
from ..halves import HALF, in_single
from ..shape import broadcast_tensors

if TYPE_CHECKING:
    from ...autograd.contract import Flag, Tensor


__all__: list[str] = []  # torch has these under nn.functional; numbered_losses.py has those that it also has at the top

_NONE, _MEAN, _SUM = 0, 1, 2
_REDUCTIONS = {"none": _NONE, "mean": _MEAN, "sum": _SUM}


def legacy_reduction(size_average: Flag | None, reduce: Flag | None, reduction: str) -> str:
    """`reduction`, or what the two arguments say that torch had before it, if one of them is given."""
    if size_average is None and reduce is None:
        return reduction
    mean, whole = (flag is None or bool(flag) for flag in (size_average, reduce))
    reduction = ("mean" if mean else "sum") if whole else "none"
    warn(f"size_average and reduce args will be deprecated, please use reduction='{reduction}' instead.")
    return reduction


def _code(reduction: str, size_average: Flag | None = None, reduce: Flag | None = None) -> int:
    if size_average is not None or reduce is not None:
        reduction = legacy_reduction(size_average, reduce, reduction)
    if reduction == "elementwise_mean":
        warn("reduction='elementwise_mean' is deprecated. Please use reduction='mean' instead.")
        return _MEAN
    if reduction not in _REDUCTIONS:
        raise ValueError(f"{reduction} is not a valid value for reduction; give 'none', 'mean' or 'sum'")
    return _REDUCTIONS[reduction]


def _reduce(loss: Any, code: int) -> tuple[Any, float]:
    """The reduced loss, and the share that each element has in it."""
    if code == _NONE:
        return loss, 1.0
    if loss.dtype is HALF:  # whose sum may be too large where the mean is not
        value, share = _averaged(add(loss, None, np.float32), math.prod(loss.shape), code)
        return HALF.type(value), share
    return _averaged(summed(loss), math.prod(loss.shape), code)


def _reduced_half(operation: Any, input: Any, target: Any, code: int, *options: Any) -> tuple:
    """`operation` of float16: each element in float32, rounded, and then the reduction, as in torch."""
    loss, *pulls = in_single(operation, input, target, _NONE, *options)
    value, share = _reduce(loss, code)
    return (value, *(lambda g, pull=pull: pull(g * share) for pull in pulls))


def _averaged(total: Any, count: int, code: int) -> tuple[Any, float]:
    """The total, or its mean over `count` elements, and the share that each has in it."""
    return (total, 1.0) if code == _SUM else (total / count, 1 / max(count, 1))


def _reduced(loss: Any, code: int) -> Any:
    """The same for a loss composed of operations."""
    return loss if code == _NONE else loss.sum() if code == _SUM else loss.mean()


def _alike(input: Any, target: Any) -> Any:
    """Both operands. Of two shapes, with a warning; and if one has no axes in that of the other: it counts in the type of the result."""
    if array(input).shape == array(target).shape:
        return input, target
    warn(
        f"Using a target size ({target.shape}) that is different to the input size ({input.shape}). "
        "This will likely lead to incorrect results due to broadcasting. Please ensure they have the same size."
    )
    return broadcast_tensors(input, target) if 0 in (input.ndim, target.ndim) else (input, target)


def _same_weight(input: Any, weight: Any) -> None:
    if weight.shape != input.shape:
        raise ValueError(f"Weights and input must have the same size, got {list(weight.shape)} and {list(input.shape)}")


def fitting(input: Any, *others: Any) -> None:
    """Raise if one of the others would broadcast `input`, whose shape is that of the loss."""
    for other in others:
        if other is None or other.shape == input.shape:
            continue
        sizes = zip(input.shape[::-1], other.shape[::-1], strict=False)
        if other.ndim > input.ndim or any(n == 1 != size for n, size in sizes):
            raise RuntimeError(
                f"output with shape {list(input.shape)} doesn't match the broadcast shape of {list(other.shape)}: the loss has the input's shape"
            )


def _constant(name: str, **weights: Any) -> None:
    for key, weight in weights.items():
        if weight is not None and weight.requires_grad:
            raise RuntimeError(
                f"The function '{name}' is not differentiable with respect to argument '{key}'. This input cannot have "
                f"requires_grad True; give {key}.detach()"
            )


# ---------------------------------------------------------------------------------------------------------------------
# Distances
# ---------------------------------------------------------------------------------------------------------------------
@differentiable(promote=("type", 2), saves="input target")
def _mse_loss(input: Any, target: Any, code: int) -> Any:
    if _floating("mse_loss", input):
        return _reduced_half(_mse_loss, input, target, code)
    d = input - target
    value, share = _reduced_square(d, code)
    twice = 2 * share
    return value, lambda g: d * (g * twice), lambda g: d * (g * -twice)


def _reduced_square(d: Any, code: int) -> tuple[Any, float]:
    """`_reduce(d * d, code)`; the sum of few squares as a product, in 0.3 us in place of 1.1: of many it would lose digits."""
    flat = d.ravel()
    if code == _NONE or len(flat) > 1024:
        return _reduce(d * d, code)
    return _averaged(flat.dot(flat), len(flat), code)


@composed
def mse_loss(
    input: Tensor,
    target: Tensor,
    size_average: Flag | None = None,
    reduce: Flag | None = None,
    reduction: str = "mean",
    weight: Tensor | None = None,
) -> Tensor:
    """Mean squared error: (x - t)². With `weight`: the weighted mean Σ w (x - t)² / Σ w.

    Shapes: input, target and weight alike; () unless reduction="none".

    Raises:
        ValueError: unknown reduction, or `weight` has another shape than `input`.

    >>> import minitorch_pt as torch
    >>> torch.nn.functional.mse_loss(torch.tensor([1.0, 2.0]), torch.tensor([1.0, 4.0]))
    tensor(2.)
    """
    input, target = _alike(input, target)
    code = _code(reduction, size_average, reduce)
    if weight is None:
        return _mse_loss(input, target, code)
    _same_weight(input, weight)
    return _weighted((input - target) ** 2, weight, code)


def _weighted(loss: Any, weight: Any, code: int) -> Any:
    return (loss * weight).sum() / weight.sum() if code == _MEAN else _reduced(loss * weight, code)


@composed
def l1_loss(
    input: Tensor,
    target: Tensor,
    size_average: Flag | None = None,
    reduce: Flag | None = None,
    reduction: str = "mean",
    weight: Tensor | None = None,
) -> Tensor:
    """Mean absolute error: |x - t|. With `weight`: the weighted mean Σ w |x - t| / Σ w.

    Raises:
        ValueError: unknown reduction, or `weight` has another shape than `input`.
    """
    input, target = _alike(input, target)
    code = _code(reduction, size_average, reduce)
    loss = abs(input - target)
    if weight is None:
        return _reduced(loss, code)
    _same_weight(input, weight)
    return _weighted(loss, weight, code)


def _cut(d: Any, limit: float) -> Any:
    """c = d cut off at ±limit, so that c (d - c/2) is d²/2 near 0 and limit (|d| - limit/2) far from it."""
    x = array(d)
    return _pick(abs(x) < limit, d, np.sign(x) * limit)


@differentiable(promote=("type", 2), saves="input target")
def _huber_loss(input: Any, target: Any, code: int, delta: float) -> Any:
    if _floating("huber_loss", input):
        return _reduced_half(_huber_loss, input, target, code, delta)
    d = input - target
    c = _cut(d, delta)
    value, share = _reduce(c * (d - 0.5 * c), code)
    return value, lambda g: c * (g * share), lambda g: c * (g * -share)


@differentiable(promote=("type", 2), name="SmoothL1LossBackward0", saves="input target")
def _smooth_l1_loss(input: Any, target: Any, code: int, beta: float) -> Any:
    if _floating("smooth_l1_loss", input):
        return _reduced_half(_smooth_l1_loss, input, target, code, beta)
    d = input - target
    c = _cut(d, beta)
    value, share = _reduce(c * (d - 0.5 * c) / beta, code)
    share = share / beta
    return value, lambda g: c * (g * share), lambda g: c * (g * -share)


@composed
def smooth_l1_loss(
    input: Tensor,
    target: Tensor,
    size_average: Flag | None = None,
    reduce: Flag | None = None,
    reduction: str = "mean",
    beta: float = 1.0,
) -> Tensor:
    """(x - t)² / (2 beta) where |x - t| < beta, |x - t| - beta/2 elsewhere: outliers pull no harder than by 1.

    Raises:
        ValueError: unknown reduction.
        RuntimeError: beta is negative.

    Source: Girshick 2015, arXiv:1504.08083.
    """
    input, target = _alike(input, target)
    code = _code(reduction, size_average, reduce)
    if not beta >= 0:
        raise RuntimeError(f"smooth_l1_loss does not support negative values for beta, got {beta}")
    if beta == 0:
        return _reduced(abs(input - target), code)
    return _smooth_l1_loss(input, target, code, beta)


@composed
def huber_loss(
    input: Tensor, target: Tensor, reduction: str = "mean", delta: float = 1.0, weight: Tensor | None = None
) -> Tensor:
    """(x - t)² / 2 where |x - t| < delta, delta (|x - t| - delta/2) elsewhere.

    weight: multiplies each element's loss.

    Raises:
        ValueError: unknown reduction, or `weight` has another shape than `input`.
        RuntimeError: delta is not positive.
    """
    input, target = _alike(input, target)
    if not delta > 0:
        raise RuntimeError(f"huber_loss does not support non-positive values for delta, got {delta}")
    code = _code(reduction)
    if not dtypes.castable(target._data.dtype, input._data.dtype):
        raise RuntimeError(f"huber_loss(): a target of {target.dtype} does not fit an input of {input.dtype}, the result's type; convert with .to()")  # fmt: skip
    if weight is None:
        return _huber_loss(input, target, code, delta).to(input.dtype)
    _same_weight(input, weight)
    return _reduced(_huber_loss(input, target, _NONE, delta).to(input.dtype) * weight, code)


# ---------------------------------------------------------------------------------------------------------------------
# Probabilities of yes or no
# ---------------------------------------------------------------------------------------------------------------------
_TINY = float(np.float32(1e-12))  # torch's constant has single precision


@differentiable
def _bce_slope(input: Any, target: Any) -> Any:
    """(x - t) / ((1 - x)·x), kept finite next to 0 and 1 as torch does: the slope by a floor, its own slope by small terms."""
    room = np.maximum((1 - array(input)) * array(input), _TINY)
    return (
        (array(input) - array(target)) / room,
        lambda g: g * (input * input - 2 * input * target + target) / ((input + 1e-12) ** 2 * (1 - input + 1e-12) ** 2),
        lambda g: -g / np.maximum((1 - input) * input, 1e-12),
    )


@differentiable(name="BinaryCrossEntropyBackward0", saves="input target weight")
def _binary_cross_entropy(input: Any, target: Any, weight: Any, code: int) -> Any:
    x = array(input)
    yes, no = np.maximum(np.log(x), -100), np.maximum(np.log1p(-x), -100)
    factor = 1.0 if weight is None else weight
    value, share = _reduce(((target - 1) * no - target * yes) * factor, code)
    return (
        value,
        lambda g: _bce_slope.rule(input, target) * (g * (share * factor)),
        lambda g: (np.log1p(-input) - np.log(input)) * (g * (share * factor)),
    )


def _between_0_and_1(x: np.ndarray) -> bool:
    """Whether all elements are, and none is nan."""
    return not x.size or bool(x.min() >= 0 and x.max() <= 1)


@composed
def binary_cross_entropy(
    input: Tensor,
    target: Tensor,
    weight: Tensor | None = None,
    size_average: Flag | None = None,
    reduce: Flag | None = None,
    reduction: str = "mean",
) -> Tensor:
    """-(t log x + (1 - t) log(1 - x)) for probabilities x; a logarithm counts as no less than -100.

    weight: multiplies each element's loss; any shape that broadcasts to that of `input`.

    Raises:
        ValueError: unknown reduction, or shapes differ.
        RuntimeError: x or t is not between 0 and 1, or dtypes differ. For any real x use `binary_cross_entropy_with_logits`.
    """
    if target.shape != input.shape:
        raise ValueError(
            f"Using a target size ({target.shape}) that is different to the input size ({input.shape}) is deprecated. "
            "Please ensure they have the same size."
        )
    code = _code(reduction, size_average, reduce)
    _floating("binary_cross_entropy", input)
    if target.dtype != input.dtype:
        raise RuntimeError(f"Found dtype {target.dtype} but expected {input.dtype}; convert it with .to(input.dtype)")
    _constant("binary_cross_entropy", weight=weight)
    fitting(input, weight)
    if not _between_0_and_1(array(input)):
        raise RuntimeError(
            "all elements of input should be between 0 and 1; apply torch.sigmoid first, or use "
            "binary_cross_entropy_with_logits"
        )
    if not _between_0_and_1(array(target)):
        raise RuntimeError(
            "all elements of target should be between 0 and 1: a target is a label, 0 or 1, or a probability"
        )
    return _binary_cross_entropy(input, target, None if weight is None else weight.to(input.dtype), code)


@differentiable(
    promote=("type", 2), name="BinaryCrossEntropyWithLogitsBackward0", saves="input target weight pos_weight"
)
def _binary_cross_entropy_with_logits(input: Any, target: Any, weight: Any, pos_weight: Any, code: int) -> Any:
    positive = 1.0 if pos_weight is None else pos_weight
    yes = positive * target
    both = 1.0 if pos_weight is None else yes + 1 - target  # a target far above 1 would lose the 1
    loss = (1 - target) * input - both * logsigmoid.rule(input)
    factor = 1.0 if weight is None else weight
    value, share = _reduce(loss * factor, code)
    return (
        value,
        lambda g: (both * sigmoid.rule(input) - yes) * (g * (share * factor)),
        lambda g: (
            (-input if pos_weight is None else logsigmoid.rule(-input) - positive * logsigmoid.rule(input))
            * (g * (share * factor))
        ),
    )


@composed
def binary_cross_entropy_with_logits(
    input: Tensor,
    target: Tensor,
    weight: Tensor | None = None,
    size_average: Flag | None = None,
    reduce: Flag | None = None,
    reduction: str = "mean",
    pos_weight: Tensor | None = None,
) -> Tensor:
    """binary_cross_entropy(sigmoid(x), t), precise for any x.

    (1 - t) x - (1 + (p - 1) t) log(sigmoid(x)), p being pos_weight.

    weight: multiplies each element's loss. pos_weight: multiplies the loss of positives. Both broadcast to `input`.

    Raises:
        ValueError: unknown reduction, or shapes differ.
        RuntimeError: the target is not floating point.
    """
    if target.shape != input.shape:
        raise ValueError(f"Target size ({target.shape}) must be the same as input size ({input.shape})")
    code = _code(reduction, size_average, reduce)
    _floating("binary_cross_entropy_with_logits", input)
    if array(target).dtype.kind != "f":
        raise RuntimeError(
            f"result type Float can't be cast to the desired output type {target.dtype}: the target must be floating "
            "point; convert it with .float()"
        )
    _constant("binary_cross_entropy_with_logits", weight=weight, pos_weight=pos_weight)
    fitting(input, weight, pos_weight)
    return _binary_cross_entropy_with_logits(input, target, weight, pos_weight, code).to(target.dtype)


# ---------------------------------------------------------------------------------------------------------------------
# Classes
# ---------------------------------------------------------------------------------------------------------------------
def _check_classes(input: Any, target: Any, weight: Any) -> Any:
    """Raise if these are not log-probabilities (N, C, d1, ...) and labels (N, d1, ...). Gives the labels, those of one sample as ()."""
    x, t = array(input), array(target)
    if x.ndim == 0:
        raise ValueError(
            f"Expected 1 or more dimensions (got {x.ndim}): the input must be (C), (N, C) or (N, C, d1, ...)"
        )
    if x.ndim > 1 and x.shape[:1] != (t.shape[:1] or (None,)):
        raise ValueError(
            f"Expected input batch_size ({x.shape[0]}) to match target batch_size ({t.shape[0] if t.ndim else 0}): input "
            f"{list(x.shape)}, target {list(t.shape)}"
        )
    if x.ndim == t.ndim == 1:
        if len(t) != 1:
            raise ValueError(f"For 1D input, 1D target must have size 1, but got target size: {len(t)}")
        target, t = target.reshape(()), t.reshape(())
    if x.shape[:1] * (x.ndim > 1) + x.shape[2:] != t.shape:
        hint = "0D or 1D target tensor expected, multi-target not supported" if x.ndim <= 2 else "size mismatch"
        raise RuntimeError(
            f"{hint} (got input: {list(x.shape)}, target: {list(t.shape)}); the target has the input's shape without "
            "the axis of classes"
        )
    _floating("nll_loss", input)
    if t.dtype not in (np.int64, np.uint8):
        raise RuntimeError(
            f"expected target dtype to be Long or Byte, but got torch.{t.dtype.name}; convert labels with .long()"
        )
    classes = x.shape[min(x.ndim - 1, 1)]
    if weight is not None:
        _constant("nll_loss", weight=weight)
        if weight.shape != (classes,):
            raise RuntimeError(
                f"weight tensor should be defined either for all {classes} classes or no classes but got weight tensor "
                f"of shape: {list(weight.shape)}"
            )
        if weight.dtype != input.dtype:
            raise RuntimeError(
                f"expected scalar type {input.dtype} but found {weight.dtype}: weight must have the input's dtype"
            )
    return target


def _nll_name(input: Any = None, target: Any = None, weight: Any = None, code: int = _MEAN, *rest: Any) -> str:
    """torch has kernels for (N, C) and (N, C, H, W), and reshapes other inputs."""
    ndim = 2 if input is None else input.ndim
    return "NllLossBackward0" if ndim < 3 else "NllLoss2DBackward0" if ndim == 4 or code != _NONE else "ViewBackward0"


def _labels(target: Any, classes: int, ignore_index: int) -> tuple[Any, Any]:
    """(labels with 0 in place of ignored ones, which are not ignored).

    Raises:
        IndexError: a label is no class.
    """
    valid = target != ignore_index
    labels = np.where(valid, target, 0).astype(np.int64)
    bad = (labels < 0) | (labels >= classes)
    if bad.any():
        raise IndexError(
            f"Target {labels[bad].reshape(-1)[0]} is out of bounds: there are {classes} classes, so labels go "
            f"from 0 to {classes - 1}"
        )
    return labels, valid


@differentiable(name=_nll_name, saves="input target weight")
def _nll_loss(input: Any, target: Any, weight: Any, code: int, ignore_index: int) -> Any:
    x, t = array(input), array(target)
    axis = min(x.ndim - 1, 1)
    labels, valid = _labels(t, x.shape[axis], ignore_index)
    places = np.expand_dims(labels, axis)
    w = valid.astype(x.dtype) if weight is None else array(weight)[labels] * valid
    loss = np.where(valid, -w * np.take_along_axis(x, places, axis).squeeze(axis), x.dtype.type(0))
    total = summed(w) if code == _MEAN else 1.0
    value = loss if code == _NONE else summed(loss) / total

    def pull(g: Any) -> Any:
        slope = np.zeros(x.shape, x.dtype)
        each = np.where(valid, -w, x.dtype.type(0))
        share = g if code == _NONE else g / (total or 1.0)
        if x is input:  # places that are not chosen stay 0, and are not -0
            np.put_along_axis(slope, places, np.expand_dims(each * share, axis), axis)
            return slope
        np.put_along_axis(slope, places, np.expand_dims(each, axis), axis)
        return _depending(slope * (np.expand_dims(share, axis) if code == _NONE else share), input)

    return value, pull


@composed
def nll_loss(
    input: Tensor,
    target: Tensor,
    weight: Tensor | None = None,
    size_average: Flag | None = None,
    ignore_index: int = -100,
    reduce: Flag | None = None,
    reduction: str = "mean",
) -> Tensor:
    """Negative log-likelihood: -w[t] x[t], x being log-probabilities and t the number of the right class.

    The mean is weighted: Σ -w[t] x[t] / Σ w[t]; elements whose label is `ignore_index` count nowhere.

    Shapes: input (C), (N, C) or (N, C, d1, ...); target (), (N) or (N, d1, ...); weight (C).

    Raises:
        IndexError: a label is no class.
        ValueError: unknown reduction, or batch sizes differ.
        RuntimeError: other shapes do not match, or labels are not int64 or uint8.
    """
    code = _code(reduction, size_average, reduce)
    target = _check_classes(input, target, weight)
    return _nll_loss(input, target, weight, code, ignore_index)


_LONG, _UNSIGNED = np.dtype(np.int64), np.dtype(np.uint64)


def _all_below(classes: int, labels: np.ndarray) -> bool:
    """Whether there are labels, all from 0 to classes - 1. Without their signs negative ones look enormous: one pass for both bounds."""
    labels = labels.view(_UNSIGNED)
    if not labels.size:
        return False
    largest_label: int = labels.item(labels.argmax())  # half the time of labels.max()
    return largest_label < classes


def _cross_entropy_plain(input: Any, target: Any) -> Any:
    return _nll_loss(log_softmax(input, 1), target, None, _MEAN, -100)


@differentiable(name="NllLossBackward0", plain=_cross_entropy_plain, exact=True, saves="target")
def _cross_entropy(input: Any, target: Any) -> Any:
    """The mean over a batch of log Σ e^x - x[t]. Its slope is softmax(x), minus 1 at the right class.

    One node in place of two and half of the passes: 7 us for (32, 10), forward and backward.
    """
    n, classes = input.shape
    places = target + starts(n, classes)
    below = np.subtract(input, largest(input), order="C")
    flat = below.ravel()  # not a copy, as it was made in this order
    right = flat[places]
    e = np.exp(below, out=below)
    sums = e.dot(ones(classes, e.dtype))
    value = (np.log(sums) - right).dot(ones(n, e.dtype)) / n
    flat[places] -= sums  # e / sums is the slope now
    return value, lambda g: e * (g / n / sums).reshape((n, 1))


@composed
def cross_entropy(
    input: Tensor,
    target: Tensor,
    weight: Tensor | None = None,
    size_average: Flag | None = None,
    ignore_index: int = -100,
    reduce: Flag | None = None,
    reduction: str = "mean",
    label_smoothing: float = 0.0,
) -> Any:
    """nll_loss(log_softmax(x), t): log Σ e^x - x[t] for unnormalised scores x and the number t of the right class.

    The target may also hold a probability for each class, in the input's shape: -Σ t log_softmax(x).
    label_smoothing: this part of the target is spread evenly over all classes. weight, ignore_index: as for `nll_loss`.

    Shapes: input (C), (N, C) or (N, C, d1, ...); target (), (N) or (N, d1, ...), or as input; weight (C).

    Raises:
        IndexError: a label is no class.
        ValueError: unknown reduction, or batch sizes differ.
        RuntimeError: other shapes do not match, labels are not int64 or uint8, or label_smoothing is not in [0, 1].

    >>> import minitorch_pt as torch
    >>> torch.nn.functional.cross_entropy(torch.zeros(2, 10), torch.tensor([3, 7]))
    tensor(2.3026)
    """
    x, t = array(input), array(target)
    if not isinstance(x, np.ndarray) or not isinstance(t, np.ndarray):
        raise TypeError(
            f"cross_entropy(): input and target must be Tensors, not {type(input).__name__} and {type(target).__name__}"
        )
    if (
        weight is None
        and not label_smoothing
        and reduction == "mean"
        and size_average is None
        and reduce is None
        and x.ndim == 2
        and x.dtype.kind == "f"
        and t.dtype is _LONG
        and t.ndim == 1
        and len(t) == len(x)
        and _all_below(classes := x.shape[1], t)
        and not 0 <= ignore_index < classes
    ):
        return _cross_entropy(input, target)
    code = _code(reduction, size_average, reduce)
    if not 0 <= label_smoothing <= 1:
        raise RuntimeError(f"label_smoothing must be between 0.0 and 1.0. Got: {label_smoothing}")
    if x.shape == t.shape:
        return _soft_cross_entropy(input, target, weight, code, ignore_index, label_smoothing)
    if x.ndim == 0:
        raise IndexError("cross_entropy(): the input has no axis of classes; it must be (C), (N, C) or (N, C, d1, ...)")
    target = _check_classes(input, target, weight)
    axis = min(x.ndim - 1, 1)
    scores = log_softmax(input, axis)
    hard = _nll_loss(scores, target, weight, code, ignore_index)
    if not label_smoothing:
        return hard
    classes = x.shape[axis]
    labels, valid = _labels(t, classes, ignore_index)
    even = -_by_class(scores, weight, axis).sum(axis)
    even = where.rule(valid, even, 0)
    if code == _MEAN:
        even = summed(even) / float(valid.sum() if weight is None else summed(array(weight)[labels] * valid))
    elif code == _SUM:
        even = summed(even)
    return hard * (1 - label_smoothing) + even * (label_smoothing / classes)


def _by_class(values: Any, weight: Any, axis: int) -> Any:
    if weight is None:
        return values
    return values * weight.reshape((-1,) + (1,) * (values.ndim - 1 - axis))


def _soft_cross_entropy(
    input: Any, target: Any, weight: Any, code: int, ignore_index: int, label_smoothing: float
) -> Any:
    """cross_entropy for a target of probabilities."""
    x, t = array(input), array(target)
    if t.dtype.kind != "f":
        raise RuntimeError(
            f"Expected floating point type for target with class probabilities, got {target.dtype}; for labels leave "
            "out the axis of classes"
        )
    if ignore_index >= 0:
        raise RuntimeError(f"ignore_index is not supported for floating point target, got {ignore_index}")
    axis = min(x.ndim - 1, 1)
    classes = x.shape[axis]
    if weight is not None and weight.shape != (classes,):
        raise RuntimeError(
            f"cross_entropy: weight tensor should be defined either for all {classes} classes or no classes but got "
            f"weight tensor of shape: {list(weight.shape)}"
        )
    if label_smoothing:
        target = target * (1 - label_smoothing) + label_smoothing / classes
    loss = _by_class(log_softmax(input, axis) * target, weight, axis)
    if code == _NONE:
        return -loss.sum(axis)
    total = -summed(loss)
    return named(total / (x.size / classes if x.size else 0), "DivBackward1") if code == _MEAN else total
