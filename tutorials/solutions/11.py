"""Solutions of lesson 11: each function in the place of the lesson's one. · Soluções da aula 11: cada função no lugar da que está na aula."""


def exercise_1(w, b, x, y):
    slope = 2 * (w * x + b - y)
    return slope * x, slope


def exercise_2(value):
    s = 1 / (1 + math.exp(-value.data))
    return Value(s, (value,), (s * (1 - s),))


def exercise_3(function, numbers):
    def at(i, nudge):
        return function([*numbers[:i], numbers[i] + nudge, *numbers[i + 1 :]])

    return [(at(i, 1e-4) - at(i, -1e-4)) / 2e-4 for i in range(len(numbers))]


def exercise_4(x, weight):
    # Its shape is that of the weight, (outputs, inputs): one slope for each number.
    # Seu formato é o do peso, (saídas, entradas): uma inclinação para cada número.
    z = x @ weight.T  # (samples, inputs) @ (inputs, outputs) -> (samples, outputs)
    slopes = 2 * z / z.numel()
    return slopes.T @ x  # (outputs, samples) @ (samples, inputs) -> (outputs, inputs)


def exercise_5(n):
    # Each doubling doubles the paths: 2ⁿ of them, one for each unit of the slope. For n = 100 an engine that walks along each of
    # them would not come to an end: 10³⁰ paths, a billion in a second, are 40,000 billion years. This one visits each value once.
    # Cada duplicação duplica os caminhos: são 2ⁿ, um para cada unidade da inclinação. Com n = 100, um motor que percorresse cada um
    # não chegaria ao fim: 10³⁰ caminhos, um bilhão por segundo, são 40 trilhões de anos. Este visita cada valor uma só vez.
    return 2**n, n + 1
