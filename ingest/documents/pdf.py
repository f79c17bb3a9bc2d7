"""PDF: text in reading order, headings, tables with or without lines, and pages that are pictures.

Text comes from PDFium, which is fast; pdfplumber, which is thorough, is asked only about pages with ruled lines. What
stands in the colour of the page, and what repeats at the head and foot of pages, is left out.
"""

from __future__ import annotations

import ctypes
import re
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pdfplumber
import pypdfium2 as pdfium
import pypdfium2.raw as raw

from assistant.errors import DocumentError
from assistant.types import Box
from ingest.documents import scan
from ingest.documents.blocks import Block, BlockKind, Parsed, Unread
from ingest.documents.layout import Piece, aligned_tables, in_reading_order, paragraphs, pieces_of, text_of
from ingest.documents.tables import header_at, rows_of

MOST_PAGES = 10_000
FEW_WORDS = 5  # on a page with a picture: then the picture is the page
LEAST_SIZE = 2.0  # points of letters that can be read
WHITE = 240  # of 255, from which letters may be in the colour of the page
CONTRAST = 30  # of 255, below which nothing can be read
BOLD = 600
RULES = 4  # drawn lines from which a page may hold a ruled table
LARGER = 1.12  # times the body's letters, from which a line is a heading
LONGEST_HEADING = 16  # words
REPEATS = 3  # pages on which a line at head or foot must stand to be a running one
MARGIN_LINES = 2
WORD = re.compile(r"\S+")


@dataclass(slots=True)
class _Page:
    """One page as read: its regions of lines, its tables, and blocks read from its picture."""

    number: int
    regions: list[list[Piece]] = field(default_factory=list)
    tables: list[tuple[float, list[list[str]], list[tuple[Box, ...]]]] = field(default_factory=list)
    pictured: list[Block] = field(default_factory=list)


def read(path: Path) -> Parsed:
    """Raises `DocumentError` for a file that is locked or no PDF."""
    try:
        document = pdfium.PdfDocument(path)
    except pdfium.PdfiumError as error:
        if "password" in str(error).lower():
            raise DocumentError("It is locked with a password. Save it without one and add that.") from error
        raise DocumentError(
            "It is cut off or broken: no page of it can be opened. Fetch it anew, or print it to a new PDF, and add "
            "that."
        ) from error
    unread: list[Unread] = []
    count = len(document)
    if count > MOST_PAGES:
        unread.append(Unread(f"It has {count:,} pages and was read to page {MOST_PAGES:,}. Split it and add the rest."))
    pages: list[_Page] = []
    with _Plumber(path) as plumber:
        for number in range(1, min(count, MOST_PAGES) + 1):
            try:
                pages.append(_page(document, number, plumber, unread))
            except (pdfium.PdfiumError, DocumentError) as error:
                unread.append(Unread(str(error), number))
    title = document.get_metadata_dict().get("Title", "")
    document.close()
    return Parsed(tuple(_blocks(pages)), pages=count, title=" ".join(title.split()), unread=tuple(unread))


