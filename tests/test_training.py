"""What is kept of a person's answers, when questions come back, and the page."""

from __future__ import annotations

import csv
import io
import sqlite3
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
import streamlit as st
from streamlit.testing.v1 import AppTest

from assistant.encoder import Encoder
from assistant.path import Assistant
from assistant.settings import Settings
from assistant.types import Citation
from tests.conftest import TODAY
from views import opening, training
from views.lessons.bank import Bank, make_bank
from views.lessons.history import as_csv
from views.lessons.schedule import LONGEST_NAME, Schedule, TrainingError, as_name
from views.lessons.types import Choice, Course, Kind, Question
from views.wording import american, safe

PAGE = """
from views import training
from views.opening import open_desk

training.show(open_desk())
"""
NOON = datetime(2026, 11, 23, 12, tzinfo=UTC)
MINUTE, DAY = timedelta(minutes=1), timedelta(days=1)


@pytest.fixture(scope="module")
def bank(assistant: Assistant) -> Bank:
    return make_bank(assistant.rooms().index, TODAY)


@pytest.fixture(scope="module")
def said(bank: Bank) -> Citation:
    return next(iter(bank.by_id.values())).reason


@pytest.fixture
def questions(said: Citation) -> list[Question]:
    choices = (Choice("D0120"), Choice("D0140"))
    return [
        Question(f"q{n}", Kind.CHOOSE, "diagnostic", "", f"Which is {n}?", choices, 0, said, (f"D012{n}",))
        for n in range(3)
    ]


def test_a_wrong_answer_comes_back_in_minutes_and_a_right_one_later(tmp_path: Path, questions: list[Question]) -> None:
    schedule = Schedule(tmp_path)
    wrong, right = schedule.answer("Ana", questions[0], 1, NOON), schedule.answer("Ana", questions[1], 0, NOON)
    assert NOON < wrong <= NOON + 2 * MINUTE
    assert NOON + 5 * MINUTE < right < NOON + DAY


def test_right_answers_push_a_question_away_by_ever_more_days(tmp_path: Path, questions: list[Question]) -> None:
    schedule, when, gaps = Schedule(tmp_path), NOON, []
    for _ in range(5):
        due = schedule.answer("Ana", questions[0], 0, when)
        gaps.append(due - when)
        when = due
    assert gaps == sorted(gaps)
    assert gaps[-1] > 20 * DAY
    history = schedule.history("Ana")
    assert history.progress(questions, when).learned == 1
    late = schedule.answer("Ana", questions[0], 1, when)
    assert late - when < DAY
    assert schedule.history("Ana").progress(questions, when).learned == 0


def test_what_is_due_is_asked_before_what_is_new_and_not_twice_in_a_row(
    tmp_path: Path, questions: list[Question]
) -> None:
    schedule = Schedule(tmp_path)
    schedule.answer("Ana", questions[2], 1, NOON)
    history = schedule.history("Ana")
    new = history.next(questions, NOON)
    assert new is not None
    assert new.id != "q2"
    assert history.next(questions, NOON + 5 * MINUTE) == questions[2]
    assert history.next(questions, NOON + 5 * MINUTE, after="q2") == new
    assert history.next([questions[2]], NOON + 5 * MINUTE, after="q2") == questions[2]
    assert history.next([questions[2]], NOON) is None
    assert history.next_due([questions[2]]) == history.cards["q2"].due
    assert history.next_due([questions[0]]) is None


def test_people_learn_apart(tmp_path: Path, questions: list[Question]) -> None:
    schedule = Schedule(tmp_path)
    assert schedule.people() == ()
    schedule.greet("Ana", NOON)
    schedule.greet("Bo", NOON + MINUTE)
    schedule.answer("Ana", questions[0], 1, NOON)
    schedule.pick_payers("Ana", ["aetna-dental"])
    assert schedule.people() == ("Bo", "Ana")
    assert (schedule.payers("Ana"), schedule.payers("Bo")) == (("aetna-dental",), ())
    assert schedule.history("Bo").answers == ()
    schedule.greet("Ana", NOON + 2 * MINUTE)
    assert schedule.people() == ("Ana", "Bo")
    assert schedule.payers("Ana") == ("aetna-dental",)
    schedule.forget("Ana")
    assert schedule.people() == ("Bo",)
    assert (schedule.history("Ana").answers, schedule.history("Ana").cards) == ((), {})


