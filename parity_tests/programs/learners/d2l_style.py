"""A d2l notebook in one file: HyperParameters, add_to_class, Accumulator, a Timer, ProgressBoard as text, softmax regression and dropout by hand, weight decay, GRU4Rec-like NCF."""

import collections
import inspect
import math
import sys

import numpy as np
import torch
from torch import nn
from torch.nn import functional as F

d2l = sys.modules[__name__]
torch.manual_seed(0)


def add_to_class(Class):
    """Register functions as methods in created class."""

    def wrapper(obj):
        setattr(Class, obj.__name__, obj)

    return wrapper


class HyperParameters:
    def save_hyperparameters(self, ignore=[]):
        frame = inspect.currentframe().f_back
        _, _, _, local_vars = inspect.getargvalues(frame)
        self.hparams = {
            k: v for k, v in local_vars.items() if k not in set(ignore + ["self"]) and not k.startswith("_")
        }
        for k, v in self.hparams.items():
            setattr(self, k, v)


class Accumulator:
    """For accumulating sums over `n` variables."""

    def __init__(self, n):
        self.data = [0.0] * n

    def add(self, *args):
        self.data = [a + float(b) for a, b in zip(self.data, args)]

    def reset(self):
        self.data = [0.0] * len(self.data)

    def __getitem__(self, idx):
        return self.data[idx]


class Module(nn.Module, HyperParameters):
    def __init__(self):
        super().__init__()
        self.board = collections.defaultdict(list)

    def loss(self, Y_hat, Y, averaged=True):
        Y_hat = Y_hat.reshape((-1, Y_hat.shape[-1]))
        return F.cross_entropy(Y_hat, Y.reshape((-1,)), reduction="mean" if averaged else "none")

    def forward(self, X):
        assert hasattr(self, "net"), "Neural network is defined"
        return self.net(X)

    def training_step(self, batch):
        l = self.loss(self(*batch[:-1]), batch[-1])
        self.board["train"].append(l.item())
        return l

    def apply_init(self, inputs, init=None):
        self.forward(*inputs)
        if init is not None:
            self.net.apply(init)

    def configure_optimizers(self):
        return torch.optim.SGD(self.parameters(), lr=self.lr)


@add_to_class(Module)
def accuracy(self, Y_hat, Y, averaged=True):
    Y_hat = Y_hat.reshape((-1, Y_hat.shape[-1]))
    preds = Y_hat.argmax(axis=1).type(Y.dtype)
    compare = (preds == Y.reshape(-1)).type(torch.float32)
    return compare.mean() if averaged else compare


class LeNet(Module):
    def __init__(self, lr=0.3, num_classes=3):
        super().__init__()
        self.save_hyperparameters()
        self.net = nn.Sequential(
            nn.LazyConv2d(4, kernel_size=5, padding=2),
            nn.Sigmoid(),
            nn.AvgPool2d(kernel_size=2, stride=2),
            nn.LazyConv2d(6, kernel_size=3),
            nn.LazyBatchNorm2d(),
            nn.Sigmoid(),
            nn.Flatten(),
            nn.LazyLinear(12),
            nn.Tanh(),
            nn.LazyLinear(num_classes),
        )

    def layer_summary(self, X_shape):
        X = torch.randn(*X_shape)
        for layer in self.net:
            X = layer(X)
            print(layer.__class__.__name__, "output shape:\t", X.shape)


def init_cnn(module):
    """Initialize weights for CNNs."""
    if type(module) == nn.Linear or type(module) == nn.Conv2d:
        nn.init.xavier_uniform_(module.weight)


def data(n=36):
    y = torch.arange(n) % 3
    X = 0.3 * torch.randn(n, 1, 8, 8)
    X[torch.arange(n), 0, y * 2 + 1] += 1.5
    return X, y


model = LeNet()
print(model.hparams, model.net[0], model.net[0].weight)
try:
    print(model.net[0].weight.shape)
except RuntimeError as e:
    print("RuntimeError:", e)
model.layer_summary((1, 1, 8, 8))
model.apply_init([torch.zeros(2, 1, 8, 8)], init_cnn)
print(model.net[0], type(model.net[0]).__name__, model.net[0].weight.shape)
X, y = data()
loader = torch.utils.data.DataLoader(torch.utils.data.TensorDataset(X, y), 12, shuffle=True)
optimizer = model.configure_optimizers()
for epoch in range(4):
    metric = Accumulator(3)
    for batch in loader:
        optimizer.zero_grad()
        l = model.training_step(batch)
        with torch.no_grad():
            l_ = l.detach()
            metric.add(
                l_ * len(batch[1]), model.accuracy(model(batch[0]), batch[1], averaged=False).sum(), len(batch[1])
            )
        l.backward()
        optimizer.step()
    print(f"epoch {epoch + 1} loss {metric[0] / metric[2]:.4f} acc {metric[1] / metric[2]:.3f}")


