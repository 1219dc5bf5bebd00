"""nn/modules/dropout.py against torch."""

from __future__ import annotations

import pytest
import torch

import minitorch_pt
from parity_tests.oracle import assert_same, rand


@pytest.mark.parametrize("p", [0.0, 0.2, 0.5, 1.0])
@pytest.mark.parametrize("inplace", [False, True])
@pytest.mark.parametrize("training", [True, False])
def test_dropout(p, inplace, training):
    data = rand(20, 7).astype("float32")
    results = []
    for package, x in (
        (minitorch_pt, minitorch_pt.Tensor(data.copy(), True)),
        (torch, torch.from_numpy(data.copy()).requires_grad_()),
    ):
        package.manual_seed(11)
        module = package.nn.Dropout(p, inplace).train(training)
        y = module(module(x * 2))
        (y * y).sum().backward()
        results.append([repr(module), y.detach(), x.grad])
    assert_same(*results, rtol=1e-7)


@pytest.mark.parametrize("p", [-0.1, 1.1])
def test_probability(p):
    for package in (torch, minitorch_pt):
        with pytest.raises(ValueError, match="between 0 and 1"):
            package.nn.Dropout(p)


def test_default():
    assert repr(minitorch_pt.nn.Dropout()) == repr(torch.nn.Dropout())
