"""From words on pages to blocks: paragraphs, headings by the size of their letters, rows of tables.

What repeats at the head and foot of pages is left out, and a table that runs over pages keeps its header.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace

from assistant.types import Box
from ingest.documents.blocks import Block, BlockKind
from ingest.documents.drawn import Frame
from ingest.documents.grid import Row, Table, tables_of
from ingest.documents.layout import MARK, Piece, in_reading_order, paragraphs, pieces_of, text_of
from ingest.documents.ruled import Rules, without_underlines
from ingest.documents.tables import row_blocks
from ingest.documents.zones import zones_of

LARGER = 1.12  # times the body's letters, from which a line is a heading
LONGEST_HEADING = 16  # words
REPEATS = 3  # pages on which a line at head or foot must stand to be a running one
SAME_COLUMN = 12.0  # points by which a column may stand apart from the one above that it goes on
NO_RULES = Rules()
Turned = tuple[Frame, Frame]  # the frame in which a page is read, and the one in which it is shown
LEVEL = 24.0  # points within which tables that stand side by side begin
MARGIN = 0.12  # of a page's height, at head and foot, where running lines stand


@dataclass(slots=True)
class Page:
    """One page, its height in points, its words, its regions of lines in reading order, and its tables.

    `left_out` gathers what repeats on many pages and is no block of this one.
    """

    number: int
    height: float
    words: list[str] = field(default_factory=list)
    regions: list[list[Piece]] = field(default_factory=list)
    tables: list[Table] = field(default_factory=list)
    left_out: list[str] = field(default_factory=list)
    turned: Turned | None = None

    def box(self, piece: Piece) -> Box:
        """Where a piece stands on the page as it is shown."""
        box = Box(self.number, piece.left, piece.top, piece.right, piece.bottom)
        return self.turned[0].turned_box(box, self.turned[1]) if self.turned else box


def laid_out(
    number: int, height: float, words: Sequence[Piece], rules: Rules = NO_RULES, turned: Turned | None = None
) -> Page:
    """A page of words in the order of the file, and the lines drawn on it; `turned` where it is read another way up
    than it is shown.
    """
    pieces = pieces_of(words, parted=rules.part)
    rules = without_underlines(rules, pieces)
    texts = [part for word in words for part in word.text.split() if not MARK.match(part)]
    page = Page(number, height, texts, turned=turned)
    taken: set[int] = set()
    for zone in zones_of(pieces, rules):
        page.tables += tables_of(zone, rules)
        taken |= {id(piece) for level in zone.levels for piece in level}
    page.regions = in_reading_order([piece for piece in pieces if id(piece) not in taken])
    return page


def blocks_of(pages: Sequence[Page]) -> Iterator[Block]:
    """All pages as blocks; a paragraph that runs on over a page's end is one, on the page where it begins."""
    running = _running(pages)
    body, sizes = _letters(pages)
    headers = _Headers()
    waiting: Block | None = None
    for page in pages:
        for block in _of_page(page, running, body, sizes, headers):
            if waiting is not None and _runs_on(waiting, block):
                waiting = Block(
                    BlockKind.TEXT, f"{waiting.text} {block.text}", waiting.page, boxes=waiting.boxes + block.boxes
                )
                continue
            if waiting is not None:
                yield waiting
            waiting = block
    if waiting is not None:
        yield waiting


def _runs_on(block: Block, following: Block) -> bool:
    alike = block.kind is following.kind is BlockKind.TEXT and block.page != following.page
    return alike and not block.text.endswith((".", ":", "?", "!", ";")) and following.text[:1].islower()


def _of_page(
    page: Page, running: frozenset[str], body: float, sizes: Sequence[float], headers: _Headers
) -> Iterator[Block]:
    """A page's paragraphs, headings and tables, each table before the first region that stands below its top."""
    tables = sorted(page.tables, key=lambda table: (round(table.top / LEVEL), table.left))
    for region in page.regions:
        lines = []
        for line in region:
            repeats = _is_in_margin(line, page) and _plain(line.text) in running
            page.left_out += [line.text] if repeats else []
            lines += [] if repeats else [line]
        while tables and lines and tables[0].top < lines[0].top:
            yield from _rows(tables.pop(0), page, headers)
        for paragraph in paragraphs(lines):
            text = text_of(paragraph)
            if not text:
                continue
            boxes = tuple(map(page.box, paragraph))
            if (level := _level(paragraph, body, sizes)) and not text.endswith((".", ",", ";")):
                yield Block(BlockKind.HEADING, text, page.number, level, boxes=boxes)
            else:
                yield Block(BlockKind.TEXT, text, page.number, boxes=boxes)
    for table in tables:
        yield from _rows(table, page, headers)


