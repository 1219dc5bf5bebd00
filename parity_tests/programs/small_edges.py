"""Small programs: copies and pickles, in-place changes of saved values, losses, modules' doors, modes, exchanged data, checkpoints."""

import copy
import os
import pickle
import tempfile

import numpy as np
import torch
import torch.nn.functional as F
from parts.small import X, Y, mlp, prog, run, tried
from torch import nn


@prog
def program_deepcopy_graph():
    m = mlp()
    m(X).sum().backward()
    n = copy.deepcopy(m)
    print(n[0].weight.grad)
    tried(lambda: copy.deepcopy(m[0].weight * 2))
    c = copy.copy(m)
    c[0].weight.data.zero_()
    print(m[0].weight.sum())
    x = torch.ones(4)
    v = x[1:3]
    d = copy.deepcopy({"x": x, "v": v})
    d["v"].zero_()
    print(d)


@prog
def program_pickle_module():
    b = pickle.dumps(nn.Linear(2, 2))
    m = pickle.loads(b)
    print(m, m.weight.requires_grad, m(torch.ones(1, 2)))
    p = pickle.loads(pickle.dumps(nn.Parameter(torch.ones(2))))
    print(type(p).__name__, p)


@prog
def program_ghost_grads():
    m = mlp()
    m(X).sum().backward()
    g = m[0].bias.grad
    m.zero_grad()
    print(m[0].bias.grad, g.shape)
    m(X).sum().backward()
    m.zero_grad(set_to_none=False)
    print(m[0].bias.grad)
    m[0].bias.grad = torch.ones(4)
    print(m[0].bias.grad)
    tried(lambda: setattr(m[0].bias, "grad", torch.ones(3)))


@prog
def program_param_swap():
    m = nn.Linear(2, 2)
    o = torch.optim.SGD(m.parameters(), 1.0)
    m.weight = nn.Parameter(torch.zeros(2, 2))
    m(torch.ones(1, 2)).sum().backward()
    o.step()
    print(m.weight, m.bias.grad)


@prog
def program_buffers_ema():
    class E(nn.Module):
        def __init__(s):
            super().__init__()
            s.register_buffer("mu", torch.zeros(3))

        def forward(s, x):
            if s.training:
                s.mu = s.mu * 0.9 + x.mean(0) * 0.1
            return x - s.mu

    m = E()
    for i in range(3):
        m(X + i)
    m.eval()
    print(m(X)[0], m.mu, m.mu.requires_grad)
    x = X.clone().requires_grad_()
    m.train()
    m(x)
    print(m.mu.requires_grad, m.mu.grad_fn is not None)
    with torch.no_grad():
        m.mu.zero_()
    tried(lambda: copy.deepcopy(m).mu)


@prog
def program_inplace_saved():
    x = torch.ones(3, requires_grad=True)
    for f in (
        lambda y: y.exp_(),
        lambda y: y.mul_(2),
        lambda y: y.sigmoid().mul_(2),
        lambda y: y.relu_() * 2,
        lambda y: F.relu(y, inplace=True) + 1,
        lambda y: y.pow(2).add_(y),
        lambda y: (y * y).sub_(y.exp()),
        lambda y: y.sqrt_().div_(y.detach()),
        lambda y: y.tanh().add_(1),
        lambda y: F.dropout(y, 0.0, inplace=True) * 3,
        lambda y: y.clamp_(0, 0.5),
        lambda y: y.log_().add_(x),
    ):
        x.grad = None
        tried(lambda: (f(x * 1.5).sum().backward(), x.grad)[1])


@prog
def program_expand_sum():
    b = torch.zeros(3, requires_grad=True)
    (b.expand(4, 3) * torch.arange(12.0).view(4, 3)).sum().backward()
    print(b.grad)
    s = torch.ones((), requires_grad=True)
    (s * X).mean().backward()
    print(s.grad)
    tried(lambda: torch.zeros(3).expand(2, 3).add_(1))
    print(torch.broadcast_to(b, (2, 3)).stride(), b.repeat(2, 1).shape)


