"""Every operation of the database, each of its tensors in turn in another shape: what does not fit the others is refused, what does is broadcast."""

from __future__ import annotations

import fnmatch
import itertools
import re
from collections import Counter
from collections.abc import Iterator
from typing import Any

import numpy as np
import pytest
import torch

import minitorch_pt
from parity_tests.databases.table import OutOfScope, table
from parity_tests.databases.twins import Converter
from parity_tests.sweeps import judge, quiet
from parity_tests.sweeps.inputs import difference_of_errors, exchanged, samples, tensors

# what is not compared, and why
LEFT_OUT = {
    "torch reads memory that is not its own, and Python may end": (
        "lu_unpack*", "nn.functional.embedding_bag, tensor 2*", "nn.functional.ctc_loss, tensor 0, one of each row", "as_strided*",
        "take_along_dim, tensor 0*",
    ),
    "several outcomes are right: signs of singular vectors, pivots and places of equal values": (
        "*svd*, tensor 0*", "*_lowrank*", "*lu*, twice as long", "linalg.lstsq*, twice as long", "*qr, tensor 0, twice as long", "linalg.eigh*",
        "topk, tensor 0, twice as long", "sort, tensor 0, twice as long", "mode, tensor 0, twice as long",
    ),
    "torch's function is composed of others, each of which may find the fault first, or take what the whole is not made for": (
        "nn.functional.linear_cross_entropy*", "nn.functional.bilinear, tensor 2*", "index_put, tensor 0*", "nn.functional.*dropout*, a number",
        "nn.functional.*dropout*, flat", "gradient*", "cholesky, *", "nn.functional.nll_loss, tensor 0, none", "nn.functional.nll_loss, tensor 2, an axis of 1", "index_*, none",
        "nn.functional.embedding*, tensor 0, none", "nn.functional.adaptive_avg_pool2d, tensor 0, a number",
    ),
    "torch gives an odd result of empty inputs or of padding that takes all away": (
        "addmv, tensor 1, none", "nn.functional.scaled_dot_product_attention, tensor 2, none", "nn.functional.pixel_unshuffle, tensor 0, none",
        "nn.functional.pad[[]circular], tensor 0, one of each row",
    ),
}  # fmt: skip
# what torch says where it stumbles before it has looked at the shapes: which type of error that is, is no promise
STUMBLES = re.compile(
    "Dimension (specified as|out of range)|tuple index|not enough values|INTERNAL ASSERT|view size is not compatible|invalid output_size|dim 0 appears|Padding_idx must|contracted dimensions"
)


def shapes(x: torch.Tensor) -> Iterator[tuple[str, torch.Tensor]]:
    """The tensor with an axis more, an axis less, an axis longer or shorter; how, and what it becomes."""
    yield "an axis of 1", x[None]
    yield "an axis of 2", torch.stack([x, x])
    if x.ndim:
        yield "a number", x.reshape(-1)[0] if x.numel() else x.sum()
        yield "none", x[:0]
        yield "twice as long", torch.cat([x, x], -1)
        yield "one of each row", x[..., :1]
        if x.shape[0]:
            yield "the first", x[0]
    if x.ndim > 1:
        yield "upright", x.transpose(-1, -2)
        yield "flat", x.flatten()


def outcome(package: Any, function: Any, arguments: Any) -> list[np.ndarray] | Exception:
    args, kwargs = Converter(package)(arguments)
    package.manual_seed(0)
    try:
        return [out.detach().numpy() for out in tensors(function(*args, **kwargs), package)]
    except OutOfScope:
        raise
    except Exception as error:
        return error


def difference(ours: Any, theirs: Any) -> str:
    if isinstance(theirs, Exception) and STUMBLES.search(str(theirs)):
        return ""
    text = difference_of_errors(ours, theirs)
    if text is not None:
        return text
    for mine, other in itertools.zip_longest(ours, theirs):
        if mine.shape != other.shape or mine.dtype != other.dtype:
            return f"{mine.shape} of {mine.dtype}, torch {other.shape} of {other.dtype}"
        if not np.allclose(mine, other, 1e-6, 1e-9, equal_nan=True):
            return " ".join(f"{mine}, torch {other}".split())
    return ""


def sweep(limit: int | None) -> None:
    counts: Counter = Counter()
    differ: dict[str, str] = {}
    for name, function, ours, number, sample in samples(limit, False):
        arguments = [sample.input, *sample.args], sample.kwargs
        for place, x in enumerate(tensors(arguments, torch) if name not in table().unstable else []):
            for how, other in shapes(x):
                key = f"{name}, tensor {place}, {how}"
                if any(fnmatch.fnmatchcase(key, p) for p in itertools.chain(*LEFT_OUT.values())):
                    continue
                changed = exchanged(arguments, torch, place, other)
                try:
                    with quiet():
                        theirs, mine = outcome(torch, function, changed), outcome(minitorch_pt, ours, changed)
                except OutOfScope as reason:
                    counts[f"skipped: {reason}"] += 1
                    continue
                counts["errors" if isinstance(theirs, Exception) else "values"] += 1
                text = difference(mine, theirs)
                if text:
                    differ.setdefault(key, f"({number}) {text}")
    judge("shapes", counts, differ, 2500)


def test_shapes() -> None:
    """One input of each operation."""
    sweep(1)


@pytest.mark.long
def test_shapes_whole() -> None:
    sweep(None)
