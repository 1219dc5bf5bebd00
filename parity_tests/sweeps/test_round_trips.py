"""Whatever is saved comes back, however often: every type, layout and container, by either library, from one to the other and back."""

from __future__ import annotations

import copy
import io
import itertools
from collections import Counter, OrderedDict, defaultdict, namedtuple
from collections.abc import Callable
from typing import Any

import pytest
import torch
from torch.testing._internal.common_modules import module_db
from torch.testing._internal.common_optimizers import optim_db

import minitorch_pt
from parity_tests.databases.table import table
from parity_tests.databases.twins import Converter
from parity_tests.oracle import lookup
from parity_tests.sweeps import compared
from parity_tests.sweeps.loading import told

DTYPES = ("float64", "float32", "float16", "int64", "int32", "int16", "int8", "uint8", "bool")
LAYOUTS: dict[str, Callable[[Any], list]] = {
    "contiguous": lambda x: [x],
    "transposed": lambda x: [x.t()],
    "sliced": lambda x: [x[1:, ::2]],
    "a row": lambda x: [x[1]],
    "one element": lambda x: [x[1, 1]],
    "expanded": lambda x: [x[:1].expand(3, 4)],
    "empty": lambda x: [x[:0], x[:, :0]],
    "0-d": lambda x: [x.sum().to(x.dtype)],
    "shared": lambda x: [x, x[0], x.t(), x[1:]],
    "overlapping": lambda x: [x.as_strided((3, 2), (1, 2), 1)],
}
Pair = namedtuple("Pair", "a b")
CONTAINERS: dict[str, Callable[[Any, list], Any]] = {
    "list": lambda p, xs: xs,
    "tuple": lambda p, xs: tuple(xs),
    "dict": lambda p, xs: {"x": xs, 1: (xs[0], None), (1, "a"): True, None: 2.5},
    "OrderedDict": lambda p, xs: OrderedDict(a=xs[0], b=OrderedDict()),
    "attributes of an OrderedDict": lambda p, xs: _noted(OrderedDict(a=xs), _metadata={"": {"version": 1}}),
    "attributes of a tensor": lambda p, xs: _noted(xs[0].detach(), note="mine", other=xs),
    "Parameter": lambda p, xs: [p.nn.Parameter(x, x.is_floating_point()) for x in xs],
    "attributes of a Parameter": lambda p, xs: _noted(p.nn.Parameter(xs[0], False), note=[1]),
    "Buffer": lambda p, xs: p.nn.Buffer(xs[0], persistent=False),
    "requires grad": lambda p, xs: [x.detach().requires_grad_(x.is_floating_point()) for x in xs],
    "namedtuple": lambda p, xs: Pair(xs[0], 1),
    "defaultdict": lambda p, xs: defaultdict(list, x=xs),
    "Counter": lambda p, xs: [Counter("abca"), Counter(), xs],
    "set": lambda p, xs: [{1, "a", 2.5, (1, 2)}, set(), xs],
    "frozenset": lambda p, xs: [frozenset([1]), xs],
    "numbers": lambda p, xs: [0, -1, 255, 256, 2**31, -(2**63), 2**70, 1.5, float("inf"), 1 + 2j, True, None],
    "texts": lambda p, xs: ["", "é\n\udc80", "a" * 300, b"", b"\xff\0ab", bytearray(), bytearray(b"ab\xe9")],
    "a large number": lambda p, xs: 2**3000,
    "types": lambda p, xs: [
        p.Size([2, 3]),
        p.Size([]),
        p.float32,
        p.bool,
        p.bfloat16,
        p.device("cpu"),
        p.device("cpu", 0),
    ],
    "the same twice": lambda p, xs: [xs, xs, xs[0]],
    "a circle": lambda p, xs: (lambda circle: circle.append(circle) or [circle, xs])([]),
    "a function": lambda p, xs: p.nn.functional.relu,
    "methods": lambda p, xs: [p.Tensor.sum, p.Tensor.t, p.Tensor.add_],
    "a class": lambda p, xs: p.nn.Linear,
    "range": lambda p, xs: [range(3), slice(1), ...],
}
PACKAGES = (torch, minitorch_pt)
ROUTES = list(itertools.product(PACKAGES, repeat=3))  # who saves and who loads, three times in a row


