"""Solutions of lesson 16: each function in the place of the lesson's one. · Soluções da aula 16: cada função no lugar da que está na aula."""


def exercise_1(sequence, w, u):
    h, states = 0.0, []
    for x in sequence:
        h = w * x + u * h
        states.append(h)
    return states


def exercise_2(u):
    steps, left = 0, 1.0
    while left >= 0.01:
        left *= u
        steps += 1
    return steps


def exercise_3(inputs, units):
    return units * inputs + units * units + 2 * units


def exercise_4():
    return 1.0, 1.0, -0.5
