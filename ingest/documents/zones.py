"""Where tables stand on a page: runs of levels whose cells stand in columns, and the lines around and between them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise
from statistics import median

from ingest.documents.columns import Gutter, Level, gutters_of, place
from ingest.documents.layout import MARK, Piece, levels
from ingest.documents.ruled import SAME_END, Rule, Rules
from ingest.documents.tables import is_value

NEAR = 3.0  # letter heights between levels of one table without lines
NEAR_RULED = 7.0  # and of one with lines
LINE_BEYOND = 20  # letter heights from a level to the line above or below it that holds it in a table
HEAD = 30.0  # points above the first line of a table, within which its header stands
BESIDE = 30.0  # points from a table's words to the line that frames it
TITLE = 1.45  # times the letters of what follows, from which a level is a title
LARGER = 1.15  # times the letters of a table, from which a line above it is no line of its header
HEADER_LEVELS = 6  # above the first level with several cells
LABELS = 3  # levels in a row with a label alone, from which they are text
LEAST_LEVELS = 3  # of a table without lines
TELLING_LEVELS = 6  # of a table without values, from which its columns are known
LEAST_VALUES = 0.6  # of the second column of a table without lines
CELL_WORDS = 4  # of half the cells of a table without lines at most
PROSE_WORDS = 8  # of a line that is text and no cell, when it lies across columns
COLUMN_OF_TEXT = 5  # words of half the lines of a column of text at least
FULL = 0.7  # of a column's width that half its lines of text fill
GOING_ON = 0.3  # of the lines of a column of text begin with a small letter


@dataclass(frozen=True, slots=True)
class Zone:
    """The levels of a table, top to bottom, and the strips between its columns."""

    levels: tuple[Level, ...]
    gutters: tuple[Gutter, ...]

    @property
    def top(self) -> float:
        return min(piece.top for piece in self.levels[0])

    @property
    def bottom(self) -> float:
        return max(piece.bottom for piece in self.levels[-1])

    def place(self, piece: Piece) -> tuple[int, int]:
        """The first and the last column in which a piece stands; one within a strip between values holds for both."""
        return place(piece, self.gutters)


def zones_of(pieces: Sequence[Piece], rules: Rules) -> list[Zone]:
    """The tables among the pieces of a page, from top to bottom; those that stand side by side, one after the other."""
    return [zone for part in _side_by_side(pieces, rules) for zone in _zones_in(part, rules)]


def _side_by_side(pieces: Sequence[Piece], rules: Rules) -> list[list[Piece]]:
    """The pieces within each of the tables that stand beside another one, and the rest."""
    boxes = _boxes(rules)
    beside = [
        box
        for box in boxes
        if any((other.right < box.left or box.right < other.left) and _overlap(box, other) for other in boxes)
    ]
    parts: list[list[Piece]] = []
    rest = list(pieces)
    for box in beside:
        within = [piece for piece in rest if box.holds(piece)]
        taken = {id(piece) for piece in within}
        rest = [piece for piece in rest if id(piece) not in taken]
        parts.append(within)
    return [*parts, rest]


@dataclass(frozen=True, slots=True)
class _Bounds:
    left: float
    top: float
    right: float
    bottom: float

    def holds(self, piece: Piece) -> bool:
        """Whether a piece stands within, or as the line of a header above the first line drawn."""
        beside = self.left - SAME_END <= piece.left and piece.right <= self.right + SAME_END
        return beside and self.top - HEAD <= piece.middle <= self.bottom


def _boxes(rules: Rules) -> list[_Bounds]:
    """Where lines across the page that are alike stand above each other."""
    groups: list[list[Rule]] = []
    for rule in rules.across:
        group = next((one for one in groups if one[-1].is_like(rule)), None)
        if group is None:
            groups.append([rule])
        else:
            group.append(rule)
    return [
        _Bounds(min(r.start for r in group), group[0].at, max(r.end for r in group), group[-1].at)
        for group in groups
        if len(group) >= LEAST_LEVELS
    ]


def _overlap(one: _Bounds, other: _Bounds) -> bool:
    """Whether two boxes stand at the same height for at least half of the lower one."""
    shared = min(one.bottom, other.bottom) - max(one.top, other.top)
    return shared >= min(one.bottom - one.top, other.bottom - other.top) / 2


def _zones_in(pieces: Sequence[Piece], rules: Rules) -> list[Zone]:
    rows = levels(pieces)
    zones: list[Zone] = []
    start = done = 0
    while start < len(rows):
        if len(rows[start]) < 2 or _is_title(rows, start):
            start += 1
            continue
        end = _end(rows, start, rules)
        zone = _zone(rows, done, start, end, rules)
        if zone is not None:
            zones.append(zone)
            done = end
        start = end
    return zones


def _is_title(rows: Sequence[Level], number: int) -> bool:
    """Whether a level is larger print than what follows it."""
    return number + 1 < len(rows) and _size(rows[number]) > TITLE * _size(rows[number + 1])


def _size(level: Level) -> float:
    return max(piece.size for piece in level)


def _zone(rows: Sequence[Level], done: int, start: int, end: int, rules: Rules) -> Zone | None:
    """The table that begins at `start`, with the lines of its header above; None when it is none."""
    gutters = gutters_of(rows[start:end], rules)
    if not gutters:
        return None
    first = start
    while first > max(done, start - HEADER_LEVELS) and _heads(rows[first - 1], rows[first], gutters, rules):
        first -= 1
    zone = Zone(tuple(rows[first:end]), gutters)
    return zone if _is_table(zone, rules) else None


def _end(rows: Sequence[Level], start: int, rules: Rules) -> int:
    """Behind the last level of the run that begins at `start`."""
    end = start + 1
    alone = 0
    gutters = gutters_of(rows[start:end], rules)
    for number in range(start + 1, len(rows)):
        above, level = rows[number - 1], rows[number]
        ends = len(level) == 1 and _is_closed(above, level, rules)
        if ends or not _is_near(above, level, rules):
            break
        if len(level) > 1:
            if not _fits(level, gutters) or not _has_like_lines(level, rows[start:number], rules):
                if _conflicts(level, rows[start:number], rules):
                    while (
                        end - start > 1 and len(rows[end - 1]) == 1 and _is_parted(rows[end - 2], rows[end - 1], rules)
                    ):
                        end -= 1  # a line of the next table's header
                    break
                gutters = gutters_of(rows[start : number + 1], rules)
            alone, end = 0, number + 1
        else:
            piece = level[0]
            if gutters and _is_text_across(piece, gutters[0]):
                break
            is_label = not gutters or piece.left < gutters[0][0]
            held = _is_held(above, level, rules)
            alone = alone + 1 if is_label and not held else 0
            if alone >= LABELS:
                break
            if held or not is_label:
                end = number + 1
    return end


def _fits(level: Level, gutters: Sequence[Gutter]) -> bool:
    """Whether each piece of a level stands in a column of its own."""
    places = [place(piece, gutters) for piece in level]
    return bool(gutters) and all(first == last for first, last in places) and len(set(places)) == len(places)


def _is_text_across(piece: Piece, gutter: Gutter) -> bool:
    return piece.left < gutter[0] and piece.right > gutter[1] and len(piece.text.split()) > PROSE_WORDS


def _heads(level: Level, below: Level, gutters: Sequence[Gutter], rules: Rules) -> bool:
    """Whether a level above a table belongs to it: a line of its header stands over the values alone, and a label
    within the lines around the table.
    """
    piece = level[0]
    if len(level) > 1 or len(piece.text.split()) > PROSE_WORDS or not _is_near(level, below, rules):
        return False
    over_values = piece.left > gutters[0][0] and piece.size <= LARGER * below[0].size
    return over_values or (piece.right <= gutters[0][1] and _is_framed(level, below, rules))


def _is_near(above: Level, below: Level, rules: Rules) -> bool:
    size = max(piece.size for piece in (*above, *below))
    gap = min(piece.top for piece in below) - max(piece.bottom for piece in above)
    return gap <= NEAR * size or (gap <= NEAR_RULED * size and _is_held(above, below, rules))


def _is_held(above: Level, below: Level, rules: Rules) -> bool:
    """Whether lines hold two levels together: one down beside both, or like ones above the first and below the second.

    A line that parts them does not matter when those around them are like it.
    """
    if _is_framed(above, below, rules):
        return True
    over, _, under = _lines_around(above, below, rules)
    return over is not None and under is not None and over.is_like(under)


def _is_closed(above: Level, below: Level, rules: Rules) -> bool:
    """Whether a line between two levels ends a table: one like it stands above the first and none below the second."""
    over, between, under = _lines_around(above, below, rules)
    if between is None or over is None or not over.is_like(between):
        return False
    return under is None or not between.is_like(under)


def _lines_around(above: Level, below: Level, rules: Rules) -> tuple[Rule | None, Rule | None, Rule | None]:
    """The nearest lines across the page above two levels, between them, and below them."""
    upper, lower = above[0].middle, below[0].middle
    left, right = min(above[0].left, below[0].left), max(above[-1].right, below[-1].right)
    far = LINE_BEYOND * below[0].size
    lines = [rule for rule in rules.across if rule.covers(left, right) and upper - far <= rule.at <= lower + far]
    over = [rule for rule in lines if rule.at <= upper]
    between = [rule for rule in lines if upper < rule.at < lower]
    under = [rule for rule in lines if rule.at >= lower]
    return over[-1] if over else None, between[-1] if between else None, under[0] if under else None


def _is_parted(above: Level, below: Level, rules: Rules) -> bool:
    """Whether a line stands between two levels."""
    left, right = below[0].left, below[-1].right
    return any(above[0].middle < rule.at < below[0].middle and rule.covers(left, right) for rule in rules.across)


def _is_framed(above: Level, below: Level, rules: Rules) -> bool:
    """Whether a line runs down beside two levels."""
    left = min(piece.left for piece in (*above, *below))
    return any(
        rule.spans(above[0].middle) and rule.spans(below[0].middle) and rule.at >= left - BESIDE for rule in rules.down
    )


def _conflicts(level: Level, run: Sequence[Level], rules: Rules) -> bool:
    """Whether a level stands in other columns than the run above it."""
    before = gutters_of(run, rules)
    if before and level[0].left < before[0][0] and level[0].right > before[0][1]:
        return True  # its label reaches into the values
    several = [one for one in run if len(one) > 1]
    telling = len(several) >= TELLING_LEVELS or any(is_value(piece.text) for one in several for piece in one[1:])
    gutters = gutters_of([*run, level], rules)
    if (
        telling
        and len(several) >= LEAST_LEVELS
        and any(
            place(left, gutters) == place(right, gutters) and not _in_one_cell(left, right, gutters, rules)
            for left, right in pairwise(level)
        )
    ):
        return True
    return not _has_like_lines(level, run, rules)


def _has_like_lines(level: Level, run: Sequence[Level], rules: Rules) -> bool:
    """Whether the lines that part a level's cells are among those of the last such level above, or the reverse."""
    last = next(one for one in reversed(run) if len(one) > 1)
    own, before = _lines_at(level, rules), _lines_at(last, rules)
    return not own or not before or _within(own, before) or _within(before, own)


