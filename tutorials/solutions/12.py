"""Solutions of lesson 12: each function in the place of the lesson's one. · Soluções da aula 12: cada função no lugar da que está na aula."""


def exercise_1(start, lr, steps):
    return 3 + (start - 3) * (1 - 2 * lr) ** steps


def exercise_2(c):
    return 1 / c, 2 / c


def exercise_3(w, velocity, gradient, lr, momentum):
    velocity = momentum * velocity + gradient
    return w - lr * velocity, velocity


def exercise_4(gradient, lr):
    return -lr if gradient > 0 else lr


def exercise_5(parameters):
    return torch.optim.SGD(parameters, lr=0.1, momentum=0.85)
