"""The real runs: the same program trains the same under both packages, and its report says what it should."""

from __future__ import annotations

import importlib.util
import re
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

from benchmarks.runs import __main__ as command, twin

PICTURES = {"rnn_series", "gan_digits", "denoising_autoencoder", "vae"}


def both(name, steps, dtype):
    return [twin.losses(name, package, range(steps), dtype) for package in ("minitorch_pt", "torch")]


def test_every_run_is_listed():
    files = {path.stem for path in twin.FOLDER.glob("*.py")} - {"__init__", "__main__", "twin"}
    assert files == set(twin.NAMES)


@pytest.mark.parametrize("name", twin.NAMES)
@pytest.mark.parametrize(("dtype", "rtol"), [("float64", 1e-12), ("float32", 1e-5)])
def test_the_first_steps_lose_the_same(name, dtype, rtol):
    ours, theirs = both(name, 5, dtype)
    assert len(ours) == 5 and len(set(ours)) == 5
    np.testing.assert_allclose(ours, theirs, rtol=rtol)


@pytest.mark.long
@pytest.mark.parametrize("name", ["char_lstm", "char_transformer"])
def test_two_hundred_steps_on_names_lose_the_same(name):
    ours, theirs = both(name, 200, "float32")
    assert ours[-20:].mean() < 0.75 * ours[0]
    np.testing.assert_allclose(ours, theirs, rtol=0, atol=1e-4)


@pytest.mark.parametrize("name", twin.NAMES)
def test_the_report_is_the_same_and_pictures_are_written(name, tmp_path):
    lines = []
    for package in ("minitorch_pt", "torch"):
        program = twin.load(name, package)
        trained, _ = program.train(range(2))
        lines.append(program.report(trained, tmp_path / f"{package}.png"))
    assert lines[0] == lines[1]
    assert {path.name for path in tmp_path.iterdir()} == (
        {"minitorch_pt.png", "torch.png"} if name in PICTURES else set()
    )


def test_the_pictures_shown_are_small_and_there():
    shown = {path.stem: path.stat().st_size for path in twin.PICTURES.iterdir()}
    assert set(shown) == PICTURES and max(shown.values()) < 100_000


def test_the_table_keeps_what_the_issue_asks_for():
    """The figures in README.md are measured by `python -m benchmarks.runs`; they must be good enough to be shown."""
    page = (twin.FOLDER / "README.md").read_text(encoding="utf-8")
    rows = {
        row[0]: row[1:]
        for row in (re.findall(r"\| ([^|]*) (?=\|)", line) for line in page.splitlines())
        if len(row) == 8
    }
    figures = {name: rows[f"[{name}]({name}.py)"] for name in twin.NAMES}
    accuracy = float(re.search(r"([\d.]+)%", figures["cnn_digits"][1]).group(1))
    assert accuracy >= 98.5
    for name, (_, _, ours, theirs, double, first, _) in figures.items():
        assert float(ours) + float(theirs) < 60, f"{name} takes too long"
        assert float(double) < 1e-9
        if name.startswith("char_"):
            assert float(first) < 1e-4


def test_an_unknown_name_is_told(capsys):
    assert command.main(["cnn"]) == 2
    assert "no run is called cnn; there are cnn_digits" in capsys.readouterr().err


@pytest.mark.parametrize("installed", [True, False])
def test_the_command_prints_the_trainings(installed, monkeypatch, capsys, tmp_path):
    load = twin.load

    def brief(name, package):
        program = load(name, package)
        program.STEPS = 12
        return program

    monkeypatch.setattr(twin, "load", brief)
    monkeypatch.setattr(twin, "FIRST", 5)
    monkeypatch.setattr(twin, "PICTURES", tmp_path)
    if not installed:
        monkeypatch.setattr(importlib.util, "find_spec", lambda name: None)
    assert command.main(["rnn_series"]) == 0
    printed = capsys.readouterr().out
    assert printed.count("off by") == 1 + installed and (tmp_path / "rnn_series.png").exists()
    assert ("in the first 5 steps" in printed and "in all 12" in printed) == installed


def test_the_runs_need_no_torch():
    code = (
        "import sys; sys.modules['torch'] = None\n"
        "from benchmarks.runs import twin\n"
        "for name in twin.NAMES:\n"
        "    program = twin.load(name, 'minitorch_pt')\n"
        "    print(program.report(program.train(range(2))[0], None))\n"
    )
    root = Path(__file__).parent.parent
    done = subprocess.run([sys.executable, "-c", code], cwd=root, capture_output=True, text=True, check=True)
    assert len(done.stdout.splitlines()) == len(twin.NAMES)
