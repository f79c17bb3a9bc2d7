"""The table of what decides between codes, on the real knowledge."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

import pytest

from assistant.comparison import compared, compares
from assistant.lexicon import Lexicon, codes_in
from assistant.path import Assistant
from assistant.phrases import Phrases
from assistant.proof import reason_to_withhold
from assistant.rendering import as_dict, as_text, sources_as_text, table_as_text
from assistant.settings import Settings
from assistant.types import Answered, Passage, PassageKind, Sentence, Understood

QUESTION = "D0140 vs D0170?"


@pytest.fixture(scope="module")
def answer(assistant: Assistant) -> Answered:
    answer = assistant.ask(QUESTION)
    assert isinstance(answer, Answered)
    return answer


def question(text: str, codes: tuple[str, ...] | None = None) -> Understood:
    return Understood(text, text, date(2026, 11, 23), codes_in(text) if codes is None else codes)


@pytest.mark.parametrize(
    "text",
    ["D0140 vs D0170", "D0140 or D0170 for a recheck?", "difference D0120 D0150 D0180", "D4910 instead of D1110?"],
)
def test_what_compares(text: str) -> None:
    assert compares(question(text))


@pytest.mark.parametrize(
    "text",
    [
        "difference of D0140?",
        "can I bill D0140 and D0170 the same day?",
        "do I need a narrative or an image for D2740 and D2950?",
        "time between D1110 and D4910",
        "D0120 vs D0140 vs D0150 vs D0160 vs D0170",
    ],
)
def test_what_does_not(text: str) -> None:
    assert not compares(question(text))


def test_procedures_by_name_compare_with_or() -> None:
    assert compares(question("fmx or pano", ("D0210", "D0330")))


def test_each_code_has_its_row_from_its_own_entry(answer: Answered) -> None:
    assert [row.code for row in answer.table] == ["D0140", "D0170"]
    by_number = {citation.n: citation for citation in answer.citations}
    for row, other in zip(answer.table, ("D0170", "D0140"), strict=True):
        assert len(row.cells) == 3
        assert row.apart is not None
        assert other in codes_in(row.apart.text)
        for cell in row.cells:
            (number,) = cell.citations
            assert by_number[number].passage.record == row.code


def test_every_cell_is_proven(answer: Answered, assistant: Assistant) -> None:
    for row in answer.table:
        for cell in row.cells:
            cited = [citation for citation in answer.citations if citation.n in cell.citations]
            assert [citation.quote for citation in cited] == [cell.text]
            assert reason_to_withhold(cell, cited, assistant.lexicon) is None


def test_citations_count_on_and_none_is_double(answer: Answered) -> None:
    assert [citation.n for citation in answer.citations] == list(range(1, len(answer.citations) + 1))
    places = [(citation.passage.id, citation.start) for citation in answer.citations]
    assert len(set(places)) == len(places)


def test_the_statements_stay_within_their_limits(answer: Answered, settings: Settings) -> None:
    assert len(answer.statements) <= settings.statements
    assert "D0170" in as_text(answer, Phrases(settings.prompts))


def test_a_question_about_one_code_has_no_table(assistant: Assistant) -> None:
    answer = assistant.ask("what is D0140?")
    assert isinstance(answer, Answered)
    assert answer.table == ()


def test_plain_text_has_one_line_a_code_and_only_sources_that_it_cites(answer: Answered, settings: Settings) -> None:
    phrases = Phrases(settings.prompts)
    lines = table_as_text(answer, phrases).splitlines()
    assert [line[:6] for line in lines[1:]] == ["D0140:", "D0170:"]
    said = as_text(answer, phrases) + table_as_text(answer, phrases)
    for row in sources_as_text(answer).splitlines()[1:]:
        assert row.split(" ")[0] in said


def test_the_contract_carries_the_table(answer: Answered, settings: Settings) -> None:
    rows = as_dict(answer, Phrases(settings.prompts), 1.0)["table"]
    assert [row["code"] for row in rows] == ["D0140", "D0170"]
    assert rows[0]["meaning"]["text"].startswith("D0140")
    assert set(rows[0]) == {"code", "meaning", "use", "apart"}


def test_a_sentence_that_stands_already_is_used_only_where_there_is_no_other(answer: Answered) -> None:
    said = {statement.text for statement in answer.statements}
    assert not [cell for row in answer.table for cell in (row.use, row.apart) if cell and cell.text in said]


def test_what_the_gate_refuses_is_left_out(answer: Answered, assistant: Assistant, monkeypatch) -> None:  # type: ignore[no-untyped-def]
    monkeypatch.setattr("assistant.comparison.reason_to_withhold", lambda *_: "no proof")
    table = compared(answer.understood, assistant.rooms().index.naming, (), (), assistant.lexicon)
    assert (table.rows, table.citations) == ((), [])


def test_an_entry_without_such_a_sentence_leaves_a_gap() -> None:
    lexicon = Lexicon.model_validate(
        {"codes": [{"code": code, "label": code, "category": "c"} for code in ("D0001", "D0002")]}
    )
    entry = Passage("a", "D0001", PassageKind.CODE, "meaning", "", (Sentence("D0001 is one."),), "f")
    passages = {
        "D0001": [entry],
        "D0002": [replace(entry, id="b", record="D0002", sentences=(Sentence("D0002 two."),))],
    }
    table = compared(question("D0001 vs D0002"), lambda code: passages[code], (), (), lexicon)
    assert [(row.meaning is not None, row.use, row.apart) for row in table.rows] == [(True, None, None)] * 2
