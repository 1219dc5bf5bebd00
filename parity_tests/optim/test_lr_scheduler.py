"""Schedulers against torch: every rate over 30 epochs, bit for bit; state, text, warnings, errors."""

import math
import warnings

import pytest

import minitorch_pt
from parity_tests.oracle import same_program

MAKERS = {
    "StepLR": lambda t, o: t.optim.lr_scheduler.StepLR(o, 4, gamma=0.3),
    "MultiStepLR": lambda t, o: t.optim.lr_scheduler.MultiStepLR(o, [3, 7, 7, 20], gamma=0.5),
    "ExponentialLR": lambda t, o: t.optim.lr_scheduler.ExponentialLR(o, 0.9),
    "CosineAnnealingLR": lambda t, o: t.optim.lr_scheduler.CosineAnnealingLR(o, 7, eta_min=0.01),
    "LambdaLR": lambda t, o: t.optim.lr_scheduler.LambdaLR(o, lambda e: 0.95**e),
    "LambdaLR each": lambda t, o: t.optim.lr_scheduler.LambdaLR(o, [lambda e: 0.95**e, lambda e: 1 / (e + 1)]),
    "MultiplicativeLR": lambda t, o: t.optim.lr_scheduler.MultiplicativeLR(o, lambda e: 1 - 1 / (e + 3)),
    "MultiplicativeLR each": lambda t, o: t.optim.lr_scheduler.MultiplicativeLR(o, [lambda e: 0.95, lambda e: 0.9]),
    "ConstantLR": lambda t, o: t.optim.lr_scheduler.ConstantLR(o),
    "ConstantLR long": lambda t, o: t.optim.lr_scheduler.ConstantLR(o, factor=0.3, total_iters=12),
    "LinearLR": lambda t, o: t.optim.lr_scheduler.LinearLR(o),
    "LinearLR down": lambda t, o: t.optim.lr_scheduler.LinearLR(o, start_factor=1.0, end_factor=0.1, total_iters=12),
    "PolynomialLR": lambda t, o: t.optim.lr_scheduler.PolynomialLR(o),
    "PolynomialLR square": lambda t, o: t.optim.lr_scheduler.PolynomialLR(o, total_iters=12, power=2.0),
    "Restarts": lambda t, o: t.optim.lr_scheduler.CosineAnnealingWarmRestarts(o, 4),
    "Restarts longer": lambda t, o: t.optim.lr_scheduler.CosineAnnealingWarmRestarts(o, 3, T_mult=2, eta_min=0.01),
    "CyclicLR": lambda t, o: t.optim.lr_scheduler.CyclicLR(o, 0.01, 0.2, step_size_up=4, cycle_momentum=False),
    "CyclicLR half": lambda t, o: t.optim.lr_scheduler.CyclicLR(
        o, [0.01, 0.1], [0.2, 1.0], step_size_up=3, step_size_down=5, mode="triangular2",
        base_momentum=[0.7, 0.6], max_momentum=(0.9, 0.95)),
    "CyclicLR range": lambda t, o: t.optim.lr_scheduler.CyclicLR(
        o, 0.01, 0.2, step_size_up=4, mode="exp_range", gamma=0.9, base_momentum=0.5),
    "CyclicLR own": lambda t, o: t.optim.lr_scheduler.CyclicLR(
        o, 0.01, 0.2, step_size_up=4, scale_fn=lambda x: 1 / x, max_momentum=0.99),
    "CyclicLR own, each step": lambda t, o: t.optim.lr_scheduler.CyclicLR(
        o, 0.01, 0.2, step_size_up=4, mode="own", scale_fn=lambda x: 0.9**x, scale_mode="iterations"),
    "OneCycleLR": lambda t, o: t.optim.lr_scheduler.OneCycleLR(o, 0.5, total_steps=35),
    "OneCycleLR epochs": lambda t, o: t.optim.lr_scheduler.OneCycleLR(
        o, [0.5, 1.0], epochs=5, steps_per_epoch=6, anneal_strategy="linear", base_momentum=[0.7, 0.8], max_momentum=[0.9, 0.99]),
    "OneCycleLR three phases": lambda t, o: t.optim.lr_scheduler.OneCycleLR(
        o, 0.5, total_steps=30, three_phase=True, pct_start=0.4, div_factor=10, final_div_factor=100.0),
    "OneCycleLR without momentum": lambda t, o: t.optim.lr_scheduler.OneCycleLR(o, 0.5, 30, cycle_momentum=False),
    "SequentialLR": lambda t, o: sequential(t, o),
    "SequentialLR one": lambda t, o: t.optim.lr_scheduler.SequentialLR(o, [MAKERS["StepLR"](t, o)], []),
    "SequentialLR from the second": lambda t, o: t.optim.lr_scheduler.SequentialLR(
        o, [MAKERS["LinearLR"](t, o), MAKERS["StepLR"](t, o)], [0]),
    "SequentialLR of restarts": lambda t, o: t.optim.lr_scheduler.SequentialLR(
        o, [MAKERS["LinearLR"](t, o), MAKERS["Restarts"](t, o)], [6], last_epoch=-1),
    "SequentialLR nested": lambda t, o: nested(t, o),
    "ChainedScheduler": lambda t, o: t.optim.lr_scheduler.ChainedScheduler(
        [MAKERS["ConstantLR"](t, o), MAKERS["ExponentialLR"](t, o)]),
    "ChainedScheduler with its optimizer": lambda t, o: t.optim.lr_scheduler.ChainedScheduler(
        (MAKERS["LinearLR"](t, o), MAKERS["StepLR"](t, o), MAKERS["LambdaLR"](t, o)), optimizer=o),
}  # fmt: skip


