"""Trees of containers with leaves: lists, tuples, dicts and what they hold, taken apart and put together again. Programs know it by this name.

The leaves of (1, {"a": 2, "b": [3, 4]}) are 1, 2, 3, 4; what is left is its `TreeSpec`. None is a leaf.
"""

from __future__ import annotations

import dataclasses
from collections import OrderedDict, defaultdict, deque, namedtuple
from collections.abc import Callable, Iterable, Iterator
from typing import Any, NamedTuple

from ..arrays.size import Size

__all__ = [
    "Context", "GetAttrKey", "LeafSpec", "MappingKey", "NodeDef", "PyTree", "SequenceKey", "TreeSpec", "is_namedtuple", "is_namedtuple_class",
    "is_namedtuple_instance", "is_structseq_class", "is_structseq_instance", "key_get", "keystr", "register_dataclass",
    "register_pytree_node", "tree_all", "tree_all_only", "tree_any", "tree_any_only", "tree_flatten", "tree_flatten_with_path", "tree_is_leaf",
    "tree_iter", "tree_leaves", "tree_leaves_with_path", "tree_map", "tree_map_", "tree_map_only", "tree_map_only_", "tree_map_with_path",
    "tree_structure", "tree_unflatten",
]  # fmt: skip

PyTree = Any
Context = Any


class NodeDef(NamedTuple):
    """How containers of a class are taken apart, into children and a context, and made anew from both.

    flatten_with_keys_fn: the same with (key, child) for children.
    """

    type: Any
    flatten_fn: Callable[[Any], tuple[list, Any]]
    unflatten_fn: Callable[[Iterable, Any], Any]
    flatten_with_keys_fn: Callable[[Any], tuple[list, Any]] | None = None


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


def _filled(children: Iterable, keys: Any) -> Any:
    return zip(keys, children, strict=True)


def _node(kind: Any, flatten: Callable[[Any], tuple[list, Any]], unflatten: Callable[[Iterable, Any], Any]) -> NodeDef:
    """The node of one of Python's own containers, whose children are found by keys, names or numbers."""

    def with_keys(tree: Any) -> tuple[list, Any]:
        children, context = flatten(tree)
        if isinstance(tree, dict):
            return [(MappingKey(key), child) for key, child in _filled(children, tree)], context
        if is_namedtuple_instance(tree):
            return [(GetAttrKey(name), child) for name, child in _filled(children, tree._fields)], context
        return [(SequenceKey(i), child) for i, child in enumerate(children)], context

    return NodeDef(kind, flatten, unflatten, with_keys)


# a namedtuple of any class stands under `namedtuple`, and its class is the context
SUPPORTED_NODES: dict[Any, NodeDef] = {
    kind: _node(kind, flatten, unflatten)
    for kind, flatten, unflatten in (
        (tuple, lambda t: (list(t), None), lambda children, _: tuple(children)),
        (list, lambda t: (t, None), lambda children, _: list(children)),
        (dict, lambda t: ([*t.values()], [*t]), lambda children, keys: dict(_filled(children, keys))),
        (namedtuple, lambda t: (list(t), type(t)), lambda children, cls: cls(*children)),
        (OrderedDict, lambda t: ([*t.values()], [*t]), lambda children, keys: OrderedDict(_filled(children, keys))),
        (
            defaultdict,
            lambda t: ([*t.values()], [t.default_factory, [*t]]),
            lambda children, made: defaultdict(made[0], _filled(children, made[1])),
        ),
        (deque, lambda t: (list(t), t.maxlen), lambda children, most: deque(children, most)),
    )
}
BUILTIN_TYPES = frozenset(SUPPORTED_NODES)
STANDARD_DICT_TYPES = frozenset((dict, OrderedDict, defaultdict))


# packages register their own containers with these: _list_flatten, _list_unflatten, _list_flatten_with_keys, ...
for _own in [*SUPPORTED_NODES.values()]:
    _title = f"_{_own.type.__name__.lower()}"
    globals().update({
        f"{_title}_flatten": _own.flatten_fn,
        f"{_title}_unflatten": _own.unflatten_fn,
        f"{_title}_flatten_with_keys": _own.flatten_with_keys_fn,
    })  # fmt: skip
