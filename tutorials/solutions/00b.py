"""Solutions of lesson 00b: each function in the place of the lesson's one. · Soluções da aula 00b: cada função no lugar da que está na aula."""


def exercise_1():
    return [1.0, -1.0, -0.5]


def exercise_2(cell, x, target):
    (w1, w2, b), (x1, x2) = cell, x
    answer = 1.0 if w1 * x1 + w2 * x2 + b > 0 else 0.0
    error = target - answer
    return [w1 + error * x1, w2 + error * x2, b + error]


def exercise_3(right, groups):
    worst = 0.0
    for group in set(groups):
        own = [answer for answer, name in zip(right, groups, strict=True) if name == group]
        worst = max(worst, own.count(False) / len(own))
    return worst