def sequential(t, o):
    parts = [MAKERS[name](t, o) for name in ("ConstantLR", "CosineAnnealingLR", "ExponentialLR")]
    return t.optim.lr_scheduler.SequentialLR(o, parts, milestones=[7, 18])


def nested(t, o):
    inner = t.optim.lr_scheduler.SequentialLR(o, [MAKERS["ConstantLR"](t, o), MAKERS["StepLR"](t, o)], [4])
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # the inner one steps once, and warns that the optimiser has not, as in torch
        return t.optim.lr_scheduler.SequentialLR(o, [inner, MAKERS["ExponentialLR"](t, o)], [15])


def optimizer(t, tensor=False):
    params = [t.ones(1, requires_grad=True) for _ in range(2)]
    return t.optim.SGD([{"params": params[:1]}, {"params": params[1:], "lr": 0.5}], lr=t.tensor(0.1) if tensor else 0.1)


@pytest.mark.parametrize("name", MAKERS)
def test_rates(name):
    def program(t):
        o = optimizer(t)
        s = MAKERS[name](t, o)
        seen = [s.get_last_lr()]
        for _ in range(30):
            o.step()
            warned = _warnings_of(s.step)
            seen.append((s.get_last_lr(), [g["momentum"] for g in o.param_groups], warned))
        return seen, [{k: v for k, v in g.items() if k != "params"} for g in o.param_groups], s.state_dict()

    same_program(program)


@pytest.mark.parametrize("name", MAKERS)
def test_resumed(name):
    def program(t):
        o = optimizer(t)
        s = MAKERS[name](t, o)
        for _ in range(5):
            o.step()
            _warnings_of(s.step)
        o2 = optimizer(t)
        s2 = MAKERS[name](t, o2)
        o2.load_state_dict(o.state_dict())
        s2.load_state_dict(s.state_dict())
        seen = []
        for _ in range(20):
            o2.step()
            _warnings_of(s2.step)
            seen.append(s2.get_last_lr())
        return seen, getattr(s2, "last_epoch", None)

    same_program(program)


ONE_STEP = [name for name in MAKERS if not name.startswith(("Sequential", "Chained"))]  # their step takes no epoch


