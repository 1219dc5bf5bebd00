"""WGAN-GP on a ring of eight Gaussians: gradient penalty with create_graph, infinite loader, EMA of the generator, conditional labels by embedding."""

import itertools
import math

import torch
import torch.nn as nn
from torch import autograd

torch.manual_seed(1)
DIM, LAMBDA, CRITIC_ITERS, BATCH = 16, 0.1, 3, 32


def inf_train_gen():
    centers = torch.tensor([(math.cos(k * math.pi / 4), math.sin(k * math.pi / 4)) for k in range(8)]) * 2
    while True:
        label = torch.randint(8, (BATCH,))
        yield (centers[label] + 0.02 * torch.randn(BATCH, 2)) / 1.414, label


class Generator(nn.Module):
    def __init__(self):
        super().__init__()
        self.embed = nn.Embedding(8, 4)
        self.main = nn.Sequential(
            nn.Linear(2 + 4, DIM), nn.ReLU(True), nn.Linear(DIM, DIM), nn.ReLU(True), nn.Linear(DIM, 2)
        )

    def forward(self, noise, label):
        return self.main(torch.cat((noise, self.embed(label)), -1))


class Critic(nn.Module):
    def __init__(self):
        super().__init__()
        self.embed = nn.Embedding.from_pretrained(torch.eye(8), freeze=True)
        self.main = nn.Sequential(
            nn.Linear(2 + 8, DIM), nn.Tanh(), nn.Linear(DIM, DIM), nn.Softplus(), nn.Linear(DIM, 1)
        )

    def forward(self, x, label):
        return self.main(torch.cat((x, self.embed(label)), -1)).view(-1)


def calc_gradient_penalty(netD, real_data, fake_data, label):
    alpha = torch.rand(BATCH, 1)
    alpha = alpha.expand(real_data.size())
    interpolates = alpha * real_data + ((1 - alpha) * fake_data)
    interpolates = autograd.Variable(interpolates, requires_grad=True)
    disc_interpolates = netD(interpolates, label)
    gradients = autograd.grad(
        outputs=disc_interpolates,
        inputs=interpolates,
        grad_outputs=torch.ones(disc_interpolates.size()),
        create_graph=True,
        retain_graph=True,
        only_inputs=True,
    )[0]
    return ((gradients.norm(2, dim=1) - 1) ** 2).mean() * LAMBDA


netG, netD = Generator(), Critic()
print(netG, netD, sep="\n")
print([(n, p.requires_grad) for n, p in netD.named_parameters()])
optD = torch.optim.Adam(filter(lambda p: p.requires_grad, netD.parameters()), lr=1e-2, betas=(0.5, 0.9))
optG = torch.optim.Adam(netG.parameters(), lr=1e-2, betas=(0.5, 0.9))
ema = torch.optim.swa_utils.AveragedModel(netG, multi_avg_fn=torch.optim.swa_utils.get_ema_multi_avg_fn(0.9))
data = inf_train_gen()
one = torch.tensor(1, dtype=torch.float)
mone = one * -1
for iteration in range(6):
    for p in netD.parameters():
        p.requires_grad = p is not netD.embed.weight
    for _ in range(CRITIC_ITERS):
        real, label = next(data)
        netD.zero_grad()
        D_real = netD(real, label).mean()
        D_real.backward(mone)
        with torch.no_grad():
            noisev = torch.randn(BATCH, 2)
        fake = netG(noisev, label).data
        D_fake = netD(fake, label).mean()
        D_fake.backward(one)
        gradient_penalty = calc_gradient_penalty(netD, real.data, fake.data, label)
        gradient_penalty.backward()
        D_cost = D_fake - D_real + gradient_penalty
        Wasserstein_D = D_real - D_fake
        optD.step()
    for p in netD.parameters():
        p.requires_grad = False
    netG.zero_grad()
    G = netD(netG(torch.randn(BATCH, 2), label), label).mean()
    G.backward(mone)
    optG.step()
    ema.update_parameters(netG)
    print(
        f"iter {iteration} D cost {D_cost.item():.4f} W {Wasserstein_D.item():.4f} GP {gradient_penalty.item():.5f} G {-G.item():.4f}"
    )
print(
    ema.n_averaged, [k for k in ema.state_dict()][:3], (ema.module.main[0].weight - netG.main[0].weight).abs().max() > 0
)
with torch.no_grad():
    grid = torch.tensor(list(itertools.product([-1.0, 0.0, 1.0], repeat=2)))
    print(ema(grid, torch.arange(9) % 8), ema.module(grid, torch.zeros(9, dtype=torch.long)).mean(0))
x = torch.randn(3, 2, requires_grad=True)
p = calc_gradient_penalty.__name__, netD.main[2].weight.grad is not None, D_real.grad_fn, G.requires_grad
print(p)
try:
    D_real.backward()
except RuntimeError as e:
    print("RuntimeError:", e)
