"""New tensors of random numbers: rand, randn, randint, ..., torch's CPU stream, bit for bit."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any, cast

import numpy as np

from ..arrays import dtypes, formats, layouts, samples
from ..autograd.contract import composed, method
from ..autograd.out import into
from ..autograd.rule import differentiable
from ..ops.checks import check_floating
from ..ops.picking import flat_slope
from .creation import empty
from .elements import default_type, numpy_type, shape_of
from .fills import bounds_in, check_probabilities, normal_, uniform_, whole_numbers
from .generator import source
from .options import as_made_of, new_leaf, size_given, stored, typed_as
from .tensor import Tensor, wrap

if TYPE_CHECKING:
    from ..autograd.contract import CastOut, DType, Layout, MemoryFormat, Pin, QuietOut, Shape, TypedOut

__all__ = [
    "bernoulli", "binomial", "multinomial", "normal", "poisson", "rand", "rand_like", "randint", "randint_like",
    "randn", "randn_like", "randperm",
]  # fmt: skip


def _drawn(kind: str, size: tuple, options: dict, draw: Any) -> Tensor:
    """A new tensor of a draw, with the keywords that all these functions share."""
    if not size and "size" not in options:
        raise TypeError(f"{kind}() needs a size: {kind}(2, 3), or {kind}(()) for a single number")
    dtype = generator = where = None
    requires_grad = False
    if options:
        if "size" in options:
            size = size_given(kind, size, {"size": options.pop("size")})
        dtype, generator, where = (options.pop(key, None) for key in ("dtype", "generator", "device"))
        requires_grad = options.pop("requires_grad", False)
        stored(kind, options.pop("layout", None), options.pop("pin_memory", False))
        if options:
            raise TypeError(
                f"{kind}() got an unexpected keyword argument '{next(iter(options))}'; it takes size, out, dtype, generator, requires_grad, device"
            )
    stream = source(generator)
    drawn_type = numpy_type(dtype, default_type())
    if drawn_type.kind != "f":
        raise NotImplementedError(
            f"\"{kind}\" not implemented for '{dtypes.TITLES[drawn_type.name]}': give a floating point dtype, or use randint"
        )
    shape = shape_of(size)
    if samples.active:
        return samples.draw(lambda shape: new_leaf(draw(stream, shape, drawn_type.type), requires_grad, where), shape)
    return new_leaf(draw(stream, shape, drawn_type.type), requires_grad, where)


def _drawn_into(out: Any, fill: Any, size: tuple, options: dict) -> Tensor:
    """`out`, in that size, overwritten with a draw in the order of its memory."""
    stated = {key: options[key] for key in ("size", "dtype", "device", "layout") if key in options}
    filled = fill(empty(*size, out=out, **stated), generator=options.get("generator"))
    return filled.requires_grad_() if options.get("requires_grad") else filled


def rand(*size: Any, out: Tensor | None = None, **options: Any) -> Tensor:
    """Uniform numbers in [0, 1). Keywords: dtype, generator, requires_grad, device.

    >>> _ = torch.manual_seed(0)
    >>> torch.rand(3)
    tensor([0.4963, 0.7682, 0.0885])
    """
    if out is not None:
        return _drawn_into(out, uniform_, size, options)
    return _drawn("rand", size, options, lambda stream, shape, kind: stream.uniform(shape, 0.0, 1.0, kind))


def randn(*size: Any, out: Tensor | None = None, **options: Any) -> Tensor:
    """Standard normal numbers. Keywords: dtype, generator, requires_grad, device.

    >>> _ = torch.manual_seed(0)
    >>> torch.randn(3)
    tensor([ 1.5410, -0.2934, -2.1788])
    """
    if out is not None:
        return _drawn_into(out, normal_, size, options)
    return _drawn("randn", size, options, lambda stream, shape, kind: stream.normal(shape, 0.0, 1.0, kind))


@composed
def rand_like(
    input: Tensor, *, dtype: DType | None = None, memory_format: MemoryFormat | None = None, **options: Any
) -> Tensor:
    """`rand` of the shape and type of `input`.

    >>> _ = torch.manual_seed(0)
    >>> torch.rand_like(torch.zeros(3))
    tensor([0.4963, 0.7682, 0.0885])
    """
    return _in_order_of(input, rand(tuple(input.shape), dtype=dtype or input.dtype, **options), memory_format)


@composed
def randn_like(
    input: Tensor, *, dtype: DType | None = None, memory_format: MemoryFormat | None = None, **options: Any
) -> Tensor:
    """`randn` of the shape and type of `input`.

    >>> _ = torch.manual_seed(0)
    >>> torch.randn_like(torch.zeros(3))
    tensor([ 1.5410, -0.2934, -2.1788])
    """
    data = input._data
    contiguous = (memory_format is None and data.flags.c_contiguous) or layouts.new(
        data.shape, data.dtype, formats.steps_like(data, memory_format)
    ).flags.c_contiguous
    drawn = _drawn(
        "randn",
        (tuple(input.shape),),
        {"dtype": dtype or input.dtype, **options},
        lambda stream, shape, kind: stream.normal(shape, 0.0, 1.0, kind, contiguous),
    )
    return _in_order_of(input, drawn, memory_format)


def _in_order_of(input: Tensor, drawn: Tensor, order: object) -> Tensor:
    """torch fills memory in order, and a `_like` tensor has its model's memory order, if it is given no other."""
    like = layouts.new(input._data.shape, drawn._data.dtype, formats.steps_like(input._data, order))
    if not like.flags.c_contiguous:
        walk = layouts.walk(like)
        walk[...] = drawn._data.reshape(walk.shape)
        drawn._data = like
    return as_made_of(input, drawn)


