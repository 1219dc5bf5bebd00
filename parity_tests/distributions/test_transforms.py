"""Transforms, transformed distributions and mixtures against torch."""

from __future__ import annotations

import pickle

import pytest

from parity_tests.oracle import lookup, rand, same_program

LOC, SCALE = rand(3, 2).tolist(), rand(3, 2, low=0.3, high=2, seed=1).tolist()

# name: (the transform, the shape of what it is given)
TRANSFORMS = {
    "exp": (lambda d, t: d.ExpTransform(), (4, 3)),
    "its inverse": (lambda d, t: d.ExpTransform().inv, (4, 3)),
    "power": (lambda d, t: d.PowerTransform(t.tensor([0.5, 2.0, -1.0], dtype=t.float64)), (4, 3)),
    "power by a number": (lambda d, t: d.PowerTransform(2.0), (4,)),
    "sigmoid": (lambda d, t: d.SigmoidTransform(), (4, 3)),
    "softplus": (lambda d, t: d.SoftplusTransform(), (4, 3)),
    "tanh": (lambda d, t: d.TanhTransform(), (4, 3)),
    "abs": (lambda d, t: d.AbsTransform(), (4, 3)),
    "affine": (lambda d, t: d.AffineTransform(1.0, -2.0), (4, 3)),
    "affine of tensors": (lambda d, t: d.AffineTransform(t.ones(3), t.tensor([-1.0, 2.0, 3.0])), (4, 3)),
    "affine of vectors": (lambda d, t: d.AffineTransform(0, t.tensor([-1.0, 2.0, 3.0]), event_dim=1), (4, 3)),
    "affine of zero": (lambda d, t: d.AffineTransform(0, 2, 1), (2, 3)),
    "softmax": (lambda d, t: d.SoftmaxTransform(), (4, 3)),
    "stick breaking": (lambda d, t: d.StickBreakingTransform(), (4, 3)),
    "its inverse too": (lambda d, t: d.StickBreakingTransform().inv, (4, 3)),
    "lower": (lambda d, t: d.LowerCholeskyTransform(), (2, 3, 3)),
    "positive definite": (lambda d, t: d.PositiveDefiniteTransform(), (2, 3, 3)),
    "correlations of two": (lambda d, t: d.CorrCholeskyTransform(), (1,)),
    "no triangle": (lambda d, t: d.CorrCholeskyTransform(), (4, 2)),
    "reshape": (lambda d, t: d.ReshapeTransform((3, 2), (6,)), (4, 3, 2)),
    "independent": (lambda d, t: d.IndependentTransform(d.ExpTransform(), 1), (4, 3)),
    "independent and kept": (lambda d, t: d.IndependentTransform(d.ExpTransform(), 2, cache_size=1), (4, 3)),
    "composed": (lambda d, t: d.ComposeTransform([d.AffineTransform(1.0, 2.0), d.SigmoidTransform()]), (4, 3)),
    "composed with a vector": (lambda d, t: d.ComposeTransform([d.ExpTransform(), d.StickBreakingTransform()]), (4, 3)),
    "composed and turned": (lambda d, t: d.ComposeTransform([d.TanhTransform(), d.AffineTransform(0, 2)]).inv, (4, 3)),
    "composed and kept": (lambda d, t: d.ComposeTransform([d.TanhTransform(), d.ExpTransform()], cache_size=1), (4, 3)),
    "identity": (lambda d, t: d.identity_transform, (4, 3)),
    "joined": (lambda d, t: d.CatTransform([d.ExpTransform(), d.AffineTransform(0, 2)], 1, [2, 1]), (4, 3)),
    "joined at the end": (lambda d, t: d.CatTransform([d.ExpTransform(), d.TanhTransform()], -1, cache_size=1), (4, 2)),
    "joined with a vector": (
        lambda d, t: d.CatTransform([d.ExpTransform(), d.AffineTransform(0, 2, 1)], 0, [1, 3]),
        (4, 3),
    ),
    "joined along a vector": (
        lambda d, t: d.CatTransform([d.ExpTransform(), d.AffineTransform(0, 2, 1)], 1, [1, 2]),
        (4, 3),
    ),
    "joined in too few parts": (lambda d, t: d.CatTransform([d.ExpTransform()], 0), (4, 3)),
    "joined twice": (
        lambda d, t: d.CatTransform([d.CatTransform([d.ExpTransform(), d.SigmoidTransform()])] * 2, 0, [2, 2]),
        (4, 3),
    ),
    "stacked": (
        lambda d, t: d.StackTransform([d.ExpTransform(), d.AffineTransform(1, -2), d.TanhTransform()], 1),
        (4, 3),
    ),
    "stacked at the end": (lambda d, t: d.StackTransform([d.ExpTransform()] * 3, -1), (4, 3)),
    "stacked too few": (lambda d, t: d.StackTransform([d.ExpTransform()], 1), (4, 3)),
    "cumulative": (lambda d, t: d.CumulativeDistributionTransform(t.distributions.Normal(0.0, 2.0)), (4, 3)),
}
each = pytest.mark.parametrize("make, shape", TRANSFORMS.values(), ids=TRANSFORMS.keys())
MEMBERS = {
    "there and back": lambda f, x: (f(x), f.inv(f(x))),
    "slope": lambda f, x: f.log_abs_det_jacobian(x, f(x)),
    "slope of the inverse": lambda f, x: f.inv.log_abs_det_jacobian(f(x), x),
    "regions": lambda f, x: (repr(f.domain), repr(f.codomain), f.domain.event_dim, f.codomain.event_dim, repr(f.inv.domain)),
    "event_dim": lambda f, x: f.event_dim,
    "sign": lambda f, x: f.sign,
    "text": lambda f, x: (repr(f), repr(f.inv), f.bijective, f.inv.bijective, f.inv.inv is f),
    "shapes": lambda f, x: (tuple(f.forward_shape(x.shape)), tuple(f.inverse_shape(f(x).shape)), tuple(f.inv.forward_shape(f(x).shape))),
    "too few axes": lambda f, x: (f.forward_shape(()), f.inverse_shape(())),
    "kept": lambda f, x: (f.with_cache()._cache_size, f.with_cache(0)(x), repr(f.with_cache().inv), f.with_cache().with_cache() is not None),
}  # fmt: skip


