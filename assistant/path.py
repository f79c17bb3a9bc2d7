"""The path of a question: understand, find, write, prove. `Assistant.ask` is what every edge calls."""

from __future__ import annotations

import re
import threading
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from datetime import date

from assistant.bearing import Bearing
from assistant.boundaries import Boundaries, Crossed
from assistant.comparison import compared
from assistant.encoder import Encoder, Vectors
from assistant.index import Index, IndexStore
from assistant.lexicon import Lexicon, identifiers_in
from assistant.phrases import Phrases, words_to_send
from assistant.proof import cite, content_words, reason_to_withhold
from assistant.question_form import OPEN_QUESTION, is_courtesy
from assistant.quoted import Draft, QuotedWriter
from assistant.retrieve import Retriever
from assistant.settings import Settings
from assistant.spelling import Spelling
from assistant.types import (
    AS_READ,
    Answer,
    Answered,
    ChoiceKind,
    Citation,
    Clarify,
    Declined,
    Evidence,
    Lack,
    NotCovered,
    Passage,
    Statement,
    Topic,
    Turn,
    Understood,
    Withheld,
    Without,
)
from assistant.understand import POINTING, Understanding

CHOICES = 4
MOST_CODES = 3  # a longer list, such as a written range, is answered for the codes that are known
CODE_LENGTH = 5  # D and four digits
MOST_MEANT = 10  # codes that a number with a digit lost may stand for
FEES = "fees"  # the boundary that a payer's own fee schedule lifts
LIFTED = (FEES, "other_subject")  # by a document of the payer that tells what is asked
BARE_QUESTION = 8  # words of a question that names nothing
OF_SOME_CODE = frozenset({Topic.ELIGIBILITY, Topic.FREQUENCY, Topic.USE, Topic.BUNDLING, Topic.VALIDITY, Topic.MEANING})
"""Topics that say nothing without a code, a service or a payer."""
HOW_MUCH = re.compile(
    r"\bhow much (?:does|do|is|are|will|would|can|should|did|to|for|money)\b|\bin dollars\b|"
    r"\bwhat(?:'s| is| are) the (?:fee|rate)|\breimburse",
    re.IGNORECASE,
)


class _Rooms:
    """Everything that hangs on one index; replaced as a whole when ingest switches to a new one."""

    def __init__(self, index: Index, encoder: Encoder, phrases: Phrases, settings: Settings) -> None:
        self.index = index
        self.understanding = Understanding(index.lexicon, Spelling(index.words), settings.question_limit)
        self.retriever = Retriever(index, encoder, settings)
        self.boundaries = Boundaries(index.lexicon, settings.boundary_certainty)
        self.bearing = Bearing(index.lexicon)
        self.writer = QuotedWriter(index, phrases, settings, self.bearing)


