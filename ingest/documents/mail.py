"""EML: the subject as the title, then the letter, then its attachments, each read by the reader of its kind.

Who wrote it and when stand as headings: they tell whose letter it is and of which day, and are no statement of it.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import replace
from email import message_from_bytes, policy
from email.message import EmailMessage
from pathlib import Path, PurePath
from tempfile import TemporaryDirectory

from assistant.errors import DocumentError
from ingest.documents.blocks import Block, BlockKind, Parsed, Reader, Unread
from ingest.documents.plain import blocks_of
from ingest.documents.web import parsed_html

MOST_ATTACHMENTS = 50
ORNAMENT = 40_000  # bytes of a picture within the letter, up to which it is a logo and not told
NO_SUBJECT = "(no subject)"
OF_A_LETTER = r"^[>\s*]*(?:From|Sent|Date|To|Cc|Subject):.*$"
ANSWERED = re.compile(rf"(?:{OF_A_LETTER}\n?){{2,}}", re.MULTILINE)  # the head of a letter that is answered or sent on
TOP, BELOW = 1, 2  # levels of headings


def read(path: Path, read_attachment: Reader) -> Parsed:
    """A letter; `read_attachment` reads a file of any kind. Never raises for an attachment, which is told instead."""
    message = message_from_bytes(path.read_bytes(), policy=policy.default)
    subject = " ".join(str(message["subject"] or "").split())
    told = [f"From: {message['From']}"] * bool(message["From"]) + [f"Date: {_day(message)}"] * bool(message["Date"])
    blocks = [Block(BlockKind.HEADING, " ".join(line.split()), level=BELOW) for line in told]
    blocks.append(Block(BlockKind.HEADING, subject or NO_SUBJECT, level=TOP))
    body = _body(message)
    parts = [body]
    for number, part in enumerate(message.iter_attachments()):
        if number >= MOST_ATTACHMENTS:
            parts.append(Parsed((), unread=(Unread(f"Only the first {MOST_ATTACHMENTS} attachments were read."),)))
            break
        parts.append(_attached(part, read_attachment))
    return Parsed(
        (*blocks, *(block for part in parts for block in part.blocks)),
        title=subject,
        unread=tuple(unread for part in parts for unread in part.unread),
    )


def _day(message: EmailMessage) -> str:
    """The day of a letter as a letter writes it; as the file has it where that is no date."""
    moment = getattr(message["Date"], "datetime", None)
    return f"{moment:%B} {moment.day}, {moment.year}" if moment else str(message["Date"])


def _body(message: EmailMessage) -> Parsed:
    body = message.get_body(("plain", "html"))
    if body is None:
        return Parsed(())
    content = str(body.get_content())
    return parsed_html(content) if body.get_content_subtype() == "html" else Parsed(tuple(_letter(content)))


def _letter(text: str) -> Iterator[Block]:
    """A letter's paragraphs; the head of one that is answered below it is a heading."""
    after = 0
    for head in ANSWERED.finditer(text):
        yield from blocks_of(text[after : head.start()])
        yield Block(BlockKind.HEADING, " ".join(head.group().replace(">", " ").split()), level=BELOW)
        after = head.end()
    yield from blocks_of(text[after:])


def _attached(part: EmailMessage, read: Reader) -> Parsed:
    """An attachment under its name, its headings one level lower. Its pages are those of the attachment."""
    name = PurePath((part.get_filename() or _unnamed(part)).replace("\\", "/")).name
    content = _bytes_of(part)
    if part.get_content_maintype() == "image" and part.get_content_disposition() != "attachment":
        told = f"The picture “{name}” within the letter was not read; save it and add it."
        return Parsed((), unread=(Unread(told),) if len(content) > ORNAMENT else ())
    try:
        with TemporaryDirectory(prefix="bitewing-") as folder:
            file = Path(folder) / f"attachment{PurePath(name).suffix[:10]}"
            file.write_bytes(content)
            parsed = read(file)
    except DocumentError as error:
        return Parsed((), unread=(Unread(f"The attachment “{name}” was not read. {error}"),))
    except MemoryError:
        raise
    except Exception as error:  # whatever a library raises on a broken attachment, the letter is read all the same
        why = f"The attachment “{name}” is broken ({type(error).__name__}); ask for it anew and add it."
        return Parsed((), unread=(Unread(why),))
    blocks = [replace(block, level=block.level + TOP if block.level else 0, boxes=()) for block in parsed.blocks]
    unread = (replace(one, why=f"The attachment “{name}”: {one.why}") for one in parsed.unread)
    return Parsed((Block(BlockKind.HEADING, name, level=TOP), *blocks), unread=tuple(unread))


def _unnamed(part: EmailMessage) -> str:
    """A name for an attachment that has none: a letter sent on is called by its subject."""
    if part.get_content_type() == "message/rfc822":
        inner = part.get_content()
        return f"{' '.join(str(inner['subject'] or 'letter').split())}.eml"
    return part.get_content_type().replace("/", ".")


def _bytes_of(part: EmailMessage) -> bytes:
    content = part.get_content()
    if isinstance(content, str):
        return content.encode()
    return bytes(content)
