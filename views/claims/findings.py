"""What a check finds: a sentence on the claim, with the passages of the library that it rests on.

A sentence speaks of the claim, whose own codes, teeth and dates it may name, and of what was reckoned from them. Every
other code, date, amount and number in it stands in a quote; `unproven` is the gate that holds it to that.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from enum import StrEnum

from assistant.lexicon import codes_in
from assistant.proof import amounts_in, dates_in, numbers_in
from assistant.types import Citation
from views.claims.lines import Line


class Severity(StrEnum):
    """What to do about a finding, most urgent first."""

    FIX = "fix"  # the claim contradicts the code set or itself
    CHECK = "check"  # a source says that it is usually refused, or it looks like a slip
    OPEN = "open"  # what a source makes depend on something that the claim does not tell
    SEND = "send"  # what goes with the claim

    @property
    def is_problem(self) -> bool:
        return self in (Severity.FIX, Severity.CHECK)


class Kind(StrEnum):
    """What was checked."""

    READING = "reading"
    CODE = "code"
    DATE = "date"
    PLACE = "place"
    TOOTH = "tooth"
    SURFACES = "surfaces"
    REPEATED = "repeated"
    TOGETHER = "together"
    FREQUENCY = "frequency"
    AGE = "age"
    COVERAGE = "coverage"
    FILING = "filing"
    ATTACHMENT = "attachment"
    AUTHORIZATION = "authorization"


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing found on some lines, by their numbers; none for the claim as a whole.

    `proof` is empty where the text is arithmetic over the claim alone. `reckoned` holds the dates and numbers in the
    text that were reckoned from the claim and the proof, such as the day from which a service is due again.
    """

    kind: Kind
    severity: Severity
    lines: tuple[int, ...]
    text: str
    proof: tuple[Citation, ...] = ()
    reckoned: tuple[str, ...] = ()


def unproven(finding: Finding, lines: Sequence[Line]) -> set[str]:
    """The codes, dates, amounts and numbers of a finding that stand neither in its quotes nor on the claim."""
    known = "\n".join(
        (*(one.quote for one in finding.proof), *finding.reckoned, *(told for line in lines for told in _told(line)))
    )
    return set().union(*(read(finding.text) - read(known) for read in (_codes, dates_in, amounts_in, numbers_in)))


def in_order(findings: Iterable[Finding]) -> tuple[Finding, ...]:
    """The most urgent first, then by line; each once."""
    ranks = {severity: rank for rank, severity in enumerate(Severity)}
    return tuple(sorted(dict.fromkeys(findings), key=lambda one: (ranks[one.severity], one.lines, one.kind)))


def as_one(findings: Iterable[Finding]) -> tuple[Finding, ...]:
    """Findings that differ in nothing but their lines as one, in the order of the first."""
    lines: dict[Finding, tuple[int, ...]] = {}
    for finding in findings:
        bare = replace(finding, lines=())
        lines[bare] = tuple(sorted({*lines.get(bare, ()), *finding.lines}))
    return tuple(replace(bare, lines=numbers) for bare, numbers in lines.items())


def _codes(text: str) -> set[str]:
    return set(codes_in(text))


def _told(line: Line) -> Iterable[str]:
    yield from (line.code, *line.teeth, *line.areas, line.surfaces, str(len(line.surfaces)), line.day.isoformat())
    yield from (str(len(line.teeth)), str(len(line.areas)))
    if line.last is not None:
        yield line.last.isoformat()
    yield from line.unread
