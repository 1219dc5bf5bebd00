"""The shrinking activations of nn/modules/activation.py against torch."""

from __future__ import annotations

import inspect

import pytest
import torch

import minitorch_pt
from parity_tests.oracle import assert_same, rand, to_ours, to_theirs


@pytest.mark.parametrize(
    ("name", "args"),
    [("Hardshrink", ()), ("Hardshrink", (0.2,)), ("Softshrink", ()), ("Softshrink", (0.2,)), ("Tanhshrink", ())],
)
def test_shrinking_module(name, args):
    ours, theirs = getattr(minitorch_pt.nn, name)(*args), getattr(torch.nn, name)(*args)
    x = rand(3, 4)
    assert_same(ours(*to_ours([x], False)), theirs(*to_theirs([x], False)))
    assert repr(ours) == repr(theirs)


@pytest.mark.parametrize("name", ["Hardshrink", "Softshrink"])
def test_signature(name):
    ours, theirs = (inspect.signature(getattr(nn, name)).parameters for nn in (minitorch_pt.nn, torch.nn))
    assert [(p.name, p.kind, p.default) for p in ours.values()] == [
        (p.name, p.kind, p.default) for p in theirs.values()
    ]
