"""Tables as payers' summaries draw them: ruled, by alignment alone, with values, labels and lists in cells."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import pytest
from pypdfium2 import PdfDocument
from reportlab.lib.pagesizes import letter
from reportlab.pdfgen.canvas import Canvas
from reportlab.platypus import SimpleDocTemplate, Table, TableStyle

from assistant.lexicon import Lexicon
from ingest.documents import pdf
from ingest.documents.blocks import Block, BlockKind, Parsed
from ingest.documents.drawn import drawing_of
from ingest.documents.facts import DocumentFacts, DocumentKind
from ingest.documents.lost import lost_words, unread_words
from ingest.documents.pages import laid_out
from ingest.documents.passages import document_passages, with_payers
from ingest.documents.reading_facts import facts_of
from ingest.documents.shelf import Document
from ingest.documents.tables import header_at, rows_of
from ingest.documents.words import seen_words
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


def test_a_note_up_the_margin_is_left_out_and_told(tmp_path: Path) -> None:
    canvas = Canvas(str(tmp_path / "m.pdf"), pagesize=letter)
    canvas.drawString(72, 700, "The plan pays D0120 twice a year.")
    canvas.rotate(90)
    canvas.drawString(200, -30, "An independent member of an association")
    canvas.save()
    parsed = pdf.read(tmp_path / "m.pdf")
    assert [block.text for block in parsed.blocks] == ["The plan pays D0120 twice a year."]
    assert "across the reading direction" in parsed.unread[0].why


def test_a_scaled_font_has_the_size_that_is_seen(tmp_path: Path) -> None:
    canvas = Canvas(str(tmp_path / "s.pdf"), pagesize=letter)
    canvas.scale(0.05, 0.05)
    canvas.setFont("Helvetica", 240)
    for number, line in enumerate(("The plan pays D0120 twice a year.", "Claims are due within 90 days of the visit.")):
        canvas.drawString(1440, 14000 - 1000 * number, line)
    canvas.save()
    assert len(pdf.read(tmp_path / "s.pdf").blocks) == 2


def test_lines_across_the_page_alone_part_rows_and_a_header_of_several_lines_is_read_whole(tmp_path: Path) -> None:
    canvas = Canvas(str(tmp_path / "g.pdf"), pagesize=letter)
    for height in (700, 662, 600, 560):
        canvas.line(60, height, 540, height)
    placed = [
        (686, [(300, "PPO"), (440, "PPO")]), (672, [(60, "Your plan"), (300, "Tier 1"), (440, "Tier 2")]),
        (650, [(60, "Deductible"), (300, "$50"), (440, "$75")]), (636, [(75, "Family limit"), (370, "3 per family")]),
        (610, [(60, "Waived for"), (300, "Preventive"), (440, "Preventive")]),
        (587, [(60, "Repair of")]), (580, [(300, "80%"), (440, "60%")]), (573, [(60, "crowns and bridges")]),
    ]  # fmt: skip
    for height, cells in placed:
        for left, text in cells:
            canvas.drawString(left, height, text)
    canvas.save()
    assert rows_in(tmp_path / "g.pdf") == [
        "Your plan: Deductible; PPO Tier 1: $50; PPO Tier 2: $75.",
        "Your plan: Deductible – Family limit; PPO Tier 1 and PPO Tier 2: 3 per family.",
        "Your plan: Waived for; PPO Tier 1: Preventive; PPO Tier 2: Preventive.",
        "Your plan: Repair of crowns and bridges; PPO Tier 1: 80%; PPO Tier 2: 60%.",
    ]


def test_rows_within_one_frame_are_told_apart(tmp_path: Path) -> None:
    lines = [("Fillings", "1 in 24 months"), ("Root canal", "1 per tooth per lifetime"), ("Scaling & Root Planing", ""),
             ("Maintenance", "4 in 1 year, includes 2 cleanings")]  # fmt: skip
    canvas = Canvas(str(tmp_path / "f.pdf"), pagesize=letter)
    canvas.setFont("Helvetica-Bold", 11)
    canvas.drawString(65, 705, "Type B")
    canvas.drawString(360, 705, "How often")
    canvas.rect(60, 620, 480, 80)
    canvas.line(280, 620, 280, 700)
    canvas.setFont("Helvetica", 10)
    for number, (label, limit) in enumerate(lines):
        canvas.drawString(65, 685 - 12 * number, label)
        canvas.drawString(290, 685 - 12 * number, limit)
    canvas.save()
    assert [block.text for block in pdf.read(tmp_path / "f.pdf").blocks] == [
        "Type B: Fillings; How often: 1 in 24 months.", "Type B: Root canal; How often: 1 per tooth per lifetime.",
        "Scaling & Root Planing", "Type B: Maintenance; How often: 4 in 1 year, includes 2 cleanings.",
    ]  # fmt: skip


def test_a_merged_cell_holds_for_all_rows_beside_it(tmp_path: Path) -> None:
    rows = [("Group", "Code", "Limit"), ("Images", "D0272", "2 a year"), ("", "D0274", ""), ("Exams", "D0120", "none")]
    table = Table(rows)
    table.setStyle(
        TableStyle([("GRID", (0, 0), (-1, -1), 0.5, "black"), ("SPAN", (0, 1), (0, 2)), ("SPAN", (2, 1), (2, 2))])
    )
    SimpleDocTemplate(str(tmp_path / "m.pdf"), pagesize=letter).build([table])
    assert rows_in(tmp_path / "m.pdf") == [
        "Group: Images; Code: D0272; Limit: 2 a year.", "Group: Images; Code: D0274; Limit: 2 a year.",
        "Group: Exams; Code: D0120; Limit: none.",
    ]  # fmt: skip


def test_shaded_rows_are_told_by_their_grounds_and_a_line_that_cannot_be_seen_parts_nothing(tmp_path: Path) -> None:
    canvas = Canvas(str(tmp_path / "s.pdf"), pagesize=letter)
    for number in range(4):
        canvas.setFillGray(0.9 if number % 2 == 0 else 1)
        canvas.rect(60, 660 - 40 * number, 480, 40, stroke=0, fill=1)
    canvas.setStrokeGray(1)
    canvas.line(60, 640, 540, 640)  # white on white, through the second row
    canvas.setFillGray(0)
    cells = [
        (685, 677, "Cleanings", "2 a year"),
        (645, 633, "Crowns", "1 in 7 years"),
        (600, 588, "Sealants", "to age 14"),
    ]
    for label, note, name, limit in cells:
        canvas.drawString(65, label, name)
        canvas.drawString(65, note, "(for members)")
        canvas.drawString(320, (label + note) / 2, limit)
    canvas.save()
    assert rows_in(tmp_path / "s.pdf") == [
        "Cleanings (for members); 2 a year.",
        "Crowns (for members); 1 in 7 years.",
        "Sealants (for members); to age 14.",
    ]


def test_tables_side_by_side_are_read_one_after_the_other(tmp_path: Path) -> None:
    canvas = Canvas(str(tmp_path / "b.pdf"), pagesize=letter)
    for left, codes in ((50, ("D0120", "D0140", "D0150")), (320, ("D2140", "D2150", "D2160"))):
        for number, cells in enumerate((("Code", "Fee"), *((code, f"${code[-2:]}") for code in codes))):
            for column, text in enumerate(cells):
                canvas.drawString(left + 5 + 130 * column, 690 - 20 * number, text)
            canvas.line(left, 685 - 20 * number, left + 230, 685 - 20 * number)
    canvas.save()
    assert [row.split(";")[0] for row in rows_in(tmp_path / "b.pdf")] == [
        f"Code: {code}" for code in ("D0120", "D0140", "D0150", "D2140", "D2150", "D2160")
    ]


def test_a_page_that_is_read_sideways_has_its_places_as_it_is_shown(tmp_path: Path) -> None:
    canvas = Canvas(str(tmp_path / "t.pdf"), pagesize=letter)
    canvas.rotate(90)
    for number, cells in enumerate(
        (("Code", "Service", "Fee"), ("D0120", "Exam", "$45"), ("D0274", "Bitewings", "$62"))
    ):
        for column, text in enumerate(cells):
            canvas.drawString(100 + 150 * column, -300 - 16 * number, text)
    canvas.save()
    rows = [block for block in pdf.read(tmp_path / "t.pdf").blocks if block.kind is BlockKind.ROW]
    assert [row.text for row in rows] == [
        "Code: D0120; Service: Exam; Fee: $45.",
        "Code: D0274; Service: Bitewings; Fee: $62.",
    ]
    (box,) = rows[0].boxes
    assert 300 < box.left < box.right < 330  # the second line of print, sixteen points right of the first
    assert box.bottom - box.top > 300


def test_the_mark_of_a_footnote_is_no_part_of_a_number(tmp_path: Path) -> None:
    canvas = Canvas(str(tmp_path / "n.pdf"), pagesize=letter)
    text = canvas.beginText(72, 700)
    text.textOut("Major services wait 12")
    text.setFont("Helvetica", 7)
    text.setRise(4)
    text.textOut("4")
    text.setFont("Helvetica", 12)
    text.setRise(0)
    text.textOut(" months for every member.")
    canvas.drawText(text)
    canvas.save()
    assert [block.text for block in pdf.read(tmp_path / "n.pdf").blocks] == [
        "Major services wait 12 ⁴ months for every member."
    ]


def test_a_word_that_is_in_no_block_is_told(tmp_path: Path) -> None:
    placed = [(700, [(72, "The plan pays D0120 twice a year.")]), (600, [(72, "Implants wait-"), (400, "Crowns")])]
    drawn(tmp_path / "w.pdf", placed)
    with PdfDocument(tmp_path / "w.pdf") as document:
        words, _, _ = seen_words(document[0], drawing_of(document[0]))
    pages = [laid_out(1, 792.0, words)]
    blocks = pdf.read(tmp_path / "w.pdf").blocks
    assert list(unread_words(pages, blocks)) == []
    (told,) = unread_words(pages, [block for block in blocks if "D0120" not in block.text])
    assert told.page == 1
    assert "7 words" in told.why
    assert "The plan pays D0120 twice a year." in told.why


def test_a_word_parted_at_the_end_of_a_line_is_not_lost() -> None:
    assert lost_words(["out-", "of-area", "emer-", "gency", "care"], ["Out-of-area emergency"]) == ["care"]


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
