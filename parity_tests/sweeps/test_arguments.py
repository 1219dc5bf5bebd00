"""Every argument of every operation in every form: what torch makes of it, or the type of its error.

One or two calls of each operation are taken from torch's database, and each argument in turn is replaced: by the same value as NumPy's number,
0-d tensor, array, list; by a number, a text, None where something else belongs. Then calls with too many arguments, too few, a misspelt keyword,
one given twice, arguments by name, NumPy's names. `python -m parity_tests.sweeps.test_arguments [calls of each] 'sum*'` prints what differs.
"""

from __future__ import annotations

import collections
import itertools
import random
import sys
import types
import warnings
from collections.abc import Callable, Iterator
from fnmatch import fnmatchcase
from typing import Any

import numpy as np
import pytest
import torch
from torch.testing._internal.common_methods_invocations import op_db

import minitorch_pt
from parity_tests.databases.operations import ARBITRARY_PLACES, ARBITRARY_SIGNS, built, operation_name
from parity_tests.databases.table import OutOfScope, table
from parity_tests.databases.twins import Converter
from parity_tests.oracle import assert_same, builtin_type, lookup
from parity_tests.sweeps import accepted, compared

DIFFERENCES = accepted("arguments")
TYPES = {torch.float32, torch.int64}
SAMPLE = 14  # calls of each operation in the default run

# what stands in the place of an argument, whatever belongs there: name -> value, given the package
FORMS: dict[str, Callable[[Any], Any]] = {
    "1": lambda p: 1,
    "-1": lambda p: -1,
    "7": lambda p: 7,
    "-7": lambda p: -7,
    "0.5": lambda p: 0.5,
    "nan": lambda p: float("nan"),
    "2**70": lambda p: 2**70,
    "True": lambda p: True,
    "np.int64(1)": lambda p: np.int64(1),
    "np.uint8(1)": lambda p: np.uint8(1),
    "np.float64(0.5)": lambda p: np.float64(0.5),
    "np.float32(0.5)": lambda p: np.float32(0.5),
    "np.bool_(True)": lambda p: np.bool_(True),
    "tensor(1)": lambda p: p.tensor(1),
    "tensor(0.5)": lambda p: p.tensor(0.5),
    "tensor(True)": lambda p: p.tensor(True),
    "tensor(0.5, requires_grad)": lambda p: p.tensor(0.5, requires_grad=True),
    "ones(2)": lambda p: p.ones(2),
    "np.ones(2)": lambda p: np.ones(2),
    "np.array(2.)": lambda p: np.array(2.0),
    "None": lambda p: None,
    "'a'": lambda p: "a",
    "[1]": lambda p: [1],
    "(np.int64(0),)": lambda p: (np.int64(0),),
    "[tensor(0)]": lambda p: [p.tensor(0)],
    "[1.5]": lambda p: [1.5],
    "[True]": lambda p: [True],
    "()": lambda p: (),
    "float32": lambda p: p.float32,
}


def _again(value: Any) -> dict[str, Callable[[Any], Any]]:
    """The value of a call in other forms."""
    if isinstance(value, bool):
        return {
            "np.bool_": lambda p: np.bool_(value),
            "int": lambda p: int(value),
            "tensor(True)": lambda p: p.tensor(value),
        }
    if isinstance(value, int):
        return {
            "np.int64": lambda p: np.int64(value),
            "np.int32": lambda p: np.int32(value),
            "0-d": lambda p: p.tensor(value),
            "0-d int16": lambda p: p.tensor(value, dtype=p.int16),
            "0-d float": lambda p: p.tensor(float(value)),
        }
    if isinstance(value, float):
        return {
            "np.float64": lambda p: np.float64(value),
            "np.float32": lambda p: np.float32(value),
            "0-d": lambda p: p.tensor(value),
            "0-d float64": lambda p: p.tensor(value, dtype=p.float64),
        }
    if isinstance(value, torch.Tensor):
        return {
            "array": lambda p: Converter(p)(value).detach().numpy(),
            "list": lambda p: value.tolist(),
            "0-d": lambda p: Converter(p)(value).detach().reshape(-1)[0],
        }
    if isinstance(value, (list, tuple)):
        other = list if isinstance(value, tuple) else tuple
        forms: dict[str, Callable] = {other.__name__: lambda p: other(Converter(p)(value))}
        if value and all(isinstance(v, int) for v in value):
            forms["of np.int64"] = lambda p: [np.int64(v) for v in value]
            forms["of 0-d"] = lambda p: tuple(p.tensor(v) for v in value)
            forms["array"] = lambda p: np.array(value)
            forms["tensor"] = lambda p: p.tensor(value)
            forms["first"] = lambda p: value[0]
            forms["with bools"] = lambda p: (value[0], *map(bool, value[1:]))
        if value and all(isinstance(v, torch.Tensor) for v in value):
            forms["of arrays"] = lambda p: [v.detach().numpy() for v in Converter(p)(value)]
            forms["first"] = lambda p: Converter(p)(value)[0]
        return forms
    return {}


