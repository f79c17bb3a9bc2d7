"""From words on a page to lines in reading order, and to tables whose columns are told by alignment alone.

Columns are found by cutting a page at its empty strips, first across and then down (recursive XY-cut: Nagy and Seth,
ICPR 1984). All lengths are points from the page's upper left corner.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from ingest.documents.tables import is_figure

CELL_GAP = 1.6  # widths of a letter's height between two words, from which they belong to different cells or columns
SAME_LINE = 0.5  # of a letter's height by which words of one line may stand apart
GUTTER = 7.0  # the narrowest empty strip between columns
PARAGRAPH = 1.1  # letter heights of an empty strip that ends what stands above it
LEAST_ROWS, LEAST_COLUMNS = 3, 3  # of an aligned table
INDENT = 40.0  # points by which the first row of a table may be indented
VALUE_WORDS = 4  # of a cell that is a value
CELL_WORDS = 4  # of half the cells of a table at most
ITEM_MARKS = (
    "•",
    "▪",
    "●",
    "○",
    "–",
    "‣",
    "\uf0b7",
    "\uf0a7",
    "■",
    "◦",
    "-",
    "*",
)  # of a list; two are of a symbol font
LESSER_ITEM = "o "  # the mark of an item of a list within a list, as word processors draw it
EDGE = 4.0  # by which cells of one column may begin apart


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


def joined(pieces: Sequence[Piece]) -> Piece:
    """Several pieces as one, their words in the given order."""
    return Piece(
        " ".join(piece.text for piece in pieces),
        min(p.left for p in pieces), min(p.top for p in pieces),
        max(p.right for p in pieces), max(p.bottom for p in pieces),
        max(p.size for p in pieces), all(p.bold for p in pieces),
    )  # fmt: skip


def pieces_of(words: Sequence[Piece]) -> list[Piece]:
    """Words in the order of the file, put together where one follows the other without a gap."""
    pieces: list[list[Piece]] = []
    for word in words:
        last = pieces[-1][-1] if pieces else None
        if last is not None and _follows(word, last):
            pieces[-1].append(word)
        else:
            pieces.append([word])
    return [joined(row) for row in pieces]


def _follows(word: Piece, last: Piece) -> bool:
    size = max(word.size, last.size, 1.0)
    level = abs(word.bottom - last.bottom) <= SAME_LINE * size or abs(word.middle - last.middle) <= SAME_LINE * size
    return level and -size <= word.left - last.right <= CELL_GAP * size


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


@dataclass(frozen=True, slots=True)
class Aligned:
    """A table without lines: its rows of cells, and where it and each row stand."""

    rows: tuple[tuple[str, ...], ...]
    places: tuple[Piece, ...]
    pieces: frozenset[int]  # ids of the pieces that it took


def aligned_tables(pieces: Sequence[Piece]) -> list[Aligned]:
    """Runs of levels whose cells stand in the same columns: three or more, or two where the second holds values."""
    tables: list[Aligned] = []
    run: list[list[Piece]] = []
    edges: list[tuple[float, float]] = []  # where each column begins, and its middle
    for level in [*levels(pieces), []]:
        near = bool(run) and bool(level) and level[0].top - run[-1][0].bottom < 3 * level[0].size
        if near and _fits(level, edges) and (len(level) > 1 or _goes_on(level[0], run, edges)):
            run.append(level)
            continue
        if (table := _table(run, edges)) is not None:
            tables.append(table)
        run = [level] if _begins(level) else []
        edges = [(piece.left, piece.centre) for piece in level]
    return tables


def _begins(level: Sequence[Piece]) -> bool:
    """Whether a level may be the first row of a table."""
    return len(level) >= LEAST_COLUMNS or (len(level) == 2 and _is_value(level[1].text))


def _goes_on(piece: Piece, run: Sequence[Sequence[Piece]], edges: Sequence[tuple[float, float]]) -> bool:
    """Whether a piece alone is a further line of the row above, or a heading within a table of values."""
    further = piece.left > edges[0][0] + EDGE
    return further or (len(edges) == 2 and len(run[-1]) > 1 and not piece.text.endswith("."))


def _is_value(text: str) -> bool:
    """Whether a cell is a value, such as "$50", "100%" or "Not covered"."""
    words = text.split()
    return len(words) <= VALUE_WORDS and (any(map(str.isdigit, text)) or is_figure(text))


def _fits(level: Sequence[Piece], edges: Sequence[tuple[float, float]]) -> bool:
    """Whether each cell begins where a column does, or stands in its middle; the first may be indented."""
    rest = level[1:] if _is_indented(level[0], edges) else level
    return len(level) <= len(edges) and all(min(_off(piece, edge) for edge in edges) <= EDGE for piece in rest)


def _is_indented(piece: Piece, edges: Sequence[tuple[float, float]]) -> bool:
    """Whether the first piece of a level stands in the first column, a little in or out."""
    return len(edges) > 1 and piece.right < edges[1][0] and abs(piece.left - edges[0][0]) < INDENT


def _column(piece: Piece, edges: Sequence[tuple[float, float]]) -> int:
    return min(range(len(edges)), key=lambda column: _off(piece, edges[column]))


def _off(piece: Piece, edge: tuple[float, float]) -> float:
    """How far a cell stands from a column, to the left or centred."""
    return min(abs(piece.left - edge[0]), abs(piece.centre - edge[1]))


def _table(run: Sequence[Sequence[Piece]], edges: Sequence[tuple[float, float]]) -> Aligned | None:
    while run and len(run[-1]) == 1 and len(edges) == 2:
        run = run[:-1]  # a heading of what follows
    rows: list[list[list[Piece]]] = []
    for level in run:
        cells: list[list[Piece]] = [[] for _ in edges]
        for position, piece in enumerate(level):
            cells[0 if position == 0 and _is_indented(piece, edges) else _column(piece, edges)].append(piece)
        if rows and not cells[0]:
            for held, more in zip(rows[-1], cells, strict=True):  # a further line of the row above
                held += more
        else:
            rows.append(cells)
    lengths = sorted(sum(len(piece.text.split()) for piece in cell) for row in rows for cell in row if cell)
    if len(rows) < LEAST_ROWS or lengths[len(lengths) // 2] > CELL_WORDS:
        return None  # columns of text, whose lines stand level by chance
    return Aligned(
        tuple(tuple(" ".join(piece.text for piece in cell) for cell in row) for row in rows),
        tuple(joined([piece for cell in row for piece in cell]) for row in rows),
        frozenset(id(piece) for level in run for piece in level),
    )


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


def text_of(lines: Sequence[Piece]) -> str:
    """A paragraph's lines as one, words that were parted at a line's end put together, the mark of an item left out."""
    text = ""
    for line in lines:
        if line.text.startswith(LESSER_ITEM) and text:
            text = f"{text} – {line.text.removeprefix(LESSER_ITEM)}"
        elif text.endswith("-") and len(text) > 1 and text[-2].isalpha() and line.text[:1].islower():
            text = text[:-1] + line.text
        else:
            text = f"{text} {line.text}"
    return " ".join(text.split()).lstrip("".join(ITEM_MARKS[:-2])).strip().removeprefix("- ").removeprefix("* ")
