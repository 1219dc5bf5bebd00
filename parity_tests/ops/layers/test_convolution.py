"""ops/layers/convolution.py against torch."""

from __future__ import annotations

import numpy as np
import pytest

import minitorch_pt
from minitorch_pt.ops.layers import convolution
from parity_tests.oracle import check, check_error, rand, randint, same_program

# torch warns, once a process, that it copies the input where 'same' needs more zeros at one end
pytestmark = pytest.mark.filterwarnings("ignore:Using padding='same':UserWarning")
FORWARD = [
    {}, {"stride": 2}, {"stride": 3}, {"padding": 1}, {"padding": 2, "stride": 2}, {"dilation": 2}, {"groups": 2}, {"padding": "same"}, {"padding": "valid"},
    {"padding": "same", "dilation": 2}, {"stride": 2, "padding": 1, "dilation": 2, "groups": 2}, {"stride": (2,), "padding": [1]},
]  # fmt: skip
BACK = [
    {}, {"stride": 2}, {"stride": 3, "output_padding": 2}, {"padding": 1}, {"dilation": 2, "output_padding": 1}, {"groups": 2},
    {"stride": 2, "padding": 1, "output_padding": 1, "groups": 2, "dilation": 2}, {"stride": (1,), "dilation": 3, "output_padding": 2},
]  # fmt: skip
SIZES = [(7,), (5, 6), (5, 6, 4)]
KERNELS = [(3,), (3, 2), (3, 2, 1)]


