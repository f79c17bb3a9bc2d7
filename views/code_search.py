"""From what is typed to codes: a number, part of one, shorthand, or what was done in plain words."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date

from assistant.errors import QuestionError
from assistant.path import Assistant
from assistant.rank import Ranker
from assistant.types import PassageKind

NUMBER = re.compile(r"[dD]?\d+")
MOST = 12  # codes offered


@dataclass(frozen=True, slots=True)
class Found:
    """Codes, the likeliest first, and the one question that would decide between them, if there is one."""

    codes: tuple[str, ...]
    asking: str = ""


def find_codes(typed: str, assistant: Assistant, day: date) -> Found:
    """Every code that begins with a typed part, the codes that are named, or those that fit what was done."""
    typed = typed.strip()
    rooms = assistant.rooms()
    known = rooms.index.lexicon.code
    if NUMBER.fullmatch(typed):
        start = f"D{typed.lstrip('dD')}"
        return Found(tuple(code for code in known if code.startswith(start))[:MOST])
    try:
        understood = rooms.understanding.read(typed, (), None, day, day)
    except QuestionError:
        return Found(())
    asking = understood.asking.question if understood.asking else ""
    named = [code for code in (*understood.chosen, *understood.codes) if code in known]
    if named:
        return Found(tuple(dict.fromkeys(named))[:MOST], asking)
    ranked = Ranker(rooms.index).ranked(understood, rooms.retriever.evidence(understood).candidates)
    records = (one.passage.record for one in ranked if one.passage.kind in (PassageKind.CODE, PassageKind.QUESTION))
    near = [code for code in dict.fromkeys(records) if known[code].valid_on(day)]
    return Found(tuple(near[:MOST]), asking)
