"""The built-in writer: composes an answer from the evidence's own sentences, word for word.

The question's topics pick the sections, retrieval has picked the records, and the order is that of a biller at the
claim form: the payer's rule for that date, then the answer to the question, then what to chart or send, then caution.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field

from assistant.lexicon import Lexicon, codes_in
from assistant.notices import Notices
from assistant.phrases import Phrases
from assistant.proof import content_words, numbers_in
from assistant.settings import Settings
from assistant.types import (
    Authority,
    Candidate,
    Conflict,
    Evidence,
    Notice,
    Passage,
    PassageKind,
    Topic,
    Understood,
    Verdict,
)

# Which sections of a code's entry answer which topic, best first.
SECTIONS: dict[Topic, tuple[str, ...]] = {
    Topic.MEANING: ("meaning", "use_when"),
    Topic.USE: ("use_when", "not_when"),
    Topic.COMPARE: ("neighbours", "use_when"),
    Topic.TELEHEALTH: ("use_when", "not_when"),
    Topic.CASE_MANAGEMENT: ("meaning", "use_when"),
    Topic.DOCUMENTATION: ("document", "attach"),
    Topic.ATTACHMENTS: ("attach", "document"),
    Topic.DENIAL: ("denials", "document"),
    Topic.APPEAL: ("denials", "document", "attach"),
    Topic.BUNDLING: ("not_with", "billed_with"),
    Topic.VALIDITY: ("editions", "meaning"),
    Topic.FREQUENCY: ("payer_examples", "meaning"),
    Topic.ELIGIBILITY: ("payer_examples", "denials"),
    Topic.FEE: ("payer_examples",),
    Topic.WHO: ("use_when", "document"),
    Topic.PRIOR_AUTHORIZATION: ("payer_examples", "attach"),
}
CARD = ("meaning", "use_when", "not_when", "document")  # what a bare code number gets
PERMISSION = frozenset(
    {Topic.USE, Topic.TELEHEALTH, Topic.ELIGIBILITY, Topic.CASE_MANAGEMENT, Topic.CLAIM_SUBMISSION, Topic.BUNDLING}
)
# A rule's verdict says whether the payer allows the codes; it does not answer questions on these.
SPECIFIC = frozenset(
    {Topic.DOCUMENTATION, Topic.ATTACHMENTS, Topic.FREQUENCY, Topic.DENIAL, Topic.APPEAL,
     Topic.FEE, Topic.TIMELY_FILING, Topic.VALIDITY}
)  # fmt: skip
ASIDE = frozenset({"editions", "billed_with", "not_with", "payer_examples", "attach"})  # only said when asked about
ANSWERING = frozenset({PassageKind.CODE, PassageKind.GUIDE, PassageKind.QUESTION, PassageKind.CHANGE})
NEAREST_RECORDS = 2
PAYER_RULES = 3
LAPSED_RULES = 1
SECTION_SENTENCES = 2
VERDICT_MATCH = 0.5  # cosine from which a stored question lends its verdict
REPEATED = 0.7  # share of a sentence's words and codes that another already says, from which it adds nothing
TOPIC_MATCH = 0.12  # what a stored question on the same topic gains in the comparison
NAMED_PAYERS_RULE = 0.42  # bearing from which the nearest rule of a named payer is worth saying
UNASKED_LAPSED = 0.85  # bearing from which an ended rule of a payer nobody named is worth saying
CODELESS_RULE = 0.5  # cosine from which a rule that names no code is about a question that does
TRAILING = 0.3  # by which a further rule may bear less than the best one
RELATED_RULE = 0.62  # bearing from which a rule is worth saying: close wording alone, or a code in common with it


@dataclass(slots=True)
class Draft:
    """What the writer proposes, before the proof gate: sentences by passage and position, in reading order."""

    verdict: Verdict | None = None
    picks: list[tuple[Passage, int]] = field(default_factory=list)
    conflicts: list[Conflict] = field(default_factory=list)
    notices: list[Notice] = field(default_factory=list)


class QuotedWriter:
    """Writes drafts from evidence. Pure apart from its settings: the same evidence gives the same draft."""

    def __init__(self, lexicon: Lexicon, phrases: Phrases, settings: Settings) -> None:
        self._lexicon = lexicon
        self._notices = Notices(lexicon, phrases)
        self._settings = settings

    def draft(self, understood: Understood, evidence: Evidence) -> Draft:
        """An empty list of picks means that the evidence is too thin to answer from."""
        draft = Draft(notices=[*understood.notices, *self._notices.on_codes(understood)])
        rules = self._payer_rules(understood, evidence)
        stored = self._stored_question(understood, evidence)
        lapsed = self._lapsed_rules(understood, evidence, stored)
        draft.verdict = self._verdict(understood, rules, stored)
        picks = [*self._editions(understood, evidence), *((rule.passage, 0) for rule in rules)]
        if stored is not None:
            picks += _all_of(stored.passage)
        picks += self._section_picks(understood, evidence, stored)
        picks += [(rule.passage, 0) for rule in self._examples(understood, evidence)]
        closing = [(rule.passage, 0) for rule in lapsed]
        draft.picks = self._fit(picks, closing, understood)
        if not draft.picks:
            return draft
        draft.conflicts = self._conflicts(understood, evidence, stored)
        said = [passage for passage, _ in draft.picks]
        shown = [rule for rule in (*rules, *self._examples(understood, evidence)) if rule.passage in said]
        draft.notices += self._notices.on_payers(understood, rules, shown, lapsed)
        return draft

    def _editions(self, understood: Understood, evidence: Evidence) -> Iterator[tuple[Passage, int]]:
        """First of all, when a code cannot be reported on the date: when it could."""
        out = [code for code, valid in zip(understood.codes, self._valid(understood), strict=True) if not valid]
        for candidate in evidence.candidates:
            if candidate.passage.section == "editions" and candidate.passage.record in out:
                yield from _all_of(candidate.passage)

    def _payer_rules(self, understood: Understood, evidence: Evidence) -> list[Candidate]:
        """Rules of the payers named that bear on the question, in force on the date of service, most telling first."""
        rules = [
            candidate
            for candidate in evidence.candidates
            if candidate.passage.kind is PassageKind.RULE
            and candidate.passage.payer in understood.payers
            and _speaks_of(candidate, understood)
        ]
        ranked = sorted(rules, key=lambda rule: -self._bearing(rule, understood))
        if not ranked:
            return []
        # The payer was named, so its nearest rule is worth saying even when the wording is far from the question's.
        best = self._bearing(ranked[0], understood)
        least = max(RELATED_RULE, best - TRAILING) if best >= RELATED_RULE else best
        kept = [rule for rule in ranked if self._bearing(rule, understood) >= max(least, NAMED_PAYERS_RULE)]
        return kept[: PAYER_RULES if best >= RELATED_RULE else 1]

    def _bearing(self, rule: Candidate, understood: Understood) -> float:
        """How much a rule has to do with the question: its wording, its codes and its topic."""
        passage = rule.passage
        shared = set(passage.codes) & set(understood.codes)
        if understood.codes and passage.codes and not shared:
            return 0.0
        bearing = rule.similarity
        if shared:
            bearing += (0.3 if passage.exact_codes else 0.2) * len(shared) / len(understood.codes)
        if set(passage.topics) & set(understood.topics):
            bearing += 0.1
        if passage.verdict is not None and understood.yes_no and PERMISSION & {*understood.topics, *passage.topics}:
            bearing += 0.15
        return bearing

    def _stored_question(self, understood: Understood, evidence: Evidence) -> Candidate | None:
        """The stored question that asks the same, if one is close enough."""
        questions = [
            candidate
            for candidate in evidence.candidates
            if candidate.passage.kind is PassageKind.QUESTION
            and candidate.passage.record in (understood.codes or (candidate.passage.record,))
            and set(understood.codes) <= set(codes_in(candidate.passage.searchable))
        ]
        if not questions:
            return None

        def closeness(candidate: Candidate) -> float:
            same_topic = bool(set(candidate.passage.topics) & set(understood.topics))
            return candidate.similarity + (TOPIC_MATCH if same_topic else 0.0)

        best = max(questions, key=closeness)
        return best if closeness(best) >= self._settings.question_match else None

    def _verdict(self, understood: Understood, rules: list[Candidate], stored: Candidate | None) -> Verdict | None:
        """The payer's own verdict for that date, else that of the stored question, else that it depends."""
        asked = understood.yes_no or (not understood.open and stored is not None)
        if not asked:
            return None
        if self._none_valid(understood):
            return Verdict.NO
        if understood.topics[:1] == (Topic.VALIDITY,) and understood.codes:
            return Verdict.YES if self._all_valid(understood) else Verdict.DEPENDS
        verdicts = self._rule_verdicts(understood, rules)
        if len(verdicts) == 1:
            return verdicts.pop()
        if verdicts:
            return Verdict.DEPENDS
        # Close enough to be quoted is not close enough to lend its verdict.
        if stored is not None and stored.passage.verdict is not None and Topic.VALIDITY not in stored.passage.topics:
            return stored.passage.verdict if stored.similarity >= VERDICT_MATCH else Verdict.DEPENDS
        return Verdict.DEPENDS if understood.codes or rules else None

    def _valid(self, understood: Understood) -> list[bool]:
        """For each code named, whether it can be reported on the date of service."""
        entries = [self._lexicon.code.get(code) for code in understood.codes]
        return [entry is not None and entry.valid_on(understood.date_of_service) for entry in entries]

    def _none_valid(self, understood: Understood) -> bool:
        return bool(understood.codes) and not any(self._valid(understood))

    def _all_valid(self, understood: Understood) -> bool:
        return all(self._valid(understood))

    def _rule_verdicts(self, understood: Understood, rules: list[Candidate]) -> set[Verdict]:
        """Verdicts of the rules that name most of the codes asked about, where they answer what was asked.

        A rule on prior authorization says whether it is required; any other whether the payer allows the codes.
        """
        asks_for_authorization = Topic.PRIOR_AUTHORIZATION in understood.topics
        if not asks_for_authorization and SPECIFIC & set(understood.topics):
            return set()
        telling = [rule for rule in rules
                   if (Topic.PRIOR_AUTHORIZATION in rule.passage.topics) == asks_for_authorization]  # fmt: skip
        if understood.codes:
            telling = [rule for rule in telling if set(rule.passage.codes) & set(understood.codes)]
        if not telling:
            return set()
        shared = [len(set(rule.passage.codes) & set(understood.codes)) for rule in telling]
        closest = [rule for rule, count in zip(telling, shared, strict=True) if count == max(shared)]
        return {rule.passage.verdict for rule in closest if rule.passage.verdict is not None}

    def _section_picks(
        self, understood: Understood, evidence: Evidence, stored: Candidate | None
    ) -> Iterator[tuple[Passage, int]]:
        """Sentences of the named codes' sections; without a code, the sentences nearest to the question."""
        if not understood.codes:
            yield from self._nearest_sentences(understood, evidence)
            return
        passages = _by_section(evidence)
        for code in understood.codes:
            if (code, "meaning") not in passages:
                yield from self._changes(code, evidence)
        several = len(understood.codes) > 1
        for section in _sections_for(understood, stored is not None):
            for code in understood.codes:
                # The office's own words on a code stand before the shipped ones.
                for passage in sorted(passages.get((code, section), []), key=lambda p: not _is_offices(p)):
                    yield from self._best_sentences(passage, understood, several)

    def _changes(self, code: str, evidence: Evidence) -> Iterator[tuple[Passage, int]]:
        """What the list of CDT changes says of a code that has no entry of its own."""
        for candidate in evidence.candidates:
            if candidate.passage.kind is PassageKind.CHANGE:
                for position, sentence in enumerate(candidate.passage.sentences):
                    if code in codes_in(sentence.text):
                        yield candidate.passage, position

    def _best_sentences(self, passage: Passage, understood: Understood, several: bool) -> list[tuple[Passage, int]]:
        """A section's sentences that share most with the question; between codes, those that name another of them."""
        asked = content_words(understood.search) | numbers_in(understood.search)
        others = set(understood.codes) - {passage.record}

        def share(position: int) -> tuple[int, int, int]:
            text = passage.sentences[position].text
            shared = asked & (content_words(text) | numbers_in(text))
            return (-len(others & set(codes_in(text))), -len(shared), position)

        positions = range(len(passage.sentences))
        if several and passage.section == "neighbours":
            positions_named = [p for p in positions if others & set(codes_in(passage.sentences[p].text))]
            return [(passage, position) for position in positions_named]
        return [(passage, position) for position in sorted(positions, key=share)[:SECTION_SENTENCES]]

    def _nearest_sentences(self, understood: Understood, evidence: Evidence) -> Iterator[tuple[Passage, int]]:
        """Without a code: the passages nearest to the question, of the two records that come nearest."""
        near = [c for c in evidence.candidates
                if c.passage.kind in ANSWERING and c.similarity >= self._settings.answer_floor
                and (c.passage.section not in ASIDE or set(c.passage.topics) & set(understood.topics))]  # fmt: skip
        near.sort(key=lambda candidate: -candidate.similarity)
        records = list(dict.fromkeys(candidate.passage.record for candidate in near))[:NEAREST_RECORDS]
        asked = content_words(understood.search)
        numbers = numbers_in(understood.search)
        for record in records:
            for candidate in [candidate for candidate in near if candidate.passage.record == record][:2]:
                passage = candidate.passage
                if passage.kind is PassageKind.QUESTION:
                    yield from _all_of(passage)
                    continue
                positions = sorted(
                    range(len(passage.sentences)),
                    key=lambda position: _distance(passage.sentences[position].text, asked, numbers),
                )
                yield from ((passage, position) for position in positions[:SECTION_SENTENCES])

    def _examples(self, understood: Understood, evidence: Evidence) -> list[Candidate]:
        """Without a payer, one payer's rule in force on the same topic as an example."""
        if understood.payers or understood.unknown_payer or not understood.codes:
            return []
        rules = [c for c in evidence.candidates if c.passage.kind is PassageKind.RULE and c.passage.exact_codes
                 and set(c.passage.topics) & set(understood.topics)]  # fmt: skip
        ranked = sorted(rules, key=lambda rule: -self._bearing(rule, understood))
        return [rule for rule in ranked if self._bearing(rule, understood) >= RELATED_RULE][:1]

    def _lapsed_rules(self, understood: Understood, evidence: Evidence, stored: Candidate | None) -> list[Candidate]:
        """Rules that do not hold on the date of service but bear on the question, and best on its answer too."""
        answered = set(codes_in(stored.passage.text)) - set(understood.codes) if stored else set()

        def rank(rule: Candidate) -> tuple[bool, float]:
            return (not answered & set(rule.passage.codes), -self._bearing(rule, understood))

        ranked = sorted(evidence.lapsed, key=rank)
        bearing = [rule for rule in ranked if self._bearing(rule, understood) >= RELATED_RULE]
        if understood.payers:
            return [rule for rule in bearing if rule.passage.payer in understood.payers][:LAPSED_RULES]
        if not PERMISSION & set(understood.topics):
            return []
        asked = set(understood.codes)
        bearing = [rule for rule in bearing if self._bearing(rule, understood) >= UNASKED_LAPSED]
        return [rule for rule in bearing if asked & set(codes_in(rule.passage.text))][:LAPSED_RULES]

    def _fit(
        self, picks: Iterable[tuple[Passage, int]], closing: list[tuple[Passage, int]], understood: Understood
    ) -> list[tuple[Passage, int]]:
        """Drop near repeats and what goes over the limits of an answer; `closing` keeps its place at the end."""
        chosen: list[tuple[Passage, int]] = []
        words = sum(len(_text(pick).split()) for pick in closing)
        for pick in picks:
            text = _text(pick)
            if len(chosen) + len(closing) >= self._settings.statements:
                break
            if words + len(text.split()) > self._settings.words and chosen:
                continue
            if any(_repeats(text, _text(other)) for other in (*chosen, *closing)):
                continue
            chosen.append(pick)
            words += len(text.split())
        return [*chosen, *closing] if chosen or understood.payers else []

    def _conflicts(self, understood: Understood, evidence: Evidence, stored: Candidate | None) -> list[Conflict]:
        """Disagreements on record about the named codes that touch the question's topic."""
        topics = {*understood.topics, *(stored.passage.topics if stored else ())} or {Topic.MEANING}
        return [
            Conflict(
                claim=candidate.passage.sentences[0].text,
                followed=candidate.passage.sentences[1].text,
                claimed_by=candidate.passage.sentences[0].sources,
                follows=candidate.passage.sentences[1].sources,
            )
            for candidate in evidence.candidates
            if candidate.passage.kind is PassageKind.DISAGREEMENT
            and candidate.passage.record in understood.codes
            and set(candidate.passage.topics) & topics
        ][:2]


