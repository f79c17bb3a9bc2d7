"""Which sentences bear on a question and which come first, on the real knowledge."""

from __future__ import annotations

import pytest

from assistant.bearing import standing
from assistant.path import Assistant
from assistant.rank import Ranked
from assistant.types import (
    Answer,
    Answered,
    Clarify,
    Declined,
    NotCovered,
    NoticeKind,
    Passage,
    PassageKind,
    Sentence,
    Turn,
    Understood,
    Verdict,
)
from tests.conftest import TODAY


def conversation(assistant: Assistant, *questions: str) -> Answer:
    """The last answer of a conversation of these questions."""
    history: list[Turn] = []
    for question in questions[:-1]:
        answer = assistant.ask(question, history)
        said = " ".join(s.text for s in answer.statements) if isinstance(answer, Answered) else ""
        history += [Turn("user", question), Turn("assistant", said)]
    return assistant.ask(questions[-1], history)


def texts(answer: Answer) -> list[str]:
    assert isinstance(answer, Answered), answer
    return [statement.text for statement in answer.statements]


def test_of_two_codes_billed_together_what_speaks_of_both_comes_first(assistant: Assistant) -> None:
    first = texts(assistant.ask("D0140 same day as D0120?"))[0]
    assert "D0140" in first
    assert "D0120" in first


def test_who_asks_what_a_plan_pays_is_not_told_how_the_code_differs_from_others(assistant: Assistant) -> None:
    said = texts(assistant.ask("does Apple Health pay D0274?"))
    assert not [text for text in said if "D0277" in text]


def test_a_payers_rule_on_the_code_stands_before_one_that_mentions_it(assistant: Assistant) -> None:
    assert "sealants" in texts(assistant.ask("how often does Texas Medicaid pay D1351?"))[0]


def test_children_asked_about_are_not_answered_with_adults_first(assistant: Assistant) -> None:
    said = texts(assistant.ask("does insurance pay D1206 for kids?"))
    assert "adult" not in said[0]


def test_the_other_one_is_the_code_that_was_named_beside_it(assistant: Assistant) -> None:
    answer = conversation(assistant, "D4341 with 3 teeth in the quad?", "and the other one?")
    assert answer.understood.codes == ("D4342",)


def test_a_state_that_was_moved_to_stays(assistant: Assistant) -> None:
    answer = conversation(
        assistant, "how often does Texas Medicaid pay D1351?", "what about California", "and for a 15 year old"
    )
    assert "ca-medi-cal-dental" in answer.understood.payers
    assert "tx-tmhp-thsteps" not in answer.understood.payers


def test_a_whole_question_takes_no_topic_from_before(assistant: Assistant) -> None:
    answer = conversation(assistant, "D0140 same day as D0120?", "what does D7140 need?")
    assert "chart" in texts(answer)[0]


@pytest.mark.parametrize("said", ["thanks", "ok great, thank you!", "hello"])
def test_courtesy_gets_a_friendly_line(assistant: Assistant, said: str) -> None:
    answer = conversation(assistant, "can I bill D9992 for telehealth?", said)
    assert isinstance(answer, NotCovered)
    assert answer.missing.startswith("Happy to help")
    assert answer.lack is None


@pytest.mark.parametrize("asked", ["is it covered?", "how often?", "how often can we do that one?"])
def test_a_question_without_a_subject_is_asked_for_it(assistant: Assistant, asked: str) -> None:
    answer = assistant.ask(asked)
    assert isinstance(answer, Clarify)
    assert answer.question.startswith("Which code or service")


def test_a_family_of_payers_without_a_rule_on_the_code_is_not_asked_about(assistant: Assistant) -> None:
    answer = assistant.ask("does delta pay D9991?")
    if isinstance(answer, Clarify):
        pytest.fail("which one is meant cannot matter")
    assert isinstance(answer, Answered)
    notice = next(notice for notice in answer.notices if notice.kind is NoticeKind.PAYER_SILENT)
    assert "any payer called “delta”" in notice.text


@pytest.mark.parametrize(
    "asked",
    [
        "she skipped the upper right scaling, add it to today's claim and we do it next week",
        "my husband's plan too, but leave it off so both pay first",
    ],
)
def test_new_ways_to_ask_for_a_false_claim_are_declined(assistant: Assistant, asked: str) -> None:
    assert isinstance(assistant.ask(asked), Declined)


@pytest.mark.parametrize("asked", ["how do I batch print statements in Eaglesoft", "CPT for a hip x-ray"])
def test_other_software_and_medical_codes_are_other_subjects(assistant: Assistant, asked: str) -> None:
    answer = assistant.ask(asked)
    assert isinstance(answer, NotCovered)
    assert answer.lack is None


@pytest.mark.parametrize(
    "asked",
    [
        "we typed 6/4 on the claim but the chart says 6/14, how do I correct the claim",
        "hardship discount for a patient, how do we show it on the claim",
    ],
)
def test_honest_look_alikes_are_answered(assistant: Assistant, asked: str) -> None:
    assert isinstance(assistant.ask(asked), Answered)


@pytest.mark.parametrize(
    ("asked", "verdict"),
    [
        ("sedation on 12/20/2025, was D9248 still valid that day?", Verdict.YES),
        ("D9248 for a visit on 1/5/2026, still valid?", Verdict.NO),
        ("implant maintenance on 3/3/2025, was D6180 in effect yet", Verdict.YES),
        ("D6180 for a visit on 3/3/2024, was it valid yet?", Verdict.NO),
    ],
)
def test_whether_a_code_was_valid_then_is_told_by_its_editions(
    assistant: Assistant, asked: str, verdict: Verdict
) -> None:
    answer = assistant.ask(asked)
    assert isinstance(answer, Answered)
    assert answer.verdict is verdict


def test_of_a_document_what_tells_an_amount_comes_first_where_one_is_asked_for() -> None:
    def ranked(text: str) -> Ranked:
        name = "document/plan.pdf"
        passage = Passage(f"{name}/1", name, PassageKind.DOCUMENT, "Benefits", "Plan: Benefits", (Sentence(text),),
                          "plan.pdf", payer="northwind-dental")  # fmt: skip
        return Ranked(passage, 0, 1.0)

    asked = Understood("what is the annual deductible at Northwind?", "annual deductible", TODAY)
    speaks, tells = ranked("The deductible is met before the plan pays."), ranked("Deductible; $50 per person.")
    assert standing(asked, tells) < standing(asked, speaks)
    other = Understood("who counts as a dependent at Northwind?", "dependent", TODAY)
    assert standing(other, tells) == standing(other, speaks)
