"""What a node keeps: each input and each output of every operation is changed in place before backward, as in torch refused or harmless.

Where torch refuses ("modified by an inplace operation") we must; where it does not, all values and the gradients must be torch's.
Under `create_graph` we may refuse more, but the gradients of gradients that come must be torch's.

    python -m parity_tests.sweeps.test_inplace_changes 'nn.functional.*'    # what differs, case by case
"""

from __future__ import annotations

import collections
import itertools
import sys
import warnings
from collections.abc import Callable, Iterator
from fnmatch import fnmatchcase
from typing import Any

import numpy as np
import pytest
import torch
from torch.testing._internal.common_methods_invocations import op_db
from torch.testing._internal.common_modules import module_db

import minitorch_pt
from minitorch_pt import ops
from parity_tests.databases.operations import ARBITRARY_PLACES, ARBITRARY_SIGNS, built, operation_name
from parity_tests.databases.outcomes import some
from parity_tests.databases.table import OutOfScope, table
from parity_tests.databases.twins import Converter, twin
from parity_tests.oracle import assert_same, lookup
from parity_tests.sweeps import accepted, compared

DIFFERENCES = accepted("inplace_changes")
REFUSED = "modified by an inplace operation"
HOW = ("tracked", "untracked", "second")
PACKAGES = (minitorch_pt, torch)
RTOL = 1e-9  # gradients of sums that cancel: it is not their last digits that this sweep judges


class Changeable(Converter):
    """Arguments that may be changed in place: what requires grad is a copy of its leaf. `only`: the one leaf that requires grad."""

    def __init__(self, package: Any, only: int | None = None) -> None:
        super().__init__(package)
        self.only, self.seen = only, itertools.count()

    def _tensor(self, source: torch.Tensor) -> Any:
        leaf = super()._tensor(source)
        if not leaf.requires_grad:
            return leaf
        if self.only not in (None, next(self.seen)):
            self.leaves.pop()
            return leaf.requires_grad_(False)
        return leaf.clone()


def tensors(value: Any, package: Any) -> list:
    """All tensors in a structure."""
    if isinstance(value, package.Tensor):
        return [value]
    if isinstance(value, dict):
        value = list(value.values())
    return [t for v in value for t in tensors(v, package)] if isinstance(value, (list, tuple)) else []


def change(tensor: Any, how: str) -> None:
    """Change a tensor in place, so that it may still be an index if it was one."""
    if how != "tracked":
        tensor = tensor.detach()
    if tensor.is_floating_point():
        tensor.mul_(2) if how == "tracked" else tensor.add_(1)
    elif 0 in tensor.stride():
        raise OutOfScope("an expanded mask or index")
    else:
        tensor.zero_()


def noise(shapes: list, seed: int) -> list[np.ndarray]:
    """Random cotangents."""
    draw = np.random.Generator(np.random.PCG64(seed)).uniform
    return [np.asarray(draw(-2, 2, tuple(shape))) for shape in shapes]


def gradients(package: Any, outputs: list, leaves: list, second: bool) -> list:
    """The gradients of the outputs that have any, for random cotangents; `second`: of these gradients too."""
    for order in range(1 + second):
        seeds = noise([() if t is None else t.shape for t in outputs], order)
        pairs = [(t, package.from_numpy(s).to(t.dtype)) for t, s in zip(outputs, seeds, strict=True) if t is not None]
        pairs = [(t, s) for t, s in pairs if t.requires_grad]
        if not pairs:
            return [0] * len(leaves)
        tracked, cotangents = zip(*pairs, strict=True)
        outputs = package.autograd.grad(
            tracked, leaves, cotangents, create_graph=second and not order, allow_unused=True
        )
    return [0 if g is None else g.detach() for g in outputs]


def observed(package: Any, call: Callable, place: int | None, how: str) -> tuple:
    """What comes of a call and a change of the tensor at `place`: ("refused", where), or ("done", values, gradients)."""
    inputs, outputs, leaves = call(package)
    known = [*inputs, *outputs]
    if place is not None:
        try:
            change(known[place], how)
        except RuntimeError as error:
            return "refused", "at the change", error
    values = [t.detach() for t in known]
    try:
        return "done", values, gradients(package, outputs, leaves, how == "second")
    except RuntimeError as error:
        return "refused", REFUSED if REFUSED in str(error) else "otherwise", error


def same(mine: Any, other: Any, what: str) -> None:
    """Assert that two gradients are equal; none is 0."""
    if isinstance(mine, int) or isinstance(other, int):
        rest = [g for g in (mine, other) if not isinstance(g, int)]
        size = max((float(np.abs(g.numpy(force=True)).max(initial=0)) for g in rest), default=0)
        assert size < RTOL, f"{what}: {mine}, torch has {other}"
        return
    size = float(np.nan_to_num(other.numpy(force=True), posinf=0, neginf=0).__abs__().max(initial=0))
    assert_same(mine, other, RTOL, RTOL * max(size, 1), what)


