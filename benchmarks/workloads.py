"""The workloads: each is written once, for a package that is minitorch_pt or torch, and returns a step to be timed.

A step does one forward and backward pass and, where there is one, the optimiser's step, and returns the loss.
"""

from __future__ import annotations

import math
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


def _adam(torch: Any) -> Callable:
    return lambda parameters: torch.optim.Adam(parameters, lr=0.001)


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
    return _network(torch, model, x, 10, _adam(torch))


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


def w10(torch: Any) -> Callable:
    """ResNet of 16 to 64 channels, batch norm, 3x32x32, batch 32, Adam"""
    torch.manual_seed(0)
    nn, F = torch.nn, torch.nn.functional

    class Block(nn.Module):
        def __init__(self, before: int, after: int, stride: int) -> None:
            super().__init__()
            self.conv1 = nn.Conv2d(before, after, 3, stride, padding=1, bias=False)
            self.conv2 = nn.Conv2d(after, after, 3, padding=1, bias=False)
            self.norm1, self.norm2 = nn.BatchNorm2d(after), nn.BatchNorm2d(after)
            self.beside = nn.Identity()
            if stride > 1:
                self.beside = nn.Sequential(nn.Conv2d(before, after, 1, stride, bias=False), nn.BatchNorm2d(after))

        def forward(self, x: Any) -> Any:
            y = F.relu(self.norm1(self.conv1(x)))
            return F.relu(self.norm2(self.conv2(y)) + self.beside(x))

    model = nn.Sequential(
        nn.Conv2d(3, 16, 3, padding=1, bias=False),
        nn.BatchNorm2d(16),
        nn.ReLU(),
        Block(16, 16, 1),
        Block(16, 32, 2),
        Block(32, 64, 2),
        nn.AdaptiveAvgPool2d(1),
        nn.Flatten(),
        nn.Linear(64, 10),
    )
    return _network(torch, model, torch.randn(32, 3, 32, 32), 10, _adam(torch))


def w11(torch: Any) -> Callable:
    """DCGAN: transposed convolutions against convolutions (64 to 16 channels), 1x32x32, batch 32, Adam"""
    torch.manual_seed(0)
    nn, F = torch.nn, torch.nn.functional

    def up(before: int, after: int, stride: int, padding: int) -> list:
        conv = nn.ConvTranspose2d(before, after, 4, stride, padding, bias=False)
        return [conv, nn.BatchNorm2d(after), nn.ReLU()]

    def down(before: int, after: int) -> list:
        return [nn.Conv2d(before, after, 4, 2, 1, bias=False), nn.BatchNorm2d(after), nn.LeakyReLU(0.2)]

    last = [nn.ConvTranspose2d(16, 1, 4, 2, 1), nn.Tanh()]
    generator = nn.Sequential(*up(32, 64, 1, 0), *up(64, 32, 2, 1), *up(32, 16, 2, 1), *last)
    first = [nn.Conv2d(1, 16, 4, 2, 1), nn.LeakyReLU(0.2)]
    critic = nn.Sequential(*first, *down(16, 32), *down(32, 64), nn.Conv2d(64, 1, 4), nn.Flatten(0))
    pictures, real, made = torch.rand(32, 1, 32, 32) * 2 - 1, torch.ones(32), torch.zeros(32)
    learn_critic, learn_generator = _adam(torch)(critic.parameters()), _adam(torch)(generator.parameters())

    def step() -> Any:
        fakes = generator(torch.randn(32, 32, 1, 1))
        learn_critic.zero_grad()
        loss = F.binary_cross_entropy_with_logits(critic(pictures), real)
        loss = loss + F.binary_cross_entropy_with_logits(critic(fakes.detach()), made)
        loss.backward()
        learn_critic.step()
        learn_generator.zero_grad()
        deceived = F.binary_cross_entropy_with_logits(critic(fakes), real)
        deceived.backward()
        learn_generator.step()
        return loss + deceived

    return step


def w12(torch: Any) -> Callable:
    """character RNN written by hand: cat, Linear, log_softmax, one name of 8 letters, weights changed in place"""
    torch.manual_seed(0)
    nn = torch.nn
    letters, width, languages = 57, 128, 18

    class RNN(nn.Module):
        def __init__(self) -> None:
            super().__init__()
            self.to_hidden = nn.Linear(letters + width, width)
            self.to_output = nn.Linear(letters + width, languages)
            self.softmax = nn.LogSoftmax(dim=1)

        def forward(self, letter: Any, hidden: Any) -> Any:
            both = torch.cat((letter, hidden), 1)
            return self.softmax(self.to_output(both)), self.to_hidden(both)

    model, loss_function = RNN(), nn.NLLLoss()
    name, language = torch.zeros(8, 1, letters), torch.randint(0, languages, (1,))
    for place, letter in enumerate(torch.randint(0, letters, (8,))):
        name[place, 0, letter] = 1

    def step() -> Any:
        hidden = torch.zeros(1, width)
        model.zero_grad()
        for letter in name:
            output, hidden = model(letter, hidden)
        loss = loss_function(output, language)
        loss.backward()
        for parameter in model.parameters():
            parameter.data.add_(parameter.grad.data, alpha=-0.005)
        return loss

    return step


