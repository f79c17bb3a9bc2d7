"""The words of a PDF page as a person sees them, upright and in the order of the file.

PDFium tells every word that a file holds, also those that nobody sees. A word counts as seen when its ink shows on the
drawn page; what does not show, and what runs across the reading direction, is left out and told.
"""

from __future__ import annotations

import ctypes
import math
import re
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import pypdfium2 as pdfium
import pypdfium2.raw as raw

from assistant.types import Box
from ingest.documents.drawn import Drawing, Frame, frame_of
from ingest.documents.layout import DESCENT, Piece, on_line

LEAST_SIZE = 2.0  # points of letters that can be read
BOLD = 600
BOLD_NAME = re.compile(rb"bold|black|heavy|demi", re.IGNORECASE)
LONGEST_NAME = 128
UPRIGHT = 0.25  # of a page's letters, below which it is to be read another way up than it is shown
SLANT = 0.2  # of its direction, from which a word runs neither level nor upright: a stamp across the page
SCANNED = 0.5  # of a page covered by pictures, from which it is a scan
RAISED = 0.85  # of the letters before, below which digits at a word's end are the mark of a footnote
UNSEEN = "Text that cannot be seen (in the colour of the page, tiny, covered, or beyond its edge) was left out."
INVISIBLE = "Invisible text that stands behind no scanned picture was left out."
ACROSS = "Text that runs across the reading direction, such as a note up the margin, was left out."
WORD = re.compile(r"\S+")
MARKED = re.compile(r".\d$")  # a word that may end with the mark of a footnote
SUPERSCRIPT = str.maketrans("0123456789", "⁰¹²³⁴⁵⁶⁷⁸⁹")
NO_LETTER = re.compile("[\\x00-\\x08\\x0e-\\x1f\\ufffe\\uffff\\u00ad\\u200b]")
LETTERS = str.maketrans({"ﬁ": "fi", "ﬂ": "fl", "ﬀ": "ff", "ﬃ": "ffi", "ﬄ": "ffl",
                         "\uf0b7": "•", "\uf0a7": "•", "▪": "•", "●": "•", "‣": "•", "◦": "○", "■": "•"})  # fmt: skip


@dataclass(frozen=True, slots=True)
class _Word:
    """A word as it stands in the file."""

    text: str
    x: float  # where it begins, on the line that it stands on
    y: float
    corners: tuple[tuple[float, float], tuple[float, float]]  # of its letters
    size: float
    bold: bool
    quarter: int | None  # None for one that is slanted
    invisible: bool


def seen_words(page: pdfium.PdfPage, drawing: Drawing) -> tuple[list[Piece], Frame, list[str]]:
    """The words that a person sees, the frame in which they stand, and what was left out."""
    shown = frame_of(page)
    textpage = page.get_textpage()
    found = list(_words_in(textpage))
    textpage.close()
    quarters = Counter[int]()
    for word in found:
        if word.quarter is not None:
            quarters[word.quarter] += len(word.text)
    turned = quarters[shown.quarter] < UPRIGHT * quarters.total()
    frame = frame_of(page, quarters.most_common(1)[0][0]) if turned else shown
    upright = [word for word in found if word.quarter == frame.quarter]
    left_out = [ACROSS] if len(upright) < len(found) else []
    scanned = any(word.invisible for word in upright) and _is_scan(page, frame)
    seen: list[Piece] = []
    for word in upright:
        piece = _piece(word, frame)
        if word.size < LEAST_SIZE or not drawing.has_ink(frame.turned_box(_letters_of(piece), shown)):
            left_out += [UNSEEN] if any(map(str.isalnum, word.text)) else []
        elif word.invisible and not scanned:
            left_out.append(INVISIBLE)
        else:
            seen.append(piece)
    return _once(seen), frame, list(dict.fromkeys(left_out))


