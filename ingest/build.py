"""Building the index: knowledge to passages to vectors to a snapshot. Unchanged text is never encoded twice."""

from __future__ import annotations

import hashlib
import sqlite3
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

import numpy as np

from assistant.encoder import Encoder, Vectors
from assistant.index import FORMAT, IndexStore, Manifest
from assistant.settings import Settings
from assistant.types import Passage, PassageKind
from ingest.boundaries import digest, fitted
from ingest.check import check_knowledge
from ingest.documents.passages import document_passages, with_payers
from ingest.documents.shelf import Look, Shelf
from ingest.documents.shelf import Progress as FileProgress
from ingest.documents.topics import with_topics
from ingest.knowledge import Knowledge, knowledge_files, knowledge_hash
from ingest.passages import GUIDE_CHARACTERS, lexicon_of, passages_of

ENCODE_BATCH = 256
KNOWN_EXAMPLES = 3  # every third known question is an example of what is in scope; more take longer and tell no more
Progress = Callable[[int, int], None]  # passages encoded so far, passages to encode


@dataclass(frozen=True, slots=True)
class BuildReport:
    """What a build did. `skipped` pairs a file or passage with the reason."""

    passages: int
    codes: int
    rules: int
    guides: int
    encoded: int
    reused: int
    skipped: tuple[tuple[str, str], ...]
    look: Look
    unchanged: bool = False


def fingerprint(settings: Settings, encoder: Encoder) -> str:
    """Equal exactly when knowledge, the office's documents, splitters, index layout and encoder are."""
    parts = (
        knowledge_hash(settings.knowledge), shelf_of(settings).fingerprint(), str(GUIDE_CHARACTERS), FORMAT,
        _code_hash(), encoder.identity,
    )  # fmt: skip
    return hashlib.sha256("\0".join(parts).encode()).hexdigest()


def is_stale(settings: Settings, encoder: Encoder) -> bool:
    manifest = IndexStore(settings.home).manifest()
    return manifest is None or manifest.fingerprint != fingerprint(settings, encoder)


def shelf_of(settings: Settings) -> Shelf:
    return Shelf(settings.library, settings.home, at_once=settings.threads)


def build_index(
    settings: Settings,
    encoder: Encoder,
    progress: Progress = lambda done, total: None,
    reading: FileProgress = lambda name, done, total: None,
    rebuild: bool = False,
) -> BuildReport:
    """Bring the index up to date with the knowledge and the office's documents; with `rebuild`, from nothing.

    Raises `KnowledgeError` before anything is written when the knowledge does not check out.
    """
    store = IndexStore(settings.home)
    knowledge = check_knowledge(settings.knowledge)
    with store.lock():
        look = shelf_of(settings).look(lexicon_of(knowledge), reading, remember=True)
        lexicon = with_payers(lexicon_of(knowledge), look.documents)
        passages = [passage for passage in passages_of(knowledge) if passage.sentences]
        passages += document_passages(look.documents, lexicon)
        encoded, texts = 0, len({key for passage in passages for key in passage.keys})
        stale = rebuild or is_stale(settings, encoder)
        if stale:
            cache = VectorCache(settings.home / "vectors.sqlite", encoder)
            if rebuild:
                cache.forget()
            keys = [key for passage in passages for key in passage.keys]
            examples = _examples(knowledge, passages)
            rows, encoded = cache.vectors([*keys, *examples], progress)
            texts = len({*keys, *examples})
            vectors, of_examples = rows[: len(keys)], rows[len(keys) :]
            passages = with_topics(passages, vectors)
            if lexicon.declined:
                model = None if rebuild else store.boundary_model()
                if model is None or model.examples != digest(examples, encoder.identity):
                    model = fitted(examples, of_examples, encoder.identity)
                lexicon = lexicon.model_copy(update={"boundary_model": model})
            built = datetime.now(UTC).strftime("%Y-%m-%dT%H:%M:%S.%f")
            manifest = Manifest(fingerprint(settings, encoder), encoder.identity, len(passages), built)
            store.write(passages, vectors, lexicon, manifest, from_nothing=rebuild)
    return BuildReport(
        passages=len(passages),
        codes=len(knowledge.codes),
        rules=sum(len(payer_file.rules) for _, payer_file in knowledge.payers),
        guides=len(knowledge.guides),
        encoded=encoded,
        reused=texts - encoded,
        skipped=tuple(_skipped(settings.knowledge, passages)),
        look=look,
        unchanged=not stale,
    )


