"""Pages of the source: each file of the package as it is, each of its lines a place to link to."""

from __future__ import annotations

from pygments import highlight
from pygments.formatters import HtmlFormatter
from pygments.lexers import PythonLexer

from .api import ROOT


def pages() -> dict[str, str]:
    """A page for each file; its tenth line is #L-10."""
    made, look = {}, HtmlFormatter(linenos="inline", lineanchors="L", anchorlinenos=True, wrapcode=True)
    for path in sorted((ROOT / "minitorch_pt").rglob("*.py")):
        name = path.relative_to(ROOT).as_posix()
        html = highlight(path.read_text(encoding="utf-8"), PythonLexer(stripnl=False), look)
        fence = "~" * 40
        raw = f"{fence}{{raw}} html\n<div class='highlight-python source'>{html}</div>\n{fence}"
        made[name] = f"---\norphan: true\n---\n# {name}\n\n{raw}\n"
    return made
