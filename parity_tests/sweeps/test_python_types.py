"""Python's float, int and bool in place of a dtype: in every function, method and layer of torch's that takes one."""

from __future__ import annotations

import inspect
import warnings
from collections import Counter
from collections.abc import Iterator
from functools import reduce
from typing import Any

import torch

import minitorch_pt
from parity_tests.oracle import same_program
from parity_tests.sweeps import judge

PLACES = ("", "Tensor", "nn", "nn.functional", "linalg", "special", "signal.windows")
GIVEN = (float, int, bool, None, "float64", 3, str)
# arguments before the dtype, of which the first that torch takes are used
BEFORE: tuple[Any, ...] = (
    (),
    (2,),
    ((2,),),
    ((2,), 1.0),
    ((2,), (1,)),
    (0, 1, 3),
    (2, 2),
    (2, 2, 2),
    ((2,), (0,)),
    (2, (2,)),
    (bytearray(8),),
)


def numbers(t: Any) -> Any:
    return t.tensor([[1.5, 0.0], [2.0, 3.0]])


def outcome(t: Any, place: str, name: str, before: tuple, **kwargs: Any) -> Any:
    """What comes of a call, without the numbers in memory that is not set or that are drawn."""
    function = reduce(getattr, [*filter(None, place.split(".")), name], t)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        made = function(*[numbers(t) if a is numbers else a for a in before], **kwargs)
    if isinstance(made, t.nn.Module):
        return [str(p.dtype).split(".")[-1] for p in made.parameters()]
    if not isinstance(made, t.Tensor):
        return str(made).replace("minitorch_pt", "torch")
    drawn = "rand" in name or "empty" in name
    return str(made.dtype).split(".")[-1], list(made.shape), None if drawn else made.to_dense()


def cases() -> Iterator[tuple[str, str, tuple]]:
    for place in PLACES:
        room = reduce(getattr, filter(None, place.split(".")), minitorch_pt)
        for name in sorted(vars(room) if place == "Tensor" else dir(room)):
            try:
                takes = name[0] != "_" and inspect.signature(getattr(room, name)).parameters
            except (AttributeError, TypeError, ValueError):
                continue
            if not takes or "dtype" not in takes or name == "TypedStorage":  # torch makes one, which cannot be printed
                continue
            for before in [(numbers, *a) for a in ((), (0,), (2,), ((2,),), ((2,), 1.0), ((2,), (1,)))] + [*BEFORE]:
                try:
                    outcome(torch, place, name, before, dtype=torch.float64)
                except Exception:
                    continue
                yield place, name, before
                break


CASES = list(cases())


def test_a_type_of_pythons_for_a_dtype():
    counts: Counter[str] = Counter()
    differ = {}
    for place, name, before in cases():
        for given in GIVEN:

            def run(t, place=place, name=name, before=before, given=given):
                return outcome(t, place, name, before, dtype=given)

            try:
                same_program(run, rtol=1e-5)  # some of these are made in float32, whatever is asked for
                counts["values"] += 1
            except Exception as error:
                differ[f"{place}.{name} {given}".lstrip(".")] = str(error)
    judge("python_types", counts, differ, least=600)
