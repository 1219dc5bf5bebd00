"""The local rules as they stand in the source: a rule's function, and of each input the function that pulls the gradient back."""

from __future__ import annotations

import ast
import functools
import inspect
import linecache
import textwrap
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from types import CodeType
from typing import Any

from ...autograd.graph import Node

__all__ = ["Rule", "pull_texts", "rule_of"]

PACKAGE = Path(__file__).parents[2]


@dataclass(frozen=True)
class Rule:
    """A function in a file: its text, and the line at which it begins."""

    file: str
    line: int
    text: str


def rule_of(node: Node) -> Rule | None:
    """The rule of a node; of a user's Function its `backward`."""
    function = node.kind.rule
    if function is None:  # what pulls the gradients back there knows the class
        cls = inspect.getclosurevars(node.pulls).nonlocals.get("cls") if inspect.isfunction(node.pulls) else None
        function = getattr(cls, "backward", None)
    return None if function is None else _rule(inspect.unwrap(function))


@functools.cache
def _rule(function: Callable) -> Rule | None:
    try:
        lines, first = inspect.getsourcelines(function)
    except (OSError, TypeError):
        return None
    return Rule(_place(inspect.getfile(function)), first, textwrap.dedent("".join(lines)).rstrip())


def _place(file: str) -> str:
    path = Path(file)
    return str(path.relative_to(PACKAGE.parent).as_posix()) if path.is_relative_to(PACKAGE) else path.name


def pull_texts(node: Node) -> list[str | None]:
    """For each input the source of the function that brings its gradient, as `lambda g: g * other`; None where there is none to show."""
    pulls = node.pulls
    if isinstance(pulls, (tuple, list)):
        return [text_of(pull) if edge is not None else None for pull, edge in zip(pulls, node.edges, strict=False)]
    text = text_of(pulls)
    return [text if edge is not None else None for edge in node.edges]


def text_of(pull: Any) -> str | None:
    """The source of one function."""
    while isinstance(pull, functools.partial):
        pull = pull.func
    code = getattr(pull, "__code__", None)
    return None if code is None else _text(code)


@functools.cache
def _text(code: CodeType) -> str | None:
    source = "".join(linecache.getlines(code.co_filename))
    found = [node for node in _functions(source) if _holds(node, code)]
    if not found:
        return None
    function = min(found, key=_size)
    text = textwrap.dedent(ast.get_source_segment(source, function, padded=True) or "")
    described = isinstance(function, ast.FunctionDef) and ast.get_docstring(function) is not None
    return (
        text.replace(ast.get_source_segment(source, function.body[0]) or "", "").replace(":\n    \n", ":\n")
        if described
        else text
    )


@functools.cache
def _functions(source: str) -> list[Any]:
    return [node for node in ast.walk(ast.parse(source)) if isinstance(node, (ast.Lambda, ast.FunctionDef))]


def _size(node: Any) -> tuple[int, int]:
    return node.end_lineno - node.lineno, node.end_col_offset - node.col_offset


def _holds(node: Any, code: CodeType) -> bool:
    """Whether the instructions of the code, but those before its first expression, stand inside the node."""
    if isinstance(node, ast.FunctionDef):
        return node.name == code.co_name and code.co_firstlineno in (
            node.lineno,
            *(decorator.lineno for decorator in node.decorator_list),
        )
    begin, end = (node.body.lineno, node.body.col_offset), (node.body.end_lineno, node.body.end_col_offset)
    places = [p for p in code.co_positions() if p[2] is not None and p[3] != 0]
    return code.co_name == "<lambda>" and all(
        begin <= (first, left) and (last, right) <= end for first, last, left, right in places
    )