# out= has a sweep of its own; of the others the library has one alone
UNREAD = ("out", "device", "memory_format", "layout", "requires_grad", "sparse")

Call = tuple[list, dict]  # of functions of the package, which make the arguments


TENSORS = {name: FORMS[name] for name in FORMS if name.startswith(("tensor", "ones"))}


def _calls(args: list, kwargs: dict, names: list[str], later: list[str], method: bool) -> Iterator[tuple[str, Call]]:
    """(label, call): the call with one thing changed. names: of the positional parameters; later: of the others.

    method: the first argument is a Tensor in any case, and has no name.
    """
    made = [(lambda p, a=a: Converter(p)(a)) for a in args]
    named = {k: (lambda p, v=v: Converter(p)(v)) for k, v in kwargs.items()}
    for i, value in enumerate(args):
        label = names[i] if i < len(names) else str(i)
        for form, make in TENSORS.items() if method and not i else {**FORMS, **_again(value)}.items():
            yield f"{label}={form}", ([*made[:i], make, *made[i + 1 :]], named)
    free = [n for n in (*names[len(args) :], *later) if n not in kwargs and n not in UNREAD]
    for key in (*(k for k in kwargs if k not in UNREAD), *free):
        for form, make in {**FORMS, **_again(kwargs.get(key))}.items():
            yield f"{key}={form}", (made, {**named, key: make})
    for i in range(1 + method, min(len(args), len(names)) + 1):  # the last ones by name
        yield (
            f"{names[i - 1]}... by name",
            (made[: i - 1], dict(zip(names[i - 1 :], made[i - 1 :], strict=False)) | named),
        )
    for numpys, ours in {"axis": "dim", "keepdims": "keepdim", "x": "input", "x1": "input", "x2": "other"}.items():
        if ours in kwargs:
            yield numpys, (made, {numpys if k == ours else k: v for k, v in named.items()})
        elif ours in names[method : len(args)]:
            i = names.index(ours)
            yield (
                numpys,
                (made[:i], {numpys: made[i], **dict(zip(names[i + 1 :], made[i + 1 :], strict=False)), **named}),
            )
        elif ours in free:
            yield numpys, (made, {**named, numpys: FORMS["1"]})
    keys = list(kwargs)
    for i in range(1, len(keys) + 1):  # keywords by place
        yield f"{keys[i - 1]} by place", ([*made, *(named[k] for k in keys[:i])], {k: named[k] for k in keys[i:]})
    yield "one more", ([*made, FORMS["1"]], named)
    yield "three more", ([*made, *[FORMS["1"]] * 3], named)
    yield "misspelt", (made, {**named, "dmi": FORMS["1"]})
    if not method or len(args) > 1:
        yield "one less", (made[:-1], named)
    if names and args and not method:
        yield f"{names[0]} twice", (made, {**named, names[0]: made[0]})
    if len(args) > 1 and len(names) > 1:
        yield f"{names[1]} twice", (made, {**named, names[1]: made[1]})


def _bases(entry: Any) -> Iterator[tuple[str, list, dict]]:
    """(dtype, arguments, keywords) of the first call and the one with the most arguments, in two types."""
    for dtype in sorted(TYPES, key=str):
        if dtype not in entry.supported_dtypes("cpu"):
            continue
        samples = [
            ([s.input, *s.args], {k: v for k, v in s.kwargs.items() if k not in (*UNREAD, "dtype")})
            for s in itertools.islice(entry.sample_inputs("cpu", dtype, requires_grad=False), 40)
            if not (entry.name.startswith("signal.windows") and s.input == 0)  # where nothing else is looked at
        ]
        if samples:
            most = max(samples, key=lambda s: len(s[0]) + len(s[1]))
            for args, kwargs in samples[:1] if most is samples[0] else (samples[0], most):
                yield str(dtype).removeprefix("torch."), args, kwargs


def forms(entry: Any) -> list[str]:
    """The names under which the operation can be called: function, method, in-place method."""
    names = [entry.name, *(f"Tensor.{entry.name}{end}" for end in ("", "_"))]
    names += [alias.name for alias in entry.aliases]
    names = [name for name in names if "__" not in name]  # operators: test_numpy_numbers.py
    return [name for name in names if _exists(torch, name) and _exists(minitorch_pt, name)]


def _exists(package: Any, name: str) -> bool:
    try:
        return callable(lookup(package, name))
    except AttributeError:
        return False


def _run(package: Any, name: str, call: Call) -> Any:
    args, kwargs = [make(package) for make in call[0]], {k: make(package) for k, make in call[1].items()}
    package.manual_seed(0)
    return lookup(package, name)(*args, **kwargs)


def _short(value: Any) -> str:
    try:
        return " ".join(str(value).split())[:60]
    except Exception:  # torch cannot print everything that it makes
        return f"a {type(value).__name__}"


def _tensors(value: Any, package: Any) -> list:
    if isinstance(value, (list, tuple)):
        return [t for v in value for t in _tensors(v, package)]
    return [value] if isinstance(value, package.Tensor) else []


