"""Recurrent layers: a state is carried along a sequence, and each step makes a new one of it and of the step's input.

    RNN:   h' = tanh(a),                                          a = x W_ih^T + b_ih + h W_hh^T + b_hh
    LSTM:  c' = σ(f) c + σ(i) tanh(g),  h' = σ(o) tanh(c'),       (i, f, g, o) = a
    GRU:   h' = (1 - z) n + z h,        n = tanh(n_x + r n_h)     (r, z = σ of the sums; n_x, n_h the two halves of the third)

A batch of sequences of different lengths is packed: the rows of all steps one after another, longest sequence first, and
`batch_sizes` says how many sequences are still running at each step. Equal lengths are the case of equal batch sizes.
"""

from __future__ import annotations

from typing import Any

from .activations import dropout as _dropout
from .products import linear
from .shape import cat, stack

__all__ = ["gru", "gru_cell", "lstm", "lstm_cell", "rnn_relu", "rnn_relu_cell", "rnn_tanh", "rnn_tanh_cell"]


def _rnn_step(x: Any, state: tuple, w_hh: Any, b_hh: Any, activation: str) -> tuple:
    return (getattr(x + linear(state[0], w_hh, b_hh), activation)(),)


def _tanh_step(x: Any, state: tuple, w_hh: Any, b_hh: Any) -> tuple:
    return _rnn_step(x, state, w_hh, b_hh, "tanh")


def _relu_step(x: Any, state: tuple, w_hh: Any, b_hh: Any) -> tuple:
    return _rnn_step(x, state, w_hh, b_hh, "relu")


def _lstm_step(x: Any, state: tuple, w_hh: Any, b_hh: Any, w_hr: Any = None) -> tuple:
    h, c = state
    i, f, g, o = (x + linear(h, w_hh, b_hh)).chunk(4, 1)
    c = f.sigmoid() * c + i.sigmoid() * g.tanh()
    h = o.sigmoid() * c.tanh()
    return (h if w_hr is None else linear(h, w_hr)), c


def _gru_step(x: Any, state: tuple, w_hh: Any, b_hh: Any) -> tuple:
    (h,) = state
    r_x, z_x, n_x = x.chunk(3, 1)
    r_h, z_h, n_h = linear(h, w_hh, b_hh).chunk(3, 1)
    r, z = (r_x + r_h).sigmoid(), (z_x + z_h).sigmoid()
    n = (n_x + r * n_h).tanh()
    return (n + z * (h - n),)


def _direction(step: Any, data: Any, sizes: list, state: tuple, weights: tuple, reverse: bool) -> tuple:
    """One layer in one direction over packed rows: (all outputs, packed; the last state of each sequence)."""
    w_ih, w_hh, b_ih, b_hh, *rest = weights
    steps = linear(data, w_ih, b_ih).split(sizes)  # the inputs of all steps in one product
    outputs, ended, initial = [], [], state
    state = tuple(s[: sizes[-1 if reverse else 0]] for s in initial)
    for x in steps[::-1] if reverse else steps:
        running, n = len(state[0]), len(x)
        if n < running:  # sequences that ended: their state is final
            ended.append(tuple(s[n:] for s in state))
            state = tuple(s[:n] for s in state)
        elif n > running:  # from the back, longer sequences come first
            state = tuple(cat([s, first[running:n]]) for s, first in zip(state, initial, strict=True))
        state = step(x, state, w_hh, b_hh, *rest)
        outputs.append(state[0])
    final = tuple(cat([s, *(part[k] for part in reversed(ended))]) for k, s in enumerate(state))
    return cat(outputs[::-1] if reverse else outputs), final


