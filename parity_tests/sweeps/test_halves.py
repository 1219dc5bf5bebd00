"""float16: every pointwise operation on all 65,536 numbers of the type, or on a fixed sample, value and gradient within one unit of torch's."""

from __future__ import annotations

import collections
import functools
import itertools
import warnings
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
import torch
from torch.testing._internal.common_methods_invocations import op_db

import minitorch_pt
from parity_tests.databases.operations import built, operation_name, program_of
from parity_tests.databases.table import OutOfScope, table
from parity_tests.databases.twins import twin
from parity_tests.sweeps import compared

_ALL = np.arange(65536, dtype=np.uint16).view(np.float16)
_SEEDS = np.array([1, -0.5, 2, 0.25], np.float16)
_FORMS = 4  # so many sets of options of one operation
_LEFT_OUT = (
    "argsort",  # where it puts equal numbers is open
    "ldexp",  # its gradient overflows in the one order of its factors or in the other
    *"bernoulli dropout rrelu uniform normal rand cauchy exponential geometric multinomial".split(),
)


@functools.cache
def _numbers(count: int | None) -> list[np.ndarray]:
    """The numbers in four orders, for up to four operands; a sample keeps those near the edges."""
    draw = np.random.Generator(np.random.PCG64(0))
    chosen = _ALL
    if count is not None:
        edges = np.array([0, 1, 2, 3, 1023, 1024, 1025, 15360, 16384, 31742, 31743, 31744, 32256], np.uint16)
        places = np.concatenate([edges, edges + 32768, draw.choice(65536, count - 2 * len(edges))]).astype(np.uint16)
        chosen = places.view(np.float16)
    return [chosen, *(draw.permutation(chosen) for _ in range(3))]


def _replaced(sample: Any, numbers: list[np.ndarray]) -> Any:
    """The sample with these numbers in place of its tensors.

    Raises:
        OutOfScope: a tensor of another kind of number, or too many tensors.
    """
    rest = iter(numbers)

    def swap(value: Any) -> Any:
        if isinstance(value, torch.Tensor):
            if not value.is_floating_point():
                raise OutOfScope("an operand that is not floating point")
            try:
                return torch.from_numpy(next(rest).copy()).requires_grad_(value.requires_grad)
            except StopIteration:
                raise OutOfScope("more operands than four") from None
        if isinstance(value, (tuple, list)):
            return type(value)(swap(v) for v in value)
        return {k: swap(v) for k, v in value.items()} if isinstance(value, dict) else value

    return type(sample)(swap(sample.input), args=swap(sample.args), kwargs=swap(sample.kwargs))


def _ordered(x: np.ndarray) -> np.ndarray:
    """float16 numbers as whole numbers in the same order, all nan as one."""
    bits = x.view(np.int16).astype(np.int32)
    return np.where(np.isnan(x), 99999, np.where(bits < 0, -(bits & 32767), bits))


def _far(ours: Any, theirs: torch.Tensor, exact: torch.Tensor) -> np.ndarray:
    """The places that differ by more than a unit in the last place from torch's number, and from the exact one by more than torch's."""
    a, b, c = (x.detach().numpy(force=True) for x in (ours, theirs, exact))
    assert a.dtype == b.dtype and a.shape == b.shape, f"{a.dtype} {a.shape}, torch has {b.dtype} {b.shape}"
    if a.dtype == np.float16:
        x, y, z = (_ordered(part.astype(np.float16)) for part in (a, b, c))
        near = (np.abs(x - y) <= 1, np.abs(x - z) <= np.maximum(np.abs(y - z), 1))
    else:
        near = (np.isclose(a, b, rtol=1e-6 if a.dtype == np.float32 else 1e-12, atol=0, equal_nan=True),)
    return np.flatnonzero(~functools.reduce(np.logical_or, near))


def _pointwise(call: Callable[[list[np.ndarray]], Any], numbers: list[np.ndarray]) -> bool:
    """Whether torch's result moves with the numbers."""
    numbers = [x[:64] for x in numbers]
    here, there = call(numbers), call([x[::-1] for x in numbers])
    return (
        isinstance(here, torch.Tensor)
        and here.shape == (64,)
        and torch.equal(torch.nan_to_num(here), torch.nan_to_num(there.flip(0)))
    )


def _gradients(package: Any, output: Any, leaves: list) -> list:
    seed = np.resize(_SEEDS, tuple(output.shape)).astype(str(output.dtype)[-7:])
    return list(package.autograd.grad(output, leaves, package.from_numpy(seed), allow_unused=True))


def _results(entry: Any, sample: Any, numbers: list[np.ndarray], package: Any) -> list:
    """The value and the gradients for these numbers."""
    leaves: dict = {}
    ours = None if package is torch else twin(entry.op, entry.name)
    value = program_of(entry.op, ours, _replaced(sample, numbers), leaves)(package)
    return [value, *(_gradients(package, value, leaves[package]) if leaves[package] and value.requires_grad else ())]


