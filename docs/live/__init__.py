"""Live pictures: parts of pages that compute with the formulas of their lesson, by scripts in `static/live/`.

`words.toml` holds their texts in both languages, `PLACES` the lessons that have them, each behind one of its still pictures.
"""

from __future__ import annotations

import ast
import html
import json
import tomllib
from collections.abc import Callable
from pathlib import Path
from typing import Any

import minitorch_pt as torch
from minitorch_pt.teaching import datasets

TUTORIALS = Path(__file__).parent.parent.parent / "tutorials"
SCRIPTS = Path(__file__).parent.parent / "static" / "live"
WORDS: dict[str, Any] = tomllib.loads(Path(__file__).with_name("words.toml").read_text(encoding="utf-8"))
PARTS = ("neuron", "weights", "descent", "moons", "convolution", "attention")
# the still picture of a lesson -> the part that follows it, and what it begins with
PLACES = {
    "01_neuron": ("neuron", "step"),
    "03_neuron": ("weights", "houses"),
    "04_line": ("neuron", "no bias"),
    "05_weight_rows": ("weights", "neurons"),
    "07_dense": ("weights", "layer"),
    "09_activations": ("neuron", "sigmoid"),
    "12_valley": ("descent", ""),
    "13_activation": ("moons", ""),
    "15_edges": ("convolution", ""),
    "19_three_letters": ("attention", ""),
}


def numbers(lesson: str, name: str) -> Any:
    """The numbers that a lesson writes down for one of its variables, the first time: `name = [...]` or `name = torch.tensor([...])`."""
    (script,) = TUTORIALS.glob(f"en/{lesson}_*.py")
    for node in ast.walk(ast.parse(script.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Assign) and isinstance(target := node.targets[0], ast.Name) and target.id == name:
            value = node.value.args[0] if isinstance(node.value, ast.Call) and node.value.args else node.value
            return ast.literal_eval(value)
    raise LookupError(f"lesson {lesson} writes down no {name}")


def neuron(start: str) -> dict[str, Any]:
    """The orange of lesson 01, and the neuron that tells it from an apple."""
    bias = 0.0 if start == "no bias" else -3.0
    fruits = [numbers("01", "orange"), numbers("01", "apple")]
    activation = 2 if start == "sigmoid" else 1
    return {"inputs": fruits[0], "fruits": fruits, "weights": [4.0, 1.0], "bias": bias, "activation": activation}


def weights(start: str) -> dict[str, Any]:
    """The houses of lesson 03, the three neurons of lesson 05, or the layer of lesson 07."""
    if start == "houses":
        X, W, b, digits = numbers("03", "houses"), [numbers("03", "weights")], [0.0], 0
    elif start == "layer":
        drawn = 0.10 * torch.randn(5, 4, generator=torch.Generator().manual_seed(0))
        X, W, b, digits = numbers("07", "X"), [[round(w, 4) for w in row] for row in drawn.tolist()], 5 * [0.0], 2
    else:
        X, W, b, digits = [numbers("05", "x")], numbers("05", "W"), numbers("05", "biases"), 2
    return {"X": X, "W": W, "b": b, "digits": digits, "inputDigits": 1}


def descent(start: str) -> dict[str, Any]:
    """Nothing: the valley of lesson 12 is a formula."""
    return {}


def moons(start: str) -> dict[str, Any]:
    """The points of lesson 13; the first 200 are the training set."""
    points, labels = datasets.two_moons(300, noise=0.15, generator=torch.Generator().manual_seed(0))
    return {
        "points": [[float(str(x)) for x in point] for point in points.numpy()],
        "labels": labels.tolist(),
        "training": 200,
    }


def convolution(start: str) -> dict[str, Any]:
    """The first ten digits, and the filters of lesson 15; the last one is the reader's own."""
    images, labels = datasets.digits()
    assert labels[:10].tolist() == list(range(10))
    vertical = numbers("15", "vertical")
    horizontal = [list(column) for column in zip(*vertical, strict=True)]
    own = [[0, 0, 0], [0, 1, 0], [0, 0, 0]]
    return {"digits": images[:10].reshape(10, 8, 8).int().tolist(), "filters": [vertical, horizontal, own]}


def attention(start: str) -> dict[str, Any]:
    """The three letters of lesson 19."""
    return {"letters": ["a", "n", "i"], **{name: numbers("19", name) for name in ("query", "key", "value")}}


GIVEN: dict[str, Callable[[str], dict[str, Any]]] = {
    "neuron": neuron, "weights": weights, "descent": descent, "moons": moons, "convolution": convolution, "attention": attention,
}  # fmt: skip


def part(name: str, start: str, language: str, up: str = "../", shared: bool = True) -> str:
    """The HTML of one part; `up` leads to the site's root, `shared` is False where a part before it has brought the common script."""
    words = WORDS["all"][language] | WORDS[name][language]
    given = GIVEN[name](start)
    if name == "weights":
        given["names"] = words["names"][: len(given["W"][0])] if start != "layer" else ["x₁", "x₂", "x₃", "x₄"]
    told = html.escape(json.dumps({"words": words, "given": given}, ensure_ascii=False, separators=(",", ":")))
    scripts = [
        f'<script defer src="{up}_static/live/{file}.js"></script>' for file in (["live"] if shared else []) + [name]
    ]
    return "\n".join([
        f'<figure class="live" data-live="{name}" data-given="{told}" aria-label="{html.escape(words["title"])}">',
        f"<noscript><p>{html.escape(words['noscript'])}</p></noscript>",
        f"<figcaption><b>{html.escape(words['title'])}.</b> {html.escape(words['caption'])}</figcaption>",
        "</figure>",
        *scripts,
    ])  # fmt: skip


def behind(source: str, language: str) -> str | None:
    """The part that follows the cell of a lesson with this source, if one does."""
    for picture, (name, start) in PLACES.items():
        if f'"pictures/{picture}"' in source:
            return part(name, start, language)
    return None


def page(language: str) -> str:
    """The page that shows all of them, each with the way to its lesson."""
    words = WORDS["all"][language]
    lines = [f"# {words['page']}", "", words["about"], ""]
    for name in PARTS:
        lessons = [picture[:2] for picture, (other, _) in PLACES.items() if other == name]
        start = next(start for other, start in PLACES.values() if other == name)
        if name == "weights":
            start = "neurons"
        ways = "; ".join(f"[](lessons/{number}.ipynb)" for number in lessons)
        lines += [
            f"## {WORDS[name][language]['title']}",
            "",
            part(name, start, language, "", name == PARTS[0]),
            "",
            f"{words['lessons']}: {ways}.",
            "",
        ]
    return "\n".join(lines)
