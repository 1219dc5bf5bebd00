"""The README: what is printed there is what runs. (The lessons have tests of their own: tutorials/test_lessons.py.)"""

from __future__ import annotations

import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

from benchmarks import results

ROOT = Path(__file__).parent.parent


PAGES = [ROOT / "README.md", ROOT / "README.pt-BR.md"]


def blocks(page):
    """The programs and commands of a page, and its lessons."""
    text = page.read_text(encoding="utf-8")
    shown = re.findall(r"```\w*\n.*?```", text, re.S)
    return [block for block in shown if "tutorials/" not in block], re.findall(r"^\| \d\d .*", text, re.M)


def test_both_languages_show_the_same():
    english, portuguese = map(blocks, PAGES)
    assert english == portuguese
    assert len(english[1]) == len(list((ROOT / "tutorials" / "en").glob("[0-9]*.py")))
    figures = [re.findall(r"[\d.,]+(?:x| ms| %)", page.read_text(encoding="utf-8").replace(",", ".")) for page in PAGES]
    assert figures[0] == figures[1] != []


@pytest.mark.parametrize(("page", "portuguese"), results.READMES.items(), ids=lambda given: getattr(given, "name", ""))
def test_figures_are_those_of_the_results(page, portuguese):
    """`python -m benchmarks readme` writes them."""
    text = page.read_text(encoding="utf-8")
    assert results.filled(text, portuguese) == text


SHOWN = {
    command: printed.strip()
    for command, printed in re.findall(
        r"\$ ([^\n]*\brings\.py)\n(.*?)(?=\n\$|```)", PAGES[0].read_text(encoding="utf-8"), re.S
    )
}


def test_the_program_of_the_readme():
    program = (ROOT / "parity_tests" / "programs" / "rings.py").read_text().partition("\n\n")[2]
    assert f"```python\n{program}```" in PAGES[0].read_text(encoding="utf-8")
    assert len(SHOWN) == 3 and SHOWN["python rings.py"] == SHOWN["minitorch-pt run rings.py"]


@pytest.mark.parametrize("command", [*SHOWN, "import minitorch_pt as torch"])
def test_the_readme_prints_what_it_says(command, tmp_path):
    program = (ROOT / "parity_tests" / "programs" / "rings.py").read_text()
    if command not in SHOWN:
        program = program.replace("import torch\n", f"{command}\n").replace("from torch", "from minitorch_pt")
    (tmp_path / "rings.py").write_text(program)
    words = command.removeprefix("python ").replace("minitorch-pt", "-m minitorch_pt").split()
    done = subprocess.run(
        [sys.executable, *(words if command in SHOWN else ["rings.py"])],
        cwd=tmp_path,
        env=os.environ | {"PYTHONPATH": str(ROOT)},
        capture_output=True,
        text=True,
        check=True,
    )
    measured = re.compile(r" +\d+\.\d\d +\d+ MiB")  # no machine takes as long as another
    assert measured.sub("", done.stdout.strip()) == measured.sub("", SHOWN.get(command, SHOWN["python rings.py"]))


def test_files_that_the_readme_names_exist():
    for page in (*PAGES, ROOT / "CHANGELOG.md"):
        text = page.read_text(encoding="utf-8")
        for name in re.findall(
            r"`((?:minitorch_pt|parity_tests|tutorials|benchmarks|nn|optim|ops|autograd)/[\w./]*)`", text
        ):
            assert (ROOT / name).exists() or (ROOT / "minitorch_pt" / name).exists(), f"{page.name} names {name}"
        for link in re.findall(r"(?:\]\(|src=\")(?!http)([^)#\"]+)", text):
            assert (ROOT / link).exists(), f"{page.name} links to {link}"
