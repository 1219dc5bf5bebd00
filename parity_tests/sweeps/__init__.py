"""Sweeps: generated from torch's databases, signatures and random expressions, they judge what surrounds a call."""

from __future__ import annotations

import tomllib
from collections import Counter, defaultdict
from collections.abc import Mapping
from pathlib import Path

COUNTS: dict[str, Counter[str]] = defaultdict(Counter)  # by sweep: what it compared in this process


def accepted(sweep: str) -> dict[str, str]:
    """The entries that differ on purpose in one sweep, patterns of fnmatch, each with its reason."""
    table = tomllib.loads(Path(__file__).with_name("differences.toml").read_text())
    return {pattern: reason for reason, patterns in table.get(sweep, {}).items() for pattern in patterns}


def compared(sweep: str, counts: Mapping[str, int]) -> None:
    """Tell what a sweep compared, in words such as "values" and "errors"; what it left out as "skipped: why"."""
    COUNTS[sweep].update(counts)
