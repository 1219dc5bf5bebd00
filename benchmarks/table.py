"""The table of the workloads: time at one thread and at two, and peak memory, each measured in a process of its own.

Gates are for one thread; the second column is for two. The table quotes the ratio of the medians and of the best slices. Peak memory is that of a process
that imports one package only.
"""

from __future__ import annotations

import gc
import resource
import statistics
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

from benchmarks.measuring import NAMES, first, package, peak, turns
from benchmarks.workloads import WORKLOADS, w8_long

IMPORT_GATE = 20.0  # ms over NumPy's own import
FLAT_STEPS = 20_000


def measure(key: str) -> Iterator[dict]:
    """The times of one workload, after checking that both packages compute the same losses."""
    workload, _ = WORKLOADS[key]
    steps = {name: workload(package(name)) for name in NAMES}
    losses = {name: [float(step().detach()) for _ in range(3)] for name, step in steps.items()}
    for ours, theirs in zip(losses["minitorch_pt"], losses["torch"], strict=True):
        # a sum of a million float32 numbers is added in another order
        assert abs(ours - theirs) <= 1e-5 * abs(theirs) + 1e-6, f"{key}: the losses differ: {losses}"
    times = turns(steps, seconds=0.2, rounds=15)
    median = {name: statistics.median(t) for name, t in times.items()}
    yield {
        "ours": median["minitorch_pt"],
        "torch": median["torch"],
        "ratio": median["minitorch_pt"] / median["torch"],
        "best": min(times["minitorch_pt"]) / min(times["torch"]),
    }


def memory(key: str, name: str) -> Iterator[dict]:
    """Peak memory in MB after a few steps with one package."""
    step = WORKLOADS[key][0](package(name))
    for _ in range(5):
        step()
    yield {"peak": peak()}


def flat() -> Iterator[dict]:
    """How much memory a training loop gains between step 1,000 and its end, garbage collector off."""
    gc.disable()
    step = WORKLOADS["W2"][0](package("minitorch_pt"))
    for _ in range(1000):
        step()
    before = _resident()
    for _ in range(FLAT_STEPS - 1000):
        step()
    yield {"grown": _resident() - before}


def _resident() -> float:
    pages = int(Path("/proc/self/statm").read_text().split()[1])
    return pages * resource.getpagesize() / 2**20


def long_chain() -> Iterator[dict]:
    """Whether a million operations in a row work."""
    start = time.perf_counter()
    loss = w8_long(package("minitorch_pt"))()
    yield {"seconds": time.perf_counter() - start, "loss": float(loss.detach())}


def imports() -> Iterator[dict]:
    """Import times in ms, each the best of 7 fresh processes: NumPy alone, minitorch_pt, and it with all of nn and optim."""

    def best(program: str) -> float:
        code = f"import time; t = time.perf_counter(); {program}; print(time.perf_counter() - t)"
        runs = [
            subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout
            for _ in range(7)
        ]
        return 1000 * min(map(float, runs))

    programs = {"numpy": "import numpy", "bare": "import minitorch_pt", "whole": "from minitorch_pt import nn, optim"}
    yield {name: best(program) for name, program in programs.items()}


def _row(key: str, missed: list[str]) -> str:
    workload, gate = WORKLOADS[key]
    one, two = first("table", "measure", key), first("table", "measure", key, threads=2)
    ours, theirs = (first("table", "memory", key, name)["peak"] for name in NAMES)
    if gate and one["ratio"] > gate:
        missed.append(f"{key} takes {one['ratio']:.2f}x, the gate is {gate}x")
    if ours > theirs:
        missed.append(f"{key} peaks at {ours:.0f} MB, torch at {theirs:.0f} MB")
    return (
        f"| {key} {workload.__doc__} | {one['ours'] * 1e6:,.0f} us | {one['torch'] * 1e6:,.0f} us | **{one['ratio']:.2f}x** | "
        f"{one['best']:.2f}x | {f'{gate}x' if gate else ''} | {two['ratio']:.2f}x | {ours:.0f} MB | {theirs:.0f} MB |"
    )


def report(keys: list[str]) -> tuple[list[str], list[str]]:
    """The lines of the section, printed too, and what misses its gate."""
    unknown = [key for key in keys if key not in WORKLOADS]
    if unknown:
        return [], [f"no workload is called {' or '.join(unknown)}; there are {', '.join(WORKLOADS)}"]
    missed: list[str] = []
    lines = [
        "## Workloads",
        "",
        "Times of one step: forward, backward and optimiser, float32, one thread each. The ratio is ours to torch's, measured in turns in one process;",
        "less than 1 is faster than torch.",
        "",
        "| workload | ours | torch | ratio | of best slices | gate | ratio, 2 threads | our peak memory | torch's |",
        "|---|---|---|---|---|---|---|---|---|",
    ]
    print("\n".join(lines[-2:]))
    for key in keys or WORKLOADS:
        lines.append(_row(key, missed))
        print(lines[-1], flush=True)
    if not keys:
        lines += _beside(missed)
        print("\n".join(lines[-4:]))
    return lines, missed


def _beside(missed: list[str]) -> list[str]:
    """The lines on import, long chains and leaks."""
    chain, loop, load = (first("table", function) for function in ("long_chain", "flat", "imports"))
    over, whole = (load[name] - load["numpy"] for name in ("bare", "whole"))
    if over > IMPORT_GATE:
        missed.append(f"import takes {over:.0f} ms over NumPy's, the gate is {IMPORT_GATE:.0f} ms")
    if loop["grown"] > 1:
        missed.append(f"a training loop of {FLAT_STEPS} steps grows by {loop['grown']:.1f} MB")
    return [
        "",
        f"- Import: {over:.0f} ms over NumPy's own {load['numpy']:.0f} ms (gate {IMPORT_GATE:.0f} ms); with nn and optim, which are loaded at their "
        f"first use, {whole:.0f} ms.",
        f"- A chain of 1,000,000 adds, forward and backward: {chain['seconds']:.1f} s, no recursion.",
        f"- A training loop of {FLAT_STEPS:,} steps (W2), garbage collector off: memory grows by {loop['grown']:.1f} MB.",
    ]
