"""Kullback and Leibler's divergence: how much worse q describes draws of p than p itself, the mean of log p(x) - log q(x)."""

from __future__ import annotations

import math
import warnings
from collections.abc import Callable
from typing import Any

from .. import creation, ops
from ..ops.activations import softplus
from ..tensor import Tensor
from .bernoulli import Bernoulli
from .categorical import Categorical
from .cauchy import Cauchy
from .distribution import Distribution
from .exponential import Exponential
from .geometric import Geometric
from .independent import Independent
from .laplace import Laplace
from .normal import Normal
from .one_hot_categorical import OneHotCategorical
from .uniform import Uniform
from .utils import sum_rightmost

__all__ = ["kl_divergence", "register_kl"]

_REGISTRY: dict[tuple[type, type], Callable] = {}


def register_kl(type_p: type, type_q: type) -> Callable:
    """A decorator: the function below computes kl_divergence(p, q) for these two classes, and those derived from them.

    Raises:
        TypeError: something else than a class of distributions.
    """
    for name, given in (("type_p", type_p), ("type_q", type_q)):
        if not (isinstance(given, type) and issubclass(given, Distribution)):
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

    >>> from minitorch_pt.distributions import Normal, kl_divergence
    >>> kl_divergence(Normal(0.0, 1.0), Normal(1.0, 1.0))
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


@register_kl(Categorical, Categorical)
def _categorical_categorical(p: Any, q: Any) -> Tensor:
    terms = p.probs * (p.logits - q.logits)
    return _infinite_where(terms, q.probs == 0).masked_fill(p.probs == 0, 0.0).sum(-1)


@register_kl(OneHotCategorical, OneHotCategorical)
def _onehot_onehot(p: Any, q: Any) -> Tensor:
    return _categorical_categorical(p._categorical, q._categorical)


@register_kl(Cauchy, Cauchy)
def _cauchy_cauchy(p: Any, q: Any) -> Tensor:  # Chyzak and Nielsen 2019, arXiv:1905.10965
    return ((p.scale + q.scale).pow(2) + (p.loc - q.loc).pow(2)).log() - (4 * p.scale * q.scale).log()


@register_kl(Exponential, Exponential)
def _exponential_exponential(p: Any, q: Any) -> Tensor:
    ratio = q.rate / p.rate
    return -ratio.log() + ratio - 1


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


@register_kl(Normal, Normal)
def _normal_normal(p: Any, q: Any) -> Tensor:
    ratio = (p.scale / q.scale).pow(2)
    return 0.5 * (ratio + ((p.loc - q.loc) / q.scale).pow(2) - 1 - ratio.log())


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


@register_kl(Exponential, Normal)
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


@register_kl(Uniform, Exponential)
def _uniform_exponential(p: Any, q: Any) -> Tensor:
    return _infinite_where(q.rate * p.mean - ((p.high - p.low) * q.rate).log(), p.low < 0)


@register_kl(Exponential, Uniform)
@register_kl(Laplace, Exponential)
@register_kl(Laplace, Uniform)
@register_kl(Normal, Exponential)
@register_kl(Normal, Uniform)
def _outside_of_the_support(p: Any, q: Any) -> Tensor:
    return creation.full_like(p.mean, math.inf)
