"""Small programs: schedules, data, old style, errors, second derivatives, distributions, mixed precision, optimisers of one's own."""

import numpy as np
import torch
import torch.nn.functional as F
from parts.small import X, Y, kind, mlp, prog, run
from torch import nn


@prog
def program_spectral():
    l = nn.utils.parametrizations.spectral_norm(nn.Linear(3, 2))
    print(l.weight)
    l(X).sum().backward()
    print(l.parametrizations.weight.original.grad)
    nn.utils.parametrize.remove_parametrizations(l, "weight")
    print(l)


@prog
def program_weightnorm():
    l = nn.utils.parametrizations.weight_norm(nn.Linear(3, 2))
    l(X).sum().backward()
    print(l.parametrizations.weight.original0.grad, list(l.state_dict()))


@prog
def program_swa():
    m = mlp()
    a = torch.optim.swa_utils.AveragedModel(m)
    o = torch.optim.SGD(m.parameters(), 0.1)
    for i in range(3):
        o.zero_grad()
        F.mse_loss(m(X), Y).backward()
        o.step()
        a.update_parameters(m)
    print(a.n_averaged, a.module[0].weight)


@prog
def program_lrlambda():
    o = torch.optim.SGD([nn.Parameter(torch.ones(1))], 1.0)
    s = torch.optim.lr_scheduler.SequentialLR(
        o,
        [torch.optim.lr_scheduler.LinearLR(o, 0.1, total_iters=2), torch.optim.lr_scheduler.CosineAnnealingLR(o, 3)],
        [2],
    )
    for i in range(5):
        o.step()
        s.step()
        print(s.get_last_lr())


@prog
def program_plateau():
    o = torch.optim.SGD([nn.Parameter(torch.ones(1))], 1.0)
    s = torch.optim.lr_scheduler.ReduceLROnPlateau(o, patience=1)
    for l in (1.0, 1.0, 1.0, 0.5, 0.6, 0.6, 0.6):
        s.step(l)
        print(o.param_groups[0]["lr"])


@prog
def program_dataset():
    from_ = torch.utils.data
    ds = from_.TensorDataset(X, Y)
    dl = from_.DataLoader(ds, batch_size=3, shuffle=True, generator=torch.Generator().manual_seed(0))
    for x, y in dl:
        print(x.shape, y.sum())
    a, b = from_.random_split(ds, [5, 3], generator=torch.Generator().manual_seed(1))
    print(len(a), a.indices, b[0])


@prog
def program_param_setattr():
    m = nn.Linear(2, 2)
    m.extra = nn.Parameter(torch.ones(2))
    print([n for n, _ in m.named_parameters()])
    del m.extra
    m.weight = nn.Parameter(m.weight.data * 0)
    print(m(torch.ones(1, 2)))
    try:
        m.weight = torch.ones(2, 2)
    except TypeError as e:
        print(kind(e))
    m.register_parameter("q", None)
    print(m.q, list(m._parameters))


@prog
def program_copy_inplace():
    a = nn.Linear(2, 2)
    b = nn.Linear(2, 2)
    with torch.no_grad():
        a.weight.copy_(b.weight)
        a.bias[:] = 1
        a.bias[0] = -1
    print(torch.equal(a.weight, b.weight), a.bias)
    try:
        a.weight.copy_(b.weight)
    except RuntimeError:
        print("leaf")
    try:
        a.bias[0] = 2
    except RuntimeError:
        print("leaf view")


@prog
def program_data_ops():
    p = nn.Parameter(torch.ones(2, 2))
    p.data.mul_(2)
    p.data[0] = 5
    p.data = p.data.t().contiguous()
    print(p, p._version)
    q = p.data
    q.zero_()
    print(p)
    p.grad = torch.ones(2, 2)
    p.grad.data.mul_(3)
    print(p.grad)
    p.grad = None


@prog
def program_target_net():
    m = mlp()
    t = mlp()
    t.load_state_dict(m.state_dict())
    o = torch.optim.Adam(m.parameters(), 0.01)
    for i in range(4):
        with torch.no_grad():
            y = X.mean(1, keepdim=True) + 0.9 * t(X + 0.1)
        l = F.smooth_l1_loss(m(X), y)
        o.zero_grad()
        l.backward()
        o.step()
        for a, b in zip(t.parameters(), m.parameters()):
            a.data.copy_(0.8 * a.data + 0.2 * b.data)
    print(l, t[2].weight)


