"""Checkpoints and resume: model, optimizer, scheduler, random state and epoch in one file; early stopping; what goes wrong with wrong keys; old pickles, files and paths."""

import copy
import os
import pathlib
import tempfile
import warnings
from collections import OrderedDict
from io import BytesIO

import numpy as np
import torch
from torch import nn, optim
from torch.optim.lr_scheduler import CosineAnnealingWarmRestarts, ExponentialLR, ReduceLROnPlateau

folder = pathlib.Path(tempfile.mkdtemp())


def make(seed=0):
    torch.manual_seed(seed)
    model = nn.Sequential(
        OrderedDict(
            body=nn.Linear(4, 8), norm=nn.BatchNorm1d(8), act=nn.ReLU(), drop=nn.Dropout(0.3), head=nn.Linear(8, 1)
        )
    )
    optimizer = optim.AdamW(model.parameters(), lr=0.02)
    return model, optimizer, CosineAnnealingWarmRestarts(optimizer, T_0=3, T_mult=2)


X = torch.linspace(-2, 2, 80).view(20, 4)
Y = X.sin().sum(1, keepdim=True)


def train(model, optimizer, scheduler, start, stop, log):
    for epoch in range(start, stop):
        model.train()
        for i in torch.randperm(20).view(4, 5):
            optimizer.zero_grad()
            loss = nn.functional.mse_loss(model(X[i]), Y[i])
            loss.backward()
            optimizer.step()
        scheduler.step()
        log.append((epoch, round(loss.item(), 4), round(scheduler.get_last_lr()[0], 6)))


log = []
parts = make()
train(*parts, 0, 6, log)
print(*log, sep="\n")

resumed = []
model, optimizer, scheduler = make()
train(model, optimizer, scheduler, 0, 3, resumed)
path = folder / "checkpoint.pth.tar"
torch.save(
    {
        "epoch": 3,
        "model_state_dict": model.state_dict(),
        "optimizer_state_dict": optimizer.state_dict(),
        "scheduler": scheduler.state_dict(),
        "rng": torch.get_rng_state(),
        "best": torch.tensor(0.5),
        "args": {"lr": 0.02, "names": ["a", None, True]},
    },
    path,
)
print(os.path.exists(path), path.stat().st_size > 1000, os.listdir(folder))
model, optimizer, scheduler = make(seed=99)
checkpoint = torch.load(path, weights_only=True, map_location="cpu")
print(list(checkpoint), checkpoint["args"], checkpoint["best"], checkpoint["rng"].shape, checkpoint["rng"].dtype)
print(checkpoint["scheduler"], checkpoint["optimizer_state_dict"]["param_groups"], sep="\n")
print({k: {n: tuple(v.shape) for n, v in s.items()} for k, s in checkpoint["optimizer_state_dict"]["state"].items()})
print(
    model.load_state_dict(checkpoint["model_state_dict"]),
    optimizer.load_state_dict(checkpoint["optimizer_state_dict"]),
    scheduler.load_state_dict(checkpoint["scheduler"]),
)
torch.set_rng_state(checkpoint["rng"])
train(model, optimizer, scheduler, checkpoint["epoch"], 6, resumed)
print(
    "resumed equals",
    resumed == log,
    all(torch.equal(a, b) for a, b in zip(model.state_dict().values(), parts[0].state_dict().values())),
)

# wrong files and keys
for attempt in (
    lambda: torch.load(folder / "missing.pt"),
    lambda: model.load_state_dict({k.replace("head", "fc"): v for k, v in model.state_dict().items()}),
    lambda: model.load_state_dict({**model.state_dict(), "head.weight": torch.zeros(2, 8)}),
    lambda: model.load_state_dict([1]),
    lambda: model.load_state_dict({**model.state_dict(), "head.bias": "text"}),
    lambda: optimizer.load_state_dict({"state": {}, "param_groups": []}),
    lambda: optim.SGD([], lr=0.1),
    lambda: optim.SGD(model.parameters(), lr=-1),
    lambda: optim.SGD(model, lr=0.1),
    lambda: optim.Adam(model.parameters(), betas=(1.0, 0.9)),
    lambda: optim.SGD([torch.ones(1) * torch.ones(1, requires_grad=True)], lr=1),
    lambda: optim.SGD(["weight"], lr=1),
    lambda: optim.SGD(model.parameters(), lr=0.1, nesterov=True),
    lambda: ExponentialLR("optimizer", 0.9),
    lambda: ReduceLROnPlateau(optimizer, mode="best"),
    lambda: torch.save(lambda x: x, BytesIO()),
):
    try:
        print(attempt())
    except Exception as error:
        print(f"{type(error).__name__}: {error}".replace(str(folder), "")[:300])
print(model.load_state_dict({k.replace("head", "fc"): v for k, v in model.state_dict().items()}, strict=False))
(folder / "rubbish.pt").write_bytes(b"not a checkpoint")
try:
    torch.load(folder / "rubbish.pt", weights_only=False)
except Exception as error:
    print(type(error).__name__)

# the same in memory, of any structure, shared storage kept
shared = torch.arange(6.0)
buffer = BytesIO()
torch.save(
    {
        "whole": shared,
        "part": shared[2:4],
        "t": shared.view(2, 3).t(),
        "n": [1, (2, 3)],
        "size": shared.shape,
        "dtype": shared.dtype,
        "device": shared.device,
        "p": nn.Parameter(shared[:1]),
        "od": OrderedDict(a=1),
    },
    buffer,
)
buffer.seek(0)
back = torch.load(buffer)
back["whole"][2] = 100
print(back, back["t"].stride())
torch.save(np.arange(3), folder / "a.npy")
try:
    print(torch.load(folder / "a.npy"))
except Exception as error:
    print(type(error).__name__, "weights" in str(error).lower())
print(torch.load(folder / "a.npy", weights_only=False))


class EarlyStopping:
    def __init__(self, patience=2, delta=0.0, verbose=True):
        self.patience, self.delta, self.verbose = patience, delta, verbose
        self.counter, self.best_score, self.early_stop, self.best = 0, None, False, None

    def __call__(self, val_loss, model):
        score = -val_loss
        if self.best_score is None or score >= self.best_score + self.delta:
            if self.verbose:
                print(f"Validation loss decreased to {val_loss:.4f}.  Saving model ...")
            self.best_score, self.counter, self.best = score, 0, copy.deepcopy(model.state_dict())
        else:
            self.counter += 1
            print(f"EarlyStopping counter: {self.counter} out of {self.patience}")
            self.early_stop = self.counter >= self.patience


model = nn.Linear(1, 1)
stopper = EarlyStopping()
with warnings.catch_warnings(record=True) as caught:
    warnings.simplefilter("always")
    optimizer = optim.SGD(model.parameters(), lr=1.0)
    scheduler = ReduceLROnPlateau(optimizer, patience=0, threshold=1e-2, cooldown=1, min_lr=0.2)
    for epoch, v in enumerate([1.0, 0.5, 0.6, 0.4, 0.45, 0.44, 0.3]):
        stopper(v, model)
        scheduler.step(v)
        print(epoch, optimizer.param_groups[0]["lr"], scheduler.num_bad_epochs, scheduler.in_cooldown)
        if stopper.early_stop:
            print("Early stopping")
            break
    ExponentialLR(optimizer, 0.9).step()
print(
    [(w.category.__name__, str(w.message)[:60]) for w in caught], stopper.best.keys(), scheduler.state_dict(), sep="\n"
)
