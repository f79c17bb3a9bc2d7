"""The proof gate: pure functions that decide whether a statement may be shown.

A statement passes when each of its quotes stands verbatim in the cited passage, every code, number, date, dollar
amount, payer name and content word in it stands in a quote, and it does not say the opposite of its quote. The gate
never repairs; it answers with the reason for withholding.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from datetime import datetime
from functools import lru_cache

import Stemmer

from assistant.lexicon import Lexicon, codes_in
from assistant.types import Citation, Passage, Statement

MONTHS = "January|February|March|April|May|June|July|August|September|October|November|December"
ISO_DATE = re.compile(r"\b\d{4}-\d{2}-\d{2}\b")
AMERICAN_DATE = re.compile(r"\b(\d{1,2})/(\d{1,2})/(\d{4})\b")
LONG_DATE = re.compile(rf"\b({MONTHS}) (\d{{1,2}}), (\d{{4}})\b")
MONEY = re.compile(r"\$\s?(\d[\d,]*(?:\.\d+)?)")
NUMBER = re.compile(r"\d[\d,]*(?:\.\d+)?")
NUMBER_WORDS = {
    "one": "1", "two": "2", "three": "3", "four": "4", "five": "5", "six": "6", "seven": "7", "eight": "8",
    "nine": "9", "ten": "10", "eleven": "11", "twelve": "12", "once": "1", "twice": "2",
}  # fmt: skip
NEGATIONS = frozenset(
    "not no never none neither nor without refuse refused refuses deny denied denies denial exclude excludes "
    "excluded forbid forbids forbade prohibit prohibits prohibited disallow disallows disallowed unable ineligible "
    "noncovered uncovered nonpayable unless except".split()
)
STOPWORDS = frozenset(
    "a an and are as at be been but by can could did do does for from had has have if in into is it its may might "
    "must of on or per shall should so such than that the their them then there these they this those to was were "
    "when where which while who will with would you your also only".split()
)
WORD = re.compile(r"[a-z]+(?:'[a-z]+)?(?:-[a-z]+)*")

_stemmer = Stemmer.Stemmer("english")


@lru_cache(maxsize=50_000)
def stem(word: str) -> str:
    return _stemmer.stemWord(word)  # type: ignore[no-any-return]


def reason_to_withhold(
    statement: Statement, citations: Sequence[Citation], lexicon: Lexicon, strict_wording: bool = True
) -> str | None:
    """Why the statement must not be shown, or None when its citations prove it.

    `citations` are those the statement names. With `strict_wording` every content word must stand in a quote, which
    a statement composed of quotes always satisfies and an added clause does not.
    """
    if not citations:
        return "it cites nothing"
    for citation in citations:
        if not citation.quote or citation.passage.text[citation.start : citation.end] != citation.quote:
            return f"quote {citation.n} does not stand in the cited passage"
    said, quotes = statement.text, "\n".join(citation.quote for citation in citations)
    checks = (
        ("code", set(codes_in(said)) - set(codes_in(quotes))),
        ("date", dates_in(said) - dates_in(quotes)),
        ("amount", amounts_in(said) - amounts_in(quotes)),
        ("number", numbers_in(said) - numbers_in(quotes)),
        ("payer", payers_in(said, lexicon) - payers_in(quotes, lexicon)),
    )
    for what, missing in checks:
        if missing:
            return f"{what} {', '.join(sorted(missing))} does not stand in a quote"
    if not any(same_polarity(said, quote) for quote in (quotes, *(citation.quote for citation in citations))):
        return "it says the opposite of its quote"
    if strict_wording and (added := content_words(said) - content_words(quotes)):
        return f"“{', '.join(sorted(added))}” does not stand in a quote"
    return None


def cite(passage: Passage, position: int, n: int) -> Citation:
    """A whole sentence of a passage as a citation, with its offsets in the passage's text."""
    sentence = passage.sentences[position]
    start = sum(len(earlier.text) + 1 for earlier in passage.sentences[:position])
    return Citation(n, sentence.text, passage, start, start + len(sentence.text), sentence.sources)


def dates_in(text: str) -> set[str]:
    """Calendar dates in any of the usual American forms, as YYYY-MM-DD."""
    found = set(ISO_DATE.findall(text))
    for month, day, year in AMERICAN_DATE.findall(text):
        found.add(f"{year}-{int(month):02d}-{int(day):02d}")
    for month, day, year in LONG_DATE.findall(text):
        found.add(f"{year}-{datetime.strptime(month, '%B').month:02d}-{int(day):02d}")
    return found


def amounts_in(text: str) -> set[str]:
    return {f"${_plain(amount)}" for amount in MONEY.findall(text)}


def numbers_in(text: str) -> set[str]:
    """Numbers outside codes, dates and amounts, digits and words alike: "two" and "2" are the same number."""
    words = {NUMBER_WORDS[word] for word in WORD.findall(text.lower()) if word in NUMBER_WORDS}
    return words | digits_in(text)


def digits_in(text: str) -> set[str]:
    """Numbers written in digits, outside codes, dates and amounts."""
    for pattern in (ISO_DATE, AMERICAN_DATE, LONG_DATE, MONEY):
        text = pattern.sub(" ", text)
    text = re.sub(r"\bD\d{4}\b", " ", text)
    return {_plain(number) for number in NUMBER.findall(text)}


def payers_in(text: str, lexicon: Lexicon) -> set[str]:
    """Payers as sorted groups of ids: a name that several payers share is one group."""
    matches = lexicon.payer_pattern.findall(text)
    return {"/".join(sorted(lexicon.payer_names[" ".join(match.lower().split())])) for match in matches}


def same_polarity(said: str, quote: str) -> bool:
    """Whether both negate equally often: one negation more or less turns a sentence around."""
    return _negations(said) == _negations(quote)


def content_words(text: str) -> set[str]:
    """Stems of the words that carry meaning; numbers and codes are compared elsewhere."""
    words = _words(LONG_DATE.sub(" ", re.sub(r"\bD\d{4}\b", " ", text)))
    return {stem(word) for word in words if word not in STOPWORDS and word not in NUMBER_WORDS}


def _negations(text: str) -> int:
    return sum(word in NEGATIONS for word in _words(text))


def _words(text: str) -> list[str]:
    """Lower-case words, contractions written out: "doesn't" says "does not"."""
    text = text.lower().replace("’", "'").replace("cannot", "can not").replace("can't", "can not")
    return WORD.findall(text.replace("won't", "will not").replace("n't", " not"))


def _plain(number: str) -> str:
    plain = number.rstrip(".,").replace(",", "")
    return plain.rstrip("0").rstrip(".") if "." in plain else plain