@prog
def program_gan():
    G = nn.Linear(2, 3)
    D = nn.Sequential(nn.Linear(3, 4), nn.LeakyReLU(0.2, True), nn.Linear(4, 1))
    og = torch.optim.Adam(G.parameters(), 0.01, betas=(0.5, 0.999))
    od = torch.optim.Adam(D.parameters(), 0.01)
    bce = nn.BCEWithLogitsLoss()
    for i in range(3):
        z = torch.randn(8, 2)
        f = G(z)
        od.zero_grad()
        ld = bce(D(X), torch.ones(8, 1)) + bce(D(f.detach()), torch.zeros(8, 1))
        ld.backward()
        od.step()
        og.zero_grad()
        lg = bce(D(f), torch.ones(8, 1))
        lg.backward()
        og.step()
        for p in D.parameters():
            p.data.clamp_(-0.5, 0.5)
    print(ld, lg, G.weight)


@prog
def program_vae():
    e = nn.Linear(3, 4)
    d = nn.Linear(2, 3)
    mu, lv = e(X).chunk(2, 1)
    z = mu + torch.randn_like(mu) * (lv * 0.5).exp()
    r = d(z)
    l = F.mse_loss(r, X, reduction="sum") - 0.5 * (1 + lv - mu.pow(2) - lv.exp()).sum()
    l.backward()
    print(l, e.weight.grad)


@prog
def program_dist():
    D = torch.distributions
    n = D.Normal(torch.zeros(2, requires_grad=True), torch.ones(2))
    s = n.rsample((3,))
    print(s, n.log_prob(s).sum(), D.kl_divergence(n, D.Normal(1.0, 2.0)))
    c = D.Categorical(logits=X[:2])
    a = c.sample()
    print(a, c.log_prob(a), c.entropy())


@prog
def program_reinforce():
    p = mlp()
    o = torch.optim.Adam(p.parameters(), 0.05)
    for i in range(3):
        d = torch.distributions.Bernoulli(logits=p(X))
        a = d.sample()
        r = (a - 0.5) * Y
        l = -(d.log_prob(a) * (r - r.mean())).mean()
        o.zero_grad()
        l.backward()
        o.step()
    print(l, p[2].bias)


@prog
def program_charnn():
    emb = nn.Embedding(6, 3, padding_idx=0)
    r = nn.RNN(3, 4)
    h = nn.Linear(4, 6)
    ids = torch.tensor([[1, 2, 3, 4, 0]]).t()
    o, _ = r(emb(ids))
    l = F.cross_entropy(h(o).view(-1, 6), torch.tensor([2, 3, 4, 0, 0]), ignore_index=0)
    l.backward()
    print(l, emb.weight.grad)
    print(nn.utils.rnn.pack_padded_sequence(torch.ones(3, 2, 1), [3, 2]))


@prog
def program_unfreeze_bn():
    m = nn.Sequential(nn.Conv1d(2, 3, 2), nn.BatchNorm1d(3, momentum=None))
    m.train()
    m(torch.randn(4, 2, 5))
    m(torch.randn(4, 2, 5))
    m[1].eval()
    y = m(torch.randn(4, 2, 5))
    y.sum().backward()
    print(m[1].running_mean, m[1].weight.grad, [k.training for k in m.modules()])


@prog
def program_hooks_grad():
    w = torch.ones(3, requires_grad=True)
    l = []
    h = w.register_hook(lambda g: g.clamp(max=1))
    w.register_post_accumulate_grad_hook(lambda p: l.append(p.grad.clone()))
    (w * torch.tensor([1.0, 2.0, 3.0])).sum().backward()
    h.remove()
    (w * 2).sum().backward()
    print(w.grad, l)


@prog
def program_backward_hook_replace():
    m = nn.Linear(2, 2)
    m.register_full_backward_pre_hook(lambda mod, go: (go[0] * 0 + 1,))
    m.register_full_backward_hook(lambda mod, gi, go: (gi[0] * 10,))
    x = torch.ones(1, 2, requires_grad=True)
    (m(x) * 5).sum().backward()
    print(x.grad, m.weight.grad)


