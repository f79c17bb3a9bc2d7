"""Dates as staff write them: of the service asked about, and of an earlier one."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, datetime

from assistant.types import Notice, NoticeKind

MONTH = (
    r"(?:jan(?:uary)?|feb(?:ruary)?|mar(?:ch)?|apr(?:il)?|may|june?|july?|aug(?:ust)?|sept?(?:ember)?|oct(?:ober)?|"
    r"nov(?:ember)?|dec(?:ember)?)"
)
CENTURY = r"(?:19|20)\d{2}"
ISO = re.compile(rf"\b({CENTURY})[-/.](\d{{1,2}})[-/.](\d{{1,2}})\b")
AMERICAN = re.compile(rf"(?<![\d/#-])\b(\d{{1,2}})[/-](\d{{1,2}})[/-]({CENTURY}|\d{{2}})\b(?![/-]\d)")
DOTTED = re.compile(rf"(?<![\d.])\b(\d{{1,2}})\.(\d{{1,2}})\.({CENTURY})\b")
LONG = re.compile(rf"\b({MONTH})\.? (\d{{1,2}})(?:st|nd|rd|th)?,? ({CENTURY})\b", re.IGNORECASE)
DAY_FIRST = re.compile(rf"\b(\d{{1,2}})(?:st|nd|rd|th)?(?: of)? ({MONTH})\.?,? ({CENTURY})\b", re.IGNORECASE)
MONTH_YEAR = re.compile(rf"\b({MONTH})\.? (?:of )?(?:({CENTURY})|['’](\d{{2}}))\b", re.IGNORECASE)
YEAR = re.compile(
    rf"\b(?:in|for|during|from|since|back in|dos|year) (?:early |mid |late )?({CENTURY})\b", re.IGNORECASE
)
LAST_YEAR = re.compile(r"\blast year\b", re.IGNORECASE)
TEETH = re.compile(r"\b(?:tooth|teeth|surfaces?)\s+#?\d{1,2}[/-]\d{1,2}[/-]\d{1,2}\b", re.IGNORECASE)
# A date after such a word belongs to an earlier service where the question is about doing it again.
DONE_BEFORE = re.compile(
    r"\b(?:had|got|was|were|did|done|made|sealed|placed|delivered|inserted|seated|cemented|filled|from|since|in|on)\b"
    r"[^.?!;]{0,30}$",
    re.IGNORECASE,
)
LAST_ONE = re.compile(r"\b(?:last|previous|prior|first one|old one)\b[^.?!;]{0,40}$", re.IGNORECASE)
AGAIN = re.compile(
    r"\b(?:again|another|now|today|new one|replac\w+|redo|remake|this (?:week|month|year)|too soon|how soon|next)\b",
    re.IGNORECASE,
)


@dataclass(frozen=True, slots=True)
class Written:
    """A date found in a text, `exact` to the day. `day` is None where the calendar has no such day."""

    text: str
    start: int
    day: date | None
    exact: bool = True


def read_date(text: str, today: date) -> tuple[date | None, tuple[Notice, ...], str]:
    """The date of service a text tells, how a vague one was read, and the text without dates."""
    text = TEETH.sub(" ", text)
    rest = text
    for pattern, _, _ in FORMS:
        rest = pattern.sub(" ", rest)
    found = next((one for one in written_dates(text, today) if not _is_earlier(one, text)), None)
    if found is None:
        return None, (), rest
    if found.day is None:
        said = f"“{found.text}” is not a calendar date; answered for {today.isoformat()} instead."
        return None, (Notice(NoticeKind.DATE, said),), rest
    if found.exact:
        return found.day, (), rest
    said = f"Read “{found.text}” as the date of service {found.day.isoformat()}; pick the exact date if it matters."
    return found.day, (Notice(NoticeKind.DATE, said),), rest


def earlier_service(text: str, day: date) -> date | None:
    """The date of an earlier service that a text tells beside the one on `day`."""
    text = TEETH.sub(" ", text)
    return next(
        (
            one.day
            for one in written_dates(text, day)
            if one.day is not None and one.day < day and _is_earlier(one, text)
        ),
        None,
    )


def _is_earlier(one: Written, text: str) -> bool:
    before = text[: one.start]
    if LAST_ONE.search(before):
        return True
    # "from 2023" and "last year" hold the word themselves.
    return AGAIN.search(text) is not None and DONE_BEFORE.search(before + one.text.partition(" ")[0]) is not None


def written_dates(text: str, today: date | None = None) -> list[Written]:
    """All dates of a text in the order of its words, the exact ones first; "last year" only where `today` is told."""
    found: dict[int, Written] = {}
    taken: list[tuple[int, int]] = []
    for pattern, read, exact in FORMS:
        for match in pattern.finditer(text):
            if any(start < match.end() and match.start() < end for start, end in taken):
                continue
            taken.append(match.span())
            try:
                day = read(match)
            except ValueError:
                day = None
            found[match.start()] = Written(match.group(), match.start(), day, exact)
    if today is not None and (year_ago := LAST_YEAR.search(text)) is not None:
        day = date(today.year - 1, today.month, min(today.day, 28))
        found.setdefault(year_ago.start(), Written(year_ago.group(), year_ago.start(), day, exact=False))
    return sorted(found.values(), key=lambda one: (not one.exact, one.start))


def _iso(match: re.Match[str]) -> date:
    return date(int(match.group(1)), int(match.group(2)), int(match.group(3)))


def _american(match: re.Match[str]) -> date:
    return date(_year(match.group(3)), int(match.group(1)), int(match.group(2)))


def _long(match: re.Match[str]) -> date:
    return date(int(match.group(3)), _month(match.group(1)), int(match.group(2)))


def _day_first(match: re.Match[str]) -> date:
    return date(int(match.group(3)), _month(match.group(2)), int(match.group(1)))


def _month_year(match: re.Match[str]) -> date:
    return date(_year(match.group(2) or match.group(3)), _month(match.group(1)), 1)


def _first_of_year(match: re.Match[str]) -> date:
    return date(int(match.group(1)), 1, 1)


def _year(written: str) -> int:
    return int(written) + 2000 if len(written) == 2 else int(written)


def _month(name: str) -> int:
    return datetime.strptime(name[:3], "%b").month


FORMS: tuple[tuple[re.Pattern[str], Callable[[re.Match[str]], date], bool], ...] = (
    (ISO, _iso, True),
    (AMERICAN, _american, True),
    (DOTTED, _american, True),
    (LONG, _long, True),
    (DAY_FIRST, _day_first, True),
    (MONTH_YEAR, _month_year, False),
    (YEAR, _first_of_year, False),
)
