"""Recurrent layers and cells: RNN, LSTM, GRU."""

from __future__ import annotations

import math
import numbers
import warnings
from typing import Any

from ... import ops
from ...tensors import creation
from ...tensors.tensor import Tensor
from .. import init
from ..parameter import Parameter
from ..utils.rnn import PackedSequence
from .module import Module

__all__ = ["GRU", "GRUCell", "LSTM", "LSTMCell", "RNN", "RNNBase", "RNNCell", "RNNCellBase"]

_MODES = {"LSTM": (4, ops.lstm), "GRU": (3, ops.gru), "RNN_TANH": (1, ops.rnn_tanh), "RNN_RELU": (1, ops.rnn_relu)}


def _check_options(
    mode: str, input_size: int, hidden_size: int, num_layers: int, bias: bool, batch_first: bool, proj_size: int
) -> None:
    """Check what a recurrent layer is made of.

    Raises:
        TypeError: another type. ValueError: a size that is not positive, or an unknown mode.
    """
    for name, value, kind in (
        ("bias", bias, bool),
        ("batch_first", batch_first, bool),
        ("input_size", input_size, int),
        ("hidden_size", hidden_size, int),
    ):
        if not isinstance(value, kind):
            raise TypeError(f"{name} should be of type {kind.__name__}, got: {type(value).__name__}")
    for name, value in (("input_size", input_size), ("hidden_size", hidden_size), ("num_layers", num_layers)):
        if value <= 0:
            raise ValueError(f"{name} must be greater than zero, got {value}")
    if proj_size < 0:
        raise ValueError(f"proj_size should be a positive integer or zero to disable projections, got {proj_size}")
    if proj_size >= hidden_size:
        raise ValueError(f"proj_size has to be smaller than hidden_size, got {proj_size} and {hidden_size}")
    if mode not in _MODES:
        raise ValueError(f"Unrecognized RNN mode: {mode}; known are {', '.join(_MODES)}")


