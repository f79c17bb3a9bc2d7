"""A patient's age and the time since the last service, against the ages and intervals that a sentence names.

Read from words and digits alike. Nothing here decides: what is found is one clue of the verdict.
"""

from __future__ import annotations

import re
from datetime import date
from enum import StrEnum

from assistant.dates import earlier_service
from assistant.proof import NUMBER_WORDS

WORDS = {**NUMBER_WORDS, "once": "1", "fifteen": "15", "eighteen": "18", "twenty-four": "24", "thirty-six": "36"}
NUMBER = rf"(\d+(?:\.\d+)?|{'|'.join(WORDS)})"
UNIT = r"(days?|weeks?|wks?|months?|mos?|years?|yrs?)"
DAYS = {"day": 1, "week": 7, "wk": 7, "month": 30.4, "mo": 30.4, "year": 365, "yr": 365}
OLDEST = 130.0
WHOLE_YEAR = 0.99  # "through age 20" ends a day before the twenty-first birthday
GROWN = 21.0  # from which Medicaid programs and most plans count a member as an adult

AGED = re.compile(
    rf"""
    \b(?P<years>\d{{1,2}})[\s-]?(?:yo|y/o|(?:yrs?|years?)\b(?!\ (?:ago|later|apart|since|after|limit|rule)))
    | \bage[ds]?\ (?P<age>\d{{1,2}})\b
    | \b(?P<months>\d{{1,2}})[\s-](?:months?|mos?)[\s-]olds?\b
    | \bturn(?:ed|s|ing)?\ (?P<turned>\d{{1,2}}|{"|".join(WORDS)})\b
    | \b(?:kid|child|adult|girl|boy|patient|pt|member|teen|teenager|daughter|son)\b
      [^.?\d]{{0,30}},?\ (?P<named>\d{{1,2}})\b
      (?!\s*(?:{UNIT}|times?|teeth|tooth|mm|x\b|/|-\d|per\b|visits?|hours?|min|units?|pas?\b|bw|quad|surf))
    """,
    re.IGNORECASE | re.VERBOSE,
)
ADULT = re.compile(r"\badults?\b", re.IGNORECASE)

BELOW = re.compile(
    r"""
    \b(?:under|younger\ than|below|before|until)(?:\ the)?(?:\ age)?(?:\ of)?(?:\ turning)?\ (\d{1,2})\b
    (?!\ (?:month|day|week|cfr))
    """,
    re.IGNORECASE | re.VERBOSE,
)
THROUGH = re.compile(
    r"""
    \b(?:up\ to|through|to)(?:\ and\ including)?(?:\ the)?\ age\ (?:of\ )?(\d{1,2})\b
    | \bages?\ (\d{1,2})\ (?:and|or)\ (?:under|younger)
    """,
    re.IGNORECASE | re.VERBOSE,
)
BETWEEN = re.compile(
    r"\bage[ds]?(?: between)? (\d{1,2}) ?(?:-|–|to|through|and) ?(\d{1,2})\b|\b(\d{1,2})-(\d{1,2}) years", re.IGNORECASE
)
FROM = re.compile(
    r"""
    \b(\d{1,2})(?:\ years?(?:\ of\ age|\ old)?)?\ (?:and|or)\ (?:over|older|above|up)\b
    | \bfrom\ age\ (\d{1,2})\b
    | \bage\ (\d{1,2})\+
    | \bat\ least\ (\d{1,2})\ years\ (?:of\ age|old)
    | \bfrom\ (\d{1,2})(?=[,.;]|\ (?:on|up)\b)
    """,
    re.IGNORECASE | re.VERBOSE,
)
SINCE = re.compile(
    rf"\b{NUMBER} {UNIT} (?:ago|later|apart|after|since|back)\b|\b(?:only|just|last \w+ (?:was|is)) {NUMBER} {UNIT}\b",
    re.IGNORECASE,
)
EVERY = re.compile(
    rf"\b(?:every|per|in|within|each|for|any|least|once a|one a)(?: the)?(?: same)? (?:{NUMBER}[\s-]?)?{UNIT}\b",
    re.IGNORECASE,
)

DAY = r"(?:January 1, |CDT )?(\d{4})(?:-(\d{2})-(\d{2}))?\b"
BEFORE = re.compile(rf"\b(?:before|until) {DAY}", re.IGNORECASE)
THROUGH_DAY = re.compile(rf"\b(?:through|up to) {DAY}", re.IGNORECASE)
SINCE_DAY = re.compile(rf"\b(?:since|from) {DAY}|\bin {DAY} or later", re.IGNORECASE)

