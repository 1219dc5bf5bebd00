"""What an argument is: the annotations of a function, read once, and the front desk that serves its calls by them.

    Tensor      a Tensor and nothing else: no array, no list, no number
    Operand     a Tensor or a number; among the operands of a call there is a Tensor
    Number      a number; a 0-d Tensor that needs no gradient is read as one
    int, Dim    a whole number, also a 0-d Tensor's; no bool, no fraction, no array
    float       a number
    bool, str   as in Python
    Flag        true or false: whatever Python takes for either
    Dims, Size  whole numbers in a list or tuple, or a single one
    Shape       whole numbers in a list or tuple
    Tensors     a list or tuple of Tensors
    DType       torch.float32, ..., or Python's float, int, bool
    Scale       a number, or several in a list or tuple
    MemoryFormat, Layout   torch.channels_last, ...; torch.strided
    Pin         whether memory is to be pinned, which it cannot be
    object      anything: the function itself looks at it
    X | None    may be left out

NumPy's scalars are read as Python's numbers, so that they do not promote as arrays do. A parameter with another annotation is
not looked at. Calls whose arguments are right by their types alone pass after one look into a set, so the reading below costs
nothing where programs spend their time.

A function that takes `out` names it as a keyword of its own; it is served here: the function never sees it. Its annotation (CastOut,
QuietOut, RowOut, TruthOut, TypedOut) says what torch asks of it: see out.py.
"""

from __future__ import annotations

import functools
import re
from collections.abc import Callable
from typing import TYPE_CHECKING, Any, ParamSpec, TypeAlias, TypeVar

import numpy as np

from ..arrays import dtypes, formats, samples
from ..arrays.notices import warn
from ..arrays.samples import active
from ..names.titles import alias
from . import graph
from .out import into
from .readers import DEEP, Slot, slot_for, whole, wholes
from .takeovers import Elsewhere, switch, taken, takers

if TYPE_CHECKING:  # what the kinds are to a type checker
    from collections.abc import Sequence

    from ..tensors.tensor import Tensor

    Number: TypeAlias = int | float | np.number | Tensor
    Operand: TypeAlias = Tensor | Number
    Dim: TypeAlias = int | np.integer | Tensor
    Dims: TypeAlias = Dim | Sequence[Dim]
    Size: TypeAlias = Dim | Sequence[Dim]
    Shape: TypeAlias = Sequence[Dim]
    Tensors: TypeAlias = Sequence[Tensor]
    DType: TypeAlias = dtypes.dtype | type
    Flag: TypeAlias = bool
    Scale: TypeAlias = Number | Sequence[Number]
    MemoryFormat: TypeAlias = formats.memory_format
    Layout: TypeAlias = formats.layout
    Pin: TypeAlias = bool
    CastOut: TypeAlias = Tensor
    QuietOut: TypeAlias = Tensor
    RowOut: TypeAlias = Tensor
    TruthOut: TypeAlias = Tensor
    TypedOut: TypeAlias = Tensor
    # in rules: what they compute with (arrays; Tensors where a gradient is itself differentiated), and what they return: the value,
    # and for each input how the gradient flows back
    Array: TypeAlias = np.ndarray | Tensor
    Pulled: TypeAlias = Array | tuple[Any, ...]

P = ParamSpec("P")
R = TypeVar("R")

__all__ = ["REQUIRED", "Desk", "composed", "method"]

_told_of_order: list[str] = []  # the operation whose old order was warned of
# how many factors once stood before the tensors
_FACTORS = {
    "add": 1,
    "sub": 1,
    "addcmul": 1,
    "addcdiv": 1,
    "addmm": 2,
    "addmv": 2,
    "addr": 2,
    "addbmm": 2,
    "baddbmm": 2,
}
REQUIRED: Any = object()  # in place of a default
_NONE: dict[str, Any] = {}  # no keywords
# NumPy's names for torch's parameters, which torch accepts too
_NUMPY_NAMES = {"axis": "dim", "keepdims": "keepdim", "x": "input", "a": "input", "x1": "input", "x2": "other"}


# ---------------------------------------------------------------------------------------------------------------------
# The desk
# ---------------------------------------------------------------------------------------------------------------------
def _called(parameter: str) -> str:
    """What users call a parameter: `from_` is from, and the tensor of a method is the input."""
    return "input" if parameter == "self" else parameter.rstrip("_")


@functools.cache
def _words(annotation: str) -> frozenset[str]:
    return frozenset(annotation.split(" | "))


@functools.cache
def _out_kinds(annotation: str) -> frozenset[str]:
    return frozenset(re.findall(r"\w+Out", annotation))


