"""What one person has answered: what to ask next, how far they are, and which codes they are weak in. Pure values."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from fsrs import Card, State

from views.lessons.making import name_of
from views.lessons.types import Course, Question
from views.spreadsheet import cell

WEAK_BELOW = 0.75  # right answers of the last ones, below which a code is weak
LAST = 4  # answers on a code that count
COLUMNS = ("person", "course", "questions", "practised", "learned", "due now", "answers", "right", "share right",
           "last practised", "weak codes")  # fmt: skip


@dataclass(frozen=True, slots=True)
class Given:
    """One answer that was given."""

    question: str
    codes: tuple[str, ...]
    is_right: bool
    when: datetime


@dataclass(frozen=True, slots=True)
class Progress:
    """How somebody stands in some questions. `learned` are those that come back after days, no longer after minutes."""

    questions: int
    practised: int
    learned: int
    due: int
    answers: int
    right: int
    last: datetime | None


@dataclass(frozen=True, slots=True)
class WeakCode:
    """A code that is often answered wrong: how many of the last answers on it were right."""

    code: str
    right: int
    answers: int


@dataclass(frozen=True, slots=True)
class History:
    """`cards` has FSRS's memory of each question that was asked; `answers` are in the order they were given."""

    person: str
    cards: Mapping[str, Card]
    answers: tuple[Given, ...]

    def next(self, questions: Iterable[Question], now: datetime, after: str | None = None) -> Question | None:
        """What to ask now: what is due, the longest first, then what is new, in an order of the person's own.

        None where all were asked and none is due. `after` is the id of the question just answered, which does not
        come again at once while there is another.
        """
        questions = list(questions)
        waiting = [q for q in questions if q.id in self.cards and self.cards[q.id].due <= now]
        new = [q for q in questions if q.id not in self.cards]
        ordered = sorted(waiting, key=lambda q: (self.cards[q.id].due, q.id))
        ordered += sorted(new, key=lambda q: name_of(self.person, q.id))
        return next((q for q in ordered if q.id != after), ordered[0] if ordered else None)

    def next_due(self, questions: Iterable[Question]) -> datetime | None:
        """When the first of the questions comes back; None where none was asked yet."""
        return min((self.cards[q.id].due for q in questions if q.id in self.cards), default=None)

    def progress(self, questions: Sequence[Question], now: datetime) -> Progress:
        """Answers to questions that the library no longer asks do not count."""
        ids = {question.id for question in questions}
        cards = [card for question, card in self.cards.items() if question in ids]
        answers = [one for one in self.answers if one.question in ids]
        return Progress(
            len(questions), len(cards), sum(card.state is State.Review for card in cards),
            sum(card.due <= now for card in cards), len(answers), sum(one.is_right for one in answers),
            max((one.when for one in answers), default=None),
        )  # fmt: skip

    def weak_codes(self) -> tuple[WeakCode, ...]:
        """Codes whose last answers were too often wrong, the weakest first."""
        of_code: dict[str, list[bool]] = {}
        for one in reversed(self.answers):
            for code in one.codes:
                of_code.setdefault(code, []).append(one.is_right)
        lately = [WeakCode(code, sum(given[:LAST]), len(given[:LAST])) for code, given in of_code.items()]
        weak = [one for one in lately if one.right / one.answers < WEAK_BELOW]
        return tuple(sorted(weak, key=lambda one: (one.right / one.answers, -one.answers, one.code)))


def as_csv(histories: Iterable[History], courses: Sequence[Course], now: datetime) -> str:
    """One row a person and a course that was begun, for a spreadsheet."""
    out = io.StringIO()
    writer = csv.writer(out)
    writer.writerow(COLUMNS)
    for history in histories:
        weak = [one.code for one in history.weak_codes()]
        for course in courses:
            told = history.progress(course.questions, now)
            if told.last is None:
                continue
            taught = {code for question in course.questions for code in question.codes}
            row = (history.person, course.title, told.questions, told.practised, told.learned, told.due, told.answers,
                   told.right, f"{told.right / told.answers:.0%}", told.last.date(),
                   " ".join(code for code in weak if code in taught))  # fmt: skip
            writer.writerow([cell(value) for value in row])
    return out.getvalue()
