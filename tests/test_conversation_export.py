"""A conversation as a file: all that was asked and answered, whatever letters and signs it holds."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import date, timedelta
from io import BytesIO

import pypdfium2 as pdfium
import pytest
from bs4 import BeautifulSoup
from markdown_it import MarkdownIt

from assistant.encoder import Encoder
from assistant.path import Assistant
from assistant.phrases import Phrases
from assistant.settings import Settings
from tests.conftest import NOW, TODAY
from views.conversation_store import ConversationStore
from views.exchange import Exchange, Failed, Outcome, PlainAnswer, Request
from views.gap_list import GapList
from views.markdown_export import as_markdown
from views.opening import Desk
from views.pdf_export import BOX, LACKING, as_pdf
from views.transcript import Block, Items, Note, Paragraph, Proof, Question, Title, Verdict, file_name, transcript_of

NASTY = (
    "$5 and $6",
    "*bold* _under_ `code` ~~struck~~",
    "<script>alert(1)</script> &amp; A&D",
    "[link](http://example.com) ![image](x) [note]: y",
    "# 30 is a tooth #",
    "1. first",
    "2) second",
    "- minus",
    "+ plus",
    "= even",
    "> quoted",
    "| a | b |",
    "back\\slash \\* end\\",
    "[x] done",
    "Nguyễn Văn Ấn, Łódź, Αθήνα, Київ, “§” ½ ≥ €",
)


@pytest.fixture
def desk(assistant: Assistant, settings: Settings, encoder: Encoder) -> Desk:
    phrases = Phrases(settings.prompts)
    return Desk(
        assistant=assistant,
        phrases=phrases,
        today=lambda: TODAY,
        now=lambda: NOW,
        gaps=GapList(settings.home),
        conversations=ConversationStore(settings.home, phrases),
        settings=settings,
        encoder=encoder,
    )


def exchange(said: str, outcome: Outcome, payer: str = "Any payer") -> Exchange:
    return Exchange(Request(said, said, None, ""), outcome, payer, NOW)


def shown(markdown: str) -> str:
    """What a reader of the Markdown file sees, where strikethrough and tables count too."""
    html = MarkdownIt("commonmark").enable(["strikethrough", "table"]).render(markdown)
    return re.sub(r"\s+", " ", BeautifulSoup(html, "html.parser").get_text(" "))


def printed(pdf: bytes) -> str:
    with pdfium.PdfDocument(pdf) as document:
        pages = [document[number].get_textpage().get_text_range() for number in range(len(document))]
    return re.sub(r"\s+", " ", " ".join(pages))


def in_markdown(blocks: tuple[Block, ...]) -> str:
    return shown(as_markdown(blocks))


def in_pdf(blocks: tuple[Block, ...]) -> str:
    return printed(as_pdf(blocks))


@pytest.mark.parametrize("read", [in_markdown, in_pdf])
def test_a_file_carries_question_scope_verdict_statements_and_proof(
    desk: Desk, read: Callable[[tuple[Block, ...]], str]
) -> None:
    answer = desk.assistant.ask("can I bill D9992 for telehealth?", (), "Apple Health", date(2020, 4, 10))
    blocks = transcript_of("Telehealth", (exchange("D9992?", answer, desk.payer_of(answer.understood)),), desk)
    text = read(blocks)
    assert text.strip().startswith(("Telehealth", "Bitewing · Telehealth"))
    for part in ("D9992?", "Washington Apple Health", "Apr 10, 2020", "Nov 23, 2026, 9:20 AM", "It depends"):
        assert part in text
    statements = next(block for block in blocks if isinstance(block, Items)).texts
    proofs = [block for block in blocks if isinstance(block, Proof)]
    assert len(statements) >= 2
    assert [proof.n for proof in proofs] == list(range(1, len(proofs) + 1))
    for part in (*statements, *(proof.quote for proof in proofs), *(proof.title for proof in proofs)):
        assert re.sub(r"\W+", "", part) in re.sub(r"\W+", "", text)
    assert "Government agency" in text


def test_addresses_of_sources_are_links_in_both(desk: Desk) -> None:
    blocks = transcript_of("T", (exchange("q", desk.assistant.ask("can I bill D9992 for telehealth?")),), desk)
    urls = [block.url for block in blocks if isinstance(block, Proof) and block.url]
    assert urls
    html = MarkdownIt("commonmark").render(as_markdown(blocks))
    assert [link["href"] for link in BeautifulSoup(html, "html.parser")("a")] == urls
    pdf = as_pdf(blocks)
    assert all(url.encode() in pdf for url in urls)


@pytest.mark.parametrize(
    ("question", "parts"),
    [
        ("D0140 vs D0170?", ("What decides between them", "D0140, use it when:")),
        (
            "can I bill D9992 for telehealth?",
            ("Sources disagree", "Claimed:", "Followed here:", "(ended Apr 24, 2020)"),
        ),
        ("what is the quantum flux of the tooth fairy", ("Not covered", "What to do", "Words to send to the payer")),
        ("does delta dental pay D9995?", ("Which one?", "Delta Dental of ")),
        ("can we change the date of service so it falls in January", ("Not this way", "Instead", "true date")),
    ],
)
def test_every_outcome_is_told(desk: Desk, question: str, parts: tuple[str, ...]) -> None:
    text = in_markdown(transcript_of("T", (exchange(question, desk.assistant.ask(question)),), desk))
    assert [part for part in parts if part not in text] == []


def test_what_failed_or_is_plain_text_is_told(desk: Desk) -> None:
    exchanges = (exchange("one", Failed("Ask again.")), exchange("two", PlainAnswer("Yes.\nD0140 stands. [1]")))
    text = in_markdown(transcript_of("T", exchanges, desk))
    assert "one" in text
    assert "Not answered Ask again." in text
    assert "Yes. D0140 stands. [1]" in text


@pytest.mark.parametrize("text", NASTY)
def test_no_sign_is_taken_for_a_mark(text: str) -> None:
    facts = (("Payer", text),)
    blocks: tuple[Block, ...] = (
        Title(text), Question(text, facts), Verdict(text), Paragraph(text), Note("Note", text), Items("Items", (text,)),
        Proof(1, text, text, facts, "https://example.com/a b?x=<1>"),
    )  # fmt: skip
    assert in_markdown(blocks).count(text) == 10
    assert in_pdf(blocks).count(text) == 11, "the foot of the page has the title once more"


def test_lines_stay_lines() -> None:
    html = MarkdownIt("commonmark").render(as_markdown([Paragraph("one\ntwo\n\n    three"), Note("Send", "a\n- b")]))
    assert html.replace("\n", "") == (
        "<p>one<br />two<br />three</p><p><strong>Send</strong></p><blockquote><p>a<br />- b</p></blockquote>"
    )


def test_letters_that_no_face_has_are_boxes_and_said_so() -> None:
    text = in_pdf((Title("T"), Paragraph("tooth\u201130 \x00\u200bfine, 😀 عربي \ufe0f")))
    assert f"tooth-30 fine, {BOX} {BOX * 4}" in text
    assert LACKING in text
    assert LACKING not in in_pdf((Title("T"), Paragraph("한국어 中文 にほん ok")))
    assert "한국어 中文 にほん ok" in in_pdf((Title("T"), Paragraph("한국어 中文 にほん ok")))


def test_what_is_long_goes_over_pages_and_within_the_margins() -> None:
    word, words = "x" * 3_000, "word " * 4_000
    pdf = as_pdf((Title("y" * 300), Question(word, ()), Paragraph(words), Items("", (word,)), Note("n", words)))
    text = printed(pdf)
    assert text.count("x") == 6_000
    assert text.count("word") == 8_000
    with pdfium.PdfDocument(pdf) as document:
        assert len(document) > 10
        for number in range(len(document)):
            page = document[number].get_textpage()
            boxes = [page.get_rect(index) for index in range(page.count_rects())]
            assert max(right for _, _, right, _ in boxes) <= 612 - 60
            assert min(bottom for _, bottom, _, _ in boxes) >= 30


def test_a_pdf_is_named_and_an_empty_line_breaks_nothing() -> None:
    with pdfium.PdfDocument(BytesIO(as_pdf((Title("Nguyễn <b>"), Paragraph("\n \x07\n"), Items("None", ()))))) as pdf:
        assert pdf.get_metadata_dict()["Title"] == "Nguyễn <b>"
    assert "None" not in in_pdf((Title("T"), Items("None", ())))
    assert "None" not in in_markdown((Title("T"), Items("None", ())))


def test_names_of_files() -> None:
    assert file_name("can I bill D9992 for telehealth?") == "can-I-bill-D9992-for-telehealth"
    assert file_name("../Nguyễn: a/b\\c*") == "Nguyễn-a-b-c"
    assert file_name("???") == "conversation"
    assert len(file_name("long " * 100)) <= 60


def test_the_time_is_that_of_the_clock_on_the_wall(desk: Desk) -> None:
    late = Exchange(Request("q", "q", None, ""), Failed("m"), "Any payer", NOW + timedelta(hours=14, minutes=45))
    assert "Asked: Nov 24, 2026, 12:05 AM" in in_markdown(transcript_of("T", (late,), desk)).replace(" :", ":")
