"""The codes page: a code's card at claim entry, two to four side by side, a category to browse, and what changed."""

from __future__ import annotations

from datetime import date

import streamlit as st

from assistant.errors import BitewingError
from assistant.types import Citation
from views.citations import AUTHORITY, NO_SOURCE
from views.code_card import CHECKLISTS, CodeCard, Section, card_of, changes_of, checklist_as_text
from views.code_search import find_codes
from views.conversation import ANY_PAYER
from views.opening import Desk
from views.style import draw_style
from views.wording import american, plain, read_date, safe

MOST_CARDS = 4  # side by side
CHANGED = (2027, 2026, 2025)  # editions whose changes are listed, the newest first
CHANGES = {"added": "Added", "revised": "Revised", "deleted": "Deleted"}


def show(desk: Desk) -> None:
    """Draw the page. `?code=D9992,D9995&payer=…&date=…` opens cards from a bookmark or from the practice software."""
    draw_style()
    _take_link(desk)
    st.html('<div class="bw-hero"><h1>Codes</h1><p>Type a code, part of one, or what was done.</p></div>')
    typed = st.text_input("Code or what was done", key="codes-typed", placeholder="D9992, 434, FMX, night guard …")
    left, right = st.columns(2)
    payer = left.selectbox("Payer", [ANY_PAYER, *desk.payer_names], key="codes-payer")
    written = right.text_input("Date of service", key="codes-day", placeholder="Today")
    try:
        day = read_date(written) or desk.today()
        _draw_found(typed, desk, day)
        _draw_cards(desk, day, _payer_id(payer, desk))
    except BitewingError as error:
        st.error(plain(str(error)), icon=":material/error:")
        return
    _draw_browsing(desk)
    _draw_changes(desk)


def _take_link(desk: Desk) -> None:
    """What a link asks for, once; after that the widgets hold it."""
    link = dict(st.query_params)
    if st.session_state.get("codes-link") == link:
        return
    st.session_state["codes-link"] = link
    if code := link.get("code"):
        st.session_state["codes-shown"] = [one.strip().upper() for one in code.split(",") if one.strip()][:MOST_CARDS]
    if day := link.get("date"):
        st.session_state["codes-day"] = day
    if payer := link.get("payer"):
        meant = desk.assistant.lexicon.payer_names.get(" ".join(payer.lower().split()), ())
        if len(meant) == 1:
            st.session_state["codes-payer"] = desk.payer_name(meant[0])
        else:
            said = f"“{payer}” names no single payer of the library. Pick one below."
            st.warning(plain(said), icon=":material/search_off:")


def _payer_id(picked: str | None, desk: Desk) -> str | None:
    payers = desk.assistant.lexicon.payers
    return next((entry.id for entry in payers if entry.name == picked), None)


def _draw_found(typed: str, desk: Desk, day: date) -> None:
    """The codes that fit what was typed; one alone is shown at once."""
    if not typed.strip():
        return
    found = find_codes(typed, desk.assistant, day)
    if not found.codes:
        st.info(
            "No code fits that. Type a number such as D2740, or a service such as “crown”.", icon=":material/search:"
        )
        return
    if found.asking:
        st.caption(plain(found.asking))
    if len(found.codes) == 1 and st.session_state.get("codes-answered") != typed:
        st.session_state["codes-answered"] = typed
        st.session_state["codes-shown"] = list(found.codes)
    labels = {code: f"{code} {desk.assistant.lexicon.code[code].label}" for code in found.codes}
    picked = st.pills("Codes that fit", found.codes, selection_mode="multi", format_func=lambda code: labels[code],
                      key=f"codes-picked-{typed}")  # fmt: skip
    if picked:
        st.session_state["codes-shown"] = list(picked)[-MOST_CARDS:]


