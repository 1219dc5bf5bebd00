"""Run the lessons of both languages as scripts and compare the numbers that they print with the recorded ones.

    python tutorials/run_all.py                  every lesson, two at a time
    python tutorials/run_all.py 01 12            those lessons
    python tutorials/run_all.py --record 01 12   keep what they print and draw as the record

A lesson runs in a scratch folder, warnings are errors, and it fails on the first. What the English one prints is the record of both:
line by line the numbers must be the same. Lines on PyTorch and on seconds are left out, for they differ between machines, and so are
those that begin with "│", which show the library's code as it stands; numbers on a line with "≈" (the results of long training, where
the last digits do too) may differ by 5 %.
"""

import argparse
import importlib.util
import math
import os
import re
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import NamedTuple

HERE = Path(__file__).resolve().parent
LANGUAGES = ("en", "pt")
LEFT_OUT = re.compile(r"PyTorch|\bseconds?\b|\bsegundos?\b|^│")
NUMBER = re.compile(r"(?<![\w.])-?\d+(?:\.\d+)?(?:e[+-]?\d+)?|(?<![\w.])-?\.\d+")


class Run(NamedTuple):
    """What a lesson did."""

    failed: bool
    printed: str
    errors: str
    seconds: float
    pictures: list[str]


def key(path: Path) -> str:
    """The number of a lesson, or of what belongs to it: what its name has before the first underscore, 07 or 00b."""
    return path.stem.partition("_")[0]


def lessons(*numbers: str) -> list[Path]:
    """The lessons with those numbers, or all, in both languages."""
    return sorted(
        path
        for language in LANGUAGES
        for path in (HERE / language).glob("[0-9][0-9]*_*.py")
        if not numbers or key(path) in numbers
    )


def run(lesson: Path, folder: Path, before: Sequence = (), after: Sequence = (), limit: float = 300) -> Run:
    """Run a lesson in that folder, with the package that this process sees, and with warnings as errors.

    Words `before` and `after` the lesson make Python run another program with the lesson as its argument.
    """
    package = importlib.util.find_spec("minitorch_pt")
    root = Path(package.origin).parent.parent if package and package.origin else HERE.parent
    # one thread each: the threads of two lessons on two cores wait for each other, which makes 4 seconds 120
    env = os.environ | {
        "PYTHONPATH": str(root),
        "PYTHONIOENCODING": "utf-8",
        "MPLBACKEND": "Agg",
        "OMP_NUM_THREADS": "1",
    }
    start = time.perf_counter()
    done = subprocess.run(
        [sys.executable, "-W", "error", *before, lesson, *after],
        cwd=folder,
        env=env,
        capture_output=True,
        encoding="utf-8",
        timeout=limit,
    )
    complaint = re.search(r"Warning|Exception ignored|Traceback", done.stderr)  # progress bars are no complaints
    pictures = sorted(path.name for path in folder.glob("pictures/*"))
    return Run(bool(done.returncode or complaint), done.stdout, done.stderr, time.perf_counter() - start, pictures)


def kept(printed: str) -> str:
    """The printed lines that are the same on every machine, whatever is written in the library's files."""
    return "".join(line for line in printed.splitlines(keepends=True) if not LEFT_OUT.search(line))


def numbers(printed: str) -> list[tuple[str, list[str]]]:
    """The lines that hold numbers, and their numbers: sorted, for the other language may name them in another order."""
    lines = [line for line in kept(printed).splitlines() if NUMBER.search(line)]
    return [(line, sorted(NUMBER.findall(line))) for line in lines]


def same(ours: list[str], recorded: list[str], about: bool) -> bool:
    """Whether the numbers of a line are the recorded ones."""
    if not about:
        return ours == recorded
    pairs = zip(sorted(map(float, ours)), sorted(map(float, recorded)), strict=False)
    return len(ours) == len(recorded) and all(math.isclose(a, b, rel_tol=0.05) for a, b in pairs)


def difference(printed: str, recorded: str) -> str | None:
    """The first line whose numbers are not the recorded ones, or None."""
    ours, theirs = numbers(printed), numbers(recorded)
    for (line, a), (record, b) in zip(ours, theirs, strict=False):
        if not same(a, b, about="≈" in line and "≈" in record):
            return f"printed:  {line}\nrecorded: {record}"
    if len(ours) != len(theirs):
        longer, name = (ours, "printed") if len(ours) > len(theirs) else (theirs, "recorded")
        return f"only {name}: {longer[min(len(ours), len(theirs))][0]}"
    return None


def record_of(lesson: Path) -> Path:
    """Where the record of a lesson lies, one for both languages."""
    return HERE / "recorded" / f"{key(lesson)}.txt"


def pictures_of(lesson: Path) -> Path:
    """Where the pictures of a lesson's language lie."""
    return HERE / "pictures" / lesson.parent.name


def keep(lesson: Path, done: Run, folder: Path) -> None:
    """Make what a lesson printed and drew the record."""
    if lesson.parent.name == "en":
        record_of(lesson).write_text(kept(done.printed), encoding="utf-8")
    for old in pictures_of(lesson).glob(f"{key(lesson)}_*"):
        old.unlink()
    for name in done.pictures:
        pictures_of(lesson).mkdir(parents=True, exist_ok=True)
        shutil.copy(folder / "pictures" / name, pictures_of(lesson))


def judge(lesson: Path, record: bool) -> tuple[Path, float, str | None]:
    """Run one lesson; its seconds, and what is wrong or None."""
    with tempfile.TemporaryDirectory() as folder:
        try:
            done = run(lesson, Path(folder))
        except subprocess.TimeoutExpired as error:
            return lesson, error.timeout, "takes too long"
        if done.failed:
            return lesson, done.seconds, done.printed + done.errors
        if record:
            keep(lesson, done, Path(folder))
            return lesson, done.seconds, None
        if not record_of(lesson).exists():
            return lesson, done.seconds, "nothing is recorded yet: run with --record"
        return lesson, done.seconds, difference(done.printed, record_of(lesson).read_text(encoding="utf-8"))


def main() -> int:
    """The command line."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("numbers", nargs="*", help="lessons, as 01 12; all of them if none is given")
    parser.add_argument("--record", action="store_true", help="keep what is printed and drawn as the record")
    parser.add_argument("--jobs", type=int, default=min(2, os.cpu_count() or 1), help="how many run at a time")
    options = parser.parse_args()
    sys.stdout.reconfigure(errors="replace")  # lessons print characters that not every console has
    chosen, failed, start = lessons(*options.numbers), 0, time.perf_counter()
    with ThreadPoolExecutor(options.jobs) as pool:
        for lesson, seconds, wrong in pool.map(lambda lesson: judge(lesson, options.record), chosen):
            print(f"{lesson.relative_to(HERE)}: {'FAILED' if wrong else 'ok'} ({seconds:.1f} s)", flush=True)
            if wrong:
                print(wrong)
                failed += 1
    print(f"all together: {time.perf_counter() - start:.0f} s")
    print(f"{len(chosen) - failed} passed, {failed} failed")
    return 1 if failed or not chosen else 0


if __name__ == "__main__":
    sys.exit(main())
