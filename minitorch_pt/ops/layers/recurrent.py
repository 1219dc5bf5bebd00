"""Recurrent layers: a state is carried along a sequence, and each step makes a new one of it and of the step's input.

    RNN:   h' = tanh(a),                                          a = x W_ih^T + b_ih + h W_hh^T + b_hh
    LSTM:  c' = σ(f) c + σ(i) tanh(g),  h' = σ(o) tanh(c'),       (i, f, g, o) = a
    GRU:   h' = (1 - z) n + z h,        n = tanh(n_x + r n_h)     (r, z = σ of the sums; n_x, n_h the two halves of the third)

A batch of sequences of different lengths is packed: the rows of all steps one after another, longest sequence first, and
`sizes` says how many sequences are still running at each step. Equal lengths are the case of equal sizes.

Each kind of layer gives its step three times (`cells.py`): `plain`, composed of other operations; `forward`, on arrays that it writes over;
`backward`, how gradients flow back through it. `_sequence` leads the latter two along a sequence, as one node.
"""

from __future__ import annotations

import functools
import itertools
import numbers
from typing import TYPE_CHECKING, Any

import numpy as np

from ...arrays.memory import empty
from ...autograd import graph
from ...autograd.contract import composed
from ...autograd.rule import array, differentiable
from ..checks import need, weights_dtype
from ..joins import cat, stack
from .cells import KINDS
from .dropouts import dropout as _dropout
from .linears import linear

if TYPE_CHECKING:
    from ...autograd.contract import Array, Pulled, Tensor, Tensors


__all__ = ["gru", "gru_cell", "lstm", "lstm_cell", "rnn_relu", "rnn_relu_cell", "rnn_tanh", "rnn_tanh_cell"]


# ---------------------------------------------------------------------------------------------------------------------
# One layer in one direction
# ---------------------------------------------------------------------------------------------------------------------
def _rows(x: Array) -> Array:
    """(T, N, I) as packed rows, (T N, I)."""
    return x if x.ndim == 2 else x.reshape((x.shape[0] * x.shape[1], x.shape[2]))


def _plain_sequence(
    input: Array,
    w_ih: Array,
    w_hh: Array,
    b_ih: Array | None,
    b_hh: Array | None,
    w_hr: Array | None,
    *state: Tensor,
    kind: str,
    sizes: list[int],
    reverse: bool,
) -> tuple:
    """What `_sequence` computes, composed of other operations."""
    outputs = []
    for x in linear(_rows(input), w_ih, b_ih).split(sizes)[:: -1 if reverse else 1]:
        n = len(x)
        before = tuple(s[:n] for s in state)
        running = KINDS[kind].plain(x, linear(before[0], w_hh, b_hh), before, w_hr)
        outputs.append(running[0])
        state = tuple(cat([new, s[n:]]) for new, s in zip(running, state, strict=True))
    output = cat(outputs[:: -1 if reverse else 1])
    return (output.reshape((*input.shape[:-1], output.shape[1])), *state)


def _name(input: Array, *args: object, **options: object) -> str:
    """torch joins the steps of packed sequences by another operation."""
    return "CatBackward0" if input.ndim == 2 else "StackBackward0"


def _turned_weights(cell: type, dtype: np.dtype, *parts: Array) -> np.ndarray:
    """The weights (w_ih, b_ih, b_hh, w_hh), scaled and turned, so that a row of `factors` is multiplied with one block for each gate."""
    columns = [np.zeros((len(parts[0]), 1), dtype) if p is None else p.reshape(len(p), -1) for p in parts]
    weight = np.concatenate(columns, axis=1).reshape(len(cell.scale), -1, sum(c.shape[1] for c in columns))[cell.order]
    scale = np.array(cell.scale, dtype).reshape(-1, 1, 1)
    return np.multiply(weight.swapaxes(1, 2), scale, out=empty(dtype, len(weight), weight.shape[2], weight.shape[1]))


