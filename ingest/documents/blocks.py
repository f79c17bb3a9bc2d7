"""What a reader makes of a file: its blocks in reading order, whatever the format, and what could not be read.

Every reader is `read(path) -> Parsed` in a file of its own, pure but for reading that path; it fetches nothing, runs
nothing that the file brings and raises `DocumentError`, with what to do, when nothing of the file can be read.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from enum import StrEnum
from pathlib import Path

from assistant.types import Box


class BlockKind(StrEnum):
    HEADING = "heading"
    TEXT = "text"  # a paragraph or an item of a list
    ROW = "row"  # one row of a table, with its header


@dataclass(frozen=True, slots=True)
class Block:
    """A piece of a document in reading order.

    `text` is one line, its white space single spaces. A row's `cells` stand under `header`, both of one length, and
    its `text` is their reading, `header: cell; header: cell.`. `level` is a heading's, 1 the highest. `page` counts
    from 1 and is a slide's number in slides; `sheet` and `row` are as the spreadsheet shows them, row 1 the first.
    `boxes` show where it stands on its pages.
    """

    kind: BlockKind
    text: str
    page: int | None = None
    level: int = 0
    header: tuple[str, ...] = ()
    cells: tuple[str, ...] = ()
    sheet: str | None = None
    row: int | None = None
    boxes: tuple[Box, ...] = ()


@dataclass(frozen=True, slots=True)
class Unread:
    """What could not be read, and why; `page` is None when it is the file or a part without a page."""

    why: str
    page: int | None = None


@dataclass(frozen=True, slots=True)
class Parsed:
    """A document as read. `pages` is None for a format without pages; `title` is what the file itself calls it."""

    blocks: tuple[Block, ...]
    pages: int | None = None
    title: str = ""
    unread: tuple[Unread, ...] = field(default=())


Reader = Callable[[Path], Parsed]


def row_text(header: tuple[str, ...], cells: tuple[str, ...]) -> str:
    """How a row reads: each filled cell behind the name of its column."""
    pairs = [(name, cell) for name, cell in zip(header, cells, strict=True) if cell]
    text = "; ".join(f"{name.rstrip(':')}: {cell}" if name else cell for name, cell in pairs)
    return text if text.endswith((".", "!", "?")) else f"{text}."
