"""Tables as payers' summaries draw them: ruled, by alignment alone, with values, labels and lists in cells."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import pytest
from reportlab.lib.pagesizes import letter
from reportlab.pdfgen.canvas import Canvas
from reportlab.platypus import SimpleDocTemplate, Table, TableStyle

from assistant.lexicon import Lexicon
from ingest.documents import pdf
from ingest.documents.blocks import Block, BlockKind, Parsed
from ingest.documents.facts import DocumentFacts, DocumentKind
from ingest.documents.passages import document_passages, with_payers
from ingest.documents.reading_facts import facts_of
from ingest.documents.shelf import Document
from ingest.documents.tables import header_at, rows_of
from ingest.knowledge import load_knowledge
from ingest.passages import lexicon_of


def drawn(path: Path, rows: Sequence[tuple[float, Sequence[tuple[float, str]]]], rules: Sequence[float] = ()) -> Path:
    """A page with words at heights and lefts, and lines down the page."""
    canvas = Canvas(str(path), pagesize=letter)
    for height, cells in rows:
        for left, text in cells:
            canvas.drawString(left, height, text)
    for left in rules:
        canvas.line(left, 300, left, 720)
    canvas.save()
    return path


def rows_in(path: Path) -> list[str]:
    return [block.text for block in pdf.read(path).blocks if block.kind is BlockKind.ROW]


def test_a_ruled_cell_keeps_its_first_letter_and_its_spaces(tmp_path: Path) -> None:
    table = Table([("Covered procedures", "You pay"), ("D0120 recall exam", "$0"), ("D4341 scaling", "$40")])
    table.setStyle(TableStyle([("GRID", (0, 0), (-1, -1), 0.5, "black"), ("LEFTPADDING", (0, 0), (-1, -1), 0)]))
    SimpleDocTemplate(str(tmp_path / "t.pdf"), pagesize=letter).build([table])
    assert rows_in(tmp_path / "t.pdf") == [
        "Covered procedures: D0120 recall exam; You pay: $0.",
        "Covered procedures: D4341 scaling; You pay: $40.",
    ]


def test_labels_with_values_beside_them_are_rows(tmp_path: Path) -> None:
    lines = [("Oral examinations", "100%"), ("Cleanings", "100%"), ("Crowns", "Not covered"), ("Implants", "50%")]
    placed = [(700 - 20 * n, [(72, label), (400, value)]) for n, (label, value) in enumerate(lines)]
    assert rows_in(drawn(tmp_path / "v.pdf", placed)) == [
        "Oral examinations; 100%.", "Cleanings; 100%.", "Crowns; Not covered.", "Implants; 50%.",
    ]  # fmt: skip


def test_a_table_whose_lines_part_only_some_columns_is_read_whole(tmp_path: Path) -> None:
    lines = [
        ("Oral exam", "$0", "$0"),
        ("Sealants", "10%", "20%"),
        ("Crowns", "40%", "50%"),
        ("Implants", "40%", "50%"),
    ]
    placed = [(700 - 20 * n, [(72, a), (300, b), (420, c)]) for n, (a, b, c) in enumerate(lines)]
    assert "Crowns; 40%; 50%." in rows_in(drawn(tmp_path / "p.pdf", placed, rules=(280, 400, 480)))


def test_columns_of_text_that_stand_level_are_no_table(tmp_path: Path) -> None:
    words = "services that are not necessary for the member"
    placed = [(700 - 14 * n, [(40, words), (320, words)]) for n in range(8)]
    assert rows_in(drawn(tmp_path / "c.pdf", placed)) == []


def test_a_word_drawn_twice_is_read_once(tmp_path: Path) -> None:
    placed = [(700, [(72, "Cleanings three a year are paid here."), (72, "Cleanings three a year are paid here.")])]
    text = " ".join(block.text for block in pdf.read(drawn(tmp_path / "d.pdf", placed)).blocks)
    assert text == "Cleanings three a year are paid here."


def test_a_note_up_the_margin_is_left_out(tmp_path: Path) -> None:
    canvas = Canvas(str(tmp_path / "m.pdf"), pagesize=letter)
    canvas.drawString(72, 700, "The plan pays D0120 twice a year.")
    canvas.rotate(90)
    canvas.drawString(200, -30, "An independent member of an association")
    canvas.save()
    assert [block.text for block in pdf.read(tmp_path / "m.pdf").blocks] == ["The plan pays D0120 twice a year."]


def test_a_scaled_font_has_the_size_that_is_seen(tmp_path: Path) -> None:
    canvas = Canvas(str(tmp_path / "s.pdf"), pagesize=letter)
    canvas.scale(0.05, 0.05)
    canvas.setFont("Helvetica", 240)
    for number, line in enumerate(("The plan pays D0120 twice a year.", "Claims are due within 90 days of the visit.")):
        canvas.drawString(1440, 14000 - 1000 * number, line)
    canvas.save()
    assert len(pdf.read(tmp_path / "s.pdf").blocks) == 2


def test_items_of_a_list_within_a_cell_are_rows_of_their_own() -> None:
    blocks = list(
        rows_of(
            [("Class", "Services"), ("Unit 1", "• Exams - two a year • Cleanings - two a year"), ("Unit 2", "Fillings")]
        )
    )
    assert [block.text for block in blocks] == [
        "Class: Unit 1; Services: Exams - two a year.", "Class: Unit 1; Services: Cleanings - two a year.",
        "Class: Unit 2; Services: Fillings.",
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("rows", "at"),
    [
        ([("Code", "Limit"), ("D0120", "2 a year")], 0),
        ([("Sealants", "Up to age 14"), ("Crowns", "once in 7 years")], None),
        ([("Inlays", "Not covered"), ("Onlays", "Not covered")], None),
    ],
)
def test_a_row_of_values_is_no_header(rows: list[tuple[str, str]], at: int | None) -> None:
    assert header_at(rows) == at


@pytest.fixture(scope="module")
def lexicon() -> Lexicon:
    return lexicon_of(load_knowledge(Path("knowledge")))


def passages(lexicon: Lexicon, *blocks: Block, **facts: object) -> list[tuple[str, str, tuple[str, ...], set[str]]]:
    document = Document("plan.pdf", "0" * 64, DocumentFacts.model_validate(facts), Parsed(blocks))
    return [
        (one.section, one.text, one.codes, {topic.value for topic in one.topics})
        for one in document_passages([document], with_payers(lexicon, [document]))
    ]


def test_a_label_above_rows_is_their_heading(lexicon: Lexicon) -> None:
    label = Block(BlockKind.TEXT, "Annual maximum:")
    row = Block(BlockKind.ROW, "Per person; $1,000.", cells=("Per person", "$1,000"), header=("", ""))
    assert [one[:2] for one in passages(lexicon, label, row)] == [("Annual maximum", "Per person; $1,000.")]


def test_a_service_named_in_words_has_its_code(lexicon: Lexicon) -> None:
    row = Block(BlockKind.ROW, "Sealants; 1 in 60 months.", cells=("Sealants", "1 in 60 months"), header=("", ""))
    assert passages(lexicon, row)[0][2] == ("D1351",)


def test_what_stands_in_a_fee_schedule_is_on_fees(lexicon: Lexicon) -> None:
    row = Block(BlockKind.ROW, "Code: D2740; Fee: 905.", cells=("D2740", "905"), header=("Code", "Fee"))
    assert "fee" in passages(lexicon, row, kind=DocumentKind.FEE_SCHEDULE)[0][3]


def test_a_title_calls_a_payer_by_its_brand(lexicon: Lexicon) -> None:
    document = Document(
        "h.pdf",
        "0" * 64,
        DocumentFacts(title="2022 Horizon Dental Option Plan", payer="horizon-bcbsnj-dental"),
        Parsed(()),
    )
    assert with_payers(lexicon, [document]).payer_names["horizon"] == ("horizon-bcbsnj-dental",)


def test_a_title_that_a_program_made_of_a_file_name_is_none(lexicon: Lexicon) -> None:
    blocks = (Block(BlockKind.HEADING, "Granite Dental Claims Policy 2026", level=1),)
    for made in ("granite-policy", "(anonymous)", "B Plan Rating Model.xlsm"):
        facts = facts_of(Parsed(blocks, title=made), "granite-policy.pdf", lexicon)
        assert (facts.title, facts.payer) == ("Granite Dental Claims Policy 2026", "Granite Dental")
