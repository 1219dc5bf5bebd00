"""L-BFGS: Newton's method with the inverse Hessian guessed from the last steps."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

from ..autograd.changes import changed
from ..tensors.tensor import Tensor, wrap
from .optimizer import Optimizer, evaluate, nonnegative

__all__ = ["LBFGS"]


def _number(loss: Any) -> float:
    """What a closure returned as a Python number."""
    return loss.item() if isinstance(loss, Tensor) else float(loss)


class LBFGS(Optimizer):
    """Steps p ← p + t·d, d ≈ -H⁻¹·g, where H is known from how the gradient changed over the last history_size steps.

    One `step(closure)` makes up to max_iter such steps and evaluates the closure up to max_eval times (default 1.25 max_iter). t is lr
    (smaller at the first step), or with line_search_fn="strong_wolfe" a length that makes the loss and its slope small enough.
    It ends early when no gradient exceeds tolerance_grad, or the step or the loss changes by less than tolerance_change.
    For problems small enough to compute the loss of the whole data each time; there is one group of parameters only.

    Raises:
        ValueError: a negative rate, or several groups. RuntimeError, at the step: another line search.

    Source: Nocedal and Wright, "Numerical Optimization", 2006, algorithms 7.4, 3.5 and 3.6.

    >>> w = torch.tensor([1.0], requires_grad=True)
    >>> optimizer = torch.optim.LBFGS([w], lr=0.5, max_iter=1)
    >>> def closure():
    ...     optimizer.zero_grad()
    ...     loss = (w * w).sum()
    ...     loss.backward()
    ...     return loss
    ...
    >>> optimizer.step(closure)  # the loss before
    tensor(1., grad_fn=<SumBackward0>)
    >>> w
    tensor([0.5000], requires_grad=True)
    """

    def __init__(
        self,
        params: Any,
        lr: float | Tensor = 1,
        max_iter: int = 20,
        max_eval: int | None = None,
        tolerance_grad: float = 1e-7,
        tolerance_change: float = 1e-9,
        history_size: int = 100,
        line_search_fn: str | None = None,
    ) -> None:
        nonnegative(lr=lr)
        super().__init__(
            params,
            {
                "lr": lr,
                "max_iter": max_iter,
                "max_eval": max_iter * 5 // 4 if max_eval is None else max_eval,
                "tolerance_grad": tolerance_grad,
                "tolerance_change": tolerance_change,
                "history_size": history_size,
                "line_search_fn": line_search_fn,
            },
        )
        if len(self.param_groups) != 1:
            raise ValueError(
                f"LBFGS doesn't support per-parameter options (parameter groups), but there are {len(self.param_groups)}: give it one list of parameters"
            )

    def step(self, closure: Callable[[], Any]) -> Any:  # type: ignore[override]
        """Go towards the minimum.

        closure: computes the loss and its gradients anew; its first result is returned.
        """
        (group,) = self.param_groups
        params, rate = group["params"], group["lr"]
        if isinstance(rate, Tensor):
            # NumPy's scalar, not a float: the state then keeps t as a tensor, as torch's does
            rate = _plain(rate.reshape(()))
        state = self.state[params[0]]  # there, so that loading gives it the parameters' dtype
        state.setdefault("func_evals", 0)
        state.setdefault("n_iter", 0)

        first_loss = evaluate(closure)
        loss, gradient = _number(first_loss), _gathered(params)
        evaluations = 1
        state["func_evals"] += 1
        if np.abs(gradient).max() <= group["tolerance_grad"]:
            return first_loss
        course = _Course(state)

        for iteration in range(1, group["max_iter"] + 1):
            state["n_iter"] += 1
            if state["n_iter"] == 1:
                course.begin(gradient, rate)
            else:
                course.learn(gradient, group["history_size"])
                alphas = course.turn(gradient, rate)
                kept = state.setdefault("al", [None] * group["history_size"])
                kept[: len(alphas)] = _wrapped(alphas)
            course.before, course.loss_before = gradient, loss
            if gradient @ course.d > -group["tolerance_change"]:
                break
            last = iteration == group["max_iter"]
            budget = group["max_eval"] - evaluations
            loss, gradient, count = _advance(closure, group, course, last, budget)
            evaluations += count
            state["func_evals"] += count
            if evaluations >= group["max_eval"] or _is_settled(group, course, loss, gradient):
                break

        state.update(course.kept())
        return first_loss


_KEYS = ("d", "t", "old_dirs", "old_stps", "ro", "H_diag", "prev_flat_grad", "prev_loss")


class _Course:
    """Where the search goes, direction d and length t, and what the last steps have told of the curvature."""

    def __init__(self, state: dict) -> None:
        # ys: changes of the gradient, over the steps ss, with ro = 1 / y·s; before: the gradient before the last step
        (self.d, self.t, self.ys, self.ss, self.ro, self.scale, self.before, self.loss_before) = (
            _plain(state.get(key)) for key in _KEYS
        )

    def kept(self) -> dict[str, Any]:
        """What the next call of `step` needs."""
        values = (self.d, self.t, self.ys, self.ss, self.ro, self.scale, self.before, self.loss_before)
        return {key: _wrapped(value) for key, value in zip(_KEYS, values, strict=True)}

    def begin(self, gradient: np.ndarray, rate: Any) -> None:
        """Go straight downhill, and not too far."""
        self.d, self.ys, self.ss, self.ro, self.scale = -gradient, [], [], [], 1
        with np.errstate(all="ignore"):  # NumPy's own Python code
            self.t = min(1.0, 1.0 / np.abs(gradient).sum()) * rate

    def learn(self, gradient: np.ndarray, size: int) -> None:
        """Remember how the gradient changed over the last step, and forget what is more than `size` steps old."""
        y, s = gradient - self.before, _scaled(self.t, self.d)
        curvature = y @ s
        if curvature > 1e-10:
            if len(self.ys) == size:
                for history in (self.ys, self.ss, self.ro):
                    history.pop(0)
            self.ys.append(y)
            self.ss.append(s)
            self.ro.append(1.0 / curvature)
            self.scale = curvature / (y @ y)

    def turn(self, gradient: np.ndarray, rate: Any) -> list:
        """Take the direction of Newton's method; returns the factors of `_direction`."""
        self.d, alphas = _direction(gradient, self.ys, self.ss, self.ro, self.scale)
        self.t = rate
        return alphas


