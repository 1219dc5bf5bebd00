"""The page of mistakes: what beginners write, PyTorch's words, and what is said here. The table is that of the tests."""

from __future__ import annotations

import ast
import tomllib
import warnings
from pathlib import Path
from typing import Any

import numpy as np

import minitorch_pt

from .api import plain
from .lessons import TUTORIALS

TABLE = TUTORIALS.parent / "parity_tests" / "test_beginners.py"
TITLES = tomllib.loads(Path(__file__).with_name("mistakes_pt.toml").read_text(encoding="utf-8"))  # in Portuguese
WORDS = {
    "en": ("Mistakes that everybody makes", "What a beginner writes, what PyTorch says, and what minitorch_pt says: the same type of error, PyTorch's words, and the repair.",
           "PyTorch", "minitorch_pt"),
    "pt": ("Erros que todo mundo comete", "O que quem começa escreve, o que diz o PyTorch e o que diz o minitorch_pt: o mesmo tipo de erro, as palavras do PyTorch e o conserto.",
           "PyTorch", "minitorch_pt"),
}  # fmt: skip


def mistakes() -> dict[str, tuple[str, str]]:
    """title: (program, PyTorch's words) of each in the table, which is read without its file's imports: they need PyTorch."""
    names: dict[str, Any] = {}
    for node in ast.parse(TABLE.read_text(encoding="utf-8")).body:
        if isinstance(node, ast.Assign):
            exec(compile(ast.Module([node], []), str(TABLE), "exec"), names)
    return {title: (program, words) for title, (program, words, _) in names["MISTAKES"].items()}


def said(program: str) -> str:
    """The error or the warning that a program meets here."""
    names = {"torch": minitorch_pt, "nn": minitorch_pt.nn, "np": np, "F": minitorch_pt.nn.functional}
    with warnings.catch_warnings(record=True) as warned:
        warnings.simplefilter("always")
        try:
            exec(program, names)
        except Exception as error:  # whatever is said is what the page shows
            return "\n".join([f"{type(error).__name__}: {error}", *getattr(error, "__notes__", ())])
    return "\n".join(f"{each.category.__name__}: {each.message}" for each in warned)


def page(language: str) -> str:
    """The page of mistakes."""
    title, text, theirs, ours = WORDS[language]
    lines = [f"# {title}", "", text, ""]
    for number, (name, (program, words)) in enumerate(mistakes().items(), 1):
        shown = TITLES[name] if language == "pt" else name
        lines += [
            f"## {number} · {plain(shown)}\n",
            f"````python\n{program.strip()}\n````\n",
            f"{theirs}\n\n````{{code-block}} text\n:class: said\n\n{words}\n````\n",
            f"{ours}\n\n````{{code-block}} text\n:class: said\n\n{said(program)}\n````\n",
        ]
    return "\n".join(lines)
