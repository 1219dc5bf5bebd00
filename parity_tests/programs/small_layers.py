"""Small programs: weights perturbed and pruned, masks, attention by hand, generators, loaders, linear algebra, all optimisers and activations."""

import copy
import math

import numpy as np
import torch
import torch.nn.functional as F
from parts.small import X, Y, mlp, prog, run, tried
from torch import nn


@prog
def program_reparam_noise():
    m = nn.Linear(3, 1)
    w0 = m.weight.data.clone()
    e = torch.ones_like(w0) * 0.1
    m.weight.data.add_(e)
    l = F.mse_loss(m(X), Y)
    l.backward()
    m.weight.data.sub_(e)
    print(torch.allclose(m.weight, w0), m.weight.grad)
    m.weight.data = m.weight.data + 1
    m.zero_grad()
    F.mse_loss(m(X), Y).backward()
    print(m.weight.grad)


@prog
def program_sam():
    m = mlp()
    o = torch.optim.SGD(m.parameters(), 0.05)
    for i in range(3):
        F.mse_loss(m(X), Y).backward()
        n = torch.norm(torch.stack([p.grad.norm() for p in m.parameters()]))
        es = []
        with torch.no_grad():
            for p in m.parameters():
                e = p.grad * 0.05 / n
                p.add_(e)
                es.append(e)
        o.zero_grad()
        F.mse_loss(m(X), Y).backward()
        with torch.no_grad():
            for p, e in zip(m.parameters(), es):
                p.sub_(e)
        o.step()
        o.zero_grad()
    print(m[0].weight)


@prog
def program_lookahead():
    m = mlp()
    o = torch.optim.Adam(m.parameters(), 0.05)
    slow = [p.clone().detach() for p in m.parameters()]
    for i in range(4):
        o.zero_grad()
        F.mse_loss(m(X), Y).backward()
        o.step()
        if i % 2:
            for s, p in zip(slow, m.parameters()):
                s += 0.5 * (p.data - s)
                p.data.copy_(s)
    print(m[2].weight, m[2].weight._version > 0)


@prog
def program_prune_mask():
    m = nn.Linear(3, 4)
    mask = (m.weight.abs() > 0.3).float()
    m.register_buffer("mask", mask)
    m.weight.data.mul_(mask)
    m.weight.register_hook(lambda g: g * m.mask)
    F.mse_loss(m(X).mean(1, keepdim=True), Y).backward()
    print(m.weight.grad)
    n = copy.deepcopy(m)
    n.zero_grad()
    n(X).sum().backward()
    print((n.weight.grad == 0).sum())


@prog
def program_tbptt_views():
    h = torch.zeros(2, 4)
    W = torch.eye(4).requires_grad_()
    buf = torch.zeros(3, 2, 4)
    for t in range(3):
        h = torch.tanh(h @ W + t)
        buf[t] = h
    buf.sum().backward()
    print(W.grad)


@prog
def program_masked_softmax():
    s = torch.arange(6.0).view(2, 3).requires_grad_()
    m = torch.tensor([[1, 1, 0], [1, 0, 0]]).bool()
    a = s.masked_fill(~m, float("-inf")).softmax(-1)
    (a * torch.arange(3.0)).sum().backward()
    print(a, s.grad)
    print(torch.full((1, 2), float("-inf")).softmax(-1))


@prog
def program_embedding_bag_manual():
    e = nn.EmbeddingBag(5, 2, mode="mean")
    o = e(torch.tensor([0, 1, 1, 4]), torch.tensor([0, 2]))
    o.sum().backward()
    print(o, e.weight.grad)
    em = nn.Embedding.from_pretrained(torch.eye(3))
    print(em.weight.requires_grad, em(torch.tensor([2])))
    em2 = nn.Embedding(3, 2, max_norm=0.5)
    print(em2(torch.tensor([0])).norm() <= 0.5001)


@prog
def program_gather_loss():
    l = mlp()
    q = nn.Linear(3, 4)(X)
    a = torch.arange(8) % 4
    v = q.gather(1, a[:, None]).squeeze(1)
    v2 = q[torch.arange(8), a]
    print(torch.equal(v, v2))
    (v - 1).pow(2).mean().backward()
    print(F.one_hot(a[:3], 4), (q.argmax(1) == a).float().mean())


@prog
def program_positional():
    pe = torch.zeros(5, 4)
    p = torch.arange(5.0).unsqueeze(1)
    d = torch.exp(torch.arange(0, 4, 2) * (-math.log(10000.0) / 4))
    pe[:, 0::2] = torch.sin(p * d)
    pe[:, 1::2] = torch.cos(p * d)
    print(pe)
    print(torch.tril(torch.ones(3, 3)).masked_fill(torch.tril(torch.ones(3, 3)) == 0, float("-inf")))


