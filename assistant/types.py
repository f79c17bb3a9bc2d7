"""The words Bitewing thinks in: passages and their sources, questions as understood, answers and their proof.

All are frozen values; none does any work beyond deriving one value from another.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date
from enum import StrEnum
from typing import ClassVar, Literal


class Verdict(StrEnum):
    """What a yes/no question comes out as. A question that is no yes/no question has no verdict (`None`)."""

    YES = "yes"
    NO = "no"
    DEPENDS = "depends"


class Authority(StrEnum):
    """Who stands behind a sentence, strongest first: the order of the members is the order of rank."""

    CODE_OWNER = "code owner"
    PAYER = "payer"
    AGENCY = "agency"
    SOCIETY = "society"
    OFFICE = "office"
    GUIDE = "guide"
    COMMON_PRACTICE = "common practice"

    @property
    def rank(self) -> int:
        """0 for the strongest."""
        return list(Authority).index(self)


class Topic(StrEnum):
    """What a question is after, and what a rule or section is about."""

    MEANING = "meaning"
    USE = "use"
    COMPARE = "compare"
    TELEHEALTH = "telehealth"
    CASE_MANAGEMENT = "case-management"
    FREQUENCY = "frequency"
    DOCUMENTATION = "documentation"
    ATTACHMENTS = "attachments"
    DENIAL = "denial"
    APPEAL = "appeal"
    FEE = "fee"
    PRIOR_AUTHORIZATION = "prior-authorization"
    BUNDLING = "bundling"
    VALIDITY = "validity"
    WHO = "who"
    ELIGIBILITY = "eligibility"
    CLAIM_SUBMISSION = "claim-submission"
    TIMELY_FILING = "timely-filing"
    DOWNGRADE = "downgrade"
    OTHER = "other"


WHICH_CODE = frozenset({Topic.COMPARE, Topic.USE, Topic.MEANING})
"""What a question may be after and still turn on nothing but which code is meant."""


class PassageKind(StrEnum):
    CODE = "code"  # one section of a code's entry
    QUESTION = "question"  # a question staff ask about a code, with its answer
    RULE = "rule"  # one payer's rule
    DOCUMENT = "document"  # a part of a document of the office: a section, or one row of a table
    GUIDE = "guide"  # a section of a guide on claim mechanics
    CHANGE = "change"  # what one CDT edition changed
    DISAGREEMENT = "disagreement"  # sources that contradict each other, and which is followed


@dataclass(frozen=True, slots=True)
class Box:
    """Where something stands on a page, counted from 1: in points from the page's upper left corner as it is shown."""

    page: int
    left: float
    top: float
    right: float
    bottom: float


@dataclass(frozen=True, slots=True)
class Source:
    """Where a sentence comes from. `published` keeps the precision of the page: a day, a month or a year.

    `file` is a document's path within the library; `page` counts from 1, and `place` names it in words where there is
    more to say than the page: a slide, a sheet and its row.
    """

    title: str
    publisher: str
    authority: Authority
    url: str | None = None
    published: str | None = None
    file: str | None = None
    page: int | None = None
    place: str | None = None

    @property
    def where(self) -> str:
        """The place within the file, in words; empty when there is no more to say than its name."""
        return ", ".join(filter(None, (f"page {self.page}" if self.page else None, self.place)))


@dataclass(frozen=True, slots=True)
class Sentence:
    """One quotable sentence and the sources it rests on, the one to show first.

    No sources means common practice that no page showed. `boxes` show where it stands in a document with pages.
    """

    text: str
    sources: tuple[Source, ...] = ()
    boxes: tuple[Box, ...] = ()

    @property
    def authority(self) -> Authority:
        return self.sources[0].authority if self.sources else Authority.COMMON_PRACTICE


@dataclass(frozen=True, slots=True)
class Asked:
    """A question that a passage answers, with its verdict; `position` is the answering sentence, if one alone."""

    question: str
    verdict: Verdict | None = None
    position: int | None = None


