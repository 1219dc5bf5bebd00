"""PyTorch programs, as they are: `python -m minitorch_pt run` prints what they print with torch."""

from __future__ import annotations

import contextlib
import io
import re
import runpy
import shutil
import subprocess
import sys
import warnings
from pathlib import Path

import pytest
import torch

import minitorch_pt

PROGRAMS = sorted((Path(__file__).parent / "programs").glob("*.py"))
SOURCES = Path(__file__).parent / "programs" / "sources"
WITH_PACKAGES = sorted((Path(__file__).parent / "programs" / "packages").glob("use_*.py"))
NUMBER = re.compile(r"(?<![A-Za-z_])-?\d+\.\d*(?:e[+-]?\d+)?")


def prints_the_same(program, monkeypatch, strict=("-W", "error")):
    monkeypatch.syspath_prepend(program.parent)
    with contextlib.redirect_stdout(io.StringIO()) as out, warnings.catch_warnings():
        try:
            runpy.run_path(str(program), run_name="__main__")
        finally:
            as_before(torch)
    expected = out.getvalue()
    command = [sys.executable, *strict, "-m", "minitorch_pt", "run", str(program)]
    ours = subprocess.run(command, capture_output=True, text=True, check=False)
    assert ours.returncode == 0, ours.stderr
    same_text(ours.stdout, expected)


def as_before(package):
    package.set_default_dtype(package.float32)
    package.set_printoptions(profile="default")
    package.set_grad_enabled(True)


def same_text(ours, expected):
    assert NUMBER.sub("#", ours) == NUMBER.sub("#", expected)
    # trainings in float32 whose sums are added in another order: the last digits that are printed may differ
    for mine, other in zip(NUMBER.findall(ours), NUMBER.findall(expected), strict=True):
        assert float(mine) == pytest.approx(float(other), rel=2e-3, abs=2e-4)


# torch's forward mode warns of torch when it is first used, and its vmap of what it has no rule for
@pytest.mark.filterwarnings(
    "ignore:.*torch.jit.script.*:DeprecationWarning",
    "ignore:.*get_attr Node:UserWarning",
    "ignore:There is a performance drop:UserWarning",
)
@pytest.mark.parametrize("program", PROGRAMS, ids=lambda p: p.stem)
def test_a_program_prints_the_same(program, monkeypatch):
    prints_the_same(program, monkeypatch)


# the small ones share a file beside them, which imports torch
@pytest.mark.parametrize("program", [p for p in PROGRAMS if "small" not in p.stem], ids=lambda p: p.stem)
@pytest.mark.filterwarnings("ignore")
def test_a_program_with_its_imports_changed_prints_the_same(program):
    """`import minitorch_pt as torch`, in this process."""
    text = program.read_text(encoding="utf-8")
    changed = re.sub(r"(?m)^import torch$", "import minitorch_pt as torch", text)
    changed = re.sub(r"(?m)^(import|from) torch\b", r"\1 minitorch_pt", changed)
    changed = re.sub(r"(?m)^from functorch\b", "from minitorch_pt.func.functorch", changed)
    printed = []
    for source in (changed, text):
        try:
            with contextlib.redirect_stdout(io.StringIO()) as out:
                exec(compile(source, str(program), "exec"), {"__name__": "__main__"})
        finally:
            as_before(torch)
            as_before(minitorch_pt)
        printed.append(out.getvalue())
    same_text(*printed)


@pytest.mark.parametrize("program", WITH_PACKAGES, ids=lambda p: p.stem)
@pytest.mark.filterwarnings("ignore")  # what the packages warn of is their business
def test_a_program_that_uses_packages_prints_the_same(program, monkeypatch):
    package = program.stem.removeprefix("use_")
    pytest.importorskip(package, reason=f"{package} is not installed: pip install {package}")
    prints_the_same(program, monkeypatch, strict=())


@pytest.mark.parametrize("part", ["distributions", "optim"])
@pytest.mark.filterwarnings("ignore")  # what they warn of is their business
def test_pytorchs_own_sources_print_the_same(part, tmp_path, monkeypatch):
    """Unchanged but for the name of their package, so that their imports find the copy."""
    source = Path(torch.__file__).parent / part
    for path in source.rglob("*.py"):
        copy = tmp_path / f"theirs_{part}" / path.relative_to(source)
        copy.parent.mkdir(parents=True, exist_ok=True)
        copy.write_text(
            re.sub(rf"(?m)^( *(?:from|import) )torch\.{part}\b", rf"\1theirs_{part}", path.read_text(encoding="utf-8")),
            encoding="utf-8",
        )
    shutil.copy(SOURCES / f"{part}.py", tmp_path / "program.py")
    prints_the_same(tmp_path / "program.py", monkeypatch, strict=())


def test_arguments_and_modules(tmp_path):
    (tmp_path / "beside.py").write_text("import torch.nn as nn\nlayer = nn.Linear(2, 1)\n")
    (tmp_path / "program.py").write_text(
        "import sys, torch, torch.nn.functional as F\nfrom beside import layer\nprint(sys.argv[1:], layer, torch.nn.functional is F)"
    )
    command = [sys.executable, "-m", "minitorch_pt", "run", str(tmp_path / "program.py"), "a", "--b"]
    ours = subprocess.run(command, capture_output=True, text=True, check=True)
    assert ours.stdout == "['a', '--b'] Linear(in_features=2, out_features=1, bias=True) True\n"
