"""A conversation as it leaves Bitewing: blocks in reading order, which the writers of Markdown and PDF lay out."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

from assistant.types import (
    READ_FIRST,
    Answered,
    Citation,
    Clarify,
    Conflict,
    Declined,
    NotCovered,
    Notice,
    Source,
    Statement,
)
from views.answers import CLARIFY, DECLINED, NOT_COVERED, NOTICE
from views.citations import MORE_SOURCES, NO_SOURCE, facts_of
from views.exchange import Exchange, Failed, PlainAnswer
from views.opening import Desk
from views.wording import american, american_time, lapse, with_american_dates

LONGEST_FILE_NAME = 60  # characters


@dataclass(frozen=True, slots=True)
class Title:
    text: str


@dataclass(frozen=True, slots=True)
class Question:
    """What was asked, then whom and when it was answered for."""

    text: str
    facts: tuple[tuple[str, str], ...]


@dataclass(frozen=True, slots=True)
class Verdict:
    """The answer in a word or two."""

    text: str


@dataclass(frozen=True, slots=True)
class Paragraph:
    """Text whose line ends count."""

    text: str


@dataclass(frozen=True, slots=True)
class Note:
    """Something beside the answer itself, under a label."""

    label: str
    text: str


@dataclass(frozen=True, slots=True)
class Items:
    """Sentences of an answer, or lines of a comparison, under a label that may be empty. Nothing without any."""

    label: str
    texts: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Proof:
    """One citation: what is quoted, from where, and what is known of the source. `url` is empty where there is none."""

    n: int
    title: str
    quote: str
    facts: tuple[tuple[str, str], ...]
    url: str


Block = Title | Question | Verdict | Paragraph | Note | Items | Proof


def file_name(title: str) -> str:
    """A title as every system takes it for the name of a file, without its ending."""
    words = re.sub(r"\W+", "-", title).strip("-_")[:LONGEST_FILE_NAME].strip("-_")
    return words or "conversation"


def transcript_of(title: str, exchanges: tuple[Exchange, ...], desk: Desk) -> tuple[Block, ...]:
    """All that was asked and answered, with its proof, dates as Americans write them."""
    blocks: list[Block] = [Title(title)]
    for exchange in exchanges:
        blocks += _asked(exchange), *_answered(exchange, desk)
    return tuple(blocks)


def _asked(exchange: Exchange) -> Question:
    outcome = exchange.outcome
    if isinstance(outcome, Failed | PlainAnswer):
        day = with_american_dates(exchange.request.day) or "as of the day asked"
    else:
        day = american(outcome.understood.date_of_service)
    facts = (("Payer", exchange.payer), ("Date of service", day), ("Asked", american_time(exchange.asked_at)))
    return Question(exchange.request.said, facts)


def _answered(exchange: Exchange, desk: Desk) -> Iterator[Block]:
    match exchange.outcome:
        case Answered() as answer:
            yield from _answer(answer, desk)
        case NotCovered() as answer:
            yield from _not_covered(answer)
        case Declined() as answer:
            yield from (Verdict(DECLINED), Paragraph(answer.reason), Note("Instead", answer.instead))
            yield from _statements(answer)
            yield from _proof(answer)
        case Clarify(question=question, choices=choices):
            yield from (Verdict(CLARIFY), Paragraph(question), Items("", choices))
        case Failed(message):
            yield Note("Not answered", message)
        case PlainAnswer(text):
            yield Paragraph(text)


def _answer(answer: Answered, desk: Desk) -> Iterator[Block]:
    """As it stands on the screen: what changes how it is read comes before the statements."""
    if answer.verdict:
        yield Verdict(desk.phrases(f"verdict.{answer.verdict.value}").rstrip("."))
    yield from (_notice(notice) for notice in answer.notices if notice.kind in READ_FIRST)
    yield from _statements(answer)
    yield from _table(answer, desk)
    yield from (_notice(notice) for notice in answer.notices if notice.kind not in READ_FIRST)
    yield from map(_conflict, answer.conflicts)
    yield from _proof(answer)


def _not_covered(answer: NotCovered) -> Iterator[Block]:
    yield from (Verdict(NOT_COVERED), Paragraph(answer.missing))
    if answer.ask:
        yield Note("What to do", answer.ask)
    yield from map(_notice, answer.notices)
    if answer.send:
        yield Note("Words to send to the payer", answer.send)
    yield Items("Nearest in the library", answer.nearest)


def _statements(answer: Answered | Declined) -> Iterator[Items]:
    yield Items("", tuple(_said(answer, statement) for statement in answer.statements))


def _table(answer: Answered, desk: Desk) -> Iterator[Items]:
    """What decides between codes, a line a cell."""
    lines = tuple(
        f"{row.code}, {desk.phrases(f'table.{name}').lower()}: {_said(answer, cell)}"
        for row in answer.table
        for name, cell in (("meaning", row.meaning), ("use", row.use), ("apart", row.apart))
        if cell
    )
    yield Items(desk.phrases("table.title"), lines)


def _said(answer: Answered | Declined, statement: Statement) -> str:
    """A sentence with the numbers of its proof, and whether its rule had lapsed."""
    cited = [citation for citation in answer.citations if citation.n in statement.citations]
    numbers = "".join(f"[{citation.n}]" for citation in cited)
    day = answer.understood.date_of_service
    lapses = dict.fromkeys(filter(None, (lapse(citation.passage, day) for citation in cited)))
    return " ".join([statement.text, numbers, *(f"({mark})" for mark in lapses)])


def _notice(notice: Notice) -> Note:
    return Note(NOTICE.get(notice.kind, notice.kind.capitalize()), with_american_dates(notice.text))


def _conflict(conflict: Conflict) -> Note:
    claimed, followed = _names(conflict.claimed_by), _names(conflict.follows)
    return Note("Sources disagree", f"Claimed: {conflict.claim}{claimed}\nFollowed here: {conflict.followed}{followed}")


def _names(sources: tuple[Source, ...]) -> str:
    names = "; ".join(f"{source.title}, {source.publisher} ({source.authority})" for source in sources)
    return f" ({names})" if names else ""


def _proof(answer: Answered | Declined) -> Iterator[Proof]:
    for citation in answer.citations:
        facts = [*facts_of(citation, answer.understood.date_of_service), *_further(citation)]
        source = citation.source
        title, url = (source.title, source.url or "") if source else (NO_SOURCE, "")
        yield Proof(citation.n, title, citation.quote, tuple(facts), url)


def _further(citation: Citation) -> Iterator[tuple[str, str]]:
    """The other sources that a sentence rests on."""
    names = [f"{source.title} ({source.publisher})" for source in citation.sources[1:]]
    if more := names[MORE_SOURCES:]:
        names[MORE_SOURCES:] = [f"{len(more)} more"]
    if names:
        yield "Rests on these too", "; ".join(names)
