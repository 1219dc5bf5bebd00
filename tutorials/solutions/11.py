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
    z = x @ weight.T  # (samples, inputs) @ (inputs, outputs) -> (samples, outputs)
    slopes = 2 * z / z.numel()
    return slopes.T @ x  # (outputs, samples) @ (samples, inputs) -> (outputs, inputs)


def exercise_5(n):
    return 2**n, n + 1  # 2ⁿ ways, but each value is visited once
