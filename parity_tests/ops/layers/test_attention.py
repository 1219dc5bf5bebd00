"""ops/layers/attention.py against torch."""

from __future__ import annotations

import numpy as np
import pytest

import minitorch_pt
from minitorch_pt.autograd import graph
from minitorch_pt.ops.layers import attention
from parity_tests.oracle import check, check_error, rand, randint, same_program, to_ours

F = "nn.functional.scaled_dot_product_attention"


def inputs(*heads, length=4, source=6, features=3, width=5):
    return rand(*heads, length, features), rand(*heads, source, features, seed=1), rand(*heads, source, width, seed=2)


HEADS = [(), (2,), (2, 3), (2, 2, 3)]
BOOL = rand(4, 6, seed=5) > -0.5
BLIND = BOOL & (np.arange(4) != 2)[:, None]  # the query at place 2 may look nowhere
NUMBERS = np.where(BLIND, rand(4, 6, seed=6), -np.inf)
MASKS = [None, BOOL, BLIND, rand(4, 6, seed=6), NUMBERS, BOOL[:1], BOOL[:, :1]]


@pytest.mark.parametrize("heads", HEADS)
@pytest.mark.parametrize("mask", MASKS)
@pytest.mark.parametrize("scale", [None, 0.3])
def test_attention(heads, mask, scale):
    # torch's fused kernel, used for 4 axes, has no second derivative; ours has
    check(F, *inputs(*heads), mask, scale=scale, constant=(3,), second=len(heads) != 2, grad_fn=False)


@pytest.mark.parametrize("heads, options", [((), {}), ((2,), {}), ((2, 3), {}), ((2, 3), {"is_causal": True})])
def test_names_of_nodes(heads, options):
    check(F, *inputs(*heads, width=3), **options, dtypes=("float64",))


@pytest.mark.parametrize("heads", HEADS)
@pytest.mark.parametrize("length, source", [(4, 6), (6, 4), (5, 5), (1, 3)])
def test_causal(heads, length, source):
    arguments = inputs(*heads, length=length, source=source)
    check(F, *arguments, is_causal=True, second=len(heads) != 2, grad_fn=False)


@pytest.mark.parametrize("mask", [BOOL, NUMBERS])
def test_causal_and_masked(mask):
    check(F, *inputs(2, 3, width=3), mask, is_causal=True, constant=(3,), dtypes=("float64",), grad_fn=False)


@pytest.mark.parametrize("shape", [(4, 6), (1, 6), (2, 1, 4, 6), (3, 4, 6)])
def test_mask_that_learns(shape):
    check(F, *inputs(2, 3), rand(*shape, seed=7), second=True, dtypes=("float64",), grad_fn=False)


@pytest.mark.parametrize("mask", [None, BOOL])
@pytest.mark.parametrize("p", [0.3, 1.0])
@pytest.mark.parametrize("heads", HEADS)
def test_dropout(heads, p, mask):
    """torch's masks: the same weights are dropped."""

    def program(t):
        t.manual_seed(5)
        tensors = [t.tensor(a.tolist(), dtype=t.float64, requires_grad=True) for a in inputs(*heads)]
        looked = None if mask is None else t.tensor(mask.tolist())
        y = t.nn.functional.scaled_dot_product_attention(*tensors, looked, p)
        first = t.autograd.grad((y**3).sum(), tensors, create_graph=True)
        second = t.autograd.grad(sum((g**2).sum() for g in first), tensors)
        return [y.detach(), *[g.detach() for g in first], *second, t.rand(1)]

    same_program(program)


@pytest.mark.parametrize("groups", [1, 2, 4])
@pytest.mark.parametrize("causal", [False, True])
def test_shared_heads(groups, causal):
    q, k, v = rand(2, 4, 5, 3), rand(2, groups, 5, 3, seed=1), rand(2, groups, 5, 3, seed=2)
    check(F, q, k, v, enable_gqa=True, is_causal=causal, dtypes=("float64",), grad_fn=False)
    check(F, q[0], k[0], v[0], enable_gqa=True, is_causal=causal, dtypes=("float64",), second=True, grad_fn=False)


