"""Exercises for learners: a function to fill in, and a check that says in one line what is wrong with the answer.

A teacher writes the function with dots in it and a table of cases; `check` runs the answer and never lets an error through, so that a
lesson goes on to its end with exercises solved, wrong or left open. Answers are guests: they get copies of their arguments, may not
change them, and whatever ends in them, ends there.
"""

from __future__ import annotations

import ast
import inspect
import linecache
import reprlib
import textwrap
import traceback
from collections.abc import Callable, Iterator
from types import CodeType
from typing import Any

import numpy as np

from .language import spoken

__all__ = ["check", "near", "verdict"]

_TEXTS = {
    "en": {
        "open": "exercise {n}: not answered yet",
        "right": "exercise {n}: right",
        "none": "exercise {n}: {call} returns None; is its `return` missing?",
        "shape": "exercise {n}: {call} returns the shape {got}, expected {expected}",
        "value": "exercise {n}: {call} returns {got}, expected {expected}",
        "place": "exercise {n}: {call} returns {got} at index {index}, expected {expected}",
        "judged": "exercise {n}: {call} {got}",
        "form": "exercise {n}: {call} returns {got}, which is not of the form that is asked for ({error})",
        "changed": "exercise {n}: {call} changes its argument {got}; others need it as it was, so work on a copy",
        "error": "exercise {n}: {call} raises {got}\n    line {line}: {code}",
        "exit": "exercise {n}: {call} calls exit(), which ends the whole program: return the answer\n    line {line}: {code}",
        "comma": '    "{got}" is two numbers: a decimal number is written with a point, {expected}',
    },
    "pt": {
        "open": "exercício {n}: ainda sem resposta",
        "right": "exercício {n}: certo",
        "none": "exercício {n}: {call} devolve None; faltou o `return`?",
        "shape": "exercício {n}: {call} devolve o formato {got}, esperado {expected}",
        "value": "exercício {n}: {call} devolve {got}, esperado {expected}",
        "place": "exercício {n}: {call} devolve {got} no índice {index}, esperado {expected}",
        "judged": "exercício {n}: {call} {got}",
        "form": "exercício {n}: {call} devolve {got}, que não tem a forma pedida ({error})",
        "changed": "exercício {n}: {call} muda seu argumento {got}; outros precisam dele como era, trabalhe numa cópia",
        "error": "exercício {n}: {call} causa {got}\n    linha {line}: {code}",
        "exit": "exercício {n}: {call} chama exit(), que encerra o programa inteiro: devolva a resposta\n    linha {line}: {code}",
        "comma": '    "{got}" são dois números: um número decimal se escreve com ponto, {expected}',
    },
}


def check(exercise: Callable, *cases: tuple, language: str | None = None) -> None:
    """Call `exercise` for each case and print whether its answers are right, or the first thing that is wrong.

    A case holds the arguments and, last, what must come back: whole numbers, truths and texts (compared exactly), other numbers
    (to a relative 1e-4), a tensor or a shape, or a function that is given the answer and returns what is wrong with it, or None
    (which compares numbers with `near`). An exercise that returns `...` is one that nobody has answered yet. The number of the
    exercise is the end of the function's name.

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
    print(verdict(exercise, *cases, language=language)[1])


def verdict(exercise: Callable, *cases: tuple, language: str | None = None) -> tuple[str, str]:
    """What `check` prints, and before it one word for it: "open", "right" or what is wrong.

    >>> def exercise_1(x):
    ...     return x
    >>> verdict(exercise_1, (2.0, 2.0))
    ('right', 'exercise 1: right')

    Raises:
        ValueError: the language is neither "en" nor "pt", or there is no case.
    """
    texts = _TEXTS[spoken(language)]
    if not cases:
        raise ValueError("check needs at least one case: (arguments..., what must come back)")
    what, facts = "right", dict[str, Any]()
    for *arguments, expected in cases:
        what, facts = _tried(exercise, arguments, expected)
        if what != "right":
            break
    facts["call"] = f"{exercise.__name__}({', '.join(map(_short, arguments))})"
    said = texts[what].format(n=exercise.__name__.rpartition("_")[2], **facts)
    comma = _decimal_comma(exercise) if what in ("shape", "judged", "form", "error") else None
    if comma:
        said += "\n" + texts["comma"].format(got=",".join(comma), expected=".".join(comma))
    return what, said


def near(got: Any, wanted: Any, tolerance: float = 1e-5) -> bool:
    """Whether numbers have the same shape and differ by `tolerance` at most; nan is near nothing.

    >>> near([0.5, 0.25], [0.500001, 0.25]), near(torch.nan, 0.5), near([0.5], 0.5)
    (True, False, False)
    """
    a, b = _numbers(got), _numbers(wanted)
    return a is not None and b is not None and a.shape == b.shape and bool((abs(a - b) <= tolerance).all())


def _tried(exercise: Callable, arguments: list, expected: Any) -> tuple[str, dict]:
    """Which of the texts fits the answer to one case, and what the text names."""
    given = [_copy(argument) for argument in arguments]
    try:
        answer = exercise(*given)
    except KeyboardInterrupt:
        raise
    except BaseException as error:  # whatever a learner's answer does wrong, exit() included
        return _failed(error), {"got": _said(error)} | (_place(error, exercise) or _head(exercise))
    if answer is ...:
        return "open", {}
    for i, (before, after) in enumerate(zip(arguments, given, strict=True)):
        if not _same(before, after):
            names = exercise.__code__.co_varnames[: exercise.__code__.co_argcount]
            return "changed", {"got": names[i] if i < len(names) else i + 1}
    try:
        return _judge(answer, expected)
    except KeyboardInterrupt:
        raise
    except BaseException as error:
        place = _place(error, exercise)  # a function that was returned, or the exercise itself, called by the judge
        if place:
            return _failed(error), {"got": _said(error)} | place
        return "form", {"got": _short(answer), "error": _said(error)}


def _failed(error: BaseException) -> str:
    return "exit" if isinstance(error, SystemExit) else "error"


def _said(error: BaseException) -> str:
    return f"{type(error).__name__}: {error}"


def _place(error: BaseException, exercise: Callable) -> dict | None:
    """The last line of the learner's own function that the error came through, or None."""
    own = set(_codes(exercise.__code__))
    for frame, line in reversed(list(traceback.walk_tb(error.__traceback__))):
        if frame.f_code in own:
            return {"line": line, "code": linecache.getline(frame.f_code.co_filename, line).strip()}
    return None


