"""Where tables stand on a page: runs of levels whose cells stand in columns, told by empty strips and drawn lines.

A strip parts columns when cells stand on both sides of it on several levels; a few cells may lie across it, as titles
over several columns and values that hold for several do.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import accumulate, pairwise
from statistics import median

from ingest.documents.layout import MARK, Piece, joined, levels
from ingest.documents.ruled import Rule, Rules
from ingest.documents.tables import is_figure

NARROWEST = 1.0  # points of a strip between columns
NEAR = 3.0  # letter heights between levels of one table without lines
NEAR_RULED = 7.0  # and of one with lines
PROSE_WORDS = 8  # of a line that is text and no cell, when it lies across columns
TITLE = 1.45  # times the letters of what follows, from which a level is a title
LARGER = 1.15  # times the letters of a table, from which a line above it is a title
HEADER_LEVELS = 6  # above the first level with several cells
LABELS = 3  # levels in a row with a label alone, from which they are text
TELLING_LEVELS = 6  # of a table without values, from which its columns are known
LEAST_LEVELS = 3  # of a table without lines
CELL_WORDS = 4  # of half the cells of a table without lines at most
LINE_BEYOND = 20  # letter heights from a level to the line above or below it that holds it in a table
ACROSS = 0.6  # of a strip that a piece covers, from which it lies across it
MARGIN = 30.0  # points from a table's left edge, within which labels begin
BESIDE = 30.0  # points from a table's words to the line that frames it
SAME = 6.0  # by which the ends of lines that belong together may stand apart
COLUMN_OF_TEXT = 5  # words of half the lines of a column of text at least
GOING_ON = 0.3  # of the lines of a column of text begin with a small letter
FULL = 0.7  # of a column's width that half its lines of text fill
SUPPORTED = 0.2  # of the levels that a strip parts, up to which others may cross it
VALUE = re.compile(
    r"^(?:yes|no|none|n/?a|not|unlimited|waived|included)\b|^[$<>≤≥]?\s?\d|\$\s?\d|\d\s?%|"
    r"^(?=.*\d).*\b(?:age[sd]?|per|every|months?|years?|yrs?|days?|times?|once|twice|limit|under|over|films?|visits?)\b",
    re.IGNORECASE,
)

Level = Sequence[Piece]
Gutter = tuple[float, float]


def is_value(text: str) -> bool:
    """Whether a cell says how much, how often or whether, and does not name something."""
    return is_figure(text) or VALUE.search(text) is not None


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
        return _place(piece, self.gutters)


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
        within = [p for p in rest if box.left <= p.centre <= box.right and box.top <= p.middle <= box.bottom]
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


def _boxes(rules: Rules) -> list[_Bounds]:
    """Where lines across the page that are alike stand above each other."""
    groups: list[list[Rule]] = []
    for rule in rules.across:
        group = next((one for one in groups if _alike(one[-1], rule)), None)
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
    gutters = _gutters(rows[start:end], rules)
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
    gutters = _gutters(rows[start:end], rules)
    for number in range(start + 1, len(rows)):
        above, level = rows[number - 1], rows[number]
        ends = len(level) == 1 and _is_closed(above, level, rules)
        if ends or not _is_near(above, level, rules):
            break
        if len(level) > 1:
            if not _fits(level, gutters) or not _has_like_lines(level, rows[start:number], rules):
                if _conflicts(level, rows[start:number], rules):
                    while end - start > 1 and len(rows[end - 1]) == 1 and _is_parted(rows[end - 2], rows[end - 1], rules):
                        end -= 1  # a line of the next table's header
                    break
                gutters = _gutters(rows[start : number + 1], rules)
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
    places = [_place(piece, gutters) for piece in level]
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
    return over is not None and under is not None and _alike(over, under)


def _is_closed(above: Level, below: Level, rules: Rules) -> bool:
    """Whether a line between two levels ends a table: one like it stands above the first and none below the second."""
    over, between, under = _lines_around(above, below, rules)
    if between is None or over is None or not _alike(over, between):
        return False
    return under is None or not _alike(between, under)


def _lines_around(above: Level, below: Level, rules: Rules) -> tuple[Rule | None, Rule | None, Rule | None]:
    """The nearest lines across the page above two levels, between them, and below them."""
    upper, lower = above[0].middle, below[0].middle
    left, right = min(above[0].left, below[0].left), max(above[-1].right, below[-1].right)
    far = LINE_BEYOND * below[0].size
    lines = [rule for rule in rules.across if _covers(rule, left, right) and upper - far <= rule.at <= lower + far]
    over = [rule for rule in lines if rule.at <= upper]
    between = [rule for rule in lines if upper < rule.at < lower]
    under = [rule for rule in lines if rule.at >= lower]
    return over[-1] if over else None, between[-1] if between else None, under[0] if under else None


def _is_parted(above: Level, below: Level, rules: Rules) -> bool:
    """Whether a line stands between two levels."""
    left, right = below[0].left, below[-1].right
    return any(above[0].middle < rule.at < below[0].middle and _covers(rule, left, right) for rule in rules.across)


def _is_framed(above: Level, below: Level, rules: Rules) -> bool:
    """Whether a line runs down beside two levels."""
    left = min(piece.left for piece in (*above, *below))
    return any(
        rule.spans(above[0].middle) and rule.spans(below[0].middle) and rule.at >= left - BESIDE for rule in rules.down
    )


def _covers(rule: Rule, left: float, right: float) -> bool:
    return rule.start - SAME <= left and right <= rule.end + SAME


def _alike(one: Rule, other: Rule) -> bool:
    return abs(one.start - other.start) <= SAME and abs(one.end - other.end) <= SAME


def _conflicts(level: Level, run: Sequence[Level], rules: Rules) -> bool:
    """Whether a level stands in other columns than the run above it."""
    before = _gutters(run, rules)
    if before and level[0].left < before[0][0] and level[0].right > before[0][1]:
        return True  # its label reaches into the values
    several = [one for one in run if len(one) > 1]
    telling = len(several) >= TELLING_LEVELS or any(is_value(piece.text) for one in several for piece in one[1:])
    gutters = _gutters([*run, level], rules)
    if telling and len(several) >= LEAST_LEVELS and any(
        _place(left, gutters) == _place(right, gutters) and not _in_one_cell(left, right, gutters, rules)
        for left, right in pairwise(level)
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
    column = _place(left, gutters)[0]
    starts = gutters[column - 1][0] - SAME if column else float("-inf")
    ends = gutters[column][1] + SAME if column < len(gutters) else float("inf")
    standing = [rule.at for rule in rules.down if rule.spans(left.middle) and starts <= rule.at <= ends]
    between = any(left.right - 1 <= at <= right.left + 1 for at in standing)
    return not between and any(at <= left.left for at in standing) and any(at >= right.right for at in standing)


def _lines_at(level: Level, rules: Rules) -> list[float]:
    """The lines that part a level's cells."""
    left, right = level[0].left, level[-1].right
    return [rule.at for rule in rules.down if rule.spans(level[0].middle) and left < rule.at < right]


