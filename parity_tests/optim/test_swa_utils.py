"""Averages of weights against torch: 25 updates with every option, statistics of batch normalisation, SWALR's rates."""

import numpy as np
import pytest

from parity_tests.oracle import rand, same_program, to_ours, to_theirs


def given(t, array):
    return to_ours(array) if t.__name__ == "minitorch_pt" else to_theirs(array)


def network(t):
    t.manual_seed(3)
    return t.nn.Sequential(t.nn.Linear(3, 4), t.nn.BatchNorm1d(4), t.nn.ReLU(), t.nn.Linear(4, 2)).double()


AVERAGES = {
    "mean": lambda u: {},
    "mean by function": lambda u: {"avg_fn": u.get_swa_avg_fn()},
    "mean by list": lambda u: {"multi_avg_fn": u.get_swa_multi_avg_fn()},  # an error with buffers: counts are integers
    "moving": lambda u: {"avg_fn": u.get_ema_avg_fn(0.9)},
    "moving by list": lambda u: {"multi_avg_fn": u.get_ema_multi_avg_fn(0.9)},
    "moving, default decay": lambda u: {"avg_fn": u.get_ema_avg_fn()},
    "moving by list, default decay": lambda u: {"multi_avg_fn": u.get_ema_multi_avg_fn()},
    "moving fast": lambda u: {"multi_avg_fn": u.get_ema_multi_avg_fn(0.2)},
    "device": lambda u: {"device": "cpu"},
    "own function": lambda u: {"avg_fn": lambda average, current, n: average * 0.5 + current / (n + 2)},
}


@pytest.mark.parametrize("use_buffers", [False, True])
@pytest.mark.parametrize("dtype", ["float64", "float32"])
@pytest.mark.parametrize("name", AVERAGES)
def test_average(name, dtype, use_buffers):
    def program(t):
        model = network(t).to(getattr(t, dtype))
        average = t.optim.swa_utils.AveragedModel(model, use_buffers=use_buffers, **AVERAGES[name](t.optim.swa_utils))
        seen = []
        for step in range(25):
            with t.no_grad():
                for i, tensor in enumerate([*model.parameters(), *model.buffers()]):
                    change = np.asarray(4 * rand(*tensor.shape, seed=40 * step + i))
                    tensor.add_(given(t, change).to(tensor.dtype))
            average.update_parameters(model)
            seen.append([value.clone() for value in average.state_dict().values()])
        average.eval()
        x = given(t, rand(6, 3)).to(getattr(t, dtype))
        return (
            seen,
            list(average.state_dict()),
            average(x),
            repr(average),
            [p.requires_grad for p in average.parameters()],
        )

    same_program(program, rtol=1e-11 if dtype == "float64" else 1e-5)


def test_the_model_itself_is_not_changed():
    def program(t):
        model = network(t)
        average = t.optim.swa_utils.AveragedModel(model)
        average.update_parameters(model)
        with t.no_grad():
            model[0].weight.fill_(7.0)
        average.update_parameters(model)
        return model[0].weight, average.module[0].weight, average.n_averaged

    same_program(program)


def test_state_goes_to_another_average():
    def program(t):
        model = network(t)
        first, second = t.optim.swa_utils.AveragedModel(model), t.optim.swa_utils.AveragedModel(model)
        for value in (1.0, 4.0, 8.0):
            with t.no_grad():
                model[0].weight.fill_(value)
            first.update_parameters(model)
        second.load_state_dict(first.state_dict())
        second.update_parameters(model)
        return second.state_dict()

    same_program(program)


def test_integers():
    def program(t):
        average = t.tensor([9, -7, 2])
        t.optim.swa_utils.get_ema_multi_avg_fn(0.25)([average], [t.tensor([-2, 8, 2])], t.tensor(3))
        return average

    same_program(program)


def test_number_of_averages_as_a_plain_number():
    def program(t):
        average, current = t.tensor([9.0, -7.0]), t.tensor([-2.0, 8.0])
        t.optim.swa_utils.get_swa_multi_avg_fn()([average], [current], 3)
        return average, t.optim.swa_utils.get_swa_avg_fn()(average, current, 3)

    same_program(program)


