"""Tensors without networks: k-means, PCA, k-NN, logistic regression by Newton, SVM, naive Bayes, decision stumps, matrix factorization, PageRank, FFT-free filters, game of life."""

import itertools

import torch
import torch.nn.functional as F

torch.manual_seed(11)
g = torch.Generator().manual_seed(5)
centers = torch.tensor([[0.0, 0.0], [4.0, 4.0], [0.0, 5.0]])
X = torch.cat([c + torch.randn(20, 2, generator=g) * 0.7 for c in centers])
labels = torch.arange(3).repeat_interleave(20)
shuffle = torch.randperm(60, generator=g)
X, labels = X[shuffle], labels[shuffle]
print(X.mean(0), X.var(0), X.min(0), X.aminmax(dim=0), labels.bincount(), sep="\n")


def kmeans(X, k, iters=10):
    C = X[torch.randperm(len(X), generator=g)[:k]].clone()
    for i in range(iters):
        assign = torch.cdist(X, C).argmin(1)
        new = torch.zeros_like(C).index_add_(0, assign, X) / assign.bincount(minlength=k).unsqueeze(1)
        if torch.allclose(new, C):
            break
        C = new
    return C, assign, i


C, assign, i = kmeans(X, 3)
table = torch.zeros(3, 3, dtype=torch.long).index_put_((labels, assign), torch.tensor(1), accumulate=True)
print(C, i, table, ((X - C[assign]) ** 2).sum(), sep="\n")
one_hot = F.one_hot(assign, 3).float()
print(
    torch.equal((one_hot.T @ X) / one_hot.sum(0)[:, None], C),
    torch.scatter_reduce(torch.zeros(3), 0, assign, X[:, 0], reduce="amax", include_self=False),
)

# PCA three ways
M = torch.randn(30, 4, generator=g, dtype=torch.float64) @ torch.diag(
    torch.tensor([3.0, 2.0, 1.0, 0.1], dtype=torch.float64)
)
centered = M - M.mean(0)
U, S, Vh = torch.linalg.svd(centered, full_matrices=False)
values, vectors = torch.linalg.eigh(centered.T @ centered / 29)
print(
    S**2 / 29,
    values.flip(0),
    (S**2 / (S**2).sum()).cumsum(0),
    torch.allclose(Vh[0].abs(), vectors[:, -1].abs()),
    torch.cov(M.T).diagonal(),
    sep="\n",
)
print(
    torch.linalg.matrix_rank(M),
    torch.linalg.cond(M) > 1,
    torch.dist(centered, U[:, :2] * S[:2] @ Vh[:2]),
    torch.linalg.norm(M, "nuc"),
    torch.linalg.det(M.T @ M).log(),
    torch.logdet(M.T @ M),
)

# nearest neighbours, one class out
distance = torch.cdist(X, X).fill_diagonal_(float("inf"))
near = distance.topk(3, largest=False)
print((labels[near.indices].mode(1).values == labels).float().mean(), near.values[0])

# logistic regression by Newton steps, and the same by iterative reweighting
A = torch.cat([torch.ones(60, 1), X], 1).double()
t = (labels == 1).double()
w = torch.zeros(3, dtype=torch.float64)
for step in range(6):
    p = torch.sigmoid(A @ w)
    gradient, hessian = A.T @ (p - t) + 0.1 * w, (A.T * (p * (1 - p))) @ A + 0.1 * torch.eye(3)
    w -= torch.linalg.solve(hessian, gradient)
    print(step, f"{F.binary_cross_entropy(p, t):.6f}", gradient.norm() < 1e-6)
print(w, ((A @ w > 0) == t.bool()).sum().item())
W = torch.zeros(3, 3, requires_grad=True)
for step in range(30):
    logits = A.float() @ W
    loss = -(logits.log_softmax(1)[range(60), labels]).mean() + 1e-3 * W.square().sum()
    loss.backward()
    with torch.no_grad():
        W -= 0.5 * W.grad
    W.grad = None
print(f"{loss.item():.4f}", (logits.argmax(-1) == labels).float().mean().item(), W.is_leaf, W.grad)

# Pegasos, naive Bayes, a stump
v, sign = torch.zeros(3), t.float() * 2 - 1
for n in range(1, 101):
    j = int(torch.randint(60, (1,), generator=g))
    v *= 1 - 1 / n
    if sign[j] * (A[j].float() @ v) < 1:
        v += sign[j] * A[j].float() / (0.1 * n)
