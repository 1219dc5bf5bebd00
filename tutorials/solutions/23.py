"""Solutions of lesson 23: each function in the place of the lesson's one. · Soluções da aula 23: cada função no lugar da que está na aula."""


def exercise_1(hidden):
    return (hidden == 0).all(dim=0).float().mean()


def exercise_2(model, optimizer):
    held = {id(parameter) for group in optimizer.param_groups for parameter in group["params"]}
    return [name for name, parameter in model.named_parameters() if id(parameter) not in held]


def exercise_3(gradients):
    lengths = [gradient.norm().item() for gradient in gradients if gradient.dim() == 2]
    return max(lengths) / min(lengths)


def exercise_4(x, y):
    mean, deviation = x.mean(dim=0), x.std(dim=0)
    model = torch.nn.Sequential(torch.nn.Linear(2, 32), torch.nn.ReLU(), torch.nn.Linear(32, 3))
    optimizer = torch.optim.Adam(model.parameters(), lr=0.02)
    for _ in range(150):
        optimizer.zero_grad()
        loss = torch.nn.functional.cross_entropy(model((x - mean) / deviation), y)
        loss.backward()
        optimizer.step()
    return lambda x: model((x - mean) / deviation).argmax(dim=1)
