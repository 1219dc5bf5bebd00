"""Wrong answers to lesson 20 that its checks must refuse; behind them, what is wrong. · Respostas erradas da aula 20, que ela recusa."""

WRONG = {
    1: [
        lambda a, b: (a / b, lambda g: g / b, lambda g: g * a / b**2),  # the sign
        lambda a, b: (a / b, lambda g: g / b, lambda g: -g * a / b),
        lambda a, b: (a / b, lambda g: g * b, lambda g: g * a),  # those of the product
        lambda a, b: (a / b, lambda g: 1 / b, lambda g: -a / b**2),  # g is forgotten
        lambda a, b: (b / a, lambda g: g / b, lambda g: -g * a / b**2),
        lambda a, b: (a / b, lambda g: g / b),  # one pull of two
        lambda a, b: (a / b, lambda g: g / b, lambda g: -g * a / b**2 * np.nan),
        lambda a, b: (a / b, 1 / b, -a / b**2),  # arrays, no functions
    ],
    2: [
        lambda a: (a.mean(), lambda g: g / a.size),  # a number, not the shape of the input
        lambda a: (a.mean(), lambda g: np.full(a.shape, g)),  # that of the sum
        lambda a: (a.sum(), lambda g: np.full(a.shape, g / a.size)),
        lambda a: (a.mean(), lambda g: np.full(a.shape, g / len(a))),  # rows, not numbers
        lambda a: (a.mean(), lambda g: np.full(a.shape, 1 / a.size)),  # g is forgotten
        lambda a: (a.mean(axis=0), lambda g: np.full(a.shape, g / a.size)),
    ],
    3: [
        lambda gradient: gradient,
        lambda gradient: gradient.sum(axis=1),  # the axis is gone
        lambda gradient: gradient.sum(axis=0, keepdims=True),  # that of a row
        lambda gradient: gradient[:, :1],  # one use of many
        lambda gradient: gradient.mean(axis=1, keepdims=True),
        lambda gradient: gradient.sum(),
    ],
}
