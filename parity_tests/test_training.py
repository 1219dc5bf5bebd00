"""Whole trainings: from one seed, the two packages draw the same weights, batches and dropout, and get the same losses."""

from __future__ import annotations

import gc

import numpy as np
import pytest
import torch

import minitorch_pt
from minitorch_pt.teaching import datasets


def digits(package):
    """The digits as tensors of either package."""
    return [package.tensor(part.numpy()) for part in datasets.digits()]


def train(package, epochs, dtype):
    package.manual_seed(11)
    x, y = digits(package)
    data = package.utils.data.TensorDataset((x / 16).to(getattr(package, dtype)), y)
    train_part, valid = package.utils.data.random_split(data, [1400, 397])
    batches = package.utils.data.DataLoader(train_part, batch_size=50, shuffle=True)
    nn = package.nn
    model = nn.Sequential(
        nn.Linear(64, 48), nn.ReLU(), nn.Dropout(0.2), nn.Linear(48, 24), nn.Tanh(), nn.Linear(24, 10)
    )
    model.to(getattr(package, dtype))
    optimizer = package.optim.Adam(model.parameters(), lr=0.002, weight_decay=1e-4)
    scheduler = package.optim.lr_scheduler.StepLR(optimizer, 1, gamma=0.7)
    losses = []
    for _ in range(epochs):
        for inputs, labels in batches:
            optimizer.zero_grad()
            loss = nn.functional.cross_entropy(model(inputs), labels)
            loss.backward()
            nn.utils.clip_grad_norm_(model.parameters(), 1.0)
            optimizer.step()
            losses.append(loss.item())
        scheduler.step()
    model.eval()
    with package.no_grad():
        losses.append(nn.functional.cross_entropy(model(valid[:][0]), valid[:][1]).item())
    return losses, {name: value.numpy() for name, value in model.state_dict().items()}


# float32: 85 steps of rounding in two orders of summation; float64 shows that it is rounding alone
@pytest.mark.parametrize(("dtype", "rtol"), [("float64", 1e-12), ("float32", 1e-6)])
def test_three_epochs_on_the_digits(dtype, rtol):
    losses, state = train(minitorch_pt, 3, dtype)
    expected, reference = train(torch, 3, dtype)
    assert len(losses) == 85 and losses[-1] < 0.6 * losses[0]
    np.testing.assert_allclose(losses, expected, rtol=rtol)
    assert list(state) == list(reference)
    for name in state:
        np.testing.assert_allclose(
            state[name], reference[name], rtol=1e-3 if dtype == "float32" else 1e-9, atol=rtol * 10
        )


def test_interrupted_training_leaves_a_model_that_works():
    minitorch_pt.manual_seed(0)
    model = minitorch_pt.nn.Linear(3, 2)
    optimizer = minitorch_pt.optim.Adam(model.parameters())
    x = minitorch_pt.ones(4, 3)

    def interrupt(gradient):
        raise KeyboardInterrupt

    handle = model.weight.register_hook(interrupt)
    with pytest.raises(KeyboardInterrupt):
        model(x).sum().backward()
    handle.remove()
    assert minitorch_pt.is_grad_enabled()
    optimizer.zero_grad()
    model(x).sum().backward()
    assert model.weight.grad.tolist() == [[4.0] * 3] * 2
    optimizer.step()


def test_a_training_loop_leaves_nothing_behind():
    """With the garbage collector off, what a step makes dies with it: no circles of references."""
    model = minitorch_pt.nn.Sequential(
        minitorch_pt.nn.Linear(4, 8), minitorch_pt.nn.ReLU(), minitorch_pt.nn.Linear(8, 3)
    )
    optimizer = minitorch_pt.optim.SGD(model.parameters(), lr=0.01, momentum=0.9)
    x, y = minitorch_pt.randn(16, 4), minitorch_pt.randint(0, 3, (16,))

    def step():
        optimizer.zero_grad()
        minitorch_pt.nn.functional.cross_entropy(model(x), y).backward()
        optimizer.step()

    gc.collect()
    gc.disable()
    try:
        step()
        before = len(gc.get_objects())
        for _ in range(50):
            step()
        assert len(gc.get_objects()) - before < 20
    finally:
        gc.enable()
