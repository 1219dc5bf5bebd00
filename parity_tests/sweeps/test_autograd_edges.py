"""Random programs about what surrounds a backward pass: hooks of every kind, retain_grad, in-place changes, several outputs,
create_graph, modes, user's Functions, modules with hooks.

A program is a list of numbers that `Run` reads with either package, writing down all that a program can see: gradients, the order and
the arguments of hook calls, flags, names, warnings, types of errors. The two records must be equal.
"""

from __future__ import annotations

import collections
import random
import warnings
from typing import Any

import numpy as np
import pytest
import torch

import minitorch_pt
from parity_tests.oracle import builtin_type
from parity_tests.sweeps import compared

STEPS = (8, 20)


def function(package: Any, kind: int) -> Any:
    """A user's Function, of several kinds."""

    def forward(ctx, x, factor=2.0):
        ctx.factor = factor
        if kind == 1:
            ctx.save_for_backward(x, None)
        if kind == 2:
            ctx.set_materialize_grads(False)
        if kind == 3:
            ctx.mark_dirty(x)
            return x.mul_(factor)
        if kind == 4:
            return x, x * factor
        if kind == 5:
            whole = (x * 3).floor()
            ctx.mark_non_differentiable(whole)
            return x * factor, whole
        return (x * factor, x * x) if kind == 2 else x * factor

    def backward(ctx, *gradients):
        g = next((g for g in gradients if g is not None), None)
        if kind == 1:
            g = g * ctx.saved_tensors[0]
        if kind == 6:
            return g, g
        if kind == 7:
            return 3.0, None
        if kind == 8:
            return (None, None)
        return g * ctx.factor, None

    if kind == 9:

        def setup_context(ctx, inputs, output):
            ctx.factor = inputs[1]

        methods = {"forward": lambda x, factor=2.0: x * factor, "setup_context": setup_context}
    else:
        methods = {"forward": forward}
    if kind == 10:
        backward = package.autograd.function.once_differentiable(backward)
    methods["backward"] = backward
    return type("Sample", (package.autograd.Function,), {k: staticmethod(v) for k, v in methods.items()})


