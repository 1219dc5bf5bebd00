"""The step of each kind of recurrent layer, on arrays, for n running sequences and H hidden units.

    x       (gates, n, H)  the input's share of the gates; s, the state's, is given to `plain`
    a       (gates, n, H)  the state's share of the gates; `forward` makes it the gates' values, which `slopes` and `backward` read
    h, c    (n, H)         the states, which `forward` makes the new ones
    kept    (n, H) each    what `slopes` needs besides; as many as the kind's `kept` says
    before  (n, H)         h as it was before the step
    slope   (n, H) each    what the gradients of the new states are multiplied with; `slopes` makes them of the numbers of all steps at once
    dh, dc  (n, H)         the gradients of the new states, which `backward` makes those of the old: dh only in GRU, where the old state is
                           part of the new one; else the old state matters only through s
    da, dx  (gates, n, H)  become the gradients of the two shares: dx only in GRU, in the other kinds they are the same

What `forward` and `backward` write is small and in one piece but for dx, so that it stays in the cache.

A gate with σ is scaled by 1/2 beforehand (`scale`), so that one tanh serves all gates: σ(x) = (1 + tanh(x/2)) / 2. `order` puts
the gates with σ together, where one call serves them all; it is its own inverse.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from ...arrays.memory import empty
from .linears import linear

if TYPE_CHECKING:
    from ...autograd.contract import Array


class _Tanh:
    scale, order, kept = (1.0,), [0], 0

    @staticmethod
    def plain(x: Array, s: Array, state: tuple, w_hr: Array | None = None) -> tuple:
        return ((x + s).tanh(),)

    @staticmethod
    def forward(x: Array, a: Array, h: Array | None, c: Array | None, kept: Array) -> None:
        a += x
        h[...] = np.tanh(a, out=a)[0]

    @staticmethod
    def slopes(a: Array, kept: Array, before: Array) -> Array:
        return 1 - a * a

    @staticmethod
    def backward(a: Array, slope: Array, dh: Array, dc: Array | None, da: Array, dx: Array) -> None:
        np.multiply(dh, slope, out=da)


class _Relu(_Tanh):
    @staticmethod
    def plain(x: Array, s: Array, state: tuple, w_hr: Array | None = None) -> tuple:
        return ((x + s).relu(),)

    @staticmethod
    def forward(x: Array, a: Array, h: Array | None, c: Array | None, kept: Array) -> None:
        a += x
        h[...] = np.maximum(a, 0, out=a)[0]

    @staticmethod
    def slopes(a: Array, kept: Array, before: Array) -> Array:
        return (a > 0).astype(a.dtype)


class _LSTM:
    scale, order, kept = (1.0, 0.5, 0.5, 0.5), [2, 1, 0, 3], 2  # g, f, i, o

    @staticmethod
    def plain(x: Array, s: Array, state: tuple, w_hr: Array | None = None) -> tuple:
        c = state[1]
        i, f, g, o = (x + s).chunk(4, 1)
        c = f.sigmoid() * c + i.sigmoid() * g.tanh()
        h = o.sigmoid() * c.tanh()
        return (h if w_hr is None else linear(h, w_hr)), c

    @staticmethod
    def forward(x: Array, a: Array, h: Array | None, c: Array | None, kept: Array) -> None:
        (g, f, i, o), sigmoids, (c_before, tanh_c) = a, a[1:], kept
        a += x
        np.tanh(a, out=a)
        sigmoids += 1
        sigmoids *= 0.5
        c_before[...] = c
        c *= f
        c += np.multiply(i, g, out=h)
        np.multiply(o, np.tanh(c, out=tanh_c), out=h)

    @staticmethod
    def slopes(a: Array, kept: Array, before: Array) -> Array:
        (g, _, i, o), (c_before, tanh_c) = a, kept
        slope = empty(a.dtype, 5, *g.shape)
        np.subtract(1, a, out=slope[:4])
        slope[0] *= np.add(1, g, out=slope[4])
        slope[1:4] *= a[1:]
        for row, factor in zip(slope, (i, c_before, g, tanh_c), strict=False):
            row *= factor
        np.multiply(tanh_c, tanh_c, out=slope[4])
        np.subtract(1, slope[4], out=slope[4])
        slope[4] *= o
        return slope  # of g, f, i by dc, of o by dh, and what dh adds to dc

    @staticmethod
    def backward(a: Array, slope: Array, dh: Array, dc: Array, da: Array, dx: Array) -> None:
        np.multiply(dh, slope[3], out=da[3])
        dh *= slope[4]
        dc += dh
        np.multiply(dc, slope[:3], out=da[:3])
        dc *= a[1]


class _GRU:
    scale, order, kept = (0.5, 0.5, 1.0), [0, 1, 2], 1

    @staticmethod
    def plain(x: Array, s: Array, state: tuple, w_hr: Array | None = None) -> tuple:
        (h,) = state
        r_x, z_x, n_x = x.chunk(3, 1)
        r_h, z_h, n_h = s.chunk(3, 1)
        r, z = (r_x + r_h).sigmoid(), (z_x + z_h).sigmoid()
        n = (n_x + r * n_h).tanh()
        return (n + z * (h - n),)

    @staticmethod
    def forward(x: Array, a: Array, h: Array | None, c: Array | None, kept: Array) -> None:
        (r, z, n), rz, (n_h,) = a, a[:2], kept
        rz += x[:2]
        np.tanh(rz, out=rz)
        rz += 1
        rz *= 0.5
        n_h[...] = n
        n *= r
        n += x[2]
        np.tanh(n, out=n)
        h -= n
        h *= z
        h += n

    @staticmethod
    def slopes(a: Array, kept: Array, before: Array) -> Array:
        (r, z, n), (n_h,) = a, kept
        of_n = (1 - z) * (1 - n * n)
        return np.stack([of_n, of_n * n_h * r * (1 - r), (before - n) * z * (1 - z), of_n * r])  # n, r, z and n_h

    @staticmethod
    def backward(a: Array, slope: Array, dh: Array, dc: Array | None, da: Array, dx: Array) -> None:
        np.multiply(dh, slope[1:], out=da)
        dx[:2] = da[:2]
        np.multiply(dh, slope[0], out=dx[2])
        dh *= a[1]


KINDS: dict[str, Any] = {"rnn_tanh": _Tanh, "rnn_relu": _Relu, "lstm": _LSTM, "gru": _GRU}
