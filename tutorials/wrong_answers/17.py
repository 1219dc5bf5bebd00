"""Wrong answers to lesson 17 that its checks must refuse; behind them, what is wrong. · Respostas erradas da aula 17, que ela recusa."""

import math


def _cell(i, f, g, o, c):
    i, f, o = (1 / (1 + math.exp(-z)) for z in (i, f, o))
    c = f * c + i * math.tanh(g)
    return [c, o * math.tanh(c)]


WRONG = {
    1: [
        lambda i, f, g, o, c: [f * c + i * g, o],
        lambda i, f, g, o, c: _cell(i, f, g, o, c)[::-1],  # swapped
        lambda i, f, g, o, c: _cell(f, i, g, o, c),
        lambda i, f, g, o, c: [_cell(i, f, g, o, c)[0]] * 2,
        lambda i, f, g, o, c: _cell(i, f, 0.0, o, c),
        lambda i, f, g, o, c: _cell(i, f, g, o, c)[1],
    ],
    2: [
        lambda share, steps: share ** (1 / steps),  # the gate
        lambda share, steps: math.log(share / (1 - share)) if share > 0.5 else 0.0,
        lambda share, steps: -math.log(share ** (1 / steps) / (1 - share ** (1 / steps))),
        lambda share, steps: math.log(share / steps),
        lambda share, steps: 0.0,
    ],
    3: [
        lambda inputs, units: 4 * (units * inputs + units * units + units),  # one bias
        lambda inputs, units: units * inputs + units * units + 2 * units,  # one gate
        lambda inputs, units: 3 * (units * inputs + units * units + 2 * units),  # a GRU
        lambda inputs, units: 4 * (units * inputs + units * units),
        lambda inputs, units: 4 * (units * inputs + units * units + 2 * units) + 1,
    ],
    4: [
        lambda values, marks: sum(v * m for v, m in zip(values, marks, strict=True)),
        lambda values, marks: max([v for v, m in zip(values, marks, strict=True) if m] or [0.0]),
        lambda values, marks: ([v for v, m in zip(values, marks, strict=True) if m] or [0.0])[0],
        lambda values, marks: values[-1],
        lambda values, marks: ([v for v, m in zip(values, marks, strict=True) if m] or [None])[-1],
    ],
}