@each
@pytest.mark.parametrize("member", MEMBERS.values(), ids=MEMBERS.keys())
def test_transforms(make, shape, member):
    def program(t):
        f = make(t.distributions, t)
        x = t.tensor(rand(*shape, low=0.05, high=0.9).tolist(), dtype=t.float64, requires_grad=True)
        seen = member(f, x)
        gradients = []
        for y in seen if isinstance(seen, tuple) else (seen,):
            if isinstance(y, t.Tensor) and y.requires_grad and y is not x:
                (g,) = t.autograd.grad((y * y).sum(), x, retain_graph=True, allow_unused=True)
                gradients.append(None if g is None else g)
        return [seen, gradients]

    same_program(program)


def test_equality():
    def program(t):
        d = t.distributions
        kinds = [make(d, t) for make, _ in TRANSFORMS.values()]
        kinds += [
            d.AffineTransform(1.0, 2.0),
            d.PowerTransform(3.0),
            d.ReshapeTransform((2,), (2,)),
            d.SoftmaxTransform(),
        ]
        return [[bool(a == b) for b in kinds if {type(a), type(b)} != {d.PowerTransform}] for a in kinds]

    same_program(program)


def test_the_last_pair_is_kept():
    def program(t):
        f = t.distributions.TanhTransform(cache_size=1)
        x = t.tensor([0.5, 40.0])
        y = f(x)
        other = pickle.loads(pickle.dumps(f.with_cache(0)))
        back = f.inv(y)
        z = t.tensor([0.25])
        return [back is x, f(x) is y, other.inv(y), f(f.inv(z)) is z, f.with_cache() is f]

    same_program(program)


@pytest.mark.parametrize("wrong", [
    lambda d, t: d.ExpTransform(cache_size=2), lambda d, t: d.ReshapeTransform((3,), (2,)), lambda d, t: d.StickBreakingTransform().event_dim,
    lambda d, t: d.Transform().sign, lambda d, t: d.Transform()(1), lambda d, t: d.Transform().inv(1), lambda d, t: d.Transform().log_abs_det_jacobian(1, 1),
    lambda d, t: d.IndependentTransform(d.ExpTransform(), 2)(t.ones(2)), lambda d, t: d.IndependentTransform(d.ExpTransform(), 2).inv(t.ones(2)),
    lambda d, t: d.ReshapeTransform((3,), (3, 1)).forward_shape((2,)), lambda d, t: d.ReshapeTransform((3,), (3, 1)).inverse_shape((2, 2)),
    lambda d, t: hash(d.ExpTransform()), lambda d, t: d.AbsTransform().log_abs_det_jacobian(t.ones(1), t.ones(1)),
])  # fmt: skip
def test_refused(wrong):
    same_program(lambda t: wrong(t.distributions, t))


