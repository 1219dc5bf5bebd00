"""Random programs of views, views of views and in-place changes, under both packages.

A program is a list of lines, each drawn for the shapes that torch has at that point. After each line the type of its error is
compared, and what every tensor tells of itself: values, gradient, requires_grad, is_leaf, the name of grad_fn, version, and
whether it is a view.
"""

from __future__ import annotations

import copy
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
    "torch.broadcast_tensors({t}, torch.ones(2, *{t}.shape, dtype=torch.float64))[0]", "{t}.to(torch.float64)", "torch.atleast_2d({t})", "torch.Tensor({t})", "{t}.new({t})",
]  # fmt: skip
OPERATIONS = [
    "{t} * 2", "{t} * {u}", "{t} + {u}", "{t}.sin()", "{t}.clone()", "{t}.sum()", "{t} * 1", "{t}.cos()",
]  # fmt: skip
CHANGES = [
    "{t}.mul_(2)", "{t}.mul_({u})", "{t}.add_({u})", "{t}.add_(1)", "{t}.copy_({u})", "{t}.zero_()", "{t}.fill_(3)", "{t}.fill_({u}.sum())", "{t}.sin_()", "{t}.clamp_(0, 1)", "{t}.cos_()",
    "{t}.eq_({u})", "{t}.gt_(0)", "{t}[0] = 7", "{t}[0] = {u}.clone()", "{t}[1:] = {u}.clone()", "{t}[:] = 1", "{t}[...] = {u}.clone()", "{t}.view(-1)[{t}.view(-1) > 1] = 0", "{t}[torch.tensor([0])] = {u}.clone()", "{t}[..., 0] += 1",
    "{t}[None] = 2", "{t}.masked_fill_({t} > 0, 2)", "{t}.unsqueeze_(0)", "{t}.squeeze_()", "{t}.transpose_(0, -1)", "{t}.t_()", "{t}.detach_()", "{t}.requires_grad_()",
    "{t}.requires_grad_(False)", "{t}.requires_grad = True", "{t}.data.mul_(3)", "{t}.contiguous().normal_()", "{t}.relu_()", "{t}.cumsum_(0)", "{t}.numpy()",
    "{t}.fill_diagonal_(1)", "torch.nn.init.ones_({t})", "{t}.retain_grad()", "{t}.view(-1)[0] = 2", "{t}[0].add_(1)", "{t}.view(-1).mul_(3)", "{t}.t().add_(1)", "{t}[0].zero_()", "{t}.uniform_()", "{t}[0].normal_()", "repr({t})",
]  # fmt: skip
SHAPERS = ("squeeze_", "t_()", "transpose_")
BACKWARD = [
    "({t} * 0.5).sum().backward()",
    "({t} * {t}).sum().backward(retain_graph=True)",
    "{t}.backward(torch.ones_like({t}))",
]
# of a module whose parameters are moved, loaded and given other data; only steps that save no values: torch saves a parameter itself, with what
# data it has when the gradient is computed, and we the values that it had
PARTS = [
    "m.weight",
    "m.bias",
    "m.n",
    "m.weight.T",
    "m.weight[0]",
    "m.weight.data",
    "m.weight.detach()",
    "m.bias * 1",
    "m.weight.grad.view(-1)",
    "m.weight.view(-1)",
]
LINEAR = ["{t} * 2", "{t} + {u}", "{t}.clone()", "{t}.sum()", "{t} * 1", "{t}.flip(0)", "m.weight.sum()", "m.bias + 1"]
MOVES = [
    "m.double()", "m.float()", "m.to(torch.float64)", "m.to({t}.dtype)", "m.load_state_dict({{k: v * 2 for k, v in m.state_dict().items()}})",
    "m.load_state_dict({{k: v * 2 for k, v in m.state_dict().items()}}, assign=True)", "m.weight.data = m.weight.data * 2", "m.weight.data = torch.ones_like(m.weight)",
    "m.weight.data.add_(1)", "m.bias.data = m.bias.data.double()", "m.zero_grad()", "m.zero_grad(set_to_none=False)", "m.requires_grad_(False)", "m.requires_grad_()", "m = copy.deepcopy(m)",
    "{t}.data = {t}.detach() + 1", "{t}.data = {t}.data", "{t}.data = {u}.detach().reshape({t}.shape)", "{t}.data = {u}.reshape({t}.shape)", "{t}.data = {t}.double()", "torch.nn.utils.vector_to_parameters(torch.arange(8.0), m.parameters())",
    "m.weight.grad = None", "m.weight.grad.data = m.weight.grad.data * 2", "m.weight.grad.mul_(2)", "m.n = m.n * 2", "m.n.mul_(2)", "m.bias = torch.nn.Parameter(m.weight.detach()[:, 0])", "m.weight.set_(m.weight.detach().clone())",
    "torch.no_grad()(lambda: m.weight.mul_(2))()", "torch.no_grad()(lambda: m.bias.add_(1))()", "torch.optim.SGD(m.parameters(), 0.5).step()", "m.apply(lambda k: None)",
]  # fmt: skip
MOVED_BACKWARD = [
    "({t} * 0.5).sum().backward()",
    "(m.weight.sum() * 2 + m.bias.sum()).backward()",
    "({t} + {u}).sum().backward()",
]
SAVING = ("mul_({u}", "sin_", "cos_", "relu_", "clamp_", "u} *", "masked", "cumsum")
KINDS = [(VIEWS, 9), (OPERATIONS, 4), (CHANGES, 9), (BACKWARD, 2), (NEW, 1)]
MOVING = [
    (VIEWS, 6),
    (PARTS, 5),
    (LINEAR, 3),
    ([c for c in CHANGES if not any(s in c for s in SAVING)], 7),
    (MOVED_BACKWARD, 3),
    (MOVES, 8),
]


