"""torch.testing: assert that results are close, and make random tensors to test with; and `compare`, which tells a learner how close."""

from __future__ import annotations

import contextlib
import math
import warnings
from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any

import numpy as np

from .arrays import dtypes
from .tensors import creation, draws
from .tensors.tensor import Tensor, wrap

__all__ = ["assert_allclose", "assert_close", "compare", "make_tensor"]

# the relative and the absolute difference that rounding may make; none of whole numbers
_TOLERANCES = {"float16": (1e-3, 1e-5), "float32": (1.3e-6, 1e-5), "float64": (1e-7, 1e-7)}


def _tolerances(*types: Any, of: dict[str, tuple[float, float]] = _TOLERANCES) -> tuple[float, float]:
    """The wider ones of these types."""
    rtols, atols = zip(*(of.get(str(t).removeprefix("torch."), (0.0, 0.0)) for t in types), strict=True)
    return max(rtols), max(atols)


def _distance(a: np.ndarray, b: np.ndarray) -> np.ndarray:
    """|a - b|. That of whole numbers as uint64, in which no difference wraps around; bools have none."""
    if a.dtype.kind == "f":
        return np.abs(a - b)
    a, b = a.astype(np.int64), b.astype(np.int64)
    return (np.maximum(a, b) - np.minimum(a, b)).view(np.uint64)


def _close(actual: np.ndarray, expected: np.ndarray, rtol: float, atol: float, equal_nan: bool) -> np.ndarray:
    """Where |actual - expected| <= atol + rtol |expected|."""
    close = actual == expected
    if equal_nan:
        close |= (actual != actual) & (expected != expected)
    if rtol or atol:
        difference = _distance(actual, expected)
        close |= np.isfinite(difference) & (difference <= atol + rtol * np.abs(expected))
    return close


# ---------------------------------------------------------------------------------------------------------------------
# compare: one line for a learner
# ---------------------------------------------------------------------------------------------------------------------
_WORDS = {
    "en": {
        "shapes": "{name}: different, shapes {a} and {b}{types}",
        "exact": "{name}: exact{types}",
        "close": "{name}: close, largest difference {largest}{types}",
        "different": "{name}: different, largest difference {largest}{types}",
        "types": ", types {a} and {b}",
    },
    "pt": {
        "shapes": "{name}: diferentes, formatos {a} e {b}{types}",
        "exact": "{name}: exatamente iguais{types}",
        "close": "{name}: quase iguais, maior diferença {largest}{types}",
        "different": "{name}: diferentes, maior diferença {largest}{types}",
        "types": ", tipos {a} e {b}",
    },
}


def compare(name: str, ours: Any, theirs: Any, *, language: str = "en") -> None:
    """Print in one line whether two results are exactly the same, close (they differ by rounding alone), or different.

    Results are tensors of this library or of PyTorch, arrays, numbers, or lists of these. What differs besides the numbers is named:
    shapes, and the types of elements. The line is in English, or with `language="pt"` in Brazilian Portuguese.

    >>> x = torch.tensor([1.0, 2.0, 3.0])
    >>> torch.testing.compare("mean", x.mean(), 2.0)
    mean: exact
    >>> torch.testing.compare("softmax", torch.softmax(x, 0), x.exp() / x.exp().sum() + 1e-7)
    softmax: close, largest difference 1.2e-07
    >>> torch.testing.compare("gradient", x, -x)
    gradient: different, largest difference 6
    >>> torch.testing.compare("shape", x, x.view(3, 1))
    shape: different, shapes (3,) and (3, 1)
    """
    if language not in _WORDS:
        raise ValueError(f'language must be one of "en" and "pt", got {language!r}')
    words = _WORDS[language]
    a, b = _as_array(ours), _as_array(theirs)
    typed = all(hasattr(x, "dtype") for x in (ours, theirs))  # a Python number or list has no type of its own
    types = words["types"].format(a=a.dtype, b=b.dtype) if typed and a.dtype != b.dtype else ""
    if a.shape != b.shape:
        print(words["shapes"].format(name=name, a=a.shape, b=b.shape, types=types))
        return
    # Python's numbers, as `item()` gives them, come from float32 as a rule
    kinds = [
        x.dtype if hasattr(given, "dtype") or x.dtype.kind != "f" else "float32"
        for given, x in ((ours, a), (theirs, b))
    ]
    tolerances = _tolerances(*kinds)
    if a.dtype != b.dtype:
        a, b = a.astype(np.float64), b.astype(np.float64)
    equal = _close(a, b, 0, 0, equal_nan=True)
    if equal.all():
        print(words["exact"].format(name=name, types=types))
        return
    largest = _distance(a, b)[~equal].max()
    verdict = "close" if _close(a, b, *tolerances, equal_nan=True).all() else "different"
    print(words[verdict].format(name=name, largest=f"{largest:.2g}", types=types))


