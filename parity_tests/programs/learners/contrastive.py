"""SimCLR: two augmented views, NT-Xent by cross entropy, InfoNCE with a queue (MoCo), BYOL's target by EMA, Barlow twins, a linear probe on frozen features."""

import copy
import math

import torch
import torch.nn as nn
import torch.nn.functional as F
from torch.optim.swa_utils import AveragedModel, get_ema_avg_fn
from torch.utils.data import DataLoader, TensorDataset

torch.manual_seed(0)


class Augment:
    def __init__(self, *ops):
        self.ops = ops

    def __call__(self, x):
        for op in self.ops:
            x = op(x)
        return x

    def __repr__(self):
        return f"Augment({', '.join(op.__name__ for op in self.ops)})"


def flip(x):
    return torch.where(torch.rand(len(x), 1, 1, 1) < 0.5, x.flip(-1), x)


def jitter(x):
    return (x * torch.empty(len(x), 1, 1, 1).uniform_(0.7, 1.3)).clamp_(0, 2)


def crop(x, pad=1):
    padded = F.pad(x, (pad,) * 4, mode="replicate")
    i, j = torch.randint(0, 2 * pad + 1, (2,)).tolist()
    return padded[..., i : i + x.size(-2), j : j + x.size(-1)]


def erase(x):
    x = x.clone()
    x[:, :, 1:3, torch.randint(0, 5, ())] = 0
    return x


def blur(x):
    k = torch.tensor([1.0, 2, 1])
    k = (k[:, None] * k / 16).expand(x.size(1), 1, 3, 3)
    return F.conv2d(F.pad(x, (1, 1, 1, 1), "reflect"), k, groups=x.size(1))


augment = Augment(flip, jitter, crop, erase, blur)
print(augment)
labels = torch.arange(48) % 3
images = 0.3 * torch.rand(48, 2, 6, 6)
for k in range(3):
    images[labels == k, k % 2, 2 * k : 2 * k + 2] += 1


def encoder():
    return nn.Sequential(
        nn.Conv2d(2, 8, 3, 2, 1),
        nn.GroupNorm(2, 8),
        nn.Mish(),
        nn.AdaptiveMaxPool2d(2),
        nn.Flatten(),
        nn.Linear(32, 12),
    )


def nt_xent(z1, z2, temperature=0.5):
    z = F.normalize(torch.cat([z1, z2]), dim=1)
    sim = z @ z.T / temperature
    sim.fill_diagonal_(-float("inf"))
    n = len(z1)
    return F.cross_entropy(sim, torch.cat([torch.arange(n, 2 * n), torch.arange(n)]))


def info_nce_loss(features, batch_size, temperature=0.5):
    labels = torch.cat([torch.arange(batch_size) for i in range(2)], dim=0)
    labels = (labels.unsqueeze(0) == labels.unsqueeze(1)).float()
    features = F.normalize(features, dim=1)
    similarity_matrix = torch.matmul(features, features.T)
    mask = torch.eye(labels.shape[0], dtype=torch.bool)
    labels = labels[~mask].view(labels.shape[0], -1)
    similarity_matrix = similarity_matrix[~mask].view(similarity_matrix.shape[0], -1)
    positives = similarity_matrix[labels.bool()].view(labels.shape[0], -1)
    negatives = similarity_matrix[~labels.bool()].view(similarity_matrix.shape[0], -1)
    logits = torch.cat([positives, negatives], dim=1)
    return F.cross_entropy(logits / temperature, torch.zeros(logits.shape[0], dtype=torch.long))


def barlow(z1, z2, lambd=0.01):
    z1, z2 = ((z - z.mean(0)) / z.std(0) for z in (z1, z2))
    c = (z1.T @ z2).div_(len(z1))
    on_diag = torch.diagonal(c).add_(-1).pow_(2).sum()
    n = c.shape[0]
    off_diag = c.flatten()[:-1].view(n - 1, n + 1)[:, 1:].flatten().pow_(2).sum()
    return on_diag + lambd * off_diag


