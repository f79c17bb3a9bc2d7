"""Records to passages: a code's entry splits only at its sections, a rule never, a guide at its headings."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from datetime import date

from langchain_text_splitters import MarkdownHeaderTextSplitter, RecursiveCharacterTextSplitter

from assistant.lexicon import (
    Boundary,
    ChoiceAttribute,
    CodeEntry,
    CodeFamily,
    Lexicon,
    PayerEntry,
    PayerFamily,
    codes_in,
)
from assistant.types import Asked, Authority, Passage, PassageKind, Sentence, Source, Topic, Verdict
from ingest.knowledge import OFFICE, Guide, Knowledge
from ingest.schemas import (
    CodeRecord,
    EditionRecord,
    FamilyRecord,
    PayerFile,
    PayerRecord,
    RuleRecord,
    SentenceRecord,
    SourceRecord,
    first_day,
    last_day,
)

# The sections of a code's entry: field, heading for search, what questions they answer.
CODE_SECTIONS: tuple[tuple[str, str, tuple[Topic, ...]], ...] = (
    ("meaning", "what it is", (Topic.MEANING,)),
    ("use_when", "when to use it", (Topic.USE, Topic.MEANING)),
    ("not_when", "when not to use it", (Topic.USE,)),
    ("document", "charting, documentation", (Topic.DOCUMENTATION,)),
    ("attach", "what to attach", (Topic.ATTACHMENTS,)),
    ("denials", "denials", (Topic.DENIAL, Topic.APPEAL)),
    ("billed_with", "billed with", (Topic.BUNDLING,)),
    ("not_with", "not billed with, bundling", (Topic.BUNDLING,)),
    ("payer_examples", "payers", (Topic.ELIGIBILITY, Topic.FREQUENCY)),
)
ONE_PAYERS = frozenset({Authority.PAYER, Authority.AGENCY})
GUIDE_CHARACTERS = 1_200
NEVER = date(1900, 1, 1)  # the last day of a rule that is over and tells no date at all
ASK = re.compile(r"\?\s+(?:\((yes|no|depends)\)\s+)?(.+)")
FOOTNOTE = re.compile(r"\s*\[\^([a-z0-9.-]+)\]")

_by_heading = MarkdownHeaderTextSplitter([("#", "title"), ("##", "section"), ("###", "part")], strip_headers=True)
_by_line = RecursiveCharacterTextSplitter(
    chunk_size=GUIDE_CHARACTERS, chunk_overlap=0, separators=["\n"], keep_separator=False
)


def passages_of(knowledge: Knowledge) -> Iterator[Passage]:
    """All passages of the knowledge, in file order. Ids are unique and stay the same from run to run."""
    labels = {
        record.code: record.label for _, record in reversed(knowledge.codes)
    }  # the shipped label before an office's
    for file, code in knowledge.codes:
        yield from code_passages(code, file)
    for file, payer_file in knowledge.payers:
        for rule in payer_file.rules:
            yield rule_passage(rule, payer_file.payer, labels, file)
    for file, guide in knowledge.guides:
        yield from guide_passages(guide, file)
    for file, edition in knowledge.editions:
        yield from edition_passages(edition, file)


def lexicon_of(knowledge: Knowledge) -> Lexicon:
    """The names that questions are understood with."""
    codes = {entry.code: entry for _, edition in knowledge.editions for entry in _changed_codes(edition)}
    for file, record in knowledge.codes:
        if file.startswith(OFFICE) and record.code in codes:
            continue
        codes[record.code] = CodeEntry(
            code=record.code, label=record.label, category=record.category, added=record.added,
            deleted=record.deleted, replaced_by=record.replaced_by,
        )  # fmt: skip
    vocabulary = knowledge.vocabulary
    # An office's file on a shipped payer adds rules to it; the shipped name and aliases stay.
    entries = {payer_file.payer.id: _payer_entry(payer_file) for _, payer_file in reversed(knowledge.payers)}
    payers = tuple(entries[payer] for payer in sorted(entries))
    return Lexicon(
        payers=payers,
        families=tuple(_family(record, payers) for record in vocabulary.families),
        codes=tuple(codes[code] for code in sorted(codes)),
        shorthand=vocabulary.shorthand,
        topics=vocabulary.topics,
        choice_attributes=tuple(
            ChoiceAttribute(name=name, **dict(record)) for name, record in knowledge.choices.attributes.items()
        ),
        code_families=tuple(CodeFamily(**dict(record)) for record in knowledge.choices.families),
        declined=tuple(Boundary(name=b.name, cues=b.cues) for b in knowledge.boundaries.declined),
        out_of_scope=tuple(Boundary(name=b.name, cues=b.cues) for b in knowledge.boundaries.out_of_scope),
    )


def code_passages(record: CodeRecord, file: str) -> Iterator[Passage]:
    """One passage a filled section, one a question, one a disagreement, and one on the editions."""
    sources = {source.id: _source(source) for source in record.sources}
    backing = [_source(source) for source in backing_of(record)]
    prefix = OFFICE if file.startswith(OFFICE) else ""

    def passage(
        kind: PassageKind, section: str, heading: str, sentences: Iterable[Sentence], **more: object
    ) -> Passage:
        return Passage(
            id=f"{prefix}{record.code}/{section}", record=record.code, kind=kind, section=section, heading=heading,
            sentences=tuple(sentences), file=file, **{"codes": (record.code,), **more},  # type: ignore[arg-type]
        )  # fmt: skip

    title = f"{record.code} {record.label}"

    def section(name: str, heading: str, records: Sequence[SentenceRecord], **more: object) -> Passage:
        return passage(
            PassageKind.CODE, name, f"{title}: {heading}", [_cited(one, sources, backing) for one in records],
            asked=_asked(records), **more,
        )  # fmt: skip

    for field, heading, topics in CODE_SECTIONS:
        if records := getattr(record, field):
            yield section(field, heading, records, topics=topics)
    if record.neighbours:
        yield section(
            "neighbours", "which one to use",
            [neighbour.decides for neighbour in record.neighbours],
            codes=(record.code, *(neighbour.code for neighbour in record.neighbours)), topics=(Topic.COMPARE,),
        )  # fmt: skip
    yield passage(
        PassageKind.CODE, "editions", f"{title}: editions", _editions(record, backing),
        topics=(Topic.VALIDITY,),
    )  # fmt: skip
    for number, question in enumerate(record.questions, 1):
        yield passage(
            PassageKind.QUESTION, f"question-{number}", f"{title}: {question.question}",
            [_cited(sentence, sources, backing) for sentence in question.answer],
            topics=(question.topic,), verdict=question.verdict,
            asked=tuple(Asked(text, question.verdict) for text in (question.question, *question.also)),
        )  # fmt: skip
    for number, disagreement in enumerate(record.disagreements, 1):
        claimed = tuple(sources[source] for source in disagreement.claimed_by)
        follows = _strongest_first(sources[source] for source in disagreement.follows)
        yield passage(
            PassageKind.DISAGREEMENT, f"disagreement-{number}", f"{title}: sources disagree",
            [Sentence(disagreement.claim, claimed), Sentence(disagreement.followed, follows)],
            topics=(disagreement.topic,),
        )  # fmt: skip


def code_sentences(record: CodeRecord) -> Iterator[tuple[str, SentenceRecord]]:
    """Every quotable sentence of a code's entry with the name of its field."""
    for field, _, _ in CODE_SECTIONS:
        yield from ((f"{field}.{number}", sentence) for number, sentence in enumerate(getattr(record, field), 1))
    yield from ((f"neighbours.{neighbour.code}", neighbour.decides) for neighbour in record.neighbours)
    for number, question in enumerate(record.questions, 1):
        yield from ((f"questions.{number}", sentence) for sentence in question.answer)


