"""A turn as a row of the kept conversations: its answer as JSON, and beside it as text that any version reads."""

from __future__ import annotations

import logging
from datetime import datetime

from pydantic import TypeAdapter, ValidationError

from assistant.phrases import Phrases
from assistant.rendering import as_text, sources_as_text, table_as_text, words_to_send_as_text
from assistant.types import Answered, Clarify, Declined, NotCovered
from views.exchange import Exchange, Failed, Outcome, PlainAnswer, Request

TURNS = """
CREATE TABLE turns (
    number INTEGER PRIMARY KEY,
    id TEXT NOT NULL UNIQUE,
    conversation INTEGER NOT NULL REFERENCES conversations (number) ON DELETE CASCADE,
    asked_at TEXT NOT NULL,
    said TEXT NOT NULL,
    payer TEXT NOT NULL,
    date_of_service TEXT NOT NULL,
    in_gaps INTEGER NOT NULL,
    kind TEXT NOT NULL,
    text TEXT NOT NULL,
    request TEXT NOT NULL,
    outcome TEXT NOT NULL
);
"""
PUT = """
INSERT INTO turns (id, conversation, asked_at, said, payer, date_of_service, in_gaps, kind, text, request, outcome)
VALUES (:id, :conversation, :asked_at, :said, :payer, :date_of_service, :in_gaps, :kind, :text, :request, :outcome)
ON CONFLICT (id) DO UPDATE SET
    asked_at = excluded.asked_at, said = excluded.said, payer = excluded.payer,
    date_of_service = excluded.date_of_service, in_gaps = excluded.in_gaps, kind = excluded.kind,
    text = excluded.text, request = excluded.request, outcome = excluded.outcome
"""
READ = """
SELECT id, asked_at, said, payer, date_of_service, in_gaps, kind, text, request, outcome
FROM turns WHERE conversation = ? ORDER BY number
"""
KINDS: dict[str, type[Outcome]] = {
    "answered": Answered,
    "not_covered": NotCovered,
    "declined": Declined,
    "clarify": Clarify,
    "failed": Failed,
    "plain": PlainAnswer,
}
NAMES = {kind: name for name, kind in KINDS.items()}
REQUEST = TypeAdapter(Request)
OUTCOMES: dict[str, TypeAdapter[Outcome]] = {name: TypeAdapter(kind) for name, kind in KINDS.items()}

Row = tuple[str, str, str, str, str, int, str, str, str, str]


def row_of(exchange: Exchange, phrases: Phrases) -> dict[str, str | int]:
    """What `PUT` takes, but for the conversation."""
    outcome, kind = exchange.outcome, NAMES[type(exchange.outcome)]
    understood = None if isinstance(outcome, Failed | PlainAnswer) else outcome.understood
    return {
        "id": exchange.id,
        "asked_at": exchange.asked_at.isoformat(),
        "said": exchange.request.said,
        "payer": exchange.payer,
        "date_of_service": understood.date_of_service.isoformat() if understood else exchange.request.day,
        "in_gaps": exchange.in_gaps,
        "kind": kind,
        "text": _text(outcome, phrases),
        "request": REQUEST.dump_json(exchange.request).decode(),
        "outcome": OUTCOMES[kind].dump_json(outcome).decode(),
    }


def exchange_from(row: Row) -> Exchange:
    """A row of `READ`; with a `PlainAnswer` where this version does not read its JSON."""
    name, asked_at, said, payer, day, in_gaps, kind, text, asked, answer = row
    outcome: Outcome
    try:
        request, outcome = REQUEST.validate_json(asked), OUTCOMES[kind].validate_json(answer)
    except (ValidationError, KeyError) as error:
        logging.getLogger(__name__).warning("A turn is shown as plain text: %s", error)
        request, outcome = Request(said, said, payer, day, id=name), PlainAnswer(text)
    return Exchange(request, outcome, payer, datetime.fromisoformat(asked_at), bool(in_gaps))


def _text(outcome: Outcome, phrases: Phrases) -> str:
    match outcome:
        case Failed(message):
            return message
        case PlainAnswer(text):
            return text
        case answer:
            parts = (
                as_text(answer, phrases),
                table_as_text(answer, phrases),
                words_to_send_as_text(answer),
                sources_as_text(answer),
            )
            return "\n\n".join(filter(None, parts))
