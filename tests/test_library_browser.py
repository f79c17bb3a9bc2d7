"""A document from the disk to the proof on the screen, in a real browser."""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import expect, sync_playwright
from reportlab.lib.pagesizes import letter
from reportlab.lib.styles import getSampleStyleSheet
from reportlab.platypus import PageBreak, Paragraph, SimpleDocTemplate, Table, TableStyle

from assistant.settings import ROOT, Settings
from tests.serving import CHROMIUM, FLAGS, needs_chromium, served

SHOTS = ROOT / "docs" if os.environ.get("BITEWING_SCREENSHOTS") == "1" else None
LIMITS = [
    ("Code", "Service", "Limit", "Age", "Prior authorization"),
    ("D0120", "recall exam", "2 per calendar year", "Any", "No"),
    ("D0274", "four bitewings", "1 per 12 months", "Any", "No"),
    ("D1206", "fluoride varnish", "2 per 12 months", "Under 19", "No"),
    ("D2740", "ceramic crown", "1 per tooth per 60 months", "16 and older", "Yes"),
]

pytestmark = [pytest.mark.browser, needs_chromium]


@pytest.fixture
def manual(tmp_path: Path) -> Path:
    styles = getSampleStyleSheet()
    table = Table(LIMITS, rowHeights=24)
    table.setStyle(TableStyle([("GRID", (0, 0), (-1, -1), 0.5, "grey")]))
    SimpleDocTemplate(str(tmp_path / "northwind-2026.pdf"), pagesize=letter).build([
        Paragraph("Northwind Dental Provider Manual", styles["Title"]),
        Paragraph("Effective January 1, 2026. For dentists in Ohio.", styles["BodyText"]), PageBreak(),
        Paragraph("Frequency limits", styles["Heading2"]), table,
    ])  # fmt: skip
    return tmp_path / "northwind-2026.pdf"


@pytest.fixture
def address(settings: Settings, tmp_path: Path) -> Iterator[str]:
    """An office of its own: a copy of the session's index, and an empty library."""
    shutil.copytree(settings.home, tmp_path / "home")
    with served({"BITEWING_HOME": str(tmp_path / "home"), "BITEWING_LIBRARY": str(tmp_path / "library")}) as address:
        yield address


def test_a_document_is_added_asked_shown_and_opened_at_its_page(address: str, manual: Path, tmp_path: Path) -> None:
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=FLAGS)
        page = browser.new_page(viewport={"width": 1200, "height": 1000})
        page.goto(f"{address}/library")
        expect(page.get_by_text("No documents yet")).to_be_visible(timeout=120_000)
        page.locator("input[type=file]").set_input_files(manual)
        page.get_by_role("button", name="Add 1 to the library").click()
        expect(page.get_by_text("Added northwind-2026.pdf")).to_be_visible(timeout=120_000)
        page.screenshot(path=(SHOTS or tmp_path) / "library.png")
        page.goto(address)
        box = page.get_by_test_id("stChatInput").locator("textarea")
        expect(box).to_be_visible(timeout=120_000)
        box.fill("how often does Northwind pay D0274?")
        box.press("Enter")
        proof = page.get_by_test_id("stExpander").first
        expect(proof).to_be_visible(timeout=60_000)
        page.wait_for_timeout(1000)
        proof.locator("summary").click()
        expect(proof.locator("mark")).to_contain_text("D0274; Service: four bitewings; Limit: 1 per 12 months")
        image = proof.get_by_role("img", name="Page 2 of Northwind Dental Provider Manual, the quote marked")
        expect(image).to_be_visible()
        link = proof.get_by_role("link", name="Open the file at page 2")
        target = link.get_attribute("href") or ""
        assert target.endswith(".pdf#page=2")
        reply = page.request.get(address + target.partition("#")[0])
        assert reply.body() == manual.read_bytes()
        page.set_viewport_size({"width": 1200, "height": 1700})
        page.wait_for_timeout(800)
        page.screenshot(path=(SHOTS or tmp_path) / "document.png")
        browser.close()
