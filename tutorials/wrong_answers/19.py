"""Wrong answers to lesson 19 that its checks must refuse; behind them, what is wrong. · Respostas erradas da aula 19, que ela recusa."""

import math

import minitorch_pt as torch

WRONG = {
    1: [
        lambda query, key: (key @ query).softmax(dim=0),  # not divided
        lambda query, key: key @ query / math.sqrt(len(query)),
        lambda query, key: (key @ query / len(query)).softmax(dim=0),
        lambda query, key: torch.full((len(key),), 1 / len(key)),
        lambda query, key: (key @ query / math.sqrt(len(key))).softmax(dim=0),  # the number of keys
        lambda query, key: (key @ query / math.sqrt(len(query))).softmax(dim=0).reshape(1, -1),
    ],
    2: [
        lambda n, back: torch.ones(n, n).tril() > 0,
        lambda n, back: torch.ones(n, n).tril() - torch.ones(n, n).tril(-back - 1),  # numbers
        lambda n, back: (torch.ones(n, n).tril() - torch.ones(n, n).tril(-back)) > 0,
        lambda n, back: ((torch.ones(n, n).tril() - torch.ones(n, n).tril(-back - 1)) > 0).T,  # into the future
        lambda n, back: (torch.ones(n, n).tril(back) - torch.ones(n, n).tril(-back - 1)) > 0,
        lambda n, back: (torch.ones(n, n).tril() - torch.ones(n, n).tril(-back - 1)) == 0,
    ],
    3: [
        lambda scores, temperature: (scores * temperature).softmax(dim=1),
        lambda scores, temperature: scores.softmax(dim=1) / temperature,
        lambda scores, temperature: scores.softmax(dim=1),
        lambda scores, temperature: scores / temperature,
        lambda scores, temperature: (scores / temperature).softmax(dim=0),
        lambda scores, temperature: (scores / temperature).softmax(dim=1).flatten(),
    ],
    4: [
        lambda width: 12 * width * width,
        lambda width: 12 * width * width + 9 * width,  # the norms are missing
        lambda width: 12 * width * width + 4 * width,  # the biases are missing
        lambda width: 12 * width * width + 11 * width,
        lambda width: 12 * width * width + 13 * width + 0.1,
    ],
}