def compare(call: Callable, place: int | None, how: str, loose: bool) -> str:
    """Compare one case; returns what torch did. `loose`: whether it was refused is compared alone."""
    ours, theirs = (observed(package, call, place, how) for package in PACKAGES)
    if theirs[0] == "refused":
        if theirs[1] == "otherwise":
            raise OutOfScope("torch has no such gradient")
        assert ours[0] == "refused", f"torch refuses {theirs[1]}"
        assert ours[1] == theirs[1], f"refused: {ours[1:]}, torch: {theirs[1]}"
        return "refused"
    if ours[0] == "refused" and how == "second" and ours[1] == REFUSED:
        return "refused here alone, under create_graph"
    assert ours[0] == "done", f"torch does not refuse: {ours[2]}"
    if not loose:
        for what, mine, other in (("value", ours[1], theirs[1]), ("gradient", ours[2], theirs[2])):
            assert len(mine) == len(other), f"{len(mine)} of {what}, torch has {len(other)}"
            for i, (a, b) in enumerate(zip(mine, other, strict=True)):
                same(a, b, f"{what} {i}")
    return "done"


class Outcome:
    """What came of the cases of one or more entries."""

    def __init__(self) -> None:
        self.counts: collections.Counter = collections.Counter()
        self.skipped: collections.Counter = collections.Counter()
        self.failures: dict[str, str] = {}

    def judge(self, name: str, calls: Iterator, limit: int | None, second: bool) -> None:
        """Run the cases of each call; `limit`: a fixed choice of so many of them."""
        for label, call, loose in calls:
            with warnings.catch_warnings(), np.errstate(all="ignore"):
                warnings.simplefilter("ignore")
                try:
                    inputs, outputs, _ = call(torch)
                except Exception:  # an activation in place that torch refuses where it stands
                    self.counts["refused in the call"] += 1
                    continue
                if not any(t.requires_grad for t in outputs):
                    continue
                if not self.run(name, label, "unchanged", call, None, "second" if second else "untracked", loose):
                    continue
                cases = itertools.product(range(len(inputs) + len(outputs)), HOW if second else HOW[:2])
                for _, (place, how) in some(cases, limit, name + label):
                    which = f"input {place}" if place < len(inputs) else f"output {place - len(inputs)}"
                    self.run(name, f"{label} {how}", which, call, place, how, loose)

    def run(self, name: str, label: str, which: str, call: Callable, place: int | None, how: str, loose: bool) -> bool:
        """Run one case; whether it is right."""
        try:
            self.counts[compare(call, place, how, loose)] += 1
            return True
        except OutOfScope as reason:
            self.skipped[str(reason)] += 1
        except Exception as failure:
            if name in table().differs or any(fnmatchcase(f"{name}, {which}", d) for d in DIFFERENCES):
                self.counts["differ on purpose"] += 1
            else:
                text = " ".join(f"{type(failure).__name__}: {failure}".split())[:300]
                self.failures[f"{name} {label}, {which}"] = text
        return False


def operation_calls(entry: Any, limit: int | None) -> Iterator[tuple[str, Callable, bool]]:
    """(label, call, loose) for the samples of an operation: with all leaves, then with each alone requiring grad."""
    name, ours = operation_name(entry), twin(entry.op, entry.name)
    loose = name in (*ARBITRARY_SIGNS, *ARBITRARY_PLACES, *table().unstable, *table().tolerances)
    for i, sample in some(entry.sample_inputs("cpu", torch.float64, requires_grad=True), limit, name):
        leaves = sum(t.requires_grad for t in tensors([sample.input, sample.args, sample.kwargs], torch))
        for only in (None, *range(leaves)) if leaves > 1 else (None,):

            def call(package: Any, sample: Any = sample, only: int | None = only) -> tuple:
                convert = Changeable(package, only)
                input, args, kwargs = convert(sample.input), convert(sample.args), convert(sample.kwargs)
                package.manual_seed(0)
                result = (entry.op if package is torch else ours)(input, *args, **kwargs)
                return tensors([input, args, kwargs], package), tensors(result, package), convert.leaves

            yield f"{i}" + ("" if only is None else f" leaf {only}"), call, loose


# what stands behind a module: activations in place, as in every VGG and GAN
BEHIND: dict[str, Callable[[Any], Any] | None] = {
    "": None,
    "ReLU": lambda nn: nn.ReLU(inplace=True),
    "LeakyReLU": lambda nn: nn.LeakyReLU(0.2, inplace=True),
    "ELU": lambda nn: nn.ELU(inplace=True),
    "SiLU": lambda nn: nn.SiLU(inplace=True),
    "Hardtanh": lambda nn: nn.Hardtanh(inplace=True),
    "Dropout": lambda nn: nn.Dropout(0.5, inplace=True),
}