# ---------------------------------------------------------------------------------------------------------------------
# From all numbers into a region
# ---------------------------------------------------------------------------------------------------------------------
@pytest.mark.parametrize("registry", ["biject_to", "transform_to"])
@pytest.mark.parametrize("region", [
    lambda c: c.real, lambda c: c.positive, lambda c: c.nonnegative, lambda c: c.greater_than(2.0), lambda c: c.greater_than_eq(-1.0), lambda c: c.less_than(1.0),
    lambda c: c.interval(-1.0, 3.0), lambda c: c.half_open_interval(0.0, 2.0), lambda c: c.unit_interval, lambda c: c.simplex, lambda c: c.real_vector,
    lambda c: c.independent(c.positive, 1), lambda c: c.lower_cholesky, lambda c: c.positive_definite, lambda c: c.positive_semidefinite, lambda c: c.boolean,
])  # fmt: skip
def test_registry(registry, region):
    def program(t):
        constraint = region(t.distributions.constraints)
        f = lookup(t, f"distributions.{registry}")(constraint)
        y = f(t.tensor(rand(3, 3).tolist()))
        return [repr(f), y, constraint.check(y)]

    same_program(program)


def test_a_region_of_ones_own():
    def program(t):
        d = t.distributions
        registry = type(d.biject_to)()

        class Even(d.constraints.Constraint):
            pass

        registry.register(Even, lambda c: d.ExpTransform())
        registry.register(d.constraints.boolean)(lambda c: d.SigmoidTransform())
        return [repr(registry(Even())), repr(registry(d.constraints.boolean))]

    same_program(program)
    same_program(lambda t: t.distributions.biject_to.register(1, lambda c: c))


MATRICES = {
    "lower": [[1.0, 0.0], [0.5, 2.0]], "lower with a negative": [[1.0, 0.0], [0.5, -2.0]], "symmetric": [[2.0, 0.5], [0.5, 1.0]],
    "indefinite": [[0.0, 1.0], [1.0, 0.0]], "semidefinite": [[2.0, 0.0], [0.0, 0.0]], "neither": [[1.0, 2.0], [3.0, 4.0]], "not square": [[1.0, 2.0]],
}  # fmt: skip


@pytest.mark.parametrize(
    "name", ["lower_triangular", "lower_cholesky", "square", "symmetric", "positive_semidefinite", "positive_definite"]
)
@pytest.mark.parametrize("matrix", MATRICES.values(), ids=MATRICES.keys())
def test_constraints_of_matrices(name, matrix):
    def program(t):
        c = lookup(t, f"distributions.constraints.{name}")
        return [repr(c), c.event_dim, c.is_discrete, c.check(t.tensor(matrix)), c.check(t.tensor([matrix, matrix]))]

    same_program(program)


# ---------------------------------------------------------------------------------------------------------------------
# Transformed distributions
# ---------------------------------------------------------------------------------------------------------------------
TRANSFORMED = {
    "squashed": lambda d, t, p: d.TransformedDistribution(d.Normal(*p), d.TanhTransform(cache_size=1)),
    "two steps": lambda d, t, p: d.TransformedDistribution(d.Normal(*p), [d.AffineTransform(1.0, -2.0), d.ExpTransform()]),
    "turned": lambda d, t, p: d.TransformedDistribution(d.Normal(*p), [d.AffineTransform(0.5, -t.ones(2))]),
    "a vector": lambda d, t, p: d.TransformedDistribution(d.Normal(*p), d.StickBreakingTransform()),
    "of a vector": lambda d, t, p: d.TransformedDistribution(d.Independent(d.Normal(*p), 1), d.ExpTransform()),
    "of nothing": lambda d, t, p: d.TransformedDistribution(d.Normal(*p), []),
    "wider": lambda d, t, p: d.TransformedDistribution(d.Normal(0.0, 1.0), d.AffineTransform(*p)),
    "reshaped": lambda d, t, p: d.TransformedDistribution(d.Independent(d.Normal(*p), 1), d.ReshapeTransform((2,), (2, 1))),
}  # fmt: skip


@pytest.mark.parametrize("make", TRANSFORMED.values(), ids=TRANSFORMED.keys())
@pytest.mark.parametrize("member", ["rsample", "log_prob", "cdf", "icdf", "expand", "facts"])
def test_transformed(make, member):
    def program(t):
        p = [t.tensor(x, requires_grad=True) for x in (LOC, SCALE)]
        d = make(t.distributions, t, p)
        t.manual_seed(0)
        draws = [d.sample((2,)), d.rsample()]
        if member == "facts":
            return [
                repr(d),
                repr(d.support),
                tuple(d.batch_shape),
                tuple(d.event_shape),
                d.has_rsample,
                d.support.event_dim,
            ]
        if member == "expand":
            wide = d.expand((2, *d.batch_shape))
            return [wide.log_prob(draws[0]).detach(), wide.sample(), tuple(wide.batch_shape)]
        x = draws[1] if member == "rsample" else t.full((3, 2), 0.3) if member == "icdf" else draws[0]
        y = x if member == "rsample" else getattr(d, member)(x)
        return [y.detach(), *t.autograd.grad((y * y).sum(), p)]

    same_program(program, rtol=1e-4)  # float32 logarithms of numbers near 1


