"""A comparison as it is printed: lines that differ side by side, the differences, seconds and memory, the verdict."""

from __future__ import annotations

import textwrap
from importlib import metadata
from itertools import zip_longest

from ... import version
from .lines import Difference, Row, differences, read
from .verdict import Comparison

__all__ = ["show"]

ROWS = 20  # how many lines that differ are shown


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
    pairs = [(row.theirs, row.ours) for row in done.rows if row.theirs and row.ours]
    idle = sum(number.idle for line, _ in pairs for number in line.numbers)
    errors = sum(a.compared == b.compared and a.text != b.text for a, b in pairs)
    gone = len(read(done.theirs.output)) - sum(row.theirs is not None for row in done.rows)
    left_out = {
        "numbers that are times, memory, or change when PyTorch runs again": idle,
        "lines whose words change when PyTorch runs again": gone,
        "messages of errors, which minitorch_pt tells in its own words": errors,
    }
    for what, count in left_out.items():
        if count:
            print(f"not compared: {count:,} {what}")
    print(f"\n{'':14}{'seconds':>9}{'peak memory':>14}{'lines':>9}")
    for run in (done.theirs, done.ours):
        memory = f"{run.memory / 2**20:,.0f} MiB" if run.memory else "not known"
        print(f"{run.name:14}{run.seconds:9.2f}{memory:>14}{len(read(run.output)):9,}")
    installed = metadata.version("torch").partition("+")[0]
    if installed != version.__version__:
        print(f"\nPyTorch {installed} is installed; minitorch_pt follows {version.__version__}")
    print(f"\n{done.title}: {done.verdict}")


def _told(d: Difference, theirs: str = "PyTorch", ours: str = "minitorch_pt") -> str:
    return f"line {d.line}: {theirs} {d.theirs.text}, {ours} {d.ours.text} (absolute {d.absolute:.2g}, relative {d.relative:.2g})"


def _show_lines(rows: list[Row], width: int) -> None:
    if not rows:
        return
    print(f"{'line':>6}  {'PyTorch':{width}} | minitorch_pt")
    for row in rows[:ROWS]:
        sides = [
            textwrap.wrap(line.text, width, drop_whitespace=False) or [""] if line else ["(none)"]
            for line in (row.theirs, row.ours)
        ]
        for i, (a, b) in enumerate(zip_longest(*sides, fillvalue="")):
            print(
                f"{row.number if i == 0 else '':>6}  {a:{width}} {'|' if i or row.kind != 'near' else '≈'} {b}".rstrip()
            )
    if len(rows) > ROWS:
        print(f"        ... and {len(rows) - ROWS:,} more lines (--report shows more)")
    print()