def backing_of(record: CodeRecord) -> list[SourceRecord]:
    """What a sentence without its own list rests on: all sources but those that only make a claim not followed."""
    claimants = {source for disagreement in record.disagreements for source in disagreement.claimed_by}
    followed = {source for disagreement in record.disagreements for source in disagreement.follows}
    cited = {source for _, sentence in code_sentences(record) for source in sentence.sources or ()}
    return [source for source in record.sources if source.id not in claimants - followed - cited]


def rule_passage(rule: RuleRecord, payer: PayerRecord, labels: dict[str, str], file: str) -> Passage:
    """A rule is one passage with one sentence; its heading carries names and code labels for search."""
    named = "; ".join(f"{code} {labels[code]}" if code in labels else code for code in rule.codes)
    heading = f"{payer.full_name}, {rule.program or payer.kind}, {rule.state}: {rule.topic.value}. {named}".strip()
    return Passage(
        id=f"{payer.id}/{rule.id}", record=rule.id, kind=PassageKind.RULE, section=rule.topic.value, heading=heading,
        sentences=(Sentence(rule.text, (_source(rule.source),)),), file=file, codes=rule.codes, topics=(rule.topic,),
        payer=payer.id, program=rule.program, verdict=rule.verdict, exact_codes=rule.codes_are == "exact",
        effective=first_day(rule.effective) if rule.effective else None, expires=_last_day_of(rule), ended=rule.ended,
        asked=tuple(Asked(ask.question, ask.verdict, 0) for ask in rule.asks),
        conflicts_with=tuple(f"{payer.id}/{other}" for other in rule.conflicts_with),
    )  # fmt: skip


