"""A new hire learns, in a real browser and by keyboard: from the name to the weak codes and the file of progress."""

from __future__ import annotations

import csv
import io
import os
import re
import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Literal

import pytest
from playwright.sync_api import Browser, Page, expect, sync_playwright

from assistant.path import Assistant
from assistant.settings import ROOT, Settings
from tests.conftest import TODAY
from tests.serving import CHROMIUM, FLAGS, needs_chromium, served
from tests.test_browser import WIDER
from views.lessons.bank import Bank, make_bank
from views.lessons.types import Question

SHOTS = ROOT / "docs" if os.environ.get("BITEWING_SCREENSHOTS") == "1" else None

pytestmark = [pytest.mark.browser, needs_chromium]


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=FLAGS)
        yield browser
        browser.close()


@pytest.fixture(scope="module")
def address(settings: Settings, tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """An office where nobody has learned yet."""
    home = tmp_path_factory.mktemp("office") / "home"
    shutil.copytree(settings.home, home, ignore=shutil.ignore_patterns("training.sqlite"))
    with served({"BITEWING_HOME": str(home)}) as address:
        yield address


@pytest.fixture(scope="module")
def bank(assistant: Assistant) -> Bank:
    return make_bank(assistant.rooms().index, TODAY)


def come(page: Page, address: str, course: str, name: str) -> None:
    page.goto(f"{address}/training?course={course}")
    name_field = page.get_by_label("Who is learning?")
    leave = page.get_by_role("button", name="Somebody else")
    expect(name_field.or_(leave)).to_be_visible(timeout=120_000)
    if leave.is_visible():
        leave.click()
    name_field.fill(name)
    name_field.press("Enter")
    expect(page.get_by_text(f"{name} is learning")).to_be_visible(timeout=60_000)
    expect(page.locator("h2.bw-ask")).to_be_visible(timeout=60_000)
    at_rest(page)


def at_rest(page: Page) -> None:
    """Until all is drawn: what is pressed before goes nowhere."""
    expect(page.get_by_role("button", name="Delete my record")).to_be_visible(timeout=30_000)
    expect(page.get_by_test_id("stStatusWidget")).to_have_count(0, timeout=30_000)
    page.wait_for_timeout(1000)


def on_screen(page: Page, bank: Bank) -> Question:
    """The question that is shown, found by its words; one of the two is empty for some."""
    ask = page.locator("h2.bw-ask").inner_text()
    scenario = page.locator("p.bw-scenario")
    told = scenario.inner_text() if scenario.count() else ""
    return next(q for q in bank.by_id.values() if (q.scenario, q.ask) == (told, ask))


def test_a_new_hire_learns_by_keyboard(browser: Browser, address: str, bank: Bank, tmp_path: Path) -> None:
    page = browser.new_page(viewport={"width": 1200, "height": 1100})
    come(page, address, "oral-surgery", "Ana")
    wrong = on_screen(page, bank)
    page.keyboard.press(str((wrong.right + 1) % len(wrong.choices) + 1))
    expect(page.get_by_text("✕ Not right")).to_be_visible(timeout=30_000)
    expect(page.get_by_text("Asked again in 1 minute")).to_be_visible()
    at_rest(page)
    proof = page.get_by_test_id("stExpander").first
    proof.locator("summary").click()
    expect(proof.locator("mark")).to_have_text(wrong.reason.quote)
    page.wait_for_timeout(600)
    page.screenshot(path=(SHOTS or tmp_path) / "training.png")

    page.get_by_role("button", name="Next question").click()
    expect(page.get_by_text("✕ Not right")).to_have_count(0, timeout=30_000)
    at_rest(page)
    right = on_screen(page, bank)
    assert right.id != wrong.id
    page.keyboard.press(str(right.right + 1))
    expect(page.get_by_text("✓ Right")).to_be_visible(timeout=30_000)
    expect(page.get_by_text(re.compile(r"2 of \d+ practised · \d due · 50% right"))).to_be_visible()
    at_rest(page)
    page.keyboard.press("Enter")
    expect(page.get_by_text("✓ Right")).to_have_count(0, timeout=30_000)

    at_rest(page)
    page.get_by_text(f"Weak codes ({len(wrong.codes)})").click()
    card = page.get_by_role("link", name=wrong.codes[0], exact=True)
    with page.context.expect_page() as opened:
        card.click()
    expect(opened.value.locator("h2.bw-code")).to_have_text([wrong.codes[0]], timeout=120_000)
    opened.value.close()

    with page.expect_download() as download:
        page.get_by_role("button", name="Everyone’s progress as CSV").click()
    (row,) = csv.DictReader(io.StringIO(download.value.path().read_text(encoding="utf-8")))
    assert (row["person"], row["answers"], row["right"]) == ("Ana", "2", "1")
    assert wrong.codes[0] in row["weak codes"]
    page.close()

    again = browser.new_page(viewport={"width": 1200, "height": 1100})
    again.goto(f"{address}/training?course=oral-surgery")
    expect(again.get_by_text("Ana is learning")).to_be_visible(timeout=60_000)
    expect(again.get_by_text(re.compile(r"2 of \d+ practised"))).to_be_visible(timeout=60_000)
    again.close()


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_a_question_fits_a_phone(
    browser: Browser, address: str, bank: Bank, tmp_path: Path, scheme: Literal["light", "dark"]
) -> None:
    page = browser.new_page(viewport={"width": 400, "height": 900}, color_scheme=scheme)
    come(page, address, "payer-coverage", f"Bo {scheme}")
    expect(page.locator(".bw-mark").last).to_contain_text("Date of service")
    assert page.evaluate(WIDER) == []
    page.screenshot(path=tmp_path / f"asked-{scheme}.png")
    question = on_screen(page, bank)
    page.get_by_role("button", name=question.choices[question.right].text).first.click()
    expect(page.get_by_text("✓ Right")).to_be_visible(timeout=30_000)
    at_rest(page)
    page.get_by_test_id("stExpander").first.locator("summary").click()
    expect(page.get_by_test_id("stExpander").first.locator("mark")).to_be_visible()
    assert page.evaluate(WIDER) == []
    page.screenshot(path=tmp_path / f"answered-{scheme}.png")
    page.close()
