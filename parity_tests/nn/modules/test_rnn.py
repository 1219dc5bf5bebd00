"""nn/modules/rnn.py against torch."""

from __future__ import annotations

import inspect

import numpy as np
import pytest
import torch

import minitorch_pt
from parity_tests.oracle import rand, same_program

KINDS = ["RNN", "LSTM", "GRU"]
CELLS = ["RNNCell", "LSTMCell", "GRUCell"]
OPTIONS = [
    {}, {"num_layers": 2, "bidirectional": True}, {"bias": False, "batch_first": True}, {"num_layers": 3, "dropout": 0.5},
    {"batch_first": True, "bidirectional": True},
]  # fmt: skip
PROJECTED = [{"proj_size": 2}, {"proj_size": 2, "num_layers": 2, "bidirectional": True, "bias": False}]


def tensor(t, *shape, seed=0, dtype="float64"):
    return t.tensor(rand(*shape, seed=seed).tolist(), dtype=getattr(t, dtype))


def state(t, kind, *shape):
    """A state of that shape for a layer or cell of that kind."""
    return (tensor(t, *shape), tensor(t, *shape, seed=1)) if kind.startswith("LSTM") else tensor(t, *shape)


def packed(t, dtype="float64"):
    return t.nn.utils.rnn.pack_padded_sequence(
        tensor(t, 5, 3, 3, dtype=dtype), t.tensor([2, 5, 3]), enforce_sorted=False
    )


def trained(t, kind, options, make_input, *hx):
    """20 steps from one seed: text, first weights, outputs, states, last weights, and where the random stream stands."""
    t.manual_seed(0)
    net = getattr(t.nn, kind)(3, 4, **options)
    seen = [repr(net), {k: v.clone() for k, v in net.state_dict().items()}]
    net.double()
    optimizer, x = t.optim.SGD(net.parameters(), lr=0.1), make_input(t)
    for _ in range(20):
        optimizer.zero_grad()
        output, hidden = net(x, *hx)
        output = output if isinstance(output, t.Tensor) else output.data
        last = hidden if isinstance(hidden, t.Tensor) else hidden[1]
        ((output**2).mean() + (last**3).mean()).backward()
        optimizer.step()
    return [*seen, output.detach(), last.detach(), dict(net.state_dict()), t.rand(1)]


@pytest.mark.parametrize(
    "kind, options",
    [(k, o) for k in KINDS for o in OPTIONS]
    + [("LSTM", o) for o in PROJECTED]
    + [("RNN", {"nonlinearity": "relu", "num_layers": 2})],
)
@pytest.mark.parametrize(
    "make_input", [lambda t: tensor(t, 5, 2, 3), lambda t: tensor(t, 5, 3), packed], ids=["batch", "alone", "packed"]
)
def test_training(kind, options, make_input):
    if make_input is packed and options.get("batch_first"):
        options = {**options, "batch_first": False}  # a packed sequence has no such axis
    same_program(lambda t: trained(t, kind, options, make_input))


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("bidirectional", [False, True])
@pytest.mark.parametrize("x, shape", [((5, 2, 3), (2, 4)), ((5, 3), (4,)), (packed, (3, 4))])
def test_given_states(kind, bidirectional, x, shape):
    def program(t):
        t.manual_seed(0)
        net = getattr(t.nn, kind)(3, 4, bidirectional=bidirectional).double()
        output, last = net(x(t) if x is packed else tensor(t, *x), state(t, kind, 1 + bidirectional, *shape))
        return [list(output), last]

    same_program(program)


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("options", [{}, {"batch_first": True}])
def test_float32(kind, options):
    def program(t):
        t.manual_seed(0)
        net = getattr(t.nn, kind)(3, 4, **options)
        output, hidden = net(tensor(t, 5, 2, 3, dtype="float32"))
        output.sum().backward()
        return [output, hidden, [p.grad for p in net.parameters()], list(net(packed(t, "float32"))[0])]

    same_program(program)


@pytest.mark.parametrize("kind", KINDS)
def test_graphs_that_live_at_once(kind):
    """Each has memory of its own, though large arrays are used again once a graph is gone."""

    def program(t):
        t.manual_seed(0)
        net = getattr(t.nn, kind)(32, 64, 2).double()
        for _ in range(2):
            losses = [(net(tensor(t, 16, 16, 32, seed=i))[0] ** 2).mean() for i in range(3)]
            for loss in losses:
                loss.backward()
        return [p.grad for p in net.parameters()]

    same_program(program)


@pytest.mark.parametrize("kind", KINDS)
def test_second_order(kind):
    def program(t):
        t.manual_seed(0)
        net, x = getattr(t.nn, kind)(3, 4).double(), tensor(t, 5, 2, 3).requires_grad_()
        (first,) = t.autograd.grad((net(x)[0] ** 2).sum(), x, create_graph=True)
        return list(t.autograd.grad((first**2).sum(), [*net.parameters(), x]))

    same_program(program)


