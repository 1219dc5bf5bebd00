"""A lesson's exercises without the lesson: their texts, and of its script only the lines whose names they use.

Nothing is copied: tasks and checks are read from the script in `tutorials/`, answers from `tutorials/solutions/` and
`tutorials/wrong_answers/`, hints from `tutorials/hints/`. A training that no exercise looks at is never run.
"""

from __future__ import annotations

import ast
import contextlib
import io
import re
import symtable
import tomllib
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from typing import Any

__all__ = ["Lesson", "lessons", "tutorials"]

_TASK = re.compile(r"^\*\*(\d+)\.\*\* ", re.M)


def tutorials() -> Path | None:
    """The folder of the lessons: beside the package in a checkout, or where one works; None if it is in neither."""
    for place in (Path(__file__).parents[3], Path.cwd(), *Path.cwd().parents):
        if (place / "tutorials" / "hints").is_dir():
            return place / "tutorials"
    return None


def lessons(folder: Path, language: str) -> dict[str, Path]:
    """The scripts of the lessons of a language by their numbers, "03" or "00b"."""
    return {path.name.partition("_")[0]: path for path in sorted((folder / language).glob("[0-9][0-9]*_*.py"))}


class Lesson:
    """What is asked in a lesson, and what its checks need."""

    def __init__(self, script: Path) -> None:
        self.script, self.number = script, script.name.partition("_")[0]
        source = script.read_text(encoding="utf-8")
        texts = list(_texts(source))
        self.title = texts[0].partition("\n")[0].removeprefix("# ")
        pieces = _TASK.split("\n\n".join(text for text in texts if _TASK.search(text)))
        self.tasks = {int(n): text.strip() for n, text in zip(pieces[1::2], pieces[2::2], strict=True)}
        self._tree = ast.parse(source)

    @cached_property
    def heads(self) -> dict[int, str]:
        """The first line of each exercise: `def exercise_1(x):`."""
        functions = [node for node in self._tree.body if isinstance(node, ast.FunctionDef)]
        return {
            int(node.name.rpartition("_")[2]): f"def {node.name}({ast.unparse(node.args)}):"
            for node in functions
            if node.name.startswith("exercise_")
        }

    @cached_property
    def texts(self) -> dict[int, dict[str, Any]]:
        """What `tutorials/hints/` says to each exercise: hints, thoughts behind wrong answers, random arguments."""
        path = self._beside("hints", ".toml")
        return {int(n): told for n, told in tomllib.loads(path.read_text(encoding="utf-8")).items()}

    def solution(self, n: int, scope: dict[str, Any]) -> Callable:
        """The solution of an exercise, which sees the names of the lesson."""
        return _run(self._beside("solutions"), scope)[f"exercise_{n}"]

    def wrong(self, n: int, scope: dict[str, Any]) -> list[Callable]:
        """The recorded wrong answers to an exercise."""
        return _run(self._beside("wrong_answers"), scope)["WRONG"][n]

    def scope(self, answers: str = "") -> tuple[dict[str, Any], dict[int, tuple]]:
        """The names of the lesson that its checks, its solutions or these answers use, and the cases of each check."""
        sources = [
            answers,
            *(self._beside(kind).read_text(encoding="utf-8") for kind in ("solutions", "wrong_answers")),
        ]
        parts = [_Part.of(node) for statement in self._tree.body for node in _pieces(statement)]
        checks = [part for part in parts if part.is_check]
        wanted = {"torch", "np", "math"}.union(*(_used(source) for source in sources), *(part.uses for part in checks))
        plain = [part for part in parts if not part.is_check and not any(n.startswith("exercise_") for n in part.sets)]
        scope: dict[str, Any] = {"__name__": f"lesson_{self.number}"}
        with contextlib.redirect_stdout(io.StringIO()):
            for part in _needed(plain, wanted):
                self._execute(part.node, scope)
        cases: dict[int, tuple] = {}
        scope["check"] = lambda exercise, *given: cases.update({exercise: given})
        scope |= {f"exercise_{n}": n for n in self.heads}  # in their place, until there are answers
        for part in checks:
            self._execute(part.node, scope)
        return scope, cases

    def _execute(self, node: ast.stmt, scope: dict[str, Any]) -> None:
        exec(compile(ast.Module([node], []), str(self.script), "exec", dont_inherit=True), scope)

    def _beside(self, folder: str, ending: str = ".py") -> Path:
        return self.script.parent.parent / folder / f"{self.number}{ending}"


def _texts(source: str) -> Iterator[str]:
    """The text cells of a script."""
    for cell in re.split(r"^# %%", source, flags=re.M):
        head, _, rest = cell.partition("\n")
        if head.strip() == "[markdown]":
            yield "\n".join(line.removeprefix("#").removeprefix(" ") for line in rest.strip().splitlines())


