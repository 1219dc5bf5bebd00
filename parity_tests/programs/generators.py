"""Two kinds of generator: a GAN that learns a ring of points, and a variational autoencoder."""

import torch
from torch import nn

torch.manual_seed(4)


def real(count):
    angle = 2 * torch.pi * torch.rand(count)
    return torch.stack((angle.cos(), angle.sin()), 1) + 0.05 * torch.randn(count, 2)


generator = nn.Sequential(nn.Linear(4, 24), nn.LeakyReLU(0.2, inplace=True), nn.Linear(24, 2))
discriminator = nn.Sequential(nn.Linear(2, 24), nn.LeakyReLU(0.2), nn.Dropout(0.2), nn.Linear(24, 1))
loss = nn.BCEWithLogitsLoss()
steps_g = torch.optim.Adam(generator.parameters(), lr=1e-3, betas=(0.5, 0.999))
steps_d = torch.optim.Adam(discriminator.parameters(), lr=1e-3, betas=(0.5, 0.999))
ones, zeros = torch.ones(32, 1), torch.zeros(32, 1)
for step in range(30):
    fake = generator(torch.randn(32, 4))
    loss_d = loss(discriminator(real(32)), ones) + loss(discriminator(fake.detach()), zeros)
    steps_d.zero_grad()
    loss_d.backward()
    steps_d.step()
    loss_g = loss(discriminator(fake), ones)
    steps_g.zero_grad()
    loss_g.backward()
    steps_g.step()
    if step % 10 == 9:
        print(f"GAN {step}: {loss_d.item():.4f} {loss_g.item():.4f}")
print(generator(torch.zeros(1, 4)).shape, [p.grad is not None for p in discriminator.parameters()])


class VAE(nn.Module):
    def __init__(self):
        super().__init__()
        self.encoder = nn.Sequential(nn.Linear(6, 12), nn.Softplus())
        self.mean, self.logvar = nn.Linear(12, 2), nn.Linear(12, 2)
        self.decoder = nn.Sequential(nn.Linear(2, 12), nn.SiLU(), nn.Linear(12, 6), nn.Sigmoid())

    def reparameterize(self, mean, logvar):
        return mean + torch.randn_like(mean) * torch.exp(0.5 * logvar)

    def forward(self, x):
        hidden = self.encoder(x)
        mean, logvar = self.mean(hidden), self.logvar(hidden)
        return self.decoder(self.reparameterize(mean, logvar)), mean, logvar


patterns = torch.bernoulli(torch.tensor([0.9, 0.9, 0.1, 0.1, 0.5, 0.5]).expand(64, 6))
model = VAE()
optimizer = torch.optim.RAdam(model.parameters(), lr=1e-2)
for step in range(30):
    again, mean, logvar = model(patterns)
    likeness = nn.functional.binary_cross_entropy(again, patterns, reduction="sum")
    spread = -0.5 * torch.sum(1 + logvar - mean.pow(2) - logvar.exp())
    optimizer.zero_grad()
    (likeness + spread).backward()
    optimizer.step()
    if step % 10 == 9:
        print(f"VAE {step}: {likeness.item():.3f} {spread.item():.3f}")
