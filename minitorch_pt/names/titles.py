"""What a thing is called that is made by a function, for several names: what help(), tracebacks and pickles show of it."""

from __future__ import annotations

from typing import TypeVar

__all__ = ["titled"]

T = TypeVar("T")


def titled(thing: T, name: str, doc: str | None = None) -> T:
    """The function or class itself, under this name; `doc`: its docstring, if it has no other."""
    thing.__name__ = thing.__qualname__ = name  # type: ignore[attr-defined]
    if doc is not None:
        thing.__doc__ = doc
    return thing
