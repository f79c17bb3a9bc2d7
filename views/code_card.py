"""What a code's card says: its own entry, section by section, and the rules of one payer on one day, each proven."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import date

from assistant.index import Index
from assistant.lexicon import CodeEntry, Lexicon
from assistant.proof import cite
from assistant.retrieve import COMPANION_KINDS
from assistant.types import Authority, Citation, Conflict, Passage, PassageKind

SECTIONS = {
    "meaning": "What it is",
    "use_when": "Use it when",
    "not_when": "Do not use it when",
    "neighbours": "Beside its neighbours",
    "document": "Chart",
    "attach": "Send with the claim",
    "denials": "Usual denials",
    "billed_with": "Often billed with",
    "not_with": "Bundled or not together",
    "payer_examples": "What some payers do",
    "documents": "In your office’s documents",
    "editions": "CDT editions",
}
CHECKLISTS = ("document", "attach")  # sections that are worked through, item by item


@dataclass(frozen=True, slots=True)
class Section:
    """One section of a card; `name` is a key of `SECTIONS`, or "rules" or "law"."""

    name: str
    title: str
    said: tuple[Citation, ...]


@dataclass(frozen=True, slots=True)
class Neighbour:
    """A code that `code` is confused with, and what decides between the two.

    `questions` ask for what sets them apart, where both stand in one family of `choices.yaml`; else there are none and
    the sentence decides alone.
    """

    code: str
    other: str
    said: Citation
    questions: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class PayerRules:
    """What one payer says of a code, on one day: the rules in force, and those that are over or have not begun.

    `laws` are the rules of the laws and boards of the payer's state, which stand beside its own.
    """

    payer: str
    said: tuple[Citation, ...]
    laws: tuple[Section, ...] = ()
    lapsed: tuple[Citation, ...] = ()


@dataclass(frozen=True, slots=True)
class CodeCard:
    """`status` says in a few words whether the code can be reported on the day; `is_valid` is the same for a colour.

    The sentences of the section "neighbours" stand in `neighbours`. `rules` is None when no payer was picked.
    """

    entry: CodeEntry
    status: str
    is_valid: bool
    sections: tuple[Section, ...]
    rules: PayerRules | None
    neighbours: tuple[Neighbour, ...] = ()
    conflicts: tuple[Conflict, ...] = field(default=())


def card_of(code: str, index: Index, day: date, payer: str | None = None) -> CodeCard:
    """The card of a code that the lexicon has. `payer` is a payer's id."""
    entry = index.lexicon.code[code]
    own = _own(code, index)
    by_name = {name: [p for p in own if p.kind is PassageKind.CODE and p.section == name] for name in SECTIONS}
    by_name["documents"] = [p for p in index.naming(code) if _is_guidance(p) and p.in_force(day)]
    if not own:  # known from the changes of an edition alone
        by_name["editions"] = [p for p in index.naming(code) if p.kind is PassageKind.CHANGE]
    sections = tuple(
        Section(name, SECTIONS[name], _all_said(passages, code)) for name, passages in by_name.items() if passages
    )
    return CodeCard(
        entry, status_of(entry, day), entry.valid_on(day), sections,
        rules=None if payer is None else _rules(code, payer, index, day),
        neighbours=tuple(_neighbours(by_name["neighbours"], index.lexicon)),
        conflicts=tuple(_conflict(p) for p in own if p.kind is PassageKind.DISAGREEMENT),
    )  # fmt: skip


def deciding(cards: Sequence[CodeCard]) -> tuple[Neighbour, ...]:
    """What decides between the codes of the cards: what the first of a pair says of the other, else the other of it."""
    shown = {card.entry.code for card in cards}
    found: dict[frozenset[str], Neighbour] = {}
    for card in cards:
        for one in card.neighbours:
            if one.other in shown:
                found.setdefault(frozenset((one.code, one.other)), one)
    return tuple(found.values())


def general_rules(index: Index, payer: str, day: date) -> tuple[Citation, ...]:
    """The payer's rules in force on the day that name no code, so that they hold whatever the card."""
    return tuple(said for p in index.of_payer(payer) if not p.codes and p.is_rule and p.in_force(day)
                 for said in _said(p) if p.kind is PassageKind.RULE)  # fmt: skip