def _pieces(statement: ast.stmt) -> Iterator[ast.stmt]:
    """An import in one statement for each name, so that nobody has to install matplotlib for a name that stands beside `viz`."""
    if isinstance(statement, ast.Import):
        yield from (ast.copy_location(ast.Import([name]), statement) for name in statement.names)
    elif isinstance(statement, ast.ImportFrom):
        for name in statement.names:
            yield ast.copy_location(ast.ImportFrom(statement.module, [name], statement.level), statement)
    else:
        yield statement


def _run(path: Path, scope: dict[str, Any]) -> dict[str, Any]:
    names = dict(scope)
    exec(compile(path.read_bytes(), str(path), "exec", dont_inherit=True), names)
    return names


@dataclass
class _Part:
    """A statement of a lesson: the names that it uses, at once or later in its functions, that it sets, and that it changes."""

    node: ast.stmt
    uses: set[str] = field(default_factory=set)
    later: set[str] = field(default_factory=set)
    sets: set[str] = field(default_factory=set)
    changes: set[str] = field(default_factory=set)
    is_check: bool = False
    is_seed: bool = False

    @classmethod
    def of(cls, node: ast.stmt) -> _Part:
        part, table = cls(node), symtable.symtable(ast.unparse(node), "lesson", "exec")
        for symbol in table.get_symbols():
            (part.uses if symbol.is_referenced() else set()).add(symbol.get_name())
            (part.sets if symbol.is_assigned() or symbol.is_imported() else set()).add(symbol.get_name())
        part.later = {name for inner in table.get_children() for name in _globals(inner)}
        part.uses |= part.later
        imported = isinstance(node, (ast.Import, ast.ImportFrom))
        part.sets -= {"_"}
        for inner in [] if imported or isinstance(node, (ast.FunctionDef, ast.ClassDef)) else ast.walk(node):
            if isinstance(inner, (ast.Attribute, ast.Subscript)) and isinstance(inner.ctx, ast.Store):
                part.changes.add(_root(inner))
            elif isinstance(inner, ast.Expr) and isinstance(inner.value, ast.Call):
                call = inner.value.func
                part.is_seed |= inner is node and isinstance(call, ast.Attribute) and call.attr == "manual_seed"
                part.is_check |= isinstance(call, ast.Name) and call.id == "check"
                part.changes |= {_root(call)} if isinstance(call, ast.Attribute) else set()
        return part

    @property
    def names_modules(self) -> bool:
        """Whether its names stand for modules, as in `nn, F = torch.nn, torch.nn.functional`: to call these changes nothing."""
        value = self.node.value if isinstance(self.node, ast.Assign) else None
        values = value.elts if isinstance(value, ast.Tuple) else [value]
        return isinstance(self.node, (ast.Import, ast.ImportFrom)) or all(isinstance(v, ast.Attribute) for v in values)

    @property
    def rebinds(self) -> bool:
        """Whether what stood before under its names does not matter any more."""
        return isinstance(self.node, (ast.Assign, ast.FunctionDef, ast.ClassDef, ast.Import, ast.ImportFrom))


def _root(node: ast.expr) -> str:
    """`x` in `x.weight[0]`."""
    while isinstance(node, (ast.Attribute, ast.Subscript)):
        node = node.value
    return node.id if isinstance(node, ast.Name) else ""


def _globals(table: symtable.SymbolTable) -> Iterator[str]:
    """The names that a function looks up outside."""
    yield from (symbol.get_name() for symbol in table.get_symbols() if symbol.is_global())
    for inner in table.get_children():
        yield from _globals(inner)


def _used(source: str) -> set[str]:
    """The names that a program uses."""
    table = symtable.symtable(source, "answers", "exec")
    return {symbol.get_name() for symbol in table.get_symbols() if symbol.is_referenced()} | set(_globals(table))


def _needed(parts: list[_Part], names: set[str]) -> list[_Part]:
    """The parts that give these names their values: from the last to the first, each adds the names that it uses itself.

    A function's names are those of the end, when it is called, whatever stood there when it was written.
    """
    modules = set[str]().union(*(part.sets for part in parts if part.names_modules))
    while True:
        wanted, kept = set(names), list[_Part]()
        for part in reversed(parts):
            if part.is_seed or (part.sets | part.changes - modules) & wanted:
                kept.append(part)
                wanted = (wanted - part.sets if part.rebinds else wanted) | part.uses
        grown = names.union(*(part.later for part in kept))
        if grown == names:
            return kept[::-1]
        names = grown
