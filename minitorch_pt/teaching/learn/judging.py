"""Judges a learner's answers: the lesson's cases, then random ones, and a line for an answer that computes what a known wrong one computes.

    python -m minitorch_pt.teaching.learn.judging SCRIPT ANSWERS LANGUAGE LIMIT REPORT 1 2 3

runs in a process of its own, which may be ended: a watchdog does so after LIMIT seconds without a verdict, and writes into REPORT at
which line it happened. Each exercise leaves a line of JSON there.
"""

from __future__ import annotations

import copy
import faulthandler
import json
import random
import sys
from collections.abc import Callable, Iterator
from contextlib import redirect_stdout
from io import StringIO
from pathlib import Path
from types import FunctionType
from typing import Any, NamedTuple

import numpy as np

from ...nn.modules.module import Module
from ...optim.optimizer import Optimizer
from ...random import manual_seed
from ...tensors.tensor import Tensor
from ..console import print_anything
from ..exercises import verdict
from ..language import speak, spoken
from .lessons import Lesson

__all__ = ["Verdict", "judged", "random_cases"]

_RANDOM_CASES = 3
_ASKS = {
    "en": "an answer cannot ask with input(): what it needs are its arguments",
    "pt": "uma resposta não pode perguntar com input(): o que ela precisa são seus argumentos",
}


class Verdict(NamedTuple):
    """What came of an exercise: one word, the text for the learner, and what a known wrong answer had thought, or ""."""

    exercise: int
    word: str
    text: str
    thought: str


def judged(lesson: Lesson, source: str, file: str, exercises: list[int]) -> Iterator[Verdict]:
    """The verdicts on the answers in `source`, which is the text of `file`, one after the other.

    Raises:
        Exception: whatever running the source raises.
    """
    scope, cases = lesson.scope(source)
    own = {name: value for name, value in scope.items() if not name.startswith("exercise_")} | {"input": _asks}
    exec(compile(source, file, "exec", dont_inherit=True), own)
    for n in exercises:
        answer = own.get(f"exercise_{n}")
        if not isinstance(answer, FunctionType):  # its lines are not there any more, or it was given another value
            answer = _unanswered if answer is None else _as_function(answer)
        answer.__name__ = f"exercise_{n}"
        yield _judged(lesson, n, answer, scope, cases[n])


def random_cases(lesson: Lesson, n: int, scope: dict[str, Any]) -> list[tuple]:
    """More cases: arguments drawn at random, the same at each run, and what the solution makes of them."""
    drawn, found = lesson.texts[n].get("random", ""), []
    for seed in range(_RANDOM_CASES if drawn else 0):
        manual_seed(seed)
        arguments = eval(drawn, scope | {"random": random.Random(seed)})
        found.append((*arguments, lesson.solution(n, scope)(*_copies(arguments))))
    return found


def _judged(lesson: Lesson, n: int, answer: Callable, scope: dict[str, Any], cases: tuple) -> Verdict:
    cases = (*cases, *random_cases(lesson, n, scope))
    scope[f"exercise_{n}"] = answer  # some judges call the exercise by its name
    manual_seed(0)
    asked = [_copies(case[:-1]) for case in cases]  # a judge may change what it was given
    word, text = verdict(answer, *cases)
    thought = "" if word in ("right", "open") else _thought(lesson, n, answer, scope, asked)
    return Verdict(n, word, text, thought)


def _thought(lesson: Lesson, n: int, answer: Callable, scope: dict[str, Any], asked: list) -> str:
    """What the first known wrong answer had thought that computes the same for all of these arguments, or ""."""
    ours = [_computed(answer, arguments) for arguments in asked]
    thoughts = lesson.texts[n]["wrong"]
    for wrong, texts in zip(lesson.wrong(n, scope), thoughts, strict=True):
        if all(_alike(mine, _computed(wrong, arguments)) for mine, arguments in zip(ours, asked, strict=True)):
            return texts[("en", "pt").index(spoken())]
    return ""


