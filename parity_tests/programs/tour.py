"""A walk through tensors: making, printing, shapes, indexing, arithmetic, and what goes wrong."""

import numpy as np
import torch

print(
    torch.tensor([[1, 2, 3], [4, 5, 6]]),
    torch.zeros(2, 3),
    torch.ones(3, dtype=torch.float64),
    torch.arange(0, 1, 0.25),
)
print(
    torch.FloatTensor([1.5, 2]),
    torch.LongTensor(2, 0).shape,
    torch.Tensor([[1, 2], [3, 4]]),
    torch.eye(3),
    torch.empty(0),
)
torch.manual_seed(7)
print(
    torch.rand(2, 3),
    torch.randn(3),
    torch.randint(0, 10, (2, 4)),
    torch.randperm(6),
    torch.rand_like(torch.zeros(2)),
    sep="\n",
)
x = torch.arange(24, dtype=torch.float32).reshape(2, 3, 4)
print(
    x.shape,
    x.size(-1),
    x.ndim,
    x.numel(),
    x.dtype,
    x.stride(),
    x.is_contiguous(),
    x.T.shape if x.ndim == 2 else x.mT.shape,
)
print(x[0, 1], x[:, -1, ::2], x[..., None].shape, x[x > 20], x[[0, 1], [1, 2]], x[1, 2, 3].item())
print(x.view(6, -1).t()[1], x.permute(2, 0, 1).reshape(-1)[:5], x.flatten(1).sum(0), x.unsqueeze(0).squeeze().shape)
print(x.sum(), x.mean(dim=(0, 2)), x.std(-1), x.max(dim=1), x.argmax(), x.cumsum(0)[-1, -1], x.median(), sep="\n")
print(
    torch.cat([x, x], 1).shape,
    torch.stack([x[0], x[1]]).equal(x),
    [part.shape for part in x.split(3, 2)],
    x.chunk(2)[1].sum(),
)
y = x.clone()
y[0] = 0
y[:, 1] *= -1
y.clamp_(min=-5).add_(1)
print(y, x[0, 0], (x == y).sum(), torch.where(x > 10, x, torch.zeros(())).sum())
print(x[0] @ x[1].T, torch.einsum("bij,bkj->bik", x, x)[1], torch.matmul(x, torch.ones(4)), x[0].mm(x[1].t()).trace())
print(
    torch.tensor(3) / 2, torch.tensor(7) // 2, -torch.tensor(7) % 3, torch.tensor([1, 2]) + 0.5, torch.tensor(True) + 1
)
print(
    torch.tensor(1.0) + torch.tensor(1, dtype=torch.int64),
    torch.result_type(torch.tensor([1]), 1.0),
    2 ** torch.tensor([1.0, 2.0]),
)
a = np.ones((2, 2), dtype=np.float32)
b = torch.from_numpy(a)
b += 1
print(
    a,
    np.asarray(b).dtype,
    torch.tensor(a).tolist(),
    float(b[0, 0]),
    int(torch.tensor(3.7)),
    len(b),
    list(b),
)
print(
    torch.tensor([1e-5, 1.0, 1e5]),
    torch.tensor([float("nan"), float("inf")]),
    torch.rand(1000).shape,
    torch.full((3,), 1e10),
)
print(f"{torch.tensor(3.14159):.2f}", torch.tensor([True, False]), torch.tensor(2.0, requires_grad=True) * 3)

w = torch.tensor([1.0, 2.0, 3.0], requires_grad=True)
z = (w**2).sum()
z.backward()
print(w.grad, z, w.is_leaf, w.detach().requires_grad)
(w * 2).sum().backward()
print(w.grad)
u = torch.tensor(2.0, requires_grad=True)
(first,) = torch.autograd.grad(u**4, u, create_graph=True)
(second,) = torch.autograd.grad(first, u)
print(first, second)
print(torch.autograd.functional.jacobian(lambda t: t.sin(), torch.tensor([0.0, 1.0])))


def attempt(what, action):
    try:
        print(what, action())
    except Exception as error:
        print(what, type(error).__name__)


attempt("shapes", lambda: torch.ones(2, 3) + torch.ones(2))
attempt("matmul", lambda: torch.ones(2, 3) @ torch.ones(2, 3))
attempt("index", lambda: torch.ones(3)[5])
attempt("view", lambda: torch.ones(2, 3).t().view(6))
attempt("reshape", lambda: torch.ones(5).reshape(2, 3))
attempt("backward", lambda: torch.ones(2, requires_grad=True).backward())
attempt("integers", lambda: torch.tensor([1], requires_grad=True))
attempt("in-place", lambda: torch.ones(2, requires_grad=True).add_(1))
attempt("numpy", lambda: torch.ones(1, requires_grad=True).numpy())
attempt("truth", lambda: bool(torch.ones(2)))
attempt("item", lambda: torch.ones(2).item())
attempt("dtype", lambda: torch.ones(2) @ torch.ones(2, dtype=torch.float64))
attempt("layer", lambda: torch.nn.Linear(3, 2)(torch.ones(2, 4)))
attempt("labels", lambda: torch.nn.functional.cross_entropy(torch.ones(2, 3), torch.tensor([0, 3])))
attempt("optimizer", lambda: torch.optim.SGD([], lr=0.1))
attempt("state", lambda: torch.nn.Linear(2, 2).load_state_dict({}))
attempt("dim", lambda: torch.ones(2, 3).sum(dim=2))
attempt("cat", lambda: torch.cat([torch.ones(2, 3), torch.ones(3, 2)]))
