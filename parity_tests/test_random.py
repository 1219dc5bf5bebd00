"""The random stream against torch, bit for bit, and the generator's state afterwards, byte for byte."""

import copy
import math
import pickle
import warnings

import numpy as np
import pytest
import torch

import minitorch_pt
from minitorch_pt.stream import generator as stream
from minitorch_pt.stream.shuffling import swaps_at_once, swaps_in_turn
from parity_tests.oracle import assert_same, same_program

SEEDS = [0, 42, -1]
ALL_SEEDS = [0, 1, 2, 42, 1234, 2**31 - 1, 2**32 - 1, 2**32 + 9, 2**63 - 1, -1, -(2**63), 987654321]
SIZES = [0, 1, 2, 3, 15, 16, 17, 31, 32, 33, 100, 1000, 4099]
FLOATS = ["float32", "float64", "float16"]


def exactly(draw, seeds=SEEDS):
    """`draw(package)` gives the same bits in both packages from each seed, and leaves the same state."""
    for seed in seeds:
        minitorch_pt.manual_seed(seed)
        torch.manual_seed(seed)
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            ours, theirs = draw(minitorch_pt), draw(torch)
        assert_same(ours, theirs, rtol=0, atol=0)
        assert minitorch_pt.get_rng_state().tolist() == torch.get_rng_state().tolist(), (
            f"seed {seed}: the streams are apart"
        )


def table(seeds, sizes):
    """(name, draw) of every kind."""
    for dtype in FLOATS:
        yield f"rand {dtype}", lambda t, d=dtype: [t.rand(n, dtype=getattr(t, d)) for n in sizes]
        yield f"randn {dtype}", lambda t, d=dtype: [t.randn(n, dtype=getattr(t, d)) for n in sizes]
        for low, high in ((-0.0721, 0.0721), (-1 / 3, 1 / 3), (2.5, 7.0), (-1e-3, 1e3)):
            yield (
                f"uniform_({low:.3g}, {high:.3g}) {dtype}",
                lambda t, d=dtype, a=low, b=high: [t.empty(n, dtype=getattr(t, d)).uniform_(a, b) for n in sizes],
            )
        for mean, std in ((0, 0.02), (0.3, 1.7), (-5, 0.1)):
            yield (
                f"normal_({mean}, {std}) {dtype}",
                lambda t, d=dtype, m=mean, s=std: [t.empty(n, dtype=getattr(t, d)).normal_(m, s) for n in sizes],
            )
    for dtype in [*FLOATS, "int64", "uint8", "bool"]:
        yield f"bernoulli_ {dtype}", lambda t, d=dtype: [t.empty(n, dtype=getattr(t, d)).bernoulli_(0.3) for n in sizes]
    for p in (0.1, 0.5, 0.8):
        yield f"dropout {p}", lambda t, p=p: [t.nn.functional.dropout(t.ones(n), p) for n in sizes]
    for low, high in ((0, 2), (0, 10), (-7, 1000), (0, 2**28 - 1), (0, 2**28), (-(2**40), 2**40), (0, 2**63 - 1)):
        yield f"randint {low} {high}", lambda t, a=low, b=high: [t.randint(a, b, (n,)) for n in sizes]
    for dtype in ["int64", "int32", "int16", "int8", "uint8", "bool", *FLOATS]:
        yield f"random_ {dtype}", lambda t, d=dtype: [t.empty(n, dtype=getattr(t, d)).random_() for n in sizes]
    for dtype in ["int32", "uint8", "float32", "float64"]:
        yield f"randint {dtype}", lambda t, d=dtype: [t.randint(0, 100, (n,), dtype=getattr(t, d)) for n in sizes]
    yield "randperm", lambda t: [t.randperm(n) for n in sizes]
    for dtype in ("float32", "float64"):
        for name, args in (
            ("exponential_", ()),
            ("exponential_", (2.5,)),
            ("cauchy_", (0.5, 2.0)),
            ("log_normal_", (0.5, 0.7)),
            ("geometric_", (0.2,)),
        ):
            yield (
                f"{name}{args} {dtype}",
                lambda t, d=dtype, f=name, a=args: [getattr(t.empty(n, dtype=getattr(t, d)), f)(*a) for n in sizes],
            )


