"""The columns of a run of levels, told by the empty strips between them.

A strip parts columns when cells stand on both sides of it on several levels; a few cells may lie across it, as titles
over several columns and values that hold for several do.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import accumulate, pairwise

from ingest.documents.layout import Piece, joined
from ingest.documents.ruled import SAME_END, Rules

NARROW = 4.0  # points of a strip between columns, unless a line is drawn in it
NARROWEST = 1.0  # and then
MARGIN = 30.0  # points from a table's left edge, within which labels begin
SUPPORTED = 0.2  # of the levels that a strip parts, up to which others may cross it
ACROSS = 0.6  # of a strip that a piece covers, from which it lies across it

Level = Sequence[Piece]
Gutter = tuple[float, float]


def gutters_of(run: Sequence[Level], rules: Rules) -> tuple[Gutter, ...]:
    """The strips between the columns of a run, from left to right."""
    several = [_gaps(level, rules) for level in (*run, *_rows_between(run, rules)) if len(level) > 1]
    levels = [one.pieces for one in several]
    wide = [one for one in _strips(several) if one[1] - one[0] >= NARROW or _is_drawn(one, rules)]
    gutters = _ending_columns(wide, levels)
    return tuple(sorted(gutters + _drawn_gutters(levels, gutters, rules)))


def place(piece: Piece, gutters: Sequence[Gutter]) -> tuple[int, int]:
    """The first and the last column in which a piece stands; one within a strip between values holds for both."""
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


@dataclass(frozen=True, slots=True)
class _Gaps:
    """A level's pieces and where it is parted between them: at the lines that stand there, or anywhere."""

    pieces: Level
    between: tuple[Gutter, ...]


def _is_drawn(strip: Gutter, rules: Rules) -> bool:
    left, right = strip
    return right - left >= NARROWEST and any(left - 1 <= rule.at <= right + 1 for rule in rules.down)


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
        start, end = (min(lines) - SAME_END, max(lines) + SAME_END) if lines else (left.right, right.left)
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
        elif len(kept) > 1 and not _is_behind_column(
            (kept[-1][1] - 1, begins), kept[-2][1], _with(several, begins, left)
        ):
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
    bounds = [rule.at for rule in rules.across if rule.covers(left, right)]
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
        known = any(left - SAME_END <= rule.at <= right + SAME_END for left, right in (*gutters, *drawn))
        if gaps and not known:
            drawn.append((max(left for left, _ in gaps), min(right for _, right in gaps)))
    return [gutter for gutter in drawn if gutter[1] - gutter[0] >= NARROWEST]
