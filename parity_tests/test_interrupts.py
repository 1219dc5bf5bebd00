"""Ctrl-C at random places of a training: it always arrives, and afterwards all can go on. Threads that train at once disturb nobody."""

from __future__ import annotations

import random
import signal
import sys
import threading
import time
import traceback
from typing import Any

import numpy as np
import pytest
import torch

import minitorch_pt
from parity_tests.oracle import same_program

F = minitorch_pt.nn.functional


def square(t: Any) -> Any:
    class Square(t.autograd.Function):
        @staticmethod
        def forward(ctx: Any, x: Any) -> Any:
            ctx.save_for_backward(x)
            return x * x

        @staticmethod
        def backward(ctx: Any, g: Any) -> Any:
            return 2 * ctx.saved_tensors[0] * g

    return Square.apply


class Drawn(minitorch_pt.utils.data.Dataset):
    """Samples of random numbers."""

    def __len__(self) -> int:
        return 12

    def __getitem__(self, i: int) -> tuple:
        return minitorch_pt.rand(5), i % 3


def network(t: Any, dropout: float = 0.3) -> Any:
    nn = t.nn
    return nn.Sequential(
        nn.Linear(5, 8), nn.BatchNorm1d(8), nn.ReLU(inplace=True), nn.Dropout(dropout), nn.Linear(8, 3)
    )


@minitorch_pt.no_grad()
def judged(model: Any) -> float:
    model.eval()
    value = model(minitorch_pt.ones(4, 5)).sum().item()
    model.train()
    return value


def trained(model: Any) -> list[float]:
    """The losses of a short training in which all takes part that keeps something: workers, hooks, changes in place, retained gradients."""
    t = minitorch_pt
    optimizer = t.optim.Adam(model.parameters(), lr=1e-2)
    schedule = t.optim.lr_scheduler.StepLR(optimizer, 1)
    recurrent = t.nn.LSTM(5, 5)
    hook = model[0].register_full_backward_hook(lambda module, given, received: None)
    losses = []
    for workers in (0, 2):
        for x, y in t.utils.data.DataLoader(Drawn(), batch_size=4, shuffle=True, num_workers=workers):
            optimizer.zero_grad()
            z = model(recurrent(x[None])[0][0])
            z.retain_grad()
            z = square(t)(z).clone()
            z[0, 0] = 1.0
            loss = F.cross_entropy(z.mul_(1.5), y)
            loss.backward()
            assert z.grad_fn.next_functions
            t.nn.utils.clip_grad_norm_(model.parameters(), 1.0)
            optimizer.step()
            losses.append(loss.item())
        schedule.step()
        losses.append(judged(model))
    hook.remove()
    return losses


def seeded() -> list[float]:
    for seed in (minitorch_pt.manual_seed, random.seed, np.random.seed):
        seed(0)
    return trained(network(minitorch_pt))


def interrupted(model: Any, after: float, lost: list) -> str:
    """Train until a Ctrl-C comes after so many seconds, and say where it came, or nothing if the training was over."""
    came = []

    def come(*_: Any) -> None:
        came.append(True)
        raise KeyboardInterrupt

    before = signal.signal(signal.SIGALRM, come)
    place = ""
    try:
        signal.setitimer(signal.ITIMER_REAL, after)
        trained(model)
        signal.setitimer(signal.ITIMER_REAL, 0)
    except KeyboardInterrupt:
        place = traceback.format_exc(limit=-4)
    finally:
        signal.signal(signal.SIGALRM, before)
    assert bool(came) == bool(place), f"a Ctrl-C was swallowed: {lost}"
    return place


def interrupt(times: int, monkeypatch: Any) -> None:
    lost: list = []
    monkeypatch.setattr(sys, "unraisablehook", lost.append)
    expected, places = seeded(), []
    start = time.perf_counter()
    seeded()
    seconds, chance = time.perf_counter() - start, random.Random(0)
    for _ in range(times):
        model = network(minitorch_pt)
        place = interrupted(model, chance.uniform(1e-5, 0.9 * seconds), lost)
        places.append(place)
        assert not lost, f"lost in {lost}"
        assert minitorch_pt.is_grad_enabled(), f"nothing is recorded any more after a Ctrl-C at\n{place}"
        assert minitorch_pt.utils.data.get_worker_info() is None, place
        assert np.isfinite(trained(model.train())).all(), place
        assert seeded() == expected, f"other numbers after a Ctrl-C at\n{place}"
    assert len(set(filter(None, places))) > times / 3, "it came too seldom, or at the same places"


