"""nn/modules/loss.py against torch."""

from __future__ import annotations

import numpy as np
import pytest
import torch

import minitorch_pt
from parity_tests.oracle import assert_same, rand, randint

X = rand(6, 4).astype("float32")
T = rand(6, 4, seed=1).astype("float32")
P = rand(6, 4, low=0.05, high=0.95, seed=2).astype("float32")
LABELS = randint(0, 4, (6,))
W = rand(4, low=0.1, seed=3).astype("float32")
LOSSES = [
    ("L1Loss", X, T, {}), ("MSELoss", X, T, {}), ("SmoothL1Loss", X, T, {}), ("SmoothL1Loss", X, T, {"beta": 0.3}),
    ("HuberLoss", X, T, {}), ("HuberLoss", X, T, {"delta": 0.3}), ("BCELoss", P, P[::-1].copy(), {}),
    ("BCELoss", P, P[::-1].copy(), {"weight": W}), ("BCEWithLogitsLoss", X, P, {}),
    ("BCEWithLogitsLoss", X, P, {"weight": W}), ("BCEWithLogitsLoss", X, P, {"weight": W, "pos_weight": W}),
    ("NLLLoss", X, LABELS, {}), ("NLLLoss", X, LABELS, {"weight": W, "ignore_index": 1}),
    ("CrossEntropyLoss", X, LABELS, {}),
    ("CrossEntropyLoss", X, LABELS, {"weight": W, "ignore_index": 1, "label_smoothing": 0.2}),
    ("CrossEntropyLoss", X, P, {"weight": W}), ("KLDivLoss", X, P, {}), ("KLDivLoss", X, P, {"log_target": True}),
]  # fmt: skip


@pytest.mark.parametrize("reduction", ["none", "mean", "sum"])
@pytest.mark.parametrize(("name", "x", "t", "options"), LOSSES)
@pytest.mark.filterwarnings("ignore:reduction")
def test_loss(name, x, t, options, reduction):
    results = []
    for package, wrap in ((minitorch_pt, minitorch_pt.from_numpy), (torch, torch.from_numpy)):
        tensors = {
            key: wrap(value.copy()) if isinstance(value, np.ndarray) else value for key, value in options.items()
        }
        module = getattr(package.nn, name)(reduction=reduction, **tensors)
        input = wrap(x.copy()).requires_grad_()
        loss = module(input, wrap(t))
        (loss * loss).sum().backward()
        results.append([repr(module), dict(module.state_dict()), module.reduction, loss.detach(), input.grad])
    assert_same(*results, rtol=5e-6)  # sums of squares in float32


@pytest.mark.parametrize("name", sorted({name for name, *_ in LOSSES}))
def test_defaults(name):
    ours, theirs = getattr(minitorch_pt.nn, name)(), getattr(torch.nn, name)()
    assert repr(ours) == repr(theirs)
    for option in (
        "reduction",
        "beta",
        "delta",
        "weight",
        "pos_weight",
        "ignore_index",
        "label_smoothing",
        "log_target",
    ):
        assert getattr(ours, option, "absent") == getattr(theirs, option, "absent")


def test_batchmean():
    x = minitorch_pt.nn.KLDivLoss(reduction="batchmean")(minitorch_pt.from_numpy(X), minitorch_pt.from_numpy(P))
    assert_same(x, torch.nn.KLDivLoss(reduction="batchmean")(torch.from_numpy(X), torch.from_numpy(P)))


def test_huber_delta():
    for package in (torch, minitorch_pt):
        with pytest.raises(TypeError, match="delta must be"):
            package.nn.HuberLoss(delta="1")