class Desk:
    """The front desk of one function: brings the arguments of a call into their places, and each to its kind.

    What it knows of the function is read when a call first needs it: to read all of them would take half of the import.
    """

    def __init__(self, function: Callable, name: str, for_method: bool = False) -> None:
        self.function, self.name, self.for_method = function, name, for_method
        self.code = function.__code__
        self.out = "out" in (function.__kwdefaults__ or ()) and not for_method
        self.passed: set[tuple[type, ...]] = set()  # the types of calls in which nothing had to be read
        self.deep: dict[tuple[type, ...], list] = {}  # the same, but for what these places hold
        # of calls seen before: (how many are given by position, *keywords) -> keyword and default of each place behind those
        self.plans: dict[tuple, dict[str, Any]] = {}
        # of these, those whose keywords are the very places that come next, in their order
        self.straight: set[tuple] = set()
        self.bare: set[tuple] = set()  # and those whose keywords have no place, and are not looked at

    @functools.cached_property
    def notes(self) -> dict[str, str]:
        """The annotations. A private function has none that count: it is called by functions that have read its arguments."""
        function = self.function
        private = function.__name__.startswith("_")
        notes = {} if private else {_called(p): str(note) for p, note in function.__annotations__.items()}
        if self.code.co_varnames[:1] == ("self",):
            notes["input"] = "Tensor"
        return notes

    def _slot_of(self, parameter: str, default: Any = REQUIRED) -> Slot:
        return slot_for(parameter, self.notes.get(parameter, "None"), default is None)

    @functools.cached_property
    def parameters(self) -> dict[str, Any]:
        """What may be given by position, with the defaults."""
        names = [*map(_called, self.code.co_varnames[: self.code.co_argcount])]
        defaults = self.function.__defaults__ or ()
        required = dict.fromkeys(names, REQUIRED)
        return required | dict(zip(names[len(names) - len(defaults) :], defaults, strict=True))

    @functools.cached_property
    def slots(self) -> list[Slot]:
        """What may stand in each place."""
        return [self._slot_of(p, default) for p, default in self.parameters.items()]

    @functools.cached_property
    def keywords(self) -> dict[str, Slot]:
        """What may be given by keyword alone."""
        code, late = self.code, self.function.__kwdefaults__ or {}
        only = code.co_varnames[code.co_argcount : code.co_argcount + code.co_kwonlyargcount]
        return {p: self._slot_of(p, late.get(p, REQUIRED)) for p in only if p != "out"}

    @functools.cached_property
    def rest(self) -> Slot | None:
        """What `*sizes` takes when one is given: a list of them, or one."""
        code = self.code
        return self._slot_of(code.co_varnames[code.co_argcount + code.co_kwonlyargcount]) if code.co_flags & 4 else None

    @functools.cached_property
    def each(self) -> Slot:
        """What each of several `*sizes` is."""
        name = self.code.co_varnames[self.code.co_argcount + self.code.co_kwonlyargcount]
        return slot_for(name, self.notes.get(name, "None").replace("Tensor | Tensors", "Tensor"))

    @functools.cached_property
    def listed(self) -> bool:
        """Whether `*sizes` behind a tensor are wanted in one list: methods alone take them one by one."""
        return self.rest is not None and self.rest.plain == {int} and bool(self.slots) and not self.for_method

    @functools.cached_property
    def open(self) -> bool:
        """Whether there are `**others`, which are handed on."""
        return bool(self.code.co_flags & 8)

    @functools.cached_property
    def out_kinds(self) -> frozenset[str]:
        """What is asked of `out`: see out.py."""
        return _out_kinds(self.notes.get("out", ""))

    @functools.cached_property
    def kinds(self) -> list[frozenset[str]]:
        """The words of the annotation of each place."""
        return [_words(self.notes.get(p, "None")) for p in self.parameters]

    @functools.cached_property
    def mixed(self) -> bool:
        """Whether there are several operands, of which one is a Tensor."""
        return sum("Operand" in words for words in self.kinds) > 1

    @functools.cached_property
    def wholes(self) -> list[int]:
        """The places of whole numbers: of their size, their type says nothing."""
        return [place for place, slot in enumerate(self.slots) if whole in slot.readers or wholes in slot.readers]

    @functools.cached_property
    def numbers(self) -> set[type]:
        """The numbers that pass in every place but the first."""
        plain = all(words & {"Operand", "Number"} for words in self.kinds[1:])
        return {int, float, bool} if plain else set()

    @functools.cached_property
    def reads(self) -> bool:
        """Whether anything is looked at."""
        slots = (*self.slots, *self.keywords.values(), *([self.rest] if self.rest else []))
        return any(slot.readers for slot in slots)

    @functools.cached_property
    def options(self) -> bool:
        """Whether there is more than Tensors and numbers, so that a Tensor too may be in the wrong place."""
        sole = any({"Number"} <= words <= {"Number", "None"} for words in self.kinds)  # no Tensor with axes
        more = any(words - {"Tensor", "Operand", "Number", "None"} for words in self.kinds)
        return self.reads and (self.rest is not None or sole or more)

    def _read(self, args: tuple) -> list:
        """The arguments, each read as its kind."""
        read = [slot.read(a, self.name, place) for place, (a, slot) in enumerate(zip(args, self.slots, strict=False))]
        if self.listed and len(args) > len(self.slots):
            read.append(self.rest.as_list(args[-1], self.name, len(self.slots)))  # type: ignore[union-attr]
        elif self.rest is not None:
            rest = self.rest if len(args) == len(self.slots) + 1 else self.each
            try:
                for i, a in enumerate(args[len(self.slots) :]):
                    a = int(a) if i and type(a) is bool and self.rest.deep else a  # of sizes, as in `wholes`
                    read.append(rest.read(a, self.name, len(self.slots) + i))
            except ValueError as error:  # too large: one of a list, as in `wholes`
                raise TypeError(str(error)) from None
        return read

    def serve(self, args: tuple) -> tuple:
        """The arguments, each read as its kind.

        Raises:
            Elsewhere: one takes the call over. TypeError: one is of another kind, or there are too many.
        """
        types = tuple(map(type, args))
        for place, plain in self.deep.get(types, ()):
            if not plain.issuperset(map(type, args[place])):
                break
        else:
            if types in self.deep:
                return args
        if any(
            type(a) is graph.Traced or (isinstance(a, DEEP) and any(type(v) is graph.Traced for v in a)) for a in args
        ):
            return args  # within a rule that runs on Tensors: arrays are its constants
        classes = takers(args)
        if classes and not switch.off:
            raise taken(classes)
        if len(args) > len(self.slots) + self.listed and (self.rest is None or self.listed):
            args = self.reordered(args)
        missing = [p for p, default in [*self.parameters.items()][len(args) :] if default is REQUIRED]
        if (
            self.rest is not None
            and self.rest.deep
            and self.slots
            and not self.keywords
            and len(args) == len(self.slots)
        ):
            missing.append(self.rest.name)  # x.repeat()
        if missing:
            raise TypeError(f"{self.name}() missing {len(missing)} required positional arguments: {', '.join(missing)}")
        read = self._read(args)
        if self.mixed and not any(isinstance(a, graph.Tensor) for a in args):
            given = ", ".join(type(a).__name__ for a in args)
            raise TypeError(
                f"{self.name}() needs a Tensor among its operands, and got ({given}); make one with torch.tensor()"
            )
        # in vmap nothing is remembered: samples are to be met by the look at `samples.active` each time
        if not active and not classes and all(new is old for new, old in zip(read, args, strict=True)):
            slots = [*self.slots[: len(args)], *[self.rest] * (len(args) - len(self.slots))]
            deep = [(i, slot.plain) for i, slot in enumerate(slots) if slot and slot.deep and isinstance(args[i], DEEP)]
            if not deep and not any(isinstance(a, DEEP) for a in args):  # what a list holds, its type does not tell
                self.passed.add(types)
            elif deep and all(plain is not None for _, plain in deep):
                self.deep[types] = deep
        return tuple(read)

    def reordered(self, args: tuple) -> tuple:
        """The arguments of a call with too many: torch once had factors before the tensors that they multiply, as in add(x, 2, y).

        Raises:
            TypeError: it is no such call.
        """
        rest = [*args]
        for _ in range(_FACTORS.get(self.name, 0)):
            place = next((i for i, a in enumerate(rest[:-1]) if not isinstance(a, graph.Tensor)), None)
            if place is not None and len(rest) > len(self.slots):
                # the first of two is that of a method's own tensor: x.addmm(beta, alpha, a, b)
                place -= place == 1 and len(rest) == len(args) and _FACTORS[self.name] == 2
                rest[place : place + 2] = [rest[place] * rest[place + 1]]
        if len(rest) != len(self.slots):
            most = len(self.slots) + self.listed
            raise TypeError(f"{self.name}() takes {most} positional arguments but {len(args)} were given")
        names = " and ".join(list(self.keywords)[-_FACTORS[self.name] :])
        if not _told_of_order:  # one is told of in a process, as by torch
            _told_of_order.append(self.name)
            warn(f"This overload of {self.name} is deprecated: give {names} by name, behind the tensors.")
        return tuple(rest)

    def overflow(self, place: int, number: int) -> float:
        """A whole number of 64 bits or more, where a float belongs or if it fits; elsewhere refuse it as its kind does. The types of a call do not show it.

        Raises:
            TypeError, ValueError, OverflowError: no float belongs there.
        """
        if place >= len(self.slots):
            raise TypeError(f"{self.name}(): the whole number {number} is larger than 64 bits hold")
        read = self.slots[place].read(number, self.name, place)
        if isinstance(read, float) or read == -(1 << 63):
            return read
        raise OverflowError(f"{self.name}(): the number {number} is larger than 64 bits hold")

    def bind(self, args: tuple, kwargs: dict) -> tuple[tuple, dict, Any]:
        """Keywords of positional parameters in their places, the others read; and what was given as `out`.

        Raises:
            TypeError: a keyword that the function has not, one given twice, or a missing argument.
        """
        call = (len(args), *kwargs)
        if call in self.straight:
            return (*args, *kwargs.values()), _NONE, None
        if call in self.bare:
            return args, kwargs, None
        plan = self.plans.get(call)
        if plan is not None:
            late = {}
            if self.keywords:
                for name in self.keywords.keys() & kwargs.keys():
                    late[name] = self.keywords[name].read(kwargs.pop(name), self.name, None)
            return (*args, *{**plan, **kwargs}.values()), late, None
        target = kwargs.pop("out", None) if self.out else None
        if "TypedOut" in self.out_kinds and isinstance(target, graph.Tensor) and kwargs.get("dtype") is None:
            kwargs["dtype"] = dtypes.of(target._data.dtype)
        keys = {}
        for numpy_name, name in _NUMPY_NAMES.items():
            known = name in self.parameters or name in self.keywords
            if numpy_name in kwargs and numpy_name not in self.parameters and known and name not in kwargs:
                kwargs[name] = kwargs.pop(numpy_name)
                keys[name] = numpy_name
        rest = list(self.parameters)[len(args) :]
        last = max((i for i, name in enumerate(rest) if name in kwargs), default=-1)
        filled = [kwargs.pop(name, self.parameters[name]) for name in rest[: last + 1]]
        for name, value in zip(rest, filled, strict=False):
            if value is REQUIRED:
                raise TypeError(f"{self.name}() missing 1 required positional argument: '{name}'")
        if self.rest is not None and self.rest.name in kwargs and len(args) + len(filled) == len(self.slots):
            value = kwargs.pop(self.rest.name)
            filled.append(
                value if self.rest.plain != {int} else self.rest.as_list(value, self.name)
            )  # view(size=(2, 3))
        for name, value in kwargs.items():
            slot = self.keywords.get(name)
            if slot is not None:
                kwargs[name] = slot.read(value, self.name, None)
            elif name in self.parameters:
                raise TypeError(f"{self.name}() got multiple values for argument '{name}'")
            elif not self.open:
                raise TypeError(f"{self.name}() got an unexpected keyword argument '{name}'")
        behind = {keys.get(name, name) for name in rest} | self.keywords.keys()
        if behind.issuperset(call[1:]):
            plan = self.plans[call] = {keys.get(name, name): self.parameters[name] for name in rest[: last + 1]}
            if call[1:] == tuple(plan):
                self.straight.add(call)
            elif not plan and not any(self.keywords[name].readers for name in call[1:]):
                self.bare.add(call)
        return (*args, *filled), kwargs, target


