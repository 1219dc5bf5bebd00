"""Numbers at the edges: the database's inputs scaled, shifted and made special, in float32, measured against torch in float64.

Our error is at most 4 times torch's own and a few units in the last place, and inf and nan stand where torch or the exact result has them.
"""

from __future__ import annotations

import collections
import itertools
import warnings
from collections.abc import Callable
from fnmatch import fnmatchcase
from typing import Any

import numpy as np
import pytest
import torch
from torch.testing._internal.common_methods_invocations import op_db

import minitorch_pt
from parity_tests.databases.operations import ARBITRARY_PLACES, ARBITRARY_SIGNS, built, operation_name, program_of
from parity_tests.databases.table import table
from parity_tests.databases.twins import twin
from parity_tests.sweeps import accepted, compared

_SPECIAL = np.array([0.0, -0.0, np.inf, -np.inf, np.nan, 1, -1, 3.4e38, -3.4e38, 1e-45, 1.2e-38], np.float32)


def _filled(x: np.ndarray) -> np.ndarray:
    return np.resize(_SPECIAL, x.size).reshape(x.shape)


def _dotted(x: np.ndarray) -> np.ndarray:
    """One special number in each seven."""
    flat = x.ravel().copy()
    flat[::7] = np.resize(_SPECIAL, len(flat[::7]))
    return flat.reshape(x.shape)


WAYS: dict[str, Callable[[np.ndarray], np.ndarray]] = {
    "as they are": lambda x: x,
    "x * 1e-30": lambda x: x * np.float32(1e-30),
    "x * 1e30": lambda x: x * np.float32(1e30),
    "x + 1e4": lambda x: x + np.float32(1e4),
    "x + 1e6": lambda x: x + np.float32(1e6),
    "x * 1e-3 + 100": lambda x: x * np.float32(1e-3) + np.float32(100),
    "x * 8e17": lambda x: x * np.float32(8e17),  # squares are numbers, their sums are not
    "near the edge": lambda x: x * np.float32(3e37),
    "special": _filled,
    "some special": _dotted,
}
# operation and sample where a fault was found that the first sample does not show
LATER = [
    ("dist", 1), ("float_power", 3), ("histc", 5), ("igammac", 4), ("nn.functional.batch_norm", 1), ("nn.functional.grid_sample", 4),
    ("nn.functional.layer_norm", 1), ("nn.functional.multi_margin_loss", 6), ("nn.functional.pdist", 1), ("nn.functional.pdist", 5),
    ("nn.functional.pdist", 8), ("norm", 3), ("qr", 3),
]  # fmt: skip
# sums of numbers in another order, products by another library: the error is relative to the largest number in the result
DIFFERENCES = accepted("numbers")


def _changed(value: Any, way: Callable, dtype: Any, tracked: bool) -> Any:
    if isinstance(value, torch.Tensor):
        if value.dtype != torch.float32:
            return value
        with np.errstate(all="ignore"):
            data = way(value.detach().contiguous().numpy())
        return torch.from_numpy(np.array(data, np.float32)).to(dtype).requires_grad_(tracked and value.requires_grad)
    if isinstance(value, (tuple, list)) and not hasattr(value, "_fields"):
        return type(value)(_changed(v, way, dtype, tracked) for v in value)
    if isinstance(value, dict):
        return {k: _changed(v, way, dtype, tracked) for k, v in value.items()}
    return value


def _tensors(value: Any, kind: type) -> list:
    if isinstance(value, kind):
        return [value]
    if isinstance(value, (tuple, list)):
        return [t for v in value for t in _tensors(v, kind)]
    return []


def _results(entry: Any, sample: Any, package: Any) -> list[np.ndarray]:
    """The values and, after them, the gradients for cotangents that are the same everywhere."""
    leaves: dict = {}
    ours = None if package is torch else twin(entry.op, entry.name)
    values = _tensors(program_of(entry.op, ours, sample, leaves)(package), package.Tensor)
    tracked = [v for v in values if v.requires_grad]
    results = [v.detach().numpy() if package is not torch else v.detach().numpy(force=True) for v in values]
    if tracked and leaves[package]:
        seeds = [np.resize(np.array([1, -0.5, 2, 0.25]), tuple(v.shape)).astype(str(v.dtype)[-7:]) for v in tracked]
        seeds = [package.from_numpy(np.asarray(s)) for s in seeds]
        grads = package.autograd.grad(tracked, leaves[package], seeds, allow_unused=True)
        zeros = (np.zeros(tuple(leaf.shape)) for leaf in leaves[package])
        results += [z if g is None else g.detach().numpy() for g, z in zip(grads, zeros, strict=True)]
    return results