ORDINALS = {"second": 2, "2nd": 2, "third": 3, "3rd": 3, "fourth": 4, "4th": 4, "fifth": 5, "5th": 5}
YEARLY = r"(?:per|an?|every|each|in (?:an?|any|one|the same))\s+(?:calendar |benefit |plan |rolling )?(?:year|12)"
ASKED_TIMES = re.compile(
    rf"\b(?P<ordinal>{'|'.join(ORDINALS)})\b(?! (?:surface|molar|premolar|opinion|plan))[^.?]{{0,60}}\byear\b|"
    rf"\b{NUMBER}\s+(?:[\w-]+\s+){{0,2}}{YEARLY}",
    re.IGNORECASE,
)
ALLOWED_TIMES = re.compile(rf"\b{NUMBER}\b(?:\s+[\w-]+){{0,4}}?\s+{YEARLY}", re.IGNORECASE)


class Clue(StrEnum):
    """How the case of a question stands to the limits of a sentence."""

    WITHIN_AGES = "within the ages"
    OUTSIDE_AGES = "outside the ages"
    LATE_ENOUGH = "late enough"
    TOO_SOON = "too soon"
    FEW_ENOUGH = "few enough"
    TOO_MANY = "too many"


def clues(question: str, sentence: str, day: date) -> tuple[Clue, ...]:
    """What the patient's age and the time from the last service to `day` come to, where both sides name them."""
    found = []
    age, ranges = age_in(question), ages_of(sentence)
    if age is not None and ranges:
        inside = any(low <= age <= high for low, high in ranges)
        found.append(Clue.WITHIN_AGES if inside else Clue.OUTSIDE_AGES)
    since, intervals = days_since(question, day), intervals_of(sentence)
    if since is not None and intervals:
        found.append(Clue.LATE_ENOUGH if since >= max(intervals) else Clue.TOO_SOON)
    times, allowed = times_in(question), ALLOWED_TIMES.search(sentence)
    if times is not None and allowed is not None:
        found.append(Clue.FEW_ENOUGH if times <= _number(allowed[1]) else Clue.TOO_MANY)
    return tuple(found)


def times_in(question: str) -> float | None:
    """How many times in a year a service would then have been done."""
    match = ASKED_TIMES.search(question)
    if match is None:
        return None
    return ORDINALS[match["ordinal"].lower()] if match["ordinal"] else _number(match[2])


def holds_on(day: date, sentence: str) -> bool:
    """Whether what a sentence says holds on the date of service, as far as its own dates tell.

    "Do not use D2390 on a back tooth before 2027" says nothing about a day in 2027.
    """
    return (
        all(day < _first_day(match) for match in BEFORE.finditer(sentence))
        and all(day <= _last_day(match) for match in THROUGH_DAY.finditer(sentence))
        and all(day >= _first_day(match) for match in SINCE_DAY.finditer(sentence))
    )


def age_in(question: str) -> float | None:
    """The patient's age in years; an adult without a number counts as 21 or older."""
    match = AGED.search(question)
    if match is None:
        return GROWN if ADULT.search(question) else None
    if match["months"]:
        return int(match["months"]) / 12
    years = match["years"] or match["age"] or match["turned"] or match["named"]
    return _number(years)


def ages_of(sentence: str) -> list[tuple[float, float]]:
    """The ranges of ages in years that a sentence names, ends included."""
    ranges = [(0.0, age - 0.01) for age in _numbers(BELOW, sentence)]
    ranges += [(0.0, age + WHOLE_YEAR) for age in _numbers(THROUGH, sentence)]
    ranges += [(age, OLDEST) for age in _numbers(FROM, sentence)]
    for match in BETWEEN.finditer(sentence):
        low, high = (_number(group) for group in match.groups() if group)
        ranges.append((low, high + WHOLE_YEAR))
    return ranges


def days_since(question: str, day: date) -> float | None:
    """The days from an earlier service to `day`, as a question tells them: "8 months ago", "last one 6/1/26"."""
    if (match := SINCE.search(question)) is not None:
        count, unit = (group for group in match.groups() if group)
        return _number(count) * _days(unit)
    last = earlier_service(question, day)
    return None if last is None else float((day - last).days)


def intervals_of(sentence: str) -> list[float]:
    """The intervals in days that a sentence names, such as "once every five years"."""
    return [_number(match[1] or "1") * _days(match[2]) for match in EVERY.finditer(sentence)]


def _numbers(pattern: re.Pattern[str], text: str) -> list[float]:
    return [_number(group) for match in pattern.finditer(text) for group in match.groups() if group]


def _number(written: str) -> float:
    return float(WORDS.get(written.lower(), written))


def _days(unit: str) -> float:
    return DAYS[unit.lower().rstrip("s")]


def _first_day(match: re.Match[str]) -> date:
    year, month, day = ([int(group) for group in match.groups() if group] + [1, 1])[:3]
    return date(year, month, day)


def _last_day(match: re.Match[str]) -> date:
    return _first_day(match) if match[2] else date(int(match[1]), 12, 31)
