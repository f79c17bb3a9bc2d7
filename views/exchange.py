"""One question and what came of it: the values that a conversation is made of, on the screen and where it is kept."""

from __future__ import annotations

import secrets
from dataclasses import dataclass, field
from datetime import datetime

from assistant.types import AS_READ, Answer, Turn, Without

ANY_PAYER = "Any payer"


def new_id() -> str:
    """A name that nobody guesses, short enough for an address."""
    return secrets.token_urlsafe(9)


@dataclass(frozen=True, slots=True)
class Request:
    """What is asked. `said` is what the person said; it differs from `question` where a choice was picked.

    `payer` is a name, None for any; `day` is the date of service as typed. `without` is what the person took away from
    how the question was read. A request that is asked again in its own place keeps its `id`.
    """

    said: str
    question: str
    payer: str | None
    day: str
    history: tuple[Turn, ...] = ()
    without: Without = AS_READ
    id: str = field(default_factory=new_id)


@dataclass(frozen=True, slots=True)
class Failed:
    """A request that could not be taken; `message` says what to do."""

    message: str


@dataclass(frozen=True, slots=True)
class PlainAnswer:
    """An answer that another version of Bitewing kept in a form that this one does not read: its text alone."""

    text: str


Outcome = Answer | Failed | PlainAnswer


@dataclass(frozen=True, slots=True)
class Exchange:
    """A request and its outcome. `payer` names whom it was answered for, as the library named it then.

    `in_gaps`: the question went to the list of gaps.
    """

    request: Request
    outcome: Outcome
    payer: str
    asked_at: datetime
    in_gaps: bool = False

    @property
    def id(self) -> str:
        return self.request.id
