"""The cases: known questions with what a right answer must say, read from YAML or JSONL.

A case's gold comes from the sources, never from what Bitewing says. `facts` are lists of alternatives, regular
expressions of which one must be found in the answer; `must_not` are claims that must not be; `records` prove it.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from datetime import date
from pathlib import Path
from typing import Annotated, Any, Literal

import yaml
from pydantic import AfterValidator, BaseModel, BeforeValidator, ConfigDict, ValidationError

from assistant.errors import BitewingError
from assistant.types import Turn, Verdict

CASES = Path(__file__).parent / "cases"

Outcome = Literal["answered", "not_covered", "declined", "clarify"]


class CaseError(BitewingError):
    """A case file that cannot be read; the message names file and case."""


def _is_pattern(text: str) -> str:
    try:
        re.compile(text)
    except re.error as error:
        raise ValueError(f"{text!r} is no regular expression: {error}") from error
    return text


Pattern = Annotated[str, AfterValidator(_is_pattern)]
Outcomes = Annotated[tuple[Outcome, ...], BeforeValidator(lambda value: [value] if isinstance(value, str) else value)]


class Case(BaseModel):
    """One known question. `outcome` lists the acceptable outcomes, `verdicts` the acceptable verdicts (empty: any)."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    id: str
    kind: str
    question: str
    history: tuple[Turn, ...] = ()
    payer: str | None = None
    date_of_service: date | None = None
    outcome: Outcomes
    verdicts: tuple[Verdict, ...] = ()
    facts: tuple[tuple[Pattern, ...], ...] = ()
    must_not: tuple[Pattern, ...] = ()
    records: tuple[str, ...] = ()
    reference: str
    half: Literal["dev", "test"]


def load_cases(paths: list[Path]) -> list[Case]:
    """The cases of files and folders in name order; the file's name is the kind. Raises `CaseError`."""
    files = [file for path in paths for file in (sorted(path.glob("*.yaml")) if path.is_dir() else [path])]
    cases = [case for file in files for case in _read(file)]
    ids = [case.id for case in cases]
    twice = sorted({case_id for case_id in ids if ids.count(case_id) > 1})
    if twice:
        raise CaseError(f"These case ids stand twice: {', '.join(twice)}. Give each case its own id.")
    if not cases:
        raise CaseError(f"No cases in {', '.join(map(str, paths))}. Name a YAML or JSONL file with cases.")
    return cases


def _read(file: Path) -> Iterator[Case]:
    try:
        text = file.read_text(encoding="utf-8")
        is_lines = file.suffix == ".jsonl"
        rows: Any = (
            [json.loads(line) for line in text.splitlines() if line.strip()] if is_lines else yaml.safe_load(text)
        )
    except (OSError, ValueError, yaml.YAMLError) as error:
        raise CaseError(f"{file} cannot be read: {error}") from error
    for row in rows or []:
        try:
            yield Case.model_validate({"kind": file.stem, **row})
        except (ValidationError, TypeError) as error:
            name = row.get("id", "?") if isinstance(row, dict) else "?"
            raise CaseError(f"{file}: case {name}: {error}") from error


def check_golds(cases: list[Case]) -> None:
    """Every reference answer must pass its own case. Raises `CaseError` naming all that do not."""
    amiss = []
    for case in cases:
        line = " ".join(case.reference.split())
        unsaid = [fact for fact in case.facts if not any(re.search(gold, line, re.IGNORECASE) for gold in fact)]
        said = [claim for claim in case.must_not if re.search(claim, line, re.IGNORECASE)]
        if unsaid or said:
            amiss.append(f"{case.id}: the reference lacks {unsaid} and says {said}")
    if amiss:
        raise CaseError("These golds do not pass their own cases:\n" + "\n".join(amiss))
