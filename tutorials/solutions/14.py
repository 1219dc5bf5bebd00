"""Solutions of lesson 14: each function in the place of the lesson's one. · Soluções da aula 14: cada função no lugar da que está na aula."""


def exercise_1(train_loss, valid_loss):
    if train_loss > 0.5:
        return UNDERFITTING
    return OVERFITTING if valid_loss - train_loss > 0.2 else FINE


def exercise_2(losses, patience):
    best = 0
    for epoch, loss in enumerate(losses):
        if loss < losses[best]:
            best = epoch
        if epoch - best >= patience:
            return epoch + 1
    return len(losses)


def exercise_3(weights, gradient, lr, l1, l2):
    return weights - lr * (gradient + l1 * weights.sign() + l2 * weights)


def exercise_4(n, k):
    return [list(range(part, n, k)) for part in range(k)]


def exercise_5():
    return {"l1": 0.005, "hidden": 16, "patience": 10}
