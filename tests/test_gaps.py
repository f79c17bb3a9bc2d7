"""The list of what the library lacks: what is kept and how, its page, and the command."""

from __future__ import annotations

import csv
import io
import multiprocessing
import sqlite3
from datetime import date
from pathlib import Path

import pytest
import streamlit as st
from streamlit.testing.v1 import AppTest

from assistant.encoder import Encoder
from assistant.lexicon import Lexicon
from assistant.path import Assistant
from assistant.phrases import Phrases
from assistant.settings import Settings
from assistant.types import Answer, Answered, Declined, Lack, NotCovered, Understood, Verdict
from tests.conftest import TODAY
from views import opening
from views.gap_list import LONGEST, GapList, GapListError, State, as_csv, masked

PAGE = """
from views import gaps
from views.opening import open_desk
gaps.show(open_desk())
"""
LEXICON = Lexicon.model_validate(
    {"payers": [{"id": "acme", "name": "Acme Dental", "full_name": "Acme", "kind": "commercial", "state": ""}]}
)


@pytest.fixture
def phrases(settings: Settings) -> Phrases:
    return Phrases(settings.prompts)


def lacking(
    question: str,
    codes: tuple[str, ...] = (),
    payers: tuple[str, ...] = (),
    lack: Lack | None = Lack.SUBJECT,
    unknown: str | None = None,
) -> NotCovered:
    understood = Understood(question, question, TODAY, codes, payers, unknown)
    return NotCovered(understood, "Nothing.", "Ask.", lack=lack)


def keep(home: Path, *answers: Answer, day: date = TODAY) -> GapList:
    kept = GapList(home)
    for answer in answers:
        kept.record(answer, LEXICON, day)
    return kept


def test_one_row_a_question_as_understood(tmp_path: Path) -> None:
    question = "How is D0140 billed by robots?"
    kept = keep(tmp_path, lacking(question, ("D0140",)), day=date(2026, 11, 1))
    keep(tmp_path, lacking("how is D0140 billed, by robots", ("D0140",)), lacking("other thing"))
    first, second = kept.gaps()
    assert (first.question, first.codes, first.times) == (question, ("D0140",), 2)
    assert (first.first_asked, first.last_asked) == (date(2026, 11, 1), TODAY)
    assert (second.question, second.times, second.state) == ("other thing", 1, State.OPEN)


def test_another_payer_is_another_question(tmp_path: Path) -> None:
    kept = keep(tmp_path, lacking("robots?"), lacking("robots?", payers=("acme",)), lacking("robots?", unknown="Zorb"))
    assert {gap.payer for gap in kept.gaps()} == {"", "Acme Dental", "Zorb"}


def test_general_guidance_in_place_of_a_payers_rule_is_a_gap(assistant: Assistant, tmp_path: Path) -> None:
    silent = assistant.ask("does Guardian pay D9992?")
    assert isinstance(silent, Answered)
    assert silent.verdict is Verdict.DEPENDS
    kept = GapList(tmp_path)
    assert kept.record(silent, assistant.lexicon, TODAY)
    assert not kept.record(assistant.ask("can I bill D9992 for telehealth?"), assistant.lexicon, TODAY)
    assert [(gap.payer, gap.codes, gap.lack) for gap in kept.gaps()] == [("Guardian Dental", ("D9992",), Lack.RULE)]


def test_only_what_the_library_lacks_is_kept(tmp_path: Path) -> None:
    declined = Declined(Understood("q", "q", TODAY), "No.", "Instead.")
    kept = keep(tmp_path, declined, lacking("weather", lack=None), lacking("?"))
    assert kept.gaps(None) == []
    assert not (tmp_path / "gaps.sqlite").exists()


@pytest.mark.parametrize(
    ("text", "kept"),
    [
        ("member 123456789, W12345678", "member #####, W#####"),
        ("ssn 123-45-6789 or 123 45 6789", "ssn ##### or #####"),
        ("born 4/10/1980, call 206 555 1234 or 206-555-1234", "born #####, call ##### or #####"),
        ("D0140/0170, 9992 9995 on teeth 1/2/3 for $1500", "D0140/0170, 9992 9995 on teeth 1/2/3 for $1500"),
    ],
)
def test_long_numbers_are_masked(text: str, kept: str) -> None:
    assert masked(text) == kept


def test_a_long_question_is_cut_and_nothing_unmasked_is_stored(tmp_path: Path) -> None:
    kept = keep(tmp_path, lacking("123456789 " + "word " * 200, unknown="Payer 987654321"))
    (gap,) = kept.gaps()
    assert len(gap.question) == LONGEST
    for number in (b"123456789", b"987654321"):
        assert number not in (tmp_path / "gaps.sqlite").read_bytes()


def test_states(tmp_path: Path) -> None:
    kept = keep(tmp_path, lacking("robots?"), lacking("rockets?"))
    robots, rockets = kept.gaps()
    if robots.question != "robots?":
        robots, rockets = rockets, robots
    kept.mark(robots.id, State.ANSWERED)
    kept.mark(rockets.id, State.DISMISSED)
    assert kept.gaps() == []
    keep(tmp_path, lacking("robots?"), lacking("rockets?"))
    assert [gap.question for gap in kept.gaps()] == ["robots?"], "still lacking; dismissed stays dismissed"
    assert [(gap.question, gap.times) for gap in kept.gaps(State.DISMISSED)] == [("rockets?", 2)]


