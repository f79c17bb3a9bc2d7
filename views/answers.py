"""Answers on the screen, one function an outcome."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import streamlit as st

from assistant.types import (
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
    Understood,
    Verdict,
    Withheld,
)
from views.citations import draw_citation
from views.conversation import ANY_PAYER
from views.opening import Desk
from views.wording import american, lapse, plain, safe, with_american_dates

MOST_PAYERS = 3  # named above an answer
# Sign and word beside the colour: not everyone tells red from green.
VERDICT = {
    Verdict.YES: ("yes", "✓ Yes"),
    Verdict.NO: ("no", "✕ No"),
    Verdict.DEPENDS: ("depends", "◐ It depends"),
}
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
READ_FIRST = {
    NoticeKind.PAYER,
    NoticeKind.PAYER_SILENT,
    NoticeKind.UNKNOWN_PAYER,
    NoticeKind.CODE_NOT_VALID,
    NoticeKind.DATE,
}


def draw_answer(answer: Answer, number: int, desk: Desk, choose: Callable[[str], None] | None) -> None:
    """One outcome. `number` keeps the anchors of a page apart; `choose` takes a picked choice, None for old ones."""
    scope = _scope(answer.understood, desk)
    match answer:
        case Answered():
            _draw_answered(answer, number, scope)
        case NotCovered():
            _draw_not_covered(answer, scope)
        case Declined():
            st.html(f'{_badge("declined", "Not this way")}<p class="bw-lead">{safe(answer.reason)}</p>')
            st.html(_note("instead", "Instead", answer.instead))
        case Clarify():
            _draw_clarify(answer, number, choose)


def _draw_answered(answer: Answered, number: int, scope: str) -> None:
    day = answer.understood.date_of_service
    st.html(_badge(*VERDICT[answer.verdict], scope) if answer.verdict else _badge("", "", scope))
    _draw_notices([notice for notice in answer.notices if notice.kind in READ_FIRST])
    items = "".join(_statement_html(answer, statement, number) for statement in answer.statements)
    st.html(f'<ul class="bw-statements">{items}</ul>')
    _draw_notices([notice for notice in answer.notices if notice.kind not in READ_FIRST])
    for conflict in answer.conflicts:
        _draw_conflict(conflict)
    with st.container(gap="xsmall"):
        st.html('<p class="bw-heading">Proof</p>')
        for citation in answer.citations:
            draw_citation(citation, day, _anchor(number, citation.n))
    _draw_withheld(answer.withheld)


def _statement_html(answer: Answered, statement: Statement, number: int) -> str:
    day = answer.understood.date_of_service
    cited = [citation for citation in answer.citations if citation.n in statement.citations]
    markers = "".join(f'<a class="bw-cite" href="#{_anchor(number, item.n)}">[{item.n}]</a>' for item in cited)
    lapses = dict.fromkeys(filter(None, (lapse(citation.passage, day) for citation in cited)))
    marks = "".join(f' <span class="bw-lapsed">{safe(mark)}</span>' for mark in lapses)
    return f"<li>{safe(statement.text)}&nbsp;{markers}{marks}</li>"


def _draw_not_covered(answer: NotCovered, scope: str) -> None:
    # What is out of scope for any payer and day is so without naming them.
    badge = _badge("not-covered", "Not covered", scope if answer.ask else "")
    st.html(f'{badge}<p class="bw-lead">{safe(answer.missing)}</p>')
    if answer.ask:
        st.html(_note("instead", "What to do", answer.ask))
    _draw_notices(answer.notices)
    if answer.nearest:
        items = "".join(f"<li>{safe(heading)}</li>" for heading in answer.nearest)
        st.html(f'<p class="bw-heading">Nearest in the library</p><ul class="bw-statements">{items}</ul>')
    _draw_withheld(answer.withheld)


def _draw_clarify(answer: Clarify, number: int, choose: Callable[[str], None] | None) -> None:
    st.html(f'{_badge("clarify", "Which one?")}<p class="bw-lead">{safe(answer.question)}</p>')
    if choose is None:
        return
    for position, choice in enumerate(answer.choices):
        st.button(plain(choice), key=f"choice-{number}-{position}", on_click=choose, args=(choice,), width="stretch")
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


def _draw_conflict(conflict: Conflict) -> None:
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


def _scope(understood: Understood, desk: Desk) -> str:
    """For whom and when the answer holds, as the question was read, and what earlier turns lent it."""
    names = [desk.payer_name(payer) for payer in understood.payers]
    if understood.unknown_payer:
        names = [f"“{understood.unknown_payer}”"]
    more = f" and {len(names) - MOST_PAYERS} more" if len(names) > MOST_PAYERS else ""
    payer = ", ".join(names[:MOST_PAYERS]) + more if names else ANY_PAYER
    day = american(understood.date_of_service)
    when = "today" if understood.date_of_service == desk.today() else "service"
    kept = f" · kept from before: {', '.join(understood.carried)}" if understood.carried else ""
    return f"{payer} · {when} {day}{kept}"


def _badge(kind: str, text: str, scope: str = "") -> str:
    badge = f'<span class="bw-badge bw-{kind}">{safe(text)}</span>' if text else ""
    return f'<div class="bw-head">{badge}<span class="bw-scope">{safe(scope)}</span></div>'


def _note(kind: str, title: str, text: str) -> str:
    return f'<div class="bw-note bw-{kind}"><strong>{safe(title)}</strong><p>{safe(text)}</p></div>'


def _anchor(number: int, citation: int) -> str:
    return f"proof-{number}-{citation}"
