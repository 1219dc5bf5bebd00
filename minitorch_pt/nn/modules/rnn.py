"""Recurrent layers and cells: RNN, LSTM, GRU."""

from __future__ import annotations

import math
import warnings
from typing import Any

from ... import creation, ops
from ...tensor import Tensor
from .. import init
from ..parameter import Parameter
from .module import Module

__all__ = ["GRU", "GRUCell", "LSTM", "LSTMCell", "RNN", "RNNBase", "RNNCell", "RNNCellBase"]

_MODES = {"LSTM": (4, ops.lstm), "GRU": (3, ops.gru), "RNN_TANH": (1, ops.rnn_tanh), "RNN_RELU": (1, ops.rnn_relu)}


class RNNBase(Module):
    """What RNN, LSTM and GRU share: parameters `weight_ih_l0`, `weight_hh_l0_reverse`, ..., and the way through the layers."""

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
        if isinstance(dropout, bool) or not isinstance(dropout, (int, float)) or not 0 <= dropout <= 1:
            raise ValueError(f"dropout should be a number in range [0, 1], the probability of an element being zeroed, got {dropout!r}")  # fmt: skip
        if dropout > 0 and num_layers == 1:
            warnings.warn(
                "dropout option adds dropout after all but last recurrent layer, so non-zero dropout expects num_layers "
                f"greater than 1, but got dropout={dropout} and num_layers={num_layers}",
                stacklevel=2,
            )
        for name, value, kind in (("bias", bias, bool), ("batch_first", batch_first, bool),
                                  ("input_size", input_size, int), ("hidden_size", hidden_size, int)):  # fmt: skip
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
        self.mode, self.input_size, self.hidden_size, self.num_layers = mode, input_size, hidden_size, num_layers
        self.bias, self.batch_first, self.dropout = bias, batch_first, float(dropout)
        self.bidirectional, self.proj_size = bidirectional, proj_size
        rows, out = _MODES[mode][0] * hidden_size, proj_size or hidden_size
        self._all_weights: list[list[str]] = []
        for layer in range(num_layers):
            for suffix in ("", "_reverse")[: 1 + bidirectional]:
                columns = out * (1 + bidirectional) if layer else input_size
                shapes: dict = {"weight_ih": (rows, columns), "weight_hh": (rows, out)}
                if bias:
                    shapes |= {"bias_ih": (rows,), "bias_hh": (rows,)}
                if proj_size:
                    shapes["weight_hr"] = (proj_size, hidden_size)
                self._all_weights.append([f"{name}_l{layer}{suffix}" for name in shapes])
                for name, shape in zip(self._all_weights[-1], shapes.values(), strict=True):
                    setattr(self, name, Parameter(creation.empty(shape, device=device, dtype=dtype)))
        self.reset_parameters()

    @property
    def all_weights(self) -> list[list[Parameter]]:
        """The parameters of each layer and direction."""
        return [[getattr(self, name) for name in names] for names in self._all_weights]

    @property
    def _flat_weights(self) -> list[Parameter]:
        return [weight for weights in self.all_weights for weight in weights]

    def flatten_parameters(self) -> None:
        """Nothing: torch arranges the memory of a GPU here."""

    def reset_parameters(self) -> None:
        """All parameters uniform between -1/√hidden_size and 1/√hidden_size."""
        bound = 1 / math.sqrt(self.hidden_size)
        for weight in self.parameters():
            init.uniform_(weight, -bound, bound)

    def _sizes(self) -> tuple[int, ...]:
        """The sizes of the states: h, and for an LSTM c."""
        return (self.proj_size or self.hidden_size,)

    def forward(self, input: Any, hx: Any = None) -> tuple:
        """(output, last state): see the class.

        Raises:
            RuntimeError: input or state of a wrong shape.
            ValueError: input of a wrong rank or dtype.
        """
        from ..utils.rnn import PackedSequence

        lstm, packed = self.mode == "LSTM", isinstance(input, PackedSequence)
        data, batch_sizes, order, undo = input if packed else (input, None, None, None)
        if not packed and data.ndim not in (2, 3):
            raise ValueError(f"{type(self).__name__}: Expected input to be 2D or 3D, got {data.ndim}D instead: shape {list(data.shape)}")  # fmt: skip
        weight = self._flat_weights[0]
        if data.dtype != weight.dtype:
            raise ValueError(f"RNN input dtype ({data.dtype}) does not match weight dtype ({weight.dtype}). Convert input: input.to({weight.dtype})")  # fmt: skip
        if packed and data.ndim != 2:
            raise RuntimeError(f"input must have 2 dimensions, got {data.ndim}")
        if data.shape[-1] != self.input_size:
            raise RuntimeError(f"input.size(-1) must be equal to input_size. Expected {self.input_size}, got {data.shape[-1]} in input of shape {list(data.shape)}")  # fmt: skip
        alone = not packed and data.ndim == 2
        if alone:
            data = data.unsqueeze(0 if self.batch_first else 1)
        n = int(batch_sizes[0]) if batch_sizes is not None else data.shape[0 if self.batch_first else 1]
        shapes = [(self.num_layers * (1 + self.bidirectional), n, size) for size in self._sizes()]
        if hx is None:
            states = [creation.zeros(shape, dtype=data.dtype) for shape in shapes]
        else:
            states = list(hx) if lstm else [hx]
            for i, (state, shape) in enumerate(zip(states, shapes, strict=True)):
                if state.ndim != (2 if alone else 3):
                    raise RuntimeError(f"For {'unbatched 2' if alone else 'batched 3'}-D input, hx should also be {2 if alone else 3}-D but got {state.ndim}-D tensor of shape {list(state.shape)}")  # fmt: skip
                if alone:
                    states[i] = state = state.unsqueeze(1)
                if tuple(state.shape) != shape:
                    raise RuntimeError(f"Expected hidden{[f'[{i}]', ''][not lstm]} size {shape}, got {list(state.shape)}")  # fmt: skip
                if order is not None:
                    states[i] = state.index_select(1, order)
        options = (self._flat_weights, self.bias, self.num_layers, self.dropout, self.training, self.bidirectional)
        run, hidden = _MODES[self.mode][1], tuple(states) if lstm else states[0]
        if packed:
            output, *finals = run(data, batch_sizes, hidden, *options)
            output = PackedSequence(output, batch_sizes, order, undo)
            if undo is not None:
                finals = [state.index_select(1, undo) for state in finals]
        else:
            output, *finals = run(data, hidden, *options, self.batch_first)
            if alone:
                output, finals = output.squeeze(0 if self.batch_first else 1), [s.squeeze(1) for s in finals]
        return output, tuple(finals) if lstm else finals[0]

    def extra_repr(self) -> str:
        """The sizes and the options that are not the default."""
        defaults = {"proj_size": 0, "num_layers": 1, "bias": True, "batch_first": False, "dropout": 0, "bidirectional": False}  # fmt: skip
        options = [f"{k}={getattr(self, k)}" for k, default in defaults.items() if getattr(self, k) != default]
        return ", ".join([f"{self.input_size}, {self.hidden_size}", *options])


