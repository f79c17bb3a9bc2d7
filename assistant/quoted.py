"""The built-in writer: composes an answer from the evidence's own sentences, word for word.

The ranker says which sentences answer, and this puts them together as a biller at the claim form would read them: when
a code could be reported, the payer's rule for that date, then what answers the question, then a rule that has ended.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field

from assistant.bearing import Bearing, names_all, standing, tells_of_neighbours
from assistant.index import Index
from assistant.lexicon import codes_in
from assistant.limits import age_in, holds_on
from assistant.notices import Notices
from assistant.phrases import Phrases
from assistant.proof import content_words, numbers_in, payers_in
from assistant.rank import Ranked, Ranker
from assistant.settings import Settings
from assistant.types import WHICH_CODE, Conflict, Evidence, Notice, Passage, PassageKind, Topic, Understood, Verdict
from assistant.verdict import PERMISSION, verdict_of

GONE = re.compile(
    r"\b(?:replaced|deleted|discontinued|retired|removed|gone|went away|go(?:es|ing)? away|ended|no longer)\b",
    re.IGNORECASE,
)
CARD = ("meaning", "use_when", "not_when", "document")  # what a bare code number gets
# Sections that a question asks for by name.
ASKED_FOR = {
    Topic.DOCUMENTATION: ("document",),
    Topic.ATTACHMENTS: ("attach", "document"),
    Topic.DENIAL: ("denials",),
    Topic.APPEAL: ("denials",),
}
SECTION_SENTENCES = 2
PAYER_RULES = 3
HONEST = 2  # statements that tell how to bill what was really done
HONEST_GUIDE = "guide/what-a-claim-must-never-say"
NOT_FOR = ("not_when", "neighbours")  # sections of a code that tell what it is not for
FEW_CODES = 3  # of a rule that is about just the codes asked about
REPEATED = 0.7  # share of a sentence's words and codes that others already say, from which it adds nothing
TOUCHED, DISPUTED = 0.45, 0.60  # cosine from which a disagreement is told: on the topic asked about, and on any
VALIDITY_WORDS = 7  # from more words on, a question asks for more than whether a code is valid
THEN = re.compile(r"\b(?:still|yet|already|valid|active|back then|by then|that (?:day|date))\b", re.IGNORECASE)
NEW_YEARS = 2  # since a code was added, in which staff ask whether it may be used yet
COVERS = re.compile(r"\b(?:pays?|covers?|covered|reimburses?|allows?|accepts?|waives?|requires?)\b", re.IGNORECASE)
FALLING_OFF = 2.0  # by which a sentence may score less than the best before it is left out


@dataclass(slots=True)
class Draft:
    """What the writer proposes, before the proof gate: sentences by passage and position, in reading order."""

    verdict: Verdict | None = None
    picks: list[tuple[Passage, int]] = field(default_factory=list)
    conflicts: list[Conflict] = field(default_factory=list)
    notices: list[Notice] = field(default_factory=list)


class QuotedWriter:
    """Writes drafts from evidence. Pure apart from its settings: the same evidence gives the same draft."""

    def __init__(self, index: Index, phrases: Phrases, settings: Settings, bearing: Bearing) -> None:
        self._lexicon = index.lexicon
        self._passages = index.passages
        self._ranker = Ranker(index)
        self._notices = Notices(index.lexicon, phrases)
        self._settings = settings
        self._bearing = bearing

    def draft(self, understood: Understood, evidence: Evidence) -> Draft:
        """An empty list of picks means that the evidence is too thin to answer from."""
        draft = Draft(notices=[*understood.notices, *self._notices.on_codes(understood)])
        if self._is_far(understood, evidence):
            return draft
        ranked = [
            one
            for one in self._ranker.ranked(understood, evidence.candidates)
            if not (one.passage.payer_untold and understood.payers)  # it may be another's
        ]
        rules = self._payer_rules(understood, ranked)
        general = [one for one in ranked if one.passage.payer is None and not one.passage.payer_untold]
        lapsed = self._lapsed(understood, evidence, general[:PAYER_RULES])
        card = _card(understood, ranked)
        ordered = [*self._editions(understood, ranked), *rules, *(card or self._on_subject(understood, ranked))]
        draft.picks = self._fitted(understood, ordered, lapsed)
        if not draft.picks:
            return draft
        own = [one for one in ranked if one.passage.payer in understood.payers]
        asked = set(understood.codes) | self._bearing.kin(understood.codes)
        ruled = any(asked & set(one.passage.codes) for one in rules)
        silent = bool(understood.unknown_payer or (understood.payers and asked and not ruled))
        draft.verdict = None if card else self._verdict(understood, [*own, *general], silent)
        draft.conflicts = self._conflicts(understood, evidence, draft.picks)
        said = {id(passage) for passage, _ in draft.picks}
        shown = [one.passage for one in ranked if one.passage.is_rule and id(one.passage) in said]
        draft.notices += self._notices.on_payers(understood, rules, shown, [one.passage for one in lapsed])
        draft.notices += self._notices.on_documents(understood, [passage for passage, _ in draft.picks])
        return draft

    def honest(self, understood: Understood, evidence: Evidence) -> list[tuple[Passage, int]]:
        """To a request to misreport: what the codes named are not for, and what a claim must never say."""
        ranked = [
            one
            for one in self._ranker.ranked(understood, evidence.candidates)
            if one.passage.record == HONEST_GUIDE
            or (one.passage.section in NOT_FOR and one.passage.record in understood.codes)
        ]
        return self._fitted(understood, ranked, ())[:HONEST]

    def _is_far(self, understood: Understood, evidence: Evidence) -> bool:
        """Whether a question that names neither code nor payer lies far from everything in the library."""
        named = understood.codes or understood.payers or understood.unknown_payer
        nearest = max((candidate.similarity for candidate in evidence.candidates), default=0.0)
        return not named and nearest < self._settings.answer_floor

    def _editions(self, understood: Understood, ranked: Sequence[Ranked]) -> Iterator[Ranked]:
        """First of all, when a code cannot be reported on the date: when it could."""
        out = [code for code in understood.codes if not self._valid(code, understood)]
        yield from (one for one in ranked if one.passage.section == "editions" and one.passage.record in out)

    def _payer_rules(self, understood: Understood, ranked: Sequence[Ranked]) -> list[Ranked]:
        """Rules in force of the payers named that bear on the question, the most telling first."""
        own = [one for one in ranked if one.passage.payer and one.passage.payer in understood.payers]
        rules = [one for one in own if self._bearing.bears(understood, one)]
        near = [one for one in rules if one.score >= rules[0].score - FALLING_OFF]
        # A rule on the very code is said beside one that only mentions it, though it may say less of what was asked.
        asked, topics = set(understood.codes), set(understood.topics)
        near += [one for one in rules if asked & set(one.passage.codes) and topics & set(one.passage.topics)][
            :PAYER_RULES
        ]
        near += [one for one in rules if one.is_row and self._bearing.is_told(understood, one.passage)]
        near = sorted(dict.fromkeys(near), key=lambda one: standing(understood, one))
        return sorted(near, key=lambda one: self._bearing.on_subject(understood, one), reverse=True)[:PAYER_RULES]

    def _on_subject(self, understood: Understood, ranked: Sequence[Ranked]) -> list[Ranked]:
        """What answers by itself, best first; of several codes, each gets its say."""
        allowed = [
            one
            for one in ranked
            if (one.passage.payer is None or one.passage.payer in understood.payers)
            and self._bearing.bears(understood, one)
        ]
        if not allowed:
            return []
        # What tells a code from its neighbours is no answer to what a plan pays or wants to see.
        allowed = [one for one in allowed if not tells_of_neighbours(understood, one)] or allowed
        near = [one for one in allowed if one.score >= allowed[0].score - FALLING_OFF]
        if Topic.COMPARE in understood.topics and len(understood.codes) > 1:
            meanings = [one for one in allowed if one.passage.section == "meaning" and one.position == 0]
            own = [one for code in understood.codes for one in meanings if one.passage.record == code]
            near = [*(one for one in near if _tells_apart(understood, one)), *own]
        near.sort(key=lambda one: not holds_on(understood.date_of_service, one.text))
        near.sort(key=lambda one: standing(understood, one))
        first = [next((one for one in near if one.passage.record == code), None) for code in understood.codes[:3]]
        leading = [
            *self._chosen(understood, allowed),
            *self._asked_section(understood, allowed),
            *near[:2],
            *(one for one in first if one is not None),
            *near[2:3],
            *self._charting(understood, allowed),
            *self._example(understood, ranked),
        ]
        return list(dict.fromkeys([*leading, *near]))

    def _chosen(self, understood: Understood, ranked: Sequence[Ranked]) -> list[Ranked]:
        """When each code that what was done decides for is used, for who asks for nothing but the code."""
        if understood.yes_no or set(understood.topics) - WHICH_CODE:
            return []
        tells = [one for one in ranked if one.passage.section in ("use_when", "meaning")]
        best = [next((one for one in tells if one.passage.record == code), None) for code in understood.chosen]
        return [one for one in best if one is not None]

    def _asked_section(self, understood: Understood, ranked: Sequence[Ranked]) -> list[Ranked]:
        """What the code's own entry says where the question names the section: what to chart, to send, why denied."""
        wanted = [section for topic in understood.topics[:2] for section in ASKED_FOR.get(topic, ())]
        picks: list[Ranked] = []
        for section in dict.fromkeys(wanted):
            for code in understood.codes[:2]:
                own = [one for one in ranked if one.passage.section == section and one.passage.record == code]
                picks += own[:SECTION_SENTENCES]
        return picks

    def _example(self, understood: Understood, ranked: Sequence[Ranked]) -> list[Ranked]:
        """What one payer does with the codes asked about: an example where none was named, never the answer itself."""
        if understood.payers or understood.unknown_payer:
            return []
        asked, topics = set(understood.codes), set(understood.topics)
        return [
            one
            for one in ranked
            if one.passage.is_rule
            and one.passage.exact_codes
            and asked & set(one.passage.codes)
            and topics & set(one.passage.topics)
            and self._bearing.bears(understood, one)
        ][:1]

    def _charting(self, understood: Understood, ranked: Sequence[Ranked]) -> list[Ranked]:
        """Who asks whether a code may be billed is told what the chart must hold for it."""
        if len(understood.codes) != 1 or not understood.yes_no or not PERMISSION & set(understood.topics):
            return []
        chart = [one for one in ranked if one.passage.section == "document" and one.passage.record in understood.codes]
        return chart[:1]

    def _lapsed(self, understood: Understood, evidence: Evidence, said: Sequence[Ranked]) -> list[Ranked]:
        """The rule that does not hold on the date of service but bears on the question, and best on its answer too."""
        asked = set(understood.codes)
        answered = {code for one in said for code in codes_in(one.text)} - asked
        ranked = sorted(
            self._ranker.ranked(understood, evidence.lapsed),
            key=lambda one: (not answered & set(one.passage.codes), -one.score),
        )
        bearing = [
            one
            for one in ranked
            if (one.passage.payer in understood.payers or not understood.payers)
            and (not asked or asked & {*one.passage.codes, *codes_in(one.text)})
            and (len(asked) < 2 or Topic.BUNDLING not in understood.topics or names_all(understood, one))
        ]
        if understood.payers:
            return bearing[:1]
        # Of a payer that nobody named, only what it said of just these codes is worth telling.
        own = [one for one in bearing if asked & set(codes_in(one.text)) and len(one.passage.codes) <= FEW_CODES]
        return own[:1] if PERMISSION & set(understood.topics[:1]) else []

    def _verdict(self, understood: Understood, deciding: Sequence[Ranked], silent: bool) -> Verdict | None:
        """What the date decides comes first, then what the payer's rules and the library at large say.

        Whether a payer pays cannot be told where it is `silent` on all codes asked about.
        """
        valid = [self._valid(code, understood) for code in understood.codes]
        if understood.yes_no and valid and not any(valid):
            # "Has it been replaced?" is answered by a yes.
            return Verdict.YES if GONE.search(understood.question) else Verdict.NO
        if understood.yes_no and all(valid) and self._asks_whether_valid_then(understood):
            return Verdict.YES
        if understood.yes_no and valid and _asks_for_validity_alone(understood):
            return Verdict.YES if all(valid) else Verdict.DEPENDS
        if understood.yes_no and silent and COVERS.search(understood.question):
            return Verdict.DEPENDS
        return verdict_of(understood, deciding)

    def _asks_whether_valid_then(self, understood: Understood) -> bool:
        """Whether the editions are what is asked, of a code that came or went: "was D9248 still good that day"."""
        if not understood.dated or not understood.codes or THEN.search(understood.question) is None:
            return False
        entries = [self._lexicon.code[code] for code in understood.codes if code in self._lexicon.code]
        year = understood.date_of_service.year
        return any(entry.deleted is not None or year - (entry.added or 0) <= NEW_YEARS for entry in entries)

    def _valid(self, code: str, understood: Understood) -> bool:
        entry = self._lexicon.code.get(code)
        return entry is not None and entry.valid_on(understood.date_of_service)

    def _fitted(
        self, understood: Understood, ordered: Iterable[Ranked], closing: Sequence[Ranked]
    ) -> list[tuple[Passage, int]]:
        """Without near repeats and other payers, within an answer's limits; `closing` keeps its place at the end."""
        chosen: list[Ranked] = []
        words = sum(len(one.text.split()) for one in closing)
        for one in ordered:
            length = len(one.text.split())
            if len(chosen) + len(closing) >= self._settings.statements:
                break
            if words + length > self._settings.words and chosen:
                continue
            # Rows of one table are alike but for what they are on.
            if any(_repeats(one.text, other.text) for other in chosen if not (one.is_row and other.is_row)):
                continue
            if self._tells_of_another_payer(understood, one):
                continue
            chosen.append(one)
            words += length
        # What holds stands before what ended, even where the two say nearly the same.
        ending = [one for one in closing if not any(_repeats(one.text, other.text) for other in chosen)]
        return [(one.passage, one.position) for one in (*chosen, *ending)] if chosen else []

    def _tells_of_another_payer(self, understood: Understood, one: Ranked) -> bool:
        """What some other payer did is no answer where one was named, nor what a document says of nobody knows whom."""
        if not understood.payers or one.passage.payer is not None:
            return False
        told = {payer for group in payers_in(one.text, self._lexicon) for payer in group.split("/")}
        return (bool(told) or one.passage.kind is PassageKind.DOCUMENT) and not told & set(understood.payers)

    def _conflicts(
        self, understood: Understood, evidence: Evidence, picks: Sequence[tuple[Passage, int]]
    ) -> list[Conflict]:
        """Disagreements on record about the codes named that touch what was asked, and between rules of one payer."""
        topics = set(understood.topics) or {Topic.MEANING}
        on_codes = [
            Conflict(
                claim=candidate.passage.sentences[0].text,
                followed=candidate.passage.sentences[1].text,
                claimed_by=candidate.passage.sentences[0].sources,
                follows=candidate.passage.sentences[1].sources,
            )
            for candidate in sorted(evidence.candidates, key=lambda candidate: -candidate.similarity)
            if candidate.passage.kind is PassageKind.DISAGREEMENT
            and candidate.passage.record in understood.codes
            and candidate.similarity >= (TOUCHED if set(candidate.passage.topics) & topics else DISPUTED)
        ]
        said = [passage for passage, _ in picks if passage.kind is PassageKind.RULE]
        others = [
            _between(rule, other)
            for rule in said
            for name in rule.conflicts_with
            if (other := self._passages.get(name)) is not None and other.in_force(understood.date_of_service)
        ]
        return [*on_codes, *dict.fromkeys(others)][:2]