@prog
def program_custom_opt():
    class S(torch.optim.Optimizer):
        def __init__(s, p, lr=0.1):
            super().__init__(p, dict(lr=lr))

        @torch.no_grad()
        def step(s, closure=None):
            for g in s.param_groups:
                for p in g["params"]:
                    if p.grad is None:
                        continue
                    st = s.state[p]
                    st["n"] = st.get("n", 0) + 1
                    b = st.setdefault("b", torch.zeros_like(p))
                    b.mul_(0.5).add_(p.grad)
                    p.add_(b, alpha=-g["lr"])

    m = mlp()
    o = S(m.parameters())
    for i in range(3):
        o.zero_grad()
        F.l1_loss(m(X), Y).backward()
        o.step()
    print(m[0].bias, o.state_dict()["state"][1]["n"], o)


@prog
def program_old_style():
    w = torch.zeros(3, 1, requires_grad=True)
    for i in range(3):
        l = (X.mm(w) - Y).pow(2).sum()
        l.backward()
        w.data -= 0.01 * w.grad.data
        w.grad.data.zero_()
    print(w, l.item() > 0, l.data)
    w.data.add_(-0.1, torch.ones(3, 1))
    v = torch.autograd.Variable(torch.ones(2), requires_grad=True)
    v.sum().backward()
    print(w, v.grad.data, torch.FloatTensor([1, 2]), torch.Tensor(2, 2).zero_(), w.data.new(2).fill_(1), w.new_zeros(2))


@prog
def program_indexing():
    a = torch.arange(24).view(2, 3, 4)
    print(a[..., -1], a[:, [0, 2]], a[a % 5 == 0], a[1, torch.tensor([0, 1])], a[:, None, 1].shape, a[-1][-1][-1])
    b = a.clone()
    b[:, 1] = 0
    b[0, :, ::2] = -1
    b[b > 20] = 99
    print(
        b,
        a.flip(0)[0, 0],
        a.roll(1, 2)[0, 0],
        torch.where(a > 12, a, 0).sum(),
        a.gather(2, torch.zeros(2, 3, 1, dtype=torch.long)).squeeze(),
    )