@pytest.mark.skipif(not hasattr(signal, "setitimer"), reason="no timer signals here")
class TestInterrupts:
    def test_some(self, monkeypatch):
        interrupt(20, monkeypatch)

    @pytest.mark.long
    def test_many(self, monkeypatch):
        interrupt(200, monkeypatch)


def test_no_python_code_runs_at_the_death_of_arrays_and_tensors():
    """An exception in such code is printed and lost, a Ctrl-C too."""
    seen = []
    losses = [
        F.mse_loss(
            minitorch_pt.nn.LSTM(64, 128)(minitorch_pt.ones(32, 32, 64))[0].clone().mul_(2),
            minitorch_pt.zeros(32, 32, 128),
        )
        for _ in range(2)
    ]
    losses[0].grad_fn.next_functions  # noqa: B018
    for loss in losses:
        loss.backward()
    nodes = [t.next_functions for t in (loss.grad_fn for loss in losses)]
    leaf = minitorch_pt.ones(3, requires_grad=True)
    nodes.append((leaf * 2).grad_fn.next_functions)
    with minitorch_pt.inference_mode():
        nodes.append(minitorch_pt.ones(3) * 2)
    sys.setprofile(lambda frame, event, _: seen.append(frame.f_code) if event == "call" else None)
    try:
        del losses, loss, leaf
        nodes.clear()
    finally:
        sys.setprofile(None)
    assert not seen, seen


# ---------------------------------------------------------------------------------------------------------------------
# Errors of a program's own code in the middle of ours
# ---------------------------------------------------------------------------------------------------------------------
class Broken(Exception):
    """What a program's own code raises."""


def fail(*_: Any) -> None:
    raise Broken("on purpose")


def in_tensor_hook(t, x, model):
    y = model(x)
    y.register_hook(fail)
    return y


def in_leaf_hook(t, x, model):
    model[0].weight.register_hook(fail)
    return model(x)


def in_accumulate_hook(t, x, model):
    model[4].bias.register_post_accumulate_grad_hook(fail)
    return model(x)


def in_node_hook(t, x, model):
    y = model(x)
    y.grad_fn.register_hook(fail)
    return y


def in_node_prehook(t, x, model):
    y = model(x)
    y.grad_fn.register_prehook(fail)
    return y


def in_forward_hook(t, x, model):
    model[2].register_forward_hook(fail)
    return model(x)


def in_forward_pre_hook(t, x, model):
    model[4].register_forward_pre_hook(fail)
    return model(x)


def in_backward_hook(t, x, model):
    model[0].register_full_backward_hook(fail)
    return model(x)


def in_backward_pre_hook(t, x, model):
    model[4].register_full_backward_pre_hook(fail)
    return model(x)


def in_forward(t, x, model):
    class Fails(t.autograd.Function):
        forward = staticmethod(fail)

    return Fails.apply(model(x))


def in_backward(t, x, model):
    class Fails(t.autograd.Function):
        forward = staticmethod(lambda ctx, y: y * 2)
        backward = staticmethod(fail)

    return model(Fails.apply(model[0](x).mm(t.ones(8, 5, dtype=x.dtype))))


def in_saved_tensors_hook(t, x, model):
    with t.autograd.graph.saved_tensors_hooks(fail, lambda x: x):
        return model(x)


def under_no_grad(t, x, model):
    with t.no_grad():
        fail()


def in_a_decorated_function(t, x, model):
    t.no_grad()(fail)(x)


def in_a_generator(t, x, model):
    @t.inference_mode()
    def steps():
        yield 1
        fail()

    list(steps())


def in_a_closure(t, x, model):
    with t.no_grad():
        t.optim.SGD(model.parameters(), lr=1).step(fail)


def in_a_worker(t, x, model):
    class Data:
        __len__ = lambda self: 3  # noqa: E731
        __getitem__ = fail

    for _ in t.utils.data.DataLoader(Data(), num_workers=1):
        pass