def status_of(entry: CodeEntry, day: date) -> str:
    """Whether the code can be reported on the day, and what stands in its place where it cannot."""
    if entry.deleted is not None and day.year >= entry.deleted:
        instead = f"; {' or '.join(entry.replaced_by)} replaced it" if entry.replaced_by else ""
        return f"Deleted with CDT {entry.deleted}{instead}"
    if entry.added is not None and day.year < entry.added:
        return f"Not valid before CDT {entry.added}"
    if entry.deleted is not None:
        return f"Valid until the end of {entry.deleted - 1}"
    return f"Valid since CDT {entry.added}" if entry.added is not None else "Valid"


def changes_of(index: Index, year: int) -> dict[str, tuple[Citation, ...]]:
    """What an edition added, revised and deleted, each change proven."""
    found = {kind: index.passages.get(f"edition/{year}/{kind}") for kind in ("added", "revised", "deleted")}
    return {kind: tuple(_said(passage)) for kind, passage in found.items() if passage is not None}


def checklist_as_text(code: str, items: Sequence[str], done: Sequence[bool]) -> str:
    """A checklist to paste into a chart or a message, what was ticked marked."""
    lines = [f"[{'x' if ticked else ' '}] {item}" for item, ticked in zip(items, done, strict=True)]
    return "\n".join([f"{code} checklist", *lines])


def _own(code: str, index: Index) -> list[Passage]:
    """The passages of the code's own entry; what the office wrote itself stands before the shipped words."""
    own = [p for p in index.naming(code) if p.record == code]
    return sorted(own, key=lambda passage: passage.sentences[0].authority is not Authority.OFFICE)


def _is_guidance(passage: Passage) -> bool:
    """Whether it is of a document of the office that speaks for no payer."""
    return passage.kind is PassageKind.DOCUMENT and passage.payer is None


def _rules(code: str, payer: str, index: Index, day: date) -> PayerRules:
    lexicon = index.lexicon
    naming = [p for p in index.naming(code) if p.is_rule]
    own = [p for p in naming if p.payer == payer]
    state = lexicon.payer[payer].state
    laws = [
        Section("law", entry.name, said)
        for entry in lexicon.payers
        if entry.kind in COMPANION_KINDS and entry.state == state and entry.id != payer
        if (said := _all_said((p for p in naming if p.payer == entry.id and p.in_force(day)), code))
    ]
    return PayerRules(
        lexicon.payer[payer].name,
        said=_all_said((p for p in own if p.in_force(day)), code),
        laws=tuple(laws),
        lapsed=_all_said((p for p in own if not p.in_force(day)), code),
    )


def _neighbours(passages: Iterable[Passage], lexicon: Lexicon) -> Iterator[Neighbour]:
    for passage in passages:
        # Ingest writes the code itself first, then one code a sentence.
        for other, said in zip(passage.codes[1:], _said(passage), strict=True):
            yield Neighbour(passage.record, other, said, _questions(passage.record, other, lexicon))


def _questions(code: str, other: str, lexicon: Lexicon) -> tuple[str, ...]:
    """What to ask to tell two codes of one family apart."""
    family = next((family for family in lexicon.code_families if {code, other} <= family.codes.keys()), None)
    if family is None:
        return ()
    mine, others = family.codes[code], family.codes[other]
    return tuple(
        attribute.question
        for attribute in lexicon.choice_attributes
        if attribute.name in mine and attribute.name in others and mine[attribute.name] != others[attribute.name]
    )


def _conflict(passage: Passage) -> Conflict:
    claim, followed = passage.sentences
    return Conflict(claim.text, followed.text, claim.sources, followed.sources)


def _all_said(passages: Iterable[Passage], code: str) -> tuple[Citation, ...]:
    """Every sentence once: an office's entry may say what the shipped one says."""
    said: dict[str, Citation] = {}
    for passage in passages:
        for one in _said(passage, code):
            said.setdefault(one.quote, one)
    return tuple(said.values())


def _said(passage: Passage, code: str | None = None) -> list[Citation]:
    """Each sentence proven; of a list of changes or a document only those that name the code."""
    said = [cite(passage, position, position + 1) for position in range(len(passage.sentences))]
    if code is None or passage.kind not in (PassageKind.CHANGE, PassageKind.DOCUMENT):
        return said
    # A document's heading may name the code for all that stands under it.
    return [one for one in said if code in one.quote] or said
