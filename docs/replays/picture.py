"""`python -m docs.replays.picture`: draws the READMEs' picture, the page of the neuron as it is stepped through."""

from __future__ import annotations

import io
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

import numpy as np
from PIL import Image  # comes with matplotlib

from . import HERE, WORDS, write

MOMENTS = (0, 3, 4, 6, 7, 8)  # forwards, back, and the step of the optimizer


def screenshot(page: Path, moment: int, language: str, folder: Path) -> bytes:
    """The page at a moment, as a browser shows it."""
    browser = next(filter(None, map(shutil.which, ("chromium", "chromium-browser", "google-chrome"))), None)
    if browser is None:
        sys.exit("the picture needs a browser: install chromium")
    line = [
        browser,
        "--headless",
        "--no-sandbox",
        "--disable-gpu",
        "--hide-scrollbars",
        "--window-size=1060,566",
        f"--user-data-dir={folder}",
    ]
    url = f"file://{page}#moment={moment}&lang={language}&theme=light"
    subprocess.run([*line, f"--screenshot={folder / 'shot.png'}", url], check=True, capture_output=True, timeout=120)
    return (folder / "shot.png").read_bytes()


def picture(language: str) -> Path:
    """Draw it: a step of training."""
    target = HERE.parent / "static" / f"replay-{language}.webp"
    with tempfile.TemporaryDirectory() as folder:
        write("neuron", Path(folder) / "neuron.html", language)
        shots = [screenshot(Path(folder) / "neuron.html", moment, language, Path(folder)) for moment in MOMENTS]
    whole = [Image.open(io.BytesIO(shot)).convert("RGB") for shot in shots]
    # few colours, the same in all: it is a third of the size
    several = Image.fromarray(np.concatenate([np.asarray(shot) for shot in whole]))
    colours = several.quantize(40, dither=Image.Dither.NONE)
    first, *others = [shot.quantize(palette=colours, dither=Image.Dither.NONE).convert("RGB") for shot in whole]
    first.save(target, save_all=True, append_images=others, duration=1800, loop=0, lossless=True, quality=100, method=6)
    return target


if __name__ == "__main__":
    for language in WORDS:
        print(picture(language))