def _noted(thing: Any, **attributes: Any) -> Any:
    vars(thing).update(attributes)
    return thing


def memory(package: Any, dtype: str) -> Any:
    return (package.arange(12).reshape(3, 4) - 3).to(getattr(package, dtype))


def tensors(thing: Any) -> list:
    """The tensors in lists, tuples and dictionaries, each once."""
    found, todo = {}, [thing]
    for part in todo:
        if hasattr(part, "requires_grad") and not isinstance(part, type):
            found[id(part)] = part
        elif isinstance(part, (list, tuple, dict)) and len(todo) < 100:
            todo += part.values() if isinstance(part, dict) else part
    return list(found.values())


def after_change(package: Any, thing: Any) -> str:
    """What a thing is, and what it is after its first tensor has changed: what shares its memory changes with it."""
    before = told(thing)
    for tensor in tensors(thing)[:1]:
        if tensor.stride() and 0 in tensor.stride():
            tensor = tensor[0]
        kept = tensor.detach().clone()
        tensor.detach().zero_()
        before, _ = f"{before} -> {told(thing)}", tensor.detach().copy_(kept)
    return before


def carried(route: tuple, thing: Any, facts: Callable[[Any, Any], str], **options: Any) -> str:
    """What comes of a thing that the first of a route saves, the next one loads, saves ..., and the first one loads again."""
    try:
        for place, reader in enumerate((*route[1:], route[0])):
            for new in (True, False)[: 2 if place == 0 else 1]:
                route[place].save(thing, file := io.BytesIO(), _use_new_zipfile_serialization=new)
                file.seek(0)
                loaded = reader.load(file, **options)
                assert reader is torch or not file.read(1)
            thing = loaded
            told_ = facts(reader, thing)
    except AssertionError:
        raise
    except Exception as error:
        return f"error {type(error).__name__}"
    return told_


def judged(
    label: str,
    expected: dict,
    make: Callable[[Any], Any],
    facts: Callable[[Any, Any], str],
    wrong: list,
    counts: Counter,
    **options: Any,
) -> None:
    for route in ROUTES:
        result = carried(route, make(route[0]), facts, **options)
        counts["errors" if result.startswith("error") else "values"] += 1
        if result != expected[route[0]]:
            way = " ".join(p.__name__ for p in route)
            wrong.append(f"{label}, {way}:\n    {result[:400]}\n    expected: {expected[route[0]][:400]}")


def sweep(chosen: slice) -> None:
    counts, wrong = Counter[str](), []
    cases = [
        *itertools.product(DTYPES, LAYOUTS, ("list",)),
        *itertools.product(("float32", "int64"), ("contiguous", "shared"), CONTAINERS),
    ]
    for dtype, layout, container in cases[chosen]:
        for trusted in (False, True):

            def make(p: Any, dtype: str = dtype, layout: str = layout, container: str = container) -> Any:
                return CONTAINERS[container](p, LAYOUTS[layout](memory(p, dtype)))

            label = f"{dtype} {layout} {container}, weights_only={not trusted}"
            expected = carried((torch, torch, torch), make(torch), after_change, weights_only=not trusted)
            judged(
                label, dict.fromkeys(PACKAGES, expected), make, after_change, wrong, counts, weights_only=not trusted
            )
    compared("round_trips", counts)
    assert not wrong, f"{len(wrong)}:\n" + "\n".join(wrong[:20])


def test_types_layouts_and_containers():
    sweep(slice(None, None, 3))


@pytest.mark.long
@pytest.mark.parametrize("start", [1, 2])
def test_all_types_layouts_and_containers(start):
    sweep(slice(start, None, 3))


