"""Questions that the library could not answer, kept for the office lead in `gaps.sqlite` under the home folder.

One row a distinct question as it was understood. No patient data is meant to be in it: a question is cut short and its
long digit runs are masked before it is written, names cannot be told and are left.
"""

from __future__ import annotations

import csv
import io
import logging
import re
import sqlite3
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from pathlib import Path

from assistant.errors import BitewingError
from assistant.lexicon import Lexicon
from assistant.phrases import Phrases, words_to_send
from assistant.types import Answer, Answered, Lack, NotCovered, NoticeKind
from views.spreadsheet import cell

LONGEST = 300  # characters of a question
PATIENCE = 2.0  # seconds to wait for another process that writes
MASK = "#####"
DIGITS = re.compile(r"(?<!\d)\d{3} \d{2,3} \d{4}(?!\d)|\d+(?:[-./]\d+)*")
LONG_RUN = 5  # digits from which a run is masked: no code is that long, but numbers of members, phones and births are
SCHEMA = """
CREATE TABLE IF NOT EXISTS gaps (
    id INTEGER PRIMARY KEY,
    meant TEXT NOT NULL,
    codes TEXT NOT NULL,
    payer TEXT NOT NULL,
    question TEXT NOT NULL,
    lack TEXT NOT NULL,
    first_asked TEXT NOT NULL,
    last_asked TEXT NOT NULL,
    times INTEGER NOT NULL,
    state TEXT NOT NULL,
    UNIQUE (meant, codes, payer)
)
"""
# What was answered and is asked again is open again, as the library still lacks it; what was dismissed stays so.
RECORD = """
INSERT INTO gaps (meant, codes, payer, question, lack, first_asked, last_asked, times, state)
VALUES (:meant, :codes, :payer, :question, :lack, :day, :day, 1, 'open')
ON CONFLICT (meant, codes, payer) DO UPDATE SET
    times = times + 1, last_asked = excluded.last_asked, lack = excluded.lack,
    state = CASE state WHEN 'answered' THEN 'open' ELSE state END
"""
READ = "SELECT id, question, codes, payer, lack, first_asked, last_asked, times, state FROM gaps"
MOST_ASKED_FIRST = "ORDER BY times DESC, last_asked DESC, id"
COLUMNS = ("question", "codes", "payer", "lacks", "times", "first asked", "last asked", "state", "what to do",
           "words to send")  # fmt: skip


class GapListError(BitewingError):
    """The list of gaps cannot be read or written."""

    def __init__(self, path: Path, detail: Exception) -> None:
        super().__init__(f"The list of gaps cannot be used ({path}: {detail}). Check that the folder can be written.")


class State(StrEnum):
    OPEN = "open"
    ANSWERED = "answered"
    DISMISSED = "dismissed"


@dataclass(frozen=True, slots=True)
class Gap:
    """One question that the library could not answer. `payer` is a name, empty for any."""

    id: int
    question: str
    codes: tuple[str, ...]
    payer: str
    lack: Lack
    first_asked: date
    last_asked: date
    times: int
    state: State

    def words(self, phrases: Phrases) -> str:
        """What to send to the payer; empty for a code in no list, which is a slip rather than a payer's matter."""
        if self.lack is Lack.CODE and not self.payer:
            return ""
        return words_to_send(phrases, self.question, self.codes)

    def advice(self, phrases: Phrases) -> str:
        """What to do about it, as its answer said."""
        if self.lack is Lack.CODE:
            return phrases("ask.code")
        return phrases("ask.payer" if self.codes or self.payer else "ask.library")


