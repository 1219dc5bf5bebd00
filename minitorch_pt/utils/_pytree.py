"""Trees of containers with leaves: lists, tuples, dicts and what they hold, taken apart and put together again. Programs know it by this name.

The leaves of (1, {"a": 2, "b": [3, 4]}) are 1, 2, 3, 4; what is left is its `TreeSpec`. None is a leaf.
"""

from __future__ import annotations

import dataclasses
from collections import OrderedDict, defaultdict, deque
from collections.abc import Callable, Iterable, Iterator
from typing import Any, NamedTuple

__all__ = [
    "GetAttrKey", "LeafSpec", "MappingKey", "PyTree", "SequenceKey", "TreeSpec", "key_get", "keystr", "register_dataclass",
    "register_pytree_node", "tree_all", "tree_all_only", "tree_any", "tree_any_only", "tree_flatten", "tree_flatten_with_path", "tree_is_leaf",
    "tree_iter", "tree_leaves", "tree_leaves_with_path", "tree_map", "tree_map_", "tree_map_only", "tree_map_only_", "tree_map_with_path",
    "tree_structure", "tree_unflatten",
]  # fmt: skip

PyTree = Any


class _Kind(NamedTuple):
    """How containers of a class are taken apart, into children and a context, and made anew from both."""

    flatten: Callable[[Any], tuple[Iterable, Any]]
    unflatten: Callable[[Iterable, Any], Any]


class SequenceKey(NamedTuple):
    """A place in a list or tuple, as part of a path."""

    idx: int

    def __str__(self) -> str:
        return f"[{self.idx!r}]"

    def get(self, sequence: Any) -> Any:
        """What is there."""
        return sequence[self.idx]


class MappingKey(NamedTuple):
    """A key of a dict, as part of a path."""

    key: Any

    def __str__(self) -> str:
        return f"[{self.key!r}]"

    def get(self, mapping: Any) -> Any:
        """What is there."""
        return mapping[self.key]


class GetAttrKey(NamedTuple):
    """An attribute, as part of a path."""

    name: str

    def __str__(self) -> str:
        return f".{self.name}"

    def get(self, obj: Any) -> Any:
        """What is there."""
        return getattr(obj, self.name)


_KEYS: dict[type, Callable[[Any], list]] = {}  # of classes that say themselves how their children are found


def _filled(children: Iterable, keys: Any) -> Any:
    return zip(keys, children, strict=True)


SUPPORTED_NODES: dict[type, _Kind] = {
    tuple: _Kind(lambda t: (t, None), lambda children, _: tuple(children)),
    list: _Kind(lambda t: (t, None), lambda children, _: list(children)),
    dict: _Kind(lambda t: (t.values(), [*t]), lambda children, keys: dict(_filled(children, keys))),
    OrderedDict: _Kind(lambda t: (t.values(), [*t]), lambda children, keys: OrderedDict(_filled(children, keys))),
    defaultdict: _Kind(lambda t: (t.values(), (t.default_factory, [*t])), lambda children, made: defaultdict(made[0], _filled(children, made[1]))),
    deque: _Kind(lambda t: (t, t.maxlen), lambda children, most: deque(children, most)),
}  # fmt: skip
_NAMEDTUPLE = _Kind(lambda t: (t, type(t)), lambda children, cls: cls(*children))
_RETURNED = _Kind(lambda t: (t, type(t)), lambda children, cls: cls(children))  # torch.return_types.max


