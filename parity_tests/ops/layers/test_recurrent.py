"""ops/layers/recurrent.py against torch: whole sequences and single steps, called as functions."""

from __future__ import annotations

import numpy as np
import pytest
import torch

import minitorch_pt
from minitorch_pt.ops.layers import recurrent
from parity_tests.oracle import check, check_error, rand, same_program, to_ours

KINDS = {"rnn_tanh": 1, "rnn_relu": 1, "gru": 3, "lstm": 4}
D, H, P, T, N = 3, 4, 2, 5, 2  # input features, hidden units, projected ones, steps, sequences
PLAIN = (True, 1, 0.0, False, False, False)  # has_biases, num_layers, dropout, train, bidirectional, batch_first
SETTINGS = [
    {}, {"bias": False}, {"layers": 2}, {"bidirectional": True}, {"batch_first": True}, {"layers": 2, "bidirectional": True, "bias": False},
    {"packed": [3, 2, 2, 1]}, {"packed": [3, 1], "bidirectional": True, "layers": 2}, {"project": True}, {"project": True, "bidirectional": True, "layers": 2},
    {"project": True, "packed": [3, 2, 1]}, {"n": 0},
]  # fmt: skip


def arguments(kind, bias=True, layers=1, bidirectional=False, batch_first=False, packed=None, project=False, n=N):
    """What torch.lstm and its like take, as arrays."""
    gates, directions, out = KINDS[kind], 1 + bidirectional, P if project else H
    weights = []
    for k in range(layers * directions):
        shapes = [(gates * H, D if k < directions else out * directions), (gates * H, out)]
        shapes += [(gates * H,)] * 2 * bias + [(out, H)] * project
        weights += [rand(*shape, low=-1, high=1, seed=k + i) for i, shape in enumerate(shapes)]
    n = packed[0] if packed else n
    states = [rand(layers * directions, n, size, seed=8) for size in ((out, H) if kind == "lstm" else (H,))]
    data = rand(sum(packed), D) if packed else rand(n, T, D) if batch_first else rand(T, n, D)
    sizes = (np.array(packed),) if packed else ()
    hx = tuple(states) if kind == "lstm" else states[0]
    return data, *sizes, hx, weights, bias, layers, 0.0, True, bidirectional, *(() if packed else (batch_first,))


def cases():
    return [(k, s) for k in KINDS for s in SETTINGS if k == "lstm" or "project" not in s]


@pytest.mark.filterwarnings("ignore:LSTM with projections")
@pytest.mark.parametrize("kind, settings", cases())
def test_sequences(kind, settings):
    # in place of TransposeBackward0 torch's name is sometimes TransposeBackward1, as it transposes in place
    names = kind == "lstm" or "batch_first" not in settings
    # torch's kernel for an LSTM in float32 cannot be differentiated twice
    check(kind, *arguments(kind, **settings), second=True, dtypes=("float64",), grad_fn=names)
    check(kind, *arguments(kind, **settings), dtypes=("float32",), grad_fn=names)


@pytest.mark.parametrize("kind", KINDS)
def test_half(kind):
    check(kind, *arguments(kind), grad=False, dtypes=("float16",))


@pytest.mark.parametrize("kind", KINDS)
def test_keywords(kind):
    names = ["has_biases", "num_layers", "dropout", "train", "bidirectional", "batch_first"]
    data, hx, weights, *options = arguments(kind)
    check(kind, data, hx, grad=False, params=weights, **dict(zip(names, options, strict=True)))
    data, sizes, hx, weights, *options = arguments(kind, packed=[2, 1])
    keywords = dict(zip(names, options, strict=False))
    check(kind, grad=False, data=data, batch_sizes=sizes, hx=hx, params=weights, **keywords)


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("train", [True, False])
def test_dropout(kind, train):
    """torch's masks, between layers and in training only."""

    def program(t):
        t.manual_seed(3)
        convert = lambda a: t.tensor(a.tolist(), dtype=t.float64)  # noqa: E731
        data, hx, weights, *_ = arguments(kind, layers=3)
        state = tuple(map(convert, hx)) if kind == "lstm" else convert(hx)
        return getattr(t, kind)(convert(data), state, [convert(w) for w in weights], True, 3, 0.5, train, False, False)

    same_program(program)


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("bias", [2, 1, 0])
def test_cells(kind, bias):
    data, hx, weights, *_ = arguments(kind)
    one = tuple(h[0] for h in hx) if kind == "lstm" else hx[0]
    check(kind + "_cell", data[0], one, *weights[: 2 + bias], second=True)


@pytest.mark.parametrize("kind, settings", cases())
def test_the_fused_kernel_is_its_plain_equivalent(kind, settings):
    packed = settings.get("packed")
    data, *rest = arguments(kind, **{k: v for k, v in settings.items() if k in ("packed", "project", "bias", "n")})
    hx, weights = rest[1 if packed else 0], rest[2 if packed else 1]
    states = [h[0] for h in (hx if kind == "lstm" else [hx])]
    biases = weights[2:4] if settings.get("bias", True) else [None, None]
    sizes = packed or [data.shape[1]] * T
    for reverse in (False, True):
        results = []
        for kernel in (recurrent._sequence, recurrent._plain_sequence):
            given = [data, *weights[:2], *biases, weights[-1] if "project" in settings else None, *states]
            leaves = [to_ours(a, requires_grad=True) for a in given]
            y = kernel(*leaves, kind=kind, sizes=sizes, reverse=reverse)
            seeds = [to_ours(rand(*o.shape, seed=i)) for i, o in enumerate(y)]
            wanted = [leaf for leaf in leaves if leaf is not None]
            results.append([*y, *minitorch_pt.autograd.grad(y, wanted, seeds)])
        for a, b in zip(*results, strict=True):
            np.testing.assert_allclose(a.detach().numpy(), b.detach().numpy(), rtol=1e-12, atol=1e-12)