SUPPORTED_NODES[Size] = _node(Size, lambda t: (list(t), None), lambda children, _: tuple(children))


class TreeSpec:
    """A tree without its leaves: the class of the container, what else makes it, and the specs of its children. Of a leaf: None and no children."""

    def __init__(self, type: Any, context: Any, children_specs: list[TreeSpec]) -> None:
        self.type, self.context, self._children = type, context, children_specs
        self.num_children = len(children_specs)
        self.num_leaves: int = 1 if type is None else sum(child.num_leaves for child in children_specs)
        self.num_nodes: int = 1 + sum(child.num_nodes for child in children_specs)

    def __repr__(self, indent: int = 0) -> str:
        indent += 2
        inside = f",\n{' ' * indent}".join(child.__repr__(indent) for child in self._children)
        return f"TreeSpec({self.type.__name__}, {self.context}, [{inside}])"

    def __eq__(self, other: object) -> bool:
        if not isinstance(other, TreeSpec):
            return NotImplemented
        return (self.type, self.context, self._children) == (other.type, other.context, other._children)

    def __hash__(self) -> int:
        return hash((self.type, str(self.context), tuple(self._children)))

    @property
    def children_specs(self) -> list[TreeSpec]:
        """The specs of the children: what `children()` gives is a list of one's own."""
        return self._children

    def is_leaf(self) -> bool:
        """Whether there is no container."""
        return self.type is None

    def child(self, index: int) -> TreeSpec:
        """The spec of a child."""
        return self._children[index]

    def children(self) -> list[TreeSpec]:
        """The specs of the children."""
        return [*self._children]

    def unflatten(self, leaves: Iterable) -> PyTree:
        """The tree of these leaves."""
        return tree_unflatten(leaves, self)

    def flatten_up_to(self, tree: PyTree) -> list:
        """What a tree of this form, or with more below it, has in the places of the leaves. Dicts may be of another kind and order.

        Raises:
            ValueError: the tree has another form above them.
        """
        if self.type is None:
            return [tree]
        return [leaf for spec, part in zip(self._children, self._parts(tree), strict=True) for leaf in spec.flatten_up_to(part)]  # fmt: skip

    def _parts(self, tree: PyTree) -> list:
        """The children of a tree whose outermost container is as here."""
        kind = _get_node_type(tree)
        if self.type in STANDARD_DICT_TYPES and kind in STANDARD_DICT_TYPES:
            keys = self.context[1] if self.type is defaultdict else self.context
            if {*keys} != {*tree}:
                raise ValueError(f"Node keys mismatch: expected {keys}, but got {[*tree]}.")
            return [tree[key] for key in keys]
        if kind != self.type:
            raise ValueError(f"Node type mismatch: expected {self.type!r}, but got {kind!r}.")
        children, context = SUPPORTED_NODES[kind].flatten_fn(tree)
        children = list(children)
        if len(children) != self.num_children:
            raise ValueError(f"Node arity mismatch: expected {self.num_children}, but got {len(children)}.")
        if context != self.context and kind is not deque:
            raise ValueError(f"Node context mismatch: expected {self.context!r}, but got {context!r}.")
        return children


class LeafSpec(TreeSpec):
    """The spec of a leaf."""

    def __init__(self) -> None:
        super().__init__(None, None, [])

    def __repr__(self, indent: int = 0) -> str:
        return "*"


_LEAF = LeafSpec()


def register_pytree_node(
    cls: type,
    flatten_fn: Callable,
    unflatten_fn: Callable,
    *,
    serialized_type_name: str | None = None,
    to_dumpable_context: Callable | None = None,
    from_dumpable_context: Callable | None = None,
    flatten_with_keys_fn: Callable | None = None,
) -> None:
    """Take containers of a class apart too: flatten_fn(tree) gives (children, context), unflatten_fn(children, context) the tree.

    flatten_with_keys_fn: the same with (key, child) for children. The others say how PyTorch writes a form to a file.

    Raises:
        ValueError: the class is known already.
    """
    if cls in SUPPORTED_NODES:
        raise ValueError(f"{cls} is already registered as pytree node.")
    SUPPORTED_NODES[cls] = NodeDef(cls, flatten_fn, unflatten_fn, flatten_with_keys_fn)


