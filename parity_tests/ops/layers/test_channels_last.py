"""ops/layers/channels_last.py: the convolution with the channels last against columns, which are its plain equivalent."""

from __future__ import annotations

import numpy as np
import pytest
import torch

import minitorch_pt
from minitorch_pt.ops.layers import channels_last, convolution
from parity_tests.oracle import rand


def _generated(count):
    """One to three axes; kernels, strides and paddings of all kinds, kernels smaller than the stride too, which fit each other."""
    draw = np.random.Generator(np.random.PCG64(11))
    cases = []
    while len(cases) < count:
        axes = int(draw.integers(1, 4))
        n, channels, out = (int(draw.integers(1, 5)) for _ in range(3))
        size, kernel, stride, padding = (
            tuple(map(int, draw.integers(*ends, axes))) for ends in ((1, 9), (1, 6), (1, 4), (0, 4))
        )
        room = [m + 2 * p - k for m, p, k in zip(size, padding, kernel, strict=True)]
        if min(room) >= 0:
            more = tuple(r % s for r, s in zip(room, stride, strict=True))
            cases.append(((n, channels, *size), out, kernel, stride, padding, more))
    return cases  # fmt: skip


CASES = _generated(120)


@pytest.fixture
def columns(monkeypatch):
    """The rules without this way."""
    monkeypatch.setattr(channels_last, "suits", lambda *_: False)


@pytest.fixture
def always(monkeypatch):
    """This way wherever it can be gone, not only where it is the faster one."""
    monkeypatch.setattr(channels_last, "suits", lambda name, x, out, kernel, *_: True)


@pytest.mark.parametrize("shape, out, kernel, stride, padding, more", CASES)
def test_like_columns(columns, shape, out, kernel, stride, padding, more):
    x, weight, bias, back = rand(*shape), rand(out, shape[1], *kernel), rand(out), rand(shape[1])
    x, weight = x[..., ::-1], weight[::-1]
    options = stride, padding, (1,) * len(kernel), more, 1
    plain = convolution._correlate(x, weight, bias, *options)
    y = channels_last.convolved(x, weight, bias, stride, padding, plain.shape[2:])
    g = rand(*y.shape[:2], *y.shape[:1:-1], seed=1).transpose(0, 1, *range(y.ndim - 1, 1, -1))
    for ours, theirs in (
        (y, plain),
        (channels_last.spread(g, weight, back, stride, padding, shape[2:]), convolution._spread(g, weight, back, *options)),
        (channels_last.weight_gradient(x, g, kernel, stride, padding), convolution._weight_gradient.rule(x, g, kernel, *options)),
    ):  # fmt: skip
        assert ours.flags.c_contiguous and ours.dtype == theirs.dtype
        # sums in another order, some of which nearly cancel
        np.testing.assert_allclose(ours, theirs, rtol=1e-12, atol=1e-13 * max(abs(theirs).max(), 1))


@pytest.mark.parametrize("numbers", [1, 30, 200, 1000])
@pytest.mark.parametrize("shape, out, kernel, stride, padding, more", CASES[:12])
def test_small_blocks(monkeypatch, shape, out, kernel, stride, padding, more, numbers):
    """Blocks of a few images, of one, and of some of its lines, the last ones smaller than the others, give the same."""
    x, weight = rand(*shape), rand(out, shape[1], *kernel)
    size = convolution.window_places(shape[2:], kernel, stride, padding, (1,) * len(kernel), more)

    def all_three():
        y = channels_last.convolved(x, weight, None, stride, padding, tuple(size))
        of_x = channels_last.spread(y, weight, None, stride, padding, shape[2:])
        return y, of_x, channels_last.weight_gradient(x, y, kernel, stride, padding)

    whole = all_three()
    monkeypatch.setattr(channels_last, "_CHUNK", numbers)
    for ours, theirs in zip(all_three(), whole, strict=True):
        # the gradient of the weight adds up block by block
        np.testing.assert_allclose(ours, theirs, rtol=1e-11, atol=1e-12 * max(abs(theirs).max(), 1))


@pytest.mark.parametrize("name, shape, kernel, options", [
    ("conv2d", (2, 2, 5, 6), (3, 4), {"stride": 2, "padding": 1}), ("conv2d", (2, 2, 6, 5), (3, 2), {"stride": (1, 3), "padding": (0, 1)}),
    ("conv1d", (2, 2, 7), (4,), {"stride": 2}), ("conv3d", (1, 2, 3, 4, 3), (2, 3, 2), {"padding": 1}),
    ("conv_transpose2d", (2, 2, 3, 4), (4, 4), {"stride": 2, "padding": 1}), ("conv_transpose2d", (2, 2, 3, 2), (3, 2), {"stride": 3, "output_padding": 1}),
])  # fmt: skip
def test_second_derivative(always, name, shape, kernel, options):
    leaves = tuple(minitorch_pt.from_numpy(rand(*s)).requires_grad_() for s in (shape, (2, 2, *kernel), (2,)))
    function = getattr(minitorch_pt.nn.functional, name)
    assert minitorch_pt.autograd.gradgradcheck(lambda x, w, b: function(x, w, b, **options), leaves)