def module_calls(info: Any, limit: int | None) -> Iterator[tuple[str, Callable, bool]]:
    """(label, call, loose) for the samples of a module, in train and eval mode, alone and with an activation behind it.

    The inputs are followed by the parameters. What dropout draws depends on the layout, which is not judged here.
    """
    for training in (True, False) if info.train_and_eval_differ else (True,):
        samples = info.module_inputs_func(
            info, device="cpu", dtype=torch.float64, requires_grad=True, training=training
        )
        for (i, sample), behind in itertools.product(some(samples, limit, info.name), BEHIND):

            def call(
                package: Any, sample: Any = sample, training: bool = training, make: Any = BEHIND[behind]
            ) -> tuple:
                start, given, convert = sample.constructor_input, sample.forward_input, Changeable(package)
                package.manual_seed(0)
                module = lookup(package, info.name)(*convert(start.args), **convert(start.kwargs))
                module.to(package.float64).train(training)
                convert = Changeable(package)
                args, kwargs = convert(given.args), convert(given.kwargs)
                outputs = tensors(module(*args, **kwargs), package)
                if make is not None:
                    outputs[0] = make(package.nn)(outputs[0])
                parameters = [p for p in module.parameters() if p.requires_grad]
                return [*tensors([args, kwargs], package), *parameters], outputs, [*convert.leaves, *parameters]

            yield f"{'train' if training else 'eval'} {i} {behind}", call, behind == "Dropout" and training


def operations() -> dict[str, Any]:
    """The entries in scope that have gradients."""
    return {
        operation_name(e): e
        for e in op_db
        if e.supports_autograd
        and torch.float64 in e.supported_dtypes("cpu")
        and table().reason(operation_name(e)) is None
        and built(e)
    }


def modules() -> dict[str, Any]:
    """The modules in scope."""
    return {info.name: info for info in module_db if table().reason(info.name) is None}


def judge(name: str, limit: int | None = None, cases: int | None = None, outcome: Outcome | None = None) -> Outcome:
    """All of one entry, or a fixed choice of its samples and of the cases of each."""
    outcome = outcome or Outcome()
    if name in OPERATIONS:
        entry = OPERATIONS[name]
        outcome.judge(name, operation_calls(entry, limit), cases, entry.supports_gradgrad)
    else:
        outcome.judge(name, module_calls(MODULES[name], limit), cases, False)
    return outcome


OPERATIONS, MODULES = operations(), modules()
ALL = [*OPERATIONS, *MODULES]


def hold(outcome: Outcome, share: float = 0.02) -> None:
    """Fail if something differs, or more than a share was skipped."""
    compared("inplace_changes", {**outcome.counts, **{f"skipped: {why}": n for why, n in outcome.skipped.items()}})
    told = "\n".join(f"    {label}: {text}" for label, text in outcome.failures.items())
    assert not outcome.failures, f"{len(outcome.failures)} cases differ, {dict(outcome.counts)} do not\n{told}"
    skipped = sum(outcome.skipped.values())
    assert skipped <= share * (skipped + outcome.counts.total()), f"skipped: {dict(outcome.skipped)}"


def test_some() -> None:
    outcome = Outcome()
    for _, name in some(ALL, 250, "changes"):
        judge(name, 1, 3, outcome)
    hold(outcome)
    assert min(outcome.counts["done"], outcome.counts["refused"]) > 200


# a result that is laid out anew is another array than the one that the gradient functions hold: its rule must say that it saves it
LAID_OUT_ANEW = (
    "cholesky_inverse", "cholesky_solve", "linalg.cholesky", "linalg.inv", "linalg.lu_factor", "linalg.qr",
    "linalg.solve_triangular",
)  # fmt: skip


@pytest.mark.parametrize("name", LAID_OUT_ANEW)
def test_results_laid_out_anew(name: str) -> None:
    hold(judge(name, 2))


@pytest.mark.long
@pytest.mark.parametrize("name", ALL)
def test_all(name: str) -> None:
    hold(judge(name, 60), share=1)  # of some operations most samples have no gradient: the share is that of all


PLANTED = {  # faults: the operation's name, the kind of its nodes, and what it is made to save
    "exp": (ops.exp.kind, ()),
    "nn.functional.softplus": (ops.elementwise.activations._softplus.kind, ()),
    "nn.functional.conv2d": (ops.layers.convolution._convolution.kind, (0,)),
    "amax": (ops.amax.kind, (0,)),
    "mul": (ops.mul.kind, (0, 1)),
}


@pytest.mark.parametrize("name", PLANTED)
def test_a_planted_fault_is_found(name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    rule, saves = PLANTED[name]
    assert not judge(name, 3).failures
    monkeypatch.setattr(rule, "saves", saves)
    monkeypatch.setattr(rule, "frees", True)
    assert judge(name, 3).failures


if __name__ == "__main__":
    found = Outcome()
    for one in ALL:
        if any(fnmatchcase(one, pattern) for pattern in sys.argv[1:] or ["*"]):
            judge(one, 60, None, found)
    print(*(f"{label}: {text}" for label, text in found.failures.items()), sep="\n")
    print(dict(found.counts), dict(found.skipped), len(found.failures))