@pytest.mark.parametrize("options", FORWARD)
@pytest.mark.parametrize("bias", [True, False])
@pytest.mark.parametrize("n", [1, 2, 3])
def test_conv(n, bias, options):
    weight = rand(6, 4 // options.get("groups", 1), *KERNELS[n - 1])
    check(f"conv{n}d", rand(2, 4, *SIZES[n - 1]), weight, *([rand(6)] if bias else []), **options, second=not bias)


@pytest.mark.parametrize("options", BACK)
@pytest.mark.parametrize("bias", [True, False])
@pytest.mark.parametrize("n", [1, 2, 3])
def test_conv_transpose(n, bias, options):
    weight = rand(4, 6 // options.get("groups", 1), *KERNELS[n - 1])
    check(
        f"conv_transpose{n}d",
        rand(2, 4, *SIZES[n - 1]),
        weight,
        *([rand(6)] if bias else []),
        **options,
        second=not bias,
    )


@pytest.mark.parametrize("options", [
    {"stride": (2, 3), "padding": (0, 2), "dilation": (2, 1)}, {"padding": "same", "dilation": (1, 3)}, {"stride": (5, 7)},
])  # fmt: skip
def test_options_for_each_axis(options):
    check("conv2d", rand(2, 3, 6, 7), rand(4, 3, 2, 3), **options, second=True)


def test_output_padding_beyond_the_stride():
    check(
        "conv_transpose2d",
        rand(2, 2, 4, 4),
        rand(2, 2, 4, 5),
        stride=(3, 2),
        padding=(1, 2),
        output_padding=(2, 3),
        groups=2,
        dilation=(4, 4),
        second=True,
    )


@pytest.mark.parametrize("name, weight", [
    ("conv1d", (4, 3, 2)), ("conv2d", (4, 3, 2, 3)), ("conv3d", (4, 3, 2, 3, 1)),
    ("conv_transpose1d", (3, 4, 2)), ("conv_transpose2d", (3, 4, 2, 3)), ("conv_transpose3d", (3, 4, 2, 3, 1)),
])  # fmt: skip
def test_unbatched_and_empty_batch(name, weight):
    size = (5, 6, 4)[: len(weight) - 2]
    check(name, rand(3, *size), rand(*weight), second=True)
    check(name, rand(0, 3, *size), rand(*weight), rand(4))


@pytest.mark.parametrize("options", [{"padding": "same"}, {"padding": "same", "dilation": 3}])
def test_unbatched_same(options):
    check("conv2d", rand(3, 8, 7), rand(4, 3, 2, 3), **options)


def test_depthwise_and_one_by_one():
    check("conv2d", rand(2, 4, 5, 5), rand(8, 1, 3, 3), groups=4, second=True)
    check("conv2d", rand(2, 4, 5, 5), rand(3, 4, 1, 1), second=True)


def test_third_order():
    def program(t):
        leaves = [
            t.tensor(rand(*s).tolist(), dtype=t.float64, requires_grad=True) for s in ((1, 2, 6), (3, 2, 3), (3,))
        ]
        y = t.conv1d(*leaves, stride=2, padding=1) ** 3
        first = t.autograd.grad(y.sum(), leaves, create_graph=True)
        second = t.autograd.grad(sum((g**2).sum() for g in first), leaves, create_graph=True)
        return list(t.autograd.grad(sum((g**2).sum() for g in second), leaves))

    same_program(program)


def test_not_contiguous():
    def program(t):
        x = t.tensor(rand(2, 6, 5, 3).tolist(), requires_grad=True)
        w = t.tensor(rand(3, 2, 3, 4).tolist(), requires_grad=True)
        y = t.conv2d(x.permute(0, 3, 2, 1)[:, :, :, ::2], w.permute(3, 0, 1, 2))
        return [y.detach(), *t.autograd.grad((y**2).sum(), [x, w])]

    same_program(program)


def test_several_chunks(monkeypatch):
    """The columns of few samples at a time give what all at once do."""
    monkeypatch.setattr(convolution, "_CHUNK", 100)
    check("conv2d", rand(5, 3, 6, 6), rand(4, 3, 3, 3), padding=1, second=True)
    check("conv_transpose2d", rand(5, 3, 6, 6), rand(3, 4, 3, 3), padding=1, stride=2, second=True)


@pytest.mark.parametrize("name", ["conv2d", "conv_transpose2d"])
def test_other_types(name):
    check(name, randint(-5, 5, (2, 3, 5, 5)), randint(-5, 5, (3, 3, 2, 2)), randint(-5, 5, (3,)))
    # torch sums half precision in another order
    check(name, rand(2, 3, 5, 5), rand(3, 3, 2, 2), rand(3), dtypes=("float16",), grad_fn=False)
    boolean = np.ones((1, 1, 3, 3), bool)
    check_error(name, boolean, boolean)


INPUT, WEIGHT = rand(2, 3, 8, 8), rand(4, 3, 2, 2)


@pytest.mark.parametrize("args, options", [
    ((INPUT, WEIGHT), {"stride": 0}), ((INPUT, WEIGHT), {"padding": -1}), ((INPUT, WEIGHT), {"dilation": 0}), ((INPUT, WEIGHT), {"groups": 0}),
    ((INPUT, WEIGHT), {"groups": 2}), ((INPUT, WEIGHT), {"groups": 5}), ((INPUT, WEIGHT), {"groups": 3}), ((INPUT, WEIGHT), {"padding": "nowhere"}),
    ((INPUT, WEIGHT), {"padding": "same", "stride": 2}), ((INPUT, WEIGHT), {"padding": "same", "dilation": -1}), ((INPUT, WEIGHT), {"padding": (1, 1, 1)}), ((INPUT, WEIGHT), {"stride": 1.5}),
    ((INPUT, WEIGHT), {"stride": "2"}), ((INPUT, rand(4, 3, 9, 9)), {}), ((INPUT, rand(4, 3, 5, 5)), {"dilation": 2}), ((INPUT, WEIGHT, rand(3)), {}),
    ((INPUT, WEIGHT, rand(4, 1)), {}), ((INPUT, WEIGHT.astype("float32")), {}), ((INPUT, WEIGHT, rand(4).astype("float32")), {}),
    ((INPUT, rand(4, 3, 2)), {}), ((rand(3, 8), WEIGHT), {}), ((rand(2, 3, 0, 8), WEIGHT), {}), ((rand(2, 3, 0, 8), WEIGHT), {"padding": 1}),
    ((INPUT, rand(4, 3, 0, 2)), {}), ((INPUT, rand(0, 3, 2, 2)), {}),
])  # fmt: skip
def test_errors(args, options):
    check_error("conv2d", *args, **options)


@pytest.mark.parametrize("args, options", [
    ((INPUT, rand(3, 4, 2, 2)), {"output_padding": 1}), ((INPUT, rand(3, 4, 2, 2)), {"output_padding": -1, "stride": 2}), ((INPUT, rand(2, 4, 2, 2)), {}),
    ((INPUT, rand(3, 4, 2, 2)), {"padding": 6}), ((INPUT, rand(3, 4, 2, 2)), {"groups": 2}), ((INPUT, rand(3, 4, 2, 2)), {"padding": "same"}),
    ((rand(2, 4, 8, 8), rand(4, 4, 2, 2), rand(4)), {"groups": 2}), ((rand(2, 3, 0, 8), rand(3, 4, 2, 2)), {}), ((rand(2, 0, 8, 8), rand(0, 4, 2, 2)), {}),
])  # fmt: skip
def test_errors_of_transposed(args, options):
    check_error("conv_transpose2d", *args, **options)


def test_no_channels():
    """An empty sum: the bias alone. torch returns an output without channels, against its own formula of the shape."""
    x, w = minitorch_pt.zeros(2, 0, 5, 5, requires_grad=True), minitorch_pt.zeros(4, 0, 2, 2, requires_grad=True)
    y = minitorch_pt.conv2d(x, w, minitorch_pt.ones(4))
    assert y.shape == (2, 4, 4, 4) and bool((y == 1).all())
    y.sum().backward()
    assert x.grad.shape == x.shape and w.grad.shape == w.shape


@pytest.mark.parametrize("name", ["conv2d", "conv_transpose2d"])
@pytest.mark.parametrize("channels", [1, 4])  # columns of lines, and of one long row
@pytest.mark.parametrize("where", ["input", "weight"])
def test_infinite_numbers_reach_no_further_than_their_patches(name, channels, where):
    x, weight = rand(2, channels, 6, 7), rand(*((4, channels) if name == "conv2d" else (channels, 4)), 3, 3)
    (x if where == "input" else weight)[-1, -1, -1, -1] = np.inf
    check(name, x, weight)
