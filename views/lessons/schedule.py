"""Who has answered what, and when each question comes back: FSRS over one SQLite file, `training.sqlite`.

A person is a name typed on the page. Every answer is kept, so that progress can be told and weak codes found.
"""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path

from fsrs import Card, Rating, Scheduler

from assistant.errors import BitewingError
from views.lessons.history import Given, History
from views.lessons.types import Question

PATIENCE = 2.0  # seconds to wait for another process that writes
LONGEST_NAME = 60
SCHEMA = """
CREATE TABLE IF NOT EXISTS people (name TEXT PRIMARY KEY, payers TEXT NOT NULL, last_seen TEXT NOT NULL);
CREATE TABLE IF NOT EXISTS answers (
    id INTEGER PRIMARY KEY,
    person TEXT NOT NULL,
    question TEXT NOT NULL,
    codes TEXT NOT NULL,
    is_right INTEGER NOT NULL,
    answered TEXT NOT NULL
);
CREATE INDEX IF NOT EXISTS answers_of ON answers (person);
CREATE TABLE IF NOT EXISTS cards (
    person TEXT NOT NULL,
    question TEXT NOT NULL,
    card TEXT NOT NULL,
    PRIMARY KEY (person, question)
);
"""
GREET = """
INSERT INTO people VALUES (?, '[]', ?) ON CONFLICT (name) DO UPDATE SET last_seen = excluded.last_seen
"""


class TrainingError(BitewingError):
    """What was learned cannot be read or written."""

    def __init__(self, path: Path, detail: Exception) -> None:
        super().__init__(f"The training cannot be kept ({path}: {detail}). Check that the folder can be written.")


class Schedule:
    """The training of one home folder. Every call opens the file anew, so threads and processes share it safely.

    All methods raise `TrainingError` when the file cannot be used. Times are in UTC, as FSRS wants them.
    """

    def __init__(self, home: Path) -> None:
        self._path = home / "training.sqlite"
        self._scheduler = Scheduler(enable_fuzzing=False)

    def people(self) -> tuple[str, ...]:
        """Everyone who has learned here, the latest first."""
        return tuple(name for (name,) in self._read("SELECT name FROM people ORDER BY last_seen DESC, name"))

    def greet(self, person: str, now: datetime) -> None:
        """Keep the name, or that the person came back."""
        with self._open() as file:
            file.execute(GREET, (person, now.isoformat()))

    def payers(self, person: str) -> tuple[str, ...]:
        """The ids of the payers that the person wants to be asked about; none for all."""
        rows = self._read("SELECT payers FROM people WHERE name = ?", person)
        return tuple(json.loads(rows[0][0])) if rows else ()

    def pick_payers(self, person: str, payers: Sequence[str]) -> None:
        with self._open() as file:
            file.execute("UPDATE people SET payers = ? WHERE name = ?", (json.dumps(list(payers)), person))

    def forget(self, person: str) -> None:
        """Remove the person and all that was kept of them."""
        with self._open() as file:
            for table, column in (("people", "name"), ("answers", "person"), ("cards", "person")):
                file.execute(f"DELETE FROM {table} WHERE {column} = ?", (person,))

    def history(self, person: str) -> History:
        cards = self._read("SELECT question, card FROM cards WHERE person = ?", person)
        answers = self._read(
            "SELECT question, codes, is_right, answered FROM answers WHERE person = ? ORDER BY id", person
        )
        return History(
            person,
            {question: Card.from_dict(json.loads(card)) for question, card in cards},
            tuple(
                Given(question, tuple(codes.split()), bool(is_right), datetime.fromisoformat(when))
                for question, codes, is_right, when in answers
            ),
        )

    def answer(self, person: str, question: Question, picked: int, now: datetime) -> datetime:
        """Keep an answer; when the question comes back. A wrong one comes back within minutes."""
        is_right = picked == question.right
        key = (person, question.id)
        with self._open() as file:
            row = file.execute("SELECT card FROM cards WHERE person = ? AND question = ?", key).fetchone()
            card = Card.from_dict(json.loads(row[0])) if row else Card(card_id=0, due=now)
            card, _ = self._scheduler.review_card(card, Rating.Good if is_right else Rating.Again, now)
            file.execute("INSERT OR REPLACE INTO cards VALUES (?, ?, ?)", (*key, json.dumps(card.to_dict())))
            file.execute(
                "INSERT INTO answers (person, question, codes, is_right, answered) VALUES (?, ?, ?, ?, ?)",
                (*key, " ".join(question.codes), is_right, now.isoformat()),
            )
        return card.due

    def _read(self, query: str, *values: str) -> list[tuple[str, ...]]:
        if not self._path.exists():
            return []
        with self._open() as file:
            return file.execute(query, values).fetchall()

    @contextmanager
    def _open(self) -> Iterator[sqlite3.Connection]:
        """One transaction."""
        try:
            file = sqlite3.connect(self._path, timeout=PATIENCE)
            try:
                with file:
                    file.executescript(SCHEMA)
                    yield file
            finally:
                file.close()
        except sqlite3.Error as error:
            raise TrainingError(self._path, error) from error


def as_name(typed: str) -> str:
    """A name as it is kept: without needless spaces, cut where it is no name any more."""
    return " ".join(typed.split())[:LONGEST_NAME]
