"""`minitorch-pt learn`: every exercise of every lesson, in both languages, from the scripts of the lessons themselves."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from minitorch_pt.teaching.language import speaking
from minitorch_pt.teaching.learn import command, judging
from minitorch_pt.teaching.learn.lessons import Lesson, lessons, tutorials

FOLDER = Path(__file__).parents[2] / "tutorials"
WITH_EXERCISES = [
    lesson
    for language in ("en", "pt")
    for lesson in map(Lesson, lessons(FOLDER, language).values())
    if lesson.heads  # the quick start has none
]
each = pytest.mark.parametrize(
    "lesson", WITH_EXERCISES, ids=lambda lesson: f"{lesson.script.parent.name}/{lesson.number}"
)


def test_the_lessons_are_found():
    assert tutorials() == FOLDER
    assert list(lessons(FOLDER, "en")) == list(lessons(FOLDER, "pt"))
    assert len(WITH_EXERCISES) >= 44


def test_the_lessons_of_an_unpacked_source_serve_an_installed_package(tmp_path, monkeypatch):
    monkeypatch.setattr("minitorch_pt.teaching.learn.lessons.__file__", str(tmp_path / "a" / "b" / "c" / "d.py"))
    for place in (FOLDER.parent, FOLDER / "en"):
        monkeypatch.chdir(place)
        assert tutorials() == FOLDER
    monkeypatch.chdir(tmp_path)
    assert tutorials() is None


@each
def test_each_exercise_has_its_texts(lesson):
    assert set(lesson.tasks) == set(lesson.heads) == set(lesson.texts)
    for n, told in lesson.texts.items():
        assert set(told) <= {"hints", "wrong", "random"}, f"exercise {n}"
        assert len(told["hints"]) == 2, f"exercise {n} needs two hints"
        for texts in told["hints"] + told["wrong"]:
            assert len(texts) == 2 and all(text.strip().endswith((".", "?", ":", "...")) for text in texts), texts
            assert texts[0] != texts[1]


@each
@pytest.mark.filterwarnings("ignore:The use of `x.T` on tensors of dimension other than 2")
def test_solutions_are_right_and_wrong_answers_are_refused_with_their_thought(lesson):
    with speaking(lesson.script.parent.name):
        scope, cases = lesson.scope()
        assert set(cases) == set(lesson.heads)
        for n in lesson.heads:
            right = judged(lesson, n, lesson.solution(n, scope), scope, cases)
            assert (right.word, right.thought) == ("right", ""), right.text
            wrong, thoughts = lesson.wrong(n, scope), lesson.texts[n]["wrong"]
            assert len(wrong) == len(thoughts), f"exercise {n}: one thought for each wrong answer"
            asked = [case[:-1] for case in (*cases[n], *judging.random_cases(lesson, n, scope))]
            for i, answer in enumerate(wrong):
                found = judged(lesson, n, answer, scope, cases)
                assert found.word not in ("right", "open"), f"exercise {n}: wrong answer {i} passes"
                own = thoughts[i][lesson.script.parent.name == "pt"]
                if found.thought != own:  # then an earlier one computes the same everywhere
                    twin = next(j for j, texts in enumerate(thoughts) if found.thought in texts)
                    assert twin < i, f"exercise {n}: wrong answer {i} is not known again"
                    assert [type(computed(wrong[twin], a)) for a in asked] == [type(computed(answer, a)) for a in asked]


def judged(lesson, n, answer, scope, cases):
    answer.__name__ = f"exercise_{n}"
    return judging._judged(lesson, n, answer, scope, cases[n])


def computed(answer, arguments):
    return judging._computed(answer, judging._copies(arguments))


@each
def test_exercises_with_arguments_and_plain_answers_have_random_cases(lesson):
    _, cases = lesson.scope()
    for n, given in cases.items():
        plain = all(len(case) > 1 and not callable(case[-1]) for case in given)
        assert plain == ("random" in lesson.texts[n]), f"exercise {n}"


def test_a_thought_is_known_by_what_is_computed_not_by_how_it_is_written():
    lesson = Lesson(lessons(FOLDER, "en")["03"])
    source = (
        "def exercise_1(houses, weights):\n"
        "    parts = []\n"
        "    for house in houses:\n"
        "        parts.append(torch.stack([x * w for x, w in zip(house, weights)]))\n"
        "    return torch.stack(parts)\n"
        "def exercise_2():\n    return ...\n"
        "def exercise_3(houses, weights):\n    return 17\n"
    )
    first, second, third, fourth = judging.judged(lesson, source, "learn_03.py", [1, 2, 3, 4])
    assert first.thought == "These are the products; the price of a house is their sum."
    assert (second.word, fourth.word, third.thought) == ("open", "open", "")
    assert "returns 17, expected 1" in third.text


def test_a_rule_that_only_fits_the_cases_of_the_lesson_meets_random_ones():
    lesson = Lesson(lessons(FOLDER, "en")["06"])
    source = "def exercise_1(samples, size, epochs):\n    return {10: 3, 10_000: 1565}.get(samples, 60)\n"
    (found,) = judging.judged(lesson, source, "learn_06.py", [1])
    assert found.word == "value"


# --- the command ----------------------------------------------------------------------------------------------------------------------


def learn(folder: Path, *words: str, status: int = 0, **env: str) -> str:
    """What `python -m minitorch_pt learn` prints in a folder."""
    env = os.environ | {"PYTHONPATH": str(FOLDER.parent), "PYTHONIOENCODING": "utf-8"} | env
    done = subprocess.run(
        [sys.executable, "-m", "minitorch_pt", "learn", *words],
        cwd=folder,
        env=env,
        capture_output=True,
        encoding="utf-8",
        stdin=subprocess.DEVNULL,
        timeout=120,
    )
    assert done.returncode == status, done.stdout + done.stderr
    return done.stdout + done.stderr


def test_from_an_empty_folder_to_all_solved(tmp_path):
    said = learn(tmp_path, "03", "--lang", "pt")
    assert "Foi criado o arquivo learn_03.py" in said and "0 de 4 resolvidos." in said
    assert "A seguir, exercício 1: Devolva os preços" in said
    file = tmp_path / "learn_03.py"
    written = file.read_text(encoding="utf-8")
    assert written.count("    return ...\n") == 4 and "# 4. " in written

    file.write_text("\ufeff" + written.replace("return ...", "return 1 / 10.764"), encoding="utf-8")  # as Notepad does
    said = learn(tmp_path, "3")  # the language is remembered
    assert "exercício 2: certo\n" in said and "1 de 4 resolvidos." in said
    assert json.loads((tmp_path / ".minitorch_learn.json").read_text())["03"]["solved"] == [2]

    for i, words in enumerate(
        (("Dica 1 do exercício 3:",), ("Dica 1", "Dica 2"), ("Não há mais dicas", "tutorials/solutions/03.py"))
    ):
        said = learn(tmp_path, "03", "--hint", "3")
        assert all(word in said for word in words) and ("Dica 2" in said) == (i > 0)

    solution = (FOLDER / "solutions" / "03.py").read_text(encoding="utf-8")
    file.write_text(solution, encoding="utf-8")
    said = learn(tmp_path, "03_pesos")
    assert "4 de 4 resolvidos.\nTodos resolvidos." in said
    file.unlink()
    assert "4 de 4" in learn(tmp_path, "03")  # what was solved stays solved
    said = learn(tmp_path)
    assert "  03 · Pesos: 4 de 4\n" in said and "  04 · Viés: 0 de 4\n" in said


@pytest.mark.parametrize(
    ("answer", "said"),
    [
        ("return houses @ weigths", "raises NameError: name 'weigths' is not defined"),
        ("return exit()", "calls exit(), which ends the whole program: return the answer"),
        ("return input('?')", "raises RuntimeError: an answer cannot ask with input()"),
        ("return houses @ [1, 2", "Python cannot read this: '[' was never closed"),
        ("pass\n\n\nexercise_1 = 3", "raises TypeError: 'int' object is not callable"),
        ("import os; os._exit(3)", "exercise 1: it ended the whole program (status 3)"),
    ],
)
def test_whatever_an_answer_does_its_own_line_is_told(tmp_path, answer, said):
    text = f"def exercise_1(houses, weights):\n    {answer}\n\n\ndef exercise_2():\n    return 1 / 10.764\n"
    (tmp_path / "learn_03.py").write_text(text, encoding="utf-8")
    printed = learn(tmp_path, "03", "--lang", "en")
    assert said in printed
    assert f"line 2: {answer}" in printed or "_exit" in answer or "= 3" in answer or "line 2: Python" in printed
    assert ("exercise 2: right" in printed) == ("never closed" not in said), printed


def test_a_file_that_fails_outside_its_answers(tmp_path):
    (tmp_path / "learn_03.py").write_text("x = 1\nx / 0\n", encoding="utf-8")
    assert "learn_03.py, line 2: ZeroDivisionError: division by zero\n    x / 0\n" in learn(tmp_path, "03")


def test_the_exercises_need_no_matplotlib(tmp_path):
    (tmp_path / "matplotlib.py").write_text("raise ImportError('not installed')", encoding="utf-8")
    solution = (FOLDER / "solutions" / "15.py").read_text(encoding="utf-8")
    (tmp_path / "learn_15.py").write_text(solution, encoding="utf-8")
    assert "4 of 4 solved." in learn(tmp_path, "15")


def test_an_endless_loop_is_ended_and_the_others_are_judged(tmp_path, monkeypatch, capfd):
    monkeypatch.chdir(tmp_path)
    text = "def exercise_1(houses, weights):\n    while True:\n        pass\n\n\ndef exercise_2():\n    return 1 / 10.764\n"
    file = Path("learn_03.py")
    file.write_text(text + "\n\ndef exercise_3(houses, weights):\n    return sum(iter(int, 1))\n", encoding="utf-8")
    lesson = Lesson(lessons(FOLDER, "en")["03"])
    assert command._judge(lesson, file, "en", limit=2.0) == [2]
    said = capfd.readouterr().out
    assert "exercise 1: no end after 2 seconds: is there a loop that never ends?\n    line " in said
    assert "exercise 3: no end after 2 seconds" in said and "line 11: return sum(iter(int, 1))" in said
    assert "exercise 2: right" in said
    file.write_text("while True:\n    pass\n", encoding="utf-8")
    assert command._judge(lesson, file, "en", limit=2.0) == []
    assert "learn_03.py: no end after 2 seconds" in capfd.readouterr().out


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (["99"], "there is no lesson '99'; the lessons are 00"),
        (["weights"], "there is no lesson 'weights'; the lessons are 00"),
        (["00", "--lang", "pt"], "a aula 00 não tem exercícios"),
        (["03", "--hint", "9"], "lesson 03 has no exercise 9; its exercises are 1, 2, 3, 4"),
    ],
)
def test_wrong_lessons_and_exercises(tmp_path, words, said):
    assert said in learn(tmp_path, *words, status=1)


def test_without_the_lessons_it_says_where_they_are(tmp_path, monkeypatch, capsys):
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(command, "tutorials", lambda: None)
    for language, said in (("en", "source archive (sdist)"), ("pt", "arquivo do código-fonte (sdist)")):
        with pytest.raises(SystemExit, match=said.replace("(", r"\(").replace(")", r"\)")):
            command.main(["03", "--lang", language])
    (tmp_path / ".minitorch_learn.json").write_text("{broken", encoding="utf-8")
    with pytest.raises(SystemExit, match="sdist"):
        command.main(["03"])
