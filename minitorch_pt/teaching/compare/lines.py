"""Printed text as lines of words and numbers: two outputs side by side, and what differs between them."""

from __future__ import annotations

import difflib
import math
import re
from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import cached_property
from itertools import zip_longest
from typing import NamedTuple

__all__ = ["TOLERANCE", "Difference", "Line", "Number", "Row", "align", "differences", "read", "settled", "unexplained"]

TOLERANCE = 1e-4

_NUMBER = re.compile(
    r"(?<![\w.])[-+]?(?:(?:\d{1,3}(?:,\d{3})+(?![\d,])|\d+)(?:\.\d*)?|\.\d+)(?:[eE][-+]?\d+)?|(?<![\w.])[-+]?(?:nan|inf)(?!\w)"
)
_COLOURS = re.compile(r"\x1b\[[0-9;?]*[A-Za-z]")
# what no two processes have in common: addresses; the clock; how long a bar of tqdm took
_ADDRESS = re.compile(r"\b0x[0-9a-fA-F]{6,}")
_CLOCK = re.compile(r"(?<![\d:])\d{1,2}:\d\d:\d\d(?:[.,]\d+)?(?![\d:])|(?<![\d:])\d\d:\d\d<(?:\d\d:\d\d|\?)")
_BUILD = re.compile(r"(\b\d+\.\d+\.\d+)\+(?:cpu|cu\d+)\b")  # torch 2.13.0+cpu
_ERROR = re.compile(r"\w*(?:Error|Exception|Warning):\s")  # what follows is said in our own words
# what makes a number a time or size of memory: the word before it, or the unit behind it
_TIMED_BEFORE = re.compile(
    r"(?i)(?<![a-z])(?:time|took|elapsed|duration|memory|rss|tempo|levou|memória)(?:[\s_]+[^\W\d]+)?\W*$"
)
_TIMED_AFTER = re.compile(
    r"\s*(?:(?:s|secs?|seconds?|segundos?|ms|us|µs|ns|minutes?|minutos?|s/it)\b|[^\W\d]*/s(?:ec|econd)?\b)"
)


class Number(NamedTuple):
    """A number as it was printed."""

    text: str
    start: int = 0  # where it stands in the line
    idle: bool = False  # tells a time or the memory of the process, which is not compared

    @property
    def value(self) -> float:
        """Its value: `Number("1,024").value` is 1024."""
        return float(self.text.replace(",", ""))

    @property
    def last_digit(self) -> float:
        """What one in the last decimal is worth, 0 for a number without decimals or of one digit only."""
        mantissa, _, exponent = self.text.lower().partition("e")
        decimals = len(mantissa.partition(".")[2])
        if not decimals or len(re.sub(r"\D", "", mantissa).lstrip("0")) < 2:
            return 0.0
        return 10.0 ** (int(exponent or 0) - decimals)


class Line(NamedTuple):
    """A printed line, what of it is compared, the words of that ("epoch # loss #"), and its numbers."""

    text: str
    compared: str  # all, or up to "ValueError:"
    shape: str
    numbers: tuple[Number, ...]

    @property
    def key(self) -> tuple[str, str]:
        """What tells a line from others: its words, and what counts it ("epoch 7 ...")."""
        first = self.numbers[0].text if self.numbers else ""
        return self.shape, first if first.isdigit() else ""


class Difference(NamedTuple):
    """A number that differs: the how-manieth of the line, and what either side printed."""

    line: int
    shape: str
    place: int
    theirs: Number
    ours: Number

    @property
    def absolute(self) -> float:
        """How far apart the numbers are; inf where one of them is nan."""
        gap = abs(self.theirs.value - self.ours.value)
        return math.inf if math.isnan(gap) else gap

    @property
    def relative(self) -> float:
        """The same, as a part of the larger number."""
        if self.absolute in (0, math.inf):
            return self.absolute
        return self.absolute / max(abs(self.theirs.value), abs(self.ours.value))

    @property
    def near(self) -> bool:
        """Equal to 1e-4, or to one in the last of four or more decimals, where rounding may have parted equal numbers."""
        digit = max(self.theirs.last_digit, self.ours.last_digit)
        return self.relative <= TOLERANCE or self.absolute <= 1.001 * digit <= 1.001 * TOLERANCE


@dataclass(frozen=True)
class Row:
    """Two lines side by side, or a line that only one side printed; `number` counts torch's lines, or ours where torch has none."""

    number: int
    theirs: Line | None
    ours: Line | None

    @property
    def matched(self) -> bool:
        """Both have the same words."""
        return self.theirs is not None and self.ours is not None and self.theirs.shape == self.ours.shape

    @cached_property
    def differences(self) -> list[Difference]:
        """The numbers that differ, but for times."""
        if not (self.matched and self.theirs and self.ours):
            return []
        pairs = enumerate(zip(self.theirs.numbers, self.ours.numbers, strict=True))
        return [
            Difference(self.number, self.theirs.shape, i, a, b)
            for i, (a, b) in pairs
            if a.text != b.text and not (a.idle or b.idle)
        ]

    @cached_property
    def kind(self) -> str:
        """ "same", "near" (numbers to 1e-4), "numbers" or "text": what differs."""
        if not (self.theirs and self.ours and self.matched):
            return "text"
        if self.theirs.compared == self.ours.compared:
            return "same"
        if found := self.differences:
            return "near" if all(d.near for d in found) else "numbers"
        idle = any(a.text != b.text for a, b in zip(self.theirs.numbers, self.ours.numbers, strict=True))
        return "same" if idle else "text"  # here the spaces differ


