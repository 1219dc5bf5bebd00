"""A variational autoencoder lays the digits out on a plane, and draws what lies between them (Kingma and Welling, 2014)."""

import minitorch_pt as torch
from benchmarks.runs.twin import grid
from minitorch_pt.teaching.datasets import digits

nn, F = torch.nn, torch.nn.functional

DATA = "1,797 digits of 8x8; the last 360 are only for the test"
STEPS = 2500


class Model(nn.Module):
    def __init__(self):
        super().__init__()
        self.encoder = nn.Sequential(nn.Linear(64, 128), nn.ReLU(), nn.Linear(128, 4))
        self.decoder = nn.Sequential(
            nn.Linear(2, 128), nn.ReLU(), nn.Linear(128, 128), nn.ReLU(), nn.Linear(128, 64), nn.Sigmoid()
        )

    def loss(self, pictures):
        """The negative evidence lower bound in nats a picture: what the drawing lacks, and how far the code is from N(0, 1)."""
        mean, log_variance = self.encoder(pictures).chunk(2, 1)
        code = mean + torch.randn_like(mean) * (log_variance / 2).exp()
        lack = F.binary_cross_entropy(self.decoder(code), pictures, reduction="sum")
        distance = 0.5 * (mean.square() + log_variance.exp() - 1 - log_variance).sum()
        return (lack + distance) / len(pictures)


def pictures():
    return torch.tensor(digits()[0].tolist()) / 16


def train(steps):
    torch.manual_seed(0)
    known = pictures()[:-360]
    model = Model()
    optimizer = torch.optim.Adam(model.parameters(), lr=0.002)
    losses = []
    for _ in steps:
        optimizer.zero_grad()
        loss = model.loss(known[torch.randint(0, len(known), (64,))])
        loss.backward()
        optimizer.step()
        losses.append(loss.item())
    return model, losses


@torch.no_grad()
def report(model, path):
    torch.manual_seed(1)
    if path is not None:
        # a square of the plane that holds nine tenths of the codes, evenly by their probability
        line = torch.linspace(0.03, 0.97, 14)
        line = 2**0.5 * torch.erfinv(2 * line - 1)
        plane = torch.stack(torch.meshgrid(line, line, indexing="ij"), 2).reshape(-1, 2)
        grid(model.decoder(plane).reshape(-1, 8, 8).numpy(), 14, path)
    return f"{model.loss(pictures()[-360:]).item():.2f} nats a test digit"
