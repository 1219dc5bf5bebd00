"""nn/modules/normalization.py, batchnorm.py and instancenorm.py against torch."""

from __future__ import annotations

import pytest
import torch

import minitorch_pt
from parity_tests.oracle import assert_same, rand, same_program


def compare(make, shapes, training=True):
    """Three steps of training, then evaluation: values, gradients, state and text."""
    results = []
    for package in (minitorch_pt, torch):
        module = make(package.nn).train(training)
        with package.no_grad():
            for i, parameter in enumerate(module.parameters()):
                parameter.copy_(package.tensor(rand(*parameter.shape, seed=i).tolist()))
        seen = [repr(module), [name for name, _ in module.named_parameters()]]
        for seed, shape in enumerate(shapes):
            x = package.tensor(
                rand(*shape, seed=seed).tolist(),
                dtype=next((p.dtype for p in module.parameters()), None),
                requires_grad=True,
            )
            y = module(x)
            (y**3).sum().backward()
            seen += [y.detach(), x.grad]
        state = module.state_dict()
        y = module.eval()(x.detach())
        results.append([*seen, [p.grad for p in module.parameters()], dict(state), y.detach()])
    assert_same(*results)


SHAPES = {1: (4, 3, 5), 2: (4, 3, 5, 2), 3: (2, 3, 2, 3, 2)}
OPTIONS = [
    {}, {"momentum": None}, {"affine": False}, {"bias": False}, {"track_running_stats": False},
    {"eps": 0.1, "momentum": 0.5}, {"affine": True, "track_running_stats": True},
]  # fmt: skip


INSTANCE = ["InstanceNorm1d", "InstanceNorm2d", "InstanceNorm3d"]


@pytest.mark.parametrize("options", OPTIONS)
@pytest.mark.parametrize("name", ["BatchNorm1d", "BatchNorm2d", "BatchNorm3d", *INSTANCE])
@pytest.mark.parametrize("training", [True, False])
def test_channels(name, options, training):
    compare(lambda nn: getattr(nn, name)(3, **options), [SHAPES[int(name[-2])]] * 3, training)


def test_vectors():
    compare(lambda nn: nn.BatchNorm1d(3), [(4, 3), (5, 3)])


@pytest.mark.parametrize("name", INSTANCE)
def test_one_sample(name):
    compare(lambda nn: getattr(nn, name)(3, affine=True), [SHAPES[int(name[-2])][1:]])


@pytest.mark.parametrize("make, shape", [
    (lambda nn: nn.LayerNorm(5), (4, 3, 5)), (lambda nn: nn.LayerNorm((3, 5), eps=0.1), (4, 3, 5)),
    (lambda nn: nn.LayerNorm([3, 5], bias=False), (4, 3, 5)), (lambda nn: nn.LayerNorm(5, elementwise_affine=False), (4, 3, 5)),
    (lambda nn: nn.RMSNorm(5), (4, 3, 5)), (lambda nn: nn.RMSNorm((3, 5), eps=0.1), (4, 3, 5)),
    (lambda nn: nn.RMSNorm(5, elementwise_affine=False), (4, 3, 5)),
    (lambda nn: nn.GroupNorm(2, 6), (4, 6, 5)), (lambda nn: nn.GroupNorm(3, 6, eps=0.1, affine=False), (4, 6, 3)),
    (lambda nn: nn.GroupNorm(1, 6, bias=False), (4, 6, 5, 2)),
    (lambda nn: nn.LocalResponseNorm(3), (4, 6, 5)), (lambda nn: nn.LocalResponseNorm(2, 0.5, 0.6, 2.0), (4, 6, 5, 2)),
])  # fmt: skip
def test_samples(make, shape):
    compare(make, [shape])


