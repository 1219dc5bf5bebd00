"""The state_dict of every module, as it is, or with one entry that is missing, of another shape, type or version, or too many: what loading it tells."""

from __future__ import annotations

import warnings
from collections import Counter
from collections.abc import Callable
from itertools import islice
from typing import Any

import torch
from torch.testing._internal.common_modules import module_db

import minitorch_pt
from parity_tests.databases.table import table
from parity_tests.databases.twins import Converter
from parity_tests.oracle import lookup
from parity_tests.sweeps import compared

PACKAGES = (torch, minitorch_pt)


def _older(package: Any, state: Any, key: str) -> None:
    del state[key]
    for part in state._metadata.values():
        part["version"] = 1


CHANGES: dict[str, Callable[[Any, Any, str], Any]] = {
    "unchanged": lambda package, state, key: None,
    "missing": lambda package, state, key: state.pop(key),
    "missing in an older version": _older,
    "another shape": lambda package, state, key: state.update({key: package.zeros(7, 5, 3)}),
    "one axis": lambda package, state, key: state.update({key: package.zeros(1)}),
    "no axis": lambda package, state, key: state.update({key: package.zeros(())}),
    "no tensor": lambda package, state, key: state.update({key: 3}),
    "one too many": lambda package, state, key: state.update({f"{key}x": package.ones(2), f"{key}.x": package.ones(2)}),
}  # fmt: skip


def _told(package: Any, make: Callable, change: str, key: str, options: dict) -> object:
    """What comes of loading: the keys that are missing or too many, and what the module then holds; or the lines of the error."""
    module = make(package)
    for p in list(module.parameters())[::2]:
        p.requires_grad = False
    state = make(package).state_dict(keep_vars=bool(options.get("assign")))
    CHANGES[change](package, state, key)
    try:
        found = module.load_state_dict(state, **options)
    except Exception as error:
        return type(error).__name__, sorted(line.split(":")[0].strip() for line in str(error).splitlines()[1:])
    lazy = package.nn.parameter.is_lazy
    held = module.state_dict(keep_vars=True).items()
    after = {k: lazy(v) or (tuple(v.shape), str(v.dtype)[-7:], v.requires_grad, v.is_leaf) for k, v in held}
    return found.missing_keys, found.unexpected_keys, after


def test_state_dicts() -> None:
    wrong: list[str] = []
    counts: Counter = Counter()
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        for info in module_db:
            if table().reason(info.name):
                continue
            samples = info.module_inputs_func(
                info, device="cpu", dtype=torch.float64, requires_grad=False, training=True
            )
            for sample in islice(samples, 1):

                def make(package: Any, name: str = info.name, given: Any = sample.constructor_input) -> Any:
                    convert = Converter(package)
                    return lookup(package, name)(*convert(given.args), **convert(given.kwargs))

                state = make(torch).state_dict()
                lazy = any(map(torch.nn.parameter.is_lazy, state.values()))
                for key in state:
                    for change in CHANGES:
                        # torch does not assign what has no shape yet
                        for options in ({}, {"strict": False}, *([] if lazy else [{"assign": True}])):
                            theirs, ours = (_told(package, make, change, key, options) for package in PACKAGES)
                            counts["errors" if len(theirs) == 2 else "values"] += 1
                            if theirs != ours:
                                wrong.append(f"{info.name} {key} {change} {options}: {ours}, torch {theirs}")
    compared("state_dicts", counts)
    assert not wrong, f"{len(wrong)} of {counts.total()} differ:\n" + "\n".join(wrong[:20])
    assert min(counts["errors"], counts["values"]) > 1000
