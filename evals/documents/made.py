"""Documents that the suite makes itself, with the programs that offices use, so that every run has them.

Their payers and rules are invented. Each maker writes one file; one whose program is missing is left out, and said so.
"""

from __future__ import annotations

import csv
import shutil
import subprocess
from collections.abc import Callable, Iterable
from email.message import EmailMessage
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import docx
import openpyxl
import pptx
import pypdfium2 as pdfium
from reportlab.lib.pagesizes import letter
from reportlab.lib.styles import getSampleStyleSheet
from reportlab.platypus import BalancedColumns, Flowable, Paragraph, SimpleDocTemplate, Table, TableStyle

from ingest.documents import scan

CHROMIUM, LIBREOFFICE = shutil.which("chromium"), shutil.which("soffice")
LIMITS = ("Code", "Service", "Limit", "Age", "Prior authorization")
Row = tuple[str, ...]


def manual(year: int, days: int, months: int) -> list[tuple[str, Iterable[str] | list[Row]]]:
    """A manual of an invented payer: headings with paragraphs, or with rows of a table."""
    rows: list[Row] = [
        ("D0120", "recall exam", "2 per calendar year", "Any", "No"),
        ("D0140", "exam of one problem", "3 per calendar year", "Any", "No"),
        ("D0210", "whole-mouth images", "1 per 60 months", "Any", "No"),
        ("D0274", "four bitewings", f"1 per {months} months", "Any", "No"),
        ("D0330", "panoramic image", "1 per 60 months", "6 and older", "No"),
        ("D1110", "adult cleaning", "2 per calendar year", "14 and older", "No"),
        ("D1206", "fluoride varnish", "2 per 12 months", "Under 19", "No"),
        ("D1351", "sealant", "1 per tooth per 36 months", "Under 16", "No"),
        ("D2391", "one-surface back filling", "1 per surface per 24 months", "Any", "No"),
        ("D2740", "ceramic crown", "1 per tooth per 84 months", "16 and older", "Yes"),
        ("D2950", "core buildup", "1 per tooth per 84 months", "16 and older", "Yes"),
        ("D3330", "molar root canal", "1 per tooth per lifetime", "Any", "No"),
        ("D4341", "scaling of a quadrant", "1 per quadrant per 24 months", "Any", "Yes"),
        ("D4910", "perio maintenance", "4 per calendar year", "Any", "No"),
        ("D5110", "upper denture", "1 per 60 months", "Any", "Yes"),
        ("D6010", "implant body", "Not a benefit", "Any", "No"),
        ("D7140", "extraction", "1 per tooth per lifetime", "Any", "No"),
        ("D7240", "bony impaction", "1 per tooth per lifetime", "Any", "Yes"),
        ("D9230", "nitrous oxide", "2 per calendar year", "Under 12", "No"),
        ("D9944", "hard night guard", "1 per 36 months", "18 and older", "Yes"),
    ]
    return [
        (f"Northwind Dental Provider Manual {year}",
         [f"Effective January 1, {year}. This manual applies to the Northwind Dental PPO plans in Ohio."]),
        ("Claim submission",
         [f"Claims must be received within {days} days of the date of service. Claims received later are denied and "
          "may not be billed to the member.",
          "Corrected claims carry the original claim number and are due within 90 days of the first remittance."]),
        ("Crowns", ["Northwind Dental pays crowns on the seat date. Claims with the preparation date are returned.",
                    "A core buildup is paid only when less than half of the crown of the tooth is left; send a "
                    "radiograph taken before treatment."]),
        ("Appeals", ["Appeals are due within 120 days of the remittance and go to the appeals desk in Dayton."]),
        ("Frequency limits", rows),
    ]  # fmt: skip


def _flowables(parts: Iterable[tuple[str, Iterable[str] | list[Row]]]) -> Iterable[Flowable]:
    styles = getSampleStyleSheet()
    for number, (heading, body) in enumerate(parts):
        yield Paragraph(heading, styles["Title" if number == 0 else "Heading2"])
        rows = [row for row in body if isinstance(row, tuple)]
        for text in body:
            if isinstance(text, str):
                yield Paragraph(text, styles["BodyText"])
        if rows:
            table = Table([LIMITS, *rows], repeatRows=1, rowHeights=30)
            table.setStyle(TableStyle([("GRID", (0, 0), (-1, -1), 0.5, "black")]))
            yield table