def read(text: str) -> list[Line]:
    """The lines of an output as a terminal shows them in the end, with torch's name for both and without addresses and clocks.

    >>> read("epoch 3 loss 0.12")[0].shape
    'epoch # loss #'
    >>> read("  0%\\r 50%\\r100%")[0].text
    '100%'
    """
    return [_line(line) for line in text.split("\n")[: None if text[-1:] != "\n" else -1]] if text else []


def _line(text: str) -> Line:
    text = _COLOURS.sub("", text.rstrip("\r")).rpartition("\r")[2].replace("minitorch_pt", "torch")
    text = _BUILD.sub(r"\1", text)
    text = _CLOCK.sub("--:--", _ADDRESS.sub("0x...", text))
    error = _ERROR.search(text)
    compared = text[: error.end()] if error else text
    numbers, end = [], 0
    for found in _NUMBER.finditer(compared):
        idle = _TIMED_BEFORE.search(text, end, found.start()) or _TIMED_AFTER.match(text, found.end())
        numbers.append(Number(found.group(), found.start(), bool(idle)))
        end = found.end()
    return Line(text, compared, " ".join(_NUMBER.sub(" # ", compared).split()), tuple(numbers))


def align(theirs: list[Line], ours: list[Line]) -> list[Row]:
    """The lines of both side by side; where one has more, lines with the same words and counter stand together."""
    if [line.shape for line in theirs] == [line.shape for line in ours]:
        return [Row(i, *pair) for i, pair in enumerate(zip(theirs, ours, strict=True), 1)]
    a, b = [line.key for line in theirs], [line.key for line in ours]
    shorter = min(len(a), len(b))
    start = next((i for i in range(shorter) if a[i] != b[i]), shorter)
    end = next((i for i in range(shorter - start) if a[-1 - i] != b[-1 - i]), shorter - start)
    left, right = a[start : len(a) - end], b[start : len(b) - end]
    # to find the best order of thousands of lines alike takes the square of their number
    matcher = difflib.SequenceMatcher(None, left, right, autojunk=max(len(left), len(right)) > 3000)
    blocks = [(start + i, start + j, start + k, start + m) for _, i, j, k, m in matcher.get_opcodes()]
    rows = []
    for i, j, k, m in [(0, start, 0, start), *blocks, (len(a) - end, len(a), len(b) - end, len(b))]:
        for number, pair in enumerate(zip_longest(theirs[i:j], ours[k:m])):
            rows.append(Row((i if pair[0] else k) + number + 1, *pair))
    return rows


def differences(rows: Iterable[Row]) -> list[Difference]:
    """All numbers that differ."""
    return [difference for row in rows for difference in row.differences]


def settled(rows: list[Row], again: list[Row]) -> list[Row]:
    """The rows without what torch itself prints differently when it runs again: lines whose words change are left out; a number that
    changes is not compared, here and in all lines with the same words.

    Args:
        again: torch's lines beside those of its second run.
    """
    reworded = {row.number for row in again if row.theirs and not row.matched}
    restless = {(d.shape, d.place) for d in differences(again)}

    def still(line: Line | None) -> Line | None:
        if line is None:
            return None
        numbers = [n._replace(idle=n.idle or (line.shape, i) in restless) for i, n in enumerate(line.numbers)]
        return line._replace(numbers=tuple(numbers))

    kept = [row for row in rows if not (row.theirs and row.number in reworded)]
    return [Row(row.number, still(row.theirs), still(row.ours)) for row in kept]


def unexplained(rows: list[Row], drifts: list[list[Row]]) -> Iterator[Row]:
    """The rows that differ by more than torch differs from itself when last bits change.

    A number may differ by ten times what the same number in lines with the same words has differed by until then, and in the next
    such line, for where errors grow fast ours may be a step ahead; words may differ where they did.
    """
    moved: dict[int, list[Difference]] = defaultdict(list)
    reworded, longer = set(), False
    for row in (row for drift in drifts for row in drift if row.kind != "same"):
        moved[row.number] += row.differences
        longer |= row.theirs is None
        if row.theirs and not row.matched:
            reworded.add(row.number)
    following, last = {}, dict[str, int]()
    for row in reversed(rows):
        if row.theirs:
            following[row.number] = last.get(row.theirs.shape, row.number)
            last[row.theirs.shape] = row.number
    reach: dict[tuple[str, int], float] = defaultdict(float)
    for row in rows:
        for d in moved[row.number] + moved[following[row.number]] if row.theirs else ():
            reach[d.shape, d.place] = max(reach[d.shape, d.place], d.absolute)
        if row.kind == "text":
            explained = row.number in reworded if row.theirs else longer
        else:
            explained = all(d.near or d.absolute <= 10 * reach[d.shape, d.place] for d in row.differences)
        if not explained:
            yield row
