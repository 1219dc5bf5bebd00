"""Measure minitorch_pt against torch, write benchmarks/RESULTS.md and the figures in both READMEs; exits with 1 if a gate is missed.

    python -m benchmarks                    the workloads
    python -m benchmarks W1 W3              these only, printed and not written
    python -m benchmarks wide               the wide table, about four minutes
    python -m benchmarks wide conv sort     the kinds with these words in their name or group, printed and not written
    python -m benchmarks growth             how time and memory grow, about three minutes
    python -m benchmarks growth LSTM        these only, printed and not written
    python -m benchmarks all                everything
    python -m benchmarks readme             the figures of RESULTS.md into the READMEs

Each part writes its own section of RESULTS.md and leaves the others as they are. Only the ratios mean anything, on a machine with nothing else to do.
"""

from __future__ import annotations

import subprocess
import sys

from benchmarks import growth, results, table, wide

PARTS = {"workloads": table.report, "wide": wide.report, "growth": growth.report}


def run(part: str, words: list[str]) -> list[str]:
    """Measure a part; write it if it is whole. Returns what misses its gate."""
    try:
        lines, missed = PARTS[part](words)
    except subprocess.CalledProcessError as broken:  # the other parts are measured all the same
        return [f"{part}: not measured, since a process of it failed: {' '.join(broken.cmd[3:])}"]
    if not words:
        results.write(part, lines)
        missed += results.write_readmes()
    return missed


def main(words: list[str]) -> int:
    """Returns the exit code."""
    if words == ["readme"]:
        missed = results.write_readmes()
    elif words == ["all"]:
        missed = [m for part in PARTS for m in run(part, [])]
    elif words and words[0] in PARTS:
        missed = run(words[0], words[1:])
    else:
        missed = run("workloads", words)
    print("\n".join(f"MISSED: {m}" for m in missed))
    return 1 if missed else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