def _by_section(evidence: Evidence) -> dict[tuple[str, str], list[Passage]]:
    """Passages of code entries by code and section: the shipped one, and the office's own."""
    passages: dict[tuple[str, str], list[Passage]] = {}
    for candidate in evidence.candidates:
        if candidate.passage.kind is PassageKind.CODE:
            passages.setdefault((candidate.passage.record, candidate.passage.section), []).append(candidate.passage)
    return passages


def _sections_for(understood: Understood, has_stored: bool) -> list[str]:
    """The sections that answer the question's topics, best first; a bare code gets its card."""
    topics = understood.topics or ((Topic.USE,) if understood.yes_no else ())
    sections = [section for topic in topics for section in SECTIONS.get(topic, ())] or list(CARD)
    if has_stored and PERMISSION & set(topics):
        sections = ["document", *sections]
    if len(understood.codes) > 1 and Topic.COMPARE not in topics:
        sections = ["neighbours", *sections]
    return list(dict.fromkeys(sections))


def _speaks_of(rule: Candidate, understood: Understood) -> bool:
    """Whether a rule is about what was asked: a code in common, or, naming none, the topic and the wording."""
    if not understood.codes or set(rule.passage.codes) & set(understood.codes):
        return True
    on_topic = bool(set(rule.passage.topics) & set(understood.topics))
    return not rule.passage.codes and on_topic and rule.similarity >= CODELESS_RULE


def _is_offices(passage: Passage) -> bool:
    return passage.sentences[0].authority is Authority.OFFICE


def _distance(text: str, asked: set[str], numbers: set[str]) -> tuple[int, int]:
    """For sorting: a number asked about, such as that of a denial code or a box, counts before any word."""
    return (-len(numbers & numbers_in(text)), -len(asked & content_words(text)))


def _repeats(text: str, said: str) -> bool:
    """Whether `text` adds next to nothing to `said`."""
    words = content_words(text) | numbers_in(text) | set(codes_in(text))
    return len(words & (content_words(said) | numbers_in(said) | set(codes_in(said)))) >= REPEATED * len(words)


def _all_of(passage: Passage) -> list[tuple[Passage, int]]:
    return [(passage, position) for position in range(len(passage.sentences))]


def _text(pick: tuple[Passage, int]) -> str:
    passage, position = pick
    return passage.sentences[position].text
