"""A variational autoencoder: reparametrization, KL by hand and by torch.distributions, annealed beta, latent arithmetic; then a denoising and a sparse autoencoder."""

import argparse

import torch
import torch.utils.data
from torch import nn, optim
from torch.distributions import Bernoulli, Independent, Normal, kl_divergence
from torch.nn import functional as F

parser = argparse.ArgumentParser(description="VAE Bars Example")
parser.add_argument(
    "--batch-size", type=int, default=16, metavar="N", help="input batch size for training (default: 128)"
)
parser.add_argument("--epochs", type=int, default=3, metavar="N")
parser.add_argument("--no-cuda", action="store_true", default=False)
parser.add_argument("--seed", type=int, default=1, metavar="S")
parser.add_argument("--log-interval", type=int, default=2, metavar="N")
args = parser.parse_args([])
args.cuda = not args.no_cuda and torch.cuda.is_available()
torch.manual_seed(args.seed)
device = torch.device("cuda" if args.cuda else "cpu")
kwargs = {"num_workers": 1, "pin_memory": True} if args.cuda else {}
print(args, kwargs)

bars = torch.zeros(64, 1, 6, 6)
for i in range(64):
    if i % 2:
        bars[i, 0, i % 6] = 1
    else:
        bars[i, 0, :, i % 5] = 1
train_loader = torch.utils.data.DataLoader(bars, batch_size=args.batch_size, shuffle=True, **kwargs)


class VAE(nn.Module):
    def __init__(self):
        super(VAE, self).__init__()
        self.fc1 = nn.Linear(36, 24)
        self.fc21 = nn.Linear(24, 3)
        self.fc22 = nn.Linear(24, 3)
        self.fc3 = nn.Linear(3, 24)
        self.fc4 = nn.Linear(24, 36)

    def encode(self, x):
        h1 = F.relu(self.fc1(x))
        return self.fc21(h1), self.fc22(h1)

    def reparameterize(self, mu, logvar):
        std = torch.exp(0.5 * logvar)
        eps = torch.randn_like(std)
        return mu + eps * std

    def decode(self, z):
        h3 = F.relu(self.fc3(z))
        return torch.sigmoid(self.fc4(h3))

    def forward(self, x):
        mu, logvar = self.encode(x.view(-1, 36))
        z = self.reparameterize(mu, logvar)
        return self.decode(z), mu, logvar


model = VAE().to(device)
optimizer = optim.Adam(model.parameters(), lr=1e-2)


def loss_function(recon_x, x, mu, logvar, beta=1.0):
    BCE = F.binary_cross_entropy(recon_x, x.view(-1, 36), reduction="sum")
    # see Appendix B from VAE paper: 0.5 * sum(1 + log(sigma^2) - mu^2 - sigma^2)
    KLD = -0.5 * torch.sum(1 + logvar - mu.pow(2) - logvar.exp())
    return BCE + beta * KLD


for epoch in range(1, args.epochs + 1):
    model.train()
    train_loss = 0
    for batch_idx, data in enumerate(train_loader):
        data = data.to(device)
        optimizer.zero_grad()
        recon_batch, mu, logvar = model(data)
        loss = loss_function(recon_batch, data, mu, logvar, beta=min(1.0, epoch / 2))
        loss.backward()
        train_loss += loss.item()
        optimizer.step()
        if batch_idx % args.log_interval == 0:
            print(
                "Train Epoch: {} [{}/{} ({:.0f}%)]\tLoss: {:.4f}".format(
                    epoch,
                    batch_idx * len(data),
                    len(train_loader.dataset),
                    100.0 * batch_idx / len(train_loader),
                    loss.item() / len(data),
                )
            )
    print("====> Epoch: {} Average loss: {:.4f}".format(epoch, train_loss / len(train_loader.dataset)))
with torch.no_grad():
    sample = model.decode(torch.randn(4, 3).to(device)).cpu()
    print(sample.view(4, 6, 6)[0], sample.bernoulli().sum(1))
    q = Independent(Normal(mu, (0.5 * logvar).exp()), 1)
    p = Independent(Normal(torch.zeros_like(mu), torch.ones_like(mu)), 1)
    print(
        kl_divergence(q, p).sum(),
        -0.5 * torch.sum(1 + logvar - mu.pow(2) - logvar.exp()),
        q,
        p.event_shape,
        p.batch_shape,
    )
    print(
        Independent(Bernoulli(probs=recon_batch), 1).log_prob(data.view(-1, 36).round()).mean(),
        q.rsample((2,)).shape,
        q.entropy()[:3],
    )
    a, b = model.encode(bars[:2].view(-1, 36))[0]
    for w in torch.linspace(0, 1, steps=3):
        print(f"{w:.1f}", model.decode(torch.lerp(a, b, w)).view(6, 6).sum(0))

torch.manual_seed(0)
encoder = nn.Sequential(nn.Flatten(), nn.Linear(36, 12), nn.ELU(), nn.Linear(12, 6), nn.Sigmoid())
decoder = nn.Sequential(nn.Linear(6, 36), nn.Unflatten(1, (1, 6, 6)), nn.Hardtanh(0, 1))
optimizer = optim.NAdam([*encoder.parameters(), *decoder.parameters()], lr=0.02)
print(encoder, decoder, optimizer, sep="\n")
for step in range(8):
    noisy = F.dropout(bars, 0.2) + torch.zeros_like(bars).normal_(std=0.1)
    code = encoder(noisy)
    rho = code.mean(0).clamp(1e-4, 1 - 1e-4)
    sparsity = (0.1 * torch.log(0.1 / rho) + 0.9 * torch.log(0.9 / (1 - rho))).sum()
    huber = F.huber_loss(decoder(code), bars, delta=0.5)
    (huber + 0.01 * sparsity).backward()
    optimizer.step()
    optimizer.zero_grad()
print(f"{huber:.4f} {sparsity:.4f}", code[0], F.mse_loss(decoder(encoder(bars)), bars))
