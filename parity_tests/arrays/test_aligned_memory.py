"""arrays/memory.py: memory is used again, but never while somebody looks at it."""

from __future__ import annotations

import numpy as np
import pytest

from minitorch_pt.arrays import memory

F4, F8 = np.dtype("f4"), np.dtype("f8")


@pytest.fixture(autouse=True)
def nothing_spare():
    memory._given.clear()
    yield
    memory._given.clear()


def address(array):
    return array.__array_interface__["data"][0]


def test_shape_and_type():
    for shape in ((3, 4), (300, 400), (0, 5), ()):
        array = memory.empty(F8, *shape)
        array[...] = 1
        assert array.shape == shape and array.dtype == F8 and array.flags.c_contiguous and array.flags.writeable


@pytest.mark.parametrize("dtype", [np.dtype("f2"), F4, F8])
@pytest.mark.parametrize("size", [1, 17, 1000, 100_000])
def test_arrays_begin_with_a_line_of_the_cache(dtype, size):
    arrays = [memory.empty(dtype, size) for _ in range(4)]
    assert not any(address(a) % 64 for a in arrays)
    for k, a in enumerate(arrays):
        a[...] = k
    assert [set(a.tolist()) for a in arrays] == [{0.0}, {1.0}, {2.0}, {3.0}]  # each its own


def test_memory_is_used_again_when_its_array_is_gone():
    first = memory.empty(F4, 1000, 100)
    place = address(first)
    other = memory.empty(F4, 1000, 100)
    assert address(other) != place
    del first
    again = memory.empty(F4, 100, 999)  # a little less fits too
    assert address(again) == place and again.shape == (100, 999)


def test_a_view_keeps_the_memory():
    first = memory.empty(F4, 1000, 100)
    first[...] = 7
    row = first[3].reshape(10, 10)
    del first
    memory.empty(F4, 1000, 100)[...] = 0
    assert (row == 7).all()


@pytest.mark.parametrize("dtype, shape", [(F8, (1000, 100)), (F4, (1000, 101)), (F4, (400, 100))])
def test_other_types_and_sizes_get_memory_of_their_own(dtype, shape):
    place = address(memory.empty(F4, 1000, 100))
    array = memory.empty(dtype, *shape)
    assert address(array) != place and array.shape == shape


def test_small_arrays_are_ordinary():
    memory.empty(F4, 10)
    assert not memory._given


def test_little_is_kept(monkeypatch):
    monkeypatch.setattr(memory, "_LIMIT", 10**6)
    arrays = [memory.empty(F4, 100_000) for _ in range(4)]
    assert len(memory._given) == 2  # the rest is ordinary memory
    places = [address(a) for a in arrays]
    arrays.clear()
    assert address(memory.empty(F4, 100_000)) == places[0]
    memory.empty(F4, 220_000)[...] = 0  # in place of both
    assert len(memory._given) == 1
