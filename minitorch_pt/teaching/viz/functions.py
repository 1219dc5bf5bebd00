"""Functions of one number as curves: activations and their slopes, the bell curve, bias, and gradient descent."""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Any

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from ...autograd import enable_grad, grad
from ...nn import functional as F
from ...ops import where
from ...tensors.creation import from_numpy, zeros_like
from ...tensors.tensor import Tensor
from .style import (
    BLUE,
    DASHES,
    GREY,
    INK,
    PAPER,
    VERMILION,
    describe,
    number,
    picture,
    plain_axes,
    to_array,
)
from .words import translator

__all__ = ["activation", "bell", "bias", "descent", "histogram"]

BANDS = ((3, 99.73, "#E3EEF6"), (2, 95.45, "#B9D7EC"), (1, 68.27, "#7FB5DC"))  # ± so many σ, percent within, colour


def _step(x: Tensor) -> Tensor:
    """1 where x is positive, else 0: flat everywhere, so its slope is 0."""
    return where(x > 0, zeros_like(x) + 1, 0 * x)


def _identity(x: Tensor) -> Tensor:
    return x * 1


OWN = {"step": _step, "identity": _identity}


def _named(activation: str | Callable) -> tuple[str, Callable]:
    """The name of an activation function, and the function on Tensors."""
    if isinstance(activation, str):
        function = OWN.get(activation) or getattr(F, activation, None)
        if function is None:
            raise ValueError(
                f"unknown activation {activation!r}: step, identity, or a name of nn.functional (relu, sigmoid, tanh, gelu, ...), or a function of a Tensor"
            )
        return activation, function
    return getattr(activation, "__name__", type(activation).__name__), activation


def evaluate(activation: str | Callable) -> tuple[str, Callable[[np.ndarray], np.ndarray]]:
    """The name of an activation function, and the function on arrays."""
    name, function = _named(activation)
    return name, lambda x: _curve_and_slope(function, x)[0]


