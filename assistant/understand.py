"""Understanding a question: codes, payer, date, topic, and what a follow-up takes over from earlier turns.

Everything is looked up in the `Lexicon` of the index; nothing here searches passages.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date

from rapidfuzz import fuzz, process

from assistant.choices import Choices, Fit
from assistant.dates import read_date
from assistant.errors import EmptyQuestion, QuestionTooLong
from assistant.lexicon import STATES, Lexicon, codes_in, phrase_pattern
from assistant.question_form import OPEN_QUESTION, asks_yes_or_no
from assistant.spelling import Spelling
from assistant.strangers import stranger_in
from assistant.types import AS_READ, WHICH_CODE, Asking, Notice, NoticeKind, Topic, Turn, Understood, Without

WRITTEN_CODE = re.compile(r"\bD[\s-]?(\d{4})\b", re.IGNORECASE)
NOT_WHOLE = re.compile(r"\bD(?:\d{2,3}|\d{5,6})\b", re.IGNORECASE)  # "D999": a digit lost or one too many
BARE_NUMBER = re.compile(r"(?<![\d$.,/#-])\b(\d{4})\b(?![\d%/]|-\d|,\d)")
ELLIPTICAL = re.compile(
    r"^(?:and|what about|how about|but|ok and|so what about|same|also|or|what if|then|why|why not|for|with|is that|"
    r"does that|what do i|how often|who)\b",
    re.IGNORECASE,
)
NEW_TOPIC = re.compile(
    r"\b(?:(?:different|another|new|other|unrelated|separate) (?:question|topic|subject)|switching (?:topics|gears))\b",
    re.IGNORECASE,
)
POINTING = re.compile(r"\b(?:it|its|that|this|those|them|these|the same|instead|then)(?: one)?\b", re.IGNORECASE)
# PA is the payer's approval here, and no image and no state.
APPROVAL = re.compile(
    r"(\b(?:needs?|needed|requires?|required|req|get|submit|request|without)\b[^.?,]{0,25})\bPA\b(?! medicaid)|"
    r"\bPA\b(?! medicaid)(?=,?[^.?]{0,20}\b(?:needed|required|req|forms?|request|approv\w+|expired?)\b)",
    re.IGNORECASE,
)
POSTAL = frozenset(STATES.values())
MEDICAID = re.compile(r"\b(?:medicaid|state plan)\b", re.IGNORECASE)
NEEDED = re.compile(r"\bwhat (?:does|do) (?:an? |the )?\w+ (?:need|require)\b", re.IGNORECASE)  # in the chart
OTHER_ONE = re.compile(r"\bthe other(?: one| code)?\b", re.IGNORECASE)
MOST_TOLD = 2  # codes of an earlier answer that a follow-up can mean
ASKS_CODE = re.compile(
    r"\b(?:codes?|cods?|cds?|cdes?|coed|cdt)\b|"
    r"\b(?:how|what|wat|which|wich) (?:to|do|should|can|would|shd) ?(?:i|we|you)? ?(?:bil+|code|report|use|submit)\b|"
    r"=\s*\?",
    re.IGNORECASE,
)
OTHER_CODE = re.compile(
    r"\b(?:denial|remark|reason|carc|rarc|adjustment|area|pos|place of service|diagnosis|dx|icd|taxonomy|code set)\b",
    re.IGNORECASE,
)
EITHER = re.compile(r"\bor\b|\bwhich\b|/", re.IGNORECASE)
DIFFERENCE = re.compile(r"\b(?:diff|differen\w*|differs?|vs|versus|compared?|between|distinguish\w*)\b", re.IGNORECASE)
TOLD_SHORTLY = 12  # words; a longer question may tell what decides in words that the tables do not know
STATE_BESIDE = (
    r"\bin {state}\b|\b{state}(?:'s)? (?:state|medicaid|board|dental|law|rules?|statutes?|chip|licen[cs]\w+|dentists?|"
    r"offices?|payers?|plans?)\b"
)
SHORT_FOLLOW_UP = 8  # words; a longer question with its own subject stands alone
FUZZY_PAYER = 86  # rapidfuzz score from which a payer's written name is taken for a known one


@dataclass(frozen=True, slots=True)
class _Reading:
    """What one text says by itself: `plain` as written, `text` with shorthand spelled out.

    `written`: it names its codes itself; otherwise they are what its shorthand stands for.
    """

    plain: str
    text: str
    codes: tuple[str, ...]
    written: bool
    payers: tuple[str, ...]
    day: date | None
    topics: tuple[Topic, ...]
    yes_no: bool
    notices: tuple[Notice, ...]


class Understanding:
    """Reads questions with the names of one index. Holds compiled patterns, so build it once an index."""

    def __init__(self, lexicon: Lexicon, spelling: Spelling, question_limit: int) -> None:
        self._lexicon = lexicon
        self._mended = spelling.mended
        self._is_known = spelling.knows
        self._limit = question_limit
        self._cues = [(cues.topic, phrase_pattern(cues.cues)) for cues in lexicon.topics]
        self._shorthand = {
            " ".join(phrase.lower().split()): entry for entry in lexicon.shorthand for phrase in entry.says
        }
        self._shorthand_pattern = phrase_pattern(tuple(self._shorthand))
        self._states = phrase_pattern(tuple(STATES))
        self._choices = Choices(lexicon)

    def read(
        self,
        question: str,
        history: Sequence[Turn],
        payer: str | None,
        date_of_service: date | None,
        today: date,
        without: Without = AS_READ,
    ) -> Understood:
        """The question with what earlier turns lend it.

        `payer` is a name as a person writes it, picked beside the question; one in the question outranks it.
        `without` is what the person took away from an earlier reading of this very question.
        Raises `EmptyQuestion` and `QuestionTooLong`.
        """
        question = self._taken(question)
        own = self._reading(question, today)
        if not payer and not own.payers:
            payer = self._state_program(own.text) or stranger_in(own.plain, self._is_known)
        earlier, told = self._remembered(history, date_of_service or today, today)
        codes, topics, search, carried = self._carry(own, earlier, told)
        payers, unknown, overruled = self._whose_rules(own, payer)
        day = date_of_service or own.day
        leans = _depends_on_earlier(own, earlier)
        if leans:
            if not payers and not unknown:
                payers = next((reading.payers for reading in reversed(earlier) if reading.payers), ())
                payers = self._in_state(payers, own.plain) or payers
                carried += ("payer",) if payers else ()
            if day is None:
                day = next((reading.day for reading in reversed(earlier) if reading.day), None)
                carried += ("date",) if day else ()
        codes, chosen, asking = self._chosen(own, earlier if leans else (), codes, day or today)
        # "D4341 or D4342, 2 teeth?" asks for one of them, not for yes or no.
        one_of_several = own.written and 0 < len(chosen) < len(own.codes)
        understood = Understood(
            question=question,
            search=search,
            date_of_service=day or today,
            codes=codes,
            payers=payers,
            unknown_payer=unknown,
            topics=topics,
            yes_no=not one_of_several
            and (asks_yes_or_no(question) or (leans and not own.topics and earlier[-1].yes_no)),
            open=OPEN_QUESTION.search(question) is not None,
            leans=leans,
            carried=carried,
            notices=(*own.notices, *overruled),
            chosen=chosen,
            asking=asking,
            dated=day is not None,
        )
        return self._taken_away(understood, without, today) if without != AS_READ else understood

    def _taken(self, question: str) -> str:
        """The question on one line. Raises `EmptyQuestion` and `QuestionTooLong`."""
        # Half a surrogate pair, as broken pastes hold, is no text that an encoder takes.
        question = " ".join(question.encode("utf-8", "ignore").decode("utf-8").replace("\0", " ").split())
        if not question:
            raise EmptyQuestion
        if len(question) > self._limit:
            raise QuestionTooLong(len(question), self._limit)
        return question

    def _remembered(
        self, history: Sequence[Turn], day: date, today: date
    ) -> tuple[list[_Reading], list[tuple[str, ...]]]:
        """What earlier questions say, and the codes that earlier answers named, both oldest first."""
        turns = _with_all_taken_away(history)
        asked = [
            self._less(self._reading(" ".join(turn.content.split())[: self._limit], today), turn.without)
            for turn in turns
            if turn.role == "user"
        ]
        told = [tuple(code for code in codes_in(turn.content) if code not in turn.without.codes)
                for turn in turns if turn.role == "assistant"]  # fmt: skip
        for position, reading in enumerate(asked[1:], 1):
            # "what about California" after a question on Texas Medicaid is about California's from then on.
            if not reading.payers and (moved := self._in_state(asked[position - 1].payers, reading.plain)):
                asked[position] = replace(reading, payers=moved)
        return [self._as_decided(reading, day) for reading in asked], told

    def _taken_away(self, understood: Understood, without: Without, today: date) -> Understood:
        """A question as read, less what the person took away. Read whole first, so that nothing older moves up."""
        codes = tuple(code for code in understood.codes if code not in without.codes)
        payers = tuple(payer for payer in understood.payers if payer not in without.payers)
        unknown = None if understood.unknown_payer in without.payers else understood.unknown_payer
        dated = understood.dated and not without.date
        present = {"code": bool(codes), "payer": bool(payers), "date": dated}
        beside_the_point = {NoticeKind.PAYER} if without.payers else set()
        beside_the_point |= {NoticeKind.DATE} if without.date else set()
        return replace(
            understood,
            search=self._text_less(understood.search, without),
            codes=codes,
            chosen=tuple(code for code in understood.chosen if code in codes),
            asking=None if without.codes else understood.asking,
            payers=payers,
            unknown_payer=unknown,
            date_of_service=understood.date_of_service if dated else today,
            dated=dated,
            carried=tuple(name for name in understood.carried if present[name]),
            notices=tuple(notice for notice in understood.notices if notice.kind not in beside_the_point),
            without=without,
        )

    def _less(self, reading: _Reading, without: Without) -> _Reading:
        """What an earlier text still has to lend."""
        if without == AS_READ:
            return reading
        return replace(
            reading,
            text=self._text_less(reading.text, without),
            codes=tuple(code for code in reading.codes if code not in without.codes),
            payers=tuple(payer for payer in reading.payers if payer not in without.payers),
            day=None if without.date else reading.day,
        )

    def _text_less(self, text: str, without: Without) -> str:
        """A text to search with, without the names that were taken away: they would still find their passages."""

        def written(match: re.Match[str]) -> str:
            meant = self._lexicon.payer_names[" ".join(match.group().lower().split())]
            return " " if without.payers & set(meant) else match.group()

        for name in (*without.codes, *(without.payers - set(self._lexicon.payer))):
            text = re.sub(rf"\b{re.escape(name)}\b", " ", text, flags=re.IGNORECASE)
        return " ".join((self._lexicon.payer_pattern.sub(written, text) if without.payers else text).split())

    def _chosen(
        self, own: _Reading, earlier: Sequence[_Reading], codes: tuple[str, ...], day: date
    ) -> tuple[tuple[str, ...], tuple[str, ...], Asking | None]:
        """The codes, first those that what was done decides for; these alone; and what to ask where one thing would."""
        if own.written:
            fit = self._choices.among(own.codes, own.plain, day)
            if fit is None or DIFFERENCE.search(own.plain) or not EITHER.search(own.plain):
                right = tuple(code for named in own.codes[:2] for code in self._choices.fitting(named, own.plain, day))
                return tuple(dict.fromkeys((*codes, *right))), right if right == own.codes else (), None
            if fit.settled and fit.told and len(fit.codes) < len(own.codes):
                return tuple(dict.fromkeys((*fit.codes, *codes))), fit.codes, None
            return codes, (), None if fit.told else self._asked_back(own, fit)
        fits = self._choices.fits(own.plain, day)
        if earlier and ASKS_CODE.search(earlier[-1].plain) and not codes and not any(fit.settled for fit in fits):
            # "two surfaces" completes "composite on 30, which code?".
            fits = self._choices.fits(f"{earlier[-1].plain} {own.plain}", day)
        if earlier and not fits and not own.codes and len(codes) == 1:
            turned = self._choices.turned(codes[0], own.plain, day)
            return ((turned, *codes), (turned,), None) if turned else (codes, (), None)
        settled = [fit for fit in fits if fit.settled]
        if not settled:
            return codes, (), self._asked_back(own, fits[0]) if len(fits) == 1 and not own.codes else None
        chosen = tuple(dict.fromkeys(code for fit in settled for code in fit.codes))
        decided = {code for fit in settled for code in fit.decided}
        others = tuple(code for code in codes if code not in decided)
        return (*chosen, *others), () if others else chosen, None

    def _as_decided(self, reading: _Reading, day: date) -> _Reading:
        """An earlier question for a code with the codes that what was done decided for."""
        if reading.written or set(reading.topics) - WHICH_CODE:
            return reading
        chosen = [code for fit in self._choices.fits(reading.plain, day) if fit.settled for code in fit.codes]
        return replace(reading, codes=tuple(dict.fromkeys(chosen)) or reading.codes)

    def _asked_back(self, own: _Reading, fit: Fit) -> Asking | None:
        """The one thing that would decide, where a question asks for nothing but the code."""
        asks = ASKS_CODE.search(own.plain) or own.written
        if not asks or OTHER_CODE.search(own.plain) or set(own.topics) - WHICH_CODE or len(own.payers) > 1:
            return None
        return self._choices.asking(fit) if len(own.plain.split()) <= TOLD_SHORTLY else None

    def _reading(self, text: str, today: date) -> _Reading:
        text = APPROVAL.sub(lambda match: f"{match[1] or ''}prior authorization", self._mended(text))
        day, notices, undated = read_date(text, today)
        text = self._with_codes_written_out(text, undated)
        # The longest phrase wins where several overlap: "partial pulpotomy" is no pulpotomy.
        phrases = [" ".join(phrase.lower().split()) for phrase in self._shorthand_pattern.findall(text)]
        surfaces = self._choices.surfaces_in(text)
        phrases = [phrase for phrase in phrases if phrase not in surfaces and not _is_state(phrase, text)]
        expanded = list({self._shorthand[phrase].means: self._shorthand[phrase] for phrase in phrases}.values())
        codes = dict.fromkeys(codes_in(text))
        written = bool(codes)
        if not written:
            codes.update(dict.fromkeys(code for entry in expanded for code in entry.codes))
        if not codes:
            codes.update(dict.fromkeys(number.upper() for number in NOT_WHOLE.findall(text)))
        search = " ".join([text, *(entry.means for entry in expanded)])
        return _Reading(
            plain=text,
            text=search,
            codes=tuple(codes),
            written=written,
            payers=self._payers_in(text, search),
            day=day,
            topics=self._topics_of(search),
            yes_no=asks_yes_or_no(text),
            notices=notices,
        )

    def _topics_of(self, text: str) -> tuple[Topic, ...]:
        """Topics by their cues; one within a longer cue of another is none: a "timely filing limit" is no frequency."""
        if NEEDED.search(text):
            text = f"{text} documentation"
        spans = {topic: [match.span() for match in pattern.finditer(text)] for topic, pattern in self._cues}
        return tuple(
            topic
            for topic, own in spans.items()
            if any(
                not any(
                    start <= one[0] and one[1] <= end and end - start > one[1] - one[0]
                    for other, theirs in spans.items()
                    if other is not topic
                    for start, end in theirs
                )
                for one in own
            )
        )

    def _with_codes_written_out(self, text: str, undated: str) -> str:
        """Write "9992", "d 9992" and "D-9992" as "D9992"; a bare number only when there is such a code."""
        text = WRITTEN_CODE.sub(lambda match: f"D{match.group(1)}", text)

        def code_or_number(match: re.Match[str]) -> str:
            code = f"D{match.group(1)}"
            return code if code in self._lexicon.code and match.group() in undated else match.group()

        return BARE_NUMBER.sub(code_or_number, text)

    def _payers_in(self, text: str, spelled_out: str = "") -> tuple[str, ...]:
        """Payers by name and alias; a state's programs where Medicaid is meant, as shorthand `spelled_out` tells."""
        names = [" ".join(name.lower().split()) for name in self._lexicon.payer_pattern.findall(text)]
        certain = {self._lexicon.payer_names[name][0] for name in names if len(self._lexicon.payer_names[name]) == 1}
        # "delta dental ins (DDIC)" names one payer twice, not the family and one of its members.
        names = [
            name for name in names if not (len(meant := self._lexicon.payer_names[name]) > 1 and certain & set(meant))
        ]
        states = self._states_in(text)
        found: dict[str, None] = {}
        for name in names:
            meant = self._lexicon.payer_names[name]
            in_state = [payer for payer in meant if self._lexicon.payer[payer].state in states]
            found.update(dict.fromkeys(in_state or meant))
        if not found and states and MEDICAID.search(f"{text} {spelled_out}"):
            found.update(dict.fromkeys(self._medicaid_of(states)))
        return tuple(found)

    def _whose_rules(self, own: _Reading, payer: str | None) -> tuple[tuple[str, ...], str | None, tuple[Notice, ...]]:
        """The payers to answer for; one named in the question outranks one picked beside it, and that is said."""
        if not payer or not payer.strip():
            return own.payers, None, ()
        picked, unknown = self._resolve(payer)
        if not own.payers:
            return picked, unknown, ()
        if both := tuple(entry for entry in own.payers if entry in picked):
            return both, None, ()
        names = ", ".join(self._lexicon.payer[entry].name for entry in own.payers)
        said = f"The question names {names}, so this answers for {names} and not for {' '.join(payer.split())}."
        return own.payers, None, (Notice(NoticeKind.PAYER, said),)

    def _in_state(self, payers: tuple[str, ...], text: str) -> tuple[str, ...]:
        """The Medicaid programs of the state that a follow-up names, after one on another state's program."""
        kinds = {self._lexicon.payer[payer].kind for payer in payers}
        return self._medicaid_of(self._states_in(text)) if kinds == {"medicaid"} else ()

    def _medicaid_of(self, states: Sequence[str]) -> tuple[str, ...]:
        return tuple(entry.id for entry in self._lexicon.payers if entry.kind == "medicaid" and entry.state in states)

    def _states_in(self, text: str) -> list[str]:
        """Postal abbreviations of the states that a text names."""
        return [STATES[name.lower()] for name in self._states.findall(text)]

    def _state_program(self, question: str) -> str | None:
        """A state's Medicaid by name, where the question names it and the library has no such payer."""
        states = self._states.findall(question)
        return f"{states[0].title()} Medicaid" if states and MEDICAID.search(question) else None

    def _resolve(self, name: str) -> tuple[tuple[str, ...], str | None]:
        """A payer's written name to ids, forgiving a slip of the pen; else the name as unknown."""
        name = " ".join(name.split())
        if name in self._lexicon.payer:
            return (name,), None
        if exact := self._lexicon.payer_names.get(name.lower()):
            return exact, None
        if inside := self._payers_in(name):
            return inside, None
        near = process.extractOne(
            name.lower(), list(self._lexicon.payer_names), scorer=fuzz.WRatio, score_cutoff=FUZZY_PAYER
        )
        return (self._lexicon.payer_names[near[0]], None) if near and len(name) > 4 else ((), name)

    def _carry(
        self, own: _Reading, earlier: Sequence[_Reading], told: Sequence[tuple[str, ...]]
    ) -> tuple[tuple[str, ...], tuple[Topic, ...], str, tuple[str, ...]]:
        """Codes, topics and search text, completed from earlier turns where the question leans on them."""
        if not _depends_on_earlier(own, earlier):
            return own.codes, own.topics, own.text, ()
        carried: tuple[str, ...] = ()
        codes = own.codes
        if not codes:
            said = [reading.codes for reading in reversed(earlier)] + [codes[:MOST_TOLD] for codes in reversed(told)]
            codes = next((found for found in said if found), ())
            if codes and OTHER_ONE.search(own.text):
                # "and the other one?" after D4341, where the question or the answer named D4342 beside it.
                named = dict.fromkeys(code for found in said for code in found)
                codes = tuple(code for code in named if code != codes[0])[:1] or codes
            carried += ("code",) if codes else ()
        topics = own.topics or next((reading.topics for reading in reversed(earlier) if reading.topics), ())
        # The last turn that said something of its own gives a bare follow-up its subject.
        subject = next(
            (reading.text for reading in reversed(earlier) if reading.topics or reading.codes), earlier[-1].text
        )
        search = own.text if own.topics and own.codes else f"{subject} {own.text}".strip()
        if own.codes:
            search = " ".join(dict.fromkeys([*own.codes, re.sub(r"\bD\d{4}\b", "", search)]))
        return codes, topics, search, carried


def _is_state(phrase: str, text: str) -> bool:
    """Whether shorthand of two letters stands for a state here: "ga medicaid" is no general anesthesia."""
    state = phrase.upper()
    return state in POSTAL and re.search(STATE_BESIDE.format(state=state), text, re.IGNORECASE) is not None


def _with_all_taken_away(history: Sequence[Turn]) -> list[Turn]:
    """The turns, each without what was taken away from it or from any later one, since that was not wanted there."""
    remembered: list[Turn] = []
    without = AS_READ
    for turn in reversed(history):
        without |= turn.without
        remembered.append(replace(turn, without=without))
    return remembered[::-1]


def _depends_on_earlier(own: _Reading, earlier: Sequence[_Reading]) -> bool:
    if not earlier or NEW_TOPIC.search(own.text):
        return False
    short = len(own.text.split()) <= SHORT_FOLLOW_UP
    if own.written and OPEN_QUESTION.match(own.plain) and not ELLIPTICAL.match(own.text):
        return False  # "what does D7140 need?" is whole
    leans = bool(ELLIPTICAL.match(own.text)) or (not own.codes and bool(POINTING.search(own.text)))
    return leans or (short and not (own.codes and own.topics))
