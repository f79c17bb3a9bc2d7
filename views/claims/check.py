"""A claim held against the library before it is sent: what is found, what was checked, and what cannot be known."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from assistant.index import Index
from views.claims import history, sending, structure, together
from views.claims.findings import Finding, Kind, Severity, as_one, in_order, unproven
from views.claims.lines import Line
from views.claims.needs import Needs, needs_of

NEVER_KNOWN = (
    "What the patient’s own contract covers, what is left of the maximum, deductible and waiting periods.",
    "What other offices did, and what the payer has on file.",
    "Whether what was charted is what was done.",
)


@dataclass(frozen=True, slots=True)
class Report:
    """What a check comes to. `found` are the problems; `limits` and `sending` stand beside them on any claim.

    `withheld` counts findings whose facts stood neither on the claim nor in a quote; they are not shown.
    """

    found: tuple[Finding, ...]
    limits: tuple[Finding, ...]
    sending: tuple[Finding, ...]
    checked: tuple[str, ...]
    unknown: tuple[str, ...]
    withheld: int = 0

    @property
    def is_clean(self) -> bool:
        return not self.found


def check(lines: Sequence[Line], index: Index, today: date, payer: str | None = None, age: int | None = None) -> Report:
    """Hold the lines of one claim against the library. `payer` is a payer's id, `age` the patient's in years."""
    needs = {(line.code, line.day): needs_of(line.code, index, line.day) for line in lines}
    known = [line for line in lines if line.code in index.lexicon.code]
    all_found = [
        *(one for line in lines for one in structure.findings_of(line, needs[line.code, line.day], index, today)),
        *together.findings_of(known, needs, index, payer),
        *history.findings_of(known, index, payer, age),
        *history.late_of(known, index, payer, today),
        *sending.findings_of(known, index, payer, age),
    ]
    proven = in_order(one for one in all_found if not unproven(one, lines))
    return Report(
        found=tuple(one for one in proven if one.severity.is_problem),
        limits=as_one(one for one in proven if one.severity is Severity.OPEN),
        sending=tuple(one for one in proven if one.severity is Severity.SEND),
        checked=tuple(_checked(lines, known, needs, proven, index, payer)),
        unknown=tuple(_unknown(known, needs, payer, age)),
        withheld=len(set(all_found)) - len(proven),
    )


def _checked(
    lines: Sequence[Line],
    known: Sequence[Line],
    needs: Mapping[tuple[str, date], Needs],
    proven: Sequence[Finding],
    index: Index,
    payer: str | None,
) -> Iterator[str]:
    """What was held against what, in plain words."""
    years = " and ".join(sorted({str(line.day.year) for line in lines}))
    codes = list(dict.fromkeys(line.code for line in lines))
    yield f"{_many(len(codes), 'code')} against the code set of {years}."
    placed = [line for line in known if needs[line.code, line.day].place]
    if placed:
        yield f"Tooth, quadrant or arch of {_many(len(placed), 'line')}: {_listed(placed)}."
    if counted := [line for line in known if needs[line.code, line.day].surfaces]:
        yield f"Surfaces of {_many(len(counted), 'line')}: {_listed(counted)}."
    pairs = len(known) * (len(known) - 1) // 2
    if pairs:
        yield f"{_many(pairs, 'pair')} of lines for repeats and for codes usually not paid together."
    if payer is not None:
        name = index.lexicon.payer[payer].name
        rules = {p.id for line in known for p in index.naming(line.code) if p.payer == payer and p.in_force(line.day)}
        yield f"{_many(len(rules), 'passage')} of {name} on the codes of the claim."
    if frequency := len({one.proof for one in proven if one.kind is Kind.FREQUENCY}):
        compared = sum(line.last is not None for line in known)
        yield f"{_many(frequency, 'limit')} on how often; {_many(compared, 'line')} told when it was last done."


def _unknown(
    known: Sequence[Line], needs: Mapping[tuple[str, date], Needs], payer: str | None, age: int | None
) -> Iterator[str]:
    """What the claim or the library leaves open."""
    open_ones = list(dict.fromkeys(line.code for line in known if needs[line.code, line.day].is_open))
    if open_ones:
        yield f"No source says whether the line of {', '.join(open_ones)} names a tooth or an area: not checked."
    if payer is None:
        yield "No payer was picked, so no payer’s rules were looked at."
    if age is None:
        yield "No age was given, so no age limits were compared."
    yield from NEVER_KNOWN


def _many(count: int, what: str) -> str:
    return f"{count} {what}" if count == 1 else f"{count} {what}s"


def _listed(lines: Sequence[Line]) -> str:
    return ", ".join(dict.fromkeys(line.code for line in lines))