@pytest.mark.parametrize("kind", CELLS)
@pytest.mark.parametrize("shape", [(2, 3), (3,), (0, 3)])
@pytest.mark.parametrize("options", [{}, {"bias": False}])
@pytest.mark.parametrize("given", [True, False])
def test_cells(kind, shape, options, given):
    def program(t):
        t.manual_seed(0)
        cell = getattr(t.nn, kind)(3, 4, **options)
        seen = [repr(cell), dict(cell.state_dict())]
        hx = (state(t, kind, *shape[:-1], 4),) if given else ()
        new = cell.double()(tensor(t, *shape), *hx)
        (new if isinstance(new, t.Tensor) else new[1]).sum().backward()
        return [*seen, new, [p.grad for p in cell.parameters()]]

    same_program(program)


def test_a_cell_with_relu():
    same_program(lambda t: [repr(c := t.nn.RNNCell(3, 4, nonlinearity="relu").double()), c(tensor(t, 2, 3)).shape])


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("arguments, options", [
    ((3, 4), {"dropout": "x"}), ((3, 4), {"dropout": None}), ((3, 4, 2), {"dropout": True}), ((3, 4, 2), {"dropout": 1.5}), ((3, 4, 2), {"dropout": -0.5}),
    ((3, 4, 2), {"dropout": np.float64(0.5)}), ((3, 4, 2), {"dropout": 1}), ((3.0, 4), {}), ((3, 4.0), {}), ((0, 4), {}), ((3, 0), {}), ((3, 4, 0), {}),
    ((3, 4), {"bias": 1}), ((3, 4), {"batch_first": 1}), ((3, 4), {"proj_size": 0}), ((3, 4), {"proj_size": -1}), ((3, 4), {"proj_size": 4}),
    ((3,), {}), ((3, 4), {"foo": 1}), ((3, 4), {"num_layers": 1.5}), ((3, 4), {"mode": "LSTM"}), ((3, 4, 1, "relu", False), {}), ((3, 4, 1, "x"), {}),
    ((3, 4), {"nonlinearity": "x"}), ((3, 4), {"nonlinearity": "relu"}),
])  # fmt: skip
def test_constructors(kind, arguments, options):
    def program(t):
        net = getattr(t.nn, kind)(*arguments, **options)
        return [repr(net), net.dropout, [(k, tuple(v.shape)) for k, v in net.state_dict().items()]]

    same_program(program)


def test_a_base_by_its_mode():
    same_program(lambda t: [repr(t.nn.RNNBase("GRU", 3, 4)), t.nn.RNNBase("RNN_RELU", 3, 4).mode])
    same_program(lambda t: t.nn.RNNBase("X", 3, 4))


@pytest.mark.parametrize("kind", KINDS)
def test_dropout_after_a_single_layer_warns(kind):
    for t in (torch, minitorch_pt):
        with pytest.warns(UserWarning, match="dropout option adds dropout after all but last recurrent layer"):
            getattr(t.nn, kind)(3, 4, dropout=0.5)


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("x, shape", [
    ((3,), None), ((1, 1, 1, 3), None), ((5, 2, 4), None), ((0, 2, 3), None), ((5, 2, 3), (1, 3, 4)), ((5, 2, 3), (1, 4)), ((5, 3), (1, 1, 4)),
    ((5, 3), (1, 5)), ((5, 2, 3), (2, 2, 4)), (packed, (1, 2, 4)),
])  # fmt: skip
def test_wrong_shapes(kind, x, shape):
    def program(t):
        net = getattr(t.nn, kind)(3, 4).double()
        return net(x(t) if x is packed else tensor(t, *x), *(() if shape is None else (state(t, kind, *shape),)))

    same_program(program)


@pytest.mark.parametrize("kind", KINDS)
def test_wrong_types_and_packs(kind):
    same_program(lambda t: getattr(t.nn, kind)(3, 4)(tensor(t, 5, 2, 3)))
    same_program(lambda t: getattr(t.nn, kind)(3, 4)(t.ones(5, 2, 3, dtype=t.int64)))
    same_program(lambda t: getattr(t.nn, kind)(3, 4)(t.ones(5, 2, 3), state(t, kind, 1, 2, 4)))
    same_program(lambda t: getattr(t.nn, kind)(2, 4).double()(packed(t)))
    same_program(lambda t: getattr(t.nn, kind)(3, 4)(t.nn.utils.rnn.pack_sequence([t.ones(3)])))
    for name in ("float64", "float16", "int64"):
        same_program(
            lambda t, n=name: getattr(t.nn, kind)(3, 4)(t.nn.utils.rnn.pack_sequence([t.ones(2, 3).to(getattr(t, n))]))
        )


@pytest.mark.parametrize("x, shape", [
    ((5, 2, 3), (1, 2, 4)), ((5, 2, 3), (2, 2, 4)), ((5, 2, 3), (2, 1, 2, 4)), ((5, 3), (1, 4)), ((5, 3), (2, 4)), ((5, 3), (2, 1, 4)), (packed, (1, 2, 4)),
    (packed, (2, 1, 2, 4)),
])  # fmt: skip
def test_one_tensor_as_the_state_of_an_lstm(x, shape):
    same_program(lambda t: t.nn.LSTM(3, 4).double()(x(t) if x is packed else tensor(t, *x), tensor(t, *shape)))


