"""torch.utils.flop_counter: how many multiplications and additions products of matrices, convolutions and recurrent layers take.

While a counter is open, Python tells of each call (`sys.setprofile`): the operations know nothing of it, and pay nothing where none is
open. A rule's arrays tell what its product takes; each gradient that backward computes of a product takes as much again.
"""

from __future__ import annotations

import functools
import math
import sys
from collections import defaultdict
from collections.abc import Callable, Iterator
from types import FrameType
from typing import Any

from ..autograd import rule
from ..autograd.graph import Output, Traced
from ..names.places import settle
from ..ops import aten
from ..tensors.tensor import Tensor
from .module_tracker import ModuleTracker

__all__ = ["FlopCounterMode"]

# name of torch's operation, what it takes, name of that of its gradients, the inputs that are factors and how often their gradient takes that
Count = tuple[str, int, str, dict[int, float]]
_OPERATION = next(c for c in rule._served.__code__.co_consts if getattr(c, "co_name", "") == "operation")
_UNITS = ("", "K", "M", "B", "T")


def _linear(input: Any, weight: Any, bias: Any = None, **told: Any) -> Iterator[Count]:
    yield "mm" if bias is None else "addmm", 2 * input.size * len(weight), "mm", {0: 1, 1: 1}


def _folds(larger: Any, needs: bool, first: bool) -> bool:
    """Whether torch makes one matrix of the batch: where the other factor needs a gradient, or the batch lies in memory as one does.

    first: whether the other factor is a matrix that comes first.
    """
    if needs or first:
        return needs
    shape, strides = larger.shape, larger.strides
    return all(strides[i] == strides[i + 1] * shape[i + 1] for i in range(larger.ndim - 2))


def _matmul(a: Any, b: Any, *, out: Any, edges: list) -> Iterator[Count]:
    name, small = "mm" if b.ndim == 2 else "", min(a.ndim, b.ndim)
    if max(a.ndim, b.ndim) > 2:
        left = a.ndim >= b.ndim
        larger = a if left else b.mT
        folded = small < 3 and _folds(larger, edges[left] is not None, a.ndim == 2)
        name = "bmm" if not folded else "mm" if small == 2 else ""
    if name:
        yield name, 2 * out.numel() * a.shape[-1], name, {0: 1, 1: 1}


def _inner(a: Any, b: Any, *, out: Any, **told: Any) -> Iterator[Count]:
    if max(a.ndim, b.ndim) > 1 and min(a.ndim, b.ndim):
        yield "mm", 2 * out.numel() * a.shape[-1], "mm", {0: 1, 1: 1}


def _added(name: str, inner: str) -> Callable[..., Iterator[Count]]:
    return lambda input, a, b, *more, **told: iter([(name, 2 * a.size * b.shape[-1], inner, {1: 1, 2: 1})])


def _einsum(*operands: Any, terms: Any, result: str, **told: Any) -> Iterator[Count]:
    sizes: dict[str, int] = {}
    for term, x in zip(terms, operands, strict=True):
        for letter, n in zip(term, x.shape, strict=True):
            sizes[letter] = max(n, sizes.get(letter, 1))
    seen = set(terms[0])
    for i, term in enumerate(terms[1:], 1):
        summed = (seen & {*term}) - {*result}.union(*terms[i + 1 :])
        if summed:
            yield "bmm", 2 * math.prod(sizes[c] for c in seen | {*term}), "bmm", {i - 1: 1, i: 1}
        seen = (seen | {*term}) - summed


def _convolution(input: Any, weight: Any, *options: Any, out: Any, **told: Any) -> Iterator[Count]:
    places = input if options[4] else out
    count = 2 * len(input) * weight.size * math.prod(places.shape[2:])
    # torch counts the gradient of the weight as if each channel met all others
    yield "convolution", count, "convolution_backward", {0: 1, 1: options[6]}


def _attention(query: Any, key: Any, value: Any, mask: Any, dropped: Any, *scale: Any, **told: Any) -> Iterator[Count]:
    if dropped is not None:  # of others torch has a kernel on the CPU, which it does not count
        for width in (query.shape[-1], value.shape[-1]):
            yield "bmm", 2 * math.prod(query.shape[:-1]) * key.shape[-2] * width, "bmm", {0: 1, 1: 1}


def _sequence(input: Any, weight: Any, again: Any, *rest: Any, **told: Any) -> Iterator[Count]:
    if len(rest) < 5:  # of an LSTM too
        steps, hidden = len(input), rest[-1]
        yield "addmm", 2 * input.size * len(weight), "mm", {0: 1, 1: 1}
        yield (
            "addmm",
            2 * steps * hidden.size * len(again),
            "mm",
            {2: 1 + (steps - 1) / steps, len(rest) + 2: 1 / steps},
        )


_COUNTS: dict[str, Callable[..., Iterator[Count]]] = {
    "linear": _linear, "_linear_otherwise": _linear, "matmul": _matmul, "mm": _matmul, "bmm": _matmul, "inner": _inner,
    "addmm": _added("addmm", "mm"), "baddbmm": _added("baddbmm", "bmm"), "_einsum_rule": _einsum, "_convolution": _convolution,
    "_attention": _attention, "_sequence": _sequence,
}  # fmt: skip


