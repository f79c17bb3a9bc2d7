"""Tables with drawn lines: pdfplumber tells where the cells are, and the page's own words fill them.

pdfplumber's own text of a cell loses letters at its edges and the spaces of tight fonts.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from assistant.types import Box
from ingest.documents.layout import Piece, levels
from ingest.documents.pages import Table
from ingest.documents.tables import is_figure

SLIVER = 8.0  # points; a narrower cell is the edge of a frame
FILLED = 1.2  # cells a row that a table has filled at least
OUTSIDE = 0.5  # share of a table's levels with words beside it, from which it is a part of a wider table
SPLIT_ROWS = 3  # lines of figures within one cell, from which its lines are rows of their own
MARK_WORDS = 2  # of a cell that stands for itself: an amount, a tick, "No limit"


def ruled_tables(found: Sequence[Any], number: int, words: Sequence[Piece]) -> tuple[list[Table], set[int]]:
    """The tables among pdfplumber's on page `number`, and the ids of the words that stand in them."""
    tables: list[Table] = []
    taken: set[int] = set()
    for one in found:
        left, top, right, bottom = map(float, one.bbox)
        inside = [word for word in words if top <= word.middle <= bottom and left <= word.centre <= right]
        if not inside or _is_part(inside, [word for word in words if top <= word.middle <= bottom]):
            continue
        starts = _columns(one)
        rows: list[list[str]] = []
        boxes: list[tuple[Box, ...]] = []
        ends = [float(row.bbox[1]) for row in one.rows[1:]] + [bottom + 1]
        for row, lower in zip(one.rows, ends, strict=True):
            upper = float(row.bbox[1])  # to the next row's top: a cell over several rows would reach further down
            held = [word for word in inside if upper <= word.middle < lower]
            for cells in _split(_cells(held, row, starts)):
                standing = [word for cell in cells for word in cell]
                rows.append([_text(cell) for cell in cells])
                boxes.append((_around(number, standing or held, (left, upper, right, lower)),))
        filled = sum(bool(cell) for cells in rows for cell in cells)
        if len(rows) < 2 or len(starts) < 2 or filled < FILLED * len(rows):
            continue  # a frame around text
        tables.append(Table(top, rows, boxes))
        taken |= {id(word) for word in inside}
    return tables, taken


def _is_part(inside: Sequence[Piece], level_with: Sequence[Piece]) -> bool:
    """Whether most lines go on beside it: then only some columns of the table have drawn lines."""
    rows = levels(level_with)
    own = {id(word) for word in inside}
    crossing = [row for row in rows if len({id(word) in own for word in row}) == 2]
    return len(crossing) >= OUTSIDE * len(rows)


def _columns(table: Any) -> list[float]:
    """Where the columns begin, slivers left out; edges that lie close together are one."""
    lefts = sorted(
        float(cell[0]) for row in table.rows for cell in row.cells if cell is not None and cell[2] - cell[0] >= SLIVER
    )
    starts: list[float] = []
    for left in lefts:
        if not starts or left - starts[-1] > SLIVER:
            starts.append(left)
    return starts


def _cells(words: Sequence[Piece], row: Any, starts: Sequence[float]) -> list[list[Piece]]:
    """The words of one row by column; a cell over several columns stands in its first.

    Where the row has no cell, because one of the row above reaches down into it, the columns tell.
    """
    spans = [cell for cell in row.cells if cell is not None and cell[2] - cell[0] >= SLIVER]
    cells: list[list[Piece]] = [[] for _ in starts]
    for word in words:
        span = next((cell for cell in spans if cell[0] <= word.centre <= cell[2]), None)
        begins = [start for start in starts if start <= word.centre] or starts[:1]
        left = span[0] if span is not None else begins[-1]
        cells[min(range(len(starts)), key=lambda column: abs(starts[column] - left))].append(word)
    return cells


def _split(cells: list[list[Piece]]) -> list[list[list[Piece]]]:
    """The rows that a row without lines between them holds: one a level, where a column is figures alone."""
    lines = [levels(cell) for cell in cells]
    figures = [
        column
        for column in lines[1:]
        if len(column) >= SPLIT_ROWS and all(len(line) <= MARK_WORDS and _is_mark(line) for line in column)
    ]
    if not figures or len(lines[0]) < SPLIT_ROWS:
        return [cells]
    rows: list[list[list[Piece]]] = []
    for level in levels([word for cell in cells for word in cell]):
        standing = {id(word) for word in level}
        rows.append([[word for word in cell if id(word) in standing] for cell in cells])
    return rows


def _is_mark(line: Sequence[Piece]) -> bool:
    return any(is_figure(word.text) or not any(map(str.isalpha, word.text)) for word in line)


def _text(cell: Sequence[Piece]) -> str:
    return " ".join(word.text for line in levels(cell) for word in line)


def _around(number: int, words: Sequence[Piece], otherwise: tuple[float, float, float, float]) -> Box:
    if not words:
        return Box(number, *otherwise)
    return Box(
        number, min(w.left for w in words), min(w.top for w in words),
        max(w.right for w in words), max(w.bottom for w in words),
    )  # fmt: skip
