"""nn.MultiheadAttention and nn.functional.multi_head_attention_forward against torch."""

from __future__ import annotations

import inspect
import itertools
import math

import numpy as np
import pytest
import torch

import minitorch_pt
from parity_tests.oracle import rand, same_program

L, S, N, E, H = 4, 5, 3, 6, 2
BOOL = rand(L, S, seed=1) > 1
FLOAT = np.where(BOOL, -np.inf, rand(L, S, seed=2))
PADDING = np.arange(S) >= np.array([[5], [3], [4]])
OPTIONS = [
    {}, {"bias": False}, {"add_bias_kv": True}, {"add_zero_attn": True}, {"add_bias_kv": True, "add_zero_attn": True},
    {"kdim": 3, "vdim": 4}, {"kdim": 3, "bias": False}, {"batch_first": True}, {"dropout": 0.3}, {"dropout": 0.3, "batch_first": True},
]  # fmt: skip
CALLS = [
    {}, {"need_weights": False}, {"average_attn_weights": False}, {"attn_mask": BOOL}, {"attn_mask": FLOAT},
    {"attn_mask": np.broadcast_to(BOOL, (N * H, L, S))}, {"key_padding_mask": PADDING}, {"key_padding_mask": PADDING, "attn_mask": BOOL},
    {"key_padding_mask": np.where(PADDING, -np.inf, 0.5), "attn_mask": FLOAT, "need_weights": False},
    {"key_padding_mask": PADDING, "need_weights": False},
    {"attn_mask": np.triu(np.ones((L, S), bool), 1), "is_causal": True}, {"attn_mask": np.triu(np.ones((L, S), bool), 1), "is_causal": True, "need_weights": False},
    {"attn_mask": np.triu(np.ones((L, S), bool), 1), "is_causal": True, "need_weights": False, "key_padding_mask": PADDING},
]  # fmt: skip


def tensors(t, keywords):
    return {
        k: t.tensor(v.tolist(), dtype=t.bool if v.dtype == bool else t.float64) if isinstance(v, np.ndarray) else v
        for k, v in keywords.items()
    }


def run(t, options, inputs, keywords, training=True):
    """From one seed: text, names, parameters, output, weights, all gradients, and where the random stream stands."""
    t.manual_seed(7)
    module = t.nn.MultiheadAttention(E, H, **options).to(t.float64).train(training)
    with t.no_grad():
        for p in module.parameters():
            if not p.any():  # biases start as zeros
                p += 0.1
    leaves = [t.tensor(x.tolist(), dtype=t.float64, requires_grad=True) for x in inputs]
    output, weights = module(*(leaves * 3 if len(leaves) == 1 else leaves), **tensors(t, keywords))
    loss = (output**3).sum()
    if weights is not None:
        loss = loss + (weights**2).sum()
    loss.backward()
    seen = [repr(module), dict(module.state_dict()), t.rand(2), [p.grad for p in module.parameters()]]
    return [*seen, [x.grad for x in leaves], output.detach(), None if weights is None else weights.detach()]


@pytest.mark.parametrize("options, keywords", list(itertools.product(OPTIONS, CALLS)))
def test_cross_attention(options, keywords):
    inputs = [rand(L, N, E), rand(S, N, options.get("kdim", E), seed=1), rand(S, N, options.get("vdim", E), seed=2)]
    if options.get("batch_first"):
        inputs = [x.swapaxes(0, 1) for x in inputs]
    same_program(lambda t: run(t, options, inputs, keywords))


@pytest.mark.parametrize("options", [{}, {"batch_first": True}, {"bias": False}, {"dropout": 0.2}])
@pytest.mark.parametrize("training", [True, False])
@pytest.mark.parametrize("need_weights", [True, False])
@pytest.mark.parametrize("shape", [(4, 3, E), (4, E)])
def test_self_attention(options, training, need_weights, shape):
    same_program(lambda t: run(t, options, [rand(*shape)], {"need_weights": need_weights}, training))


@pytest.mark.parametrize("keywords", [
    {}, {"need_weights": False}, {"attn_mask": BOOL}, {"attn_mask": np.broadcast_to(BOOL, (H, L, S))}, {"key_padding_mask": PADDING[1]},
])  # fmt: skip
def test_without_batch(keywords):
    inputs = [rand(L, E), rand(S, E, seed=1), rand(S, E, seed=2)]
    same_program(lambda t: run(t, {"batch_first": True}, inputs, keywords))


@pytest.mark.parametrize("options", OPTIONS)
@pytest.mark.parametrize("dtype", ["float32", "float64"])
def test_first_weights(options, dtype):
    def program(t):
        t.manual_seed(1)
        module = t.nn.MultiheadAttention(8, 4, dtype=getattr(t, dtype), **options)
        return [(k, v.tolist()) for k, v in module.state_dict().items()]

    same_program(program)


