"""Sweeps: generated from torch's databases, signatures and random expressions, they judge what surrounds a call."""

from __future__ import annotations

import tomllib
from pathlib import Path


def accepted(sweep: str) -> dict[str, str]:
    """The entries that differ on purpose in one sweep, patterns of fnmatch, each with its reason."""
    table = tomllib.loads(Path(__file__).with_name("differences.toml").read_text())
    return {pattern: reason for reason, patterns in table[sweep].items() for pattern in patterns}
