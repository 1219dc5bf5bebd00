"""float32 ... bool: the data types, and torch's rules for which type an operation on two of them gives."""

from __future__ import annotations

import builtins  # torch's names shadow bool, int and float here
import functools
from typing import Any

import numpy as np

from ..names.titles import titled

__all__ = [
    "dtype", "float64", "double", "float32", "float", "float16", "half", "int64", "long", "int32", "int", "int16", "short",
    "int8", "uint8", "bool", "bfloat16", "float8_e4m3fn", "float8_e5m2", "complex32", "chalf", "complex64", "cfloat", "complex128", "cdouble",
    "uint16", "uint32", "uint64", "qint8", "quint8", "qint32", "get_default_dtype", "set_default_dtype", "promote_types", "result_type", "can_cast", "finfo",
    "iinfo",
]  # fmt: skip


class dtype:
    """A data type, such as ``torch.float32``. NumPy takes it wherever it takes a type of its own.

    >>> torch.zeros(2).dtype
    torch.float32
    >>> torch.float64.itemsize, torch.int32.is_floating_point
    (8, False)
    """

    __slots__ = ("dtype", "name")

    def __init__(self, name: str) -> None:
        self.name = name
        self.dtype = np.dtype(name)  # NumPy looks for an attribute of this name

    def __repr__(self) -> str:
        return f"torch.{self.name}"

    def __reduce__(self) -> str:
        return self.name

    @property
    def is_floating_point(self) -> builtins.bool:
        """Whether values are floating point numbers, the only ones that can have gradients."""
        return self.dtype.kind == "f"

    @property
    def is_complex(self) -> builtins.bool:
        """Always False: complex numbers are not supported."""
        return False

    @property
    def is_signed(self) -> builtins.bool:
        """Whether negative values exist."""
        return self.dtype.kind in "fi"

    @property
    def itemsize(self) -> builtins.int:
        """Bytes per element."""
        return self.dtype.itemsize


float64 = double = dtype("float64")
float32 = float = dtype("float32")
float16 = half = dtype("float16")
int64 = long = dtype("int64")
int32 = int = dtype("int32")
int16 = short = dtype("int16")
int8 = dtype("int8")
uint8 = dtype("uint8")
bool = dtype("bool")


class LeftOut(dtype):
    """A type of torch's that may be named and compared, as programs do that can use it; tensors of it have no elements."""

    __slots__ = ("_facts", "_instead", "of_none")  # of_none: what an array without elements has

    def __init__(self, name: str, itemsize: builtins.int, instead: str, signed: builtins.bool = True) -> None:
        self.name, self._instead, self._facts = name, instead, (itemsize, signed)
        self.of_none = np.dtype([(name, f"V{itemsize}")])

    @property
    def dtype(self) -> Any:  # type: ignore[override]
        """NumPy's type: asked for wherever the type is used.

        Raises:
            TypeError: always.
        """
        raise TypeError(f"minitorch_pt has no tensors of {self!r}: {self._instead}")

    @property
    def is_floating_point(self) -> builtins.bool:
        """Whether values are floating point numbers."""
        return "float" in self.name

    @property
    def is_complex(self) -> builtins.bool:
        """Whether values have an imaginary part."""
        return self.name.startswith("complex")

    @property
    def is_signed(self) -> builtins.bool:
        """Whether negative values exist."""
        return self._facts[1]

    @property
    def itemsize(self) -> builtins.int:
        """Bytes per element."""
        return self._facts[0]


titled(LeftOut, "dtype")  # what they are called, as all types
_SHORT, _PARTS = "NumPy has no such numbers; use torch.float32", "use two real tensors, or NumPy"
_WIDER, _QUANTIZED = "use a signed type that holds them, torch.int32 or torch.int64", "use torch.int8, or torch.float32"
bfloat16 = LeftOut("bfloat16", 2, _SHORT)
float8_e4m3fn, float8_e5m2 = LeftOut("float8_e4m3fn", 1, _SHORT), LeftOut("float8_e5m2", 1, _SHORT)
complex32 = chalf = LeftOut("complex32", 4, _PARTS)
complex64 = cfloat = LeftOut("complex64", 8, _PARTS)
complex128 = cdouble = LeftOut("complex128", 16, _PARTS)
uint16, uint32, uint64 = (LeftOut(f"uint{8 * n}", n, _WIDER, False) for n in (2, 4, 8))
qint8, quint8, qint32 = (
    LeftOut("qint8", 1, _QUANTIZED),
    LeftOut("quint8", 1, _QUANTIZED, False),
    LeftOut("qint32", 4, _QUANTIZED),
)

