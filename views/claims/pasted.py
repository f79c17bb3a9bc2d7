"""Lines of a claim out of pasted text: shorthand, columns of the practice software, CSV, with or without a header.

What a line means is read word by word: code, date, tooth, surfaces, quadrant or arch, in any order. A header tells by
its names what stands in each column. A line that holds no code is kept as not read, and so is every word that was
passed over, so that nothing is lost unseen.
"""

from __future__ import annotations

import csv
import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import date
from itertools import pairwise

from assistant.dates import written_dates
from assistant.lexicon import Lexicon
from views.claims.lines import Row, code_of
from views.claims.needs import Needs
from views.claims.words import CODE_HERE, LIST, READ_HERE, row_of
from views.wording import short_date

SEPARATORS = ("\t", "|", ";", ",")
COLUMNS = {
    "code": (
        "code",
        "proc",
        "procedure",
        "proc code",
        "procedure code",
        "cdt",
        "cdt code",
        "ada code",
        "ada",
        "service",
    ),
    "tooth": ("tooth", "teeth", "th", "tth", "tooth #", "tooth no", "tooth number", "tooth num", "tooth#"),
    "area": ("area", "quad", "quadrant", "arch", "oral cavity", "area of oral cavity", "region", "quad/arch"),
    "surfaces": ("surf", "surface", "surfaces", "srf", "surf."),
    "date": ("date", "dos", "service date", "date of service", "proc date", "procedure date", "svc date", "tx date"),
    "last": ("last", "last done", "last date", "prior", "previous", "history"),
    "age": ("age", "patient age", "pt age"),
}
NAMES = {name: column for column, names in COLUMNS.items() for name in names}

DAY = r"(?:\d{1,4}[/.-]\d{1,2}[/.-]\d{1,4}|[A-Za-z]{3,9}\.? \d{1,2},? \d{4})"
LAST = re.compile(
    rf"\b(?:last|prev(?:ious)?|prior|history|hx)\b:?(?: (?:done|on|seen|one|was))* ?({DAY})", re.IGNORECASE
)
BORN = re.compile(rf"\b(?:dob|born|birth ?date|date of birth)\b:? ?({DAY})", re.IGNORECASE)
AGE = re.compile(
    r"\b(?:patient |pt )?age[ds]?:? ?(\d{1,3})\b|\b(\d{1,3}) ?(?:-year-old|years? old|yrs? old|yo|y/o)\b", re.IGNORECASE
)
CODE = re.compile(r"(?<![A-Z0-9])D ?([0-9O]{4})(?![A-WYZ0-9])", re.IGNORECASE)
SLIP = re.compile(r"(?<![A-Z0-9])D(?:\d{1,3}|\d[0-9O]{4,}|\d{2,}[A-Z]+)(?![A-Z0-9])", re.IGNORECASE)
BARE_CODE = re.compile(r"(?<![\w#$.,/-])\d{4}(?![\w/-]|\.\d)")
MONEY = re.compile(r"\$ ?\d[\d,]*(?:\.\d\d)?|(?<![\w.])\d[\d,]*\.\d\d(?!\d)")
COUNT = re.compile(r"\b\d{1,2} ?(?:films?|images?|bwx?|pas?|surf\w*)\b", re.IGNORECASE)
PAYER = re.compile(r"^\s*(?:payer|payor|insurance|ins|carrier|plan)\s*:\s*(.+)$", re.IGNORECASE)
IN_A_CELL = re.compile(rf"#?({LIST})[ -]?([MODBFLI]+)", re.IGNORECASE)
OF_A_VISIT = frozenset("dos date of service visit svc claim patient pt on the".split())


@dataclass(frozen=True, slots=True)
class Unread:
    """A line of the paste, by its number from 1, and the words of it that say nothing."""

    number: int
    text: str


@dataclass(frozen=True, slots=True)
class Pasted:
    """What a paste holds. `unread` are whole lines; `passed_over` are words beside a line that was read."""

    rows: tuple[Row, ...] = ()
    unread: tuple[Unread, ...] = ()
    passed_over: tuple[Unread, ...] = ()
    payer: str = ""
    age: int | None = None


@dataclass(slots=True)
class _Page:
    """What was read so far; a date or a header on a line of its own holds for the lines below it."""

    rows: list[Row] = field(default_factory=list)
    unread: list[Unread] = field(default_factory=list)
    passed_over: list[Unread] = field(default_factory=list)
    payer: str = ""
    age: int | None = None
    born: date | None = None
    visit: date | None = None
    separator: str = ""
    columns: tuple[str, ...] = ()


def read_paste(text: str, lexicon: Lexicon, needs: Callable[[str], Needs]) -> Pasted:
    """The rows of a pasted text. `needs` tells how a lone number or letter is meant beside a code."""
    page = _Page()
    for number, line in enumerate(text.splitlines(), 1):
        if not line.strip() or _is_header(line, page):
            continue
        if page.columns and (cells := _cells(line, page.separator)) and len(cells) > 1:
            _by_columns(number, line, cells, page)
        else:
            _by_words(number, line, page, lexicon, needs)
    return Pasted(tuple(page.rows), tuple(page.unread), tuple(page.passed_over), page.payer, _age_of(page))


def _is_header(line: str, page: _Page) -> bool:
    """Whether the line names columns; their order is kept where signs part them."""
    for separator in SEPARATORS:
        columns = tuple(NAMES.get(_plain(cell), "") for cell in _cells(line, separator))
        if "code" in columns and sum(map(bool, columns)) > 1:
            page.separator, page.columns = separator, columns
            return True
    words = [_plain(word) for word in re.split(r"\s{2,}", line.strip())]
    return len(words) > 1 and "code" in {NAMES.get(word) for word in words} and not re.search(r"\d", line)


