"""`python -m evals`: cases through `Assistant.ask`, measured, compared with baselines, and reported."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Sequence
from pathlib import Path

import yaml

from assistant.encoder import Encoder
from assistant.errors import BitewingError
from assistant.rank import WEIGHTS
from evals import tables, throughput
from evals.calibrate import chosen, curve
from evals.cases import CASES, check_golds, load_cases
from evals.documents.run import measure_documents
from evals.gate import measure_gate
from evals.measures import Judgement, Mark
from evals.report import write_report
from evals.results import below_floors, compare, save
from evals.run import bitewing, judged, others, settings_of_evals
from evals.train import trained


def main(arguments: Sequence[str] | None = None) -> int:
    """Run what the arguments ask for. Exit status 1: a figure below its floor, or files that cannot be read."""
    options = _parser().parse_args(arguments)
    try:
        if options.compare:
            print(compare(*options.compare))
            return 0
        if options.calibrate:
            return _calibrate()
        if options.train:
            return _train()
        if options.documents:
            return _documents(options.documents)
        if options.throughput:
            print(throughput.as_text(throughput.measure_throughput(settings_of_evals())))
            return 0
        return _own_cases(options) if options.cases or options.half else _everything()
    except BitewingError as error:
        print(error, file=sys.stderr)
        return 1


def _own_cases(options: argparse.Namespace) -> int:
    """Any case files, or one half: Bitewing alone, with every failing case printed."""
    cases = [case for case in load_cases(options.cases or [CASES]) if options.half in (None, case.half)]
    check_golds(cases)
    settings = settings_of_evals()
    system = bitewing(settings, Encoder(settings))
    judgements = judged(system, cases, system.assistant.rooms().index)
    print("\n\n".join(failing(j) for j in judgements if j.mark is not Mark.RIGHT), end="\n\n")
    print(tables.by_kind(judgements))
    return 0


def _calibrate() -> int:
    """The curve of answered against wrong on `dev`, and the threshold that it tells to choose."""
    settings = settings_of_evals()
    encoder = Encoder(settings)
    bitewing(settings, encoder)
    points = curve(load_cases([CASES]), settings, encoder)
    print(tables.of_calibration(points, chosen(points), settings.answer_floor))
    return 0


def _train() -> int:
    """Learn the ranker's weights from the `dev` cases and write them where the product reads them."""
    settings = settings_of_evals()
    product = bitewing(settings, Encoder(settings))
    weights = trained([case for case in load_cases([CASES]) if case.half == "dev"], product.assistant)
    WEIGHTS.write_text(yaml.safe_dump({name: round(weight, 3) for name, weight in weights.items()}), encoding="utf-8")
    print(f"{len(weights)} weights written to {WEIGHTS}")
    return 0


def _documents(folder: Path) -> int:
    """The documents suite alone, the real ones of a folder with it, and every answer that fell short."""
    settings = settings_of_evals()
    report = measure_documents(settings, Encoder(settings), folder)
    for one in report.verdicts:
        if not one.placed or one.false:
            print(
                f"{'FALSE' if one.false else 'WRONG' if not one.right else 'PLACE'} {one.file}: {one.ask}\n  {one.text}"
            )
    print(tables.of_documents(report))
    return 0


def _everything() -> int:
    """All shipped cases, baselines, ablations, the gate, the curve; the report, the results file, the floors."""
    cases = load_cases([CASES])
    check_golds(cases)
    settings = settings_of_evals()
    encoder = Encoder(settings)
    product = bitewing(settings, encoder)
    index = product.assistant.rooms().index
    judgements = judged(product, cases, index)
    # Compared on the half that nothing is tuned to.
    test = [case for case in cases if case.half == "test"]
    systems = {product.name: [judgement for judgement in judgements if judgement.half == "test"]}
    systems.update({system.name: judged(system, test, index) for system in others(settings, encoder, index)})
    gate = measure_gate(index)
    points = curve(cases, settings, encoder)
    documents = measure_documents(settings, encoder)
    path = save(judgements)
    report = write_report(cases, judgements, systems, gate, points, settings.answer_floor)
    print(tables.by_kind(judgements), tables.summary(judgements), tables.by_system(systems), tables.of_gate(gate),
          tables.of_documents(documents), tables.of_calibration(points, chosen(points), settings.answer_floor),
          sep="\n\n")  # fmt: skip
    print(f"\nReport: {report}\nResults: {path}")
    short = below_floors(judgements, gate, documents.figures)
    print("\n".join(["Below the floors:", *short] if short else ["No figure is below its floor."]))
    return int(bool(short))


def failing(judgement: Judgement) -> str:
    """One failing case: what is amiss and what was said."""
    reasons = "".join(f"\n  - {reason}" for reason in judgement.reasons)
    return f"{judgement.mark.value.upper()} {judgement.case}{reasons}\n  said: {' '.join(judgement.text.split())}"


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m evals", description="Known questions and answers, measured.")
    parser.add_argument("--cases", type=Path, nargs="+", metavar="FILE", help="only these cases, YAML or JSONL")
    parser.add_argument("--half", choices=["dev", "test"], help="only this half of the cases")
    parser.add_argument("--calibrate", action="store_true", help="only the curve that the threshold is chosen from")
    parser.add_argument("--documents", type=Path, metavar="FOLDER",
                        help="only the documents suite, with the real documents that lie in the folder")  # fmt: skip
    parser.add_argument("--throughput", action="store_true", help="only how fast a document of 300 pages is indexed")
    parser.add_argument("--train", action="store_true", help="learn the ranker's weights from the dev cases")
    parser.add_argument("--compare", type=Path, nargs=2, metavar=("A.json", "B.json"), help="what changed")
    return parser


if __name__ == "__main__":
    sys.exit(main())
