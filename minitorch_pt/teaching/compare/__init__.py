"""`minitorch-pt compare program.py`: a PyTorch program under PyTorch and under minitorch_pt, side by side.

`lines` reads and compares what is printed, `processes` runs a program, `before` is what each process does first, `verdict` judges, `text`
prints and `report` draws the page. PyTorch runs in its own process: this one never imports it.
"""

from __future__ import annotations

import argparse
import shutil
import sys
from pathlib import Path
from typing import NoReturn

from .report import page
from .text import show
from .verdict import DIFFERENT, EQUAL_NUMBERS, EQUAL_TEXT, FLOAT32, NotCompared, compare

__all__ = ["DESCRIPTION", "compare", "main"]

DESCRIPTION = f"""\
Runs a PyTorch program twice, each time in a process of its own: under PyTorch, and under
minitorch_pt. Arguments, number of threads and, where the program gives none, the seeds of torch's,
Python's and NumPy's random numbers are the same. Standard input is closed. Then compares what both
have printed to standard output:

  {EQUAL_TEXT}              every line is the same
  {EQUAL_NUMBERS}   the words are the same; numbers to a relative 1e-4, or to one in the
                          last of four or more decimals
  {FLOAT32}  more, but PyTorch differs from itself as much: it runs once more with
                          the last bits of its inputs changed (twice more if that leaves doubts)
  {DIFFERENT}               anything else

Not compared: addresses (0x7f...), the clock, numbers with a unit of time behind them or with "time",
"took", "elapsed", "duration", "memory" before them, and what changes when PyTorch simply runs again.
What follows "ValueError:" and its like is not compared either, for minitorch_pt's messages say more.
A line that is written over with \\r counts as it stands in the end. The runs share the folder: one
finds the files that the other has left.

exit status: 0 for the first three, 1 for {DIFFERENT}, 2 where it could not be compared: no such
program, PyTorch is not installed, an error or the time limit in one of the runs."""


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
    parser.add_argument(
        "arguments",
        nargs=argparse.REMAINDER,
        help="what the program is given; the options of compare come before the program",
    )
    return parser


def main(arguments: list[str]) -> NoReturn:
    """What the command line does.

    Raises:
        SystemExit: always, with the status that `DESCRIPTION` tells.
    """
    given = _arguments().parse_args(arguments)
    try:
        if given.report and not given.report.absolute().parent.is_dir():
            raise NotCompared(f"no such folder: {given.report.absolute().parent}")
        done = compare(given.program, given.arguments, threads=given.threads, timeout=given.timeout)
    except NotCompared as why:
        print(f"minitorch-pt: {why}", file=sys.stderr)
        sys.exit(2)
    except KeyboardInterrupt:
        sys.exit(130)
    show(done, min(shutil.get_terminal_size().columns, 160))
    for option in {"--report", "--threads", "--timeout"} & {*given.arguments}:
        print(f"minitorch-pt: {option} went to the program; what is for compare comes before it", file=sys.stderr)
    if given.report:
        given.report.write_text(page(done), encoding="utf-8")
        print(f"page: {given.report}")
    sys.exit(done.verdict == DIFFERENT)
