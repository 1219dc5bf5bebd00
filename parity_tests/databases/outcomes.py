"""What came of an entry: outputs and gradients of both packages compared."""

from __future__ import annotations

import collections
import random
import warnings
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import torch

import minitorch_pt
from parity_tests.oracle import RTOL, assert_same, builtin_type

from .table import OutOfScope


@dataclass
class Outcome:
    """One entry of a database: what was compared and what differed."""

    kind: str
    name: str
    inputs: int = 0  # compared: samples, error inputs
    errors: int = 0  # of them error inputs
    failures: dict[str, str] = field(default_factory=dict)  # input -> what differs first
    skipped: collections.Counter = field(default_factory=collections.Counter)  # reason -> inputs
    value_ulp: float = 0.0
    grad_ulp: float = 0.0
    reason: str | None = None  # why the whole entry is out of scope

    def run(self, label: str, compare: Callable[[], None], error: bool = False) -> None:
        """Run one comparison and note what came of it."""
        try:
            with warnings.catch_warnings(), np.errstate(all="ignore"):
                warnings.simplefilter("ignore")
                compare()
        except OutOfScope as reason:
            self.skipped[str(reason)] += 1
            return
        except Exception as failure:
            text = " ".join(str(failure).split())[:300]
            self.failures[label] = text if isinstance(failure, AssertionError) else f"{type(failure).__name__}: {text}"
        self.inputs += 1
        self.errors += error


def _ulps(ours: Any, theirs: Any, scale: float = 0.0) -> float:
    """The largest difference, in units in the last place of the largest number of its array, or of `scale` if that is larger."""
    if isinstance(theirs, torch.Tensor):
        b = theirs.detach().numpy(force=True)
        if b.dtype.kind != "f" or not b.size:
            return 0.0
        a, finite = ours.detach().numpy(), np.isfinite(b)
        if not finite.any():
            return 0.0
        largest = b.dtype.type(max(np.abs(b[finite]).max(), scale))
        return float(np.abs(a[finite].astype("f8") - b[finite].astype("f8")).max() / np.spacing(largest))
    if isinstance(theirs, dict):
        return max((_ulps(ours[k], v) for k, v in theirs.items()), default=0.0)
    if isinstance(theirs, (list, tuple)):
        return max((_ulps(a, b) for a, b in zip(ours, theirs, strict=True)), default=0.0)
    return 0.0


def tensors_in(value: Any, package: Any) -> list:
    if isinstance(value, package.Tensor):
        return [value]
    if isinstance(value, dict):
        value = list(value.values())
    if isinstance(value, (list, tuple)):
        return [t for v in value for t in tensors_in(v, package)]
    return []


def some(items: Iterable, limit: int | None, seed: str) -> list[tuple[int, Any]]:
    """(place, item) of all, or of `limit` that a fixed seed picks."""
    everything = list(enumerate(items))
    if limit is None or len(everything) <= limit:
        return everything
    return sorted(random.Random(seed).sample(everything, limit), key=lambda pair: pair[0])


def _plain(value: Any) -> Any:
    """torch's containers that have no meaning of their own as the ordinary ones."""
    if isinstance(value, torch.Size):
        return tuple(value)
    return value


def both(
    outcome: Outcome, program: Callable[[Any], Any], rtol: float | None = None, values: bool = True
) -> tuple | None:
    """Run `program(package)` in both; compare what it returns, or the type of its error (then None)."""
    try:
        theirs = program(torch)
    except OutOfScope:
        raise
    except Exception as error:
        try:
            result = program(minitorch_pt)
        except OutOfScope:
            raise
        except builtin_type(error):
            return None
        except Exception as other:
            raise AssertionError(f"raises {other!r}, torch {error!r}"[:600]) from other
        raise AssertionError(f"returns {str(result)[:80]}, torch raises {error!r}"[:600]) from error
    if any(t.is_complex() or t.layout is not torch.strided for t in tensors_in(theirs, torch)):
        raise OutOfScope("complex or sparse results")
    if any(not hasattr(minitorch_pt, str(t.dtype).removeprefix("torch.")) for t in tensors_in(theirs, torch)):
        raise OutOfScope("results of types that NumPy lacks")
    ours = program(minitorch_pt)
    if values:
        assert_same(ours, _plain(theirs), rtol)
        outcome.value_ulp = max(outcome.value_ulp, _ulps(ours, theirs))
    else:
        for a, b in zip(tensors_in(ours, minitorch_pt), tensors_in(theirs, torch), strict=True):
            assert (tuple(a.shape), str(a.dtype)) == (tuple(b.shape), str(b.dtype)), (
                f"{a.shape} {a.dtype}, torch {b.shape} {b.dtype}"
            )
    return ours, theirs