@pytest.mark.parametrize("make", [
    lambda t: t.nn.BatchNorm1d(3, dtype=t.float64), lambda t: t.nn.InstanceNorm1d(3, affine=True, dtype=t.float64),
    lambda t: t.nn.LayerNorm(3, dtype=t.float64), lambda t: t.nn.GroupNorm(3, 3, dtype=t.float64), lambda t: t.nn.RMSNorm(3, dtype=t.float64),
])  # fmt: skip
def test_dtype(make):
    same_program(lambda t: dict(make(t).state_dict()))


@pytest.mark.parametrize("program", [
    lambda t: t.nn.BatchNorm1d(3)(t.zeros(3)), lambda t: t.nn.BatchNorm1d(3)(t.zeros(1, 3)), lambda t: t.nn.BatchNorm2d(3)(t.zeros(2, 3, 4)),
    lambda t: t.nn.BatchNorm3d(3)(t.zeros(2, 3, 4, 5)), lambda t: t.nn.BatchNorm1d(4)(t.zeros(2, 3)),
    lambda t: t.nn.InstanceNorm1d(3)(t.zeros(2, 3, 1)), lambda t: t.nn.InstanceNorm2d(3)(t.zeros(2, 3)),
    lambda t: t.nn.InstanceNorm1d(4, affine=True)(t.zeros(2, 3, 4)), lambda t: t.nn.GroupNorm(4, 6), lambda t: t.nn.LayerNorm(5)(t.zeros(2, 3)),
])  # fmt: skip
def test_errors(program):
    with pytest.raises((ValueError, RuntimeError)):
        program(torch)
    same_program(program)


def test_channels_that_do_not_count():
    with pytest.warns(UserWarning, match="num_features"):
        minitorch_pt.nn.InstanceNorm1d(4)(minitorch_pt.zeros(2, 3, 4))


def test_state_saved_before_batches_were_counted():
    def program(t):
        old = {k: v + 1 for k, v in t.nn.BatchNorm1d(3).state_dict().items() if k != "num_batches_tracked"}
        module = t.nn.Sequential(t.nn.BatchNorm1d(3))
        module.load_state_dict({f"0.{k}": v for k, v in old.items()})
        return dict(module.state_dict())

    same_program(program)


def test_counter_taken_away():
    def program(t):
        module = t.nn.BatchNorm1d(3)
        module.num_batches_tracked = None
        return module(t.tensor(rand(2, 3).tolist())).detach()

    same_program(program)


@pytest.mark.parametrize("track", [True, False])
def test_state_comes_back(track):
    def program(t):
        module = t.nn.BatchNorm1d(3, track_running_stats=track)
        module(t.tensor(rand(4, 3).tolist()))
        twin = t.nn.BatchNorm1d(3, track_running_stats=track)
        twin.load_state_dict(module.state_dict())
        return dict(twin.state_dict())

    same_program(program)


def test_subclasses_with_checks_of_their_own():
    """As converters of models write them: any number of axes, and what counts as one sample is said by a method."""

    def program(p):
        class AnyNorm(p.nn.modules.instancenorm._InstanceNorm):
            def _check_input_dim(self, input):
                return

            def _get_no_batch_dim(self):
                return 3

        norm = AnyNorm(2, affine=True)
        return [norm(p.tensor(rand(*shape).tolist())).detach() for shape in ((4, 2, 3, 3), (2, 3, 3), (4, 2, 3, 3, 2))]

    same_program(program)


@pytest.mark.parametrize("training", [True, False])
@pytest.mark.parametrize("place", ["running_mean", "running_var"])
def test_statistics_ask_for_no_gradient(place, training):
    def program(p, on):
        statistics = {"running_mean": p.zeros(3), "running_var": p.ones(3)}
        statistics[place].requires_grad_()
        with p.set_grad_enabled(on):
            return p.nn.functional.batch_norm(p.ones(2, 3) * p.arange(2.0)[:, None], **statistics, training=training)

    same_program(lambda p: program(p, True))
    with pytest.raises(RuntimeError, match="not differentiable with respect to argument"):
        program(minitorch_pt, True)
    if not training:
        same_program(lambda p: program(p, False))
