"""Two networks play: one draws the digit it is told, the other tells what was drawn from real digits (Goodfellow et al., 2014)."""

import minitorch_pt as torch
from benchmarks.runs.twin import grid
from minitorch_pt.teaching.datasets import digits

nn, F = torch.nn, torch.nn.functional
averaging = torch.optim.swa_utils

DATA = "1,797 digits of 8x8"
STEPS = 3000

NOISE = 16


def drawer():
    return nn.Sequential(
        nn.Linear(NOISE + 10, 256, bias=False),  # the next layer takes the mean away
        nn.BatchNorm1d(256),
        nn.ReLU(),
        nn.Linear(256, 256, bias=False),
        nn.BatchNorm1d(256),
        nn.ReLU(),
        nn.Linear(256, 64),
        nn.Sigmoid(),
    )


def judge():
    return nn.Sequential(
        nn.Linear(64 + 10, 256),
        nn.LeakyReLU(0.2),
        nn.Dropout(0.3),
        nn.Linear(256, 256),
        nn.LeakyReLU(0.2),
        nn.Dropout(0.3),
        nn.Linear(256, 1),
    )


def data():
    """Pixels from 0 to 1, and labels."""
    pixels, labels = (torch.tensor(part.tolist()) for part in digits())
    return pixels / 16, labels


def train(steps):
    torch.manual_seed(0)
    pixels, labels = data()
    kinds = torch.eye(10)[labels]
    draw, tell = drawer(), judge()
    steady = averaging.AveragedModel(draw, multi_avg_fn=averaging.get_ema_multi_avg_fn(0.995), use_buffers=True)
    of_drawer = torch.optim.Adam(draw.parameters(), lr=0.0005, betas=(0.5, 0.999))
    of_judge = torch.optim.Adam(tell.parameters(), lr=0.0005, betas=(0.5, 0.999))
    real, drawn = torch.full((64, 1), 0.9), torch.zeros(64, 1)  # 0.9: a judge that is never quite sure teaches better
    losses = []
    for _ in steps:
        rows = torch.randint(0, len(pixels), (64,))
        kind = kinds[rows]
        picture = draw(torch.cat([torch.randn(64, NOISE), kind], 1))

        of_judge.zero_grad()
        loss = F.binary_cross_entropy_with_logits(tell(torch.cat([pixels[rows], kind], 1)), real)
        loss = loss + F.binary_cross_entropy_with_logits(tell(torch.cat([picture.detach(), kind], 1)), drawn)
        loss.backward()
        of_judge.step()

        of_drawer.zero_grad()
        praise = F.binary_cross_entropy_with_logits(tell(torch.cat([picture, kind], 1)), torch.ones(64, 1))
        praise.backward()
        of_drawer.step()
        steady.update_parameters(draw)
        losses.append(loss.item() + praise.item())
    return steady, losses


@torch.no_grad()
def report(steady, path):
    torch.manual_seed(1)
    steady.eval()
    kind = torch.eye(10).repeat(6, 1)  # a row holds the digits 0 to 9
    pictures = steady(torch.cat([torch.randn(60, NOISE), kind], 1))
    if path is not None:
        grid(pictures.reshape(-1, 8, 8).numpy(), 10, path)
    pixels, labels = data()
    nearest = labels[torch.cdist(pictures, pixels).argmin(1)]
    right = (nearest == kind.argmax(1)).sum().item()
    return f"{right} of 60 drawn digits are nearest to a real one of their kind"