def _deregister_pytree_node(cls: type) -> None:
    """Take containers of a class as leaves again."""
    del SUPPORTED_NODES[cls]


def register_dataclass(
    cls: type,
    *,
    field_names: list[str] | None = None,
    drop_field_names: list[str] | None = None,
    serialized_type_name: str | None = None,
) -> None:
    """Take a dataclass apart into its fields that `__init__` sets, or another class into the fields that are named.

    Raises:
        ValueError: the fields of a dataclass that are named, and those that are dropped, are not all; no fields of another class are.
    """
    own = [f.name for f in dataclasses.fields(cls) if f.init] if dataclasses.is_dataclass(cls) else field_names
    if own is None:
        raise ValueError(
            f"field_names must be specified with a list of all fields used to initialize {cls}, as it is not a dataclass."
        )
    names = own if field_names is None else field_names
    if field_names is not None and {*field_names} != {*own} - {*(drop_field_names or ())}:
        raise ValueError(
            f"field_names {field_names} must be the fields {own} that initialize {cls}, but for those in drop_field_names"
        )
    register_pytree_node(
        cls, lambda tree: ([getattr(tree, n) for n in names], names), lambda children, names: cls(**dict(_filled(children, names))),
        flatten_with_keys_fn=lambda tree: ([(GetAttrKey(n), getattr(tree, n)) for n in names], names),
    )  # fmt: skip


def is_namedtuple_class(cls: type) -> bool:
    """Whether a class is one that `collections.namedtuple` made, or is derived from one."""
    return isinstance(cls, type) and issubclass(cls, tuple) and isinstance(getattr(cls, "_fields", None), tuple)


def is_namedtuple(obj: object | type) -> bool:
    """Whether a value, or a class, is a namedtuple."""
    return is_namedtuple_class(obj if isinstance(obj, type) else type(obj))


def is_namedtuple_instance(obj: object) -> bool:
    """Whether a value is a namedtuple."""
    return is_namedtuple_class(type(obj))


def is_structseq_class(cls: type) -> bool:
    """Whether a class is one of torch.return_types."""
    return isinstance(cls, type) and issubclass(cls, tuple) and isinstance(getattr(cls, "n_fields", None), int)


def is_structseq_instance(obj: object) -> bool:
    """Whether a value is of torch.return_types, as the one of torch.max(x, 0)."""
    return is_structseq_class(type(obj))


def _get_node_type(tree: PyTree) -> Any:
    """What a value stands under in SUPPORTED_NODES, if it is a container."""
    cls = type(tree)
    if cls not in SUPPORTED_NODES and issubclass(cls, tuple):
        if is_namedtuple_class(cls):
            return namedtuple
        if is_structseq_class(cls):
            SUPPORTED_NODES[cls] = _node(cls, lambda t: (list(t), None), lambda children, _: cls(children))
    return cls


def tree_is_leaf(tree: PyTree, is_leaf: Callable[[PyTree], bool] | None = None) -> bool:
    """Whether a value is no container, or a leaf to `is_leaf`."""
    return (is_leaf is not None and is_leaf(tree)) or _get_node_type(tree) not in SUPPORTED_NODES


_is_leaf = tree_is_leaf


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
        kind = _get_node_type(part)
        if kind not in SUPPORTED_NODES or (is_leaf is not None and is_leaf(part)):
            leaves.append(part)
            return _LEAF
        children, context = SUPPORTED_NODES[kind].flatten_fn(part)
        return TreeSpec(kind, context, [spec_of(child) for child in children])

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
        if spec.type is None:
            return next(rest)
        return SUPPORTED_NODES[spec.type].unflatten_fn([made(child) for child in spec._children], spec.context)

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
    return tree_unflatten(map(func, leaves, *map(spec.flatten_up_to, rests)), spec)


