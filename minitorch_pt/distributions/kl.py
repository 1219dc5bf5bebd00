"""Kullback and Leibler's divergence: how much worse q describes draws of p than p itself, the mean of log p(x) - log q(x)."""

from __future__ import annotations

import functools
import math
import warnings
from collections.abc import Callable
from typing import Any

import numpy as np

from .. import linalg, ops
from ..ops.elementwise.activations import softplus
from ..tensors import creation
from ..tensors.tensor import Tensor
from .bernoulli import Bernoulli
from .beta import Beta
from .binomial import Binomial
from .categorical import Categorical
from .cauchy import Cauchy
from .continuous_bernoulli import ContinuousBernoulli
from .dirichlet import Dirichlet
from .distribution import Distribution
from .exponential import Exponential
from .gamma import Gamma
from .geometric import Geometric
from .gumbel import Gumbel
from .half_normal import HalfNormal
from .independent import Independent
from .laplace import Laplace
from .lowrank_multivariate_normal import LowRankMultivariateNormal
from .multivariate_normal import MultivariateNormal, half_log_det, squared_distance
from .normal import Normal
from .one_hot_categorical import OneHotCategorical
from .pareto import Pareto
from .poisson import Poisson
from .transformed_distribution import TransformedDistribution
from .uniform import Uniform
from .utils import sum_rightmost
from .wishart import Wishart, multivariate_digamma

__all__ = ["kl_divergence", "register_kl"]

_REGISTRY: dict[tuple[type, type], Callable] = {}


def register_kl(type_p: type, type_q: type) -> Callable:
    """A decorator: the function below computes kl_divergence(p, q) for these two classes, and those derived from them.

    Raises:
        TypeError: something else than a class.
    """
    for name, given in (("type_p", type_p), ("type_q", type_q)):
        if not isinstance(given, type):  # as torch, which takes other classes too: packages register bases of theirs
            raise TypeError(f"Expected {name} to be a Distribution subclass but got {given}")

    def decorator(fun: Callable) -> Callable:
        _REGISTRY[type_p, type_q] = fun
        return fun

    return decorator


def _registered(type_p: type, type_q: type) -> Callable | None:
    """The function for the nearest classes above these two, warning if it is not the same from the left and from the right."""
    distances = {
        (type_p.__mro__.index(p), type_q.__mro__.index(q)): function
        for (p, q), function in _REGISTRY.items()
        if issubclass(type_p, p) and issubclass(type_q, q)
    }
    if not distances:
        return None
    left, right = min(distances), min(distances, key=lambda d: d[::-1])
    if distances[left] is not distances[right]:
        warnings.warn(
            f"Ambiguous kl_divergence({type_p.__name__}, {type_q.__name__}). "
            f"Please register_kl({type_p.__mro__[left[0]].__name__}, {type_q.__mro__[right[1]].__name__})",
            RuntimeWarning,
            stacklevel=3,
        )
    return distances[left]


def kl_divergence(p: Distribution, q: Distribution) -> Tensor:
    """KL(p || q), of the shape of the batch.

    Raises:
        NotImplementedError: no function is registered for the two classes.

    >>> Normal = torch.distributions.Normal
    >>> torch.distributions.kl_divergence(Normal(0.0, 1.0), Normal(1.0, 1.0))
    tensor(0.5000)
    """
    function = _registered(type(p), type(q))
    if function is None:
        raise NotImplementedError(
            f"No KL(p || q) is implemented for p type {type(p).__name__} and q type {type(q).__name__}"
        )
    return function(p, q)


def _infinite_where(value: Tensor, condition: Tensor) -> Tensor:
    return value.masked_fill(condition, math.inf)


@register_kl(Bernoulli, Bernoulli)
def _bernoulli_bernoulli(p: Any, q: Any) -> Tensor:
    one = p.probs * (softplus(-q.logits) - softplus(-p.logits))
    zero = (1 - p.probs) * (softplus(q.logits) - softplus(p.logits))
    one = _infinite_where(one, q.probs == 0).masked_fill(p.probs == 0, 0.0)
    zero = _infinite_where(zero, q.probs == 1).masked_fill(p.probs == 1, 0.0)
    return one + zero


