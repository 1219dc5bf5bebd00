"""Runs a program under both, and judges: equal, different, or as different as PyTorch is from itself when last bits change."""

from __future__ import annotations

import importlib.util
import itertools
import os
import tempfile
import textwrap
from collections import defaultdict
from collections.abc import Callable
from pathlib import Path
from typing import NamedTuple

from .lines import Difference, Row, align, differences, read, settled, unexplained
from .processes import Run, start

__all__ = ["DIFFERENT", "EQUAL_NUMBERS", "EQUAL_TEXT", "FLOAT32", "Comparison", "NotCompared", "compare"]

EQUAL_TEXT, EQUAL_NUMBERS, FLOAT32, DIFFERENT = (
    "equal text",
    "equal numbers to 1e-4",
    "differences of float32",
    "different",
)


class NotCompared(Exception):
    """The program cannot be run under both; the text says why."""


class Comparison(NamedTuple):
    """Two runs and what differs; `drifts` are PyTorch's lines beside those of its runs with last bits changed."""

    title: str
    theirs: Run
    ours: Run
    rows: list[Row]
    drifts: list[list[Row]]
    verdict: str

    @property
    def apart(self) -> list[Row]:
        """The lines to show: those that differ by more than 1e-4, or, where there are none, those that differ at all."""
        return [row for row in self.rows if row.kind in ("numbers", "text")] or [
            row for row in self.rows if row.kind == "near"
        ]

    @property
    def largest(self) -> Difference | None:
        """The largest difference, as a part of the largest such number; equal to 1e-4 only where all are."""
        scale: dict[tuple[str, int], float] = defaultdict(float)
        found = differences(self.rows)
        for row in (row.theirs for row in self.rows if row.theirs):
            for place, number in enumerate(row.numbers):
                scale[row.shape, place] = max(scale[row.shape, place], abs(number.value))
        return max(found, key=lambda d: (not d.near, d.absolute / (scale[d.shape, d.place] or 1)), default=None)

    @property
    def drift(self) -> Difference | None:
        """The largest by which PyTorch differs from itself, in lines such as that of the largest difference."""
        found = [d for drift in self.drifts for d in differences(drift) if d.absolute]
        worst = self.largest
        alike = [d for d in found if worst and (d.shape, d.place) == (worst.shape, worst.place)]
        return max(alike or found, key=lambda d: d.absolute, default=None)


def compare(program: str, arguments: list[str], *, threads: int = 1, timeout: float | None = None) -> Comparison:
    """Run the program under both and compare.

    Raises:
        NotCompared: it cannot be run under both.
    """
    if importlib.util.find_spec("torch") is None:
        raise NotCompared("compare needs PyTorch beside minitorch_pt: pip install torch==2.13.0")
    if not os.path.exists(program):
        raise NotCompared(f"no such program: {os.path.abspath(program)}")
    with tempfile.TemporaryDirectory() as folder:

        def run(name: str, *before: str, nudge: int = 0, expected: int = 0) -> Run:
            return start(
                name,
                [*before, program, *arguments],
                folder=Path(folder),
                threads=threads,
                timeout=timeout,
                nudge=nudge,
                expected=expected,
            )

        theirs = run("PyTorch")
        expected = theirs.output.count("\n")
        ours = run("minitorch_pt", "-m", __package__.partition(".")[0], "run", expected=expected)
        if theirs.failed or ours.failed or theirs.status != ours.status:
            raise NotCompared(_failure(theirs, ours))
        lines = read(theirs.output)

        def rerun(nudge: int) -> list[Row] | None:
            name = "PyTorch, last bits changed" if nudge else "PyTorch again"
            again = run(name, nudge=nudge, expected=expected)
            return None if again.failed or again.status != theirs.status else align(lines, read(again.output))

        verdict, rows, drifts = _judge(align(lines, read(ours.output)), rerun)
    return Comparison(" ".join([os.path.basename(program), *arguments]), theirs, ours, rows, drifts, verdict)


def _judge(rows: list[Row], rerun: Callable[[int], list[Row] | None]) -> tuple[str, list[Row], list[list[Row]]]:
    """The verdict, the rows without what changes from run to run, and how PyTorch drifts, where that had to be found out."""
    drifts: list[list[Row]] = []
    repeat = None if _equal(rows) else rerun(0)
    rows = rows if repeat is None else settled(rows, repeat)
    if verdict := _equal(rows):
        return verdict, rows, drifts
    for seed in (1, 2, 3):
        again = rerun(seed)
        if again is None:
            break
        drifts.append(again if repeat is None else settled(again, repeat))
        if not any(unexplained(rows, drifts)):
            return FLOAT32, rows, drifts
        if _equal(drifts[-1]):  # no difference beyond 1e-4 comes of such a drift
            break
    return DIFFERENT, rows, drifts


def _equal(rows: list[Row]) -> str | None:
    kinds = {row.kind for row in rows}
    return EQUAL_TEXT if kinds <= {"same"} else EQUAL_NUMBERS if kinds <= {"same", "near"} else None


def _failure(theirs: Run, ours: Run) -> str:
    """Which side failed, how, and how far it came."""
    parts = []
    for run in (theirs, ours):
        if run.late:
            parts.append(f"{run.name}: stopped at the time limit, after {run.seconds:.0f} s")
        elif run.failed or theirs.status != ours.status and run.status:
            why = "asks for input, and there is none here" if "\nEOFError: EOF when" in run.errors else "failed"
            parts.append(f"{run.name}: {why}, status {run.status}\n{textwrap.indent(run.last_lines, '    ')}")
        else:
            parts.append(f"{run.name}: ran to its end")
    rows = align(read(theirs.output), read(ours.output))
    equal = sum(1 for _ in itertools.takewhile(lambda row: row.kind in ("same", "near"), rows))
    parts.append(f"lines alike until then: {equal:,}")
    return "it could not be compared\n  " + "\n  ".join(parts)
