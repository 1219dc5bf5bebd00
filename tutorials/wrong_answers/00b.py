"""Wrong answers to lesson 00b that its checks must refuse; behind them, what is wrong. · Respostas erradas da aula 00b, que ela recusa."""


def _step(cell, x, target, bias=True, sign=1.0, always=False):
    (w1, w2, b), (x1, x2) = cell, x
    error = sign * (target if always else target - (1.0 if w1 * x1 + w2 * x2 + b > 0 else 0.0))
    return [w1 + error * x1, w2 + error * x2, b + error * bias]


def _shares(right, groups):
    """The share of wrong answers in each group."""
    members = {name: [r for r, g in zip(right, groups, strict=True) if g == name] for name in groups}
    return {name: own.count(False) / len(own) for name, own in members.items()}


WRONG = {
    1: [
        lambda: [1.0, 1.0, -1.5],  # and
        lambda: [1.0, 1.0, -0.5],  # or
        lambda: [-1.0, 1.0, -0.5],  # the second, but not the first
        lambda: [1.0, 0.0, -0.5],  # the first, whatever the second
        lambda: [1.0, -1.0, 0.5],  # fires at 0, 0
        lambda: [1.0, -1.0],
    ],
    2: [
        lambda cell, x, target: _step(cell, x, target, sign=-1.0),
        lambda cell, x, target: _step(cell, x, target, bias=False),
        lambda cell, x, target: _step(cell, x, target, always=True),  # also when the answer was right
        lambda cell, x, target: [w + target - 1.0 for w in cell],
        lambda cell, x, target: [cell[0] + x[0], cell[1] + x[1], cell[2] + 1.0],  # adds, whatever is wrong
        lambda cell, x, target: cell,
    ],
    3: [
        lambda right, groups: right.count(False) / len(right),  # the average of all people
        lambda right, groups: sum(_shares(right, groups).values()) / len(set(groups)),  # the average of the groups
        lambda right, groups: min(_shares(right, groups).values()),
        lambda right, groups: 1 - max(_shares(right, groups).values()),  # right, not wrong
        lambda right, groups: max(_shares(right, groups), key=_shares(right, groups).get),  # its name
        lambda right, groups: max(_shares(right, groups).values()) * len(right),
    ],
}