def northwind_2025(path: Path) -> None:
    SimpleDocTemplate(str(path), pagesize=letter).build(list(_flowables(manual(2025, 365, 24))))


def northwind_2026(path: Path) -> None:
    SimpleDocTemplate(str(path), pagesize=letter).build(list(_flowables(manual(2026, 180, 12))))


def summit_fees(path: Path) -> None:
    """A fee schedule as a spreadsheet: two sheets, a title above the header."""
    book = openpyxl.Workbook()
    fees: Any = book.active
    fees.title = "Fees 2026"
    for row in (("Summit Smiles PPO fee schedule, effective 2026-01-01",), (), ("Code", "Service", "Fee")):
        fees.append(row)
    for code, service, fee in (
        ("D0120", "recall exam", 41),
        ("D0150", "first full exam", 66),
        ("D0274", "bitewings", 52),
        ("D1110", "adult cleaning", 74.5),
        ("D2392", "two-surface back filling", 168),
        ("D2740", "ceramic crown", 905),
        ("D4341", "scaling", 193),
        ("D7140", "extraction", 121),
    ):
        fees.append((code, service, fee))
        fees.cell(fees.max_row, 3).number_format = '"$"#,##0.00'
    rules = book.create_sheet("Rules")
    for row in (
        ("Code", "How often", "Note"),
        ("D0274", "once in 18 months", "shares its limit with D0210"),
        ("D4910", "four a year", "counts cleanings too"),
        ("D1206", "twice a year", "through age 17"),
    ):
        rules.append(row)
    book.save(path)


def harborview_limits(path: Path) -> None:
    with path.open("w", newline="", encoding="utf-8") as file:
        writer = csv.writer(file)
        writer.writerows([
            ("Payer", "Code", "Limit", "Age", "Prior authorization"),
            ("Harborview Dental", "D0210", "1 per 48 months", "Any", "No"),
            ("Harborview Dental", "D1208", "1 per 12 months", "Through 15", "No"),
            ("Harborview Dental", "D4342", "1 per quadrant per 36 months", "Any", "Yes"),
            ("Harborview Dental", "D5213", "1 per 96 months", "Any", "Yes"),
        ])  # fmt: skip


def _prairie() -> docx.document.Document:
    text = docx.Document()
    text.add_heading("Prairie Dental Plan Office Manual", 0)
    text.add_paragraph("Effective March 1, 2026. For dentists in Kansas.")
    text.add_heading("Teledentistry", 1)
    text.add_paragraph(
        "Prairie Dental Plan pays D9995 once per date of service beside an evaluation. D9996 is not paid."
    )
    text.add_heading("Prior authorization", 1)
    text.add_paragraph("Prior authorizations are answered within 14 days and hold for 180 days.")
    text.add_paragraph("Emergency treatment needs no prior authorization; send the chart notes with the claim.")
    text.add_heading("Age limits", 1)
    table = text.add_table(rows=1, cols=3)
    for cell, name in zip(table.rows[0].cells, ("Code", "Ages", "Limit"), strict=True):
        cell.text = name
    for row in (
        ("D1351", "5 through 15", "once per tooth in 5 years"),
        ("D1354", "any", "twice per tooth in 12 months"),
        ("D8080", "under 19", "once per lifetime"),
    ):
        for cell, value in zip(table.add_row().cells, row, strict=True):
            cell.text = value
    return text


def prairie_manual(path: Path) -> None:
    _prairie().save(str(path))


