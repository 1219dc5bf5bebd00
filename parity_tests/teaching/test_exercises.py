"""The check of exercises: right, wrong and crashing answers, each with one line that says what is wrong."""

from __future__ import annotations

import sys

import numpy as np
import pytest

import minitorch_pt as torch
from minitorch_pt.teaching.exercises import check, near
from minitorch_pt.teaching.language import speak


def answering(value):
    def exercise_7(*_):
        return value

    return exercise_7


def printed(capsys, exercise, *cases, language="en"):
    check(exercise, *cases, language=language)
    return capsys.readouterr().out


@pytest.mark.parametrize(
    ("answer", "expected"),
    [
        (2, 2),
        (2.00001, 2.0),
        (float("nan"), float("nan")),
        (True, True),
        ("sum", "sum"),
        (None, None),
        ((2, 3), torch.zeros(2, 3).shape),
        ([2, 3], (2, 3)),
        (torch.tensor([1.0, 2.0], requires_grad=True), [1.0, 2.0]),
        (torch.ones(2, 3), np.ones((2, 3))),
        (5, lambda answer: "is too small" if answer < 5 else None),
        (24.0, 24),
        (torch.tensor([True, False]), [True, False]),
    ],
)
def test_a_right_answer(capsys, answer, expected):
    assert printed(capsys, answering(answer), (expected,)) == "exercise 7: right\n"


@pytest.mark.parametrize(
    ("answer", "expected", "said"),
    [
        (3.0, 2.0, "returns 3.0, expected 2.0"),
        (1 / 3, 2, "returns 0.3333333333333333, expected 2"),
        (torch.tensor(3.0), 2.0, "returns tensor(3.), expected 2.0"),
        (None, 2.0, "returns None; is its `return` missing?"),
        ("two", 2.0, "returns 'two', expected 2.0"),
        (2.0, "sum", "returns 2.0, expected 'sum'"),
        ([[1.0], [1.0, 2.0]], [1.0, 2.0], "returns [[1.0], [1.0, 2.0]], expected [1.0, 2.0]"),
        (torch.zeros(3, 2), torch.zeros(2, 3), "returns the shape (3, 2), expected (2, 3)"),
        (2.0, torch.zeros(1), "returns the shape (), expected (1,)"),
        (torch.zeros(2, 3), torch.tensor([[0.0, 0, 0], [0, 4.5, 0]]), "returns 0.0 at index [1, 1], expected 4.5"),
        (len, 2.0, "returns len, expected 2.0"),
        (torch.nn.ReLU(), 2.0, "returns ReLU, expected 2.0"),
        (torch.zeros(2, 3), "sum", "returns <Tensor (2, 3)>, expected 'sum'"),
        (4, lambda answer: f"returns {answer}, too small" if answer < 5 else None, "returns 4, too small"),
        (None, lambda answer: None, "returns None; is its `return` missing?"),
        (17025, 17024, "returns 17025, expected 17024"),
        (17024.0001, 17024, "returns 17024.0001, expected 17024"),
        ([1, 2.00001], [1, 2], "returns 2.00001 at index [1], expected 2"),
        (True, 1, "returns True, expected 1"),
        ([0.0, 1.0], [False, True], "returns 0.0 at index [0], expected False"),
        (float("nan"), 2, "returns nan, expected 2"),
        (float("nan"), lambda answer: None if near(answer, 2.0) else "is not 2", "is not 2"),
        (
            3.5,
            lambda answer: answer[0],
            "returns 3.5, which is not of the form that is asked for (TypeError: 'float' object is not subscriptable)",
        ),
    ],
)
def test_a_wrong_answer(capsys, answer, expected, said):
    assert printed(capsys, answering(answer), (1.5, expected)) == f"exercise 7: exercise_7(1.5) {said}\n"


def test_the_first_wrong_case_is_told(capsys):
    cases = [([1.0, 2.0], 3.0), ([1.0, 5.0], 6.0), ([0.0, 0.0], 9.0)]

    def exercise_2(values):
        return values[0] + 2.0

    assert printed(capsys, exercise_2, *cases) == "exercise 2: exercise_2([1.0, 5.0]) returns 3.0, expected 6.0\n"


def exercise_3(x):
    return torch.ones(2, 3) @ x


def test_a_crashing_answer_is_told_with_its_line(capsys):
    out = printed(capsys, exercise_3, (torch.ones(4, 2), 0.0))
    first, second = out.splitlines()
    assert first.startswith("exercise 3: exercise_3(<Tensor (4, 2)>) raises RuntimeError: ")
    line = exercise_3.__code__.co_firstlineno + 1
    assert second == f"    line {line}: return torch.ones(2, 3) @ x"


