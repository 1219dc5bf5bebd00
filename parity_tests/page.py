"""The page that `python -m minitorch_pt parity` writes: every entry of PyTorch's test databases, and how near to torch it came; and the
sweeps, which judge what surrounds a call."""

from __future__ import annotations

import ast
import contextlib
import inspect
import itertools
import json
import os
import sys
import time
from collections import Counter
from collections.abc import Iterable
from html import escape
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
import pytest
import torch

import minitorch_pt
from parity_tests.databases.entries import entries
from parity_tests.databases.outcomes import Outcome
from parity_tests.databases.table import table
from parity_tests.databases.twins import twin
from parity_tests.sweeps import COUNTS, accepted

SWEEPS = [p for p in sorted((Path(__file__).parent / "sweeps").glob("test_*.py")) if p.stem != "test_differences"]

HEADINGS = {
    "operation": "Operations",
    "module": "Modules",
    "optimizer": "Optimisers",
    "scheduler": "Schedulers of the learning rate",
}

STYLE = """
:root { color-scheme: light dark; --ink: #1d2330; --soft: #667085; --line: #e4e7ec; --page: #fbfbfd; --card: #fff; --good: #067647;
        --good-bg: #e7f6ee; --bad: #b54708; --bad-bg: #fef3e2; }
@media (prefers-color-scheme: dark) { :root { --ink: #e6e9ef; --soft: #98a2b3; --line: #2b3240; --page: #12151c; --card: #191e28;
        --good: #6ce0a5; --good-bg: #123224; --bad: #fdb872; --bad-bg: #3a2710; } }
* { box-sizing: border-box }
body { margin: 0; background: var(--page); color: var(--ink); font: 15px/1.5 system-ui, sans-serif }
main { max-width: 68rem; margin: 0 auto; padding: 2.5rem 1.25rem 5rem }
h1 { font-size: 1.9rem; margin: 0 } h2 { margin: 2.75rem 0 .75rem; font-size: 1.3rem } p { margin: .4rem 0; max-width: 46rem }
.soft, .note { color: var(--soft) } .note { font-size: .87rem }
.totals { display: grid; grid-template-columns: repeat(auto-fit, minmax(11rem, 1fr)); gap: .75rem; margin: 1.5rem 0 }
.totals div { background: var(--card); border: 1px solid var(--line); border-radius: .6rem; padding: .8rem 1rem }
.totals b { display: block; font-size: 1.65rem; line-height: 1.2; font-variant-numeric: tabular-nums }
nav a { color: inherit; margin-right: 1rem }
details { background: var(--card); border: 1px solid var(--line); border-radius: .6rem; margin: .5rem 0; overflow: hidden }
summary { cursor: pointer; padding: .6rem 1rem; display: flex; gap: .75rem; align-items: baseline; flex-wrap: wrap }
summary b { min-width: 11rem } summary .bar { flex: 1 }
summary::before { content: "▸"; color: var(--soft) } details[open] > summary::before { content: "▾" }
.wide { overflow-x: auto } table { border-collapse: collapse; width: 100% }
td, th { padding: .28rem 1rem; border-top: 1px solid var(--line); text-align: right; font-variant-numeric: tabular-nums; vertical-align: top }
th { font-weight: 500; color: var(--soft); font-size: .85rem; white-space: nowrap } td:first-child, th:first-child { text-align: left }
code { font: .88em ui-monospace, monospace; overflow-wrap: anywhere }
.tag { border-radius: 1rem; padding: .05rem .6rem; font-size: .82rem; white-space: nowrap }
.good { color: var(--good); background: var(--good-bg) } .bad { color: var(--bad); background: var(--bad-bg) }
.why { text-align: left; color: var(--soft); font-size: .87rem; border-top: 0; padding-top: 0; max-width: 0; overflow-wrap: anywhere }
.names { padding: 0 1rem .8rem; color: var(--soft) }
"""