@pytest.mark.parametrize("kind", KINDS)
def test_backward_twice_and_for_some_inputs_only(kind):
    def program(t):
        data, hx, weights, *options = arguments(kind)
        convert = lambda a: t.tensor(a.tolist(), dtype=t.float64)  # noqa: E731
        weights = [convert(w) for w in weights]
        weights[1].requires_grad_()
        state = tuple(map(convert, hx)) if kind == "lstm" else convert(hx)
        output = getattr(t, kind)(convert(data), state, weights, *options)[0]
        output.sum().backward(retain_graph=True)
        output.sum().backward()
        return [w.grad for w in weights]

    same_program(program)


@pytest.mark.parametrize("place", [0, 2])
def test_a_weight_changed_before_backward_is_noticed(place):
    def program(t):
        data, hx, weights, *options = arguments("gru")
        tensors = [t.tensor(w.tolist(), requires_grad=True) for w in weights]
        x = t.tensor(data.tolist(), requires_grad=True)
        output = t.gru(x, t.tensor(hx.tolist()), tensors, *options)[0]
        with t.no_grad():
            (x if place == 0 else tensors[1]).mul_(2)
        output.sum().backward()

    same_program(program)


def wrong(kind="gru", **replaced):
    """Arguments that are right but for those that are replaced by name."""
    data, hx, weights, *options = arguments(kind)
    made = dict(zip(("input", "hx", "params"), (data, hx, weights), strict=True)) | replaced
    return kind, *made.values(), *options


G = arguments("gru")[2]
L = arguments("lstm")[2]
HX = rand(1, N, H)


@pytest.mark.parametrize("arguments", [
    wrong(input=rand(N, D)), wrong(input=rand(0, N, D)), wrong(input=rand(T, N, D + 1)), wrong(input=rand(T, N, D).astype("f4")),
    wrong(hx=rand(1, N + 1, H)), wrong(hx=rand(1, N, H - 1)), wrong(hx=rand(3, N, H)), wrong(hx=rand(N, H)), wrong(hx=HX.astype("f4")), wrong(hx=(HX,)),
    wrong(params=G[:3]), wrong(params=G * 2), wrong(params=L), wrong(params=[G[0], G[1][:, :2], *G[2:]]), wrong(params=[*G[:2], G[2][:5], G[3]]),
    wrong("lstm", hx=(HX,)), wrong("lstm", hx=(HX,) * 3), wrong("lstm", hx=HX), wrong("lstm", hx=(HX[..., :P], HX)), wrong("lstm", params=[*L, rand(P, H)]),
    ("gru", rand(T, N, D), HX, G), ("gru", rand(T, N, D), HX, G, 1, 1, 0.0, False, False, False), ("gru", rand(3, D), [2, 1], HX, G, *PLAIN[:5]),
    ("gru", rand(3, D), np.array([2.0, 1.0]), HX, G, *PLAIN[:5]), ("gru", rand(3, D), np.array([2, 2]), HX, G, *PLAIN[:5]),
    ("gru", rand(T, N, D), np.array([2, 1]), HX, G, *PLAIN[:5]), ("gru", rand(3, D), np.array([2, 1]), HX[:, :1], G, *PLAIN[:5]),
    ("rnn_tanh", np.ones((T, N, D), "i8"), np.ones((1, N, H), "i8"), [np.ones(s, "i8") for s in ((H, D), (H, H), (H,), (H,))], *PLAIN),
    ("gru_cell", rand(D), HX[0], *G), ("gru_cell", rand(N, D + 1), HX[0], *G), ("gru_cell", rand(N, D), HX[0, :1], *G),
    ("gru_cell", rand(N, D), HX[0, :, :2], *G), ("gru_cell", rand(N, D), HX[0], *L), ("gru_cell", rand(N, D), HX[0].astype("f4"), *G),
    ("lstm_cell", rand(N, D), (HX[0],), *L), ("lstm_cell", rand(N, D), (HX[0], HX[0, :1]), *L), ("rnn_relu_cell", rand(N, D), HX[0, 0], *L),
])  # fmt: skip
def test_errors(arguments):
    check_error(*arguments)


@pytest.mark.parametrize("sizes", [[1, 2], [2], [2, 0, 1]])
def test_batch_sizes_that_do_not_fit_are_refused(sizes):
    # torch gives numbers for them, or crashes
    data, hx, weights = to_ours((rand(3, D), HX[:, : sizes[0]], G))
    with pytest.raises(RuntimeError, match="batch_sizes should"):
        minitorch_pt.gru(data, minitorch_pt.tensor(sizes), hx, weights, *PLAIN[:5])


def test_bases():
    for t in (torch, minitorch_pt):
        assert all(callable(getattr(t, cell)) for cell in ("rnn_tanh_cell", "rnn_relu_cell", "gru_cell", "lstm_cell"))
