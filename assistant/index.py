"""The index: immutable snapshots of passages, their vectors and their words, and the pointer to the one in use.

    <home>/current                      names the snapshot in use; replaced in one step
    <home>/snapshots/<name>/passages.json
    <home>/snapshots/<name>/chroma/     vectors (Chroma), one row a key of a passage
    <home>/snapshots/<name>/bm25/       words (bm25s)
    <home>/snapshots/<name>/vectors.npy the same vectors in key order, to compare what the exact leg finds
    <home>/snapshots/<name>/rarity.json, words.json, lexicon.json, manifest.json

A passage is found by its keys: each of its sentences under its heading, and each question that it answers. A snapshot
is written beside the others and never changed once the pointer names it, so a crash leaves the old one serving and a
running reader keeps a consistent view. This is the only module that imports chromadb.
"""

from __future__ import annotations

import json
import logging
import math
import os
import shutil
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import asdict, dataclass
from datetime import date
from pathlib import Path
from typing import Any

import bm25s
import chromadb
import numpy as np
import Stemmer
from chromadb.config import Settings as ChromaSettings
from filelock import FileLock
from numpy.typing import NDArray
from pydantic import TypeAdapter

from assistant.encoder import Vectors
from assistant.errors import IndexBroken, IndexMissing
from assistant.lexicon import BoundaryModel, Lexicon
from assistant.proof import content_words
from assistant.spelling import words_of
from assistant.types import Passage

COLLECTION = "passages"
FORMAT = "5"  # raised when the layout of a snapshot changes
KEPT_SNAPSHOTS = 2  # the one in use and its predecessor, which a running reader may still have open
CHROMA_BATCH = 5_000  # Chroma refuses larger writes
OVERFETCH = 5  # times what was asked for
DISTANT_PAST, DISTANT_FUTURE = 0, 99991231
UNSEEN = ""  # stands in the rarities for a stem that no key holds
PASSAGES = TypeAdapter(tuple[Passage, ...])

logging.getLogger("bm25s").setLevel(logging.WARNING)  # it sets itself to DEBUG
_stemmer = Stemmer.Stemmer("english")


@dataclass(frozen=True, slots=True)
class Manifest:
    """What a snapshot was made from. `fingerprint` covers knowledge, splitter and encoder."""

    fingerprint: str
    encoder: str
    passages: int
    built: str
    format: str = FORMAT


@dataclass(frozen=True, slots=True)
class Scope:
    """Which passages a question may see: those of no payer and of `payers` (None: any), in force on `day`."""

    day: date
    payers: tuple[str, ...] | None = None

    def admits(self, passage: Passage) -> bool:
        return self.admits_payer(passage) and passage.in_force(self.day)

    def admits_payer(self, passage: Passage) -> bool:
        return self.payers is None or passage.payer is None or passage.payer in self.payers


