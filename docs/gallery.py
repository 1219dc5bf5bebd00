"""The gallery: all pictures of the lessons, each with its alternative text, and the way to its lesson."""

from __future__ import annotations

import html
import re
from pathlib import Path

from .lessons import TUTORIALS, key

WORDS = {
    "en": (
        "Gallery",
        "Every picture that the lessons draw, in their order; each leads to its lesson. Some of them move: [live pictures](live.md).",
    ),
    "pt": (
        "Galeria",
        "Todas as figuras que as aulas desenham, na ordem das aulas; cada uma leva à sua aula. Algumas se mexem: [figuras vivas](live.md).",
    ),
}


def pictures(language: str) -> list[Path]:
    """The pictures of a language, in the order of the lessons."""
    return sorted((TUTORIALS / "pictures" / language).glob("[0-9]*.svg"))


def texts(picture: Path) -> tuple[str, str]:
    """What a picture says of itself: its title, and all of it."""
    source = picture.read_text(encoding="utf-8")
    title, whole = (re.search(rf"<{tag}>(.*?)</{tag}>", source, re.DOTALL) for tag in ("title", "desc"))
    if not title or not whole:
        raise ValueError(f"{picture} has no alternative text: draw it with viz.save")
    return html.unescape(title[1]), html.unescape(whole[1])


def page(language: str) -> str:
    """The page of the gallery."""
    title, text = WORDS[language]
    lines = [f"# {title}", "", text, "", "::::::{grid} 1 2 3 3", ":gutter: 2", ""]
    for picture in pictures(language):
        name, whole = texts(picture)
        lines += [
            f":::::{{grid-item-card}} {name}", f":link: lessons/{key(picture)}", ":link-type: doc", "",
            f"```{{image}} pictures/{picture.name}", f":alt: {' '.join(whole.split())}", "```", ":::::", "",
        ]  # fmt: skip
    return "\n".join([*lines, "::::::", ""])
