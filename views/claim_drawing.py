"""A checked claim on the screen, and as text for its notes: what is found, each with its quote and source."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

import streamlit as st

from views.card_drawing import heading_html, said_html, source_html
from views.claims.check import Report
from views.claims.findings import Finding, Severity
from views.claims.lines import Line
from views.wording import safe, with_american_dates

TITLES = {
    Severity.FIX: "Fix before sending",
    Severity.CHECK: "Check before sending",
    Severity.OPEN: "Depends on what the claim does not tell",
    Severity.SEND: "Send along",
}
BY_ITSELF = "Seen from the claim itself."
CHECKED, UNKNOWN = "What was checked", "What it cannot know"


def draw_report(report: Report, lines: Sequence[Line], day: date) -> None:
    """The verdict first, then what to fix, to check and to send, what depends, and what was looked at."""
    names = {line.number: _name(line) for line in lines}
    st.html(_verdict_html(report) + "".join(_found_html(report.found, severity, names)
                                            for severity in (Severity.FIX, Severity.CHECK)))  # fmt: skip
    if report.sending:
        st.html(heading_html(TITLES[Severity.SEND]) + "".join(_sending_html(one, names, day) for one in report.sending))
    if report.limits:
        with st.expander(f"{TITLES[Severity.OPEN]} ({len(report.limits)})", icon=":material/help:"):
            st.html(_found_html(report.limits, Severity.OPEN, names, heading=False))
    st.html(_list_html(CHECKED, report.checked) + _list_html(UNKNOWN, report.unknown))
    with st.popover("Copy as a note", icon=":material/content_copy:"):
        st.code(report_as_text(report, lines, day), language=None, wrap_lines=True)


def report_as_text(report: Report, lines: Sequence[Line], day: date) -> str:
    """The report to paste into the notes of a claim, with dates as claims have them."""
    names = {line.number: _name(line) for line in lines}
    parts = [f"Claim check of {day.isoformat()}: {_verdict(report)}."]
    for severity in (Severity.FIX, Severity.CHECK):
        parts += [f"{TITLES[severity]}: {_where(one, names)}: {one.text}{_quoted(one)}"
                  for one in report.found if one.severity is severity]  # fmt: skip
    parts += [f"{TITLES[Severity.SEND]}: {_where(one, names)}: {' '.join(said.quote for said in one.proof)}"
              for one in report.sending]  # fmt: skip
    return "\n".join([*parts, f"{CHECKED}: {' '.join(report.checked)}", f"{UNKNOWN}: {' '.join(report.unknown)}"])


def _quoted(finding: Finding) -> str:
    return "".join(
        f" “{said.quote}” ({said.source.title if said.source else 'common practice'})" for said in finding.proof
    )


def _verdict(report: Report) -> str:
    counts = [(sum(one.severity is severity for one in report.found), word)
              for severity, word in ((Severity.FIX, "to fix"), (Severity.CHECK, "to check"))]  # fmt: skip
    return ", ".join(f"{count} {word}" for count, word in counts if count) or "nothing found"


def _verdict_html(report: Report) -> str:
    worst = min(report.found, key=lambda one: list(Severity).index(one.severity), default=None)
    badge = "yes" if worst is None else "no" if worst.severity is Severity.FIX else "depends"
    sign = {"yes": "✓", "no": "✕", "depends": "!"}[badge]
    verdict = _verdict(report)
    return (
        f'<div class="bw-head" role="status"><span class="bw-badge bw-{badge}">{sign} '
        f"{safe(verdict[0].upper() + verdict[1:])}</span></div>"
    )


def _found_html(found: Sequence[Finding], severity: Severity, names: dict[int, str], heading: bool = True) -> str:
    items = "".join(
        f"<li><strong>{safe(_where(one, names))}</strong> {safe(with_american_dates(one.text))}{_proof_html(one)}</li>"
        for one in found
        if one.severity is severity
    )
    title = heading_html(TITLES[severity]) if heading else ""
    return f'{title}<ul class="bw-statements bw-findings">{items}</ul>' if items else ""


def _proof_html(finding: Finding) -> str:
    if not finding.proof:
        return f' <span class="bw-scope">{BY_ITSELF}</span>'
    return "".join(f'<div class="bw-quote">“{safe(said.quote)}” {source_html(said)}</div>' for said in finding.proof)


def _sending_html(finding: Finding, names: dict[int, str], day: date) -> str:
    where = f'<p class="bw-lead"><strong>{safe(_where(finding, names))}</strong> {safe(finding.text)}</p>'
    return where + said_html(finding.proof, day)


def _list_html(title: str, items: Sequence[str]) -> str:
    told = "".join(f"<li>{safe(item)}</li>" for item in items)
    return f'{heading_html(title)}<ul class="bw-statements">{told}</ul>' if told else ""


def _where(finding: Finding, names: dict[int, str]) -> str:
    """The lines a finding is on, with what each reports."""
    lines = [f"{number} ({names[number]})" for number in finding.lines]
    return f"Line{'s' if len(lines) > 1 else ''} {' and '.join(lines)}"


def _name(line: Line) -> str:
    where = " ".join((*(f"#{tooth}" for tooth in line.teeth), *line.areas, line.surfaces))
    return f"{line.code or 'no code'} {where}".strip()
