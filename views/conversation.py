"""A conversation as the session keeps it: what was asked for which payer and day, and what came of it."""

from __future__ import annotations

import logging
from collections.abc import Iterator
from dataclasses import dataclass, field, replace

from assistant.errors import BitewingError
from assistant.rendering import as_text
from assistant.types import AS_READ, Answer, ChoiceKind, Clarify, Turn, Without
from views.opening import Desk
from views.wording import read_date

ANY_PAYER = "Any payer"
REMEMBERED = 20  # turns; a question leans on the last few, and each costs time to read


@dataclass(frozen=True, slots=True)
class Request:
    """What is asked. `said` is what the person said; it differs from `question` where a choice was picked.

    `payer` is a name, None for any; `day` is the date of service as typed. `without` is what the person took away from
    how the question was read.
    """

    said: str
    question: str
    payer: str | None
    day: str
    history: tuple[Turn, ...] = ()
    without: Without = AS_READ


@dataclass(frozen=True, slots=True)
class Failed:
    """A request that could not be taken; `message` says what to do."""

    message: str


@dataclass(frozen=True, slots=True)
class Exchange:
    """`kept`: the question went to the list of gaps."""

    request: Request
    outcome: Answer | Failed
    kept: bool = False


@dataclass(slots=True)
class Conversation:
    """Lives in the session, so that no rerun loses anything. `pending` is asked at the end of the next run."""

    exchanges: list[Exchange] = field(default_factory=list)
    pending: Request | None = None
    payer: str = ANY_PAYER
    day: str = ""

    @property
    def is_empty(self) -> bool:
        return not self.exchanges and self.pending is None

    def ask(self, question: str, desk: Desk) -> None:
        """Put a question for the payer and day chosen now."""
        payer = None if self.payer == ANY_PAYER else self.payer
        self.pending = Request(question, question, payer, self.day, tuple(self._turns(desk))[-REMEMBERED:])

    def choose(self, choice: str) -> None:
        """Put the last question again, for the payer picked from its choices or with the words picked."""
        asked, outcome = self.exchanges[-1].request, self.exchanges[-1].outcome
        if isinstance(outcome, Clarify) and outcome.kind is ChoiceKind.WORDS:
            self.pending = replace(asked, said=choice, question=f"{asked.question} {choice}")
        else:
            self.pending = replace(asked, said=choice, payer=choice)

    def leave_out(self, without: Without) -> None:
        """Put the last question again in its own place, without what was misread, now or before."""
        asked = self.exchanges.pop().request
        self.pending = replace(asked, without=asked.without | without)

    def drop_last(self) -> None:
        """Make room for the corrected form of a question that failed."""
        self.exchanges.pop()

    def forget(self) -> None:
        """Start anew; payer and day stay, as the next question is often about the same claim."""
        self.exchanges.clear()
        self.pending = None

    def _turns(self, desk: Desk) -> Iterator[Turn]:
        for exchange in self.exchanges:
            if not isinstance(exchange.outcome, Failed):
                yield Turn("user", exchange.request.said, exchange.request.without)
                yield Turn("assistant", as_text(exchange.outcome, desk.phrases))


def exchange_of(request: Request, desk: Desk) -> Exchange:
    """Ask, and keep the question for the office lead where the library lacks its answer."""
    outcome = _outcome_of(request, desk)
    if isinstance(outcome, Failed):
        return Exchange(request, outcome)
    return Exchange(request, outcome, desk.gaps.record(outcome, desk.assistant.lexicon, desk.today()))


def _outcome_of(request: Request, desk: Desk) -> Answer | Failed:
    """Ask. Every error becomes a message, since the page must keep the question whatever happens."""
    try:
        day = read_date(request.day)
        return desk.assistant.ask(request.question, request.history, request.payer, day, request.without)
    except BitewingError as error:
        return Failed(str(error))
    except Exception as error:
        logging.getLogger(__name__).exception("A question could not be answered")
        return Failed(
            f"Bitewing could not answer because of a fault of its own ({type(error).__name__}). Ask again; "
            "if it stays, run `bitewing ingest --rebuild` and report what the console shows."
        )
