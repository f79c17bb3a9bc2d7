"""Requests that are not answered from evidence: to misreport, or out of scope.

Misreporting speaks of the same codes and claims as honest billing, so neither a word nor a vector alone tells it. A
request is recognised by a cue that gives it away, or by a model over both: the question's vector and its sequences of
words (logistic regression, fitted by ingest to the examples of knowledge/boundaries.yaml and to known questions).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from assistant.encoder import Vectors
from assistant.lexicon import BoundaryModel, Lexicon, grams_of, phrase_pattern

OTHER_SUBJECT = "other_subject"
DOUBTED = 0.15  # probability of any boundary below which a cue is taken for a coincidence


@dataclass(frozen=True, slots=True)
class Crossed:
    """Which boundary a question crosses, and whether it asks to misreport."""

    name: str
    declined: bool


class Boundaries:
    """The boundaries of one index. `certainty` is the probability from which the model alone decides."""

    def __init__(self, lexicon: Lexicon, certainty: float) -> None:
        declined = [(Crossed(boundary.name, True), phrase_pattern(boundary.cues)) for boundary in lexicon.declined]
        outside = [(Crossed(boundary.name, False), phrase_pattern(boundary.cues)) for boundary in lexicon.out_of_scope]
        self._cues = [*declined, *outside]
        self._by_name = {crossed.name: crossed for crossed, _ in self._cues}
        self._model = _Fitted(lexicon.boundary_model) if lexicon.boundary_model else None
        self._certainty = certainty

    def crossed(self, question: str, read: Mapping[str, Vectors], names_code: bool = False) -> Crossed | None:
        """The boundary that the question crosses, if any.

        `read` holds the question as typed and as understood, each with its vector, and the two are heard alike; without
        them only a cue tells. A question that names a code is on no other subject, however short it is.
        """
        question = question.replace("’", "'")
        cue = next((crossed for crossed, pattern in self._cues if pattern.search(question)), None)
        if self._model is None or not read:
            return cue
        heard = [self._model.probabilities(text, vector) for text, vector in read.items()]
        likely = {name: sum(one[name] for one in heard) / len(heard) for name in heard[0]}
        if names_code:
            likely.pop(OTHER_SUBJECT, None)
        if cue is not None and sum(likely.values()) >= DOUBTED:
            return cue
        for declined in (True, False):
            group = {name: p for name, p in likely.items() if self._by_name[name].declined is declined}
            if sum(group.values()) >= self._certainty:
                return self._by_name[max(group, key=lambda name: group[name])]
        return None


class _Fitted:
    """The model with its weights as arrays."""

    def __init__(self, model: BoundaryModel) -> None:
        self._model = model
        self._weights = np.array(model.weights, dtype=np.float32)
        self._bias = np.array(model.bias, dtype=np.float32)
        self._rarity = np.array(model.rarity, dtype=np.float32)

    def probabilities(self, question: str, vector: Vectors) -> dict[str, float]:
        """Boundary -> probability; what is missing to 1 is in scope."""
        counts = np.zeros(len(self._rarity), dtype=np.float32)
        for gram in grams_of(question):
            if (column := self._model.grams.get(gram)) is not None:
                counts[column] += 1
        words = np.where(counts > 0, 1 + np.log(np.maximum(counts, 1)), 0) * self._rarity
        words /= max(float(np.linalg.norm(words)), 1e-9)
        logits = self._weights @ np.concatenate([vector * self._model.vector_weight, words]) + self._bias
        odds = np.exp(logits - logits.max())
        shares = (odds / odds.sum()).tolist()
        return {name: share for name, share in zip(self._model.classes, shares, strict=True) if name}
