"""The look that all pages share, from `page.css` beside this file."""

from __future__ import annotations

from pathlib import Path

import streamlit as st


def draw_style() -> None:
    """Call once at the head of a page."""
    st.html(beside("page.css"))


def beside(name: str) -> Path:
    """A file of the pages that is no code."""
    return Path(__file__).with_name(name)
