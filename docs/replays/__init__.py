"""The time machine's pages of the site: programs of `programs/`, each recorded as it runs."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

HERE = Path(__file__).parent
ROOT = HERE.parent.parent
WORDS = {
    "en": (
        "Time machine",
        "Training to step through, number by number: forwards, back, and the step of the optimizer. Each page was recorded while a program "
        "ran, and one of yours becomes such a page too: `python -m minitorch_pt replay program.py -o page.html`. Arrow keys step.",
    ),
    "pt": (
        "Máquina do tempo",
        "Treinamento para percorrer, número por número: a ida, a volta e o passo do otimizador. Cada página foi registrada enquanto um programa "
        "rodava, e um seu também vira página: `python -m minitorch_pt replay programa.py -o pagina.html`. As setas avançam e voltam.",
    ),
}
NAMES = {
    "neuron": ("One neuron, as in lesson 11", "Um neurônio, como na aula 11"),
    "network": ("A hidden layer learns XOR", "Uma camada oculta aprende o XOR"),
    "convolution": ("A convolutional network", "Uma rede convolucional"),
    "recurrent": ("A recurrent network, six steps of a GRU", "Uma rede recorrente, seis passos de uma GRU"),
    "attention": ("A small GPT, with attention", "Um pequeno GPT, com atenção"),
}

# the lessons from whose pages they are reached
LESSONS = {"11": "neuron", "00b": "network", "15": "convolution", "16": "recurrent", "19": "attention"}


def write(name: str, path: Path, language: str) -> None:
    """Run one of the programs, and write its page."""
    line = [
        sys.executable,
        "-m",
        "minitorch_pt",
        "replay",
        str(HERE / "programs" / f"{name}.py"),
        "-o",
        str(path),
        "--language",
        language,
    ]
    environment = os.environ | {"PYTHONPATH": str(ROOT), "OMP_NUM_THREADS": "1"}
    subprocess.run(line, env=environment, check=True, capture_output=True)


def page(language: str) -> str:
    """The page that leads to them."""
    title, text = WORDS[language]
    links = [
        f"- <a href='../replays/{language}/{name}.html'>{names[language == 'pt']}</a>" for name, names in NAMES.items()
    ]
    return "\n".join([f"# {title}", "", text, "", *links, ""])


def link(lesson: str, language: str) -> str:
    """What leads from a lesson's page to its own, if it has one."""
    name = LESSONS.get(lesson)
    return "" if name is None else f" · <a href='../../replays/{language}/{name}.html'>{WORDS[language][0]}</a>"


def write_all(site: Path, language: str) -> None:
    """All pages of a language, in the site's folder `replays`."""
    for name in NAMES:
        write(name, site / "replays" / language / f"{name}.html", language)