def _as_array(value: Any) -> np.ndarray:
    if hasattr(value, "detach"):  # a tensor, of either library
        return value.detach().cpu().numpy()
    if isinstance(value, (list, tuple)):
        return np.asarray([_as_array(v) for v in value])
    return np.asarray(value)


# ---------------------------------------------------------------------------------------------------------------------
# assert_close
# ---------------------------------------------------------------------------------------------------------------------
def assert_close(
    actual: Any,
    expected: Any,
    *,
    allow_subclasses: bool = True,
    rtol: float | None = None,
    atol: float | None = None,
    equal_nan: bool = False,
    check_device: bool = True,
    check_dtype: bool = True,
    check_layout: bool = True,
    check_stride: bool = False,
    msg: str | Callable[[str], str] | None = None,
) -> None:
    """Assert |actual - expected| <= atol + rtol |expected|, of tensors, arrays, numbers, and sequences and mappings of these.

    Without rtol and atol: 1e-3 and 1e-5 for float16, 1.3e-6 and 1e-5 for float32, 1e-7 and 1e-7 for float64, exact for whole numbers.
    msg: another text, or a function of the text.

    Raises:
        AssertionError: they are not close, or differ in shape, dtype, length or keys. TypeError: they cannot be compared.
        ValueError: rtol without atol, or the other way round. RuntimeError: a negative one.

    >>> torch.testing.assert_close(torch.tensor([1.0, 2.0]), torch.tensor([1.0, 2.5]))
    Traceback (most recent call last):
    AssertionError: Tensor-likes are not close!
    <BLANKLINE>
    Mismatched elements: 1 / 2 (50.0%)
    Greatest absolute difference: 0.5 at index (1,) (up to 1e-05 allowed)
    Greatest relative difference: 0.20000000298023224 at index (1,) (up to 1.3e-06 allowed)
    """
    for name, tolerance in (("rtol", rtol), ("atol", atol)):
        if tolerance is not None and tolerance < 0:
            raise RuntimeError(f"{name} must be greater than or equal to zero, but got {tolerance}")
    for a, b, path in list(_pairs(actual, expected, (), (rtol, atol), allow_subclasses)):
        text = _difference(a, b, (rtol, atol), equal_nan, check_dtype, check_stride, check_layout)
        if text is not None:
            text = _at(text, path)
            raise AssertionError(msg(text) if callable(msg) else text if msg is None else msg)


_OLD_TOLERANCES = {"float16": (1e-3, 1e-3), "float32": (1e-4, 1e-5), "float64": (1e-5, 1e-8)}