@pytest.mark.parametrize(("name", "draw"), [pytest.param(n, d, id=n) for n, d in table(SEEDS, SIZES)])
def test_draw(name, draw):
    exactly(draw)


@pytest.mark.long
@pytest.mark.parametrize(
    ("name", "draw"), [pytest.param(n, d, id=n) for n, d in table(ALL_SEEDS, [*SIZES, 65537, 1000003])]
)
def test_draw_many(name, draw):
    exactly(draw, ALL_SEEDS)


def spread(t, low, high, dtype, n=300):
    return t.tensor(np.random.default_rng(0).uniform(low, high, n)).to(getattr(t, dtype))


@pytest.mark.parametrize("dtype", FLOATS)
@pytest.mark.parametrize("high", [0.0, 2.0, 12.0, 500.0, 6e4])
def test_poisson(high, dtype):
    exactly(lambda t: t.poisson(spread(t, 0, high, dtype)))


@pytest.mark.parametrize("dtype", ["float32", "float64"])
@pytest.mark.parametrize("high", [3, 30, 1000, 10**6])
def test_binomial(high, dtype):
    def draw(t):
        p = spread(t, -0.02, 1.02, dtype).clamp(0, 1)
        return t.binomial(spread(t, -1, high, dtype).flip(0).floor(), p), t.binomial(t.full_like(p, high), p)

    exactly(draw)


def test_binomial_of_what_is_no_number():
    exactly(lambda t: t.binomial(t.tensor([5.0, math.inf]), t.tensor([math.nan, 1.0])))


@pytest.mark.parametrize("dtype", ["float32", "float64"])
@pytest.mark.parametrize("high", [0.0, 0.1, 1.0, 3.0, 500.0])
def test_gamma_and_dirichlet(high, dtype):
    """After a single normal the gamma's first normal is the second of that pair."""

    def draw(package):
        ours = package is minitorch_pt
        alpha = spread(package, 0, high, dtype)
        drawn = [package.normal(0.0, 1.0, (1,))]
        for name, private, a in (
            ("gamma", "_standard_gamma", alpha),
            ("dirichlet", "_sample_dirichlet", alpha.reshape(-1, 3) + 0.1),
        ):
            drawn.append(
                package.tensor(getattr(stream.default_generator, name)(a.numpy()))
                if ours
                else getattr(torch, private)(a)
            )
        return drawn

    exactly(draw)


def weights(t, n, dtype):
    return (t.arange(n) % 7 + 0.25).to(getattr(t, dtype))


