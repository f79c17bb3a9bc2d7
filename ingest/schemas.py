"""The shape of everything in knowledge/: pydantic models, one a kind of record.

A record carries its sources once; a sentence names those it rests on by their ids. A sentence without its own list
rests on all of its record's sources together, less those that only make a claim which a disagreement does not follow,
and one marked `basis: common practice` on none.
"""

from __future__ import annotations

import calendar
from datetime import date
from typing import Annotated, Literal

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, StringConstraints

from assistant.lexicon import Shorthand, TopicCues
from assistant.types import Authority, Topic, Verdict

Text = Annotated[str, StringConstraints(strip_whitespace=True, min_length=2)]
CodeNumber = Annotated[str, StringConstraints(pattern=r"^D\d{4}$")]
Slug = Annotated[str, StringConstraints(pattern=r"^[a-z0-9][a-z0-9._-]*$")]
Edition = Annotated[int, Field(ge=1969, le=2100)]
PartialDate = Annotated[str, StringConstraints(pattern=r"^\d{4}(-\d{2}(-\d{2})?)?$"), BeforeValidator(str)]
"""A day, a month or a year, as precise as the page: `2020-04-24`, `2020-04`, `2020`."""


def first_day(partial: str) -> date:
    """The first day a partial date can mean. Raises `ValueError` where there is no such day."""
    year, month, day = ([int(part) for part in partial.split("-")] + [1, 1])[:3]
    return date(year, month, day)


def last_day(partial: str) -> date:
    """The last day a partial date can mean. Raises `ValueError` where there is no such day."""
    parts = [int(part) for part in partial.split("-")]
    month = parts[1] if len(parts) > 1 else 12
    return date(parts[0], month, parts[2] if len(parts) > 2 else calendar.monthrange(parts[0], month)[1])