@pytest.mark.parametrize("name", ONE_STEP)
def test_epoch_given(name):
    def program(t):
        o = optimizer(t)
        s = MAKERS[name](t, o)
        o.step()
        with warnings.catch_warnings(record=True) as caught:
            warnings.simplefilter("always")
            s.step(9)
        return s.get_last_lr(), [w.category.__name__ for w in caught]

    same_program(program)


@pytest.mark.parametrize("name", ["ConstantLR", "LinearLR", "LinearLR down", "PolynomialLR", "MultiStepLR"])
def test_closed_form(name):
    def program(t):
        o = optimizer(t)
        s = MAKERS[name](t, o)
        o.step()
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            return [(s.step(epoch), s.get_last_lr()) for epoch in range(25)]

    same_program(program)


@pytest.mark.parametrize("T_mult", [1, 2, 3])
def test_restarts_at_fractions_of_epochs(T_mult):
    def program(t):
        o = optimizer(t)
        s = t.optim.lr_scheduler.CosineAnnealingWarmRestarts(o, 3, T_mult=T_mult)
        o.step()
        seen = [(s.step(i / 4), s.get_last_lr(), s.T_cur, s.T_i, s.last_epoch) for i in range(100)]
        return seen, [(s.step(), s.get_last_lr()) for _ in range(20)]

    same_program(program)


@pytest.mark.parametrize("kind", ["CyclicLR", "OneCycleLR"])
def test_beta1_takes_the_place_of_momentum(kind):
    def program(t):
        o = t.optim.Adam([t.ones(1, requires_grad=True)], lr=0.1)
        s = getattr(t.optim.lr_scheduler, kind)(
            o,
            **(
                {"base_lr": 0.01, "max_lr": 0.1, "step_size_up": 4}
                if kind == "CyclicLR"
                else {"max_lr": 0.1, "total_steps": 25}
            ),
        )
        seen = []
        for _ in range(24):
            o.step()
            s.step()
            seen.append((s.get_last_lr(), o.param_groups[0]["betas"]))
        return seen, s.state_dict()

    same_program(program)


@pytest.mark.parametrize("name", ["CyclicLR range", "OneCycleLR"])
def test_cycles_resumed_by_last_epoch(name):
    def program(t):
        o = optimizer(t)
        s = MAKERS[name](t, o)
        for _ in range(5):
            o.step()
            s.step()
        if name == "OneCycleLR":
            s = t.optim.lr_scheduler.OneCycleLR(o, 0.5, total_steps=35, last_epoch=s.last_epoch)
        else:
            s = t.optim.lr_scheduler.CyclicLR(o, 0.01, 0.2, step_size_up=4, last_epoch=s.last_epoch)
        seen = []
        for _ in range(20):
            o.step()
            s.step()
            seen.append((s.get_last_lr(), [g["momentum"] for g in o.param_groups]))
        return seen

    same_program(program)


@pytest.mark.parametrize("name", ["SequentialLR", "ChainedScheduler", "CyclicLR", "OneCycleLR", "Restarts"])
def test_tensor_rates_stay_the_same_objects(name):
    def program(t):
        o = optimizer(t, tensor=True)
        rate = o.param_groups[0]["lr"]
        s = MAKERS[name](t, o)
        for _ in range(20):
            o.step()
            s.step()
        return rate.clone(), o.param_groups[0]["lr"] is rate, float(s.get_last_lr()[0])

    same_program(program, rtol=2e-6)


def test_two_schedulers_on_one_optimizer():
    def program(t):
        o = optimizer(t)
        a, b = t.optim.lr_scheduler.ExponentialLR(o, 0.9), t.optim.lr_scheduler.StepLR(o, 3)
        for _ in range(10):
            o.step()
            a.step()
            b.step()
        return a.get_last_lr(), b.get_last_lr()

    same_program(program)


