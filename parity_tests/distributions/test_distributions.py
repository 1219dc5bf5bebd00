"""distributions/ against torch: every member of every distribution, its gradients, the draws of one seed, printed text, errors."""

from __future__ import annotations

import inspect
import subprocess
import sys
import warnings

import numpy as np
import pytest
import torch

import minitorch_pt
from minitorch_pt.distributions import kl
from parity_tests.oracle import assert_same, lookup, rand, same_program

D = "distributions."
LOC, SCALE, ROW = rand(3, 2).tolist(), rand(3, 2, low=0.3, high=2, seed=1).tolist(), rand(2).tolist()
P, ODDS = rand(3, 2, low=0.05, high=0.95, seed=2).tolist(), rand(3, 2, seed=3).tolist()
WEIGHTS, SCORES = rand(3, 4, low=0.1, high=3, seed=4).tolist(), rand(2, 3, 4, seed=5).tolist()
SCALES = [0.5, 1.5]
SHAPE = [[0.2, 0.9], [1.5, 3.0], [4.5, 20.0]]
CENTRES = rand(2, 3, seed=6).tolist()
LOWER = (np.tril(rand(3, 3, seed=7)) + 3 * np.eye(3)).tolist()
COVARIANCE = (np.array(LOWER) @ np.array(LOWER).T).tolist()

