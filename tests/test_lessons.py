"""Every training question that the real records give, held against the records as they stand in knowledge/."""

from __future__ import annotations

import subprocess
import sys
from collections import Counter, defaultdict
from datetime import date
from pathlib import Path

import pytest

from assistant.encoder import Encoder
from assistant.index import Index
from assistant.lexicon import codes_in
from assistant.path import Assistant
from assistant.proof import content_words
from assistant.settings import ROOT, Settings
from assistant.types import Authority, Passage, PassageKind, Verdict
from ingest.build import build_index
from ingest.knowledge import load_knowledge
from ingest.schemas import CodeRecord
from tests.conftest import TODAY
from tests.test_ingest import CODE, QUESTION, RULE, SOURCE, write
from views.lessons.bank import Bank, Banks, make_bank
from views.lessons.plain_language import is_clause, is_plain, spelled_out
from views.lessons.records import PAPER, Records
from views.lessons.types import Kind, Question

FEWEST = 600
ANSWERS = {"Yes": Verdict.YES, "No": Verdict.NO}
YES_OR_NO = {Kind.MAY, Kind.CLAIM, Kind.PAYER}


@pytest.fixture(scope="module")
def index(assistant: Assistant) -> Index:
    return assistant.rooms().index


@pytest.fixture(scope="module")
def bank(index: Index) -> Bank:
    return make_bank(index, TODAY)


@pytest.fixture(scope="module")
def written() -> dict[str, CodeRecord]:
    """The codes' records as they are written, before ingest made passages of them."""
    return {record.code: record for _, record in load_knowledge(Settings().knowledge).codes}


def of(bank: Bank, *kinds: Kind) -> list[Question]:
    found = [question for question in bank.by_id.values() if question.kind in kinds]
    assert found
    return found


def wrong_of(question: Question) -> list[str]:
    return [choice.text for place, choice in enumerate(question.choices) if place != question.right]


def right_of(question: Question) -> str:
    return question.choices[question.right].text


def test_there_are_enough_and_no_two_alike(bank: Bank) -> None:
    asked = Counter((q.scenario.lower(), q.ask.lower(), q.payer, q.day) for q in bank.by_id.values())
    assert len(asked) >= FEWEST
    assert asked.most_common(1)[0][1] == 1
    assert len(bank.by_id) == sum(len(course.questions) for course in bank.courses)
    assert {question.kind for question in bank.by_id.values()} == set(Kind)


def test_a_question_has_two_to_four_choices_and_no_two_of_them_alike(bank: Bank) -> None:
    for question in bank.by_id.values():
        texts = [choice.text.casefold().strip() for choice in question.choices]
        assert 2 <= len(texts) <= 4, question
        assert len(set(texts)) == len(texts), question
        assert 0 <= question.right < len(texts), question


def test_the_reason_stands_word_for_word_in_a_record_with_its_page(bank: Bank, index: Index) -> None:
    for question in bank.by_id.values():
        said = question.reason
        passage = index.passages[said.passage.id]
        assert passage.text[said.start : said.end] == said.quote, question
        assert said.quote in [sentence.text for sentence in passage.sentences], question
        assert said.sources, question
        assert said.authority is not Authority.COMMON_PRACTICE, question


def test_nothing_is_asked_that_the_sources_leave_open(bank: Bank, index: Index) -> None:
    disputed: dict[str, set[object]] = defaultdict(set)
    for passage in index.passages.values():
        if passage.kind is PassageKind.DISAGREEMENT:
            disputed[passage.record].update(passage.topics)
    for question in bank.by_id.values():
        passage = question.reason.passage
        assert not passage.conflicts_with, question
        assert not passage.ended, question
        assert not {"undated", "disagree", "draft", "proposed"} & set(question.reason.quote.lower().split()), question
        if question.kind is not Kind.EDITION:
            assert not disputed[passage.record] & set(passage.topics), question


def test_the_right_choice_stands_at_no_place_more_than_at_another(bank: Bank) -> None:
    places: dict[int, Counter[int]] = defaultdict(Counter)
    for question in of(bank, Kind.CHOOSE, Kind.INSTEAD, Kind.TOGETHER, Kind.PAPERS):
        places[len(question.choices)][question.right] += 1
    for choices, found in places.items():
        assert found.total() > 50
        for place in range(choices):
            assert abs(found[place] / found.total() - 1 / choices) < 0.08, (choices, found)


