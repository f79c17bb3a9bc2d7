"""The chat in a real browser: headless Chromium against a real Streamlit process on loopback."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path
from typing import Literal

import pytest
from playwright.sync_api import Browser, Page, expect, sync_playwright

from assistant.settings import ROOT, Settings
from tests.serving import CHROMIUM, FLAGS, LEAD, needs_chromium, served

WIDER = (  # what stands out of a phone's width
    "[...document.querySelectorAll('.stMainBlockContainer *')].filter(e => e.getBoundingClientRect().right > 401)"
    ".map(e => e.outerHTML.slice(0, 200))"
)
FIRST = "D9992 is not the telehealth code"
# With BITEWING_SCREENSHOTS=1 the picture of the README is taken anew.
SHOTS = ROOT / "docs" if os.environ.get("BITEWING_SCREENSHOTS") == "1" else None

pytestmark = [pytest.mark.browser, needs_chromium]


@pytest.fixture(scope="module")
def address(settings: Settings) -> Iterator[str]:
    """The chat served by a process of its own, on the session's index."""
    with served({"BITEWING_HOME": str(settings.home)}) as address:
        yield address


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=FLAGS)
        yield browser
        browser.close()


def answered(browser: Browser, address: str, width: int, scheme: Literal["light", "dark"]) -> Page:
    """A page on which the lead question has just been answered. Fails on any request that leaves the machine."""
    page = browser.new_page(viewport={"width": width, "height": 900}, color_scheme=scheme)
    page.on("request", lambda request: requested.append(request.url))
    requested: list[str] = []
    page.goto(address)
    box = page.get_by_test_id("stChatInput").locator("textarea")
    expect(box).to_be_visible(timeout=120_000)
    box.fill(LEAD)
    box.press("Enter")
    expect(page.locator(".bw-badge")).to_have_text("✕ No", timeout=60_000)
    expect(page.get_by_test_id("stExpander").first).to_be_attached()
    foreign = [url for url in requested if not url.startswith((address, "data:", "blob:"))]
    assert not foreign, "the page must not ask the network for anything"
    return page


def test_a_question_is_answered_and_its_citation_opens_to_the_quote(
    browser: Browser, address: str, tmp_path: Path
) -> None:
    page = answered(browser, address, 1200, "light")
    page.wait_for_timeout(1500)  # until the page has come to rest
    expect(page.locator(".bw-badge")).to_be_in_viewport()
    quote = page.get_by_test_id("stExpander").first.locator("mark")
    expect(quote).to_be_hidden()
    page.get_by_test_id("stExpander").first.locator("summary").click()
    expect(quote).to_be_visible()
    expect(quote).to_contain_text(FIRST)
    page.set_viewport_size({"width": 1200, "height": 2000})  # for a picture of the whole answer
    page.mouse.move(0, 0)
    page.wait_for_timeout(500)
    picture = (SHOTS or tmp_path) / "chat.png"
    page.screenshot(path=picture)
    assert picture.stat().st_size > 10_000
    page.close()


def test_a_marker_leads_to_its_proof(browser: Browser, address: str) -> None:
    page = answered(browser, address, 1200, "light")
    page.wait_for_timeout(1500)
    page.locator("a.bw-cite").nth(1).click()
    quote = page.get_by_test_id("stExpander").nth(1).locator("mark")
    expect(quote).to_be_visible()
    expect(quote).to_be_in_viewport()
    page.close()


def test_what_is_typed_and_what_is_open_survive_a_change_of_payer(browser: Browser, address: str) -> None:
    page = answered(browser, address, 1200, "light")
    page.get_by_test_id("stExpander").first.locator("summary").click()
    box = page.get_by_test_id("stChatInput").locator("textarea")
    box.fill("and what do I ch")
    payer = page.get_by_test_id("stSidebar").get_by_test_id("stSelectbox").locator("input")
    payer.click()
    payer.fill("Zebra Dental")
    payer.press("Enter")
    page.wait_for_timeout(1500)
    expect(box).to_have_value("and what do I ch")
    expect(page.get_by_test_id("stExpander").first.locator("mark")).to_be_visible()
    expect(page.locator(".bw-badge")).to_have_text("✕ No")
    box.press("Enter")
    expect(page.get_by_text("Payer not in the library")).to_be_visible(timeout=30_000)
    page.close()


def ask(page: Page, question: str) -> None:
    box = page.get_by_test_id("stChatInput").locator("textarea")
    expect(box).to_be_visible(timeout=120_000)
    box.fill(question)
    box.press("Enter")


