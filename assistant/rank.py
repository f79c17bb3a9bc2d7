"""Which sentences answer the question: a linear model over what is known of a question and a sentence together.

The features are closeness in meaning and in rare words, names in common, and what kind of sentence it is for what is
asked. Their weights (ranking.yaml) are learned from the `dev` cases by `python -m evals --train`, pairwise (Joachims,
KDD 2002): a sentence that says what a right answer must say should stand above one that does not.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

import yaml

from assistant.index import Index
from assistant.lexicon import codes_in, identifiers_in
from assistant.proof import content_words, numbers_in
from assistant.types import Asked, Authority, Candidate, Passage, PassageKind, Sentence, Topic, Understood

WEIGHTS = Path(__file__).with_name("ranking.yaml")

# Which sections of a code's entry answer which topic, best first.
SECTIONS: dict[Topic, tuple[str, ...]] = {
    Topic.MEANING: ("meaning", "use_when"),
    Topic.USE: ("use_when", "not_when"),
    Topic.COMPARE: ("neighbours", "not_when", "use_when"),
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
NEAR = 0.55  # cosine from which closeness counts more: below it lies much that only shares the subject


@dataclass(frozen=True, slots=True)
class Ranked:
    """A sentence with its score, and the question it answers that comes nearest, with the cosine to it."""

    passage: Passage
    position: int
    score: float
    asked: Asked | None = None
    asked_cosine: float = 0.0
    overlap: float = 0.0

    @property
    def sentence(self) -> Sentence:
        return self.passage.sentences[self.position]

    @property
    def text(self) -> str:
        return self.sentence.text

    @property
    def is_row(self) -> bool:
        """Whether it is a row of a document's table."""
        return self.passage.kind is PassageKind.DOCUMENT and self.passage.is_row

    @property
    def label(self) -> str:
        """What a row is on: its first cell, without its column's name. Empty for a sentence."""
        return self.text.split(";")[0].rsplit(": ", 1)[-1] if self.is_row else ""


class Ranker:
    """Scores the sentences of candidates with one set of weights. Pure: the same evidence gives the same order."""

    def __init__(self, index: Index, weights: Mapping[str, float] | None = None) -> None:
        self._index = index
        self._weights = weights if weights is not None else read_weights()

    def ranked(self, understood: Understood, candidates: Iterable[Candidate]) -> list[Ranked]:
        """Every sentence of the candidates, the likeliest to answer first."""
        found = [
            Ranked(candidate.passage, position, self._score(features), asked, cosine, features["words"])
            for candidate in candidates
            for position, (features, asked, cosine) in enumerate(self.features(understood, candidate))
        ]
        return sorted(found, key=lambda ranked: -ranked.score)

    def features(
        self, understood: Understood, candidate: Candidate
    ) -> list[tuple[dict[str, float], Asked | None, float]]:
        """For each sentence of the passage: its features, and the nearest question that it answers with its cosine."""
        passage = candidate.passage
        # A payer's name says whose rule it is, and nothing of what is asked.
        wanted = _question(self._index.lexicon.payer_pattern.sub(" ", understood.search))
        of_passage = self._of_passage(understood, candidate, wanted)
        rows = []
        for position, (sentence, nearness) in enumerate(zip(passage.sentences, candidate.to_sentences, strict=True)):
            asked, cosine = _nearest_asked(passage, candidate.to_questions, position)
            said = _words(sentence.text)
            asked_words = _words(asked.question) if asked else frozenset()
            around = said | _words(passage.heading) | asked_words
            features = {
                **of_passage,
                **self._of_sentence(understood, passage, sentence, wanted),
                "cosine": nearness,
                "asked cosine": cosine,
                "asked": float(asked is not None),
                "asked near": max(0.0, cosine - NEAR),
                "sentence near": max(0.0, nearness - NEAR),
                "words": self._share(wanted.words, around),
                "words of sentence": self._share(wanted.words, said),
                "words asked": self._alike(wanted.words, asked_words),
                "first": float(position == 0),
            }
            rows.append((features, asked, cosine))
        return rows

    def _score(self, features: Mapping[str, float]) -> float:
        return sum(self._weights.get(name, 0.0) * value for name, value in features.items())

    def _of_passage(self, understood: Understood, candidate: Candidate, wanted: _Question) -> dict[str, float]:
        passage = candidate.passage
        codes = set(understood.codes)
        is_rule = passage.is_rule
        kind = _kind(passage)
        topical = _topical(passage, understood)
        return {
            f"kind {kind}": 1.0,
            f"topical {kind}": topical,
            "topical": topical,
            "nearest key": candidate.similarity,
            "rank": candidate.score * 20,
            "own code": float(passage.record in codes),
            "rule on code": float(is_rule and bool(codes & set(passage.codes))),
            "rule on other code": float(
                is_rule and bool(codes) and bool(passage.codes) and not codes & set(passage.codes)
            ),
            "other record": float(bool(codes) and not codes & {passage.record, *passage.codes}),
            "own payer": float(passage.payer in understood.payers),
            "other payer": float(is_rule and passage.payer not in understood.payers),
            "not in force": float(not passage.in_force(understood.date_of_service)),
            "bare": float(not wanted.words and not wanted.identifiers) * (kind in ("meaning", "use_when", "not_when")),
        }

    def _of_sentence(
        self, understood: Understood, passage: Passage, sentence: Sentence, wanted: _Question
    ) -> dict[str, float]:
        named = set(codes_in(sentence.text))
        others = set(understood.codes) - {passage.record}
        return {
            "names other codes": len(others & named) / len(others) if others else 0.0,
            "identifiers": _part(wanted.identifiers, _identifiers(f"{passage.heading} {sentence.text}")),
            "numbers": _part(wanted.numbers, _numbers(sentence.text)),
            "common practice": float(sentence.authority is Authority.COMMON_PRACTICE),
        }

    def _share(self, wanted: frozenset[str], said: frozenset[str]) -> float:
        """The share of what is wanted, by rarity, that is said."""
        total = sum(map(self._index.rarity, wanted))
        return sum(map(self._index.rarity, wanted & said)) / total if total else 0.0

    def _alike(self, one: frozenset[str], other: frozenset[str]) -> float:
        """What two have in common of what both hold, by rarity."""
        total = sum(map(self._index.rarity, one | other))
        return sum(map(self._index.rarity, one & other)) / total if total else 0.0


