"""From words on pages to blocks: paragraphs, headings by the size of their letters, rows of tables.

What repeats at the head and foot of pages is left out, and a table that runs over pages keeps its header.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

from assistant.types import Box
from ingest.documents.blocks import Block, BlockKind
from ingest.documents.layout import Piece, aligned_tables, in_reading_order, paragraphs, text_of
from ingest.documents.tables import header_at, rows_of

LARGER = 1.12  # times the body's letters, from which a line is a heading
LONGEST_HEADING = 16  # words
REPEATS = 3  # pages on which a line at head or foot must stand to be a running one
MARGIN = 0.12  # of a page's height, at head and foot, where running lines stand


@dataclass(frozen=True, slots=True)
class Table:
    """A table's rows of cells, where each row stands, and how far down the page it begins, in points."""

    top: float
    rows: list[list[str]]
    boxes: list[tuple[Box, ...]]


@dataclass(slots=True)
class Page:
    """One page, its height in points, its regions of lines in reading order, and its tables."""

    number: int
    height: float
    regions: list[list[Piece]] = field(default_factory=list)
    tables: list[Table] = field(default_factory=list)


def laid_out(number: int, height: float, pieces: list[Piece], tables: Sequence[Table] = ()) -> Page:
    """A page of pieces, `tables` those that were found by their lines, whose pieces are not among them."""
    page = Page(number, height, tables=list(tables))
    for table in aligned_tables(pieces):
        boxes: list[tuple[Box, ...]] = [(Box(number, p.left, p.top, p.right, p.bottom),) for p in table.places]
        page.tables.append(Table(table.places[0].top, [list(row) for row in table.rows], boxes))
        pieces = [piece for piece in pieces if id(piece) not in table.pieces]
    page.regions = in_reading_order(pieces)
    return page


def blocks_of(pages: Sequence[Page]) -> Iterator[Block]:
    """All pages as blocks; a paragraph that runs on over a page's end is one, on the page where it begins."""
    running = _running(pages)
    body, sizes = _letters(pages)
    header: tuple[str, ...] = ()
    waiting: Block | None = None
    for page in pages:
        for block in _of_page(page, running, body, sizes, header):
            if block.kind is BlockKind.ROW:
                header = block.header
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
    page: Page, running: frozenset[str], body: float, sizes: Sequence[float], header: tuple[str, ...]
) -> Iterator[Block]:
    """A page's paragraphs, headings and tables, each table before the first region that stands below its top."""
    tables = sorted(page.tables, key=lambda table: table.top)
    for region in page.regions:
        lines = [line for line in region if not (_is_in_margin(line, page) and _plain(line.text) in running)]
        while tables and lines and tables[0].top < lines[0].top:
            yield from _rows(tables.pop(0), page.number, header)
        for paragraph in paragraphs(lines):
            text = text_of(paragraph)
            if not text:
                continue
            boxes = tuple(Box(page.number, p.left, p.top, p.right, p.bottom) for p in paragraph)
            if (level := _level(paragraph, body, sizes)) and not text.endswith((".", ",", ";")):
                yield Block(BlockKind.HEADING, text, page.number, level, boxes=boxes)
            else:
                yield Block(BlockKind.TEXT, text, page.number, boxes=boxes)
    for table in tables:
        yield from _rows(table, page.number, header)


def _rows(table: Table, number: int, header: tuple[str, ...]) -> Iterator[Block]:
    """A table's rows; one that begins without a header on a further page has that of the table before."""
    rows, boxes = table.rows, table.boxes
    if header and len(rows[0]) == len(header) and header_at(rows) is None:
        rows, boxes = [list(header), *rows], [(), *boxes]
    yield from rows_of(rows, page=number, boxes=boxes)


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
