"""The old package functorch: models as functions, as programs before PyTorch 2.0 write them."""

import warnings

import torch
import torch.nn as nn

warnings.simplefilter("ignore", FutureWarning)
from functorch import combine_state_for_ensemble, grad, hessian, make_functional, make_functional_with_buffers, vmap  # noqa: E402

torch.manual_seed(0)
model = nn.Sequential(nn.Linear(3, 4), nn.Tanh(), nn.Linear(4, 1))
function, params = make_functional(model)
x, y = torch.randn(5, 3), torch.randn(5, 1)


def loss(params, x, y):
    return ((function(params, x) - y) ** 2).mean()


for _ in range(3):
    slopes = grad(loss)(params, x, y)
    params = tuple(p - 0.1 * g for p, g in zip(params, slopes, strict=True))
    print(f"{loss(params, x, y).item():.5f}")
print([tuple(g.shape) for g in vmap(grad(loss), (None, 0, 0))(params, x, y)])
print(hessian(lambda t: (t**3).sum())(torch.ones(2)))

normed = nn.Sequential(nn.Linear(3, 2), nn.BatchNorm1d(2)).eval()
function, params, buffers = make_functional_with_buffers(normed, disable_autograd_tracking=True)
print(torch.allclose(function(params, buffers, x), normed(x)), [p.requires_grad for p in params])
try:
    make_functional(normed)
except RuntimeError as error:
    print(error)
models = [nn.Linear(3, 2) for _ in range(4)]
function, params, buffers = combine_state_for_ensemble(models)
print(vmap(function, in_dims=(0, 0, None))(params, buffers, x).shape, [tuple(p.shape) for p in params])
