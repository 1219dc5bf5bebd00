"""Linear regression from scratch, then with autograd, then with nn: the same three times (after d2l and pytorch.org)."""

import random

import torch
from torch import nn


def synthetic_data(w, b, num_examples):
    X = torch.normal(0, 1, (num_examples, len(w)))
    y = torch.matmul(X, w) + b
    y += torch.normal(0, 0.01, y.shape)
    return X, y.reshape((-1, 1))


true_w = torch.tensor([2, -3.4])
true_b = 4.2
features, labels = synthetic_data(true_w, true_b, 200)
print("features:", features[0], "\nlabel:", labels[0])


def data_iter(batch_size, features, labels):
    indices = list(range(len(features)))
    random.shuffle(indices)
    for i in range(0, len(indices), batch_size):
        batch = torch.tensor(indices[i : min(i + batch_size, len(indices))])
        yield features[batch], labels[batch]


w = torch.normal(0, 0.01, size=(2, 1), requires_grad=True)
b = torch.zeros(1, requires_grad=True)


def sgd(params, lr, batch_size):
    with torch.no_grad():
        for param in params:
            param -= lr * param.grad / batch_size
            param.grad.zero_()


for epoch in range(3):
    for X, y in data_iter(10, features, labels):
        loss = (torch.matmul(X, w) + b - y.reshape(-1, 1)) ** 2 / 2
        loss.sum().backward()
        sgd([w, b], 0.03, 10)
    with torch.no_grad():
        train = ((features @ w + b - labels) ** 2 / 2).mean()
    print(f"epoch {epoch + 1}, loss {float(train):f}")
print(f"error in w: {true_w - w.reshape(true_w.shape)}")
print(f"error in b: {true_b - b}")

# by hand, without autograd
W = torch.zeros(2, 1)
c = torch.zeros(1)
for step in range(50):
    error = features.mm(W) + c - labels
    W -= 0.2 * features.t().mm(error) / len(features)
    c -= 0.2 * error.mean()
print(W.flatten(), c, (error**2).mean())

# the normal equations, least squares and the pseudo inverse
A = torch.cat([features, torch.ones(len(features), 1)], dim=1).double()
y = labels.double()
print(torch.linalg.solve(A.T @ A, A.T @ y).T, torch.linalg.lstsq(A, y).solution.T, (torch.linalg.pinv(A) @ y).T)

# concise
dataset = torch.utils.data.TensorDataset(features, labels)
loader = torch.utils.data.DataLoader(dataset, 10, shuffle=True)
print(next(iter(loader))[0].shape, len(loader), len(dataset), dataset[3])
net = nn.Sequential(nn.Linear(2, 1))
net[0].weight.data.normal_(0, 0.01)
net[0].bias.data.fill_(0)
criterion = nn.MSELoss()
trainer = torch.optim.SGD(net.parameters(), lr=0.03)
print(net, criterion, trainer, sep="\n")
for epoch in range(3):
    for X, y in loader:
        l = criterion(net(X), y)
        trainer.zero_grad()
        l.backward()
        trainer.step()
    l = criterion(net(features), labels)
    print(f"epoch {epoch + 1}, loss {l:f}")
print("error in w:", true_w - net[0].weight.data.reshape(true_w.shape), "error in b:", true_b - net[0].bias.data)
print(net[0].weight.grad, net[0].bias.grad, l, l.grad_fn, l.grad_fn.next_functions)
ridge = torch.optim.SGD([{"params": net[0].weight, "weight_decay": 3.0}, {"params": net[0].bias}], lr=0.03)
for _ in range(30):
    ridge.zero_grad()
    criterion(net(features), labels).backward()
    ridge.step()
print("L2 norm of w:", net[0].weight.norm().item(), ridge)
