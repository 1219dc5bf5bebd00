"""The time machine: what it records is what torch computes, and its page steps, folds and speaks both languages."""

from __future__ import annotations

import json
import re
import shutil
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
import torch
from torch.overrides import TorchFunctionMode

import minitorch_pt
from docs import replays
from minitorch_pt.autograd.modes import recording, watchers
from minitorch_pt.teaching import replay
from minitorch_pt.teaching.replay.page import data_of
from minitorch_pt.teaching.replay.record import Leaf, Operation, Recorder

ROOT = Path(minitorch_pt.__file__).parent.parent


# ---------------------------------------------------------------------------------------------------------------------
# Networks, written once for both packages
# ---------------------------------------------------------------------------------------------------------------------
def mlp(torch):
    model = torch.nn.Sequential(torch.nn.Linear(3, 4), torch.nn.Tanh(), torch.nn.Linear(4, 2))
    x, target = torch.randn(5, 3), torch.randn(5, 2)
    return model, lambda: ((model(x) - target) ** 2).mean() + 0.1 * (model[2].weight ** 2).sum()


def cnn(torch):
    model = torch.nn.Sequential(
        torch.nn.Conv2d(1, 2, 3),
        torch.nn.BatchNorm2d(2),
        torch.nn.ReLU(),
        torch.nn.MaxPool2d(2),
        torch.nn.Flatten(),
        torch.nn.Linear(18, 3),
    )
    x, target = torch.randn(2, 1, 8, 8), torch.tensor([2, 0])
    return model, lambda: torch.nn.functional.cross_entropy(model(x), target)


def recurrent(torch):
    class Reader(torch.nn.Module):
        def __init__(self):
            super().__init__()
            self.into, self.within, self.head = torch.nn.Linear(3, 4), torch.nn.Linear(4, 4), torch.nn.Linear(4, 1)

        def forward(self, x):
            h = torch.zeros(x.shape[1], 4)
            for step in x:
                gate = torch.sigmoid(self.within(h))
                h = gate * h + torch.tanh(self.into(step) + self.within(h))
            return self.head(h)

    model, x = Reader(), torch.randn(3, 2, 3)
    return model, lambda: (model(x) ** 2).sum()


def attention(torch):
    class Attention(torch.nn.Module):
        def __init__(self):
            super().__init__()
            self.embed = torch.nn.Embedding(6, 4)
            self.query, self.key, self.value = (torch.nn.Linear(4, 4, bias=False) for _ in range(3))
            self.norm, self.head = torch.nn.LayerNorm(4), torch.nn.Linear(4, 6)

        def forward(self, tokens):
            x = self.embed(tokens)
            scores = self.query(x) @ self.key(x).transpose(1, 2) / 2.0
            mask = torch.ones(3, 3).tril() == 0
            weights = torch.softmax(scores.masked_fill(mask, float("-inf")), -1)
            return self.head(self.norm(x + weights @ self.value(x)))

    model, tokens = Attention(), torch.tensor([[1, 2, 3], [0, 5, 4]])
    return model, lambda: torch.nn.functional.cross_entropy(model(tokens).reshape(-1, 6), tokens.reshape(-1))


NETWORKS = [mlp, cnn, recurrent, attention]


def lstm(torch):
    """A layer that is one node with several outputs, and with an argument left out in the middle of its inputs."""

    class Reader(torch.nn.Module):
        def __init__(self):
            super().__init__()
            self.lstm, self.start = torch.nn.LSTM(3, 4), torch.nn.Parameter(torch.zeros(1, 2, 4))

        def forward(self, x):
            output, (h, c) = self.lstm(x, (self.start, self.start + 1))
            return (output**2).sum() + (h * c).sum()

    model, x = Reader(), torch.randn(5, 2, 3)
    return model, lambda: model(x)


@pytest.fixture(autouse=True)
def double():
    for package in (torch, minitorch_pt):
        package.set_default_dtype(package.float64)
        package.manual_seed(0)
    yield
    for package in (torch, minitorch_pt):
        package.set_default_dtype(package.float32)


