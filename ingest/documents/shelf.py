"""The library folder: the office's files, what is known of each, and what changed since the last look.

    <library>/manuals/delta-2026.pdf              any file, in any folder below
    <library>/manuals/delta-2026.pdf.facts.yaml   its sidecar: what is known of it, and what a person corrected
    <home>/parsed/<sha256><suffix>.json           what its reader made of it, so that no file is read twice
    <home>/shelf.json                             what stood there at the last look

Documents and their text stay in these two folders; nothing of them is sent anywhere.
"""

from __future__ import annotations

import hashlib
import json
import os
import re
import shutil
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field, replace
from itertools import count, islice
from pathlib import Path, PurePosixPath
from typing import BinaryIO

import yaml
from pydantic import BaseModel, ConfigDict, TypeAdapter, ValidationError

from assistant.errors import DocumentError
from assistant.lexicon import Lexicon
from ingest.documents.apart import read_apart
from ingest.documents.blocks import Parsed, Reader, Unread
from ingest.documents.facts import DocumentFacts
from ingest.documents.reading_facts import facts_of

SIDECAR = ".facts.yaml"
READERS = "10"  # raised when the readers make something else of the same file
UNFIT = re.compile(r"[\x00-\x1f\x7f<>:\"|?*\\]+")  # in the name of a file, on one system or another
LONGEST_NAME = 150
MOST_NAMESAKES = 1_000  # files of one name from different folders
STILL_ANSWERS = "The version read before goes on answering."
LAST_KNOWN = "Until then, what was known of it last holds."
AS_IT_SAYS = "Until then, what the document says of itself holds."
Progress = Callable[[str, int, int], None]  # the file at hand, files done, files to do


