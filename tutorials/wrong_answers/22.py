"""Wrong answers to lesson 22 that its checks must refuse; behind them, what is wrong. · Respostas erradas da aula 22, que ela recusa."""

import copy


def _twin(source):
    return copy.deepcopy(source)


def _sharing(source, target):
    for ours, theirs in zip(target.modules(), source.modules(), strict=True):
        for name, parameter in theirs.named_parameters(recurse=False):
            setattr(ours, name, parameter)
    return target


WRONG = {
    1: [
        lambda gradients, sizes: sum(gradients) / len(gradients),
        lambda gradients, sizes: sum(g * n for g, n in zip(gradients, sizes, strict=True)),
        lambda gradients, sizes: sum(gradients),
        lambda gradients, sizes: sum(g / n for g, n in zip(gradients, sizes, strict=True)),
    ],
    2: [
        lambda text: text,
        lambda text: text.replace("minitorch_pt", "torch"),  # import torch as torch
        lambda text: "import torch\n",
        lambda text: text.replace("minitorch_pt as ", ""),
        lambda text: text.strip(),
    ],
    3: [
        lambda source, target: target,
        lambda source, target: source,
        lambda source, target: target.load_state_dict(source.state_dict()),  # returns what was missing
        lambda source, target: _twin(source),  # a copy, not the target
        lambda source, target: _sharing(source, target),  # one memory for both
    ],
    4: [
        lambda lr, processes: lr,
        lambda lr, processes: lr * processes,
        lambda lr, processes: lr / processes**2,
        lambda lr, processes: 0.05 + lr * 1e-3,
    ],
}
