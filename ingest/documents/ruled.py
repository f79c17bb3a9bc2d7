"""The straight lines that are drawn on a page, level and upright: what parts the rows and columns of a table.

They come from PDFium's paths, edges of filled boxes included, or from the dots of a picture. Lengths are points.
"""

from __future__ import annotations

import ctypes
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Literal

import numpy as np
import pypdfium2 as pdfium
import pypdfium2.raw as raw

from assistant.types import Box
from ingest.documents.drawn import Drawing, Frame, frame_of
from ingest.documents.layout import Piece

SHORTEST = 10.0  # of a line that parts anything
STRAIGHT = 0.8  # by which a line's ends may stand apart and it is still level or upright
THIN = 3.0  # of a filled box, up to which it is drawn as a line
WHITE = 250  # of 255, from which a filled box is no box but a part of the page
TOGETHER = 1.6  # apart, up to which two lines are one
BRIDGED = 2.5  # between the ends of lines that are one: borders are drawn cell by cell
SAME_END = 6.0  # by which the ends of lines that belong together may stand apart
BESIDE = 1.8  # on both sides of a line, where it differs from what is around it
WIDE = 0.55  # of a letter's size, from which a gap between two words is more than a space
UNDERLINE = 4.0  # below the letters' line, up to which a line underlines them
MOST_SEGMENTS = 20_000  # of a page: a drawing has more, a table has not

Point = tuple[float, float]


@dataclass(frozen=True, slots=True)
class Rule:
    """A line at `at`, from `start` to `end`: a level one's height and its ends from the left, an upright one's place
    from the left and its ends from the top.
    """

    at: float
    start: float
    end: float

    def spans(self, place: float) -> bool:
        return self.start <= place <= self.end

    def covers(self, start: float, end: float) -> bool:
        return self.start - SAME_END <= start and end <= self.end + SAME_END

    def is_like(self, other: Rule) -> bool:
        """Whether two lines begin and end alike, as those between the rows of a table do."""
        return abs(self.start - other.start) <= SAME_END and abs(self.end - other.end) <= SAME_END


@dataclass(frozen=True, slots=True)
class Rules:
    """All lines of a page, those that make one put together."""

    across: tuple[Rule, ...] = ()
    down: tuple[Rule, ...] = ()

    def meet(self, across: Rule) -> bool:
        """Whether lines down the page stand at both ends of one across it, as around a cell."""
        standing = [rule.at for rule in self.down if rule.start - SAME_END <= across.at <= rule.end + SAME_END]
        return all(any(abs(at - end) <= SAME_END for at in standing) for end in (across.start, across.end))

    def part(self, left: Piece, right: Piece) -> bool:
        """Whether a line stands between two words on one level, or would if it went on, as those of a header do."""
        wide = right.left - left.right >= WIDE * right.size
        return any(
            left.right - 1 <= rule.at <= right.left + 1 and (wide or rule.spans(right.middle)) for rule in self.down
        )


def rules_of(page: pdfium.PdfPage, frame: Frame, drawing: Drawing) -> Rules:
    """The lines that can be seen on a page, in the frame of its words."""
    shown = frame_of(page)
    across: list[Rule] = []
    down: list[Rule] = []
    for number, ends in enumerate(_segments(page)):
        if number >= MOST_SEGMENTS:
            return Rules()
        (x0, y0), (x1, y1) = (frame.place(*end) for end in ends)
        if abs(y0 - y1) <= STRAIGHT:
            across.append(Rule((y0 + y1) / 2, min(x0, x1), max(x0, x1)))
        elif abs(x0 - x1) <= STRAIGHT:
            down.append(Rule((x0 + x1) / 2, min(y0, y1), max(y0, y1)))

    def seen(left: float, top: float, right: float, bottom: float) -> bool:
        return drawing.has_edge(frame.turned_box(Box(0, left, top, right, bottom), shown))

    return Rules(
        tuple(r for r in _merged(across) if seen(r.start, r.at - BESIDE, r.end, r.at + BESIDE)),
        tuple(r for r in _merged(down) if seen(r.at - BESIDE, r.start, r.at + BESIDE, r.end)),
    )


def rules_from_dots(level: np.ndarray, upright: np.ndarray, scale: float) -> Rules:
    """The lines in a picture: where dots form level and upright strokes; `scale` turns dots into points."""
    from scipy.ndimage import find_objects, label

    found: list[list[Rule]] = []
    for dots, axis in ((level, 0), (upright, 1)):
        rules = []
        for place in find_objects(label(dots)[0]):
            at, along = place[axis], place[1 - axis]
            rules.append(Rule((at.start + at.stop) / 2 * scale, along.start * scale, along.stop * scale))
        found.append(rules)
    return Rules(_merged(found[0]), _merged(found[1]))


