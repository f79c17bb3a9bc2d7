"""The kept conversations in the sidebar of the chat: to find and open one, and to name, save or delete the open one."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from datetime import date, timedelta
from functools import partial
from itertools import groupby

import streamlit as st

from views.conversation import Conversation
from views.conversation_store import TITLE, ConversationsError, Kept, Summary
from views.markdown_export import as_markdown
from views.opening import Desk
from views.pdf_export import as_pdf
from views.transcript import file_name, transcript_of
from views.wording import american_time, plain, safe

SHOWN = 30  # conversations at once; more on request
MENU = "conversation-menu"
EMPTY = "None yet. What you ask is kept here, on this computer, until you delete it."
FOREVER = "It leaves the file for good, and nobody can bring it back. Questions that it added to Gaps stay there."


def draw_conversations(desk: Desk, conversation: Conversation, open_: Callable[[str], None]) -> None:
    """The list, found by words, the newest first. `open_` takes the id of the one that is picked."""
    st.html('<h2 class="bw-brand">Conversations</h2>')
    if problem := st.session_state.pop("conversations-problem", ""):
        st.error(plain(problem), icon=":material/error:")
    search = st.text_input("Search conversations", key="conversations-search", type="search", live=True,
                           placeholder="Search", label_visibility="collapsed")  # fmt: skip
    try:
        found = desk.conversations.summaries(search)
    except ConversationsError as error:
        st.error(plain(str(error)), icon=":material/error:")
        return
    if not found:
        st.caption(plain(f"Nothing has “{search.strip()}” in it.") if search.strip() else EMPTY)
    shown = SHOWN * st.session_state.get("conversations-pages", 1)
    with st.container(key="conversations", gap=None):
        if conversation.kept and not search.strip() and conversation.id not in {one.id for one in found[:shown]}:
            _draw_group("Open now", [conversation.kept.summary], desk, conversation, open_)
        for days, group in groupby(found[:shown], lambda one: _days_of(one, desk.today())):
            _draw_group(days, group, desk, conversation, open_)
    if len(found) > shown:
        st.button(f"Show more ({len(found) - shown})", key="conversations-more", on_click=_show_more)


def _draw_group(
    title: str, group: Iterable[Summary], desk: Desk, conversation: Conversation, open_: Callable[[str], None]
) -> None:
    st.html(f'<h3 class="bw-heading">{safe(title)}</h3>')
    for one in group:
        if conversation.kept and one.id == conversation.id:
            _draw_open(conversation.kept, conversation, desk)
        else:
            st.button(plain(one.title), key=f"open-{one.id}", type="tertiary", width="stretch",
                      on_click=open_, args=(one.id,))  # fmt: skip


def _days_of(one: Summary, today: date) -> str:
    """The heading that a conversation stands under."""
    day = one.changed.astimezone().date()
    if day >= today:
        return "Today"
    if day == today - timedelta(days=1):
        return "Yesterday"
    return "Last 7 days" if day > today - timedelta(days=7) else f"{day:%B %Y}"


def _show_more() -> None:
    st.session_state["conversations-pages"] = st.session_state.get("conversations-pages", 1) + 1


def _draw_open(kept: Kept, conversation: Conversation, desk: Desk) -> None:
    """The open one, with what can be done with it."""
    one = kept.summary
    with st.container(horizontal=True, vertical_alignment="center", gap=None, wrap=False, key="conversation-open"):
        st.html(f'<p class="bw-open" aria-current="true">{safe(one.title)}</p>')
        # The words in italics are hidden from sight and kept for who listens.
        menu = st.popover("*Name, save or delete this conversation*", icon=":material/more_horiz:", type="tertiary",
                          key=MENU, on_change="rerun")  # fmt: skip
    with menu:
        with st.form(f"rename-{one.id}", border=False):
            st.text_input("Name", one.name or one.title, key=f"name-{one.id}", max_chars=TITLE,
                          help="Without a name, a conversation goes by its first question.")  # fmt: skip
            st.form_submit_button("Rename", icon=":material/edit:", width="stretch", on_click=_rename,
                                  args=(one.id, desk))  # fmt: skip
        blocks = transcript_of(one.title, conversation.exchanges, desk) if menu.open else ()
        _draw_export("Save as Markdown", ":material/description:", f"{file_name(one.title)}.md", "text/markdown",
                     as_markdown(blocks) if blocks else "")  # fmt: skip
        _draw_export("Save as PDF", ":material/picture_as_pdf:", f"{file_name(one.title)}.pdf", "application/pdf",
                     as_pdf(blocks) if blocks else b"")  # fmt: skip
        if st.button("Delete …", icon=":material/delete:", key=f"delete-{one.id}", width="stretch",
                     on_click=_close_menu):  # fmt: skip
            _confirm_deletion(kept, desk)


def _draw_export(label: str, icon: str, name: str, kind: str, data: str | bytes) -> None:
    """The button stands in its place before there is anything to save: the files are made once the menu is open."""
    st.download_button(label, data, name, kind, key=f"export-{kind}", icon=icon, disabled=not data, width="stretch",
                       on_click="ignore")  # fmt: skip


@st.dialog("Delete this conversation?", icon=":material/delete:")
def _confirm_deletion(kept: Kept, desk: Desk) -> None:
    one, count = kept.summary, len(kept.exchanges)
    questions = "1 question" if count == 1 else f"{count} questions"
    st.markdown(f"**{plain(one.title)}**")
    st.caption(plain(f"{questions}, the last one {american_time(one.changed)}."))
    st.write(FOREVER)
    with st.container(horizontal=True, horizontal_alignment="right"):
        if st.button("Keep it", key="deletion-keep"):
            st.rerun()
        if st.button("Delete for good", key="deletion-confirm", type="primary", on_click=_delete, args=(one.id, desk)):
            st.rerun()


def _close_menu() -> None:
    st.session_state[MENU] = False


def _rename(conversation: str, desk: Desk) -> None:
    _close_menu()
    _attempt(partial(desk.conversations.rename, conversation, st.session_state[f"name-{conversation}"] or ""))


def _delete(conversation: str, desk: Desk) -> None:
    if _attempt(partial(desk.conversations.delete, conversation)):
        open_one: Conversation = st.session_state["conversation"]
        st.session_state["conversation"] = Conversation(payer=open_one.payer, day=open_one.day)


def _attempt(change: Callable[[], None]) -> bool:
    """Change the store; what stands in the way is shown at the next run."""
    try:
        change()
    except ConversationsError as error:
        st.session_state["conversations-problem"] = str(error)
        return False
    return True
