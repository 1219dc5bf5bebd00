"""Optimisers against torch: trajectories for every option, state, groups, exchange of state, closures, text, errors."""

import collections
import copy
import importlib
import inspect
import itertools

import numpy as np
import pytest
import torch

import minitorch_pt
from parity_tests.oracle import assert_same, rand, same_program

STEPS = 25
OPTIONS = [
    ("SGD", {"lr": 0.1}),
    ("SGD", {"lr": 0.1, "momentum": 0.9}),
    ("SGD", {"lr": 0.1, "momentum": 0.9, "dampening": 0.5}),
    ("SGD", {"lr": 0.1, "momentum": 0.9, "nesterov": True}),
    ("SGD", {"lr": 0.1, "weight_decay": 0.3}),
    ("SGD", {"lr": 0.01, "maximize": True}),
    ("SGD", {"lr": 0.01, "momentum": 0.5, "weight_decay": 0.1, "nesterov": True, "maximize": True}),
    ("Adam", {"lr": 0.05}),
    ("Adam", {"lr": 0.05, "betas": (0.5, 0.9), "eps": 1e-3}),
    ("Adam", {"lr": 0.05, "weight_decay": 0.3}),
    ("Adam", {"lr": 0.05, "amsgrad": True}),
    ("Adam", {"lr": 0.05, "amsgrad": True, "weight_decay": 0.1, "maximize": True}),
    ("Adam", {"lr": 0.05, "weight_decay": 0.3, "decoupled_weight_decay": True}),
    ("AdamW", {"lr": 0.05}),
    ("AdamW", {"lr": 0.05, "weight_decay": 0.5, "amsgrad": True, "maximize": True}),
    ("RMSprop", {"lr": 0.01}),
    ("RMSprop", {"lr": 0.01, "alpha": 0.9, "eps": 1e-3, "centered": True}),
    ("RMSprop", {"lr": 0.01, "momentum": 0.9, "weight_decay": 0.3}),
    ("RMSprop", {"lr": 0.01, "momentum": 0.5, "centered": True, "maximize": True}),
    ("Adagrad", {"lr": 0.1}),
    ("Adagrad", {"lr": 0.1, "lr_decay": 0.1, "weight_decay": 0.3, "initial_accumulator_value": 0.5, "eps": 1e-3}),
    ("Adagrad", {"lr": 0.1, "maximize": True}),
    ("Adadelta", {"lr": 1.0}),
    ("Adadelta", {"lr": 0.5, "rho": 0.5, "eps": 1e-4, "weight_decay": 0.3, "maximize": True}),
    ("Adamax", {"lr": 0.05}),
    ("Adamax", {"lr": 0.05, "betas": (0.5, 0.9), "eps": 1e-3, "weight_decay": 0.3, "maximize": True}),
    ("NAdam", {"lr": 0.05}),
    ("NAdam", {"lr": 0.02, "betas": (0.5, 0.9), "eps": 1e-3, "weight_decay": 0.3, "momentum_decay": 0.1}),
    ("NAdam", {"lr": 0.05, "weight_decay": 0.3, "decoupled_weight_decay": True, "maximize": True}),
    ("RAdam", {"lr": 0.05}),
    ("RAdam", {"lr": 0.05, "betas": (0.5, 0.9), "eps": 1e-3, "weight_decay": 0.3}),
    ("RAdam", {"lr": 0.05, "weight_decay": 0.3, "decoupled_weight_decay": True, "maximize": True}),
    ("ASGD", {"lr": 0.05}),
    ("ASGD", {"lr": 0.05, "lambd": 0.1, "alpha": 0.5, "t0": 5, "weight_decay": 0.1}),
    ("ASGD", {"lr": 0.001, "maximize": True}),
    ("Rprop", {"lr": 0.01}),
    ("Rprop", {"lr": 0.05, "etas": (0.3, 1.7), "step_sizes": (1e-3, 0.1), "maximize": True}),
    ("Adafactor", {"lr": 0.1}),
    (
        "Adafactor",
        {"lr": 0.1, "beta2_decay": -0.5, "eps": (1e-3, 0.1), "d": 2.0, "weight_decay": 0.3, "maximize": True},
    ),
]
NAMES = sorted({name for name, _ in OPTIONS})
LAST_OF_EACH = list({name: (name, options) for name, options in OPTIONS}.values())


