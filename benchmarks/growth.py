"""How time and memory grow with the size n of the work, one thread: a log-log slope of 1 is in proportion, 2 with the square.

Times are taken as in the wide table. Memory is the peak of a process that imports one package only, over what it had after its imports and a first small step.
"""

from __future__ import annotations

import importlib.util
import math
import time
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

from benchmarks.kinds import Kind, build, kinds
from benchmarks.measuring import NAMES, first, fresh, package, peak, turns

# in the form of benchmarks/kinds.py
TABLE = {
    "batch": """
        MLP, 4 layers of 128              | 1, 16, 256, 4096    | training(mlp(4, 128), n, 128)
        Conv2d(16, 16, 3), 16x16          | 1, 8, 64, 256       | layer(nn.Conv2d(16, 16, 3, padding=1), (n, 16, 16, 16))
        LSTM(64, 64), 16 steps            | 1, 8, 64, 256       | layer(nn.LSTM(64, 64), (16, n, 64))
        TransformerEncoderLayer(64, 4)    | 1, 4, 16, 64        | layer(nn.TransformerEncoderLayer(64, 4, 256, 0.0), (32, n, 64))
    """,
    "width": """
        MLP, 4 layers, batch 64           | 16, 64, 256, 1024   | training(mlp(4, n), 64, n)
        Conv2d(n, n, 3), 16x16, batch 16  | 4, 16, 64, 128      | layer(nn.Conv2d(n, n, 3, padding=1), (16, n, 16, 16))
        LSTM(n, n), 16 steps, batch 16    | 16, 64, 256, 512    | layer(nn.LSTM(n, n), (16, 16, n))
        TransformerEncoderLayer(n, 4)     | 16, 64, 256, 512    | layer(nn.TransformerEncoderLayer(n, 4, 4 * n, 0.0), (32, 4, n))
        CrossEntropyLoss, n classes       | 10, 100, 1000, 10000 | layer(nn.CrossEntropyLoss(), (64, n), torch.randint(0, n, (64,)))
    """,
    "depth": """
        MLP, width 32, batch 32           | 2, 8, 32, 128       | training(mlp(n, 32), 32, 32)
        chain of additions                | 10, 100, 1000, 10000 | layer(lambda x: sum([x] * n), (10,))
    """,
    "length": """
        RNN(64, 64), batch 16             | 8, 32, 128, 512     | layer(nn.RNN(64, 64), (n, 16, 64))
        LSTM(64, 64), batch 16            | 8, 32, 128, 512     | layer(nn.LSTM(64, 64), (n, 16, 64))
        GRU(64, 64), batch 16             | 8, 32, 128, 512     | layer(nn.GRU(64, 64), (n, 16, 64))
        LSTMCell(64, 64), batch 16        | 8, 32, 128, 512     | layer(loop(nn.LSTMCell(64, 64)), (n, 16, 64))
        attention, causal                 | 16, 64, 256, 1024   | layer(lambda q, k, v: F.scaled_dot_product_attention(q, k, v, is_causal=True), *[(1, 4, n, 32)] * 3)
        Conv1d(16, 16, 3), batch 16       | 16, 64, 256, 1024   | layer(nn.Conv1d(16, 16, 3), (16, 16, n))
    """,
    "size of the picture": """
        Conv2d(16, 16, 3), batch 16       | 8, 16, 32, 64       | layer(nn.Conv2d(16, 16, 3, padding=1), (16, 16, n, n))
        MaxPool2d(2), 16 channels         | 8, 16, 32, 64       | layer(nn.MaxPool2d(2), (16, 16, n, n))
        BatchNorm2d(16)                   | 8, 16, 32, 64       | layer(nn.BatchNorm2d(16), (16, 16, n, n))
    """,
    "number of parameters": """
        Adam, one weight of n numbers     | 1000, 10000, 100000, 1000000 | optimizer("Adam", [(n,)])
        Adam, n weights of 32 x 32        | 4, 16, 64, 256      | optimizer("Adam", [(32, 32)] * n)
        SGD, n weights of 32 x 32         | 4, 16, 64, 256      | optimizer("SGD", [(32, 32)] * n)
        Embedding(n, 64), 512 indices     | 100, 1000, 10000, 100000 | layer(nn.Embedding(n, 64), torch.randint(0, n, (512,)))
    """,
    "number of data": """
        DataLoader                        | 64, 256, 1024, 4096 | epoch(pairs(n), shuffle=True)
        sort                              | 1000, 10000, 100000, 1000000 | plain(lambda x: x.sort(), torch.randperm(n).float())
        sum(exp(x))                       | 1000, 10000, 100000, 1000000 | layer(lambda x: x.exp().sum(), (n,))
    """,
}
PICTURE = Path(__file__).with_name("growth.png")
SEEN = 4.0  # MB: less says nothing
NOISE = 0.1  # of a ratio or a slope: less may be chance


def measure(*words: str) -> Iterator[dict]:
    """The times of all kinds in all sizes."""
    packages = {name: package(name) for name in NAMES}
    for kind in kinds(list(words), TABLE):
        times: dict[str, list[float]] = {name: [] for name in NAMES}
        for n in kind.sizes:
            steps = {name: build(kind, torch, n) for name, torch in packages.items()}
            for name, found in turns(steps, seconds=0.03, rounds=7, clock=time.process_time).items():
                times[name].append(min(found))
        yield times


def memory(name: str, *words: str) -> Iterator[dict]:
    """The peaks of one kind in MB, size by size, with one package."""
    torch = package(name)
    (kind,) = [k for k in kinds([], TABLE) if [k.group, k.name] == list(words)]
    for _ in range(2):
        build(kind, torch, kind.sizes[0])()
    before, peaks = peak(), []
    for n in kind.sizes:
        step = build(kind, torch, n)
        for _ in range(3):
            step()
        peaks.append(peak() - before)
    yield {"peaks": peaks}