def test_last_epoch():
    def program(t):
        o = optimizer(t)
        for g in o.param_groups:
            g["initial_lr"] = 1.0
        return [
            make(o).get_last_lr()
            for make in (
                lambda o: t.optim.lr_scheduler.StepLR(o, 4, last_epoch=7),
                lambda o: t.optim.lr_scheduler.CosineAnnealingLR(o, 9, last_epoch=3),
                lambda o: t.optim.lr_scheduler.ExponentialLR(o, 0.9, last_epoch=3),
            )
        ]

    same_program(program)


def test_cosine_asked_before_its_first_step():
    def program(t):
        o = optimizer(t)
        for g in o.param_groups:
            g["initial_lr"] = 1.0
        s = t.optim.lr_scheduler.CosineAnnealingLR(o, 9, last_epoch=3)
        rates = []
        return _warnings_of(lambda: rates.extend(s.get_lr())), rates

    same_program(program)


@pytest.mark.parametrize("options", [
    {}, {"mode": "max"}, {"threshold_mode": "abs", "threshold": 0.05},
    {"mode": "max", "threshold_mode": "abs", "threshold": 0.05}, {"cooldown": 2, "patience": 1}, {"min_lr": 0.02},
    {"min_lr": [0.01, 0.3], "factor": 0.5}, {"eps": 0.2},
], ids=str)  # fmt: skip
def test_plateau(options):
    def program(t):
        o = optimizer(t)
        s = t.optim.lr_scheduler.ReduceLROnPlateau(o, **{"patience": 2, **options})
        seen = []
        for epoch in range(40):
            o.step()
            s.step(t.tensor(math.cos(epoch / 9) + epoch % 3 * 0.1))
            seen.append((s.get_last_lr(), s.num_bad_epochs, s.best, s.in_cooldown))
        state = s.state_dict()
        s.load_state_dict(state)
        return seen, state

    same_program(program)


def test_plateau_details():
    def program(t):
        o = optimizer(t, tensor=True)
        s = t.optim.lr_scheduler.ReduceLROnPlateau(o, patience=0)
        o.add_param_group({"params": [t.ones(1, requires_grad=True)], "lr": 1.0})
        with warnings.catch_warnings(record=True) as caught:
            warnings.simplefilter("always")
            s.step(1.0, 3)
        s.step(1.0)
        return [float(g["lr"]) for g in o.param_groups], len(caught), s.last_epoch

    same_program(program, rtol=1e-6)


def test_plateau_with_too_few_floors():
    def program(t):
        o = optimizer(t)
        s = t.optim.lr_scheduler.ReduceLROnPlateau(o, patience=0, min_lr=[0.1, 0.1])
        o.add_param_group({"params": [t.ones(1, requires_grad=True)]})
        s.step(1.0)
        s.step(1.0)

    same_program(program)


def test_tensor_rates():
    def program(t):
        o = optimizer(t, tensor=True)
        rate = o.param_groups[0]["lr"]
        s = t.optim.lr_scheduler.ExponentialLR(o, 0.5)
        o.step()
        s.step()
        return rate, o.param_groups[0]["lr"] is rate, s.get_last_lr()[0]

    same_program(program)


class Halving:
    def __init__(self):
        self.calls = 0

    def __call__(self, epoch):
        self.calls += 1
        return 0.5**epoch


def test_callable_objects_are_saved():
    def program(t):
        s = t.optim.lr_scheduler.LambdaLR(optimizer(t), Halving())
        other = t.optim.lr_scheduler.LambdaLR(optimizer(t), Halving())
        other.load_state_dict(s.state_dict())
        return s.state_dict()["lr_lambdas"]

    same_program(program)


def test_callable_scale_is_saved():
    def program(t):
        make = t.optim.lr_scheduler.CyclicLR
        s, other = (make(plain(t), 0.1, 1.0, scale_fn=Halving(), cycle_momentum=False) for _ in range(2))
        state = s.state_dict()
        other.load_state_dict(dict(state))
        return state["_scale_fn_custom"], other.get_last_lr(), other.scale_fn(3)

    same_program(program)


