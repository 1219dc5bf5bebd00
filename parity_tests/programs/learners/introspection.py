"""What a curious learner asks of objects: dir, vars, signatures, names, types, subclasses, pickles, equality, hashes, conversions to Python, numpy and back."""

import copy
import inspect
import pickle
from collections.abc import Iterable, Iterator, Mapping, MutableSequence, Sequence

import numpy as np
import torch
import torch.nn as nn
import torch.nn.functional as F

layer = nn.Linear(3, 2)
print(
    [n for n in ("weight", "forward", "state_dict", "nothing") if n in dir(layer)],
    list(vars(layer))[-2:],
    layer.__dict__["training"],
)
for f in (
    nn.Linear,
    nn.Conv2d,
    nn.LSTM.__init__,
    nn.Module.register_buffer,
    nn.Module.load_state_dict,
    F.cross_entropy,
    F.dropout,
    F.pad,
    F.layer_norm,
    nn.init.kaiming_normal_,
    torch.optim.Adam,
    torch.optim.SGD,
    torch.utils.data.DataLoader,
    torch.autograd.grad,
    torch.autograd.backward,
    nn.utils.clip_grad_norm_,
    nn.Transformer,
    nn.MultiheadAttention.forward,
    torch.optim.lr_scheduler.OneCycleLR,
    torch.distributions.Normal,
    torch.Tensor.backward,
    torch.Tensor.register_hook,
):
    print(
        f.__qualname__,
        list(inspect.signature(f).parameters),
        [p.default for p in inspect.signature(f).parameters.values() if p.default is not p.empty][:6],
    )
print(
    nn.Linear.__mro__[:2],
    isinstance(layer, nn.Module),
    issubclass(nn.Sequential, nn.Module),
    nn.Linear.__bases__,
    type(layer).__name__,
    nn.LSTM.__mro__[1].__name__,
    nn.BatchNorm2d.__mro__[1:4],
    nn.MaxPool2d.__bases__,
)
print(
    nn.Module.__doc__ is not None,
    inspect.isclass(nn.Linear),
    inspect.isfunction(F.relu),
    inspect.ismodule(nn),
    callable(layer),
    F.relu.__name__,
    torch.relu.__name__,
    nn.functional.__name__.split(".")[-1],
)
print(
    [
        c.__name__
        for c in (
            torch.float32.__class__,
            torch.Size,
            torch.device("cpu").__class__,
            torch.Generator,
            torch.strided.__class__,
            torch.finfo(torch.float).__class__,
        )
    ]
)
for name in ("weight", "bias", "in_features", "training", "nothing"):
    print(name, hasattr(layer, name), getattr(layer, name, "default"))
try:
    layer.nothing
except AttributeError as e:
    print("AttributeError:", e)
try:
    torch.nothing
except AttributeError as e:
    print("AttributeError:", str(e).replace("minitorch_pt", "torch"))
try:
    nn.Linear(3)
except TypeError as e:
    print("TypeError:", e)
try:
    nn.Linear(3, 2, 1, 2, 3, 4, 5)
except TypeError as e:
    print("TypeError:", e)
try:
    layer(torch.ones(3), 4)
except TypeError as e:
    print("TypeError:", e)
try:
    layer.weight = torch.ones(2, 3)
except TypeError as e:
    print("TypeError:", str(e).replace("minitorch_pt", "torch"))
layer.note = "kept"
layer.constant = torch.ones(1)
del layer.constant
layer.register_buffer("mean", torch.zeros(2))
layer.extra = nn.Parameter(torch.ones(1))
print(layer, list(layer.state_dict()), [n for n, _ in layer.named_buffers()], layer.note)
del layer.extra
layer.bias = None
print(list(layer.state_dict()), layer, layer(torch.ones(1, 3)).shape)
seq = nn.Sequential(nn.Linear(2, 2), nn.ReLU(), nn.Linear(2, 1))
print(
    seq[0], seq[-1], seq[1:], len(seq), [type(m).__name__ for m in seq], nn.ReLU in map(type, seq), seq[0] in list(seq)
)
seq.append(nn.Sigmoid()).insert(1, nn.Dropout(0.5))
seq.extend([nn.Identity()])
seq[2] = nn.Tanh()
del seq[-1]
print(seq, seq + nn.Sequential(nn.Softmax(dim=1)), nn.Sequential(nn.ReLU()) * 2, seq.pop(1), sep="\n")
print(
    seq.get_submodule("0"),
    seq.get_parameter("0.weight").shape,
    [n for n, _ in seq.named_modules()],
    [n for n, _ in seq.named_children()],
    seq.__len__(),
)
ml, md = nn.ModuleList([nn.Linear(1, 1)]), nn.ModuleDict({"a": nn.ReLU(), "b": nn.Linear(1, 2)})
ml.append(ml[0])
md["c"] = nn.Tanh()
md.update([("d", nn.ELU())])
print(
    ml,
    md,
    md.keys(),
    "a" in md,
    [k for k in md],
    md.pop("a"),
    list(md.items())[0][0],
    len(ml),
    ml[-1] is ml[0],
    len(list(ml.parameters())),
    isinstance(ml, Sequence),
    isinstance(md, Mapping),
    isinstance(seq, Iterable),
    sep="\n",
)
pl, pd = (
    nn.ParameterList([torch.ones(1), nn.Parameter(torch.zeros(2, 2))]),
    nn.ParameterDict({"w": torch.ones(2), "n": 3}),
)
print(pl, pd, [type(p).__name__ for p in pl], list(pd), pd["n"], sep="\n")
for bad in (
    lambda: ml(1),
    lambda: md["zzz"],
    lambda: seq[9],
    lambda: nn.ModuleList([1]),
    lambda: nn.Sequential(1),
    lambda: seq.add_module("a.b", nn.ReLU()),
    lambda: seq.get_submodule("7"),
    lambda: seq.register_parameter("p", torch.ones(1)),
    lambda: nn.Module()(1),
    lambda: seq.forward(),
    lambda: nn.Parameter(torch.tensor(1)),
    lambda: layer.register_buffer("weight", torch.ones(1)),
    lambda: nn.Softmax(dim=5)(torch.ones(2)),
    lambda: nn.Conv2d(3, 4, 2, groups=2),
    lambda: nn.BatchNorm1d(3)(torch.ones(1, 3)),
    lambda: nn.BatchNorm2d(3)(torch.ones(2, 3)),
    lambda: nn.Dropout(2.0),
    lambda: nn.CrossEntropyLoss(reduction="avg")(torch.ones(1, 2), torch.tensor([0])),
    lambda: nn.MultiheadAttention(5, 2),
    lambda: nn.Flatten()(torch.ones(2, 3)).foo,
    lambda: nn.Embedding(2, 2, padding_idx=5),
    lambda: F.one_hot(torch.tensor([3]), 2),
    lambda: F.conv2d(torch.ones(1, 2, 3, 3), torch.ones(1, 1, 2, 2)),
    lambda: nn.MaxPool2d(5)(torch.ones(1, 1, 2, 2)),
):
    try:
        print(bad())
    except Exception as e:
        print(f"{type(e).__name__}: {str(e).splitlines()[0] if str(e) else ''}")

