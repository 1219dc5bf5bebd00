import torch
from torch import nn

torch.manual_seed(0)
x = torch.tensor([[0.0, 0.0], [0.0, 1.0], [1.0, 0.0], [1.0, 1.0]])
target = torch.tensor([[0.0], [1.0], [1.0], [0.0]])


class Network(nn.Module):
    def __init__(self):
        super().__init__()
        self.hidden = nn.Linear(2, 4)
        self.output = nn.Linear(4, 1)

    def forward(self, x):
        h = torch.tanh(self.hidden(x))
        return self.output(h)


network = Network()
optimizer = torch.optim.SGD(network.parameters(), lr=0.5)
for step in range(5):
    scores = network(x)
    loss = nn.functional.binary_cross_entropy_with_logits(scores, target)
    optimizer.zero_grad()
    loss.backward()
    optimizer.step()
print(loss.item())
