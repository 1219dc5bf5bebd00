"""Runs a lesson as a script, and shows each of its checks what learners might write: the solution, the recorded wrong answers
(`tutorials/wrong_answers`), and what is wrong with any exercise, made of the solution: nan in place of its numbers, other types,
crashes, `exit()`, changed arguments.

    python answers.py LESSON REPORT

What the checks said is written to the file REPORT, as JSON: exercise -> answers -> text. The lesson prints what it always prints.
"""

import contextlib
import copy
import io
import json
import math
import runpy
import sys
from pathlib import Path

from minitorch_pt import Tensor, no_grad
from minitorch_pt.nn import Module
from minitorch_pt.teaching import exercises

sys.path.append(str(Path(__file__).parents[2]))
from tutorials import run_all

TUTORIALS = Path(__file__).parents[2] / "tutorials"


def spoilt(answer):
    """The answer with nan for its numbers."""
    if isinstance(answer, Module):
        answer = copy.deepcopy(answer)
        with no_grad():
            for parameter in answer.parameters():
                parameter.fill_(math.nan)
        return answer
    if isinstance(answer, (list, tuple)):
        return type(answer)(map(spoilt, answer))
    if isinstance(answer, dict):
        return {name: spoilt(value) for name, value in answer.items()}
    if hasattr(answer, "data") and hasattr(answer, "slopes"):  # the Value of lesson 11
        answer.data = math.nan
        return answer
    if callable(answer):
        return lambda *arguments: spoilt(answer(*arguments))
    return answer * math.nan if isinstance(answer, (int, float, Tensor)) else math.nan


def changed(arguments):
    """Change what can be changed of the arguments in place, and tell whether there was any."""
    for argument in arguments:
        if isinstance(argument, list) and argument:
            argument.append(argument[0])
            return True
        if isinstance(argument, Tensor) and argument.numel() and not argument.requires_grad:
            argument.sub_(1)
            return True
    return False


def made_of(solution):
    """Answers that are wrong in any exercise: what is wrong -> function."""

    def changes(*arguments):
        answer = solution(*arguments)
        return answer if changed(arguments) else None

    return {
        "nan": lambda *arguments: spoilt(solution(*arguments)),
        "nothing": lambda *arguments: None,
        "nothing at all": lambda *arguments: [],
        "text": lambda *arguments: "0.5",
        "an object": lambda *arguments: object(),
        "one nan": lambda *arguments: math.nan,
        "infinity": lambda *arguments: math.inf,
        "the function": lambda *arguments: solution,
        "a longer list": lambda *arguments: [solution(*arguments)] * 7,
        "crash": lambda *arguments: 1 / 0,
        "endless": endless,
        "exit": lambda *arguments: sys.exit(),
        "other arguments": lambda nothing, of, all, this, fits: solution(nothing),
        "changed argument": changes,
    }


def endless(*arguments):
    return endless(*arguments)


def main(lesson, report):
    """Run the lesson with a `check` that tries more than the learner's own answer, and write what was said."""
    number, own, said = run_all.key(Path(lesson)), exercises.check, {}

    def check(exercise, *cases):
        own(exercise, *cases)
        name, scope = exercise.__name__, exercise.__globals__
        solution = runpy.run_path(str(TUTORIALS / "solutions" / f"{number}.py"), dict(scope))[name]
        wrong = runpy.run_path(str(TUTORIALS / "wrong_answers" / f"{number}.py"), dict(scope))["WRONG"]
        answers = {"solution": solution} | made_of(solution)
        answers |= {f"wrong {i}": answer for i, answer in enumerate(wrong[int(name.rpartition("_")[2])])}
        said[name] = {}
        for label, answer in answers.items():
            answer.__name__, scope[name] = name, answer  # some judges call the exercise by its name
            with contextlib.redirect_stdout(io.StringIO()) as printed:
                own(answer, *cases)
            said[name][label] = printed.getvalue()
        scope[name] = exercise

    exercises.check = check
    sys.argv = [lesson]
    runpy.run_path(lesson, run_name="__main__")
    Path(report).write_text(json.dumps(said), encoding="utf-8")


if __name__ == "__main__":
    main(*sys.argv[1:])
