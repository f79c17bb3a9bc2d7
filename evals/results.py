"""Results as files: one JSON a commit, what changed between two, and the floors that no figure may fall below."""

from __future__ import annotations

import json
import subprocess
from collections.abc import Mapping, Sequence
from dataclasses import asdict
from pathlib import Path
from typing import Any

import yaml

from assistant.errors import BitewingError
from assistant.settings import ROOT
from evals.gate import GateReport
from evals.measures import Judgement, figures, latency

FOLDER = Path(__file__).parent / "results"
FLOORS = Path(__file__).parent / "floors.yaml"
LOWER_IS_BETTER = frozenset(
    {"wrong", "abstained", "false statements", "over-refusal", "missed refusal", "words", "false answer"}
)


class ResultsError(BitewingError):
    """A results file that cannot be read."""


def commit() -> str:
    """The commit measured, with a + when the tree differs from it; `unversioned` outside a checkout."""
    try:
        name = _git("rev-parse", "--short=10", "HEAD")
        return name + ("+" if _git("status", "--porcelain", "--untracked-files=no") else "")
    except (OSError, subprocess.CalledProcessError):
        return "unversioned"


def save(judgements: Sequence[Judgement], folder: Path = FOLDER) -> Path:
    """Write the judgements and their figures under the commit's name."""
    folder.mkdir(parents=True, exist_ok=True)
    path = folder / f"{commit()}.json"
    content = {
        "commit": commit(),
        "figures": {name: asdict(figure) for name, figure in figures(judgements).items()},
        "latency": latency(judgements),
        "cases": [asdict(judgement) for judgement in judgements],
    }
    path.write_text(json.dumps(content, indent=1, ensure_ascii=False), encoding="utf-8")
    return path


def compare(before: Path, after: Path) -> str:
    """Figures side by side, and every case whose mark changed."""
    old, new = _load(before), _load(after)
    lines = [f"{'':20}{old['commit']:>14}{new['commit']:>14}{'change':>10}"]
    for name, figure in new["figures"].items():
        was = old["figures"].get(name, {}).get("value")
        change = "" if was is None else f"{figure['value'] - was:+.3f}"
        lines.append(f"{name:20}{'–' if was is None else f'{was:.3f}':>14}{figure['value']:>14.3f}{change:>10}")
    marks = {case["case"]: case for case in old["cases"]}
    for case in new["cases"]:
        was = marks.get(case["case"])
        if was is None:
            lines.append(f"new        {case['case']}: {case['mark']}")
        elif was["mark"] != case["mark"]:
            lines.append(f"changed    {case['case']}: {was['mark']} -> {case['mark']} {'; '.join(case['reasons'])}")
    gone = sorted(set(marks) - {case["case"] for case in new["cases"]})
    return "\n".join([*lines, *(f"gone       {name}" for name in gone)])


def below_floors(
    judgements: Sequence[Judgement], gate: GateReport, documents: Mapping[str, float], floors: Path = FLOORS
) -> list[str]:
    """Every figure that falls short of its floor (or exceeds its ceiling), one line each."""
    wanted: Mapping[str, Mapping[str, float]] = yaml.safe_load(floors.read_text(encoding="utf-8"))
    groups = {half: [j for j in judgements if j.half == half] for half in ("dev", "test")}
    short = []
    for half, measures in wanted.items():
        found = {"caught": gate.caught, "wrongly withheld": gate.wrongly_withheld, **documents}
        if half in groups:
            found = {name: figure.value for name, figure in figures(groups[half]).items()}
        for name, floor in measures.items():
            value = found.get(name)
            lower = name in LOWER_IS_BETTER or name == "wrongly withheld"
            if value is None or (value > floor if lower else value < floor):
                kind = "ceiling" if lower else "floor"
                short.append(f"{half} {name}: {'none' if value is None else f'{value:.4f}'}, {kind} {floor}")
    return short


def _load(path: Path) -> dict[str, Any]:
    try:
        content: dict[str, Any] = json.loads(path.read_text(encoding="utf-8"))
        return {key: content[key] for key in ("commit", "figures", "cases")}
    except (OSError, ValueError, KeyError) as error:
        raise ResultsError(f"{path} is no results file ({error}); name a JSON from evals/results/.") from error


def _git(*arguments: str) -> str:
    done = subprocess.run(["git", *arguments], cwd=ROOT, capture_output=True, text=True, check=True)
    return done.stdout.strip()
