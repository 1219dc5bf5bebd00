"""Wrong answers to lesson 05 that its checks must refuse; behind them, what is wrong. · Respostas erradas da aula 05, que ela recusa."""

import minitorch_pt as torch

WRONG = {
    1: [
        lambda left, right: (left[0], right[1]),  # always
        lambda left, right: None if left[0] != right[1] else (left[0], right[1]),
        lambda left, right: (right[1], left[0]) if left[1] == right[0] else None,
        lambda left, right: left if left[1] == right[0] else None,
        lambda left, right: (),
    ],
    2: [
        lambda matrix: matrix,
        lambda matrix: matrix.reshape(matrix.shape[1], matrix.shape[0]),
        lambda matrix: matrix.T.flip(0),
        lambda matrix: torch.zeros(matrix.shape[1], matrix.shape[0]),
    ],
    3: [
        lambda weights, j: weights[j],  # a row
        lambda weights, j: weights[:, j].sum(),
        lambda weights, j: weights[:, j : j + 1],
        lambda weights, j: weights.sum(dim=1),
        lambda weights, j: weights[:, 0],
    ],
    4: [
        lambda x, first, second: first @ x,
        lambda x, first, second: second @ first,
        lambda x, first, second: first.T @ second.T @ x if len(x) == 3 else second @ (first @ x) + 1,
        lambda x, first, second: (second @ first @ x).sum(),
        lambda x, first, second: (
            second.T @ first @ x if second.shape[0] == second.shape[1] else second @ torch.relu(first @ x)
        ),
    ],
}
