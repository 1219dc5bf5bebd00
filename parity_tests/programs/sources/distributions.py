"""PyTorch's own distributions: `theirs_distributions` is a copy of torch/distributions, run on the package that `torch` is."""

import theirs_distributions as D
import torch


def t(*numbers):
    return torch.tensor(numbers)


normal = D.Normal(t(0.0, 1.0), t(1.0, 2.0))
MADE = [
    D.Bernoulli(t(0.3, 0.6)), D.Beta(t(0.5, 2.0), t(1.5, 3.0)), D.Binomial(10, t(0.2, 0.7)), D.Categorical(t(0.2, 0.3, 0.5)),
    D.Cauchy(t(0.0, 1.0), t(1.0, 2.0)), D.Chi2(t(1.0, 3.0)), D.ContinuousBernoulli(t(0.3, 0.7)), D.Dirichlet(t(0.5, 1.0, 2.0)),
    D.Exponential(t(0.5, 2.0)), D.FisherSnedecor(t(3.0, 5.0), t(5.0, 7.0)), D.Gamma(t(0.5, 2.0), t(1.0, 3.0)),
    D.GeneralizedPareto(t(0.0), t(1.0), t(0.2)), D.Geometric(t(0.3, 0.6)), D.Gumbel(t(0.0, 1.0), t(1.0, 2.0)), D.HalfCauchy(t(1.0, 2.0)),
    D.HalfNormal(t(1.0, 2.0)), D.Independent(normal, 1), D.InverseGamma(t(3.0, 4.0), t(1.0, 2.0)), D.Kumaraswamy(t(1.0, 2.0), t(2.0, 3.0)),
    D.Laplace(t(0.0, 1.0), t(1.0, 2.0)), D.LKJCholesky(3, 1.5), D.LogisticNormal(t(0.0, 1.0), t(1.0, 2.0)), D.LogNormal(t(0.0, 1.0), t(1.0, 0.5)),
    D.LowRankMultivariateNormal(torch.zeros(3), torch.ones(3, 1), torch.ones(3)), D.MixtureSameFamily(D.Categorical(t(0.3, 0.7)), normal),
    D.Multinomial(5, t(0.2, 0.3, 0.5)), D.MultivariateNormal(torch.zeros(2), torch.tensor([[2.0, 0.5], [0.5, 1.0]])),
    D.NegativeBinomial(t(5.0, 6.0), t(0.3, 0.6)), normal, D.OneHotCategorical(t(0.2, 0.3, 0.5)),
    D.OneHotCategoricalStraightThrough(t(0.2, 0.3, 0.5)), D.Pareto(t(1.0, 2.0), t(3.0, 4.0)), D.Poisson(t(0.5, 40.0)),
    D.RelaxedBernoulli(t(0.5), t(0.3, 0.6)), D.RelaxedOneHotCategorical(t(0.5), t(0.2, 0.3, 0.5)), D.StudentT(t(3.0, 5.0)),
    D.TransformedDistribution(normal, [D.SigmoidTransform(), D.AffineTransform(1.0, 2.0)]), D.Uniform(t(0.0, 1.0), t(1.0, 3.0)),
    D.VonMises(t(0.0, 1.0), t(1.0, 4.0)), D.Weibull(t(1.0, 2.0), t(1.0, 2.0)), D.Wishart(t(4.0), torch.eye(2)),
]  # fmt: skip
TRANSFORMS = [
    D.ExpTransform(), D.PowerTransform(t(2.0)), D.SigmoidTransform(), D.TanhTransform(), D.AffineTransform(1.0, 2.0), D.SoftmaxTransform(),
    D.StickBreakingTransform(), D.CorrCholeskyTransform(), D.SoftplusTransform(), D.AbsTransform(), D.LowerCholeskyTransform(),
    D.CumulativeDistributionTransform(D.Normal(0.0, 1.0)),
]  # fmt: skip


def shown(call):
    try:
        found = call()
    except (NotImplementedError, ValueError) as error:
        return type(error).__name__
    # nothing that is 0 but for the last place
    return torch.where(found.abs() < 1e-6, 0.0, found.double()) if isinstance(found, torch.Tensor) else found


torch.set_printoptions(precision=3)
for made in MADE:
    torch.manual_seed(1)
    drawn = made.sample((3,))
    print(made, shown(lambda: drawn))
    print(
        [
            shown(lambda: getattr(made, name))
            for name in ("mean", "variance", "mode", "support", "batch_shape", "event_shape")
        ]
    )
    print(shown(lambda: made.log_prob(drawn)), shown(lambda: made.cdf(drawn)), shown(lambda: made.icdf(t(0.2, 0.9))))
    print(shown(made.entropy), made.expand((2, *made.batch_shape)).batch_shape, shown(made.enumerate_support))
    if made.has_rsample:
        torch.manual_seed(2)
        print(shown(lambda: made.rsample((2,))))
    print(shown(lambda: D.kl_divergence(made, made)))
for transform in TRANSFORMS:
    x = torch.randn(2, 2) if isinstance(transform, D.LowerCholeskyTransform) else torch.rand(3) + 0.1
    y = transform(x)
    print(
        transform,
        shown(lambda: y),
        shown(lambda: transform.inv(y)),
        shown(lambda: transform.log_abs_det_jacobian(x, y)),
    )