ALL = (float64, float32, float16, int64, int32, int16, int8, uint8, bool)
# torch's name of each type in texts
TITLES = {
    "float64": "Double", "float32": "Float", "float16": "Half", "int64": "Long", "int32": "Int", "int16": "Short",
    "int8": "Char", "uint8": "Byte", "bool": "Bool",
}  # fmt: skip
_BY_NUMPY = {d.dtype: d for d in ALL}
_BY_NUMPY |= {d.of_none: d for d in [*vars().values()] if isinstance(d, LeftOut)}
_default = float32


def of(numpy_dtype: Any) -> dtype:
    """Our dtype for a NumPy dtype.

    Raises:
        TypeError: torch (or this library) has no such type, complex128 for example. ValueError: its bytes stand in another order.
    """
    try:
        return _BY_NUMPY[numpy_dtype]
    except (KeyError, TypeError):
        if isinstance(numpy_dtype, np.dtype) and not numpy_dtype.isnative:
            raise ValueError(
                "the given numpy array has byte order different from the native byte order; convert it with "
                f"array.astype({numpy_dtype.newbyteorder('=').name!r})"
            ) from None
        known = ", ".join(d.name for d in ALL)
        kind = numpy_dtype.type if isinstance(numpy_dtype, np.dtype) else type(numpy_dtype)
        raise TypeError(
            f"can't convert np.ndarray of type {kind.__module__}.{kind.__name__}. The only supported types are: {known}."
        ) from None


def get_default_dtype() -> dtype:
    """The type of tensors made from Python floats: float32 unless `set_default_dtype` changed it.

    >>> torch.get_default_dtype()
    torch.float32
    """
    return _default


def set_default_dtype(d: dtype, /) -> None:
    """Make `d` the type of tensors made from Python floats.

    Raises:
        TypeError: `d` is not a floating point type.

    >>> torch.set_default_dtype(torch.float64)
    >>> torch.tensor(1.5).dtype
    torch.float64
    >>> torch.set_default_dtype(torch.float32)
    """
    global _default
    if not isinstance(d, dtype) or not d.is_floating_point:
        raise TypeError(
            f"only floating-point types are supported as the default type, got {d!r}; give torch.float32, ..."
        )
    _default = d


def _promote(a: np.dtype, b: np.dtype) -> np.dtype:
    """The smaller type that holds both; an integer never widens a floating point type (NumPy's rule would)."""
    if a is b:
        return a
    if a.kind == "f" and b.kind != "f":
        return a
    if b.kind == "f" and a.kind != "f":
        return b
    return np.promote_types(a, b)


def promote_types(type1: dtype, type2: dtype) -> dtype:
    """The type that an operation on tensors of these two types gives.

    Raises:
        TypeError: one is no torch.dtype.

    >>> torch.promote_types(torch.int64, torch.float32)
    torch.float32
    """
    return of(_promote(given(type1).dtype, given(type2).dtype))


def can_cast(from_: dtype, to: dtype) -> builtins.bool:
    """Whether values may be written into a tensor of type `to`: not from float to integer, nor from anything to bool.

    Raises:
        TypeError: one is no torch.dtype.

    >>> torch.can_cast(torch.int64, torch.float32), torch.can_cast(torch.float32, torch.int64)
    (True, False)
    """
    return castable(given(from_).dtype, given(to).dtype)


def castable(source: np.dtype, target: np.dtype) -> builtins.bool:
    """`can_cast` on NumPy types."""
    if source.kind == "f":
        return target.kind == "f"
    return target.kind != "b" or source.kind == "b"


_NUMBERS, _WHOLE = (builtins.int, builtins.float), (builtins.int,)
_RANK = {"b": 0, "u": 1, "i": 1, "f": 2}