@register_kl(Beta, Beta)
def _beta_beta(p: Any, q: Any) -> Tensor:
    return _dirichlet_dirichlet(p._dirichlet, q._dirichlet)


@register_kl(Binomial, Binomial)
def _binomial_binomial(p: Any, q: Any) -> Tensor:
    if (p.total_count < q.total_count).any():
        raise NotImplementedError("KL between Binomials where q.total_count > p.total_count is not implemented")
    one_trial = p.probs * (p.logits - q.logits) + (-p.probs).log1p() - (-q.probs).log1p()
    return _infinite_where(p.total_count * one_trial, p.total_count > q.total_count)


@register_kl(Categorical, Categorical)
def _categorical_categorical(p: Any, q: Any) -> Tensor:
    terms = p.probs * (p.logits - q.logits)
    return _infinite_where(terms, q.probs == 0).masked_fill(p.probs == 0, 0.0).sum(-1)


@register_kl(OneHotCategorical, OneHotCategorical)
def _onehot_onehot(p: Any, q: Any) -> Tensor:
    return _categorical_categorical(p._categorical, q._categorical)


@register_kl(ContinuousBernoulli, ContinuousBernoulli)
@register_kl(Beta, ContinuousBernoulli)
def _any_continuous_bernoulli(p: Any, q: Any) -> Tensor:
    return -p.entropy() - p.mean * q.logits - (-q.probs).log1p() - q.log_norm()


@register_kl(Uniform, ContinuousBernoulli)
def _uniform_continuous_bernoulli(p: Any, q: Any) -> Tensor:
    return _infinite_where(_any_continuous_bernoulli(p, q), (p.high >= 1) | (p.low <= 0))  # torch's very comparisons


@register_kl(ContinuousBernoulli, Uniform)
def _continuous_bernoulli_uniform(p: Any, q: Any) -> Tensor:
    # torch's very comparisons
    return _infinite_where(-p.entropy() + (q.high - q.low).log(), (q.low >= 0) | (q.high <= 1))


@register_kl(Wishart, Wishart)
def _wishart_wishart(p: Any, q: Any) -> Tensor:  # of batches too, where torch adds up parts of others of the batch
    n = p.event_shape[-1]
    trace = ops.cholesky_solve(p.covariance_matrix, q.scale_tril).diagonal(dim1=-2, dim2=-1).sum(-1)
    value = q.df * (half_log_det(q.scale_tril) - half_log_det(p.scale_tril)) + p.df / 2 * (trace - n)
    value = value + ops.mvlgamma(q.df / 2, n) - ops.mvlgamma(p.df / 2, n)
    return value + (p.df - q.df) / 2 * multivariate_digamma(p.df / 2, n)


@register_kl(Cauchy, Cauchy)
def _cauchy_cauchy(p: Any, q: Any) -> Tensor:  # Chyzak and Nielsen 2019, arXiv:1905.10965
    return ((p.scale + q.scale).pow(2) + (p.loc - q.loc).pow(2)).log() - (4 * p.scale * q.scale).log()


@register_kl(Dirichlet, Dirichlet)
def _dirichlet_dirichlet(p: Any, q: Any) -> Tensor:
    a, b = p.concentration, q.concentration
    total = a.sum(-1)
    norm = total.lgamma() - b.sum(-1).lgamma() - (a.lgamma() - b.lgamma()).sum(-1)
    return norm + ((a - b) * (a.digamma() - total.digamma().unsqueeze(-1))).sum(-1)


@register_kl(Exponential, Exponential)
def _exponential_exponential(p: Any, q: Any) -> Tensor:
    ratio = q.rate / p.rate
    return -ratio.log() + ratio - 1


@register_kl(Gamma, Gamma)
def _gamma_gamma(p: Any, q: Any) -> Tensor:
    norm = q.concentration * (p.rate / q.rate).log() + q.concentration.lgamma() - p.concentration.lgamma()
    shapes = (p.concentration - q.concentration) * p.concentration.digamma()
    return norm + shapes + (q.rate - p.rate) * (p.concentration / p.rate)


