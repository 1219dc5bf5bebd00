"""All optimizers and schedulers in one loop: what they print, what their state holds, how they move; closures, groups, hooks, freezing, an optimizer of one's own."""

import copy
import math

import torch
from torch import nn, optim
from torch.optim import lr_scheduler as sched

X = torch.linspace(-1, 1, 30).view(10, 3)
Y = (X**2).sum(1, keepdim=True)


def net():
    torch.manual_seed(0)
    return nn.Sequential(nn.Linear(3, 4), nn.Softplus(), nn.Linear(4, 1)).double()


def rosenbrock(xy):
    x, y = xy
    return (1 - x) ** 2 + 100 * (y - x**2) ** 2


configs = {
    "SGD": dict(lr=0.1), "SGD nesterov": dict(lr=0.1, momentum=0.9, nesterov=True), "SGD damped": dict(lr=0.1, momentum=0.5, dampening=0.1, weight_decay=0.01), "Adam": dict(), "Adam amsgrad": dict(lr=0.01, amsgrad=True),
    "AdamW": dict(weight_decay=0.1), "NAdam": dict(), "RAdam": dict(lr=0.01), "Adamax": dict(), "Adagrad": dict(lr=0.1), "Adadelta": dict(), "RMSprop": dict(momentum=0.5), "RMSprop centered": dict(centered=True), "Rprop": dict(),
    "ASGD": dict(t0=2), "LBFGS": dict(max_iter=3), "Adafactor": dict(), "Muon": dict(),
}  # fmt: skip
for name, kwargs in configs.items():
    cls = getattr(optim, name.split()[0], None)
    model = net()
    parameters = [p for p in model.parameters() if p.dim() == 2] if name == "Muon" else model.parameters()
    optimizer = cls(parameters, **kwargs)
    losses = []

    def closure():
        optimizer.zero_grad()
        loss = nn.functional.mse_loss(model(X.double()), Y.double())
        loss.backward()
        return loss

    for _ in range(4):
        losses.append(optimizer.step(closure).item())
    first = next(iter(optimizer.state.values()), {})
    print(
        f"{name:17}",
        [f"{l:.6f}" for l in losses],
        sorted(first),
        {k: v for k, v in first.items() if k == "step"},
        optimizer.defaults,
    )
print(optimizer, optimizer.param_groups[0].keys(), optimizer.state_dict().keys(), sep="\n")

for name, make in {
    "StepLR": lambda o: sched.StepLR(o, 2, 0.5), "MultiStepLR": lambda o: sched.MultiStepLR(o, [1, 3]), "ExponentialLR": lambda o: sched.ExponentialLR(o, 0.9), "CosineAnnealingLR": lambda o: sched.CosineAnnealingLR(o, 4, 0.01),
    "LambdaLR": lambda o: sched.LambdaLR(o, lambda e: 0.95**e), "MultiplicativeLR": lambda o: sched.MultiplicativeLR(o, lambda e: 0.8), "LinearLR": lambda o: sched.LinearLR(o, 0.2, 1.0, 4), "ConstantLR": lambda o: sched.ConstantLR(o, 0.5, 3),
    "PolynomialLR": lambda o: sched.PolynomialLR(o, 5, 2.0), "CyclicLR": lambda o: sched.CyclicLR(o, 0.01, 0.1, 2, mode="triangular2"), "OneCycleLR": lambda o: sched.OneCycleLR(o, 1.0, total_steps=8), "Restarts": lambda o: sched.CosineAnnealingWarmRestarts(o, 3),
    "SequentialLR": lambda o: sched.SequentialLR(o, [sched.ConstantLR(o, 0.1, 2), sched.ExponentialLR(o, 0.5)], [2]), "Chained": lambda o: sched.ChainedScheduler([sched.ConstantLR(o, 0.1, 2), sched.ExponentialLR(o, 0.9)]),
    "SWALR": lambda o: optim.swa_utils.SWALR(o, swa_lr=0.05, anneal_epochs=3),
}.items():  # fmt: skip
    optimizer = optim.SGD(
        [
            nn.Parameter(torch.ones(1)),
        ],
        lr=0.1,
        momentum=0.9,
    )
    scheduler = make(optimizer)
    lrs = []
    for _ in range(6):
        lrs.append(round(optimizer.param_groups[0]["lr"], 6))
        optimizer.step()
        scheduler.step()
    print(
        f"{name:17}",
        lrs,
        type(scheduler).__name__,
        scheduler.last_epoch if hasattr(scheduler, "last_epoch") else "",
        sorted(scheduler.state_dict())[:4],
        sorted(optimizer.param_groups[0])[-4:],
    )

