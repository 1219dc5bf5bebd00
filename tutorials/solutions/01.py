"""Solutions of lesson 01: each function in the place of the lesson's one. · Soluções da aula 01: cada função no lugar da que está na aula."""


def exercise_1(inputs, weights, bias):
    z = bias
    for x, w in zip(inputs, weights, strict=True):
        z += x * w
    return z if z > 0 else 0.0


def exercise_2(inputs, weights):
    return -sum(x * w for x, w in zip(inputs, weights, strict=True))


def exercise_3(function, x):
    return (function(x + 0.001) - function(x)) / 0.001


def exercise_4():
    return [1.0, 1.0], -1.5