@register_kl(Gumbel, Gumbel)
def _gumbel_gumbel(p: Any, q: Any) -> Tensor:
    ratio, distance = p.scale / q.scale, (p.loc - q.loc) / q.scale
    rest = ((1 + ratio).lgamma() - distance).exp() - (1 + np.euler_gamma)
    return distance - ratio.log() + ratio * np.euler_gamma + rest


@register_kl(HalfNormal, HalfNormal)
def _halfnormal_halfnormal(p: Any, q: Any) -> Tensor:
    return _normal_normal(p.base_dist, q.base_dist)


@register_kl(Geometric, Geometric)
def _geometric_geometric(p: Any, q: Any) -> Tensor:
    return -p.entropy() - (-q.probs).log1p() / p.probs - q.logits


@register_kl(Independent, Independent)
def _independent_independent(p: Any, q: Any) -> Tensor:
    if p.reinterpreted_batch_ndims != q.reinterpreted_batch_ndims:
        raise NotImplementedError("the two Independent take different numbers of axes into the event")
    return sum_rightmost(kl_divergence(p.base_dist, q.base_dist), p.reinterpreted_batch_ndims)


@register_kl(Laplace, Laplace)
def _laplace_laplace(p: Any, q: Any) -> Tensor:
    ratio, distance = p.scale / q.scale, (p.loc - q.loc).abs()
    return -ratio.log() + distance / q.scale + ratio * (-distance / p.scale).exp() - 1


@register_kl(MultivariateNormal, MultivariateNormal)
def _multivariate_multivariate(p: Any, q: Any) -> Tensor:
    if p.event_shape != q.event_shape:
        raise ValueError(
            f"KL-divergence between two Multivariate Normals with different event shapes cannot be computed: {p.event_shape}, {q.event_shape}"
        )
    volumes = half_log_det(q._unbroadcasted_scale_tril) - half_log_det(p._unbroadcasted_scale_tril)
    spread = (
        linalg.solve_triangular(q._unbroadcasted_scale_tril, p._unbroadcasted_scale_tril, upper=False)
        .pow(2)
        .sum((-2, -1))
    )
    return volumes + 0.5 * (spread + squared_distance(q._unbroadcasted_scale_tril, q.loc - p.loc) - p.event_shape[0])


def _log_det(d: Any) -> Tensor:
    """log det of the covariance matrix of either multivariate normal distribution."""
    return d._log_det() if isinstance(d, LowRankMultivariateNormal) else 2 * half_log_det(d._unbroadcasted_scale_tril)


@register_kl(LowRankMultivariateNormal, LowRankMultivariateNormal)
@register_kl(MultivariateNormal, LowRankMultivariateNormal)
@register_kl(LowRankMultivariateNormal, MultivariateNormal)
def _low_rank(p: Any, q: Any) -> Tensor:
    if p.event_shape != q.event_shape:
        raise ValueError(
            f"KL-divergence between two (Low Rank) Multivariate Normals with different event shapes cannot be computed: {p.event_shape}, {q.event_shape}"
        )
    apart = q.loc - p.loc
    if isinstance(q, MultivariateNormal):
        roots = (p._factor, p._diagonal.sqrt().diag_embed())
        spread = sum(
            linalg.solve_triangular(q._unbroadcasted_scale_tril, root, upper=False).pow(2).sum((-2, -1))
            for root in roots
        )
        distance = squared_distance(q._unbroadcasted_scale_tril, apart)
    else:  # the trace of a product of two symmetric matrices
        spread = (q.precision_matrix * p.covariance_matrix).sum((-2, -1))
        distance = (apart * (q.precision_matrix @ apart.unsqueeze(-1)).squeeze(-1)).sum(-1)
    return 0.5 * (_log_det(q) - _log_det(p) + spread + distance - p.event_shape[0])


@register_kl(Normal, Normal)
def _normal_normal(p: Any, q: Any) -> Tensor:
    ratio = (p.scale / q.scale).pow(2)
    return 0.5 * (ratio + ((p.loc - q.loc) / q.scale).pow(2) - 1 - ratio.log())


@register_kl(Pareto, Pareto)
def _pareto_pareto(p: Any, q: Any) -> Tensor:
    ratio = q.alpha / p.alpha
    value = q.alpha * (p.scale / q.scale).log() - ratio.log() + ratio - 1
    return _infinite_where(value, p.scale < q.scale)