# name: (class, parameters as lists or numbers)
CASES = {
    "Normal": ("Normal", {"loc": LOC, "scale": SCALE}),
    "Normal of numbers": ("Normal", {"loc": 0.5, "scale": 2.0}),
    "Normal broadcast": ("Normal", {"loc": 1, "scale": SCALE}),
    "Uniform": ("Uniform", {"low": LOC, "high": rand(3, 2, low=2.5, high=4).tolist()}),
    "Uniform in [0, 1]": ("Uniform", {"low": [[0.1, 0.3]] * 3, "high": [[0.4, 0.95]] * 3}),
    "Uniform of numbers": ("Uniform", {"low": -1.0, "high": 3.0}),
    "Exponential": ("Exponential", {"rate": SCALE}),
    "Exponential of a number": ("Exponential", {"rate": 2.0}),
    "Laplace": ("Laplace", {"loc": LOC, "scale": SCALES}),
    "Cauchy": ("Cauchy", {"loc": ROW, "scale": SCALE}),
    "Bernoulli": ("Bernoulli", {"probs": P}),
    "Bernoulli by logits": ("Bernoulli", {"logits": ODDS}),
    "Bernoulli of a number": ("Bernoulli", {"probs": 0.3}),
    "Bernoulli at its ends": ("Bernoulli", {"probs": [0.0, 0.5, 1.0]}),
    "ContinuousBernoulli": ("ContinuousBernoulli", {"probs": [[0.2, 0.5005, 0.5], [0.05, 0.9, 0.8]]}),
    "ContinuousBernoulli by logits": ("ContinuousBernoulli", {"logits": [-2.0, 1.5, 3.0]}),
    "Wishart": ("Wishart", {"df": 4.5, "covariance_matrix": COVARIANCE}),
    "Wishart of a batch": ("Wishart", {"df": [3.5, 6.0], "scale_tril": LOWER}),
    "Wishart by its inverse": ("Wishart", {"df": 5.0, "precision_matrix": COVARIANCE}),
    "Geometric": ("Geometric", {"probs": P}),
    "Geometric by logits": ("Geometric", {"logits": ODDS}),
    "Geometric of certainty": ("Geometric", {"probs": [1.0, 0.5]}),
    "Categorical": ("Categorical", {"probs": WEIGHTS}),
    "Categorical by logits": ("Categorical", {"logits": SCORES}),
    "Categorical of one": ("Categorical", {"probs": WEIGHTS[0]}),
    "Categorical with zeros": ("Categorical", {"probs": [0.0, 1.0, 3.0]}),
    "OneHotCategorical": ("OneHotCategorical", {"probs": WEIGHTS}),
    "OneHotCategorical by logits": ("OneHotCategorical", {"logits": SCORES}),
    "OneHotCategoricalStraightThrough": ("OneHotCategoricalStraightThrough", {"logits": SCORES}),
    "Multinomial": ("Multinomial", {"total_count": 7, "probs": WEIGHTS}),
    "Multinomial by logits": ("Multinomial", {"total_count": 3, "logits": SCORES}),
    "Multinomial of a half": ("Multinomial", {"total_count": 4, "probs": [0.25, 0.25, 0.5]}),
    "Multinomial of one": ("Multinomial", {"probs": [0.0, 2.0, 1.0]}),
    "Gamma": ("Gamma", {"concentration": SHAPE, "rate": SCALE}),
    "Gamma of numbers": ("Gamma", {"concentration": 2.0, "rate": 0.5}),
    "Chi2": ("Chi2", {"df": SHAPE}),
    "Chi2 of a number": ("Chi2", {"df": 3.0}),
    "Beta": ("Beta", {"concentration1": SHAPE, "concentration0": SCALE}),
    "Beta of numbers": ("Beta", {"concentration1": 2.0, "concentration0": 0.5}),
    "Dirichlet": ("Dirichlet", {"concentration": WEIGHTS}),
    "Dirichlet of others": ("Dirichlet", {"concentration": WEIGHTS[::-1]}),
    "Dirichlet in corners": ("Dirichlet", {"concentration": [[0.5, 0.25, 0.5], [2.0, 0.5, 9.0]]}),
    "StudentT": ("StudentT", {"df": SHAPE, "loc": LOC, "scale": SCALE}),
    "StudentT of a number": ("StudentT", {"df": 3.0}),
    "FisherSnedecor": ("FisherSnedecor", {"df1": SHAPE, "df2": SHAPE[::-1]}),
    "Poisson": ("Poisson", {"rate": SHAPE}),
    "Poisson of a number": ("Poisson", {"rate": 20.0}),
    "Binomial": ("Binomial", {"total_count": 9, "probs": P}),
    "Binomial by logits": ("Binomial", {"total_count": [5.0, 30.0], "logits": ODDS}),
    "Binomial of one": ("Binomial", {"probs": 0.25}),
    "NegativeBinomial": ("NegativeBinomial", {"total_count": 4, "probs": P}),
    "NegativeBinomial by logits": ("NegativeBinomial", {"total_count": [0.5, 7.0], "logits": ODDS}),
    "HalfNormal": ("HalfNormal", {"scale": SCALE}),
    "HalfNormal of a number": ("HalfNormal", {"scale": 2.0}),
    "HalfCauchy": ("HalfCauchy", {"scale": SCALE}),
    "LogNormal": ("LogNormal", {"loc": LOC, "scale": SCALE}),
    "LogNormal of numbers": ("LogNormal", {"loc": 0.5, "scale": 0.25}),
    "Gumbel": ("Gumbel", {"loc": LOC, "scale": SCALE}),
    "Gumbel of numbers": ("Gumbel", {"loc": 0.5, "scale": 2.0}),
    "Weibull": ("Weibull", {"scale": SCALE, "concentration": SHAPE}),
    "Pareto": ("Pareto", {"scale": SCALE, "alpha": SHAPE}),
    "Pareto of numbers": ("Pareto", {"scale": 0.75, "alpha": 3.0}),
    "InverseGamma": ("InverseGamma", {"concentration": SHAPE, "rate": SCALE}),
    "Kumaraswamy": ("Kumaraswamy", {"concentration1": SHAPE, "concentration0": SCALE}),
    "MultivariateNormal": ("MultivariateNormal", {"loc": CENTRES, "scale_tril": LOWER}),
    "MultivariateNormal by covariance": ("MultivariateNormal", {"loc": CENTRES, "covariance_matrix": COVARIANCE}),
    "MultivariateNormal by precision": ("MultivariateNormal", {"loc": CENTRES[0], "precision_matrix": COVARIANCE}),
    "MultivariateNormal elsewhere": ("MultivariateNormal", {"loc": CENTRES[1], "covariance_matrix": (2 * np.array(COVARIANCE)).tolist()}),
    "VonMises": ("VonMises", {"loc": LOC, "concentration": [[0.2, 0.9], [1.5, 3.7], [4.5, 20.0]]}),
    "VonMises of numbers": ("VonMises", {"loc": 0.5, "concentration": 1e-6}),
    "LKJCholesky": ("LKJCholesky", {"dim": 3, "concentration": SCALES}),
    "LKJCholesky of a number": ("LKJCholesky", {"dim": 2}),
    "LowRankMultivariateNormal": ("LowRankMultivariateNormal", {"loc": CENTRES, "cov_factor": rand(3, 2, seed=8).tolist(), "cov_diag": SHAPE[0] + [1.0]}),
    "LowRankMultivariateNormal of rank 1": ("LowRankMultivariateNormal", {"loc": CENTRES[0], "cov_factor": rand(2, 3, 1, seed=9).tolist(), "cov_diag": [0.5, 1.0, 2.0]}),
    "LogisticNormal": ("LogisticNormal", {"loc": LOC, "scale": SCALE}),
    "LogisticNormal of numbers": ("LogisticNormal", {"loc": 0.5, "scale": 2.0}),
    "RelaxedBernoulli": ("RelaxedBernoulli", {"temperature": np.array(0.7), "probs": P}),
    "RelaxedBernoulli by logits": ("RelaxedBernoulli", {"temperature": np.array(2.0), "logits": ODDS}),
    "RelaxedOneHotCategorical": ("RelaxedOneHotCategorical", {"temperature": np.array(0.7), "probs": WEIGHTS}),
    "RelaxedOneHotCategorical by logits": ("RelaxedOneHotCategorical", {"temperature": np.array(0.7), "logits": SCORES}),
}  # fmt: skip
each = pytest.mark.parametrize("case", CASES)