@pytest.mark.parametrize("training", [True, False])
@pytest.mark.parametrize("options", [{}, {"device": "cpu"}], ids=str)
@pytest.mark.parametrize("batch", [lambda x: x, lambda x: (x, None), lambda x: [x, x]], ids=["tensor", "tuple", "list"])
def test_update_bn(batch, options, training):
    def program(t):
        model = network(t).train(training)
        model[1].running_mean.fill_(5.0)
        loader = [batch(given(t, rand(5, 3, seed=seed))) for seed in range(20)]
        t.optim.swa_utils.update_bn(loader, model, **options)
        return model.state_dict(), model[1].momentum, model.training, model[0].weight.grad

    same_program(program)


def test_update_bn_without_batch_normalisation():
    def program(t):
        def forbidden():
            yield 1 / 0

        return t.optim.swa_utils.update_bn(forbidden(), t.nn.Linear(1, 1))

    same_program(program)


RATES = {
    "default": {"swa_lr": 0.05},
    "linear": {"swa_lr": 0.05, "anneal_strategy": "linear"},
    "up": {"swa_lr": 2.0, "anneal_epochs": 7},
    "each": {"swa_lr": [0.05, 0.3], "anneal_epochs": 5, "anneal_strategy": "linear"},
    "at once": {"swa_lr": 0.05, "anneal_epochs": 0},
    "at once, linear": {"swa_lr": (0.05, 0.1), "anneal_epochs": 0, "anneal_strategy": "linear"},
}


def optimizer(t):
    params = [t.ones(1, requires_grad=True) for _ in range(2)]
    return t.optim.SGD([{"params": params[:1]}, {"params": params[1:], "lr": 0.5}], lr=0.1)


@pytest.mark.parametrize("name", RATES)
def test_rates(name):
    def program(t):
        o = optimizer(t)
        s = t.optim.swa_utils.SWALR(o, **RATES[name])
        seen = [s.get_last_lr()]
        for _ in range(25):
            o.step()
            s.step()
            seen.append(s.get_last_lr())
        return seen, [g["swa_lr"] for g in o.param_groups], s.state_dict()

    same_program(program)


def test_rates_resumed():
    def program(t):
        o, o2 = optimizer(t), optimizer(t)
        s = t.optim.swa_utils.SWALR(o, 0.05, anneal_strategy="linear")
        for _ in range(4):
            o.step()
            s.step()
        s2 = t.optim.swa_utils.SWALR(o2, 1.0)
        o2.load_state_dict(o.state_dict())
        s2.load_state_dict(s.state_dict())
        seen = []
        for _ in range(20):
            o2.step()
            s2.step()
            seen.append(s2.get_last_lr())
        return seen

    same_program(program)


ERRORS = {
    "two functions": lambda u, t: u.AveragedModel(t.nn.Linear(1, 1), avg_fn=max, multi_avg_fn=max),
    "mean of integers": lambda u, t: u.get_swa_multi_avg_fn()([t.tensor([9])], [t.tensor([2])], t.tensor(3)),
    "decay": lambda u, t: u.get_ema_avg_fn(1.5),
    "negative decay": lambda u, t: u.get_ema_multi_avg_fn(-0.1),
    "other buffers": lambda u, t: u.AveragedModel(network(t)).update_parameters(t.nn.Sequential(network(t)[0])),
    "strategy": lambda u, t: u.SWALR(optimizer(t), 0.1, anneal_strategy="wave"),
    "negative epochs": lambda u, t: u.SWALR(optimizer(t), 0.1, anneal_epochs=-1),
    "half epochs": lambda u, t: u.SWALR(optimizer(t), 0.1, anneal_epochs=1.5),
    "too many rates": lambda u, t: u.SWALR(optimizer(t), [0.1] * 3),
}


@pytest.mark.parametrize("case", ERRORS)
def test_error(case):
    same_program(lambda t: ERRORS[case](t.optim.swa_utils, t))