def _advance(closure: Callable, group: dict, course: _Course, last: bool, budget: int) -> tuple:
    """Go one step along the course: the loss and the gradient there, and the number of evaluations."""
    params, search = group["params"], group["line_search_fn"]
    loss, gradient = course.loss_before, course.before
    if search is None:
        _move(params, course.t, course.d)
        if last:  # the next call of `step` evaluates there anyway
            return loss, gradient, 0
        return _number(evaluate(closure)), _gathered(params), 1
    if search != "strong_wolfe":
        raise RuntimeError(f"only 'strong_wolfe' is supported, but line_search_fn is {search!r}")
    probe, start = _prober(closure, params, course.d), (loss, gradient, gradient @ course.d)
    loss, gradient, course.t, count = _strong_wolfe(probe, course.t, np.abs(course.d).max(), start, budget)
    _move(params, course.t, course.d)
    return loss, gradient, count


def _is_settled(group: dict, course: _Course, loss: float, gradient: np.ndarray) -> bool:
    """Whether the gradient is small enough, or the last step changed next to nothing."""
    tolerance = group["tolerance_change"]
    return bool(
        np.abs(gradient).max() <= group["tolerance_grad"]
        or np.abs(_scaled(course.t, course.d)).max() <= tolerance
        or abs(loss - course.loss_before) < tolerance
    )


def _wrapped(value: Any) -> Any:
    """Arrays and NumPy's numbers as tensors: the form in which the state is kept."""
    if isinstance(value, list):
        return [_wrapped(v) for v in value]
    return wrap(np.asarray(value)) if isinstance(value, (np.ndarray, np.generic)) else value


def _plain(value: Any) -> Any:
    """The reverse of `_wrapped`."""
    if isinstance(value, list):
        return [_plain(v) for v in value]
    return value._data[()] if isinstance(value, Tensor) else value


def _gathered(params: list[Tensor]) -> np.ndarray:
    """All gradients as one vector; 0 where there is none."""
    gradients = [np.zeros_like(p._data) if p._grad is None else p._grad.to_dense()._data for p in params]
    return np.concatenate([g.reshape(-1) for g in gradients])


def _move(params: list[Tensor], t: Any, d: np.ndarray) -> None:
    """params += t·d"""
    start = 0
    for p in params:
        end = start + p.numel()
        _add(p._data, t, d[start:end].reshape(p.shape))
        changed(p._data)
        start = end


def _scaled(t: Any, d: np.ndarray) -> np.ndarray:
    """t·d in the dtype of d, whatever the type of the number t."""
    return d.dtype.type(t) * d


def _add(x: np.ndarray, t: Any, d: np.ndarray) -> None:
    """x += t·d"""
    x += _scaled(t, d)


def _direction(gradient: np.ndarray, ys: list, ss: list, ro: list, scale: Any) -> tuple[np.ndarray, list]:
    """-H⁻¹·gradient by the two-loop recursion over gradient changes y, steps s and ro = 1 / y·s; and its factors."""
    d = -gradient
    alphas: list[Any] = [None] * len(ys)
    for i in reversed(range(len(ys))):
        alphas[i] = (ss[i] @ d) * ro[i]
        _add(d, -alphas[i], ys[i])
    d *= scale
    for i in range(len(ys)):
        _add(d, alphas[i] - (ys[i] @ d) * ro[i], ss[i])
    return d, alphas