def _warnings_of(action):
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always")
        action()
    return [w.category.__name__ for w in caught]


def test_warnings():
    def program(t):
        o = optimizer(t)
        s = t.optim.lr_scheduler.StepLR(o, 1)
        early = _warnings_of(s.step)
        return early, _warnings_of(s.step), _warnings_of(s.get_lr)

    same_program(program)


def test_no_warning_for_a_scheduler_made_after_a_step():
    def program(t):
        o = optimizer(t)
        t.optim.lr_scheduler.StepLR(o, 1)
        o.step()
        return _warnings_of(t.optim.lr_scheduler.StepLR(o, 1).step)

    same_program(program)


def plain(t):
    return t.optim.Adagrad([t.ones(1, requires_grad=True)])


def one_cycle(t, **options):
    return t.optim.lr_scheduler.OneCycleLR(optimizer(t), 0.5, **options)


def joined(t, kind, *parts, **options):
    o = optimizer(t)
    parts = [make(t, o) for make in parts]
    s = t.optim.lr_scheduler
    return s.SequentialLR(o, parts, **options) if kind == "SequentialLR" else s.ChainedScheduler(parts, o)


def past_the_end(t):
    o = optimizer(t)
    s = t.optim.lr_scheduler.OneCycleLR(o, 0.5, total_steps=3)
    for _ in range(4):
        o.step()
        s.step()


ERRORS = {
    "not a function": lambda t: t.optim.lr_scheduler.MultiplicativeLR(optimizer(t), 0.5),
    "too many factors": lambda t: t.optim.lr_scheduler.MultiplicativeLR(optimizer(t), [abs] * 3),
    "constant above 1": lambda t: t.optim.lr_scheduler.ConstantLR(optimizer(t), 1.5),
    "constant below 0": lambda t: t.optim.lr_scheduler.ConstantLR(optimizer(t), -0.5),
    "start at 0": lambda t: t.optim.lr_scheduler.LinearLR(optimizer(t), 0.0),
    "end above 1": lambda t: t.optim.lr_scheduler.LinearLR(optimizer(t), 0.5, 1.5),
    "T_0": lambda t: t.optim.lr_scheduler.CosineAnnealingWarmRestarts(optimizer(t), 1.5),
    "T_mult": lambda t: t.optim.lr_scheduler.CosineAnnealingWarmRestarts(optimizer(t), 2, 0),
    "eta_min": lambda t: t.optim.lr_scheduler.CosineAnnealingWarmRestarts(optimizer(t), 2, eta_min="0"),
    "epoch": lambda t: t.optim.lr_scheduler.CosineAnnealingWarmRestarts(optimizer(t), 2).step(-1),
    "cyclic optimizer": lambda t: t.optim.lr_scheduler.CyclicLR(5, 0.1, 1.0),
    "cyclic lengths": lambda t: t.optim.lr_scheduler.CyclicLR(optimizer(t), [0.1], 1.0),
    "cyclic mode": lambda t: t.optim.lr_scheduler.CyclicLR(optimizer(t), 0.1, 1.0, mode="square"),
    "cyclic momentum": lambda t: t.optim.lr_scheduler.CyclicLR(plain(t), 0.1, 1.0),
    "one cycle optimizer": lambda t: t.optim.lr_scheduler.OneCycleLR(5, 0.1, 10),
    "one cycle momentum": lambda t: t.optim.lr_scheduler.OneCycleLR(plain(t), 0.1, 10),
    "no steps": lambda t: one_cycle(t),
    "no steps per epoch": lambda t: one_cycle(t, epochs=3),
    "zero steps": lambda t: one_cycle(t, total_steps=0),
    "half steps": lambda t: one_cycle(t, total_steps=1.5),
    "half epochs": lambda t: one_cycle(t, epochs=1.5, steps_per_epoch=2),
    "negative steps per epoch": lambda t: one_cycle(t, epochs=1, steps_per_epoch=-2),
    "pct_start": lambda t: one_cycle(t, total_steps=10, pct_start=2.0),
    "pct_start whole": lambda t: one_cycle(t, total_steps=10, pct_start=1),
    "strategy": lambda t: one_cycle(t, total_steps=10, anneal_strategy="wave"),
    "past the end": past_the_end,
    "milestones": lambda t: joined(t, "SequentialLR", MAKERS["StepLR"], milestones=[3]),
    **{f"{kind} {what}": lambda t, kind=kind, parts=parts: joined(t, kind, *parts, **({"milestones": []} if kind == "SequentialLR" else {}))
       for kind in ("SequentialLR", "ChainedScheduler")
       for what, parts in {"of nothing": [], "of no scheduler": [lambda t, o: 5],
                           "of another optimizer": [lambda t, o: MAKERS["StepLR"](t, optimizer(t))],
                           "of a plateau": [lambda t, o: t.optim.lr_scheduler.ReduceLROnPlateau(o)]}.items()},
    "not an optimizer": lambda t: t.optim.lr_scheduler.StepLR(5, 1),
    "never started": lambda t: t.optim.lr_scheduler.StepLR(optimizer(t), 1, last_epoch=3),
    "too many functions": lambda t: t.optim.lr_scheduler.LambdaLR(optimizer(t), [abs] * 3),
    "factor": lambda t: t.optim.lr_scheduler.ReduceLROnPlateau(optimizer(t), factor=1.0),
    "plateau optimizer": lambda t: t.optim.lr_scheduler.ReduceLROnPlateau(5),
    "mode": lambda t: t.optim.lr_scheduler.ReduceLROnPlateau(optimizer(t), mode="best"),
    "threshold mode": lambda t: t.optim.lr_scheduler.ReduceLROnPlateau(optimizer(t), threshold_mode="best"),
    "floors": lambda t: t.optim.lr_scheduler.ReduceLROnPlateau(optimizer(t), min_lr=[0.1]),
}  # fmt: skip


