"""The eval suite itself: its golds, its judge, the gate's figures, its files, and that it can fail."""

from __future__ import annotations

import json
from collections import Counter
from pathlib import Path

import pytest

from assistant.lexicon import Lexicon
from assistant.path import Assistant
from assistant.types import Citation, Passage, PassageKind, Sentence, Statement
from evals.__main__ import main
from evals.calibrate import Point, chosen
from evals.cases import CASES, Case, CaseError, check_golds, load_cases
from evals.gate import GateFigures, GateReport, measure_gate
from evals.measures import Judgement, Mark, Said, figures, judge, retrieval_of
from evals.report import write_report
from evals.results import ResultsError, below_floors, compare, save

SHIPPED = load_cases([CASES])
GATE = GateReport(GateFigures({"as quoted": 0}, {"as quoted": 10}), GateFigures({"code": 9}, {"code": 10}))
CASE = Case.model_validate(
    {
        "id": "one", "kind": "kind", "question": "can I bill D9992?", "outcome": "answered", "verdicts": ["no"],
        "facts": [["D9995"], ["coordinat\\w+"]], "must_not": ["is the telehealth code"], "records": ["D9992"],
        "reference": "No. D9992 is care coordination; report D9995.", "half": "dev",
    }
)  # fmt: skip
RIGHT = Said("answered", "no", "No. D9992 reports coordination; the visit is D9995.", ranking=("D0140", "D9992"))


def judged(said: Said, case: Case = CASE) -> Judgement:
    return judge(case, said, Lexicon(), {"D9992": None}, lambda code: code != "D9220")


def test_the_suite_is_large_and_keeps_a_part_that_nothing_is_tuned_to() -> None:
    assert len(SHIPPED) >= 400
    kinds = Counter(case.kind for case in SHIPPED)
    assert len(kinds) >= 16
    for kind in kinds:
        halves = Counter(case.half for case in SHIPPED if case.kind == kind)
        assert halves["test"] >= kinds[kind] / 4, kind
        assert halves["dev"] >= kinds[kind] / 4, kind


def test_every_gold_passes_its_own_case() -> None:
    check_golds(SHIPPED)


def test_a_gold_that_fails_its_own_case_is_refused() -> None:
    with pytest.raises(CaseError, match="one: the reference lacks"):
        check_golds([CASE.model_copy(update={"reference": "No."})])


@pytest.mark.parametrize(
    ("said", "mark", "reason"),
    [
        (RIGHT, Mark.RIGHT, ""),
        (Said("answered", "yes", RIGHT.text), Mark.WRONG, "verdict yes, expected no"),
        (Said("answered", "no", "No. D9995."), Mark.WRONG, "does not say coordinat"),
        (Said("answered", "no", RIGHT.text + " D9992 is the telehealth code."), Mark.WRONG, "says is the telehealth"),
        (Said("not_covered", None, ""), Mark.ABSTAINED, "outcome not_covered"),
        (Said("refused", None, "too long"), Mark.ABSTAINED, "outcome refused"),
    ],
)
def test_the_judge(said: Said, mark: Mark, reason: str) -> None:
    judgement = judged(said)
    assert judgement.mark is mark
    assert reason in " ".join(judgement.reasons)


def test_an_answer_where_none_was_due_is_wrong() -> None:
    case = CASE.model_copy(update={"outcome": ("not_covered",), "verdicts": (), "facts": ()})
    judgement = judged(RIGHT, case)
    assert (judgement.mark, judgement.wrongly_answered) == (Mark.WRONG, True)


def test_the_opposite_verdict_is_a_false_statement() -> None:
    assert judged(Said("answered", "yes", RIGHT.text)).false
    assert not judged(Said("answered", "depends", RIGHT.text)).false


def test_a_verdict_that_is_missing_counts_as_wrong() -> None:
    assert judged(Said("answered", None, RIGHT.text)).verdict_right is False


def test_retrieval_counts_a_missing_result_as_zero() -> None:
    known = {"D9992": None}
    found = retrieval_of(CASE, ("D0140", "D9992"), known)
    assert (found["Success@1"], found["Success@5"], found["RR"]) == (0.0, 1.0, 0.5)
    assert set(retrieval_of(CASE, (), known).values()) == {0.0}
    assert retrieval_of(CASE, ("D9992",), {}) == {}