def w13(torch: Any) -> Callable:
    """MobileNet: depthwise blocks of 16 to 64 channels, batch norm, 3x32x32, batch 32, Adam"""
    torch.manual_seed(0)
    nn = torch.nn

    def block(before: int, after: int, stride: int) -> list:
        depthwise = nn.Conv2d(before, before, 3, stride, padding=1, groups=before, bias=False)
        pointwise = nn.Conv2d(before, after, 1, bias=False)
        return [depthwise, nn.BatchNorm2d(before), nn.ReLU6(), pointwise, nn.BatchNorm2d(after), nn.ReLU6()]

    first = [nn.Conv2d(3, 16, 3, padding=1, bias=False), nn.BatchNorm2d(16), nn.ReLU6()]
    blocks = [*block(16, 32, 1), *block(32, 32, 2), *block(32, 64, 1), *block(64, 64, 2)]
    model = nn.Sequential(*first, *blocks, nn.AdaptiveAvgPool2d(1), nn.Flatten(), nn.Linear(64, 10))
    return _network(torch, model, torch.randn(32, 3, 32, 32), 10, _adam(torch))


def w14(torch: Any) -> Callable:
    """U-Net of 8 to 32 channels, 1x64x64, batch 8, binary cross entropy, Adam"""
    torch.manual_seed(0)
    nn, F = torch.nn, torch.nn.functional

    def twice(before: int, after: int) -> Any:
        convs = [nn.Conv2d(before, after, 3, padding=1), nn.ReLU(), nn.Conv2d(after, after, 3, padding=1), nn.ReLU()]
        return nn.Sequential(*convs)

    class UNet(nn.Module):
        def __init__(self) -> None:
            super().__init__()
            self.down1, self.down2, self.bottom = twice(1, 8), twice(8, 16), twice(16, 32)
            self.up2, self.up1 = nn.ConvTranspose2d(32, 16, 2, 2), nn.ConvTranspose2d(16, 8, 2, 2)
            self.join2, self.join1 = twice(32, 16), twice(16, 8)
            self.last = nn.Conv2d(8, 1, 1)

        def forward(self, x: Any) -> Any:
            high = self.down1(x)
            middle = self.down2(F.max_pool2d(high, 2))
            low = self.bottom(F.max_pool2d(middle, 2))
            middle = self.join2(torch.cat([middle, self.up2(low)], dim=1))
            return self.last(self.join1(torch.cat([high, self.up1(middle)], dim=1)))

    model = UNet()
    x, masks = torch.randn(8, 1, 64, 64), torch.randint(0, 2, (8, 1, 64, 64)).float()
    optimizer = _adam(torch)(model.parameters())

    def step() -> Any:
        optimizer.zero_grad()
        loss = F.binary_cross_entropy_with_logits(model(x), masks)
        loss.backward()
        optimizer.step()
        return loss

    return step


def _pushed(cart: tuple[float, float, float, float], force: float) -> tuple[float, float, float, float]:
    """Place and speed of a cart, angle and speed of its pole, 0.02 s later (Barto, Sutton and Anderson 1983)."""
    x, speed, angle, turning = cart
    sin, cos = math.sin(angle), math.cos(angle)
    push = (force + 0.05 * turning * turning * sin) / 1.1
    bend = (9.8 * sin - cos * push) / (0.5 * (4 / 3 - 0.1 * cos * cos / 1.1))
    pull = push - 0.05 * bend * cos / 1.1
    return x + 0.02 * speed, speed + 0.02 * pull, angle + 0.02 * turning, turning + 0.02 * bend


def w15(torch: Any) -> Callable:
    """policy gradient: a pole is balanced for 50 single steps, MLP 4-32-2, Categorical, Adam"""
    torch.manual_seed(0)
    nn = torch.nn
    policy = nn.Sequential(nn.Linear(4, 32), nn.ReLU(), nn.Linear(32, 2))
    optimizer = _adam(torch)(policy.parameters())

    def step() -> Any:
        cart, log_probs, rewards = (0.0, 0.0, 0.05, 0.0), [], []
        for _ in range(50):
            choice = torch.distributions.Categorical(logits=policy(torch.tensor(cart)))
            action = choice.sample()
            log_probs.append(choice.log_prob(action))
            cart = _pushed(cart, 10.0 if action.item() == 1 else -10.0)
            rewards.append(1.0 if abs(cart[2]) < 0.2 else 0.0)
        to_come = torch.tensor(rewards).flip(0).cumsum(0).flip(0)
        loss = -(torch.stack(log_probs) * (to_come - to_come.mean())).sum()
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
        return loss

    return step


# name -> (workload, the largest ratio to torch that is allowed at one thread, if there is a gate)
WORKLOADS: dict[str, tuple[Callable, float | None]] = {
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
    "W10": (w10, 1.0),
    "W11": (w11, 1.0),
    "W12": (w12, None),
    "W13": (w13, 1.3),
    "W14": (w14, 1.0),
    "W15": (w15, None),
}
