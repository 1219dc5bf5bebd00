"""The time machine: a page on which one steps through forward pass, backpropagation and training, number by number.

`recording` writes a page of what runs inside it; `replay` of one loss; `python -m minitorch_pt replay program.py` of a whole program.
`record` notes what the engine does, `shots` keeps the numbers, `rules` finds the sources of the rules, and `page` writes the page, whose
parts stand in `page.html`, `replay.css`, `words.js`, `layout.js` and `replay.js`.
"""

from __future__ import annotations

import argparse
import os
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

from ...tensors.tensor import Tensor
from ..kept import gradients_of, nodes_behind
from ..language import spoken
from ..running import run
from .page import write
from .record import Recorder

__all__ = ["main", "recording", "replay"]


@contextmanager
def recording(path: str | os.PathLike, *, steps: int = 5, language: str | None = None) -> Iterator[Recorder]:
    """Write a page on which one steps through what runs inside: each operation, each gradient, each change of a weight.

    The page shows the program, the graph and the arrays, and needs no other file. It shows the first `steps` backward passes; later ones
    run as if nothing were recorded. The numbers are the engine's own, noted while it runs: of large arrays a part.

    >>> import tempfile
    >>> import minitorch_pt as torch
    >>> from minitorch_pt.teaching import replay
    >>> folder, w = tempfile.TemporaryDirectory(), torch.tensor(2.0, requires_grad=True)
    >>> with replay.recording(f"{folder.name}/page.html"):
    ...     loss = (w * 3.0 - 5.0) ** 2
    ...     loss.backward()
    ...
    >>> w.grad
    tensor(6.)
    >>> folder.cleanup()

    Args:
        path: where the page goes.
        steps: backward passes, which are as many steps of training, that the page shows at most.
        language: "en" or "pt", in which the page opens; it can be changed there.

    Raises:
        RuntimeError: no backward pass went through operations that ran inside.
        ValueError: `steps` is no positive number, or the language is neither of the two.
    """
    spoken(language)
    if not isinstance(steps, int) or isinstance(steps, bool) or steps < 1:
        raise ValueError(f"steps must be a positive number of backward passes, got {steps!r}")
    recorder = Recorder(steps)
    recorder.start()
    try:
        yield recorder
    finally:
        recorder.stop()
    write(path, recorder.steps, Path(path).stem, language)


def replay(loss: Tensor | Callable[[], Tensor], path: str | os.PathLike, *, language: str | None = None) -> Path:
    """Write a page on which one steps through the computation of one loss and its backpropagation. No `.grad` is touched.

    Give a function that computes the loss, and the page shows the lines of the program and all values, noted while it runs. Of a Tensor
    that was computed before it shows what autograd kept: no lines, and values of steps that keep none only where they can be told from others.

    >>> import tempfile
    >>> import minitorch_pt as torch
    >>> from minitorch_pt.teaching import replay
    >>> folder, w = tempfile.TemporaryDirectory(), torch.tensor(2.0, requires_grad=True)
    >>> replay.replay(lambda: (w * 3.0 - 5.0) ** 2, f"{folder.name}/page.html").name
    'page.html'
    >>> folder.cleanup()

    Args:
        loss: a function without arguments that returns the loss, or the loss, before `backward()` or after `backward(retain_graph=True)`.
        path: where the page goes.
        language: "en" or "pt", in which the page opens; it can be changed there.

    Raises:
        TypeError: `loss` is neither, or the function returns no Tensor.
        RuntimeError: it has no graph, is not a single number, or its graph was released by backward().
        ValueError: the language is neither of the two.
    """
    spoken(language)
    recorder = Recorder(1)
    if isinstance(loss, Tensor):
        recorder.follow_kept(_checked(loss))
        result = loss
    elif callable(loss):
        recorder.start()
        try:
            result = _checked(loss())
        except BaseException:
            recorder.stop()
            raise
    else:
        raise TypeError(f"replay() needs a loss, a Tensor, or a function that computes one, got {type(loss).__name__}")
    try:
        gradients_of(result, nodes_behind(result._node))
    finally:
        recorder.stop()
    return write(path, recorder.steps, Path(path).stem, language)


def _checked(loss: object) -> Tensor:
    """The loss, if backpropagation can begin there."""
    if not isinstance(loss, Tensor):
        raise TypeError(
            f"the function given to replay() must return the loss, a Tensor, and returned {type(loss).__name__}"
        )
    if loss.grad_fn is None:
        raise RuntimeError(
            "the loss has no graph: compute it from a tensor with requires_grad=True, outside of no_grad()"
        )
    if loss.numel() != 1:
        raise RuntimeError(
            f"backpropagation begins at a single number, got shape {tuple(loss.shape)}: give the loss, or its .sum()"
        )
    return loss


def main(arguments: list[str]) -> None:
    """`minitorch-pt replay program.py -o page.html`."""
    parser = argparse.ArgumentParser(
        prog="minitorch-pt replay",
        usage="%(prog)s [-h] program [-o page.html] [--steps n] [--language en|pt] [arguments ...]",
        description="Runs a PyTorch program on this library, and writes a page on which one steps through its training, forward, backward, "
        "step of the optimizer, with all numbers. The other arguments are the program's; all are, after --.",
        allow_abbrev=False,
    )
    add = parser.add_argument
    add("program", help="a file, or a directory or zip file with a __main__.py")
    add(
        "-o",
        "--output",
        type=Path,
        default=Path("replay.html"),
        metavar="page.html",
        help="where (default: replay.html)",
    )
    add("--steps", type=int, default=5, metavar="n", help="backward passes that the page shows (default: 5)")
    add("--language", choices=["en", "pt"], help="in which the page opens; it can be changed there")
    end = arguments.index("--") if "--" in arguments else len(arguments)
    given, others = parser.parse_known_args(arguments[:end])
    if given.steps < 1:
        parser.error("--steps must be at least 1")
    target = given.output.absolute()  # the program may go elsewhere
    recorder = Recorder(given.steps)
    recorder.start()
    try:
        run(given.program, [*others, *arguments[end + 1 :]])
    finally:  # also of a program that ends by sys.exit() or an error
        recorder.stop()
        if recorder.steps:
            write(target, recorder.steps, Path(given.program).stem, given.language)
            print(f"{given.output}: open it in a browser", file=sys.stderr)
    if not recorder.steps:
        sys.exit("minitorch-pt replay: no page, for the program ran no backward()")
