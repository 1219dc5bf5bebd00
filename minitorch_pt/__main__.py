"""The command line: `python -m minitorch_pt parity [page.html]` compares this copy with torch and writes what came of it as a page."""

import argparse
import importlib
import sys
from pathlib import Path


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
            "torch": "torch, to compare with: pip install 'minitorch-pt[parity]'",
        }
        sys.exit(f"parity needs {needs.get(missing, f'{missing}: pip install minitorch-pt[parity]')}")
    page.write(path)


def main() -> None:
    """Read the command and run it."""
    parser = argparse.ArgumentParser(prog="python -m minitorch_pt", description="PyTorch, small enough to read.")
    commands = parser.add_subparsers(dest="command", required=True)
    command = commands.add_parser("parity", help="compare with torch on PyTorch's own test inputs; write a page")
    command.add_argument("path", nargs="?", type=Path, default=Path("parity.html"), help="where (default: parity.html)")
    parity(parser.parse_args().path)


if __name__ == "__main__":
    main()
