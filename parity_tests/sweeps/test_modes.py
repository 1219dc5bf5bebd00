"""Random programs of nested modes: no_grad, enable_grad, set_grad_enabled and inference mode as context managers, decorators, calls and
around generators. After each step: the modes, and what tensors made there tell of themselves, also when they are used later."""

from __future__ import annotations

import random
import warnings
from collections import Counter
from typing import Any

import pytest
import torch

import minitorch_pt
from parity_tests.sweeps import compared

MODES = [
    "p.no_grad()", "p.enable_grad()", "p.set_grad_enabled(True)", "p.set_grad_enabled(False)", "p.inference_mode()", "p.inference_mode(False)",
    "p.autograd.no_grad()", "p.autograd.inference_mode(True)",
]  # fmt: skip
LEAVES = [
    "p.set_grad_enabled({flag})", "new = w * 2", "new = w.view(-1)", "new = c + 1", "new = c[0]", "new = w.detach()", "new = w.clone()", "new = p.zeros(2)",
    "new = {t} * w", "new = {t} * 2", "new = {t}.view(-1)", "own({t}).mul_(2)", "({t} * w).sum().backward(retain_graph=True)",
    "w.grad = None", "new = {t}.detach()", "c.add_(1)", "new = p.nn.functional.linear({t}, p.eye(2))", "new = {t}.split(1)[0]", "{t}.data.add_(1)", "new = p.square({t})",
    "p.nn.init.ones_(own({t}))", "new = p.tensor([1.0, 2.0])", "new = {t}.double()", "new = {t}.numpy().copy() is not None and {t}", "own({t})[0] = 1", "new = p.autograd.grad(({t} * w).sum(), w)[0]",
]  # fmt: skip


def block(generator: random.Random, depth: int) -> list[str]:
    """Lines of a program, nested as deep as `depth`."""
    lines: list[str] = []
    for _ in range(generator.randint(1, 3)):
        draw = generator.random()
        inner = block(generator, depth - 1) if depth and draw < 0.6 else []
        tabbed = ["    " + line for line in inner]
        mode = generator.choice(MODES)
        f = f"f{generator.randrange(10**6)}"
        if not inner:
            line = generator.choice(LEAVES).format(
                t=f"t[{generator.randrange(9)} % len(t)]", flag=generator.random() < 0.5
            )
            lines += ["try:", f"    {line}", "except Exception as error:", "    log.append(type(error).__name__)"]
            lines += ["else:", "    t.append(new)"] if line.startswith("new") else []
            lines.append("look()")
        elif draw < 0.3:
            lines += [f"with {mode}:", *tabbed]
        elif draw < 0.4:
            lines += [f"@{mode}", f"def {f}():", "    new = None", *tabbed, f"{f}()"]
        elif draw < 0.5:
            lines += [
                f"@{mode}", f"def {f}():", "    new = None", *tabbed, "    yield 1", "    look()", *tabbed,
                f"for _ in {f}():", "    look()",
            ]  # fmt: skip
        else:
            lines += [
                "try:",
                f"    with {mode}:",
                *["    " + line for line in tabbed],
                "        raise KeyError",
                "except KeyError:",
                "    look()",
            ]
    return lines


def history(x: Any) -> tuple:
    try:
        return x.is_leaf, x.grad_fn is None
    except RuntimeError as error:  # a view whose base was changed behind it
        return (type(error).__name__,)


def record(package: Any, program: str) -> list:
    """What a program sees."""
    log: list = []
    t = [package.ones(2, requires_grad=True)]
    names = {"p": package, "t": t, "log": log, "w": package.ones(2, requires_grad=True), "c": package.ones(2)}

    def facts(x: Any) -> tuple:
        return (
            x.requires_grad,
            x.is_inference(),
            *history(x),
            str(x.dtype).rpartition(".")[2],
            x.detach().clone().tolist(),
        )

    def look() -> None:
        log.append((package.is_grad_enabled(), package.is_inference_mode_enabled()))
        log.extend(facts(x) for x in [*t, names["w"], names["c"]])
        log.append(names["w"].grad is not None and facts(names["w"].grad))

    def own(x: Any) -> Any:
        """The tensor, or a copy where a change is to be refused: torch refuses it when all is written."""
        if not x.is_inference() or package.is_inference_mode_enabled():
            return x
        with package.inference_mode():
            return x.clone()

    names |= {"look": look, "own": own}
    with package.set_grad_enabled(True):  # which a program may switch and not switch back
        exec(program, names)
        log.append((package.is_grad_enabled(), package.is_inference_mode_enabled()))
    return log


def run(seeds: range) -> None:
    counts: Counter = Counter()
    wrong = []
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        for seed in seeds:
            program = "\n".join(block(random.Random(seed), 3))
            theirs, ours = record(torch, program), record(minitorch_pt, program)
            counts["errors"] += sum(isinstance(entry, str) for entry in theirs)
            counts["values"] += sum(not isinstance(entry, str) for entry in theirs)
            if theirs != ours:
                first = next((pair for pair in zip(theirs, ours, strict=False) if pair[0] != pair[1]), "length")
                wrong.append(f"{program}\ntorch and here: {first}")
    compared("modes", counts)
    assert counts["errors"] > len(seeds) / 10, counts
    assert not wrong, f"{counts}: {len(wrong)} of {len(seeds)} differ; the shortest:\n" + "\n\n".join(
        sorted(wrong, key=len)[:4]
    )


def test_modes() -> None:
    run(range(400))


@pytest.mark.long
def test_many_modes() -> None:
    run(range(400, 10_000))
