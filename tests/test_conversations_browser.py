"""A day with kept conversations in a real browser: asked, found again, named, saved, shared and deleted for good."""

from __future__ import annotations

import os
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Literal

import pypdfium2 as pdfium
import pytest
from playwright.sync_api import Browser, Locator, Page, expect, sync_playwright

from assistant.settings import ROOT, Settings
from tests.serving import CHROMIUM, FLAGS, LEAD, needs_chromium, served
from tests.test_browser import WIDER, ask
from views.conversation_store import FILE

MENU = "Name, save or delete this conversation"
# With BITEWING_SCREENSHOTS=1 the picture of the README is taken anew.
SHOTS = ROOT / "docs" if os.environ.get("BITEWING_SCREENSHOTS") == "1" else None

pytestmark = [pytest.mark.browser, needs_chromium]


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=FLAGS)
        yield browser
        browser.close()


@pytest.fixture
def home(settings: Settings) -> Path:
    """The session's index, with no conversation kept."""
    for path in settings.home.glob(f"{FILE}*"):
        path.unlink()
    return settings.home


def questions(page: Page) -> Locator:
    return page.locator(".bw-question")


def answered(page: Page, count: int) -> None:
    """Waits until so many questions are answered and the address tells the conversation."""
    expect(page.get_by_test_id("stChatMessage")).to_have_count(2 * count, timeout=120_000)
    expect(page.get_by_test_id("stFeedback")).to_have_count(count, timeout=60_000)
    expect(page).to_have_url(re.compile(r"\?conversation=[\w-]+$"))


def menu(page: Page) -> None:
    page.get_by_role("button", name=MENU).click()
    expect(page.get_by_role("button", name="Save as PDF")).to_be_visible()


def saved(page: Page, label: str, path: Path) -> str:
    with page.expect_download() as download:
        page.get_by_role("button", name=label).click()
    download.value.save_as(path)
    return download.value.suggested_filename


def test_a_day_with_conversations(browser: Browser, home: Path, tmp_path: Path) -> None:
    with served({"BITEWING_HOME": str(home)}) as address:
        page = browser.new_page(viewport={"width": 1200, "height": 900})
        page.goto(f"{address}/?q={LEAD.replace(' ', '%20')}&payer=Apple%20Health&date=4/10/2020")
        answered(page, 1)
        ask(page, "and D9995 at the Phở Street office?")
        answered(page, 2)
        first = page.url
        # Faster than the browser gets the new address: nothing is lost and nothing comes back.
        page.keyboard.press("Alt+n")
        ask(page, "what is D0120?")
        expect(questions(page)).to_have_text(["what is D0120?"], timeout=60_000)
        answered(page, 1)
        second = page.url
        assert second != first

        page.get_by_role("button", name=LEAD).focus()
        page.keyboard.press("Enter")
        expect(questions(page)).to_have_text([LEAD, "and D9995 at the Phở Street office?"])
        expect(page).to_have_url(first)
        expect(page.get_by_label("Date of service", exact=True)).to_have_value("4/10/2020")
        page.go_back()
        expect(questions(page)).to_have_text(["what is D0120?"])
        page.go_forward()
        expect(questions(page)).to_have_count(2)

        search = page.get_by_label("Search conversations")
        search.press_sequentially("d0120")
        expect(page.get_by_role("button", name="what is D0120?")).to_be_visible()
        expect(page.get_by_role("button", name=MENU)).to_have_count(0)
        search.fill("")

        menu(page)
        name = page.get_by_label("Name", exact=True)
        name.fill("Telehealth, Phở Street")
        name.press("Enter")
        expect(page.locator(".bw-open")).to_have_text("Telehealth, Phở Street")
        expect(page.get_by_role("button", name="Save as PDF")).to_be_hidden()
        page.wait_for_timeout(1000)
        page.screenshot(path=(SHOTS or tmp_path) / "conversations.png")
        menu(page)
        assert saved(page, "Save as Markdown", tmp_path / "saved.md") == "Telehealth-Phở-Street.md"
        assert saved(page, "Save as PDF", tmp_path / "saved.pdf") == "Telehealth-Phở-Street.pdf"
        page.keyboard.press("Escape")

    markdown = (tmp_path / "saved.md").read_text(encoding="utf-8")
    assert markdown.startswith("# Telehealth, Phở Street\n")
    with pdfium.PdfDocument(tmp_path / "saved.pdf") as pdf:
        printed = " ".join(sheet.get_textpage().get_text_range() for sheet in pdf)
    for part in ("Phở Street office", "Washington Apple Health", "Apr 10, 2020", "It depends"):
        assert part in markdown
        assert part in printed

    with served({"BITEWING_HOME": str(home)}) as address:  # the next morning
        one, two = (browser.new_page(viewport={"width": 1200, "height": 900}) for _ in range(2))
        for window in (one, two):
            window.goto(f"{address}/{first[first.index('?') :]}")
            expect(questions(window)).to_have_text([LEAD, "and D9995 at the Phở Street office?"], timeout=120_000)
            expect(window.locator(".bw-badge").first).to_have_text("◐ It depends")
        ask(one, "and D9996?")
        answered(one, 3)
        box = two.get_by_test_id("stChatInput").locator("textarea")
        box.fill("half a quest")
        ask(two, "what do I attach?")
        answered(two, 4)
        one.reload()
        answered(one, 4)
        assert questions(one).all_text_contents() == questions(two).all_text_contents()

        menu(two)
        two.get_by_role("button", name="Delete …").click()
        dialog = two.get_by_role("dialog").filter(has_text="Delete this conversation?")
        expect(dialog).to_contain_text("4 questions")
        two.keyboard.press("Escape")
        expect(dialog).to_have_count(0)
        expect(questions(two)).to_have_count(4)
        menu(two)
        two.get_by_role("button", name="Delete …").click()
        dialog.get_by_role("button", name="Delete for good").press("Enter")
        expect(questions(two)).to_have_count(0)
        expect(two).to_have_url(f"{address}/")
        ask(one, "what is D0140?")
        expect(one.get_by_text("was deleted in another window")).to_be_visible(timeout=30_000)
        expect(questions(one)).to_have_text(["what is D0140?"])
        for window in (one, two):
            window.close()
    left = b"".join(path.read_bytes() for path in home.glob(f"{FILE}*"))
    assert "Phở".encode() not in left
    assert b"D9996" not in left
    assert b"what is D0120?" in left


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_the_list_fits_a_phone(browser: Browser, home: Path, tmp_path: Path, scheme: Literal["light", "dark"]) -> None:
    with served({"BITEWING_HOME": str(home)}) as address:
        page = browser.new_page(viewport={"width": 400, "height": 900}, color_scheme=scheme)
        page.goto(address)
        ask(page, "D0140 or D0170 for a recheck of a patient with a very long story that goes on and on and on?")
        answered(page, 1)
        assert page.evaluate(WIDER) == []
        page.get_by_test_id("stExpandSidebarButton").click()
        expect(page.locator(".bw-open")).to_be_in_viewport()
        wider = (
            "[...document.querySelectorAll('.stSidebar *')].filter(e => e.getBoundingClientRect().right > 401).length"
        )
        assert page.evaluate(wider) == 0
        menu(page)
        page.screenshot(path=tmp_path / f"conversations-{scheme}.png")
        box = page.get_by_role("button", name="Delete …").bounding_box()
        assert box is not None
        assert box["x"] >= 0
        assert box["x"] + box["width"] <= 400
        page.close()
