"""ops/recurrent.py against torch: whole sequences and single steps, called as functions."""

from __future__ import annotations

import pytest
import torch

import minitorch_pt
from parity_tests.oracle import rand, same_program


@pytest.mark.parametrize("name, gates", [("rnn_tanh", 1), ("rnn_relu", 1), ("gru", 3), ("lstm", 4)])
def test_sequences_and_steps(name, gates):
    def program(t):
        sizes = [(gates * 4, 3), (gates * 4, 4), (gates * 4,), (gates * 4,)]
        weights = [t.tensor(rand(*s, seed=i).tolist(), dtype=t.float64, requires_grad=True) for i, s in enumerate(sizes)]  # fmt: skip
        x = t.tensor(rand(5, 2, 3).tolist(), dtype=t.float64, requires_grad=True)
        h = t.tensor(rand(1, 2, 4).tolist(), dtype=t.float64, requires_grad=True)
        state, one = ((h, h * 2), (h[0], h[0] * 2)) if name == "lstm" else (h, h[0])
        whole = getattr(t, name)(x, state, weights, True, 1, 0.0, False, False, False)
        step = getattr(t, name + "_cell")(x[0], one, *weights)
        step = step[0] if name == "lstm" else step
        slopes = t.autograd.grad((whole[0] ** 2).sum() + (step**2).sum(), [x, h, *weights])
        return [[o.detach() for o in whole], step.detach(), *slopes]

    same_program(program, rtol=1e-11)  # sums over five steps in another order


CELLS = ["rnn_tanh_cell", "rnn_relu_cell", "gru_cell", "lstm_cell"]


@pytest.mark.parametrize("kind, base", [("RNN", "RNNBase"), ("LSTM", "RNNBase"), ("GRU", "RNNBase"), ("GRUCell", "RNNCellBase")])  # fmt: skip
def test_bases(kind, base):
    for t in (torch, minitorch_pt):
        assert issubclass(getattr(t.nn, kind), getattr(t.nn, base))
        assert all(callable(getattr(t, cell)) for cell in CELLS)
