"""The conversation of one browser window: what was asked and answered, what waits, and what still has to be kept."""

from __future__ import annotations

import logging
from collections.abc import Iterator
from dataclasses import dataclass, field, replace

from assistant.errors import BitewingError
from assistant.rendering import as_text
from assistant.types import Answer, ChoiceKind, Clarify, Turn, Without
from views.conversation_store import ConversationGone, ConversationsError, Kept
from views.exchange import ANY_PAYER, Exchange, Failed, PlainAnswer, Request, new_id
from views.opening import Desk
from views.wording import read_date

REMEMBERED = 20  # turns; a question leans on the last few, and each costs time to read


@dataclass(slots=True)
class Conversation:
    """Lives in the session, so that no rerun loses anything; the store has it for every window and every day.

    `kept` is what the store had at the last look, None before the first turn is written. `unkept` are turns that could
    not be written yet; each look tries again, and `trouble` says why. `pending` is asked at the end of the next run.
    `news` is what the person must be told of the conversation itself.
    """

    id: str = field(default_factory=new_id)
    kept: Kept | None = None
    unkept: dict[str, Exchange] = field(default_factory=dict)
    pending: Request | None = None
    payer: str = ANY_PAYER
    day: str = ""
    trouble: str = ""
    news: str = ""

    @classmethod
    def opened(cls, name: str, desk: Desk) -> Conversation | None:
        """A kept one, for the payer and day that it was last asked for; None where there is none (any more).

        Raises `ConversationsError`.
        """
        kept = desk.conversations.read(name)
        if kept is None:
            return None
        last = kept.exchanges[-1].request if kept.exchanges else None
        return cls(name, kept, payer=(last and last.payer) or ANY_PAYER, day=last.day if last else "")

    @property
    def address(self) -> str:
        """What `/?conversation=…` brings it back by; empty before it is kept."""
        return self.id if self.kept else ""

    @property
    def exchanges(self) -> tuple[Exchange, ...]:
        """All in reading order, less the one that is being asked again."""
        every = {exchange.id: exchange for exchange in self.kept.exchanges} if self.kept else {}
        every |= self.unkept
        return tuple(exchange for exchange in every.values() if self.pending is None or exchange.id != self.pending.id)

    @property
    def is_empty(self) -> bool:
        return not self.exchanges and self.pending is None

    def catch_up(self, desk: Desk) -> None:
        """Write what could not be written yet, and see what other windows did meanwhile."""
        if self.kept is None and not self.unkept:
            return
        try:
            for exchange in tuple(self.unkept.values()):
                desk.conversations.put(self.id, exchange, begin=self.kept is None)
                del self.unkept[exchange.id]
            kept = desk.conversations.read(self.id)
            if kept is None:
                raise ConversationGone
        except ConversationsError as error:
            self.trouble = str(error)
        except ConversationGone as error:
            self._begin_anew()
            self.news = str(error)
            self.catch_up(desk)
        else:
            self.kept, self.trouble = kept, ""

    def ask(self, question: str, desk: Desk) -> None:
        """Put a question for the payer and day chosen now."""
        self.pending = self._request(question, desk)

    def choose(self, asked: Exchange, choice: str) -> None:
        """Put a question again, for the payer picked from its choices or with the words picked."""
        again = replace(asked.request, said=choice, id=new_id())
        if isinstance(asked.outcome, Clarify) and asked.outcome.kind is ChoiceKind.WORDS:
            self.pending = replace(again, question=f"{asked.request.question} {choice}")
        else:
            self.pending = replace(again, payer=choice)

    def leave_out(self, asked: Exchange, without: Without) -> None:
        """Put a question again in its own place, without what was misread, now or before."""
        self.pending = replace(asked.request, without=asked.request.without | without)

    def correct(self, asked: Exchange, question: str, desk: Desk) -> None:
        """Put the corrected form of a question that failed in its place."""
        self.pending = replace(self._request(question, desk), id=asked.id)

    def answer(self, desk: Desk) -> None:
        """Ask what waits, and keep it with its answer. Until that is done it goes on waiting."""
        if self.pending is None:
            return
        exchange = exchange_of(self.pending, desk)
        self.unkept[exchange.id] = exchange
        self.pending = None
        self.catch_up(desk)

    def _request(self, question: str, desk: Desk) -> Request:
        self.news = ""
        self.answer(desk)  # one that still waits comes first
        self.catch_up(desk)
        payer = None if self.payer == ANY_PAYER else self.payer
        return Request(question, question, payer, self.day, tuple(self._turns(desk))[-REMEMBERED:])

    def _begin_anew(self) -> None:
        """Go on as another conversation, with nothing of what was deleted but what is not written yet."""
        self.id, self.kept = new_id(), None
        self.unkept = {
            exchange.id: replace(exchange, request=replace(exchange.request, history=()))
            for exchange in self.unkept.values()
        }

    def _turns(self, desk: Desk) -> Iterator[Turn]:
        for exchange in self.exchanges:
            match exchange.outcome:
                case Failed():
                    continue
                case PlainAnswer():
                    text = exchange.outcome.text
                case outcome:
                    text = as_text(outcome, desk.phrases)
            yield Turn("user", exchange.request.said, exchange.request.without)
            yield Turn("assistant", text)


def exchange_of(request: Request, desk: Desk) -> Exchange:
    """Ask, and keep the question for the office lead where the library lacks its answer."""
    asked_at, outcome = desk.now(), _outcome_of(request, desk)
    if isinstance(outcome, Failed):
        return Exchange(request, outcome, request.payer or ANY_PAYER, asked_at)
    in_gaps = desk.gaps.record(outcome, desk.assistant.lexicon, desk.today())
    return Exchange(request, outcome, desk.payer_of(outcome.understood), asked_at, in_gaps)


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
