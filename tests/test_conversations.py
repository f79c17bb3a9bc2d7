"""Kept conversations on the chat page, by Streamlit's own test runner: each run of the app is a browser window."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable
from datetime import timedelta

import pytest
import streamlit as st
from streamlit.testing.v1 import AppTest

from assistant.encoder import Encoder
from assistant.phrases import Phrases
from assistant.settings import ROOT, Settings
from tests.conftest import NOW, TODAY
from tests.test_chat import APPLE, LEAD, ask, badges, marks, press, said, take_away
from views import opening
from views.conversation_store import FILE, ConversationStore

Window = Callable[[str], AppTest]


@pytest.fixture
def window(settings: Settings, encoder: Encoder, monkeypatch: pytest.MonkeyPatch) -> Window:
    """Opens one at an address, such as `conversation=…`; no conversation is kept at first."""
    for path in settings.home.glob(f"{FILE}*"):
        path.unlink()
    monkeypatch.setenv("BITEWING_HOME", str(settings.home))
    monkeypatch.setattr(opening, "today", lambda: TODAY)
    monkeypatch.setattr(opening, "now", lambda: NOW)
    monkeypatch.setattr(opening, "Encoder", lambda *_: encoder)
    st.cache_resource.clear()

    def opened(conversation: str = "") -> AppTest:
        app = AppTest.from_file(str(ROOT / "app.py"), default_timeout=300)
        if conversation:
            app.query_params["conversation"] = conversation
        app.run()
        assert not app.exception
        return app

    return opened


@pytest.fixture
def store(settings: Settings) -> ConversationStore:
    return ConversationStore(settings.home, Phrases(settings.prompts))


def address(app: AppTest) -> str:
    """What `/?conversation=…` says in a window; empty where it says nothing."""
    named = app.query_params.get("conversation", [""])
    return named if isinstance(named, str) else named[0]


def listed(app: AppTest) -> list[str]:
    """The titles that can be opened."""
    return [button.label.replace("\\", "") for button in app.button if (button.key or "").startswith("open-")]


def pick(app: AppTest, title: str) -> AppTest:
    buttons = [button for button in app.button if (button.key or "").startswith("open-")]
    next(button for button in buttons if button.label.replace("\\", "") == title).click().run()
    assert not app.exception
    return app


def drawn(app: AppTest) -> list[str]:
    """The conversation as it stands on the page, without the sidebar."""
    return [element.value for element in app.main.html]


def test_a_reload_or_a_restart_brings_a_conversation_back_as_it_was(window: Window) -> None:
    first = window("")
    assert "What you ask is kept here" in said(first)
    first.selectbox(key="payer").set_value(APPLE).run()
    first.text_input(key="date_of_service").set_value("4/10/2020").run()
    ask(first, LEAD)
    ask(first, "and D9995?")
    assert address(first)
    st.cache_resource.clear()  # another process
    again = window(address(first))
    assert drawn(again) == drawn(first)
    assert [expander.label for expander in again.expander] == [expander.label for expander in first.expander]
    assert again.selectbox(key="payer").value == APPLE
    assert again.text_input(key="date_of_service").value == "4/10/2020"
    assert address(again) == address(first)


def test_a_conversation_goes_on_where_it_was_left(window: Window) -> None:
    first = window("")
    ask(first, "does apple health pay D9992?")
    again = window(address(first))
    ask(again, "and D9995?")
    assert marks(again) == ["Remove code D9995", f"Remove payer {APPLE}, from before"]
    take_away(again, f"Remove payer {APPLE}, from before")
    assert len(again.chat_message) == 4
    assert drawn(window(address(first))) == drawn(again)


def test_conversations_are_listed_and_opened(window: Window) -> None:
    app = window("")
    ask(app, LEAD)
    first = address(app)
    press(app, "New conversation")
    assert not address(app)
    assert listed(app) == [LEAD]
    assert not app.chat_message
    ask(app, "what is D0120?")
    assert address(app) not in {"", first}
    pick(app, LEAD)
    assert address(app) == first
    assert badges(app) == ["✕ No"]
    assert listed(app) == ["what is D0120?"], "the open one is shown apart, with its menu"


def test_the_list_tells_the_days(window: Window, monkeypatch: pytest.MonkeyPatch) -> None:
    for days, question in ((60, "what is D0120?"), (3, "what is D0140?"), (1, "what is D0150?"), (0, "what is D0170?")):
        monkeypatch.setattr(opening, "now", lambda days=days: NOW - timedelta(days=days))
        st.cache_resource.clear()
        app = ask(window(""), question)
    text = " ".join(said(app).split())
    assert [text.index(days) for days in ("Today", "Yesterday", "Last 7 days", "September 2026")] == sorted(
        text.index(days) for days in ("Today", "Yesterday", "Last 7 days", "September 2026")
    )
    pick(app, "what is D0140?")
    assert "Answered Nov 20, 2026, 9:20 AM" in said(app)


def test_a_search_narrows_the_list(window: Window) -> None:
    app = window("")
    for question in (LEAD, "what is D0120?"):
        ask(app, question)
        press(app, "New conversation")
    app.text_input(key="conversations-search").set_value("9992 telehealth").run()
    assert listed(app) == [LEAD]
    app.text_input(key="conversations-search").set_value("zorblatt").run()
    assert listed(app) == []
    assert "Nothing has “zorblatt” in it." in said(app)


def test_more_than_a_page_of_conversations_is_shown_on_request(
    window: Window, store: ConversationStore, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("views.conversation_list.SHOWN", 2)
    app = window("")
    for code in ("D0120", "D0140", "D0150"):
        ask(app, f"what is {code}?")
        press(app, "New conversation")
    assert listed(app) == ["what is D0150?", "what is D0140?"]
    oldest = next(one.id for one in store.summaries() if "D0120" in one.title)
    assert "Open now" in said(window(oldest)), "the open one is never out of reach"
    press(app, "Show more (1)")
    assert listed(app) == ["what is D0150?", "what is D0140?", "what is D0120?"]


def test_a_conversation_is_renamed(window: Window, store: ConversationStore) -> None:
    app = ask(window(""), LEAD)
    app.text_input(key=f"name-{address(app)}").set_value("Telehealth *2026*")
    press(app, "Rename")
    assert '<p class="bw-open" aria-current="true">Telehealth *2026*</p>' in [one.value for one in app.html]
    press(app, "New conversation")
    assert listed(app) == ["Telehealth *2026*"]
    assert [one.title for one in store.summaries("telehealth 2026")] == ["Telehealth *2026*"]


def test_a_conversation_is_deleted_only_when_that_is_confirmed(
    window: Window, store: ConversationStore, settings: Settings
) -> None:
    app = ask(window(""), "zorblatt asks about D9992")
    press(app, "Delete …")
    assert "It leaves the file for good" in said(app)
    assert "1 question, the last one Nov 23, 2026, 9:20 AM." in said(app)
    press(app, "Keep it")
    assert [one.title for one in store.summaries()] == ["zorblatt asks about D9992"]
    press(app, "Delete …")
    press(app, "Delete for good")
    assert store.summaries() == []
    assert not app.chat_message
    assert not address(app)
    assert not [path for path in settings.home.glob(f"{FILE}*") if b"zorblatt" in path.read_bytes()]


def test_two_windows_on_one_conversation_lose_no_turn(window: Window, store: ConversationStore) -> None:
    one = ask(window(""), LEAD)
    two = window(address(one))
    ask(two, "what is D0120?")
    ask(one, "what is D0140?")
    ask(two, "what is D0150?")
    one.run()
    kept = store.read(address(one))
    assert kept is not None
    asked = [exchange.request.said for exchange in kept.exchanges]
    assert asked == [LEAD, "what is D0120?", "what is D0140?", "what is D0150?"]
    assert drawn(one) == drawn(two)
    take_away(one, "Remove code D0150")
    ask(two, "and D0170?")
    kept = store.read(address(one))
    assert kept is not None
    assert [exchange.request.said for exchange in kept.exchanges] == [*asked, "and D0170?"]


def test_a_question_in_a_conversation_that_is_gone_begins_a_new_one(window: Window, store: ConversationStore) -> None:
    one = ask(window(""), "does apple health pay D9992?")
    two = window(address(one))
    gone = address(one)
    press(one, "Delete …")
    press(one, "Delete for good")
    ask(two, "and D9995?")
    assert "was deleted in another window; this is a new one" in two.info[0].value
    assert len(two.chat_message) == 2
    assert marks(two) == ["Remove code D9995"], "nothing of what was deleted is carried over"
    assert address(two) not in {"", gone}
    assert [summary.title for summary in store.summaries()] == ["and D9995?"]


def test_an_address_that_leads_nowhere_is_said(window: Window) -> None:
    app = window("nothing-here")
    assert app.info[0].value.startswith("That conversation is not here")
    assert not address(app)
    ask(app, LEAD)
    assert not app.info
    assert address(app)


def test_back_opens_what_the_address_names(window: Window) -> None:
    app = ask(window(""), LEAD)
    first = address(app)
    press(app, "New conversation")
    ask(app, "what is D0120?")
    app.query_params["conversation"] = first
    app.run()
    assert badges(app) == ["✕ No"]
    del app.query_params["conversation"]
    app.run()
    assert not app.chat_message
    assert not address(app)


def test_a_link_with_a_question_becomes_the_address_of_its_answer(window: Window, store: ConversationStore) -> None:
    app = window("")
    app.query_params.update({"q": LEAD, "payer": "Apple Health"})
    app.run()
    assert list(app.query_params) == ["conversation"]
    again = window(address(app))
    assert len(again.chat_message) == 2
    assert len(store.summaries()) == 1


def test_a_question_that_failed_comes_back_to_be_corrected(window: Window, store: ConversationStore) -> None:
    app = window("")
    app.text_input(key="date_of_service").set_value("spring").run()
    ask(app, LEAD)
    again = window(address(app))
    assert again.text_area[0].value == LEAD
    again.form[0].text_input[0].set_value("4/10/2020")
    press(again, "Ask again")
    assert len(again.chat_message) == 2
    kept = store.read(address(app))
    assert kept is not None
    assert [exchange.request.day for exchange in kept.exchanges] == ["4/10/2020"]


def test_what_cannot_be_kept_is_said_and_kept_later(
    window: Window, store: ConversationStore, monkeypatch: pytest.MonkeyPatch
) -> None:
    app = window("")
    connect = sqlite3.connect

    def refused(path: object, *args: object, **names: object) -> sqlite3.Connection:
        if str(path).endswith(FILE):
            raise sqlite3.OperationalError("unable to open database file")
        return connect(path, *args, **names)  # type: ignore[call-overload,no-any-return]

    monkeypatch.setattr(sqlite3, "connect", refused)
    ask(app, LEAD)
    ask(app, "and apple health?")
    assert len(badges(app)) == 2, "answers matter more"
    assert "What is asked now is lost when this window closes." in said(app)
    monkeypatch.setattr(sqlite3, "connect", connect)
    app.run()
    assert not app.error
    kept = store.read(address(app))
    assert kept is not None
    assert [exchange.request.said for exchange in kept.exchanges] == [LEAD, "and apple health?"]
    assert len(badges(app)) == 2


def test_a_claim_note_of_an_old_answer_tells_its_own_day(window: Window, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(opening, "now", lambda: NOW - timedelta(days=10))
    app = ask(window(""), LEAD)
    assert app.code[0].value.endswith("Looked up in Bitewing on 2026-11-13.")
