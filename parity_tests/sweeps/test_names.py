"""Every public name that torch has too: the same kind of thing, called the same, of the same public bases, with the same parameters."""

from __future__ import annotations

import collections
import copy
import doctest
import fnmatch
import importlib
import inspect
import pickle
import pkgutil
import re
import sys
import types
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import torch

import minitorch_pt
from parity_tests.absent import importable, offers
from parity_tests.sweeps import accepted, compared

ROOMS = (
    "accelerator", "amp", "autograd", "backends", "cuda", "distributions", "linalg", "nn", "optim", "profiler", "random", "return_types", "serialization", "signal", "special", "testing",
    "utils.checkpoint", "utils.data",
)  # fmt: skip
DIFFERENCES = accepted("names")


def modules() -> Iterator[str]:
    """torch's public modules that are here too: "", "nn", "nn.modules.linear", ..."""
    yield ""
    for room in ROOMS:
        outer = importlib.import_module(f"torch.{room}")
        inner = pkgutil.walk_packages(getattr(outer, "__path__", ()), f"torch.{room}.", onerror=lambda name: None)
        for name in [f"torch.{room}", *(info.name for info in inner)]:
            if "._" not in name and importable(f"minitorch_pt{name.removeprefix('torch')}") and importable(name):
                yield name.removeprefix("torch.")


def of_torch(thing: Any) -> bool:
    """Whether torch made it: its modules import much from elsewhere."""
    place = thing.__name__ if isinstance(thing, types.ModuleType) else getattr(thing, "__module__", None)
    return (place or type(thing).__module__).partition(".")[0] in ("torch", "builtins")


def pairs() -> Iterator[tuple[str, Any, Any]]:
    """(name, ours, torch's) of what both have, each thing of torch's once, at its shortest name."""
    seen = set()
    for module in sorted(modules(), key=lambda m: (m.count("."), m)):
        ours = importlib.import_module(f"minitorch_pt.{module}".rstrip("."))
        theirs = importlib.import_module(f"torch.{module}".rstrip("."))
        for name in sorted(dir(theirs)):
            thing = getattr(theirs, name)
            if name[0] != "_" and offers(ours, name) and of_torch(thing) and (id(thing), name) not in seen:
                seen.add((id(thing), name))
                yield f"{module}.{name}".lstrip("."), getattr(ours, name), thing


PAIRS = list(pairs())
TWINS = [(theirs, ours) for _, ours, theirs in PAIRS if isinstance(theirs, type) and isinstance(ours, type)]


def kind(thing: Any) -> str:
    if isinstance(thing, types.ModuleType):
        return "module"
    if isinstance(thing, type):
        return "class"
    return "function" if callable(thing) else "value"


def exchanged(text: str) -> str:
    """A text of torch's for us: the package's name, no addresses."""
    return re.sub(r"\btorch\b", "minitorch_pt", re.sub(" at 0x[0-9a-f]+", "", text))


def public_bases(thing: type, side: int) -> set[type]:
    """The bases, direct or not, of one of ours (1) or of torch's (0) that both packages show."""
    return {pair[1] for pair in TWINS if pair[side] is not thing and issubclass(thing, pair[side])}


def private_bases(ours: type, theirs: type) -> tuple[list[str], list[str]]:
    """Bases that torch.nn hides and programs ask for, as in isinstance(layer, nn.modules.conv._ConvNd): those of ours, and torch's."""
    hidden = [b for b in theirs.__mro__ if b.__name__[0] == "_" and ".nn.modules." in b.__module__]
    mine = [getattr(sys.modules.get(exchanged(b.__module__)), b.__name__, ()) for b in hidden]
    return [b.__name__ for b, base in zip(hidden, mine, strict=True) if issubclass(ours, base)], [
        b.__name__ for b in hidden
    ]


def parameters(thing: Any) -> list[str]:
    """Kinds, names and defaults of the parameters, in their order."""
    found = []
    for p in inspect.signature(thing).parameters.values():
        found.append(f"{p.kind.name} {p.name}" + ("" if p.default is p.empty else f"={exchanged(repr(p.default))}"))
    return found


