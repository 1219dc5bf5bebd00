"""The house as it was designed: imports point downwards, torch stays outside, the engine stays small."""

from __future__ import annotations

import ast
import importlib
import pkgutil
import subprocess
import sys
from pathlib import Path

import pytest

import minitorch_pt

PACKAGE = Path(minitorch_pt.__file__).parent
FILES = sorted(PACKAGE.rglob("*.py"))

# What each part may import, by the first component of the path inside the package; functions may import late what is above.
ABOVE = ("nn", "optim", "utils", "jit", "datasets", "viz", "serialization", "distributions", "special", "testing")
ALLOWED = {
    "tiny": (),  # one page, on NumPy alone
    "dtypes": (),
    "device": (),
    "size": (),
    "layouts": (),
    "formats": ("layouts",),
    "places": (),
    "rejection": (),
    "storage": ("layouts",),
    "sums": (),
    "notices": (),
    "generator": ("dtypes", "layouts", "rejection"),
    "return_types": (),
    "autograd": ("dtypes", "formats", "layouts", "storage", "sums", "notices", "autograd"),
    "ops": (
        "dtypes",
        "formats",
        "layouts",
        "size",
        "storage",
        "sums",
        "notices",
        "autograd",
        "ops",
        "generator",
        "return_types",
    ),
    "methods": ("dtypes", "storage", "ops", "autograd"),
    "conversion": ("dtypes", "formats", "size", "storage", "ops", "autograd", "device"),
    "facts": ("dtypes", "formats", "layouts", "storage", "autograd", "device", "size"),
    "tensor": ("storage", "autograd", "facts", "methods", "conversion"),
}


def imported(path: Path) -> set[str]:
    """The parts of the package that a file imports at its top."""
    parts = path.relative_to(PACKAGE).with_suffix("").parts
    found = set()
    for node in ast.parse(path.read_text()).body:
        if isinstance(node, ast.ImportFrom) and node.level:
            base = [*parts[: len(parts) - node.level], *(node.module or "").split(".")]
            base = [b for b in base if b]
            found |= {base[0]} if base else {alias.name for alias in node.names}
        elif isinstance(node, (ast.Import, ast.ImportFrom)):
            names = [node.module or ""] if isinstance(node, ast.ImportFrom) else [a.name for a in node.names]
            found |= {f"outside:{name.split('.')[0]}" for name in names}
    return found


@pytest.mark.parametrize("path", FILES, ids=lambda p: str(p.relative_to(PACKAGE)))
def test_imports_point_downwards(path):
    part = path.relative_to(PACKAGE).parts[0].removesuffix(".py")
    if part == "__init__":
        return
    inside = {name for name in imported(path) if not name.startswith("outside:")}
    allowed = ALLOWED.get(part)
    if allowed is not None:
        assert inside <= set(allowed), f"{part} may import {allowed} and imports {sorted(inside)}"
    elif part not in ABOVE:
        assert not inside & set(ABOVE), f"{part} lies below {ABOVE} and imports {sorted(inside)}"


def test_packages_are_imported_at_their_first_use():
    code = "import sys, minitorch_pt as t; print('minitorch_pt.nn' in sys.modules, 'nn' in dir(t)); t.nn; print('minitorch_pt.nn' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", code], capture_output=True, check=True).stdout.split() == [
        b"False",
        b"True",
        b"True",
    ]
    with pytest.raises(AttributeError, match="no attribute 'nonsense'"):
        minitorch_pt.nonsense  # noqa: B018


def test_only_numpy_and_the_standard_library_are_imported():
    def outside(files):
        return {name.removeprefix("outside:") for f in files for name in imported(f) if name.startswith("outside:")}

    drawing = [path for path in FILES if path.parent.name == "viz"]  # imported when first used: see `__getattr__`
    assert outside(set(FILES) - set(drawing)) <= {"numpy", *sys.stdlib_module_names}
    assert outside(drawing) <= {"matplotlib", "numpy", *sys.stdlib_module_names}


def test_torch_and_the_extras_stay_outside():
    code = "import sys, minitorch_pt; print(sorted({m.split('.')[0] for m in sys.modules}))"
    loaded = ast.literal_eval(
        subprocess.run([sys.executable, "-c", code], capture_output=True, check=True).stdout.decode()
    )
    assert "minitorch_pt" in loaded
    assert not {"torch", "matplotlib", "tqdm", "pytest", "scipy"} & set(loaded)


def code_lines(path: Path) -> int:
    """The lines of a file that hold code: no docstring, no comment, no blank line."""
    source = path.read_text()
    lines = {i for i, line in enumerate(source.splitlines(), 1) if line.strip() and not line.strip().startswith("#")}
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant) and isinstance(node.value.value, str):
            lines -= set(range(node.lineno, node.end_lineno + 1))
    return len(lines)


def test_the_engine_reads_in_an_hour():
    # the contract of arguments stands before the engine; gradcheck, jacobians, hooks on what is saved and what a user sees of a node are made
    # with it
    beside = (
        "contract.py",
        "check.py",
        "edges.py",
        "functional.py",
        "nodes.py",
        "profiler.py",
        "saving.py",
        "variable.py",
    )
    parts = sorted(path for path in (PACKAGE / "autograd").glob("*.py") if path.name not in beside)
    engine = [PACKAGE / "tensor.py", *parts]
    assert sum(map(code_lines, engine)) <= 1520


def test_every_module_says_what_it_does_and_lists_its_names():
    for path in FILES:
        assert ast.get_docstring(ast.parse(path.read_text())), f"{path.name} has no first line that says what it does"
    for info in pkgutil.walk_packages(minitorch_pt.__path__, "minitorch_pt."):
        if info.name.endswith("__main__"):
            continue
        module = importlib.import_module(info.name)
        for name in getattr(module, "__all__", ()):
            assert hasattr(module, name), f"{info.name}.__all__ names {name}, which it has not"


def test_public_names_are_documented():
    missing = []
    for path in FILES:
        for node in ast.parse(path.read_text()).body:
            if isinstance(node, (ast.FunctionDef, ast.ClassDef)) and not node.name.startswith("_"):
                if not ast.get_docstring(node) and "overload" not in map(ast.unparse, node.decorator_list):
                    missing.append(f"{path.name}: {node.name}")
                if isinstance(node, ast.ClassDef):
                    missing += [
                        f"{path.name}: {node.name}.{f.name}"
                        for f in node.body
                        if isinstance(f, ast.FunctionDef)
                        and not f.name.startswith("_")
                        and not ast.get_docstring(f)
                        and not any("setter" in ast.unparse(d) or "deleter" in ast.unparse(d) for d in f.decorator_list)
                    ]
    assert not missing
