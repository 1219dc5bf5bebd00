"""Sweeps: generated from torch's databases, signatures and random expressions, they judge what surrounds a call."""

from __future__ import annotations

import fnmatch
import tomllib
import warnings
from collections import Counter, defaultdict
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

import numpy as np

COUNTS: dict[str, Counter[str]] = defaultdict(Counter)  # by sweep: what it compared in this process


def accepted(sweep: str) -> dict[str, str]:
    """The entries that differ on purpose in one sweep, patterns of fnmatch, each with its reason."""
    table = tomllib.loads(Path(__file__).with_name("differences.toml").read_text())
    return {pattern: reason for reason, patterns in table.get(sweep, {}).items() for pattern in patterns}


def compared(sweep: str, counts: Mapping[str, int]) -> None:
    """Tell what a sweep compared, in words such as "values" and "errors"; what it left out as "skipped: why"."""
    COUNTS[sweep].update(counts)


@contextmanager
def quiet() -> Iterator[None]:
    """Without the warnings of either package."""
    with warnings.catch_warnings(), np.errstate(all="ignore"):
        warnings.simplefilter("ignore")
        yield


def judge(sweep: str, counts: Counter, differ: dict[str, str], least: int) -> None:
    """Tell what was compared, and fail where something differs that is not accepted; or if less was compared than `least` values."""
    compared(sweep, counts)
    assert counts["values"] > least, counts
    patterns = accepted(sweep)
    wrong = {key: text for key, text in differ.items() if not any(fnmatch.fnmatchcase(key, p) for p in patterns)}
    assert not wrong, f"{counts}, {len(wrong)} differ:\n" + "\n".join(f"{k}: {v[:300]}" for k, v in wrong.items())
