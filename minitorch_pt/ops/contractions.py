"""Contractions: products summed over any axes, `tensordot` and `einsum`."""

from __future__ import annotations

import functools
import math
from collections.abc import Callable, Iterator, Sequence
from typing import TYPE_CHECKING

import numpy as np

from ..arrays import layouts
from ..arrays.dtypes import bool as bool_, dtype, int64, promote_types
from ..autograd.contract import composed
from ..autograd.rule import array, differentiable
from .axes import from_front
from .checks import need
from .diagonal import diagonal
from .products import mm
from .shape import permute
from .slicing import select

if TYPE_CHECKING:
    from ..autograd.contract import Array, Pulled, Tensor


__all__ = ["einsum", "tensordot"]


@composed
def tensordot(a: Tensor, b: Tensor, dims: object = 2, *, out: Tensor | None = None) -> Tensor:
    """Sum of products over pairs of axes: the last `dims` of `a` with the first of `b`, or two lists of axes.

    Raises:
        RuntimeError: paired axes differ in size, or the lists in length. IndexError: no such axis.

    >>> torch.tensordot(torch.ones(2, 3), torch.ones(3, 4), dims=1).shape
    torch.Size([2, 4])
    """
    if hasattr(dims, "_data") and dims.numel() == 1:  # type: ignore[attr-defined]
        dims = int(dims)  # type: ignore[call-overload]
    if not isinstance(dims, (int, list, tuple)) and not hasattr(dims, "_data"):
        raise RuntimeError(
            f"tensordot expects dims to be an int or two lists of axes, not {type(dims).__name__}: {dims!r}"
        )
    if isinstance(dims, int):
        need(
            0 <= dims <= min(a.ndim, b.ndim),
            f"tensordot expects 0 <= dims <= {min(a.ndim, b.ndim)}, but got dims={dims}",
        )
        left, right = list(range(a.ndim - dims, a.ndim)), list(range(dims))
    else:
        if any(isinstance(ds, int) for ds in dims):
            raise TypeError(f"tensordot(): argument 'dims' must be an int or two lists of ints, not {dims}")
        left, right = ([from_front(d, t.ndim) for d in ds] for ds, t in zip(dims, (a, b), strict=True))
    need(len(left) == len(right), f"both dimension lists should have same length, got {left} and {right}")
    for i, j in zip(left, right, strict=True):  # an axis of size 1 goes with any other: the other is summed over
        if a.shape[i] == 1:
            b = b.sum(dim=j, keepdim=True, dtype=b.dtype)
        elif b.shape[j] == 1:
            a = a.sum(dim=i, keepdim=True, dtype=a.dtype)
        need(
            a.shape[i] == b.shape[j],
            f"contracted dimensions need to match, but first has size {a.shape[i]} in dim {i} and second has size {b.shape[j]} in dim {j}",
        )
    rest_a = [d for d in range(a.ndim) if d not in left]
    rest_b = [d for d in range(b.ndim) if d not in right]
    inner_size = math.prod(a.shape[d] for d in left)
    shape_a, shape_b = tuple(a.shape[d] for d in rest_a), tuple(b.shape[d] for d in rest_b)
    rows = permute(a, (*rest_a, *left)).reshape((math.prod(shape_a), inner_size))
    columns = permute(b, (*right, *rest_b)).reshape((inner_size, math.prod(shape_b)))
    return mm(rows, columns).reshape(shape_a + shape_b)


