"""ops/layers/winograd.py: Winograd's convolution against columns, which are its plain equivalent, and its errors against torch's."""

from __future__ import annotations

import numpy as np
import pytest
import torch

import minitorch_pt
from minitorch_pt.ops.layers import convolution, winograd
from parity_tests.oracle import rand


def _arguments(padding):
    """(stride, padding, dilation, output_padding, groups)."""
    return (1, 1), padding, (1, 1), (0, 0), 1


def _convolved(x, weight, bias, padding):
    size = tuple(n + 2 * p + 1 - k for n, p, k in zip(x.shape[2:], padding, weight.shape[2:], strict=True))
    return winograd.convolved(x, weight, bias, (1, 1), padding, size)


def _spread(y, weight, bias, padding):
    size = tuple(n - 2 * p - 1 + k for n, p, k in zip(y.shape[2:], padding, weight.shape[2:], strict=True))
    return winograd.spread(y, weight, bias, (1, 1), padding, size)


def _weight_gradient(x, y, kernel, padding):
    return winograd.weight_gradient(x, y, kernel, (1, 1), padding)


def _generated(count):
    """Sizes of all kinds: images of no whole number of tiles, narrow ones, single channels."""
    draw = np.random.Generator(np.random.PCG64(5))
    for _ in range(count):
        n, channels, out = (int(draw.integers(*ends)) for ends in ((1, 6), (1, 9), (1, 9)))
        k = int(draw.choice([3, 5]))
        padding = tuple(map(int, draw.integers(0, k, 2)))
        size = [int(draw.integers(max(1, k - 2 * p), 15)) for p in padding]
        yield (n, channels, *size), out, (k, k), padding


CASES = list(_generated(40))


@pytest.fixture
def columns(monkeypatch):
    """The rules without Winograd's way."""
    monkeypatch.setattr(winograd, "suits", lambda *_: False)


@pytest.fixture
def always(monkeypatch):
    """Winograd's way wherever it can be gone, not only where it is the faster one."""

    def able(name, x, out, kernel, stride, padding, dilation, groups):
        return tuple(kernel) == (3, 3) and max(*stride, *dilation, groups) == 1 and max(padding) < 3

    monkeypatch.setattr(winograd, "suits", able)


@pytest.mark.parametrize("rows", [3, 5])
def test_matrices(rows):
    """y[i] = g[0] d[i] + g[1] d[i + 1] + g[2] d[i + 2] + ... with six products."""
    to_rows, to_values, of_kernel = winograd.transforms(rows)
    d, g = rand(6), rand(rows)
    y = to_rows @ ((of_kernel @ g) * (to_values @ d))
    np.testing.assert_allclose(y, np.correlate(d, g), rtol=1e-13, atol=1e-13)
    for matrix in (to_rows, to_values):  # no rounding on the way to single precision
        np.testing.assert_array_equal(matrix, matrix.astype(np.float32))


@pytest.mark.parametrize("layout", ["contiguous", "channels last", "every second"])
@pytest.mark.parametrize("shape, out, kernel, padding", CASES)
def test_like_columns(columns, shape, out, kernel, padding, layout):
    n, channels, height, width = shape
    x, weight, bias = rand(*shape), rand(out, channels, *kernel), rand(out)
    if layout == "channels last":
        x, weight = np.array(x, order="F").transpose(0, 1, 2, 3), weight[:, :, ::-1].swapaxes(2, 3)
    elif layout == "every second":
        x, weight = rand(n, channels, 2 * height, 2 * width)[:, :, ::2, ::2], rand(2 * out, channels, *kernel)[::2]
    y = _convolved(x, weight, bias, padding)
    plain = convolution._correlate(x, weight, bias, *_arguments(padding))
    g = rand(*y.shape, seed=1)
    for ours, theirs in (
        (y, plain),
        (_spread(g, weight, rand(channels), padding), convolution._spread(g, weight, rand(channels), *_arguments(padding))),
        (_weight_gradient(x, g, kernel, padding), convolution._weight_gradient.rule(x, g, kernel, *_arguments(padding))),
    ):  # fmt: skip
        assert ours.flags.c_contiguous and ours.dtype == theirs.dtype
        np.testing.assert_allclose(ours, theirs, rtol=1e-12, atol=1e-13 * abs(theirs).max())


