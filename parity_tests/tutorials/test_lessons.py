"""The lessons: one code in two languages, run as scripts, with recorded numbers, in an order that needs nothing from later ones."""

from __future__ import annotations

import ast
import json
import re
import subprocess
import sys
from collections import Counter
from pathlib import Path

import jupytext
import pytest

from tutorials import run_all

ROOT = Path(__file__).parents[2]
TUTORIALS = ROOT / "tutorials"
CONTENTS = (TUTORIALS / "README.md").read_text(encoding="utf-8")
LESSONS = run_all.lessons()
MODELLED = [path for path in LESSONS if run_all.key(path) != "00"]  # the quick start has a form of its own
ENGLISH, PORTUGUESE = ([path for path in LESSONS if path.parent.name == language] for language in run_all.LANGUAGES)
SECTIONS = {
    "en": ("## When it goes wrong", "## The same under PyTorch", "## Summary", "## Exercises"),
    "pt": ("## Quando dá errado", "## O mesmo no PyTorch", "## Resumo", "## Exercícios"),
}
HEAD = {"en": ("**Question:**", "**Needs:**", "**Time:**"), "pt": ("**Pergunta:**", "**Precisa de:**", "**Tempo:**")}
# the lesson that teaches a name; any other lesson that uses it comes later
TAUGHT = {
    "transpose": 5, "matmul": 5, "dot": 5, "T": 5, "DataLoader": 6, "TensorDataset": 6, "Module": 7, "Linear": 7, "manual_seed": 6,
    "Sequential": 8, "ReLU": 9, "relu": 9, "Sigmoid": 9, "sigmoid": 9, "Tanh": 9, "tanh": 9, "softmax": 9, "MSELoss": 10, "mse_loss": 10,
    "CrossEntropyLoss": 10, "cross_entropy": 10, "BCELoss": 10, "BCEWithLogitsLoss": 10, "L1Loss": 10, "l1_loss": 10, "nll_loss": 10,
    "binary_cross_entropy_with_logits": 10, "requires_grad": 11, "backward": 11, "no_grad": 11, "grad": 11,
    "Parameter": 7, "register_buffer": 8,
    "zero_grad": 12, "optim": 12, "SGD": 12, "Adam": 12, "Dropout": 14, "weight_decay": 14, "Conv2d": 15, "conv2d": 15, "MaxPool2d": 15,
    "eval": 14,
    "RNN": 16, "LSTM": 17, "Embedding": 19, "LayerNorm": 19, "MultiheadAttention": 19, "distributed": 22,
    "max_pool2d": 15, "unrolled": 16, "gates": 17,
}  # fmt: skip
IMPORTS = {"numpy", "matplotlib", "tqdm", "minitorch_pt", "torch", *sys.stdlib_module_names} - {
    "socket",
    "ssl",
    "http",
    "urllib",
    "ftplib",
    "smtplib",
    "requests",
    "pickle",
}
HEADINGS = """
## O que são redes neurais?
### Inspiração biológica
## Estrutura de uma rede neural artificial
## Funcionamento
## Tipos de redes neurais
## Underfitting e Overfitting
# **Overfitting (Sobreajuste)**
#### **Características do Overfitting:**
#### **Exemplo:**
#### **Como evitar o Overfitting:**
# **Underfitting (Subajuste)**
#### **Características do Underfitting:**
#### **Exemplo:**
#### **Como evitar o Underfitting:**
## Pesos
### Exemplo
## Bias (viés)
## Array shape (numpy)
### O que é um array shape?
### Vetor
### Matriz
### Tensor
## Produto escalar (dot product)
### Exemplo:
## Batches
### Exemplo:
### Código
## Objetos
### Explicação
### **O que isso significa?**
## Código final:
## Camada densa; Camada oculta e Camadas esparsas
## Função de ativação
""".strip().splitlines()

each = pytest.mark.parametrize("lesson", LESSONS, ids=lambda path: f"{path.parent.name}/{path.stem}")
modelled = pytest.mark.parametrize("lesson", MODELLED, ids=lambda path: f"{path.parent.name}/{path.stem}")


def source(lesson: Path) -> str:
    return lesson.read_text(encoding="utf-8")


def cells(lesson: Path) -> list:
    return jupytext.read(lesson, fmt="py:percent").cells


def prose(lesson: Path) -> str:
    return "\n\n".join(cell.source for cell in cells(lesson) if cell.cell_type == "markdown")


# --- both languages -------------------------------------------------------------------------------------------------------------------


