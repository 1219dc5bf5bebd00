"""Graph convolutions with dense adjacency and by edges: karate-like club, normalization, GAT by softmax over neighbours, message passing by scatter, label propagation, link prediction."""

import math

import torch
import torch.nn as nn
import torch.nn.functional as F

torch.manual_seed(42)
edges = [
    (0, 1),
    (0, 2),
    (0, 3),
    (1, 2),
    (1, 3),
    (2, 3),
    (3, 4),
    (4, 5),
    (4, 6),
    (5, 6),
    (5, 7),
    (6, 7),
    (7, 8),
    (8, 9),
    (8, 10),
    (9, 10),
    (9, 11),
    (10, 11),
]
n = 12
edge_index = torch.tensor(edges + [(j, i) for i, j in edges], dtype=torch.long).t().contiguous()
print(edge_index.shape, edge_index[:, :5], edge_index.is_contiguous(), edge_index.max() + 1)
A = torch.zeros(n, n).index_put_(tuple(edge_index), torch.ones(()))
A_hat = A + torch.eye(n)
D = torch.diag(A_hat.sum(1).pow(-0.5))
A_norm = D @ A_hat @ D
degree = torch.zeros(n, dtype=torch.long).scatter_add_(
    0, edge_index[1], torch.ones(edge_index.size(1), dtype=torch.long)
)
print(
    degree, A.sum(1).int().equal(degree.int()), A_norm[0, :4], torch.allclose(A_norm, A_norm.T), (A @ A @ A).trace() / 6
)
features, labels = torch.eye(n), torch.tensor([0] * 4 + [1] * 4 + [2] * 4)
train_mask = torch.zeros(n, dtype=torch.bool)
train_mask[[0, 5, 10]] = True


class GraphConvolution(nn.Module):
    """Simple GCN layer, similar to https://arxiv.org/abs/1609.02907"""

    def __init__(self, in_features, out_features, bias=True):
        super(GraphConvolution, self).__init__()
        self.in_features = in_features
        self.out_features = out_features
        self.weight = nn.Parameter(torch.FloatTensor(in_features, out_features))
        if bias:
            self.bias = nn.Parameter(torch.FloatTensor(out_features))
        else:
            self.register_parameter("bias", None)
        self.reset_parameters()

    def reset_parameters(self):
        stdv = 1.0 / math.sqrt(self.weight.size(1))
        self.weight.data.uniform_(-stdv, stdv)
        if self.bias is not None:
            self.bias.data.uniform_(-stdv, stdv)

    def forward(self, input, adj):
        output = (
            torch.spmm(adj, torch.mm(input, self.weight)) if hasattr(torch, "spmm") else adj @ (input @ self.weight)
        )
        return output + self.bias if self.bias is not None else output

    def __repr__(self):
        return self.__class__.__name__ + " (" + str(self.in_features) + " -> " + str(self.out_features) + ")"


class GCN(nn.Module):
    def __init__(self, nfeat, nhid, nclass, dropout):
        super(GCN, self).__init__()
        self.gc1 = GraphConvolution(nfeat, nhid)
        self.gc2 = GraphConvolution(nhid, nclass, bias=False)
        self.dropout = dropout

    def forward(self, x, adj):
        x = F.relu(self.gc1(x, adj))
        x = F.dropout(x, self.dropout, training=self.training)
        return F.log_softmax(self.gc2(x, adj), dim=1)


class GATConv(nn.Module):
    def __init__(self, i, o, heads=2):
        super().__init__()
        self.lin, self.heads, self.o = nn.Linear(i, heads * o, bias=False), heads, o
        self.att_src, self.att_dst = nn.Parameter(torch.empty(1, heads, o)), nn.Parameter(torch.empty(1, heads, o))
        nn.init.xavier_uniform_(self.att_src, gain=nn.init.calculate_gain("leaky_relu", 0.2))
        nn.init.xavier_uniform_(self.att_dst, gain=nn.init.calculate_gain("relu"))

    def forward(self, x, edge_index):
        h = self.lin(x).view(-1, self.heads, self.o)
        src, dst = edge_index
        score = F.leaky_relu((h * self.att_src).sum(-1)[src] + (h * self.att_dst).sum(-1)[dst], 0.2)
        index = dst[:, None].expand_as(score)
        top = torch.full((len(x), self.heads), -torch.inf).scatter_reduce(0, index, score.detach(), "amax")
        weight = (score - top[dst]).exp()
        total = torch.zeros(len(x), self.heads).scatter_add(0, index, weight)
        self.alpha = weight / total[dst]
        return torch.zeros(len(x), self.heads, self.o).index_add(0, dst, self.alpha.unsqueeze(-1) * h[src]).flatten(1)


