"""An autoencoder takes noise out of digits: it sees the noisy picture and is asked for the clean one."""

import minitorch_pt as torch
from benchmarks.runs.twin import grid
from minitorch_pt.teaching.datasets import digits

nn, F = torch.nn, torch.nn.functional

DATA = "1,797 digits of 8x8; the last 360 are only for the test"
STEPS = 1500


def noisy(pictures):
    return (pictures + 0.4 * torch.randn_like(pictures)).clamp(0, 1)


def pictures():
    return torch.tensor(digits()[0].tolist()) / 16


def train(steps):
    torch.manual_seed(0)
    known = pictures()[:-360]
    model = nn.Sequential(
        nn.Linear(64, 128),
        nn.ReLU(),
        nn.Linear(128, 24),  # the narrow place: noise does not fit through
        nn.ReLU(),
        nn.Linear(24, 128),
        nn.ReLU(),
        nn.Linear(128, 64),
        nn.Sigmoid(),
    )
    optimizer = torch.optim.Adam(model.parameters(), lr=0.002)
    losses = []
    for _ in steps:
        clean = known[torch.randint(0, len(known), (64,))]
        optimizer.zero_grad()
        loss = F.mse_loss(model(noisy(clean)), clean)
        loss.backward()
        optimizer.step()
        losses.append(loss.item())
    return model, losses


@torch.no_grad()
def report(model, path):
    torch.manual_seed(1)
    clean = pictures()[-360:]
    spoilt = noisy(clean)
    restored = model(spoilt)
    if path is not None:  # rows: noisy, restored, as it was
        grid(torch.cat([part[:16].reshape(-1, 8, 8) for part in (spoilt, restored, clean)]).numpy(), 16, path)
    before, after = F.mse_loss(spoilt, clean).item(), F.mse_loss(restored, clean).item()
    return f"mean squared error to the clean test digits: noisy {before:.4f}, restored {after:.4f}"
