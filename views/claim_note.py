"""An answer as plain text for the notes of a claim: what was asked, for whom and when, and on what it rests."""

from __future__ import annotations

from assistant.rendering import as_text, sources_as_text
from assistant.types import Answered
from views.opening import Desk


def claim_note(answer: Answered, desk: Desk) -> str:
    """Dates as YYYY-MM-DD, as claims have them."""
    understood = answer.understood
    payers = [desk.payer_name(payer) for payer in understood.payers] or [understood.unknown_payer or "any payer"]
    head = [
        f"Question: {understood.question}",
        f"Payer: {', '.join(payers)}. Date of service: {understood.date_of_service.isoformat()}.",
    ]
    checked = f"Looked up in Bitewing on {desk.today().isoformat()}."
    return "\n\n".join(["\n".join(head), as_text(answer, desk.phrases), sources_as_text(answer), checked])
