"""The modules beside torch, nn and optim: their functions and classes have torch's parameters, so that a misspelt keyword is refused there too."""

from __future__ import annotations

import importlib
import inspect

import pytest

MODULES = (
    "distributed library hub compiler cuda profiler mps xpu jit autograd.graph autograd.functional nn.parallel nn.utils nn.utils.prune "
    "utils.checkpoint utils.data utils.flop_counter utils.module_tracker utils._pytree func amp random sparse testing"
).split()
OTHERWISE = {
    "torch hands any arguments on": {"compiler.compile", "cuda.CUDAGraph", "cuda.Event", "cuda.Stream"},
    "a class of ours, made by custom_op alone": {"library.CustomOpDef"},
    "torch's is a wrapper that warns of its use": {"utils._pytree.LeafSpec"},
    "an ordinary Module here, which takes what the class of a user's hands on": {"jit.ScriptModule"},
    "not its own: typing's Generator there": {"autograd.graph.Generator"},
}


def parameters(thing: object) -> list[tuple[str, str]] | None:
    try:
        return [(p.name, p.kind.name) for p in inspect.signature(thing).parameters.values()]  # type: ignore[arg-type]
    except (TypeError, ValueError):  # torch's in C++ do not say
        return None


@pytest.mark.parametrize("module", MODULES)
def test_they_are_torchs(module):
    ours, theirs = (importlib.import_module(f"{package}.{module}") for package in ("minitorch_pt", "torch"))
    excused = set().union(*OTHERWISE.values())
    differ, compared = {}, 0
    for name in getattr(ours, "__all__", None) or [n for n in dir(theirs) if n[0] != "_"]:
        pair = [parameters(getattr(package, name, None)) for package in (ours, theirs)]
        if None in pair or f"{module}.{name}" in excused:
            continue
        compared += 1
        if pair[0] != pair[1]:
            differ[name] = pair
    assert not differ
    assert compared or module in ("cuda", "mps", "xpu")
