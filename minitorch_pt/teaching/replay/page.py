"""The page of the time machine: what was recorded as JSON, in a file that needs no other."""

from __future__ import annotations

import json
import linecache
import math
import os
from collections.abc import Iterable
from pathlib import Path
from typing import Any

from ..language import spoken
from ..operations import SYMBOLS, title_of
from .record import Call, Input, Leaf, Operation, Step, Visit
from .shots import Shot

__all__ = ["data_of", "page", "write"]

HERE = Path(__file__).parent
AROUND = 4  # lines shown before and after one that takes part
SHORT = 60  # lines of a file that is shown whole
MOST = 60  # operations and groups that stand beside each other before they are put into groups


def write(path: str | os.PathLike, steps: list[Step], title: str, language: str | None = None) -> Path:
    """Write the page, and return its path; a folder that is missing is made.

    Raises:
        RuntimeError: nothing was recorded.
    """
    if not steps:
        raise RuntimeError(
            "nothing was recorded: no backward pass went through operations that ran inside. Compute the loss inside, and call its backward()"
        )
    target = Path(path)
    target.parent.mkdir(parents=True, exist_ok=True)
    target.write_text(page(data_of(steps, title, spoken(language))), encoding="utf-8")
    return target


def page(data: dict) -> str:
    """The page of such data."""
    title = data["title"].replace("&", "&amp;").replace("<", "&lt;")
    text = (
        (HERE / "page.html")
        .read_text(encoding="utf-8")
        .replace("{language}", data["language"])
        .replace("{title}", title)
    )
    record = json.dumps(data, ensure_ascii=False, separators=(",", ":"), allow_nan=False).replace("</", "<\\/")
    for name in ("replay.css", "words.js", "layout.js", "replay.js"):
        text = text.replace(f"/* {name} */", (HERE / name).read_text(encoding="utf-8"))
    return text.replace("/* record */", record)


def data_of(steps: list[Step], title: str, language: str) -> dict:
    """What was recorded, as what JSON can hold."""
    return _Writer(steps).data() | {"title": title, "language": language}


class _Writer:
    """Puts what is used in several places into lists, and names it there by its place in them."""

    def __init__(self, steps: list[Step]) -> None:
        self.steps = steps
        self.arrays: list[dict] = []
        self.rules: list[dict] = []
        self.places: dict[Any, int] = {}
        self.leaves: dict[Leaf, int] = {}  # the same in all steps
        self.files: dict[str, set[int]] = {}  # the lines of each that take part
        for step in steps:
            for file, line in [*step.lines, *(place for op in step.operations for place in op.lines)]:
                self.files.setdefault(file, set()).add(line)

    def data(self) -> dict:
        steps = [self.step(step) for step in self.steps]
        sources = [_source(file, lines) for file, lines in self.files.items()]
        return {"arrays": self.arrays, "rules": self.rules, "sources": sources, "steps": steps}

    def step(self, step: Step) -> dict:
        leaves = list({i.source: None for op in step.operations for i in op.inputs if isinstance(i.source, Leaf)})
        places: dict[Any, str] = {op: f"o{i}" for i, op in enumerate(step.operations)}
        places |= {leaf: f"l{i}" for i, leaf in enumerate(leaves)}
        groups, group_of = _groups(step.operations)
        values = {i.source: i.value for op in step.operations for i in op.inputs}
        changed = [leaf for leaf in step.after if step.gradients.get(leaf) is not None and leaf in places]
        return {
            "ops": [self.operation(op, places, group_of[op]) for op in step.operations],
            "leaves": [
                {
                    "name": x.name,
                    "kind": x.kind,
                    "key": self.leaves.setdefault(x, len(self.leaves)),
                    "value": self.shot(values[x]),
                }
                for x in leaves
            ],
            "groups": groups,
            "visits": [self.visit(visit, places) for visit in step.visits],
            "update": {
                "lines": self.lines(step.lines),
                "leaves": [
                    {
                        "leaf": places[leaf],
                        "gradient": self.shot(step.gradients[leaf]),
                        "before": self.shot(values[leaf]),
                        "after": self.shot(step.after[leaf]),
                    }
                    for leaf in changed
                    if not _same(values[leaf], step.after[leaf])
                ],
            },
            "gradients": {places[leaf]: self.shot(g) for leaf, g in step.gradients.items() if leaf in places},
        }

    def operation(self, op: Operation, places: dict, group: int | None) -> dict:
        return {
            "name": title_of(op.name).removeprefix(f"{SYMBOLS.get(op.name, '')} "),
            "symbol": SYMBOLS.get(op.name, ""),
            "torch": op.torch_name,
            "variable": ", ".join(op.variables[place] for place in sorted(op.variables) if op.variables[place]),
            "value": [self.shot(value) for value in op.outputs],
            "inputs": [self.input(i, places) for i in op.inputs],
            "lines": self.lines(op.lines),
            "group": group,
            "rule": self.rule(op),
            "pulls": op.pulls,
        }

    def input(self, i: Input, places: dict) -> dict:
        source = places.get(i.source)
        return {"name": i.name, "from": source, "place": i.place, "value": self.shot(i.value), "text": i.text}

    def visit(self, visit: Visit, places: dict) -> dict:
        return {
            "op": int(places[visit.operation][1:]) if visit.operation in places else None,
            "gradients": [self.shot(g) for g in visit.gradients],
            "flows": [self.shot(f) for f in visit.flows],
            "settled": [places[leaf] for leaf in visit.leaves if leaf in places],
        }

    def lines(self, lines: Iterable[tuple[str, int]]) -> list[list[int]]:
        files = list(self.files)
        return [[files.index(file), line] for file, line in lines]

    def rule(self, op: Operation) -> int | None:
        if op.rule is None:
            return None
        if op.rule not in self.places:
            self.places[op.rule] = len(self.rules)
            self.rules.append({"file": op.rule.file, "line": op.rule.line, "text": op.rule.text})
        return self.places[op.rule]

    def shot(self, shot: Shot | None) -> int | None:
        if shot is None:
            return None
        key = shot.shape, shot.dtype, shot.cells.tobytes()
        if key not in self.places:
            self.places[key] = len(self.arrays)
            cells = [[[_written(x) for x in row] for row in table] for table in shot.cells.tolist()]
            self.arrays.append(
                {"shape": shot.shape, "dtype": str(shot.dtype), "most": _written(shot.largest), "cells": cells}
            )
        return self.places[key]


