"""The figures as tables for a terminal."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from evals.calibrate import Point
from evals.documents.run import DocumentsReport
from evals.gate import GateFigures, GateReport
from evals.measures import Figure, Judgement, figures, latency

SHOWN = (
    "right",
    "wrong",
    "abstained",
    "false statements",
    "verdict",
    "Success@5",
    "citation recall",
    "verbatim",
    "words",
)
COMPARED = ("facts right", "false statements", "Success@1", "Success@5", "RR", "nDCG@10", "R@10", "words")


def by_kind(judgements: Sequence[Judgement]) -> str:
    """A line a kind, one for each half and one for all."""
    kinds = sorted({judgement.kind for judgement in judgements})
    groups = [(kind, [j for j in judgements if j.kind == kind]) for kind in kinds]
    groups += [(half, [j for j in judgements if j.half == half]) for half in ("dev", "test")]
    groups.append(("all", list(judgements)))
    lines = [f"{'kind':28}{'cases':>6}" + "".join(f"{name:>18}" for name in SHOWN)]
    lines += [_row(name, len(group), figures(group), SHOWN) for name, group in groups if group]
    return "\n".join(lines)


def by_system(systems: Mapping[str, Sequence[Judgement]]) -> str:
    """A line a system, over the same cases. Baselines give no verdict, so the facts are compared."""
    lines = [f"{'system':34}" + "".join(f"{name:>18}" for name in COMPARED) + f"{'p50 ms':>9}{'p95 ms':>9}"]
    for name, judgements in systems.items():
        found, times = figures(judgements), latency(judgements)
        cells = "".join(f"{_value(found.get(measure)):>18}" for measure in COMPARED)
        lines.append(f"{name:34}{cells}{times['p50']:>9.0f}{times['p95']:>9.0f}")
    return "\n".join(lines)


def summary(judgements: Sequence[Judgement]) -> str:
    """Every measure of each half with its 95% interval."""
    lines = [f"{'measure':20}{'dev':>30}{'test':>30}"]
    halves = {half: figures([j for j in judgements if j.half == half]) for half in ("dev", "test")}
    names = dict.fromkeys(name for found in halves.values() for name in found)
    for name in names:
        cells = "".join(f"{_interval(halves[half].get(name)):>30}" for half in ("dev", "test"))
        lines.append(f"{name:20}{cells}")
    times = latency(judgements)
    return "\n".join([*lines, f"Warm answer: p50 {times['p50']:.0f} ms, p95 {times['p95']:.0f} ms."])


def of_documents(report: DocumentsReport) -> str:
    """A line a document: its questions, those answered rightly, with the right place, and falsely."""
    lines = [f"{'document':26}{'questions':>10}{'right':>8}{'placed':>8}{'false':>8}"]
    for file in dict.fromkeys(one.file for one in report.verdicts):
        own = [one for one in report.verdicts if one.file == file]
        counts = (len(own), sum(o.right for o in own), sum(o.placed for o in own), sum(o.false for o in own))
        lines.append(f"{file:26}{counts[0]:>10}{counts[1]:>8}{counts[2]:>8}{counts[3]:>8}")
    shares = ", ".join(f"{name} {value:.3f}" for name, value in report.figures.items())
    lines.append(f"Documents: {len(report.verdicts)} questions; {shares}.")
    return "\n".join([*lines, *(f"Left out {name}: {why}." for name, why in report.left_out)])


def of_gate(report: GateReport) -> str:
    """Right statements wrongly withheld and corruptions caught, by kind."""
    return "\n".join(
        [
            f"Proof gate: {report.caught:.2%} of corruptions caught, {report.wrongly_withheld:.2%} of faithful "
            "statements withheld.",
            *_gate_rows("faithful", report.faithful),
            *_gate_rows("corrupted", report.corrupted),
        ]
    )


def of_calibration(points: Sequence[Point], chosen: float, in_use: float) -> str:
    """The curve of answered against wrong on `dev`, and whether the settings follow it."""
    lines = [f"{'answer_floor':>13}{'answered':>10}{'right':>8}{'wrong':>8}{'worth':>8}"]
    lines += [f"{p.floor:>13.2f}{p.answered:>10}{p.right:>8}{p.wrong:>8}{p.worth:>8.0f}" for p in points]
    return "\n".join([*lines, f"Chosen on dev: {chosen:.2f}; in use: {in_use:.2f}."])


def _gate_rows(label: str, found: GateFigures) -> list[str]:
    return [
        f"  {label:10}{kind:22}{found.withheld[kind]:>7} of {found.tried[kind]:>6} withheld" for kind in found.tried
    ]


def _row(name: str, count: int, found: Mapping[str, Figure], shown: Sequence[str]) -> str:
    return f"{name:28}{count:>6}" + "".join(f"{_value(found.get(measure)):>18}" for measure in shown)


def _value(figure: Figure | None) -> str:
    if figure is None:
        return "–"
    return f"{figure.value:.0f}" if figure.value > 1 else f"{figure.value:.3f}"


def _interval(figure: Figure | None) -> str:
    if figure is None:
        return "–"
    return f"{figure.value:.3f} [{figure.low:.3f}, {figure.high:.3f}] n={figure.count}"
