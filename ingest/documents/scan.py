"""Pages without text and images: read by Tesseract, when it is installed."""

from __future__ import annotations

import shutil
from pathlib import Path

import numpy as np
import pytesseract
from PIL import Image, ImageSequence, UnidentifiedImageError
from scipy.ndimage import binary_opening

from assistant.errors import DocumentError
from ingest.documents.blocks import Parsed, Unread
from ingest.documents.layout import Piece, pieces_of
from ingest.documents.pages import blocks_of, laid_out

MOST_PIXELS = 60_000_000  # of one page: a sheet of letter size at 800 dots an inch
READ_AT = 250  # dots an inch for pages that are drawn to be read
LEAST_SURE = 40  # of a hundred; below, a word is a smudge
DARK = 160  # of 255, below which a dot is ink
LINE = 90  # dots of a straight line
SECONDS = 60  # for one page
NO_TEXT = "It is a picture in which no text was found."
NO_TESSERACT = (
    "It is a picture without text, and Tesseract, which reads pictures, is not installed. "
    "Install it (Debian and Ubuntu: sudo apt-get install tesseract-ocr; macOS: brew install tesseract; "
    "Windows: winget install UB-Mannheim.TesseractOCR), then run `bitewing ingest` again."
)

Image.MAX_IMAGE_PIXELS = None  # `check_size` holds a limit of our own, before anything is decoded


def read(path: Path) -> Parsed:
    """An image file, each of its frames a page. Raises `DocumentError` without Tesseract and for a huge image."""
    if not is_installed():
        raise DocumentError(NO_TESSERACT)
    pages = []
    unread: list[Unread] = []
    try:
        with Image.open(path) as image:
            check_size(*image.size)
            dots = dots_an_inch(image)
            for number, frame in enumerate(ImageSequence.Iterator(image), 1):
                words = words_in(frame.convert("L"), number, 72.0 / dots)
                pages.append(laid_out(number, frame.height * 72.0 / dots, pieces_of(words)))
                if not words:
                    unread.append(Unread(NO_TEXT, number))
    except (UnidentifiedImageError, OSError, Image.DecompressionBombError) as error:
        raise DocumentError(f"The picture is cut off or broken ({error}). Scan it anew and add that.") from error
    return Parsed(tuple(blocks_of(pages)), pages=len(pages), unread=tuple(unread))


def is_installed() -> bool:
    return shutil.which("tesseract") is not None


def dots_an_inch(image: Image.Image) -> float:
    """What the picture says of itself, or what pages are scanned at."""
    return float(image.info.get("dpi", (READ_AT, READ_AT))[0]) or READ_AT


def check_size(width: int, height: int) -> None:
    """Raises `DocumentError` for a picture that says it is larger than any page needs."""
    if width * height > MOST_PIXELS:
        raise DocumentError(
            f"The picture says it has {width:,} × {height:,} dots, more than any page needs. Scan it anew at 300 dpi."
        )


def words_in(image: Image.Image, page: int, scale: float) -> list[Piece]:
    """The words of a page that is a picture; `scale` turns its dots into points. Raises `DocumentError`.

    Tesseract takes a table with lines for a drawing, so the lines go first.
    """
    image = _without_lines(image)
    try:
        found = pytesseract.image_to_data(
            image, config="--psm 11", timeout=SECONDS, output_type=pytesseract.Output.DICT
        )
    except (RuntimeError, pytesseract.TesseractError) as error:
        raise DocumentError(f"Tesseract gave up on page {page} ({error}). Scan the page anew.") from error
    words = []
    for number, text in enumerate(found["text"]):
        if text.strip(" |_") and float(found["conf"][number]) >= LEAST_SURE:
            left, top, width, height = (found[side][number] * scale for side in ("left", "top", "width", "height"))
            words.append(Piece(text.strip(), left, top, left + width, top + height, round(height)))
    return words


def _without_lines(image: Image.Image) -> Image.Image:
    """The page without straight lines longer than any stroke of a letter."""
    page = np.array(image.convert("L"))
    dark = page < DARK
    for shape in ((1, LINE), (LINE, 1)):
        page[binary_opening(dark, np.ones(shape, dtype=bool))] = 255
    return Image.fromarray(page)
