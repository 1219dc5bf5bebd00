"""The command line.

`python -m minitorch_pt run program.py [arguments]` runs a PyTorch program, as it is, on this library;
`python -m minitorch_pt parity [page.html]` compares this copy with torch and writes what came of it as a page.
"""

import argparse
import importlib
import importlib.abc
import runpy
import sys
from importlib.machinery import ModuleSpec
from pathlib import Path
from types import ModuleType

from .console import print_anything


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


class _AsTorch(importlib.abc.MetaPathFinder, importlib.abc.Loader):
    """Answers `import torch`, `import torch.nn.functional`, `import safetensors.torch` with minitorch_pt's own modules."""

    def find_spec(self, fullname: str, path: object = None, target: object = None) -> ModuleSpec | None:
        ours = fullname.partition(".")[0] == "torch" or fullname == "safetensors.torch"
        return ModuleSpec(fullname, self) if ours else None

    def create_module(self, spec: ModuleSpec) -> ModuleType:
        name = "torch.utils.safetensors" if spec.name == "safetensors.torch" else spec.name
        module = importlib.import_module(f"{__package__}{name.removeprefix('torch')}")
        self.own = module.__spec__
        return module

    def exec_module(self, module: ModuleType) -> None:
        module.__spec__ = self.own  # the import system has put the spec of `find_spec` there


def run(path: Path, arguments: list[str]) -> None:
    """Run a program in which `import torch` gives minitorch_pt."""
    sys.meta_path.insert(0, _AsTorch())
    sys.argv = [str(path), *arguments]
    sys.path[0] = str(path.parent)  # as `python program.py` does
    runpy.run_path(str(path), run_name="__main__")


def main() -> None:
    """Read the command and run it."""
    print_anything()
    parser = argparse.ArgumentParser(prog="python -m minitorch_pt", description="PyTorch, small enough to read.")
    commands = parser.add_subparsers(dest="command", required=True)
    command = commands.add_parser("parity", help="compare with torch on PyTorch's own test inputs; write a page")
    command.add_argument("path", nargs="?", type=Path, default=Path("parity.html"), help="where (default: parity.html)")
    command = commands.add_parser("run", help="run a PyTorch program on this library")
    command.add_argument("program", type=Path)
    command.add_argument("arguments", nargs=argparse.REMAINDER, help="what the program is given")
    given = parser.parse_args()
    run(given.program, given.arguments) if given.command == "run" else parity(given.path)


if __name__ == "__main__":
    main()
