"""A program in a process of its own: what it printed, how long it took, how much memory it had."""

from __future__ import annotations

import contextlib
import math
import os
import re
import shutil
import signal
import subprocess
import sys
import time
from pathlib import Path
from typing import NamedTuple

from . import before

__all__ = ["Progress", "Run", "start"]


class Run(NamedTuple):
    """What came of it."""

    name: str
    status: int
    seconds: float
    memory: int | None  # the most that it had at once, in bytes; None where the system does not tell
    output: str
    errors: str
    late: bool = False  # stopped at the time limit

    @property
    def failed(self) -> bool:
        """Ended by an error or stopped; a program may also end with a status of its own."""
        told = re.search(r"(?m)^(Traceback \(most recent|\w+Error\b|.*: can't (open|find) )", self.errors)
        unprepared = "Error in sitecustomize" in self.errors  # Python itself goes on
        return self.late or unprepared or self.status < 0 or (self.status > 0 and told is not None)

    @property
    def last_lines(self) -> str:
        """The end of what it told of its errors."""
        return "\n".join(self.errors.rstrip().splitlines()[-6:])


def start(
    name: str,
    command: list[str],
    *,
    folder: Path,
    threads: int,
    timeout: float | None,
    nudge: int = 0,
    expected: int = 0,
) -> Run:
    """Run Python with these arguments to its end, or to the time limit.

    Args:
        folder: for what the process is given and for what it prints.
        nudge: the seed of the changes of last bits; 0 for none.
        expected: how many lines will come, for the progress that a terminal shows.
    """
    shutil.copy(before.__file__, (folder / "sitecustomize").with_suffix(".py"))
    streams = [folder / "output", folder / "errors"]
    with streams[0].open("wb") as output, streams[1].open("wb") as errors:
        begin = time.perf_counter()
        process = subprocess.Popen(
            [sys.executable, *command],
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=errors,
            env=_environment(folder, threads, nudge),
            start_new_session=True,
        )
        progress, late = Progress(name, streams[0], expected), False
        try:
            while (memory := _ended(process)) is None:
                seconds = time.perf_counter() - begin
                late = timeout is not None and seconds > timeout
                if late:
                    _stop(process)
                progress.show(seconds)
                time.sleep(0.005)
            seconds = time.perf_counter() - begin
        finally:
            progress.clear()
            if process.returncode is None:  # Ctrl-C
                _stop(process)
                process.wait()
    printed, told = [stream.read_bytes().decode("utf-8", "replace").replace("\r\n", "\n") for stream in streams]
    return Run(name, process.returncode, seconds, memory or None, printed, told, late)


def _environment(folder: Path, threads: int, nudge: int) -> dict[str, str]:
    own = {
        "PYTHONPATH": os.pathsep.join(filter(None, (str(folder), os.environ.get("PYTHONPATH")))),
        "PYTHONHASHSEED": "0",
        "PYTHONUNBUFFERED": "1",
        "PYTHONIOENCODING": "utf-8",
        "MPLBACKEND": "Agg",  # no window waits to be closed
        "COLUMNS": "80",
        "LINES": "24",
    }
    own |= {f"{library}_NUM_THREADS": str(threads) for library in ("OMP", "MKL", "OPENBLAS")}
    return os.environ | own | ({before.NUDGE: str(nudge)} if nudge else {})


def _ended(process: subprocess.Popen) -> int | None:
    """The most memory that a process had that has ended, 0 where the system does not tell; None for one that runs.

    Linux counts from what the starting process had, about 40 MiB.
    """
    if not hasattr(os, "wait4"):  # Windows
        return None if process.poll() is None else 0
    number, status, usage = os.wait4(process.pid, os.WNOHANG)
    if not number:
        return None
    process.returncode = os.waitstatus_to_exitcode(status)
    return usage.ru_maxrss * (1 if sys.platform == "darwin" else 1024)


def _stop(process: subprocess.Popen) -> None:
    """End a process and those that it has started."""
    if hasattr(os, "killpg"):
        with contextlib.suppress(ProcessLookupError):
            os.killpg(process.pid, signal.SIGKILL)
    else:
        process.kill()


class Progress:
    """One line on a terminal that says how far a process is."""

    def __init__(self, name: str, output: Path, expected: int) -> None:
        self.name, self.output, self.expected = name, output, expected
        self.lines = self.read = 0
        self.next = 1.0 if sys.stderr.isatty() else math.inf

    def show(self, seconds: float) -> None:
        """Write it anew, four times a second."""
        if seconds < self.next:
            return
        self.next = seconds + 0.25
        with self.output.open("rb") as file:
            file.seek(self.read)
            new = file.read()
        self.read += len(new)
        self.lines += new.count(b"\n")
        of = f" of {self.expected}" if self.expected else ""
        print(f"\r\x1b[K{self.name}: {seconds:.0f} s, {self.lines}{of} lines", end="", file=sys.stderr, flush=True)

    def clear(self) -> None:
        """Leave nothing of it."""
        if 1 < self.next < math.inf:
            print("\r\x1b[K", end="", file=sys.stderr, flush=True)
