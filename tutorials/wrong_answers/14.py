"""Wrong answers to lesson 14 that its checks must refuse; behind them, what is wrong. · Respostas erradas da aula 14, que ela recusa."""

import math


def _stopped(losses, patience):
    best = 0
    for epoch, loss in enumerate(losses):
        best = epoch if loss < losses[best] else best
        if epoch - best >= patience:
            return epoch + 1
    return len(losses)


WRONG = {
    1: [
        lambda train_loss, valid_loss: (
            OVERFITTING if valid_loss - train_loss > 0.2 else UNDERFITTING if train_loss > 0.5 else FINE
        ),
        lambda train_loss, valid_loss: UNDERFITTING if valid_loss > 0.5 else FINE,
        lambda train_loss, valid_loss: UNDERFITTING if train_loss > 0.5 else OVERFITTING,
        lambda train_loss, valid_loss: OVERFITTING,
        lambda train_loss, valid_loss: "???",
    ],
    2: [
        lambda losses, patience: len(losses),
        lambda losses, patience: losses.index(min(losses)) + patience + 1,  # the smallest of all
        lambda losses, patience: patience + 2,
        lambda losses, patience: losses.index(min(losses)) + 1,
        lambda losses, patience: _stopped(losses, patience) - 1,
    ],
    3: [
        lambda weights, gradient, lr, l1, l2: weights - lr * gradient,
        lambda weights, gradient, lr, l1, l2: weights - lr * (gradient + l1 + l2 * weights),  # no sign
        lambda weights, gradient, lr, l1, l2: weights - lr * (gradient + l1 * weights.sign() + 2 * l2 * weights),
        lambda weights, gradient, lr, l1, l2: weights - lr * (gradient + l1 * weights + l2 * weights.sign()),
        lambda weights, gradient, lr, l1, l2: weights - lr * gradient - l1 * weights.sign() - l2 * weights,
        lambda weights, gradient, lr, l1, l2: weights + lr * (gradient + l1 * weights.sign() + l2 * weights),
    ],
    4: [
        lambda n, k: [list(range(i, n, k)) for i in range(k)][:-1],
        lambda n, k: [list(range(n))] + [[] for _ in range(k - 1)],
        lambda n, k: [list(range(i * (n // k), (i + 1) * (n // k))) for i in range(k)],  # the rest is lost
        lambda n, k: [list(range(1 + i, n + 1, k)) for i in range(k)],  # 1 to n
        lambda n, k: [
            list(range(i * (n // k), n if i == k - 1 else (i + 1) * (n // k))) for i in range(k)
        ],  # a long end
        lambda n, k: list(range(n)),
    ],
    5: [lambda: {}, lambda: {"l1": 0.005}, lambda: {"change": None, "l1": 0.005}, lambda: {"l1": math.nan}],
}