def _compare(entry: Any, sample: Any, numbers: list[np.ndarray]) -> str | None:
    """What differs first."""
    theirs, ours = (_results(entry, sample, numbers, package) for package in (torch, minitorch_pt))
    exact = _results(entry, sample, [x.astype(np.float64) for x in numbers], torch)
    for i, (a, b, c) in enumerate(zip(ours, theirs, exact, strict=True)):
        if a is None or b is None:
            assert not any(x is not None and np.any(x.detach().numpy(force=True)) for x in (a, b)), (
                f"gradient {i - 1}: {a}, {b}"
            )
            continue
        far = _far(a, b, c)
        # beside others in a vector torch's gradient of nan is not what it is alone
        alone = [
            p
            for p in far[:300]
            if not _as_alone(entry, sample, [x[p : p + 1] for x in numbers], a.detach().numpy()[p], i)
        ]
        if alone:
            told = [
                (*(x[p].item() for x in numbers), a.detach().numpy()[p].item(), b.detach().numpy(force=True)[p].item())
                for p in alone[:4]
            ]
            return f"{f'gradient {i - 1}: ' if i else ''}{len(far)} numbers, such as {told}"
    return None


def _as_alone(entry: Any, sample: Any, numbers: list[np.ndarray], ours: Any, place: int) -> bool:
    if not any(np.isnan(x).any() for x in numbers):
        return False
    theirs = _results(entry, sample, numbers, torch)[place].detach().numpy(force=True).item()
    return theirs != theirs if ours != ours else ours in [theirs * seed for seed in ((1,) if not place else _SEEDS)]


def _sweep(count: int | None) -> tuple[dict[str, str], collections.Counter]:
    wrong, seen = {}, collections.Counter()
    numbers = _numbers(count)
    for entry in op_db:
        name = operation_name(entry)
        if (
            table().reason(name)
            or not built(entry)
            or torch.float16 not in entry.supported_dtypes("cpu")
            or any(part in name for part in _LEFT_OUT)
        ):
            continue
        forms = set()
        tracked = entry.supports_autograd and torch.float16 in entry.supported_backward_dtypes("cpu")
        samples = entry.sample_inputs("cpu", torch.float16, requires_grad=tracked)
        for sample in itertools.islice(samples, 16):
            form = str([type(a) if isinstance(a, torch.Tensor) else a for a in (*sample.args, *sample.kwargs.items())])
            if not isinstance(sample.input, torch.Tensor) or form in forms or len(forms) >= _FORMS:
                continue
            forms.add(form)
            try:
                plain = type(sample)(sample.input.detach(), args=sample.args, kwargs=sample.kwargs)
                if not _pointwise(lambda n, s=plain, e=entry: program_of(e.op, None, _replaced(s, n))(torch), numbers):
                    continue
            except Exception:
                continue  # not an operation of vectors
            try:
                told = _compare(entry, sample, numbers)
            except Exception as error:
                told = repr(error)
            seen[name] += 1
            if told:
                wrong[f"{name} {form}"] = told
    return wrong, seen


def _hold(count: int | None) -> None:
    with warnings.catch_warnings(), np.errstate(all="ignore"):
        warnings.simplefilter("ignore")
        wrong, seen = _sweep(count)
    compared("halves", {"calls": seen.total()})
    told = "\n".join(f"    {name}: {text}" for name, text in wrong.items())
    assert not wrong, f"{len(wrong)} of {seen.total()} calls of {len(seen)} operations differ:\n{told}"
    assert len(seen) > 100, seen


def test_a_sample_of_all_halves() -> None:
    _hold(1000)


@pytest.mark.long
def test_all_halves() -> None:
    _hold(None)


ARITHMETIC = {
    **{f"div {mode}": lambda t, a, b, mode=mode: t.div(a, b, rounding_mode=mode) for mode in (None, "trunc", "floor")},
    **{name: lambda t, a, b, name=name: getattr(t, name)(a, b) for name in ("add", "sub", "mul", "floor_divide", "remainder", "fmod")},
    "number first": lambda t, a, b: b // a if isinstance(b, float) else t.floor_divide(b, a),
}  # fmt: skip


@pytest.mark.parametrize("name", ARITHMETIC)
def test_arithmetic_of_all_halves_is_torchs(name: str) -> None:
    """To the bit: by other halves, by a number, which torch does not always round to a half first, and by a tensor of one element."""
    first, second = _numbers(None)[:2]
    others = [3.7, -0.3, 1e-5, 7.0, 3e-8, *(np.array(x, np.float16) for x in (0.3, [-2.9], 0.0, np.inf))]
    for other in (second, *others):

        def result(t: Any, other: Any = other) -> np.ndarray:
            b = t.from_numpy(other.copy()) if isinstance(other, np.ndarray) else other
            return ARITHMETIC[name](t, t.from_numpy(first.copy()), b).numpy()

        with np.errstate(all="ignore"):
            ours, theirs = result(minitorch_pt), result(torch)
        np.testing.assert_array_equal(ours, theirs, err_msg=f"{name} {other}", strict=True)
    compared("halves", {"calls": 1 + len(others)})