def settled(operands: list) -> np.dtype | None:
    """The common type, where it is seen at once: the operands are arrays of one type, and numbers that it has; else None."""
    first = operands[0]
    if type(first) is not np.ndarray or first.dtype.kind not in "fiu":
        return None
    dtype: np.dtype = first.dtype
    numbers = _NUMBERS if dtype.kind == "f" else _WHOLE if dtype is int64.dtype else ()
    for x in operands:
        alike = x is first or (x.dtype is dtype if type(x) is np.ndarray else type(x) in numbers)
        if not alike and (x is not None or len(operands) < 3):  # of three, some may be left out
            return None
    return dtype


def result_type_of(operands: list) -> np.dtype:
    """The type of an elementwise operation on arrays and Python numbers.

    The highest category (bool < integer < float) wins. Within it arrays with axes decide before 0-d arrays, and those
    before Python numbers: an int64 array times 0.5 is float32, a float32 array times a 0-d float64 stays float32.
    """
    if (dtype := settled(operands)) is not None:
        return dtype
    best: list[np.dtype | None] = [None, None, None]  # with axes, 0-d, Python numbers
    for x in operands:
        if isinstance(x, (np.ndarray, np.generic)):
            level, t = (0 if x.ndim else 1), x.dtype
        elif isinstance(x, builtins.bool):
            level, t = 2, bool.dtype
        elif isinstance(x, builtins.int):
            level, t = 2, int64.dtype
        elif isinstance(x, builtins.float):
            level, t = 2, _default.dtype
        else:
            continue
        before = best[level]
        best[level] = t if before is None else _promote(before, t)
    found = None
    for t in best:
        if t is not None and (found is None or _RANK[t.kind] > _RANK[found.kind]):
            found = t
    if found is None:
        raise TypeError("an operation needs a Tensor among its operands, and got none")
    return found


def result_type(tensor1: Any, tensor2: Any) -> dtype:
    """The type that an elementwise operation on two tensors, or a tensor and a number, gives.

    >>> torch.result_type(torch.tensor([1, 2]), 1.0)
    torch.float32
    """
    operands = [None if isinstance(x, np.ndarray) else getattr(x, "_data", x) for x in (tensor1, tensor2)]
    # NumPy's numbers are Python's, and its bool, in torch, a float
    operands = [
        float.dtype.type(x).item() if isinstance(x, np.bool_) else x.item() if isinstance(x, np.generic) else x
        for x in operands
    ]
    if not all(isinstance(x, (np.ndarray, builtins.bool, builtins.int, builtins.float)) for x in operands):
        kinds = ", ".join(builtins.type(x).__name__ for x in (tensor1, tensor2))
        raise TypeError(f"result_type() takes tensors and numbers, and got ({kinds})")
    return of(result_type_of(operands))


@functools.cache
def _most(t: np.dtype) -> builtins.float:
    return builtins.float(np.finfo(t).max)


def checked(value: Any, t: np.dtype, lenient: builtins.bool = False) -> Any:
    """A value that elements of type `t` are to take; a Python number as one that the type has.

    lenient: what is too large for half precision is infinite: torch lets it pass where a single element takes the number.

    Raises:
        TypeError: a text. RuntimeError: a number that the type has not.
    """
    if isinstance(value, str):
        raise TypeError(f"a value for elements of a tensor must be a number, not str: {value!r}")
    if not isinstance(value, (builtins.int, builtins.float)) or t.kind == "b":
        return value
    if t.kind == "f":
        fits = not abs(value) > _most(t) or abs(value) == np.inf
        if not fits and lenient and t.itemsize == 2:
            with np.errstate(over="ignore"):
                return builtins.float(np.float16(np.float32(value)))
    else:
        least, most = np.iinfo(t).min, np.iinfo(t).max
        if t.kind == "u" and -most <= value < 0 and isinstance(value, builtins.int):
            return value % (most + 1)  # torch lets it wrap around
        fits = least <= value <= most
    if not fits:
        raise RuntimeError(f"value cannot be converted to type {t.name} without overflow: {value}")
    if t.kind != "f":
        return builtins.int(value)
    return builtins.float(np.float32(value)) if t.itemsize == 2 else value  # as `converted`