def _codes(code: CodeType) -> Iterator[CodeType]:
    """The code of a function, and of those written inside it."""
    yield code
    for part in code.co_consts:
        if isinstance(part, CodeType):
            yield from _codes(part)


def _head(exercise: Callable) -> dict:
    """The line that the function begins with: it was never entered."""
    code = exercise.__code__
    return {
        "line": code.co_firstlineno,
        "code": linecache.getline(code.co_filename, code.co_firstlineno).strip(),
    }


def _decimal_comma(exercise: Callable) -> tuple[str, str] | None:
    """The first two whole numbers of a list or tuple in the answer with a comma and nothing else between them, as in 0,5."""
    try:
        tree = ast.parse(textwrap.dedent(inspect.getsource(exercise)))
    except (OSError, SyntaxError):  # its source is not known, or is part of a longer line
        return None
    for node in ast.walk(tree):
        if isinstance(node, (ast.List, ast.Tuple)):
            for left, right in zip(node.elts, node.elts[1:], strict=False):
                digits = [part.operand if isinstance(part, ast.UnaryOp) else part for part in (left, right)]
                whole = all(isinstance(part, ast.Constant) and type(part.value) is int for part in digits)
                if whole and (right.lineno, right.col_offset) == (left.end_lineno, (left.end_col_offset or 0) + 1):
                    return ast.unparse(left), ast.unparse(right)
    return None


def _copy(value: Any) -> Any:
    """Numbers for the answer alone; what is no plain data (a function, a layer, a tensor with a gradient) stays itself."""
    if isinstance(value, np.ndarray):
        return value.copy()
    if type(value) in (list, tuple):
        return type(value)(map(_copy, value))
    return value.clone() if hasattr(value, "clone") and not value.requires_grad else value


def _same(before: Any, after: Any) -> bool:
    """Whether a copy is still what it was copied from."""
    if before is after:
        return True
    if type(before) in (list, tuple):
        return len(before) == len(after) and all(map(_same, before, after))
    a, b = _numbers(before), _numbers(after)
    return a is None or b is None or (a.shape == b.shape and np.array_equal(a, b, equal_nan=True))


def _judge(answer: Any, expected: Any) -> tuple[str, dict]:
    """Which of the texts fits the answer, and what the text names."""
    if answer is None and expected is not None:
        return "none", {}
    if callable(expected):
        wrong = expected(answer)
        return ("judged", {"got": wrong}) if wrong else ("right", {})
    a, e = _numbers(answer), _numbers(expected)
    say = repr if e is not None and e.dtype.kind in "iu" else _short  # 17024.0001 is not 17024
    plain = {"got": say(answer) if isinstance(answer, float) else _short(answer), "expected": _short(expected)}
    if e is None:
        return ("right", {}) if type(answer) is type(expected) and answer == expected else ("value", plain)
    if a is None:
        return "value", plain
    if a.shape != e.shape:
        return "shape", {"got": a.shape, "expected": e.shape}
    if (a.dtype.kind == "b") != (e.dtype.kind == "b"):  # a truth is no number
        equal = np.zeros(e.shape, bool)
    else:
        equal = np.isclose(a, e, rtol=1e-4, atol=1e-6, equal_nan=True) if e.dtype.kind == "f" else a == e
    if equal.all():
        return "right", {}
    if not e.shape:
        return "value", plain
    place = tuple(int(i) for i in np.argwhere(~equal)[0])
    got, wanted = (say(value[place].item()) for value in (a, e))
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
