"""The codes page: from what is typed to the card, on the real knowledge."""

from __future__ import annotations

from datetime import date

import pytest
import streamlit as st
from streamlit.testing.v1 import AppTest

from assistant.encoder import Encoder
from assistant.path import Assistant
from assistant.settings import Settings
from assistant.types import Citation
from tests.conftest import TODAY
from views import opening
from views.code_card import SECTIONS, card_of, changes_of, checklist_as_text
from views.code_search import find_codes

PAGE = """
from views import codes
from views.opening import open_desk

codes.show(open_desk())
"""
APPLE = "wa-hca-apple-health"
FLOOR = Settings().answer_floor


@pytest.mark.parametrize(
    ("typed", "first"),
    [("D9992", "D9992"), ("d9992", "D9992"), ("434", "D4341"), ("FMX", "D0210"), ("limited exam", "D0140")],
)
def test_what_is_typed_finds_its_code(assistant: Assistant, typed: str, first: str) -> None:
    assert find_codes(typed, assistant, TODAY, FLOOR).codes[0] == first


def test_plain_words_find_the_code_among_the_first(assistant: Assistant) -> None:
    assert "D2392" in find_codes("filling back tooth two surfaces", assistant, TODAY, FLOOR).codes[:3]


def test_a_range_and_several_codes_are_all_found(assistant: Assistant) -> None:
    assert set(find_codes("D4341-D4342", assistant, TODAY, FLOOR).codes) == {"D4341", "D4342"}


@pytest.mark.parametrize("typed", ["", "   ", "D00000"])
def test_what_is_no_code_finds_none(assistant: Assistant, typed: str) -> None:
    assert find_codes(typed, assistant, TODAY, FLOOR).codes == ()


def test_a_card_has_every_section_of_the_entry_each_sentence_proven(assistant: Assistant) -> None:
    card = card_of("D4341", assistant.rooms().index, TODAY)
    assert [section.name for section in card.sections][:3] == ["meaning", "use_when", "not_when"]
    assert {section.name for section in card.sections} <= set(SECTIONS)
    said: list[Citation] = [citation for section in card.sections for citation in section.said]
    assert all(one.passage.text[one.start : one.end] == one.quote for one in said)
    assert card.rules is None


def test_rules_are_those_of_the_payer_on_the_day(assistant: Assistant) -> None:
    index = assistant.rooms().index
    then, now = card_of("D9992", index, date(2020, 4, 10), APPLE), card_of("D9992", index, TODAY, APPLE)
    assert then.rules is not None
    assert now.rules is not None
    assert len(then.rules.said) > 2
    assert now.rules.said == ()


@pytest.mark.parametrize(
    ("code", "day", "status", "valid"),
    [
        ("D9248", date(2025, 6, 1), "Valid until the end of 2025", True),
        ("D9248", date(2026, 6, 1), "Deleted with CDT 2026", False),
        ("D9992", date(2016, 6, 1), "Not valid before CDT 2017", False),
        ("D9992", TODAY, "Valid since CDT 2017", True),
    ],
)
def test_a_card_says_whether_the_code_is_valid_on_the_day(
    assistant: Assistant, code: str, day: date, status: str, valid: bool
) -> None:
    card = card_of(code, assistant.rooms().index, day)
    assert card.status.startswith(status)
    assert card.is_valid is valid


def test_every_code_has_a_card(assistant: Assistant) -> None:
    index = assistant.rooms().index
    bare = [code for code in index.lexicon.code if not any(s.said for s in card_of(code, index, TODAY).sections)]
    assert bare == []


def test_changes_are_told_by_edition(assistant: Assistant) -> None:
    changes = changes_of(assistant.rooms().index, 2026)
    assert any("D9248" in citation.quote for citation in changes["deleted"])


def test_a_checklist_is_copied_with_what_was_ticked() -> None:
    assert checklist_as_text("D4341", ["chart", "images"], [True, False]) == "D4341 checklist\n[x] chart\n[ ] images"


@pytest.fixture
def page(settings: Settings, encoder: Encoder, monkeypatch: pytest.MonkeyPatch) -> AppTest:
    monkeypatch.setenv("BITEWING_HOME", str(settings.home))
    monkeypatch.setattr(opening, "today", lambda: TODAY)
    monkeypatch.setattr(opening, "Encoder", lambda *_: encoder)
    st.cache_resource.clear()
    return AppTest.from_string(PAGE, default_timeout=300)


def drawn(app: AppTest) -> str:
    assert not app.exception
    return "".join(element.value for element in app.html[1:])


def test_a_typed_code_shows_its_card(page: AppTest) -> None:
    page.run()
    page.text_input(key="codes-typed").input("D9992").run()
    assert '<h2 class="bw-code">D9992</h2>' in drawn(page)
    assert "D9992 reports dental case management" in drawn(page)


def test_a_link_opens_cards_for_a_payer_and_a_day(page: AppTest) -> None:
    page.query_params.update({"code": "d9992,D9995", "payer": "apple health", "date": "2020-04-10"})
    page.run()
    assert page.selectbox(key="codes-payer").value == "Washington Apple Health"
    assert drawn(page).count('<h2 class="bw-code">') == 2
    assert "paid D9992 when a dentist triaged" in drawn(page)


def test_a_link_with_names_that_are_none_says_so(page: AppTest) -> None:
    page.query_params.update({"code": "D0001", "payer": "Zebra", "date": "spring"})
    page.run()
    assert "Zebra" in page.warning[0].value
    assert "spring" in page.error[0].value
    page.query_params.clear()
    page.text_input(key="codes-day").input("").run()
    assert "D0001" in page.warning[0].value


def test_what_was_ticked_is_copied(page: AppTest) -> None:
    page.query_params.update({"code": "D4341"})
    page.run()
    page.checkbox[0].check().run()
    assert page.code[0].value.startswith("D4341 checklist\n[x] For D4341, keep a full periodontal chart")


def test_a_silent_payer_is_said(page: AppTest) -> None:
    page.query_params.update({"code": "D9992", "payer": "guardian dental"})
    page.run()
    assert any("no rule of this payer" in caption.value for caption in page.caption)