@prog
def program_einsum_bmm():
    A = (
        torch.arange(12.0, requires_grad=True).view(2, 2, 3)
        if False
        else torch.arange(12.0).view(2, 2, 3).requires_grad_()
    )
    o = torch.einsum("bij,bkj->bik", A, A)
    o.sum().backward()
    print(o, A.grad)
    print(
        torch.bmm(A, A.transpose(1, 2)).eq(o).all(),
        torch.tensordot(A, A, ([2], [2])).shape,
        torch.outer(torch.arange(2.0), torch.arange(3.0)),
    )


@prog
def program_sort_topk():
    x = torch.tensor([3.0, 1.0, 2.0, 2.0], requires_grad=True)
    v, i = x.sort(descending=True, stable=True)
    (v * torch.arange(4.0)).sum().backward()
    print(v, i, x.grad)
    x.grad = None
    v, i = x.topk(2)
    v.sum().backward()
    print(x.grad, i)
    print(x.max(0), x.argmin(), x.median(), x.cummax(0))
    m = x.max()
    m.backward()
    print(x.grad)


@prog
def program_losses():
    p = torch.tensor([[0.2, -0.3, 0.1]], requires_grad=True)
    for f in (
        lambda: F.cross_entropy(p, torch.tensor([2]), label_smoothing=0.1),
        lambda: F.cross_entropy(p, torch.tensor([[0.1, 0.2, 0.7]])),
        lambda: F.nll_loss(F.log_softmax(p, 1), torch.tensor([1]), weight=torch.tensor([1.0, 2.0, 3.0])),
        lambda: F.kl_div(F.log_softmax(p, -1), torch.tensor([[0.3, 0.3, 0.4]]), reduction="batchmean"),
        lambda: F.multi_margin_loss(p, torch.tensor([0])),
        lambda: F.huber_loss(p, p.detach() * 3, delta=0.1),
        lambda: F.binary_cross_entropy_with_logits(p, torch.tensor([[1.0, 0.0, 1.0]]), pos_weight=torch.tensor([2.0])),
        lambda: F.gaussian_nll_loss(p, torch.zeros(1, 3), torch.ones(1, 3)),
        lambda: F.poisson_nll_loss(p, torch.ones(1, 3)),
        lambda: F.soft_margin_loss(p, torch.tensor([[1.0, -1.0, 1.0]])),
        lambda: F.multilabel_soft_margin_loss(p, torch.tensor([[1.0, 0.0, 1.0]])),
        lambda: F.hinge_embedding_loss(p, torch.tensor([[1.0, -1.0, 1.0]])),
        lambda: nn.CTCLoss()(
            F.log_softmax(p.expand(4, 1, 3), -1), torch.tensor([[1, 2]]), torch.tensor([4]), torch.tensor([2])
        ),
    ):
        p.grad = None
        l = f()
        l.backward()
        print(l, p.grad)


@prog
def program_module_api():
    m = mlp()
    print(m[-1], m[0:2], len(m), list(m.children())[1], [n for n, _ in m.named_modules()])
    m.append(nn.ReLU())
    m.insert(0, nn.Identity())
    print(m)
    m.add_module("x", nn.Linear(1, 1))
    print(m.x, m.get_submodule("1"), m.get_parameter("1.weight").shape)
    del m[0]
    tried(lambda: m.foo)
    m.train(False)
    print(m.training, m[1].training)
    print(sum(p.numel() for p in m.parameters() if p.requires_grad))
    m.eval().requires_grad_(False)
    print(m(X).requires_grad)


