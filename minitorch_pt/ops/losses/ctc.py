"""Connectionist temporal classification: the loss of a text whose letters nobody has placed in time.

A network hears T sounds and gives, for each, log-probabilities of C signs: the letters and a blank, "no letter". Any row of T signs
reads as a text: repeated signs are one, then blanks vanish, so that "--cc-aa-t" and "c-a-ttttt" both read "cat". The loss is -log of
the total probability of all rows that read as the target. Their number is astronomical, but they are all paths through one small graph:

    states   -  c  -  a  -  t  -      the target with blanks around and between: L = 2 S + 1 of them
    moves    stay, go to the next state, or jump over a blank, unless it parts two equal letters ("hello" needs l-l)
    paths    begin in the first or second state, end in the last or last but one

so that a sum over paths is built sound by sound (forward). The same from the end (backward) gives the gradient: how likely it is that
the path was in a state at a time.

Source: Graves et al. 2006, doi:10.1145/1143844.1143891.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NoReturn

import numpy as np
from numpy.lib.stride_tricks import as_strided

from ...arrays.dtypes import TITLES
from ...arrays.places import take_along
from ...autograd.contract import composed
from ...autograd.rule import array, differentiable
from ..checks import check_floating
from ..elementwise.arithmetic import true_divide
from ..elementwise.choosing import where
from ..saving import saving_result
from .common import MEAN, reduced, reduction_code

if TYPE_CHECKING:
    from ...autograd.contract import Array, Pulled, Size, Tensor

__all__: list[str] = []  # torch has this under nn.functional; top_level.py has the form at its top level


def _paths(emitted: np.ndarray, jump: np.ndarray) -> np.ndarray:
    """Log of the total probability of all paths from the start to a state at a time.

    Shapes: emitted (T, N, L), the log-probability of each state's sign; jump (N, L - 2), whether state i + 2 follows state i -> (T, N, L).
    """
    steps, samples, states = emitted.shape
    kind = emitted.dtype
    padded = np.full((steps, samples, states + 2), -np.inf, kind)  # two states before the first, which no path is in
    paths = padded[:, :, 2:]
    paths[0, :, :2] = emitted[0, :, :2]
    # the ways into each state: stay, step, jump; seen in the row of states before it
    rows, columns = padded.strides[1:]
    seen = as_strided(paths, (steps, 3, samples, states), (padded.strides[0], -columns, rows, columns), writeable=False)
    closed = np.zeros((3, samples, states), kind)
    closed[2, :, 2:][~jump] = -np.inf
    ways, best, total = np.empty_like(closed), np.empty_like(closed[0]), np.empty_like(closed[0])
    lowest = np.finfo(kind).min  # the best is finite, also where no way leads
    for before, emits, after in zip(seen, emitted[1:], paths[1:], strict=False):
        np.add(before, closed, out=ways)
        np.maximum.reduce(ways, out=best, initial=lowest)
        np.subtract(ways, best, out=ways)
        np.exp(ways, out=ways)
        np.add.reduce(ways, out=total)
        np.log(total, out=total)
        np.add(total, best, out=total)
        np.add(total, emits, out=after)
    return paths


@differentiable(name="torch::autograd::NotImplemented")
def _once(slope: Array, log_probs: Array) -> Pulled:
    """A gradient that depends on `log_probs` in a way that is not built."""

    def refuse(g: Array) -> NoReturn:
        raise RuntimeError(
            "derivative of ctc_loss's gradient is not implemented: ctc_loss can be differentiated once only"
        )

    return slope, None, refuse


@differentiable(name="CtcLossBackward0")
def _ctc_loss(
    log_probs: Array, states: Array, input_lengths: Array, target_lengths: Array, zero_infinity: bool
) -> Pulled:
    """-log of the probability of each target (N).

    Shapes: log_probs (T, N, C), states (N, L), padded at the end; lengths (N).
    """
    scores, states, input_lengths, target_lengths = map(array, (log_probs, states, input_lengths, target_lengths))
    steps, samples, classes = scores.shape
    row = np.arange(samples)
    emitted = scores.reshape(steps, -1).take(states + row[:, None] * classes, 1)
    paths = _paths(emitted, states[:, 2:] != states[:, :-2])
    # a path has ended when it is past its last sign; a sample without sounds has the probability 1 of reading as nothing
    last, final = np.maximum(input_lengths - 1, 0), 2 * target_lengths
    complete = paths[last, row]
    before = np.where(target_lengths > 0, complete[row, np.maximum(final - 1, 0)], -np.inf)
    total = np.logaddexp(complete[row, final], before)
    silent = input_lengths == 0
    total[silent] = np.where(target_lengths[silent] == 0, 0, -np.inf)

    def slope() -> np.ndarray:
        """exp(x) - the probability that a path that reads as the target gives this sign at this time.

        The mathematical gradient is minus the second part. The first is that of log_softmax, as torch has it; on the way back through
        log_softmax it vanishes, so that both give the same gradient of the scores.
        """
        # the way from the end: the same graph, each sample turned round in time and in states
        times = (last - np.arange(steps)[:, None]) % steps
        places = (final[:, None] - np.arange(states.shape[1])) % states.shape[1]
        turn = (times[:, :, None] * samples + row[:, None]) * states.shape[1] + places  # places in memory
        turned = take_along(states, places, 1)
        onward = _paths(emitted.take(turn), turned[:, 2:] != turned[:, :-2]).take(turn)
        passing = np.exp(paths + onward - total[:, None] - emitted)  # both halves count the sign itself
        passing = np.where(np.arange(states.shape[1]) <= final[:, None], passing, 0)
        signs = np.zeros((samples, classes, steps))
        for signed, through in zip(states.T, passing.transpose(2, 1, 0), strict=True):
            signs[row, signed] += through  # each sample's own sign, at all times
        flow = np.exp(scores) - signs.transpose(2, 0, 1).astype(scores.dtype)
        flow[:, np.isneginf(total)] = 0 if zero_infinity else np.nan
        flow[np.arange(steps)[:, None] >= input_lengths] = 0
        return flow

    def pull(g: Array) -> Array:
        flow = slope()
        return g.reshape((-1, 1)) * (flow if isinstance(log_probs, np.ndarray) else _once.rule(flow, log_probs))

    return -total, pull


def _lengths(name: str, given: object, samples: int, most: int) -> np.ndarray:
    lengths = np.asarray(array(given))
    if lengths.size and lengths.dtype.kind not in "iu":
        raise RuntimeError(f"{name} must be integral, not {lengths.dtype.name}; convert them with .long()")
    lengths = lengths.astype(np.int64).reshape(-1)
    if len(lengths) != samples:
        raise RuntimeError(f"{name} must be of size batch_size, {samples}, but has {len(lengths)} elements")
    for value in lengths:
        if not 0 <= value <= most:
            raise RuntimeError(f"Expected {name} to have value from 0 to {most}, but got value {value}")
    return lengths


def _states(targets: Array, lengths: np.ndarray, blank: int, classes: int) -> np.ndarray:
    """The targets, one a row or one after the other, as rows of states: blanks around and between the labels (N, L)."""
    listed = np.arange(lengths.max()) < lengths[:, None]
    labels: Any = np.zeros(listed.shape, np.int64)
    labels[listed] = targets if targets.ndim == 1 else targets[:, : labels.shape[1]][listed]
    bad = (labels < 0) | (labels >= classes)
    if bad.any():
        raise IndexError(
            f"Target {labels[bad][0]} is out of bounds: there are {classes} signs, so labels go from 0 to {classes - 1}"
        )
    states = np.full((len(lengths), 2 * labels.shape[1] + 1), blank)
    states[:, 1::2] = labels
    return states


@composed
def ctc_loss(
    log_probs: Tensor,
    targets: Tensor,
    input_lengths: Tensor | Size,
    target_lengths: Tensor | Size,
    blank: int = 0,
    reduction: str = "mean",
    zero_infinity: bool = False,
) -> Tensor:
    """-log of the probability that a row of signs, drawn one a time step, reads as the target; see the top of ops/losses/ctc.py.

    The mean is of each sample's loss divided by its target's length. A target that no row can read as, because the input is too
    short, costs inf and has a gradient of nan; both are 0 with zero_infinity.

    Shapes: log_probs (T, N, C), targets (N, S) or all labels in one row; input_lengths and target_lengths (N), tensors or tuples.
    Without batch: (T, C), (S), () and ().

    Raises:
        ValueError: unknown reduction.
        IndexError: a label is none of the C signs.
        RuntimeError: a length is negative, longer than what there is, or no whole number; other shapes; blank is no sign.
        NotImplementedError: log_probs are neither float32 nor float64.

    >>> even = torch.full((3, 4), 0.25).log()  # three sounds, each of 4 signs as likely: 6 of the 64 rows read as "2"
    >>> torch.nn.functional.ctc_loss(even, torch.tensor([2]), (3,), (1,), reduction="sum").exp()
    tensor(10.6667)
    """
    code = reduction_code(reduction)
    check_floating("ctc_loss", log_probs)
    if array(log_probs).itemsize < 4:
        raise NotImplementedError(
            f"ctc_loss() is not implemented for '{TITLES[log_probs.dtype.name]}'; convert log_probs with .float()"
        )
    if log_probs.ndim not in (2, 3):
        raise RuntimeError(f"Expected log_probs of shape (T, N, C) or (T, C), but got {list(log_probs.shape)}")
    batched = log_probs.ndim == 3
    scores = log_probs if batched else log_probs.unsqueeze(1)
    steps, samples, classes = scores.shape
    if not steps * samples * classes:
        raise RuntimeError(f"log_probs tensor must not be empty, but has shape {list(log_probs.shape)}")
    if not 0 <= blank < classes:
        raise RuntimeError(f"blank must be in label range, from 0 to {classes - 1}, but is {blank}")
    labels = array(targets)
    if labels.ndim not in (1, 2):
        raise RuntimeError(f"Expected targets of shape (N, S), or all in one row, but got {list(labels.shape)}")
    heard = _lengths("input_lengths", input_lengths, samples, steps)
    spelled = _lengths("target_lengths", target_lengths, samples, labels.shape[-1])
    expected = (spelled.sum(),) if labels.ndim == 1 else (samples, labels.shape[1])
    if labels.shape != expected:
        raise RuntimeError(f"Expected targets of size {expected[0]} at dimension 0, but got shape {list(labels.shape)}")
    loss = _ctc_loss.rule(scores, _states(labels, spelled, blank, classes), heard, spelled, zero_infinity)
    loss = saving_result.rule(loss, (targets,) if labels.dtype == np.int64 else (), "CtcLossBackward0")
    if zero_infinity:
        loss = where(loss == np.inf, 0, loss)
    if code == MEAN:
        return reduced(true_divide.rule(loss, np.maximum(spelled, 1).astype(array(scores).dtype)), code)
    loss = reduced(loss, code)
    return loss if batched or loss.ndim == 0 else loss.squeeze(0)