class FlopCounterMode:
    """Context that counts the multiplications and additions of products, and prints them by module: 2 m k n for (m, k) times (k, n).

    As torch's on the CPU, it does not count LSTMs, products with vectors, nor attention without dropout outside of `need_weights`.

    Source: torch.utils.flop_counter, which a program imports by that name.

    depth: of the modules that the table shows. display: whether it is printed at the end.

    Raises:
        NotImplementedError: custom_mapping, formulas for operations of PyTorch's library, is given.

    >>> counter = FlopCounterMode(display=False)
    >>> with counter:
    ...     _ = torch.ones(2, 3) @ torch.ones(3, 4)
    >>> counter.get_total_flops()
    48
    """

    def __init__(
        self, mods: Any = None, depth: int = 2, display: bool = True, custom_mapping: dict | None = None
    ) -> None:
        if custom_mapping:
            raise NotImplementedError(
                "FlopCounterMode: custom_mapping names operations of PyTorch's library, which are not here; leave it out"
            )
        self.depth, self.display = depth, display
        self.flop_counts: dict[str, dict[Any, int]] = defaultdict(lambda: defaultdict(int))
        self.mod_tracker = ModuleTracker()
        self._open = False

    def get_total_flops(self) -> int:
        """The sum of all that was counted."""
        return sum(self.flop_counts["Global"].values())

    def get_flop_counts(self) -> dict[str, dict[Any, int]]:
        """For each module, "Global" for all, what each operation took."""
        return {name: dict(counts) for name, counts in self.flop_counts.items()}

    def _add(self, name: str, count: float) -> None:
        if self._open and count:
            for parent in set(self.mod_tracker.parents):
                self.flop_counts[parent][getattr(aten, name)] += int(count)

    def _backward(self, name: str, count: float, gradients: Any) -> None:
        self._add(name, count)

    def _seen(self, frame: FrameType, event: str, result: Any) -> None:
        """What Python tells: of the end of an operation, its variables."""
        if event != "return" or frame.f_code is not _OPERATION:
            return
        held = frame.f_locals
        counts = _COUNTS.get(held["kind"].rule.__name__)
        out: Any = result[0] if isinstance(result, tuple) and result else result
        if counts is None or not isinstance(out, Tensor) or held.get("value", NotImplemented) is NotImplemented:
            return
        told = {name: value for name, value in held["kwargs"].items() if name in ("terms", "result")}
        again = any(type(a) is Traced for a in held["args"])  # a gradient that is recorded: it is counted below
        node = out._node
        node = node.edges[0] if isinstance(node, Output) else node
        for name, count, backward, factors in list(counts(*held["arrays"], out=out, edges=held["edges"], **told)):
            if not again:
                self._add(name, count)
            times = sum(n for place, n in factors.items() if node is not None and node.edges[place] is not None)
            if times:
                hook = functools.partial(self._backward, backward, count * times)
                out.grad_fn.register_prehook(hook)  # type: ignore[union-attr]

    def get_table(self, depth: int | None = None) -> str:
        """The counts as a table, of the modules down to a depth."""
        depth = self.depth if depth is None else depth
        total = self.get_total_flops()
        unit = max(0, min(len(_UNITS) - 1, (len(str(total)) - 2) // 3))
        whole = False

        def lines(name: str, indent: int) -> Iterator[list[str]]:
            nonlocal whole
            counts = self.flop_counts[name]
            whole |= sum(counts.values()) >= total
            for title, count in {name: sum(counts.values()), **{f" - {key}": n for key, n in counts.items()}}.items():
                share = f"{count / total:.2%}" if total else "0%"
                yield [" " * indent + title, f"{count / 1000**unit:.3f}{_UNITS[unit]}", share]

        rows = [
            row
            for name in sorted(self.flop_counts)
            if name != "Global" and (depth is None or name.count(".") < depth)
            for row in lines(name, name.count("."))
        ]
        if "Global" in self.flop_counts and not whole:
            rows = [*lines("Global", 0), *([f" {title}", *rest] for title, *rest in rows)]
        rows = rows or [["Global", "0", "0%"]]
        header = ["Module", "FLOP", "% Total"]
        widths = [max(len(title) + 2, *(len(row[i]) for row in rows)) for i, title in enumerate(header)]
        table = [header, ["-" * n for n in widths], *rows]
        return "\n".join(f"{a:<{widths[0]}}  {b:>{widths[1]}}  {c:>{widths[2]}}".rstrip() for a, b, c in table)

    def __enter__(self) -> FlopCounterMode:
        self.flop_counts.clear()
        self.mod_tracker.__enter__()
        self._before, self._open = sys.getprofile(), True
        sys.setprofile(self._seen)
        return self

    def __exit__(self, *raised: Any) -> None:
        sys.setprofile(self._before)
        self._open = False
        self.mod_tracker.__exit__()
        if self.display:
            print(self.get_table())


settle(__name__, {"FlopCounterMode": FlopCounterMode})
