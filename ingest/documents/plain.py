"""Plain text: paragraphs between empty lines, and lines that stand as headings."""

from __future__ import annotations

import re
from pathlib import Path

from ingest.documents.blocks import Block, BlockKind, Parsed

UNDERLINE = re.compile(r"^\s*[=\-~*_]{3,}\s*$")
ITEM = re.compile(r"^\s*(?:[-*•·–]|\(?\d{1,2}[.)]|[a-z]\))\s+")
LONGEST_HEADING = 80


def read(path: Path) -> Parsed:
    return Parsed(tuple(blocks_of(decoded(path.read_bytes()))))


def decoded(data: bytes) -> str:
    """Bytes as text: UTF-8 or UTF-16 where they are that, else the Western set that Windows writes."""
    for encoding in ("utf-16",) if data.startswith((b"\xff\xfe", b"\xfe\xff")) else ("utf-8-sig",):
        try:
            return data.decode(encoding)
        except UnicodeDecodeError:
            pass
    return data.decode("cp1252", errors="replace")


def blocks_of(text: str) -> list[Block]:
    """Headings, paragraphs and items of lists, each on one line."""
    blocks: list[Block] = []
    gathered: list[str] = []

    def finish() -> None:
        if gathered:
            blocks.append(Block(BlockKind.TEXT, " ".join(" ".join(gathered).split())))
            gathered.clear()

    lines = text.splitlines()
    for line, following in zip(lines, [*lines[1:], ""], strict=True):
        if not line.strip():
            finish()
        elif UNDERLINE.match(line):
            continue
        elif _is_heading(line, following):
            finish()
            blocks.append(Block(BlockKind.HEADING, " ".join(line.split()).rstrip(":"), level=2))
        else:
            if ITEM.match(line):
                finish()
            gathered.append(ITEM.sub("", line) if ITEM.match(line) else line)
    finish()
    return blocks


def _is_heading(line: str, following: str) -> bool:
    """A short line that is underlined, all capitals, or ends with a colon above a paragraph."""
    plain = line.strip()
    if len(plain) > LONGEST_HEADING or ITEM.match(line):
        return False
    return bool(UNDERLINE.match(following)) or (plain.isupper() and len(plain.split()) > 1)
