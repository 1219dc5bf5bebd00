"""Charts show the right curves and words, and refuse what they cannot draw: functions, training, layers."""

from __future__ import annotations

import numpy as np
import pytest

import minitorch_pt as torch
from minitorch_pt.teaching import viz
from minitorch_pt.teaching.viz.layers import GATES, _run_lstm
from parity_tests.teaching.viz.gallery import numbers


@pytest.mark.parametrize("name", ["relu", "sigmoid", "tanh", "gelu", "softplus"])
def test_activation_and_slope(name):
    value, slope = viz.activation(name, low=-2, high=2).axes[0].lines[2:4]
    x = torch.tensor(value.get_xdata(), requires_grad=True)
    y = getattr(torch.nn.functional, name)(x)
    y.sum().backward()
    np.testing.assert_array_equal(value.get_ydata(), y.detach().numpy())
    shown = ~np.isnan(slope.get_ydata())  # a jump is a gap
    assert shown.sum() >= 400
    np.testing.assert_array_equal(slope.get_ydata()[shown], x.grad.numpy()[shown])


def test_a_step_has_no_slope():
    value, slope = viz.activation("step").axes[0].lines[2:4]
    assert set(value.get_ydata()[~np.isnan(value.get_ydata())]) == {0.0, 1.0}
    assert not slope.get_ydata().any()


def test_bell_and_histogram():
    ax = viz.bell(1, 2).axes[0]
    x, y = ax.lines[0].get_data()
    assert np.trapezoid(y, x) == pytest.approx(1, abs=1e-3) and x[y.argmax()] == pytest.approx(1)
    assert [text.get_text() for text in ax.get_legend().get_texts()] == [
        "±3 σ: 99.73 %",
        "±2 σ: 95.45 %",
        "±1 σ: 68.27 %",
    ]
    ax = viz.histogram(numbers(1000), bins=20, language="pt").axes[0]
    assert len(ax.containers[0]) == 20 and ax.get_xlabel() == "peso"


def test_the_bands_of_a_histogram():
    draws = numbers(1000)
    ax = viz.histogram(0.1 * draws + 2).axes[0]
    mean, std = 0.1 * draws.mean() + 2, 0.1 * draws.std()
    _, *bands = ax.containers
    for k, bars in zip((3, 2, 1), bands, strict=True):
        ends = bars[0].get_x(), bars[-1].get_x() + bars[-1].get_width()
        # what lies farthest out may lie within 3 σ
        np.testing.assert_allclose(
            ends, np.clip([mean - k * std, mean + k * std], 0.1 * draws.min() + 2, 0.1 * draws.max() + 2)
        )
    shares = [100 * np.mean(np.abs(draws - draws.mean()) <= k * draws.std()) for k in (3, 2, 1)]
    words = [text.get_text() for text in ax.get_legend().get_texts()]
    assert words == ["bell curve", *(f"±{k} σ: {share:.2f} %" for k, share in zip((3, 2, 1), shares, strict=True))]
    assert f"±1 σ: {shares[2]:.2f} %" in viz.alt_text(ax.figure)


def test_bias_shifts_the_line():
    without, with_bias = viz.bias(2, -1).axes[0].lines[2:4]
    np.testing.assert_array_equal(with_bias.get_ydata() - without.get_ydata(), [-1, -1])


def test_history():
    ax = viz.history({"train": [3, 2, 1], "valid": [4, 3, 3]}, language="pt").axes[0]
    assert [list(line.get_ydata()) for line in ax.lines] == [[3, 2, 1], [4, 3, 3]]
    assert list(ax.lines[0].get_xdata()) == [1, 2, 3]
    assert (ax.get_xlabel(), ax.get_ylabel(), ax.get_yscale()) == ("época", "perda", "linear")
    assert len({line.get_linestyle() for line in ax.lines}) == len({line.get_marker() for line in ax.lines}) == 2
    assert viz.history({"a": [1]}, log=True, ylabel="error").axes[0].get_yscale() == "log"


class Sign(torch.nn.Module):
    """Positive to the right of 0; in training mode it would say the opposite."""

    def forward(self, x):
        return -x[:, :1] if self.training else x[:, :1]


@pytest.mark.parametrize("columns", [1, 2])
def test_boundary_counts_and_keeps_the_mode(columns):
    model = Sign()
    x, y = np.array([[-1.0, 0], [1, 0], [2, 1], [3, 1]]), torch.tensor([0, 1, 1, 0])
    ask = model if columns == 1 else lambda p: torch.cat([-p[:, :1], p[:, :1]], 1)
    figure = viz.boundary(ask, x, y, language="pt")
    assert figure.axes[0].get_title() == "75.0% de 4 amostras corretas"
    assert model.training


