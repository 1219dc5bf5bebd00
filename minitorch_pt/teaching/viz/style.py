"""The look that all pictures share: colours, sizes, a canvas for drawings, and the alternative text.

A picture is at most 7 inches wide, 700 pixels on a page, and its smallest text is 8 points: readable there without zooming.
The colours are Okabe and Ito's (https://jfly.uni-koeln.de/color/), which colour-blind readers tell apart, and no difference lies in
colour alone: line styles, hatches, markers and shapes say the same in grey.
"""

from __future__ import annotations

import functools
import io
import re
from base64 import b64encode
from collections.abc import Callable, Iterable, Sequence
from html import escape
from typing import Any, ParamSpec

import numpy as np
from matplotlib import rc_context
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.patches import Circle, FancyArrowPatch, FancyBboxPatch, Polygon, Rectangle
from matplotlib.rcsetup import cycler
from matplotlib.text import Text

from ..language import speaking, spoken

__all__ = ["Picture", "alt_text", "panels"]

BLUE, VERMILION, GREEN, ORANGE, PURPLE, SKY = "#0072B2", "#D55E00", "#009E73", "#E69F00", "#CC79A7", "#56B4E9"
INK, GREY, LIGHT, PAPER = "#222222", "#767676", "#EDEDED", "white"
PALE_BLUE, PALE_ORANGE, PALE_GREEN = "#CFE6F5", "#FBE3B5", "#C9EBDF"
CYCLE = (BLUE, VERMILION, GREEN, PURPLE, ORANGE, SKY)
DASHES: tuple = ("-", (0, (5, 2)), (0, (1, 1.5)), (0, (6, 2, 1, 2)), (0, (3, 1, 1, 1, 1, 1)), (0, (9, 3)))
MARKERS = ("o", "^", "s", "D", "v", "P", "X", "*", "<", ">")
HATCHES = ("", "///", "...", "\\\\\\", "xxx", "++")
WIDTH = 7.0  # inches
CELL = 0.55  # inches: "-0.26" at 10 points fits in
STYLE: Any = {
    "font.family": "DejaVu Sans",  # comes with matplotlib: the same picture on every machine
    "font.size": 10,
    "axes.titlesize": 11,
    "axes.spines.top": False,
    "axes.spines.right": False,
    "axes.edgecolor": GREY,
    "axes.labelcolor": INK,
    "axes.prop_cycle": cycler(color=CYCLE),
    "text.color": INK,
    "legend.fontsize": 9,
    "legend.frameon": False,
    "xtick.labelsize": 9,
    "ytick.labelsize": 9,
    "hatch.linewidth": 0.6,
    "figure.constrained_layout.h_pad": 0.08,
    "figure.constrained_layout.w_pad": 0.08,
    "figure.dpi": 100,
    "savefig.dpi": 150,
    "figure.facecolor": PAPER,
    "savefig.facecolor": PAPER,
    "svg.fonttype": "path",
    "svg.hashsalt": "minitorch_pt",  # names inside the SVG would be drawn at random otherwise
}
P = ParamSpec("P")


class Picture(Figure):
    """A matplotlib Figure with alternative text, shown by notebooks; it needs neither pyplot nor a window.

    Its numbers are written as its language does: 0.5 in English, 0,5 in Portuguese.
    """

    alt = ""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.language = spoken()

    def draw(self, renderer: Any) -> None:
        if self.language == "pt":
            for text in self.findobj(Text):
                text.set_text(_with_commas(text.get_text()))  # type: ignore[attr-defined]
            for ax in self.axes:
                for axis in (ax.xaxis, ax.yaxis):
                    _commas_at_ticks(axis.get_major_formatter())
        super().draw(renderer)

    def _repr_mimebundle_(self, **_: Any) -> tuple[dict, dict]:
        """What a notebook shows: the picture, and its alternative text for who does not see it."""
        buffer = io.BytesIO()
        with rc_context(STYLE):
            self.savefig(buffer, format="png")
        image, width = b64encode(buffer.getvalue()).decode(), int(self.bbox.width)
        html = f'<img alt="{escape(self.alt)}" width="{width}" src="data:image/png;base64,{image}">'
        shown = {"image/png": image, "text/html": html, "text/plain": self.alt}
        return shown, {"image/png": {"alt": self.alt, "width": width}}


def _commas_at_ticks(formatter: Any) -> None:
    """Let the labels of ticks have decimal commas."""
    if "format_ticks" not in vars(formatter):  # it has them already if the picture was drawn before
        plain = formatter.format_ticks
        formatter.format_ticks = lambda values: list(map(_with_commas, plain(values)))


def _with_commas(text: str) -> str:
    """Decimal numbers with a comma; in a list, what stood between them becomes a semicolon.

    >>> _with_commas("(2, 3): [0.5, -1.25]")
    '(2, 3): [0,5; -1,25]'
    """
    text = re.sub(r"\[[^][]*\d\.\d[^][]*\]", lambda found: found[0].replace(", ", "; "), text)
    return re.sub(r"(?<=\d)\.(?=\d)", ",", text)


