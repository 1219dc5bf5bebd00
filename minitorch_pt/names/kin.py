"""Classes made by their names, one for each type of elements: torch.FloatTensor, torch.FloatStorage and their kin."""

from __future__ import annotations

from typing import Any

__all__ = ["Kin"]


class Kin(type):
    """What such classes are: a subclass says what calling one makes, and what is an instance of one.

    They are classes, so that annotations may say `torch.LongTensor | None`.
    """

    home = "torch"  # where torch shows them
    text = ""  # their docstring, of `name` and `dtype`
    made_of: tuple[type, ...] = ()  # their bases
    dtype: Any

    def __new__(cls, name: str, dtype: Any) -> Any:
        text = cls.text.format(name=name, dtype=dtype)
        return super().__new__(cls, name, cls.made_of, {"__doc__": text, "__module__": cls.__module__, "dtype": dtype})

    def __init__(self, name: str, dtype: Any) -> None:
        super().__init__(name, self.made_of, {})

    def __repr__(self) -> str:
        return f"<class '{self.home}.{self.__name__}'>"
