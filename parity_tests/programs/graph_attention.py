"""Graph attention (Velickovic et al.) on an edge list: scores for edges only, a sparse softmax, and sparse products with learned values."""

import torch
from torch import nn
from torch.nn import functional as F

torch.manual_seed(0)


def ring_with_chords(n):
    i = torch.arange(n)
    one_way = torch.cat([torch.stack([i, (i + 1) % n]), torch.stack([i, (i * 7 + 3) % n])], dim=1)
    both = torch.cat([one_way, one_way.flip(0), torch.stack([i, i])], dim=1)
    return torch.unique(both, dim=1)


class AttentionHead(nn.Module):
    def __init__(self, inputs, outputs, slope=0.2):
        super().__init__()
        self.W = nn.Linear(inputs, outputs, bias=False)
        self.a = nn.Parameter(torch.zeros(2 * outputs, 1))
        nn.init.xavier_uniform_(self.W.weight, gain=1.414)
        nn.init.xavier_uniform_(self.a, gain=1.414)
        self.leaky = nn.LeakyReLU(slope)

    def forward(self, x, edges):
        h = self.W(x)
        n = len(h)
        score = self.leaky(torch.cat([h[edges[0]], h[edges[1]]], dim=1) @ self.a).squeeze(1)
        attention = torch.sparse.softmax(torch.sparse_coo_tensor(edges, score, (n, n)), dim=1)
        return torch.sparse.mm(attention, h), attention


class ByHand(AttentionHead):
    """As the authors' sparse version: exp, row sums as a product with ones, and a division."""

    def forward(self, x, edges):
        h = self.W(x)
        n = len(h)
        score = torch.exp(-self.leaky(torch.cat([h[edges[0]], h[edges[1]]], dim=1) @ self.a).squeeze(1))
        weights = torch.sparse_coo_tensor(edges, score, torch.Size([n, n]))
        rows = torch.matmul(weights, torch.ones(n, 1))
        return torch.matmul(weights, h) / rows, weights


class GAT(nn.Module):
    def __init__(self, inputs, hidden, classes, heads, kind):
        super().__init__()
        self.heads = nn.ModuleList(kind(inputs, hidden) for _ in range(heads))
        self.out = kind(hidden * heads, classes)

    def forward(self, x, edges):
        x = torch.cat([F.elu(head(x, edges)[0]) for head in self.heads], dim=1)
        return self.out(F.dropout(x, 0.2, self.training), edges)


n = 24
edges = ring_with_chords(n)
x = torch.randn(n, 6)
target = (x[:, 0] + x[edges[1]][:n, 1] > 0).long()
print(edges.shape, target.bincount())
for kind in (AttentionHead, ByHand):
    model = GAT(6, 4, 2, 2, kind)
    optimizer = torch.optim.Adam(model.parameters(), lr=0.02, weight_decay=5e-4)
    for step in range(30):
        optimizer.zero_grad()
        logits, attention = model(x, edges)
        loss = F.cross_entropy(logits, target)
        loss.backward()
        norm = nn.utils.clip_grad_norm_(model.parameters(), 1.0)
        optimizer.step()
        if step % 10 == 0:
            print(f"{kind.__name__} {step:2d} loss {loss.item():.4f} norm {norm.item():.3f}")
    model.eval()
    logits, attention = model(x, edges)
    print(type(logits.grad_fn).__name__ != "", attention.requires_grad, attention.shape, attention._nnz())
    print(torch.sparse.sum(attention.detach(), dim=1).to_dense()[:4])
    print((logits.argmax(1) == target).float().mean().item() > 0.6)

# learned weights of the edges themselves, kept as a sparse leaf
weights = torch.sparse_coo_tensor(edges, torch.ones(edges.shape[1]), (n, n)).coalesce().requires_grad_()
(torch.sparse.mm(weights, x) ** 2).sum().backward()
print(weights.grad.is_sparse, weights.grad.coalesce().values()[:4])
print(torch.sparse_coo_tensor([[0, 1, 1], [2, 0, 2]], [3.0, 4.0, 5.0], (2, 3)))
