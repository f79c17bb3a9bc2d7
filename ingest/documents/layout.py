"""From words on a page to lines in reading order, and to paragraphs.

Columns are found by cutting a page at its empty strips, first across and then down (recursive XY-cut: Nagy and Seth,
ICPR 1984). All lengths are points from the page's upper left corner.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass

ASCENT, DESCENT = 0.75, 0.22  # of a letter's size, above and below the line that it stands on
CELL_GAP = 1.6  # widths of a letter's height between two words, from which they belong to different cells or columns
SAME_LINE = 0.5  # of a letter's height by which words of one line may stand apart
GUTTER = 7.0  # the narrowest empty strip between columns
PARAGRAPH = 1.1  # letter heights of an empty strip that ends what stands above it
LIST_GAP = 4.5  # letter heights between the mark of a list's item and its words
ITEM_MARKS = ("•", "○", "–", "◦", "-", "*")  # of a list
MARK = re.compile(r"(?:[•○–◦*-]|\(?(?:\d{1,2}|[a-z]|[ivx]{1,5})[.)]|o)$")  # of a list, standing alone
LESSER_ITEM = "o "  # the mark of an item of a list within a list, as word processors draw it


@dataclass(frozen=True, slots=True)
class Piece:
    """Words in a row without a gap: a line of a column, or a cell."""

    text: str
    left: float
    top: float
    right: float
    bottom: float
    size: float  # of the letters
    bold: bool = False
    begins_bold: bool = False

    @property
    def height(self) -> float:
        return self.bottom - self.top

    @property
    def middle(self) -> float:
        """From the page's top."""
        return (self.top + self.bottom) / 2

    @property
    def centre(self) -> float:
        """From the page's left."""
        return (self.left + self.right) / 2


def on_line(text: str, left: float, right: float, line: float, size: float, bold: bool = False) -> Piece:
    """A word that stands on a line, as high as its letters are large, whichever they are: so words stand level."""
    return Piece(text, left, line - ASCENT * size, right, line + DESCENT * size, size, bold, bold)


def joined(pieces: Sequence[Piece]) -> Piece:
    """Several pieces as one, their words in the given order, as large as the longest: a list's mark may be larger."""
    return Piece(
        " ".join(piece.text for piece in pieces),
        min(p.left for p in pieces), min(p.top for p in pieces),
        max(p.right for p in pieces), max(p.bottom for p in pieces),
        max(pieces, key=lambda p: len(p.text)).size, all(p.bold for p in pieces), pieces[0].begins_bold,
    )  # fmt: skip


def pieces_of(words: Sequence[Piece], parted: Callable[[Piece, Piece], bool] = lambda last, word: False) -> list[Piece]:
    """Words in the order of the file, put together where one follows the other without a gap or a line that parts
    them; the mark of a list's item goes with its words.
    """
    pieces: list[list[Piece]] = []
    for word in words:
        last = pieces[-1][-1] if pieces else None
        gap = LIST_GAP if last is not None and len(pieces[-1]) == 1 and MARK.match(last.text) else CELL_GAP
        if last is not None and _follows(word, last, gap) and not parted(last, word):
            pieces[-1].append(word)
        else:
            pieces.append([word])
    return _with_marks([joined(row) for row in pieces], parted)


def _with_marks(pieces: Sequence[Piece], parted: Callable[[Piece, Piece], bool]) -> list[Piece]:
    """The marks of a list's items with their words, where the file has all marks first."""
    marks = {id(piece): piece for piece in pieces if MARK.match(piece.text)}
    taken: dict[int, Piece] = {}
    for mark in marks.values():
        beside = [
            piece
            for piece in pieces
            if id(piece) not in marks and _follows(piece, mark, LIST_GAP) and piece.left >= mark.right - 1
        ]
        if beside and not parted(mark, first := min(beside, key=lambda piece: piece.left)):
            taken[id(first)] = mark
    alone = set(marks) - {id(mark) for mark in taken.values()}
    return [
        joined([taken[id(piece)], piece]) if id(piece) in taken else piece
        for piece in pieces
        if id(piece) not in marks or id(piece) in alone
    ]


def _follows(word: Piece, last: Piece, gap: float) -> bool:
    size = max(word.size, last.size, 1.0)
    level = abs(word.bottom - last.bottom) <= SAME_LINE * size or abs(word.middle - last.middle) <= SAME_LINE * size
    return level and -size <= word.left - last.right <= gap * size


