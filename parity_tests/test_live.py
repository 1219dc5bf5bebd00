"""The live pictures of the site: their scripts compute what the library computes, in a browser, and speak both languages."""

from __future__ import annotations

import html
import json
import re
import shutil
import subprocess
from pathlib import Path

import numpy as np
import pytest

import minitorch_pt as torch
from docs import live
from minitorch_pt.teaching import datasets

BROWSER = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")
in_a_browser = pytest.mark.skipif(BROWSER is None, reason="no browser found: apt-get install chromium")
LANGUAGES = ("en", "pt")
RECORDED = Path(__file__).parent.parent / "tutorials" / "recorded"
F = torch.nn.functional


def page(tmp_path, body, script, names=live.PARTS, language="en", flag="--mute-audio", start="", wait=0):
    """What `script` returns, run in a browser on a page with this body and these live pictures, `wait` ms after `start`."""
    sources = "".join(
        f"<script>{(live.SCRIPTS / f'{name}.js').read_text('utf-8')}</script>" for name in ("live", *names)
    )
    look = f"const answer = (() => {{ {script} }})(); out.textContent = JSON.stringify({{ answer, errors }});"
    run = f"{start}; setTimeout(() => {{ {look} }}, {wait});" if wait else look
    file = tmp_path / "page.html"
    file.write_text(
        f'<!doctype html><html lang="{language}"><meta charset="utf-8"><body>{re.sub("<script defer.*?</script>", "", body)}<pre id="out"></pre>'
        f"<script>const errors = []; onerror = (what) => errors.push(what);</script>{sources}<script>{run}</script></body></html>",
        encoding="utf-8",
    )
    options = [
        "--headless",
        "--no-sandbox",
        "--disable-gpu",
        f"--user-data-dir={tmp_path / 'profile'}",
        flag,
        "--dump-dom",
    ]
    dumped = subprocess.run(
        [BROWSER, *options, file.as_uri()], capture_output=True, encoding="utf-8", timeout=120, check=True
    ).stdout
    found = re.search(r'<pre id="out">(.*?)</pre>', dumped, re.DOTALL)
    told = json.loads(html.unescape(found[1])) if found and found[1] else {"errors": [dumped[-2000:]]}
    assert told["errors"] == []
    return told["answer"]


def test_scripts_are_small_and_ask_for_nothing():
    scripts = sorted(live.SCRIPTS.glob("*.js"))
    assert {path.stem for path in scripts} == {"live", *live.PARTS}
    for path in scripts:
        text = path.read_text("utf-8")
        assert path.stat().st_size <= 10_000, path.name
        assert not re.search(r"https?:|fetch\(|XMLHttpRequest|import\b|@import|WebSocket|sendBeacon|eval\(", text), (
            path.name
        )
    assert not re.search(r"https?:|@import", (live.SCRIPTS / "live.css").read_text("utf-8"))


def test_both_languages_have_all_texts():
    for name, words in live.WORDS.items():
        english, portuguese = words["en"], words["pt"]
        assert english.keys() == portuguese.keys(), name
        for key, text in english.items():
            other = portuguese[key]
            assert type(text) is type(other) and (isinstance(text, str) or len(text) == len(other)), (name, key)
    for name in live.PARTS:
        script = (live.SCRIPTS / f"{name}.js").read_text("utf-8") + (live.SCRIPTS / "live.js").read_text("utf-8")
        asked = set(re.findall(r"\bwords\.(\w+)", script))
        assert asked <= (live.WORDS["all"]["en"] | live.WORDS[name]["en"]).keys(), name
        assert set(live.WORDS[name]["en"]) - {"title", "caption", "names", "fruits"} <= asked | {
            "names",
            "key",
            "query",
            "score",
            "train",
            "valid",
        }, name


@pytest.mark.parametrize("language", LANGUAGES)
def test_each_stands_in_its_lessons(language):
    pytest.importorskip("jupytext", reason="lessons become notebooks by it: pip install '.[docs]'")
    from docs import lessons

    found = []
    for script in lessons.scripts(language):
        plain, shown = lessons.notebook(script, language), lessons.notebook(script, language, hidden=True)
        assert not any("data-live" in cell.source for cell in plain.cells)
        for before, cell in zip(shown.cells, shown.cells[1:], strict=False):
            if part := re.search(r'data-live="(\w+)"', cell.source):
                picture = re.search(r'"pictures/(\w+)"', before.source) or re.search(
                    r'"pictures/(\w+)"', shown.cells[shown.cells.index(before) - 1].source
                )
                found.append((picture[1], part[1]))
                assert "<noscript>" in cell.source and "\n\n" not in cell.source
    assert sorted(found) == sorted((picture, name) for picture, (name, _) in live.PLACES.items())
    assert {name for name, _ in live.PLACES.values()} == set(live.PARTS)
    assert live.page(language).count("data-live=") == len(live.PARTS)