@pytest.mark.parametrize("shape, out, kernel, padding", CASES[:8])
def test_small_blocks(columns, monkeypatch, shape, out, kernel, padding):
    """Blocks of an image and a tile of rows, the last ones smaller than the others, and sums of few channels, give the same."""
    x, weight = rand(*shape), rand(out, shape[1], *kernel)
    whole = _convolved(x, weight, None, padding)
    g = rand(*whole.shape, seed=1)
    sum_of_whole = _weight_gradient(x, g, kernel, padding)
    for bytes_, pixels in ((1, 1), (1, 2 * (shape[3] + padding[1]) + 1), (1 << 14, 1)):
        monkeypatch.setattr(winograd, "_BYTES", bytes_)
        monkeypatch.setattr(winograd, "_PIXELS", pixels)
        # sums of other blocks, of parts that nearly cancel
        np.testing.assert_allclose(_convolved(x, weight, None, padding), whole, rtol=1e-11, atol=1e-12)
        np.testing.assert_allclose(_weight_gradient(x, g, kernel, padding), sum_of_whole, rtol=1e-11, atol=1e-11)
    for channels in (1, 2, 3):
        monkeypatch.setattr(winograd, "_CHANNELS", channels)
        np.testing.assert_allclose(_convolved(x, weight, None, padding), whole, rtol=1e-11, atol=1e-12)


@pytest.mark.parametrize("transposed", [False, True])
@pytest.mark.parametrize("padding", [0, 1, (2, 0)])
def test_second_derivative(always, padding, transposed):
    function = minitorch_pt.nn.functional.conv_transpose2d if transposed else minitorch_pt.nn.functional.conv2d
    shapes = (2, 2, 4, 5), (2, 3, 3, 3) if transposed else (3, 2, 3, 3), (3,)
    leaves = tuple(minitorch_pt.from_numpy(rand(*shape)).requires_grad_() for shape in shapes)
    assert minitorch_pt.autograd.gradgradcheck(lambda x, w, b: function(x, w, b, padding=padding), leaves)


@pytest.mark.parametrize("kernel", [3, 5])
@pytest.mark.parametrize("shape, out", [((4, 64, 16, 16), 64), ((4, 32, 28, 28), 64), ((8, 16, 32, 32), 16), ((8, 32, 16, 16), 32), ((8, 64, 8, 8), 64),
                                        ((8, 128, 8, 8), 128), ((2, 256, 8, 8), 256), ((2, 8, 7, 9), 8)])  # fmt: skip
def test_errors_within_four_times_those_of_torch(shape, out, kernel):
    """Against float64, relative to the largest: the mean of the squares, and the largest."""
    draw = np.random.Generator(np.random.PCG64(out))
    x, weight = draw.standard_normal(shape), draw.standard_normal((out, shape[1], kernel, kernel)) * 0.1
    g = draw.standard_normal((shape[0], out, *shape[2:]))

    def all_three(t, dtype):
        leaves = [t.tensor(a.astype(dtype)).requires_grad_() for a in (x, weight)]
        y = t.nn.functional.conv2d(*leaves, padding=kernel // 2)
        return [y.detach().numpy(), *(d.numpy() for d in t.autograd.grad(y, leaves, t.tensor(g.astype(dtype))))]

    exact = all_three(torch, "float64")
    for true, ours, theirs in zip(exact, all_three(minitorch_pt, "float32"), all_three(torch, "float32"), strict=True):
        mine, his = (np.sqrt(np.mean((a - true) ** 2)) for a in (ours, theirs))
        assert mine <= 4 * his, (mine, his)
        mine, his = (abs(a - true).max() for a in (ours, theirs))
        assert mine <= 4 * his, (mine, his)


@pytest.mark.parametrize("value", [np.inf, np.nan, 3e38])
@pytest.mark.parametrize("where", ["input", "weight", "gradient"])
def test_infinite_numbers_reach_no_further_than_with_columns(monkeypatch, where, value):
    numbers = {"input": rand(4, 8, 16, 17), "weight": rand(9, 8, 3, 3), "gradient": rand(4, 9, 16, 17)}
    numbers[where][1, 2, 0, 1] = value
    x, weight, g = (minitorch_pt.from_numpy(a.astype("float32")) for a in numbers.values())

    def all_three():
        leaves = [x.clone().requires_grad_(), weight.clone().requires_grad_()]
        y = minitorch_pt.nn.functional.conv2d(*leaves, padding=1)
        return [y.detach().numpy(), *(d.numpy() for d in minitorch_pt.autograd.grad(y, leaves, g))]

    quick = all_three()
    monkeypatch.setattr(winograd, "suits", lambda *_: False)
    for ours, plain in zip(quick, all_three(), strict=True):
        np.testing.assert_allclose(ours, plain, rtol=1e-5, atol=1e-4)


def test_where_it_is_used(monkeypatch):
    """Single precision and eight channels or more; double precision keeps all its digits."""
    used = []
    monkeypatch.setattr(winograd, "convolved", lambda *args, **kwargs: used.append(args[0].dtype.name))
    for dtype in (minitorch_pt.float32, minitorch_pt.float64):
        for channels in (3, 8):
            x = minitorch_pt.ones(8, channels, 16, 16, dtype=dtype)
            minitorch_pt.nn.functional.conv2d(x, minitorch_pt.ones(4, channels, 3, 3, dtype=dtype))
    assert used == ["float32"]