def composed(function: Callable[P, R]) -> Callable[P, R]:
    """Serve a function that is made of operations as the operations themselves are served.

    `function.rule` is the function itself: rules call that, with arrays.
    """
    name = function.__name__.strip("_")
    served: Any = _face(function, Desk(function, name))
    if served.desk.out or (function.__code__.co_flags & 4 and function.__code__.co_argcount):
        served.method = _face(function, Desk(function, name, for_method=True))
    return served


def _face(function: Callable, desk: Desk) -> Any:
    passed = desk.passed

    @functools.wraps(function)
    def served(*args: Any, **kwargs: Any) -> Any:
        target = None
        if kwargs:
            args, kwargs, target = desk.bind(args, kwargs)
        if active and tuple(map(type, args)) not in passed and samples.among(args):
            return samples.composed(served, args, kwargs)
        elsewhere = None
        try:
            if tuple(map(type, args)) not in passed:
                args = desk.serve(args)
            for place in desk.wholes:
                if place < len(args) and type(args[place]) is int and args[place].bit_length() > 63:
                    desk.overflow(place, args[place])
            result = function(*args, **kwargs) if kwargs else function(*args)
        except Elsewhere as found:
            elsewhere = found
        if elsewhere is not None:
            return elsewhere.instead(served, args, kwargs)
        return result if target is None else into(target, result, desk.name, args, desk.out_kinds)

    served.rule, served.desk = function, desk  # type: ignore[attr-defined]
    return served


def method(operation: Callable[P, R]) -> Callable[P, R]:
    """The operation as a method of Tensor: without `out`, which in torch functions alone have, and an object of its own."""
    return getattr(operation, "method", None) or alias(operation, operation.__name__)