def make(t, case, dtype="float32", grad=False):
    """The distribution of that case, and its parameters that are tensors."""
    name, given = CASES[case]
    parameters = {
        k: t.tensor(np.asarray(v).tolist(), dtype=getattr(t, dtype), requires_grad=grad)
        if isinstance(v, (list, np.ndarray))
        else v
        for k, v in given.items()
    }
    return getattr(t.distributions, name)(**parameters), [v for v in parameters.values() if isinstance(v, t.Tensor)]


def values(t, case, d, dtype="float32"):
    """Values in the support, the same in both packages: torch draws them."""
    torch.manual_seed(3)
    drawn = make(torch, case, dtype)[0].sample((5,))
    return t.tensor(drawn.tolist(), dtype=getattr(t, str(drawn.dtype).removeprefix("torch.")))


@each
@pytest.mark.parametrize("dtype", ["float32", "float64"])
def test_draws(case, dtype):
    """Bit for bit, and the stream is left in the same state."""

    def program(t):
        t.manual_seed(7)
        d, leaves = make(t, case, dtype, grad=True)
        seen = [d.sample(), d.sample((20,)), d.sample((2, 3))]
        if d.has_rsample:
            r = d.rsample((4,))
            seen += [r.detach(), *(t.autograd.grad((r * r).sum(), leaves) if leaves else [])]
        return [*seen, seen[0].requires_grad, t.rand(3)]

    # the logarithms and tangents of NumPy may differ from torch's in the last place
    exact = (
        CASES[case][0]
        in (
            "Normal Uniform Bernoulli Categorical OneHotCategorical Multinomial Gamma Chi2 Beta Dirichlet Poisson "
            "Binomial HalfNormal"
        ).split()
    )
    same_program(lambda t: program(t)[:3] + program(t)[-2:], rtol=0 if exact else None)
    same_program(program)


@each
def test_attributes(case):
    def program(t):
        d, _ = make(t, case, "float64")
        seen = {
            n: getattr(d, n)
            for n in (
                "batch_shape",
                "event_shape",
                "mean",
                "variance",
                "stddev",
                "has_rsample",
                "has_enumerate_support",
            )
        }
        seen |= {
            n: getattr(d, n)
            for n in ("probs", "logits", "param_shape", "total_count")
            if hasattr(getattr(torch.distributions, CASES[case][0]), n)
        }
        if CASES[case][0] != "Multinomial":
            seen["mode"] = d.mode
        seen = {k: tuple(v) if "shape" in k else v for k, v in seen.items()}
        return {
            **seen,
            "repr": repr(d),
            "support": repr(d.support),
            "constraints": repr(d.arg_constraints),
            "dims": d.support.event_dim,
            "discrete": d.support.is_discrete,
            "extended": tuple(d._extended_shape((2,))),
        }

    same_program(program)


@each
@pytest.mark.parametrize("what", ["log_prob", "cdf", "icdf", "entropy", "perplexity"])
def test_values_and_gradients(case, what):
    def program(t):
        d, leaves = make(t, case, "float64", grad=True)
        x = values(t, case, d, "float64")
        if what == "icdf":
            x = t.tensor(rand(5, *x.shape[1:], low=0.01, high=0.99).tolist(), dtype=t.float64)
        y = getattr(d, what)(*([] if what in ("entropy", "perplexity") else [x]))
        weights = t.tensor(rand(*y.shape, seed=9).tolist(), dtype=t.float64)
        finite = t.where(t.isfinite(y), y, t.zeros_like(y))
        gradients = t.autograd.grad((finite * weights).sum(), leaves, allow_unused=True) if y.requires_grad else []
        return [y, *(g for g in gradients if g is not None and bool(t.isfinite(g).all()))]

    same_program(program)


@each
def test_expand(case):
    def program(t):
        d, _ = make(t, case, "float64")
        wide = d.expand((2, *d.batch_shape))
        x = values(t, case, d, "float64")[:2]
        t.manual_seed(1)
        return [
            repr(wide),
            tuple(wide.batch_shape),
            tuple(wide.event_shape),
            wide.log_prob(x),
            wide.sample((2,)),
            wide.mean,
            *([wide.entropy()] if CASES[case][0] != "Multinomial" else []),  # torch's Multinomial has lost it then
        ]

    same_program(program)


@each
@pytest.mark.parametrize("expand", [True, False])
def test_enumerate_support(case, expand):
    same_program(lambda t: make(t, case)[0].enumerate_support(expand))


LEFT_OUT = set(minitorch_pt.distributions.left_out.__all__)


@pytest.mark.parametrize(
    "name", sorted((set(minitorch_pt.distributions.__dict__) & set(torch.distributions.__all__)) - LEFT_OUT)
)
def test_signatures(name):
    ours, theirs = getattr(minitorch_pt.distributions, name), getattr(torch.distributions, name)

    def told(function):
        return [
            (p.name, p.default if p.default is not p.empty else "required", p.kind)
            for p in inspect.signature(function).parameters.values()
        ]

    assert told(ours) == told(theirs)
    if isinstance(theirs, type) and issubclass(theirs, torch.distributions.Distribution):
        for member in "expand sample rsample log_prob cdf icdf entropy enumerate_support sample_n".split():
            assert told(getattr(ours, member)) == told(getattr(theirs, member)), f"{name}.{member}"
        assert ours.has_rsample is theirs.has_rsample or isinstance(theirs.has_rsample, property)