def prairie_print(path: Path) -> None:
    """The same kind of manual of another payer, made a PDF by LibreOffice."""
    text: Any = docx.Document()
    text.add_heading("Juniper Dental Policy on Periodontics", 0)
    text.add_paragraph("Effective July 1, 2025. Last reviewed June 2025.")
    text.add_heading("Scaling and root planing", 1)
    text.add_paragraph(
        "Juniper Dental pays no more than two quadrants of D4341 on one day unless the patient was sedated. "
        "Pockets of 5 mm or deeper must stand in a chart not older than 12 months."
    )
    text.add_heading("Maintenance", 1)
    text.add_paragraph("D4910 is paid from 90 days after scaling. D1110 within 12 months after D4341 is denied.")
    text.add_page_break()
    text.add_heading("Gingival grafts", 1)
    text.add_paragraph("Juniper Dental requires photographs with D4277 and pays one site a visit.")
    with TemporaryDirectory() as folder:
        source = Path(folder) / f"{path.stem}.docx"
        text.save(str(source))
        convert = [str(LIBREOFFICE), "--headless", "--convert-to", "pdf", "--outdir", str(path.parent), str(source)]
        subprocess.run(convert, check=True, capture_output=True, timeout=120)


LAKESHORE = """<html><head><title>Lakeshore Dental Benefit Booklet</title></head><body>
<h1>Lakeshore Dental Benefit Booklet</h1><p>Effective January 1, 2026 through December 31, 2026. Michigan.</p>
<h2>Deductible and maximum</h2><p>Lakeshore Dental has a deductible of $75 a person and an annual maximum of $1,750.</p>
<h2>Waiting periods</h2><p>Major services have a waiting period of 9 months at Lakeshore Dental.</p>
<div style="page-break-before: always"></div><h2>Limits</h2>
<table border=1 style="border-collapse: collapse"><tr><th>Code</th><th>Plan pays</th><th>How often</th></tr>
<tr><td>D0120</td><td>100%</td><td>2 per benefit year</td></tr>
<tr><td>D0274</td><td>100%</td><td>1 per benefit year</td></tr>
<tr><td>D2740</td><td>50%</td><td>1 per tooth in 10 years</td></tr>
<tr><td>D4341</td><td>80%</td><td>1 per quadrant in 3 years</td></tr>
<tr><td>D9944</td><td>50%</td><td>1 in 5 years</td></tr></table>
<h2>Missing teeth</h2><p>Lakeshore Dental does not pay for replacing teeth lost before coverage began.</p>
</body></html>"""


def lakeshore_booklet(path: Path) -> None:
    """A page printed to PDF by a browser."""
    with TemporaryDirectory() as folder:
        page = Path(folder) / "booklet.html"
        page.write_text(LAKESHORE, encoding="utf-8")
        subprocess.run([str(CHROMIUM), "--headless", "--no-sandbox", "--disable-gpu", "--disable-background-networking",
                        "--disable-component-update", "--disable-sync", "--no-pdf-header-footer",
                        f"--print-to-pdf={path}", str(page)], check=True, capture_output=True, timeout=120)  # fmt: skip


def cascade_scan(path: Path) -> None:
    """A letter as a scanner leaves it: a PDF of pictures."""
    styles = getSampleStyleSheet()
    with TemporaryDirectory() as folder:
        source = Path(folder) / "letter.pdf"
        rows = [("Code", "Limit", "Note"), ("D0330", "1 per 36 months", "none"), ("D2750", "1 per 60 months", "molars")]
        table = Table(rows, rowHeights=28, colWidths=120)
        table.setStyle(TableStyle([("GRID", (0, 0), (-1, -1), 1, "black")]))
        SimpleDocTemplate(str(source), pagesize=letter).build([
            Paragraph("Cascade Dental Provider Notice", styles["Title"]),
            Paragraph("Effective May 1, 2026. Oregon.", styles["BodyText"]),
            Paragraph("Cascade Dental accepts claims until 270 days after the date of service.", styles["BodyText"]),
            Paragraph("Limits", styles["Heading2"]), table,
        ])  # fmt: skip
        document = pdfium.PdfDocument(source)
        images = [page.render(scale=200 / 72).to_pil().convert("L") for page in document]
        images[0].save(path, save_all=True, append_images=images[1:], resolution=200)


def mesa_slides(path: Path) -> None:
    slides = pptx.Presentation()
    for title, body in (
        ("Mesa Dental provider training 2026", "For offices in Arizona. Effective April 1, 2026."),
        ("Attachments", "Mesa Dental wants photographs with D2391 on molars of adults."),
        ("Orthodontics", "Mesa Dental pays D8080 in four payments over 18 months."),
    ):
        slide = slides.slides.add_slide(slides.slide_layouts[1])
        slide.shapes.title.text = title
        slide.placeholders[1].text = body
    slides.save(str(path))


