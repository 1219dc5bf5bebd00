"""MAML on sine waves, by hand: fast weights through create_graph, first-order and Reptile variants, functional_call; a learned learning rate; prototypical episodes."""

import copy
import math
from collections import OrderedDict

import torch
import torch.nn as nn
import torch.nn.functional as F
from torch.func import functional_call

torch.manual_seed(0)


def sine_task(k=8):
    amplitude, phase = torch.empty(()).uniform_(0.5, 2.0), torch.rand(()) * math.pi

    def sample():
        x = torch.rand(k, 1) * 6 - 3
        return x, amplitude * torch.sin(x + phase)

    return sample(), sample()


def net():
    return nn.Sequential(
        OrderedDict(
            [
                ("l1", nn.Linear(1, 16)),
                ("a1", nn.Tanh()),
                ("l2", nn.Linear(16, 16)),
                ("a2", nn.Tanh()),
                ("out", nn.Linear(16, 1)),
            ]
        )
    )


def adapt(model, params, support, lr=0.05, steps=2, first_order=False):
    for _ in range(steps):
        loss = F.mse_loss(functional_call(model, params, (support[0],)), support[1])
        grads = torch.autograd.grad(loss, params.values(), create_graph=not first_order)
        params = OrderedDict((n, p - lr * g) for (n, p), g in zip(params.items(), grads))
    return params


for first_order in (False, True):
    torch.manual_seed(1)
    model = net()
    opt = torch.optim.Adam(model.parameters(), lr=0.01)
    for it in range(5):
        opt.zero_grad()
        total = 0.0
        for _ in range(3):
            support, query = sine_task()
            fast = adapt(model, OrderedDict(model.named_parameters()), support, first_order=first_order)
            loss = F.mse_loss(functional_call(model, fast, (query[0],)), query[1]) / 3
            loss.backward()
            total += loss.item()
        opt.step()
        print(f"{'fo' if first_order else ''}maml {it} meta loss {total:.4f}", f"{model.l1.weight.grad.norm():.4f}")
fast = adapt(model, dict(model.named_parameters()), sine_task()[0])
print(
    {n: (p.is_leaf, p.grad_fn.name()) for n, p in fast.items()}, functional_call(model, fast, torch.zeros(1, 1)).grad_fn
)
try:
    functional_call(model, {"nothing.weight": torch.ones(1)}, torch.zeros(1, 1), strict=True)
except RuntimeError as e:
    print("RuntimeError:", e)

# Reptile
torch.manual_seed(2)
model = net()
for it in range(4):
    (x, y), _ = sine_task(16)
    inner = copy.deepcopy(model)
    opt = torch.optim.SGD(inner.parameters(), lr=0.02)
    for _ in range(5):
        opt.zero_grad()
        loss = (inner(x) - y).square().mean()
        loss.backward()
        opt.step()
    with torch.no_grad():
        for p, q in zip(model.parameters(), inner.parameters()):
            p.lerp_(q, 0.5 * (1 - it / 4))
    print(f"reptile {it} {loss:.4f}", model.out.bias.item().__round__(4))

# learning the learning rate by the hypergradient
w, log_lr = torch.tensor([4.0, -3.0], requires_grad=True), torch.tensor(-3.0, requires_grad=True)
for it in range(4):
    v = w.detach().clone().requires_grad_()
    for _ in range(3):
        (g,) = torch.autograd.grad(v.pow(4).sum() / 40, v, create_graph=True)
        v = v - log_lr.exp() * g
    outer = v.pow(4).sum() / 40
    (hyper,) = torch.autograd.grad(outer, log_lr)
    with torch.no_grad():
        log_lr -= 0.5 * hyper
    print(f"lr {log_lr.exp():.4f} outer {outer:.4f} hypergradient {hyper:.4f}")

# prototypical networks: episodes of 3 ways, 2 shots
torch.manual_seed(3)
embed = nn.Sequential(nn.Linear(5, 16), nn.ReLU(), nn.Linear(16, 4))
opt = torch.optim.Adam(embed.parameters(), 0.01)
means = torch.randn(8, 5)
for episode in range(6):
    classes = torch.randperm(8)[:3]
    support = means[classes].repeat_interleave(2, 0) + 0.3 * torch.randn(6, 5)
    query, target = means[classes].repeat(4, 1) + 0.3 * torch.randn(12, 5), torch.arange(3).repeat(4)
    prototypes = embed(support).unflatten(0, (3, 2)).mean(1)
    logits = -torch.cdist(embed(query), prototypes).pow(2)
    loss = F.cross_entropy(logits, target)
    opt.zero_grad(set_to_none=True), loss.backward(), opt.step()
    print(
        f"episode {episode} classes {classes.tolist()} loss {loss.item():.4f} accuracy {(logits.argmax(1) == target).float().mean():.2f}"
    )
