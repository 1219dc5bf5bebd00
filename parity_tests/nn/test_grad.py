"""nn.grad and nn.common_types: what programs that write a convolution's backward by hand, and annotate its sizes, import."""

from __future__ import annotations

import importlib
import itertools
import typing

import numpy as np
import pytest
import torch

import minitorch_pt
from parity_tests.oracle import lookup

rng = np.random.default_rng(0)


@pytest.mark.parametrize("axes, options", [*itertools.product((1, 2, 3), (
    {}, {"stride": 2}, {"padding": 1}, {"dilation": 2}, {"groups": 2}, {"stride": 2, "padding": 2, "dilation": 2, "groups": 2},
))])  # fmt: skip
def test_the_gradients_of_a_convolution(axes, options):
    x = rng.standard_normal((2, 4) + (7,) * axes)
    w = rng.standard_normal((6, 4 // options.get("groups", 1)) + (3,) * axes)
    results = []
    for library in (minitorch_pt, torch):
        a, b = (library.tensor(array, requires_grad=True) for array in (x, w))
        out = lookup(library.nn.functional, f"conv{axes}d")(a, b, None, **options)
        g = library.cos(library.arange(out.numel(), dtype=library.float64)).reshape(out.shape).requires_grad_()
        of_input = lookup(library.nn.grad, f"conv{axes}d_input")(a.shape, b, g, **options)
        of_weight = lookup(library.nn.grad, f"conv{axes}d_weight")(a, b.shape, g, **options)
        again = library.autograd.grad((of_input.sin().sum() + of_weight.sin().sum()), (a, b, g))
        with library.no_grad():
            plain = lookup(library.nn.grad, f"conv{axes}d_input")(a.shape, b, g, **options)
        assert of_input.requires_grad and not plain.requires_grad
        results.append([t.detach().numpy() for t in (of_input, of_weight, plain, *again)])
    for ours, theirs in zip(*results, strict=True):
        # sums of hundreds of products, in another order
        np.testing.assert_allclose(ours, theirs, rtol=1e-11, atol=1e-12)


def test_the_names_of_sizes():
    ours, theirs = importlib.import_module("minitorch_pt.nn.common_types"), torch.nn.common_types
    names = [name for name in vars(theirs) if name[0] == "_" and name[1] != "_" and name.endswith("_t")]
    assert len(names) > 20
    for name in names:
        kinds = [
            str(typing.get_args(getattr(module, name)))
            .replace("minitorch_pt.", "torch.")
            .replace("torch._tensor", "torch")
            for module in (ours, theirs)
        ]
        assert kinds[0] == kinds[1], name
