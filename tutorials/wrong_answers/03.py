"""Wrong answers to lesson 03 that its checks must refuse; behind them, what is wrong. · Respostas erradas da aula 03, que ela recusa."""

WRONG = {
    1: [
        lambda houses, weights: houses * weights,
        lambda houses, weights: (houses * weights).sum(),
        lambda houses, weights: (houses * weights).sum(dim=0),
        lambda houses, weights: houses[:, 0] * weights[0] + houses[:, 1] * weights[1],  # two features
        lambda houses, weights: (houses * weights).mean(dim=1),
        lambda houses, weights: prices,
    ],
    2: [lambda: 10.764, lambda: 100 / 10.764, lambda: 1.0, lambda: 0.09],
    3: [
        lambda houses, weights: weights.abs().argmin().item(),
        lambda houses, weights: weights.argmin().item(),
        lambda houses, weights: weights.argmax().item(),  # the weights alone
        lambda houses, weights: weights.abs().argmax().item(),
        lambda houses, weights: (houses.amax(dim=0) - houses.amin(dim=0)).argmax().item(),  # the ranges alone
        lambda houses, weights: (weights * (houses.amax(dim=0) - houses.amin(dim=0))).argmax().item(),  # the sign
        lambda houses, weights: (weights * houses).abs().mean(dim=0).argmax().item(),  # the size, not the range
        lambda houses, weights: (weights * houses).abs().amax(dim=0).argmax().item(),
        lambda houses, weights: 1 if weights[0] > 0 else 0,  # guessed from the first cases
    ],
    4: [
        lambda weights, i: 1 - 2 * i,  # guessed from the first cases
        lambda weights, i: 1,
        lambda weights, i: -1,
        lambda weights, i: 1 if weights[i] < (100.0, 50.0)[i] else -1,  # each weight for itself
        lambda weights, i: 1 if how_far_off(weights) > 0 else -1,
        lambda weights, i: how_far_off(weights),
        lambda weights, i: 1 if how_far_off(weights + 0.01) < how_far_off(weights) else -1,  # both at once
    ],
}
