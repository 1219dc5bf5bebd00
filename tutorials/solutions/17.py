"""Solutions of lesson 17: each function in the place of the lesson's one. · Soluções da aula 17: cada função no lugar da que está na aula."""


def exercise_1(i, f, g, o, c):
    i, f, o = (1 / (1 + math.exp(-z)) for z in (i, f, o))
    c = f * c + i * math.tanh(g)
    return [c, o * math.tanh(c)]


def exercise_2(share, steps):
    f = share ** (1 / steps)
    return math.log(f / (1 - f))  # sigmoid(b) = f, solved for b


def exercise_3(inputs, units):
    return 4 * (units * inputs + units * units + 2 * units)


def exercise_4(values, marks):
    c = 0.0
    for g, mark in zip(values, marks, strict=True):
        c = (1 - mark) * c + mark * g
    return c
