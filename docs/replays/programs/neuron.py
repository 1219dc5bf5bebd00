import torch

w = torch.tensor(2.0, requires_grad=True)
b = torch.tensor(-4.0, requires_grad=True)
optimizer = torch.optim.SGD([w, b], lr=0.03)

for step in range(4):
    product = w * 3.0
    z = product + b
    difference = z - 5.0
    loss = difference**2
    optimizer.zero_grad()
    loss.backward()
    optimizer.step()
    print(loss.item())
