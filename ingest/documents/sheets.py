"""XLSX and CSV: each row with its header, under the name of its sheet and its number there. Formulas give the value
that was last saved; no macro is run and no link followed. What a sheet hides is left out and told.
"""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime
from pathlib import Path

from defusedxml.ElementTree import iterparse
from openpyxl import load_workbook
from openpyxl.worksheet._read_only import ReadOnlyWorksheet

from assistant.errors import DocumentError
from ingest.documents.blocks import Block, BlockKind, Parsed, Unread
from ingest.documents.plain import decoded
from ingest.documents.tables import rows_of

MOST_ROWS = 100_000
MOST_COLUMNS = 100
TRUE = ("1", "true")
SAMPLE = 8_192  # characters from which the separator is told


def read(path: Path) -> Parsed:
    book = load_workbook(path, read_only=True, data_only=True, keep_links=False)
    blocks: list[Block] = []
    unread: list[Unread] = []
    for sheet in book.worksheets:
        if sheet.sheet_state != "visible":
            unread.append(Unread(f"The hidden sheet “{sheet.title}” was left out."))
            continue
        hidden = _hidden_in(sheet)
        rows = []
        for number, row in enumerate(sheet.iter_rows(max_col=MOST_COLUMNS), 1):
            if number > MOST_ROWS:
                unread.append(
                    Unread(f"Sheet “{sheet.title}” was read to row {MOST_ROWS:,}; split it and add the rest.")
                )
                break
            cells = [_shown(cell.value, cell.number_format or "") for cell in row]
            rows.append([] if number in hidden.rows else hidden.without_columns(cells))
        unread += hidden.told(sheet.title)
        if any(any(row) for row in rows):
            blocks.append(Block(BlockKind.HEADING, sheet.title, level=2, sheet=sheet.title))
            blocks += rows_of(_narrowed(rows), sheet=sheet.title, first_row=1)
    title = book.properties.title or ""
    book.close()
    return Parsed(tuple(blocks), title=title, unread=tuple(unread))


@dataclass(frozen=True, slots=True)
class _Hidden:
    """The rows and columns that a sheet does not show, as it counts them, row 1 and column 1 the first."""

    rows: frozenset[int]
    columns: frozenset[int]

    def without_columns(self, cells: list[str]) -> list[str]:
        return ["" if number in self.columns else cell for number, cell in enumerate(cells, 1)]

    def told(self, title: str) -> Iterator[Unread]:
        counts = [(len(self.rows), "row"), (len(self.columns), "column")]
        parts = [f"{count} hidden {kind}{'s' if count > 1 else ''}" for count, kind in counts if count]
        if parts:
            verb = "was" if sum(count for count, _ in counts) == 1 else "were"
            yield Unread(f"{' and '.join(parts)} of sheet “{title}” {verb} left out. Show them and add the file anew.")


def _hidden_in(sheet: ReadOnlyWorksheet) -> _Hidden:
    """What a sheet hides. openpyxl tells it only when it reads a workbook whole, which takes ten times the memory."""
    rows: set[int] = set()
    columns: set[int] = set()
    number = 0
    with sheet._get_source() as source:  # type: ignore[attr-defined]  # the only way to the sheet's own XML
        for event, part in iterparse(source, events=("start", "end")):
            name = part.tag.rpartition("}")[2]
            if event == "end":
                part.clear()
            elif name == "col" and part.get("hidden") in TRUE:
                columns |= set(range(int(part.get("min", 1)), min(int(part.get("max", 1)), MOST_COLUMNS) + 1))
            elif name == "row":
                number = int(part.get("r") or number + 1)
                if part.get("hidden") in TRUE and number <= MOST_ROWS:
                    rows.add(number)
    return _Hidden(frozenset(rows), frozenset(columns))


def read_csv(path: Path) -> Parsed:
    text = decoded(path.read_bytes())
    try:
        dialect: type[csv.Dialect] | csv.Dialect = csv.Sniffer().sniff(text[:SAMPLE], delimiters=",;\t|")
    except csv.Error:
        dialect = csv.excel
    try:
        rows = list(_lines(text, dialect))
    except csv.Error as error:
        raise DocumentError(
            f"It is no table of comma separated values ({error}). Save it as CSV or XLSX anew."
        ) from error
    unread = (Unread(f"Read to row {MOST_ROWS:,}; split the file and add the rest."),) if len(rows) > MOST_ROWS else ()
    return Parsed(tuple(rows_of(_narrowed(rows[:MOST_ROWS]), first_row=1)), unread=unread)


def _lines(text: str, dialect: type[csv.Dialect] | csv.Dialect) -> Iterator[list[str]]:
    for number, row in enumerate(csv.reader(io.StringIO(text, newline=""), dialect)):
        if number > MOST_ROWS:
            return
        yield [cell.strip() for cell in row[:MOST_COLUMNS]]


def _narrowed(rows: list[list[str]]) -> list[list[str]]:
    """Without the columns that are empty throughout."""
    width = max((len(row) for row in rows), default=0)
    used = [column for column in range(width) if any(column < len(row) and row[column] for row in rows)]
    return [[row[column] if column < len(row) else "" for column in used] for row in rows]


def _shown(value: object, form: str) -> str:
    """A cell as the sheet shows it: money with its sign, shares in percent, whole numbers without a point, dates as an
    American writes them. `form` is the cell's number format.
    """
    if value is None:
        return ""
    if isinstance(value, (datetime, date)):
        return f"{value.month}/{value.day}/{value.year}"
    if isinstance(value, bool):
        return "Yes" if value else "No"
    if isinstance(value, (int, float)) and "$" in form:
        return f"${value:,.2f}"
    if isinstance(value, (int, float)) and "%" in form:
        return f"{value * 100:.2f}".rstrip("0").rstrip(".") + "%"
    if isinstance(value, float):
        return f"{value:.2f}".removesuffix(".00") if abs(value) >= 0.005 else str(value)
    return " ".join(str(value).split())