class Wordless(ast.NodeTransformer):
    """Takes the texts out of a program."""

    def visit_Constant(self, node):
        return ast.Constant("") if isinstance(node.value, str) else node

    def visit_JoinedStr(self, node):
        values = [self.visit(v) for v in node.values if isinstance(v, ast.FormattedValue)]
        # the two languages may name the values in another order
        return ast.Tuple(sorted(values, key=ast.dump), ast.Load())

    def visit_Expr(self, node):  # a docstring may stand in one language alone
        return (
            None
            if isinstance(node.value, ast.Constant) and isinstance(node.value.value, str)
            else self.generic_visit(node)
        )


def wordless(text: str) -> str:
    return ast.dump(Wordless().visit(ast.parse(text)))


def test_each_lesson_has_its_twin():
    assert [run_all.key(p) for p in ENGLISH] == [run_all.key(p) for p in PORTUGUESE]
    assert ENGLISH


@pytest.mark.parametrize(("english", "portuguese"), list(zip(ENGLISH, PORTUGUESE, strict=False)), ids=lambda p: p.stem)
def test_both_languages_run_the_same_code_cell_by_cell(english, portuguese):
    assert [cell.cell_type for cell in cells(english)] == [cell.cell_type for cell in cells(portuguese)]
    for ours, theirs in zip(cells(english), cells(portuguese), strict=True):
        if ours.cell_type == "code":
            assert wordless(ours.source) == wordless(theirs.source)


@pytest.mark.parametrize(
    ("english", "portuguese", "equal"),
    [
        ('"""Sum."""\nprint("sum", a)  # words', 'print("soma", a)', True),
        ('print(f"{a} of {b:.2f}")', 'print(f"de {b:.2f}, {a}")', True),
        ('print(f"{a} of {b:.2f}")', 'print(f"de {b:.3f}, {a}")', True),
        ('print(f"{a} of {b}")', 'print(f"{a} de {c}")', False),
        ("x = 1", "x = 2", False),
        ('check(f, language="en")', 'check(f, language="pt")', True),
        ('check(f, language="en")', 'check(g, language="pt")', False),
    ],
)
def test_what_counts_as_the_same_code(english, portuguese, equal):
    assert (wordless(english) == wordless(portuguese)) == equal


# --- they run -------------------------------------------------------------------------------------------------------------------------


@each
def test_a_lesson_runs_and_prints_the_recorded_numbers(lesson, tmp_path):
    done = run_all.run(lesson, tmp_path)
    assert not done.failed, done.printed + done.errors
    assert run_all.record_of(lesson).exists(), f"record it: python tutorials/run_all.py --record {run_all.key(lesson)}"
    wrong = run_all.difference(done.printed, run_all.record_of(lesson).read_text(encoding="utf-8"))
    assert wrong is None, wrong
    kept = {path.name for path in run_all.pictures_of(lesson).glob(f"{run_all.key(lesson)}_*")}
    assert kept == set(done.pictures), f"draw them: python tutorials/run_all.py --record {run_all.key(lesson)}"
    twins = [line for line in done.printed.splitlines() if line.startswith("PyTorch")]
    assert twins or lesson not in MODELLED
    assert not [line for line in twins if re.search(r"differ(s|ent)\b|diferentes?\b|no answer|sem resposta", line)]


@pytest.mark.parametrize(
    ("printed", "recorded", "equal"),
    [
        ("z = 2.8", "z = 2.8", True),
        ("z = 2.8", "z = 2.80", False),
        ("z = 2.8", "z = 2.9", False),
        ("z = -2.8", "z = 2.8", False),
        ("3 of 10 samples\nno number", "das 10 amostras, 3\n\nnada", True),
        ("tensor([1.0000e+00, -3.])", "tensor([1.0000e+00, -4.])", False),
        ("one 1\ntwo 2", "one 1", False),
        ("one 1", "one 1\ntwo 2", False),
        ("PyTorch: 0.1\nin 3 seconds\nem 4 segundos\n│ x = 5\n1", "1", True),
        ("accuracy ≈ 0.951", "accuracy ≈ 0.96", True),
        ("accuracy ≈ 0.951", "accuracy ≈ 0.85", False),
        ("accuracy = 0.951", "accuracy ≈ 0.96", False),
        ("x1 and x2", "x3 and x4", True),  # names, not numbers
    ],
)
def test_what_counts_as_the_same_numbers(printed, recorded, equal):
    assert (run_all.difference(printed, recorded) is None) == equal


