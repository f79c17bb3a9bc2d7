"""Yes, no or it depends: what the evidence says to a question that such a word answers.

Known questions lend their verdicts, each with a weight that grows steeply with how surely it asks the same, and the
sentences that say most of what was asked speak for themselves. An age outside the leading sentences' ages, or a visit
sooner than their interval, speaks for no. The verdict with the most weight is given.
"""

from __future__ import annotations

import math
import re
from collections.abc import Sequence

from assistant.lexicon import codes_in, identifiers_in
from assistant.limits import Clue, clues, holds_on
from assistant.proof import numbers_in, same_polarity
from assistant.rank import Ranked
from assistant.types import PassageKind, Topic, Understood, Verdict

PERMISSION = frozenset(
    {Topic.USE, Topic.TELEHEALTH, Topic.ELIGIBILITY, Topic.CASE_MANAGEMENT, Topic.CLAIM_SUBMISSION, Topic.BUNDLING}
)
# A rule's verdict says whether the payer allows the codes; it does not answer questions on these.
SPECIFIC = frozenset(
    {Topic.DOCUMENTATION, Topic.ATTACHMENTS, Topic.FREQUENCY, Topic.DENIAL, Topic.APPEAL, Topic.FEE,
     Topic.TIMELY_FILING, Topic.VALIDITY, Topic.PRIOR_AUTHORIZATION}
)  # fmt: skip

KNOWN = 14  # known questions that are heard
SPEAKING = 5  # sentences that are heard
DIVIDED = 0.86  # of the weight of the strongest verdict, from which another makes it depend
SAME = 0.78  # likeness from which a known question asks the same
STEEPNESS = 6.0  # of the weight over likeness
STANDING = 0.3  # of the weight over how far the sentence stands below the best
OTHER_NUMBER = 0.06  # taken off for an age, count or limit that only one of the two questions names
OTHER_POLARITY = 0.10  # taken off where only one of the two asks "without" or "not"
OTHER_PAYER = 0.15  # taken off for what is not of the payer named, where that payer has rules on the codes
OTHER_CODE = 0.15  # taken off for a known question on other codes, denial codes or boxes
SENTENCE = (0.20, 0.50)  # likeness of a sentence: a start, and what the share of the question's words that it says adds

LEADING = 2  # sentences whose ages and intervals are compared with the case
STANDS_NEAR = 1.0  # by which such a sentence may score less than the best

CELL = r"[^:;]{0,30}: (yes|no|y|n|required|not required|covered|not covered)(?=[.;]|$)"
LABELS = {
    Topic.PRIOR_AUTHORIZATION: rf"\b(?:(?:pre-?|prior )?authorization|pre-?auth|PA|predetermination){CELL}",
    Topic.ELIGIBILITY: rf"\b(?:covered|coverage|payable|billable|benefit){CELL}",
}
"""Topic -> the name of the column that answers it, and its cell."""
DENYING = {"no", "n", "not required", "not covered"}
WITHOUT = re.compile(r"\b(?:without|skip|no need|not need|excluded?|denied)\b", re.IGNORECASE)
CLAUSES = re.compile(r"[;.]\s+|,\s+(?:and|but)\s+|,\s+(?=(?:does|is|are|not)\b)")
ANY_CODE = re.compile(
    r"\b(?:is there|any|there'?s|have) (?:a |any |some )?(?:other |separate |cdt )?codes?\b", re.IGNORECASE
)
BEYOND, KEPT = {Clue.TOO_SOON, Clue.TOO_MANY}, {Clue.LATE_ENOUGH, Clue.FEW_ENOUGH}  # of a limit on how often

DEPENDS = re.compile(r"\bdepends?\b|\bsome (?:plans|payers|contracts)\b|\bby plan\b|\bup to the plan\b", re.IGNORECASE)
NO = re.compile(
    r"^(?:Do not|Never|No)\b|\b(?:may|can|must|should|do|does|did|is|are|was|were|will) not\b|\bcannot\b|\bneeds? no\b|"
    r"\brequires? no\b|\bno (?:longer|separate|prior|service)\b|\b(?:exclud|refus|den(?:y|ies|ied)|disallow)\w*|"
    r"\bnever\b",
    re.IGNORECASE,
)
RESTRICTS = re.compile(
    r"\b(?:only|limits?|limited|except|unless|under|younger|older|up to|at most|once|twice|every|per|not|no|without)\b",
    re.IGNORECASE,
)
LIMITS_FREQUENCY = re.compile(r"\b(?:once|one|twice|limits?|per|every|allows?|least)\b", re.IGNORECASE)
DEADLINE = re.compile(
    r"\b(?:fil(?:e|ed|ing)|submit\w*|appeals?|reconsideration|receive[sd]?|dispute|adjustment)\b", re.IGNORECASE
)
YES_CODE = re.compile(r"\b(?:use|report|bill) (?:code )?D\d{4}\b", re.IGNORECASE)
YES = re.compile(
    r"^(?:Use|Report|Bill)\b|\b(?:may|can) be (?:billed|reported|used)\b|\bis often billed\b|"
    r"\b(?:covers?|pays?|allows?|fits?|requires?|needs?|wants?|accepts?|stands)\b",
    re.IGNORECASE,
)


