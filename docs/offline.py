"""For schools without a network: all lessons of a language on one page, and, where a browser is found, as a PDF."""

from __future__ import annotations

import re
import shutil
import subprocess
import tempfile
from pathlib import Path

from . import lessons

BROWSERS = ("chromium", "chromium-browser", "google-chrome", "chrome")
TITLE = {"en": "All lessons", "pt": "Todas as aulas"}


def browser() -> str | None:
    """The path of a browser that prints, or None."""
    return next((found for name in BROWSERS if (found := shutil.which(name))), None)


def run_browser(*options: str) -> str:
    """What a browser without a window prints, with these options; in a profile of its own, which is thrown away."""
    with tempfile.TemporaryDirectory() as profile:
        command = [
            browser() or "",
            *("--headless", "--no-sandbox", "--disable-gpu", "--hide-scrollbars", "--allow-file-access-from-files"),
            f"--user-data-dir={profile}",
            *options,
        ]
        return subprocess.run(command, capture_output=True, text=True, check=True, timeout=300).stdout


def one_page(site: Path, language: str) -> Path:
    """The page of all lessons, beside theirs: the head of the first and the article of each."""
    numbers = [script.name[:2] for script in lessons.scripts(language)]
    pages = [(site / language / "lessons" / f"{number}.html").read_text(encoding="utf-8") for number in numbers]
    articles = [re.findall(r"<article\b.*?</article>", page, re.DOTALL)[0] for page in pages]
    head = re.sub(
        r"<title>.*?</title>", f"<title>{TITLE[language]}</title>", pages[0].partition("<body")[0], flags=re.DOTALL
    )
    # a heading's name is that of its lesson too: two lessons may have one of the same name
    named = [
        re.sub(r'(<(?:section|span) id="|href="#)', rf"\g<1>{number}-", article)
        for number, article in zip(numbers, articles, strict=True)
    ]
    path = site / language / "lessons" / "all.html"
    path.write_text(f'{head}<body><main class="all">{"".join(named)}</main></body></html>', encoding="utf-8")
    return path


def print_pdf(page: Path, path: Path) -> None:
    """Print a page, as a reader would."""
    run_browser("--no-pdf-header-footer", f"--print-to-pdf={path}", page.as_uri())
