"""The named tuples that functions with several results return: torch.max(x, dim=0).indices."""

from __future__ import annotations

from collections import namedtuple

__all__ = ["aminmax", "cummax", "cummin", "kthvalue", "max", "median", "min", "mode", "nanmedian", "sort", "topk"]


def _returns(name: str, fields: str) -> type:
    """A named tuple that prints as torch's."""

    class Returns(namedtuple(name, fields)):
        __slots__ = ()

        def __repr__(self) -> str:
            parts = ",\n".join(f"{field}={value!r}" for field, value in zip(self._fields, self, strict=True))
            return f"torch.return_types.{name}(\n{parts})"

    Returns.__name__ = Returns.__qualname__ = name
    return Returns


aminmax = _returns("aminmax", "min max")
cummax, cummin, kthvalue, max, median, min, mode, nanmedian, sort, topk = (
    _returns(name, "values indices")
    for name in ("cummax", "cummin", "kthvalue", "max", "median", "min", "mode", "nanmedian", "sort", "topk")
)
