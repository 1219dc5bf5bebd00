"""Solutions of lesson 19: each function in the place of the lesson's one. · Soluções da aula 19: cada função no lugar da que está na aula."""

import math

import minitorch_pt as torch


def exercise_1(query, key):
    scores = key @ query / math.sqrt(len(query))  # (n, d) @ (d,) -> (n,)
    return scores.softmax(dim=0)


def exercise_2(n, back):
    row, column = torch.arange(n).reshape(n, 1), torch.arange(n)
    return (column <= row) & (column >= row - back)  # (n,) and (n, 1) -> (n, n)


def exercise_3(scores, temperature):
    # In `write`: `probabilities = exercise_3(model(codes)[:, -1], 0.5)`. · Em `write`: a mesma linha.
    return (scores / temperature).softmax(dim=1)


def exercise_4(width):
    norms = 2 * 2 * width
    query_key_value, join = width * 3 * width + 3 * width, width * width + width
    think = width * 4 * width + 4 * width + 4 * width * width + width
    # The number of heads does not matter: they share the same query, key and value out among them, and add no numbers.
    # O número de cabeças não importa: elas repartem entre si as mesmas consultas, chaves e valores, sem somar números.
    return norms + query_key_value + join + think