def _curve_and_slope(function: Callable, x: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """The function's values and, by autograd, its slopes."""
    with enable_grad():
        points = from_numpy(np.asarray(x, np.float64)).requires_grad_()
        values = function(points)
        if not isinstance(values, Tensor) or values.shape != points.shape:
            raise ValueError(
                f"the function must give a Tensor of its input's shape {tuple(points.shape)}, got {values!r:.60}"
            )
        (slopes,) = grad(values.sum(), points)
    return values.detach().numpy(), slopes.numpy()


@picture
def activation(
    function: str | Callable,
    *,
    low: float = -4.0,
    high: float = 4.0,
    language: str | None = None,
    ax: Axes | None = None,
) -> Figure:
    """An activation function and its slope, which autograd computes, from `low` to `high`.

    Args:
        function: "step", "identity", a name of nn.functional ("relu", "sigmoid", "tanh", ...), or a function of a Tensor.

    Raises:
        ValueError: there is no function of that name, it does not act elementwise, or low is not below high.
    """
    word = translator(language)
    if not low < high:
        raise ValueError(f"low must be below high, got {low} and {high}")
    name, of_tensor = _named(function)
    x = np.linspace(low, high, 401)
    y, slope = _curve_and_slope(of_tensor, x)
    ax = plain_axes(ax, 5.0, 3.3)
    ax.axhline(0, color=GREY, linewidth=0.8)
    ax.axvline(0, color=GREY, linewidth=0.8)
    ax.plot(x, _broken(y), color=BLUE, linewidth=2.4, label=word("value"))
    ax.plot(x, _broken(slope), color=VERMILION, linewidth=1.8, linestyle=DASHES[1], label=word("slope"))
    ax.set(title=name, xlabel="z")
    ax.legend()
    return describe(
        ax,
        word(
            "The activation function {name} and its slope. From {low} to {high} it goes from {first} to {last}; its slope is at most {top}",
            name=name,
            low=number(low),
            high=number(high),
            first=number(y[0]),
            last=number(y[-1]),
            top=number(slope.max()),
        ),
    )


def _broken(y: np.ndarray) -> np.ndarray:
    """The curve with a gap where it jumps, so that no upright line is drawn there."""
    jumps = np.abs(np.diff(y, prepend=y[0])) > 0.3 * max(float(np.ptp(y)), 1e-12)
    return np.where(jumps, np.nan, y)


def _normal(x: np.ndarray, mean: float, std: float) -> np.ndarray:
    return np.exp(-0.5 * ((x - mean) / std) ** 2) / (std * np.sqrt(2 * np.pi))


@picture
def bell(mean: float = 0.0, std: float = 1.0, *, language: str | None = None, ax: Axes | None = None) -> Figure:
    """The bell curve of a normal distribution, with the bands that hold 68.27, 95.45 and 99.73 % of the draws.

    Raises:
        ValueError: std is not positive.
    """
    word = translator(language)
    if not std > 0:
        raise ValueError(f"std must be positive, got {std}")
    ax = plain_axes(ax)
    x = np.linspace(mean - 4 * std, mean + 4 * std, 401)
    y = _normal(x, mean, std)
    for k, percent, face in BANDS:
        inside = np.abs(x - mean) <= (k + 1e-9) * std
        label = f"±{k} σ: {percent} %"
        ax.fill_between(x[inside], y[inside], color=face, linewidth=0, label=label)
    ax.plot(x, y, color=INK, linewidth=2)
    ax.set_xticks([mean + k * std for k in range(-3, 4)], [number(mean + k * std) for k in range(-3, 4)])
    ax.set(
        title=word("normal distribution, mean {mean}, standard deviation {std}", mean=number(mean), std=number(std)),
        ylabel=word("density"),
        ylim=(0, None),
    )
    ax.legend(loc="upper right", fontsize=8.5)
    return describe(
        ax,
        word(
            "A bell curve around {mean}. 68.27 % of the draws lie within {one} of it, 95.45 % within {two}, 99.73 % within {three}",
            mean=number(mean),
            one=number(std),
            two=number(2 * std),
            three=number(3 * std),
        ),
    )


@picture
def histogram(weights: Any, *, bins: int = 30, language: str | None = None, ax: Axes | None = None) -> Figure:
    """How often which weight occurs, what share lies within 1, 2 and 3 standard deviations, and the bell curve of that spread.

    Raises:
        ValueError: there are fewer than two different numbers.
    """
    word = translator(language)
    values = to_array(weights, "weights").astype(np.float64).ravel()
    mean, std = values.mean(), values.std()
    if not std > 0:
        raise ValueError(f"a histogram needs numbers that differ, got {values.size} times {number(values[0])}")
    ax = plain_axes(ax)
    heights, edges = np.histogram(values, bins, density=True)
    shares = []
    for k, face in ((np.inf, PAPER), *((k, face) for k, _, face in BANDS)):
        within = np.clip(edges, mean - k * std, mean + k * std)  # the bars as far as they lie in the band
        width = np.diff(within)
        shares.append(f"±{k} σ: {100 * np.mean(np.abs(values - mean) <= k * std):.2f} %")
        ax.bar(
            within[:-1][width > 0],
            heights[width > 0],
            width[width > 0],
            align="edge",
            color=face,
            edgecolor=GREY,
            linewidth=0.6,
            label=shares[-1] if k < np.inf else None,
        )
    x = np.linspace(min(values.min(), mean - 3.5 * std), max(values.max(), mean + 3.5 * std), 301)
    ax.plot(x, _normal(x, mean, std), color=VERMILION, linewidth=2, linestyle=DASHES[1], label=word("bell curve"))
    fine = 2 - math.floor(math.log10(std))  # decimals
    texts = {"n": values.size, "mean": number(round(mean, fine)), "std": number(round(std, fine))}
    ax.set(
        title=word("{n} weights: mean {mean}, standard deviation {std}", **texts),
        xlabel=word("weight"),
        ylabel=word("density"),
    )
    ax.legend(loc="upper right")
    texts |= {"low": number(values.min()), "high": number(values.max()), "shares": "; ".join(shares[:0:-1])}
    return describe(
        ax,
        word(
            "Histogram of {n} weights from {low} to {high}, mean {mean}, standard deviation {std}, beside the bell curve. Within {shares}",
            **texts,
        ),
    )


@picture
def bias(weight: float = 1.0, bias: float = 2.0, *, language: str | None = None, ax: Axes | None = None) -> Figure:
    """What a bias does: the line z = weight · x goes through the origin, z = weight · x + bias is shifted by the bias.

    Raises:
        TypeError: weight or bias is no real number.
    """
    word = translator(language)
    w, b = (float(to_array(v, name, (0,))) for v, name in ((weight, "weight"), (bias, "bias")))
    ax = plain_axes(ax, 5.0, 3.5)
    x = np.array([-4.0, 4.0])
    ax.axhline(0, color=GREY, linewidth=0.8)
    ax.axvline(0, color=GREY, linewidth=0.8)
    ax.plot(
        x, w * x, color=BLUE, linewidth=2, linestyle=DASHES[1], label=word("without bias: z = {w} · x", w=number(w))
    )
    ax.plot(
        x,
        w * x + b,
        color=VERMILION,
        linewidth=2,
        label=word("with bias: z = {w} · x {b}", w=number(w), b=f"{'-+'[b >= 0]} {number(abs(b))}"),
    )
    ax.annotate("", (0, b), (0, 0), arrowprops={"arrowstyle": "-|>", "color": INK, "shrinkA": 0, "shrinkB": 0})
    ax.plot([0, 0], [0, b], linestyle="none", marker="o", color=INK, markersize=4)
    ax.text(0.2, b / 2, f"b = {number(b)}", va="center", ha="left", backgroundcolor="white")
    ax.set(xlabel="x", ylabel="z")
    ax.legend(loc="upper left" if w >= 0 else "upper right")
    return describe(
        ax,
        word(
            "Two parallel lines. One goes through the origin, the other is shifted by the bias {b}: at x = 0, z is {b}",
            b=number(b),
        ),
    )


_STEPS: dict = {
    "color": INK, "linewidth": 1.4, "marker": "o", "markersize": 6, "markerfacecolor": VERMILION,
    "markeredgecolor": "white", "zorder": 3,
}  # fmt: skip


@picture
def descent(
    f: Callable, path: Any, *, around: Any = None, language: str | None = None, ax: Axes | None = None
) -> Figure:
    """Gradient descent: the points of `path` on the curve of f, or on its contours if they have two coordinates.

    Args:
        f: from a Tensor, a number or a pair of numbers, to a Tensor that is one number.
        path: (steps,) or (steps, 2), the parameter before each step and after the last.
        around: more such points, which must fit into the picture too; the same for several pictures, and their axes agree.

    Raises:
        ValueError: path has another shape, or around has other axes than path.
    """
    word = translator(language)
    steps = to_array(path, "path", (1, 2)).astype(np.float64)
    if steps.ndim == 2 and steps.shape[1] != 2:
        raise ValueError(f"path must have shape (steps,) or (steps, 2), got {steps.shape}")
    shown = steps if around is None else to_array(around, "around").astype(np.float64)
    if shown.shape[1:] != steps.shape[1:]:
        raise ValueError(f"around must hold points like those of path, {steps.shape}, got {shown.shape}")
    shown = np.concatenate([steps, shown])

    def at(point: Any) -> float:
        return float(f(from_numpy(np.asarray(point))))

    ax = plain_axes(ax, 5.5, 3.6)
    low, high = shown.min(0), shown.max(0)
    room = np.maximum(0.25 * (high - low), 0.5)
    ends = [at(steps[0]), at(steps[-1])]
    if steps.ndim == 1:
        x = np.linspace(low - room, high + room, 201)
        ax.plot(x, [at(v) for v in x], color=BLUE, linewidth=2)
        ax.plot(steps, [at(v) for v in steps], **_STEPS)
        ax.set(xlabel=word("parameter"), ylabel=word("loss"))
    else:
        xs, ys = (np.linspace(a - r, b + r, 60) for a, b, r in zip(low, high, room, strict=True))
        heights = np.array([[at((x, y)) for x in xs] for y in ys])
        ax.contourf(xs, ys, heights, 14, cmap="cividis", alpha=0.55)
        ax.contour(xs, ys, heights, 14, colors=GREY, linewidths=0.6)
        ax.plot(*steps.T, **_STEPS)
        ax.set(xlabel=word("parameter {i}", i=1), ylabel=word("parameter {i}", i=2))
    for index, name, marker in ((0, "start", "s"), (-1, "end", "*")):
        point = (steps[index], ends[index]) if steps.ndim == 1 else steps[index]
        ax.plot(
            *point,
            linestyle="none",
            marker=marker,
            markersize=11,
            color=INK,
            zorder=4,
            label=f"{word(name)}: {word('loss')} {number(ends[index])}",
        )
    ax.legend(loc="lower center", bbox_to_anchor=(0.5, 1.0), ncols=2)
    return describe(
        ax,
        word(
            "Gradient descent in {n} steps. The loss goes from {first} to {last}",
            n=len(steps) - 1,
            first=number(ends[0]),
            last=number(ends[1]),
        ),
    )