def difference(name: str, call: Call, values: bool = True) -> str | None:
    """What differs between the packages for one call, or None.

    Raises:
        OutOfScope: torch gives what the library leaves out.
    """
    try:
        theirs: Any = _run(torch, name, call)
    except OutOfScope:
        raise
    except Exception as error:
        theirs = error
    try:
        ours: Any = _run(minitorch_pt, name, call)
    except OutOfScope:
        raise
    except Exception as error:
        ours = error
    if isinstance(theirs, Exception):
        # torch's functions in Python look at their arguments in an order of their own: for us a wrong one is a TypeError
        inner = isinstance(lookup(torch, name), types.FunctionType) and isinstance(ours, TypeError)
        if isinstance(ours, builtin_type(theirs)) or inner:
            return None
        text = f"returns {_short(ours)}" if not isinstance(ours, Exception) else f"raises {ours!r}"[:160]
        return f"{text}, torch raises {theirs!r}"[:330].replace("\n", " ")
    outputs = _tensors(theirs, torch)
    if any(t.is_complex() or t.layout is not torch.strided for t in outputs):
        raise OutOfScope("complex or sparse results")
    if isinstance(ours, Exception):
        return f"raises {ours!r}"[:200] + f", torch returns {_short(theirs)}"
    try:
        if values:
            assert_same(ours, tuple(theirs) if isinstance(theirs, torch.Size) else theirs, 1e-4)
        for a, b in zip(_tensors(ours, minitorch_pt), outputs, strict=True):
            facts = [(tuple(t.shape), str(t.dtype), t.requires_grad) for t in (a, b)]
            assert facts[0] == facts[1], f"shape, dtype, requires_grad {facts[0]}, torch {facts[1]}"
    except Exception as failure:
        return " ".join(str(failure).split())[:300]
    return None


def expected(difference: str) -> str | None:
    """The reason for a difference on purpose."""
    return next((reason for pattern, reason in DIFFERENCES.items() if fnmatchcase(difference, pattern)), None)


def sweep(entry: Any, limit: int | None) -> tuple[collections.Counter, dict[str, str]]:
    """Counts of one operation, and what differs: label -> how."""
    full, counts, failures = operation_name(entry), collections.Counter(), {}
    values = not full.startswith("resize_") and not any(
        full in names for names in (table().unstable, ARBITRARY_SIGNS, ARBITRARY_PLACES)
    )
    calls = [
        (f"{name} {dtype} {label}", name, call)
        for name in forms(entry)
        for dtype, args, kwargs in _bases(entry)
        for label, call in _calls(args, kwargs, *_parameters(name), name.startswith("Tensor."))
    ]
    if limit is not None and len(calls) > limit:
        calls = random.Random(full).sample(calls, limit)
    for label, name, call in calls:
        with warnings.catch_warnings(), np.errstate(all="ignore"):
            warnings.simplefilter("ignore")
            try:
                found = difference(name, call, values)
            except OutOfScope as reason:
                counts[f"skipped: {reason}"] += 1
                continue
        if found is None:
            counts["calls"] += 1
        elif expected(f"{label}: {found}"):
            counts["differ on purpose"] += 1
        else:
            failures[label] = found
    compared("arguments", counts)
    return counts, failures


def _parameters(name: str) -> tuple[list[str], list[str]]:
    """The names of the positional parameters and of the others, as the front desk has them."""
    places = [name, name.removesuffix("_"), name.removesuffix("_").removeprefix("Tensor.")]
    found = (lookup(minitorch_pt, place) for place in places if _exists(minitorch_pt, place))
    desk = next((f.desk for f in found if hasattr(f, "desk")), None)
    return ([], []) if desk is None else ([slot.name for slot in desk.slots], list(desk.keywords))


ENTRIES = {
    operation_name(e): e
    for e in op_db
    if built(e)
    and not table().reason(operation_name(e))
    and forms(e)
    and not TYPES.isdisjoint(e.supported_dtypes("cpu"))
}


@pytest.mark.parametrize("name", ENTRIES)
def test_some_arguments_in_every_form(name: str) -> None:
    _, failures = sweep(ENTRIES[name], SAMPLE)
    assert not failures, "\n".join(f"{label}: {how}" for label, how in failures.items())


@pytest.mark.long
@pytest.mark.parametrize("name", ENTRIES)
def test_all_arguments_in_every_form(name: str) -> None:
    counts, failures = sweep(ENTRIES[name], None)
    assert counts["calls"] > 7  # of item(), which takes nothing
    assert not failures, "\n".join(f"{label}: {how}" for label, how in failures.items())


if __name__ == "__main__":
    total: collections.Counter = collections.Counter()
    limit = int(sys.argv.pop(1)) if sys.argv[1:] and sys.argv[1].isdigit() else None
    for name, entry in ENTRIES.items():
        if any(fnmatchcase(name, pattern) for pattern in sys.argv[1:] or ["*"]):
            counts, failures = sweep(entry, limit)
            total.update(counts)
            total["differ"] += len(failures)
            for label, how in failures.items():
                print(f"{label}: {how}", flush=True)
    print(total)
