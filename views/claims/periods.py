"""How often a service may be done, as a sentence of the library says it, and when it is due again."""

from __future__ import annotations

import calendar
import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta

from assistant.limits import WORDS

NUMBERS = {**WORDS, "fourteen": "14", "sixteen": "16", "sixty": "60", "ninety": "90", "twenty": "20"}
NUMBER = rf"(?:\d{{1,3}}|{'|'.join(sorted(NUMBERS, key=len, reverse=True))})"
KINDS = r"(?:(?:consecutive|calendar|benefit|plan|policy|rolling|state|fiscal|school)[ -])*"
PERIOD = re.compile(
    rf"""
    \b(?P<intro>every|per|within|at\ least|each|in|an?)\ (?:about\ |any\ |the\ same\ |the\ )*
    (?:(?P<low>{NUMBER})(?:\ ?(?:-|–|to)\ ?(?P<high>{NUMBER}))?[ -])?
    (?P<kind>{KINDS})(?P<unit>day|week|month|year)s?\b(?!\ (?:of\ age|old|after|from|before|limit))
    """,
    re.IGNORECASE | re.VERBOSE,
)
LIFETIME = re.compile(r"\b(?:per|in an?|once in an?|a) (?:\w+ )?lifetime\b|\blifetime of the tooth\b", re.IGNORECASE)
TIMES = re.compile(rf"\b(?P<once>once|one|single)\b|\b(?P<twice>twice)\b|\b(?P<times>{NUMBER})\b", re.IGNORECASE)
# Numbers that count no services: ages, editions, dates, codes, paragraphs of law.
NO_COUNT = re.compile(
    r"\bD\d{4}\b|\b\d{4}(?:-\d\d){0,2}\b"
    r"|\bages?(?: of| from)? \d{1,2}(?:(?:-| to | through )\d{1,2})?|\b\d{1,2} and (?:over|older)"
    r"|\b(?:under|over|from|until|through) (?:age )?\d{1,2}\b|\b\w*\d[\w.-]*[.-]\d[\w.-]*|\b[A-Za-z]+-\d+\b|\bone of\b"
)
ON_TOP = re.compile(r"\b(?:additional|extra|plus|more cleaning|adds?|counts? toward)\b", re.IGNORECASE)
AGAIN = re.compile(
    rf"\b(?:again|replac\w+)\b[^.;]*?\bwithin (?:the plan's )?(?:\w+ )?(?:limit of )?(?:about )?"
    rf"(?P<low>{NUMBER})(?: ?(?:-|–|to) ?(?P<high>{NUMBER}))?[ -](?P<unit>day|month|year)s?\b",
    re.IGNORECASE,
)
WITHIN = re.compile(
    rf"\b(?:within|in the first) (?:about )?(?P<low>{NUMBER}) (?P<unit>day|week|month|year)s?\b", re.IGNORECASE
)
DAYS = {"day": 1, "week": 7, "month": 30, "year": 365}


@dataclass(frozen=True, slots=True)
class Limit:
    """`times` in a period of `low` to `high` units; None units for a lifetime. `calendar` periods begin with a year."""

    times: int
    low: int | None
    high: int | None = None
    unit: str = "year"
    calendar: bool = False

    def due(self, last: date) -> tuple[date, date]:
        """The first days on which one more would not be too soon, by the shortest and the longest reading."""
        if self.low is None:
            return date.max, date.max
        since = date(last.year, 1, 1) if self.calendar else last
        return later(since, self.low, self.unit), later(since, self.high or self.low, self.unit)


def limits_in(sentence: str) -> tuple[Limit, ...]:
    """Every limit that a sentence names, in its order."""
    return tuple(_limits(sentence))


def allows_more(sentence: str) -> bool:
    """Whether a sentence gives something on top of what it, or another one, limits."""
    return ON_TOP.search(sentence) is not None


def within(sentence: str) -> int | None:
    """The days of "within 90 days of" or "in the first six months after", if a sentence has such words."""
    match = WITHIN.search(sentence)
    return None if match is None else _number(match["low"]) * DAYS[match["unit"].lower()]


def later(day: date, count: int, unit: str) -> date:
    """So many days, weeks, months or years later; the last day of a month where it has no such day.

    Where the calendar ends before that, its last day.
    """
    if day.year + count * DAYS[unit] // 365 >= date.max.year:
        return date.max
    if unit in ("day", "week"):
        return day + timedelta(days=count * DAYS[unit])
    months = day.month - 1 + count * (12 if unit == "year" else 1)
    year, month = day.year + months // 12, months % 12 + 1
    return date(year, month, min(day.day, calendar.monthrange(year, month)[1]))


def _limits(sentence: str) -> Iterator[Limit]:
    # What counts no services is blanked out, so that places stay the same.
    text = NO_COUNT.sub(lambda match: " " * len(match.group()), sentence)
    end = 0
    for match in sorted((*PERIOD.finditer(text), *LIFETIME.finditer(text)), key=lambda one: one.start()):
        if match.start() < end:
            continue
        groups = match.groupdict()
        times = _times(text[end : match.start()], groups.get("intro", "") or "")
        end = match.end()
        if times is not None:
            yield _limit(times, groups)
    if (again := AGAIN.search(sentence)) is not None:
        yield _limit(1, again.groupdict())


def _limit(times: int, groups: dict[str, str | None]) -> Limit:
    unit = groups.get("unit")
    if unit is None:
        return Limit(times, None)
    low = _number(groups.get("low") or "1")
    high = groups.get("high")
    begins = "calendar" in (groups.get("kind") or "").lower() and unit.lower() == "year"
    return Limit(times, low, _number(high) if high else None, unit.lower(), calendar=begins)


def _times(before: str, intro: str) -> int | None:
    """The count that stands last before a period; "every six months" alone means once."""
    counts = list(TIMES.finditer(before))
    if not counts or intro.lower() == "at least":
        return 1 if intro.lower() in ("every", "at least") else None
    last = counts[-1]
    return 1 if last["once"] else 2 if last["twice"] else _number(last["times"])


def _number(written: str) -> int:
    return int(float(NUMBERS.get(written.lower(), written)))