@in_a_browser
def test_formulas_are_the_librarys(tmp_path):
    """One page computes everything with the scripts' own functions; all in float64."""
    rng = np.random.default_rng(0)
    x, weights, zs = rng.standard_normal(4), rng.standard_normal((3, 4)), np.linspace(-4, 4, 17)
    bias, filters = rng.standard_normal(3), rng.standard_normal((3, 3))
    pixels = np.array(live.convolution("")["digits"][0]) / 16
    given = {
        "x": x.tolist(),
        "W": weights.tolist(),
        "b": bias.tolist(),
        "zs": zs.tolist(),
        "filter": filters.tolist(),
        "digit": pixels.tolist(),
    }
    script = f"""
    const given = {json.dumps(given)}, letters = {json.dumps(live.attention(""))};
    const {{ rules, run }} = live.descent;
    const paths = [rules.plain(0.07), rules.momentum(0.07, 0.7), rules.adam(0.3)].map((rule) => run(rule, 20, [-4, 1]));
    return {{
      z: live.neuron.weightedSum(given.x, given.W[0], given.b[0]),
      activations: Object.values(live.neuron.activations).map((f) => given.zs.map(f)),
      layer: live.weights.layer(given.x, given.W, given.b),
      paths, losses: paths.map((path) => live.descent.loss(path[20])),
      map: live.convolution.convolve(given.digit, given.filter),
      attention: [true, false].map((causal) => [0, 1, 2].map((i) => {{
        const weights = live.attention.weights(letters.query[i], letters.key, i, {{ causal, scaled: true }})[1];
        return [weights, live.attention.mix(weights, letters.value)];
      }})),
    }};"""
    told = page(tmp_path, "", script)

    def same(here, there):
        torch.testing.assert_close(torch.tensor(here, dtype=torch.float64), there.detach(), rtol=1e-12, atol=1e-12)

    X, W, b, z = (torch.tensor(values) for values in (x, weights, bias, zs))
    same(told["layer"], F.linear(X, W, b))
    same(told["z"], F.linear(X, W, b)[0])
    for here, f in zip(
        told["activations"],
        (lambda z: z, lambda z: torch.heaviside(z, z * 0), torch.sigmoid, torch.tanh, torch.relu),
        strict=True,
    ):
        same(here, f(z))
    optimizers = (
        lambda p: torch.optim.SGD(p, lr=0.07),
        lambda p: torch.optim.SGD(p, lr=0.07, momentum=0.7),
        lambda p: torch.optim.Adam(p, lr=0.3),
    )
    for here, loss, make in zip(told["paths"], told["losses"], optimizers, strict=True):
        w = torch.tensor([-4.0, 1.0], dtype=torch.float64, requires_grad=True)
        optimizer, path = make([w]), [w.tolist()]
        for _ in range(20):
            optimizer.zero_grad()
            ((w[0] ** 2 + 25 * w[1] ** 2) / 2).backward()
            optimizer.step()
            path.append(w.tolist())
        same(here, torch.tensor(path, dtype=torch.float64))
        same(loss, (w[0] ** 2 + 25 * w[1] ** 2) / 2)
    same(told["map"], F.conv2d(torch.tensor(pixels)[None, None], torch.tensor(filters)[None, None], padding=1)[0, 0])
    assert torch.equal(torch.tensor(pixels), datasets.digits()[0][0].reshape(8, 8).double() / 16)
    q, k, v = (torch.tensor(live.attention("")[name], dtype=torch.float64) for name in ("query", "key", "value"))
    for causal, rows in zip((True, False), told["attention"], strict=True):
        mask = torch.ones(3, 3).triu(1) == 1 if causal else torch.zeros(3, 3) == 1
        shares = (q @ k.T / 2).masked_fill(mask, -torch.inf).softmax(dim=1)
        same([row[0] for row in rows], shares)
        same([row[1] for row in rows], F.scaled_dot_product_attention(q[None], k[None], v[None], is_causal=causal)[0])


