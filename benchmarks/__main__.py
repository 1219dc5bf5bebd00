"""Measure every workload against torch and write the table to RESULTS.md; exits with 1 if a gate is missed.

    python -m benchmarks            all workloads
    python -m benchmarks W1 W3      these only, printed and not written

Each workload runs in a fresh process. There the two packages take turns in slices of about 0.2 s, so that whatever else the
machine does falls on both; the first steps are dropped. The table quotes the ratio of the medians and of the best slices.
Gates are for one thread; the second column is for two. Peak memory is that of a process that imports one package only.
"""

from __future__ import annotations

import gc
import json
import os
import platform
import resource
import statistics
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

from benchmarks.workloads import WORKLOADS, w8_long

SLICE = 0.2  # seconds
ROUNDS = 15
IMPORT_GATE = 20.0  # ms over NumPy's own import
FLAT_STEPS = 20_000


def _package(name: str) -> Any:
    """The package by name; torch with as many threads as BLAS has here."""
    if name == "torch":
        import torch

        torch.set_num_threads(int(os.environ["OMP_NUM_THREADS"]))
        return torch
    import minitorch_pt

    return minitorch_pt


def _slice(step: Any, steps: int) -> float:
    start = time.perf_counter()
    for _ in range(steps):
        step()
    return (time.perf_counter() - start) / steps


