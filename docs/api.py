"""Pages of the API: for each module of torch's the public names that are here, with their docstrings, source and namesake in PyTorch."""

from __future__ import annotations

import ast
import functools
import importlib
import inspect
import re
from pathlib import Path
from types import ModuleType
from typing import Any

MODULES = (
    "", "Tensor", "nn", "nn.functional", "nn.init", "nn.utils", "optim", "optim.lr_scheduler", "utils.data", "autograd", "autograd.functional", "func", "linalg",
    "special", "distributions", "signal.windows", "sparse", "testing", "teaching.datasets", "teaching.viz",
)  # fmt: skip
# what stands at the top of the package and in PyTorch elsewhere only: in Tensor, linalg, random, or nowhere
NOT_AT_TOP = {
    "contiguous", "expand", "expand_as", "fill_inplace", "fork_rng", "get_printoptions", "getitem", "householder_product", "linear", "matrix_transpose", "one_hot",
    "permute_dims", "repeat", "reshape_as", "reversed_axes", "sum_to_size", "unfold", "view", "view_as", "zeroed",
}  # fmt: skip
THEIRS = "https://docs.pytorch.org/docs/stable/generated/torch.{}.html"
ROOT = Path(__file__).parent.parent
WORDS = {
    "en": {"source": "Source", "same": "in PyTorch", "line": "line", "raises": "Raises", "methods": "Methods"},
    "pt": {"source": "Código-fonte", "same": "no PyTorch", "line": "linha", "raises": "Erros", "methods": "Métodos"},
}


def holder(path: str) -> Any:
    """The module, or the class Tensor."""
    package = importlib.import_module("minitorch_pt")
    return package.Tensor if path == "Tensor" else importlib.import_module(f"minitorch_pt.{path}".rstrip("."))


def names(module: Any) -> list[str]:
    """The public functions and classes of a module, or methods of a class, that have a docstring."""
    shown = getattr(module, "__all__", None) if isinstance(module, ModuleType) else None
    elsewhere = NOT_AT_TOP if getattr(module, "__name__", "") == "minitorch_pt" else set()
    public = [name for name in sorted(shown or dir(module)) if name[0] != "_" and name not in elsewhere]
    things = {name: getattr(module, name, None) for name in public}
    return [
        name
        for name, thing in things.items()
        if (inspect.isroutine(thing) or inspect.isclass(thing)) and inspect.getdoc(thing)
    ]


@functools.cache
def _classes() -> dict[tuple[str, str | None], tuple[str, int]]:
    """(name, docstring) of each class of the package: its file and line. Where a class says that it is from, as PyTorch's does, tells neither."""
    return {
        (node.name, ast.get_docstring(node)): (path.relative_to(ROOT).as_posix(), node.lineno)
        for path in sorted((ROOT / "minitorch_pt").rglob("*.py"))
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8")))
        if isinstance(node, ast.ClassDef)
    }


def place_of(thing: Any) -> tuple[str, int] | None:
    """The file and line of a function or class: ("minitorch_pt/ops/shape.py", 10)."""
    if inspect.isclass(thing):
        made_by = type(thing)  # torch.FloatTensor and its kin stand in no file themselves
        found = _classes().get((thing.__name__, inspect.cleandoc(thing.__doc__ or "")))
        return found or _classes().get((made_by.__name__, inspect.cleandoc(made_by.__doc__ or "")))
    code = getattr(inspect.unwrap(thing), "__code__", None)
    path = Path(code.co_filename).resolve() if code else ROOT
    return (
        (path.relative_to(ROOT).as_posix(), code.co_firstlineno)
        if code and ROOT / "minitorch_pt" in path.parents
        else None
    )


def signature(thing: Any) -> str:
    """The parameters as one calls them, without annotations."""
    try:
        found = inspect.signature(thing)
    except (TypeError, ValueError):
        return "(...)"
    plain = [p.replace(annotation=p.empty) for p in found.parameters.values() if p.name != "self"]
    text = str(found.replace(parameters=plain, return_annotation=found.empty))
    return re.sub(r"<[^>]*>", "...", text)


def prose(doc: str, language: str) -> str:
    """A docstring in Markdown: its paragraphs, errors as a list, examples as code."""
    parts = []
    for block in re.split(r"\n\s*\n", inspect.cleandoc(doc)):
        if block.startswith(">>>"):
            parts.append(f"```pycon\n{block}\n```")
        elif block.startswith("Raises:"):
            lines = re.sub(r"\s+", " ", block.removeprefix("Raises:")).strip()
            parts.append(f"**{WORDS[language]['raises']}:** {plain(lines)}")
        elif re.search(r"\n {2,}", block) and not block.startswith(("-", "*")):
            parts.append(f"```text\n{block}\n```")  # drawn: formulas and tables in columns
        else:
            parts.append(plain(" ".join(block.splitlines())))
    return "\n\n".join(parts)


def plain(text: str) -> str:
    """Text whose signs mean themselves, but for `code` and **what is bold**."""
    pieces = re.split(r"(`[^`]+`|\*\*[^*]+\*\*)", text)
    return "".join(
        piece if i % 2 else re.sub(r"([\\*_<>|{}\[\]$#~^])", r"\\\1", piece) for i, piece in enumerate(pieces)
    )


def page(path: str, language: str) -> str:
    """The page of a module."""
    module, words = holder(path), WORDS[language]
    title = f"torch.{path}".rstrip(".") if not path.startswith("teaching") else f"minitorch_pt.{path}"
    doc = "" if path == "Tensor" else (inspect.getdoc(module) or "").partition("\n\n")[0]
    lines = [f"# {title}", "", plain(doc), ""]
    for name in names(module):
        thing = getattr(module, name)
        kind = "method" if path == "Tensor" else "class" if inspect.isclass(thing) else "function"
        lines += [
            f"````{{py:{kind}}} {title}.{name}{signature(thing)}",
            "",
            prose(inspect.getdoc(thing) or "", language),
            "",
        ]
        if (place := place_of(thing)) is not None:
            file, line = place
            lines.append(
                f"{words['source']}: <a href='../source/{file}.html#L-{line}'>{file}, {words['line']} {line}</a> "
            )
        if not path.startswith("teaching"):
            lines.append(f"· [{words['same']}]({THEIRS.format(f'{path}.{name}'.lstrip('.'))})")
        lines += ["````", ""]
    return "\n".join(lines)