@prog
def program_share_memory_numpy():
    a = np.zeros(3, dtype=np.float32)
    t = torch.from_numpy(a)
    t += 1
    a *= 2
    print(t, a)
    n = t.numpy()
    n[0] = 7
    print(t, torch.tensor(a) is t, torch.as_tensor(a)[0])
    w = torch.ones(2, requires_grad=True)
    w.detach().numpy()[0] = 4
    print(w)
    print(np.mean(t.numpy()), t.numpy().T.shape, np.asarray(t)[1], float(t[0]), int(t[1]), t.tolist())


@prog
def program_grad_modes_nested():
    w = torch.ones(2, requires_grad=True)
    with torch.no_grad():
        a = w * 2
        with torch.enable_grad():
            b = w * 3
            c = a * w
        d = b * 2
    print(a.requires_grad, b.requires_grad, c.requires_grad, d.requires_grad)
    (b + c + d).sum().backward()
    print(w.grad)


@prog
def program_function_multi():
    class SplitMul(torch.autograd.Function):
        @staticmethod
        def forward(ctx, x, k):
            ctx.k = k
            ctx.mark_non_differentiable(i := x.argmax())
            return x * k, x + k, i

        @staticmethod
        def backward(ctx, a, b, c):
            print("g", a, b)
            return a * ctx.k + b, None

    x = torch.tensor([1.0, 5.0], requires_grad=True)
    a, b, i = SplitMul.apply(x, 3.0)
    print(a.grad_fn is not None, i.requires_grad, i)
    (a * 2).sum().backward()
    print(x.grad)

    class Round(torch.autograd.Function):
        @staticmethod
        def forward(x):
            return x.round()

        @staticmethod
        def setup_context(ctx, inputs, output):
            ctx.save_for_backward(output)

        @staticmethod
        def backward(ctx, g):
            return g * ctx.saved_tensors[0]

    x.grad = None
    Round.apply(x * 1.3).sum().backward()
    print(x.grad)


@prog
def program_tensor_subclass_param():
    class MyP(nn.Parameter):
        pass

    m = nn.Module()
    m.w = MyP(torch.ones(2))
    print(type(m.w).__name__, list(m.parameters()), type(m.w * 2).__name__)
    m.double()
    print(type(m.w).__name__, m.w.dtype)


@prog
def program_set_data_views():
    p = nn.Parameter(torch.arange(4.0))
    v = p.view(2, 2)
    p.data = torch.zeros(4)
    with torch.no_grad():
        v.add_(1)
    print(p, v.detach())
    (v.sum() * 2).backward()
    print(p.grad)
    p.data = torch.ones(4) * 3
    print(v.detach(), p)


@prog
def program_clip_per_sample():
    m = mlp()
    gs = []
    for i in range(4):
        m.zero_grad()
        F.mse_loss(m(X[i]), Y[i]).backward()
        n = torch.sqrt(sum((p.grad**2).sum() for p in m.parameters()))
        s = min(1.0, 1 / (n.item() + 1e-6))
        gs.append([p.grad.clone() * s for p in m.parameters()])
    print(torch.stack([g[0] for g in gs]).mean(0))
    print(torch.nn.utils.get_total_norm([g for g in gs[0]]))


@prog
def program_lr_groups_zero():
    m = mlp()
    o = torch.optim.Adam(
        [{"params": m[0].parameters(), "lr": 0.0}, {"params": m[2].parameters()}],
        lr=0.1,
        amsgrad=True,
        weight_decay=0.01,
    )
    w = m[0].weight.clone()
    F.mse_loss(m(X), Y).backward()
    o.step()
    print(torch.equal(w, m[0].weight), m[2].bias)
    for g in o.param_groups:
        g["lr"] *= 0.5
    print([g["lr"] for g in o.param_groups])
    print(o)


