"""The codes page: a code's card at claim entry, two to four side by side, a category to browse, and what changed."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

import streamlit as st

from assistant.errors import BitewingError
from views.card_drawing import draw_card, heading_html, neighbours_html, said_html
from views.code_card import CodeCard, card_of, changes_of, deciding, general_rules
from views.code_search import codes_of_link, find_codes
from views.exchange import ANY_PAYER
from views.opening import Desk
from views.style import draw_style
from views.wording import american, category_name, plain, read_date

MOST_CARDS = 4  # side by side
FEW_CARDS = 2  # that a column of text has room for
CHANGED = (2027, 2026, 2025)  # editions whose changes are listed, the newest first
CHANGES = {"added": "Added", "revised": "Revised", "deleted": "Deleted"}
SHOWN = "codes-shown"  # the codes whose cards are shown, in order
KEPT = {"codes-typed": "", "codes-payer": ANY_PAYER, "codes-day": ""}  # fields that outlive a visit to another page


def show(desk: Desk) -> None:
    """Draw the page. `?code=D9992,D9995&payer=…&date=…` opens cards from a bookmark or from the practice software."""
    draw_style()
    _take_link(desk)
    _bring_back()
    st.html('<div class="bw-hero"><h1>Codes</h1><p>Type a code, part of one, or what was done.</p></div>')
    typed = st.text_input("Code or what was done", key="codes-typed", placeholder="D9992, 434, FMX, night guard …")
    left, right = st.columns(2)
    names = list(dict.fromkeys([ANY_PAYER, *desk.payer_names]))
    if st.session_state["codes-payer"] not in names:  # a newer index no longer has it
        st.session_state["codes-payer"] = ANY_PAYER
    payer = left.selectbox("Payer", names, key="codes-payer")
    written = right.text_input("Date of service", key="codes-day", placeholder="Today")
    st.session_state["codes-kept"] = {key: st.session_state[key] for key in KEPT}
    try:
        day = read_date(written) or desk.today()
        _draw_found(typed, desk, day)
        _draw_cards(desk, day, desk.payer_id(payer))
    except BitewingError as error:
        st.error(plain(str(error)), icon=":material/error:")
        return
    _tell_address(payer, written)
    _draw_browsing(desk)
    _draw_changes(desk)


def _take_link(desk: Desk) -> None:
    """What a link asks for, once; after that the fields hold it."""
    link = dict(st.query_params)
    if st.session_state.get("codes-link") == link:
        return
    st.session_state["codes-link"] = link
    if code := link.get("code"):
        st.session_state[SHOWN] = list(codes_of_link(code))[:MOST_CARDS]
    if day := link.get("date"):
        st.session_state["codes-day"] = day
    if payer := link.get("payer"):
        if meant := desk.payer_meant(payer):
            st.session_state["codes-payer"] = meant
        else:
            said = f"“{payer}” names no single payer of the library. Pick one below."
            st.warning(plain(said), icon=":material/search_off:")


def _bring_back() -> None:
    """A field's state goes when another page is shown; the copy brings it back."""
    kept = st.session_state.get("codes-kept", KEPT)
    for key, value in kept.items():
        st.session_state.setdefault(key, value)


def _tell_address(payer: str, written: str) -> None:
    """Let the address open what is shown now, to be kept as a bookmark or sent to a colleague."""
    told = {
        "code": ",".join(_shown()),
        "payer": "" if payer == ANY_PAYER else payer,
        "date": written.strip(),
    }
    link = {name: value for name, value in told.items() if value}
    if dict(st.query_params) != link:
        st.session_state["codes-link"] = link
        st.query_params.from_dict(link)


def _shown() -> list[str]:
    codes: list[str] = st.session_state.setdefault(SHOWN, [])
    return codes


