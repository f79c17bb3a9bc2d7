"""Documents to passages: a section's sentences together, each row of a table for itself."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace
from datetime import date, timedelta
from itertools import groupby, pairwise
from typing import NamedTuple

from rapidfuzz import fuzz
from sentencex import segment

from assistant.lexicon import Lexicon, PayerEntry, codes_in, phrase_pattern
from assistant.types import Authority, Passage, PassageKind, Sentence, Source, Topic
from ingest.documents.blocks import Block, BlockKind
from ingest.documents.facts import DocumentFacts, DocumentKind
from ingest.documents.shelf import Document
from ingest.documents.tables import payer_cell

PREFIX = "document/"  # of the ids and records of documents
CHARACTERS = 1_200  # of one passage; a longer section is split between sentences
SHORTEST = 3  # words of a sentence; less is a page number or a caption
LONGEST = 90  # words of a sentence; a longer one is a list without points, and is split at its semicolons
LABEL_WORDS = 7  # of a line above rows that is their heading
TEXT_ENDS = (".", ";", ",", "!", "?")
NAMED_SHORTLY = 40  # words of a passage whose services are told by name: a longer one names many
AMOUNT = re.compile(r"\$\s?\d|\d\s?%")
HOW_OFTEN = re.compile(
    r"\b(?:per|in|every|each|within)(?: an?| any| the)?(?: \d+| \w+teen| six| two| three| four| five| ten| calendar| "
    r"benefit| rolling| plan| consecutive)*[ -]?(?:months?|years?|lifetime|visits?)\b|\b(?:once|twice|\d ?x|\d times?)\b",
    re.IGNORECASE,
)
SAME_TITLE = 85  # rapidfuzz score from which two titles name editions of one document, their numbers aside
GENERIC = re.compile(r"\b(?:dental|insurance|company|plans?|inc|of|the|benefits?)\b[.,]?\s*")  # of a payer's name
UNIT = re.compile(r"(?<=[;:])\s+")


def document_passages(documents: Sequence[Document], lexicon: Lexicon) -> Iterator[Passage]:
    """All passages of the documents. Ids are unique and the same from run to run.

    An older edition of a document holds to the day before the newer one takes effect.
    """
    topics = [(cues.topic, phrase_pattern(cues.cues)) for cues in lexicon.topics]
    services = _Services(lexicon)
    last_days = superseded(documents)
    for document in documents:
        facts = document.facts.model_copy(update={"expires": last_days.get(document.name, document.facts.expires)})
        number = 0
        for section, blocks in _sections(_labelled(document.parsed.blocks), facts.title):
            for part in _parts(section, blocks, document.name, facts):
                number += 1
                heading = ": ".join(filter(None, (facts.title, section)))
                said = " ".join(sentence.text for sentence in part.sentences)
                whose = part.payer or facts.payer
                text = f"{section} {said}"
                told = {topic: None for topic, pattern in topics if pattern.search(text)}
                if facts.kind is DocumentKind.FEE_SCHEDULE or AMOUNT.search(said):
                    told[Topic.FEE] = None
                if HOW_OFTEN.search(said):
                    told[Topic.FREQUENCY] = None
                yield Passage(
                    id=f"{PREFIX}{document.name}/{number}", record=f"{PREFIX}{document.name}",
                    kind=PassageKind.DOCUMENT, section=section or facts.kind.value, heading=heading,
                    sentences=part.sentences, file=document.name,
                    codes=part.codes or services.codes_in(said), exact_codes=bool(part.codes), topics=tuple(told),
                    payer=payer_id(whose, lexicon) if whose else None, is_row=part.is_row,
                    payer_untold=facts.payer_untold and not part.payer, program=facts.program,
                    effective=facts.effective, expires=facts.expires,
                )  # fmt: skip


class _Part(NamedTuple):
    """A passage's sentences, the codes that they name, and of a row the payer in its own column, if there is one."""

    sentences: tuple[Sentence, ...]
    codes: tuple[str, ...]
    payer: str = ""
    is_row: bool = False


