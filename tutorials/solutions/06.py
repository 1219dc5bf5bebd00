"""Solutions of lesson 06: each function in the place of the lesson's one. · Soluções da aula 06: cada função no lugar da que está na aula."""

import math


def exercise_1(samples, size, epochs):
    return math.ceil(samples / size) * epochs


def exercise_2(product, biases):
    return product.T + biases  # (neurons, samples) -> (samples, neurons), then + (neurons,)


def exercise_3(samples, size):
    return samples % size or size


def exercise_4(means, counts):
    return sum(mean * count for mean, count in zip(means, counts, strict=True)) / sum(counts)
