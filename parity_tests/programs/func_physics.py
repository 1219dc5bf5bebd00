"""Physics-informed networks: second derivatives by vmap(grad(grad)), and by forward over reverse; and dual tensors."""

import torch
import torch.autograd.forward_ad as fwAD
import torch.nn as nn
from torch.func import functional_call, grad, hessian, jacrev, vmap

torch.manual_seed(0)
torch.set_default_dtype(torch.float64)


class PINN(nn.Module):
    def __init__(self, inputs):
        super().__init__()
        self.layers = nn.Sequential(nn.Linear(inputs, 12), nn.Tanh(), nn.Linear(12, 12), nn.Tanh(), nn.Linear(12, 1))

    def forward(self, *coordinates):
        return self.layers(torch.stack(coordinates, dim=-1)).squeeze(-1)


# an oscillator: u'' + 4 u' + 25 u = 0, u(0) = 1, u'(0) = 0
model = PINN(1)
params = dict(model.named_parameters())


def u(t, params):
    return functional_call(model, params, (t,))


du = grad(u)
d2u = grad(du)
t = torch.linspace(0, 1, 15)


def loss_of(params):
    values, slopes, bends = (vmap(f, in_dims=(0, None))(t, params) for f in (u, du, d2u))
    residual = bends + 4 * slopes + 25 * values
    zero = torch.tensor(0.0)
    return (residual**2).mean() * 1e-3 + (u(zero, params) - 1) ** 2 + du(zero, params) ** 2 * 0.1


optimizer = torch.optim.Adam(model.parameters(), lr=1e-2)
for epoch in range(12):
    optimizer.zero_grad()
    loss = loss_of(params)
    loss.backward()
    optimizer.step()
    if epoch % 3 == 0:
        print(epoch, f"{loss.item():.6f}")

# Burgers' equation: u_t + u u_x = nu u_xx, with vmap over both coordinates
burgers = PINN(2)
w = {k: v.detach() for k, v in burgers.named_parameters()}


def field(w, x, t):
    return functional_call(burgers, w, (x, t))


u_x, u_t = grad(field, argnums=1), grad(field, argnums=2)
u_xx = grad(u_x, argnums=1)


def residual(w, x, t):
    return u_t(w, x, t) + field(w, x, t) * u_x(w, x, t) - 0.01 * u_xx(w, x, t)


xs, ts = torch.rand(10) * 2 - 1, torch.rand(10)
print(vmap(residual, in_dims=(None, 0, 0))(w, xs, ts))


def total(w):
    return vmap(residual, in_dims=(None, 0, 0))(w, xs, ts).square().mean()


for step in range(3):
    slopes = grad(total)(w)
    w = {k: v - 0.1 * slopes[k] for k, v in w.items()}
    print(step, f"{total(w).item():.8f}")
on_grid = vmap(vmap(residual, in_dims=(None, 0, None)), in_dims=(None, None, 0))(w, xs[:3], ts[:4])
print(on_grid.shape, on_grid.sum())

# the Laplacian of a scalar field, from its Hessian
potential = lambda p: torch.exp(-(p**2).sum()) * p[0].sin()  # noqa: E731
points = torch.randn(5, 3)
laplacian = vmap(lambda p: hessian(potential)(p).diagonal().sum())(points)
print(laplacian, vmap(jacrev(potential))(points)[0])

# dual tensors
with fwAD.dual_level():
    dual = fwAD.make_dual(points, torch.ones_like(points))
    value, tangent = fwAD.unpack_dual(torch.tanh(dual @ torch.arange(3.0)))
    print(value.requires_grad, tangent)
    print(fwAD.unpack_dual(points).tangent)
