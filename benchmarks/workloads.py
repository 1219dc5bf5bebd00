"""The workloads: each is written once, for a package that is minitorch_pt or torch, and returns a step to be timed.

A step does one forward and backward pass and, where there is one, the optimiser's step, and returns the loss.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any


def _mlp(
    torch: Any, sizes: list[int], batch: int, optimiser: str, dropout: float = 0.0, regression: bool = False
) -> Callable:
    torch.manual_seed(0)
    nn = torch.nn
    layers = []
    for i, (fan_in, fan_out) in enumerate(zip(sizes, sizes[1:], strict=False)):
        layers.append(nn.Linear(fan_in, fan_out))
        if i < len(sizes) - 2:
            layers.append(nn.ReLU())
            if dropout:
                layers.append(nn.Dropout(dropout))
    model = nn.Sequential(*layers)
    x = torch.randn(batch, sizes[0])
    y = torch.randn(batch, sizes[-1]) if regression else torch.randint(0, sizes[-1], (batch,))
    loss_function = nn.MSELoss() if regression else nn.CrossEntropyLoss()
    make = {"SGD": lambda p: torch.optim.SGD(p, lr=0.01), "Adam": lambda p: torch.optim.Adam(p, lr=0.001)}[optimiser]
    optimizer = make(model.parameters())

    def step() -> Any:
        optimizer.zero_grad()
        loss = loss_function(model(x), y)
        loss.backward()
        optimizer.step()
        return loss

    return step


def w1(torch: Any) -> Callable:
    """MLP 2-16-16-1, 100 points, SGD"""
    return _mlp(torch, [2, 16, 16, 1], 100, "SGD", regression=True)


def w2(torch: Any) -> Callable:
    """MLP 64-32-10, batch 32, cross entropy, SGD"""
    return _mlp(torch, [64, 32, 10], 32, "SGD")


def w3(torch: Any) -> Callable:
    """MLP 784-128-10, batch 64, Adam"""
    return _mlp(torch, [784, 128, 10], 64, "Adam")


def w4(torch: Any) -> Callable:
    """MLP 784-512-512-10, batch 256, dropout 0.2, Adam"""
    return _mlp(torch, [784, 512, 512, 10], 256, "Adam", dropout=0.2)


def _network(torch: Any, model: Any, x: Any, classes: int, make: Callable) -> Callable:
    """A step of a classifier of `x`, with random labels."""
    y = torch.randint(0, classes, (x.shape[0],))
    optimizer = make(model.parameters())

    def step() -> Any:
        optimizer.zero_grad()
        loss = torch.nn.functional.cross_entropy(model(x), y)
        loss.backward()
        optimizer.step()
        return loss

    return step


def w5a(torch: Any) -> Callable:
    """LeNet, 1x28x28, batch 64, SGD with momentum"""
    torch.manual_seed(0)
    nn = torch.nn
    model = nn.Sequential(
        nn.Conv2d(1, 6, 5, padding=2), nn.ReLU(), nn.MaxPool2d(2),
        nn.Conv2d(6, 16, 5), nn.ReLU(), nn.MaxPool2d(2),
        nn.Flatten(), nn.Linear(400, 120), nn.ReLU(), nn.Linear(120, 84), nn.ReLU(), nn.Linear(84, 10),
    )  # fmt: skip
    x = torch.randn(64, 1, 28, 28)
    return _network(torch, model, x, 10, lambda p: torch.optim.SGD(p, lr=0.01, momentum=0.9))


def w5b(torch: Any) -> Callable:
    """convolutions 3x3 (32, 64), linear 128, 1x28x28, batch 64, Adam"""
    torch.manual_seed(0)
    nn = torch.nn
    model = nn.Sequential(
        nn.Conv2d(1, 32, 3), nn.ReLU(), nn.Conv2d(32, 64, 3), nn.ReLU(), nn.MaxPool2d(2),
        nn.Flatten(), nn.Linear(9216, 128), nn.ReLU(), nn.Linear(128, 10),
    )  # fmt: skip
    x = torch.randn(64, 1, 28, 28)
    return _network(torch, model, x, 10, lambda p: torch.optim.Adam(p, lr=0.001))


def w6(torch: Any) -> Callable:
    """LSTM 32-128, 32 steps, batch 32, mean squared error, Adam"""
    torch.manual_seed(0)
    lstm, head = torch.nn.LSTM(32, 128), torch.nn.Linear(128, 1)
    x, y = torch.randn(32, 32, 32), torch.randn(32, 1)
    optimizer = torch.optim.Adam([*lstm.parameters(), *head.parameters()], lr=0.001)

    def step() -> Any:
        optimizer.zero_grad()
        loss = torch.nn.functional.mse_loss(head(lstm(x)[0][-1]), y)
        loss.backward()
        optimizer.step()
        return loss

    return step


def w7(torch: Any) -> Callable:
    """GPT: 2 layers, 4 heads, 64 wide, 64 tokens, batch 16, AdamW"""
    torch.manual_seed(0)
    nn, F = torch.nn, torch.nn.functional
    batch, length, width, heads, vocabulary = 16, 64, 64, 4, 65

    class Block(nn.Module):
        def __init__(self) -> None:
            super().__init__()
            self.norm1, self.norm2 = nn.LayerNorm(width), nn.LayerNorm(width)
            self.qkv, self.out = nn.Linear(width, 3 * width), nn.Linear(width, width)
            self.mlp = nn.Sequential(nn.Linear(width, 4 * width), nn.GELU(), nn.Linear(4 * width, width))

        def forward(self, x: Any) -> Any:
            parts = self.qkv(self.norm1(x)).split(width, dim=2)
            q, k, v = (part.view(batch, length, heads, width // heads).transpose(1, 2) for part in parts)
            mixed = F.scaled_dot_product_attention(q, k, v, is_causal=True)
            x = x + self.out(mixed.transpose(1, 2).reshape(batch, length, width))
            return x + self.mlp(self.norm2(x))

    class GPT(nn.Module):
        def __init__(self) -> None:
            super().__init__()
            self.tokens, self.places = nn.Embedding(vocabulary, width), nn.Embedding(length, width)
            self.blocks = nn.Sequential(Block(), Block())
            self.norm, self.head = nn.LayerNorm(width), nn.Linear(width, vocabulary)

        def forward(self, tokens: Any) -> Any:
            x = self.tokens(tokens) + self.places(torch.arange(length))
            return self.head(self.norm(self.blocks(x)))

    model = GPT()
    text = torch.randint(0, vocabulary, (batch, length + 1))
    optimizer = torch.optim.AdamW(model.parameters(), lr=0.001)

    def step() -> Any:
        optimizer.zero_grad()
        loss = F.cross_entropy(model(text[:, :-1]).view(-1, vocabulary), text[:, 1:].reshape(-1))
        loss.backward()
        optimizer.step()
        return loss

    return step


def _chain(torch: Any, length: int) -> Callable:
    start = torch.ones(10, requires_grad=True)

    def step() -> Any:
        start.grad = None
        total = start
        for _ in range(length):
            total = total + start
        loss = total.sum()
        loss.backward()
        return loss

    return step


def w8(torch: Any) -> Callable:
    """chain of 100,000 adds"""
    return _chain(torch, 100_000)


def w8_long(torch: Any) -> Callable:
    """chain of 1,000,000 adds"""
    return _chain(torch, 1_000_000)


def w9(torch: Any) -> Callable:
    """sum(sigmoid(x)*tanh(x)+relu(x)), 1e6 elements"""
    torch.manual_seed(0)
    x = torch.randn(1_000_000, requires_grad=True)

    def step() -> Any:
        x.grad = None
        loss = (torch.sigmoid(x) * torch.tanh(x) + torch.relu(x)).sum()
        loss.backward()
        return loss

    return step


# name -> (workload, the largest ratio to torch that is allowed at one thread)
WORKLOADS = {
    "W1": (w1, 0.45),
    "W2": (w2, 0.45),
    "W3": (w3, 0.8),
    "W4": (w4, 0.95),
    "W5a": (w5a, 1.0),
    "W5b": (w5b, 1.15),
    "W6": (w6, 1.3),
    "W7": (w7, 1.0),
    "W8": (w8, 1.2),
    "W9": (w9, 0.8),
}