def problem(t, dtype="float64"):
    """Two parameters and a loss that curves; one is larger than a block, so that blocks are tested too."""
    kind = getattr(t, dtype)
    w = t.linspace(-1, 1, 200 * 170, dtype=t.float64).reshape(200, 170).to(kind).requires_grad_()
    b = t.linspace(0.5, 2, 170, dtype=t.float64).to(kind).requires_grad_()
    unused = t.ones(2, dtype=kind, requires_grad=True)
    return [w, b, unused], lambda: ((w * b - 1) ** 2).sum() * 0.1 + (b**4).sum() * 0.01


def run(t, name, options, steps=STEPS, dtype="float64"):
    params, loss = problem(t, dtype)
    optimizer = getattr(t.optim, name)(params, **options)
    seen = []
    for _ in range(steps):
        optimizer.zero_grad()
        value = loss()
        value.backward()
        optimizer.step()
        seen.append(value.item())
    return seen, [p.detach() for p in params], [dict(optimizer.state[p]) for p in params], optimizer


@pytest.mark.parametrize(("name", "options"), OPTIONS, ids=str)
def test_trajectory(name, options):
    ours, theirs = run(minitorch_pt, name, options), run(torch, name, options)
    # 25 steps, each of which passes on the last-digit differences of the one before
    np.testing.assert_allclose(ours[0], theirs[0], rtol=1e-11)
    assert_same(ours[1], theirs[1], rtol=1e-10)
    assert_same(ours[2], theirs[2], rtol=1e-10)
    assert repr(ours[3]) == repr(theirs[3])


@pytest.mark.parametrize(("name", "options"), OPTIONS, ids=str)
def test_trajectory_float32(name, options):
    options = {**options, "lr": options["lr"] / 10}  # a rate at which the small differences do not grow
    ours, theirs = run(minitorch_pt, name, options, 20, "float32"), run(torch, name, options, 20, "float32")
    # torch fuses multiplication and addition here; 20 steps add up the differences in the last digit
    assert_same(ours[1], theirs[1], rtol=2e-4, atol=2e-4)


def test_float16():
    ours, theirs = run(minitorch_pt, "SGD", {"lr": 0.001}, 2, "float16"), run(torch, "SGD", {"lr": 0.001}, 2, "float16")
    # half precision has 11 bits
    assert_same(ours[1], theirs[1], rtol=4e-3, atol=4e-3)


@pytest.mark.parametrize("name", NAMES)
def test_groups(name):
    def program(t):
        (w, b, _), loss = problem(t)
        optimizer = getattr(t.optim, name)([{"params": [w]}, {"params": b, "lr": 0.05}], lr=0.01)
        optimizer.add_param_group({"params": [t.ones(1, dtype=t.float64, requires_grad=True)], "weight_decay": 0.1})
        for _ in range(5):
            optimizer.zero_grad()
            loss().backward()
            optimizer.step()
        return w.detach(), b.detach(), repr(optimizer), [g["lr"] for g in optimizer.param_groups]

    same_program(program, rtol=1e-10)


@pytest.mark.parametrize("name", ["SGD", "Adam"])
def test_named_parameters(name):
    def program(t):
        model = t.nn.Linear(2, 3)
        optimizer = getattr(t.optim, name)(model.named_parameters(), lr=0.1)
        other = getattr(t.optim, name)(model.named_parameters(), lr=0.1)
        other.load_state_dict(optimizer.state_dict())
        return (
            optimizer.state_dict()["param_groups"][0]["param_names"],
            repr(optimizer),
            other.param_groups[0]["param_names"],
        )

    same_program(program)


