"""The proof gate: right statements pass, each kind of corruption is caught."""

from __future__ import annotations

import pytest

from assistant.lexicon import Lexicon, PayerEntry
from assistant.proof import dates_in, numbers_in, payers_in, reason_to_withhold, same_polarity
from assistant.types import Citation, Passage, PassageKind, Sentence, Statement

QUOTE = (
    "Washington Apple Health paid $15 for D9992 phone triage, limited to one payment per client per day, "
    "and did not allow it beside D9995 through dates of service up to 2020-04-24."
)
OTHER = "D9995 reports a live encounter."
LEXICON = Lexicon(
    payers=(
        PayerEntry(id="wa", name="Washington Apple Health", full_name="WA HCA", kind="medicaid", state="WA",
                   aliases=("apple health",)),
        PayerEntry(id="tx", name="Texas Medicaid", full_name="TMHP", kind="medicaid", state="TX"),
    )
)  # fmt: skip


def passage(*sentences: str) -> Passage:
    return Passage("p", "r", PassageKind.RULE, "fee", "heading", tuple(Sentence(text) for text in sentences), "file")


def cite(quote: str, where: Passage) -> Citation:
    start = where.text.find(quote)
    return Citation(1, quote, where, start, start + len(quote), ())


def reason(text: str) -> str | None:
    return reason_to_withhold(Statement(text, (1,)), [cite(QUOTE, passage(OTHER, QUOTE))], LEXICON)


def test_a_quoted_sentence_passes() -> None:
    assert reason(QUOTE) is None


@pytest.mark.parametrize(
    ("corrupted", "because"),
    [
        (QUOTE.replace("D9992", "D9993"), "code D9993"),
        (QUOTE.replace("$15", "$51"), "amount $51"),
        (QUOTE.replace("2020-04-24", "2021-04-24"), "date 2021-04-24"),
        (QUOTE.replace("2020-04-24", "May 1, 2020"), "date 2020-05-01"),
        (QUOTE.replace("one payment", "two payments"), "number 2"),
        (QUOTE.replace("Washington Apple Health", "Texas Medicaid"), "payer tx"),
        (QUOTE.replace("did not allow", "did allow"), "opposite"),
        (QUOTE.replace("paid", "never paid"), "opposite"),
        (QUOTE[:-1] + " for children under anesthesia.", "anesthesia"),
    ],
)
def test_a_corrupted_statement_is_withheld(corrupted: str, because: str) -> None:
    assert because in (reason(corrupted) or "")


def test_an_altered_quote_is_withheld() -> None:
    altered = QUOTE.replace("$15", "$16")
    where = passage(QUOTE)
    citation = Citation(1, altered, where, 0, len(altered), ())
    assert "does not stand" in (reason_to_withhold(Statement(altered, (1,)), [citation], LEXICON) or "")


def test_a_quote_cited_to_another_passage_is_withheld() -> None:
    citation = Citation(1, QUOTE, passage(OTHER), 0, len(QUOTE), ())
    assert "does not stand" in (reason_to_withhold(Statement(QUOTE, (1,)), [citation], LEXICON) or "")


def test_a_statement_without_citation_is_withheld() -> None:
    assert reason_to_withhold(Statement(QUOTE, ()), [], LEXICON) == "it cites nothing"


def test_dates_are_the_same_in_every_american_form() -> None:
    assert dates_in("2020-04-05, 4/5/2020 and April 5, 2020") == {"2020-04-05"}


def test_numbers_leave_codes_dates_and_amounts_out() -> None:
    assert numbers_in("D9992 on 2020-04-24 for $15, two of 1,000 at 2.50") == {"2", "1000", "2.5"}


def test_a_payer_is_found_by_its_alias() -> None:
    assert payers_in("apple  health pays", LEXICON) == {"wa"}


def test_polarity_counts_negations() -> None:
    assert same_polarity("D9992 is not paid", "D9992 isn't paid")
    assert not same_polarity("D9992 is paid", "D9992 is not paid")