@register_kl(Poisson, Poisson)
def _poisson_poisson(p: Any, q: Any) -> Tensor:
    return p.rate * (p.rate.log() - q.rate.log()) - (p.rate - q.rate)


@register_kl(TransformedDistribution, TransformedDistribution)
def _transformed_transformed(p: Any, q: Any) -> Tensor:
    if p.transforms != q.transforms or p.event_shape != q.event_shape:
        raise NotImplementedError("the two distributions are transformed in different ways")
    return kl_divergence(p.base_dist, q.base_dist)


@register_kl(Uniform, Uniform)
def _uniform_uniform(p: Any, q: Any) -> Tensor:
    ratio = (q.high - q.low) / (p.high - p.low)
    return _infinite_where(ratio.log(), (q.low > p.low) | (q.high < p.high))


# ---------------------------------------------------------------------------------------------------------------------
# Between different distributions: log q(x) has a closed mean where it is a polynomial or p is simple
# ---------------------------------------------------------------------------------------------------------------------
def _normal_cross(p: Any, q: Any) -> Tensor:
    """The mean of -log q(x) under p, for a normal q: it needs p's mean and variance only."""
    return (2 * math.pi * q.scale.pow(2)).log() / 2 + (p.variance + (p.mean - q.loc).pow(2)) / (2 * q.scale.pow(2))


@register_kl(Beta, Normal)
@register_kl(ContinuousBernoulli, Normal)
@register_kl(Exponential, Normal)
@register_kl(Gamma, Normal)
@register_kl(Gumbel, Normal)
@register_kl(Laplace, Normal)
@register_kl(Uniform, Normal)
def _any_normal(p: Any, q: Any) -> Tensor:
    return _normal_cross(p, q) - p.entropy()


@register_kl(Normal, Laplace)
def _normal_laplace(p: Any, q: Any) -> Tensor:
    distance = p.loc - q.loc
    z = distance / p.scale
    mean = math.sqrt(2 / math.pi) * p.scale * (-0.5 * z.pow(2)).exp() + distance * ops.erf(math.sqrt(0.5) * z)
    return (2 * q.scale).log() + mean / q.scale - p.entropy()


@functools.singledispatch
def _mean_log(p: Any) -> Tensor:
    """The mean of log(x) under p: here a uniform one, others below."""
    return (_x_log_x(p.high) - _x_log_x(p.low)) / (p.high - p.low) - 1


def _x_log_x(x: Tensor) -> Tensor:
    return ops.xlogy(x, x)  # 0 at 0


_mean_log.register(Beta, lambda p: p.concentration1.digamma() - (p.concentration1 + p.concentration0).digamma())
_mean_log.register(Exponential, lambda p: -np.euler_gamma - p.rate.log())
_mean_log.register(Gamma, lambda p: p.concentration.digamma() - p.rate.log())
_mean_log.register(Pareto, lambda p: p.scale.log() + p.alpha.reciprocal())


@functools.singledispatch
def _mean_power(p: Any, t: Tensor) -> Tensor:
    """The mean of exp(-t x) under p: here a uniform one, others below."""
    return ((-t * p.low).exp() - (-t * p.high).exp()) / (t * (p.high - p.low))


_mean_power.register(Exponential, lambda p, t: p.rate / (p.rate + t))
_mean_power.register(Gamma, lambda p, t: (1 + t / p.rate).pow(-p.concentration))
_mean_power.register(Normal, lambda p, t: (-t * p.loc + 0.5 * (t * p.scale).pow(2)).exp())


def _below_0(p: Any, value: Tensor) -> Tensor:
    """Infinite where p draws negative numbers, which q cannot."""
    return _infinite_where(value, p.low < 0) if isinstance(p, Uniform) else value


@register_kl(Beta, Exponential)
@register_kl(ContinuousBernoulli, Exponential)
@register_kl(Gamma, Exponential)
@register_kl(Uniform, Exponential)
def _any_exponential(p: Any, q: Any) -> Tensor:
    return _below_0(p, q.rate * p.mean - q.rate.log() - p.entropy())