def converted(values: np.ndarray, kind: np.dtype) -> np.ndarray:
    """The values in another type, always copied; float64 becomes float16 by way of float32, as in torch, and so is rounded twice."""
    if kind == np.float16 and values.dtype == np.float64:
        values = values.astype(np.float32)
    return values.astype(kind)


def given(value: Any) -> dtype:
    """The dtype that a user gave: one of ours, or Python's float, int or bool.

    Raises:
        TypeError: another object.
    """
    if isinstance(value, dtype):
        return value
    if not any(value is python for python in (builtins.float, builtins.int, builtins.bool)):
        raise TypeError(f"dtype must be a torch.dtype such as torch.float32, got {type(value).__name__}: {value!r}")
    return of(np.dtype(value))


def _limited(name: str, type: Any) -> dtype:
    """The dtype whose limits are asked for: one of ours, or Python's float, int or bool."""
    if not isinstance(type, (dtype, builtins.type)):
        raise TypeError(
            f"{name}(): argument 'type' (position 1) must be torch.dtype, not {builtins.type(type).__name__}"
        )
    return given(type)


# of the types that are left out, for programs that ask when they are imported: eps, largest, smallest, tiny
_LIMITS = {
    "bfloat16": (2**-7, (2 - 2**-7) * 2.0**127, -(2 - 2**-7) * 2.0**127, 2**-126),
    "float8_e4m3fn": (2**-3, 448.0, -448.0, 2**-6),
    "float8_e5m2": (2**-2, 57344.0, -57344.0, 2**-14),
}


class finfo:
    """The limits of a floating point type: bits, eps, max, min, tiny, smallest_normal, resolution.

    >>> torch.finfo(torch.float32).eps
    1.1920928955078125e-07
    >>> torch.finfo(torch.float32).bits
    32
    """

    def __init__(self, type: dtype | None = None) -> None:
        type = _limited("finfo", _default if type is None else type)
        if not type.is_floating_point:
            raise TypeError(
                f"torch.finfo() requires a floating point input type, got {type}. Use torch.iinfo to handle it"
            )
        self.dtype = type.name
        if type.name in _LIMITS:
            self.bits = 8 * type.itemsize
            self.eps, self.max, self.min, self.tiny = _LIMITS[type.name]
            self.smallest_normal, self.resolution = self.tiny, 0.01 if self.bits == 16 else 1.0
            return
        info = np.finfo(type.dtype)
        self.bits = info.bits
        self.eps, self.max, self.min = builtins.float(info.eps), builtins.float(info.max), builtins.float(info.min)
        self.tiny = self.smallest_normal = builtins.float(info.tiny)
        self.resolution = builtins.float(f"1e-{info.precision}")

    def __eq__(self, other: object) -> builtins.bool:
        return type(other) is finfo and self.dtype == other.dtype

    def __repr__(self) -> str:
        def short(x: builtins.float) -> str:
            return f"{x:g}"

        return (
            f"finfo(resolution={short(self.resolution)}, min={short(self.min)}, max={short(self.max)}, eps={short(self.eps)}, "
            f"smallest_normal={short(self.smallest_normal)}, tiny={short(self.tiny)}, dtype={self.dtype})"
        )


class iinfo:
    """The limits of an integer type: bits, max, min.

    >>> torch.iinfo(torch.int8).min, torch.iinfo(torch.int8).max
    (-128, 127)
    """

    def __init__(self, type: dtype) -> None:
        type = _limited("iinfo", type)
        if type.dtype.kind not in "iu":
            raise TypeError(f"torch.iinfo() requires an integer input type, got {type}. Use torch.finfo to handle it")
        info = np.iinfo(type.dtype)
        self.bits, self.max, self.min, self.dtype = info.bits, info.max, info.min, type.name

    def __eq__(self, other: object) -> builtins.bool:
        return type(other) is iinfo and self.dtype == other.dtype

    def __repr__(self) -> str:
        return f"iinfo(min={self.min:g}, max={self.max:g}, dtype={self.dtype})"
