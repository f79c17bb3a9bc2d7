"""Questions that a yes or no answers: on codes, on the claim, and on what one payer allows on a day."""

from __future__ import annotations

import random
import re
from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from assistant.lexicon import codes_in
from assistant.proof import cite, content_words
from assistant.types import Authority, Citation, Passage, PassageKind, Topic, Verdict
from views.lessons.courses import course_of_guide, course_of_rule
from views.lessons.making import make
from views.lessons.plain_language import WORD, YEAR, is_clause, is_plain, spelled_out
from views.lessons.records import Records
from views.lessons.types import Choice, Kind, Question


@dataclass(frozen=True, slots=True)
class Asking:
    """A payer's rule, a question that it answers, spelled out, and how."""

    rule: Passage
    text: str
    verdict: Verdict
    words: frozenset[str]


YES, NO = Choice("Yes"), Choice("No")
NOT_THAT_DAY = Choice("The payer’s rule in the library does not hold on that day")
ANSWER = {Verdict.YES: YES.text, Verdict.NO: NO.text}
SPEAKS_FOR_ITSELF = frozenset({Authority.PAYER, Authority.AGENCY, Authority.OFFICE})
PAYS = frozenset({"medicaid", "commercial", "federal", "marketplace"})  # kinds of payer; laws and boards pay nothing
# What is asked of the page itself and not of the payer, or counts from the day of asking.
NOT_OF_THE_RULE = frozenset(
    "draft page list listed adopted proposed article newsletter policy bulletin cchp notice edition retired old "
    "undated dated summary brochure website site since still now today anymore last yet ago".split()
)
# A sentence that says itself that the matter is open.
OPEN = re.compile(r"\b(?:undated|disagree|not confirmed|not shown|unclear|proposed|draft|confirm it)\b", re.IGNORECASE)
# What was eased for a while, and of which a page may not tell that it is over.
EMERGENCY = re.compile(r"\b(?:COVID|pandemic|public health emergency)", re.IGNORECASE)
A_BILL = re.compile(r"\b(?:the|this|that|house|senate) bill\b")  # before a parliament
EITHER = re.compile(r"\bor (?:only|just|is|does|do|can|should|both|not)\b|, or ")  # of two things, so no yes or no
ALIKE = 0.6  # of the content words of two questions, from which opposite answers leave both open
EARLY = 0.4  # of the questions on a rule that began lately ask about a day before it
FRESH_YEARS = 3  # for which a page without a first day is taken to hold after its year


def on_codes(records: Records) -> Iterator[Question]:
    """What staff ask of a code, in the words of its record."""
    for passage in records.of_kind(PassageKind.QUESTION):
        text = spelled_out(passage.asked[0].question)
        if passage.verdict in ANSWER and records.are_valid(passage.record) and _can_be_asked(text, passage, 0, records):
            said = cite(passage, 0, 1)
            codes = dict.fromkeys((passage.record, *codes_in(said.quote)))
            yield _question(Kind.MAY, records.lexicon.code[passage.record].category, records.tidy(text),
                            ANSWER[passage.verdict], said, codes)  # fmt: skip


def on_claims(records: Records) -> Iterator[Question]:
    """One question a line of a guide."""
    for passage in records.of_kind(PassageKind.GUIDE):
        asked: dict[int, list[tuple[str, Verdict]]] = defaultdict(list)
        for one in passage.asked:
            text = spelled_out(one.question)
            if (
                one.verdict in ANSWER
                and one.position is not None
                and _can_be_asked(text, passage, one.position, records)
            ):
                asked[one.position].append((text, one.verdict))
        for position, texts in asked.items():
            said = cite(passage, position, 1)
            text, verdict = random.Random(said.quote).choice(texts)
            yield _question(Kind.CLAIM, course_of_guide(passage), records.tidy(text), ANSWER[verdict], said,
                            codes_in(said.quote))  # fmt: skip


def _question(kind: Kind, course: str, ask: str, answer: str, said: Citation, codes: Iterable[str]) -> Question:
    return make(kind, course, "", ask, answer, (YES, NO), said, codes=tuple(codes), shuffled=False)


def _can_be_asked(text: str, passage: Passage, position: int, records: Records) -> bool:
    """Whether the words are plain, and a page stands behind the answer that no other contradicts."""
    return (
        bool(passage.sentences[position].sources)
        and is_plain(text)
        and is_clause(text)
        and YEAR.search(text) is None
        and EITHER.search(text) is None
        and OPEN.search(passage.sentences[position].text) is None
        and not records.is_disputed(passage)
    )


