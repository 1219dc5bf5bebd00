"""Where texts are printed that a console may not be able to show."""

from __future__ import annotations

import sys

__all__ = ["print_anything"]


def print_anything() -> None:
    """Let a character that the console does not know be printed as "?".

    The "≈" of the lessons is none of Windows' cp1252, in which Python writes where its output goes to a file or another program, and
    by default to print one there is an error.
    """
    for stream in (sys.stdout, sys.stderr):
        if getattr(stream, "errors", None) == "strict":  # a notebook's streams know no such errors
            stream.reconfigure(errors="replace")  # type: ignore[union-attr]
