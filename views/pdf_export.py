"""A transcript as a PDF on letter paper, its letters embedded."""

from __future__ import annotations

import unicodedata
from collections.abc import Iterable, Iterator
from dataclasses import astuple
from functools import cache, partial
from importlib.resources import as_file, files
from io import BytesIO
from itertools import groupby
from typing import Any
from xml.sax.saxutils import escape, quoteattr

from reportlab.lib.colors import HexColor
from reportlab.lib.pagesizes import letter
from reportlab.lib.styles import ParagraphStyle
from reportlab.lib.units import inch
from reportlab.pdfbase import pdfmetrics
from reportlab.pdfbase.cidfonts import UnicodeCIDFont
from reportlab.pdfbase.ttfonts import TTFont
from reportlab.pdfgen.canvas import Canvas
from reportlab.platypus import Flowable, HRFlowable, Paragraph, SimpleDocTemplate, Spacer

from views.transcript import Block, Items, Note, Proof, Question, Title, Verdict
from views.transcript import Paragraph as PlainParagraph

REGULAR, BOLD = "SourceSansPro-Regular", "SourceSansPro-Bold"  # the face of the chat
# Readers of PDF bring these faces along for what the embedded one lacks: the first of the range that fits.
ASIAN = (
    (0x1100, 0x11FF, "HYSMyeongJo-Medium"),
    (0x3130, 0x318F, "HYSMyeongJo-Medium"),
    (0xAC00, 0xD7AF, "HYSMyeongJo-Medium"),
    (0x3040, 0x30FF, "HeiseiMin-W3"),
    (0x3000, 0x303F, "STSong-Light"),
    (0x3400, 0x9FFF, "STSong-Light"),
    (0xF900, 0xFAFF, "STSong-Light"),
    (0xFF00, 0xFFEF, "STSong-Light"),
)
ALIKE = str.maketrans({"\t": " ", "\u2011": "-"})  # shown by what looks the same
BOX = "☐"  # in the place of a letter that no face has
PADDING = 6  # points that a page keeps free beside its text, within the margins
INK, QUIET, ACCENT, LINE = (HexColor(colour) for colour in ("#12262b", "#52666b", "#0b655e", "#d3dfdf"))
LACKING = f"{BOX} stands for a letter that this file has no face for; the Markdown file has it."


def as_pdf(blocks: Iterable[Block]) -> bytes:
    """The bytes of a file. Whatever letters and signs the transcript holds, all that can be shown is."""
    blocks = tuple(blocks)
    title = next((block.text for block in blocks if isinstance(block, Title)), "")
    flow = [flowable for block in blocks for flowable in _laid_out(block)]
    if any(_face_of(letter) is None for block in blocks for letter in _letters_of(astuple(block))):
        flow.append(Paragraph(_quiet(LACKING), FACTS))
    out = BytesIO()
    paper = SimpleDocTemplate(
        out,
        pagesize=letter,
        leftMargin=inch,
        rightMargin=inch,
        topMargin=inch,
        bottomMargin=inch,
        title=title,
        author="Bitewing",
        lang="en-US",
        invariant=1,  # the same transcript makes the same bytes
    )
    foot = partial(_draw_foot, title)
    paper.build(flow, onFirstPage=foot, onLaterPages=foot)
    return out.getvalue()


@cache
def _embedded() -> frozenset[int]:
    """Bring the faces in, once; the letters that the embedded one has."""
    faces = []
    for name in (REGULAR, BOLD):
        with as_file(files("font_source_sans_pro") / "files" / f"{name}.ttf") as path:
            faces.append(TTFont(name, path))
            pdfmetrics.registerFont(faces[-1])
    pdfmetrics.registerFontFamily(REGULAR, normal=REGULAR, bold=BOLD, italic=REGULAR, boldItalic=BOLD)
    for name in {face for *_, face in ASIAN}:
        pdfmetrics.registerFont(UnicodeCIDFont(name))
    return frozenset.intersection(*(frozenset(font.face.charToGlyph) for font in faces))


def _style(name: str, size: float, **changes: Any) -> ParagraphStyle:
    return ParagraphStyle(name, fontName=REGULAR, fontSize=size, leading=size * 1.35, textColor=INK, **changes)


