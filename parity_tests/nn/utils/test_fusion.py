"""Fusion of batch norm, skip_init, memory formats of weights, DataParallel, and the private names that tutorials use."""

from __future__ import annotations

import pytest

import minitorch_pt
import minitorch_pt.nn.parallel
from parity_tests.oracle import same_program


def ready(package, norm):
    norm.running_mean.uniform_(-1, 1)
    norm.running_var.uniform_(0.5, 2)
    if norm.weight is not None:
        norm.weight.data.uniform_(-1, 1)
        norm.bias.data.uniform_(-1, 1)
    return norm.eval()


FUSED = {
    "conv": lambda nn, u, r: u.fuse_conv_bn_eval(nn.Conv2d(2, 3, 3).eval(), r(nn.BatchNorm2d(3))),
    "conv without bias": lambda nn, u, r: u.fuse_conv_bn_eval(
        nn.Conv1d(2, 3, 3, bias=False).eval(), r(nn.BatchNorm1d(3, affine=False))
    ),
    "transposed": lambda nn, u, r: u.fuse_conv_bn_eval(
        nn.ConvTranspose2d(2, 3, 3).eval(), r(nn.BatchNorm2d(3)), transpose=True
    ),
    "linear": lambda nn, u, r: u.fuse_linear_bn_eval(nn.Linear(2, 3).eval(), r(nn.BatchNorm1d(3))),
    "linear, one feature": lambda nn, u, r: u.fuse_linear_bn_eval(nn.Linear(2, 3).eval(), r(nn.BatchNorm1d(1))),
    "linear, other features": lambda nn, u, r: u.fuse_linear_bn_eval(nn.Linear(2, 3).eval(), r(nn.BatchNorm1d(4))),
    "in training": lambda nn, u, r: u.fuse_conv_bn_eval(nn.Conv2d(2, 3, 3), r(nn.BatchNorm2d(3))),
    "linear in training": lambda nn, u, r: u.fuse_linear_bn_eval(nn.Linear(2, 3), r(nn.BatchNorm1d(3))),
    "no statistics": lambda nn, u, r: u.fuse_conv_bn_eval(
        nn.Conv2d(2, 3, 3).eval(), nn.BatchNorm2d(3, track_running_stats=False).eval()
    ),
}


@pytest.mark.parametrize("name", FUSED)
def test_fusion(name):
    def program(package):
        package.manual_seed(0)
        layer = FUSED[name](package.nn, package.nn.utils, lambda norm: ready(package, norm))
        return (
            layer.weight,
            layer.bias,
            type(layer).__name__,
            layer.weight.requires_grad,
            isinstance(layer.bias, package.nn.Parameter),
        )

    same_program(program)


def test_fused_weights():
    def program(package):
        package.manual_seed(0)
        w, b = package.rand(3, 2, 3, 3), package.rand(3)
        rest = package.rand(3), package.rand(3) + 1, 1e-5, package.rand(3), package.rand(3)
        utils = package.nn.utils
        return utils.fuse_conv_bn_weights(w, b, *rest), utils.fuse_linear_bn_weights(package.rand(3, 4), None, *rest)

    same_program(program)


@pytest.mark.parametrize("make", [
    lambda t: t.nn.utils.skip_init(t.nn.Linear, 3, 4), lambda t: t.nn.utils.skip_init(t.nn.Conv2d, 1, 2, kernel_size=3, device="cpu"),
    lambda t: t.nn.utils.skip_init(t.nn.ReLU), lambda t: t.nn.utils.skip_init(int),
])  # fmt: skip
def test_skip_init(make):
    def program(package):
        package.manual_seed(0)
        module = make(package)
        return (
            str(module),
            [(n, tuple(p.shape), p.requires_grad) for n, p in module.named_parameters()],
            package.rand(1),
        )

    same_program(program)


def test_weights_in_a_memory_format():
    def program(package):
        nn, utils = package.nn, package.nn.utils
        flat = utils.convert_conv2d_weight_memory_format(
            nn.Sequential(nn.Conv2d(2, 3, 3), nn.Linear(2, 3)), package.channels_last
        )
        deep = utils.convert_conv3d_weight_memory_format(
            nn.Sequential(nn.Conv3d(2, 3, 3), nn.Conv2d(2, 3, 3)), package.channels_last_3d
        )
        return [m.weight.stride() for m in (*flat, *deep)]

    same_program(program)


def test_data_parallel():
    def program(package):
        package.manual_seed(0)
        model = package.nn.DataParallel(package.nn.Linear(2, 3), device_ids=None)
        state = model.state_dict()
        names = list(state)
        package.nn.modules.utils.consume_prefix_in_state_dict_if_present(state, "module.")
        return (
            str(model),
            model(package.ones(2)),
            names,
            list(state),
            list(state._metadata),
            model.device_ids,
            model.module.weight,
        )

    same_program(program)
    assert minitorch_pt.nn.parallel.DataParallel is minitorch_pt.nn.DataParallel


LINES = """
t.nn.init._calculate_fan_in_and_fan_out(t.ones(2, 3, 4))
t.nn.init._calculate_correct_fan(t.ones(2, 3), "fan_out")
t.nn.init._calculate_correct_fan(t.ones(2, 3), "x")
t.nn.init._calculate_correct_fan(t.ones(2), "fan_in")
t.nn.modules.utils._pair(2), t.nn.modules.utils._single((3,)), t.nn.modules.utils._triple("abc"), t.nn.modules.utils._quadruple(1)
t.nn.modules.utils._ntuple(4)(1), t.nn.modules.utils._reverse_repeat_tuple((1, 2), 2), t.nn.modules.utils._pair.__name__
t.optim.lr_scheduler._LRScheduler.__name__, issubclass(t.optim.lr_scheduler._LRScheduler, t.optim.lr_scheduler.LRScheduler)
str(t.utils.data.default_convert([np.ones(2), {"a": np.float32(3)}, (1, np.int64(2)), "s", 3, None, Pair(np.ones(1), 2)]))
t.utils.data.default_convert(np.array(["a"])).tolist()
"""


@pytest.mark.parametrize("line", LINES.strip().splitlines())
def test_names_that_tutorials_use(line):
    import collections

    import numpy as np

    names = {"np": np, "Pair": collections.namedtuple("Pair", "a b")}
    same_program(lambda package: eval(line, {"t": package, **names}))


def test_a_scheduler_of_the_old_name():
    def program(package):
        class Halved(package.optim.lr_scheduler._LRScheduler):
            def get_lr(self):
                return [base / 2**self.last_epoch for base in self.base_lrs]

        optimizer = package.optim.SGD([package.ones(1, requires_grad=True)], 1.0)
        scheduler = Halved(optimizer)
        rates = []
        for _ in range(3):
            optimizer.step()
            scheduler.step()
            rates.append(scheduler.get_last_lr())
        return rates

    same_program(program)