@register_kl(Beta, Gamma)
@register_kl(Exponential, Gamma)
@register_kl(Uniform, Gamma)
def _any_gamma(p: Any, q: Any) -> Tensor:
    norm = q.concentration.lgamma() - q.concentration * q.rate.log()
    return _below_0(p, norm - (q.concentration - 1) * _mean_log(p) + q.rate * p.mean - p.entropy())


@register_kl(Exponential, Gumbel)
@register_kl(Gamma, Gumbel)
@register_kl(Normal, Gumbel)
@register_kl(Uniform, Gumbel)
def _any_gumbel(p: Any, q: Any) -> Tensor:
    power = (q.loc / q.scale).exp() * _mean_power(p, q.scale.reciprocal())
    return q.scale.log() + (p.mean - q.loc) / q.scale + power - p.entropy()


def _pareto_any(cross: Callable, moment: int) -> Callable:
    """By `cross`, and infinite where Pareto's distribution has no such moment."""

    def function(p: Any, q: Any) -> Tensor:
        none = p.alpha <= moment
        tame = Pareto(p.scale, p.alpha.masked_fill(none, moment + 1), validate_args=False)
        return _infinite_where(cross(tame, q), none)

    return function


register_kl(Pareto, Exponential)(_pareto_any(_any_exponential, 1))
register_kl(Pareto, Gamma)(_pareto_any(_any_gamma, 1))
register_kl(Pareto, Normal)(_pareto_any(_any_normal, 2))


@register_kl(Uniform, Pareto)
def _uniform_pareto(p: Any, q: Any) -> Tensor:
    cross = (q.alpha + 1) * _mean_log(p) - q.alpha.log() - q.alpha * q.scale.log()
    return _infinite_where(cross - p.entropy(), p.low < q.scale)


@register_kl(Uniform, Beta)
def _uniform_beta(p: Any, q: Any) -> Tensor:
    a, b = q.concentration1, q.concentration0
    norm = a.lgamma() + b.lgamma() - (a + b).lgamma()
    turned = Uniform(1 - p.high, 1 - p.low, validate_args=False)
    cross = norm - (a - 1) * _mean_log(p) - (b - 1) * _mean_log(turned)
    return _infinite_where(cross - p.entropy(), (p.high > 1) | (p.low < 0))


@register_kl(Beta, Uniform)
def _beta_uniform(p: Any, q: Any) -> Tensor:
    return _infinite_where((q.high - q.low).log() - p.entropy(), (q.low > 0) | (q.high < 1))


@register_kl(Bernoulli, Poisson)
def _bernoulli_poisson(p: Any, q: Any) -> Tensor:
    return q.rate - p.probs * q.rate.log() - p.entropy()


@register_kl(Beta, Pareto)
@register_kl(ContinuousBernoulli, Pareto)
@register_kl(Exponential, Beta)
@register_kl(Exponential, ContinuousBernoulli)
@register_kl(Exponential, Pareto)
@register_kl(Exponential, Uniform)
@register_kl(Gamma, Beta)
@register_kl(Gamma, ContinuousBernoulli)
@register_kl(Gamma, Pareto)
@register_kl(Gamma, Uniform)
@register_kl(Gumbel, Beta)
@register_kl(Gumbel, ContinuousBernoulli)
@register_kl(Gumbel, Exponential)
@register_kl(Gumbel, Gamma)
@register_kl(Gumbel, Pareto)
@register_kl(Gumbel, Uniform)
@register_kl(Laplace, Beta)
@register_kl(Laplace, ContinuousBernoulli)
@register_kl(Laplace, Exponential)
@register_kl(Laplace, Gamma)
@register_kl(Laplace, Pareto)
@register_kl(Laplace, Uniform)
@register_kl(Normal, Beta)
@register_kl(Normal, ContinuousBernoulli)
@register_kl(Normal, Exponential)
@register_kl(Normal, Gamma)
@register_kl(Normal, Pareto)
@register_kl(Normal, Uniform)
@register_kl(Pareto, Beta)
@register_kl(Pareto, ContinuousBernoulli)
@register_kl(Pareto, Uniform)
@register_kl(Poisson, Bernoulli)
@register_kl(Poisson, Binomial)
def _outside_of_the_support(p: Any, q: Any) -> Tensor:
    return creation.full_like(p.mean, math.inf)
