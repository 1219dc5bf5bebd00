"""Losses of classes: how improbable a prediction makes its target, yes or no or one of many."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

import numpy as np

from ...arrays.dtypes import TITLES
from ...arrays.places import flat_places
from ...arrays.rows import largest, ones, starts
from ...arrays.sums import summed
from ...autograd.contract import composed
from ...autograd.rule import array, differentiable, named
from ..checks import check_constant, check_floating
from ..elementwise.activations import logsigmoid, sigmoid
from ..elementwise.choosing import where
from ..elementwise.softmaxes import log_softmax
from ..picking import depending
from .common import MEAN, NONE, SUM, fitting, other_size, reduced_and_share, reduction_code

if TYPE_CHECKING:
    from ...autograd.contract import Array, Flag, Pulled, Tensor


# ---------------------------------------------------------------------------------------------------------------------
# Yes or no
# ---------------------------------------------------------------------------------------------------------------------
TINY = float(np.float32(1e-12))  # torch's constant has single precision


@differentiable
def _bce_slope(input: Array, target: Array) -> Pulled:
    """(x - t) / ((1 - x)·x), kept finite next to 0 and 1 as torch does: the slope by a floor, its own slope by small terms."""
    room = np.maximum((1 - array(input)) * array(input), TINY)
    return (
        (array(input) - array(target)) / room,
        lambda g: g * (input * input - 2 * input * target + target) / ((input + 1e-12) ** 2 * (1 - input + 1e-12) ** 2),
        lambda g: -g / np.maximum((1 - input) * input, 1e-12),
    )


@differentiable(name="BinaryCrossEntropyBackward0", saves="input target weight")
def _binary_cross_entropy(input: Array, target: Array, weight: Array | None, code: int) -> Pulled:
    x = array(input)
    yes, no = np.maximum(np.log(x), -100), np.maximum(np.log1p(-x), -100)
    factor = 1.0 if weight is None else weight
    value, share = reduced_and_share(((target - 1) * no - target * yes) * factor, code)
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

    >>> F.binary_cross_entropy(torch.tensor([0.5, 1.0]), torch.tensor([1.0, 1.0]))  # the mean of log 2 and 0
    tensor(0.3466)
    """
    if target.shape != input.shape:
        raise ValueError(
            f"Using a target size ({target.shape}) that is different to the input size ({input.shape}) is deprecated. "
            f"Please ensure they have the same size.{other_size(input, target)}"
        )
    code = reduction_code(reduction, size_average, reduce)
    check_floating("binary_cross_entropy", input)
    if target.dtype != input.dtype:
        found, wanted = (TITLES[x.dtype.name] for x in (target, input))
        raise RuntimeError(f"Found dtype {found} but expected {wanted}: convert the target with .to(input.dtype)")
    check_constant("binary_cross_entropy", weight=weight)
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
def _binary_cross_entropy_with_logits(
    input: Array, target: Array, weight: Array | None, pos_weight: Array | None, code: int
) -> Pulled:
    positive = 1.0 if pos_weight is None else pos_weight
    yes = positive * target
    both = 1.0 if pos_weight is None else yes + 1 - target  # a target far above 1 would lose the 1
    loss = (1 - target) * input - both * logsigmoid.rule(input)
    factor = 1.0 if weight is None else weight
    value, share = reduced_and_share(loss * factor, code)
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

    >>> F.binary_cross_entropy_with_logits(torch.tensor([0.0]), torch.tensor([1.0]))  # log 2
    tensor(0.6931)
    """
    if target.shape != input.shape:
        raise ValueError(
            f"Target size ({target.shape}) must be the same as input size ({input.shape}).{other_size(input, target)}"
        )
    code = reduction_code(reduction, size_average, reduce)
    check_floating("binary_cross_entropy_with_logits", input)
    if array(target).dtype.kind != "f":
        raise RuntimeError(
            f"result type Float can't be cast to the desired output type {target.dtype}: the target must be floating "
            "point; convert it with .float()"
        )
    check_constant("binary_cross_entropy_with_logits", weight=weight, pos_weight=pos_weight)
    fitting(input, weight, pos_weight)
    return _binary_cross_entropy_with_logits(input, target, weight, pos_weight, code).to(target.dtype)


# ---------------------------------------------------------------------------------------------------------------------
# One of many
# ---------------------------------------------------------------------------------------------------------------------
def _check_classes(input: Array, target: Array, weight: Array | None) -> Array:
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
        _check_labels(t)
        if len(t) != 1:
            raise ValueError(f"For 1D input, 1D target must have size 1, but got target size: {len(t)}")
        target, t = target.reshape(()), t.reshape(())
    if x.shape[:1] * (x.ndim > 1) + x.shape[2:] != t.shape:
        if x.ndim <= 2:
            hint = "0D or 1D target tensor expected, multi-target not supported"
        elif x.ndim != 4:
            hint = f"Expected target size {[len(x), *x.shape[2:]]}, got {list(t.shape)}"
        elif t.ndim != 3:
            hint = f"only batches of spatial targets supported (3D tensors) but got targets of dimension: {t.ndim}"
        else:
            hint = "size mismatch"
        raise RuntimeError(
            f"{hint} (got input: {list(x.shape)}, target: {list(t.shape)}); the target has the input's shape without "
            f"the axis of classes: {'target.squeeze(1)' if t.shape[1:2] == (1,) else 'target.argmax(1) makes class indices of one-hot rows'}"
        )
    check_floating("nll_loss", input)
    _check_labels(t)
    classes = x.shape[min(x.ndim - 1, 1)]
    if weight is not None:
        check_constant("nll_loss", weight=weight)
        if weight.shape != (classes,):
            raise RuntimeError(
                f"weight tensor should be defined either for all {classes} classes or no classes but got weight tensor "
                f"of shape: {list(weight.shape)}"
            )
        if weight.dtype != input.dtype:
            raise RuntimeError(
                f"expected scalar type {TITLES[input.dtype.name]} but found {TITLES[weight.dtype.name]}: weight must have the input's dtype"
            )
    return target


def _check_labels(target: np.ndarray) -> None:
    if target.dtype not in (np.int64, np.uint8):
        raise RuntimeError(
            f"expected target dtype to be Long or Byte, but got torch.{target.dtype.name}; convert labels with .long()"
        )


def _nll_name(
    input: Array | None = None,
    target: Array | None = None,
    weight: Array | None = None,
    code: int = MEAN,
    *rest: object,
) -> str:
    """torch has kernels for (N, C) and (N, C, H, W), and reshapes other inputs."""
    ndim = 2 if input is None else input.ndim
    return "NllLossBackward0" if ndim < 3 else "NllLoss2DBackward0" if ndim == 4 or code != NONE else "ViewBackward0"


def _labels(target: Array, classes: int, ignore_index: int) -> tuple[Array, Array]:
    """(labels with 0 in place of ignored ones, which are not ignored).

    Raises:
        IndexError: a label is no class.
    """
    if target.dtype is _LONG and target.ndim and _all_below(classes, target) and not 0 <= ignore_index < classes:
        return target, np.ones(target.shape, bool)
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
def _nll_loss(input: Array, target: Array, weight: Array | None, code: int, ignore_index: int) -> Pulled:
    x, t = array(input), array(target)
    axis = min(x.ndim - 1, 1)
    frequent = weight is None and code == MEAN and x.ndim == 2 and t.dtype is _LONG
    if frequent and not 0 <= ignore_index < x.shape[1] and _all_below(x.shape[1], t):
        return _mean_of_right(input, x, t)
    labels, valid = _labels(t, x.shape[axis], ignore_index)
    places = labels.reshape((*x.shape[:axis], 1, *x.shape[axis + 1 :]))
    w = valid.astype(x.dtype) if weight is None else array(weight)[labels] * valid
    spots = flat_places(places, axis, x.shape)
    loss = np.where(valid, -w * x.reshape(-1).take(spots).reshape(labels.shape), x.dtype.type(0))
    total = summed(w) if code == MEAN else 1.0
    value = loss if code == NONE else summed(loss) / total

    def pull(g: Array) -> Array:
        slope = np.zeros(x.shape, x.dtype)
        share = g if code == NONE else g / (total or 1.0)
        if x is input:  # places that are not chosen stay 0, and are not -0 or nan
            slope.reshape(-1)[spots] = np.where(valid, -w * share, x.dtype.type(0)).reshape(spots.shape)
            return slope
        slope.reshape(-1)[spots] = np.where(valid, -w, x.dtype.type(0)).reshape(spots.shape)
        flow = slope * (np.expand_dims(share, axis) if code == NONE else share)
        return depending(np.where(slope == 0, 0.0, flow), input)

    return value, pull


def _mean_of_right(input: Array, x: np.ndarray, labels: np.ndarray) -> tuple[Array, Callable]:
    """Value and gradient of `_nll_loss` in the most frequent case: a mean over a batch in which all labels count."""
    n = len(x)
    rows = np.arange(n)

    def pull(g: Array) -> Array:
        slope = np.zeros(x.shape, x.dtype)
        if x is input:  # places that are not chosen stay 0, and are not -0
            slope[rows, labels] = -g / n
            return slope
        slope[rows, labels] = -1
        return depending(slope * (g / n), input)

    return -summed(x[rows, labels]) / n, pull


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

    >>> F.nll_loss(torch.tensor([[-0.5, -2.0], [-3.0, -1.0]]), torch.tensor([0, 1]))
    tensor(0.7500)
    """
    code = reduction_code(reduction, size_average, reduce)
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


