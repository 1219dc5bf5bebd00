"""Solutions of lesson 21: each function in the place of the lesson's one. · Soluções da aula 21: cada função no lugar da que está na aula."""


def exercise_1(input):
    return input**3, lambda g: g * 3 * input**2


def exercise_2(tensor):
    seen, waiting = set(), [tensor.grad_fn]
    while waiting:
        node = waiting.pop()
        if isinstance(node, graph.Node) and node not in seen:
            seen.add(node)
            waiting += node.edges
    return len(seen)


def exercise_3(gradient):
    return gradient.sum(dim=0)  # (m, n) -> (n,)


def exercise_4(parameter, gradient, velocity, lr, momentum):
    velocity = momentum * velocity + gradient
    return parameter - lr * velocity, velocity