def _told(a: np.ndarray, b: np.ndarray, exact: np.ndarray) -> str | None:
    """What is worse than torch's: an error above 4 of torch's largest and a few units, or inf and nan elsewhere.

    What overflows on the way may be inf or nan, whichever the order of the sum makes of it; and torch may be wrong.
    """
    if a.shape != b.shape:
        return f"shape {a.shape}, torch has {b.shape}"
    if a.dtype.kind != "f" or exact.shape != b.shape:
        return None
    with np.errstate(all="ignore"):
        rounded = exact.astype(b.dtype)
        a, b = a.astype(np.float64), b.astype(np.float64)
        known = np.isfinite(rounded) & np.isfinite(b)
        size = np.where(known, np.abs(exact), 0)
        # a sum is as exact as its largest terms are; where these are far above the others each number is judged by itself
        largest = size.max(initial=0)
        middle = np.median(size[known]) if known.any() else 0
        unit = np.spacing(
            np.maximum(np.abs(rounded), 0 if largest > 1e9 * max(middle, 1) else largest).astype(rounded.dtype)
        )
        theirs = (np.abs(b - exact) / unit)[known].max(initial=0)
        good = (np.abs(a - exact) <= (4 * theirs + 8) * unit) | (np.abs(a - b) <= 8 * unit) | (a == b) | (a == rounded)
        good |= (np.isnan(a) | np.isnan(b)) & (np.isnan(rounded) | np.isnan(b)) & (np.isnan(a) | ~np.isnan(rounded))
        good |= ~np.isfinite(a) & ~np.isfinite(rounded) & ~np.isnan(rounded)
    if good.all():
        return None
    where = np.flatnonzero(~good.ravel())
    return f"{len(where)} of {a.size} worse than torch's {theirs:.3g} units: " + str(
        [(float(a.ravel()[i]), float(b.ravel()[i]), float(exact.ravel()[i])) for i in where[:3]]
    )


def _differs(key: str) -> bool:
    """Whether an operation, or one way of it, differs on purpose."""
    return any(fnmatchcase(key, pattern) for pattern in DIFFERENCES)


def _sweep(first: int, count: int, step: int, only: str = "*") -> tuple[dict[str, str], collections.Counter]:
    """Compare some samples of each entry; each in every way, or with a step in some ways, other ones for the next entry."""
    wrong, seen = {}, collections.Counter()
    for place, entry in enumerate(op_db):
        name = operation_name(entry)
        unfit = not fnmatchcase(name, only) or name in (*ARBITRARY_PLACES, *ARBITRARY_SIGNS, *table().unstable)
        if (
            unfit
            or _differs(name)
            or table().reason(name)
            or not built(entry)
            or torch.float32 not in entry.supported_dtypes("cpu")
        ):
            continue
        samples = entry.sample_inputs("cpu", torch.float32, requires_grad=entry.supports_autograd)
        for i, sample in enumerate(itertools.islice(samples, first, first + count)):
            for way, change in list(WAYS.items())[place % step :: step]:
                if _differs(f"{name}: {way}"):
                    continue
                told = _compare(entry, sample, change)
                seen[told if told in ("skipped: torch refuses", "skipped: no numbers") else "compared"] += 1
                if told and not told.startswith("skipped"):
                    wrong.setdefault(name, f"sample {i}, {way}: {told}")
    return wrong, seen


def _compare(entry: Any, sample: Any, change: Callable) -> str | None:
    def changed(dtype: Any) -> Any:
        parts = (_changed(part, change, dtype, True) for part in (sample.input, sample.args, sample.kwargs))
        input, args, kwargs = parts
        return type(sample)(input, args=args, kwargs=kwargs)

    try:
        theirs = _results(entry, changed(torch.float32), torch)
        exact = _results(entry, changed(torch.float64), torch)
    except Exception:
        return "skipped: torch refuses"
    if not theirs or len(exact) != len(theirs):
        return "skipped: no numbers"
    try:
        ours = _results(entry, changed(torch.float32), minitorch_pt)
    except Exception as error:
        return repr(error)[:200]
    if len(ours) != len(theirs):
        return f"{len(ours)} results, torch has {len(theirs)}"
    for place, parts in enumerate(zip(ours, theirs, exact, strict=True)):
        if told := _told(*parts):
            return f"result {place}: {told}"
    return None


def _hold(first: int, count: int, step: int, only: str = "*") -> None:
    with warnings.catch_warnings(), np.errstate(all="ignore"):
        warnings.simplefilter("ignore")
        wrong, seen = _sweep(first, count, step, only)
    compared("numbers", seen)
    told = "\n".join(f"    {name}: {text}" for name, text in wrong.items())
    assert not wrong, f"{len(wrong)} operations of {dict(seen)}:\n{told}"
    assert seen["skipped: torch refuses"] + seen["skipped: no numbers"] < 0.02 * seen.total(), seen


def test_numbers_at_the_edges() -> None:
    _hold(0, 1, 3)


@pytest.mark.parametrize("name, place", LATER)
def test_numbers_of_a_later_sample(name: str, place: int) -> None:
    _hold(place, 1, 1, name)


@pytest.mark.long
def test_many_numbers_at_the_edges() -> None:
    _hold(0, 8, 1)
