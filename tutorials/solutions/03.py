"""Solutions of lesson 03: each function in the place of the lesson's one. · Soluções da aula 03: cada função no lugar da que está na aula."""


def exercise_1(houses, weights):
    return (houses * weights).sum(dim=1)  # (n, features) * (features,) -> (n, features) -> (n,)


def exercise_2():
    return 1 / 10.764


def exercise_3(houses, weights):
    influence = (weights * (houses.amax(dim=0) - houses.amin(dim=0))).abs()
    return influence.argmax().item()


def exercise_4(weights, i):
    nudged = weights.clone()
    nudged[i] += 0.01
    return 1 if how_far_off(nudged) < how_far_off(weights) else -1
