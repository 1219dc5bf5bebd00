# CS homework 3 -- name: ________  id: ________
# Fill in the functions below. Do not import other modules. Each check prints PASS or FAIL.
import numpy as np
import torch


def check(name, got, want, tol=1e-6):
    got, want = torch.as_tensor(got), torch.as_tensor(want)
    ok = got.shape == want.shape and torch.allclose(got.to(want.dtype), want, atol=tol, rtol=0)
    print(f"{name:>24}: {'PASS' if ok else 'FAIL'}  {tuple(got.shape)} {got.dtype}")


# Q1 (10 points): slicing
x = torch.tensor([[1, 2, 10], [3, 4, 100]])
check("last row", x[-1], [3, 4, 100])
check("third col", x[:, 2:3], [[10], [100]])
check("even rows", torch.arange(20).view(4, 5)[::2, 1::2], [[1, 3], [11, 13]])
y = torch.zeros(4, 6, dtype=torch.int64)
y[:2, :2] = 1
y[:2, 2:] = torch.tensor([2, 3, 2, 3])
y[[2, 3], 1] = 5
y[2:, ::2] += 7
y[-1] *= -1
y[:, -1] = y[:, 0]
print(y)


# Q2: masks and counting without loops
def zero_row_min(x):
    z = x.clone()
    z[torch.arange(x.shape[0]), x.argmin(dim=1)] = 0
    return z


def count_negative(x):
    return int((x < 0).sum())


def make_one_hot(values):
    z = torch.zeros(len(values), max(values) + 1)
    z[torch.arange(len(values)), values] = 1
    return z


def remove_constant_rows(x):
    return x[~(x == x[:, :1]).all(dim=1)]


w = torch.tensor([[10.0, 20, 30], [2, 5, 1], [7, 7, 7]])
check("zero_row_min", zero_row_min(w), [[0.0, 20, 30], [2, 5, 0], [0, 7, 7]])
check("one hot", make_one_hot([1, 4, 3]), torch.nn.functional.one_hot(torch.tensor([1, 4, 3])).float())
check("remove rows", remove_constant_rows(w), w[:2])
print(count_negative(torch.tensor([-1, 0, -3])), "negative")


# Q3: a two-layer network with numpy-like code; gradient check against autograd
def two_layer(params, X, y=None, reg=0.0):
    W1, b1, W2, b2 = params["W1"], params["b1"], params["W2"], params["b2"]
    hidden = (X.mm(W1) + b1).clamp(min=0)
    scores = hidden.mm(W2) + b2
    if y is None:
        return scores
    N = X.shape[0]
    shifted = scores - scores.max(dim=1, keepdim=True).values
    log_p = shifted - shifted.exp().sum(1, keepdim=True).log()
    loss = -log_p[range(N), y].mean() + reg * ((W1 * W1).sum() + (W2 * W2).sum())
    d = log_p.exp()
    d[range(N), y] -= 1
    d /= N
    grads = {"W2": hidden.t() @ d + 2 * reg * W2, "b2": d.sum(0)}
    dh = d @ W2.t()
    dh[hidden == 0] = 0
    grads["W1"], grads["b1"] = X.t() @ dh + 2 * reg * W1, dh.sum(dim=0)
    return loss, grads


def rel_error(x, y, eps=1e-10):
    """returns relative error between x and y"""
    top = (x - y).abs().max().item()
    bot = (x.abs() + y.abs()).clamp(min=eps).max().item()
    return top / bot


def numeric_gradient(f, x, h=1e-6):
    grad = torch.zeros_like(x)
    flat_x, flat_g = x.contiguous().flatten(), grad.flatten()
    for i in range(flat_x.shape[0]):
        oldval = flat_x[i].item()
        flat_x[i] = oldval + h
        fxph = f(x).item()
        flat_x[i] = oldval - h
        fxmh = f(x).item()
        flat_x[i] = oldval
        flat_g[i] = (fxph - fxmh) / (2 * h)
    return grad


