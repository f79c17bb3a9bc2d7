"""`bitewing check`: what the schemas cannot see, because it lies between fields and between records.

Every finding is one line that names file, record and field, and says what to do.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator
from itertools import combinations
from pathlib import Path

from assistant.errors import KnowledgeError
from assistant.lexicon import CODE, codes_in
from assistant.proof import amounts_in, dates_in, digits_in, numbers_in
from ingest.contradictions import contradictions
from ingest.knowledge import OFFICE, Guide, Knowledge, load_knowledge
from ingest.passages import FOOTNOTE, backing_of, code_sentences, lexicon_of
from ingest.schemas import (
    ChoicesRecord,
    CodeRecord,
    PayerFile,
    QuestionRecord,
    RuleRecord,
    SentenceRecord,
    first_day,
    last_day,
)

MOST_WORDS = 60
YES_NO = re.compile(r"(?:can|could|may|must|should|is|are|was|do|does|did|will|has|have)\b", re.IGNORECASE)


def check_knowledge(folder: Path) -> Knowledge:
    """Load the folder and check it whole. Raises `KnowledgeError` with every defect found."""
    knowledge = load_knowledge(folder)
    problems = list(_problems(knowledge))
    if problems:
        raise KnowledgeError(problems)
    return knowledge


def _problems(knowledge: Knowledge) -> Iterator[str]:
    known = set(lexicon_of(knowledge).code)
    yield from _duplicates(knowledge)
    for file, code in knowledge.codes:
        yield from (f"{file}: {code.code}: {problem}" for problem in _code_problems(code, known))
    rules = {rule.id for _, payer_file in knowledge.payers for rule in payer_file.rules}
    for file, payer_file in knowledge.payers:
        yield from (f"{file}: {problem}" for problem in _payer_problems(payer_file, known, rules))
    for file, guide in knowledge.guides:
        yield from (f"{file}: {problem}" for problem in _guide_problems(guide, known))
    for shorthand in knowledge.vocabulary.shorthand:
        for number in set(shorthand.codes) - known:
            yield f"vocabulary.yaml: {shorthand.says[0]}: codes: {number} has no record; add it or remove it here"
    yield from (f"choices.yaml: {problem}" for problem in _choice_problems(knowledge.choices, known))
    yield from contradictions(knowledge)


def _duplicates(knowledge: Knowledge) -> Iterator[str]:
    # The office may add to a shipped code or payer, but its own records are unique too.
    ids = [(file, _whose(file) + record.code) for file, record in knowledge.codes]
    ids += [(file, _whose(file) + payer_file.payer.id) for file, payer_file in knowledge.payers]
    ids += [(file, rule.id) for file, payer_file in knowledge.payers for rule in payer_file.rules]
    counts = Counter(name for _, name in ids)
    for file, name in ids:
        if counts[name] > 1:
            yield f"{file}: {name}: id: stands {counts[name]} times; ids are unique across all files"


def _choice_problems(choices: ChoicesRecord, known: set[str]) -> Iterator[str]:
    """Families that could not decide: what they name must exist, and no two codes may fit the same."""
    for name, attribute in choices.attributes.items():
        yield from (f"{name}: {value}: has no words; add how it is shown" for value, says in attribute.values.items()
                    if not says)  # fmt: skip
        if attribute.otherwise is not None and attribute.otherwise not in attribute.values:
            yield f"{name}: otherwise: {attribute.otherwise} is none of its values"
    for family in choices.families:
        if len(family.codes) < 2:
            yield f"{family.name}: codes: a family has two codes or more; add one or remove the family"
        for code, attributes in family.codes.items():
            if code not in known:
                yield f"{family.name}: {code} has no record; add it or remove it here"
            yield from (f"{family.name}: {code}: {problem}" for problem in _attribute_problems(attributes, choices))
        for one, other in combinations(family.codes, 2):
            if _fit_the_same(family.codes[one], family.codes[other]):
                yield f"{family.name}: {one} and {other} fit the same; give them an attribute that differs"


def _attribute_problems(attributes: dict[str, tuple[str, ...]], choices: ChoicesRecord) -> Iterator[str]:
    for name, values in attributes.items():
        if (attribute := choices.attributes.get(name)) is None:
            yield f"there is no attribute {name}; add it under attributes or correct it here"
        else:
            yield from (f"{name} has no value {value}" for value in values if value not in attribute.values)


def _fit_the_same(one: dict[str, tuple[str, ...]], other: dict[str, tuple[str, ...]]) -> bool:
    shared = set(one) & set(other)
    return set(one) == set(other) and all(set(one[name]) & set(other[name]) for name in shared)


def _whose(file: str) -> str:
    return OFFICE if file.startswith(OFFICE) else ""


def _code_problems(record: CodeRecord, known: set[str]) -> Iterator[str]:
    own = {source.id for source in record.sources}
    backed = bool(backing_of(record))
    held = _held_by(record)
    for field, sentence in code_sentences(record):
        yield from (f"{field}: {problem}" for problem in _sentence_problems(sentence, own, backed, known))
    for neighbour in {neighbour.code for neighbour in record.neighbours} - known:
        yield f"neighbours: {neighbour} has no record; add it or remove it here"
    for replacement in set(record.replaced_by) - known:
        yield f"replaced_by: {replacement} has no record; add it or remove it here"
    for number, question in enumerate(record.questions, 1):
        # "is it per tooth or per arch?" asks for a choice, not for yes or no.
        if question.verdict is None and YES_NO.match(question.question) and " or " not in question.question:
            yield f"questions.{number}: a yes/no question needs a verdict: yes, no or depends"
        yield from (f"questions.{number}: {problem}" for problem in _unheld(question, held))
    for number, disagreement in enumerate(record.disagreements, 1):
        for text in (disagreement.claim, disagreement.followed):
            yield from (f"disagreements.{number}: {problem}" for problem in _text_problems(text, known))
        for source in {*disagreement.claimed_by, *disagreement.follows} - own:
            yield f"disagreements.{number}: source {source} is not among the record's sources; add it there"
    if record.deleted and record.added and record.deleted <= record.added:
        yield f"deleted: CDT {record.deleted} is not after CDT {record.added}, when it was added"


def _facts_in(text: str) -> dict[str, set[str]]:
    """What an answer may not make up, by the name that a finding gives it."""
    return {
        "code": set(codes_in(text)),
        "date": dates_in(text),
        "amount": amounts_in(text),
        "number": numbers_in(text),
    }


def _held_by(record: CodeRecord) -> dict[str, set[str]]:
    """The facts that a record holds outside its stored questions."""
    return _facts_in(
        "\n".join(
            [text.text for field, text in code_sentences(record) if not field.startswith("questions.")]
            + [disagreement.claim + disagreement.followed for disagreement in record.disagreements]
            + [str(fact) for fact in (record.code, record.unit, record.added, record.deleted, *record.replaced_by)]
            + [f"{source.title} {source.published}" for source in record.sources]
        )
    )


def _unheld(question: QuestionRecord, held: dict[str, set[str]]) -> Iterator[str]:
    """Codes, dates, amounts and written numbers of an answer that stand neither in its record nor in its question."""
    asked = _facts_in(question.question)
    for sentence in question.answer:
        found = _facts_in(sentence.text) | {"number": digits_in(sentence.text)}
        for what, values in found.items():
            for value in sorted(values - held[what] - asked[what]):
                yield f"{what} {value} stands nowhere else in the record; add it there or take it out"


def _sentence_problems(sentence: SentenceRecord, sources: set[str], backed: bool, known: set[str]) -> Iterator[str]:
    yield from _text_problems(sentence.text, known)
    if sentence.basis == "common practice":
        if sentence.sources:
            yield "marked common practice and yet names sources; keep one of the two"
    elif not (backed if sentence.sources is None else sentence.sources):
        yield "has no source; add one to the record or mark it `basis: common practice`"
    for source in set(sentence.sources or ()) - sources:
        yield f"source {source} is not among the record's sources; add it there"


def _text_problems(text: str, known: set[str]) -> Iterator[str]:
    if len(text.split()) > MOST_WORDS:
        yield f"{len(text.split())} words; a statement has at most {MOST_WORDS}: split it"
    for code in CODE.findall(text):  # the ends of a range, not all numbers between them
        if code not in known:
            yield f"names {code}, which has no record; add it or remove it here"


def _payer_problems(payer_file: PayerFile, known: set[str], rules: set[str]) -> Iterator[str]:
    for rule in payer_file.rules:
        for problem in _rule_problems(rule, known, rules):
            yield f"{rule.id}: {problem}"


def _rule_problems(rule: RuleRecord, known: set[str], rules: set[str]) -> Iterator[str]:
    yield from (f"text: {problem}" for problem in _text_problems(rule.text, known))
    yield from (f"text: {problem}" for problem in _unheld_by_rule(rule))
    for code in set(rule.codes) - known:
        yield f"codes: {code} has no record; add it or remove it here"
    for other in set(rule.conflicts_with) - rules:
        yield f"conflicts_with: there is no rule {other}"
    try:
        start = first_day(rule.effective) if rule.effective else None
        end = last_day(rule.expires) if rule.expires else None
        if rule.source.published:
            first_day(rule.source.published)
    except ValueError:
        dates = ", ".join(filter(None, (rule.effective, rule.expires, rule.source.published)))
        yield f"effective, expires, published: {dates} holds a day that is none; write YYYY-MM-DD"
        return
    if start and end and start > end:
        yield f"expires: {rule.expires} lies before the rule's start {rule.effective}"


def _unheld_by_rule(rule: RuleRecord) -> Iterator[str]:
    """Codes and dates of a rule's text that its fields do not hold; `mentions` is for those beside the rule."""
    held = " ".join(map(str, (rule.effective, rule.expires, rule.ended, rule.program, rule.source.title,
                              rule.source.published, *rule.mentions)))  # fmt: skip
    for code in sorted(set(CODE.findall(rule.text)) - set(rule.codes) - set(rule.mentions)):
        yield f"names {code}, which is not among the rule's codes; add it there or under mentions"
    for day in sorted(day for day in dates_in(rule.text) if day not in held):
        yield f"names {day}, which no field holds; add it under mentions or take it out"


def _guide_problems(guide: Guide, known: set[str]) -> Iterator[str]:
    own = {source.id for source in guide.header.sources}
    for number, line in enumerate(guide.text.splitlines(), 1):
        if not line.strip() or line.startswith(("#", "?")):
            continue
        for source in set(FOOTNOTE.findall(line)) - own:
            yield f"line {number}: source {source} is not in the front matter; add it there"
        yield from (f"line {number}: {problem}" for problem in _text_problems(FOOTNOTE.sub("", line), known))