class RNNBase(Module):
    """What RNN, LSTM and GRU share: parameters `weight_ih_l0`, `weight_hh_l0_reverse`, ..., and the way through the layers.

    >>> nn.RNNBase("GRU", 3, 4).weight_ih_l0.shape  # three gates
    torch.Size([12, 3])
    """

    def __init__(
        self,
        mode: str,
        input_size: int,
        hidden_size: int,
        num_layers: int = 1,
        bias: bool = True,
        batch_first: bool = False,
        dropout: float = 0.0,
        bidirectional: bool = False,
        proj_size: int = 0,
        device: Any = None,
        dtype: Any = None,
    ) -> None:
        super().__init__()
        self.dropout = float(dropout)
        if isinstance(dropout, bool) or not isinstance(dropout, numbers.Number) or not 0 <= self.dropout <= 1:
            raise ValueError(
                f"dropout should be a number in range [0, 1], the probability of an element being zeroed, got {dropout!r}"
            )
        if self.dropout > 0 and num_layers == 1:
            warnings.warn(
                "dropout option adds dropout after all but last recurrent layer, so non-zero dropout expects num_layers "
                f"greater than 1, but got dropout={dropout} and num_layers={num_layers}",
                stacklevel=3,
            )
        _check_options(mode, input_size, hidden_size, num_layers, bias, batch_first, proj_size)
        self.mode, self.input_size, self.hidden_size, self.num_layers = mode, input_size, hidden_size, num_layers
        self.bias, self.batch_first, self.bidirectional, self.proj_size = bias, batch_first, bidirectional, proj_size
        self._all_weights: list[list[str]] = []
        for layer in range(num_layers):
            for suffix in ("", "_reverse")[: 1 + bidirectional]:
                shapes = self._shapes(layer)
                self._all_weights.append([f"{name}_l{layer}{suffix}" for name in shapes])
                for name, shape in zip(self._all_weights[-1], shapes.values(), strict=True):
                    setattr(self, name, Parameter(creation.empty(shape, device=device, dtype=dtype)))
        self.reset_parameters()

    def _shapes(self, layer: int) -> dict[str, tuple[int, ...]]:
        """The parameters of a layer, for one direction."""
        rows, out = _MODES[self.mode][0] * self.hidden_size, self.proj_size or self.hidden_size
        columns = out * (1 + self.bidirectional) if layer else self.input_size
        shapes: dict[str, tuple[int, ...]] = {"weight_ih": (rows, columns), "weight_hh": (rows, out)}
        if self.bias:
            shapes |= {"bias_ih": (rows,), "bias_hh": (rows,)}
        if self.proj_size:
            shapes["weight_hr"] = (self.proj_size, self.hidden_size)
        return shapes

    @property
    def all_weights(self) -> list[list[Parameter]]:
        """The parameters of each layer and direction."""
        return [[getattr(self, name) for name in names] for names in self._all_weights]

    @property
    def _flat_weights_names(self) -> list[str]:
        return [name for names in self._all_weights for name in names]

    @property
    def _flat_weights(self) -> list[Parameter]:
        return [getattr(self, name) for name in self._flat_weights_names]

    def __getstate__(self) -> dict:
        """What pickling keeps; torch's own module has these two lists in its state."""
        return {**self.__dict__, "_flat_weights": self._flat_weights, "_flat_weights_names": self._flat_weights_names}

    def __setstate__(self, state: dict) -> None:
        super().__setstate__({name: value for name, value in state.items() if not name.startswith("_flat_weights")})

    def flatten_parameters(self) -> None:
        """Nothing: torch arranges the memory of a GPU here."""

    def reset_parameters(self) -> None:
        """All parameters uniform between -1/√hidden_size and 1/√hidden_size."""
        bound = 1 / math.sqrt(self.hidden_size)
        for weight in self.parameters():
            init.uniform_(weight, -bound, bound)

    def check_input(self, input: Tensor, batch_sizes: Tensor | None) -> None:
        """Check type, rank and features of a batched or packed input.

        Raises:
            ValueError: its dtype is not the weights'.
            RuntimeError: its shape does not fit.
        """
        dtype = self._flat_weights[0].dtype
        if input.dtype != dtype:
            raise ValueError(
                f"RNN input dtype ({input.dtype}) does not match weight dtype ({dtype}). Convert input: input.to({dtype}), or convert model: model.to({input.dtype})"
            )
        expected = 3 if batch_sizes is None else 2
        if input.ndim != expected:
            raise RuntimeError(f"input must have {expected} dimensions, got {input.ndim}: shape {list(input.shape)}")
        if input.shape[-1] != self.input_size:
            raise RuntimeError(
                f"input.size(-1) must be equal to input_size. Expected {self.input_size}, got {input.shape[-1]} in input of shape {list(input.shape)}"
            )

    def get_expected_hidden_size(self, input: Tensor, batch_sizes: Tensor | None) -> tuple[int, int, int]:
        """The shape that the state h must have: (layers * directions, N, H)."""
        n = input.shape[0 if self.batch_first else 1] if batch_sizes is None else int(batch_sizes[0])
        return self.num_layers * (1 + self.bidirectional), n, self.proj_size or self.hidden_size

    def check_hidden_size(
        self, hx: Tensor, expected_hidden_size: tuple[int, int, int], msg: str = "Expected hidden size {}, got {}"
    ) -> None:
        """Check the shape of a state.

        Raises:
            RuntimeError: it is not as expected.
        """
        if tuple(hx.shape) != expected_hidden_size:
            raise RuntimeError(msg.format(expected_hidden_size, list(hx.shape)))

    def check_forward_args(self, input: Tensor, hidden: Any, batch_sizes: Tensor | None) -> None:
        """Check input and state; raises as `check_input` and `check_hidden_size`."""
        self.check_input(input, batch_sizes)
        self.check_hidden_size(hidden, self.get_expected_hidden_size(input, batch_sizes))

    def permute_hidden(self, hx: Any, permutation: Tensor | None) -> Any:
        """The state with its sequences in the order of `permutation`, if there is one."""
        return hx if permutation is None else hx.index_select(1, permutation)

    def _initial(self, input: Tensor, batch_sizes: Tensor | None) -> Any:
        return creation.zeros(self.get_expected_hidden_size(input, batch_sizes), dtype=input.dtype)

    def _with_batch(self, hx: Any, alone: bool) -> Any:
        """The given state, checked to be of the input's kind: for a single sequence (2-D) or a batch (3-D)."""
        if hx.ndim != 3 - alone:
            raise RuntimeError(
                f"For {'unbatched 2' if alone else 'batched 3'}-D input, hx should also be {3 - alone}-D but got {hx.ndim}-D tensor of shape {list(hx.shape)}"
            )
        return hx.unsqueeze(1) if alone else hx

    def _without_batch(self, hx: Any) -> Any:
        return hx.squeeze(1)

    def forward(self, input: Tensor | PackedSequence, hx: Any = None) -> tuple:
        """(output, last state): see the class.

        Raises:
            RuntimeError: input or state of a wrong shape.
            ValueError: input of a wrong rank or dtype.
        """
        data, batch_sizes, order, undo = input if isinstance(input, PackedSequence) else (input, None, None, None)
        if batch_sizes is None and data.ndim not in (2, 3):
            raise ValueError(
                f"{type(self).__name__}: Expected input to be 2D or 3D, got {data.ndim}D instead: shape {list(data.shape)}"
            )
        alone, batch_dim = batch_sizes is None and data.ndim == 2, 0 if self.batch_first else 1
        if alone:
            data = data.unsqueeze(batch_dim)
        if hx is None:
            hx = self._initial(data, batch_sizes)
        elif batch_sizes is None:
            hx = self._with_batch(hx, alone)
        self.check_forward_args(data, hx, batch_sizes)
        hx = self.permute_hidden(hx, order)
        options = (self._flat_weights, self.bias, int(self.num_layers), self.dropout, self.training, self.bidirectional)
        run = _MODES[self.mode][1]
        if batch_sizes is None:
            output, *finals = run(data, hx, *options, self.batch_first)
        else:
            output, *finals = run(data, batch_sizes, hx, *options)
        last = self.permute_hidden(tuple(finals) if len(finals) == 2 else finals[0], undo)
        if batch_sizes is not None:
            return PackedSequence(output, batch_sizes, order, undo), last
        return (output.squeeze(batch_dim), self._without_batch(last)) if alone else (output, last)

    def extra_repr(self) -> str:
        defaults = {
            "proj_size": 0,
            "num_layers": 1,
            "bias": True,
            "batch_first": False,
            "dropout": 0,
            "bidirectional": False,
        }
        options = [f"{k}={getattr(self, k)}" for k, default in defaults.items() if getattr(self, k) != default]
        return ", ".join([f"{self.input_size}, {self.hidden_size}", *options])


