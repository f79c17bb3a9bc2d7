"""Pages without text and images: read by Tesseract, when it is installed."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytesseract
from PIL import Image, ImageSequence, UnidentifiedImageError

from assistant.errors import DocumentError
from assistant.types import Box
from ingest.documents.blocks import Block, BlockKind, Parsed, Unread

MOST_PIXELS = 60_000_000  # of one page: a sheet of letter size at 800 dots an inch
READ_AT = 250  # dots an inch for pages that are drawn to be read
LEAST_SURE = 40  # of a hundred; below, a word is a smudge
SECONDS = 60  # for one page
NO_TESSERACT = (
    "It is a picture without text, and Tesseract, which reads pictures, is not installed. "
    "Install it (Debian and Ubuntu: sudo apt-get install tesseract-ocr; macOS: brew install tesseract; "
    "Windows: winget install UB-Mannheim.TesseractOCR), then run `bitewing ingest` again."
)

Image.MAX_IMAGE_PIXELS = MOST_PIXELS


def read(path: Path) -> Parsed:
    """An image file, each of its frames a page. Raises `DocumentError` without Tesseract and for a huge image."""
    if not is_installed():
        raise DocumentError(NO_TESSERACT)
    blocks: list[Block] = []
    unread: list[Unread] = []
    try:
        with Image.open(path) as image:
            width, height = image.size
            if width * height > MOST_PIXELS:
                raise DocumentError(
                    f"The picture says it has {width:,} × {height:,} dots, more than any page needs. Scan it anew at "
                    "300 dpi."
                )
            count = getattr(image, "n_frames", 1)
            for number, frame in enumerate(ImageSequence.Iterator(image), 1):
                dots = float(image.info.get("dpi", (READ_AT, READ_AT))[0]) or READ_AT
                found = page_blocks(frame.convert("L"), number, 72.0 / dots)
                blocks += found
                if not found:
                    unread.append(Unread("No text was found in the picture.", number))
    except (UnidentifiedImageError, OSError, Image.DecompressionBombError) as error:
        raise DocumentError(f"The picture is cut off or broken ({error}). Scan it anew and add that.") from error
    return Parsed(tuple(blocks), pages=count, unread=tuple(unread))


def is_installed() -> bool:
    return shutil.which("tesseract") is not None


def page_blocks(image: Image.Image, page: int, scale: float) -> list[Block]:
    """The paragraphs of a page that is a picture; `scale` turns its dots into points. Raises `DocumentError`."""
    try:
        found = pytesseract.image_to_data(image, config="--psm 3", timeout=SECONDS, output_type=pytesseract.Output.DICT)
    except (RuntimeError, pytesseract.TesseractError) as error:
        raise DocumentError(f"Tesseract gave up on page {page} ({error}). Scan the page anew.") from error
    words: dict[tuple[int, int], list[int]] = {}
    for number, text in enumerate(found["text"]):
        if text.strip() and float(found["conf"][number]) >= LEAST_SURE:
            words.setdefault((found["block_num"][number], found["par_num"][number]), []).append(number)
    return [
        Block(
            BlockKind.TEXT,
            " ".join(found["text"][number] for number in numbers),
            page,
            boxes=tuple(_lines(found, numbers, page, scale)),
        )
        for numbers in words.values()
    ]


def _lines(found: dict[str, list[int]], numbers: list[int], page: int, scale: float) -> list[Box]:
    lines: dict[int, list[int]] = {}
    for number in numbers:
        lines.setdefault(found["line_num"][number], []).append(number)
    return [
        Box(
            page,
            min(found["left"][n] for n in line) * scale,
            min(found["top"][n] for n in line) * scale,
            max(found["left"][n] + found["width"][n] for n in line) * scale,
            max(found["top"][n] + found["height"][n] for n in line) * scale,
        )
        for line in lines.values()
    ]
