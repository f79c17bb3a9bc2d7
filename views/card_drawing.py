"""A code's card on the screen: every sentence with its source, checklists to tick and copy."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import date

import streamlit as st

from assistant.types import Citation, Source
from views.answers import draw_conflict
from views.citations import AUTHORITY, NO_SOURCE
from views.code_card import CHECKLISTS, CodeCard, Neighbour, PayerRules, Section, checklist_as_text
from views.wording import american, category_name, lapse, plain, safe, with_american_dates

SILENT = "The library holds no rule of this payer on this code for that day. Ask the payer."
MORE_SOURCES = 3  # of the further sources of a sentence; some have a dozen


def draw_card(
    card: CodeCard,
    day: date,
    shown: Sequence[str],
    compare: Callable[[str, str], None],
    close: Callable[[str], None],
) -> None:
    """`shown` are the codes that have a card on the page already.

    `compare` takes a code and a neighbour to put beside it, `close` a code whose card is to go.
    """
    code = card.entry.code
    with st.container(horizontal=True, gap="small"):
        st.html(_head_html(card))
        st.button("Close", key=f"close-{code}", icon=":material/close:", help=f"Close the card of {code}",
                  type="tertiary", on_click=close, args=(code,))  # fmt: skip
    if card.rules is not None:
        _draw_rules(card.rules, day)
    # What needs no widget goes out in one piece: each piece costs the browser a few milliseconds.
    waiting = ""
    for section in card.sections:
        heading = heading_html(section.title)
        if section.name in CHECKLISTS or section.name == "neighbours":
            body = neighbours_html(card.neighbours) if section.name == "neighbours" else ""
            st.html(waiting + heading + body)
            waiting = ""
        if section.name in CHECKLISTS:
            _draw_checklist(code, section)
        elif section.name == "neighbours":
            _draw_comparing(card, shown, compare)
        else:
            waiting += heading + said_html(section.said, day)
    if waiting:
        st.html(waiting)
    for conflict in card.conflicts:
        draw_conflict(conflict)


def heading_html(title: str) -> str:
    return f'<p class="bw-heading">{safe(title)}</p>'


def _head_html(card: CodeCard) -> str:
    badge = "yes" if card.is_valid else "no"
    told = f"{card.entry.label} · {category_name(card.entry.category)}"
    return (
        f'<h2 class="bw-code">{safe(card.entry.code)}</h2><p class="bw-scope">{safe(told)}</p>'
        f'<div class="bw-head"><span class="bw-badge bw-{badge}">{safe(card.status)}</span></div>'
    )


def neighbours_html(neighbours: Sequence[Neighbour]) -> str:
    """What decides, under the question that asks for it where there is one."""
    items = ""
    for one in neighbours:
        asked = f'<strong class="bw-asked">{safe(" ".join(one.questions))}</strong> ' if one.questions else ""
        items += f"<li>{asked}{safe(one.said.quote)} {source_html(one.said)}</li>"
    return f'<ul class="bw-statements">{items}</ul>'


def said_html(said: Sequence[Citation], day: date) -> str:
    """Sentences, each with its source one click away, and whether it holds on the day."""
    items = ""
    for one in said:
        mark = lapse(one.passage, day)
        lapsed = f' <span class="bw-lapsed">{safe(mark)}</span>' if mark else ""
        items += f"<li>{safe(one.quote)}{lapsed} {source_html(one)}</li>"
    return f'<ul class="bw-statements">{items}</ul>'


def _draw_rules(rules: PayerRules, day: date) -> None:
    shown = heading_html(f"{rules.payer} on {american(day)}")
    shown += said_html(rules.said, day) if rules.said else f'<p class="bw-scope">{SILENT}</p>'
    st.html(shown + "".join(heading_html(law.title) + said_html(law.said, day) for law in rules.laws))
    if rules.lapsed:
        with st.expander(f"{len(rules.lapsed)} not in force that day", icon=":material/history:"):
            st.html(said_html(rules.lapsed, day))


def _draw_checklist(code: str, section: Section) -> None:
    """Items to tick, their sources, and what was ticked to copy."""
    items = [citation.quote for citation in section.said]
    done = [
        st.checkbox(plain(item), key=f"tick-{code}-{section.name}-{number}") for number, item in enumerate(items)
    ]  # fmt: skip
    sources = "".join(f"<li>{safe(one.quote)} {_source_text(one)}</li>" for one in section.said)
    st.html(f'<details class="bw-source"><summary>sources</summary><ul class="bw-statements">{sources}</ul></details>')
    with st.popover("Copy", icon=":material/content_copy:"):
        st.code(checklist_as_text(code, items, done), language=None, wrap_lines=True)


def _draw_comparing(card: CodeCard, shown: Sequence[str], compare: Callable[[str, str], None]) -> None:
    code = card.entry.code
    with st.container(horizontal=True, gap="small"):
        for other in dict.fromkeys(one.other for one in card.neighbours if one.other not in shown):
            st.button(f"Beside {other}", key=f"beside-{code}-{other}", on_click=compare, args=(code, other),
                      help=f"Show {other} beside {code}")  # fmt: skip


def source_html(citation: Citation) -> str:
    """The sources of a sentence, one click away."""
    return f'<details class="bw-source"><summary>source</summary>{_source_text(citation)}</details>'


def _source_text(citation: Citation) -> str:
    """The sources of a sentence, the first ones with their links."""
    if not citation.sources:
        return safe(NO_SOURCE)
    first, *further = citation.sources
    text = f"{_linked(first)} ({safe(AUTHORITY[first.authority])}{_published(first)})"
    if further:
        text += "; also " + "; ".join(_linked(source) for source in further[:MORE_SOURCES])
    if len(further) > MORE_SOURCES:
        text += f"; and {len(further) - MORE_SOURCES} more"
    # A rule that stands for a service may name codes that its page does not.
    return text + ("" if citation.passage.exact_codes else ". The source names the service, not this code.")


def _linked(source: Source) -> str:
    name = ", ".join(filter(None, (source.title, source.publisher, source.where)))
    if not source.url or not source.url.startswith(("https://", "http://")):
        return safe(name)
    return f'<a href="{safe(source.url)}" target="_blank" rel="noopener">{safe(name)}</a>'


def _published(source: Source) -> str:
    return f", {safe(with_american_dates(source.published))}" if source.published else ""