t = torch.arange(6.0).view(2, 3)
print(
    np.asarray(t),
    np.array(t).dtype,
    t.numpy().shape,
    np.sin(t),
    np.mean(t.numpy()),
    t.__array__().strides,
    list(t[0]),
    tuple(t[:, 0]),
    dict(enumerate(t[1])),
    sum(t),
    max(t[0]),
    sorted(t[1], reverse=True),
    sep="\n",
)
print(
    [len(t), *map(len, t)],
    t in [t],
    [i for i, row in enumerate(t) if row[0] > 0],
    4.0 in t,
    [1, 2][torch.tensor(1)],
    "abc"[torch.tensor(2)],
    list(range(torch.tensor(3))),
    [0] * torch.tensor(2),
    round(torch.tensor(2.567), decimals=1) if False else torch.round(torch.tensor(2.567), decimals=1),
    abs(-t)[0],
    -t[0],
    +t[0],
    ~torch.tensor([True]),
    torch.tensor(5) % 3,
    2 ** t[0],
    t[0] ** 2,
    7 // t[1],
    t // 2,
    1 / t[1],
    t[0] @ t[1],
    t @ t.T,
)
a, *rest = torch.tensor([1, 2, 3])
(x, y), z = torch.tensor([[1, 2], [3, 4]]), torch.tensor(5)
print(
    a,
    rest,
    x,
    y,
    z.item(),
    torch.tensor(3) == 3,
    torch.tensor([1, 2]) == [1, 2] if False else torch.tensor([1, 2]).tolist() == [1, 2],
    torch.tensor([1]).eq(1),
    torch.equal(t, t.clone()),
    t.allclose(t),
    t is t.data,
    id(t) == id(t),
    bool(torch.tensor([0.0])),
    not torch.tensor(0),
    (t > 2).any() and (t < 9).all(),
)
q = pickle.loads(
    pickle.dumps({"t": t, "layer": layer, "size": t.shape, "dtype": t.dtype, "p": nn.Parameter(t), "device": t.device})
)
print(
    q,
    type(q["p"]).__name__,
    torch.equal(q["t"], t),
    copy.copy(t) is t,
    copy.deepcopy(layer).weight is layer.weight,
    copy.copy(layer).weight is layer.weight,
)


class Meta(nn.Module):
    """extra_repr, __getattr__, properties and class attributes."""

    shared = 3

    def __init__(self, n):
        super().__init__()
        self.inner, self.n = nn.Linear(n, n), n

    @property
    def norm(self):
        return self.inner.weight.norm()

    @property
    def broken(self):
        return self.missing

    def extra_repr(self) -> str:
        return f"n={self.n}\nsecond line"

    def forward(self, x, *, scale=1, **kwargs):
        return self.inner(x) * scale, kwargs


m = Meta(2)
print(
    m,
    m.shared,
    m.norm > 0,
    m(torch.ones(2), scale=2, key="v")[1],
    m.training,
    m.eval().training,
    m.train(False) is m,
    m.inner.training,
    m.requires_grad_(False).inner.weight.requires_grad,
    m.half().inner.weight.dtype,
    m.to(torch.float64).inner.bias.dtype,
    m.float() is m,
    m.zero_grad(),
    m.type(torch.float16).inner.bias.dtype,
    m._get_name(),
    m.cpu() is m,
    m.double().inner.weight.dtype,
)
try:
    m.broken
except AttributeError as e:
    print("AttributeError:", e)