def _between(one: Passage, other: Passage) -> Conflict:
    """Two rules of one payer that disagree; the stronger source is followed, of equals the later one."""

    def strength(rule: Passage) -> tuple[int, str]:
        source = rule.sentences[0].sources[0]
        return (-source.authority.rank, source.published or "")

    followed, left = (one, other) if strength(one) >= strength(other) else (other, one)
    return Conflict(
        claim=left.text, followed=followed.text,
        claimed_by=left.sentences[0].sources, follows=followed.sentences[0].sources,
    )  # fmt: skip


def _card(understood: Understood, ranked: Sequence[Ranked]) -> list[Ranked]:
    """What a code's number alone gets: the first sentences of the sections that tell what it is and when to use it."""
    rest = content_words(understood.search) | numbers_in(understood.search)
    asks_meaning = understood.topics == (Topic.MEANING,) and len(rest) <= 2
    if len(understood.codes) != 1 or not (asks_meaning or not (rest or understood.topics)):
        return []
    own = [one for one in ranked if one.passage.record == understood.codes[0]]
    rows = [[one for one in own if one.passage.section == section] for section in CARD]
    firsts = [sorted(row, key=lambda one: one.position) for row in rows if row]
    return [*(row[0] for row in firsts), *(row[1] for row in firsts if len(row) > 1)]


def _asks_for_validity_alone(understood: Understood) -> bool:
    """So does "is D0145 still valid?", and "can I still use D0145, he turned three" does not."""
    rest = content_words(understood.search)
    plain = len(rest) <= VALIDITY_WORDS and age_in(understood.question) is None
    return understood.topics[:1] == (Topic.VALIDITY,) and plain


def _tells_apart(understood: Understood, one: Ranked) -> bool:
    """Whether the sentence speaks of two of the codes that are compared."""
    return len(set(understood.codes) & {one.passage.record, *codes_in(one.text)}) > 1


def _repeats(text: str, said: str) -> bool:
    """Whether `text` adds next to nothing to `said`."""
    words = content_words(text) | numbers_in(text) | set(codes_in(text))
    return len(words & (content_words(said) | numbers_in(said) | set(codes_in(said)))) >= REPEATED * len(words)