@dataclass(frozen=True, slots=True)
class Passage:
    """The unit that is found and quoted.

    `heading` helps search and is never quoted; `asked` are the questions it answers. `record` names what the passage
    belongs to: a code, a rule's id, a guide. `effective` and `expires` are inclusive. `ended` says why a rule is over
    when no date is known, in which case `expires` holds the last day the rule can be trusted for.
    """

    id: str
    record: str
    kind: PassageKind
    section: str
    heading: str
    sentences: tuple[Sentence, ...]
    file: str
    codes: tuple[str, ...] = ()
    topics: tuple[Topic, ...] = ()
    payer: str | None = None
    payer_untold: bool = False  # a payer's document that does not say whose it is
    is_row: bool = False  # one row of a document's table
    program: str | None = None
    verdict: Verdict | None = None
    exact_codes: bool = True
    effective: date | None = None
    expires: date | None = None
    ended: str | None = None
    asked: tuple[Asked, ...] = ()
    conflicts_with: tuple[str, ...] = ()  # ids of passages that say otherwise

    def __hash__(self) -> int:
        return hash(self.id)  # passages are gathered in sets and dicts with every question

    @property
    def text(self) -> str:
        """What may be quoted: one sentence a line."""
        return "\n".join(sentence.text for sentence in self.sentences)

    @property
    def keys(self) -> tuple[str, ...]:
        """The texts that it is found by: each sentence under the heading, then each question that it answers.

        A stored question is found by what it asks alone; its answer stands in the code's sections too. A document's
        title, the same for all of its passages, would only make its keys longer and more alike.
        """
        questions = tuple(asked.question for asked in self.asked)
        if self.kind is PassageKind.QUESTION:
            return questions
        above = self.section if self.kind is PassageKind.DOCUMENT else self.heading
        return (*(f"{above}\n{s.text}" if above else s.text for s in self.sentences), *questions)

    @property
    def is_rule(self) -> bool:
        """Whether it says what one payer does: a rule on record, or a document of the payer."""
        return self.kind is PassageKind.RULE or (self.kind is PassageKind.DOCUMENT and self.payer is not None)

    def in_force(self, day: date) -> bool:
        return (self.effective is None or self.effective <= day) and (self.expires is None or day <= self.expires)


@dataclass(frozen=True, slots=True)
class Without:
    """What a person took away from the way a question was read: neither read from it, picked nor carried over.

    `payers` holds payer ids, and the names of payers that the library does not have. Without the date, it is today.
    """

    codes: frozenset[str] = frozenset()
    payers: frozenset[str] = frozenset()
    date: bool = False

    def __or__(self, other: Without) -> Without:
        return Without(self.codes | other.codes, self.payers | other.payers, self.date or other.date)


AS_READ = Without()  # nothing is taken away


@dataclass(frozen=True, slots=True)
class Turn:
    """One earlier message of a conversation. What was taken away from a question is not carried over from it."""

    role: Literal["user", "assistant"]
    content: str
    without: Without = AS_READ


@dataclass(frozen=True, slots=True)
class Asking:
    """A question back, when the answer turns on it, and its choices, each in words with its code."""

    question: str
    choices: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Understood:
    """A question as Bitewing reads it, after what earlier turns carry over.

    `search` is the text to search with: shorthand spelled out, an elliptical follow-up completed.
    `payers` holds payer ids; `unknown_payer` is a payer's name that the library does not have.
    `yes_no`: a yes or no would answer; `open`: it asks what, which, how or why, so neither would.
    `leans`: it is half a question, which earlier turns complete.
    `topics` are strongest first; `carried` names what came from earlier turns.
    `chosen` are those of the codes that what was done decides for; `asking` is the one thing that would decide.
    `dated`: the date of service was given and is not merely today; `without` is what the person took away.
    """

    question: str
    search: str
    date_of_service: date
    codes: tuple[str, ...] = ()
    payers: tuple[str, ...] = ()
    unknown_payer: str | None = None
    topics: tuple[Topic, ...] = ()
    yes_no: bool = False
    open: bool = False
    leans: bool = False
    carried: tuple[str, ...] = ()
    notices: tuple[Notice, ...] = ()
    chosen: tuple[str, ...] = ()
    asking: Asking | None = None
    dated: bool = False
    without: Without = AS_READ


@dataclass(frozen=True, slots=True)
class Candidate:
    """A passage found for a question. `score` is the fused rank score; `cosines` has one a key of the passage."""

    passage: Passage
    score: float
    cosines: tuple[float, ...]

    @property
    def similarity(self) -> float:
        """The cosine of the nearest key."""
        return max(self.cosines)

    @property
    def to_questions(self) -> tuple[float, ...]:
        """The cosine of each question that the passage answers."""
        return self.cosines[len(self.cosines) - len(self.passage.asked) :]

    @property
    def to_sentences(self) -> tuple[float, ...]:
        """The cosine of each sentence; that of the nearest question, where a passage is found by questions alone."""
        own = self.cosines[: len(self.cosines) - len(self.passage.asked)]
        return own or (self.similarity,) * len(self.passage.sentences)


@dataclass(frozen=True, slots=True)
class Evidence:
    """What retrieval found, best first: passages that hold on the date of service, and those that no longer do."""

    candidates: tuple[Candidate, ...]
    lapsed: tuple[Candidate, ...] = ()