def without_underlines(rules: Rules, pieces: Sequence[Piece]) -> Rules:
    """The lines without those that underline words."""
    return Rules(tuple(rule for rule in rules.across if not any(_underlines(rule, one) for one in pieces)), rules.down)


def _underlines(rule: Rule, piece: Piece) -> bool:
    below = -UNDERLINE <= rule.at - piece.bottom <= UNDERLINE
    return below and piece.left - UNDERLINE <= rule.start and rule.end <= piece.right + UNDERLINE


def _merged(rules: Iterable[Rule]) -> tuple[Rule, ...]:
    """Lines at one place whose ends meet are one; what is short even then is none."""
    merged: list[Rule] = []
    for rule in _by_place(rules):
        last = merged[-1] if merged and merged[-1].at == rule.at else None
        if last is not None and rule.start - last.end <= BRIDGED:
            merged[-1] = Rule(last.at, last.start, max(last.end, rule.end))
        else:
            merged.append(rule)
    return tuple(sorted((r for r in merged if r.end - r.start >= SHORTEST), key=lambda r: (r.at, r.start)))


def _by_place(rules: Iterable[Rule]) -> Iterator[Rule]:
    """Lines that stand at one place together, each group from start to end, all at the first one's place."""
    group: list[Rule] = []
    for rule in sorted(rules, key=lambda rule: rule.at):
        if group and rule.at - group[0].at > TOGETHER:
            yield from sorted(group, key=lambda one: one.start)
            group = []
        group.append(Rule(group[0].at if group else rule.at, rule.start, rule.end))
    yield from sorted(group, key=lambda one: one.start)


def _segments(page: pdfium.PdfPage) -> Iterator[tuple[Point, Point]]:
    """The straight pieces of all paths that can be seen, in the file's coordinates."""
    for one in page.get_objects(filter=[raw.FPDF_PAGEOBJ_PATH], max_depth=4):
        drawn = _drawn(one)
        if drawn is None:
            continue
        matrix, container = one.get_matrix(), one.container
        while container is not None:
            matrix, container = matrix.multiply(container.get_matrix()), container.container
        for line in _lines(one):
            points = [matrix.on_point(*point) for point in line]
            if drawn == "paper" and min(_extent(points)) > THIN:
                continue
            yield from pairwise(points)


def _drawn(path: pdfium.PdfObject) -> Literal["ink", "paper"] | None:
    """Whether a path is drawn in a colour of its own, fills in the colour of paper, or is not drawn at all."""
    fill, stroke = ctypes.c_int(), ctypes.c_int()
    raw.FPDFPath_GetDrawMode(path, ctypes.byref(fill), ctypes.byref(stroke))
    if stroke.value:
        return "ink"
    if fill.value == raw.FPDF_FILLMODE_NONE:
        return None
    colour = [ctypes.c_uint() for _ in range(4)]
    raw.FPDFPageObj_GetFillColor(path, *map(ctypes.byref, colour))
    return "paper" if all(value.value >= WHITE for value in colour[:3]) else "ink"


def _lines(path: pdfium.PdfObject) -> Iterator[list[Point]]:
    """The parts of a path that are straight, each as its corners."""
    x, y = ctypes.c_float(), ctypes.c_float()
    line: list[Point] = []
    start: Point = (0.0, 0.0)
    for number in range(raw.FPDFPath_CountSegments(path)):
        segment = raw.FPDFPath_GetPathSegment(path, number)
        raw.FPDFPathSegment_GetPoint(segment, ctypes.byref(x), ctypes.byref(y))
        point = (x.value, y.value)
        kind = raw.FPDFPathSegment_GetType(segment)
        if kind == raw.FPDF_SEGMENT_LINETO:
            line.append(point)
        else:  # a new part, or a curve, which ends one
            if len(line) > 1:
                yield line
            line = [point]
            start = point if kind == raw.FPDF_SEGMENT_MOVETO else start
        if raw.FPDFPathSegment_GetClose(segment):
            line.append(start)
    if len(line) > 1:
        yield line


def _extent(points: Sequence[Point]) -> tuple[float, float]:
    xs, ys = zip(*points, strict=True)
    return max(xs) - min(xs), max(ys) - min(ys)