def recorded(make, steps=1, rate=0.1):
    """A network trained by some steps of gradient descent while it is recorded."""
    model, loss = make(minitorch_pt)
    optimizer = minitorch_pt.optim.SGD(model.parameters(), lr=rate)
    recorder = Recorder(steps)
    recorder.start()
    for _ in range(steps):
        optimizer.zero_grad()
        loss().backward()
        optimizer.step()
    recorder.stop()
    return recorder.steps


class Results(TorchFunctionMode):
    """Keeps what each function of torch returns that needs a gradient, and with it its gradient."""

    def __init__(self):
        super().__init__()
        self.found = []

    def __torch_function__(self, function, types, args=(), kwargs=None):
        result = function(*args, **kwargs or {})
        for one in result if isinstance(result, (tuple, list)) else (result,):
            if isinstance(one, torch.Tensor) and one.requires_grad and not one.is_leaf and one.is_floating_point():
                one.retain_grad()
                self.found.append(one)
        return result


def same(ours, theirs):
    theirs = theirs.detach().numpy()
    return ours.shape == theirs.shape and np.allclose(ours.whole, theirs, rtol=1e-12, atol=1e-14)


@pytest.mark.parametrize("make", NETWORKS)
def test_values_and_arriving_gradients_are_torchs(make):
    """Each operation's value is found among torch's results, and where it is, the same gradient has arrived."""
    (step,) = recorded(make)
    model, loss = make(torch)
    with Results() as results:
        total = loss()
    total.backward()
    arrived = {visit.operation: visit.gradients for visit in step.visits}
    assert len(arrived) == len(step.visits) == len(step.operations) > 5
    for operation in step.operations:
        (value,), (gradient,) = operation.outputs, arrived[operation]
        twins = [theirs for theirs in results.found if same(value, theirs)]
        assert twins, f"torch has no such value: {operation.name}"
        assert any(same(gradient, twin.grad) for twin in twins), f"another gradient arrives at {operation.name}"


@pytest.mark.parametrize("make", [*NETWORKS, lstm])
def test_gradients_of_parameters_are_torchs_and_the_sum_of_what_came(make):
    (step,) = recorded(make)
    model, loss = make(torch)
    loss().backward()
    named = dict(model.named_parameters())
    seen = {leaf.name: gradient for leaf, gradient in step.gradients.items()}
    assert seen.keys() == named.keys()
    for name, gradient in seen.items():
        assert same(gradient, named[name].grad), name
    for target in [*step.gradients, *step.operations]:
        for place in range(len(getattr(target, "outputs", [None]))):
            parts = [
                flow.whole
                for visit in step.visits
                for given, flow in zip(visit.operation.inputs, visit.flows, strict=False)
                if given.source is target and given.place == place and flow is not None
            ]
            whole = step.gradients.get(target) or next(
                (v.gradients[place] for v in step.visits if v.operation is target), None
            )
            assert (whole is None) == (not parts) or target is step.root
            if parts:
                assert np.allclose(sum(parts), whole.whole, rtol=1e-12, atol=1e-15)


def test_nodes_pass_on_what_torchs_nodes_pass_on():
    """The same hooks on torch's nodes, where both have the same nodes."""
    w, x = 2.0, [1.0, -2.0, 0.5]

    def run(torch, hook):
        leaf = torch.tensor(w, requires_grad=True)
        product = leaf * torch.tensor(x)
        loss = (product.exp() + product.sin()).sum()
        hook(loss.grad_fn)
        loss.backward()

    theirs = []

    def follow(node):
        node.register_hook(
            lambda passed, came: theirs.append((node.name(), [g for g in passed if g is not None], came))
        )
        for inner, _ in node.next_functions:
            if inner is not None and "Accumulate" not in inner.name() and all(inner is not f for f in seen):
                seen.append(inner)
                follow(inner)

    seen = []
    run(torch, follow)
    recorder = Recorder(1)
    recorder.start()
    run(minitorch_pt, lambda node: None)
    recorder.stop()
    (step,) = recorder.steps
    assert sorted(v.operation.torch_name for v in step.visits) == sorted(name for name, _, _ in theirs)
    for visit in step.visits:
        passed, came = next((p, c) for name, p, c in theirs if name == visit.operation.torch_name)
        assert same(visit.gradients[0], came[0])
        assert all(same(ours, g) for ours, g in zip([f for f in visit.flows if f is not None], passed, strict=True))