def _in_one_cell(left: Piece, right: Piece, gutters: Sequence[Gutter], rules: Rules) -> bool:
    """Whether two pieces stand between lines that are those of their column, and no line between them."""
    column = place(left, gutters)[0]
    starts = gutters[column - 1][0] - SAME_END if column else float("-inf")
    ends = gutters[column][1] + SAME_END if column < len(gutters) else float("inf")
    standing = [rule.at for rule in rules.down if rule.spans(left.middle) and starts <= rule.at <= ends]
    between = any(left.right - 1 <= at <= right.left + 1 for at in standing)
    return not between and any(at <= left.left for at in standing) and any(at >= right.right for at in standing)


def _lines_at(level: Level, rules: Rules) -> list[float]:
    """The lines that part a level's cells."""
    left, right = level[0].left, level[-1].right
    return [rule.at for rule in rules.down if rule.spans(level[0].middle) and left < rule.at < right]


def _within(some: Sequence[float], others: Sequence[float]) -> bool:
    return all(any(abs(one - other) <= SAME_END for other in others) for one in some)


def _is_table(zone: Zone, rules: Rules) -> bool:
    """Whether a run is a table and not columns of text, or the numbers of a list, whose lines stand level by chance."""
    columns: list[list[Piece]] = [[] for _ in range(len(zone.gutters) + 1)]
    for piece in (piece for level in zone.levels for piece in level):
        first, last = zone.place(piece)
        if first == last and not MARK.match(piece.text):
            columns[first].append(piece)
    several = [level for level in zone.levels if len({zone.place(piece)[0] for piece in level}) > 1]
    if not several or all(MARK.match(piece.text) for piece in columns[0]):
        return False
    rows = sum(_crosses(rule, zone) for rule in rules.across)
    within = sum(_crosses(rule, zone) and zone.top < rule.at < zone.bottom for rule in rules.across)
    if within < 2 and (sum(map(_is_text, columns)) > 1 or _is_wordy([one for column in columns[1:] for one in column])):
        return False
    upright = any(rule.spans(several[0][0].middle) and any(a <= rule.at <= b for a, b in zone.gutters)
                  for rule in rules.down)  # fmt: skip
    if rows >= 2 or (rows and len(several) > 1) or (upright and len(several) > 1):
        return True
    if len(several) < LEAST_LEVELS:
        return len(several) == 2 and all(is_value(level[-1].text) for level in several[1:]) and len(columns) > 2
    words = sorted(len(piece.text.split()) for column in columns for piece in column)
    values = [is_value(piece.text) for piece in columns[-1]]
    if len(columns) == 2:
        return sum(values) > 0.6 * len(values)
    return words[len(words) // 2] <= CELL_WORDS


def _crosses(rule: Rule, zone: Zone) -> bool:
    """Whether a line parts rows of a table, or stands above or below them."""
    left, right = zone.gutters[0][0], zone.gutters[-1][1]
    size = zone.levels[0][0].size
    return zone.top - 1.5 * size <= rule.at <= zone.bottom + 1.5 * size and rule.start <= left and rule.end >= right


def _is_wordy(values: Sequence[Piece]) -> bool:
    """Whether nothing among what stands beside labels is short: then it is text in columns."""
    return not any(len(piece.text.split()) <= CELL_WORDS for piece in values)


def _is_text(column: Sequence[Piece]) -> bool:
    """Whether a column is running text: long lines, most of which fill it or go on from the line above."""
    if len(column) < LEAST_LEVELS:
        return False
    if sum(piece.text[:1].islower() for piece in column) >= GOING_ON * len(column) and len(column) > LEAST_LEVELS:
        return True
    left, right = min(piece.left for piece in column), max(piece.right for piece in column)
    filled = median((piece.right - left) / max(right - left, 1.0) for piece in column)
    return median(len(piece.text.split()) for piece in column) >= COLUMN_OF_TEXT and filled >= FULL
