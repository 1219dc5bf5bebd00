"""What layers learned and what they answer: filters, feature maps, gates over time, attention, generated samples."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.ticker import MaxNLocator

from ...nn import LSTM
from .style import INK, WIDTH, Picture, describe, number, panels, picture, plain_axes, to_array
from .words import translator

__all__ = ["attention", "feature_maps", "filters", "gates", "samples"]

MOST = 64  # images in one picture


def _images(images: np.ndarray, titles: Sequence[str], columns: int, low: float, high: float, label: str) -> Axes:
    """Images (n, h, w) on a grid, all with one scale of grey values, which stands beside them if it has a name."""
    rows = -(-len(images) // columns)
    side = min(1.0, (WIDTH - 1.0) / columns)
    ratio = images.shape[1] / images.shape[2]
    title = 0.06 + 0.16 * max(len(text.splitlines()) for text in titles)
    figure = Picture(
        figsize=(max(columns * side + 1.0, 3.0), rows * (side * ratio + title) + 0.5), layout="constrained"
    )
    grid = figure.subplots(rows, columns, squeeze=False)
    for ax in grid.flat:
        ax.axis("off")
    for ax, image, text in zip(grid.flat, images, titles, strict=False):
        shown = ax.imshow(image, cmap="cividis" if label else "Greys", vmin=low, vmax=high)
        ax.set_title(text, fontsize=8, pad=2)
    if label:
        figure.colorbar(shown, ax=grid, label=label, shrink=0.9, aspect=25)
    return grid[0, 0]


def _limited(images: np.ndarray, what: str) -> np.ndarray:
    if len(images) > MOST:
        raise ValueError(f"{what}: {len(images)} images do not fit into one picture, at most {MOST}: slice them first")
    return images


@picture
def filters(weights: Any, *, language: str | None = None) -> Figure:
    """The filters of a convolution as images: bright where a filter wants large values, dark where it wants small ones.

    Args:
        weights: (out, in, h, w), a row for each output and a column for each input channel; or (filters, h, w).

    Raises:
        ValueError: another number of axes, or more than 64 filters.
    """
    word = translator(language)
    data = to_array(weights, "weights", (3, 4))
    images = _limited(data.reshape(-1, *data.shape[-2:]), "filters")
    if data.ndim == 4 and data.shape[1] > 1:
        columns = data.shape[1]
        titles = [f"[{i}, {j}]" for i in range(len(data)) for j in range(columns)]
    else:
        columns = min(len(images), 8)
        titles = [f"[{i}]" for i in range(len(images))]
    most = float(np.abs(images).max())
    ax = _images(images, titles, columns, -most, most, word("weight"))
    return describe(
        ax,
        word(
            "{n} convolution filters of {h} x {w} weights, shape {shape}. The weights reach from {low} to {high}",
            n=len(images),
            h=data.shape[-2],
            w=data.shape[-1],
            shape=data.shape,
            low=number(data.min()),
            high=number(data.max()),
        ),
    )


@picture
def feature_maps(maps: Any, *, language: str | None = None) -> Figure:
    """What each filter found where: the channels that a convolution gives for one image.

    Args:
        maps: (channels, h, w), or (1, channels, h, w).

    Raises:
        ValueError: another shape, or more than 64 channels.
    """
    word = translator(language)
    data = to_array(maps, "maps", (3, 4))
    if data.ndim == 4:
        if len(data) != 1:
            raise ValueError(f"feature_maps() draws those of one image: pass maps[0], got shape {data.shape}")
        data = data[0]
    data = _limited(data, "feature_maps")
    titles = [f"[{i}]" for i in range(len(data))]
    rows = -(-len(data) // 6)  # of maps as many in each row: 4 and 4, not 6 and 2
    ax = _images(data, titles, -(-len(data) // rows), float(data.min()), float(data.max()), word("value"))
    return describe(
        ax,
        word(
            "{n} feature maps of {h} x {w}. Their values reach from {low} to {high}",
            n=len(data),
            h=data.shape[1],
            w=data.shape[2],
            low=number(data.min()),
            high=number(data.max()),
        ),
    )


@picture
def samples(
    images: Any, *, titles: Sequence[str] | None = None, columns: int = 8, language: str | None = None
) -> Figure:
    """Images on a grid, or what a generator made over time: a row for each entry.

    Args:
        images: (n, h, w) in grey, (n, 3, h, w) in red, green and blue, or {"epoch 1": images, "epoch 10": images, ...}, all of one
            shape. Colours are whole numbers from 0 to 255 or others from 0 to 1.
        titles: one for each image.
        columns: images beside each other, where `images` is no mapping.

    Raises:
        ValueError: another shape, more than 64 images, not as many titles, or columns is not positive.
    """
    word = translator(language)
    if isinstance(images, Mapping):
        rows = {name: to_array(v, f"images {name!r}", (3, 4)) for name, v in images.items()}
        shapes = {v.shape for v in rows.values()}
        if len(shapes) != 1:
            raise ValueError(
                f"samples() over time needs images of one shape (n, h, w) for each entry, got {sorted(shapes)}"
            )
        data, columns = np.concatenate(list(rows.values())), next(iter(shapes))[0]
    else:
        rows, data = {}, to_array(images, "images", (3, 4))
        if columns < 1:
            raise ValueError(f"columns must be positive, got {columns}")
        columns = min(columns, len(data))
    data = _limited(data, "samples")
    if titles is not None and len(titles) != len(data):
        raise ValueError(f"samples() needs a title for each of {len(data)} images, got {len(titles)}")
    if data.ndim == 4:
        if data.shape[1] != 3:
            raise ValueError(f"coloured images have the shape (n, 3, h, w), got {data.shape}")
        data = np.clip(np.moveaxis(data, 1, 3) / (255 if data.dtype.kind in "iu" else 1), 0, 1)
    ax = _images(data, titles or [""] * len(data), columns, float(data.min()), float(data.max()), "")
    figure: Any = ax.figure
    for name, first in zip(rows, figure.axes[::columns], strict=True) if rows else ():
        first.text(-0.15, 0.5, name, transform=first.transAxes, ha="right", va="center", fontsize=9)
    text = word("{n} images of {h} x {w} pixels on a grid", n=len(data), h=data.shape[1], w=data.shape[2])
    said = [title.replace("\n", " ") for title in (titles or rows)]
    return describe(ax, f"{text}. {'; '.join(said)}" if said else text)


GATES = (
    ("input gate i", 0),
    ("forget gate f", 1),
    ("candidate g", 2),
    ("output gate o", 3),
    ("cell state c", 4),
    ("state h", 5),
)


def _run_lstm(lstm: LSTM, x: np.ndarray) -> np.ndarray:
    """The gates i, f, g, o and the states c, h of the first layer: (6, hidden, time)."""
    w, u = to_array(lstm.weight_ih_l0, "weight"), to_array(lstm.weight_hh_l0, "weight")
    b = to_array(lstm.bias_ih_l0, "bias") + to_array(lstm.bias_hh_l0, "bias") if lstm.bias else 0
    h = c = np.zeros(lstm.hidden_size)
    steps = []
    for now in x:
        i, f, g, o = np.split(w @ now + u @ h + b, 4)
        i, f, g, o = 1 / (1 + np.exp(-i)), 1 / (1 + np.exp(-f)), np.tanh(g), 1 / (1 + np.exp(-o))
        c = f * c + i * g
        h = o * np.tanh(c)
        steps.append((i, f, g, o, c, h))
    return np.transpose(steps, (1, 2, 0))


@picture
def gates(lstm: LSTM, x: Any, *, labels: Sequence[str] | None = None, language: str | None = None) -> Figure:
    """The gates and states of an LSTM over time, a row for each unit: i, f and o from 0 to 1, g, c and h around 0.

    The formulas are those of nn.LSTM, for its first layer and forward direction, from states of zeros.

    Args:
        x: one sequence (time, input_size).
        labels: what stands at each step, letters for instance.

    Raises:
        TypeError: `lstm` is no nn.LSTM.
        ValueError: it has a proj_size, x has another shape, or there are not as many labels as steps.
    """
    word = translator(language)
    if not isinstance(lstm, LSTM):
        raise TypeError(f"gates() draws an nn.LSTM, got {type(lstm).__name__}")
    sequence = to_array(x, "x", (2,))
    if lstm.proj_size or sequence.shape[1] != lstm.input_size or (labels is not None and len(labels) != len(sequence)):
        raise ValueError(
            f"gates() draws an LSTM without proj_size over one sequence (time, {lstm.input_size}), with a label for each step, got shape {sequence.shape} and labels {labels}"
        )
    values = _run_lstm(lstm, sequence)
    time = len(sequence)
    figure = Picture(figsize=(WIDTH, 6.4), layout="constrained")
    panels = figure.subplots(6, 1, sharex=True)
    for ax, (name, place) in zip(panels, GATES, strict=True):
        part = values[place]
        low, high = (
            (0.0, 1.0) if name.split()[1] == "gate" else (-max(1.0, np.abs(part).max()), max(1.0, np.abs(part).max()))
        )
        shown = ax.imshow(part, cmap="cividis", vmin=low, vmax=high, aspect="auto", interpolation="nearest")
        label = word(name) if len(word(name)) <= 12 else word(name).replace(" ", "\n", 1)
        ax.set_ylabel(label, rotation=0, ha="right", va="center", fontsize=9)
        units = range(len(part)) if len(part) <= 6 else (0, len(part) - 1)
        ax.set_yticks(units, [str(unit + 1) for unit in units], fontsize=8)
        ax.tick_params(axis="y", length=0)
        figure.colorbar(shown, ax=ax, ticks=[low, high], format=lambda v, _: number(v, 2), pad=0.01)
    if labels is not None:
        panels[-1].set_xticks(range(time), labels, fontsize=9 if time <= 16 else 8)  # 20 numbers fit beside each other
    else:
        panels[-1].xaxis.set_major_locator(MaxNLocator(integer=True))
    panels[-1].set_xlabel(word("time step"))
    means = ", ".join(f"{word(name)} {number(values[place].mean())}" for name, place in GATES)
    return describe(
        panels[0],
        word(
            "Gates and states of an LSTM with {n} units over {time} steps. Means: {means}",
            n=lstm.hidden_size,
            time=time,
            means=means,
        ),
    )


@picture
def attention(
    weights: Any,
    tokens: Sequence[str] | None = None,
    *,
    keys: Sequence[str] | None = None,
    language: str | None = None,
    ax: Axes | None = None,
) -> Figure:
    """Attention: how much each token (row) takes from each token (column); a row sums to 1. Cells show their numbers where these fit.

    Args:
        weights: (queries, keys), or (heads, queries, keys) for a panel each.
        tokens: what stands at the queries, and at the keys unless `keys` says otherwise.

    Raises:
        ValueError: weights has another number of axes, more than 8 heads, heads for given axes, more than 32 tokens, or tokens and
            keys are not as many.
    """
    word = translator(language)
    data = to_array(weights, "weights", (2, 3))
    if data.ndim == 3:
        if len(data) > 8 or ax is not None:
            raise ValueError(f"attention() draws at most 8 heads, in a picture of their own, got {len(data)}")
        whole, grid = panels(2, -(-len(data) // 2))
        for i, (head, place) in enumerate(zip(data, grid, strict=False)):
            attention(head, tokens, keys=keys, language=language, ax=place)
            place.set_title(word("head {i}", i=i))
        for place in grid[len(data) :]:
            place.remove()
        return whole
    rows = list(tokens) if tokens is not None else [str(i) for i in range(len(data))]
    columns = list(keys) if keys is not None else rows if tokens is not None else [str(i) for i in range(data.shape[1])]
    if data.shape != (len(rows), len(columns)) or max(data.shape) > 32:
        raise ValueError(
            f"attention() draws at most (32, 32) weights, with a token for each row and column, got {data.shape}, {len(rows)} and {len(columns)} tokens"
        )
    side = 0.5 if max(data.shape) <= 10 else 0.22
    ax = plain_axes(ax, min(WIDTH, side * len(columns) + 2.4), side * len(rows) + 1.4)
    shown = ax.imshow(data, cmap="Blues", vmin=0, vmax=max(float(data.max()), 1e-12))
    figure: Any = ax.figure
    room = min(figure.get_size_inches() * ax.get_position().size) / max(data.shape)
    if side == 0.5 and room > 0.4:  # inches, enough for "0.25"
        for (i, j), value in np.ndenumerate(data):
            color = "white" if value > 0.6 * data.max() else INK
            ax.text(j, i, f"{value:.2f}", ha="center", va="center", fontsize=9, color=color)
    turned = max(map(len, columns)) * 0.09 > side
    ax.set_xticks(range(len(columns)), columns, rotation=90 if turned else 0)
    ax.set_yticks(range(len(rows)), rows)
    ax.set(xlabel=word("looks at"), ylabel=word("token"))
    ax.tick_params(length=0)
    ax.spines[:].set_visible(False)
    ax.figure.colorbar(shown, ax=ax, label=word("weight"))
    best = [f"{row} → {columns[int(w.argmax())]} {number(w.max(), 2)}" for row, w in zip(rows, data, strict=True)]
    best = best[:8] + ["…"] * (len(best) > 8)
    return describe(ax, word("Attention of {n} tokens. Each looks most at: {best}", n=len(rows), best="; ".join(best)))
