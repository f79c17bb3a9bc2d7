"""What the library says that a code's line must name: tooth, quadrant or arch, and surfaces, each with its citation.

A code of which no record says it needs nothing here; that is told as not checked, never guessed.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from itertools import count, takewhile

from assistant.index import Index
from assistant.limits import holds_on
from assistant.proof import cite
from assistant.types import Citation, Passage, PassageKind

NUMBERING_GUIDE = "guide/tooth-and-area-numbering"
COUNTED = re.compile(
    r"\b(?:counted|reported) (?:per|by) ([a-z]+)|, (?:per|by) (tooth|quadrant|arch)\b"
    r"|\bthe unit is the ([a-z]+)|\bOne unit of D\d{4} is one ([a-z]+)"
)
REPORTED_WITH = re.compile(r"\breported with the (tooth|quadrant|arch)\b")
SURFACE_COUNT = re.compile(r"\b(one|two|three|four)( or more)?[- ]surfaces?\b")
COUNTS = {"one": 1, "two": 2, "three": 3, "four": 4}
PARTS_OF_A_MOUTH = frozenset(
    "abutment attachment bar bridge crown denture implant jaw lesion pontic prosthesis retainer root side site "
    "splint".split()
)
"""Units that a line could name a tooth or an area for, without a source that says so."""


class Place(StrEnum):
    TOOTH = "tooth"
    QUADRANT = "quadrant"
    ARCH = "arch"


@dataclass(frozen=True, slots=True)
class Surfaces:
    """How many surfaces a code stands for, and the sentence that says so."""

    count: int
    or_more: bool
    said: Citation

    def fits(self, number: int) -> bool:
        return number >= self.count if self.or_more else number == self.count


@dataclass(frozen=True, slots=True)
class Needs:
    """`place` is what the line names, proven by `said`. `unit` is how the code is counted, where its record tells."""

    place: Place | None = None
    said: tuple[Citation, ...] = ()
    unit: str = ""
    surfaces: Surfaces | None = None

    @property
    def is_open(self) -> bool:
        """Whether it is counted by a part of the mouth, and no source says whether a line names a tooth or an area."""
        return self.place is None and self.unit in PARTS_OF_A_MOUTH


def needs_of(code: str, index: Index, day: date) -> Needs:
    """What a line of this code names on that day, as far as the records say so."""
    counted, unit = _counted(code, index, day)
    place = Place(unit) if unit in set(Place) else None
    reported = _reported_with(code, place, index)
    if place is None and reported is not None:
        place = Place(REPORTED_WITH.findall(reported.quote)[0])
    said = tuple(one for one in (counted if place and place == unit else None, reported) if one is not None)
    return Needs(place, said if place else (), unit, _surfaces(code, index, day))


def own_sentences(code: str, index: Index, day: date, *sections: str) -> Iterator[Citation]:
    """The sentences of a code's own entry that hold on the day, of these sections or of all."""
    for passage in index.naming(code):
        if (
            passage.record == code
            and passage.kind is PassageKind.CODE
            and (not sections or passage.section in sections)
        ):
            yield from (one for one in sentences_of(passage) if holds_on(day, one.quote))


def sentences_of(passage: Passage) -> Iterator[Citation]:
    """Each sentence of a passage, to be cited alone."""
    for position in range(len(passage.sentences)):
        yield cite(passage, position, position + 1)


def guide_saying(index: Index, guide: str, pattern: re.Pattern[str]) -> Citation | None:
    """The first sentence of a guide that says it; None where the library has no such sentence."""
    numbered = (index.passages.get(f"{guide}/{number}") for number in count(1))
    passages = takewhile(lambda passage: passage is not None, numbered)
    said = (one for passage in passages if passage is not None for one in sentences_of(passage))
    return next((one for one in said if pattern.search(one.quote)), None)


def _counted(code: str, index: Index, day: date) -> tuple[Citation | None, str]:
    for one in own_sentences(code, index, day, "meaning"):
        if one.quote.startswith(("On a claim", "One unit", code)) and (match := COUNTED.search(one.quote)):
            return one, next(filter(None, match.groups()))
    return None, ""


def _reported_with(code: str, place: Place | None, index: Index) -> Citation | None:
    """The guide's sentence on the place, or the one that names the code."""
    asked = rf"reported with the {place}\b" if place else rf"\b{code}\b.*reported with the (?:tooth|quadrant|arch)\b"
    return guide_saying(index, NUMBERING_GUIDE, re.compile(asked))


def _surfaces(code: str, index: Index, day: date) -> Surfaces | None:
    for one in own_sentences(code, index, day, "meaning"):
        if one.quote.startswith(code) and (match := SURFACE_COUNT.search(one.quote)):
            return Surfaces(COUNTS[match.group(1)], match.group(2) is not None, one)
    return None
