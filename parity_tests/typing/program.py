"""A program as a student writes it: what an editor and a type checker say about it is tested."""

from __future__ import annotations

import minitorch_pt as torch
from minitorch_pt import nn, optim
from minitorch_pt.nn import functional as F
from minitorch_pt.utils.data import DataLoader, Dataset, TensorDataset


class Points(Dataset[tuple[torch.Tensor, torch.Tensor]]):
    def __init__(self, count: int) -> None:
        self.x = torch.randn(count, 2)
        self.y = (self.x.pow(2).sum(dim=1) < 1.0).long()

    def __len__(self) -> int:
        return len(self.y)

    def __getitem__(self, index: int) -> tuple[torch.Tensor, torch.Tensor]:
        return self.x[index], self.y[index]


class Network(nn.Module):
    def __init__(self, hidden: int = 16) -> None:
        super().__init__()
        self.first = nn.Linear(2, hidden)
        self.norm = nn.LayerNorm(hidden)
        self.body = nn.Sequential(nn.ReLU(), nn.Dropout(0.1), nn.Linear(hidden, hidden), nn.Tanh())
        self.last = nn.Linear(hidden, 2)
        self.scale = nn.Parameter(torch.ones(1))

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        h = self.norm(self.first(x))
        h = self.body(h) + h
        scores: torch.Tensor = self.last(F.relu(h))
        return scores * self.scale


def accuracy(model: nn.Module, loader: DataLoader[tuple[torch.Tensor, torch.Tensor]]) -> float:
    right = 0
    total = 0
    model.eval()
    with torch.no_grad():
        for x, y in loader:
            predicted = model(x).argmax(dim=1)
            right += int((predicted == y).sum().item())
            total += y.numel()
    return right / total


def train(epochs: int = 2) -> float:
    torch.manual_seed(0)
    loader = DataLoader(Points(64), batch_size=16, shuffle=True)
    model = Network()
    criterion = nn.CrossEntropyLoss()
    optimizer = optim.Adam(model.parameters(), lr=1e-2)
    scheduler = optim.lr_scheduler.StepLR(optimizer, step_size=1)
    for _ in range(epochs):
        model.train()
        for x, y in loader:
            optimizer.zero_grad()
            loss = criterion(model(x), y)
            loss.backward()
            nn.utils.clip_grad_norm_(model.parameters(), 1.0)
            optimizer.step()
        scheduler.step()
    return accuracy(model, loader)


def shapes() -> list[int]:
    x = torch.arange(12, dtype=torch.float32).reshape(3, 4)
    y = x.transpose(0, 1) @ x
    values, places = x.max(dim=1)
    both = torch.cat([x, x + 1], dim=0)
    parts = both.split(2)
    mask = torch.where(x > 5, x, torch.zeros_like(x))
    out = torch.empty(3, 4)
    torch.add(x, mask, alpha=2, out=out)
    soft = torch.softmax(x, dim=-1)
    top = soft.topk(2)
    names = x.unsqueeze(0).squeeze().flatten().view(2, 6).permute(1, 0).contiguous()
    numbers = x.mean(dim=1, keepdim=True).std().item() + float(x.norm())
    cells = F.one_hot(places, 4).float() * F.softmax(x, dim=1).clamp(min=0.1) + y.sum()
    image = F.max_pool2d(F.conv2d(torch.rand(1, 1, 8, 8), torch.rand(2, 1, 3, 3), padding=1), 2)
    state, (h, c) = nn.LSTM(4, 5)(x.unsqueeze(1))
    data = TensorDataset(x, values)
    first = data[0][0]
    print(top.values, parts[0], cells.shape, numbers, first.tolist(), h.size(), c.size(), state.shape, image.dtype)
    return list(names.shape)


if __name__ == "__main__":
    print(train(), shapes())
