"""Window functions and torch.signal.windows: every length, symmetric or periodic, type and wrong argument, as in torch."""

from __future__ import annotations

import pytest
import torch.signal.windows

import minitorch_pt.signal.windows
from parity_tests.oracle import same_program

OLD = ("bartlett_window", "blackman_window", "hamming_window", "hann_window", "kaiser_window")
NEW = torch.signal.windows.__all__


@pytest.mark.parametrize("name", OLD)
def test_windows(name):
    def program(package):
        make = getattr(package, name)
        return [
            make(n, periodic, dtype=getattr(package, d))
            for n in (0, 1, 2, 3, 7, 8, 50)
            for periodic in (True, False)
            for d in ("float32", "float64")
        ]

    same_program(program, 1e-5)


@pytest.mark.parametrize("name", [name for name in NEW if name != "general_cosine"])
def test_signal_windows(name):
    def program(package):
        make = getattr(package.signal.windows, name)
        return [
            make(n, sym=sym, dtype=getattr(package, d))
            for n in (0, 1, 2, 3, 7, 8, 50)
            for sym in (True, False)
            for d in ("float32", "float64")
        ]

    same_program(program, 1e-5)


LINES = """
t.hann_window(-1)
t.hann_window(3, dtype=t.int64)
t.hann_window(3.5)
t.hann_window(3, dtype=t.float16)
t.hann_window(3, layout=t.strided, device="cpu", pin_memory=False)
t.hann_window(3, requires_grad=True).requires_grad, t.hann_window(1, requires_grad=True).requires_grad
t.hamming_window(7, False, 0.3, 0.7)
t.hamming_window(7, periodic=False, alpha=0.3, beta=0.7)
t.kaiser_window(8, True, 3.0)
w.general_cosine(5, a=[0.2, 0.3, 0.5])
w.general_cosine(1, a=[0.2, 0.3, 0.5])
w.general_cosine(5, a=3)
w.general_cosine(5, a=[])
w.general_hamming(6, alpha=0.7, sym=False)
w.hann(-1)
w.hann(3, dtype=t.int64)
w.hann(3, requires_grad=True).requires_grad
w.exponential(5, center=1)
w.exponential(5, center=1, sym=False, tau=3)
w.exponential(5, tau=0)
w.gaussian(5, std=0)
w.gaussian(5, std=0.4)
w.kaiser(5, beta=-1)
w.kaiser(5, beta=3, sym=False)
w.bartlett(3, layout=t.strided, device="cpu")
"""


@pytest.mark.parametrize("line", LINES.strip().splitlines())
def test_line(line):
    same_program(lambda package: eval(line, {"t": package, "w": package.signal.windows}), 1e-6)


def test_where_they_live():
    assert minitorch_pt.signal.windows.hann.__module__ == torch.signal.windows.hann.__module__.replace(
        "torch", "minitorch_pt"
    )
