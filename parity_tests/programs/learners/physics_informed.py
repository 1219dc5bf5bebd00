"""Physics-informed networks: second derivatives by autograd.grad with create_graph, an ODE, the heat equation, LBFGS with a closure, a learned constant."""

import numpy as np
import torch
import torch.nn as nn
from torch.autograd import grad

torch.set_default_dtype(torch.float64)
torch.manual_seed(123)


class FCN(nn.Module):
    "Defines a standard fully-connected network in PyTorch"

    def __init__(self, N_INPUT, N_OUTPUT, N_HIDDEN, N_LAYERS):
        super().__init__()
        activation = nn.Tanh
        self.fcs = nn.Sequential(*[nn.Linear(N_INPUT, N_HIDDEN), activation()])
        self.fch = nn.Sequential(
            *[nn.Sequential(*[nn.Linear(N_HIDDEN, N_HIDDEN), activation()]) for _ in range(N_LAYERS - 1)]
        )
        self.fce = nn.Linear(N_HIDDEN, N_OUTPUT)

    def forward(self, x):
        return self.fce(self.fch(self.fcs(x)))


d, w0 = 2, 5
mu, k = 2 * d, w0**2
pinn = FCN(1, 1, 12, 2)
t_boundary = torch.tensor(0.0).view(-1, 1).requires_grad_(True)
t_physics = torch.linspace(0, 1, 15).view(-1, 1).requires_grad_(True)
optimiser = torch.optim.Adam(pinn.parameters(), lr=5e-3)
for i in range(15):
    optimiser.zero_grad()
    u = pinn(t_boundary)
    loss1 = (torch.squeeze(u) - 1) ** 2
    dudt = torch.autograd.grad(u, t_boundary, torch.ones_like(u), create_graph=True)[0]
    loss2 = (torch.squeeze(dudt) - 0) ** 2
    u = pinn(t_physics)
    dudt = torch.autograd.grad(u, t_physics, torch.ones_like(u), create_graph=True)[0]
    d2udt2 = torch.autograd.grad(dudt, t_physics, torch.ones_like(dudt), create_graph=True)[0]
    loss3 = torch.mean((d2udt2 + mu * dudt + k * u) ** 2)
    loss = loss1 + 1e-1 * loss2 + 1e-4 * loss3
    loss.backward()
    optimiser.step()
    if i % 5 == 0:
        print(
            i,
            f"{loss.item():.6f} {loss1.item():.6f} {loss2.item():.6f} {loss3.item():.4f}",
            d2udt2.grad_fn.name(),
            t_physics.grad is None,
        )


def exact_solution(d, w0, t):
    w = np.sqrt(w0**2 - d**2)
    phi = np.arctan(-d / w)
    A = 1 / (2 * np.cos(phi))
    return torch.exp(-d * t) * 2 * A * torch.cos(phi + w * t)


t = torch.linspace(0, 1, 4).view(-1, 1)
print(exact_solution(d, w0, t), t.dtype, loss)

# the heat equation u_t = nu u_xx with an unknown nu; closure and strong Wolfe
torch.manual_seed(0)
net = nn.Sequential(nn.Linear(2, 10), nn.Tanh(), nn.Linear(10, 10), nn.SiLU(), nn.Linear(10, 1))
lognu = nn.Parameter(torch.tensor(-1.0))
x, t = (v.reshape(-1, 1) for v in torch.meshgrid(torch.linspace(0, np.pi, 6), torch.linspace(0, 1, 4), indexing="xy"))
measured = torch.exp(-0.5 * t) * torch.sin(x)
x.requires_grad_(), t.requires_grad_()
optimizer = torch.optim.LBFGS(
    [*net.parameters(), lognu], lr=1, max_iter=4, history_size=10, line_search_fn="strong_wolfe", tolerance_grad=1e-9
)
calls = 0


def derivative(y, x, order=1):
    for _ in range(order):
        y = grad(y.sum(), x, create_graph=True)[0]
    return y


def closure():
    global calls
    calls += 1
    optimizer.zero_grad()
    u = net(torch.cat((x, t), dim=1))
    residual = derivative(u, t) - lognu.exp() * derivative(u, x, order=2)
    loss = (u - measured).pow(2).mean() + 0.1 * residual.pow(2).mean()
    loss.backward()
    return loss


for step in range(3):
    value = optimizer.step(closure)
    print(f"step {step} loss {value.item():.6f} nu {lognu.exp().item():.4f}")
print(calls, len(optimizer.state_dict()["state"][0]["old_dirs"]), optimizer)

# Hessians, Jacobians, Laplacians
f = lambda v: (v[0] ** 2 * v[1]).sin() + v.pow(3).sum()
v = torch.tensor([1.0, 2.0], requires_grad=True)
print(
    torch.autograd.functional.hessian(f, v),
    torch.autograd.functional.jacobian(lambda v: v**2, v),
    torch.autograd.functional.hvp(f, v, torch.ones(2))[1],
)
g = grad(f(v), v, create_graph=True)[0]
print(
    g,
    torch.stack([grad(g[i], v, retain_graph=True)[0] for i in range(2)]),
    torch.trace(torch.autograd.functional.hessian(f, v)),
)
y = v.prod() ** 3
chain = []
for _ in range(4):
    (y_,) = grad(y.sum(), v, create_graph=True)
    chain.append(y_.tolist())
    y = y_
print(chain)
z = torch.tensor(0.5, requires_grad=True)
derivatives, y = [], torch.tanh(z)
for _ in range(5):
    derivatives.append(y.item())
    y = grad(y, z, create_graph=True)[0]
print([f"{dv:.6f}" for dv in derivatives])
try:
    grad(f(v), torch.ones(2, requires_grad=True))
except RuntimeError as e:
    print("RuntimeError:", e)
print(
    grad(f(v), [v, torch.ones(2, requires_grad=True)], allow_unused=True)[1],
    grad(v.sum(), v, create_graph=True)[0].requires_grad,
)