def family(outcome: Outcome) -> str:
    """The file in which the library writes this entry: "ops/elementwise/arithmetic.py"; optimisers are one family."""
    name = outcome.name.partition("[")[0]
    if outcome.kind == "optimizer":
        return "optim"
    try:
        file = inspect.getfile(inspect.unwrap(twin(None, name)))
    except AttributeError:
        return "missing"
    except TypeError:  # neither a function nor a class
        return "tensor.py"
    return Path(file).relative_to(Path(minitorch_pt.__file__).parent).as_posix()


def _ulp(x: float) -> str:
    if x == 0:
        return "0"
    return f"{x:.2g}" if x < 10 else f"{x:,.0f}" if x < 1e6 else f"{x:.0e}"


def _tag(failures: int) -> str:
    return f'<span class="tag bad">{failures:,} differ</span>' if failures else '<span class="tag good">✓ same</span>'


def _row(o: Outcome) -> str:
    skipped = (
        f' <span class="note" title="{escape(", ".join(o.skipped))}">+{sum(o.skipped.values())} left out</span>'
        if o.skipped
        else ""
    )
    floats = o.kind in ("operation", "module", "optimizer")
    cells = [
        f"<code>{escape(o.name)}</code>{skipped}",
        f"{o.inputs - o.errors:,}",
        f"{o.errors or ''}",
        _ulp(o.value_ulp) if floats else "",
        _ulp(o.grad_ulp) if o.kind in ("operation", "module") else "",
        _tag(len(o.failures)),
    ]
    row = "<tr>" + "".join(f"<td>{c}</td>" for c in cells) + "</tr>"
    if o.failures:
        why = table().differs.get(o.name, (0, ""))[1]
        first = "; ".join(f"{escape(k)}: {escape(v[:160])}" for k, v in list(o.failures.items())[:2])
        row += f'<tr><td class="why" colspan="6">{escape(why)}{" — " if why else ""}<code>{first}</code></td></tr>'
    return row


def _group(name: str, outcomes: list[Outcome]) -> str:
    failures = sum(len(o.failures) for o in outcomes)
    inputs = sum(o.inputs for o in outcomes)
    head = "<tr><th>name</th><th>inputs</th><th>errors</th><th>value, ulp</th><th>gradient, ulp</th><th></th></tr>"
    rows = "".join(_row(o) for o in sorted(outcomes, key=lambda o: o.name))
    counts = f'<span class="soft bar">{len(outcomes)} {"entry" if len(outcomes) == 1 else "entries"}, {inputs:,} inputs</span>'
    return (
        f"<details><summary><b>{escape(name)}</b>{counts}{_tag(failures)}</summary>"
        f'<div class="wide"><table>{head}{rows}</table></div></details>'
    )


class Sweep(NamedTuple):
    """What came of the default sample of one sweep."""

    name: str
    varies: str  # what its file says that it varies
    counts: Counter[str]  # "values", "errors", ..., "skipped: why"
    failed: list[str]  # the tests that failed
    accepted: dict[str, str]  # what may differ, and why

    @property
    def cases(self) -> int:
        return sum(n for what, n in self.counts.items() if "skipped" not in what)


class _Failures:
    """A plugin of pytest's: the names of the tests that failed, by the name of their file."""

    def __init__(self) -> None:
        self.of: dict[str, list[str]] = {}

    def pytest_runtest_logreport(self, report: Any) -> None:
        if report.failed:
            file, *rest = report.nodeid.split("::")
            self.of.setdefault(Path(file).name, []).append("::".join(rest) or "cannot be read")

    pytest_collectreport = pytest_runtest_logreport


