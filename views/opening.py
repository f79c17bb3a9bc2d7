"""Opening for the day: the index brought up to date in view of the user, then one `Desk` for all sessions."""

from __future__ import annotations

import threading
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, date, datetime

import streamlit as st

from assistant.encoder import Encoder
from assistant.path import Assistant
from assistant.phrases import Phrases
from assistant.settings import Settings
from assistant.types import Understood
from ingest.build import BuildReport, build_index, is_stale, shelf_of
from ingest.documents.shelf import Shelf
from views.conversation_store import ConversationStore
from views.exchange import ANY_PAYER
from views.gap_list import GapList
from views.wording import plain


@dataclass(frozen=True, slots=True)
class Desk:
    """What every page works with."""

    assistant: Assistant
    phrases: Phrases
    today: Callable[[], date]
    now: Callable[[], datetime]
    gaps: GapList
    conversations: ConversationStore
    settings: Settings
    encoder: Encoder

    @property
    def shelf(self) -> Shelf:
        """The folder of the office's documents."""
        return shelf_of(self.settings)

    @property
    def payer_names(self) -> tuple[str, ...]:
        """The payers that the index in use knows, in alphabetical order. Raises `SnapshotError`."""
        return tuple(sorted((entry.name for entry in self.assistant.lexicon.payers), key=str.lower))

    def payer_id(self, name: str) -> str | None:
        """The id of the payer of that name; None for what is no payer's name, such as "Any payer"."""
        return next((entry.id for entry in self.assistant.lexicon.payers if entry.name == name), None)

    def payer_meant(self, written: str) -> str | None:
        """The name of the one payer that a name or alias means; None where it means none, or several."""
        meant = self.assistant.lexicon.payer_names.get(" ".join(written.lower().split()), ())
        return self.payer_name(meant[0]) if len(meant) == 1 else None

    def payer_name(self, payer: str) -> str:
        """A payer's name by its id; the id itself for a payer that a newer index no longer has."""
        entry = self.assistant.lexicon.payer.get(payer)
        return entry.name if entry else payer

    def payer_of(self, understood: Understood) -> str:
        """Whom a question is answered for, by name."""
        return ", ".join(map(self.payer_name, understood.payers)) or understood.unknown_payer or ANY_PAYER


@dataclass(slots=True)
class _Office:
    """One a process. The lock lets the first session build while the others wait."""

    lock: threading.Lock = field(default_factory=threading.Lock)
    desk: Desk | None = None


def today() -> date:
    """The clock of the whole page; tests put another in its place."""
    return date.today()


def now() -> datetime:
    """When something is asked; tests put another clock in its place."""
    return datetime.now(UTC)


def open_desk() -> Desk:
    """The shared desk; the first call builds a missing or stale index with a progress bar, which takes minutes.

    Raises `BitewingError` when the knowledge, the encoder or the index is unusable; the next call tries again.
    """
    office = _office()
    if office.desk is None:
        place = st.empty()
        with place.container(), st.spinner("Opening the library …"), office.lock:
            if office.desk is None:
                office.desk = _new_desk(Settings())
        place.empty()
    return office.desk


@st.cache_resource(show_spinner=False)
def _office() -> _Office:
    return _Office()


def _new_desk(settings: Settings) -> Desk:
    encoder = Encoder(settings)
    if is_stale(settings, encoder):
        update_index(settings, encoder)
    phrases = Phrases(settings.prompts)
    desk = Desk(
        assistant=Assistant(settings, encoder, today),
        phrases=phrases,
        today=today,
        now=now,
        gaps=GapList(settings.home),
        conversations=ConversationStore(settings.home, phrases),
        settings=settings,
        encoder=encoder,
    )
    desk.assistant.rooms()
    encoder.embed_query("ready")  # loading the model takes seconds, which the first question should not wait for
    return desk


def update_index(settings: Settings, encoder: Encoder) -> BuildReport:
    """Bring the index up to date in view of the user, who may ask from the last one meanwhile in another tab.

    Raises `KnowledgeError` when the knowledge does not check out; the last sound index goes on answering.
    """
    bar = st.progress(0.0, "Looking through the library …")

    def reading(name: str, done: int, total: int) -> None:
        bar.progress(done / total if total else 1.0, plain(f"Read {done:,} of {total:,} files: {name}"))

    def encoding(done: int, total: int) -> None:
        text = f"Preparing the library: {done:,} of {total:,} passages. Only after a change; later starts are quick."
        bar.progress(done / total if total else 1.0, text)

    report = build_index(settings, encoder, encoding, reading)
    bar.empty()
    return report