@prog
def program_attn_by_hand():
    q, k, v = (torch.randn(2, 3, 4, requires_grad=True) for _ in range(3))
    a = (q @ k.transpose(-2, -1) / 2).softmax(-1) @ v
    b = F.scaled_dot_product_attention(query=q, key=k, value=v)
    print(torch.allclose(a, b, atol=1e-6))
    b.sum().backward()
    print(q.grad[0, 0], F.scaled_dot_product_attention(q, k, v, is_causal=True)[0, 0])
    h = q.view(2, 3, 2, 2).transpose(1, 2)
    tried(lambda: h.view(2, 3, 4).shape)
    print(h.contiguous().view(2, 6, 2).shape, h.reshape(-1).stride(), h.flatten(2).shape, h.is_contiguous())


@prog
def program_nested_modules_move():
    m = nn.ModuleList([mlp(), nn.Sequential(nn.BatchNorm1d(3))])
    v = m[0][0].bias.view(2, 2)
    m.to(torch.float64)
    m.float()
    with torch.no_grad():
        m[0][0].bias.zero_()
        m[0][0].bias.view(2, 2)[0] += 1
    m[0](X).sum().backward()
    print(m[0][0].bias, m[0][0].bias.grad, v.requires_grad, v.is_leaf)
    v.sum().backward()
    print(m[0][0].bias.grad)


@prog
def program_state_dict_hooks_flags():
    m = nn.Linear(2, 1)
    sd = m.state_dict()
    sd["weight"].zero_()
    print(m.weight, sd["weight"].requires_grad, type(sd).__name__, m.state_dict(keep_vars=True)["bias"] is m.bias)
    m.load_state_dict({"weight": torch.ones(1, 2), "bias": torch.ones(1)}, assign=True)
    print(m.weight, m.weight.requires_grad)
    m._register_load_state_dict_pre_hook if hasattr(m, "_register_load_state_dict_pre_hook") else None


@prog
def program_generators():
    g = torch.Generator().manual_seed(5)
    print(torch.rand(2, generator=g), torch.randperm(4, generator=g), torch.randn(1, generator=g), g.initial_seed())
    st = g.get_state()
    a = torch.rand(1, generator=g)
    g.set_state(st)
    print(a == torch.rand(1, generator=g))
    w = torch.utils.data.WeightedRandomSampler([0.1, 0.9], 4, generator=g)
    print(list(w))
    print(list(torch.utils.data.BatchSampler(torch.utils.data.SequentialSampler(range(5)), 2, False)))


@prog
def program_iterable_collate():
    class D(torch.utils.data.Dataset):
        def __len__(s):
            return 5

        def __getitem__(s, i):
            return {"x": torch.tensor([i, i + 1]), "y": float(i), "z": str(i), "n": np.int64(i)}

    for b in torch.utils.data.DataLoader(D(), batch_size=2, drop_last=True):
        print(b)
    print(len(torch.utils.data.ConcatDataset([D(), D()])), torch.utils.data.Subset(D(), [1])[0]["z"])

    class I(torch.utils.data.IterableDataset):
        def __iter__(s):
            return iter(range(5))

    print([b for b in torch.utils.data.DataLoader(I(), batch_size=3)])
    print(next(iter(torch.utils.data.DataLoader([(1, 2.0), (3, 4.0)], batch_size=2, collate_fn=lambda b: b))))


@prog
def program_linalg():
    A = torch.tensor([[2.0, 1.0], [1.0, 3.0]], requires_grad=True)
    print(
        torch.linalg.inv(A),
        torch.det(A),
        torch.linalg.eigvalsh(A),
        torch.linalg.solve(A, torch.ones(2)),
        torch.linalg.cholesky(A),
    )
    L = torch.linalg.slogdet(A)
    (L.logabsdet + torch.trace(A)).backward()
    print(A.grad)
    U, S, V = torch.linalg.svd(A.detach())
    print(S, (U @ torch.diag(S) @ V).round(decimals=3))
    print(
        torch.linalg.norm(A.detach(), "fro"),
        torch.linalg.matrix_rank(A.detach()),
        torch.linalg.lstsq(A.detach(), torch.ones(2, 1)).solution,
    )


@prog
def program_chained_inplace_graph():
    a = torch.ones(4, requires_grad=True)
    b = a * 2
    c = b.view(2, 2)
    c[0].mul_(b.detach()[2:])
    d = c.t()
    b.add_(1)
    d[0, 0] = 5
    e = (d * d).sum()
    e.backward()
    print(a.grad, b, d.grad_fn.name(), c.grad_fn.name(), b._version)


