"""The report as one self-contained page: tables, plots drawn as SVG, and every failing case in full."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path

from jinja2 import Environment, FileSystemLoader, StrictUndefined

from evals.calibrate import Point, chosen
from evals.cases import Case
from evals.gate import GateReport
from evals.measures import Judgement, Mark, figures, latency
from evals.results import commit

FOLDER = Path(__file__).parent / "report"
OUTCOMES = ("answered", "not_covered", "declined", "clarify", "refused")
PLOT_WIDTH, PLOT_HEIGHT = 460, 220


def write_report(
    cases: Sequence[Case],
    product: Sequence[Judgement],
    systems: Mapping[str, Sequence[Judgement]],
    gate: GateReport,
    points: Sequence[Point],
    floor_in_use: float,
    folder: Path = FOLDER,
) -> Path:
    """Write `index.html`: the product over all cases, and the systems side by side over those they were judged on."""
    by_id = {case.id: case for case in cases}
    kinds = sorted({judgement.kind for judgement in product})
    environment = Environment(
        loader=FileSystemLoader(Path(__file__).parent), undefined=StrictUndefined, autoescape=True
    )
    page = environment.get_template("report.html.jinja").render(
        commit=commit(),
        halves={half: figures([j for j in product if j.half == half]) for half in ("dev", "test")},
        kinds={kind: figures([j for j in product if j.kind == kind]) for kind in kinds},
        systems={name: (figures(found), latency(found)) for name, found in systems.items()},
        confusion=confusion(by_id, product),
        outcomes=OUTCOMES,
        gate=gate,
        points=points,
        chosen=chosen(points),
        floor_in_use=floor_in_use,
        curve=curve_plot(points),
        histogram=histogram(product),
        failing=[(by_id[j.case], j) for j in product if j.mark is not Mark.RIGHT],
        total=len(product),
    )
    folder.mkdir(parents=True, exist_ok=True)
    path = folder / "index.html"
    path.write_text(page, encoding="utf-8")
    return path


def confusion(cases: Mapping[str, Case], judgements: Sequence[Judgement]) -> dict[str, dict[str, int]]:
    """Expected outcome (the first accepted) -> outcome -> cases."""
    table: dict[str, dict[str, int]] = {}
    for judgement in judgements:
        row = table.setdefault(cases[judgement.case].outcome[0], dict.fromkeys(OUTCOMES, 0))
        row[judgement.outcome] += 1
    return table


def curve_plot(points: Sequence[Point]) -> str:
    """SVG points of cases wrong (x) against cases answered (y), by threshold: x, y and label of each."""
    most_wrong = max(point.wrong for point in points) or 1
    most_answered = max(point.answered for point in points) or 1
    marks = []
    for point in points:
        x = 40 + point.wrong / most_wrong * (PLOT_WIDTH - 90)
        y = PLOT_HEIGHT - 30 - point.answered / most_answered * (PLOT_HEIGHT - 60)
        marks.append(
            f'<circle cx="{x:.0f}" cy="{y:.0f}" r="4"/><text x="{x + 7:.0f}" y="{y - 5:.0f}">{point.floor:.2f}</text>'
        )
    return _plot("".join(marks), "wrong on dev", "answered")


def histogram(judgements: Sequence[Judgement]) -> str:
    """SVG bars of warm answer times in steps of 10 ms; the last bar holds all that took longer."""
    bins = [0] * 12
    for judgement in judgements:
        bins[min(int(judgement.milliseconds // 10), len(bins) - 1)] += 1
    step = (PLOT_WIDTH - 60) / len(bins)
    bars = []
    for position, count in enumerate(bins):
        height = count / max(bins) * (PLOT_HEIGHT - 60)
        x, y = 40 + position * step, PLOT_HEIGHT - 30 - height
        bars.append(f'<rect x="{x:.0f}" y="{y:.0f}" width="{step - 3:.0f}" height="{height:.0f}"/>'
                    f'<text x="{x:.0f}" y="{PLOT_HEIGHT - 16}">{position * 10}</text>')  # fmt: skip
    return _plot("".join(bars), "milliseconds an answer", "cases")


def _plot(marks: str, below: str, beside: str) -> str:
    return (
        f'<svg viewBox="0 0 {PLOT_WIDTH} {PLOT_HEIGHT}" role="img" aria-label="{beside} by {below}">{marks}'
        f'<text x="{PLOT_WIDTH / 2:.0f}" y="{PLOT_HEIGHT - 2}" text-anchor="middle">{below}</text>'
        f'<text x="4" y="14">{beside}</text></svg>'
    )