# -- Independent ----------------------------------------------------------------------------------------------------------
@pytest.mark.parametrize("axes", [0, 1, 2])
@pytest.mark.parametrize("case", ["Normal", "Bernoulli", "Categorical by logits", "OneHotCategorical"])
def test_independent(case, axes):
    def program(t):
        base, leaves = make(t, case, "float64", grad=True)
        d = t.distributions.Independent(base, axes)
        x = values(t, case, base, "float64")
        y = d.log_prob(x)
        t.manual_seed(2)
        wide = d.expand((3, *d.batch_shape))
        seen = [
            repr(d),
            repr(d.support),
            d.support.event_dim,
            d.support.is_discrete,
            tuple(d.batch_shape),
            tuple(d.event_shape),
            y,
        ]
        seen += [
            d.entropy(),
            d.mean,
            d.mode,
            d.variance,
            d.stddev,
            d.sample((2,)),
            d.has_rsample,
            d.has_enumerate_support,
        ]
        seen += [t.autograd.grad((y * y).sum(), leaves), repr(wide), wide.sample()]
        return [*seen, *([d.rsample().detach()] if d.has_rsample else [])]

    same_program(program)
    same_program(lambda t: t.distributions.Independent(make(t, case)[0], axes).enumerate_support())


def test_independent_of_too_few_axes():
    same_program(lambda t: t.distributions.Independent(t.distributions.Normal(0.0, 1.0), 1))


