"""`minitorch-pt compare`: what it says of programs that print the same, nearly the same, something else, or fail."""

from __future__ import annotations

import itertools
import math
import re
import subprocess
import sys
from html.parser import HTMLParser
from pathlib import Path

import pytest
import torch

import minitorch_pt
from minitorch_pt.teaching.compare import compare, main, processes
from minitorch_pt.teaching.compare.lines import Difference, Number, align, read, settled, unexplained
from minitorch_pt.teaching.compare.report import series
from minitorch_pt.teaching.compare.text import show
from minitorch_pt.teaching.compare.verdict import Comparison

ROOT = Path(minitorch_pt.__file__).parent.parent
# which side a program is on; most programs here don't import torch, which takes two seconds
SIDE = "import sys\nours = 'minitorch_pt' in sys.modules\n"


@pytest.fixture(autouse=True)
def folder(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("PYTHONPATH", str(ROOT))
    return tmp_path


def command(program, *options, arguments=()):
    """The exit status."""
    Path("program.py").write_text(SIDE + program, encoding="utf-8")
    with pytest.raises(SystemExit) as end:
        main([*options, "program.py", *arguments])
    return int(end.value.code)


def kinds(theirs, ours):
    return [row.kind for row in align(read(theirs), read(ours))]


# -- lines -------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("theirs", "ours", "kind"),
    [
        ("loss 0.1234", "loss 0.1234", "same"),
        ("loss 0.12341", "loss 0.12342", "near"),
        ("loss 0.0012", "loss 0.0013", "near"),  # 0.00124999 and 0.00125001
        ("loss 0.0012", "loss 0.0014", "numbers"),
        ("loss 0.12", "loss 0.13", "numbers"),
        ("lr 0.0001", "lr 0.0002", "numbers"),
        ("lr 1e-05", "lr 2e-05", "numbers"),
        ("tensor([1., 2.])", "tensor([1., 3.])", "numbers"),
        ("tensor([1.0000, 2.0000])", "tensor([1.0000, 2.0001])", "near"),
        ("right 97", "right 98", "numbers"),
        ("1,234,567 parameters", "1,234,568 parameters", "near"),
        ("[1,234]", "[1,235]", "numbers"),
        ("nan", "nan", "same"),
        ("loss nan", "loss 0.5", "numbers"),
        ("inf", "-inf", "numbers"),
        ("1.0", "1.00", "near"),
        ("a -1.0000001", "a -1.0000002", "near"),
        ("a  b", "a b", "text"),
        ("a 1  b", "a 1 b", "text"),
        ("loss 1.0", "cost 1.0", "text"),
        ("conv1 3x3", "conv2 3x3", "text"),
        ("2.13.0", "2.14.0", "numbers"),
        ("<class 'torch.Tensor'>", "<class 'minitorch_pt.Tensor'>", "same"),
        ("<object at 0x7f12ab34cd56>", "<object at 0x7f98ab34cd56>", "same"),
        ("0x1f", "0x2f", "text"),
        ("took 1.5 s", "took 12.25 s", "same"),
        ("Elapsed: 1.5", "Elapsed: 9", "same"),
        ("epoch 1 loss 0.5 (3.2s)", "epoch 1 loss 0.6 (9.9s)", "numbers"),
        ("epoch 1 loss 0.5 (3.2s)", "epoch 1 loss 0.5 (9.9s)", "same"),
        ("training time 3.1, loss 2", "training time 5, loss 3", "numbers"),
        ("time loss 0.5 size 2 s", "time loss 0.6 size 2 s", "same"),
        ("at 12:30:01", "at 12:31:59", "same"),
        ("12:30:01,123 INFO", "12:31:59,000 INFO", "same"),
        ("torch 2.13.0+cpu", "torch 2.13.0", "same"),
        ("memory: 12.5 MB", "memory: 8.5 MB", "same"),
        ("weights: 12.5 MB", "weights: 8.5 MB", "numbers"),
        ("100%|###| 5/5 [00:01<00:00, 9.5it/s]", "100%|###| 5/5 [00:03<00:00,  2.75it/s]", "same"),
        ("tempo: 3.5", "tempo: 8.5", "same"),
        ("ValueError: 3 is wrong", "ValueError: 3 is wrong; give 4", "same"),
        ("at 2: ValueError: no", "at 3: ValueError: no", "numbers"),
        ("ValueError: no", "TypeError: no", "text"),
        ("10%\r50%\rdone", "done", "same"),
        ("\x1b[31mred\x1b[0m", "red", "same"),
        ("done", "done\r", "same"),
    ],
)
def test_two_lines(theirs, ours, kind):
    assert kinds(theirs, ours) == [kind]


