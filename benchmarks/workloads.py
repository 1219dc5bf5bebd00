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
    "W1": (w1, 0.4),
    "W2": (w2, 0.4),
    "W3": (w3, 0.8),
    "W4": (w4, 0.95),
    "W6": (w6, 1.3),
    "W8": (w8, 1.2),
    "W9": (w9, 0.8),
}