# -- what is refused --------------------------------------------------------------------------------------------------------
REFUSED = {
    "a negative scale": lambda d, t: d.Normal(0.0, -1.0),
    "nan": lambda d, t: d.Normal(float("nan"), 1.0),
    "text": lambda d, t: d.Normal("a", 1.0),
    "low above high": lambda d, t: d.Uniform(2.0, 1.0),
    "a rate of 0": lambda d, t: d.Exponential(0.0),
    "a probability above 1": lambda d, t: d.Bernoulli(1.5),
    "both": lambda d, t: d.Bernoulli(0.5, 0.5),
    "neither": lambda d, t: d.Geometric(),
    "no success": lambda d, t: d.Geometric(t.tensor([0.0, 0.5])),
    "neither class": lambda d, t: d.Categorical(),
    "negative weights": lambda d, t: d.Categorical(t.tensor([-1.0, 2.0])),
    "weights without axes": lambda d, t: d.Categorical(t.tensor(1.0)),
    "logits without axes": lambda d, t: d.Categorical(logits=t.tensor(1.0)),
    "nan logits": lambda d, t: d.Categorical(logits=t.tensor([float("nan"), 1.0])),
    "counts that differ": lambda d, t: d.Multinomial(t.tensor([1, 2]), t.ones(2)),
    "no tensor": lambda d, t: d.Normal(0.0, 1.0).log_prob(1.0),
    "another event": lambda d, t: d.OneHotCategorical(t.ones(3)).log_prob(t.ones(2)),
    "another batch": lambda d, t: d.Normal(t.zeros(3), 1.0).log_prob(t.zeros(2)),
    "outside": lambda d, t: d.Uniform(0.0, 1.0).log_prob(t.tensor(2.0)),
    "half a toss": lambda d, t: d.Bernoulli(0.5).log_prob(t.tensor(0.5)),
    "class 3 of 3": lambda d, t: d.Categorical(t.ones(3)).log_prob(t.tensor(3)),
    "no class": lambda d, t: d.OneHotCategorical(t.ones(3)).log_prob(t.tensor([1.0, 1.0, 0.0])),
    "too many": lambda d, t: d.Multinomial(2, t.ones(3)).log_prob(t.tensor([1.0, 1.0, 1.0])),
    "cdf outside": lambda d, t: d.Exponential(1.0).cdf(t.tensor(-1.0)),
    "no rsample": lambda d, t: d.Bernoulli(0.5).rsample(),
    "concentrations without axes": lambda d, t: d.Dirichlet(t.tensor(1.0)),
    "a concentration of 0": lambda d, t: d.Gamma(0.0, 1.0),
    "half a count": lambda d, t: d.Binomial(2.5, 0.5),
    "binomial of neither": lambda d, t: d.Binomial(2),
    "counts apart": lambda d, t: d.Binomial(t.tensor([2, 3]), 0.5).enumerate_support(),
    "entropy of counts apart": lambda d, t: d.Binomial(t.tensor([2.0, 3.0]), 0.5).entropy(),
    "certain success": lambda d, t: d.NegativeBinomial(2, 1.0),
    "a dimension of 1": lambda d, t: d.LKJCholesky(1),
    "no factor": lambda d, t: d.LKJCholesky(2).log_prob(t.eye(2) * 2),
    "a factor without axes": lambda d, t: d.LowRankMultivariateNormal(t.zeros(2), t.ones(2), t.ones(2)),
    "a factor of others": lambda d, t: d.LowRankMultivariateNormal(t.zeros(2), t.ones(3, 1), t.ones(2)),
    "a diagonal of others": lambda d, t: d.LowRankMultivariateNormal(t.zeros(2), t.ones(2, 1), t.ones(3)),
    "batches that do not fit": lambda d, t: d.LowRankMultivariateNormal(t.zeros(2, 2), t.ones(3, 2, 1), t.ones(2)),
    "two matrices": lambda d, t: d.MultivariateNormal(t.zeros(2), t.eye(2), t.eye(2)),
    "no matrix": lambda d, t: d.MultivariateNormal(t.zeros(2)),
    "a vector as matrix": lambda d, t: d.MultivariateNormal(t.zeros(2), t.ones(2)),
    "a vector as scale": lambda d, t: d.MultivariateNormal(t.zeros(2), scale_tril=t.ones(2)),
    "no vector": lambda d, t: d.MultivariateNormal(t.tensor(0.0), t.eye(2)),
    "not definite": lambda d, t: d.MultivariateNormal(t.zeros(2), -t.eye(2)),
    "not symmetric": lambda d, t: d.MultivariateNormal(t.zeros(2), t.tensor([[1.0, 0.5], [0.0, 1.0]])),
    "an upper triangle": lambda d, t: d.MultivariateNormal(t.zeros(2), scale_tril=t.ones(2, 2)),
    "events apart": lambda d, t: d.kl_divergence(
        d.MultivariateNormal(t.zeros(2), t.eye(2)), d.MultivariateNormal(t.zeros(3), t.eye(3))
    ),
    "no choice": lambda d, t: d.MixtureSameFamily(d.Normal(0.0, 1.0), d.Normal(t.zeros(2), 1.0)),
    "no component": lambda d, t: d.MixtureSameFamily(d.Categorical(t.ones(2)), 1),
    "three weights for two": lambda d, t: d.MixtureSameFamily(d.Categorical(t.ones(3)), d.Normal(t.zeros(2), 1.0)),
    "batches apart": lambda d, t: d.MixtureSameFamily(d.Categorical(t.ones(3, 2)), d.Normal(t.zeros(4, 2), 1.0)),
    "outside of all components": lambda d, t: d.MixtureSameFamily(
        d.Categorical(t.ones(2)), d.Exponential(t.ones(2))
    ).log_prob(t.tensor(-1.0)),
    "no transform": lambda d, t: d.TransformedDistribution(d.Normal(0.0, 1.0), 1),
    "no transforms": lambda d, t: d.TransformedDistribution(d.Normal(0.0, 1.0), [1]),
    "too few axes for a simplex": lambda d, t: d.TransformedDistribution(
        d.Normal(0.0, 1.0), d.StickBreakingTransform()
    ),
    "no mode": lambda d, t: d.Multinomial(2, t.ones(3)).mode,
    "no default": lambda d, t: d.Distribution.set_default_validate_args("yes"),
    "too few axes": lambda d, t: d.constraints.independent(d.constraints.real, 2).check(t.zeros(3)),
    "dependent": lambda d, t: d.constraints.dependent.check(t.zeros(3)),
    "dependent axes": lambda d, t: d.constraints.dependent.event_dim,
    "dependent kind": lambda d, t: d.constraints.dependent.is_discrete,
    "no check": lambda d, t: d.constraints.Constraint().check(1),
    "not registered": lambda d, t: d.kl_divergence(d.Normal(0.0, 1.0), d.Bernoulli(0.5)),
    "not a distribution": lambda d, t: d.register_kl(1, d.Normal),
}


@pytest.mark.parametrize("wrong", REFUSED.values(), ids=REFUSED.keys())
def test_refused(wrong):
    same_program(lambda t: wrong(t.distributions, t))


@pytest.mark.parametrize(
    "wrong", ["a negative scale", "low above high", "no success", "outside", "another event", "another batch"]
)
def test_messages(wrong):
    """They name the values, the constraint and the distribution."""
    texts = []
    for t in (minitorch_pt, torch):
        with pytest.raises(ValueError) as error:
            REFUSED[wrong](t.distributions, t)
        texts.append(str(error.value).replace("not float", "").split("invalid values")[0])
    assert texts[0] == texts[1]


def test_nothing_is_checked_if_not_wanted():
    def program(t):
        d = t.distributions
        unchecked = d.Uniform(0.0, 1.0, validate_args=False)
        seen = [unchecked.log_prob(t.tensor([-1.0, 0.0, 1.0])), unchecked.cdf(t.tensor([-1.0, 0.5, 3.0]))]
        seen += [d.Normal(0.0, -1.0, validate_args=False).scale, unchecked.expand((2,)).log_prob(t.tensor(5.0))]
        d.Distribution.set_default_validate_args(False)
        try:
            seen.append(d.Exponential(-1.0).rate)
        finally:
            d.Distribution.set_default_validate_args(True)
        return seen

    same_program(program)


