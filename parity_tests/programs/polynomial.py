"""A polynomial fitted to a sine in five ways: by hand, by autograd, by a function of one's own, by a module, by an optimizer."""

import math

import torch

device = torch.device("cuda" if torch.cuda.is_available() else "cpu")
torch.manual_seed(0)
x = torch.linspace(-math.pi, math.pi, 200, device=device)
y = torch.sin(x)

a, b, c, d = (torch.randn((), device=device) for _ in range(4))
for t in range(300):
    error = a + b * x + c * x**2 + d * x**3 - y
    if t % 100 == 99:
        print("by hand", t, f"{error.pow(2).sum().item():.4f}")
    slope = 2.0 * error
    a -= 1e-6 * slope.sum()
    b -= 1e-6 * (slope * x).sum()
    c -= 1e-6 * (slope * x**2).sum()
    d -= 1e-6 * (slope * x**3).sum()

weights = [torch.randn((), requires_grad=True) for _ in range(4)]
for _ in range(300):
    loss = (sum(w * x**i for i, w in enumerate(weights)) - y).pow(2).sum()
    loss.backward()
    with torch.no_grad():
        for w in weights:
            w -= 1e-6 * w.grad
            w.grad = None
print("autograd", f"{loss.item():.4f}", loss.grad_fn.name())


class Legendre3(torch.autograd.Function):
    """(5x^3 - 3x) / 2"""

    @staticmethod
    def forward(ctx, x):
        ctx.save_for_backward(x)
        return 0.5 * (5 * x**3 - 3 * x)

    @staticmethod
    def backward(ctx, grad_output):
        (x,) = ctx.saved_tensors
        return grad_output * 1.5 * (5 * x**2 - 1)


weights = [torch.full((), v, requires_grad=True) for v in (0.0, -1.0, 0.0, 0.3)]
for _ in range(300):
    prediction = weights[0] + weights[1] * Legendre3.apply(weights[2] + weights[3] * x)
    loss = (prediction - y).square().sum()
    loss.backward()
    with torch.no_grad():
        for w in weights:
            w -= 5e-6 * w.grad
            w.grad.zero_()
print("own function", f"{loss.item():.4f}", [round(w.item(), 4) for w in weights])


class Polynomial(torch.nn.Module):
    def __init__(self, degree):
        super().__init__()
        self.weights = torch.nn.ParameterList(torch.nn.Parameter(torch.randn(())) for _ in range(degree + 1))

    def forward(self, x):
        return sum(w * x**i for i, w in enumerate(self.weights))

    def extra_repr(self):
        return f"degree={len(self.weights) - 1}"


model = Polynomial(3).to(device)
criterion = torch.nn.MSELoss(reduction="sum")
optimizer = torch.optim.SGD(model.parameters(), lr=1e-6)
for _ in range(300):
    loss = criterion(model(x), y)
    optimizer.zero_grad()
    loss.backward()
    optimizer.step()
print("module", f"{loss.item():.4f}", model)

powers = x.unsqueeze(-1).pow(torch.tensor([1, 2, 3]))
model = torch.nn.Sequential(torch.nn.Linear(3, 1), torch.nn.Flatten(0, 1))
optimizer = torch.optim.RMSprop(model.parameters(), lr=1e-3)
for _ in range(300):
    loss = criterion(model(powers), y)
    optimizer.zero_grad()
    loss.backward()
    optimizer.step()
print("optimizer", f"{loss.item():.4f}", model[0].weight, model, optimizer, sep="\n")