class _Services:
    """The codes of services that a document names in words: benefit summaries say "Sealants" and no D1351."""

    def __init__(self, lexicon: Lexicon) -> None:
        self._codes: dict[str, tuple[str, ...]] = {}
        for entry in lexicon.shorthand:
            for phrase in (*entry.says, *([entry.means] if entry.codes else [])):
                for form in (phrase, f"{phrase}s"):  # summaries speak of services in the plural
                    self._codes.setdefault(" ".join(form.lower().split()), entry.codes)
        self._pattern = phrase_pattern(tuple(phrase for phrase, codes in self._codes.items() if codes))

    def codes_in(self, text: str) -> tuple[str, ...]:
        """The codes of the services named, where the text is short."""
        if len(text.split()) > NAMED_SHORTLY:
            return ()
        named = (" ".join(phrase.lower().split()) for phrase in self._pattern.findall(text))
        return tuple(dict.fromkeys(code for phrase in named for code in self._codes[phrase]))


def with_payers(lexicon: Lexicon, documents: Iterable[Document]) -> Lexicon:
    """The lexicon with the payers that only documents name, and the brands by which titles call those that it has."""
    entries = {payer.id: payer for payer in lexicon.payers}
    known = set(entries)
    for document in documents:
        facts = document.facts
        named = [facts.payer, *(payer_cell(block) for block in document.parsed.blocks)]
        for name in dict.fromkeys(name for name in named if name):
            payer = payer_id(name, lexicon)
            if payer in known:
                brand = _brand(facts.title, entries[payer])
                if brand and brand not in lexicon.payer_names:
                    entries[payer] = entries[payer].model_copy(update={"aliases": (*entries[payer].aliases, brand)})
            elif payer not in entries:
                short = GENERIC.sub("", name.lower()).strip()
                aliases = (short,) if len(short) > 3 and short not in lexicon.payer_names else ()
                entries[payer] = PayerEntry(
                    id=payer, name=name, full_name=name, kind="from a document", state=facts.state or "",
                    aliases=aliases,
                )  # fmt: skip
    # Made anew and not copied: a copy would keep the names that were looked up in the old one.
    fields = {name: getattr(lexicon, name) for name in Lexicon.model_fields}
    return Lexicon(**{**fields, "payers": tuple(entries.values())})


def _brand(title: str, payer: PayerEntry) -> str:
    """The payer's name as a title begins with it: "2022 Horizon Dental Option Plan" calls it Horizon."""
    words = re.findall(r"[a-z]{4,}", title.lower())
    first = words[0] if words else ""
    return first if first in payer.full_name.lower().split() and not GENERIC.fullmatch(first) else ""


def payer_id(name: str, lexicon: Lexicon) -> str:
    """The id of the payer that a document's facts name: by id, by name, or one made of the name."""
    if name in {payer.id for payer in lexicon.payers}:
        return name
    meant = lexicon.payer_names.get(" ".join(name.lower().split()), ())
    return meant[0] if len(meant) == 1 else re.sub(r"[^a-z0-9]+", "-", name.lower()).strip("-")


def superseded(documents: Iterable[Document]) -> dict[str, date]:
    """Name -> last day, for each document that a newer edition takes the place of.

    Editions of one document have the same payer, program and kind, like titles, and a first day each.
    """
    dated = sorted((d for d in documents if d.facts.effective), key=lambda d: (d.facts.effective or date.min, d.name))
    last_days: dict[str, date] = {}
    for position, older in enumerate(dated):
        newer = next((one for one in dated[position + 1 :] if _is_edition_of(one.facts, older.facts)), None)
        if newer is not None and newer.facts.effective is not None:
            day = newer.facts.effective - timedelta(days=1)
            told = older.facts.expires
            last_days[older.name] = min(day, told) if told else day
    return last_days


