"""Wrong answers to lesson 11 that its checks must refuse; behind them, what is wrong. · Respostas erradas da aula 11, que ela recusa."""

import math


def _one_side(function, numbers, h):
    return [(function([*numbers[:i], x + h, *numbers[i + 1 :]]) - function(numbers)) / h for i, x in enumerate(numbers)]


def _both_sides(function, numbers):
    ahead, behind = _one_side(function, numbers, 1e-4), _one_side(function, numbers, -1e-4)
    return [(a + b) / 2 for a, b in zip(ahead, behind, strict=True)]


def _left_nudged(function, numbers):
    slopes = _both_sides(function, numbers)
    numbers[-1] += 1e-4
    return slopes


WRONG = {
    1: [
        lambda w, b, x, y: (2 * (w * x + b - y), 2 * (w * x + b - y)),
        lambda w, b, x, y: (2 * x * (w * x + b - y), 1.0),
        lambda w, b, x, y: (x * (w * x + b - y), w * x + b - y),  # without the 2
        lambda w, b, x, y: (2 * (w * x + b - y), 2 * x * (w * x + b - y)),  # swapped
        lambda w, b, x, y: 2 * x * (w * x + b - y),  # one of two
    ],
    2: [
        lambda value: Value(1 / (1 + math.exp(-value.data))),  # remembers nothing
        lambda value: Value(1 / (1 + math.exp(-value.data)), (value,), (1.0,)),
        lambda value: Value(1 / (1 + math.exp(value.data)), (value,), (0.25,)),
        lambda value: Value(1 / (1 + math.exp(-value.data)), (value,), (value.data * (1 - value.data),)),
        lambda value: Value(math.nan, (value,), (math.nan,)),
        lambda value: Value(1 / (1 + math.exp(-value.data)), (value,), (math.nan,)),
        lambda value: 1 / (1 + math.exp(-value.data)),  # a plain number
    ],
    3: [
        lambda function, numbers: _one_side(function, numbers, 1e-6),  # one side only
        lambda function, numbers: _one_side(function, numbers, -1e-6),
        lambda function, numbers: [function([x + 1e-4 for x in numbers]) / 1e-4] * len(numbers),
        lambda function, numbers: [
            g / 2 for g in _both_sides(function, numbers)
        ],  # divided by h, not 2h, the other way
        lambda function, numbers: _both_sides(function, numbers)[:1],
        lambda function, numbers: _left_nudged(function, numbers),  # the list is not as it was
        lambda function, numbers: sum(_both_sides(function, numbers)),
    ],
    4: [
        lambda x, weight: 2 * (x @ weight.T).T @ x,  # no mean
        lambda x, weight: (x @ weight.T).T @ x / (x @ weight.T).numel(),  # no 2
        lambda x, weight: 2 * (x @ weight.T).T @ x / len(x),  # the mean over samples
        lambda x, weight: (2 * (x @ weight.T).T @ x / (x @ weight.T).numel()).T,
        lambda x, weight: 2 * weight * (x * x).mean(),
    ],
    5: [
        lambda n: (2 * n, n + 1),
        lambda n: (2**n, n),
        lambda n: (2**n, 2**n),
        lambda n: (2 ** (n + 1), n + 1),
        lambda n: (2**n + 0.05, n + 1),
        lambda n: 2**n,
    ],
}
