"""The chat page by Streamlit's own test runner, on the real index."""

from __future__ import annotations

import html
import re
import sqlite3
from datetime import date
from pathlib import Path

import pytest
import streamlit as st
from streamlit.testing.v1 import AppTest
from streamlit.testing.v1.element_tree import Button

from assistant.encoder import Encoder
from assistant.errors import InvalidDate
from assistant.path import Assistant
from assistant.settings import ROOT, Settings
from assistant.types import Authority, Citation, NoticeKind, Passage, PassageKind, Sentence, Source
from evals.cases import load_cases
from tests.conftest import NOW, TODAY
from tests.test_ingest import write
from views import answers, citations, opening
from views.feedback import keep_draft
from views.gap_list import GapList
from views.wording import american, lapse, plain, read_date, with_american_dates

LEAD = "can I bill D9992 for telehealth?"
APPLE = "Washington Apple Health"
FIRST = "D9992 is not the telehealth code"


def run_app(**state: str) -> AppTest:
    st.cache_resource.clear()
    app = AppTest.from_file(str(ROOT / "app.py"), default_timeout=300)
    for key, value in state.items():
        app.session_state[key] = value
    app.run()
    assert not app.exception
    return app


@pytest.fixture
def chat(settings: Settings, encoder: Encoder, monkeypatch: pytest.MonkeyPatch) -> AppTest:
    """The page just opened, on 2026-11-23."""
    monkeypatch.setenv("BITEWING_HOME", str(settings.home))
    monkeypatch.setattr(opening, "today", lambda: TODAY)
    monkeypatch.setattr(opening, "now", lambda: NOW)
    monkeypatch.setattr(opening, "Encoder", lambda *_: encoder)
    return run_app()


def ask(app: AppTest, question: str) -> AppTest:
    app.chat_input[0].set_value(question).run()
    assert not app.exception
    return app


def press(app: AppTest, label: str) -> AppTest:
    next(button for button in app.button if button.label == label).click().run()
    assert not app.exception
    return app


def said(app: AppTest) -> str:
    """All that a reader sees, without marks of HTML and Markdown."""
    drawn = [element.value for element in (*app.markdown, *app.caption, *app.error)]
    drawn += [html.unescape(re.sub(r"<[^>]+>", " ", element.value)) for element in app.html]
    drawn += [expander.label for expander in app.expander]
    return re.sub(r"\s+", " ", "\n".join(drawn).replace("\\", ""))


def badges(app: AppTest) -> list[str]:
    return re.findall(r'class="bw-badge [^"]*">([^<]*)<', "".join(element.value for element in app.html))


def marks(app: AppTest) -> list[str]:
    """What can be taken away from the last answer, by its accessible name."""
    return [name_of(button) for button in app.button if button.key and button.key.startswith("mark-")]


def name_of(button: Button) -> str:
    return re.sub(r"[\\\\*]", "", button.label)


def take_away(app: AppTest, name: str) -> AppTest:
    next(button for button in app.button if name_of(button) == name).click().run()
    assert not app.exception
    return app


def test_an_empty_chat_offers_starter_questions_that_are_answered(chat: AppTest) -> None:
    starters = [button.label for button in chat.button if button.key and button.key.startswith("starter")]
    assert 4 <= len(starters) <= 6
    for label in starters:
        press(chat, label)
        assert "Proof" in said(chat), label
        assert not [button for button in chat.button if button.key and button.key.startswith("starter")]
        press(chat, "New conversation")


def test_a_whole_turn(chat: AppTest) -> None:
    ask(chat, LEAD)
    text = said(chat)
    assert badges(chat) == ["✕ No"]
    assert "Any payer · today Nov 23, 2026" in text
    assert FIRST in text
    assert "D9995" in text
    assert "Sources disagree" in text
    assert "Followed here" in text
    labels = [expander.label.replace("\\", "") for expander in chat.expander]
    assert [label[:7] for label in labels] == [f"**[{n}]**" for n in range(1, len(labels) + 1)]
    assert len(labels) >= 4


def test_a_citation_shows_the_quote_in_its_passage_and_its_source(chat: AppTest) -> None:
    ask(chat, LEAD)
    proof = chat.expander[0].html[0].value
    assert f"<mark>{FIRST}" in proof
    assert proof.index("</mark>") < proof.index("Instead of D9992"), "the passage goes on after the quote"
    for name in ("Section", "Authority", "Library record"):
        assert f"<dt>{name}</dt>" in proof
    assert "](<http" in "".join(element.value for expander in chat.expander for element in expander.markdown)


