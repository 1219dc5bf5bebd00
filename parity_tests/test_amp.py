"""torch.amp and torch.cuda.amp where there is no GPU: switched off, with torch's warnings; GradScaler on the CPU, step by step."""

from __future__ import annotations

import warnings

import minitorch_pt.cuda.amp
import pytest
import torch
import torch.cuda.amp

import minitorch_pt
from parity_tests.oracle import same_program

LINES = """
t.autocast("cpu")._enabled
t.autocast("cuda")._enabled
t.autocast("cpu", dtype=t.float32)._enabled
t.autocast("cpu", enabled=False)(lambda x: x + 1)(2)
t.autocast("nonsense")
t.autocast(3)
t.autocast()
t.amp.autocast is t.autocast, t.amp.autocast_mode.autocast is t.autocast
t.cuda.amp.autocast(enabled=False)._enabled
t.cuda.amp.autocast()._enabled
t.cuda.amp.autocast.__name__
t.cuda.amp.GradScaler(enabled=False).state_dict()
t.cuda.amp.GradScaler().is_enabled()
t.amp.GradScaler("cuda").is_enabled()
t.amp.GradScaler("cpu").state_dict()
t.amp.GradScaler(enabled=False).scale(t.ones(1))
t.amp.GradScaler("cpu").scale([t.ones(1), (t.ones(2),)])
t.amp.GradScaler("cpu").scale(3)
t.amp.GradScaler("cpu").update()
t.amp.GradScaler("cpu").step(t.optim.SGD([t.ones(1)], 0.1))
t.amp.GradScaler("cpu", growth_factor=1.0)
t.amp.GradScaler("cpu", backoff_factor=1.0)
t.amp.GradScaler("cpu").load_state_dict({})
t.amp.GradScaler("cpu").get_scale(), t.amp.GradScaler("cpu", enabled=False).get_scale()
t.is_autocast_enabled(), t.is_autocast_enabled("cpu"), str(t.get_autocast_dtype("cpu")), str(t.get_autocast_dtype("cuda"))
t.amp.is_autocast_available("cpu"), t.amp.is_autocast_available("cuda")
t.amp.custom_fwd(len, device_type=3)
t.amp.custom_bwd(len, device_type=3)
"""


@pytest.mark.parametrize("line", LINES.strip().splitlines())
def test_line(line):
    def program(package):
        with warnings.catch_warnings(record=True) as caught:
            warnings.simplefilter("always")
            value = eval(line, {"t": package})
        return value, [w.category.__name__ for w in caught]

    same_program(program)


def test_autocast_that_would_compute_in_a_short_type_is_refused():
    with pytest.raises(RuntimeError, match="enabled=False"), minitorch_pt.autocast("cpu"):
        pass
    with pytest.raises(RuntimeError, match="float16"), minitorch_pt.autocast("cpu", dtype=minitorch_pt.float16):
        pass


def trained(package, steps):
    """A network trained as programs with mixed precision write it; `steps` of the loop, in which one gradient overflows."""
    package.manual_seed(0)
    model = package.nn.Linear(3, 1)
    optimizer = package.optim.SGD(model.parameters(), 0.1)
    scaler = package.amp.GradScaler("cpu", init_scale=2.0**10, growth_interval=2)
    x, seen = package.rand(8, 3), []
    for step in range(steps):
        optimizer.zero_grad()
        with package.autocast("cpu", enabled=False):
            loss = (model(x) - 1).square().mean() * (float("inf") if step == 2 else 1.0)
        scaler.scale(loss).backward()
        if step % 2:
            scaler.unscale_(optimizer)
            package.nn.utils.clip_grad_norm_(model.parameters(), 1.0)
        scaler.step(optimizer)
        scaler.update()
        seen.append((scaler.get_scale(), scaler.state_dict()["_growth_tracker"]))
    return model.weight, seen, scaler


def test_a_training_with_a_scaler():
    def program(package):
        weight, seen, scaler = trained(package, 7)
        other = package.amp.GradScaler("cpu")
        other.load_state_dict(scaler.state_dict())
        scaler.set_growth_factor(3.0)
        scaler.set_backoff_factor(0.25)
        scaler.set_growth_interval(5)
        return (
            weight,
            seen,
            other.state_dict(),
            scaler.get_growth_factor(),
            scaler.get_backoff_factor(),
            scaler.get_growth_interval(),
        )

    same_program(program, 1e-5)


@pytest.mark.parametrize("calls", [
    ("unscale_", "unscale_"), ("step", "unscale_"), ("step", "step"), ("step", "update", "step"), ("update",), ("closure",), ("new",),
])  # fmt: skip
def test_the_order_of_calls(calls):
    def program(package):
        x = package.ones(1, requires_grad=True)
        optimizer, scaler = package.optim.SGD([x], 0.1), package.amp.GradScaler("cpu")
        scaler.scale(x * 2).sum().backward()
        for call in calls:
            if call == "update":
                scaler.update()
            elif call == "new":
                scaler.update(8.0)
            elif call == "closure":
                scaler.step(optimizer, closure=lambda: None)
            else:
                getattr(scaler, call)(optimizer)
        return x, scaler.get_scale()

    same_program(program)


def test_functions_that_know_of_autocast():
    def program(package):
        class Twice(package.autograd.Function):
            @staticmethod
            @package.amp.custom_fwd(device_type="cpu")
            def forward(ctx, x):
                ctx.save_for_backward(x)
                return x * x

            @staticmethod
            @package.amp.custom_bwd(device_type="cpu")
            def backward(ctx, g):
                return g * 2 * ctx.saved_tensors[0]

        x = package.ones(2, requires_grad=True)
        y = Twice.apply(x)
        y.sum().backward()
        return y, x.grad

    same_program(program)

    def old(package):
        with warnings.catch_warnings(record=True) as caught:
            warnings.simplefilter("always")
            forward = package.cuda.amp.custom_fwd(lambda ctx, x: x)
            backward = package.cuda.amp.custom_bwd(lambda ctx, g: g)
        ctx = type("Context", (), {})()
        return forward(ctx, 3), backward(ctx, 4), [w.category.__name__ for w in caught]

    same_program(old)
    assert torch.cuda.amp.GradScaler.__name__ == minitorch_pt.cuda.amp.GradScaler.__name__


def test_small_modules():
    same_program(lambda t: (t.version.cuda, t.version.hip, t.version.xpu, t.version.debug))
    same_program(
        lambda t: (t.typename(t.ones(1)), t.typename(3), t.typename([1]), t.typename(t.ones(1).long()), t.typename(int))
    )
    assert minitorch_pt.typename(minitorch_pt.nn.Linear) == "minitorch_pt.nn.modules.linear.Linear"
    same_program(lambda t: t.onnx.is_in_onnx_export())
    assert not minitorch_pt.onnx.is_onnxrt_backend_supported()
    with pytest.raises(NotImplementedError, match="torch.save"):
        minitorch_pt.onnx.export(minitorch_pt.nn.Linear(1, 1), "file")