def _draw_found(typed: str, desk: Desk, day: date) -> None:
    """The codes that fit what was typed; one alone is shown at once."""
    if not typed.strip():
        return
    found = find_codes(typed, desk.assistant, day, desk.settings.answer_floor)
    if not found.codes:
        st.info(
            "No code fits that. Type a number such as D2740, or a service such as “crown”.", icon=":material/search:"
        )
        return
    if found.asking:
        st.caption(plain(found.asking))
    if len(found.codes) == 1 and st.session_state.get("codes-answered") != typed:
        st.session_state[SHOWN] = list(found.codes)
    st.session_state["codes-answered"] = typed
    labels = {code: f"{code} {desk.assistant.lexicon.code[code].label}" for code in found.codes}
    key = f"codes-picked-{typed}"
    st.session_state[key] = [code for code in found.codes if code in _shown()]
    st.pills("Codes that fit", found.codes, selection_mode="multi", format_func=lambda code: labels[code], key=key,
             on_change=_take_picked, args=(key,))  # fmt: skip
    if 1 < len(found.codes) <= MOST_CARDS and not set(found.codes) & set(_shown()):
        _draw_deciding([card_of(code, desk.assistant.rooms().index, day) for code in found.codes])
    if found.more:
        st.caption(f"{found.more} more begin with that. Type another digit.")


def _take_picked(key: str) -> None:
    st.session_state[SHOWN] = list(st.session_state[key] or ())[-MOST_CARDS:]


def _put_beside(code: str, other: str) -> None:
    """The neighbour's card right after the code's; where there are too many, the last of the others goes."""
    others = [one for one in _shown() if one not in (code, other)]
    st.session_state[SHOWN] = [code, other, *others][:MOST_CARDS]


def _close(code: str) -> None:
    st.session_state[SHOWN] = [one for one in _shown() if one != code]


def _draw_cards(desk: Desk, day: date, payer: str | None) -> None:
    """The cards asked for, side by side when there are several, below what decides between them."""
    index = desk.assistant.rooms().index
    shown = _shown()
    if unknown := [code for code in shown if code not in index.lexicon.code]:
        st.warning(
            plain(f"{', '.join(unknown)} is in no list of codes. Check your CDT book."), icon=":material/search_off:"
        )
    cards = [card_of(code, index, day, payer) for code in shown if code in index.lexicon.code]
    if not cards:
        return
    _draw_deciding(cards)
    if len(cards) > FEW_CARDS:
        st.html('<span class="bw-wide"></span>')
    for place, card in zip(st.columns(len(cards)), cards, strict=True):
        with place, st.container(border=True):
            draw_card(card, day, shown, _put_beside, _close)
    if payer is not None and (general := general_rules(index, payer, day)):
        name = desk.payer_name(payer)
        with st.expander(plain(f"{len(general)} rules of {name} on {american(day)} that name no code"),
                         icon=":material/rule:"):  # fmt: skip
            st.html(said_html(general, day))


def _draw_deciding(cards: Sequence[CodeCard]) -> None:
    if between := deciding(cards):
        st.html(heading_html("What decides between them") + neighbours_html(between))


def _draw_browsing(desk: Desk) -> None:
    """A category, and a code of it to open."""
    codes = desk.assistant.lexicon.code
    with st.expander("Browse by category", icon=":material/list:"):
        categories = list(dict.fromkeys(entry.category for entry in codes.values()))
        category = st.selectbox("Category", categories, key="codes-category", format_func=category_name)
        own = [code for code, entry in codes.items() if entry.category == category]
        key = f"codes-of-{category}"
        code = st.selectbox("Code", own, index=None, key=key, placeholder=f"{len(own)} codes",
                            format_func=lambda one: f"{one} {codes[one].label}")  # fmt: skip
        st.button("Show the card", key="codes-open", disabled=code is None, on_click=_open, args=(code,))


def _open(code: str) -> None:
    st.session_state[SHOWN] = [code]


def _draw_changes(desk: Desk) -> None:
    """What the last editions changed, each change with its source."""
    index = desk.assistant.rooms().index
    with st.expander("What changed in CDT 2025, 2026 and 2027", icon=":material/update:"):
        told = "".join(
            heading_html(f"CDT {year}: {CHANGES[kind]} ({len(said)})") + said_html(said, date(year, 1, 1))
            for year in CHANGED
            for kind, said in changes_of(index, year).items()
        )
        st.html(told)