def test_a_mark_is_taken_away_by_keyboard(browser: Browser, address: str, tmp_path: Path) -> None:
    page = browser.new_page(viewport={"width": 1200, "height": 900})
    page.goto(address)
    ask(page, "does apple health pay D0140 vs D0170 on 4/10/2020?")
    payer = page.get_by_role("button", name="Remove payer Washington Apple Health", exact=True)
    expect(payer).to_be_visible(timeout=60_000)
    expect(page.get_by_role("button", name="Remove date Apr 10, 2020", exact=True)).to_be_visible()
    expect(page.get_by_role("table").get_by_role("rowheader")).to_have_text(["D0140", "D0170"])
    page.get_by_role("button", name="Remove code D0170", exact=True).focus()
    page.keyboard.press("Tab")
    expect(payer).to_be_focused()
    page.keyboard.press("Enter")
    expect(page.get_by_text("Any payer · left out: Washington Apple Health")).to_be_visible(timeout=30_000)
    expect(payer).to_have_count(0)
    page.get_by_role("button", name="Remove code D0140", exact=True).click()
    expect(page.get_by_text("Any payer · left out: D0140, Washington Apple Health")).to_be_visible(timeout=30_000)
    expect(page.get_by_role("table")).to_have_count(0)
    expect(page.get_by_test_id("stChatMessage")).to_have_count(2)
    page.screenshot(path=tmp_path / "marks.png")
    page.close()


def test_what_is_lacking_goes_to_the_office_lead(
    browser: Browser, address: str, settings: Settings, tmp_path: Path
) -> None:
    (settings.home / "gaps.sqlite").unlink(missing_ok=True)
    question = "what is the quantum flux of the tooth fairy"
    page = browser.new_page(viewport={"width": 400, "height": 900})
    page.goto(f"{address}/gaps")
    expect(page.get_by_text("Nothing is missing")).to_be_visible(timeout=120_000)
    page.goto(address)
    ask(page, question)
    expect(page.get_by_text("Words to send to the payer")).to_be_visible(timeout=60_000)
    page.goto(f"{address}/gaps")
    expect(page.get_by_text(question, exact=True)).to_be_visible(timeout=30_000)
    expect(page.get_by_test_id("stCode")).to_contain_text(f"“{question}”")
    with page.expect_download() as download:
        page.get_by_role("button", name="Download as CSV").click()
    assert question in download.value.path().read_text(encoding="utf-8")
    page.screenshot(path=tmp_path / "gaps.png")
    page.get_by_role("button", name="Mark as answered").click()
    expect(page.get_by_text("Nothing is missing")).to_be_visible()
    page.get_by_text("Answered (1)").click()
    expect(page.get_by_text(question, exact=True)).to_be_visible()
    page.close()


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_a_phone_shows_all_of_the_width(
    browser: Browser, address: str, tmp_path: Path, scheme: Literal["light", "dark"]
) -> None:
    page = answered(browser, address, 400, scheme)
    page.get_by_test_id("stExpander").first.locator("summary").click()
    expect(page.get_by_test_id("stExpander").first.locator("mark")).to_be_visible()
    assert page.evaluate(WIDER) == []
    page.screenshot(path=tmp_path / f"phone-{scheme}.png")
    page.close()


def test_a_link_opens_codes_side_by_side_and_a_typed_one_takes_their_place(
    browser: Browser, address: str, tmp_path: Path
) -> None:
    page = browser.new_page(viewport={"width": 1200, "height": 1100})
    page.goto(f"{address}/codes?code=D9992,D9995&payer=Apple%20Health&date=2020-04-10")
    expect(page.locator("h2.bw-code")).to_have_text(["D9992", "D9995"], timeout=120_000)
    expect(page.get_by_text("Washington Apple Health on Apr 10, 2020").first).to_be_visible()
    source = page.locator("details.bw-source").first
    source.locator("summary").click()
    expect(source.get_by_role("link").first).to_be_visible()
    page.wait_for_timeout(800)
    page.screenshot(path=(SHOTS or tmp_path) / "codes.png")
    box = page.get_by_label("Code or what was done")
    box.fill("fmx")
    box.press("Enter")
    expect(page.locator("h2.bw-code")).to_have_text(["D0210"], timeout=30_000)
    page.close()


def test_a_card_fits_a_phone(browser: Browser, address: str, tmp_path: Path) -> None:
    page = browser.new_page(viewport={"width": 400, "height": 900}, color_scheme="dark")
    page.goto(f"{address}/codes?code=D4341,D4342")
    expect(page.locator("h2.bw-code")).to_have_text(["D4341", "D4342"], timeout=120_000)
    assert page.evaluate(WIDER) == []
    page.screenshot(path=tmp_path / "codes-phone.png")
    page.close()


def test_what_is_wrong_with_an_answer_becomes_a_draft_case(browser: Browser, address: str, settings: Settings) -> None:
    page = browser.new_page(viewport={"width": 1200, "height": 1400})
    page.goto(f"{address}/?q=does%20Guardian%20pay%20D9992&payer=Guardian%20Dental")
    expect(page.locator(".bw-badge")).to_be_visible(timeout=120_000)
    page.get_by_test_id("stFeedback").locator("button").nth(1).click()
    page.get_by_label("This is wrong because …").fill("It has paid since July")
    page.get_by_role("button", name="Keep as a draft case").click()
    expect(page.get_by_text("Kept as a draft case")).to_be_visible(timeout=30_000)
    assert "It has paid since July" in (settings.home / "draft-cases.yaml").read_text(encoding="utf-8")
    page.close()
