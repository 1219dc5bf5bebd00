"""Wrong answers to lesson 07 that its checks must refuse; behind them, what is wrong. · Respostas erradas da aula 07, que ela recusa."""

import math

import minitorch_pt as torch


def _linear(weight, bias):
    layer = torch.nn.Linear(weight.shape[1], weight.shape[0])
    layer.weight, layer.bias = torch.nn.Parameter(weight), torch.nn.Parameter(bias)
    return layer


WRONG = {
    1: [
        lambda n_inputs, n_neurons: n_inputs * n_neurons,
        lambda n_inputs, n_neurons: n_inputs * n_neurons + n_inputs,
        lambda n_inputs, n_neurons: n_inputs + n_neurons,
        lambda n_inputs, n_neurons: n_inputs * n_neurons + 1,
        lambda n_inputs, n_neurons: n_inputs * n_neurons + n_neurons + 0.01,
    ],
    2: [
        lambda scale: [-scale, scale],
        lambda scale: [-1.96 * scale, 1.96 * scale],  # that is 95 %
        lambda scale: [2 * scale, -2 * scale],
        lambda scale: [-2.0, 2.0],
        lambda scale: [0.0, 2 * scale],
    ],
    3: [
        lambda n, scale: scale,
        lambda n, scale: n * scale,
        lambda n, scale: n * scale * scale,  # the variance
        lambda n, scale: 1.0,
        lambda n, scale: scale / n**0.5,
    ],
    4: [
        lambda weight, bias: torch.nn.Linear(*weight.shape),  # fresh weights
        lambda weight, bias: torch.nn.Linear(weight.shape[1], weight.shape[0]),
        lambda weight, bias: _linear(weight.reshape(weight.shape[1], -1), bias[0]),  # not transposed
        lambda weight, bias: _linear(weight.T.flip(1), bias[0]),  # the same sums of rows
        lambda weight, bias: _linear(weight.T, bias[0] + 1),
        lambda weight, bias: _linear(weight.T, bias),  # a bias of two axes
        lambda weight, bias: _linear(weight.T, bias[0] * math.nan),
        lambda weight, bias: (weight.T, bias[0]),
    ],
}
