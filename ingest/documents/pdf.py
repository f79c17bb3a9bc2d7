"""PDF: text in reading order, headings, tables with or without lines, and pages that are pictures.

Text comes from PDFium, which is fast; pdfplumber, which is thorough, is asked only about pages with ruled lines. What
stands in the colour of the page, and what repeats at the head and foot of pages, is left out.
"""

from __future__ import annotations

import ctypes
import math
import re
from collections import Counter
from collections.abc import Sequence
from concurrent.futures import ProcessPoolExecutor
from pathlib import Path
from typing import Any

import pdfplumber
import pypdfium2 as pdfium
import pypdfium2.raw as raw

from assistant.errors import DocumentError
from ingest.documents import scan
from ingest.documents.blocks import Parsed, Unread
from ingest.documents.layout import Piece, pieces_of
from ingest.documents.pages import Page, Table, blocks_of, laid_out
from ingest.documents.ruled import ruled_tables

MOST_PAGES = 10_000
LONG = 60  # pages from which a second process pays
FEW_WORDS = 5  # on a page with a picture: then the picture is the page
LEAST_SIZE = 2.0  # points of letters that can be read
WHITE = 240  # of 255, from which letters may be in the colour of the page
CONTRAST = 30  # of 255, below which nothing can be read
BOLD = 600
RULES = 4  # drawn lines from which a page may hold a ruled table
WORD = re.compile(r"\S+")


def read(path: Path) -> Parsed:
    """Raises `DocumentError` for a file that is locked or no PDF. A long one is read by two processes at once."""
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
    count, title = len(document), document.get_metadata_dict().get("Title", "")
    document.close()
    if count > MOST_PAGES:
        unread.append(Unread(f"It has {count:,} pages and was read to page {MOST_PAGES:,}. Split it and add the rest."))
    last = min(count, MOST_PAGES)
    if last < LONG:
        parts = [_pages(path, 1, last)]
    else:
        half = last // 2
        with ProcessPoolExecutor(2) as pool:
            parts = list(pool.map(_pages, (path, path), (1, half + 1), (half, last)))
    pages = [page for read, _ in parts for page in read]
    unread += [one for _, amiss in parts for one in amiss]
    return Parsed(tuple(blocks_of(pages)), pages=count, title=" ".join(title.split()), unread=tuple(unread))


def _pages(path: Path, first: int, last: int) -> tuple[list[Page], list[Unread]]:
    """The pages from `first` to `last`, and what of them could not be read."""
    pages: list[Page] = []
    unread: list[Unread] = []
    with pdfium.PdfDocument(path) as document, _Plumber(path) as plumber:
        for number in range(first, last + 1):
            try:
                pages.append(_page(document, number, plumber, unread))
            except (pdfium.PdfiumError, DocumentError) as error:
                unread.append(Unread(str(error), number))
    return pages, unread


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


def _page(document: pdfium.PdfDocument, number: int, plumber: _Plumber, unread: list[Unread]) -> Page:
    page = document[number - 1]
    height = page.get_height()
    words = _words(page, height, number, unread)
    kinds = Counter(one.type for one in page.get_objects(max_depth=2))
    if len(words) < FEW_WORDS and kinds[raw.FPDF_PAGEOBJ_IMAGE]:
        words = _read_picture(page, number)
        if not words:
            unread.append(Unread(scan.NO_TEXT, number))
    tables: list[Table] = []
    if kinds[raw.FPDF_PAGEOBJ_PATH] >= RULES and words:
        tables, taken = ruled_tables(plumber.tables(number), number, words)
        words = [word for word in words if id(word) not in taken]
    page.close()
    return laid_out(number, height, pieces_of(words), tables)


def _words(page: pdfium.PdfPage, height: float, number: int, unread: list[Unread]) -> list[Piece]:
    """The words that a reader sees, in the order of the file."""
    textpage = page.get_textpage()
    text = textpage.get_text_range()
    words: list[Piece] = []
    pale: list[int] = []
    left_edge, bottom_edge, _, _ = page.get_cropbox()
    box = [ctypes.c_double() for _ in range(4)]
    colour = [ctypes.c_uint() for _ in range(4)]
    matrix = raw.FS_MATRIX()
    for match in WORD.finditer(text):
        first, last = match.start(), match.end() - 1
        size = raw.FPDFText_GetFontSize(textpage, first)
        if raw.FPDFText_GetMatrix(textpage, first, ctypes.byref(matrix)):
            size *= math.hypot(matrix.c, matrix.d)  # a font's size is often 1, or 300, and the matrix does the rest
            if abs(matrix.b) > abs(matrix.a):
                continue  # a note written up the margin
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
    # A shadow or a second layer draws the same word at the same place.
    seen = {(word.text, round(word.left), round(word.bottom)): word for word in words if id(word) not in hidden}
    return [word for word in seen.values() if word.text]


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


def _read_picture(page: pdfium.PdfPage, number: int) -> list[Piece]:
    """The words of a page that is a picture. Raises `DocumentError`."""
    if not scan.is_installed():
        raise DocumentError(scan.NO_TESSERACT)
    for one in page.get_objects(filter=[raw.FPDF_PAGEOBJ_IMAGE], max_depth=2):
        scan.check_size(*one.get_px_size())
    most = (scan.MOST_PIXELS / (page.get_width() * page.get_height())) ** 0.5
    scale = min(scan.READ_AT / 72, most)
    return scan.words_in(page.render(scale=scale, grayscale=True).to_pil(), number, 1 / scale)
