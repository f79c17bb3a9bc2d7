"""Running systems over cases: every case gets a judgement, whatever the system does."""

from __future__ import annotations

import shutil
from collections.abc import Sequence

from tqdm import tqdm

from assistant.encoder import Encoder
from assistant.index import Index
from assistant.settings import LEGS, Settings
from evals.cases import Case
from evals.measures import Judgement, judge
from evals.systems import TODAY, Bitewing, System, UsualRecipe, dense_alone, words_alone
from ingest.build import is_stale
from ingest.command import ingest


def judged(system: System, cases: Sequence[Case], index: Index) -> list[Judgement]:
    """One judgement a case, in order, with a progress bar."""
    known = dict.fromkeys(passage.record for passage in index.passages.values())
    judgements = []
    for case in tqdm(cases, desc=system.name, disable=None, leave=False):
        day = case.date_of_service or TODAY

        def valid(code: str, day: object = day) -> bool:
            entry = index.lexicon.code.get(code)
            return entry is None or entry.valid_on(day)  # type: ignore[arg-type]

        judgements.append(judge(case, system.say(case), index.lexicon, known, valid))
    return judgements


def settings_of_evals() -> Settings:
    """The installation's own, but without the office's documents: what these say is no part of what is measured.

    Where there are any, the index of the suite has a home of its own, so that the office's stays as it is.
    """
    settings = Settings()
    if not settings.library.is_dir() or not any(settings.library.iterdir()):
        return settings
    home = settings.home / "evals"
    home.mkdir(parents=True, exist_ok=True)
    for name in ("vectors.sqlite", "encoder"):
        if (known := settings.home / name).exists() and not (home / name).exists():
            (shutil.copytree if known.is_dir() else shutil.copy)(known, home / name)
    return settings.model_copy(update={"home": home, "library": home / "library"})


def bitewing(settings: Settings, encoder: Encoder) -> Bitewing:
    """The product on an index that matches the knowledge, warmed up."""
    if is_stale(settings, encoder):
        ingest(settings, encoder)
    system = Bitewing(settings, encoder)
    system.assistant.ask("D0120")
    return system


def others(settings: Settings, encoder: Encoder, index: Index) -> list[System]:
    """Each leg left out in turn, each leg of two alone, and the usual recipe."""
    without: list[System] = [Bitewing(settings, encoder, [leg for leg in LEGS if leg != left_out]) for left_out in LEGS]
    recipe = UsualRecipe(index, encoder, settings.home / "recipe.sqlite")
    return [*without, words_alone(index), dense_alone(index, encoder), recipe]
