"""Wrong answers to lesson 06 that its checks must refuse; behind them, what is wrong. · Respostas erradas da aula 06, que ela recusa."""

import math

WRONG = {
    1: [
        lambda samples, size, epochs: samples // size * epochs,  # the smaller batch is lost
        lambda samples, size, epochs: samples / size * epochs,
        lambda samples, size, epochs: math.ceil(samples * epochs / size),  # batches across epochs
        lambda samples, size, epochs: math.ceil(samples / size),
        lambda samples, size, epochs: (samples // size + 1) * epochs,
        lambda samples, size, epochs: round(samples / size) * epochs,
    ],
    2: [
        lambda product, biases: product + biases,
        lambda product, biases: product.T,
        lambda product, biases: (product + biases).T,  # biases by sample
        lambda product, biases: product.T - biases,
    ],
    3: [
        lambda samples, size: samples % size,  # 0 where all are full
        lambda samples, size: size,
        lambda samples, size: samples - size,
        lambda samples, size: samples // size,
    ],
    4: [
        lambda means, counts: sum(means) / len(means),
        lambda means, counts: sum(m * n for m, n in zip(means, counts, strict=True)),
        lambda means, counts: sum(m * n for m, n in zip(means, counts, strict=True)) / len(counts),
        lambda means, counts: max(means),
    ],
}