def alt_text(figure: Figure) -> str:
    """What a picture shows, in words, for who does not see it; "" if the figure is not from here.

    >>> from minitorch_pt.teaching import viz
    >>> viz.alt_text(viz.shape([[0, 1, 2, 3], [0, 1, 2, 3]]))
    'An array of shape (2, 4). 2 axes, drawn as a table of 2 x 4 cells.'
    """
    return getattr(figure, "alt", "")


def describe(ax: Axes, text: str) -> Figure:
    """Add `text` to the alternative text of the figure that holds `ax`, and return the figure."""
    figure: Any = ax.figure.figure  # of axes in a sub-figure, the whole
    text += "" if text.endswith(".") else "."
    text = _with_commas(text) if getattr(figure, "language", "en") == "pt" else text
    figure.alt = f"{alt_text(figure)} {text}".strip()
    return figure


def picture(draw: Callable[P, Figure]) -> Callable[P, Figure]:
    """Let a function draw in the house style, whatever the reader's own settings of matplotlib are."""

    @functools.wraps(draw)
    def styled(*args: P.args, **kwargs: P.kwargs) -> Figure:
        language: Any = kwargs.get("language")
        with rc_context(STYLE), speaking(language):
            return draw(*args, **kwargs)

    return styled


def panels(columns: int = 1, rows: int = 1, height: float = 3.0) -> tuple[Picture, list[Axes]]:
    """An empty picture of `rows` x `columns` axes, each for one function's `ax=`; `height` is that of one row in inches.

    Charts fit into a third of the width; drawings (networks, products, graphs) shrink with their texts, and want half of it or all.

    >>> from minitorch_pt.teaching import viz
    >>> figure, (left, right) = viz.panels(2)
    >>> viz.activation("relu", ax=left) is viz.activation("tanh", ax=right) is figure
    True
    """
    with rc_context(STYLE):
        figure = Picture(figsize=(WIDTH, height * rows), layout="constrained")
        return figure, list(figure.subplots(rows, columns, squeeze=False).flat)


def plain_axes(ax: Axes | None, width: float = 6.0, height: float = 3.6) -> Axes:
    """The axes to draw a chart in: those given, or those of a new picture."""
    return Picture(figsize=(min(width, WIDTH), height), layout="constrained").add_subplot() if ax is None else ax


def to_array(values: Any, what: str, axes: Sequence[int] | None = None) -> np.ndarray:
    """Numbers of any kind (Tensor of ours or of torch, array, lists) as an array, whose number of axes must be in `axes`."""
    array = np.asarray(values.detach() if hasattr(values, "detach") else values)
    if array.dtype.kind not in "bifu":
        raise TypeError(f"{what} must hold real numbers, got dtype {array.dtype}")
    if axes is not None and array.ndim not in axes:
        wanted = " or ".join(map(str, axes))
        raise ValueError(
            f"{what} must have {wanted} {'axis' if wanted == '1' else 'axes'}, got {array.ndim}: shape {array.shape}"
        )
    if not array.size:
        raise ValueError(f"{what} must hold at least one number, got shape {array.shape}")
    return array


def number(value: Any, digits: int = 3) -> str:
    """A number as short as a cell needs it: three digits that count, unless it is larger.

    >>> number(2.0), number(-0.91), number(1234.56), number(0.398, 2), number(True)
    ('2', '-0.91', '1235', '0.4', 'True')
    """
    if isinstance(value, (bool, np.bool_)):
        return str(bool(value))
    text = f"{value:.0f}" if 10**digits <= abs(value) < 1e6 else f"{value:.{digits}g}"
    if 0 < abs(value) < 0.01 and "e" not in text and len(text.lstrip("-")) > 5:
        text = f"{value:.{digits - 1}e}"
    return "0" if text == "-0" else re.sub(r"\.?0*e\+?(-?)0*", r"e\1", text)


def fixed(value: Any, decimals: int = 2) -> str:
    """A number with so many decimals at most, where a long one has no room; a small one keeps one digit.

    >>> fixed(0.0506), fixed(-2.0), fixed(-0.0037), fixed(123.456)
    ('0.05', '-2', '-0.004', '123')
    """
    short = round(float(value), decimals)
    return number(short if short or not value else float(f"{value:.0e}"))


def shown(n: int, most: int) -> list[int | None]:
    """Which of `n` places are drawn: all, or the first ones, a gap (None) and the last.

    >>> shown(3, 5), shown(100, 5)
    ([0, 1, 2], [0, 1, 2, None, 99])
    """
    return list(range(n)) if n <= most else [*range(most - 2), None, n - 1]


