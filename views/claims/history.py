"""What the payer, or plans in general, limit: how often, at which ages, whether at all, and how late a claim may come.

A limit of the payer named stands before what plans usually do. A rule is held against the claim only where its words
leave no doubt: every period it names is for one service, and the last one was sooner than the shortest of them.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from datetime import date

from assistant.index import Index
from assistant.limits import ages_of, holds_on
from assistant.types import Citation, Passage, PassageKind, Topic, Verdict
from views.claims.ages import ages_in, excludes
from views.claims.findings import Finding, Kind, Severity
from views.claims.lines import Line
from views.claims.needs import own_sentences, sentences_of
from views.claims.periods import Limit, allows_more, later, limits_in

LIMITING = frozenset({Topic.FREQUENCY, Topic.ELIGIBILITY})
FILED_WITHIN = re.compile(
    r"\b(?:within|more than|later than|limit of|deadline of|is) (?P<count>\d+|one|two|six) (?P<unit>day|month|year)s?\b"
    r"|\ba (\d+)-(day|month|year) filing\b"
)
COUNTS = {"one": 1, "two": 2, "six": 6}
SAME_DAY = ("day", 1)  # "one per day" says nothing on when it was last done


def findings_of(lines: Sequence[Line], index: Index, payer: str | None, age: int | None) -> Iterator[Finding]:
    """What the limits on record come to for each line, for a patient of that age in years, if it is told."""
    for line in lines:
        told = _rules_on(line, index, payer)
        applying = [one for one in told if not excludes(one.quote, age)]
        yield from _outside(line, told, age)
        yield from _refused(line, index, payer, age)
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
    passages = [
        passage
        for passage in (index.naming(line.code) if payer else ())
        if passage.payer == payer
        and passage.is_rule
        and passage.in_force(line.day)
        and passage.verdict is not Verdict.NO
    ]
    return [
        one
        for passage in passages
        for one in sentences_of(passage)
        if _limits(passage, line.code, one.quote) and holds_on(line.day, one.quote)
    ]


def _limits(passage: Passage, code: str, sentence: str) -> bool:
    """Whether a rule on how often or at which ages says so here; of a document, whether a sentence on the code does."""
    if not limits_in(sentence) and not ages_in(sentence):
        return False
    return code in sentence if passage.kind is PassageKind.DOCUMENT else bool(LIMITING & set(passage.topics))


def _outside(line: Line, told: Sequence[Citation], age: int | None) -> Iterator[Finding]:
    """That the patient is of other ages than the rules are for, or that nobody told the age."""
    aged = [one for one in told if ages_in(one.quote)]
    covering = [one for one in aged if Topic.ELIGIBILITY in one.passage.topics]
    decisive = covering or aged
    if age is None:
        if aged := [one for one in told if ages_of(one.quote)]:
            text = "The rule turns on the patient’s age, which the claim does not tell."
            yield Finding(Kind.AGE, Severity.OPEN, (line.number,), text, tuple(aged))
    elif decisive and all(excludes(one.quote, age) for one in decisive):
        # How often it is paid at some ages says little of the others.
        severity = Severity.CHECK if covering else Severity.OPEN
        text = f"The patient’s age, {age}, is outside the ages that the payer’s rules name."
        yield Finding(Kind.AGE, severity, (line.number,), text, tuple(decisive), reckoned=(str(age),))


def _refused(line: Line, index: Index, payer: str | None, age: int | None) -> Iterator[Finding]:
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
        if not excludes(said.quote, age)
    ]
    if refusing:
        text = f"The payer has a rule against paying {line.code}. Read for whom it holds."
        yield Finding(Kind.COVERAGE, Severity.CHECK, (line.number,), text, tuple(refusing))


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
        by = "too soon by this rule" if said.passage.is_rule else "sooner than plans usually pay it"
        yield Finding(Kind.FREQUENCY, Severity.CHECK, (line.number,), f"{told}, which is {by}: {due}.", (said,),
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