def in_reading_order(pieces: Sequence[Piece]) -> list[list[Piece]]:
    """The regions of a page in reading order, each with its lines from top to bottom."""
    if not pieces:
        return []
    across = _cut_down(pieces)
    if len(across) > 1:
        return [region for column in across for region in in_reading_order(column)]
    strips = _cut_across(pieces)
    if len(strips) > 1:
        return [region for strip in strips for region in in_reading_order(strip)]
    return [_lines(pieces)]


def _cut_down(pieces: Sequence[Piece]) -> list[list[Piece]]:
    """Columns, left to right, where an empty strip runs from top to bottom between several lines on both sides."""
    groups = _separated([(piece.left, piece.right, piece) for piece in pieces], GUTTER)
    if len(groups) < 2 or min(len(_lines(group)) for group in groups) < 2:
        return [list(pieces)]
    return groups


def _cut_across(pieces: Sequence[Piece]) -> list[list[Piece]]:
    """Strips, top to bottom, at the widest empty strip across the page."""
    size = sorted(piece.size for piece in pieces)[len(pieces) // 2]
    ordered = sorted(pieces, key=lambda piece: piece.top)
    best, at, reach = PARAGRAPH * size, 0, ordered[0].bottom
    for number, piece in enumerate(ordered[1:], 1):
        if piece.top - reach > best:
            best, at = piece.top - reach, number
        reach = max(reach, piece.bottom)
    return [ordered[:at], ordered[at:]] if at else [list(pieces)]


def _separated(spans: Sequence[tuple[float, float, Piece]], gap: float) -> list[list[Piece]]:
    groups: list[list[Piece]] = []
    reach = float("-inf")
    for start, end, piece in sorted(spans, key=lambda span: span[0]):
        if start - reach > gap or not groups:
            groups.append([])
        groups[-1].append(piece)
        reach = max(reach, end)
    return groups


def _lines(pieces: Sequence[Piece]) -> list[Piece]:
    """Pieces on one level put together, left to right, the lines from top to bottom."""
    return [joined(row) for row in levels(pieces)]


def levels(pieces: Sequence[Piece]) -> list[list[Piece]]:
    """Pieces by the level on which they stand, top to bottom, each level left to right."""
    rows: list[list[Piece]] = []
    for piece in sorted(pieces, key=lambda piece: piece.middle):
        if rows and abs(rows[-1][0].middle - piece.middle) <= SAME_LINE * max(piece.size, rows[-1][0].size):
            rows[-1].append(piece)
        else:
            rows.append([piece])
    return [sorted(row, key=lambda piece: piece.left) for row in rows]


def paragraphs(lines: Sequence[Piece]) -> list[list[Piece]]:
    """The lines of a region by paragraph: one ends at a change of letters, a wide gap, a list's next item, or where a
    short line ends a sentence.
    """
    found: list[list[Piece]] = []
    right = max((line.right for line in lines), default=0.0)
    for line in lines:
        last = found[-1][-1] if found else None
        if last is None or _begins_anew(line, last, right):
            found.append([line])
        else:
            found[-1].append(line)
    return found


def _begins_anew(line: Piece, last: Piece, right: float) -> bool:
    if line.text.startswith(LESSER_ITEM) and not last.text.startswith(LESSER_ITEM):
        return False  # what is said of the item above
    changed = abs(line.size - last.size) > 0.8 or line.bold != last.bold
    gap = line.top - last.bottom > 0.75 * max(line.size, last.size)
    item = line.text.startswith(ITEM_MARKS)
    short = last.right < right - 0.2 * (right - last.left) and last.text.rstrip().endswith((".", ":", "?", "!", ";"))
    return changed or gap or item or short


def text_of(lines: Sequence[Piece], keep_marks: bool = False) -> str:
    """A paragraph's lines as one, words that were parted at a line's end put together, the mark of an item left out."""
    text = ""
    for line in lines:
        if line.text.startswith(LESSER_ITEM) and text:
            text = f"{text} – {line.text.removeprefix(LESSER_ITEM)}"
        elif text.endswith("-") and len(text) > 1 and text[-2].isalpha() and line.text[:1].islower():
            text = text[:-1] + line.text
        else:
            text = f"{text} {line.text}"
    text = " ".join(text.split())
    return text if keep_marks else text.lstrip("".join(ITEM_MARKS[:-2])).strip().removeprefix("- ").removeprefix("* ")
