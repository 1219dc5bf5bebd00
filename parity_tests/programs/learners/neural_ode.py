"""A neural ODE: Euler and RK4 steps, the adjoint method as an autograd.Function, spirals; checkpointed steps."""

import math

import torch
import torch.nn as nn
from torch.utils.checkpoint import checkpoint


def euler(f, t, h, y):
    return y + h * f(t, y)


def rk4(f, t, h, y):
    k1 = f(t, y)
    k2 = f(t + h / 2, y + h / 2 * k1)
    k3 = f(t + h / 2, y + h / 2 * k2)
    k4 = f(t + h, y + h * k3)
    return y + h / 6 * (k1 + 2 * k2 + 2 * k3 + k4)


def odeint(f, y0, ts, method=rk4):
    ys = [y0]
    for t0, t1 in zip(ts[:-1], ts[1:]):
        ys.append(method(f, t0, t1 - t0, ys[-1]))
    return torch.stack(ys)


A = torch.tensor([[-0.1, 2.0], [-2.0, -0.1]])
ts = torch.linspace(0.0, 2.0, 11)
true = odeint(lambda t, y: y**3 @ A, torch.tensor([[2.0, 0.0]]), torch.linspace(0.0, 2.0, 41))[::4]
print(
    true.shape,
    true[-1],
    odeint(lambda t, y: -y, torch.ones(1), ts)[-1],
    odeint(lambda t, y: -y, torch.ones(1), ts, euler)[-1],
    math.exp(-2),
)


class ODEFunc(nn.Module):
    def __init__(self):
        super(ODEFunc, self).__init__()
        self.net = nn.Sequential(nn.Linear(2, 20), nn.Tanh(), nn.Linear(20, 2))
        self.nfe = 0
        for m in self.net.modules():
            if isinstance(m, nn.Linear):
                nn.init.normal_(m.weight, mean=0, std=0.1)
                nn.init.constant_(m.bias, val=0)

    def forward(self, t, y):
        self.nfe += 1
        return self.net(y**3)


def flat(tensors):
    return torch.cat([t.reshape(-1) for t in tensors])


class Adjoint(torch.autograd.Function):
    @staticmethod
    def forward(ctx, func, ts, y0, *params):
        ctx.func = func
        with torch.no_grad():
            ys = odeint(func, y0, ts)
        ctx.save_for_backward(ts, ys, *params)
        ctx.mark_non_differentiable()
        return ys

    @staticmethod
    def backward(ctx, grad_ys):
        ts, ys, *params = ctx.saved_tensors
        adj_y, adj_p = torch.zeros_like(ys[0]), torch.zeros(sum(p.numel() for p in params))
        for i in range(len(ts) - 1, 0, -1):
            adj_y = adj_y + grad_ys[i]
            h, y, state = ts[i] - ts[i - 1], ys[i], (ys[i], adj_y, adj_p)
            with torch.enable_grad():
                y = ys[i - 1].detach().requires_grad_()
                out = rk4(ctx.func, ts[i - 1], h, y)
                grads = torch.autograd.grad(out, (y, *params), adj_y, allow_unused=True)
            adj_y = grads[0]
            adj_p = state[2] + flat(g if g is not None else torch.zeros_like(p) for g, p in zip(grads[1:], params))
        out, at = [], 0
        for p in params:
            out.append(adj_p[at : at + p.numel()].view_as(p))
            at += p.numel()
        return (None, None, adj_y + grad_ys[0], *out)


torch.manual_seed(0)
func = ODEFunc()
y0 = torch.tensor([[2.0, 0.0]], requires_grad=True)
results = {}
for name in ("direct", "adjoint", "checkpoint"):
    func.zero_grad()
    y0.grad = None
    func.nfe = 0
    if name == "direct":
        pred = odeint(func, y0, ts)
    elif name == "adjoint":
        pred = Adjoint.apply(func, ts, y0, *func.parameters())
    else:
        ys = [y0]
        for t0, t1 in zip(ts[:-1], ts[1:]):
            ys.append(checkpoint(rk4, func, t0, t1 - t0, ys[-1], use_reentrant=False))
        pred = torch.stack(ys)
    loss = (pred - true).abs().mean()
    loss.backward()
    results[name] = flat(p.grad for p in func.parameters())
    print(name, f"{loss.item():.5f}", func.nfe, pred.grad_fn.name(), y0.grad, f"{results[name].norm():.5f}")
print([torch.allclose(results["direct"], g, atol=1e-5) for g in results.values()])

optimizer = torch.optim.RMSprop(func.parameters(), lr=1e-3)
for itr in range(1, 7):
    s = torch.randperm(8)[:4]
    batch_y0, batch_t = true[s].detach(), ts[:4]
    batch_y = torch.stack([true[s + i] for i in range(4)], dim=0)
    optimizer.zero_grad()
    loss = (odeint(func, batch_y0, batch_t) - batch_y).abs().mean()
    loss.backward()
    optimizer.step()
    if itr % 2 == 0:
        with torch.no_grad():
            print(
                "Iter {:04d} | Total Loss {:.6f}".format(itr, (odeint(func, true[0], ts) - true).abs().mean().item()),
                s.tolist(),
            )
