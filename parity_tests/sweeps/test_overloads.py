"""Every overload of torch's functions, by its own names: what must be given is given by place, by keyword, and in all mixtures of the two."""

from __future__ import annotations

import re
import warnings
from collections import Counter
from fnmatch import fnmatchcase
from pathlib import Path
from typing import Any

import torch
import torchgen

import minitorch_pt
from parity_tests.sweeps import accepted, compared

DIFFERENCES = accepted("overloads")
SCHEMAS = Path(torchgen.__file__).parent / "packaged/ATen/native/native_functions.yaml"
VALUES: dict[str, Any] = {
    "Tensor": lambda t: t.ones(3, 3) + t.eye(3), "Tensor[]": lambda t: [t.ones(3, 3)], "Scalar": lambda t: 2, "float": lambda t: 0.5, "bool": lambda t: True,
    "int": lambda t: 1, "SymInt": lambda t: 1, "int[1]": lambda t: [1], "SymInt[1]": lambda t: [1], "int[]": lambda t: [1], "SymInt[]": lambda t: [1],
    "int[2]": lambda t: [1, 1], "str": lambda t: "mean", "ScalarType": lambda t: t.float64,
}  # fmt: skip


def required(schema: str) -> list[tuple[str, str]] | None:
    """(type, name) of what an overload must be given; None if it takes something that has no value above."""
    found = []
    for argument in schema[schema.index("(") + 1 : schema.index(") ->")].split(", "):
        if argument and argument != "*" and "=" not in argument:
            kind, name = re.sub(r"\(a[^)]*\)", "", argument).rsplit(" ", 1)
            found.append((kind, "input" if name == "self" else name))
    return found if found and all(kind in VALUES for kind, _ in found) else None


def outcome(package: Any, name: str, arguments: list, places: int) -> str:
    package.manual_seed(0)
    try:
        getattr(package, name)(
            *[VALUES[kind](package) for kind, _ in arguments[:places]],
            **{key: VALUES[kind](package) for kind, key in arguments[places:]},
        )
    except Exception as error:
        return f"{type(error).__name__}: {error}"
    return "a value"


def test_overloads():
    counts: Counter = Counter()
    differ, used = [], set()
    for schema in re.findall(r"^- func: (.*)$", SCHEMAS.read_text(), re.MULTILINE):
        name = re.match(r"\w+", schema)[0]
        if name[0] == "_" or name[-1] == "_" or not (hasattr(minitorch_pt, name) and hasattr(torch, name)):
            continue
        arguments = None if any(mark in schema for mark in ("out=", "!)", "Dimname")) else required(schema)
        for places in range(len(arguments or ())):
            with warnings.catch_warnings():
                warnings.simplefilter("ignore")
                theirs, ours = (outcome(package, name, arguments, places) for package in (torch, minitorch_pt))
            counts["values" if theirs == "a value" else "errors"] += 1
            if theirs == "a value" != ours and "leaves out" not in ours:
                reasons = {pattern for pattern in DIFFERENCES if fnmatchcase(schema, pattern)}
                used |= reasons
                differ += [] if reasons else [f"{schema[:100]} ({places} by place): {ours[:100]}"]
    compared("overloads", counts)
    assert counts["values"] > 500, counts
    assert not differ, f"{counts}, {len(differ)} differ:\n" + "\n".join(differ)
    assert not DIFFERENCES.keys() - used, "these differ no more: take them out of differences.toml"
