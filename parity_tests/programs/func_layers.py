"""vmap and derivatives of layers, losses, statistics and of an ordinary differential equation's solution."""

import torch
import torch.nn as nn
import torch.nn.functional as F
from torch.func import functional_call, grad, jacfwd, jacrev, vjp, vmap

torch.manual_seed(0)
torch.set_default_dtype(torch.float64)
x = torch.randn(3, 4)
v = torch.randn(4)
_, f = vjp(lambda a: a.sin() * a.sum(), v)
print(vmap(vmap(f))(torch.randn(2, 3, 4))[0].shape, vmap(vmap(f))(torch.ones(2, 3, 4))[0].sum())
print(vmap(lambda a: vmap(vjp(lambda b: b.sin() * a, v)[1])(torch.eye(4))[0])(x).sum((1, 2)))
print(vmap(jacrev(jacfwd(lambda a: a.exp().prod())))(x).sum((1, 2)))
print(jacrev(lambda w: vmap(jacrev(lambda a: (a * w).sin()))(x))(v).shape)
print(jacfwd(vmap(lambda a: a.softmax(0)))(x).shape, jacrev(jacrev(jacrev(lambda a: (a**4).sum())))(v).sum())
gru = nn.GRUCell(4, 3)
print(vmap(gru)(x[:, None], torch.zeros(3, 1, 3)).shape)
mha = nn.MultiheadAttention(4, 2, batch_first=True)
print(vmap(lambda s: mha(s, s, s, need_weights=False)[0])(torch.randn(3, 2, 5, 4)).sum())
print(vmap(lambda s: mha(s, s, s)[1])(torch.randn(3, 2, 5, 4)).shape)
emb = nn.EmbeddingBag(6, 3, mode="sum")
print(vmap(lambda i: emb(i[None]))(torch.randint(6, (3, 4))).shape)
net = nn.Sequential(
    nn.Conv2d(1, 2, 3),
    nn.ReLU(),
    nn.AvgPool2d(2),
    nn.Conv2d(2, 3, 2, stride=2, padding=1),
    nn.AdaptiveAvgPool2d(1),
    nn.Flatten(),
    nn.Linear(3, 2),
)
pp = {k: t.detach() for k, t in net.named_parameters()}
g = vmap(grad(lambda p, s: functional_call(net, p, (s[None],)).square().sum()), (None, 0))(
    pp, torch.randn(4, 1, 12, 12)
)
print([t.square().sum() for t in g.values()])
ct = nn.ConvTranspose2d(2, 3, 3, stride=2, groups=1)
print(
    vmap(grad(lambda w, s: functional_call(ct, {"weight": w}, (s[None],)).square().sum()), (None, 0))(
        ct.weight.detach(), torch.randn(3, 2, 4, 4)
    ).sum((1, 2, 3, 4))
)


def rk4(f, y, t0, t1, n=8):
    h = (t1 - t0) / n
    for _ in range(n):
        k1 = f(y)
        k2 = f(y + h / 2 * k1)
        k3 = f(y + h / 2 * k2)
        k4 = f(y + h * k3)
        y = y + h / 6 * (k1 + 2 * k2 + 2 * k3 + k4)
    return y


A = torch.tensor([[-0.1, 2.0], [-2.0, -0.1]])
print(jacrev(lambda y: rk4(lambda z: (z**3) @ A, y, 0.0, 0.5))(torch.tensor([0.5, 0.2])))
print(vmap(jacfwd(lambda y: rk4(lambda z: (z**3) @ A, y, 0.0, 0.5)))(torch.rand(3, 2)).sum((1, 2)))


def stats(t):
    return {
        "mean": t.mean(),
        "std": t.std(),
        "q": t.quantile(0.3),
        "med": t.median(),
        "norm": t.norm(),
        "lse": t.logsumexp(0),
    }


print(vmap(stats)(x))
for loss in (F.mse_loss, F.l1_loss, F.smooth_l1_loss, F.huber_loss):
    print(loss.__name__, vmap(grad(loss))(x, x.sigmoid()).sum((1,)), vmap(loss)(x, x.sigmoid()))
print(
    vmap(F.cosine_similarity, in_dims=(0, None))(x[:, None], x).shape,
    vmap(torch.cdist, in_dims=(0, None))(x[:, None], x).sum(),
)
print(vmap(lambda a: torch.outer(a, a) @ a + torch.trace(torch.diag(a)))(x).sum(), vmap(torch.kron)(x, x).shape)
print(vmap(lambda a: torch.scatter(torch.zeros(4), 0, a.argsort(), a))(x)[1])


@vmap
def deco(a):
    return a * 2


print(deco(x).sum(), deco.__name__)
print(torch.vmap(lambda a, b: (a, b), out_dims=(0, None), in_dims=(0, None))(x, v)[1].shape)
