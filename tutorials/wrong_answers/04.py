"""Wrong answers to lesson 04 that its checks must refuse; behind them, what is wrong. · Respostas erradas da aula 04, que ela recusa."""

WRONG = {
    1: [
        lambda house, weights, price: price,
        lambda house, weights, price: (house * weights).sum() - price,
        lambda house, weights, price: price - house.sum(),
        lambda house, weights, price: price - house[0] * weights[0] - house[1] * weights[1],
        lambda house, weights, price: price - house * weights,
    ],
    2: [
        lambda weight, threshold: -threshold,
        lambda weight, threshold: weight * threshold,
        lambda weight, threshold: -threshold / weight,
        lambda weight, threshold: -abs(weight * threshold),
    ],
    3: [
        lambda k: -k,  # more than k
        lambda k: k,
        lambda k: -0.5,
        lambda k: 1.5 - k,  # k - 1 are enough
        lambda k: -0.5 - k,
    ],
    4: [
        lambda bias, weight_of_size, usual: bias - weight_of_size * usual,
        lambda bias, weight_of_size, usual: bias,
        lambda bias, weight_of_size, usual: bias + usual,
        lambda bias, weight_of_size, usual: bias + weight_of_size,
    ],
}