class _Plumber:
    """The same file for pdfplumber, opened when the first page with ruled lines comes."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._open: Any = None

    def __enter__(self) -> _Plumber:
        return self

    def __exit__(self, *_: object) -> None:
        if self._open is not None:
            self._open.close()

    def tables(self, number: int) -> list[Any]:
        """The ruled tables of a page; none where pdfplumber cannot read what PDFium can."""
        if self._open is None:
            self._open = pdfplumber.open(self._path)
        page = self._open.pages[number - 1]
        found = page.find_tables()
        page.close()  # else everything read stays in memory
        return list(found)


def _page(document: pdfium.PdfDocument, number: int, plumber: _Plumber, unread: list[Unread]) -> _Page:
    page = document[number - 1]
    height = page.get_height()
    words = _words(page, height, number, unread)
    kinds = Counter(one.type for one in page.get_objects(max_depth=2))
    found = _Page(number)
    if len(words) < FEW_WORDS and kinds[raw.FPDF_PAGEOBJ_IMAGE]:
        found.pictured = _read_picture(page, number)
        if not found.pictured:
            unread.append(Unread("The page is a picture in which no text was found.", number))
        words = []
    pieces = pieces_of(words)
    if kinds[raw.FPDF_PAGEOBJ_PATH] >= RULES and pieces:
        pieces = _without_ruled_tables(plumber, found, pieces)
    for table in aligned_tables(pieces):
        boxes: list[tuple[Box, ...]] = [(Box(number, p.left, p.top, p.right, p.bottom),) for p in table.places]
        found.tables.append((table.places[0].top, [list(row) for row in table.rows], boxes))
        pieces = [piece for piece in pieces if id(piece) not in table.pieces]
    found.regions = in_reading_order(pieces)
    page.close()
    return found


def _words(page: pdfium.PdfPage, height: float, number: int, unread: list[Unread]) -> list[Piece]:
    """The words that a reader sees, in the order of the file."""
    textpage = page.get_textpage()
    text = textpage.get_text_range()
    words: list[Piece] = []
    pale: list[int] = []
    left_edge, bottom_edge, _, _ = page.get_cropbox()
    box = [ctypes.c_double() for _ in range(4)]
    colour = [ctypes.c_uint() for _ in range(4)]
    for match in WORD.finditer(text):
        first, last = match.start(), match.end() - 1
        size = raw.FPDFText_GetFontSize(textpage, first)
        edges = []
        for index in (first, last):
            raw.FPDFText_GetCharBox(textpage, index, *map(ctypes.byref, box))
            edges.append([value.value for value in box])  # left, right, bottom, top
        left, right = min(e[0] for e in edges) - left_edge, max(e[1] for e in edges) - left_edge
        bottom, top = min(e[2] for e in edges) - bottom_edge, max(e[3] for e in edges) - bottom_edge
        if size < LEAST_SIZE and top - bottom < LEAST_SIZE:
            continue
        size = max(size, top - bottom) if size < LEAST_SIZE else size
        if raw.FPDFText_GetFillColor(textpage, first, *map(ctypes.byref, colour)) and (
            all(value.value >= WHITE for value in colour[:3]) or colour[3].value < 255 - WHITE
        ):
            pale.append(len(words))
        bold = raw.FPDFText_GetFontWeight(textpage, first) >= BOLD
        base = height - bottom
        words.append(Piece(_clean(match.group()), left, base - max(top - bottom, 0.6 * size), right, base, size, bold))
    textpage.close()
    hidden = _unseen(page, [words[index] for index in pale]) if pale else frozenset()
    if hidden:
        unread.append(Unread("Text in the colour of the page was left out.", number))
    return [word for word in words if id(word) not in hidden and word.text]


def _clean(word: str) -> str:
    """Without the marks that PDFium puts for what has no letter; ligatures written out."""
    return re.sub("[\\x00-\\x08\\x0e-\\x1f\\ufffe\\uffff\\u00ad]", "", word).replace("ﬁ", "fi").replace("ﬂ", "fl")


def _unseen(page: pdfium.PdfPage, words: Sequence[Piece]) -> frozenset[int]:
    """Ids of the words that do not stand out from what is drawn behind them."""
    bitmap = page.render(scale=min(2.0, 3_000 / max(page.get_width(), page.get_height())), grayscale=True)
    scale = bitmap.width / page.get_width()
    image = bitmap.to_numpy().squeeze()
    hidden = []
    for word in words:
        part = image[
            int(word.top * scale) : int(word.bottom * scale) + 1, int(word.left * scale) : int(word.right * scale) + 1
        ]
        if part.size == 0 or int(part.max()) - int(part.min()) < CONTRAST:
            hidden.append(id(word))
    return frozenset(hidden)


def _read_picture(page: pdfium.PdfPage, number: int) -> list[Block]:
    """The text of a page that is a picture. Raises `DocumentError`."""
    if not scan.is_installed():
        raise DocumentError(scan.NO_TESSERACT)
    for one in page.get_objects(filter=[raw.FPDF_PAGEOBJ_IMAGE], max_depth=2):
        width, height = one.get_px_size()
        if width * height > scan.MOST_PIXELS:
            raise DocumentError(
                f"Its picture says it has {width:,} × {height:,} dots, more than any page needs; left out."
            )
    most = (scan.MOST_PIXELS / (page.get_width() * page.get_height())) ** 0.5
    scale = min(scan.READ_AT / 72, most)
    image = page.render(scale=scale, grayscale=True).to_pil()
    return scan.page_blocks(image, number, 1 / scale)


def _without_ruled_tables(plumber: _Plumber, found: _Page, pieces: list[Piece]) -> list[Piece]:
    """Move what stands within ruled tables out of the pieces into the page's tables."""
    for table in plumber.tables(found.number):
        left, top, right, bottom = table.bbox
        rows = [[cell or "" for cell in row] for row in table.extract()]
        if (
            len(rows) < 2
            or max(len(row) for row in rows) < 2
            or sum(bool(c) for row in rows for c in row) < len(rows) * 1.2
        ):
            continue
        boxes: list[tuple[Box, ...]] = [(Box(found.number, *map(float, row.bbox)),) for row in table.rows]
        found.tables.append((top, rows, boxes))
        pieces = [p for p in pieces if not (top <= p.middle <= bottom and left <= (p.left + p.right) / 2 <= right)]
    return pieces


