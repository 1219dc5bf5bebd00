"""How a step is timed: both packages in one process, in turns, so that whatever else the machine does falls on both."""

from __future__ import annotations

import gc
import json
import os
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

NAMES = ("minitorch_pt", "torch")


def package(name: str) -> Any:
    """The package by name; torch with as many threads as BLAS has here."""
    if name == "torch":
        import torch

        torch.set_num_threads(int(os.environ["OMP_NUM_THREADS"]))
        return torch
    import minitorch_pt

    return minitorch_pt


def turns(
    steps: dict[str, Callable], seconds: float, rounds: int, clock: Callable = time.perf_counter
) -> dict[str, list[float]]:
    """The times of each step in slices of so many seconds, the packages in turn."""

    def timed(step: Callable, times: int) -> float:
        start = clock()
        for _ in range(times):
            step()
        return (clock() - start) / times

    # the first calls load and warm; then a guess, made better by a second one
    counts = {name: max(1, round(seconds / max(timed(step, 2), 1e-7))) for name, step in steps.items()}
    for name, step in steps.items():
        counts[name] = max(1, round(seconds / max(timed(step, max(1, counts[name] // 4)), 1e-7)))
    # else the collector walks within our steps through the 170,000 objects of the imports: only steps with objects of Python set it off
    gc.collect()
    gc.freeze()
    times: dict[str, list[float]] = {name: [] for name in steps}
    for _ in range(rounds):
        for name, step in steps.items():
            times[name].append(timed(step, counts[name]))
    return times


def peak() -> float:
    """The most memory that this process ever had, in MB."""
    # VmHWM, not getrusage: that counts the parent's memory too, from before exec
    line = next(line for line in Path("/proc/self/status").read_text().splitlines() if line.startswith("VmHWM"))
    return int(line.split()[1]) / 1024


def fresh(module: str, function: str, *args: str, threads: int = 1) -> Iterator[dict]:
    """What a generator of a module of this folder yields when it runs in a fresh process with that many threads."""
    # the first two slow NumPy down; the third would have every import compile the package anew
    unwanted = ("OPENBLAS_CORETYPE", "OPENBLAS_L2_SIZE", "PYTHONDONTWRITEBYTECODE")
    env = {k: v for k, v in os.environ.items() if k not in unwanted}
    env |= {"OMP_NUM_THREADS": str(threads), "OPENBLAS_NUM_THREADS": str(threads), "MKL_NUM_THREADS": str(threads)}
    command = [sys.executable, "-m", "benchmarks.measuring", module, function, *args]
    with subprocess.Popen(command, env=env, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout
        for line in process.stdout:
            yield json.loads(line)
    if process.returncode:
        raise subprocess.CalledProcessError(process.returncode, command)


def first(module: str, function: str, *args: str, threads: int = 1) -> dict:
    """The one thing that such a generator yields."""
    (found,) = fresh(module, function, *args, threads=threads)
    return found


if __name__ == "__main__":
    module, function, *args = sys.argv[1:]
    for found in getattr(__import__(f"benchmarks.{module}", fromlist=[function]), function)(*args):
        print(json.dumps(found), flush=True)
