"""nn/modules/transformer.py against torch."""

from __future__ import annotations

import inspect
import warnings

import numpy as np
import pytest
import torch

import minitorch_pt
from parity_tests.oracle import rand, same_program

D, H, S, T, N = 8, 2, 5, 4, 3
PADDING = np.arange(S) >= np.array([[5], [3], [4]])  # at the end of each sequence
SCATTERED = PADDING[:, ::-1].copy()
MASK = np.where(rand(S, S, seed=1) > 1, -np.inf, rand(S, S, seed=2))
CAUSAL = np.triu(np.ones((S, S), bool), 1)
TGT_CAUSAL = np.triu(np.full((T, T), -np.inf), 1)
LAYER = [
    {}, {"norm_first": True}, {"activation": "gelu"}, {"bias": False}, {"dropout": 0.0, "batch_first": True},
    {"layer_norm_eps": 0.1, "dropout": 0.5}, {"batch_first": True, "norm_first": True, "activation": "relu"},
]  # fmt: skip
ENCODER_CALLS = [
    {}, {"mask": MASK}, {"mask": CAUSAL}, {"mask": CAUSAL, "is_causal": True}, {"src_key_padding_mask": PADDING},
    {"src_key_padding_mask": PADDING, "mask": CAUSAL}, {"mask": np.broadcast_to(CAUSAL, (N * H, S, S))}, {"src_key_padding_mask": SCATTERED},
]  # fmt: skip


def tensor(t, value):
    if not isinstance(value, np.ndarray):
        return value
    return t.tensor(value.tolist(), dtype=t.bool if value.dtype == bool else t.float64)


