"""The command `learn`: writes a file with the exercises of a lesson, judges what a learner has written there, gives hints, keeps the progress.

The answers (`learn_03.py`) and the progress (`.minitorch_learn.json`) lie in the folder where one works: they travel together, two
learners at one computer do not mix, and who deletes the folder has deleted all of it.
"""

from __future__ import annotations

import argparse
import json
import linecache
import os
import re
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import Any

from ..language import spoken
from .lessons import Lesson, lessons, tutorials

__all__ = ["LIMIT", "main"]

LIMIT = 20.0  # seconds for an answer and its check; the slowest check trains for two
_PROGRESS = Path(".minitorch_learn.json")
_TEXTS = {
    "en": {
        "nowhere": "learn needs the lessons, which are not a part of the installed package: they are in the source archive (sdist) and the repository of "
        "minitorch_pt, in the folder tutorials. Run it from the folder that holds tutorials.",
        "unknown": "there is no lesson {number!r}; the lessons are {known}",
        "none": "lesson {number} has no exercises",
        "no exercise": "lesson {number} has no exercise {n}; its exercises are {known}",
        "list": "Lessons with exercises; begin one with: {command} 03",
        "line": "  {title}: {done} of {all}",
        "head": "Lesson {title}: the exercises alone.\nWrite your answers in place of the dots, save, and run this again:\n\n"
        "    {command} {number}\n\nA hint for exercise 1: {command} {number} --hint 1. All names of the lesson are known here too.",
        "written": "Wrote {file}: open it, write your answers in place of the dots, save, and run this again.",
        "syntax": "{file}, line {line}: Python cannot read this: {error}\n    {code}",
        "fails": "{file}, line {line}: {error}\n    {code}",
        "time": "exercise {n}: no end after {limit:g} seconds: is there a loop that never ends?\n    line {line}: {code}",
        "time outside": "{file}: no end after {limit:g} seconds: is there a loop that never ends?\n    line {line}: {code}",
        "ended": "exercise {n}: it ended the whole program (status {status}) {error}",
        "score": "{done} of {all} solved.",
        "next": "Next, exercise {n}: {task}",
        "stuck": "A hint: {command} {number} --hint {n}",
        "hint": "Hint {i} for exercise {n}: {text}",
        "hints out": "There is no further hint; the solution is in {solution}.",
        "all": "All solved. The solutions, to compare: {solution}.",
    },
    "pt": {
        "nowhere": "learn precisa das aulas, que não fazem parte do pacote instalado: elas estão no arquivo do código-fonte (sdist) e no repositório do "
        "minitorch_pt, na pasta tutorials. Rode o comando na pasta que contém tutorials.",
        "unknown": "não há aula {number!r}; as aulas são {known}",
        "none": "a aula {number} não tem exercícios",
        "no exercise": "a aula {number} não tem exercício {n}; seus exercícios são {known}",
        "list": "Aulas com exercícios; comece uma com: {command} 03",
        "line": "  {title}: {done} de {all}",
        "head": "Aula {title}: só os exercícios.\nEscreva suas respostas no lugar das reticências, salve e rode de novo:\n\n"
        "    {command} {number}\n\nUma dica para o exercício 1: {command} {number} --hint 1. Todos os nomes da aula valem aqui também.",
        "written": "Foi criado o arquivo {file}: abra-o, escreva suas respostas no lugar das reticências, salve e rode de novo.",
        "syntax": "{file}, linha {line}: o Python não consegue ler isto: {error}\n    {code}",
        "fails": "{file}, linha {line}: {error}\n    {code}",
        "time": "exercício {n}: sem fim depois de {limit:g} segundos: há um laço que nunca termina?\n    linha {line}: {code}",
        "time outside": "{file}: sem fim depois de {limit:g} segundos: há um laço que nunca termina?\n    linha {line}: {code}",
        "ended": "exercício {n}: ele encerrou o programa inteiro (status {status}) {error}",
        "score": "{done} de {all} resolvidos.",
        "next": "A seguir, exercício {n}: {task}",
        "stuck": "Uma dica: {command} {number} --hint {n}",
        "hint": "Dica {i} do exercício {n}: {text}",
        "hints out": "Não há mais dicas; a solução está em {solution}.",
        "all": "Todos resolvidos. As soluções, para comparar: {solution}.",
    },
}