@pytest.mark.parametrize("member", ["mean", "mode", "variance", "support", "arg_constraints"])
def test_the_base_has_nothing(member):
    same_program(lambda t: getattr(t.distributions.Distribution(validate_args=False), member))


@pytest.mark.parametrize(
    "call",
    [
        lambda d: d.sample(),
        lambda d: d.log_prob(1),
        lambda d: d.cdf(1),
        lambda d: d.icdf(1),
        lambda d: d.entropy(),
        lambda d: d.enumerate_support(),
    ],
)
def test_the_base_does_nothing(call):
    def program(t):
        try:
            call(t.distributions.Distribution(validate_args=False))
        except NotImplementedError:
            return "not implemented"

    same_program(program)


def test_warnings():
    def program(t):
        class Bare(t.distributions.Distribution):
            def log_prob(self, value):
                self._validate_sample(value)
                return value

        with warnings.catch_warnings(record=True) as caught:
            warnings.simplefilter("always")
            bare = Bare()
            bare.log_prob(t.zeros(()))
            t.manual_seed(0)
            drawn = t.distributions.Normal(0.0, 1.0).sample_n(3)
        return [drawn, [w.category.__name__ for w in caught], ["arg_constraints" in str(caught[0].message)]]

    same_program(program)


def test_a_distribution_of_ones_own():
    def program(t):
        class Shifted(t.distributions.Normal):
            def log_prob(self, value):
                return super().log_prob(value - 1)

        d = Shifted(t.zeros(3), 1.0).expand((2, 3))
        return [repr(d), d.log_prob(t.ones(2, 3)), t.distributions.kl_divergence(d, Shifted(t.ones(3), 1.0))]

    same_program(program)


def test_probabilities_are_kept_with_their_graph():
    def program(t):
        logits = t.tensor([0.2, 1.0], requires_grad=True)
        d = t.distributions.Categorical(logits=logits)
        with t.no_grad():
            first = d.probs
        return [first is d.probs, t.autograd.grad((first * first).sum(), logits)]

    same_program(program)


# -- constraints --------------------------------------------------------------------------------------------------------------
CONSTRAINTS = {
    "boolean": lambda c: c.boolean, "one_hot": lambda c: c.one_hot, "real": lambda c: c.real, "simplex": lambda c: c.simplex,
    "interval": lambda c: c.interval(0.0, 1.0), "half_open_interval": lambda c: c.half_open_interval(0.0, 1.0),
    "integer_interval": lambda c: c.integer_interval(0, 1), "greater_than": lambda c: c.greater_than(0.5),
    "greater_than_eq": lambda c: c.greater_than_eq(0.5), "less_than": lambda c: c.less_than(0.5), "positive": lambda c: c.positive,
    "nonnegative": lambda c: c.nonnegative, "unit_interval": lambda c: c.unit_interval, "multinomial": lambda c: c.multinomial(3),
    "nonnegative_integer": lambda c: c.nonnegative_integer, "positive_integer": lambda c: c.positive_integer, "real_vector": lambda c: c.real_vector,
    "independent": lambda c: c.independent(c.positive, 2), "of a class": lambda c: c.independent(c.one_hot, 1),
}  # fmt: skip


@pytest.mark.parametrize("constraint", CONSTRAINTS.values(), ids=CONSTRAINTS.keys())
def test_constraints(constraint):
    grid = [
        [0.0, 1.0, 0.0],
        [0.5, 0.25, 0.25],
        [1.0, 1.0, 1.0],
        [-1.0, 1.0, 1.0],
        [2.0, float("nan"), 0.3],
        [float("inf"), 0.0, 1.0],
    ]

    def program(t):
        c = constraint(t.distributions.constraints)
        return [
            repr(c),
            c.check(t.tensor(grid)),
            c.is_discrete,
            c.event_dim,
            t.distributions.constraints.is_dependent(c),
        ]

    same_program(program)


def test_dependent_constraints():
    def program(t):
        c = t.distributions.constraints
        d = c.dependent(is_discrete=True)(event_dim=2)
        support = t.distributions.Uniform.support
        return [
            repr(d),
            d.is_discrete,
            d.event_dim,
            c.is_dependent(d),
            c.is_dependent(support),
            support.event_dim,
            support.is_discrete,
        ]

    same_program(program)


