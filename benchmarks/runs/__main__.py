"""Train on real data under minitorch_pt and, where it is installed, under torch, from the same seed.

python -m benchmarks.runs                all runs; writes the table of README.md
python -m benchmarks.runs cnn_digits     this one only, printed and not written
"""

from __future__ import annotations

import os
import sys

# on networks this small, threads wait more than they work; NumPy and torch read this when they are imported
os.environ["OMP_NUM_THREADS"] = os.environ["OPENBLAS_NUM_THREADS"] = "1"

from benchmarks.runs.twin import FOLDER, NAMES, compare

START = "<!-- written by python -m benchmarks.runs -->\n"


def main(names: list[str]) -> int:
    """Run them; returns the exit code."""
    unknown = sorted(set(names) - set(NAMES))
    if unknown:
        print(f"no run is called {', '.join(unknown)}; there are {', '.join(NAMES)}", file=sys.stderr)
        return 2
    rows = [compare(name) for name in names or NAMES]
    if not names and all(map(all, rows)):  # a row without torch has empty cells
        page = FOLDER / "README.md"
        head = page.read_text(encoding="utf-8").split(START)[0]
        table = [
            "| run | data | result | seconds | torch's | largest difference, float64, 200 steps | float32, 200 steps | float32, all steps |",
            "|---|---|---|---|---|---|---|---|",
            *(f"| {' | '.join(row)} |" for row in rows),
        ]
        page.write_text(head + START + "\n".join(table) + "\n", encoding="utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