def facts(name: str, ours: Any, theirs: Any) -> Iterator[tuple[str, Any, Any]]:
    """(fact, ours, torch's) of what stands under one name in both."""
    yield "kind", kind(ours), kind(theirs)
    if kind(ours) != kind(theirs) or kind(ours) in ("module", "value"):
        return
    yield "doc", bool(inspect.getdoc(ours)), True
    if not isinstance(ours, (types.FunctionType, type)):
        return
    yield "pickle", pickle.loads(pickle.dumps(ours)) is ours and copy.deepcopy(ours) is ours, True
    # compiled functions of torch's are called by the class or module that compiles them
    if not isinstance(theirs, (types.FunctionType, type)) or "<locals>" in theirs.__qualname__:
        return
    for title in ("__module__", "__qualname__", "__name__"):
        yield title, getattr(ours, title), exchanged(getattr(theirs, title))
    if isinstance(theirs, type):
        yield "repr", repr(ours), exchanged(repr(theirs))
        yield "bases", public_bases(ours, 1), public_bases(theirs, 0)
        yield "private bases", *private_bases(ours, theirs)
        for method, function in vars(theirs).items():
            mine = getattr(ours, method, None)
            if isinstance(function, types.FunctionType) and mine is not None and method[0] != "_":
                yield f"parameters of {method}", parameters(mine), parameters(function)
                if name == "nn.Module":  # made of parts, which no error is to name
                    yield f"__qualname__ of {method}", mine.__qualname__, function.__qualname__
    try:
        expected = parameters(theirs)
    except ValueError:  # compiled
        return
    yield "parameters", parameters(ours), expected


def test_names():
    counts: collections.Counter = collections.Counter()
    used, wrong = set(), []
    for name, ours, theirs in PAIRS:
        for fact, mine, expected in facts(name, ours, theirs):
            if mine == expected:
                counts["facts"] += 1
                continue
            entry = f"{name} {fact}"
            reasons = [pattern for pattern in DIFFERENCES if fnmatch.fnmatchcase(entry, pattern)]
            used.update(reasons)
            counts["differ on purpose"] += bool(reasons)
            wrong += [] if reasons else [f"{entry}: {mine}, torch has {expected}"]
    compared("names", counts)
    assert not wrong, "\n".join(wrong)
    assert not (rest := DIFFERENCES.keys() - used), f"these differ no more: take them out of differences.toml: {rest}"
    assert len(PAIRS) > 1200 and counts["differ on purpose"] < 0.02 * sum(counts.values())


def test_callables():
    """Each function and method has torch's name, compiled ones too, pickles, and is an object of its own where torch's is: clip is not clamp."""
    methods = [
        (f"Tensor.{n}", getattr(minitorch_pt.Tensor, n, None), getattr(torch.Tensor, n)) for n in dir(torch.Tensor)
    ]
    counts, wrong, shared = collections.Counter(), [], collections.defaultdict(dict)
    for name, ours, theirs in [*PAIRS, *methods]:
        if not isinstance(ours, types.FunctionType):
            continue
        counts["callables"] += 1
        if name != "random.manual_seed":  # torch.manual_seed is wrapped for its compiler
            shared[ours][id(theirs)] = name
        # private in torch, which shows it: _threshold, _sparse_mm
        if ours.__name__ != theirs.__name__ and not name.startswith(("Tensor.__", "nn.")) and theirs.__name__[0] != "_":
            wrong.append(f"{name}: {ours.__name__}, torch's is {theirs.__name__}")
        if pickle.loads(pickle.dumps(ours)) is not ours or copy.deepcopy(ours) is not ours:
            wrong.append(f"{name}: another one after pickling or copying")
    compared("names", counts)
    wrong += [
        f"one object: {names}"
        for one in shared.values()
        if len(names := [*one.values()]) > 1 and "__" not in str(names)
    ]
    assert not wrong, "\n".join(wrong)
    assert counts["callables"] > 1500


HOMES = (
    "_C",
    "autograd.anomaly_mode",
    "autograd.grad_mode",
    "autograd.gradcheck",
    "cuda.memory",
    "cuda.random",
    "functional",
)


@pytest.mark.parametrize("name", HOMES)
def test_modules_without_a_file(name, doctest_namespace):
    """They are found by import, and show where their things are written; pytest looks for examples in files alone."""
    module = importlib.import_module(f"minitorch_pt.{name}")
    assert not (Path(minitorch_pt.__file__).parent / (name.replace(".", "/") + ".py")).exists()
    for key, thing in vars(module).items():
        # what it shows of another file with an underscore, as torch does, is no home of its own; nor is a second name
        if isinstance(thing, (types.FunctionType, type)) and key[0] != "_" and key == thing.__name__:
            assert sys.modules[thing.__module__] is module
            # a module shows one file, which the error of linear algebra and the generator cannot share
            assert name == "_C" or f" {thing.__name__}" in inspect.getsource(thing)
    assert doctest.testmod(module, extraglobs=doctest_namespace).failed == 0
