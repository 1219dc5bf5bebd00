"""A convolutional network reads handwritten digits, trained on pictures shifted by up to one pixel."""

import minitorch_pt as torch
from minitorch_pt.teaching.datasets import digits

nn, F = torch.nn, torch.nn.functional

DATA = "1,797 digits of 8x8; 360 of them, drawn with seed 0, are only for the test"
STEPS = 440


def split():
    """Training and test part, drawn once and for all."""
    pixels, labels = (torch.tensor(part.tolist()) for part in digits())
    data = torch.utils.data.TensorDataset(pixels.reshape(-1, 1, 8, 8) / 16, labels)
    return torch.utils.data.random_split(data, [1437, 360], torch.Generator().manual_seed(0))


def network():
    return nn.Sequential(
        nn.Conv2d(1, 32, 3, padding=1, bias=False),
        nn.BatchNorm2d(32),
        nn.ReLU(),
        nn.Conv2d(32, 32, 3, padding=1, bias=False),
        nn.BatchNorm2d(32),
        nn.ReLU(),
        nn.MaxPool2d(2),  # 4x4
        nn.Conv2d(32, 64, 3, padding=1, bias=False),
        nn.BatchNorm2d(64),
        nn.ReLU(),
        nn.MaxPool2d(2),  # 2x2
        nn.Flatten(),
        nn.Dropout(0.4),
        nn.Linear(256, 10),
    )


def shifted(pictures):
    """The batch moved by -1, 0 or 1 pixels down and right; what comes in is empty."""
    down, right = torch.randint(0, 3, (2,)).tolist()
    return F.pad(pictures, (1, 1, 1, 1))[:, :, down : down + 8, right : right + 8]


def train(steps):
    torch.manual_seed(0)
    model = network()
    optimizer = torch.optim.AdamW(model.parameters(), lr=0.003)
    scheduler = torch.optim.lr_scheduler.CosineAnnealingLR(optimizer, STEPS)
    batches = torch.utils.data.DataLoader(split()[0], batch_size=64, shuffle=True, drop_last=True)
    losses = []
    epoch = iter(())
    for _ in steps:
        batch = next(epoch, None)
        if batch is None:
            epoch = iter(batches)
            batch = next(epoch)
        pictures, labels = batch
        optimizer.zero_grad()
        loss = F.cross_entropy(model(shifted(pictures)), labels)
        loss.backward()
        optimizer.step()
        scheduler.step()
        losses.append(loss.item())
    return model, losses


def report(model, path):
    pictures, labels = split()[1][:]
    model.eval()
    with torch.no_grad():
        right = (model(pictures).argmax(1) == labels).sum().item()
    return f"{right} of {len(labels)} test digits are read right: {right / len(labels):.2%}"
