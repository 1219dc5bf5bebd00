"""Wrong answers to lesson 09 that its checks must refuse; behind them, what is wrong. · Respostas erradas da aula 09, que ela recusa."""

import math

import minitorch_pt as torch

WRONG = {
    1: [
        lambda z: torch.relu(z),
        lambda z: 0.01 * z,
        lambda z: torch.where(z > 0, z, torch.tensor(0.01)),
        lambda z: torch.relu(z) + 0.01 * torch.relu(-z),
        lambda z: z.abs(),
        lambda z: torch.where(z > 0, z, 0.1 * z),
    ],
    2: [
        lambda s: s / 2,
        lambda s: (1 - s) / 2,
        lambda s: s * s,
        lambda s: (1 - s * s) / 3,
        lambda s: 1 - s * s,  # tanh's
        lambda s: 0.25 - abs(s - 0.5) / 2,  # 0.25 in the middle, 0 at the ends
    ],
    3: [
        lambda W1, W2, W3: W1,
        lambda W1, W2, W3: (W3 @ W2 @ W1).T,
        lambda W1, W2, W3: W3 @ W2 @ W1 + 1,
        lambda W1, W2, W3: W3 @ torch.relu(W2 @ W1),
        lambda W1, W2, W3: W3 @ W2,
        lambda W1, W2, W3: W3 @ W2 @ W1 * math.nan,
    ],
    4: [
        lambda: [1.0, -1.0, 1.0],
        lambda: [1.0, -2.0, 0.0],
        lambda: [1.0, -2.0],
        lambda: [-1.0, 2.0, -1.0],
        lambda: [1.0, -2.0, math.nan],
        lambda: [1.0, -2.0, 1.01],
    ],
    5: [
        lambda: ([[1.0, 1.0]], [0.0], [[1.0]], [0.0]),
        lambda: ([[1.0, -1.0], [-1.0, 1.0]], [0.0, 0.0], [[1.0, 1.0]], [1.0]),
        lambda: ([[1.0, -1.0], [-1.0, 1.0]], [0.0, 0.0], [[1.0, -1.0]], [0.0]),
        lambda: ([[1.0, -1.0], [-1.0, 1.0]], [0.0, 0.0], [[1.0, 1.0]], [math.nan]),
        lambda: ([[1.0, -1.0], [-1.0, 1.0]], [0.0, 0.0], [[1.0, 1.0], [1.0, 1.0]], [0.0]),
        lambda: ([[1.0, -1.0], [-1.0, 1.0]], [0.0, 0.0]),
    ],
}
