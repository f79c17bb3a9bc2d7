"""PDF: text in reading order, headings, tables with or without lines, and pages that are pictures.

What cannot be seen is left out and told; what repeats at the head and foot of pages is left out.
"""

from __future__ import annotations

from concurrent.futures import ProcessPoolExecutor
from pathlib import Path

import pypdfium2 as pdfium
import pypdfium2.raw as raw

from assistant.errors import DocumentError
from ingest.documents import scan
from ingest.documents.blocks import Parsed, Unread
from ingest.documents.drawn import drawing_of, frame_of
from ingest.documents.lost import unread_words
from ingest.documents.pages import Page, blocks_of, laid_out
from ingest.documents.ruled import rules_of
from ingest.documents.words import seen_words

MOST_PAGES = 10_000
LONG = 60  # pages from which a second process pays
FEW_WORDS = 5  # on a page with a picture: then the picture is the page


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
    blocks = tuple(blocks_of(pages))
    unread += unread_words(pages, blocks)
    return Parsed(blocks, pages=count, title=" ".join(title.split()), unread=tuple(unread))


def _pages(path: Path, first: int, last: int) -> tuple[list[Page], list[Unread]]:
    """The pages from `first` to `last`, and what of them could not be read."""
    pages: list[Page] = []
    unread: list[Unread] = []
    with pdfium.PdfDocument(path) as document:
        for number in range(first, last + 1):
            try:
                pages.append(_page(document[number - 1], number, unread))
            except (pdfium.PdfiumError, DocumentError) as error:
                unread.append(Unread(str(error), number))
    return pages, unread


def _page(page: pdfium.PdfPage, number: int, unread: list[Unread]) -> Page:
    drawing = drawing_of(page)
    words, frame, left_out = seen_words(page, drawing)
    shown = frame_of(page)
    unread += [Unread(why, number) for why in left_out]
    if len(words) < FEW_WORDS and any(page.get_objects(filter=[raw.FPDF_PAGEOBJ_IMAGE], max_depth=2)):
        scanned = _read_picture(page, number)
        unread += scanned.unread(number)
        words, rules, frame = list(scanned.words), scanned.rules, shown
    else:
        rules = rules_of(page, frame, drawing)
    page.close()
    return laid_out(number, frame.height, words, rules, turned=None if frame == shown else (frame, shown))


def _read_picture(page: pdfium.PdfPage, number: int) -> scan.Scanned:
    """What stands on a page that is a picture. Raises `DocumentError`."""
    if not scan.is_installed():
        raise DocumentError(scan.NO_TESSERACT)
    for one in page.get_objects(filter=[raw.FPDF_PAGEOBJ_IMAGE], max_depth=2):
        scan.check_size(*one.get_px_size())
    most = (scan.MOST_PIXELS / (page.get_width() * page.get_height())) ** 0.5
    scale = min(scan.READ_AT / 72, most)
    return scan.words_in(page.render(scale=scale, grayscale=True).to_pil(), number, 1 / scale)