def noise_like(outputs: list, seed: int) -> list[np.ndarray]:
    draw = np.random.Generator(np.random.PCG64(seed)).uniform
    return [np.asarray(draw(-2, 2, tuple(o.shape))).astype(str(o.dtype).removeprefix("torch.")) for o in outputs]


def compare_gradients(
    outcome: Outcome, results: tuple, leaves: tuple, rtol: float | None, second: bool = False
) -> None:
    """Compare the gradients of all leaves for random cotangents of all outputs; `second`: the gradients of these too."""
    pairs = list(zip(tensors_in(results[0], minitorch_pt), tensors_in(results[1], torch), strict=True))
    flags = [b.requires_grad for _, b in pairs]
    assert [a.requires_grad for a, _ in pairs] == flags, (
        f"requires_grad {[a.requires_grad for a, _ in pairs]}, torch has {flags}"
    )
    pairs = [pair for pair in pairs if pair[1].requires_grad]
    for order in (1, 2) if second else (1,):
        pairs = _one_order(outcome, pairs, leaves, rtol, order, order == 1 and second)


def _one_order(outcome: Outcome, pairs: list, leaves: tuple, rtol: float | None, order: int, again: bool) -> list:
    """Compare the gradients of these pairs of outputs; return the pairs of gradients that can be differentiated again."""
    if not pairs or not leaves[1]:
        return []
    what = "gradient" if order == 1 else "second-order gradient"
    seeds = noise_like([b for _, b in pairs], 16 + order)
    options = {"allow_unused": True, "create_graph": again}
    try:
        theirs = torch.autograd.grad([b for _, b in pairs], leaves[1], [torch.from_numpy(s) for s in seeds], **options)
    except (NotImplementedError, RuntimeError):
        return []  # torch has no gradient here
    # a gradient that cannot be differentiated again says that the next ones are zeros
    tracked = [(a, minitorch_pt.from_numpy(s)) for (a, _), s in zip(pairs, seeds, strict=True) if a.requires_grad]
    ours: Any = [None] * len(theirs)
    if tracked:
        ours = minitorch_pt.autograd.grad([a for a, _ in tracked], leaves[0], [s for _, s in tracked], **options)
    # a sum may cancel: its error is relative to its terms, which are as large as the cotangents and the other gradients
    known = [*seeds, *(t.numpy(force=True) for t in theirs if t is not None)]
    scale = max(float(np.abs(x[np.isfinite(x)]).max(initial=0)) for x in known)
    for i, (a, b) in enumerate(zip(ours, theirs, strict=True)):
        tolerance = (rtol or RTOL[str(leaves[1][i].dtype).removeprefix("torch.")]) * (1 if order == 1 else 100)
        if a is None or b is None:  # no gradient and a gradient of zeros say the same
            rest = a if b is None else b
            size = np.abs(rest.detach().numpy(force=True)).max(initial=0) if rest is not None else 0
            assert size <= tolerance * scale, f"{what} of input {i}: {a}, torch has {b}"
        else:
            assert_same(a, b, tolerance, tolerance * scale, f"{what} of input {i}")
            outcome.grad_ulp = max(outcome.grad_ulp, _ulps(a, b, scale)) if order == 1 else outcome.grad_ulp
    zero = minitorch_pt.zeros(())
    return [
        (zero if a is None else a, b) for a, b in zip(ours, theirs, strict=True) if b is not None and b.requires_grad
    ]
