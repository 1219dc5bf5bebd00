"""Linear, Bilinear and Identity: initial weights, values, gradients, text and errors."""

from __future__ import annotations

import pytest

from parity_tests.oracle import same_program


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
