"""From every operation of the database: the name of `grad_fn` of each output, and for which inputs it has nodes, in all forms."""

from __future__ import annotations

import collections
import warnings

import numpy as np
import pytest
import torch
from torch.testing._internal.common_methods_invocations import op_db

import minitorch_pt
from parity_tests.databases.operations import built, forms_of, operation_name
from parity_tests.databases.outcomes import some, tensors_in
from parity_tests.databases.table import OutOfScope, table
from parity_tests.databases.twins import Converter
from parity_tests.sweeps import accepted, compared

DIFFERENCES = accepted("node_names")


def entries() -> list:
    """What has a gradient and is in scope."""
    found = []
    for entry in op_db:
        name = operation_name(entry)
        differentiable = entry.supports_autograd and torch.float64 in entry.supported_backward_dtypes("cpu")
        if differentiable and table().reason(name) is None and built(entry):
            found.append(entry)
    return found


def name_of(tensor) -> str | None:
    return None if tensor.grad_fn is None else tensor.grad_fn.name()


def inputs_of(tensor) -> list[bool] | None:
    return None if tensor.grad_fn is None else [node is not None for node, _ in tensor.grad_fn.next_functions]


def facts(package, operation, sample) -> tuple[list, list]:
    convert = Converter(package)
    result = operation(*convert((sample.input, *sample.args)), **convert(sample.kwargs))
    tensors = tensors_in(result, package)
    return list(map(name_of, tensors)), list(map(inputs_of, tensors))


def compare(entry, limit: int | None, counts: collections.Counter, wrong: dict) -> None:
    name = operation_name(entry)
    for i, sample in some(entry.sample_inputs("cpu", torch.float64, requires_grad=True), limit, name):
        for form, (theirs, ours, inplace) in forms_of(entry).items():
            if inplace:  # views and in-place changes have a sweep of their own
                continue
            try:
                expected = facts(torch, theirs, sample)
                found = facts(minitorch_pt, ours, sample)
            except OutOfScope as reason:
                counts[f"skipped: {reason}"] += 1
                continue
            counts["compared"] += len(expected[0])
            for title, mine, wanted in zip(("", "inputs of "), found, expected, strict=True):
                if mine != wanted:
                    wrong.setdefault(f"{title}{name}", f"{form} {i}: {mine}, torch has {wanted}")
                    break  # another node has other inputs


def sweep(limit: int | None) -> tuple[dict, collections.Counter]:
    """(what differs by entry, counts)."""
    counts, wrong = collections.Counter(), {}
    with minitorch_pt.inference_mode():  # while it lives, each node looks at what it keeps
        _alive = minitorch_pt.ones(1)
    with warnings.catch_warnings(), np.errstate(all="ignore"):
        warnings.simplefilter("ignore")
        for entry in entries():
            try:
                compare(entry, limit, counts, wrong)
            except Exception as error:
                counts[f"skipped: {type(error).__name__}"] += 1
    return wrong, counts


def check(limit: int | None) -> None:
    wrong, counts = sweep(limit)
    compared("node_names", counts)
    new = {name: text for name, text in wrong.items() if name not in DIFFERENCES}
    assert not new, new
    skipped = sum(n for what, n in counts.items() if what.startswith("skipped"))
    assert skipped <= 0.02 * counts["compared"], counts


def test_names() -> None:
    check(3)


@pytest.mark.long
def test_names_of_all_inputs() -> None:
    check(None)
    gone = set(DIFFERENCES) - set(sweep(None)[0])
    assert not gone, f"these do not differ any more: {gone}"
