import torch
from torch import nn

torch.manual_seed(0)
images = torch.randn(4, 1, 8, 8)
labels = torch.tensor([0, 1, 2, 1])

model = nn.Sequential(
    nn.Conv2d(1, 3, 3),
    nn.BatchNorm2d(3),
    nn.ReLU(),
    nn.MaxPool2d(2),
    nn.Flatten(),
    nn.Linear(27, 3),
)
optimizer = torch.optim.Adam(model.parameters(), lr=0.01)
for epoch in range(3):
    loss = nn.functional.cross_entropy(model(images), labels)
    loss.backward()
    optimizer.step()
    optimizer.zero_grad()
print(loss.item())