def test_a_code_is_weak_until_it_was_answered_right_often_enough(tmp_path: Path, questions: list[Question]) -> None:
    schedule = Schedule(tmp_path)
    for place, picked in enumerate((1, 0, 0)):
        schedule.answer("Ana", questions[0], picked, NOON + place * DAY)
    schedule.answer("Ana", questions[1], 1, NOON)
    schedule.answer("Ana", questions[2], 0, NOON)
    weak = schedule.history("Ana").weak_codes()
    assert [(one.code, one.right, one.answers) for one in weak] == [("D0121", 0, 1), ("D0120", 2, 3)]
    schedule.answer("Ana", questions[0], 0, NOON + 3 * DAY)
    assert [one.code for one in schedule.history("Ana").weak_codes()] == ["D0121"]


def test_progress_is_told_by_person_and_course(tmp_path: Path, questions: list[Question]) -> None:
    schedule = Schedule(tmp_path)
    schedule.answer("=Ana", questions[0], 1, NOON)
    schedule.answer("=Ana", questions[1], 0, NOON)
    courses = (Course("diagnostic", "Codes: Diagnostic", tuple(questions)), Course("empty", "Not begun", ()))
    text = as_csv([schedule.history("=Ana"), schedule.history("Bo")], courses, NOON + 5 * MINUTE)
    (row,) = csv.DictReader(io.StringIO(text))
    assert row == {
        "person": "'=Ana", "course": "Codes: Diagnostic", "questions": "3", "practised": "2", "learned": "0",
        "due now": "1", "answers": "2", "right": "1", "share right": "50%", "last practised": "2026-11-23",
        "weak codes": "D0120",
    }  # fmt: skip


def test_a_file_that_is_no_database_is_told(tmp_path: Path, questions: list[Question]) -> None:
    (tmp_path / "training.sqlite").write_text("this is no database, and long enough to be read as one" * 50)
    with pytest.raises(TrainingError, match="Check that the folder can be written"):
        Schedule(tmp_path).answer("Ana", questions[0], 0, NOON)


def test_a_name_is_kept_short_and_tidy() -> None:
    assert as_name("  Ana \n Ruiz ") == "Ana Ruiz"
    assert len(as_name("x" * 500)) == LONGEST_NAME


