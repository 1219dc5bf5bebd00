"""Every public name of the package is exercised by a parity test; both lists are derived, from the package and from the tests."""

from __future__ import annotations

import ast
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
import torch
from torch.testing._internal.common_methods_invocations import op_db
from torch.testing._internal.common_modules import module_db
from torch.testing._internal.common_optimizers import optim_db

import minitorch_pt
from minitorch_pt.teaching import datasets
from parity_tests.databases.operations import built, operation_name
from parity_tests.databases.optimizers import SCHEDULERS
from parity_tests.databases.table import table
from parity_tests.oracle import lookup

DOORS = (
    "nn", "nn.functional", "nn.init", "nn.utils", "optim", "optim.lr_scheduler", "autograd", "autograd.functional", "distributions", "special", "testing",
    "utils.data",
)  # fmt: skip


def offered(ours: object, theirs: object) -> set[str]:
    """The functions and classes of a package that torch's has too: what else it holds is its own business."""
    return {
        n
        for n in dir(ours)
        if not n.startswith("_")
        and callable(getattr(ours, n, None))
        and hasattr(theirs, n)
        and not hasattr(getattr(ours, n), "left_out")
    }


def public() -> set[str]:
    """The names at the front doors, the methods of Tensor and Module, and the data sets, which torch lacks."""
    names = offered(minitorch_pt, torch) | set(datasets.__all__)
    for door in (*DOORS, "Tensor", "nn.Module"):
        names |= offered(lookup(minitorch_pt, door), lookup(torch, door))
    return names


def words(path: Path) -> Iterator[str]:
    """Every name, attribute and import of a test file, and the words of its strings; docstrings do not count."""
    tree = ast.parse(path.read_text())
    prose = {n.value for n in ast.walk(tree) if isinstance(n, ast.Expr) and isinstance(n.value, ast.Constant)}
    for node in ast.walk(tree):
        if isinstance(node, ast.Attribute):
            yield node.attr
        elif isinstance(node, ast.alias):
            yield node.name.split(".")[-1]
        elif isinstance(node, ast.Constant) and isinstance(node.value, str) and node not in prose:
            yield from node.value.replace(".", " ").replace(",", " ").replace("(", " ").split()


def variants(entry: object) -> Iterator[Callable | None]:
    """The forms in which the judge runs an operation under its name or an alias."""
    for named in (entry, *(a for a in entry.aliases if not table().reason(a.name))):
        yield from (named.op, named.method_variant, named.inplace_variant)


def judged() -> set[str]:
    """The names that PyTorch's own databases exercise (test_databases.py)."""
    names = set(SCHEDULERS)
    for entry in op_db:
        if not table().reason(operation_name(entry)) and built(entry):
            names.add(entry.name.split(".")[-1])
            names |= {a.name.split(".")[-1] for a in entry.aliases if not table().reason(a.name)}
            names |= {getattr(form, "__name__", "") for form in variants(entry) if form is not None}
    names |= {info.name.split(".")[-1] for info in module_db if not table().reason(info.name)}
    return names | {
        info.optim_cls.__name__ for info in optim_db if not table().reason(f"optim.{info.optim_cls.__name__}")
    }


def test_every_public_name_has_a_parity_test():
    used = {
        word for path in Path(__file__).parents[1].rglob("test_*.py") if path != Path(__file__) for word in words(path)
    }
    missing = sorted(public() - used - judged())
    assert not missing, f"{len(missing)} public names without a parity test: {missing}"


@pytest.mark.parametrize("name", ("exp", "exp_", "Linear", "Adam", "backward", "two_moons"))
def test_the_list_of_public_names(name):
    assert name in public()
