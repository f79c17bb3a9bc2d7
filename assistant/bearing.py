"""Whether a sentence bears on what was asked, however high it scores, and which of those that do come first.

What a weaker source claims is told as a disagreement and never said.
"""

from __future__ import annotations

import re
from collections.abc import Sequence

from assistant.lexicon import Lexicon, codes_in
from assistant.proof import content_words
from assistant.rank import Ranked
from assistant.types import WHICH_CODE, Passage, PassageKind, Topic, Understood

SAYS_IT = 0.45  # share of the question's words that a sentence says, from which it is on the subject
TOLD = 0.75  # the same share, from which a row of a document tells it
TOUCHES = 0.2  # the same share, from which a payer's rule on another topic may be meant
OF_THE_CODE = WHICH_CODE | {Topic.VALIDITY, Topic.TELEHEALTH, Topic.CASE_MANAGEMENT}
EDITION = re.compile(r"\b(?:cdt|edition|code set|20\d\d)\b", re.IGNORECASE)
FIRST_CODES = re.compile(r"D\d{4}(?:(?:[,;/–-]| and| or| to| through)+\s*D\d{4})*")
ASKS_AMOUNT = re.compile(
    r"\b(?:how much|deductible|maximum|max|copay\w*|coinsurance|fee|threshold|percent\w*|"
    r"what (?:does|do|will|would) .{0,40}\bpay|pays? for)\b",
    re.IGNORECASE,
)
AMOUNT = re.compile(r"\$ ?\d|\d ?%|\bnot covered\b", re.IGNORECASE)
PROGRAM = re.compile(r"\b(?:ppo|dhmo|dmo|hmo|epo|indemnity)\b", re.IGNORECASE)
NO_SERVICE = frozenset(
    "dental plan servic patient visit time year code one two per how much more less about befor after each everi last "
    "new first limit cover age wait need get ask bill done exist includ carrier".split()
)
"""Stems in the labels of codes that name no service."""
CHILD = re.compile(r"\b(?:kids?|child(?:ren)?|pediatric|minors?|toddlers?|bab(?:y|ies))\b", re.IGNORECASE)
ADULT = re.compile(r"\b(?:adults?|grown-?ups?|seniors?|elderly)\b", re.IGNORECASE)


class Bearing:
    """Holds the families of codes of one lexicon."""

    def __init__(self, lexicon: Lexicon) -> None:
        self._families = [frozenset(family.codes) for family in lexicon.code_families]
        self._service_words = (
            frozenset(word for entry in lexicon.codes for word in content_words(entry.label)) - NO_SERVICE
        )
        self._payer_pattern = lexicon.payer_pattern

    def bears(self, understood: Understood, one: Ranked) -> bool:
        """Whether the sentence belongs to what was asked.

        Of the codes asked about it names one, or its record does, or its examples are of the same family; a rule or a
        line of a guide that names no code may stand for all.
        """
        passage = one.passage
        if passage.kind is PassageKind.DISAGREEMENT and one.position == 0:
            return False
        if passage.kind is PassageKind.CHANGE and not _is_asked_change(understood, one):
            return False
        asked = set(understood.codes)
        if passage.kind is PassageKind.DOCUMENT and not _is_in_document(understood, one):
            return False
        if passage.is_rule and not asked and not set(passage.topics) & set(understood.topics):
            return one.overlap >= TOUCHES
        if not asked or asked & {passage.record, *passage.codes, *codes_in(one.text)}:
            return True
        if passage.is_rule:
            of_all = not passage.codes and bool(set(passage.topics) & set(understood.topics))
            return of_all or (not passage.exact_codes and bool(self.kin(understood.codes) & set(passage.codes)))
        return passage.kind in (PassageKind.GUIDE, PassageKind.DOCUMENT) and not codes_in(one.text)

    def on_subject(self, understood: Understood, one: Ranked) -> tuple[int, float]:
        """How far a document's sentence is on what is asked: how many words of the services asked about it says, and
        the share of a row's label that the question says. A rule on record counts as wholly on it.

        A document is on everything, and in a table of limits all rows are alike but for the service that they name.
        """
        words = self._wanted(understood)
        services = words & self._service_words
        if one.passage.kind is not PassageKind.DOCUMENT:
            return len(services), 1.0
        label = content_words(one.label)
        return len(services & content_words(one.text)), len(label & words) / len(label) if label else 0.0

    def is_told(self, understood: Understood, passage: Passage) -> bool:
        """Whether a row of a document of the payer named tells what is asked, whatever it is: "annual maximum"."""
        words = self._wanted(understood)
        said = content_words(passage.text)
        amount = Topic.FEE in passage.topics and bool(words & said & self._service_words)
        covered = bool(words) and len(words & said) >= TOLD * len(words)
        return passage.is_row and passage.payer in understood.payers and (amount or covered)

    def _wanted(self, understood: Understood) -> set[str]:
        """The words of a question, less the payer's name, which says nothing of what is asked."""
        return content_words(self._payer_pattern.sub(" ", understood.search))

    def kin(self, codes: Sequence[str]) -> set[str]:
        """The codes of the families that the codes belong to."""
        return {code for family in self._families if not family.isdisjoint(codes) for code in family}