def on_payers(records: Records) -> Iterator[Question]:
    """What a payer allows on a date of service, by its rules that tell since when they hold; one question a verdict.

    The dates lie in the year before that of the records' day, or shortly before the rule began, so that an answer stays
    the same for a year.
    """
    of_payer: dict[str, list[Asking]] = defaultdict(list)
    for passage in records.of_kind(PassageKind.RULE):
        if passage.payer and records.lexicon.payer[passage.payer].kind in PAYS:
            of_payer[passage.payer] += [
                Asking(passage, text := spelled_out(one.question), one.verdict, frozenset(content_words(text)))
                for one in passage.asked
                if one.verdict is not None
            ]
    for askings in of_payer.values():
        fit: dict[tuple[str, Verdict], list[Asking]] = defaultdict(list)
        for one in askings:
            if _is_of_the_rule(one) and _can_be_asked(one.text, one.rule, 0, records) and not _is_open(one, askings):
                fit[one.rule.id, one.verdict].append(one)
        for (rule, _), texts in fit.items():
            asking = random.Random(rule).choice(texts)
            day = _day_for(asking, records.day.year - 1, askings)
            if day is not None and not (EMERGENCY.search(asking.rule.text) and asking.rule.in_force(day)):
                yield _on_rule(asking, day, records)


def _on_rule(asking: Asking, day: date, records: Records) -> Question:
    rule = asking.rule
    answer = ANSWER[asking.verdict] if rule.in_force(day) else NOT_THAT_DAY.text
    return make(Kind.PAYER, course_of_rule(rule), "", records.tidy(asking.text), answer, (YES, NO, NOT_THAT_DAY),
                cite(rule, 0, 1), codes=rule.codes if rule.exact_codes else (), payer=rule.payer, day=day,
                shuffled=False)  # fmt: skip


def _is_of_the_rule(one: Asking) -> bool:
    rule = one.rule
    return (
        one.verdict in ANSWER
        and rule.sentences[0].authority in SPEAKS_FOR_ITSELF
        and not rule.ended
        and Topic.OTHER not in rule.topics
        and not NOT_OF_THE_RULE & set(WORD.findall(one.text.lower()))
        and A_BILL.search(one.text.lower()) is None
    )


def _is_open(one: Asking, of_payer: Sequence[Asking]) -> bool:
    """Whether another rule of the payer answers the same otherwise."""
    return any(
        other.rule is not one.rule
        and other.verdict is not one.verdict
        and len(one.words & other.words) >= ALIKE * len(one.words | other.words)
        for other in of_payer
    )


def _day_for(asking: Asking, year: int, of_payer: Sequence[Asking]) -> date | None:
    """A date of service on which the rule surely holds, or surely does not; None where it is open."""
    rule, first, last = asking.rule, date(year, 1, 1), date(year, 12, 31)
    draw = random.Random(rule.id + asking.text)
    if rule.expires and rule.expires < first:
        return _lapsed(_within(first, last, draw), rule, of_payer)
    if rule.effective and rule.effective.year >= year - FRESH_YEARS and draw.random() < EARLY:
        begins = rule.effective
        return _lapsed(_within(begins - timedelta(days=180), begins - timedelta(days=1), draw), rule, of_payer)
    published = rule.sentences[0].sources[0].published
    begins = rule.effective or (first if published and int(published[:4]) >= year - FRESH_YEARS else date.max)
    start, end = max(first, begins), min(last, rule.expires or last)
    return _within(start, end, draw) if start <= end else None


def _lapsed(day: date, rule: Passage, of_payer: Sequence[Asking]) -> date | None:
    """The day, where the rule tells its own dates and no other rule of the payer speaks in its place."""
    tells = any(known.isoformat() in rule.text for known in (rule.effective, rule.expires) if known)
    instead = any(
        other.rule is not rule
        and other.rule.in_force(day)
        and (set(other.rule.codes) & set(rule.codes) or other.rule.topics == rule.topics)
        for other in of_payer
    )
    return day if tells and not instead else None


def _within(start: date, end: date, draw: random.Random) -> date:
    return start + timedelta(days=draw.randrange((end - start).days + 1))
