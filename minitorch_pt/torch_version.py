"""TorchVersion: the text of a version that compares as versions do."""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import Any

__all__ = ["TorchVersion"]

_FORM = re.compile(r"v?(\d+(?:\.\d+)*)(?:[._-]?(dev|a|b|c|rc|post)[._-]?(\d*))?(\+.+)?")
_STAGES = {"dev": 0, "a": 1, "b": 2, "c": 3, "rc": 3, None: 4, "post": 5}


def _parts(version: Any) -> tuple | None:
    """What versions are compared by: the numbers without zeros at their end, the stage, and what the builder has added."""
    text = version if isinstance(version, str) else ".".join(map(str, version)) if isinstance(version, Iterable) else ""
    found = _FORM.fullmatch(text)
    if not found:
        return None
    numbers, stage, count, local = found.groups()
    return [int(n) for n in re.sub(r"(\.0+)+$", "", numbers).split(".")], _STAGES[stage], int(count or 0), local or ""


class TorchVersion(str):
    """A version, such as "2.13.0": a text that compares as versions do, also with tuples.

    >>> TorchVersion("2.13.0") > "2.6" and TorchVersion("2.13.0") >= (2, 13)
    True
    """

    __slots__ = ()

    def _compared(self, other: Any, method: str) -> bool:
        mine, others = _parts(self), _parts(other)
        if mine is None or others is None:  # not of this form: as texts
            return getattr(str, method)(self, other)
        return getattr(mine, method)(others)

    def __eq__(self, other: object) -> bool:
        return self._compared(other, "__eq__")

    def __gt__(self, other: Any) -> bool:
        return self._compared(other, "__gt__")

    def __lt__(self, other: Any) -> bool:
        return self._compared(other, "__lt__")

    def __ge__(self, other: Any) -> bool:
        return self._compared(other, "__ge__")

    def __le__(self, other: Any) -> bool:
        return self._compared(other, "__le__")

    __hash__ = str.__hash__