class RNN(RNNBase):
    """h' = tanh(x W_ih^T + b_ih + h W_hh^T + b_hh) along a sequence; relu in place of tanh if `nonlinearity="relu"`.

    Shapes: input (T, N, I), or (N, T, I) if `batch_first`, (T, I), or a PackedSequence; h_0 (layers * directions, N, H) -> (output, h_n).
    """

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        if kwargs.get("proj_size", 0):
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
    """

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__("LSTM", *args, **kwargs)

    def _sizes(self) -> tuple[int, ...]:
        return (self.proj_size or self.hidden_size, self.hidden_size)


class GRU(RNNBase):
    """Gated recurrent unit: h' = (1 - z) n + z h. Shapes: as `RNN`. Source: Cho et al. 2014, arXiv:1406.1078."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        if kwargs.get("proj_size", 0):
            raise ValueError("proj_size argument is only supported for LSTM, not RNN or GRU")
        super().__init__("GRU", *args, **kwargs)


class RNNCellBase(Module):
    """One step of a recurrent layer."""

    def __init__(self, input_size: int, hidden_size: int, bias: bool, num_chunks: int, device: Any = None, dtype: Any = None) -> None:  # fmt: skip
        super().__init__()
        self.input_size, self.hidden_size, self.bias = input_size, hidden_size, bias
        rows = num_chunks * hidden_size
        shapes = {"weight_ih": (rows, input_size), "weight_hh": (rows, hidden_size), "bias_ih": (rows,), "bias_hh": (rows,)}  # fmt: skip
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

    def _step(self, rule: Any, input: Tensor, states: Any, count: int) -> tuple:
        name = type(self).__name__
        if input.ndim not in (1, 2):
            raise ValueError(f"{name}: Expected input to be 1D or 2D, got {input.ndim}D instead")
        alone = input.ndim == 1
        if input.shape[-1] != self.input_size:
            raise RuntimeError(f"input has inconsistent input_size: got {input.shape[-1]} expected {self.input_size}")
        x = input.unsqueeze(0) if alone else input
        if states is None:
            states = (creation.zeros(len(x), self.hidden_size, dtype=x.dtype),) * count
        else:
            for state in states:
                if state.ndim not in (1, 2):
                    raise ValueError(f"{name}: Expected hidden to be 1D or 2D, got {state.ndim}D instead")
            states = tuple(s.unsqueeze(0) if alone else s for s in states)
        for state in states:
            if tuple(state.shape) != (len(x), self.hidden_size):
                raise RuntimeError(f"{name}: hidden of shape {list(state.shape)} does not fit input {list(input.shape)}: expected {[len(x), self.hidden_size]}")  # fmt: skip
        hidden = states[0] if count == 1 else states
        result = rule(x, hidden, self.weight_ih, self.weight_hh, self.bias_ih, self.bias_hh)
        results = (result,) if count == 1 else result
        return tuple(r.squeeze(0) for r in results) if alone else results

    def extra_repr(self) -> str:
        """The sizes and the options that are not the default."""
        text = f"{self.input_size}, {self.hidden_size}" + ("" if self.bias else f", bias={self.bias}")
        nonlinearity = getattr(self, "nonlinearity", "tanh")
        return text if nonlinearity == "tanh" else f"{text}, nonlinearity={nonlinearity}"