print("svm", ((A.float() @ v).sign() == sign).float().mean())
mean = torch.stack([X[labels == k].mean(0) for k in range(3)])
std = torch.stack([X[labels == k].std(0, correction=0) for k in range(3)])
log_p = torch.distributions.Normal(mean, std).log_prob(X[:, None]).sum(-1)
print("bayes", (log_p.argmax(1) == labels).sum(), log_p.logsumexp(1)[:3])
best = min(
    (
        (((X[:, f] > c) != t.bool()).float().mean().item(), f, round(c.item(), 3))
        for f, c in itertools.product(range(2), X[::6].flatten())
    ),
    key=lambda s: s[0],
)
print("stump", best)

# matrix factorization of what is known
R = torch.tensor([[5, 3, 0, 1], [4, 0, 0, 1], [1, 1, 0, 5], [1, 0, 0, 4], [0, 1, 5, 4]], dtype=torch.float)
known = R > 0
P, Q = (torch.rand(n, 2, generator=g).requires_grad_() for n in R.shape)
opt = torch.optim.ASGD([P, Q], lr=0.05)
for step in range(60):
    opt.zero_grad()
    loss = ((P @ Q.T - R)[known] ** 2).sum() + 0.02 * (P.norm() ** 2 + Q.norm() ** 2)
    loss.backward()
    opt.step()
print(f"{loss.item():.3f}", (P @ Q.T).round()[known].int(), known.sum(), known.nonzero()[-1], opt)

# PageRank, Markov chains, powers
links = torch.tensor([[0, 1, 1, 0], [0, 0, 1, 0], [1, 0, 0, 1], [0, 0, 1, 0]], dtype=torch.float64)
T = links / links.sum(1, keepdim=True)
rank = torch.full((4,), 0.25, dtype=torch.float64)
for _ in range(60):
    rank = 0.15 / 4 + 0.85 * T.T @ rank
print(
    rank,
    rank.argsort(descending=True),
    torch.linalg.matrix_power(T, 5).sum(1),
    torch.matrix_exp(T - torch.eye(4))[0],
    torch.chain_matmul(T, T, T)[0] if hasattr(torch, "chain_matmul") else torch.linalg.multi_dot((T, T, T))[0],
)

# the game of life, an edge filter, a moving average, cumulative maxima, run lengths
board = torch.zeros(6, 6, dtype=torch.int)
board[1, 2] = board[2, 3] = board[3, 1:4] = 1
for _ in range(4):
    padded = F.pad(board[None, None].float(), (1, 1, 1, 1), mode="circular")
    around = F.conv2d(padded, torch.ones(1, 1, 3, 3))[0, 0].int() - board
    board = ((around == 3) | ((board == 1) & (around == 2))).int()
print(board, board.nonzero().T)
sobel = torch.tensor([[1.0, 0, -1], [2, 0, -2], [1, 0, -1]])
print(
    F.conv2d(board[None, None].float(), torch.stack([sobel, sobel.T])[:, None], padding=1).abs().sum(1).squeeze().int()
)
series = torch.tensor([1, 2, 2, 5, 5, 5, 3])
print(
    F.avg_pool1d(series[None].float(), 3, 1),
    series.unfold(0, 3, 2),
    series.cummax(0).values,
    torch.unique_consecutive(series, return_counts=True),
    series.diff(),
    torch.bucketize(series, torch.tensor([2, 4])),
)
print(
    torch.trapezoid(series.float()),
    torch.cumulative_trapezoid(series.float()),
    torch.gradient(series.float())[0],
    torch.vander(torch.tensor([1, 2, 3])),
    torch.gcd(series, torch.tensor(6)),
    series.float().softmax(0).argmax(),
    torch.heaviside(series - 2.5, torch.tensor(0.0)),
)
print(
    torch.triu_indices(3, 3, 1),
    torch.isin(series, torch.tensor([2, 3])),
    torch.logspace(0, 2, 3),
    torch.polar if hasattr(torch, "polarr") else "none",
    torch.count_nonzero(series == 5),
    torch.nan_to_num(torch.tensor([float("nan"), float("inf")])),
    torch.lerp(torch.zeros(2), torch.ones(2), 0.3),
)
