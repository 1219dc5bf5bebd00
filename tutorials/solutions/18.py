"""Solutions of lesson 18: each function in the place of the lesson's one. · Soluções da aula 18: cada função no lugar da que está na aula."""

import minitorch_pt as torch


def exercise_1(p_real, p_made):
    return -p_real.log() - (1 - p_made).log()


def exercise_2(score):
    # A beginner's p is 0.01: log(1 - p) has the slope -0.01 there and teaches hardly anything; -log(p) has -0.99.
    # O p de um principiante é 0,01: log(1 - p) tem ali a inclinação -0,01 e quase nada ensina; -log(p) tem -0,99.
    p = torch.tensor(score).sigmoid()
    return [-p.item(), (p - 1).item()]


def exercise_3(made, real):
    return (made.std(dim=0).mean() < 0.1 * real.std(dim=0).mean()).item()


def exercise_4(generator, start, end, n):
    share = torch.arange(n + 1.0).reshape(-1, 1) / n  # (n + 1, 1)
    return generator(start + share * (end - start))  # (n + 1, 1) * (8,) -> (n + 1, 8) -> (n + 1, 64)
