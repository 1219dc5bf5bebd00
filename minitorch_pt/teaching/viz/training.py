"""How learning went: learning curves, decision boundaries, fits too loose and too tight, confusion."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

import numpy as np
from matplotlib.axes import Axes
from matplotlib.colors import to_rgb
from matplotlib.figure import Figure
from matplotlib.ticker import MaxNLocator

from ...autograd import no_grad
from ...nn import Module
from ...tensors.creation import from_numpy
from .style import (
    BLUE,
    CYCLE,
    DASHES,
    HATCHES,
    INK,
    MARKERS,
    VERMILION,
    WIDTH,
    Picture,
    describe,
    number,
    picture,
    plain_axes,
    to_array,
)
from .words import translator

__all__ = ["boundary", "confusion", "fit", "history"]


def _run(model: Callable, x: np.ndarray) -> np.ndarray:
    """What the model says of x, in eval mode, which is left as it was."""
    modules = [m for m in model.modules() if m.training] if isinstance(model, Module) else []
    for module in modules:
        module.training = False
    try:
        with no_grad():
            return to_array(model(from_numpy(x)), "the model's output")
    finally:
        for module in modules:
            module.training = True


@picture
def history(
    curves: Mapping[str, Any],
    *,
    ylabel: str | None = None,
    log: bool = False,
    language: str | None = None,
    ax: Axes | None = None,
) -> Figure:
    """Learning curves: one line for each entry, {"training": [...], "validation": [...]}, a value an epoch.

    Args:
        ylabel: what is measured; by default the loss.
        log: show the values on a logarithmic axis.

    Raises:
        ValueError: there is no curve, more than 6, or one is not a list of numbers.
    """
    word = translator(language)
    if not 1 <= len(curves) <= len(CYCLE):
        raise ValueError(f"history() draws 1 to {len(CYCLE)} curves, got {len(curves)}")
    ax = plain_axes(ax)
    parts = []
    for place, (name, values) in enumerate(curves.items()):
        y = to_array(values, f"curve {name!r}", (1,))
        marker = MARKERS[place] if len(y) <= 20 else None
        epochs = np.arange(1, len(y) + 1)
        ax.plot(
            epochs,
            y,
            color=CYCLE[place],
            linestyle=DASHES[place],
            marker=marker,
            markersize=4.5,
            linewidth=2,
            label=name,
        )
        parts.append(word("{name} from {first} to {last}", name=name, first=number(y[0]), last=number(y[-1])))
    ax.xaxis.set_major_locator(MaxNLocator(integer=True))
    ax.set(xlabel=word("epoch"), ylabel=ylabel or word("loss"), yscale="log" if log else "linear")
    ax.legend()
    return describe(ax, word("Learning curves. {what}: {curves}", what=ylabel or word("loss"), curves="; ".join(parts)))


def _scores(model: Callable, points: np.ndarray) -> np.ndarray:
    """(N, classes): the model's scores; of one score, which is positive for class 1, class 0 has 0."""
    scores = _run(model, points).reshape(len(points), -1).astype(np.float64)
    return np.concatenate([np.zeros_like(scores), scores], 1) if scores.shape[1] == 1 else scores


def _regions(ax: Axes, xs: np.ndarray, ys: np.ndarray, scores: np.ndarray, classes: int) -> None:
    """Where each class has the highest score, and the lines between."""
    levels = np.arange(classes + 1) - 0.5
    pale = [tuple(1 - 0.28 * (1 - np.array(to_rgb(c)))) for c in CYCLE[:classes]]
    with_hatch = ax.contourf(xs, ys, scores.argmax(-1), levels, colors=pale, hatches=list(HATCHES[:classes]))
    with_hatch.set_edgecolor("white")
    for c in range(1, scores.shape[-1]):  # the line of equal scores is smooth, the edges of the regions are stairs
        lead = scores[..., c] - np.delete(scores, c, -1).max(-1)
        if lead.min() <= 0 < lead.max():  # a hair above 0: a tie goes to the lower class
            ax.contour(xs, ys, lead, [1e-6 * lead.max()], colors=INK, linewidths=1.2)


def _samples(ax: Axes, points: np.ndarray, labels: np.ndarray, names: Sequence[str]) -> None:
    """The samples of each class, with its marker."""
    for c, name in enumerate(names):
        ax.plot(
            *points[labels == c].T,
            linestyle="none",
            marker=MARKERS[c],
            markersize=6,
            color=CYCLE[c],
            markeredgecolor="white",
            markeredgewidth=0.6,
            label=name,
        )