@prog
def program_printing_more():
    print(torch.arange(1001.0))
    print(torch.rand(2, 2, 2) > 0.5)
    print(
        torch.tensor([1e-10, 1.0]),
        torch.tensor([1e8, 1.0]),
        torch.tensor([1.5, float("inf")]),
        torch.zeros(2, 0),
        torch.tensor(3.0, requires_grad=True),
        torch.tensor([1, -2]),
        torch.tensor([True]),
        torch.ones(2, dtype=torch.half),
        torch.tensor(1.0) * torch.ones(1, requires_grad=True),
    )
    print(
        nn.Conv2d(1, 2, 3, padding="same", bias=False),
        nn.LSTM(1, 2, batch_first=True),
        nn.BatchNorm1d(2),
        nn.Dropout(0.1),
        nn.CrossEntropyLoss(),
        nn.MultiheadAttention(4, 2),
    )
    print(repr(torch.float32), torch.device("cpu"), torch.Generator().device)


@prog
def program_unfold_conv():
    x = torch.randn(1, 2, 4, 4, requires_grad=True)
    w = torch.randn(3, 2, 2, 2)
    u = F.unfold(x, 2)
    o = (w.view(3, -1) @ u).view(1, 3, 3, 3)
    print(torch.allclose(o, F.conv2d(x, w), atol=1e-5))
    o.sum().backward()
    print(x.grad[0, 0])
    print(
        F.fold(u.detach(), (4, 4), 2)[0, 0].shape,
        F.pad(x, (1, 1, 1, 1), mode="reflect").shape,
        F.interpolate(x, scale_factor=2, mode="bilinear").shape,
        F.grid_sample(x, torch.zeros(1, 2, 2, 2), align_corners=False).shape,
    )


@prog
def program_cumulative():
    x = torch.tensor([1.0, 0.0, 2.0], requires_grad=True)
    y = x.cumsum(0) + x.cumprod(0) + x.logcumsumexp(0)
    y.sum().backward()
    print(y, x.grad)
    x.grad = None
    x.prod().backward()
    print(x.grad, x.var(), x.std(unbiased=False), x.norm(), x.logsumexp(0))


@prog
def program_where_nan():
    x = torch.tensor([0.0, 1.0], requires_grad=True)
    y = torch.where(x > 0, x.log(), torch.zeros(()))
    y.sum().backward()
    print(x.grad)
    x.grad = None
    x.sqrt().sum().backward()
    print(x.grad)
    x.grad = None
    x.norm(dim=0).backward()
    z = torch.zeros(2, requires_grad=True)
    z.norm().backward()
    print(x.grad, z.grad)
    print(torch.nan_to_num(torch.tensor([float("nan"), float("inf")])), torch.isnan(x.grad), x.abs().sum())


@prog
def program_dict_io_model():
    class M(nn.Module):
        def __init__(s):
            super().__init__()
            s.a = nn.Linear(2, 2)
            s.b = nn.ModuleDict({"k": nn.Linear(2, 2)})

        def forward(s, d, *, scale=1.0):
            return {"out": s.a(d["x"]) * scale, "aux": [s.b["k"](d["x"])]}

    m = M()
    o = m({"x": torch.ones(1, 2)}, scale=2.0)
    (o["out"].sum() + o["aux"][0].sum()).backward()
    print(o, m.b["k"].bias.grad)
    print({k: tuple(v.shape) for k, v in m.state_dict(prefix="p.").items()})


@prog
def program_ckpt_roundtrip():
    m = mlp()
    o = torch.optim.SGD(m.parameters(), 0.1, momentum=0.9)
    s = torch.optim.lr_scheduler.StepLR(o, 2)

    def step(m, o, s):
        o.zero_grad()
        l = F.mse_loss(m(X), Y)
        l.backward()
        o.step()
        s.step()
        return l.item()

    for i in range(3):
        step(m, o, s)
    f = os.path.join(tempfile.mkdtemp(), "c.pt")
    torch.save({"m": m.state_dict(), "o": o.state_dict(), "s": s.state_dict(), "e": 3}, f)
    a = [step(m, o, s) for i in range(3)]
    c = torch.load(f)
    n = mlp()
    n.load_state_dict(c["m"])
    o = torch.optim.SGD(n.parameters(), 0.1, momentum=0.9)
    o.load_state_dict(c["o"])
    s = torch.optim.lr_scheduler.StepLR(o, 2)
    s.load_state_dict(c["s"])
    b = [step(n, o, s) for i in range(3)]
    print(a == b, s.last_epoch, o.param_groups[0]["lr"], [round(x, 4) for x in a])


