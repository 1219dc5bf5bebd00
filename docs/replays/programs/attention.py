import torch
from torch import nn

torch.manual_seed(0)


class Block(nn.Module):
    def __init__(self, size):
        super().__init__()
        self.query = nn.Linear(size, size, bias=False)
        self.key = nn.Linear(size, size, bias=False)
        self.value = nn.Linear(size, size, bias=False)
        self.norm = nn.LayerNorm(size)
        self.mlp = nn.Sequential(nn.Linear(size, 2 * size), nn.GELU(), nn.Linear(2 * size, size))

    def forward(self, x):
        q, k, v = self.query(x), self.key(x), self.value(x)
        scores = q @ k.transpose(1, 2) / x.shape[-1] ** 0.5
        mask = torch.ones(x.shape[1], x.shape[1]).tril() == 0
        weights = scores.masked_fill(mask, float("-inf")).softmax(-1)
        x = x + weights @ v
        return x + self.mlp(self.norm(x))


class GPT(nn.Module):
    def __init__(self):
        super().__init__()
        self.embed = nn.Embedding(10, 8)
        self.blocks = nn.ModuleList([Block(8) for _ in range(2)])
        self.head = nn.Linear(8, 10)

    def forward(self, tokens):
        x = self.embed(tokens)
        for block in self.blocks:
            x = block(x)
        return self.head(x)


gpt = GPT()
tokens = torch.randint(10, (2, 6))
optimizer = torch.optim.AdamW(gpt.parameters(), lr=0.01)
for step in range(3):
    scores = gpt(tokens[:, :-1])
    loss = nn.functional.cross_entropy(scores.reshape(-1, 10), tokens[:, 1:].reshape(-1))
    optimizer.zero_grad()
    loss.backward()
    optimizer.step()
print(loss.item())