@in_a_browser
def test_the_moons_are_learned_number_for_number(tmp_path):
    """First weights, order of the batches, every step: as the lesson's network from the same seed, in float64 to 1e-9."""
    given, kinds = live.moons(""), (torch.nn.Identity, torch.nn.ReLU, torch.nn.Tanh, torch.nn.Sigmoid)
    cases = [(16, 1, 0.5, 1), (16, 0, 0.5, 1), (3, 2, 0.5, 7), (5, 3, 1.0, 20)]
    script = f"""
    const given = {json.dumps(given)}, {{ labels, training }} = given, points = given.points.map((point) => point.map(Math.fround));
    return {json.dumps(cases)}.map(([hidden, kind, lr, seed]) => {{
      const network = live.moons.network(hidden, seed), numbers = () => ["W", "b", "V", "c"].map((name) => [...network[name]]);
      const first = numbers(), losses = [];
      for (let i = 0; i < 5; i++) losses.push(live.moons.epoch(network, points, labels, training, live.moons.activations[kind], lr));
      return [first, losses, numbers(), live.moons.score(network, points[250], live.moons.activations[kind])];
    }});"""
    told = page(tmp_path, "", script, ("moons",))
    torch.manual_seed(0)
    points, labels = datasets.two_moons(300, noise=0.15)  # as the lesson draws them
    assert np.array_equal(np.float32(given["points"]), points.numpy()) and given["labels"] == labels.tolist()
    x, y = points[:200].double(), labels[:200].double().reshape(-1, 1)
    for (hidden, kind, lr, seed), (first, losses, last, score) in zip(cases, told, strict=True):
        torch.manual_seed(seed)
        model = torch.nn.Sequential(torch.nn.Linear(2, hidden), kinds[kind](), torch.nn.Linear(hidden, 1))
        assert first == [p.flatten().tolist() for p in model.parameters()]
        model.double()
        optimizer, loader = (
            torch.optim.SGD(model.parameters(), lr=lr),
            torch.utils.data.DataLoader(torch.utils.data.TensorDataset(x, y), 24, shuffle=True),
        )
        for loss_there in losses:
            total = 0.0
            for inputs, targets in loader:
                optimizer.zero_grad()
                loss = F.binary_cross_entropy_with_logits(model(inputs), targets)
                loss.backward()
                optimizer.step()
                total += loss.item() * len(inputs)
            assert loss_there == pytest.approx(total / 200, rel=1e-9)
        for here, there in zip(last, model.parameters(), strict=True):
            np.testing.assert_allclose(here, there.detach().flatten().numpy(), rtol=1e-9, atol=1e-12)
        assert score == pytest.approx(model(points[250].double()).item(), rel=1e-9)


@in_a_browser
def test_they_say_what_their_lessons_print(tmp_path):
    """The lesson's own run, number for number: epochs of lesson 13, 30 steps of each rule of lesson 12."""
    script = """
    const [descent, moons] = document.querySelectorAll(".live"), told = (figure) => figure.querySelector("output").textContent;
    const rules = [...descent.querySelectorAll("input[type=radio]")].map((input) => (input.click(), told(descent)));
    const one = [...moons.querySelectorAll("button")].find((button) => button.textContent === "One epoch");
    return [rules, Array.from({ length: 100 }, () => (one.click(), told(moons)))];"""
    body = live.part("descent", "", "en") + live.part("moons", "", "en")
    rules, epochs = page(tmp_path, body, script, ("descent", "moons"))
    recorded = {n: (RECORDED / f"{n}.txt").read_text("utf-8") for n in (12, 13)}
    printed = re.findall(r"(plain|momentum|Adam): +loss ([\d.]+)", recorded[12])
    assert [name for name, _ in printed] == ["plain", "momentum", "Adam"]
    for told, (name, loss) in zip(rules, printed, strict=True):
        assert told.startswith(f"{name}, step 30:") and told.endswith(f"loss {loss}")
    printed = re.findall(r"epoch (\d+): training loss ≈ ([\d.]+), validation loss ≈ ([\d.]+)", recorded[13])
    assert len(printed) == 3
    for epoch, train, valid in printed:
        assert epochs[int(epoch) - 1].startswith(
            f"epoch {epoch}: training loss {train}, validation loss {valid}, right"
        )


