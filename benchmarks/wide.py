"""The wide table: every kind of benchmarks/kinds.py in two sizes, as a ratio to torch.

One thread: processor time. Two threads, the larger size only: time on the clock, since the work of a second thread is the point. Both packages take turns in
slices of about 20 ms in one process, and the best slice of each counts.
"""

from __future__ import annotations

import math
import time
import traceback
from collections.abc import Callable, Iterator
from itertools import groupby
from typing import Any

import numpy as np

from benchmarks.kinds import LIMIT, MEAN, Kind, build, kinds
from benchmarks.measuring import NAMES, fresh, package, turns


def values(step: Callable) -> list[np.ndarray]:
    """What a step computes: its result, and its leaves with their gradients."""
    found = [step()]
    for leaf in getattr(step, "leaves", []):
        found += [leaf, leaf.grad]
    return [np.asarray(v.detach().numpy() if hasattr(v, "detach") else v) for v in found if v is not None]


def alike(ours: list[np.ndarray], theirs: list[np.ndarray], rtol: float) -> bool:
    """Whether they have the same shapes and types, and the same numbers to rtol of the largest."""

    def one(a: np.ndarray, b: np.ndarray) -> bool:
        if a.shape != b.shape or a.dtype != b.dtype:
            return False
        if a.dtype.kind not in "fc":
            return bool((a == b).all())
        return np.allclose(a, b, rtol=rtol, atol=rtol * np.abs(b).max(initial=0, where=np.isfinite(b)), equal_nan=True)

    return len(ours) == len(theirs) and all(map(one, ours, theirs))


def measure(threads: str, *words: str) -> Iterator[dict]:
    """The times of all kinds, one after the other."""
    packages = {name: package(name) for name in NAMES}
    clock = time.process_time if threads == "1" else time.perf_counter
    for kind in kinds(list(words)):
        for n in kind.sizes if threads == "1" else kind.sizes[1:]:
            row: dict[str, Any] = {"kind": f"{kind.group}: {kind.name}", "n": n}
            try:
                steps = {name: build(kind, torch, n) for name, torch in packages.items()}
                if not alike(*map(values, steps.values()), rtol=1e-3):
                    raise AssertionError("the packages compute different numbers")
                times = turns(steps, seconds=0.02, rounds=7, clock=clock)
                row |= {name: min(t) for name, t in times.items()}
            except Exception:
                row["error"] = traceback.format_exc()
            yield row


def _mean(ratios: list[float]) -> float:
    return math.exp(sum(map(math.log, ratios)) / len(ratios)) if ratios else math.nan


def _time(seconds: float) -> str:
    return f"{seconds * 1e6:,.1f} us" if seconds < 1e-4 else f"{seconds * 1e6:,.0f} us"


class Ratios:
    """All that was measured: (threads, kind, n) -> the two times and their ratio."""

    def __init__(self, words: list[str]) -> None:
        self.rows: dict[tuple[int, str, int], tuple[float, float, float]] = {}
        self.failed: list[str] = []
        for threads in (1, 2):
            for row in fresh("wide", "measure", str(threads), *words, threads=threads):
                place = f"{row['kind']}, n = {row['n']}, {threads} thread{'s' * (threads > 1)}"
                if "error" in row:
                    self.failed.append(f"{place} failed")
                    print(f"{place}\n{row['error']}", flush=True)
                    continue
                ours, theirs = row["minitorch_pt"], row["torch"]
                self.rows[threads, row["kind"], row["n"]] = ours, theirs, ours / theirs
                print(f"{ours / theirs:6.2f}x  {place}", flush=True)

    def of(self, threads: int, those: list[Kind], *sizes: int) -> list[float]:
        """The ratios of these kinds, of their first or second size or both."""
        keys = [(threads, f"{k.group}: {k.name}", k.sizes[i]) for k in those for i in sizes or (0, 1)]
        return [self.rows[key][2] for key in keys if key in self.rows]

    def line(self, kind: Kind) -> str:
        """A kind's line of the table."""
        cells = [kind.name]
        for n in kind.sizes:
            ours, theirs, ratio = self.rows.get((1, f"{kind.group}: {kind.name}", n), (math.nan,) * 3)
            cells += [f"{n:,}", _time(ours), _time(theirs), f"**{ratio:.2f}x**"]
        cells += [f"{ratio:.2f}x" for ratio in self.of(2, [kind], 1)] or ["nan"]
        limit, reason = kind.limit
        return f"| {' | '.join(cells)} | {f'{limit}x: {reason}' if reason else ''} |"


def report(words: list[str]) -> tuple[list[str], list[str]]:
    """The lines of the section, printed too, and what misses its limit."""
    chosen = kinds(words)
    if not chosen:
        return [], [f"no kind has {' or '.join(words)} in its name or group"]
    ratios = Ratios(words)
    mean = _mean(ratios.of(1, chosen))
    ranked = sorted(((max(ratios.of(1, [k]), default=0.0), k) for k in chosen), key=lambda found: -found[0])
    missed = ratios.failed + [
        f"{k.name} takes {r:.2f}x, the limit is {k.limit[0]}x" for r, k in ranked if r > k.limit[0]
    ]
    if mean > MEAN:
        missed.append(f"the geometric mean is {mean:.2f}x, the limit is {MEAN}x")
    ahead = sum(r < 1 for r in ratios.of(1, chosen))
    lines = [
        "## The wide table",
        "",
        f"{len(chosen)} kinds in two sizes n each (`benchmarks/kinds.py`), float32: processor time at one thread, time on the clock at two, both packages in turns.",
        f"No kind should take above {LIMIT}x but those whose own limit stands in the last column, and the geometric mean should be at most {MEAN}x.",
        "",
        f"- Geometric mean: **{mean:.2f}x** (small sizes {_mean(ratios.of(1, chosen, 0)):.2f}x, large sizes {_mean(ratios.of(1, chosen, 1)):.2f}x; "
        f"large sizes at two threads {_mean(ratios.of(2, chosen)):.2f}x). {ahead} of {len(ratios.of(1, chosen))} are faster than torch.",
        f"- Slowest: {', '.join(f'`{k.name}` {r:.2f}x' for r, k in ranked[:10])}.",
        f"- Above their limit: {sum(r > k.limit[0] for r, k in ranked)} kinds.",
    ]
    for group, members in groupby(chosen, key=lambda kind: kind.group):
        those = list(members)
        lines += [
            "",
            f"### {group[0].upper()}{group[1:]}: {_mean(ratios.of(1, those)):.2f}x",
            "",
            "| kind | n | ours | torch | ratio | n | ours | torch | ratio | 2 threads | own limit |",
            "|---|---|---|---|---|---|---|---|---|---|---|",
            *map(ratios.line, those),
        ]
    print("\n".join(lines))
    return lines, missed