def test_weights_move_as_torchs():
    steps = recorded(mlp, steps=4)
    model, loss = mlp(torch)
    optimizer = torch.optim.SGD(model.parameters(), lr=0.1)
    for step in steps:
        before = {i.source.name: i.value for op in step.operations for i in op.inputs if isinstance(i.source, Leaf)}
        for name, parameter in model.named_parameters():
            assert same(before[name], parameter)
        optimizer.zero_grad()
        loss().backward()
        optimizer.step()
        for leaf, after in step.after.items():
            assert same(after, dict(model.named_parameters())[leaf.name])
        assert Path(step.lines[-1][0]).name == "test_replay.py"


def test_weights_changed_by_hand_are_seen_to_move():
    w = minitorch_pt.tensor(3.0, requires_grad=True)
    recorder = Recorder(2)
    recorder.start()
    for _ in range(3):
        (w * w).backward()
        with minitorch_pt.no_grad():
            w -= 0.25 * w.grad
            w.grad = None
    recorder.stop()
    moves = [(next(iter(step.after)).name, float(next(iter(step.after.values())).whole)) for step in recorder.steps]
    assert moves == [("w", 1.5), ("w", 0.75)]
    assert w.item() == 0.375


def test_what_was_recorded_is_what_was_written(tmp_path):
    """The numbers of the page are those of the record, to six digits."""
    steps = recorded(attention, steps=2)
    data = json.loads(json.dumps(data_of(steps, "", "en"), allow_nan=False))
    for step, written in zip(steps, data["steps"], strict=True):
        for operation, op in zip(step.operations, written["ops"], strict=True):
            for shot, place in zip(operation.outputs, op["value"], strict=True):
                array = data["arrays"][place]
                assert tuple(array["shape"]) == shot.shape
                assert np.allclose(np.array(array["cells"], float), shot.cells, rtol=1e-5)
    names = {leaf["name"] for leaf in data["steps"][0]["leaves"]}
    assert {"embed.weight", "norm.bias", "mask"} <= names
    assert [group["name"] for group in data["steps"][0]["groups"][:3]] == ["", "embed", "query"]


def test_the_local_rule_is_the_librarys_source():
    (step,) = recorded(mlp)
    tanh = next(op for op in step.operations if op.name == "tanh")
    file = (ROOT / tanh.rule.file).read_text().splitlines()
    text = tanh.rule.text.splitlines()
    assert file[tanh.rule.line - 1 : tanh.rule.line - 1 + len(text)] == text
    assert tanh.pulls == ["lambda g: (1 - y * y) * g"]
    mul = next(op for op in step.operations if op.name == "mul")
    assert mul.pulls == ["lambda g: g * other", None]  # the other factor is a number
    for op in step.operations:
        for pull, given in zip(op.pulls, op.inputs, strict=False):
            assert (pull is not None) == (
                isinstance(given.source, Operation) or getattr(given.source, "tensor", None) is not None
            )


def test_a_function_of_the_users_own_shows_its_backward():
    class Double(minitorch_pt.autograd.Function):
        @staticmethod
        def forward(ctx, x):
            return x * 2

        @staticmethod
        def backward(ctx, gradient):
            return gradient * 2

    w = minitorch_pt.ones(2, requires_grad=True)
    recorder = Recorder(1)
    recorder.start()
    Double.apply(w).sum().backward()
    recorder.stop()
    double = recorder.steps[0].operations[0]
    assert double.name == "Double" and "return gradient * 2" in double.rule.text
    assert double.outputs[0].whole.tolist() == [2.0, 2.0]


