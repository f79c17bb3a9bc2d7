"""Conversations on the disk: kept whole, found, shared between windows and processes, and deleted for good."""

from __future__ import annotations

import multiprocessing
import sqlite3
from contextlib import closing
from datetime import timedelta
from pathlib import Path

import pytest

from assistant.path import Assistant
from assistant.phrases import Phrases
from assistant.settings import Settings
from assistant.types import Answered, Clarify, Declined, NotCovered, Turn, Without
from tests.conftest import NOW
from views.conversation_store import FILE, TITLE, ConversationGone, ConversationsError, ConversationStore
from views.exchange import Exchange, Failed, Outcome, PlainAnswer, Request

PHRASES = Phrases(Settings().prompts)


@pytest.fixture
def store(tmp_path: Path) -> ConversationStore:
    return ConversationStore(tmp_path, PHRASES)


def turn(said: str, outcome: Outcome | None = None, minutes: int = 0, name: str | None = None) -> Exchange:
    request = Request(said, said, None, "") if name is None else Request(said, said, None, "", id=name)
    return Exchange(request, outcome or Failed("Ask again."), "Any payer", NOW + timedelta(minutes=minutes))


def keep(store: ConversationStore, conversation: str, *turns: Exchange) -> None:
    for one in turns:
        store.put(conversation, one, begin=True)


def titles(store: ConversationStore, search: str = "") -> list[str]:
    return [one.title for one in store.summaries(search)]


def traces(home: Path, word: str) -> list[str]:
    """The files of the store in which a word can be read."""
    return [path.name for path in home.glob(f"{FILE}*") if word.encode() in path.read_bytes().lower()]


@pytest.mark.parametrize(
    ("question", "kind"),
    [
        ("can I bill D9992 for telehealth?", Answered),
        ("D0140 vs D0170?", Answered),
        ("does apple health pay D9992 on 4/10/2020?", Answered),
        ("does delta dental pay D9995?", Clarify),
        ("what is the quantum flux of the tooth fairy", NotCovered),
        ("can we change the date of service so it falls in January", Declined),
    ],
)
def test_an_answer_comes_back_as_it_was_given(
    store: ConversationStore, assistant: Assistant, question: str, kind: type[Outcome]
) -> None:
    answer = assistant.ask(question)
    assert isinstance(answer, kind)
    history = (Turn("user", "before", Without(codes=frozenset({"D0140"}))), Turn("assistant", "Yes."))
    request = Request(question, question, "Acme", "4/10/2020", history, Without(date=True))
    given = Exchange(request, answer, "Acme Dental", NOW, in_gaps=True)
    keep(store, "one", given)
    kept = store.read("one")
    assert kept is not None
    assert kept.exchanges == (given,)


def test_what_failed_is_kept_too(store: ConversationStore) -> None:
    keep(store, "one", turn("x" * 20_000))
    kept = store.read("one")
    assert kept is not None
    assert kept.exchanges[0].request.said == "x" * 20_000
    assert len(kept.summary.title) == TITLE