@pytest.mark.parametrize("case", ERRORS)
def test_error(case):
    same_program(ERRORS[case])


def test_base_must_be_written():
    def program(t):
        t.optim.lr_scheduler.LRScheduler(optimizer(t))

    with pytest.raises(NotImplementedError):
        program(__import__("minitorch_pt"))


ONE_EACH = {
    "LambdaLR": lambda o, s, n: s.LambdaLR(o, [lambda epoch: 0.5] * n),
    "MultiplicativeLR": lambda o, s, n: s.MultiplicativeLR(o, [lambda epoch: 0.5] * n),
    "ReduceLROnPlateau": lambda o, s, n: s.ReduceLROnPlateau(o, min_lr=[0.25] * n),
    "CyclicLR": lambda o, s, n: s.CyclicLR(o, [0.25] * n, [0.5] * n, cycle_momentum=False),
    "CyclicLR above": lambda o, s, n: s.CyclicLR(o, 0.25, [0.5] * n, cycle_momentum=False),
    "OneCycleLR": lambda o, s, n: s.OneCycleLR(o, [0.5] * n, 10, cycle_momentum=False),
}


@pytest.mark.parametrize("name", ONE_EACH)
@pytest.mark.parametrize("count", range(1, 4))
def test_a_list_has_one_value_for_each_group(name, count):
    def program(t):
        params = [t.ones(2, requires_grad=True), t.ones(3, requires_grad=True)]
        optimizer = t.optim.SGD([{"params": p} for p in params], lr=1.0)
        scheduler = ONE_EACH[name](optimizer, t.optim.lr_scheduler, count)
        optimizer.step()
        scheduler.step(*([1.0] if name == "ReduceLROnPlateau" else []))
        return [group["lr"] for group in optimizer.param_groups]

    same_program(program)
    if count != 2 and name in ("CyclicLR", "CyclicLR above", "OneCycleLR"):
        with pytest.raises(ValueError, match="must have the same length as optimizer.param_groups"):
            program(minitorch_pt)