def _blocks(pages: Sequence[_Page]) -> Iterator[Block]:
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
    page: _Page, running: frozenset[str], body: float, sizes: Sequence[float], header: tuple[str, ...]
) -> Iterator[Block]:
    """A page's paragraphs, headings and tables, each table before the first region that stands below its top."""
    tables = sorted(page.tables, key=lambda table: table[0])
    yield from page.pictured
    for region in page.regions:
        lines = [line for line in region if _plain(line.text) not in running]
        while tables and lines and tables[0][0] < lines[0].top:
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


def _rows(
    table: tuple[float, list[list[str]], list[tuple[Box, ...]]], number: int, header: tuple[str, ...]
) -> Iterator[Block]:
    """A table's rows; one that begins without a header on a further page has that of the table before."""
    _, rows, boxes = table
    if header and len(rows[0]) == len(header) and _has_no_header(rows):
        rows, boxes = [list(header), *rows], [(), *boxes]
    yield from rows_of(rows, page=number, boxes=boxes)


def _has_no_header(rows: Sequence[Sequence[str]]) -> bool:
    return header_at(rows) is None


def _level(paragraph: Sequence[Piece], body: float, sizes: Sequence[float]) -> int:
    """The level of a heading, 1 the highest; 0 for what is none."""
    words = sum(len(line.text.split()) for line in paragraph)
    if words > LONGEST_HEADING or not any(letter.isalpha() for line in paragraph for letter in line.text):
        return 0
    size = round(max(line.size for line in paragraph), 1)
    if size >= LARGER * body:
        return sizes.index(size) + 1 if size in sizes else len(sizes) + 1
    return len(sizes) + 1 if all(line.bold for line in paragraph) else 0


def _letters(pages: Sequence[_Page]) -> tuple[float, list[float]]:
    """The size of the body's letters, and the larger ones of headings from the largest down."""
    count: Counter[float] = Counter()
    for page in pages:
        for region in page.regions:
            for line in region:
                count[round(line.size, 1)] += len(line.text)
    body = count.most_common(1)[0][0] if count else 10.0
    return body, sorted((size for size in count if size >= LARGER * body), reverse=True)[:5]


def _running(pages: Sequence[_Page]) -> frozenset[str]:
    """Lines at the head or foot of many pages, numbers aside."""
    count: Counter[str] = Counter()
    for page in pages:
        lines = sorted((line for region in page.regions for line in region), key=lambda line: line.top)
        count.update({_plain(line.text) for line in (*lines[:MARGIN_LINES], *lines[-MARGIN_LINES:])})
    return frozenset(text for text, times in count.items() if times >= max(REPEATS, len(pages) * 0.3))


def _plain(text: str) -> str:
    return re.sub(r"\d+", "#", " ".join(text.lower().split()))
