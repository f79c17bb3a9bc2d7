"""The chat page: a question in, a proven answer out."""

from __future__ import annotations

from functools import partial

import streamlit as st

from assistant.errors import BitewingError
from assistant.types import Without
from views.answers import draw_answer
from views.conversation import ANY_PAYER, Conversation, Exchange, Failed, Request, exchange_of
from views.feedback import draw_feedback
from views.opening import Desk
from views.style import beside, draw_style
from views.wording import american, plain, read_date, safe

STARTERS = (
    "can I bill D9992 for telehealth?",
    "D0140 or D0170 for a recheck?",
    "What do I chart for D9995?",
    "D0274 denied for frequency, now what?",
    "Is D9991 the code for motivational interviewing?",
    "What replaced D9248?",
)
SHOWN = 600  # characters of a question in its bubble; a pasted chart is cut there, and whole in the correction form
PERSON, BITEWING = ":material/person:", ":material/dentistry:"


def show(desk: Desk) -> None:
    """Draw the page. Events change the conversation before this runs, and this draws what it then holds."""
    draw_style()
    conversation: Conversation = st.session_state.setdefault("conversation", Conversation())
    _take_link(desk, conversation)
    _draw_sidebar(desk, conversation)
    if conversation.is_empty:
        _draw_welcome(desk, conversation)
    for number, exchange in enumerate(conversation.exchanges):
        is_last = conversation.pending is None and number == len(conversation.exchanges) - 1
        _draw_exchange(exchange, number, is_last, desk, conversation)
    _answer_pending(desk, conversation)
    st.chat_input("Ask about a code, a payer or a claim", key="typed", on_submit=_take_typed, args=(desk, conversation))


def _take_link(desk: Desk, conversation: Conversation) -> None:
    """Ask what a link brings, `/?q=…&payer=…&date=…`, once: a bookmark, or a button of the practice software."""
    link = dict(st.query_params)
    if not link.get("q") or st.session_state.get("chat-link") == link:
        return
    st.session_state["chat-link"] = link
    st.session_state["payer"] = link.get("payer") or ANY_PAYER
    st.session_state["date_of_service"] = link.get("date", "")
    _ask(link["q"], desk, conversation)


def _answer_pending(desk: Desk, conversation: Conversation) -> None:
    """Ask what waits, with the question in view. A run that is cut short leaves it waiting for the next."""
    if (request := conversation.pending) is None:
        return
    _draw_request(request, f"asked-{len(conversation.exchanges)}")
    with st.chat_message("assistant", avatar=BITEWING), st.spinner("Looking for proof …"):
        exchange = exchange_of(request, desk)
    conversation.exchanges.append(exchange)
    conversation.pending = None
    st.rerun()


def _draw_sidebar(desk: Desk, conversation: Conversation) -> None:
    # A widget's state goes when another page is shown; the conversation's copy brings it back.
    st.session_state.setdefault("payer", conversation.payer)
    st.session_state.setdefault("date_of_service", conversation.day)
    with st.sidebar:
        st.html('<div class="bw-brand">Bitewing<span>Dental coding answers with the proof attached</span></div>')
        try:
            names = desk.payer_names
        except BitewingError as error:
            st.error(plain(str(error)), icon=":material/error:")
            names = ()
        options = list(dict.fromkeys([ANY_PAYER, *names, st.session_state["payer"] or ANY_PAYER]))
        payer = st.selectbox("Payer", options, key="payer", accept_new_options=True,
                             help="Pick one, or type a name as you say it and press Enter.")  # fmt: skip
        conversation.payer = payer or ANY_PAYER
        conversation.day = st.text_input("Date of service", key="date_of_service", placeholder="Today")
        _draw_day(conversation.day)
        st.button("New conversation", icon=":material/add_comment:", on_click=conversation.forget,
                  disabled=conversation.is_empty, width="stretch")  # fmt: skip


