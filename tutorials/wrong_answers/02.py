"""Wrong answers to lesson 02 that its checks must refuse; behind them, what is wrong. · Respostas erradas da aula 02, que ela recusa."""

import math

WRONG = {
    1: [lambda: (1, 2, 3), lambda: (3, 2), lambda: (6,), lambda: 3, lambda: "(3, 2, 1)", lambda: (3.5, 2, 1)],
    2: [
        lambda shape: sum(shape),
        lambda shape: len(shape),
        lambda shape: shape[0] * shape[1] * shape[2] if len(shape) == 3 else 5,  # () holds one number
        lambda shape: math.prod(shape) + 1e-4,
        lambda shape: shape[0] if shape else 0,
    ],
    3: [
        lambda vector: vector,
        lambda vector: vector.reshape(1, -1),  # a row
        lambda vector: vector.T,  # a vector has no other side
        lambda vector: vector.reshape(2, 1),  # right for two numbers
        lambda vector: vector.flip(0).reshape(-1, 1),
        lambda vector: vector.reshape(-1, 1, 1),
    ],
    4: [
        lambda x: x[:, -2, -1],  # plane 1 of 3 only
        lambda x: x[:, 1, 3],  # the last of 4 rows only
        lambda x: x[:, 0, -1],
        lambda x: x[1, :, -1],
        lambda x: x[:, 1, :, -1],  # the last column
        lambda x: x[0:2, 1, -1],  # two groups
        lambda x: x[:, 1:2, -1],  # the axis stays
    ],
}