def test_every_marker_points_to_its_proof(chat: AppTest) -> None:
    ask(chat, LEAD)
    ask(chat, LEAD)
    drawn = "".join(element.value for element in chat.html)
    targets = re.findall(r'href="#([^"]+)"', drawn)
    anchors = re.findall(r'<div id="(proof-[^"]+)"', drawn)
    assert targets == anchors
    assert len(set(anchors)) == len(anchors)


def test_an_expired_rule_is_marked(chat: AppTest) -> None:
    chat.selectbox(key="payer").set_value(APPLE).run()
    ask(chat, LEAD)
    text = said(chat)
    assert "Not in force" in text
    assert "ended on Apr 24, 2020" in text
    assert any("ended Apr 24, 2020" in expander.label for expander in chat.expander)
    assert "does not hold on Nov 23, 2026" in text


def test_payer_and_date_of_the_sidebar_are_used(chat: AppTest) -> None:
    chat.selectbox(key="payer").set_value(APPLE).run()
    chat.text_input(key="date_of_service").set_value("04/10/2020").run()
    assert "Reads as Apr 10, 2020" in said(chat)
    ask(chat, LEAD)
    text = said(chat)
    assert badges(chat) == ["◐ It depends"]
    assert marks(chat) == ["Remove code D9992", f"Remove payer {APPLE}", "Remove date Apr 10, 2020"]
    assert "Not in force" not in text


def test_a_date_typed_just_before_the_question_counts(chat: AppTest) -> None:
    chat.text_input(key="date_of_service").set_value("2020-04-10")
    ask(chat, LEAD)
    assert "Remove date Apr 10, 2020" in marks(chat)


def test_a_follow_up_keeps_the_conversation(chat: AppTest) -> None:
    ask(chat, LEAD)
    ask(chat, "and apple health?")
    text = said(chat)
    assert FIRST in text
    assert marks(chat) == ["Remove code D9992, from before", f"Remove payer {APPLE}"]
    assert "today Nov 23, 2026" in text
    assert len(chat.chat_message) == 4


def test_nothing_is_lost_on_rerun(chat: AppTest) -> None:
    ask(chat, LEAD)
    before = [element.value for element in chat.html]
    chat.selectbox(key="payer").set_value(APPLE).run()
    chat.text_input(key="date_of_service").set_value("2020-04-10").run()
    assert [element.value for element in chat.html] == before
    assert chat.selectbox(key="payer").value == APPLE
    assert chat.text_input(key="date_of_service").value == "2020-04-10"


def test_a_date_that_is_none_gets_a_message_and_is_corrected_on_the_spot(chat: AppTest) -> None:
    chat.text_input(key="date_of_service").set_value("2024-02-31").run()
    assert "is not a calendar date" in chat.sidebar.error[0].value
    ask(chat, LEAD)
    assert "“2024-02-31” is not a calendar date" in said(chat)
    assert chat.text_area[0].value == LEAD
    chat.form[0].text_input[0].set_value("4/10/2020")
    press(chat, "Ask again")
    assert "Remove date Apr 10, 2020" in marks(chat)
    assert chat.text_input(key="date_of_service").value == "4/10/2020"
    assert not chat.error
    assert len(chat.chat_message) == 2, "the failed try is replaced"


def test_a_very_long_question_gets_a_message_and_is_kept(chat: AppTest) -> None:
    ask(chat, "x" * 20_000)
    assert "20,000 characters" in said(chat)
    assert len(chat.text_area[0].value or "") == 20_000


def test_an_empty_question_gets_a_message_and_a_corrected_one_is_asked(chat: AppTest) -> None:
    ask(chat, "   ")
    assert "The question is empty" in said(chat)
    chat.text_area[0].set_value(LEAD)
    press(chat, "Ask again")
    assert FIRST in said(chat)


def test_a_failed_question_is_no_part_of_the_conversation(chat: AppTest) -> None:
    ask(chat, "x" * 20_000)
    ask(chat, LEAD)
    assert badges(chat) == ["✕ No"]
    assert not chat.text_area, "only the last exchange can be corrected"


