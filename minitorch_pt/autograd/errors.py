"""torch's exceptions in place of those that NumPy raises inside a rule."""

from __future__ import annotations

from typing import NoReturn

import numpy as np


def explain(error: Exception, name: str, arrays: list) -> NoReturn:
    """Raise torch's exception in place of NumPy's."""
    shapes = [list(a.shape) for a in arrays if isinstance(a, np.ndarray)]
    if isinstance(error, np.exceptions.AxisError):
        n = max(error.ndim or 0, 1)
        raise IndexError(
            f"Dimension out of range (expected to be in range of [{-n}, {n - 1}], but got {error.axis}) in {name}() of shapes {shapes}"
        ) from None
    text = str(error)
    if isinstance(error, MemoryError):
        raise RuntimeError(f"{name}(): not enough memory for the result of shapes {shapes}: {text}") from None
    if isinstance(error, OverflowError):
        raise RuntimeError(
            f"{name}(): value cannot be converted to the tensor's type without overflow: {text}"
        ) from None
    if isinstance(error, ValueError) and "broadcast" in text and len(shapes) >= 2:
        first = 3 if "remapped" in text else 1  # of products of matrices the axes before the last two
        for a in shapes:
            for b in shapes:
                for i in range(first, min(len(a), len(b)) + 1):
                    if a[-i] != b[-i] and 1 not in (a[-i], b[-i]):
                        raise RuntimeError(
                            f"The size of tensor a ({a[-i]}) must match the size of tensor b ({b[-i]}) at non-singleton dimension "
                            f"{max(len(a), len(b)) - i}: {name}() got shapes {a} and {b}, which do not broadcast. Sizes must be equal, or 1."
                        ) from None
        raise RuntimeError(f"{name}() got shapes {shapes}, which do not broadcast: {text}") from None
    if text.startswith(("tuple index out of range", "not enough values to unpack", "too many values to unpack")):
        raise RuntimeError(f"{name}() got Tensors of shapes {shapes}: one has too few axes, or too many") from error
    # a rule met something that is no array, or no number
    if isinstance(error, AttributeError) or text.startswith(("could not convert", "invalid literal", "ufunc")):
        given = ", ".join("Tensor" if isinstance(a, np.ndarray) else type(a).__name__ for a in arrays)
        raise TypeError(f"{name}() needs Tensors and got ({given}): {error}") from error
    raise error
