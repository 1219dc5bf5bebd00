"""ops/layers/strided.py: the transposed convolution by the places in a square, against columns, which are its plain equivalent."""

from __future__ import annotations

import numpy as np
import pytest
import torch

import minitorch_pt
from minitorch_pt.ops.layers import convolution, strided
from parity_tests.oracle import rand


def _generated(count):
    """Strides of 2 and 3, kernels twice as large, any padding and output_padding that leave something."""
    draw = np.random.Generator(np.random.PCG64(11))
    cases = []
    while len(cases) < count:
        n, channels, out, *places = (int(draw.integers(1, end)) for end in (5, 5, 5, 8, 8))
        stride = tuple(map(int, draw.integers(2, 4, 2)))
        padding, more = (tuple(int(draw.integers(0, end * s)) for s in stride) for end in (2, 1))
        size = tuple((m + 1) * s + e - 2 * p for m, s, e, p in zip(places, stride, more, padding, strict=True))
        if min(size) > 0:
            cases.append(((n, channels, *places), out, stride, padding, more, size))
    return cases


@pytest.mark.parametrize("shape, out, stride, padding, more, size", _generated(80))
def test_like_columns(monkeypatch, shape, out, stride, padding, more, size):
    monkeypatch.setattr(strided, "suits", lambda *_: False)
    y, weight, bias = rand(*shape), rand(shape[1], out, 2 * stride[0], 2 * stride[1]), rand(out)
    ours = strided.spread(y[:, :, ::-1], weight, bias, stride, padding, size)
    theirs = convolution._spread(y[:, :, ::-1], weight, bias, stride, padding, (1, 1), more, 1)
    assert ours.flags.c_contiguous
    np.testing.assert_allclose(ours, theirs, rtol=1e-12, atol=1e-13 * abs(theirs).max())


@pytest.mark.parametrize("padding", [0, 1, (1, 3)])
def test_second_derivative(monkeypatch, padding):
    monkeypatch.setattr(strided, "suits", lambda x, out, kernel, stride, *_: stride == (2, 2) and kernel == (4, 4))
    x, weight, bias = (minitorch_pt.from_numpy(rand(*s)).requires_grad_() for s in ((2, 2, 3, 4), (2, 2, 4, 4), (2,)))
    for function in (minitorch_pt.nn.functional.conv_transpose2d, minitorch_pt.nn.functional.conv2d):
        image = x if function is minitorch_pt.nn.functional.conv_transpose2d else x.detach().repeat(1, 1, 2, 2)
        leaves = image.requires_grad_(), weight, bias
        assert minitorch_pt.autograd.gradgradcheck(lambda x, w, b, f=function: f(x, w, b, 2, padding), leaves)


@pytest.mark.parametrize("value", [np.inf, np.nan])
@pytest.mark.parametrize("where", ["input", "weight"])
def test_infinite_numbers_reach_no_further_than_with_columns(monkeypatch, where, value):
    numbers = {"input": rand(8, 16, 9, 9), "weight": rand(16, 8, 4, 4)}
    numbers[where][1, 2, 0, 1] = value
    x, weight = (minitorch_pt.from_numpy(a.astype("float32")) for a in numbers.values())
    quick = minitorch_pt.nn.functional.conv_transpose2d(x, weight, stride=2, padding=1)
    monkeypatch.setattr(strided, "suits", lambda *_: False)
    plain = minitorch_pt.nn.functional.conv_transpose2d(x, weight, stride=2, padding=1)
    np.testing.assert_allclose(quick.numpy(), plain.numpy(), rtol=1e-5, atol=1e-4)


@pytest.mark.parametrize("channels, out, places", [(128, 64, 4), (64, 32, 8), (32, 16, 16)])
def test_errors_within_four_times_those_of_torch(channels, out, places):
    draw = np.random.Generator(np.random.PCG64(out))
    x, weight = draw.standard_normal((16, channels, places, places)), draw.standard_normal((channels, out, 4, 4)) * 0.1

    def transposed(t, dtype):
        arguments = (t.tensor(a.astype(dtype)) for a in (x, weight))
        return t.nn.functional.conv_transpose2d(*arguments, stride=2, padding=1).numpy()

    exact, theirs = transposed(torch, "float64"), transposed(torch, "float32")
    ours = transposed(minitorch_pt, "float32")
    assert np.mean((ours - exact) ** 2) <= 16 * np.mean((theirs - exact) ** 2)
    assert abs(ours - exact).max() <= 4 * abs(theirs - exact).max()


def test_where_it_is_used(monkeypatch):
    """Single precision, a kernel of twice the stride, eight channels or more on both sides."""
    used = []
    monkeypatch.setattr(strided, "spread", lambda y, weight, *_: used.append(weight.shape))
    for dtype in (minitorch_pt.float32, minitorch_pt.float64):
        for channels, out, kernel, stride in ((8, 8, 4, 2), (8, 8, 3, 2), (8, 3, 4, 2), (8, 8, 6, 3), (8, 8, 4, 4)):
            x = minitorch_pt.ones(8, channels, 12, 12, dtype=dtype)
            weight = minitorch_pt.ones(channels, out, kernel, kernel, dtype=dtype)
            minitorch_pt.nn.functional.conv_transpose2d(x, weight, stride=stride)
    assert used == [(8, 8, 4, 4), (8, 8, 6, 6)]
