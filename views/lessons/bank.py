"""All questions of one index, in courses: made when somebody first learns, and kept until the index changes."""

from __future__ import annotations

import random
import threading
from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from datetime import date

from assistant.index import Index
from views.lessons.about_codes import choose_the_code, codes_together, editions, in_place_of, papers_missing
from views.lessons.courses import TITLES
from views.lessons.records import Records
from views.lessons.types import Course, Kind, Question
from views.lessons.yes_or_no import NO, YES, on_claims, on_codes, on_payers
from views.wording import category_name

MORE = 1.2  # times as many of the commoner answer as of the other: who always says no is to be wrong half the time
YES_OR_NO = frozenset({Kind.MAY, Kind.CLAIM, Kind.PAYER})


@dataclass(frozen=True, slots=True)
class Bank:
    """`courses` are in reading order: codes by category, then the claim, then payers."""

    courses: tuple[Course, ...]
    by_id: dict[str, Question]

    def course(self, name: str) -> Course | None:
        return next((course for course in self.courses if course.id == name), None)

    def on_codes(self, codes: Iterable[str]) -> tuple[Question, ...]:
        """The questions that any of these codes decides."""
        wanted = frozenset(codes)
        return tuple(question for question in self.by_id.values() if wanted & set(question.codes))


@dataclass(slots=True)
class Banks:
    """The bank of the index in use. Sessions that come while it is made wait for it."""

    _lock: threading.Lock = field(default_factory=threading.Lock)
    _made: tuple[str, int, Bank] | None = None

    def of(self, index: Index, day: date) -> Bank:
        """Questions turn on codes and rules of the year of `day`, so a new year makes them anew."""
        with self._lock:
            if self._made is None or self._made[:2] != (index.name, day.year):
                self._made = (index.name, day.year, make_bank(index, day))
            return self._made[2]


def make_bank(index: Index, day: date) -> Bank:
    """Every question that the records allow, the same for the same records and year."""
    records = Records(index, day)
    makers = (choose_the_code, in_place_of, codes_together, papers_missing, editions, on_codes, on_claims, on_payers)
    made = [question for maker in makers for question in maker(records)]
    distinct = {(q.scenario.lower(), q.ask.lower(), q.payer, q.day): q for q in reversed(made)}
    by_course: dict[str, list[Question]] = defaultdict(list)
    for question in reversed(distinct.values()):
        by_course[question.course].append(question)
    courses = tuple(
        Course(name, title, tuple(_balanced(by_course[name])))
        for name, title in _titles(index).items()
        if by_course.get(name)
    )
    return Bank(courses, {question.id: question for course in courses for question in course.questions})


def _titles(index: Index) -> dict[str, str]:
    categories = dict.fromkeys(entry.category for entry in index.lexicon.codes)
    return {**{name: f"Codes: {category_name(name)}" for name in categories}, **TITLES}


def _balanced(questions: list[Question]) -> Iterator[Question]:
    """The questions of a course without those that make one answer the likelier one, shuffled once for all."""
    answers: dict[str, list[Question]] = {YES.text: [], NO.text: []}
    kept = []
    for question in sorted(questions, key=lambda one: one.id):
        answer = question.choices[question.right].text
        if question.kind in YES_OR_NO and answer in answers:
            answers[answer].append(question)
        else:
            kept.append(question)
    fewest = min(map(len, answers.values()))
    for found in answers.values():
        kept += found[: max(1, round(MORE * fewest))]
    random.Random("course").shuffle(kept)
    return iter(kept)
