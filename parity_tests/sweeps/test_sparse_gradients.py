"""Sparse gradients: every optimiser, with each of its options, on each operation that gives one, in several courses of training."""

from __future__ import annotations

import inspect
import itertools
import warnings
from collections import Counter
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
import torch

import minitorch_pt
from parity_tests.sweeps import compared

PACKAGES = (torch, minitorch_pt)
NAMES = sorted(name for name, kind in vars(torch.optim).items() if inspect.isclass(kind) and name != "Optimizer")
ROWS = [[[3, 1, 3], [0, 4, 1]], [[2, 2, 1], [3, 0, 1]], [[4, 4, 4], [4, 4, 4]]]


def _embedded(package: Any, table: Any, rows: Any, **options: Any) -> Any:
    return package.nn.functional.embedding(rows, table, sparse=True, **options)


def _bagged(package: Any, table: Any, rows: Any, **options: Any) -> Any:
    return package.nn.functional.embedding_bag(rows, table, sparse=True, **options)


# what reads rows of a table and gives it a sparse gradient
SOURCES: dict[str, Callable[[Any, Any, Any], Any]] = {
    "embedding": _embedded,
    "embedding, padding": lambda p, table, rows: _embedded(p, table, rows, padding_idx=1),
    "embedding, frequency": lambda p, table, rows: _embedded(p, table, rows, scale_grad_by_freq=True),
    "embedding, nothing": lambda p, table, rows: _embedded(p, table, rows[:0]),
    "embedding, one": lambda p, table, rows: _embedded(p, table, rows[0, 0]),
    "embedding, largest norm": lambda p, table, rows: _embedded(p, table, rows, max_norm=1.0),
    "bag, mean": _bagged,
    "bag, sum": lambda p, table, rows: _bagged(p, table, rows, mode="sum", padding_idx=3),
    "bag, weights": lambda p, table, rows: _bagged(
        p, table, rows, mode="sum", per_sample_weights=p.arange(6.0, dtype=table.dtype).view(2, 3)
    ),
    "bag, offsets": lambda p, table, rows: _bagged(p, table, rows.view(-1), offsets=p.tensor([0, 2, 2])),
    "bag, largest": lambda p, table, rows: _bagged(p, table, rows, mode="max"),
    "gather": lambda p, table, rows: p.gather(table, 0, rows[:, :2], sparse_grad=True),
    "gather, columns": lambda p, table, rows: p.gather(table, 1, rows % 2, sparse_grad=True),
}


def _plain(package: Any, table: Any, read: Callable, rows: Any) -> None:
    (read(package, table, rows) ** 2).sum().backward()


def _twice(package: Any, table: Any, read: Callable, rows: Any) -> None:
    for part in (rows, rows.flip(0), rows.flip(1)):
        _plain(package, table, read, part)


def _tied(package: Any, table: Any, read: Callable, rows: Any) -> None:
    (read(package, table, rows).sum() * (table * 2).sum()).backward()
    _plain(package, table, read, rows)


def _together(package: Any, table: Any, read: Callable, rows: Any) -> None:
    (read(package, table, rows).sum() * read(package, table, rows.flip(1)).sin().sum()).backward()


def _hooked(package: Any, table: Any, read: Callable, rows: Any) -> None:
    handles = [table.register_hook(lambda g: g * 3), table.register_hook(lambda g: None)]
    _plain(package, table, read, rows)
    for handle in handles:
        handle.remove()


def _halved(package: Any, table: Any, read: Callable, rows: Any) -> None:
    _plain(package, table, read, rows)
    table.grad.mul_(0.5)
    table.grad.data.div_(4)


def _asked(package: Any, table: Any, read: Callable, rows: Any) -> None:
    (gradient,) = package.autograd.grad((read(package, table, rows) ** 2).sum(), table, create_graph=True)
    table.grad = gradient.detach()


COURSES = {f.__name__[1:]: f for f in (_plain, _twice, _tied, _together, _hooked, _halved, _asked)}
OPTIONS: list[dict[str, Any]] = [
    {}, {"lr": 0.1, "maximize": True}, {"weight_decay": 0.1}, {"momentum": 0.9}, {"momentum": 0.9, "nesterov": True, "maximize": True},
    {"momentum": 0.9, "dampening": 0.5}, {"lr": 0.5, "lr_decay": 0.1, "eps": 1e-3}, {"betas": (0.5, 0.7), "eps": 1e-2}, {"foreach": True},
    {"initial_accumulator_value": 0.5},
]  # fmt: skip