def test_the_words_to_send(tmp_path: Path, phrases: Phrases) -> None:
    keep(tmp_path, lacking("robots?", ("D0140",)), lacking("D1234?", ("D1234",), lack=Lack.CODE), lacking("rockets?"))
    by_question = {gap.question: gap for gap in GapList(tmp_path).gaps()}
    assert by_question["robots?"].words(phrases).startswith("We have a question about D0140.")
    assert by_question["robots?"].words(phrases).endswith("“robots?”")
    assert by_question["rockets?"].words(phrases).startswith("We have a question about a claim.")
    assert by_question["D1234?"].words(phrases) == "", "a slip is no payer's matter"
    assert "CDT book" in by_question["D1234?"].advice(phrases)


def test_a_spreadsheet_takes_nothing_for_a_formula(tmp_path: Path, phrases: Phrases) -> None:
    rows = list(csv.reader(io.StringIO(as_csv(keep(tmp_path, lacking("=HYPERLINK(1) robots")).gaps(), phrases))))
    assert rows[0][0] == "question"
    assert rows[1][0] == "'=HYPERLINK(1) robots"


def test_a_list_that_cannot_be_used_is_said_and_never_stops_an_answer(tmp_path: Path) -> None:
    (tmp_path / "gaps.sqlite").mkdir()
    kept = GapList(tmp_path)
    assert kept.record(lacking("robots?"), LEXICON, TODAY) is False
    assert GapList(tmp_path / "no/such/home").record(lacking("robots?"), LEXICON, TODAY) is False
    with pytest.raises(GapListError, match=r"gaps\.sqlite"):
        kept.gaps()


def test_a_broken_file_is_said(tmp_path: Path) -> None:
    (tmp_path / "gaps.sqlite").write_bytes(b"no database at all" * 100)
    with pytest.raises(GapListError, match="not a database"):
        GapList(tmp_path).gaps()


def test_several_processes_lose_nothing(tmp_path: Path) -> None:
    context = multiprocessing.get_context("fork")
    writers = [context.Process(target=_ask_often, args=(tmp_path,)) for _ in range(4)]
    for writer in writers:
        writer.start()
    for writer in writers:
        writer.join()
    assert [gap.times for gap in GapList(tmp_path).gaps()] == [40]


def _ask_often(home: Path) -> None:
    keep(home, *[lacking("robots?")] * 10)


@pytest.fixture
def page(settings: Settings, encoder: Encoder, monkeypatch: pytest.MonkeyPatch) -> AppTest:
    """The page of gaps, on a list that is empty at first."""
    (settings.home / "gaps.sqlite").unlink(missing_ok=True)
    monkeypatch.setenv("BITEWING_HOME", str(settings.home))
    monkeypatch.setattr(opening, "Encoder", lambda *_: encoder)
    st.cache_resource.clear()
    return AppTest.from_string(PAGE, default_timeout=300)


def press(app: AppTest, label: str) -> AppTest:
    next(button for button in app.button if button.label == label).click().run()
    assert not app.exception
    return app


def drawn(app: AppTest) -> str:
    return "".join(element.value for element in app.html[1:])


def test_an_empty_page_says_so(page: AppTest) -> None:
    page.run()
    assert not page.exception
    assert "Nothing is missing" in drawn(page)
    assert not page.button


def test_the_page_lists_the_most_asked_first_and_marks_them(page: AppTest, settings: Settings) -> None:
    keep(
        settings.home, lacking("rockets?"), lacking("<b>robots</b>?", ("D0140",)), lacking("<b>robots</b>?", ("D0140",))
    )
    page.run()
    assert drawn(page).index("&lt;b&gt;robots&lt;/b&gt;?") < drawn(page).index("rockets?")
    assert "No guidance · D0140 · asked 2 times, Nov 23, 2026" in drawn(page)
    assert "“rockets?”" in page.code[1].value
    press(page, "Mark as answered")
    press(page, "Dismiss")
    assert "Nothing is missing" in drawn(page)
    kept = GapList(settings.home)
    assert [len(kept.gaps(state)) for state in (State.OPEN, State.ANSWERED, State.DISMISSED)] == [0, 1, 1]


def test_the_page_says_that_the_list_is_broken(page: AppTest, settings: Settings) -> None:
    (settings.home / "gaps.sqlite").write_bytes(b"no database at all" * 100)
    page.run()
    assert "cannot be used" in page.error[0].value
    (settings.home / "gaps.sqlite").unlink()


def test_the_file_is_plain_sqlite(tmp_path: Path) -> None:
    keep(tmp_path, lacking("robots?"))
    with sqlite3.connect(tmp_path / "gaps.sqlite") as file:
        assert file.execute("SELECT question, state FROM gaps").fetchall() == [("robots?", "open")]
