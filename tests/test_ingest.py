"""Ingest on a small knowledge folder: what is built, what is reused, what a crash leaves behind."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from datetime import date
from pathlib import Path

import numpy as np
import pytest
import yaml

from assistant.encoder import Encoder
from assistant.errors import EncoderError, IndexMissing, KnowledgeError, SnapshotError
from assistant.index import IndexStore, Scope
from assistant.path import Assistant
from assistant.settings import ROOT, Settings
from assistant.types import Authority, PassageKind
from ingest.build import build_index, is_stale
from ingest.command import describe

SOURCE = {
    "id": "page",
    "title": "A page",
    "publisher": "A publisher",
    "authority": "guide",
    "url": "https://example.org",
}
QUESTION = {
    "question": "can I bill D9992 for telehealth?", "topic": "telehealth", "verdict": "no",
    "answer": ["D9992 is not the telehealth code."],
}  # fmt: skip
CODE = {
    "code": "D9992", "label": "Care coordination", "category": "adjunctive", "sources": [SOURCE],
    "meaning": ["D9992 reports care coordination."],
    "not_when": [{"text": "Do not use D9992 for phone reminders.", "basis": "common practice"}],
    "questions": [QUESTION],
}  # fmt: skip
RULE = {
    "id": "wa-phone", "text": "Apple Health paid D9992 through 2020-04-24.", "topic": "telehealth", "verdict": "yes",
    "codes": ["D9992"], "state": "WA", "expires": "2020-04-24", "confidence": "high",
    "source": {**SOURCE, "authority": "payer"},
}  # fmt: skip
PAYER = {"id": "wa", "name": "Apple Health", "full_name": "Washington HCA", "kind": "medicaid", "state": "WA"}
GUIDE = """---
title: A guide
topics: [telehealth]
sources:
- {id: page, title: A page, publisher: A publisher, authority: guide}
---
## Which code?
D9992 reports work between offices. [^page]
Ask the plan first.
"""


def write(folder: Path, codes: list[object] | None = None, rules: list[object] | None = None) -> None:
    for name in ("codes", "payers", "guides"):
        (folder / name).mkdir(parents=True, exist_ok=True)
    (folder / "codes/adjunctive.yaml").write_text(yaml.safe_dump(codes or [CODE]))
    (folder / "payers/wa.yaml").write_text(yaml.safe_dump({"payer": PAYER, "rules": rules or [RULE]}))
    (folder / "guides/guide.md").write_text(GUIDE)


@pytest.fixture
def small(tmp_path: Path) -> Settings:
    write(tmp_path / "knowledge")
    return Settings(home=tmp_path / "home", knowledge=tmp_path / "knowledge")


def test_a_first_build_makes_every_passage(small: Settings, encoder: Encoder) -> None:
    report = build_index(small, encoder)
    index = IndexStore(small.home).open()
    assert (report.codes, report.rules, report.guides) == (1, 1, 1)
    assert report.passages == len(index.passages)
    assert report.encoded == sum(len(passage.keys) for passage in index.passages.values())
    assert {passage.kind for passage in index.passages.values()} == {
        PassageKind.CODE, PassageKind.QUESTION, PassageKind.RULE, PassageKind.GUIDE,
    }  # fmt: skip


def test_a_guide_line_is_a_sentence_with_its_footnotes(small: Settings, encoder: Encoder) -> None:
    build_index(small, encoder)
    guide = IndexStore(small.home).open().passages["guide/guide/1"]
    assert [sentence.text for sentence in guide.sentences] == [
        "D9992 reports work between offices.",
        "Ask the plan first.",
    ]
    assert [len(sentence.sources) for sentence in guide.sentences] == [1, 0]


def test_a_page_that_only_claims_the_contrary_backs_no_sentence(small: Settings, encoder: Encoder) -> None:
    """Unless a disagreement follows it or a sentence cites it itself."""
    vendor = {**SOURCE, "id": "vendor", "title": "What is D9992?", "publisher": "A vendor"}
    dispute = {"topic": "meaning", "claim": "D9992 is remote.", "followed": "D9992 is not.", "claimed_by": ["vendor"]}
    disputed = {**CODE, "sources": [SOURCE, vendor], "disagreements": [dispute], "added": 2017, "years": "page"}
    praise = {"text": "D9992 stands on the vendor's page.", "sources": ["vendor"]}

    def publishers(code: dict[str, object], section: str) -> list[set[str]]:
        write(small.knowledge, codes=[code])
        build_index(small, encoder)
        sentences = IndexStore(small.home).open().passages[f"D9992/{section}"].sentences
        return [{source.publisher for source in sentence.sources} for sentence in sentences]

    assert publishers(disputed, "disagreement-1") == [{"A vendor"}, set()]
    for section in ("meaning", "question-1", "editions"):
        assert publishers(disputed, section)[0] == {"A publisher"}
    both = {"A publisher", "A vendor"}
    assert publishers({**disputed, "disagreements": [{**dispute, "follows": ["vendor"]}]}, "meaning") == [both]
    assert publishers({**disputed, "use_when": [praise]}, "meaning") == [both]


def test_nothing_changed_nothing_done(small: Settings, encoder: Encoder) -> None:
    build_index(small, encoder)
    before = IndexStore(small.home).current()
    report = build_index(small, encoder)
    assert report.unchanged
    assert IndexStore(small.home).current() == before
    assert "up to date" in describe(report)


def test_only_changed_text_is_encoded_again(small: Settings, encoder: Encoder) -> None:
    first = build_index(small, encoder)
    write(small.knowledge, codes=[{**CODE, "meaning": ["D9992 reports coordinated care."]}])
    assert is_stale(small, encoder)
    second = build_index(small, encoder)
    assert (second.encoded, second.passages) == (1, first.passages)
    assert IndexStore(small.home).open().passages["D9992/meaning"].text == "D9992 reports coordinated care."


def test_a_removed_record_leaves_the_index(small: Settings, encoder: Encoder) -> None:
    build_index(small, encoder)
    (small.knowledge / "payers/wa.yaml").unlink()
    build_index(small, encoder)
    assert not IndexStore(small.home).open().of_payer("wa")


def test_the_same_knowledge_gives_the_same_index(small: Settings, encoder: Encoder, tmp_path: Path) -> None:
    build_index(small, encoder)
    other = Settings(home=tmp_path / "other", knowledge=small.knowledge)
    build_index(other, encoder)
    one, two = (IndexStore(settings.home).open() for settings in (small, other))
    assert one.passages == two.passages
    vector = np.ones(384, dtype=np.float32) / np.sqrt(np.float32(384))
    passages = list(one.passages.values())
    assert one.cosines(passages, vector) == two.cosines(passages, vector)


def test_a_crash_while_writing_leaves_the_old_index_serving(
    small: Settings, encoder: Encoder, monkeypatch: pytest.MonkeyPatch
) -> None:
    build_index(small, encoder)
    before = IndexStore(small.home).current()
    write(small.knowledge, codes=[{**CODE, "meaning": ["D9992 reports coordinated care."]}])
    with monkeypatch.context() as patch:
        patch.setattr("os.replace", lambda *_: (_ for _ in ()).throw(OSError("the disk is gone")))
        with pytest.raises(OSError, match="disk"):
            build_index(small, encoder)
    store = IndexStore(small.home)
    assert store.current() == before
    assert store.open().passages["D9992/meaning"].text == "D9992 reports care coordination."
    build_index(small, encoder)
    assert store.open().passages["D9992/meaning"].text == "D9992 reports coordinated care."


def test_unsound_knowledge_is_refused_and_the_old_index_stays(small: Settings, encoder: Encoder) -> None:
    build_index(small, encoder)
    before = IndexStore(small.home).current()
    write(small.knowledge, codes=[{**CODE, "label": None}])
    with pytest.raises(KnowledgeError, match=r"codes/adjunctive\.yaml: D9992: label"):
        build_index(small, encoder)
    assert IndexStore(small.home).current() == before


def test_an_unknown_file_is_skipped_and_told(small: Settings, encoder: Encoder) -> None:
    (small.knowledge / "notes.txt").write_text("hello")
    assert "Skipped notes.txt" in describe(build_index(small, encoder))


def test_no_index_says_what_to_do(tmp_path: Path) -> None:
    with pytest.raises(IndexMissing, match="bitewing ingest"):
        IndexStore(tmp_path).open()


def test_a_broken_index_says_what_to_do(small: Settings, encoder: Encoder) -> None:
    build_index(small, encoder)
    folder = IndexStore(small.home).current()
    assert folder is not None
    shutil.rmtree(folder / "bm25")
    with pytest.raises(SnapshotError, match="--rebuild"):
        IndexStore(small.home).open()
    build_index(small, encoder, rebuild=True)
    assert IndexStore(small.home).open().passages


def test_weights_that_were_not_checked_are_refused(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setattr("assistant.encoder.PACKAGED_SHA256", "0" * 64)
    with pytest.raises(EncoderError, match="sha256"):
        Encoder(Settings(home=tmp_path)).encode(["text"])


def test_a_text_is_encoded_the_same_whatever_stands_beside_it(encoder: Encoder) -> None:
    texts = [f"{verb} D{number} {place}" for verb in ("bill", "report", "deny") for number in range(1000, 1100)
             for place in ("by phone", "on a molar that had a crown before")]  # fmt: skip
    alone = np.vstack([encoder.encode([text], for_index=True) for text in texts[::40]])
    assert np.array_equal(encoder.encode(texts, for_index=True)[::40], alone)
    assert np.array_equal(encoder.encode(texts)[::40], np.vstack([encoder.encode([text]) for text in texts[::40]]))


def test_the_vectors_of_an_index_lie_close_to_those_of_full_precision(encoder: Encoder) -> None:
    texts = [f"{verb} D{number} by phone" for verb in ("bill", "report", "deny") for number in range(1000, 1100)]
    alike = (encoder.encode(texts) * encoder.encode(texts, for_index=True)).sum(axis=1)
    assert alike.min() > 0.97
    assert alike.mean() > 0.985


def test_a_local_folder_that_is_no_model_is_refused(tmp_path: Path) -> None:
    with pytest.raises(EncoderError, match="BITEWING_ENCODER"):
        Encoder(Settings(home=tmp_path / "home", encoder=str(tmp_path))).encode(["text"])


def test_shipped_knowledge_is_where_settings_look() -> None:
    assert (Settings().knowledge / "codes").is_dir()
    assert Settings().knowledge.parent == ROOT


def test_the_offices_own_records_are_labelled_as_such(small: Settings, encoder: Encoder) -> None:
    office = small.knowledge / "office"
    write(office, codes=[{**CODE, "meaning": ["D9992 is billed by the front desk here."]}])
    (office / "guides/guide.md").unlink()
    rule = {**RULE, "id": "our-note", "text": "Our Apple Health contact wants D9992 in writing.", "expires": None}
    (office / "payers/wa.yaml").write_text(yaml.safe_dump({"payer": PAYER, "rules": [rule]}))
    build_index(small, encoder)
    index = IndexStore(small.home).open()
    ours = [index.passages["office/D9992/meaning"], index.passages["wa/our-note"]]
    assert [passage.sentences[0].authority for passage in ours] == [Authority.OFFICE, Authority.OFFICE]
    assert index.passages["D9992/meaning"].sentences[0].authority is Authority.GUIDE
    assert [payer.id for payer in index.lexicon.payers] == ["wa"]


def test_every_way_to_filter_admits_the_same_passages(assistant: Assistant) -> None:
    """The scope is applied by a Python test and by a mask; they may not differ, nor what they find."""
    index = assistant.rooms().index
    vector = assistant._encoder.encode(["care coordination across several providers"])[0]
    for scope in (
        Scope(date(2020, 4, 10), ("wa-hca-apple-health",)),
        Scope(date(2026, 11, 23), ()),
        Scope(date(2020, 4, 25), None),
    ):
        admitted = {passage.id for passage in index.passages.values() if scope.admits(passage)}
        masked = {p.id for p, admits in zip(index._keyed, index._mask(scope), strict=True) if admits}
        assert masked == admitted
        order = np.argsort(-(index._vectors @ vector), kind="stable")
        exact = list(dict.fromkeys(index._keyed[row].id for row in order if index._keyed[row].id in admitted))[:10]
        assert [p.id for p in index.nearest(vector, 10, scope)] == exact


def test_two_builds_at_once_leave_a_sound_index(small: Settings, encoder: Encoder) -> None:
    """Two real processes, as when two people ask right after an edit."""
    build_index(small, encoder)
    write(small.knowledge, codes=[{**CODE, "meaning": ["D9992 reports coordinated care."]}])
    environment = {**os.environ, "BITEWING_HOME": str(small.home), "BITEWING_KNOWLEDGE": str(small.knowledge)}
    command = [sys.executable, "-m", "ingest"]
    builds = [subprocess.Popen(command, cwd=ROOT, env=environment, stdout=subprocess.DEVNULL) for _ in range(2)]
    assert [build.wait(timeout=120) for build in builds] == [0, 0]
    assert IndexStore(small.home).open().passages["D9992/meaning"].text == "D9992 reports coordinated care."


def test_a_rebuild_that_is_refused_leaves_the_old_index_serving(small: Settings, encoder: Encoder) -> None:
    build_index(small, encoder)
    before = IndexStore(small.home).current()
    write(small.knowledge, codes=[{**CODE, "label": None}])
    with pytest.raises(KnowledgeError):
        build_index(small, encoder, rebuild=True)
    assert IndexStore(small.home).current() == before


def test_a_rebuild_encodes_everything_anew(small: Settings, encoder: Encoder) -> None:
    first = build_index(small, encoder)
    assert build_index(small, encoder, rebuild=True).encoded == first.encoded