def standing(understood: Understood, one: Ranked) -> int:
    """0 for what comes first, more for what stands behind: a sort key that keeps the order of equals.

    Of codes that are billed together, what speaks of all stands before what speaks of one with some other. A sentence
    on another code, which only mentions one asked about, stands behind those on that one; one on adults stands behind
    where children are asked about, and the other way round; of a document, what tells an amount stands before what only
    speaks of amounts, where one is asked for.
    """
    first = FIRST_CODES.search(one.text)
    subject = set(codes_in(first.group())) if first else set()
    behind = 0
    if len(understood.codes) > 1 and Topic.BUNDLING in understood.topics:
        behind += not names_all(understood, one)
    if one.passage.is_rule and subject and understood.codes and not subject & set(understood.codes):
        behind += 1
    if one.passage.kind is PassageKind.DOCUMENT and not understood.yes_no and ASKS_AMOUNT.search(understood.question):
        behind += AMOUNT.search(one.text) is None
    behind += one.passage.kind is PassageKind.DOCUMENT and _is_of_another_program(understood, one)
    return behind + (_age_group(understood.question) * _age_group(one.text) < 0)


def names_all(understood: Understood, one: Ranked) -> bool:
    """Whether the sentence, or its record, names every code asked about."""
    return set(understood.codes) <= {one.passage.record, *codes_in(one.text)}


def tells_of_neighbours(understood: Understood, one: Ranked) -> bool:
    """Whether a sentence sets a code apart from one that is not asked about, though which code to use is not asked."""
    if one.passage.section != "neighbours" or not understood.topics or OF_THE_CODE & set(understood.topics):
        return False
    return bool({one.passage.record, *codes_in(one.text)} - set(understood.codes))


def _is_of_another_program(understood: Understood, one: Ranked) -> bool:
    """Whether the question names a kind of plan, and the document is of another: a DHMO's copay is no PPO's."""
    asked = {name.lower() for name in PROGRAM.findall(understood.question)}
    return bool(asked) and one.passage.program is not None and one.passage.program.lower() not in asked


def _age_group(text: str) -> int:
    """1 for adults, -1 for children, 0 where a text names neither or both."""
    return bool(ADULT.search(text)) - bool(CHILD.search(text))


def _is_in_document(understood: Understood, one: Ranked) -> bool:
    """Whether a sentence of a document, which may be on anything, is on the code or the topic asked about."""
    asked, named = set(understood.codes), set(codes_in(one.text))
    if named:
        return bool(asked & named) if asked else one.overlap >= SAYS_IT
    topics = set(understood.topics)
    return not topics or bool(topics & set(one.passage.topics)) or one.overlap >= SAYS_IT


def _is_asked_change(understood: Understood, one: Ranked) -> bool:
    """False for what an edition changed where no code of it and no edition is asked about.

    "The lab added a clasp" shares only its words.
    """
    if set(codes_in(one.text)) & set(understood.codes):
        return True
    return Topic.VALIDITY in understood.topics or EDITION.search(understood.question) is not None
