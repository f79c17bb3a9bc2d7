"""The documents suite: documents into a library of its own, questions to them, and what their answers say and cite."""

from __future__ import annotations

import hashlib
import re
import shutil
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

import yaml
from pydantic import BaseModel, ConfigDict, ValidationError

from assistant.encoder import Encoder
from assistant.path import Assistant
from assistant.phrases import Phrases
from assistant.rendering import as_text
from assistant.settings import Settings
from assistant.types import Answer, Answered, Citation
from evals.cases import CaseError, Pattern
from evals.documents.made import MAKERS, make
from evals.systems import TODAY
from ingest.build import build_index, shelf_of
from ingest.documents.facts import DocumentFacts

CASES = Path(__file__).with_name("cases.yaml")


class Question(BaseModel):
    """`says` are alternatives; `pages` or `place` is where a quote that says one must stand, None for anywhere."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    ask: str
    says: tuple[Pattern, ...]
    must_not: tuple[Pattern, ...] = ()
    pages: tuple[int, ...] | None = None
    place: str | None = None
    date_of_service: date | None = None


class Asked(BaseModel):
    """One document with its questions. With a sha256 it is a real one, asked about only where a folder holds it."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    file: str
    about: str
    sha256: str | None = None
    facts: Mapping[str, Any] = {}
    questions: tuple[Question, ...]


@dataclass(frozen=True, slots=True)
class Verdict:
    """How one went: `right` says what the document says, `placed` cites where, `false` says what must not be said."""

    file: str
    ask: str
    right: bool
    placed: bool
    false: bool
    text: str


@dataclass(frozen=True, slots=True)
class DocumentsReport:
    """`left_out` are documents of the suite that this run could not have, each with the reason."""

    verdicts: tuple[Verdict, ...]
    left_out: tuple[tuple[str, str], ...]

    @property
    def figures(self) -> dict[str, float]:
        """Shares of all questions asked; a right answer without the right place counts for `right` alone."""
        count = max(len(self.verdicts), 1)
        return {
            "right answer": sum(one.right for one in self.verdicts) / count,
            "right place": sum(one.placed for one in self.verdicts) / count,
            "false answer": sum(one.false for one in self.verdicts) / count,
        }


def measure_documents(settings: Settings, encoder: Encoder, real: Path | None = None) -> DocumentsReport:
    """Build an index with the suite's documents, and with the real ones that lie in the folder `real`, and ask.

    Raises `CaseError` when the cases cannot be read.
    """
    asked = load()
    folder = settings.home / "evals-documents"
    own = settings.model_copy(update={"home": folder / "home", "library": folder / "library"})
    shutil.rmtree(own.library, ignore_errors=True)
    left_out = [(name, "its program is not installed") for name in make(own.library)]
    left_out += _real_ones(asked, real, own.library)
    own.home.mkdir(parents=True, exist_ok=True)
    if (known := settings.home / "vectors.sqlite").is_file() and not (own.home / known.name).is_file():
        shutil.copy(known, own.home / known.name)
    build_index(own, encoder)
    _correct(asked, own)
    build_index(own, encoder)
    assistant = Assistant(own, encoder, today=lambda: TODAY)
    phrases = Phrases(own.prompts)
    missing = {name for name, _ in left_out}
    verdicts = [
        _judged(one.file, question, assistant.ask(question.ask, date_of_service=question.date_of_service), phrases)
        for one in asked
        if one.file not in missing
        for question in one.questions
    ]
    return DocumentsReport(tuple(verdicts), tuple(left_out))


def load(path: Path = CASES) -> list[Asked]:
    """The cases. Raises `CaseError` naming the file."""
    try:
        asked = [Asked.model_validate(row) for row in yaml.safe_load(path.read_text(encoding="utf-8"))]
    except (OSError, yaml.YAMLError, ValidationError) as error:
        raise CaseError(f"{path} cannot be read: {error}") from error
    unknown = [one.file for one in asked if one.sha256 is None and one.file not in MAKERS]
    if unknown:
        raise CaseError(f"{path} names documents that nothing makes: {', '.join(unknown)}.")
    return asked


def _real_ones(asked: Sequence[Asked], folder: Path | None, library: Path) -> Iterator[tuple[str, str]]:
    """Copy the real documents by their content, whatever they are called; those that are not there."""
    found: dict[str, Path] = {}
    for path in sorted(folder.iterdir()) if folder is not None and folder.is_dir() else []:
        if path.is_file():
            found[hashlib.sha256(path.read_bytes()).hexdigest()] = path
    for one in asked:
        if one.sha256 is None:
            continue
        if (held := found.get(one.sha256)) is not None:
            shutil.copy(held, library / one.file)
        else:
            yield one.file, "a real document, not in the folder named with --documents"


def _correct(asked: Sequence[Asked], settings: Settings) -> None:
    """What an office would tell in the form, because the document does not say it."""
    shelf = shelf_of(settings)
    for one in asked:
        if one.facts and (settings.library / one.file).is_file():
            held = shelf.facts(one.file) or DocumentFacts()
            shelf.correct(one.file, DocumentFacts.model_validate({**held.model_dump(), **one.facts}))


def _judged(file: str, question: Question, answer: Answer, phrases: Phrases) -> Verdict:
    text = as_text(answer, phrases)
    citations = answer.citations if isinstance(answer, Answered) else ()
    telling = [one for one in citations if one.passage.file == file and _says(question.says, one.quote)]
    return Verdict(
        file=file,
        ask=question.ask,
        right=_says(question.says, text),
        placed=any(_is_at(one, question) for one in telling),
        false=_says(question.must_not, text),
        text=text,
    )


def _says(patterns: Sequence[str], text: str) -> bool:
    return any(re.search(pattern, text, re.IGNORECASE) for pattern in patterns)


def _is_at(citation: Citation, question: Question) -> bool:
    source = citation.source
    if source is None:
        return False
    if question.place is not None:
        return source.place == question.place
    return question.pages is None or source.page in question.pages