def test_a_flow_learns():
    """A scale and a shift, fitted to draws of another normal by maximum likelihood."""

    def program(t):
        d = t.distributions
        t.manual_seed(0)
        data = d.LogNormal(1.0, 0.5).sample((200,))
        shift, log_scale = (t.zeros((), requires_grad=True) for _ in range(2))
        optimizer = t.optim.Adam([shift, log_scale], lr=0.1)
        for _ in range(20):
            flow = d.TransformedDistribution(
                d.Normal(0.0, 1.0), [d.AffineTransform(shift, log_scale.exp()), d.ExpTransform()]
            )
            loss = -flow.log_prob(data).mean()
            optimizer.zero_grad()
            loss.backward()
            optimizer.step()
        return [loss.detach(), shift.detach(), log_scale.detach()]

    same_program(program, rtol=1e-4)  # 20 steps in float32


# ---------------------------------------------------------------------------------------------------------------------
# Mixtures
# ---------------------------------------------------------------------------------------------------------------------
WEIGHTS = rand(3, 2, low=0.1, high=1, seed=3).tolist()
MIXTURES = {
    "normals": lambda d, w, p: d.MixtureSameFamily(d.Categorical(w), d.Normal(*p)),
    "one choice for all": lambda d, w, p: d.MixtureSameFamily(d.Categorical(w[0]), d.Normal(*p)),
    "a batch of one": lambda d, w, p: d.MixtureSameFamily(d.Categorical(w[0]), d.Normal(p[0][0], p[1][0])),
    "vectors": lambda d, w, p: d.MixtureSameFamily(d.Categorical(w[:, 0]), d.Independent(d.Normal(*p), 1)),
    "gammas": lambda d, w, p: d.MixtureSameFamily(d.Categorical(w), d.Gamma(p[1], p[1])),
}


@pytest.mark.parametrize("make", MIXTURES.values(), ids=MIXTURES.keys())
@pytest.mark.parametrize("member", ["log_prob", "cdf", "facts", "expand"])
def test_mixtures(make, member):
    def program(t):
        w, *p = leaves = [t.tensor(x, dtype=t.float64, requires_grad=True) for x in (WEIGHTS, LOC, SCALE)]
        d = make(t.distributions, w, p)
        t.manual_seed(0)
        x = d.sample((4,))
        if member == "facts":
            shapes = tuple(d.batch_shape), tuple(d.event_shape)
            return [
                repr(d),
                repr(d.support),
                d.support.event_dim,
                d.support.is_discrete,
                *shapes,
                d.has_rsample,
                x,
                d.sample(),
                d.mean,
                d.variance,
            ]
        if member == "expand":
            wide = d.expand((2, *d.batch_shape))
            return [repr(wide), wide.log_prob(x[:2]), wide.sample()]
        y = getattr(d, member)(x)
        return [y, *t.autograd.grad((y * y).sum(), leaves, allow_unused=True)]

    same_program(program)


@pytest.mark.parametrize("axes", [1, 2])
def test_values_with_too_few_axes(axes):
    same_program(
        lambda t: t.distributions.constraints.MixtureSameFamilyConstraint(
            t.distributions.constraints.independent(t.distributions.constraints.real, axes)
        ).check(t.tensor(1.0))
    )


def test_factors_of_correlation_matrices():
    """Their rows have length 1, so that the sum of squares above has no gradient."""

    def program(t):
        f, (_, weights, back) = (
            t.distributions.CorrCholeskyTransform(),
            (t.tensor(rand(4, *n, seed=5).tolist(), dtype=t.float64) for n in ((6,), (4, 4), (6,))),
        )
        x = t.tensor(rand(4, 6).tolist(), dtype=t.float64, requires_grad=True)
        y = f(x)
        slope = f.log_abs_det_jacobian(x, y)
        (g,) = t.autograd.grad((y * weights).sum() + (f.inv(y) * back).sum() + slope.sum(), x)
        return y, f.inv(y), slope, g, tuple(f.forward_shape((2, 6))), tuple(f.inverse_shape((2, 4, 4)))

    same_program(program)
    same_program(lambda t: t.distributions.CorrCholeskyTransform().inverse_shape((2, 3)))
    same_program(lambda t: t.distributions.transform_to(t.distributions.constraints.corr_cholesky)(t.ones(3)))


@pytest.mark.parametrize("registry", ["biject_to", "transform_to"])
def test_transforms_into_joined_regions(registry):
    def program(t):
        c, to = t.distributions.constraints, getattr(t.distributions, registry)
        x = t.tensor(rand(5, 3).tolist(), dtype=t.float64)
        parts = [c.positive, c.interval(-1.0, 2.0), c.real]
        regions = [c.cat(parts, 1), c.cat([c.positive, c.unit_interval], 0, [2, 3]), c.stack(parts, -1)]
        return [(to(region)(x), bool(region.check(to(region)(x)).all())) for region in regions]

    same_program(program)