@pytest.mark.parametrize(
    ("code", "failed"), [("print(1)", False), ("import warnings; warnings.warn('x')", True), ("1 / 0", True)]
)
def test_a_warning_fails_a_lesson(tmp_path, code, failed):
    (tmp_path / "lesson.py").write_text(code)
    assert run_all.run(tmp_path / "lesson.py", tmp_path).failed == failed


def test_the_command_runs_chosen_lessons():
    command = [sys.executable, TUTORIALS / "run_all.py", "99"]
    done = subprocess.run(command, capture_output=True, text=True, cwd=ROOT)
    assert done.returncode == 1
    assert "0 passed, 0 failed" in done.stdout


@each
def test_a_lesson_reaches_for_nothing_outside(lesson):
    for node in ast.walk(ast.parse(source(lesson))):
        if isinstance(node, (ast.Import, ast.ImportFrom)):
            names = [node.module] if isinstance(node, ast.ImportFrom) else [alias.name for alias in node.names]
            assert {name.split(".")[0] for name in names} <= IMPORTS
    assert "__file__" not in source(lesson), "a notebook has no __file__"


@each
def test_an_interrupted_lesson_stops_cleanly(lesson):
    assert "tqdm(" not in source(lesson) or "except KeyboardInterrupt:" in source(lesson)


# --- the form -------------------------------------------------------------------------------------------------------------------------


@each
def test_a_lesson_opens_as_a_notebook(lesson):
    kinds = [cell.cell_type for cell in cells(lesson)]
    assert kinds[0] == "markdown"
    assert set(kinds) == {"markdown", "code"}
    written = jupytext.writes(jupytext.read(lesson, fmt="py:percent"), fmt="ipynb")
    assert '"nbformat": 4' in written


@modelled
def test_the_head_and_the_sections(lesson):
    language, number, text = lesson.parent.name, int(lesson.name[:2]), prose(lesson)
    assert text.startswith(f"# {run_all.key(lesson)} · ")
    places = [text.index(part) for part in HEAD[language]]
    places += [text.index(f"\n{part}") for part in SECTIONS[language]]
    assert places[:3] == sorted(places[:3])
    assert places[-2:] == sorted(places)[-2:], "the summary and the exercises come last"
    needs = re.search(rf"{re.escape(HEAD[language][1])}(.*)", text)[1]
    assert all(int(n) < number for n in re.findall(r"\d+", needs))


def minutes(lesson: Path) -> float:
    """How long a lesson takes to read without its exercises: 180 words a minute, and 6 seconds for a line of code that says something."""
    words = lines = 0
    for cell in cells(lesson):
        if cell.cell_type == "markdown":
            text, exercises, _ = cell.source.partition(SECTIONS[lesson.parent.name][-1])
            words += len(text.split())
            if exercises:
                break
        else:
            told = [line.strip() for line in cell.source.splitlines()]
            lines += sum(not line.startswith(("import", "from", "#", "viz.save", "figure")) for line in told if line)
    return words / 180 + lines / 10


@modelled
def test_the_time_to_read_is_honest(lesson):
    said = int(re.search(rf"{re.escape(HEAD[lesson.parent.name][2])} (\d+) min", prose(lesson))[1])
    assert abs(said - minutes(lesson)) <= 1.5


@modelled
def test_a_cell_is_one_screen(lesson):
    long = [cell.source.partition("\n")[0] for cell in cells(lesson) if cell.source.count("\n") >= 40]
    assert not long


@modelled
def test_a_lesson_uses_nothing_that_a_later_one_teaches(lesson):
    used = set()
    for node in ast.walk(ast.parse(source(lesson))):
        used |= {node.attr} if isinstance(node, ast.Attribute) else set()
        used |= {node.id} if isinstance(node, ast.Name) else set()
        used |= {node.arg} if isinstance(node, ast.keyword) else set()
        used |= (
            {alias.name.split(".")[-1] for alias in node.names}
            if isinstance(node, (ast.Import, ast.ImportFrom))
            else set()
        )
        if isinstance(node, ast.BinOp) and isinstance(node.op, ast.MatMult):
            used.add("matmul")
    number = int(lesson.name[:2]) or len(LESSONS)  # what stands before lesson 01 shows what is to come, and says so
    assert not {name: TAUGHT[name] for name in used & set(TAUGHT) if TAUGHT[name] > number}


# --- questions and guesses ------------------------------------------------------------------------------------------------------------