torch.manual_seed(0)
np.random.seed(0)
params = {
    "W1": 0.1 * torch.randn(4, 5, dtype=torch.float64),
    "b1": torch.zeros(5, dtype=torch.float64),
    "W2": 0.1 * torch.randn(5, 3, dtype=torch.float64),
    "b2": torch.zeros(3, dtype=torch.float64),
}
X, labels = torch.from_numpy(np.random.randn(6, 4)), torch.from_numpy(np.random.randint(0, 3, 6))
loss, grads = two_layer(params, X, labels, reg=0.05)
print("loss", loss)
for k, v in params.items():
    numeric = numeric_gradient(lambda _: two_layer(params, X, labels, reg=0.05)[0], v)
    leaf = v.clone().requires_grad_()
    two_layer({**params, k: leaf}, X, labels, reg=0.05)[0].backward()
    print(
        f"{k} max relative error below 1e-6: {rel_error(numeric, grads[k]) < 1e-6}, exact against autograd: {torch.allclose(grads[k], leaf.grad)}"
    )
velocity = {k: torch.zeros_like(v) for k, v in params.items()}
for it in range(20):
    batch = torch.randint(6, (4,))
    loss, grads = two_layer(params, X[batch], labels[batch], reg=1e-3)
    for k in params:
        velocity[k].mul_(0.9).sub_(grads[k], alpha=0.5)
        params[k] += velocity[k]
    if it % 5 == 0:
        acc = (two_layer(params, X).argmax(dim=1) == labels).double().mean()
        print(f"iteration {it:2d} / 20: loss {loss:.6f} accuracy {acc:.2%}")


# Q4: convolution and pooling, naive and fast
def conv_forward(x, w, b, stride, pad):
    N, C, H, W = x.shape
    F_, _, HH, WW = w.shape
    x = torch.nn.functional.pad(x, (pad, pad, pad, pad))
    Ho, Wo = 1 + (H + 2 * pad - HH) // stride, 1 + (W + 2 * pad - WW) // stride
    out = torch.zeros(N, F_, Ho, Wo, dtype=x.dtype)
    for i in range(Ho):
        for j in range(Wo):
            window = x[:, None, :, i * stride : i * stride + HH, j * stride : j * stride + WW]
            out[:, :, i, j] = (window * w).sum(dim=(2, 3, 4)) + b
    return out


x = torch.linspace(-0.1, 0.5, steps=2 * 3 * 5 * 5, dtype=torch.float64).reshape(2, 3, 5, 5)
w = torch.linspace(-0.2, 0.3, steps=2 * 3 * 3 * 3, dtype=torch.float64).reshape(2, 3, 3, 3)
b = torch.linspace(-0.1, 0.2, steps=2, dtype=torch.float64)
for stride, pad in ((1, 1), (2, 1), (2, 0)):
    check(
        f"conv stride {stride} pad {pad}",
        conv_forward(x, w, b, stride, pad),
        torch.nn.functional.conv2d(x, w, b, stride, pad),
        1e-12,
    )
pooled = x.unfold(2, 2, 2).unfold(3, 2, 2).reshape(2, 3, 2, 2, -1)
check("max pool", pooled.max(-1).values, torch.nn.functional.max_pool2d(x, 2))
check("avg pool", pooled.mean(-1), torch.nn.functional.avg_pool2d(x, 2))


# Q5: batch normalization and dropout, forward and backward
def batchnorm_backward(dout, x, gamma, eps=1e-5):
    N = x.shape[0]
    mu, var = x.mean(0), x.var(0, unbiased=False)
    inv = (var + eps).rsqrt()
    xhat = (x - mu) * inv
    dxhat = dout * gamma
    return inv / N * (N * dxhat - dxhat.sum(0) - xhat * (dxhat * xhat).sum(0)), (dout * xhat).sum(0), dout.sum(0)


a = torch.randn(7, 3, dtype=torch.float64, requires_grad=True)
gamma, beta = (
    torch.rand(3, dtype=torch.float64, requires_grad=True),
    torch.zeros(3, dtype=torch.float64, requires_grad=True),
)
dout = torch.randn(7, 3, dtype=torch.float64)
torch.nn.functional.batch_norm(a, None, None, gamma, beta, training=True).backward(dout)
for name, mine, theirs in zip(
    ("dx", "dgamma", "dbeta"), batchnorm_backward(dout, a.detach(), gamma.detach()), (a.grad, gamma.grad, beta.grad)
):
    check(f"batchnorm {name}", mine, theirs, 1e-10)
p = 0.3
mask = (torch.rand(500, 50) > p).float() / (1 - p)
print(f"mean of output {(10 * mask).mean():.3f} fraction zero {(mask == 0).float().mean():.3f}")
print(
    "Q6 (bonus):",
    torch.einsum("bi,ij,bj->b", X, torch.eye(4, dtype=torch.float64), X),
    torch.allclose(torch.einsum("bi,bi->b", X, X), (X**2).sum(1)),
)