class RNN(RNNBase):
    """h' = tanh(x W_ih^T + b_ih + h W_hh^T + b_hh) along a sequence; relu in place of tanh if `nonlinearity="relu"`.

    Shapes: input (T, N, I), or (N, T, I) if `batch_first`, (T, I), or a PackedSequence; h_0 (layers * directions, N, H) -> (output, h_n).

    >>> output, h = nn.RNN(3, 4, num_layers=2, batch_first=True)(torch.zeros(2, 5, 3))
    >>> output.shape, h.shape
    (torch.Size([2, 5, 4]), torch.Size([2, 2, 4]))
    """

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        if "proj_size" in kwargs:
            raise ValueError("proj_size argument is only supported for LSTM, not RNN or GRU")
        if len(args) > 3:
            nonlinearity, args = args[3], args[:3] + args[4:]
        else:
            nonlinearity = kwargs.pop("nonlinearity", "tanh")
        if nonlinearity not in ("tanh", "relu"):
            raise ValueError(f"Unknown nonlinearity {nonlinearity!r}. Select from 'tanh' or 'relu'.")
        super().__init__(f"RNN_{nonlinearity.upper()}", *args, **kwargs)
        self.nonlinearity = nonlinearity


class LSTM(RNNBase):
    """Long short-term memory: c' = σ(f) c + σ(i) tanh(g), h' = σ(o) tanh(c'), (i, f, g, o) = x W_ih^T + b_ih + h W_hh^T + b_hh.

    Shapes: as `RNN`, the state being the pair (h, c). proj_size: h' is multiplied by W_hr^T. Source: Hochreiter and Schmidhuber 1997.

    >>> output, (h, c) = nn.LSTM(3, 4, batch_first=True)(torch.zeros(2, 5, 3))  # 2 samples, 5 moments
    >>> output.shape, h.shape, c.shape
    (torch.Size([2, 5, 4]), torch.Size([1, 2, 4]), torch.Size([1, 2, 4]))
    """

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__("LSTM", *args, **kwargs)

    def get_expected_cell_size(self, input: Tensor, batch_sizes: Tensor | None) -> tuple[int, int, int]:
        """The shape that the state c must have: (layers * directions, N, H)."""
        return *self.get_expected_hidden_size(input, batch_sizes)[:2], self.hidden_size

    def check_forward_args(self, input: Tensor, hidden: Any, batch_sizes: Tensor | None) -> None:
        """Check input and both states; raises as `check_input` (RuntimeError for packed ones) and `check_hidden_size`."""
        h, c = hidden[0], hidden[1]
        try:
            self.check_input(input, batch_sizes)
        except ValueError as error:
            raise error if batch_sizes is None else RuntimeError(str(error)) from None
        h_size, c_size = (
            self.get_expected_hidden_size(input, batch_sizes),
            self.get_expected_cell_size(input, batch_sizes),
        )
        self.check_hidden_size(h, h_size, "Expected hidden[0] size {}, got {}")
        self.check_hidden_size(c, c_size, "Expected hidden[1] size {}, got {}")

    def permute_hidden(self, hx: Any, permutation: Tensor | None) -> Any:
        """The pair of states with their sequences in the order of `permutation`, if there is one."""
        return (
            hx
            if permutation is None
            else tuple(super(LSTM, self).permute_hidden(s, permutation) for s in (hx[0], hx[1]))
        )

    def _initial(self, input: Tensor, batch_sizes: Tensor | None) -> Any:
        c_size = self.get_expected_cell_size(input, batch_sizes)
        return super()._initial(input, batch_sizes), creation.zeros(c_size, dtype=input.dtype)

    def _with_batch(self, hx: Any, alone: bool) -> Any:
        both = tuple(super(LSTM, self)._with_batch(s, alone) for s in (hx[0], hx[1]))
        return both if alone else hx

    def _without_batch(self, hx: Any) -> Any:
        return tuple(super(LSTM, self)._without_batch(s) for s in hx)


