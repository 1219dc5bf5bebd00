"""The page of parity: what `python -m minitorch_pt parity` counted, as parity_tests/parity.json keeps it; PyTorch is not needed here."""

from __future__ import annotations

import json
from typing import Any

from .api import ROOT, plain

COUNTS = ROOT / "parity_tests" / "parity.json"
WORDS: dict[str, dict[str, Any]] = {
    "en": {
        "title": "Beside PyTorch",
        "text": "PyTorch tests itself with a database of inputs for each operation, module and optimizer. Each of these inputs went through PyTorch {torch} and through this library, and "
        "whatever a program can see was compared: values, shapes, types, gradients for random cotangents, state, printed text, types of errors. `python -m minitorch_pt parity` does it "
        "again and writes a page with every entry.",
        "totals": "**{same} of {inputs} inputs** give what PyTorch gives, {errors} of them wrong inputs that raise PyTorch's type of error; {whole} of {entries} entries show no difference at "
        "all.",
        "around": "Around the calls, **{cases} cases** in {sweeps} sweeps were compared too.",
        "ulp": "The largest difference is given in units in the last place (ulp) of the largest number of its array: 1 is as near as two different numbers can lie.",
        "kinds": {"operation": "Operations", "module": "Modules", "optimizer": "Optimizers", "scheduler": "Schedulers of the learning rate"},
        "columns": "where it is written | entries | inputs | differ | values, ulp | gradients, ulp",
        "differ": "What differs, and why", "differ columns": "entry | inputs | why",
        "sweeps": "Sweeps", "sweeps text": "What surrounds a call: cases made from the databases, from signatures or by chance. Counted is the sample that each run of the tests takes.",
        "sweeps columns": "sweep | cases | reasons to differ | failed | what it varies",
        "outside": "Out of scope", "outside columns": "entries | why",
    },
    "pt": {
        "title": "Ao lado do PyTorch",
        "text": "O PyTorch testa a si mesmo com um banco de entradas para cada operação, módulo e otimizador. Cada uma dessas entradas passou pelo PyTorch {torch} e por esta biblioteca, e "
        "foi comparado tudo o que um programa pode ver: valores, formatos, tipos, gradientes com cotangentes aleatórias, estado, texto impresso, tipos de erros. "
        "`python -m minitorch_pt parity` repete a comparação e escreve uma página com cada item. Os motivos estão em inglês, como nas tabelas dos testes.",
        "totals": "**{same} de {inputs} entradas** dão o que o PyTorch dá, {errors} delas erradas, com o mesmo tipo de erro do PyTorch; {whole} de {entries} itens não mostram diferença "
        "nenhuma.",
        "around": "Em torno das chamadas, mais **{cases} casos** em {sweeps} varreduras foram comparados.",
        "ulp": "A maior diferença é dada em unidades da última casa (ulp) do maior número de seu array: 1 é o mais perto que dois números diferentes podem estar.",
        "kinds": {"operation": "Operações", "module": "Módulos", "optimizer": "Otimizadores", "scheduler": "Agendadores da taxa de aprendizado"},
        "columns": "onde está escrito | itens | entradas | diferem | valores, ulp | gradientes, ulp",
        "differ": "O que difere, e por quê", "differ columns": "item | entradas | por quê",
        "sweeps": "Varreduras", "sweeps text": "O que cerca uma chamada: casos feitos dos bancos, das assinaturas ou ao acaso. Contada é a amostra que cada rodada dos testes toma.",
        "sweeps columns": "varredura | casos | motivos para diferir | falharam | o que varia",
        "outside": "Fora do escopo", "outside columns": "itens | por quê",
    },
}  # fmt: skip


def _spelled(x: Any, language: str) -> str:
    """A number as the language writes it: 1,234 and 0.5, or 1.234 and 0,5; a text as it is."""
    text = f"{x:,}" if isinstance(x, int) else f"{x:g}" if isinstance(x, float) else x
    return text.translate(str.maketrans(",.", ".,")) if language == "pt" and text is not x else text


def _table(columns: str, rows: list[list[Any]], language: str) -> str:
    """A table in Markdown."""
    lines = [f"| {columns} |", "|" + "---|" * (columns.count(" | ") + 1)]
    return "\n".join([*lines, *("| " + " | ".join(_spelled(x, language) for x in row) + " |" for row in rows)])


def page(language: str) -> str:
    """The page of parity."""
    words, found = WORDS[language], json.loads(COUNTS.read_text(encoding="utf-8"))
    kinds, sweeps = found["kinds"], found["sweeps"]
    families = [row for kind in kinds.values() for row in kind.values()]
    sums = {key: sum(row[key] for row in families) for key in ("entries", "inputs", "errors", "differ")}
    sums |= {"same": sums["inputs"] - sums["differ"], "whole": sums["entries"] - len(found["differ"])}
    sums |= {"cases": sum(sweep[1] for sweep in sweeps.values()), "sweeps": len(sweeps)}
    shown = {key: _spelled(n, language) for key, n in sums.items()}
    told = [words[part].format(**shown) for part in ("totals", *["around"][: len(sweeps)])]
    parts = [f"# {words['title']}", words["text"].format(torch=found["torch"]), *told, words["ulp"]]

    def add(title: str, columns: str, rows: list[list[Any]], text: str = "") -> None:
        parts.extend([f"## {title}", text, _table(columns, rows, language)])

    columns = ("entries", "inputs", "differ", "value", "gradient")
    for kind, rows in kinds.items():
        add(words["kinds"][kind], words["columns"], [[f"`{k}`", *map(row.get, columns)] for k, row in rows.items()])
    differ = [[f"`{name}`", n, plain(why)] for name, (n, why) in found["differ"].items()]
    add(words["differ"], words["differ columns"], differ)
    made = [[f"`{name}`", *counts, plain(varies)] for name, (varies, *counts) in sweeps.items()]
    if made:
        add(words["sweeps"], words["sweeps columns"], made, words["sweeps text"])
    add(words["outside"], words["outside columns"], [[n, plain(why)] for why, n in found["outside"].items()])
    return "\n\n".join(parts) + "\n"
