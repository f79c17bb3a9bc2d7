"""Slips of the pen: mended where one is meant, left alone where none is."""

from __future__ import annotations

import pytest

from assistant.path import Assistant
from assistant.spelling import Spelling, words_of

SPELLING = Spelling(
    words_of(["sealant sealant", "varnish varnish", "printed printed"], ["guardian", "metlife", "canine"])
)


@pytest.mark.parametrize(
    ("typed", "read"),
    [
        ("gaurdian D2740", "guardian D2740"),
        ("seelant on #30", "sealant on #30"),
        ("does metlfe pay?", "does metlife pay?"),
        ("rct on #11 canin", "rct on #11 canine"),
        ("painted varnish on", "painted varnish on"),
        ("the guardian of the child", "the guardian of the child"),
        ("zqxwv today", "zqxwv today"),
        ("ext of 3", "ext of 3"),
    ],
)
def test_what_is_mended(typed: str, read: str) -> None:
    assert SPELLING.mended(typed) == read


@pytest.mark.parametrize(
    ("typed", "payer"),
    [("does gaurdian cover D2740?", "guardian"), ("metlfe D0120 how often", "metlife"), ("cignna D1110", "cigna")],
)
def test_a_payer_with_a_slip_of_the_pen(assistant: Assistant, typed: str, payer: str) -> None:
    understood, _ = assistant.look(typed)
    assert understood.payers
    assert all(payer in name for name in understood.payers)


def test_the_question_stays_as_it_was_typed(assistant: Assistant) -> None:
    assert assistant.look("seelant on #30?")[0].question == "seelant on #30?"
