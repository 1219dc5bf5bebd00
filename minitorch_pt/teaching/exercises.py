"""Exercises for learners: a function to fill in, and a check that says in one line what is wrong with the answer.

A teacher writes the function with dots in it and a table of cases; `check` runs the answer and never lets an error through, so that a
lesson goes on to its end with exercises solved, wrong or left open.
"""

from __future__ import annotations

import linecache
import reprlib
import traceback
from collections.abc import Callable
from types import CodeType
from typing import Any

import numpy as np

__all__ = ["check"]

_TEXTS = {
    "en": {
        "open": "exercise {n}: not answered yet",
        "right": "exercise {n}: right",
        "none": "exercise {n}: {call} returns None; is its `return` missing?",
        "shape": "exercise {n}: {call} returns the shape {got}, expected {expected}",
        "value": "exercise {n}: {call} returns {got}, expected {expected}",
        "place": "exercise {n}: {call} returns {got} at index {index}, expected {expected}",
        "judged": "exercise {n}: {call} {got}",
        "error": "exercise {n}: {call} raises {got}\n    line {line}: {code}",
    },
    "pt": {
        "open": "exercício {n}: ainda sem resposta",
        "right": "exercício {n}: certo",
        "none": "exercício {n}: {call} devolve None; faltou o `return`?",
        "shape": "exercício {n}: {call} devolve o formato {got}, esperado {expected}",
        "value": "exercício {n}: {call} devolve {got}, esperado {expected}",
        "place": "exercício {n}: {call} devolve {got} no índice {index}, esperado {expected}",
        "judged": "exercício {n}: {call} {got}",
        "error": "exercício {n}: {call} causa {got}\n    linha {line}: {code}",
    },
}


def check(exercise: Callable, *cases: tuple, language: str = "en") -> None:
    """Call `exercise` for each case and print whether its answers are right, or the first thing that is wrong.

    A case holds the arguments and, last, what must come back: numbers, a tensor, a shape (compared to a relative 1e-4, with their
    shapes), a text, or a function that is given the answer and returns what is wrong with it, or None. An exercise that returns `...`
    is one that nobody has answered yet. The number of the exercise is the end of the function's name.

    >>> def exercise_1(x, w, b):
    ...     return ...
    >>> check(exercise_1, (2.0, 3.0, 1.0, 7.0), (0.0, 3.0, 1.0, 1.0))
    exercise 1: not answered yet
    >>> def exercise_1(x, w, b):
    ...     return x * w - b
    >>> check(exercise_1, (2.0, 3.0, 1.0, 7.0), (0.0, 3.0, 1.0, 1.0))
    exercise 1: exercise_1(2.0, 3.0, 1.0) returns 5.0, expected 7.0

    Raises:
        ValueError: the language is neither "en" nor "pt", or there is no case.
    """
    if language not in _TEXTS:
        raise ValueError(f'language must be one of "en" and "pt", got {language!r}')
    if not cases:
        raise ValueError("check needs at least one case: (arguments..., what must come back)")
    what, facts = "right", dict[str, Any]()
    for *arguments, expected in cases:
        facts = {"call": f"{exercise.__name__}({', '.join(map(_short, arguments))})"}
        try:
            answer = exercise(*arguments)
            what, more = _judge(answer, expected)
            facts |= more
        except Exception as error:  # whatever a learner's answer does wrong
            what = "error"
            facts |= {"got": f"{type(error).__name__}: {error}"} | _place(error, exercise.__code__)
        if what != "right":
            break
    print(_TEXTS[language][what].format(n=exercise.__name__.rpartition("_")[2], **facts))


def _place(error: Exception, code: CodeType) -> dict:
    """The last line of the learner's own file that the error came through; the head of the function if it never began."""
    for frame in reversed(traceback.extract_tb(error.__traceback__)):
        if frame.filename == code.co_filename:
            return {"line": frame.lineno, "code": frame.line}
    return {"line": code.co_firstlineno, "code": linecache.getline(code.co_filename, code.co_firstlineno).strip()}


def _judge(answer: Any, expected: Any) -> tuple[str, dict]:
    """Which of the texts fits the answer, and what the text names."""
    if answer is ...:
        return "open", {}
    if callable(expected):
        wrong = expected(answer)
        return ("judged", {"got": wrong}) if wrong else ("right", {})
    if answer is None and expected is not None:
        return "none", {}
    a, e = _numbers(answer), _numbers(expected)
    plain = {"got": _short(answer), "expected": _short(expected)}
    if e is None:
        return ("right", {}) if type(answer) is type(expected) and answer == expected else ("value", plain)
    if a is None:
        return "value", plain
    if a.shape != e.shape:
        return "shape", {"got": a.shape, "expected": e.shape}
    close = np.isclose(a, e, rtol=1e-4, atol=1e-6, equal_nan=True)
    if close.all():
        return "right", {}
    if not e.shape:
        return "value", plain
    place = tuple(int(i) for i in np.argwhere(~close)[0])
    got, wanted = (_short(value[place].item()) for value in (a, e))
    return "place", {"got": got, "expected": wanted, "index": list(place)}


def _numbers(value: Any) -> np.ndarray | None:
    """A number, a tensor or nested lists of numbers as an array; None if it is something else."""
    try:
        array = np.asarray(value.detach() if hasattr(value, "detach") else value)
    except (TypeError, ValueError, RuntimeError):
        return None
    return array if array.dtype.kind in "biuf" else None


def _short(value: Any) -> str:
    """A value on a part of a line: arrays of more than one axis by their shape, functions by their name."""
    if isinstance(value, float):
        return repr(float(f"{value:.6g}"))
    if callable(value):
        return getattr(value, "__name__", type(value).__name__)
    if len(getattr(value, "shape", ())) > 1:
        return f"<{type(value).__name__} {tuple(value.shape)}>"
    return reprlib.repr(value) if not hasattr(value, "shape") else " ".join(repr(value).split())
