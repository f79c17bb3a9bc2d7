"""Citations on the screen: the quote marked within its whole passage, and all that is known of its source."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date

import streamlit as st

from assistant.types import Authority, Citation, Passage, PassageKind, Source
from ingest.documents.shelf import Shelf
from views.documents import draw_document
from views.wording import american, lapse, plain, safe, with_american_dates

MORE_SOURCES = 3  # of the further sources of a sentence; some have a dozen
NO_SOURCE = "Common practice, no public source"
AUTHORITY = {
    Authority.CODE_OWNER: "Code set owner",
    Authority.PAYER: "The payer on its own rules",
    Authority.AGENCY: "Government agency",
    Authority.SOCIETY: "Dental society or association",
    Authority.OFFICE: "Your office’s own document",
    Authority.GUIDE: "Billing guide or vendor page",
    Authority.COMMON_PRACTICE: "Common practice; no page in the library shows it",
}


def draw_citation(citation: Citation, day: date, anchor: str, shelf: Shelf) -> None:
    """An expander that opens to the proof. `anchor` is the id that the marker in the answer points to."""
    title = citation.source.title if citation.source else NO_SOURCE
    mark = lapse(citation.passage, day)
    label = f"**{plain(f'[{citation.n}]')}** {plain(title)}" + (f" :orange-badge[{plain(mark)}]" if mark else "")
    with st.expander(label):
        st.html(f'<div id="{anchor}" class="bw-proof">{passage_html(citation)}{_facts_html(citation, day)}</div>')
        if (links := _links(citation)) is not None:
            st.markdown(links)
        draw_document(citation, shelf, anchor)


def passage_html(citation: Citation) -> str:
    """The whole passage with the quote marked, by its offsets."""
    text = citation.passage.text
    before, quote, after = text[: citation.start], text[citation.start : citation.end], text[citation.end :]
    return f'<blockquote class="bw-passage">{safe(before)}<mark>{safe(quote)}</mark>{safe(after)}</blockquote>'


def _facts_html(citation: Citation, day: date) -> str:
    rows = "".join(f"<dt>{safe(name)}</dt><dd>{safe(value)}</dd>" for name, value in facts_of(citation, day))
    return f'<dl class="bw-facts">{rows}</dl>'


def facts_of(citation: Citation, day: date) -> Iterator[tuple[str, str]]:
    """What is known of a citation's source, and whether it holds on a date of service, each under its name."""
    passage, source = citation.passage, citation.source
    yield "Section", passage.heading or passage.section
    if source:
        yield "Publisher", source.publisher
    yield "Authority", AUTHORITY[citation.authority]
    if source and source.published:
        yield "Published", with_american_dates(source.published)
    if dates := _in_force(passage):
        yield "In force", dates
    if mark := lapse(passage, day):
        yield "Beware", f"{mark[0].upper()}{mark[1:]}: does not hold on {american(day)}."
    if source and source.file:
        yield "File", source.file
    if source and (place := source.where):
        yield "Place", place
    if passage.kind is not PassageKind.DOCUMENT:
        yield "Library record", f"{passage.record} in {passage.file}"


def _in_force(passage: Passage) -> str:
    parts = [f"from {american(passage.effective)}"] if passage.effective else []
    if passage.ended:
        parts.append(f"over, end date unknown ({passage.ended})")
    elif passage.expires:
        parts.append(f"until {american(passage.expires)}")
    return ", ".join(parts)


def _links(citation: Citation) -> str | None:
    """Links as Markdown, which opens them in a tab of their own, so that the chat stays where it is."""
    further = citation.sources[1:]
    lines = []
    if citation.source and citation.source.url:
        lines.append(f"Read it at the source: {link(citation.source)}")
    if further:
        shown = "; ".join(f"{link(source)} ({plain(source.publisher)})" for source in further[:MORE_SOURCES])
        more = f"; and {len(further) - MORE_SOURCES} more" if len(further) > MORE_SOURCES else ""
        lines.append(f"It rests on these too: {shown}{more}")
    return "  \n".join(lines) or None


def link(source: Source) -> str:
    """A source's title as a Markdown link, or bare when it has no web address."""
    if not source.url or not source.url.startswith(("https://", "http://")):
        return plain(source.title)
    address = source.url.replace(" ", "%20").replace("<", "%3C").replace(">", "%3E")
    return f"[{plain(source.title)}](<{address}>)"
