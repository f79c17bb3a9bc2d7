"""Tables to rows that carry their header, wherever the cells came from."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from assistant.lexicon import codes_in
from assistant.types import Box
from ingest.documents.blocks import Block, BlockKind, row_text

HEADER_WORDS = 6  # a cell of a header is a name; longer ones are sentences
VALUES = frozenset({"yes", "no", "n/a", "none", "not covered", "covered", "unlimited", "no limit", "not applicable"})
PAYER_COLUMN = re.compile(r"^(?:payer|payor|carrier|insurance|insurer)(?: (?:name|company|carrier))?:?$", re.IGNORECASE)
ITEM = "•"  # the mark of a list's item within a cell
VALUE = re.compile(
    r"^(?:yes|no|none|n/?a|not|unlimited|waived|included)\b|^[$<>≤≥]?\s?\d|\$\s?\d|\d\s?%|"
    r"^(?=.*\d).*\b(?:age[sd]?|per|every|months?|years?|yrs?|days?|times?|once|twice|limit|under|over|films?|visits?)\b",
    re.IGNORECASE,
)
LOOKED_AT = 10  # rows in which the header is looked for


def rows_of(
    rows: Sequence[Sequence[str]],
    header_rows: int | None = None,
    page: int | None = None,
    sheet: str | None = None,
    first_row: int | None = None,
    boxes: Sequence[tuple[Box, ...]] = (),
) -> Iterator[Block]:
    """One block a filled row below the header. What stands above the header is text.

    `header_rows` is the number of the header's row, counted from 1, where the format marks it; `first_row` is the
    number that the first row has in its sheet; `boxes` has those of each row.
    """
    width = max((len(row) for row in rows), default=0)
    even = [tuple(" ".join(cell.split()) for cell in row) + ("",) * (width - len(row)) for row in rows]
    at = header_rows - 1 if header_rows else header_at(even)
    header = even[at] if at is not None else ("",) * width
    for number, cells in enumerate(even):
        filled = [cell for cell in dict.fromkeys(cells) if cell]
        if not filled or (at is not None and (number == at or cells == header)):
            continue
        row = first_row + number if first_row is not None else None
        box = tuple(boxes[number]) if boxes else ()
        if (at is not None and number < at) or len(filled) == 1 or width == 1:
            # A title above the header, or a line across the whole table.
            yield Block(BlockKind.TEXT, " ".join(filled), page, sheet=sheet, row=row, boxes=box)
        else:
            yield from row_blocks(header, cells, page, sheet, row, box)


def row_blocks(
    header: tuple[str, ...],
    cells: tuple[str, ...],
    page: int | None = None,
    sheet: str | None = None,
    row: int | None = None,
    boxes: tuple[Box, ...] = (),
) -> Iterator[Block]:
    """A row, or one an item where a cell is a list."""
    for part in _by_item(cells):
        yield Block(BlockKind.ROW, row_text(header, part), page, 0, header, part, sheet, row, boxes)


def payer_cell(block: Block) -> str:
    """The payer that a row names in a column for it; empty where the table has none."""
    for name, cell in zip(block.header, block.cells, strict=True):
        if PAYER_COLUMN.match(name):
            return cell
    return ""


def _by_item(cells: tuple[str, ...]) -> list[tuple[str, ...]]:
    """A row whose cell is a list of items, as one row an item, each read with what stands above the list."""
    for number, cell in enumerate(cells):
        title, *items = (item.strip() for item in cell.split(ITEM))
        if len(items) > 1 or (title and items):
            named = [f"{title} – {item}" if title else item for item in items if item]
            return [(*cells[:number], item, *cells[number + 1 :]) for item in named] or [cells]
    return [tuple(cell.removeprefix(ITEM).strip() for cell in cells)]


def header_at(rows: Sequence[Sequence[str]]) -> int | None:
    """The row that names the columns: the first with most cells filled by short words and none by a code or amount.

    None where the first rows hold codes already, as on the further pages of a table.
    """
    width = max((len(row) for row in rows), default=0)
    for number, row in enumerate(rows[:LOOKED_AT]):
        filled = [cell for cell in row if cell]
        if any(codes_in(cell) for cell in filled):
            return None
        names = [cell for cell in filled if len(cell.split()) <= HEADER_WORDS and not is_figure(cell)]
        says_value = width == 2 and any(map(str.isdigit, row[1]))  # "Sealants: up to age 14" names no columns
        if len(filled) >= max(2, (width + 1) // 2) and len(names) == len(filled) and not says_value:
            return number
    return None


def is_figure(cell: str) -> bool:
    """Whether a cell is a number, an amount or a share alone, or a word that stands for one."""
    if cell.lower() in VALUES:
        return True
    plain = cell.replace("$", "").replace(",", "").replace("%", "").replace(".", "").strip()
    return plain.isdigit()


def is_value(text: str) -> bool:
    """Whether a cell says how much, how often or whether, and does not name something."""
    return is_figure(text) or VALUE.search(text) is not None