class Grown(NamedTuple):
    """A kind, its times in seconds and its peaks in MB: package -> size by size."""

    kind: Kind
    times: dict[str, list[float]]
    peaks: dict[str, list[float]]

    def ratios(self) -> list[float]:
        """Our times to torch's."""
        return [ours / theirs for ours, theirs in zip(*(self.times[name] for name in NAMES), strict=True)]

    def slopes(self, found: dict[str, list[float]]) -> list[float]:
        """Ours and torch's, of times or of peaks."""
        return [slope(self.kind.sizes, found[name]) for name in NAMES]

    def seen(self) -> bool:
        """Whether the memory is large enough to say something."""
        return min(self.peaks[name][-2] for name in NAMES) > SEEN

    def line(self) -> str:
        """Its line of the table."""
        sizes = " / ".join(f"{n:,}" for n in self.kind.sizes)
        ratios = " ".join(f"{ratio:.2f}x" for ratio in self.ratios())
        ours, theirs = self.slopes(self.times)
        cells = [self.kind.group, self.kind.name, sizes, ratios, f"{ours:.2f}", f"{theirs:.2f}"]
        cells += [f"{self.peaks[name][-1]:.0f} MB" for name in NAMES]
        cells += [f"{s:.2f}" for s in self.slopes(self.peaks)] if self.seen() else ["", ""]
        return f"| {' | '.join(cells)} |"


def slope(sizes: list[int], found: list[float]) -> float:
    """That of the line through the last two points, both axes logarithmic: what holds for large work."""
    (n, m), (a, b) = sizes[-2:], found[-2:]
    return math.log(b / a) / math.log(m / n)


def report(words: list[str]) -> tuple[list[str], list[str]]:
    """The lines of the section, printed too, and what grows faster than torch's and is slower in the end."""
    chosen = kinds(words, TABLE)
    grown = []
    for kind, times in zip(chosen, fresh("growth", "measure", *words), strict=True):
        peaks = {name: first("growth", "memory", name, kind.group, kind.name)["peaks"] for name in NAMES}
        grown.append(Grown(kind, times, peaks))
        print(grown[-1].line(), flush=True)
    faster = [g for g in grown if g.ratios()[-1] > (1 + NOISE) * min(g.ratios())]
    behind = [g for g in faster if g.ratios()[-1] > 1 + NOISE]
    larger = [g for g in grown if g.seen() and g.slopes(g.peaks)[0] > g.slopes(g.peaks)[1] + NOISE]
    most = [(g, *(g.peaks[name][-1] for name in NAMES)) for g in grown]
    above = [g for g, ours, theirs in most if ours > SEEN and ours > (1 + NOISE) * theirs]
    lines = [
        "## Growth",
        "",
        "How time (processor time, one thread) and memory (the peak over what the imports take) grow with the size n of the work. Slopes are log-log, between the two",
        f"largest sizes: 1 is in proportion, 2 with the square. Memory below {SEEN:.0f} MB has none.",
        "",
        f"- Time that grows faster than torch's, and takes longer in the end: {_named(behind)}.",
        f"- Time that grows faster, but is level or ahead at the largest n (at the smallest, torch's fixed costs count): {_named([g for g in faster if g not in behind])}.",
        f"- Memory that grows faster than torch's: {_named(larger)}.",
        f"- Memory above torch's at the largest n (the libraries themselves not counted): {_named(above)}.",
        "",
        "| with | kind | n | ratio | slope of time | torch's | memory at the largest n | torch's | slope of memory | torch's |",
        "|---|---|---|---|---|---|---|---|---|---|",
        *(g.line() for g in grown),
    ]
    if not words and importlib.util.find_spec("matplotlib"):
        _draw(grown)
    if PICTURE.exists():
        lines += ["", f"![Time against size, ours and torch's]({PICTURE.name})"]
    print("\n".join(lines[5:9]))
    missed = [f"time of {g.kind.name} ({g.kind.group}) grows faster than torch's" for g in behind]
    return lines, missed + [f"memory of {g.kind.name} ({g.kind.group}) grows faster than torch's" for g in larger]


def _named(grown: list[Grown]) -> str:
    return "; ".join(f"{g.kind.name} with {g.kind.group}" for g in grown) or "none"


def _draw(grown: list[Grown]) -> None:
    """A small picture for each kind, both axes logarithmic."""
    import matplotlib

    matplotlib.use("Agg")
    from matplotlib import pyplot

    columns = 5
    rows = math.ceil(len(grown) / columns)
    figure, axes = pyplot.subplots(rows, columns, figsize=(2.6 * columns, 2.1 * rows), layout="constrained")
    for ax in axes.flat[len(grown) :]:
        ax.axis("off")
    for ax, g in zip(axes.flat, grown, strict=False):
        for name, colour in zip(NAMES, ("tab:blue", "tab:orange"), strict=True):
            ax.loglog(g.kind.sizes, [1e3 * t for t in g.times[name]], "o-", color=colour, markersize=3, label=name)
        ax.set_title(f"{g.kind.name}\nwith {g.kind.group}", fontsize=7)
        ax.tick_params(labelsize=6)
        ax.tick_params(which="minor", labelbottom=False, labelleft=False)
        ax.grid(alpha=0.3)
    axes.flat[0].legend(fontsize=6)
    figure.supylabel("ms", fontsize=8)
    figure.supxlabel("n", fontsize=8)
    figure.savefig(PICTURE, dpi=72)
