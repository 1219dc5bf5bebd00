"""The README: what is printed there is what runs. (The lessons have tests of their own: tutorials/test_lessons.py.)"""

from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent


PAGES = [ROOT / "README.md", ROOT / "README.pt-BR.md"]


def blocks(page):
    """The programs and commands of a page, and its lessons."""
    text = page.read_text(encoding="utf-8")
    return re.findall(r"```\w*\n.*?```", text, re.S)[1:], re.findall(r"^\| \d\d .*", text, re.M)


def test_both_languages_show_the_same():
    english, portuguese = map(blocks, PAGES)
    assert english == portuguese
    assert len(english[1]) == len(list((ROOT / "tutorials" / "en").glob("[0-9]*.py")))
    figures = [re.findall(r"[\d.,]+(?:x| ms| %)", page.read_text(encoding="utf-8").replace(",", ".")) for page in PAGES]
    assert figures[0] == figures[1] != []


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
    for page in (*PAGES, ROOT / "CHANGELOG.md"):
        text = page.read_text(encoding="utf-8")
        for name in re.findall(
            r"`((?:minitorch_pt|parity_tests|tutorials|benchmarks|nn|optim|ops|autograd)/[\w./]*)`", text
        ):
            assert (ROOT / name).exists() or (ROOT / "minitorch_pt" / name).exists(), f"{page.name} names {name}"
        for link in re.findall(r"(?:\]\(|src=\")(?!http)([^)#\"]+)", text):
            assert (ROOT / link).exists(), f"{page.name} links to {link}"
