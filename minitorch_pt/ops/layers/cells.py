"""The step of each kind of recurrent layer, on arrays, for n running sequences and H hidden units.

    a       (gates, n, H)  the input's share of the gates; `forward` makes it the gates' values, which `backward` reads
    s       (gates, n, H)  the state's share of the gates; then free to be written over
    h, c    (n, H)         the states, which `forward` makes the new ones
    kept    (n, H) each    what `backward` needs besides; as many as the kind's `kept` says
    before  (n, H)         h as it was before the step
    dh, dc  (n, H)         the gradients of the new states, which `backward` makes those of the old, without what flows through ds
    da, ds  (gates, n, H)  become the gradients of the two shares; one array in all kinds but GRU, where they differ

A gate with σ is scaled by 1/2 beforehand (`scale`), so that one tanh serves all gates: σ(x) = (1 + tanh(x/2)) / 2. `order` puts
the gates with σ first, where one call serves them all; it is its own inverse.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from .linears import linear

if TYPE_CHECKING:
    from ...autograd.contract import Array


class _Tanh:
    scale, order, kept = (1.0,), [0], 0

    @staticmethod
    def plain(x: Array, state: tuple, w_hh: Array, b_hh: Array | None, w_hr: Array | None = None) -> tuple:
        return ((x + linear(state[0], w_hh, b_hh)).tanh(),)

    @staticmethod
    def forward(a: Array, s: Array, h: Array | None, c: Array | None, kept: Array) -> None:
        a += s
        h[...] = np.tanh(a, out=a)[0]

    @staticmethod
    def backward(
        a: Array, s: Array, kept: Array, before: Array, dh: Array, dc: Array | None, da: Array, ds: Array
    ) -> None:
        np.multiply(a, a, out=da)
        np.subtract(1, da, out=da)
        da *= dh
        dh[...] = 0


class _Relu(_Tanh):
    @staticmethod
    def plain(x: Array, state: tuple, w_hh: Array, b_hh: Array | None, w_hr: Array | None = None) -> tuple:
        return ((x + linear(state[0], w_hh, b_hh)).relu(),)

    @staticmethod
    def forward(a: Array, s: Array, h: Array | None, c: Array | None, kept: Array) -> None:
        a += s
        h[...] = np.maximum(a, 0, out=a)[0]

    @staticmethod
    def backward(
        a: Array, s: Array, kept: Array, before: Array, dh: Array, dc: Array | None, da: Array, ds: Array
    ) -> None:
        np.multiply(dh, a > 0, out=da)
        dh[...] = 0


class _LSTM:
    scale, order, kept = (0.5, 0.5, 0.5, 1.0), [0, 1, 3, 2], 2  # i, f, o, g

    @staticmethod
    def plain(x: Array, state: tuple, w_hh: Array, b_hh: Array | None, w_hr: Array | None = None) -> tuple:
        h, c = state
        i, f, g, o = (x + linear(h, w_hh, b_hh)).chunk(4, 1)
        c = f.sigmoid() * c + i.sigmoid() * g.tanh()
        h = o.sigmoid() * c.tanh()
        return (h if w_hr is None else linear(h, w_hr)), c

    @staticmethod
    def forward(a: Array, s: Array, h: Array | None, c: Array | None, kept: Array) -> None:
        (i, f, o, g), sigmoids, (c_before, tanh_c) = a, a[:3], kept
        a += s
        np.tanh(a, out=a)
        sigmoids += 1
        sigmoids *= 0.5
        c_before[...] = c
        c *= f
        c += np.multiply(i, g, out=h)
        np.multiply(o, np.tanh(c, out=tanh_c), out=h)

    @staticmethod
    def backward(
        a: Array, s: Array, kept: Array, before: Array, dh: Array, dc: Array | None, da: Array, ds: Array
    ) -> None:
        (i, f, o, g), (di, df, do, dg), (c_before, tanh_c) = a, da, kept
        dh *= o
        np.multiply(dh, tanh_c, out=do)
        dc += dh  # dh o (1 - tanh²c) in two steps, as `do` is needed anyway
        dc -= np.multiply(do, tanh_c, out=s[0])
        np.multiply(dc, i, out=dg)
        np.multiply(dg, g, out=di)
        dg -= np.multiply(di, g, out=s[0])
        dc *= f
        np.multiply(dc, c_before, out=df)
        da[:3] *= np.subtract(1, a[:3], out=s[:3])
        dh[...] = 0


class _GRU:
    scale, order, kept = (0.5, 0.5, 1.0), [0, 1, 2], 1

    @staticmethod
    def plain(x: Array, state: tuple, w_hh: Array, b_hh: Array | None, w_hr: Array | None = None) -> tuple:
        (h,) = state
        r_x, z_x, n_x = x.chunk(3, 1)
        r_h, z_h, n_h = linear(h, w_hh, b_hh).chunk(3, 1)
        r, z = (r_x + r_h).sigmoid(), (z_x + z_h).sigmoid()
        n = (n_x + r * n_h).tanh()
        return (n + z * (h - n),)

    @staticmethod
    def forward(a: Array, s: Array, h: Array | None, c: Array | None, kept: Array) -> None:
        (r, z, n), rz, (n_h,) = a, a[:2], kept
        rz += s[:2]
        np.tanh(rz, out=rz)
        rz += 1
        rz *= 0.5
        n_h[...] = s[2]
        n += np.multiply(r, n_h, out=s[2])
        np.tanh(n, out=n)
        h -= n
        h *= z
        h += n

    @staticmethod
    def backward(
        a: Array, s: Array, kept: Array, before: Array, dh: Array, dc: Array | None, da: Array, ds: Array
    ) -> None:
        (r, z, n), (n_h,), (dr, dz, dn) = a, kept, da
        np.subtract(before, n, out=dz)
        dz *= dh
        np.subtract(1, z, out=dn)
        dn *= dh
        dh *= z
        dn *= np.subtract(1, np.multiply(n, n, out=s[2]), out=s[2])
        np.multiply(dn, n_h, out=dr)
        da[:2] *= np.subtract(1, a[:2], out=s[:2])
        da[:2] *= a[:2]
        ds[:2] = da[:2]
        np.multiply(dn, r, out=ds[2])


KINDS: dict[str, Any] = {"rnn_tanh": _Tanh, "rnn_relu": _Relu, "lstm": _LSTM, "gru": _GRU}