def measure(key: str) -> dict:
    """In this process: the times of one workload, both packages in turn, after checking that they compute the same losses."""
    workload, _ = WORKLOADS[key]
    steps = {name: workload(_package(name)) for name in ("minitorch_pt", "torch")}
    losses = {name: [float(step().detach()) for _ in range(3)] for name, step in steps.items()}
    for ours, theirs in zip(losses["minitorch_pt"], losses["torch"], strict=True):
        # a sum of a million float32 numbers is added in another order
        assert abs(ours - theirs) <= 1e-5 * abs(theirs) + 1e-6, f"{key}: the losses differ: {losses}"
    counts = {name: max(1, round(SLICE / _slice(step, 2))) for name, step in steps.items()}
    for name, step in steps.items():
        counts[name] = max(1, round(SLICE / _slice(step, max(1, counts[name] // 4))))
    # else the collector walks within our steps through the 170,000 objects of the imports: only steps with objects of Python set it off
    gc.collect()
    gc.freeze()
    times: dict[str, list[float]] = {name: [] for name in steps}
    for _ in range(ROUNDS):
        for name, step in steps.items():
            times[name].append(_slice(step, counts[name]))
    median = {name: statistics.median(t) for name, t in times.items()}
    best = {name: min(t) for name, t in times.items()}
    return {
        "ours": median["minitorch_pt"],
        "torch": median["torch"],
        "ratio": median["minitorch_pt"] / median["torch"],
        "best": best["minitorch_pt"] / best["torch"],
    }


def memory(key: str, name: str) -> dict:
    """In this process: peak memory in MB after a few steps with one package."""
    step = WORKLOADS[key][0](_package(name))
    for _ in range(5):
        step()
    # VmHWM, not getrusage: that counts the parent's memory too, from before exec
    peak = next(line for line in Path("/proc/self/status").read_text().splitlines() if line.startswith("VmHWM"))
    return {"peak": int(peak.split()[1]) / 1024}


def flat() -> dict:
    """In this process: how much memory a training loop gains between step 1,000 and its end, garbage collector off."""
    gc.disable()
    step = WORKLOADS["W2"][0](_package("minitorch_pt"))
    for _ in range(1000):
        step()
    before = _resident()
    for _ in range(FLAT_STEPS - 1000):
        step()
    return {"grown": _resident() - before}


def _resident() -> float:
    pages = int(Path("/proc/self/statm").read_text().split()[1])
    return pages * resource.getpagesize() / 2**20


def long_chain() -> dict:
    """In this process: whether a million operations in a row work."""
    start = time.perf_counter()
    loss = w8_long(_package("minitorch_pt"))()
    return {"seconds": time.perf_counter() - start, "loss": float(loss.detach())}


def imports() -> dict:
    """Import times in ms, each the best of 7 fresh processes: NumPy alone, minitorch_pt, and it with all of nn and optim."""

    def best(program: str) -> float:
        code = f"import time; t = time.perf_counter(); {program}; print(time.perf_counter() - t)"
        runs = [
            subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout
            for _ in range(7)
        ]
        return 1000 * min(map(float, runs))

    programs = {"numpy": "import numpy", "bare": "import minitorch_pt", "whole": "from minitorch_pt import nn, optim"}
    return {name: best(program) for name, program in programs.items()}


def _fresh(function: str, *args: str, threads: int = 1) -> dict:
    """Call a function of this file in a fresh process with that many threads."""
    # the first two slow NumPy down; the third would have every import compile the package anew
    unwanted = ("OPENBLAS_CORETYPE", "OPENBLAS_L2_SIZE", "PYTHONDONTWRITEBYTECODE")
    env = {k: v for k, v in os.environ.items() if k not in unwanted}
    env |= {"OMP_NUM_THREADS": str(threads), "OPENBLAS_NUM_THREADS": str(threads), "MKL_NUM_THREADS": str(threads)}
    done = subprocess.run(
        [sys.executable, "-m", "benchmarks", "--run", function, *args],
        env=env,
        stdout=subprocess.PIPE,
        text=True,
        check=True,
    )
    return json.loads(done.stdout)


def _row(key: str, missed: list[str]) -> str:
    workload, gate = WORKLOADS[key]
    one, two = _fresh("measure", key), _fresh("measure", key, threads=2)
    ours, theirs = (_fresh("memory", key, name)["peak"] for name in ("minitorch_pt", "torch"))
    if one["ratio"] > gate:
        missed.append(f"{key} takes {one['ratio']:.2f}x, the gate is {gate}x")
    if ours > theirs:
        missed.append(f"{key} peaks at {ours:.0f} MB, torch at {theirs:.0f} MB")
    return (
        f"| {key} {workload.__doc__} | {one['ours'] * 1e6:,.0f} us | {one['torch'] * 1e6:,.0f} us | **{one['ratio']:.2f}x** | "
        f"{one['best']:.2f}x | {gate}x | {two['ratio']:.2f}x | {ours:.0f} MB | {theirs:.0f} MB |"
    )


def main(keys: list[str]) -> int:
    """Print the table; write it if it is whole. Returns the exit code."""
    import numpy
    import torch

    missed: list[str] = []
    lines = [
        "# Benchmarks",
        "",
        f"Python {platform.python_version()}, NumPy {numpy.__version__}, torch {torch.__version__}. Times of one step: forward, backward and",
        "optimiser, float32, one thread each. The ratio is ours to torch's, measured in turns in one process (see `benchmarks/__main__.py`);",
        "less than 1 is faster than torch. Only the ratios mean anything: the machine is shared.",
        "",
        "| workload | ours | torch | ratio | of best slices | gate | ratio, 2 threads | our peak memory | torch's |",
        "|---|---|---|---|---|---|---|---|---|",
    ]
    print("\n".join(lines[-2:]))
    for key in keys or WORKLOADS:
        lines.append(_row(key, missed))
        print(lines[-1], flush=True)
    if not keys:
        chain, loop, load = _fresh("long_chain"), _fresh("flat"), _fresh("imports")
        over, whole = (load[name] - load["numpy"] for name in ("bare", "whole"))
        if over > IMPORT_GATE:
            missed.append(f"import takes {over:.0f} ms over NumPy's, the gate is {IMPORT_GATE:.0f} ms")
        if loop["grown"] > 1:
            missed.append(f"a training loop of {FLAT_STEPS} steps grows by {loop['grown']:.1f} MB")
        tail = [
            "",
            f"- Import: {over:.0f} ms over NumPy's own {load['numpy']:.0f} ms (gate {IMPORT_GATE:.0f} ms); with nn and optim, which are loaded at their "
            f"first use, {whole:.0f} ms.",
            f"- A chain of 1,000,000 adds, forward and backward: {chain['seconds']:.1f} s, no recursion.",
            f"- A training loop of {FLAT_STEPS:,} steps (W2), garbage collector off: memory grows by {loop['grown']:.1f} MB.",
        ]
        print("\n".join(tail))
        target = Path(__file__).with_name("RESULTS.md")
        beside = target.with_suffix(".tmp")
        beside.write_text("\n".join(lines + tail) + "\n")
        beside.replace(target)
    print("\n".join(f"MISSED: {m}" for m in missed))
    return 1 if missed else 0


if __name__ == "__main__":
    if sys.argv[1:2] == ["--run"]:
        print(json.dumps(globals()[sys.argv[2]](*sys.argv[3:])))
    else:
        sys.exit(main(sys.argv[1:]))
