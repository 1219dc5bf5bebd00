"""Trees of containers: random ones, taken apart and put together as torch does it."""

from __future__ import annotations

import dataclasses
import random
from collections import OrderedDict, defaultdict, deque, namedtuple
from typing import Any

import pytest
import torch.utils._pytree as theirs

from minitorch_pt.utils import _pytree as ours

Pair = namedtuple("Pair", "first second")


def tree(rng: random.Random, depth: int = 3) -> Any:
    """A random tree of numbers, texts and None."""
    kind = rng.randrange(10)
    if not depth or kind > 7:
        return rng.choice([1, 2.5, "text", None, True])
    parts = [tree(rng, depth - 1) for _ in range(rng.randrange(4))]
    keyed = {rng.choice("abcdef"): part for part in parts}
    return [
        lambda: parts,
        lambda: tuple(parts),
        lambda: keyed,
        lambda: OrderedDict(keyed),
        lambda: defaultdict(int, keyed),
        lambda: deque(parts, maxlen=5),
        lambda: Pair(tree(rng, 0), tree(rng, depth - 1)),
        lambda: {3: parts},
    ][kind]()


@pytest.mark.parametrize("seed", range(200))
def test_random_trees(seed):
    value = tree(random.Random(seed))
    (mine, spec), (other, their_spec) = ours.tree_flatten(value), theirs.tree_flatten(value)
    assert mine == other
    assert spec.num_leaves == their_spec.num_leaves
    assert spec.is_leaf() == their_spec.is_leaf()
    assert repr(spec) == repr(their_spec)
    assert hash(spec) == hash(ours.tree_structure(value))
    assert ours._get_node_type(value) == theirs._get_node_type(value)
    for library in (ours, theirs) if not spec.is_leaf() else ():
        kind = library.SUPPORTED_NODES[library._get_node_type(value)]
        children, context = kind.flatten_fn(value)
        assert repr(kind.unflatten_fn(children, context)) == repr(value)
        assert library.is_namedtuple(value) == isinstance(value, Pair)
    assert [child.num_leaves for child in spec.children_specs or ()] == [c.num_leaves for c in their_spec.children()]
    doubled = [[leaf, leaf] for leaf in mine]
    assert repr(ours.tree_unflatten(doubled, spec)) == repr(theirs.tree_unflatten(doubled, their_spec))
    with pytest.raises(ValueError):
        ours.tree_unflatten([*mine, 0], spec)
    for end in (lambda t: isinstance(t, dict), lambda t: isinstance(t, tuple), None):
        assert ours.tree_leaves(value, is_leaf=end) == theirs.tree_leaves(value, is_leaf=end)
        assert repr(ours.tree_map(str, value, is_leaf=end)) == repr(theirs.tree_map(str, value, is_leaf=end))
    assert ours.tree_map_only(int, lambda n: n + 1, value) == theirs.tree_map_only(int, lambda n: n + 1, value)
    assert ours.tree_map(lambda a, b: (a, b), value, value) == theirs.tree_map(lambda a, b: (a, b), value, value)
    assert ours.tree_all(bool, value) == theirs.tree_all(bool, value)
    assert ours.tree_any(bool, value) == theirs.tree_any(bool, value)
    assert list(ours.tree_iter(value)) == list(theirs.tree_iter(value))
    assert ours.tree_structure(value) == spec
    assert ours.tree_map_(id, value) is value
    assert ours.tree_is_leaf(value) == theirs.tree_is_leaf(value)


@pytest.mark.parametrize(
    ("tree", "rest"),
    [
        ([1, [2, 3]], [1, 2]), ([1, 2], [1, [2, 3]]), ([1], (1,)), ([1], [1, 2]), ({"a": 1, "b": 2}, {"b": 3, "a": [4]}),
        ({"a": 1}, OrderedDict(a=2)), (defaultdict(int, a=1), {"a": 2}), ({"a": 1}, {"b": 2}), (deque([1], maxlen=2), deque([3])), (Pair(1, 2), (1, 2)),
    ],
)  # fmt: skip
def test_what_stands_in_the_places_of_a_trees_leaves(tree, rest):
    told = []
    for library in (ours, theirs):
        try:
            told.append(repr(library.tree_map(lambda one, other: (one, other), tree, rest)))
        except ValueError:
            told.append(ValueError)
    assert told[0] == told[1]