TITLE = _style("title", 18, spaceAfter=8)
QUESTION = _style("question", 12, spaceBefore=4, keepWithNext=1)
FACTS = _style("facts", 9, spaceAfter=8, keepWithNext=1)
VERDICT = _style("verdict", 13, spaceAfter=4)
BODY = _style("body", 10.5, spaceAfter=5)
LABEL = _style("label", 10.5, spaceBefore=6, spaceAfter=3, keepWithNext=1)
ITEM = _style("item", 10.5, leftIndent=12, bulletIndent=2, spaceAfter=3)
NOTE = _style("note", 10, leftIndent=8, rightIndent=8, spaceBefore=8, spaceAfter=9,
              backColor=HexColor("#edf3f3"), borderPadding=5)  # fmt: skip
PROOF = _style("proof", 9, leftIndent=12, spaceBefore=3, spaceAfter=4)
FOOT = _style("foot", 8)


def _laid_out(block: Block) -> Iterator[Flowable]:
    match block:
        case Title(text):
            yield Paragraph(_bold(text), TITLE)
        case Question(text, facts):
            yield Spacer(1, 8)
            yield HRFlowable(width="100%", thickness=0.75, color=LINE)
            yield Paragraph(_bold(text), QUESTION)
            yield Paragraph(_quiet(_in_a_line(facts)), FACTS)
        case Verdict(text):
            yield Paragraph(f'<font color="{ACCENT.hexval()}">{_bold(text)}</font>', VERDICT)
        case PlainParagraph(text):
            yield Paragraph(_marked_up(text), BODY)
        case Note(label, text):
            yield Paragraph(f"{_bold(label)}<br/>{_marked_up(text)}", NOTE)
        case Items(label, texts):
            if label and texts:
                yield Paragraph(_bold(label), LABEL)
            yield from (Paragraph(_marked_up(text), ITEM, bulletText="•") for text in texts)
        case Proof():
            yield _proof(block)


def _proof(proof: Proof) -> Flowable:
    title = _bold(proof.title)
    if proof.url:
        title = f'<a href={quoteattr(proof.url)} color="{ACCENT.hexval()}">{title}</a>'
    lines = (f"{_bold(f'[{proof.n}]')} {title}", _marked_up(f"“{proof.quote}”"), _quiet(_in_a_line(proof.facts)))
    return Paragraph("<br/>".join(lines), PROOF)


def _in_a_line(facts: tuple[tuple[str, str], ...]) -> str:
    return " · ".join(f"{name}: {value}" for name, value in facts)


def _bold(text: str) -> str:
    return f"<b>{_marked_up(text)}</b>"


def _quiet(text: str) -> str:
    return f'<font color="{QUIET.hexval()}">{_marked_up(text)}</font>'


def _marked_up(text: str) -> str:
    """Text as a paragraph takes it: nothing in it is a mark, and every letter stands in a face that has it."""
    lines = unicodedata.normalize("NFC", text).strip().splitlines()
    return "<br/>".join(
        "".join(_run(face, "".join(run)) for face, run in groupby(_letters_of(line), _face_of)) for line in lines
    )


def _run(face: str | None, text: str) -> str:
    if face is None:
        return BOX * len(text)
    return escape(text) if face == REGULAR else f'<font face="{face}">{escape(text)}</font>'


def _letters_of(value: object) -> Iterator[str]:
    """All that is written in a value, less what only steers how it is shown."""
    if isinstance(value, str):
        for letter in value.translate(ALIKE):
            if unicodedata.category(letter) not in {"Cc", "Cf", "Cs"} and not "\ufe00" <= letter <= "\ufe0f":
                yield letter
    elif isinstance(value, tuple):
        for part in value:
            yield from _letters_of(part)


def _face_of(letter: str) -> str | None:
    if ord(letter) in _embedded():
        return REGULAR
    return next((face for first, last, face in ASIAN if first <= ord(letter) <= last), None)


def _draw_foot(title: str, canvas: Canvas, paper: SimpleDocTemplate) -> None:
    foot = Paragraph(_quiet(f"Bitewing · {title} · page {paper.page}"), FOOT)
    foot.wrapOn(canvas, paper.width, paper.bottomMargin)
    foot.drawOn(canvas, paper.leftMargin + PADDING, 0.5 * inch)