def assert_allclose(
    actual: Any,
    expected: Any,
    rtol: float | None = None,
    atol: float | None = None,
    equal_nan: bool = True,
    msg: str = "",
) -> None:
    """`assert_close` as it was until torch 1.12: wider without rtol and atol, of tensors or what makes one; a nan is close to a nan.

    Raises:
        AssertionError: they are not close, or differ in shape. ValueError: rtol without atol, or the other way round.
    """
    warnings.warn(
        "`torch.testing.assert_allclose()` is deprecated since 1.12 and will be removed in a future release. "
        "Please use `torch.testing.assert_close()` instead.",
        FutureWarning,
        stacklevel=2,
    )
    actual = actual if isinstance(actual, Tensor) else creation.tensor(actual)
    expected = expected if isinstance(expected, Tensor) else creation.tensor(expected, dtype=actual.dtype)
    if rtol is None and atol is None:
        rtol, atol = _tolerances(actual.dtype, expected.dtype, of=_OLD_TOLERANCES)
    assert_close(actual, expected, rtol=rtol, atol=atol, equal_nan=equal_nan, check_dtype=False, msg=msg or None)


def _at(text: str, path: tuple) -> str:
    place = "".join(str([key]) for key in path)
    return f"{text}\n\nThe failure occurred for item {place}" if path else text


def _no_single_tolerance(given: tuple, path: tuple) -> None:
    if given.count(None) == 1:
        missing = ("rtol", "atol")[given.index(None)]
        raise ValueError(
            _at(f"Both 'rtol' and 'atol' must be either specified or omitted, but got no {missing}.", path)
        )


def _pairs(
    actual: Any, expected: Any, path: tuple, given: tuple, allow_subclasses: bool
) -> Iterator[tuple[Any, Any, tuple]]:
    """What is to be compared with what, and where it stands in the structure."""
    both = (actual, expected)
    if all(isinstance(x, Sequence) and not isinstance(x, str) for x in both):
        if len(actual) != len(expected):
            text = f"The length of the sequences mismatch: {len(actual)} != {len(expected)}"
            raise AssertionError(_at(text, path))
        for i, (a, b) in enumerate(zip(actual, expected, strict=True)):
            yield from _pairs(a, b, (*path, i), given, allow_subclasses)
    elif all(isinstance(x, Mapping) for x in both):
        missing, added = expected.keys() - actual.keys(), actual.keys() - expected.keys()
        if missing or added:
            text = (
                f"The keys of the mappings do not match:\nMissing keys in the actual mapping: {sorted(missing)}\n"
                f"Additional keys in the actual mapping: {sorted(added)}"
            )
            raise AssertionError(_at(text, path))
        keys = list(actual)
        with contextlib.suppress(TypeError):  # keys of several types have no order
            keys = sorted(keys)
        for key in keys:
            yield from _pairs(actual[key], expected[key], (*path, key), given, allow_subclasses)
    elif actual is None or expected is None or all(isinstance(x, (bool, np.bool_)) for x in both):
        yield actual, expected, path
    elif all(isinstance(x, (int, float, np.number)) for x in both):
        _no_single_tolerance(given, path)
        yield actual, expected, path
    else:
        related = isinstance(actual, type(expected)) or isinstance(expected, type(actual))
        if (
            not all(isinstance(x, (Tensor, np.ndarray)) for x in both)
            or not related
            or not (allow_subclasses or len({Tensor if getattr(x, "is_sparse", False) else type(x) for x in both}) == 1)
        ):
            text = f"No comparison pair was able to handle inputs of type {type(actual)} and {type(expected)}."
            raise TypeError(_at(text, path))
        _no_single_tolerance(given, path)
        yield creation.as_tensor(actual).detach(), creation.as_tensor(expected).detach(), path


