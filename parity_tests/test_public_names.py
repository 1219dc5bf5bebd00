"""Every public name of the package is exercised by a parity test: the list is derived from the package."""

from __future__ import annotations

import ast
import inspect
from pathlib import Path
from types import ModuleType

import minitorch_pt

HERE = Path(__file__).parent


def public(module: ModuleType, prefix: str = "", seen: set | None = None) -> set[str]:
    """The names of functions and classes of a module of ours, and of its modules, that do not start with an underscore."""
    seen = set() if seen is None else seen
    names: set[str] = set()
    if module in seen:
        return names
    seen.add(module)
    for name, value in vars(module).items():
        if name.startswith("_"):
            continue
        if isinstance(value, ModuleType):
            if value.__name__.startswith("minitorch_pt"):
                names |= public(value, f"{name}.", seen)
        elif (inspect.isclass(value) or callable(value)) and getattr(value, "__module__", "").startswith(
            "minitorch_pt"
        ):
            names.add(name)
    return names


def methods() -> set[str]:
    return {name for name in dir(minitorch_pt.Tensor) if not name.startswith("_") and name not in dir(object)}


def used() -> set[str]:
    """Every identifier, attribute, and word inside a string of the parity tests (operations are looked up by name)."""
    words: set[str] = set()
    for path in HERE.rglob("*.py"):
        if path.name == Path(__file__).name:
            continue
        for node in ast.walk(ast.parse(path.read_text())):
            if isinstance(node, ast.Name):
                words.add(node.id)
            elif isinstance(node, ast.Attribute):
                words.add(node.attr)
            elif isinstance(node, ast.alias):
                words.add(node.name.split(".")[-1])
            elif isinstance(node, ast.Constant) and isinstance(node.value, str) and len(node.value) < 200:
                words.update(node.value.replace(".", " ").replace(",", " ").replace("(", " ").split())
    return words


def test_every_public_name_has_a_parity_test():
    missing = sorted((public(minitorch_pt) | methods()) - used())
    assert not missing, f"{len(missing)} public names without a parity test: {missing}"
