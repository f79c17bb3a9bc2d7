"""What a code's card says: its own entry, section by section, and the rules of one payer on one day, each proven."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date

from assistant.index import Index
from assistant.lexicon import CodeEntry
from assistant.proof import cite
from assistant.types import Citation, Passage, PassageKind

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
    "editions": "CDT editions",
}
CHECKLISTS = ("document", "attach")  # sections that are worked through, item by item


@dataclass(frozen=True, slots=True)
class Section:
    """One section of a card; `name` is a key of `SECTIONS`, or "rules"."""

    name: str
    title: str
    said: tuple[Citation, ...]


@dataclass(frozen=True, slots=True)
class CodeCard:
    """`status` says in a few words whether the code can be reported on the day; `is_valid` is the same for a colour.

    `rules` are those of the payer in force on the day that name the code; None when no payer was picked.
    """

    entry: CodeEntry
    status: str
    is_valid: bool
    sections: tuple[Section, ...]
    rules: Section | None


def card_of(code: str, index: Index, day: date, payer: str | None = None) -> CodeCard:
    """The card of a code that the lexicon has. `payer` is a payer's id."""
    entry = index.lexicon.code[code]
    own = {p.section: p for p in index.passages.values() if p.kind is PassageKind.CODE and p.record == code}
    sections = tuple(Section(name, title, tuple(_said(own[name]))) for name, title in SECTIONS.items() if name in own)
    if not own:  # known from the changes of an edition alone
        told = [p for p in index.naming(code) if p.kind is PassageKind.CHANGE]
        said = tuple(one for p in told for one in _said(p) if code in one.quote)
        sections = (Section("editions", SECTIONS["editions"], said),)
    rules = None
    if payer is not None:
        holding = [p for p in index.of_payer(payer) if code in p.codes and p.in_force(day) and p.is_rule]
        rules = Section("rules", index.lexicon.payer[payer].name, tuple(c for p in holding for c in _said(p)))
    return CodeCard(entry, status_of(entry, day), entry.valid_on(day), sections, rules)


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
    found = {
        p.section: p for p in index.passages.values() if p.kind is PassageKind.CHANGE and p.record == f"edition/{year}"
    }
    return {kind: tuple(_said(found[kind])) for kind in ("added", "revised", "deleted") if kind in found}


def checklist_as_text(code: str, items: Sequence[str], done: Sequence[bool]) -> str:
    """A checklist to paste into a chart or a message, what was ticked marked."""
    lines = [f"[{'x' if ticked else ' '}] {item}" for item, ticked in zip(items, done, strict=True)]
    return "\n".join([f"{code} checklist", *lines])


def _said(passage: Passage) -> Iterator[Citation]:
    return (cite(passage, position, position + 1) for position in range(len(passage.sentences)))