def _examples(knowledge: Knowledge, passages: Sequence[Passage]) -> dict[str, str]:
    """Text -> boundary, `""` for what is in scope: the examples on record, and one in three of the known questions."""
    known = [asked.question for passage in passages for asked in passage.asked]
    examples = dict.fromkeys(known[::KNOWN_EXAMPLES], "")
    examples.update((text, "") for record in knowledge.boundaries.in_scope for text in record.examples)
    for record in (*knowledge.boundaries.declined, *knowledge.boundaries.out_of_scope):
        examples.update((text, record.name) for text in record.examples)
    return examples


class VectorCache:
    """Vectors by the sha256 of their text and the encoder's identity, in one SQLite file."""

    def __init__(self, path: Path, encoder: Encoder) -> None:
        self._path = path
        self._encoder = encoder

    def vectors(self, texts: Sequence[str], progress: Progress) -> tuple[Vectors, int]:
        """One row a text, and how many texts had to be encoded."""
        keys = [self._key(text) for text in texts]
        self._path.parent.mkdir(parents=True, exist_ok=True)
        with sqlite3.connect(self._path) as database:
            database.execute("CREATE TABLE IF NOT EXISTS vectors (key TEXT PRIMARY KEY, vector BLOB NOT NULL)")
            known = dict(database.execute("SELECT key, vector FROM vectors"))
            # By length, so that both sessions have as much to do.
            missing = sorted(
                {key: text for key, text in zip(keys, texts, strict=True) if key not in known}.items(),
                key=lambda item: len(item[1]),
            )
            for start in range(0, len(missing), ENCODE_BATCH):
                progress(start, len(missing))
                batch = missing[start : start + ENCODE_BATCH]
                rows = self._encoder.encode([text for _, text in batch], for_index=True)
                fresh = {key: row.tobytes() for (key, _), row in zip(batch, rows, strict=True)}
                database.executemany("INSERT OR REPLACE INTO vectors VALUES (?, ?)", fresh.items())
                database.commit()
                known.update(fresh)
            progress(len(missing), len(missing))
            stale = [(key,) for key in set(known) - set(keys)]
            database.executemany("DELETE FROM vectors WHERE key = ?", stale)
        database.close()
        return np.stack([np.frombuffer(known[key], dtype=np.float32) for key in keys]), len(missing)

    def forget(self) -> None:
        """Encode everything anew the next time."""
        self._path.unlink(missing_ok=True)

    def _key(self, text: str) -> str:
        return hashlib.sha256(f"{self._encoder.identity}\0{text}".encode()).hexdigest()


def _code_hash() -> str:
    """The code that makes passages counts as part of the splitter."""
    folder = Path(__file__).parent
    code = b"".join(
        (folder / name).read_bytes() for name in ("passages.py", "documents/passages.py", "documents/topics.py")
    )
    return hashlib.sha256(code).hexdigest()


def _skipped(folder: Path, passages: Sequence[Passage]) -> list[tuple[str, str]]:
    read = set(knowledge_files(folder))
    others = [path for path in sorted(folder.rglob("*")) if path.is_file() and path not in read]
    skipped = [(path.relative_to(folder).as_posix(), "not a knowledge file of a known kind") for path in others]
    seen: dict[tuple[str, ...], str] = {}
    for passage in passages:
        if passage.kind is PassageKind.DOCUMENT:
            continue  # what a document says twice is the document's
        if passage.keys in seen:
            skipped.append((passage.id, f"same text as {seen[passage.keys]}; kept, encoded once"))
        seen[passage.keys] = passage.id
    return skipped
