"""From what is typed to codes: a number, part of one, shorthand, or what was done in plain words."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date

from assistant.choices import Choices
from assistant.errors import QuestionError
from assistant.path import Assistant
from assistant.rank import Ranker
from assistant.types import PassageKind, Understood

NUMBER = re.compile(r"[dD]?[\s-]?(\d+)")
WRITTEN = re.compile(r"[dD]?(\d{4})")
MOST = 12  # codes offered
NARROW = 6  # codes that a family may still mean to stand before what lies nearest: "crown" alone means too many
SPREAD = 0.17  # cosine that a code may lie behind the nearest and still be offered
OF_CODES = (PassageKind.CODE, PassageKind.QUESTION)


@dataclass(frozen=True, slots=True)
class Found:
    """Codes, the likeliest first, how many more there are, and the one question that would decide between them."""

    codes: tuple[str, ...]
    asking: str = ""
    more: int = 0


def find_codes(typed: str, assistant: Assistant, day: date, floor: float) -> Found:
    """Every code that begins with a typed part, the codes that are named, or those that fit what was done.

    `floor` is the cosine below which words are taken to name no service at all.
    """
    typed = typed.strip()
    known = assistant.lexicon.code
    if number := NUMBER.fullmatch(typed):
        return _first(code for code in known if code.startswith(f"D{number.group(1)}"))
    try:
        understood = assistant.rooms().understanding.read(typed, (), None, day, day)
    except QuestionError:
        return Found(())
    asking = understood.asking.question if understood.asking else ""
    if named := [code for code in (*understood.chosen, *understood.codes) if code in known]:
        return _first(named, asking)
    return _by_words(understood, assistant, floor)


def codes_of_link(text: str) -> tuple[str, ...]:
    """The codes of a link as people write them: `d9992,9995`. What is no code stays, so that it can be told."""
    written = filter(None, re.split(r"[,;\s]+", text.strip()))
    return tuple(
        dict.fromkeys(f"D{match.group(1)}" if (match := WRITTEN.fullmatch(one)) else one.upper() for one in written)
    )


def _by_words(understood: Understood, assistant: Assistant, floor: float) -> Found:
    """Codes of the families that the words name, then those whose entries come nearest."""
    rooms = assistant.rooms()
    known, day = rooms.index.lexicon.code, understood.date_of_service
    choices = Choices(rooms.index.lexicon)
    fits = choices.fits(understood.search, day)
    candidates = [one for one in rooms.retriever.evidence(understood).candidates if one.passage.kind in OF_CODES]
    if not fits and max((one.similarity for one in candidates), default=0.0) < floor:
        return Found(())
    best: dict[str, float] = {}
    for one in candidates:
        best[one.passage.record] = max(best.get(one.passage.record, 0.0), one.similarity)
    ranked = (one.passage.record for one in Ranker(rooms.index).ranked(understood, candidates))
    floor = max(floor, max(best.values(), default=0.0) - SPREAD)
    near = [code for code in dict.fromkeys(ranked) if best[code] >= floor and known[code].valid_on(day)]
    undecided = [fit.undecided.question for fit in fits if fit.undecided]
    narrow = all(len(fit.codes) <= NARROW for fit in fits)
    meant = [code for fit in fits for code in fit.codes] if narrow else []
    excluded = _excluded(near, choices, understood)
    return Found(
        tuple(code for code in dict.fromkeys((*meant, *near)) if code in meant or code not in excluded)[:MOST],
        undecided[0] if len(fits) == len(undecided) == 1 else "",
    )


def _excluded(codes: Sequence[str], choices: Choices, understood: Understood) -> set[str]:
    """Codes that what is told speaks against: a front tooth's, where a sister code fits the back tooth named."""
    excluded: set[str] = set()
    for family in choices.families_of(codes):
        fit = choices.among(family, understood.search, understood.date_of_service)
        if fit is not None and fit.told:
            excluded |= set(family) - set(fit.codes)
    return excluded


def _first(codes: Iterable[str], asking: str = "") -> Found:
    found = tuple(dict.fromkeys(codes))
    return Found(found[:MOST], asking, max(0, len(found) - MOST))
