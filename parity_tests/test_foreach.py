"""_foreach.py against torch: each function, of lists, numbers, lists of numbers and tensors without axes."""

from __future__ import annotations

import functools
import itertools

import numpy as np
import pytest
import torch

import minitorch_pt
from minitorch_pt._foreach import NAMES

rng = np.random.default_rng(0)
LISTS = [
    [rng.uniform(0.1, 0.9, shape).astype(kind) for shape in ((3,), (2, 2), ())]
    for kind in ("float32", "float64", "float32", "float32")
]
WHOLE = [np.array([1, 2, 3]), np.array([[4]])]


def values(package, arrays):
    return [package.tensor(a) for a in arrays]


def given(package, form, count, which=1):
    return {
        "list": lambda: values(package, LISTS[which][:count]),
        "number": lambda: 2,
        "numbers": lambda: [0.5, 2.0, 3][:count],
        "short": lambda: [0.5],
        "short list": lambda: values(package, LISTS[which][:1]),
        "tensor": lambda: package.tensor(1.5),
        "factors": lambda: package.tensor([0.5, 2.0, 3.0][:count]),
        "text": lambda: "2",
    }[form]()


def shown(call):
    try:
        found = call()
    except (RuntimeError, TypeError, IndexError, ValueError, AttributeError) as error:
        return "error", issubclass(type(error), (RuntimeError, ValueError)) and "error of values" or type(
            error
        ).__name__
    return type(found).__name__, [(x.tolist(), str(x.dtype).split(".")[1], x.requires_grad) for x in found]


def close(ours, theirs):
    assert ours[0] == theirs[0], (ours, theirs)
    if ours[0] == "error":
        return
    for (a, *rest), (b, *others) in zip(ours[1], theirs[1], strict=True):
        assert rest == others
        np.testing.assert_allclose(a, b, rtol=1e-6 if rest[0] == "float32" else 1e-12)


def calls(name):
    """What is passed behind the list: forms of arguments, and options."""
    plain = name.removesuffix("_")
    if plain in ("addcmul", "addcdiv"):
        yield from (((("list", 2), ("list", 3), (form, 1)), {}) for form in ("number", "numbers", "factors", "short"))
        yield (("list", 2), ("list", 3)), {"value": 3}
        yield (("list", 2), ("short list", 3)), {}
    elif plain == "lerp":
        yield from (((("list", 2), (form, 3)), {}) for form in ("number", "numbers", "list"))
    elif plain in ("norm", "powsum"):
        yield (("number", 1),), {}
        if plain == "norm":
            yield (), {}
            yield (), {"dtype": "float64"}
    elif plain in ("copy", "mm"):
        yield (("list", 2),), {}
        yield (("short list", 2),), {}
    elif plain in ("add", "sub", "mul", "div", "pow", "clamp_min", "clamp_max", "maximum", "minimum"):
        forms = (
            "list",
            "number",
            "numbers",
            "short",
            "short list",
            *(("tensor", "factors") if plain in ("add", "mul", "div") else ()),
        )
        yield from ((((form, 2),), {}) for form in forms)
        if plain in ("add", "sub"):
            yield (("list", 2),), {"alpha": 2}
    else:
        yield (), {}


def test_all_of_torchs_are_there():
    theirs = {name.removeprefix("_foreach_") for name in dir(torch) if name.startswith("_foreach_")}
    assert theirs == NAMES
    assert not hasattr(minitorch_pt, "_foreach_nonsense")


@pytest.mark.parametrize("name", sorted(NAMES))
def test_each(name):
    rounds = 0
    for (forms, options), whole, grad in itertools.product(calls(name), (False, True), (False, True)):
        if whole and (grad or name.rstrip("_") in ("lgamma",)):
            continue
        results = []
        for package in (minitorch_pt, torch):
            lists = values(package, WHOLE if whole else LISTS[0])
            if grad:
                lists = [x.requires_grad_() for x in lists]
                lists = [x * 1 for x in lists]  # no leaves, so that in-place forms work too
            named = {key: getattr(package, o) if key == "dtype" else o for key, o in options.items()}
            if name == "mm":
                lists = [package.ones(2, 2), package.ones(2, 3)][: len(lists)]
                others = [package.ones(2, 2), package.ones(3, 1)] if forms[0][0] == "list" else [package.ones(2, 2)]
                arguments = [others]
            else:
                arguments = [given(package, form, len(lists), which) for form, which in forms]
            call = functools.partial(getattr(package, f"_foreach_{name}"), lists, *arguments, **named)
            results += shown(call), shown(lambda lists=lists: lists)
        close(results[0], results[2])
        close(results[1], results[3])
        rounds += results[0][0] != "error"
    assert rounds


