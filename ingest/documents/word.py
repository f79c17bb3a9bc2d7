"""DOCX: headings, paragraphs and tables in the order in which they stand."""

from __future__ import annotations

import re
from pathlib import Path

from docx import Document
from docx.oxml.ns import qn
from docx.shared import RGBColor
from docx.table import Table, _Cell
from docx.text.paragraph import Paragraph
from docx.text.run import Run

from ingest.documents.blocks import Block, BlockKind, Parsed, Unread
from ingest.documents.tables import rows_of

HEADING = re.compile(r"^(?:heading|überschrift)\s*(\d)$", re.IGNORECASE)
WHITE = RGBColor(0xFF, 0xFF, 0xFF)
PAPER = ("", "auto", "ffffff")  # grounds on which white cannot be read
LONGEST_BOLD = 12  # words of a bold line that stands as a heading
LEFT_OUT = "Hidden or white text was left out."


def read(path: Path) -> Parsed:
    document = Document(str(path))
    hidden: list[str] = []
    blocks: list[Block] = []
    for part in document.iter_inner_content():
        blocks += _rows(part, hidden) if isinstance(part, Table) else _paragraph(part, hidden)
    title = document.core_properties.title or ""
    return Parsed(tuple(blocks), title=title, unread=(Unread(LEFT_OUT),) if hidden else ())


def _paragraph(paragraph: Paragraph, hidden: list[str]) -> list[Block]:
    text = _seen(paragraph, hidden)
    if not text:
        return []
    style = paragraph.style.name if paragraph.style is not None and paragraph.style.name else ""
    if style == "Title":
        return [Block(BlockKind.HEADING, text, level=1)]
    if (match := HEADING.match(style)) is not None:
        return [Block(BlockKind.HEADING, text, level=int(match.group(1)))]
    runs = [run for run in paragraph.runs if run.text.strip()]
    if runs and all(run.bold for run in runs) and len(text.split()) <= LONGEST_BOLD and not text.endswith("."):
        return [Block(BlockKind.HEADING, text.rstrip(":"), level=6)]
    return [Block(BlockKind.TEXT, text)]


def _rows(table: Table, hidden: list[str]) -> list[Block]:
    rows = [[_cell(cell, hidden) for cell in row.cells] for row in table.rows]
    return list(rows_of(rows))


def _cell(cell: _Cell, hidden: list[str]) -> str:
    return " ".join(filter(None, (_seen(paragraph, hidden) for paragraph in cell.paragraphs)))


def _seen(paragraph: Paragraph, hidden: list[str]) -> str:
    """A paragraph's text without what a reader of the page does not see; that is added to `hidden`."""
    runs = [run for part in paragraph.iter_inner_content() for run in (getattr(part, "runs", None) or [part])]
    seen: list[str] = []
    for run in runs:
        white = run.font.color is not None and run.font.color.rgb == WHITE
        unseen = run.font.hidden or (white and not _is_shaded(run))
        (hidden if unseen and run.text.strip() else seen).append(run.text)
    return " ".join("".join(seen).split())


def _is_shaded(run: Run) -> bool:
    """Whether a run stands on a ground of its own, as white letters in the header of a table do."""
    return any(
        (shading.get(qn("w:fill")) or "").lower() not in PAPER
        for shading in run._r.xpath("ancestor-or-self::*/*[self::w:rPr or self::w:pPr or self::w:tcPr]/w:shd")
    )
