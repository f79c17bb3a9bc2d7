"""The lines of a claim: a row of cells as it is typed, and the line that it means."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, fields
from datetime import date
from enum import StrEnum

from assistant.errors import InvalidDate
from assistant.mouth import of_tooth
from views.wording import read_date

PERMANENT_TEETH, SUPERNUMERARY = 32, 50  # an extra tooth has the number of its neighbour plus 50
PRIMARY_TOOTH = re.compile(r"[A-T]S?")
RANGE = re.compile(r"#?([0-9]{1,2}|[A-T])\s*(?:-|–|\bto\b|\bthru\b)\s*#?([0-9]{1,2}|[A-T])", re.IGNORECASE)
BETWEEN = re.compile(r"[\s,;&+/]+")
SURFACES = "MODBFLI"


class Area(StrEnum):
    """Where in the mouth, where it is no single tooth."""

    UPPER_RIGHT = "UR"
    UPPER_LEFT = "UL"
    LOWER_LEFT = "LL"
    LOWER_RIGHT = "LR"
    UPPER = "UA"
    LOWER = "LA"
    MOUTH = "FM"

    @property
    def arch(self) -> str | None:
        """`upper` or `lower`; None for the whole mouth."""
        return None if self is Area.MOUTH else "upper" if self.value.startswith("U") else "lower"


QUADRANTS = (Area.UPPER_RIGHT, Area.UPPER_LEFT, Area.LOWER_LEFT, Area.LOWER_RIGHT)
ARCHES = (Area.UPPER, Area.LOWER)
# Any way to write an area, as the letters and digits that are left of it in capitals.
WRITTEN = {
    Area.UPPER_RIGHT: ("UR", "URQ", "10", "UPPERRIGHT"),
    Area.UPPER_LEFT: ("UL", "ULQ", "20", "UPPERLEFT"),
    Area.LOWER_LEFT: ("LL", "LLQ", "30", "LOWERLEFT"),
    Area.LOWER_RIGHT: ("LR", "LRQ", "40", "LOWERRIGHT"),
    Area.UPPER: ("UA", "01", "U", "UPPER", "UPPERARCH", "MAX", "MAXILLA", "MAXILLARY"),
    Area.LOWER: ("LA", "02", "L", "LOWER", "LOWERARCH", "MAND", "MANDIBLE", "MANDIBULAR"),
    Area.MOUTH: ("FM", "00", "FULLMOUTH", "WHOLEMOUTH", "MOUTH"),
}
AREAS = {written: area for area, ways in WRITTEN.items() for written in ways}


@dataclass(frozen=True, slots=True)
class Row:
    """A line as it is typed, cell by cell; nothing in it need make sense."""

    code: str = ""
    tooth: str = ""
    area: str = ""
    surfaces: str = ""
    date: str = ""
    last: str = ""

    @property
    def is_empty(self) -> bool:
        return not any(getattr(self, field.name).strip() for field in fields(self))


@dataclass(frozen=True, slots=True)
class Line:
    """A line of a claim. `number` counts from 1; `last` is when the same was last done, if told.

    `teeth` and `surfaces` hold what was written, in capitals, be there such a tooth or not. `dated` is False where the
    line names no day of its own. `unread` are cells that say nothing, each with its reason.
    """

    number: int
    code: str
    day: date
    teeth: tuple[str, ...] = ()
    areas: tuple[Area, ...] = ()
    surfaces: str = ""
    last: date | None = None
    dated: bool = True
    unread: tuple[str, ...] = ()

    @property
    def quadrants(self) -> frozenset[Area]:
        """Those that the line names, and those that its teeth stand in."""
        return frozenset(area for area in self.areas if area in QUADRANTS) | frozenset(
            quadrant for tooth in self.teeth if (quadrant := quadrant_of(tooth))
        )

    @property
    def arches(self) -> frozenset[str]:
        """`upper` and `lower`, as its areas and teeth tell."""
        return frozenset(arch for area in (*self.areas, *self.quadrants) if (arch := area.arch))


def line_of(row: Row, number: int, day: date) -> Line:
    """The line that a row means; `day` stands in where it names no date."""
    unread: list[str] = []
    days: dict[str, date | None] = {}
    for name, cell in (("date", row.date), ("last", row.last)):
        try:
            days[name] = read_date(cell)
        except InvalidDate as error:
            days[name] = None
            unread.append(str(error))
    areas = []
    for written in _listed_areas(row.area):
        if (area := AREAS.get(re.sub(r"[^A-Z0-9]", "", written.upper()))) is not None:
            areas.append(area)
        else:
            unread.append(f"“{written}” is no quadrant or arch. Write UR, UL, LL or LR, UA or LA, or FM.")
    return Line(
        number=number,
        code=code_of(row.code),
        day=days["date"] or day,
        teeth=teeth_of(row.tooth),
        areas=tuple(dict.fromkeys(areas)),
        surfaces=re.sub(r"[^A-Z0-9]", "", row.surfaces.upper()),
        last=days["last"],
        dated=days["date"] is not None,
        unread=tuple(unread),
    )


def code_of(written: str) -> str:
    """A code as it is printed: `d2392`, `2392` and `D 2392` are D2392. What is no code stays, to be told."""
    code = re.sub(r"\s+", "", written.upper())
    return f"D{code}" if re.fullmatch(r"\d{4}", code) else code


def teeth_of(written: str) -> tuple[str, ...]:
    """Teeth as `14` or `K`, each once; "6-11" counts all between its ends."""
    found: dict[str, None] = {}

    def spelled_out(match: re.Match[str]) -> str:
        return " ".join(_between(match.group(1).upper(), match.group(2).upper()))

    for token in BETWEEN.split(RANGE.sub(spelled_out, written)):
        tooth = token.lstrip("#").upper()
        if tooth:
            found[str(int(tooth)) if tooth.isdecimal() else tooth] = None
    return tuple(found)


def is_tooth(tooth: str) -> bool:
    """Whether the numbering has such a tooth: 1-32 and A-T, extra teeth 51-82 and AS-TS."""
    if tooth.isdecimal():
        return 1 <= int(tooth) <= PERMANENT_TEETH or 1 <= int(tooth) - SUPERNUMERARY <= PERMANENT_TEETH
    return PRIMARY_TOOTH.fullmatch(tooth) is not None


def place_of(tooth: str) -> dict[str, str]:
    """Where a tooth stands, by attributes as in `choices.yaml`; nothing for what is no tooth."""
    return of_tooth(_beside(tooth)) if is_tooth(tooth) else {}


def quadrant_of(tooth: str) -> Area | None:
    if not is_tooth(tooth):
        return None
    beside = _beside(tooth)
    place, in_quadrant = (int(beside) - 1, 8) if beside.isdecimal() else (ord(beside) - ord("A"), 5)
    return QUADRANTS[place // in_quadrant]


def _beside(tooth: str) -> str:
    """The tooth itself, or the one beside an extra tooth."""
    if tooth.isdecimal():
        return str(int(tooth) - SUPERNUMERARY) if int(tooth) > PERMANENT_TEETH else tooth
    return tooth[0]


def _between(first: str, last: str) -> Iterator[str]:
    if first.isdecimal() and last.isdecimal():
        yield from (str(tooth) for tooth in range(int(first), int(last) + 1))
    elif first.isalpha() and last.isalpha():
        yield from (chr(tooth) for tooth in range(ord(first), ord(last) + 1))
    else:
        yield from (first, last)


def _listed_areas(written: str) -> list[str]:
    """Areas of a cell: "UR, UL" and "UR UL" are two, "upper right" is one."""
    parts = [part.strip() for part in re.split(r"[,;&+/]", written) if part.strip()]
    words = [word for part in parts for word in part.split()]
    return words if all(word.upper() in AREAS for word in words) else parts
