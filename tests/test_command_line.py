"""The command line as other programs use it: real processes, real files."""

from __future__ import annotations

import csv
import io
import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from assistant.settings import ROOT, Settings

LEAD = "can I bill D9992 for telehealth?"


@pytest.fixture
def bitewing(settings: Settings):  # type: ignore[no-untyped-def]
    def run(*arguments: str) -> subprocess.CompletedProcess[str]:
        environment = {**os.environ, "BITEWING_HOME": str(settings.home)}
        command = [sys.executable, "-m", "views.command_line", *arguments]
        return subprocess.run(command, cwd=ROOT, env=environment, capture_output=True, text=True, check=False)

    return run


def test_ask_prints_verdict_statements_and_sources(bitewing) -> None:  # type: ignore[no-untyped-def]
    done = bitewing("ask", LEAD)
    assert done.returncode == 0, done.stderr
    assert done.stdout.startswith("No.\n")
    assert "[1]" in done.stdout
    assert "Sources\n[1]" in done.stdout


def test_ask_json_is_one_object(bitewing) -> None:  # type: ignore[no-untyped-def]
    done = bitewing("ask", LEAD, "--payer", "apple health", "--date", "2020-04-10", "--json")
    row = json.loads(done.stdout)
    assert row["outcome"] == "answered"
    assert row["citations"][0]["expires"] == "2020-04-24"


@pytest.mark.parametrize(
    ("arguments", "because"),
    [
        (["ask", LEAD, "--date", "2024-02-31"], "not a calendar date"),
        (["ask"], "type a question"),
        (["ask", "--batch", "missing.jsonl", "--out", "x"], "is no file"),
        (["ask", "--batch", "README.md"], "takes --out"),
        (["frobnicate"], "invalid choice"),
        ([], "required"),
    ],
)
def test_bad_arguments_exit_with_2(bitewing, arguments: list[str], because: str) -> None:  # type: ignore[no-untyped-def]
    done = bitewing(*arguments)
    assert done.returncode == 2
    assert because in done.stderr
    assert "Traceback" not in done.stderr


def test_an_empty_question_exits_with_1_and_a_message(bitewing) -> None:  # type: ignore[no-untyped-def]
    done = bitewing("ask", "  ")
    assert done.returncode == 1
    assert "empty" in done.stderr
    assert "Traceback" not in done.stderr


def test_a_batch_answers_every_good_line(bitewing, tmp_path: Path) -> None:  # type: ignore[no-untyped-def]
    rows = [
        json.dumps({"id": "a", "question": LEAD, "history": [], "payer": None, "date_of_service": None}),
        "not json",
        json.dumps({"id": "b", "question": "D0140", "date_of_service": "2024-02-31"}),
        json.dumps({"id": "c", "question": ""}),
        json.dumps({"id": "d", "question": "D0140", "history": "x"}),
        "",
        json.dumps({"id": "e", "question": "and D9996?", "history": [{"role": "user", "content": "what is D9995?"}],
                    "payer": "apple health", "date_of_service": "2020-04-10"}),
    ]  # fmt: skip
    source, target = tmp_path / "in.jsonl", tmp_path / "out.jsonl"
    source.write_text("\n".join(rows))
    done = bitewing("ask", "--batch", str(source), "--out", str(target))
    results = [json.loads(line) for line in target.read_text().splitlines()]
    assert done.returncode == 1
    assert [row["id"] for row in results] == ["a", None, "b", "c", "d", "e"]
    assert [("error" in row) for row in results] == [False, True, True, True, True, False]
    assert "2024-02-31" in results[2]["error"]
    assert results[0]["outcome"] == "answered"


def test_a_good_batch_exits_with_0(bitewing, tmp_path: Path) -> None:  # type: ignore[no-untyped-def]
    source, target = tmp_path / "in.jsonl", tmp_path / "out.jsonl"
    source.write_text(json.dumps({"id": 1, "question": "D0140"}))
    assert bitewing("ask", "--batch", str(source), "--out", str(target)).returncode == 0


def test_ingest_reports_counts(bitewing) -> None:  # type: ignore[no-untyped-def]
    done = bitewing("ingest")
    assert "up to date" in done.stdout
    assert "codes" in done.stdout


def test_check_reports_the_knowledge(bitewing) -> None:  # type: ignore[no-untyped-def]
    done = bitewing("check")
    assert done.returncode == 0
    assert "all sound" in done.stdout


def test_check_names_the_defect(tmp_path: Path) -> None:
    (tmp_path / "codes").mkdir()
    (tmp_path / "codes/x.yaml").write_text("- {code: D0000, label: x}")
    environment = {**os.environ, "BITEWING_KNOWLEDGE": str(tmp_path)}
    command = [sys.executable, "-m", "views.command_line", "check"]
    done = subprocess.run(command, cwd=ROOT, env=environment, capture_output=True, text=True, check=False)
    assert done.returncode == 1
    assert "codes/x.yaml: D0000: meaning" in done.stderr


def test_a_line_that_breaks_everything_does_not_stop_the_rest(bitewing, tmp_path: Path) -> None:  # type: ignore[no-untyped-def]
    rows = ['{"id": "a", "question": "D0140 \\ud800?"}', "[" * 20_000, '{"id": "b", "question": "D0140"}']
    source, target = tmp_path / "in.jsonl", tmp_path / "out.jsonl"
    source.write_text("\ufeff" + "\n".join(rows), encoding="utf-8")
    done = bitewing("ask", "--batch", str(source), "--out", str(target))
    results = [json.loads(line) for line in target.read_text().splitlines()]
    assert done.returncode == 1
    assert [("error" in row) for row in results] == [False, True, False]


def test_a_place_that_cannot_be_written_gets_a_message(bitewing, tmp_path: Path) -> None:  # type: ignore[no-untyped-def]
    (tmp_path / "in.jsonl").write_text("{}")
    done = bitewing("ask", "--batch", str(tmp_path / "in.jsonl"), "--out", str(tmp_path / "no/such/out.jsonl"))
    assert done.returncode == 1
    assert "cannot be used" in done.stderr
    assert "Traceback" not in done.stderr


@pytest.mark.parametrize("day", ["20240301", "2024-W05-1", "0001-01-01", "9999-12-31"])
def test_only_real_dates_of_service(bitewing, day: str) -> None:  # type: ignore[no-untyped-def]
    assert bitewing("ask", "D0140", "--date", day).returncode == 2


def test_what_is_not_covered_is_kept_and_listed(bitewing, settings: Settings) -> None:  # type: ignore[no-untyped-def]
    (settings.home / "gaps.sqlite").unlink(missing_ok=True)
    assert "Nothing is missing" in bitewing("gaps").stdout
    done = bitewing("ask", "does Zorblatt Dental pay D1234 for member 123456789?")
    assert "To send to the payer\nWe have a question about D1234" in done.stdout
    assert "bitewing gaps" in done.stderr
    listed = bitewing("gaps").stdout
    assert listed.startswith("1 × does Zorblatt Dental pay D1234 for member #####? [D1234, Zorblatt Dental]")
    rows = list(csv.DictReader(io.StringIO(bitewing("gaps", "--csv").stdout)))
    assert [(row["codes"], row["lacks"], row["state"]) for row in rows] == [("D1234", "code", "open")]


def test_a_comparison_has_a_line_a_code(bitewing) -> None:  # type: ignore[no-untyped-def]
    done = bitewing("ask", "D0140 vs D0170?")
    table = done.stdout.split("\n\n")[1].splitlines()
    assert table[0] == "What decides between them"
    assert [line[:7] for line in table[1:]] == ["D0140: ", "D0170: "]