def test_changes_in_place_and_several_outputs():
    w = minitorch_pt.arange(4.0).requires_grad_()
    recorder = Recorder(1)
    recorder.start()
    y = w * 2
    y[0] = 5.0
    y += 1
    first, second = y.chunk(2)
    (first * second).sum().backward()
    recorder.stop()
    assert w.grad.tolist() == [0.0, 14.0, 12.0, 6.0]
    (step,) = recorder.steps
    assert [gradient.whole.tolist() for gradient in step.gradients.values()] == [w.grad.tolist()]
    split = next(op for op in step.operations if len(op.outputs) == 2)
    assert [out.whole.tolist() for out in split.outputs] == [[6.0, 3.0], [5.0, 7.0]]


# ---------------------------------------------------------------------------------------------------------------------
# What a recording leaves behind, and what it refuses
# ---------------------------------------------------------------------------------------------------------------------
def test_training_is_the_same_with_and_without_and_nothing_stays(tmp_path):
    def train(record):
        minitorch_pt.manual_seed(0)
        model, loss = cnn(minitorch_pt)
        optimizer = minitorch_pt.optim.Adam(model.parameters(), lr=0.1)

        def steps():
            for _ in range(4):
                optimizer.zero_grad()
                loss().backward()
                optimizer.step()

        if record:
            with replay.recording(tmp_path / "page.html", steps=2):
                steps()
        else:
            steps()
        return [p.detach().numpy() for p in model.parameters()], model

    (plain, _), (noted, model) = train(False), train(True)
    assert all(np.array_equal(a, b) for a, b in zip(plain, noted, strict=True))
    assert not watchers and recording.task is None and not model._hooked
    assert all(not p._hooks for p in model.parameters())
    assert text_of(tmp_path / "page.html")["steps"][1]["visits"]


def text_of(page):
    """The data in a page."""
    return json.loads(
        re.search(r'<script id="record" type="application/json">(.*?)</script>', page.read_text(), re.S)[1]
    )


@pytest.mark.parametrize("language", ["en", "pt"])
def test_replay_takes_a_loss_or_what_computes_it(tmp_path, language):
    w, b = (minitorch_pt.tensor(v, requires_grad=True) for v in (2.0, -4.0))

    def compute():
        product = w * 3.0
        z = product + b
        return (z - 5.0) ** 2

    pages = [
        replay.replay(compute, tmp_path / "a.html", language=language),
        replay.replay(compute(), tmp_path / "in" / "b.html"),
    ]
    assert w.grad is None and b.grad is None
    lines, kept = map(text_of, pages)
    assert lines["language"] == language and kept["language"] == "en"
    for data in (lines, kept):
        (step,) = data["steps"]
        numbers = [data["arrays"][op["value"][0]]["cells"] for op in step["ops"]]
        assert numbers == [[[[6.0]]], [[[2.0]]], [[[-3.0]]], [[[9.0]]]] or data is kept
        assert [data["arrays"][g]["cells"] for g in step["gradients"].values()] == [[[[-6.0]]], [[[-18.0]]]]
    assert [op["variable"] for op in lines["steps"][0]["ops"][:2]] == ["product", "z"]
    assert [
        text.strip() for n, text in lines["sources"][0]["lines"] if n == lines["steps"][0]["ops"][0]["lines"][-1][1]
    ] == ["product = w * 3.0"]
    assert kept["sources"] == []


