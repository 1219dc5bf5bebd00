# %% [markdown]
# # Lesson 4: a Learner from nothing, as fast.ai teaches it. Cells end with a value; magics are left out.

# %%
import math
from functools import partial
from types import SimpleNamespace

import torch
import torch.nn.functional as F
from torch import nn, optim, tensor
from torch.utils.data import DataLoader, default_collate

torch.set_printoptions(precision=2, linewidth=140, sci_mode=False)
torch.manual_seed(42)


# %%
def get_data(n=120, m=9):
    x = torch.rand(n, m)
    y = (x[:, :3].sum(1) > x[:, 3:6].sum(1)).long() + (x[:, 6] > 0.7).long()
    return x, y


x_train, y_train = get_data()
x_valid, y_valid = get_data(40)
x_train.shape, y_train.unique(return_counts=True)


# %%
class Dataset:
    def __init__(self, x, y):
        self.x, self.y = x, y

    def __len__(self):
        return len(self.x)

    def __getitem__(self, i):
        return self.x[i], self.y[i]


train_ds, valid_ds = Dataset(x_train, y_train), Dataset(x_valid, y_valid)
print(train_ds[0], train_ds[:3][1])


def to_float(b):
    x, y = default_collate(b)
    return x.float(), y


dls = SimpleNamespace(train=DataLoader(train_ds, 16, shuffle=True, collate_fn=to_float), valid=DataLoader(valid_ds, 32))
print(len(dls.train), [b[0].shape for b in dls.valid])
print(
    default_collate([{"a": 1, "b": [1.5, (2, "t")]}, {"a": 3, "b": [2.5, (4, "u")]}]),
    default_collate([tensor([1, 2]), tensor([3, 4])]),
    default_collate([0.5, 1]),
    default_collate(["x", "y"]),
)
try:
    default_collate([tensor([1, 2]), tensor([3])])
except RuntimeError as e:
    print("RuntimeError:", e)
try:
    default_collate([object(), object()])
except TypeError as e:
    print("TypeError:", e)


# %%
class CancelFitException(Exception):
    pass


class Callback:
    order = 0


class MetricsCB(Callback):
    order = 1

    def before_epoch(self, learn):
        self.correct, self.total, self.loss = tensor(0), 0, tensor(0.0)

    def after_batch(self, learn):
        xb, yb = learn.batch
        self.correct += (learn.preds.argmax(1) == yb).sum()
        self.total += len(yb)
        self.loss += learn.loss.detach() * len(yb)

    def after_epoch(self, learn):
        print(
            f"{learn.epoch} {'train' if learn.model.training else 'valid'} loss {self.loss / self.total:.3f} acc {self.correct / self.total:.3f}"
        )


class LRFinderCB(Callback):
    def __init__(self, mult=1.5):
        self.mult = mult

    def before_fit(self, learn):
        self.lrs, self.losses, self.min = [], [], math.inf

    def after_batch(self, learn):
        if not learn.model.training:
            raise CancelFitException()
        self.lrs.append(learn.opt.param_groups[0]["lr"])
        loss = learn.loss.item()
        self.losses.append(loss)
        self.min = min(loss, self.min)
        if loss > self.min * 3 or len(self.lrs) > 14:
            raise CancelFitException()
        for g in learn.opt.param_groups:
            g["lr"] *= self.mult


class BatchSchedCB(Callback):
    def __init__(self, sched):
        self.sched = sched

    def before_fit(self, learn):
        self.schedo = self.sched(learn.opt)

    def after_batch(self, learn):
        if learn.model.training:
            self.schedo.step()


class Learner:
    def __init__(self, model, dls, loss_func, lr, cbs, opt_func=optim.SGD):
        self.model, self.dls, self.loss_func, self.lr, self.cbs, self.opt_func = (
            model,
            dls,
            loss_func,
            lr,
            sorted(cbs, key=lambda c: c.order),
            opt_func,
        )

    def callback(self, name):
        for cb in self.cbs:
            if hasattr(cb, name):
                getattr(cb, name)(self)

    def fit(self, n_epochs):
        self.opt = self.opt_func(self.model.parameters(), self.lr)
        try:
            self.callback("before_fit")
            for self.epoch in range(n_epochs):
                for training in (True, False):
                    self.model.train(training)
                    self.callback("before_epoch")
                    with torch.set_grad_enabled(training):
                        for self.batch in self.dls.train if training else self.dls.valid:
                            self.preds = self.model(self.batch[0])
                            self.loss = self.loss_func(self.preds, self.batch[1])
                            if training:
                                self.loss.backward()
                                self.opt.step()
                                self.opt.zero_grad()
                            self.callback("after_batch")
                    self.callback("after_epoch")
        except CancelFitException:
            print("cancelled in epoch", self.epoch, torch.is_grad_enabled())


def get_model(act=nn.ReLU):
    return nn.Sequential(nn.Linear(9, 20), act(), nn.Linear(20, 3))


# %%
finder = LRFinderCB()
learn = Learner(get_model(), dls, F.cross_entropy, 1e-3, [finder])
learn.fit(3)
print([round(l, 3) for l in finder.losses], f"{finder.lrs[-1]:.4f}")
# %%
torch.manual_seed(1)
learn = Learner(
    get_model(partial(nn.LeakyReLU, 0.1)),
    dls,
    F.cross_entropy,
    0.1,
    [MetricsCB(), BatchSchedCB(partial(optim.lr_scheduler.OneCycleLR, max_lr=0.3, total_steps=24))],
    partial(optim.Adam, eps=1e-5),
)
learn.fit(3)
print(learn.model, learn.opt, sep="\n")


# %%
class Hook:
    def __init__(self, m, f):
        self.hook = m.register_forward_hook(partial(f, self))

    def remove(self):
        self.hook.remove()

    def __del__(self):
        self.remove()


def append_stats(hook, mod, inp, outp):
    if not hasattr(hook, "stats"):
        hook.stats = ([], [], [])
    acts = outp.detach()
    hook.stats[0].append(acts.mean())
    hook.stats[1].append(acts.std())
    hook.stats[2].append(acts.abs().histc(5, 0, 4))


hooks = [Hook(l, append_stats) for l in learn.model]
with torch.no_grad():
    for xb, yb in dls.valid:
        learn.model(xb)
for h in hooks:
    print(torch.stack(h.stats[0]), torch.stack(h.stats[1]), torch.stack(h.stats[2]).t(), sep="\n")
del hooks, h
print(len(learn.model[0]._forward_hooks))


# %% initialisation: LSUV
def lsuv_stats(hook, mod, inp, outp):
    acts = outp.detach()
    hook.mean, hook.std = acts.mean(), acts.std()


m = get_model()
xb = x_train[:32]
for layer in (m[0], m[2]):
    hook = Hook(layer, lsuv_stats)
    with torch.no_grad():
        while m(xb) is not None and (abs(hook.std - 1) > 1e-3 or abs(hook.mean) > 1e-3):
            layer.bias -= hook.mean
            layer.weight.data /= hook.std
    print(f"{hook.mean:.3f} {hook.std:.3f}")
    hook.remove()
x_train[0], m(xb)[0]
print(m(xb)[0], x_train.mean(0), x_train.std(0), x_train[:2, None].repeat(1, 2, 1).shape)
torch.set_printoptions(profile="default")