def test_citations_that_do_not_prove_lower_recall_and_precision() -> None:
    passage = Passage("p", "r", PassageKind.CODE, "s", "h", (Sentence("D9992 is paid."),), "f")
    quote = Citation(1, passage.text, passage, 0, len(passage.text), ())
    proven = judged(Said("answered", "no", "", (Statement(passage.text, (1,)),), (quote,)))
    unproven = judged(Said("answered", "no", "", (Statement("D9992 is not paid.", (1,)),), (quote,)))
    altered = Citation(1, "D9992 is refused.", passage, 0, 5, ())
    assert (proven.verbatim, proven.recall, proven.precision) == (1.0, 1.0, 1.0)
    assert (unproven.recall, unproven.precision) == (0.0, 0.0)
    assert judged(Said("answered", "no", "", (Statement("D9992 is paid.", (1,)),), (altered,))).verbatim == 0.0


def test_a_dead_code_counts_unless_the_answer_says_so() -> None:
    passage = Passage("p", "r", PassageKind.CODE, "s", "h", (Sentence("Report D9220."),), "f")
    quote = Citation(1, passage.text, passage, 0, len(passage.text), ())
    said = Said("answered", "no", "", (Statement("Report D9220.", (1,)),), (quote,))
    assert judged(said).dead_codes == ("D9220",)
    warned = Said("answered", "no", "", said.statements, said.citations, notices=("D9220 was deleted.",))
    assert judged(warned).dead_codes == ()


def test_intervals_hold_the_mean_and_are_the_same_every_time() -> None:
    judgements = [judged(RIGHT), judged(Said("answered", "yes", RIGHT.text))] * 20
    figure = figures(judgements)["right"]
    assert (figure.value, figure.count) == (0.5, 40)
    assert figure.low < 0.5 < figure.high
    assert figures(judgements)["right"] == figure


def test_the_gate_catches_corruptions_and_lets_faithful_statements_through(assistant: Assistant) -> None:
    report = measure_gate(assistant.rooms().index)
    assert sum(report.corrupted.tried.values()) >= 1_000
    assert all(report.corrupted.tried.values())
    assert report.caught >= 0.98
    assert report.wrongly_withheld <= 0.02


def test_a_figure_below_its_floor_is_told(tmp_path: Path) -> None:
    floors = tmp_path / "floors.yaml"
    floors.write_text(
        "dev: {right: 0.9, false statements: 0.0}\ngate: {caught: 0.98}\ndocuments: {right answer: 0.9}\n"
    )
    wrong = [judged(Said("answered", "yes", RIGHT.text))]
    assert [line.split(":")[0] for line in below_floors(wrong, GATE, {"right answer": 0.8}, floors)] == [
        "dev right",
        "dev false statements",
        "gate caught",
        "documents right answer",
    ]
    floors.write_text("dev: {right: 1.0}\n")
    assert below_floors([judged(RIGHT)], GATE, {}, floors) == []


def test_results_are_saved_and_compared(tmp_path: Path) -> None:
    before = save([judged(Said("answered", "yes", RIGHT.text))], tmp_path / "before")
    after = save([judged(RIGHT)], tmp_path / "after")
    assert "changed    one: wrong -> right" in compare(before, after)
    (tmp_path / "other.json").write_text("{}")
    with pytest.raises(ResultsError, match="no results file"):
        compare(before, tmp_path / "other.json")


def test_the_report_stands_alone(tmp_path: Path) -> None:
    wrong = judged(Said("answered", "yes", "<script>alert(1)</script>"))
    points = [Point(0.3, 10, 8, 2), Point(0.5, 8, 7, 1)]
    page = write_report([CASE], [wrong], {"other": [wrong]}, GATE, points, 0.42, tmp_path).read_text()
    assert "verdict yes, expected no" in page
    assert "<script>" not in page
    assert "http" not in page.replace("http-equiv", "")


def test_the_threshold_worth_most_is_chosen() -> None:
    assert chosen([Point(0.3, 10, 8, 3), Point(0.5, 8, 7, 1), Point(0.6, 8, 7, 1)]) == 0.5


def test_an_offices_own_cases(tmp_path: Path, settings: object, monkeypatch: pytest.MonkeyPatch,
                              capsys: pytest.CaptureFixture[str]) -> None:  # fmt: skip
    monkeypatch.setenv("BITEWING_HOME", str(settings.home))  # type: ignore[attr-defined]
    row = {**json.loads(CASE.model_dump_json()), "facts": [["D9995"]]}
    file = tmp_path / "ours.jsonl"
    file.write_text(json.dumps(row))
    assert main(["--cases", str(file)]) == 0
    assert "kind" in capsys.readouterr().out
    file.write_text("not json")
    assert main(["--cases", str(file)]) == 1
    assert "cannot be read" in capsys.readouterr().err
