"""One neuron: the artificial one with its numbers, the recurrent one over time, and the biological one that gave it its name."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from .functions import evaluate
from .style import (
    BLUE,
    GREEN,
    GREY,
    INK,
    PALE_BLUE,
    PALE_GREEN,
    PALE_ORANGE,
    VERMILION,
    Canvas,
    describe,
    number,
    picture,
    to_array,
)
from .words import translator

__all__ = ["biological_neuron", "neuron", "unrolled"]


def _draw_inputs(
    canvas: Canvas,
    x: np.ndarray,
    w: np.ndarray,
    names: Sequence[str] | None,
    heights: list[float],
    centre: tuple[float, float],
) -> None:
    """A box for each input, and its arrow, on which the weight stands, to the circle of the sum."""
    sum_x, middle = centre
    for i, (value, weight) in enumerate(zip(x, w, strict=True)):
        y = heights[i]
        label = f"$x_{{{i + 1}}}$" if names is None else names[i]
        canvas.box(0.75, y, 1.2, 0.62, PALE_BLUE)
        canvas.text(0.75, y - 0.13, label, 10)
        canvas.text(0.75, y + 0.15, number(value), 10, weight="bold")
        color, style = (BLUE, "-") if weight >= 0 else (VERMILION, (0, (4, 2)))
        away = 0.5 / np.hypot(sum_x - 1.38, y - middle)  # the circle's share of the way to its centre
        canvas.arrow(1.38, y, sum_x - away * (sum_x - 1.38), middle + away * (y - middle), color, 1.4, linestyle=style)
        canvas.text(
            2.05,
            y + (middle - y) * 0.67 / (sum_x - 1.38),
            f"× {number(weight)}",
            10,
            color,
            backgroundcolor="white",
            zorder=4,
        )


def _draw_sum(canvas: Canvas, x: float, y: float, z: float, bias: float) -> None:
    """The circle of the sum, and the box of the bias below it."""
    canvas.circle(x, y, 0.5, PALE_ORANGE)
    canvas.text(x, y - 0.16, "Σ + b", 11, zorder=5)
    canvas.text(x, y + 0.17, f"z = {number(z)}", 9, zorder=5)
    canvas.box(x + 0.4, y + 1.0, 1.2, 0.4, "white", GREEN)
    canvas.text(x + 0.4, y + 1.0, f"b = {number(bias)}", 10, zorder=5)
    canvas.arrow(x, y + 0.8, x, y + 0.5, GREEN, 1.4)


@picture
def neuron(
    inputs: Any,
    weights: Any,
    bias: float = 0.0,
    activation: str | Callable = "relu",
    *,
    names: Sequence[str] | None = None,
    language: str | None = None,
    ax: Axes | None = None,
) -> Figure:
    """A neuron at work: inputs × weights + bias → activation → output, with every number.

    Args:
        activation: a name that `viz.activation` knows, or a function of a Tensor.
        names: what the inputs are ("size", "rooms"), instead of x₁, x₂.

    Raises:
        ValueError: inputs and weights are not two vectors of one length, at most 8 long, or names are of another length.
    """
    word = translator(language)
    x, w = (to_array(v, name, (1,)) for v, name in ((inputs, "inputs"), (weights, "weights")))
    if len(x) != len(w) or len(x) > 8 or (names is not None and len(names) != len(x)):
        raise ValueError(
            f"a neuron needs as many weights as inputs, at most 8, and as many names, got {len(x)} inputs, {len(w)} weights, names {names}"
        )
    name, function = evaluate(activation)
    bias = float(to_array(bias, "bias", (0,)))
    z = float(x @ w + bias)
    output = float(function(np.array([z]))[0])
    step, top = 0.85, 0.5
    middle = top + len(x) * step / 2
    height = max(top + len(x) * step + 0.15, middle + 1.35)
    canvas = Canvas(7.0, height, ax)
    sum_x = 3.65
    _draw_inputs(canvas, x, w, names, [top + (i + 0.5) * step for i in range(len(x))], (sum_x, middle))
    _draw_sum(canvas, sum_x, middle, z, bias)
    canvas.arrow(sum_x + 0.5, middle, 4.6, middle)
    canvas.box(5.05, middle, 0.9, 0.62, PALE_GREEN)
    _curve(canvas, function, 5.05, middle)
    canvas.arrow(5.5, middle, 5.95, middle)
    canvas.box(6.4, middle, 0.9, 0.62, "white")
    canvas.text(6.4, middle, number(output), 11, weight="bold")
    for place, text in ((0.75, "inputs"), (2.0, "weights"), (sum_x, "sum"), (5.05, "activation"), (6.4, "output")):
        canvas.text(place, 0.25, word(text), 10, GREY)
    canvas.text(5.05, middle + 0.5, name, 9)
    terms = " + ".join(f"{number(a)} × {number(b)}" for a, b in zip(x, w, strict=True))
    text = word(
        "An artificial neuron with {n} inputs. z = {terms} + {bias} = {z}; output = {name}(z) = {output}",
        n=len(x),
        terms=terms,
        bias=number(bias),
        z=number(z),
        name=name,
        output=number(output),
    )
    return describe(canvas.ax, text)


def _curve(canvas: Canvas, function: Callable, x: float, y: float) -> None:
    """The activation function as a small curve."""
    t = np.linspace(-3, 3, 121)
    values = function(t)
    span = max(float(np.ptp(values)), 1e-9)
    canvas.line(x + t / 3 * 0.33, y + 0.22 - 0.44 * (values - values.min()) / span, INK, 1.6)


def _artificial_twin(canvas: Canvas, twin: float) -> None:
    """The artificial neuron at a height of the page: each part under its model."""
    for k, place in enumerate((-0.5, 0.0, 0.5)):
        canvas.arrow(0.75, twin + place, 1.75 - 0.42, twin + 0.35 * place, BLUE)
        canvas.cell(0.35, twin + place - 0.2, "", PALE_BLUE, side=0.4, edge=INK, lw=1.2)
        canvas.text(0.55, twin + place, f"$x_{k + 1}$", 10)
    for place in (1.75, 6.5):
        canvas.circle(place, twin, 0.42, PALE_ORANGE if place < 2 else "#F4F1E8", INK if place < 2 else GREY)
        canvas.text(place, twin, "Σ, f", 11, INK if place < 2 else GREY, zorder=5)
    canvas.arrow(2.17, twin, 6.08, twin)
    canvas.text(3.7, twin - 0.17, "y", 11, style="italic")
    canvas.text(5.75, twin - 0.2, "× w", 11, VERMILION)


@picture
def biological_neuron(*, language: str | None = None, ax: Axes | None = None) -> Figure:
    """A nerve cell, simplified, and below it the artificial neuron: each part under the one that it imitates."""
    word = translator(language)
    canvas = Canvas(7.0, 5.2, ax)
    y = 1.55
    for angle in (-60, -25, 8, 40, 62):  # dendrites, drawn as branching lines to the left
        a = np.deg2rad(180 + angle)
        tip = (1.75 + 1.0 * np.cos(a), y + 0.95 * np.sin(a) * 0.95)
        canvas.line([1.75, tip[0]], [y, tip[1]], BLUE, 3)
        for turn in (-0.45, 0.45):
            canvas.line(
                [tip[0], tip[0] + 0.38 * np.cos(a + turn)], [tip[1], tip[1] + 0.34 * np.sin(a + turn)], BLUE, 1.8
            )
    canvas.circle(1.75, y, 0.45, PALE_ORANGE)
    canvas.circle(1.75, y, 0.15, "#E69F00")
    canvas.line([2.2, 5.2], [y, y], INK, 4, zorder=1)
    for start in np.arange(2.45, 4.9, 0.62):  # the sheath
        canvas.box(start + 0.25, y, 0.5, 0.26, "#F4F1E8", GREY)
    for turn in (-0.75, 0.0, 0.75):
        end = (5.2 + 0.55 * np.cos(turn), y + 0.65 * np.sin(turn))
        canvas.line([5.2, end[0]], [y, end[1]], INK, 2.4)
        canvas.circle(end[0] + 0.06, end[1], 0.085, VERMILION)
    canvas.circle(6.5, y, 0.4, "#F4F1E8", GREY)
    canvas.text(6.5, y, word("next\ncell"), 9, GREY, zorder=5)
    canvas.line([6.02, 6.1], [y, y], GREY, 2)
    labels = (
        (0.6, "dendrites", "inputs"),
        (1.95, "cell body", "sum and\nactivation"),
        (3.7, "axon", "output"),
        (5.75, "synapses", "weights"),
    )
    for x, part, meaning in labels:
        canvas.text(x, 2.8, word(part), 11, weight="bold")
        canvas.text(x, 3.01, f"≈ {word(meaning)}", 10, GREY, va="top", linespacing=1.3)
    _artificial_twin(canvas, 4.35)
    canvas.text(3.7, y - 0.42, word("signal") + " →", 10, GREEN)
    return describe(
        canvas.ax,
        word(
            "A biological neuron, simplified. Dendrites bring signals in, the cell body gathers them, the axon carries the answer out, synapses hand it on to the next cell. Below each part stands what it became in the artificial neuron: inputs, sum and activation, output, weights."
        ),
    )


@picture
def unrolled(
    inputs: Any, states: Any, *, w: float, u: float, language: str | None = None, ax: Axes | None = None
) -> Figure:
    """A recurrent unit unrolled: the same unit once for each step, its state handed on from left to right, from a state of 0.

    Args:
        inputs: what it reads, a number a step, at most 5.
        states: the state after each step.
        w: the weight of the input, the same at each step.
        u: the weight of the state before.

    Raises:
        ValueError: inputs and states are not two vectors of one length, at most 5 long.
    """
    word = translator(language)
    x, h = (to_array(v, name, (1,)) for v, name in ((inputs, "inputs"), (states, "states")))
    if len(x) != len(h) or len(x) > 5:
        raise ValueError(
            f"unrolled() draws as many states as inputs, at most 5, got {len(x)} inputs and {len(h)} states"
        )
    canvas = Canvas(2.0 + 1.25 * (len(x) - 1) + 0.65, 3.1, ax)
    canvas.text(0.3, 1.75, "0", 11)
    for i, (value, state) in enumerate(zip(x, h, strict=True)):
        place = 1.6 + 1.25 * i
        canvas.text(place, 0.25, word("step {i}", i=i + 1), 10, GREY)
        canvas.box(place, 0.75, 0.8, 0.4, "white")
        canvas.text(place, 0.75, number(state), 10, weight="bold")
        canvas.arrow(place, 1.45, place, 0.96)
        canvas.circle(place, 1.75, 0.3, PALE_ORANGE)
        canvas.text(place, 1.75, f"$h_{{{i + 1}}}$", 11, zorder=5)
        canvas.arrow(place - 1.25 + (0.3 if i else 0.1), 1.75, place - 0.3, 1.75, VERMILION, 1.4, linestyle=(0, (4, 2)))
        canvas.text(place - 0.625, 1.55, f"× {number(u)}", 9, VERMILION)
        canvas.box(place, 2.8, 0.8, 0.4, PALE_BLUE)
        canvas.text(place, 2.8, number(value), 10)
        canvas.arrow(place, 2.59, place, 2.06, BLUE, 1.4)
        canvas.text(place + 0.1, 2.33, f"× {number(w)}", 9, BLUE, ha="left")
    canvas.text(0.05, 0.75, word("state"), 10, GREY, ha="left")
    canvas.text(0.05, 2.8, word("inputs"), 10, GREY, ha="left")
    steps = ", ".join(f"{number(a)} → {number(b)}" for a, b in zip(x, h, strict=True))
    return describe(
        canvas.ax,
        word(
            "A recurrent unit unrolled over {n} steps. At each step the input times {w} and the state before times {u} come in. Input → state: {steps}",
            n=len(x),
            w=number(w),
            u=number(u),
            steps=steps,
        ),
    )
