"""Text on its way to the screen: dates as Americans write them, and nothing read as Markdown, LaTeX or HTML."""

from __future__ import annotations

import html
import re
from datetime import date, datetime

from assistant.errors import InvalidDate
from assistant.types import Passage

AMERICAN = re.compile(r"(\d{1,2})/(\d{1,2})/(\d{4}|\d{2})")
ISO = re.compile(r"\b(\d{4})-(\d{2})(?:-(\d{2}))?\b")
MARKDOWN = re.compile(r"([\\`*_{}\[\]()<>#+\-.!|~$:&^=])")


def plain(text: str) -> str:
    """Text that Markdown shows as it stands: every sign with a meaning is escaped, `$` (LaTeX) among them."""
    return MARKDOWN.sub(r"\\\1", text)


def safe(text: str) -> str:
    """Text that HTML shows as it stands."""
    return html.escape(text)


def read_date(text: str) -> date | None:
    """A date typed as YYYY-MM-DD or MM/DD/YYYY; None for nothing typed. Raises `InvalidDate`."""
    typed = text.strip()
    if not typed:
        return None
    try:
        if match := AMERICAN.fullmatch(typed):
            month, day, year = (int(part) for part in match.groups())
            return date(year + 2000 if year < 100 else year, month, day)
        return date.fromisoformat(typed)
    except ValueError as error:
        raise InvalidDate(typed) from error


def american(day: date) -> str:
    return f"{day:%b} {day.day}, {day.year}"


def short_date(day: date) -> str:
    """A date as it is typed, such as 11/20/2026; `read_date` reads it."""
    return f"{day:%m/%d/%Y}"


def american_time(moment: datetime) -> str:
    """A moment by this computer's clock."""
    here = moment.astimezone()
    return f"{american(here.date())}, {here.hour % 12 or 12}:{here:%M %p}"


def with_american_dates(text: str) -> str:
    """Text with its ISO dates written out, for sentences of our own; a quote keeps the date that it has."""

    def written(match: re.Match[str]) -> str:
        year, month, day = match.groups()
        try:
            return american(date(int(year), int(month), int(day))) if day else f"{date(int(year), int(month), 1):%b %Y}"
        except ValueError:
            return match.group()

    return ISO.sub(written, text)


def category_name(category: str) -> str:
    """A category as a heading: `prosthodontics-fixed` is "Prosthodontics, fixed"."""
    if category == "changes":
        return "Known from the lists of changes alone"
    name, _, kind = category.partition("-")
    if kind == "surgery":
        return f"{name.capitalize()} {kind}"
    return f"{name.capitalize()}, {kind}" if kind else name.capitalize()


def lapse(passage: Passage, day: date) -> str:
    """Why a passage does not hold on a date of service, in a few words; empty when it does."""
    if passage.in_force(day):
        return ""
    if passage.effective and day < passage.effective:
        return f"starts {american(passage.effective)}"
    if passage.expires and not passage.ended:
        return f"ended {american(passage.expires)}"
    return "no longer in force"