# softmax regression, dropout and weight decay by hand
def softmax(X):
    X_exp = torch.exp(X)
    partition = X_exp.sum(1, keepdims=True)
    return X_exp / partition


def cross_entropy(y_hat, y):
    return -torch.log(y_hat[list(range(len(y_hat))), y]).mean()


def dropout_layer(X, dropout):
    assert 0 <= dropout <= 1
    if dropout == 1:
        return torch.zeros_like(X)
    mask = (torch.rand(X.shape) > dropout).float()
    return mask * X / (1.0 - dropout)


probs = softmax(torch.rand((2, 5)))
print(probs, probs.sum(1), cross_entropy(torch.tensor([[0.1, 0.3, 0.6], [0.3, 0.2, 0.5]]), torch.tensor([0, 2])))
for p in (0, 0.5, 1):
    print(f"dropout_p = {p}:", dropout_layer(torch.arange(16, dtype=torch.float32).reshape((2, 8)), p))
W, b = torch.normal(0, 0.01, size=(64, 3), requires_grad=True), torch.zeros(3, requires_grad=True)
for epoch in range(5):
    l = cross_entropy(softmax(dropout_layer(X.reshape((-1, W.shape[0])), 0.2) @ W + b), y) + 0.01 * (W**2).sum() / 2
    l.backward()
    with torch.no_grad():
        for param in (W, b):
            param -= 0.5 * param.grad
            param.grad.zero_()
    print(f"epoch {epoch} loss {l:f}")
A = torch.arange(20, dtype=torch.float32).reshape(5, 4)
print(
    A.sum(axis=0, keepdims=True),
    A.mean(axis=1),
    A.cumsum(axis=0)[-1],
    A.numel(),
    A / A.sum(axis=1, keepdims=True),
    torch.abs(A).sum(),
    torch.norm(torch.ones((4, 9))),
    A.T.shape,
    A[1:3, 1].clone(),
    len(A),
    sep="\n",
)
x = torch.arange(4.0, requires_grad=True)
yy = 2 * torch.dot(x, x)
yy.backward()
print(x.grad == 4 * x, yy, x.grad.zero_())
u = (x * x).detach()
(u * x).sum().backward()
print(x.grad == u)
a = torch.randn(size=(), requires_grad=True)


def f(a):
    b = a * 2
    while b.norm() < 1000:
        b = b * 2
    return b if b.sum() > 0 else 100 * b


d = f(a)
d.backward()
print(a.grad == d / a)


class NeuMF(nn.Module):
    def __init__(self, num_factors, num_users, num_items, nums_hiddens):
        super().__init__()
        self.P, self.Q = nn.Embedding(num_users, num_factors), nn.Embedding(num_items, num_factors)
        self.U, self.V = nn.Embedding(num_users, num_factors), nn.Embedding(num_items, num_factors)
        self.mlp = nn.Sequential()
        for i, num_hiddens in enumerate(nums_hiddens):
            self.mlp.add_module(f"dense{i}", nn.LazyLinear(num_hiddens))
            self.mlp.add_module(f"act{i}", nn.ReLU())
        self.prediction_layer = nn.LazyLinear(1, bias=False)

    def forward(self, user_id, item_id):
        gmf = self.P(user_id) * self.Q(item_id)
        mlp = self.mlp(torch.cat([self.U(user_id), self.V(item_id)], dim=-1))
        return self.prediction_layer(torch.cat([gmf, mlp], dim=1))


def bpr_loss(positive, negative):
    return -torch.sum(torch.log(torch.sigmoid(positive - negative)), 0, keepdim=True)


net = NeuMF(4, 5, 7, [8, 4])
users, items = torch.arange(5).repeat(3), torch.randint(7, (15,))
net(users, items)
print(net)
trainer = torch.optim.Adam(net.parameters(), lr=0.02, weight_decay=1e-5)
for epoch in range(3):
    l = bpr_loss(net(users, items), net(users, (items + 1) % 7)).mean()
    trainer.zero_grad()
    l.backward()
    trainer.step()
    print(f"bpr {l.item():.4f}", math.isfinite(l), np.float32(l.item()).dtype)