# ---------------------------------------------------------------------------------------------------------------------
# Models and optimizers
# ---------------------------------------------------------------------------------------------------------------------
def modules() -> dict[str, tuple]:
    """A module of each class in torch's database: its constructor, and what it is with its results for an input."""
    found = {}
    for info in module_db:
        if table().reason(info.name) or "Lazy" in info.name:
            continue
        for sample in itertools.islice(
            info.module_inputs_func(info, device="cpu", dtype=torch.float32, requires_grad=False, training=True), 1
        ):

            def make(p: Any, name: str = info.name, given: Any = sample.constructor_input) -> Any:
                convert = Converter(p)
                p.manual_seed(0)
                return lookup(p, name)(*convert(given.args), **convert(given.kwargs))

            def facts(p: Any, module: Any, given: Any = sample.forward_input) -> str:
                convert = Converter(p)
                args, kwargs = convert(given.args), convert(given.kwargs)
                state = {name: told(value) for name, value in module.state_dict().items()}
                buffers = sorted(name for name, _ in module.named_buffers())
                p.manual_seed(0)
                results = [told(x.detach().clone()) for x in tensors(copy.deepcopy(module)(*args, **kwargs))]
                return f"{module!r} {module.training} {state} {buffers} {results}"

            found[info.name] = make, facts
    return found


@pytest.mark.filterwarnings("ignore:enable_nested_tensor", "ignore:reduction. 'mean' divides")
def test_models():
    counts, wrong = Counter[str](), []
    for name, (make, facts) in modules().items():
        try:
            expected = {p: facts(p, make(p)) for p in PACKAGES}
        except RuntimeError:
            counts["skipped: torch refuses its own input"] += 1
            continue
        judged(name, expected, make, facts, wrong, counts, weights_only=False)
    compared("round_trips", counts)
    assert not counts["errors"] and not wrong, f"{len(wrong)}:\n" + "\n".join(wrong[:20])


def test_optimizers():
    counts, wrong = Counter[str](), []
    for info in optim_db:
        name = info.optim_cls.__name__
        if table().reason(f"optim.{name}") or not hasattr(minitorch_pt.optim, name):
            continue
        for p in PACKAGES:
            x = p.nn.Parameter(p.ones(3, 2))
            optimizer = getattr(p.optim, name)([x], lr=0.1)

            def loss(x=x, sparse=name == "SparseAdam"):
                total = (x**2).sum()
                total.backward()
                x.grad = x.grad.to_sparse() if sparse else x.grad
                return total.detach()

            for _ in range(2):
                optimizer.zero_grad()
                optimizer.step(loss)
            state = optimizer.state_dict()
            for route in ROUTES:
                if route[0] is p:
                    counts["values"] += 1
                    result = carried(route, state, lambda _, thing: told(thing))
                    if result != told(state):
                        wrong.append(f"{name} {route}: {result[:300]}\n   {told(state)[:300]}")
    compared("round_trips", counts)
    assert counts["values"] > 80 and not wrong, f"{counts} {len(wrong)}:\n" + "\n".join(wrong[:20])


SPARSE: dict[str, Callable[[Any], Any]] = {
    "not coalesced": lambda p: p.sparse_coo_tensor([[0, 1, 1], [2, 0, 0]], [3.0, 4.0, 5.0], (2, 3)),
    "coalesced": lambda p: p.eye(3).to_sparse(),
    "rows": lambda p: p.sparse_coo_tensor([[2, 1]], p.arange(6.0).reshape(2, 3), (3, 3)),
    "nothing": lambda p: p.sparse_coo_tensor((2, 3)),
    "requires grad": lambda p: p.sparse_coo_tensor([[1, 0]], [3.0, 4.0], (2,), requires_grad=True),
}


@pytest.mark.parametrize("new", [True, False])
@pytest.mark.parametrize("kind", SPARSE)
def test_sparse_tensors_of_either_library_and_format(kind: str, new: bool) -> None:
    def facts(of: Any) -> tuple:
        return (
            of.to_dense().tolist(),
            of._indices().tolist(),
            of._values().tolist(),
            of.is_coalesced(),
            of.requires_grad,
        )

    for writer, reader in itertools.product(PACKAGES, repeat=2):
        thing = SPARSE[kind](writer)
        writer.save([thing, thing], file := io.BytesIO(), _use_new_zipfile_serialization=new)
        file.seek(0)
        first, second = reader.load(file)
        assert facts(first) == (*facts(thing)[:-1], False)
        assert first is second