# -- divergences --------------------------------------------------------------------------------------------------------------
REAL_LINE = (
    "Normal",
    "Uniform",
    "Exponential",
    "Laplace",
    "Normal of numbers",
    "Uniform of numbers",
    "Exponential of a number",
    "Beta",
    "Gamma",
    "Gumbel",
    "Pareto",
    "Uniform in [0, 1]",
)
PAIRS = [(p, q) for p in REAL_LINE for q in REAL_LINE if (p, q) != ("Gumbel", "Gumbel")] + [
    ("Cauchy", "Cauchy"),
    ("Bernoulli", "Bernoulli by logits"),
    ("Bernoulli at its ends", "Bernoulli of a number"),
    ("Bernoulli of a number", "Bernoulli at its ends"),
    ("Geometric", "Geometric by logits"),
    ("Categorical", "Categorical by logits"),
    ("Categorical with zeros", "Categorical with zeros"),
    ("OneHotCategorical", "OneHotCategorical by logits"),
    ("Bernoulli", "Poisson"),
    ("Gumbel", "Gumbel of numbers"),
    ("Gamma", "Gamma of numbers"),
    ("Beta", "Beta of numbers"),
    ("Pareto", "Pareto of numbers"),
    ("Pareto of numbers", "Pareto"),
    ("Binomial", "Binomial"),
    ("Binomial", "Binomial by logits"),
    ("Binomial by logits", "Binomial"),
    ("Dirichlet", "Dirichlet of others"),
    ("Poisson", "Poisson of a number"),
    ("Poisson", "Bernoulli"),
    ("Poisson", "Binomial"),
    ("HalfNormal", "HalfNormal of a number"),
    ("LogNormal", "LogNormal of numbers"),
    ("LogNormal", "HalfNormal"),
    ("Chi2", "Gamma"),
    ("Weibull", "Weibull"),
    ("LowRankMultivariateNormal", "LowRankMultivariateNormal of rank 1"),
    ("LowRankMultivariateNormal", "MultivariateNormal"),
    ("MultivariateNormal", "LowRankMultivariateNormal"),
    ("MultivariateNormal", "MultivariateNormal elsewhere"),
    ("MultivariateNormal by precision", "MultivariateNormal"),
    ("RelaxedBernoulli", "RelaxedBernoulli"),
    ("InverseGamma", "InverseGamma"),
    ("HalfCauchy", "HalfCauchy"),
    ("StudentT", "StudentT"),
]


@pytest.mark.parametrize("p, q", PAIRS)
def test_kl_divergence(p, q):
    def program(t):
        (first, leaves), (second, more) = make(t, p, "float64", grad=True), make(t, q, "float64", grad=True)
        value = t.distributions.kl_divergence(first, second)
        sums = value[t.isfinite(value)].sum()
        gradients = t.autograd.grad(sums, leaves + more, allow_unused=True) if sums.requires_grad else []
        return [value, *(g for g in gradients if g is not None and bool(t.isfinite(g).all()) and bool(g.any()))]

    same_program(program, rtol=1e-6 if "number" in p + q else None)  # numbers are float32


def test_every_pair_that_torch_knows():
    registered = torch.distributions.kl._KL_REGISTRY
    ours = vars(minitorch_pt.distributions)
    names = [(p.__name__, q.__name__) for p, q in registered if p is not torch.distributions.ExponentialFamily]
    missing = [pair for pair in names if {*pair} <= ours.keys() and not kl._registered(*(ours[name] for name in pair))]
    assert len(names) > 80 and not missing


def test_infinite_divergences_from_continuous_bernoulli():
    def program(t):
        d, one = t.distributions, t.tensor([1.0, 2.0])
        q = d.ContinuousBernoulli(t.tensor([0.3, 0.7]))
        ps = [
            d.Uniform(t.tensor([0.0, 0.1]), t.tensor([0.5, 0.9])),
            d.Normal(one, 1.0),
            d.Gamma(one, one),
            d.Pareto(one, 1.0),
            d.Exponential(one),
        ]
        return [*(d.kl_divergence(p, q) for p in ps), d.kl_divergence(q, ps[3])]

    same_program(program)


def test_the_exponential_cdf_of_little_time():
    """1 - exp(-x) would leave one digit of 1e-7 in float32, and torch's does."""
    assert minitorch_pt.distributions.Exponential(1.0).cdf(minitorch_pt.tensor(1e-7)).item() == pytest.approx(
        1e-7, rel=1e-6
    )


def test_kl_divergence_of_independent():
    def program(t, axes=(1, 1)):
        d = t.distributions
        p, q = (
            d.Independent(d.Normal(t.tensor(LOC) * k, t.tensor(SCALE)), n) for k, n in zip((1, 2), axes, strict=True)
        )
        return d.kl_divergence(p, q)

    same_program(program)
    same_program(lambda t: program(t, (1, 2)))


def test_register_kl():
    def program(t):
        d = t.distributions

        class Left(d.Normal):
            pass

        class Right(d.Normal):
            pass

        d.register_kl(Left, d.Normal)(lambda p, q: "left")
        one = d.kl_divergence(Left(0.0, 1.0), Right(0.0, 1.0))
        d.register_kl(d.Normal, Right)(lambda p, q: "right")
        with warnings.catch_warnings(record=True) as caught:
            warnings.simplefilter("always")
            two = d.kl_divergence(Left(0.0, 1.0), Right(0.0, 1.0))
        return [one, two, str(caught[0].message), caught[0].category is RuntimeWarning]

    same_program(program)


