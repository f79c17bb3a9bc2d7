"""From the levels of a table to its rows: what belongs to one row, what names the columns, what holds for several.

Drawn lines part rows; between two of them, and where there are none, a level begins a row when each of its cells
begins afresh. A label that stands indented below another is read with it, one that holds for several rows with each.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from itertools import pairwise
from statistics import median

from ingest.documents.columns import Level, Zone, is_value
from ingest.documents.layout import ITEM_MARKS, Piece, in_reading_order, joined, levels, text_of
from ingest.documents.ruled import Rule, Rules

NAME_WORDS = 12  # of a column's name at most
HEADER_ROWS = 4  # between drawn lines
TIGHT = 0.78  # of the usual distance between rows, below which a label goes on
CENTRED = 0.04  # of a table's width, by which a title may stand beside its middle
APART = 0.5  # letter heights between columns' names and a label below them
INDENT = 4.0  # points by which a label stands below another
KINDS_OF_INDENT = 3  # more are centred labels
SPARSE = 0.6  # of the rows that have the next column: a first column filled less often holds for several rows
REACH = 0.6  # of a column's width that a line must have to part its cells
SAME_LINE = 2.6  # points, within which lines of several columns are one
LONG_LIST = 40  # words of a label that is a list of services under a title
OPEN = re.compile(r"(?:[,/&(–-]|\b(?:and|or|of|the|an?|to|for|with|per|in|by|on|any|each|as|from|is|are))$")
GOES_ON = re.compile(r"^[a-z(),.;&/+]|^(?:and|or|of)\b")


@dataclass(frozen=True, slots=True)
class Cell:
    """The words of one cell, and the first and the last column for which they hold."""

    text: str
    first: int
    last: int


@dataclass(frozen=True, slots=True)
class Row:
    """A row's filled cells, left to right, and where it stands; `place` is a piece without meaning of its text."""

    cells: tuple[Cell, ...]
    place: Piece


@dataclass(frozen=True, slots=True)
class Table:
    """Rows under one header. `header` has a name for each column, or none at all; `places` are where each column
    begins and its middle, and `key` is the column of the labels.
    """

    header: tuple[str, ...]
    rows: tuple[Row, ...]
    places: tuple[tuple[float, float], ...]
    key: int

    @property
    def top(self) -> float:
        return self.rows[0].place.top

    @property
    def left(self) -> float:
        return min(row.place.left for row in self.rows)


@dataclass(slots=True)
class _Draft:
    """A row while its levels are gathered."""

    slot: int
    pieces: list[tuple[int, int, Piece]] = field(default_factory=list)  # each with its first and last column
    borrowed: dict[int, str] = field(default_factory=dict)  # labels that hold for this row too
    parent: str = ""

    def add(self, level: Sequence[tuple[int, int, Piece]]) -> None:
        self.pieces += level

    def firsts(self) -> set[int]:
        return {first for first, _, _ in self.pieces}

    def in_column(self, column: int) -> list[Piece]:
        return [piece for first, _, piece in self.pieces if first == column]

    def text(self, column: int) -> str:
        return cell_text(self.in_column(column))

    def cells(self) -> list[tuple[int, int, list[Piece]]]:
        """The pieces by the columns for which they hold. A cell one of whose lines reaches into columns that are empty
        holds for these too.
        """
        groups: dict[tuple[int, int], list[Piece]] = {}
        for first, last, piece in self.pieces:
            groups.setdefault((first, last), []).append(piece)
        for first, last in sorted(groups, key=lambda columns: columns[0] - columns[1]):  # the widest first
            inner = [own for own in groups if first < own[0] <= last or (own[0] == first and own[1] < last)]
            if last > first and all(own[0] == first for own in inner):
                for own in inner:
                    groups[first, last] += groups.pop(own)
        return [(first, last, sorted(pieces, key=lambda p: p.middle)) for (first, last), pieces in sorted(groups.items())]

    @property
    def bold(self) -> bool:
        return all(piece.bold for _, _, piece in self.pieces)

    @property
    def last_line(self) -> float:
        return max(piece.middle for _, _, piece in self.pieces)


def cell_text(pieces: Sequence[Piece]) -> str:
    """The words of a cell in reading order."""
    return " ".join(filter(None, (text_of(region, keep_marks=True) for region in in_reading_order(pieces))))