def run_sweeps(files: Iterable[Path] = SWEEPS) -> list[Sweep]:
    """Run the tests of these sweeps, as `pytest` does by default, and collect what they counted."""
    files, failures = list(files), _Failures()
    # asserts are not rewritten: pytest would complain of what torch has already imported
    options = ["-q", "--no-header", "--assert=plain", "-p", "no:cacheprovider"]
    with contextlib.redirect_stdout(sys.stderr):
        pytest.main([*options, *map(str, files)], plugins=[failures])
    found = []
    for file in files:
        name = file.stem.removeprefix("test_")
        words = ast.get_docstring(ast.parse(file.read_text(encoding="utf-8"))) or ""
        varies = " ".join(words.partition("\n\n")[0].split())
        failed = failures.of.get(file.name, []) or ([] if COUNTS[name] else ["nothing was compared"])
        found.append(Sweep(name, varies, COUNTS[name], failed, accepted(name)))
    return found


def _sweep(sweep: Sweep) -> str:
    counted = ", ".join(f"{n:,} {escape(what)}" for what, n in sweep.counts.most_common() if "skipped" not in what)
    skipped = {what.partition(": ")[2]: n for what, n in sweep.counts.items() if "skipped" in what}
    patterns: dict[str, list[str]] = {}
    for pattern, reason in sweep.accepted.items():
        patterns.setdefault(reason, []).append(f"<code>{escape(pattern)}</code>")
    told = [f"reasons to differ: {len(patterns)}"] if patterns else []
    told += [f"left out: {sum(skipped.values()):,}"] if skipped else []
    rows = [("fails", f"<code>{escape(test)}</code>") for test in sweep.failed]
    rows += [(escape(reason), ", ".join(names)) for reason, names in patterns.items()]
    rows += [(f"left out: {escape(why)}", f"{n:,}") for why, n in skipped.items()]
    lines = "".join(f"<tr><td>{a}</td><td>{b}</td></tr>" for a, b in rows)
    return (
        f"<details><summary><b>{escape(sweep.name)}</b><span class='bar'>{escape(sweep.varies)} "
        f"<span class='soft'>{'; '.join([counted, *told])}.</span></span>{_tag(len(sweep.failed))}</summary>"
        f"<div class='wide'><table>{lines}</table></div></details>"
    )


def render(outcomes: list[Outcome], sweeps: list[Sweep], seconds: float) -> str:
    """The page as HTML."""
    judged = [o for o in outcomes if o.reason is None]
    outside = [o for o in outcomes if o.reason is not None]
    inputs, errors = sum(o.inputs for o in judged), sum(o.errors for o in judged)
    failures = sum(len(o.failures) for o in judged)
    wrong_errors = sum(label.startswith("error") for o in judged for label in o.failures)
    whole = sum(not o.failures for o in judged)
    share = 100 * (inputs - failures) / max(inputs, 1)
    totals = [
        (f"{share:.2f} %", f"of {inputs:,} inputs give what torch gives"),
        (f"{whole} of {len(judged)}", "entries without any difference"),
        (f"{errors - wrong_errors} of {errors}", "wrong inputs raise torch's type of error"),
        (f"{len(outside)}", "entries out of scope or not built"),
        (f"{sum(s.cases for s in sweeps):,}", f"cases in {len(sweeps)} sweeps around the calls"),
    ]
    parts = [
        f"<h1>minitorch_pt beside torch {torch.__version__.partition('+')[0]}</h1>",
        "<p>PyTorch tests itself with a database of inputs for each operation, module and optimiser. Here every one of them went through "
        "both packages; whatever a program can see was compared: values, shapes, types, gradients for random cotangents, methods, "
        "in-place forms, state, printed text, the types of errors.</p>",
        '<div class="totals">' + "".join(f"<div><b>{a}</b>{b}</div>" for a, b in totals) + "</div>",
        "<nav>"
        + "".join(f'<a href="#{k}">{v}</a>' for k, v in HEADINGS.items())
        + '<a href="#sweeps">Sweeps</a><a href="#outside">Out of scope</a></nav>',
        "<p class='note'>The largest difference is given in units in the last place (ulp) of the largest number in its array: below 1 is as "
        "near as numbers of that type can lie. Values must agree to a relative 1e-12 in float64, 2e-5 in float32.</p>",
    ]
    for kind, heading in HEADINGS.items():
        mine = sorted((o for o in judged if o.kind == kind), key=family)
        parts.append(f'<h2 id="{kind}">{heading}</h2>')
        parts += [_group(name, list(group)) for name, group in itertools.groupby(mine, key=family)]
    parts.append(
        '<h2 id="sweeps">Sweeps</h2><p class="note">What surrounds a call: cases made from the databases, from signatures or by chance. '
        "Shown is the sample that every run of the tests takes; the whole runs in tox -e long.</p>"
    )
    parts += map(_sweep, sweeps)
    parts.append('<h2 id="outside">Out of scope</h2>')
    for reason in table().groups:
        names = [o.name for o in outside if o.reason == reason]
        if names:
            shown = ", ".join(f"<code>{escape(n)}</code>" for n in sorted(names))
            parts.append(
                f"<details><summary>{escape(reason)} <span class='soft'>{len(names)}</span></summary>"
                f'<div class="names">{shown}</div></details>'
            )
    parts.append(
        f'<p class="note">minitorch_pt {minitorch_pt.__version__}, NumPy {np.__version__}, torch {torch.__version__}, '
        f"Python {sys.version.split()[0]}; {time.strftime('%Y-%m-%d %H:%M')}, {seconds:.0f} s.</p>"
    )
    return (
        f'<!doctype html><html lang="en"><meta charset="utf-8"><meta name="viewport" content="width=device-width, initial-scale=1">'
        f"<title>minitorch_pt beside torch</title><style>{STYLE}</style><main>{''.join(parts)}</main></html>\n"
    )


