"""The proof gate measured: right statements must pass, statements corrupted in one way must not.

Statements are sentences of the library with their own quotes, drawn with a seed. A faithful rewrite says the same in
another form (a date written out, a number in digits, "doesn't"); a corruption changes one thing that matters.
"""

from __future__ import annotations

import random
import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from assistant.index import Index
from assistant.lexicon import Lexicon
from assistant.proof import ISO_DATE, MONEY, NUMBER_WORDS, reason_to_withhold
from assistant.types import Citation, Passage, Statement

SEED = 20261123
STATEMENTS = 3_000
SPOKEN = {"1": "one", "2": "two", "3": "three", "4": "four", "5": "five", "6": "six"}
CLAUSES = (
    "which Medicare also pays in full", "and a panoramic film is always required", "for patients on blood thinners",
    "but only at a hospital", "as long as the hygienist signs", "and the patient owes nothing",
)  # fmt: skip

NEGATED = (
    ("does not ", "does "), ("do not ", "do "), ("is not ", "is "), ("Do not ", "Do "), ("cannot ", "can "),
    ("are not ", "are "), (" without ", " with "), (" never ", " always "),
)  # fmt: skip
NEGATABLE = (
    (" is not ", " is "), (" may not ", " may "), (" can not ", " can "), (" does not pay ", " pays "),
    (" does not cover ", " covers "), (" does not report ", " reports "),
)  # fmt: skip

Rewrite = Callable[[Statement, Citation, random.Random], tuple[Statement, Citation] | None]


@dataclass(frozen=True, slots=True)
class GateFigures:
    """How many were tried and how many the gate withheld, by kind."""

    withheld: Mapping[str, int]
    tried: Mapping[str, int]

    def share(self, kinds: Sequence[str]) -> float:
        return sum(self.withheld[kind] for kind in kinds) / max(1, sum(self.tried[kind] for kind in kinds))


@dataclass(frozen=True, slots=True)
class GateReport:
    faithful: GateFigures
    corrupted: GateFigures

    @property
    def caught(self) -> float:
        return self.corrupted.share(tuple(self.corrupted.tried))

    @property
    def wrongly_withheld(self) -> float:
        return self.faithful.share(tuple(self.faithful.tried))