def test_who_always_says_yes_or_no_is_wrong_as_often_as_right(bank: Bank) -> None:
    for course in bank.courses:
        answers = Counter(right_of(q) for q in course.questions if q.kind in YES_OR_NO)
        both = answers["Yes"] + answers["No"]
        assert abs(answers["Yes"] - answers["No"]) <= max(2, 0.2 * both), (course.id, answers)


def test_questions_are_plain_words(bank: Bank) -> None:
    for question in bank.by_id.values():
        assert question.ask.endswith("?"), question
        assert question.ask[0].isupper() or question.ask[0].isdigit(), question
        assert not question.scenario or question.scenario.endswith("."), question
        assert len(f"{question.scenario} {question.ask}") < 500, question


def told_apart(code: str, other: str, written: dict[str, CodeRecord]) -> bool:
    """Whether a sentence of either record names both as two that are told apart."""
    return any(
        {code, other} <= set(codes_in(sentence.text))
        for one in (code, other)
        if (record := written.get(one))
        for sentence in (*(neighbour.decides for neighbour in record.neighbours), *record.not_when)
    )


def differ_in_their_family(code: str, other: str, index: Index) -> bool:
    return any(
        not set(family.codes[code][name]) & set(family.codes[other][name])
        for family in index.lexicon.code_families
        if code in family.codes and other in family.codes
        for name in family.codes[code]
        if name in family.codes[other]
    )


def test_a_wrong_code_is_told_from_the_right_one_by_the_records(
    bank: Bank, index: Index, written: dict[str, CodeRecord]
) -> None:
    for question in of(bank, Kind.CHOOSE):
        right = right_of(question)
        assert set(codes_in(question.reason.quote)) == {right}, question
        assert question.reason.passage.record == right, question
        for wrong in wrong_of(question):
            assert told_apart(right, wrong, written) or differ_in_their_family(right, wrong, index), (question, wrong)
            for one, other in ((right, wrong), (wrong, right)):
                assert other not in codes_in("\n".join(s.text for s in written[one].billed_with)), (question, wrong)
            assert index.lexicon.code[wrong].valid_on(TODAY), (question, wrong)


def test_no_record_gives_a_wrong_code_for_the_same_words(bank: Bank, index: Index) -> None:
    answered: dict[str, list[set[str]]] = defaultdict(list)
    for passage in index.passages.values():
        is_use = passage.kind is PassageKind.CODE and passage.section == "use_when"
        for one in passage.asked if is_use or passage.kind is PassageKind.QUESTION else ():
            if one.verdict is not Verdict.NO:
                answered[passage.record].append(content_words(one.question))
    for question in of(bank, Kind.CHOOSE):
        words = content_words(question.scenario or question.ask)
        for wrong in wrong_of(question):
            for others in answered[wrong]:
                assert len(words & others) / len(words | others) < 0.75, (question, wrong, others)


def test_in_place_of_a_wrong_code_stands_what_its_record_names(bank: Bank, written: dict[str, CodeRecord]) -> None:
    for question in of(bank, Kind.INSTEAD):
        entered, right = question.codes
        assert question.scenario.startswith(entered), question
        assert set(codes_in(question.reason.quote)) == {entered, right}, question
        cases = [set(codes_in(one.text)) for one in written[entered].not_when if one.text != question.reason.quote]
        for wrong in wrong_of(question):
            assert wrong == entered or {entered, wrong} in cases, (question, wrong)
        assert entered in wrong_of(question), question


def test_a_code_that_goes_beside_is_ruled_out_by_no_record(bank: Bank, written: dict[str, CodeRecord]) -> None:
    for question in of(bank, Kind.TOGETHER):
        code, right = question.codes
        assert {code, right} <= {one for s in written[code].not_with for one in codes_in(s.text)}, question
        for wrong in wrong_of(question):
            assert wrong in {one for s in written[code].billed_with for one in codes_in(s.text)}, (question, wrong)
            against = [set(codes_in(s.text)) | {one} for one in (code, wrong) for s in written[one].not_with]
            assert not any({code, wrong} <= pair for pair in against), (question, wrong)