@pytest.mark.parametrize("dtype", ["float32", "float64"])
def test_multinomial(dtype):
    exactly(lambda t: [t.multinomial(weights(t, n, dtype), 1) for n in (2, 5, 100)])
    exactly(lambda t: [t.multinomial(weights(t, n, dtype), n // 2) for n in (4, 10, 100)])
    exactly(lambda t: [t.multinomial(weights(t, n, dtype), 50, True) for n in (2, 5, 100)])
    exactly(
        lambda t: [
            t.multinomial(weights(t, 140, dtype).reshape(7, 20), n, r) for n in (1, 3, 20) for r in (True, False)
        ]
    )
    exactly(lambda t: weights(t, 9, dtype).multinomial(3))


def test_shapes_and_forms():
    exactly(
        lambda t: [
            t.rand(2, 3),
            t.rand((2, 3)),
            t.randn(size=(2, 9)),
            t.rand([4]),
            t.rand(()),
            t.randint(5, (2, 3)),
            t.randint(low=2, high=5, size=[4]),
        ]
    )
    exactly(lambda t: [f(t.ones(3, 7, dtype=t.float64)) for f in (t.rand_like, t.randn_like)])
    exactly(
        lambda t: [
            t.randint_like(t.ones(5), 9),
            t.randint_like(t.ones(5), 2, 9),
            t.rand_like(t.ones(4, dtype=t.int64), dtype=t.float32),
        ]
    )
    exactly(
        lambda t: [
            t.normal(t.arange(20.0), t.arange(1.0, 21.0)),
            t.normal(t.arange(20.0)),
            t.normal(0.0, t.arange(1.0, 4.0)),
            t.normal(1.0, 2.0, (5,)),
            t.normal(t.zeros(2, 1), t.ones(9)),
        ]
    )
    exactly(
        lambda t: [
            t.bernoulli(t.linspace(0, 1, 50)),
            t.bernoulli(t.linspace(0, 1, 50, dtype=t.float64)),
            t.bernoulli(t.ones(5), 0.3),
            t.ones(4).bernoulli(),
        ]
    )
    exactly(
        lambda t: [
            t.empty(9).bernoulli_(t.linspace(0, 1, 9)),
            t.empty(9).random_(7),
            t.empty(9).random_(3, 7),
            t.empty(9, dtype=t.int64).random_(-5, 5),
        ]
    )
    exactly(lambda t: [t.rand(3, requires_grad=True), t.randperm(5, dtype=t.int32), t.randn(3, device="cpu")])


def test_memory_order():
    exactly(lambda t: t.empty(100, 5).t().normal_())
    exactly(lambda t: t.empty(2, 3, 3, 4).permute(0, 3, 1, 2).uniform_())
    exactly(lambda t: t.empty(5, 14)[:, ::2].uniform_())
    exactly(lambda t: t.empty(5, 14)[:, ::2].normal_())
    exactly(lambda t: t.rand_like(t.empty(4, 5).t()))


def test_mixed_draws():
    exactly(
        lambda t: [
            t.rand(5),
            t.randn(3),
            t.randn(20),
            t.randn(3),
            t.randperm(9),
            t.empty(2).normal_(1.5, 2.0),
            t.randn(1),
            t.rand(1),
        ]
    )


def test_generators():
    def program(t):
        a, b = t.Generator(), t.Generator(device="cpu")
        first = (
            t.rand(3, generator=a),
            t.randn(3, generator=b.manual_seed(5)),
            a.initial_seed(),
            b.initial_seed(),
            str(a.device),
        )
        c = b.clone_state()
        b.set_state(b.get_state())
        d = pickle.loads(pickle.dumps(b)) if t is minitorch_pt else b.clone_state()
        e = copy.deepcopy(b) if t is minitorch_pt else b.clone_state()
        return (
            first,
            [t.randn(5, generator=g) for g in (b, c, d, e)],
            t.randint(9, (3,), generator=a),
            t.randperm(5, generator=a),
            t.multinomial(t.ones(5), 2, generator=a),
        )

    exactly(program)


def test_seeds():
    same_program(
        lambda t: (
            [t.manual_seed(s).initial_seed() for s in (5, -1, 1.5, True, 2**40)]
            + [t.initial_seed(), t.default_generator.initial_seed()]
        )
    )
    for bad in (2**64, -(2**63) - 1, "x"):
        with pytest.raises(ValueError):
            minitorch_pt.manual_seed(bad)
    a = minitorch_pt.seed()
    assert a == minitorch_pt.initial_seed() and a != minitorch_pt.seed()
    assert minitorch_pt.Generator().seed() != minitorch_pt.Generator().seed()


@pytest.mark.parametrize("drawn", [0, 1, 623, 624, 625, 1000])
def test_state_goes_both_ways(drawn):
    torch.manual_seed(3)
    torch.rand(drawn)
    torch.randn(3)
    minitorch_pt.set_rng_state(minitorch_pt.from_numpy(torch.get_rng_state().numpy()))
    assert_same(
        [minitorch_pt.randn(2), minitorch_pt.rand(700), minitorch_pt.randn(33)],
        [torch.randn(2), torch.rand(700), torch.randn(33)],
        rtol=0,
        atol=0,
    )
    torch.set_rng_state(torch.from_numpy(minitorch_pt.get_rng_state().numpy()))
    assert_same([minitorch_pt.randn(2), minitorch_pt.rand(5)], [torch.randn(2), torch.rand(5)], rtol=0, atol=0)


def test_fork_rng():
    def program(t):
        with t.random.fork_rng():
            inside = t.rand(3)
        with t.random.fork_rng(enabled=False):
            kept = t.rand(3)
        return inside, kept, t.rand(3)

    exactly(program)


def test_fills_and_gradients():
    def program(t):
        a = t.ones(3, dtype=t.float64, requires_grad=True)
        h = a * 2
        h.normal_()
        (h * a).sum().backward()
        return a.grad

    exactly(program)
    same_program(lambda t: t.ones(3, requires_grad=True).normal_())


def test_the_other_shuffle(monkeypatch):
    """For 2**32 / 20 numbers and more torch shuffles inside out; too many to draw here, so its steps are followed by hand."""
    g = stream.Stream(1)
    ours = g._randperm_inside_out(50)
    words = stream.Stream(1).words64(50).tolist()
    expected = list(range(50))
    for i, w in enumerate(words):
        j = w % (i + 1)
        expected[i] = expected[j]
        expected[j] = i
    assert ours.tolist() == expected and sorted(expected) == list(range(50))
    monkeypatch.setattr(stream, "INSIDE_OUT", 50)
    assert stream.Stream(1).randperm(50).tolist() == expected


@pytest.mark.parametrize("n", [1, 2, 3, 10, 300, 5000])
def test_swaps_at_once_as_in_turn(n):
    rng = np.random.default_rng(n)
    for target in (np.arange(n), np.full(n, n - 1), *(rng.integers(np.arange(n), n) for _ in range(20))):
        np.testing.assert_array_equal(swaps_at_once(target), swaps_in_turn(target))


@pytest.mark.parametrize("n", [1, 2, 624, 1001, stream._FEW, stream._FEW + 1, 3 * stream._FEW + 7])
def test_words_as_numpy_gives_them(n):
    """However many at once, raw or as bytes: the words of the twister one after the other."""
    plain = np.random.RandomState(5)
    ours = stream.Stream(5)
    for count in (n, 3, n):
        words = np.frombuffer(plain.bytes(4 * count), np.uint32)
        np.testing.assert_array_equal(ours.words(count), words)
        high, low = np.frombuffer(plain.bytes(8 * count), np.uint32).reshape(-1, 2).astype(np.uint64).T
        np.testing.assert_array_equal(ours.words64(count), high * 2**32 + low)
    assert ours.words(0).tolist() == [] and ours.words(1)[0] == np.frombuffer(plain.bytes(4), np.uint32)[0]


def test_fma_is_rounded_once():
    x = np.float32(1 + 2.0**-12)
    assert stream.fma32(np.array([x]), x, -1.0)[0] == np.float32(float(x) * float(x) - 1.0)
    tie = np.float64(2.0**-53)
    assert stream.fma64(1 + tie * 2, 1.0, tie) == 1 + tie * 4 and stream.fma64(1.0, 1.0, tie) == 1.0
    from fractions import Fraction

    values = np.random.Generator(np.random.PCG64(0)).uniform(-1, 1, (200, 3))
    for a, b, c in values.tolist():
        assert float(stream.fma64(a, b, c)) == float(Fraction(a) * Fraction(b) + Fraction(c))
    small = values.astype(np.float32)
    for a, b, c in small.tolist():
        exact = Fraction(a) * Fraction(b) + Fraction(c)
        ours = Fraction(float(stream.fma32(np.float32([a]), np.float32(b), np.float32(c))[0]))
        step = Fraction(float(np.spacing(np.float32(float(exact)))))
        assert abs(ours - exact) <= abs(step) / 2


ERRORS = {
    "rand of integers": lambda t: t.rand(3, dtype=t.int64),
    "randn of integers": lambda t: t.randn(3, dtype=t.int64),
    "negative size": lambda t: t.rand(-1),
    "randint order": lambda t: t.randint(5, 2, (3,)),
    "randint without size": lambda t: t.randint(5),
    "randperm": lambda t: t.randperm(-1),
    "randperm of bytes": lambda t: t.randperm(257, dtype=t.uint8),
    "randperm of halves": lambda t: t.randperm(2050, dtype=t.float16),
    "normal std": lambda t: t.normal(t.zeros(3), t.tensor([-1.0, 1.0, 1.0])),
    "normal size": lambda t: t.normal(0.0, 1.0),
    "normal_ std": lambda t: t.ones(3).normal_(0, -1),
    "uniform_": lambda t: t.ones(3).uniform_(2, 1),
    "random_": lambda t: t.ones(3).random_(5, 2),
    "random_ of bytes": lambda t: t.ones(3).byte().random_(-1, 5),
    "random_ of halves": lambda t: t.ones(3).half().random_(0, 10**6),
    "bernoulli": lambda t: t.bernoulli(t.tensor([2.0])),
    "bernoulli_": lambda t: t.ones(2).bernoulli_(-0.5),
    "exponential_": lambda t: t.ones(2).exponential_(-1.0),
    "cauchy_": lambda t: t.ones(2).cauchy_(0.0, -1.0),
    "log_normal_": lambda t: t.ones(2).log_normal_(0.0, -1.0),
    "geometric_": lambda t: t.ones(2).geometric_(1.5),
    "poisson": lambda t: t.poisson(t.tensor([1.0, -1.0])),
    "poisson type": lambda t: t.poisson(t.tensor([1])),
    "poisson list": lambda t: t.poisson([1.0]),
    "binomial count": lambda t: t.binomial(t.tensor([1]), t.ones(1)),
    "binomial prob": lambda t: t.binomial(t.ones(1), t.tensor([1])),
    "binomial number": lambda t: t.binomial(5, t.ones(1)),
    "binomial types": lambda t: t.binomial(t.ones(1), t.ones(1, dtype=t.float64)),
    "binomial half": lambda t: t.binomial(t.ones(1, dtype=t.float16), t.ones(1, dtype=t.float16)),
    "binomial slope": lambda t: t.binomial(t.ones(1), t.ones(1, requires_grad=True)).sum().backward(),
    "multinomial rank": lambda t: t.multinomial(t.ones(1, 1, 1), 1),
    "multinomial type": lambda t: t.multinomial(t.ones(3, dtype=t.int64), 1),
    "multinomial none": lambda t: t.multinomial(t.ones(3), 0),
    "multinomial many": lambda t: t.multinomial(t.ones(3), 4),
    "multinomial negative": lambda t: t.multinomial(t.tensor([-1.0, 1.0]), 1),
    "multinomial zero": lambda t: t.multinomial(t.zeros(3), 1),
    "state type": lambda t: t.set_rng_state(t.ones(5056)),
    "state size": lambda t: t.set_rng_state(t.ones(5, dtype=t.uint8)),
    "keyword": lambda t: t.rand(3, colour="red"),
}


@pytest.mark.parametrize("case", ERRORS)
def test_error(case):
    same_program(ERRORS[case])


def test_no_other_device():
    with pytest.raises(RuntimeError, match="CPU only"):
        minitorch_pt.Generator("cuda")
    assert math.isclose(float(minitorch_pt.rand(1)), float(minitorch_pt.rand(1))) is False


def test_draws_have_gradients_of_zero():
    def program(t):
        a, b = (t.tensor([0.3, 0.4], requires_grad=True) for _ in range(2))
        drawn = [t.normal(a, b), t.normal(a, 1.0), t.normal(0.0, b), t.bernoulli(a), t.poisson(a)]
        return [[d.grad_fn.name() for d in drawn], t.autograd.grad(sum(d.sum() for d in drawn), (a, b))]

    same_program(program)
