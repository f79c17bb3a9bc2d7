"""`bitewing check`: every refusal names file, record and field."""

from __future__ import annotations

from pathlib import Path

import pytest

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
