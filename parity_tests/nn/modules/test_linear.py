"""Linear, Bilinear and Identity: initial weights, values, gradients, text and errors."""

from __future__ import annotations

import copy
import inspect

import pytest
import torch

import minitorch_pt
from parity_tests.oracle import same_program

pytestmark = pytest.mark.filterwarnings("ignore:Lazy modules are a new feature:UserWarning")


def layer_program(make, *shapes):
    def program(package):
        package.manual_seed(0)
        layer = make(package.nn, package)
        inputs = [package.randn(*shape, dtype=package.float64).requires_grad_() for shape in shapes]
        out = layer.to(package.float64)(*inputs)
        out.backward(package.randn(out.shape, dtype=package.float64))
        text = [repr(layer), list(layer.state_dict())]
        return [out.detach(), *(t.grad for t in (*inputs, *layer.parameters())), *layer.state_dict().values(), text]

    return program


@pytest.mark.parametrize("shape", [(3,), (4, 3), (2, 4, 3), (0, 3), (4, 5)], ids=str)
@pytest.mark.parametrize("bias", [True, False])
def test_linear(bias, shape):
    same_program(layer_program(lambda nn, package: nn.Linear(3, 2, bias=bias), shape))


@pytest.mark.parametrize("bias", [True, False])
def test_bilinear(bias):
    same_program(layer_program(lambda nn, package: nn.Bilinear(3, 4, 2, bias=bias), (5, 3), (5, 4)))


def test_identity():
    same_program(layer_program(lambda nn, package: nn.Identity(54, unused=True), (2, 3)), rtol=0)


@pytest.mark.parametrize("dtype", ["float16", "float32", "float64"])
def test_dtype(dtype):
    same_program(lambda package: [p.dtype for p in package.nn.Linear(2, 3, dtype=getattr(package, dtype)).parameters()])


@pytest.mark.parametrize("options", [{}, {"bias": False}, {"dtype": "float64"}], ids=str)
def test_lazy_linear(options):
    def program(t):
        t.manual_seed(3)
        module = t.nn.LazyLinear(4, **{k: getattr(t, v) if k == "dtype" else v for k, v in options.items()})
        seen = [repr(module), list(module.state_dict()), module.has_uninitialized_params()]
        twin, other = copy.deepcopy(module), copy.deepcopy(module)
        x = t.ones(2, 3, dtype=module.weight.dtype)
        seen += [module(x).detach(), repr(module), isinstance(module, t.nn.Linear), *module.state_dict().values()]
        twin.load_state_dict(module.state_dict())
        return [*seen, twin.in_features, twin(x).detach(), repr(twin), other(x[:, :1]).detach()]

    same_program(program)


def test_a_lazy_linear_with_loaded_weights_needs_their_number_of_features():
    def program(t):
        module = t.nn.LazyLinear(4)
        module.load_state_dict(t.nn.Linear(3, 4).state_dict())
        module(t.ones(2, 5))

    same_program(program)


@pytest.mark.parametrize("name", ["Linear", "LazyLinear", "Bilinear"])
def test_signatures(name):
    ours, theirs = (inspect.signature(getattr(p.nn, name)).parameters.values() for p in (minitorch_pt, torch))
    assert [(p.name, p.kind, p.default) for p in ours] == [(p.name, p.kind, p.default) for p in theirs]
