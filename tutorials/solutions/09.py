"""Solutions of lesson 09: each function in the place of the lesson's one. · Soluções da aula 09: cada função no lugar da que está na aula."""


def exercise_1(z):
    return torch.relu(z) - 0.01 * torch.relu(-z)


def exercise_2(s):
    return s * (1 - s)


def exercise_3(W1, W2, W3):
    return W3 @ W2 @ W1  # (n, 4) @ (4, 3) @ (3, 2) -> (n, 2)


def exercise_4():
    return [1.0, -2.0, 1.0]


def exercise_5():
    # |x1 - x2|. One layer cannot: f(0, 0) + f(1, 1) = f(0, 1) + f(1, 0) for any weights, and XOR asks for 0 = 2.
    # |x1 - x2|. Uma camada não consegue: f(0, 0) + f(1, 1) = f(0, 1) + f(1, 0) com quaisquer pesos, e o XOR pede 0 = 2.
    return [[1.0, -1.0], [-1.0, 1.0]], [0.0, 0.0], [[1.0, 1.0]], [0.0]