class TreeSpec(NamedTuple):
    """A tree without its leaves: the class of the container, what else makes it, and the specs of its children. Of a leaf: all None."""

    type: type | None
    context: Any
    children_specs: list | None

    def is_leaf(self) -> bool:
        """Whether there is no container."""
        return self.type is None

    @property
    def num_leaves(self) -> int:
        """How many leaves the tree has."""
        return 1 if self.children_specs is None else sum(child.num_leaves for child in self.children_specs)

    @property
    def num_children(self) -> int:
        """How many children the container has."""
        return len(self.children_specs or ())

    @property
    def num_nodes(self) -> int:
        """How many containers and leaves the tree has, itself among them."""
        return 1 + sum(child.num_nodes for child in self.children_specs or ())

    def child(self, index: int) -> TreeSpec:
        """The spec of a child."""
        return (self.children_specs or ())[index]

    def children(self) -> list[TreeSpec]:
        """The specs of the children."""
        return [*(self.children_specs or ())]

    def unflatten(self, leaves: Iterable) -> PyTree:
        """The tree of these leaves."""
        return tree_unflatten(leaves, self)

    def flatten_up_to(self, tree: PyTree) -> list:
        """What a tree of this form, or with more below it, has in the places of the leaves.

        Raises:
            ValueError: the tree has another form above them.
        """
        if self.type is None:
            return [tree]
        kind = _kind(type(tree))
        children, context = kind.flatten(tree) if kind is not None else ((), None)
        children = [*children]
        if type(tree) is not self.type or context != self.context or len(children) != self.num_children:
            raise ValueError(
                f"Node type mismatch: the tree at this place is a {type(tree).__name__}, the spec says {self}"
            )
        return [leaf for spec, part in zip(self.children(), children, strict=True) for leaf in spec.flatten_up_to(part)]


_LEAF = TreeSpec(None, None, None)


def _dict_flatten_with_keys(d: dict) -> tuple[list, list]:  # packages register their own dicts with it
    return [(MappingKey(key), value) for key, value in d.items()], [*d]


def LeafSpec() -> TreeSpec:  # torch's name
    """The spec of a leaf."""
    return _LEAF


def register_pytree_node(cls: type, flatten_fn: Callable, unflatten_fn: Callable, **others: Any) -> None:
    """Take containers of a class apart too: flatten_fn(tree) gives (children, context), unflatten_fn(children, context) the tree.

    Raises:
        ValueError: the class is known already.
    """
    if cls in SUPPORTED_NODES:
        raise ValueError(f"{cls} is already registered as pytree node.")
    SUPPORTED_NODES[cls] = _Kind(flatten_fn, unflatten_fn)
    if others.get("flatten_with_keys_fn") is not None:
        _KEYS[cls] = lambda tree: [key for key, _ in others["flatten_with_keys_fn"](tree)[0]]


def _deregister_pytree_node(cls: type) -> None:
    """Take containers of a class as leaves again."""
    del SUPPORTED_NODES[cls]
    _KEYS.pop(cls, None)


def register_dataclass(cls: type, *, field_names: list[str] | None = None, **others: Any) -> None:
    """Take a dataclass apart into its fields that `__init__` sets."""
    names = [f.name for f in dataclasses.fields(cls) if f.init] if field_names is None else field_names  # type: ignore[arg-type]
    register_pytree_node(
        cls, lambda tree: ([getattr(tree, n) for n in names], names), lambda children, names: cls(**dict(_filled(children, names))),
        flatten_with_keys_fn=lambda tree: ([(GetAttrKey(n), getattr(tree, n)) for n in names], names),
    )  # fmt: skip


def _kind(cls: type | None) -> _Kind | None:
    if cls is not None and issubclass(cls, tuple) and hasattr(cls, "_fields"):
        return SUPPORTED_NODES.get(cls, _NAMEDTUPLE)
    if cls is not None and issubclass(cls, tuple) and hasattr(cls, "n_fields"):
        return SUPPORTED_NODES.get(cls, _RETURNED)
    return SUPPORTED_NODES.get(cls)  # type: ignore[arg-type]


def tree_is_leaf(tree: PyTree, is_leaf: Callable[[PyTree], bool] | None = None) -> bool:
    """Whether a value is no container, or a leaf to `is_leaf`."""
    return (is_leaf is not None and is_leaf(tree)) or _kind(type(tree)) is None


