"""A page of a PDF, or a scanned picture, as an image with the quote highlighted."""

from __future__ import annotations

import threading
import unicodedata
from collections.abc import Iterable
from pathlib import Path

import pypdfium2 as pdfium
from PIL import Image, ImageChops, ImageDraw

from assistant.errors import DocumentError
from assistant.types import Box
from ingest.documents.scan import check_size, dots_an_inch

WIDTH = 1_100  # pixels of the image; twice what a narrow page shows, so that small print can be read
MOST_SCALE = 3.0  # pixels a point, for pages that are smaller than a card
MARKER = (255, 222, 120)
AROUND = 2.0  # points of colour around what is marked
PICTURES = frozenset({".png", ".jpg", ".jpeg", ".tif", ".tiff", ".bmp", ".webp", ".gif"})
_PDFIUM = threading.Lock()  # PDFium keeps state between calls and answers one thread at a time

Rectangle = tuple[float, float, float, float]  # left, top, right, bottom in pixels


def has_pages(path: Path) -> bool:
    """Whether a file's pages can be shown as images."""
    return path.suffix.lower() == ".pdf" or path.suffix.lower() in PICTURES


def page_image(path: Path, page: int, quote: str, boxes: Iterable[Box] = ()) -> Image.Image:
    """The page, counted from 1, with the quote marked; with `boxes` marked where the page's own text lacks the quote.

    Raises `DocumentError` when the file or the page cannot be drawn.
    """
    own = [box for box in boxes if box.page == page]
    try:
        if path.suffix.lower() in PICTURES:
            return _picture(path, page, own)
        with _PDFIUM, pdfium.PdfDocument(path) as document:
            return _drawn(document[page - 1], quote, own)
    except (OSError, IndexError, ValueError, pdfium.PdfiumError, Image.DecompressionBombError) as error:
        raise DocumentError(f"Page {page} of {path.name} cannot be drawn ({error}). Open the file itself.") from error


def _drawn(page: pdfium.PdfPage, quote: str, boxes: list[Box]) -> Image.Image:
    scale = min(WIDTH / max(page.get_width(), 1.0), MOST_SCALE)
    bitmap = page.render(scale=scale)
    converter = bitmap.get_posconv(page)
    textpage = page.get_textpage()
    marked: list[Rectangle] = []
    if (found := _place_of(quote, textpage.get_text_range())) is not None:
        first, last = found
        for number in range(textpage.count_rects(first, last - first + 1)):
            left, bottom, right, top = textpage.get_rect(number)
            x0, y0 = converter.to_bitmap(left, top)
            x1, y1 = converter.to_bitmap(right, bottom)
            marked.append((min(x0, x1), min(y0, y1), max(x0, x1), max(y0, y1)))
    else:
        marked = [_scaled(box, scale) for box in boxes]
    image = bitmap.to_pil().convert("RGB")
    textpage.close()
    bitmap.close()
    return _highlighted(image, marked, AROUND * scale)


def _picture(path: Path, page: int, boxes: list[Box]) -> Image.Image:
    with Image.open(path) as opened:
        check_size(*opened.size)
        opened.seek(page - 1)
        dots, image = dots_an_inch(opened), opened.convert("RGB")
    smaller = min(WIDTH / image.width, 1.0)
    image = image.resize((max(1, round(image.width * smaller)), max(1, round(image.height * smaller))))
    scale = smaller * dots / 72.0
    return _highlighted(image, [_scaled(box, scale) for box in boxes], AROUND * scale)


def _scaled(box: Box, scale: float) -> Rectangle:
    return box.left * scale, box.top * scale, box.right * scale, box.bottom * scale


def _highlighted(image: Image.Image, marked: Iterable[Rectangle], around: float) -> Image.Image:
    """As with a marker pen: what is dark stays dark."""
    ink = Image.new("RGB", image.size, "white")
    pen = ImageDraw.Draw(ink)
    for left, top, right, bottom in marked:
        pen.rectangle((left - around, top - around, right + around, bottom + around), fill=MARKER)
    return ImageChops.multiply(image, ink)


def _place_of(quote: str, text: str) -> tuple[int, int] | None:
    """First and last index of the quote in a page's text; both compared by letters and digits alone.

    So line ends, hyphens at them and typographic marks do not matter.
    """
    wanted = "".join(letter for letter, _ in _letters(quote))
    held = list(_letters(text))
    start = "".join(letter for letter, _ in held).find(wanted) if wanted else -1
    return (held[start][1], held[start + len(wanted) - 1][1]) if start >= 0 else None


def _letters(text: str) -> Iterable[tuple[str, int]]:
    """Letters and digits in lower case, each with its index in the text; ligatures as the letters they stand for."""
    for index, character in enumerate(text):
        for letter in unicodedata.normalize("NFKC", character).lower():
            if letter.isalnum():
                yield letter, index
