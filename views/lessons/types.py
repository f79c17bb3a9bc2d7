"""A question of the training, its choices, and the kinds of question there are."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from enum import StrEnum

from assistant.types import Citation


class Kind(StrEnum):
    CHOOSE = "choose the code"
    INSTEAD = "code in place of the wrong one"
    MAY = "may we report it so"
    TOGETHER = "codes of one visit"
    PAPERS = "what is missing from the claim"
    EDITION = "valid on the date"
    CLAIM = "is the claim right"
    PAYER = "does the payer allow it on the date"


@dataclass(frozen=True, slots=True)
class Choice:
    """`why_not` is the sentence that rules a wrong choice out, where it is another than the question's reason."""

    text: str
    why_not: Citation | None = None


@dataclass(frozen=True, slots=True)
class Question:
    """One scenario with exactly one right choice, and the sentence of a record that makes it right.

    `id` stays the same from build to build as long as the record says the same. `scenario` may be empty where `ask`
    tells all. `right` is a position in `choices`. `payer` is an id; it and `day` are given where the answer turns on
    them. `codes` are what a wrong answer says the person is weak in.
    """

    id: str
    kind: Kind
    course: str
    scenario: str
    ask: str
    choices: tuple[Choice, ...]
    right: int
    reason: Citation
    codes: tuple[str, ...] = ()
    payer: str | None = None
    day: date | None = None


@dataclass(frozen=True, slots=True)
class Course:
    """Questions on one topic; `id` is what a link names."""

    id: str
    title: str
    questions: tuple[Question, ...]
