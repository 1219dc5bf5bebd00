"""Lessons and the command line on a console that does not know all characters, as Windows' cp1252."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]


def printed(*command: str, folder: Path) -> str:
    env = os.environ | {"PYTHONIOENCODING": "cp1252", "PYTHONUTF8": "0", "PYTHONPATH": str(ROOT), "MPLBACKEND": "Agg"}
    return subprocess.run(
        [sys.executable, *command], cwd=folder, env=env, capture_output=True, check=True
    ).stdout.decode("cp1252")


def test_a_lesson_prints_what_the_console_knows(tmp_path):
    assert printed("-c", "from minitorch_pt.teaching import viz; print('1 ≈ é')", folder=tmp_path).strip() == "1 ? é"


def test_the_command_line_prints_what_the_console_knows(tmp_path):
    (tmp_path / "program.py").write_text("import torch\nprint('1 ≈ é')\n", encoding="utf-8")
    assert printed("-m", "minitorch_pt", "run", "program.py", folder=tmp_path).strip() == "1 ? é"


@pytest.mark.parametrize("lesson", sorted(ROOT.glob("tutorials/??/*.py")), ids=lambda path: path.name)
def test_each_lesson_begins_with_pictures(lesson):
    """For it is their import that prepares the console."""
    assert re.search(
        r"\nfrom minitorch_pt.teaching import (datasets, )?viz\n",
        lesson.read_text(encoding="utf-8").partition("print(")[0],
    )


def test_the_lesson_that_failed(tmp_path):
    lesson = next(ROOT.glob("tutorials/en/12_*.py"))
    assert "?" in printed(str(lesson), folder=tmp_path)
