"""Runs a program in which `import torch` gives minitorch_pt, and in all else as `python` itself would."""

from __future__ import annotations

import builtins
import importlib
import importlib.abc
import importlib.util
import os
import runpy
import sys
from collections.abc import Callable, Iterator
from functools import partial
from importlib.machinery import BuiltinImporter, ModuleSpec, SourceFileLoader
from pkgutil import get_importer
from types import FunctionType, ModuleType, TracebackType
from typing import Any, NoReturn

from .. import version
from ..names import absent
from ..names.absent import PACKAGE
from ..torch_version import TorchVersion

__all__ = ["run", "run_module"]

# what `python -m` and `python directory` themselves call
_run_module = runpy._run_module_as_main  # type: ignore[attr-defined]

_PACKAGE = sys.modules[PACKAGE]
# of these torch has none: what lives there is inner, or has no place yet; files are written by the names of what rebuilds them
_ROOMS = {"names", "arrays", "stream", "ops", "tensors", "teaching", "serialization"}
_named: set[str] = set()  # modules whose classes are called torch's


class _AsTorch(importlib.abc.MetaPathFinder, importlib.abc.Loader):
    """Answers `import torch` and `import torch.nn.functional` with minitorch_pt's own modules, and tells which torch is installed."""

    def find_spec(self, fullname: str, path: Any = None, target: Any = None) -> ModuleSpec | None:
        if fullname.startswith(f"{PACKAGE}."):
            others = (finder.find_spec(fullname, path, target) for finder in sys.meta_path if finder is not self)
            return _renamed(next(filter(None, others), None))
        own = _own(fullname)
        try:
            known = own is not None and (own in sys.modules or importlib.util.find_spec(own))
        except (
            ModuleNotFoundError
        ) as error:  # `from torch import stft` would not tell of an error of the name torch.stft
            raise ModuleNotFoundError(str(error), name=own) from None
        return ModuleSpec(fullname, self) if known else None

    def create_module(self, spec: ModuleSpec) -> ModuleType:
        module = importlib.import_module(str(_own(spec.name)))
        self.own = module.__spec__
        return module

    def exec_module(self, module: ModuleType) -> None:
        module.__spec__ = self.own  # the import system has put the spec of `find_spec` there

    def find_distributions(self, context: Any) -> Iterator[Any]:
        """What `importlib.metadata.version("torch")` asks for."""
        from importlib.metadata import Distribution  # takes long to import

        class Torch(Distribution):
            def read_text(self, filename: str) -> str | None:
                return f"Name: torch\nVersion: {version.__version__}\n" if filename == "METADATA" else None

            def locate_file(self, path: Any) -> NoReturn:
                raise FileNotFoundError(path)

        if context.name in (None, "torch"):
            yield Torch()


_depth = 0


def _renamed(spec: ModuleSpec | None) -> ModuleSpec | None:
    """Once a module of this package and all that it imports are there, their classes and functions are called torch's.

    Not before: the packages say in their last lines where their classes live (`names/places.py`).
    """
    if spec is None or not isinstance(spec.loader, SourceFileLoader) or spec.name.split(".")[1] in _ROOMS:
        return spec
    load = spec.loader.exec_module

    def exec_module(module: ModuleType) -> None:
        global _depth
        _depth += 1
        try:
            load(module)
        finally:
            _depth -= 1
        if not _depth:
            _call_them_torchs()

    spec.loader.exec_module = exec_module  # type: ignore[method-assign]
    return spec


def _call_them_torchs() -> None:
    """`type(layer)` is `<class 'torch.nn.modules.linear.Linear'>`: programs print it, and packages look at it."""
    for name, module in list(sys.modules.items()):
        if name.partition(".")[0] != PACKAGE or name in _named:
            continue
        _named.add(name)
        for thing in list(vars(module).values()):
            home = thing.__module__ if isinstance(thing, (type, FunctionType)) else None
            if home and home.startswith(f"{PACKAGE}.") and home.split(".")[1] not in _ROOMS or home == PACKAGE:
                thing.__module__ = f"torch{home.removeprefix(PACKAGE)}"
                if home in sys.modules:  # where annotations are looked up
                    sys.modules.setdefault(thing.__module__, sys.modules[home])


