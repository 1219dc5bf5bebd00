"""Gradients, Jacobians and Hessians of functions, as torch.func's tutorial on them goes through them."""

from functools import partial

import torch
import torch.nn.functional as F
from torch.func import grad, grad_and_value, hessian, jacfwd, jacrev, jvp, linearize, vjp, vmap

torch.manual_seed(0)
torch.set_default_dtype(torch.float64)


def predict(weight, bias, x):
    return F.linear(x, weight, bias).tanh()


D = 6
weight, bias, x = torch.randn(D, D), torch.randn(D), torch.randn(D)

# a Jacobian row by row, then by one call of vmap over the rows of the identity
xp = x.clone().requires_grad_()
unit_vectors = torch.eye(D)
rows = [torch.autograd.grad(predict(weight, bias, xp), xp, v)[0] for v in unit_vectors]
jacobian = torch.stack(rows)
_, vjp_fn = vjp(partial(predict, weight, bias), x)
(by_vmap,) = vmap(vjp_fn)(unit_vectors)
print("rows", torch.allclose(by_vmap, jacobian), jacobian.sum())
print("jacrev", torch.allclose(jacrev(predict, argnums=2)(weight, bias, x), jacobian))
print("jacfwd", torch.allclose(jacfwd(predict, argnums=2)(weight, bias, x), jacobian))

# with respect to several arguments, and of several outputs
of_weight, of_bias = jacrev(predict, argnums=(0, 1))(weight, bias, x)
print(of_weight.shape, of_bias.shape, of_weight.sum(), of_bias.diagonal())
tree = jacfwd(lambda p: {"sine": p["a"].sin(), "product": p["a"] * p["b"].sum()})({"a": x[:2], "b": x[2:]})
print({k: {name: v.shape for name, v in row.items()} for k, row in tree.items()}, tree["product"]["b"])

# Hessians: every composition gives the same
compositions = [
    f(g(predict, argnums=2), argnums=2)(weight, bias, x) for f in (jacfwd, jacrev) for g in (jacfwd, jacrev)
]
print(
    "hessians",
    all(torch.allclose(h, compositions[0]) for h in compositions),
    hessian(predict, argnums=2)(weight, bias, x).sum(),
)

# per-sample Jacobians and Hessians of a batch
batch = torch.randn(4, D)
batched = vmap(partial(jacrev(predict, argnums=2), weight, bias))(batch)
print(batched.shape, torch.allclose(batched[1], jacrev(predict, argnums=2)(weight, bias, batch[1])))
curvature = vmap(hessian(predict, argnums=2), in_dims=(None, None, 0))(weight, bias, batch)
print(curvature.shape, curvature.sum((1, 2, 3)))

# products with vectors
output, tangent = jvp(partial(predict, weight, bias), (x,), (torch.ones(D),))
print("jvp", torch.allclose(tangent, jacobian @ torch.ones(D)), tangent)
output, push = linearize(partial(predict, weight, bias), x)
print("linearize", torch.allclose(push(torch.ones(D)), tangent))


def hvp(f, primals, tangents):
    return jvp(grad(f), primals, tangents)[1]


def vhp(f, primals, v):
    return vjp(grad(f), *primals)[1](v)[0]


cubic = lambda t: (t**3).sum()  # noqa: E731
print("hvp", hvp(cubic, (x,), (torch.ones(D),)), torch.allclose(vhp(cubic, (x,), torch.ones(D)), 6 * x))

# values and aux, and higher orders
slope, (value, extra) = grad_and_value(lambda t: (t.sin().sum(), {"max": t.max()}), has_aux=True)(x)
print(slope, value, extra)
f = torch.sin
for order in range(5):
    print(order, f(torch.tensor(0.5)))
    f = grad(f)
print(jacrev(lambda t: (t**2, t.sum()), has_aux=True)(x[:2]))
print(vjp(lambda a, b: (a @ b, a.sum()), weight, bias)[1]((torch.ones(D), torch.tensor(2.0)))[1])
print(x.requires_grad, slope.requires_grad, grad(lambda t: (t * xp).sum())(x).requires_grad)