class Run:
    """One program with one package; `seen` is the record."""

    def __init__(self, package: Any, seed: int) -> None:
        self.torch, self.draw = package, random.Random(seed)
        self.seen: list = []
        self.handles: list = []
        start = np.random.Generator(np.random.PCG64(seed)).uniform(0.5, 2, (3, 2, 2))
        self.tensors = [package.from_numpy(a.copy()).requires_grad_() for a in start[:2]] + [
            package.from_numpy(start[2].copy())
        ]
        self.free = [True] * 3  # whether an in-place change is no question of views: those have a sweep of their own

    def __call__(self) -> list:
        steps = self.draw.randint(*STEPS)
        for number in range(steps):
            name = self.draw.choice(NAMES) if number < steps - 1 else self.draw.choice(("backward", "grad"))
            self.seen.append(name)  # steps are texts, everything else is a list
            with warnings.catch_warnings(record=True) as caught, np.errstate(all="ignore"):
                warnings.simplefilter("always")
                try:
                    getattr(self, name)()
                except Exception as error:
                    self.note("error", builtin_type(error).__name__)
                    if name in ("backward", "grad"):  # which gradients arrived before the error is nobody's promise
                        return self.seen
            self.seen += [
                [w.category.__name__, str(w.message)[:30]] for w in caught if "create_graph" not in str(w.message)
            ]  # that one comes once
        self.note("grads", [t.grad if t.is_leaf or t.retains_grad else None for t in self.tensors])
        self.note("flags", [(t.requires_grad, t.is_leaf, t.retains_grad) for t in self.tensors])
        return self.seen

    @property
    def changed(self) -> bool:
        """Whether something was changed in place: for a second derivative rules run again on their arguments, which torch may not need."""
        return self.did("in_place", "in_place_on_leaf", "user_function")

    def note(self, *values: Any) -> None:
        self.seen.append([plain(v, self.torch.Tensor) for v in values])

    def did(self, *steps: str) -> bool:
        return any(s in steps for s in self.seen if isinstance(s, str))

    def pick(self, leaf: bool | None = None) -> int:
        return self.draw.choice([i for i, t in enumerate(self.tensors) if leaf is None or t.is_leaf is leaf] or [0])

    def keep(self, *tensors: Any, free: bool = True) -> None:
        self.tensors += tensors
        self.free += [free] * len(tensors)

    # -- operations
    def unary(self) -> None:
        name = self.draw.choice(("exp", "tanh", "sigmoid", "neg", "clone", "sqrt", "relu", "detach"))
        i = self.pick()
        if name == "detach":
            self.free[i] = False
        self.keep(getattr(self.tensors[i], name)(), free=name != "detach")

    def binary(self) -> None:
        a, b = self.tensors[self.pick()], self.tensors[self.pick()]
        name = self.draw.choice(("add", "mul", "sub", "div", "matmul"))
        self.keep(getattr(a, name)(b if self.draw.random() < 0.8 or name == "matmul" else 3))

    def views(self) -> None:
        i = self.pick()
        self.free[i] = False
        parts = self.draw.choice((lambda t: (t.T,), lambda t: t.unbind(), lambda t: t.split(1), lambda t: (t[0],)))(
            self.tensors[i]
        )
        if self.draw.random() < 0.5:
            parts = [p.expand(2, 2) for p in parts]
        self.keep(*(p if p.shape == (2, 2) else p + self.tensors[0] for p in parts), free=False)

    def pair(self) -> None:
        values, indices = self.tensors[self.pick()].max(self.draw.randint(0, 1), keepdim=True)
        self.note((values, indices, indices.requires_grad))
        self.keep(values * self.tensors[self.pick()])

    def in_place(self) -> None:
        allowed = [i for i, free in enumerate(self.free) if free and i > 1]
        if allowed:
            t = self.tensors[self.draw.choice(allowed)]
            self.draw.choice(
                (lambda: t.mul_(2), lambda: t.add_(self.tensors[0]), lambda: t.neg_(), lambda: t.zero_())
            )()

    def in_place_on_leaf(self) -> None:
        i, quiet = self.draw.randint(0, 1), self.draw.random() < 0.5
        with self.torch.set_grad_enabled(not quiet):
            if self.free[i]:
                self.tensors[i].add_(0.5)

    def user_function(self) -> None:
        kind, i = self.draw.randint(0, 10), self.pick()
        if kind == 3 and not self.free[i]:
            return
        self.free[i] = False if kind == 4 else self.free[i]
        args: Any = ((self.tensors[i],), {})
        if self.draw.random() < 0.5:
            args = ((self.tensors[i], 3.0), {}) if self.draw.random() < 0.5 else ((self.tensors[i],), {"factor": 3.0})
        out = function(self.torch, kind).apply(*args[0], **args[1])
        outputs = out if isinstance(out, tuple) else (out,)
        self.note("outputs", [(o.requires_grad, o.grad_fn is not None and o.grad_fn.name()) for o in outputs])
        self.keep(*(o * 1 for o in outputs) if kind != 3 else ())

    def module(self) -> None:
        nn, kind = self.torch.nn, self.draw.randint(0, 2)
        module = (nn.Tanh(), nn.Identity(), nn.Flatten(0))[kind]
        for _ in range(self.draw.randint(1, 2)):
            register, change = self.draw.choice(
                (
                    (
                        module.register_full_backward_hook,
                        lambda m, gi, go: tuple(None if g is None else g * 2 for g in gi),
                    ),
                    (module.register_full_backward_pre_hook, lambda m, go: (go[0] * 3,)),
                    (module.register_forward_hook, lambda m, args, out: out * 2),
                    (module.register_forward_pre_hook, lambda m, args: args[0] * 2),
                )
            )
            register(self._note(register.__name__, change if self.draw.random() < 0.4 else lambda *args: None))
        i = self.pick()
        self.free[i] = False
        self.keep(module(self.tensors[i]).reshape(2, 2) * 1)

    def modes(self) -> None:
        kind, t = self.draw.randint(0, 4), self.tensors[self.pick()]
        mode = self.torch.no_grad if kind < 3 else self.torch.enable_grad

        @mode()
        def whole():
            return t * 2

        @mode
        def steps():
            try:
                sent = yield t * 2
                yield t * sent
            except KeyError:
                self.note(("thrown", self.torch.is_grad_enabled()))
                yield t * 3

        if kind % 2:
            self.keep(whole())
            return
        generator = steps()
        self.keep(next(generator), generator.send(2) if kind else generator.throw(KeyError()))
        self.note(self.torch.is_grad_enabled())
        generator.close()

    def flags(self) -> None:
        i, mode = self.pick(), self.draw.random() < 0.7
        if self.free[i]:
            self.tensors[i].requires_grad_(mode)

    # -- hooks
    def _note(self, label: str, hook: Any) -> Any:
        def noted(*args: Any) -> Any:
            self.note(
                (
                    label,
                    [a for a in args if not isinstance(a, (minitorch_pt.nn.Module, torch.nn.Module))],
                    self.torch.is_grad_enabled(),
                )
            )
            return hook(*args)

        return noted

    def _reaction(self) -> Any:
        """What a hook makes of one gradient."""
        return self.draw.choice(
            (lambda g: None,) * 4
            + (lambda g: g * 2, lambda g: g + 1, lambda g: -g, lambda g: g[:1], lambda g: 3, lambda g: g.float())
        )

    def tensor_hook(self) -> None:
        react, remove = self._reaction(), self.draw.random() < 0.2
        place = len(self.handles)

        def hook(g):
            if remove:
                self.handles[self.draw.randint(0, place)].remove()
            return None if g is None else react(g)

        self.handles.append(self.tensors[self.pick()].register_hook(self._note(f"hook {place}", hook)))

    def node_hook(self) -> None:
        t, react, place = self.tensors[self.pick(False)], self._reaction(), len(self.handles)
        if t.grad_fn is None:
            return
        tuples = self.draw.random() < 0.9

        def hook(first, *rest):
            changed = [None if g is None else react(g) for g in first]
            return (
                None
                if any(c is None and g is not None for c, g in zip(changed, first, strict=True))
                else tuple(changed)
                if tuples
                else changed
            )

        register = self.draw.choice((t.grad_fn.register_hook, t.grad_fn.register_prehook))
        self.handles.append(register(self._note(f"node {place}", hook)))

    def retain(self) -> None:
        self.tensors[self.pick()].retain_grad()

    def after_hook(self) -> None:
        what = self.draw.choice((lambda t: None, lambda t: setattr(t, "grad", None), lambda t: t, lambda t: 3))
        t = self.tensors[self.pick()]
        self.handles.append(
            t.register_post_accumulate_grad_hook(self._note("after", lambda t: (self.note(t.grad), what(t))[1]))
        )

    def remove(self) -> None:
        if self.handles:
            self.draw.choice(self.handles).remove()

    # -- what is looked at
    def look(self) -> None:
        t = self.tensors[self.pick()]
        self.note((t.requires_grad, t.is_leaf, t.retains_grad, t.output_nr))
        if t.grad_fn is not None:
            node = t.grad_fn
            self.note((node.name(), type(node).__name__, self.behind(node)))

    def behind(self, node: Any) -> list:
        """The names of the nodes behind one; not of those that only a second derivative makes."""
        second = self.did("backward", "grad", "call_node")
        return [] if second else [(f.name(), i) for f, i in node.next_functions if f is not None]

    def read_grad(self) -> None:
        self.note(self.tensors[self.pick()].grad)

    def call_node(self) -> None:
        t = self.tensors[self.pick(False)]
        several = ("SampleBackward", "UnbindBackward0", "SplitBackward0", "MaxBackward0")
        # of expand torch sums in the node, we in the engine
        if t.grad_fn is not None and t.grad_fn.name() not in (*several, "ExpandBackward0") and not self.changed:
            found = t.grad_fn(self.torch.ones(2, 2, dtype=self.torch.float64))
            self.note("called", [g for g in (found if isinstance(found, tuple) else (found,)) if g is not None])

    # -- backward passes
    def _gradient(self, t: Any) -> Any:
        return self.torch.full(
            (2, 2), 0.5, dtype=self.draw.choice((self.torch.float64, self.torch.float64, self.torch.float32))
        )

    def backward(self) -> None:
        count = self.draw.choice((1, 1, 2))
        outputs = [self.tensors[self.pick()] for _ in range(count)]
        options: dict = {
            "retain_graph": self.draw.random() < 0.7,
            "create_graph": self.draw.random() < 0.3 and not self.changed,
        }
        if self.draw.random() < 0.3:
            options["inputs"] = [self.tensors[self.pick()] for _ in range(count)]
        self.torch.autograd.backward(outputs, [self._gradient(t) for t in outputs], **options)

    def grad(self) -> None:
        outputs, inputs = (
            [self.tensors[self.pick()]],
            [self.tensors[self.pick()] for _ in range(self.draw.randint(1, 3))],
        )
        options: dict = {
            "allow_unused": self.draw.choice((None, True, True, False)),
            "retain_graph": self.draw.random() < 0.7,
        }
        options |= {
            "create_graph": self.draw.random() < 0.4 and not self.changed,
            "materialize_grads": self.draw.random() < 0.2,
        }
        gradients = [self._gradient(t) for t in outputs]
        # torch runs hooks on tensors of a kind of their own then, and user's Functions not at all
        if not self.did("module", "user_function", "retain", "tensor_hook", "node_hook") and self.draw.random() < 0.5:
            options["is_grads_batched"], gradients = True, [self.torch.ones(3, 2, 2, dtype=self.torch.float64)]
        found = self.torch.autograd.grad(outputs, inputs, gradients, **options)
        self.note("found", [g if g is None else (g, g.requires_grad) for g in found])
        if options["create_graph"] and "is_grads_batched" not in options:
            self.keep(*(g * 1 for g in found if g is not None and g.shape == (2, 2)))