def _rows(table: Table, page: Page, headers: _Headers) -> Iterator[Block]:
    """A table's rows, a label that stands alone as text; a column's name above no cell at all is text too."""
    header = headers.of(table)
    used = {cell_column for row in table.rows if len(row.cells) > 1 for cell in row.cells
            for cell_column in range(cell.first, cell.last + 1)}  # fmt: skip
    if idle := [name for column, name in enumerate(table.header) if name and column not in used]:
        yield Block(BlockKind.TEXT, " ".join(dict.fromkeys(idle)), page.number)
    for row in table.rows:
        box = (page.box(row.place),)
        cells = tuple(cell.text for cell in row.cells)
        names = tuple(_name(row, index, header, table) for index in range(len(cells)))
        if len(cells) == 1:
            yield Block(BlockKind.TEXT, cells[0], page.number, boxes=box)
        elif names == cells:
            page.left_out += cells  # the header once more
        else:
            yield from row_blocks(names, cells, page=page.number, boxes=box)


def _name(row: Row, index: int, header: Sequence[str], table: Table) -> str:
    """The name of a cell: its column's, or those of all the columns for which it holds.

    What holds for all of more than two columns is named by none: it says something of the row.
    """
    cell = row.cells[index]
    if not header or (cell.first <= table.key < cell.last):
        return ""
    if cell.last - cell.first > 1 and cell.last == len(header) - 1 and cell.first <= table.key + 1:
        return ""
    return " and ".join(dict.fromkeys(filter(None, header[cell.first : cell.last + 1])))


class _Headers:
    """Lends the header of the table before to one that goes on below it, or on a further page, in the same columns."""

    def __init__(self) -> None:
        self._last: Table | None = None

    def of(self, table: Table) -> tuple[str, ...]:
        last, header = self._last, table.header
        if not header and last is not None and _is_like(last, table):
            header = last.header
        self._last = replace(table, header=header)
        return header


def _is_like(one: Table, other: Table) -> bool:
    """Whether two tables have the same columns: each begins, or has its middle, at the same place."""
    return len(one.places) == len(other.places) and all(
        min(abs(a - b) for a, b in zip(here, there, strict=True)) <= SAME_COLUMN
        for here, there in zip(one.places, other.places, strict=True)
    )


def _level(paragraph: Sequence[Piece], body: float, sizes: Sequence[float]) -> int:
    """The level of a heading, 1 the highest; 0 for what is none."""
    words = sum(len(line.text.split()) for line in paragraph)
    if words > LONGEST_HEADING or not any(letter.isalpha() for line in paragraph for letter in line.text):
        return 0
    size = round(max(line.size for line in paragraph), 1)
    if size >= LARGER * body:
        return sizes.index(size) + 1 if size in sizes else len(sizes) + 1
    return len(sizes) + 1 if all(line.bold for line in paragraph) else 0


def _letters(pages: Sequence[Page]) -> tuple[float, list[float]]:
    """The size of the body's letters, and the larger ones of headings from the largest down."""
    count: Counter[float] = Counter()
    for page in pages:
        for region in page.regions:
            for line in region:
                count[round(line.size, 1)] += len(line.text)
    body = count.most_common(1)[0][0] if count else 10.0
    return body, sorted((size for size in count if size >= LARGER * body), reverse=True)[:5]


def _running(pages: Sequence[Page]) -> frozenset[str]:
    """Lines at the head or foot of many pages, numbers aside."""
    count: Counter[str] = Counter()
    for page in pages:
        lines = [line for region in page.regions for line in region]
        count.update({_plain(line.text) for line in lines if _is_in_margin(line, page)})
    return frozenset(text for text, times in count.items() if times >= max(REPEATS, len(pages) * 0.3))


def _is_in_margin(line: Piece, page: Page) -> bool:
    return line.bottom < MARGIN * page.height or line.top > (1 - MARGIN) * page.height


def _plain(text: str) -> str:
    return re.sub(r"\d+", "#", " ".join(text.lower().split()))
