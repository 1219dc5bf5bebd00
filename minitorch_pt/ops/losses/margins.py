"""Losses with a margin: 0 once the right answer leads the wrong ones by enough, so that nobody works on what is right already.

As in common.py, x is the prediction and t the target: 1 and -1 for yes and no, or numbers of classes. What is smooth or made of
other operations is composed; the losses over classes are rules.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

import numpy as np

from ...arrays.dtypes import TITLES, checked
from ...autograd.contract import composed
from ...autograd.rule import array, differentiable
from ..checks import check_constant, check_floating
from ..distances import pairwise_distance
from ..elementwise.activations import logsigmoid
from ..elementwise.choosing import clamp_min, minimum, where
from ..elementwise.exponentials import sqrt
from ..halves import by_step
from ..picking import depending
from ..reductions import sum
from .classification import TINY
from .common import fitting, reduced, reduced_and_share, reduction_code

if TYPE_CHECKING:
    from ...autograd.contract import Array, Flag, Number, Pulled, Tensor


__all__: list[str] = []  # torch has these under nn.functional; top_level.py has those that it also has at the top


# ---------------------------------------------------------------------------------------------------------------------
# Yes or no
# ---------------------------------------------------------------------------------------------------------------------
@composed
def margin_ranking_loss(
    input1: Tensor,
    input2: Tensor,
    target: Tensor,
    margin: float = 0,
    size_average: Flag | None = None,
    reduce: Flag | None = None,
    reduction: str = "mean",
) -> Tensor:
    """max(0, margin - t (x1 - x2)): x1 should be larger than x2 by the margin where t = 1, smaller where t = -1.

    Raises:
        ValueError: unknown reduction. RuntimeError: the numbers of axes differ, or the shapes do not broadcast.

    >>> F.margin_ranking_loss(torch.tensor([1.0, 1.0]), torch.tensor([3.0, 0.0]), torch.tensor([1, 1]), reduction="none")
    tensor([2., 0.])
    """
    code = reduction_code(reduction, size_average, reduce)
    if not input1.ndim == input2.ndim == target.ndim:
        raise RuntimeError(
            "margin_ranking_loss : All input tensors should have same dimension but got sizes: "
            f"input1: {input1.shape}, input2: {input2.shape}, target: {target.shape}"
        )
    return reduced(clamp_min(-target * (input1 - input2) + float(margin), 0), code)


@composed
def hinge_embedding_loss(
    input: Tensor,
    target: Tensor,
    margin: float = 1.0,
    size_average: Flag | None = None,
    reduce: Flag | None = None,
    reduction: str = "mean",
) -> Tensor:
    """x where t = 1, max(0, margin - x) where t = -1, x being a distance: alike should be near, others farther than the margin.

    Raises:
        ValueError: unknown reduction. RuntimeError: the shapes do not broadcast.

    >>> F.hinge_embedding_loss(torch.tensor([0.25, 0.25]), torch.tensor([1, -1]), reduction="none")
    tensor([0.2500, 0.7500])
    """
    code = reduction_code(reduction, size_average, reduce)
    margin = float(margin) if input.dtype.is_floating_point else int(margin)  # it takes the type of the input
    far = where(target != 1, clamp_min(margin - input, 0), 0)
    return reduced(far + where(target != -1, input, 0), code)


@composed
def cosine_embedding_loss(
    input1: Tensor,
    input2: Tensor,
    target: Tensor,
    margin: float = 0,
    size_average: Flag | None = None,
    reduce: Flag | None = None,
    reduction: str = "mean",
) -> Tensor:
    """1 - cos(x1, x2) where t = 1, max(0, cos(x1, x2) - margin) where t = -1: alike should point the same way.

    Shapes: inputs (N, D) and target (N), or (D) and ().

    Raises:
        ValueError: unknown reduction. RuntimeError: other shapes.

    >>> F.cosine_embedding_loss(torch.tensor([[1.0, 0.0]]), torch.tensor([[0.0, 2.0]]), torch.tensor([1]))  # 1 - cos 90°
    tensor(1.)
    """
    code = reduction_code(reduction, size_average, reduce)
    if target.ndim > 1:
        raise RuntimeError(f"0D or 1D target tensor expected, multi-target not supported: got {list(target.shape)}")
    if not input1.ndim == input2.ndim == target.ndim + 1:
        raise RuntimeError(
            f"{target.ndim}D target tensor expects {target.ndim + 1}D input tensors, but found inputs with sizes "
            f"{list(input1.shape)} and {list(input2.shape)}."
        )
    product = sum(input1 * input2, target.ndim)
    length1, length2 = (sum(x * x, target.ndim) + TINY for x in (input1, input2))
    cosine = product / sqrt(length1 * length2)
    alike = where(target == 1, 1 - cosine, 0)
    return reduced(alike + where(target == -1, clamp_min(cosine - float(margin), 0), 0), code)


@differentiable(saves="input target")
def _soft_margin_loss(input: Array, target: Array, code: int) -> Pulled:
    wrong = by_step(np.exp, -target * input)
    value, share = reduced_and_share(np.log1p(wrong), code)
    return value, lambda g: -target * wrong / (1 + wrong) * (g * share)


@composed
def soft_margin_loss(
    input: Tensor,
    target: Tensor,
    size_average: Flag | None = None,
    reduce: Flag | None = None,
    reduction: str = "mean",
) -> Tensor:
    """log(1 + e^(-t x)): binary cross entropy of scores for targets 1 and -1.

    Raises:
        ValueError: unknown reduction.
        RuntimeError: the input is not floating point, the target requires grad, or the shapes do not broadcast.

    >>> F.soft_margin_loss(torch.tensor([0.0]), torch.tensor([1.0]))  # log 2
    tensor(0.6931)
    """
    code = reduction_code(reduction, size_average, reduce)
    check_constant("soft_margin_loss", target=target)
    if array(input).dtype.kind != "f":
        raise RuntimeError(
            f"result type Float can't be cast to the desired output type {input.dtype}: soft_margin_loss needs a floating "
            "point input; convert it with .float()"
        )
    fitting(input, target)
    return _soft_margin_loss(input, target.to(input.dtype), code)


# ---------------------------------------------------------------------------------------------------------------------
# Classes
# ---------------------------------------------------------------------------------------------------------------------
def _check_scores(name: str, input: Array) -> None:
    """Raise if these are not scores (N, C) or (C)."""
    x = array(input)
    if x.ndim > 2 or 0 in x.shape[-1:]:
        raise RuntimeError(
            f"Expected non-empty vector or matrix with optional 0-dim batch size, but got: {list(x.shape)}; {name} needs "
            "scores (N, C) or (C)"
        )
    check_floating(name, input)


def _check_labels(labels: np.ndarray) -> None:
    if labels.dtype != np.int64:
        raise RuntimeError(
            f"expected scalar type Long but found {TITLES[labels.dtype.name]}: convert the labels with .long()"
        )


@differentiable(name="MultiMarginLossBackward0", saves="input target weight")
def _multi_margin_loss(input: Array, target: Array, weight: Array | None, code: int, p: int, margin: float) -> Pulled:
    classes = input.shape[-1] if input.ndim else 1
    t = array(target).reshape(-1, 1)
    x = input.reshape((len(t), classes))
    right = t == np.arange(classes)
    score = np.where(right, x, 0).sum(axis=1, keepdims=True)
    lack = margin - score + x  # how much the right class's lead over each falls short of the margin
    counts = (array(lack) > 0) & ~right
    lack = np.where(counts, lack, 0)
    scale = 1 / classes if weight is None else array(weight)[t] / classes
    losses = np.where(counts, lack**p * scale, 0)  # a weight of inf times nothing is nothing
    value, share = reduced_and_share(losses.sum(axis=1).reshape(target.shape), code)

    def pull(g: Array) -> Array:
        slope = np.where(counts, lack ** (p - 1) * (scale * (p * share)) * g.reshape((-1, 1)), 0)
        flow = slope - np.where(right, slope.sum(axis=1, keepdims=True), 0)
        return depending(flow.reshape(input.shape), input)

    return value, pull


@composed
def multi_margin_loss(
    input: Tensor,
    target: Tensor,
    p: Number = 1,
    margin: Number = 1.0,
    weight: Tensor | None = None,
    size_average: Flag | None = None,
    reduce: Flag | None = None,
    reduction: str = "mean",
) -> Tensor:
    """Σ w[t] max(0, margin - x[t] + x[j])^p / C over the wrong classes j: the score of the right class t should lead all others.

    Shapes: input (N, C) or (C); target (N), () or (1); weight (C).

    Raises:
        ValueError: unknown reduction, p is neither 1 nor 2, or the weight has not one axis.
        RuntimeError: a label is no class, labels are not int64, or other shapes.

    >>> F.multi_margin_loss(torch.tensor([[0.5, 1.0]]), torch.tensor([0]))  # (1 - 0.5 + 1) / 2 classes
    tensor(0.7500)
    """
    code = reduction_code(reduction, size_average, reduce)
    if p not in (1, 2):
        raise ValueError(f"only p == 1 and p == 2 supported, got {p}")
    if weight is not None and weight.ndim != 1:
        raise ValueError(f"weight must be one-dimensional, a number for each class, but has shape {list(weight.shape)}")
    _check_scores("multi_margin_loss", input)
    checked(margin, array(input).dtype)
    check_constant("multi_margin_loss", weight=weight)
    samples = input.shape[0] if input.ndim == 2 else 1
    classes = input.shape[-1] if input.ndim else 1
    labels = array(target)
    if labels.ndim > 1 or labels.size != samples:
        raise RuntimeError(
            "multi_margin_loss: target tensor should be 1-D with size equal to the number of input samples (batch size). "
            f"Expected target size [{samples}], but got {list(labels.shape)}. Input has shape {list(input.shape)}."
        )
    if weight is not None and weight.shape != (classes,):
        raise RuntimeError(f"inconsistent weight size, expected {classes} but got {list(weight.shape)}")
    _check_labels(labels)
    if weight is not None and weight.dtype != input.dtype:
        raise RuntimeError(
            f"expected scalar type {TITLES[input.dtype.name]} but found {TITLES[weight.dtype.name]}: give the weight the input's dtype"
        )
    if ((labels < 0) | (labels >= classes)).any():
        raise RuntimeError(f"target out of range: there are {classes} classes, so labels go from 0 to {classes - 1}")
    return _multi_margin_loss(input, target, weight, code, p, margin)


@differentiable(saves="input target")
def _multilabel_margin_loss(input: Array, target: Array, code: int) -> Pulled:
    shape = input.shape
    classes = shape[-1] if shape else 1
    x, labels = array(input).reshape(-1, classes), array(target).reshape(-1, classes)
    listed = np.logical_and.accumulate(labels >= 0, axis=1)
    longest = int(listed.sum(axis=1).max(initial=0))
    listed, labels = listed[:, :longest], np.where(listed, labels, 0)[:, :longest]
    rows, places = np.nonzero(listed)
    wrong = np.ones(x.shape, bool)
    wrong[rows, labels[rows, places]] = False
    lack = 1 - np.take_along_axis(x, labels, 1)[:, :, None] + x[:, None, :]  # (N, label, class)
    counts = (lack > 0) & listed[:, :, None] & wrong[:, None, :]
    value, share = reduced_and_share((np.where(counts, lack, 0).sum(axis=(1, 2)) / classes).reshape(shape[:-1]), code)

    def pull(g: Array) -> Array:
        slope = counts.sum(axis=1).astype(x.dtype)
        np.subtract.at(slope, (rows, labels[rows, places]), counts.sum(axis=2)[rows, places])
        return depending((slope * (share / classes) * g.reshape((-1, 1))).reshape(shape), input)

    return value, pull


@composed
def multilabel_margin_loss(
    input: Tensor,
    target: Tensor,
    size_average: Flag | None = None,
    reduce: Flag | None = None,
    reduction: str = "mean",
) -> Tensor:
    """Σ max(0, 1 - x[t] + x[j]) / C over the right classes t and the wrong classes j: each right one should lead each wrong one.

    Shapes: input and target (N, C) or (C). A row of the target lists the right classes; the first -1 ends the list.

    Raises:
        ValueError: unknown reduction.
        RuntimeError: a label is neither -1 nor a class, labels are not int64, or the shapes differ.

    >>> F.multilabel_margin_loss(torch.tensor([[0.5, 1.0]]), torch.tensor([[0, -1]]))
    tensor(0.7500)
    """
    code = reduction_code(reduction, size_average, reduce)
    _check_scores("multilabel_margin_loss", input)
    if input.ndim + target.ndim == 1:  # one of the two is a number
        input, target = input.reshape(-1), target.reshape(-1)
    if target.shape != input.shape:
        raise RuntimeError(f"inconsistent target size: {list(target.shape)} for input of size: {list(input.shape)}")
    labels, classes = array(target), input.shape[-1] if input.ndim else 1
    _check_labels(labels)
    if ((labels < -1) | (labels >= classes)).any():
        raise RuntimeError(
            f"argument #2 'target' is out of range: there are {classes} classes, so labels go from 0 to {classes - 1}, and -1 "
            "ends a list"
        )
    return _multilabel_margin_loss(input, target, code)


@composed
def multilabel_soft_margin_loss(
    input: Tensor,
    target: Tensor,
    weight: Tensor | None = None,
    size_average: Flag | None = None,
    reduce: Flag | None = None,
    reduction: str = "mean",
) -> Tensor:
    """The mean over classes of -w (t log sigmoid(x) + (1 - t) log sigmoid(-x)): a yes or no for each class, t being 0 or 1.

    Shapes: input and target (N, C) or (C) -> (N) or (), unless reduced; weight broadcasts to the input.

    Raises:
        ValueError: unknown reduction.

    >>> F.multilabel_soft_margin_loss(torch.tensor([[0.0, 0.0]]), torch.tensor([[1.0, 0.0]]))  # log 2
    tensor(0.6931)
    """
    code = reduction_code(reduction, size_average, reduce)
    loss = -(target * logsigmoid(input) + (1 - target) * logsigmoid(-input))
    if weight is not None:
        loss = loss * weight
    return reduced(sum(loss, input.ndim - 1) / input.shape[-1], code)


# ---------------------------------------------------------------------------------------------------------------------
# Triplets
# ---------------------------------------------------------------------------------------------------------------------
def _triplet(
    anchor: Array, positive: Array, negative: Array, distance: Callable, margin: float, swap: bool, code: int
) -> Array:
    if margin <= 0:
        raise ValueError(f"margin must be greater than 0, got {margin}")
    if not anchor.ndim == positive.ndim == negative.ndim:
        raise RuntimeError(
            "The anchor, positive, and negative tensors are expected to have the same number of dimensions, but got: "
            f"anchor {anchor.ndim}D, positive {positive.ndim}D, and negative {negative.ndim}D inputs"
        )
    near, far = distance(anchor, positive), distance(anchor, negative)
    if swap:
        far = minimum(far, distance(positive, negative))
    return reduced(clamp_min(margin + near - far, 0), code)


@composed
def triplet_margin_loss(
    anchor: Tensor,
    positive: Tensor,
    negative: Tensor,
    margin: float = 1.0,
    p: float = 2,
    eps: float = 1e-6,
    swap: bool = False,
    size_average: Flag | None = None,
    reduce: Flag | None = None,
    reduction: str = "mean",
) -> Tensor:
    """max(0, margin + d(a, p) - d(a, n)), d being the p-norm of the difference + eps: the anchor should be nearer to the positive
    than to the negative, by the margin.

    swap: the negative's distance is the smaller of those from the anchor and from the positive.

    >>> anchor, near, far = torch.tensor([0.0, 0.0]), torch.tensor([0.0, 1.0]), torch.tensor([1.5, 0.0])
    >>> torch.nn.functional.triplet_margin_loss(anchor, near, far)  # 1 + 1 - 1.5
    tensor(0.5000)

    Shapes: (N, D) or (D) -> (N) or (), unless reduced.

    Raises:
        ValueError: unknown reduction, or margin <= 0. RuntimeError: the numbers of axes differ, or the shapes do not broadcast.

    Source: Balntas et al. 2016, doi:10.5244/C.30.119.
    """
    code = reduction_code(reduction, size_average, reduce)

    def distance(x: Array, y: Array) -> Array:
        return pairwise_distance(x, y, p, eps)

    return _triplet(anchor, positive, negative, distance, margin, swap, code)


@composed
def triplet_margin_with_distance_loss(
    anchor: Tensor,
    positive: Tensor,
    negative: Tensor,
    *,
    distance_function: object = None,
    margin: float = 1.0,
    swap: Flag = False,
    reduction: str = "mean",
) -> Tensor:
    """`triplet_margin_loss` with a distance of your own: any function of two tensors; by default `pairwise_distance`.

    Raises:
        ValueError: unknown reduction, or margin <= 0. RuntimeError: the numbers of axes differ.

    >>> a, p, n = torch.tensor([[0.0]]), torch.tensor([[1.0]]), torch.tensor([[1.5]])
    >>> F.triplet_margin_with_distance_loss(a, p, n, distance_function=lambda x, y: (x - y).abs().sum(1))  # 1 - 1.5 + 1
    tensor(0.5000)
    """
    code = reduction_code(reduction)
    distance: Any = pairwise_distance if distance_function is None else distance_function
    return _triplet(anchor, positive, negative, distance, margin, swap, code)
