"""Answers on the screen, one function an outcome."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import date

import streamlit as st

from assistant.types import (
    READ_FIRST,
    Answer,
    Answered,
    ChoiceKind,
    Clarify,
    Conflict,
    Declined,
    NotCovered,
    Notice,
    NoticeKind,
    Source,
    Statement,
    Verdict,
    Withheld,
    Without,
)
from views.citations import draw_citation
from views.claim_note import claim_note
from views.marks import draw_marks
from views.opening import Desk
from views.wording import lapse, plain, safe, with_american_dates

# Sign and word beside the colour: not everyone tells red from green.
VERDICT = {
    Verdict.YES: ("yes", "✓ Yes"),
    Verdict.NO: ("no", "✕ No"),
    Verdict.DEPENDS: ("depends", "◐ It depends"),
}
NOT_COVERED, DECLINED, CLARIFY = "Not covered", "Not this way", "Which one?"
NOTICE = {
    NoticeKind.EXPIRED_RULE: "Not in force",
    NoticeKind.UNDATED_RULE: "No date",
    NoticeKind.OLD_RULE: "Old rule",
    NoticeKind.CODE_NOT_VALID: "Code not valid",
    NoticeKind.PAYER_SILENT: "No rule of this payer",
    NoticeKind.UNKNOWN_PAYER: "Payer not in the library",
    NoticeKind.PAYER: "Which payer",
    NoticeKind.DATE: "Date of service",
}


def draw_answer(
    answer: Answer,
    place: str,
    desk: Desk,
    asked_on: date,
    choose: Callable[[str], None] | None,
    leave_out: Callable[[Without], None] | None,
) -> None:
    """One outcome. `place` keeps the anchors of a page apart.

    `choose` takes a picked choice and `leave_out` a mark that is not meant; both are None for old ones.
    """
    if _holds_for_a_scope(answer):
        draw_marks(answer.understood, place, desk, leave_out)
    match answer:
        case Answered():
            _draw_answered(answer, place, desk, asked_on)
        case NotCovered():
            _draw_not_covered(answer)
        case Declined():
            st.html(f'{_badge("declined", DECLINED)}<p class="bw-lead">{safe(answer.reason)}</p>')
            st.html(_note("instead", "Instead", answer.instead))
            _draw_statements(answer, place)
            _draw_proof(answer, place, desk)
        case Clarify():
            _draw_clarify(answer, place, choose)


def _holds_for_a_scope(answer: Answer) -> bool:
    """What is declined or out of scope is so for every payer, code and day, without naming them."""
    return isinstance(answer, Answered | Clarify) or (isinstance(answer, NotCovered) and answer.lack is not None)


def _draw_answered(answer: Answered, place: str, desk: Desk, asked_on: date) -> None:
    if answer.verdict:
        st.html(_badge(*VERDICT[answer.verdict]))
    _draw_notices([notice for notice in answer.notices if notice.kind in READ_FIRST])
    _draw_statements(answer, place)
    if answer.table:
        st.html(_table_html(answer, place, desk))
    _draw_notices([notice for notice in answer.notices if notice.kind not in READ_FIRST])
    for conflict in answer.conflicts:
        draw_conflict(conflict)
    _draw_proof(answer, place, desk)
    _draw_withheld(answer.withheld)
    with st.popover("Copy as a claim note", icon=":material/content_copy:"):
        st.code(claim_note(answer, desk, asked_on), language=None, wrap_lines=True)


def _draw_statements(answer: Answered | Declined, place: str) -> None:
    if answer.statements:
        items = "".join(f"<li>{_said_html(answer, statement, place)}</li>" for statement in answer.statements)
        st.html(f'<ul class="bw-statements">{items}</ul>')


def _draw_proof(answer: Answered | Declined, place: str, desk: Desk) -> None:
    if not answer.citations:
        return
    day = answer.understood.date_of_service
    with st.container(gap="xsmall"):
        st.html('<p class="bw-heading">Proof</p>')
        for citation in answer.citations:
            draw_citation(citation, day, _anchor(place, citation.n), desk.shelf)


def _table_html(answer: Answered, place: str, desk: Desk) -> str:
    """What decides between the codes: one row a code; page.css stacks the cells where the screen is narrow.

    The roles are written out, because a browser drops those of a table that is no longer laid out as one.
    """
    columns = [desk.phrases(f"table.{name}") for name in ("meaning", "use", "apart")]
    head = "".join(f'<th scope="col">{safe(column)}</th>' for column in columns)
    body = ""
    for row in answer.table:
        cells = "".join(
            f'<td role="cell" data-column="{safe(column)}"{"" if cell else " class=bw-none"}>'
            f"{_said_html(answer, cell, place) if cell else '–'}</td>"
            for column, cell in zip(columns, (row.meaning, row.use, row.apart), strict=True)
        )
        body += f'<tr role="row"><th scope="row" role="rowheader">{safe(row.code)}</th>{cells}</tr>'
    title = safe(desk.phrases("table.title"))
    return (
        f'<table class="bw-table" role="table"><caption class="bw-heading">{title}</caption>'
        f'<thead><tr><th scope="col">Code</th>{head}</tr></thead><tbody>{body}</tbody></table>'
    )


def _said_html(answer: Answered | Declined, statement: Statement, place: str) -> str:
    """A sentence with the markers that lead to its proof, and whether its rule has lapsed."""
    day = answer.understood.date_of_service
    cited = [citation for citation in answer.citations if citation.n in statement.citations]
    markers = "".join(f'<a class="bw-cite" href="#{_anchor(place, item.n)}">[{item.n}]</a>' for item in cited)
    lapses = dict.fromkeys(filter(None, (lapse(citation.passage, day) for citation in cited)))
    marks = "".join(f' <span class="bw-lapsed">{safe(mark)}</span>' for mark in lapses)
    return f"{safe(statement.text)}&nbsp;{markers}{marks}"


def _draw_not_covered(answer: NotCovered) -> None:
    """What is missing, what to do with the words to do it, and what comes nearest."""
    st.html(f'{_badge("not-covered", NOT_COVERED)}<p class="bw-lead">{safe(answer.missing)}</p>')
    if answer.ask:
        st.html(_note("instead", "What to do", answer.ask))
    _draw_notices(answer.notices)
    if answer.send:
        with st.container(gap="xsmall"):
            st.html('<p class="bw-heading">Words to send to the payer</p>')
            st.code(answer.send, language=None, wrap_lines=True)
    if answer.nearest:
        items = "".join(f"<li>{safe(heading)}</li>" for heading in answer.nearest)
        st.html(f'<p class="bw-heading">Nearest in the library</p><ul class="bw-statements">{items}</ul>')
    _draw_withheld(answer.withheld)


def _draw_clarify(answer: Clarify, place: str, choose: Callable[[str], None] | None) -> None:
    st.html(f'{_badge("clarify", CLARIFY)}<p class="bw-lead">{safe(answer.question)}</p>')
    if choose is None or not answer.choices:
        return
    for position, choice in enumerate(answer.choices):
        st.button(plain(choice), key=f"choice-{place}-{position}", on_click=choose, args=(choice,), width="stretch")
    if answer.kind is ChoiceKind.PAYER:
        st.caption("Or name another payer in your next question.")
    else:
        st.caption("Or say it in your own words in your next question.")


def _draw_notices(notices: Sequence[Notice]) -> None:
    if notices:
        st.html(
            "".join(
                _note("notice", NOTICE.get(notice.kind, notice.kind.capitalize()), with_american_dates(notice.text))
                for notice in notices
            )
        )


def draw_conflict(conflict: Conflict) -> None:
    """What the weaker source claims and what is followed, each with who stands behind it."""
    st.html(
        '<div class="bw-note bw-conflict"><strong>Sources disagree</strong>'
        f"<p><em>Claimed</em> {safe(conflict.claim)}{_sources_html(conflict.claimed_by)}</p>"
        f"<p><em>Followed here</em> {safe(conflict.followed)}{_sources_html(conflict.follows)}</p></div>"
    )


def _sources_html(sources: Sequence[Source]) -> str:
    names = "; ".join(f"{source.title}, {source.publisher} ({source.authority})" for source in sources)
    return f'<span class="bw-by">{safe(names)}</span>' if names else ""


def _draw_withheld(withheld: Sequence[Withheld]) -> None:
    if withheld:
        with st.expander(f"{len(withheld)} withheld: the proof did not hold"):
            st.html("".join(_note("notice", item.reason, item.text) for item in withheld))


def _badge(kind: str, text: str) -> str:
    return f'<div class="bw-head"><span class="bw-badge bw-{kind}">{safe(text)}</span></div>'


def _note(kind: str, title: str, text: str) -> str:
    return f'<div class="bw-note bw-{kind}"><strong>{safe(title)}</strong><p>{safe(text)}</p></div>'


def _anchor(place: str, citation: int) -> str:
    return f"proof-{place}-{citation}"