@dataclass(frozen=True, slots=True)
class _Question:
    words: frozenset[str]
    identifiers: frozenset[str]
    numbers: frozenset[str]


def read_weights(path: Path = WEIGHTS) -> dict[str, float]:
    """Feature -> weight; empty before the first training."""
    return dict(yaml.safe_load(path.read_text(encoding="utf-8")) or {}) if path.is_file() else {}


def _kind(passage: Passage) -> str:
    """What the weights know the passage as: a document counts as what it is most like."""
    if passage.kind is PassageKind.DOCUMENT:
        return (PassageKind.RULE if passage.is_rule else PassageKind.GUIDE).value
    return passage.section if passage.kind is PassageKind.CODE else passage.kind.value


def _topical(passage: Passage, understood: Understood) -> float:
    """How well the passage's section or topic fits the first topics asked about: 1 for the best, 0 for none."""
    best = 0.0
    for rank, topic in enumerate(understood.topics):
        weight = 1.0 if rank == 0 else 0.7
        if passage.kind is PassageKind.CODE:
            sections = SECTIONS.get(topic, ())
            if passage.section in sections:
                best = max(best, weight * (1.0 - 0.25 * sections.index(passage.section)))
        elif topic in passage.topics:
            best = max(best, weight)
    return best


def _nearest_asked(passage: Passage, cosines: Sequence[float], position: int) -> tuple[Asked | None, float]:
    here = [
        (cosine, asked)
        for cosine, asked in zip(cosines, passage.asked, strict=True)
        if asked.position is None or asked.position == position
    ]
    if not here:
        return None, 0.0
    cosine, asked = max(here, key=lambda pair: pair[0])
    return asked, cosine


def _part(wanted: frozenset[str], said: frozenset[str]) -> float:
    return len(wanted & said) / len(wanted) if wanted else 0.0


def _question(text: str) -> _Question:
    return _Question(_words(text), _identifiers(text), _numbers(text))


@lru_cache(maxsize=100_000)
def _words(text: str) -> frozenset[str]:
    return frozenset(content_words(text))


@lru_cache(maxsize=100_000)
def _identifiers(text: str) -> frozenset[str]:
    return identifiers_in(text)


@lru_cache(maxsize=100_000)
def _numbers(text: str) -> frozenset[str]:
    return frozenset(numbers_in(text))