@composed
def einsum(equation: str | Tensor, *operands: object) -> Tensor:
    """Sum of products named by letters: "ij,jk->ik" is a matrix product. Letters left out of the result are summed over.

    Numbers in lists do as well: einsum(a, [0, 1], b, [1, 2], [0, 2]).

    Without "->" the result has the letters that occur once, in alphabetical order; "..." stands for further axes, broadcast.

    Raises:
        RuntimeError: the equation does not fit the operands, or factors that are summed over have two types.

    >>> torch.einsum("ij,ij->i", torch.ones(2, 3), torch.ones(2, 3))
    tensor([3., 3.])
    """
    equation, factors = _read_equation(equation, operands)
    shapes = tuple([tuple(t.shape) for t in factors])
    terms, result, sizes = _plan(equation, shapes)
    if any(len(set(term)) < len(term) or (1 in shape) for term, shape in zip(terms, shapes, strict=True)):
        plain = (_plain_factor(term, t, sizes) for term, t in zip(terms, factors, strict=True))
        terms, factors = zip(*plain, strict=True)
    if len(terms) == 1 and len(result) == len(terms[0]):
        return permute(factors[0], [terms[0].index(letter) for letter in result])
    kinds = {t.dtype for t in factors}
    if len(kinds) > 1 or not factors[0].dtype.is_floating_point:
        factors = tuple(_counted(terms, factors, result))
        kind = _type_of_factors(terms, factors, result)
        factors = tuple([t.to(kind) for t in factors])
    return _einsum(*factors, terms=terms, result=result)


@functools.lru_cache(maxsize=128)  # to read an equation takes longer than a small product, and programs have few
def _plan(equation: str, shapes: tuple) -> tuple[tuple[str, ...], str, dict[str, int]]:
    """The letters of each operand and of the result, and the size that each letter stands for.

    Raises:
        RuntimeError: the equation does not fit the shapes.
    """
    terms, result = _terms(equation, shapes)
    twice = next((letter for letter in result if result.count(letter) > 1), "")
    need(not twice, f"einsum(): output subscript {twice} appears more than once in the output")
    sizes = _sizes_of_letters(terms, shapes)
    unknown = next((letter for letter in result if letter not in sizes), "")
    need(not unknown, f"einsum(): output subscript {unknown} does not appear in the equation for any input operand")
    return tuple(terms), result, sizes


def _read_equation(equation: str | Tensor, operands: tuple) -> tuple[str, tuple[Tensor, ...]]:
    """The equation without blanks, and the operands, of a call in any of its forms.

    Raises:
        ValueError: one of the two is missing. TypeError: an operand is no Tensor.
    """
    if operands and not isinstance(equation, str):
        equation, operands = _lettered(equation, *operands)
    if len(operands) == 1 and isinstance(operands[0], (list, tuple)):
        operands = tuple(operands[0])
    if not isinstance(equation, str) or not operands:
        raise ValueError(
            "einsum(): must specify the equation string and at least one operand: einsum('ij,jk->ik', a, b)"
        )
    for i, operand in enumerate(operands):
        if not hasattr(operand, "ndim"):
            raise TypeError(f"einsum(): expected Tensor as element {i} in argument 1, but got {type(operand).__name__}")
    return equation.replace(" ", ""), operands


def _terms(equation: str, shapes: tuple[tuple[int, ...], ...]) -> tuple[list[str], str]:
    """The letters of each operand and of the result, with letters in the place of "..."."""
    left, arrow, right = equation.partition("->")
    terms = left.split(",")
    more = "more" if len(shapes) > len(terms) else "fewer"
    need(
        len(terms) == len(shapes),
        f"einsum(): {more} operands were provided than specified in the equation: {len(shapes)} for {equation!r}",
    )
    for term in (*terms, right):
        need(
            "." not in term.replace("...", "", 1),
            f"einsum(): found '.' in {term!r} beside the ellipsis or not part of one; each operand and the result may have one '...'",
        )
    free = iter(sorted(set("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz") - set(equation)))
    extra = [
        len(shape) - len(term.replace("...", "")) if "..." in term else 0
        for term, shape in zip(terms, shapes, strict=True)
    ]
    dots = "".join(next(free) for _ in range(max(extra)))
    terms = [term.replace("...", dots[len(dots) - n :]) for term, n in zip(terms, extra, strict=True)]
    joined = "".join(terms)
    wrong = next((c for c in joined if not (c.isalpha() and c.isascii())), "")
    need(
        not wrong,
        f"einsum(): invalid subscript given at index {equation.find(wrong)} in the equation string, subscripts must be in [a-zA-Z]: "
        f"{equation!r}, with ... for further axes",
    )
    if arrow:
        return terms, right.replace("...", dots)
    return terms, dots + "".join(sorted(c for c in set(joined) - set(dots) if joined.count(c) == 1))


