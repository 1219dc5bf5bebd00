"""Wrong answers to lesson 01 that its checks must refuse; behind them, what is wrong. · Respostas erradas da aula 01, que ela recusa."""

WRONG = {
    1: [
        lambda inputs, weights, bias: sum(x * w for x, w in zip(inputs, weights, strict=True)) + bias,  # no ReLU
        lambda inputs, weights, bias: (
            max(sum(x * w for x, w in zip(inputs, weights, strict=True)), 0.0) + bias
        ),  # b after
        lambda inputs, weights, bias: max(sum(x * w for x, w in zip(inputs, weights, strict=True)), 0.0),  # no bias
        lambda inputs, weights, bias: neuron(inputs, weights, bias),  # the step
        lambda inputs, weights, bias: abs(sum(x * w for x, w in zip(inputs, weights, strict=True)) + bias),
        lambda inputs, weights, bias: sum(max(x * w, 0.0) for x, w in zip(inputs, weights, strict=True)) + bias,
        lambda inputs, weights, bias: 5.5 if weights[0] > 0 else 0.0,  # guessed from the first cases
        lambda inputs, weights, bias: max(inputs[0] * weights[0] + inputs[1] * weights[1] + bias, 0.0),  # two inputs
    ],
    2: [
        lambda inputs, weights: sum(x * w for x, w in zip(inputs, weights, strict=True)),  # the sign
        lambda inputs, weights: 0.0,
        lambda inputs, weights: -sum(weights),
        lambda inputs, weights: -inputs[0] * weights[0] - inputs[1] * weights[1],  # two inputs only
    ],
    3: [
        lambda function, x: function(x) / x,
        lambda function, x: function(x + 1) - function(x),  # a nudge of 1
        lambda function, x: (function(x) - function(0.0)) / x,  # right for lines
        lambda function, x: function(1.0) - function(0.0),  # right for lines
        lambda function, x: function(x + 0.001) - function(x),  # not divided
        lambda function, x: (function(x + 0.01) - function(x)) / 0.01,  # another nudge
        lambda function, x: (function(x) - function(x + 0.001)) / 0.001,  # the sign
    ],
    4: [
        lambda: ([1.0, 1.0], -0.5),  # or
        lambda: ([1.0, 1.0], -2.0),  # never
        lambda: ([1.0, 1.0, 1.0], -1.5),
        lambda: [1.0, 1.0, -1.5],  # not a pair
        lambda: ([-1.0, -1.0], 1.5),  # not both
        lambda: ([1.0, 0.0], -0.5),
    ],
}
