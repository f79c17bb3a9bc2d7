"""The page of gaps: what was asked and the library could not answer, for the office lead to ask the payer."""

from __future__ import annotations

from functools import partial

import streamlit as st

from assistant.types import Lack
from views.gap_list import Gap, GapListError, State, as_csv
from views.opening import Desk
from views.style import draw_style
from views.wording import american, plain, safe

SHOWN = 50  # gaps drawn at once; the download has all
LACKS = {
    Lack.CODE: "Code in no list",
    Lack.PAYER: "Payer not in the library",
    Lack.RULE: "No rule of the payer",
    Lack.SUBJECT: "No guidance",
}
NAMES = {State.OPEN: "Open", State.ANSWERED: "Answered", State.DISMISSED: "Dismissed"}
EMPTY = {
    State.OPEN: (
        "Nothing is missing",
        "A question that the library cannot answer is listed here, the most asked first.",
    ),
    State.ANSWERED: ("Nothing is answered yet", "Mark an open question as answered once the payer has replied."),
    State.DISMISSED: ("Nothing is dismissed", "Dismiss an open question that needs no answer."),
}


def show(desk: Desk) -> None:
    """Draw the page. A button changes the list before this runs."""
    draw_style()
    st.html(
        '<div class="bw-hero"><h1>Gaps</h1><p>What was asked and the library could not answer. Ask the payer, '
        "then add the reply to the office’s notes.</p></div>"
    )
    if problem := st.session_state.pop("gaps-problem", None):
        st.error(plain(problem), icon=":material/error:")
    try:
        everything = desk.gaps.gaps(None)
    except GapListError as error:
        st.error(plain(str(error)), icon=":material/error:")
        return
    by_state = {state: [gap for gap in everything if gap.state is state] for state in State}
    with st.container(horizontal=True, horizontal_alignment="distribute", vertical_alignment="center"):
        state = st.segmented_control("Show", list(State), default=State.OPEN, required=True, key="gaps-state",
                                     label_visibility="collapsed",
                                     format_func=lambda one: f"{NAMES[one]} ({len(by_state[one])})")  # fmt: skip
        st.download_button("Download as CSV", as_csv(everything, desk.phrases), "gaps.csv", "text/csv",
                           icon=":material/download:", disabled=not everything, on_click="ignore")  # fmt: skip
    shown = by_state[state or State.OPEN]
    if not shown:
        title, text = EMPTY[state or State.OPEN]
        st.html(f'<div class="bw-empty"><strong>{safe(title)}</strong><p>{safe(text)}</p></div>')
    for gap in shown[:SHOWN]:
        _draw_gap(gap, desk)
    if len(shown) > SHOWN:
        st.caption(f"{len(shown) - SHOWN} more stand in the download.")
    st.caption("Kept on this computer only: each question cut to 300 characters, long numbers masked. "
               "Names are not masked, so leave patients out of questions.")  # fmt: skip


def _draw_gap(gap: Gap, desk: Desk) -> None:
    facts = [LACKS[gap.lack], *gap.codes, *([gap.payer] if gap.payer else []), _how_often(gap)]
    with st.container(border=True, gap="small", key=f"gap-{gap.id}"):
        st.html(f'<p class="bw-gap">{safe(gap.question)}</p><p class="bw-scope">{safe(" · ".join(facts))}</p>')
        if words := gap.words(desk.phrases):
            st.code(words, language=None, wrap_lines=True)
        else:
            st.html(f'<p class="bw-advice">{safe(gap.advice(desk.phrases))}</p>')
        with st.container(horizontal=True, gap="small"):
            if gap.state is State.OPEN:
                _draw_button(gap, "Mark as answered", State.ANSWERED, desk)
                _draw_button(gap, "Dismiss", State.DISMISSED, desk)
            else:
                _draw_button(gap, "Open again", State.OPEN, desk)


def _draw_button(gap: Gap, label: str, state: State, desk: Desk) -> None:
    st.button(label, key=f"gap-{gap.id}-{state.value}", on_click=partial(_mark, gap, state, desk))


def _mark(gap: Gap, state: State, desk: Desk) -> None:
    try:
        desk.gaps.mark(gap.id, state)
    except GapListError as error:
        st.session_state["gaps-problem"] = str(error)


def _how_often(gap: Gap) -> str:
    if gap.times == 1:
        return f"asked once, {american(gap.last_asked)}"
    if gap.first_asked == gap.last_asked:
        return f"asked {gap.times} times, {american(gap.last_asked)}"
    return f"asked {gap.times} times, {american(gap.first_asked)} to {american(gap.last_asked)}"