def quiet(make):
    """torch warns of layers for which it cannot leave out padding, which has a test of its own."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        return make()


def run(t, make, shapes, keywords, training=True):
    """From one seed: text, state, output, gradients, and where the random stream stands."""
    t.manual_seed(4)
    module = quiet(lambda: make(t)).train(training)
    first = [repr(module), [(k, v.tolist()) for k, v in module.state_dict().items()]]
    module.to(t.float64)
    with t.no_grad():
        for p in module.parameters():
            if not p.any():
                p += 0.1  # biases that start as zeros
    inputs = [tensor(t, rand(*shape, seed=i)).requires_grad_() for i, shape in enumerate(shapes)]
    y = module(*inputs, **{k: tensor(t, v) for k, v in keywords.items()})
    (y * tensor(t, rand(*y.shape, seed=9))).sum().backward()
    return [*first, t.rand(1), y.detach(), [x.grad for x in inputs], [p.grad for p in module.parameters()]]


def same(make, shapes, keywords, training=True):
    if keywords.get("src_key_padding_mask") is not None and keywords.get("mask") is not None:
        keywords = {**keywords, "mask": keywords["mask"].astype(bool)}  # two masks should be of one kind
    same_program(lambda t: run(t, make, shapes, keywords, training))


def batched(options, *lengths):
    return [(N, n, D) if options.get("batch_first") else (n, N, D) for n in lengths]


@pytest.mark.parametrize("options", LAYER)
@pytest.mark.parametrize("training", [True, False])
@pytest.mark.parametrize("keywords", ENCODER_CALLS[:6])
def test_encoder_layer(options, training, keywords):
    keywords = {("src_mask" if k == "mask" else k): v for k, v in keywords.items()}
    same(lambda t: t.nn.TransformerEncoderLayer(D, H, 16, **options), batched(options, S), keywords, training)


@pytest.mark.parametrize("options", LAYER)
@pytest.mark.parametrize("training", [True, False])
@pytest.mark.parametrize("keywords", [
    {}, {"tgt_mask": TGT_CAUSAL, "tgt_is_causal": True}, {"memory_mask": rand(T, S), "memory_key_padding_mask": np.where(PADDING, -np.inf, 0)},
    {"tgt_key_padding_mask": PADDING[:, :T]},
])  # fmt: skip
def test_decoder_layer(options, training, keywords):
    make = lambda t: t.nn.TransformerDecoderLayer(D, H, 16, **options)  # noqa: E731
    same(make, batched(options, T, S), keywords, training)


@pytest.mark.parametrize("activation", [lambda t: t.tanh, lambda t: t.nn.GELU(), lambda t: t.nn.functional.relu])
def test_activations(activation):
    same(lambda t: t.nn.TransformerEncoderLayer(D, H, 16, activation=activation(t)), batched({}, S), {})


@pytest.mark.parametrize("norm", [True, False])
@pytest.mark.parametrize("options", [{}, {"batch_first": True}])
@pytest.mark.parametrize("keywords", ENCODER_CALLS)
def test_encoder(norm, options, keywords):
    def make(t):
        layer = t.nn.TransformerEncoderLayer(D, H, 16, **options)
        return t.nn.TransformerEncoder(layer, 2, t.nn.LayerNorm(D) if norm else None)

    same(make, batched(options, S), keywords)


@pytest.mark.parametrize(
    "keywords",
    [{}, {"tgt_mask": TGT_CAUSAL}, {"tgt_mask": TGT_CAUSAL, "tgt_is_causal": False}, {"tgt_mask": rand(T, T)}],
)
@pytest.mark.parametrize("norm", [True, False])
def test_decoder(norm, keywords):
    def make(t):
        return t.nn.TransformerDecoder(t.nn.TransformerDecoderLayer(D, H, 16), 2, t.nn.LayerNorm(D) if norm else None)

    same(make, batched({}, T, S), keywords)


@pytest.mark.parametrize("options", LAYER)
@pytest.mark.parametrize(
    "keywords",
    [
        {},
        {"tgt_mask": TGT_CAUSAL, "src_mask": MASK},
        {"src_key_padding_mask": PADDING, "memory_key_padding_mask": PADDING},
    ],
)
def test_transformer(options, keywords):
    make = lambda t: t.nn.Transformer(D, H, 2, 2, 16, **options)  # noqa: E731
    same(make, batched(options, S, T), keywords)


def test_without_batch():
    same(lambda t: t.nn.Transformer(D, H, 1, 1, 16, batch_first=True), [(S, D), (T, D)], {"tgt_mask": TGT_CAUSAL})


def test_parts_of_ones_own():
    def make(t):
        class Own(t.nn.Module):
            def forward(self, x, *arguments, **keywords):
                return x * 2

        return t.nn.Transformer(D, H, custom_encoder=Own(), custom_decoder=Own())

    same_program(lambda t: [repr(make(t)), make(t)(t.ones(S, N, D), t.ones(T, N, D))])


@pytest.mark.parametrize("padding", [PADDING, SCATTERED, None, np.where(PADDING, -np.inf, 0.0)])
@pytest.mark.parametrize("mask", [None, CAUSAL])
@pytest.mark.parametrize("options", [{}, {"enable_nested_tensor": False}])
@pytest.mark.parametrize("case", ["evaluation", "training", "gradients"])
def test_padded_places_are_left_out(padding, mask, options, case):
    """In evaluation without gradients torch gives zeros there."""

    if padding is not None and padding.dtype != bool and mask is not None:
        mask = np.where(mask, -np.inf, 0.0)  # two masks should be of one kind
    if padding is SCATTERED and mask is not None:
        mask = np.eye(S, dtype=bool)  # with CAUSAL some queries see nothing, for which torch's own kernel has NaN here

    def program(t):
        t.manual_seed(2)
        layer = t.nn.TransformerEncoderLayer(D, H, 16, batch_first=True)
        encoder = t.nn.TransformerEncoder(layer, 2, **options).to(t.float64).train(case == "training")
        src = tensor(t, rand(N, S, D))
        with t.set_grad_enabled(case == "gradients"):
            return encoder(src, tensor(t, mask), tensor(t, padding)).detach()

    quiet(lambda: same_program(program))  # torch warns of its nested tensors


def test_padding_without_a_check():
    def program(t):
        t.manual_seed(2)
        layer = t.nn.TransformerEncoderLayer(D, H, 16, batch_first=True)
        encoder = t.nn.TransformerEncoder(layer, 1, mask_check=False).to(t.float64).eval()
        with t.no_grad():
            return encoder(tensor(t, rand(N, S, D)), src_key_padding_mask=tensor(t, PADDING))

    quiet(lambda: same_program(program))


@pytest.mark.parametrize("make", [
    lambda nn: nn.Linear(2, 2), lambda nn: nn.TransformerEncoderLayer(D, H, 16, batch_first=True, norm_first=True), lambda nn: nn.TransformerEncoderLayer(D, H, 16),
    lambda nn: nn.TransformerEncoderLayer(D, H, 16, batch_first=True, bias=False), lambda nn: nn.TransformerEncoderLayer(D, 1, 16, batch_first=True),
    lambda nn: nn.TransformerEncoderLayer(D, H, 16, batch_first=True, activation=nn.functional.silu),
])  # fmt: skip
def test_warnings(make):
    said = []
    for package in (torch, minitorch_pt):
        with pytest.warns(UserWarning) as caught:
            package.nn.TransformerEncoder(make(package.nn), 1)
        said.append(str(caught[0].message))
    assert said[0] == said[1]


def test_layers_with_two_eps():
    def program(t):
        layer = t.nn.TransformerEncoderLayer(D, H, 16, batch_first=True)
        layer.norm1.eps = 0.1
        with pytest.warns(UserWarning, match="norm1.eps was not equal"):
            t.nn.TransformerEncoder(layer, 1)

    same_program(program)


@pytest.mark.parametrize("program", [
    lambda t: t.nn.Transformer(D, H, 1, 1, 16)(t.zeros(S, N, D), t.zeros(T, N + 1, D)), lambda t: t.nn.Transformer(D, H, 1, 1, 16)(t.zeros(S, N, 7), t.zeros(T, N, D)),
    lambda t: t.nn.Transformer(D, H, 1, 1, 16)(t.zeros(S, N, D), t.zeros(T, N, 7)),
    lambda t: t.nn.Transformer(D, H, 1, 1, 16, batch_first=True)(t.zeros(N, S, D), t.zeros(N + 1, T, D)),
    lambda t: t.nn.TransformerEncoderLayer(D, H, activation="silu"), lambda t: t.nn.TransformerDecoderLayer(D, 3),
])  # fmt: skip
def test_errors(program):
    with pytest.raises((RuntimeError, AssertionError)):
        quiet(lambda: program(torch))
    quiet(lambda: same_program(program))


def test_causal_mask():
    def program(t):
        make = t.nn.Transformer.generate_square_subsequent_mask
        return [make(4), make(3, dtype=t.float64), make(0)]

    same_program(program)


@pytest.mark.parametrize(
    "name",
    ["Transformer", "TransformerEncoder", "TransformerDecoder", "TransformerEncoderLayer", "TransformerDecoderLayer"],
)
@pytest.mark.parametrize("method", ["__init__", "forward"])
def test_signatures(name, method):
    found = []
    for package in (minitorch_pt, torch):
        parameters = inspect.signature(getattr(getattr(package.nn, name), method)).parameters.values()
        found.append([(p.name, p.kind, None if callable(p.default) else p.default) for p in parameters])
    assert found[0] == found[1]
