"""Small programs: training loops with weights averaged, clipped, tied, frozen and moved, Functions, buffers, hooks, recurrent and attention layers."""

import copy
import pickle

import torch
import torch.nn.functional as F
from parts.small import X, Y, kind, mlp, prog, run
from torch import nn


@prog
def program_ema():
    m = mlp()
    e = copy.deepcopy(m)
    opt = torch.optim.SGD(m.parameters(), 0.1, momentum=0.9)
    for p in e.parameters():
        p.requires_grad_(False)
    for i in range(5):
        opt.zero_grad()
        l = F.mse_loss(m(X), Y)
        l.backward()
        opt.step()
        with torch.no_grad():
            for a, b in zip(e.parameters(), m.parameters()):
                a.mul_(0.9).add_(b, alpha=0.1)
            for a, b in zip(e.buffers(), m.buffers()):
                a.copy_(b)
    print(l, e[0].weight, [p.grad for p in e.parameters()])


@prog
def program_ema_lerp_statedict():
    m = nn.Sequential(nn.Linear(3, 4), nn.BatchNorm1d(4))
    sd = {k: v.clone() for k, v in m.state_dict().items()}
    for i in range(3):
        m(X + i).sum().backward()
        for k, v in m.state_dict().items():
            if v.dtype.is_floating_point:
                sd[k].lerp_(v, 0.5)
            else:
                sd[k].copy_(v)
    print(sd)
    print(m.load_state_dict(sd))
    print(m[1].running_mean)


@prog
def program_clip():
    m = mlp()
    opt = torch.optim.Adam(m.parameters(), 0.1)
    for i in range(4):
        opt.zero_grad()
        (m(X) * 100).pow(2).mean().backward()
        n = nn.utils.clip_grad_norm_(m.parameters(), 1.0)
        print(n)
        nn.utils.clip_grad_value_(m.parameters(), 0.01)
        opt.step()
    print([p.grad.abs().max() for p in m.parameters()], m[2].bias)


@prog
def program_tying():
    class T(nn.Module):
        def __init__(s):
            super().__init__()
            s.e = nn.Embedding(5, 3)
            s.d = nn.Linear(3, 5, bias=False)
            s.d.weight = s.e.weight

        def forward(s, x):
            return s.d(s.e(x).mean(1))

    m = T()
    print(len(list(m.parameters())), list(m.state_dict()))
    opt = torch.optim.AdamW(m.parameters(), 0.05)
    for i in range(3):
        opt.zero_grad()
        l = F.cross_entropy(m(torch.tensor([[0, 1], [2, 3]])), torch.tensor([4, 0]))
        l.backward()
        opt.step()
        print(l)
    print(m.d.weight is m.e.weight, m.e.weight)
    n = copy.deepcopy(m)
    print(n.d.weight is n.e.weight)
    m.double()
    print(m.d.weight is m.e.weight, m.d.weight.dtype)


@prog
def program_freeze():
    m = mlp()
    for p in m[0].parameters():
        p.requires_grad = False
    opt = torch.optim.SGD([p for p in m.parameters() if p.requires_grad], 0.1)
    F.mse_loss(m(X), Y).backward()
    opt.step()
    print([p.grad is None for p in m.parameters()])
    m[0].requires_grad_(True)
    opt.add_param_group({"params": m[0].parameters(), "lr": 0.01})
    m.zero_grad()
    F.mse_loss(m(X), Y).backward()
    opt.step()
    print(m[0].weight, opt)


@prog
def program_function():
    class Clamp(torch.autograd.Function):
        @staticmethod
        def forward(ctx, x, lo, hi):
            ctx.save_for_backward(x)
            ctx.b = lo, hi
            return x.clamp(lo, hi)

        @staticmethod
        def backward(ctx, g):
            (x,) = ctx.saved_tensors
            return g * ((x > ctx.b[0]) & (x < ctx.b[1])) * 0.5, None, None

    x = torch.linspace(-2, 2, 5, requires_grad=True)
    y = Clamp.apply(x, -1, 1)
    print(y)
    y.sum().backward()
    print(x.grad)
    print(y.grad_fn.name())
    print(torch.autograd.gradcheck(lambda t: t.sin(), torch.ones(2, dtype=torch.float64, requires_grad=True)))


@prog
def program_buffers():
    class B(nn.Module):
        def __init__(s):
            super().__init__()
            s.register_buffer("n", torch.zeros(()))
            s.register_buffer("t", torch.ones(2), persistent=False)
            s.register_buffer("none", None)

        def forward(s, x):
            s.n += 1
            s.t = s.t * 2
            return x * s.n + s.t

    m = B()
    m(torch.ones(2))
    m(torch.ones(2))
    print(m.n, m.t, list(m.state_dict()), dict(m.named_buffers()))
    m.half()
    print(m.n.dtype, m(torch.ones(2)).dtype)
    m.n = torch.tensor(5.0)
    print(list(m.buffers()))
    try:
        m.n = 3
    except TypeError as e:
        print(kind(e))