class SAGE(nn.Module):
    def __init__(self, i, o):
        super().__init__()
        self.neigh, self.root = nn.Linear(i, o, bias=False), nn.Linear(i, o)

    def forward(self, x, edge_index):
        src, dst = edge_index
        mean = torch.zeros_like(x).scatter_reduce(
            0, dst[:, None].expand(-1, x.size(1)), x[src], reduce="mean", include_self=False
        )
        return self.root(x) + self.neigh(mean)


class Two(nn.Module):
    def __init__(self, a, b):
        super().__init__()
        self.a, self.b = a, b

    def forward(self, x, edge_index):
        return F.log_softmax(self.b(F.elu(self.a(x, edge_index)), edge_index), dim=-1)


for model, graph in (
    (GCN(n, 8, 3, 0.2), A_norm),
    (Two(GATConv(n, 4), GATConv(8, 3, heads=1)), edge_index),
    (Two(SAGE(n, 8), SAGE(8, 3)), edge_index),
):
    torch.manual_seed(0)
    optimizer = torch.optim.Adam(model.parameters(), lr=0.05, weight_decay=5e-4)
    for epoch in range(12):
        model.train()
        optimizer.zero_grad()
        out = model(features, graph)
        loss = F.nll_loss(out[train_mask], labels[train_mask])
        loss.backward()
        optimizer.step()
    model.eval()
    pred = model(features, graph).argmax(dim=1)
    print(
        model, f"loss {loss.item():.4f}", f"accuracy {(pred == labels)[~train_mask].float().mean():.3f}", pred.tolist()
    )
alpha = Two(GATConv(n, 4), GATConv(8, 3)).a
alpha(features, edge_index)
print(torch.zeros(n, 2).index_add_(0, edge_index[1], alpha.alpha.detach())[:3])

# message passing three ways
x = torch.arange(n, dtype=torch.float).unsqueeze(1).repeat(1, 2)
by_matrix, by_scatter = (
    A @ x,
    torch.zeros_like(x).scatter_add_(0, edge_index[1].unsqueeze(1).expand(-1, 2), x[edge_index[0]]),
)
by_loop = torch.stack([x[[j for i, j in edge_index.t().tolist() if i == v]].sum(0) for v in range(n)])
print(torch.equal(by_matrix, by_scatter), torch.equal(by_scatter, by_loop), by_matrix[:, 0])
Y = F.one_hot(labels, 3).float() * train_mask.unsqueeze(1)
propagated = Y.clone()
for _ in range(10):
    propagated = 0.8 * A_norm @ propagated + 0.2 * Y
print(propagated.argmax(1), torch.linalg.eigvalsh(torch.diag(A.sum(1)) - A)[:3].abs().round(decimals=3))

# link prediction with negative samples
z = nn.Parameter(torch.randn(n, 4) * 0.3)
opt = torch.optim.SGD([z], lr=0.5)
pos = torch.tensor(edges).T
for step in range(15):
    neg = torch.randint(n, pos.shape)
    neg = neg[:, (A[neg[0], neg[1]] == 0) & (neg[0] != neg[1])]
    logits = torch.cat([(z[pos[0]] * z[pos[1]]).sum(1), (z[neg[0]] * z[neg[1]]).sum(1)])
    target = torch.cat([torch.ones(pos.size(1)), torch.zeros(neg.size(1))])
    loss = F.binary_cross_entropy_with_logits(logits, target, weight=torch.where(target > 0, 1.0, 0.5))
    opt.zero_grad(), loss.backward(), opt.step()
print(f"{loss.item():.4f}", (logits.sigmoid() > 0.5).eq(target.bool()).float().mean(), neg.shape[0])
walk, at = [0], 0
for _ in range(8):
    at = A[at].multinomial(1).item()
    walk.append(at)
print(walk, all(A[i, j] for i, j in zip(walk, walk[1:])))
