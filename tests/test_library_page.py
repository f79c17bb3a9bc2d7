"""The library page and a document's page in a citation, with real files."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
import streamlit as st
from PIL import Image, ImageDraw
from reportlab.pdfgen.canvas import Canvas
from streamlit.testing.v1 import AppTest

from assistant.encoder import Encoder
from assistant.errors import DocumentError
from assistant.settings import Settings
from assistant.types import Box
from ingest.build import build_index, is_stale, shelf_of
from ingest.documents.facts import DocumentKind
from tests.test_ingest import write
from views import opening
from views.page_image import MARKER, page_image

PAGE = """
from views import library
from views.opening import open_desk

library.show(open_desk())
"""
NOTE = b"# Northwind Dental notes\n\nNorthwind Dental pays D9995 once per day.\n"


@pytest.fixture
def office(tmp_path: Path, encoder: Encoder, monkeypatch: pytest.MonkeyPatch) -> Settings:
    """A small knowledge, an index of it, and an empty library."""
    write(tmp_path / "knowledge")
    for name in ("home", "knowledge", "library"):
        monkeypatch.setenv(f"BITEWING_{name.upper()}", str(tmp_path / name))
    settings = Settings()
    settings.library.mkdir()
    monkeypatch.setattr(opening, "Encoder", lambda *_: encoder)
    st.cache_resource.clear()
    build_index(settings, encoder)
    return settings


def opened() -> AppTest:
    app = AppTest.from_string(PAGE, default_timeout=300).run()
    assert not app.exception
    return app


def with_files(office: Settings, **files: bytes) -> AppTest:
    """The page after files were put into the folder beside it, and read from there."""
    app = opened()
    for name, content in files.items():
        (office.library / name.replace("_", ".")).write_bytes(content)
    return press(app.run(), "Read the changes")


def press(app: AppTest, label: str) -> AppTest:
    next(button for button in app.button if button.label == label).click().run()
    assert not app.exception
    return app


def test_an_empty_library_says_where_files_go(office: Settings) -> None:
    assert str(office.library) in "".join(element.value for element in opened().html)


def test_files_that_are_sent_are_read_and_told(office: Settings, encoder: Encoder) -> None:
    app = opened()
    app.file_uploader[0].set_value([("note.md", NOTE, "text/markdown")]).run()
    press(app, "Add 1 to the library")
    assert "Added note" in app.success[0].value
    assert (office.library / "note.md").read_bytes() == NOTE
    assert not is_stale(office, encoder)


def test_a_file_that_cannot_be_read_is_told_and_the_rest_is_there(office: Settings) -> None:
    app = with_files(office, note_md=NOTE, broken_pdf=b"%PDF-1.7 and no more")
    assert "cut off or broken" in app.warning[0].value
    assert [one for one in app.expander if "Northwind Dental notes" in one.label]


def test_what_was_read_of_a_document_is_corrected_in_the_form(office: Settings) -> None:
    app = with_files(office, note_md=NOTE)
    field = {one.label: one for one in [*app.text_input, *app.selectbox]}
    field["Kind"].select(DocumentKind.POLICY)
    field["In force from"].input("02/01/2026")
    field["State"].input("wa")
    press(app, "Save corrections")
    document = shelf_of(office).look(opening.open_desk().assistant.lexicon).documents[0]
    assert (document.facts.state, f"{document.facts.effective}") == ("WA", "2026-02-01")
    assert document.corrected == ("effective", "kind", "state")


def test_a_date_that_is_none_is_told_and_nothing_changes(office: Settings) -> None:
    app = with_files(office, note_md=NOTE)
    next(one for one in app.text_input if one.label == "In force from").input("spring")
    press(app, "Save corrections")
    assert "spring" in app.error[0].value


def test_a_document_is_removed_for_good(office: Settings) -> None:
    app = press(with_files(office, note_md=NOTE), "Delete for good")
    assert not list(office.library.iterdir())
    assert "Gone note" in app.success[0].value


def marked(image: Image.Image) -> tuple[int, int, int, int]:
    """Where the marker's colour stands: left, top, right, bottom in pixels."""
    rows, columns = np.nonzero((np.asarray(image) == MARKER).all(axis=2))
    return columns.min(), rows.min(), columns.max(), rows.max()


def test_the_quote_is_marked_where_it_stands_and_nothing_else(tmp_path: Path) -> None:
    canvas = Canvas(str(tmp_path / "page.pdf"), pagesize=(612, 792))
    for height, line in ((700, "The plan pays D9995."), (400, "It pays D9996 once per"), (385, "calendar year.")):
        canvas.drawString(72, height, line)
    canvas.save()
    image = page_image(tmp_path / "page.pdf", 1, "It pays D9996 once per calendar year.")
    scale = image.width / 612
    left, top, right, bottom = (edge / scale for edge in marked(image))
    assert left == pytest.approx(72, abs=5)
    assert top == pytest.approx(792 - 411, abs=6)
    assert bottom == pytest.approx(792 - 382, abs=6)
    assert right < 250


def test_a_row_is_marked_by_its_boxes(tmp_path: Path) -> None:
    canvas = Canvas(str(tmp_path / "page.pdf"), pagesize=(612, 792))
    canvas.drawString(72, 700, "D0274    1 per 12 months")
    canvas.save()
    image = page_image(tmp_path / "page.pdf", 1, "Code: D0274; Limit: 1 per 12 months.", [Box(1, 72, 82, 300, 95)])
    scale = image.width / 612
    assert [edge / scale for edge in marked(image)] == pytest.approx([72, 82, 300, 95], abs=4)


def test_a_scanned_picture_is_marked_by_its_boxes(tmp_path: Path) -> None:
    picture = Image.new("RGB", (1000, 800), "white")
    ImageDraw.Draw(picture).text((100, 100), "D0274", fill="black")
    picture.save(tmp_path / "scan.png", dpi=(144, 144))
    image = page_image(tmp_path / "scan.png", 1, "D0274", [Box(1, 50, 50, 100, 60)])
    assert marked(image) == pytest.approx((98, 98, 202, 122), abs=5)


def test_a_page_that_cannot_be_drawn_says_so(tmp_path: Path) -> None:
    (tmp_path / "broken.pdf").write_bytes(b"%PDF-1.7")
    with pytest.raises(DocumentError, match="Open the file itself"):
        page_image(tmp_path / "broken.pdf", 1, "anything")