class GapList:
    """The list in one home folder. Every call opens the file anew, so threads and processes share it safely."""

    def __init__(self, home: Path) -> None:
        self._path = home / "gaps.sqlite"

    def record(self, answer: Answer, lexicon: Lexicon, day: date) -> bool:
        """Keep the question if the library lacks its answer, as asked on `day`; count it when it is known.

        Says whether it was kept. A list that cannot be written is logged, as the answer matters more.
        """
        lack = _lack_of(answer)
        if lack is None:
            return False
        understood = answer.understood
        meant = " ".join(re.findall(r"[\w#]+", masked(understood.search).lower()))
        if not meant:
            return False
        payers = [lexicon.payer[payer].name for payer in understood.payers if payer in lexicon.payer]
        if understood.unknown_payer:
            payers = [masked(understood.unknown_payer)]
        # Half a question says nothing by itself; what it was searched as does.
        row = {
            "meant": meant,
            "codes": " ".join(sorted(understood.codes)),
            "payer": ", ".join(payers),
            "question": masked(understood.search if understood.leans else understood.question),
            "lack": lack.value,
            "day": day.isoformat(),
        }
        try:
            with self._open() as file:
                file.execute(RECORD, row)
        except GapListError as error:
            logging.getLogger(__name__).warning("A question was not kept: %s", error)
            return False
        return True

    def gaps(self, state: State | None = State.OPEN) -> list[Gap]:
        """Those in one state, or all, the most asked first. Raises `GapListError`."""
        if not self._path.exists():
            return []
        with self._open() as file:
            if state is None:
                rows = file.execute(f"{READ} {MOST_ASKED_FIRST}").fetchall()
            else:
                rows = file.execute(f"{READ} WHERE state = ? {MOST_ASKED_FIRST}", (state.value,)).fetchall()
        return [_gap(row) for row in rows]

    def mark(self, gap: int, state: State) -> None:
        """Put a gap into another state. Raises `GapListError`."""
        with self._open() as file:
            file.execute("UPDATE gaps SET state = ? WHERE id = ?", (state.value, gap))

    @contextmanager
    def _open(self) -> Iterator[sqlite3.Connection]:
        """One transaction."""
        try:
            file = sqlite3.connect(self._path, timeout=PATIENCE)
            try:
                with file:
                    file.execute(SCHEMA)
                    yield file
            finally:
                file.close()
        except sqlite3.Error as error:
            raise GapListError(self._path, error) from error


def _lack_of(answer: Answer) -> Lack | None:
    """What the library would need; general guidance in place of a payer's rule is a gap too."""
    if isinstance(answer, NotCovered):
        return answer.lack
    kinds = {notice.kind for notice in answer.notices} if isinstance(answer, Answered) else set()
    if NoticeKind.UNKNOWN_PAYER in kinds:
        return Lack.PAYER
    return Lack.RULE if NoticeKind.PAYER_SILENT in kinds else None


def masked(text: str) -> str:
    """A question fit to be kept: long digit runs, also those with dashes, dots or slashes, become `#####`, then cut."""

    def mask(match: re.Match[str]) -> str:
        parts = re.split(r"[-./ ]", match.group())
        # Two codes side by side, as in 0140/0170, are no long number.
        pair_of_codes = len(parts) == 2 and all(len(part) == 4 for part in parts)
        return MASK if sum(map(len, parts)) >= LONG_RUN and not pair_of_codes else match.group()

    text = DIGITS.sub(mask, " ".join(text.split()))
    return text if len(text) <= LONGEST else f"{text[: LONGEST - 1]}…"


def as_csv(gaps: Sequence[Gap], phrases: Phrases) -> str:
    """The list for a spreadsheet."""
    out = io.StringIO()
    writer = csv.writer(out)
    writer.writerow(COLUMNS)
    for gap in gaps:
        row = (gap.question, " ".join(gap.codes), gap.payer, gap.lack.value, gap.times, gap.first_asked, gap.last_asked,
               gap.state.value, gap.advice(phrases), gap.words(phrases))  # fmt: skip
        writer.writerow([cell(value) for value in row])
    return out.getvalue()


def _gap(row: tuple[int, str, str, str, str, str, str, int, str]) -> Gap:
    number, question, codes, payer, lack, first, last, times, state = row
    return Gap(number, question, tuple(codes.split()), payer, Lack(lack), date.fromisoformat(first),
               date.fromisoformat(last), times, State(state))  # fmt: skip
