"""The house as it was designed: imports point downwards, torch stays outside, the engine stays small."""

from __future__ import annotations

import ast
import importlib
import inspect
import pkgutil
import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

import minitorch_pt
from minitorch_pt import ops

PACKAGE = Path(minitorch_pt.__file__).parent
FILES = sorted(PACKAGE.rglob("*.py"))

# The house from the ground up: what stands on a line may import what stands above it, and what stands beside it as far as no circle comes of it.
FLOORS = """
tiny names arrays return_types
stream autograd
ops
tensors storage
random sparse
nn optim utils distributions linalg special quasirandom signal serialization testing cuda mps xpu backends accelerator amp jit library hub onnx compiler distributed futures multiprocessing overrides __future__ profiler types
func
version torch_version __config__ _dynamo _foreach _lowrank functional
teaching
__main__
"""
FLOOR = {room: floor for floor, rooms in enumerate(FLOORS.strip().splitlines()) for room in rooms.split()}
# imported only where a program asks for them
UP = {
    ("autograd/__init__.py", "profiler"),  # torch.autograd.profiler and torch.profiler show the same classes
}


def name_of(path: Path) -> str:
    """A file's name as a module."""
    parts = path.relative_to(PACKAGE).with_suffix("").parts
    return ".".join(parts[:-1] if parts[-1] == "__init__" else parts)


MODULES = {name_of(path) for path in FILES}


def imports(path: Path) -> Iterator[tuple[str, bool]]:
    """The modules that a file imports, and whether inside a function; not those that only checkers of types see."""
    tree = ast.parse(path.read_text())
    unseen = {
        id(node)
        for test in ast.walk(tree)
        if isinstance(test, ast.If) and "TYPE_CHECKING" in ast.unparse(test.test)
        for part in test.body
        for node in ast.walk(part)
    }
    for node in ast.walk(tree):
        late = node not in tree.body
        if id(node) in unseen:
            continue
        if isinstance(node, ast.ImportFrom) and node.level:
            here = list(path.relative_to(PACKAGE).parts[:-1])
            base = [*here[: len(here) - node.level + 1], *filter(None, (node.module or "").split("."))]
            for alias in node.names:
                inner = ".".join([*base, alias.name])
                yield (inner if inner in MODULES else ".".join(base)), late
        elif isinstance(node, (ast.Import, ast.ImportFrom)):
            names = [node.module or ""] if isinstance(node, ast.ImportFrom) else [a.name for a in node.names]
            for name in names:
                yield f"outside:{name.split('.')[0]}", late


def imported(path: Path) -> set[str]:
    """What of outside a file imports at its top."""
    return {name.removeprefix("outside:") for name, late in imports(path) if name.startswith("outside:") and not late}


@pytest.mark.parametrize("path", FILES, ids=lambda p: str(p.relative_to(PACKAGE)))
def test_imports_point_downwards(path):
    room = path.relative_to(PACKAGE).parts[0].removesuffix(".py")
    if room == "__init__":
        return
    for module, _ in imports(path):
        other = module.partition(".")[0]
        if module and not module.startswith("outside:") and (str(path.relative_to(PACKAGE)), other) not in UP:
            assert FLOOR[other] <= FLOOR[room], f"{room} stands below {other}"
    if room == "tiny":
        assert not [module for module, _ in imports(path) if not module.startswith("outside:")], "the page stands alone"


def test_no_circles():
    graph = {name_of(path): {m for m, _ in imports(path) if m in MODULES and m} for path in FILES}
    open_, done = [], set()

    def visit(name: str) -> None:
        assert name not in open_, f"a circle: {' -> '.join([*open_[open_.index(name) :], name])}"
        if name not in done:
            open_.append(name)
            for other in sorted(graph[name]):
                visit(other)
            done.add(open_.pop())

    for name in sorted(graph):
        visit(name)


def test_packages_are_imported_at_their_first_use():
    code = "import sys, minitorch_pt as t; print('minitorch_pt.nn' in sys.modules, 'nn' in dir(t)); t.nn; print('minitorch_pt.nn' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", code], capture_output=True, check=True).stdout.split() == [
        b"False",
        b"True",
        b"True",
    ]
    with pytest.raises(AttributeError, match="no attribute 'nonsense'"):
        minitorch_pt.nonsense  # noqa: B018


