"""Random tensors: torch's CPU stream, bit for bit. The stream itself is in generator.py; these are the functions on Tensors."""

from __future__ import annotations

import contextlib
import operator
from collections.abc import Iterator
from typing import TYPE_CHECKING, Any, cast

import numpy as np

from .arrays import dtypes, formats, layouts
from .arrays.notices import hush
from .arrays.storage import refuse_overlap, writable
from .autograd.changes import changed
from .autograd.contract import composed, into, method
from .autograd.inplace import check_inplace, rebase
from .autograd.modes import recording
from .autograd.rule import differentiable
from .ops.checks import check_floating
from .ops.elementwise.choosing import overwritten
from .stream import generator
from .tensors.creation import _float, _made, _numpy, _shape, empty, size_given, stored, typed_as
from .tensors.device import CPU, device, on_cpu
from .tensors.tensor import Tensor, wrap

if TYPE_CHECKING:
    from .autograd.contract import DType, Layout, MemoryFormat, Pin, Size

__all__ = [
    "Generator", "bernoulli", "binomial", "default_generator", "fork_rng", "get_rng_state", "initial_seed", "manual_seed", "multinomial", "normal", "poisson",
    "rand", "rand_like", "randint", "randint_like", "randn", "randn_like", "randperm", "seed", "set_rng_state",
]  # fmt: skip


class Generator(generator.Stream):
    """A stream of random numbers of its own: pass it as `generator=`.

    >>> import minitorch_pt as torch
    >>> torch.rand(2, generator=torch.Generator().manual_seed(0))
    tensor([0.4963, 0.7682])
    """

    def __init__(self, device: Any = "cpu") -> None:
        on_cpu(device)
        super().__init__()

    @property
    def device(self) -> device:
        """Always device(type='cpu')."""
        return CPU

    def manual_seed(self, seed: Any) -> Generator:
        """Start anew from this seed; returns the generator.

        Raises:
            RuntimeError: the seed is no whole number. ValueError: it is not in [-2**63, 2**64).
        """
        if not hasattr(seed, "__index__"):
            raise RuntimeError(f"manual_seed expected a long, but got {type(seed).__name__}: {seed!r}")
        self.seed_with(seed)
        return self

    def seed(self) -> int:
        """Start anew from a seed of the operating system, which is returned."""
        return self.entropy_seed()

    def initial_seed(self) -> int:
        """The seed of the last start."""
        return self._seed

    def get_state(self) -> Tensor:
        """The state as a tensor of 5,056 bytes, the same as torch's."""
        return wrap(np.frombuffer(self.state, np.uint8).copy())

    def set_state(self, new_state: Tensor) -> Generator:
        """Go on from a state of ours or of torch's.

        Raises:
            TypeError: not a uint8 tensor. RuntimeError: of another size.
        """
        if not isinstance(new_state, Tensor) or new_state.dtype is not dtypes.uint8:
            raise TypeError(
                f"expected a torch.ByteTensor, but got {new_state.type() if isinstance(new_state, Tensor) else type(new_state).__name__}"
            )
        self.state = new_state._data.tobytes()
        return self

    def clone_state(self) -> Generator:
        """Another generator in the same state."""
        return Generator().set_state(self.get_state())

    def __reduce__(self) -> tuple:
        return _restored, (self.state,)


def _restored(raw: bytes) -> Generator:
    restored = Generator()
    restored.state = raw
    return restored


# the one that draws where none is given; generator.py's users share it
default_generator: Generator = Generator()
default_generator.seed()
generator.default_generator = default_generator


def manual_seed(seed: Any) -> Generator:
    """Start the global stream anew: the same seed gives torch's very numbers.

    Raises:
        ValueError: the seed is not in [-2**63, 2**64).

    >>> import minitorch_pt as torch
    >>> _ = torch.manual_seed(0)
    >>> torch.randn(3)
    tensor([ 1.5410, -0.2934, -2.1788])
    """
    return default_generator.manual_seed(int(seed))


def seed() -> int:
    """Start the global stream anew from a seed of the operating system, which is returned."""
    return default_generator.seed()


def initial_seed() -> int:
    """The seed of the global stream's last start."""
    return default_generator.initial_seed()


def get_rng_state() -> Tensor:
    """The state of the global stream: 5,056 bytes, the same as torch's."""
    return default_generator.get_state()