class Index:
    """One snapshot, open for reading. Safe to share between threads."""

    def __init__(self, folder: Path) -> None:
        self.name = folder.name
        try:
            self.manifest = read_manifest(folder)
            self.lexicon = read_lexicon(folder)
            self._client = _client(folder)
            self._collection = self._client.get_collection(COLLECTION, embedding_function=None)
            self._bm25 = bm25s.BM25.load(str(folder / "bm25"), load_corpus=False)
            self._vectors: Vectors = np.load(folder / "vectors.npy", mmap_mode="r")
            passages = read_passages(folder)
            self._rarity: dict[str, float] = json.loads((folder / "rarity.json").read_text(encoding="utf-8"))
            self.words: dict[str, int] = json.loads((folder / "words.json").read_text(encoding="utf-8"))
        except Exception as error:
            raise IndexBroken(f"{type(error).__name__}: {error}") from error
        self.passages: dict[str, Passage] = {passage.id: passage for passage in passages}
        self._rows: dict[str, range] = {}
        self._keyed: list[Passage] = []
        self._by_code: dict[str, list[Passage]] = {}
        self._by_payer: dict[str, list[Passage]] = {}
        for passage in self.passages.values():
            count = len(passage.keys)
            self._rows[passage.id] = range(len(self._keyed), len(self._keyed) + count)
            self._keyed += [passage] * count
            for code in passage.codes:
                self._by_code.setdefault(code, []).append(passage)
            if passage.payer:
                self._by_payer.setdefault(passage.payer, []).append(passage)
        self._starts = np.array([_as_number(passage.effective, DISTANT_PAST) for passage in self._keyed])
        self._ends = np.array([_as_number(passage.expires, DISTANT_FUTURE) for passage in self._keyed])
        self._payers = np.array([passage.payer or "" for passage in self._keyed])

    def close(self) -> None:
        """Let go of the files; the index answers no more."""
        self._client.close()

    def naming(self, code: str) -> list[Passage]:
        return self._by_code.get(code, [])

    def of_payer(self, payer: str) -> list[Passage]:
        return self._by_payer.get(payer, [])

    def speaks_of(self, payer: str, codes: Sequence[str]) -> bool:
        """Whether the payer has a rule that names one of the codes, in force or not."""
        return any(set(codes) & set(passage.codes) for passage in self.of_payer(payer))

    def nearest(self, vector: Vectors, count: int, scope: Scope) -> list[Passage]:
        """Passages by the cosine of their nearest key to a unit vector, best first."""
        # Chroma's own filter costs ten times the query, so what the scope does not admit is left out afterwards; where
        # that leaves too little, all keys are compared.
        found = self._query(vector, count * OVERFETCH)
        admitted = list(dict.fromkeys(passage for passage in found if scope.admits(passage)))
        if len(admitted) < count and len(found) < len(self._keyed):
            cosines = np.where(self._mask(scope), self._vectors @ vector, -1.0)
            best = np.argsort(-cosines, kind="stable")[: count * OVERFETCH]
            admitted = list(dict.fromkeys(self._keyed[row] for row in best if cosines[row] > -1.0))
        return admitted[:count]

    def matching(self, text: str, count: int, scope: Scope) -> list[Passage]:
        """Passages by the BM25 score of their best key, best first; none that shares no word with `text`."""
        tokens = tokenize([text])[0]
        if not tokens or not self._keyed:
            return []
        scores = self._bm25.get_scores(tokens) * self._mask(scope)
        best = np.argsort(-scores, kind="stable")[: count * OVERFETCH]
        return list(dict.fromkeys(self._keyed[row] for row in best if scores[row] > 0))[:count]

    def cosines(self, passages: Sequence[Passage], vector: Vectors) -> list[tuple[float, ...]]:
        """For each passage the cosine of each of its keys to a unit vector."""
        if not passages:
            return []
        ranges = [self._rows[passage.id] for passage in passages]
        found = (self._vectors[np.concatenate([np.arange(r.start, r.stop) for r in ranges])] @ vector).tolist()
        rows = iter(found)
        return [tuple(next(rows) for _ in r) for r in ranges]

    def rarity(self, stem: str) -> float:
        """The inverse document frequency of a stem over all keys; that of a stem seen once, when it is in none."""
        return self._rarity.get(stem, self._rarity[UNSEEN])

    def knows(self, stem: str) -> bool:
        return stem in self._rarity

    def _query(self, vector: Vectors, count: int) -> list[Passage]:
        found = self._collection.query(query_embeddings=[vector.tolist()], n_results=count, include=[])
        return [self.passages[row.rpartition("#")[0]] for row in found["ids"][0]]

    def _mask(self, scope: Scope) -> NDArray[np.bool_]:
        """Which keys the scope admits, in index order: `Scope.admits` for all of them at once."""
        day = _as_number(scope.day, DISTANT_PAST)
        in_force = (self._starts <= day) & (day <= self._ends)
        if scope.payers is None:
            return in_force
        return in_force & np.isin(self._payers, ["", *scope.payers])


class IndexStore:
    """The snapshots of one home folder, and the pointer to the one in use."""

    def __init__(self, home: Path) -> None:
        self.home = home
        self._pointer = home / "current"
        self._snapshots = home / "snapshots"

    def current(self) -> Path | None:
        """The folder of the snapshot in use, if there is one."""
        try:
            folder = self._snapshots / self._pointer.read_text(encoding="utf-8").strip()
        except FileNotFoundError:
            return None
        return folder if (folder / "manifest.json").is_file() else None

    def manifest(self) -> Manifest | None:
        """What the snapshot in use was made from; None when there is none or it has another layout."""
        folder = self.current()
        try:
            return read_manifest(folder) if folder else None
        except (OSError, ValueError, TypeError):
            return None

    def boundary_model(self) -> BoundaryModel | None:
        """That of the snapshot in use; None when there is no such snapshot in this layout."""
        folder = self.current()
        if folder is None or self.manifest() is None:
            return None
        return read_lexicon(folder).boundary_model

    def open(self) -> Index:
        """The snapshot in use. Raises `IndexMissing` or `IndexBroken`."""
        folder = self.current()
        if folder is None:
            raise IndexMissing(str(self.home))
        return Index(folder)

    def lock(self) -> FileLock:
        """Held by the one process that builds; the others wait for it."""
        self.home.mkdir(parents=True, exist_ok=True)
        return FileLock(self.home / "building.lock")

    def write(
        self,
        passages: Sequence[Passage],
        vectors: Vectors,
        lexicon: Lexicon,
        manifest: Manifest,
        from_nothing: bool = False,
    ) -> Path:
        """Write a snapshot beside the others, switch the pointer to it, and drop those no reader needs.

        `vectors` has one row a key, passage after passage. What the snapshot in use already holds is taken from it,
        unless the new one is made `from_nothing`. The caller holds `lock`.
        """
        name = f"{manifest.built.replace(':', '')}-{manifest.fingerprint[:8]}"
        folder = self._snapshots / name
        draft = self._snapshots / f".draft-{name}"
        shutil.rmtree(draft, ignore_errors=True)
        shutil.rmtree(folder, ignore_errors=True)
        draft.mkdir(parents=True)
        held = self.manifest()
        reusable = self.current() if held and held.encoder == manifest.encoder and not from_nothing else None
        (draft / "passages.json").write_bytes(PASSAGES.dump_json(tuple(passages)))
        _write_chroma(draft, reusable, passages, vectors)
        _write_bm25(draft, passages)
        np.save(draft / "vectors.npy", vectors)
        (draft / "rarity.json").write_text(json.dumps(_rarity(passages)), encoding="utf-8")
        words = words_of((key for passage in passages for key in passage.keys), lexicon.names)
        (draft / "words.json").write_text(json.dumps(words), encoding="utf-8")
        (draft / "lexicon.json").write_text(lexicon.model_dump_json(), encoding="utf-8")
        (draft / "manifest.json").write_text(json.dumps(asdict(manifest), indent=2), encoding="utf-8")
        draft.rename(folder)
        Index(folder).close()  # a snapshot that cannot be opened never becomes the one in use
        waiting = self.home / ".current"
        waiting.write_text(name, encoding="utf-8")
        os.replace(waiting, self._pointer)
        self._drop_old()
        return folder

    def _drop_old(self) -> None:
        in_use = self.current()
        others = sorted(path for path in self._snapshots.iterdir() if path != in_use)
        for path in others[: max(0, len(others) - (KEPT_SNAPSHOTS - 1))]:
            shutil.rmtree(path, ignore_errors=True)