@pytest.mark.usefixtures("chat")
def test_an_unknown_payer_gets_a_notice() -> None:
    # The test runner cannot type a new option, so the name comes by the session.
    chat = run_app(payer="Zorblatt <b>Mutual</b> $1 and $2")
    ask(chat, LEAD)
    assert "Payer not in the library" in said(chat)
    assert "“Zorblatt <b>Mutual</b> $1 and $2”" in said(chat)
    assert "<b>Mutual" not in "".join(element.value for element in chat.html)


def test_a_question_is_shown_as_typed_and_never_as_html(chat: AppTest) -> None:
    ask(chat, "D0140 <script>alert(1)</script> **bold** $5 and $6?")
    bubble = next(element.value for element in chat.html if "asked-" in element.value)
    assert "&lt;script&gt;alert(1)&lt;/script&gt; **bold** $5 and $6?" in bubble


def test_a_shared_name_offers_choices_that_ask_the_same_question(chat: AppTest) -> None:
    ask(chat, "does delta dental pay D9995?")
    choices = [button for button in chat.button if button.key and button.key.startswith("choice")]
    assert 2 <= len(choices) <= 4
    name = choices[0].label.replace("\\", "")
    press(chat, choices[0].label)
    assert f"Remove payer {name}" in marks(chat)
    assert not [button for button in chat.button if button.key and button.key.startswith("choice")]
    ask(chat, "what do I have to attach?")
    assert f"Remove payer {name}, from before" in marks(chat), "a follow-up keeps the payer that was chosen"


def test_a_choice_in_words_asks_the_question_with_them(chat: AppTest) -> None:
    ask(chat, "which code for composite on #30")
    choices = [button for button in chat.button if button.key and button.key.startswith("choice")]
    assert len(choices) == 4
    press(chat, next(choice.label for choice in choices if "D2392" in choice.label))
    assert not [button for button in chat.button if button.key and button.key.startswith("choice")]
    assert badges(chat).count("Which one?") == 1, "never more than one question back"
    assert "Use D2392 for composite on two surfaces" in said(chat)


def test_misreporting_and_other_subjects(chat: AppTest) -> None:
    ask(chat, "can we change the date of service so it falls in January")
    assert badges(chat) == ["Not this way"]
    assert "true date" in said(chat)
    ask(chat, "what is the weather")
    assert badges(chat) == ["Not this way", "Not covered"]


def test_a_new_conversation_starts_empty(chat: AppTest) -> None:
    ask(chat, LEAD)
    press(chat, "New conversation")
    assert not chat.chat_message
    assert [button for button in chat.button if button.key and button.key.startswith("starter")]


def test_a_fault_becomes_a_message_and_the_question_stays(chat: AppTest, monkeypatch: pytest.MonkeyPatch) -> None:
    def broken(*_: object) -> None:
        raise RuntimeError("disk")

    monkeypatch.setattr("assistant.path.Assistant.ask", broken)
    ask(chat, LEAD)
    assert "fault of its own (RuntimeError)" in said(chat)
    assert chat.text_area[0].value == LEAD


def test_a_missing_index_is_built_and_a_broken_library_is_said(
    tmp_path: Path, encoder: Encoder, monkeypatch: pytest.MonkeyPatch
) -> None:
    write(tmp_path / "knowledge")
    monkeypatch.setenv("BITEWING_HOME", str(tmp_path / "home"))
    monkeypatch.setenv("BITEWING_KNOWLEDGE", str(tmp_path / "knowledge"))
    monkeypatch.setattr(opening, "Encoder", lambda *_: encoder)
    (tmp_path / "knowledge/guides/broken.md").write_text("no front matter")
    assert "broken.md" in run_app().error[0].value.replace("\\", "")
    (tmp_path / "knowledge/guides/broken.md").unlink()
    app = run_app()
    assert not app.error
    assert (tmp_path / "home/current").is_file()
    (tmp_path / "home/current").unlink()
    monkeypatch.setattr(opening, "is_stale", lambda *_: False)
    assert "bitewing ingest" in run_app().error[0].value


def test_a_payer_taken_away_is_answered_for_any(chat: AppTest) -> None:
    ask(chat, "does apple health pay D9992 on 4/10/2020?")
    assert marks(chat) == ["Remove code D9992", f"Remove payer {APPLE}", "Remove date Apr 10, 2020"]
    take_away(chat, f"Remove payer {APPLE}")
    assert marks(chat) == ["Remove code D9992", "Remove date Apr 10, 2020"]
    assert f"Any payer · left out: {APPLE}" in said(chat)
    assert len(chat.chat_message) == 2, "the same question, answered in its own place"
    take_away(chat, "Remove date Apr 10, 2020")
    assert marks(chat) == ["Remove code D9992"], "what was taken away before stays so"
    assert f"Any payer · today Nov 23, 2026 · left out: {APPLE}, the date" in said(chat)


