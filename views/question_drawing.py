"""A training question on the screen: its choices by key, and after the answer why it is right, with the proof."""

from __future__ import annotations

from collections.abc import Callable

import streamlit as st

from assistant.lexicon import CodeEntry
from views.card_drawing import source_html
from views.citations import draw_citation
from views.lessons.types import Choice, Kind, Question
from views.opening import Desk
from views.wording import american, plain, safe

HEADINGS = {
    Kind.CHOOSE: "Choose the code",
    Kind.INSTEAD: "Put the claim right",
    Kind.MAY: "May we?",
    Kind.TOGETHER: "Codes together",
    Kind.PAPERS: "What is missing?",
    Kind.EDITION: "On that day",
    Kind.CLAIM: "Yes or no?",
    Kind.PAYER: "This payer, on that day",
}
ANCHOR = "lesson-proof"


def draw_asked(question: Question, desk: Desk, answer: Callable[..., None], told: tuple[object, ...]) -> None:
    """`answer` takes the picked position, then `told`. Keys 1 to 4 pick a choice."""
    st.html(_head_html(question, desk))
    for position, choice in enumerate(question.choices):
        st.button(plain(choice.text), key=f"lesson-choice-{position}", shortcut=str(position + 1), width="stretch",
                  on_click=answer, args=(position, *told))  # fmt: skip


def draw_answered(question: Question, picked: int, desk: Desk, back: str, following: Callable[[], None]) -> None:
    """`back` tells when the question is asked again."""
    known = desk.assistant.lexicon.code
    badge = ("yes", "✓ Right") if picked == question.right else ("no", "✕ Not right")
    items = "".join(
        _choice_html(choice, position == question.right, position == picked, question, known)
        for position, choice in enumerate(question.choices)
    )
    st.html(
        f'{_head_html(question, desk)}<ul class="bw-choices">{items}</ul>'
        f'<div class="bw-head" role="status"><span class="bw-badge bw-{badge[0]}">{badge[1]}</span>'
        f'<span class="bw-scope">Asked again {safe(back)}</span></div>'
        f'<p class="bw-lead">{safe(question.reason.quote)}&nbsp;<a class="bw-cite" href="#{ANCHOR}">[1]</a></p>'
    )
    draw_citation(question.reason, question.day or desk.today(), ANCHOR, desk.shelf)
    with st.container(horizontal=True, gap="small", vertical_alignment="center"):
        st.button("Next question", key="lesson-next", type="primary", shortcut="Enter", on_click=following)
        if links := "".join(_link_html(code) for code in question.codes[:2] if code in known):
            st.html(f'<p class="bw-scope bw-linked">{links}</p>')


def _head_html(question: Question, desk: Desk) -> str:
    facts = [desk.payer_name(question.payer)] if question.payer else []
    facts += [f"Date of service {american(question.day)}"] if question.day else []
    marks = "".join(f'<span class="bw-mark">{safe(fact)}</span> ' for fact in facts)
    scenario = f'<p class="bw-scenario">{safe(question.scenario)}</p>' if question.scenario else ""
    ask = f'<h2 class="bw-ask">{safe(question.ask)}</h2>'
    return f'<p class="bw-heading">{HEADINGS[question.kind]}</p>{marks}{scenario}{ask}'


def _choice_html(
    choice: Choice, is_right: bool, is_picked: bool, question: Question, known: dict[str, CodeEntry]
) -> str:
    sign = "✓" if is_right else "✕" if is_picked else "·"
    spoken = ", ".join(filter(None, ("right" if is_right else "wrong", "your answer" if is_picked else "")))
    label = f" {safe(known[choice.text].label)}" if choice.text in known else ""
    yours = " (your answer)" if is_picked else ""
    why = ""
    if choice.why_not is not None and choice.why_not.quote != question.reason.quote:
        why = f'<span class="bw-asked">{safe(choice.why_not.quote)} {source_html(choice.why_not)}</span>'
    kind = "right" if is_right else "picked" if is_picked else "other"
    return (
        f'<li class="bw-choice-{kind}"><span role="img" aria-label="{spoken}">{sign}</span> '
        f"<strong>{safe(choice.text)}</strong>{label}{yours}{why}</li>"
    )


def _link_html(code: str) -> str:
    return f'<a href="codes?code={code}" target="_blank" rel="noopener">The card of {code}</a> '