@pytest.mark.parametrize("family", ops.FAMILIES)
def test_what_is_behind_layers_and_losses_is_imported_when_it_is_named(family):
    """All that the family shows is known at the top level, in `dir`, and by `from minitorch_pt import *`."""
    code = f"import sys, minitorch_pt; print('minitorch_pt.ops.{family}' in sys.modules, 'conv2d' in dir(minitorch_pt))"
    assert subprocess.run([sys.executable, "-c", code], capture_output=True, check=True).stdout == b"False True\n"
    module = importlib.import_module(f"minitorch_pt.ops.{family}")
    shown = {name for name, thing in vars(module).items() if name[0] != "_" and inspect.isfunction(thing)}
    star: dict = {}
    exec("from minitorch_pt import *", star)
    assert shown and shown <= {*minitorch_pt.__dir__()} & {*star}
    for name in shown:
        assert getattr(minitorch_pt, name) is getattr(ops, name) is star[name] is getattr(module, name)


def test_only_numpy_and_the_standard_library_are_imported():
    def outside(files):
        return set().union(*map(imported, files))

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
    # the contract of arguments stands before the engine; gradcheck, jacobians, hooks on what is saved, classes that take over and what a user sees of a node are made
    # with it
    beside = (
        "contract.py", "check.py", "edges.py", "errors.py", "forward_ad.py", "functional.py", "hooks.py", "nodes.py", "out.py", "profiler.py", "readers.py", "saved_tensors.py", "transforms.py",
        "takeovers.py", "variable.py",
    )  # fmt: skip
    parts = sorted(path for path in (PACKAGE / "autograd").glob("*.py") if path.name not in beside)
    engine = [PACKAGE / "tensors" / "tensor.py", *parts]
    assert sum(map(code_lines, engine)) <= 1670


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
    """By a docstring of their own, or, methods, by that of what they override."""
    missing = []
    for path in FILES:
        for node in ast.parse(path.read_text()).body:
            if isinstance(node, (ast.FunctionDef, ast.ClassDef)) and not node.name.startswith("_"):
                if not ast.get_docstring(node) and "overload" not in map(ast.unparse, node.decorator_list):
                    missing.append(f"{path.name}: {node.name}")
                if isinstance(node, ast.ClassDef):
                    cls = getattr(importlib.import_module(f"minitorch_pt.{name_of(path)}".rstrip(".")), node.name)
                    missing += [
                        f"{path.name}: {node.name}.{f.name}"
                        for f in node.body
                        if isinstance(f, ast.FunctionDef)
                        and not f.name.startswith("_")
                        and not ast.get_docstring(f)
                        and not inspect.getdoc(getattr(cls, f.name))
                        and not any("setter" in ast.unparse(d) or "deleter" in ast.unparse(d) for d in f.decorator_list)
                    ]
    assert not missing


def test_what_a_tensor_has_stands_in_the_body_of_a_class():
    """There editors and type checkers look: what other files add to Tensor is announced."""
    said = set()
    for path in (PACKAGE / "tensors").glob("*.py"):
        for cls in ast.walk(ast.parse(path.read_text())):
            for node in ast.walk(cls) if isinstance(cls, ast.ClassDef) else ():
                said.add(getattr(node, "name", None))
                said.add(node.id if isinstance(node, ast.Name) and isinstance(node.ctx, ast.Store) else None)
    has = [(name, value) for cls in minitorch_pt.Tensor.__mro__[:-1] for name, value in vars(cls).items()]
    left_out = "minitorch_pt.names.absent"
    assert not {name for name, value in has if not name.startswith("_") and type(value).__module__ != left_out} - said


def test_files_that_are_named_exist():
    """What README, lessons, docstrings, comments and the first words of a test call `ops/shape.py` is there, by a path that fits."""
    known = subprocess.run(["git", "ls-files"], capture_output=True, text=True, cwd=PACKAGE.parent).stdout.split()
    known = known or [str(path.relative_to(PACKAGE.parent)) for path in PACKAGE.parent.rglob("*.py")]
    files = [*FILES, *(PACKAGE.parent / "tutorials").glob("??/*.py"), *PACKAGE.parent.glob("*.md")]
    texts = {path: path.read_text(encoding="utf-8") for path in files}
    tests = (PACKAGE.parent / "parity_tests").rglob("test_*.py")
    texts.update((path, ast.get_docstring(ast.parse(path.read_text(encoding="utf-8"))) or "") for path in tests)
    missing = [
        f"{path.name}: {name}"
        for path, text in texts.items()
        for name in re.findall(r"(?<![\w./<{*-])(?:[a-z_]+/)*[a-z_]+\.py\b", text)
        if name != "programa.py" and not any(f"/{file}".endswith(f"/{name}") for file in known)
    ]
    assert not missing