def guide_passages(guide: Guide, file: str) -> Iterator[Passage]:
    """A guide splits at its headings, and a long section between its lines; a line is a sentence.

    A line that begins with `?` is a question that the line above answers, `? (no) …` with its verdict.
    """
    sources = {source.id: _source(source) for source in guide.header.sources}
    number = 0
    for part in _by_heading.split_text(guide.text):
        section = str(part.metadata.get("part") or part.metadata.get("section") or guide.header.title)
        told, asks = _told_and_asked(part.page_content)
        for chunk in _by_line.split_text("\n".join(told)):
            number += 1
            lines = [line for line in chunk.splitlines() if line.strip()]
            sentences = tuple(_footnoted(line, sources) for line in lines)
            yield Passage(
                id=f"guide/{guide.name}/{number}", record=f"guide/{guide.name}", kind=PassageKind.GUIDE,
                section=section, heading=f"{guide.header.title}: {section}", sentences=sentences, file=file,
                codes=codes_in("\n".join(sentence.text for sentence in sentences)), topics=guide.header.topics,
                asked=tuple(
                    Asked(question, verdict, position)
                    for position, line in enumerate(lines)
                    for verdict, question in asks.get(line, ())
                ),
            )  # fmt: skip


def _told_and_asked(text: str) -> tuple[list[str], dict[str, list[tuple[Verdict | None, str]]]]:
    """The lines of a section of a guide, and the questions that each answers."""
    told: list[str] = []
    asks: dict[str, list[tuple[Verdict | None, str]]] = {}
    for line in filter(None, map(str.strip, text.splitlines())):
        if (match := ASK.fullmatch(line)) and told:
            verdict = Verdict(match.group(1)) if match.group(1) else None
            asks.setdefault(told[-1], []).append((verdict, match.group(2)))
        else:
            told.append(line)
    return told, asks


def edition_passages(edition: EditionRecord, file: str) -> Iterator[Passage]:
    """One passage a kind of change: what the edition added, revised, deleted."""
    sources = _strongest_first(_source(source) for source in edition.sources)
    for kind in ("added", "revised", "deleted"):
        changes = [change for change in edition.changes if change.change == kind]
        sentences = []
        for change in changes:
            instead = f", replaced by {' and '.join(change.replaced_by)}" if change.replaced_by else ""
            text = f"CDT {edition.edition} {kind} {change.code} ({change.label}){instead}."
            sentences.append(Sentence(text, sources if change.basis == "page" else ()))
        if sentences:
            yield Passage(
                id=f"edition/{edition.edition}/{kind}", record=f"edition/{edition.edition}", kind=PassageKind.CHANGE,
                section=kind, heading=f"Codes {kind} in CDT {edition.edition}", sentences=tuple(sentences), file=file,
                codes=tuple(change.code for change in changes), topics=(Topic.VALIDITY,),
            )  # fmt: skip


