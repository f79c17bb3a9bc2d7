"""The Streamlit entry: page setup, navigation, and the one assistant that all pages share."""

from __future__ import annotations

import streamlit as st

from assistant.errors import BitewingError
from views import chat, claim, codes, gaps, library, training
from views.opening import open_desk
from views.wording import plain

st.set_page_config(page_title="Bitewing", page_icon="🦷", layout="centered")

try:
    desk = open_desk()
except BitewingError as error:
    st.error(plain(str(error)), icon=":material/error:")
    st.stop()


def chat_page() -> None:
    chat.show(desk)


def codes_page() -> None:
    codes.show(desk)


def claim_page() -> None:
    claim.show(desk)


def training_page() -> None:
    training.show(desk)


def gaps_page() -> None:
    gaps.show(desk)


def library_page() -> None:
    library.show(desk)


st.navigation(
    [
        st.Page(chat_page, title="Chat", icon=":material/forum:", url_path="chat", default=True),
        st.Page(codes_page, title="Codes", icon=":material/tag:", url_path="codes"),
        st.Page(claim_page, title="Claim check", icon=":material/fact_check:", url_path="claim"),
        st.Page(training_page, title="Training", icon=":material/school:", url_path="training"),
        st.Page(library_page, title="Library", icon=":material/folder_open:", url_path="library"),
        st.Page(gaps_page, title="Gaps", icon=":material/help_center:", url_path="gaps"),
    ]
).run()
