"""A model as a table: its layers, the shape that each gives, and how many parameters it holds."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, NamedTuple

from ..tensors.creation import zeros

__all__ = ["Row", "Summary", "summary"]

_TEXTS = {
    "en": {
        "head": ("layer", "output shape", "parameters"),
        "total": "{total} parameters, {learnt} of them trainable, {size}",
        "plain": "{name} is a plain list or dict, whose layers are not found: make it an nn.ModuleList or nn.ModuleDict",
    },
    "pt": {
        "head": ("camada", "formato da saída", "parâmetros"),
        "total": "{total} parâmetros, {learnt} deles treináveis, {size}",
        "plain": "{name} é uma lista ou um dicionário comum, cujas camadas não são encontradas: faça dele um nn.ModuleList ou nn.ModuleDict",
    },
}


class Row(NamedTuple):
    """One layer: the shape is that of its first result, None if it was not called; the parameters are those that it holds itself."""

    name: str
    kind: str
    shape: tuple[int, ...] | None
    parameters: int


@dataclass(frozen=True, repr=False)
class Summary:
    """What `summary` returns; it prints as a table."""

    rows: list[Row]
    total: int
    trainable: int
    bytes: int
    plain: list[str]
    language: str

    def __repr__(self) -> str:
        texts: dict[str, Any] = _TEXTS[self.language]
        table = [texts["head"]]
        for name, kind, shape, parameters in self.rows:
            depth, last = (name.count(".") + 1, name.rpartition(".")[2] + ": ") if name else (0, "")
            count = self._number(parameters) if parameters else ""
            table.append(("  " * depth + last + kind, "" if shape is None else str([*shape]), count))
        first, second, third = (max(map(len, column)) for column in zip(*table, strict=True))
        lines = [f"{a:{first}}  {b:{second}}  {c:>{third}}".rstrip() for a, b, c in table]
        size = f"{self._number(-(-self.bytes // 1024))} KiB"
        counted = texts["total"].format(total=self._number(self.total), learnt=self._number(self.trainable), size=size)
        return "\n".join([*lines, counted, *(texts["plain"].format(name=name) for name in self.plain)])

    def _number(self, n: int) -> str:
        return f"{n:,}".replace(",", "." if self.language == "pt" else ",")


def summary(model: Any, *inputs: Any, language: str = "en") -> Summary:
    """The layers of a model in a table: output shapes and numbers of parameters; one that several share is counted where it stands first.

    inputs: what the model is called with: tensors, or sizes such as (1, 784), for which it gets zeros; without them no shapes are shown.
    The model runs as in `eval()`, and is left as it was; a model of PyTorch's serves as well.

    language: "en", or "pt" for Brazilian Portuguese.

    >>> import minitorch_pt as torch
    >>> model = torch.nn.Sequential(torch.nn.Linear(784, 32), torch.nn.ReLU(), torch.nn.Linear(32, 10))
    >>> summary(model, (1, 784))
    layer        output shape  parameters
    Sequential   [1, 10]
      0: Linear  [1, 32]           25,120
      1: ReLU    [1, 32]
      2: Linear  [1, 10]              330
    25,450 parameters, 25,450 of them trainable, 100 KiB
    """
    shapes = _shapes(model, inputs) if inputs else {}
    seen: dict[int, Any] = {}
    rows = []
    for name, module in model.named_modules():
        own = [p for p in module.parameters(recurse=False) if id(p) not in seen]
        seen.update((id(p), p) for p in own)
        rows.append(Row(name, type(module).__name__, shapes.get(id(module)), sum(p.numel() for p in own)))
    total, learnt, size = (
        sum(p.numel() * weight(p) for p in seen.values())
        for weight in (lambda p: 1, lambda p: p.requires_grad, lambda p: p.element_size())
    )
    return Summary(rows, total, learnt, size, _plain(model), language)


def _shapes(model: Any, inputs: tuple) -> dict[int, tuple[int, ...]]:
    """The shape of each module's first result, by the module's id."""
    first = next(model.parameters(), None)
    made = zeros if first is None or not first.is_floating_point() else first.new_zeros
    given = [made(x) if isinstance(x, (tuple, list)) else x for x in inputs]
    shapes: dict[int, tuple[int, ...]] = {}

    def note(module: Any, _: Any, output: Any) -> None:
        tensor = _first_tensor(output)
        if tensor is not None:
            shapes.setdefault(id(module), tuple(tensor.shape))

    modules = [(module, module.training) for module in model.modules()]
    handles = [module.register_forward_hook(note) for module, _ in modules]
    try:
        model.eval()
        model(*given)
    finally:
        for handle in handles:
            handle.remove()
        for module, training in modules:
            module.training = training
    return shapes


def _first_tensor(output: Any) -> Any:
    """The first tensor of a result that may be a tuple, a list or a dictionary, or None."""
    if isinstance(output, dict):
        output = [*output.values()]
    if isinstance(output, (tuple, list)):
        return next((found for found in map(_first_tensor, output) if found is not None), None)
    return output if hasattr(output, "shape") else None


def _plain(model: Any) -> list[str]:
    """The lists and dictionaries of modules of which the model does not know."""
    known = {id(module) for module in model.modules()}
    found = []
    for name, module in model.named_modules():
        for key, value in vars(module).items():
            held = value.values() if isinstance(value, dict) else value if isinstance(value, (list, tuple)) else ()
            if not key.startswith("_") and any(hasattr(m, "named_modules") and id(m) not in known for m in held):
                found.append(f"{name}.{key}" if name else key)
    return found
