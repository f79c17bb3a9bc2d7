"""`bitewing check` between records: each contradiction and each unheld fact is refused, and its mended form is not."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from assistant.errors import KnowledgeError
from ingest.check import check_knowledge
from tests.test_ingest import CODE, QUESTION, RULE, write

OTHER: dict[str, Any] = {**CODE, "code": "D9991", "label": "Keeping appointments",
                         "meaning": ["D9991 reports help with keeping appointments."], "not_when": [], "questions": []}  # fmt: skip
PLAIN: dict[str, Any] = {**CODE, "not_when": [], "questions": []}
DISPUTE = {"topic": "meaning", "claim": "D9992 is telehealth.", "followed": "D9992 is not.", "claimed_by": ["page"]}


def refused(folder: Path, because: str) -> None:
    with pytest.raises(KnowledgeError, match=because):
        check_knowledge(folder)


@pytest.mark.parametrize(
    ("codes", "because"),
    [
        ([{**PLAIN, "billed_with": ["D9992 goes with D9991."]}, {**OTHER, "not_with": ["D9991 excludes D9992."]}],
         "D9992: billed_with: D9991 excludes it"),
        ([{**PLAIN, "not_when": ["Do not use D9992 for arranging rides; report D9991."]},
          {**OTHER, "not_when": ["Do not use D9991 for arranging rides; report D9992."]}],
         "D9991: not_when: sends the same case to D9992"),
        ([{**PLAIN, "use_when": ["Use D9991 when rides are arranged."]}, {**OTHER, "deleted": 2024}],
         "D9992: recommends D9991, deleted with CDT 2024"),
        ([{**PLAIN, "neighbours": [{"code": "D9999", "decides": "D9999 is not D9992."}]}], "D9999 has no record"),
        ([{**PLAIN, "meaning": ["D9992 differs from D9999."]}], r"meaning\.1: names D9999, which has no record"),
        ([{**PLAIN, "replaced_by": ["D9999"]}], "replaced_by: D9999 has no record"),
        ([{**PLAIN, "disagreements": [{"topic": "meaning", "claim": "A page says D9999.", "followed": "D9992 it is."}]}],
         r"disagreements\.1: names D9999"),
        ([{**PLAIN, "disagreements": [DISPUTE]}], r"meaning\.1: has no source"),
        ([{**PLAIN, "questions": [{**QUESTION, "answer": ["D9992 pays $400."]}]}], r"amount \$400 stands nowhere else"),
        ([{**PLAIN, "questions": [{**QUESTION, "answer": ["D9992 ended on 2020-04-24."]}]}], "date 2020-04-24 stands"),
        ([{**PLAIN, "questions": [{**QUESTION, "answer": ["D9992 is limited to 17 a year."]}]}], "number 17 stands"),
        ([PLAIN, {**OTHER, "questions": [{**QUESTION, "question": "what else?", "answer": ["D9991 is not D9992."]}]}], "code D9992 stands nowhere"),
    ],
)  # fmt: skip
def test_codes_that_contradict_or_hold_too_little(tmp_path: Path, codes: list[object], because: str) -> None:
    write(tmp_path, codes=codes)
    refused(tmp_path, because)


@pytest.mark.parametrize(
    ("rules", "because"),
    [
        ([RULE, {**RULE, "id": "wa-other", "verdict": "no"}], "wa-phone: verdict: says yes where wa-other says no"),
        ([{**RULE, "codes": []}], "names D9992, which is not among the rule's codes"),
        ([{**RULE, "expires": "2020-05-24"}], "names 2020-04-24, which no field holds"),
        ([{**RULE, "codes": ["D9999", "D9992"]}], "codes: D9999 has no record"),
    ],
)
def test_rules_that_contradict_or_hold_too_little(tmp_path: Path, rules: list[object], because: str) -> None:
    write(tmp_path, rules=rules)
    refused(tmp_path, because)


def test_shorthand_for_an_unknown_code(tmp_path: Path) -> None:
    write(tmp_path)
    (tmp_path / "vocabulary.yaml").write_text("shorthand: [{says: [cc], means: coordination, codes: [D9999]}]")
    refused(tmp_path, "vocabulary.yaml: cc: codes: D9999 has no record")


@pytest.mark.parametrize(
    "codes",
    [
        [{**PLAIN, "billed_with": ["D9992 goes with D9991 at the same visit."]},
         {**OTHER, "not_with": ["D9991 excludes D9992 for the same contact."]}],
        [{**PLAIN, "not_when": ["Do not use D9992 for arranging rides; report D9991."]},
         {**OTHER, "not_when": ["Do not use D9991 for joining up providers; report D9992."]}],
        [{**PLAIN, "use_when": ["Until 2023, D9991 was used for rides."]}, {**OTHER, "deleted": 2024}],
    ],
)  # fmt: skip
def test_what_says_when_it_holds_passes(tmp_path: Path, codes: list[object]) -> None:
    write(tmp_path, codes=codes)
    assert check_knowledge(tmp_path)


def test_rules_that_name_their_conflict_or_differ_in_time_pass(tmp_path: Path) -> None:
    later = {
        **RULE,
        "id": "wa-later",
        "verdict": "no",
        "text": "Apple Health refuses D9992.",
        "effective": "2020-04-25",
    }
    write(tmp_path, rules=[RULE, {**later, "expires": None}])
    assert check_knowledge(tmp_path)
    told = {**RULE, "id": "wa-other", "verdict": "no", "conflicts_with": ["wa-phone"]}
    write(tmp_path, rules=[RULE, told])
    assert check_knowledge(tmp_path)
