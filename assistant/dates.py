"""Dates of service as staff write them: 4/10/20, April 10, 2020, "last year"."""

from __future__ import annotations

import re
from datetime import date, datetime

from assistant.types import Notice, NoticeKind

MONTH = (
    r"(?:jan(?:uary)?|feb(?:ruary)?|mar(?:ch)?|apr(?:il)?|may|june?|july?|aug(?:ust)?|sept?(?:ember)?|oct(?:ober)?|"
    r"nov(?:ember)?|dec(?:ember)?)"
)
CENTURY = r"(?:19|20)\d{2}"
ISO = re.compile(rf"\b({CENTURY})-(\d{{1,2}})-(\d{{1,2}})\b")
AMERICAN = re.compile(rf"(?<![\d/#-])\b(\d{{1,2}})[/-](\d{{1,2}})[/-]({CENTURY}|\d{{2}})\b(?![/-]\d)")
LONG = re.compile(rf"\b({MONTH})\.? (\d{{1,2}})(?:st|nd|rd|th)?,? ({CENTURY})\b", re.IGNORECASE)
DAY_FIRST = re.compile(rf"\b(\d{{1,2}})(?:st|nd|rd|th)? ({MONTH})\.?,? ({CENTURY})\b", re.IGNORECASE)
MONTH_YEAR = re.compile(rf"\b({MONTH})\.? (?:of )?({CENTURY})\b", re.IGNORECASE)
YEAR = re.compile(rf"\b(?:in|for|during|from|since|back in|dos|year) ({CENTURY})\b", re.IGNORECASE)
TEETH = re.compile(r"\b(?:tooth|teeth|surfaces?)\s+#?\d{1,2}[/-]\d{1,2}[/-]\d{1,2}\b", re.IGNORECASE)
LAST_YEAR = re.compile(r"\blast year\b", re.IGNORECASE)


def read_date(text: str, today: date) -> tuple[date | None, tuple[Notice, ...], str]:
    """The date of service a text tells, how a vague one was read, and the text without dates."""
    text = TEETH.sub(" ", text)
    rest = text
    for pattern in (ISO, AMERICAN, LONG, DAY_FIRST, MONTH_YEAR, YEAR):
        rest = pattern.sub(" ", rest)
    for pattern, read in ((ISO, _iso), (AMERICAN, _american), (LONG, _long), (DAY_FIRST, _day_first)):
        if match := pattern.search(text):
            try:
                return read(match), (), rest
            except ValueError:
                said = f"“{match.group()}” is not a calendar date; answered for {today.isoformat()} instead."
                return None, (Notice(NoticeKind.DATE, said),), rest
    day: date | None = None
    if match := MONTH_YEAR.search(text):
        day = date(int(match.group(2)), _month(match.group(1)), 1)
    elif match := YEAR.search(text):
        day = date(int(match.group(1)), 1, 1)
    elif match := LAST_YEAR.search(text):
        day = date(today.year - 1, today.month, min(today.day, 28))
    if day is None or match is None:
        return None, (), rest
    said = f"Read “{match.group()}” as the date of service {day.isoformat()}; pick the exact date if it matters."
    return day, (Notice(NoticeKind.DATE, said),), rest


def _iso(match: re.Match[str]) -> date:
    return date(int(match.group(1)), int(match.group(2)), int(match.group(3)))


def _american(match: re.Match[str]) -> date:
    year = int(match.group(3))
    return date(year + 2000 if year < 100 else year, int(match.group(1)), int(match.group(2)))


def _long(match: re.Match[str]) -> date:
    return date(int(match.group(3)), _month(match.group(1)), int(match.group(2)))


def _day_first(match: re.Match[str]) -> date:
    return date(int(match.group(3)), _month(match.group(2)), int(match.group(1)))


def _month(name: str) -> int:
    return datetime.strptime(name[:3], "%b").month