@pytest.mark.parametrize("classes", [1, 2, 3])
def test_the_line_of_a_boundary_is_where_the_best_two_classes_tie(classes):
    def ask(p):  # class 1 from x = 0.3 on; a third class never wins
        x = p[:, :1] - 0.3
        return x if classes == 1 else torch.cat([-x, x, 0 * x - 9], 1)[:, :classes]

    ax = viz.boundary(ask, np.array([[-1.0, 0], [1, 2]]), [0, 1]).axes[0]
    line = np.concatenate([path.vertices for path in ax.collections[-1].get_paths()])
    np.testing.assert_allclose(line[:, 0], 0.3, atol=1e-5)


def test_the_boundary_of_yes_and_no_has_a_line():
    ax = viz.boundary(lambda p: p[:, 0] > 0.3, np.array([[-1.0, 0], [1, 2]]), [0, 1]).axes[0]
    line = np.concatenate([path.vertices for path in ax.collections[-1].get_paths()])
    np.testing.assert_allclose(line[:, 0], 0.3, atol=0.02)


def test_fit_shows_errors():
    x = np.array([[0.0], [1.0]], np.float32)
    figure = viz.fit(x, x + 1, {"same": lambda v: v, "one": lambda v: torch.ones(len(v))})
    assert [ax.get_title() for ax in figure.axes] == ["same", "one"]
    assert [ax.get_xlabel().rpartition(" ")[2] for ax in figure.axes] == ["1", "0.5"]


def test_attention_of_several_heads():
    weights = np.full((3, 2, 2), 0.5)
    figure = viz.attention(weights, ["a", "b"], language="pt")
    assert [ax.get_title() for ax in figure.axes if ax.get_title()] == ["cabeça 0", "cabeça 1", "cabeça 2"]
    assert viz.alt_text(figure).count("Atenção de 2 tokens") == 3
    with pytest.raises(ValueError, match="at most 8 heads"):
        viz.attention(np.full((9, 2, 2), 0.5))
    with pytest.raises(ValueError, match="picture of their own"):
        viz.attention(weights, ax=viz.panels()[1][0])


def test_confusion_of_many_classes():
    counts = np.eye(26, dtype=int) * 7
    counts[0, 1] = 123  # no room for three letters
    assert [
        text.get_text() for text in viz.confusion(counts, names=list("abcdefghijklmnopqrstuvwxyz")).axes[0].texts
    ] == ["7"] * 26


def test_coloured_images():
    images = np.zeros((2, 3, 4, 5))
    images[1, 0] = 1.5  # more red than red
    shown = [ax.images[0].get_array() for ax in viz.samples(images).axes if ax.images]
    assert [part.shape for part in shown] == [(4, 5, 3)] * 2
    assert shown[1][0, 0].tolist() == [1, 0, 0]
    assert viz.samples(np.full((1, 3, 2, 2), 255)).axes[0].images[0].get_array().max() == 1
    with pytest.raises(ValueError, match="coloured images"):
        viz.samples(np.zeros((2, 4, 4, 5)))


def test_confusion():
    ax = viz.confusion([[3, 1], [0, 4]], names=["no", "yes"], language="pt").axes[0]
    assert sorted(text.get_text() for text in ax.texts) == ["1", "3", "4"]
    assert (ax.get_xlabel(), ax.get_ylabel()) == ("a rede diz", "a verdade é")
    assert [label.get_text() for label in ax.get_xticklabels()] == ["no", "yes"]


def test_descent():
    ax = viz.descent(lambda x: x**2, [2.0, 1.0, 0.5]).axes[0]
    assert list(ax.lines[1].get_ydata()) == [4, 1, 0.25]
    assert [text.get_text() for text in ax.get_legend().get_texts()] == ["start: loss 4", "end: loss 0.25"]


def test_descents_around_the_same_points_have_the_same_axes():
    first, second = np.array([[-4.0, 1.0], [0.0, 0.0]]), np.array([[-4.0, 1.0], [-1.0, -3.0]])
    both = np.concatenate([first, second])
    ours, theirs = (viz.descent(lambda p: p[0] ** 2 + p[1] ** 2, path, around=both).axes[0] for path in (first, second))
    assert ours.get_xlim() == theirs.get_xlim() == (-5, 1)
    assert ours.get_ylim() == theirs.get_ylim() == (-4, 2)


@pytest.mark.parametrize("bias", [True, False])
def test_gates_are_those_of_lstm(bias):
    torch.manual_seed(2)
    lstm, x = torch.nn.LSTM(3, 4, bias=bias, dtype=torch.float64), numbers(6, 3)
    values = _run_lstm(lstm, x)
    output, (h, c) = lstm(torch.tensor(x))
    assert [name.split()[-1] for name, _ in GATES] == list("ifgoch")
    np.testing.assert_allclose(values[5].T, output.detach().numpy(), rtol=1e-12)
    np.testing.assert_allclose(values[4][:, -1], c.detach().numpy()[0], rtol=1e-12)


