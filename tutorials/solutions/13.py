"""Solutions of lesson 13: each function in the place of the lesson's one. · Soluções da aula 13: cada função no lugar da que está na aula."""


def exercise_1():
    return [0, 1, 3]


def exercise_2(losses, sizes):
    return sum(loss * size for loss, size in zip(losses, sizes, strict=True)) / sum(sizes)


def exercise_3(x_first, y_first, x_second, y_second):
    model, loss_function, optimizer = parts()
    for x_half, y_half in [(x_first, y_first), (x_second, y_second)]:
        (loss_function(model(x_half), y_half) / 2).backward()  # the mean of two halves is half the sum of their means
    optimizer.step()
    return model


def exercise_4():
    return 1.5