def _words_in(textpage: pdfium.PdfTextPage) -> Iterator[_Word]:
    """All words that a page holds, also those that nobody sees."""
    box = [ctypes.c_double() for _ in range(4)]
    x, y = ctypes.c_double(), ctypes.c_double()
    matrix = raw.FS_MATRIX()
    for match in WORD.finditer(_text_of(textpage)):
        first, last = match.start(), match.end() - 1
        size = raw.FPDFText_GetFontSize(textpage, first)
        quarter: int | None = 0
        if raw.FPDFText_GetMatrix(textpage, first, ctypes.byref(matrix)):
            size *= math.hypot(matrix.c, matrix.d)  # a font's size is often 1, or 300, and the matrix does the rest
            quarter = _quarter(matrix.a, matrix.b)
        corners = []
        for index in (first, last):
            raw.FPDFText_GetCharBox(textpage, index, *map(ctypes.byref, box))
            corners.append([value.value for value in box])  # left, right, bottom, top
        left, right = min(c[0] for c in corners), max(c[1] for c in corners)
        bottom, top = min(c[2] for c in corners), max(c[3] for c in corners)
        if size < LEAST_SIZE:
            size = top - bottom
        if not (text := _clean(match.group())):
            continue
        if not raw.FPDFText_GetCharOrigin(textpage, first, ctypes.byref(x), ctypes.byref(y)):
            x.value, y.value = left, bottom
        mode = raw.FPDFTextObj_GetTextRenderMode(raw.FPDFText_GetTextObject(textpage, first))
        bold = raw.FPDFText_GetFontWeight(textpage, first) >= BOLD or _is_bold_by_name(textpage, first)
        yield _Word(
            _with_footnote(text, textpage, first, last, size), x.value, y.value, ((left, bottom), (right, top)), size,
            bold, quarter, mode == raw.FPDF_TEXTRENDERMODE_INVISIBLE,
        )  # fmt: skip


def _text_of(textpage: pdfium.PdfTextPage) -> str:
    """A page's text, one character for each that PDFium counts: some have none of their own, or two."""
    text: str = textpage.get_text_range()
    count = textpage.count_chars()
    if len(text) == count:
        return text
    return "".join(chr(raw.FPDFText_GetUnicode(textpage, index) or 32) for index in range(count))


def _quarter(along: float, up: float) -> int | None:
    """By how many quarters a word is turned; None for one that is slanted."""
    if min(abs(along), abs(up)) > SLANT * max(abs(along), abs(up)):
        return None
    return round(math.atan2(up, along) / (math.pi / 2)) % 4


def _clean(word: str) -> str:
    """Without the marks that PDFium puts for what has no letter; ligatures written out, a list's marks made one."""
    return NO_LETTER.sub("", word).translate(LETTERS)


def _with_footnote(text: str, textpage: pdfium.PdfTextPage, first: int, last: int, size: float) -> str:
    """A word whose footnote's mark, drawn small at its end, reads as no part of its number: "12 months ⁴"."""
    if not MARKED.search(text) or len(text) != last - first + 1:
        return text
    cut = len(text)
    while (
        cut > 1
        and (text[cut - 1].isdigit() or text[cut - 1] == ",")
        and _size_at(textpage, first + cut - 1) < RAISED * size
    ):
        cut -= 1
    return text if cut == len(text) else f"{text[:cut]} {text[cut:].translate(SUPERSCRIPT)}"


def _is_bold_by_name(textpage: pdfium.PdfTextPage, index: int) -> bool:
    """Whether a letter's font is called bold: many that are do not say so otherwise."""
    name = ctypes.create_string_buffer(LONGEST_NAME)
    raw.FPDFText_GetFontInfo(textpage, index, name, LONGEST_NAME, None)
    return BOLD_NAME.search(name.value) is not None


def _size_at(textpage: pdfium.PdfTextPage, index: int) -> float:
    """The size of a letter: a font's size is often 1, or 300, and the matrix does the rest."""
    matrix = raw.FS_MATRIX()
    size = raw.FPDFText_GetFontSize(textpage, index)
    found = raw.FPDFText_GetMatrix(textpage, index, ctypes.byref(matrix))
    return float(size * math.hypot(matrix.c, matrix.d) if found else size)


def _piece(word: _Word, frame: Frame) -> Piece:
    _, line = frame.place(word.x, word.y)
    xs = [frame.place(*corner)[0] for corner in word.corners]
    return on_line(word.text, min(xs), max(xs), line, word.size, word.bold)


def _letters_of(piece: Piece) -> Box:
    """Where a word's letters stand, without what is above and below them."""
    return Box(0, piece.left, piece.top + 0.1 * piece.size, piece.right, piece.bottom - DESCENT * piece.size)


def _is_scan(page: pdfium.PdfPage, frame: Frame) -> bool:
    """Whether pictures cover most of a page, which then has the text that was read from them behind it."""
    area = 0.0
    for one in page.get_objects(filter=[raw.FPDF_PAGEOBJ_IMAGE], max_depth=3):
        left, bottom, right, top = one.get_bounds()
        area += (right - left) * (top - bottom)
    return area >= SCANNED * frame.width * frame.height


def _once(words: Sequence[Piece]) -> list[Piece]:
    """Each word once: a shadow or a second layer draws the same word at the same place."""
    kept: dict[str, list[Piece]] = {}
    once = []
    for word in words:
        twins = kept.setdefault(word.text, [])
        if not any(abs(twin.left - word.left) < 1.5 and abs(twin.bottom - word.bottom) < 1.5 for twin in twins):
            twins.append(word)
            once.append(word)
    return once
