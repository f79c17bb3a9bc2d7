"""Questions that a yes or no answers: on codes, on the claim, and on what one payer allows on a day."""

from __future__ import annotations

import random
from collections import defaultdict
from collections.abc import Iterator, Sequence
from datetime import date, timedelta

from assistant.lexicon import codes_in
from assistant.proof import cite, content_words
from assistant.types import Authority, Passage, PassageKind, Topic, Verdict
from views.lessons.courses import course_of_guide, course_of_rule
from views.lessons.making import make
from views.lessons.plain_language import WORD, YEAR, Casing, is_clause, is_plain, spelled_out, tidy
from views.lessons.records import Records
from views.lessons.types import Choice, Kind, Question

Asking = tuple[Passage, str, Verdict]  # a rule, a question that it answers, and how

YES, NO = Choice("Yes"), Choice("No")
NOT_THAT_DAY = Choice("The payer’s rule in the library does not hold on that day")
ANSWER = {Verdict.YES: YES.text, Verdict.NO: NO.text}
SPEAKS_FOR_ITSELF = frozenset({Authority.PAYER, Authority.AGENCY, Authority.OFFICE})
PAYS = frozenset({"medicaid", "commercial", "federal", "marketplace"})  # kinds of payer; laws and boards pay nothing
# What is asked of the page itself and not of the payer, or counts from the day of asking.
NOT_OF_THE_RULE = frozenset(
    "draft page list listed bill adopted proposed article newsletter policy bulletin cchp notice edition retired old "
    "undated dated summary brochure website site since still now today anymore last yet ago".split()
)
ALIKE = 0.6  # of the content words of two questions, from which opposite answers leave both open
EARLY = 0.4  # of the questions on a rule that began lately ask about a day before it
FRESH_YEARS = 3  # for which a page without a first day is taken to hold after its year


def on_codes(records: Records, casing: Casing, day: date) -> Iterator[Question]:
    """What staff ask of a code, in the words of its record."""
    known = records.lexicon.code
    for passage in records.index.passages.values():
        if passage.kind is not PassageKind.QUESTION or passage.verdict not in ANSWER:
            continue
        text = spelled_out(passage.asked[0].question)
        if not known[passage.record].valid_on(day) or not _can_be_asked(text, passage, 0, records):
            continue
        codes = dict.fromkeys((passage.record, *codes_in(passage.sentences[0].text)))
        yield make(Kind.MAY, known[passage.record].category, "", tidy(text, casing, known), ANSWER[passage.verdict],
                   (YES, NO), cite(passage, 0, 1), codes=[code for code in codes if code in known], shuffled=False)  # fmt: skip


def on_claims(records: Records, casing: Casing) -> Iterator[Question]:
    """One question a line of a guide."""
    for passage in records.index.passages.values():
        if passage.kind is not PassageKind.GUIDE:
            continue
        for position in range(len(passage.sentences)):
            asked = [
                (text, one.verdict)
                for one in passage.asked
                if one.position == position and one.verdict in ANSWER
                and _can_be_asked(text := spelled_out(one.question), passage, position, records)
            ]  # fmt: skip
            if not asked:
                continue
            said = cite(passage, position, 1)
            text, verdict = random.Random(said.quote).choice(asked)
            yield make(Kind.CLAIM, course_of_guide(passage), "", tidy(text, casing, records.lexicon.code),
                       ANSWER[verdict], (YES, NO), said, codes=codes_in(said.quote), shuffled=False)  # fmt: skip


def _can_be_asked(text: str, passage: Passage, position: int, records: Records) -> bool:
    """Whether the words are plain, and a page stands behind the answer that no other contradicts."""
    return (
        bool(passage.sentences[position].sources)
        and is_plain(text)
        and is_clause(text)
        and YEAR.search(text) is None
        and not records.is_disputed(passage)
    )


