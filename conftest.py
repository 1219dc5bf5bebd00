"""Examples in docstrings know the names that a program imports first."""

from __future__ import annotations

from typing import Any

import pytest

import minitorch_pt


@pytest.fixture(autouse=True, scope="session")
def names(doctest_namespace: dict[str, Any]) -> None:
    """torch, nn and F, which are this library's in the examples; the same examples run under PyTorch (parity_tests/test_examples.py)."""
    doctest_namespace.update(torch=minitorch_pt, nn=minitorch_pt.nn, F=minitorch_pt.nn.functional)