@dataclass(frozen=True, slots=True)
class Citation:
    """A verbatim quote with its place: `passage.text[start:end] == quote`."""

    n: int
    quote: str
    passage: Passage
    start: int
    end: int
    sources: tuple[Source, ...]

    @property
    def source(self) -> Source | None:
        """The source to show first; None for common practice."""
        return self.sources[0] if self.sources else None

    @property
    def authority(self) -> Authority:
        return self.source.authority if self.source else Authority.COMMON_PRACTICE


@dataclass(frozen=True, slots=True)
class Statement:
    """One thing said, with the numbers of the citations that prove it."""

    text: str
    citations: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class Row:
    """One code of a comparison, each cell a sentence of the code's own entry, proven as a statement is.

    `apart` is what sets it apart from the others. A cell is None where the entry has no such sentence.
    """

    code: str
    meaning: Statement | None = None
    use: Statement | None = None
    apart: Statement | None = None

    @property
    def cells(self) -> tuple[Statement, ...]:
        """The cells that hold something, in reading order."""
        return tuple(cell for cell in (self.meaning, self.use, self.apart) if cell is not None)


class NoticeKind(StrEnum):
    EXPIRED_RULE = "expired rule"
    UNDATED_RULE = "undated rule"
    OLD_RULE = "old rule"
    CODE_NOT_VALID = "code not valid"
    PAYER_SILENT = "payer silent"
    UNKNOWN_PAYER = "unknown payer"
    PAYER = "payer"
    DATE = "date"


READ_FIRST = frozenset(
    {
        NoticeKind.PAYER,
        NoticeKind.PAYER_SILENT,
        NoticeKind.UNKNOWN_PAYER,
        NoticeKind.CODE_NOT_VALID,
        NoticeKind.DATE,
    }
)
"""What changes how the answer is read, so that it stands before the statements."""


@dataclass(frozen=True, slots=True)
class Notice:
    """Something the reader must know beside the answer itself."""

    kind: NoticeKind
    text: str


@dataclass(frozen=True, slots=True)
class Conflict:
    """Two sources that disagree: what the weaker claims, what is followed, and who stands behind each."""

    claim: str
    followed: str
    claimed_by: tuple[Source, ...]
    follows: tuple[Source, ...]


@dataclass(frozen=True, slots=True)
class Withheld:
    """A statement that did not pass the proof gate."""

    text: str
    reason: str


@dataclass(frozen=True, slots=True)
class Answered:
    """An answer. `table` compares the codes of a question that asks what decides between them; else it is empty.

    The citations of the table stand in `citations` too, behind those of the statements.
    """

    outcome: ClassVar[Literal["answered"]] = "answered"
    understood: Understood
    verdict: Verdict | None
    statements: tuple[Statement, ...]
    citations: tuple[Citation, ...]
    conflicts: tuple[Conflict, ...] = ()
    notices: tuple[Notice, ...] = ()
    withheld: tuple[Withheld, ...] = ()
    table: tuple[Row, ...] = ()


class Lack(StrEnum):
    """What the library would need to answer."""

    CODE = "code"  # the code is in no list
    PAYER = "payer"  # the library has no such payer
    RULE = "rule"  # the payer has no rule on it; general guidance was given
    SUBJECT = "subject"


@dataclass(frozen=True, slots=True)
class NotCovered:
    """No answer: `missing` says what the library lacks, `ask` what to ask whom, `nearest` what comes closest.

    `send` holds the words ready to send to the payer, empty where no payer is to be asked. `lack` is None for what is
    out of the library's scope.
    """

    outcome: ClassVar[Literal["not_covered"]] = "not_covered"
    understood: Understood
    missing: str
    ask: str
    nearest: tuple[str, ...] = ()
    notices: tuple[Notice, ...] = ()
    withheld: tuple[Withheld, ...] = ()
    send: str = ""
    lack: Lack | None = None


@dataclass(frozen=True, slots=True)
class Declined:
    """A request to misreport: `reason` in one line, `instead` how to bill what was really done, and what proves it."""

    outcome: ClassVar[Literal["declined"]] = "declined"
    understood: Understood
    reason: str
    instead: str
    statements: tuple[Statement, ...] = ()
    citations: tuple[Citation, ...] = ()


class ChoiceKind(StrEnum):
    """What a picked choice is: a payer to answer for, or words to add to the question."""

    PAYER = "payer"
    WORDS = "words"


@dataclass(frozen=True, slots=True)
class Clarify:
    """One question back when the answer turns on it, with two to four choices, or none where it names no subject."""

    outcome: ClassVar[Literal["clarify"]] = "clarify"
    understood: Understood
    question: str
    choices: tuple[str, ...] = field(default=())
    kind: ChoiceKind = ChoiceKind.PAYER


Answer = Answered | NotCovered | Declined | Clarify
