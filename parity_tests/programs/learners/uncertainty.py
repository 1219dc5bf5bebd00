"""Distributions of answers: quantile regression, mixture density networks, Bayes by backprop, Monte Carlo dropout, ensembles, Gaussian NLL, a Gaussian process, a flow."""

import math

import torch
import torch.distributions as D
import torch.nn.functional as F
from torch import nn

torch.manual_seed(7)
x = torch.linspace(-1, 1, 40).unsqueeze(1)
y = torch.sin(3 * x) + 0.1 * (1 + x.abs()) * torch.randn_like(x)


def mlp(i, o, h=16, act=nn.Tanh):
    return nn.Sequential(nn.Linear(i, h), act(), nn.Linear(h, o))


class Pinball(nn.Module):
    def __init__(self, quantiles):
        super().__init__()
        self.register_buffer("q", torch.as_tensor(quantiles))

    def forward(self, prediction, target):
        e = target - prediction
        return torch.maximum(self.q * e, (self.q - 1) * e).mean()

    def extra_repr(self):
        return f"quantiles={[round(v, 2) for v in self.q.tolist()]}"


net, loss_fn = mlp(1, 3), Pinball([0.1, 0.5, 0.9])
opt = torch.optim.Adam(net.parameters(), 0.02)
for step in range(12):
    loss = loss_fn(net(x), y)
    opt.zero_grad(), loss.backward(), opt.step()
pred = net(x).detach()
print(
    loss_fn,
    f"{loss:.4f}",
    (y < pred).float().mean(0),
    torch.quantile(y, torch.tensor([0.1, 0.5, 0.9])),
    y.quantile(0.25, dim=0),
    torch.nanquantile(y, 0.5),
    y.median(),
)


class MDN(nn.Module):
    def __init__(self, k=3):
        super().__init__()
        self.trunk = nn.Sequential(nn.Linear(1, 12), nn.Tanh())
        self.pi, self.mu, self.sigma = (nn.Linear(12, k) for _ in range(3))

    def forward(self, x):
        h = self.trunk(x)
        return D.MixtureSameFamily(
            D.Categorical(logits=self.pi(h)), D.Normal(self.mu(h), F.softplus(self.sigma(h)) + 1e-3)
        )


mdn = MDN()
opt = torch.optim.Adam(mdn.parameters(), 0.02)
inverse, answer = y.clone(), x.squeeze(1)
for step in range(25):
    loss = -mdn(inverse).log_prob(answer).mean()
    opt.zero_grad(), loss.backward(), opt.step()
mixture = mdn(inverse[:2])
print(
    f"mdn {loss:.4f}",
    mixture,
    mixture.mean,
    mixture.variance,
    mixture.sample((3,)).shape,
    mixture.cdf(torch.zeros(2)),
    mixture.mixture_distribution.probs.sum(-1),
)


class BayesLinear(nn.Module):
    def __init__(self, i, o):
        super().__init__()
        self.w_mu, self.w_rho = (
            nn.Parameter(torch.empty(o, i).uniform_(-0.3, 0.3)),
            nn.Parameter(torch.full((o, i), -4.0)),
        )
        self.b_mu, self.b_rho = nn.Parameter(torch.zeros(o)), nn.Parameter(torch.full((o,), -4.0))
        self.prior = D.Normal(0.0, 1.0)

    def forward(self, x):
        w, b = D.Normal(self.w_mu, F.softplus(self.w_rho)), D.Normal(self.b_mu, F.softplus(self.b_rho))
        self.kl = D.kl_divergence(w, self.prior).sum() + D.kl.kl_divergence(b, self.prior).sum()
        return F.linear(x, w.rsample(), b.rsample())


bayes = nn.Sequential(BayesLinear(1, 12), nn.Tanh(), BayesLinear(12, 1))
opt = torch.optim.Adam(bayes.parameters(), 0.02)
for step in range(30):
    likelihood = D.Normal(bayes(x), 0.2).log_prob(y).sum()
    kl = sum(m.kl for m in bayes if isinstance(m, BayesLinear))
    loss = kl / 10 - likelihood
    opt.zero_grad(), loss.backward(), opt.step()
with torch.no_grad():
    draws = torch.stack([bayes(x) for _ in range(10)])
print(f"bayes {loss.item():.2f} kl {kl.item():.2f}", draws.std(0).mean(), draws.mean(0)[::13].T)

gaussian, dropout = (
    mlp(1, 2),
    nn.Sequential(nn.Linear(1, 24), nn.ReLU(), nn.AlphaDropout(0.1), nn.Dropout(0.2), nn.Linear(24, 1)),
)
for model, name in ((gaussian, "gaussian"), (dropout, "dropout")):
    opt = torch.optim.Adam(model.parameters(), 0.02, maximize=False)
    for step in range(20):
        out = model(x)
        loss = (
            F.gaussian_nll_loss(out[:, :1], y, out[:, 1:].exp())
            if name == "gaussian"
            else F.poisson_nll_loss(out, y.exp())
        )
        opt.zero_grad(), loss.backward(), opt.step()
    print(name, f"{loss:.4f}")
