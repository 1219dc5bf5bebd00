"""Programs as learners and textbooks write them print what they print with torch; many run in one process, to import once."""

from __future__ import annotations

import json
import re
import subprocess
import sys
from pathlib import Path

import pytest

from parity_tests.programs.parts.together import printed

HERE = Path(__file__).parent / "programs"
PROGRAMS = sorted((HERE / "learners").glob("*.py"))
GROUPS = [PROGRAMS[start::4] for start in range(4)]
# no float32 sum stands between: the very text
EXACT: set[str] = set()
NUMBER = re.compile(r"(?<![A-Za-z_])-?\d+\.\d*(?:e[+-]?\d+)?")
# the text of an error may say more than torch's; addresses differ, and a class names the package that it is from
LOOSE = re.compile(r"(?<=Error): .*| at 0x[0-9a-f]+|(?:minitorch_pt|torch)(?=\.)")


@pytest.mark.parametrize("programs", GROUPS, ids=range(len(GROUPS)))
def test_programs_print_the_same(programs):
    command = [sys.executable, "-m", "minitorch_pt", "run", HERE / "parts" / "together.py", *programs]
    ours = subprocess.run(command, capture_output=True, text=True, check=False)
    assert ours.returncode == 0, ours.stderr
    for program, text in zip(programs, json.loads(ours.stdout), strict=True):
        mine, other = (LOOSE.sub("", each) for each in (text, printed(str(program))))
        if program.stem in EXACT:
            assert mine == other, program.stem
        assert NUMBER.sub("#", mine) == NUMBER.sub("#", other), program.stem
        for one, two in zip(NUMBER.findall(mine), NUMBER.findall(other), strict=True):
            # trainings in float32 whose sums are added in another order: the last of four printed digits may differ
            assert float(one) == pytest.approx(float(two), rel=1e-4, abs=1.01e-4), program.stem
