"""The README: what is printed there is what runs. (The lessons have tests of their own: tutorials/test_lessons.py.)"""

from __future__ import annotations

import os
import re
import subprocess
import sys
from collections import Counter
from pathlib import Path

import pytest

from benchmarks import results
from parity_tests.databases.entries import entries
from parity_tests.databases.table import table
from parity_tests.test_architecture import FILES, code_lines

ROOT = Path(__file__).parent.parent


PAGES = [ROOT / "README.md", ROOT / "README.pt-BR.md"]


def text(page):
    """A page as it stands."""
    return page.read_text(encoding="utf-8")


def blocks(page):
    """The programs and commands of a page, and its lessons."""
    shown = re.findall(r"```\w*\n.*?```", text(page), re.S)
    return [block for block in shown if "tutorials/" not in block], re.findall(r"^\| \d\d[a-z]? .*", text(page), re.M)


def test_both_languages_show_the_same():
    english, portuguese = map(blocks, PAGES)
    assert english == portuguese
    assert len(english[1]) == len(list((ROOT / "tutorials" / "en").glob("[0-9]*.py")))
    # the words stand in another order, and 0,5 is 0.5
    numbers = [Counter(re.sub(r"[.,]", "", n) for n in re.findall(r"\d[\d.,]*\d|\d", text(page))) for page in PAGES]
    assert numbers[0] == numbers[1] and numbers[0].total() > 150


@pytest.mark.parametrize(("page", "portuguese"), results.READMES.items(), ids=lambda given: getattr(given, "name", ""))
def test_figures_are_those_of_the_results(page, portuguese):
    """`python -m benchmarks readme` writes them."""
    text = page.read_text(encoding="utf-8")
    assert results.filled(text, portuguese) == text


SHOWN = {
    command: printed.strip()
    for command, printed in re.findall(r"\$ ([^\n]*\brings\.py)\n(.*?)(?=\n\$|```)", text(PAGES[0]), re.S)
}


def test_the_program_of_the_readme():
    program = (ROOT / "parity_tests" / "programs" / "rings.py").read_text().partition("\n\n")[2]
    assert f"```python\n{program}```" in text(PAGES[0])
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
        for name in re.findall(
            r"\b((?:minitorch_pt|parity_tests|tutorials|benchmarks|nn|optim|ops|autograd)/[\w./]*\w)", text(page)
        ):
            assert (ROOT / name).exists() or (ROOT / "minitorch_pt" / name).exists(), f"{page.name} names {name}"
        for link in re.findall(r"(?:\]\(|src=\")(?!http)([^)#\"]+)", text(page)):
            assert (ROOT / link).exists(), f"{page.name} links to {link}"


def test_pictures_are_light_and_say_what_they_show():
    for page in PAGES:
        pictures = re.findall(r"<img ([^>]*)>", text(page))
        assert pictures and all(re.search(r'alt="[^"]{20,}"', picture) for picture in pictures)
        assert sum((ROOT / re.search(r'src="([^"]*)"', p)[1]).stat().st_size for p in pictures) < 300_000


# --- the figures are those of their sources -------------------------------------------------------------------------------------------


def said(*figures):
    """Check that the page has them."""
    missing = [figure for figure in figures if figure not in text(PAGES[0])]
    assert not missing, f"README.md lacks what was measured: {missing}"


def rows(path, first):
    """The rows of a table: the cells of those lines that begin so."""
    lines = (ROOT / path).read_text(encoding="utf-8").splitlines()
    return [[cell.strip(" *") for cell in line.strip("|").split("|")] for line in lines if line.startswith(first)]


def test_memory_is_below_torchs():
    """The ratios are compared by `test_figures_are_those_of_the_results`."""
    found = rows("benchmarks/RESULTS.md", "| W")
    assert found and all(int(ours.split()[0]) < int(torchs.split()[0]) for *_, ours, torchs in found)
    said("memory always below torch's")


def test_drift_of_whole_trainings():
    runs = rows("benchmarks/runs/README.md", "| [")
    double, single, whole = ([cells[column] for cells in runs] for column in (-3, -2, -1))
    assert len(runs) == 7
    said(
        f"by at most {max(double, key=float)} in float64",
        f"by {min(single, key=float)} to {max(single, key=float)}",
        f"by up to {max(whole, key=float)}",
    )


def test_what_the_databases_judge():
    differs = table().differs
    right, inputs = (
        int(n.replace(",", "")) for n in re.search(r"([\d,]+) of ([\d,]+) database inputs", text(PAGES[0])).groups()
    )
    assert inputs - right == sum(number for number, _ in differs.values())
    judged = sum(table().reason(name) is None for name, _ in entries())
    said(f"{len(differs)} of {judged} entries differ")


def near(figure, of):
    """Check a figure of the page, in whole hundreds, against what is counted."""
    (number,) = {int(n.replace(",", "")) for n in re.findall(figure, text(PAGES[0]))}
    assert number == pytest.approx(of, rel=0.05), f"README.md says {number:,}, and there are {of:,}"


def test_lines_of_code():
    near(r"([\d,]+)(?: lines of code in all| in the library)", sum(map(code_lines, FILES)))
    engine = re.search(r"engine\)\) <= (\d+)", (ROOT / "parity_tests" / "test_architecture.py").read_text())[1]
    page = re.search(r"\) <= (\d+)\n", (ROOT / "parity_tests" / "test_tiny.py").read_text())[1]
    said(f"at most {int(engine):,} lines of code", f"at most {page} lines of code")


def test_number_of_tests(request):
    collected = {item.nodeid for item in request.session.items}
    if len(collected) < 15_000:
        pytest.skip("only a part of the tests was collected")
    near(r"([\d,]+) tests \|", len(collected))
    (check,) = re.findall(r"-n auto (parity_tests/.*)", text(PAGES[0]))
    near(r"two minutes, ([\d,]+) tests", sum(name.startswith(tuple(check.split())) for name in collected))


def test_lessons_are_counted():
    said(f"{len(blocks(PAGES[0])[1])} lessons")
