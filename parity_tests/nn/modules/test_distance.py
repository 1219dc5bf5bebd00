"""nn/modules/distance.py against torch."""

from __future__ import annotations

import inspect

import pytest
import torch

import minitorch_pt
from parity_tests.oracle import rand, same_program

LAYERS = [
    ("PairwiseDistance", {}), ("PairwiseDistance", {"p": 1.0, "eps": 0.1, "keepdim": True}), ("PairwiseDistance", {"p": float("inf")}),
    ("CosineSimilarity", {}), ("CosineSimilarity", {"dim": -1, "eps": 0.5}),
]  # fmt: skip


@pytest.mark.parametrize("name, options", LAYERS, ids=str)
@pytest.mark.parametrize("shape", [(4, 3), (2, 3, 4)])
def test_layer(name, options, shape):
    def program(t):
        layer = getattr(t.nn, name)(**options)
        x1, x2 = (t.tensor(rand(*shape, seed=i).tolist(), dtype=t.float64, requires_grad=True) for i in (0, 1))
        y = layer(x1, x2)
        (y**2).sum().backward()
        return repr(layer), dict(layer.state_dict()), y.detach(), x1.grad, x2.grad

    same_program(program)


@pytest.mark.parametrize("name", ["PairwiseDistance", "CosineSimilarity"])
def test_signature(name):
    ours, theirs = (
        [(p.name, p.default, p.kind) for p in inspect.signature(getattr(package.nn, name)).parameters.values()]
        for package in (minitorch_pt, torch)
    )
    assert ours == theirs


@pytest.mark.parametrize("name", ["PairwiseDistance", "CosineSimilarity"])
def test_errors(name):
    same_program(lambda t: getattr(t.nn, name)()(t.zeros(4, 3), t.zeros(4, 2)))
