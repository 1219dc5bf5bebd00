"""nn/modules/pooling.py against torch."""

from __future__ import annotations

import inspect

import pytest
import torch

import minitorch_pt
from minitorch_pt.nn.modules import pooling
from parity_tests.oracle import rand, same_program

SIZES = (7, 8, 6)


@pytest.mark.parametrize("name", pooling.__all__)
def test_signature(name):
    ours, theirs = (
        [(p.name, p.default, p.kind) for p in inspect.signature(getattr(package.nn, name)).parameters.values()]
        for package in (minitorch_pt, torch)
    )
    assert ours == theirs
    ours, theirs = (
        list(inspect.signature(getattr(package.nn, name).forward).parameters) for package in (minitorch_pt, torch)
    )
    assert ours == theirs


def test_all_names():
    assert sorted(pooling.__all__) == sorted(torch.nn.modules.pooling.__all__)


LAYERS = [
    *((f"MaxPool{d}d", options) for d in (1, 2, 3) for options in ({"kernel_size": 2}, {"kernel_size": (2,) * d, "stride": 1}, {"kernel_size": 3, "stride": 2, "padding": 1, "ceil_mode": True}, {"kernel_size": 2, "dilation": 2, "return_indices": True})),
    *((f"AvgPool{d}d", options) for d in (1, 2, 3) for options in ({"kernel_size": 2}, {"kernel_size": (2,) * d, "stride": 1}, {"kernel_size": 3, "stride": 2, "padding": 1, "ceil_mode": True, "count_include_pad": False})),
    *((f"AvgPool{d}d", {"kernel_size": 2, "divisor_override": 3}) for d in (2, 3)),
    *((f"LPPool{d}d", options) for d in (1, 2, 3) for options in ({"norm_type": 2, "kernel_size": 2}, {"norm_type": 1.5, "kernel_size": 3, "stride": 2, "ceil_mode": True})),
    *((f"AdaptiveAvgPool{d}d", {"output_size": size}) for d in (1, 2, 3) for size in (3, 1, (4,) * d)),
    *((f"AdaptiveMaxPool{d}d", {"output_size": size, "return_indices": indices}) for d in (1, 2, 3) for size in (3, (4,) * d) for indices in (False, True)),
    ("AdaptiveAvgPool2d", {"output_size": (None, 3)}), ("AdaptiveMaxPool3d", {"output_size": (None, 3, None)}),
    *((f"FractionalMaxPool{d}d", options) for d in (2, 3) for options in ({"kernel_size": 2, "output_size": 3}, {"kernel_size": (2,) * d, "output_ratio": 0.5, "return_indices": True}, {"kernel_size": 2, "output_size": (3,) * d})),
]  # fmt: skip


@pytest.mark.parametrize("name, options", LAYERS, ids=str)
@pytest.mark.parametrize("lead", [(2, 3), (3,)])
def test_layer(name, options, lead):
    def program(t):
        t.manual_seed(3)
        layer = getattr(t.nn, name)(**options)
        x = t.tensor(abs(rand(*lead, *SIZES[: int(name[-2])])).tolist(), dtype=t.float64, requires_grad=True)
        y = layer(x)
        values = y[0] if isinstance(y, tuple) else y
        (values**2).sum().backward()
        state = {key: value for key, value in layer.state_dict().items()}
        return repr(layer), state, [v.detach() for v in y] if isinstance(y, tuple) else y.detach(), x.grad

    same_program(program)


@pytest.mark.parametrize("d", [1, 2, 3])
@pytest.mark.parametrize("options", [{"kernel_size": 2}, {"kernel_size": 3, "stride": 2, "padding": 1}])
def test_unpooling_undoes_pooling(d, options):
    def program(t):
        x = t.tensor(rand(2, 3, *SIZES[:d]).tolist(), dtype=t.float64, requires_grad=True)
        layer = getattr(t.nn, f"MaxUnpool{d}d")(**options)
        y, places = getattr(t.nn, f"MaxPool{d}d")(**options, return_indices=True)(x)
        # of overlapping windows torch's threads write in any order, but what they write is the same element
        back = layer(y, places, output_size=x.size())
        back.sum().backward()
        return repr(layer), back.detach(), x.grad

    same_program(program)


def test_samples_given():
    def program(t):
        layer = t.nn.FractionalMaxPool2d(2, 3, _random_samples=t.tensor(rand(2, 3, 2, low=0, high=1).tolist()))
        return dict(layer.state_dict()), layer(t.tensor(rand(2, 3, 7, 7).tolist()))

    same_program(program)


@pytest.mark.parametrize("program", [
    lambda t: t.nn.FractionalMaxPool2d(2), lambda t: t.nn.FractionalMaxPool2d(2, 3, 0.5), lambda t: t.nn.FractionalMaxPool3d(2),
    lambda t: t.nn.FractionalMaxPool3d(2, 3, 0.5), lambda t: t.nn.FractionalMaxPool3d(0, 3), lambda t: t.nn.FractionalMaxPool3d((2, 0, 2), 3),
    lambda t: t.nn.FractionalMaxPool2d(2, output_ratio=1.0), lambda t: t.nn.FractionalMaxPool3d(2, output_ratio=(0.5, 0.5, 0.0)),
    lambda t: t.nn.MaxPool2d(2)(t.zeros(4, 4)), lambda t: t.nn.MaxPool2d(5)(t.zeros(1, 4, 4)), lambda t: t.nn.AvgPool1d(2)(t.zeros(1, 1, 4, 4)),
    lambda t: t.nn.MaxPool1d(2)(t.zeros(1, 1, 4, 4)), lambda t: t.nn.MaxPool3d(2)(t.zeros(4, 4, 4)), lambda t: t.nn.AdaptiveAvgPool2d(-1)(t.zeros(1, 4, 4)),
])  # fmt: skip
def test_errors(program):
    with pytest.raises((ValueError, RuntimeError)):
        program(torch)
    same_program(program)


@pytest.mark.parametrize("name", ["MaxUnpool1d", "MaxUnpool2d", "MaxUnpool3d"])
def test_unpool_text(name):
    same_program(lambda t: repr(getattr(t.nn, name)(3, stride=2, padding=1)))