def _by_gate(cell: type, weight: np.ndarray) -> np.ndarray:
    """A weight with its gates in the order in which a cell computes them."""
    ordered = empty(weight.dtype, len(cell.scale), len(weight) // len(cell.scale), weight.shape[1])
    ordered[cell.order] = weight.reshape(ordered.shape)  # `order` is its own inverse
    return ordered


def _weight_gradients(cell: type, dx: np.ndarray, da: np.ndarray, factors: np.ndarray, width: int) -> tuple:
    """What gives the gradients of w_ih, w_hh, b_ih, b_hh: columns of one product, which is made when the first is asked for."""
    of_input = functools.cache(lambda: dx.swapaxes(1, 2) @ factors)
    of_state = of_input if da is dx else functools.cache(lambda: da.swapaxes(1, 2) @ factors)

    def columns(products: np.ndarray, which: slice | int) -> np.ndarray:
        return np.concatenate([products[gate, :, which] for gate in cell.order])

    return (
        lambda: columns(of_input(), slice(width)),
        lambda: columns(of_state(), slice(width + 1, None)),
        lambda: columns(of_input(), width),
        lambda: columns(of_state(), width),
    )


# what torch's composition of single steps saves, by what needs it: input, w_ih, w_hh, b_ih, b_hh, w_hr, h, c
_OF_STEPS = ["w_ih w_hh w_hr c_0", "input w_hh w_hr c_0", "h_0 w_hh w_hr c_0", *["w_hh w_hr c_0"] * 4, "w_hh w_hr"]


@differentiable(joint=True, name=_name, plain=_plain_sequence, saves=_OF_STEPS, order="w_hr b_hh w_hh b_ih w_ih input")
def _sequence(
    input: Array,
    w_ih: Array,
    w_hh: Array,
    b_ih: Array | None,
    b_hh: Array | None,
    w_hr: Array | None,
    h_0: Array,
    c_0: Array | None = None,
    *,
    kind: str,
    sizes: list[int],
    reverse: bool,
) -> Pulled:
    """All steps as one node: (outputs, last states).

    A row of `factors` is (x, 1, h), what the weights (w_ih, b, w_hh) are multiplied with: the products with the inputs are made for
    all steps at once, and so is the gradient of the weights. The gates are the first axis of all that is large: each is then one
    block of memory, which the product of a step reads in order. Long, because the way back shares nearly all names of the way there.
    """
    cell, x, h = KINDS[kind], _rows(input), h_0.copy()
    c = None if c_0 is None else c_0.copy()
    (total, width), gates, hidden = x.shape, len(cell.scale), len(w_ih) // len(cell.scale)
    turned = _turned_weights(cell, x.dtype, w_ih, b_ih, b_hh, w_hh)
    w_input, w_state = turned[:, : width + 1], turned[:, width + 1 :]
    output = empty(x.dtype, total, h.shape[1])
    a, kept = empty(x.dtype, gates, total, hidden), empty(x.dtype, cell.kept, total, hidden)
    factors = empty(x.dtype, total, width + 1 + h.shape[1])
    factors[:, :width], factors[:, width], before = x, 1, factors[:, width + 1 :]
    np.matmul(factors[:, : width + 1], w_input, out=a)
    step = np.empty((gates, len(h), hidden), x.dtype)
    cell_output: Any = None if w_hr is None else np.empty((total, hidden), x.dtype)
    ends = list(itertools.accumulate(sizes))
    steps = [(slice(end - n, end), n) for end, n in zip(ends, sizes, strict=True)][:: -1 if reverse else 1]
    for rows, n in steps:
        h_n, a_n, a_rows = h[:n], step[:, :n], a[:, rows]
        before[rows] = h_n
        np.matmul(factors[rows, width:], w_state, out=a_n)
        y = h_n if cell_output is None else cell_output[rows]
        cell.forward(a_rows, a_n, y, None if c is None else c[:n], kept[:, rows])
        a_rows[...] = a_n
        if cell_output is not None:
            np.matmul(y, w_hr.T, out=h_n)
        output[rows] = h_n

    def pull(g: Array, g_h: Array, g_c: Array | None = None) -> tuple:
        g, dh, dc = _rows(g), g_h.copy(), None if g_c is None else g_c.copy()
        da = empty(x.dtype, *a.shape)
        dx = empty(x.dtype, *a.shape) if kind == "gru" else da
        d_output: Any = None if w_hr is None else np.empty(before.shape, x.dtype)
        w_ih_gates, w_hh_gates = _by_gate(cell, w_ih), _by_gate(cell, w_hh)
        slopes = cell.slopes(a, kept, before)
        step, products = np.empty((gates, len(dh), hidden), x.dtype), np.empty((gates, *dh.shape), x.dtype)
        for rows, n in reversed(steps):
            dh_n, dc_n = dh[:n], None if dc is None else dc[:n]
            dh_n += g[rows]
            dy = dh_n
            if d_output is not None:
                d_output[rows] = dh_n
                dy = dh_n @ w_hr
            cell.backward(a[:, rows], slopes[:, rows], dy, dc_n, step[:, :n], dx[:, rows])
            da[:, rows] = step[:, :n]
            np.matmul(step[:, :n], w_hh_gates, out=products[:, :n])
            if kind == "gru":
                dh_n += np.add.reduce(products[:, :n], axis=0)
            else:
                np.add.reduce(products[:, :n], axis=0, out=dh_n)
        return (
            lambda: sum(map(np.matmul, dx, w_ih_gates)).reshape(input.shape),
            *_weight_gradients(cell, dx, da, factors, width),
            lambda: d_output.T @ cell_output,
            dh,
            dc,
        )

    return (output.reshape((*input.shape[:-1], output.shape[1])), h) + (() if c is None else (c,)), pull


_sequence_without_biases = differentiable(
    _sequence.__wrapped__,  # type: ignore[attr-defined]
    joint=True,
    name=_name,
    plain=_plain_sequence,
    saves=_OF_STEPS,
    order="w_hr w_hh input w_ih",
)
_fused_sequence = differentiable(
    _sequence.__wrapped__,  # type: ignore[attr-defined]
    joint=True,
    name="MkldnnRnnLayerBackward0",
    plain=_plain_sequence,
    saves="input w_ih w_hh b_ih b_hh h_0 c_0 result result1 result2",
)


# ---------------------------------------------------------------------------------------------------------------------
# All layers
# ---------------------------------------------------------------------------------------------------------------------
_OPTIONS = {
    "has_biases": bool, "num_layers": numbers.Integral, "dropout": numbers.Real, "train": bool, "bidirectional": bool,
}  # fmt: skip


def _bound(name: str, args: tuple, kwargs: dict) -> dict:
    """The arguments by name, by whichever of torch's two signatures they fit.

    Raises:
        TypeError: they fit neither.
    """
    tensors, state = (list, tuple), (list, tuple) if name == "lstm" else graph.Tensor
    packed = {"data": graph.Tensor, "batch_sizes": graph.Tensor, "hx": state, "params": tensors, **_OPTIONS}
    padded = {"input": graph.Tensor, "hx": state, "params": tensors, **_OPTIONS, "batch_first": bool}
    for kinds in (packed, padded):
        bound = dict(zip(kinds, args, strict=False)) | kwargs
        complete = len(args) + len(kwargs) == 9 and bound.keys() == kinds.keys()
        if complete and all(isinstance(bound[key], kind) for key, kind in kinds.items()):
            return bound
    given = ", ".join([*(type(a).__name__ for a in args), *(f"{k}={type(v).__name__}" for k, v in kwargs.items())])
    raise TypeError(
        f"{name}() received an invalid combination of arguments - got ({given}), but expected ({', '.join(padded)}), "
        f"or for packed sequences ({', '.join(packed)}), hx being {'a pair of Tensors' if name == 'lstm' else 'a Tensor'}"
    )


def _layers(
    name: str, width: int, state: tuple, params: Array, has_biases: bool, num_layers: int, directions: int
) -> list:
    """(w_ih, w_hh, b_ih, b_hh, w_hr) of each layer and direction; None for what there is not."""
    rows, hidden, out = len(KINDS[name].scale) * state[-1].shape[2], state[-1].shape[2], state[0].shape[2]
    each = 2 + 2 * has_biases + (out != hidden)
    need(
        len(params) == each * num_layers * directions,
        f"got an incorrect number of RNN parameters: {len(params)}; {num_layers} layers in {directions} directions need {each} each",
    )
    layers = []
    for k in range(num_layers * directions):
        w_ih, w_hh, *rest = params[k * each : (k + 1) * each]
        weights = (w_ih, w_hh, *(rest[:2] if has_biases else (None, None)), None if out == hidden else rest[-1])
        columns = width if k < directions else out * directions
        shapes = (rows, columns), (rows, out), (rows,), (rows,), (out, hidden)
        for part, weight, shape in zip(("w_ih", "w_hh", "b_ih", "b_hh", "w_hr"), weights, shapes, strict=True):
            need(
                weight is None or tuple(weight.shape) == shape,
                f"{name}(): {part} number {k} should have shape {list(shape)} for inputs of {columns} features, {hidden} hidden units "
                f"and outputs of {out}, but has {weight is not None and list(weight.shape)}",
            )
        layers.append(weights)
    return layers


def _packed_sizes(sizes: list, rows: int) -> list[int]:
    """The number of sequences at each step, looked at."""
    falling = all(isinstance(a, int) and a >= b > 0 for a, b in itertools.pairwise([*sizes, 1]))
    need(
        falling and sum(sizes) == rows,
        f"batch_sizes should be integers, never rise, and sum to the {rows} rows of data, but they are {sizes}",
    )
    return sizes


def _run(name: str, args: tuple, kwargs: dict) -> tuple:
    """The outputs and the last states of all layers."""
    bound = _bound(name, args, kwargs)
    packed, batch_first = "data" in bound, bound.get("batch_first", False)
    input, params, num_layers = bound["data" if packed else "input"], tuple(bound["params"]), bound["num_layers"]
    state: Any = tuple(bound["hx"]) if name == "lstm" else (bound["hx"],)
    need(name != "lstm" or len(state) == 2, f"lstm expects two hidden states, got {len(state)}")
    need(
        not packed or input.ndim == 2, f"{name}() needs packed data of shape (rows, features), got {list(input.shape)}"
    )
    if not packed and input.ndim != 3:
        raise IndexError(f"{name}() needs an input of shape (T, N, features), got {list(input.shape)}")
    weights_dtype(name, input, params[0], *state, *params)
    dtype = input.dtype
    if not dtype.is_floating_point:
        raise NotImplementedError(f"{name}() needs floating point tensors and got {dtype}; convert them with .float()")
    if dtype.itemsize == 2:  # as in torch the sums are float32
        input, *state = (t.float() for t in (input, *state))
        params = tuple(p.float() for p in params)
    x = input.transpose(0, 1) if batch_first else input
    sizes = _packed_sizes(bound["batch_sizes"].tolist(), len(x)) if packed else [x.shape[1]] * x.shape[0]
    need(bool(sizes), f"Expected sequence length to be larger than 0 in RNN, got input of shape {list(input.shape)}")
    directions = 1 + bound["bidirectional"]
    for s in state:
        need(
            s.ndim == 3 and s.shape[:2] == (num_layers * directions, sizes[0]),
            f"Expected hidden states of shape [{num_layers * directions} layers and directions, {sizes[0]} sequences, size], got {list(s.shape)}",
        )
    layers = _layers(name, x.shape[-1], state, params, bound["has_biases"], num_layers, directions)
    finals = []
    for layer in range(num_layers):
        outputs = []
        for k in range(layer * directions, (layer + 1) * directions):
            # the kernel that torch has for these keeps more than the steps one by one
            fused = (
                name == "lstm" and x.ndim == 3 and array(x).dtype == np.float32 and x.numel() and layers[k][4] is None
            )
            steps = _sequence if bound["has_biases"] else _sequence_without_biases
            sequence = _fused_sequence if fused else steps
            output, *final = sequence(
                x, *layers[k], *(s[k] for s in state), kind=name, sizes=sizes, reverse=k % directions == 1
            )
            outputs.append(output)
            finals.append(final)
        x = cat(outputs, -1) if directions == 2 else outputs[0]
        if bound["train"] and bound["dropout"] and layer < num_layers - 1:
            x = _dropout(x, bound["dropout"], True)
    output = x.transpose(0, 1) if batch_first else x
    return tuple(t.to(dtype) for t in (output, *map(stack, zip(*finals, strict=True))))


@composed
def lstm(*args: object, **kwargs: object) -> tuple:
    """(output, h_n, c_n) of an LSTM: lstm(input, hx, params, has_biases, num_layers, dropout, train, bidirectional, batch_first).

    Packed: lstm(data, batch_sizes, hx, params, has_biases, num_layers, dropout, train, bidirectional).

    Shapes: input (T, N, I), or (N, T, I) if `batch_first`; hx the pair (h, c), each (layers * directions, N, H); params for each
    layer and direction w_ih (4 H, I), w_hh (4 H, H), with `has_biases` b_ih (4 H), b_hh (4 H), and w_hr (P, H) if h has P < H features.

    Raises:
        TypeError: the arguments are neither of these.
        RuntimeError: shapes or dtypes do not match, or the sequences are empty.

    Source: Hochreiter and Schmidhuber 1997; the projection: Sak et al. 2014, arXiv:1402.1128.

    >>> layer = nn.LSTM(3, 4)
    >>> start = torch.zeros(1, 1, 4), torch.zeros(1, 1, 4)
    >>> output, h, c = torch.lstm(torch.zeros(5, 1, 3), start, layer._flat_weights, True, 1, 0.0, False, False, False)
    >>> output.shape, h.shape, c.shape
    (torch.Size([5, 1, 4]), torch.Size([1, 1, 4]), torch.Size([1, 1, 4]))
    """
    return _run("lstm", args, kwargs)


@composed
def gru(*args: object, **kwargs: object) -> tuple:
    """(output, h_n) of a GRU; arguments as `lstm`, hx being h alone. Source: Cho et al. 2014, arXiv:1406.1078.

    >>> layer = nn.GRU(3, 4)
    >>> output, h = torch.gru(torch.zeros(5, 1, 3), torch.zeros(1, 1, 4), layer._flat_weights, True, 1, 0.0, False, False, False)
    >>> output.shape, h.shape
    (torch.Size([5, 1, 4]), torch.Size([1, 1, 4]))
    """
    return _run("gru", args, kwargs)


@composed
def rnn_tanh(*args: object, **kwargs: object) -> tuple:
    """(output, h_n) of a recurrent network with tanh; arguments as `lstm`, hx being h alone. Source: Elman 1990.

    >>> layer = nn.RNN(3, 4)
    >>> output, h = torch.rnn_tanh(torch.zeros(5, 1, 3), torch.zeros(1, 1, 4), layer._flat_weights, True, 1, 0.0, False, False, False)
    >>> output.shape, h.shape
    (torch.Size([5, 1, 4]), torch.Size([1, 1, 4]))
    """
    return _run("rnn_tanh", args, kwargs)


@composed
def rnn_relu(*args: object, **kwargs: object) -> tuple:
    """(output, h_n) of a recurrent network with relu; arguments as `lstm`, hx being h alone.

    >>> layer = nn.RNN(3, 4, nonlinearity="relu")
    >>> output, h = torch.rnn_relu(torch.zeros(5, 1, 3), torch.zeros(1, 1, 4), layer._flat_weights, True, 1, 0.0, False, False, False)
    >>> output.shape, h.shape
    (torch.Size([5, 1, 4]), torch.Size([1, 1, 4]))
    """
    return _run("rnn_relu", args, kwargs)


# ---------------------------------------------------------------------------------------------------------------------
# Packing; `running` (T, N) says which sequences go on at which step
# ---------------------------------------------------------------------------------------------------------------------
@differentiable(linear=True, name="PackPaddedSequenceBackward0")
def pack_rows(input: Array, running: np.ndarray) -> Pulled:
    """The rows of (T, N, *) where a sequence is running."""
    return input[running], lambda g: pad_rows.rule(g, running, 0)


@differentiable(linear=True, name="torch::autograd::CopySlices")
def pad_rows(rows: Array, running: np.ndarray, padding_value: float) -> Pulled:
    """(T, N, *) of the rows where a sequence is running, the rest being `padding_value`."""
    value = np.full((*running.shape, *rows.shape[1:]), padding_value, rows.dtype)
    value[running] = rows
    return value, lambda g: pack_rows.rule(g, running)


# ---------------------------------------------------------------------------------------------------------------------
# Single steps
# ---------------------------------------------------------------------------------------------------------------------
def _cell(
    name: str, input: Array, state: tuple, w_ih: Array, w_hh: Array, b_ih: Array | None, b_hh: Array | None
) -> tuple:
    """One step, by composition: a single step gains nothing from a node of its own."""
    if input.ndim != 2:
        raise IndexError(
            f"{name}_cell() needs an input of shape (N, features), got {list(input.shape)}: unsqueeze(0) a single one"
        )
    hidden, gates = w_hh.shape[1], len(KINDS[name].scale)
    need(
        input.shape[1] == w_ih.shape[1],
        f"input has inconsistent input_size: got {input.shape[1]} expected {w_ih.shape[1]}, the columns of w_ih",
    )
    need(
        len(w_ih) == gates * hidden,
        f"weight_ih first dim must be {gates} * hidden_size = {gates * hidden}, but got {len(w_ih)}",
    )
    for i, s in enumerate(state):
        need(len(s) == len(input), f"Input batch size {len(input)} doesn't match hidden{i} batch size {len(s)}")
        need(s.shape[1] == hidden, f"hidden{i} has inconsistent hidden_size: got {s.shape[1]}, expected {hidden}")
    if name == "gru":  # the products in torch's order, in which the hooks of parameters run
        x, s = linear(input, w_ih, b_ih), linear(state[0], w_hh, b_hh)
    else:
        s, x = linear(state[0], w_hh, b_hh), linear(input, w_ih, b_ih)
    return KINDS[name].plain(x, s, state)


@composed
def lstm_cell(
    input: Tensor, hx: Tensors, w_ih: Tensor, w_hh: Tensor, b_ih: Tensor | None = None, b_hh: Tensor | None = None
) -> tuple:
    """One step of an LSTM: (h', c').

    Shapes: input (N, I), hx the pair (h, c) of (N, H), w_ih (4 H, I), w_hh (4 H, H), biases (4 H) -> the pair (N, H), (N, H).

    Raises:
        RuntimeError: shapes or dtypes do not match.
        TypeError: hx is no pair.
        IndexError: the input is no matrix.

    >>> cell = nn.LSTMCell(3, 4)
    >>> h, c = torch.lstm_cell(torch.zeros(2, 3), [torch.zeros(2, 4), torch.zeros(2, 4)], *cell.parameters())
    >>> h.shape, c.shape
    (torch.Size([2, 4]), torch.Size([2, 4]))
    """
    if not isinstance(hx, (tuple, list)):
        raise TypeError(
            f"lstm_cell(): argument 'hx' (position 2) must be tuple of Tensors, not {type(hx).__name__}: give the pair (h, c)"
        )
    need(len(hx) == 2, f"lstm_cell expects two hidden states, got {len(hx)}")
    return _cell("lstm", input, tuple(hx), w_ih, w_hh, b_ih, b_hh)


@composed
def gru_cell(
    input: Tensor, hx: Tensor, w_ih: Tensor, w_hh: Tensor, b_ih: Tensor | None = None, b_hh: Tensor | None = None
) -> Tensor:
    """One step of a GRU: h'; arguments as `lstm_cell`, hx being h alone.

    >>> cell = nn.GRUCell(3, 4)
    >>> torch.gru_cell(torch.zeros(2, 3), torch.zeros(2, 4), *cell.parameters()).shape
    torch.Size([2, 4])
    """
    return _cell("gru", input, (hx,), w_ih, w_hh, b_ih, b_hh)[0]


@composed
def rnn_tanh_cell(
    input: Tensor, hx: Tensor, w_ih: Tensor, w_hh: Tensor, b_ih: Tensor | None = None, b_hh: Tensor | None = None
) -> Tensor:
    """One step of a recurrent network: h' = tanh(x W_ih^T + b_ih + h W_hh^T + b_hh); arguments as `lstm_cell`, hx being h alone.

    >>> torch.rnn_tanh_cell(torch.tensor([[1.0]]), torch.tensor([[2.0]]), torch.tensor([[0.0]]), torch.tensor([[0.5]]))  # tanh(1 * 0 + 2 * 0.5)
    tensor([[0.7616]])
    """
    return _cell("rnn_tanh", input, (hx,), w_ih, w_hh, b_ih, b_hh)[0]


@composed
def rnn_relu_cell(
    input: Tensor, hx: Tensor, w_ih: Tensor, w_hh: Tensor, b_ih: Tensor | None = None, b_hh: Tensor | None = None
) -> Tensor:
    """One step of a recurrent network: h' = relu(x W_ih^T + b_ih + h W_hh^T + b_hh); arguments as `lstm_cell`, hx being h alone.

    >>> torch.rnn_relu_cell(torch.tensor([[1.0]]), torch.tensor([[2.0]]), torch.tensor([[3.0]]), torch.tensor([[4.0]]))  # 1 * 3 + 2 * 4
    tensor([[11.]])
    """
    return _cell("rnn_relu", input, (hx,), w_ih, w_hh, b_ih, b_hh)[0]
