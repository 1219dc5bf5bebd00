"""Runs one program twice, under minitorch_pt and, where it is installed, under torch, and compares the losses.

A run is a file of this folder whose line `import minitorch_pt as torch` is all that ties it to the package. It defines

    DATA                   what it learns from
    STEPS                  how many steps it trains
    train(steps)           trains for as many steps as the iterable has; returns what was trained and the losses
    report(trained, path)  a line that says how good it is; a picture is written to `path` unless that is None
"""

from __future__ import annotations

import importlib.util
import time
from collections.abc import Iterable
from pathlib import Path
from types import ModuleType
from typing import NamedTuple

import numpy as np
from tqdm.auto import tqdm

FOLDER = Path(__file__).parent
PICTURES = FOLDER / "pictures"
NAMES = [
    "cnn_digits",
    "char_lstm",
    "char_transformer",
    "rnn_series",
    "gan_digits",
    "denoising_autoencoder",
    "vae",
]
IMPORT = "import minitorch_pt as torch\n"
FIRST = 200  # steps in which rounding has not yet grown


class Outcome(NamedTuple):
    """What one package made of a run."""

    losses: np.ndarray
    line: str
    seconds: float  # of the processor: with one thread, what the clock shows on a machine that does nothing else


def load(name: str, package: str) -> ModuleType:
    """The program of that name with `package` as its torch."""
    path = FOLDER / f"{name}.py"
    source = path.read_text(encoding="utf-8")
    if source.count(IMPORT) != 1:
        raise ValueError(f"{path} must have the line {IMPORT.strip()!r} once: it is the one that is swapped")
    module = ModuleType(f"{name}_under_{package}", f"{name} under {package}")
    module.__file__ = str(path)
    exec(compile(source.replace(IMPORT, f"import {package} as torch\n"), path, "exec"), module.__dict__)
    return module


def losses(name: str, package: str, steps: Iterable, dtype: str = "float32") -> np.ndarray:
    """The losses of a training of as many steps as the iterable has, with that default dtype."""
    program = load(name, package)
    before = program.torch.get_default_dtype()
    program.torch.set_default_dtype(getattr(program.torch, dtype))
    try:
        return np.array(program.train(steps)[1])
    finally:
        program.torch.set_default_dtype(before)


def run(name: str, package: str, picture: Path | None = None) -> Outcome:
    """The whole run under one package, with a progress bar."""
    program = load(name, package)
    start = time.process_time()
    bar = tqdm(range(program.STEPS), f"{name}, {package}", delay=2, leave=False)
    trained, losses = program.train(bar)
    line = program.report(trained, picture)
    return Outcome(np.array(losses), line, time.process_time() - start)


def compare(name: str) -> list[str]:
    """Run it under every package there is, print what they made of it, and return the cells of its row in README.md."""
    program = load(name, "minitorch_pt")
    print(f"\n== {name}: {program.__doc__.splitlines()[0]}\n   data: {program.DATA}")
    ours = run(name, "minitorch_pt", PICTURES / f"{name}.png")
    print(f"minitorch_pt, {ours.seconds:.1f} s: {ours.line}")
    cells = [f"[{name}]({name}.py)", program.DATA, ours.line, f"{ours.seconds:.0f}"]
    if importlib.util.find_spec("torch") is None:
        return [*cells, "", "", "", ""]
    theirs = run(name, "torch")
    print(f"torch, {theirs.seconds:.1f} s: {theirs.line}")
    gap = np.abs(ours.losses - theirs.losses)
    print(f"{'step':>6} {'minitorch_pt':>13} {'torch':>13} {'difference':>11}")
    for step in np.unique(np.linspace(0, len(gap) - 1, 11).astype(int)):
        print(f"{step:6} {ours.losses[step]:13.6f} {theirs.losses[step]:13.6f} {gap[step]:11.1e}")
    double = np.abs(np.subtract(*(losses(name, p, range(FIRST), "float64") for p in ("minitorch_pt", "torch"))))
    print(
        f"largest difference: {gap[:FIRST].max():.1e} in the first {FIRST} steps, {gap.max():.1e} in all {len(gap)}; "
        f"{double.max():.1e} in {FIRST} steps in float64"
    )
    return [*cells, f"{theirs.seconds:.0f}", f"{double.max():.0e}", f"{gap[:FIRST].max():.0e}", f"{gap.max():.0e}"]


def grid(pictures: np.ndarray, columns: int, path: Path) -> None:
    """Write pictures (N, 8, 8), from 0 to 1, as one PNG with that many in a row, six dots to a pixel."""
    from matplotlib import image

    height, width = pictures.shape[1:]
    framed = np.pad(pictures, ((0, 0), (1, 1), (1, 1)), constant_values=0.25)
    whole = framed.reshape(-1, columns, height + 2, width + 2).swapaxes(1, 2).reshape(-1, columns * (width + 2))
    path.parent.mkdir(exist_ok=True)
    image.imsave(path, np.kron(whole, np.ones((6, 6))), cmap="gray", vmin=0, vmax=1)