PLACES = [
    in_tensor_hook, in_leaf_hook, in_accumulate_hook, in_node_hook, in_node_prehook, in_forward_hook,
    in_forward_pre_hook, in_backward_hook, in_backward_pre_hook, in_forward, in_backward, in_saved_tensors_hook,
    under_no_grad, in_a_decorated_function, in_a_generator, in_a_closure, in_a_worker,
]  # fmt: skip


def caught(function: Any) -> str:
    try:
        function()
    except Exception as error:
        return type(error).__name__
    return "nothing"


@pytest.mark.parametrize("again", [False, True], ids=["once", "retained"])
@pytest.mark.parametrize("place", PLACES, ids=lambda place: place.__name__)
def test_what_an_error_leaves_behind(place, again, monkeypatch):
    """Modes, gradients, hooks, the graph, and a training that goes on: as in torch."""

    monkeypatch.setattr(torch.utils.data._utils, "MP_STATUS_CHECK_INTERVAL", 0.3)  # so long torch waits for a process

    def made_of(t):
        nn = t.nn
        return nn.Sequential(
            nn.Linear(5, 8), nn.Tanh(), nn.ReLU(inplace=True), nn.Dropout(0.3), nn.Linear(8, 3)
        ).double()

    def program(t):
        t.manual_seed(0)
        model, x = made_of(t), t.randn(4, 5, dtype=t.float64)
        made: list = []
        log = [caught(lambda: made.append(place(t, x, model)))]
        if made and made[0] is not None:
            log.append(caught(lambda: made[0].sum().backward(retain_graph=again)))
            log.append([p.grad for p in model.parameters()])
            log.append(caught(lambda: made[0].sum().backward()))
        log.append((t.is_grad_enabled(), t.is_inference_mode_enabled(), t.utils.data.get_worker_info()))
        for module in model:
            for hooks in (
                module._forward_hooks,
                module._forward_pre_hooks,
                module._backward_hooks,
                module._backward_pre_hooks,
            ):
                hooks.clear()
        fresh = made_of(t)
        fresh.load_state_dict(model.state_dict())
        optimizer = t.optim.Adam(fresh.parameters())
        for _ in range(3):
            optimizer.zero_grad()
            fresh(x).pow(2).sum().backward()
            optimizer.step()
        return log, [p.grad for p in model.parameters()], list(fresh.state_dict().values())

    same_program(program)


# ---------------------------------------------------------------------------------------------------------------------
# Threads
# ---------------------------------------------------------------------------------------------------------------------
def alone(seed: int) -> list:
    """A training with a stream of its own."""
    t = minitorch_pt
    draw = t.Generator().manual_seed(seed)
    model, recurrent = network(t, 0.0), t.nn.LSTM(16, 64)
    convolution = t.nn.Conv2d(1, 3, 3, padding=1)
    parameters = [p for m in (model, recurrent, convolution) for p in m.parameters()]
    for p in parameters:
        t.nn.init.uniform_(p, -0.3, 0.3, generator=draw)
    optimizer = t.optim.AdamW(parameters, lr=1e-2)
    losses = []
    for step in range(6):
        optimizer.zero_grad()
        x = t.rand(32, 16, 16, generator=draw)
        y = convolution(x[:, None])[:, 0]
        y = square(t)(recurrent(y)[0].mean(2)[:, :5])
        y[0] = 1.0
        loss = model(y).mul_(2).pow(2).sum()
        loss.backward(retain_graph=step % 2 == 0)
        with t.no_grad():
            optimizer.step()
            parameters[0].mul_(0.99)
        with t.inference_mode(step % 2 == 1):
            losses.append(model(y.detach()).sum().item())
        assert t.is_grad_enabled() and not t.is_inference_mode_enabled()
    return losses + [p.detach().numpy().tobytes() for p in parameters]


def together(threads: int) -> None:
    expected = [alone(seed) for seed in range(threads)]
    found: dict[int, Any] = {}
    interval = sys.getswitchinterval()
    sys.setswitchinterval(1e-6)  # as often as it can be
    try:
        team = [threading.Thread(target=lambda seed=seed: found.update({seed: alone(seed)})) for seed in range(threads)]
        for thread in team:
            thread.start()
        for thread in team:
            thread.join()
    finally:
        sys.setswitchinterval(interval)
    assert [found.get(seed) for seed in range(threads)] == expected


def test_eight_threads_give_the_numbers_of_one():
    together(8)


@pytest.mark.long
def test_eight_threads_again_and_again():
    for _ in range(20):
        together(8)