def test_a_paper_that_is_no_answer_is_named_by_no_record_on_the_code(bank: Bank, index: Index) -> None:
    for question in of(bank, Kind.PAPERS):
        (code,) = question.codes
        everything = "\n".join(passage.text for passage in index.naming(code))
        assert PAPER[right_of(question)].search(question.reason.quote), question
        assert right_of(question) not in question.scenario, question
        for wrong in wrong_of(question):
            assert not PAPER[wrong].search(everything), (question, wrong)


def test_what_stands_on_a_day_is_what_the_editions_say(bank: Bank, index: Index) -> None:
    for question in of(bank, Kind.EDITION):
        assert question.day is not None
        if codes_in(right_of(question)):
            for choice in question.choices:
                fits = choice.text == right_of(question) or told_from_the_right(choice.text, question, index)
                assert fits, (question, choice)
            assert index.lexicon.code[right_of(question)].valid_on(question.day), question
            continue
        entry = index.lexicon.code[question.codes[0]]
        year = question.day.year
        too_early = entry.added is not None and year < entry.added
        too_late = entry.deleted is not None and year >= entry.deleted
        expected = "No, it is not valid yet" if too_early else "No, it was deleted by then" if too_late else "Yes"
        assert right_of(question) == expected, question
        assert str(entry.added if not too_late and entry.added else entry.deleted) in question.reason.quote, question


def told_from_the_right(code: str, question: Question, index: Index) -> bool:
    """A code that is deleted on the day, or one that the records tell from the right one."""
    assert question.day is not None
    gone = not index.lexicon.code[code].valid_on(question.day)
    return gone or code in Records(index, TODAY).others(right_of(question), question.day)


def asked_in(passage: Passage, question: Question, records: Records) -> list[Verdict | None]:
    """The verdicts of what the record asks in the words of the question."""
    return [one.verdict for one in passage.asked if records.tidy(spelled_out(one.question)) == question.ask]


def test_a_yes_or_no_is_the_verdict_of_the_record(bank: Bank, index: Index) -> None:
    records = Records(index, TODAY)
    for question in of(bank, Kind.MAY, Kind.CLAIM):
        verdicts = set(asked_in(question.reason.passage, question, records))
        assert verdicts == {ANSWERS[right_of(question)]}, question


def test_a_payers_rule_holds_on_the_day_or_the_answer_says_that_it_does_not(bank: Bank, index: Index) -> None:
    records = Records(index, TODAY)
    lapsed = 0
    for question in of(bank, Kind.PAYER):
        rule = question.reason.passage
        assert question.day is not None
        assert question.payer == rule.payer
        assert rule.effective or rule.expires or question.reason.sources[0].published, question
        if rule.in_force(question.day):
            assert set(asked_in(rule, question, records)) == {ANSWERS[right_of(question)]}, question
        else:
            lapsed += 1
            assert right_of(question) not in ANSWERS, question
            others = [one for one in index.of_payer(rule.payer or "") if one.id != rule.id and one.is_rule]
            speaks = [one for one in others if one.in_force(question.day) and set(one.codes) & set(rule.codes)]
            assert not speaks, question
    assert lapsed >= 5


def test_no_rule_of_the_payer_answers_the_same_otherwise(bank: Bank, index: Index) -> None:
    for question in of(bank, Kind.PAYER):
        words = content_words(question.ask)
        for rule in index.of_payer(question.payer or ""):
            if rule.id == question.reason.passage.id or right_of(question) not in ANSWERS:
                continue
            for one in rule.asked:
                others = content_words(one.question)
                if one.verdict is not None and words and len(words & others) / len(words | others) > 0.7:
                    assert one.verdict is ANSWERS[right_of(question)], (question, one)


def test_the_same_records_give_the_same_questions_in_another_process(bank: Bank, settings: Settings) -> None:
    script = (
        "import sys; from datetime import date; from pathlib import Path; from assistant.index import IndexStore\n"
        "from views.lessons.bank import make_bank\n"
        "bank = make_bank(IndexStore(Path(sys.argv[1])).open(), date(2026, 11, 23))\n"
        "print([(q.id, q.right, q.day) for course in bank.courses for q in course.questions])"
    )
    there = subprocess.run([sys.executable, "-c", script, str(settings.home)], cwd=ROOT, capture_output=True, text=True)
    here = [(q.id, q.right, q.day) for course in bank.courses for q in course.questions]
    assert there.stdout.strip() == str(here), there.stderr