def test_a_code_taken_away_leaves_the_other(chat: AppTest) -> None:
    ask(chat, "D0140 vs D0170?")
    take_away(chat, "Remove code D0140")
    assert marks(chat) == ["Remove code D0170"]
    assert '<table class="bw-table"' not in "".join(element.value for element in chat.html)


def test_what_was_picked_and_taken_away_is_picked_no_more(chat: AppTest) -> None:
    chat.selectbox(key="payer").set_value(APPLE).run()
    chat.text_input(key="date_of_service").set_value("4/10/2020").run()
    ask(chat, LEAD)
    take_away(chat, f"Remove payer {APPLE}")
    assert chat.selectbox(key="payer").value == "Any payer"
    assert chat.text_input(key="date_of_service").value == "4/10/2020"
    take_away(chat, "Remove date Apr 10, 2020")
    assert chat.text_input(key="date_of_service").value == ""
    assert marks(chat) == ["Remove code D9992"]


def test_a_follow_up_does_not_bring_back_what_was_taken_away(chat: AppTest) -> None:
    ask(chat, "does apple health pay D9992?")
    take_away(chat, f"Remove payer {APPLE}")
    ask(chat, "and D9995?")
    assert marks(chat) == ["Remove code D9995"]


def test_older_answers_show_plain_marks(chat: AppTest) -> None:
    ask(chat, "does apple health pay D9992?")
    ask(chat, "what is D0140?")
    assert marks(chat) == ["Remove code D0140"]
    assert '<span class="bw-mark">Washington Apple Health</span>' in "".join(element.value for element in chat.html)


def test_a_shared_name_is_one_mark(chat: AppTest) -> None:
    ask(chat, "does delta dental pay D9995?")
    name = next(mark for mark in marks(chat) if mark.startswith("Remove payer"))
    assert " more" in name
    take_away(chat, name)
    assert "Any payer" in said(chat)
    assert badges(chat) != ["Which one?"]


def test_what_is_declined_or_out_of_scope_has_no_marks(chat: AppTest) -> None:
    ask(chat, "can we change the date of service of D0140 so it falls in January")
    assert marks(chat) == []


def test_a_comparison_is_drawn_as_a_table_with_its_proof(chat: AppTest) -> None:
    ask(chat, "D0140 vs D0170?")
    table = next(element.value for element in chat.html if '<table class="bw-table"' in element.value)
    assert re.findall(r'<th scope="row"[^>]*>([^<]+)<', table) == ["D0140", "D0170"]
    assert table.count("<td") == 6
    drawn = "".join(element.value for element in chat.html)
    for target in re.findall(r'href="#([^"]+)"', table):
        assert f'id="{target}"' in drawn


NOT_COVERED = "what is the quantum flux of the tooth fairy"


def test_what_the_library_lacks_reads_well_and_is_kept(chat: AppTest, settings: Settings) -> None:
    ask(chat, NOT_COVERED)
    text = said(chat)
    assert badges(chat) == ["Not covered"]
    assert "holds no dental coding or billing guidance" in text
    assert "Nearest in the library" in text
    assert f"“{NOT_COVERED}”" in chat.code[0].value
    assert "kept under Gaps" in text
    assert NOT_COVERED in [gap.question for gap in GapList(settings.home).gaps()]


def test_what_is_out_of_scope_is_not_kept(chat: AppTest, settings: Settings) -> None:
    out_of_scope = "how much of John's annual maximum is left this year?"
    ask(chat, out_of_scope)
    assert badges(chat) == ["Not covered"]
    assert "kept under Gaps" not in said(chat)
    assert not chat.code
    assert out_of_scope not in [gap.question for gap in GapList(settings.home).gaps(None)]


def test_a_list_that_cannot_be_written_breaks_no_answer(chat: AppTest, monkeypatch: pytest.MonkeyPatch) -> None:
    def refused(*_: object, **__: object) -> None:
        raise sqlite3.OperationalError("attempt to write a readonly database")

    monkeypatch.setattr(sqlite3, "connect", refused)
    ask(chat, NOT_COVERED)
    assert badges(chat) == ["Not covered"]
    assert "kept under Gaps" not in said(chat)


