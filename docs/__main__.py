"""`python -m docs [folder]`: builds the site, offline, into docs/_build/site or the folder: a half in English, a half in Portuguese.

Its pages are made of what the project has: the lessons' scripts are run as notebooks, the API is read from the docstrings.
"""

from __future__ import annotations

import argparse
import functools
import os
import re
import shutil
import subprocess
import sys
import zipfile
from pathlib import Path
from urllib.parse import unquote

import nbformat

import minitorch_pt

from . import api, card, examples, gallery, lessons, live, looks, mistakes, offline, parity, replays, source

HERE = Path(__file__).parent
ROOT = HERE.parent
BUILD = HERE / "_build"
LANGUAGES = ("en", "pt")
API = {
    "en": "What each name of PyTorch's does here: formula, shapes, errors, an example, the line of its source. All examples follow\n\n```python\nimport minitorch_pt as torch\nfrom minitorch_pt import nn\n"
    "import minitorch_pt.nn.functional as F\n```\n\nand print under PyTorch what they print here.",
    "pt": "O que cada nome do PyTorch faz aqui: fórmula, formatos, erros, um exemplo, a linha de seu código. O texto é o das docstrings, em inglês. Os exemplos vêm depois de\n\n```python\n"
    "import minitorch_pt as torch\nfrom minitorch_pt import nn\nimport minitorch_pt.nn.functional as F\n```\n\ne imprimem no PyTorch o que imprimem aqui.",
}  # fmt: skip
TITLES = {
    "en": {"lessons": "Lessons", "api": "API", "benchmarks": "Benchmarks", "glossary": "Glossary", "changes": "Changes",
           "take": "as a notebook", "zip": "All lessons as notebooks (zip)", "all": "on one page, to print or to keep", "pdf": "as a PDF", "api text": API["en"],
           "benchmarks text": "", "changes text": ""},
    "pt": {"lessons": "Aulas", "api": "API", "benchmarks": "Desempenho", "glossary": "Glossário", "changes": "Mudanças",
           "take": "como notebook", "zip": "Todas as aulas como notebooks (zip)", "all": "em uma só página, para imprimir ou guardar", "pdf": "em PDF", "api text": API["pt"],
           "benchmarks text": "O arquivo que `python -m benchmarks` escreve, em inglês. Uma razão (*ratio*) é o nosso tempo (*ours*) dividido pelo do PyTorch, medidos em turnos: menos "
           "de 1 é mais rápido que o PyTorch. *workload*: o trabalho; *kind*: a operação; *n*: o tamanho; *gate*, *own limit*: o limite; *peak memory*: a memória máxima.",
           "changes text": "Esta página é o arquivo que o projeto escreve em inglês."},
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
    words, root = TITLES[language], BUILD / "source" / language
    for page in (HERE / "pages" / language).glob("*.md"):
        write(root / page.name, page.read_text(encoding="utf-8"))
    if language == "pt":
        write(
            root / "locales" / "pt_BR" / "LC_MESSAGES" / "sphinx.po",
            (HERE / "sphinx_pt.po").read_text(encoding="utf-8"),
        )
    numbers = []
    for script in lessons.scripts(language):
        number = lessons.key(script)
        numbers.append(number)
        plain = lessons.notebook(script, language)
        write(notebooks / f"{script.stem}.ipynb", nbformat.writes(plain))
        shown = lessons.notebook(script, language, hidden=True)
        take = f"<a href='../../notebooks/{language}/{script.stem}.ipynb' download>{script.stem}.ipynb</a> ({words['take']})"
        take += replays.link(number, language)
        shown.cells[0].source = re.sub(r"\A(# .*\n)", rf"\1\n{take}\n", shown.cells[0].source)
        write(root / "lessons" / f"{number}.ipynb", nbformat.writes(shown))
    ways = [("../../notebooks/lessons-{}.zip", "zip"), ("all.html", "all")]
    ways += [("../../notebooks/lessons-{}.pdf", "pdf")] if offline.browser() else []
    whole = " · ".join(f"<a href='{path.format(language)}'>{words[what]}</a>" for path, what in ways)
    write(root / "lessons" / "index.md", contents(words["lessons"], numbers, whole))
    for path in api.MODULES:
        write(root / "api" / f"{path or 'torch'}.md", api.page(path, language))
    write(
        root / "api" / "index.md", contents(words["api"], [path or "torch" for path in api.MODULES], words["api text"])
    )
    write(root / "gallery.md", gallery.page(language))
    write(root / "live.md", live.page(language))
    write(root / "mistakes.md", mistakes.page(language))
    write(root / "parity.md", parity.page(language))
    write(root / "replays.md", replays.page(language))
    write(root / "card.md", card.page(language))
    for picture in gallery.pictures(language):
        write(root / "pictures" / picture.name, picture.read_text(encoding="utf-8"))
    for name, text in source.pages().items():
        write(root / "source" / f"{name}.md", text)
    for picture in (ROOT / "benchmarks").glob("*.png"):
        shutil.copy(picture, root)
    for name, file in (
        ("benchmarks", "benchmarks/RESULTS.md"),
        ("glossary", "tutorials/glossary.md"),
        ("changes", "CHANGELOG.md"),
    ):
        text = (ROOT / file).read_text(encoding="utf-8")
        above = f"# {words[name]}\n\n{words.get(f'{name} text', '')}"
        write(root / f"{name}.md", re.sub(r"\A# .*", above, text))
    return root


@functools.cache
def names(page: Path) -> set[str]:
    """The places of a page that a link can lead to; an empty name is its top."""
    return {"", *re.findall(r'\b(?:id|name)="([^"]+)"', page.read_text(encoding="utf-8"))}


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
        for link, _, place in re.findall(r"<a\b[^>]*\bhref=[\"']([^\"'#]*)(#([^\"']*))?[\"']", text):
            target = page.parent / unquote(link.partition("?")[0]) if link else page
            if re.match(r"[a-z]+:", link):
                continue
            if not target.exists() or (
                place and target.suffix == ".html" and unquote(place) not in names(target.resolve())
            ):
                wrong.append(f"{name}: leads nowhere: {link}#{place}".rstrip("#"))
    return wrong


def main() -> int:
    """Build both halves. Returns the exit status."""
    parser = argparse.ArgumentParser(prog="python -m docs", description=__doc__)
    parser.add_argument("folder", nargs="?", type=Path, default=BUILD / "site")
    parser.add_argument("--quick", action="store_true", help="do not run the lessons: pages without their outputs")
    given = parser.parse_args()
    site: Path = given.folder.resolve()
    if wrong := [line for path in api.MODULES for line in examples.failures(path, minitorch_pt)]:
        print("\n".join(wrong))
        return 1
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
        page = offline.one_page(site, language)
        if offline.browser():
            offline.print_pdf(page, notebooks.with_name(f"lessons-{language}.pdf"))
    shutil.copy(HERE / "choose.html", site / "index.html")
    shutil.rmtree(site / "jupyter_execute", ignore_errors=True)  # what Sphinx leaves beside its pages
    wrong = check(site)
    if offline.browser():
        pages = [page for page in sorted(site.rglob("*.html")) if not {"source", "_static"} & set(page.parts)]
        wrong += looks.too_wide(site, pages)
    print("\n".join(wrong) or f"the site is in {site}")
    return bool(wrong)


if __name__ == "__main__":
    sys.exit(main())