class Assistant:
    """Answers questions from the index in use. Safe to share between threads; picks up a new index by itself."""

    def __init__(
        self, settings: Settings, encoder: Encoder | None = None, today: Callable[[], date] = date.today
    ) -> None:
        self._settings = settings
        self._encoder = encoder or Encoder(settings)
        self._phrases = Phrases(settings.prompts)
        self._store = IndexStore(settings.home)
        self._today = today
        self._lock = threading.Lock()
        self._current: _Rooms | None = None

    def ask(
        self,
        question: str,
        history: Sequence[Turn] = (),
        payer: str | None = None,
        date_of_service: date | None = None,
        without: Without = AS_READ,
    ) -> Answer:
        """The answer for the payer and date of service asked about; the date is today when none is given.

        `without` asks the same question again, less what was read, picked or carried over and is not meant.
        Raises `QuestionError` for a question that cannot be taken and `SnapshotError` when there is no index.
        """
        rooms = self.rooms()
        understood = rooms.understanding.read(question, history, payer, date_of_service, self._today(), without)
        if is_courtesy(understood.question):
            return NotCovered(understood, self._phrases("courtesy"), "")
        if (unknown := self._unknown_codes(understood, rooms.index.lexicon)) is not None:
            return unknown
        understood = _without_silent_family(understood, rooms.index)
        texts = tuple(dict.fromkeys((understood.search, understood.question)))
        vectors = dict(zip(texts, self._encoder.encode(texts), strict=True))
        evidence = rooms.retriever.evidence(understood, vectors[understood.search])
        if (crossed := _crossed(understood, vectors, evidence, rooms)) is not None:
            return self._turned_down(understood, crossed, rooms, evidence)
        if _names_no_subject(understood):
            return Clarify(understood, self._phrases("clarify.subject"), (), ChoiceKind.WORDS)
        if (question_back := self._which_payer(understood, rooms.index)) is not None:
            return question_back
        if (asking := understood.asking) is not None:
            return Clarify(understood, asking.question, asking.choices, ChoiceKind.WORDS)
        draft = rooms.writer.draft(understood, evidence)
        return self._answered(understood, evidence, draft, rooms)

    def look(
        self,
        question: str,
        history: Sequence[Turn] = (),
        payer: str | None = None,
        date_of_service: date | None = None,
        without: Without = AS_READ,
    ) -> tuple[Understood, Evidence]:
        """How `ask` reads the question, and what it would answer from. Raises as `ask` does."""
        rooms = self.rooms()
        understood = rooms.understanding.read(question, history, payer, date_of_service, self._today(), without)
        return understood, rooms.retriever.evidence(understood)

    @property
    def lexicon(self) -> Lexicon:
        """The names that the index in use knows. Raises `SnapshotError`."""
        return self.rooms().index.lexicon

    def rooms(self) -> _Rooms:
        """What answers right now, opened anew when the pointer names another snapshot."""
        folder = self._store.current()
        with self._lock:
            if self._current is None or (folder is not None and folder.name != self._current.index.name):
                self._current = _Rooms(self._store.open(), self._encoder, self._phrases, self._settings)
            return self._current

    def _turned_down(self, understood: Understood, crossed: Crossed, rooms: _Rooms, evidence: Evidence) -> Answer:
        """A request to misreport, with how to bill what was really done, or one that this library is not for."""
        if not crossed.declined:
            return NotCovered(understood, self._phrases(f"out_of_scope.{crossed.name}"), "")
        picks = rooms.writer.honest(understood, evidence)
        statements, citations, _ = _proven(picks, rooms.index.lexicon)
        phrase = f"declined.{crossed.name}"
        return Declined(
            understood, self._phrases(f"{phrase}.reason"), self._phrases(f"{phrase}.instead"), statements, citations
        )

    def _unknown_codes(self, understood: Understood, lexicon: Lexicon) -> NotCovered | None:
        """That a code asked about is in no list, if so: nothing can be said of it, nor of it beside another."""
        unknown = [code for code in understood.codes if code not in lexicon.code]
        if not unknown or len(understood.codes) > MOST_CODES:
            return None
        missing = " ".join(self._no_such_code(code, lexicon) for code in unknown)
        named = understood.payers or understood.unknown_payer
        send = words_to_send(self._phrases, understood.question, understood.codes) if named else ""
        return NotCovered(understood, missing, self._phrases("ask.code"), send=send, lack=Lack.CODE)

    def _no_such_code(self, code: str, lexicon: Lexicon) -> str:
        """What to say of a number in no list; one that is no whole code may be the start of some."""
        if len(code) == CODE_LENGTH:
            return self._phrases("missing.code", code=code)
        meant = [known for known in lexicon.code if known.startswith(code[: CODE_LENGTH - 1]) and len(code) > 3]
        begin = self._phrases("missing.begin", codes=", ".join(meant[:MOST_MEANT])) if meant else ""
        return f"{self._phrases('missing.part', code=code)} {begin}".strip()

    def _which_payer(self, understood: Understood, index: Index) -> Clarify | None:
        """One question back when the name given means several payers."""
        lexicon = index.lexicon
        if len(understood.payers) < 2 or (shared := _shared_name(understood, lexicon.payer_names)) is None:
            return None
        # Those with a rule on the codes asked about first: the likeliest to be meant.
        ranked = sorted(understood.payers, key=lambda payer: not index.speaks_of(payer, understood.codes))
        names = tuple(lexicon.payer[payer].name for payer in ranked[:CHOICES])
        return Clarify(understood, self._phrases("clarify.payer", name=shared), names)

    def _answered(self, understood: Understood, evidence: Evidence, draft: Draft, rooms: _Rooms) -> Answer:
        statements, citations, withheld = _proven(draft.picks, rooms.index.lexicon)
        if not statements:
            return self._not_covered(understood, evidence, draft, withheld)
        table = compared(understood, rooms.index.naming, statements, citations, rooms.index.lexicon)
        return Answered(
            understood=understood,
            verdict=draft.verdict,
            statements=statements,
            citations=(*citations, *table.citations),
            conflicts=tuple(draft.conflicts),
            notices=tuple(draft.notices),
            withheld=(*withheld, *table.withheld),
            table=table.rows,
        )

    def _not_covered(
        self, understood: Understood, evidence: Evidence, draft: Draft, withheld: Sequence[Withheld]
    ) -> NotCovered:
        nearest = tuple(dict.fromkeys(candidate.passage.heading for candidate in evidence.candidates[:3]))
        asks_payer = bool(understood.payers or understood.unknown_payer or understood.codes)
        ask = self._phrases("ask.payer") if asks_payer else self._phrases("ask.library")
        return NotCovered(
            understood,
            self._phrases("missing.subject"),
            ask,
            nearest,
            tuple(draft.notices),
            tuple(withheld),
            send=words_to_send(self._phrases, understood.question, understood.codes),
            lack=Lack.PAYER if understood.unknown_payer else Lack.SUBJECT,
        )


