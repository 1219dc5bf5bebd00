"""Wrong answers to lesson 15 that its checks must refuse; behind them, what is wrong. · Respostas erradas da aula 15, que ela recusa."""

import math

import minitorch_pt as torch

WRONG = {
    1: [
        lambda size, h, padding: size,
        lambda size, h, padding: size - h + 1,
        lambda size, h, padding: size + padding - h + 1,
        lambda size, h, padding: size + 2 * padding - h,
        lambda size, h, padding: size - 2,
    ],
    2: [
        lambda channels, out, h: out * channels * h * h,  # no biases
        lambda channels, out, h: out * (channels * h + 1),
        lambda channels, out, h: out * h * h + out,
        lambda channels, out, h: out * channels * (h * h + 1),
        lambda channels, out, h: out * (channels * h * h + 1) + 0.01,
    ],
    3: [
        lambda x: x.reshape(x.shape[0] // 2, 2, x.shape[1] // 2, 2).mean(dim=(1, 3)),
        lambda x: x[::2, ::2],
        lambda x: x.amax(dim=0),
        lambda x: x.reshape(-1, 2, 2).amax(dim=(1, 2)).reshape(x.shape[0] // 2, -1),  # not neighbours
        lambda x: torch.relu(x.reshape(x.shape[0] // 2, 2, x.shape[1] // 2, 2).amax(dim=(1, 3))),  # never below 0
        lambda x: x[1::2, 1::2],
    ],
    4: [
        lambda: [[1.0, -2.0, 1.0]],
        lambda: [[-1.0, 2.0, -1.01]],
        lambda: [-1.0, 2.0, -1.0],
        lambda: [[0.0, 2.0, 0.0]],
        lambda: [[-1.0, 2.0, math.nan]],
        lambda: [[-1.0], [2.0], [-1.0]],
    ],
}
