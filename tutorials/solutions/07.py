"""Solutions of lesson 07: each function in the place of the lesson's one. · Soluções da aula 07: cada função no lugar da que está na aula."""


def exercise_1(n_inputs, n_neurons):
    return n_inputs * n_neurons + n_neurons


def exercise_2(scale):
    return [-2 * scale, 2 * scale]


def exercise_3(n, scale):
    return scale * n**0.5


def exercise_4(weight, bias):
    layer = torch.nn.Linear(*weight.shape)
    layer.weight = torch.nn.Parameter(weight.T)  # (inputs, neurons) -> (neurons, inputs)
    layer.bias = torch.nn.Parameter(bias[0])  # (1, neurons) -> (neurons,)
    return layer