def set_rng_state(new_state: Tensor) -> None:
    """Let the global stream go on from a state of ours or of torch's."""
    default_generator.set_state(new_state)


@contextlib.contextmanager
def fork_rng(devices: Any = None, enabled: bool = True) -> Iterator[None]:
    """What is drawn inside does not move the global stream."""
    before = default_generator.state
    try:
        yield
    finally:
        if enabled:
            default_generator.state = before


def _source(given: Any) -> Generator:
    """The generator to draw with: where all draws begin."""
    hush()
    if given is None:
        return default_generator
    if not isinstance(given, Generator):
        raise TypeError(f"argument 'generator' must be torch.Generator, not {type(given).__name__}")
    return given


def _drawn(kind: str, size: tuple, options: dict, draw: Any) -> Tensor:
    """A new tensor of a draw, with the keywords that all these functions share."""
    if "size" in options:
        size = size_given(kind, size, {"size": options.pop("size")})
    dtype, requires_grad, where = (
        options.pop("dtype", None),
        options.pop("requires_grad", False),
        options.pop("device", None),
    )
    stream = _source(options.pop("generator", None))
    if options:
        stored(kind, options.pop("layout", None), options.pop("pin_memory", False))
    unknown = options
    if unknown:
        raise TypeError(
            f"{kind}() got an unexpected keyword argument '{next(iter(unknown))}'; it takes size, out, dtype, generator, requires_grad, device"
        )
    numpy_type = _numpy(dtype, _float())
    if numpy_type.kind != "f":
        raise NotImplementedError(
            f'"{kind}" not implemented for {numpy_type.name}: give a floating point dtype, or use randint'
        )
    return _made(draw(stream, _shape(size), numpy_type.type), requires_grad, where)


def _drawn_into(out: Any, fill: Any, size: tuple, options: dict) -> Tensor:
    """`out`, in that size, overwritten with a draw in the order of its memory."""
    stated = {key: options[key] for key in ("size", "dtype", "device", "layout") if key in options}
    filled = fill(empty(*size, out=out, **stated), generator=options.get("generator"))
    return filled.requires_grad_() if options.get("requires_grad") else filled


def rand(*size: Any, out: Tensor | None = None, **options: Any) -> Tensor:
    """Uniform numbers in [0, 1). Keywords: dtype, generator, requires_grad, device."""
    if out is not None:
        return _drawn_into(out, uniform_, size, options)
    return _drawn("rand", size, options, lambda stream, shape, kind: stream.uniform(shape, 0.0, 1.0, kind))


def randn(*size: Any, out: Tensor | None = None, **options: Any) -> Tensor:
    """Standard normal numbers. Keywords: dtype, generator, requires_grad, device."""
    if out is not None:
        return _drawn_into(out, normal_, size, options)
    return _drawn("randn", size, options, lambda stream, shape, kind: stream.normal(shape, 0.0, 1.0, kind))


@composed
def rand_like(
    input: Tensor, *, dtype: DType | None = None, memory_format: MemoryFormat | None = None, **options: Any
) -> Tensor:
    """`rand` of the shape and type of `input`."""
    return _in_order_of(input, rand(*input.shape, dtype=dtype or input.dtype, **options), memory_format)


@composed
def randn_like(
    input: Tensor, *, dtype: DType | None = None, memory_format: MemoryFormat | None = None, **options: Any
) -> Tensor:
    """`randn` of the shape and type of `input`."""
    data = input._data
    contiguous = (memory_format is None and data.flags.c_contiguous) or layouts.new(
        data.shape, data.dtype, formats.steps_like(data, memory_format)
    ).flags.c_contiguous
    drawn = _drawn("randn", tuple(input.shape), {"dtype": dtype or input.dtype, **options},
                   lambda stream, shape, kind: stream.normal(shape, 0.0, 1.0, kind, contiguous))  # fmt: skip
    return _in_order_of(input, drawn, memory_format)


def _in_order_of(input: Tensor, drawn: Tensor, order: object) -> Tensor:
    """torch fills memory in order, and a `_like` tensor has its model's memory order, if it is given no other."""
    like = layouts.new(input._data.shape, drawn._data.dtype, formats.steps_like(input._data, order))
    if not like.flags.c_contiguous:
        walk = layouts.walk(like)
        walk[...] = drawn._data.reshape(walk.shape)
        drawn._data = like
    return drawn


