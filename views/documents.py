"""A document in a citation: its page as an image with the quote marked, and the file itself to open."""

from __future__ import annotations

import mimetypes
from io import BytesIO
from pathlib import Path

import streamlit as st
from streamlit.runtime import get_instance

from assistant.errors import DocumentError
from assistant.types import Box, Citation, PassageKind
from ingest.documents.shelf import Shelf
from views.page_image import has_pages, page_image
from views.wording import plain

IMAGES_KEPT = 200  # drawn pages; a quarter of a megabyte each


def draw_document(citation: Citation, shelf: Shelf, anchor: str) -> None:
    """Nothing for what does not come from a document; a line where its file is gone."""
    source = citation.source
    if citation.passage.kind is not PassageKind.DOCUMENT or source is None or source.file is None:
        return
    try:
        path = shelf.path(source.file)
    except DocumentError:
        st.caption("The file is no longer in the library; update it on the page Library.")
        return
    if source.page and has_pages(path):
        try:
            image = _image(str(path), path.stat().st_mtime_ns, source.page, citation.quote, _boxes(citation))
        except DocumentError as error:
            st.caption(plain(str(error)))
        else:
            st.image(image, alt=f"Page {source.page} of {source.title}, the quote marked", width="stretch")
    _draw_link(path, source.page, anchor)


def _boxes(citation: Citation) -> tuple[Box, ...]:
    """Where the sentences that the quote is of stand."""
    return tuple(
        box for sentence in citation.passage.sentences if sentence.text in citation.quote for box in sentence.boxes
    )


@st.cache_data(show_spinner=False, max_entries=IMAGES_KEPT)
def _image(path: str, changed: int, page: int, quote: str, boxes: tuple[Box, ...]) -> bytes:
    """`changed` is part of the key, so that a new version of the file is drawn anew."""
    png = BytesIO()
    page_image(Path(path), page, quote, boxes).save(png, "PNG")
    return png.getvalue()


def _draw_link(path: Path, page: int | None, anchor: str) -> None:
    """A PDF opens in a tab of its own at the page, which every browser's viewer understands; others are saved."""
    if path.suffix.lower() == ".pdf":
        address = get_instance().media_file_mgr.add(str(path), "application/pdf", f"document-{anchor}")
        st.link_button(f"Open the file at page {page}" if page else "Open the file", f"{address}#page={page or 1}",
                       icon=":material/picture_as_pdf:")  # fmt: skip
    else:
        kind = mimetypes.guess_type(path.name)[0] or "application/octet-stream"
        st.download_button("Save the file", path.read_bytes, path.name, kind, key=f"save-{anchor}",
                           icon=":material/download:", on_click="ignore")  # fmt: skip
