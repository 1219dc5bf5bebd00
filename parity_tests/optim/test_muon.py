"""Muon against torch, which computes its matrices in bfloat16: 8 bits, so sums in another order differ by 2⁻⁸ here and there."""

import numpy as np
import pytest
import torch

import minitorch_pt
from parity_tests.oracle import rand, same_program

OPTIONS = [
    {},
    {"lr": 0.02, "nesterov": False},
    {"lr": 0.02, "momentum": 0.5, "weight_decay": 0.0},
    {"lr": 0.02, "adjust_lr_fn": "original"},
    {"lr": 0.02, "adjust_lr_fn": "match_rms_adamw"},
    {"lr": 0.02, "ns_coefficients": (3.0, -3.2, 1.2), "ns_steps": 3, "eps": 1e-3},
]


def run(t, options, dtype, steps=20):
    make = torch.from_numpy if t is torch else minitorch_pt.from_numpy
    params = [make(rand(*shape, seed=3).astype(dtype)).requires_grad_() for shape in ((6, 4), (3, 8), (5, 5))]
    target = [make(rand(*p.shape, seed=4).astype(dtype)) for p in params]
    optimizer = t.optim.Muon(params, **options)
    for _ in range(steps):
        optimizer.zero_grad()
        sum(((p - goal) ** 2).sum() for p, goal in zip(params, target, strict=True)).backward()
        optimizer.step()
    return optimizer, [p.detach().numpy() for p in params]


@pytest.mark.parametrize("dtype", ["float32", "float64"])
@pytest.mark.parametrize("options", OPTIONS, ids=str)
def test_trajectory(options, dtype):
    (ours, mine), (theirs, reference) = run(minitorch_pt, options, dtype), run(torch, options, dtype)
    rate = options.get("lr", 1e-3)
    for a, b in zip(mine, reference, strict=True):
        assert a.dtype == b.dtype
        np.testing.assert_allclose(a, b, atol=20 * rate * 2**-6)  # 20 steps, each of entries below 1 that are 2⁻⁸ apart
    assert repr(ours) == repr(theirs)
    assert ours.state_dict()["param_groups"] == theirs.state_dict()["param_groups"]
    for p, q in zip(ours.param_groups[0]["params"], theirs.param_groups[0]["params"], strict=True):
        assert list(ours.state[p]) == list(theirs.state[q])


def test_closure():
    def program(t):
        p = t.ones(2, 2, requires_grad=True)
        optimizer = t.optim.Muon([p])

        def closure():
            value = (p * p).sum()
            value.backward()
            return value

        return optimizer.step(closure).item(), t.optim.Muon([p]).state_dict()["param_groups"]

    same_program(program)


def step(t, **options):
    p = t.ones(2, 2, requires_grad=True)
    p.sum().backward()
    t.optim.Muon([p], **options).step()


ERRORS = {
    "vector": lambda t: t.optim.Muon([t.ones(3, requires_grad=True)]),
    "rate": lambda t: step(t, lr=-1),
    "momentum": lambda t: step(t, momentum=-1),
    "weight decay": lambda t: step(t, weight_decay=-1),
    "adjust": lambda t: step(t, adjust_lr_fn="largest"),
    "steps": lambda t: step(t, ns_steps=100),
    "coefficients": lambda t: step(t, ns_coefficients=(1.0, 2.0)),
}


@pytest.mark.parametrize("case", ERRORS)
def test_error(case):
    same_program(ERRORS[case])