class GRU(RNNBase):
    """Gated recurrent unit: h' = (1 - z) n + z h. Shapes: as `RNN`. Source: Cho et al. 2014, arXiv:1406.1078.

    >>> output, h = nn.GRU(3, 4, batch_first=True)(torch.zeros(2, 5, 3))  # 2 samples, 5 moments
    >>> output.shape, h.shape
    (torch.Size([2, 5, 4]), torch.Size([1, 2, 4]))
    """

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        if "proj_size" in kwargs:
            raise ValueError("proj_size argument is only supported for LSTM, not RNN or GRU")
        super().__init__("GRU", *args, **kwargs)


class RNNCellBase(Module):
    """One step of a recurrent layer.

    >>> nn.RNNCellBase(3, 4, bias=False, num_chunks=3).weight_ih.shape  # three gates
    torch.Size([12, 3])
    """

    def __init__(
        self, input_size: int, hidden_size: int, bias: bool, num_chunks: int, device: Any = None, dtype: Any = None
    ) -> None:
        super().__init__()
        self.input_size, self.hidden_size, self.bias = input_size, hidden_size, bias
        rows = num_chunks * hidden_size
        shapes = {
            "weight_ih": (rows, input_size),
            "weight_hh": (rows, hidden_size),
            "bias_ih": (rows,),
            "bias_hh": (rows,),
        }
        for name, shape in shapes.items():
            wanted = bias or name.startswith("weight")
            parameter = Parameter(creation.empty(shape, device=device, dtype=dtype)) if wanted else None
            self.register_parameter(name, parameter)
        self.reset_parameters()

    def reset_parameters(self) -> None:
        """All parameters uniform between -1/√hidden_size and 1/√hidden_size."""
        bound = 1 / math.sqrt(self.hidden_size) if self.hidden_size > 0 else 0
        for weight in self.parameters():
            init.uniform_(weight, -bound, bound)

    def _step(self, rule: Any, input: Tensor, states: tuple | None, count: int) -> tuple:
        """The new states, of a batch or of a single input."""
        name = type(self).__name__
        if input.ndim not in (1, 2):
            raise ValueError(
                f"{name}: Expected input to be 1D or 2D, got {input.ndim}D instead: shape {list(input.shape)}"
            )
        for i, state in enumerate(() if states is None else states):
            if state.ndim not in (1, 2):
                which = f"hx[{i}]" if count == 2 else "hidden"
                raise ValueError(
                    f"{name}: Expected {which} to be 1D or 2D, got {state.ndim}D instead: shape {list(state.shape)}"
                )
        alone = input.ndim == 1
        x = input.unsqueeze(0) if alone else input
        if states is None:
            states = (creation.zeros(len(x), self.hidden_size, dtype=x.dtype),) * count
        elif alone:
            states = tuple(state.unsqueeze(0) for state in states)
        result = rule(
            x, states[0] if count == 1 else states, self.weight_ih, self.weight_hh, self.bias_ih, self.bias_hh
        )
        results = (result,) if count == 1 else result
        return tuple(r.squeeze(0) for r in results) if alone else results

    def extra_repr(self) -> str:
        bias = vars(self).get("bias", True)
        text = f"{self.input_size}, {self.hidden_size}" + ("" if bias is True else f", bias={bias}")
        nonlinearity = getattr(self, "nonlinearity", "tanh")
        return text if nonlinearity == "tanh" else f"{text}, nonlinearity={nonlinearity}"