def _cross_entropy_plain(input: Array, target: Array) -> Array:
    return _nll_loss(log_softmax(input, 1), target, None, MEAN, -100)


@differentiable(name="NllLossBackward0", plain=_cross_entropy_plain, exact=True, saves="target")
def _cross_entropy(input: Array, target: Array) -> Pulled:
    """The mean over a batch of log Σ e^x - x[t]. Its slope is softmax(x), minus 1 at the right class.

    One node in place of two, and half of the passes over the scores.
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
) -> Tensor:
    """nll_loss(log_softmax(x), t): log Σ e^x - x[t] for unnormalised scores x and the number t of the right class.

    The target may also hold a probability for each class, in the input's shape: -Σ t log_softmax(x).
    label_smoothing: this part of the target is spread evenly over all classes. weight, ignore_index: as for `nll_loss`.

    Shapes: input (C), (N, C) or (N, C, d1, ...); target (), (N) or (N, d1, ...), or as input; weight (C).

    Raises:
        IndexError: a label is no class.
        ValueError: unknown reduction, or batch sizes differ.
        RuntimeError: other shapes do not match, labels are not int64 or uint8, or label_smoothing is above 1.

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
    code = reduction_code(reduction, size_average, reduce)
    if not label_smoothing > 0:  # torch takes all other numbers for none
        label_smoothing = 0.0
    if label_smoothing > 1:
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
    even = _evenly(scores, t, weight, code, ignore_index, axis)
    return hard * (1 - label_smoothing) + even * (label_smoothing / x.shape[axis])


