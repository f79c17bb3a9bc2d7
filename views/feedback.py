"""What staff think of an answer: a thumb, and what is wrong with it as a draft of an eval case.

Drafts stand in `draft-cases.yaml` under the home folder, in the shape that `python -m evals --cases FILE` reads. Long
numbers are masked as in the list of gaps.
"""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any

import streamlit as st
import yaml
from filelock import FileLock

from assistant.types import Answer, Answered
from views.gap_list import masked
from views.opening import Desk
from views.wording import plain

FILE = "draft-cases.yaml"
DOWN = 0  # of a pair of thumbs
LONGEST = 500  # characters of a reason


def draw_feedback(answer: Answer, place: str, desk: Desk) -> None:
    """Thumbs under an answer; a thumb down asks why."""
    thumb = st.feedback("thumbs", key=f"thumb-{place}")
    if thumb != DOWN:
        return
    if st.session_state.get(f"drafted-{place}"):
        st.caption(f"Kept as a draft case in {plain(str(desk.settings.home / FILE))}.")
        return
    with st.form(f"wrong-{place}", border=False):
        st.text_input("This is wrong because …", key=f"reason-{place}", max_chars=LONGEST,
                      placeholder="what a right answer says, and where it stands")  # fmt: skip
        st.form_submit_button("Keep as a draft case", on_click=_kept, args=(answer, place, desk))


def _kept(answer: Answer, place: str, desk: Desk) -> None:
    reason = st.session_state[f"reason-{place}"].strip()
    if reason:
        keep_draft(answer, reason, desk.settings.home, desk.today().isoformat())
        st.session_state[f"drafted-{place}"] = True


def keep_draft(answer: Answer, reason: str, home: Path, day: str) -> Path:
    """Add a draft case to the file, which is replaced in one step; the file's path."""
    home.mkdir(parents=True, exist_ok=True)
    path = home / FILE
    with FileLock(home / f"{FILE}.lock"):
        cases = yaml.safe_load(path.read_text(encoding="utf-8")) if path.is_file() else []
        cases = [*(cases or []), _case(answer, reason, f"office-{day}-{len(cases or []) + 1}")]
        draft = path.with_name(f".{FILE}")
        draft.write_text(yaml.safe_dump(cases, sort_keys=False, allow_unicode=True), encoding="utf-8")
        os.replace(draft, path)
    return path


def _case(answer: Answer, reason: str, name: str) -> dict[str, Any]:
    """The question as understood, what was cited, and what a person says against it; facts are left to be written."""
    understood = answer.understood
    records = {citation.passage.record for citation in answer.citations} if isinstance(answer, Answered) else set()
    case: dict[str, Any] = {"id": name, "question": masked(understood.question), "outcome": "answered"}
    if understood.payers:
        case["payer"] = understood.payers[0]
    if understood.dated:
        case["date_of_service"] = understood.date_of_service.isoformat()
    return {**case, "facts": [], "records": sorted(records), "reference": masked(reason), "half": "dev"}
