"""Random views of a buffer, empty ones among them, as `out=` and under `resize_`: what is written where, and what the buffer shows then."""

from __future__ import annotations

import fnmatch
import random
import warnings
from collections import Counter

import pytest
import torch

import minitorch_pt
from parity_tests.sweeps import accepted, compared

DIFFERENCES = accepted("out_views")
BUFFERS = [
    "b",
    "b.view(4, 6)",
    "b.view(2, 3, 4)",
    "b.view(4, 6).t()",
    "b.view(0, 3) if not b.numel() else b.view(3, 8)",
]
VIEWS = [
    "[{i}:{j}]", "[{i}:{i}]", "[{i}:]", "[::2]", "[{i}:{j}:2]", "[..., {i}:{i}]", "[..., {i}:{j}]", "[None]", "[..., None]", "[{i}]", "[..., 1]", ".t()", ".transpose(0, -1)",
    ".unsqueeze(-1)", ".squeeze()", ".narrow(0, {i}, 0)", ".narrow(-1, {i}, 1)", ".split([{i}, 0, {j}])[1]", ".tensor_split([{i}, {i}])[1]", ".chunk(2)[1]", ".unbind()[-1]",
    ".select(-1, {i})", ".diagonal({i})", ".diagonal(-{j})", ".unfold(0, 2, 3)", ".expand(2, *o.shape)", ".view(-1)", ".view(o.shape)", ".reshape(0, 3)", ".permute(*range(o.ndim)[::-1])",
    ".as_strided((2,), (2,), {i})", ".as_strided((0, 3), (3, 1), {i})", ".flatten()", ".movedim(0, -1)",
]  # fmt: skip
WRITES = [
    "torch.add(torch.ones({shape}), 1, out=o)", "torch.neg(torch.ones({shape}), out=o)", "torch.cat([torch.ones({shape}), torch.ones({shape})], out=o)", "torch.sum(torch.ones({shape}), 0, out=o)",
    "torch.matmul(torch.ones({shape}), torch.ones({shape}), out=o)", "torch.arange(5.0, out=o)", "torch.full({shape}, 3.0, out=o)", "o.resize_({shape}).fill_(9)", "o.resize_as_(torch.ones({shape})).fill_(9)",
    "torch.add(torch.ones({shape}).t(), 1, out=o)", "torch.zeros({shape}, out=o)",
]  # fmt: skip


def program(generator: random.Random) -> list[str]:
    lines = [f"o = {generator.choice(BUFFERS)}"]
    for _ in range(generator.randint(1, 3)):
        i = generator.randint(0, 4)
        lines.append("o = o" + generator.choice(VIEWS).format(i=i, j=i + generator.randint(0, 2)))
    shape = generator.choice(["(2,)", "(0,)", "()", "(2, 3)", "(3, 3)", "(40,)", "(5, 6)", "(1, 2)", "o.shape"])
    return [*lines, generator.choice(WRITES).format(shape=shape)]


def told(package, lines: list[str], shared: bool) -> object:
    """What a program leaves behind, or the line of the first error and its type."""
    names = {"torch": package, "b": package.arange(24.0)}
    # another view is to follow where the memory moves, which takes a look at all objects
    sibling = names["b"][1:3] if shared else names["b"]
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always")
        for line in lines:
            try:
                exec(line, names)
            except Exception as error:
                return line, type(error).__name__
    o, b = names["o"], names["b"]
    # NumPy's arrays do not begin beyond the end of their memory: there is nothing
    strides = o.numel() and [s for s, n in zip(o.stride(), o.shape, strict=True) if n > 1]
    facts = tuple(o.shape), strides, min(o.storage_offset(), 24), o.numel() and o.tolist()
    b[slice(1, 3) if b.ndim else ...] += 1
    return facts, b.tolist(), sibling.tolist(), [w.category for w in caught if "resized" in str(w.message)]


def run(seeds: range) -> None:
    counts: Counter = Counter()
    wrong = []
    for seed in seeds:
        lines = program(random.Random(seed))
        theirs, ours = told(torch, lines, seed % 50 == 0), told(minitorch_pt, lines, seed % 50 == 0)
        counts["errors" if len(theirs) == 2 else "values"] += 1
        if theirs != ours and not any(fnmatch.fnmatchcase("; ".join(lines), pattern) for pattern in DIFFERENCES):
            wrong.append("\n".join([*lines, f"torch {theirs}", f"here {ours}"]))
    compared("out_views", counts)
    assert counts["values"] > len(seeds) // 3, counts
    assert not wrong, f"{len(wrong)} of {len(seeds)} differ; the shortest:\n" + "\n\n".join(sorted(wrong, key=len)[:6])


def test_a_sample() -> None:
    run(range(3000))


@pytest.mark.long
def test_many() -> None:
    run(range(3000, 60_000))


def test_memory_that_others_show_does_not_grow() -> None:
    x = minitorch_pt.zeros(3)
    other, kept = x.detach(), x.tolist()
    with pytest.raises(RuntimeError, match="not resizable"):
        x.resize_(9)
    assert x.tolist() == other.tolist() == kept
    del other
    assert x.resize_(9).shape == (9,)
