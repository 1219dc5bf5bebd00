"""Graph convolution on a sparse adjacency matrix, as pygcn does it: build, coalesce, normalize, multiply, train; and what a sparse tensor prints."""

import math

import numpy as np
import torch
import torch.nn as nn
import torch.nn.functional as F

torch.manual_seed(42)
np.random.seed(42)
edges = np.array([[0, 1], [1, 2], [2, 0], [2, 3], [3, 4], [4, 5], [5, 3], [5, 6], [6, 7], [7, 8], [8, 6], [1, 0]])
i = torch.from_numpy(np.concatenate([edges, edges[:, ::-1]]).T.copy())
v = torch.ones(i.shape[1])
adj = torch.sparse_coo_tensor(i, v, (9, 9))
print(adj.shape, adj.is_sparse, adj.layout, adj.is_coalesced(), adj._nnz(), adj.dtype, torch.is_tensor(adj))
adj = adj.coalesce()
print(adj, adj._nnz(), adj.indices()[:, :4], adj.values(), sep="\n")
dense = adj.to_dense().clamp(max=1)
print(dense.sum(1), torch.equal(dense, dense.T), dense.to_sparse()._nnz())


def normalize(dense):
    with_self = dense + torch.eye(len(dense))
    d = with_self.sum(1).pow(-0.5)
    return (d[:, None] * with_self * d[None]).to_sparse()


adj = normalize(dense)
x = torch.randn(9, 4)
y = torch.arange(9) // 3
x[torch.arange(9), y] += 1.0
print(torch.allclose(torch.sparse.mm(adj, x), adj.to_dense() @ x), torch.spmm(adj, x).shape, (adj @ x)[0])


class GraphConvolution(nn.Module):
    def __init__(self, in_features, out_features, bias=True):
        super().__init__()
        self.weight = nn.Parameter(torch.empty(in_features, out_features))
        self.bias = nn.Parameter(torch.zeros(out_features)) if bias else None
        nn.init.uniform_(self.weight, -1 / math.sqrt(out_features), 1 / math.sqrt(out_features))

    def forward(self, input, adj):
        support = torch.mm(input, self.weight)
        output = torch.sparse.mm(adj, support)
        return output if self.bias is None else output + self.bias


class GCN(nn.Module):
    def __init__(self, nfeat, nhid, nclass):
        super().__init__()
        self.gc1, self.gc2 = GraphConvolution(nfeat, nhid), GraphConvolution(nhid, nclass)

    def forward(self, x, adj):
        return F.log_softmax(self.gc2(F.dropout(F.relu(self.gc1(x, adj)), 0.1, self.training), adj), dim=1)


model = GCN(4, 8, 3)
optimizer = torch.optim.Adam(model.parameters(), lr=0.05, weight_decay=5e-4)
idx_train = torch.LongTensor([0, 3, 6])
for epoch in range(8):
    model.train()
    optimizer.zero_grad()
    output = model(x, adj)
    loss_train = F.nll_loss(output[idx_train], y[idx_train])
    loss_train.backward()
    optimizer.step()
    print(f"Epoch: {epoch + 1:04d} loss_train: {loss_train.item():.4f}")
model.eval()
print((model(x, adj).argmax(1) == y).double().mean(), model.gc1.weight.grad.shape, output.grad_fn)

weights = torch.ones(3, requires_grad=True)
small = torch.sparse_coo_tensor(torch.tensor([[0, 1, 1], [2, 0, 2]]), weights, (2, 3))
torch.sparse.mm(small, torch.arange(6.0).view(3, 2)).sum().backward()
print(weights.grad, small, sep="\n")