def test_the_questions_of_an_index_are_made_once(index: Index) -> None:
    banks = Banks()
    first = banks.of(index, TODAY)
    assert banks.of(index, date(TODAY.year, 1, 1)) is first
    assert banks.of(index, date(TODAY.year + 1, 1, 1)) is not first


@pytest.mark.parametrize(
    ("text", "plain"),
    [
        ("pt came w/ swelling on #19, ext planned", "patient came with swelling on tooth 19, extraction planned"),
        ("srp and fmx for a 6 yr old", "scaling and root planing and full mouth series for a 6 year old"),
    ],
)
def test_shorthand_with_one_meaning_is_spelled_out(text: str, plain: str) -> None:
    assert spelled_out(text) == plain


@pytest.mark.parametrize(
    "text", ["need PA for this one again", "u/l partials for the same patient", "lol what is this one for"]
)
def test_what_stays_shorthand_is_not_plain(text: str) -> None:
    assert not is_plain(spelled_out(text))


def test_a_scrap_is_no_clause() -> None:
    assert is_clause("can we bill both codes that day")
    assert not is_clause("frenectomy billed alone")


def test_names_and_codes_are_written_as_the_library_writes_them(index: Index) -> None:
    records = Records(index, TODAY)
    assert records.tidy("does medicaid pay 0140 when i send it on friday") == (
        "Does Medicaid pay D0140 when I send it on Friday?"
    )
    assert records.tidy("will united concordia dental pay. or not", ".") == "Will United Concordia Dental pay. Or not."


@pytest.fixture
def make(tmp_path: Path, encoder: Encoder) -> object:
    """From records to their questions, by a real index."""

    def made(code: dict[str, object], rule: dict[str, object] | None = None) -> list[Question]:
        write(tmp_path / "knowledge", [code], [rule or RULE])
        settings = Settings(home=tmp_path / "home", knowledge=tmp_path / "knowledge")
        build_index(settings, encoder)
        bank = make_bank(Assistant(settings, encoder).rooms().index, TODAY)
        return list(bank.by_id.values())

    return made


def test_a_record_that_is_sound_is_asked(make) -> None:  # type: ignore[no-untyped-def]
    (question,) = make(CODE)
    assert (question.ask, right_of(question)) == ("Can I bill D9992 for telehealth?", "No")


@pytest.mark.parametrize(
    "change",
    [
        {"questions": [{**QUESTION, "verdict": "depends"}]},
        {"questions": [{**QUESTION, "answer": [{"text": "D9992 is no such code.", "basis": "common practice"}]}]},
        {"deleted": 2020},
        {
            "disagreements": [
                {"topic": "telehealth", "claim": "D9992 is it.", "followed": "It is not.", "claimed_by": ["other"],
                 "follows": ["page"]}
            ],
            "sources": [SOURCE, {**SOURCE, "id": "other"}],
        },
    ],
    ids=["depends", "unsourced", "deleted", "disputed"],
)  # fmt: skip
def test_what_the_record_leaves_open_is_not_asked(make, change: dict[str, object]) -> None:  # type: ignore[no-untyped-def]
    assert make({**CODE, **change}) == []


def test_a_rule_is_asked_only_for_days_that_it_tells(make) -> None:  # type: ignore[no-untyped-def]
    asks = [["yes", "can we bill D9992 for a phone call"]]
    rule = {**RULE, "text": "Since 2020-01-01 Apple Health pays D9992.", "effective": "2020-01-01", "asks": asks}
    del rule["expires"]
    bare = {**CODE, "questions": []}
    (question,) = make(bare, rule)
    assert (question.payer, right_of(question)) == ("wa", "Yes")
    assert question.day is not None
    assert question.day.year == TODAY.year - 1
    assert make(bare, {**rule, "text": "Apple Health pays D9992.", "effective": None}) == []
    (ended,) = make(bare, {**RULE, "asks": asks})
    assert right_of(ended) == "The payer’s rule in the library does not hold on that day"
