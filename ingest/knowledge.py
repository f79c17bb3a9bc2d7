"""Reading knowledge/: files to records, and every defect of shape named with file, record and field."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, TypeVar

import yaml
from pydantic import BaseModel, ValidationError

from assistant.errors import KnowledgeError
from assistant.types import Authority
from ingest.schemas import (
    BoundariesRecord,
    ChoicesRecord,
    CodeRecord,
    EditionRecord,
    GuideHeader,
    PayerFile,
    Vocabulary,
)

FRONT_MATTER = re.compile(r"\A---\n(.*?)\n---\n(.*)\Z", re.DOTALL)
RECORDS = ("codes/*.yaml", "payers/*.yaml", "guides/*.md")
SINGLE_RECORDS: dict[str, type[BaseModel]] = {
    "boundaries.yaml": BoundariesRecord,
    "choices.yaml": ChoicesRecord,
    "vocabulary.yaml": Vocabulary,
}
SINGLE = ("code_changes.yaml", *SINGLE_RECORDS)
OFFICE = "office/"  # the office's own records, in the same shape, labelled as the office's

Model = TypeVar("Model", bound=BaseModel)


@dataclass(frozen=True, slots=True)
class Guide:
    name: str
    header: GuideHeader
    text: str


@dataclass(slots=True)
class Knowledge:
    """All records, each list in file order, with the file each came from (relative to the knowledge folder)."""

    codes: list[tuple[str, CodeRecord]] = field(default_factory=list)
    payers: list[tuple[str, PayerFile]] = field(default_factory=list)
    guides: list[tuple[str, Guide]] = field(default_factory=list)
    editions: list[tuple[str, EditionRecord]] = field(default_factory=list)
    vocabulary: Vocabulary = field(default_factory=Vocabulary)
    boundaries: BoundariesRecord = field(default_factory=BoundariesRecord)
    choices: ChoicesRecord = field(default_factory=ChoicesRecord)


def knowledge_files(folder: Path) -> list[Path]:
    patterns = (*RECORDS, *SINGLE, *(OFFICE + pattern for pattern in RECORDS))
    return sorted(path for pattern in patterns for path in folder.glob(pattern))


def knowledge_hash(folder: Path) -> str:
    """sha256 over names and contents: equal exactly when nothing in the knowledge changed."""
    digest = hashlib.sha256()
    for path in knowledge_files(folder):
        digest.update(path.relative_to(folder).as_posix().encode() + b"\0" + path.read_bytes() + b"\0")
    return digest.hexdigest()


def load_knowledge(folder: Path) -> Knowledge:
    """Read and validate the shape of every file. Raises `KnowledgeError` with all defects at once."""
    knowledge = Knowledge()
    problems: list[str] = []
    for path in knowledge_files(folder):
        name = path.relative_to(folder).as_posix()
        try:
            _read_into(knowledge, path, name, problems)
        except (yaml.YAMLError, UnicodeDecodeError, ValueError) as error:
            problems.append(f"{name}: cannot be read ({_one_line(error)}); mend the file's form")
    if not knowledge.codes and not problems:
        problems.append(f"{folder}: holds no code records; set BITEWING_KNOWLEDGE to the knowledge folder")
    if problems:
        raise KnowledgeError(problems)
    return knowledge


def _read_into(knowledge: Knowledge, path: Path, name: str, problems: list[str]) -> None:
    """Add one file's records; its place in the folder tells their kind."""
    office = name.startswith(OFFICE)
    kind = name.removeprefix(OFFICE)
    text = path.read_text(encoding="utf-8")
    if path.suffix == ".md":
        knowledge.guides.append((name, _guide(path.stem, text, office)))
        return
    content = yaml.load(text, Loader=_loader())
    if office:
        content = _as_the_offices(content)
    if kind.startswith("codes/"):
        knowledge.codes.extend((name, record) for record in _records(content, CodeRecord, name, "code", problems))
    elif kind.startswith("payers/"):
        if (payer_file := _validate(content, PayerFile, name, "", problems)) is not None:
            knowledge.payers.append((name, payer_file))
    elif name == "code_changes.yaml":
        editions = _records(content, EditionRecord, name, "edition", problems)
        knowledge.editions.extend((name, record) for record in editions)
    elif (alone := _validate(content, SINGLE_RECORDS[name], name, "", problems)) is not None:
        setattr(knowledge, name.removesuffix(".yaml"), alone)


def _loader() -> type[yaml.SafeLoader]:
    """Libyaml's parser where it is built in: five times as fast on these files."""
    return getattr(yaml, "CSafeLoader", yaml.SafeLoader)


def _as_the_offices(content: Any) -> Any:
    """Every source of an office's record is the office, whatever authority it claims."""
    if isinstance(content, list):
        return [_as_the_offices(item) for item in content]
    if not isinstance(content, dict):
        return content
    marked = {key: _as_the_offices(value) for key, value in content.items()}
    return {**marked, "authority": Authority.OFFICE.value} if "publisher" in marked else marked


def _guide(stem: str, text: str, office: bool) -> Guide:
    match = FRONT_MATTER.match(text)
    if match is None:
        raise ValueError("no front matter between --- lines")
    header = yaml.load(match.group(1), Loader=_loader())
    name = f"{OFFICE}{stem}" if office else stem
    return Guide(name, GuideHeader.model_validate(_as_the_offices(header) if office else header), match.group(2))


def _records(content: Any, model: type[Model], name: str, key: str, problems: list[str]) -> Iterator[Model]:
    if not isinstance(content, list):
        problems.append(f"{name}: must be a list of records")
        return
    for position, row in enumerate(content, 1):
        label = str(row.get(key, f"record {position}")) if isinstance(row, dict) else f"record {position}"
        if (record := _validate(row, model, name, label, problems)) is not None:
            yield record


def _validate(content: Any, model: type[Model], name: str, label: str, problems: list[str]) -> Model | None:
    try:
        return model.model_validate(content)
    except ValidationError as error:
        for defect in error.errors():
            place = ".".join(str(part) for part in defect["loc"])
            problems.append(": ".join(part for part in (name, label, place, defect["msg"]) if part))
        return None


def _one_line(error: Exception) -> str:
    return " ".join(str(error).split())
