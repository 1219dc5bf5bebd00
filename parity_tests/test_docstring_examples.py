"""The examples in torch's docstrings show here what they show there now: values, of what is assigned too, and kinds of errors.

A docstring is followed up to the first line that needs what is left out (complex numbers, GPUs, several processes).
What shows something else on purpose stands in docstring_examples.toml.
"""

from __future__ import annotations

import collections
import functools
import importlib
import inspect
import json
import re
import subprocess
import sys
import tomllib
from collections.abc import Iterator
from pathlib import Path

import pytest
import torch

import minitorch_pt

HERE = Path(__file__).parent
TABLE = tomllib.loads((HERE / "docstring_examples.toml").read_text())
DIFFER, LARGE = ({name for names in TABLE[part].values() for name in names} for part in ("differ", "large"))
DOORS = (
    "Tensor torch nn nn.functional nn.init nn.utils nn.utils.rnn nn.utils.parametrizations nn.utils.parametrize "
    "nn.utils.prune nn.attention optim optim.lr_scheduler optim.swa_utils linalg special distributions "
    "distributions.constraints distributions.transforms distributions.kl utils.data utils.checkpoint utils.dlpack "
    "autograd autograd.functional autograd.graph autograd.forward_ad func sparse testing random amp"
).split()
LEFT_OUT = {
    "complex numbers": r"complex|cfloat|cdouble|\dj\b", "GPUs": "cuda|pin_memory|meta", "sparse tensors but COO": "cs[rc]|bs[rc]|compressed", "quantized and short types": "quint8|qint8|bfloat16",
    "several processes": "distributed|multiprocessing|num_workers|world_size", "compiled code": "compile|jit|script",
}  # fmt: skip
NUMBER = re.compile(r"(?<![A-Za-z_\d.])-?\d+\.\d*(?:e[+-]?\d+)?")


def statements(doc: str) -> list[str]:
    """The statements behind >>> and ... of a docstring."""
    found: list[str] = []
    going = False
    for line in map(str.strip, doc.splitlines()):
        start = re.match(r">>>( ?)(.*)", line)
        going = bool(start) or (going and line.startswith("..."))
        code = start[2] if start else line[4:]
        if going and (not start or (found and re.match(r" |(else|elif|except|finally)\b", code))):
            found[-1] += f"\n{code}"
        elif going:
            found.append(code)
    return [code for code in found if code and code[0] != "#"]


def documented() -> Iterator[tuple[str, str, str]]:
    """(door, name behind it, docstring) of torch's public things, and of the methods of classes."""
    for door in DOORS:
        theirs = (
            torch.Tensor
            if door == "Tensor"
            else importlib.import_module(f"torch.{door}".replace("torch.torch", "torch"))
        )
        for name in sorted(n for n in dir(theirs) if n[0] != "_"):
            thing = getattr(theirs, name)
            if inspect.isclass(thing) and (
                not thing.__module__.startswith("torch") or name.endswith(("Tensor", "Storage"))
            ):
                continue  # a helper from elsewhere; Tensor has a door of its own
            yield door, name, thing.__doc__
            for method, function in vars(thing).items() if inspect.isclass(thing) else ():
                if method[0] != "_":
                    yield door, f"{name}.{method}", function.__doc__


@functools.cache
def examples() -> tuple[dict[str, list[str]], collections.Counter]:
    """The statements of each name that is here too, and counts of what is left out by reason."""
    found, left, seen = {}, collections.Counter(), set()
    for door, name, doc in documented():
        if not isinstance(doc, str) or doc in seen or not statements(doc):
            continue
        seen.add(doc)
        ours = minitorch_pt if door == "torch" else functools.reduce(getattr, door.split("."), minitorch_pt)
        try:
            functools.reduce(getattr, name.split("."), ours)
        except AttributeError:
            left["names that are not here"] += 1
            continue
        lines = statements(doc)
        for i, line in enumerate(lines):
            why = next((why for why, pattern in LEFT_OUT.items() if re.search(pattern, line)), None)
            if why is not None:
                left[why] += len(lines) - i
                lines = lines[:i]
                break
        found[f"{door}.{name}"] = lines
    return found, left


def exchanged(text: str) -> str:
    """What is shown, without addresses, spaces, the name of the package, and whether a function is compiled."""
    text = re.sub(r"<(?:function|built-in (?:method|function)) (?:\w+\.)*(\w+)[^>]*>", r"<function \1>", text)
    return re.sub(r" at 0x[0-9a-f]+|\s", "", text.replace("minitorch_pt", "torch"))


def same(ours: str, theirs: str) -> bool:
    """The same text; numbers, whose sums may be added in another order, to 1e-4."""
    ours, theirs = exchanged(ours), exchanged(theirs)
    if NUMBER.sub("#", ours) != NUMBER.sub("#", theirs):
        return False
    pairs = zip(NUMBER.findall(ours), NUMBER.findall(theirs), strict=True)
    return all(a == b or float(a) == pytest.approx(float(b), rel=1e-4, abs=1.01e-4) for a, b in pairs)


def compare(chosen: dict[str, list[str]]) -> tuple[dict[str, str], collections.Counter]:
    """(what shows something else, counts)."""
    program = str(HERE / "programs" / "parts" / "examples.py")
    started = [
        subprocess.Popen([sys.executable, *how, program], stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True)
        for how in ([], ["-m", "minitorch_pt", "run"])
    ]  # fmt: skip
    theirs, ours = (json.loads(process.communicate(json.dumps(chosen))[0].splitlines()[-1]) for process in started)
    wrong, counts = {}, collections.Counter()
    for name, lines in chosen.items():
        for line, expected, shown in zip(lines, theirs[name], ours[name], strict=True):
            failed = expected.startswith("!")
            counts[
                f"cannot run in torch itself: {expected.strip()}" if failed else "shown" if expected else "silent"
            ] += 1
            if not same(shown, expected):
                wrong.setdefault(name, f"{line!r} shows {shown[:300]!r}, torch {expected[:300]!r}")
    return wrong, counts


def test_a_sample():
    found, _ = examples()
    chosen = [name for name in sorted(found) if name not in LARGE][::3]
    wrong, counts = compare({name: found[name] for name in chosen})
    assert not {name: text for name, text in wrong.items() if name not in DIFFER}
    assert counts["shown"] > 400, counts


@pytest.mark.long
def test_all():
    found, left = examples()
    wrong, counts = compare(found)
    assert not {name: text for name, text in wrong.items() if name not in DIFFER}
    assert set(wrong) >= DIFFER - {"linalg.solve", "linalg.solve_triangular"}, "these do not differ any more"
    assert counts["shown"] > 1500, (counts, left)


def test_the_table_names_what_there_is():
    assert set(examples()[0]) >= DIFFER | LARGE
