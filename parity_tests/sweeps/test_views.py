"""Random programs of views, views of views and in-place changes, under both packages.

A program is a list of lines, each drawn for the shapes that torch has at that point. After each line the type of its error is
compared, and what every tensor tells of itself: values, gradient, requires_grad, is_leaf, the name of grad_fn, version, and
whether it is a view.
"""

from __future__ import annotations

import random
import warnings
from collections import Counter

import numpy as np
import pytest
import torch

import minitorch_pt
from parity_tests.sweeps import compared

LINES = 14
TENSORS = 7

NEW = [
    "torch.arange({n}.0, dtype=torch.float64).reshape({shape})",
    "torch.arange({n}.0, dtype=torch.float64).reshape({shape}).requires_grad_()",
    "torch.full({shape}, 0.5, dtype=torch.float64, requires_grad=True)",
    "torch.ones({shape}, dtype=torch.float64)",
]
VIEWS = [
    "{t}.view(-1)", "{t}[...]", "{t}[None]", "{t}[{i}]", "{t}[{i}]", "{t}[1:]", "{t}[:-1]", "{t}[::2]", "{t}[..., 0]", "{t}.unsqueeze(-1)", "{t}.squeeze()", "{t}.squeeze(0)",
    "{t}.transpose(0, -1)", "{t}.mT", "{t}.t()", "{t}.permute(tuple(range({t}.ndim))[::-1])", "{t}.expand(2, *{t}.shape)", "{t}.narrow(0, 0, 1)",
    "{t}.select(-1, 0)", "{t}.diagonal()", "{t}.unfold(-1, 2, 2)", "{t}.flatten()", "{t}.reshape(-1)", "{t}.reshape({t}.shape)", "{t}.view({t}.shape)", "{t}.view(-1).as_strided((1,), (1,))",
 "{t}.view_as({t})", "{t}.swapaxes(0, -1)", "{t}.movedim(0, -1)", "{t}.contiguous()", "{t}.split(1)[0]", "{t}.split(2)[0]", "{t}.chunk(2)[0]",
    "{t}.unbind()[0]", "{t}.unbind(-1)[-1]", "{t}.tensor_split(2)[0]", "list({t})[0]", "{t}.detach()", "{t}.data", "{t}.detach().requires_grad_()", "torch.nn.Parameter({t})",
    "torch.broadcast_tensors({t}, torch.ones(2, *{t}.shape, dtype=torch.float64))[0]", "{t}.to(torch.float64)", "torch.atleast_2d({t})",
]  # fmt: skip
OPERATIONS = ["{t} * 2", "{t} * {u}", "{t} + {u}", "{t}.sin()", "{t}.clone()", "{t}.sum()", "{t} * 1", "{t}.cos()"]  # fmt: skip
CHANGES = [
    "{t}.mul_(2)", "{t}.mul_({u})", "{t}.add_({u})", "{t}.add_(1)", "{t}.copy_({u})", "{t}.zero_()", "{t}.fill_(3)", "{t}.fill_({u}.sum())", "{t}.sin_()", "{t}.clamp_(0, 1)", "{t}.cos_()",
    "{t}.eq_({u})", "{t}.gt_(0)", "{t}[0] = 7", "{t}[0] = {u}.clone()", "{t}[1:] = {u}.clone()", "{t}[:] = 1", "{t}[...] = {u}.clone()", "{t}.view(-1)[{t}.view(-1) > 1] = 0", "{t}[torch.tensor([0])] = {u}.clone()", "{t}[..., 0] += 1",
    "{t}[None] = 2", "{t}.masked_fill_({t} > 0, 2)", "{t}.unsqueeze_(0)", "{t}.squeeze_()", "{t}.transpose_(0, -1)", "{t}.t_()", "{t}.detach_()", "{t}.requires_grad_()",
    "{t}.requires_grad_(False)", "{t}.requires_grad = True", "{t}.data.mul_(3)", "{t}.contiguous().normal_()", "{t}.relu_()", "{t}.cumsum_(0)", "{t}.numpy()",
    "{t}.fill_diagonal_(1)", "torch.nn.init.ones_({t})", "{t}.retain_grad()", "{t}.view(-1)[0] = 2", "{t}[0].add_(1)", "{t}.view(-1).mul_(3)", "{t}.t().add_(1)", "{t}[0].zero_()", "{t}.uniform_()", "{t}[0].normal_()", "repr({t})",
]  # fmt: skip
SHAPERS = ("squeeze_", "t_()", "transpose_")
BACKWARD = ["({t} * 0.5).sum().backward()", "({t} * {t}).sum().backward(retain_graph=True)", "{t}.backward(torch.ones_like({t}))"]  # fmt: skip
KINDS = [(VIEWS, 9), (OPERATIONS, 4), (CHANGES, 9), (BACKWARD, 2), (NEW, 1)]


