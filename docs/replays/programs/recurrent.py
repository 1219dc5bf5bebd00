import torch
from torch import nn

torch.manual_seed(0)
x = torch.randn(6, 2, 3)
target = torch.randn(2, 1)


class Reader(nn.Module):
    def __init__(self):
        super().__init__()
        self.cell = nn.GRUCell(3, 4)
        self.head = nn.Linear(4, 1)

    def forward(self, x):
        h = torch.zeros(x.shape[1], 4)
        for step in x:
            h = self.cell(step, h)
        return self.head(h)


reader = Reader()
for step in range(3):
    loss = nn.functional.mse_loss(reader(x), target)
    loss.backward()
    with torch.no_grad():
        for p in reader.parameters():
            p -= 0.1 * p.grad
            p.grad = None
print(loss.item())