def _sizes_of_letters(terms: list[str], shapes: tuple[tuple[int, ...], ...]) -> dict[str, int]:
    """The size that each letter stands for.

    Raises:
        RuntimeError: two sizes do not broadcast, or a term has not one letter for each axis.
    """
    sizes: dict[str, int] = {}
    for i, (term, shape) in enumerate(zip(terms, shapes, strict=True)):
        need(
            len(term) == len(shape),
            f"einsum(): the number of subscripts in the equation ({len(term)}) does not match the number of dimensions ({len(shape)}) for operand {i} "
            "and no ellipsis was given",
        )
        own: dict[str, int] = {}
        for letter, n in zip(term, shape, strict=True):
            need(
                own.setdefault(letter, n) == n,
                f"einsum(): subscript {letter} is repeated for operand {i} but the sizes don't match, {n} != {own[letter]}",
            )
            need(
                sizes.get(letter, 1) in (1, n) or n == 1,
                f"einsum(): subscript {letter} has size {n} for operand {i} which does not broadcast with previously seen size {sizes.get(letter)}",
            )
            sizes[letter] = max(sizes.get(letter, 1), n) if n else 0
    return sizes


def _plain_factor(term: str, t: Tensor, sizes: dict[str, int]) -> tuple[str, Tensor]:
    """An operand with each letter once, and without the axes that are stretched."""
    while len(set(term)) < len(term):  # a letter twice in one operand: its diagonal
        letter = next(c for c in term if term.count(c) > 1)
        i = term.index(letter)
        j = term.index(letter, i + 1)
        t = diagonal(t, 0, i, j)
        term = term[:i] + term[i + 1 : j] + term[j + 1 :] + letter
    for i in reversed([i for i, c in enumerate(term) if t.shape[i] == 1 and sizes[c] != 1]):
        t = select(t, i, 0)
        term = term[:i] + term[i + 1 :]
    return term, t


def _as_torch_leaves_it(value: np.ndarray, arrays: list[np.ndarray], terms: Sequence[str], result: str) -> np.ndarray:
    """A product of two that sums is a batch of matrix products, (shared, left, right), whose axes are then put in order; one that
    does not is elementwise."""
    if len(arrays) != 2:
        return value if len(arrays) == 1 and len(result) == len(terms[0]) else layouts.compact(value)
    left, right = ({*term} for term in terms)
    if (left & right).difference(result):
        own = [c in left for c in result if c in left ^ right]
        # all of the second's come first, and none was summed alone
        swapped = own == sorted(own) and len(own) == len(left ^ right)
        first = right if swapped else left
        order = sorted(
            range(len(result)), key=lambda i: 0 if result[i] in left & right else 1 if result[i] in first else 2
        )
        return layouts.placed(value, layouts.packed(value.shape, order[::-1]))
    seen = []
    for term, x in zip(terms, arrays, strict=True):
        kept = "".join(c for c in result if c in term)
        x = np.einsum(f"{term}->{kept}", x)  # a view, or a sum
        x = x if len(kept) == len(term) else layouts.compact(x)
        seen.append(x[tuple(slice(None) if c in term else None for c in result)])
    return layouts.placed(value, layouts.elementwise(value.shape, seen))


