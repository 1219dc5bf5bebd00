"""Lessons as notebooks: the script's cells, a kernel, and behind each exercise its solution, hidden until it is asked for."""

from __future__ import annotations

import ast
from pathlib import Path

import jupytext
import nbformat

from tutorials.run_all import key

from . import live

TUTORIALS = Path(__file__).parent.parent / "tutorials"
SOLUTION = {"en": "Solution", "pt": "Solução"}


def scripts(language: str) -> list[Path]:
    """The lessons of a language, in their order."""
    return sorted(path for path in (TUTORIALS / language).glob("[0-9]*.py"))


def solutions(number: str) -> dict[str, str]:
    """The source of each function in the solutions of a lesson."""
    path = TUTORIALS / "solutions" / f"{number}.py"
    if not path.exists():
        return {}
    source = path.read_text(encoding="utf-8")
    functions = [node for node in ast.parse(source).body if isinstance(node, (ast.FunctionDef, ast.ClassDef))]
    return {node.name: ast.get_source_segment(source, node) or "" for node in functions}


def notebook(script: Path, language: str, hidden: bool = False) -> nbformat.NotebookNode:
    """The lesson as a notebook; hidden: as a page has it, with the solutions folded away and the live pictures."""
    made = jupytext.read(script)
    made.metadata["kernelspec"] = {"name": "python3", "display_name": "Python 3", "language": "python"}
    if hidden:
        answers, cells = solutions(key(script)), []
        for cell in made.cells:
            cells.append(cell)
            if cell.cell_type == "code":
                for name in [
                    name for name in answers if f"def {name}(" in cell.source or f"class {name}(" in cell.source
                ]:
                    text = f":::{{dropdown}} {SOLUTION[language]}\n```python\n{answers.pop(name)}\n```\n:::"
                    cells.append(nbformat.v4.new_markdown_cell(text))
                if part := live.behind(cell.source, language):
                    cells.append(nbformat.v4.new_markdown_cell(part))
        made.cells = cells
    for i, cell in enumerate(made.cells):
        cell["id"] = f"cell-{i}"
    return made
