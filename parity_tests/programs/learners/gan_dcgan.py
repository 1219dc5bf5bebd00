"""DCGAN (after the tutorial): weights_init by class name, two optimizers, label constants, detach; then a spectral-norm discriminator with hinge loss."""

import random

import torch
import torch.nn as nn
import torch.optim as optim
from torch.nn.utils.parametrizations import spectral_norm

manualSeed = 999
print("Random Seed: ", manualSeed)
random.seed(manualSeed)
torch.manual_seed(manualSeed)
torch.use_deterministic_algorithms(True)
nc, nz, ngf, ndf, ngpu = 1, 8, 4, 4, 0


def weights_init(m):
    classname = m.__class__.__name__
    if classname.find("Conv") != -1:
        nn.init.normal_(m.weight.data, 0.0, 0.02)
    elif classname.find("BatchNorm") != -1:
        nn.init.normal_(m.weight.data, 1.0, 0.02)
        nn.init.constant_(m.bias.data, 0)


class Generator(nn.Module):
    def __init__(self, ngpu):
        super(Generator, self).__init__()
        self.ngpu = ngpu
        self.main = nn.Sequential(
            nn.ConvTranspose2d(nz, ngf * 2, 4, 1, 0, bias=False), nn.BatchNorm2d(ngf * 2), nn.ReLU(True),
            nn.ConvTranspose2d(ngf * 2, ngf, 4, 2, 1, bias=False), nn.BatchNorm2d(ngf), nn.ReLU(True),
            nn.ConvTranspose2d(ngf, nc, 4, 2, 1, bias=False), nn.Tanh(),
        )  # fmt: skip

    def forward(self, input):
        return self.main(input)


class Discriminator(nn.Module):
    def __init__(self, ngpu):
        super(Discriminator, self).__init__()
        self.ngpu = ngpu
        self.main = nn.Sequential(
            nn.Conv2d(nc, ndf, 4, 2, 1, bias=False), nn.LeakyReLU(0.2, inplace=True),
            nn.Conv2d(ndf, ndf * 2, 4, 2, 1, bias=False), nn.BatchNorm2d(ndf * 2), nn.LeakyReLU(0.2, inplace=True),
            nn.Conv2d(ndf * 2, 1, 4, 1, 0, bias=False), nn.Sigmoid(),
        )  # fmt: skip

    def forward(self, input):
        return self.main(input)


device = torch.device("cuda:0" if (torch.cuda.is_available() and ngpu > 0) else "cpu")
netG = Generator(ngpu).to(device)
if (device.type == "cuda") and (ngpu > 1):
    netG = nn.DataParallel(netG, list(range(ngpu)))
netG.apply(weights_init)
print(netG)
netD = Discriminator(ngpu).to(device)
netD.apply(weights_init)
print(netD)
criterion = nn.BCELoss()
fixed_noise = torch.randn(4, nz, 1, 1, device=device)
real_label, fake_label = 1.0, 0.0
optimizerD = optim.Adam(netD.parameters(), lr=0.002, betas=(0.5, 0.999))
optimizerG = optim.Adam(netG.parameters(), lr=0.002, betas=(0.5, 0.999))
real = torch.zeros(16, 1, 16, 16)
real[:, :, 4:12, 4:12] = 1
real = real.mul(2).sub(1).add_(torch.randn(real.shape) * 0.05).clamp_(-1, 1)
G_losses, D_losses = [], []
for iters in range(5):
    netD.zero_grad()
    label = torch.full((16,), real_label, dtype=torch.float, device=device)
    output = netD(real).view(-1)
    errD_real = criterion(output, label)
    errD_real.backward()
    D_x = output.mean().item()
    noise = torch.randn(16, nz, 1, 1, device=device)
    fake = netG(noise)
    label.fill_(fake_label)
    output = netD(fake.detach()).view(-1)
    errD_fake = criterion(output, label)
    errD_fake.backward()
    D_G_z1 = output.mean().item()
    errD = errD_real + errD_fake
    optimizerD.step()
    netG.zero_grad()
    label.fill_(real_label)
    output = netD(fake).view(-1)
    errG = criterion(output, label)
    errG.backward()
    D_G_z2 = output.mean().item()
    optimizerG.step()
    print(
        "[%d/%d]\tLoss_D: %.4f\tLoss_G: %.4f\tD(x): %.4f\tD(G(z)): %.4f / %.4f"
        % (iters, 5, errD.item(), errG.item(), D_x, D_G_z1, D_G_z2)
    )
    G_losses.append(errG.item())
    D_losses.append(errD.item())
with torch.no_grad():
    fake = netG(fixed_noise).detach().cpu()
print(fake.shape, fake.min(), fake.max(), fake[0, 0, 7, 5:9])


# the same with spectral normalization and the hinge loss, n_critic = 2
torch.manual_seed(manualSeed)
critic = nn.Sequential(
    spectral_norm(nn.Conv2d(1, 4, 4, 2, 1)),
    nn.LeakyReLU(0.1),
    spectral_norm(nn.Conv2d(4, 8, 4, 2, 1), n_power_iterations=2),
    nn.LeakyReLU(0.1),
    nn.Flatten(),
    spectral_norm(nn.Linear(8 * 4 * 4, 1)),
)
print(critic)
print([k for k in critic.state_dict()], [n for n, _ in critic.named_parameters()], sep="\n")
gen = Generator(0).apply(weights_init)
optD, optG = optim.RMSprop(critic.parameters(), lr=1e-3), optim.RMSprop(gen.parameters(), 1e-3, alpha=0.9)
for it in range(3):
    for _ in range(2):
        z = torch.randn(16, nz, 1, 1)
        lossD = nn.functional.relu(1.0 - critic(real)).mean() + nn.functional.relu(1.0 + critic(gen(z).detach())).mean()
        optD.zero_grad()
        lossD.backward()
        optD.step()
    for p in critic.parameters():
        p.requires_grad_(False)
    lossG = -critic(gen(torch.randn(16, nz, 1, 1))).mean()
    optG.zero_grad()
    lossG.backward()
    optG.step()
    for p in critic.parameters():
        p.requires_grad_(True)
    sigma = torch.linalg.matrix_norm(critic[5].weight, 2)
    print(f"{it} D {lossD:.4f} G {lossG:.4f} sigma of the last layer {sigma:.3f}", critic[0].parametrizations.weight[0])
torch.use_deterministic_algorithms(False)
