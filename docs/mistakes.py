"""The page of mistakes: what beginners write, PyTorch's words, and what is said here. The table is that of the tests."""

from __future__ import annotations

import ast
import warnings

import numpy as np

import minitorch_pt

from .lessons import TUTORIALS

TABLE = TUTORIALS.parent / "parity_tests" / "test_beginners.py"
WORDS = {
    "en": ("Mistakes that everybody makes", "What a beginner writes, what PyTorch says, and what minitorch_pt says: the same type of error, PyTorch's words, and the repair.",
           "PyTorch", "minitorch_pt"),
    "pt": ("Erros que todo mundo comete", "O que quem começa escreve, o que diz o PyTorch e o que diz o minitorch_pt: o mesmo tipo de erro, as palavras do PyTorch e o conserto.",
           "PyTorch", "minitorch_pt"),
}  # fmt: skip


def mistakes() -> list[tuple[str, str, str]]:
    """(title, program, PyTorch's words) of each that is written out in the table."""
    tree = ast.parse(TABLE.read_text(encoding="utf-8"))
    table = next(
        node.value for node in tree.body if isinstance(node, ast.Assign) and ast.unparse(node.targets[0]) == "MISTAKES"
    )
    assert isinstance(table, ast.Dict)
    found = []
    for key, value in zip(table.keys, table.values, strict=True):
        parts = value.elts if isinstance(value, ast.Tuple) else []
        if (
            isinstance(key, ast.Constant)
            and len(parts) > 1
            and all(isinstance(part, ast.Constant) for part in parts[:2])
        ):
            found.append((key.value, *(ast.literal_eval(part) for part in parts[:2])))
    return found


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
    for number, (name, program, words) in enumerate(mistakes(), 1):
        lines += [
            f"## {number} · {name}" if language == "en" else f"## {number}",
            "",
            f"````python\n{program}\n````",
            "",
        ]
        lines += [
            f"{theirs}\n\n````{{code-block}} text\n:class: said\n\n{words}\n````\n",
            f"{ours}\n\n````{{code-block}} text\n:class: said\n\n{said(program)}\n````",
            "",
        ]
    return "\n".join(lines)
