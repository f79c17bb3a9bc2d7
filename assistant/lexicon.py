"""What the index knows by name: payers, codes, office shorthand, and the cues that tell what a question is after.

Ingest writes one `Lexicon` into each snapshot; everything here is data and lookup, no search.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import date
from functools import cached_property

from pydantic import BaseModel, ConfigDict

from assistant.types import Topic

CODE = re.compile(r"\bD\d{4}\b")
CODE_RANGE = re.compile(r"\b(D\d{4})\s*(?:-|–|to|thru|through)\s*(D\d{4})\b")

NUMBERS = r"((?:\d{1,3}[a-e]?\b(?:,? (?:and|or|to|through) |, ?|/|-)?)+)"  # one, or a list
# What claims and EOBs call by number: the word before it, how it is written here. "CO-16" is CARC 16 of group CO.
NUMBERED: tuple[tuple[str, re.Pattern[str]], ...] = tuple(
    (
        name,
        re.compile(
            rf"\b(?:{words})s?\s*[#:-]?\s*((?:\d{{1,3}}[a-e]?\b(?:,? (?:and|or|to|through) |, ?|/|-)?)+)", re.IGNORECASE
        ),
    )
    for name, words in (
        ("CARC", r"carc|co|pr|oa|pi|cr|(?:denied|denial|reason|adjustment|adjustment reason|eob)(?: code)?|code"),
        ("box", r"box|boxes|item|field"),
        ("POS", r"pos|place of service|place of service code"),
        ("area", r"area|area code|area of oral cavity|area of oral cavity code"),
    )
)
REMARK = re.compile(r"\b(?:MA|M|N)\d{1,3}\b", re.IGNORECASE)

STATES = {
    "alabama": "AL", "alaska": "AK", "arizona": "AZ", "arkansas": "AR", "california": "CA", "colorado": "CO",
    "connecticut": "CT", "delaware": "DE", "florida": "FL", "georgia": "GA", "hawaii": "HI", "idaho": "ID",
    "illinois": "IL", "indiana": "IN", "iowa": "IA", "kansas": "KS", "kentucky": "KY", "louisiana": "LA",
    "maine": "ME", "maryland": "MD", "massachusetts": "MA", "michigan": "MI", "minnesota": "MN", "mississippi": "MS",
    "missouri": "MO", "montana": "MT", "nebraska": "NE", "nevada": "NV", "new hampshire": "NH", "new jersey": "NJ",
    "new mexico": "NM", "new york": "NY", "north carolina": "NC", "north dakota": "ND", "ohio": "OH",
    "oklahoma": "OK", "oregon": "OR", "pennsylvania": "PA", "puerto rico": "PR", "rhode island": "RI",
    "south carolina": "SC", "south dakota": "SD", "tennessee": "TN", "texas": "TX", "utah": "UT", "vermont": "VT",
    "virginia": "VA", "washington": "WA", "west virginia": "WV", "wisconsin": "WI", "wyoming": "WY",
}  # fmt: skip
"""State names in lower case -> postal abbreviations."""


class _Frozen(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class PayerEntry(_Frozen):
    """A payer, program, law or board, with the ways staff write its name (lower case)."""

    id: str
    name: str
    full_name: str
    kind: str
    state: str
    aliases: tuple[str, ...] = ()


class CodeEntry(_Frozen):
    """A code number and the CDT editions (years) in which it can be reported. `label` is our own wording."""

    code: str
    label: str
    category: str
    added: int | None = None
    deleted: int | None = None
    replaced_by: tuple[str, ...] = ()

    def valid_on(self, day: date) -> bool:
        """The edition in force is that of the year of service; `deleted` is the first edition without the code."""
        return (self.added is None or self.added <= day.year) and (self.deleted is None or day.year < self.deleted)


class PayerFamily(_Frozen):
    """A name that several payers share, such as Delta Dental; `payers` are the ids it may mean."""

    says: tuple[str, ...]
    payers: tuple[str, ...]


class Shorthand(_Frozen):
    """An office abbreviation and what it stands for; `codes` when it can only mean these."""

    says: tuple[str, ...]
    means: str
    codes: tuple[str, ...] = ()


class TopicCues(_Frozen):
    topic: Topic
    cues: tuple[str, ...]


class ChoiceAttribute(_Frozen):
    """A plain thing that decides between codes: how to ask for it, and the words for each of its values.

    The first word of a value is how it is shown. `otherwise` is the value that staff mean when they say nothing.
    """

    name: str
    question: str
    values: dict[str, tuple[str, ...]]
    otherwise: str | None = None


class CodeFamily(_Frozen):
    """Codes that differ only in attributes: code -> attribute -> the values that it fits.

    `says` names the family in a question, unless one of `unless` stands there too.
    """

    name: str
    says: tuple[str, ...]
    unless: tuple[str, ...] = ()
    codes: dict[str, dict[str, tuple[str, ...]]]


class Boundary(_Frozen):
    """Requests Bitewing does not answer; `name` finds the wording in prompts/phrases.yaml, `cues` give one away."""

    name: str
    cues: tuple[str, ...] = ()


class BoundaryModel(_Frozen):
    """Weights over a question's vector (times `vector_weight`) and its word sequences, a row a class.

    `classes` are names of boundaries, `""` is in scope; `grams` gives the column of a word sequence behind the vector,
    `rarity` its inverse document frequency. `examples` is the digest of what it was fitted to.
    """

    examples: str
    classes: tuple[str, ...]
    grams: dict[str, int]
    rarity: tuple[float, ...]
    weights: tuple[tuple[float, ...], ...]
    bias: tuple[float, ...]
    vector_weight: float


class Lexicon(_Frozen):
    payers: tuple[PayerEntry, ...] = ()
    families: tuple[PayerFamily, ...] = ()
    codes: tuple[CodeEntry, ...] = ()
    shorthand: tuple[Shorthand, ...] = ()
    topics: tuple[TopicCues, ...] = ()
    choice_attributes: tuple[ChoiceAttribute, ...] = ()
    code_families: tuple[CodeFamily, ...] = ()
    declined: tuple[Boundary, ...] = ()
    out_of_scope: tuple[Boundary, ...] = ()
    boundary_model: BoundaryModel | None = None

    @cached_property
    def code(self) -> dict[str, CodeEntry]:
        return {entry.code: entry for entry in self.codes}

    @cached_property
    def payer(self) -> dict[str, PayerEntry]:
        return {entry.id: entry for entry in self.payers}

    @cached_property
    def payer_names(self) -> dict[str, tuple[str, ...]]:
        """Every name and alias in lower case -> the ids of the payers it may mean."""
        names: dict[str, list[str]] = {}
        for entry in self.payers:
            for name in dict.fromkeys((entry.name.lower(), entry.full_name.lower(), *entry.aliases)):
                names.setdefault(name, []).append(entry.id)
        for family in self.families:
            # What one payer is called for certain stays that payer's.
            names.update({name: list(family.payers) for name in family.says if name not in names})
        return {name: tuple(ids) for name, ids in names.items()}

    @property
    def names(self) -> Iterator[str]:
        """Every phrase that is looked up in a question, as staff write it."""
        yield from self.payer_names
        yield from STATES
        yield from (phrase for shorthand in self.shorthand for phrase in shorthand.says)
        yield from (phrase for family in self.families for phrase in family.says)
        yield from (cue for topic in self.topics for cue in topic.cues)
        yield from (cue for boundary in (*self.declined, *self.out_of_scope) for cue in boundary.cues)

    @cached_property
    def payer_pattern(self) -> re.Pattern[str]:
        """Matches any payer name or alias as whole words, the longest first."""
        return phrase_pattern(tuple(self.payer_names))


def phrase_pattern(phrases: tuple[str, ...]) -> re.Pattern[str]:
    """One pattern for many phrases, whole words, any case, any run of spaces; longest first so that it wins.

    "…" in a phrase stands for up to eight words.
    """
    if not phrases:
        return re.compile(r"(?!)")
    ordered = sorted(phrases, key=len, reverse=True)
    body = "|".join(
        r"\b(?:\W+[\w'$/.-]+){0,8}?\W+".join(re.escape(part).replace(r"\ ", r"\s+") for part in phrase.split(" … "))
        for phrase in ordered
    )
    return re.compile(rf"(?<![\w$])(?:{body})(?![\w])", re.IGNORECASE)


def grams_of(text: str) -> list[str]:
    """Sequences of one to three words, in lower case; any code or number is one word of its kind."""
    words = [re.sub(r"\d+", "0", word) for word in re.findall(r"\b\w[\w']*\b", text.lower().replace("’", "'"))]
    return [" ".join(words[start : start + n]) for n in (1, 2, 3) for start in range(len(words) - n + 1)]


def codes_in(text: str) -> tuple[str, ...]:
    """The codes a text names, in order, each once; a written range counts as all numbers between its ends."""
    found: dict[str, None] = {}
    for match in CODE.finditer(text):
        found[match.group()] = None
    for first, last in CODE_RANGE.findall(text):
        start, end = int(first[1:]), int(last[1:])
        if start < end <= start + 99:
            found.update(dict.fromkeys(f"D{number:04d}" for number in range(start, end + 1)))
    return tuple(found)


def identifiers_in(text: str) -> frozenset[str]:
    """Denial codes, remark codes, boxes, places of service and areas that a text calls by number: `CARC 16`, `N402`."""
    found = {match.upper() for match in REMARK.findall(text)}
    for name, pattern in NUMBERED:
        for numbers in pattern.findall(text):
            found |= {f"{name} {number.lower().lstrip('0') or '0'}" for number in re.findall(r"\d+[a-e]?", numbers)}
    return frozenset(found)