def _packed(step: Any, data: Any, sizes: list, hx: tuple, params: Any, has_biases: bool, num_layers: int, dropout: float,
            train: bool, bidirectional: bool) -> tuple:  # fmt: skip
    directions = 2 if bidirectional else 1
    each = len(params) // (num_layers * directions)
    finals = []
    for layer in range(num_layers):
        outputs = []
        for k in range(layer * directions, (layer + 1) * directions):
            w_ih, w_hh, *rest = params[k * each : (k + 1) * each]
            weights = (w_ih, w_hh, *rest) if has_biases else (w_ih, w_hh, None, None, *rest)
            output, final = _direction(step, data, sizes, tuple(h[k] for h in hx), weights, k % directions == 1)
            outputs.append(output)
            finals.append(final)
        data = cat(outputs, 1) if bidirectional else outputs[0]
        if dropout and train and layer < num_layers - 1:
            data = _dropout(data, dropout, True)
    return (data, *(stack(parts) for parts in zip(*finals, strict=True)))


def _run(step: Any, args: tuple, hidden: Any) -> tuple:
    """torch's two signatures: (input, hx, params, ..., batch_first), and packed (data, batch_sizes, hx, params, ...)."""
    if isinstance(args[-1], bool) and isinstance(args[-2], bool) and len(args) == 9 and isinstance(args[3], bool):
        input, hx, *rest, batch_first = args
        x = input.transpose(0, 1) if batch_first else input
        t, n = x.shape[:2]
        output, *finals = _packed(step, x.reshape((t * n, x.shape[2])), [n] * t, hidden(hx), *rest)
        output = output.reshape((t, n, output.shape[1]))
        return (output.transpose(0, 1) if batch_first else output, *finals)
    data, batch_sizes, hx, *rest = args
    return _packed(step, data, batch_sizes.tolist(), hidden(hx), *rest)


def _alone(hx: Any) -> tuple:
    return (hx,)


def lstm(*args: Any) -> tuple:
    """(output, h_n, c_n) of an LSTM: lstm(input, hx, params, has_biases, num_layers, dropout, train, bidirectional, batch_first).

    Packed: lstm(data, batch_sizes, hx, params, has_biases, num_layers, dropout, train, bidirectional).

    Source: Hochreiter and Schmidhuber 1997.
    """
    return _run(_lstm_step, args, tuple)


def gru(*args: Any) -> tuple:
    """(output, h_n) of a GRU; arguments as `lstm`. Source: Cho et al. 2014, arXiv:1406.1078."""
    return _run(_gru_step, args, _alone)


def rnn_tanh(*args: Any) -> tuple:
    """(output, h_n) of a recurrent network with tanh; arguments as `lstm`."""
    return _run(_tanh_step, args, _alone)


def rnn_relu(*args: Any) -> tuple:
    """(output, h_n) of a recurrent network with relu; arguments as `lstm`."""
    return _run(_relu_step, args, _alone)


def lstm_cell(input: Any, hx: Any, w_ih: Any, w_hh: Any, b_ih: Any = None, b_hh: Any = None) -> tuple:
    """One step of an LSTM: (h', c')."""
    return _lstm_step(linear(input, w_ih, b_ih), tuple(hx), w_hh, b_hh)


def gru_cell(input: Any, hx: Any, w_ih: Any, w_hh: Any, b_ih: Any = None, b_hh: Any = None) -> Any:
    """One step of a GRU: h'."""
    return _gru_step(linear(input, w_ih, b_ih), (hx,), w_hh, b_hh)[0]


def rnn_tanh_cell(input: Any, hx: Any, w_ih: Any, w_hh: Any, b_ih: Any = None, b_hh: Any = None) -> Any:
    """One step of a recurrent network: h' = tanh(x W_ih^T + b_ih + h W_hh^T + b_hh)."""
    return _tanh_step(linear(input, w_ih, b_ih), (hx,), w_hh, b_hh)[0]


def rnn_relu_cell(input: Any, hx: Any, w_ih: Any, w_hh: Any, b_ih: Any = None, b_hh: Any = None) -> Any:
    """One step of a recurrent network: h' = relu(x W_ih^T + b_ih + h W_hh^T + b_hh)."""
    return _relu_step(linear(input, w_ih, b_ih), (hx,), w_hh, b_hh)[0]