def test_dates_as_typed_and_as_shown() -> None:
    assert read_date("") is read_date("  ") is None
    assert read_date("2020-04-24") == read_date("04/24/2020") == read_date("4/24/20") == date(2020, 4, 24)
    assert american(date(2020, 4, 4)) == "Apr 4, 2020"
    assert (
        with_american_dates("to 2020-04-24, in 2020-04, not 2020-13-45")
        == "to Apr 24, 2020, in Apr 2020, not 2020-13-45"
    )
    for typed in ("2024-02-31", "02/31/2024", "yesterday", "4/2020"):
        with pytest.raises(InvalidDate):
            read_date(typed)


def test_plain_text_survives_markdown() -> None:
    assert plain("$15 *or* [x](y) <b>") == r"\$15 \*or\* \[x\]\(y\) \<b\>"


def test_a_lapse_is_named() -> None:
    def rule(effective: date | None = None, expires: date | None = None, ended: str | None = None) -> Passage:
        return Passage(
            "id", "r", PassageKind.RULE, "s", "h", (), "f", effective=effective, expires=expires, ended=ended
        )

    assert lapse(rule(), TODAY) == ""
    assert lapse(rule(expires=date(2020, 4, 24)), TODAY) == "ended Apr 24, 2020"
    assert lapse(rule(effective=date(2027, 1, 1)), TODAY) == "starts Jan 1, 2027"
    assert lapse(rule(expires=date(2020, 12, 31), ended="COVID-19"), TODAY) == "no longer in force"


def test_a_passage_is_text_whatever_it_holds() -> None:
    source = Source("T", "P", Authority.GUIDE, url="javascript:alert(1)")
    sentences = (Sentence("Costs <b>$5</b> & $6.", (source,)), Sentence("Then.", (source,)))
    passage = Passage("id", "r", PassageKind.GUIDE, "s", "h", sentences, "f")
    shown = citations.passage_html(Citation(1, "Then.", passage, 22, 27, (source,)))
    assert "Costs &lt;b&gt;$5&lt;/b&gt; &amp; $6.\n<mark>Then.</mark>" in shown
    assert citations.link(source) == "T", "only web addresses become links"


def test_every_authority_and_notice_has_its_words() -> None:
    assert set(citations.AUTHORITY) == set(Authority)
    assert set(answers.NOTICE) == set(NoticeKind)


def test_a_link_asks_its_question_once(chat: AppTest) -> None:
    chat.query_params.update({"q": "can I bill D9992 for telehealth?", "payer": "Apple Health", "date": "2020-04-10"})
    chat.run()
    assert len(badges(chat)) == 1
    assert chat.selectbox(key="payer").value == "Apple Health"
    chat.run()
    assert len(badges(chat)) == 1


def test_a_link_with_a_date_that_is_none_says_so_and_keeps_the_question(chat: AppTest) -> None:
    chat.query_params.update({"q": "can I bill D9992?", "date": "spring"})
    chat.run()
    assert any("spring" in error.value for error in chat.error)
    assert chat.text_area[0].value == "can I bill D9992?"


def test_an_answer_is_copied_as_a_claim_note(chat: AppTest) -> None:
    ask(chat, "can Apple Health be billed D9992 on 2020-04-10?")
    note = chat.code[0].value
    assert note.startswith("Question: can Apple Health be billed D9992 on 2020-04-10?\nPayer: Washington Apple Health.")
    assert "Date of service: 2020-04-10." in note
    assert "\nSources\n[1] " in note
    assert note.endswith("Looked up in Bitewing on 2026-11-23.")


def test_drafts_are_added_to_those_before(assistant: Assistant, tmp_path: Path) -> None:
    for reason in ("one", "two"):
        path = keep_draft(assistant.ask("can I bill D9992 for telehealth?"), reason, tmp_path, "2026-11-23")
    assert [case.reference for case in load_cases([path])] == ["one", "two"]


def test_a_draft_keeps_payer_and_date_and_masks_long_numbers(assistant: Assistant, tmp_path: Path) -> None:
    answer = assistant.ask("does apple health pay D9992 on 2020-04-10? member 123456789")
    path = keep_draft(answer, "It paid, see bulletin for 987654321", tmp_path, "2026-11-23")
    (case,) = load_cases([path])
    assert (case.payer, case.date_of_service) == ("wa-hca-apple-health", date(2020, 4, 10))
    assert "123456789" not in path.read_text(encoding="utf-8")
    assert "987654321" not in path.read_text(encoding="utf-8")
