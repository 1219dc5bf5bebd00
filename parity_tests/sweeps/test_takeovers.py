"""Every operation of the database, called with an object that is no Tensor but has `__torch_function__`, in the place of each Tensor in turn."""

from __future__ import annotations

import itertools
import warnings
from collections import Counter
from fnmatch import fnmatchcase
from typing import Any

import pytest
import torch
from torch.testing._internal.common_methods_invocations import op_db

import minitorch_pt
from parity_tests.databases.operations import built, operation_name
from parity_tests.databases.outcomes import some
from parity_tests.databases.table import table
from parity_tests.databases.twins import twin
from parity_tests.sweeps import accepted, compared

DIFFERENCES = accepted("takeovers")


class Stranger:
    """Stands where a Tensor belongs, and says so."""

    @classmethod
    def __torch_function__(cls, func: Any, types: Any, args: tuple = (), kwargs: Any = None) -> Any:
        return ("taken", cls in types, any(isinstance(a, cls) for a in flat([*args, *(kwargs or {}).values()])))


def flat(values: Any) -> Any:
    for value in values:
        yield from value if isinstance(value, (list, tuple)) else (value,)


def places(args: list) -> list:
    """Where Tensors stand among the arguments, also within lists."""
    found: list = []
    for i, a in enumerate(args):
        if isinstance(a, torch.Tensor):
            found.append((i,))
        elif isinstance(a, (list, tuple)):
            found += [(i, j) for j, part in enumerate(a) if isinstance(part, torch.Tensor)]
    return found


def told(package: Any, operation: Any, args: list, kwargs: dict, place: tuple) -> Any:
    def of(value: Any) -> Any:
        if isinstance(value, torch.Tensor):
            return value if package is torch else package.from_numpy(value.detach().numpy())
        if isinstance(value, torch.dtype):
            return getattr(package, str(value).removeprefix("torch."))
        return [of(v) for v in value] if isinstance(value, (list, tuple)) else value

    given = [of(a) for a in args]
    if len(place) == 2:
        given[place[0]][place[1]] = Stranger()
    else:
        given[place[0]] = Stranger()
    try:
        return operation(*given, **{k: of(v) for k, v in kwargs.items()})
    except Exception as error:
        return type(error)


def sweep(limit: int | None) -> None:
    counts: Counter = Counter()
    differ: dict[str, str] = {}
    for entry in op_db:
        name = operation_name(entry)
        if torch.float32 not in entry.dtypes or table().reason(name) or not built(entry):
            continue
        ours = twin(entry.op, name.split("[")[0])
        samples = itertools.islice(entry.sample_inputs("cpu", torch.float32), limit or 40)
        for _, sample in some(samples, limit, name):
            args = [sample.input, *sample.args]
            for place in places(args):
                with warnings.catch_warnings():
                    warnings.simplefilter("ignore")
                    theirs = told(torch, entry.op, args, sample.kwargs, place)
                    if not isinstance(theirs, tuple) or theirs[0] != "taken":
                        continue
                    mine = told(minitorch_pt, ours, args, sample.kwargs, place)
                counts["values"] += 1
                if mine != theirs and not any(fnmatchcase(name, pattern) for pattern in DIFFERENCES):
                    differ[name] = f"({place}) {mine}, torch {theirs}"
    compared("takeovers", counts)
    assert counts["values"] > 400, counts
    assert not differ, f"{counts}, {len(differ)} differ:\n" + "\n".join(f"{k}: {v[:250]}" for k, v in differ.items())


def test_takeovers() -> None:
    """One input of each operation."""
    sweep(1)


@pytest.mark.long
def test_takeovers_whole() -> None:
    sweep(None)


def test_takeovers_of_indices_and_what_is_assigned() -> None:
    asked = (lambda: 0, Stranger, lambda: (5, Stranger()), lambda: (Stranger(), 0), lambda: slice(None))

    def told(t: Any) -> list:
        x, y, outcomes = t.tensor([5.0, 1.0]), t.ones(2, requires_grad=True) * 1, []
        for index in asked[1:-1]:
            outcomes += [x[index()], y[index()]]
        for index, value in itertools.product(asked, (Stranger, lambda: 5.0)):
            for data in (x, y):
                data[index()] = value()
        return [*outcomes, x.tolist(), y.tolist()]

    assert told(minitorch_pt) == told(torch)


@pytest.mark.parametrize("asked", [True, False])
def test_classes_where_they_are_not_asked(asked: bool) -> None:
    """Under DisableTorchFunctionSubclass results are plain Tensors, what is changed in place stays what it is."""

    def names(t: Any) -> list[str]:
        hooks = {"__torch_function__": classmethod(lambda cls, func, types, args=(), kwargs=None: t.Tensor.__torch_function__.__func__(cls, func, types, args, kwargs))}  # fmt: skip
        x = t.ones(3).as_subclass(type("Mine", (t.Tensor,), hooks if asked else {}))
        calls = [
            lambda: x + 1, lambda: 1 + x, lambda: x.sum(), lambda: x[0], lambda: t.cat([x, x]), lambda: t.relu(x), lambda: x.view(-1), lambda: x.max(0)[0],
            lambda: x.clone(), lambda: t.zeros_like(x), lambda: x.add_(1), lambda: t.nn.functional.linear(x, t.ones(3, 3)), lambda: x.double(), lambda: x.detach(), lambda: x.data, lambda: x.requires_grad_(False),
        ]  # fmt: skip
        found = [type(call()).__name__ for call in calls]
        with t._C.DisableTorchFunctionSubclass():
            return [*found, *(type(call()).__name__ for call in calls)]

    assert names(minitorch_pt) == names(torch)