def read_manifest(folder: Path) -> Manifest:
    """Raises `ValueError` when the snapshot has another layout than this version writes."""
    manifest = Manifest(**json.loads((folder / "manifest.json").read_text(encoding="utf-8")))
    if manifest.format != FORMAT:
        raise ValueError(f"layout {manifest.format}, expected {FORMAT}")
    return manifest


def read_passages(folder: Path) -> tuple[Passage, ...]:
    return PASSAGES.validate_json((folder / "passages.json").read_bytes())


def read_lexicon(folder: Path) -> Lexicon:
    return Lexicon.model_validate_json((folder / "lexicon.json").read_text(encoding="utf-8"))


def tokenize(texts: Sequence[str]) -> list[list[str]]:
    """Lower-case stems without stopwords; a code stays one token."""
    tokens = bm25s.tokenize(
        list(texts), token_pattern=r"(?u)\b\w\w+\b", stopwords="en", stemmer=_stemmer, return_ids=False,
        show_progress=False,
    )  # fmt: skip
    return [list(row) for row in tokens]


def _client(folder: Path) -> Any:
    settings = ChromaSettings(anonymized_telemetry=False)
    return chromadb.PersistentClient(path=str(folder / "chroma"), settings=settings)


def _write_chroma(draft: Path, previous: Path | None, passages: Sequence[Passage], vectors: Vectors) -> None:
    """Copy the previous snapshot's collection and change what differs: cheaper than adding everything anew."""
    held: dict[str, str] = {}
    if previous is not None:
        shutil.copytree(previous / "chroma", draft / "chroma")
        held = _rows(read_passages(previous))
    client = _client(draft)
    collection = client.get_or_create_collection(
        COLLECTION, configuration={"hnsw": {"space": "cosine"}}, embedding_function=None
    )
    rows = _rows(passages)
    vector_of = dict(zip(rows, vectors, strict=True))
    for batch in _batches([row for row in held if row not in rows]):
        collection.delete(ids=batch)
    for batch in _batches([row for row, key in rows.items() if held.get(row) != key]):
        collection.upsert(ids=batch, embeddings=[vector_of[row] for row in batch])
    client.close()


def _rows(passages: Sequence[Passage]) -> dict[str, str]:
    """Row id -> key of a passage."""
    return {f"{passage.id}#{number}": key for passage in passages for number, key in enumerate(passage.keys)}


def _write_bm25(draft: Path, passages: Sequence[Passage]) -> None:
    retriever = bm25s.BM25()
    retriever.index(tokenize([key for passage in passages for key in passage.keys]), show_progress=False)
    retriever.save(str(draft / "bm25"))


def _rarity(passages: Sequence[Passage]) -> dict[str, float]:
    """Stem -> inverse document frequency (Robertson and Spärck Jones, 1976) over the keys."""
    counts = Counter(stem for passage in passages for key in passage.keys for stem in content_words(key))
    total = sum(len(passage.keys) for passage in passages)
    return {stem: math.log(1 + total / count) for stem, count in [*sorted(counts.items()), (UNSEEN, 1)]}


def _batches(ids: list[str]) -> Iterator[list[str]]:
    for start in range(0, len(ids), CHROMA_BATCH):
        yield ids[start : start + CHROMA_BATCH]


def _as_number(day: date | None, missing: int) -> int:
    return missing if day is None else day.year * 10_000 + day.month * 100 + day.day