GUESS = {"en": "**Guess first:**", "pt": "**Adivinhe primeiro:**"}
QUESTIONS = {"en": ("**From earlier lessons:**", "lesson"), "pt": ("**De aulas anteriores:**", "aula")}
ANSWERS = {
    "en": "## Answers to the three questions\n\n<details>\n<summary>Show them</summary>\n\n",
    "pt": "## Respostas às três perguntas\n\n<details>\n<summary>Mostrar</summary>\n\n",
}


@each
def test_a_surprise_is_guessed_first(lesson):
    """One to three times in a lesson, at the end of a text whose next cell prints or draws the answer."""
    guess, guessed = GUESS[lesson.parent.name], []
    for cell, after in zip(cells(lesson), [*cells(lesson)[1:], None], strict=True):
        assert guess not in cell.source or cell.cell_type == "markdown"
        if guess in cell.source:
            last = cell.source.rpartition(guess)[2]
            assert "\n\n" not in last and last.endswith("?"), f"nothing stands between a guess and its output: {last}"
            assert after.cell_type == "code" and re.search(r"print\(|^figure$", after.source, re.M), last
            guessed.append(last)
    assert 1 <= len(guessed) <= 3


@modelled
def test_three_questions_from_earlier_lessons_and_their_answers(lesson):
    """One of the lesson before, one of some lessons ago, one of long ago; the answers are folded at the end."""
    start, word = QUESTIONS[lesson.parent.name]
    questions = re.findall(
        rf"^(\d)\. .*?\?.*?\({word} (\d\d\w?)\)$", cells(lesson)[0].source.partition(start)[2], re.M | re.S
    )
    assert [n for n, _ in questions] == ["1", "2", "3"]
    earlier = [path.name.partition("_")[0] for path in LESSONS if path.parent == lesson.parent and path < lesson]
    asked = [number for _, number in questions]
    assert asked[0] in earlier[-2:] and asked == sorted(asked, reverse=True) and set(asked) <= set(earlier)
    assert len(set(asked)) == 3 or lesson.name[:2] < "03"
    end = cells(lesson)[-1].source
    assert end.startswith(ANSWERS[lesson.parent.name]) and end.endswith("\n\n</details>")
    answers = re.split(r"^\d\. ", end, flags=re.M)[1:]
    assert len(answers) == 3 and all(
        answer.rstrip().removesuffix("</details>").rstrip().endswith(".") for answer in answers
    )


@pytest.mark.parametrize(("english", "portuguese"), list(zip(ENGLISH, PORTUGUESE, strict=False)), ids=lambda p: p.stem)
def test_questions_and_guesses_are_the_same_in_both_languages(english, portuguese):
    asked = [
        re.findall(rf"\({QUESTIONS[p.parent.name][1]} (\d\d\w?)\)$", cells(p)[0].source, re.M)
        for p in (english, portuguese)
    ]
    guessed = [[GUESS[p.parent.name] in cell.source for cell in cells(p)] for p in (english, portuguese)]
    assert asked[0] == asked[1] and guessed[0] == guessed[1]


# --- exercises ------------------------------------------------------------------------------------------------------------------------


def exercises(tree: ast.Module) -> list[str]:
    return [n.name for n in tree.body if isinstance(n, ast.FunctionDef) and n.name.startswith("exercise_")]


@modelled
def test_exercises_are_three_to_five_and_open(lesson):
    tree = ast.parse(source(lesson))
    names = exercises(tree)
    assert names == [f"exercise_{i}" for i in range(1, len(names) + 1)]
    assert 3 <= len(names) <= 5
    record = run_all.record_of(lesson).read_text(encoding="utf-8")
    assert re.findall(r"^exercise (\d): not answered yet$", record, re.M) == [n[-1] for n in names]
    checks = [
        n for n in ast.walk(tree) if isinstance(n, ast.Call) and isinstance(n.func, ast.Name) and n.func.id == "check"
    ]
    assert [call.args[0].id for call in checks] == names


@each
def test_a_lesson_sets_its_language_once(lesson):
    assert source(lesson).count(f'speak("{lesson.parent.name}")') == 1
    assert "language=" not in source(lesson)