def _difference(
    actual: Any,
    expected: Any,
    given: tuple,
    equal_nan: bool,
    check_dtype: bool,
    check_stride: bool = False,
    check_layout: bool = True,
) -> str | None:
    """What differs, or None."""
    if actual is None or expected is None:
        return None if actual is expected else f"None mismatch: {actual} is not {expected}"
    if all(isinstance(x, (bool, np.bool_)) for x in (actual, expected)):
        return None if actual == expected else f"Booleans mismatch: {actual} is not {expected}"
    if not isinstance(actual, Tensor):
        actual, expected = (x.item() if isinstance(x, np.generic) else x for x in (actual, expected))
        if check_dtype and type(actual) is not type(expected):
            return f"The (d)types do not match: {type(actual)} != {type(expected)}."
        types = ["float64" if isinstance(x, float) else "int64" for x in (actual, expected)]
        rtol, atol = _tolerances(*types) if given == (None, None) else given
        both_nan = equal_nan and actual != actual and expected != expected
        difference = abs(actual - expected)
        near = difference < math.inf and difference <= atol + abs(rtol * expected)
        return None if actual == expected or both_nan or near else _numbers_differ(actual, expected, rtol, atol)
    if actual.shape != expected.shape:
        return _attributes_differ("shape", actual.shape, expected.shape)
    if actual.layout is not expected.layout:
        if check_layout:
            return _attributes_differ("layout", actual.layout, expected.layout)
        actual, expected = actual.to_dense(), expected.to_dense()
    if check_stride and not actual.is_sparse and actual.stride() != expected.stride():
        return _attributes_differ("stride()", actual.stride(), expected.stride())
    if check_dtype and actual.dtype != expected.dtype:
        return _attributes_differ("dtype", actual.dtype, expected.dtype)
    rtol, atol = _tolerances(actual.dtype, expected.dtype) if given == (None, None) else given
    common = dtypes.promote_types(actual.dtype, expected.dtype)
    actual, expected = actual.to(common), expected.to(common)
    if actual.is_sparse:
        return _sparse_difference(actual, expected, (rtol, atol), equal_nan)
    close = _close(actual.numpy(), expected.numpy(), rtol, atol, equal_nan)
    if close.all():
        return None
    return (
        _tensors_differ(actual, expected, close, rtol, atol)
        if actual.ndim
        else _numbers_differ(actual.item(), expected.item(), rtol, atol)
    )


def _sparse_difference(actual: Any, expected: Any, given: tuple, equal_nan: bool) -> str | None:
    """Of sparse tensors their numbers and where these are, which may be named twice in both."""
    counts = actual._nnz(), expected._nnz()
    if counts[0] != counts[1]:
        return f"The number of specified values in sparse COO tensors does not match: {counts[0]} != {counts[1]}"
    text = _difference(actual._indices(), expected._indices(), (0, 0), False, False)
    if text is not None:
        return text.replace("Tensor-likes", "Sparse COO indices", 1)
    text = _difference(actual._values(), expected._values(), given, equal_nan, False)
    return text and text.replace("Tensor-likes", "Sparse COO values", 1)


def _attributes_differ(name: str, actual: Any, expected: Any) -> str:
    return f"The values for attribute '{name}' do not match: {actual} != {expected}."


def _limits(rtol: float, atol: float) -> tuple[str, str, str]:
    """What was demanded, and how large the absolute and the relative difference may be."""
    if rtol == atol == 0:
        return "equal", "", ""
    return "close", f" (up to {atol} allowed)", f" (up to {rtol} allowed)"


def _numbers_differ(actual: Any, expected: Any, rtol: float, atol: float) -> str:
    demanded, absolute, relative = _limits(rtol, atol)
    difference = abs(actual - expected)
    return (
        f"Scalars are not {demanded}!\n\nExpected {expected} but got {actual}.\nAbsolute difference: {difference}{absolute}\n"
        f"Relative difference: {difference / abs(expected) if expected else math.inf}{relative}"
    )


def _tensors_differ(actual: Tensor, expected: Tensor, close: np.ndarray, rtol: float, atol: float) -> str:
    demanded, *allowed = _limits(rtol, atol)
    if not actual.dtype.is_floating_point:
        actual, expected = actual.long(), expected.long()
    wrong = int((~close).sum())
    text = f"Tensor-likes are not {demanded}!\n\nMismatched elements: {wrong} / {close.size} ({wrong / close.size:.1%})"
    absolute = (actual - expected).abs()
    for kind, difference, limit in zip(
        ("absolute", "relative"), (absolute, absolute / expected.abs()), allowed, strict=True
    ):
        difference = difference.masked_fill(wrap(close), 0)
        index = tuple(map(int, np.unravel_index(int(difference.argmax()), close.shape)))
        text += f"\nGreatest {kind} difference: {difference.max().item()} at index {index}{limit}"
    return text


