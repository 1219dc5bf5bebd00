"""The language of checks, comparisons and pictures: English, until a lesson says `speak("pt")`."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

__all__ = ["speak", "speaking", "spoken"]

_LANGUAGES = ("en", "pt")
_default = "en"


def speak(language: str) -> None:
    """Set the language of everything in `minitorch_pt.teaching` that is not told its own.

    >>> from minitorch_pt.teaching import viz
    >>> speak("pt")
    >>> viz.alt_text(viz.shape([1, 2, 3]))
    'Um array de formato (3,). 1 eixo, desenhado como uma fila de 3 células.'
    >>> speak("en")

    Raises:
        ValueError: the language is neither "en" nor "pt".
    """
    global _default
    _default = spoken(language)


def spoken(language: str | None = None) -> str:
    """That language if it is one that is spoken here, or the one that was set if it is None.

    Raises:
        ValueError: the language is neither "en" nor "pt".
    """
    if language is not None and language not in _LANGUAGES:
        raise ValueError(f'language must be one of "en" and "pt", got {language!r}')
    return language or _default


@contextmanager
def speaking(language: str | None) -> Iterator[None]:
    """That language for a while, or the one that was set if it is None."""
    before = spoken()
    speak(spoken(language))
    try:
        yield
    finally:
        speak(before)
