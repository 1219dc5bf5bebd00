"""Trees of containers with leaves: lists, tuples, dicts and what they hold, taken apart and put together again. Programs know it by this name.

The leaves of (1, {"a": 2, "b": [3, 4]}) are 1, 2, 3, 4; what is left is its `TreeSpec`. None is a leaf.
"""

from __future__ import annotations

from collections import OrderedDict, defaultdict, deque
from collections.abc import Callable, Iterable, Iterator
from typing import Any, NamedTuple

__all__ = [
    "PyTree", "TreeSpec", "register_pytree_node", "tree_all", "tree_any", "tree_flatten", "tree_is_leaf", "tree_iter", "tree_leaves",
    "tree_map", "tree_map_", "tree_map_only", "tree_structure", "tree_unflatten",
]  # fmt: skip

PyTree = Any


class _Kind(NamedTuple):
    """How containers of a class are taken apart, into children and a context, and made anew from both."""

    flatten: Callable[[Any], tuple[Iterable, Any]]
    unflatten: Callable[[Iterable, Any], Any]


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


_LEAF = TreeSpec(None, None, None)


def register_pytree_node(cls: type, flatten_fn: Callable, unflatten_fn: Callable, **others: Any) -> None:
    """Take containers of a class apart too: flatten_fn(tree) gives (children, context), unflatten_fn(children, context) the tree.

    Raises:
        ValueError: the class is known already.
    """
    if cls in SUPPORTED_NODES:
        raise ValueError(f"{cls} is already registered as pytree node.")
    SUPPORTED_NODES[cls] = _Kind(flatten_fn, unflatten_fn)


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
