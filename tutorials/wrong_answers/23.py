"""Wrong answers to lesson 23 that its checks must refuse; behind them, what is wrong. · Respostas erradas da aula 23, que ela recusa."""


def _trained(x, y, dim=1, empty=True, scale=True, alone=False):
    """The broken training of exercise 4, with some of its illnesses cured."""
    torch.manual_seed(0)
    mean, deviation = (x.mean(dim=0), x.std(dim=0)) if scale else (0.0, 1.0)
    model = torch.nn.Sequential(
        torch.nn.Linear(2, 32), torch.nn.ReLU(), torch.nn.Linear(32, 3), torch.nn.LogSoftmax(dim)
    )
    optimizer = torch.optim.Adam(model.parameters(), lr=0.02)
    for _ in range(150):
        if empty:
            optimizer.zero_grad()
        loss = torch.nn.functional.nll_loss(model((x - mean) / deviation), y)
        loss.backward()
        optimizer.step()

    def answer(x):
        if alone:
            mean, deviation = x.mean(dim=0), x.std(dim=0, correction=0) + 1e-6
            return model((x - mean) / deviation).argmax(dim=1)
        return model((x - (x_mean if scale else 0.0)) / (x_deviation if scale else 1.0)).argmax(dim=1)

    x_mean, x_deviation = mean, deviation
    return answer


def _lengths(gradients):
    return [gradient.norm().item() for gradient in gradients if gradient.dim() == 2]


def _ratio(values):
    return max(values) / min(values)


WRONG = {
    1: [
        lambda hidden: (hidden == 0).float().mean(),  # zeros, not neurons
        lambda hidden: (hidden == 0).any(dim=0).float().mean(),  # silent once
        lambda hidden: (hidden == 0).all(dim=1).float().mean(),  # samples that no neuron answers
        lambda hidden: (hidden == 0).all(dim=0).sum(),  # how many
        lambda hidden: (hidden > 0).any(dim=0).float().mean(),  # those alive
    ],
    2: [
        lambda model, optimizer: [name for name, _ in model.named_parameters()],
        lambda model, optimizer: [],
        lambda model, optimizer: [name for name, p in model.named_parameters() if p.grad is None],
        lambda model, optimizer: [  # equal numbers are not the same tensor
            name
            for name, p in model.named_parameters()
            if not any(p.shape == q.shape and torch.equal(p, q) for q in optimizer.param_groups[0]["params"])
        ],
        lambda model, optimizer: [
            name
            for name, p in model.named_parameters()
            if p.shape not in [q.shape for q in optimizer.param_groups[0]["params"]]
        ],
        lambda model, optimizer: [
            name
            for name, p in model.named_parameters()
            if name.endswith("weight") and all(p is not q for q in optimizer.param_groups[0]["params"])
        ],
    ],
    3: [
        lambda gradients: _lengths(gradients)[0] / _lengths(gradients)[-1],  # first and last
        lambda gradients: (
            max(g.norm().item() for g in gradients) / min(g.norm().item() for g in gradients)
        ),  # biases too
        lambda gradients: min(_lengths(gradients)) / max(_lengths(gradients)),
        lambda gradients: _ratio([g.abs().max().item() for g in gradients if g.dim() == 2]),  # largest numbers
        lambda gradients: max(_lengths(gradients)) - min(_lengths(gradients)),
    ],
    4: [
        lambda x, y: _trained(x, y, dim=0, empty=False, scale=False),  # as it was
        lambda x, y: _trained(x, y, dim=1, empty=True, scale=False),
        lambda x, y: _trained(x, y, dim=0, empty=True, scale=True),
        lambda x, y: _trained(x, y, dim=1, empty=False, scale=True),
        lambda x, y: _trained(x, y, alone=True),  # a point alone has its own mean
        lambda x, y: lambda points: torch.zeros(len(points), dtype=torch.int64),
        lambda x, y: _trained(x, y)(x),  # classes, not a function
    ],
}
