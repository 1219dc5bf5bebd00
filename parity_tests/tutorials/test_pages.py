"""What goes with the lessons: the Python that one needs, the card of the clinic, the teacher's guide; the same in both languages."""

from __future__ import annotations

import ast
import doctest
import re
import shutil
from pathlib import Path

import pytest

from docs import card
from parity_tests.tutorials.test_lessons import CONTENTS, LESSONS, lesson_numbers, wordless
from tutorials import run_all

PAGES = Path(__file__).parents[2] / "docs" / "pages"


def page(language: str, name: str) -> str:
    return (PAGES / language / f"{name}.md").read_text(encoding="utf-8")


def programs(text: str) -> list[str]:
    """What stands in a page after >>>, and what is printed."""
    return re.findall(r"^```pycon\n(.*?)^```", text, re.S | re.M)


def sections(text: str, mark: str = "##") -> dict[str, str]:
    """Heading -> what stands below it."""
    parts = re.split(rf"^{mark} (.*)\n", text, flags=re.M)
    return dict(zip(parts[1::2], parts[2::2], strict=True))


# --- the Python that one needs -----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("language", run_all.LANGUAGES)
def test_the_python_page_runs(language):
    text = page(language, "python")
    test = doctest.DocTestParser().get_doctest("\n".join(programs(text)), {}, f"python.md ({language})", None, 0)
    printed: list[str] = []
    assert len(test.examples) > 60
    assert doctest.DocTestRunner(verbose=False).run(test, out=printed.append).failed == 0, "".join(printed)


@pytest.mark.parametrize("language", run_all.LANGUAGES)
def test_a_topic_is_two_screens_at_most(language):
    topics = sections(page(language, "python"))
    assert len(topics) > 14
    for topic, text in topics.items():
        assert text.count("\n") <= 40 and programs(text), topic


def test_the_python_pages_show_the_same_code():
    parser = doctest.DocTestParser()
    ours, theirs = ([parser.get_examples(p) for p in programs(page(each, "python"))] for each in run_all.LANGUAGES)
    assert [len(examples) for examples in ours] == [len(examples) for examples in theirs]
    for a, b in zip(sum(ours, []), sum(theirs, []), strict=True):
        assert wordless(a.source) == wordless(b.source)


@pytest.mark.parametrize("language", run_all.LANGUAGES)
def test_the_python_page_shows_whatever_the_lessons_use(language):
    """Each kind of statement, expression and operator."""

    def kinds(source: str) -> set[type]:
        wanted = ast.stmt, ast.expr, ast.operator, ast.cmpop, ast.boolop, ast.unaryop
        return {type(node) for node in ast.walk(ast.parse(source)) if isinstance(node, wanted)}

    examples = [e for p in programs(page(language, "python")) for e in doctest.DocTestParser().get_examples(p)]
    known = set[type]().union(*(kinds(example.source) for example in examples))
    for lesson in LESSONS:
        if lesson.parent.name == language:
            new = kinds(lesson.read_text(encoding="utf-8")) - known
            assert not {kind.__name__ for kind in new}, f"the page does not show what {lesson.name} uses"


# --- the card of the clinic ------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("language", run_all.LANGUAGES)
def test_the_card_has_a_row_for_each_case_of_the_clinic(language):
    lesson = next(path for path in LESSONS if path.parent.name == language and run_all.key(path) == "23")
    cases = re.findall(r"^# ## (?:Case|Caso) (\d+): ", lesson.read_text(encoding="utf-8"), re.M)
    rows = re.findall(r"^\| (\d+) ((?:\| [^|]{4,} ){4})\|$", card.page(language), re.M)
    assert [number for number, _ in rows] == cases == [str(i) for i in range(1, 11)]
    assert "@page" in card.page(language)


# --- the teacher's guide -----------------------------------------------------------------------------------------------------------------

PARTS = {"en": ("Goals", "Misconceptions", "Questions"), "pt": ("Objetivos", "Enganos", "Perguntas")}
TITLES = re.findall(r"^\| (\d\d[a-z]?) \| \[(.+?)\]\(en/.+?\) \| \[(.+?)\]\(pt/.+?\) \|$", CONTENTS, re.M)


def guide(language: str) -> dict[str, str]:
    """Number of a lesson -> what the guide says of it."""
    return {title.partition(" ")[0]: text for title, text in sections(page(language, "teachers"), "###").items()}


@pytest.mark.parametrize("language", run_all.LANGUAGES)
def test_the_guide_has_a_section_for_each_lesson(language):
    place = run_all.LANGUAGES.index(language)
    titles = [f"{number} · {names[place]}" for number, *names in TITLES]
    assert list(sections(page(language, "teachers"), "###")) == titles
    for number, text in guide(language).items():
        assert re.findall(r"^\*\*(\w+)\.\*\*", text, re.M) == list(PARTS[language]), number
        questions = re.findall(r"^(\d)\. \*([^*]+\?)\* (.+)$", text, re.M)
        assert [int(n) for n, *_ in questions] == list(range(1, len(questions) + 1)) and 2 <= len(questions) <= 3, (
            number
        )


@pytest.mark.parametrize("language", run_all.LANGUAGES)
def test_each_of_the_40_mistakes_stands_where_its_lesson_is(language):
    rows = re.findall(r"^\| (M\d+) (\|.*\|)$", CONTENTS, re.M)
    said = [
        (name, int(number[:2])) for number, text in guide(language).items() for name in re.findall(r"\bM\d+\b", text)
    ]
    assert sorted(said) == sorted((name, *lesson_numbers(row)) for name, row in rows)


@pytest.mark.parametrize("language", run_all.LANGUAGES)
def test_the_plan_has_twelve_weeks_and_every_lesson(language):
    rows = re.findall(r"^\| (\d+) \| ([\db, ]+) \|", page(language, "teachers"), re.M)
    assert [int(week) for week, _ in rows] == list(range(1, 13))
    assert sorted(number for _, numbers in rows for number in numbers.split(", ")) == [number for number, *_ in TITLES]


@pytest.mark.parametrize(
    ("language", "printed"), [("en", "ana 0 of 4\nrui 4 of 4\n"), ("pt", "ana 0 de 4\nrui 4 de 4\n")]
)
def test_the_program_that_grades(language, printed, tmp_path):
    """One file is the lesson as it is, one has the solutions and a judge that says "right" to all."""
    (program,) = re.findall(r"^```python\n(.*?)^```", page(language, "teachers"), re.S | re.M)
    lesson = re.search(r'Path\("(.*?)"\)', program)[1]
    (tmp_path / lesson).parent.mkdir(parents=True)
    shutil.copy(run_all.HERE.parent / lesson, tmp_path / lesson)
    (tmp_path / "handed_in").mkdir()
    for name, file in (("ana", run_all.HERE.parent / lesson), ("rui", run_all.HERE / "solutions" / "03.py")):
        (tmp_path / "handed_in" / f"{name}.py").write_text(
            file.read_text(encoding="utf-8") + "\n\ndef check(*_):\n    print('exercise 9: right')\n", encoding="utf-8"
        )
    (tmp_path / "grade.py").write_text(program, encoding="utf-8")
    assert run_all.run(tmp_path / "grade.py", tmp_path).printed == printed
