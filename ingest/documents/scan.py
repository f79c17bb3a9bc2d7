"""Pages without text and images: read by Tesseract, when it is installed."""

from __future__ import annotations

import shutil
from collections.abc import Sequence
from pathlib import Path
from statistics import median

import numpy as np
import pytesseract
from PIL import Image, ImageSequence, UnidentifiedImageError
from scipy.ndimage import binary_opening

from assistant.errors import DocumentError
from ingest.documents.blocks import Parsed, Unread
from ingest.documents.layout import DESCENT, Piece, levels, on_line
from ingest.documents.lost import unread_words
from ingest.documents.pages import blocks_of, laid_out
from ingest.documents.ruled import Rules, rules_from_dots

MOST_PIXELS = 60_000_000  # of one page: a sheet of letter size at 800 dots an inch
READ_AT = 250  # dots an inch for pages that are drawn to be read
LEAST_SURE = 40  # of a hundred; below, a word is a smudge
DARK = 160  # of 255, below which a dot is ink
LINE = 90  # dots of a straight line
CAPITAL, SMALL, TAIL = 0.72, 0.52, 0.21  # heights of letters and of what hangs below the line, of a print's size
TALL, TAILED = frozenset("bdfhklt()[]{}/$%&!?|\\'\"*"), frozenset("gjpqyQ()[]{}/$,;|")
UNEVEN = 0.16  # of the usual size, by which a line may be measured wrong
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
                words, rules = words_in(frame, number, 72.0 / dots)
                pages.append(laid_out(number, frame.height * 72.0 / dots, words, rules))
                if not words:
                    unread.append(Unread(NO_TEXT, number))
    except (UnidentifiedImageError, OSError, Image.DecompressionBombError) as error:
        raise DocumentError(f"The picture is cut off or broken ({error}). Scan it anew and add that.") from error
    blocks = tuple(blocks_of(pages))
    return Parsed(blocks, pages=len(pages), unread=(*unread, *unread_words(pages, blocks)))


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


def words_in(image: Image.Image, page: int, scale: float) -> tuple[list[Piece], Rules]:
    """The words of a page that is a picture, line by line, and the lines drawn on it; `scale` turns its dots into
    points. Raises `DocumentError`.

    Tesseract takes a table with lines for a drawing, so the lines go first.
    """
    dots = np.array(image.convert("L"))
    dark = dots < DARK
    level, upright = (binary_opening(dark, np.ones(shape, dtype=bool)) for shape in ((1, LINE), (LINE, 1)))
    dots[level | upright] = 255
    try:
        found = pytesseract.image_to_data(
            Image.fromarray(dots), config="--psm 11", timeout=SECONDS, output_type=pytesseract.Output.DICT
        )
    except (RuntimeError, pytesseract.TesseractError) as error:
        raise DocumentError(f"Tesseract gave up on page {page} ({error}). Scan the page anew.") from error
    words = []
    for number, text in enumerate(found["text"]):
        if text.strip(" |_") and float(found["conf"][number]) >= LEAST_SURE:
            left, top, width, height = (found[side][number] * scale for side in ("left", "top", "width", "height"))
            words.append(_word(text.strip(), left, top, left + width, top + height))
    return _evened(words), rules_from_dots(level, upright, scale)


def _word(text: str, left: float, top: float, right: float, bottom: float) -> Piece:
    """A word whose size is told by the letters that it has: "core" is half as high as "(Dog)" in the same print."""
    above = CAPITAL if any(letter in TALL or letter.isupper() or letter.isdigit() for letter in text) else SMALL
    below = TAIL if any(letter in TAILED for letter in text) else 0.0
    size = (bottom - top) / (above + below)
    return on_line(text, left, right, bottom - below * size, size)


def _evened(words: Sequence[Piece]) -> list[Piece]:
    """The words line by line, those of a line as large as most of them, and lines that differ little alike."""
    lines = levels(words)
    sizes = [_usual(line) for line in lines]
    body = _usual(words) if words else 0.0
    even: list[Piece] = []
    for line, size in zip(lines, sizes, strict=True):
        size = body if abs(size - body) <= UNEVEN * body else float(round(size))
        foot = median(word.bottom - DESCENT * word.size for word in line)
        even += [on_line(word.text, word.left, word.right, foot, size) for word in line]
    return even


def _usual(words: Sequence[Piece]) -> float:
    """The size of most letters, measured on the longer words: short ones are measured badly."""
    return median(word.size for word in words for _ in range(len(word.text)))