class RNNCell(RNNCellBase):
    """h' = tanh(x W_ih^T + b_ih + h W_hh^T + b_hh). Shapes: (N, I), (N, H) -> (N, H), or without N."""

    def __init__(self, input_size: int, hidden_size: int, bias: bool = True, nonlinearity: str = "tanh", device: Any = None, dtype: Any = None) -> None:  # fmt: skip
        super().__init__(input_size, hidden_size, bias, 1, device, dtype)
        self.nonlinearity = nonlinearity

    def forward(self, input: Tensor, hx: Tensor | None = None) -> Tensor:
        """h'."""
        if self.nonlinearity not in ("tanh", "relu"):
            raise RuntimeError(f"Unknown nonlinearity: {self.nonlinearity}; use 'tanh' or 'relu'")
        rule = ops.rnn_tanh_cell if self.nonlinearity == "tanh" else ops.rnn_relu_cell
        return self._step(rule, input, None if hx is None else (hx,), 1)[0]


class LSTMCell(RNNCellBase):
    """One step of an `LSTM`. Shapes: (N, I), ((N, H), (N, H)) -> ((N, H), (N, H)), or without N."""

    def __init__(self, input_size: int, hidden_size: int, bias: bool = True, device: Any = None, dtype: Any = None) -> None:  # fmt: skip
        super().__init__(input_size, hidden_size, bias, 4, device, dtype)

    def forward(self, input: Tensor, hx: tuple[Tensor, Tensor] | None = None) -> tuple:
        """(h', c')."""
        return self._step(ops.lstm_cell, input, hx, 2)


class GRUCell(RNNCellBase):
    """One step of a `GRU`. Shapes: (N, I), (N, H) -> (N, H), or without N."""

    def __init__(self, input_size: int, hidden_size: int, bias: bool = True, device: Any = None, dtype: Any = None) -> None:  # fmt: skip
        super().__init__(input_size, hidden_size, bias, 3, device, dtype)

    def forward(self, input: Tensor, hx: Tensor | None = None) -> Tensor:
        """h'."""
        return self._step(ops.gru_cell, input, None if hx is None else (hx,), 1)[0]
