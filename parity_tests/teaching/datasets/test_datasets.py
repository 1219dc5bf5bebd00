"""The data sets: the digits are those of the source, the generators give what their formulas say."""

from __future__ import annotations

import math
import re
from pathlib import Path

import numpy as np
import pytest

import minitorch_pt as torch
from minitorch_pt.teaching import datasets


def test_digits_are_the_uci_test_set():
    pixels, labels = datasets.digits()
    assert pixels.shape == (1797, 64) and pixels.dtype is torch.float32
    assert labels.shape == (1797,) and labels.dtype is torch.int64
    # facts of the source: 16 grey levels, and how often each digit was written
    assert pixels.min().item() == 0 and pixels.max().item() == 16
    assert labels.bincount().tolist() == [178, 182, 177, 183, 181, 182, 181, 179, 174, 180]
    assert int(pixels.sum().item()) == 561718
    assert pixels[0, :16].tolist() == [0, 0, 5, 13, 9, 1, 0, 0, 0, 0, 13, 15, 10, 15, 5, 0]


def test_names_are_the_census_most_frequent():
    names = datasets.brazilian_names()
    assert len(names) == len(set(names)) == 5000
    assert names[:3] == ["Maria", "Jose", "Ana"] and names[-1] == "Audrey"
    assert all(re.fullmatch("[A-Z][a-z]{2,11}", name) for name in names)


def test_sunspots_are_the_yearly_series_of_noaa():
    years, number = datasets.sunspots()
    assert years.dtype is torch.int64 and years.tolist() == list(range(1700, 2009))
    assert number.dtype is torch.float32 and number.shape == (309,)
    # facts of the source: the mean, and the largest value, in 1957
    assert number.mean().item() == pytest.approx(49.752, abs=5e-4)
    assert years[number.argmax()].item() == 1957 and number.max().item() == pytest.approx(190.2)


@pytest.mark.parametrize("name", ["digits", "names", "sunspots"])
def test_data_that_ships_names_its_source_and_licence(name):
    text = (Path(datasets.__file__).parent / f"LICENSE-{name}.txt").read_text(encoding="utf-8")
    assert (
        re.match(rf"SPDX-License-Identifier: \S+\n{name}\.", text)
        and re.search("^(Source|Creators): ", text, re.M)
        and re.search("licen[cs]e", text, re.I)
    )


def test_two_moons_lie_on_half_circles():
    x, y = datasets.two_moons(101, noise=0.0)
    assert x.shape == (101, 2) and y.bincount().tolist() == [50, 51]
    upper, lower = x[y == 0], x[y == 1]
    assert torch.allclose(upper.square().sum(1), torch.ones(50), atol=1e-5) and (upper[:, 1] >= -1e-6).all()
    centre = torch.tensor([1.0, 0.5])
    assert torch.allclose((lower - centre).square().sum(1), torch.ones(51), atol=1e-5)
    assert (lower[:, 1] <= 0.5 + 1e-6).all()


def test_spirals_have_their_arms():
    x, y = datasets.spirals(90, classes=4, noise=0.0)
    assert y.bincount().tolist() == [23, 23, 22, 22]
    radius = x.square().sum(1).sqrt().double()
    angle = torch.atan2(x[:, 0].double(), x[:, 1].double())
    turned = (angle - 4 * radius - 2 * math.pi * y / 4) / (2 * math.pi)
    inner = radius > 0.05
    assert ((turned - turned.round()).abs()[inner] < 1e-4).all()


def test_house_prices_follow_size_rooms_and_land():
    x, price = datasets.house_prices(200, noise=0.0)
    assert x.shape == (200, 2) and price.shape == (200, 1)
    assert torch.allclose(price[:, 0], x[:, 0] + 5 * x[:, 1] + 30)
    assert 40 <= x[:, 0].min().item() <= x[:, 0].max().item() <= 240
    assert sorted(set(x[:, 1].tolist())) == [1, 2, 3, 4, 5]


def test_apples_and_oranges_differ_in_colour_and_roundness_only():
    x, y = datasets.apples_and_oranges(2000)
    assert x.shape == (2000, 8) and y.bincount().tolist() == [1000, 1000]
    gap = (x[y == 1].mean(0) - x[y == 0].mean(0)).tolist()
    assert gap[0] == pytest.approx(0.3, abs=0.03) and gap[1] == pytest.approx(0.2, abs=0.03)
    assert max(map(abs, gap[2:])) < 0.05


@pytest.mark.parametrize(
    "make", [datasets.two_moons, datasets.spirals, datasets.house_prices, datasets.apples_and_oranges]
)
def test_generators_follow_the_seed(make):
    torch.manual_seed(1)
    first = make(50)
    torch.manual_seed(1)
    again = make(50)
    own = make(50, generator=torch.Generator().manual_seed(1))
    for a, b, c in zip(first, again, own, strict=True):
        assert torch.equal(a, b) and torch.equal(a, c)
    assert not np.array_equal(make(50)[0].numpy(), first[0].numpy())
    with pytest.raises(ValueError, match="needs at least"):
        make(1)


def test_spirals_need_a_class():
    with pytest.raises(ValueError, match="classes=0"):
        datasets.spirals(classes=0)
    assert datasets.spirals(5, classes=1)[1].tolist() == [0] * 5