@prog
def program_hooks():
    m = mlp()
    log = []
    h = [
        m[1].register_forward_hook(lambda mod, i, o: log.append(("f", tuple(o.shape)))),
        m[0].register_forward_pre_hook(lambda mod, i: (i[0] * 2,)),
        m[2].register_full_backward_hook(lambda mod, gi, go: log.append(("b", gi[0].shape, go[0].shape))),
    ]
    x = X.clone().requires_grad_()
    y = m(x)
    y.register_hook(lambda g: g * 2)
    y.sum().backward()
    print(log, x.grad[0])
    [k.remove() for k in h]
    print(m(X)[0])


@prog
def program_flat_params():
    m = mlp()
    flat = torch.cat([p.detach().reshape(-1) for p in m.parameters()])
    i = 0
    for p in m.parameters():
        p.data = flat[i : i + p.numel()].view_as(p)
        i += p.numel()
    flat.mul_(2)
    print(m[0].weight)
    F.mse_loss(m(X), Y).backward()
    g = nn.utils.parameters_to_vector([p.grad for p in m.parameters()])
    flat -= 0.1 * g
    print(m[2].bias, F.mse_loss(m(X), Y))


@prog
def program_lbfgs():
    x = torch.tensor([-1.0, 2.0], requires_grad=True)
    opt = torch.optim.LBFGS([x], lr=0.5, max_iter=5)

    def c():
        opt.zero_grad()
        l = (1 - x[0]) ** 2 + 10 * (x[1] - x[0] ** 2) ** 2
        l.backward()
        return l

    for i in range(3):
        print(opt.step(c))
    print(x)


@prog
def program_sched():
    m = mlp()
    opt = torch.optim.SGD(m.parameters(), 1.0, momentum=0.5, nesterov=True)
    s = torch.optim.lr_scheduler.OneCycleLR(opt, 2.0, total_steps=6)
    s2 = None
    for i in range(6):
        opt.zero_grad()
        F.smooth_l1_loss(m(X), Y).backward()
        opt.step()
        print(s.get_last_lr(), opt.param_groups[0]["momentum"])
        if i < 5:
            s.step()


@prog
def program_accum():
    m = mlp()
    opt = torch.optim.RMSprop(m.parameters(), 0.01)
    for i, (x, y) in enumerate(zip(X.split(2), Y.split(2))):
        (F.mse_loss(m(x), y) / 2).backward()
        if i % 2:
            opt.step()
            opt.zero_grad(set_to_none=False)
            print(m[0].bias, m[0].bias.grad)


@prog
def program_gradpenalty():
    m = mlp()
    x = X.clone().requires_grad_()
    y = m(x)
    (g,) = torch.autograd.grad(y.sum(), x, create_graph=True)
    l = (g.norm(dim=1) - 1).pow(2).mean()
    l.backward()
    print(l, m[0].weight.grad, m[2].bias.grad)


@prog
def program_meta():
    w = torch.tensor([1.0, 2.0], requires_grad=True)
    f = lambda w: (w**2 * torch.tensor([1.0, 3.0])).sum()
    (g,) = torch.autograd.grad(f(w), w, create_graph=True)
    w2 = w - 0.1 * g
    l = f(w2)
    l.backward()
    print(w.grad, w2)


@prog
def program_print():
    x = torch.arange(6.0).view(2, 3).requires_grad_()
    print(
        x,
        x * 2,
        x[0],
        x.t().detach(),
        x.sum(),
        x > 2,
        x.int(),
        x[:, :0],
        torch.tensor([]),
        torch.tensor(float("nan")),
        torch.tensor([1e10, 1e-5]),
    )
    print(nn.Parameter(x), [x.detach()], {"a": x[0, 0]})
    print(f"{x.sum().item():.2f} {x.sum():.1f}")
    print(mlp())
    print(torch.Size([1, 2]), x.dtype, x.device, x.shape)


@prog
def program_rnn():
    r = nn.GRU(3, 4, 2, batch_first=True, bidirectional=True)
    o, h = r(X.view(2, 4, 3))
    (o.mean() + h.sum()).backward()
    print(o.shape, h[0], r.weight_hh_l1_reverse.grad.norm())
    l = nn.LSTM(3, 4)
    o, (h, c) = l(X.view(8, 1, 3))
    o[-1].sum().backward()
    print(h, c, l.bias_ih_l0.grad)


@prog
def program_attn():
    a = nn.MultiheadAttention(4, 2, batch_first=True)
    q = torch.randn(2, 3, 4)
    o, w = a(query=q, key=q, value=q, attn_mask=torch.triu(torch.ones(3, 3, dtype=torch.bool), 1))
    print(o, w)
    o.sum().backward()
    print(a.in_proj_weight.grad.sum(), a.out_proj.bias.grad)