def test_evaluation_without_gradients():
    def program(t):
        t.manual_seed(1)
        module = t.nn.MultiheadAttention(E, H, batch_first=True).eval()
        x = t.tensor(rand(N, S, E).tolist())
        with t.no_grad():
            return [*module(x, x, x), module(x, x, x, t.tensor(PADDING.tolist()), need_weights=False)[0]]

    same_program(program)


def test_masks_of_two_kinds():
    def program(t):
        x = t.tensor(rand(S, N, E).tolist())
        with pytest.warns(UserWarning, match="mismatched"):
            t.nn.MultiheadAttention(E, H)(x, x, x, t.tensor(PADDING.tolist()), attn_mask=t.zeros(S, S))

    same_program(program)


def call(t, q=(L, N, E), k=(S, N, E), v=(S, N, E), options=None, **keywords):
    """F.multi_head_attention_forward on numbers of these shapes, keywords replacing any argument."""
    arguments = {
        "query": q, "key": k, "value": v, "embed_dim_to_check": E, "num_heads": H, "in_proj_weight": (3 * E, E),
        "in_proj_bias": (3 * E,), "bias_k": None, "bias_v": None, "add_zero_attn": False, "dropout_p": 0.0,
        "out_proj_weight": (E, E), "out_proj_bias": (E,), **keywords,
    }  # fmt: skip
    made = {
        n: t.tensor(rand(*a).tolist(), dtype=t.float64) if isinstance(a, tuple) else a for n, a in arguments.items()
    }
    return t.nn.functional.multi_head_attention_forward(**tensors(t, made))


@pytest.mark.parametrize("keywords", [
    {"static_k": (N * H, S, E // H)}, {"static_v": (N * H, S, E // H)}, {"static_k": (N * H, 7, E // H), "static_v": (N * H, 7, E // H)},
    {"static_k": (N * H, S, E // H), "add_zero_attn": True, "need_weights": False},
    {"training": False, "dropout_p": 0.5},
])  # fmt: skip
def test_static(keywords):
    same_program(lambda t: call(t, **keywords))


ONE = (1, 1, E)
SEPARATE = {"use_separate_proj_weight": True, "q_proj_weight": (E, E), "k_proj_weight": (E, E), "v_proj_weight": (E, E)}


@pytest.mark.parametrize("keywords", [
    {"q": (E,)}, {"k": (S, E)}, {"q": (L, E)}, {"v": (S + 1, N, E)}, {"v": (S, N, E + 1)}, {"embed_dim_to_check": 7}, {"num_heads": 4},
    {"key_padding_mask": (S,)}, {"key_padding_mask": (N, S + 1)}, {"key_padding_mask": (N + 1, S)}, {"attn_mask": (S,)}, {"attn_mask": (L, S + 1)},
    {"attn_mask": (N, L, S)}, {"attn_mask": (1, 1, L, S)}, {"q": (L, E), "k": (S, E), "v": (S, E), "attn_mask": (H + 1, L, S)},
    {"q": (L, E), "k": (S, E), "v": (S, E), "key_padding_mask": (1, S)}, {"is_causal": True}, {"in_proj_weight": None},
    {**SEPARATE, "q_proj_weight": None}, {**SEPARATE, "k_proj_weight": None}, {**SEPARATE, "v_proj_weight": None},
    {**SEPARATE, "q_proj_weight": (E, 7)}, {**SEPARATE, "k_proj_weight": (E, 7)}, {**SEPARATE, "v": (S + 1, N, E)},
    {"bias_k": ONE}, {"bias_v": ONE}, {"bias_k": ONE, "bias_v": ONE, "static_k": (N * H, S, 3)}, {"bias_k": ONE, "bias_v": ONE, "static_v": (N * H, S, 3)},
    {"static_k": (N * H + 1, S, 3)}, {"static_v": (N * H, S, 4)},
])  # fmt: skip
def test_errors(keywords):
    with pytest.raises((AssertionError, RuntimeError)):
        call(torch, **keywords)
    same_program(lambda t: call(t, **keywords))


def test_masks_of_whole_numbers():
    same_program(lambda t: call(t, attn_mask=t.zeros(L, S, dtype=t.int64)))


@pytest.mark.parametrize("arguments", [(0, 1), (4, 0), (5, 2), (1, 1)])
def test_sizes(arguments):
    same_program(lambda t: repr(t.nn.MultiheadAttention(*arguments)))


def test_a_query_that_may_look_nowhere():
    def program(t):
        blind = t.tensor(np.full((L, S), -math.inf).tolist(), dtype=t.float64)
        return [call(t, attn_mask=blind)[0], call(t, attn_mask=blind, need_weights=False)[0]]

    same_program(program)


def test_signatures():
    for find in (
        lambda t: t.nn.MultiheadAttention.__init__,
        lambda t: t.nn.MultiheadAttention.forward,
        lambda t: t.nn.functional.multi_head_attention_forward,
        lambda t: t.nn.functional.embedding,
    ):
        ours, theirs = (inspect.signature(find(package)).parameters.values() for package in (minitorch_pt, torch))
        assert [(p.name, p.default, p.kind) for p in ours] == [(p.name, p.default, p.kind) for p in theirs]