def _evenly(
    scores: Tensor, labels: np.ndarray, weight: Tensor | None, code: int, ignore_index: int, axis: int
) -> Tensor:
    """The sum over all classes of the loss that each would have as the label: what label smoothing mixes in."""
    labels, valid = _labels(labels, scores.shape[axis], ignore_index)
    even = where.rule(valid, -_by_class(scores, weight, axis).sum(axis), 0)
    if code == MEAN:
        even = summed(even) / float(valid.sum() if weight is None else summed(array(weight)[labels] * valid))
    elif code == SUM:
        even = summed(even)
    return even


def _by_class(values: Array, weight: Array | None, axis: int) -> Array:
    if weight is None:
        return values
    return values * weight.reshape((-1,) + (1,) * (values.ndim - 1 - axis))


def _soft_cross_entropy(
    input: Array, target: Array, weight: Array | None, code: int, ignore_index: int, label_smoothing: float
) -> Array:
    """cross_entropy for a target of probabilities."""
    x, t = array(input), array(target)
    if t.dtype.kind != "f":
        raise RuntimeError(
            f"Expected floating point type for target with class probabilities, got {target.dtype}: give class "
            "indices without the axis of classes, of one-hot rows target.argmax(1), or probabilities, target.float()"
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
    if code == NONE:
        return -loss.sum(axis)
    total = -summed(loss)
    return named(total / (x.size / classes if x.size else 0), "DivBackward1") if code == MEAN else total
