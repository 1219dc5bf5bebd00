"""RESULTS.md, of which each part of the benchmark writes its section, and the figures that both READMEs quote from it."""

from __future__ import annotations

import platform
import re
from pathlib import Path

ROOT = Path(__file__).parent.parent
PAGE = ROOT / "benchmarks" / "RESULTS.md"
ORDER = ("workloads", "wide", "growth")
HEAD = """# Benchmarks

Written by `python -m benchmarks all`; see `benchmarks/__main__.py`. A ratio is our time to torch's, measured in turns in one run: less than 1 is faster than
torch. Only the ratios mean anything.
"""

# words in the English README, in the Portuguese one, and the workload whose ratio they quote
QUOTED = [
    ("small MLPs", "MLPs pequenas", "W2"),
    ("larger MLPs", "MLPs maiores", "W3"),
    ("LeNet", "LeNet", "W5a"),
    ("larger convolutions", "convoluções maiores", "W5b"),
    ("LSTM", "LSTM", "W6"),
    ("a small GPT", "um pequeno GPT", "W7"),
    ("a ResNet", "uma ResNet", "W10"),
    ("a DCGAN", "uma DCGAN", "W11"),
    ("a character RNN by hand", "uma RNN de letras feita à mão", "W12"),
    ("a MobileNet", "uma MobileNet", "W13"),
    ("a U-Net", "uma U-Net", "W14"),
    ("policy gradients", "gradiente de política", "W15"),
]
READMES = {ROOT / "README.md": False, ROOT / "README.pt-BR.md": True}  # whether in Portuguese
SLOWEST = 3  # as many of the wide table's slowest kinds are named


def sections() -> dict[str, str]:
    """The sections that RESULTS.md has, by part."""
    pieces = re.split(r"<!-- (\w+) -->\n", PAGE.read_text(encoding="utf-8"))
    return dict(zip(pieces[1::2], (text.strip("\n") for text in pieces[2::2]), strict=True))


def write(part: str, lines: list[str]) -> None:
    """Put a section into RESULTS.md; the others stay as they are."""
    import numpy
    import torch

    versions = f"Python {platform.python_version()}, NumPy {numpy.__version__}, torch {torch.__version__}."
    found = sections() | {part: "\n".join([*lines, "", versions])}
    text = "\n".join([HEAD, *(f"<!-- {name} -->\n{found[name]}\n" for name in ORDER if name in found)])
    beside = PAGE.with_suffix(".tmp")
    beside.write_text(text, encoding="utf-8")
    beside.replace(PAGE)


def quoted() -> list[tuple[str, str, str]]:
    """What the READMEs say: a pattern for the English one and one for the Portuguese one, and what stands in their group."""
    found = sections()
    ratio = dict(re.findall(r"^\| (W\w+) .*?\*\*([\d.]+x)\*\*", found["workloads"], re.M))
    over = re.findall(r"Import: (\d+) ms over", found["workloads"])[0]
    kinds = re.findall(r"^(\d+) kinds", found["wide"], re.M)[0]
    mean = re.findall(r"Geometric mean: \*\*([\d.]+x)", found["wide"])[0]
    named = re.findall(r"`[^`]+` [\d.]+x", re.findall(r"Slowest: .*", found["wide"])[0])
    a_ratio, several = r"([\d.,]+x)", r"((?:`[^`]+` [\d.,]+x(?:, )?)+)"
    return [
        *((rf"(?<=\W){en} {a_ratio}", rf"(?<=\W){pt} {a_ratio}", ratio[key]) for en, pt, key in QUOTED),
        (r"import: (\d+) ms", r"importar: (\d+) ms", over),
        (r"(\d+) kinds of layers", r"(\d+) tipos de camadas", kinds),
        (rf"geometric mean {a_ratio}", rf"média geométrica {a_ratio}", mean),
        (rf"slowest {several}", rf"mais lentos {several}", ", ".join(named[:SLOWEST])),
    ]


def filled(text: str, portuguese: bool) -> str:
    """A README with the figures of RESULTS.md. Raises LookupError if the words beside a figure do not stand there exactly once."""
    for *patterns, figure in quoted():
        places = list(re.finditer(patterns[portuguese], text))
        if len(places) != 1:
            raise LookupError(f"README: {patterns[portuguese]!r} is found {len(places)} times")
        start, end = places[0].span(1)
        text = text[:start] + (re.sub(r"\.(?=\d+x)", ",", figure) if portuguese else figure) + text[end:]
    return text


def write_readmes() -> list[str]:
    """Put the figures of RESULTS.md into both READMEs; returns what does not fit."""
    for page, portuguese in READMES.items():
        try:
            page.write_text(filled(page.read_text(encoding="utf-8"), portuguese), encoding="utf-8")
        except LookupError as wrong:
            return [f"{page.name} keeps its old figures: {wrong}"]
    return []
