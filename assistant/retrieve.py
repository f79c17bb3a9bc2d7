"""Retrieval: three legs over one index, fused, filtered by payer and date of service.

The legs are the exact names (codes and payers the question holds), dense vectors and BM25. Ranks are fused by
reciprocal rank (Cormack, Clarke and Buettcher, SIGIR 2009). Rules that no longer hold, or do not hold yet, on the
date of service are found apart, so that an answer can say so.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import date

from langchain_core.callbacks import CallbackManagerForRetrieverRun
from langchain_core.documents import Document
from langchain_core.retrievers import BaseRetriever
from pydantic import ConfigDict

from assistant.encoder import Encoder, Vectors
from assistant.index import Index, Scope
from assistant.settings import Leg, Settings
from assistant.types import Candidate, Evidence, Passage, Understood

FUSION_CONSTANT = 60  # the value of the original paper
LEG_WEIGHTS: dict[Leg, float] = {"exact": 3.0, "dense": 1.0, "words": 1.5}
OWN = 0.35  # cosine that a passage of the very code or payer gains over one that mentions it
MOST_LAPSED = 12
COMPANION_KINDS = ("law", "board")  # rules for all payers of a state stand beside the payer's own


class Retriever:
    """Finds the evidence for an understood question in one index."""

    def __init__(self, index: Index, encoder: Encoder, settings: Settings) -> None:
        self._index = index
        self._encoder = encoder
        self._count = settings.candidates
        self._legs = settings.legs

    def evidence(self, understood: Understood, vector: Vectors | None = None) -> Evidence:
        """Candidates best first. Passages of a named code are always among them, whatever their rank.

        `vector` spares encoding `understood.search` again.
        """
        if vector is None:
            vector = self._encoder.encode([understood.search])[0]
        scope = Scope(understood.date_of_service, self._payers_in_scope(understood))
        named = self._named(understood, scope)
        legs: dict[Leg, list[Passage]] = {
            "exact": self._own_first(understood, self._by_similarity(named, vector)),
            "dense": self._index.nearest(vector, self._count, scope),
            "words": self._index.matching(understood.search, self._count, scope),
        }
        fused: dict[str, float] = {}
        for leg in self._legs:
            for rank, passage in enumerate(legs[leg], 1):
                fused[passage.id] = fused.get(passage.id, 0.0) + LEG_WEIGHTS[leg] / (FUSION_CONSTANT + rank)
        found = self._by_similarity([self._index.passages[passage_id] for passage_id in fused], vector)
        candidates = [replace(candidate, score=fused[candidate.passage.id]) for candidate in found]
        candidates.sort(key=lambda candidate: -candidate.score)
        return Evidence(tuple(candidates), tuple(self._lapsed(understood, scope, vector)))

    @staticmethod
    def _own_first(understood: Understood, found: Sequence[Candidate]) -> list[Passage]:
        """What belongs to a code or payer named comes nearer than what only mentions it."""

        def closeness(candidate: Candidate) -> float:
            passage = candidate.passage
            own = passage.record in understood.codes or passage.payer in understood.payers
            return candidate.similarity + (OWN if own else 0.0)

        return [candidate.passage for candidate in sorted(found, key=closeness, reverse=True)]

    def _payers_in_scope(self, understood: Understood) -> tuple[str, ...] | None:
        """The payers named, with the laws and boards of their states; None when no payer was named."""
        if not understood.payers:
            return () if understood.unknown_payer else None
        lexicon = self._index.lexicon
        states = {lexicon.payer[payer].state for payer in understood.payers}
        laws = [entry.id for entry in lexicon.payers if entry.kind in COMPANION_KINDS and entry.state in states]
        return (*understood.payers, *laws)

    def _named(self, understood: Understood, scope: Scope) -> list[Passage]:
        passages = [passage for code in understood.codes for passage in self._index.naming(code)]
        passages += [passage for payer in understood.payers for passage in self._index.of_payer(payer)]
        return [passage for passage in dict.fromkeys(passages) if scope.admits(passage)]

    def _lapsed(self, understood: Understood, scope: Scope, vector: Vectors) -> list[Candidate]:
        """Rules on the question's codes, or of its payers, that do not hold on the date of service."""
        rules = [passage for code in understood.codes for passage in self._index.naming(code)]
        rules += [passage for payer in understood.payers for passage in self._index.of_payer(payer)]
        lapsed = [
            passage
            for passage in dict.fromkeys(rules)
            if passage.is_rule and scope.admits_payer(passage) and not passage.in_force(understood.date_of_service)
        ]
        return self._by_similarity(lapsed, vector)[:MOST_LAPSED]

    def _by_similarity(self, passages: Sequence[Passage], vector: Vectors) -> list[Candidate]:
        """Candidates by their nearest key, scored by its cosine until the legs are fused."""
        rows = self._index.cosines(passages, vector)
        candidates = [Candidate(p, max(cosines), cosines) for p, cosines in zip(passages, rows, strict=True)]
        return sorted(candidates, key=lambda candidate: -candidate.similarity)


class BitewingRetriever(BaseRetriever):
    """The same retrieval as a LangChain retriever: a question in, `Document`s out, best first.

    `page_content` is the quotable text; `metadata` holds the passage id, record, heading, sources and dates.
    """

    model_config = ConfigDict(arbitrary_types_allowed=True)

    retriever: Retriever
    understand: Callable[[str], Understood]
    k: int = 8

    def _get_relevant_documents(self, query: str, *, run_manager: CallbackManagerForRetrieverRun) -> list[Document]:
        evidence = self.retriever.evidence(self.understand(query))
        return [_document(candidate) for candidate in evidence.candidates[: self.k]]


def _document(candidate: Candidate) -> Document:
    passage = candidate.passage

    def iso(day: date | None) -> str | None:
        return day.isoformat() if day else None

    return Document(
        id=passage.id,
        page_content=passage.text,
        metadata={
            "record": passage.record,
            "heading": passage.heading,
            "codes": list(passage.codes),
            "payer": passage.payer,
            "effective": iso(passage.effective),
            "expires": iso(passage.expires),
            "sources": sorted({source.title for sentence in passage.sentences for source in sentence.sources}),
            "score": candidate.score,
        },
    )