def measure_gate(index: Index) -> GateReport:
    """Try every rewrite on every drawn statement that it applies to."""
    generator = random.Random(SEED)
    sentences = [(p, n) for p in index.passages.values() for n in range(len(p.sentences))]
    drawn = generator.sample(sentences, min(STATEMENTS, len(sentences)))
    rules = [(p, 0) for p in index.passages.values() if p.payer]
    drawn += generator.sample(rules, min(len(rules), STATEMENTS // 4))
    pairs = [_quoted(passage, position) for passage, position in drawn]
    others = [citation for _, citation in pairs]
    corruptions = _corruptions(index.lexicon, others)
    return GateReport(
        faithful=_try(pairs, FAITHFUL, index.lexicon, generator),
        corrupted=_try(pairs, corruptions, index.lexicon, generator),
    )


def _try(
    pairs: Sequence[tuple[Statement, Citation]], rewrites: Mapping[str, Rewrite], lexicon: Lexicon,
    generator: random.Random,
) -> GateFigures:  # fmt: skip
    withheld = dict.fromkeys(rewrites, 0)
    tried = dict.fromkeys(rewrites, 0)
    for kind, rewrite in rewrites.items():
        for statement, citation in pairs:
            changed = rewrite(statement, citation, generator)
            if changed is not None:
                tried[kind] += 1
                withheld[kind] += reason_to_withhold(changed[0], [changed[1]], lexicon) is not None
    return GateFigures(withheld, tried)


def _quoted(passage: Passage, position: int) -> tuple[Statement, Citation]:
    text = passage.sentences[position].text
    start = sum(len(sentence.text) + 1 for sentence in passage.sentences[:position])
    return Statement(text, (1,)), Citation(1, text, passage, start, start + len(text), ())


def _said(change: Callable[[str, random.Random], str | None]) -> Rewrite:
    """A rewrite of what is said; the quote stays."""

    def rewrite(
        statement: Statement, citation: Citation, generator: random.Random
    ) -> tuple[Statement, Citation] | None:
        text = change(statement.text, generator)
        return None if text is None or text == statement.text else (Statement(text, (1,)), citation)

    return rewrite


def _corruptions(lexicon: Lexicon, others: Sequence[Citation]) -> dict[str, Rewrite]:
    names = [payer.name for payer in lexicon.payers]

    def swap_payer(text: str, generator: random.Random) -> str | None:
        present = [name for name in names if name in text]
        if not present:
            return None
        longest = max(present, key=len)
        return text.replace(
            longest, generator.choice([name for name in names if name not in text and name != longest]), 1
        )

    def move_citation(
        statement: Statement, citation: Citation, generator: random.Random
    ) -> tuple[Statement, Citation] | None:
        other = generator.choice(others)
        if citation.quote in other.passage.text:
            return None
        return statement, Citation(1, citation.quote, other.passage, other.start, other.end, ())

    def alter_quote(
        statement: Statement, citation: Citation, generator: random.Random
    ) -> tuple[Statement, Citation] | None:
        words = citation.quote.split(" ")
        position = generator.randrange(len(words))
        words[position] = words[position][::-1] if words[position][::-1] != words[position] else "otherwise"
        return statement, Citation(1, " ".join(words), citation.passage, citation.start, citation.end, ())

    return {
        "code digit": _said(_change_code),
        "amount": _said(_change_amount),
        "date": _said(_change_date),
        "limit": _said(_change_number),
        "payer swapped": _said(swap_payer),
        "negation flipped": _said(_flip_negation),
        "quote altered": alter_quote,
        "citation moved": move_citation,
        "clause added": _said(lambda text, generator: f"{text[:-1]}, {generator.choice(CLAUSES)}."),
    }


def _change_code(text: str, generator: random.Random) -> str | None:
    codes = re.findall(r"\bD\d{4}\b", text)
    if not codes:
        return None
    code = generator.choice(codes)
    place = generator.randrange(1, 5)
    wrong = code[:place] + str((int(code[place]) + generator.randrange(1, 10)) % 10) + code[place + 1 :]
    return None if wrong in text else text.replace(code, wrong, 1)


def _change_amount(text: str, generator: random.Random) -> str | None:
    match = MONEY.search(text)
    return text[: match.start()] + f"${generator.randrange(3, 999)}.25" + text[match.end() :] if match else None


def _change_date(text: str, generator: random.Random) -> str | None:
    match = ISO_DATE.search(text)
    if match is None:
        return None
    year, month, day = match.group().split("-")
    return text.replace(match.group(), f"{int(year) + generator.choice((-1, 1))}-{month}-{day}", 1)


def _change_number(text: str, generator: random.Random) -> str | None:
    found = list(re.finditer(r"(?<![\w$.,-])(\d{1,3}|" + "|".join(NUMBER_WORDS) + r")(?![\w,-]|\.\d)", text, re.I))
    if not found:
        return None
    match = generator.choice(found)
    wrong = str(int(NUMBER_WORDS.get(match.group().lower(), match.group())) + 7)
    return None if wrong in text else text[: match.start()] + wrong + text[match.end() :]


def _flip_negation(text: str, generator: random.Random) -> str | None:
    """Take one negation out, or put one in."""
    for negated, plain in NEGATED:
        if negated in text:
            return text.replace(negated, plain, 1)
    for negated, plain in NEGATABLE:
        if plain in text:
            return text.replace(plain, negated, 1)
    return None


def _date_written_out(text: str, generator: random.Random) -> str | None:
    match = ISO_DATE.search(text)
    if match is None:
        return None
    day = date.fromisoformat(match.group())
    return text.replace(match.group(), f"{day:%B} {day.day}, {day.year}")


def _number_in_words(text: str, generator: random.Random) -> str | None:
    match = re.search(r"(?<![\w$.,-])([1-6]) (?=[a-z])", text)
    return text[: match.start()] + SPOKEN[match.group(1)] + " " + text[match.end() :] if match else None


def _contracted(text: str, generator: random.Random) -> str | None:
    for long, short in (
        ("does not ", "doesn't "),
        ("do not ", "don't "),
        ("is not ", "isn't "),
        ("are not ", "aren't "),
    ):
        if long in text:
            return text.replace(long, short, 1)
    return None


FAITHFUL: dict[str, Rewrite] = {
    "as quoted": lambda statement, citation, generator: (statement, citation),
    "date written out": _said(_date_written_out),
    "number in words": _said(_number_in_words),
    "negation contracted": _said(_contracted),
}