def test_wrong_input(tmp_path):
    w = minitorch_pt.ones(2, requires_grad=True)
    page = tmp_path / "page.html"
    with pytest.raises(TypeError, match="needs a loss, a Tensor, or a function that computes one, got float"):
        replay.replay(3.0, page)
    with pytest.raises(TypeError, match="must return the loss, a Tensor, and returned NoneType"):
        replay.replay(lambda: None, page)
    with pytest.raises(RuntimeError, match="has no graph"):
        replay.replay(minitorch_pt.ones(()), page)
    with pytest.raises(RuntimeError, match=r"begins at a single number, got shape \(2,\)"):
        replay.replay(w * 2, page)
    loss = (w * w).sum()
    loss.backward()
    with pytest.raises(RuntimeError, match="released by backward"):
        replay.replay(loss, page)
    with pytest.raises(ValueError, match="language must be one of"):
        replay.replay(lambda: (w * w).sum(), page, language="fr")
    for steps in (0, -1, 2.5, True, "3"):
        with pytest.raises(ValueError, match="steps must be a positive number"), replay.recording(page, steps=steps):
            pass
    with pytest.raises(RuntimeError, match="nothing was recorded"), replay.recording(page):
        w.sum()
    with (
        pytest.raises(RuntimeError, match="cannot stand inside another"),
        replay.recording(page),
        replay.recording(page),
    ):
        pass
    with pytest.raises(ZeroDivisionError), replay.recording(page):
        w.sum().backward()
        raise ZeroDivisionError
    assert not page.exists() and not watchers


def test_what_was_computed_before_is_a_constant(tmp_path):
    w = minitorch_pt.ones(2, requires_grad=True)
    before = w * 2
    (step,) = text_of(replay.replay(lambda: (before * 3).sum(), tmp_path / "page.html"))["steps"]
    assert [op["name"] for op in step["ops"]] == ["mul", "sum"] and len(step["visits"]) == 2
    assert [(leaf["name"], leaf["kind"]) for leaf in step["leaves"]] == [("before", "constant")]


def test_a_second_pass_over_one_graph_is_a_step_of_its_own():
    w = minitorch_pt.tensor(3.0, requires_grad=True)
    recorder = Recorder(5)
    recorder.start()
    loss = w * w
    loss.backward(retain_graph=True)
    loss.backward()
    recorder.stop()
    assert [len(step.visits) for step in recorder.steps] == [1, 1]
    late = w * w
    recorder.start()
    late = late * w
    recorder.stop()
    late.backward()
    assert len(recorder.steps) == 2
    assert w.grad.item() == 12.0 + 27.0 and recording.task is None


def test_checkpoints_work_behind_a_recording():
    """They too ask which pass is under way, and may do so first while something is recorded."""
    w = minitorch_pt.tensor(3.0, requires_grad=True)
    recorder = Recorder(1)
    for on in (True, False):
        if on:
            recorder.start()
        minitorch_pt.utils.checkpoint.checkpoint(lambda w: (w * w).exp(), w, use_reentrant=False).backward()
        recorder.stop()
    assert len(recorder.steps) == 1 and w.grad.item() == pytest.approx(2 * 6 * np.exp(9), rel=1e-12)


def test_large_arrays_are_cut(tmp_path):
    w = minitorch_pt.randn(100, 784, requires_grad=True)
    page = replay.replay(lambda: (w * minitorch_pt.randn(784)).sum(), tmp_path / "page.html")
    array = next(a for a in text_of(page)["arrays"] if a["shape"] == [100, 784])
    assert np.array(array["cells"]).shape == (1, 32, 32)
    assert page.stat().st_size < 200_000


def test_numbers_that_json_does_not_know(tmp_path):
    w = minitorch_pt.tensor([0.0, 1.0], requires_grad=True)
    data = text_of(replay.replay(lambda: (w.log() * w).sum(), tmp_path / "page.html"))
    assert ["-inf", 0.0] in [a["cells"][0][0] for a in data["arrays"]]


# ---------------------------------------------------------------------------------------------------------------------
# Groups
# ---------------------------------------------------------------------------------------------------------------------
def deep(torch):
    """More than 300 operations in 100 calls of a module."""

    class Block(torch.nn.Module):
        def forward(self, x):
            return torch.tanh(x * 0.9 + 0.1)

    class Deep(torch.nn.Module):
        def __init__(self):
            super().__init__()
            self.block, self.start = Block(), torch.nn.Parameter(torch.ones(2))

        def forward(self):
            x = self.start
            for _ in range(100):
                x = self.block(x)
            return x

    model = Deep()
    return model, lambda: model().sum()


