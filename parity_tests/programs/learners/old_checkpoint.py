# Fine-tune from a checkpoint that a colleague saved years ago, then go on with AdamW.
# vgg.py was copied from an old torchvision: it imports what it needs for pretrained=True only.
import copy
import io
import pickle
import random

import torch.utils.model_zoo as model_zoo
from torch import *
from torch.distributions import *
from torch.nn import *
from torch.quantization import DeQuantStub, QuantStub

random.seed(0)  # Python's own: the stars above leave it alone
manual_seed(0)
print(random.randint(0, 100), normal(0.0, 1.0, (2,)), flatten(zeros(2, 3)).shape, poisson(ones(2) * 3))

net = Sequential(Linear(4, 8), ReLU(inplace=True), Linear(8, 2))
names = {id(p): n for n, p in net.named_parameters()}
x, y = randn(16, 4), tensor([0, 1] * 8)


def train(optimizer, steps=3):
    for _ in [None] * steps:  # range is torch.range by now
        optimizer.zero_grad()
        loss = functional.cross_entropy(net(x), y)
        loss.backward()
        optimizer.step()
        print(f"{type(optimizer).__name__}: {loss.item():.4f}")


from torch import optim

adam = optim.Adam(net.parameters(), lr=0.01, weight_decay=1e-2)
train(adam)
checkpoint = {"epoch": 3, "model": net.state_dict(), "optimizer": adam.state_dict()}

# what torch 1.4 would have written
for group in checkpoint["optimizer"]["param_groups"]:
    for option in ("maximize", "foreach", "capturable", "differentiable", "fused", "decoupled_weight_decay"):
        del group[option]
for state in checkpoint["optimizer"]["state"].values():
    state["step"] = state["step"].long().item()
file = io.BytesIO()
save(checkpoint, file, pickle, 2)

file.seek(0)
loaded = load(file, map_location="cpu", pickle_module=pickle)
net.load_state_dict(loaded["model"])
again = optim.Adam(net.parameters())
again.load_state_dict(loaded["optimizer"])
print(again)
print({k: v if v.ndim == 0 else v.shape for k, v in again.state[net[0].bias].items()})
train(again)

adamw = optim.AdamW(net.parameters())
adamw.load_state_dict(loaded["optimizer"])
print({k: adamw.param_groups[0][k] for k in ("lr", "weight_decay", "decoupled_weight_decay")})
train(adamw)


class Warm(optim.SGD):
    """An optimizer of one's own, that says what older files lack."""

    def __setstate__(self, state):
        super().__setstate__(state)
        for group in self.param_groups:
            group.setdefault("warm", 5)


sgd = Warm(net.parameters(), lr=0.1, momentum=0.9)
sgd.register_step_post_hook(lambda *_: print("  stepped"))
train(sgd, 2)
old = sgd.state_dict()
del old["param_groups"][0]["nesterov"]
sgd.load_state_dict(old)
print(sgd)
train(copy.deepcopy(sgd), 1)  # a copy has no hooks

for p in net.parameters():
    p.register_hook(lambda g, p=p: print(f"  {names[id(p)]:9} {g.norm():.4f}"))
functional.cross_entropy(net(x), y).backward()
