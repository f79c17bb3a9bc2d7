"""How fast documents become answers: `python -m evals --throughput`.

One text PDF of 300 pages goes through reading, encoding and indexing into an empty home; then its passages through
LangChain's `Chroma.from_documents` with `HuggingFaceEmbeddings` as they come, in the same run, with the same model.
"""

from __future__ import annotations

import time
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from random import Random
from tempfile import TemporaryDirectory
from xml.sax.saxutils import escape

from langchain_chroma import Chroma
from langchain_core.documents import Document
from langchain_huggingface import HuggingFaceEmbeddings
from reportlab.lib.pagesizes import letter
from reportlab.lib.styles import getSampleStyleSheet
from reportlab.platypus import Flowable, PageBreak, Paragraph, SimpleDocTemplate

from assistant.encoder import Encoder, packaged_model
from assistant.index import IndexStore, Manifest
from assistant.settings import Settings
from ingest.build import VectorCache, shelf_of
from ingest.documents.passages import document_passages
from ingest.knowledge import load_knowledge
from ingest.passages import lexicon_of, passages_of

PAGES = 300
PARAGRAPHS = 4  # a page, under a heading each
SENTENCES = 3  # a paragraph
SEED = 20261126


@dataclass(frozen=True, slots=True)
class Throughput:
    """Seconds of each step for the same document."""

    passages: int
    reading: float
    encoding: float
    indexing: float
    recipe: float

    @property
    def encoding_share(self) -> float:
        """Of the time from the file to the index."""
        return self.encoding / (self.reading + self.encoding + self.indexing)

    @property
    def times_faster(self) -> float:
        """Than the recipe, for each passage; reading the file counts on our side alone."""
        return self.recipe / (self.reading + self.encoding + self.indexing)


def measure_throughput(settings: Settings) -> Throughput:
    """Takes some minutes, nearly all of them the recipe's."""
    with TemporaryDirectory(prefix="bitewing-") as folder:
        own = settings.model_copy(update={"home": Path(folder) / "home", "library": Path(folder) / "library"})
        own.library.mkdir()
        encoder = Encoder(settings)
        knowledge = load_knowledge(settings.knowledge)
        lexicon = lexicon_of(knowledge)
        sentences = [
            sentence.text for passage in passages_of(knowledge) if passage.payer for sentence in passage.sentences
        ]
        write_manual(own.library / "manual.pdf", sentences)
        encoder.encode(["the model is loaded before the clock runs"], for_index=True)

        started = time.perf_counter()
        look = shelf_of(own).look(lexicon)
        passages = list(document_passages(look.documents, lexicon))
        read = time.perf_counter()
        keys = [key for passage in passages for key in passage.keys]
        vectors, _ = VectorCache(own.home / "vectors.sqlite", encoder).vectors(keys, lambda done, total: None)
        encoded = time.perf_counter()
        IndexStore(own.home).write(passages, vectors, lexicon, Manifest("", encoder.identity, len(passages), ""))
        indexed = time.perf_counter()
        embeddings = HuggingFaceEmbeddings(model_name=packaged_model())
        embeddings.embed_query("the model is loaded before the clock runs")
        before = time.perf_counter()
        Chroma.from_documents([Document(passage.text) for passage in passages], embeddings,
                              persist_directory=str(Path(folder) / "recipe"))  # fmt: skip
        recipe = time.perf_counter() - before
        return Throughput(len(passages), read - started, encoded - read, indexed - encoded, recipe)


def write_manual(path: Path, sentences: Sequence[str]) -> None:
    """A manual of `PAGES` pages of text, each section under a heading of its own, so that no two keys are alike."""
    styles = getSampleStyleSheet()
    draw = Random(SEED)
    flowables: list[Flowable] = [Paragraph("Northwind Dental Provider Manual", styles["Title"])]
    for page in range(1, PAGES + 1):
        for number in range(1, PARAGRAPHS + 1):
            flowables.append(Paragraph(f"Section {page}.{number}", styles["Heading2"]))
            text = escape(" ".join(draw.sample(list(sentences), SENTENCES)))
            flowables.append(Paragraph(text, styles["BodyText"]))
        flowables.append(PageBreak())
    SimpleDocTemplate(str(path), pagesize=letter).build(flowables)


def as_text(found: Throughput) -> str:
    """The figures for a terminal."""
    whole = found.reading + found.encoding + found.indexing
    return (
        f"{PAGES} pages, {found.passages} passages: reading {found.reading:.1f} s, encoding {found.encoding:.1f} s, "
        f"indexing {found.indexing:.1f} s; encoding is {found.encoding_share:.0%} of {whole:.1f} s.\n"
        f"Chroma.from_documents with HuggingFaceEmbeddings: {found.recipe:.1f} s for the same passages; "
        f"{found.times_faster:.1f} times as fast as that, reading included."
    )
