"""What goes with a claim: attachments, what the payer wants to see, and what it wants to be asked first."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from assistant.index import Index
from assistant.limits import holds_on
from assistant.types import Citation, PassageKind, Topic
from views.claims.ages import excludes
from views.claims.findings import Finding, Kind, Severity
from views.claims.lines import Line
from views.claims.needs import own_sentences, sentences_of

PAPERS = frozenset({Topic.ATTACHMENTS, Topic.DOCUMENTATION})
ASKED_FIRST = frozenset({Topic.PRIOR_AUTHORIZATION})


def findings_of(lines: Sequence[Line], index: Index, payer: str | None, age: int | None) -> Iterator[Finding]:
    """One finding a code and kind, for all lines of the code."""
    for code in dict.fromkeys(line.code for line in lines):
        own = [line for line in lines if line.code == code]
        numbers, first = tuple(line.number for line in own), own[0]
        papers = (*own_sentences(code, index, first.day, "attach"), *_rules(first, index, payer, age, PAPERS))
        if papers:
            yield Finding(Kind.ATTACHMENT, Severity.SEND, numbers, "Attachments and records:", papers)
        if asked := _rules(first, index, payer, age, ASKED_FIRST):
            text = "What the payer wants to be asked first:"
            yield Finding(Kind.AUTHORIZATION, Severity.SEND, numbers, text, asked)


def _rules(
    line: Line, index: Index, payer: str | None, age: int | None, topics: frozenset[Topic]
) -> tuple[Citation, ...]:
    """The payer's rules on these topics that name the code, and hold on the day and for the patient."""
    return tuple(
        said
        for passage in (index.naming(line.code) if payer else ())
        if passage.payer == payer and passage.is_rule and topics & set(passage.topics) and passage.in_force(line.day)
        for said in sentences_of(passage)
        if (passage.kind is PassageKind.RULE or line.code in said.quote)
        and holds_on(line.day, said.quote)
        and not excludes(said.quote, age)
    )
