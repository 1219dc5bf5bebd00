"""Sequential, ModuleList, ModuleDict, ParameterList, ParameterDict: the same contents, text and errors as torch's."""

from __future__ import annotations

from collections import OrderedDict

import pytest

import minitorch_pt
from parity_tests.oracle import same_program


def layers(nn):
    return [nn.Linear(2, 3), nn.ReLU(), nn.Linear(3, 2)]


def changed(kind, act):
    """The program that makes a Sequential or ModuleList, acts on it, and tells what it holds."""

    def program(package):
        made = layers(package.nn)
        box = package.nn.Sequential(*made) if kind == "Sequential" else package.nn.ModuleList(made)
        result = act(box, package.nn)
        return [repr(box), repr(result), len(box), list(box.state_dict()), [type(m).__name__ for m in box]]

    return program


ACTIONS = {
    "index": lambda box, nn: box[-1],
    "index too far": lambda box, nn: box[3],
    "slice": lambda box, nn: box[1:],
    "set": lambda box, nn: box.__setitem__(1, nn.Tanh()),
    "delete": lambda box, nn: box.__delitem__(0),
    "delete slice": lambda box, nn: box.__delitem__(slice(0, 2)),
    "append": lambda box, nn: box.append(nn.Tanh()),
    "append a number": lambda box, nn: box.append(3),
    "insert at the end": lambda box, nn: box.insert(3, nn.Tanh()),
    "insert": lambda box, nn: box.insert(1, nn.Tanh()),
    "extend": lambda box, nn: box.extend([nn.Tanh(), nn.ReLU()]),
    "pop": lambda box, nn: box.pop(1),
    "add": lambda box, nn: box + type(box)(),
    "iadd": lambda box, nn: box.__iadd__(type(box)()),
    "dir": lambda box, nn: "0" in dir(box),
}


@pytest.mark.parametrize("kind", ["Sequential", "ModuleList"])
@pytest.mark.parametrize("act", ACTIONS.values(), ids=ACTIONS)
def test_sequences(kind, act):
    same_program(changed(kind, act))


def test_sequential_of_names():
    def program(package):
        package.manual_seed(0)
        nn = package.nn
        net = nn.Sequential(OrderedDict(first=nn.Linear(2, 3), act=nn.ReLU()))
        return [repr(net), list(net.state_dict()), repr(net.first), net(package.ones(4, 2)).detach()]

    same_program(program)


def dictionary(act):
    def program(package):
        nn = package.nn
        box = nn.ModuleDict({"conv": nn.Linear(2, 3), "act": nn.ReLU()})
        result = act(box, nn)
        return [repr(box), repr(result), len(box), list(box), list(box.state_dict())]

    return program


DICT_ACTIONS = {
    "get": lambda box, nn: box["act"],
    "set": lambda box, nn: box.__setitem__("new", nn.Tanh()),
    "delete": lambda box, nn: box.__delitem__("act"),
    "contains": lambda box, nn: ["act" in box, "none" in box],
    "keys": lambda box, nn: list(box.keys()),
    "items": lambda box, nn: list(box.items()),
    "values": lambda box, nn: list(box.values()),
    "pop": lambda box, nn: box.pop("conv"),
    "clear": lambda box, nn: box.clear(),
    "update": lambda box, nn: box.update({"z": nn.Tanh(), "act": nn.Sigmoid()}),
    "update pairs": lambda box, nn: box.update([("z", nn.Tanh())]),
    "update from a number": lambda box, nn: box.update(3),
    "update from another": lambda box, nn: box.update(nn.ModuleDict({"x": nn.Tanh()})),
    "update from numbers": lambda box, nn: box.update([3]),
    "set a number": lambda box, nn: box.__setitem__("c", 3),
    "set by a number": lambda box, nn: box.__setitem__(3, nn.Tanh()),
    "update from long pairs": lambda box, nn: box.update([("a", nn.Tanh(), 1)]),
}


@pytest.mark.parametrize("act", DICT_ACTIONS.values(), ids=DICT_ACTIONS)
def test_module_dict(act):
    same_program(dictionary(act))


def test_module_dict_without_the_key():
    def program(package):
        with pytest.raises(KeyError, match="none"):
            package.nn.ModuleDict({})["none"]

    same_program(program)


def test_a_place_outside_a_sequential():
    same_program(lambda package: package.nn.Sequential(package.nn.ReLU()).insert(3, package.nn.Tanh()))


@pytest.mark.parametrize("kind", ["Parameter", "Buffer", "Identity"])
def test_assigning_again_keeps_the_place(kind):
    """The order of parameters is the order in which an optimiser and `parameters_to_vector` take them."""

    def program(package):
        def make():
            return getattr(package.nn, kind)(package.zeros(2))

        module = package.nn.Module()
        for name in ("a", "b", "a"):
            setattr(module, name, make())
        own = {"Parameter": "_parameters", "Buffer": "_buffers", "Identity": "_modules"}[kind]
        return list(getattr(module, own))

    same_program(program)


BOXES = {
    "Sequential times": lambda t: repr(t.nn.Sequential(t.nn.ReLU()) * 3),
    "times Sequential": lambda t: repr(2 * t.nn.Sequential(t.nn.ReLU())),
    "Sequential times itself": lambda t: repr(t.nn.Sequential(t.nn.ReLU()).__imul__(2)),
    "Sequential times zero": lambda t: t.nn.Sequential(t.nn.ReLU()) * 0,
    "Sequential times half": lambda t: t.nn.Sequential(t.nn.ReLU()) * 0.5,
    "empty list": lambda t: repr(t.nn.ModuleList()),
    "repeated layers": lambda t: repr(t.nn.ModuleList([t.nn.ReLU(), t.nn.ReLU(), t.nn.Tanh(), t.nn.Linear(2, 2)])),
    "list called": lambda t: t.nn.ModuleList([t.nn.ReLU()])(t.ones(2)),
    "list extended by a number": lambda t: t.nn.ModuleList().extend(3),
}  # fmt: skip