def main(arguments: list[str]) -> None:
    """Read the command and run it.

    Raises:
        SystemExit: there is no such lesson or exercise, or the lessons are not here.
    """
    parser = argparse.ArgumentParser(prog="minitorch-pt learn", description="The exercises of a lesson, alone.")
    parser.add_argument("lesson", nargs="?", help="its number, as 03; without one, all lessons are listed")
    parser.add_argument("--hint", type=int, metavar="N", help="a hint for exercise N; asked again, a second one")
    parser.add_argument(
        "--lang", choices=("en", "pt"), help="English or Portuguese (default: the one last chosen here)"
    )
    given = parser.parse_args(arguments)
    progress = _Progress()
    language = progress.language(given.lang)
    texts, folder = _TEXTS[language], tutorials()
    if folder is None:
        sys.exit(texts["nowhere"])
    known = lessons(folder, language)
    if given.lesson is None:
        return _list(known, progress, texts)
    number = given.lesson.partition("_")[0].zfill(2)
    if number not in known:
        sys.exit(texts["unknown"].format(number=given.lesson, known=", ".join(known)))
    lesson = Lesson(known[number])
    if not lesson.heads:
        sys.exit(texts["none"].format(number=number))
    if given.hint is not None:
        return _hint(lesson, given.hint, progress, language)
    _exercises(lesson, progress, language)


class _Progress:
    """What was solved and which hints were shown, in a file."""

    def __init__(self) -> None:
        try:
            self.known: dict[str, Any] = json.loads(_PROGRESS.read_text(encoding="utf-8"))
        except (OSError, ValueError):  # there is none yet, or none that can be read
            self.known = {}

    def language(self, chosen: str | None) -> str:
        """The language that was chosen now, or last time, or by default."""
        if chosen and chosen != self.known.get("language"):
            self.known["language"] = chosen
            self.save()
        return spoken(chosen or self.known.get("language"))

    def of(self, number: str) -> dict[str, Any]:
        """What is known of a lesson: the solved exercises, and how many hints were shown for each."""
        return self.known.setdefault(number, {"solved": [], "hints": {}})

    def save(self) -> None:
        """Write the file, at once or not at all."""
        beside = _PROGRESS.with_suffix(".new")
        beside.write_text(json.dumps(self.known, indent=1), encoding="utf-8")
        beside.replace(_PROGRESS)


def _command() -> str:
    """How the learner has called this program."""
    return "minitorch-pt learn" if Path(sys.argv[0]).stem == "minitorch-pt" else "python -m minitorch_pt learn"


def _list(known: dict[str, Path], progress: _Progress, texts: dict[str, str]) -> None:
    print(texts["list"].format(command=_command()))
    for number, path in known.items():
        lesson = Lesson(path)
        if lesson.heads:
            done = len(progress.of(number)["solved"])
            print(texts["line"].format(title=lesson.title, done=done, all=len(lesson.heads)))


def _hint(lesson: Lesson, n: int, progress: _Progress, language: str) -> None:
    texts = _TEXTS[language]
    if n not in lesson.heads:
        sys.exit(texts["no exercise"].format(number=lesson.number, n=n, known=", ".join(map(str, lesson.heads))))
    hints, shown = lesson.texts[n]["hints"], progress.of(lesson.number)["hints"]
    before = shown.get(str(n), 0)
    shown[str(n)] = min(before + 1, len(hints))
    progress.save()
    for i, hint in enumerate(hints[: shown[str(n)]], 1):
        print(texts["hint"].format(i=i, n=n, text=hint[("en", "pt").index(language)]))
    if before == len(hints):
        print(texts["hints out"].format(solution=_solution(lesson)))


def _solution(lesson: Lesson) -> str:
    return f"tutorials/solutions/{lesson.number}.py"