def tree_flatten(tree: PyTree, is_leaf: Callable[[PyTree], bool] | None = None) -> tuple[list, TreeSpec]:
    """The leaves, and the tree without them.

    >>> leaves, spec = tree_flatten((1, {"a": 2, "b": [3, 4]}))
    >>> leaves
    [1, 2, 3, 4]
    >>> tree_unflatten([x * 10 for x in leaves], spec)
    (10, {'a': 20, 'b': [30, 40]})
    """
    leaves: list = []

    def spec_of(part: PyTree) -> TreeSpec:
        kind = None if is_leaf is not None and is_leaf(part) else _kind(type(part))
        if kind is None:
            leaves.append(part)
            return _LEAF
        children, context = kind.flatten(part)
        return TreeSpec(type(part), context, [spec_of(child) for child in children])

    return leaves, spec_of(tree)


def tree_unflatten(leaves: Iterable, treespec: TreeSpec) -> PyTree:
    """The tree of these leaves.

    Raises:
        ValueError: there are more leaves or fewer than the tree holds.
    """
    leaves = list(leaves)
    if len(leaves) != treespec.num_leaves:
        raise ValueError(
            f"tree_unflatten(leaves, treespec): `leaves` has length {len(leaves)} but the spec refers to a pytree that holds {treespec.num_leaves} items"
        )
    rest = iter(leaves)

    def made(spec: TreeSpec) -> PyTree:
        kind = _kind(spec.type)
        return (
            next(rest)
            if kind is None
            else kind.unflatten([made(child) for child in spec.children_specs or ()], spec.context)
        )

    return made(treespec)


def tree_iter(tree: PyTree, is_leaf: Callable[[PyTree], bool] | None = None) -> Iterator:
    """One leaf after the other."""
    return iter(tree_flatten(tree, is_leaf)[0])


def tree_leaves(tree: PyTree, is_leaf: Callable[[PyTree], bool] | None = None) -> list:
    """The leaves."""
    return tree_flatten(tree, is_leaf)[0]


def tree_structure(tree: PyTree, is_leaf: Callable[[PyTree], bool] | None = None) -> TreeSpec:
    """The tree without its leaves."""
    return tree_flatten(tree, is_leaf)[1]


def tree_map(func: Callable, tree: PyTree, *rests: PyTree, is_leaf: Callable[[PyTree], bool] | None = None) -> PyTree:
    """The tree with func(leaf) in the place of each leaf; of several trees of one form with func(leaf, leaf2, ...).

    Raises:
        ValueError: the trees differ in form.
    """
    leaves, spec = tree_flatten(tree, is_leaf)
    columns = [leaves]
    for other in rests:
        more, form = tree_flatten(other, is_leaf)
        if form != spec:
            raise ValueError(f"tree_map(): the trees differ in form: {spec} and {form}")
        columns.append(more)
    return tree_unflatten(map(func, *columns), spec)


def tree_map_(func: Callable, tree: PyTree, *rests: PyTree, is_leaf: Callable[[PyTree], bool] | None = None) -> PyTree:
    """Call func(leaf, ...) for what it does; the tree itself."""
    tree_map(func, tree, *rests, is_leaf=is_leaf)
    return tree


def tree_map_only(kind: Any, func: Callable, tree: PyTree, is_leaf: Callable[[PyTree], bool] | None = None) -> PyTree:
    """`tree_map` for leaves of a class, of several, or for which a function holds; the others stay."""
    holds = kind if callable(kind) and not isinstance(kind, type) else lambda leaf: isinstance(leaf, kind)
    return tree_map(lambda leaf: func(leaf) if holds(leaf) else leaf, tree, is_leaf=is_leaf)


def tree_all(pred: Callable[[Any], bool], tree: PyTree, is_leaf: Callable[[PyTree], bool] | None = None) -> bool:
    """Whether `pred` holds for each leaf."""
    return all(map(pred, tree_iter(tree, is_leaf)))


def tree_any(pred: Callable[[Any], bool], tree: PyTree, is_leaf: Callable[[PyTree], bool] | None = None) -> bool:
    """Whether `pred` holds for a leaf."""
    return any(map(pred, tree_iter(tree, is_leaf)))


