"""Node classification by graph convolution (Kipf & Welling), old style: torch.sparse.FloatTensor, torch.spmm, row-normalised adjacency."""

import math

import numpy as np
import torch
import torch.nn as nn
import torch.nn.functional as F
import torch.optim as optim
from torch.nn.parameter import Parameter


def community_graph(nodes=60, classes=3, features=20, seed=4):
    rng = np.random.RandomState(seed)
    labels = rng.randint(0, classes, nodes)
    likely = np.where(labels[:, None] == labels[None, :], 0.25, 0.02)
    edges = np.triu(rng.rand(nodes, nodes) < likely, 1)
    adjacency = (edges + edges.T).astype(np.float32)
    x = (rng.rand(nodes, features) < 0.1 + 0.3 * (np.arange(features) % classes == labels[:, None])).astype(np.float32)
    return adjacency, x, labels


def normalize(matrix):
    rows = matrix.sum(1)
    inverse = np.power(rows, -1.0, where=rows > 0, out=np.zeros_like(rows))
    return np.diag(inverse).dot(matrix).astype(np.float32)


def to_torch_sparse(matrix):
    rows, columns = matrix.nonzero()
    indices = torch.from_numpy(np.vstack((rows, columns)).astype(np.int64))
    values = torch.from_numpy(matrix[rows, columns])
    return torch.sparse.FloatTensor(indices, values, torch.Size(matrix.shape))


class GraphConvolution(nn.Module):
    def __init__(self, in_features, out_features, bias=True):
        super().__init__()
        self.in_features, self.out_features = in_features, out_features
        self.weight = Parameter(torch.FloatTensor(in_features, out_features))
        if bias:
            self.bias = Parameter(torch.FloatTensor(out_features))
        else:
            self.register_parameter("bias", None)
        self.reset_parameters()

    def reset_parameters(self):
        stdv = 1.0 / math.sqrt(self.weight.size(1))
        self.weight.data.uniform_(-stdv, stdv)
        if self.bias is not None:
            self.bias.data.uniform_(-stdv, stdv)

    def forward(self, input, adj):
        support = torch.mm(input, self.weight)
        output = torch.spmm(adj, support)
        return output + self.bias if self.bias is not None else output

    def __repr__(self):
        return f"{self.__class__.__name__} ({self.in_features} -> {self.out_features})"


class GCN(nn.Module):
    def __init__(self, nfeat, nhid, nclass, dropout):
        super().__init__()
        self.gc1 = GraphConvolution(nfeat, nhid)
        self.gc2 = GraphConvolution(nhid, nclass)
        self.dropout = dropout

    def forward(self, x, adj):
        x = F.relu(self.gc1(x, adj))
        x = F.dropout(x, self.dropout, training=self.training)
        return F.log_softmax(self.gc2(x, adj), dim=1)


def accuracy(output, labels):
    preds = output.max(1)[1].type_as(labels)
    return preds.eq(labels).double().sum() / len(labels)


torch.manual_seed(42)
adjacency, x, labels = community_graph()
adj = to_torch_sparse(normalize(adjacency + np.eye(len(labels))))
features, labels = torch.FloatTensor(normalize(x + 1e-6)), torch.LongTensor(labels)
idx_train, idx_val = torch.arange(20), torch.arange(20, 60)
print(adj.shape, adj.is_sparse, adj.layout, adj._nnz(), adj.type())
print(torch.sparse.sum(adj, dim=1).to_dense()[:5])
if torch.cuda.is_available():
    adj = adj.cuda()

model = GCN(features.shape[1], 16, 3, 0.5)
print(model)
optimizer = optim.Adam(model.parameters(), lr=0.05, weight_decay=5e-4)
for epoch in range(60):
    model.train()
    optimizer.zero_grad()
    output = model(features, adj)
    loss = F.nll_loss(output[idx_train], labels[idx_train])
    loss.backward()
    optimizer.step()
    if epoch % 10 == 0:
        model.eval()
        with torch.no_grad():
            output = model(features, adj)
        print(
            f"epoch {epoch:3d} train {loss.item():.4f} val {F.nll_loss(output[idx_val], labels[idx_val]).item():.4f} acc {accuracy(output[idx_val], labels[idx_val]).item():.3f}"
        )

# the matrix that the paper normalises on both sides, made with sparse tensors, and propagated twice without weights
dense = torch.from_numpy(adjacency)
a = (dense + torch.eye(len(dense))).to_sparse()
degree = torch.sparse.sum(a, 1).to_dense().pow(-0.5)
rows, columns = a.indices()
a = torch.sparse_coo_tensor(a.indices(), a.values() * degree[rows] * degree[columns], a.shape).coalesce()
print((a - a.t().coalesce()).to_dense().abs().max().item() < 1e-6, torch.sparse.mm(a, a).coalesce()._nnz())
smooth = torch.sparse.mm(a, torch.sparse.mm(a, features))
print(f"{smooth.mean().item():.5f} {smooth.std().item():.5f}")
print((0.5 * a + 0.5 * torch.eye(len(dense)).to_sparse()).coalesce().to_dense()[0, :4])
