"""Networks as circles and lines: layers, signed weights, what a mask removes; the row of a matrix that is a neuron."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from ...autograd import no_grad
from ...nn import Linear, Module
from ...ops import allclose
from ...tensors.creation import from_numpy
from .style import (
    BLUE,
    CELL,
    GREY,
    INK,
    PALE_BLUE,
    PALE_GREEN,
    PALE_ORANGE,
    VERMILION,
    Canvas,
    describe,
    fixed,
    number,
    picture,
    shown,
    to_array,
)
from .words import translator

__all__ = ["network", "weight_rows"]

MOST = 8  # neurons drawn of a layer
ARROWS = 24  # connections between two layers that still have room for heads
RADIUS = 0.2


def _layers(model: Any, mask: Any) -> tuple[list[int], list, list, list[str]]:
    """Sizes of the layers, weights (out, in) and biases between them (None: unknown), and the names of the activations."""
    if isinstance(model, Module):
        sizes, weights, biases, names = _of_module(model)
    else:
        sizes = [int(n) for n in model]
        if len(sizes) < 2 or min(sizes) < 1:
            raise ValueError(f"a network needs at least two layers of at least one neuron, got sizes {sizes}")
        weights, biases, names = [None] * (len(sizes) - 1), [None] * (len(sizes) - 1), [""] * (len(sizes) - 1)
    if mask is not None:
        masks = [mask] if len(weights) == 1 and np.ndim(mask[0]) == 1 else list(mask)
        if len(masks) != len(weights):
            raise ValueError(
                f"mask must give one mask, or None, for each of {len(weights)} layers of connections, got {len(masks)}"
            )
        for i, part in enumerate(masks):
            if part is not None:
                keep = to_array(part, "mask", (2,)) != 0
                if keep.shape != (sizes[i + 1], sizes[i]):
                    raise ValueError(
                        f"mask {i} must have shape (out, in) = {(sizes[i + 1], sizes[i])}, got {keep.shape}"
                    )
                weights[i] = keep if weights[i] is None else weights[i] * keep
    return sizes, weights, biases, names


def _of_module(model: Module) -> tuple[list[int], list, list, list[str]]:
    """Those of a Module: its Linear layers, and the names of what stands between them, normalization included."""
    weights: list = []
    biases: list = []
    names: list[str] = []
    for place, module in model.named_modules():
        if isinstance(module, Linear):
            weights.append(to_array(module.weight, "weight"))
            biases.append(None if module.bias is None else to_array(module.bias, "bias"))
            names.append("")
        elif next(module.parameters(recurse=False), None) is not None and "Norm" not in type(module).__name__:
            raise ValueError(
                f"network() draws Linear layers and what stands between them, not the {type(module).__name__} {place!r}: its weights are no lines between neurons"
            )
        elif names and next(module.children(), None) is None:
            names[-1] = ", ".join(filter(None, (names[-1], type(module).__name__)))
    if not weights:
        raise ValueError(f"the model has no Linear layer to draw: {type(model).__name__}")
    sizes = [weights[0].shape[1], *(len(w) for w in weights)]
    for i, w in enumerate(weights):
        if w.shape[1] != sizes[i]:
            raise ValueError(
                f"only Linear layers in a row can be drawn: layer {i} gives {sizes[i]} numbers, the next takes {w.shape[1]}"
            )
    return sizes, weights, biases, names


def _does_more(model: Any) -> bool:
    """Whether a Module computes something else than its layers in a row: a skip, a function of its own `forward`."""
    if not isinstance(model, Module):
        return False
    parts = [part for part in model.modules() if next(part.children(), None) is None]
    first = next(to_array(part.weight, "weight") for part in parts if isinstance(part, Linear))
    samples = np.linspace(-1, 1, 3 * first.shape[1], dtype=first.dtype).reshape(3, -1)
    modes = [(part, part.training) for part in model.modules()]
    model.eval()
    try:
        with no_grad():
            x = row = from_numpy(samples)
            for part in parts:
                row = part(row)
            return not allclose(model(x), row, equal_nan=True)
    except Exception:  # `forward` wants something else than samples
        return True
    finally:
        for part, mode in modes:
            part.training = mode


@picture
def network(
    model: Module | Sequence[int],
    *,
    mask: Any = None,
    numbers: bool | None = None,
    names: Sequence[str] | None = None,
    neuron: int | None = None,
    language: str | None = None,
    ax: Axes | None = None,
) -> Figure:
    """A network of dense layers: its neurons, and a line for each weight that is not 0.

    Positive weights are blue and solid, negative ones red and dashed, larger ones thicker. Inputs are squares, because they compute
    nothing; the bias stands below its neuron. Of a layer with more than 8 neurons the first, a gap and the last are drawn. Where the
    model's `forward` does more than its layers in a row, the picture says so.

    Args:
        model: a Module whose Linear layers follow each other, or the sizes of the layers: [4, 5, 2].
        mask: arrays (out, in), one for each layer of connections: a 0 takes the connection away (one array if there is one layer).
        numbers: write the weights and biases; by default where they have room.
        names: of the inputs, instead of x₁, x₂.
        neuron: of a model with one Linear layer, the neuron whose weights alone stand out, with their numbers.

    Raises:
        ValueError: there is no layer, layers do not fit each other, one has weights that are no lines between neurons (a
            convolution, a recurrent layer), or a mask, the names or the neuron do not fit the layers.
    """
    word = translator(language)
    sizes, weights, biases, activations = _layers(model, mask)
    if names is not None and len(names) != sizes[0]:
        raise ValueError(f"names must name each of the {sizes[0]} inputs, got {len(names)}")
    if neuron is not None and (len(sizes) > 2 or not isinstance(model, Module) or not 0 <= neuron < sizes[1]):
        raise ValueError(
            f"neuron is one of a model with a single Linear layer, from 0 on, got {neuron} for layers of {sizes} neurons"
        )
    plan, more = _Plan(model, sizes, weights, numbers, names), _does_more(model)
    foot = plan.top + plan.height + (0.6 if any(activations) else 0.37)
    canvas = Canvas(plan.width, foot + 0.22 * more + 0.3 * plan.legend, ax)
    if len(sizes) > 2:
        a, b = plan.xs[1] - 0.5, plan.xs[-2] + 0.5
        canvas.polygon([(a, 0.1), (b, 0.1), (b, foot - 0.07), (a, foot - 0.07)], "#F4F4F4", "#F4F4F4")
    for i, weight in enumerate(weights):
        both = slice(i, i + 2)
        _edges(canvas, weight, plan.layers[both], tuple(plan.xs[both]), tuple(plan.ys[both]), plan.numbers, neuron)
    for i, layer in enumerate(plan.layers):
        kind = "input" if i == 0 else "output" if i == len(sizes) - 1 else "hidden"
        shown_biases = biases[i - 1] if i and plan.numbers else None
        _neurons(canvas, kind, layer, plan.xs[i], plan.ys[i], shown_biases, None if i else names, neuron)
        below = plan.top + plan.height
        canvas.text(plan.xs[i], 0.42, word(f"{kind}\nlayer"), 10, weight="bold", linespacing=1.2)
        canvas.text(plan.xs[i], below + 0.13, _count(word, "neuron" if i else "input", sizes[i]), 9, GREY)
        if i and activations[i - 1]:
            canvas.text(plan.xs[i], below + 0.36, activations[i - 1], 9)
    if more:
        canvas.text(plan.width / 2, foot + 0.05, word("forward() does more than these layers"), 9, VERMILION)
    if plan.legend:
        _legend(canvas, word, plan.width / 2, foot + 0.22 * more + 0.1)
    return describe(canvas.ax, _told(word, sizes, weights, activations, more))


class _Plan:
    """Where everything stands: layers from left to right at `xs`, the neurons of each at its `ys`."""

    def __init__(self, model: Any, sizes: list[int], weights: list, numbers: bool | None, names: Any) -> None:
        self.layers = [shown(n, MOST) for n in sizes]
        counts = [len(layer) for layer in self.layers]
        known = isinstance(model, Module)
        pairs = list(zip(counts, counts[1:], strict=False))
        if numbers is None:
            numbers = all(min(pair) <= 4 and max(pair) <= 6 for pair in pairs) and len(sizes) <= 4
        self.numbers = bool(numbers and known)
        few = [min(pair) for pair in pairs]
        step = max(0.62, *(0.17 / _columns(k)[-1][1] for k in few)) if self.numbers else 0.62
        distance = [max(1.5, 0.55 * (k + 1)) if self.numbers else 1.6 for k in few]
        left = 0.75 if names is None else 0.45 + 0.085 * max(map(len, names)) + RADIUS
        self.xs = np.cumsum([left, *distance])
        self.top, self.height = 0.8, max(counts) * step + 0.15 * self.numbers  # room for the lowest bias
        self.legend = known or any(w is not None and w.dtype != bool for w in weights)
        self.width = max(float(self.xs[-1]) + 0.75, 3.8)
        self.xs += (self.width - self.xs[-1] - 0.75) / 2
        self.ys = [self.top + self.height / 2 + (np.arange(n) - (n - 1) / 2) * step for n in counts]


def _legend(canvas: Canvas, word: Any, middle: float, y: float) -> None:
    """What the colours of weights mean."""
    for x, color, style, text in ((-1.75, BLUE, "-", "weight > 0"), (0.25, VERMILION, (0, (4, 2)), "weight < 0")):
        canvas.line([middle + x, middle + x + 0.4], [y, y], color, 2, linestyle=style)
        canvas.text(middle + x + 0.5, y, word(text), 9, ha="left")


def _told(word: Any, sizes: list[int], weights: list, activations: list[str], more: bool) -> str:
    """The picture in words."""
    pairs = list(zip(sizes, sizes[1:], strict=False))
    made = sum(a * b if w is None else np.count_nonzero(w) for w, (a, b) in zip(weights, pairs, strict=True))
    whole = sum(a * b for a, b in pairs)
    text = word(
        "A neural network with layers of {sizes} neurons. Connections: {made} of {whole} possible ones.",
        sizes=", ".join(map(str, sizes)),
        made=made,
        whole=whole,
    )
    if any(activations):
        text += " " + word("Activations: {names}", names=", ".join(filter(None, activations)))
    return f"{text} {word('forward() does more than these layers')}" if more else text


def _count(word: Any, what: str, n: int) -> str:
    return word(f"1 {what}") if n == 1 else word(f"{{n}} {what}s", n=n)


def _columns(k: int) -> list[tuple[float, float]]:
    """Where the weights stand if the side with fewer neurons has `k`: the part of the way from the side with more, and the distance.

    At 1/(k+1) of the way all of them are evenly spaced. From 4 neurons on that is too tight: every second one's stand there, as
    evenly, at twice the distance, and the others in a second column.
    """
    if k < 4:
        return [(1 / (k + 1), 1 / (k + 1))]
    g = (k + 1) // 2
    return [(1 / (2 * g + 1), 2 / (2 * g + 1)), ((g + 1) / (3 * g + 1), 2 / (3 * g + 1))]


def _edges(canvas: Canvas, weight: Any, layers: list, xs: tuple, ys: tuple, numbers: bool, neuron: int | None) -> None:
    """The connections between two layers, and their weights if wanted; those of one neuron alone, if there is one."""
    signed = weight is not None and weight.dtype != bool
    largest = float(np.abs(weight).max()) or 1.0 if signed else 1.0
    m, n = len(layers[0]), len(layers[1])
    columns = _columns(min(m, n))
    for a, source in enumerate(layers[0]):
        for b, target in enumerate(layers[1]):
            if source is None or target is None or (weight is not None and not weight[target, source]):
                continue
            if neuron not in (None, target):
                canvas.line(xs, (ys[0][a], ys[1][b]), "#BBBBBB", 0.9, zorder=0)
                continue
            value = float(weight[target, source]) if signed else 0.0
            color = GREY if not signed else BLUE if value > 0 else VERMILION
            style = (0, (4, 2)) if value < 0 else "-"
            lw = 0.6 + 2.2 * abs(value) / largest if signed else 1.0
            if signed or m * n > ARROWS:
                canvas.line(xs, (ys[0][a], ys[1][b]), color, lw, linestyle=style, alpha=1 if numbers else 0.8, zorder=1)
            else:
                reach = 1 - RADIUS / np.hypot(xs[1] - xs[0], ys[1][b] - ys[0][a])  # the way as far as the circle
                end = xs[0] + reach * (xs[1] - xs[0]), ys[0][a] + reach * (ys[1][b] - ys[0][a])
                canvas.arrow(xs[0], ys[0][a], *end, color, lw, zorder=1)
            if numbers:
                way = columns[(b if n <= m else a) % len(columns)][0]
                at = way if n <= m else 1 - way
                x, y = xs[0] + at * (xs[1] - xs[0]), ys[0][a] + at * (ys[1][b] - ys[0][a])
                frame = {"facecolor": "white", "edgecolor": "none", "pad": 0.6, "alpha": 0.9}
                canvas.text(x, y, fixed(value), 8, color, bbox=frame, zorder=4)


def _neurons(
    canvas: Canvas, kind: str, layer: list, x: float, ys: np.ndarray, biases: Any, names: Any, neuron: int | None = None
) -> None:
    """The neurons of a layer: squares for inputs, circles for what computes, with the bias below."""
    letter = {"input": "x", "hidden": "h", "output": "y"}[kind]
    face = {"input": PALE_BLUE, "hidden": PALE_ORANGE, "output": PALE_GREEN}[kind]
    for place, y in zip(layer, ys, strict=True):
        if place is None:
            canvas.text(x, y, "⋮", 14, GREY)
            continue
        if kind == "input":
            canvas.cell(x - RADIUS, y - RADIUS, "", face, side=2 * RADIUS, edge=INK, lw=1.2)
            canvas.ax.patches[-1].set_zorder(3)
        else:
            canvas.circle(x, y, RADIUS, face)
        if names is not None:
            canvas.text(x - RADIUS - 0.08, y, names[place], 10, ha="right")
        canvas.text(x, y, f"${letter}_{{{place + 1}}}$", 10, zorder=5)
        if biases is not None and neuron in (None, place):
            frame = {"facecolor": "white", "edgecolor": "none", "pad": 0.4, "alpha": 0.85}
            canvas.text(x, y + RADIUS + 0.11, f"b {fixed(biases[place])}", 8, "#00694D", bbox=frame, zorder=4)


@picture
def weight_rows(weights: Any, *, neuron: int = 0, language: str | None = None, ax: Axes | None = None) -> Figure:
    """A layer and its weight matrix (out, in) beside each other: one row of the matrix is one neuron, one column is one input.

    Raises:
        ValueError: weights is no matrix, or has more than 8 rows or 8 columns.
        IndexError: there is no such neuron.
    """
    word = translator(language)
    data = to_array(weights, "weights", (2,))
    n, m = data.shape
    if max(n, m) > 8:
        raise ValueError(
            f"weights of shape {data.shape} are too many to draw number by number: at most (8, 8), slice them first"
        )
    if not 0 <= neuron < n:
        raise IndexError(f"neuron must be from 0 to {n - 1} for weights of shape {data.shape}, got {neuron}")
    step, top = 0.66, 0.75
    height = max(n, m) * step
    canvas = Canvas(3.55 + m * CELL + 0.25, top + height + 0.35, ax)
    ins, outs = (top + height / 2 + (np.arange(k) - (k - 1) / 2) * step for k in (m, n))
    for i, j in sorted(np.ndindex(n, m), key=lambda place: place[0] == neuron):
        picked = i == neuron
        color = "#BBBBBB" if not picked else BLUE if data[i, j] >= 0 else VERMILION
        style = (0, (4, 2)) if picked and data[i, j] < 0 else "-"
        canvas.line((0.5, 2.2), (ins[j], outs[i]), color, 2.4 if picked else 0.9, linestyle=style, zorder=1)
    _neurons(canvas, "input", list(range(m)), 0.5, ins, None, None)
    _neurons(canvas, "output", list(range(n)), 2.2, outs, None, None)
    canvas.text(0.5, 0.3, word("inputs"), 10, weight="bold")
    canvas.text(2.2, 0.3, word("neurons"), 10, weight="bold")
    canvas.circle(2.2, outs[neuron], RADIUS + 0.06, "none", VERMILION, 2)
    x, y = 3.55, top + (height - n * CELL) / 2
    texts = [[number(value) for value in row] for row in data]
    canvas.table(x, y, texts, lambda i, j: (PALE_ORANGE, "///", VERMILION) if i == neuron else None)
    for i in range(n):
        canvas.text(x - 0.2, y + (i + 0.5) * CELL, f"$y_{{{i + 1}}}$", 10)
    for j in range(m):
        canvas.text(x + (j + 0.5) * CELL, y - 0.15, f"$x_{{{j + 1}}}$", 10)
    canvas.text(x + m * CELL / 2, min(0.3, y - 0.4), f"W {data.shape}", 10, weight="bold")
    _legend(canvas, word, canvas.width / 2, top + height + 0.17)
    row = ", ".join(number(v) for v in data[neuron])
    return describe(
        canvas.ax,
        word(
            "A layer of {n} neurons beside its weight matrix. Row {row} holds the weights of one neuron: {weights}",
            n=n,
            row=neuron,
            weights=row,
        ),
    )