@modelled
def test_solutions_pass_and_wrong_answers_are_refused(lesson, tmp_path):
    """The lesson runs with a check that is shown the solution, the recorded wrong answers and those that are wrong anywhere."""
    done = run_all.run(lesson, tmp_path, [Path(__file__).with_name("answers.py")], [tmp_path / "said.json"])
    assert not done.failed, done.printed + done.errors
    said = json.loads((tmp_path / "said.json").read_text(encoding="utf-8"))
    assert list(said) == exercises(ast.parse(source(lesson)))
    word, right, line = {"en": ("exercise", "right", "line"), "pt": ("exercício", "certo", "linha")}[lesson.parent.name]
    for name, answers in said.items():
        head = f"{word} {name[-1]}: "
        assert answers.pop("solution") == f"{head}{right}\n"
        assert sum(label.startswith("wrong") for label in answers) >= 4, f"{name} has too few wrong answers"
        for label, text in answers.items():
            assert text.startswith(f"{head}{name}("), f"{label}: {text}"
            assert label not in ("crash", "endless", "exit", "other arguments") or f"\n    {line} " in text, text


# --- the table of contents ------------------------------------------------------------------------------------------------------------


def planned(language: str) -> list[str]:
    return re.findall(rf"\]\(({language}/\d\d[a-z]?_\w+\.py)\)", CONTENTS)


@pytest.mark.parametrize("language", run_all.LANGUAGES)
def test_the_lessons_stand_in_the_table(language):
    assert [run_all.key(Path(name)) for name in planned(language)] == ["00", "00b", *(f"{i:02}" for i in range(1, 24))]
    written = {path.relative_to(TUTORIALS).as_posix() for path in LESSONS if path.parent.name == language}
    assert written == set(planned(language))


def lesson_numbers(row: str) -> list[int]:
    return [int(n) for n in re.search(r"\| (\d\d(?:, \d\d)*) \|$", row)[1].split(", ")]


def test_each_heading_of_the_notes_has_its_lesson():
    rows = re.findall(r"^\| `(#+ .+?)` (\| .* \|)$", CONTENTS, re.M)
    assert [heading for heading, _ in rows] == HEADINGS
    assert all(0 < n < 24 for _, row in rows for n in lesson_numbers(row))


def test_each_mistake_of_the_notes_has_its_lesson():
    rows = re.findall(r"^\| M(\d+) (\|.*\|)$", CONTENTS, re.M)
    assert [int(number) for number, _ in rows] == list(range(1, 41))
    assert all(len(lesson_numbers(row)) == 1 for _, row in rows)


def test_each_lost_picture_has_its_lesson():
    rows = re.findall(r"^\| `([^`#]+\.(?:png|svg))` (\|.*\|)$", CONTENTS, re.M)
    assert len(rows) == len({name for name, _ in rows}) == 25
    assert all(0 < n < 24 for _, row in rows for n in lesson_numbers(row))


# --- texts ----------------------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "page", [*LESSONS, TUTORIALS / "README.md", TUTORIALS / "glossary.md"], ids=lambda path: f"{path.parent.name}/{path.stem}"
)  # fmt: skip
def test_links_and_files_that_texts_name_exist(page):
    text = prose(page) if page.suffix == ".py" else source(page)
    unwritten = {name for language in run_all.LANGUAGES for name in planned(language)}  # tested above, once written
    for link in re.findall(r"\]\((?!https?:)([^)#]+)", text):
        assert (page.parent / link).exists() or link in unwritten, f"{page.name} links to {link}"
    for name in re.findall(r"`((?:minitorch_pt|parity_tests|tutorials|benchmarks)/[\w./]*)`", text):
        assert (ROOT / name).exists(), f"{page.name} names {name}"


def test_the_glossary_has_a_word_once_and_a_sentence_in_both_languages():
    rows = [
        line.strip("| ").split(" | ")
        for line in source(TUTORIALS / "glossary.md").splitlines()
        if line.startswith("| ")
    ]
    words = [row for row in rows if row[0] != "English"]
    assert all(len(row) == 4 and row[2].endswith(".") and row[3].endswith(".") for row in words)
    assert not [word for word, times in Counter(row[0] for row in words).items() if times > 1]
    portuguese = " ".join(row[1] for row in words)
    for word in [
        "grafo computacional",
        "retropropagação",
        "viés",
        "lote",
        "época",
        "taxa de aprendizado",
        "função de perda",
        "otimizador",
    ]:
        assert word in portuguese


@each
def test_a_lesson_is_plain_pytorch_code(lesson):
    """Its functions take no package: `same_in_pytorch` runs the same code under the other one."""
    assert not re.search(r"\bpackage\b\s*[.=,)]", source(lesson)) or lesson.name.startswith("22_")
    assert "getattr(" not in source(lesson)
