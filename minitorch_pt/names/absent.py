"""What torch has and minitorch_pt leaves out: whoever asks for such a name is told why, and what to do instead.

The names and the reasons stand in `absent_names.txt`.
"""

from __future__ import annotations

import functools
import sys
from collections.abc import Callable
from contextlib import suppress
from functools import partial
from importlib.machinery import ModuleSpec, PathFinder
from pathlib import Path
from types import FunctionType, ModuleType
from typing import Any

__all__ = ["Absent", "absence", "attribute", "is_absence", "is_late", "mark", "missing", "tell"]

# Their names are looked up in every operation, which `__getattr__` would make slower: only imports of what they lack are told why.
PACKAGE = __package__.partition(".")[0]
HOT = (f"{PACKAGE}.autograd.graph",)
# Programs and packages name these where they start, and what is in them, and most do not use them: an import succeeds, and the use raises.
# Not all that is left out: packages ask for other inner parts of torch's in a `try`, and can do without.
AT_USE = (
    "torch._subclasses torch._tensor_str torch.ao torch.autograd.function torch.cuda torch.distributed torch.distributions torch.fft "
    "torch.fx torch.hub torch.nn.attention.flex_attention torch.nn.intrinsic torch.nn.parallel torch.nn.qat torch.nn.quantized torch.onnx torch.package "
    "torch.quantization torch.utils.benchmark torch.utils.cpp_extension torch.utils.mobile_optimizer "
    "torch.utils.model_zoo"
).split()
# Annotations and tables name these where a program starts, of modules whose other names say at once that they are left out.
NAMED = {
    f"torch.{name}"
    for name in (
        "DeviceObjType Event PyTorchFileReader ScriptModule Stream autograd.profiler.emit_nvtx "
        "export float8_e4m3fnuz float8_e5m2fnuz fx qscheme quint2x4 quint4x2"
    ).split()
}


def _pairs(lines: str) -> dict[str, str]:
    return dict(line.split(": ", 1) for line in lines.splitlines() if line[0] != "#")


def _table() -> tuple[str, dict[str, str]]:
    """The lines of what is said for each reason; and for each module or class of torch's those of the reasons with the names that they hold for."""
    text = Path(__file__).with_name("absent_names.txt").read_text(encoding="utf-8").replace("\n    ", " ")
    head, *places = text.rstrip().split("\n[")
    return head, {name: body for name, _, body in (place.partition("]\n") for place in places)}


_SAID, PLACES = _table()  # read line by line when a name is missed


def reasons() -> dict[str, str]:
    """What is said for each reason."""
    return _pairs(_SAID)


@functools.cache
def left_out(place: str) -> dict[str, str]:
    """Of a module or class of torch's, the reasons and the names that they hold for."""
    return _pairs(PLACES.get(place, ""))


def absence(name: str) -> str | None:
    """What is said of a name of torch's that is left out, such as "torch.fft"; None of any other."""
    place, _, last = name.rpartition(".")
    for reason, names in left_out(place).items():
        if last in names.split():
            return f"minitorch_pt leaves out {name}: {reasons()[reason]}"
    return None


def missing(name: str, plain: str) -> AttributeError:
    """The error for a name of torch's that is not here: why, if it is left out, else what Python says."""
    said = absence(name)
    # that `name` is given keeps Python from asking "did you mean" another one
    return AttributeError(said, name=name) if said else AttributeError(plain)


def is_absence(error: BaseException) -> bool:
    """Whether an error says that a name is left out."""
    return isinstance(error, (AttributeError, ImportError, NotImplementedError)) and str(error).startswith(
        "minitorch_pt leaves out "
    )


def is_late(name: str) -> bool:
    """Whether a name that is left out may be imported, and says so at its use."""
    return f"{name}.".startswith(tuple(f"{door}." for door in (*AT_USE, *NAMED)))


def _torch_name(module: str) -> str:
    """torch's name of a module of this package."""
    return f"torch{module.removeprefix(PACKAGE)}"


def attribute(module: str, name: str) -> AttributeError:
    """The error for a name that a module of this package has not."""
    shown = _torch_name(module) if sys.modules.get("torch") is sys.modules[PACKAGE] else module
    return missing(f"{_torch_name(module)}.{name}", f"module {shown!r} has no attribute {name!r}")


def tell(door: str) -> None:
    """Let a module and those within it that are loaded say of each missing name why it is missing; those that are loaded later do so too."""
    for module in [name for name in sys.modules if name == door or name.startswith(f"{door}.")]:
        names = vars(sys.modules[module])
        if _torch_name(module) not in PLACES:
            continue
        _DOORS[names["__name__"]] = module
        if module in HOT:
            names["__path__"] = _PATH
        elif not isinstance(names.get("__getattr__"), partial):
            names["__getattr__"] = partial(_look, module, names.get("__getattr__"))