def to_ours(value):
    if isinstance(value, torch.Tensor):
        return minitorch_pt.from_numpy(value.detach().numpy().copy())
    if isinstance(value, dict):
        return {k: to_ours(v) for k, v in value.items()}
    return value


def to_theirs(value):
    if isinstance(value, minitorch_pt.Tensor):
        return torch.from_numpy(value.detach().numpy().copy())
    if isinstance(value, dict):
        return {k: to_theirs(v) for k, v in value.items()}
    return value


@pytest.mark.parametrize(("name", "options"), LAST_OF_EACH, ids=str)
@pytest.mark.parametrize("direction", ["ours to torch", "torch to ours"])
def test_state_moves_mid_training(name, options, direction):
    source, target, convert = (
        (minitorch_pt, torch, to_theirs) if direction == "ours to torch" else (torch, minitorch_pt, to_ours)
    )
    _, before, _, optimizer = run(source, name, options, 10)
    state = {k: convert(v) for k, v in optimizer.state_dict().items()}
    params, loss = problem(target)
    with target.no_grad():
        for p, old in zip(params, before, strict=True):
            p.copy_(convert(old))
    moved = getattr(target.optim, name)(params, **options)
    moved.load_state_dict(state)
    for _ in range(10):
        moved.zero_grad()
        loss().backward()
        moved.step()
    _, whole, _, _ = run(torch, name, options, 20)
    ours = params if target is minitorch_pt else [minitorch_pt.from_numpy(p.detach().numpy()) for p in params]
    assert_same(ours, whole, rtol=1e-10)


@pytest.mark.parametrize(("name", "options"), LAST_OF_EACH, ids=str)
def test_state_dict_has_torchs_form(name, options):
    same_program(lambda t: run(t, name, options, 3)[3].state_dict(), rtol=1e-10)


@pytest.mark.parametrize("name", [*NAMES, "Muon", "LBFGS"])
def test_signature(name):
    def program(t):
        parameters = inspect.signature(getattr(t.optim, name)).parameters.values()
        return [(p.name, str(p.default), str(p.kind)) for p in parameters]

    same_program(program)


@pytest.mark.parametrize("name", NAMES)
def test_parameters_of_other_shapes(name):
    def program(t):
        params = [t.full(shape, 0.5, dtype=t.float64, requires_grad=True) for shape in ((), (0,), (3,), (2, 3, 4))]
        optimizer = getattr(t.optim, name)(params, lr=0.01)
        for _ in range(3):
            optimizer.zero_grad()
            sum((p * p * (p + 1)).sum() for p in params).backward()
            optimizer.step()
        return params[0].detach(), [p.detach() for p in params], optimizer.state_dict()

    same_program(program, rtol=1e-10)


@pytest.mark.parametrize("name", ["SGD", "Adam", "RMSprop"])
def test_large_parameters_of_any_layout(name):
    """More elements than are updated at a time, one after another in memory and not."""

    def program(t):
        params = [t.ones(200, 300), t.ones(300, 200).t(), t.ones(200, 600)[:, ::2]]
        optimizer = getattr(t.optim, name)([p.requires_grad_() for p in params], lr=0.1)
        for _ in range(2):
            optimizer.zero_grad()
            sum((p * p * t.arange(300.0)).sum() for p in params).backward()
            optimizer.step()
        return [p.detach()[::50, ::50] for p in params]

    same_program(program, rtol=1e-5)