class RNNCell(RNNCellBase):
    """h' = tanh(x W_ih^T + b_ih + h W_hh^T + b_hh). Shapes: (N, I), (N, H) -> (N, H), or without N.

    >>> nn.RNNCell(3, 4)(torch.zeros(2, 3)).shape
    torch.Size([2, 4])
    """

    def __init__(
        self,
        input_size: int,
        hidden_size: int,
        bias: bool = True,
        nonlinearity: str = "tanh",
        device: Any = None,
        dtype: Any = None,
    ) -> None:
        super().__init__(input_size, hidden_size, bias, 1, device, dtype)
        self.nonlinearity = nonlinearity

    def forward(self, input: Tensor, hx: Tensor | None = None) -> Tensor:
        """h'."""
        if self.nonlinearity not in ("tanh", "relu"):
            raise RuntimeError(f"Unknown nonlinearity: {self.nonlinearity}; use 'tanh' or 'relu'")
        rule = ops.rnn_tanh_cell if self.nonlinearity == "tanh" else ops.rnn_relu_cell
        return self._step(rule, input, None if hx is None else (hx,), 1)[0]


class LSTMCell(RNNCellBase):
    """One step of an `LSTM`. Shapes: (N, I), ((N, H), (N, H)) -> ((N, H), (N, H)), or without N.

    >>> h, c = nn.LSTMCell(3, 4)(torch.zeros(2, 3))
    >>> h.shape, c.shape
    (torch.Size([2, 4]), torch.Size([2, 4]))
    """

    def __init__(
        self, input_size: int, hidden_size: int, bias: bool = True, device: Any = None, dtype: Any = None
    ) -> None:
        super().__init__(input_size, hidden_size, bias, 4, device, dtype)

    def forward(self, input: Tensor, hx: tuple[Tensor, Tensor] | None = None) -> tuple:
        """(h', c')."""
        return self._step(ops.lstm_cell, input, hx, 2)


class GRUCell(RNNCellBase):
    """One step of a `GRU`. Shapes: (N, I), (N, H) -> (N, H), or without N.

    >>> nn.GRUCell(3, 4)(torch.zeros(2, 3)).shape
    torch.Size([2, 4])
    """

    def __init__(
        self, input_size: int, hidden_size: int, bias: bool = True, device: Any = None, dtype: Any = None
    ) -> None:
        super().__init__(input_size, hidden_size, bias, 3, device, dtype)

    def forward(self, input: Tensor, hx: Tensor | None = None) -> Tensor:
        """h'."""
        return self._step(ops.gru_cell, input, None if hx is None else (hx,), 1)[0]
