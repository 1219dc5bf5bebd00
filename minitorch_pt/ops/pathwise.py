"""How draws of the gamma and the Dirichlet distribution move with their parameters, so that gradients flow through a draw.

A draw x of the distribution function F(x; a) stays at the same probability as a changes: dx/da = -(dF/da) / (dF/dx). There is no
closed form. The approximations and their regions are torch's: a series near 0, a saddle point expansion where the parameters are
large, and between them a quotient of polynomials that was fitted to the truth. They are right to about three digits.

Source: Jankowiak and Obermeyer 2018, arXiv:1806.01851.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import numpy as np

from ..autograd.rule import differentiable
from .elementwise.gamma_functions import digamma

if TYPE_CHECKING:
    from ..autograd.contract import Array, Pulled


__all__ = ["dirichlet_draw", "gamma_draw"]


def _where(x: np.ndarray, *regions: tuple) -> np.ndarray:
    """Element by element the value of the first region that it lies in: pairs of (mask, function of the places)."""
    value, left = np.empty_like(x), np.ones(x.shape, bool)
    for inside, function in regions:
        places = left & inside
        value[places] = function(places)
        left &= ~places
    return value


def _horner(coefficients: Sequence[float], x: Array) -> Array:
    total = 0.0
    for c in reversed(coefficients):
        total = c + x * total
    return total


def _once(name: str, *inputs: Array) -> None:
    if not all(isinstance(x, np.ndarray) for x in inputs):
        raise NotImplementedError(
            f"the derivative of {name}'s gradient is not implemented: draws can be differentiated once"
        )


# ---------------------------------------------------------------------------------------------------------------------
# Gamma
# ---------------------------------------------------------------------------------------------------------------------
@differentiable(name="StandardGammaBackward0")
def gamma_draw(alpha: Array, drawn: np.ndarray) -> Pulled:
    """`drawn`, gamma numbers of shape alpha and rate 1, as a function of alpha."""
    _once("_standard_gamma", alpha)
    return drawn, lambda g: g * _gamma_slope(alpha.astype(np.float64), drawn.astype(np.float64)).astype(g.dtype)


def _gamma_slope(alpha: np.ndarray, x: np.ndarray) -> np.ndarray:
    near = np.abs(x / alpha - 1) <= float(np.float32(0.1))
    return _where(
        x,
        (x < float(np.float32(0.8)), lambda i: _gamma_small(alpha[i], x[i])),
        ((alpha > 8) & near, lambda i: _gamma_centre(alpha[i], x[i])),
        (alpha > 8, lambda i: _gamma_large(alpha[i], x[i])),
        (True, lambda i: _gamma_fitted(alpha[i], x[i])),
    )


def _gamma_small(alpha: np.ndarray, x: np.ndarray) -> np.ndarray:
    """By the power series of F around 0."""
    term: Any = 1.0
    values, slopes = 1 / alpha, 1 / alpha**2
    for i in range(1, 6):
        term = term * -x / i
        values, slopes = values + term / (alpha + i), slopes + term / (alpha + i) ** 2
    with np.errstate(all="ignore"):
        power = x**alpha
        slope = (np.log(x) - digamma.rule(alpha)) * power * values - power * slopes
        return np.nan_to_num(-slope / (x ** (alpha - 1) * np.exp(-x)), nan=0.0, posinf=np.inf, neginf=-np.inf)


def _gamma_centre(alpha: np.ndarray, x: np.ndarray) -> np.ndarray:
    """The saddle point expansion next to its singularity at x = alpha."""
    first = 1 + 24 * alpha * (1 + 12 * alpha)
    second = 1440 * alpha**2 + 6 * x * (53 - 120 * x) - 65 * x**2 / alpha + alpha * (107 + 3600 * x)
    return first * second / (1244160 * alpha**4)


def _gamma_large(alpha: np.ndarray, x: np.ndarray) -> np.ndarray:
    """The saddle point expansion (Rice)."""
    root, log = np.sqrt(8 * alpha), np.log(x / alpha)
    bend = (x - alpha - alpha * log) ** -1.5
    both = root / (alpha - x) + np.where(x < alpha, -bend, bend)
    term = log * both - np.sqrt(2 / alpha) * (alpha + x) / (alpha - x) ** 2
    stirling = 1 + 1 / (12 * alpha) * (1 + 1 / (24 * alpha))
    return -stirling * x * term / root


_GAMMA_FIT = np.array(
    [[[0.16009398, -0.094634809, 0.025146376, -0.0030648343], [1, 0.32668115, 0.10406089, 0.0014179084]],
     [[0.53487893, 0.1298071, 0.065735949, -0.0015649758], [0.16639465, 0.020070113, -0.0035938915, -0.00058392623]],
     [[0.040121004, -0.0065914022, -0.0026286047, -0.0013441777], [0.017050642, -0.0021309326, 0.00085092367, -1.5247877e-07]]]
)  # fmt: skip


def _gamma_fitted(alpha: np.ndarray, x: np.ndarray) -> np.ndarray:
    u, v = np.log(x / alpha), np.log(alpha)
    p, q = (_horner([_horner(c, u) for c in _GAMMA_FIT[:, i].T], v) for i in (0, 1))
    return np.exp(p / q)


# ---------------------------------------------------------------------------------------------------------------------
# Dirichlet: each number is a beta number of (its own concentration, that of all others)
# ---------------------------------------------------------------------------------------------------------------------
@differentiable(name="_DirichletBackward")
def dirichlet_draw(concentration: Array, drawn: np.ndarray) -> Pulled:
    """`drawn`, Dirichlet numbers along the last axis, as a function of the concentrations."""
    _once("_sample_dirichlet", concentration)

    def pull(g: np.ndarray) -> np.ndarray:
        alpha, x = concentration.astype(np.float64), drawn.astype(np.float64)
        total = np.broadcast_to(alpha.sum(axis=-1, keepdims=True), alpha.shape)
        slope = _dirichlet_slope(x, alpha, total).astype(g.dtype)
        return slope * (g - (drawn * g).sum(axis=-1, keepdims=True))

    return drawn, pull


def _dirichlet_slope(x: np.ndarray, alpha: np.ndarray, total: np.ndarray) -> np.ndarray:
    """dx/dalpha of a beta number, over 1 - x."""
    beta, edge = total - alpha, total * x * (1 - x)
    return _where(
        x,
        ((x <= 0.5) & (edge < 2.5), lambda i: _beta_near_0(x[i], alpha[i], beta[i])),
        ((x >= 0.5) & (edge < 0.75), lambda i: -_beta_near_1(1 - x[i], beta[i], alpha[i])),
        ((alpha > 6) & (beta > 6), lambda i: _beta_large(x[i], alpha[i], beta[i])),
        (True, lambda i: _beta_fitted(x[i], alpha[i], total[i])),
    )


def _beta_near_0(x: np.ndarray, alpha: np.ndarray, beta: np.ndarray) -> np.ndarray:
    """By alpha, x being small: a power series."""
    with np.errstate(all="ignore"):
        factor = digamma.rule(alpha) - digamma.rule(alpha + beta) - np.log(x)
        term: Any = 1.0
        series = (factor + 1 / alpha) / alpha
        for i in range(1, 11):
            term = term * (i - beta) * x / i
            series = series + term / (alpha + i) * (factor + 1 / (alpha + i))
        return np.nan_to_num(x * (1 - x) ** -beta * series, nan=0.0, posinf=np.inf, neginf=-np.inf)


def _beta_near_1(x: np.ndarray, alpha: np.ndarray, beta: np.ndarray) -> np.ndarray:
    """By beta, x being small: a power series."""
    with np.errstate(all="ignore"):
        factor = digamma.rule(alpha + beta) - digamma.rule(beta)
        term: Any = 1.0
        product, slope, series = np.ones_like(x), np.zeros_like(x), factor / alpha
        for i in range(1, 9):
            term = term * -x / i
            slope, product = slope * (beta - i) + product, product * (beta - i)
            series = series + term / (alpha + i) * (slope + factor * product)
        return np.nan_to_num(-((1 - x) ** (1 - beta)) * series, nan=0.0, posinf=np.inf, neginf=-np.inf)


def _stirling(n: np.ndarray) -> np.ndarray:
    return 1 + 1 / (12 * n) + 1 / (288 * n**2)


def _beta_large(x: np.ndarray, alpha: np.ndarray, beta: np.ndarray) -> np.ndarray:
    """The saddle point expansion (Rice), and a polynomial next to its singularity at the mean."""
    total = alpha + beta
    mean, deviation = alpha / total, np.sqrt(alpha * beta / (total + 1)) / total
    with np.errstate(all="ignore"):
        offset = alpha * (x - 1) + beta * x
        first = (2 * alpha**2 * (x - 1) + alpha * beta * (x - 1) - x * beta**2) / (
            np.sqrt(2 * alpha / beta) * total**1.5 * offset**2
        )
        log = np.log(alpha / (total * x))
        bend = (beta * np.log(beta / (total * (1 - x))) + alpha * log) ** -1.5
        root = np.sqrt(8 * alpha * beta / total)
        expanded = first + 0.5 * log * (root / offset + np.where(x < mean, bend, -bend))
        stirling = _stirling(alpha) * _stirling(beta) / _stirling(total)
        away = stirling * -x / np.sqrt(2 * alpha * beta / total) * expanded
    polynomial = 47 * x * beta**4 + alpha * (
        (43 + 20 * (16 + 27 * beta) * x) * beta**3
        + alpha
        * (
            3 * (59 + 180 * beta - 90 * x) * beta**2
            + alpha * ((453 + 1620 * beta * (1 - x) - 455 * x) * beta + alpha * (8 * (1 - x) * (135 * beta - 11)))
        )
    )
    centre = (1 + 12 * alpha) * (1 + 12 * beta) / total**2 / (1 - x) * polynomial
    centre = centre / (12960 * alpha**3 * beta**2 * (1 + 12 * total))
    return np.where(np.abs(x - mean) <= 0.1 * deviation, centre, away)


_BETA_FIT = np.array(
    [[[[1.003668233, -0.01061107488, -0.0657888334, 0.01201642863], [0.6336835991, -0.3557432599, 0.05486251648, -0.001465281033],
       [-0.03276231906, 0.004474107445, 0.002429354597, -0.0001557569013]],
      [[0.221950385, -0.3187676331, 0.01799915743, 0.01074823814], [-0.2951249643, 0.06219954479, 0.01535556598, 0.001550077057],
       [0.02155310298, 0.004170831599, 0.001292462449, 6.976601077e-05]],
      [[-0.05980841433, 0.008441916499, 0.01085618172, 0.002319392565], [0.02911413504, 0.01400243777, -0.002721828457, 0.000751041181],
       [0.005900514878, -0.001936558688, -9.495446725e-06, 5.385558597e-05]]],
     [[[1, -0.02924021934, -0.04438342661, 0.007285809825], [0.6357567472, -0.3473456711, 0.05454656494, -0.002407477521],
       [-0.03301322327, 0.004845219414, 0.00231480583, -0.0002307248149]],
      [[0.5925320577, -0.1757678135, 0.01505928619, 0.000564515273], [0.1014815858, -0.06589186703, 0.01272886114, -0.0007316646956],
       [-0.007258481865, 0.001096195486, 0.0003934994223, -4.12701925e-05]],
      [[0.06469649321, -0.0236701437, 0.002902096474, -5.896963079e-05], [0.001925008108, -0.002869809258, 0.0008000589141, -6.063713228e-05],
       [-0.0003477407336, 6.959756487e-05, 1.097287507e-05, -1.650964693e-06]]]]
)  # fmt: skip


def _beta_fitted(x: np.ndarray, alpha: np.ndarray, total: np.ndarray) -> np.ndarray:
    """A quotient of polynomials corrects an analytic approximation."""
    u = np.log(x)
    a = np.log(alpha) - u
    b = np.log(total) - a
    p, q = (_horner([_horner([_horner(c, b) for c in row], a) for row in table], u) for table in _BETA_FIT)
    return p / q * x * (digamma.rule(total) - digamma.rule(alpha)) / (total - alpha)