def randint(low: Any = 0, high: Any = None, size: Any = None, *, generator: Any = None, out: Tensor | None = None, dtype: Any = None, layout: Any = None,
            device: Any = None, pin_memory: bool = False, requires_grad: bool = False) -> Tensor:  # fmt: skip
    """Whole numbers in [low, high): randint(high, size) or randint(low, high, size).

    Raises:
        RuntimeError: high is not above low.
    """
    if isinstance(high, (tuple, list)):
        low, high, size = 0, low, high
    elif high is None:
        low, high = 0, low
    if not isinstance(size, (tuple, list)):
        raise TypeError(f"randint() needs a size: randint(high, size) or randint(low, high, size), with size a tuple, not {type(size).__name__}")  # fmt: skip
    stored("randint", layout, pin_memory)
    low, high = _whole("randint", low=low, high=high)
    if low >= high:
        raise RuntimeError(f"random_ expects 'from' to be less than 'to', but got from={low} >= to={high}")
    kind = _numpy(typed_as(out, dtype), np.dtype(np.int64))
    _within(kind, low, high)
    made = _made(_source(generator).randint(low, high, _shape((tuple(size),)), kind), requires_grad, device)
    return made if out is None else into(out, made, "randint", ())


def _whole(name: str, **values: Any) -> list[int]:
    """Arguments that must be whole numbers.

    Raises:
        TypeError: one is not.
    """
    for key, value in values.items():
        if not hasattr(value, "__index__"):
            raise TypeError(f"{name}(): argument '{key}' must be int, not {type(value).__name__}: {value!r}")
    return [operator.index(value) for value in values.values()]


def _within(kind: np.dtype, low: int, high: int) -> None:
    """Check that a type holds the whole numbers of [low, high).

    Raises:
        RuntimeError: it does not.
    """
    if kind.kind == "f":
        return
    least, most = (0, 1) if kind.kind == "b" else (np.iinfo(kind).min, np.iinfo(kind).max)
    if low < least or high - 1 > most:
        raise RuntimeError(
            f"numbers from {low} to {high - 1} are out of bounds for {kind.name}, which holds {least} to {most}"
        )


@composed
def randint_like(
    input: Tensor,
    low: int,
    high: int | None = None,
    *,
    dtype: DType | None = None,
    memory_format: MemoryFormat | None = None,
    **options: Any,
) -> Tensor:
    """`randint` of the shape and type of `input`."""
    low, high = (0, low) if high is None else (low, high)
    drawn = randint(low, high, tuple(input.shape), dtype=dtype or input.dtype, **options)
    return _in_order_of(input, drawn, memory_format)


def randperm(
    n: int,
    *,
    generator: object = None,
    out: Tensor | None = None,
    dtype: Any = None,
    layout: Any = None,
    device: object = None,
    pin_memory: bool = False,
    requires_grad: bool = False,
) -> Tensor:
    """0 .. n-1 in random order.

    Raises:
        RuntimeError: n is negative.
    """
    stored("randperm", layout, pin_memory)
    (n,) = _whole("randperm", n=n)
    if n < 0:
        raise RuntimeError(f"n must be non-negative, got {n}")
    kind = _numpy(typed_as(out, dtype), np.dtype(np.int64))
    if kind.kind == "b":
        raise NotImplementedError("randperm() is not implemented for torch.bool")
    made = _made(_source(generator).randperm(n).astype(kind, copy=False), requires_grad, device)
    return made if out is None else into(out, made, "randperm", ())


