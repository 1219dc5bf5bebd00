"""What a thing is called that is made by a function, for several names: what help(), tracebacks and pickles show of it."""

from __future__ import annotations

from collections.abc import Callable
from types import CellType, FunctionType
from typing import Any, TypeVar

__all__ = ["alias", "titled"]

T = TypeVar("T")
F = TypeVar("F", bound=Callable)


def titled(thing: T, name: str, doc: str | None = None) -> T:
    """The function or class itself, under this name; `doc`: its docstring, if it has no other."""
    thing.__name__ = thing.__qualname__ = name  # type: ignore[attr-defined]
    if doc is not None:
        thing.__doc__ = doc
    return thing


def alias(function: F, name: str, prefix: str = "") -> F:
    """The same function as an object of its own, as torch.clip is not torch.clamp: a class that takes it over is handed this one.

    It is the same code, so that a call costs what it does, with the alias where the code calls itself or looks at its desk.

    prefix: what torch puts before the name that it shows: linalg_inv.
    """
    source: Any = function
    marks, cells = dict(vars(source)), {id(source): CellType()}
    if "desk" in marks:
        desk = marks["desk"] = object.__new__(type(source.desk))  # copy.copy() takes three times as long
        vars(desk).update(vars(source.desk), name=prefix + name)
        cells[id(source.desk)] = CellType(desk)
    if "method" in marks:
        marks["method"] = alias(source.method, name, prefix)
    closure = tuple([cells.get(id(cell.cell_contents), cell) for cell in source.__closure__ or ()])
    made: Any = FunctionType(source.__code__, source.__globals__, name, source.__defaults__, closure)
    cells[id(source)].cell_contents = made
    vars(made).update(marks)
    made.__name__, made.__qualname__ = prefix + name, name
    # where it is written: the source may have been given its place already, which is not the alias's
    made.__module__ = marks.get("__wrapped__", source).__globals__["__name__"]
    made.__doc__, made.__kwdefaults__, made.__annotations__ = (
        source.__doc__,
        source.__kwdefaults__,
        source.__annotations__,
    )
    return made