xy = torch.tensor((-1.0, 1.5), requires_grad=True)
for cls, lr, n in ((optim.Adam, 0.1, 30), (optim.RMSprop, 0.02, 30)):
    point = xy.detach().clone().requires_grad_()
    optimizer, path = cls((point,), lr=lr), []
    for _ in range(n):
        optimizer.zero_grad()
        rosenbrock(point).backward()
        torch.nn.utils.clip_grad_norm_(point, 1.0)
        optimizer.step()
        path.append(point.detach().clone())
    print(cls.__name__, torch.stack(path)[::10], rosenbrock(point))


class SignSGD(optim.Optimizer):
    """An optimizer of one's own, with all that belongs to it."""

    def __init__(self, params, lr=1e-2, beta=0.9):
        if lr < 0.0:
            raise ValueError("Invalid learning rate: {}".format(lr))
        super().__init__(params, dict(lr=lr, beta=beta))

    def __setstate__(self, state):
        super().__setstate__(state)
        for group in self.param_groups:
            group.setdefault("beta", 0.9)

    @torch.no_grad()
    def step(self, closure=None):
        loss = None
        if closure is not None:
            with torch.enable_grad():
                loss = closure()
        for group in self.param_groups:
            for p in group["params"]:
                if p.grad is None:
                    continue
                state = self.state[p]
                if len(state) == 0:
                    state["step"], state["exp_avg"] = 0, torch.zeros_like(p, memory_format=torch.preserve_format)
                state["step"] += 1
                state["exp_avg"].mul_(group["beta"]).add_(p.grad, alpha=1 - group["beta"])
                p.add_(torch.sign(state["exp_avg"]), alpha=-group["lr"])
        return loss


class Lookahead(optim.Optimizer):
    def __init__(self, base, k=2, alpha=0.5):
        self.base, self.k, self.alpha = base, k, alpha
        self.param_groups, self.state, self.defaults = base.param_groups, base.state, base.defaults
        self.slow = [[p.clone().detach() for p in g["params"]] for g in base.param_groups]
        self.steps = 0

    def step(self, closure=None):
        loss = self.base.step(closure)
        self.steps += 1
        if self.steps % self.k == 0:
            for group, slow in zip(self.param_groups, self.slow):
                for p, q in zip(group["params"], slow):
                    q.add_(p.data - q, alpha=self.alpha)
                    p.data.copy_(q)
        return loss


model = net()
optimizer = SignSGD([{"params": model[0].parameters()}, {"params": model[2].parameters(), "lr": 0.02, "name": "head"}])
optimizer.register_step_pre_hook(lambda o, a, k: print("before", len(o.state)))
handle = optimizer.register_step_post_hook(lambda o, a, k: print("after", len(o.state)))
print(optimizer, optimizer.add_param_group({"params": [nn.Parameter(torch.zeros(1, dtype=torch.double))], "beta": 0.5}))
for _ in range(2):
    loss = optimizer.step(closure)
    (model(X.double()) - Y).square().mean().backward()
handle.remove()
optimizer.step()
print(
    f"{loss.item():.5f}",
    [sorted(s) for s in optimizer.state.values()][0],
    optimizer.state_dict()["param_groups"],
    sep="\n",
)
again = SignSGD(copy.deepcopy(model).parameters())
try:
    again.load_state_dict(optimizer.state_dict())
except ValueError as e:
    print("ValueError:", e)
model = net()
ahead = Lookahead(optim.SGD(model.parameters(), 0.1))
scheduler = sched.ExponentialLR(ahead, 0.5)
for _ in range(4):
    ahead.zero_grad()
    loss = (model(X.double()) - Y).square().mean()
    loss.backward()
    ahead.step()
    scheduler.step()
print(f"{loss.item():.6f}", ahead.param_groups[0]["lr"], ahead, math.isclose(ahead.param_groups[0]["lr"], 0.1 / 16))
swa, swa_model = optim.SGD(model.parameters(), 0.1), optim.swa_utils.AveragedModel(model, use_buffers=True)
bn = nn.BatchNorm1d(3)
optim.swa_utils.update_bn([X, X * 2], bn)
print(bn.running_mean, bn.num_batches_tracked, bn.momentum, swa_model)