@pytest.mark.parametrize(
    ("after", "words"),
    [
        (timedelta(seconds=10), "at once"), (MINUTE, "in 1 minute"), (10 * MINUTE, "in 10 minutes"),
        (timedelta(hours=5), "in 5 hours"), (3 * DAY, "in 3 days, on Nov 26, 2026"),
    ],
)  # fmt: skip
def test_when_a_question_comes_back_is_told_in_words(
    after: timedelta, words: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(training, "now", lambda: NOON)
    assert training._when(NOON + after) == words


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> Callable[[timedelta], None]:
    """Stands still until it is moved on."""
    at = [NOON]
    monkeypatch.setattr(training, "now", lambda: at[0])

    def move(by: timedelta) -> None:
        at[0] += by

    return move


@pytest.fixture
def page(
    settings: Settings, encoder: Encoder, monkeypatch: pytest.MonkeyPatch, clock: Callable[[timedelta], None]
) -> AppTest:
    monkeypatch.setenv("BITEWING_HOME", str(settings.home))
    monkeypatch.setattr(opening, "today", lambda: TODAY)
    monkeypatch.setattr(opening, "Encoder", lambda *_: encoder)
    (settings.home / "training.sqlite").unlink(missing_ok=True)
    st.cache_resource.clear()
    return AppTest.from_string(PAGE, default_timeout=300)


def drawn(app: AppTest) -> str:
    assert not app.exception
    return "".join(element.value for element in app.html[1:])


def come(page: AppTest, name: str) -> AppTest:
    return page.run().text_input(key="training-typed").input(name).run()


def asked(page: AppTest, bank: Bank) -> Question:
    return bank.by_id[page.session_state["training-asked"]]


def test_somebody_new_types_a_name_and_is_asked(page: AppTest, bank: Bank) -> None:
    page.run()
    assert f"{len(bank.by_id):,} questions in {len(bank.courses)} courses" in drawn(page)
    come(page, "Ana")
    assert "Ana is learning" in drawn(page)
    question = asked(page, bank)
    assert question.course == bank.courses[0].id
    labels = [page.button(key=f"lesson-choice-{place}").label for place in range(len(question.choices))]
    assert [label.replace("\\", "") for label in labels] == [choice.text for choice in question.choices]


def test_a_right_answer_is_told_with_its_reason_and_proof(page: AppTest, bank: Bank) -> None:
    come(page, "Ana")
    question = asked(page, bank)
    page.button(key=f"lesson-choice-{question.right}").click().run()
    assert "✓ Right" in drawn(page)
    assert "Asked again in 10 minutes" in drawn(page)
    assert question.reason.sources[0].title in page.expander[0].label.replace("\\", "")
    assert f"<mark>{safe(question.reason.quote)}</mark>" in drawn(page)
    page.button(key="lesson-next").click().run()
    assert asked(page, bank).id != question.id
    assert page.caption[0].value.startswith("1 of ")


def test_a_wrong_answer_makes_a_weak_code_that_comes_back(
    page: AppTest, bank: Bank, clock: Callable[[timedelta], None]
) -> None:
    page.query_params["course"] = "oral-surgery"
    come(page, "Ana")
    question = asked(page, bank)
    assert question.course == "oral-surgery"
    page.button(key=f"lesson-choice-{(question.right + 1) % len(question.choices)}").click().run()
    assert "✕ Not right" in drawn(page)
    assert "(your answer)" in drawn(page)
    assert f'href="codes?code={question.codes[0]}"' in drawn(page)
    assert f"Weak codes ({len(question.codes)})" in [one.label for one in page.expander]
    clock(5 * MINUTE)
    page.button(key="lesson-next").click().run()
    assert asked(page, bank).id != question.id
    page.selectbox(key="training-course").select("due").run()
    assert asked(page, bank).id == question.id
    page.selectbox(key="training-course").select("weak").run()
    assert set(asked(page, bank).codes) & set(question.codes)
    assert page.query_params["course"] == "weak"


def test_nothing_due_says_when_the_first_comes_back(page: AppTest, bank: Bank) -> None:
    page.query_params["course"] = "due"
    come(page, "Ana")
    assert "Nothing is due" in drawn(page)
    page.selectbox(key="training-course").select("endodontics").run()
    page.button(key=f"lesson-choice-{asked(page, bank).right}").click().run()
    page.selectbox(key="training-course").select("due").run()
    assert "The first comes back in 10 minutes" in drawn(page)


def test_only_payers_that_the_office_bills_are_asked(page: AppTest, bank: Bank) -> None:
    page.query_params["course"] = "payer-coverage"
    come(page, "Ana")
    payers = {q.payer for q in bank.by_id.values() if q.course == "payer-coverage"}
    payer = sorted(one for one in payers if one)[0]
    page.multiselect[0].select(payer).run()
    question = asked(page, bank)
    assert question.payer == payer
    assert american(question.day or TODAY) in drawn(page)
    again = AppTest.from_string(PAGE, default_timeout=300)
    again.query_params["course"] = "payer-coverage"
    again.run()
    assert again.multiselect[0].value == [payer]


def test_the_only_learner_is_known_again_and_gives_the_place_to_another(page: AppTest) -> None:
    come(page, "Ana")
    again = AppTest.from_string(PAGE, default_timeout=300).run()
    assert "Ana is learning" in drawn(again)
    again.button(key="training-leave").click().run()
    come(again, "Bo")
    assert "Bo is learning" in drawn(again)
    third = AppTest.from_string(PAGE, default_timeout=300).run()
    assert "is learning" not in drawn(third)
    third.button(key="training-person-Bo").click().run()
    assert "Bo is learning" in drawn(third)


def test_a_record_is_deleted_for_good(page: AppTest, bank: Bank, settings: Settings) -> None:
    come(page, "Ana")
    page.button(key=f"lesson-choice-{asked(page, bank).right}").click().run()
    page.button(key="training-delete").click().run()
    assert "is learning" not in drawn(page)
    with sqlite3.connect(settings.home / "training.sqlite") as file:
        counts = [
            file.execute(f"SELECT count(*) FROM {table}").fetchone()[0] for table in ("people", "answers", "cards")
        ]
    assert counts == [0, 0, 0]


def test_an_unusable_file_is_told_on_the_page(page: AppTest, settings: Settings) -> None:
    path = settings.home / "training.sqlite"
    path.write_text("this is no database, and long enough to be read as one" * 50)
    page.run()
    path.unlink()
    assert "The training cannot be kept" in page.error[0].value.replace("\\", "")