def test_leading_axes_broadcast():
    q, k, v = inputs(2, 3)
    check(F, q[:1], k, v, dtypes=("float64",), second=True, grad_fn=False)
    check(F, q, k[0], v[:, :1], dtypes=("float64",), second=True, grad_fn=False)


@pytest.mark.parametrize("sizes", [{"length": 0}, {"width": 0}])
def test_empty(sizes):
    check(F, *inputs(2, 3, **sizes), dtypes=("float64",), grad_fn=False)


@pytest.mark.parametrize("grad", [False, True])
@pytest.mark.parametrize("place", [0, 1, 2])
def test_layout(place, grad):
    """The result lies in memory as the query alone, whose heads mostly stand behind the positions."""

    def program(t):
        given = [t.ones(2, 3, 5, 4) for _ in range(3)]
        given[place] = t.ones(2, 5, 3, 4).permute(0, 2, 1, 3)
        return t.nn.functional.scaled_dot_product_attention(*[x.requires_grad_(grad) for x in given]).stride()

    same_program(program)


def test_half():
    check(F, *inputs(2, 3, width=3), dtypes=("float16",), grad_fn=False)
    check(F, *inputs(2, 3, width=3), is_causal=True, dtypes=("float16",), grad_fn=False)


def test_a_mask_of_another_precision():
    def program(t):
        q, k, v = (t.tensor(a.tolist(), dtype=t.float64) for a in inputs(2, 3, width=3))
        return t.nn.functional.scaled_dot_product_attention(q, k, v, t.tensor(rand(4, 6).tolist()))

    same_program(program)


@pytest.mark.parametrize("mask", MASKS)
@pytest.mark.parametrize("noise", [None, randint(0, 2, (2, 4, 6)) * 2.0])
def test_the_fused_kernel_is_its_plain_equivalent(mask, noise):
    results = []
    for kernel in (attention._attention, attention._plain_attention):
        leaves = [to_ours(a, requires_grad=True) for a in inputs(2)]
        given = leaves
        if kernel is attention._plain_attention:  # as the engine calls it: on the tensors that speak NumPy
            given = [graph.stand_in(leaf, graph.Traced) for leaf in leaves]
        y = kernel(*given, to_ours(mask), to_ours(noise), 0.7)
        results.append([y.detach(), *minitorch_pt.autograd.grad(y, leaves, to_ours(rand(*y.shape, seed=9)))])
    for a, b in zip(*results, strict=True):
        np.testing.assert_allclose(a.numpy(), b.numpy(), rtol=1e-12, atol=1e-13)


Q, K, V = inputs(2, 4, features=8, width=8)


@pytest.mark.parametrize("arguments, keywords", [
    ((Q[0, 0, 0], K, V), {}), ((Q, K, V.astype("f4")), {}), ((Q, K[..., :4], V), {}), ((Q, K[:, :2], V[:, :2]), {}),
    ((Q, K, V, randint(0, 2, (4, 6))), {}), ((Q, K, V, BOOL[:3]), {}), ((Q, K, V, BOOL[0]), {}), ((Q, K, V, np.array(True)), {}),
    ((Q[0], K[0], V[0], BOOL[None, None]), {}), ((Q, K, V), {"dropout_p": 1.5}), ((Q, K, V), {"dropout_p": -0.5}),
    ((Q, K[:, :3], V[:, :3]), {"enable_gqa": True}), ((Q[0, 0], K[0, 0], V[0, 0]), {"enable_gqa": True}),
    ((Q.astype(int), K.astype(int), V.astype(int)), {}), ((Q[0], K[0], V[0, :, :3]), {}),
])  # fmt: skip
def test_errors(arguments, keywords):
    check_error(F, *arguments, **keywords)


@pytest.mark.parametrize("heads", [(), (2,), (2, 3, 1)])
def test_a_mask_beside_is_causal(heads):
    """Which torch computes for 4 axes alone."""
    mask = np.zeros((4, 4))
    check_error(F, *inputs(*heads, width=3), mask, is_causal=True)
