"""Wrong answers to lesson 16 that its checks must refuse; behind them, what is wrong. · Respostas erradas da aula 16, que ela recusa."""

import math


def _states(sequence, w, u):
    states = [0.0]
    for x in sequence:
        states.append(w * x + u * states[-1])
    return states[1:]


WRONG = {
    1: [
        lambda sequence, w, u: [w * x for x in sequence],
        lambda sequence, w, u: [w * sequence[0] * u**i for i in range(len(sequence))],
        lambda sequence, w, u: _states(sequence, w, u)[-1:],
        lambda sequence, w, u: _states(sequence, u, w),  # swapped
        lambda sequence, w, u: [math.tanh(h) for h in _states(sequence, w, u)],
        lambda sequence, w, u: [0.0, *_states(sequence, w, u)],
    ],
    2: [
        lambda u: math.log(0.01) / math.log(u),  # no whole steps
        lambda u: math.ceil(math.log(0.01) / math.log(u)) - 1,
        lambda u: math.ceil(math.log(0.01) / math.log(u)) + 1,
        lambda u: round(100 * u),
        lambda u: math.ceil(math.log(0.1) / math.log(u)),
    ],
    3: [
        lambda inputs, units: units * inputs + units * units + units,  # one bias
        lambda inputs, units: units * inputs + units * units,
        lambda inputs, units: units * (inputs + units) + 2,
        lambda inputs, units: units * inputs + 2 * units,
        lambda inputs, units: units * (inputs + units + 2) + 0.01,
    ],
    4: [
        lambda: (1.0, 0.0, -0.5),  # forgets
        lambda: (1.0, 1.0, 0.5),  # always 1
        lambda: (1.0, 1.0, -1.5),  # never 1
        lambda: (1.0, 0.5, -0.5),  # the state does not reach
        lambda: (math.nan, math.nan, math.nan),
        lambda: (1.0, 1.0),
    ],
}
