"""The drawn graph has autograd's operations, values and gradients, and drawing it leaves no trace."""

from __future__ import annotations

import numpy as np
import pytest

import minitorch_pt as torch
from minitorch_pt.teaching import viz
from minitorch_pt.teaching.kept import gradients_of, nodes_behind, values_of
from parity_tests.teaching.viz.gallery import mlp, numbers
from parity_tests.teaching.viz.test_viz_drawings import texts


def parameter(*shape: int) -> torch.Tensor:
    return torch.tensor(numbers(*shape), requires_grad=True)


def test_values_and_gradients_stand_on_the_edges():
    x, w, b = torch.tensor(2.0), torch.tensor(3.0, requires_grad=True), torch.tensor(1.0, requires_grad=True)
    found = texts(viz.graph((w * x + b) ** 2, names={"w": w, "b": b}))
    for text in ("w", "b", "× mul 2", "+ add", "pow 2", "3", "∂ 28", "6", "∂ 14", "7", "49", "∂ 1"):
        assert text in found


def test_a_value_used_twice_has_a_gradient_on_each_way_and_their_sum():
    a = torch.tensor(3.0, requires_grad=True)
    found = texts(viz.graph((a + a) * a, names={"a": a}))
    assert found.count("∂ 3") == 3 and "∂ 6" in found and "Σ∂ 12" in found


@pytest.mark.parametrize(
    ("step", "title"),
    [
        (lambda x: x + 1, "+ add 1"),
        (lambda x: x - 0.5, "− sub 0.5"),
        (lambda x: 1 - x, "− rsub 1"),
        (lambda x: x * 2, "× mul 2"),
        (lambda x: x.mean(1) + torch.tensor([1.0, 2.5], dtype=torch.float64), "+ add [1, 2.5]"),
        (lambda x: x**3, "pow 3"),
        (lambda x: x / 4, "÷ div 4"),
        (lambda x: x @ torch.ones(3, 2, dtype=torch.float64), "@ matmul"),
        (torch.sigmoid, "sigmoid"),
    ],
)
def test_a_step_is_named_with_its_number(step, title):
    assert title in texts(viz.graph(step(parameter(2, 3)).exp().sum()))


@pytest.mark.parametrize(
    "steps",
    [
        lambda x: [x + x, x * x, x.sum(0), x.mean(), x.T, x.reshape(6)],
        lambda x: [x[0], x[None], x.exp().neg(), x[:, 1:].flip(0), x.tanh() - x],
        lambda x: [torch.nn.functional.dropout(x, 0.5), (1 - x.exp()) * 2, torch.add(*torch.var_mean(x, 1)), 2**x],
        lambda x: [torch.cat([x, x]), torch.stack([x, x * 2]), x.select(0, 1), x.expand(4, 2, 3), x.clone()],
    ],
)
def test_values_of_which_autograd_kept_nothing_are_found_all_the_same(steps):
    made = steps(parameter(2, 3))
    values = values_of(total := sum(step.sum() for step in made), nodes_behind(total.grad_fn), {})
    for step in made:
        np.testing.assert_allclose(values[id(step.grad_fn)], step.detach().numpy(), rtol=1e-12, atol=1e-12)


def test_gradients_are_those_of_autograd():
    x = parameter(2, 3)
    hidden = (x * x).tanh()
    loss = (hidden.sum(0) * torch.tensor([1.0, -2.0, 3.0], dtype=torch.float64)).sum()
    totals = gradients_of(loss, nodes_behind(loss.grad_fn))
    expected = torch.autograd.grad(loss, [x, hidden], retain_graph=True)
    np.testing.assert_array_equal(totals[id(x)], expected[0].numpy())
    np.testing.assert_array_equal(totals[id(hidden.grad_fn)], expected[1].numpy())


def test_drawing_leaves_no_trace():
    torch.manual_seed(4)
    model, x = mlp(), torch.tensor(numbers(3, 4), dtype=torch.float32)
    loss = torch.nn.functional.dropout(model(x), 0.5).sum()
    before = torch.get_rng_state()
    viz.graph(loss)
    assert (torch.get_rng_state() == before).all()
    assert all(p.grad is None for p in model.parameters())
    loss.backward()
    assert all(p.grad is not None for p in model.parameters())


def test_what_cannot_be_known_is_a_question_mark():
    class Twice(torch.autograd.Function):
        @staticmethod
        def forward(ctx, x):
            return x * 2

        @staticmethod
        def backward(ctx, g):
            return g * 2

    x = torch.tensor(1.5, requires_grad=True)
    found = texts(viz.graph(Twice.apply(x) + 1))
    assert "Twice" in found and "?" in found and "∂ 2" in found
    twice = Twice.apply(x)
    assert "?" not in texts(viz.graph(twice + 1, names={"twice": twice}))
    largest = parameter(6).max(dim=0).values
    assert "?" in texts(viz.graph(largest + 1))
    assert "?" in texts(viz.graph((x + 1).clone()))
    wide = torch.nn.functional.pad(parameter(8), (1, 1))  # what is written around it is not known, but its shape is
    assert "(10,)" in texts(viz.graph(wide.sum()))


def test_after_backward():
    x = torch.tensor(2.0, requires_grad=True)
    kept = x.exp()
    kept.backward(retain_graph=True)
    assert "exp" in texts(viz.graph(kept))
    released = x.exp()
    released.backward()
    with pytest.raises(RuntimeError, match="retain_graph=True"):
        viz.graph(released)


@pytest.mark.parametrize(
    ("make", "error", "message"),
    [
        (lambda x: 3.0, TypeError, "got float"),
        (lambda x: x, RuntimeError, "has no graph"),
        (lambda x: torch.stack([x, x]).exp(), RuntimeError, r"single number at its end, got shape \(2,\)"),
        (lambda x: sum([x * i for i in range(30)], x), ValueError, "has 60 operations"),
    ],
)
def test_what_is_refused(make, error, message):
    with pytest.raises(error, match=message):
        viz.graph(make(torch.tensor(1.0, requires_grad=True)))


@pytest.mark.parametrize(
    ("make", "operations"),
    [
        (lambda: torch.nn.functional.max_pool2d(picture() * 2, 2).sum(), "Σ sum, max_pool, × mul 2"),
        (lambda: torch.nn.functional.avg_pool2d(picture() * 2, 2).sum(), "Σ sum, mean, × mul 2"),
        (lambda: torch.nn.RNN(2, 3)(torch.ones(4, 2))[1].sum(), "Σ sum, squeeze 1, stack, recurrent"),
        (lambda: torch.nn.LSTM(2, 3)(torch.ones(4, 1, 2))[0].mean(), "mean, recurrent"),
        (lambda: torch.nn.GRU(2, 3)(torch.ones(4, 1, 2))[0].mean(), "mean, recurrent"),
        (lambda: torch.nn.BatchNorm1d(3)(torch.ones(4, 3)).sum(), "Σ sum, batch_norm 1e-5"),
    ],
)
def test_layers_have_graphs(make, operations):
    assert f"from the result upwards: {operations}. Its leaves:" in viz.alt_text(viz.graph(make()))


def picture():
    return torch.ones(1, 1, 4, 4, requires_grad=True)
