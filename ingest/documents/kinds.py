"""Which reader takes a file: by what its first bytes say, and by its name only where these leave it open."""

from __future__ import annotations

import re
import zipfile
from collections.abc import Sequence
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
OPEN_DOCUMENTS = {"text": ".docx", "spreadsheet": ".xlsx", "presentation": ".pptx", "graphics": "PDF"}
PHONE_PICTURES = (b"heic", b"heix", b"mif1", b"msf1", b"avif")
ARCHIVES = (b"Rar!", b"7z\xbc\xaf\x27\x1c", b"\x1f\x8b", b"BZh", b"\xfd7zXZ")
ARCHIVE = "It is an archive of files. Unpack it and add the files that are in it."
DRAWN = re.compile(
    rb"\A\s*(?:<\?xml[^>]*>\s*)?(?:<!--.*?-->\s*|<!DOCTYPE svg[^>]*>\s*)*<svg\b", re.IGNORECASE | re.DOTALL
)
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
    if (advice := _advice(path, first)) is not None:
        raise DocumentError(advice)
    if HTML.match(first):
        return web.read
    if _is_binary(first):
        raise DocumentError(
            "The kind of this file is not known. Save it as PDF, .docx, .xlsx, .csv, .pptx, .html, .eml, .md or .txt."
        )
    if path.suffix.lower() == ".eml" or (
        MAIL.match(first.replace(b"\r\n", b"\n")) and len(MAIL_FIELD.findall(first)) > 1
    ):
        return lambda file: mail.read(file, read)
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
            if f"{start}workbook.bin" in names:
                raise DocumentError("It is a binary Excel workbook. Open it in Excel, save it as .xlsx, and add that.")
            return reader
    raise DocumentError(_advice_on_packed(path, names))


def _advice(path: Path, first: bytes) -> str | None:
    """What to do with a file of a kind that is known and not read; None for any other."""
    suffix = path.suffix.lower()
    if first.startswith(OLD_OFFICE):
        if suffix == ".msg":
            return "It is a letter as Outlook keeps it. Save it in Outlook as .eml, or print it to PDF, and add that."
        return (
            "It is a file of an old Office format, or locked with a password. Open it, save it as .docx, .xlsx, .pptx "
            "or PDF without a password, and add that."
        )
    if first.startswith(rb"{\rtf"):
        return "RTF is not read. Open it in a word processor, save it as .docx, and add that."
    if first[4:8] == b"ftyp":
        if first[8:12] in PHONE_PICTURES:
            return "It is a picture as phones keep it. Save or send it as JPEG or PDF, and add that."
        return "It is a film or a recording. Write down what it says and add that as text."
    if first.startswith(ARCHIVES):
        return ARCHIVE
    if first.startswith(b"%!PS"):
        return "It is PostScript, which printers read. Print the document to PDF, and add that."
    if DRAWN.match(first):
        return "It is a drawing. Export it as PDF from the program that made it, and add that."
    return None


def _advice_on_packed(path: Path, names: Sequence[str]) -> str:
    """What to do with a packed file that no reader takes."""
    try:
        with zipfile.ZipFile(path) as packed:
            kind = packed.read("mimetype")[:100].decode("ascii", "replace") if "mimetype" in names else ""
    except (zipfile.BadZipFile, NotImplementedError, OSError):
        kind = ""
    for part, save in OPEN_DOCUMENTS.items():
        if kind.startswith(f"application/vnd.oasis.opendocument.{part}"):
            return f"It is an OpenDocument {part}. Open it in LibreOffice, save it as {save}, and add that."
    if kind == "application/epub+zip":
        return "It is an e-book (EPUB). Convert it to PDF, for example with Calibre, and add that."
    if any(name.startswith("Index/") and name.endswith(".iwa") for name in names):
        return (
            "It is a file of Apple's Pages, Numbers or Keynote. Export it as .docx, .xlsx, .pptx or PDF, and add that."
        )
    if "Documents/1/FixedDocument.fdoc" in names or any(name.endswith(".fpage") for name in names):
        return "It is an XPS document. Open it, print it to PDF, and add that."
    return ARCHIVE


def _is_binary(first: bytes) -> bool:
    if first.startswith((b"\xff\xfe", b"\xfe\xff")):
        return False  # text in two bytes a character
    return b"\0" in first or sum(byte < 9 or 13 < byte < 32 for byte in first) > len(first) / 50