def _draw_cards(desk: Desk, day: date, payer: str | None) -> None:
    """The cards asked for, side by side when there are several."""
    index = desk.assistant.rooms().index
    shown = st.session_state.get("codes-shown", [])
    if unknown := [code for code in shown if code not in index.lexicon.code]:
        st.warning(
            plain(f"{', '.join(unknown)} is in no list of codes. Check your CDT book."), icon=":material/search_off:"
        )
    cards = [card_of(code, index, day, payer) for code in shown if code in index.lexicon.code]
    if not cards:
        return
    for place, card in zip(st.columns(len(cards)), cards, strict=True):
        with place, st.container(border=True):
            _draw_card(card, day)


def _draw_card(card: CodeCard, day: date) -> None:
    badge = "yes" if card.is_valid else "no"
    told = f"{card.entry.label} · {card.entry.category}"
    st.html(
        f'<h2 class="bw-code">{safe(card.entry.code)}</h2><p class="bw-scope">{safe(told)}</p>'
        f'<div class="bw-head"><span class="bw-badge bw-{badge}">{safe(card.status)}</span></div>'
    )
    if card.rules is not None:
        st.html(f'<p class="bw-heading">{safe(card.rules.title)} on {safe(american(day))}</p>')
        if card.rules.said:
            st.html(_list_html(card.rules.said))
        else:
            st.caption("The library holds no rule of this payer on this code for that day. Ask the payer.")
    for section in card.sections:
        st.html(f'<p class="bw-heading">{safe(section.title)}</p>')
        if section.name in CHECKLISTS:
            _draw_checklist(card.entry.code, section)
        else:
            st.html(_list_html(section.said))


def _draw_checklist(code: str, section: Section) -> None:
    """Items to tick, and what was ticked to copy."""
    items = [citation.quote for citation in section.said]
    done = [
        st.checkbox(plain(item), key=f"tick-{code}-{section.name}-{number}", help=plain(_source(section.said[number])))
        for number, item in enumerate(items)
    ]
    with st.popover("Copy", icon=":material/content_copy:"):
        st.code(checklist_as_text(code, items, done), language=None, wrap_lines=True)


def _list_html(said: tuple[Citation, ...]) -> str:
    """Sentences, each with its source one click away."""
    items = "".join(
        f'<li>{safe(one.quote)} <details class="bw-source"><summary>source</summary>{_source_html(one)}</details></li>'
        for one in said
    )
    return f'<ul class="bw-statements">{items}</ul>'


def _source(citation: Citation) -> str:
    source = citation.source
    return f"{source.title}, {source.publisher} ({AUTHORITY[source.authority]})" if source else NO_SOURCE


def _source_html(citation: Citation) -> str:
    source, text = citation.source, safe(_source(citation))
    if source is None or not source.url or not source.url.startswith(("https://", "http://")):
        return text
    return f'<a href="{safe(source.url)}" target="_blank" rel="noopener">{text}</a>'


def _draw_browsing(desk: Desk) -> None:
    """A category, and a code of it to open."""
    codes = desk.assistant.lexicon.code
    with st.expander("Browse by category", icon=":material/list:"):
        categories = list(dict.fromkeys(entry.category for entry in codes.values()))
        category = st.selectbox("Category", categories, key="codes-category", format_func=str.capitalize)
        own = [code for code, entry in codes.items() if entry.category == category]
        code = st.selectbox("Code", own, index=None, key=f"codes-of-{category}", placeholder=f"{len(own)} codes",
                            format_func=lambda one: f"{one} {codes[one].label}")  # fmt: skip
        if code and st.button("Show the card", key="codes-open"):
            st.session_state["codes-shown"] = [code]
            st.rerun()


def _draw_changes(desk: Desk) -> None:
    """What the last editions changed, each change with its source."""
    index = desk.assistant.rooms().index
    with st.expander("What changed in CDT 2025, 2026 and 2027", icon=":material/update:"):
        for year in CHANGED:
            for kind, said in changes_of(index, year).items():
                st.html(f'<p class="bw-heading">CDT {year}: {CHANGES[kind]} ({len(said)})</p>{_list_html(said)}')
