"""What lies between records: two that contradict each other without saying so, and codes recommended after their end.

`bitewing check` runs these after every record has been checked by itself.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from itertools import combinations

from assistant.lexicon import CODE, CodeEntry, codes_in
from assistant.proof import content_words, same_polarity
from assistant.types import Verdict
from ingest.knowledge import Knowledge
from ingest.passages import lexicon_of
from ingest.schemas import CodeRecord, RuleRecord, Sentences, first_day, last_day

BOILERPLATE = content_words("do not use report bill code instead belongs under is it that for fits better see rather")
# A relation told with one of these says when it holds, so that its opposite may hold otherwise.
CONDITION = re.compile(
    r"\b(?:same|plan|plans|payer|payers|policy|policies|when|where|if|unless|only|some|depends?|different|separate|"
    r"usually|often|may|not expect|beyond|within|each|other than|regence|delta|aetna|medicaid)\b",
    re.IGNORECASE,
)
RELATIVE = re.compile(r"\b(?:an)?other\b")  # "another base" is another base for each of two codes
RECOMMENDS = re.compile(r"\b(?:use|report|bill)\b[^.;]*", re.IGNORECASE)
HISTORY = re.compile(
    r"\b(?:was|were|deleted|former|formerly|older?|until|through|before|replaced|ended|not|never|(?<!D)\d{4})\b",
    re.IGNORECASE,
)


def contradictions(knowledge: Knowledge) -> Iterator[str]:
    """One line a contradiction, naming both records."""
    files = {record.code: file for file, record in knowledge.codes}
    records = {record.code: record for _, record in knowledge.codes}
    for problem, code in (
        *_billed_with_and_not(records),
        *_each_instead_of_the_other(records),
        *_deleted_yet_recommended(knowledge, records),
    ):
        yield f"{files[code]}: {code}: {problem}"
    for file, payer_file in knowledge.payers:
        for one, other in combinations(payer_file.rules, 2):
            if _opposed(one, other):
                yield (
                    f"{file}: {one.id}: verdict: says {one.verdict} where {other.id} says {other.verdict} on the same "
                    "codes, program and dates; mend one or name it under conflicts_with"
                )


def _billed_with_and_not(records: dict[str, CodeRecord]) -> Iterator[tuple[str, str]]:
    """A code billed with one that excludes it, unless both say when."""
    for code, record in records.items():
        for sentence in record.billed_with:
            for other in set(codes_in(sentence.text)) - {code}:
                against = _naming(records[other].not_with, code) if other in records else []
                against += _naming(record.not_with, other)
                if against and not all(CONDITION.search(text) for text in (sentence.text, *against)):
                    yield f"billed_with: {other} excludes it ({against[0]}); say when each holds", code


def _each_instead_of_the_other(records: dict[str, CodeRecord]) -> Iterator[tuple[str, str]]:
    """Two codes that each send the same case to the other."""
    for code, record in records.items():
        for sentence in record.not_when:
            for other in set(CODE.findall(sentence.text)) - {code}:
                if other < code or other not in records:
                    continue
                case = _case(sentence.text)
                if RELATIVE.search(sentence.text):
                    continue
                for back in _naming(records[other].not_when, code):
                    if case and case == _case(back) and same_polarity(sentence.text, back):
                        yield f"not_when: sends the same case to {other} that {other} sends back ({back})", code


def _case(text: str) -> set[str]:
    """What a "do not use" sentence speaks of, before it says what to use instead."""
    return content_words(text.split(";")[0]) - BOILERPLATE


def _deleted_yet_recommended(knowledge: Knowledge, records: dict[str, CodeRecord]) -> Iterator[tuple[str, str]]:
    """A deleted code that an entry still in the code set tells to use."""
    known: dict[str, CodeEntry] = lexicon_of(knowledge).code
    deleted = {code for code, entry in known.items() if entry.deleted is not None}
    for code, record in records.items():
        if code in deleted:
            continue
        answers = tuple(sentence for question in record.questions for sentence in question.answer)
        for sentence in (*record.use_when, *record.not_when, *record.billed_with, *answers):
            if HISTORY.search(sentence.text):
                continue
            for told in RECOMMENDS.findall(sentence.text):
                for dead in sorted(set(codes_in(told)) & deleted):
                    yield f"recommends {dead}, deleted with CDT {known[dead].deleted}: {sentence.text}", code


def _opposed(one: RuleRecord, other: RuleRecord) -> bool:
    """Yes and no from one payer on the same codes, topic and program at the same time, neither naming the other."""
    if {one.verdict, other.verdict} != {Verdict.YES, Verdict.NO} or not one.codes:
        return False
    alike = (one.codes, one.topic, one.program, one.state) == (other.codes, other.topic, other.program, other.state)
    told = one.id in other.conflicts_with or other.id in one.conflicts_with
    exact = one.codes_are == other.codes_are == "exact"
    ended = (one.ended is None) != (other.ended is None)
    return alike and exact and not told and not ended and _overlap(one, other)


def _overlap(one: RuleRecord, other: RuleRecord) -> bool:
    def starts_after(first: RuleRecord, second: RuleRecord) -> bool:
        if first.effective is None or second.expires is None:
            return False
        return first_day(first.effective) > last_day(second.expires)

    return not starts_after(one, other) and not starts_after(other, one)


def _naming(sentences: Sentences, code: str) -> list[str]:
    return [sentence.text for sentence in sentences if code in CODE.findall(sentence.text)]
