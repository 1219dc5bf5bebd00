"""What every picture promises, in both languages: texts apart from each other, inside, readable; alternative text; no warning."""

from __future__ import annotations

import ast
import functools
import itertools
from pathlib import Path

import pytest
from matplotlib import rc_context
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.text import Text

from minitorch_pt.teaching import viz
from minitorch_pt.teaching.viz.style import WIDTH
from minitorch_pt.teaching.viz.words import PORTUGUESE, translator
from parity_tests.teaching.viz.gallery import PICTURES

SOURCES = sorted(Path(viz.__file__).parent.glob("*.py"))


@functools.cache
def drawn(name: str, language: str):
    return PICTURES[name](language)


def drawn_texts(figure) -> list[Text]:
    """The texts that are really painted: an axis also holds tick labels outside of its limits."""
    found: list[Text] = []

    original = Text.draw

    def draw(self, renderer, *args, **kwargs):
        if self.get_visible() and self.get_text().strip():
            found.append(self)
        return original(self, renderer, *args, **kwargs)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(Text, "draw", draw)
        FigureCanvasAgg(figure).draw()
    return found


def crossing(texts: list[Text]) -> list[tuple[str, str]]:
    """Pairs of texts whose boxes share more than a pixel in both directions."""
    boxes = [(text.get_text(), text.get_window_extent()) for text in texts]
    return [
        (a, b)
        for (a, p), (b, q) in itertools.combinations(boxes, 2)
        if min(p.x1, q.x1) - max(p.x0, q.x0) > 1 and min(p.y1, q.y1) - max(p.y0, q.y0) > 1
    ]


@pytest.mark.parametrize("language", ["en", "pt"])
@pytest.mark.parametrize("name", PICTURES)
def test_a_picture_is_readable(name, language):
    figure = drawn(name, language)
    texts = drawn_texts(figure)
    assert not crossing(texts)
    for text in texts:
        box = text.get_window_extent()
        inside = box.x0 > -1 and box.y0 > -1 and box.x1 < figure.bbox.x1 + 1 and box.y1 < figure.bbox.y1 + 1
        assert inside, f"{text.get_text()!r} is cut off"
        assert text.get_fontsize() >= (6.4 if name != "side by side" else 4), f"{text.get_text()!r} is too small"
    assert figure.get_size_inches()[0] <= WIDTH + 1e-9


@pytest.mark.parametrize("name", PICTURES)
def test_a_picture_has_alternative_text_in_both_languages(name):
    english, portuguese = (viz.alt_text(drawn(name, language)) for language in ("en", "pt"))
    for alt in (english, portuguese):
        assert len(alt) > 20 and alt.endswith(".") and "{" not in alt
    assert english != portuguese


def test_overlapping_texts_are_found():
    figure, (ax,) = viz.panels()
    ax.text(0.5, 0.5, "one")
    ax.text(0.51, 0.5, "two")
    assert ("one", "two") in crossing(drawn_texts(figure))


def test_the_readers_own_settings_do_not_matter():
    with rc_context({"font.size": 30, "axes.titlesize": 30, "lines.linewidth": 9}):
        figure = PICTURES["relu"]("en")
        assert not crossing(drawn_texts(figure))


# ---------------------------------------------------------------------------------------------------------------------
# The glossary
# ---------------------------------------------------------------------------------------------------------------------
def asked() -> set[str]:
    """Every string of the package: word("...") is also called with values of tables."""
    trees = [ast.parse(path.read_text(encoding="utf-8")) for path in SOURCES if path.name != "words.py"]
    return {
        n.value for tree in trees for n in ast.walk(tree) if isinstance(n, ast.Constant) and isinstance(n.value, str)
    }


def test_the_glossary_holds_what_pictures_say_and_no_more():
    direct = {
        node.args[0].value
        for path in SOURCES
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8")))
        if isinstance(node, ast.Call) and getattr(node.func, "id", "") == "word" and isinstance(node.args[0], ast.Constant)
    }  # fmt: skip
    assert direct <= set(PORTUGUESE)
    composed = {f"{kind}\nlayer" for kind in ("input", "hidden", "output")}
    composed |= {form for what in ("input", "neuron") for form in (f"1 {what}", f"{{n}} {what}s")}
    assert set(PORTUGUESE) <= asked() | composed


@pytest.mark.parametrize(("english", "portuguese"), PORTUGUESE.items(), ids=range(len(PORTUGUESE)))
def test_both_languages_have_the_same_places(english, portuguese):
    def places(text):
        return sorted(part.split("}")[0] for part in text.split("{")[1:])

    assert set(places(english)) == set(places(portuguese))


def test_an_unknown_language():
    with pytest.raises(ValueError, match='"en" and "pt"'):
        translator("fr")