# -- the package --------------------------------------------------------------------------------------------------------------
def test_it_is_imported_at_its_first_use():
    code = (
        "import sys, minitorch_pt as t; late = [f'minitorch_pt.{n}' for n in ('distributions', 'special', 'testing')]; "
        "assert not set(late) & set(sys.modules); t.distributions.Normal, t.special.expit, t.testing.assert_close; "
        "assert set(late) <= set(sys.modules) and 'torch' not in sys.modules and 'distributions' in dir(t)"
    )
    subprocess.run([sys.executable, "-c", code], check=True)


def test_utils():
    def program(t):
        u = lookup(t, "distributions.utils")
        p = t.tensor([0.0, 0.25, 1.0], dtype=t.float64)
        seen = [
            u.clamp_probs(p),
            u.probs_to_logits(p),
            u.probs_to_logits(p, True),
            u.logits_to_probs(p),
            u.logits_to_probs(p, True),
        ]
        return [*seen, list(u.broadcast_all(1, p)), list(u.broadcast_all(1, 2.5))]

    same_program(program)


def test_a_score_function_learns():
    """REINFORCE: draws of one seed, their log_prob and its gradient make the same training run."""

    def program(t):
        t.manual_seed(0)
        scores = t.zeros(4, requires_grad=True)
        optimizer = t.optim.SGD([scores], lr=0.5)
        for _ in range(30):
            policy = t.distributions.Categorical(logits=scores)
            action = policy.sample()
            reward = (action == 2).float()
            optimizer.zero_grad()
            (-policy.log_prob(action) * reward).backward()
            optimizer.step()
        return [scores.detach(), policy.entropy().detach()]

    same_program(program)


def test_bits():
    minitorch_pt.manual_seed(0)
    torch.manual_seed(0)
    for shape in ((3,), (40,)):
        ours = minitorch_pt.distributions.Normal(minitorch_pt.ones(2), 0.3).sample(shape)
        np.testing.assert_array_equal(
            ours.numpy(), torch.distributions.Normal(torch.ones(2), 0.3).sample(shape).numpy()
        )
    assert_same(minitorch_pt.get_rng_state(), torch.get_rng_state())


# -- parts of single distributions ----------------------------------------------------------------------------------------------
@pytest.mark.parametrize(
    "case", ["MultivariateNormal", "MultivariateNormal by covariance", "MultivariateNormal by precision"]
)
def test_matrices_of_a_normal_distribution(case):
    def program(t):
        d, leaves = make(t, case, "float64", grad=True)
        seen = [d.scale_tril, d.covariance_matrix, d.precision_matrix]
        return [*seen, d.mode, *t.autograd.grad(sum((m**2).sum() for m in seen), leaves, allow_unused=True)[1:]]

    same_program(program)


@pytest.mark.parametrize("case", ["RelaxedBernoulli", "RelaxedOneHotCategorical"])
def test_relaxed_parts(case):
    def program(t):
        d, _ = make(t, case, "float64")
        return [d.temperature, d.probs, d.logits, tuple(d.base_dist.param_shape), d.expand((2, 3)).base_dist.probs]

    same_program(program)


@pytest.mark.parametrize("case", ["Gamma", "Dirichlet"])
def test_draws_are_differentiated_once(case):
    def program(t):
        d, leaves = make(t, case, "float64", grad=True)
        first = t.autograd.grad((d.rsample() ** 2).sum(), leaves, create_graph=True)
        t.autograd.grad(sum(g.sum() for g in first), leaves)

    same_program(program)


def test_negative_binomial_of_no_failures():
    same_program(lambda t: t.distributions.NegativeBinomial(t.tensor([0.0, 2.0]), 0.5).log_prob(t.tensor(0.0)))


def test_the_generalized_pareto_distribution():  # in float32: torch's log_prob refuses float64
    def program(t):
        p = t.distributions.GeneralizedPareto(t.tensor([0.0, 1.0, 2.0]), 2.0, t.tensor([0.0, 0.4, -0.3]))
        t.manual_seed(1)
        x = p.rsample((4,))
        told = (
            x,
            p.log_prob(x),
            p.cdf(x),
            p.log_survival_function(x),
            p.icdf(t.full((3,), 0.3)),
            p.mean,
            p.variance,
            p.mode,
            p.entropy(),
        )
        return *told, p.expand((2, 3)).stddev, p.support.check(x), repr(p)

    same_program(program, rtol=1e-5)


def test_kl_divergences_of_the_rare():
    def program(t):
        d = t.distributions
        p, q = (
            d.ContinuousBernoulli(t.tensor([0.2, 0.5, 0.9]).double()),
            d.ContinuousBernoulli(logits=t.tensor([0.3, 2.0, -1.0]).double()),
        )
        half, two, cov = t.tensor(0.5).double(), t.tensor(2.0).double(), t.tensor([[2.0, 0.5], [0.5, 1.0]]).double()
        pairs = (
            (p, q),
            (p, d.Normal(half, two)),
            (p, d.Exponential(two)),
            (d.Beta(half, two), q),
            (p, d.Uniform(-half, two)),
        )
        return [d.kl_divergence(a, b) for a, b in (*pairs, (d.Wishart(two, cov), d.Wishart(two + 1, cov + t.eye(2))))]

    same_program(program)
