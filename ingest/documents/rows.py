"""From the levels of a table to its rows: which lines of print belong to one.

Drawn lines part rows; between two of them, and where there are none, a level begins a row when each of its cells
begins afresh.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import pairwise
from typing import NamedTuple

from ingest.documents.layout import ITEM_MARKS, Piece, in_reading_order, text_of
from ingest.documents.ruled import Rule, Rules
from ingest.documents.tables import is_value
from ingest.documents.zones import Zone

TIGHT = 0.78  # of the least distance between rows, below which a label goes on
APART = 0.5  # letter heights between columns' names and a label below them
SPARSE = 0.6  # of the rows that have the next column: a first column filled less often holds for several rows
REACH = 0.6  # of a column's width that a line must have to part its cells
SAME_LINE = 2.6  # points, within which lines of several columns are one
OPEN = re.compile(r"(?:[,/&(–-]|\b(?:and|or|of|the|an?|to|for|with|per|in|by|on|any|each|as|from|is|are))$")
GOES_ON = re.compile(r"[a-z(),.;&/+]")


class Placed(NamedTuple):
    """A piece with the first and the last column for which it holds."""

    first: int
    last: int
    piece: Piece


PlacedLevel = Sequence[Placed]


@dataclass(frozen=True, slots=True)
class Line:
    """A drawn line between rows, and the columns that it parts: a cell that holds for several rows it does not."""

    at: float
    columns: frozenset[int]


@dataclass(slots=True)
class Draft:
    """A row while it is gathered. `slot` counts the spaces between drawn lines; `lent` are texts of other rows' cells
    that hold for this one too, by column; `goes_on` says that its label is the one above; `parent` is the label above
    an indented one.
    """

    slot: int
    placed: list[Placed] = field(default_factory=list)
    lent: dict[int, str] = field(default_factory=dict)
    goes_on: bool = False
    parent: str = ""

    @property
    def columns(self) -> list[int]:
        """Those in which a cell begins."""
        return sorted({one.first for one in self.placed})

    @property
    def bold(self) -> bool:
        return all(one.piece.bold for one in self.placed)

    def pieces(self, column: int) -> list[Piece]:
        return [one.piece for one in self.placed if one.first == column]

    def text(self, column: int) -> str:
        return cell_text(self.pieces(column))

    def cells(self) -> list[tuple[int, int, list[Piece]]]:
        """The pieces by the columns for which they hold. A cell one of whose lines reaches into columns that are empty
        holds for these too.
        """
        groups: dict[tuple[int, int], list[Piece]] = {}
        for one in self.placed:
            groups.setdefault((one.first, one.last), []).append(one.piece)
        for first, last in sorted(groups, key=lambda columns: columns[0] - columns[1]):  # the widest first
            inner = [own for own in groups if first < own[0] <= last or (own[0] == first and own[1] < last)]
            if last > first and all(own[0] == first for own in inner):
                for own in inner:
                    groups[first, last] += groups.pop(own)
        return [(*columns, sorted(groups[columns], key=lambda piece: piece.middle)) for columns in sorted(groups)]


def cell_text(pieces: Sequence[Piece]) -> str:
    """The words of a cell in reading order."""
    return " ".join(filter(None, (text_of(region, keep_marks=True) for region in in_reading_order(pieces))))


class Rows:
    """The rows of a zone as drafts, from top to bottom, and what was learnt of its columns.

    `count` is the number of columns, `key` the one of the labels, `lines` are those that part rows.
    """

    def __init__(self, zone: Zone, rules: Rules) -> None:
        self._levels: list[list[Placed]] = [[Placed(*zone.place(one), one) for one in level] for level in zone.levels]
        self.count = len(zone.gutters) + 1
        self.lines = _lines(zone, rules, self._levels, self.count)
        self.key = self._key_column()
        self._pitch = self._least_distance()
        self.drafts = [draft for slot in self._slots() for draft in slot]

    def _key_column(self) -> int:
        """The column of the labels: the first, or the next where the first holds for several rows."""
        key = 0
        while key + 2 < self.count:
            own = [level for level in self._levels if any(one.first == key for one in level)]
            following = [level for level in self._levels if any(one.first == key + 1 for one in level)]
            labels = [
                level
                for level in following
                if any(one.first > key + 1 for one in level)
                and not any(one.first == key + 1 and is_value(one.piece.text) for one in level)
            ]
            if not following or len(own) > SPARSE * len(following) or len(labels) < SPARSE * len(following):
                break
            key += 1
        return key

    def _least_distance(self) -> float | None:
        """Between two levels that have a label and a value each."""
        full = [level[0].piece.middle for level in self._levels if self._is_full(level)]
        return min((lower - upper for upper, lower in pairwise(full)), default=None)

    def _has_label(self, level: PlacedLevel) -> bool:
        return any(one.first <= self.key for one in level)

    def _has_value(self, level: PlacedLevel) -> bool:
        return any(one.first > self.key for one in level)

    def _is_full(self, level: PlacedLevel) -> bool:
        return self._has_label(level) and self._has_value(level)

    def _label_is_bold(self, level: PlacedLevel) -> bool:
        return all(one.piece.bold for one in level if one.first <= self.key)

    def _slots(self) -> Iterator[list[Draft]]:
        """The rows between each two lines that part them."""
        groups: dict[int, list[PlacedLevel]] = {}
        for level in self._levels:
            groups.setdefault(sum(line.at <= level[0].piece.middle for line in self.lines), []).append(level)
        for slot, group in sorted(groups.items()):
            if not self.lines or self._is_several(group):
                yield self._by_level(slot, group)
            else:
                end = self._end_of_row(group)
                yield [
                    Draft(slot, [one for level in group[:end] for one in level]),
                    *(Draft(slot, list(level)) for level in group[end:]),
                ]

    def _is_several(self, group: Sequence[PlacedLevel]) -> bool:
        """Whether the levels between two lines are rows of their own and not the lines of one row's cells."""
        full = [level for level in group if self._is_full(level)]
        if len(full) < 2:
            return False
        above: dict[int, str] = {}
        for before, level in zip([(), *group], group, strict=False):
            if before and not self._has_value(before):  # the first line of this level's label
                above = {column: text for column, text in above.items() if column > self.key}
            titled = self._is_full(before) and self._label_is_bold(before) and not self._label_is_bold(level)
            if self._is_full(level) and (titled or not _begins(level, above)):
                return False
            above |= {one.first: one.piece.text for one in level}
        values = [any(is_value(one.piece.text) for one in level if one.first > self.key) for level in full]
        return sum(values) * 2 >= len(values)

    def _end_of_row(self, group: Sequence[PlacedLevel]) -> int:
        """How many levels are one row: labels that stand apart below columns' names head what follows."""
        end = len(group)
        if any(is_value(one.piece.text) for level in group for one in level if one.first > self.key):
            return end
        while end > 1 and not self._has_value(group[end - 1]):
            above, below = group[end - 2][0].piece, group[end - 1][0].piece
            if below.top - above.bottom < APART * below.size:
                return len(group)
            end -= 1
        return end

    def _by_level(self, slot: int, group: Sequence[PlacedLevel]) -> list[Draft]:
        """A row a level, but for levels that go on with the row above or below."""
        drafts: list[Draft] = []
        waiting: list[Placed] = []  # the first lines of a label, whose values stand lower
        above: dict[int, str] = {}
        for level, below in zip(group, [*group[1:], ()], strict=True):
            begins = self._is_full(level) and _begins(level, above)
            above |= {one.first: one.piece.text for one in level}
            if self._has_value(level):
                goes_on = not begins
            else:
                goes_on = bool(drafts) and self._goes_on(level, drafts[-1])
                if not goes_on and self._leads_on(level, below):
                    waiting += level
                    continue
            if goes_on and drafts and not waiting:
                drafts[-1].placed += level
            else:
                drafts.append(Draft(slot, [*waiting, *level]))
                waiting = []
        return [*drafts, Draft(slot, waiting)] if waiting else drafts

    def _goes_on(self, level: PlacedLevel, draft: Draft) -> bool:
        """Whether a label alone is a further line of the row above."""
        piece = level[0].piece
        before = draft.pieces(level[0].first)
        if not before:
            return False
        tight = self._pitch is not None and piece.middle - before[-1].middle < TIGHT * self._pitch
        like = piece.bold <= before[-1].bold or abs(piece.size - before[-1].size) < 1
        textual = bool(GOES_ON.match(piece.text) or OPEN.search(before[-1].text))
        return textual or (tight and like and not piece.text.startswith(ITEM_MARKS))

    def _leads_on(self, level: PlacedLevel, below: PlacedLevel) -> bool:
        """Whether a label alone is the first line of the row below."""
        piece = level[0].piece
        under = next((one.piece for one in below if one.first == level[0].first), None)
        if under is None or under.text.startswith(ITEM_MARKS):
            return False
        if OPEN.search(piece.text) or GOES_ON.match(under.text):
            return True
        tight = self._pitch is not None and under.middle - piece.middle < TIGHT * self._pitch
        return tight and self._is_full(below) and piece.bold == under.bold