class Sidecar(BaseModel):
    """What is kept beside a document. `corrected` names the fields that a person set; these survive a new version.

    `copied_from` is the path that the file was taken from: a file from there is its next version, and one of the same
    name from elsewhere is another document.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    sha256: str
    facts: DocumentFacts = DocumentFacts()
    corrected: tuple[str, ...] = ()
    copied_from: str | None = None


@dataclass(frozen=True, slots=True)
class Document:
    """One file of the library as read. `name` is its path within the library, with slashes."""

    name: str
    sha256: str
    facts: DocumentFacts
    parsed: Parsed
    corrected: tuple[str, ...] = ()
    copied_from: str | None = None


@dataclass(frozen=True, slots=True)
class Look:
    """What a look at the library folder found. All names are paths within it.

    `renamed` pairs the old name with the new; `doubles` pairs a file with the one that holds the same; `troubles`
    pairs a file that cannot be read with the reason and what to do.
    """

    documents: tuple[Document, ...] = ()
    added: tuple[str, ...] = ()
    changed: tuple[str, ...] = ()
    unchanged: tuple[str, ...] = ()
    gone: tuple[str, ...] = ()
    renamed: tuple[tuple[str, str], ...] = ()
    doubles: tuple[tuple[str, str], ...] = ()
    troubles: tuple[tuple[str, str], ...] = ()

    @property
    def unread(self) -> Iterator[tuple[str, Unread]]:
        """The pages and parts of documents that could not be read."""
        yield from ((document.name, unread) for document in self.documents for unread in document.parsed.unread)


@dataclass(frozen=True, slots=True)
class _Seen:
    """A file at a look: with the same size and time of change it is taken to be the same.

    `answering` is the sha256 of the version that answers, an older one where the present one cannot be read, and
    `known` what its sidecar said.
    """

    size: int
    changed: int
    sha256: str
    answering: str | None = None
    known: Sidecar | None = None


_SEEN = TypeAdapter(dict[str, _Seen])
_PARSED = TypeAdapter(Parsed)


@dataclass(slots=True)
class Shelf:
    """The library folder and what is remembered of it under the home folder."""

    folder: Path
    home: Path
    read: Reader = field(default=read_apart)
    at_once: int = 2  # files that are read at the same time

    def take(self, paths: Iterable[Path]) -> tuple[list[str], list[tuple[str, str]]]:
        """Copy files, and folders with all below, into the library; the names there, and what was not taken and why.

        A file that was taken from the same path before is replaced by its new version; one of the same name from
        elsewhere is kept beside it, in a folder named for its own. What lies in the library already stays where it is.
        Raises `DocumentError` for a path that does not exist.
        """
        taken: list[str] = []
        refused: list[tuple[str, str]] = []
        for path in paths:
            if not path.exists():
                raise DocumentError(f"{path} does not exist. Name a file or a folder with the office's documents.")
            refused += [(str(hidden), "hidden, as its name begins with a dot; rename it") for hidden in _hidden(path)]
            for file, name in _files_with_names(path):
                if file.is_symlink() or not file.is_file():
                    refused.append((str(file), "a link or no plain file; copy the file itself"))
                elif file.resolve().is_relative_to(self.folder.resolve()):
                    taken.append(file.resolve().relative_to(self.folder.resolve()).as_posix())
                else:
                    taken.append(self._take(file.resolve(), name))
        return taken, refused

    def _take(self, file: Path, name: str) -> str:
        """Copy a file from elsewhere; its name in the library."""
        name = self._free_name(file, name)
        with file.open("rb") as content:
            self._put(name, content)
        held = self._sidecar_or_none(name) or Sidecar(sha256="")
        if held.copied_from != str(file) and not self._sidecar_is_broken(name):
            self._write_sidecar(name, held.model_copy(update={"copied_from": str(file)}))
        return name

    def _free_name(self, file: Path, name: str) -> str:
        """The name that a file gets: that of its earlier version, else one under which no other document lies."""
        path = PurePosixPath(name)
        inner = path if len(path.parts) > 1 else PurePosixPath(_fit(file.parent.name)) / path.name
        numbered = (str(inner.with_stem(f"{inner.stem}-{number}")) for number in count(2))
        for free in (name, str(inner), *islice(numbered, MOST_NAMESAKES)):
            if not (self.folder / free).exists() or self._is_earlier(file, free):
                return free
        raise DocumentError(f"The library has too many files named “{name}”. Give {file} another name and add it.")

    def _is_earlier(self, file: Path, name: str) -> bool:
        """Whether what lies under a name was taken from the same path, or is the same file."""
        held = self._sidecar_or_none(name)
        known_path = held.copied_from if held else None
        return known_path == str(file) or _sha256(self.folder / name) == _sha256(file)

    def put(self, name: str, content: BinaryIO, beside: bool = False) -> str:
        """Keep what was sent under a file's name; the name in the library.

        A file of the same name is replaced, or kept `beside` it under a name with a number.
        """
        fitting = PurePosixPath(self.name_of(name))
        numbered = (fitting.with_stem(f"{fitting.stem}-{number}") for number in count(2))
        while beside and (self.folder / fitting).exists():
            fitting = next(numbered)
        self._put(str(fitting), content)
        return str(fitting)

    def name_of(self, sent: str) -> str:
        """The name that a file has in the library when it is sent under one."""
        return _fit(PurePosixPath(sent.replace("\\", "/")).name)

    def holds(self, name: str) -> bool:
        """Whether a file of that name lies there."""
        return (self.folder / name).is_file()

    def _put(self, name: str, content: BinaryIO) -> None:
        target = self.folder / name
        target.parent.mkdir(parents=True, exist_ok=True)
        draft = target.with_name(f".{target.name}.draft")
        with draft.open("wb") as file:
            shutil.copyfileobj(content, file)
        os.replace(draft, target)

    def look(
        self, lexicon: Lexicon, progress: Progress = lambda name, done, total: None, remember: bool = False
    ) -> Look:
        """Read what is new or changed since the look that was last remembered. A file that cannot be read is reported.

        The same files always give the same documents, in the order of their names.
        """
        before, now = self._remembered(), self._standing()
        first_of: dict[str, str] = {}
        doubles = []
        for name, seen in now.items():
            if (first := first_of.setdefault(seen.sha256, name)) != name:
                doubles.append((name, first))
        gone = [name for name in before if name not in now]
        fresh = [name for name in now if name not in before]
        # The double of a file that is gone takes its place.
        standing = [*fresh, *(name for name in now if name in before and before[name].answering is None)]
        renamed = _renamed({name: before[name].sha256 for name in gone}, {name: now[name].sha256 for name in standing})
        for old, new in renamed:
            self._move_sidecar(old, new)
        documents, troubles = self._documents(sorted(first_of.values()), before, now, lexicon, progress)
        old_names, new_names = {old for old, _ in renamed}, {new for _, new in renamed}
        double_names = {name for name, _ in doubles}
        if remember:
            answering = {document.name: document for document in documents}
            self._remember({name: _with_what_answers(seen, answering.get(name)) for name, seen in now.items()})
        return Look(
            documents=tuple(documents),
            added=tuple(name for name in fresh if name not in new_names and name not in double_names),
            changed=tuple(name for name in now if name in before and before[name].sha256 != now[name].sha256),
            unchanged=tuple(name for name in now if name in before and before[name].sha256 == now[name].sha256),
            gone=tuple(name for name in gone if name not in old_names),
            renamed=tuple(renamed),
            doubles=tuple(doubles),
            troubles=tuple(troubles),
        )

    def fingerprint(self) -> str:
        """Equal exactly when files, names, sidecars and readers are."""
        digest = hashlib.sha256(READERS.encode())
        for name, seen in self._standing().items():
            sidecar = self._sidecar_path(name)
            facts = sidecar.read_bytes() if sidecar.is_file() else b""
            digest.update(f"{name}\0{seen.sha256}\0".encode() + facts + b"\0")
        return digest.hexdigest()

    def facts(self, name: str) -> DocumentFacts | None:
        """What is known of a document; None before it was read. Raises `DocumentError` for a broken sidecar."""
        held = self._sidecar(name)
        return held.facts if held else None

    def correct(self, name: str, facts: DocumentFacts) -> None:
        """Keep what a person says of a document; the fields that differ from what was read count as corrected.

        Raises `DocumentError` for a name that is not in the library.
        """
        path = self.path(name)
        held = self._sidecar(name)
        before = held.facts if held else DocumentFacts()
        differing = {field for field in DocumentFacts.model_fields if getattr(facts, field) != getattr(before, field)}
        corrected = tuple(sorted(differing | set(held.corrected if held else ())))
        held = held or Sidecar(sha256=_sha256(path))
        self._write_sidecar(name, held.model_copy(update={"facts": facts, "corrected": corrected}))

    def remove(self, name: str) -> None:
        """Delete a document and its sidecar from the library. Raises `DocumentError` for a name that is not there."""
        self.path(name).unlink()
        self._sidecar_path(name).unlink(missing_ok=True)

    def path(self, name: str) -> Path:
        """Where a document lies. Raises `DocumentError` for a name that is not in the library."""
        path = self.folder / name
        if name not in set(self._names()):
            raise DocumentError(f"“{name}” is not in the library. `bitewing library list` shows the names.")
        return path

    def _names(self) -> list[str]:
        """Files of the library in the order of their names: no hidden ones, no links, no sidecars."""
        if not self.folder.is_dir():
            return []
        return sorted(
            relative.as_posix()
            for path in self.folder.rglob("*")
            if path.is_file()
            and not path.is_symlink()
            and not (relative := path.relative_to(self.folder)).name.endswith(SIDECAR)
            and not any(part.startswith(".") for part in relative.parts)
        )

    def _standing(self) -> dict[str, _Seen]:
        """What stands in the folder now; a file whose size and time of change are as remembered is not hashed again."""
        before = self._remembered()
        standing = {}
        for name in self._names():
            path = self.folder / name
            stat = path.stat()
            held = before.get(name)
            same = held is not None and (held.size, held.changed) == (stat.st_size, stat.st_mtime_ns)
            sha256 = held.sha256 if held is not None and same else _sha256(path)
            standing[name] = _Seen(stat.st_size, stat.st_mtime_ns, sha256)
        return standing

    def _documents(
        self,
        names: Sequence[str],
        before: Mapping[str, _Seen],
        now: Mapping[str, _Seen],
        lexicon: Lexicon,
        progress: Progress,
    ) -> tuple[list[Document], list[tuple[str, str]]]:
        """The files as documents, and those that cannot be read with the reason.

        Where a new version of a file cannot be read, the last one that could goes on answering.
        """
        documents: list[Document] = []
        troubles: list[tuple[str, str]] = []
        with ThreadPoolExecutor(self.at_once) as pool:
            found = pool.map(lambda name: self._read_once(name, now[name].sha256), names)
            for done, (name, result) in enumerate(zip(names, found, strict=True), 1):
                progress(name, done, len(names))
                sha256 = now[name].sha256
                if isinstance(result, str):
                    last = before[name].answering if name in before else None
                    older = self._kept(name, last) if last else None
                    if last is None or not isinstance(older, Parsed):
                        troubles.append((name, result))
                        continue
                    troubles.append((name, f"{result} {STILL_ANSWERS}"))
                    sha256, result = last, older
                try:
                    sidecar = self._known(name, sha256, result, lexicon)
                except DocumentError as error:
                    last_known = before[name].known if name in before else None
                    sidecar = _read_anew(name, sha256, result, lexicon, last_known)
                    troubles.append((name, f"{error} {LAST_KNOWN if last_known else AS_IT_SAYS}"))
                documents.append(Document(name, sha256, sidecar.facts, result, sidecar.corrected, sidecar.copied_from))
        return documents, troubles

    def _kept(self, name: str, sha256: str) -> Parsed | str | None:
        """What was made of a file before: its blocks, or why it cannot be read; None when nothing was."""
        try:
            held = json.loads(self._kept_path(name, sha256).read_bytes())
            if held["readers"] != READERS:
                return None
            return str(held["trouble"]) if "trouble" in held else _PARSED.validate_python(held["parsed"])
        except (OSError, ValueError, KeyError):
            return None

    def _kept_path(self, name: str, sha256: str) -> Path:
        return self.home / "parsed" / f"{sha256}{PurePosixPath(name).suffix.lower()}.json"

    def _read_once(self, name: str, sha256: str) -> Parsed | str:
        """What the reader makes of a file, or why it cannot be read."""
        if (held := self._kept(name, sha256)) is not None:
            return held
        result: Parsed | str
        try:
            result = self.read(self.folder / name)
            content = {"readers": READERS, "parsed": _PARSED.dump_python(result, mode="json")}
        except DocumentError as error:
            result = str(error)
            content = {"readers": READERS, "trouble": result}
        kept = self._kept_path(name, sha256)
        kept.parent.mkdir(parents=True, exist_ok=True)
        draft = kept.with_name(f".{kept.name}.{os.getpid()}")
        draft.write_text(json.dumps(content), encoding="utf-8")
        os.replace(draft, kept)
        return result

    def _known(self, name: str, sha256: str, parsed: Parsed, lexicon: Lexicon) -> Sidecar:
        """What is known of a document: what its text says, but for what a person corrected.

        Raises `DocumentError` for a sidecar that cannot be read.
        """
        held = self._sidecar(name)
        if held is not None and held.sha256 == sha256:
            return held
        fresh = _read_anew(name, sha256, parsed, lexicon, held)
        self._write_sidecar(name, fresh)
        return fresh

    def _sidecar(self, name: str) -> Sidecar | None:
        """Raises `DocumentError` for a sidecar that was edited into another shape."""
        path = self._sidecar_path(name)
        if not path.is_file():
            return None
        try:
            return Sidecar.model_validate(yaml.safe_load(path.read_text(encoding="utf-8")))
        except (yaml.YAMLError, UnicodeDecodeError, ValidationError) as error:
            line = " ".join(str(error).split())[:200]
            raise DocumentError(
                f"{path.name} cannot be read ({line}). Mend it, or delete it and what the document says is read anew."
            ) from error

    def _sidecar_or_none(self, name: str) -> Sidecar | None:
        """None also for one that cannot be read."""
        try:
            return self._sidecar(name)
        except DocumentError:
            return None

    def _sidecar_is_broken(self, name: str) -> bool:
        return self._sidecar_path(name).is_file() and self._sidecar_or_none(name) is None

    def _write_sidecar(self, name: str, sidecar: Sidecar) -> None:
        text = yaml.safe_dump(sidecar.model_dump(mode="json", exclude_none=True), sort_keys=False, allow_unicode=True)
        path = self._sidecar_path(name)
        draft = path.with_name(f".{path.name}.draft")
        draft.write_text(text, encoding="utf-8")
        os.replace(draft, path)

    def _move_sidecar(self, old: str, new: str) -> None:
        """What is known of a file goes with it when it was renamed without its sidecar."""
        if self._sidecar_path(old).is_file() and not self._sidecar_path(new).is_file():
            self._sidecar_path(old).rename(self._sidecar_path(new))

    def _sidecar_path(self, name: str) -> Path:
        path = self.folder / name
        return path.with_name(path.name + SIDECAR)

    def _remembered(self) -> dict[str, _Seen]:
        try:
            return _SEEN.validate_json((self.home / "shelf.json").read_bytes())
        except (OSError, ValidationError):
            return {}

    def _remember(self, standing: dict[str, _Seen]) -> None:
        self.home.mkdir(parents=True, exist_ok=True)
        draft = self.home / ".shelf.json"
        draft.write_bytes(_SEEN.dump_json(standing))
        os.replace(draft, self.home / "shelf.json")


def _read_anew(name: str, sha256: str, parsed: Parsed, lexicon: Lexicon, held: Sidecar | None) -> Sidecar:
    """What the text of a document says of it, but for what `held` has as corrected."""
    read = facts_of(parsed, name, lexicon)
    if held is None:
        return Sidecar(sha256=sha256, facts=read)
    kept = {field: getattr(held.facts, field) for field in held.corrected}
    return held.model_copy(update={"sha256": sha256, "facts": read.model_copy(update=kept)})


def _with_what_answers(seen: _Seen, document: Document | None) -> _Seen:
    if document is None:
        return seen
    known = Sidecar(
        sha256=document.sha256, facts=document.facts, corrected=document.corrected, copied_from=document.copied_from
    )
    return replace(seen, answering=document.sha256, known=known)


def _files_with_names(path: Path) -> Iterator[tuple[Path, str]]:
    """The files at a path, each with its name in the library: a folder keeps its own name and what is below it."""
    if not path.is_dir():
        yield path, _fit(path.name)
        return
    for file in sorted(path.rglob("*")):
        relative = file.relative_to(path)
        hidden = any(part.startswith(".") for part in relative.parts) or file.name.endswith(SIDECAR)
        if not file.is_dir() and not hidden:
            parts = (path.resolve().name, *relative.parts)
            yield file, "/".join(_fit(part) for part in parts)


def _hidden(path: Path) -> Iterator[Path]:
    """Files and folders below a folder that its listing does not show, without what is in such a folder."""
    for inner in sorted(path.rglob(".*")) if path.is_dir() else []:
        if not any(part.startswith(".") for part in inner.relative_to(path).parts[:-1]):
            yield inner


def _fit(name: str) -> str:
    """A name that every system takes and that cannot lead out of the library."""
    stem, dot, suffix = UNFIT.sub("_", name.lstrip(". ")).rpartition(".")
    return f"{stem[:LONGEST_NAME]}{dot}{suffix}" or "document"


def _renamed(gone: dict[str, str], fresh: dict[str, str]) -> list[tuple[str, str]]:
    """Pairs of an old and a new name that hold the same."""
    waiting = {sha256: name for name, sha256 in gone.items()}
    return [(waiting.pop(sha256), name) for name, sha256 in fresh.items() if sha256 in waiting]


def _sha256(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()