@pytest.mark.parametrize("shape", [(), (1,)], ids=str)
@pytest.mark.parametrize(
    "dtype", ["float64", "float32"]
)  # torch computes with a float32 rate in float32, whatever the parameters
@pytest.mark.parametrize(("name", "options"), [*OPTIONS, ("Muon", {"lr": 0.02, "weight_decay": 0.3})], ids=str)
def test_tensor_rate(name, options, dtype, shape):
    def program(t):
        p = t.from_numpy(rand(4, 3)).requires_grad_()
        optimizer = getattr(t.optim, name)(
            [p], **{**options, "lr": t.full(shape, options["lr"], dtype=getattr(t, dtype))}
        )
        for _ in range(8):
            optimizer.zero_grad()
            (p**4 - p**2).sum().backward()
            optimizer.step()
        return p.detach(), dict(optimizer.state[p])

    same_program(program)


def test_counts_follow_the_default_dtype():
    def program(t):
        t.set_default_dtype(t.float64)
        try:
            return run(t, "NAdam", {}, 2)[2]
        finally:
            t.set_default_dtype(t.float32)

    same_program(program, rtol=1e-10)


def test_state_dict_is_adapted():
    def program(t):
        optimizer = run(t, "Adam", {}, 2)[3]
        params, _ = problem(t, "float32")
        other = t.optim.Adam(params)
        state = optimizer.state_dict()
        state["state"]["extra"] = {"note": 1}
        other.load_state_dict(state)
        return other.state[params[0]]["exp_avg"].dtype, other.state[params[0]]["step"].dtype, other.state["extra"]

    same_program(program)


def test_closure():
    def program(t):
        (w, b, unused), loss = problem(t)
        optimizer = t.optim.SGD([w, b], lr=0.01)

        def closure():
            optimizer.zero_grad()
            value = loss()
            value.backward()
            return value

        with t.no_grad():
            return (
                [optimizer.step(closure).item() for _ in range(3)],
                t.optim.Adam([w]).step(closure).item(),
                unused.grad,
            )

    same_program(program, rtol=1e-10)


def test_interrupted_closure_leaves_parameters_usable():
    t = minitorch_pt
    params, loss = problem(t)
    optimizer = t.optim.SGD(params, lr=0.01)

    def closure():
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        optimizer.step(closure)
    assert t.is_grad_enabled()
    loss().backward()
    optimizer.step()


def test_zero_grad():
    def program(t):
        params, loss = problem(t)
        optimizer = t.optim.SGD(params, lr=0.01)
        loss().backward()
        optimizer.zero_grad(set_to_none=False)
        zeros = params[0].grad.abs().max(), params[2].grad
        optimizer.zero_grad()
        return zeros, params[0].grad

    same_program(program)


def test_hooks():
    def program(t):
        params, loss = problem(t)
        optimizer = t.optim.SGD(params, lr=0.01)
        seen = []
        handles = [
            optimizer.register_step_pre_hook(lambda o, a, k: seen.append("pre")),
            optimizer.register_step_post_hook(lambda o, a, k: seen.append("post")),
            optimizer.register_state_dict_pre_hook(lambda o: seen.append("state pre")),
            optimizer.register_state_dict_post_hook(lambda o, d: seen.append(sorted(d))),
            optimizer.register_state_dict_post_hook(lambda o, d: {**d, "more": 1}, prepend=True),
            optimizer.register_load_state_dict_pre_hook(lambda o, d: seen.append("load pre")),
            optimizer.register_load_state_dict_pre_hook(lambda o, d: dict(d)),
            optimizer.register_load_state_dict_post_hook(lambda o: seen.append("load post")),
        ]
        loss().backward()
        optimizer.step()
        optimizer.load_state_dict(optimizer.state_dict())
        for handle in handles:
            handle.remove()
        optimizer.step()
        optimizer.register_step_pre_hook(lambda o, a, k: ((o, lambda: 5.0), {}))
        return seen, optimizer.step()

    same_program(program)