def test_groups_are_calls_of_modules_and_large_ones_have_parts():
    (step,) = data_of(recorded(deep), "", "en")["steps"]
    kinds = [group["kind"] for group in step["groups"]]
    assert len(step["ops"]) == 301 and kinds.count("Block") == 100 and kinds.count("Deep") == 1
    parts = [group["name"] for group in step["groups"] if not group["kind"]]
    assert parts[0] == "1–75" and parts[-1] == "226–300"
    for group in step["groups"]:
        assert group["parent"] is None or group["parent"] < step["groups"].index(group)
    for i, group in enumerate(step["groups"]):  # what a group holds stands together
        inside = [n for n, op in enumerate(step["ops"]) if i in chain(step["groups"], op["group"])]
        assert inside == list(range(inside[0], inside[-1] + 1)), group


def chain(groups, group):
    while group is not None:
        yield group
        group = groups[group]["parent"]


# ---------------------------------------------------------------------------------------------------------------------
# The command line
# ---------------------------------------------------------------------------------------------------------------------
PROGRAM = """
import sys
import torch

torch.manual_seed(0)
model = torch.nn.Sequential(torch.nn.Linear(2, 3), torch.nn.ReLU(), torch.nn.Linear(3, 1))
x, y = torch.randn(4, 2), torch.randn(4, 1)
optimizer = torch.optim.SGD(model.parameters(), lr=0.1)
for step in range(3):
    optimizer.zero_grad()
    loss = torch.nn.functional.mse_loss(model(x), y)
    loss.backward()
    optimizer.step()
print(torch.__name__, sys.argv[1:])
sys.exit(3)
"""


def command(*arguments, cwd):
    line = [sys.executable, "-m", "minitorch_pt", "replay", *arguments]
    return subprocess.run(
        line, capture_output=True, text=True, cwd=cwd, env={"PYTHONPATH": str(ROOT), "OMP_NUM_THREADS": "1"}
    )


def test_the_command_runs_a_program_as_it_is_and_writes_the_page(tmp_path):
    (tmp_path / "program.py").write_text(PROGRAM)
    done = command("program.py", "-o", "page.html", "--epochs", "3", "--steps=2", "--", "-o", "x", cwd=tmp_path)
    assert (done.returncode, done.stdout) == (3, "torch ['--epochs', '3', '-o', 'x']\n")
    assert done.stderr == "page.html: open it in a browser\n"
    data = text_of(tmp_path / "page.html")
    assert data["title"] == "program" and len(data["steps"]) == 2
    assert [source["name"] for source in data["sources"]] == ["program.py"]
    assert [text for _, text in data["sources"][0]["lines"]] == PROGRAM.splitlines()


def test_the_command_says_what_is_wrong(tmp_path):
    (tmp_path / "program.py").write_text("print(1)\n")
    done = command("program.py", cwd=tmp_path)
    assert done.returncode == 1 and "the program ran no backward()" in done.stderr
    done = command("program.py", "--steps", "0", cwd=tmp_path)
    assert done.returncode == 2 and "--steps must be at least 1" in done.stderr
    assert command("missing.py", cwd=tmp_path).returncode == 2
    assert not list(tmp_path.glob("*.html"))


@pytest.mark.parametrize("name", [path.stem for path in sorted((ROOT / "docs" / "replays" / "programs").glob("*.py"))])
def test_the_pages_of_the_site_are_written(name, tmp_path):
    assert name in replays.NAMES
    replays.write(name, tmp_path / "page.html", "pt")
    data = text_of(tmp_path / "page.html")
    assert data["language"] == "pt" and all(step["visits"] and step["update"]["leaves"] for step in data["steps"])
    assert all(
        op["rule"] is not None and op["value"][0] is not None and op["lines"]
        for step in data["steps"]
        for op in step["ops"]
    )
    assert (tmp_path / "page.html").stat().st_size < 600_000