TOUCH = """
const told = {}, fire = (element, type) => element.dispatchEvent(new Event(type, { bubbles: true }));
for (const figure of document.querySelectorAll(".live")) {
  const dead = [], strange = new Set();
  const look = () => figure.querySelector("output").textContent + [...figure.querySelectorAll("svg > g")].map((g) => g.innerHTML).join("");
  const tried = (name, ...actions) => {
    const before = look(), after = actions.map((act) => (act(), look()));
    if (after.every((state) => state === before)) dead.push(name);
    for (const state of after) if (/NaN|undefined|null|Infinity/.test(state)) strange.add(name);
  };
  for (const input of figure.querySelectorAll("input[type=range]"))
    if (!input.parentElement.hidden)
      tried(input.labels[0].firstChild.textContent, ...[input.min, input.max].map((value) => () => { input.value = value; fire(input, "input"); }));
  for (const choice of figure.querySelectorAll("fieldset")) tried(choice.firstChild.textContent, ...[...choice.querySelectorAll("input")].reverse().map((input) => () => input.click()));
  figure.querySelectorAll("svg").forEach((svg, i) => {
    const box = svg.getBoundingClientRect(), press = (at) => () =>
      svg.dispatchEvent(new PointerEvent("pointerdown", { clientX: box.left + at * box.width, clientY: box.top + at * box.height, bubbles: true }));
    tried("panel " + i, press(0.8), press(0.5), press(0.2));
  });
  for (const button of figure.querySelectorAll("button")) tried(button.textContent, () => button.click());
  told[figure.dataset.live] = {
    text: figure.innerText, dead, strange: [...strange], texts: figure.querySelectorAll("svg text").length,
    unnamed: [...figure.querySelectorAll("svg")].filter((svg) => !svg.getAttribute("aria-label")).length
      + [...figure.querySelectorAll("input")].filter((input) => !input.labels[0].textContent.trim()).length,
  };
}
return told;
"""
# what shows nothing at once: panels that only tell, and a rate that the next step will use
QUIET = {
    "neuron": {"panel 0"},
    "descent": {"panel 1", "Play", "Rodar"},  # its end is where it stands
    "moons": {"learning rate", "taxa de aprendizado", "panel 0", "panel 1"},
    "convolution": {"panel 2", "panel 3"},  # panel 2 listens where the filter is the reader's own
    "attention": {"panel 2", "panel 3"},
}


@in_a_browser
@pytest.mark.parametrize("language", LANGUAGES)
def test_every_control_changes_its_picture(language, tmp_path):
    """Sliders to both ends, all choices, all buttons, the pointer in each panel, for who wants no motion: no error, no number that is none."""
    told = page(tmp_path, live.page(language), TOUCH, language=language, flag="--force-prefers-reduced-motion")
    assert told.keys() == set(live.PARTS)
    for name, seen in told.items():
        assert set(seen["dead"]) <= QUIET.get(name, set()), name
        assert seen["strange"] == [] and seen["unnamed"] == 0 and seen["texts"] > 10, name
        caption = live.WORDS[name][language]["caption"]
        assert caption in seen["text"] and live.WORDS[name][language]["title"] in seen["text"]
        assert set(re.findall(r"\d([.,])\d", seen["text"].replace(caption, ""))) <= {
            "." if language == "en" else ","
        }, name


@in_a_browser
def test_a_press_changes_a_weight_of_the_filter_of_ones_own(tmp_path):
    script = """
    const svg = document.querySelectorAll("svg")[2], told = () => document.querySelector("output").textContent;
    const press = () => {
      const box = svg.getBoundingClientRect(); // the weight right of the middle, at (311, 83) of (340, 144)
      svg.dispatchEvent(new PointerEvent("pointerdown", { clientX: box.left + (311 / 340) * box.width, clientY: box.top + (83 / 144) * box.height }));
      return told();
    };
    const before = press();
    document.querySelectorAll("fieldset input")[2].click();
    return [before, told(), press(), press(), press()];"""
    pixels = live.convolution("")["digits"][0]
    seen = page(tmp_path, live.part("convolution", "", "en"), script, ("convolution",))
    wanted = [(pixels[3][1] + weight * pixels[3][2]) / 16 for weight in (0, 1, 2, -2)]
    assert seen[0].endswith("is 2.94") and seen[1:] == [
        f"row 4, column 2: the sum of the products is {x:.2f}".replace("-", "−") for x in wanted
    ]


@in_a_browser
def test_what_moves_begins_on_a_button_and_ends(tmp_path):
    """The digit's window walks to the last place; nothing moves before the button is pressed."""
    body, told = live.part("convolution", "", "en"), "document.querySelector('output').textContent"
    start = f"const still = {told}; setTimeout(() => document.querySelector('button').click(), 2000);"
    script = f"return [still, {told}, document.querySelector('button').textContent];"
    still, end, button = page(
        tmp_path, body, script, ("convolution",), flag="--virtual-time-budget=60000", start=start, wait=30000
    )
    assert still.startswith("row 4, column 2") and end.startswith("row 8, column 8") and button == "Play"
