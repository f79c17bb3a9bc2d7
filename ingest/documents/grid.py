"""From the rows of a table to rows that can be read: what names the columns, and what holds for several rows.

A label that stands indented below another is read with it; one that holds for several rows, with each of them.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import groupby
from statistics import median

from ingest.documents.layout import ITEM_MARKS, Piece, joined, levels, text_of
from ingest.documents.rows import Draft, Rows, cell_text
from ingest.documents.ruled import Rules
from ingest.documents.tables import is_value
from ingest.documents.zones import Zone

NAME_WORDS = 12  # of a column's name at most
HEADER_ROWS = 4  # that name columns one below the other
CENTRED = 0.04  # of a table's width, by which a title may stand beside its middle
INDENT = 4.0  # points by which a label stands below another
KINDS_OF_INDENT = 3  # more are centred labels
LONG_LIST = 40  # words of a label that is a list of services under a title
MARKS = "".join(ITEM_MARKS)

Header = tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Cell:
    """The words of one cell, and the first and the last column for which they hold."""

    text: str
    first: int
    last: int


@dataclass(frozen=True, slots=True)
class Row:
    """A row's filled cells, left to right, and all its words as one piece, which tells where it stands."""

    cells: tuple[Cell, ...]
    place: Piece


@dataclass(frozen=True, slots=True)
class Table:
    """Rows under one header. `header` has a name for each column, or none at all; `places` are where each column
    begins and its middle, and `key` is the column of the labels.
    """

    header: Header
    rows: tuple[Row, ...]
    places: tuple[tuple[float, float], ...]
    key: int

    @property
    def top(self) -> float:
        return self.rows[0].place.top

    @property
    def left(self) -> float:
        return min(row.place.left for row in self.rows)


def tables_of(zone: Zone, rules: Rules) -> list[Table]:
    """The zone's tables: one, or several where new columns' names stand between the rows."""
    rows = Rows(zone, rules)
    _lend_merged(rows)
    _lend_groups(rows)
    _lend_parents(rows)
    tables = []
    for header, drafts in _Headers(zone, rows).parts():
        made = tuple(row for draft in drafts for row in _rows_of(draft, rows.key))
        if made:
            tables.append(Table(header, made, _places(drafts, rows.count), rows.key))
    return tables


# What holds for several rows


def _lend_merged(rows: Rows) -> None:
    """A cell that lines around it, and none within it, part from others holds for all rows beside it."""
    for column in range(rows.count):
        parting = [number for number, line in enumerate(rows.lines, 1) if column in line.columns]
        if not parting:
            continue  # nothing is drawn in this column
        for _, group in groupby(rows.drafts, key=lambda draft: sum(number <= draft.slot for number in parting)):
            beside = list(group)
            filled = [draft for draft in beside if column in draft.columns]
            if len(filled) == 1 and len({draft.slot for draft in beside}) > 1:
                for number, draft in enumerate(beside):
                    if not any(one.first <= column <= one.last for one in draft.placed):
                        draft.lent[column] = filled[0].text(column)
                        draft.goes_on = column == rows.key and number > beside.index(filled[0])


def _lend_groups(rows: Rows) -> None:
    """What stands in the columns before the labels holds for the rows below it, to the next line that parts it."""
    held: dict[int, str] = {}
    slot = 0
    for draft in rows.drafts:
        for line in rows.lines[slot : draft.slot]:
            held = {column: text for column, text in held.items() if column not in line.columns}
        slot = draft.slot
        for column in range(rows.key):
            if text := draft.text(column):
                held[column] = text
            elif column in held and any(one >= rows.key for one in draft.columns):
                draft.lent[column] = held[column]


def _lend_parents(rows: Rows) -> None:
    """A label that stands indented, or is an item of a list, is read with the label above it."""
    labels = [piece for draft in rows.drafts for piece in draft.pieces(rows.key)[:1]]
    lefts = {round(piece.left / INDENT) for piece in labels}
    rights = {round(piece.right / INDENT) for piece in labels}
    by_indent = len(lefts) <= KINDS_OF_INDENT and len(lefts) < len(rights)
    above: list[tuple[float, Draft]] = []
    for draft in rows.drafts:
        if not (pieces := draft.pieces(rows.key)):
            continue
        is_item = pieces[0].text.startswith(ITEM_MARKS)
        if not by_indent and not is_item:
            above = [(pieces[0].left, draft)]
            continue
        left = pieces[0].left + (INDENT + 1 if is_item else 0)
        while above and (above[-1][0] > left - INDENT or above[-1][1].slot != draft.slot):
            above.pop()
        if above and not draft.text(rows.key)[:1].islower():
            over = above[-1][1]
            label = over.text(rows.key).lstrip(MARKS).strip().rstrip(":")
            draft.parent = " – ".join(filter(None, (over.parent, label)))
        above.append((left, draft))


# What names the columns