@pytest.mark.parametrize("value", [np.inf, np.nan])
@pytest.mark.parametrize("where", ["input", "weight", "gradient"])
@pytest.mark.parametrize("name", ["conv2d", "conv_transpose2d"])
def test_infinite_numbers_reach_no_further_than_with_columns(monkeypatch, name, where, value):
    transposed = name == "conv_transpose2d"
    numbers = {
        "input": rand(8, 16, 9, 9),
        "weight": rand(16, 16, 4, 4),
        "gradient": rand(8, 16, *((18, 18) if transposed else (4, 4))),
    }
    numbers[where][1, 2, 0, 1] = value
    x, weight, g = (minitorch_pt.from_numpy(a.astype("float32")) for a in numbers.values())

    def all_three():
        leaves = [x.clone().requires_grad_(), weight.clone().requires_grad_()]
        y = getattr(minitorch_pt.nn.functional, name)(*leaves, stride=2, padding=1)
        return [y.detach().numpy(), *(d.numpy() for d in minitorch_pt.autograd.grad(y, leaves, g))]

    quick = all_three()
    monkeypatch.setattr(channels_last, "suits", lambda *_: False)
    for ours, plain in zip(quick, all_three(), strict=True):
        np.testing.assert_allclose(ours, plain, rtol=1e-5, atol=1e-4)  # float32, sums of up to 648 products


@pytest.mark.parametrize("name", ["conv2d", "conv_transpose2d"])
@pytest.mark.parametrize("channels, kernel, places", [(64, 4, 8), (32, 3, 16), (16, 7, 20)])
def test_errors_within_four_times_those_of_torch(name, channels, kernel, places):
    """Against float64, relative to the largest: the mean of the squares, and the largest."""
    draw = np.random.Generator(np.random.PCG64(channels))
    x = draw.standard_normal((8, channels, places, places))
    weight = draw.standard_normal((channels, channels, kernel, kernel)) * 0.1

    def all_three(t, dtype):
        leaves = [t.tensor(a.astype(dtype)).requires_grad_() for a in (x, weight)]
        y = getattr(t.nn.functional, name)(*leaves, stride=2, padding=1)
        g = np.random.Generator(np.random.PCG64(1)).standard_normal(tuple(y.shape))
        return [y.detach().numpy(), *(d.numpy() for d in t.autograd.grad(y, leaves, t.tensor(g.astype(dtype))))]

    exact = all_three(torch, "float64")
    for true, ours, theirs in zip(exact, all_three(minitorch_pt, "float32"), all_three(torch, "float32"), strict=True):
        assert np.mean((ours - true) ** 2) <= 16 * np.mean((theirs - true) ** 2)
        assert abs(ours - true).max() <= 4 * abs(theirs - true).max()


def test_where_it_is_used(monkeypatch):
    """Eight channels of the image or more, or short lines; kernels that overlap; forward where places do not follow each other."""
    used = []
    monkeypatch.setattr(channels_last, "convolved", lambda x, weight, *_: used.append(("convolved", *weight.shape)))
    monkeypatch.setattr(channels_last, "spread", lambda y, weight, *_: used.append(("spread", *weight.shape)))
    F = minitorch_pt.nn.functional
    for channels, kernel, stride in ((8, 4, 2), (2, 4, 2), (8, 2, 2), (8, 2, 1)):
        x, weight = minitorch_pt.ones(8, channels, 12, 12), minitorch_pt.ones(9, channels, kernel, kernel)
        F.conv_transpose2d(F.conv2d(x, weight, stride=stride), weight, stride=stride)
    F.conv3d(minitorch_pt.ones(2, 4, 6, 6, 6), minitorch_pt.ones(5, 4, 3, 3, 3))
    F.conv2d(minitorch_pt.ones(8, 8, 12, 12), minitorch_pt.ones(9, 8, 4, 4), stride=2, dilation=2)
    F.conv2d(minitorch_pt.ones(8, 8, 12, 12), minitorch_pt.ones(8, 4, 4, 4), stride=2, groups=2)
    F.conv_transpose2d(minitorch_pt.ones(8, 8, 1, 1), minitorch_pt.ones(8, 8, 4, 4))  # over zeros, most of all
    assert used == [("convolved", 9, 8, 4, 4), ("spread", 9, 8, 4, 4), ("convolved", 5, 4, 3, 3, 3)]