# ---------------------------------------------------------------------------------------------------------------------
# The page, in a browser
# ---------------------------------------------------------------------------------------------------------------------
BROWSER = next(filter(None, map(shutil.which, ("chromium", "chromium-browser", "google-chrome"))), None)
in_browser = pytest.mark.skipif(
    BROWSER is None, reason="no Chromium here to open the page in: install chromium, and this test runs"
)
ASK = """
<script>
const answers = [], text = (id) => document.getElementById(id).textContent;
const press = (key) => document.activeElement.dispatchEvent(new KeyboardEvent("keydown", {key, bubbles: true, cancelable: true}));
window.onerror = (message) => answers.push("error: " + message);
%s
document.body.innerHTML = "";
document.title = "";
document.body.append(Object.assign(document.createElement("pre"), {id: "answers", textContent: JSON.stringify(answers)}));
</script>
"""


def ask(page, tmp_path, script, fragment=""):
    """What a script that runs in the page has pushed to `answers`."""
    asking = tmp_path / "asking.html"
    asking.write_text(page.read_text().replace("</body>", (ASK % script) + "</body>"))
    line = [
        BROWSER,
        "--headless",
        "--no-sandbox",
        "--disable-gpu",
        "--window-size=1200,900",
        f"--user-data-dir={tmp_path / 'profile'}",
    ]
    found = subprocess.run(
        [*line, "--dump-dom", f"file://{asking}{fragment}"], capture_output=True, text=True, timeout=120
    )
    answers = re.search(r'<pre id="answers">(.*?)</pre>', found.stdout, re.S)
    assert answers, found.stdout[-2000:] + found.stderr[-2000:]
    return json.loads(answers[1].replace("&gt;", ">").replace("&lt;", "<").replace("&amp;", "&"))


@pytest.fixture
def page(tmp_path):
    """Three steps of training of a small network."""
    return replay.page.write(tmp_path / "page.html", recorded(mlp, steps=3), "mlp")


@in_browser
def test_keys_buttons_and_slider_step(page, tmp_path):
    answers = ask(
        page,
        tmp_path,
        """
        const see = () => answers.push([text("now"), text("count")]);
        see();
        press("ArrowRight"); see();
        press("ArrowLeft"); press("ArrowLeft"); see();
        document.getElementById("next").click(); see();
        document.getElementById("slider").value = 9; document.getElementById("slider").oninput(); see();
        press("End"); see();
        press("Home"); press(" "); answers.push(document.getElementById("play").getAttribute("aria-pressed"));
        press(" "); answers.push(document.getElementById("play").getAttribute("aria-pressed"));
        document.querySelectorAll("#steps button")[1].click(); see();
        answers.push(location.hash);
        """,
    )
    n = len(recorded(mlp)[0].operations)
    whole = 3 * (2 * n + 1)
    assert answers == [
        ["Forward pass 1 of 10 · linear inside Sequential › 0 · Linear", f"1 / {whole}"],
        ["Forward pass 2 of 10 · tanh inside Sequential › 1 · Tanh", f"2 / {whole}"],
        ["Forward pass 1 of 10 · linear inside Sequential › 0 · Linear", f"1 / {whole}"],
        ["Forward pass 2 of 10 · tanh inside Sequential › 1 · Tanh", f"2 / {whole}"],
        ["Forward pass 10 of 10 · + add", f"10 / {whole}"],
        ["Step of the optimizer", f"{whole} / {whole}"],
        "true",
        "false",
        ["Forward pass 1 of 10 · linear inside Sequential › 0 · Linear", f"{2 * n + 2} / {whole}"],
        f"#moment={2 * n + 1}&lang=en&theme=light",
    ]