@pytest.mark.parametrize("act", BOXES.values(), ids=BOXES)
def test_boxes(act):
    same_program(act)


PARAMETER_LIST = {
    "index": lambda b, t: b[-1],
    "index too far": lambda b, t: b[4],
    "slice": lambda b, t: [repr(b[1:]), type(b[1:]).__name__],
    "set": lambda b, t: b.__setitem__(0, t.ones(1)),
    "append": lambda b, t: repr(b.append(t.zeros(2))),
    "append a parameter": lambda b, t: repr(b.append(t.nn.Parameter(t.zeros(2)))),
    "append a text": lambda b, t: repr(b.append("text")),
    "extend": lambda b, t: repr(b.extend([t.zeros(1), 3.5])),
    "extend by a tensor": lambda b, t: b.extend(t.zeros(2)),
    "extend by a number": lambda b, t: b.extend(3),
    "iadd": lambda b, t: repr(b.__iadd__([t.zeros(4)])),
    "call": lambda b, t: b(1),
    "iterate": lambda b, t: [*b],
    "parameters": lambda b, t: [n for n, _ in b.named_parameters()],
}


@pytest.mark.parametrize("act", PARAMETER_LIST.values(), ids=PARAMETER_LIST)
def test_parameter_list(act):
    def program(t):
        box = t.nn.ParameterList([t.ones(2, 3), t.nn.Parameter(t.zeros(4)), "words"])
        result = act(box, t)
        return [result, repr(box), len(box), list(box.state_dict()), len(t.nn.ParameterList())]

    same_program(program)


PARAMETER_DICT = {
    "get": lambda b, t: b["a"],
    "missing": lambda b, t: b["z"],
    "get or default": lambda b, t: [b.get("z", 5), b.get("z"), b.get("n")],
    "set": lambda b, t: b.__setitem__("c", t.ones(1)),
    "set by a number": lambda b, t: b.__setitem__(3, t.ones(1)),
    "delete": lambda b, t: b.__delitem__("a"),
    "contains": lambda b, t: ["a" in b, "z" in b, list(b), list(reversed(b)), list(b.keys())],
    "values": lambda b, t: [*b.values()],
    "items": lambda b, t: [*b.items()],
    "pop": lambda b, t: b.pop("a"),
    "popitem": lambda b, t: b.popitem(),
    "clear": lambda b, t: b.clear(),
    "copy": lambda b, t: [repr(b.copy()), b.copy()["a"] is b["a"]],
    "setdefault": lambda b, t: [b.setdefault("a", 3), b.setdefault("y", t.zeros(1)), b.setdefault("x")],
    "fromkeys": lambda b, t: repr(b.fromkeys(["p", "q"], 4)),
    "call": lambda b, t: b(1),
    "or": lambda b, t: repr(b | t.nn.ParameterDict({"z": t.zeros(1)})),
    "ior": lambda b, t: repr(b.__ior__(t.nn.ParameterDict({"z": t.zeros(1)}))),
    "update": lambda b, t: b.update({"a": t.zeros(1), "n": 8}),
    "update by pairs": lambda b, t: b.update([("x", t.zeros(1))]),
    "update by a number": lambda b, t: b.update(3),
    "update by numbers": lambda b, t: b.update([3]),
    "update by triples": lambda b, t: b.update([(1, 2, 3)]),
}


@pytest.mark.parametrize("act", PARAMETER_DICT.values(), ids=PARAMETER_DICT)
def test_parameter_dict(act):
    def program(t):
        box = t.nn.ParameterDict({"b": t.ones(2, 3), "a": t.nn.Parameter(t.zeros(4)), "n": 7})
        result = act(box, t)
        return [result, repr(box), len(box), list(box.state_dict())]

    same_program(program)


@pytest.mark.parametrize("kind", ["Sequential", "ModuleList"])
@pytest.mark.parametrize("act", [
    lambda b: b.insert(0, 3), lambda b: b.insert(9, "a"), lambda b: b.append(3), lambda b: b.extend(3), lambda b: b.__setitem__(0, 3), lambda b: b.__add__(3),
    lambda b: b.__delitem__(7), lambda b: b.pop(7), lambda b: b.__iadd__(2), lambda b: b.__imul__(0), lambda b: b.__imul__("a"),
])  # fmt: skip
def test_what_is_refused_leaves_the_container_as_it_was(kind, act):
    nn = minitorch_pt.nn
    modules = nn.ReLU(), nn.Linear(1, 2), nn.Tanh()
    box = nn.Sequential(*modules) if kind == "Sequential" else nn.ModuleList(modules)
    with pytest.raises((TypeError, ValueError, IndexError, AssertionError, AttributeError)):
        act(box)
    assert [*box] == [*modules]


@pytest.mark.parametrize("act", [
    lambda b, t: b + [t.nn.ReLU()], lambda b, t: b.insert(0, 3), lambda b, t: b.insert(9, t.nn.ReLU()), lambda b, t: b + t.nn.ModuleList([t.nn.ReLU()]),
    lambda b, t: repr(b + t.nn.Sequential(t.nn.ReLU())), lambda b, t: b.get_parameter("0.bias"), lambda b, t: b.get_buffer("1.running_mean"),
])  # fmt: skip
def test_sequences_and_what_does_not_belong_there(act):
    same_program(
        lambda t: act(t.nn.Sequential(t.nn.Linear(1, 2, bias=False), t.nn.BatchNorm1d(2, track_running_stats=False)), t)
    )
