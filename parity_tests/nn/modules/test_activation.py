"""nn/modules/activation.py against torch."""

from __future__ import annotations

import inspect
import pickle

import numpy as np
import pytest
import torch

import minitorch_pt
from parity_tests.oracle import assert_same, rand

MODULES = [
    ("ReLU", (), {}), ("ReLU", (True,), {}), ("ReLU6", (), {}), ("ReLU6", (True,), {}), ("SELU", (), {}),
    ("SELU", (), {"inplace": True}), ("SiLU", (), {}), ("SiLU", (True,), {}), ("Mish", (), {}), ("Mish", (True,), {}),
    ("LeakyReLU", (), {}), ("LeakyReLU", (0.2,), {}), ("LeakyReLU", (0.2, True), {}), ("ELU", (), {}),
    ("ELU", (2.0, True), {}), ("GELU", (), {}), ("GELU", ("tanh",), {}), ("Softplus", (), {}),
    ("Softplus", (2, 1.0), {}), ("Softsign", (), {}), ("Hardtanh", (), {}), ("Hardtanh", (-1, 0.5), {}),
    ("Hardtanh", (-1, 0.5, True), {}), ("Threshold", (0.1, 20), {}), ("Threshold", (0.1, 20.0, True), {}),
    ("Sigmoid", (), {}), ("Tanh", (), {}), ("LogSigmoid", (), {}), ("PReLU", (), {}), ("PReLU", (3,), {}),
    ("PReLU", (3, 0.1), {}), ("Softmax", (1,), {}), ("Softmax", (), {"dim": -1}), ("Softmin", (1,), {}),
    ("LogSoftmax", (1,), {}), ("Softmax2d", (), {}), ("CELU", (), {}), ("CELU", (0.5, True), {}), ("GLU", (), {}),
    ("GLU", (2,), {}), ("Hardsigmoid", (), {}), ("Hardsigmoid", (True,), {}), ("Hardswish", (), {}),
    ("Hardswish", (True,), {}), ("RReLU", (), {}), ("RReLU", (0.2, 0.4, True), {}),
]  # fmt: skip


@pytest.mark.parametrize(("name", "args", "kwargs"), MODULES)
def test_module(name, args, kwargs):
    data = rand(2, 3, 4, 6).astype("float32")
    results = []
    for package, x in (
        (minitorch_pt, minitorch_pt.from_numpy(data.copy()).requires_grad_()),
        (torch, torch.from_numpy(data.copy()).requires_grad_()),
    ):
        module = getattr(package.nn, name)(*args, **kwargs)
        package.manual_seed(0)
        y = module(x * 1)
        (y * y).sum().backward()
        results.append(
            (repr(module), dict(module.state_dict()), [y.detach(), x.grad, *(p.grad for p in module.parameters())])
        )
    assert results[0][0] == results[1][0]
    assert_same(results[0][1], results[1][1])
    assert_same(results[0][2], results[1][2])


@pytest.mark.parametrize("name", ["CELU", "ELU", "GLU", "Hardsigmoid", "Hardswish", "RReLU"])
def test_signature(name):
    ours, theirs = (
        inspect.signature(getattr(package.nn, name)).parameters.values() for package in (minitorch_pt, torch)
    )
    assert [(p.name, p.default, p.kind) for p in ours] == [(p.name, p.default, p.kind) for p in theirs]


@pytest.mark.parametrize(("name", "args", "kwargs"), MODULES)
def test_pickle(name, args, kwargs):
    module = getattr(minitorch_pt.nn, name)(*args, **kwargs)
    assert repr(pickle.loads(pickle.dumps(module))) == repr(module)


@pytest.mark.parametrize(
    "name",
    "ReLU SELU SiLU Mish LeakyReLU ELU ReLU6 Hardtanh CELU RReLU Hardswish Hardsigmoid".split(),
)
def test_inplace(name):
    x = minitorch_pt.tensor([-1.0, 3.0])
    assert getattr(minitorch_pt.nn, name)(inplace=True)(x) is x


@pytest.mark.parametrize("name", ["Softmax", "Softmin", "LogSoftmax"])
def test_softmax_without_axis(name):
    theirs, ours = getattr(torch.nn, name)(), getattr(minitorch_pt.nn, name)()
    assert repr(ours) == repr(theirs)
    data = rand(3, 4).astype("float32")
    with pytest.warns(UserWarning, match="Implicit dimension choice"):
        assert_same(ours(minitorch_pt.from_numpy(data)), theirs(torch.from_numpy(data)))


def test_softmax2d_of_three_axes_and_errors():
    data = rand(3, 4, 5).astype("float32")
    assert_same(
        minitorch_pt.nn.Softmax2d()(minitorch_pt.from_numpy(data)), torch.nn.Softmax2d()(torch.from_numpy(data))
    )
    with pytest.raises(ValueError, match="3D or 4D"):
        minitorch_pt.nn.Softmax2d()(minitorch_pt.zeros(3))


@pytest.mark.parametrize("bounds", [(1.0, -1.0), (1.0, 1.0)])
def test_hardtanh_bounds(bounds):
    for package in (torch, minitorch_pt):
        with pytest.raises(AssertionError, match="must be greater"):
            package.nn.Hardtanh(*bounds)


def test_prelu_weight():
    for package in (torch, minitorch_pt):
        module = package.nn.PReLU(2, init=0.5, dtype=package.float64)
        assert module.weight.dtype == package.float64
        assert module.weight.requires_grad
        with package.no_grad():
            module.weight.add_(1)
        module.reset_parameters()
        np.testing.assert_array_equal(module.weight.detach().numpy(), [0.5, 0.5])
