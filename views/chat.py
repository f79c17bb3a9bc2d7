"""The chat page: a question in, a proven answer out."""

from __future__ import annotations

from functools import partial

import streamlit as st

from assistant.errors import BitewingError
from assistant.types import Without
from views.answers import draw_answer
from views.conversation import Conversation
from views.conversation_list import draw_conversations
from views.conversation_store import ConversationsError
from views.exchange import ANY_PAYER, Exchange, Failed, PlainAnswer, Request
from views.feedback import draw_feedback
from views.opening import Desk
from views.style import beside, draw_style
from views.wording import american, american_time, plain, read_date, safe

STARTERS = (
    "can I bill D9992 for telehealth?",
    "D0140 or D0170 for a recheck?",
    "What do I chart for D9995?",
    "D0274 denied for frequency, now what?",
    "Is D9991 the code for motivational interviewing?",
    "What replaced D9248?",
)
NOT_HERE = "That conversation is not here. It was deleted, or its address is cut short."
SHOWN = 600  # characters of a question in its bubble; a pasted chart is cut there, and whole in the correction form
PERSON, BITEWING = ":material/person:", ":material/dentistry:"


def show(desk: Desk) -> None:
    """Draw the page. Events change the conversation before this runs, and this draws what it then holds."""
    draw_style()
    st.session_state.setdefault("conversation", Conversation())
    _follow_address(desk)
    conversation = _current()
    _take_link(desk, conversation)
    conversation.catch_up(desk)
    _draw_sidebar(desk, conversation)
    _draw_news(conversation)
    if conversation.is_empty:
        _draw_welcome(desk, conversation)
    exchanges = conversation.exchanges
    for exchange in exchanges:
        is_last = conversation.pending is None and exchange is exchanges[-1]
        _draw_exchange(exchange, is_last, desk, conversation)
    _answer_pending(desk, conversation)
    _tell_address(conversation)
    st.chat_input("Ask about a code, a payer or a claim", key="typed", on_submit=_take_typed, args=(desk, conversation))


def _current() -> Conversation:
    conversation: Conversation = st.session_state["conversation"]
    return conversation


def _follow_address(desk: Desk) -> None:
    """Open what the address names, `/?conversation=…`, when it has changed since the last run: by a reload or Back."""
    named, told = st.query_params.get("conversation", ""), st.session_state.get("chat-address", "")
    conversation = _current()
    if named == told or conversation.pending is not None or conversation.address != told:
        return  # a person who just asked or opened something was faster than the browser with the address
    st.session_state["chat-address"] = named
    if named:
        _open(named, desk)
    elif "payer" in st.session_state:  # else this is the first run after another page, whose link here was bare
        _begin(desk)


def _tell_address(conversation: Conversation) -> None:
    """Let the address bring back this conversation, by a reload, a bookmark or in another window."""
    link = {"conversation": conversation.address} if conversation.address else {}
    st.session_state["chat-address"] = conversation.address
    if dict(st.query_params) != link:
        st.query_params.from_dict(link)


def _open(name: str, desk: Desk) -> None:
    """Put another conversation in the place of this one, for the payer and day that it was last asked for."""
    _current().answer(desk)  # what waits belongs to the one that is left
    try:
        opened = Conversation.opened(name, desk)
    except ConversationsError as error:
        _current().trouble = str(error)
        return
    if opened is None:
        opened = Conversation(news=NOT_HERE)
    else:
        st.session_state["payer"], st.session_state["date_of_service"] = opened.payer, opened.day
    st.session_state["conversation"] = opened


def _begin(desk: Desk) -> None:
    """Start anew; payer and day stay, as the next question is often about the same claim."""
    left = _current()
    left.answer(desk)
    st.session_state["conversation"] = Conversation(payer=left.payer, day=left.day)


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
    _draw_request(request, f"asked-{request.id}")
    with st.chat_message("assistant", avatar=BITEWING), st.spinner("Looking for proof …"):
        conversation.answer(desk)
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
        conversation.day = st.text_input("Date of service", key="date_of_service", placeholder="Today, or MM/DD/YYYY")
        _draw_day(conversation.day)
        st.button("New conversation", icon=":material/add_comment:", on_click=_begin, args=(desk,),
                  disabled=conversation.is_empty, shortcut="Alt+N", width="stretch")  # fmt: skip
        draw_conversations(desk, conversation, partial(_open, desk=desk))


