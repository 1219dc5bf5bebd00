"""Flatten and Unflatten."""

from __future__ import annotations

import pytest

from parity_tests.oracle import same_program


@pytest.mark.parametrize("args", [(), (0,), (1, 2), (2, -1), (5,)], ids=str)
def test_flatten(args):
    def program(package):
        layer = package.nn.Flatten(*args)
        return [layer(package.arange(120.0).reshape(2, 3, 4, 5)), repr(layer)]

    same_program(program)


@pytest.mark.parametrize("args", [(1, (3, 4)), (-1, (2, -1)), (1, [2, 6]), (1, (5, 5)), (1, 3), ("a", (3, 4))], ids=str)
def test_unflatten(args):
    def program(package):
        layer = package.nn.Unflatten(*args)
        return [layer(package.arange(24.0).reshape(2, 12)), repr(layer)]

    same_program(program)