def test_an_answer_that_this_version_does_not_read_is_shown_as_text(
    store: ConversationStore, assistant: Assistant, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    answer = assistant.ask("can I bill D9992 for telehealth?")
    keep(store, "one", Exchange(Request("telehealth?", "telehealth?", None, "", id="t"), answer, "Any payer", NOW))
    with closing(sqlite3.connect(tmp_path / FILE)) as file, file:
        file.execute("""UPDATE turns SET outcome = replace(outcome, '"verdict":"no"', '"verdict":"maybe"')""")
    kept = store.read("one")
    assert kept is not None
    (shown,) = kept.exchanges
    assert isinstance(shown.outcome, PlainAnswer)
    assert shown.outcome.text.startswith("No.\n")
    assert "[1] Apple Health" in shown.outcome.text
    assert (shown.id, shown.request.said, shown.asked_at) == ("t", "telehealth?", NOW)
    assert "plain text" in caplog.text


def test_nothing_is_there_before_the_first_turn(store: ConversationStore, tmp_path: Path) -> None:
    assert store.summaries() == []
    assert store.read("one") is None
    assert not (tmp_path / FILE).exists(), "looking makes no file"


def test_the_first_question_is_the_title_until_a_person_gives_a_name(store: ConversationStore) -> None:
    keep(store, "one", turn("   "), turn("is D0140\n  billable?"), turn("and D0120?"))
    assert titles(store) == ["is D0140 billable?"]
    store.rename("one", "  Exams \n 2026 ")
    assert titles(store) == ["Exams 2026"]
    store.rename("one", "")
    assert titles(store) == ["is D0140 billable?"]
    store.rename("none", "nothing")
    keep(store, "two", turn(" "))
    assert sorted(titles(store)) == ["Untitled", "is D0140 billable?"]


def test_the_last_asked_stands_first(store: ConversationStore) -> None:
    keep(store, "a", turn("first"))
    keep(store, "b", turn("second", minutes=1))
    keep(store, "a", turn("again", minutes=2))
    assert titles(store) == ["first", "second"]
    assert [one.changed for one in store.summaries()] == [NOW + timedelta(minutes=2), NOW + timedelta(minutes=1)]


def test_a_turn_asked_again_stays_in_its_place(store: ConversationStore) -> None:
    keep(store, "one", turn("first", name="a"), turn("second", name="b"), turn("mended", minutes=5, name="a"))
    kept = store.read("one")
    assert kept is not None
    assert [one.request.said for one in kept.exchanges] == ["mended", "second"]
    assert titles(store, "first") == []
    assert titles(store, "mended") == ["mended"]


@pytest.mark.parametrize(
    ("search", "found"),
    [
        ("telehealth", True),
        ("TELEH", True),
        ("9992", True),
        ("d9992", True),
        ("9992 telehealth 2026", True),
        ("9992 9995", False),
        ("nguyen", True),  # Nguyễn
        ("telehealth guardian", True),  # in two turns
        ("coordination", True),  # in the answer alone
        ("exams", True),  # in the name alone
        ("  ", True),
        ("992", False),
        ("telehealth orthodontics", False),
        ("health", False),  # no word begins so
        ('"', False),
        ("?!", False),
        ('telehealth" OR NEAR( *', False),  # words to look for, and no query
    ],
)
def test_a_search_looks_through_name_questions_and_answers(store: ConversationStore, search: str, found: bool) -> None:
    keep(store, "one", turn("can I bill D9992 for Nguyễn by telehealth?", Failed("It is care coordination.")))
    keep(store, "one", turn("and Guardian?"))
    store.rename("one", "Exams 2026")
    assert titles(store, search) == (["Exams 2026"] if found else [])


def test_what_is_deleted_leaves_the_file(store: ConversationStore, assistant: Assistant, tmp_path: Path) -> None:
    answer = assistant.ask("can I bill D9992 for telehealth?")
    for number in range(40):
        said = f"zorblatt{number} asks about D9992" if number % 2 else f"keepsake{number} asks about D9992"
        keep(store, f"c{number}", turn(said, answer), turn(f"{said} again", answer))
    store.rename("c1", "quuxname of zorblatt")
    with closing(sqlite3.connect(tmp_path / FILE)) as looking:  # another window, so that the log is not dropped
        looking.execute("SELECT count(*) FROM turns").fetchall()
        assert traces(tmp_path, "zorblatt"), "before, it can be read"
        size = (tmp_path / FILE).stat().st_size
        for number in range(1, 40, 2):
            store.delete(f"c{number}")
        for word in ("zorblatt", "quuxname"):
            assert traces(tmp_path, word) == []
        looking.execute("CREATE VIRTUAL TABLE temp.terms USING fts5vocab (main, words, row)")
        terms = {term for (term,) in looking.execute("SELECT term FROM temp.terms")}
    assert not [term for term in terms if "zorblatt" in term]
    assert "keepsake0" in terms
    assert (tmp_path / FILE).stat().st_size < 0.7 * size, "its room is given back"
    assert titles(store, "zorblatt") == []
    assert len(titles(store, "keepsake")) == 20
    kept = store.read("c0")
    assert kept is not None
    assert kept.exchanges[1].outcome == answer
    store.delete("c1")  # gone already


def test_a_turn_does_not_bring_back_what_was_deleted(store: ConversationStore) -> None:
    keep(store, "one", turn("first"))
    store.delete("one")
    with pytest.raises(ConversationGone):
        store.put("one", turn("second"), begin=False)
    assert store.summaries() == []


def _write(home: Path, process: int, turns: int) -> None:
    store = ConversationStore(home, PHRASES)
    for number in range(turns):
        store.put("shared", turn(f"{process}-{number}"), begin=True)
        store.put(f"own-{process}", turn(f"own {process}-{number}"), begin=True)
        if number % 5 == 0:
            store.put(f"gone-{process}", turn("gone"), begin=True)
            store.delete(f"gone-{process}")


def test_processes_that_write_at_once_lose_no_turn(tmp_path: Path) -> None:
    start = multiprocessing.get_context("spawn")
    writers = [start.Process(target=_write, args=(tmp_path, number, 15)) for number in range(4)]
    for writer in writers:
        writer.start()
    for writer in writers:
        writer.join(timeout=120)
    assert [writer.exitcode for writer in writers] == [0] * 4
    store = ConversationStore(tmp_path, PHRASES)
    shared = store.read("shared")
    assert shared is not None
    said = [one.request.said for one in shared.exchanges]
    assert sorted(said) == sorted(f"{process}-{number}" for process in range(4) for number in range(15))
    for process in range(4):
        own = [text for text in said if text.startswith(f"{process}-")]
        assert own == [f"{process}-{number}" for number in range(15)], "each in its order"
    assert len(store.summaries()) == 5


def test_a_broken_file_is_said_and_left_as_it_is(store: ConversationStore, tmp_path: Path) -> None:
    (tmp_path / FILE).write_bytes(b"no database" * 1000)
    for attempt in (store.summaries, lambda: store.read("one"), lambda: store.put("one", turn("x"), begin=True)):
        with pytest.raises(ConversationsError, match=r"is not a database\). Move the file away"):
            attempt()
    assert (tmp_path / FILE).read_bytes() == b"no database" * 1000


def test_a_file_of_a_newer_version_is_left_alone(store: ConversationStore, tmp_path: Path) -> None:
    keep(store, "one", turn("first"))
    with closing(sqlite3.connect(tmp_path / FILE)) as file:
        file.execute("PRAGMA user_version = 7")
    with pytest.raises(ConversationsError, match="its version is 7, of a newer Bitewing"):
        store.summaries()


def test_the_log_is_written_ahead_and_what_is_freed_is_overwritten(store: ConversationStore, tmp_path: Path) -> None:
    keep(store, "one", turn("first"))
    with closing(sqlite3.connect(tmp_path / FILE)) as file:
        assert file.execute("PRAGMA journal_mode").fetchone() == ("wal",)
        assert file.execute("PRAGMA user_version").fetchone() == (1,)
