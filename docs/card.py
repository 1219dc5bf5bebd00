"""The clinic's card: the table of lesson 23 as a page of its own, which prints on one sheet."""

from __future__ import annotations

import jupytext

from .lessons import key, scripts

WORDS = {
    "en": ("## The card", "The clinic's card", "A training goes wrong and no error says why: the card of [lesson 23](lessons/23.ipynb). Printed, it fills one sheet."),
    "pt": ("## O cartão", "O cartão da clínica", "Um treinamento vai mal e nenhum erro diz por quê: o cartão da [aula 23](lessons/23.ipynb). Impresso, ocupa uma folha."),
}  # fmt: skip
SHEET = """<style>
@media print {
  @page { size: A4 landscape; margin: 1cm; }
  .sidebar-drawer, .toc-drawer, .mobile-header, .content-icon-container, .related-pages, footer { display: none !important; }
  .content { width: 100% !important; padding: 0 !important; }
  table { font-size: 9pt; width: 100%; }
}
</style>"""


def table(language: str) -> str:
    """What the lesson says below the heading of the card: a sentence, and the table."""
    lesson = next(script for script in scripts(language) if key(script) == "23")
    heading = WORDS[language][0]
    cell = next(cell.source for cell in jupytext.read(lesson).cells if f"\n{heading}\n" in cell.source)
    return cell.partition(f"\n{heading}\n")[2].strip()


def page(language: str) -> str:
    """The page of the card."""
    _, title, text = WORDS[language]
    return "\n\n".join([f"# {title}", text, table(language), SHEET, ""])
