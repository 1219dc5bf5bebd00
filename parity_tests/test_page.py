"""The page of `python -m minitorch_pt parity`: written whole, says what differs and why, escapes what it quotes."""

import json
import subprocess
import sys
from collections import Counter
from pathlib import Path

import pytest

from minitorch_pt.__main__ import main
from parity_tests import page
from parity_tests.databases.outcomes import Outcome


def test_written(monkeypatch, tmp_path, capsys):
    outcomes = {
        "mul": Outcome("operation", "mul", inputs=10, errors=1, value_ulp=0.5, grad_ulp=12.0),
        "sort": Outcome("operation", "sort", inputs=1000, failures={"float64 0": "a < b", "error 0": "c"}, errors=1),
        "nn.Linear": Outcome("module", "nn.Linear", inputs=3),
        "fft.fft": Outcome("operation", "fft.fft", reason="Fourier transforms: their numbers are complex"),
    }
    monkeypatch.setattr(page, "entries", lambda: [(name, lambda limit, o=o: o) for name, o in outcomes.items()])
    counts = Counter({"values": 4000, "errors": 500, "skipped: types that <NumPy> lacks": 7})
    sweeps = [page.Sweep("types", "Every pair of types.", counts, ["test_types"], {"cov*": "a & b", "cat*": "a & b"})]
    monkeypatch.setattr(page, "run_sweeps", lambda: sweeps)
    path = tmp_path / "out.html"
    monkeypatch.setattr(sys, "argv", ["minitorch_pt", "parity", str(path)])
    main()
    text = path.read_text()
    assert (
        "99.80 %" in text
        and "2 differ" in text
        and "a &lt; b" in text
        and "ops/elementwise/arithmetic.py" in text
        and "fft.fft" in text
    )
    assert "Every pair of types." in text and "4,000 values, 500 errors; reasons to differ: 1; left out: 7." in text
    assert (
        "<td>a &amp; b</td><td><code>cov*</code>, <code>cat*</code></td>" in text
        and "types that &lt;NumPy&gt; lacks" in text
    )
    said = capsys.readouterr().out
    assert "1,011 of 1,013" in said and "sweeps: 4,500 cases, 1 of 1 fails" in said
    assert list(tmp_path.iterdir()) == [path]
    monkeypatch.setattr(sys, "argv", ["minitorch_pt", "parity", str(tmp_path / "out.json")])  # the counts alone
    main()
    counted = json.loads((tmp_path / "out.json").read_text())
    shown = {"entries": 1, "inputs": 10, "errors": 1, "differ": 0, "value": 0.5, "gradient": 12.0}
    assert counted["kinds"]["operation"]["ops/elementwise/arithmetic.py"] == shown
    assert counted["sweeps"] == {"types": ["Every pair of types.", 4500, 1, 1]} and counted["differ"]["sort"][0] == 2
    assert counted["outside"]["Fourier transforms: their numbers are complex"] == 1


SABOTAGED = """
import minitorch_pt
from parity_tests import page

minitorch_pt.logspace = minitorch_pt.linspace
fills, ranges = page.run_sweeps(p for p in page.SWEEPS if p.stem in ("test_fills", "test_ranges"))
assert not fills.failed and fills.cases == fills.counts["values"] + fills.counts["errors"] > 1000 and fills.varies[:12] == "Random fills"
assert ranges.failed == ["test_ranges_are_torchs_to_the_bit"] and ranges.cases == 3000  # and not the long one
"""


def test_sweeps_are_run():
    """In a process of its own, as by the command."""
    ran = subprocess.run(
        [sys.executable, "-c", SABOTAGED], cwd=Path(__file__).parent.parent, capture_output=True, text=True
    )
    assert ran.returncode == 0, ran.stderr


@pytest.mark.parametrize("blocked, told", [("torch", "needs torch"), ("parity_tests", "needs the source checkout")])
def test_what_is_absent_is_named(blocked, told):
    code = f"import sys, runpy; sys.modules[{blocked!r}] = None; sys.argv[1:] = ['parity']; runpy.run_module('minitorch_pt', run_name='__main__')"
    ran = subprocess.run([sys.executable, "-c", code], cwd=Path(__file__).parent.parent, capture_output=True, text=True)
    assert ran.returncode == 1 and told in ran.stderr