def tree_all_only(
    kind: Any, pred: Callable[[Any], bool], tree: PyTree, is_leaf: Callable[[PyTree], bool] | None = None
) -> bool:
    """Whether `pred` holds for each leaf of a class."""
    return all(pred(leaf) for leaf in tree_iter(tree, is_leaf) if isinstance(leaf, kind))


def tree_any_only(
    kind: Any, pred: Callable[[Any], bool], tree: PyTree, is_leaf: Callable[[PyTree], bool] | None = None
) -> bool:
    """Whether `pred` holds for a leaf of a class."""
    return any(pred(leaf) for leaf in tree_iter(tree, is_leaf) if isinstance(leaf, kind))


def tree_map_only_(kind: Any, func: Callable, tree: PyTree, is_leaf: Callable[[PyTree], bool] | None = None) -> PyTree:
    """`tree_map_only` for what the function does; the tree itself."""
    tree_map_only(kind, func, tree, is_leaf)
    return tree


def _broadcast_to_and_flatten(
    tree: PyTree, treespec: TreeSpec, is_leaf: Callable[[PyTree], bool] | None = None
) -> list | None:
    """The leaves of a tree for each leaf of another, below whose leaves that one may go on; None if the forms do not fit."""
    if treespec.type is None or tree_is_leaf(tree, is_leaf):
        return [tree] * treespec.num_leaves if tree_is_leaf(tree, is_leaf) else None
    children, context = _kind(type(tree)).flatten(tree)  # type: ignore[union-attr]
    children = [*children]
    if type(tree) is not treespec.type or context != treespec.context or len(children) != treespec.num_children:
        return None
    found: list = []
    for part, spec in zip(children, treespec.children(), strict=True):
        more = _broadcast_to_and_flatten(part, spec, is_leaf)
        if more is None:
            return None
        found += more
    return found


# ---------------------------------------------------------------------------------------------------------------------
# Leaves with their paths
# ---------------------------------------------------------------------------------------------------------------------
def tree_leaves_with_path(tree: PyTree, is_leaf: Callable[[PyTree], bool] | None = None) -> list[tuple[tuple, Any]]:
    """(path, leaf) of each leaf; a path is a tuple of keys.

    >>> tree_leaves_with_path({"a": [5]})
    [((MappingKey(key='a'), SequenceKey(idx=0)), 5)]
    """
    kind = None if is_leaf is not None and is_leaf(tree) else _kind(type(tree))
    if kind is None:
        return [((), tree)]
    children = [*kind.flatten(tree)[0]]
    if type(tree) in _KEYS:
        keys = _KEYS[type(tree)](tree)
    elif isinstance(tree, dict):
        keys = [MappingKey(key) for key in tree]
    elif hasattr(tree, "_fields"):
        keys = [GetAttrKey(name) for name in tree._fields]
    else:
        keys = [SequenceKey(i) for i in range(len(children))]
    return [
        ((key, *path), leaf)
        for key, child in zip(keys, children, strict=True)
        for path, leaf in tree_leaves_with_path(child, is_leaf)
    ]


def tree_flatten_with_path(
    tree: PyTree, is_leaf: Callable[[PyTree], bool] | None = None
) -> tuple[list[tuple[tuple, Any]], TreeSpec]:
    """(path, leaf) of each leaf, and the tree without them."""
    return tree_leaves_with_path(tree, is_leaf), tree_structure(tree, is_leaf)


def tree_map_with_path(
    func: Callable, tree: PyTree, *rests: PyTree, is_leaf: Callable[[PyTree], bool] | None = None
) -> PyTree:
    """The tree with func(path, leaf, ...) in the place of each leaf."""
    pairs, spec = tree_flatten_with_path(tree, is_leaf)
    columns = [spec.flatten_up_to(other) for other in rests]
    return tree_unflatten([func(*pair, *others) for pair, *others in zip(pairs, *columns, strict=True)], spec)


def keystr(kp: tuple) -> str:
    """A path as text: "['a'][0]"."""
    return "".join(map(str, kp))


def key_get(obj: Any, kp: tuple) -> Any:
    """What an object has at the end of a path."""
    for key in kp:
        obj = key.get(obj)
    return obj