def mesa_bulletin(path: Path) -> None:
    path.write_text(
        "<html><head><title>Mesa Dental Bulletin</title><script>steal()</script></head><body>"
        "<h1>Mesa Dental Bulletin</h1><p>Published June 2026.</p><h2>Sealants</h2>"
        "<p>Mesa Dental pays D1351 again after 24 months when the sealant was lost.</p>"
        "<h2>Sedation</h2><p>Mesa Dental pays D9243 up to 4 units a day.</p></body></html>",
        encoding="utf-8",
    )


def office_notes(path: Path) -> None:
    path.write_text(
        "# Front desk notes\n\nUpdated 2026-02-10.\n\n## Harborview Dental\n\n"
        "- Harborview Dental wants the primary's EOB uploaded, not faxed.\n"
        "- Harborview Dental answers predeterminations in about 3 weeks.\n\n## Juniper Dental\n\n"
        "- Juniper Dental reprocesses by phone when only the tooth number was wrong.\n",
        encoding="utf-8",
    )


def summit_reply(path: Path) -> None:
    message = EmailMessage()
    message["From"], message["To"] = "Provider Relations <relations@summit.example>", "office@dental.example"
    message["Subject"], message["Date"] = "Summit Smiles on D9992", "Tue, 03 Mar 2026 10:00:00 -0500"
    message.set_content(
        "Hello,\n\nSummit Smiles does not pay D9992. Members may be charged only with a signed consent.\n\n"
        "Regards\nProvider Relations"
    )
    path.write_bytes(bytes(message))


def columns_policy(path: Path) -> None:
    """Two columns of text on one page."""
    styles = getSampleStyleSheet()
    texts: list[Flowable] = [
        Paragraph("Replacement", styles["Heading2"]),
        Paragraph("Granite Dental replaces a crown only after 8 years. The old crown's date must stand on the claim.",
                  styles["BodyText"]),
        Paragraph("Alternate benefits", styles["Heading2"]),
        Paragraph("Granite Dental pays back-tooth composites, D2391 to D2394, at the amalgam fee.", styles["BodyText"]),
        Paragraph("Records", styles["Heading2"]),
        Paragraph("Granite Dental asks for records by letter and gives the office 30 days to send them.",
                  styles["BodyText"]),
        Paragraph("Recovery", styles["Heading2"]),
        Paragraph("Overpayments are taken back within 18 months; Granite Dental offsets them after 45 days.",
                  styles["BodyText"]),
    ]  # fmt: skip
    SimpleDocTemplate(str(path), pagesize=letter).build([
        Paragraph("Granite Dental Claims Policy 2026", styles["Title"]),
        Paragraph("Effective 2026-01-01. New Hampshire.", styles["BodyText"]), BalancedColumns(texts, nCols=2),
    ])  # fmt: skip


MAKERS: dict[str, tuple[Callable[[Path], None], bool]] = {
    "northwind-2025.pdf": (northwind_2025, True),
    "northwind-2026.pdf": (northwind_2026, True),
    "summit-fees.xlsx": (summit_fees, True),
    "harborview-limits.csv": (harborview_limits, True),
    "prairie-manual.docx": (prairie_manual, True),
    "juniper-perio.pdf": (prairie_print, LIBREOFFICE is not None),
    "lakeshore-booklet.pdf": (lakeshore_booklet, CHROMIUM is not None),
    "cascade-notice.pdf": (cascade_scan, scan.is_installed()),
    "mesa-training.pptx": (mesa_slides, True),
    "mesa-bulletin.html": (mesa_bulletin, True),
    "front-desk-notes.md": (office_notes, True),
    "summit-reply.eml": (summit_reply, True),
    "granite-policy.pdf": (columns_policy, True),
}


def make(folder: Path) -> list[str]:
    """Write all documents whose program is installed; the names of those that were left out."""
    folder.mkdir(parents=True, exist_ok=True)
    for name, (maker, possible) in MAKERS.items():
        if possible:
            maker(folder / name)
    return [name for name, (_, possible) in MAKERS.items() if not possible]