def _prober(closure: Callable, params: list[Tensor], d: np.ndarray) -> Callable:
    """The function t -> loss, gradient and slope along d at params + t·d; the parameters stay."""
    here = [p._data.copy() for p in params]

    def probe(t: Any) -> tuple[float, np.ndarray, Any]:
        _move(params, t, d)
        loss, gradient = _number(evaluate(closure)), _gathered(params)
        for p, old in zip(params, here, strict=True):
            p._data[...] = old
            changed(p._data)
        return loss, gradient, gradient @ d

    return probe


class _Goal:
    """What a step is to reach, of points (t, loss, gradient, slope): Wolfe's two conditions."""

    def __init__(self, start: tuple) -> None:
        self.loss, _, self.slope = start

    def is_missed(self, point: tuple) -> bool:
        """Whether the loss has not fallen enough: Armijo's condition."""
        return point[1] > self.loss + 1e-4 * point[0] * self.slope

    def is_flat(self, point: tuple) -> bool:
        """Whether the slope is small enough: the condition of curvature."""
        return abs(point[3]) <= -0.9 * self.slope


def _strong_wolfe(
    probe: Callable, t: Any, longest: Any, start: tuple, budget: int
) -> tuple[float, np.ndarray, Any, int]:
    """A step t where the loss has fallen enough and the slope is flat enough.

    First t grows until two points hold a minimum between them; then that bracket is narrowed. Returns loss, gradient, t and the number
    of evaluations.
    """
    goal = _Goal(start)
    bracket, tries = _bracketed(probe, t, start, goal, budget)
    if len(bracket) > 1 and tries < budget:
        (t, loss, gradient, _), tries = _narrowed(probe, bracket, longest, goal, tries, budget)
    else:
        t, loss, gradient, _ = bracket[0] if bracket[0][1] <= bracket[-1][1] else bracket[-1]
    return loss, gradient, t, tries + 1


def _bracketed(probe: Callable, t: Any, start: tuple, goal: _Goal, budget: int) -> tuple[list[tuple], int]:
    """Two points with a minimum between them, or one that reaches the goal; and how many more points were tried."""
    previous, point = (0, *start), (t, *probe(t))
    for tries in range(budget):
        if goal.is_missed(point) or (tries > 1 and point[1] >= previous[1]):
            return [previous, point], tries
        if goal.is_flat(point):
            return [point], tries
        if point[3] >= 0:
            return [previous, point], tries
        t = _cubic_minimum(previous, point, point[0] + 0.01 * (point[0] - previous[0]), point[0] * 10)
        previous, point = point, (t, *probe(t))
    return [(0, *start), point], budget


def _narrowed(
    probe: Callable, bracket: list[tuple], longest: Any, goal: _Goal, tries: int, budget: int
) -> tuple[tuple, int]:
    """The best point of a bracket that is narrowed until one reaches the goal, or it is too small; and the count of tries."""
    low = 0 if bracket[0][1] <= bracket[1][1] else 1
    stalled = done = False
    while not done and tries < budget:
        ends = bracket[0][0], bracket[1][0]
        left, right = min(ends), max(ends)
        if (right - left) * longest < 1e-9:
            break
        t = _cubic_minimum(bracket[0], bracket[1], left, right)
        margin = 0.1 * (right - left)
        near = min(right - t, t - left) < margin  # close to an end: allowed once, then moved inwards
        if near and (stalled or t >= right or t <= left):
            t = right - margin if abs(t - right) < abs(t - left) else left + margin
            near = False
        stalled = near
        point = (t, *probe(t))
        tries += 1
        if goal.is_missed(point) or point[1] >= bracket[low][1]:
            bracket[1 - low] = point
            low = 0 if bracket[0][1] <= bracket[1][1] else 1
        else:
            done = goal.is_flat(point)
            if not done and point[3] * (bracket[1 - low][0] - bracket[low][0]) >= 0:
                bracket[1 - low] = bracket[low]
            bracket[low] = point
    return bracket[low], tries


def _cubic_minimum(a: tuple, b: tuple, lowest: Any, highest: Any) -> Any:
    """Where the cubic through two points with their slopes is least, within bounds."""
    if a[0] > b[0]:
        a, b = b, a
    (x1, f1, _, g1), (x2, f2, _, g2) = a, b
    rise, run = 3 * (f1 - f2), x1 - x2
    # a float divided by a tensor is float·(1 / tensor) in torch
    d1 = g1 + g2 - (rise * (1.0 / run) if hasattr(run, "dtype") else rise / run)
    square = d1**2 - g1 * g2
    if not square >= 0:
        return (lowest + highest) / 2.0
    d2 = np.sqrt(square)
    return min(max(x2 - (x2 - x1) * ((g2 + d2 - d1) / (g2 - g1 + 2 * d2)), lowest), highest)
