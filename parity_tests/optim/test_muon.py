"""Muon against torch, which computes its matrices in bfloat16."""

import numpy as np
import pytest
import torch
from torch.optim._muon import _zeropower_via_newtonschulz as torch_orthogonal

import minitorch_pt
from minitorch_pt.optim import muon
from parity_tests.oracle import RTOL, rand, same_program

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
    for a, b in zip(mine, reference, strict=True):
        assert a.dtype == b.dtype
        np.testing.assert_allclose(a, b, rtol=RTOL[dtype], atol=RTOL[dtype])
    assert repr(ours) == repr(theirs)
    assert ours.state_dict()["param_groups"] == theirs.state_dict()["param_groups"]
    for p, q in zip(ours.param_groups[0]["params"], theirs.param_groups[0]["params"], strict=True):
        assert list(ours.state[p]) == list(theirs.state[q])


@pytest.mark.parametrize("dtype", ["float32", "float64"])
@pytest.mark.parametrize("shape", [(1, 1), (1, 5), (4, 3), (2, 5), (6, 4), (4, 16), (64, 32)], ids=str)
def test_orthogonal_matrix(shape, dtype):
    """Equal to the last bit while the sums are short; then as near to torch as torch is to itself when rows and columns change places."""

    def torchs(matrix):
        return torch_orthogonal(torch.from_numpy(matrix), *options).float().numpy()

    options = (3.4445, -4.7750, 2.0315), 5, 1e-7
    shuffle = np.random.Generator(np.random.PCG64(1)).permutation
    off, spread = [], []
    for seed in range(10):
        matrix = rand(*shape, seed=seed).astype(dtype)
        expected = torchs(matrix)
        off.append(np.abs(muon._orthogonal(matrix, *options) - expected).max())
        if min(shape) > 8:
            rows, columns = shuffle(shape[0]), shuffle(shape[1])
            spread.append(np.abs(torchs(matrix[rows][:, columns]) - expected[rows][:, columns]).max())
    assert max(off) <= 2 * max(spread, default=0) < 2**-4


def test_rounding_to_bfloat16():
    """To the nearest of 8 bits, and to the even one from the middle between two."""
    numbers = (1 + np.arange(1024) / 512).astype(np.float32) * np.float32([[1], [-1], [2.0**-130], [3e38 / 3]])
    np.testing.assert_array_equal(muon._bfloat16(numbers), torch.from_numpy(numbers).bfloat16().float().numpy())


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
