"""Schedulers against torch: every rate over 30 epochs, bit for bit; state, text, warnings, errors."""

import math
import warnings

import pytest

from parity_tests.oracle import same_program

MAKERS = {
    "StepLR": lambda t, o: t.optim.lr_scheduler.StepLR(o, 4, gamma=0.3),
    "MultiStepLR": lambda t, o: t.optim.lr_scheduler.MultiStepLR(o, [3, 7, 7, 20], gamma=0.5),
    "ExponentialLR": lambda t, o: t.optim.lr_scheduler.ExponentialLR(o, 0.9),
    "CosineAnnealingLR": lambda t, o: t.optim.lr_scheduler.CosineAnnealingLR(o, 7, eta_min=0.01),
    "LambdaLR": lambda t, o: t.optim.lr_scheduler.LambdaLR(o, lambda e: 0.95**e),
    "LambdaLR each": lambda t, o: t.optim.lr_scheduler.LambdaLR(o, [lambda e: 0.95**e, lambda e: 1 / (e + 1)]),
}


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
            s.step()
            seen.append(s.get_last_lr())
        return seen, [g["lr"] for g in o.param_groups], [g["initial_lr"] for g in o.param_groups], s.state_dict()

    same_program(program)


@pytest.mark.parametrize("name", MAKERS)
def test_resumed(name):
    def program(t):
        o = optimizer(t)
        s = MAKERS[name](t, o)
        for _ in range(5):
            o.step()
            s.step()
        o2 = optimizer(t)
        s2 = MAKERS[name](t, o2)
        o2.load_state_dict(o.state_dict())
        s2.load_state_dict(s.state_dict())
        for _ in range(5):
            o2.step()
            s2.step()
        return s2.get_last_lr(), s2.last_epoch

    same_program(program)


@pytest.mark.parametrize("name", ["StepLR", "MultiStepLR", "ExponentialLR", "CosineAnnealingLR", "LambdaLR"])
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
        return [make(o).get_last_lr() for make in (
            lambda o: t.optim.lr_scheduler.StepLR(o, 4, last_epoch=7),
            lambda o: t.optim.lr_scheduler.CosineAnnealingLR(o, 9, last_epoch=3),
            lambda o: t.optim.lr_scheduler.ExponentialLR(o, 0.9, last_epoch=3),
        )]  # fmt: skip

    same_program(program)


@pytest.mark.parametrize("options", [{}, {"mode": "max"}, {"threshold_mode": "abs", "threshold": 0.05}, {"mode": "max", "threshold_mode": "abs", "threshold": 0.05},
                                     {"cooldown": 2, "patience": 1}, {"min_lr": 0.02}, {"min_lr": [0.01, 0.3], "factor": 0.5}, {"eps": 0.2}], ids=str)  # fmt: skip
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


ERRORS = {
    "not an optimizer": lambda t: t.optim.lr_scheduler.StepLR(5, 1),
    "never started": lambda t: t.optim.lr_scheduler.StepLR(optimizer(t), 1, last_epoch=3),
    "too many functions": lambda t: t.optim.lr_scheduler.LambdaLR(optimizer(t), [abs] * 3),
    "factor": lambda t: t.optim.lr_scheduler.ReduceLROnPlateau(optimizer(t), factor=1.0),
    "plateau optimizer": lambda t: t.optim.lr_scheduler.ReduceLROnPlateau(5),
    "mode": lambda t: t.optim.lr_scheduler.ReduceLROnPlateau(optimizer(t), mode="best"),
    "threshold mode": lambda t: t.optim.lr_scheduler.ReduceLROnPlateau(optimizer(t), threshold_mode="best"),
    "floors": lambda t: t.optim.lr_scheduler.ReduceLROnPlateau(optimizer(t), min_lr=[0.1]),
}


@pytest.mark.parametrize("case", ERRORS)
def test_error(case):
    same_program(ERRORS[case])


def test_base_must_be_written():
    def program(t):
        t.optim.lr_scheduler.LRScheduler(optimizer(t))

    with pytest.raises(NotImplementedError):
        program(__import__("minitorch_pt"))