def test_a_wrong_number_of_arguments_is_told(capsys):
    out = printed(capsys, exercise_3, (1.0, 2.0, 3.0))
    assert out.startswith("exercise 3: exercise_3(1.0, 2.0) raises TypeError: ")


def exercise_5(x):
    return lambda: x / 0


def test_the_line_is_the_learners_own_if_the_judge_ran_it(capsys):
    out = printed(capsys, exercise_5, (1.0, lambda answer: answer()))
    line = exercise_5.__code__.co_firstlineno + 1
    assert out.endswith(f"raises ZeroDivisionError: float division by zero\n    line {line}: return lambda: x / 0\n")


def test_an_exit_does_not_end_the_lesson(capsys):
    def exercise_6():
        sys.exit()

    out = printed(capsys, exercise_6, (1,))
    assert out.startswith(
        "exercise 6: exercise_6() calls exit(), which ends the whole program: return the answer\n    line "
    )
    assert out.endswith(": sys.exit()\n")


def exercise_8(values, scale):
    values[0] *= scale
    return values


@pytest.mark.parametrize(
    "values", [[1.0, 2.0], np.ones(2), torch.ones(2), ([1.0], 2.0)], ids=lambda v: type(v).__name__
)
def test_a_changed_argument_is_told_and_stays_as_it_was(capsys, values):
    before = repr(values)
    out = printed(
        capsys, exercise_8 if type(values) is not tuple else lambda v, s: v[0].append(s), (values, 3.0, values)
    )
    assert "changes its argument " in out
    assert repr(values) == before


def test_a_decimal_comma_is_explained(capsys):
    def exercise_9():
        return -0,5  # fmt: skip

    out = printed(capsys, exercise_9, (-0.5,)).splitlines()
    assert out == [
        "exercise 9: exercise_9() returns the shape (2,), expected ()",
        '    "-0,5" is two numbers: a decimal number is written with a point, -0.5',
    ]


def test_two_numbers_with_a_space_are_no_decimal_comma(capsys):
    def exercise_9():
        return [1, 5]

    assert printed(capsys, exercise_9, (-0.5,)).count("\n") == 1


@pytest.mark.parametrize(
    ("got", "wanted", "equal"),
    [
        (1.0, 1.000001, True),
        (1.0, 1.1, False),
        (float("nan"), float("nan"), False),
        (float("inf"), 1.0, False),
        ([1.0, float("nan")], [1.0, 2.0], False),
        (torch.ones(2, 3), torch.ones(3, 2), False),
        (torch.ones(2, requires_grad=True), [1, 1], True),
        ("1.0", 1.0, False),
        (None, 1.0, False),
    ],
)
def test_what_is_near(got, wanted, equal):
    assert near(got, wanted) == equal


def test_the_language_can_be_set_once(capsys):
    speak("pt")
    try:
        check(answering(2), (2,))
    finally:
        speak("en")
    check(answering(2), (2,))
    assert capsys.readouterr().out == "exercício 7: certo\nexercise 7: right\n"
    with pytest.raises(ValueError, match="language must be"):
        speak("fr")


def test_an_interrupt_passes():
    def exercise_4():
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        check(exercise_4, (1,))


@pytest.mark.parametrize(
    ("answer", "said"),
    [
        (..., "exercício 7: ainda sem resposta"),
        (2, "exercício 7: certo"),
        (None, "exercício 7: exercise_7() devolve None; faltou o `return`?"),
        ((2, 3), "exercício 7: exercise_7() devolve o formato (2,), esperado ()"),
        (3, "exercício 7: exercise_7() devolve 3, esperado 2"),
    ],
)
def test_the_check_speaks_portuguese(capsys, answer, said):
    assert printed(capsys, answering(answer), (2,), language="pt") == f"{said}\n"


def test_portuguese_for_places_judgements_and_crashes(capsys):
    assert "devolve 1 no índice [1], esperado 2" in printed(capsys, answering([0, 1]), ([0, 2],), language="pt")
    assert "7() é pouco" in printed(capsys, answering(1), (lambda _: "é pouco",), language="pt")
    assert "que não tem a forma pedida (ZeroDiv" in printed(capsys, answering(1), (lambda _: 1 / 0,), language="pt")
    assert "causa RuntimeError: " in printed(capsys, exercise_3, (torch.ones(4, 2), 0.0), language="pt")


def test_a_check_without_language_or_cases():
    with pytest.raises(ValueError, match="language must be"):
        check(answering(1), (1,), language="fr")
    with pytest.raises(ValueError, match="at least one case"):
        check(answering(1))
