"""nn/modules/padding.py against torch."""

from __future__ import annotations

import pytest
import torch

import minitorch_pt
from parity_tests.oracle import assert_same, rand, same_program, to_ours, to_theirs

LAYERS = {
    "ZeroPad1d": (), "ZeroPad2d": (), "ZeroPad3d": (), "ConstantPad1d": (3.5,), "ConstantPad2d": (3.5,), "ConstantPad3d": (3.5,),
    "ReflectionPad1d": (), "ReflectionPad2d": (), "ReflectionPad3d": (), "CircularPad1d": (), "CircularPad2d": (), "CircularPad3d": (),
    "ReplicationPad1d": (), "ReplicationPad2d": (), "ReplicationPad3d": (),
}  # fmt: skip


@pytest.mark.parametrize("name", LAYERS)
def test_padding(name):
    axes = int(name[-2])
    for padding in (1, (2, 1, 0, 1, 1, 2)[: 2 * axes]):
        data = rand(2, 3, *(4, 5, 3)[:axes])
        results = []
        for package, x in ((minitorch_pt, to_ours(data, True)), (torch, to_theirs(data, True))):
            module = getattr(package.nn, name)(padding, *LAYERS[name])
            y = module(x)
            (y * y).sum().backward()
            results.append([repr(module), y.detach(), x.grad, module(x.detach()[0]), module.padding])
        assert_same(*results)


@pytest.mark.parametrize("axes", [1, 2, 3])
def test_circular_refuses_other_shapes(axes):
    same_program(lambda t: getattr(t.nn, f"CircularPad{axes}d")(1)(t.zeros(3)))
    same_program(lambda t: getattr(t.nn, f"CircularPad{axes}d")(1)(t.zeros(1, 1, 2, 2, 2, 2)))


def test_number_of_sides():
    with pytest.raises(ValueError, match="one number or 4"):
        minitorch_pt.nn.ZeroPad2d((1, 2))