class Canvas:
    """Axes whose unit is an inch, y downwards: drawings keep their distances, so texts that fit stay apart.

    Given axes of other sizes, the drawing and its texts shrink or grow to fit in.
    """

    def __init__(self, width: float, height: float, ax: Axes | None = None) -> None:
        if ax is None:
            self.scale = min(1.0, WIDTH / width)
            ax = Picture(figsize=(width * self.scale, height * self.scale)).add_axes((0, 0, 1, 1))
        else:
            self.scale = min(1.2, ax.bbox.width / ax.figure.dpi / width, ax.bbox.height / ax.figure.dpi / height)
        ax.set(xlim=(0, width), ylim=(height, 0), aspect="equal")
        ax.axis("off")
        self.ax, self.width, self.height = ax, width, height

    def text(self, x: float, y: float, text: str, size: float = 10, color: str = INK, **options: Any) -> Text:
        """A text, centred on the point unless `ha` and `va` say otherwise."""
        options = {"ha": "center", "va": "center"} | options
        return self.ax.text(x, y, text, fontsize=size * self.scale, color=color, **options)

    def pieces(self, x: float, y: float, pieces: Iterable[tuple[str, str]], size: float = 11) -> None:
        """One line of texts (text, colour), centred on the point; in a font whose letters are all equally wide."""
        pieces = list(pieces)
        step = 0.602 * size / 72  # DejaVu Sans Mono: 0.602 of the size per letter, 72 points an inch
        left = x - step * sum(len(text) for text, _ in pieces) / 2
        for text, color in pieces:
            weight = "normal" if color == INK else "bold"
            options: dict = {"family": "DejaVu Sans Mono", "weight": weight, "ha": "left"}
            shift = step * (len(text) - len(text.lstrip()))
            self.text(left + shift, y, text.strip(), size, color, **options)
            left += step * len(text)

    def cell(
        self,
        x: float,
        y: float,
        text: str,
        face: str = PAPER,
        hatch: str = "",
        side: float = CELL,
        edge: str = GREY,
        lw: float = 1,
    ) -> None:
        """A square with a number in it; (x, y) is its upper left corner."""
        options: dict = {
            "edgecolor": edge,
            "linewidth": lw * self.scale,
            "zorder": 1 + (lw > 1) / 10,
        }  # over its neighbours
        self.ax.add_patch(Rectangle((x, y), side, side, facecolor=face, **options))
        if hatch:
            faint = options | {"edgecolor": "#BBBBBB", "linewidth": 0}
            self.ax.add_patch(Rectangle((x, y), side, side, fill=False, hatch=hatch, **faint))
            self.ax.add_patch(Rectangle((x, y), side, side, fill=False, **options))
        if text:
            size = min(10.0, side * 72 / (0.66 * max(len(text), 1)))
            self.text(x + side / 2, y + side / 2, text, size)

    def table(self, x: float, y: float, texts: Sequence[Sequence[str]], look: Callable, side: float = CELL) -> None:
        """Cells in rows and columns; where `look(row, column)` gives face, hatch and edge, they stand out with a thick edge."""
        for i, row in enumerate(texts):
            for j, text in enumerate(row):
                face, hatch, edge = look(i, j) or (PAPER, "", GREY)
                self.cell(x + j * side, y + i * side, text, face, hatch, side, edge, 2 if look(i, j) else 1)

    def box(
        self, x: float, y: float, width: float, height: float, face: str = PAPER, edge: str = INK, lw: float = 1.2
    ) -> None:
        """A box with round corners, centred on the point."""
        corner = (x - width / 2 + 0.06, y - height / 2 + 0.06)
        style = "round,pad=0.06,rounding_size=0.09"
        self.ax.add_patch(
            FancyBboxPatch(corner, width - 0.12, height - 0.12, boxstyle=style, facecolor=face, edgecolor=edge, lw=lw)
        )

    def circle(self, x: float, y: float, radius: float, face: str = PAPER, edge: str = INK, lw: float = 1.2) -> None:
        """A circle, above the lines that lead to it."""
        self.ax.add_patch(Circle((x, y), radius, facecolor=face, edgecolor=edge, linewidth=lw, zorder=3))

    def polygon(self, points: Sequence[tuple[float, float]], face: str, edge: str = GREY, lw: float = 1) -> None:
        """A closed figure through the points."""
        self.ax.add_patch(Polygon(points, closed=True, facecolor=face, edgecolor=edge, linewidth=lw))

    def line(self, xs: Any, ys: Any, color: str = INK, lw: float = 1.2, **options: Any) -> None:
        """A line through points."""
        self.ax.plot(xs, ys, color=color, linewidth=lw * self.scale, **({"solid_capstyle": "round"} | options))

    def arrow(
        self, x0: float, y0: float, x1: float, y1: float, color: str = INK, lw: float = 1.2, **options: Any
    ) -> None:
        """An arrow from point to point."""
        options |= {"arrowstyle": "-|>", "shrinkA": 0, "shrinkB": 0, "mutation_scale": 10 * self.scale}
        self.ax.add_patch(FancyArrowPatch((x0, y0), (x1, y1), color=color, linewidth=lw * self.scale, **options))
