"""An answer as plain text for the notes of a claim: what was asked, for whom and when, and on what it rests."""

from __future__ import annotations

from datetime import date

from assistant.rendering import as_text, sources_as_text
from assistant.types import Answered
from views.opening import Desk


def claim_note(answer: Answered, desk: Desk, asked_on: date) -> str:
    """The note of an answer that was given on a day. Dates as YYYY-MM-DD, as claims have them."""
    understood = answer.understood
    head = [
        f"Question: {understood.question}",
        f"Payer: {desk.payer_of(understood)}. Date of service: {understood.date_of_service.isoformat()}.",
    ]
    checked = f"Looked up in Bitewing on {asked_on.isoformat()}."
    return "\n\n".join(["\n".join(head), as_text(answer, desk.phrases), sources_as_text(answer), checked])
