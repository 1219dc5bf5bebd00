"""Wrong answers to lesson 08 that its checks must refuse; behind them, what is wrong. · Respostas erradas da aula 08, que ela recusa."""

import math

import minitorch_pt as torch

WRONG = {
    1: [
        lambda sizes: sum(sizes),
        lambda sizes: sum(a * b + b for a, b in zip(sizes, sizes[1:], strict=False)),  # with biases
        lambda sizes: math.prod(sizes),
        lambda sizes: sizes[0] * sizes[1],
        lambda sizes: sum(a * b for a, b in zip(sizes, sizes[1:], strict=False)) + 0.5,
    ],
    2: [
        lambda sizes: sum(sizes[1:]),
        lambda sizes: sum(sizes[:-1]),
        lambda sizes: sum(sizes),
        lambda sizes: len(sizes) - 2,
        lambda sizes: sizes[1],
    ],
    3: [
        lambda n: torch.eye(n - 1, n),
        lambda n: (torch.eye(n) + torch.eye(n).roll(1, 0)).tolist(),  # n rows
        lambda n: torch.ones(n - 1, n),
        lambda n: [[1.0 if j in (i, i + 1) else 0.0 for j in range(n - 1)] for i in range(n)],  # transposed
        lambda n: [[j in (i, i + 1) for j in range(n)] for i in range(n - 1)],  # truths, no numbers
    ],
    4: [
        lambda first, second: ((second @ first) > 0).float(),  # whether, not how often
        lambda first, second: (second @ first).T,
        lambda first, second: first.sum(dim=0),
        lambda first, second: torch.ones(second.shape[0], first.shape[1]),
    ],
}
