"""The program of the README."""

import torch
from torch import nn

torch.manual_seed(0)
ring = torch.arange(200) % 2  # points on two rings, one within the other
radius = 1 + ring + 0.1 * torch.randn(200)
angle = 2 * torch.pi * torch.rand(200)
points = torch.stack([radius * angle.cos(), radius * angle.sin()], dim=1)

model = nn.Sequential(nn.Linear(2, 16), nn.ReLU(), nn.Linear(16, 2))
optimizer = torch.optim.Adam(model.parameters(), lr=0.01)
for epoch in range(1, 51):
    scores = model(points)
    loss = nn.functional.cross_entropy(scores, ring)
    optimizer.zero_grad()
    loss.backward()
    optimizer.step()
    if epoch % 10 == 0:
        right = (scores.argmax(dim=1) == ring).float().mean()
        print(f"epoch {epoch}  loss {loss.item():.4f}  right {right:.1%}")
print(loss)
