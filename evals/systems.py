"""What is measured: Bitewing, Bitewing without one of its legs, and the usual ways to build such a thing.

The baselines see the same passages, cases, payer and date. They answer with the sentences of their best passage and
give no verdict, so they are compared on the facts said and the claims not to be made.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from datetime import date
from pathlib import Path
from typing import Protocol

from langchain_chroma import Chroma
from langchain_core.documents import Document
from langchain_text_splitters import RecursiveCharacterTextSplitter

from assistant.encoder import Encoder
from assistant.errors import BitewingError
from assistant.index import Index, Scope
from assistant.path import Assistant
from assistant.phrases import Phrases
from assistant.rendering import MOST_WORDS, as_text
from assistant.settings import LEGS, Leg, Settings
from assistant.types import Answered, Citation, NotCovered, Passage, Statement
from evals.cases import Case
from evals.measures import Said
from ingest.build import VectorCache

TODAY = date(2026, 11, 23)  # the day the golds were written for
CHUNK, OVERLAP, TOP = 1_000, 200, 4  # the recipe of LangChain's own tutorials


class System(Protocol):
    """Anything that answers cases."""

    name: str

    def say(self, case: Case) -> Said: ...


class Bitewing:
    """The product as it is, through `Assistant.ask`; with `legs`, without some of its retrieval."""

    def __init__(self, settings: Settings, encoder: Encoder, legs: Sequence[Leg] = LEGS) -> None:
        missing = [leg for leg in LEGS if leg not in legs]
        self.name = f"Bitewing without {' and '.join(missing)}" if missing else "Bitewing"
        settings = settings.model_copy(update={"legs": tuple(legs)})
        self.assistant = Assistant(settings, encoder, today=lambda: TODAY)
        self._phrases = Phrases(settings.prompts)

    def say(self, case: Case) -> Said:
        started = time.perf_counter()
        try:
            answer = self.assistant.ask(case.question, case.history, case.payer, case.date_of_service)
        except BitewingError as error:
            return Said("refused", None, str(error), milliseconds=(time.perf_counter() - started) * 1000)
        milliseconds = (time.perf_counter() - started) * 1000
        _, found = self.assistant.look(case.question, case.history, case.payer, case.date_of_service)
        everything = (*found.candidates, *found.lapsed)
        answered = answer if isinstance(answer, Answered) else None
        return Said(
            outcome=answer.outcome,
            verdict=answered.verdict.value if answered and answered.verdict else None,
            text=as_text(answer, self._phrases),
            statements=answered.statements if answered else (),
            citations=answered.citations if answered else (),
            notices=tuple(n.text for n in answer.notices) if isinstance(answer, Answered | NotCovered) else (),
            ranking=tuple(dict.fromkeys(candidate.passage.record for candidate in everything)),
            milliseconds=milliseconds,
        )


class OneLeg:
    """One ranking of Bitewing's own passages, answered with the best passage's sentences."""

    def __init__(self, name: str, index: Index, rank: Callable[[str, Scope], Sequence[Passage]]) -> None:
        self.name = name
        self._index = index
        self._rank = rank

    def say(self, case: Case) -> Said:
        started = time.perf_counter()
        scope = _scope(case, self._index)
        ranked = list(self._rank(_question(case), scope))
        milliseconds = (time.perf_counter() - started) * 1000
        return _said_by_best(ranked[0] if ranked else None, [passage.record for passage in ranked], milliseconds)


def words_alone(index: Index) -> OneLeg:
    return OneLeg("BM25 alone", index, lambda question, scope: index.matching(question, 20, scope))


def dense_alone(index: Index, encoder: Encoder) -> OneLeg:
    def rank(question: str, scope: Scope) -> list[Passage]:
        return index.nearest(encoder.encode([question])[0], 20, scope)

    return OneLeg("dense alone", index, rank)


class UsualRecipe:
    """LangChain's usual recipe over the same knowledge: chunks of 1,000 characters, Chroma, the top four.

    Each record is one document, as someone would load such files. Vectors of chunks are kept in `cache`.
    """

    name = "usual LangChain recipe"

    def __init__(self, index: Index, encoder: Encoder, cache: Path) -> None:
        self._encoder = encoder
        documents = [Document(text, metadata={"record": record}) for record, text in _documents(index).items()]
        splitter = RecursiveCharacterTextSplitter(chunk_size=CHUNK, chunk_overlap=OVERLAP)
        chunks = splitter.split_documents(documents)
        texts = [chunk.page_content for chunk in chunks]
        vectors, _ = VectorCache(cache, encoder).vectors(texts, lambda done, total: None)
        self._store = Chroma("usual-recipe", embedding_function=encoder, create_collection_if_not_exists=True)
        self._store.reset_collection()
        for start in range(0, len(chunks), 5_000):
            part = slice(start, start + 5_000)
            self._store._collection.add(
                ids=[str(number) for number in range(start, start + len(texts[part]))],
                documents=texts[part],
                metadatas=[chunk.metadata for chunk in chunks[part]],
                embeddings=vectors[part].tolist(),
            )

    def say(self, case: Case) -> Said:
        started = time.perf_counter()
        chunks = self._store.similarity_search(_question(case), k=TOP)
        milliseconds = (time.perf_counter() - started) * 1000
        text = " ".join(" ".join(chunk.page_content.split()) for chunk in chunks[:1])
        ranking = dict.fromkeys(str(chunk.metadata["record"]) for chunk in chunks)
        return Said("answered", None, _cut(text), ranking=tuple(ranking), milliseconds=milliseconds)


def _documents(index: Index) -> dict[str, str]:
    """One text a record: its headings and sentences, in index order."""
    texts: dict[str, list[str]] = {}
    for passage in index.passages.values():
        texts.setdefault(passage.record, []).append(f"{passage.heading}\n{passage.text}")
    return {record: "\n\n".join(parts) for record, parts in texts.items()}


def _question(case: Case) -> str:
    """What someone would send to a plain retriever: the conversation so far, the payer and the question."""
    earlier = [turn.content for turn in case.history if turn.role == "user"]
    return " ".join([*earlier, *([case.payer] if case.payer else []), case.question])[:2_000]


def _scope(case: Case, index: Index) -> Scope:
    payers = index.lexicon.payer_names.get((case.payer or "").lower())
    return Scope(case.date_of_service or TODAY, payers)


def _said_by_best(passage: Passage | None, records: Sequence[str], milliseconds: float) -> Said:
    if passage is None:
        return Said("not_covered", None, "", milliseconds=milliseconds)
    citation = Citation(1, passage.text, passage, 0, len(passage.text), passage.sentences[0].sources)
    return Said(
        "answered", None, _cut(" ".join(passage.text.split())), (Statement(passage.text, (1,)),), (citation,),
        ranking=tuple(dict.fromkeys(records)), milliseconds=milliseconds,
    )  # fmt: skip


def _cut(text: str) -> str:
    return " ".join(text.split()[:MOST_WORDS])
