"""The README: what is printed there is what runs. (The lessons have tests of their own: tutorials/test_lessons.py.)"""

from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent


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
