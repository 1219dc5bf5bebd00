"""The front desk: what each kind of parameter takes and refuses, as torch does. The sweeps go over all operations; here are the kinds."""

from __future__ import annotations

import types

import numpy as np
import pytest

import minitorch_pt
from minitorch_pt.autograd import contract, graph
from parity_tests.oracle import same_program

FORMS = [
    2,
    2.5,
    True,
    np.int64(2),
    np.float64(2.5),
    np.bool_(True),
    np.ones(2),
    [1.0, 2.0],
    [1],
    (0, 1),
    None,
    "a",
    2**70,
    10**400,
    float("nan"),
]
CALLS = {
    "Tensor": lambda t, x, v: t.tanh(v),
    "Operand": lambda t, x, v: x * v,
    "reflected": lambda t, x, v: v - x,
    "Number": lambda t, x, v: t.add(x, x, alpha=v),
    "Dim": lambda t, x, v: t.softmax(x, v),
    "Dims": lambda t, x, v: x.sum(v),
    "Size": lambda t, x, v: x[:1, :1].expand(v),
    "sizes": lambda t, x, v: x[:1, :1].repeat(v, 2),
    "bool": lambda t, x, v: x.sum(0, keepdim=v),
    "int": lambda t, x, v: t.tril(x, v),
    "Tensors": lambda t, x, v: t.cat(v),
    "DType": lambda t, x, v: t.softmax(x, 0, v),
    "str": lambda t, x, v: t.div(x, x, rounding_mode=v),
    "numpy's name": lambda t, x, v: x.mean(axis=v, keepdims=True),
}


@pytest.mark.parametrize("call", CALLS)
@pytest.mark.parametrize("value", [*FORMS, "0-d", "0-d int", "tensor", "tensors", "dtype"], ids=repr)
def test_kinds(call, value):
    def program(t):
        x = t.ones(3, 3)
        given = (
            {
                "0-d": t.tensor(2.5),
                "0-d int": t.tensor(1),
                "tensor": t.ones(3),
                "tensors": [t.ones(2), t.zeros(3)],
                "dtype": t.float64,
            }.get(value, value)
            if isinstance(value, str)
            else value
        )
        return CALLS[call](t, x, given)

    same_program(program)


@pytest.mark.parametrize(
    "program",
    [
        lambda t: t.ones(2).sum(out=t.empty(0)),
        lambda t: t.sum(t.ones(2), dims=0),
        lambda t: t.sum(t.ones(2), 0, dim=0),
        lambda t: t.tanh(),
        lambda t: t.tanh(t.ones(2), t.ones(2)),
        lambda t: t.add(1, 2.0),
        lambda t: t.pow(2, 3),
        lambda t: np.ones(2) * t.ones(2),
        lambda t: t.ones(2) * np.ones(2),
        lambda t: t.ones(2, requires_grad=True) * np.ones(2),
        lambda t: np.exp(t.ones(2, requires_grad=True)),
        lambda t: np.float64(2) ** t.ones(2),
        lambda t: np.int64(2) // t.ones(2),
        lambda t: t.ones(2) @ np.ones(2),
        lambda t: np.ones(2) @ t.ones(2),
        lambda t: np.greater(t.ones(2), 0),
    ],
)
@pytest.mark.filterwarnings("ignore:__array_wrap__ must accept:DeprecationWarning")  # torch's own has NumPy 1's form
def test_calls(program):
    same_program(program)


KEYWORDS = [
    ("softmax", {"dim": 1}, (1,)), ("softmax", {"dim": 1, "dtype": "float64"}, (1, "float64")), ("softmax", {"dtype": "float64", "dim": 1}, (1, "float64")),
    ("transpose", {"dim0": 0, "dim1": 1}, (0, 1)), ("transpose", {"dim1": 1, "dim0": 0}, (0, 1)), ("sum", {"dim": 1, "keepdim": True}, (1, True)),
    ("sum", {"keepdim": True, "dim": 1}, (1, True)), ("sum", {"axis": 1}, (1,)), ("mean", {"dim": 0}, (0,)), ("pow", {"exponent": 3}, (3,)),
    ("permute", {"dims": (1, 0)}, (1, 0)), ("clamp", {"min": 0.2, "max": 0.4}, (0.2, 0.4)), ("clamp", {"max": 0.4}, (None, 0.4)), ("view", {"size": (6,)}, (6,)),
]  # fmt: skip


@pytest.mark.parametrize(("name", "kwargs", "args"), KEYWORDS, ids=lambda v: str(v))
def test_keywords_are_the_arguments_by_position(name, kwargs, args):
    """At the first call, when the names are looked up, and at later ones, when their places are known; also with wrong values between."""

    def program(t):
        x = t.arange(6.0).view(2, 3).div(6)
        named = {k: getattr(t, v) if isinstance(v, str) else v for k, v in kwargs.items()}
        placed = [getattr(t, v) if isinstance(v, str) else v for v in args]
        return getattr(x, name)(**named), getattr(x, name)(*placed)

    for _ in range(3):
        same_program(program)
        by_name, by_place = program(minitorch_pt)
        assert by_name.dtype is by_place.dtype and by_name.tolist() == by_place.tolist()
        wrong = {k: "a" if k == "dim" else {} for k in kwargs}
        same_program(lambda t, wrong=wrong: getattr(t.ones(2, 3), name)(**wrong))


def test_rules_take_arrays_and_operations_refuse_them():
    assert minitorch_pt.tanh.rule(np.zeros(2)).tolist() == [0, 0]
    with pytest.raises(TypeError, match="must be Tensor, not numpy.ndarray; torch.from_numpy"):
        minitorch_pt.tanh(np.zeros(2))
    # from_numpy() would not help here
    for refused in (
        lambda x: minitorch_pt.tanh([1.0]),
        lambda x: x.sum(np.zeros(2)),
    ):
        with pytest.raises(TypeError) as error:
            refused(minitorch_pt.ones(2))
        assert "from_numpy" not in str(error.value)


def test_no_traced_tensor_reaches_the_user():
    seen = []
    x = minitorch_pt.ones(3, requires_grad=True)
    y = (x * x).exp()
    y.register_hook(lambda g: seen.append(type(g)))
    (g,) = minitorch_pt.autograd.grad(y.sum(), x, create_graph=True)
    y.sum().backward(create_graph=True)
    assert {type(g), type(x.grad), *seen} == {minitorch_pt.Tensor}
    assert graph.Traced is not minitorch_pt.Tensor


def test_every_parameter_of_an_operation_has_a_kind():
    unread = []
    for package in (
        minitorch_pt,
        minitorch_pt.nn.functional,
        minitorch_pt.linalg,
        minitorch_pt.special,
        minitorch_pt.Tensor,
    ):
        for name, operation in vars(package).items():
            desk: contract.Desk | None = getattr(operation, "desk", None)
            if isinstance(operation, types.FunctionType) and desk is not None:
                slots = [*desk.slots, *desk.keywords.values(), *([desk.rest] if desk.rest else [])]
                unread += [f"{name}: {slot.name}" for slot in slots if not slot.readers]
    assert not unread


def test_whole_numbers_need_no_gradient():
    same_program(
        lambda t: [t.ones(2, requires_grad=True).to(kind).requires_grad for kind in (t.int64, t.bool, t.float64)]
    )
