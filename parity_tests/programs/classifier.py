"""A classifier with everything around it: a data set, loaders, validation, a schedule, the best state kept and loaded again."""

import io
from copy import deepcopy

import numpy as np
import torch
import torch.nn.functional as F
from torch import nn, optim
from torch.utils.data import DataLoader, Dataset, random_split

torch.set_default_dtype(torch.float64)  # in float32 a last digit that differs may turn one of the answers counted here


class Rings(Dataset):
    def __init__(self, count):
        generator = torch.Generator().manual_seed(3)
        angle = torch.rand(count, generator=generator) * 2 * torch.pi
        self.labels = torch.randint(0, 3, (count,), generator=generator)
        radius = self.labels + 1 + 0.2 * torch.randn(count, generator=generator)
        self.points = torch.stack([radius * angle.cos(), radius * angle.sin()], dim=1)

    def __len__(self):
        return len(self.labels)

    def __getitem__(self, index):
        return self.points[index], self.labels[index]


class Net(nn.Module):
    def __init__(self, hidden=32, dropout=0.1):
        super().__init__()
        self.fc1 = nn.Linear(2, hidden)
        self.norm = nn.BatchNorm1d(hidden)
        self.fc2 = nn.Linear(hidden, hidden)
        self.drop = nn.Dropout(dropout)
        self.out = nn.Linear(hidden, 3)
        for module in self.modules():
            if isinstance(module, nn.Linear):
                nn.init.kaiming_normal_(module.weight, nonlinearity="relu")
                nn.init.zeros_(module.bias)

    def forward(self, x):
        x = F.relu(self.norm(self.fc1(x)))
        return self.out(self.drop(torch.tanh(self.fc2(x))))


def run_epoch(model, loader, optimizer=None):
    model.train(optimizer is not None)
    total, right, count = 0.0, 0, 0
    with torch.set_grad_enabled(optimizer is not None):
        for points, labels in loader:
            scores = model(points)
            loss = F.cross_entropy(scores, labels, label_smoothing=0.05)
            if optimizer is not None:
                optimizer.zero_grad(set_to_none=True)
                loss.backward()
                norm = nn.utils.clip_grad_norm_(model.parameters(), max_norm=1.0)
                assert torch.isfinite(norm)
                optimizer.step()
            total += loss.item() * len(labels)
            right += (scores.argmax(dim=1) == labels).sum().item()
            count += len(labels)
    return total / count, right / count


torch.manual_seed(1)
train, valid = random_split(Rings(600), [0.8, 0.2])
train_loader = DataLoader(train, batch_size=64, shuffle=True, drop_last=True)
valid_loader = DataLoader(valid, batch_size=120)
model = Net()
print(model)
print("parameters:", sum(p.numel() for p in model.parameters() if p.requires_grad))
decay, no_decay = [], []
for name, parameter in model.named_parameters():
    (no_decay if name.endswith("bias") or "norm" in name else decay).append(parameter)
optimizer = optim.AdamW([{"params": decay, "weight_decay": 0.01}, {"params": no_decay, "weight_decay": 0.0}], lr=5e-3)
scheduler = optim.lr_scheduler.CosineAnnealingLR(optimizer, T_max=8)
best, kept = float("inf"), None
for epoch in range(8):
    train_loss, _ = run_epoch(model, train_loader, optimizer)
    valid_loss, accuracy = run_epoch(model, valid_loader)
    scheduler.step()
    if valid_loss < best:
        best, kept = valid_loss, deepcopy(model.state_dict())
    print(f"epoch {epoch}: {train_loss:.4f} {valid_loss:.4f} {accuracy:.3f} lr {scheduler.get_last_lr()[0]:.6f}")

file = io.BytesIO()
torch.save({"model": kept, "optimizer": optimizer.state_dict(), "best": best}, file)
file.seek(0)
saved = torch.load(file)
other = Net()
print(other.load_state_dict(saved["model"]), f"{saved['best']:.4f}", sorted(saved["optimizer"]["state"][0]))
other.eval()
with torch.inference_mode():
    points, labels = next(iter(valid_loader))
    chances = F.softmax(other(points), dim=-1)
    confidence, guess = chances.max(dim=-1)
matrix = torch.zeros(3, 3, dtype=torch.long)
for actual, predicted in zip(labels, guess, strict=True):
    matrix[actual, predicted] += 1
print(matrix, matrix.diag().sum() / matrix.sum(), sep="\n")
print(np.round(confidence.numpy()[:5], 3), chances.shape, chances.dtype)