def _same(a: Shot | None, b: Shot | None) -> bool:
    return a is not None and b is not None and a.shape == b.shape and a.cells.tobytes() == b.cells.tobytes()


def _written(value: Any) -> Any:
    """Six digits that count; JSON has no nan."""
    if not isinstance(value, float):
        return value
    return float(f"{value:.6g}") if math.isfinite(value) else str(value)


def _source(file: str, lines: set[int]) -> dict:
    """The name of a file and its lines; of a long one those around the lines that take part."""
    text = [line.rstrip() for line in linecache.getlines(file)]
    near = {n for line in lines for n in range(line - AROUND, line + AROUND + 1)}
    shown = [[n, line] for n, line in enumerate(text, 1) if len(text) <= SHORT or n in near]
    return {"name": Path(file).name, "lines": shown}


def _groups(operations: list[Operation]) -> tuple[list[dict], dict[Operation, int | None]]:
    """The groups that a page can fold, each after the one that it stands in, and the group of each operation.

    A group is a call of a module; where more than MOST operations and groups stand beside each other, parts of them are groups too. What
    a group holds ran without a break, so that no way leads out of a group and into it again.
    """
    groups: list[dict] = []
    group_of: dict[Operation, int | None] = {}

    def place(items: list[tuple[tuple[Call, ...], Operation]], parent: int | None, depth: int) -> None:
        runs = _runs(items, depth)
        if len(runs) > MOST:
            size = math.ceil(len(runs) / math.ceil(len(runs) / (MOST // 2)))
            for start in range(0, len(runs), size):
                part = [item for run in runs[start : start + size] for item in run]
                first, last = (operations.index(part[i][1]) + 1 for i in (0, -1))
                groups.append({"name": f"{first}–{last}", "kind": "", "parent": parent})
                place(part, len(groups) - 1, depth)
            return
        for run in runs:
            calls, op = run[0]
            if len(calls) == depth:
                group_of[op] = parent
            else:
                call = calls[depth]
                groups.append({"name": call.name, "kind": call.kind, "parent": parent})
                place(run, len(groups) - 1, depth + 1)

    place([(_chain(op.call), op) for op in operations], None, 0)
    return groups, group_of


def _runs(items: list, depth: int) -> list[list]:
    """Operations one by one, but those of one call at that depth together."""
    runs: list[list] = []
    for item in items:
        calls = item[0]
        inside = len(calls) > depth
        if inside and runs and len(runs[-1][0][0]) > depth and runs[-1][0][0][depth] is calls[depth]:
            runs[-1].append(item)
        else:
            runs.append([item])
    return runs


def _chain(call: Call | None) -> tuple[Call, ...]:
    """The calls that one stands in, outermost first."""
    chain: list[Call] = []
    while call is not None:
        chain.append(call)
        call = call.outer
    return tuple(reversed(chain))
