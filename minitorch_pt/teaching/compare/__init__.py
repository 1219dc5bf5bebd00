"""`minitorch-pt compare program.py`: a PyTorch program under PyTorch and under minitorch_pt, side by side.

`lines` reads and compares what is printed, `processes` runs a program, `before` is what each process does first, `report` draws the
page. PyTorch runs in its own process: this one never imports it.
"""

from __future__ import annotations

import argparse
import importlib.util
import itertools
import os
import shutil
import sys
import tempfile
import textwrap
from collections import defaultdict
from collections.abc import Callable
from itertools import zip_longest
from pathlib import Path
from typing import NamedTuple, NoReturn

from . import report
from .lines import Difference, Row, align, differences, read, settled, unexplained
from .processes import Run, start

__all__ = ["DESCRIPTION", "Comparison", "compare", "main"]

EQUAL_TEXT, EQUAL_NUMBERS, FLOAT32, DIFFERENT = (
    "equal text",
    "equal numbers to 1e-4",
    "differences of float32",
    "different",
)
DESCRIPTION = f"""\
Runs a PyTorch program twice, each time in a process of its own: under PyTorch, and under
minitorch_pt. Arguments, number of threads and, where the program gives none, seeds are the same;
standard input is closed. Then compares what both have printed to standard output:

  {EQUAL_TEXT}              every line is the same
  {EQUAL_NUMBERS}   the words are the same; numbers to a relative 1e-4, or to one in the
                          last of four or more decimals
  {FLOAT32}  more, but PyTorch differs from itself as much: it runs once more with
                          the last bits of its inputs changed (twice more if that leaves doubts)
  {DIFFERENT}               anything else

Not compared: addresses (0x7f...), the clock, numbers with a unit of time behind them or with "time",
"took", "elapsed", "duration", "memory" before them, and what changes when PyTorch simply runs again.
A line that is written over with \\r counts as it stands in the end. The runs share the folder: one
finds the files that the other has left.

exit status: 0 for the first three, 1 for {DIFFERENT}, 2 where it could not be compared: no such
program, PyTorch is not installed, an error or the time limit in one of the runs."""
ROWS = 20  # how many lines that differ are shown


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
        found = [d for drift in self.drifts for d in differences(drift)]
        worst = self.largest
        alike = [d for d in found if worst and (d.shape, d.place) == (worst.shape, worst.place)]
        return max(alike or found, key=lambda d: d.absolute, default=None)


def compare(program: str, arguments: list[str], *, threads: int = 1, timeout: float | None = None) -> Comparison:
    """Run the program under both and compare.

    Raises:
        SystemExit: the program cannot be run under both; status 2.
    """
    if importlib.util.find_spec("torch") is None:
        _give_up("compare needs PyTorch beside minitorch_pt: pip install torch==2.13.0")
    if not os.path.exists(program):
        _give_up(f"no such program: {os.path.abspath(program)}")
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
            _give_up(_failure(theirs, ours))
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


def _give_up(message: str) -> NoReturn:
    print(f"minitorch-pt: {message}", file=sys.stderr)
    sys.exit(2)


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


def show(done: Comparison, width: int) -> None:
    """Print the lines that differ, the differences, seconds and memory, and the verdict."""
    _show_lines(done.apart, max(28, (width - 11) // 2))
    found = differences(done.rows)
    if found and done.largest:
        counted = sum(not d.near for d in found)
        print(f"numbers that differ: {len(found):,}, by more than 1e-4: {counted:,}")
        print(f"  first    {_told(next((d for d in found if not d.near), found[0]))}")
        print(f"  largest  {_told(done.largest)}")
    if done.drifts:
        own = _told(done.drift, "PyTorch", "PyTorch") if done.drift else "none"
        print(f"PyTorch and itself, last bits of its inputs changed\n  largest  {own}")
    idle = sum(number.idle for row in done.rows if row.theirs for number in row.theirs.numbers)
    if idle:
        print(f"not compared: {idle:,} numbers that are times, memory, or change when PyTorch runs again")
    print(f"\n{'':14}{'seconds':>9}{'peak memory':>14}{'lines':>9}")
    for run in (done.theirs, done.ours):
        memory = f"{run.memory / 2**20:,.0f} MiB" if run.memory else "not known"
        print(f"{run.name:14}{run.seconds:9.2f}{memory:>14}{len(read(run.output)):9,}")
    print(f"\n{done.title}: {done.verdict}")


def _told(d: Difference, theirs: str = "PyTorch", ours: str = "minitorch_pt") -> str:
    return f"line {d.line}: {theirs} {d.theirs.text}, {ours} {d.ours.text} (absolute {d.absolute:.2g}, relative {d.relative:.2g})"


def _show_lines(rows: list[Row], width: int) -> None:
    if not rows:
        return
    print(f"{'line':>6}  {'PyTorch':{width}} | minitorch_pt")
    for row in rows[:ROWS]:
        sides = [
            textwrap.wrap(line.text, width, drop_whitespace=False) or [""] if line else ["(none)"] for line in row[1:]
        ]
        for i, (a, b) in enumerate(zip_longest(*sides, fillvalue="")):
            print(
                f"{row.number if i == 0 else '':>6}  {a:{width}} {'|' if i or row.kind != 'near' else '≈'} {b}".rstrip()
            )
    if len(rows) > ROWS:
        print(f"        ... and {len(rows) - ROWS:,} more lines (--report shows more)")
    print()


def _arguments() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="minitorch-pt compare",
        usage="%(prog)s [--report page.html] [--threads n] [--timeout seconds] program [arguments ...]",
        description=DESCRIPTION,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument(
        "--report", type=Path, metavar="page.html", help="write a page with the printed series as curves"
    )
    parser.add_argument("--threads", type=int, default=1, metavar="n", help="for the libraries of both (default: 1)")
    parser.add_argument("--timeout", type=float, metavar="seconds", help="stop each run after so long (default: never)")
    parser.add_argument("program", help="a file, or a directory or zip file with a __main__.py")
    parser.add_argument("arguments", nargs=argparse.REMAINDER, help="what the program is given")
    return parser


def main(arguments: list[str]) -> NoReturn:
    """What the command line does.

    Raises:
        SystemExit: always, with the status that `DESCRIPTION` tells.
    """
    given = _arguments().parse_args(arguments)
    try:
        done = compare(given.program, given.arguments, threads=given.threads, timeout=given.timeout)
    except KeyboardInterrupt:
        sys.exit(130)
    show(done, min(shutil.get_terminal_size().columns, 160))
    if given.report:
        given.report.write_text(report.page(done), encoding="utf-8")
        print(f"page: {given.report}")
    sys.exit(done.verdict == DIFFERENT)