@prog
def program_detached_alias():
    w = torch.ones(2, requires_grad=True)
    f = w.detach()
    y = (w * w).sum()
    f.mul_(3)
    tried(lambda: y.backward())
    y = (w * w).sum()
    w.data.mul_(2)
    y.backward()
    print(w.grad)


@prog
def program_multi_loss_weights():
    m = mlp()
    sh = m[0]
    l1 = F.mse_loss(m(X), Y)
    l2 = sh(X).abs().mean()
    g1 = torch.autograd.grad(l1, sh.parameters(), retain_graph=True)
    g2 = torch.autograd.grad(l2, list(sh.parameters()))
    print([torch.cosine_similarity(a.flatten(), b.flatten(), dim=0) for a, b in zip(g1, g2)])
    tried(lambda: torch.autograd.grad(l1, m[2].bias))
    tried(lambda: torch.autograd.grad(mlp()(X).sum(), m[0].bias))
    print(torch.autograd.grad(sh(X).sum(), [sh.bias, m[2].bias], allow_unused=True))


@prog
def program_optims_all():
    for n in "Adadelta Adagrad Adam AdamW Adamax ASGD NAdam RAdam RMSprop Rprop SGD Adafactor".split():
        torch.manual_seed(2)
        m = mlp()
        o = getattr(torch.optim, n)(m.parameters(), lr=0.01)
        for i in range(5):
            o.zero_grad()
            F.mse_loss(m(X), Y).backward()
            o.step()
        print(n, m[2].bias, m[0].weight[0])


@prog
def program_maximize_foreach():
    for kw in (dict(maximize=True), dict(foreach=False), dict(weight_decay=0.1), dict(momentum=0.9, dampening=0.5)):
        torch.manual_seed(2)
        m = mlp()
        o = torch.optim.SGD(m.parameters(), lr=0.01, **kw)
        for i in range(3):
            o.zero_grad()
            F.mse_loss(m(X), Y).backward()
            o.step(lambda: print("c", end=" ") if False else torch.tensor(1.0)) if i == 2 else o.step()
        print(kw, m[2].bias)


@prog
def program_act_zoo():
    x = torch.linspace(-3, 3, 7, requires_grad=True)
    for n in (
        "relu elu selu gelu silu mish softplus hardtanh hardswish hardsigmoid leaky_relu logsigmoid softsign "
        "tanhshrink relu6 celu hardshrink softshrink"
    ).split():
        x.grad = None
        y = getattr(F, n)(x)
        y.sum().backward()
        print(n, y, x.grad)
    print(
        F.glu(torch.arange(4.0)),
        F.softmin(torch.arange(3.0), 0),
        F.gumbel_softmax(torch.ones(3), hard=True),
        F.normalize(torch.tensor([3.0, 4.0]), dim=0),
        F.rrelu(torch.tensor([-1.0]), training=False),
        F.prelu(torch.tensor([-1.0]), torch.tensor([0.1])),
    )


@prog
def program_warn_paths():
    x = torch.ones(2, requires_grad=True) * 2
    print(x.grad)
    F.mse_loss(torch.ones(2), torch.ones(2, 1))
    F.softmax(torch.ones(2))
    torch.optim.lr_scheduler.StepLR(o := torch.optim.SGD([torch.zeros(1, requires_grad=True)], 0.1), 1).step()
    nn.functional.tanh(torch.ones(1))
    torch.tensor(torch.ones(1))
    nn.LSTM(1, 1, dropout=0.5)
    torch.ones(2, 3).T
    torch.ones(3).T
    nn.init.kaiming_uniform_(torch.empty(0, 2))
    print(torch.ones(2).__floordiv__(2), nn.utils.clip_grad_norm_([torch.ones(1)], 1.0))


@prog
def program_meshgrid_etc():
    a, b = torch.meshgrid(torch.arange(2), torch.arange(3), indexing="ij")
    print(
        a,
        b,
        torch.cartesian_prod(torch.arange(2), torch.arange(2)),
        torch.combinations(torch.arange(3)),
        torch.linspace(0, 1, 3),
        torch.logspace(0, 2, 3),
        torch.eye(2, 3),
        torch.arange(5, 0, -2),
        torch.full((2,), 3),
        torch.tril_indices(2, 2),
        torch.unique(torch.tensor([3, 1, 3]), return_counts=True),
        torch.histc(torch.arange(4.0), 2),
        torch.searchsorted(torch.arange(4), 2),
        torch.bucketize(torch.tensor([1.5]), torch.arange(3.0)),
        torch.cdist(torch.zeros(1, 2), torch.ones(2, 2)),
        torch.cov(torch.arange(6.0).view(2, 3)),
        torch.corrcoef(torch.tensor([[1.0, 2, 3], [1, 3, 2]])),
    )


run()
