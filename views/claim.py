"""The claim page: lines pasted or typed, a payer, a day and an age, and what the library says of them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict, fields
from datetime import date

import streamlit as st

from assistant.errors import BitewingError, InvalidAge
from views.claim_drawing import draw_report
from views.claims.check import check
from views.claims.lines import Line, Row, line_of
from views.claims.needs import needs_of
from views.claims.pasted import Pasted, Unread, read_paste
from views.exchange import ANY_PAYER
from views.opening import Desk
from views.style import draw_style
from views.wording import plain, read_date, safe

ROWS, GENERATION, PASTED = "claim-rows", "claim-generation", "claim-read"
KEPT = {"claim-pasted": "", "claim-payer": ANY_PAYER, "claim-day": "", "claim-age": ""}
MOST_LINES = 100  # a claim form holds ten; pasted more, the rest is told and left out
OLDEST = 120
HERO = (
    '<span class="bw-wide"></span><div class="bw-hero"><h1>Claim check</h1>'
    "<p>Paste the lines of a claim, or type them into the table. Leave the patient’s name out.</p></div>"
)
EXAMPLE = "D2392 #14 MO 11/20/2026\nD4341 UR\n14 MOD D2393"
COLUMNS = {
    "code": st.column_config.TextColumn("Code", help="D and four digits, or the digits alone"),
    "tooth": st.column_config.TextColumn("Tooth", help="1-32 or A-T"),
    "area": st.column_config.TextColumn("Area", help="Quadrant or arch: UR, UL, LL, LR, UA, LA or FM"),
    "surfaces": st.column_config.TextColumn("Surfaces", help="M, O, D, B, F, L, I"),
    "date": st.column_config.TextColumn("Date", help="Date of service; where it is empty, that above"),
    "last": st.column_config.TextColumn("Last done", help="When the same was last done in this place"),
}


def show(desk: Desk) -> None:
    """Draw the page. `?lines=D4341 UR;D4910&payer=…&date=…&age=…` fills it from the practice software."""
    draw_style()
    _take_link(desk)
    _bring_back()
    st.html(HERO)
    payer = _draw_scope(desk)
    left, right = st.columns([1, 2])
    with left:
        st.text_area("Lines to paste", key="claim-pasted", height=218, placeholder=EXAMPLE,
                     on_change=_read, args=(desk,))  # fmt: skip
        st.button("Read the lines", key="claim-read-button", icon=":material/input:", on_click=_read, args=(desk,))
    with right:
        rows = _draw_table()
    _draw_unread()
    st.session_state["claim-kept"] = {key: st.session_state[key] for key in KEPT}
    try:
        day, age = read_date(st.session_state["claim-day"]) or desk.today(), _age()
        lines = _lines(rows, day)
        if not lines:
            st.html('<div class="bw-empty"><strong>No lines yet</strong><p>A line is a code with its tooth or '
                    "quadrant, its surfaces and its date, in any order.</p></div>")  # fmt: skip
            return
        report = check(lines, desk.assistant.rooms().index, desk.today(), desk.payer_id(payer), age)
    except BitewingError as error:
        st.error(plain(str(error)), icon=":material/error:")
        return
    draw_report(report, lines, desk.today())


def _draw_scope(desk: Desk) -> str:
    """What holds for the whole claim; the payer picked."""
    names = list(dict.fromkeys([ANY_PAYER, *desk.payer_names]))
    if st.session_state["claim-payer"] not in names:  # a newer index no longer has it
        st.session_state["claim-payer"] = ANY_PAYER
    left, middle, right = st.columns([2, 1, 1])
    payer = left.selectbox("Payer", names, key="claim-payer")
    middle.text_input("Date of service", key="claim-day", placeholder="Today",
                      help="For lines that name no date")  # fmt: skip
    right.text_input("Patient’s age", key="claim-age", placeholder="Not told")
    return payer


def _draw_table() -> list[Row]:
    """The lines in a table to be corrected; what was typed into it outlives a visit to another page."""
    rows: list[Row] = st.session_state.setdefault(ROWS, [Row()])
    key = f"claim-table-{st.session_state.setdefault(GENERATION, 0)}"
    if key not in st.session_state:  # another page was shown meanwhile, or lines were read
        st.session_state[ROWS] = rows = st.session_state.pop("claim-edited", rows)
    st.html('<p class="bw-label">Lines as they are checked</p>')
    edited = st.data_editor([asdict(row) for row in rows], key=key, num_rows="dynamic", column_config=COLUMNS,
                            column_order=list(COLUMNS), width="stretch")  # fmt: skip
    names = [field.name for field in fields(Row)]
    told = [Row(**{name: str(cells.get(name) or "").strip() for name in names}) for cells in edited]
    st.session_state["claim-edited"] = told
    return told


def _lines(rows: Sequence[Row], day: date) -> list[Line]:
    """The lines that hold something, numbered as they stand in the table."""
    return [line_of(row, number, day) for number, row in enumerate(rows, 1) if not row.is_empty]


def _read(desk: Desk) -> None:
    """Put the pasted lines into the table, in place of what it held."""
    index, today = desk.assistant.rooms().index, desk.today()
    pasted = read_paste(st.session_state["claim-pasted"], index.lexicon, lambda code: needs_of(code, index, today))
    if not pasted.rows and not pasted.unread:
        return
    st.session_state[PASTED] = pasted
    st.session_state[ROWS] = list(pasted.rows[:MOST_LINES]) or [Row()]
    st.session_state[GENERATION] = st.session_state.get(GENERATION, 0) + 1
    st.session_state.pop("claim-edited", None)
    if pasted.age is not None:
        st.session_state["claim-age"] = str(pasted.age)
    if meant := desk.payer_meant(pasted.payer):
        st.session_state["claim-payer"] = meant


def _draw_unread() -> None:
    """Line by line, what of the paste says nothing to the check."""
    pasted: Pasted = st.session_state.get(PASTED, Pasted())
    told = [*pasted.unread]
    if len(pasted.rows) > MOST_LINES:
        told.append(Unread(0, f"{len(pasted.rows) - MOST_LINES} more lines: check a claim of at most {MOST_LINES}"))
    if told:
        items = "".join(f"<li>{_told(one)}</li>" for one in told)
        st.html(f'<div class="bw-note bw-notice"><p><em>Not read</em></p><ul class="bw-statements">{items}</ul></div>')
    if pasted.passed_over:
        items = "".join(f"<li>{_told(one)}</li>" for one in pasted.passed_over)
        with st.expander(f"Words passed over ({len(pasted.passed_over)})", icon=":material/visibility_off:"):
            st.html(f'<ul class="bw-statements">{items}</ul>')


def _told(one: Unread) -> str:
    return f"Line {one.number} of the paste: “{safe(one.text)}”" if one.number else safe(one.text)


def _age() -> int | None:
    """The age typed; None for none. Raises `InvalidAge` for what is none."""
    typed = st.session_state["claim-age"].strip()
    if not typed:
        return None
    if not typed.isdecimal() or int(typed) > OLDEST:
        raise InvalidAge(typed)
    return int(typed)


def _take_link(desk: Desk) -> None:
    """What a link asks for, once; after that the fields hold it."""
    link = dict(st.query_params)
    if st.session_state.get("claim-link") == link:
        return
    st.session_state["claim-link"] = link
    for name in ("date", "age"):
        if told := link.get(name):
            st.session_state["claim-day" if name == "date" else "claim-age"] = told
    if lines := link.get("lines"):
        st.session_state["claim-pasted"] = lines.replace(";", "\n")
        _bring_back()
        _read(desk)
    if payer := link.get("payer"):
        if meant := desk.payer_meant(payer):
            st.session_state["claim-payer"] = meant
        else:
            said = f"“{payer}” names no single payer of the library. Pick one below."
            st.warning(plain(said), icon=":material/search_off:")


def _bring_back() -> None:
    """A field's state goes when another page is shown; the copy brings it back."""
    for key, value in st.session_state.get("claim-kept", KEPT).items():
        st.session_state.setdefault(key, value)