def _computed(answer: Callable, arguments: tuple) -> Any:
    """What an answer returns and what it leaves of its arguments, as plain data; the name of its error if it raises one."""
    given = _copies(arguments)
    manual_seed(0)
    try:
        with redirect_stdout(StringIO()):
            result = answer(*given)
            # a function that is an argument is not looked into: it is the same for all
            return [
                [result is one for one in given],
                _plain(result),
                [_plain(one) for one in given if not callable(one)],
            ]
    except KeyboardInterrupt:
        raise
    except BaseException as error:
        return type(error).__name__


def _plain(value: Any) -> Any:
    """A value as texts, arrays and lists, which can be compared."""
    if isinstance(value, Module):
        return [type(value).__name__, *map(_plain, value.parameters())]
    if isinstance(value, Optimizer):
        numbers = {name: repr(number) for name, number in value.defaults.items()}
        return [type(value).__name__, str(numbers), *(_plain(group["params"]) for group in value.param_groups)]
    if isinstance(value, dict):
        return [part for name in value for part in (str(name), _plain(value[name]))]
    if callable(value):  # a pull: what does it make of some gradients?
        return [_computed(value, (g,)) for g in (1.0, -2.0)]
    if isinstance(value, (list, tuple)) and not _is_numbers(value):
        return [_plain(part) for part in value]
    if hasattr(value, "slopes"):  # the Value of lesson 11
        return [_plain(value.data), _plain(value.slopes)]
    if _is_numbers(value):
        return np.asarray(value.detach() if isinstance(value, Tensor) else value)
    return value if isinstance(value, str) else type(value).__name__


def _is_numbers(value: Any) -> bool:
    try:
        return np.asarray(value.detach() if isinstance(value, Tensor) else value).dtype.kind in "biuf"
    except (TypeError, ValueError, RuntimeError):
        return False


def _alike(a: Any, b: Any) -> bool:
    if isinstance(a, np.ndarray) and isinstance(b, np.ndarray):
        return a.shape == b.shape and bool(np.allclose(a, b, rtol=1e-4, atol=1e-7, equal_nan=True))
    if isinstance(a, list) and isinstance(b, list):
        return len(a) == len(b) and all(map(_alike, a, b))
    return type(a) is type(b) and not isinstance(a, np.ndarray) and a == b


def _copies(arguments: tuple) -> tuple:
    try:
        return copy.deepcopy(arguments)
    except RuntimeError:  # a tensor with a history has no copy, and no answer changes it
        return arguments


def _asks(*_: Any) -> Any:
    raise RuntimeError(_ASKS[spoken()])


def _unanswered(*_: Any) -> Any:
    return ...


def _as_function(value: Any) -> Callable:
    """What `exercise_1 = max` means, or `exercise_1 = 3`, which fails as any call of a number does."""
    return lambda *arguments: value(*arguments)


def main(script: str, answers: str, language: str, limit: str, report: str, *exercises: str) -> None:
    """Judge, print, and write down what came of it."""
    print_anything()
    speak(language)
    lesson = Lesson(Path(script))
    source = Path(answers).read_text(encoding="utf-8-sig")  # editors on Windows begin files with a mark
    with open(report, "a", encoding="utf-8") as file:
        faulthandler.dump_traceback_later(float(limit), exit=True, file=file)
        for found in judged(lesson, source, answers, list(map(int, exercises))):
            faulthandler.cancel_dump_traceback_later()
            print(found.text, flush=True)
            if found.thought:
                print(f"    {found.thought}", flush=True)
            file.write(json.dumps(found) + "\n")
            file.flush()
            faulthandler.dump_traceback_later(float(limit), exit=True, file=file)
        faulthandler.cancel_dump_traceback_later()


if __name__ == "__main__":
    main(*sys.argv[1:])