@prog
def program_threads_detach():
    x = torch.ones(2, requires_grad=True)
    y = (x * 2).detach().requires_grad_()
    z = (y * 3).sum()
    z.backward()
    print(x.grad, y.grad)
    y2 = x.clone()
    y2.detach_()
    print(y2.requires_grad, y2.is_leaf)
    a = x * 2
    tried(lambda: a.requires_grad_(False))
    tried(lambda: torch.ones(2, dtype=torch.long).requires_grad_())


@prog
def program_zero_dim():
    s = torch.tensor(2.0, requires_grad=True)
    v = s.view(1)
    v2 = s.unsqueeze(0).expand(3)
    (v2.sum() * v).sum().backward()
    print(s.grad, s[None], s.ndim, len(s.shape))
    tried(lambda: s[0])
    tried(lambda: len(s))
    print(torch.stack([s, s]), torch.tensor([s.item()]), s.item() + 1, float(s.detach()), [x for x in torch.ones(2)])


@prog
def program_checkerr_shapes():
    for f in (
        lambda: nn.Linear(3, 2)(torch.ones(2, 4)),
        lambda: F.mse_loss(torch.ones(2), torch.ones(3)),
        lambda: nn.LSTM(2, 3)(torch.ones(1, 1, 3)),
        lambda: torch.ones(2, 3).t() @ torch.ones(3, 2),
        lambda: F.softmax(torch.ones(2), dim=3),
        lambda: torch.ones(2).reshape(-1, 3),
        lambda: nn.BatchNorm1d(3)(torch.ones(1, 3)),
        lambda: nn.MaxPool2d(3)(torch.ones(1, 1, 2, 2)),
        lambda: nn.Sequential(nn.Linear(2, 2)).load_state_dict({"0.weight": torch.ones(3, 3), "0.bias": torch.ones(2)}),
        lambda: torch.optim.Adam(torch.ones(2)),
        lambda: torch.optim.Adam([torch.ones(2) * torch.ones(2, requires_grad=True)]),
        lambda: nn.Parameter(5),
        lambda: torch.tensor("a"),
        lambda: torch.zeros(2, 3)[2, 0],
        lambda: torch.zeros(2).index_select(0, torch.tensor([3])),
    ):
        tried(f)


@prog
def program_broadcast_inplace():
    a = torch.zeros(2, 3)
    a += torch.arange(3.0)
    a[:, 0] -= 1
    a *= torch.tensor([[1.0], [2.0]])
    print(a)
    tried(lambda: a.add_(torch.ones(4, 2, 3)))
    a[0], a[1] = a[1].clone(), a[0].clone()
    print(a)
    i = torch.tensor([0, 0])
    a[i, 0] += 1
    print(a)
    a.index_put_((i, torch.tensor([1, 1])), torch.ones(2), accumulate=True)
    print(a)
    a.t()[0] = 9
    a.diagonal().fill_(-1)
    print(a)


@prog
def program_distill():
    t, s = mlp(), mlp()
    t.eval()
    [p.requires_grad_(False) for p in t.parameters()]
    o = torch.optim.NAdam(s.parameters(), 0.01)
    for i in range(4):
        l = F.kl_div(F.log_softmax(s(X).t() / 2, -1), F.softmax(t(X).t() / 2, -1), reduction="batchmean") * 4
        o.zero_grad()
        l.backward()
        nn.utils.clip_grad_norm_(s.parameters(), 0.5, norm_type=float("inf"))
        o.step()
    print(l, s[0].weight, t[0].weight.grad)


run()
