"""ops/layers/depthwise.py: the depthwise convolution by band matrices against columns, which are its plain equivalent."""

from __future__ import annotations

import numpy as np
import pytest

import minitorch_pt
from minitorch_pt.ops.layers import convolution, depthwise
from parity_tests.oracle import check, rand


def _generated(count):
    """Images, kernels, strides and paddings of all kinds, which fit each other."""
    draw = np.random.Generator(np.random.PCG64(7))
    cases = []
    while len(cases) < count:
        n, channels = int(draw.integers(1, 5)), int(draw.integers(2, 6))
        height, width, *kernel = (int(draw.integers(*ends)) for ends in ((1, 20), (1, 40), (1, 6), (1, 6)))
        stride, padding = (tuple(map(int, draw.integers(*ends, 2))) for ends in ((1, 4), (0, 4)))
        room = [m + 2 * p - k for m, p, k in zip((height, width), padding, kernel, strict=True)]
        if min(room) >= 0:
            cases.append(((n, channels, height, width), tuple(kernel), stride, padding, tuple(r % s for r, s in zip(room, stride, strict=True))))  # fmt: skip
    return cases


CASES = _generated(80)


@pytest.fixture
def columns(monkeypatch):
    """The rules without band matrices."""
    monkeypatch.setattr(depthwise, "suits", lambda *_: False)


@pytest.mark.parametrize("shape, kernel, stride, padding, more", CASES)
def test_like_columns(columns, shape, kernel, stride, padding, more):
    n, channels, *size = shape
    x, weight, bias = rand(n, channels, size[0], 2 * size[1])[..., ::2], rand(channels, 1, *kernel), rand(channels)
    options = stride, padding, (1, 1), more, channels
    plain = convolution._correlate(x, weight, bias, *options)
    y = depthwise.convolved(x, weight, bias, stride, padding, plain.shape[2:])
    g = rand(*y.shape[:2], *y.shape[:1:-1], seed=1).swapaxes(2, 3)
    for ours, theirs in (
        (y, plain),
        (depthwise.spread(g, weight, bias, stride, padding, tuple(size)), convolution._spread(g, weight, bias, *options)),
        (depthwise.weight_gradient(x, g, kernel, stride, padding), convolution._weight_gradient.rule(x, g, kernel, *options)),
    ):  # fmt: skip
        assert ours.flags.c_contiguous and ours.dtype == theirs.dtype
        np.testing.assert_allclose(ours, theirs, rtol=1e-12, atol=1e-13 * max(abs(theirs).max(), 1))


@pytest.mark.parametrize("options", [{"padding": 1}, {"stride": 2, "padding": 1}, {"stride": (1, 3)}])
def test_second_derivative(options):
    x, weight, bias = (minitorch_pt.from_numpy(rand(*s)).requires_grad_() for s in ((2, 3, 6, 7), (3, 1, 3, 3), (3,)))
    for function in (minitorch_pt.nn.functional.conv2d, minitorch_pt.nn.functional.conv_transpose2d):
        assert minitorch_pt.autograd.gradgradcheck(lambda x, w, b, f=function: f(x, w, b, groups=3, **options), (x, weight, bias))  # fmt: skip


@pytest.mark.parametrize("name", ["conv2d", "conv_transpose2d"])
@pytest.mark.parametrize("where", ["input", "weight"])
@pytest.mark.parametrize("value", [np.inf, np.nan])
def test_infinite_numbers_reach_no_further_than_their_patches(name, where, value):
    x, weight = rand(2, 3, 9, 7), rand(3, 1, 3, 3)
    (x if where == "input" else weight)[-1, -1, -1, -1] = value
    check(name, x, weight, groups=3, stride=2)


def test_where_it_is_used(monkeypatch):
    """One kernel for each channel, images at most 64 wide."""
    used = []
    monkeypatch.setattr(depthwise, "convolved", lambda x, *_: used.append(x.shape))
    for channels, kernels, groups, width in ((4, 4, 4, 5), (4, 8, 4, 5), (4, 4, 2, 5), (4, 4, 4, 65), (1, 1, 1, 5)):
        weight = minitorch_pt.ones(kernels, channels // groups, 3, 3)
        minitorch_pt.nn.functional.conv2d(minitorch_pt.ones(2, channels, 5, width), weight, groups=groups)
    assert used == [(2, 4, 5, 5)]