def on_payers(records: Records, casing: Casing, day: date) -> Iterator[Question]:
    """What a payer allows on a date of service, by its rules that tell since when they hold.

    The dates lie in the year before that of `day`, or shortly before the rule began, so that an answer stays the same
    for a year.
    """
    asked: dict[str, list[Asking]] = defaultdict(list)
    for passage in records.index.passages.values():
        if passage.kind is PassageKind.RULE and passage.payer:
            asked[passage.payer] += [
                (passage, spelled_out(one.question), one.verdict) for one in passage.asked if one.verdict is not None
            ]
    for payer, of_payer in asked.items():
        if records.lexicon.payer[payer].kind not in PAYS:
            continue
        of_rule: dict[tuple[str, Verdict], list[str]] = defaultdict(list)
        rules = {passage.id: passage for passage, _, _ in of_payer}
        for passage, text, verdict in of_payer:
            if (
                verdict in ANSWER
                and _is_of_a_rule(passage)
                and not NOT_OF_THE_RULE & set(WORD.findall(text.lower()))
                and _can_be_asked(text, passage, 0, records)
                and not _is_open(passage, text, verdict, of_payer)
            ):
                of_rule[passage.id, verdict].append(text)
        for (rule, verdict), texts in of_rule.items():
            yield from _on_rule(rules[rule], random.Random(rule).choice(texts), verdict, of_payer, records, casing, day)


def _on_rule(
    passage: Passage, text: str, verdict: Verdict, of_payer: Sequence[Asking], records: Records, casing: Casing, day: date
) -> Iterator[Question]:
    """One question a verdict, as the others on a rule ask much the same."""
    chosen = _day_for(passage, text, day.year - 1, of_payer)
    if chosen is not None:
        answer = ANSWER[verdict] if passage.in_force(chosen) else NOT_THAT_DAY.text
        yield make(Kind.PAYER, course_of_rule(passage), "", tidy(text, casing, records.lexicon.code), answer,
                   (YES, NO, NOT_THAT_DAY), cite(passage, 0, 1), codes=passage.codes if passage.exact_codes else (),
                   payer=passage.payer, day=chosen, shuffled=False)  # fmt: skip


def _is_of_a_rule(passage: Passage) -> bool:
    return passage.sentences[0].authority in SPEAKS_FOR_ITSELF and not passage.ended and Topic.OTHER not in passage.topics


def _is_open(passage: Passage, text: str, verdict: Verdict, of_payer: Sequence[Asking]) -> bool:
    """Whether another rule of the payer answers the same otherwise."""
    words = content_words(text)
    return any(
        other is not passage and differs is not verdict and _alike(words, content_words(others)) >= ALIKE
        for other, others, differs in of_payer
    )


def _alike(one: set[str], other: set[str]) -> float:
    return len(one & other) / max(1, len(one | other))


def _day_for(
    passage: Passage, text: str, year: int, of_payer: Sequence[Asking]
) -> date | None:
    """A date of service in that year on which the rule surely holds, or surely does not; None where it is open."""
    first, last = date(year, 1, 1), date(year, 12, 31)
    draw = random.Random(passage.id + text)
    published = passage.sentences[0].sources[0].published
    holds_from = passage.effective
    if holds_from is None and published and int(published[:4]) >= year - FRESH_YEARS:
        holds_from = first
    if passage.expires and passage.expires < first:
        lapsed = _within(first, last, draw)
    elif passage.effective and passage.effective.year >= year - FRESH_YEARS and draw.random() < EARLY:
        lapsed = _within(passage.effective - timedelta(days=180), passage.effective - timedelta(days=1), draw)
    else:
        lapsed = None
    if lapsed is not None:
        told = {day.isoformat() for day in (passage.effective, passage.expires) if day}
        alone = not any(
            other is not passage and other.in_force(lapsed)
            and (set(other.codes) & set(passage.codes) or other.topics == passage.topics)
            for other, _, _ in of_payer
        )  # fmt: skip
        return lapsed if alone and any(day in passage.text for day in told) else None
    if holds_from is None:
        return None
    start, end = max(first, holds_from), min(last, passage.expires or last)
    return _within(start, end, draw) if start <= end else None


def _within(start: date, end: date, draw: random.Random) -> date:
    return start + timedelta(days=draw.randrange((end - start).days + 1))