@prog
def program_types():
    a = torch.tensor([1, 2])
    print(
        (a / 2).dtype,
        (a * 1.5).dtype,
        (a + True).dtype,
        (a // 2),
        a.float().mean(),
        torch.tensor([True]) + 1,
        a.double() + torch.ones(2),
        torch.tensor(3) * a.half(),
        a.sum().dtype,
        (a > 1).sum(),
        torch.ones(2).long().type(),
        a.numpy().dtype,
        torch.from_numpy(np.ones(2)).dtype,
    )
    try:
        a += 0.5
    except RuntimeError as e:
        print(kind(e))
    try:
        a.mean()
    except RuntimeError as e:
        print(kind(e))


@prog
def program_errors():
    for f in (
        lambda: torch.ones(2) @ torch.ones(3),
        lambda: torch.ones(2, 3) + torch.ones(2),
        lambda: nn.Linear(2, 3)(torch.ones(4)),
        lambda: F.cross_entropy(torch.ones(2, 3), torch.tensor([0, 3])),
        lambda: torch.ones(2).view(3),
        lambda: torch.cat([torch.ones(1, 2), torch.ones(1, 3)]),
        lambda: torch.ones(2)[5],
        lambda: torch.ones(2).item(),
        lambda: torch.ones(2).backward(),
        lambda: bool(torch.ones(2)),
        lambda: nn.Conv2d(1, 2, 3)(torch.ones(1, 2, 5, 5)),
        lambda: torch.stack([torch.ones(1), torch.ones(2)]),
        lambda: torch.tensor([[1], [1, 2]]),
        lambda: torch.ones(1).numpy().foo,
        lambda: torch.zeros(2, requires_grad=True).numpy(),
        lambda: torch.optim.SGD([], 0.1),
        lambda: torch.optim.SGD(nn.Linear(1, 1).parameters(), -1),
        lambda: F.nll_loss(torch.ones(2, 3), torch.ones(2)),
        lambda: torch.ones(2).foo,
        lambda: torch.arange(0, 5, -1),
        lambda: torch.ones(2, 2).squeeze(5),
        lambda: nn.Embedding(2, 2)(torch.tensor([2])),
        lambda: torch.randint(5, 5, (1,)),
        lambda: torch.multinomial(torch.zeros(2), 1),
    ):
        try:
            print("ok", f())
        except Exception as e:
            print(kind(e))


@prog
def program_second_order():
    x = torch.tensor([1.0, 2.0], requires_grad=True)
    H = torch.autograd.functional.hessian(lambda x: (x**3).sum() * x[0], x)
    J = torch.autograd.functional.jacobian(lambda x: x.outer(x), x)
    print(H, J.shape)
    y = (x.sin() * x).sum()
    (g,) = torch.autograd.grad(y, x, create_graph=True)
    (g2,) = torch.autograd.grad(g.sum(), x, create_graph=True)
    (g3,) = torch.autograd.grad(g2.sum(), x)
    print(g, g2, g3)


@prog
def program_chunk_views():
    x = torch.arange(6.0, requires_grad=True)
    a, b = (x * 1).chunk(2)
    try:
        a.mul_(2)
        print("no")
    except RuntimeError:
        print("multi view")
    y = x * 1
    y[:3].mul_(2)
    y.view(2, 3)[1] += y[:3].detach()
    y.sum().backward()
    print(y, x.grad)


@prog
def program_complex_module():
    class Res(nn.Module):
        def __init__(s, d):
            super().__init__()
            s.n = nn.LayerNorm(d)
            s.f = nn.Sequential(nn.Linear(d, 2 * d), nn.GELU(), nn.Linear(2 * d, d))
            s.g = nn.Parameter(torch.zeros(()))

        def forward(s, x):
            return x + s.g * s.f(s.n(x))

        def extra_repr(s):
            return "res"

    m = nn.Sequential(*[Res(3) for _ in range(2)])
    print(m)
    o = torch.optim.AdamW(
        [
            {"params": [p for n, p in m.named_parameters() if p.ndim > 1], "weight_decay": 0.1},
            {"params": [p for n, p in m.named_parameters() if p.ndim <= 1], "weight_decay": 0.0},
        ],
        1e-2,
    )
    for i in range(5):
        o.zero_grad()
        F.mse_loss(m(X), X.flip(1)).backward()
        o.step()
    print(m[0].g, m[1].f[0].bias, sum(p.numel() for p in m.parameters()))


@prog
def program_rng():
    torch.manual_seed(3)
    print(
        torch.rand(2),
        torch.randn(2),
        torch.randint(0, 9, (3,)),
        torch.randperm(5),
        torch.bernoulli(torch.full((4,), 0.5)),
        torch.normal(0.0, 1.0, (2,)),
    )
    s = torch.get_rng_state()
    a = torch.rand(2)
    torch.set_rng_state(s)
    print(torch.equal(a, torch.rand(2)))
    print(
        F.dropout(torch.ones(5), 0.5),
        torch.empty(3).uniform_(-1, 1),
        torch.multinomial(torch.tensor([0.1, 0.9]), 3, replacement=True),
    )


@prog
def program_amp_like():
    m = mlp().half()
    s = 128.0
    master = [p.detach().clone().float().requires_grad_() for p in m.parameters()]
    o = torch.optim.SGD(master, 0.1)
    for i in range(3):
        m.zero_grad()
        l = F.mse_loss(m(X.half()).float(), Y)
        (l * s).backward()
        for a, p in zip(master, m.parameters()):
            a.grad = p.grad.float() / s
        o.step()
        with torch.no_grad():
            for a, p in zip(master, m.parameters()):
                p.copy_(a)
    print(l.dtype, m[0].weight.dtype, (master[3] * 100).round())


@prog
def program_siamese_triplet():
    m = nn.Linear(3, 2)
    a, p, n = (m(X[i::3][:2]) for i in range(3))
    l = (
        F.triplet_margin_loss(a, p, n)
        + F.cosine_embedding_loss(a, p, torch.ones(2))
        + F.pairwise_distance(a, n).mean()
        - F.cosine_similarity(a, p).mean()
    )
    l.backward()
    print(l, m.weight.grad)


@prog
def program_state_in_loop():
    h = torch.zeros(1, 2)
    c = nn.GRUCell(3, 2)
    o = torch.optim.SGD(c.parameters(), 0.1)
    L = []
    for t in range(8):
        h = c(X[t : t + 1], h)
        L.append((h - Y[t]).pow(2).mean())
        if t % 4 == 3:
            o.zero_grad()
            torch.stack(L).sum().backward()
            o.step()
            h = h.detach()
            L = []
    print(h, c.weight_hh)


run()
