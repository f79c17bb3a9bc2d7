"""Conversations kept for good until they are deleted for good, in `conversations.sqlite` under the home folder.

One row a conversation, one a turn; a turn holds its whole answer as JSON, so that it is shown as it was given. Turns
are only ever added or asked again in their own place, so windows that share a conversation lose none of each other's.
"""

from __future__ import annotations

import logging
import re
import sqlite3
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from filelock import FileLock, Timeout

from assistant.errors import BitewingError
from assistant.phrases import Phrases
from views.exchange import Exchange
from views.kept_turn import PUT, READ, TURNS, Row, exchange_from, row_of

FILE = "conversations.sqlite"
PATIENCE = 5.0  # seconds to wait for another window or process that writes
TITLE = 80  # characters
UNTITLED = "Untitled"
VERSION = 1  # of the tables below; a later one brings a step from each version before it
TABLES = f"""
CREATE TABLE conversations (
    number INTEGER PRIMARY KEY,
    id TEXT NOT NULL UNIQUE,
    name TEXT NOT NULL DEFAULT '',
    changed TEXT NOT NULL
);
{TURNS}
CREATE INDEX turns_of ON turns (conversation, number);
CREATE VIRTUAL TABLE words USING fts5 (text, tokenize = "unicode61 remove_diacritics 2");
"""
# What a search looks through: the name, and what was said and answered in all of its turns.
INDEX = """
INSERT INTO words (rowid, text)
SELECT number, name || char(10) || (
    SELECT coalesce(group_concat(said || char(10) || payer || char(10) || text, char(10)), '')
    FROM turns WHERE conversation = conversations.number)
FROM conversations WHERE number = ?
"""
LIST = """
SELECT id, name, changed, coalesce(
    (SELECT said FROM turns WHERE conversation = conversations.number AND trim(said) != '' ORDER BY number LIMIT 1), '')
FROM conversations
"""


class ConversationsError(BitewingError):
    """The kept conversations cannot be read or written."""

    def __init__(self, path: Path, detail: object, advice: str) -> None:
        super().__init__(f"Conversations cannot be kept or opened ({path}: {detail}). {advice}")


class ConversationGone(BitewingError):
    """A turn came for a conversation that was deleted meanwhile."""

    def __init__(self) -> None:
        super().__init__("The conversation that stood here was deleted in another window; this is a new one.")


@dataclass(frozen=True, slots=True)
class Summary:
    """One conversation of the list. `name` is empty until a person gives it one; `title` is shown."""

    id: str
    name: str
    title: str
    changed: datetime


@dataclass(frozen=True, slots=True)
class Kept:
    """A whole conversation as it is kept."""

    summary: Summary
    exchanges: tuple[Exchange, ...]