z1, z2 = torch.randn(4, 5), torch.randn(4, 5)
print(nt_xent(z1, z2), info_nce_loss(torch.cat([z1, z2]), 4), barlow(z1, z2))
net, head = encoder(), nn.Sequential(nn.Linear(12, 12), nn.ReLU(), nn.Linear(12, 6))
opt = torch.optim.SGD([*net.parameters(), *head.parameters()], lr=0.3, momentum=0.9, weight_decay=1e-4)
warm = torch.optim.lr_scheduler.ChainedScheduler(
    [
        torch.optim.lr_scheduler.ConstantLR(opt, factor=0.1, total_iters=2),
        torch.optim.lr_scheduler.ExponentialLR(opt, 0.9),
    ]
)
loader = DataLoader(TensorDataset(images, labels), 16, shuffle=True, drop_last=True)
for epoch in range(3):
    for x, _ in loader:
        loss = nt_xent(head(net(augment(x))), head(net(augment(x))))
        opt.zero_grad()
        loss.backward()
        opt.step()
    warm.step()
    print(f"simclr {epoch} loss {loss.item():.3f} chance {math.log(31):.3f} lr {warm.get_last_lr()[0]:.4f}")

# BYOL: an online network predicts a target that follows it
online, predictor = nn.Sequential(encoder(), nn.Linear(12, 6)), nn.Linear(6, 6)
target = AveragedModel(online, avg_fn=get_ema_avg_fn(0.95))
target.requires_grad_(False)
opt = torch.optim.RAdam([*online.parameters(), *predictor.parameters()], lr=5e-3)
for x, _ in loader:
    a, b = augment(x), augment(x)
    loss = sum(
        (2 - 2 * F.cosine_similarity(predictor(online(u)), target(v).detach(), dim=-1)).mean()
        for u, v in ((a, b), (b, a))
    )
    opt.zero_grad(), loss.backward(), opt.step()
    target.update_parameters(online)
    print(
        f"byol {loss.item():.4f} averaged {target.n_averaged.item()}",
        [p.requires_grad for p in target.parameters()][:2],
    )

# MoCo: a queue of keys
queue, ptr = F.normalize(torch.randn(6, 32), dim=0), torch.zeros(1, dtype=torch.long)
key = copy.deepcopy(online)
for p in key.parameters():
    p.requires_grad_(False)
opt = torch.optim.Adadelta(online.parameters(), lr=0.5)
for x, _ in loader:
    q = F.normalize(online(augment(x)), dim=1)
    with torch.no_grad():
        for pq, pk in zip(online.parameters(), key.parameters()):
            pk.data = pk.data * 0.99 + pq.data * (1.0 - 0.99)
        k = F.normalize(key(augment(x)), dim=1)
    logits = (
        torch.cat(
            [torch.einsum("nc,nc->n", [q, k]).unsqueeze(-1), torch.einsum("nc,ck->nk", [q, queue.clone().detach()])],
            dim=1,
        )
        / 0.2
    )
    loss = F.cross_entropy(logits, torch.zeros(len(x), dtype=torch.long))
    opt.zero_grad(), loss.backward(), opt.step()
    at = int(ptr)
    queue[:, at : at + 16] = k.T
    ptr[0] = (at + 16) % 32
    print(f"moco {loss.item():.4f} {ptr.item()} {logits.shape}")

# a linear probe
for p in net.parameters():
    p.requires_grad = False
probe = nn.Linear(12, 3)
with torch.no_grad():
    features = net.eval()(images)
    features = (features - features.mean(0)) / features.std(0)
opt = torch.optim.Rprop(probe.parameters(), lr=0.02)
for step in range(12):
    loss = F.multi_margin_loss(probe(features), labels)
    opt.zero_grad(), loss.backward(), opt.step()
print(
    f"probe {loss.item():.4f} accuracy {(probe(features).argmax(1) == labels).float().mean():.3f}",
    all(p.grad is not None for p in probe.parameters()),
)
knn = torch.cdist(features[:12], features[12:]).topk(5, largest=False).indices
print(torch.mode(labels[12:][knn], 1).values, opt, sep="\n")
