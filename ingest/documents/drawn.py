"""A page of a PDF as it is drawn: which way up it is read, and what of it can be seen."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pypdfium2 as pdfium

from assistant.types import Box

DRAWN_AT = 2.0  # pixels a point
MOST_PIXELS = 3_000  # of a drawn page's longer side
CONTRAST = 30  # of 255, below which letters cannot be read
FAINT = 6  # of 255, from which the edge of a shaded box can be seen
MOSTLY = 0.6  # of a line that differs from what is beside it, from which the line can be seen


@dataclass(frozen=True, slots=True)
class Frame:
    """A page turned by quarters until its text runs from left to right; lengths from its upper left corner.

    `left`, `bottom`, `right` and `top` are the edges of what is shown of the page, in the file's own coordinates.
    """

    quarter: int  # by which text is turned against the file's own coordinates, counterclockwise
    left: float
    bottom: float
    right: float
    top: float

    @property
    def width(self) -> float:
        return self.top - self.bottom if self.quarter % 2 else self.right - self.left

    @property
    def height(self) -> float:
        return self.right - self.left if self.quarter % 2 else self.top - self.bottom

    def place(self, x: float, y: float) -> tuple[float, float]:
        """A point of the file in this frame."""
        match self.quarter:
            case 0:
                return x - self.left, self.top - y
            case 1:
                return y - self.bottom, x - self.left
            case 2:
                return self.right - x, y - self.bottom
            case _:
                return self.top - y, self.right - x

    def point(self, x: float, y: float) -> tuple[float, float]:
        """A point of this frame in the file."""
        match self.quarter:
            case 0:
                return x + self.left, self.top - y
            case 1:
                return y + self.left, x + self.bottom
            case 2:
                return self.right - x, y + self.bottom
            case _:
                return self.right - y, self.top - x

    def turned_box(self, box: Box, shown: Frame) -> Box:
        """A box of this frame in the frame in which the page is shown."""
        if self.quarter == shown.quarter:
            return box
        corners = [shown.place(*self.point(x, y)) for x in (box.left, box.right) for y in (box.top, box.bottom)]
        xs, ys = zip(*corners, strict=True)
        return Box(box.page, min(xs), min(ys), max(xs), max(ys))


def frame_of(page: pdfium.PdfPage, quarter: int | None = None) -> Frame:
    """The frame in which a page is shown, or the one that is turned by `quarter`."""
    return Frame((page.get_rotation() // 90 if quarter is None else quarter) % 4, *page.get_cropbox())


@dataclass(frozen=True, slots=True)
class Drawing:
    """The dots of a drawn page, `scale` of them a point. Boxes are in the frame in which the page is shown."""

    dots: np.ndarray
    scale: float

    def has_ink(self, box: Box) -> bool:
        """Whether letters stand out within a box."""
        part = self._part(box)
        return part.size > 0 and int(part.max()) - int(part.min()) >= CONTRAST

    def has_edge(self, box: Box) -> bool:
        """Whether a line or an edge runs along a box that is much longer than wide."""
        part = self._part(box)
        across = 0 if box.right - box.left > box.bottom - box.top else 1
        if part.size == 0:
            return False
        differing = part.max(axis=across).astype(int) - part.min(axis=across) >= FAINT
        return float(differing.mean()) >= MOSTLY

    def _part(self, box: Box) -> np.ndarray:
        top, left = max(int(box.top * self.scale), 0), max(int(box.left * self.scale), 0)
        return self.dots[top : max(int(box.bottom * self.scale) + 1, 0), left : max(int(box.right * self.scale) + 1, 0)]


def drawing_of(page: pdfium.PdfPage) -> Drawing:
    shown = frame_of(page)
    scale = min(DRAWN_AT, MOST_PIXELS / max(shown.width, shown.height, 1.0))
    return Drawing(page.render(scale=scale, grayscale=True).to_numpy().squeeze(), scale)
