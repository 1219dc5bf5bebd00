"""Solutions of lesson 04: each function in the place of the lesson's one. · Soluções da aula 04: cada função no lugar da que está na aula."""


def exercise_1(house, weights, price):
    return price - (house * weights).sum()  # (features,) * (features,) -> (features,) -> ()


def exercise_2(weight, threshold):
    return -weight * threshold


def exercise_3(k):
    return 0.5 - k


def exercise_4(bias, weight_of_size, usual):
    return bias + weight_of_size * usual
