"""PPTX: a slide is a page; its title is a heading, then its texts and tables from top to bottom, then the notes."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

from pptx import Presentation

from ingest.documents.blocks import Block, BlockKind, Parsed
from ingest.documents.tables import rows_of


def read(path: Path) -> Parsed:
    show = Presentation(str(path))
    slides = list(show.slides)
    blocks = tuple(block for number, slide in enumerate(slides, 1) for block in _slide(slide, number))
    return Parsed(blocks, pages=len(slides), title=show.core_properties.title or "")


def _slide(slide: Any, number: int) -> Iterator[Block]:
    title = slide.shapes.title
    if title is not None and title.text_frame.text.strip():
        yield Block(BlockKind.HEADING, " ".join(title.text_frame.text.split()), number, level=2)
    shapes = [shape for shape in _all(slide.shapes) if title is None or shape.shape_id != title.shape_id]
    for shape in sorted(shapes, key=lambda shape: (shape.top or 0, shape.left or 0)):
        if shape.has_text_frame:
            yield from _texts(shape.text_frame, number)
        elif getattr(shape, "has_table", False):
            rows = [[cell.text_frame.text for cell in row.cells] for row in shape.table.rows]
            yield from rows_of(rows, page=number)
    if slide.has_notes_slide and slide.notes_slide.notes_text_frame is not None:
        yield from _texts(slide.notes_slide.notes_text_frame, number)


def _all(shapes: Any) -> Iterator[Any]:
    """Shapes and those in groups."""
    for shape in shapes:
        if hasattr(shape, "shapes"):
            yield from _all(shape.shapes)
        else:
            yield shape


def _texts(frame: Any, number: int) -> Iterator[Block]:
    for paragraph in frame.paragraphs:
        text = " ".join(paragraph.text.split())
        if text:
            yield Block(BlockKind.TEXT, text, number)