@pytest.mark.parametrize("hooked", [False, True])
def test_a_step_of_one_s_own(hooked):
    def program(t):
        class Shrink(t.optim.Optimizer):
            def __init__(self, params):
                super().__init__(params, {})

            def step(self, closure=None, *, by=0.5):
                factor = self.param_groups[0]["params"][0] * by
                return factor, factor.requires_grad, None if closure is None else closure()

        optimizer = Shrink([t.ones(1, requires_grad=True)])
        if hooked:
            optimizer.register_step_pre_hook(lambda o, a, k: None)
        return (
            optimizer.step(),
            optimizer.step(lambda: 3.0),
            optimizer.step(by=2.0),
            optimizer.step(lambda: 4.0, by=3.0),
        )

    same_program(program)


@pytest.mark.parametrize("patched", (False, True))
def test_an_optimizer_that_wraps_another_and_has_no_init_of_its_own(patched):
    """As Lookahead is written everywhere."""

    def program(t):
        class Outer(t.optim.Optimizer):
            def __init__(self, inner):
                self.inner, self.param_groups, self.state, self.defaults = (
                    inner,
                    inner.param_groups,
                    inner.state,
                    inner.defaults,
                )
                if patched:
                    self._optimizer_step_pre_hooks = collections.OrderedDict()
                    self._optimizer_step_post_hooks = collections.OrderedDict()
                    self._patch_step_function()

            def step(self, closure=None):
                return self.inner.step(closure)

        calls = []
        p = t.nn.Parameter(t.ones(2))
        outer = Outer(t.optim.SGD([p], 0.5, momentum=0.9))
        if patched:
            outer.register_step_pre_hook(lambda optimizer, args, kwargs: calls.append(kwargs))
        schedule = t.optim.lr_scheduler.ExponentialLR(outer, 0.5)
        for _ in range(2):
            outer.zero_grad()
            p.square().sum().backward()
            outer.step()
            outer.step(lambda: p.sum().item())
            schedule.step()
        return p, repr(outer), outer.param_groups[0]["lr"], len(calls)

    same_program(program)


def test_a_hook_that_returns_nonsense():
    def program(t):
        optimizer = t.optim.SGD([t.ones(1, requires_grad=True)])
        optimizer.register_step_pre_hook(lambda o, a, k: 5)
        optimizer.step()

    same_program(program)


def test_defaults_and_copies():
    def program(t):
        optimizer = t.optim.AdamW([t.ones(1, requires_grad=True)])
        return optimizer.defaults, copy.deepcopy(optimizer.state_dict()), list(optimizer.param_groups[0])

    same_program(program)


def leaf(t):
    return t.ones(2, requires_grad=True)


def _same_group_twice(t):
    p = leaf(t)
    optimizer = t.optim.SGD([p])
    optimizer.add_param_group({"params": [p]})


def _names_in_one_group_only(t):
    optimizer = t.optim.SGD([("a", leaf(t))])
    optimizer.add_param_group({"params": [leaf(t)]})


def _group_is_no_dict(t):
    t.optim.SGD([leaf(t)]).add_param_group([leaf(t)])


def _groups_of_other_number(t):
    t.optim.SGD([leaf(t)]).load_state_dict(t.optim.SGD([{"params": [leaf(t)]}, {"params": [leaf(t)]}]).state_dict())


def _group_of_other_size(t):
    t.optim.SGD([leaf(t)]).load_state_dict(t.optim.SGD([leaf(t), leaf(t)]).state_dict())


