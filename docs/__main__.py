"""`python -m docs [folder]`: builds the site, offline, into docs/_build/site or the folder: a half in English, a half in Portuguese.

Its pages are made of what the project has: the lessons' scripts are run as notebooks, the API is read from the docstrings.
"""

from __future__ import annotations

import argparse
import os
import re
import shutil
import subprocess
import sys
import zipfile
from pathlib import Path

import nbformat

from . import api, card, gallery, lessons, live, mistakes, replays

HERE = Path(__file__).parent
ROOT = HERE.parent
BUILD = HERE / "_build"
LANGUAGES = ("en", "pt")
TITLES = {
    "en": {"lessons": "Lessons", "api": "API", "benchmarks": "Benchmarks", "glossary": "Glossary", "changes": "Changes",
           "take": "as a notebook", "zip": "All lessons as notebooks (zip)"},
    "pt": {"lessons": "Aulas", "api": "API", "benchmarks": "Desempenho", "glossary": "Glossário", "changes": "Mudanças",
           "take": "como notebook", "zip": "Todas as aulas como notebooks (zip)"},
}  # fmt: skip


def write(path: Path, text: str) -> None:
    """Write a file of the sources, if it has changed: what has not is not built again."""
    path.parent.mkdir(parents=True, exist_ok=True)
    if not path.exists() or path.read_text(encoding="utf-8") != text:
        path.write_text(text, encoding="utf-8")


def contents(title: str, pages: list[str], before: str = "") -> str:
    """A page that lists others."""
    return "\n".join([f"# {title}", "", before, "", "```{toctree}", ":maxdepth: 1", "", *pages, "```", ""])


def lay_out(language: str, notebooks: Path) -> Path:
    """The sources of one language; its notebooks go to a folder of their own too."""
    words, source = TITLES[language], BUILD / "source" / language
    for page in (HERE / "pages" / language).glob("*.md"):
        write(source / page.name, page.read_text(encoding="utf-8"))
    numbers = []
    for script in lessons.scripts(language):
        number = lessons.key(script)
        numbers.append(number)
        plain = lessons.notebook(script, language)
        write(notebooks / f"{script.stem}.ipynb", nbformat.writes(plain))
        shown = lessons.notebook(script, language, hidden=True)
        take = f"<a href='../../notebooks/{language}/{script.stem}.ipynb' download>{script.stem}.ipynb</a> ({words['take']})"
        shown.cells[0].source = re.sub(r"\A(# .*\n)", rf"\1\n{take}\n", shown.cells[0].source)
        write(source / "lessons" / f"{number}.ipynb", nbformat.writes(shown))
    whole = f"<a href='../../notebooks/lessons-{language}.zip' download>{words['zip']}</a>"
    write(source / "lessons" / "index.md", contents(words["lessons"], numbers, whole))
    for path in api.MODULES:
        write(source / "api" / f"{path or 'torch'}.md", api.page(path, language))
    write(source / "api" / "index.md", contents(words["api"], [path or "torch" for path in api.MODULES]))
    write(source / "gallery.md", gallery.page(language))
    write(source / "live.md", live.page(language))
    write(source / "mistakes.md", mistakes.page(language))
    write(source / "replays.md", replays.page(language))
    write(source / "card.md", card.page(language))
    for picture in gallery.pictures(language):
        write(source / "pictures" / picture.name, picture.read_text(encoding="utf-8"))
    for name, text in api.sources().items():
        write(source / "source" / f"{name}.md", text)
    for picture in (ROOT / "benchmarks").glob("*.png"):
        shutil.copy(picture, source)
    for name, file in (
        ("benchmarks", "benchmarks/RESULTS.md"),
        ("glossary", "tutorials/glossary.md"),
        ("changes", "CHANGELOG.md"),
    ):
        text = (ROOT / file).read_text(encoding="utf-8")
        write(source / f"{name}.md", re.sub(r"\A# .*", f"# {words[name]}", text))
    return source


def check(site: Path) -> list[str]:
    """What no page may have: pictures without a text, links that lead nowhere, anything that is fetched from elsewhere."""
    wrong = []
    for page in site.rglob("*.html"):
        text, name = page.read_text(encoding="utf-8"), page.relative_to(site)
        wrong += [
            f"{name}: a picture without a text: {tag[:80]}"
            for tag in re.findall(r"<img\b[^>]*>", text)
            if not re.search(r'\balt="[^"]+"', tag)
        ]
        wrong += [
            f"{name}: fetches {url}"
            for url in re.findall(r"<(?:script|img|link)\b[^>]*(?:src|href)=\"(https?:[^\"]+)\"", text)
        ]
        for link in re.findall(r"<a\b[^>]*\bhref=[\"']([^\"'#]+)", text):
            if not re.match(r"[a-z]+:", link) and not (page.parent / link.partition("?")[0]).exists():
                wrong.append(f"{name}: leads nowhere: {link}")
    return wrong


def main() -> int:
    """Build both halves. Returns the exit status."""
    parser = argparse.ArgumentParser(prog="python -m docs", description=__doc__)
    parser.add_argument("folder", nargs="?", type=Path, default=BUILD / "site")
    parser.add_argument("--quick", action="store_true", help="do not run the lessons: pages without their outputs")
    given = parser.parse_args()
    site: Path = given.folder.resolve()
    for language in LANGUAGES:
        notebooks = site / "notebooks" / language
        source = lay_out(language, notebooks)
        with zipfile.ZipFile(notebooks.with_name(f"lessons-{language}.zip"), "w", zipfile.ZIP_DEFLATED) as archive:
            for path in sorted(notebooks.glob("*.ipynb")):
                archive.write(path, path.name)
        environment = {
            **os.environ, "DOCS_LANGUAGE": language, "DOCS_CACHE": str(BUILD / "cache"), "DOCS_EXECUTE": "off" if given.quick else "cache",
            "PYTHONPATH": os.pathsep.join([str(ROOT), os.environ.get("PYTHONPATH", "")]), "MPLBACKEND": "Agg", "OMP_NUM_THREADS": "1",
        }  # fmt: skip
        command = [
            sys.executable,
            "-m",
            "sphinx",
            "-W",
            "--keep-going",
            "-q",
            "-j",
            "auto",
            "-c",
            str(HERE),
            str(source),
            str(site / language),
        ]
        if subprocess.run(command, env=environment, check=False).returncode:
            return 1
        replays.write_all(site, language)
    shutil.copy(HERE / "choose.html", site / "index.html")
    shutil.rmtree(site / "jupyter_execute", ignore_errors=True)  # what Sphinx leaves beside its pages
    wrong = check(site)
    print("\n".join(wrong) or f"the site is in {site}")
    return bool(wrong)


if __name__ == "__main__":
    sys.exit(main())
