"""`python -m evals`: runs the cases through `Assistant.ask` and prints how they came out."""

from __future__ import annotations

import argparse
import sys
import time
from collections.abc import Sequence
from datetime import date
from pathlib import Path

import numpy as np
from tqdm import tqdm

from assistant.encoder import Encoder
from assistant.errors import BitewingError
from assistant.path import Assistant
from assistant.phrases import Phrases
from assistant.rendering import as_text
from assistant.settings import Settings
from evals.cases import CASES, Case, load_cases
from evals.measures import Judgement, Mark, judge, success_at
from ingest.build import is_stale
from ingest.command import ingest

TODAY = date(2026, 11, 23)  # the cases' golds were written for this day


def main(arguments: Sequence[str] | None = None) -> int:
    parser = argparse.ArgumentParser(prog="python -m evals", description="Known questions and answers, measured.")
    parser.add_argument("--cases", type=Path, nargs="+", default=[CASES], metavar="FILE", help="YAML or JSONL")
    parser.add_argument("--half", choices=["dev", "test"], help="only this half")
    parser.add_argument("--failing", action="store_true", help="print every failing case with its answer")
    options = parser.parse_args(arguments)
    try:
        cases = [case for case in load_cases(options.cases) if options.half in (None, case.half)]
        judgements, known = run(cases, Settings())
    except BitewingError as error:
        print(error, file=sys.stderr)
        return 1
    print(table(judgements, known))
    if options.failing:
        print("\n\n".join(failing(judgement) for judgement in judgements if judgement.mark is not Mark.RIGHT))
    return 0


def run(cases: Sequence[Case], settings: Settings) -> tuple[list[Judgement], dict[str, object]]:
    """Judge every case, on an index that matches the knowledge; also the records that the index holds."""
    encoder = Encoder(settings.encoder, settings.threads)
    if is_stale(settings, encoder):
        ingest(settings, encoder)
    assistant = Assistant(settings, encoder, today=lambda: TODAY)
    phrases = Phrases(settings.prompts)
    assistant.ask("D0120")  # the first question loads the model
    judgements = [_one(case, assistant, phrases) for case in tqdm(cases, desc="Asking", disable=None, leave=False)]
    return judgements, dict.fromkeys(passage.record for passage in assistant.rooms().index.passages.values())


def _one(case: Case, assistant: Assistant, phrases: Phrases) -> Judgement:
    started = time.perf_counter()
    answer = assistant.ask(case.question, case.history, case.payer, case.date_of_service)
    milliseconds = (time.perf_counter() - started) * 1000
    found = assistant.find(case.question, case.history, case.payer, case.date_of_service)
    everything = (*found.candidates, *found.lapsed)
    ranking = list(dict.fromkeys(candidate.passage.record for candidate in everything))
    return judge(case, answer, as_text(answer, phrases), ranking, milliseconds)


def table(judgements: Sequence[Judgement], known: dict[str, object]) -> str:
    """A line a kind and one for all: cases, marks, quotes that stand verbatim, uncited statements, Success@5."""
    columns = (
        ("cases", 6),
        ("right", 7),
        ("wrong", 7),
        ("abstained", 11),
        ("verbatim", 11),
        ("uncited", 9),
        ("Success@5", 11),
    )
    header = f"{'kind':28}" + "".join(f"{name:>{width}}" for name, width in columns)
    kinds = sorted({judgement.case.kind for judgement in judgements})
    groups = [(kind, [j for j in judgements if j.case.kind == kind]) for kind in kinds]
    groups += [(half, [j for j in judgements if j.case.half == half]) for half in ("dev", "test")]
    rows = [_row(name, group, known) for name, group in [*groups, ("all", list(judgements))] if group]
    times = [judgement.milliseconds for judgement in judgements]
    speed = f"Warm answer: p50 {np.percentile(times, 50):.0f} ms, p95 {np.percentile(times, 95):.0f} ms."
    return "\n".join([header, *rows, speed])


def _row(name: str, group: Sequence[Judgement], known: dict[str, object]) -> str:
    marks = [sum(judgement.mark is mark for judgement in group) for mark in Mark]
    quotes, verbatim = sum(j.quotes for j in group), sum(j.verbatim for j in group)
    success = success_at(5, group, known)
    shown = "–" if success is None else f"{success:.2f}"
    uncited = sum(j.uncited for j in group)
    return (
        f"{name:28}{len(group):>6}{marks[0]:>7}{marks[1]:>7}{marks[2]:>11}"
        f"{f'{verbatim}/{quotes}':>11}{uncited:>9}{shown:>11}"
    )


def failing(judgement: Judgement) -> str:
    """One failing case in full: question, what is amiss, the answer, and the reference."""
    case = judgement.case
    asked = " ".join(filter(None, (case.question, f"[payer {case.payer}]" if case.payer else "",
                                   f"[{case.date_of_service}]" if case.date_of_service else "")))  # fmt: skip
    return "\n".join(
        [f"{judgement.mark.value.upper()} {case.id}: {asked}", *(f"  - {reason}" for reason in judgement.reasons),
         f"  said: {' '.join(judgement.text.split())}", f"  reference: {case.reference}"]
    )  # fmt: skip


if __name__ == "__main__":
    sys.exit(main())