@in_browser
def test_the_page_shows_the_numbers_in_both_languages(page, tmp_path):
    (step, *_) = steps = text_of(page)["steps"]
    n = len(step["ops"])
    visits = [visit["op"] for visit in step["visits"]]
    tanh = n + visits.index(next(i for i, op in enumerate(step["ops"]) if op["name"] == "tanh"))
    script = """
        answers.push([...document.querySelectorAll("#arrays h3")].map((h) => h.textContent));
        answers.push([...document.querySelectorAll("#arrays .cells")].map((t) => [...t.querySelectorAll("td")].map((c) => c.textContent)));
        answers.push([...document.querySelectorAll("#arrays pre.pull")].map((h) => h.textContent));
        answers.push(document.querySelectorAll("#arrays mark").length, document.querySelector(".here").textContent.trim(), document.documentElement.lang);
        answers.push([text("fold"), text("language")]);
        document.getElementById("language").click();
        answers.push(document.documentElement.lang);
    """
    title, tables, pulls, marks, line, language, buttons, other = ask(page, tmp_path, script, f"#moment={tanh}&lang=pt")
    assert title[:2] == ["O gradiente que chega", "O que vai para cada entrada: a regra local"]
    assert pulls == ["lambda g: (1 - y * y) * g"] and marks == 1
    assert line.endswith("return model, lambda: ((model(x) - target) ** 2).mean() + 0.1 * (model[2].weight ** 2).sum()")
    assert (language, buttons, other) == ("pt-BR", ["dobrar tudo", "in English"], "en")
    data, visit = text_of(page), steps[0]["visits"][tanh - n]
    for shown, place in zip(tables, [visit["gradients"][0], visit["flows"][0]], strict=True):
        cells = [x for row in data["arrays"][place]["cells"][0] for x in row]
        assert np.allclose(
            [float(x.replace(",", ".").replace("−", "-")) for x in shown],
            cells,
            rtol=6e-2 if "e" in str(shown) else 6e-3,
        )


@in_browser
def test_a_picked_point_tells_its_story(page, tmp_path):
    answers = ask(
        page,
        tmp_path,
        """
        document.querySelector('[data-point="o0"]').dispatchEvent(new MouseEvent("click", {bubbles: true}));
        answers.push([...document.querySelectorAll("#arrays h3")].map((h) => h.firstChild.textContent));
        const leaf = [...document.querySelectorAll("[data-point]")].find((p) => p.querySelector(".name").textContent === "2.weight");
        leaf.dispatchEvent(new KeyboardEvent("keydown", {key: "Enter", bubbles: true}));
        answers.push([...document.querySelectorAll("#arrays h3")].map((h) => h.firstChild.textContent));
        answers.push(document.querySelectorAll("#arrays figure").length);
        document.querySelector(".jumps button").click();
        answers.push(text("now"));
        """,
    )
    assert answers[0][0] == "Its whole story: linear" and "The rule in the library" in answers[0]
    # its numbers, two ways and their sum, and three steps of training
    assert answers[1] == ["Its whole story: 2.weight", "The gradient that arrives", "Step by step of the training"]
    assert answers[2] == 1 + 3 + 3
    assert answers[3].startswith("Forward pass 1")


@in_browser
def test_large_graphs_are_folded_and_can_be_unfolded(tmp_path):
    page = replay.page.write(tmp_path / "page.html", recorded(deep), "deep")
    script = """
        const count = () => answers.push(document.querySelectorAll("[data-point]").length);
        count();
        document.getElementById("unfold").click(); count();
        document.getElementById("fold").click(); count();
        document.querySelector('[data-point="g0"]').dispatchEvent(new MouseEvent("click", {bubbles: true})); count();
        const boxes = [...document.querySelectorAll("svg .box")].map((b) => b.getBoundingClientRect());
        answers.push(boxes.every((a, i) => boxes.every((b, j) => i === j || a.right < b.left || b.right < a.left || a.bottom < b.top || b.bottom < a.top)));
    """
    first, unfolded, folded, opened, apart = ask(page, tmp_path, script)
    assert unfolded == 302 and folded == 2 and opened == 5
    assert folded < first <= 60
    assert apart