def _held(value: Any, in_order: bool = True) -> Any:
    """What a tensor, sparse or not, or a state holds, as it can be compared."""
    if getattr(value, "is_sparse", False):
        value = value if in_order else value.coalesce()
        return "sparse", tuple(value.shape), _held(value._indices()), _held(value._values()), value.requires_grad
    if isinstance(value, dict):
        return {name: _held(part, in_order) for name, part in value.items()}
    return value.detach().numpy().copy() if hasattr(value, "detach") else value


def _course(package: Any, make: Callable, source: str, course: str, dtype: str, to_none: bool) -> list:
    """What the table, its gradient and the state are after each step, or the error."""
    read, told = SOURCES[source], []
    in_order = course != "together"  # the sum of what comes from two places in one pass has another order in torch
    values = np.random.default_rng(7).standard_normal((5, 2))
    table = package.tensor(values, dtype=getattr(package, dtype)).requires_grad_()
    dense = package.ones(2, dtype=table.dtype, requires_grad=True)
    try:
        optimizer = make(package, [table, dense])
        for rows in ROWS:
            optimizer.zero_grad(to_none)
            COURSES[course](package, table, read, package.tensor(rows))
            told.append(_held(table.grad, in_order))
            optimizer.step()
            told += [_held(table), _held(optimizer.state[table], in_order)]
    except Exception as error:
        return [*told, (type(error).__name__, _known(str(error)))]
    return told


def _known(text: str) -> str:
    """The words of torch's own messages about sparse gradients; of others the type of the error is compared."""
    return text.split(";")[0].split(", please")[0] if "sparse gradients" in text else ""


def _differ(ours: Any, theirs: Any, rtol: float) -> bool:
    if isinstance(theirs, np.ndarray):
        same = np.shape(ours) == theirs.shape and ours.dtype == theirs.dtype
        return not same or not np.allclose(ours, theirs, rtol=rtol, atol=rtol, equal_nan=True)
    if isinstance(theirs, (list, tuple)):
        return len(ours) != len(theirs) or any(_differ(a, b, rtol) for a, b in zip(ours, theirs, strict=True))
    if isinstance(theirs, dict):
        return ours.keys() != theirs.keys() or any(_differ(ours[k], v, rtol) for k, v in theirs.items())
    return type(ours) is not type(theirs) or ours != theirs


def _makers() -> dict[str, Callable]:
    """Each optimiser with each set of options that it takes."""
    found = {}
    for name, options in itertools.product(NAMES, OPTIONS):
        if name == "ASGD" and "foreach" in options:
            continue  # torch rounds its rate otherwise then, with any gradient
        if options.keys() <= inspect.signature(getattr(torch.optim, name)).parameters.keys():
            found[f"{name}({options})"] = lambda p, params, name=name, options=options: getattr(p.optim, name)(
                params if name != "Muon" else params[:1], **options
            )
    return found


def _swept(cases: list) -> None:
    wrong, counts = [], Counter()
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        for maker, source, course, dtype, to_none in cases:
            theirs, ours = (_course(p, _makers()[maker], source, course, dtype, to_none) for p in PACKAGES)
            refused = (
                theirs and isinstance(theirs[-1], tuple) and isinstance(theirs[-1][0], str) and len(theirs[-1]) == 2
            )
            counts["errors" if refused else "values"] += 1
            if len(ours) != len(theirs) or _differ(ours, theirs, 1e-12 if dtype == "float64" else 2e-6):
                wrong.append((maker, source, course, dtype, to_none, theirs[-1], ours[-1]))
    compared("sparse_gradients", counts)
    assert counts["values"] and counts["errors"]
    assert not wrong, f"{len(wrong)} of {sum(counts.values())}, first: {wrong[:3]}"


def _cases() -> list:
    return list(itertools.product(_makers(), SOURCES, COURSES, ("float64", "float32"), (True, False)))


def test_sparse_gradients() -> None:
    _swept([case for i, case in enumerate(_cases()) if i % 17 == 0])


@pytest.mark.long
def test_all_sparse_gradients() -> None:
    _swept(_cases())
