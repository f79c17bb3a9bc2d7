"""HTML pages and Markdown: what a reader would see, without scripts, menus and hidden parts. Nothing is fetched."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

from bs4 import BeautifulSoup, Comment, Tag
from bs4.element import NavigableString
from markdown_it import MarkdownIt

from ingest.documents.blocks import Block, BlockKind, Parsed, Unread
from ingest.documents.plain import decoded
from ingest.documents.styles import hidden_parts
from ingest.documents.tables import rows_of

UNSEEN = ("script", "style", "noscript", "template", "svg", "canvas", "iframe", "object", "embed", "form", "button",
          "select", "input", "head", "nav", "footer", "aside", "dialog")  # fmt: skip
STRUCTURE = (
    "p li dt dd blockquote pre figcaption caption div section article main body td th address center details summary "
    "ul ol dl html header table h1 h2 h3 h4 h5 h6".split()
)
HEADING = re.compile(r"^h([1-6])$")
LEFT_OUT = "Hidden text was left out."


def read(path: Path) -> Parsed:
    return parsed_html(decoded(path.read_bytes()))


def read_markdown(path: Path) -> Parsed:
    text = re.sub(r"\A---\n.*?\n---\n", "", decoded(path.read_bytes()), flags=re.DOTALL)
    return parsed_html(MarkdownIt("commonmark", {"html": False}).enable("table").render(text))


def parsed_html(markup: str) -> Parsed:
    """A page's blocks in reading order; parts that a reader would not see are left out and told."""
    page = BeautifulSoup(markup, "html.parser")
    title = " ".join(page.title.get_text().split()) if page.title else ""
    for comment in page.find_all(string=lambda text: isinstance(text, Comment)):
        comment.extract()
    hidden = hidden_parts(page)  # before the style sheets go
    told = any(
        part.get_text(strip=True) and part.find_parent(UNSEEN) is None for part in hidden if part.name not in UNSEEN
    )
    for part in [*hidden, *page.find_all(UNSEEN)]:
        if isinstance(part, NavigableString):
            part.extract()
        elif not part.decomposed:
            part.decompose()
    root = page.find("main") or page.find("article") or page.body or page
    blocks = tuple(_blocks(root)) if isinstance(root, Tag) else ()
    return Parsed(blocks, title=title, unread=(Unread(LEFT_OUT),) if told else ())


def _blocks(tag: Tag) -> Iterator[Block]:
    """The blocks below a tag; text beside inner blocks is a paragraph of its own."""
    loose: list[str] = []
    for child in tag.children:
        if isinstance(child, Tag) and (child.name in STRUCTURE or child.find(STRUCTURE)):
            yield from _paragraph(loose)
            yield from _structure(child)
        elif isinstance(child, Tag):
            loose.append("\n" if child.name == "br" else child.get_text(" ") if child.find("br") else child.get_text())
        elif isinstance(child, NavigableString):
            loose.append(str(child))
    yield from _paragraph(loose)


def _paragraph(loose: list[str]) -> Iterator[Block]:
    """The text gathered so far, which is then gathered anew."""
    text = " ".join("".join(loose).split())
    loose.clear()
    if text:
        yield Block(BlockKind.TEXT, text)


def _structure(tag: Tag) -> Iterator[Block]:
    heading = HEADING.match(tag.name)
    if tag.name == "table":
        yield from _table(tag)
    elif heading is None:
        yield from _blocks(tag)
    elif text := " ".join(tag.get_text(" ").split()):
        yield Block(BlockKind.HEADING, text, level=int(heading.group(1)))


def _table(table: Tag) -> Iterator[Block]:
    """Rows with their header. A table inside a cell, and one of a single column, is layout and read as text."""
    if table.find("table") or max((len(_cells(row)) for row in table.find_all("tr")), default=0) < 2:
        for cell in table.find_all(["td", "th"]):
            if cell.find_parent("table") is table:
                yield from _blocks(cell)
        return
    rows = [_cells(row) for row in table.find_all("tr")]
    marked = next((i for i, row in enumerate(table.find_all("tr")) if row.find("td")), len(rows)) or None
    yield from rows_of(rows, header_rows=1 if marked else None)


def _cells(row: Tag) -> list[str]:
    cells: list[str] = []
    for cell in row.find_all(["td", "th"]):
        span = str(cell.get("colspan") or "1")
        cells += [" ".join(cell.get_text(" ").split())] * (min(int(span), 50) if span.isdigit() else 1)
    return cells
