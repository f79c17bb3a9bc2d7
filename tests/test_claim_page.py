"""The page Claim check: pasted lines, a link, what is told, and what is kept, on the real knowledge."""

from __future__ import annotations

import pytest
import streamlit as st
from streamlit.testing.v1 import AppTest

from assistant.encoder import Encoder
from assistant.settings import Settings
from tests.conftest import TODAY
from views import opening

PAGE = """
from views import claim
from views.opening import open_desk

claim.show(open_desk())
"""
BADGE = 'role="status"'


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


def paste(app: AppTest, text: str) -> str:
    app.run()
    app.text_area(key="claim-pasted").input(text).run()
    return drawn(app)


def test_an_empty_page_says_what_a_line_is(page: AppTest) -> None:
    told = drawn(page.run())
    assert "No lines yet" in told
    assert BADGE not in told


def test_pasted_lines_fill_the_table_and_are_checked(page: AppTest) -> None:
    told = paste(page, "D2392 #14 MOD 11/20/2026\nD4341 11/20/2026")
    assert "✕ 2 to fix" in told
    assert "D2393 fits." in told
    assert "D4341 is active treatment of periodontitis and is counted per quadrant." in told
    rows = page.dataframe[0].value
    assert list(rows["code"]) == ["D2392", "D4341"]
    assert list(rows["surfaces"]) == ["MOD", ""]


def test_a_clean_claim_says_nothing_found_and_what_was_checked(page: AppTest) -> None:
    told = paste(page, "D0120 11/20/2026\nD1110 11/20/2026")
    assert "✓ Nothing found" in told
    assert "What was checked" in told
    assert "2 codes against the code set of 2026." in told
    assert "No payer was picked" in told


def test_a_link_fills_the_page(page: AppTest) -> None:
    page.query_params.update(
        {"lines": "D0120 last 8/1/2026;D1110", "payer": "apple health", "date": "2026-11-20", "age": "40"}
    )
    page.run()
    assert page.selectbox(key="claim-payer").value == "Washington Apple Health"
    assert (page.text_input(key="claim-day").value, page.text_input(key="claim-age").value) == ("2026-11-20", "40")
    told = drawn(page)
    assert "! 1 to check" in told
    assert "due again on Feb 1, 2027" in told
    page.text_input(key="claim-day").input("2027-02-01").run()
    assert "Feb 1, 2027, has not come yet" in drawn(page)


def test_a_pasted_payer_and_age_are_taken_over(page: AppTest) -> None:
    told = paste(page, "Payer: MassHealth\nage 34\nD1351 #3 11/20/2026")
    assert page.selectbox(key="claim-payer").value == "MassHealth"
    assert page.text_input(key="claim-age").value == "34"
    assert "outside the ages" in told


def test_what_is_not_read_is_told(page: AppTest) -> None:
    told = paste(page, "D0120 <b>exam</b>\nremarks: call first")
    assert "Line 2 of the paste: “remarks: call first”" in told
    assert "&lt;b&gt;exam" in told
    assert page.expander[0].label == "Words passed over (1)"


def test_fields_that_say_nothing_are_told_and_lose_nothing(page: AppTest) -> None:
    paste(page, "D0120 11/20/2026")
    page.text_input(key="claim-age").input("old").run()
    assert "no age" in page.error[0].value
    page.text_input(key="claim-age").input("40").run()
    page.text_input(key="claim-day").input("spring").run()
    assert "spring" in page.error[0].value
    page.text_input(key="claim-day").input("").run()
    assert "✓ Nothing found" in drawn(page)


def test_a_payer_that_a_link_names_and_the_library_lacks_is_told(page: AppTest) -> None:
    page.query_params.update({"payer": "Zebra"})
    page.run()
    assert "Zebra" in page.warning[0].value


def test_the_note_holds_findings_quotes_and_sources(page: AppTest) -> None:
    paste(page, "D4341 11/20/2026")
    note = page.code[0].value
    assert note.startswith("Claim check of 2026-11-23: 1 to fix.")
    assert "“Quadrant codes such as D4341, D4342 and D4260 are reported with the quadrant.” (common practice)" in note
    assert "What it cannot know: " in note


def test_too_many_lines_are_told(page: AppTest) -> None:
    told = paste(page, "\n".join(["D0230 11/20/2026"] * 103))
    assert "3 more lines" in told
    assert len(page.dataframe[0].value) == 100
