"""`bitewing check`: every refusal names file, record and field."""

from __future__ import annotations

from pathlib import Path

import pytest
import yaml

from assistant.errors import KnowledgeError
from ingest.check import check_knowledge
from tests.test_ingest import CODE, QUESTION, RULE, SOURCE, write

LONG = "D9992 " + "word " * 60


@pytest.mark.parametrize(
    ("codes", "rules", "because"),
    [
        ([{**CODE, "sources": []}], None, r"D9992: meaning\.1: has no source"),
        ([{**CODE, "meaning": [LONG]}], None, r"meaning\.1: 61 words"),
        ([{**CODE, "meaning": [{"text": "D9992 is it.", "sources": ["nowhere"]}]}], None, "source nowhere"),
        ([{**CODE, "questions": [{**QUESTION, "verdict": None}]}], None, "needs a verdict"),
        ([CODE, CODE], None, "D9992: id: stands 2 times"),
        ([{**CODE, "added": 2020, "deleted": 2019}], None, "deleted: CDT 2019 is not after"),
        ([{**CODE, "code": "9992"}], None, r"adjunctive\.yaml: 9992: code"),
        ([{**CODE, "invented": "x"}], None, "invented"),
        (None, [{**RULE, "expires": "2020-02-31"}], "holds a day that is none"),
        (None, [{**RULE, "effective": "2021-01-01"}], "lies before the rule's start"),
        (None, [{**RULE, "effective": "soon"}], r"effective"),
        (None, [{**RULE, "conflicts_with": ["nothing"]}], "there is no rule nothing"),
        (None, [RULE, RULE], "wa-phone: id: stands 2 times"),
        (None, [{key: value for key, value in RULE.items() if key != "source"}], "source: Field required"),
        (None, [{**RULE, "source": {**SOURCE, "authority": "hearsay"}}], "authority"),
    ],
)
def test_refusals(tmp_path: Path, codes: list[object] | None, rules: list[object] | None, because: str) -> None:
    write(tmp_path, codes, rules)
    with pytest.raises(KnowledgeError, match=because):
        check_knowledge(tmp_path)


ATTRIBUTE = {"question": "Upper or lower?", "values": {"upper": ["upper"], "lower": ["lower"]}}
FAMILY = {"name": "care", "says": ["care"], "codes": {"D9992": {"arch": "upper"}, "D9993": {"arch": "lower"}}}


@pytest.mark.parametrize(
    ("attribute", "codes", "because"),
    [
        (ATTRIBUTE, {"D9992": {"arch": "upper"}, "D9989": {"arch": "lower"}}, "care: D9989 has no record"),
        (ATTRIBUTE, {"D9992": {"arch": "upper"}, "D9993": {"side": "one"}}, "care: D9993: there is no attribute side"),
        (ATTRIBUTE, {"D9992": {"arch": "upper"}, "D9993": {"arch": "left"}}, "care: D9993: arch has no value left"),
        (
            ATTRIBUTE,
            {"D9992": {"arch": "upper"}, "D9993": {"arch": ["upper", "lower"]}},
            "D9992 and D9993 fit the same",
        ),
        (ATTRIBUTE, {"D9992": {"arch": "upper"}}, "care: codes: a family has two codes or more"),
        (
            ATTRIBUTE,
            {"9992": {"arch": "upper"}, "D9993": {"arch": "lower"}},
            r"choices\.yaml: families\.0\.codes\.9992",
        ),
        ({**ATTRIBUTE, "otherwise": "left"}, FAMILY["codes"], "arch: otherwise: left is none of its values"),
        ({**ATTRIBUTE, "values": {"upper": [], "lower": ["lower"]}}, FAMILY["codes"], "arch: upper: has no words"),
    ],
)
def test_families_that_could_not_decide(tmp_path: Path, attribute: object, codes: object, because: str) -> None:
    write(tmp_path, [CODE, {**CODE, "code": "D9993", "questions": []}])
    families = {"attributes": {"arch": attribute}, "families": [{**FAMILY, "codes": codes}]}
    (tmp_path / "choices.yaml").write_text(yaml.safe_dump(families))
    with pytest.raises(KnowledgeError, match=because):
        check_knowledge(tmp_path)


def test_a_family_that_decides_passes(tmp_path: Path) -> None:
    write(tmp_path, [CODE, {**CODE, "code": "D9993", "questions": []}])
    (tmp_path / "choices.yaml").write_text(yaml.safe_dump({"attributes": {"arch": ATTRIBUTE}, "families": [FAMILY]}))
    assert len(check_knowledge(tmp_path).choices.families) == 1


def test_a_file_that_is_no_yaml_is_named(tmp_path: Path) -> None:
    write(tmp_path)
    (tmp_path / "codes/adjunctive.yaml").write_text("- code: [")
    with pytest.raises(KnowledgeError, match=r"codes/adjunctive\.yaml: cannot be read"):
        check_knowledge(tmp_path)


def test_a_footnote_without_source_is_named(tmp_path: Path) -> None:
    write(tmp_path)
    guide = tmp_path / "guides/guide.md"
    guide.write_text(guide.read_text().replace("[^page]", "[^gone]"))
    with pytest.raises(KnowledgeError, match=r"guides/guide\.md: line \d+: source gone"):
        check_knowledge(tmp_path)


def test_an_empty_folder_is_refused(tmp_path: Path) -> None:
    with pytest.raises(KnowledgeError, match="BITEWING_KNOWLEDGE"):
        check_knowledge(tmp_path)


def test_sound_knowledge_passes(tmp_path: Path) -> None:
    write(tmp_path)
    assert len(check_knowledge(tmp_path).codes) == 1