@picture
def boundary(
    model: Callable,
    x: Any,
    y: Any,
    *,
    names: Sequence[str] | None = None,
    language: str | None = None,
    ax: Axes | None = None,
) -> Figure:
    """The regions in which a model answers with each class, and the samples, whose marker tells what they are.

    Args:
        model: from points (N, 2) to a score per class (N, classes), or to one score (N, 1) or (N,) that is positive for class 1.
        x, y: points (N, 2) and their classes (N,), from 0.
        names: of the classes.

    Raises:
        ValueError: x or y have other shapes, or there are more than 6 classes.
    """
    word = translator(language)
    points, labels = to_array(x, "x", (2,)), to_array(y, "y").ravel().astype(np.int64)
    if points.shape[1] != 2 or len(labels) != len(points):
        raise ValueError(f"boundary() draws points (N, 2) with labels (N,), got {points.shape} and {labels.shape}")
    room = 0.12 * np.ptp(points, axis=0) + 1e-6
    xs, ys = (np.linspace(a - r, b + r, 160) for a, b, r in zip(points.min(0), points.max(0), room, strict=True))
    kind = points.dtype if points.dtype.kind == "f" else np.float32
    grid = np.stack(np.meshgrid(xs, ys), -1).reshape(-1, 2).astype(kind)
    scores = _scores(model, np.concatenate([grid, points.astype(kind)]))
    said = scores.argmax(1)
    classes = int(max(said.max(), labels.max())) + 1
    if classes > len(CYCLE) or labels.min() < 0 or (names is not None and len(names) < classes):
        raise ValueError(
            f"boundary() draws at most {len(CYCLE)} classes, numbered from 0, each with a name if any has, got labels from {labels.min()} to {labels.max()} and scores of {scores.shape[1]} classes"
        )
    ax = plain_axes(ax, 5.2, 4.0)
    _regions(ax, xs, ys, scores[: len(grid)].reshape(160, 160, -1), classes)
    called = names if names is not None else [word("class {c}", c=c) for c in range(classes)]
    _samples(ax, points, labels, called[:classes])
    right = float((said[len(grid) :] == labels).mean())
    ax.set(
        xlabel="$x_1$", ylabel="$x_2$", title=word("{right} of {n} samples right", right=f"{right:.1%}", n=len(labels))
    )
    ax.legend(loc="upper left", bbox_to_anchor=(1.0, 1.0))
    return describe(
        ax,
        word(
            "Decision boundary between {classes} classes. {right} of {n} samples lie on the right side",
            classes=classes,
            right=f"{right:.1%}",
            n=len(labels),
        ),
    )


@picture
def fit(x: Any, y: Any, models: Mapping[str, Callable], *, language: str | None = None) -> Figure:
    """Models of one input beside each other on the same samples: one too simple, one right, one that memorised.

    Args:
        x, y: samples, (N,) or (N, 1).
        models: title and model, from inputs (N, 1) to (N, 1) or (N,): {"underfitting": small, "good fit": right, "overfitting": large}.

    Raises:
        ValueError: x and y differ in length, x has more than one feature, or there are not 1 to 4 models.
    """
    word = translator(language)
    a, b = to_array(x, "x"), to_array(y, "y")
    if a.size != len(a) or a.size != b.size or not 1 <= len(models) <= 4:
        raise ValueError(
            f"fit() draws 1 to 4 models on samples of one feature, got x {a.shape}, y {b.shape} and {len(models)} models"
        )
    kind = a.dtype if a.dtype.kind == "f" else np.dtype(np.float32)
    a, b = a.ravel().astype(kind), b.ravel()
    room = 0.08 * np.ptp(a)
    line = np.linspace(a.min() - room, a.max() + room, 301).astype(kind)
    figure = Picture(figsize=(WIDTH, 3.1), layout="constrained")
    panels = figure.subplots(1, len(models), sharey=True, squeeze=False)[0]
    low, high = b.min() - 0.35 * np.ptp(b), b.max() + 0.35 * np.ptp(b)
    parts = []
    for ax, (title, model) in zip(panels, models.items(), strict=True):
        values, errors = _run(model, line[:, None]).ravel(), _run(model, a[:, None]).ravel() - b
        ax.plot(line, values, color=VERMILION, linewidth=2)
        ax.plot(a, b, linestyle="none", marker="o", markersize=5, color=BLUE, markeredgecolor="white")
        error = number(float(np.mean(errors**2)))
        ax.set(title=title, xlabel="x\n" + word("mean squared\nerror: {error}", error=error), ylim=(low, high))
        parts.append(f"{title}: {word('mean squared error')} {error}")
    panels[0].set_ylabel("y")
    return describe(
        panels[0], word("Curves of {n} models on the same samples. {parts}", n=len(models), parts="; ".join(parts))
    )


@picture
def confusion(
    matrix: Any, *, names: Sequence[str] | None = None, language: str | None = None, ax: Axes | None = None
) -> Figure:
    """How often which class (row) was taken for which (column); cells show their numbers where these fit.

    Raises:
        ValueError: the matrix is not square, larger than (26, 26), has negative numbers, or the names are not as many.
    """
    word = translator(language)
    counts = to_array(matrix, "matrix", (2,))
    n = len(counts)
    if counts.shape != (n, n) or n > 26 or counts.min() < 0 or (names is not None and len(names) != n):
        raise ValueError(
            f"a confusion matrix is square, at most (26, 26), of numbers from 0, with a name for each class, got {counts.shape}, smallest {counts.min()}, names {names}"
        )
    widest = max(map(len, names)) if names is not None else 1
    side = min(max(0.42, 0.1 * widest), 5.5 / n)
    ax = plain_axes(ax, side * n + 0.6 + 0.09 * widest, side * n + 0.8)
    # the square root: single mistakes show beside many right answers
    shade = np.sqrt(counts / max(counts.max(), 1e-12))
    ax.imshow(shade, cmap="Blues", vmin=0, vmax=1)
    size, room = (9, 4) if n <= 12 else (8, 2)  # points, letters
    for (i, j), count in np.ndenumerate(counts):
        if count and len(number(count)) <= room:
            ax.text(
                j,
                i,
                number(count),
                ha="center",
                va="center",
                fontsize=size,
                color="white" if shade[i, j] > 0.6 else INK,
            )
    labels = [str(name) for name in (names if names is not None else range(n))]
    ax.set_xticks(range(n), labels, rotation=90 if 0.1 * widest > side else 0)
    ax.set_yticks(range(n), labels)
    ax.set(xlabel=word("the network says"), ylabel=word("the truth is"))
    ax.spines[:].set_visible(False)
    ax.tick_params(length=0)
    right = f"{np.trace(counts) / max(counts.sum(), 1e-12):.1%}"
    return describe(
        ax,
        word(
            "Confusion matrix of {n} classes. {right} of {total} answers are right",
            n=n,
            right=right,
            total=number(counts.sum()),
        ),
    )
