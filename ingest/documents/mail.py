"""EML: the subject as the title, then the letter. Attachments are named, not read."""

from __future__ import annotations

from email import message_from_bytes, policy
from pathlib import Path

from ingest.documents.blocks import Block, BlockKind, Parsed, Unread
from ingest.documents.plain import blocks_of
from ingest.documents.web import parsed_html


def read(path: Path) -> Parsed:
    message = message_from_bytes(path.read_bytes(), policy=policy.default)
    subject = " ".join(str(message["subject"] or "").split())
    blocks = [Block(BlockKind.HEADING, subject, level=1)] if subject else []
    told = [f"{name}: {message[name]}" for name in ("From", "Date") if message[name]]
    blocks += [Block(BlockKind.TEXT, " ".join(line.split())) for line in told]
    unread: list[Unread] = []
    body = message.get_body(("plain", "html"))
    if body is not None:
        content = str(body.get_content())
        if body.get_content_subtype() == "html":
            page = parsed_html(content)
            blocks += page.blocks
            unread += page.unread
        else:
            blocks += blocks_of(content)
    for part in message.iter_attachments():
        unread.append(
            Unread(
                f"The attachment “{part.get_filename() or part.get_content_type()}” was not read; save it and add it."
            )
        )
    return Parsed(tuple(blocks), title=subject, unread=tuple(unread))