def randint(
    low: Any = 0,
    high: Any = None,
    size: Any = None,
    *,
    generator: Any = None,
    out: Tensor | None = None,
    dtype: Any = None,
    layout: Any = None,
    device: Any = None,
    pin_memory: bool = False,
    requires_grad: bool = False,
) -> Tensor:
    """Whole numbers in [low, high): randint(high, size) or randint(low, high, size).

    Raises:
        RuntimeError: high is not above low.

    >>> _ = torch.manual_seed(0)
    >>> torch.randint(1, 7, (5,))  # a die
    tensor([3, 4, 6, 1, 2])
    """
    if isinstance(high, (tuple, list)):
        low, high, size = 0, low, high
    elif high is None:
        low, high = 0, low
    if not isinstance(size, (tuple, list)):
        raise TypeError(
            f"randint() needs a size: randint(high, size) or randint(low, high, size), with size a tuple, not {type(size).__name__}"
        )
    stored("randint", layout, pin_memory)
    low, high = whole_numbers("randint", low=low, high=high)
    kind = numpy_type(typed_as(out, dtype), np.dtype(np.int64))
    low, high = bounds_in(kind, low, high)
    shape = shape_of((tuple(size),))
    if samples.active:
        return samples.draw(
            lambda shape: new_leaf(source(generator).randint(low, high, shape, kind), requires_grad, device), shape
        )
    made = new_leaf(source(generator).randint(low, high, shape, kind), requires_grad, device)
    return made if out is None else into(out, made, "randint", ())