def _draw_day(typed: str) -> None:
    """How the date was read, or why it was not."""
    try:
        day = read_date(typed)
    except BitewingError as error:
        st.error(plain(str(error)), icon=":material/event_busy:")
    else:
        if day:
            st.caption(f"Reads as {american(day)}.")


def _draw_news(conversation: Conversation) -> None:
    if conversation.news:
        st.info(plain(conversation.news), icon=":material/info:")
    if conversation.trouble:
        st.error(plain(f"{conversation.trouble} What is asked now is lost when this window closes."),
                 icon=":material/error:")  # fmt: skip


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


def _draw_exchange(exchange: Exchange, is_last: bool, desk: Desk, conversation: Conversation) -> None:
    anchor, asked_on = f"asked-{exchange.id}", exchange.asked_at.astimezone().date()
    _draw_request(exchange.request, anchor)
    with st.chat_message("assistant", avatar=BITEWING):
        if asked_on < desk.today():
            st.html(f'<p class="bw-scope">Answered {safe(american_time(exchange.asked_at))}</p>')
        match exchange.outcome:
            case Failed(message):
                st.error(plain(message), icon=":material/error:")
                if is_last:
                    _draw_correction(exchange, desk, conversation)
            case PlainAnswer(text):
                st.html(f'<div class="bw-question">{safe(text)}</div>')
                st.caption("Kept by another version of Bitewing, and shown here as plain text.")
            case answer:
                choose = partial(_choose, conversation, exchange) if is_last else None
                leave_out = partial(_leave_out, conversation, exchange) if is_last else None
                draw_answer(answer, exchange.id, desk, asked_on, choose, leave_out)
                draw_feedback(answer, exchange.id, desk)
        if exchange.in_gaps:
            st.caption("This question is kept under Gaps for the office lead, its long numbers masked.")
        if is_last:
            # The page keeps to its end while an answer grows, which would leave the verdict out of sight. Runs once,
            # when the browser first gets it.
            script = beside("to_question.html").read_text().replace("ANCHOR", anchor)
            st.html(script, unsafe_allow_javascript=True)


def _draw_request(request: Request, anchor: str) -> None:
    cut = f" … ({len(request.said):,} characters)" if len(request.said) > SHOWN else ""
    with st.chat_message("user", avatar=PERSON):
        st.html(f'<div id="{anchor}" class="bw-question">{safe(request.said[:SHOWN])}{cut}</div>')


def _draw_correction(asked: Exchange, desk: Desk, conversation: Conversation) -> None:
    """The question and its date to mend on the spot, so that nothing has to be typed twice."""
    with st.form(f"correction-{asked.id}"):
        st.text_area("Question", asked.request.question, key=f"question-{asked.id}")
        st.text_input("Date of service", asked.request.day, key=f"day-{asked.id}", placeholder="Today")
        take = partial(_take_correction, asked, desk, conversation)
        st.form_submit_button("Ask again", type="primary", on_click=take)


def _take_choices_of_sidebar(conversation: Conversation) -> None:
    """Its widgets may have changed in the very run that brings a question."""
    conversation.payer = st.session_state["payer"] or ANY_PAYER
    conversation.day = st.session_state["date_of_service"]


def _ask(question: str, desk: Desk, conversation: Conversation) -> None:
    _take_choices_of_sidebar(conversation)
    conversation.ask(question, desk)


def _choose(conversation: Conversation, asked: Exchange, choice: str) -> None:
    if conversation.pending is None:  # else a second click, before the first was answered
        conversation.choose(asked, choice)


def _leave_out(conversation: Conversation, asked: Exchange, without: Without) -> None:
    """Ask again without it. If it was picked in the sidebar, it no longer is: the next question would bring it back."""
    if conversation.pending is not None:
        return  # a second click, before the first was answered
    request = asked.request
    if without.payers and request.payer == st.session_state["payer"]:
        st.session_state["payer"] = conversation.payer = ANY_PAYER
    if without.date and request.day and request.day == st.session_state["date_of_service"]:
        st.session_state["date_of_service"] = conversation.day = ""
    conversation.leave_out(asked, without)


def _take_typed(desk: Desk, conversation: Conversation) -> None:
    _ask(st.session_state["typed"] or "", desk, conversation)


def _take_correction(asked: Exchange, desk: Desk, conversation: Conversation) -> None:
    st.session_state["date_of_service"] = (st.session_state[f"day-{asked.id}"] or "").strip()
    _take_choices_of_sidebar(conversation)
    conversation.correct(asked, st.session_state[f"question-{asked.id}"] or "", desk)
