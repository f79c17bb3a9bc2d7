"""What was understood of a question, as small marks above its answer; taking one away asks again without it."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import partial
from typing import Literal

import streamlit as st

from assistant.types import Understood, Without
from views.exchange import ANY_PAYER
from views.opening import Desk
from views.wording import american, plain, safe

MOST_PAYERS = 3  # with a mark each; a name that more of them share has one mark for all


@dataclass(frozen=True, slots=True)
class Mark:
    """One thing understood. `carried`: an earlier turn lent it; `without` takes it away."""

    kind: Literal["code", "payer", "date"]
    text: str
    carried: bool
    without: Without


def marks_of(understood: Understood, desk: Desk) -> tuple[Mark, ...]:
    """The codes, the payers and the date of service, if one was given and it is not merely today."""
    return tuple(_marks(understood, desk))


def _marks(understood: Understood, desk: Desk) -> Iterator[Mark]:
    carried = set(understood.carried)
    for code in understood.codes:
        yield Mark("code", code, "code" in carried, Without(codes=frozenset({code})))
    names = {payer: desk.payer_name(payer) for payer in understood.payers}
    if understood.unknown_payer:
        names = {understood.unknown_payer: f"“{understood.unknown_payer}”"}
    if len(names) > MOST_PAYERS:
        shown = ", ".join(list(names.values())[:MOST_PAYERS])
        text = f"{shown} and {len(names) - MOST_PAYERS} more"
        yield Mark("payer", text, "payer" in carried, Without(payers=frozenset(names)))
    else:
        for payer, name in names.items():
            yield Mark("payer", name, "payer" in carried, Without(payers=frozenset({payer})))
    if understood.dated:
        yield Mark("date", american(understood.date_of_service), "date" in carried, Without(date=True))


def draw_marks(understood: Understood, place: str, desk: Desk, leave_out: Callable[[Without], None] | None) -> None:
    """The marks, then what holds where nothing was named. `leave_out` is None where nothing can be taken away."""
    marks = marks_of(understood, desk)
    with st.container(key=f"marks-{place}", horizontal=True, vertical_alignment="center", gap="xsmall"):
        if leave_out is None:
            st.html("".join(_plain_mark(mark) for mark in marks) + _rest(understood, desk))
            return
        for position, mark in enumerate(marks):
            # The words in italics are hidden from sight and kept for who listens; page.css draws the cross.
            kept = ", from before" if mark.carried else ""
            label = f"*Remove {mark.kind}* {plain(mark.text)}{kept}"
            st.button(label, key=f"mark-{place}-{position}", on_click=partial(leave_out, mark.without))
        if rest := _rest(understood, desk):
            st.html(rest)


def _plain_mark(mark: Mark) -> str:
    kept = ", from before" if mark.carried else ""
    return f'<span class="bw-mark">{safe(mark.text)}{kept}</span> '


def _rest(understood: Understood, desk: Desk) -> str:
    """What holds where nothing was named, and what the person took away."""
    parts = [] if understood.payers or understood.unknown_payer else [ANY_PAYER]
    if not understood.dated:
        day = understood.date_of_service
        parts.append(f"{'today' if day == desk.today() else 'as of'} {american(day)}")
    without = understood.without
    gone = [*sorted(without.codes), *(desk.payer_name(payer) for payer in sorted(without.payers))]
    gone = [*gone[:MOST_PAYERS], *([f"{len(gone) - MOST_PAYERS} more"] if len(gone) > MOST_PAYERS else [])]
    gone += ["the date"] if without.date else []
    parts += [f"left out: {', '.join(gone)}"] if gone else []
    return f'<span class="bw-scope">{safe(" · ".join(parts))}</span>' if parts else ""
