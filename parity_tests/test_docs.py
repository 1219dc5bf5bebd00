"""The site: what its pages are made of. `tox -e docs` builds it."""

from __future__ import annotations

import inspect
import re

import pytest

pytest.importorskip("jupytext", reason="the site is made of notebooks: pip install '.[docs]'")

import minitorch_pt
from docs import api, gallery, lessons
from docs.__main__ import LANGUAGES, TITLES, check


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_lesson_is_a_notebook_with_its_solutions_folded(language):
    scripts = lessons.scripts(language)
    assert len(scripts) >= 22
    for script in scripts:
        answers = lessons.solutions(lessons.key(script))
        plain, page = lessons.notebook(script, language), lessons.notebook(script, language, hidden=True)
        assert plain.metadata["kernelspec"]["name"] == "python3" and plain.cells[0].source.startswith("# ")
        folded = [cell.source for cell in page.cells if cell.source.startswith(":::{dropdown}")]
        parts = sum("data-live=" in cell.source for cell in page.cells)
        assert len(folded) == len(answers) and len(page.cells) == len(plain.cells) + len(folded) + parts
        assert all(any(answer in cell for cell in folded) for answer in answers.values())


def test_both_languages_have_the_same_pages():
    first, second = ([lessons.key(path) for path in lessons.scripts(language)] for language in LANGUAGES)
    assert (
        first == second
        and TITLES["en"].keys() == TITLES["pt"].keys()
        and api.WORDS["en"].keys() == api.WORDS["pt"].keys()
    )
    assert [p.name for p in gallery.pictures("en")] == [p.name for p in gallery.pictures("pt")]


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_picture_says_what_it_shows(language):
    for picture in gallery.pictures(language):
        title, whole = gallery.texts(picture)
        assert title and len(whole) >= len(title)
    assert gallery.page(language).count(":alt:") == len(gallery.pictures(language)) > 60


@pytest.mark.parametrize("path", api.MODULES)
def test_a_page_of_the_api_has_every_public_name(path):
    page, module = api.page(path, "en"), api.holder(path)
    shown = getattr(module, "__all__", None) or dir(module)
    for name in shown:
        thing = getattr(module, name, None)
        if name[0] != "_" and (inspect.isfunction(thing) or inspect.isclass(thing)) and inspect.getdoc(thing):
            assert re.search(rf"^````{{py:\w+}} \S+\.{name}\(", page, re.M), name
    for file in re.findall(r"source/(\S+)\.md\)", page):
        assert (api.ROOT / file).exists()


def test_prose():
    doc = """x * y and `code_here`: **bold** <tag>.

    a | b
      --+--

    Raises:
        ValueError: it is
            wrong.

    >>> 1 + 1
    2
    """
    assert api.prose(doc, "pt").split("\n\n") == [
        r"x \* y and `code_here`: **bold** \<tag\>.", "```text\na | b\n  --+--\n```", "**Erros:** ValueError: it is wrong.", "```pycon\n>>> 1 + 1\n2\n```",
    ]  # fmt: skip
    assert api.signature(minitorch_pt.nn.Linear) == "(in_features, out_features, bias=True, device=None, dtype=None)"


def test_what_no_page_may_have_is_found(tmp_path):
    (tmp_path / "good.html").write_text(
        '<a href="bad.html#there">x</a> <a href="https://elsewhere.org">y</a> <img alt="z" src="a.png">'
    )
    assert check(tmp_path) == ["good.html: leads nowhere: bad.html"]
    (tmp_path / "bad.html").write_text('<img src="a.png"> <script src="https://elsewhere.org/x.js"></script>')
    found = check(tmp_path)
    assert (
        len(found) == 2 and "a picture without a text" in found[0] and "fetches https://elsewhere.org/x.js" in found[1]
    )