def verdict_of(understood: Understood, ranked: Sequence[Ranked]) -> Verdict | None:
    """The verdict of the evidence, `ranked` best first and already narrowed to what may decide."""
    if not understood.yes_no:
        return None
    ranked = [one for one in ranked if holds_on(understood.date_of_service, one.text)]
    if (told := _cell(understood, ranked)) is not None:
        return told
    if ANY_CODE.search(understood.question) and ranked and _names_a_code(ranked[0]):
        return Verdict.YES
    weights: dict[Verdict, float] = {}
    known = _known(understood, ranked)
    best_score = max((one.score for one in ranked), default=0.0)
    for verdict, likeness, score in (*known, *_speaking(understood, ranked)):
        weight = math.exp(STEEPNESS * likeness + STANDING * (score - best_score))
        weights[verdict] = weights.get(verdict, 0.0) + weight
    case = _case(understood, ranked)
    if case is not None:
        weights[case] = weights.get(case, 0.0) + sum(weights.values())
    rulings = _rulings(understood, ranked)
    if len(rulings) > 1:
        return Verdict.DEPENDS
    if not weights:
        return next(iter(rulings), Verdict.DEPENDS)
    best, *others = sorted(weights, key=lambda verdict: -weights[verdict])
    if others and weights[others[0]] >= DIVIDED * weights[best]:
        return Verdict.DEPENDS
    if best is Verdict.YES and ranked and RESTRICTS.search(ranked[0].text):
        # A limit may be what this very case breaks, so only a known question that asks the same says yes.
        sure = any(verdict is best and likeness >= SAME for verdict, likeness, _ in known)
        return best if sure or case is best else Verdict.DEPENDS
    return best


def _names_a_code(one: Ranked) -> bool:
    """Whether the sentence tells the code to report."""
    tells = one.passage.section in ("meaning", "use_when", "neighbours") or YES_CODE.search(one.text) is not None
    return tells and NO.search(one.text) is None and bool(codes_in(one.text))


def _case(understood: Understood, ranked: Sequence[Ranked]) -> Verdict | None:
    """What the patient's age and the time since the last service come to under the sentences that lead."""
    within = False
    for one in ranked[:LEADING]:
        if one.score < ranked[0].score - STANDS_NEAR:
            break
        limits = LIMITS_FREQUENCY.search(one.text) is not None and DEADLINE.search(one.text) is None
        for clause in CLAUSES.split(one.text):
            found = clues(understood.search, clause, understood.date_of_service)
            refuses = NO.search(clause) is not None
            if (Clue.WITHIN_AGES if refuses else Clue.OUTSIDE_AGES) in found or (limits and BEYOND & set(found)):
                return Verdict.NO
            within = within or (Clue.WITHIN_AGES in found and not refuses) or (limits and bool(KEPT & set(found)))
    return Verdict.YES if within else None


def _rulings(understood: Understood, ranked: Sequence[Ranked]) -> set[Verdict]:
    """What the rules of the payers named say of just the codes asked about, to whether they may be billed."""
    asked = set(understood.codes)
    if not PERMISSION & set(understood.topics) or SPECIFIC & set(understood.topics):
        return set()
    return {
        one.passage.verdict
        for one in ranked
        if one.passage.verdict is not None
        and one.passage.kind is PassageKind.RULE
        and one.passage.payer in understood.payers
        and one.passage.exact_codes
        and asked
        and asked <= set(one.passage.codes)
    }


def _cell(understood: Understood, ranked: Sequence[Ranked]) -> Verdict | None:
    """What a row of the payer's own table says by a yes or a no under what is asked: "Prior authorization: Yes"."""
    labels = [pattern for topic, pattern in LABELS.items() if topic in understood.topics]
    asked = set(understood.codes)
    for one in ranked:
        own = one.passage.kind is PassageKind.DOCUMENT and one.passage.payer in understood.payers
        if not (own and asked and asked <= set(one.passage.codes)):
            continue
        found = {match[1].lower() for label in labels for match in re.finditer(label, one.text, re.IGNORECASE)}
        if len(found) == 1:
            said = not found <= DENYING
            return Verdict.YES if said is (WITHOUT.search(understood.question) is None) else Verdict.NO
    return None


def _known(understood: Understood, ranked: Sequence[Ranked]) -> list[tuple[Verdict, float, float]]:
    """Verdicts of known questions with their likeness and score, each question once."""
    heard: dict[str, tuple[Verdict, float, float]] = {}
    for one in sorted(ranked, key=lambda one: -(one.asked_cosine + one.score / 10)):
        if one.asked is None or one.asked.verdict is None or one.asked.question in heard:
            continue
        likeness = one.asked_cosine - _distance(understood, one, one.asked.question)
        if numbers_in(understood.search) != numbers_in(one.asked.question):
            likeness -= OTHER_NUMBER
        if identifiers_in(understood.search) != identifiers_in(one.asked.question):
            likeness -= OTHER_CODE
        if not same_polarity(understood.question, one.asked.question):
            likeness -= OTHER_POLARITY
        heard[one.asked.question] = (one.asked.verdict, likeness, one.score)
        if len(heard) == KNOWN:
            break
    return list(heard.values())


def _speaking(understood: Understood, ranked: Sequence[Ranked]) -> list[tuple[Verdict, float, float]]:
    start, share = SENTENCE
    return [
        (verdict, start + share * one.overlap - _distance(understood, one, one.text), one.score)
        for one in ranked[:SPEAKING]
        if (verdict := said_by(one.text)) is not None
    ]


def _distance(understood: Understood, one: Ranked, text: str) -> float:
    """What is taken off for codes asked about that neither the text nor its record names, and for another payer."""
    away = OTHER_PAYER if understood.payers and one.passage.payer not in understood.payers else 0.0
    if not understood.codes:
        return away
    there = [code for code in understood.codes if code in text or code in {one.passage.record, *one.passage.codes}]
    return away + OTHER_CODE * (1.0 - len(there) / len(understood.codes))


def said_by(text: str) -> Verdict | None:
    """What a sentence says by itself to "may I" or "is it so"."""
    if DEPENDS.search(text):
        return Verdict.DEPENDS
    if NO.search(text):
        return Verdict.NO
    return Verdict.YES if YES.search(text) else None
