"""Model-agnostic meta-learning on sine curves: through torch.func, through an optimiser that is differentiable, and by hand."""

import math

import torch
import torch.nn as nn
import torch.nn.functional as F
from torch.func import functional_call, grad, vmap

torch.manual_seed(0)
net = nn.Sequential(nn.Linear(1, 20), nn.ReLU(), nn.Linear(20, 20), nn.ReLU(), nn.Linear(20, 1))
params = dict(net.named_parameters())
optimizer = torch.optim.Adam(params.values(), lr=5e-3)
K, TASKS, ALPHA = 8, 4, 0.05


def sample_tasks(outer, inner):
    amplitude = torch.rand(outer, 1, 1) * 4.9 + 0.1
    phase = torch.rand(outer, 1, 1) * math.pi
    xs = torch.rand(outer, 2 * inner, 1) * 10 - 5
    ys = amplitude * torch.sin(xs + phase)
    return xs[:, :inner], ys[:, :inner], xs[:, inner:], ys[:, inner:]


def inner_loss(params, x, y):
    return F.mse_loss(functional_call(net, params, (x,)), y)


def loss_for_task(x1, y1, x2, y2):
    slopes = grad(inner_loss)(params, x1, y1)
    adapted = {k: params[k] - slopes[k] * ALPHA for k in params}
    return inner_loss(adapted, x2, y2)


for step in range(8):
    tasks = sample_tasks(TASKS, K)
    loss = vmap(loss_for_task)(*tasks).mean()
    optimizer.zero_grad()
    loss.backward()
    optimizer.step()
    print(f"{step} {loss.item():.4f}")

# the same inner step by hand, with torch.autograd.grad(create_graph=True)
x1, y1, x2, y2 = (t[0] for t in sample_tasks(1, K))
names = list(params)
loss = inner_loss(params, x1, y1)
slopes = torch.autograd.grad(loss, [params[k] for k in names], create_graph=True)
adapted = {k: params[k] - ALPHA * g for k, g in zip(names, slopes, strict=True)}
by_hand = torch.autograd.grad(inner_loss(adapted, x2, y2), [params[k] for k in names])
through = torch.autograd.grad(loss_for_task(x1, y1, x2, y2), [params[k] for k in names])
print("by hand", all(torch.allclose(a, b, atol=1e-5) for a, b in zip(by_hand, through, strict=True)))

# and by an optimiser whose steps are recorded
fast = [params[k].clone() for k in names]
inner = torch.optim.SGD(fast, lr=ALPHA, differentiable=True)
for p, g in zip(
    fast,
    torch.autograd.grad(
        inner_loss(dict(zip(names, [p.clone() for p in fast], strict=True)), x1, y1), fast, create_graph=True
    ),
    strict=True,
):
    p.grad = g
inner.step()
stepped = torch.autograd.grad(inner_loss(dict(zip(names, fast, strict=True)), x2, y2), [params[k] for k in names])
print("by an optimiser", all(torch.allclose(a, b, atol=1e-5) for a, b in zip(stepped, through, strict=True)))

# a learned step size
rate = torch.tensor(0.05, requires_grad=True)
weight = torch.ones(3, requires_grad=True)
fast_weight = weight.clone()
learner = torch.optim.Adam([fast_weight], lr=rate, differentiable=True)
target = torch.tensor([2.0, -2.0, 0.5])
for _ in range(3):
    fast_weight.grad = torch.autograd.grad(((fast_weight.clone() - target) ** 2).sum(), fast_weight, create_graph=True)[
        0
    ]
    learner.step()
print(torch.autograd.grad(((fast_weight - target) ** 2).sum(), rate))