@prog
def program_transformer():
    t = nn.TransformerEncoder(nn.TransformerEncoderLayer(4, 2, 8, dropout=0.0, batch_first=True), 2)
    y = t(torch.randn(1, 3, 4), src_key_padding_mask=torch.tensor([[False, False, True]]))
    print(y)
    y.sum().backward()
    print(t.layers[0].linear1.weight.grad.abs().sum())


@prog
def program_clone_detach_chain():
    x = torch.ones(3, requires_grad=True)
    y = x * 2
    z = y.detach()
    z[0] = 9
    print(y, z)
    try:
        (y * y).sum().backward()
    except RuntimeError as e:
        print("err")
    print(x.grad)
    y = x.exp()
    y.detach().zero_()
    try:
        y.sum().backward()
        print(x.grad)
    except RuntimeError as e:
        print("err2")


@prog
def program_inplace_masks():
    x = torch.arange(6.0, requires_grad=True)
    y = x.clone()
    y[y > 3] *= 2
    y[0] += x[5]
    y[1:3] = y[3:5]
    y.masked_fill_(x == 4, 7.0)
    y.sum().backward()
    print(y, x.grad)


@prog
def program_scatter_embedding_manual():
    W = torch.zeros(4, 2, requires_grad=True)
    idx = torch.tensor([0, 2, 2])
    out = W[idx]
    out.sum().backward()
    print(W.grad)
    s = torch.zeros(4).index_add_(0, idx, torch.ones(3))
    print(
        s,
        torch.bincount(idx, minlength=4),
        W.index_select(0, idx).shape,
        torch.zeros(3, 4).scatter_(1, idx.view(3, 1), 1),
    )


@prog
def program_statedict_io():
    m = mlp()
    b = pickle.dumps(m.state_dict())
    n = mlp()
    print(n.load_state_dict(pickle.loads(b)), torch.equal(m(X), n(X)))
    try:
        n.load_state_dict({"x": torch.ones(1)})
    except RuntimeError as e:
        print(kind(e))
    print(n.load_state_dict({"0.bias": torch.ones(4)}, strict=False))


@prog
def program_opt_state():
    m = mlp()
    o = torch.optim.Adam(m.parameters(), 0.1)
    F.mse_loss(m(X), Y).backward()
    o.step()
    sd = copy.deepcopy(o.state_dict())
    o2 = torch.optim.Adam(m.parameters(), 0.5)
    o2.load_state_dict(sd)
    o2.step()
    print(o2.param_groups[0]["lr"], m[0].bias, sd["state"][3])


@prog
def program_param_lists():
    class M(nn.Module):
        def __init__(s):
            super().__init__()
            s.ps = nn.ParameterList([nn.Parameter(torch.ones(2) * i) for i in range(3)])
            s.d = nn.ParameterDict({"a": nn.Parameter(torch.zeros(1))})
            s.l = nn.ModuleList([nn.Linear(2, 2) for _ in range(2)])
            s.md = nn.ModuleDict({"r": nn.ReLU()})

        def forward(s, x):
            for p, l in zip(s.ps, s.l):
                x = s.md["r"](l(x)) * p
            return x + s.d["a"]

    m = M()
    print(m)
    m(torch.ones(1, 2)).sum().backward()
    print([(n, p.grad) for n, p in m.named_parameters()])


@prog
def program_double_move():
    m = nn.Sequential(nn.Linear(2, 2), nn.BatchNorm1d(2))
    w = m[0].weight
    v = w[0]
    rm = m[1].running_mean
    m(torch.ones(3, 2)).sum().backward()
    m.double()
    print(w.dtype, w.grad.dtype, v.dtype, rm.dtype, m[1].num_batches_tracked.dtype)
    print(m(torch.ones(3, 2).double()).dtype)
    m.float()
    m.to(torch.float16)
    print(w.dtype, w is m[0].weight)


@prog
def program_apply_init():
    def init(k):
        if isinstance(k, nn.Linear):
            nn.init.xavier_uniform_(k.weight)
            nn.init.zeros_(k.bias)

    m = mlp().apply(init)
    print(m[0].weight, m[0].bias)
    nn.init.orthogonal_(m[0].weight)
    nn.init.constant_(m[2].bias, 3)
    nn.init.trunc_normal_(m[2].weight, std=0.1)
    print(m[2].weight)


@prog
def program_no_grad_decor():
    m = mlp()

    @torch.no_grad()
    def ev(x):
        return m(x).requires_grad, torch.is_grad_enabled()

    print(ev(X))
    with torch.inference_mode():
        y = m(X)
        print(y.requires_grad, y.is_inference())
    with torch.set_grad_enabled(False):
        print(m(X).grad_fn)


@prog
def program_retain_multi():
    x = torch.ones(2, requires_grad=True)
    y = x**2
    y.retain_grad()
    z = y * 3
    z.sum().backward(retain_graph=True)
    z.sum().backward()
    print(x.grad, y.grad)
    try:
        z.sum().backward()
    except RuntimeError as e:
        print("second")
    print(x.is_leaf, y.is_leaf, y.requires_grad, z.grad_fn.next_functions[0][0].name())


run()
