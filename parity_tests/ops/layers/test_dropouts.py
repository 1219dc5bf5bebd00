"""ops/layers/dropouts.py against torch, mask by mask."""

from __future__ import annotations

import numpy as np
import pytest
import torch

import minitorch_pt
from parity_tests.oracle import assert_same, check, check_error, rand, to_ours, to_theirs

F = "nn.functional."


# dropout --------------------------------------------------------------------------------------------------------------
@pytest.mark.parametrize("p", [0.1, 0.5, 0.73, 1.0])
@pytest.mark.parametrize("shape", [(10,), (3, 5), (1000,), (), (0, 3)])
@pytest.mark.parametrize("name", [F + "dropout", "dropout", "dropout_"])
@pytest.mark.parametrize("dtype", ["float64", "float32"])
def test_dropout_drops_what_torch_drops(name, shape, p, dtype):
    x = rand(*shape)
    for package in (minitorch_pt, torch):
        package.manual_seed(7)
    check(name, x, p, True, dtypes=(dtype,), rtol=0.0, atol=0.0)
    assert_same(minitorch_pt.rand(3), torch.rand(3))  # the stream goes on at the same place


VIEWS = {
    "permuted": lambda x: x.permute(2, 0, 1),
    "with gaps": lambda x: x[:, ::2],
    "transposed with gaps": lambda x: x[..., 0].t(),
    "expanded": lambda x: x[0, 0].expand(3, 6),
}


@pytest.mark.parametrize("view", VIEWS)
@pytest.mark.parametrize("inplace", [False, True])
def test_dropout_masks_in_the_order_of_memory(view, inplace):
    if inplace and view == "expanded":
        return  # one element in many places cannot be written
    results = []
    for package, x in ((minitorch_pt, to_ours(rand(4, 5, 6))), (torch, to_theirs(rand(4, 5, 6)))):
        package.manual_seed(3)
        results.append(package.nn.functional.dropout(VIEWS[view](x), 0.4, True, inplace))
    assert_same(*results, rtol=0.0, atol=0.0)


@pytest.mark.parametrize("inplace", [False, True])
def test_dropout_outside_training_is_the_input_itself(inplace):
    x = minitorch_pt.tensor([1.0, 2.0])
    F_ours = minitorch_pt.nn.functional
    assert F_ours.dropout(x, 0.5, False, inplace) is x
    assert F_ours.dropout(x, 0.0, True, inplace) is x


@pytest.mark.parametrize("p", [-0.5, 2.0])
@pytest.mark.parametrize("train", [True, False])
@pytest.mark.parametrize("name", ["dropout", "dropout_"])
def test_dropout_probability(name, p, train):
    check_error(name, rand(3), p, train, match="between 0 and 1")


def test_dropout_second_order():
    minitorch_pt.manual_seed(1)
    x = minitorch_pt.tensor(rand(6), requires_grad=True)
    y = minitorch_pt.dropout(x, 0.5, True)
    (g,) = minitorch_pt.autograd.grad((y * y).sum(), x, create_graph=True)
    (h,) = minitorch_pt.autograd.grad(g.sum(), x)
    np.testing.assert_allclose(h.numpy(), 8.0 * (y.detach().numpy() != 0))
