"""How pages look in a browser, where one is found: nothing is wider than the window, on a phone or on a desk."""

from __future__ import annotations

import html
import re
import tempfile
from pathlib import Path

from .offline import run_browser

WIDTHS = (390, 1200)
# the window of a frame is as wide as the frame; what scrolls within its box may be wider than it
MEASURE = """
<script>
const scrolls = (e) => e && e.nodeType === 1 && (getComputedStyle(e).overflowX !== "visible" || scrolls(e.parentElement));
window.onload = () => {
  for (const frame of document.querySelectorAll("iframe")) {
    const page = frame.contentDocument, width = frame.clientWidth;
    const wide = [...page.body.querySelectorAll("*")].filter(
      (e) => e.getBoundingClientRect().right > width + 1 && e.getBoundingClientRect().left < width && !scrolls(e.parentElement)
    );
    if (page.documentElement.scrollWidth > width || wide.length) {
      const first = wide[0], line = document.createElement("li");
      const what = first ? `<${first.tagName.toLowerCase()} class="${first.className}"> ${first.textContent.trim().slice(0, 60)}` : "";
      line.textContent = `${frame.title}: wider than ${width} pixels: ${what}`;
      document.body.append(line);
    }
  }
};
</script>
"""


def too_wide(site: Path, pages: list[Path]) -> list[str]:
    """What is wider than the window in one of the widths."""
    found = []
    with tempfile.TemporaryDirectory() as folder:
        for start in range(0, len(pages), 10):
            frames = [
                f'<iframe title="{page.relative_to(site)}" src="{page.resolve().as_uri()}" width="{width}" height="3000"></iframe>'
                for page in pages[start : start + 10]
                for width in WIDTHS
            ]
            looked = Path(folder, "frames.html")
            looked.write_text(f"<!doctype html><meta charset='utf-8'>{MEASURE}{''.join(frames)}", encoding="utf-8")
            shown = run_browser("--virtual-time-budget=20000", "--dump-dom", looked.as_uri())
            found += [html.unescape(line) for line in re.findall(r"<li>(.*?)</li>", shown, re.DOTALL)]
    return found
