"""What a part of a document is about, told by the payer rules on record that say the most alike.

A document rarely uses the words by which staff ask: "received within 180 days" is timely filing. The rules on record
carry their topic, so those nearest in meaning lend theirs (nearest neighbours, each vote weighing by its closeness).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import numpy as np

from assistant.encoder import Vectors
from assistant.types import Passage, PassageKind, Topic

NEIGHBOURS = 7
LEAST = 0.20  # of all votes, from which a topic is the passage's too
FEWEST = 0.30  # cosine below which a rule says nothing alike


def with_topics(passages: Sequence[Passage], vectors: Vectors) -> list[Passage]:
    """The passages, those of documents with the topics of what on record is most alike.

    `vectors` has one row a key, passage after passage.
    """
    starts = np.cumsum([0, *(len(passage.keys) for passage in passages)])
    lending = [
        (row, passage.topics)
        for passage, start in zip(passages, starts, strict=False)
        if passage.kind is PassageKind.RULE
        for row in range(start, start + len(passage.sentences))
    ]
    if not lending:
        return list(passages)
    known = vectors[[row for row, _ in lending]]
    return [
        replace(passage, topics=_topics(passage, vectors[start : start + len(passage.sentences)], known, lending))
        if passage.kind is PassageKind.DOCUMENT
        else passage
        for passage, start in zip(passages, starts, strict=False)
    ]


def _topics(
    passage: Passage, own: Vectors, known: Vectors, lending: Sequence[tuple[int, tuple[Topic, ...]]]
) -> tuple[Topic, ...]:
    """Those that the passage's own words tell, then those lent, the most lent first."""
    votes: dict[Topic, float] = {}
    for cosines in own @ known.T:
        for row in np.argsort(-cosines, kind="stable")[:NEIGHBOURS]:
            if cosines[row] >= FEWEST:
                for topic in lending[row][1]:
                    votes[topic] = votes.get(topic, 0.0) + float(cosines[row])
    total = sum(votes.values())
    lent = sorted((topic for topic in votes if votes[topic] >= LEAST * total), key=lambda topic: (-votes[topic], topic))
    return tuple(dict.fromkeys([*passage.topics, *lent]))