@composed
def normal(mean: Tensor | float = 0.0, std: Tensor | float = 1.0, size: Size | None = None, *, generator: object = None, out: Tensor | None = None, dtype: DType | None = None,
           layout: Layout | None = None,
           device: object = None,
           pin_memory: Pin = False, requires_grad: bool = False) -> Tensor:  # fmt: skip
    """Normal numbers; mean and std are tensors, one for each number, or numbers together with a size.

    Raises:
        RuntimeError: a negative std.
    """
    if size is not None:  # of all numbers the same
        mean, std = (x.item() if isinstance(x, Tensor) and not x.ndim else x for x in (mean, std))
    tensors = [x for x in (mean, std) if isinstance(x, Tensor)]
    if not np.all(np.asarray(std._data if isinstance(std, Tensor) else std) >= 0):
        raise RuntimeError(f"normal expects std >= 0.0, but found std {std}")
    if not tensors:
        if size is None:
            raise TypeError("normal() needs a size where mean and std are numbers")
        kind = _numpy(dtype, _float())
        if kind.kind != "f":
            raise NotImplementedError(f"normal() is not implemented for {kind.name}: give a floating point dtype")
        drawn = _source(generator).normal(_shape((size,)), cast(float, mean), cast(float, std), kind.type)
        return _made(drawn, requires_grad, device)
    if size is not None:
        raise TypeError("normal() takes its size from the tensors: leave `size` out, or give mean and std as numbers")
    kind = tensors[0]._data.dtype
    if kind.kind != "f":
        raise NotImplementedError(f"normal() is not implemented for {kind.name}: convert the tensors with .float()")
    try:
        shape = np.broadcast_shapes(*(tuple(x.shape) for x in tensors))
    except ValueError:
        shapes = " and ".join(str(list(x.shape)) for x in tensors)
        raise RuntimeError(f"normal(): mean and std must broadcast, and have the shapes {shapes}") from None
    z = _source(generator).normal(shape, 0.0, 1.0, kind.type)
    spread, middle = (x._data.astype(kind, copy=False) if isinstance(x, Tensor) else kind.type(x) for x in (std, mean))
    node = f"NormalBackward{isinstance(mean, Tensor) + 2 * isinstance(std, Tensor)}"
    return _drawn_with(mean, std, z * spread + middle, node)


@differentiable(linear=True, name=lambda first, second, drawn, node: node)
def _drawn_with(first: Any, second: Any, drawn: np.ndarray, node: str) -> Any:
    """Numbers drawn with these parameters: torch takes their gradients for 0 (rsample of distributions has others)."""
    return drawn, lambda g: g * 0, lambda g: g * 0


def _probabilities(p: np.ndarray) -> None:
    if p.size and not (p.min() >= 0 and p.max() <= 1):
        raise RuntimeError(
            f"Expected p_in >= 0 && p_in <= 1 to be true, but probabilities reach from {p.min()} to {p.max()}"
        )


@composed
def bernoulli(input: Tensor, p: float | None = None, *, generator: object = None, out: Tensor | None = None) -> Tensor:
    """1 with the probability that each element of `input` says (or `p`, for its shape), else 0.

    Raises:
        RuntimeError: a probability outside [0, 1].
    """
    data = input._data
    if p is None:
        check_floating("bernoulli", input)
    chance = data if p is None else p
    _probabilities(np.asarray(chance))
    drawn = _source(generator).bernoulli(data.shape, chance, data.dtype)
    return _drawn_with(input, None, drawn, "BernoulliBackward0") if p is None else wrap(drawn)


@composed
def poisson(input: Tensor, generator: object = None) -> Tensor:
    """How many events come, where each element of `input` says how many come on average.

    Raises:
        RuntimeError: a negative rate. NotImplementedError: no floating point type.

    >>> import minitorch_pt as torch
    >>> _ = torch.manual_seed(0)
    >>> torch.poisson(torch.tensor([0.5, 5.0, 500.0]))
    tensor([  2.,   6., 497.])
    """
    rate = input._data
    if rate.dtype.kind != "f":
        raise NotImplementedError(f"poisson() needs a floating point tensor and got {input.dtype}; convert with .float()")  # fmt: skip
    if not (rate >= 0).all():
        raise RuntimeError(f"invalid Poisson rate, expected rate to be non-negative, but found {rate.min()}")
    return _drawn_with(input, None, _source(generator).poisson(rate), "PoissonBackward0")


@composed
def binomial(count: Tensor, prob: Tensor, generator: object = None) -> Tensor:
    """How many of `count` trials succeed, each with probability `prob`; the two have one floating point type.

    Raises:
        RuntimeError: the types differ. ValueError: they are no floating point types. NotImplementedError: float16.
    """
    for name, given in (("count", count), ("prob", prob)):
        if given._data.dtype.kind != "f":
            raise ValueError(f"binomial only supports floating-point dtypes for {name}, got: {given.dtype}")
    if count.dtype != prob.dtype:
        raise RuntimeError(f"binomial() needs count and prob of one type and got {count.dtype} and {prob.dtype}")
    if count.dtype is dtypes.float16:
        raise NotImplementedError("binomial() is not implemented for float16: convert with .float()")
    drawn = _source(generator).binomial(*np.broadcast_arrays(count._data, prob._data))
    return _not_differentiated(count, prob, drawn)