def tables_of(zone: Zone, rules: Rules) -> list[Table]:
    """The zone's tables: one, or several where new columns' names stand between the rows."""
    return _Grid(zone, rules).tables()


class _Grid:
    def __init__(self, zone: Zone, rules: Rules) -> None:
        self._zone = zone
        self._count = len(zone.gutters) + 1
        self._placed = [[(*zone.place(piece), piece) for piece in level] for level in zone.levels]
        self._lines = _slots(zone, rules, self._count)
        self._key = self._key_column()
        self._pitch = self._usual_distance()

    def tables(self) -> list[Table]:
        drafts = [draft for slot in self._slots() for draft in slot]
        self._lend_labels(drafts)
        self._lend_parents(drafts)
        tables: list[Table] = []
        for header, rows in self._parts(drafts):
            made = [row for draft in rows for row in self._rows(draft)]
            if made:
                tables.append(Table(header, tuple(made), self._places(rows), self._key))
        return tables

    # columns

    def _places(self, rows: Sequence[_Draft]) -> tuple[tuple[float, float], ...]:
        """Where the cells of each column begin, and their middle, as most of them do."""
        held: list[list[Piece]] = [[] for _ in range(self._count)]
        for first, last, piece in (one for draft in rows for one in draft.pieces):
            if first == last:
                held[first].append(piece)
        return tuple(
            (median(piece.left for piece in column), median(piece.centre for piece in column)) if column else (0.0, 0.0)
            for column in held
        )

    def _key_column(self) -> int:
        """The column of the labels: the first, or the next where the first holds for several rows."""
        key = 0
        while key + 2 < self._count:
            own = [level for level in self._placed if any(first == key for first, _, _ in level)]
            following = [level for level in self._placed if any(first == key + 1 for first, _, _ in level)]
            labels = [
                level
                for level in following
                if any(first > key + 1 for first, _, _ in level)
                and not any(first == key + 1 and is_value(piece.text) for first, _, piece in level)
            ]
            if not following or len(own) > SPARSE * len(following) or len(labels) < SPARSE * len(following):
                break
            key += 1
        return key

    def _slot(self, level: Sequence[tuple[int, int, Piece]]) -> int:
        """The number of the space between two lines in which a level stands."""
        return sum(line <= level[0][2].middle for line, _ in self._lines)

    def _is_full(self, level: Sequence[tuple[int, int, Piece]]) -> bool:
        """Whether a level has both a label and a value."""
        return any(first <= self._key for first, _, _ in level) and any(first > self._key for first, _, _ in level)

    def _has_values(self, level: Sequence[tuple[int, int, Piece]]) -> bool:
        return any(first > self._key for first, _, _ in level)

    def _usual_distance(self) -> float | None:
        full = [level[0][2].middle for level in self._placed if self._is_full(level)]
        distances = [lower - upper for upper, lower in pairwise(full)]
        return median(distances) if distances else None

    # rows

    def _slots(self) -> Iterator[list[_Draft]]:
        """The rows between each two lines that part them."""
        groups: dict[int, list[list[tuple[int, int, Piece]]]] = {}
        for level in self._placed:
            groups.setdefault(self._slot(level), []).append(level)
        for number, group in sorted(groups.items()):
            if self._lines and not self._is_several(group):
                end = self._end_of_row(group)
                yield [
                    _Draft(number, [one for level in group[:end] for one in level]),
                    *(_Draft(number, list(level)) for level in group[end:]),
                ]
            else:
                yield self._by_level(number, group)

    def _is_several(self, group: Sequence[Sequence[tuple[int, int, Piece]]]) -> bool:
        """Whether the levels between two lines are rows of their own and not the lines of one row's cells."""
        full = [level for level in group if self._is_full(level)]
        if len(full) < 2:
            return False
        above: dict[int, str] = {}
        for number, level in enumerate(group):
            if number and not self._has_values(group[number - 1]):
                above = {column: text for column, text in above.items() if column > self._key}  # its first line
            if self._is_full(level) and not _begins(level, above):
                return False
            above |= {first: piece.text for first, _, piece in level}
            if number and self._is_full(level) and self._is_full(group[number - 1]):
                bold_before = _label_is_bold(group[number - 1], self._key)
                if bold_before and not _label_is_bold(level, self._key):
                    return False  # a title and what is said of it
        values = [any(is_value(piece.text) for first, _, piece in level if first > self._key) for level in full]
        return sum(values) * 2 >= len(values)

    def _end_of_row(self, group: Sequence[Sequence[tuple[int, int, Piece]]]) -> int:
        """How many levels are one row: labels that stand apart below columns' names head what follows."""
        end = len(group)
        if any(is_value(piece.text) for level in group for first, _, piece in level if first > self._key):
            return end
        while end > 1 and all(last <= self._key for _, last, _ in group[end - 1]):
            above, below = group[end - 2][0][2], group[end - 1][0][2]
            if below.top - above.bottom < APART * below.size:
                return len(group)
            end -= 1
        return end

    def _by_level(self, slot: int, group: Sequence[Sequence[tuple[int, int, Piece]]]) -> list[_Draft]:
        """A row a level, but for levels that go on with the row above or below."""
        drafts: list[_Draft] = []
        waiting: list[tuple[int, int, Piece]] = []  # the first lines of a label, whose values stand lower
        above: dict[int, str] = {}
        for number, level in enumerate(group):
            full = self._is_full(level)
            begins = _begins(level, above)
            above |= {first: piece.text for first, _, piece in level}
            if full and (waiting or begins):
                drafts.append(_Draft(slot, [*waiting, *level]))
                waiting = []
            elif full or all(first > self._key for first, _, _ in level):
                if drafts and not waiting:
                    drafts[-1].add(level)
                else:
                    drafts.append(_Draft(slot, [*waiting, *level]))
                    waiting = []
            elif drafts and not waiting and self._goes_on(level, drafts[-1]):
                drafts[-1].add(level)
            elif self._leads_on(level, group[number + 1] if number + 1 < len(group) else None):
                waiting = [*waiting, *level]
            else:
                drafts.append(_Draft(slot, [*waiting, *level]))
                waiting = []
        if waiting:
            drafts.append(_Draft(slot, waiting))
        return drafts

    def _goes_on(self, level: Sequence[tuple[int, int, Piece]], draft: _Draft) -> bool:
        """Whether a label alone is a further line of the row above."""
        piece = level[0][2]
        before = draft.in_column(level[0][0])
        if not before:
            return False
        tight = self._pitch is not None and piece.middle - before[-1].middle < TIGHT * self._pitch
        same = abs(piece.size - before[-1].size) < 1 and piece.bold == before[-1].bold
        textual = bool(GOES_ON.match(piece.text) or OPEN.search(before[-1].text))
        return textual or (tight and (same or not piece.bold) and not piece.text.startswith(ITEM_MARKS))

    def _leads_on(self, level: Sequence[tuple[int, int, Piece]], below: Sequence[tuple[int, int, Piece]] | None) -> bool:
        """Whether a label alone is the first line of the row below."""
        if below is None:
            return False
        piece = level[0][2]
        under = next((one for first, _, one in below if first == level[0][0]), None)
        if under is None or under.text.startswith(ITEM_MARKS):
            return False
        if OPEN.search(piece.text) or GOES_ON.match(under.text):
            return True
        tight = self._pitch is not None and under.middle - piece.middle < TIGHT * self._pitch
        return tight and self._is_full(below) and piece.bold == under.bold

    # labels

    def _lend_labels(self, drafts: Sequence[_Draft]) -> None:
        """What stands in the columns before the labels holds for the rows below it, to the next line that parts it."""
        held: dict[int, str] = {}
        slot = -1
        for draft in drafts:
            if draft.slot != slot:
                ended = {column for line, columns in self._lines[max(slot, 0) : draft.slot] for column in columns}
                held = {column: text for column, text in held.items() if column not in ended}
                slot = draft.slot
            for column in range(self._key):
                if text := draft.text(column):
                    held[column] = text
                elif column in held and any(first >= self._key for first in draft.firsts()):
                    draft.borrowed[column] = held[column]

    def _lend_parents(self, drafts: Sequence[_Draft]) -> None:
        """A label that stands indented, or is an item of a list, is read with the label above it."""
        labels = [piece for draft in drafts for piece in draft.in_column(self._key)[:1]]
        lefts = {round(piece.left / INDENT) for piece in labels}
        rights = {round(piece.right / INDENT) for piece in labels}
        by_indent = len(lefts) <= KINDS_OF_INDENT and len(lefts) < len(rights)
        above: list[tuple[float, _Draft]] = []
        for draft in drafts:
            pieces = draft.in_column(self._key)
            if not pieces:
                continue
            is_item = pieces[0].text.startswith(ITEM_MARKS)
            if not by_indent and not is_item:
                above = [(pieces[0].left, draft)]
                continue
            left = pieces[0].left + (INDENT + 1 if is_item else 0)
            while above and (above[-1][0] > left - INDENT or above[-1][1].slot != draft.slot):
                above.pop()
            if above and not draft.text(self._key)[:1].islower():
                over = above[-1][1]
                draft.parent = " – ".join(filter(None, (over.parent, _label(over.text(self._key)))))
            above.append((left, draft))

    # header

    def _parts(self, drafts: Sequence[_Draft]) -> Iterator[tuple[tuple[str, ...], list[_Draft]]]:
        """The rows below each header. Rows above the first one, and those of a table without any, have none."""
        header: tuple[str, ...] = ()
        outer: tuple[str, ...] | None = None  # the header that holds again below the lines around the present one
        naming: list[_Draft] = []  # the rows of the present header, while nothing stands below it
        rows: list[_Draft] = []
        number = 0
        while number < len(drafts):
            if outer is not None and drafts[number].slot != drafts[number - 1].slot:
                yield header, rows
                header, outer, rows = outer, None, []
            count = self._header_rows(drafts, number, header, first=not any(self._is_data(one) for one in rows))
            if not count:
                rows.append(drafts[number])
                naming = []
                number += 1
                continue
            yield (header, rows) if rows else ((), naming)
            rows, naming = [], list(drafts[number : number + count])
            names = self._names(naming)
            if header and _repeats(names, header, self._key):
                below = drafts[number + count : number + count + 1]
                within = bool(below) and below[0].slot == drafts[number].slot and len(below[0].firsts()) > 1
                outer = header if within else None
                names = (*(new or old for new, old in zip(names[: self._key + 1], header, strict=False)),
                         *header[self._key + 1 :])  # fmt: skip
            header = names
            number += count
        yield header, rows

    def _header_rows(self, drafts: Sequence[_Draft], start: int, header: Sequence[str], first: bool) -> int:
        """How many rows from `start` on name the columns, which `header` names so far."""
        count = 0
        labelled = False
        for draft in drafts[start : start + HEADER_ROWS]:
            if not self._names_columns(draft) or (labelled and draft.in_column(self._key)):
                break
            labelled = labelled or bool(draft.in_column(self._key))
            count += 1
        if not count:
            return 0
        own, following = drafts[start : start + count], drafts[start + count : start + count + HEADER_ROWS]
        if not following:
            return 0
        data = [draft for draft in following if self._is_data(draft)]
        apart = all(draft.bold for draft in own) and not all(draft.bold for draft in following)
        unlabelled = not any(draft.in_column(self._key) for draft in own)
        if header and _repeats(self._names(own), header, self._key):
            return count
        if first and not header:
            columns = {column for draft in own for column in draft.firsts()}
            wide = self._count > 2 and len(columns) * 2 > self._count
            return count if apart or unlabelled or (data and (wide or self._count == 2)) or (wide and not data) else 0
        return count if data and (apart or unlabelled) else 0

    def _names_columns(self, draft: _Draft) -> bool:
        values = [(first, last) for first, last, _ in draft.pieces if first > self._key]
        if len(values) == len(draft.pieces) == 1 and self._is_title(draft.pieces[0][2]):
            return False
        across = bool(draft.in_column(self._key)) and self._count - self._key > 2 and all(
            first == self._key + 1 and last == self._count - 1 for first, last in values
        )  # fmt: skip
        short = all(len(draft.text(column).split()) <= NAME_WORDS for column in draft.firsts())
        return bool(values) and not across and short and not self._is_data(draft)

    def _is_title(self, piece: Piece) -> bool:
        """Whether a cell alone stands over the middle of a table of several columns of values."""
        left = min(level[0].left for level in self._zone.levels)
        right = max(piece.right for level in self._zone.levels for piece in level)
        return self._count > 2 and abs(piece.centre - (left + right) / 2) < CENTRED * (right - left)

    def _is_data(self, draft: _Draft) -> bool:
        return any(is_value(draft.text(column)) for column in draft.firsts() if column > self._key)

    def _names(self, drafts: Sequence[_Draft]) -> tuple[str, ...]:
        """The columns' names, from top to bottom; one over several columns belongs to each."""
        names: list[list[str]] = [[] for _ in range(self._count)]
        cells = [cell for draft in drafts for cell in sorted(draft.cells(), key=lambda cell: cell[2][0].middle)]
        for first, last, pieces in cells:
            for column in range(first, last + 1):
                names[column].append(cell_text(pieces))
        return tuple(" ".join(parts) for parts in names)

    # what comes out

    def _rows(self, draft: _Draft) -> Iterator[Row]:
        """A draft as a row; one whose label is a long list of services under a title, as a row a service."""
        cells = [Cell(text, column, column) for column, text in draft.borrowed.items()]
        for first, last, pieces in draft.cells():
            text = cell_text(pieces)
            if first == self._key and draft.parent:
                text = f"{draft.parent} – {text.lstrip(''.join(ITEM_MARKS)).strip()}"
            cells.append(Cell(text, first, last))
        cells.sort(key=lambda cell: cell.first)
        parts = self._listed(draft) if len(cells) > 1 else []
        for part, own in parts:
            yield Row(tuple(replace(c, text=part) if c.first == self._key else c for c in cells), own)
        if not parts:
            yield Row(tuple(cells), joined([piece for _, _, piece in draft.pieces]))

    def _listed(self, draft: _Draft) -> list[tuple[str, Piece]]:
        """The services that a long label lists under a title, each read with it."""
        lines = [joined(line) for line in levels(draft.in_column(self._key))]
        if sum(len(line.text.split()) for line in lines) <= LONG_LIST or lines[0].size <= lines[1].size:
            return []
        items: list[list[Piece]] = []
        for line in lines[1:]:
            if not items or line.begins_bold:
                items.append([])
            items[-1].append(line)
        title = text_of(lines[:1])
        return [(f"{title} – {text_of(item)}", joined(item)) for item in items] if len(items) > 1 else []


