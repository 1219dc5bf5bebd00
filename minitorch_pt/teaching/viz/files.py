"""Files of pictures: SVG and PNG beside each other, the same bytes at each run, with the alternative text inside."""

from __future__ import annotations

import io
import os
import re
from pathlib import Path
from xml.sax.saxutils import escape

from matplotlib import rc_context
from matplotlib.figure import Figure

from .style import STYLE, alt_text

__all__ = ["save"]


def save(figure: Figure, path: str | os.PathLike) -> tuple[Path, Path]:
    """Write `path`.svg and `path`.png, and return both paths; a folder that is missing is made.

    The alternative text becomes the SVG's <title> (its first sentence) and <desc>, and the PNG's Title and Description. Each file is
    written beside its place and then renamed: who reads meanwhile sees the old file or the new one, never a half.

    Raises:
        ValueError: `path` ends in .svg or .png, or the figure has no alternative text (set `figure.alt`).
    """
    if Path(path).suffix in (".svg", ".png"):
        raise ValueError(
            f"path must come without suffix, for two files are written: {Path(path).with_suffix('')}, got {path}"
        )
    alt = alt_text(figure)
    if not alt:
        raise ValueError("the figure has no alternative text: say in figure.alt what it shows, for who does not see it")
    title = alt.partition(". ")[0].removesuffix(".")
    svg, png = io.BytesIO(), io.BytesIO()
    with rc_context(STYLE):
        figure.savefig(svg, format="svg", metadata={"Date": None, "Creator": None, "Title": title, "Description": alt})
        figure.savefig(png, format="png", metadata={"Software": None, "Title": title, "Description": alt})
    written = []
    for suffix, content in ((".svg", accessible(svg.getvalue().decode(), alt).encode()), (".png", png.getvalue())):
        target = Path(f"{os.fspath(path)}{suffix}")
        target.parent.mkdir(parents=True, exist_ok=True)
        beside = target.with_name(f".{target.name}.{os.getpid()}")
        try:
            beside.write_bytes(content)
            os.replace(beside, target)
        finally:
            beside.unlink(missing_ok=True)
        written.append(target)
    return written[0], written[1]


def accessible(svg: str, alt: str) -> str:
    """The SVG with its description, which screen readers announce with the title; trailing spaces go, diffs dislike them."""
    svg = svg.replace("<svg ", '<svg role="img" ', 1).replace("</title>", f"</title>\n <desc>{escape(alt)}</desc>", 1)
    return re.sub(r"[ \t]+$", "", svg, flags=re.M)