@pytest.mark.parametrize("wrong", [5, [1.0], [], "x"])
def test_what_is_no_list_of_tensors(wrong):
    close(shown(lambda: minitorch_pt._foreach_abs(wrong)), shown(lambda: torch._foreach_abs(wrong)))


def test_a_misspelt_keyword_is_refused():
    for package in (minitorch_pt, torch):
        with pytest.raises(TypeError):
            package._foreach_add([package.ones(1)], [package.ones(1)], alfa=2)


def test_a_number_to_the_power_of_each():
    for package in (minitorch_pt, torch):
        assert [x.tolist() for x in package._foreach_pow(2.0, [package.tensor([1.0, 3.0])])] == [[2.0, 8.0]]


def test_an_average_of_weights_as_programs_write_it():
    """Exponential moving averages and the step of Adam, by lists: of three steps."""
    found = []
    for package in (minitorch_pt, torch):
        package.manual_seed(0)
        model = package.nn.Linear(4, 3)
        shadow = [p.detach().clone() for p in model.parameters()]
        moments = [package.zeros_like(p) for p in model.parameters()]
        for _ in range(3):
            model(package.ones(2, 4)).square().sum().backward()
            with package.no_grad():
                grads = [p.grad for p in model.parameters()]
                package._foreach_lerp_(moments, grads, 0.1)
                steps = package._foreach_sqrt(package._foreach_mul(grads, grads))
                package._foreach_add_(steps, 1e-8)
                package._foreach_addcdiv_([*model.parameters()], moments, steps, value=-0.01)
                package._foreach_lerp_(shadow, [*model.parameters()], 0.5)
            model.zero_grad()
        found.append([x.tolist() for x in (*shadow, *package._foreach_norm(shadow))])
    for ours, theirs in zip(*found, strict=True):
        # three steps of training: sums over a batch differ in the last place
        np.testing.assert_allclose(ours, theirs, rtol=1e-4)


def test_groups_of_one_type():
    from torch.utils._foreach_utils import _group_tensors_by_device_and_dtype as theirs

    from minitorch_pt.utils._foreach_utils import _group_tensors_by_device_and_dtype as ours, _has_foreach_support

    found = []
    for package, group in ((minitorch_pt, ours), (torch, theirs)):
        first = [package.ones(2), package.ones(3, dtype=package.float64), package.ones(1)]
        groups = group([first, [], [None, first[1], None]], with_indices=True)
        found.append(
            {
                str(kind): (len(lists[0]), lists[1], len(lists[2]), places)
                for (_, kind), (lists, places) in groups.items()
            }
        )
    assert found[0] == found[1]
    assert _has_foreach_support([minitorch_pt.ones(1)], minitorch_pt.device("cpu"))


def test_draws_that_distributions_make():
    for name, given in (("_standard_gamma", [0.5, 2.0]), ("_sample_dirichlet", [0.5, 2.0])):
        found = []
        for package in (minitorch_pt, torch):
            package.manual_seed(3)
            found.append(
                [
                    getattr(package, name)(package.tensor(given)).tolist(),
                    getattr(package, name)(package.tensor(given), package.Generator().manual_seed(1)).tolist(),
                ]
            )
        assert found[0] == found[1], name


def test_what_steers_the_compiler_changes_nothing():
    from minitorch_pt import _VF, _dynamo

    _dynamo.config.suppress_errors = True
    _dynamo.graph_break()
    assert _dynamo.disable(len) is len and not _dynamo.is_compiling() and _VF.lstm is minitorch_pt.lstm
    assert minitorch_pt._is_all_true(minitorch_pt.tensor([True, False])).item() is False