def _proven(
    picks: Sequence[tuple[Passage, int]], lexicon: Lexicon
) -> tuple[tuple[Statement, ...], tuple[Citation, ...], tuple[Withheld, ...]]:
    """Only what passes the proof gate is said; what fails is withheld with its reason."""
    statements: list[Statement] = []
    citations: list[Citation] = []
    withheld: list[Withheld] = []
    for passage, position in picks:
        citation = cite(passage, position, len(citations) + 1)
        statement = Statement(citation.quote, (citation.n,))
        reason = reason_to_withhold(statement, [citation], lexicon)
        if reason is None:
            statements.append(statement)
            citations.append(citation)
        else:
            withheld.append(Withheld(statement.text, reason))
    return tuple(statements), tuple(citations), tuple(withheld)


def _crossed(
    understood: Understood, vectors: Mapping[str, Vectors], evidence: Evidence, rooms: _Rooms
) -> Crossed | None:
    """The boundary that the question crosses, if any; what a payer publishes of its fees lifts the one of fees."""
    # Half a question has no meaning of its own.
    read = {} if understood.leans else vectors
    known = rooms.index.lexicon.code
    named = bool(identifiers_in(understood.search)) or any(code in known for code in understood.codes)
    crossed = rooms.boundaries.crossed(understood.question, read, named)
    if crossed is None and _asks_for_a_fee(understood):
        crossed = Crossed(FEES, declined=False)
    if crossed is None or crossed.name not in LIFTED:
        return crossed
    told = any(rooms.bearing.is_told(understood, candidate.passage) for candidate in evidence.candidates)
    return None if told or (crossed.name == FEES and _publishes_a_fee(understood, evidence)) else crossed


def _asks_for_a_fee(understood: Understood) -> bool:
    fee = Topic.FEE in understood.topics and HOW_MUCH.search(understood.question) is not None
    return fee and bool(understood.codes)


def _publishes_a_fee(understood: Understood, evidence: Evidence) -> bool:
    """Whether the one payer named says in a rule or a document what it pays for a code asked about."""
    return len(understood.payers) <= 1 and any(
        Topic.FEE in candidate.passage.topics
        and candidate.passage.is_rule
        and set(candidate.passage.codes) & set(understood.codes)
        for candidate in (*evidence.candidates, *evidence.lapsed)
    )


def _names_no_subject(understood: Understood) -> bool:
    """Whether the question could be asked of any code and any payer: "is it covered?", with nothing before it."""
    named = understood.codes or understood.payers or understood.unknown_payer or understood.asking
    if named or understood.leans or not understood.topics or not set(understood.topics) <= OF_SOME_CODE:
        return False
    pointing = POINTING.search(understood.search) is not None  # at something that nobody named
    words = content_words(OPEN_QUESTION.sub(" ", POINTING.sub(" ", understood.search)))
    return len(words) <= 1 + pointing and len(understood.question.split()) <= BARE_QUESTION


def _without_silent_family(understood: Understood, index: Index) -> Understood:
    """A name of several payers, none with a rule on the codes, stays a name: which one is meant cannot matter."""
    shared = _shared_name(understood, index.lexicon.payer_names)
    if shared is None or not understood.codes:
        return understood
    if any(index.speaks_of(payer, understood.codes) for payer in understood.payers):
        return understood
    return replace(understood, payers=(), unknown_payer=shared)


def _shared_name(understood: Understood, names: dict[str, tuple[str, ...]]) -> str | None:
    """The written name that the payers share, when the question used one name for all of them."""
    meant = set(understood.payers)
    return next((name for name, payers in names.items() if len(payers) > 1 and set(payers) == meant), None)