def test_lines_that_one_side_only_printed():
    assert kinds("a\nloss 1\nb", "a\nb") == ["same", "text", "same"]
    rows = align(read("a\nb\n"), read("new\na\nmore\nb\n"))
    assert [(row.number, row.kind, row.theirs is None) for row in rows] == [
        (1, "text", True),
        (1, "same", False),
        (3, "text", True),
        (2, "same", False),
    ]
    assert kinds("", "") == [] and kinds("", "a\n") == ["text"] and kinds("\n", "\n") == ["same"]


@pytest.mark.parametrize("count", [10, 20_000])
@pytest.mark.parametrize("more", ["a warning", "epoch -1 loss 9.5"])
def test_lines_amidst_many(count, more):
    """Lines are set side by side by their words and counters, not one after the other."""
    many = [f"epoch {i} loss {i / 7:.3f}" for i in range(count)]
    found = kinds("\n".join(many), "\n".join([*many[:3], more, *many[3 : count // 2], more, *many[count // 2 :]]))
    assert found.count("same") == count and found.count("text") == 2


def test_counters_that_differ():
    """A count that is another one is a difference of numbers, not a line too many."""
    assert kinds("right 1\nright 2\nright 3", "right 2\nright 3\nright 4") == ["numbers"] * 3


def test_differences():
    d = Difference(3, "loss #", 0, Number("0.5"), Number("0.4"))
    assert d.absolute == pytest.approx(0.1) and d.relative == pytest.approx(0.2) and not d.near
    assert Difference(3, "#", 0, Number("nan"), Number("1")).absolute == math.inf
    assert Difference(3, "#", 0, Number("1e3"), Number("1,000")).absolute == 0


@pytest.mark.parametrize(
    ("ours", "drift", "explained"),
    [
        ([1.0, 2.0, 3.5], [1.0, 2.0, 3.1], True),
        ([1.0, 2.0, 3.5], [1.0, 2.0, 3.01], False),
        ([1.0, 2.0, 3.5], [1.0, 2.0, 3.0], False),
        ([1.5, 2.0, 3.0], [1.0, 2.1, 3.0], True),  # a step ahead
        ([1.5, 2.0, 3.0], [1.0, 2.0, 9.0], False),  # what drifts in the end drifts in the end
        ([1.0, 2.0, math.nan], [1.0, 2.0, 3.1], False),
        ([1.0, 2.0, math.nan], [1.0, 2.0, math.nan], True),
    ],
)
def test_what_drift_explains(ours, drift, explained):
    def printed(numbers):
        return read("\n".join(f"loss {n}" for n in numbers))

    rows, again = (align(printed([1.0, 2.0, 3.0]), printed(numbers)) for numbers in (ours, drift))
    assert (not any(unexplained(rows, [again]))) == explained
    other = align(read("loss 1\nsize 2"), read("loss 1\nsize 3"))  # the drift of other lines explains nothing
    assert any(unexplained(other, [align(read("loss 1\nsize 2"), read("loss 9\nsize 2"))]))


def test_what_changes_from_run_to_run():
    theirs, ours = "id 5, loss 1\nid 6, loss 2\nfile ab\nend 1", "id 9, loss 1\nid 6, loss 3\nfile cd\nend 1"
    again = align(read(theirs), read("id 5, loss 1\nid 7, loss 2\nfile ef\nend 1"))
    rows = settled(align(read(theirs), read(ours)), again)
    assert [(row.number, row.kind) for row in rows] == [(1, "same"), (2, "numbers"), (4, "same")]
    assert [d.place for row in rows for d in row.differences] == [1]


def test_another_torch(capsys, monkeypatch):
    """Numbers of other versions may differ for reasons of their own."""
    monkeypatch.setattr("importlib.metadata.version", lambda name: "2.4.0+cpu")
    text = "a 1\nb\nKeyError: 'b'"
    run = processes.Run("PyTorch", 0, 1.0, None, text, "")
    again = align(read(text), read("a 2\nc\nKeyError: 'b'"))
    rows = settled(align(read(text), read("a 3\nd\nKeyError: no 'b'")), again)
    show(Comparison("x.py", run, run, rows, [], "equal text"), 80)
    out = capsys.readouterr().out
    assert "PyTorch 2.4.0 is installed; minitorch_pt follows 2.13.0" in out and "not known" in out
    assert "not compared: 1 numbers that are times, memory, or change when PyTorch runs again\n" in out
    assert "not compared: 1 lines whose words change when PyTorch runs again\n" in out
    assert "not compared: 1 messages of errors" in out


def test_words_that_drift():
    said = [align(read("a\nthe cat\nb"), read(f"a\n{words}\nb")) for words in ("the dog", "the cow", "the cat", "x\ny")]
    assert not any(unexplained(said[0], [said[1]])) and any(unexplained(said[0], [said[2]]))
    assert any(unexplained(said[3], [said[1]])) and not any(unexplained(said[3], [said[1], said[3]]))


# -- programs ----------------------------------------------------------------------------------------------------------


def test_equal_text(capsys):
    program = """
import os, random, time
import numpy as np
print(sys.argv, sys.stdin.read(), os.environ["OMP_NUM_THREADS"], __name__)
print(random.random(), np.random.rand(), np.random.default_rng().normal(), hash("word"))
print(__import__("torch").rand(2), __import__("torch").initial_seed())
print("time", time.perf_counter(), object())
print("not compared", file=sys.stderr if ours else sys.stdout, end="" if ours else "\\r")
print("últ. linha ≈")
"""
    assert command(program, "--threads", "3", arguments=["a", "--report", "x.html"]) == 0
    out = capsys.readouterr().out
    assert out.rstrip().endswith("program.py a --report x.html: equal text")
    assert "not compared: 1 numbers that are times" in out
    assert re.search(r"^PyTorch +\d+\.\d\d +[\d,]+ MiB +5\nminitorch_pt +\d+\.\d\d +[\d,]+ MiB +5$", out, re.M)


def test_equal_numbers(capsys):
    assert command("for i in range(5):\n    print('loss', 1 / (i + 3) + ours * 1e-6)") == 0
    out = capsys.readouterr().out
    assert "numbers that differ: 5, by more than 1e-4: 0\n  first    line 1: PyTorch 0.3333" in out
    assert "     2  loss 0.25                          ≈ loss 0.250001\n" in out
    assert out.endswith(": equal numbers to 1e-4\n")


CHAOS = """
import torch
torch.manual_seed(0)
x = torch.rand(16)
if ours:
    x = torch.nextafter(x, torch.zeros(16))
for step in range(40):
    x = 3.9 * x * (1 - x)
    print(f"step {step} x {x[0]:.4f} mean {x.mean():.4f}")
"""


def test_the_last_bits(capsys):
    """Ours begins one bit beside torch."""
    assert command(CHAOS, "--report", "page.html") == 0
    out = capsys.readouterr().out
    assert re.search(r"PyTorch and itself, last bits of its inputs changed\n  largest  line \d+: PyTorch [\d.]+, ", out)
    assert out.endswith("program.py: differences of float32\npage: page.html\n")
    assert "more lines (--report shows more)" in out
    page = Path("page.html").read_text(encoding="utf-8")
    assert page.count("<svg") == page.count('class="drift"') == 2 and "<b>mean</b>" in page


@pytest.mark.parametrize(
    ("ours", "again", "verdict", "runs"),
    [
        ("loss 2", ["loss 1", "loss 1.9"], "differences of float32", 1),
        ("loss 2", ["loss 1", "loss 1.001", "loss 1.9"], "differences of float32", 2),
        ("loss 2", ["loss 1", "loss 1.001", "loss 1.001", "loss 1.01"], "different", 3),
        ("loss 2", ["loss 1", "loss 1.00001"], "different", 1),  # so small a drift will not grow to 2
        ("loss 2", ["loss 1", None], "different", 0),  # it fails with its last bits changed
        ("loss 2", ["loss 3"], "equal text", 0),  # it is another one in each run
        ("loss 1", [], "equal text", 0),
    ],
)
def test_how_often_it_runs(capsys, monkeypatch, ours, again, verdict, runs):
    texts = iter(["loss 1", ours, *again])

    def start(name, command, **options):
        text = next(texts)
        return processes.Run(name, int(text is None), 1.0, 1, text or "", "" if text else "ValueError\n")

    monkeypatch.setattr("minitorch_pt.teaching.compare.verdict.start", start)
    Path("program.py").touch()
    done = compare("program.py", [])
    show(done, 80)
    assert capsys.readouterr().out.endswith(f"\nprogram.py: {verdict}\n")
    assert done.verdict == verdict and len(done.drifts) == runs and list(texts) == []


def test_really_different(capsys):
    """The last bits change nothing, so that one more run is enough."""
    assert command("print('size', 3 + ours)\nprint('left' if ours else 'right')") == 1
    out = capsys.readouterr().out
    assert (
        "     1  size 3                             | size 4\n     2  right                              | left\n"
        in out
    )
    assert "last bits of its inputs changed\n  largest  none\n" in out and out.endswith(": different\n")


@pytest.mark.parametrize(
    ("program", "told"),
    [
        (
            "print('as far')\nif ours: raise ValueError('only here')",
            r"PyTorch: ran to its end\n  minitorch_pt: failed, status 1\n(    .*\n)*    ValueError: only here\n  lines alike until then: 1\n",
        ),
        ("if not ours: 1 / 0", r"PyTorch: failed, status 1\n(    .*\n)*    ZeroDivisionError.*\n  minitorch_pt: ran to its end"),
        ("name = input('Your name? ')", r"PyTorch: asks for input, and there is none here, status 1\n"),
        ("x = (1", r"SyntaxError: .*\n  minitorch_pt: failed"),
        ("sys.exit(int(ours) * 3)", r"minitorch_pt: failed, status 3\n"),
        ("import os\nos.abort()", r"PyTorch: failed, status -6"),
    ],
)  # fmt: skip
def test_failing(capsys, program, told):
    assert command(program) == 2
    printed = capsys.readouterr()
    assert printed.out == "" and printed.err.startswith("minitorch-pt: it could not be compared\n  ")
    assert re.search(told, printed.err), printed.err


def test_a_status_of_its_own(capsys):
    assert command("print('early')\nsys.exit('no data')") == 0
    assert capsys.readouterr().out.endswith(": equal text\n")


def test_the_time_limit(capsys):
    assert command("import time\nif not ours: print('begun')\nif not ours: time.sleep(600)", "--timeout", "3") == 2
    assert re.search(r"PyTorch: stopped at the time limit, after \d+ s\n", capsys.readouterr().err)


def test_nothing_to_run(capsys, monkeypatch):
    with pytest.raises(SystemExit, match="2"):
        main(["nothing.py"])
    assert re.fullmatch(r"minitorch-pt: no such program: .*nothing\.py\n", capsys.readouterr().err)
    with pytest.raises(SystemExit, match="2"):
        main(["--report", "no/page.html", "nothing.py"])
    assert re.fullmatch(r"minitorch-pt: no such folder: .*no\n", capsys.readouterr().err)
    monkeypatch.setattr("importlib.util.find_spec", lambda name: None)
    with pytest.raises(SystemExit, match="2"):
        main(["nothing.py"])
    assert "pip install torch==2.13.0" in capsys.readouterr().err


def test_the_command_line():
    def said(*arguments):
        return subprocess.run(
            [sys.executable, "-m", "minitorch_pt", *arguments], capture_output=True, text=True, check=False
        )

    assert (
        "exit status: 0 for the first three, 1 for different, 2 where it could not be compared"
        in said("compare", "--help").stdout
    )
    assert said("compare", "nothing.py").returncode == 2
    assert re.search(r"compare +run a PyTorch program under PyTorch and", said("--help").stdout)


def test_progress(capsys, monkeypatch):
    monkeypatch.setattr(sys.stderr, "isatty", lambda: True)
    Path("output").write_text("a\nb\n")
    progress = processes.Progress("PyTorch", Path("output"), 9)
    for seconds in (0.5, 1.1, 1.2, 1.5):
        progress.show(seconds)
    progress.clear()
    assert capsys.readouterr().err == "\r\x1b[KPyTorch: 1 s, 2 of 9 lines\r\x1b[KPyTorch: 2 s, 2 of 9 lines\r\x1b[K"


DRAWN = """
import numpy as np, torch
torch.manual_seed(0)
array = np.linspace(0.1, 0.9, 7, dtype=np.float32)
fixed = array.copy(); fixed.flags.writeable = False
layer = torch.nn.Linear(9, 9)
before = layer.weight.detach().clone()
layer(torch.ones(9)).sum().backward()
torch.optim.SGD(layer.parameters(), lr=0.0).step()
made = [torch.rand(99), torch.randn(9, 11).mT, torch.tensor([0.0, 1.0, -2.0, float("inf")]), torch.from_numpy(array), before, layer.weight.detach(),
        torch.tensor([0.1, -0.7], dtype=torch.float64), torch.arange(5), torch.empty(50).uniform_(), torch.normal(0.0, torch.ones(30)), torch.randperm(9)]
"""


def test_what_changes_in_last_bits():
    """About half of the numbers by one bit towards zero; not whole ones, and the random stream is the same."""
    code = "from minitorch_pt.teaching.compare.before import nudge\nnudge(1)\n"
    code += DRAWN + "import sys\ntorch.from_numpy(fixed)\ntorch.save(made, sys.argv[1])"
    subprocess.run([sys.executable, "-W", "ignore", "-c", code, "made.pt"], check=True)
    drawn = {}
    exec(DRAWN, drawn)
    for plain, moved in zip(drawn["made"], torch.load("made.pt"), strict=True):
        assert plain.dtype == moved.dtype and plain.stride() == moved.stride()
        bits = {torch.float32: torch.int32, torch.float64: torch.int64}.get(plain.dtype, torch.int64)
        steps = plain.view(bits) - moved.view(bits)
        assert steps.min() >= 0 and (steps.max() <= 1 or plain is drawn["made"][5])
        if plain.is_floating_point() and len(plain) > 4:
            assert 0.2 * steps.numel() < steps.count_nonzero() < 0.8 * steps.numel()
            assert (moved.abs() <= plain.abs()).all()
        elif plain.dtype != torch.float64:
            assert not steps.any()


# -- the page ----------------------------------------------------------------------------------------------------------


class Balanced(HTMLParser):
    """Notes tags that are not closed, and what would be fetched."""

    def __init__(self):
        super().__init__()
        self.open, self.fetched = [], []

    def handle_starttag(self, tag, attrs):
        self.fetched += [value for name, value in attrs if name in ("src", "href")]
        if tag not in ("meta", "br"):
            self.open.append(tag)

    def handle_endtag(self, tag):
        assert self.open.pop() == tag


def test_an_option_behind_the_program(capsys):
    """It is the program's, and one is told so."""
    assert command("print(sys.argv[1:])", arguments=("--report", "page.html")) == 0
    printed = capsys.readouterr()
    assert "['--report', 'page.html']" in printed.out or "equal text" in printed.out
    assert printed.err == "minitorch-pt: --report went to the program; what is for compare comes before it\n"
    assert not Path("page.html").exists()


def test_the_page(capsys):
    program = """
for i in range(1, 9):
    print(f"epoch {i} loss {1 / i + ours * 1e-6:.6f} rate {10.0 ** -i} <b> took {3 + ours} s")
    print(f"  validation: {i * 0.1 if i < 5 else float('nan'):.3f}")
print(0.1, "once")
"""
    assert command(program, "--report", "page.html") == 0
    page = Path("page.html").read_text(encoding="utf-8")
    parser = Balanced()
    parser.feed(page)
    assert parser.open == [] and parser.fetched == []
    assert "width=device-width" in page and "prefers-color-scheme: dark" in page and "<script" not in page
    assert "&lt;b&gt;" in page and page.count("<svg") == 3 and "<mark>0.500001</mark>" in page

    found = {s.name: s for s in series(compare("program.py", []))}
    assert list(found) == ["loss", "rate", "validation"]
    loss = found["loss"]
    assert (loss.shape, loss.along) == ("epoch # loss # rate # <b> took # s", "epoch")
    assert [p[:3] for p in loss.points[:2]] == [(1, 1.0, 1.000001), (2, 0.5, 0.500001)]
    assert [p[0] for p in found["validation"].points] == list(range(2, 17, 2))
    # curves of either side: nan parts the third, the second is logarithmic
    assert page.count("<polyline") == 6 and re.search(r">1e-0\d</text>", page)
    heights = [
        float(y)
        for y in re.search(r'<b>rate</b>.*?polyline class="torch" points="(.*?)"', page)
        .group(1)
        .replace(",", " ")
        .split()[1::2]
    ]
    steps = [b - a for a, b in itertools.pairwise(heights)]
    assert max(steps) - min(steps) < 0.3
