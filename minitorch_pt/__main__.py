"""The command line, also called `minitorch-pt`.

`python -m minitorch_pt run program.py [arguments]` runs a PyTorch program, as it is, on this library; `run -m module` a module;
`python -m minitorch_pt compare program.py [arguments]` runs it under PyTorch too and tells what differs;
`python -m minitorch_pt learn 03` gives the exercises of lesson 03 alone, and judges the answers;
`python -m minitorch_pt replay program.py -o page.html` runs it here and writes a page on which one steps through its training;
`python -m minitorch_pt parity [page.html]` compares this copy with torch and writes what came of it as a page.
"""

import argparse
import importlib
import sys
from pathlib import Path

from . import __version__, version
from .teaching.console import print_anything
from .teaching.running import run, run_module


def parity(path: Path) -> None:
    """Run PyTorch's own test databases and write the page.

    Raises:
        SystemExit: torch or the tests of the source checkout are missing.
    """
    try:
        page = importlib.import_module("parity_tests.page")  # not a part of the package
    except ModuleNotFoundError as error:
        missing = (error.name or "").partition(".")[0]
        needs = {
            "parity_tests": "the source checkout: run it from the directory that holds minitorch_pt/ and parity_tests/",
            "torch": 'torch, to compare with: pip install ".[parity]"',
        }
        sys.exit("parity needs " + needs.get(missing, f'{missing}: pip install ".[parity]"'))
    page.write(path)


def main() -> None:
    """Read the command and run it."""
    print_anything()
    if sys.argv[1:3] == ["run", "-m"] and len(sys.argv) > 3:  # what follows is the module's
        return run_module(sys.argv[3], sys.argv[4:])
    if sys.argv[1:2] in (["compare"], ["replay"]):  # the others need none of what they import
        return importlib.import_module(f".teaching.{sys.argv[1]}", __package__).main(sys.argv[2:])
    if sys.argv[1:2] == ["learn"]:
        return importlib.import_module(".teaching.learn.command", __package__).main(sys.argv[2:])
    parser = argparse.ArgumentParser(prog="minitorch-pt", description="PyTorch, small enough to read.")
    parser.add_argument(
        "--version", action="version", version=f"minitorch-pt {__version__}, after PyTorch {version.__version__}"
    )
    commands = parser.add_subparsers(dest="command", required=True)
    command = commands.add_parser("parity", help="compare with torch on PyTorch's own test inputs; write a page")
    command.add_argument("path", nargs="?", type=Path, default=Path("parity.html"), help="where (default: parity.html)")
    command = commands.add_parser(
        "run",
        help="run a PyTorch program on this library",
        usage="minitorch-pt run [-h] (program | -m module) [arguments ...]",
        description="Run a program as python does; `import torch` gives minitorch_pt, which says that it is torch 2.13.0.",
    )
    command.add_argument("program", help="a file or directory, - for standard input, -m for a module")
    command.add_argument("arguments", nargs=argparse.REMAINDER, help="what the program is given")
    commands.add_parser(
        "compare", help="run a PyTorch program under PyTorch and on this library, and tell what differs"
    )
    commands.add_parser("learn", help="the exercises of a lesson, alone: learn 03")
    commands.add_parser(
        "replay", help="run a PyTorch program here, and write a page on which one steps through its training"
    )
    given = parser.parse_args()
    run(given.program, given.arguments) if given.command == "run" else parity(given.path)


if __name__ == "__main__":
    main()
