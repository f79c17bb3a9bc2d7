"""Putting a question together: a lasting id, and choices in an order that tells nothing."""

from __future__ import annotations

import hashlib
import random
from collections.abc import Sequence
from datetime import date

from assistant.types import Citation
from views.lessons.types import Choice, Kind, Question


def make(
    kind: Kind,
    course: str,
    scenario: str,
    ask: str,
    right: str,
    wrong: Sequence[Choice],
    reason: Citation,
    *,
    codes: Sequence[str] = (),
    payer: str | None = None,
    day: date | None = None,
    shuffled: bool = True,
) -> Question:
    """`shuffled` is False for choices that have an order of their own, such as yes and no; `wrong` then holds all."""
    number = name_of(kind.name.lower(), reason.passage.id, scenario, ask)
    if shuffled:
        choices = [Choice(right), *wrong]
        random.Random(number).shuffle(choices)
    else:
        choices = list(wrong)
    place = next(position for position, choice in enumerate(choices) if choice.text == right)
    return Question(number, kind, course, scenario, ask, tuple(choices), place, reason, tuple(codes), payer, day)


def name_of(*parts: str) -> str:
    """The same id for the same words, in every process."""
    digest = hashlib.sha256("\n".join(parts).encode()).hexdigest()[:10]
    return f"{parts[0]}/{digest}"


def drawn(parts: Sequence[str], number: int, seed: str) -> list[str]:
    """Some of them, always the same for a seed."""
    ordered = sorted(parts)
    return random.Random(seed).sample(ordered, min(number, len(ordered)))
