"""The named tuples that functions with several results return: torch.max(x, dim=0).indices."""

from __future__ import annotations

from collections import namedtuple

__all__ = ["aminmax", "cummax", "cummin", "kthvalue", "max", "median", "min", "mode", "nanmedian", "sort", "topk"]


def _returns(name: str, fields: str) -> type:
    """A named tuple that prints as torch's."""

    class Returns(namedtuple("Returns", fields)):  # type: ignore[misc]  # the fields are not written here
        __slots__ = ()

        def __repr__(self) -> str:
            fields_: tuple = self._fields
            parts = ",\n".join(f"{field}={self[i]!r}" for i, field in enumerate(fields_))
            return f"torch.return_types.{name}(\n{parts})"

    Returns.__name__ = Returns.__qualname__ = name
    return Returns


aminmax = _returns("aminmax", "min max")
cummax, cummin, kthvalue, max, median, min, mode, nanmedian, sort, topk = (
    _returns(name, "values indices")
    for name in ("cummax", "cummin", "kthvalue", "max", "median", "min", "mode", "nanmedian", "sort", "topk")
)
