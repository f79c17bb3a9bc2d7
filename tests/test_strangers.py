"""Payers that the library does not know, by the way in which questions name them; and what is no payer."""

from __future__ import annotations

import pytest

from assistant.path import Assistant
from tests.conftest import TODAY

STRANGERS = (
    ("Cypress Dental D0274", "Cypress Dental"),
    ("how often does cypress dental pay bitewings", "cypress dental"),
    ("Aspen Dental Benefits how often D4910", "Aspen Dental Benefits"),
    ("Lakeside Mutual crown waiting period", "Lakeside Mutual"),
    ("what is the deductible for Prairie Life", "Prairie Life"),
    ("granite d2950", "granite"),
    ("Northwind D0274 frequency?", "Northwind"),
    ("Solstice perio maintenance", "Solstice"),
    ("does Careington waive the waiting period for crowns?", "Careington"),
)
NO_STRANGERS = (
    "pediatric dental benefits",
    "can the dental assistant bill D1206",
    "the father carries dental, the mother has none",
    "does the patient's dental plan cover D0274",
    "What's D2976? Doctor wrote it for a cracked #30",
    "my dental software shows D9986",
    "superbill shows D9220, current?",
    "D4341 v 4342",
    "Full mouth xrays D0210",
    "Sealants on molars?",
    "Zirconia D2740",
    "Botox for TMJ",
    "is dental insurance primary?",
    "Emergency D0140 and D7140 same day",
)


def stranger(assistant: Assistant, question: str) -> str | None:
    return assistant.rooms().understanding.read(question, [], None, None, TODAY).unknown_payer


@pytest.mark.parametrize(("question", "name"), STRANGERS)
def test_a_payer_nobody_knows_is_told(assistant: Assistant, question: str, name: str) -> None:
    assert stranger(assistant, question) == name


@pytest.mark.parametrize("question", NO_STRANGERS)
def test_what_is_no_payer(assistant: Assistant, question: str) -> None:
    assert stranger(assistant, question) is None