@differentiable(linear=True, name="NotImplemented")
def _not_differentiated(count: Any, prob: Any, drawn: np.ndarray) -> Any:
    def refuse(g: Any) -> Any:
        raise RuntimeError("derivative for binomial is not implemented: a number of successes has no slope")

    return drawn, refuse, refuse


@composed
def multinomial(
    input: Tensor, num_samples: int, replacement: bool = False, *, generator: object = None, out: Tensor | None = None
) -> Tensor:
    """Indices drawn with probabilities in proportion to `input`: (n) -> (num_samples), (m, n) -> (m, num_samples).

    Raises:
        RuntimeError: negative, infinite or all zero weights, or more samples than categories without replacement.
    """
    p = input._data
    if p.ndim not in (1, 2):
        raise RuntimeError(f"prob_dist must be 1 or 2 dim, got shape {list(p.shape)}")
    if p.dtype.kind != "f":
        raise RuntimeError(
            f"multinomial only supports floating-point dtypes for input, got: {p.dtype.name}; convert with .float()"
        )
    if num_samples <= 0:
        raise RuntimeError(f"cannot sample n_sample <= 0 samples, got {num_samples}")
    if not replacement and num_samples > p.shape[-1]:
        raise RuntimeError(
            f"cannot sample n_sample > prob_dist.size(-1) samples without replacement: {num_samples} of {p.shape[-1]}"
        )
    if not (np.isfinite(p).all() and (p >= 0).all()):
        raise RuntimeError("probability tensor contains either `inf`, `nan` or element < 0")
    if not (p.sum(axis=-1) > 0).all():
        raise RuntimeError("invalid multinomial distribution (sum of probabilities <= 0)")
    return wrap(np.ascontiguousarray(_source(generator).multinomial(p, num_samples, replacement)))


# ---------------------------------------------------------------------------------------------------------------------
# Fills: methods that overwrite a tensor with draws, in the order of its memory
# ---------------------------------------------------------------------------------------------------------------------
def _fill(self: Tensor, name: str, draw: Any) -> Tensor:
    """Overwrite with `draw(shape, contiguous)`, as an in-place operation whose node has this name."""
    node = None
    if recording.on and self.requires_grad:
        check_inplace(self)
        node = overwritten(self, None, self._data, name)._node  # the old values' gradient ends here
    data = writable(self._data)
    refuse_overlap(data, ())
    walk = layouts.walk(data)
    walk[...] = draw(walk.shape, data.flags.c_contiguous)
    changed(self._data)
    if node is not None:
        rebase(self, node)
    return self


@composed
def uniform_(self: Tensor, from_: float = 0.0, to: float = 1.0, *, generator: object = None) -> Tensor:
    """Overwrite with uniform numbers in [from, to).

    Raises:
        RuntimeError: from is above to.
    """
    check_floating("uniform_", self)
    if not from_ <= to:
        raise RuntimeError(f"uniform_ expects to return a [from, to) range, but found from={from_} > to={to}")
    if not to - from_ <= np.finfo(self._data.dtype).max:
        raise RuntimeError(
            f"uniform_ expects to - from to be a number of {self.dtype}, but found from={from_}, to={to}"
        )
    return _fill(
        self, "UniformBackward0", lambda shape, _: _source(generator).uniform(shape, from_, to, self._data.dtype.type)
    )


@composed
def normal_(self: Tensor, mean: float = 0.0, std: float = 1.0, *, generator: object = None) -> Tensor:
    """Overwrite with normal numbers.

    Raises:
        RuntimeError: a negative std.
    """
    if not std >= 0:
        raise RuntimeError(f"normal expects std >= 0.0, but found std {std}")
    check_floating("normal_", self)
    return _fill(
        self,
        "NormalBackward0",
        lambda shape, contiguous: _source(generator).normal(shape, mean, std, self._data.dtype.type, contiguous),
    )


