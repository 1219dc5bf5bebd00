"""The table databases.toml: which entries are not judged, or differ, and why."""

from __future__ import annotations

import functools
import tomllib
from dataclasses import dataclass
from fnmatch import fnmatchcase
from pathlib import Path

TABLE = Path(__file__).parent.with_suffix(".toml")


# what the library does without being told
DTYPES = ("float64", "float32", "int64", "bool")  # what each operation is called with, where torch takes it


class OutOfScope(Exception):
    """An input needs what the library leaves out; the text says what."""


@dataclass
class Table:
    """What `databases.toml` says: patterns of names that are out of scope or not built yet, and how many inputs differ, and why."""

    groups: dict[str, list[str]]
    differs: dict[str, tuple[int, str]]
    unstable: dict[str, str]
    tolerances: dict[str, tuple[float, str]]
    magnifies: dict[str, str]

    def reason(self, name: str) -> str | None:
        """Why this entry is out of scope; None if it is in scope."""
        return next((r for r, names in self.groups.items() if any(fnmatchcase(name, n) for n in names)), None)


@functools.cache
def table() -> Table:
    """The table, read once."""
    text = tomllib.loads(TABLE.read_text())
    return Table(
        {group["reason"]: group["names"] for group in text["out_of_scope"]},
        {name: (row["inputs"], row["why"]) for name, row in text.get("differs", {}).items()},
        text.get("values_not_compared", {}),
        {name: (row["rtol"], row["why"]) for name, row in text.get("tolerance", {}).items()},
        text.get("magnifies_the_last_place", {}),
    )