def _label(text: str) -> str:
    return text.lstrip("".join(ITEM_MARKS)).strip().rstrip(":")


def _begins(level: Sequence[tuple[int, int, Piece]], above: Mapping[int, str]) -> bool:
    """Whether each cell of a level begins afresh after the last line above it in its column."""
    return not any(GOES_ON.match(piece.text) or OPEN.search(above.get(first, "").strip()) for first, _, piece in level)


def _label_is_bold(level: Sequence[tuple[int, int, Piece]], key: int) -> bool:
    return all(piece.bold for first, _, piece in level if first <= key)


def _repeats(names: Sequence[str], header: Sequence[str], key: int) -> bool:
    """Whether names are those that the columns have already, those of the labels aside."""
    return all(name.lower() in header[column].lower() for column, name in enumerate(names) if column > key)


def _slots(zone: Zone, rules: Rules, count: int) -> list[tuple[float, frozenset[int]]]:
    """The lines that part rows, top to bottom, each with the columns that it parts."""
    spans = _spans(zone)
    found: list[tuple[float, frozenset[int]]] = []
    for rule in rules.across:
        if not zone.top < rule.at < zone.bottom:
            continue
        parted = frozenset(column for column, span in spans.items() if _parts(rule, span))
        if not parted:
            continue
        if found and rule.at - found[-1][0] <= SAME_LINE:
            found[-1] = (found[-1][0], found[-1][1] | parted)
        else:
            found.append((rule.at, parted))
    return [(at, columns) for at, columns in found if len(columns) * 2 >= count]


def _spans(zone: Zone) -> dict[int, tuple[float, float]]:
    """From where to where the words of each column reach."""
    spans: dict[int, tuple[float, float]] = {}
    for piece in (piece for level in zone.levels for piece in level):
        first, last = zone.place(piece)
        if first == last:
            left, right = spans.get(first, (piece.left, piece.right))
            spans[first] = (min(left, piece.left), max(right, piece.right))
    return spans


def _parts(rule: Rule, span: tuple[float, float]) -> bool:
    left, right = span
    return min(rule.end, right) - max(rule.start, left) >= REACH * (right - left)


