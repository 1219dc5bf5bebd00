"""The lessons and the README: both languages run the same code, and what is printed there is what runs."""

from __future__ import annotations

import ast
import re
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent
ENGLISH = sorted((ROOT / "tutorials" / "en").glob("[0-9]*.py"))
PORTUGUESE = sorted((ROOT / "tutorials" / "pt").glob("[0-9]*.py"))


class Wordless(ast.NodeTransformer):
    """Takes the texts out of a program."""

    def visit_Constant(self, node):
        return ast.Constant("") if isinstance(node.value, str) else node

    def visit_JoinedStr(self, node):
        values = [self.visit(v) for v in node.values if isinstance(v, ast.FormattedValue)]
        # the two languages may name the values in another order
        return ast.Tuple(sorted(values, key=ast.dump), ast.Load())


def shape_of(path: Path) -> str:
    return ast.dump(Wordless().visit(ast.parse(path.read_text(encoding="utf-8"))))


def test_each_lesson_has_its_twin():
    assert [p.name[:2] for p in ENGLISH] == [p.name[:2] for p in PORTUGUESE]
    assert ENGLISH


@pytest.mark.parametrize(("english", "portuguese"), list(zip(ENGLISH, PORTUGUESE, strict=False)), ids=lambda p: p.stem)
def test_both_languages_run_the_same_code(english, portuguese):
    assert shape_of(english) == shape_of(portuguese)


@pytest.mark.parametrize("package", ["minitorch_pt", "torch"])
def test_the_readme_prints_what_it_says(package):
    text = (ROOT / "README.md").read_text(encoding="utf-8")
    program = re.search(r"```python\n(.*?)```", text, re.S).group(1)
    printed = re.search(r"it prints the same:\n\n```\n(.*?)```", text, re.S).group(1)
    assert program.startswith("import minitorch_pt as torch\n")
    program = program.replace("import minitorch_pt as torch", f"import {package} as torch", 1)
    done = subprocess.run([sys.executable, "-c", program], cwd=ROOT, capture_output=True, text=True, check=True)
    assert done.stdout == printed


def test_files_that_the_readme_names_exist():
    for page in (ROOT / "README.md", ROOT / "CHANGELOG.md"):
        text = page.read_text(encoding="utf-8")
        for name in re.findall(
            r"`((?:minitorch_pt|parity_tests|tutorials|benchmarks|nn|optim|ops|autograd)/[\w./]*)`", text
        ):
            assert (ROOT / name).exists() or (ROOT / "minitorch_pt" / name).exists(), f"{page.name} names {name}"
        for link in re.findall(r"\]\((?!http)([^)#]+)", text):
            assert (ROOT / link).exists(), f"{page.name} links to {link}"
