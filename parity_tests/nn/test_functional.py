"""nn/functional.py against torch: names and signatures. The numbers are in parity_tests/ops."""

from __future__ import annotations

import inspect

import numpy as np
import pytest
import torch

import minitorch_pt
from parity_tests.oracle import check, check_error, rand, randint

F = "nn.functional."
# written in C++, without a signature that inspect could read
BUILT_IN = {
    "conv1d": "input weight bias stride padding dilation groups",
    "conv2d": "input weight bias stride padding dilation groups",
    "conv3d": "input weight bias stride padding dilation groups",
    "conv_transpose1d": "input weight bias stride padding output_padding groups dilation",
    "conv_transpose2d": "input weight bias stride padding output_padding groups dilation",
    "conv_transpose3d": "input weight bias stride padding output_padding groups dilation",
    "scaled_dot_product_attention": "query key value attn_mask dropout_p is_causal scale enable_gqa",
    "bilinear": "input1 input2 weight bias", "elu_": "input alpha", "gelu": "input approximate",
    "celu_": "input alpha", "rrelu_": "input lower upper training",
    "hardtanh_": "input min_val max_val", "leaky_relu_": "input negative_slope", "linear": "input weight bias",
    "logsigmoid": "input", "one_hot": "input num_classes", "prelu": "input weight", "relu_": "input", "selu_": "input",
    "softplus": "input beta threshold", "threshold_": "input threshold value",
    "adaptive_avg_pool1d": "input output_size", "avg_pool1d": "input kernel_size stride padding ceil_mode count_include_pad",
    "avg_pool2d": "input kernel_size stride padding ceil_mode count_include_pad divisor_override",
    "avg_pool3d": "input kernel_size stride padding ceil_mode count_include_pad divisor_override",
    "cosine_similarity": "x1 x2 dim eps", "pairwise_distance": "x1 x2 p eps keepdim", "pdist": "input p",
    "hardshrink": "input lambd", "softshrink": "input lambd", "channel_shuffle": "input groups", "pixel_shuffle": "input upscale_factor", "pixel_unshuffle": "input downscale_factor",
}  # fmt: skip


@pytest.mark.parametrize("name", minitorch_pt.nn.functional.__all__)
def test_signature(name):
    ours = inspect.signature(getattr(minitorch_pt.nn.functional, name)).parameters
    if name in BUILT_IN:
        expected = BUILT_IN[name].split()
        if name != "one_hot" and not name.endswith("_"):
            assert [p for p in ours if p != "out"] == expected  # which torch's texts do not name
        return
    # of two functions that return_indices chooses between, torch keeps the first as _max_pool2d
    torch_name = f"_{name}" if hasattr(torch.nn.functional, f"_{name}") else name
    theirs = inspect.signature(getattr(torch.nn.functional, torch_name)).parameters.values()
    assert [(p.name, p.default, p.kind) for p in ours.values()] == [(p.name, p.default, p.kind) for p in theirs]


@pytest.mark.parametrize("shape", [(4, 3), (3,), (2, 5, 3)])
@pytest.mark.parametrize("bias", [True, False])
def test_linear(shape, bias):
    args = [rand(*shape), rand(2, 3, seed=1)] + ([rand(2, seed=2)] if bias else [])
    check(F + "linear", *args, second=True, grad_fn=False)  # torch's node names depend on the shapes


@pytest.mark.parametrize("bias", [True, False])
def test_bilinear(bias):
    args = [rand(4, 3), rand(4, 2, seed=1), rand(5, 3, 2, seed=2)] + ([rand(5, seed=3)] if bias else [])
    check(F + "bilinear", *args, second=True, grad_fn=False)


@pytest.mark.parametrize("args", [(randint(0, 5, (7,)),), (randint(0, 5, (2, 3)), 8), (np.array(3),)])
def test_one_hot(args):
    check(F + "one_hot", *args)


def test_one_hot_errors():
    check_error(F + "one_hot", np.array([0, 7]), 3)
    check_error(F + "one_hot", np.array([-1, 2]))


@pytest.mark.parametrize("kwargs", [{}, {"p": 1.0}, {"dim": 0}, {"p": 3.0, "dim": -1}, {"eps": 1.5}])
def test_normalize(kwargs):
    check(F + "normalize", rand(4, 3), **kwargs, second=True)


def test_normalize_of_zeros():
    check(F + "normalize", np.zeros((2, 3)))
    check_error(F + "normalize", rand(3))
