"""Solutions of lesson 02: each function in the place of the lesson's one. · Soluções da aula 02: cada função no lugar da que está na aula."""


def exercise_1():
    return (3, 2, 1)


def exercise_2(shape):
    count = 1
    for size in shape:
        count *= size
    return count


def exercise_3(vector):
    return vector.reshape(-1, 1)


def exercise_4(x):
    return x[:, 1, -1]
