"""`bitewing ingest` and `bitewing check`: what they do and what they print."""

from __future__ import annotations

import sys
from collections.abc import Callable
from typing import NoReturn

from tqdm import tqdm

from assistant.encoder import Encoder
from assistant.settings import Settings
from ingest.build import BuildReport, build_index
from ingest.check import check_knowledge


def ingest(settings: Settings, encoder: Encoder, rebuild: bool = False) -> BuildReport:
    """Build the index with a progress bar on standard error."""
    with tqdm(unit=" passages", desc="Encoding", file=sys.stderr, disable=None, leave=False) as bar:
        return build_index(settings, encoder, _moving(bar), rebuild)


def describe(report: BuildReport) -> str:
    """Counts on one line, then a line for everything that was skipped, with the reason."""
    state = "Index is up to date" if report.unchanged else "Index built"
    counts = f"{report.codes} codes, {report.rules} payer rules, {report.guides} guides: {report.passages} passages"
    work = f"{report.encoded} encoded, {report.reused} unchanged and not encoded again"
    return "\n".join([f"{state}. {counts}; {work}.", *(f"Skipped {name}: {why}." for name, why in report.skipped)])


def check(settings: Settings) -> None:
    """Validate the knowledge and print what it holds. Raises `KnowledgeError`."""
    knowledge = check_knowledge(settings.knowledge)
    rules = sum(len(payer_file.rules) for _, payer_file in knowledge.payers)
    print(
        f"{settings.knowledge}: {len(knowledge.codes)} codes, {rules} rules of {len(knowledge.payers)} payers, "
        f"{len(knowledge.guides)} guides, {len(knowledge.editions)} CDT editions; all sound."
    )


def _moving(bar: tqdm[NoReturn]) -> Callable[[int, int], None]:
    def move(done: int, total: int) -> None:
        bar.total = total
        bar.update(done - bar.n)

    return move