def tree_map_(func: Callable, tree: PyTree, *rests: PyTree, is_leaf: Callable[[PyTree], bool] | None = None) -> PyTree:
    """Call func(leaf, ...) for what it does; the tree itself."""
    tree_map(func, tree, *rests, is_leaf=is_leaf)
    return tree


def tree_map_only(
    type_or_types_or_pred: Any, /, func: Callable, tree: PyTree, is_leaf: Callable[[PyTree], bool] | None = None
) -> PyTree:
    """`tree_map` for leaves of a class, of several, or for which a function holds; the others stay."""
    holds = (
        type_or_types_or_pred
        if callable(type_or_types_or_pred) and not isinstance(type_or_types_or_pred, type)
        else lambda leaf: isinstance(leaf, type_or_types_or_pred)
    )
    return tree_map(lambda leaf: func(leaf) if holds(leaf) else leaf, tree, is_leaf=is_leaf)


def tree_all(pred: Callable[[Any], bool], tree: PyTree, is_leaf: Callable[[PyTree], bool] | None = None) -> bool:
    """Whether `pred` holds for each leaf."""
    return all(map(pred, tree_iter(tree, is_leaf)))


def tree_any(pred: Callable[[Any], bool], tree: PyTree, is_leaf: Callable[[PyTree], bool] | None = None) -> bool:
    """Whether `pred` holds for a leaf."""
    return any(map(pred, tree_iter(tree, is_leaf)))


def tree_all_only(
    type_or_types: Any, /, pred: Callable[[Any], bool], tree: PyTree, is_leaf: Callable[[PyTree], bool] | None = None
) -> bool:
    """Whether `pred` holds for each leaf of a class."""
    return all(pred(leaf) for leaf in tree_iter(tree, is_leaf) if isinstance(leaf, type_or_types))


def tree_any_only(
    type_or_types: Any, /, pred: Callable[[Any], bool], tree: PyTree, is_leaf: Callable[[PyTree], bool] | None = None
) -> bool:
    """Whether `pred` holds for a leaf of a class."""
    return any(pred(leaf) for leaf in tree_iter(tree, is_leaf) if isinstance(leaf, type_or_types))


def tree_map_only_(
    type_or_types_or_pred: Any, /, func: Callable, tree: PyTree, is_leaf: Callable[[PyTree], bool] | None = None
) -> PyTree:
    """`tree_map_only` for what the function does; the tree itself."""
    tree_map_only(type_or_types_or_pred, func, tree, is_leaf)
    return tree


def _broadcast_to_and_flatten(
    tree: PyTree, treespec: TreeSpec, is_leaf: Callable[[PyTree], bool] | None = None
) -> list | None:
    """The leaves of a tree for each leaf of another, below whose leaves that one may go on; None if the forms do not fit."""
    if treespec.type is None or tree_is_leaf(tree, is_leaf):
        return [tree] * treespec.num_leaves if tree_is_leaf(tree, is_leaf) else None
    kind = _get_node_type(tree)
    children, context = SUPPORTED_NODES[kind].flatten_fn(tree)
    children = [*children]
    if kind is not treespec.type or context != treespec.context or len(children) != treespec.num_children:
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

    Raises:
        ValueError: the class of a container was registered without `flatten_with_keys_fn`.

    >>> tree_leaves_with_path({"a": [5]})
    [((MappingKey(key='a'), SequenceKey(idx=0)), 5)]
    """
    if tree_is_leaf(tree, is_leaf):
        return [((), tree)]
    flatten = SUPPORTED_NODES[_get_node_type(tree)].flatten_with_keys_fn
    if flatten is None:
        raise ValueError(
            f"Did not find a flatten_with_keys_fn for type: {type(tree)}. Please pass a flatten_with_keys_fn argument to register_pytree_node."
        )
    return [
        ((key, *path), leaf) for key, child in flatten(tree)[0] for path, leaf in tree_leaves_with_path(child, is_leaf)
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
