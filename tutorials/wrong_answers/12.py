"""Wrong answers to lesson 12 that its checks must refuse; behind them, what is wrong. · Respostas erradas da aula 12, que ela recusa."""

import minitorch_pt as torch

WRONG = {
    1: [
        lambda start, lr, steps: start * (1 - 2 * lr) ** steps,
        lambda start, lr, steps: 3 + (start - 3) * (1 - lr) ** steps,
        lambda start, lr, steps: 3 + (start - 3) * (1 - 2 * lr) ** (steps - 1),
        lambda start, lr, steps: 3 + (start - 3) * (1 + 2 * lr) ** steps,  # uphill
        lambda start, lr, steps: 3.0,
    ],
    2: [
        lambda c: (2 / c, 1 / c),
        lambda c: (1 / c, 1.0),
        lambda c: (c, 2 * c),
        lambda c: 1 / c,
        lambda c: (0.5 / c, 1 / c),
    ],
    3: [
        lambda w, velocity, gradient, lr, momentum: (w - lr * gradient, gradient),  # plain
        lambda w, velocity, gradient, lr, momentum: (w - lr * velocity, momentum * velocity + gradient),  # the old one
        lambda w, velocity, gradient, lr, momentum: (
            w + lr * (momentum * velocity + gradient),
            momentum * velocity + gradient,
        ),
        lambda w, velocity, gradient, lr, momentum: (
            w - lr * (momentum * velocity + (1 - momentum) * gradient),
            momentum * velocity + (1 - momentum) * gradient,
        ),
        lambda w, velocity, gradient, lr, momentum: w - lr * (momentum * velocity + gradient),
    ],
    4: [
        lambda gradient, lr: -lr * gradient,
        lambda gradient, lr: lr,
        lambda gradient, lr: -lr,
        lambda gradient, lr: lr if gradient > 0 else -lr,
        lambda gradient, lr: -lr * 0.1 * gradient / (0.001 * gradient * gradient) ** 0.5,  # not put right for t = 1
    ],
    5: [
        lambda parameters: torch.optim.SGD(parameters, lr=0.05),
        lambda parameters: torch.optim.SGD(parameters, lr=0.05, momentum=0.8),
        lambda parameters: torch.optim.Adam(parameters, lr=20.0),
        lambda parameters: torch.optim.SGD(parameters, lr=1.0),  # inf and nan
        lambda parameters: torch.optim.SGD([torch.zeros(2, requires_grad=True)], lr=0.1, momentum=0.85),  # of others
        lambda parameters: torch.optim.SGD,
    ],
}