def test_images():
    figure = viz.filters(numbers(2, 3, 4, 5))
    assert [ax.get_title() for ax in figure.axes[:6]] == ["[0, 0]", "[0, 1]", "[0, 2]", "[1, 0]", "[1, 1]", "[1, 2]"]
    assert [ax.get_title() for ax in viz.filters(numbers(3, 2, 2)).axes[:3]] == ["[0]", "[1]", "[2]"]
    assert len(viz.feature_maps(numbers(3, 2, 2)).axes) == 4  # and the scale
    rows = viz.samples({"a": numbers(3, 2, 2), "b": numbers(3, 2, 2)})
    assert [ax.texts[0].get_text() for ax in rows.axes if ax.texts] == ["a", "b"]


def test_attention():
    ax = viz.attention([[0.25, 0.75]], ["q"], keys=["k0", "k1"], language="pt").axes[0]
    assert [text.get_text() for text in ax.texts] == ["0.25", "0.75"]
    assert ax.get_xlabel() == "olha para"


def test_attention_leaves_out_numbers_that_do_not_fit():
    figure, (wide,) = viz.panels(1, height=6.0)
    viz.attention(np.eye(8), ax=wide)
    assert len(wide.texts) == 64
    figure, (narrow, _) = viz.panels(2)
    viz.attention(np.eye(8), ax=narrow)
    assert not narrow.texts


CLASSES = torch.tensor([0, 1])


@pytest.mark.parametrize(
    ("draw", "error", "message"),
    [
        (lambda: viz.activation("no such"), ValueError, "unknown activation"),
        (lambda: viz.activation("relu", low=1, high=1), ValueError, "low must be below high"),
        (lambda: viz.activation(lambda x: x.sum()), ValueError, "of its input's shape"),
        (lambda: viz.activation(lambda x: 3), ValueError, "got 3"),
        (lambda: viz.bell(0, 0), ValueError, "std must be positive"),
        (lambda: viz.histogram([1, 1]), ValueError, "numbers that differ"),
        (lambda: viz.bias("w"), TypeError, "weight must hold real numbers"),
        (lambda: viz.descent(lambda p: p, numbers(4, 3)), ValueError, r"\(steps, 2\), got \(4, 3\)"),
        (lambda: viz.descent(lambda p: p, numbers(4, 2), around=[1.0]), ValueError, r"\(4, 2\), got \(1,\)"),
        (lambda: viz.history({}), ValueError, "1 to 6 curves, got 0"),
        (lambda: viz.history({"a": [[1]]}), ValueError, "curve 'a' must have 1 axis"),
        (lambda: viz.boundary(Sign(), numbers(2, 3), CLASSES), ValueError, r"points \(N, 2\)"),
        (lambda: viz.boundary(Sign(), numbers(2, 2), CLASSES, names=["a"]), ValueError, "each with a name"),
        (lambda: viz.fit(numbers(4, 2), numbers(4), {"a": Sign()}), ValueError, "one feature"),
        (lambda: viz.fit(numbers(4), numbers(4), {}), ValueError, "1 to 4 models"),
        (lambda: viz.confusion(numbers(2, 3)), ValueError, "square"),
        (lambda: viz.filters(numbers(65, 2, 2)), ValueError, "65 images do not fit"),
        (lambda: viz.filters(numbers(2, 2)), ValueError, "3 or 4 axes"),
        (lambda: viz.feature_maps(numbers(2, 3, 4, 4)), ValueError, r"maps\[0\]"),
        (lambda: viz.samples(numbers(2, 2, 2), columns=0), ValueError, "columns must be positive"),
        (lambda: viz.samples({"a": numbers(2, 2, 2), "b": numbers(3, 2, 2)}), ValueError, "one shape"),
        (lambda: viz.samples({}), ValueError, "one shape"),
        (lambda: viz.samples(numbers(2, 2, 2), titles=["a"]), ValueError, "a title for each of 2 images, got 1"),
        (lambda: viz.gates(torch.nn.RNN(2, 3), numbers(4, 2)), TypeError, "got RNN"),
        (lambda: viz.gates(torch.nn.LSTM(2, 3), numbers(4, 3)), ValueError, r"\(time, 2\)"),
        (lambda: viz.gates(torch.nn.LSTM(2, 3), numbers(4, 2), labels="abc"), ValueError, "label for each step"),
        (lambda: viz.attention(numbers(2, 3), ["a", "b"]), ValueError, "a token for each row and column"),
    ],
)  # fmt: skip
def test_a_chart_refuses(draw, error, message):
    with pytest.raises(error, match=message):
        draw()