class _Headers:
    """Tells rows that name columns from those below them."""

    def __init__(self, zone: Zone, rows: Rows) -> None:
        self._zone = zone
        self._drafts = rows.drafts
        self._key = rows.key
        self._count = rows.count

    def parts(self) -> Iterator[tuple[Header, list[Draft]]]:
        """The rows below each header. Rows above the first one, and those of a table without any, have none."""
        header: Header = ()
        outer: Header | None = None  # the header that holds again below the lines around the present one
        naming: list[Draft] = []  # the rows of the present header, while nothing stands below it
        rows: list[Draft] = []
        number = 0
        while number < len(self._drafts):
            draft = self._drafts[number]
            if outer is not None and draft.slot != self._drafts[number - 1].slot:
                yield header, rows
                header, outer, rows = outer, None, []
            count = self._naming_rows(number, header, first=not any(map(self._is_data, rows)))
            if not count:
                rows.append(draft)
                naming = []
                number += 1
                continue
            yield (header, rows) if rows else ((), naming)
            rows, naming = [], self._drafts[number : number + count]
            number += count
            names = self._names(naming)
            if header and self._repeats(names, header):
                below = self._drafts[number : number + 1]
                outer = header if below and below[0].slot == draft.slot and len(below[0].columns) > 1 else None
                labels = (new or old for new, old in zip(names[: self._key + 1], header, strict=False))
                names = (*labels, *header[self._key + 1 :])
            header = names
        yield header, rows

    def _naming_rows(self, start: int, header: Header, first: bool) -> int:
        """How many rows from `start` on name the columns, which `header` names so far."""
        own: list[Draft] = []
        for draft in self._drafts[start : start + HEADER_ROWS]:
            labelled = any(one.pieces(self._key) for one in own)
            if not self._may_name(draft) or (labelled and draft.pieces(self._key)):
                break
            own.append(draft)
        following = self._drafts[start + len(own) : start + len(own) + HEADER_ROWS]
        if not own or not following:
            return 0
        if header and self._repeats(self._names(own), header):
            return len(own)
        has_data = any(map(self._is_data, following))
        apart = all(draft.bold for draft in own) and not all(draft.bold for draft in following)
        unlabelled = not any(draft.pieces(self._key) for draft in own)
        wide = self._count > 2 and len({column for draft in own for column in draft.columns}) * 2 > self._count
        if first and not header:
            names = apart or unlabelled or wide or (has_data and self._count == 2)
        else:
            names = has_data and (apart or unlabelled)
        return len(own) if names else 0

    def _may_name(self, draft: Draft) -> bool:
        values = [one for one in draft.placed if one.first > self._key]
        titles = len(draft.placed) == 1 and self._is_title(draft.placed[0].piece)
        if not values or draft.goes_on or titles or self._is_data(draft):
            return False
        labelled = len(values) < len(draft.placed)
        whole = all(one.first == self._key + 1 and one.last == self._count - 1 for one in values)
        if labelled and whole and self._count - self._key > 2:
            return False  # a label, and what holds for all columns
        return all(len(draft.text(column).split()) <= NAME_WORDS for column in draft.columns)

    def _is_title(self, piece: Piece) -> bool:
        """Whether a cell alone stands over the middle of a table of several columns of values."""
        left = min(level[0].left for level in self._zone.levels)
        right = max(piece.right for level in self._zone.levels for piece in level)
        return self._count > 2 and abs(piece.centre - (left + right) / 2) < CENTRED * (right - left)

    def _is_data(self, draft: Draft) -> bool:
        return any(is_value(draft.text(column)) for column in draft.columns if column > self._key)

    def _repeats(self, names: Header, header: Header) -> bool:
        """Whether names are those that the columns have already, those of the labels aside."""
        return all(name.lower() in header[column].lower() for column, name in enumerate(names) if column > self._key)

    def _names(self, drafts: Sequence[Draft]) -> Header:
        """The columns' names, from top to bottom; one over several columns belongs to each."""
        names: list[list[str]] = [[] for _ in range(self._count)]
        cells = [cell for draft in drafts for cell in sorted(draft.cells(), key=lambda cell: cell[2][0].middle)]
        for first, last, pieces in cells:
            for column in range(first, last + 1):
                names[column].append(cell_text(pieces))
        return tuple(" ".join(parts) for parts in names)


# What comes out


def _places(drafts: Sequence[Draft], count: int) -> tuple[tuple[float, float], ...]:
    """Where the cells of each column begin, and their middle, as most of them do."""
    held: list[list[Piece]] = [[] for _ in range(count)]
    for one in (one for draft in drafts for one in draft.placed if one.first == one.last):
        held[one.first].append(one.piece)
    return tuple(
        (median(piece.left for piece in column), median(piece.centre for piece in column)) if column else (0.0, 0.0)
        for column in held
    )


def _rows_of(draft: Draft, key: int) -> Iterator[Row]:
    """A draft as a row; one whose label is a long list of services under a title, as a row a service."""
    cells = [Cell(text, column, column) for column, text in draft.lent.items()]
    for first, last, pieces in draft.cells():
        text = cell_text(pieces)
        if first == key and draft.parent:
            text = f"{draft.parent} – {text.lstrip(MARKS).strip()}"
        cells.append(Cell(text, first, last))
    cells.sort(key=lambda cell: cell.first)
    services = _services_in(draft.pieces(key)) if len(cells) > 1 else []
    for service, place in services:
        yield Row(tuple(replace(cell, text=service) if cell.first == key else cell for cell in cells), place)
    if not services:
        yield Row(tuple(cells), joined([one.piece for one in draft.placed]))


def _services_in(label: Sequence[Piece]) -> list[tuple[str, Piece]]:
    """The services that a long label lists under a title in larger print, each read with it."""
    lines = [joined(line) for line in levels(label)]
    if sum(len(line.text.split()) for line in lines) <= LONG_LIST or lines[0].size <= lines[1].size:
        return []
    items: list[list[Piece]] = []
    for line in lines[1:]:
        if not items or line.begins_bold:
            items.append([])
        items[-1].append(line)
    title = text_of(lines[:1])
    return [(f"{title} – {text_of(item)}", joined(item)) for item in items] if len(items) > 1 else []