dropout.train()
with torch.no_grad():
    samples = torch.stack([dropout(x[:3]) for _ in range(50)]).squeeze(-1)
print(
    torch.var_mean(samples, dim=0), torch.std_mean(samples), torch.cov(samples.T), torch.corrcoef(samples.T), sep="\n"
)


# a Gaussian process by Cholesky
def rbf(a, b, scale=0.4):
    return torch.exp(-0.5 * torch.cdist(a, b).square() / scale**2)


lengthscale = torch.tensor(0.4, dtype=torch.float64, requires_grad=True)
xs, ys = x[::4].double(), y[::4].double()
K = rbf(xs, xs, lengthscale) + 0.05 * torch.eye(len(xs))
L = torch.linalg.cholesky(K)
alpha = torch.cholesky_solve(ys, L)
nll = 0.5 * (ys.T @ alpha).squeeze() + L.diagonal().log().sum() + 0.5 * len(xs) * math.log(2 * math.pi)
nll.backward()
test = torch.tensor([[0.0], [2.0]], dtype=torch.float64)
mean = rbf(test, xs) @ alpha
v = torch.linalg.solve_triangular(L, rbf(xs, test), upper=False)
print(
    nll,
    lengthscale.grad,
    mean.T,
    1 - (v**2).sum(0),
    D.MultivariateNormal(torch.zeros(len(xs), dtype=torch.float64), K).log_prob(ys.squeeze()),
)


class Planar(D.Transform):
    domain = codomain = D.constraints.real
    bijective, sign = True, 1

    def __init__(self, a):
        super().__init__()
        self.a = a

    def _call(self, x):
        return x + self.a * torch.tanh(x)

    def _inverse(self, y):
        x = y
        for _ in range(50):
            x = x - (x + self.a * torch.tanh(x) - y) / (1 + self.a * (1 - torch.tanh(x) ** 2))
        return x

    def log_abs_det_jacobian(self, x, y):
        return torch.log(1 + self.a * (1 - torch.tanh(x) ** 2))


flow = D.TransformedDistribution(
    D.Normal(torch.zeros(1), torch.ones(1)), [Planar(0.5), D.AffineTransform(1.0, 2.0), D.transforms.TanhTransform()]
)
s = flow.rsample((4,))
print(
    s.T,
    flow.log_prob(s).T,
    flow,
    D.Normal(0.0, 1.0),
    D.Uniform(0, 1).support,
    D.Normal(torch.zeros(2), 1).expand((3, 2)).batch_shape,
)
for d in (
    D.Normal(0.0, 1.0),
    D.Bernoulli(0.3),
    D.Categorical(torch.ones(3)),
    D.Beta(2.0, 3.0),
    D.Gamma(2.0, 1.0),
    D.Poisson(3.0),
    D.Exponential(2.0),
    D.Laplace(0.0, 1.0),
    D.StudentT(5.0),
    D.Geometric(0.4),
    D.Binomial(5, 0.5),
    D.Dirichlet(torch.ones(3)),
    D.Cauchy(0.0, 1.0),
    D.HalfNormal(1.0),
    D.LogNormal(0.0, 1.0),
    D.Gumbel(0.0, 1.0),
    D.Multinomial(4, torch.ones(3)),
    D.OneHotCategorical(torch.ones(3)),
    D.Weibull(1.0, 2.0),
    D.Pareto(1.0, 3.0),
    D.RelaxedBernoulli(torch.tensor(0.5), 0.4),
    D.Normal(torch.zeros(1), 1),
):
    sample = d.sample((2,))
    try:
        print(
            d,
            sample,
            d.log_prob(sample),
            d.mean,
            d.stddev,
            d.entropy() if not isinstance(d, D.RelaxedBernoulli) else "",
            sep=" | ",
        )
    except NotImplementedError as e:
        print("NotImplementedError", d)
for bad in (
    lambda: D.Normal(0.0, -1.0),
    lambda: D.Bernoulli(1.5),
    lambda: D.Normal(torch.zeros(2), torch.ones(3)),
    lambda: D.Beta(1.0, 1.0).log_prob(torch.tensor(2.0)),
    lambda: D.kl_divergence(D.Normal(0.0, 1.0), D.Poisson(1.0)),
    lambda: D.MultivariateNormal(torch.zeros(2), -torch.eye(2)),
):
    try:
        print(bad())
    except Exception as e:
        print(f"{type(e).__name__}: {e}".splitlines()[0])
