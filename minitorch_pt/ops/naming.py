"""Operations that one function makes of several: each has a name and a docstring of its own."""

from __future__ import annotations

from collections.abc import Callable


def called(function: Callable, name: str, text: str) -> Callable:
    """A function made within another, under the name and with the docstring that users see."""
    function.__name__ = function.__qualname__ = name
    function.__doc__ = text
    return function
