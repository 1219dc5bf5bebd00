"""nn.init: every initialiser bit for bit with torch from the same seed, and what each refuses."""

from __future__ import annotations

import numpy as np
import pytest
import torch

import minitorch_pt
from parity_tests.oracle import same_program

# name, arguments
FILLS = [
    ("uniform_", (-1.0, 2.0)),
    ("normal_", (1.0, 3.0)),
    ("trunc_normal_", (0.0, 1.0, -1.0, 0.5)),
    ("trunc_normal_", (0.0, 0.5, 0.75, 2.0)),  # far out in the tail: another way of drawing
    ("constant_", (0.25,)),
    ("ones_", ()),
    ("zeros_", ()),
    ("xavier_uniform_", (2.0,)),
    ("xavier_normal_", (2.0,)),
    ("kaiming_uniform_", (0.1, "fan_in", "leaky_relu")),
    ("kaiming_uniform_", (0, "fan_out", "relu")),
    ("kaiming_normal_", (0.1, "fan_in", "leaky_relu")),
    ("kaiming_normal_", (0, "fan_out", "tanh")),
]


@pytest.mark.parametrize("shape", [(3, 5), (20, 30), (4, 3, 2, 2)], ids=str)
@pytest.mark.parametrize("dtype", ["float32", "float64"])
@pytest.mark.parametrize(("name", "args"), FILLS, ids=[f"{name}{args}" for name, args in FILLS])
def test_fills_bit_for_bit(name, args, dtype, shape):
    def fill(package):
        package.manual_seed(3)
        tensor = package.empty(*shape, dtype=getattr(package, dtype), requires_grad=True)
        assert getattr(package.nn.init, name)(tensor, *args) is tensor
        assert tensor.is_leaf and tensor.grad_fn is None
        return tensor.detach().numpy()

    np.testing.assert_array_equal(fill(minitorch_pt), fill(torch))


@pytest.mark.parametrize(
    ("name", "shape", "args"),
    [
        ("eye_", (3, 5), ()),
        ("dirac_", (4, 3, 3), ()),
        ("dirac_", (4, 2, 3, 3), (2,)),
        ("dirac_", (2, 2, 3, 3, 3), ()),
    ],
)
def test_identities(name, shape, args):
    same_program(lambda package: getattr(package.nn.init, name)(package.empty(*shape), *args))


@pytest.mark.parametrize("shape", [(3, 5), (5, 3), (4, 2, 3)], ids=str)
def test_orthogonal(shape):
    def program(package):
        package.manual_seed(1)
        return package.nn.init.orthogonal_(package.empty(*shape, dtype=package.float64), 1.5)

    same_program(program)


def test_sparse():
    def program(package):
        package.manual_seed(1)
        return package.nn.init.sparse_(package.empty(6, 4), sparsity=0.3, std=0.1)

    same_program(program, rtol=0)


@pytest.mark.parametrize(
    ("nonlinearity", "param"),
    [
        *((name, None) for name in ("linear", "conv1d", "conv2d", "conv3d", "conv_transpose2d", "sigmoid", "tanh")),
        *((name, None) for name in ("relu", "selu", "leaky_relu", "no such")),
        ("leaky_relu", 0.2),
        ("leaky_relu", True),
        ("leaky_relu", "steep"),
    ],
)
def test_calculate_gain(nonlinearity, param):
    same_program(lambda package: float(package.nn.init.calculate_gain(nonlinearity, param)))


@pytest.mark.parametrize(
    ("name", "shape", "args"),
    [
        ("xavier_uniform_", (3,), ()),
        ("xavier_normal_", (3,), ()),
        ("kaiming_uniform_", (3,), ()),
        ("kaiming_normal_", (3,), ()),
        ("kaiming_uniform_", (3, 3), (0, "fan_middle")),
        ("kaiming_normal_", (3, 3), (0, "fan_middle")),
        ("kaiming_normal_", (3, 3), (0, "fan_in", "no such")),
        ("eye_", (3,), ()),
        ("dirac_", (3, 3), ()),
        ("dirac_", (3, 3, 3), (2,)),
        ("orthogonal_", (3,), ()),
        ("sparse_", (3,), (0.1,)),
    ],
)
def test_refuses(name, shape, args):
    same_program(lambda package: getattr(package.nn.init, name)(package.empty(*shape), *args))


@pytest.mark.parametrize("name", [
    "uniform", "normal", "constant", "eye", "dirac", "xavier_uniform", "xavier_normal", "kaiming_uniform",
    "kaiming_normal", "orthogonal", "sparse",
])  # fmt: skip
def test_first_names(name):
    """Without the underscore, and with a warning."""

    def program(package):
        package.manual_seed(0)
        tensor = package.empty(3, 3, 2) if name == "dirac" else package.empty(3, 3)
        arguments = {"constant": (0.5,), "sparse": (0.5,)}.get(name, ())
        with pytest.warns(FutureWarning, match=f"in favor of `nn.init.{name}_`"):
            return getattr(package.nn.init, name)(tensor, *arguments)

    same_program(program, rtol=1e-5 if name == "orthogonal" else None)  # another LAPACK
