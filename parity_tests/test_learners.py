"""Programs as learners and textbooks write them print what they print with torch; many run in one process, to import once."""

from __future__ import annotations

import json
import re
import subprocess
import sys
from pathlib import Path

import pytest

HERE = Path(__file__).parent / "programs"
PROGRAMS = sorted((HERE / "learners").glob("*.py"))
GROUPS = [PROGRAMS[start::2] for start in range(2)]
TOGETHER = HERE / "parts" / "together.py"
# no float32 sum stands between: the very text
EXACT = {"introspection", "tensors_first_steps", "tensors_printed", "tensors_reshaping"}
NUMBER = re.compile(r"(?<![A-Za-z_])-?\d+\.\d*(?:e[+-]?\d+)?")
# the text of an error may say more than torch's; addresses differ, and a class names the package that it is from
LOOSE = re.compile(r"(?<=Error): .*| at 0x[0-9a-f]+|\b(?:minitorch_pt|torch)\b")


@pytest.mark.parametrize("programs", GROUPS, ids=range(len(GROUPS)))
def test_programs_print_the_same(programs):
    # torch's too in a process of its own: its test databases, once imported, forbid programs to set flags
    started = [
        subprocess.Popen([sys.executable, *how, TOGETHER, *programs], stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
        for how in ((), ("-m", "minitorch_pt", "run"))
    ]  # fmt: skip
    printed = []
    for process in started:
        text, errors = process.communicate()
        assert process.returncode == 0, errors
        printed.append(json.loads(text))
    for program, *texts in zip(programs, *printed, strict=True):
        other, mine = (LOOSE.sub("", text) for text in texts)
        if program.stem in EXACT:
            assert mine == other, program.stem
        assert NUMBER.sub("#", mine) == NUMBER.sub("#", other), program.stem
        for one, two in zip(NUMBER.findall(mine), NUMBER.findall(other), strict=True):
            # trainings in float32 whose sums are added in another order: the last of four printed digits may differ
            decimals = len(two.partition(".")[2]) if "e" not in two else 0
            # and what lies between two printed numbers may be printed as either
            unit = 1.01 * max(1e-4, 10.0**-decimals if decimals else 0)
            assert float(one) == pytest.approx(float(two), rel=1e-4, abs=unit), program.stem