def _begins(level: PlacedLevel, above: Mapping[int, str]) -> bool:
    """Whether each cell of a level begins afresh after the last line above it in its column."""
    return not any(GOES_ON.match(one.piece.text) or OPEN.search(above.get(one.first, "")) for one in level)


def _lines(zone: Zone, rules: Rules, placed: Sequence[PlacedLevel], count: int) -> list[Line]:
    """The lines that part rows, top to bottom: those between cells, and where lines across the page stand alone, those
    that part half of the columns at least; others underline something.
    """
    spans: dict[int, list[Piece]] = {}
    for one in (one for level in placed for one in level if one.first == one.last):
        spans.setdefault(one.first, []).append(one.piece)
    found: list[Line] = []
    for rule in rules.across:
        parted = frozenset(column for column, pieces in spans.items() if _parts(rule, pieces))
        borders = rules.meet(rule) or len(parted) * 2 >= count
        if not parted or not borders or not zone.top < rule.at < zone.bottom:
            continue
        if found and rule.at - found[-1].at <= SAME_LINE:
            found[-1] = Line(found[-1].at, found[-1].columns | parted)
        else:
            found.append(Line(rule.at, parted))
    return found


def _parts(rule: Rule, column: Sequence[Piece]) -> bool:
    left, right = min(piece.left for piece in column), max(piece.right for piece in column)
    return min(rule.end, right) - max(rule.start, left) >= REACH * (right - left)