# ---------------------------------------------------------------------------------------------------------------------
# make_tensor
# ---------------------------------------------------------------------------------------------------------------------
def make_tensor(
    *shape: Any,
    dtype: dtypes.dtype,
    device: Any,
    low: float | None = None,
    high: float | None = None,
    requires_grad: bool = False,
    noncontiguous: bool = False,
    exclude_zero: bool = False,
    memory_format: Any = None,
) -> Tensor:
    """Uniform numbers in [low, high), by default from -9 to 9: torch's of the same seed.

    noncontiguous: every second element of memory; exclude_zero: 1, or the smallest floating point number, in place of 0.

    Raises:
        ValueError: low is not below high, nan, or outside of the type; requires_grad of whole numbers.

    >>> _ = torch.manual_seed(0)
    >>> torch.testing.make_tensor((2,), dtype=torch.int64, device="cpu", low=0, high=10)
    tensor([4, 9])
    """
    if memory_format is not None and noncontiguous:
        raise ValueError(
            f"The parameters `noncontiguous` and `memory_format` are mutually exclusive, but got {noncontiguous=} and {memory_format=}"
        )
    floating = dtype.is_floating_point
    if requires_grad and not floating:
        raise ValueError(
            f"`requires_grad=True` is not supported for boolean and integral dtypes, but got dtype={dtype}"
        )
    if len(shape) == 1 and isinstance(shape[0], Sequence):
        shape = tuple(shape[0])
    twice = noncontiguous and math.prod(shape) > 1
    if twice:
        shape = (*shape[:-1], 2 * shape[-1])
    if floating:
        limits: Any = (dtypes.finfo(dtype).min, dtypes.finfo(dtype).max)
        defaults = (-9, 9)
    elif dtype is dtypes.bool:
        limits = defaults = (0, 2)
    else:
        # randint takes no bound beyond int64
        limits = (dtypes.iinfo(dtype).min, dtypes.iinfo(dtype).max + (dtype is not dtypes.int64))
        defaults = (-9, 10)
    start, end = _range(dtype, low, high, limits, defaults)
    if not floating:
        result = draws.randint(math.ceil(start), math.ceil(end), shape, dtype=dtype, device=device)
    else:
        result = creation.empty(shape, dtype=dtype, device=device)
        if end - start >= limits[1]:  # more than uniform_ takes
            result.uniform_(start / 2, end / 2).mul_(2)
        else:
            result.uniform_(start, end)
    if twice:
        result = result[..., 1::2]
    if memory_format is not None:
        result = result.clone(memory_format=memory_format)
    if exclude_zero:
        result[result == 0] = dtypes.finfo(dtype).tiny if floating else 1
    return result.requires_grad_(requires_grad)


def _range(dtype: Any, low: Any, high: Any, limits: tuple, defaults: tuple) -> tuple[Any, Any]:
    low, high = (default if given is None else given for given, default in zip((low, high), defaults, strict=True))
    if math.isnan(low) or math.isnan(high):
        raise ValueError(f"`low` and `high` cannot be NaN, but got {low=} and {high=}")
    if low == high and dtype.is_floating_point:
        warnings.warn(
            "Passing `low==high` to make_tensor for floating point types is deprecated. Use `torch.full(...)` instead.",
            FutureWarning,
            stacklevel=3,
        )
    elif low >= high:
        raise ValueError(f"`low` must be less than `high`, but got {low} >= {high}")
    elif high < limits[0] or low >= limits[1]:
        raise ValueError(
            f"The value interval specified by `low` and `high` is [{low}, {high}), but {dtype} only supports [{limits[0]}, {limits[1]})"
        )
    return tuple(min(max(x, limits[0]), limits[1]) for x in (low, high))  # type: ignore[return-value]
