"""Hooks on saved tensors around every operation and module: what comes back from them gives the gradients that there are without.

What is packed is copied, and the copy alone is handed back, so that a node that used another array would be found by the changes
in place that follow. With torch the number of tensors that an operation saves is compared: the counts say how often it is the same.
"""

from __future__ import annotations

import collections
import sys
import warnings
from collections.abc import Callable, Iterator
from fnmatch import fnmatchcase
from typing import Any

import numpy as np
import pytest
import torch

import minitorch_pt
from minitorch_pt.utils.checkpoint import checkpoint
from parity_tests.databases.outcomes import some
from parity_tests.databases.table import OutOfScope
from parity_tests.sweeps import compared
from parity_tests.sweeps.test_inplace_changes import ALL, MODULES, OPERATIONS, gradients, module_calls, operation_calls


def hooked(package: Any, call: Callable, saved: list) -> tuple:
    """The call within hooks that copy; `saved` gets the shapes."""

    def pack(tensor: Any) -> Any:
        saved.append(tuple(tensor.shape))
        return tensor.detach().clone()

    with package.autograd.graph.saved_tensors_hooks(pack, lambda kept: kept):
        return call(package)


def checkpointed(package: Any, call: Callable) -> tuple:
    """The call, which keeps nothing and is computed again."""
    known: list = []

    def run() -> Any:
        inputs, outputs, leaves = call(package)
        known[:] = known or [inputs, leaves]
        return outputs

    # the second computation makes leaves of its own, and what it saves is the same
    outputs = checkpoint(run, use_reentrant=False)
    return known[0], outputs, known[1]


def judge(name: str, limit: int | None, counts: collections.Counter, wrong: dict[str, str]) -> None:
    """All samples of one entry, or a fixed choice."""
    calls: Iterator = (
        operation_calls(OPERATIONS[name], limit) if name in OPERATIONS else module_calls(MODULES[name], limit)
    )
    second = name in OPERATIONS and OPERATIONS[name].supports_gradgrad
    for label, call, _ in calls:
        with warnings.catch_warnings(), np.errstate(all="ignore"):
            warnings.simplefilter("ignore")
            try:
                inputs, outputs, leaves = call(minitorch_pt)
                if not any(t.requires_grad for t in outputs):
                    continue
                expected = gradients(minitorch_pt, outputs, leaves, second)
            except (OutOfScope, RuntimeError):
                counts["no such gradient"] += 1
                continue
            ours: list = []
            theirs: list = []
            try:
                hooked(torch, call, theirs)
                for how, (_, outputs, leaves) in {
                    "hooks": hooked(minitorch_pt, call, ours),
                    "checkpoint": checkpointed(minitorch_pt, call),
                }.items():
                    found = gradients(minitorch_pt, outputs, leaves, second)
                    for i, (a, b) in enumerate(zip(found, expected, strict=True)):
                        one, other = (g if isinstance(g, int) else g.numpy() for g in (a, b))
                        # products of copies, which lie elsewhere in memory, are rounded otherwise
                        np.testing.assert_allclose(one, other, 1e-12, 1e-12, err_msg=f"{how}: gradient {i}")
                    counts["gradients"] += len(found)
                counts["saved as torch"] += sorted(ours) == sorted(theirs)
                counts["saved otherwise"] += sorted(ours) != sorted(theirs)
            except Exception as failure:
                wrong[f"{name} {label}"] = " ".join(f"{type(failure).__name__}: {failure}".split())[:300]


def sweep(names: list[str], limit: int | None) -> collections.Counter:
    counts: collections.Counter = collections.Counter()
    wrong: dict[str, str] = {}
    for name in names:
        judge(name, limit, counts, wrong)
    compared("saved_hooks", counts)
    told = "\n".join(f"    {label}: {text}" for label, text in wrong.items())
    assert not wrong, f"{len(wrong)} cases differ, {dict(counts)} do not\n{told}"
    return counts


def test_some():
    counts = sweep([name for _, name in some(ALL, 150, "hooks")], 1)
    assert counts["gradients"] > 300


@pytest.mark.long
@pytest.mark.parametrize("name", ALL)
def test_all(name: str) -> None:
    sweep([name], 20)


if __name__ == "__main__":
    print(dict(sweep([n for n in ALL if any(fnmatchcase(n, p) for p in sys.argv[1:] or ["*"])], 2)))
