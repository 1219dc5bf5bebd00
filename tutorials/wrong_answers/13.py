"""Wrong answers to lesson 13 that its checks must refuse; behind them, what is wrong. · Respostas erradas da aula 13, que ela recusa."""

import math


def _halves(halves, parts_of_loss):
    model, loss_function, optimizer = parts()
    for x, y in halves:
        (loss_function(model(x), y) / parts_of_loss).backward()
    optimizer.step()
    return model


WRONG = {
    1: [
        lambda: [0],
        lambda: [0, 1, 2, 3],
        lambda: [0, 1],
        lambda: [2],
        lambda: [0, 1, 3, 7],  # no such place
        lambda: [],
    ],
    2: [
        lambda losses, sizes: sum(losses) / len(losses),
        lambda losses, sizes: sum(a * n for a, n in zip(losses, sizes, strict=True)),
        lambda losses, sizes: sum(a * n for a, n in zip(losses, sizes, strict=True)) / len(sizes),
        lambda losses, sizes: losses[-1],
    ],
    3: [
        lambda x_first, y_first, x_second, y_second: parts()[0],  # no step
        lambda x_first, y_first, x_second, y_second: _halves([(x_first, y_first)], 1),  # one half only
        lambda x_first, y_first, x_second, y_second: _halves([(x_first, y_first), (x_second, y_second)], 1),  # no mean
        lambda x_first, y_first, x_second, y_second: _halves([(x_first, y_first), (x_second, y_second)], math.nan),
        lambda x_first, y_first, x_second, y_second: _halves([(x_first, y_first)], 2),
    ],
    4: [lambda: 0.5, lambda: 0.01, lambda: math.nan, lambda: -1.0, lambda: "1.5"],
}