def _within(some: Sequence[float], others: Sequence[float]) -> bool:
    return all(any(abs(one - other) <= SAME for other in others) for one in some)


@dataclass(frozen=True, slots=True)
class _Gaps:
    """A level's pieces and where it is parted between them: at the lines that stand there, or anywhere."""

    pieces: Level
    between: tuple[Gutter, ...]


def _gutters(run: Sequence[Level], rules: Rules) -> tuple[Gutter, ...]:
    """The strips between the columns of a run, from left to right."""
    several = [_gaps(level, rules) for level in (*run, *_rows_between(run, rules)) if len(level) > 1]
    levels = [one.pieces for one in several]
    gutters = _ending_columns([one for one in _strips(several) if one[1] - one[0] >= NARROWEST], levels)
    return tuple(sorted(gutters + _drawn_gutters(levels, gutters, rules)))


def _strips(several: Sequence[_Gaps]) -> list[Gutter]:
    """Where levels are parted, and few of their pieces lie across."""
    margin = min((one.pieces[0].left for one in several), default=0.0) + MARGIN  # left of it labels begin
    edges = sorted({edge for one in several for span in (*one.between, *_ends(one.pieces)) for edge in span})
    at = {edge: number for number, edge in enumerate(edges)}
    # Each counts up where a span begins and down where it ends, so that a running sum tells how many lie at a place.
    parted, inner, labels, values = ([0] * (len(edges) + 1) for _ in range(4))

    def lies(counts: list[int], left: float, right: float) -> None:
        counts[at[left]] += 1
        counts[at[right]] -= 1

    for one in several:
        for left, right in one.between:
            if left < right:
                lies(parted, left, right)
        for number, piece in enumerate(one.pieces):
            if 0 < number < len(one.pieces) - 1:
                lies(inner, piece.left, piece.right)
            else:
                lies(labels if piece.left <= margin else values, piece.left, piece.right)
    strips: list[Gutter] = []
    needed = min(2, len(several))
    sums = zip(*(accumulate(counts) for counts in (parted, inner, labels, values)), strict=True)
    for (left, right), (parts, within, label, value) in zip(pairwise(edges), sums, strict=False):
        some = max(1.0, SUPPORTED * parts)
        if parts < needed or within > some or label > some or value > parts:
            continue
        if strips and strips[-1][1] == left:
            strips[-1] = (strips[-1][0], right)
        else:
            strips.append((left, right))
    return strips