def _editions(record: CodeRecord, backing: Iterable[Source]) -> list[Sentence]:
    code, support = record.code, _strongest_first(backing) if record.years == "page" else ()
    sentences = []
    if record.added:
        sentences.append(Sentence(f"{code} was added in CDT {record.added}.", support))
    if record.deleted:
        instead = f"; {' and '.join(record.replaced_by)} replaced it" if record.replaced_by else ""
        last = f"for dates of service through {record.deleted - 1}-12-31"
        sentences.append(
            Sentence(f"{code} was deleted in CDT {record.deleted} and is valid only {last}{instead}.", support)
        )
    else:
        sentences.append(Sentence(f"{code} is in the current code set.", support if record.added else ()))
    return sentences


def _changed_codes(edition: EditionRecord) -> Iterator[CodeEntry]:
    """Codes that only the list of changes names: their number and years are known, nothing else."""
    for change in edition.changes:
        yield CodeEntry(
            code=change.code, label=change.label, category="changes",
            added=edition.edition if change.change == "added" else None,
            deleted=edition.edition if change.change == "deleted" else None, replaced_by=change.replaced_by,
        )  # fmt: skip


def _payer_entry(payer_file: PayerFile) -> PayerEntry:
    payer = payer_file.payer
    return PayerEntry(
        id=payer.id, name=payer.name, full_name=payer.full_name, kind=payer.kind, state=payer.state,
        aliases=payer.aliases,
    )  # fmt: skip


def _family(record: FamilyRecord, payers: tuple[PayerEntry, ...]) -> PayerFamily:
    members = tuple(payer.id for payer in payers if payer.name.startswith(record.names_start_with))
    return PayerFamily(says=record.says, payers=members)


def _last_day_of(rule: RuleRecord) -> date | None:
    """The last day a rule can be trusted for. One that ended on an unknown day counts to the end of its page's year."""
    if rule.expires:
        return last_day(rule.expires)
    if rule.ended is None:
        return None
    years = [int(partial[:4]) for partial in (rule.effective, rule.source.published) if partial]
    return date(max(years), 12, 31) if years else NEVER


def _cited(sentence: SentenceRecord, sources: dict[str, Source], backing: Iterable[Source]) -> Sentence:
    if sentence.basis == "common practice":
        return Sentence(sentence.text)
    if sentence.sources is None:
        return Sentence(sentence.text, _general_first(backing))
    return Sentence(sentence.text, _strongest_first(sources[source] for source in sentence.sources))


def _asked(records: Sequence[SentenceRecord]) -> tuple[Asked, ...]:
    return tuple(
        Asked(ask.question, ask.verdict, position) for position, record in enumerate(records) for ask in record.asks
    )


def _footnoted(line: str, sources: dict[str, Source]) -> Sentence:
    ids = FOOTNOTE.findall(line)
    text = FOOTNOTE.sub("", line).strip().removeprefix("- ")
    return Sentence(text, _strongest_first(sources[source] for source in ids))


def _source(record: SourceRecord) -> Source:
    return Source(record.title, record.publisher, record.authority, record.url, record.published)


def _general_first(sources: Iterable[Source]) -> tuple[Source, ...]:
    """For what a whole record's sources say together: one payer's page speaks for that payer, so it comes last."""
    return tuple(sorted(sources, key=lambda source: (source.authority in ONE_PAYERS, source.authority.rank)))


def _strongest_first(sources: Iterable[Source]) -> tuple[Source, ...]:
    return tuple(sorted(sources, key=lambda source: source.authority.rank))