def _is_edition_of(newer: DocumentFacts, older: DocumentFacts) -> bool:
    same = (newer.payer, newer.program, newer.kind, newer.state) == (
        older.payer,
        older.program,
        older.kind,
        older.state,
    )
    later = newer.effective is not None and older.effective is not None and newer.effective > older.effective
    return same and later and fuzz.ratio(_without_numbers(newer.title), _without_numbers(older.title)) >= SAME_TITLE


def _without_numbers(title: str) -> str:
    return " ".join(re.sub(r"\W|\d|_", " ", title.lower()).split())


def _sections(blocks: Sequence[Block], title: str) -> Iterator[tuple[str, list[Block]]]:
    """The blocks under each heading, with the path of headings above them; one that is the title says no more."""
    path: list[tuple[int, str]] = []
    gathered: list[Block] = []
    for block in blocks:
        if block.kind is not BlockKind.HEADING:
            gathered.append(block)
            continue
        if gathered:
            yield _joined(path), gathered
            gathered = []
        path = [one for one in path if one[0] < block.level]
        if fuzz.ratio(_without_numbers(block.text), _without_numbers(title)) < SAME_TITLE:
            path.append((block.level, block.text))
    if gathered:
        yield _joined(path), gathered


def _labelled(blocks: Sequence[Block]) -> list[Block]:
    """A label that stands alone above rows, such as "Annual maximum:", as their heading."""
    lowest = 1 + max((block.level for block in blocks), default=0)
    labelled = list(blocks)
    for number, (block, following) in enumerate(pairwise(blocks)):
        is_label = block.kind is BlockKind.TEXT and not block.text.rstrip(":").endswith(TEXT_ENDS)
        if is_label and following.kind is BlockKind.ROW and len(block.text.split()) <= LABEL_WORDS:
            labelled[number] = replace(block, kind=BlockKind.HEADING, text=block.text.rstrip(":"), level=lowest)
    return labelled


def _joined(path: Sequence[tuple[int, str]]) -> str:
    """The two lowest headings: those above say what the document's title does."""
    return " › ".join(text for _, text in path[-2:])


def _parts(section: str, blocks: Sequence[Block], name: str, facts: DocumentFacts) -> Iterator[_Part]:
    """What each passage of a section holds."""
    for is_row, run in groupby(blocks, key=lambda block: block.kind is BlockKind.ROW):
        if is_row:
            for block in run:
                sentence = Sentence(block.text, (_source(block, name, facts),), block.boxes)
                yield _Part((sentence,), codes_in(block.text), payer_cell(block), is_row=True)
            continue
        gathered: list[Sentence] = []
        for sentence in (one for block in run for one in _sentences(block, name, facts)):
            if gathered and sum(len(one.text) for one in gathered) + len(sentence.text) > CHARACTERS:
                yield _finished(section, gathered)
                gathered = []
            gathered.append(sentence)
        if gathered:
            yield _finished(section, gathered)


def _finished(section: str, sentences: Sequence[Sentence]) -> _Part:
    return _Part(tuple(sentences), codes_in("\n".join([section, *(sentence.text for sentence in sentences)])))


def _sentences(block: Block, name: str, facts: DocumentFacts) -> Iterator[Sentence]:
    """The quotable sentences of a paragraph."""
    source = _source(block, name, facts)
    for whole in segment("en", block.text):
        parts = UNIT.split(whole) if len(whole.split()) > LONGEST else [whole]
        for part in parts:
            if len(part.split()) >= SHORTEST:
                yield Sentence(part.strip(), (source,), block.boxes)


def _source(block: Block, name: str, facts: DocumentFacts) -> Source:
    """The document as a source, with the place where the block stands."""
    place = None
    if block.sheet is not None:
        place = f"sheet “{block.sheet}”, row {block.row}" if block.row else f"sheet “{block.sheet}”"
    elif block.row is not None and block.page is None:
        place = f"row {block.row}"
    published = facts.dated or facts.effective
    return Source(
        title=facts.title or name, publisher="The office’s library", authority=Authority.OFFICE,
        published=published.isoformat() if published else None, file=name, page=block.page, place=place,
    )  # fmt: skip