def quiet(line: str, names: dict) -> str:
    """Run a line; "ok", or the name of the error's type, "overlap" for one about memory that is written to twice."""
    try:
        exec(line, names)
    except Exception as error:
        return "overlap" if "single memory location" in str(error) else type(error).__name__
    return "ok"


def asked(question) -> object:
    try:
        return question()
    except Exception as error:
        return type(error).__name__


def facts(t) -> dict:
    """What a tensor tells of itself."""
    return {
        "requires_grad": t.requires_grad,
        "is_leaf": asked(lambda: t.is_leaf),
        "grad_fn": asked(lambda: t.grad_fn and t.grad_fn.name().rpartition("::")[2]),
        "_version": t._version,
        "_is_view": t._is_view(),
        "shape": tuple(t.shape),
        "value": t.detach().clone().tolist(),
        "grad": None if t.grad is None else t.grad.detach().clone().tolist(),
    }


def tensors_of(names: dict) -> list[str]:
    return [name for name in names if name[0] == "t" and name[1:].isdigit()]


def overlap(line: str, names: dict) -> bool:
    """Whether the tensors of a line lie in one memory: what a change reads of what it has written is open."""
    used = [names[name] for name in tensors_of(names) if f"{name}." in line or f"({name})" in line]
    return len({t.untyped_storage().data_ptr() for t in used}) < len(used)


def begin(package) -> dict:
    package.manual_seed(0)
    names = {"torch": package}
    return names


def draw(generator: random.Random, names: dict) -> str:
    tensors = tensors_of(names)
    kind = NEW if not tensors else generator.choices([k for k, _ in KINDS], [w for _, w in KINDS])[0]
    shape = generator.choice(["(2, 3)", "(4,)", "(3, 2)", "(2, 2)", "(1, 3)", "()"])
    given = {"t": "", "u": "", "shape": shape, "n": int(np.prod(eval(shape))), "i": generator.choice(["0", "-1", "1"])}
    if tensors:
        given["t"] = generator.choice(tensors)
        fitting = [u for u in tensors if names[u].shape == names[given["t"]].shape] or tensors
        given["u"] = generator.choice(fitting if generator.random() < 0.8 else tensors)
    line = generator.choice(kind).format(**given)
    if given["t"] and not names[given["t"]].ndim and "[" in line:  # the errors of indices have a sweep of their own
        line = "{t}[...] = 1".format(**given)
        kind = CHANGES
    if "as_strided" in line and not names[given["t"]].numel():  # NumPy lets an empty view begin where its base does
        line = "{t}[...]".format(**given)
    if kind in (NEW, VIEWS, OPERATIONS):
        line = f"t{len(tensors) if len(tensors) < TENSORS else generator.randrange(TENSORS)} = {line}"
    # an in-place change of the shape of a leaf that already has a gradient leaves torch in a state of its own
    return f"with torch.no_grad(): {line}" if generator.random() < 0.2 and not any(s in line for s in SHAPERS) else line


def same(one, other) -> bool:
    if isinstance(one, (list, float)) and isinstance(other, (list, float)):
        one, other = np.asarray(one), np.asarray(other)
        return one.shape == other.shape and np.allclose(one, other, rtol=1e-9, atol=1e-12, equal_nan=True)
    return one == other


def difference(seed: int, counts: Counter) -> str:
    """The first difference of a random program, or nothing."""
    generator = random.Random(seed)
    theirs, ours = begin(torch), begin(minitorch_pt)
    lines: list[str] = []
    for _ in range(LINES):
        line = draw(generator, theirs)
        lines.append(line)
        open_ = overlap(line, theirs)
        expected, found = quiet(line, theirs), quiet(line, ours)
        counts["errors" if expected != "ok" else "values"] += 1
        if "overlap" in (expected, found) and expected != found:
            counts["skipped: torch writes to expanded memory"] += 1
            return ""
        if expected != found:
            return "\n".join([*lines, f"torch: {expected}, minitorch_pt: {found}"])
        for name in tensors_of(theirs):
            told = facts(ours[name])
            for fact, value in facts(theirs[name]).items():
                if not same(value, told[fact]) and fact == "value" and open_:
                    counts["skipped: torch reads what it has written"] += 1
                    return ""
                if not same(value, told[fact]):
                    return "\n".join([*lines, f"{name}.{fact}: torch {value}, minitorch_pt {told[fact]}"])
    return ""


def run(seeds) -> None:
    counts: Counter = Counter()
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        wrong = [text for text in (difference(seed, counts) for seed in seeds) if text]
    compared("views", counts)
    assert sum(n for what, n in counts.items() if what.startswith("skipped")) < 0.002 * counts["values"], counts
    assert not wrong, f"{len(wrong)} of {len(seeds)} programs differ; the shortest:\n" + min(wrong, key=len)


def test_a_sample_of_programs():
    run(range(800))


@pytest.mark.long
def test_many_programs():
    run(range(800, 20_000))