@composed
def random_(self: Tensor, from_: int | None = None, to: int | None = None, *, generator: object = None) -> Tensor:
    """Overwrite with whole numbers: random_() over all that the type holds, random_(to) in [0, to), random_(from, to) in [from, to).

    Raises:
        RuntimeError: from is not below to.
    """
    kind = self._data.dtype
    if from_ is None and to is None:
        return _fill(self, "RandomBackward2", lambda shape, _: _source(generator).random(shape, kind))
    low, high = _whole("random_", low=0 if to is None else from_ or 0, high=from_ if to is None else to)
    if low >= high:
        raise RuntimeError(f"random_ expects 'from' to be less than 'to', but got from={low} >= to={high}")
    _within(kind, low, high)
    return _fill(
        self, f"RandomBackward{int(to is None)}", lambda shape, _: _source(generator).randint(low, high, shape, kind)
    )


@composed
def bernoulli_(self: Tensor, p: Tensor | float = 0.5, *, generator: object = None) -> Tensor:
    """Overwrite with 1 with probability p (a number, or a tensor of one for each element), else 0.

    Raises:
        RuntimeError: a probability outside [0, 1].
    """
    chance = p._data if isinstance(p, Tensor) else p
    if isinstance(p, Tensor):
        check_floating("bernoulli_", p)
    _probabilities(np.asarray(chance))
    if np.ndim(chance):
        if np.ndim(chance) > self.ndim or any(
            m not in (1, n) for m, n in zip(np.shape(chance)[::-1], self.shape[::-1], strict=False)
        ):
            raise RuntimeError(
                f"bernoulli_() needs probabilities that can be expanded to the shape {list(self.shape)}, and got {list(np.shape(chance))}"
            )
        chance = np.broadcast_to(chance, self._data.shape).transpose(layouts.axes(self._data))
    return _fill(
        self,
        f"BernoulliBackward{2 - isinstance(p, Tensor)}",
        lambda shape, _: _source(generator).bernoulli(shape, chance, self._data.dtype),
    )


@composed
def exponential_(self: Tensor, lambd: float = 1.0, *, generator: object = None) -> Tensor:
    """Overwrite with exponential numbers.

    Raises:
        RuntimeError: lambd is not positive.
    """
    if not lambd > 0:
        raise RuntimeError(f"exponential_ expects lambda > 0.0, but found lambda={lambd}")
    check_floating("exponential_", self)
    return _fill(
        self,
        "ExponentialBackward0",
        lambda shape, _: _source(generator).exponential(shape, lambd, self._data.dtype.type),
    )


@composed
def cauchy_(self: Tensor, median: float = 0.0, sigma: float = 1.0, *, generator: object = None) -> Tensor:
    """Overwrite with Cauchy numbers.

    Raises:
        RuntimeError: sigma is not positive.
    """
    if not sigma > 0:
        raise RuntimeError(f"cauchy_ expects sigma > 0.0, but found sigma={sigma}")
    check_floating("cauchy_", self)
    return _fill(
        self, "CauchyBackward0", lambda shape, _: _source(generator).cauchy(shape, median, sigma, self._data.dtype.type)
    )


@composed
def log_normal_(self: Tensor, mean: float = 1.0, std: float = 2.0, *, generator: object = None) -> Tensor:
    """Overwrite with e to the power of normal numbers.

    Raises:
        RuntimeError: std is not positive.
    """
    if not std > 0:
        raise RuntimeError(f"log_normal_ expects std > 0.0, but found std={std}")
    check_floating("log_normal_", self)
    return _fill(
        self,
        "LogNormalBackward0",
        lambda shape, _: _source(generator).log_normal(shape, mean, std, self._data.dtype.type),
    )


@composed
def geometric_(self: Tensor, p: float, *, generator: object = None) -> Tensor:
    """Overwrite with the numbers of trials up to the first success of probability p.

    Raises:
        RuntimeError: p is not in (0, 1).
    """
    if not 0 < p < 1:
        raise RuntimeError(f"geometric_ expects p to be in (0, 1), but got p={p}")
    if self._data.dtype.kind == "b":
        raise NotImplementedError("geometric_() is not implemented for torch.bool; convert with .int()")
    return _fill(self, "GeometricBackward0", lambda shape, _: _source(generator).geometric(shape, p, self._data.dtype))


for _method in (
    uniform_,
    normal_,
    random_,
    bernoulli_,
    exponential_,
    cauchy_,
    log_normal_,
    geometric_,
    bernoulli,
    multinomial,
):
    setattr(Tensor, _method.__name__, method(_method))