def _lettered(*given: object) -> tuple[str, tuple]:
    """The equation and the operands of einsum(a, [0, 1], b, [1, 2], [0, 2]).

    Raises:
        TypeError: something stands where a list belongs. ValueError: a number that is not between 0 and 51.
    """
    pairs = len(given) // 2
    terms, letters = [], "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"
    for axes in given[1 : 2 * pairs : 2] + given[2 * pairs :]:
        if not isinstance(axes, (list, tuple)):
            raise TypeError(
                f"einsum(): operands and lists of axes must take turns, and a {type(axes).__name__} stands where a list belongs"
            )
        for axis in axes:
            if axis is not ... and axis not in range(52):
                raise ValueError(f"einsum(): subscript {axis} in subscript list is not within the valid range [0, 52)")
        terms.append("".join("..." if axis is ... else letters[axis] for axis in axes))
    return ",".join(terms[:pairs]) + "".join(f"->{term}" for term in terms[pairs:]), given[: 2 * pairs : 2]


def _counted(terms: tuple[str, ...], operands: tuple, result: str) -> Iterator[Tensor]:
    """The operands, whole numbers and bools in int64 where they are summed before they are multiplied, as by `sum`."""
    for i, (term, operand) in enumerate(zip(terms, operands, strict=True)):
        elsewhere = set(result).union(*terms[:i], *terms[i + 1 :])
        yield operand if operand.dtype.is_floating_point or set(term) <= elsewhere else operand.to(int64)


def _type_of_factors(terms: tuple[str, ...], operands: tuple, result: str) -> dtype:
    """The type of the result. Factors are multiplied from the left, two by two: only where nothing is summed over they may have two types.

    Where there is nothing to multiply torch does not look at the types, and gives that of the last.
    """
    seen, kind = set(terms[0]), operands[0].dtype
    empty = not operands[0].numel()
    for i, (term, operand) in enumerate(zip(terms[1:], operands[1:], strict=True), 2):
        summed = (seen & set(term)) - set(result).union(*terms[i:])
        sizes = dict(zip(term, operand.shape, strict=True))
        multiplied = any(sizes[letter] != 1 for letter in summed)
        empty = empty or not operand.numel()
        if multiplied and empty:
            seen, kind = (seen | set(term)) - summed, operand.dtype
            continue
        if multiplied and kind is bool_:
            raise NotImplementedError("einsum() is not implemented for 'Bool'; convert with .int()")
        if multiplied and kind is not operand.dtype:
            raise RuntimeError(
                f"einsum(): expected scalar type {kind} but found {operand.dtype}: convert one with .to()"
            )
        seen, kind = (seen | set(term)) - summed, promote_types(kind, operand.dtype)
    return kind


def _einsum_rule(*operands: Array, terms: Sequence[str], result: str) -> Pulled:
    arrays = [*map(array, operands)]
    # it multiplies in NumPy's own Python code, whose notes the filter does not know as ours
    with np.errstate(all="ignore"):
        value = np.einsum(",".join(terms) + "->" + result, *arrays, optimize=len(operands) > 1)
    value = _as_torch_leaves_it(value, arrays, terms, result)
    sizes = {c: n for term, t in zip(terms, operands, strict=True) for c, n in zip(term, t.shape, strict=True)}

    def pull_of(k: int) -> Callable:
        others = [(term, t) for i, (term, t) in enumerate(zip(terms, operands, strict=True)) if i != k]

        def pull(g: Array) -> Array:
            known = set(result).union(*(term for term, _ in others))
            term = "".join(c for c in terms[k] if c in known)
            flow = _einsum.rule(g, *(t for _, t in others), terms=[result, *(name for name, _ in others)], result=term)
            # a letter that only this operand has was summed over: its gradient is the same all along that axis
            shape = tuple(sizes[c] if c in known else 1 for c in terms[k])
            return np.broadcast_to(flow.reshape(shape), tuple(sizes[c] for c in terms[k]))

        return pull

    return value, *(pull_of(k) for k in range(len(operands)))


def _last_step(*operands: Array, terms: list[str], result: str) -> str:
    """torch's name of the node: products that sum are products of matrices, the last of which is brought into shape."""
    if len(terms) == 1:
        return "SumBackward1"
    return "ViewBackward0" if set("".join(terms)) - set(result) else "MulBackward0"


_einsum = differentiable(_einsum_rule, promote="type", name=_last_step, order="")
