"""Requests that are not answered from evidence: to misreport, or out of scope.

A request is recognised by a cue, or, when it is out of scope, by meaning: it lies clearly nearer to an example of one
than to any question that the library answers. Misreporting has no meaning of its own in vectors, because it
speaks of the same codes and claims as honest billing; only the words of intent tell it.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from assistant.encoder import Encoder, Vectors
from assistant.lexicon import Lexicon, phrase_pattern
from assistant.types import Evidence, PassageKind


@dataclass(frozen=True, slots=True)
class Crossed:
    """Which boundary a question crosses, and whether it asks to misreport."""

    name: str
    declined: bool


class Boundaries:
    """The boundaries of one index. Encodes their examples once."""

    def __init__(self, lexicon: Lexicon, encoder: Encoder, margin: float) -> None:
        declined = [(Crossed(boundary.name, True), phrase_pattern(boundary.cues)) for boundary in lexicon.declined]
        outside = [(Crossed(boundary.name, False), phrase_pattern(boundary.cues)) for boundary in lexicon.out_of_scope]
        self._cues = [*declined, *outside]
        self._margin = margin
        examples = [(boundary.name, example) for boundary in lexicon.out_of_scope for example in boundary.examples]
        self._names = [name for name, _ in examples]
        self._vectors: Vectors = encoder.encode([example for _, example in examples] or [""])

    def by_cue(self, question: str) -> Crossed | None:
        """The boundary that the question's words give away."""
        question = question.replace("’", "'")
        return next((crossed for crossed, pattern in self._cues if pattern.search(question)), None)

    def by_meaning(self, vector: Vectors, evidence: Evidence) -> Crossed | None:
        """What is out of scope: nearer to an example of it, by a margin, than to every question of the library."""
        if not self._names:
            return None
        questions = [c.similarity for c in evidence.candidates if c.passage.kind is PassageKind.QUESTION]
        cosines = self._vectors @ vector
        nearest = int(np.argmax(cosines))
        if cosines[nearest] < max(questions, default=0.0) + self._margin:
            return None
        return Crossed(self._names[nearest], declined=False)