ERRORS = {
    "empty": lambda t: t.optim.SGD([]),
    "a tensor": lambda t: t.optim.SGD(leaf(t)),
    "numbers": lambda t: t.optim.SGD([1, 2]),
    "a set": lambda t: t.optim.SGD([{"params": {leaf(t)}}]),
    "no leaf": lambda t: t.optim.SGD([leaf(t) * 2]),
    "negative rate": lambda t: t.optim.SGD([leaf(t)], lr=-1),
    "negative momentum": lambda t: t.optim.SGD([leaf(t)], lr=1, momentum=-1),
    "negative decay": lambda t: t.optim.SGD([leaf(t)], lr=1, weight_decay=-1),
    "nesterov alone": lambda t: t.optim.SGD([leaf(t)], lr=1, nesterov=True),
    "rate of two elements": lambda t: t.optim.SGD([leaf(t)], lr=t.ones(2)),
    "rate is nan": lambda t: t.optim.Adam([leaf(t)], lr=float("nan")),
    "rho": lambda t: t.optim.Adadelta([leaf(t)], rho=1.5),
    "rprop etas": lambda t: t.optim.Rprop([leaf(t)], etas=(1.2, 0.5)),
    "beta2_decay": lambda t: t.optim.Adafactor([leaf(t)], beta2_decay=0.1),
    "clipping": lambda t: t.optim.Adafactor([leaf(t)], d=0.5),
    "adafactor eps": lambda t: t.optim.Adafactor([leaf(t)], eps=(-1.0, 1.0)),
    "adafactor eps 2": lambda t: t.optim.Adafactor([leaf(t)], eps=(None, -1.0)),
    "rmsprop lr": lambda t: t.optim.RMSprop([leaf(t)], lr=-1),
    "rmsprop eps": lambda t: t.optim.RMSprop([leaf(t)], eps=-1),
    "rmsprop alpha": lambda t: t.optim.RMSprop([leaf(t)], alpha=-1),
    "rmsprop momentum": lambda t: t.optim.RMSprop([leaf(t)], momentum=-1),
    "rmsprop weight_decay": lambda t: t.optim.RMSprop([leaf(t)], weight_decay=-1),
    "adagrad lr_decay": lambda t: t.optim.Adagrad([leaf(t)], lr_decay=-1),
    "adagrad initial_accumulator_value": lambda t: t.optim.Adagrad([leaf(t)], initial_accumulator_value=-1),
    "adadelta rho": lambda t: t.optim.Adadelta([leaf(t)], rho=-1),
    "adamax betas": lambda t: t.optim.Adamax([leaf(t)], betas=(0.9, 1.0)),
    "nadam momentum_decay": lambda t: t.optim.NAdam([leaf(t)], momentum_decay=-1),
    "nadam betas": lambda t: t.optim.NAdam([leaf(t)], betas=(-1.0, 0.9)),
    "radam betas": lambda t: t.optim.RAdam([leaf(t)], betas=(1.0, 0.9)),
    "radam eps": lambda t: t.optim.RAdam([leaf(t)], eps=-1),
    "asgd weight_decay": lambda t: t.optim.ASGD([leaf(t)], weight_decay=-1),
    "rprop lr": lambda t: t.optim.Rprop([leaf(t)], lr=-1),
    "adafactor weight_decay": lambda t: t.optim.Adafactor([leaf(t)], weight_decay=-1),
    "adam rate": lambda t: t.optim.Adam([leaf(t)], lr=-1),
    "adam eps": lambda t: t.optim.Adam([leaf(t)], eps=-1),
    "adam beta": lambda t: t.optim.Adam([leaf(t)], betas=(1.0, 0.9)),
    "adam beta 2": lambda t: t.optim.Adam([leaf(t)], betas=(0.9, -0.1)),
    "adam decay": lambda t: t.optim.Adam([leaf(t)], weight_decay=-1),
    "twice in two groups": _same_group_twice,
    "names in one group only": _names_in_one_group_only,
    "group is no dict": _group_is_no_dict,
    "groups of another number": _groups_of_other_number,
    "group of another size": _group_of_other_size,
}


@pytest.mark.parametrize("case", ERRORS)
def test_error(case):
    same_program(ERRORS[case])


def test_a_parameter_twice_in_a_group_is_stepped_twice():
    def program(t):
        p = leaf(t)
        with pytest.warns(UserWarning, match="duplicate parameters"):
            optimizer = t.optim.SGD([p, p], lr=0.1)
        p.sum().backward()
        optimizer.step()
        return p.detach()

    same_program(program)


def with_option(option):
    """The optimisers that have this option."""
    return [n for n in [*NAMES, "Muon", "LBFGS"] if option in inspect.signature(getattr(torch.optim, n)).parameters]