def quiet(line: str, names: dict) -> str:
    """Run a line; "ok", or the name of the error's type, or what it is about where torch and we do not agree on purpose."""
    try:
        exec(line, names)
    except Exception as error:
        kinds = {"single memory location": "overlap", "INTERNAL ASSERT FAILED": "a fault of torch's"}
        return next((kind for words, kind in kinds.items() if words in str(error)), type(error).__name__)
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


def begin(package, moving: bool) -> dict:
    package.manual_seed(0)
    names = {"torch": package, "copy": copy}
    if moving:
        names["m"] = package.nn.Linear(3, 2)
        names["m"].register_buffer("n", package.ones(2))
    return names


def draw(generator: random.Random, names: dict, kinds: list) -> str:
    tensors = tensors_of(names)
    kind = generator.choices([k for k, _ in kinds], [w for _, w in kinds])[0]
    if not tensors:
        kind = PARTS if "m" in names else NEW
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
    if kind in (NEW, VIEWS, OPERATIONS, PARTS, LINEAR):
        line = f"t{len(tensors) if len(tensors) < TENSORS else generator.randrange(TENSORS)} = {line}"
    # an in-place change of the shape of a leaf that already has a gradient leaves torch in a state of its own
    return f"with torch.no_grad(): {line}" if generator.random() < 0.2 and not any(s in line for s in SHAPERS) else line


def same(one, other, exact: bool = True) -> bool:
    if isinstance(one, (list, float)) and isinstance(other, (list, float)):
        one, other = np.asarray(one), np.asarray(other)
        return one.shape == other.shape and np.allclose(
            one, other, *((1e-9, 1e-12) if exact else (1e-5, 1e-6)), equal_nan=True
        )
    return one == other


def difference(seed: int, counts: Counter, moving: bool = False) -> str:
    """The first difference of a random program, or nothing."""
    generator = random.Random(seed)
    theirs, ours = begin(torch, moving), begin(minitorch_pt, moving)
    lines: list[str] = []
    first: dict[str, tuple[int, int]] = {}
    refused = False
    for _ in range(LINES):
        line = draw(generator, theirs, MOVING if moving else KINDS)
        lines.append(line)
        open_ = overlap(line, theirs)
        expected, found = quiet(line, theirs), quiet(line, ours)
        counts["errors" if expected != "ok" else "values"] += 1
        refused = refused or (expected != "ok" and "backward" in line)
        if "overlap" in (expected, found) and expected != found:
            counts["skipped: torch writes to expanded memory"] += 1
            return ""
        if expected == "a fault of torch's":
            counts["skipped: " + expected] += 1
            return ""
        if expected != found:
            return "\n".join([*lines, f"torch: {expected}, minitorch_pt: {found}"])
        made = line.removeprefix("with torch.no_grad(): ").partition(" = ")[0]
        for name in tensors_of(theirs):
            asked_for, told = facts(theirs[name]), facts(ours[name])
            if moving:  # changes are counted from here: torch makes some gradients and copies by a change of their own
                if name == made:
                    first[name] = asked_for["_version"], told["_version"]
                asked_for["_version"] -= first[name][0]
                told["_version"] -= first[name][1]
            for fact, value in asked_for.items():
                alike = same(value, told[fact], not moving)
                if not alike and fact == "value" and open_:
                    counts["skipped: torch reads what it has written"] += 1
                    return ""
                if not alike and fact == "grad" and refused:  # here leaves get their gradients at the end
                    counts["skipped: torch has given some leaves their gradient before it refuses"] += 1
                    return ""
                if not alike:
                    return "\n".join([*lines, f"{name}.{fact}: torch {value}, minitorch_pt {told[fact]}"])
    return ""


def run(seeds, moving: bool = False) -> None:
    counts: Counter = Counter()
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        wrong = [text for text in (difference(seed, counts, moving) for seed in seeds) if text]
    compared("views", counts)
    assert sum(n for what, n in counts.items() if what.startswith("skipped")) < 0.002 * counts["values"], counts
    assert not wrong, f"{len(wrong)} of {len(seeds)} programs differ; the shortest:\n" + min(wrong, key=len)


def test_a_sample_of_programs():
    run(range(800))


def test_a_sample_of_moved_modules():
    run(range(600), moving=True)


@pytest.mark.long
def test_many_programs():
    run(range(800, 20_000))
    run(range(600, 10_000), moving=True)