def _ends(level: Level) -> list[Gutter]:
    return [(piece.left, piece.right) for piece in level]


def _gaps(level: Level, rules: Rules) -> _Gaps:
    """A level with its gaps, each no wider than the lines that stand in it."""
    between = []
    for left, right in pairwise(level):
        lines = [rule.at for rule in rules.down if rule.spans(right.middle) and left.right <= rule.at <= right.left]
        start, end = (min(lines) - SAME, max(lines) + SAME) if lines else (left.right, right.left)
        between.append((max(left.right, start), min(right.left, end)))
    return _Gaps(level, tuple(between))


def _ending_columns(gutters: Sequence[Gutter], several: Sequence[Level]) -> list[Gutter]:
    """The strips behind a column: where no level has cells both in the column before and beyond, there is only one.

    What stands between two strips alone, while the columns on both sides are empty, lies within one strip.
    """
    kept: list[Gutter] = []
    for left, right in gutters:
        begins = kept[-1][1] if kept else float("-inf")
        if _is_behind_column((left, right), begins, several):
            kept.append((left, right))
        elif len(kept) > 1 and not _is_behind_column((kept[-1][1] - 1, begins), kept[-2][1], _with(several, begins, left)):
            kept[-1] = (kept[-1][0], right)
    return kept


def _is_behind_column(gutter: Gutter, begins: float, several: Sequence[Level]) -> bool:
    """Whether a level has a cell between `begins` and the strip, and the next one beyond it."""
    return any(
        one.left >= begins - 1 and one.right <= gutter[0] + 1 and other.left >= gutter[1] - 1
        for level in several
        for one, other in pairwise(level)
    )


def _with(several: Sequence[Level], left: float, right: float) -> list[Level]:
    """The levels with a cell that stands wholly between two places."""
    return [level for level in several if any(left - 1 <= one.left and one.right <= right + 1 for one in level)]


def _rows_between(run: Sequence[Level], rules: Rules) -> list[Level]:
    """The levels between each two lines as one: a value may stand beside the middle of its label."""
    left = min(level[0].left for level in run)
    right = max(piece.right for level in run for piece in level)
    bounds = [rule.at for rule in rules.across if _covers(rule, left, right)]
    groups: dict[int, list[Piece]] = {}
    for level in run:
        groups.setdefault(sum(bound <= level[0].middle for bound in bounds), []).extend(level)
    return [_overlapping(group) for group in groups.values()] if len(groups) > 1 else []


def _overlapping(pieces: Sequence[Piece]) -> list[Piece]:
    """Pieces above each other put together."""
    found: list[list[Piece]] = []
    for piece in sorted(pieces, key=lambda piece: piece.left):
        if found and piece.left < max(one.right for one in found[-1]):
            found[-1].append(piece)
        else:
            found.append([piece])
    return [joined(group) for group in found]


def _drawn_gutters(several: Sequence[Level], gutters: Sequence[Gutter], rules: Rules) -> list[Gutter]:
    """Further strips, where a line stands between two cells of a level; what lies across it holds for both columns."""
    drawn: list[Gutter] = []
    for rule in rules.down:
        gaps = [
            (left.right, right.left)
            for level in several
            for left, right in pairwise(level)
            if rule.spans(right.middle) and left.right <= rule.at <= right.left
        ]
        known = any(left - SAME <= rule.at <= right + SAME for left, right in (*gutters, *drawn))
        if gaps and not known:
            drawn.append((max(left for left, _ in gaps), min(right for _, right in gaps)))
    return [gutter for gutter in drawn if gutter[1] - gutter[0] >= NARROWEST]


def _place(piece: Piece, gutters: Sequence[Gutter]) -> tuple[int, int]:
    first = last = 0
    for number, (left, right) in enumerate(gutters):
        if piece.left >= right - 1:
            first = last = number + 1  # to the right of it
        elif piece.right <= left + 1:
            break  # to the left of it
        elif piece.left >= left - 1 and piece.right <= right + 1:  # within it
            return (number, number + 1) if number else (1, 1)
        elif min(piece.right, right) - max(piece.left, left) >= (ACROSS if number else 1.0) * (right - left):
            last = number + 1  # across it
        elif piece.left >= left - 1:
            first = last = number + 1  # begins within it
    return first, last


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
