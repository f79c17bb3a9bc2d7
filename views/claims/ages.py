"""For which patients a sentence is, by their age."""

from __future__ import annotations

from assistant.bearing import ADULT, CHILD
from assistant.limits import GROWN, OLDEST, ages_of

ADULT_FROM = 18.0


def ages_in(sentence: str) -> list[tuple[float, float]]:
    """The ages that a sentence is for, in numbers or as adults or children; empty where it names none, or both."""
    if ranges := ages_of(sentence):
        return ranges
    adults, children = bool(ADULT.search(sentence)), bool(CHILD.search(sentence))
    if adults is children:
        return []
    return [(ADULT_FROM, OLDEST)] if adults else [(0.0, GROWN)]


def excludes(sentence: str, age: int | None) -> bool:
    """Whether a sentence is for other ages than the patient's; never where it, or the claim, names none."""
    ranges = ages_in(sentence)
    return age is not None and bool(ranges) and not any(low <= age <= high for low, high in ranges)
