"""Pages without text and images: read by Tesseract, when it is installed."""

from __future__ import annotations

import shutil
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from statistics import median

import numpy as np
import pytesseract
from PIL import Image, ImageSequence, UnidentifiedImageError
from scipy.ndimage import binary_dilation, binary_opening

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
MOST_AGAIN = 40  # words of a page that are read once more
AROUND = 8  # dots around such a word
LINE = 90  # dots of a straight line
EDGE = 2  # dots of grey beside it
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
                found = words_in(frame, number, 72.0 / dots)
                pages.append(laid_out(number, frame.height * 72.0 / dots, found.words, found.rules))
                unread += found.unread(number)
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


@dataclass(frozen=True, slots=True)
class Scanned:
    """What was read from a picture: its words line by line, the lines drawn on it, and how many words are unsure."""

    words: tuple[Piece, ...]
    rules: Rules
    unsure: int

    def unread(self, page: int) -> Iterator[Unread]:
        if not self.words:
            yield Unread(NO_TEXT, page)
        elif self.unsure:
            yield Unread(f"{self.unsure} words of the scan could not be read for sure and were left out.", page)


def words_in(image: Image.Image, page: int, scale: float) -> Scanned:
    """What stands on a page that is a picture; `scale` turns its dots into points. Raises `DocumentError`.

    Tesseract takes a table with lines for a drawing, so the lines go first. It stumbles over the wide gaps that are
    left, so what it is not sure of is read once more, each word for itself.
    """
    dots = np.array(image.convert("L"))
    dark = dots < DARK
    level, upright = (binary_opening(dark, np.ones(shape, dtype=bool)) for shape in ((1, LINE), (LINE, 1)))
    dots[_widened(level, 0) | _widened(upright, 1)] = 255
    words: list[Piece] = []
    unsure = again = 0
    for found in _read(Image.fromarray(dots), "--psm 11", page):
        text, sure = found.text, found.sure
        if sure < LEAST_SURE and again < MOST_AGAIN:
            again += 1
            left, top, right, bottom = found.place
            part = dots[max(top - AROUND, 0) : bottom + AROUND, max(left - AROUND, 0) : right + AROUND]
            alone = _read(Image.fromarray(np.pad(part, AROUND, constant_values=255)), "--psm 7", page)
            text, sure = " ".join(one.text for one in alone), min((one.sure for one in alone), default=0.0)
        if sure < LEAST_SURE:
            unsure += any(map(str.isalnum, found.text))
        else:
            words.append(_word(text, *(edge * scale for edge in found.place)))
    return Scanned(tuple(_evened(words)), rules_from_dots(level, upright, scale), unsure)


@dataclass(frozen=True, slots=True)
class _Found:
    """A word as Tesseract found it: left, top, right and bottom in dots, and how sure it is, of a hundred."""

    text: str
    place: tuple[int, int, int, int]
    sure: float


def _read(image: Image.Image, config: str, page: int) -> list[_Found]:
    try:
        told = pytesseract.image_to_data(image, config=config, timeout=SECONDS, output_type=pytesseract.Output.DICT)
    except (RuntimeError, pytesseract.TesseractError) as error:
        raise DocumentError(f"Tesseract gave up on page {page} ({error}). Scan the page anew.") from error
    words = zip(*(told[name] for name in ("text", "left", "top", "width", "height", "conf")), strict=True)
    return [
        _Found(text.strip().strip("|_"), (left, top, left + width, top + height), float(sure))
        for text, left, top, width, height, sure in words
        if text.strip(" |_")
    ]


def _widened(line: np.ndarray, across: int) -> np.ndarray:
    """The dots of lines and of the grey at their edges, which Tesseract would take for strokes of letters."""
    shape = (2 * EDGE + 1, 1) if across == 0 else (1, 2 * EDGE + 1)
    return np.asarray(binary_dilation(line, np.ones(shape, dtype=bool)))


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
