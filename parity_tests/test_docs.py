"""The site: what its pages are made of. `tox -e docs` builds it."""

from __future__ import annotations

import inspect
import json
import re

import pytest

pytest.importorskip("jupytext", reason="the site is made of notebooks: pip install '.[docs]'")

import minitorch_pt
from docs import api, gallery, lessons, looks, mistakes, offline, parity, source
from docs.__main__ import LANGUAGES, TITLES, check
from parity_tests.databases.table import table
from parity_tests.test_beginners import MISTAKES


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
    shown = set(getattr(module, "__all__", None) or dir(module)) - (api.NOT_AT_TOP if path == "" else set())
    for name in shown:
        thing = getattr(module, name, None)
        if name[0] != "_" and (inspect.isfunction(thing) or inspect.isclass(thing)) and inspect.getdoc(thing):
            assert re.search(rf"^````{{py:\w+}} \S+\.{name}\(", page, re.M), name
    for file, line in re.findall(r"source/(\S+)\.html#L-(\d+)'", page):  # the very line
        assert re.match(r"\s*(@|def |class )", (api.ROOT / file).read_text().splitlines()[int(line) - 1]), (file, line)
    assert page.count("html#L-") >= page.count("````{py:") - (path == "linalg")  # LinAlgError is NumPy's, renamed


def test_a_page_of_the_source_has_a_place_for_each_line():
    pages = source.pages()
    assert len(pages) == len(list((api.ROOT / "minitorch_pt").rglob("*.py")))
    shown = pages["minitorch_pt/tiny.py"]
    lines = len((api.ROOT / "minitorch_pt" / "tiny.py").read_text().splitlines())
    assert re.findall(r'id="L-(\d+)"', shown) == [str(n + 1) for n in range(lines)]


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_page_of_mistakes(language):
    page = mistakes.page(language)
    assert mistakes.TITLES.keys() == MISTAKES.keys() and page.count("\n## ") == len(MISTAKES) >= 79
    parts = page.split("\n## ")[1:]
    for (title, (program, words, repair)), part in zip(MISTAKES.items(), parts, strict=True):
        shown = mistakes.TITLES[title] if language == "pt" else title
        assert part.partition("\n")[0].endswith(f"· {api.plain(shown)}")
        assert program.strip() in part and part.count(words) >= 2 and repair in part


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_page_of_parity(language):
    """It tells what `python -m minitorch_pt parity parity_tests/parity.json` wrote, which is to be run again if this fails."""
    page, found = parity.page(language), json.loads(parity.COUNTS.read_text())
    assert list(found["outside"]) == list(table().groups)
    inputs = sum(row["inputs"] for kind in found["kinds"].values() for row in kind.values())
    assert inputs > 30_000 and parity._spelled(inputs, language) in page
    assert all(f"`{name}`" in page for name in [*found["sweeps"], *found["differ"], *found["kinds"]["operation"]])


def test_all_lessons_on_one_page(tmp_path):
    folder = tmp_path / "en" / "lessons"
    folder.mkdir(parents=True)
    for script in lessons.scripts("en"):
        text = f'<section id="x"><h1>{script.stem}</h1><a href="#x">¶</a></section>'
        page = (
            f"<html><head><title>{script.stem}</title></head><body><nav>x</nav><article>{text}</article></body></html>"
        )
        (folder / f"{script.name[:2]}.html").write_text(page)
    whole = offline.one_page(tmp_path, "en").read_text()
    assert (
        whole.count("<article>") == len(lessons.scripts("en")) and "<nav>" not in whole and whole.count("<title>") == 1
    )
    assert '<section id="07-x">' in whole and 'href="#07-x"' in whole


@pytest.mark.skipif(offline.browser() is None, reason="needs a browser: apt install chromium")
def test_what_is_wider_than_a_phone_is_found(tmp_path):
    style = (api.ROOT / "docs" / "static" / "site.css").read_text()
    head = f"<!doctype html><meta name='viewport' content='width=device-width'><style>{style}</style><article>"
    pages = {
        "good": f"<p>{'word ' * 200}</p><pre>{'x' * 2000}</pre>",  # the code scrolls within its box
        "wide": "<div class='planted' style='width: 700px'>wide</div>",
        "long": f"<p>{'x' * 2000}</p>",
    }
    for name, text in pages.items():
        (tmp_path / f"{name}.html").write_text(head + text)
    found = looks.too_wide(tmp_path, sorted(tmp_path.glob("*.html")))
    assert len(found) == 1 and found[0].startswith('wide.html: wider than 390 pixels: <div class="planted"> wide'), (
        found
    )
    offline.print_pdf(tmp_path / "good.html", tmp_path / "good.pdf")
    assert (tmp_path / "good.pdf").read_bytes().startswith(b"%PDF")


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
    assert check(tmp_path) == ["good.html: leads nowhere: bad.html#there"]
    (tmp_path / "bad.html").write_text('<img src="a.png"> <script src="https://elsewhere.org/x.js"></script>')
    found = check(tmp_path)
    told = (
        "a picture without a text",
        "fetches https://elsewhere.org/x.js",
        "good.html: leads nowhere: bad.html#there",
    )
    assert len(found) == 3 and all(any(words in line for line in found) for words in told), found
