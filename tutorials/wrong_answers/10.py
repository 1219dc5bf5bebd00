"""Wrong answers to lesson 10 that its checks must refuse; behind them, what is wrong. · Respostas erradas da aula 10, que ela recusa."""

import math

import minitorch_pt as torch


def _huber(predictions, targets, less):
    d = (predictions - targets).abs()
    return torch.where(d < 1, d * d / 2, d - less).mean()


def _slopes(shares, labels, n):
    shares = shares.clone()
    for i, label in enumerate(labels.tolist()):
        shares[i, label] -= 1
    return shares / n


WRONG = {
    1: [
        lambda predictions, targets: ((predictions - targets) ** 2).mean(),
        lambda predictions, targets: (predictions - targets).abs().mean(),
        lambda predictions, targets: ((predictions - targets) ** 2).sum() ** 0.5,
        lambda predictions, targets: ((predictions - targets) ** 2).mean(dim=-1) ** 0.5 * 1.001,
        lambda predictions, targets: (predictions - targets) ** 2,
    ],
    2: [
        lambda predictions, targets: ((predictions - targets) ** 2).mean() / 2,
        lambda predictions, targets: (predictions - targets).abs().mean(),
        lambda predictions, targets: _huber(predictions, targets, 0.0),  # a jump at 1
        lambda predictions, targets: _huber(predictions, targets, 0.5) * len(predictions),
        lambda predictions, targets: F.l1_loss(predictions, targets) - 0.5,
    ],
    3: [
        lambda apples, n: 1 - apples / n,
        lambda apples, n: 1 / n,
        lambda apples, n: 1.0 if 2 * apples > n else 0.0,
        lambda apples, n: 0.5,
        lambda apples, n: round(apples / n),
    ],
    4: [
        lambda classes: 1 / classes,
        lambda classes: math.log10(classes),
        lambda classes: math.log2(classes),
        lambda classes: -math.log(classes),
        lambda classes: classes,
    ],
    5: [
        lambda scores, labels: _slopes(torch.full_like(scores, 1 / scores.shape[1]), labels, len(scores)),  # no softmax
        lambda scores, labels: _slopes(scores.softmax(dim=1), labels, 1),  # no mean
        lambda scores, labels: _slopes(scores.softmax(dim=0), labels, len(scores)),
        lambda scores, labels: scores.softmax(dim=1) / len(scores),
        lambda scores, labels: -_slopes(scores.softmax(dim=1), labels, len(scores)),
        lambda scores, labels: _slopes(scores.softmax(dim=1), labels, scores.numel()),
        lambda scores, labels: _slopes(scores.softmax(dim=1), 0 * labels + labels[0], len(scores)),  # one label for all
        lambda scores, labels: _slopes(scores.exp(), labels, len(scores)),
    ],
}