class _Record(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class SourceRecord(_Record):
    id: Slug
    title: Text
    publisher: Text
    authority: Authority
    url: str | None = None
    published: PartialDate | None = None


class AskRecord(_Record):
    """A question that a sentence answers; in YAML `[verdict, question]`, with null where it is no yes/no question."""

    verdict: Verdict | None
    question: Text


def _ask(value: object) -> object:
    return dict(zip(("verdict", "question"), value, strict=True)) if isinstance(value, list) else value


Asks = tuple[Annotated[AskRecord, BeforeValidator(_ask)], ...]


class SentenceRecord(_Record):
    """A sentence that can be quoted as it stands, and the questions that it answers.

    In YAML a bare string rests on all the record's sources.
    """

    text: Text
    sources: tuple[Slug, ...] | None = None
    basis: Literal["sources", "common practice"] = "sources"
    asks: Asks = ()


def _sentence(value: object) -> object:
    return {"text": value} if isinstance(value, str) else value


SentenceField = Annotated[SentenceRecord, BeforeValidator(_sentence)]
Sentences = tuple[SentenceField, ...]


class Neighbour(_Record):
    """A code this one is confused with, and the one thing that decides between the two."""

    code: CodeNumber
    decides: SentenceField


class QuestionRecord(_Record):
    """A question staff ask, and in `also` the same in other words.

    `verdict` is null only where the question is no yes/no question.
    """

    question: Text
    also: tuple[Text, ...] = ()
    topic: Topic
    verdict: Verdict | None
    answer: Sentences = Field(min_length=1, max_length=3)


class Disagreement(_Record):
    """What a weaker source claims, what is followed instead, and the sources of both."""

    topic: Topic
    claim: Text
    followed: Text
    claimed_by: tuple[Slug, ...] = ()
    follows: tuple[Slug, ...] = ()


class CodeRecord(_Record):
    """One CDT code. `label` and all texts are our own words; the official names belong to the ADA.

    `added` and `deleted` are edition years; `deleted` is the first edition without the code.
    """

    code: CodeNumber
    label: Text
    category: Slug
    subcategory: Text | None = None
    unit: Text | None = None
    added: Edition | None = None
    deleted: Edition | None = None
    replaced_by: tuple[CodeNumber, ...] = ()
    years: Literal["page", "common knowledge"] | None = None
    sources: tuple[SourceRecord, ...] = ()
    meaning: Sentences = Field(min_length=1)
    use_when: Sentences = ()
    not_when: Sentences = ()
    neighbours: tuple[Neighbour, ...] = ()
    document: Sentences = ()
    attach: Sentences = ()
    denials: Sentences = ()
    billed_with: Sentences = ()
    not_with: Sentences = ()
    payer_examples: Sentences = ()
    disagreements: tuple[Disagreement, ...] = ()
    questions: tuple[QuestionRecord, ...] = ()


class PayerRecord(_Record):
    """Who pays or decides. `state` is a two-letter state, or US; aliases are lower case."""

    id: Slug
    name: Text
    full_name: Text
    kind: Literal["medicaid", "commercial", "federal", "marketplace", "law", "board", "guidance"]
    state: Annotated[str, StringConstraints(pattern=r"^[A-Z]{2}$")]
    aliases: tuple[Annotated[str, StringConstraints(to_lower=True, min_length=2)], ...] = ()


class RuleRecord(_Record):
    """One rule as a sentence that names payer, code and condition.

    `verdict` answers "does this payer allow the codes of this rule?" and is null where that makes no sense.
    `codes_are: examples` marks codes that the source does not name itself. `ended` says why a rule is over when no
    end date is known; `mentions` lists codes and days that the source names and the text tells, without the rule being
    about them. `asks` are the questions that the text answers.
    """

    id: Slug
    text: Text
    topic: Topic
    verdict: Verdict | None
    codes: tuple[CodeNumber, ...] = ()
    codes_are: Literal["exact", "examples"] = "exact"
    program: Text | None = None
    state: Annotated[str, StringConstraints(pattern=r"^[A-Z]{2}$")]
    effective: PartialDate | None = None
    expires: PartialDate | None = None
    ended: Text | None = None
    source: SourceRecord
    confidence: Literal["high", "medium"]
    conflicts_with: tuple[Slug, ...] = ()
    mentions: tuple[Text, ...] = ()
    asks: Asks = ()


class PayerFile(_Record):
    payer: PayerRecord
    rules: tuple[RuleRecord, ...] = Field(min_length=1)


class ChangeRecord(_Record):
    code: CodeNumber
    change: Literal["added", "revised", "deleted"]
    label: Text
    replaced_by: tuple[CodeNumber, ...] = ()
    basis: Literal["page", "common knowledge"]


class EditionRecord(_Record):
    """What one CDT edition (a calendar year) added, revised and deleted, as far as public pages name it."""

    edition: Edition
    sources: tuple[SourceRecord, ...] = ()
    changes: tuple[ChangeRecord, ...] = ()


class GuideHeader(_Record):
    """The front matter of a guide. In the text a line is one sentence, and `[^id]` after it names its sources."""

    title: Text
    topics: tuple[Topic, ...]
    sources: tuple[SourceRecord, ...] = ()


class FamilyRecord(_Record):
    """A brand name that several payers share: `says` in lower case, its payers by what their names start with."""

    says: tuple[Text, ...] = Field(min_length=1)
    names_start_with: Text


class Vocabulary(_Record):
    families: tuple[FamilyRecord, ...] = ()
    topics: tuple[TopicCues, ...] = ()
    shorthand: tuple[Shorthand, ...] = ()


class AttributeRecord(_Record):
    """What decides between codes: the question that asks for it, and the words for each value, the shown one first."""

    question: Text
    values: dict[str, tuple[str, ...]] = Field(min_length=2)
    otherwise: str | None = None


def _values(value: object) -> object:
    return (value,) if isinstance(value, str) else value


class CodeFamilyRecord(_Record):
    """Codes that differ in attributes alone. A finding aid: it is never quoted, so it carries no source.

    A code has one value of an attribute, or a list of those it fits.
    """

    name: Text
    says: tuple[Text, ...] = Field(min_length=1)
    unless: tuple[Text, ...] = ()
    codes: dict[CodeNumber, dict[str, Annotated[tuple[str, ...], BeforeValidator(_values)]]]


class ChoicesRecord(_Record):
    attributes: dict[str, AttributeRecord] = {}
    families: tuple[CodeFamilyRecord, ...] = ()


class BoundaryRecord(_Record):
    """Requests that are not answered from evidence: cues that give one away, examples that the model is fitted to."""

    name: Slug
    cues: tuple[Text, ...] = ()
    examples: tuple[Text, ...] = Field(min_length=1)


class BoundariesRecord(_Record):
    declined: tuple[BoundaryRecord, ...] = ()
    out_of_scope: tuple[BoundaryRecord, ...] = ()
    in_scope: tuple[BoundaryRecord, ...] = ()
