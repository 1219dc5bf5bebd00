"""Wrong answers to lesson 21 that its checks must refuse; behind them, what is wrong. · Respostas erradas da aula 21, que ela recusa."""

import math


def _paths(node):
    return 1 + sum(_paths(edge) for edge in node.edges if hasattr(edge, "edges"))


def _depth(node):
    return 1 + max([_depth(edge) for edge in node.edges if hasattr(edge, "edges")], default=0)


WRONG = {
    1: [
        lambda input: (input**3, lambda g: 3 * input**2),  # g is forgotten
        lambda input: (input**3, lambda g: 2 * 3 * input**2),  # right for g = 2
        lambda input: (input**3, lambda g: g * input**2),
        lambda input: (input**2, lambda g: g * 3 * input**2),
        lambda input: (input**3, lambda g: math.nan),
        lambda input: (math.nan, lambda g: g * 3 * input**2),
        lambda input: (input**3, lambda: 1 / 0),
        lambda input: input**3,
    ],
    2: [
        lambda tensor: 1,
        lambda tensor: _paths(tensor.grad_fn),  # each way to a node
        lambda tensor: len(tensor.grad_fn.edges),
        lambda tensor: _depth(tensor.grad_fn),
        lambda tensor: _depth(tensor.grad_fn) + 1,
    ],
    3: [
        lambda gradient: gradient,
        lambda gradient: gradient.sum(dim=1),
        lambda gradient: gradient.sum(),
        lambda gradient: gradient.mean(dim=0),
        lambda gradient: gradient[0] * len(gradient),
        lambda gradient: gradient.sum(dim=0, keepdim=True),
    ],
    4: [
        lambda parameter, gradient, velocity, lr, momentum: [parameter - lr * gradient, gradient],
        lambda parameter, gradient, velocity, lr, momentum: [parameter - lr * velocity, momentum * velocity + gradient],
        lambda parameter, gradient, velocity, lr, momentum: [
            parameter - lr * (gradient + momentum * (momentum * velocity + gradient)),  # Nesterov
            momentum * velocity + gradient,
        ],
        lambda parameter, gradient, velocity, lr, momentum: [
            parameter + lr * (momentum * velocity + gradient),
            momentum * velocity + gradient,
        ],
        lambda parameter, gradient, velocity, lr, momentum: [momentum * velocity + gradient, parameter],
    ],
}