@pytest.mark.parametrize(("name", "flag"), [(n, f) for f in ("foreach", "fused") for n in with_option(f)])
def test_implementations_give_the_same_numbers(name, flag):
    def program(t):
        p = t.from_numpy(rand(4, 3)).requires_grad_()
        optimizer = getattr(t.optim, name)([p], lr=0.01, **{flag: True})
        for _ in range(5):
            optimizer.zero_grad()
            (p**4 - p**2).sum().backward()
            optimizer.step()
        return p.detach(), optimizer.state_dict(), repr(optimizer)

    # torch's foreach computes the falling rate of ASGD in float32
    same_program(program, rtol=1e-7 if (name, flag) == ("ASGD", "foreach") else None)


@pytest.mark.parametrize("name", with_option("fused"))
@pytest.mark.parametrize("other", ["foreach", "differentiable"])
def test_fused_goes_with_no_other_implementation(name, other):
    same_program(lambda t: getattr(t.optim, name)([leaf(t)], **{"fused": True, other: True}))


@pytest.mark.parametrize("name", with_option("capturable"))
def test_capturable_is_for_gpus(name):
    def program(t, step):
        p = leaf(t)
        optimizer = getattr(t.optim, name)([p], capturable=True)
        if step:
            p.sum().backward()
        optimizer.step()

    same_program(lambda t: program(t, step=False))
    same_program(lambda t: program(t, step=True))


def test_capturable_lets_foreach_have_tensors():
    options = {"capturable": True, "foreach": True}
    same_program(lambda t: repr(t.optim.Adam([leaf(t)], t.tensor(0.1), (t.tensor(0.9), t.tensor(0.99)), **options)))


def test_step_must_be_written():
    class Bare(minitorch_pt.optim.Optimizer):
        pass

    with pytest.raises(NotImplementedError):
        Bare([leaf(minitorch_pt)], {}).step()


def test_families_must_be_written():
    family = minitorch_pt.optim.algorithms

    class Bare(family.PerParameter):
        pass

    class BareToo(family.Elementwise):
        def _initial(self, group, p):
            return {}

    class BareThree(family.PerParameter):
        def _initial(self, group, p):
            return {}

    p = leaf(minitorch_pt)
    p.sum().backward()
    for kind in (Bare, BareToo, BareThree):
        with pytest.raises(NotImplementedError):
            kind([p], {"lr": 1}).step()


@pytest.mark.parametrize("name", ["Adam", "AdamW"])
@pytest.mark.parametrize("options", [
    lambda t: {"lr": t.tensor(0.1), "foreach": True}, lambda t: {"betas": (t.tensor(0.9), t.tensor(0.99)), "foreach": True},
    lambda t: {"betas": (t.tensor(0.9), 0.99)}, lambda t: {"betas": (0, 0.99)}, lambda t: {"betas": (t.tensor([0.9, 0.8]), t.tensor(0.99))},
    lambda t: {"lr": t.tensor([0.1, 0.2])}, lambda t: {"lr": t.tensor(0.1), "betas": (t.tensor(0.9), t.tensor([0.99]))},
])  # fmt: skip
def test_adam_with_tensors_as_options(name, options):
    def program(t):
        p = t.ones(2, requires_grad=True)
        optimizer = getattr(t.optim, name)([p], **options(t))
        for _ in range(3):
            (p * p).sum().backward()
            optimizer.step()
        return p.detach()

    same_program(program)