def _draw_day(typed: str) -> None:
    """How the date was read, or why it was not."""
    try:
        day = read_date(typed)
    except BitewingError as error:
        st.error(plain(str(error)), icon=":material/event_busy:")
    else:
        st.caption(f"Reads as {american(day)}." if day else "YYYY-MM-DD or MM/DD/YYYY; empty means today.")


def _draw_welcome(desk: Desk, conversation: Conversation) -> None:
    st.html(
        '<div class="bw-hero"><h1>What are you billing?</h1>'
        "<p>Ask as you would ask a colleague. Every line of an answer shows the sentence that proves it.</p></div>"
    )
    columns = st.columns(2)
    for position, question in enumerate(STARTERS):
        columns[position % 2].button(
            plain(question),
            key=f"starter-{position}",
            on_click=_ask,
            args=(question, desk, conversation),
            width="stretch",
        )
    st.caption("Answers hold for the payer and the date of service in the sidebar, or those named in the question.")


def _draw_exchange(exchange: Exchange, number: int, is_last: bool, desk: Desk, conversation: Conversation) -> None:
    anchor = f"asked-{number}"
    _draw_request(exchange.request, anchor)
    with st.chat_message("assistant", avatar=BITEWING):
        if isinstance(exchange.outcome, Failed):
            st.error(plain(exchange.outcome.message), icon=":material/error:")
            if is_last:
                _draw_correction(exchange.request, number, desk, conversation)
        else:
            leave_out = partial(_leave_out, conversation) if is_last else None
            draw_answer(exchange.outcome, number, desk, conversation.choose if is_last else None, leave_out)
            draw_feedback(exchange.outcome, number, desk)
            if exchange.kept:
                st.caption("This question is kept under Gaps for the office lead, its long numbers masked.")
        # The page keeps to its end while an answer grows, which would leave the verdict out of sight. Runs once, when
        # the browser first gets it.
        st.html(beside("to_question.html").read_text().replace("ANCHOR", anchor), unsafe_allow_javascript=True)


def _draw_request(request: Request, anchor: str) -> None:
    cut = f" … ({len(request.said):,} characters)" if len(request.said) > SHOWN else ""
    with st.chat_message("user", avatar=PERSON):
        st.html(f'<div id="{anchor}" class="bw-question">{safe(request.said[:SHOWN])}{cut}</div>')


def _draw_correction(request: Request, number: int, desk: Desk, conversation: Conversation) -> None:
    """The question and its date to mend on the spot, so that nothing has to be typed twice."""
    keys = (f"question-{number}", f"day-{number}")
    with st.form(f"correction-{number}"):
        st.text_area("Question", request.question, key=keys[0])
        st.text_input("Date of service", request.day, key=keys[1], placeholder="Today")
        st.form_submit_button("Ask again", type="primary", on_click=partial(_take_correction, desk, conversation, keys))


def _ask(question: str, desk: Desk, conversation: Conversation) -> None:
    """Ask for what the sidebar says now: its widgets may have changed in the very run that brings the question."""
    conversation.payer = st.session_state["payer"] or ANY_PAYER
    conversation.day = st.session_state["date_of_service"]
    conversation.ask(question, desk)


def _leave_out(conversation: Conversation, without: Without) -> None:
    """Ask again without it. If it was picked in the sidebar, it no longer is: the next question would bring it back."""
    if conversation.pending is not None or conversation.is_empty:
        return  # a second click, before the first was answered
    asked = conversation.exchanges[-1].request
    if without.payers and asked.payer == st.session_state["payer"]:
        st.session_state["payer"] = conversation.payer = ANY_PAYER
    if without.date and asked.day and asked.day == st.session_state["date_of_service"]:
        st.session_state["date_of_service"] = conversation.day = ""
    conversation.leave_out(without)


def _take_typed(desk: Desk, conversation: Conversation) -> None:
    _ask(st.session_state["typed"] or "", desk, conversation)


def _take_correction(desk: Desk, conversation: Conversation, keys: tuple[str, str]) -> None:
    question, day = (st.session_state[key] or "" for key in keys)
    st.session_state["date_of_service"] = day.strip()
    conversation.drop_last()
    _ask(question, desk, conversation)
