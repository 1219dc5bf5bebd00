"""Sequential, ModuleList, ModuleDict, ParameterList, ParameterDict: the same contents, text and errors as torch's."""

from __future__ import annotations

from collections import OrderedDict

import pytest

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


def parameters_changed(kind, act):
    """The program that makes a ParameterList or ParameterDict, acts on it, and tells what it holds."""

    def program(package):
        made = [package.nn.Parameter(package.arange(n) * 1.0) for n in (2, 3)]
        nn = package.nn
        box = (
            nn.ParameterList([*made, "text"])
            if kind == "ParameterList"
            else nn.ParameterDict(dict(a=made[0], b=made[1]))
        )
        result = act(box, package)
        result = result if isinstance(result, (package.Tensor, tuple, list)) else repr(result)
        return [repr(box), result, len(box), dict(box.state_dict()), [repr(item) for item in box]]

    return program


LISTS = {
    "nothing": lambda box, p: None,
    "index": lambda box, p: box[-2],
    "index too far": lambda box, p: box[3],
    "slice": lambda box, p: box[:2],
    "set": lambda box, p: box.__setitem__(0, p.ones(1)),
    "set far": lambda box, p: box.__setitem__(7, p.ones(1)),
    "append": lambda box, p: box.append(p.ones(2)),
    "append a number": lambda box, p: box.append(3),
    "extend": lambda box, p: box.extend([p.ones(2), p.ones(1)]),
    "extend by a number": lambda box, p: box.extend(3),
    "add in place": lambda box, p: box.__iadd__([p.ones(2)]),
    "directory": lambda box, p: [name for name in dir(box) if name.isdigit()],
}
DICTS = {
    "nothing": lambda box, p: None,
    "key": lambda box, p: box["b"],
    "no such key": lambda box, p: box["z"],
    "set": lambda box, p: box.__setitem__("c", p.ones(2)),
    "set a number": lambda box, p: box.__setitem__("c", 3),
    "delete": lambda box, p: box.__delitem__("a"),
    "pop": lambda box, p: box.pop("a"),
    "popitem": lambda box, p: box.popitem(),
    "clear": lambda box, p: box.clear(),
    "keys": lambda box, p: list(box.keys()),
    "items": lambda box, p: list(box.items()),
    "values": lambda box, p: list(box.values()),
    "contains": lambda box, p: ["a" in box, "z" in box],
    "reversed": lambda box, p: list(reversed(box)),
    "get": lambda box, p: [box.get("a"), box.get("z"), box.get("z", 4)],
    "setdefault": lambda box, p: [box.setdefault("a", p.ones(9)), box.setdefault("c", p.ones(1))],
    "copy": lambda box, p: box.copy(),
    "fromkeys": lambda box, p: box.fromkeys(["a", "c"], 2),
    "or": lambda box, p: box | p.nn.ParameterDict({"c": p.ones(1)}),
    "or in place": lambda box, p: box.__ior__({"a": p.ones(1)}),
    "update": lambda box, p: box.update({"c": p.ones(1), "b": p.ones(1)}),
    "update by pairs": lambda box, p: box.update([("c", p.ones(1))]),
    "update by a list": lambda box, p: box.update(p.nn.ParameterDict({"d": p.ones(1)})),
    "update by a number": lambda box, p: box.update(3),
    "update by triples": lambda box, p: box.update([("a", 1, 2)]),
}
TABLES = [("ParameterList", LISTS), ("ParameterDict", DICTS)]


@pytest.mark.parametrize(
    ("kind", "act"), [pytest.param(k, act, id=f"{k} {name}") for k, table in TABLES for name, act in table.items()]
)
def test_parameter_containers(kind, act):
    same_program(parameters_changed(kind, act))