@pytest.mark.parametrize("name", [*NAMES, "Muon", "LBFGS"])
def test_versions_count_the_changes_that_torch_makes(name):
    """For every set of the options that choose another way to the same step."""

    def counts(t, options):
        p = t.from_numpy(rand(4, 3)).requires_grad_()
        optimizer = getattr(t.optim, name)([p], lr=0.01, **options)

        def closure():
            optimizer.zero_grad()
            loss = (p**4 - p**2).sum()
            loss.backward()
            return loss

        closure()
        before = p._version
        optimizer.step(*([closure] if name == "LBFGS" else []))
        return p._version - before

    flags = {
        "foreach": (None, True, False),
        "weight_decay": (0, 0.1),
        "decoupled_weight_decay": (False, True),
        "maximize": (False, True),
        "momentum": (0.0, 0.9),
    }
    flags = {option: values for option, values in flags.items() if name in with_option(option)}
    for values in itertools.product(*flags.values()):
        options = dict(zip(flags, values, strict=True))
        assert counts(minitorch_pt, options) == counts(torch, options), options


def test_hooks_on_all_optimizers():
    def program(t):
        module = importlib.import_module(t.optim.Optimizer.__module__)
        seen, optimizer = [], t.optim.SGD([t.nn.Parameter(t.ones(1))], 0.1)
        handles = [
            register(lambda opt, args, kwargs, name=name: seen.append((name, len(args), kwargs)))
            for name, register in (
                ("every pre", module.register_optimizer_step_pre_hook), ("every post", module.register_optimizer_step_post_hook),
                ("pre", optimizer.register_step_pre_hook), ("post", optimizer.register_step_post_hook),
            )
        ]  # fmt: skip
        optimizer.step()
        for handle in handles:
            handle.remove()
        optimizer.step()
        return seen

    same_program(program)


def test_a_state_of_older_files():
    def program(t):
        class Mine(t.optim.SGD):
            def __setstate__(self, state):
                super().__setstate__(state)
                for group in self.param_groups:
                    group.setdefault("extra", 3)

        optimizer = copy.deepcopy(Mine([t.nn.Parameter(t.ones(1))], 0.1))
        return optimizer.param_groups[0]["extra"], optimizer.param_groups[0]["lr"]

    same_program(program)


def _trained(t, make):
    """Parameters and the numbers in the state after three steps."""
    parameters = [t.nn.Parameter(t.arange(6.0).reshape(2, 3) / 7), t.nn.Parameter(t.tensor([1.0, 2.0]))]
    optimizer = make(t.optim, parameters)
    for step in range(3):
        optimizer.zero_grad()
        sum((p**2).sum() * (step + 1) for p in parameters).backward()
        optimizer.step()
    state = optimizer.state[parameters[0]]
    return parameters, {key: value for key, value in state.items() if not getattr(value, "ndim", 0)}


@pytest.mark.parametrize("name", ["Adam", "AdamW", "Adagrad"])
@pytest.mark.parametrize("fused", [True, False, None])
def test_steps_are_counted_in_float32_where_they_are_fused(name, fused):
    def program(t):
        t.set_default_dtype(t.float64)
        try:
            return _trained(t, lambda optim, parameters: getattr(optim, name)(parameters, fused=fused))
        finally:
            t.set_default_dtype(t.float32)

    same_program(program)


@pytest.mark.parametrize("name", ["Adam", "AdamW", "Adamax", "NAdam", "RAdam"])
def test_betas_may_be_tensors(name):
    def make(optim, parameters, t):
        return getattr(optim, name)(parameters, betas=(t.tensor(0.9), t.tensor(0.99)), foreach=False)

    same_program(lambda t: _trained(t, lambda optim, parameters: make(optim, parameters, t)), rtol=1e-6)


def test_what_a_group_says_and_its_optimizer_does_not_know():
    same_program(lambda t: _trained(t, lambda optim, p: optim.Rprop([{"params": p, "weight_decay": 0.5}])))


def test_a_state_without_the_defaults_of_later_versions():
    def program(t):
        optimizer = t.optim.SGD([t.nn.Parameter(t.ones(1))], 0.1)
        state = optimizer.__getstate__()
        kept = {key: value for key, value in state["defaults"].items() if key != "differentiable"}
        optimizer.__setstate__({**state, "defaults": kept})
        return optimizer.defaults["differentiable"]

    same_program(program)