NAMES = [
    name
    for name, value in vars(Run).items()
    if callable(value) and not name.startswith("_") and name not in ("pick", "keep", "note", "behind", "did")
]
NAMES += ["unary", "binary", "tensor_hook", "node_hook", "retain", "in_place"] * 2  # what programs do more often


def plain(value: Any, kind: type) -> Any:
    """The value as it is now: tensors as arrays of their own."""
    if isinstance(value, kind):
        return str(value.dtype).rpartition(".")[2], value.detach().numpy().copy()
    return [plain(v, kind) for v in value] if isinstance(value, (list, tuple)) else value


def same(ours: Any, theirs: Any) -> bool:
    """Whether two records say the same."""
    if isinstance(theirs, np.ndarray):
        return (
            isinstance(ours, np.ndarray)
            and ours.shape == theirs.shape
            and np.allclose(ours, theirs, 1e-9, 1e-9, equal_nan=True)
        )
    if isinstance(theirs, (list, tuple)):
        return isinstance(ours, (list, tuple)) and len(ours) == len(theirs) and all(map(same, ours, theirs))
    return type(ours) is type(theirs) and ours == theirs


def differences(seeds: range) -> tuple[dict[int, str], collections.Counter]:
    """What differs first, by seed, and how often each kind of step came, and each type of error."""
    wrong, counts = {}, collections.Counter()
    for seed in seeds:
        ours, theirs = Run(minitorch_pt, seed)(), Run(torch, seed)()
        counts.update(
            step if isinstance(step, str) else step[1]
            for step in theirs
            if isinstance(step, str) or step[:1] == ["error"]
        )
        for place, (a, b) in enumerate(zip(ours, theirs, strict=False)):
            if not same(a, b):
                wrong[seed] = f"after {[s for s in theirs[:place] if isinstance(s, str)]}: {a}, torch has {b}"
                break
        else:
            if len(ours) != len(theirs):
                wrong[seed] = f"{ours[len(theirs) :]}, torch has {theirs[len(ours) :]}"
    compared("autograd_edges", {"programs": len(seeds)})
    return wrong, counts


def test_programs() -> None:
    wrong, counts = differences(range(3000))
    assert not wrong, wrong
    assert all(counts[name] > 20 for name in NAMES), counts
    assert counts["RuntimeError"] > 1000 and counts["TypeError"] > 20 and counts["ValueError"] > 20, counts


@pytest.mark.long
def test_many_programs() -> None:
    wrong, _ = differences(range(3000, 20_000))
    assert not wrong, wrong
