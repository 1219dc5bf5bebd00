"""Solutions of lesson 08: each function in the place of the lesson's one. · Soluções da aula 08: cada função no lugar da que está na aula."""


def exercise_1(sizes):
    return sum(inputs * outputs for inputs, outputs in zip(sizes[:-1], sizes[1:], strict=True))


def exercise_2(sizes):
    return sum(sizes[1:-1])


def exercise_3(n):
    return [[1.0 if j in (i, i + 1) else 0.0 for j in range(n)] for i in range(n - 1)]


def exercise_4(first, second):
    return second @ first  # (outputs, hidden) @ (hidden, inputs) -> (outputs, inputs)