def _exercises(lesson: Lesson, progress: _Progress, language: str) -> None:
    """Write the file of answers, or judge it; then show what comes next."""
    texts, file = _TEXTS[language], Path(f"learn_{lesson.number}.py")
    done = progress.of(lesson.number)
    if not file.exists():
        file.write_text(_answers(lesson, texts), encoding="utf-8")
        print(texts["written"].format(file=file))
    elif _readable(file, texts):
        solved = _judge(lesson, file, language)
        done["solved"] = sorted(set(done["solved"]) | set(solved))
        progress.save()
    left = [n for n in lesson.heads if n not in done["solved"]]
    print("\n" + texts["score"].format(done=len(done["solved"]), all=len(lesson.heads)))
    if left:
        print(texts["next"].format(n=left[0], task=lesson.tasks[left[0]]))
        print(texts["stuck"].format(command=_command(), number=lesson.number, n=left[0]))
    else:
        print(texts["all"].format(solution=_solution(lesson)))


def _answers(lesson: Lesson, texts: dict[str, str]) -> str:
    """The file that the learner fills in."""
    head = texts["head"].format(title=lesson.title, command=_command(), number=lesson.number)
    parts = [_comment(head)]
    for n, first in lesson.heads.items():
        parts.append(f"{_comment(f'{n}. {lesson.tasks[n]}')}\n{first}\n    return ...")
    return "\n\n\n".join(parts) + "\n"


def _comment(text: str) -> str:
    return "\n".join(f"# {line}".rstrip() for line in text.splitlines())


def _readable(file: Path, texts: dict[str, str]) -> bool:
    """Whether Python can read the file; if not, the line is told."""
    try:
        compile(file.read_bytes(), str(file), "exec", dont_inherit=True)
    except SyntaxError as error:
        code = (error.text or "").strip()
        print(texts["syntax"].format(file=file, line=error.lineno, error=error.msg, code=code))
        return False
    return True


def _judge(lesson: Lesson, file: Path, language: str, limit: float = LIMIT) -> list[int]:
    """Have the answers judged in a process that may be ended; the numbers of those that are right."""
    texts, left, solved = _TEXTS[language], list(lesson.heads), list[int]()
    while left:
        with tempfile.TemporaryDirectory() as folder:
            report = Path(folder) / "report"
            words = [lesson.script, file, language, limit, report, *left]
            command = [sys.executable, "-m", "minitorch_pt.teaching.learn.judging", *map(str, words)]
            sys.stdout.flush()  # the process writes there too
            done = subprocess.run(command, stdin=subprocess.DEVNULL, stderr=subprocess.PIPE, env=_environment())
            told = report.read_text(encoding="utf-8", errors="replace") if report.exists() else ""
        verdicts = [json.loads(line) for line in told.splitlines() if line.startswith("[")]
        solved += [n for n, word, *_ in verdicts if word == "right"]
        left = left[len(verdicts) :]
        errors = done.stderr.decode("utf-8", errors="replace")
        if not left:
            print(errors, end="", file=sys.stderr)  # warnings that an answer has caused
            break
        if not _stopped(told, errors, left[0], done.returncode, file, limit, texts):
            break
        left.pop(0)
    return solved


def _stopped(told: str, errors: str, n: int, status: int, file: Path, limit: float, texts: dict[str, str]) -> bool:
    """Say why the judging ended early; whether the other exercises can still be judged."""
    place = rf'File ".*{re.escape(file.name)}", line (\d+),? in (\S+)'
    if "Timeout" in told:
        found = re.search(place, told)
        line = int(found[1]) if found else 0
        outside = found is not None and found[2] == "<module>"
        code = linecache.getline(str(file), line).strip()
        text = texts["time outside" if outside else "time"]
        print(text.format(file=file, n=n, limit=limit, line=line or "?", code=code))
        return not outside
    places = list(re.finditer(place, errors))
    last = errors.strip().rpartition("\n")[2]
    if places and places[-1][2] == "<module>":  # the file itself fails, outside its answers
        line = int(places[-1][1])
        print(texts["fails"].format(file=file, line=line, error=last, code=linecache.getline(str(file), line).strip()))
        return False
    print(texts["ended"].format(n=n, status=status, error=last).rstrip())
    return True


def _environment() -> dict[str, str]:
    """This process's, with the package that it sees."""
    package = str(Path(__file__).parents[3])
    return os.environ | {"PYTHONPATH": os.pathsep.join(filter(None, [package, os.environ.get("PYTHONPATH")]))}
