"""A claim checked in a real browser: a biller pastes lines, mends them in the table, comes back to them."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path
from typing import Literal

import pytest
from playwright.sync_api import Browser, Page, expect, sync_playwright

from assistant.settings import ROOT, Settings
from tests.serving import CHROMIUM, FLAGS, needs_chromium, served

LINES = "D2392 #14 MOD 11/20/2026\nD4341 11/20/2026\nD4910 11/20/2026"
TOO_WIDE = (  # what stands out of a phone's width; the table scrolls within its own frame
    "[...document.querySelectorAll('.stMainBlockContainer *')].filter(e => !e.closest('[data-testid=stDataFrame]'))"
    ".filter(e => e.getBoundingClientRect().right > 401).map(e => e.outerHTML.slice(0, 200))"
)
SHOTS = ROOT / "docs" if os.environ.get("BITEWING_SCREENSHOTS") == "1" else None

pytestmark = [pytest.mark.browser, needs_chromium]


@pytest.fixture(scope="module")
def address(settings: Settings) -> Iterator[str]:
    with served({"BITEWING_HOME": str(settings.home)}) as address:
        yield address


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=FLAGS)
        yield browser
        browser.close()


def opened(browser: Browser, address: str, width: int = 1200, scheme: Literal["light", "dark"] = "light") -> Page:
    page = browser.new_page(viewport={"width": width, "height": 1300}, color_scheme=scheme)
    page.goto(f"{address}/claim")
    expect(page.get_by_text("No lines yet")).to_be_visible(timeout=120_000)
    return page


def paste(page: Page, text: str) -> None:
    page.get_by_label("Lines to paste").fill(text)
    page.get_by_role("button", name="Read the lines").click()


def test_a_claim_is_pasted_mended_in_the_table_and_kept(browser: Browser, address: str, tmp_path: Path) -> None:
    page = opened(browser, address)
    paste(page, LINES)
    expect(page.locator(".bw-badge")).to_have_text("✕ 2 to fix, 1 to check", timeout=60_000)
    quote = page.locator(".bw-quote").first
    expect(quote).to_contain_text("D2392 reports a direct composite filling on two surfaces")
    quote.locator("summary").click()
    expect(quote.locator("details")).to_have_attribute("open", "")
    page.wait_for_timeout(1000)
    page.screenshot(path=(SHOTS or tmp_path) / "claim.png", full_page=True)
    table = page.get_by_test_id("stDataFrame")
    type_into(page, 0, 0, "D2393")
    expect(page.locator(".bw-badge")).to_have_text("✕ 1 to fix, 1 to check", timeout=30_000)
    type_into(page, 1, 2, "ur")
    expect(page.locator(".bw-badge")).to_have_text("! 1 to check", timeout=30_000)
    page.get_by_role("link", name="Codes").click()
    expect(page.get_by_label("Code or what was done")).to_be_visible(timeout=30_000)
    page.get_by_role("link", name="Claim check").click()
    expect(page.locator(".bw-badge")).to_have_text("! 1 to check", timeout=30_000)
    expect(page.get_by_label("Lines to paste")).to_have_value(LINES)
    expect(table).to_be_visible()
    page.close()


def type_into(page: Page, row: int, column: int, text: str) -> None:
    """Type into a cell as a person does with the keyboard; the table is drawn on a canvas."""
    first = page.get_by_test_id("glide-cell-1-0")
    for _ in range(20):  # a table that is just being drawn anew takes no click in
        page.get_by_test_id("data-grid-canvas").click(position={"x": 60, "y": 52}, force=True)
        page.wait_for_timeout(500)
        if first.get_attribute("aria-selected") == "true":
            break
    for step in range(row):
        page.keyboard.press("ArrowDown")
        expect_selected(page, step + 1, 0)
    for step in range(column):
        page.keyboard.press("ArrowRight")
        expect_selected(page, row, step + 1)
    page.keyboard.press("Enter")
    editor = page.locator("textarea.gdg-input")
    expect(editor).to_be_focused()
    page.keyboard.press("ControlOrMeta+a")
    page.keyboard.type(text, delay=30)
    expect(editor).to_have_value(text)
    page.wait_for_timeout(200)
    page.keyboard.press("Enter")


def expect_selected(page: Page, row: int, column: int) -> None:
    """Wait until the table has taken the last key in; it tells so to screen readers."""
    expect(page.get_by_test_id(f"glide-cell-{column + 1}-{row}")).to_have_attribute("aria-selected", "true")


def test_a_clean_claim_by_link_says_nothing_found(browser: Browser, address: str, tmp_path: Path) -> None:
    page = browser.new_page(viewport={"width": 1200, "height": 1000})
    page.goto(f"{address}/claim?lines=D0120;D1110;D0274&payer=Apple%20Health&age=40")
    expect(page.locator(".bw-badge")).to_have_text("✓ Nothing found", timeout=120_000)
    expect(page.get_by_text("Washington Apple Health on the codes")).to_be_visible()
    page.screenshot(path=tmp_path / "claim-clean.png", full_page=True)
    page.close()


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_a_phone_shows_all_of_it(
    browser: Browser, address: str, tmp_path: Path, scheme: Literal["light", "dark"]
) -> None:
    page = opened(browser, address, 400, scheme)
    paste(page, LINES)
    expect(page.locator(".bw-badge")).to_have_text("✕ 2 to fix, 1 to check", timeout=60_000)
    page.wait_for_timeout(500)
    assert page.evaluate(TOO_WIDE) == []
    page.screenshot(path=tmp_path / f"claim-phone-{scheme}.png", full_page=True)
    page.close()
