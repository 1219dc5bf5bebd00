"""What is built of the source: the wheel and the sdist are whole, say what they are, and hints to install something name what exists."""

from __future__ import annotations

import ast
import re
import shutil
import subprocess
import sys
import tarfile
import tomllib
import zipfile
from email import message_from_string
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
EXTRAS = PROJECT["optional-dependencies"]
# what serves the checkout and nothing else
OUTSIDE = (".ci/", ".gitignore")


def tracked() -> list[str]:
    """The files of the checkout."""
    listed = subprocess.run(["git", "ls-files"], capture_output=True, text=True, cwd=ROOT)
    if listed.returncode:
        pytest.skip("not a checkout")
    return [name for name in listed.stdout.splitlines() if (ROOT / name).exists()]


@pytest.fixture(scope="module")
def built(tmp_path_factory) -> Path:
    """A folder with the wheel and the sdist, built of a copy of the checkout."""
    copy, out = tmp_path_factory.mktemp("copy"), tmp_path_factory.mktemp("built")
    for name in tracked():
        (copy / name).parent.mkdir(parents=True, exist_ok=True)
        shutil.copyfile(ROOT / name, copy / name)
    build = f"from setuptools import build_meta as b; b.build_sdist({str(out)!r}); b.build_wheel({str(out)!r})"
    done = subprocess.run([sys.executable, "-c", build], cwd=copy, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    return out


def test_the_sdist_holds_every_file(built):
    (path,) = built.glob("*.tar.gz")
    with tarfile.open(path) as archive:
        held = {name.partition("/")[2] for name in archive.getnames()}
    assert {name for name in tracked() if not name.startswith(OUTSIDE)} - held == set()


def test_the_wheel_holds_the_package_and_nothing_else(built):
    (path,) = built.glob("*.whl")
    with zipfile.ZipFile(path) as archive:
        held = set(archive.namelist())
    package = {name for name in tracked() if name.startswith("minitorch_pt/")}
    assert {name for name in held if ".dist-info/" not in name} == package


def test_the_wheel_says_what_it_is(built):
    (path,) = built.glob("*.whl")
    with zipfile.ZipFile(path) as archive:
        (name,) = (name for name in archive.namelist() if name.endswith("dist-info/METADATA"))
        facts = message_from_string(archive.read(name).decode())
        licences = {name for name in archive.namelist() if "/licenses/" in name}
    assert facts["License-Expression"] == "MIT AND CC-BY-4.0" and len(licences) == 4
    assert facts["Description-Content-Type"] == "text/markdown" and "# minitorch_pt" in facts.get_payload()
    assert "pytorch" in facts["Keywords"] and set(facts.get_all("Provides-Extra")) == set(EXTRAS)
    assert [need for need in facts.get_all("Requires-Dist") if "extra ==" not in need] == ["numpy>=2"]


def test_the_pythons_are_those_of_tox():
    named = {re.sub(".* ", "", c) for c in PROJECT["classifiers"] if re.search(r":: 3\.\d+$", c)}
    oldest = PROJECT["requires-python"].removeprefix(">=")
    later = re.findall(r"py3(\d+)-notorch", (ROOT / "tox.ini").read_text())
    assert named == {oldest, *(f"3.{minor}" for minor in later)}


def test_licences_of_data_are_named():
    for path in (ROOT / "minitorch_pt" / "teaching" / "datasets").glob("LICENSE-*.txt"):
        first = path.read_text(encoding="utf-8").splitlines()[0]
        identifier = first.removeprefix("SPDX-License-Identifier: ")
        assert identifier in PROJECT["license"].split(" AND ") or identifier == "LicenseRef-PublicDomain", first


def test_the_quick_start_installs_no_notebook_program():
    def packages(extra: str) -> set[str]:
        return {re.match(r"[\w-]+", need)[0] for need in EXTRAS[extra]}

    assert packages("tutorials") == {"matplotlib", "tqdm"}
    assert packages("notebooks") >= {"minitorch-pt", "jupyterlab", "jupytext", "ipywidgets"}


def test_what_builds_the_site_is_in_its_extra():
    """What docs/ imports beside Python's own modules is installed for it, by itself or with what needs it."""
    along = {"PIL": "matplotlib", "nbformat": "myst-nb", "numpy": "matplotlib", "pygments": "sphinx"}
    installed = {re.match(r"[\w-]+", need)[0] for extra in ("docs", "tutorials") for need in EXTRAS[extra]}
    for path in (ROOT / "docs").glob("*.py"):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            names = [alias.name for alias in node.names] if isinstance(node, ast.Import) else []
            names += [node.module] if isinstance(node, ast.ImportFrom) and not node.level else []
            for name in {name.partition(".")[0] for name in names} - sys.stdlib_module_names:
                own = (ROOT / name).is_dir()
                assert own or along.get(name, name) in installed, f"{path.name} imports {name}"


def test_hints_name_what_exists():
    pages = [*ROOT.glob("*.md"), *(ROOT / "tutorials").glob("*.md"), *(ROOT / "benchmarks").rglob("*.md")]
    sources = [ROOT / name for name in tracked() if name.startswith(("minitorch_pt/", "tutorials/"))]
    torch = next(need for need in EXTRAS["parity"] if need.startswith("torch=="))
    given = []
    for path in {*pages, *(path for path in sources if path.suffix == ".py")}:
        for words in re.findall(r"pip install ((?:-e )?[^\s`,;)]+)", path.read_text(encoding="utf-8")):
            wanted = words.removeprefix("-e ").strip("\\\"'.")
            given.append(wanted)
            if wanted.startswith("["):
                assert wanted.strip("[]") in EXTRAS, f"{path.name}: {words}"
                assert words.removeprefix("-e ")[0] == '"', (
                    f"{path.name}: {words}: Windows' console knows no single quotes"
                )
            elif wanted.startswith("torch="):
                assert wanted == torch, f"{path.name}: {words}"
            else:
                assert re.fullmatch(r"[a-z-]+", wanted), f"{path.name}: {words}"
    assert len(given) > 10
