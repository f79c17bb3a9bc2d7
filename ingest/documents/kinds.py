"""Which reader takes a file: by what its first bytes say, and by its name only where these leave it open."""

from __future__ import annotations

import re
import zipfile
from pathlib import Path

from assistant.errors import DocumentError
from ingest.documents import mail, pdf, plain, scan, sheets, slides, web, word
from ingest.documents.blocks import Parsed, Reader
from ingest.documents.orders import without_orders

FEWEST_WORDS = 3  # in a document that says anything
FIRST = 2_048  # bytes that are looked at
MOST_UNPACKED = 1 << 29  # bytes that an Office file may unpack to: half a gigabyte
MOST_PACKED_TIMES = 200  # by which it may shrink; honest ones stay under fifty
SMALL = 1 << 20  # bytes under which shrinking harms nothing
IMAGES = (b"\x89PNG\r\n\x1a\n", b"\xff\xd8\xff", b"II*\x00", b"MM\x00*", b"GIF8", b"BM")
OFFICE: dict[str, Reader] = {"word/": word.read, "xl/": sheets.read, "ppt/": slides.read}
OLD_OFFICE = b"\xd0\xcf\x11\xe0"
MAIL = re.compile(rb"\A(?:[\w-]+:[^\n]*\n(?:[ \t][^\n]*\n)*){2,}", re.MULTILINE)
MAIL_FIELD = re.compile(
    rb"^(?:from|to|subject|received|mime-version|message-id|return-path):", re.IGNORECASE | re.MULTILINE
)
HTML = re.compile(
    rb"\A\s*(?:<\?xml[^>]*>\s*)?(?:<!--.*?-->\s*)*<(?:!doctype html|html|head|body)\b", re.IGNORECASE | re.DOTALL
)
TEXTS: dict[str, Reader] = {".csv": sheets.read_csv, ".tsv": sheets.read_csv, ".md": web.read_markdown,
                            ".markdown": web.read_markdown, ".html": web.read, ".htm": web.read}  # fmt: skip


def read(path: Path) -> Parsed:
    """The file's blocks. Raises `DocumentError` for a kind that is not read and for a file that cannot be."""
    with path.open("rb") as file:
        first = file.read(FIRST)
    parsed = without_orders(_reader(path, first)(path))
    if sum(len(block.text.split()) for block in parsed.blocks) < FEWEST_WORDS and not parsed.unread:
        raise DocumentError("No text was found in it. Save it as PDF, .docx, .xlsx, .html or .txt, and add that.")
    return parsed


def _reader(path: Path, first: bytes) -> Reader:
    if not first.strip():
        raise DocumentError("The file is empty. Save it anew from the program that made it.")
    if b"%PDF-" in first[:1_024]:
        return pdf.read
    if first.startswith(b"PK"):
        return _office(path)
    if first.startswith(IMAGES) or (first.startswith(b"RIFF") and first[8:12] == b"WEBP"):
        return scan.read
    if first.startswith(OLD_OFFICE):
        raise DocumentError(
            "It is a file of an old Office format, or locked with a password. Open it, save it as .docx, .xlsx, .pptx "
            "or PDF without a password, and add that."
        )
    if first.startswith(rb"{\rtf"):
        raise DocumentError("RTF is not read. Open it in a word processor, save it as .docx, and add that.")
    if HTML.match(first):
        return web.read
    if _is_binary(first):
        raise DocumentError(
            "The kind of this file is not known. Save it as PDF, .docx, .xlsx, .csv, .pptx, .html, .eml, .md or .txt."
        )
    if path.suffix.lower() == ".eml" or (
        MAIL.match(first.replace(b"\r\n", b"\n")) and len(MAIL_FIELD.findall(first)) > 1
    ):
        return mail.read
    return TEXTS.get(path.suffix.lower(), plain.read)


def _office(path: Path) -> Reader:
    """The reader of a packed Office file, its unpacked size looked at before anything is unpacked."""
    try:
        with zipfile.ZipFile(path) as packed:
            members = packed.infolist()
    except (zipfile.BadZipFile, ValueError, OSError) as error:
        raise DocumentError(f"The file is cut off or broken ({error}). Save it anew and add that.") from error
    unpacked = sum(member.file_size for member in members)
    times = max((m.file_size / max(m.compress_size, 1) for m in members if m.file_size > SMALL), default=0.0)
    if unpacked > MOST_UNPACKED or times > MOST_PACKED_TIMES:
        raise DocumentError(
            f"It would unpack to {unpacked >> 20:,} MB, far more than its text can need. It is not opened; if you "
            "trust it, save it anew without its pictures."
        )
    names = [member.filename for member in members]
    if any(member.flag_bits & 1 for member in members):
        raise DocumentError("It is locked with a password. Save it without one and add that.")
    for start, reader in OFFICE.items():
        if any(name.startswith(start) for name in names):
            return reader
    raise DocumentError("It is an archive of files. Unpack it and add the files that are in it.")


def _is_binary(first: bytes) -> bool:
    if first.startswith((b"\xff\xfe", b"\xfe\xff")):
        return False  # text in two bytes a character
    return b"\0" in first or sum(byte < 9 or 13 < byte < 32 for byte in first) > len(first) / 50