def counted(outcomes: list[Outcome], sweeps: list[Sweep]) -> dict[str, Any]:
    """The counts of the page without its details, which parity.json keeps for the site: so that it is built without torch."""
    judged, kinds = [o for o in outcomes if o.reason is None], {}
    for kind in HEADINGS:
        mine = sorted((o for o in judged if o.kind == kind), key=family)
        for name, group in itertools.groupby(mine, key=family):
            each = list(group)
            sums = {"entries": len(each), "inputs": sum(o.inputs for o in each), "errors": sum(o.errors for o in each)}
            largest = {"value": max(o.value_ulp for o in each), "gradient": max(o.grad_ulp for o in each)}
            same = {"differ": sum(len(o.failures) for o in each), **{k: float(f"{v:.2g}") for k, v in largest.items()}}
            kinds.setdefault(kind, {})[name] = sums | same
    return {
        "torch": torch.__version__.partition("+")[0],
        "kinds": kinds,
        "differ": {o.name: [len(o.failures), table().differs.get(o.name, (0, ""))[1]] for o in judged if o.failures},
        "outside": {why: sum(o.reason == why for o in outcomes) for why in table().groups},
        "sweeps": {s.name: [s.varies, s.cases, len(set(s.accepted.values())), len(s.failed)] for s in sweeps},
    }


def write(path: Path) -> None:
    """Run everything and write the page, or the counts as JSON, beside and then renamed, so that a reader never sees half of it."""
    start, outcomes = time.perf_counter(), []
    everything = list(entries())
    for i, (name, run) in enumerate(everything):
        if sys.stderr.isatty():
            print(f"\r{i + 1}/{len(everything)} {name:<60.60}", end="", file=sys.stderr)
        outcomes.append(run(None))
    sweeps = run_sweeps()
    beside = path.with_name(path.name + ".part")
    counts = path.suffix == ".json"
    text = (
        json.dumps(counted(outcomes, sweeps), indent=1)
        if counts
        else render(outcomes, sweeps, time.perf_counter() - start)
    )
    beside.write_text(text, encoding="utf-8")
    os.replace(beside, path)
    judged = [o for o in outcomes if o.reason is None]
    failures, inputs = sum(len(o.failures) for o in judged), sum(o.inputs for o in judged)
    print(
        f"{inputs - failures:,} of {inputs:,} inputs give what torch gives; sweeps: {sum(s.cases for s in sweeps):,} cases, {sum(bool(s.failed) for s in sweeps)} of {len(sweeps)} fails; see {path}"
    )