class ConversationStore:
    """The conversations of one home folder. Every call opens the file anew, so threads and processes share it safely.

    Every call may raise `ConversationsError`.
    """

    def __init__(self, home: Path, phrases: Phrases) -> None:
        self._path = home / FILE
        self._phrases = phrases

    def summaries(self, search: str = "") -> list[Summary]:
        """Those in which each searched word begins a word of the name, a question or an answer, the newest first."""
        if not self._path.exists():
            return []
        with self._open() as file:
            if not search.strip():
                rows = file.execute(f"{LIST} ORDER BY changed DESC, number DESC").fetchall()
            elif not (match := _match_of(search)):
                return []
            else:
                found = "number IN (SELECT rowid FROM words WHERE words MATCH ?)"
                rows = file.execute(f"{LIST} WHERE {found} ORDER BY changed DESC, number DESC", (match,)).fetchall()
        return [_summary(*row) for row in rows]

    def read(self, conversation: str) -> Kept | None:
        """All of one; None for one that is not there or no longer."""
        if not self._path.exists():
            return None
        with self._open() as file:
            number = _number(file, conversation)
            # In this order, what is deleted meanwhile comes out as gone and not as empty.
            rows: Sequence[Row] = file.execute(READ, (number,)).fetchall()
            summary = file.execute(f"{LIST} WHERE number = ?", (number,)).fetchone()
        return Kept(_summary(*summary), tuple(map(exchange_from, rows))) if summary else None

    def put(self, conversation: str, exchange: Exchange, *, begin: bool) -> None:
        """Add a turn, or put it in the place of the one with its id. With `begin` the conversation may be a new one.

        Raises `ConversationGone` where it is not there, rather than bring back what a person deleted.
        """
        with self._open() as file, _transaction(file):
            now = exchange.asked_at.isoformat()
            if begin:
                file.execute("INSERT OR IGNORE INTO conversations (id, changed) VALUES (?, ?)", (conversation, now))
            number = _number(file, conversation)
            if number is None:
                raise ConversationGone
            file.execute(PUT, {"conversation": number, **row_of(exchange, self._phrases)})
            file.execute("UPDATE conversations SET changed = max(changed, ?) WHERE number = ?", (now, number))
            _index(file, number)

    def rename(self, conversation: str, name: str) -> None:
        """Give it a name; without one it goes by its first question again. Nothing where it is gone."""
        with self._open() as file, _transaction(file):
            if (number := _number(file, conversation)) is not None:
                name = " ".join(name.split())[:TITLE]
                file.execute("UPDATE conversations SET name = ? WHERE number = ?", (name, number))
                _index(file, number)

    def delete(self, conversation: str) -> None:
        """Remove it and every trace of it from the file: what is freed is overwritten, and its words leave the index.

        Nothing where it is gone already.
        """
        with self._open() as file:
            with _transaction(file):
                number = _number(file, conversation)
                file.execute("DELETE FROM conversations WHERE number = ?", (number,))
                file.execute("DELETE FROM words WHERE rowid = ?", (number,))
                # The index only notes what is deleted until its parts are merged.
                file.execute("INSERT INTO words (words) VALUES ('optimize')")
            try:
                file.execute("VACUUM")
                (busy, *_) = file.execute("PRAGMA wal_checkpoint (TRUNCATE)").fetchone()
            except sqlite3.OperationalError as error:
                busy = error
            if busy:  # the last connection to close does the same
                logging.getLogger(__name__).warning("The log of conversations is still in use (%s)", busy)

    @contextmanager
    def _open(self) -> Iterator[sqlite3.Connection]:
        """A connection to tables of this version, which are made where there are none."""
        try:
            file = sqlite3.connect(self._path, timeout=PATIENCE, isolation_level=None)
            try:
                file.execute("PRAGMA secure_delete = ON")
                file.execute("PRAGMA foreign_keys = ON")
                if _version(file) == 0:
                    self._make(file)
                if (version := _version(file)) != VERSION:
                    detail = f"its version is {version}, of a newer Bitewing"
                    raise ConversationsError(self._path, detail, "Update Bitewing.")
                yield file
            finally:
                file.close()
        except (sqlite3.OperationalError, OSError, Timeout) as error:
            raise ConversationsError(
                self._path, error, "Check that it can be written and that there is room."
            ) from error
        except sqlite3.Error as error:
            raise ConversationsError(self._path, error, "Move the file away; a new one is made.") from error

    def _make(self, file: sqlite3.Connection) -> None:
        """Make the tables, once: a new file cannot wait its turn while another process turns on the log."""
        with FileLock(f"{self._path}.lock", timeout=PATIENCE):
            if _version(file) == 0:
                file.execute("PRAGMA journal_mode = WAL")
                file.executescript(f"BEGIN IMMEDIATE; {TABLES} PRAGMA user_version = {VERSION}; COMMIT;")


@contextmanager
def _transaction(file: sqlite3.Connection) -> Iterator[None]:
    """All or nothing; the lock is taken at once, so that what is read first still holds when it is written."""
    file.execute("BEGIN IMMEDIATE")
    try:
        yield
    except BaseException:
        file.execute("ROLLBACK")
        raise
    file.execute("COMMIT")


def _version(file: sqlite3.Connection) -> int:
    return int(file.execute("PRAGMA user_version").fetchone()[0])


def _number(file: sqlite3.Connection, conversation: str) -> int | None:
    row = file.execute("SELECT number FROM conversations WHERE id = ?", (conversation,)).fetchone()
    return row[0] if row else None


def _index(file: sqlite3.Connection, number: int) -> None:
    file.execute("DELETE FROM words WHERE rowid = ?", (number,))
    file.execute(INDEX, (number,))


def _match_of(search: str) -> str:
    """A search as FTS5 takes it: every word in quotes, as a beginning; four digits alone are a code without its D."""

    def term(word: str) -> str:
        return f'("{word}"* OR "D{word}"*)' if re.fullmatch(r"\d{4}", word) else f'"{word}"*'

    return " AND ".join(map(term, re.findall(r"\w+", search)))


def _summary(conversation: str, name: str, changed: str, first: str) -> Summary:
    title = name or " ".join(first.split()) or UNTITLED
    shown = title if len(title) <= TITLE else f"{title[: TITLE - 1]}…"
    return Summary(conversation, name, shown, datetime.fromisoformat(changed))
