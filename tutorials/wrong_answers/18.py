"""Wrong answers to lesson 18 that its checks must refuse; behind them, what is wrong. · Respostas erradas da aula 18, que ela recusa."""

import minitorch_pt as torch


def _walk(generator, start, end, shares):
    return generator(start + shares.reshape(-1, 1) * (end - start))


WRONG = {
    1: [
        lambda p_real, p_made: -p_real.log() - p_made.log(),
        lambda p_real, p_made: p_real.log() + (1 - p_made).log(),
        lambda p_real, p_made: (-p_real.log() - (1 - p_made).log()) / 2,
        lambda p_real, p_made: -p_real.log(),
        lambda p_real, p_made: -(1 - p_real).log() - p_made.log(),
    ],
    2: [
        lambda score: [torch.tensor(score).sigmoid().item() - 1, -torch.tensor(score).sigmoid().item()],  # swapped
        lambda score: [torch.tensor(score).sigmoid().item(), 1 - torch.tensor(score).sigmoid().item()],
        lambda score: [-0.5, -0.5],
        lambda score: [
            -1 / (1 - torch.tensor(score).sigmoid().item()),
            -1 / torch.tensor(score).sigmoid().item(),
        ],  # along p
        lambda score: -torch.tensor(score).sigmoid().item(),
    ],
    3: [
        lambda made, real: False,
        lambda made, real: (made.std() < 0.1 * real.std()).item(),  # over pixels too
        lambda made, real: (made.std(dim=1).mean() < 0.1 * real.std(dim=1).mean()).item(),
        lambda made, real: (made.std(dim=0).mean() > 0.1 * real.std(dim=0).mean()).item(),
        lambda made, real: len(made) < len(real) / 10,
        lambda made, real: int(made.std(dim=0).mean() < 0.1 * real.std(dim=0).mean()),  # a number
    ],
    4: [
        lambda generator, start, end, n: generator(torch.stack([start, end])),
        lambda generator, start, end, n: _walk(generator, start, end, torch.arange(float(n)) / n),  # no end
        lambda generator, start, end, n: _walk(generator, start, end, (torch.arange(n + 1.0) / n) ** 2),
        lambda generator, start, end, n: _walk(generator, end, start, torch.arange(n + 1.0) / n),
        lambda generator, start, end, n: _walk(generator, start, end, torch.tensor([0, 0.25, 0.3, 0.9, 1])[: n + 1]),
        lambda generator, start, end, n: _walk(lambda x: x, start, end, torch.arange(n + 1.0) / n),
        lambda generator, start, end, n: _walk(generator, start, end, torch.arange(n + 1.0) / n).tolist(),
    ],
}