def _plain(cell: str) -> str:
    return " ".join(cell.lower().replace("_", " ").strip(" .:*").split())


def _cells(line: str, separator: str) -> list[str]:
    return [cell.strip() for cell in next(csv.reader([line], delimiter=separator), [])]


def _by_columns(number: int, line: str, cells: Sequence[str], page: _Page) -> None:
    told = {column: cell for column, cell in zip(page.columns, cells, strict=False) if column and cell}
    written = told.get("code", "")
    if not written or not re.search(r"\d", written):
        page.unread.append(Unread(number, line.strip()))
        return
    if (match := IN_A_CELL.fullmatch(told.get("tooth", ""))) and "surfaces" not in told:
        told["tooth"], told["surfaces"] = match.groups()
    if age := re.search(r"\d+", told.get("age", "")):
        page.age = int(age.group())
    code = CODE.search(written)
    page.rows.append(
        Row(
            code=_code(code) if code else code_of(written),
            tooth=told.get("tooth", ""),
            area=told.get("area", ""),
            surfaces=told.get("surfaces", "").upper(),
            date=_as_typed(told.get("date", "")) or _visit(page),
            last=_as_typed(told.get("last", "")),
        )
    )


def _by_words(number: int, line: str, page: _Page, lexicon: Lexicon, needs: Callable[[str], Needs]) -> None:
    if payer := PAYER.match(line):
        page.payer = payer.group(1).strip()
        return
    text, last = _take(_parted(line), LAST)
    text, born = _take(text, BORN)
    text, age = _take(text, AGE)
    if born:
        page.born = _day(born)
    if age:
        page.age = int(re.findall(r"\d+", age)[0])
    text, day = _take_date(text)
    text = COUNT.sub(READ_HERE, MONEY.sub(READ_HERE, text))
    codes = _codes_in(text, lexicon)
    if not codes:
        page.visit = day or page.visit
        words = re.findall(r"[a-z]+|\d+", text.lower())
        if not (day or age or born) or not set(words) <= OF_A_VISIT:
            page.unread.append(Unread(number, line.strip()))
        return
    for code, part in _parts(text, codes):
        row, over = row_of(code, part, needs(code))
        typed = short_date(day) if day else _visit(page)
        page.rows.append(Row(code, row.tooth, row.area, row.surfaces, typed, _as_typed(last)))
        if over:
            page.passed_over.append(Unread(number, over))


def _parted(line: str) -> str:
    """The line with a mark between its cells, where tabs, bars or the commas of a file part them."""
    cells = line.split(",")
    if len(cells) > 3 and ", " not in line and "#" not in line and any(CODE.fullmatch(cell) for cell in cells):
        line = "\t".join(cells)
    return re.sub(r"[\t|;]", f" {READ_HERE} ", line)


def _take(text: str, pattern: re.Pattern[str]) -> tuple[str, str]:
    """The text with the match marked as read, and what it tells; empty where nothing matches."""
    match = pattern.search(text)
    if match is None:
        return text, ""
    return pattern.sub(READ_HERE, text), next(filter(None, match.groups()))


def _take_date(text: str) -> tuple[str, date | None]:
    """The first day that the text names, and the text with all of its days marked as read."""
    days = [one for one in written_dates(text) if one.exact and one.day is not None]
    for one in days:
        text = text.replace(one.text, READ_HERE)
    return text, days[0].day if days else None


def _day(written: str) -> date | None:
    return next((one.day for one in written_dates(written) if one.exact), None)


def _as_typed(written: str) -> str:
    """A date as the table shows it; what is no date stays, so that it can be told."""
    day = _day(written)
    return short_date(day) if day else written


def _visit(page: _Page) -> str:
    return short_date(page.visit) if page.visit else ""


def _age_of(page: _Page) -> int | None:
    """The age told, or that on the first day of the claim by the date of birth."""
    if page.age is not None or page.born is None:
        return page.age
    days = [day for row in page.rows if (day := _day(row.date))]
    if not days:
        return None
    day = min(days)
    return day.year - page.born.year - ((day.month, day.day) < (page.born.month, page.born.day))


def _code(match: re.Match[str]) -> str:
    return f"D{match.group(1).upper().replace('O', '0')}"


def _codes_in(text: str, lexicon: Lexicon) -> list[tuple[int, int, str]]:
    """The codes of a line and where they stand; numbers without D count where no code has one."""
    if found := [(*match.span(), _code(match)) for match in CODE.finditer(text)]:
        return found
    if found := [(*match.span(), match.group().upper()) for match in SLIP.finditer(text)]:
        return found
    bare = [(*match.span(), f"D{match.group()}") for match in BARE_CODE.finditer(text)]
    return [one for one in bare if one[2] in lexicon.code]


def _parts(text: str, codes: Sequence[tuple[int, int, str]]) -> Iterator[tuple[str, str]]:
    """Each code with the words that belong to it: those behind it, those before it where the line begins with words.

    What stands before a bare list of codes belongs to all of them: "#30 D3330, D2950, D2740".
    """
    before, after = text[: codes[0][0]], text[codes[-1][1] :]
    between = [text[one[1] : other[0]] for one, other in pairwise(codes)]
    leads = not re.search(r"\w", before)
    if not re.search(r"\w", "".join((*between, after))):
        yield from ((code, f"{before} {CODE_HERE} {after}") for _, _, code in codes)
        return
    for number, (start, end, code) in enumerate(codes):
        if leads:
            yield code, f"{CODE_HERE} {text[end : codes[number + 1][0]] if number + 1 < len(codes) else after}"
        else:
            first = codes[number - 1][1] if number else 0
            yield code, f"{text[first:start]} {CODE_HERE} {after if number + 1 == len(codes) else ''}"