def test_functions_of_the_containers_that_packages_name():
    for value in ([1, 2], (1, 2), {"b": 1}, OrderedDict(b=1), defaultdict(int, b=1), deque([1], maxlen=3), Pair(1, 2)):
        name = "namedtuple" if isinstance(value, Pair) else type(value).__name__.lower()
        told = []
        for library in (ours, theirs):
            keyed, _ = getattr(library, f"_{name}_flatten_with_keys")(value)
            children, context = getattr(library, f"_{name}_flatten")(value)
            again = getattr(library, f"_{name}_unflatten")(children, context)
            told.append((repr(again), list(children), [(str(key), child) for key, child in keyed]))
        assert told[0] == told[1]


def test_a_class_of_ones_own():
    class Box:
        def __init__(self, *held: Any) -> None:
            self.held = held

    found = []
    for library in (ours, theirs):
        library.register_pytree_node(Box, lambda box: (list(box.held), None), lambda held, _: Box(*held))
        found.append(library.tree_map(lambda n: n * 2, {"a": Box(1, [2])})["a"].held)
        with pytest.raises(ValueError, match="already registered"):
            library.register_pytree_node(Box, lambda box: (list(box.held), None), lambda held, _: Box(*held))
        with pytest.raises(ValueError, match="flatten_with_keys_fn"):
            library.tree_leaves_with_path([Box(1)])
    assert found[0] == found[1] == (2, [4])


@pytest.mark.parametrize("seed", range(100))
def test_paths_and_forms(seed):
    rng = random.Random(seed)
    value = tree(rng)
    paths = [ours.keystr(path) for path, _ in ours.tree_leaves_with_path(value)]
    assert paths == [theirs.keystr(path) for path, _ in theirs.tree_leaves_with_path(value)]
    told = []
    for package in (ours, theirs):
        spec = package.tree_structure(value)
        pairs, _ = package.tree_flatten_with_path(value)
        told.append((
            spec.num_nodes, spec.num_children, [package.key_get(value, path) is leaf for path, leaf in pairs], spec.flatten_up_to(value),
            package._broadcast_to_and_flatten(7, spec), package._broadcast_to_and_flatten([1, 2], spec), package.tree_map_with_path(lambda k, x: len(k), value),
            package.tree_any_only(int, bool, value), package.tree_all_only(int, bool, value), repr(spec.unflatten(range(spec.num_leaves))),
        ))  # fmt: skip
    assert told[0] == told[1]


@pytest.mark.parametrize("package", [ours, theirs])
def test_dataclasses(package):
    @dataclasses.dataclass
    class Point:
        x: int
        y: list

    package.register_dataclass(Point)
    assert package.tree_map(lambda v: v * 2, Point(1, [2, 3])) == Point(2, [4, 6])
    assert [package.keystr(path) for path, _ in package.tree_leaves_with_path(Point(1, [2]))] == [".x", ".y[0]"]
    package._deregister_pytree_node(Point)
    assert package.tree_is_leaf(Point(1, [2]))
    assert package.tree_structure(3).is_leaf()


@pytest.mark.parametrize("package", [ours, theirs])
def test_fields_of_dataclasses_are_all_named_or_dropped(package):
    @dataclasses.dataclass
    class Point:
        x: int
        y: int = 7

    with pytest.raises(ValueError, match="field_names"):
        package.register_dataclass(Point, field_names=["x"])
    with pytest.raises(ValueError, match="field_names"):
        package.register_dataclass(object)
    package.register_dataclass(Point, field_names=["x"], drop_field_names=["y"])
    assert package.tree_map(lambda v: v * 2, Point(1, 9)) == Point(2, 7)
    package._deregister_pytree_node(Point)