@pytest.mark.parametrize("kind", CELLS)
@pytest.mark.parametrize("x, shape", [
    ((1, 1, 3), None), ((2, 4), None), ((1, 3), (1, 1, 4)), ((2, 3), (3, 4)), ((2, 3), (2, 5)), ((2, 3), (4,)), ((3,), (1, 4)),
])  # fmt: skip
def test_wrong_shapes_for_cells(kind, x, shape):
    def program(t):
        cell = getattr(t.nn, kind)(3, 4).double()
        return cell(tensor(t, *x), *(() if shape is None else (state(t, kind, *shape),)))

    same_program(program)


@pytest.mark.parametrize("program", [
    lambda t: t.nn.LSTMCell(3, 4)(t.ones(2, 3), (t.ones(2, 4),)), lambda t: t.nn.LSTMCell(3, 4)(t.ones(2, 3), (t.ones(2, 4),) * 3),
    lambda t: t.nn.LSTMCell(3, 4)(t.ones(2, 3), t.ones(2, 4)), lambda t: t.nn.LSTMCell(3, 4)(t.ones(3), t.ones(4)),
    lambda t: t.nn.RNNCell(3, 4, nonlinearity="x")(t.ones(2, 3)), lambda t: t.nn.GRUCell(3, 4)(tensor(t, 2, 3)), lambda t: repr(t.nn.GRUCell(3, 0)),
])  # fmt: skip
def test_wrong_uses_of_cells(program):
    same_program(program)


@pytest.mark.parametrize("kind, options", [(k, o) for k in KINDS for o in OPTIONS] + [("LSTM", o) for o in PROJECTED])
def test_parameters_and_checks(kind, options):
    def program(t):
        net = getattr(t.nn, kind)(3, 4, **options)
        net.flatten_parameters()
        x, sizes = t.ones(5, 2, 3), t.tensor([2, 2, 1])
        seen = [
            net._flat_weights_names,
            [tuple(w.shape) for w in net._flat_weights],
            [len(layer) for layer in net.all_weights],
        ]
        seen += [tuple(net.get_expected_hidden_size(*arguments)) for arguments in ((x, None), (x[0], sizes))]
        if kind == "LSTM":
            seen += [tuple(net.get_expected_cell_size(*arguments)) for arguments in ((x, None), (x[0], sizes))]
        net.weight_ih_l0 = t.nn.Parameter(t.zeros_like(net.weight_ih_l0))  # the next pass must see it
        return [*seen, [p.sum() for p in net.all_weights[0]][:1], net._flat_weights[0].sum()]

    same_program(program)


@pytest.mark.parametrize("kind", KINDS)
def test_checks(kind):
    def hidden(t, *shape):
        return (t.ones(*shape), t.ones(*shape)) if kind == "LSTM" else t.ones(*shape)

    for shape in ((1, 2, 4), (1, 3, 4)):
        same_program(
            lambda t, s=shape: getattr(t.nn, kind)(3, 4).check_forward_args(t.ones(5, 2, 3), hidden(t, *s), None)
        )
    for shape in ((5, 2, 3), (5, 3), (5, 2, 4)):
        same_program(lambda t, s=shape: getattr(t.nn, kind)(3, 4).check_input(t.ones(*s), None))
    for expected in ((1, 2), (1, 3)):
        same_program(lambda t, e=expected: getattr(t.nn, kind)(3, 4).check_hidden_size(t.ones(1, 2), e))
    for order in ([1, 0], None):
        same_program(
            lambda t, o=order: getattr(t.nn, kind)(3, 4).permute_hidden(state(t, kind, 1, 2, 4), o and t.tensor(o))
        )


@pytest.mark.parametrize("kind", KINDS)
def test_more_states_than_packed_sequences_are_refused(kind):
    # torch leaves out the last ones without a word
    t = minitorch_pt
    with pytest.raises(RuntimeError, match=r"size \(1, 3, 4\), got \[1, 5, 4\]"):
        getattr(t.nn, kind)(3, 4).double()(packed(t), state(t, kind, 1, 5, 4))


@pytest.mark.parametrize("kind", [*KINDS, *CELLS, "RNNBase", "RNNCellBase"])
def test_signatures_and_bases(kind):
    ours, theirs = (getattr(t.nn, kind) for t in (minitorch_pt, torch))
    bases = [
        [c.__name__ for c in kind.__mro__ if issubclass(c, t.nn.Module)]
        for kind, t in ((ours, minitorch_pt), (theirs, torch))
    ]
    assert bases[0] == bases[1]
    for name in {
        "__init__",
        "forward",
        "check_input",
        "check_hidden_size",
        "check_forward_args",
        "permute_hidden",
        "get_expected_hidden_size",
    } & {*dir(theirs)}:
        shown = [
            [(p.name, p.kind, p.default) for p in inspect.signature(getattr(c, name)).parameters.values()]
            for c in (ours, theirs)
        ]
        if not kind.endswith("Base") or name != "forward":
            assert shown[0] == shown[1], name