@composed
def randint_like(
    input: Tensor,
    low: int | None = None,
    high: int | None = None,
    *,
    dtype: DType | None = None,
    memory_format: MemoryFormat | None = None,
    **options: Any,
) -> Tensor:
    """`randint` of the shape and type of `input`: randint_like(x, high) or randint_like(x, low, high).

    Raises:
        TypeError: neither bound is given.

    >>> _ = torch.manual_seed(0)
    >>> torch.randint_like(torch.zeros(3), 10)
    tensor([4., 9., 3.])
    """
    low, high = (0, low) if high is None else (low or 0, high)
    if high is None:
        raise TypeError("randint_like() needs a bound: randint_like(input, high) or randint_like(input, low, high)")
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
        RuntimeError: n is negative, or more than `dtype` counts exactly.

    >>> _ = torch.manual_seed(0)
    >>> torch.randperm(5)
    tensor([4, 0, 1, 3, 2])
    """
    stored("randperm", layout, pin_memory)
    (n,) = whole_numbers("randperm", n=n)
    if n < 0:
        raise RuntimeError(f"n must be non-negative, got {n}")
    kind = numpy_type(typed_as(out, dtype), np.dtype(np.int64))
    if kind.kind == "b":
        raise NotImplementedError("randperm() is not implemented for 'Bool'")
    most = np.iinfo(kind).max + 1 if kind.kind != "f" else 2 ** (np.finfo(kind).nmant + 1) + 1
    if n > most:
        raise RuntimeError(f"n cannot be greater than {most} for {kind}, which has no more whole numbers in a row: {n}")
    if samples.active:

        def each(shape: tuple) -> Tensor:
            rows = [source(generator).randperm(n) for _ in range(math.prod(shape))]
            return new_leaf(np.stack(rows).reshape(*shape, n).astype(kind, copy=False), requires_grad, device)

        return samples.draw(each, ())
    made = new_leaf(source(generator).randperm(n).astype(kind, copy=False), requires_grad, device)
    return made if out is None else into(out, made, "randperm", ())


@composed
def normal(
    mean: Tensor | float = 0.0,
    std: Tensor | float = 1.0,
    size: Shape | None = None,
    *,
    generator: object = None,
    out: QuietOut | TypedOut | None = None,
    dtype: DType | None = None,
    layout: Layout | None = None,
    device: object = None,
    pin_memory: Pin = False,
    requires_grad: bool = False,
) -> Tensor:
    """Normal numbers; mean and std are tensors, one for each number, or numbers together with a size.

    Raises:
        RuntimeError: a negative std.

    >>> _ = torch.manual_seed(0)
    >>> torch.normal(10.0, 1.0, (3,))
    tensor([11.5410,  9.7066,  7.8212])
    """
    if size is not None:  # of all numbers the same
        mean, std = (x.item() if isinstance(x, Tensor) and not x.ndim else x for x in (mean, std))
    tensors = [x for x in (mean, std) if isinstance(x, Tensor)]
    if not np.all(np.asarray(std._data if isinstance(std, Tensor) else std) >= 0):
        text = "normal expects all elements of std >= 0.0" if isinstance(std, Tensor) else "normal expects std >= 0.0"
        raise RuntimeError(f"{text}, but found std {std}")
    if not tensors:
        if size is None:
            raise TypeError("normal() needs a size where mean and std are numbers")
        kind = numpy_type(dtype, default_type())
        if kind.kind != "f":
            raise NotImplementedError(
                f"normal() is not implemented for '{dtypes.TITLES[kind.name]}': give a floating point dtype"
            )
        drawn = source(generator).normal(shape_of((size,)), cast(float, mean), cast(float, std), kind.type)
        return new_leaf(drawn, requires_grad, device)
    if size is not None:
        raise TypeError("normal() takes its size from the tensors: leave `size` out, or give mean and std as numbers")
    kind = numpy_type(dtype, tensors[0]._data.dtype)
    if kind.kind != "f":
        raise NotImplementedError(
            f"normal() is not implemented for '{dtypes.TITLES[kind.name]}': convert the tensors with .float()"
        )
    try:
        shape = np.broadcast_shapes(*(tuple(x.shape) for x in tensors))
    except ValueError:
        shapes = " and ".join(str(list(x.shape)) for x in tensors)
        raise RuntimeError(f"normal(): mean and std must broadcast, and have the shapes {shapes}") from None
    z = source(generator).normal(shape, 0.0, 1.0, kind.type)
    spread, middle = (x._data if isinstance(x, Tensor) else kind.type(x) for x in (std, mean))
    node = f"NormalBackward{isinstance(mean, Tensor) + 2 * isinstance(std, Tensor)}"
    scaled = (z * spread).astype(kind, copy=False)  # one after the other, as torch, which rounds twice
    return _drawn_with(mean, std, (scaled + middle).astype(kind, copy=False), node)


@differentiable(linear=True, name=lambda first, second, drawn, node: node)
def _drawn_with(first: Any, second: Any, drawn: np.ndarray, node: str) -> Any:
    """Numbers drawn with these parameters: torch takes their gradients for 0 (rsample of distributions has others)."""
    return drawn, flat_slope, flat_slope


@composed
def bernoulli(
    input: Tensor, p: float | None = None, *, generator: object = None, out: CastOut | QuietOut | None = None
) -> Tensor:
    """1 with the probability that each element of `input` says (or `p`, for its shape), else 0.

    Raises:
        RuntimeError: a probability outside [0, 1].

    >>> _ = torch.manual_seed(0)
    >>> torch.bernoulli(torch.tensor([0.0, 0.5, 0.5, 1.0]))
    tensor([0., 0., 1., 1.])
    """
    data = input._data
    if p is None:
        check_floating("bernoulli", input)
    chance = data if p is None else p
    check_probabilities(np.asarray(chance))
    drawn = source(generator).bernoulli(data.shape, chance, data.dtype)
    return _drawn_with(input, None, drawn, "BernoulliBackward0") if p is None else as_made_of(input, wrap(drawn))


@composed
def poisson(input: Tensor, generator: object = None) -> Tensor:
    """How many events come, where each element of `input` says how many come on average.

    Raises:
        RuntimeError: a negative rate. NotImplementedError: no floating point type.

    >>> _ = torch.manual_seed(0)
    >>> torch.poisson(torch.tensor([0.5, 5.0, 500.0]))
    tensor([  2.,   6., 497.])
    """
    rate = input._data
    if rate.dtype.kind != "f":
        raise NotImplementedError(
            f"poisson() needs a floating point tensor and got {input.dtype}; convert with .float()"
        )
    if not (rate >= 0).all():
        raise RuntimeError(f"invalid Poisson rate, expected rate to be non-negative, but found {rate.min()}")
    return _drawn_with(input, None, source(generator).poisson(rate), "PoissonBackward0")


@composed
def binomial(count: Tensor, prob: Tensor, generator: object = None) -> Tensor:
    """How many of `count` trials succeed, each with probability `prob`; the two have one floating point type.

    Raises:
        RuntimeError: the types differ. ValueError: they are no floating point types. NotImplementedError: float16.

    >>> _ = torch.manual_seed(0)
    >>> torch.binomial(torch.tensor([10.0, 10.0]), torch.tensor([0.0, 1.0]))
    tensor([ 0., 10.])
    """
    for name, given in (("count", count), ("prob", prob)):
        if given._data.dtype.kind != "f":
            raise ValueError(f"binomial only supports floating-point dtypes for {name}, got: {given.dtype}")
    if count.dtype != prob.dtype:
        raise RuntimeError(f"binomial() needs count and prob of one type and got {count.dtype} and {prob.dtype}")
    if count.dtype is dtypes.float16:
        raise NotImplementedError("binomial() is not implemented for 'Half': convert with .float()")
    drawn = source(generator).binomial(*np.broadcast_arrays(count._data, prob._data))
    return _not_differentiated(count, prob, drawn)


@differentiable(linear=True, name="NotImplemented")
def _not_differentiated(count: Any, prob: Any, drawn: np.ndarray) -> Any:
    def refuse(g: Any) -> Any:
        raise RuntimeError("derivative for binomial is not implemented: a number of successes has no slope")

    return drawn, refuse, refuse


@composed
def multinomial(
    input: Tensor, num_samples: int, replacement: bool = False, *, generator: object = None, out: QuietOut | None = None
) -> Tensor:
    """Indices drawn with probabilities in proportion to `input`: (n) -> (num_samples), (m, n) -> (m, num_samples).

    Raises:
        RuntimeError: negative, infinite or all zero weights, or more samples than categories without replacement.

    >>> _ = torch.manual_seed(0)
    >>> torch.multinomial(torch.tensor([0.0, 3.0, 1.0]), 5, replacement=True)
    tensor([2, 1, 1, 2, 1])
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
    if p.shape[-1] > 2**24:
        raise RuntimeError(f"number of categories cannot exceed 2^24, got {p.shape[-1]}")
    if p.size and not (p.min() >= 0 and p.max() < np.inf):  # the smallest is nan where there is one
        raise RuntimeError(
            "probability tensor contains either `inf`, `nan` or element < 0: invalid multinomial distribution"
        )
    total = p.sum(axis=-1)
    if not (total > 0 if p.ndim == 1 else (total > 0).all()):
        raise RuntimeError("invalid multinomial distribution (sum of probabilities <= 0)")
    return as_made_of(input, wrap(np.ascontiguousarray(source(generator).multinomial(p, num_samples, replacement))))


for _method in (bernoulli, multinomial):
    setattr(Tensor, _method.__name__, method(_method))