_DOORS: dict[str, str] = {}  # by the names of modules: where torch has them
# With it a module is taken for a package by imports: those of a missing name come to _Missing
_PATH: list[str] = []


def _look(module: str, own: Callable[[str], Any] | None, name: str) -> Any:
    """What the `__getattr__` of a module does; `own` is what it did before."""
    if own is not None:
        with suppress(AttributeError):
            return own(name)
    if name == "__path__":
        return _PATH
    asked = f"{_torch_name(module)}.{name}"
    said = absence(asked)
    if said and (_torch_name(module) in AT_USE or asked in NAMED):
        return _absent(f"{module}.{name}", said)
    raise attribute(module, name)


class Absent(ModuleType):
    """What an import gives of a module in `AT_USE` that is left out, and of what is in it: it may be handed on, named as a type, derived from."""

    def __call__(self, *args: Any, **kwargs: Any) -> Any:
        # decorators, and what takes a function's name instead
        if len(args) == 1 and isinstance(args[0], (FunctionType, str)):
            if self.__name__.startswith((f"{PACKAGE}._jit_internal.", f"{PACKAGE}.fx.wrap")):
                return args[0]  # a mark for the compiler, or for what takes functions apart
            if self.__name__.startswith(f"{PACKAGE}.distributed.rpc."):
                return self  # which packages put before functions that only they would call
        raise NotImplementedError(vars(self)["said"])

    def __getattr__(self, name: str) -> Absent:
        if name.startswith("__"):
            raise AttributeError(f"module {self.__name__!r} has no attribute {name!r}")
        return _absent(f"{self.__name__}.{name}", vars(self)["said"])

    def __instancecheck__(self, instance: object) -> bool:
        return False

    def __or__(self, other: object) -> Absent:
        return self

    __ror__ = __or__

    def __mro_entries__(self, bases: tuple) -> tuple[type]:
        said = vars(self)["said"]

        def __init__(self: Any, *args: Any, **kwargs: Any) -> None:
            raise NotImplementedError(said)

        return (type(self.__name__.rpartition(".")[2], (), {"__init__": __init__}),)


def _absent(name: str, said: str) -> Absent:
    made = Absent(name, said)
    vars(made)["said"] = said
    return made


class _Absent:
    """An attribute of a class that is left out. A `__getattr__` would make every look-up slower, those too that find what they look for."""

    def __init__(self, name: str) -> None:
        self.name = name

    def __get__(self, instance: object, owner: type) -> Any:
        raise missing(self.name, "")

    def __repr__(self) -> str:
        return f"<{absence(self.name)}>"


def mark(*classes: type) -> None:
    """Let classes say of each attribute that is left out why it is missing; `dir` of their instances does not show them."""
    for cls in classes:
        for name in " ".join(left_out(f"torch.{cls.__name__}").values()).split():
            if not hasattr(cls, name):  # the table may be older than the class
                setattr(cls, name, _Absent(f"torch.{cls.__name__}.{name}"))
        cls.__dir__ = _shown  # type: ignore[method-assign, assignment]


def _shown(self: object) -> list[str]:
    """What `dir` shows of an instance."""
    absent = {name for cls in type(self).__mro__ for name, value in vars(cls).items() if isinstance(value, _Absent)}
    return [name for name in object.__dir__(self) if name not in absent]


class _Told:
    """Asked first for a module that is imported: where names are missing in it, it will tell of them."""

    def find_spec(self, fullname: str, path: Any = None, target: object = None) -> ModuleSpec | None:
        if not fullname.startswith(f"{PACKAGE}.") or _torch_name(fullname) not in PLACES:
            return None
        spec = PathFinder.find_spec(fullname, path)
        if spec is not None and spec.loader is not None:
            load = spec.loader.exec_module

            def exec_module(module: ModuleType) -> None:
                load(module)
                tell(module.__name__)

            spec.loader.exec_module = exec_module  # type: ignore[method-assign]
        return spec


class _Missing:
    """Asked last of all for a module that is imported."""

    def find_spec(self, fullname: str, path: object = None, target: object = None) -> ModuleSpec | None:
        outer, _, last = fullname.rpartition(".")
        if not fullname.startswith(f"{PACKAGE}."):
            return None
        name = f"{_torch_name(_DOORS.get(outer, outer))}.{last}"
        within = sys.modules.get(outer)
        said = vars(within)["said"] if isinstance(within, Absent) else absence(name)
        if said and is_late(name):
            return ModuleSpec(fullname, self, loader_state=said, is_package=True)  # type: ignore[arg-type]
        if said:
            raise ModuleNotFoundError(said, name=name)
        return None

    def create_module(self, spec: ModuleSpec) -> ModuleType:
        return _absent(spec.name, spec.loader_state)

    def exec_module(self, module: ModuleType) -> None:
        """Nothing: it holds nothing."""


sys.meta_path.insert(0, _Told())  # type: ignore[arg-type]  # as in places.py
sys.meta_path.append(_Missing())  # type: ignore[arg-type]