def _own(name: str) -> str | None:
    """Our name of a module of torch's, or of the part of another package that is made for torch; None for other modules."""
    if name == "safetensors.torch":
        return f"{PACKAGE}.utils.safetensors"
    if name == "functorch":
        return f"{PACKAGE}.func.functorch"
    return f"{PACKAGE}{name.removeprefix('torch')}" if name.partition(".")[0] == "torch" else None


def run(path: str, arguments: list[str]) -> None:
    """Run the program in a file, or in a directory or zip file with a `__main__.py`, or for "-" what is read from standard input.

    Raises:
        SystemExit: the file cannot be read; status 2.
    """
    _become_torch()
    sys.argv = [path, *arguments]
    main = _fresh_main()
    if path == "-":
        main.__file__, main.__loader__ = "<stdin>", BuiltinImporter
        _place("")
        exec(compile(sys.stdin.buffer.read(), "<stdin>", "exec", dont_inherit=True), vars(main))
    elif get_importer(path) is not None:
        _place(os.path.abspath(path))
        _run_module("__main__", alter_argv=False)
    else:
        main.__file__ = os.path.join(os.getcwd(), path)
        main.__loader__ = SourceFileLoader("__main__", main.__file__)
        try:
            with open(path, "rb") as file:
                source = file.read()
        except OSError as error:
            print(
                f"minitorch-pt: can't open file {main.__file__!r}: [Errno {error.errno}] {error.strerror}",
                file=sys.stderr,
            )
            sys.exit(2)
        _place(os.path.dirname(os.path.realpath(path)))
        exec(compile(source, main.__file__, "exec", dont_inherit=True), vars(main))


def run_module(name: str, arguments: list[str]) -> None:
    """Run a module, as `python -m` does."""
    _become_torch()
    sys.argv = ["-m", *arguments]
    _fresh_main()
    _place(os.getcwd())
    _run_module(name)


def _become_torch() -> None:
    sys.meta_path.insert(0, _AsTorch())
    # packages compare the one, and some write torch.torch.Tensor
    vars(_PACKAGE).update(__name__="torch", torch=_PACKAGE)
    _call_them_torchs()
    vars(_PACKAGE)["__version__"] = TorchVersion(version.__version__)
    sys.excepthook = partial(_show, sys.excepthook)


def _fresh_main() -> ModuleType:
    """The module `__main__` of the program, where pickle looks for its classes."""
    main = sys.modules["__main__"] = ModuleType("__main__")
    main.__builtins__ = builtins  # type: ignore[attr-defined]
    return main


def _place(first: str) -> None:
    """Let imports look at this place first."""
    if not sys.flags.safe_path:
        sys.path[0] = first


def _show(before: Callable, kind: type[BaseException], error: BaseException, trace: TracebackType | None) -> None:
    """Show an error that has ended the program without the steps that led to the program, and those that found that a name is left out."""
    steps = []
    while trace is not None:
        steps.append(trace)
        trace = trace.tb_next
    files = [step.tb_frame.f_code.co_filename for step in steps]
    if __file__ in files:
        first = files.index(__file__)
        while first < len(files) and files[first] in (__file__, runpy.run_path.__code__.co_filename):
            first += 1
        steps, files = steps[first:], files[first:]
    if absent.is_absence(error):
        while files and files[-1].startswith((str(_PACKAGE.__path__[0]), "<frozen importlib")):
            steps.pop()
            files.pop()
        if steps:
            steps[-1].tb_next = None
    shown = steps[0] if steps else None
    before(kind, error.with_traceback(shown), shown)
