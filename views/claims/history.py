"""What the payer, or plans in general, limit: how often, at which ages, whether at all, and how late a claim may come.

A limit of the payer named stands before what plans usually do. A rule is held against the claim only where its words
leave no doubt: every period it names is for one service, and the last one was sooner than the shortest of them.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date

from assistant.bearing import ADULT, CHILD
from assistant.index import Index
from assistant.limits import GROWN, OLDEST, ages_of, holds_on
from assistant.types import Citation, PassageKind, Topic, Verdict
from views.claims.findings import Finding, Kind, Severity
from views.claims.lines import Line
from views.claims.needs import own_sentences, sentences_of
from views.claims.periods import Limit, allows_more, later, limits_in

LIMITING = frozenset({Topic.FREQUENCY, Topic.ELIGIBILITY})
ADULT_FROM = 18.0
FILED_WITHIN = re.compile(
    r"\bwithin (?P<count>\d+|one|two|six) (?P<unit>day|month|year)s?\b|\blimit of (\d+) (day|month)s?\b"
)
COUNTS = {"one": 1, "two": 2, "six": 6}
SAME_DAY = ("day", 1)  # "one per day" says nothing on when it was last done


@dataclass(frozen=True, slots=True)
class Patient:
    """What the claim tells of the patient: the age in years, if it does."""

    age: int | None = None


def findings_of(lines: Sequence[Line], index: Index, payer: str | None, patient: Patient) -> Iterator[Finding]:
    """What the limits on record come to for each line."""
    for line in lines:
        told = _rules_on(line, index, payer)
        applying = [one for one in told if _is_of_age(one.quote, patient) is not False]
        yield from _outside(line, told, patient)
        yield from _refused(line, index, payer, patient)
        own = [one for one in applying if limits_in(one.quote)]
        usual = [one for one in own_sentences(line.code, index, line.day, "denials") if limits_in(one.quote)]
        for said in own or usual:
            yield from _frequency(line, _last_of(line, lines), said)


def late_of(lines: Sequence[Line], index: Index, payer: str | None, today: date) -> Iterator[Finding]:
    """Lines that the payer may turn down because the claim comes late."""
    rules = [p for p in index.of_payer(payer or "") if Topic.TIMELY_FILING in p.topics and p.in_force(today)]
    for line in lines:
        late = [
            said
            for rule in rules
            for said in sentences_of(rule)
            if (by := _file_by(said.quote, line.day)) and by < today
        ]
        if late:
            by = min(day for said in late if (day := _file_by(said.quote, line.day)))
            text = f"The claim may come late: counted from {line.day.isoformat()}, the time ended on {by.isoformat()}."
            yield Finding(Kind.FILING, Severity.CHECK, (line.number,), text, tuple(late), reckoned=(by.isoformat(),))


def _rules_on(line: Line, index: Index, payer: str | None) -> list[Citation]:
    """What the payer says on how often and at which ages: its rules, and the rows of its documents."""
    found: list[Citation] = []
    for passage in index.naming(line.code) if payer else ():
        if passage.payer != payer or not passage.is_rule or not passage.in_force(line.day):
            continue
        if passage.verdict is Verdict.NO or not (LIMITING & set(passage.topics)):
            continue
        found += [
            one
            for one in sentences_of(passage)
            if (passage.kind is PassageKind.RULE or line.code in one.quote)
            and (limits_in(one.quote) or _ages(one.quote))
            and holds_on(line.day, one.quote)
        ]
    return found


def _outside(line: Line, told: Sequence[Citation], patient: Patient) -> Iterator[Finding]:
    """That the patient is of other ages than the rules are for, or that nobody told the age."""
    aged = [one for one in told if _ages(one.quote)]
    covering = [one for one in aged if Topic.ELIGIBILITY in one.passage.topics]
    decisive = covering or aged
    if patient.age is None:
        if aged := [one for one in told if ages_of(one.quote)]:
            text = "The rule turns on the patient’s age, which the claim does not tell."
            yield Finding(Kind.AGE, Severity.OPEN, (line.number,), text, tuple(aged))
    elif decisive and not any(_is_of_age(one.quote, patient) for one in decisive):
        # How often it is paid at some ages says little of the others.
        severity = Severity.CHECK if covering else Severity.OPEN
        text = f"The patient’s age, {patient.age}, is outside the ages that the payer’s rules name."
        yield Finding(Kind.AGE, severity, (line.number,), text, tuple(decisive), reckoned=(str(patient.age),))


def _refused(line: Line, index: Index, payer: str | None, patient: Patient) -> Iterator[Finding]:
    """Rules of the payer by which it does not pay the code."""
    refusing = [
        said
        for passage in (index.naming(line.code) if payer else ())
        if passage.payer == payer
        and passage.is_rule
        and passage.verdict is Verdict.NO
        and Topic.ELIGIBILITY in passage.topics
        and passage.in_force(line.day)
        for said in sentences_of(passage)
        if _is_of_age(said.quote, patient) is not False
    ]
    if refusing:
        text = f"The payer has a rule against paying {line.code}. Read for whom it holds."
        yield Finding(Kind.COVERAGE, Severity.CHECK, (line.number,), text, tuple(refusing))


def _ages(sentence: str) -> list[tuple[float, float]]:
    """The ages that a sentence is for, in numbers or as adults or children."""
    if ranges := ages_of(sentence):
        return ranges
    if bool(ADULT.search(sentence)) is bool(CHILD.search(sentence)):
        return []
    return [(ADULT_FROM, OLDEST)] if ADULT.search(sentence) else [(0.0, GROWN)]


def _is_of_age(sentence: str, patient: Patient) -> bool | None:
    """Whether the patient is of the ages that a sentence is for; None where it, or the claim, names none."""
    ranges = _ages(sentence)
    if patient.age is None or not ranges:
        return None
    return any(low <= patient.age <= high for low, high in ranges)


def _last_of(line: Line, lines: Sequence[Line]) -> date | None:
    """When the same was last done in the same place: as the line tells, or an earlier line of the claim."""
    earlier = [
        other.day
        for other in lines
        if other.code == line.code and other.day < line.day
        and (other.teeth, other.areas) == (line.teeth, line.areas)
    ]  # fmt: skip
    told = [line.last] if line.last is not None and line.last < line.day else []
    return max([*earlier, *told], default=None)


def _frequency(line: Line, last: date | None, said: Citation) -> Iterator[Finding]:
    """What one sentence comes to, when it was last done or when nobody told."""
    limits = [one for one in limits_in(said.quote) if (one.unit, one.low) != SAME_DAY]
    if not limits:
        return
    if last is None:
        text = f"When {line.code} was last done is not on the claim."
        yield Finding(Kind.FREQUENCY, Severity.OPEN, (line.number,), text, (said,))
        return
    soonest, latest = _due(limits, last)
    told = f"{line.code} was last done on {last.isoformat()}"
    if allows_more(said.quote) or any(one.times > 1 for one in limits):
        text = f"{told}; how often it was done in the period is not on the claim."
        yield Finding(Kind.FREQUENCY, Severity.OPEN, (line.number,), text, (said,))
    elif line.day < soonest:
        due = "once in a lifetime" if soonest == date.max else f"due again on {soonest.isoformat()} at the earliest"
        yield Finding(Kind.FREQUENCY, Severity.CHECK, (line.number,), f"{told}, so it is too soon: {due}.", (said,),
                      reckoned=(soonest.isoformat(), last.isoformat(), "once"))  # fmt: skip
    elif line.day < latest:
        text = f"{told}. Which of the periods applies decides whether it is too soon."
        yield Finding(Kind.FREQUENCY, Severity.OPEN, (line.number,), text, (said,))


def _due(limits: Sequence[Limit], last: date) -> tuple[date, date]:
    dues = [one.due(last) for one in limits]
    return min(soon for soon, _ in dues), max(late for _, late in dues)


def _file_by(sentence: str, service: date) -> date | None:
    """The last day for a claim by the longest time that a sentence names, if it names one."""
    ends = [
        later(service, COUNTS.get(count, 0) or int(count), unit)
        for match in FILED_WITHIN.finditer(sentence)
        for count, unit in [(match["count"] or match[3], match["unit"] or match[4])]
    ]
    return max(ends, default=None)
