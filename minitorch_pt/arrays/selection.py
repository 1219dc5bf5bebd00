"""The k smallest of a row as C++'s standard library finds them. Of equal ones its order is arbitrary, but it is always the same: torch's `topk`
tells places that come from it. These are the library's algorithms, by their names there, on a list of (size, place).
"""

from __future__ import annotations

import numpy as np

__all__: list[str] = []  # for other operations

Pairs = list[tuple[int, int]]
_FEW = 16  # as many are sorted by insertion
_SPARSE = 64  # torch keeps a heap of k where there are as many times more elements


def k_first(row: np.ndarray, k: int, largest: bool) -> list[int]:
    """The places of the k smallest or largest of a row, in order of size; nan is the largest, and all are equal."""
    ranks = np.unique(row, return_inverse=True)[1]
    if largest:
        ranks = -ranks
    if k * _SPARSE <= len(ranks):
        x = _heap_of_smallest(ranks, k)
        _sort_heap(x, 0, k)
    else:
        x = list(zip(ranks.tolist(), range(len(ranks)), strict=True))
        _nth_element(x, k - 1)
        _sort(x, k - 1)
    return [place for _, place in x[:k]]


def _heap_of_smallest(ranks: np.ndarray, k: int) -> Pairs:
    """What `_select_heap` keeps, the largest on top; block by block, as few elements of a block are smaller than the top."""
    x = list(zip(ranks[:k].tolist(), range(k), strict=True))
    _make_heap(x, 0, k)
    start, size = k, 4 * k
    while start < len(ranks):
        block = ranks[start : start + size]
        for i in np.flatnonzero(block < x[0][0]).tolist():
            if block[i] < x[0][0]:
                _sift(x, 0, 0, k, (int(block[i]), start + i))
        start, size = start + size, 2 * size
    return x


def _nth_element(x: Pairs, nth: int) -> None:
    """Put the element there that would be there in order, smaller ones before it."""
    first, last = 0, len(x)
    depth = 2 * (len(x).bit_length() - 1)
    while last - first > 3:
        if not depth:
            _select_heap(x, first, nth + 1, last)
            x[first], x[nth] = x[nth], x[first]
            return
        depth -= 1
        cut = _partition(x, first, last)
        first, last = (cut, last) if cut <= nth else (first, cut)
    _insert(x, first, last)


def _sort(x: Pairs, last: int) -> None:
    """Sort the first elements, up to `last`."""
    todo = [(0, last, 2 * (last.bit_length() - 1))]
    while todo:
        first, end, depth = todo.pop()
        while end - first > _FEW:
            if not depth:
                _partial_sort(x, first, end, end)
                break
            depth -= 1
            cut = _partition(x, first, end)
            todo.append((cut, end, depth))
            end = cut
    _insert(x, 0, last)


def _partition(x: Pairs, first: int, last: int) -> int:
    """Smaller ones to the front, with the median of three as pivot; where the larger ones begin."""
    a, b, c = first + 1, (first + last) // 2, last - 1
    if x[a][0] < x[b][0]:
        median = b if x[b][0] < x[c][0] else c if x[a][0] < x[c][0] else a
    else:
        median = a if x[a][0] < x[c][0] else c if x[b][0] < x[c][0] else b
    x[first], x[median] = x[median], x[first]
    pivot, i, j = x[first][0], first + 1, last
    while True:
        while x[i][0] < pivot:
            i += 1
        j -= 1
        while pivot < x[j][0]:
            j -= 1
        if i >= j:
            return i
        x[i], x[j] = x[j], x[i]
        i += 1


def _insert(x: Pairs, first: int, last: int) -> None:
    """Sort by insertion, which keeps the order of equal ones."""
    x[first:last] = sorted(x[first:last], key=lambda pair: pair[0])


def _partial_sort(x: Pairs, first: int, middle: int, last: int) -> None:
    """Put the smallest in order before `middle`."""
    _select_heap(x, first, middle, last)
    _sort_heap(x, first, middle)


def _select_heap(x: Pairs, first: int, middle: int, last: int) -> None:
    """Make a heap of the elements before `middle`, the largest on top, and exchange it for each later one that is smaller."""
    _make_heap(x, first, middle)
    for i in range(middle, last):
        if x[i][0] < x[first][0]:
            value, x[i] = x[i], x[first]
            _sift(x, first, 0, middle - first, value)


def _make_heap(x: Pairs, first: int, last: int) -> None:
    """Put the largest on top, and below each element two that are not larger."""
    for hole in range((last - first - 2) // 2, -1, -1):
        _sift(x, first, hole, last - first, x[first + hole])


def _sort_heap(x: Pairs, first: int, last: int) -> None:
    """Take the largest from the top, again and again."""
    for end in range(last - 1, first, -1):
        value, x[end] = x[end], x[first]
        _sift(x, first, 0, end - first, value)


def _sift(x: Pairs, first: int, hole: int, count: int, value: tuple[int, int]) -> None:
    """Let the hole in a heap sink to the ground along larger children, then the value rise from it to its place."""
    top, child = hole, hole
    while child < (count - 1) // 2:
        child = 2 * child + 2
        child -= x[first + child][0] < x[first + child - 1][0]
        x[first + hole], hole = x[first + child], child
    if count % 2 == 0 and child == (count - 2) // 2:
        x[first + hole], hole = x[first + 2 * child + 1], 2 * child + 1
    parent = (hole - 1) // 2
    while hole > top and x[first + parent][0] < value[0]:
        x[first + hole], hole = x[first + parent], parent
        parent = (hole - 1) // 2
    x[first + hole] = value
